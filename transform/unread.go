package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// withReads returns a block in which each variable is read that it declares: what read it in the source may have been a function literal
// that nothing calls, of which nothing is left.
//
//	ws := f(x)                  ws := f(x)
//	g := func() { use(ws) }     _ = ws
func withReads(b *ast.Block) *ast.Block {
	read := map[*ast.Var]bool{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		a, _ := s.(*ast.Assign)
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if _, whole := e.(*ast.Ref); whole && (assigned || a != nil && e == a.Lhs[0]) {
				return // x = y and x += y are no uses of x
			}
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok {
					read[r.Var] = true
				}
				return true
			})
		})
		return true
	})
	return readIn(b, nil, read)
}

// readIn adds reads of the given variables, which are visible in b, and of those that it declares, if they are not read.
func readIn(b *ast.Block, vars []*ast.Var, read map[*ast.Var]bool) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	add := func(vars []*ast.Var) {
		for _, v := range vars {
			if !read[v] && !v.Blank() {
				out.Stmts = append(out.Stmts, &ast.Assign{Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{&ast.Ref{Var: v}}})
			}
		}
	}
	add(vars)
	for _, s := range b.Stmts {
		var inner []*ast.Var
		if _, ok := s.(*ast.Range); ok {
			inner = ast.Defined(s)
		}
		out.Stmts = append(out.Stmts, ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return readIn(b, inner, read) }))
		if inner == nil {
			add(ast.Defined(s))
		}
	}
	return out
}
