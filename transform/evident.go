package transform

import (
	"slices"

	"github.com/godiff/godiff/ast"
)

// withoutEvident returns a block without evaluations that are only there for a panic, where the same element has been looked at just
// before:
//
//	va := vx[i] * x[i]
//	_ = 1 - x[i]
func (d *derivation) withoutEvident(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	var seen []ast.Expr // has been evaluated, and nothing has been assigned since to what it depends on
	for _, s := range b.Stmts {
		if d.isEvident(s, seen) {
			continue
		}
		if len(ast.Blocks(s)) > 0 {
			if seen = nil; !isMark(s) {
				s = ast.MapBlocks(s, d.withoutEvident)
			}
			out.Stmts = append(out.Stmts, s)
			continue
		}
		out.Stmts = append(out.Stmts, s)
		ast.Exprs(s, func(e ast.Expr, _ bool) { seen = append(seen, d.elements(e)...) })
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if assigned {
				seen = unchanged(seen, e)
			}
			if hasCall(e) {
				seen = nil
			}
		})
	}
	return out
}

// unchanged returns those of some places that are where they were after an assignment.
func unchanged(seen []ast.Expr, place ast.Expr) []ast.Expr {
	if r, whole := place.(*ast.Ref); place == nil || whole && r.Var == nil {
		return seen
	}
	v := ast.RootVar(place)
	if v == nil && !ast.IsFloat(place.Type()) {
		return nil // an index or an address may lie there
	}
	return slices.DeleteFunc(seen, func(x ast.Expr) bool {
		if v != nil {
			return mentions(x, v)
		}
		return ast.Any(x, func(e ast.Expr) bool { _, ok := e.(*ast.Convert); return ok }) // of a float to an index
	})
}

// isEvident reports whether a statement evaluates an expression for nothing but panics, all of which would have come before.
func (d *derivation) isEvident(s ast.Stmt, seen []ast.Expr) bool {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 || a.Lhs[0] != nil || len(a.Rhs) != 1 || hasCall(a.Rhs[0]) {
		return false
	}
	evident, found := true, false
	ast.Walk(a.Rhs[0], func(e ast.Expr) bool {
		if slices.ContainsFunc(seen, func(x ast.Expr) bool { return ast.Equal(x, e) }) {
			found = true
			return false
		}
		evident = evident && !d.mayPanicAt(e)
		return true
	})
	return evident && found
}

// elements returns the places behind indices, pointers and fields that an expression looks at whenever it is evaluated.
func (d *derivation) elements(e ast.Expr) []ast.Expr {
	var list []ast.Expr
	ast.Walk(e, func(e ast.Expr) bool {
		if b, ok := e.(*ast.Binary); ok && isBoolean(b.T) {
			return false // the second operand may not be evaluated
		}
		if isPath(e) && d.mayPanicAt(e) {
			list = append(list, e)
		}
		return true
	})
	return list
}
