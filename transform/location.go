package transform

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Memory.
//
// A location stands for memory that holds values of one type: a variable, a field, all elements of an array or slice, or what a
// pointer points to. Locations form a graph,
//
//	func f(m *Model, x []float64)          m ─► Model ─ W ─► float64
//	                                                └─ b
//	                                       x ─► float64
//
// in which an edge leads from a location that holds a slice, pointer or map to what that refers to, and the fields of a struct and
// the elements of an array belong to its location. An assignment of pointers makes one location of what both sides point to
// (Steensgaard, "Points-to Analysis in Almost Linear Time", POPL 1996, with fields as in "Points-to Analysis by Type Inference
// of Programs with Structures and Unions", CC 1996). Two places can be the same memory only if they have a location without parts,
// a cell, in common.
//
// What two inputs refer to is taken to be apart, and so is what two fields of an input refer to: m.W and m.b. A derivative for which
// that matters asks when it runs (see sharing.go). Beyond that, behind a slice of structs or a second pointer, no question can be
// asked in Go, so that all memory of one type that is reached through one such field is one location.
type location struct {
	up     *location // what it has been made one with
	id     int
	typ    types.Type
	v      *ast.Var    // the variable that it is, if it is one
	parts  []*location // of a struct its fields, of an array one for all elements
	target *location   // what the slice, pointer or map here refers to
	holder *location   // the location whose target it is, or whose part
	stems  []*stem     // from where the function's caller reaches it
	global bool        // memory of a package-level variable
	under  bool        // behind a stem, or that of one
	deep   bool        // not to be told apart by the caller
	cyclic bool        // what is reached from here may be it again
	addr   bool        // of a variable: its address is taken

	far map[string]*location // what it leads to that is far away, by type: see maxHops
}

// A stem is a slice, pointer or map among the inputs, or in a struct that an input points to: m.W.
type stem struct {
	input int // -1 for a package-level variable
	value ast.Expr
	at    *location            // what it refers to
	deep  map[string]*location // what lies beyond, by type
}

func (l *location) find() *location {
	for l.up != nil {
		if l.up.up != nil {
			l.up = l.up.up
		}
		l = l.up
	}
	return l
}

// A memory is the graph of the locations of a function.
type memory struct {
	fn      *ast.Func
	vars    map[*ast.Var]*location
	globals map[types.Object]*location
	made    map[ast.Expr][]*location // what allocations make and calls return
	calls   map[*ast.Call]*ast.Call  // of calls of ours: those that they stand for
	unit    *Unit
	dyn     *dynamic
	next    *int
	inSCC   map[*types.Func]*memory // functions that are analysed together with this one

	unions int // how often two locations have been made one

	saved map[string]*location // what forward sweeps remember, behind pointers, by type

	only map[*ast.Var]ast.Expr // see onlyValue

	taken map[*ast.Call]map[*location]*location // the locations of callees, by call, in this graph
	stems []*stem
}

// analyseMemory finds the locations of f. Joined says which memory of the inputs a caller knows to be one.
func (u *Unit) analyseMemory(f *ast.Func, at callSite) *memory {
	m := u.newMemory(f, new(int), nil)
	m.inputs()
	for _, j := range at.joined {
		m.unify(m.at(j[0]), m.at(j[1]))
	}
	m.body()
	return m
}

// A path leads from an input or result to a location: the number of the input, those of the results behind, then * for what is
// referred to and numbers for parts.
type path string

// input is the number of the input or result that a path begins at.
func (p path) input() int {
	first, _, _ := strings.Cut(string(p), ".")
	n, _ := strconv.Atoi(first)
	return n
}

// joints are pairs of paths whose locations are one.
type joints [][2]path

// at returns the location that a path leads to.
func (m *memory) at(p path) *location {
	var l *location
	for i, step := range strings.Split(string(p), ".") {
		n, _ := strconv.Atoi(step)
		switch {
		case i == 0:
			l = m.variable(slices.Concat(m.fn.Inputs(), m.fn.Results)[n])
		case step == "*":
			l = m.targetOf(l)
		default:
			l = m.part(l, n)
		}
	}
	return l.find()
}

