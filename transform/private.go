package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Scratch memory.
//
// Memory from outside of a loop may serve each iteration for itself:
//
//	terms := make([]float64, len(mean))
//	for _, v := range x {
//		for k, m := range mean {
//			terms[k] = -(v - m) * (v - m) / 2
//		}
//		sum += logSumExp(terms)
//	}
//
// Every iteration overwrites the same elements, all of them before it reads any, and nothing reads them after the loop. So no value goes
// from one iteration to another, and no adjoint: where the reversal of an iteration has got to its beginning, the adjoints of what it
// overwrote are zero again. Elements that no iteration overwrites are what they were before the loop in all of them.

// private reports whether a cell that the iterations of a loop write serves each of them for itself.
func (r *reverser) private(loop *item, l *location) bool {
	if r.lasts(l) {
		return false
	}
	s := &scratch{r: r, loop: loop, cell: l}
	return s.collect() && s.fits()
}

// lasts reports whether the caller or a variable of the package may lead to a cell.
func (r *reverser) lasts(l *location) bool {
	seen := map[*location]bool{}
	lasts := false
	see := func(c *location) { lasts = lasts || c.find() == l }
	for _, v := range slices.Concat(r.fn.Inputs(), r.fn.Results) {
		r.mem.reachable(r.mem.variable(v), seen, see)
	}
	for _, g := range r.mem.globals {
		r.mem.reachable(g, seen, see)
	}
	return lasts
}

// A scratch is a cell that the iterations of a loop write, and what is done to it.
type scratch struct {
	r      *reverser
	loop   *item
	cell   *location
	writes []placeAt
	reads  []placeAt
}

// A placeAt is a place at an item, or nil for one that is not known.
type placeAt struct {
	it    *item
	place ast.Expr
}

// collect finds what is done to the cell in the loop, in order, and reports whether nothing else reads it after the loop.
func (s *scratch) collect() bool {
	r := s.r
	around := loopsWithin(s.loop.part, r.tree.root)
	for _, pos := range r.readersOf(s.cell) {
		if pos >= s.loop.pos && pos < s.loop.end {
			s.reads = append(s.reads, s.readsAt(r.tree.items[pos])...)
			continue
		}
		again := slices.ContainsFunc(around, func(e *item) bool { return pos >= e.pos && pos < e.end })
		if (pos > s.loop.pos || again) && len(s.readsAt(r.tree.items[pos])) > 0 {
			return false
		}
	}
	for _, pos := range r.hist.log.at[s.cell] {
		if pos < s.loop.pos || pos >= s.loop.end {
			continue
		}
		it := r.tree.items[pos]
		lhs, _ := sides(it.stmt)
		if a, ok := it.stmt.(*ast.Assign); ok {
			lhs = a.Lhs
		}
		found := false
		for _, x := range lhs {
			if x != nil && isPlace(x) && r.touches(x, s.cell) {
				s.writes, found = append(s.writes, placeAt{it, x}), true
			}
		}
		if !found || r.calls[it.stmt] != nil {
			return false
		}
	}
	return len(s.writes) > 0
}

// readersOf returns the positions of the items that read a cell, ascending; some others may be among them.
func (r *reverser) readersOf(l *location) []int {
	if r.readers == nil {
		r.readers = map[*location][]int{}
		for _, it := range r.tree.items {
			seen := map[*location]bool{}
			see := func(c *location) {
				if c = c.find(); !seen[c] {
					seen[c] = true
					r.readers[c] = append(r.readers[c], it.pos)
				}
			}
			ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
				r.mem.reads(e, see)
				r.mem.eachCall(e, func(c *ast.Call) { r.mem.callReads(c, see) })
			})
			if g, ok := it.stmt.(*ast.Range); ok && g.Value != nil && elemType(g.X.Type()) != nil {
				r.mem.reads(&ast.Index{X: g.X, I: intNumber(0), T: elemType(g.X.Type())}, see)
			}
		}
	}
	return r.readers[l]
}

