package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// rescope mends definitions that moved into an inner scope: what := names again must be of the same scope, else the
// variables that are new are declared before,
//
//	a, err := f()            a, err := f()
//	b, err := g(a)           if … {
//	                             var b float64
//	                             b, err = g(a)
func rescope(b *ast.Block, vars []*ast.Var) *ast.Block {
	here := map[*ast.Var]bool{}
	for _, v := range vars {
		here[v] = true
	}
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool { return isAgain(l) && !here[l.(*ast.Ref).Var] }) {
			c := *a
			c.Op = token.ASSIGN
			for _, v := range ast.Defined(a) {
				out.Stmts = append(out.Stmts, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
			}
			s = &c
		} else if ok && a.Op == token.DEFINE && len(ast.Defined(a)) == 0 {
			c := *a
			c.Op = token.ASSIGN
			s = &c
		}
		for _, v := range ast.Defined(s) {
			here[v] = true
		}
		if b, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(b.Stmts) == 0) {
			s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return rescope(b, nil) })
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// isAgain reports whether a left side is an older variable of a definition.
func isAgain(l ast.Expr) bool {
	r, ok := l.(*ast.Ref)
	return ok && r.Again
}
