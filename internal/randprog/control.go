package randprog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ifStatement draws a conditional without else.
func (g *gen) ifStatement() bool {
	if g.depth >= g.opts.Depth {
		return false
	}
	g.line("if %s {", g.condition(2).text)
	g.block(g.between(1, 3), nil)
	g.raw("}")
	return true
}

func (g *gen) ifElse() bool { return g.ifStatement() && g.otherwise() }

// otherwise adds an else block to the conditional that was just drawn.
func (g *gen) otherwise() bool {
	g.lines = g.lines[:len(g.lines)-1]
	g.raw("} else {")
	g.block(g.between(1, 3), nil)
	g.raw("}")
	return true
}

// ifChain draws if, else if, and now and then else.
func (g *gen) ifChain() bool {
	if !g.ifStatement() {
		return false
	}
	for range g.between(1, 2) {
		g.lines = g.lines[:len(g.lines)-1]
		g.line("} else if %s {", g.condition(1).text)
		g.block(g.between(1, 2), nil)
		g.raw("}")
	}
	return g.chance(0.4) || g.otherwise()
}

// ifInit draws `if a := e; a > c {`.
func (g *gen) ifInit() bool {
	t := g.readableFloat()
	e := g.tame(g.float(t, 2), t, storedMag)
	if e.konst || g.depth >= g.opts.Depth {
		return false
	}
	name, limit := g.newName(t), g.constant().text
	g.read(e.text)
	g.open()
	g.raw(fmt.Sprintf("if %s := %s; %s > %s {", name, e.text, name, limit))
	g.declare(&variable{name: name, typ: t, used: true})
	g.block(g.between(1, 3), nil)
	g.raw("}")
	if g.chance(0.5) {
		g.otherwise()
	}
	g.close()
	return true
}

// switchStatement draws a switch over conditions or over an int.
func (g *gen) switchStatement() bool {
	if g.depth >= g.opts.Depth {
		return false
	}
	tagged := g.chance(0.5)
	if tagged {
		g.line("switch %s %% 3 {", g.integerLeaf().text)
	} else {
		g.raw("switch {")
	}
	for i := range g.between(1, 3) {
		if tagged {
			g.raw(fmt.Sprintf("case %d:", i))
		} else {
			g.line("case %s:", g.condition(1).text)
		}
		g.block(g.between(1, 2), g.maybeBreak)
	}
	if g.chance(0.6) {
		g.raw("default:")
		g.block(g.between(1, 2), nil)
	}
	g.raw("}")
	return true
}

// maybeBreak ends a clause, now and then, with a conditional break and what that skips.
func (g *gen) maybeBreak() {
	if g.chance(0.15) {
		g.line("if %s {\nbreak\n}", g.condition(1).text)
		g.compound()
	}
}

func (g *gen) exitTable() []production {
	return []production{
		{"break", 4, func() bool { return g.leaveLoop("break") }},
		{"continue", 4, func() bool { return g.leaveLoop("continue") }},
		{"early-return", 3, g.earlyReturn},
		{"goto-exit", 3, g.gotoExit},
	}
}

// exit draws a conditional that leaves the loop, the iteration or the function, now and then with further branches that may do so
// too.
func (g *gen) exit() bool {
	if g.depth >= g.opts.Depth {
		return false
	}
	if !(len(g.pending) > 0 && g.chance(0.5) && g.try(production{"goto-exit", 1, g.gotoExit})) && !g.draw(g.exits) {
		return false
	}
	for g.chance(0.3) {
		g.lines = g.lines[:len(g.lines)-1]
		g.line("} else if %s {", g.condition(1).text)
		g.block(g.between(0, 2), g.maybeLeave)
		g.raw("}")
	}
	if g.chance(0.2) {
		g.lines = g.lines[:len(g.lines)-1]
		g.raw("} else {")
		g.block(g.between(1, 2), g.maybeLeave)
		g.raw("}")
	}
	return true
}

// maybeLeave ends a block, now and then, with a jump.
func (g *gen) maybeLeave() {
	if len(g.loops) > 0 && g.chance(0.6) {
		g.raw(g.jump(pick(g, []string{"break", "continue"})))
	}
}

// jump is a break or continue, now and then with a label.
func (g *gen) jump(word string) string {
	if g.opts.Labels && g.chance(0.4) {
		word += " " + pick(g, g.loops).label
	}
	return word
}

