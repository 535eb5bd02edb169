package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// copyInputs lets a function work on copies of the parameters and results whose address is taken, and of parameters that hold both
// floats and slices and are assigned to. The parameters themselves are then only read, once:
//
//	func f(x float64, b Body) {      func f(x float64, b Body) {
//		p := &x                          x2, b2 := x, b
//		b.W = b.W[1:]                    p := &x2
//		…                                b2.W = b2.W[1:]
func copyInputs(f *ast.Func) *ast.Func {
	addressed := addressTaken(f.Body)
	g := *f
	by := map[*ast.Var]ast.Expr{}
	var first []ast.Stmt
	copied := func(v *ast.Var) *ast.Var {
		c := v.StandIn()
		by[v] = &ast.Ref{Var: c}
		return c
	}
	for _, v := range f.Inputs() {
		if addressed[v] || ast.ShapeOf(v.Type) == ast.Mixed && assigns(f.Body, v) {
			first = append(first, define(copied(v), &ast.Ref{Var: v}))
		}
	}
	results := false
	for _, v := range f.Results {
		if addressed[v] {
			first = append(first, &ast.Decl{Vars: []*ast.Var{copied(v)}, Typed: true})
			results = true
		}
	}
	if len(first) == 0 {
		return f
	}
	body := mapAll(f.Body, func(e ast.Expr) ast.Expr {
		if r, ok := e.(*ast.Ref); ok && r.Again && by[r.Var] != nil {
			return &ast.Ref{Var: by[r.Var].(*ast.Ref).Var, Again: true}
		}
		return substitution(by)(e)
	}).(*ast.Block)
	if results {
		body = returnCopies(body, f.Results, by)
	}
	g.Body = &ast.Block{Meta: f.Body.Meta, Stmts: slices.Concat(first, body.Stmts)}
	if results && !ast.Ends(body.Stmts) {
		g.Body.Stmts = append(g.Body.Stmts, &ast.Return{Results: copiesOf(f.Results, by)})
	}
	return &g
}

// addressTaken returns the variables whose address a block takes.
func addressTaken(b *ast.Block) map[*ast.Var]bool {
	taken := map[*ast.Var]bool{}
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		switch e := e.(type) {
		case *ast.Addr:
			if v := ast.RootVar(e.X); v != nil {
				taken[v] = true
			}
		case *ast.Slice:
			if v := ast.RootVar(e.X); v != nil && isArray(e.X.Type()) {
				taken[v] = true
			}
		}
	})
	return taken
}

// copiesOf returns the results, those that are copied as their copies.
func copiesOf(results []*ast.Var, by map[*ast.Var]ast.Expr) []ast.Expr {
	list := ast.Refs(results)
	for i, v := range results {
		if by[v] != nil {
			list[i] = by[v]
		}
	}
	return list
}

// returnCopies makes every return one of the copies of the results.
func returnCopies(b *ast.Block, results []*ast.Var, by map[*ast.Var]ast.Expr) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *ast.Return:
			list := copiesOf(results, by)
			if len(s.Results) > 0 {
				out.Stmts = append(out.Stmts, &ast.Assign{Meta: ast.Meta{Pos: s.Pos, Src: s.Src}, Lhs: list, Op: token.ASSIGN, Rhs: s.Results})
			}
			out.Stmts = append(out.Stmts, &ast.Return{Meta: ast.Meta{Pos: s.Pos}, Results: list})
		default:
			if len(ast.Blocks(s)) > 0 {
				out.Stmts = append(out.Stmts, ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return returnCopies(b, results, by) }))
				continue
			}
			out.Stmts = append(out.Stmts, s)
		}
	}
	return out
}
