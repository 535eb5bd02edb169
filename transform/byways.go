package transform

import (
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Byways.
//
// A float that leaves the calculus of floats (as its bits, as text, in an interface, through a function without source or rule)
// and comes back as a float has a derivative that nobody can see:
//
//	math.Float64frombits(math.Float64bits(x) + 1)
//	v, _ := strconv.ParseFloat(fmt.Sprint(x), 64)
//
// Every cell that is no float has marks, which say where what is in it comes from: from active floats, or from cells that the caller
// gives. A float that is made of what comes from active ones is refused. A conversion to an integer, a length and a comparison leave
// no mark: their derivative is zero, which is right almost everywhere. What a summary says of marks is in terms of the inputs, so that a
// call marks the cells that its callee does, and no others beside them:
//
//	func (l *logger) Log(v float64) {
//		fmt.Fprintf(&l.buf, "%g", v)        marks l.buf
//		l.n++                               and not l.n
//	}
//
// A value of a hidden type, an interface of which it is not known what it may hold, stands for all that it leads to: what that is marked
// with marks the value (see hold), and what is written by way of the value marks that (see fill). Of the floats that a caller has put behind
// such values see opened.go.
//
// The keys of a map are another way. Nothing may go through the keys of a map among which is one that is active, marked, or leads to what is
// active, if they hold floats or lead to some.
type byways struct {
	d       *derivation
	origins []origin
	numbers map[origin]int
	marks   map[*location]sources     // of cells
	filled  map[*location]sources     // of cells of hidden types: with what is written by way of them
	keyed   map[*location]sources     // of the keys of maps, by the location of the elements
	led     map[*location]bool        // floats that values of hidden types are known to lead to
	links   map[*location][]*location // from cells of hidden types to what they lead to, or others that hold the same
	inputs  map[*ast.Call][]*location
	changed bool
}

// An origin is where a mark comes from: a cell that the caller gives, or without one an active float or memory of this function.
type origin struct {
	at *location
	as role
}

// A role says what of an origin is meant.
type role int

const (
	content role = iota // what active floats have been made into
	held                // floats that a value of a hidden type holds or leads to
	keys                // what the keys of a map have been made of
)

var (
	activeFloat = origin{}
	ownMemory   = origin{as: held} // floats that a value of a hidden type has been made to lead to
)

// byways finds all marks. Those that the caller gives are of interest for a summary, and of values of hidden types in a derivative that is
// asked for; of another one those know that call it.
func (d *derivation) byways(summary bool) *byways {
	b := &byways{
		d: d, numbers: map[origin]int{},
		marks: map[*location]sources{}, filled: map[*location]sources{}, keyed: map[*location]sources{},
		led: map[*location]bool{}, inputs: map[*ast.Call][]*location{}, links: map[*location][]*location{},
	}
	b.begin(summary)
	for b.changed = true; b.changed; {
		unions := d.mem.unions
		b.changed = false
		ast.Inspect(d.fn.Body, func(s ast.Stmt) bool { b.stmt(s); return true })
		for _, l := range b.linked() {
			b.follow(l)
		}
		b.changed = b.changed || unions != d.mem.unions
	}
	return b
}

// begin marks what the caller gives.
func (b *byways) begin(summary bool) {
	b.number(activeFloat)
	b.number(ownMemory)
	seen := map[*location]bool{}
	for _, v := range b.d.fn.Inputs() {
		b.d.mem.reachable(b.d.mem.variable(v), seen, func(l *location) {
			l = l.find()
			if isHidden(l.typ) && (summary || b.d.at.asked) {
				b.add(l, b.from(origin{l, held}))
			}
			if !summary {
				return
			}
			b.add(l, b.from(origin{l, content}))
			if ast.IsMap(l.typ) {
				t := b.d.mem.targetOf(l)
				b.key(t, b.from(origin{t, keys}))
			}
		})
	}
}

// number returns the number of an origin.
func (b *byways) number(o origin) int {
	i, known := b.numbers[o]
	if !known {
		i = len(b.origins)
		b.numbers[o], b.origins = i, append(b.origins, o)
	}
	return i
}

// from returns the set of one origin.
func (b *byways) from(o origin) sources { return single(b.number(o)) }

// only returns the origins in a set that have a role.
func (b *byways) only(s sources, as role) sources {
	var of sources
	s.each(func(i int) {
		if b.origins[i].as == as {
			of = of.with(single(i))
		}
	})
	return of
}

// add marks a cell.
func (b *byways) add(l *location, s sources) {
	l = l.find()
	if ast.IsFloat(l.typ) || isBoolean(l.typ) || b.marks[l].covers(s) {
		return
	}
	b.marks[l], b.changed = b.marks[l].with(s), true
}

// addAll marks the cells of a location and, if behind is set, those that it leads to.
func (b *byways) addAll(l *location, s sources, behind bool) {
	switch {
	case s.isEmpty():
	case behind:
		b.d.mem.reachable(l, map[*location]bool{}, func(c *location) { b.add(c, s) })
	default:
		b.d.mem.cellsIn(l, func(c *location) { b.add(c, s) })
	}
}

// fill marks a cell that something is written to or, if its type is hidden, by way of.
func (b *byways) fill(l *location, s sources) {
	l = l.find()
	b.add(l, s)
	if isHidden(l.typ) && !b.filled[l].covers(s) {
		b.filled[l], b.changed = b.filled[l].with(s), true
	}
}

// fillBehind marks what the value of e leads to.
func (b *byways) fillBehind(e ast.Expr, s sources) {
	switch {
	case s.isEmpty() || isNil(e):
	case isHidden(e.Type()):
		b.fill(b.d.mem.place(e), s)
	default:
		b.d.mem.behindValue(e, map[*location]bool{}, func(l *location) { b.fill(l, s) })
	}
}

// key marks the keys of the map with elements l.
func (b *byways) key(l *location, s sources) {
	if l = l.find(); !b.keyed[l].covers(s) {
		b.keyed[l], b.changed = b.keyed[l].with(s), true
	}
}

// isHidden reports whether a type is an interface of which it is not known what it may hold.
func isHidden(t types.Type) bool { return types.IsInterface(t) && !ast.Carries(t) }

// leads reports whether e depends on what is differentiated with respect to, or leads to what does. Usefulness does not count: nothing is
// known to come of what leaves by a byway.
func (b *byways) leads(e ast.Expr) bool {
	if b.varied(e) {
		return true
	}
	found := false
	b.d.mem.behindValue(e, map[*location]bool{}, func(l *location) { found = found || b.d.act.varied[l.find()] })
	return found
}

// varied reports whether e depends on what is differentiated with respect to.
func (b *byways) varied(e ast.Expr) bool {
	return slices.ContainsFunc(b.d.act.sources(e), func(l *location) bool { return b.d.act.varied[l] })
}

// isLed reports whether one of the arguments of a call leads to what is active.
func (b *byways) isLed(c *ast.Call) bool { return slices.ContainsFunc(c.Args, b.leads) }

// stmt passes on the marks that a statement itself passes on.
func (b *byways) stmt(s ast.Stmt) {
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool { b.expr(e); return true })
	})
	switch s := s.(type) {
	case *ast.Assign:
		b.sides(s.Lhs, s.Rhs)
	case *ast.Decl:
		b.sides(ast.Refs(s.Vars), s.Values)
	case *ast.Return:
		b.sides(ast.Refs(b.d.fn.Results), s.Results)
	case *ast.Range:
		b.ranged(s)
	}
}

