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
	xs := g.parted(t)
	if xs == nil || len(g.loops) > 0 {
		return false
	}
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
		g.filled(out, g.types.sliceOf(t), fmt.Sprintf("make(%s, len(%s))", g.types.sliceOf(t).text, xs.name))
	}
	if summed {
		g.raw(fmt.Sprintf("var %s %s", s, t.text))
	}
	g.inParts(func() {
		g.read(xs.name)
		g.raw("//godiff:parallel")
		switch {
		case !filled:
			g.raw(fmt.Sprintf("for _, %s := range %s {", x, xs.name))
		case g.chance(0.5):
			g.raw(fmt.Sprintf("for %s, %s := range %s {", i, x, xs.name))
		default:
			g.raw(fmt.Sprintf("for %s := range len(%s) {\n%s := %s[%s]", i, xs.name, x, xs.name, i))
		}
		g.thing(i)
		if g.part(t, x, y, "continue"); filled {
			g.line("%s[%s] = %s - 0.25*%s", out, i, g.tame(g.float(t, 1), t, 2).at(sum), y)
		}
		if summed {
			g.line("%s += 0.125 * %s", s, y)
		}
		g.raw("}")
	})
	if filled {
		g.declare(&variable{name: out, typ: g.types.sliceOf(t), fresh: true, min: xs.min, max: xs.max})
	}
	if summed {
		g.declare(&variable{name: s, typ: t})
	}
	return true
}

// goroutines draws a loop that starts goroutines and waits for them.
//
//	var wg sync.WaitGroup
//	for i, x := range xs {
//		wg.Go(func() {
//			y := math.Sin(x) * k
//			out[i] = y
//		})
//	}
//	wg.Wait()
func (g *gen) goroutines() bool {
	t := g.readableFloat()
	xs := g.parted(t)
	if xs == nil || g.opts.Panics || !g.can("sync", "min", "append") { // a panic of a goroutine ends the process
		return false
	}
	const n = 7
	names := g.someNames(n, xs.name, "make len append sync min", t.text)
	out, wg, i, x, y, lo, hi := names[0], names[1], names[2], names[3], names[4], names[5], names[6]
	if g.lookup(out) != nil || g.lookup(wg) != nil {
		return false
	}
	slice := g.types.sliceOf(t)
	over := xs.name
	if g.chance(0.3) {
		over = out
		g.filled(out, slice, fmt.Sprintf("append(%s(nil), %s...)", slice.text, xs.name))
	} else {
		g.filled(out, slice, fmt.Sprintf("make(%s, len(%s))", slice.text, xs.name))
	}
	g.read("sync")
	g.raw(fmt.Sprintf("var %s sync.WaitGroup", wg))
	g.thing(wg)
	g.inParts(func() {
		end := "}()"
		switch header, start := fmt.Sprintf("for %s, %s := range %s {", i, x, over), fmt.Sprintf("%s.Add(1)\ngo func() {\ndefer %s.Done()", wg, wg); g.intn(4) {
		case 0:
			g.raw(header + "\n" + start)
		case 1:
			g.raw(header + "\n" + fmt.Sprintf("%s.Go(func() {", wg))
			end = "})"
		case 2:
			g.raw(fmt.Sprintf("%s.Add(len(%s))\nfor %s := range %s {\ngo func(%s int, %s %s) {\ndefer %s.Done()", wg, over, i, over, i, x, t.text, wg))
			end = fmt.Sprintf("}(%s, %s[%s])", i, over, i)
		default:
			stride := 1 + g.intn(3)
			g.raw(fmt.Sprintf("for %s := 0; %s < len(%s); %s += %d {\n%s := min(%s+%d, len(%s))", lo, lo, over, lo, stride, hi, lo, stride, over))
			g.raw(start + "\n" + fmt.Sprintf("for %s := %s; %s < %s; %s++ {\n%s := %s[%s]", i, lo, i, hi, i, x, over, i))
			end = "}\n" + end
		}
		g.thing(i)
		g.part(t, x, y, "return")
		g.line("%s[%s] = %s - 0.25*%s", out, i, g.tame(g.float(t, 1), t, 2).at(sum), y)
		g.raw(end + "\n}")
	})
	g.raw(wg + ".Wait()")
	g.declare(&variable{name: out, typ: slice, fresh: true, min: xs.min, max: xs.max})
	return true
}

// filled declares a slice that a loop fills, by its value or before it is given one.
func (g *gen) filled(name string, t *typ, value string) {
	if !g.chance(0.3) {
		g.introduce(name, "%s", value)
		return
	}
	g.read(value + " " + t.text)
	if g.chance(0.5) {
		g.raw(fmt.Sprintf("var %s %s\n%s = %s", name, t.text, name, value))
	} else {
		g.raw(fmt.Sprintf("%s := %s\n_ = %s\n%s = %s", name, value, name, name, value))
	}
}

// parted returns a slice whose elements iterations may share out, or nil.
func (g *gen) parted(t *typ) *variable {
	vs := g.visible(func(v *variable) bool {
		return v.typ == g.types.sliceOf(t) && !v.global && v.max <= mostLen && v.frozen == 0
	})
	if len(vs) == 0 || !g.mayLoop(mostLen) || g.depth+1 >= g.opts.Depth || !g.can("make", "len", "int") || !g.sayable(t) {
		return nil
	}
	return pick(g, vs)
}

