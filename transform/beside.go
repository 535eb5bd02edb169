package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// Contributions beside each other.
//
// Where two statements of the primal function read one element, what they contribute to its adjoint stands together, so that the element
// is read and written once:
//
//	// b := 1 - x[i]                         // b := 1 - x[i]
//	dx[i] -= db                              dx[i] -= db
//	// a := x[i+1] - x[i]*x[i]               // a := x[i+1] - x[i]*x[i]
//	dx[i+1] += da                            dx[i] -= 2 * (da * x[i])
//	dx[i] -= 2 * (da * x[i])                 dx[i+1] += da
//
// A contribution moves over others of its statement only, to other elements of the same slice and to variables. What it reads of memory
// is of the primal function.
type besides struct {
	in func(ast.Expr) memoryKind
}

func (b besides) block(list *ast.Block) *ast.Block {
	out := &ast.Block{Meta: list.Meta}
	for _, s := range list.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, b.block)
		}
		out.Stmts = append(out.Stmts, s)
	}
	for n := 1; n < len(out.Stmts); n++ {
		if out.Stmts[n].Info().Comment != "" {
			b.bringForward(out.Stmts, n)
		}
	}
	return out
}

// bringForward moves the contribution of a group of statements, which begins at number n of a list, to the element that the statement
// before it contributes to, to the beginning of the group.
func (b besides) bringForward(list []ast.Stmt, n int) {
	last := b.contribution(list[n-1])
	if last == nil {
		return
	}
	for m := n; m < len(list); m++ {
		c := b.contribution(list[m])
		if c == nil || m > n && list[m].Info().Comment != "" {
			return
		}
		if !ast.Equal(c.Lhs[0], last.Lhs[0]) {
			continue
		}
		for _, s := range list[n:m] {
			if !goesBefore(c, s.(*ast.Assign)) {
				return
			}
		}
		if m > n {
			first := list[n]
			moved := withComment(c, first.Info().Comment)
			moved.Info().Named = first.Info().Named
			rest := withComment(first, "")
			rest.Info().Named = nil
			copy(list[n+2:m+1], list[n+1:m])
			list[n], list[n+1] = moved, rest
		}
		return
	}
}

// contribution returns a statement of ours that adds to, or takes from, something what it computes from variables and memory of the primal
// function; nil for any other.
func (b besides) contribution(s ast.Stmt) *ast.Assign {
	a, ok := s.(*ast.Assign)
	if !ok || a.Pos.IsValid() || a.Op != token.ADD_ASSIGN && a.Op != token.SUB_ASSIGN {
		return nil
	}
	operands := append(ast.Operands(a.Lhs[0]), a.Rhs[0])
	for _, e := range operands {
		if ast.Any(e, func(e ast.Expr) bool {
			c, isCall := e.(*ast.Call)
			return isCall && !isMath(c) && c.Fun.Builtin != "len" || isPlace(e) && ast.RootVar(e) == nil && b.in(e) != memoryKind{true, false}
		}) {
			return nil
		}
	}
	return a
}

// goesBefore reports whether a contribution may be made before another one.
func goesBefore(c, other *ast.Assign) bool {
	x, ok := c.Lhs[0].(*ast.Index)
	if !ok {
		return false
	}
	slice, ok := x.X.(*ast.Ref)
	if !ok || !isSlice(slice.Var.Type) {
		return false
	}
	switch to := other.Lhs[0].(type) {
	case *ast.Ref:
		return !mentions(c.Rhs[0], to.Var) && !mentions(x, to.Var)
	case *ast.Index:
		return isRefTo(slice.Var)(to.X) && areApart(x.I, to.I)
	}
	return false
}

// areApart reports whether two indices differ by a number that is not zero.
func areApart(i, j ast.Expr) bool {
	a, m := baseOffset(i)
	b, n := baseOffset(j)
	return m != n && (a == nil && b == nil || a != nil && b != nil && ast.Equal(a, b))
}

// baseOffset returns an integer as one plus a number; the one is nil for a number alone.
func baseOffset(e ast.Expr) (ast.Expr, int64) {
	switch e := e.(type) {
	case *ast.Lit:
		if n, ok := intLit(e); ok {
			return nil, n
		}
	case *ast.Binary:
		if n, ok := intLit(e.Y); ok && (e.Op == token.ADD || e.Op == token.SUB) {
			x, m := baseOffset(e.X)
			if e.Op == token.SUB {
				n = -n
			}
			return x, m + n
		}
	}
	return e, 0
}