// pathTo returns a path from an input to a location.
func (m *memory) pathTo(input int, to *location) path {
	seen := map[*location]bool{}
	var find func(l *location, p path) path
	find = func(l *location, p path) path {
		l = l.find()
		if l == to.find() {
			return p
		}
		if seen[l] {
			return ""
		}
		seen[l] = true
		for i, part := range l.parts {
			if part != nil {
				if found := find(part, path(fmt.Sprint(p, ".", i))); found != "" {
					return found
				}
			}
		}
		if l.target == nil {
			return ""
		}
		return find(l.target, p+".*")
	}
	return find(m.variable(m.fn.Inputs()[input]), path(strconv.Itoa(input)))
}

// byID returns the locations of a set in their order.
func byID(set map[*location]bool) []*location {
	return slices.SortedFunc(maps.Keys(set), func(a, b *location) int { return a.id - b.id })
}

// A callSite is what a caller knows of the memory behind the inputs and results of a call: what is one although the callee would take
// it to be apart, which cells are not active, and which are although no varied input leads to them, since the caller writes them later.
type callSite struct {
	joined  joints
	passive []path
	active  []path

	// Of a call whose reverse mode is split: whether it is known what is written between its halves, and which cells, of those that the
	// callee reads or writes or that its results lead to, may be.
	settled bool
	changed []path

	// Of the same: the inputs whose shadows the forward half takes and remembers, though the backward half could take them.
	early []int

	plain bool // parallel loops are loops as others: see Unit.Plain
	asked bool // there is none: the derivative is asked for, and nothing is known of its caller
}

// callSite returns what is known of the memory behind the inputs and results of a call, at a statement, whose inputs in are varied.
func (d *derivation) callSite(s ast.Stmt, c *ast.Call, in []bool, callee *summary) callSite {
	taken := d.mem.taken[c]
	touched := map[*location]bool{}
	settled := d.outlook != nil && d.outlook.tree.at[s] != nil
	for _, l := range slices.Concat(callee.reads, callee.writes) {
		touched[l.find()] = settled
	}
	first := map[*location]path{}
	site := callSite{settled: settled, plain: d.at.plain}
	type visited struct {
		l      *location
		behind bool // what an input refers to, which may be the callee's own variable of another
	}
	seen, returned := map[visited]bool{}, map[visited]bool{} // returned: as what a result leads to
	var input, varied bool
	var visit func(l *location, p path)
	visit = func(l *location, p path) {
		l = l.find()
		v := visited{l, strings.Contains(string(p), "*")}
		again := seen[v]
		if again && (input || returned[v]) {
			// One for the callee and those that it is recursive with, taken together.
			if here := taken[l]; here != nil && v.behind && input && first[here.find()] != "" && callee.mem.inSCC != nil {
				site.joined = append(site.joined, [2]path{first[here.find()], p})
			}
			return
		}
		seen[v], returned[v] = true, !input
		switch here := taken[l]; {
		case here == nil || !v.behind:
		case again:
			// A result may also lead to memory that the callee makes, which the variable that leads to an input's comes to refer to.
			if ast.IsFloat(l.typ) && d.act.active(here) {
				site.active = append(site.active, p)
			}
		default:
			switch other, ok := first[here.find()]; {
			case !input:
			case ok:
				site.joined = append(site.joined, [2]path{other, p})
			default:
				first[here.find()] = p
			}
			switch active := d.act.active(here); {
			case !ast.IsFloat(l.typ):
			case active && !varied:
				site.active = append(site.active, p)
			case !active && input:
				site.passive = append(site.passive, p)
			}
			if (touched[l] || settled && !input) && (d.mayChange(here.find()) || d.outlook.changes(here, s)) {
				site.changed = append(site.changed, p)
			}
		}
		for i, part := range l.parts {
			if part != nil {
				visit(part, path(fmt.Sprint(p, ".", i)))
			}
		}
		if l.target != nil {
			visit(l.target, p+".*")
		}
	}
	inputs := callee.mem.fn.Inputs()
	for i, v := range slices.Concat(inputs, callee.mem.fn.Results) {
		input = i < len(inputs)
		varied = input && in[i]
		visit(callee.mem.variable(v), path(strconv.Itoa(i)))
	}
	return site
}

func (u *Unit) newMemory(f *ast.Func, next *int, scc map[*types.Func]*memory) *memory {
	dyn := newDynamic()
	for _, m := range scc {
		dyn = m.dyn
	}
	return &memory{
		fn: f, unit: u, dyn: dyn, next: next, inSCC: scc,
		vars: map[*ast.Var]*location{}, globals: map[types.Object]*location{}, saved: map[string]*location{},
		made: map[ast.Expr][]*location{}, calls: map[*ast.Call]*ast.Call{},
		taken: map[*ast.Call]map[*location]*location{},
	}
}

