package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// firstLinks returns the assignments that make the elements of a new slice, one after the other, before anything else is done to it:
//
//	rows := make([][]float64, n)
//	for i := range rows {
//		rows[i] = make([]float64, m)
//	}
//
// What the reverse sweep would put back into the shadow there is nil, and nothing asks for it.
func firstLinks(b *ast.Block) map[ast.Stmt]bool {
	found := map[ast.Stmt]bool{}
	addressed := addressTaken(b)
	var visit func(b *ast.Block)
	visit = func(b *ast.Block) {
		for i, s := range b.Stmts {
			if x := madeSlice(s); x != nil && !addressed[x] {
				for _, t := range b.Stmts[i+1:] {
					if usesVar(t, x) {
						if f := fills(t, x); f != nil {
							found[f] = true
						}
						break
					}
				}
			}
			for _, inner := range ast.Blocks(s) {
				visit(inner)
			}
		}
	}
	visit(b)
	return found
}

// madeSlice returns the variable that a statement declares and makes a slice of slices or pointers, or nil.
func madeSlice(s ast.Stmt) *ast.Var {
	lhs, rhs := sides(s)
	if len(lhs) != 1 || len(rhs) != 1 || len(ast.Defined(s)) != 1 {
		return nil
	}
	c, ok := rhs[0].(*ast.Call)
	if !ok || c.Fun.Builtin != "make" || !isSlice(c.T) || !refers(elemType(c.T)) || len(c.Args) != 1 {
		return nil
	}
	return ast.Defined(s)[0]
}

// fills returns the statement in a loop that assigns the elements of x, if s is a loop that does nothing else with x before.
func fills(s ast.Stmt, x *ast.Var) ast.Stmt {
	i := loopVariable(s)
	if i == nil {
		return nil
	}
	body := ast.Blocks(s)[0]
	if assigns(body, i) {
		return nil
	}
	if g, ok := s.(*ast.Range); ok && g.Value != nil && mentions(g.X, x) {
		return nil
	}
	at := slices.IndexFunc(body.Stmts, func(t ast.Stmt) bool { return usesVar(t, x) })
	if at < 0 {
		return nil
	}
	a, ok := body.Stmts[at].(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || a.Lhs[0] == nil || !isElement(a.Lhs[0], x, i) || mentions(a.Rhs[0], x) {
		return nil
	}
	// Behind it the loop does nothing with x but to look at the elements that it has.
	for _, t := range body.Stmts[at+1:] {
		again := false
		eachTop(t, func(e ast.Expr, assigned bool) {
			again = again || assigned && isElement(e, x, i)
		})
		if again || !onlyElement(t, x, i) {
			return nil
		}
	}
	return a
}

// eachTop calls f for the expressions of a statement and of those below it.
func eachTop(s ast.Stmt, f func(e ast.Expr, assigned bool)) {
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, f)
		return true
	})
}
