package printer

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Alike returns outputs with one declaration in place of those of a package that differ only in their names, and in those of others of
// which that is true: what is derived in one round may have been there since an earlier one. The first stands for all, in the order of the
// paths; what is asked for, by its name, stays. Outputs of test files are apart: others cannot call what these declare.
//
//	func areaTangent(c, dc Circle) (y, dy float64) { … }
//	…
//	func areaTangent2(c, dc Circle) (y, dy float64) { … }
func Alike(outputs map[string][]byte, asked map[string]bool) map[string][]byte {
	out := maps.Clone(outputs)
	packages := map[string]map[string]*text{} // outputs by path, by what they belong to
	for path, src := range outputs {
		t := split(src)
		pkg := fmt.Sprint(filepath.Dir(path), lineOf(t.head, "package "), strings.HasSuffix(path, "_test.go"))
		if packages[pkg] == nil {
			packages[pkg] = map[string]*text{}
		}
		packages[pkg][path] = t
	}
	for _, texts := range packages {
		renamed := twins(texts, asked)
		if len(renamed) == 0 {
			continue
		}
		for path, t := range texts {
			t.decls = slices.DeleteFunc(t.decls, func(d declText) bool { return d.replaceable && renamed[d.names[0]] != "" })
			for i, d := range t.decls {
				t.decls[i].text = ast.ReplaceIdents(d.text, func(w string) string { return cmp.Or(renamed[w], w) })
			}
			out[path] = t.source()
		}
	}
	return out
}

// twins returns, by the names of declarations of a package that others stand for, the names of these.
func twins(texts map[string]*text, asked map[string]bool) map[string]string {
	a := &alike{class: map[string]int{}}
	taken := maps.Clone(asked)
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		t := texts[path]
		for _, d := range t.decls {
			if d.replaceable {
				a.list = append(a.list, candidate{d, d.names[0], lineOf(t.head, "//go:build ")})
			}
			maps.Copy(taken, d.locals)
		}
	}
	a.list = slices.DeleteFunc(a.list, func(c candidate) bool { return taken[c.name] || goast.IsExported(c.name) })
	a.refine()
	first, renamed := map[int]string{}, map[string]string{}
	for _, c := range a.list {
		if of, ok := first[a.class[c.name]]; ok {
			renamed[c.name] = of
		} else {
			first[a.class[c.name]] = c.name
		}
	}
	return renamed
}

// A candidate is a declaration that another may stand for.
type candidate struct {
	declText
	name, constraint string
}

// alike tells declarations apart.
type alike struct {
	list  []candidate
	class map[string]int // by name: those of a class have not been told apart
}

// refine divides the declarations into classes, as coarsely as can be, in each of which all say the same if names stand for classes. This is
// how the states of an automaton are divided that cannot be told apart (Moore, "Gedanken-experiments on sequential machines", 1956).
func (a *alike) refine() {
	for _, c := range a.list {
		a.class[c.name] = 0
	}
	for n := 1; ; {
		keys, next := map[string]int{}, map[string]int{}
		for _, c := range a.list {
			key := fmt.Sprint(a.class[c.name], c.constraint, a.masked(c.text), a.signing(c))
			if _, ok := keys[key]; !ok {
				keys[key] = len(keys)
			}
			next[c.name] = keys[key]
		}
		a.class = next
		if len(keys) == n {
			return
		}
		n = len(keys)
	}
}

// signing returns the classes of the functions in whose signatures a type occurs: a type of another pair of functions is another, though it
// has the same fields.
func (a *alike) signing(t candidate) []int {
	if !t.isType {
		return nil
	}
	var list []int
	for _, c := range a.list {
		if c.signature[t.name] {
			list = append(list, a.class[c.name])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// masked returns a text with classes in place of the names that have some.
func (a *alike) masked(text string) string {
	return ast.ReplaceIdents(text, func(w string) string {
		if n, ok := a.class[w]; ok {
			return fmt.Sprint("#", n)
		}
		return w
	})
}

// lineOf returns the first line of the head of an output that begins with a word, or "".
func lineOf(head, word string) string {
	for line := range strings.Lines(head) {
		if strings.HasPrefix(line, word) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
