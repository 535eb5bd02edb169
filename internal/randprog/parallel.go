package randprog

import "fmt"

// parallelLoop draws a loop whose iterations are independent, and may run on several cores.
//
//	//godiff:parallel
//	for i, x := range xs {
//		y := math.Sin(x) * k
//		out[i] = y
//		s += y * x
//	}
func (g *gen) parallelLoop() bool {
	t := g.readableFloat()
	vs := g.visible(func(v *variable) bool {
		return v.typ == g.types.sliceOf(t) && !v.global && v.max <= mostLen && v.frozen == 0
	})
	if len(vs) == 0 || !g.mayLoop(mostLen) || len(g.loops) > 0 || g.depth+1 >= g.opts.Depth || !g.can("make", "len") || !g.sayable(t) {
		return false
	}
	xs := pick(g, vs)
	const n = 5
	names := g.someNames(n, xs.name, "make len", t.text)
	out, s, i, x, y := names[0], names[1], names[2], names[3], names[4]
	if g.lookup(out) != nil || g.lookup(s) != nil {
		return false
	}
	filled, summed := g.chance(0.7), g.chance(0.7)
	if !filled && !summed {
		summed = true
	}
	if filled {
		g.introduce(out, "make(%s, len(%s))", g.types.sliceOf(t).text, xs.name)
	}
	if summed {
		g.raw(fmt.Sprintf("var %s %s", s, t.text))
	}
	g.open()
	g.read(xs.name)
	g.raw("//godiff:parallel")
	outer := g.trips
	g.trips *= mostLen
	g.depth++
	switch {
	case !filled:
		g.raw(fmt.Sprintf("for _, %s := range %s {", x, xs.name))
	case g.chance(0.5):
		g.raw(fmt.Sprintf("for %s, %s := range %s {", i, x, xs.name))
	default:
		g.raw(fmt.Sprintf("for %s := range len(%s) {\n%s := %s[%s]", i, xs.name, x, xs.name, i))
	}
	g.thing(i)
	g.declare(&variable{name: x, typ: t, used: true})
	value := g.float(t, 2)
	g.introduce(y, "%s", g.tame(infix(expr{text: x, prec: primary, mag: variableMag}, "*", product, value), t, 2).text)
	own := g.declare(&variable{name: y, typ: t, used: true})
	if g.chance(0.4) {
		g.line("if %s {", g.condition(1).text)
		g.line("%s *= %s", y, g.tame(g.float(t, 1), t, 1.1).text)
		if g.chance(0.3) {
			g.raw("continue")
		}
		g.raw("}")
	}
	if filled {
		g.line("%s[%s] = %s - 0.25*%s", out, i, g.tame(g.float(t, 1), t, 2).at(sum), y)
	}
	if summed {
		g.line("%s += 0.125 * %s", s, own.name)
	}
	g.raw("}")
	g.depth--
	g.trips = outer
	g.close()
	if filled {
		g.declare(&variable{name: out, typ: g.types.sliceOf(t), fresh: true, min: xs.min, max: xs.max})
	}
	if summed {
		g.declare(&variable{name: s, typ: t})
	}
	return true
}

// hooked passes a float through a function whose hook leaves the adjoint as it is, or takes the derivative of what has none.
func (g *gen) hooked() bool {
	t := g.types.float64
	if !g.can("runtime", "float64", "d") {
		return false
	}
	text := fmt.Sprintf("runtime.StopGradient(%s(%s%%4))", "float64", g.integerLeaf().text)
	if g.chance(0.7) {
		hook := pick(g, []string{"return d", "return 2 * d / 2", "e := d\nreturn e"})
		text = fmt.Sprintf("runtime.WithGradient(%s, func(d float64) float64 {\n%s\n})", g.stored(t, 2), hook)
	}
	_, ok := g.define(t, text, false)
	return ok
}
