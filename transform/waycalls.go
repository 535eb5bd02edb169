package transform

import (
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Byways through calls.

// discrete are functions whose results are integers or booleans that change only in jumps.
var discrete = []string{
	"(*math/big.Float).Cmp", "(*math/big.Float).Sign", "(*math/big.Int).Cmp", "(*math/big.Int).Sign", "(*math/big.Rat).Cmp", "(*math/big.Rat).Sign",
	"bytes.Compare", "cmp.Compare", "strings.Compare", "math.IsNaN", "math.IsInf", "math.Signbit", "math.Ilogb", "sort.SearchFloat64s", "slices.BinarySearch",
	"(*bytes.Buffer).Len", "(*container/list.List).Len", "(*strings.Builder).Len",
}

// A waySummary is what a summary says of byways.
type waySummary struct {
	origins []origin
	inputs  map[*location]wayCell // the cells of the inputs themselves
	results map[*location]wayCell // and of the results
	cells   []*location           // those, and what they lead to
	marks   map[*location]sources
	filled  map[*location]sources
	maps    []*location // elements of maps among cells
	keyed   map[*location]sources
	led     []*location    // floats that values of hidden types lead to
	links   [][2]*location // between cells

	floats sources // of what floats are made
	opened opening
}

// A wayCell is a part of an input or result.
type wayCell struct {
	of   int
	path []int
}

// size is how much a summary says.
func (s *waySummary) size() int {
	if s == nil {
		return 0
	}
	n := len(s.led) + len(s.links) + len(s.opened.Types)
	count := func(t sources) { t.each(func(int) { n++ }) }
	for _, l := range s.cells {
		count(s.marks[l])
		count(s.filled[l])
	}
	for _, l := range s.maps {
		count(s.keyed[l])
	}
	for _, t := range []sources{s.floats, s.opened.values, s.opened.memory} {
		count(t)
	}
	return n
}

// bywaysOf finds what of f's summary is about byways.
func (u *Unit) bywaysOf(f *ast.Func, m *memory, s *summary) {
	inputs := f.Inputs()
	varied := make([]bool, len(inputs))
	for i, v := range inputs {
		varied[i] = ast.Carries(v.Type)
	}
	d := &derivation{u: u, fn: f, mem: m}
	d.act = newActivity(u, m, varied, make([]bool, len(f.Results)), make([]bool, len(inputs)), callSite{})
	b := d.byways(true)
	w := &waySummary{origins: b.origins, marks: b.marks, filled: b.filled, keyed: b.keyed, led: byID(b.led)}
	cells, maps := map[*location]bool{}, map[*location]bool{}
	see := func(l *location) {
		if l = l.find(); !ast.IsFloat(l.typ) && !isBoolean(l.typ) {
			cells[l] = true
		}
		if ast.IsMap(l.typ) {
			maps[m.targetOf(l)] = true
		}
	}
	w.inputs, w.results = wayCells(m, inputs, see), wayCells(m, f.Results, see)
	w.cells, w.maps, w.links = byID(cells), byID(maps), b.linksAmong(cells)
	b.eachLoss(func(x *loss) {
		w.floats = w.floats.with(x.floats)
		if b.isShared(x) {
			w.floats = w.floats.with(b.from(activeFloat))
		}
		w.opened.add(x.opened)
	})
	w.origins = b.origins
	s.byways = w
}

// linksAmong returns links between cells of a set, directly or by way of others.
func (b *byways) linksAmong(cells map[*location]bool) [][2]*location {
	next := map[*location][]*location{}
	for from, list := range b.links {
		for _, to := range list {
			next[from.find()] = append(next[from.find()], to.find())
		}
	}
	var links [][2]*location
	for _, from := range byID(cells) {
		if !isHidden(from.typ) || len(next[from]) == 0 {
			continue
		}
		for _, to := range byID(reachable(next, []*location{from})) {
			if to != from && cells[to] {
				links = append(links, [2]*location{from, to})
			}
		}
	}
	return links
}

// wayCells returns the cells of variables, and calls f for them and those that they lead to.
func wayCells(m *memory, vars []*ast.Var, f func(*location)) map[*location]wayCell {
	own, seen := map[*location]wayCell{}, map[*location]bool{}
	for i, v := range vars {
		eachPart(m, m.variable(v), nil, func(l *location, path []int) { own[l] = wayCell{i, path} })
		m.reachable(m.variable(v), seen, f)
	}
	return own
}

// eachPart calls f for the cells of a location with the numbers of the parts that lead there.
func eachPart(m *memory, l *location, path []int, f func(l *location, path []int)) {
	l = l.find()
	switch u := l.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			eachPart(m, m.part(l, i), append(slices.Clone(path), i), f)
		}
	case *types.Array:
		eachPart(m, m.part(l, 0), append(slices.Clone(path), 0), f)
	default:
		f(l, path)
	}
}