// inputs gives the inputs their locations.
func (m *memory) inputs() {
	for i, v := range m.fn.Inputs() {
		m.stemsOf(m.variable(v), i, &ast.Ref{Var: v}, true)
	}
}

// stemsOf notes what an input refers to. Pointers says whether to follow a pointer to a struct.
func (m *memory) stemsOf(l *location, input int, e ast.Expr, pointers bool) {
	switch u := l.typ.Underlying().(type) {
	case *types.Slice, *types.Map:
		m.newStem(l, input, e)
	case *types.Pointer:
		if m.unit.isSaved(u.Elem()) {
			return // there is one for all: see beyond
		}
		m.newStem(l, input, e)
		if st, ok := u.Elem().Underlying().(*types.Struct); ok && pointers && ast.Carries(u.Elem()) && !ast.IsBoxed(l.typ) {
			t := m.targetOf(l)
			for i, f := range namedFields(st) {
				if f.Type() != u.Elem() && hasRefs(f.Type()) {
					m.stemsOf(m.part(t, i), input, &ast.Field{X: e, Field: f}, false)
				}
			}
			m.joinLinks(t)
		}
	case *types.Struct:
		for i, f := range namedFields(u) {
			if hasRefs(f.Type()) {
				m.stemsOf(m.part(l, i), input, &ast.Field{X: e, Field: f}, pointers)
			}
		}
	}
}

// joinLinks makes one of what slices and pointers in a recursive struct refer to, if that has one type: those of one node may refer to
// what those of another do.
func (m *memory) joinLinks(l *location) {
	if !m.unit.isRecursive(l.typ) {
		return
	}
	by := map[string]*location{}
	m.cellsIn(l, func(c *location) {
		if !refers(c.typ) || !ast.Carries(c.typ) {
			return
		}
		t, key := m.targetOf(c), typeKey(pointee(c.typ))
		if of := by[key]; of != nil && of.find() != t {
			m.unify(of, t)
			t.find().deepen(map[*location]bool{})
		}
		by[key] = t
	})
}

// isRecursive reports whether a value of type t may lead to another of that type; or there is no end to the types that it leads to.
func (u *Unit) isRecursive(t types.Type) bool {
	r, known := u.recursive[t]
	if known {
		return r
	}
	const many = 100
	seen := map[types.Type]bool{}
	var leads func(x types.Type, first bool) bool
	leads = func(x types.Type, first bool) bool {
		switch {
		case !first && types.Identical(x, t) || len(seen) > many:
			return true
		case seen[x]:
			return false
		}
		seen[x] = true
		switch y := x.Underlying().(type) {
		case *types.Struct:
			for f := range y.Fields() {
				if leads(f.Type(), false) {
					return true
				}
			}
		case *types.Array:
			return leads(y.Elem(), false)
		case *types.Slice, *types.Pointer, *types.Map:
			return leads(pointee(x), false)
		}
		return false
	}
	r = leads(t, true)
	u.recursive[t] = r
	return r
}

// joinInner makes one of what a pointer or slice at l, in a struct behind an input, refers to and the fields and arrays of that type in
// the structs that hold l: the pointer may be to one of them.
func (m *memory) joinInner(l *location) {
	t := pointee(l.typ)
	if !l.under || !ast.Carries(t) {
		return
	}
	seen := map[*location]bool{}
	for h := l.holder; h != nil && !seen[h.find()]; h = h.holder {
		h = h.find()
		seen[h] = true
		if h.isBehind() && m.unit.holdsInner(h.typ, t, isPointer(l.typ)) {
			m.eachInner(h, t, isPointer(l.typ), func(p *location) {
				if at := m.targetOf(l); at != p.find() {
					m.unify(at, p)
					at.find().deepen(map[*location]bool{})
				}
			})
		}
	}
}

// isBehind reports whether a location is in memory that something refers to, rather than a variable or a part of one.
func (l *location) isBehind() bool {
	for {
		l = l.find()
		if l.v != nil || l.holder == nil {
			return l.v == nil
		}
		h := l.holder.find()
		if h.target != nil && h.target.find() == l {
			return true
		}
		l = h
	}
}

// An innerKey asks whether a struct has inner places of a type, for a pointer or a slice.
type innerKey struct {
	in, t   types.Type
	pointer bool
}

