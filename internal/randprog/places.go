package randprog

import "fmt"

// clearSlice draws clear of a slice or a part of one.
func (g *gen) clearSlice() bool {
	s := g.types.sliceOf(g.readableFloat())
	r, ok := g.sliceVariable(s)
	if ok && g.chance(0.5) {
		r, ok = g.subslice(s)
	}
	if !ok || !g.can("clear") {
		return false
	}
	if !r.fresh {
		g.fn.writes = true
	}
	g.line("clear(%s)", r.text)
	return true
}

// newFloat declares a pointer to a new variable.
func (g *gen) newFloat() bool {
	t := g.readableFloat()
	if !g.can("new") || !g.sayable(t) {
		return false
	}
	p := g.types.pointerTo(t)
	value := g.stored(t, 2)
	v, ok := g.define(p, fmt.Sprintf("new(%s)", t.text), false)
	if ok && g.lookup(v.name) == v {
		g.raw(fmt.Sprintf("*%s = %s", v.name, value))
		g.read(value)
	}
	return ok && !mentions(value, v.name)
}

// arrayPointer declares a pointer to an array, and now and then goes through it.
func (g *gen) arrayPointer() bool {
	a := g.types.arrayOf(3, g.readableFloat())
	p, ok := g.pathFrom(a, func(v *variable) bool {
		return !v.global && v.frozen == 0 && v.typ.reaches(a) && !throughPointer(v.typ)
	})
	if !ok || p.mapped > 0 {
		return false
	}
	g.wrote(path{indirect: true, root: p.root})
	v, ok := g.define(g.types.pointerTo(a), "&"+p.text, false)
	if ok && g.chance(0.5) {
		return g.rangeOver(a.elem, v.name, 3, nil)
	}
	return ok
}

// appendSpare appends to the beginning of a slice, whose elements are overwritten.
//
//	s := append(xs[:1], e)
func (g *gen) appendSpare() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	r, ok := g.sliceVariable(s)
	if !ok || r.min < leastLen || !g.can("append") {
		return false
	}
	if !r.fresh {
		g.fn.writes = true
	}
	keep := g.intn(r.min)
	n := reference{text: fmt.Sprintf("append(%s[:%d], %s)", r.text, keep, g.stored(t, 1)), min: keep + 1, max: keep + 1}
	return g.defineSlice(s, n)
}

// pointers declares a slice of pointers to structs, some of which may be the same.
func (g *gen) pointers() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := g.types.sliceOf(g.types.pointerTo(pick(g, g.types.structs)))
	text, ok := g.literal(t, 1)
	ok = ok && g.defineSlice(t, reference{text: text, min: leastLen, max: mostLen})
	g.follow("range-structs")
	return ok
}

// rangeStructs draws a range over a slice of structs or of pointers to them.
func (g *gen) rangeStructs() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := pick(g, g.types.structs)
	if g.chance(0.5) {
		t = g.types.pointerTo(t)
	}
	p, ok := g.readable(g.types.sliceOf(t))
	if !ok || !p.whole {
		return false
	}
	defer freeze(p.root)()
	return g.rangeOver(t, p.text, p.max, p.root)
}
