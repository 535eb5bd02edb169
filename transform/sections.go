package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Sections.
//
// An element of an array that is overwritten somewhere may still be intact where the reverse sweep asks for it:
//
//	for k := 0; k < n; k++ {
//		for i := k + 1; i < n; i++ {
//			a[i*n+k] /= a[k*n+k]            a[k*n+k] is final: every later write is to a row after row k
//			…
//
// To see that, each read is held against each later write of the same array. Both indices are written as polynomials in the counters
// of the loops around them and in values that do not change; a polynomial such as i*n+j, where j is known to be from 0 to n-1, is
// taken apart into row i and column j. If there are no values of the counters, the write's after the read's in the order of the
// program, for which all parts are equal, the write leaves the read alone (Banerjee, Dependence Analysis, 1997; Maslov,
// "Delinearization", PLDI 1992).
type sections struct {
	r     *resolver
	read  use             // where the element is read
	ids   map[string]int  // unknowns
	sides map[int]sideKey // what they are
	monos map[[3]int]int  // unknowns for products
	next  int
}

type sideKey struct {
	id  string
	of  *part // where the value is born
	who side
}

// A side says whether a value is that of the read or that of the write.
type side int

const (
	both side = iota
	ofRead
	ofWrite
)

// A poly is a polynomial: factors by the product of at most three unknowns that they belong to, in descending order, 0 for none.
type poly map[[3]int]int64

func number64(n int64) poly { return poly{{}: n} }

func (p poly) plus(q poly, factor int64) poly {
	sum := poly{}
	for m, c := range p {
		sum[m] = c
	}
	for m, c := range q {
		if sum[m] += factor * c; sum[m] == 0 {
			delete(sum, m)
		}
	}
	return sum
}

// times returns p*q, or nil where a product has more than three unknowns.
func (p poly) times(q poly) poly {
	out := poly{}
	for m, c := range p {
		for n, d := range q {
			var all []int
			for _, x := range append(m[:], n[:]...) {
				if x != 0 {
					all = append(all, x)
				}
			}
			if len(all) > 3 {
				return nil
			}
			slices.Sort(all)
			slices.Reverse(all)
			var mn [3]int
			copy(mn[:], all)
			if out[mn] += c * d; out[mn] == 0 {
				delete(out, mn)
			}
		}
	}
	return out
}

// maxWrites is how many writes of an array are looked at before an element counts as overwritten.
const maxWrites = 40

// intact reports whether the element e, read at a point, is surely not overwritten until the code that asks for it.
func (v *resolver) intact(e ast.Expr, c *location, u use) bool {
	if u.ctx.early != nil || v.keepAll(c) || len(v.hist.log.at[c]) > maxWrites {
		return false
	}
	key := intactKey{e, c, u.it, u.after, u.ctx.area}
	ok, known := v.known[key]
	if !known {
		ok = v.findIntact(e, c, u)
		v.known[key] = ok
	}
	return ok
}

// An intactKey is an element that is read at a point, and the area of the code that asks for it.
type intactKey struct {
	e     ast.Expr
	c     *location
	it    *item
	after bool
	area  *area
}

func (v *resolver) findIntact(e ast.Expr, c *location, u use) bool {
	s := &sections{r: v, ids: map[string]int{}, sides: map[int]sideKey{}, monos: map[[3]int]int{}, read: u}
	a := s.access(e, u, ofRead)
	if a == nil {
		return false
	}
	within, limit := u.horizon()
	for _, pos := range v.hist.log.at[c] {
		if !s.leavesAlone(a, v.tree.items[pos], c, within, limit) {
			return false
		}
	}
	return true
}

// An access is an element of an array: the slice or array that it is in, and where there.
type access struct {
	base ast.Expr
	born *part // where the base gets its value; nil for one that is never assigned to
	dims []poly
}

// access returns what e accesses at a point, or nil where that is not known well enough.
func (s *sections) access(e ast.Expr, u use, who side) *access {
	switch e := e.(type) {
	case *ast.Field:
		if ast.Pointee(e.X.Type()) == nil {
			return s.access(e.X, u, who)
		}
	case *ast.Index:
		if isArray(e.X.Type()) {
			a := s.access(e.X, u, who)
			if a != nil {
				a.dims = append(a.dims, s.poly(e.I, u, who))
			}
			return a
		}
		return s.element(e.X, s.poly(e.I, u, who), u, who)
	case *ast.Ref:
		return &access{base: e}
	}
	return nil
}