func (g *gen) leaveLoop(word string) bool {
	if len(g.loops) == 0 {
		return false
	}
	word = g.jump(word)
	g.line("if %s {", g.condition(1).text)
	g.block(g.between(0, 2), func() { g.raw(word) })
	g.raw("}")
	return true
}

func (g *gen) earlyReturn() bool {
	if g.fn.maker || g.fn.yields > 0 {
		return false // which function is returned must be known
	}
	g.line("if %s {", g.condition(1).text)
	ok := false
	g.block(g.between(0, 2), func() { ok = g.returnStatement(false) })
	g.raw("}")
	return ok
}

// loop is a loop of the generated program.
type loop struct {
	most   int         // bound of the trips
	vars   []*variable // declared by the header
	header string
	reads  string // what of the header is read; empty means all
	begin  func() // adds to the start of the body
	finish func() // adds to the end of the body
	label  string
	called bool // it ranges over a function
}

// mayLoop reports whether a loop of that many trips may be drawn here.
func (g *gen) mayLoop(most int) bool {
	return g.depth < g.opts.Depth && len(g.loops) < 3 && g.trips*most <= g.fn.mostTrips
}

// loop draws l with a random body.
func (g *gen) loop(l loop) bool {
	l.most = max(l.most, 1)
	if !g.mayLoop(l.most) {
		return false
	}
	g.open()
	first := len(g.lines)
	if g.opts.Labels {
		l.label = fmt.Sprintf("L%d", first)
		g.raw("")
	}
	g.loops = append(g.loops, &l)
	directive := len(g.lines)
	g.raw("")
	g.header(&l)
	ok := g.loopBody(&l)
	g.raw("}")
	if directive%checkpointEvery == 0 && !l.called && !g.leavesOpen(directive, l.label) && !swaps(g.lines[directive:]) {
		g.lines[directive] = "//godiff:checkpoint"
	}
	if l.label != "" && g.leaves(first, l.label) {
		g.lines[first] = l.label + ":"
	}
	g.loops = g.loops[:len(g.loops)-1]
	g.close()
	return ok
}

// checkpointEvery is how many lines there are for one on which a loop that begins there is to be run again in the reverse sweep.
const checkpointEvery = 23

// leavesOpen reports whether something in the loop that the lines from first on are jumps out of it, other than by a break of its own.
func (g *gen) leavesOpen(first int, label string) bool {
	return slices.ContainsFunc(g.lines[first:], func(line string) bool {
		jump, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		return jump == "return" || jump == "goto" || (jump == "break" || jump == "continue") && to != "" && to != label
	})
}

// leaves reports whether a break or continue among the lines from first on names the label.
func (g *gen) leaves(first int, label string) bool {
	return slices.Contains(g.lines[first:], "break "+label) || slices.Contains(g.lines[first:], "continue "+label)
}

// header writes the header of l and declares its variables, which it does not read.
func (g *gen) header(l *loop) {
	used := make([]bool, len(l.vars))
	for i, v := range l.vars {
		used[i] = g.declare(v).used
	}
	g.read(cmp.Or(l.reads, l.header))
	for i, v := range l.vars {
		v.used = used[i]
	}
	g.raw(l.header)
}

// loopBody draws the body of l, at whose end the variables of the header are read. It reports false where the
// body hides one that must be.
func (g *gen) loopBody(l *loop) bool {
	outer, hidden := g.trips, false
	g.trips *= l.most
	g.open()
	g.depth++
	if l.begin != nil {
		l.begin()
	}
	g.sequence(g.between(1, 4))
	g.flush()
	if l.finish != nil {
		l.finish()
	}
	for _, v := range l.vars {
		if !v.used && g.lookup(v.name) == v {
			g.sink(v)
		}
		hidden = hidden || !v.used
	}
	g.depth--
	g.close()
	g.trips = outer
	return !hidden
}

// count returns a trip count, a bound of it, and the slice whose length it is, if any.
func (g *gen) count() (text string, most int, of *variable) {
	switch g.intn(6) {
	case 0, 1:
		if v, ok := g.anySlice(); ok && g.can("len") {
			return "len(" + v.name + ")", max(v.max, 1), v
		}
	case 2:
		if p, ok := g.readable(g.types.int); ok {
			return p.text + "%4", 3, nil
		}
	case 3:
		if p, ok := g.readable(g.types.int); ok && g.can("min") {
			return "min(" + p.text + ", 3)", 3, nil
		}
	case 4:
		if f := g.float(g.types.float64, 1); g.can("int") && g.can("min") && !f.konst {
			return "min(int(" + g.tame(f, g.types.float64, 3).text + "), 4)", 4, nil // the body may change what f reads
		}
	}
	n := g.between(1, 4)
	return fmt.Sprint(n), n, nil
}

