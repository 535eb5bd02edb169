package transform

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A merger makes one of helpers that say the same. They come of instances of one generic function that differ in nothing, and of calls
// that could have been different, as far as one knew.
type merger struct {
	names map[string]string // of functions and types that are gone, and of those that stand for them
	same  map[*types.Named]*types.Named
	likes map[*ast.Func][]*ast.Func // those that a function stands for
}

// merge returns the helpers without those that say the same as an earlier one, whose names they have then, and what stands for those that
// are gone.
func merge(list []*Helper) ([]*Helper, *merger) {
	m := &merger{
		names: map[string]string{}, same: map[*types.Named]*types.Named{}, likes: map[*ast.Func][]*ast.Func{},
	}
	for {
		first := map[string]*Helper{}
		left := slices.DeleteFunc(slices.Clone(list), func(h *Helper) bool {
			text := m.text(h)
			if first[text] == nil {
				first[text] = h
				return false
			}
			m.replace(h, first[text])
			return true
		})
		if len(left) == len(list) {
			for t, of := range m.same {
				for m.same[of] != nil {
					of = m.same[of]
				}
				m.same[t] = of // that is there in the end
			}
			return list, m
		}
		list = left
	}
}

// replace lets one helper stand for another, under the name that came first.
func (m *merger) replace(old, h *Helper) {
	for i, f := range old.Funcs {
		g := h.Funcs[i]
		m.likes[g] = append(append(m.likes[g], f), m.likes[f]...)
		name := g.Name
		if len(h.Types) == 0 && (len(f.Name) < len(name) || len(f.Name) == len(name) && f.Name < name) {
			name = f.Name
			g.Doc = strings.Replace(g.Doc, g.Name, name, 1)
		}
		for _, f := range append(m.likes[g], g) {
			m.names[f.Name] = name
			f.Name = name
		}
	}
	for i, t := range old.Types {
		for old, name := range m.names {
			if name == t.Name() {
				m.names[old] = h.Types[i].Name()
			}
		}
		m.names[t.Name()] = h.Types[i].Name()
		m.same[t.Type] = h.Types[i].Type
	}
}

// text returns all that a helper says, under names that do not tell it from others.
func (m *merger) text(h *Helper) string {
	own := map[string]string{}
	var b strings.Builder
	for i, t := range h.Types {
		own[t.Name()] = fmt.Sprint("#", i)
		fmt.Fprintln(&b, t.Type.Underlying())
	}
	for i, f := range h.Funcs {
		own[f.Name] = fmt.Sprint("##", i)
		for _, p := range f.TypeParams {
			fmt.Fprintln(&b, p.Type.Obj().Name(), p.Constraint)
		}
		fmt.Fprintln(&b, f.Doc, f.Variadic, ast.Dump(f))
	}
	return ast.ReplaceIdents(b.String(), func(word string) string {
		if name, ok := own[word]; ok {
			return name
		}
		if name, ok := m.names[word]; ok {
			return name
		}
		return word
	})
}
