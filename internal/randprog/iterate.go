package randprog

import "fmt"

// helperIterator returns a function that a loop may range over: it yields the elements of a slice, or what it makes of them.
func (g *gen) helperIterator() bool {
	t := g.someFloat()
	if !g.can("yield", "bool") {
		return false
	}
	f := &function{results: []*typ{t}, yields: g.between(1, 2)}
	xs := g.parameter(f, g.types.sliceOf(t))
	g.parameter(f, t)
	text := "func(func(" + t.text + ") bool)"
	if f.yields == 2 {
		text = "func(func(int, " + t.text + ") bool)"
	}
	f.results = []*typ{{kind: funcKind, text: text, base: t.base, result: t}}
	return g.helperBody(f, nil, func() bool { return g.iteration(f, xs) })
}

// iteration ends the body of an iterator over xs.
func (g *gen) iteration(f *function, xs *variable) bool {
	if g.lookup(xs.name) != xs || !g.can("yield", "bool", "int") || f.writes {
		return false
	}
	t := xs.typ.elem
	value := "v"
	if g.chance(0.5) {
		value = g.tame(infix(expr{text: "v", prec: primary, mag: variableMag}, "*", product, g.operand(t)), t, storedMag).text
		if mentions(value, "i") || mentions(value[1:], "v") {
			return false
		}
	}
	args, params := value, t.text
	if f.yields == 2 {
		args, params = "i, "+value, "int, "+t.text
	}
	key := "_"
	if f.yields == 2 {
		key = "i"
	}
	g.line("return func(yield func(%s) bool) {", params)
	g.line("for %s, v := range %s {", key, xs.name)
	if g.chance(0.4) {
		g.raw(fmt.Sprintf("if v > %s {\ncontinue\n}", number(float64(g.between(1, 3))).text))
	}
	g.line("if !yield(%s) {\nreturn\n}\n}\n}", args)
	return true
}

// rangeIterator draws a range over what a helper returns, or over an iterator of package slices.
func (g *gen) rangeIterator() bool {
	f, ok := g.callee(func(f *function) bool { return f.yields > 0 })
	if !ok {
		return g.rangeValues()
	}
	call, ok := g.call(f, 1)
	if !ok {
		return false
	}
	t := f.results[0].result
	v := &variable{name: g.newName(t, call), typ: t}
	if f.yields == 1 {
		return g.loop(loop{most: mostLen, vars: []*variable{v}, finish: g.leave, called: true, header: fmt.Sprintf("for %s := range %s {", v.name, call)})
	}
	k := g.counterVariable(nil, call, v.name)
	if k.used = false; k.name == v.name {
		return false
	}
	return g.loop(loop{most: mostLen, vars: []*variable{k, v}, finish: g.leave, called: true, header: fmt.Sprintf("for %s, %s := range %s {", k.name, v.name, call)})
}

// leave draws, as a rule, an exit of the loop whose body it ends.
func (g *gen) leave() {
	if g.chance(0.8) {
		g.try(production{"exit", 1, g.exit})
	}
}

// rangeValues draws a range over an iterator of package slices.
func (g *gen) rangeValues() bool {
	t := g.readableFloat()
	r, ok := g.sliceVariable(g.types.sliceOf(t))
	if !ok || !g.opts.Library || !g.can("slices") {
		return false
	}
	v := &variable{name: g.newName(t, r.text), typ: t}
	header := fmt.Sprintf("for _, %s := range slices.%s(%s) {", v.name, pick(g, []string{"All", "Backward"}), r.text)
	if g.chance(0.3) {
		header = fmt.Sprintf("for %s := range slices.Values(%s) {", v.name, r.text)
	}
	return g.loop(loop{most: r.max, vars: []*variable{v}, finish: g.leave, called: true, header: header})
}

