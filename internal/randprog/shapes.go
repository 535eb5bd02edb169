package randprog

import "fmt"

// helperVariadic takes any number of floats.
func (g *gen) helperVariadic() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}, variadic: true}
	g.parameter(f, t)
	xs := g.parameter(f, g.types.sliceOf(t))
	xs.max = mostLen
	return g.helperBody(f, nil, nil)
}

// rest returns the arguments for the variadic parameter of type t.
func (g *gen) rest(t *typ) (string, bool) {
	if r, ok := g.sliceVariable(t); ok && r.max <= mostLen && g.chance(0.5) {
		return ", " + r.text + "...", true
	}
	text := ""
	for range g.intn(4) {
		text += ", " + g.stored(t.elem, 1)
	}
	return text, true
}

// helperPart returns a part of what it is given.
func (g *gen) helperPart() bool {
	t := g.someFloat()
	s := g.types.sliceOf(t)
	f := &function{results: []*typ{s}, part: true}
	xs := g.parameter(f, s)
	ys := g.parameter(f, s)
	c := g.parameter(f, t)
	part := func(v *variable) string {
		switch lo := g.intn(2); g.intn(3) {
		case 0:
			return v.name
		case 1:
			return fmt.Sprintf("%s[%d:]", v.name, lo)
		default:
			return fmt.Sprintf("%s[:%d:%d]", v.name, 1+lo, 2)
		}
	}
	return g.helperBody(f, nil, func() bool {
		if g.lookup(xs.name) != xs || g.lookup(ys.name) != ys || g.lookup(c.name) != c {
			return false
		}
		if g.chance(0.6) {
			g.line("if %s > %s {\nreturn %s\n}", c.name, g.constant().text, part(ys))
		}
		g.line("return %s", part(xs))
		return true
	})
}

// declarePart gives a name to the part of a slice that a function returns.
func (g *gen) declarePart() bool {
	f, ok := g.callee(func(f *function) bool { return f.part })
	if !ok {
		return false
	}
	call, ok := g.call(f, 1)
	if !ok {
		return false
	}
	g.fn.writes = g.fn.writes || f.writes
	return g.defineSlice(f.results[0], reference{text: call, min: 1, max: mostLen})
}

// helperPointer returns one of its arguments, a pointer, or the address of an element.
func (g *gen) helperPointer() bool {
	t := g.someFloat()
	p := g.types.pointerTo(t)
	f := &function{results: []*typ{p}, pointer: true}
	xs := g.parameter(f, g.types.sliceOf(t))
	q := g.parameter(f, p)
	return g.helperBody(f, nil, func() bool {
		if g.lookup(xs.name) != xs || g.lookup(q.name) != q {
			return false
		}
		g.line("if %s > %s {\nreturn &%s[%d]\n}", "*"+q.name, g.constant().text, xs.name, g.intn(leastLen))
		g.line("return %s", q.name)
		return true
	})
}

// declarePointerTo gives a name to a pointer that a function returns, and changes what it points to.
func (g *gen) declarePointerTo() bool {
	f, ok := g.callee(func(f *function) bool { return f.pointer })
	if !ok {
		return false
	}
	call, ok := g.call(f, 1)
	if !ok {
		return false
	}
	g.fn.writes = true
	t := f.results[0]
	v, ok := g.define(t, call, false)
	if ok && g.chance(0.6) {
		g.line("*%s *= %s", v.name, g.tame(g.float(t.elem, 1), t.elem, 1.1).text)
	}
	return ok
}

// helperMutual draws two functions that call each other until their last parameter is zero.
func (g *gen) helperMutual() bool {
	t := g.someFloat()
	n := len(g.functions)
	first, second := fmt.Sprintf("h%d", n), fmt.Sprintf("h%d", n+1)
	if !g.mutual(t, first, second) {
		return false
	}
	f := g.functions[n]
	g.functions = g.functions[:n:n] // the second calls it in its last statement only
	if !g.mutual(t, second, first) {
		return false
	}
	g.functions = append(g.functions, f)
	return true
}

// mutual draws a function that calls the other one at its end.
func (g *gen) mutual(t *typ, name, other string) bool {
	f := &function{name: name, results: []*typ{t}, recursive: true}
	x := g.parameter(f, t)
	n := g.parameter(f, g.types.int)
	n.frozen, n.nonneg = 1, true
	return g.helperBody(f, func() {
		g.line("if %s <= 0 {\nreturn %s\n}", n.name, g.stored(t, 1))
	}, func() bool {
		if f.writes || !g.can(other) || g.lookup(n.name) != n || g.lookup(x.name) != x {
			return false
		}
		arg := g.tame(g.float(t, 1), t, variableMag).text
		g.line("return %s + 0.5*%s(%s, %s-1)", g.tame(g.float(t, 1), t, 2).text, other, arg, n.name)
		return true
	})
}

// helperVector draws a method of a named slice type.
func (g *gen) helperVector() bool {
	v := g.types.vector
	if v == nil {
		return false
	}
	f := &function{results: []*typ{v.elem}}
	f.recv = &variable{name: g.newName(v), typ: v, exempt: true}
	g.parameter(f, v.elem)
	if g.chance(0.5) {
		return g.helperBody(f, nil, nil)
	}
	return g.helperBody(f, func() {
		if p, ok := g.descend(f.recv, v.elem); ok {
			g.update(p, pick(g, []string{"=", "+="}), g.stored(v.elem, 2))
		}
	}, nil)
}

// convertSlice gives another name to a slice, by a conversion to or from a named type.
func (g *gen) convertSlice() bool {
	to := g.types.vector
	if to == nil {
		return false
	}
	from := g.types.sliceOf(to.elem)
	if g.chance(0.4) {
		to, from = from, to
	}
	r, ok := g.sliceVariable(from)
	if !ok || !g.sayable(to) {
		return false
	}
	r.text = fmt.Sprintf("%s(%s)", to.text, r.text)
	return g.defineSlice(to, r)
}
