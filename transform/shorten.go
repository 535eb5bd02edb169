package transform

import (
	"fmt"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// shorten gives helpers that have numbers in their names smaller ones, or none, where those that had them have turned out not to be needed.
// All parts of a helper have the same number. Likes are those that a function stands for.
func (u *Unit) shorten(list []*Helper, likes map[*ast.Func][]*ast.Func) {
	used := map[string]bool{}
	for _, f := range u.made {
		used[f.Name] = true
	}
	for _, h := range list {
		for _, name := range h.names() {
			used[name] = true
		}
	}
	renamed := map[string]string{}
	for _, h := range list {
		n := 1
		for !u.fits(h, n, used) {
			n++
		}
		for _, name := range h.names() {
			delete(used, name)
		}
		for _, f := range h.Funcs {
			old := f.Name
			f.Name = u.numberedAs(old, n)
			renamed[old] = f.Name
			for _, like := range likes[f] {
				like.Name = f.Name
			}
		}
		for _, t := range h.Types {
			if name := u.numberedAs(t.Name(), n); name != t.Name() {
				renamed[t.Name()] = name
				u.retype(t, name)
			}
		}
		for _, name := range h.names() {
			used[name] = true
		}
	}
	word := func(w string) string {
		if to, ok := renamed[w]; ok {
			return to
		}
		return w
	}
	for _, f := range u.made {
		f.Doc = ast.ReplaceIdents(f.Doc, word)
	}
	for _, h := range list {
		for _, f := range h.Funcs {
			f.Doc = ast.ReplaceIdents(f.Doc, word)
		}
	}
}

// retype gives a type of ours another name, and all that stand for it.
func (u *Unit) retype(t *ast.TypeDecl, name string) {
	obj := types.NewTypeName(t.Type.Obj().Pos(), u.Pkg, ast.GenericName(name, t.TypeParams), nil)
	to := types.NewNamed(obj, t.Type.Underlying(), nil)
	for from, of := range u.Same {
		if of == t.Type {
			u.Same[from] = to
		}
	}
	u.Same[t.Type] = to
	t.Type = to
}

// names returns what a helper declares.
func (h *Helper) names() []string {
	var list []string
	for _, f := range h.Funcs {
		list = append(list, f.Name)
	}
	for _, t := range h.Types {
		list = append(list, t.Name())
	}
	for _, v := range h.Vars {
		list = append(list, v.Var.Name())
	}
	return list
}

// numberedAs returns a name with another number, if it has been given one.
func (u *Unit) numberedAs(name string, n int) string {
	base, ok := u.numbered[name]
	switch {
	case !ok:
		return name
	case n == 1:
		return base
	}
	return fmt.Sprint(base, n)
}

// fits reports whether the names of a helper can have a number, beside those that are used.
func (u *Unit) fits(h *Helper, n int, used map[string]bool) bool {
	for _, name := range h.names() {
		to := u.numberedAs(name, n)
		if to != name && (used[to] || u.foreign(to)) {
			return false
		}
	}
	return true
}
