package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// An activity says which variables and which memory of a function matter for a derivative: those that are
// varied (they depend on what is differentiated with respect to) and useful (something that is returned or
// left behind depends on them). See Griewank & Walther, Evaluating Derivatives, §6.2.
//
// It is flow-insensitive: a node is a variable, for the part of its value that is in it, or a region, for the
// floats that are reached through it.
type activity struct {
	mem    *memory
	unit   *Unit
	flows  map[any][]any // from what a value depends on to what depends on it
	varied map[any]bool
	useful map[any]bool
}

// newActivity analyses f. Varied are the inputs in; useful are the results in out and, where memory is set,
// the memory behind the inputs in.
func newActivity(u *Unit, m *memory, in []bool, out []bool, leaves []bool) *activity {
	a := &activity{mem: m, unit: u, flows: map[any][]any{}}
	ast.Inspect(m.fn.Body, func(s ast.Stmt) bool { a.stmt(s); return true })
	var seeds, ends []any
	for i, v := range m.fn.Inputs() {
		if in[i] {
			seeds = append(seeds, a.nodes(&ast.Ref{Var: v})...)
		}
		if leaves[i] && hasRefs(v.Type) {
			ends = append(ends, m.of(v))
		}
	}
	for i, v := range m.fn.Results {
		if out[i] {
			ends = append(ends, a.nodes(&ast.Ref{Var: v})...)
		}
	}
	a.varied = reachable(a.flows, seeds)
	a.useful = reachable(reversed(a.flows), ends)
	return a
}

func reachable(edges map[any][]any, from []any) map[any]bool {
	seen := map[any]bool{}
	for len(from) > 0 {
		n := from[len(from)-1]
		from = from[:len(from)-1]
		if !seen[n] {
			seen[n] = true
			from = append(from, edges[n]...)
		}
	}
	return seen
}

func reversed(edges map[any][]any) map[any][]any {
	out := map[any][]any{}
	for from, list := range edges {
		for _, to := range list {
			out[to] = append(out[to], from)
		}
	}
	return out
}

// nodes returns the nodes of a place of a type that carries a derivative: its variable or the memory that it
// lies in, and the memory that it reaches.
func (a *activity) nodes(e ast.Expr) []any {
	if !ast.Carries(e.Type()) {
		return nil
	}
	var list []any
	if ast.ShapeOf(e.Type()) != ast.ReferenceLike {
		if a.mem.inMemory(e) {
			if r := a.mem.place(e); r != nil {
				list = append(list, r.find())
			}
		} else {
			list = append(list, rootVar(e))
		}
	}
	if hasRefs(e.Type()) {
		if r := a.mem.reach(e); r != nil {
			list = append(list, r.find())
		}
	}
	return list
}

// sources returns the nodes that the derivative of e comes from.
func (a *activity) sources(e ast.Expr) []any {
	switch e := e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		return a.nodes(e)
	case *ast.Addr:
		return append(a.nodes(e.X), a.sources(e.X)...)
	case *ast.Past:
		return a.sources(e.X)
	case *ast.Slice:
		return a.sources(e.X)
	case *ast.Unary:
		return a.sources(e.X)
	case *ast.Binary:
		if ast.IsFloat(e.T) && e.Op != token.SHL && e.Op != token.SHR {
			return append(a.sources(e.X), a.sources(e.Y)...)
		}
	case *ast.Convert:
		if ast.Carries(e.T) {
			return a.sources(e.X)
		}
	case *ast.Composite:
		var list []any
		for _, elem := range e.Elems {
			list = append(list, a.sources(elem.Value)...)
		}
		return list
	case *ast.Call:
		if carriesTuple(e.T) && !a.unit.constant(e) {
			return a.argSources(e)
		}
	}
	return nil
}

func (a *activity) argSources(c *ast.Call) []any {
	var list []any
	for _, x := range c.Args {
		list = append(list, a.sources(x)...)
	}
	return list
}

// carriesTuple is ast.Carries for the type of a call.
func carriesTuple(t types.Type) bool {
	if tuple, ok := t.(*types.Tuple); ok {
		for v := range tuple.Variables() {
			if ast.Carries(v.Type()) {
				return true
			}
		}
		return false
	}
	return ast.Carries(t)
}

func (a *activity) flow(from, to []any) {
	for _, f := range from {
		for _, t := range to {
			if f != t {
				a.flows[f] = append(a.flows[f], t)
			}
		}
	}
}

func (a *activity) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		a.assign(s.Lhs, s.Rhs)
	case *ast.Decl:
		a.assign(refs(s.Vars), s.Values)
	case *ast.Range:
		if s.Value != nil {
			if r, ok := s.X.(*ast.Ref); ok && elemType(r.Type()) != nil {
				a.flow(a.sources(&ast.Index{X: r, T: elemType(r.Type())}), a.nodes(s.Value))
			} else if elem := elemType(s.X.Type()); elem != nil {
				a.flow(a.sources(&ast.Index{X: s.X, T: elem}), a.nodes(s.Value))
			}
		}
	case *ast.Return:
		a.assign(refs(a.mem.fn.Results), s.Results)
	}
	ast.Exprs(s, func(e ast.Expr, _ bool) { a.calls(e) })
}

func (a *activity) assign(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		switch {
		case l == nil || len(rhs) == 0:
		case len(rhs) == len(lhs):
			a.flow(a.sources(rhs[i]), a.nodes(l))
		default:
			a.flow(a.sources(rhs[0]), a.nodes(l))
		}
	}
}

// calls adds the flows into memory that a callee writes.
func (a *activity) calls(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		if ok && c.Fun.Builtin == "copy" && ast.Carries(c.Args[0].Type()) {
			a.flow(a.sources(c.Args[1]), a.sources(c.Args[0]))
		}
		if !ok || c.Fun.Fn == nil {
			return true
		}
		s := a.unit.summary(c.Fun.Fn)
		if s == nil {
			return true
		}
		from := a.argSources(c)
		for i, x := range callArgs(c) {
			if len(s.writes[i]) > 0 && ast.Carries(x.Type()) {
				a.flow(from, a.sources(x))
			}
		}
		return true
	})
}

func refs(vars []*ast.Var) []ast.Expr {
	list := make([]ast.Expr, len(vars))
	for i, v := range vars {
		list[i] = &ast.Ref{Var: v}
	}
	return list
}

func (a *activity) active(n any) bool {
	if r, ok := n.(*region); ok {
		n = r.find()
	}
	return a.varied[n] && a.useful[n]
}

// place reports whether the value at a place, or what it reaches, is active.
func (a *activity) place(e ast.Expr) bool {
	for _, n := range a.nodes(e) {
		if a.active(n) {
			return true
		}
	}
	return false
}

// depends reports whether the derivative of e can be other than zero.
func (a *activity) depends(e ast.Expr) bool {
	for _, n := range a.sources(e) {
		if a.active(n) {
			return true
		}
	}
	return false
}
