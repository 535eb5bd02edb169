package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// Lengths.
//
// Slices are as long as each other where a variable is made, once, with the length of another that does not change:
//
//	scale := make([]float64, len(q))
//	dscale := make([]float64, len(q))
//
// Then an element of one is there if that of another is.
type lengths struct {
	*eliminator
	size     map[*ast.Var]ast.Expr // what slices were made with, when they were defined
	declared map[*ast.Var]bool     // by statements
	noted    map[*ast.Var]bool     // results that have been set
}

// newLengths returns what is known of the slices of a function with the body b.
func newLengths(b *ast.Block, c *eliminator) *lengths {
	l := &lengths{c, map[*ast.Var]ast.Expr{}, map[*ast.Var]bool{}, map[*ast.Var]bool{}}
	ast.Inspect(b, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			l.declared[v] = true
		}
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE {
			l.made(a)
		}
		return true
	})
	return l
}

// made takes down what slices an assignment makes.
func (l *lengths) made(a *ast.Assign) (vars []*ast.Var) {
	if len(a.Lhs) != len(a.Rhs) {
		return nil
	}
	for i, e := range a.Lhs {
		r, ok := e.(*ast.Ref)
		made, isCall := a.Rhs[i].(*ast.Call)
		if ok && isCall && made.Fun.Builtin == "make" && isSlice(made.T) {
			l.size[r.Var] = made.Args[0]
			vars = append(vars, r.Var)
		}
	}
	return vars
}

// note notes that a statement has been passed which stands in no other.
func (l *lengths) note(s ast.Stmt) {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN {
		return
	}
	for _, v := range l.made(a) {
		l.noted[v] = !l.declared[v]
	}
}

// fixed reports whether a variable is set when it is declared, or has been by now, and never again.
func (l *lengths) fixed(v *ast.Var) bool {
	return l.defs[v] == btoi(l.declared[v] || l.noted[v]) && !l.taken[v]
}

// same reports whether two slices are known to be of one length.
func (l *lengths) same(x, y ast.Expr) bool {
	a, b := l.of(x), l.of(y)
	return a != nil && b != nil && ast.Equal(a, b)
}

// counts reports whether a loop surely has the variable i count elements of a slice as long as x, and leaves both alone.
func (l *lengths) counts(loop ast.Stmt, i *ast.Var, x ast.Expr) bool {
	var over ast.Expr
	var body *ast.Block
	switch s := loop.(type) {
	case *ast.Range:
		if !s.Define || s.Key == nil || !isRefTo(i)(s.Key) || !isSlice(s.X.Type()) {
			return false
		}
		over, body = s.X, s.Body
	case *ast.For:
		var v *ast.Var
		if over, v = countsElements(s); over == nil || v != i {
			return false
		}
		body = s.Body
	default:
		return false
	}
	return !l.taken[i] && !assigns(body, i) && l.same(over, x)
}

// of returns the length of a slice in terms of what does not change, or nil if it is not known.
func (l *lengths) of(x ast.Expr) ast.Expr {
	r, ok := x.(*ast.Ref)
	if !ok || !isSlice(r.Var.Type) || !l.fixed(r.Var) {
		return nil
	}
	n := l.size[r.Var]
	if n == nil {
		return length(x)
	}
	known := true
	n = ast.Map(n, func(e ast.Expr) ast.Expr {
		switch e := e.(type) {
		case *ast.Ref:
			known = known && l.fixed(e.Var)
		case *ast.Call:
			if y := measured(e); y != nil {
				if n := l.of(y); n != nil {
					return n
				}
			}
			known = known && (e.Fun.Builtin == "max" || e.Fun.Builtin == "min")
		case *ast.Lit, *ast.Binary:
		default:
			known = false
		}
		return e
	})
	if !known {
		return nil
	}
	return n
}
