package transform

import (
	"go/token"

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
	if g, ok := s.(*ast.Range); ok && g.Value != nil && usesVar(&ast.Do{Call: &ast.Call{Args: []ast.Expr{g.X}}}, x) {
		return nil
	}
	elem := func(e ast.Expr) bool {
		at, ok := e.(*ast.Index)
		if !ok {
			return false
		}
		base, isRef := at.X.(*ast.Ref)
		index, isCounter := at.I.(*ast.Ref)
		return isRef && isCounter && base.Var == x && index.Var == i
	}
	var fill ast.Stmt
	for _, t := range body.Stmts {
		if !usesVar(t, x) {
			continue
		}
		a, ok := t.(*ast.Assign)
		if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || a.Lhs[0] == nil || !elem(a.Lhs[0]) || usesVar(&ast.Assign{Rhs: a.Rhs}, x) {
			return nil
		}
		fill = t
		break
	}
	// Behind it the loop does nothing with x but to look at the elements that it has.
	past, only := false, true
	var within func(e ast.Expr)
	within = func(e ast.Expr) {
		if elem(e) {
			return
		}
		if r, ok := e.(*ast.Ref); ok && r.Var == x {
			only = false
		}
		for _, y := range ast.Operands(e) {
			within(y)
		}
	}
	for _, t := range body.Stmts {
		if t == fill {
			past = true
			continue
		}
		if past {
			eachTop(t, func(e ast.Expr, assigned bool) {
				only = only && !(assigned && elem(e))
				within(e)
			})
		}
	}
	if fill == nil || !only {
		return nil
	}
	return fill
}

// eachTop calls f for the expressions of a statement and of those below it.
func eachTop(s ast.Stmt, f func(e ast.Expr, assigned bool)) {
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, f)
		return true
	})
}