// inParts draws a loop over a slice that parted has returned.
func (g *gen) inParts(loop func()) {
	g.open()
	outer := g.trips
	g.trips *= mostLen
	g.depth++
	loop()
	g.depth--
	g.trips = outer
	g.close()
}

// part defines y for an element x in an iteration that may be left.
func (g *gen) part(t *typ, x, y, leave string) {
	g.declare(&variable{name: x, typ: t, used: true})
	value := g.float(t, 2)
	g.introduce(y, "%s", g.tame(infix(expr{text: x, prec: primary, mag: variableMag}, "*", product, value), t, 2).text)
	g.declare(&variable{name: y, typ: t, used: true})
	if g.chance(0.4) {
		g.line("if %s {", g.condition(1).text)
		g.line("%s *= %s", y, g.tame(g.float(t, 1), t, 1.1).text)
		if g.chance(0.3) {
			g.raw(leave)
		}
		g.raw("}")
	}
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

// storedRows draws goroutines that make slices, and store them:
//
//	rows := make([][]float64, len(xs))
//	var wg sync.WaitGroup
//	for i, x := range xs {
//		wg.Go(func() {
//			y := math.Sin(x) * k
//			r := []float64{y, e}
//			r = append(r, y*r[0])
//			rows[i] = r
//		})
//	}
//	wg.Wait()
func (g *gen) storedRows() bool {
	t := g.readableFloat()
	xs := g.parted(t)
	if xs == nil || g.opts.Panics || xs.min < leastLen || !g.can("sync", "append") {
		return false
	}
	const n = 6
	names := g.someNames(n, xs.name, "make len append sync", t.text)
	rows, wg, i, x, y, r := names[0], names[1], names[2], names[3], names[4], names[5]
	if g.lookup(rows) != nil || g.lookup(wg) != nil {
		return false
	}
	slice := g.types.sliceOf(t)
	g.filled(rows, g.types.sliceOf(slice), fmt.Sprintf("make([]%s, len(%s))", slice.text, xs.name))
	g.read("sync")
	g.raw(fmt.Sprintf("var %s sync.WaitGroup", wg))
	g.thing(wg)
	g.inParts(func() {
		g.raw(fmt.Sprintf("for %s, %s := range %s {\n%s.Go(func() {", i, x, xs.name, wg))
		g.thing(i)
		g.part(t, x, y, "")
		e := g.tame(g.float(t, 1), t, 2).text
		switch g.intn(4) {
		case 0:
			g.line("%s[%s] = %s{%s, %s}", rows, i, slice.text, y, e)
		case 1:
			g.line("%s := make(%s, 3)\n%s[0], %s[1] = %s, %s", r, slice.text, r, r, y, e)
			g.line("%s[2] = %s[0] * %s[1] / 4", r, r, r)
			g.line("%s[%s] = %s", rows, i, r)
		case 2:
			g.line("%s := %s{%s, %s}", r, slice.text, e, y)
			g.line("%s = append(%s, 0.25*%s[0]*%s)", r, r, r, y)
			g.line("%s[%s] = %s[1:]", rows, i, r)
		default:
			g.line("%s[%s] = append(%s(nil), %s, %s)", rows, i, slice.text, y, e)
			g.line("%s[%s][1] *= %s[%s][0] / 4", rows, i, rows, i)
		}
		g.raw("})\n}")
	})
	g.raw(wg + ".Wait()")
	g.declare(&variable{name: rows, typ: g.types.sliceOf(slice), fresh: true, min: xs.min, max: xs.max})
	return true
}

// neighbours draws a parallel loop whose iterations use elements beside their own, or rows:
//
//	out := make([]float64, len(xs)-1)
//	//godiff:parallel
//	for i := range out {
//		out[i] = xs[i] - xs[i+1]*k
//	}
func (g *gen) neighbours() bool {
	t := g.readableFloat()
	xs := g.parted(t)
	if xs == nil || len(g.loops) > 0 || xs.min < leastLen {
		return false
	}
	names := g.someNames(3, xs.name, "make len", t.text)
	out, i, y := names[0], names[1], names[2]
	if g.lookup(out) != nil {
		return false
	}
	g.filled(out, g.types.sliceOf(t), fmt.Sprintf("make(%s, len(%s)-1)", g.types.sliceOf(t).text, xs.name))
	g.inParts(func() {
		g.raw(fmt.Sprintf("//godiff:parallel\nfor %s := range %s {", i, out))
		g.thing(i)
		x := fmt.Sprintf("%s[%s]", xs.name, i)
		next := fmt.Sprintf("%s[%s+1]", xs.name, i)
		if g.chance(0.5) {
			x, next = next, x
		}
		value := g.float(t, 1)
		g.introduce(y, "%s", g.tame(infix(expr{text: x, prec: primary, mag: variableMag}, "*", product, value), t, 2).text)
		g.declare(&variable{name: y, typ: t, used: true})
		g.line("%s[%s] = %s - %s/4", out, i, y, next)
		g.raw("}")
	})
	g.declare(&variable{name: out, typ: g.types.sliceOf(t), fresh: true, min: xs.min - 1, max: xs.max - 1})
	return true
}