// holdsInner reports whether a type is a struct for which eachInner finds something.
func (u *Unit) holdsInner(in, t types.Type, pointer bool) bool {
	st, ok := in.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	key := innerKey{in, t, pointer}
	found, known := u.inner[key]
	if known {
		return found
	}
	for f := range st.Fields() {
		ft := f.Type()
		found = found || pointer && types.Identical(ft, t)
		if a, ok := ft.Underlying().(*types.Array); ok {
			ft = a.Elem()
			found = found || types.Identical(ft, t)
		}
		found = found || u.holdsInner(ft, t, pointer)
	}
	u.inner[key] = found
	return found
}

// eachInner calls f for the fields of a struct of type t, also those of structs in it, or with pointer unset only for elements of arrays.
func (m *memory) eachInner(l *location, t types.Type, pointer bool, f func(*location)) {
	for i, field := range namedFields(l.find().typ.Underlying().(*types.Struct)) {
		ft, at := field.Type(), func() *location { return m.part(l, i) }
		if pointer && types.Identical(ft, t) {
			f(at())
			continue
		}
		if a, ok := ft.Underlying().(*types.Array); ok {
			ft, at = a.Elem(), func() *location { return m.part(m.part(l, i), 0) }
			if types.Identical(ft, t) {
				f(at())
				continue
			}
		}
		if m.unit.holdsInner(ft, t, pointer) {
			m.eachInner(at(), t, pointer, f)
		}
	}
}

// newStem gives what the slice, pointer or map at l refers to a location of its own, unless it may be the very struct that holds l.
func (m *memory) newStem(l *location, input int, e ast.Expr) {
	t := pointee(l.typ)
	if h := l.holder; h != nil && h.find().v == nil && types.Identical(h.find().typ, t) {
		h.find().cyclic = true
		l.target = h
		return
	}
	l.target = m.fresh(t)
	l.target.holder, l.target.global, l.target.under = l, l.global, true
	defer m.joinInner(l)
	s := &stem{input, e, l.target, map[string]*location{}}
	l.target.stems = []*stem{s}
	m.stems = append(m.stems, s)
}

// body makes one of what the statements of the function mix.
func (m *memory) body() {
	ast.Inspect(m.fn.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) { m.noteAddresses(e) })
		return true
	})
	m.complete() // before what calls bring along takes its place: recursive types lead back to what is there
	ast.Inspect(m.fn.Body, func(s ast.Stmt) bool { m.stmt(s); return true })
	m.settle()
	m.complete()
}

// complete makes the locations that the inputs lead to, so that no two are made one later: see joinInner.
func (m *memory) complete() {
	for unions := -1; unions != m.unions; {
		unions = m.unions
		seen := map[*location]bool{}
		for _, v := range m.fn.Inputs() {
			m.reachable(m.variable(v), seen, func(*location) {})
		}
	}
}

// noteAddresses notes the variables in e whose address is taken, by & or by slicing an array.
func (m *memory) noteAddresses(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Addr:
			if v := ast.RootVar(e.X); v != nil {
				m.variable(v).addr = true
			}
		case *ast.Slice:
			if v := ast.RootVar(e.X); v != nil && isArray(e.X.Type()) {
				m.variable(v).addr = true
			}
		}
		return true
	})
}

// addressed reports whether the address of a variable is taken.
func (m *memory) addressed(v *ast.Var) bool { return m.variable(v).addr }

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

func (m *memory) fresh(t types.Type) *location {
	*m.next++
	return &location{id: *m.next, typ: t}
}

// variable returns the location of a variable. It stays that variable's own.
func (m *memory) variable(v *ast.Var) *location {
	l := m.vars[v]
	if l == nil {
		l = m.fresh(v.Type)
		l.v = v
		m.vars[v] = l
	}
	return l
}

// global returns the location of a package-level variable.
func (m *memory) globalVar(e *ast.Name) *location {
	l := m.globals[e.Obj]
	if l == nil {
		l = m.fresh(e.T)
		l.global = true
		m.globals[e.Obj] = l
		m.stemsOf(l, -1, &ast.Name{Obj: e.Obj, T: e.T}, true)
	}
	return l.find()
}