// ranged is stmt for what the variables of a loop are given.
func (b *byways) ranged(s *ast.Range) {
	m, elem := b.d.mem, elemType(s.X.Type())
	if s.Value != nil && elem != nil {
		b.put(m.place(s.Value), &ast.Index{X: s.X, I: intNumber(0), T: elem})
		return
	}
	if s.Value != nil {
		b.addAll(m.place(s.Value), b.of(s.X), true)
	}
	if s.Key != nil && elem == nil && !isString(s.X.Type()) {
		b.addAll(m.place(s.Key), b.of(s.X), true)
	}
}

// sides is stmt for an assignment.
func (b *byways) sides(lhs, rhs []ast.Expr) {
	m := b.d.mem
	for i, l := range lhs {
		if l == nil || len(rhs) == 0 {
			continue
		}
		if x, ok := l.(*ast.Index); ok && ast.IsMap(x.X.Type()) {
			b.key(m.referred(x.X), b.asKey(x.I))
		}
		if len(rhs) == len(lhs) {
			b.put(m.place(l), rhs[i])
		} else {
			b.copyParts(m.place(l), m.values(rhs[0])[i])
		}
	}
}

// expr passes on what an expression leaves in memory, or in a location of its own.
func (b *byways) expr(e ast.Expr) {
	m := b.d.mem
	switch e := e.(type) {
	case *ast.Composite:
		b.literal(e, m.values(e)[0])
	case *ast.Convert:
		if refers(e.T) && !refers(e.X.Type()) && !isNil(e) { // []byte(text)
			b.addAll(m.targetOf(m.values(e)[0]), b.of(e.X), true)
		}
	case *ast.Call:
		b.call(e)
	}
}

