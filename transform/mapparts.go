package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// mapParts mends assignments to parts of the elements of maps, which Go does not allow:
//
//	m[k].x += v              t := m[k]
//	                         t.x += v
//	                         m[k] = t
func mapParts(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok {
			out.Stmts = append(out.Stmts, partsApart(a)...)
			continue
		}
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, mapParts)
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// partsApart is mapParts for one assignment.
func partsApart(a *ast.Assign) []ast.Stmt {
	var before, after []ast.Stmt
	var lhs []ast.Expr
	for _, l := range a.Lhs {
		elem := mapElement(l)
		if elem == nil || elem == l {
			lhs = append(lhs, l)
			continue
		}
		t := ast.NewVar("t", elem.Type())
		before = append(before, define(t, elem))
		lhs = append(lhs, replaceNode(l, elem, &ast.Ref{Var: t}))
		after = append(after, set(elem, token.ASSIGN, &ast.Ref{Var: t}))
	}
	if len(before) == 0 {
		return []ast.Stmt{a}
	}
	ast.Inherit(slices.Concat(before, after), a)
	c := *a
	c.Lhs = lhs
	return append(append(before, &c), after...)
}

// mapElement returns the element of a map that a place is, or is a part of by value, or nil.
func mapElement(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Field:
		if ast.Pointee(e.X.Type()) == nil {
			return mapElement(e.X)
		}
	case *ast.Index:
		if ast.IsMap(e.X.Type()) {
			return e
		}
		if isArray(e.X.Type()) {
			return mapElement(e.X)
		}
	}
	return nil
}

// replaceNode returns e with one node of it replaced.
func replaceNode(e, old, by ast.Expr) ast.Expr {
	if e == old {
		return by
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return replaceNode(x, old, by) })
}