// part returns a part of a location: a field, or with i = 0 the elements of an array.
func (m *memory) part(l *location, i int) *location {
	l = l.find()
	if l.parts == nil {
		switch u := l.typ.Underlying().(type) {
		case *types.Struct:
			l.parts = make([]*location, u.NumFields())
		default:
			l.parts = make([]*location, 1)
		}
	}
	if l.parts[i] == nil {
		var t types.Type
		switch u := l.typ.Underlying().(type) {
		case *types.Struct:
			t = u.Field(i).Type()
		case *types.Array:
			t = u.Elem()
		default:
			panic(fmt.Sprintf("transform: parts of a %s", l.typ))
		}
		p := m.fresh(t)
		p.holder, p.global, p.deep, p.under = l, l.global, l.deep, l.under
		l.parts[i] = p
	}
	return l.parts[i].find()
}

// targetOf returns what the slice, pointer or map at a location refers to.
func (m *memory) targetOf(l *location) *location {
	l = l.find()
	if l.target == nil {
		l.target = m.newTarget(l, pointee(l.typ))
	}
	return l.target.find()
}

// pointee is the type of what values of type t refer to.
func pointee(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Pointer:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	}
	panic(fmt.Sprintf("transform: what a %s refers to", t))
}

// newTarget returns what l refers to: an older location where the type is recursive or the caller cannot tell the two apart.
func (m *memory) newTarget(l *location, t types.Type) *location {
	for h := l; h != nil; h = h.holder {
		h = h.find()
		if types.Identical(h.typ, t) && (h.holder == nil || h.holder.find().target == h) && h.v == nil {
			h.cyclic = true
			return h
		}
	}
	beyond := m.beyond(l, t)
	if n := beyond[typeKey(t)]; n != nil {
		l.target = n
		m.joinInner(l)
		return n.find()
	}
	n := m.fresh(t)
	n.holder, n.global = l, l.global
	n.deep, n.under = l.under, l.under
	if beyond != nil {
		beyond[typeKey(t)] = n
	}
	l.target = n
	m.joinInner(l)
	return n
}

// beyond returns the locations that lie so far away, behind a stem or a variable, that there is one for each type, if what l refers
// to is one of them.
func (m *memory) beyond(l *location, t types.Type) map[string]*location {
	if m.unit.isSaved(t) {
		return m.saved
	}
	if s := stemOver(l); s != nil {
		return s.deep
	}
	root, hops := l.root()
	if hops < maxHops {
		return nil
	}
	if root.far == nil {
		root.far = map[string]*location{}
	}
	return root.far
}

// maxHops is how many slices, pointers and maps away from a variable two locations of one type are told apart. Beyond that there is one for
// all, as there is of remembered values behind pointers: types that refer to each other have more paths than can be walked.
const maxHops = 3

// root returns the location of the variable, or whatever else has no holder, that leads to l, and how many slices, pointers and
// maps lie between.
func (l *location) root() (root *location, hops int) {
	for l = l.find(); l.holder != nil; {
		l = l.holder.find()
		if refers(l.typ) {
			hops++
		}
	}
	return l, hops
}

// stemOver returns the nearest stem on the way to a location, or nil.
func stemOver(l *location) *stem {
	for h := l; h != nil; h = h.holder {
		if h = h.find(); len(h.stems) > 0 {
			return h.stems[0]
		}
	}
	return nil
}

// unify makes one location of two.
func (m *memory) unify(a, b *location) {
	a, b = a.find(), b.find()
	if a == b {
		return
	}
	if b.id < a.id {
		a, b = b, a
	}
	m.unions++
	oneUnder := a.under != b.under
	b.up = a
	a.global = a.global || b.global
	a.deep = a.deep || b.deep
	a.under = a.under || b.under
	a.cyclic = a.cyclic || b.cyclic
	a.addr = a.addr || b.addr
	a.stems = append(a.stems, b.stems...)
	parts := b.parts
	n := max(len(a.parts), len(parts))
	a.parts, parts = slices.Grow(a.parts, n)[:n], slices.Grow(parts, n)[:n]
	for i, q := range parts {
		p := a.parts[i]
		if p != nil && q != nil {
			m.unify(p, q)
			a = a.find()
			continue
		}
		if p == nil {
			a.parts[i] = q
		}
		if p = a.parts[i]; p != nil && oneUnder {
			p.find().deepenTargets(map[*location]bool{})
			p.find().deep = p.find().deep || a.deep
		}
	}
	if a.target != nil && b.target != nil {
		m.unify(a.target, b.target)
		return
	}
	if a.target == nil {
		a.target = b.target
	}
	if a.target != nil && oneUnder {
		a.target.find().deepen(map[*location]bool{})
	}
}

// deepen marks a location, and what it refers to, as lying behind what the caller can tell apart.
func (l *location) deepen(seen map[*location]bool) {
	l.deep = true
	l.deepenTargets(seen)
}

