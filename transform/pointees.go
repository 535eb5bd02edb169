package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// followPointers makes variables of what pointers point to that are only followed:
//
//	p := &t                  t *= 2
//	*p *= 2
//
//	dt := new(float64)       var dt float64
//	*dt += 1                 dt += 1
//
// A pointer to new memory is only left out if it is ours: one of the source has a name that a reader knows. What others pointed to may be
// such pointers then; it returns b itself where there are none.
func (d *derivation) followPointers(b *ast.Block) *ast.Block {
	f := &following{derivation: d, pointees: map[*ast.Var]ast.Expr{}}
	if f.look(b); len(f.pointees) == 0 {
		return b
	}
	return f.block(b)
}

// following is the state of followPointers.
type following struct {
	*derivation
	pointees map[*ast.Var]ast.Expr // what the pointers that go away point to
	refs     map[*ast.Var]int      // how often pointers are named …
	follows  map[*ast.Var]int      // … and how often to follow them
	settled  *settled
}

// look finds the pointers that are only followed, and are defined once.
func (f *following) look(b *ast.Block) {
	f.refs, f.follows, f.settled = map[*ast.Var]int{}, map[*ast.Var]int{}, settledIn(b)
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			f.refs[r.Var]++
		}
		if v := pointerIn(e); v != nil {
			f.follows[v]++
		}
	})
	ast.Inspect(b, func(s ast.Stmt) bool {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && len(a.Lhs) == len(a.Rhs) {
			for i, l := range a.Lhs {
				if r, ok := l.(*ast.Ref); ok && !r.Again && isPointer(r.Var.Type) {
					f.find(r.Var, a.Rhs[i])
				}
			}
		}
		return true
	})
}

// pointerIn returns the pointer that an expression follows, or nil.
func pointerIn(e ast.Expr) *ast.Var {
	var x ast.Expr
	switch e := e.(type) {
	case *ast.Deref:
		x = e.X
	case *ast.Field:
		x = e.X
	case *ast.Index:
		x = e.X
	}
	if r, ok := x.(*ast.Ref); ok && isPointer(r.Var.Type) {
		return r.Var
	}
	return nil
}

// find notes what a pointer points to that is defined as x, if it can be left out.
func (f *following) find(v *ast.Var, x ast.Expr) {
	if f.refs[v] == 1 || f.follows[v] != f.refs[v]-1 {
		return
	}
	ours := v.Obj == nil
	switch x := x.(type) {
	case *ast.Addr:
		if _, isNew := x.X.(*ast.Composite); !isNew && inFixedPlace(x.X) {
			f.pointees[v] = x.X
		}
	case *ast.Call:
		if x.Fun.Builtin == "new" && len(x.Args) == 0 && ours {
			to := ast.NewVar(v.Name, ast.Pointee(v.Type))
			f.pointees[v], f.isShadow[to] = &ast.Ref{Var: to}, f.isShadow[v]
		}
	case *ast.Ref:
		if ours && f.settled.is(x.Var) && types.Identical(v.Type, x.Var.Type) {
			f.pointees[v] = &ast.Deref{X: x}
		}
	}
}

// inFixedPlace reports whether a place is a variable, or a field or an element in one: it stays where it is.
func inFixedPlace(place ast.Expr) bool {
	switch x := place.(type) {
	case *ast.Ref:
		return true
	case *ast.Field:
		return !isPointer(x.X.Type()) && !ast.IsBoxed(x.X.Type()) && inFixedPlace(x.X)
	case *ast.Index:
		_, constant := x.I.(*ast.Lit)
		return constant && isArray(x.X.Type()) && inFixedPlace(x.X)
	}
	return false
}

func (f *following) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && len(a.Lhs) == len(a.Rhs) {
			out.Stmts = append(out.Stmts, f.define(a)...)
		} else {
			out.Stmts = append(out.Stmts, f.stmt(s))
		}
	}
	return out
}

// define returns a definition without that of pointers that go away, and declarations of the new memory that some of them point to.
func (f *following) define(a *ast.Assign) []ast.Stmt {
	var list []ast.Stmt
	rest := &ast.Assign{Meta: a.Meta, Op: a.Op}
	for i, l := range a.Lhs {
		r, ok := l.(*ast.Ref)
		if !ok || f.pointees[r.Var] == nil {
			rest.Lhs, rest.Rhs = append(rest.Lhs, l), append(rest.Rhs, f.expr(a.Rhs[i]))
		} else if _, isNew := a.Rhs[i].(*ast.Call); isNew {
			list = append(list, &ast.Decl{Meta: a.Meta, Vars: []*ast.Var{ast.RootVar(f.pointees[r.Var])}, Typed: true})
		}
	}
	if len(rest.Lhs) == len(a.Lhs) {
		return []ast.Stmt{f.stmt(a)}
	}
	if len(ast.Defined(rest)) == 0 {
		rest.Op = token.ASSIGN
	}
	if len(rest.Lhs) > 0 {
		list = append(list, rest)
	}
	return list
}

func (f *following) stmt(s ast.Stmt) ast.Stmt {
	if b, ok := s.(*ast.Block); ok {
		return f.block(b)
	}
	return ast.MapExprs(s, f.expr, f.stmt)
}

func (f *following) expr(e ast.Expr) ast.Expr {
	to := f.pointees[pointerIn(e)]
	if to == nil {
		return ast.MapOperands(e, f.expr)
	}
	base := to
	if p, ok := to.(*ast.Deref); ok {
		base = p.X
	}
	switch e := e.(type) {
	case *ast.Field:
		return &ast.Field{X: base, Field: e.Field, Implicit: e.Implicit}
	case *ast.Index:
		return &ast.Index{X: base, I: f.expr(e.I), T: e.T}
	}
	return to
}
