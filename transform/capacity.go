package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Capacities.
//
// A slice of values that loops within loops remember gets room for all of them before the outermost loop, where that can be told: the
// loops have no other exits, and the number of iterations of each is the same every time or rises or falls with an outer counter, to or
// from none:
//
//	vs := make([]float64, 0, max(n, 0)*max(n-1, 0))
//	for i := 0; i < n; i++ {
//		for j := i + 1; j < n; j++ {
//			vs = append(vs, …)
//
// It is then at most twice as much for each such loop as is needed; a slice that grows is copied again and again.
type rooms struct {
	r        *reverser
	outer    *item             // the outermost loop
	unknowns []ast.Expr        // what forms have for unknowns; the first is no unknown
	counters map[*ast.Var]form // the forms of the least and the greatest value of the counters of the loops looked at
	greatest map[*ast.Var]form
}

// capacity returns how many values loops, innermost first, remember that remember one in each iteration, in terms of what there is before
// the outermost; or nil where that is not known. Home is the part that remembers.
func (r *reverser) capacity(loops []*item, home *part) ast.Expr {
	if len(loops) < 2 || home != loops[0].body {
		return nil
	}
	rooms := &rooms{r: r, outer: loops[len(loops)-1], unknowns: []ast.Expr{nil}, counters: map[*ast.Var]form{}, greatest: map[*ast.Var]form{}}
	var room ast.Expr
	for i, loop := range slices.Backward(loops) {
		if loop.hasExits() || i > 0 && loops[i-1].part != loop.body {
			return nil
		}
		n := rooms.trips(loop)
		if n == nil {
			return nil
		}
		if room == nil {
			room = n
		} else {
			room = &ast.Binary{Op: token.MUL, X: room, Y: n, T: intType}
		}
	}
	return room
}

// trips returns how many iterations a loop has at most, or nil.
func (r *rooms) trips(loop *item) ast.Expr {
	if s, ok := loop.stmt.(*ast.Range); ok {
		x := s.X
		if elemType(x.Type()) != nil {
			x = length(x)
		}
		hi, ok := r.form(x)
		if key, isRef := s.Key.(*ast.Ref); ok && isRef {
			r.note(key.Var, form{}, hi.plus(form{0: 1}, -1))
		}
		return r.most(hi, ok)
	}
	c := loop.count
	if c == nil || c.hi == nil || c.step != 1 && c.step != -1 {
		return nil
	}
	lo, okLo := r.form(c.lo)
	hi, okHi := r.form(c.hi)
	if !okLo || !okHi {
		return nil
	}
	switch {
	case c.step == 1 && c.op == token.LSS:
		hi = hi.plus(form{0: 1}, -1)
	case c.step == -1 && c.op == token.GTR:
		hi = hi.plus(form{0: 1}, 1)
	case c.step == 1 && c.op == token.LEQ, c.step == -1 && c.op == token.GEQ:
	default:
		return nil
	}
	if c.step == -1 {
		lo, hi = hi, lo
	}
	r.note(c.v, lo, hi)
	return r.most(hi.plus(lo, -1).plus(form{0: 1}, 1), true)
}

// note notes the least and the greatest value of a counter, unless those depend on another.
func (r *rooms) note(v *ast.Var, lo, hi form) {
	if !r.varies(lo) && !r.varies(hi) {
		r.counters[v], r.greatest[v] = lo, hi
	}
}

// varies reports whether a form depends on a counter.
func (r *rooms) varies(f form) bool {
	for x := range f {
		if x > 0 && r.counterOf(x) != nil {
			return true
		}
	}
	return false
}

// counterOf returns the counter that an unknown is, or nil.
func (r *rooms) counterOf(x int) *ast.Var {
	if ref, ok := r.unknowns[x].(*ast.Ref); ok && r.counters[ref.Var] != nil {
		return ref.Var
	}
	return nil
}