// deepenTargets marks what a location refers to.
func (l *location) deepenTargets(seen map[*location]bool) {
	if seen[l] {
		return
	}
	seen[l] = true
	l.under = true
	for _, p := range l.parts {
		if p != nil {
			p.find().deep = p.find().deep || l.deep
			p.find().deepenTargets(seen)
		}
	}
	if l.target != nil {
		l.target.find().deepen(seen)
	}
}

// mix makes one of what the values at two locations, of the same type, refer to.
func (m *memory) mix(a, b *location) {
	a, b = a.find(), b.find()
	if a == b || !hasRefs(a.typ) {
		return
	}
	switch u := a.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			m.mix(m.part(a, i), m.part(b, i))
		}
	case *types.Array:
		m.mix(m.part(a, 0), m.part(b, 0))
	case *types.Slice, *types.Pointer, *types.Map:
		m.unify(m.targetOf(a), m.targetOf(b))
	}
}

// place returns the location of a place.
func (m *memory) place(e ast.Expr) *location {
	switch e := e.(type) {
	case *ast.Ref:
		return m.variable(e.Var).find()
	case *ast.Name:
		return m.globalVar(e)
	case *ast.Past:
		return m.place(e.X)
	case *ast.Field:
		if ast.Pointee(e.X.Type()) != nil {
			return m.part(m.referred(e.X), fieldIndex(ast.Pointee(e.X.Type()), e.Field))
		}
		return m.part(m.place(e.X), fieldIndex(e.X.Type(), e.Field))
	case *ast.Index:
		return m.elements(e.X)
	case *ast.Deref:
		return m.referred(e.X)
	case *ast.Convert:
		return m.place(e.X)
	}
	return m.values(e)[0]
}

func fieldIndex(t types.Type, f *types.Var) int {
	st := t.Underlying().(*types.Struct)
	for i := range st.NumFields() {
		if st.Field(i).Id() == f.Id() {
			return i
		}
	}
	panic(fmt.Sprintf("transform: %s has no field %s", t, f.Name()))
}

// elements returns the location of the elements of an array, a pointer to one or a slice.
func (m *memory) elements(x ast.Expr) *location {
	switch x.Type().Underlying().(type) {
	case *types.Array:
		return m.part(m.place(x), 0)
	case *types.Pointer:
		return m.part(m.referred(x), 0)
	case *types.Basic:
		return m.place(x) // the bytes of a string are the string's own
	}
	return m.referred(x)
}

// referred is reach for code that reads or writes there, or would if the value were not nil.
func (m *memory) referred(e ast.Expr) *location {
	if l := m.reach(e); l != nil {
		return l
	}
	return m.targetOf(m.values(e)[0])
}

// array returns the array that a slice is converted to a pointer to.
func (m *memory) array(e *ast.Convert) *location {
	if m.made[e] == nil {
		l := m.fresh(ast.Pointee(e.T))
		l.parts = []*location{m.reach(e.X)}
		m.made[e] = []*location{l}
	}
	return m.made[e][0].find()
}

// reach returns the location that the value of e refers to, or nil where it refers to none.
func (m *memory) reach(e ast.Expr) *location {
	if isNil(e) {
		return nil
	}
	switch e := e.(type) {
	case *ast.Slice:
		return m.elements(e.X)
	case *ast.Addr:
		return m.place(e.X)
	case *ast.Past:
		return m.reach(e.X)
	case *ast.Convert:
		switch {
		case !refers(e.T):
			return nil
		case !refers(e.X.Type()):
			return m.targetOf(m.values(e)[0])
		case isPointer(e.T) && !isPointer(e.X.Type()):
			return m.array(e)
		}
		return m.reach(e.X)
	}
	if !refers(e.Type()) {
		return nil
	}
	return m.targetOf(m.place(e))
}

// refers reports whether values of type t are slices, pointers or maps.
func refers(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Pointer, *types.Map:
		return true
	}
	return false
}

// values returns locations that hold the values of an expression that is no place: one for each result of a call.
func (m *memory) values(e ast.Expr) []*location {
	if list, ok := m.made[e]; ok {
		return list
	}
	if c, ok := e.(*ast.Convert); ok && hasRefs(e.Type()) && !refers(e.Type()) {
		return []*location{m.place(c.X)}
	}
	var list []*location
	if t, ok := e.Type().(*types.Tuple); ok {
		for v := range t.Variables() {
			list = append(list, m.fresh(v.Type()))
		}
	} else {
		list = []*location{m.fresh(e.Type())}
	}
	m.made[e] = list
	switch e := e.(type) {
	case *ast.Composite:
		m.composite(e, list[0])
	case *ast.Call:
		m.call(e, list)
	}
	return list
}

