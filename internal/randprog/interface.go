package randprog

import "fmt"

// drawInterface draws an interface type, methods of all struct types that implement it, by value or by pointer, and an implementation without
// floats.
func (g *gen) drawInterface() {
	if len(g.types.structs) == 0 || !g.chance(0.35) {
		return
	}
	t := g.types.float64
	layer := &typ{kind: interfaceKind, text: "Layer", base: "Layer"}
	via := &function{name: "Apply", recv: &variable{name: "l", typ: layer}, params: []*variable{{name: "x", typ: t}}, results: []*typ{t}}
	for _, s := range g.types.declared() {
		f := &function{results: []*typ{t}, name: "Apply"}
		f.recv = &variable{name: g.newName(s), typ: g.types.pointerTo(s), exempt: true}
		byValue := g.chance(0.5)
		if byValue {
			f.recv.typ = s
		}
		g.parameter(f, t)
		if !g.implementation(f) {
			continue
		}
		layer.impls = append(layer.impls, f.recv.typ)
		if byValue {
			g.features = append(g.features, "interface-value")
			if g.chance(0.3) {
				layer.impls = append(layer.impls, g.types.pointerTo(s))
			}
		}
		via.writes, via.cost = via.writes || f.writes, max(via.cost, f.cost)
	}
	if len(layer.impls) == 0 {
		return
	}
	g.decls = append(g.decls, layerSource)
	g.types.layer = layer
	g.functions = append(g.functions, via)
	g.features = append(g.features, "interface")
}

// layerSource is the interface, and the implementation without floats.
const layerSource = `// Layer is a function with numbers of its own.
type Layer interface{ Apply(x float64) float64 }

// Square has none.
type Square struct{}

// Apply returns the half of the square.
func (Square) Apply(x float64) float64 { return x * x / 2 }`

// implementation draws a method that implements the interface.
func (g *gen) implementation(f *function) bool {
	return g.helperBody(f, func() {
		s := f.recv.typ
		if s.kind == pointerKind {
			s = s.elem
		}
		if p, ok := g.descend(f.recv, s.fields[0].typ); ok && g.chance(0.3) {
			g.update(p, pick(g, []string{"=", "+="}), g.stored(p.typ, 1))
		}
	}, nil)
}

// interfaceValue returns a value of the interface type t.
func (g *gen) interfaceValue(t *typ) (string, bool) {
	if p, ok := g.readable(t); ok && g.chance(0.4) {
		return p.text, true
	}
	if g.chance(0.15) {
		return "Square{}", g.can("Square")
	}
	impl := pick(g, t.impls)
	if impl.kind == structKind {
		return g.value(impl, 1)
	}
	return g.pointer(impl)
}

// declareInterface declares an interface variable, and now and then lets it hold something else in a branch.
func (g *gen) declareInterface() bool {
	t := g.types.layer
	if t == nil || !g.sayable(t) {
		return false
	}
	text, ok := g.value(t, 1)
	other, ok2 := g.value(t, 1)
	if !ok || !ok2 {
		return false
	}
	name := g.newName(t, text, other)
	g.read(t.text + " " + text)
	g.raw(fmt.Sprintf("var %s %s = %s", name, t.text, text))
	g.declare(&variable{name: name, typ: t})
	if g.chance(0.6) {
		g.line("if %s {", g.condition(1).text)
		g.read(other)
		g.raw(fmt.Sprintf("%s = %s\n}", name, other))
	}
	g.follow("type-switch", "assertion")
	return true
}

// declareLayers declares a slice of interface values.
func (g *gen) declareLayers() bool {
	if g.types.layer == nil {
		return false
	}
	t := g.types.sliceOf(g.types.layer)
	text, ok := g.literal(t, 1)
	ok = ok && g.defineSlice(t, reference{text: text, min: leastLen, max: mostLen})
	g.follow("range-interfaces")
	return ok
}

// rangeLayers draws a range over a slice of interface values.
func (g *gen) rangeLayers() bool {
	if g.types.layer == nil {
		return false
	}
	t := g.types.sliceOf(g.types.layer)
	p, ok := g.readable(t)
	return ok && p.whole && g.rangeOver(t.elem, p.text, p.max, p.root)
}

// typeSwitch draws a switch over the type of an interface value.
func (g *gen) typeSwitch() bool {
	if g.types.layer == nil || g.depth+1 >= g.opts.Depth {
		return false
	}
	p, ok := g.readable(g.types.layer)
	if !ok || !g.can("Square") {
		return false
	}
	name := g.newName(g.types.layer, p.text)
	g.read(p.text)
	g.raw(fmt.Sprintf("switch %s := %s.(type) {", name, p.text))
	used := false
	for _, t := range g.types.layer.impls {
		if !g.sayable(t) {
			return false
		}
		g.raw("case " + t.text + ":")
		used = g.clauseOf(&variable{name: name, typ: t}) || used
	}
	if g.chance(0.5) {
		g.raw("case Square:")
		g.clauseOf(&variable{name: name, typ: &typ{kind: funcKind, text: "Square"}, frozen: 1})
	}
	if g.chance(0.5) {
		g.raw("default:")
		g.clauseOf(&variable{name: name, typ: g.types.layer})
	}
	g.raw("}")
	return used
}

// clauseOf draws a clause in which the variable of a type switch is v, and reports whether it is read.
func (g *gen) clauseOf(v *variable) bool {
	g.open()
	defer g.close()
	g.declare(v)
	g.raw("{") // a declaration may hide it
	defer g.raw("}")
	return g.clauseOfDeclared(v)
}

// assertion draws `if p, ok := l.(*T); ok {`.
func (g *gen) assertion() bool {
	if g.types.layer == nil || g.depth >= g.opts.Depth {
		return false
	}
	p, ok := g.readable(g.types.layer)
	t := pick(g, g.types.layer.impls)
	if !ok || !g.sayable(t) {
		return false
	}
	v := &variable{name: g.newName(t, p.text), typ: t}
	there := g.newName(g.types.bool, p.text)
	if there == v.name {
		return false
	}
	g.open()
	defer g.close()
	g.read(p.text + " " + t.text)
	g.raw(fmt.Sprintf("if %s, %s := %s.(%s); %s {", v.name, there, p.text, t.text, there))
	g.declare(&variable{name: there, typ: g.types.bool, used: true})
	g.declare(v)
	done := g.clauseOfDeclared(v)
	g.raw("}")
	return done
}

// clauseOfDeclared draws a block that reads v.
func (g *gen) clauseOfDeclared(v *variable) bool {
	g.block(g.between(1, 2), func() {
		if !v.used && g.lookup(v.name) == v {
			g.sink(v)
		}
	})
	return v.used
}

// helperInterface takes an interface value and calls its method.
func (g *gen) helperInterface() bool {
	layer := g.types.layer
	if layer == nil {
		return false
	}
	f := &function{results: []*typ{g.types.float64}}
	l := g.parameter(f, layer)
	x := g.parameter(f, g.types.float64)
	return g.helperBody(f, func() {
		g.fn.writes = true // the method may
		g.line("%s = %s.Apply(%s)", x.name, l.name, x.name)
	}, nil)
}