// element is element i of the slice, or what a pointer to an array points to, x.
func (s *sections) element(x ast.Expr, i poly, u use, who side) *access {
	if ref, ok := x.(*ast.Ref); ok {
		ver := s.r.hist.versionAt(s.r.mem.variable(ref.Var), u.it, u.after)
		if ver != nil && ver.rhs != nil && ver.item != nil {
			at := use{ver.item, false, u.ctx}
			switch rhs := ver.rhs.(type) {
			case *ast.Slice:
				if !isString(rhs.X.Type()) && !isArray(rhs.X.Type()) {
					if rhs.Lo != nil {
						i = i.plus(s.poly(rhs.Lo, at, who), 1)
					}
					return s.element(rhs.X, i, at, who)
				}
			case *ast.Ref, *ast.Field:
				return s.element(rhs, i, at, who)
			}
		}
	}
	born, ok := s.stable(x)
	if !ok {
		return nil
	}
	return &access{x, born, []poly{i}}
}

// stable reports whether a slice or pointer has one value wherever it is used, or one for each execution of a part.
func (s *sections) stable(x ast.Expr) (born *part, ok bool) {
	ok = !ast.Any(x, func(e ast.Expr) bool {
		switch e.(type) {
		case *ast.Ref, *ast.Field, *ast.Deref:
			return false
		}
		return true
	})
	s.r.mem.reads(x, func(c *location) {
		list := s.r.hist.log.at[c]
		if len(list) == 1 && c.v != nil && !c.addr {
			if it := s.r.tree.items[list[0]]; slices.Contains(ast.Defined(it.stmt), c.v) {
				if born = it.part; it.body != nil {
					born = it.body // of a range loop: one for each iteration
				}
				return
			}
		}
		ok = ok && len(list) == 0 && !s.r.keepAll(c)
	})
	return born, ok
}

// leavesAlone reports whether no execution of an item that writes c, between the read and the code that asks, writes what is read.
func (s *sections) leavesAlone(a *access, w *item, c *location, within *part, limit int) bool {
	var places []ast.Expr
	known := true
	ast.Exprs(w.stmt, func(e ast.Expr, assigned bool) {
		if !assigned {
			s.r.mem.callWrites(e, func(l *location) { known = known && l != c })
			return
		}
		for _, l := range s.r.mem.cells(e) {
			if l == c {
				places = append(places, e)
				return
			}
		}
	})
	if _, decl := w.stmt.(*ast.Decl); decl || w.body != nil || !known {
		return false
	}
	for _, order := range s.orders(w, within, limit) {
		for _, e := range places {
			if !s.apart(a, e, w, order) {
				return false
			}
		}
	}
	return true
}

// An order is a way in which a write may come after the read: both in the same iteration of some loops, and the write in a later one
// of another, if there is one.
type order struct {
	equal []*item
	later *item
}

// orders returns the ways in which w may come after the read and before the code that asks.
func (s *sections) orders(w *item, within *part, limit int) []order {
	it := s.read.it
	var loops []*item // around both, outermost first
	for p := it.part; p != nil; p = p.parent {
		if l := p.branch; l != nil && l.body == p && w.pos > l.pos && w.pos < l.end {
			loops = append([]*item{l}, loops...)
		}
	}
	var list []order
	repeats := it.part.repeats()
	for i, l := range loops {
		if l.pos >= within.from && l != within.branch && slices.Contains(repeats, l) {
			list = append(list, order{loops[:i], l})
		}
	}
	start := it.pos
	if s.read.after {
		start = max(it.end, it.pos+1)
	}
	if w.pos >= start && w.pos < limit && (w == it || !exclusive(it, w) && s.r.hist.log.reaches(it, w)) {
		list = append(list, order{loops, nil})
	}
	return list
}