// partAt returns the part of a location that a path leads to.
func (m *memory) partAt(l *location, path []int) *location {
	for _, i := range path {
		l = m.part(l, i)
	}
	return l.find()
}

// call passes on what a call does to marks. A rule stands for what its function does, and a function that is constant for differentiation
// answers for it.
func (b *byways) call(c *ast.Call) {
	m, fn := b.d.mem, c.Fun.Fn
	if fn == nil {
		b.builtin(c)
		return
	}
	results := m.values(c)
	s := b.d.u.summary(fn)
	switch {
	case slices.Contains(discrete, fn.FullName()):
	case s != nil && s.byways != nil:
		b.summarised(c, s.byways)
	case b.outside(c):
		b.unknown(c, results)
	case s == nil:
		for _, l := range results {
			b.addAll(l, b.ofArgs(c), true)
		}
	}
}

// ofArgs returns the marks of the arguments of a call.
func (b *byways) ofArgs(c *ast.Call) sources {
	var s sources
	for _, x := range c.Args {
		s = s.with(b.of(x))
	}
	return s
}

// builtin is call for a builtin.
func (b *byways) builtin(c *ast.Call) {
	m := b.d.mem
	if x, ok := ast.IsAssertion(c); ok {
		b.asserted(c, x)
		return
	}
	switch c.Fun.Builtin {
	case "append":
		to := m.targetOf(m.values(c)[0])
		if c.Spread {
			b.copyElements(to, c.Args[1])
			return
		}
		for _, x := range c.Args[1:] {
			b.put(to, x)
		}
	case "copy":
		if to := m.reach(c.Args[0]); to != nil {
			b.copyElements(to, c.Args[1])
		}
	case "new":
		for _, x := range c.Args {
			b.put(m.targetOf(m.values(c)[0]), x)
		}
	case ast.MapKeys:
		b.addAll(m.values(c)[0], b.keysOf(c.Args[0]), true)
	}
}

// copyElements passes on the marks of the elements of a slice, or of a string, that are copied.
func (b *byways) copyElements(to *location, e ast.Expr) {
	if isString(e.Type()) {
		b.addAll(to, b.of(e), false)
	} else if from := b.d.mem.reach(e); from != nil {
		b.copyParts(to, from)
	}
}

// asserted passes on what a value of a hidden type is marked with to one of another type that it is found to hold. That no longer leads to
// floats, unless its type does.
func (b *byways) asserted(c *ast.Call, x ast.Expr) {
	if !isHidden(x.Type()) {
		b.put(b.d.mem.values(c)[0], x)
		return
	}
	m, l := b.d.mem, b.d.mem.values(c)[0]
	if isHidden(c.T) {
		b.copyParts(l, m.place(x))
		return
	}
	s := b.of(x)
	if !ast.Carries(c.T) {
		s = b.only(s, content)
	}
	b.addAll(l, s, true)
	m.behind(l, map[*location]bool{}, func(c *location) { b.fill(m.place(x), b.only(b.marks[c.find()], content)) })
}

// outside reports whether a call leaves what godiff sees: its callee has neither source here nor a rule.
func (b *byways) outside(c *ast.Call) bool {
	fn := c.Fun.Fn
	return fn != nil && !b.d.isRuled(c) && !b.d.u.Rules.has(c.Fun) && b.d.u.Lower(fn) == nil && !b.d.constant(c)
}

// unknown is call for one that leaves what godiff sees: what goes in may be in all that comes out, and in what it is given to write.
func (b *byways) unknown(c *ast.Call, results []*location) {
	fn, u := c.Fun.Fn, b.d.u
	if u.isLifted(fn) {
		return // refused elsewhere
	}
	in := b.ofArgs(c)
	if b.isLed(c) {
		in = in.with(b.from(activeFloat))
	}
	writes := !u.harmless(fn)
	var kept sources // what is written by way of the results later, as of a writer
	for _, l := range results {
		if writes && !keeps(fn) {
			kept = kept.with(b.at(l))
		}
		if writes {
			b.d.mem.reachable(l, map[*location]bool{}, func(c *location) { kept = kept.with(b.filled[c.find()]) })
		}
		b.addAll(l, in, true)
	}
	for i, x := range c.Args {
		b.fillBehind(x, kept)
		if writes && !keeps(fn) || i == 0 && fillsFirst(fn) {
			b.fillBehind(x, in)
		}
	}
}

