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
		if a, ok := s.(*ast.Assign); ok && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) && !a.Pos.IsValid() {
			if e := withoutMinus(a.Rhs[0]); e != nil && ast.IsFloat(e.Type()) {
				c := *a
				c.Op, c.Rhs = turned(a.Op), []ast.Expr{e}
				s = &c
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// turned returns -= for += and += for -=.
func turned(op token.Token) token.Token {
	if op == token.ADD_ASSIGN {
		return token.SUB_ASSIGN
	}
	return token.ADD_ASSIGN
}

// withoutMinus returns the negative of what has a minus, or of a product or quotient whose first factor has; else nil.
func withoutMinus(e ast.Expr) ast.Expr {
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.MUL || b.Op == token.QUO) {
		if x := withoutMinus(b.X); x != nil {
			c := *b
			c.X = x
			return &c
		}
	}
	return isMinus(e)
}