// anySlice returns a slice variable of short length that has floats in it.
func (g *gen) anySlice() (*variable, bool) {
	vs := g.visible(func(v *variable) bool { return v.typ.kind == sliceKind && v.max <= 2*mostLen && !v.global })
	if len(vs) == 0 {
		return nil, false
	}
	return pick(g, vs), true
}

// freeze keeps v from being assigned as a whole until the returned function is called.
func freeze(v *variable) (thaw func()) {
	if v == nil {
		return func() {}
	}
	v.frozen++
	return func() { v.frozen-- }
}

// counterVariable returns the variable of a counting loop.
func (g *gen) counterVariable(below *variable, texts ...string) *variable {
	return &variable{name: g.newName(g.types.int, texts...), typ: g.types.int, frozen: 1, nonneg: true, used: true, below: below}
}

// countingHeader returns the header of a loop over [0, n).
func countingHeader(i *variable, n string) string {
	return fmt.Sprintf("for %s := 0; %s < %s; %s++ {", i.name, i.name, n, i.name)
}

// forCount draws `for i := 0; i < n; i++`.
func (g *gen) forCount() bool {
	n, most, of := g.count()
	i := g.counterVariable(of, n)
	defer freeze(of)()
	return g.loop(loop{most: most, vars: []*variable{i}, header: countingHeader(i, n)})
}

// forDown draws `for i := n - 1; i >= 0; i--`.
func (g *gen) forDown() bool {
	n, most, of := g.count()
	i := g.counterVariable(of, n)
	defer freeze(of)()
	header := fmt.Sprintf("for %s := %s - 1; %s >= 0; %s-- {", i.name, n, i.name, i.name)
	return g.loop(loop{most: most, vars: []*variable{i}, header: header})
}

// forStride draws loops that count by more than 1.
func (g *gen) forStride() bool {
	n, most, of := g.count()
	i := g.counterVariable(of, n)
	defer freeze(of)()
	step := fmt.Sprint(g.between(2, 3))
	if g.chance(0.2) {
		by := g.newName(g.types.int, n, i.name)
		if by == i.name {
			return false
		}
		g.raw(by + " := " + step)
		g.declare(&variable{name: by, typ: g.types.int, frozen: 1, used: true, nonneg: true})
		step = by
	}
	header := fmt.Sprintf("for %s := %d; %s < %s; %s += %s {", i.name, g.intn(2), i.name, n, i.name, step)
	return g.loop(loop{most: most, vars: []*variable{i}, header: header})
}

// forChanged draws a loop whose body changes the variable.
func (g *gen) forChanged() bool {
	n, most, _ := g.count()
	i := g.counterVariable(nil, n)
	step, ok := g.between(1, 2), true
	finish := func() {
		ok = g.lookup(i.name) == i
		g.line("if %s {", g.condition(1).text)
		g.raw(fmt.Sprintf("%s += %d\n}", i.name, step))
	}
	return g.loop(loop{most: most, vars: []*variable{i}, header: countingHeader(i, n), finish: finish}) && ok
}

// forWhile draws a loop with a condition on values that the body changes, bounded by a counter.
func (g *gen) forWhile() bool {
	t := g.readableFloat()
	v, ok := g.writable(t)
	if !ok {
		return false
	}
	cond := infix(v.expr(), pick(g, []string{"<", ">"}), comparison, g.constant()).text
	if v.typ == g.types.float64 && g.can(g.mathName) && g.chance(0.3) {
		cond = fmt.Sprintf("%s.Abs(%s) > 0.25", g.mathName, v.text)
	}
	i := g.counterVariable(nil, cond)
	intact := g.binding(v.text)
	finish := func() {
		if intact() {
			g.update(v, "*=", number(pick(g, []float64{0.5, 0.75, -0.5})).text)
		}
	}
	header := fmt.Sprintf("for %s := 0; %s && %s < %d; %s++ {", i.name, cond, i.name, g.between(2, 4), i.name)
	return g.loop(loop{most: 4, vars: []*variable{i}, header: header, finish: finish})
}