// rangeString draws a range over a string, whose runes count.
func (g *gen) rangeString() bool {
	text := g.stringValue()
	k := g.counterVariable(nil, text)
	k.used = false
	r := &variable{name: g.newName(g.types.int, text, k.name), typ: &typ{kind: funcKind, text: "rune"}, frozen: 1, used: true}
	t := g.readableFloat()
	to, ok := g.writable(t)
	if !ok || r.name == k.name || !g.sayable(t) || mentions(to.text, r.name) || mentions(to.text, k.name) || !g.mayLoop(2) {
		return false
	}
	intact, done := g.binding(to.text+" "+t.text), false
	begin := func() {
		if done = intact() && g.lookup(r.name) == r; done {
			g.update(to, "+=", fmt.Sprintf("%s(%s%%4) * %s", t.text, r.name, number(0.125*float64(g.between(1, 4))).text))
		}
	}
	return g.loop(loop{most: 2, vars: []*variable{k, r}, header: fmt.Sprintf("for %s, %s := range %s {", k.name, r.name, text), begin: begin}) && done
}

// channel draws a range over a channel, or a receive.
func (g *gen) channel() bool {
	if !g.can("counts") || !g.mayLoop(3) {
		return false
	}
	n := g.between(1, 3)
	if g.chance(0.5) {
		v := &variable{name: g.newName(g.types.int), typ: g.types.int, frozen: 1, nonneg: true}
		return g.loop(loop{most: n, vars: []*variable{v}, header: fmt.Sprintf("for %s := range counts(%d) {", v.name, n)})
	}
	c := g.newName(g.types.bool)
	v, ok := g.newName(g.types.int, c), g.newName(g.types.bool, c)
	if v == ok || v == c || ok == c {
		return false
	}
	g.read("counts")
	g.raw(fmt.Sprintf("%s := counts(%d)", c, n))
	g.declare(&variable{name: c, typ: &typ{kind: funcKind, text: "chan"}, frozen: 1, used: true})
	g.raw(fmt.Sprintf("%s, %s := <-%s", v, ok, c))
	g.declare(&variable{name: v, typ: g.types.int})
	g.declare(&variable{name: ok, typ: g.types.bool})
	return true
}

// countsSource is a function that returns a channel to receive from.
const countsSource = `// counts returns a channel of the numbers below n.
//
//godiff:nodiff
func counts(n int) chan int {
	c := make(chan int, n)
	for i := range n {
		c <- i
	}
	close(c)
	return c
}
`

// linkedList builds a list of pointers from a slice, and goes through it.
func (g *gen) linkedList() bool {
	t := g.types.float64
	r, ok := g.sliceVariable(g.types.sliceOf(t))
	to, ok2 := g.writable(t)
	if !ok || !ok2 || !g.mayLoop(mostLen) || r.max > mostLen || !g.can("link", "nil") {
		return false
	}
	head, v, n := g.newName(t, r.text, to.text), g.newName(t, r.text, to.text), g.newName(t, r.text, to.text)
	if head == v || v == n || head == n || g.lookup(head) != nil || g.lookup(v) != nil || g.lookup(n) != nil {
		return false
	}
	g.read("link nil " + r.text)
	g.raw(fmt.Sprintf("var %s *link", head))
	g.declare(&variable{name: head, typ: &typ{kind: funcKind, text: "link"}, used: true, frozen: 1})
	g.raw(fmt.Sprintf("for _, %s := range %s {\n%s = &link{%s, %s}\n}", v, r.text, head, v, head))
	if g.chance(0.4) {
		g.line("%s.next.v *= %s", head, g.tame(g.float(t, 1), t, 1.1).text)
	}
	g.raw(fmt.Sprintf("for %s := %s; %s != nil; %s = %s.next {", n, head, n, n, n))
	g.open()
	g.declare(&variable{name: n, typ: &typ{kind: funcKind, text: "link"}, used: true, frozen: 1})
	outer := g.trips
	g.trips *= mostLen
	g.update(to, "+=", fmt.Sprintf("%s.v * %s", n, g.tame(g.float(t, 1), t, 0.25).at(product+1)))
	g.trips = outer
	g.close()
	g.raw("}")
	return true
}

// linkSource is the type of linked lists.
const linkSource = `// link is a number of a list.
type link struct {
	v    float64
	next *link
}
`
