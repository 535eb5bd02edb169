package derive

import (
	"fmt"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/printer"
	"github.com/godiff/godiff/transform"
)

// A memory is the variables in which a derivative remembers, with their names, and the fields that hand them from one function to the
// other.
type memory struct {
	slots  map[*ast.Var]string
	fields map[*types.Var]*ast.Var
	handed *ast.Var // the parameter in which the second function is given what the first returns; nil if there is but one
}

// newMemory returns the variables in which a derivative, the texts of whose functions are given, remembers.
func newMemory(x *transform.Explanation, texts []*printer.Text) *memory {
	m := &memory{slots: map[*ast.Var]string{}, fields: map[*types.Var]*ast.Var{}}
	maps.Copy(m.fields, x.Fields)
	name := func(v *ast.Var) string {
		for _, t := range texts {
			if name := t.Names[v]; name != "" {
				return name
			}
		}
		return ""
	}
	known := map[string]int{}
	add := func(v *ast.Var, name string) {
		if _, found := m.slots[v]; found || name == "" {
			return
		}
		if known[name]++; known[name] > 1 {
			name = fmt.Sprint(name, "#", known[name])
		}
		m.slots[v] = name
	}
	for _, v := range x.Slots {
		if p, packed := x.Packed[v]; packed {
			m.fields[p.Field] = v
			add(v, name(p.In)+"."+p.Field.Name())
		} else {
			add(v, name(v))
		}
	}
	if x.Second != nil {
		m.handed = x.Second.Params[0]
	}
	return m
}

// saved returns the names of those that a statement of the forward sweep puts something in. To make room is not to put something there.
func (m *memory) saved(s ast.Stmt) []string {
	var list []string
	switch s := s.(type) {
	case *ast.Assign:
		if makesRoom(s) {
			return nil
		}
		for _, l := range s.Lhs {
			if l != nil {
				list = m.named(l, list)
			}
		}
	case *ast.Return:
		if m.handed != nil {
			list = append(list, m.slots[m.handed])
		}
	}
	return list
}

func makesRoom(a *ast.Assign) bool {
	c, ok := a.Rhs[0].(*ast.Call)
	return ok && c.Fun.Builtin == "make"
}

// read returns the names of those that a statement of the reverse sweep, or its header, reads.
func (m *memory) read(s ast.Stmt) []string {
	var list []string
	for _, part := range header(s) {
		ast.Exprs(part, func(e ast.Expr, _ bool) { list = m.named(e, list) })
	}
	return list
}

// header returns a statement with those in its header.
func header(s ast.Stmt) []ast.Stmt {
	list := []ast.Stmt{s}
	switch s := s.(type) {
	case *ast.If:
		list = append(list, s.Init)
	case *ast.For:
		list = append(list, s.Init, s.Post)
	}
	return slices.DeleteFunc(list, func(s ast.Stmt) bool { return s == nil })
}

// named adds the names of those that an expression mentions to a list.
func (m *memory) named(e ast.Expr, list []string) []string {
	ast.Walk(e, func(e ast.Expr) bool {
		var v *ast.Var
		switch e := e.(type) {
		case *ast.Ref:
			v = e.Var
		case *ast.Field:
			v = m.fields[e.Field]
		}
		name := m.slots[v]
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
		return name == ""
	})
	return list
}
