package randprog

import "fmt"

// defineSlice declares a slice variable of type t that holds r.
func (g *gen) defineSlice(t *typ, r reference) bool {
	v, ok := g.define(t, r.text, false)
	if ok {
		v.min, v.max, v.fresh = r.min, r.max, r.fresh
	}
	return ok
}

// declareSlice declares another name for a slice, a part of one, or a new one.
func (g *gen) declareSlice() bool {
	t := g.types.sliceOf(g.someFloat())
	r, ok := g.slice(t, 2)
	return ok && g.defineSlice(t, r)
}

// assignSlice lets a slice variable or field denote another slice.
func (g *gen) assignSlice() bool {
	t := g.types.sliceOf(g.someFloat())
	to, ok := g.writable(t)
	r, ok2 := g.slice(t, 1)
	if !ok || !ok2 || r.min < to.min || r.max > to.max || r.text == to.text {
		return false
	}
	g.attach(to, r)
	return true
}

// attach writes the header of slice r to the place.
func (g *gen) attach(to path, r reference) {
	if to.whole {
		to.root.fresh = to.root.fresh && r.fresh
	}
	g.update(to, "=", r.text)
}

// growing returns a slice variable that may hold n more elements in each trip from here, and reserves them.
func (g *gen) growing(t *typ, n int) (*variable, bool) {
	for _, v := range g.visible(func(v *variable) bool { return v.typ == t && !v.global && v.frozen == 0 && !v.exempt }) {
		if more := n * max(1, g.trips/max(1, v.trips)); v.max+more <= 3*mostLen && (g.opts.SpareCapacity || v.fresh) {
			v.max += more
			return v, true
		}
	}
	return nil, false
}

// appendTo draws `x = append(x, e)` in its forms.
func (g *gen) appendTo() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	if !g.can("append") {
		return false
	}
	if v, ok := g.growing(s, 2); ok {
		args := g.stored(t, 2)
		if g.chance(0.3) {
			args += ", " + g.stored(t, 1)
		}
		g.line("%s = append(%s, %s)", v.name, v.name, args)
		return true
	}
	// A new name: for a parameter without spare capacity the elements are copied.
	r, ok := g.sliceVariable(s)
	if !ok || r.max >= mostLen {
		return false
	}
	n := reference{text: fmt.Sprintf("append(%s, %s)", r.text, g.stored(t, 2)), min: r.min + 1, max: r.max + 1}
	if g.opts.SpareCapacity {
		g.fn.writes = true
	}
	return g.defineSlice(s, n)
}

// appendLoop fills a new slice in a loop.
func (g *gen) appendLoop() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	if !g.can("append", "make") || !g.sayable(t) || !g.mayLoop(4) {
		return false
	}
	name := g.newName(s)
	switch g.intn(3) {
	case 0:
		g.raw(fmt.Sprintf("var %s %s", name, s.text))
	case 1:
		g.raw(fmt.Sprintf("%s := make(%s, 0, %d)", name, s.text, g.between(1, 6)))
	default:
		g.raw(fmt.Sprintf("%s := %s{}", name, s.text))
	}
	v := g.declare(&variable{name: name, typ: s, fresh: true, max: 4})
	n, ok := g.between(2, 4), true
	i := g.counterVariable(nil, name)
	finish := func() {
		ok = g.lookup(name) == v && g.can("append")
		g.line("%s = append(%s, %s)", name, name, g.stored(t, 2))
	}
	ok = g.loop(loop{most: 4, vars: []*variable{i}, header: countingHeader(i, fmt.Sprint(n)), finish: finish}) && ok
	v.min, v.max = 0, max(v.max, n) // a continue may skip the append
	return ok
}