// composite mixes what the elements of a literal refer to with what the literal at l does.
func (m *memory) composite(e *ast.Composite, l *location) {
	for _, x := range e.Elems {
		var to *location
		switch {
		case x.Field != nil:
			to = m.part(l, fieldIndex(e.T, x.Field))
		case refers(e.T):
			to = m.targetOf(l)
		default:
			to = m.part(l, 0)
		}
		m.flow(to, x.Value)
	}
}

// flow notes that the value of e is put into a location.
func (m *memory) flow(l *location, e ast.Expr) {
	if e != nil && opensTo(l.typ) {
		m.putIn(e)
		return
	}
	if e == nil || !hasRefs(l.typ) || isNil(e) {
		return
	}
	if refers(l.typ) {
		if t := m.reach(e); t != nil {
			m.unify(m.targetOf(l), t)
		}
		return
	}
	if types.IsInterface(l.typ) {
		return
	}
	m.mix(l, m.place(e))
}

// call notes what a call does with what its arguments and results refer to.
func (m *memory) call(c *ast.Call, results []*location) {
	if of := m.calls[c]; of != nil {
		return // the call that it stands for has been noted
	}
	switch c.Fun.Builtin {
	case "append":
		m.flow(results[0], c.Args[0])
		for _, x := range c.Args[1:] {
			if c.Spread {
				if elem := elemType(c.T); hasRefs(elem) {
					m.mix(m.targetOf(results[0]), m.referred(x))
				}
			} else {
				m.flow(m.targetOf(results[0]), x)
			}
		}
		return
	case "new":
		for _, x := range c.Args {
			m.flow(m.targetOf(results[0]), x)
		}
	case "copy":
		if elem := elemType(c.Args[0].Type()); elem != nil && hasRefs(elem) {
			m.mix(m.referred(c.Args[0]), m.referred(c.Args[1]))
		}
		return
	}
	switch {
	case isShadowCall(c):
		m.mirror(results[0])
		return
	case isCopyCall(c): // of what it copies, so that it holds what that does
		m.flow(results[0], c.Args[0])
	case c.Fun.Copied == "CarryOver":
		for _, pair := range carriedPairs(c) {
			m.mix(m.place(pair[0]), m.place(pair[1]))
		}
	}
	if _, ok := ast.IsAssertion(c); ok {
		m.takeOut(results[0])
	}
	if c.Fun.Builtin != "" {
		return
	}
	if c.Fun.Fn != nil {
		if callee := m.inSCC[c.Fun.Fn]; callee != nil {
			m.bind(c, results, callee, func(l *location) *location { return l })
			return
		}
		if s := m.unit.summary(c.Fun.Fn); s != nil {
			take := m.copier(c)
			m.bind(c, results, s.mem, take)
			m.bring(s.mem, take)
			return
		}
	}
	m.unknown(c, results)
}

// mirror lets all memory of one type behind l be one location, and what a pointer or slice there may lead to within a struct or an array
// be that too: a shadow shares memory where its value does, which may be anywhere.
func (m *memory) mirror(l *location) {
	w := &mirror{m: m, behind: map[string]*location{}, pointed: map[string]bool{}}
	w.visit(l)
	for _, n := range w.made {
		w.join(n)
	}
}

type mirror struct {
	m       *memory
	behind  map[string]*location // what is referred to, by type
	pointed map[string]bool      // types that a pointer refers to
	made    []*location
}

// visit makes what is behind l.
func (w *mirror) visit(l *location) {
	switch u := l.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			w.visit(w.m.part(l, i))
		}
	case *types.Array:
		w.visit(w.m.part(l, 0))
	case *types.Slice, *types.Pointer, *types.Map:
		t := pointee(l.typ)
		w.pointed[typeKey(t)] = w.pointed[typeKey(t)] || isPointer(l.typ)
		if n := w.behind[typeKey(t)]; n != nil {
			l.target, n.cyclic = n, true
			return
		}
		n := w.m.fresh(t)
		n.holder = l
		l.target, w.behind[typeKey(t)] = n, n
		w.made = append(w.made, n)
		w.visit(n)
	}
}