// keeps reports whether a function keeps what it is given, or makes text of it, and writes nothing but what its receiver leads to. A context
// is never written.
func keeps(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	switch path := fn.Pkg().Path(); path {
	case "context", "log", "log/slog", "sync", "sync/atomic":
		return true
	default:
		return strings.HasPrefix(path, "container/") && path != "container/heap"
	}
}

// fillsFirst reports whether a function puts something into its first argument.
func fillsFirst(fn *types.Func) bool {
	if keeps(fn) {
		return fn.Signature().Recv() != nil && fn.Pkg().Path() != "context"
	}
	return strings.HasPrefix(fn.Name(), "Append") || strings.HasPrefix(fn.Name(), "Fprint")
}

// summarised is call for one whose callee has a summary.
func (b *byways) summarised(c *ast.Call, s *waySummary) {
	m := b.d.mem
	t := b.translation(c, s)
	stands := b.d.isRuled(c) || b.d.u.Rules.has(c.Fun) || b.d.constant(c)
	for _, l := range s.cells {
		marks, filled := t.of(s.marks[l]), t.of(s.filled[l])
		if marks.isEmpty() && filled.isEmpty() {
			continue
		}
		_, result := s.results[l]
		_, input := s.inputs[l]
		if stands && !result {
			continue
		}
		t.cell(l, func(here *location) {
			if !input {
				b.add(here, marks)
			}
			b.fill(here, filled)
		})
	}
	if stands {
		return
	}
	for _, l := range s.links {
		t.cell(l[0], func(from *location) { t.cell(l[1], func(to *location) { b.link(from, to) }) })
	}
	m.mapLocations(c, s.led, func(l *location) { b.led[l.find()] = true })
	for _, l := range s.maps {
		keyed := t.of(s.keyed[l])
		m.mapLocations(c, []*location{l}, func(l *location) { b.key(l, keyed) })
	}
}

// A translation tells what the marks of a callee mean at a call.
type translation struct {
	b      *byways
	c      *ast.Call
	s      *waySummary
	inputs []*location // what stands for the inputs
	known  map[int]sources
}

// translation gives the inputs of the callee of c what they are given.
func (b *byways) translation(c *ast.Call, s *waySummary) *translation {
	m := b.d.mem
	f := b.d.u.summary(c.Fun.Fn).mem.fn
	vars := f.Inputs()
	if b.inputs[c] == nil {
		for _, v := range vars {
			b.inputs[c] = append(b.inputs[c], m.fresh(v.Type))
		}
	}
	for i, args := range argsOf(c, f) {
		for _, x := range args {
			if f.Variadic && i == len(vars)-1 && !c.Spread {
				elems := b.d.u.summary(c.Fun.Fn).mem
				m.mapLocations(c, []*location{elems.targetOf(elems.variable(vars[i]))}, func(l *location) { b.put(l, x) })
			} else {
				b.put(b.inputs[c][i], x)
			}
		}
	}
	return &translation{b: b, c: c, s: s, inputs: b.inputs[c], known: map[int]sources{}}
}

// of returns what marks of the callee mean.
func (t *translation) of(s sources) sources {
	var out sources
	s.each(func(i int) {
		if _, ok := t.known[i]; !ok {
			t.known[i] = t.origin(t.s.origins[i])
		}
		out = out.with(t.known[i])
	})
	return out
}

// cell calls f for what stands here for a cell of the callee.
func (t *translation) cell(l *location, f func(*location)) {
	m := t.b.d.mem
	l = l.find()
	if r, ok := t.s.results[l]; ok {
		if results := m.values(t.c); r.of < len(results) && !isBoolean(t.c.T) {
			f(m.partAt(results[r.of], r.path))
		}
		return
	}
	if in, ok := t.s.inputs[l]; ok {
		f(m.partAt(t.inputs[in.of], in.path))
		return
	}
	m.mapLocations(t.c, []*location{l}, f)
}

func (t *translation) origin(o origin) (s sources) {
	b, m := t.b, t.b.d.mem
	switch {
	case o == ownMemory:
		return b.from(o)
	case o == activeFloat:
		if !b.d.constant(t.c) && b.isLed(t.c) {
			s = b.from(o)
		}
		return s
	}
	if in, ok := t.s.inputs[o.at.find()]; ok {
		return b.only(b.marks[m.partAt(t.inputs[in.of], in.path)], o.as)
	}
	m.mapLocations(t.c, []*location{o.at}, func(l *location) {
		if o.as == keys {
			s = s.with(b.keyed[l.find()])
		} else {
			s = s.with(b.only(b.marks[l.find()], o.as))
		}
	})
	return s
}