// most is the greatest value of a number of iterations, if that is the same every time, or falls or rises with one counter to or from
// none.
func (r *rooms) most(f form, ok bool) ast.Expr {
	if !ok {
		return nil
	}
	for x, c := range f {
		v := (*ast.Var)(nil)
		if x > 0 {
			v = r.counterOf(x)
		}
		if v == nil {
			continue
		}
		if c != 1 && c != -1 {
			return nil
		}
		rest := maps.Clone(f)
		delete(rest, x)
		least, most := rest.plus(r.counters[v], c), rest.plus(r.greatest[v], c)
		if c < 0 {
			least, most = most, least
		}
		if len(least) > 1 || len(least) == 1 && least[0] == 0 || least[0] < -2 || least[0] > 2 || r.varies(most) {
			return nil
		}
		f = most
		break
	}
	return atLeastZero(r.expr(f))
}

// form returns an integer as a form in what is there before the outermost loop and stays the same in it, and counters.
func (r *rooms) form(e ast.Expr) (form, bool) {
	if n, ok := intLit(e); ok {
		return form{}.plus(form{0: n}, 1), true
	}
	switch e := e.(type) {
	case *ast.Ref:
		if types.Identical(e.Var.Type, intType) && (r.counters[e.Var] != nil || r.isThere(e)) {
			return form{r.unknown(e): 1}, true
		}
	case *ast.Call:
		if e.Fun.Builtin == "len" && r.isThere(e.Args[0]) {
			return form{r.unknown(e): 1}, true
		}
	case *ast.Binary:
		x, okX := r.form(e.X)
		y, okY := r.form(e.Y)
		if !okX || !okY {
			return nil, false
		}
		switch e.Op {
		case token.ADD:
			return x.plus(y, 1), true
		case token.SUB:
			return x.plus(y, -1), true
		}
	}
	return nil, false
}

// isThere reports whether an expression can be evaluated before the outermost loop, with the value that it has in the loop.
func (r *rooms) isThere(e ast.Expr) bool {
	ok := types.Identical(e.Type(), intType) || isSlice(e.Type())
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			ok = ok && r.r.declaredOutside(r.outer, e.Var)
		case *ast.Field:
			ok = ok && (ast.Pointee(e.X.Type()) == nil || r.isLookedAt(e.X))
		default:
			ok = false
		}
		return ok
	})
	return ok && r.r.steady(r.outer, e) && !r.r.isWild(e)
}

// isLookedAt reports whether the header of the outermost loop looks at what a pointer points to.
func (r *rooms) isLookedAt(p ast.Expr) bool {
	found := false
	look := func(e ast.Expr) {
		if e != nil {
			ast.Walk(e, func(e ast.Expr) bool {
				f, ok := e.(*ast.Field)
				found = found || ok && ast.Equal(f.X, p)
				return !found
			})
		}
	}
	switch s := r.outer.stmt.(type) {
	case *ast.Range:
		look(s.X)
	case *ast.For:
		look(s.Cond)
	}
	return found
}

// unknown returns the number of an expression among the unknowns.
func (r *rooms) unknown(e ast.Expr) int {
	i := slices.IndexFunc(r.unknowns, func(x ast.Expr) bool { return x != nil && ast.Equal(x, e) })
	if i < 0 {
		i = len(r.unknowns)
		r.unknowns = append(r.unknowns, e)
	}
	return i
}

// expr is a form as an expression.
func (r *rooms) expr(f form) ast.Expr {
	var e ast.Expr
	for _, sign := range []int64{1, -1} {
		for _, x := range slices.Sorted(maps.Keys(f)) {
			c := f[x] * sign
			if x == 0 || c <= 0 {
				continue
			}
			term := r.unknowns[x]
			if c > 1 {
				term = &ast.Binary{Op: token.MUL, X: intNumber(c), Y: term, T: intType}
			}
			switch {
			case e != nil && sign > 0:
				e = &ast.Binary{Op: token.ADD, X: e, Y: term, T: intType}
			case e != nil:
				e = &ast.Binary{Op: token.SUB, X: e, Y: term, T: intType}
			case sign > 0:
				e = term
			default:
				e = &ast.Unary{Op: token.SUB, X: term}
			}
		}
	}
	switch n := f[0]; {
	case e == nil:
		return intNumber(n)
	case n > 0:
		return &ast.Binary{Op: token.ADD, X: e, Y: intNumber(n), T: intType}
	case n < 0:
		return &ast.Binary{Op: token.SUB, X: e, Y: intNumber(-n), T: intType}
	}
	return e
}
