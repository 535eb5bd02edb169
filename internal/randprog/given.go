package randprog

import "fmt"

// interfaceGiven draws a call of a literal that has a parameter of the interface type, which is given a value of another type:
//
//	func(l4 Layer, p4 float64) {
//		t4 := l4.Apply(p4)
//		x += t4 / 4
//	}(Square{}, y)
func (g *gen) interfaceGiven() bool {
	layer := g.types.layer
	if layer == nil {
		return false
	}
	for _, f := range g.functions {
		if f.recv != nil && f.recv.typ == layer && g.trips*f.cost <= 200 {
			text, ok := g.interfaceValue(layer)
			return ok && g.givenCall("l4", layer, "l4.Apply(p4)", text, f)
		}
	}
	return false
}

// functionGiven does so with a function for the interface.
func (g *gen) functionGiven() bool {
	f64 := g.types.float64
	t := g.types.funcOf(f64, f64)
	text, ok := g.functionValue(t)
	return ok && g.trips <= 6 && g.givenCall("f4", t, "f4(p4)", text, &function{cost: 40})
}

// givenCall draws a call, now and then deferred, of a literal with a parameter of type t, which is given what text says, and calls f by it.
func (g *gen) givenCall(name string, t *typ, call, text string, f *function) bool {
	f64 := g.types.float64
	to, ok := g.writable(f64)
	if !ok || g.trips > 6 || g.fn.closure || !g.can(name, "p4", "t4") || !g.sayable(t) || !g.sayable(f64) {
		return false
	}
	start := ""
	if to.whole && len(g.loops) == 0 && g.depth <= 1 && g.chance(0.5) {
		start = "defer "
		g.features = append(g.features, "defer-given")
	}
	x := g.tame(g.float(f64, 1), f64, storedMag)
	g.fn.writes = g.fn.writes || f.writes
	g.cost += g.trips * f.cost
	g.wrote(to)
	g.read(to.text + " " + text + " " + x.text + " " + t.text)
	g.raw(fmt.Sprintf("%sfunc(%s %s, p4 %s) {\nt4 := %s\n%s += t4 / 4\n}(%s, %s)", start, name, t.text, f64.text, call, to.text, text, x.text))
	return true
}