// literal is expr for a composite literal at l.
func (b *byways) literal(e *ast.Composite, l *location) {
	m := b.d.mem
	for _, x := range e.Elems {
		switch {
		case x.Field != nil:
			b.put(m.part(l, fieldIndex(e.T, x.Field)), x.Value)
		case refers(e.T):
			b.put(m.targetOf(l), x.Value)
		default:
			b.put(m.part(l, 0), x.Value)
		}
		if ast.IsMap(e.T) {
			b.key(m.targetOf(l), b.asKey(x.Key))
		}
	}
}

// put passes on the marks of e, which is put into a location. What it leads to has marks of its own.
func (b *byways) put(l *location, e ast.Expr) {
	l = l.find()
	if isHidden(l.typ) && !isHidden(e.Type()) {
		b.hold(l, e)
		return
	}
	switch x := e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		b.addAll(l, b.way(e), false)
		b.copyParts(l, b.d.mem.place(e))
	case *ast.Composite:
		b.copyParts(l, b.d.mem.place(e))
	case *ast.Addr:
		b.addAll(l, b.way(x.X), false)
	case *ast.Slice:
		if isString(x.X.Type()) {
			b.addAll(l, b.of(x.X), false)
		}
	case *ast.Call:
		if _, asserted := ast.IsAssertion(x); asserted || x.Fun.Fn != nil || x.Fun.Builtin == ast.MapKeys {
			b.copyParts(l, b.d.mem.values(x)[0])
		} else if x.Fun.Builtin != "append" {
			b.addAll(l, b.of(e), false)
		}
	case *ast.Convert:
		if isStruct(x.T) || isArray(x.T) || refers(x.T) && refers(x.X.Type()) || isHidden(x.T) {
			b.put(l, x.X)
		} else {
			b.addAll(l, b.of(e), false)
		}
	default:
		b.addAll(l, b.of(e), false)
	}
}

// hold passes on what e leads to and is to a value of a hidden type that comes to hold it, and what is written by way of that to what e
// leads to.
func (b *byways) hold(l *location, e ast.Expr) {
	if isNil(e) || isBoolean(e.Type()) {
		return
	}
	b.add(l, b.of(e))
	if b.leads(e) {
		b.add(l, b.from(activeFloat))
	}
	b.d.mem.behindValue(e, map[*location]bool{}, func(c *location) {
		if c = c.find(); ast.IsFloat(c.typ) {
			b.led[c] = true
			b.add(l, b.from(ownMemory))
		} else {
			b.link(l, c)
		}
	})
}

// link notes that a cell of a hidden type leads to another cell, or holds what that does.
func (b *byways) link(from, to *location) {
	from, to = from.find(), to.find()
	if from != to && !isBoolean(to.typ) && !slices.Contains(b.links[from], to) {
		b.links[from], b.changed = append(b.links[from], to), true
	}
}

// linked returns the cells that links lead from.
func (b *byways) linked() []*location {
	return slices.SortedFunc(maps.Keys(b.links), func(x, y *location) int { return x.id - y.id })
}