// appendOther draws `x = append(x, y...)` and copies made by append.
func (g *gen) appendOther() bool {
	s := g.types.sliceOf(g.readableFloat())
	r, ok := g.sliceVariable(s)
	if !ok || !g.can("append") || r.max > mostLen {
		return false
	}
	if v, ok := g.growing(s, r.max); ok && v.name != r.text {
		g.line("%s = append(%s, %s...)", v.name, v.name, r.text)
		return true
	}
	if !g.sayable(s) {
		return false
	}
	empty := s.text + "{}"
	if g.can("nil") && g.chance(0.5) {
		empty = s.text + "(nil)"
	}
	return g.defineSlice(s, reference{fmt.Sprintf("append(%s, %s...)", empty, r.text), r.min, r.max, true, false})
}

// copySlice draws copy, whose number is used now and then.
func (g *gen) copySlice() bool {
	s := g.types.sliceOf(g.readableFloat())
	to, ok := g.slice(s, 1)
	from, ok2 := g.slice(s, 1)
	if !ok || !ok2 || to.text == from.text || !g.can("copy") || !to.path && !g.chance(0.3) {
		return false
	}
	if !to.fresh {
		g.fn.writes = true
	}
	if g.chance(0.2) {
		_, ok := g.define(g.types.int, fmt.Sprintf("copy(%s, %s)", to.text, from.text), false)
		return ok
	}
	g.line("copy(%s, %s)", to.text, from.text)
	return true
}

// declareRows declares a slice of slices, whose rows may be slices that have names of their own.
func (g *gen) declareRows() bool {
	t := g.types.sliceOf(g.types.sliceOf(g.readableFloat()))
	text, ok := g.literal(t, 1)
	if !ok {
		return false
	}
	return g.defineSlice(t, reference{text: text, min: leastLen, max: mostLen})
}

// declareArray declares an array: a literal, or a copy of another.
func (g *gen) declareArray() bool {
	t := g.types.arrayOf(3, g.readableFloat())
	text, ok := g.value(t, 2)
	if !ok {
		return false
	}
	_, ok = g.define(t, text, false)
	return ok
}

// assignArray assigns an array as a whole.
func (g *gen) assignArray() bool { return g.assignWhole(arrayKind) }

// declareStruct declares a struct: a literal, or a copy of another.
func (g *gen) declareStruct() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := pick(g, g.types.structs)
	text, ok := g.value(t, 2)
	if !ok {
		return false
	}
	_, ok = g.define(t, text, false)
	return ok
}

// assignStruct assigns a struct as a whole, through a pointer too.
func (g *gen) assignStruct() bool { return g.assignWhole(structKind) }

// assignWhole assigns a value of an array or struct type.
func (g *gen) assignWhole(k kind) bool {
	var types []*typ
	for _, t := range append(g.types.derived[:len(g.types.derived):len(g.types.derived)], g.types.structs...) {
		if t.kind == k {
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return false
	}
	t := pick(g, types)
	to, ok := g.writable(t)
	text, ok2 := g.value(t, 2)
	if !ok || !ok2 || text == to.text {
		return false
	}
	if to.whole {
		to.root.fresh = false
	}
	g.update(to, "=", text)
	return true
}

// declarePointer declares a pointer to a struct, or lets one point elsewhere.
func (g *gen) declarePointer() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := g.types.pointerTo(pick(g, g.types.structs))
	text, ok := g.pointer(t)
	if !ok {
		return false
	}
	if to, ok := g.writable(t); ok && g.chance(0.2) && to.text != text {
		g.update(to, "=", text)
		return true
	}
	_, ok = g.define(t, text, false)
	return ok
}

// pointerToFloat takes the address of a float and changes what it points to.
func (g *gen) pointerToFloat() bool {
	f := g.readableFloat()
	p, ok := g.pathFrom(f, func(v *variable) bool {
		return !v.global && v.frozen == 0 && v.typ.reaches(f) && !throughPointer(v.typ)
	})
	if !ok || p.mapped > 0 {
		return false
	}
	g.wrote(p)
	v, ok := g.define(g.types.pointerTo(f), "&"+p.text, false)
	if ok && g.chance(0.7) {
		g.line("*%s += %s", v.name, g.tame(g.float(f, 2), f, 2).text)
	}
	return ok
}