// forForever draws a loop without condition, left by break.
func (g *gen) forForever() bool {
	i, limit := g.newName(g.types.int), g.between(2, 4)
	v := &variable{name: i, typ: g.types.int, frozen: 1, nonneg: true, used: true}
	leave := fmt.Sprintf("if %s >= %d {\nbreak\n}", i, limit)
	if g.chance(0.5) {
		l := loop{most: limit + 1, vars: []*variable{v}, header: fmt.Sprintf("for %s := 0; ; %s++ {", i, i)}
		l.begin = func() { g.raw(leave) }
		return g.loop(l)
	}
	g.raw(i + " := 0")
	g.declare(v)
	return g.loop(loop{most: limit + 1, header: "for {", begin: func() { g.raw(leave + "\n" + i + "++") }})
}

// rangeInt draws `for i := range n` and `for range n`.
func (g *gen) rangeInt() bool {
	n, most, of := g.count()
	if g.chance(0.25) {
		return g.loop(loop{most: most, header: fmt.Sprintf("for range %s {", n)})
	}
	i := g.counterVariable(of, n)
	i.used = false
	if g.chance(0.3) { // the copy of an iteration may be changed
		i.frozen, i.nonneg, i.below = 0, false, nil
	}
	defer freeze(of)()
	return g.loop(loop{most: most, vars: []*variable{i}, header: fmt.Sprintf("for %s := range %s {", i.name, n)})
}

// rangeSlice draws a range over a slice with and without its variables.
func (g *gen) rangeSlice() bool {
	t := g.types.sliceOf(g.readableFloat())
	if v, ok := g.anySlice(); ok && v.typ == t && g.chance(0.7) {
		defer freeze(v)()
		return g.rangeOver(t.elem, v.name, v.max, v)
	}
	r, ok := g.slice(t, 1)
	return ok && g.rangeOver(t.elem, r.text, r.max, nil)
}

// rangeArray draws a range over an array, of which range takes a copy, or over a pointer to one.
func (g *gen) rangeArray() bool {
	t := g.types.arrayOf(3, g.readableFloat())
	p, ok := g.readable(t)
	if !ok {
		return false
	}
	text := p.text
	if p.prec == primary && p.mapped == 0 && !p.root.global && g.chance(0.3) {
		text = "&" + text
	}
	return g.rangeOver(t.elem, text, 3, nil)
}

// rangeRows draws a range over a slice of slices.
func (g *gen) rangeRows() bool {
	t := g.types.sliceOf(g.types.sliceOf(g.readableFloat()))
	p, ok := g.readable(t)
	if !ok {
		return false
	}
	if p.whole {
		defer freeze(p.root)()
		return g.rangeOver(t.elem, p.text, p.max, p.root)
	}
	return g.rangeOver(t.elem, p.text, p.max, nil)
}

// rangeOver draws a range over text, whose elements have type elem.
func (g *gen) rangeOver(elem *typ, text string, most int, of *variable) bool {
	key := g.counterVariable(of, text)
	key.used = false
	value := &variable{name: g.newName(elem, text, key.name), typ: elem}
	l := loop{most: most}
	switch g.intn(5) {
	case 0:
		l.vars, l.header = []*variable{key}, fmt.Sprintf("for %s := range %s {", key.name, text)
	case 1, 2:
		l.vars, l.header = []*variable{value}, fmt.Sprintf("for _, %s := range %s {", value.name, text)
	default:
		l.vars = []*variable{key, value}
		l.header = fmt.Sprintf("for %s, %s := range %s {", key.name, value.name, text)
	}
	return g.loop(l)
}

// rangeAssign draws `for _, a = range x`, which assigns an existing variable.
func (g *gen) rangeAssign() bool {
	t := g.readableFloat()
	to, ok := g.writable(t)
	v, ok2 := g.anySlice()
	if !ok || !ok2 || v.typ != g.types.sliceOf(t) || to.mapped > 0 {
		return false
	}
	g.wrote(to)
	defer freeze(v)()
	l := loop{most: v.max, header: fmt.Sprintf("for _, %s = range %s {", to.text, v.name), reads: v.name}
	if !to.whole {
		l.reads += " " + to.text
	}
	return g.loop(l)
}