// follow passes on marks along the links from a cell: what is there is in it, and what is written by way of it is there.
func (b *byways) follow(from *location) {
	for _, to := range b.links[from] {
		b.add(from, b.marks[to.find()])
		b.fill(to, b.filled[from.find()])
	}
}

// copyParts passes on the marks of the value at a location that is copied to another, part by part.
func (b *byways) copyParts(to, from *location) {
	to, from = to.find(), from.find()
	switch u := to.typ.Underlying().(type) {
	case *types.Struct:
		if isStruct(from.typ) {
			for i := range namedFields(u) {
				b.copyParts(b.d.mem.part(to, i), b.d.mem.part(from, i))
			}
			return
		}
	case *types.Array:
		if isArray(from.typ) {
			b.copyParts(b.d.mem.part(to, 0), b.d.mem.part(from, 0))
			return
		}
	}
	b.addAll(to, b.marks[from], false)
	if isHidden(to.typ) && isHidden(from.typ) {
		b.link(to, from)
		b.link(from, to)
	}
}

// at returns the marks of a location and of what it leads to.
func (b *byways) at(l *location) sources {
	var s sources
	b.d.mem.reachable(l, map[*location]bool{}, func(l *location) { s = s.with(b.marks[l]) })
	return s
}

// of returns the marks of e and of what it leads to.
func (b *byways) of(e ast.Expr) sources {
	var s sources
	switch e := e.(type) {
	case nil, *ast.Lit, *ast.Name:
		return nil
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		return b.way(e).with(b.at(b.d.mem.place(e)))
	case *ast.Binary:
		if isBoolean(e.T) {
			return nil
		}
	case *ast.Composite:
		return b.at(b.d.mem.place(e))
	case *ast.Call:
		return b.ofCall(e)
	}
	for _, x := range ast.Operands(e) {
		s = s.with(b.of(x))
	}
	return s
}

// ofCall returns the marks of the results of a call.
func (b *byways) ofCall(c *ast.Call) sources {
	var s sources
	_, asserted := ast.IsAssertion(c)
	switch {
	case isBoolean(c.T):
	case c.Fun.Fn != nil || asserted || c.Fun.Builtin == "append" || c.Fun.Builtin == ast.MapKeys:
		for _, l := range b.d.mem.values(c) {
			s = s.with(b.at(l))
		}
	case !slices.Contains([]string{"cap", "len", "panic", ast.MapCount}, c.Fun.Builtin):
		for _, x := range ast.Operands(c) {
			s = s.with(b.of(x))
		}
	}
	return s
}

// way returns the marks of what a place behind a slice or pointer is found by: an index, or what a call returns. It does not matter
// what else the variable that it belongs to leads to.
func (b *byways) way(e ast.Expr) sources {
	if ast.RootVar(e) != nil {
		return nil
	}
	var s sources
	for isPlace(e) {
		operands := ast.Operands(e)
		if len(operands) == 0 {
			return s // a variable
		}
		for _, x := range operands[1:] {
			s = s.with(b.of(x))
		}
		e = operands[0]
	}
	return s.with(b.of(e))
}

// asKey returns the marks of e as a key of a map. Truth does not come from what is active but by comparison.
func (b *byways) asKey(e ast.Expr) sources {
	if e == nil || isBoolean(e.Type()) {
		return nil
	}
	s := b.only(b.of(e), content)
	if (ast.Carries(e.Type()) || types.IsInterface(e.Type())) && b.leads(e) {
		s = s.with(b.from(activeFloat))
	}
	return s
}

// keysOf returns the marks of the keys of maps that e is or leads to.
func (b *byways) keysOf(e ast.Expr) sources {
	m := b.d.mem
	var s sources
	see := func(c *location) {
		if ast.IsMap(c.typ) {
			s = s.with(b.keyed[m.targetOf(c)])
		}
	}
	if t := m.reach(e); t != nil {
		s = b.keyed[t.find()]
	}
	if hasRefs(e.Type()) && !isNil(e) {
		m.cellsIn(m.place(e), see)
		m.behindValue(e, map[*location]bool{}, see)
	}
	return s
}
