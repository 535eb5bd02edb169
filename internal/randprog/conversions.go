package randprog

import "fmt"

// severalGiven draws a call of a literal whose arguments are the results of another, one of which becomes a value of the interface type where the
// program has one:
//
//	func(l4 Layer, p4 float64) {
//		t4 := l4.Apply(p4)
//		x += t4 / 4
//	}(func() (*Body, float64) { return &Body{X: y}, z }())
func (g *gen) severalGiven() bool {
	f64 := g.types.float64
	to, ok := g.writable(f64)
	if !ok || g.trips > 6 || g.fn.closure || !g.can("l4", "p4", "t4") || !g.sayable(f64) {
		return false
	}
	first, param, use, text := f64.text, f64.text, "l4 * p4 / 8", g.stored(f64, 1)
	if apply, impl, value, ok := g.implemented(); ok {
		first, param, use, text = impl.text, g.types.layer.text, "l4.Apply(p4)", value
		g.applies(apply)
	}
	x := g.tame(g.float(f64, 1), f64, storedMag)
	g.wrote(to)
	g.read(to.text + " " + text + " " + x.text + " " + first + " " + param)
	g.raw(fmt.Sprintf("func(l4 %s, p4 %s) {\nt4 := %s\n%s += t4 / 4\n}(func() (%s, %s) { return %s, %s }())", param, f64.text, use, to.text, first, f64.text, text, x.text))
	return true
}

// implemented returns a value of a type that implements the interface, with the function that a call of its method is.
func (g *gen) implemented() (apply *function, impl *typ, value string, ok bool) {
	layer := g.types.layer
	if layer == nil || !g.sayable(layer) {
		return nil, nil, "", false
	}
	for _, f := range g.functions {
		if f.recv != nil && f.recv.typ == layer && g.trips*f.cost <= 200 {
			impl = pick(g, layer.impls)
			value, ok = g.value(impl, 1)
			return f, impl, value, ok && g.sayable(impl)
		}
	}
	return nil, nil, "", false
}

// applies notes that the method is called.
func (g *gen) applies(f *function) {
	g.fn.writes = g.fn.writes || f.writes
	g.cost += g.trips * f.cost
}

// interfaceVariable returns a variable of the interface type, which may be a new one.
func (g *gen) interfaceVariable() (path, bool) {
	layer := g.types.layer
	if layer == nil {
		return path{}, false
	}
	if l, ok := g.writable(layer); ok && l.whole {
		return l, true
	}
	if !g.can("Square") || !g.sayable(layer) {
		return path{}, false
	}
	name := g.newName(layer, "Square")
	g.read("Layer Square")
	g.raw(fmt.Sprintf("var %s %s = Square{}", name, layer.text))
	v := g.declare(&variable{name: name, typ: layer})
	return path{text: name, typ: layer, prec: primary, root: v, whole: true}, true
}

// interfaceResults assigns the results of a call, one of which becomes a value of the interface type:
//
//	l, x = func() (*Body, float64) { return &Body{X: y}, z }()
func (g *gen) interfaceResults() bool {
	f64 := g.types.float64
	l, ok := g.interfaceVariable() // first: it may hide another
	if !ok {
		return false
	}
	to, ok := g.writable(f64)
	_, impl, value, ok2 := g.implemented()
	if !ok || !ok2 || to.mapped > 0 || mentions(to.text, l.root.name) {
		return false
	}
	g.wrote(l)
	x := g.stored(f64, 1)
	g.read(impl.text + " " + value + " " + x)
	g.assignResults([]path{l, to}, fmt.Sprintf("func() (%s, %s) { return %s, %s }()", impl.text, f64.text, value, x))
	return true
}

// rangeInterfaces assigns the elements of a slice to an interface variable:
//
//	for _, l = range []*Body{p, q} {
//		x += l.Apply(x) / 4
//	}
func (g *gen) rangeInterfaces() bool {
	f64 := g.types.float64
	l, ok := g.interfaceVariable() // first: it may hide another
	if !ok || len(g.loops) > 1 {
		return false
	}
	apply, impl, _, ok := g.implemented()
	to, ok2 := g.writable(f64)
	if !ok || !ok2 || to.mapped > 0 || mentions(to.text, l.root.name) {
		return false
	}
	elements, ok := g.literal(g.types.sliceOf(impl), 1)
	if !ok || mentions(elements, l.root.name) {
		return false
	}
	g.wrote(l)
	g.wrote(to)
	g.applies(apply)
	g.applies(apply)
	g.read(l.text + " " + to.text + " " + elements)
	x := g.stored(f64, 1)
	g.read(x)
	g.raw(fmt.Sprintf("for _, %s = range %s {\n%s += %s.Apply(%s) / 4\n}", l.text, elements, to.text, l.text, x))
	return true
}

