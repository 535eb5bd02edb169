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

// partsApart is mapParts for one assignment. Parts of one element are assigned to one copy of it; where there are several elements, which may
// be the same, one is assigned to after the other.
func partsApart(a *ast.Assign) []ast.Stmt {
	var elem, other ast.Expr // of which there are parts
	for _, l := range a.Lhs {
		switch e := mapElement(l); {
		case e == nil || e == l:
		case elem == nil:
			elem = e
		case !ast.Equal(e, elem):
			other = e
		}
	}
	if elem == nil {
		return []ast.Stmt{a}
	}
	if other != nil || len(a.Lhs) > 1 && slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool { return l != nil && mapElement(l) == l }) {
		return inTurn(a)
	}
	t := ast.NewVar("t", elem.Type())
	c := *a
	c.Lhs = nil
	for _, l := range a.Lhs {
		if e := mapElement(l); e != nil {
			l = replaceNode(l, e, &ast.Ref{Var: t})
		}
		c.Lhs = append(c.Lhs, l)
	}
	before, after := define(t, elem), set(elem, token.ASSIGN, &ast.Ref{Var: t})
	ast.Inherit([]ast.Stmt{before, after}, a)
	return []ast.Stmt{before, &c, after}
}

// inTurn is partsApart for several elements: the keys and values are found first, as far as they are no constants.
func inTurn(a *ast.Assign) []ast.Stmt {
	values, keys := *a, ast.Assign{Meta: a.Meta, Op: token.DEFINE}
	values.Lhs, values.Op = nil, token.DEFINE
	var out []*ast.Assign
	var last *ast.Assign // that of the places before
	var elem ast.Expr    // that these are parts of, as it is in a
	var now ast.Expr     // the same where the key has been found
	for _, l := range a.Lhs {
		if l == nil {
			values.Lhs = append(values.Lhs, nil)
			continue
		}
		v := &ast.Ref{Var: ast.NewVar("t", l.Type())}
		values.Lhs = append(values.Lhs, v)
		e := mapElement(l)
		if e == nil || elem == nil || e == l || !ast.Equal(e, elem) {
			elem, now = e, e
			if x, ok := e.(*ast.Index); ok && !isLit(x.I) {
				k := &ast.Ref{Var: ast.NewVar("k", x.I.Type())}
				keys.Lhs, keys.Rhs = append(keys.Lhs, k), append(keys.Rhs, x.I)
				now = &ast.Index{X: x.X, I: k, T: x.T}
			}
			last = &ast.Assign{Meta: a.Meta, Op: token.ASSIGN}
			out = append(out, last)
		}
		if e != nil {
			l = replaceNode(l, e, now)
		}
		last.Lhs, last.Rhs = append(last.Lhs, l), append(last.Rhs, v)
	}
	list := []ast.Stmt{&values}
	if len(keys.Lhs) > 0 {
		list = []ast.Stmt{&keys, &values}
	}
	for _, s := range out {
		list = append(list, partsApart(s)...)
	}
	return list
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
