package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// plainSigns returns a block in which no product is added or subtracted whose first factor has a minus, which goes where it is as exact:
//
//	x -= -a * b        x += a * b
//	x += -a * b        x -= a * b
func plainSigns(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, plainSigns)
		}
		if a, ok := s.(*ast.Assign); ok && len(a.Rhs) == 1 && !a.Pos.IsValid() {
			turned := map[token.Token]token.Token{token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN}[a.Op]
			if e := withoutMinus(a.Rhs[0]); e != nil && turned != 0 && ast.IsFloat(a.Rhs[0].Type()) {
				c := *a
				c.Op, c.Rhs = turned, []ast.Expr{e}
				s = &c
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// withoutMinus returns the negative of a product or quotient whose first factor has a minus, or nil.
func withoutMinus(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Unary:
		if e.Op == token.SUB {
			return e.X
		}
	case *ast.Binary:
		if x := withoutMinus(e.X); x != nil && (e.Op == token.MUL || e.Op == token.QUO) {
			c := *e
			c.X = x
			return &c
		}
	}
	return nil
}
