package randprog

import (
	"fmt"
	"strings"
)

// Maps of the programs are never nil, and what they hold is harmless where it is zero. Only what does not depend on the order of the
// keys is done in a range over one: results are compared to the bit.

// mapKeys are keys of maps, by the type of the key.
var mapKeys = map[string][]string{
	"string": {`"A"`, `"B"`, `"AB"`},
	"int":    {"0", "1", "2"},
}

// mapKey returns a key of type t: a constant, or what a variable holds.
func (g *gen) mapKey(t *typ) string {
	if vs := g.visible(func(v *variable) bool { return v.typ == t }); len(vs) > 0 && g.chance(0.4) {
		return pick(g, vs).name
	}
	return pick(g, mapKeys[t.text])
}

// someMap returns a type of maps.
func (g *gen) someMap() *typ {
	s := g.types
	e := g.readableFloat()
	switch g.intn(6) {
	case 0:
		e = s.int
	case 1:
		for _, t := range s.structs {
			if !needsValue(t) {
				e = t
			}
		}
	}
	return s.mapOf(pick(g, []*typ{s.string, s.string, s.int}), e)
}

// mapLiteral returns a new map: a literal, or an empty one.
func (g *gen) mapLiteral(t *typ, depth int) (string, bool) {
	if !g.sayable(t) {
		return "", false
	}
	if g.chance(0.2) || g.literals > 0 && g.chance(0.8) { // literals within literals are refused
		return fmt.Sprintf("make(%s)", t.text), g.can("make")
	}
	var parts []string
	for _, key := range mapKeys[t.key.text][:g.between(1, 3)] {
		value, ok := g.value(t.elem, depth-1)
		if !ok {
			return "", false
		}
		parts = append(parts, key+": "+value)
	}
	return t.text + "{" + strings.Join(parts, ", ") + "}", true
}

// declareMap declares a map, or another name of one.
func (g *gen) declareMap() bool {
	t := g.someMap()
	text, ok := g.value(t, 2)
	if !ok {
		return false
	}
	_, ok = g.define(t, text, false)
	g.follow("map-set", "map-lookup", "map-delete", "range-map", "sum-of-map")
	return ok
}

// mapVariable returns a map variable or field of a type of which some is visible.
func (g *gen) mapVariable() (path, bool) {
	var types []*typ
	for _, t := range g.types.derived {
		if t.kind == mapKind {
			types = append(types, t)
		}
	}
	for range min(len(types), 3) {
		if p, ok := g.writable(pick(g, types)); ok {
			return p, true
		}
	}
	return path{}, false
}

// setKey draws `m[k]++`, the passive state of many programs, or sets an element.
func (g *gen) setKey() bool {
	p, ok := g.mapVariable()
	if !ok {
		return false
	}
	e := g.element(p)
	if e.typ.kind == intKind && g.chance(0.6) {
		g.update(e, "++", "")
		return true
	}
	text, ok := g.value(e.typ, 2)
	if !ok || mentions(text, p.root.name) && e.typ.kind != floatKind {
		return false
	}
	if e.typ.kind == floatKind && g.chance(0.3) {
		return g.setKeyToo(p, text)
	}
	g.update(e, "=", text)
	return true
}

// setKeyToo sets an element of a map and, in the same assignment, the variable that says which.
func (g *gen) setKeyToo(p path, text string) bool {
	name := g.newName(p.typ.key, p.text, text)
	if g.lookup(name) != nil {
		return false
	}
	g.introduce(name, "%s", g.mapKey(p.typ.key))
	k := g.declare(&variable{name: name, typ: p.typ.key, used: true})
	e := elementAt(p, k.name)
	other := pick(g, mapKeys[p.typ.key.text])
	if g.chance(0.7) {
		e.text, text = k.name+", "+e.text, other+", "+text
	} else {
		e.text, text = e.text+", "+k.name, text+", "+other
	}
	g.update(e, "=", text)
	return true
}

// element returns an element of the map p.
func (g *gen) element(p path) path { return elementAt(p, g.mapKey(p.typ.key)) }

// elementAt returns the element of the map p for a key.
func elementAt(p path, key string) path {
	e := p
	e.text, e.typ, e.prec, e.whole = fmt.Sprintf("%s[%s]", p.text, key), p.typ.elem, primary, false
	e.indirect, e.mapped = true, 1
	return e
}

