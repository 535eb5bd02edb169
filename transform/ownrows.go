package transform

import (
	"slices"

	"github.com/godiff/godiff/ast"
)

// Rows of their own.
//
// An iteration of a parallel loop may come to floats through the elements of a slice that leads to them, of which it uses only its own:
//
//	for i, row := range x {
//		s += norm(row)                 // dx[i] belongs to this iteration, if no other row shares memory with it
//	}
//
// Whether elements share memory is not known before the loop is run. Then it is asked; if so, one core does it all.

// ownsRow reports whether an iteration of a parallel loop comes to a cell only through its own element of a slice.
func (r *reverser) ownsRow(loop *item, l *location) bool {
	rows, w := r.rowsTo(loop, l)
	return rows != nil && w.spread() == 0
}

// rowsTo returns the slice through the elements of which alone a parallel loop comes to a cell, and which of them an iteration uses; or nil.
func (r *reverser) rowsTo(loop *item, l *location) (rows *ast.Var, w window) {
	if !loop.stmt.Info().Parallel {
		return nil, w
	}
	l = l.find()
	leads := func(from *location) bool {
		found := false
		r.mem.reachable(from, map[*location]bool{}, func(c *location) { found = found || c.find() == l })
		return found
	}
	for _, g := range r.mem.globals {
		if leads(g) {
			return nil, w
		}
	}
	for _, v := range r.mem.dyn.taken {
		if leads(v) {
			return nil, w
		}
	}
	for _, v := range r.usedFromOutside(loop) {
		if !leads(r.mem.variable(v)) {
			continue
		}
		if rows != nil || !isSlice(v.Type) || ast.IsFloat(elemType(v.Type)) {
			return nil, w
		}
		rows = v
	}
	if rows == nil || r.stretches(loop, l) {
		return nil, w
	}
	w, ok := r.elementsUsed(loop, rows)
	if !ok {
		return nil, w
	}
	return rows, w
}

// usedFromOutside returns the variables of the primal that a loop uses and does not declare.
func (r *reverser) usedFromOutside(loop *item) []*ast.Var {
	return slices.DeleteFunc(freeVars(loop.stmt), func(v *ast.Var) bool { return r.primals()[v] != nil })
}

// elementsUsed returns which elements of a slice an iteration of a loop uses, if that is all that the loop does with it, but to ask for its length.
func (r *reverser) elementsUsed(loop *item, rows *ast.Var) (w window, ok bool) {
	key := counterOf(loop)
	if key != nil && assigns(ast.Blocks(loop.stmt)[0], key) {
		return w, false
	}
	used := false
	ok = true
	var see func(e ast.Expr)
	see = func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.Index:
			if d, isNear := distance(x.I, key); isNear && isRefTo(rows)(x.X) {
				w.add(d, used)
				used = true
				return
			}
		case *ast.Call:
			if x.Fun.Builtin == "len" && isRefTo(rows)(x.Args[0]) {
				return
			}
		case *ast.Ref:
			ok = ok && x.Var != rows
		}
		for _, x := range ast.Operands(e) {
			see(x)
		}
	}
	ast.Inspect(loop.stmt, func(s ast.Stmt) bool {
		g, isRange := s.(*ast.Range)
		over := isRange && isRefTo(rows)(g.X) && (g.Value == nil || s == loop.stmt)
		if over && g.Value != nil {
			w.add(0, used)
			used = true
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			if !over || e != g.X {
				see(e)
			}
		})
		return ok
	})
	return w, ok && used
}

// stretches reports whether something in a loop may come to memory beyond the length of a slice that a cell is in.
func (r *reverser) stretches(loop *item, l *location) bool {
	found := false
	see := func(x *location) {
		r.mem.cellsIn(x, func(c *location) { found = found || c.find() == l })
	}
	ast.Inspect(loop.stmt, func(s ast.Stmt) bool {
		r.mem.appends(s, see)
		r.mem.extensions(s, see)
		return true
	})
	return found
}