// rangeBoth assigns the index of an element and, in the same clause, the element to what another index says:
//
//	for i, xs[i%len(xs)] = range ys {
//		s += xs[0]
//	}
func (g *gen) rangeBoth() bool {
	t := g.readableFloat()
	over, ok := g.anySlice()
	if !ok || over.typ != g.types.sliceOf(t) || len(g.loops) > 1 || !g.can("len", "int") {
		return false
	}
	to, ok := g.sliceVariable(over.typ)
	sum, ok2 := g.writable(t)
	if !ok || !ok2 || to.min < 1 || sum.mapped > 0 {
		return false
	}
	i := g.newName(g.types.int, over.name, to.text, sum.text)
	if g.lookup(i) != nil {
		return false
	}
	if !to.fresh {
		g.fn.writes = true
	}
	g.wrote(sum)
	g.introduce(i, "%d", g.between(0, 2))
	g.declare(&variable{name: i, typ: g.types.int, used: true})
	defer freeze(over)()
	g.read(to.text + " len " + sum.text + " " + over.name)
	g.raw(fmt.Sprintf("for %s, %s[%s%%len(%s)] = range %s {\n%s += 0.125 * %s[0]\n}", i, to.text, i, to.text, over.name, sum.text, to.text))
	return true
}

// structMap declares a map of structs that hold a slice, and looks, copies and changes what is in it.
func (g *gen) structMap() bool {
	var s *typ
	var w field
	for _, t := range g.types.structs {
		for _, f := range t.fields {
			if f.typ.kind == sliceKind && f.typ.elem.kind == floatKind && !f.embedded {
				s, w = t, f
			}
		}
	}
	if s == nil || g.trips > 4 || !g.can("make", "append", "delete", "string") || !g.sayable(s) {
		return false
	}
	t := w.typ.elem
	first, ok := g.literal(s, 1)
	second, ok2 := g.literal(s, 1)
	if !ok || !ok2 {
		return false
	}
	names := g.someNames(3, first, second, "make append delete string", s.text)
	m, e, k := names[0], names[1], names[2]
	if g.lookup(m) != nil {
		return false
	}
	g.introduce(m, "make(map[string]%s)", s.text)
	g.thing(m)
	intact := g.binding(m + " make append delete string " + s.text)
	g.line(`%s["A"] = %s`, m, first)
	g.line(`%s["B"] = %s`, m, second)
	for range g.between(2, 4) {
		key, other := "A", "B"
		if g.chance(0.5) {
			key, other = other, key
		}
		switch to, ok := g.writable(t); g.intn(7) {
		case 0:
			if ok && to.mapped == 0 {
				g.update(to, "+=", fmt.Sprintf("0.125 * %s[%q].%s[1]", m, key, w.name))
			}
		case 1:
			g.line("{\n%s := %s[%q]\n%s.%s[%d] = %s\n}", e, m, key, e, w.name, g.intn(leastLen), g.stored(t, 1))
		case 2:
			g.line("%s[%q] = %s[%q]", m, key, m, other)
		case 3:
			if text, ok := g.literal(s, 1); ok {
				g.line("%s[%q] = %s", m, key, text)
			}
		case 4:
			if ok && to.mapped == 0 {
				g.wrote(to)
				g.line("for _, %s := range []string{\"A\", \"B\"} {\n%s += 0.25 * %s[%s].%s[0]\n}", k, to.text, m, k, w.name)
			}
		case 5:
			g.line("{\n%s := %s[%q]\n%s.%s = append(%s.%s, %s)\n%s[%q] = %s\n}", e, m, key, e, w.name, e, w.name, g.stored(t, 1), m, other, e)
		default:
			g.line("delete(%s, %q)", m, key)
			g.line("%s[%q] = %s[%q]", m, key, m, other)
		}
		if !intact() {
			return false
		}
	}
	to, ok := g.writable(t)
	if !ok || to.mapped > 0 {
		return false
	}
	g.update(to, "+=", fmt.Sprintf("0.25*%s[\"A\"].%s[0] - 0.5*%s[\"B\"].%s[1]", m, w.name, m, w.name))
	return intact()
}
