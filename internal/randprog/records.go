package randprog

import (
	"fmt"
	"strings"
)

// comparable reports whether values of type t may be compared.
func (t *typ) comparable() bool {
	switch t.kind {
	case sliceKind, mapKind, funcKind:
		return false
	case arrayKind:
		return t.elem.comparable()
	}
	for _, f := range t.fields {
		if !f.typ.comparable() {
			return false
		}
	}
	return true
}

// compareValues copies a struct or an array, changes the copy in a branch, and compares the two.
func (g *gen) compareValues() bool {
	types := []*typ{g.types.arrayOf(3, g.types.float64)}
	for _, t := range g.types.structs {
		if t.comparable() {
			types = append(types, t, t)
		}
	}
	t := pick(g, types)
	if g.depth+1 >= g.opts.Depth {
		return false
	}
	p, ok := g.readable(t)
	if !ok {
		text, made := g.literal(t, 1)
		if !made {
			return false
		}
		v, made := g.define(t, text, false)
		if !made {
			return false
		}
		p, ok = g.descend(v, t)
	}
	name := g.newName(t, p.text)
	g.introduce(name, "%s", p.text)
	v := g.declare(&variable{name: name, typ: t, used: true})
	if to, found := g.descend(v, g.types.float64); found && g.chance(0.8) {
		g.line("if %s {", g.condition(1).text)
		g.update(to, "=", g.stored(g.types.float64, 1))
		g.raw("}")
	}
	g.line("if %s %s %s {", v.name, pick(g, []string{"==", "!="}), p.expr().at(comparison+1))
	g.block(g.between(1, 2), nil)
	g.raw("}")
	return ok
}

// changedCopy declares a copy of a struct, or a pointer to a new one, and overwrites fields of it.
func (g *gen) changedCopy() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := pick(g, g.types.structs)
	var v *variable
	if p, ok := g.readable(t); ok && g.chance(0.5) {
		v, ok = g.define(t, p.text, false)
		if !ok {
			return false
		}
	} else {
		text, ok := g.literal(t, 1)
		if !ok {
			return false
		}
		of := t
		if g.chance(0.7) {
			of, text = g.types.pointerTo(t), "&"+text
		}
		if v, ok = g.define(of, text, false); !ok {
			return false
		}
	}
	for range g.between(1, 3) {
		e := g.someFloat()
		if to, ok := g.descend(v, e); ok && to.mapped < 2 {
			g.update(to, pick(g, []string{"=", "=", "+="}), g.tame(g.float(e, 2), e, 2).text)
		}
	}
	return true
}

// structArray declares an array of structs, and now and then goes through it.
func (g *gen) structArray() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	t := g.types.arrayOf(3, pick(g, g.types.structs))
	text, ok := g.literal(t, 1)
	if !ok {
		return false
	}
	v, ok := g.define(t, text, false)
	if !ok || !g.chance(0.5) {
		return ok
	}
	over := v.name
	if g.chance(0.3) {
		over = "&" + over
	}
	return g.rangeOver(t.elem, over, 3, nil)
}

