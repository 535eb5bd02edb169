package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// coalesce lets a number of ours that takes the place of another be that one:
//
//	dmean2 := dmean / n          dmean /= n
func coalesce(b *ast.Block) *ast.Block {
	taken := addressTaken(b)
	var block func(b *ast.Block) *ast.Block
	block = func(b *ast.Block) *ast.Block {
		if len(b.Stmts) == 0 {
			return b
		}
		out := &ast.Block{Meta: b.Meta}
		here := map[*ast.Var]bool{} // numbers of ours that this block defines
		rest := b.Stmts
		for len(rest) > 0 {
			s := rest[0]
			rest = rest[1:]
			if old, now := succession(s); now != nil && here[old] && !taken[old] && !taken[now] && !usesVar(&ast.Block{Stmts: rest}, old) {
				a := s.(*ast.Assign)
				x := a.Rhs[0].(*ast.Binary)
				c := *a
				c.Lhs, c.Op, c.Rhs = ast.Refs([]*ast.Var{old}), compoundOf[x.Op], []ast.Expr{x.Y}
				s = &c
				by := substitution(map[*ast.Var]ast.Expr{now: &ast.Ref{Var: old}})
				rest = mapAll(&ast.Block{Stmts: rest}, by).(*ast.Block).Stmts
			}
			for _, v := range ast.Defined(s) {
				here[v] = v.Obj == nil && ast.IsFloat(v.Type)
			}
			if len(ast.Blocks(s)) > 0 {
				s = ast.MapBlocks(s, block)
			}
			out.Stmts = append(out.Stmts, s)
		}
		return out
	}
	return block(b)
}

// compoundOf are the assignments that operate.
var compoundOf = map[token.Token]token.Token{
	token.ADD: token.ADD_ASSIGN, token.SUB: token.SUB_ASSIGN, token.MUL: token.MUL_ASSIGN, token.QUO: token.QUO_ASSIGN,
}

// succession returns the variables of a statement of ours that defines one as the other with an operation.
func succession(s ast.Stmt) (old, now *ast.Var) {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return nil, nil
	}
	to, ok := a.Lhs[0].(*ast.Ref)
	x, isBinary := a.Rhs[0].(*ast.Binary)
	if !ok || !isBinary || compoundOf[x.Op] == 0 || to.Var.Obj != nil || !ast.IsFloat(to.Var.Type) {
		return nil, nil
	}
	from, ok := x.X.(*ast.Ref)
	if !ok || from.Var.Obj != nil || mentions(x.Y, from.Var) || !types.Identical(from.Var.Type, to.Var.Type) || from.Var.Name != to.Var.Name {
		return nil, nil
	}
	return from.Var, to.Var
}
