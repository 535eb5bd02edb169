package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Accumulators.
//
// Where all iterations of a loop add to the adjoint of one element, and to no other that could be the same, the sum is made in a variable:
//
//	for j := k + 1; j < n; j++ {                         da2 := 0.0
//		a[i*n+j] -= a[i*n+k] * a[k*n+j]              for j := n - 1; j >= k+1; j-- {
//	}                                                    	da2 -= da[i*n+j] * a[k*n+j]
//	                                                     	…
//	                                                     }
//	                                                     da[i*n+k] += da2
//
// The element must be one that F has looked at even if there are no iterations.
type accumulator struct {
	place  ast.Expr // in the primal function
	loop   *item
	beside *item // names the place
	sum    *ast.Var
	used   bool
}

// An occurrence is a place with an active float, an element of an array or behind a pointer, where an item reads or assigns it.
type occurrence struct {
	place    ast.Expr
	item     *item
	assigned bool
}

// accumulators returns those of the reversal of a loop.
func (r *reverser) accumulators(loop *item) []*accumulator {
	all := r.occurrences(loop)
	var list []*accumulator
	for _, x := range all {
		known := slices.ContainsFunc(list, func(a *accumulator) bool { return ast.Equal(a.place, x.place) })
		_, isElement := x.place.(*ast.Index)
		if !isElement || known || x.assigned || !r.staysSame(loop, x.place) {
			continue
		}
		beside := r.besideLoop(loop, x.place)
		if beside == nil {
			continue
		}
		if !slices.ContainsFunc(all, func(y occurrence) bool { return r.mayBeAnother(loop, x, y) }) {
			list = append(list, &accumulator{place: x.place, loop: loop, beside: beside, sum: ast.NewVar("d"+placeName(x.place), x.place.Type())})
		}
	}
	return list
}

// occurrences returns those in an innermost loop, or nil where calls may touch others.
func (r *reverser) occurrences(loop *item) []occurrence {
	var list []occurrence
	for pos := loop.pos + 1; pos < loop.end; pos++ {
		it := r.tree.items[pos]
		if it.body != nil || r.calls[it.stmt] != nil || r.grown[it.stmt] != nil || len(r.undo[it.stmt]) > 0 {
			return nil
		}
		calls := false
		ast.Exprs(it.stmt, func(e ast.Expr, assigned bool) {
			ast.Walk(e, func(x ast.Expr) bool {
				c, isCall := x.(*ast.Call)
				calls = calls || isCall && (c.Fun.Fn != nil && !r.u.mathematical(c.Fun.Fn) || c.Fun.Builtin == "copy" || c.Fun.Builtin == "append")
				ref, isVar := x.(*ast.Ref)
				if isPlace(x) && ast.IsFloat(x.Type()) && r.holdsActive(x) && !(isVar && !r.mem.addressed(ref.Var)) {
					list = append(list, occurrence{x, it, assigned && x == e})
				} else if isPath(x) && ast.Carries(x.Type()) && holdsFloats(x.Type()) && !ast.IsFloat(x.Type()) {
					calls = true // elements in one piece
				}
				return true
			})
		})
		if calls {
			return nil
		}
	}
	return list
}

// staysSame reports whether a place is the same in all iterations of a loop, before and behind it.
func (r *reverser) staysSame(loop *item, place ast.Expr) bool {
	same := true
	r.mem.readsOfAddress(place, func(c *location) {
		for _, pos := range r.hist.log.at[c.find()] {
			same = same && (pos < loop.part.from || pos >= loop.part.to)
		}
	})
	ast.Walk(place, func(e ast.Expr) bool {
		if ref, ok := e.(*ast.Ref); ok {
			same = same && r.declaredOutside(loop, ref.Var)
		}
		return true
	})
	return same
}

// declaredOutside reports whether a variable is none of those that a loop declares.
func (r *reverser) declaredOutside(loop *item, v *ast.Var) bool {
	if counterOf(loop) == v || rangeValue(loop.stmt) != nil && rangeValue(loop.stmt).Var == v {
		return false
	}
	for pos := loop.pos; pos < loop.end; pos++ {
		if slices.Contains(ast.Defined(r.tree.items[pos].stmt), v) {
			return false
		}
	}
	return true
}

// besideLoop returns a statement beside a loop, which runs as often, that names a place, or nil.
func (r *reverser) besideLoop(loop *item, place ast.Expr) *item {
	i := slices.IndexFunc(loop.part.items, func(it *item) bool {
		if it.body != nil || it.then != nil {
			return false
		}
		found := false
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
			found = found || ast.Any(e, func(x ast.Expr) bool { return ast.Equal(x, place) }) && !ast.Any(e, isShortCircuit)
		})
		return found
	})
	if i < 0 {
		return nil
	}
	return loop.part.items[i]
}

// mayBeAnother reports whether y may be the element x of a loop, in whatever iterations, though by another name or in an assignment.
func (r *reverser) mayBeAnother(loop *item, x, y occurrence) bool {
	if !r.mayBeOne(x.place, y.place) {
		return false
	}
	if ast.Equal(x.place, y.place) {
		return y.assigned
	}
	var around []*item
	for p := loop.part; p != nil; p = p.parent {
		if l := p.branch; l != nil && l.body == p {
			around = append(around, l)
		}
	}
	v := &resolver{reverser: r, keepAll: func(*location) bool { return false }}
	u := use{x.item, false, &context{}}
	s := &sections{r: v, ids: map[string]int{}, sides: map[int]sideKey{}, monos: map[[3]int]int{}, read: u}
	a := s.access(x.place, u, ofRead)
	return a == nil || !s.apart(a, y.place, y.item, order{equal: around})
}

// accumulator returns that of a place at a statement of the forward sweep, or nil.
func (r *reverser) accumulator(place ast.Expr, s ast.Stmt) *accumulator {
	it := r.tree.at[s]
	for _, a := range r.sums {
		if it != nil && it.pos > a.loop.pos && it.pos < a.loop.end && ast.Equal(a.place, place) {
			return a
		}
	}
	return nil
}

// summed returns the reversal of a loop with what its accumulators ask for around it.
func (r *reverser) summed(sums []*accumulator, loop ast.Stmt) []ast.Stmt {
	out := []ast.Stmt{loop}
	for _, a := range sums {
		if a.used {
			out = append([]ast.Stmt{&ast.Decl{Vars: []*ast.Var{a.sum}, Typed: true}}, out...)
			out = append(out, set(r.place(a.place, r.before(a.beside.stmt)), token.ADD_ASSIGN, &ast.Ref{Var: a.sum}))
		}
	}
	return out
}

// isShortCircuit reports whether e may leave its right side out.
func isShortCircuit(e ast.Expr) bool {
	b, ok := e.(*ast.Binary)
	return ok && (b.Op == token.LAND || b.Op == token.LOR)
}