// join makes one of the parts of a location in memory and what is referred to that may be one of them.
func (w *mirror) join(l *location) {
	part := func(p *location, element bool) {
		p = p.find()
		if n := w.behind[typeKey(p.typ)]; n != nil && (element || w.pointed[typeKey(p.typ)]) && n.find() != p {
			w.m.unify(n, p)
		}
		w.join(p)
	}
	switch u := l.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			part(w.m.part(l, i), false)
		}
	case *types.Array:
		part(w.m.part(l, 0), true)
	}
}

// bind makes one of the arguments and results of a call and the inputs and results of the callee, as taken into this graph.
func (m *memory) bind(c *ast.Call, results []*location, callee *memory, take func(*location) *location) {
	args, inputs := argsOf(c, callee.fn), callee.fn.Inputs()
	for i, v := range inputs {
		if !hasRefs(v.Type) && !opensTo(v.Type) {
			continue
		}
		for _, x := range args[i] {
			l := take(callee.variable(v))
			if callee.fn.Variadic && i == len(inputs)-1 && !c.Spread {
				m.flow(m.targetOf(l), x)
			} else {
				m.flow(l, x)
			}
		}
	}
	for i, v := range callee.fn.Results {
		if hasRefs(v.Type) && i < len(results) {
			m.mix(results[i], take(callee.variable(v)))
		}
	}
}

// argsOf returns the arguments of a call by the inputs of the callee that they are for.
func argsOf(c *ast.Call, f *ast.Func) [][]ast.Expr {
	n := len(f.Inputs())
	list := make([][]ast.Expr, n)
	for i, x := range c.Args {
		list[min(i, n-1)] = append(list[min(i, n-1)], x)
	}
	return list
}

// copier returns a function that copies the locations of the callee of c into this graph, each once.
func (m *memory) copier(c *ast.Call) func(*location) *location {
	copies := map[*location]*location{}
	m.taken[c] = copies
	var take func(l *location) *location
	take = func(l *location) *location {
		l = l.find()
		if c := copies[l]; c != nil {
			return c
		}
		c := m.fresh(l.typ)
		c.global = l.global
		copies[l] = c
		for i, p := range l.parts {
			if p != nil {
				if c.parts == nil {
					c.parts = make([]*location, len(l.parts))
				}
				c.parts[i] = take(p)
				c.parts[i].holder = c
			}
		}
		if l.target != nil {
			c.target = take(l.target)
			if c.target.holder == nil {
				c.target.holder = c
			}
		}
		return c
	}
	return take
}

// unknown notes a call of a function that nothing is known of: its results may refer to what its arguments refer to, of the
// same types.
func (m *memory) unknown(c *ast.Call, results []*location) {
	if c.Fun.Fn != nil && !m.unit.harmless(c.Fun.Fn) {
		params := ast.ParamsOf(c.Fun.Fn.Signature())
		for i, x := range c.Args {
			t := params[min(i, len(params)-1)].Type()
			if opensTo(t) || c.Fun.Fn.Signature().Variadic() && i >= len(params)-1 && opensTo(elemType(t)) {
				m.putIn(x) // it may keep it
			}
		}
	}
	for _, x := range c.Args {
		for _, r := range results {
			if refers(r.typ) && refers(x.Type()) && types.Identical(pointee(r.typ), pointee(x.Type())) {
				m.flow(r, x)
			}
		}
	}
}

// stmt notes what a statement mixes.
func (m *memory) stmt(s ast.Stmt) {
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			switch e.(type) {
			case *ast.Call, *ast.Composite:
				m.values(e)
			}
			return true
		})
	})
	switch s := s.(type) {
	case *ast.Assign:
		m.assign(s.Lhs, s.Rhs)
	case *ast.Decl:
		m.assign(ast.Refs(s.Vars), s.Values)
	case *ast.Range:
		if s.Value != nil && elemType(s.X.Type()) != nil {
			m.flow(m.place(s.Value), &ast.Index{X: s.X, T: elemType(s.X.Type())})
		}
	case *ast.Return:
		m.assign(ast.Refs(m.fn.Results), s.Results)
	}
}

func (m *memory) assign(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		switch {
		case l == nil || len(rhs) == 0 || !hasRefs(l.Type()) && !opensTo(l.Type()):
		case len(rhs) == len(lhs):
			m.flow(m.place(l), rhs[i])
		case len(rhs) == 1:
			m.mix(m.place(l), m.values(rhs[0])[i])
		}
	}
}