// readsAt returns where an item itself reads the cell. What is read to find a place does not count, for no adjoint comes of that.
func (s *scratch) readsAt(it *item) []placeAt {
	var list []placeAt
	see := func(e ast.Expr) bool {
		switch x := e.(type) {
		case *ast.Call:
			read := false
			s.r.mem.callReads(x, func(c *location) { read = read || c.find() == s.cell })
			if read {
				list = append(list, placeAt{it, nil})
			}
		case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
			if s.r.touches(e, s.cell) {
				list = append(list, placeAt{it, e})
			}
			return false
		}
		return true
	}
	compounds := false
	if a, ok := it.stmt.(*ast.Assign); ok {
		_, compounds = compound(a.Op)
	}
	ast.Exprs(it.stmt, func(e ast.Expr, assigned bool) {
		if !assigned || compounds || !isPlace(e) {
			ast.Walk(e, see)
		}
	})
	if g, ok := it.stmt.(*ast.Range); ok && g.Value != nil {
		see(&ast.Index{X: g.X, T: elemType(g.X.Type())})
	}
	return list
}

// fits reports whether every iteration overwrites the same places, before it reads them.
func (s *scratch) fits() bool {
	first := s.writes[0]
	if !s.always(first) {
		return false
	}
	done := s.top(first.it).end // where all that the first write writes is written
	for _, w := range s.writes[1:] {
		if !s.follows(w, first) && !s.isWhole(first) {
			return false
		}
	}
	for _, read := range s.reads {
		if read.it.pos < done && !s.follows(read, first) {
			return false
		}
	}
	return true
}

// isWhole reports whether a write overwrites all of the cell.
func (s *scratch) isWhole(w placeAt) bool {
	_, ok := w.place.(*ast.Ref)
	return ok
}

// follows reports whether something is done to the place that a write has just written: behind it in the same part, or below that.
func (s *scratch) follows(x, w placeAt) bool {
	return x.place != nil && ast.Equal(x.place, w.place) && x.it.pos > w.it.pos && x.it.part.inside(w.it.part)
}

// top returns the item of the body of the loop that an item is, or is part of.
func (s *scratch) top(it *item) *item {
	for it.part != s.loop.body {
		it = it.part.branch
	}
	return it
}

// always reports whether every iteration of the loop does a write, to the same places: nothing decides whether it does but loops that are
// the same in each, and the place depends on nothing but their counters and what the loop leaves alone.
func (s *scratch) always(w placeAt) bool {
	counters := map[*ast.Var]bool{}
	var around []*item
	for p := w.it.part; p != s.loop.body; p = p.parent {
		it := p.branch
		if it == nil || it.body != p || it.hasExits() || it.body.jumpsOut() {
			return false
		}
		around = append(around, it)
	}
	for _, it := range slices.Backward(around) { // the outermost first
		v := counterOf(it)
		if v == nil {
			return false
		}
		counters[v] = true
		switch g := it.stmt.(type) {
		case *ast.Range:
			if !s.same(g.X, counters) {
				return false
			}
			if v := rangeValue(g); v != nil && s.same(&ast.Index{X: g.X, I: intNumber(0), T: elemType(g.X.Type())}, counters) {
				counters[v.Var] = true
			}
		case *ast.For:
			ok := true
			for _, part := range []ast.Stmt{g.Init, g.Post} {
				if part != nil {
					ast.Exprs(part, func(e ast.Expr, assigned bool) { ok = ok && (assigned || s.same(e, counters)) })
				}
			}
			if !ok || !s.same(g.Cond, counters) {
				return false
			}
		}
	}
	return !isCompound(w.it.stmt) && s.sameAddress(w.place, counters)
}

func isCompound(s ast.Stmt) bool {
	a, ok := s.(*ast.Assign)
	return ok && a.Op != token.ASSIGN && a.Op != token.DEFINE
}

// same reports whether an expression has the same values in each iteration of the loop, given the values of counters.
func (s *scratch) same(e ast.Expr, counters map[*ast.Var]bool) bool {
	if e == nil {
		return false
	}
	e = ast.Map(e, func(e ast.Expr) ast.Expr {
		if ref, ok := e.(*ast.Ref); ok && counters[ref.Var] {
			return intNumber(0)
		}
		return e
	})
	return s.r.steady(s.loop, e)
}

// sameAddress is same for where a place is.
func (s *scratch) sameAddress(e ast.Expr, counters map[*ast.Var]bool) bool {
	switch e := e.(type) {
	case *ast.Ref:
		return true
	case *ast.Index:
		if isArray(e.X.Type()) {
			return s.sameAddress(e.X, counters) && s.same(e.I, counters)
		}
		return s.same(e.X, counters) && s.same(e.I, counters)
	case *ast.Field:
		if ast.Pointee(e.X.Type()) == nil {
			return s.sameAddress(e.X, counters)
		}
		return s.same(e.X, counters)
	case *ast.Deref:
		return s.same(e.X, counters)
	}
	return false
}
