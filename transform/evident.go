package transform

import (
	"slices"

	"github.com/godiff/godiff/ast"
)

// evident drops evaluations that are only there for a panic, where the same element has been looked at just before, or is the next that is
// looked at, before anything has changed that outlives a panic:
//
//	va := vx[i] * x[i]              _ = p.K * x
//	_ = 1 - x[i]                    return p.K
type evident struct {
	*derivation
	found bool
}

func (d *evident) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	var seen []ast.Expr // has been evaluated, and nothing has been assigned since to what it depends on
	for i, s := range b.Stmts {
		if d.isEvident(s, seen) || d.isNext(s, b.Stmts[i+1:]) {
			d.found = true
			continue
		}
		if len(ast.Blocks(s)) > 0 {
			if seen = nil; !isMark(s) {
				s = ast.MapBlocks(s, d.block)
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
	x := evaluated(s)
	if x == nil {
		return false
	}
	evident, found := true, false
	ast.Walk(x, func(e ast.Expr) bool {
		if slices.ContainsFunc(seen, func(x ast.Expr) bool { return ast.Equal(x, e) }) {
			found = true
			return false
		}
		evident = evident && !d.mayPanicAt(e)
		return true
	})
	return evident && found
}

// evaluated returns the expression that a statement evaluates for nothing but panics, or nil.
func evaluated(s ast.Stmt) ast.Expr {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 || a.Lhs[0] != nil || len(a.Rhs) != 1 || hasCall(a.Rhs[0]) {
		return nil
	}
	return a.Rhs[0]
}

// isNext reports whether a statement evaluates an expression for nothing but panics, and those that may come of it come in the same order of
// the statements behind it, before others.
func (d *derivation) isNext(s ast.Stmt, rest []ast.Stmt) bool {
	x := evaluated(s)
	if x == nil {
		return false
	}
	due, certain := d.due(x, nil)
	if !certain {
		return false
	}
	var next []ast.Expr
	for _, t := range rest {
		if isMark(t) {
			continue
		}
		local := len(ast.Blocks(t)) == 0
		ast.Exprs(t, func(e ast.Expr, assigned bool) {
			r, isVar := e.(*ast.Ref)
			switch {
			case e == nil:
			case hasCall(e), assigned && !(isVar && ast.IsFloat(r.Var.Type)):
				local = false
			case local && !assigned:
				next, local = d.due(e, next)
			}
		})
		if !local {
			break
		}
	}
	return len(due) > 0 && len(due) <= len(next) && slices.EqualFunc(due, next[:len(due)], ast.Equal)
}

// due adds the places at which an expression may panic to a list, each once, and reports whether it may not panic otherwise and evaluates all
// that is in it.
func (d *derivation) due(e ast.Expr, list []ast.Expr) ([]ast.Expr, bool) {
	certain := true
	ast.Walk(e, func(e ast.Expr) bool {
		if b, ok := e.(*ast.Binary); ok && isBoolean(b.T) {
			certain = false
		}
		if certain && d.u.mayPanicAt(e, d.rangeOver) {
			if certain = isPath(e); certain && !slices.ContainsFunc(list, func(x ast.Expr) bool { return ast.Equal(x, e) }) {
				list = append(list, e)
			}
		}
		return certain
	})
	return list, certain
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