// secondPointer declares a pointer to a pointer, and changes what that points to, or where.
func (g *gen) secondPointer() bool {
	var types []*typ
	for _, t := range g.types.derived {
		if t.kind == pointerKind && t.elem.kind != pointerKind {
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return false
	}
	t := pick(g, types)
	vs := g.visible(func(v *variable) bool { return v.typ == t && v.frozen == 0 && !v.global })
	if len(vs) == 0 {
		return false
	}
	v := pick(g, vs)
	q, ok := g.define(g.types.pointerTo(t), "&"+v.name, false)
	if !ok {
		return false
	}
	if p, found := g.readable(t); found && p.root != q && !mentions(p.text, q.name) && g.chance(0.3) {
		g.fn.writes = true
		g.line("*%s = %s", q.name, p.text)
	}
	if to, found := g.descend(q, g.types.float64); found && g.chance(0.7) {
		g.update(to, pick(g, []string{"=", "+="}), g.tame(g.float(g.types.float64, 1), g.types.float64, 2).text)
	}
	return true
}

// swapSlices lets two slices of the same length change their names, once or in a loop.
//
//	v, w = w, v
func (g *gen) swapSlices() bool {
	t := g.types.sliceOf(g.readableFloat())
	vs := g.visible(func(v *variable) bool { return v.typ == t && v.frozen == 0 && !v.global && v.max > 0 })
	if len(vs) == 0 || !g.can("make", "len") || !g.sayable(t) {
		return false
	}
	v := pick(g, vs)
	var w *variable
	for _, u := range vs {
		if u != v && u.min == v.min && u.max == v.max && u.fresh == v.fresh {
			w = u
		}
	}
	if w == nil || g.chance(0.5) {
		if !v.fresh || v.min < leastLen {
			return false
		}
		name := g.newName(t, v.name, "make len", t.text)
		g.introduce(name, "make(%s, len(%s))", t.text, v.name)
		w = g.declare(&variable{name: name, typ: t, fresh: true, min: v.min, max: v.max})
		g.line("copy(%s, %s)", name, v.name)
		if !g.can("copy") {
			return false
		}
	}
	both := [2]string{v.name, w.name}
	intact := g.binding(v.name + " " + w.name)
	swap := func() { g.line("%s, %s = %s, %s", both[0], both[1], both[1], both[0]) }
	if g.chance(0.4) || v.min < leastLen {
		swap()
		return true
	}
	n := g.between(1, 3)
	i := g.counterVariable(nil, both[:]...)
	done := true
	begin := func() {
		if a, ok := g.step(path{text: v.name, typ: t, root: &variable{fresh: v.fresh}, min: v.min, max: v.max}, t.elem); ok {
			g.update(a, "=", g.tame(g.float(t.elem, 1), t.elem, 2).text)
		}
	}
	finish := func() {
		if done = intact(); done {
			swap()
		}
	}
	return g.loop(loop{most: n, vars: []*variable{i}, header: countingHeader(i, fmt.Sprint(n)), begin: begin, finish: finish}) && done
}

// swaps reports whether slices change their names in lines.
func swaps(lines []string) bool {
	for _, line := range lines {
		left, right, ok := strings.Cut(strings.TrimSpace(line), " = ")
		a, b, two := strings.Cut(left, ", ")
		if ok && two && right == b+", "+a && !strings.ContainsAny(left, "[.*") {
			return true
		}
	}
	return false
}

// lookUpTwice looks an element of a map up twice, before and after it is changed.
func (g *gen) lookUpTwice() bool {
	p, ok := g.mapVariable()
	if !ok || p.typ.elem.kind != floatKind || g.depth >= g.opts.Depth {
		return false
	}
	e := g.element(p)
	t := e.typ
	first, there := g.newName(t, e.text), g.newName(g.types.bool, e.text)
	if first == there {
		return false
	}
	g.introduce(first+", "+there, "%s", e.text)
	v := g.declare(&variable{name: first, typ: t, used: true})
	asked := g.declare(&variable{name: there, typ: g.types.bool})
	intact := g.binding(e.text)
	if g.chance(0.6) {
		g.line("if !%s {", there)
		g.update(e, "=", g.tame(g.float(t, 1), t, 2).text)
		g.raw("}")
	}
	if !asked.used {
		g.line("_ = %s", there)
	}
	second, found := g.newName(t, e.text, first), g.newName(g.types.bool, e.text, first)
	if second == found || !intact() {
		return false
	}
	g.open()
	defer g.close()
	g.read(e.text)
	g.raw(fmt.Sprintf("if %s, %s := %s; %s {", second, found, e.text, found))
	w := g.declare(&variable{name: second, typ: t, used: true})
	g.declare(&variable{name: found, typ: g.types.bool, used: true})
	to, ok := g.writable(t)
	if !ok || to.root == v || to.root == w || g.lookup(first) != v {
		return false
	}
	g.update(to, "+=", fmt.Sprintf("0.125 * %s * %s", first, second))
	g.raw("}")
	return true
}