// lookUp draws `v, ok := m[k]`, in the header of a conditional or by itself.
func (g *gen) lookUp() bool {
	p, ok := g.mapVariable()
	if !ok || g.depth >= g.opts.Depth {
		return false
	}
	e := g.element(p)
	g.read(e.text)
	v := &variable{name: g.newName(e.typ, e.text), typ: e.typ}
	there := &variable{name: g.newName(g.types.bool, e.text, v.name), typ: g.types.bool, used: true}
	if v.name == there.name {
		return false
	}
	head := fmt.Sprintf("%s, %s := %s", v.name, there.name, e.text)
	if g.chance(0.4) {
		g.raw(head)
		g.declare(v)
		there.used = false
		g.declare(there)
		return true
	}
	g.open()
	g.raw(fmt.Sprintf("if %s; %s {", head, there.name))
	g.declare(v)
	g.declare(there)
	ok = true
	g.block(g.between(1, 2), func() {
		if !v.used {
			ok = g.lookup(v.name) == v
			g.sink(v)
		}
	})
	g.raw("}")
	g.close()
	return ok
}

// removeKey draws delete and clear.
func (g *gen) removeKey() bool {
	p, ok := g.mapVariable()
	if !ok || !g.can("delete", "clear") {
		return false
	}
	g.wrote(path{indirect: true, root: p.root})
	if g.chance(0.2) {
		g.line("clear(%s)", p.text)
		return true
	}
	g.line("delete(%s, %s)", p.text, g.mapKey(p.typ.key))
	return true
}

// rangeMap draws a range over a map of floats, in whose iterations nothing depends on their order.
func (g *gen) rangeMap() bool {
	p, ok := g.mapVariable()
	if !ok || p.typ.elem.kind != floatKind || !g.mayLoop(3) || !g.can("max", "delete", "len") {
		return false
	}
	t := p.typ.elem
	v := &variable{name: g.newName(t, p.text, "max delete"), typ: t, used: true}
	k := &variable{name: g.newName(p.typ.key, p.text, v.name, "max delete"), typ: p.typ.key, used: true}
	if k.name == v.name {
		return false
	}
	g.read(p.text)
	g.open()
	defer g.close()
	switch g.intn(4) {
	case 0: // each element depends on itself
		g.wrote(path{indirect: true, root: p.root})
		g.raw(fmt.Sprintf("for %s, %s := range %s {", k.name, v.name, p.text))
		g.raw(fmt.Sprintf("%s[%s] = %s * %s", p.text, k.name, v.name, g.tame(g.constant(), t, 1).at(product)))
	case 1: // some go
		g.wrote(path{indirect: true, root: p.root})
		g.raw(fmt.Sprintf("for %s, %s := range %s {", k.name, v.name, p.text))
		g.raw(fmt.Sprintf("if %s > %s {\ndelete(%s, %s)\n}", v.name, g.constant().text, p.text, k.name))
	case 2: // the largest
		g.raw(fmt.Sprintf("for _, %s := range %s {", v.name, p.text))
		g.declare(v)
		to, ok := g.writable(t)
		if !ok || to.root == v || to.mapped > 0 {
			return false
		}
		g.update(to, "=", fmt.Sprintf("max(%s, %s)", to.text, v.name))
	default: // the number of keys
		to, ok := g.writable(g.types.int)
		if !ok || to.root.nonneg || to.mapped > 0 {
			return false
		}
		g.raw(fmt.Sprintf("for range %s {", p.text))
		g.update(to, "++", "")
	}
	g.raw("}")
	return true
}

// sumOfMap adds up a map in the order of its keys.
func (g *gen) sumOfMap() bool {
	p, ok := g.mapVariable()
	if !ok || p.typ.elem.kind != floatKind || !g.mayLoop(3) || !g.opts.Library || !g.can("slices", "maps") {
		return false
	}
	to, ok := g.writable(p.typ.elem)
	k := g.newName(p.typ.key, p.text, to.text)
	if !ok || to.root == p.root {
		return false
	}
	g.read("slices maps " + p.text)
	g.raw(fmt.Sprintf("for _, %s := range slices.Sorted(maps.Keys(%s)) {", k, p.text))
	g.open()
	g.declare(&variable{name: k, typ: p.typ.key, used: true})
	g.update(to, "+=", fmt.Sprintf("0.5 * %s[%s]", p.text, k))
	g.close()
	g.raw("}")
	return true
}

// helperMap takes a map, reads it and now and then writes it.
func (g *gen) helperMap() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}}
	m := g.parameter(f, g.types.mapOf(g.types.string, t))
	g.parameter(f, t)
	if g.chance(0.5) {
		return g.helperBody(f, nil, nil)
	}
	return g.helperBody(f, func() {
		if to, ok := g.descend(m, t); ok {
			g.update(to, pick(g, []string{"=", "+="}), g.stored(t, 2))
		}
	}, nil)
}