// apart reports whether what is read and the place e, written by w in that order, are never the same.
func (s *sections) apart(a *access, e ast.Expr, w *item, o order) bool {
	u := use{w, false, s.read.ctx}
	b := s.access(e, u, ofWrite)
	if b == nil || !ast.Equal(a.base, b.base) || len(a.dims) != len(b.dims) || !bornIn(a.born, o) {
		return false
	}
	var sys system
	s.around(&sys, s.read, ofRead)
	s.around(&sys, u, ofWrite)
	s.inOrder(&sys, o)
	for i := range a.dims {
		if a.dims[i] == nil || b.dims[i] == nil {
			continue
		}
		s.same(&sys, a.dims[i], b.dims[i])
	}
	return sys.contradicts()
}

// inOrder adds that the write comes after the read in an order.
func (s *sections) inOrder(sys *system, o order) {
	for id, k := range s.sides {
		if k.who != ofRead || !bornIn(k.of, o) {
			continue
		}
		if other, ok := s.ids[fmt.Sprint(k.id, ofWrite)]; ok {
			sys.equal(s.form(poly{{id}: 1, {other}: -1}))
		}
	}
	if o.later == nil {
		return
	}
	i, j := s.counter(o.later, ofRead), s.counter(o.later, ofWrite)
	if i == nil {
		return
	}
	step := int64(1)
	if o.later.count != nil {
		step = o.later.count.step
	}
	if step == 0 {
		return
	}
	if step > 0 {
		*sys = append(*sys, s.form(j.plus(i, -1).plus(number64(step), -1)))
	} else {
		*sys = append(*sys, s.form(i.plus(j, -1).plus(number64(-step), -1)))
	}
}

// bornIn reports whether a value that is born in a part is the same for both sides: all loops around it are in the same iteration.
func bornIn(p *part, o order) bool {
	for ; p != nil; p = p.parent {
		if l := p.branch; l != nil && l.body == p && !slices.Contains(o.equal, l) {
			return false
		}
	}
	return true
}

// same adds that two indices are equal, each in its parts.
func (s *sections) same(sys *system, p, q poly) {
	for _, x := range s.divisors(p, q) {
		a, b := p.divide(x)
		c, d := q.divide(x)
		if len(a) > 0 && len(c) > 0 && s.below(*sys, b, x) && s.below(*sys, d, x) {
			s.same(sys, a, c)
			s.same(sys, b, d)
			return
		}
	}
	sys.equal(s.form(p.plus(q, -1)))
}

// divisors returns the unknowns in products, other than those that have a value for each side.
func (s *sections) divisors(polys ...poly) []int {
	var list []int
	for _, p := range polys {
		for m := range p {
			for _, x := range m {
				if m[1] != 0 && x != 0 && s.sides[x].who == both && !slices.Contains(list, x) {
					list = append(list, x)
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// divide returns the quotient and the rest of p by x.
func (p poly) divide(x int) (quotient, rest poly) {
	quotient, rest = poly{}, poly{}
	for m, c := range p {
		i := slices.Index(m[:], x)
		if i < 0 {
			rest[m] = c
			continue
		}
		var n [3]int
		copy(n[:], slices.Delete(slices.Clone(m[:]), i, i+1))
		quotient[n] = c
	}
	return quotient, rest
}

// below reports whether p is from 0 to x-1 for sure.
func (s *sections) below(sys system, p poly, x int) bool {
	low := append(slices.Clone(sys), s.form(number64(-1).plus(p, -1)))
	high := append(slices.Clone(sys), s.form(p.plus(poly{{x}: 1}, -1)))
	return low.contradicts() && high.contradicts()
}

// form is a polynomial with an unknown for each product in it.
func (s *sections) form(p poly) form {
	f := form{}
	for m, c := range p {
		switch {
		case m[0] == 0:
			f[0] += c
		case m[1] == 0:
			f[m[0]] += c
		default:
			id, ok := s.monos[m]
			if !ok {
				s.next++
				id = s.next
				s.monos[m] = id
			}
			f[id] += c
		}
	}
	return f
}

// around adds what is known of the counters of the loops around a point, and from the conditions there.
func (s *sections) around(sys *system, u use, who side) {
	for p := u.it.part; p != nil; p = p.parent {
		b := p.branch
		switch {
		case b == nil:
		case b.body == p:
			s.bounds(sys, b, use{b, false, u.ctx}, who)
		case b.then == p:
			s.condition(sys, b.cond, use{b, false, u.ctx}, who, true)
		case b.els == p:
			s.condition(sys, b.cond, use{b, false, u.ctx}, who, false)
		}
	}
}

// bounds adds what the header of a loop says of its counter.
func (s *sections) bounds(sys *system, loop *item, u use, who side) {
	i := s.counter(loop, who)
	if i == nil {
		return
	}
	add := func(p poly) { *sys = append(*sys, s.form(p)) }
	if c := loop.count; c != nil {
		lo := s.poly(c.lo, u, who)
		hi := poly(nil)
		if c.hi != nil && s.r.steady(loop, c.hi) {
			hi = s.poly(c.hi, u, who)
		}
		one := number64(1)
		switch {
		case c.step > 0:
			add(i.plus(lo, -1))
		case c.step < 0:
			add(lo.plus(i, -1))
		}
		switch {
		case hi == nil:
		case c.op == token.LSS:
			add(hi.plus(i, -1).plus(one, -1))
		case c.op == token.LEQ:
			add(hi.plus(i, -1))
		case c.op == token.GTR:
			add(i.plus(hi, -1).plus(one, -1))
		case c.op == token.GEQ:
			add(i.plus(hi, -1))
		}
		return
	}
	add(i)
	x := loop.stmt.(*ast.Range).X
	n := poly(nil)
	if elemType(x.Type()) == nil {
		n = s.poly(x, u, who)
	} else {
		n = s.length(x, u, who)
	}
	add(n.plus(i, -1).plus(number64(1), -1))
}

// condition adds what a condition, or its negation, says of integers.
func (s *sections) condition(sys *system, e ast.Expr, u use, who side, holds bool) {
	b, ok := e.(*ast.Binary)
	if n, isNot := e.(*ast.Unary); isNot && n.Op == token.NOT {
		s.condition(sys, n.X, u, who, !holds)
		return
	}
	if !ok {
		return
	}
	if b.Op == token.LAND && holds || b.Op == token.LOR && !holds {
		s.condition(sys, b.X, u, who, holds)
		s.condition(sys, b.Y, u, who, holds)
		return
	}
	if !types.Identical(b.X.Type(), intType) {
		return
	}
	op := b.Op
	if !holds {
		op = opposites[op]
	}
	d := s.poly(b.X, u, who).plus(s.poly(b.Y, u, who), -1)
	switch op {
	case token.EQL:
		sys.equal(s.form(d))
	case token.LSS:
		*sys = append(*sys, s.form(number64(-1).plus(d, -1)))
	case token.LEQ:
		*sys = append(*sys, s.form(poly{}.plus(d, -1)))
	case token.GTR:
		*sys = append(*sys, s.form(d.plus(number64(1), -1)))
	case token.GEQ:
		*sys = append(*sys, s.form(d))
	}
}

// counter is the counter of a loop, or nil for one that has none.
func (s *sections) counter(loop *item, who side) poly {
	switch st := loop.stmt.(type) {
	case *ast.For:
		if loop.count == nil || !types.Identical(loop.count.v.Type, intType) {
			return nil
		}
	case *ast.Range:
		if st.Key != nil && !types.Identical(st.Key.Type(), intType) {
			return nil
		}
	}
	return s.unknown(fmt.Sprint("loop", loop.pos), loop.body, who)
}

// unknown returns an unknown that has a value of its own for each side, born in a part; or one value, if that is in no loop.
func (s *sections) unknown(id string, born *part, who side) poly {
	if born == nil || born.loop() == nil {
		who = both
	}
	key := fmt.Sprint(id, who)
	n, ok := s.ids[key]
	if !ok {
		s.next++
		n = s.next
		s.ids[key] = n
		s.sides[n] = sideKey{id, born, who}
	}
	return poly{{n}: 1}
}

// opaque is a value that nothing is known of.
func (s *sections) opaque(who side) poly {
	s.next++
	s.sides[s.next] = sideKey{fmt.Sprint("opaque", s.next), nil, who}
	return poly{{s.next}: 1}
}

// poly returns an integer as a polynomial.
func (s *sections) poly(e ast.Expr, u use, who side) poly {
	if !types.Identical(e.Type(), intType) {
		if l, ok := e.(*ast.Lit); !ok || l.Val == nil {
			return s.opaque(who)
		}
	}
	switch e := e.(type) {
	case *ast.Lit:
		if n, ok := intLit(e); ok {
			return number64(n)
		}
	case *ast.Name:
		if c, ok := e.Obj.(*types.Const); ok && c.Val().Kind() == constant.Int {
			return s.unknown(fmt.Sprintf("const%p", e.Obj), nil, both)
		}
	case *ast.Ref:
		return s.variable(e.Var, u, who)
	case *ast.Unary:
		if e.Op == token.SUB {
			return poly{}.plus(s.poly(e.X, u, who), -1)
		}
	case *ast.Convert:
		if types.Identical(e.X.Type(), intType) {
			return s.poly(e.X, u, who)
		}
	case *ast.Call:
		if e.Fun.Builtin == "len" {
			return s.length(e.Args[0], u, who)
		}
	case *ast.Binary:
		x, y := s.poly(e.X, u, who), s.poly(e.Y, u, who)
		switch e.Op {
		case token.ADD:
			return x.plus(y, 1)
		case token.SUB:
			return x.plus(y, -1)
		case token.MUL:
			if p := x.times(y); p != nil {
				return p
			}
		}
	}
	return s.opaque(who)
}

// variable is the value of an integer variable at a point.
func (s *sections) variable(x *ast.Var, u use, who side) poly {
	if s.r.mem.addressed(x) || s.r.own[x] || s.r.synthetic[x] != nil || s.r.tree.guards[x] != nil {
		return s.opaque(who)
	}
	ver := s.r.hist.versionAt(s.r.mem.variable(x), u.it, u.after)
	switch {
	case ver == nil:
		return s.opaque(who)
	case ver.loop != nil && s.r.isIndex(x, ver.loop):
		if c := s.counter(ver.loop, who); c != nil {
			return c
		}
	case ver.rhs != nil && ver.item != nil && !mentions(ver.rhs, x):
		return s.poly(ver.rhs, use{ver.item, false, u.ctx}, who)
	}
	return s.unknown(fmt.Sprint("version", ver.id), ver.part, who)
}

// length is the length of a slice or array at a point.
func (s *sections) length(x ast.Expr, u use, who side) poly {
	if a, ok := x.Type().Underlying().(*types.Array); ok {
		return number64(a.Len())
	}
	if ref, ok := x.(*ast.Ref); ok && !s.r.mem.addressed(ref.Var) {
		ver := s.r.hist.versionAt(s.r.mem.variable(ref.Var), u.it, u.after)
		if ver == nil {
			return s.opaque(who)
		}
		if ver.rhs != nil && ver.item != nil {
			at := use{ver.item, false, u.ctx}
			switch rhs := ver.rhs.(type) {
			case *ast.Call:
				if rhs.Fun.Builtin == "make" && types.Identical(rhs.Args[0].Type(), intType) {
					return s.poly(rhs.Args[0], at, who)
				}
			case *ast.Slice:
				hi := poly(nil)
				if rhs.Hi != nil {
					hi = s.poly(rhs.Hi, at, who)
				} else if !isArray(rhs.X.Type()) {
					hi = s.length(rhs.X, at, who)
				}
				if hi == nil {
					break
				}
				if rhs.Lo != nil {
					hi = hi.plus(s.poly(rhs.Lo, at, who), -1)
				}
				return hi
			case *ast.Ref, *ast.Field:
				return s.length(rhs, at, who)
			}
		}
		return s.unknown(fmt.Sprint("len", ver.id), ver.part, who)
	}
	if born, ok := s.stable(x); ok {
		return s.unknown("len of "+placeKey(x), born, who)
	}
	return s.opaque(who)
}

// placeKey identifies a path of variables, fields and pointers.
func placeKey(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ref:
		return fmt.Sprintf("%p", e.Var)
	case *ast.Field:
		return fmt.Sprintf("%s.%s", placeKey(e.X), e.Field.Name())
	}
	return "*" + placeKey(ast.Operands(e)[0])
}
