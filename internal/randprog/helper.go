package randprog

import (
	"slices"
	"strings"
)

// shapes returns the shapes of helpers.
func (g *gen) shapes() []production {
	return []production{
		{"helper-scalar", 4, g.helperScalar},
		{"helper-reader", 4, g.helperReader},
		{"helper-writer", 4, g.helperWriter},
		{"helper-slice-result", 3, g.helperSliceResult},
		{"helper-tuple", 3, g.helperTuple},
		{"helper-recursive", 4, g.helperRecursive},
		{"helper-method", 5, g.helperMethod},
		{"helper-error", 4, g.helperError},
		{"helper-struct", 3, g.helperStruct},
		{"helper-map", 2, g.helperMap},
		{"helper-higher", 3, g.helperHigher},
		{"helper-maker", 5, g.helperMaker},
		{"helper-iterator", 5, g.helperIterator},
		{"helper-generic", 3, g.helperGeneric},
		{"helper-interface", 5, g.helperInterface},
		{"helper-variadic", 3, g.helperVariadic},
		{"helper-part", 3, g.helperPart},
		{"helper-pointer", 3, g.helperPointer},
		{"helper-mutual", 5, g.helperMutual},
		{"helper-vector", 6, g.helperVector},
		{"helper-ruled", 5, g.helperRuled},
	}
}

// helper draws a function that later code may call.
func (g *gen) helper() { g.draw(g.shapes()) }

// parameter returns a parameter of type t with a new name.
func (g *gen) parameter(f *function, t *typ) *variable {
	name := g.newName(t)
	for hasName(f.inputs(), name) || !g.can(name) {
		name = g.newName(t)
	}
	v := &variable{name: name, typ: t, exempt: true}
	f.params = append(f.params, v)
	return v
}

// hasName reports whether one of the variables has that name.
func hasName(vs []*variable, name string) bool {
	return slices.ContainsFunc(vs, func(v *variable) bool { return v.name == name })
}

func (g *gen) helperScalar() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}}
	for range g.between(1, 3) {
		g.parameter(f, t)
	}
	if g.chance(0.3) {
		g.parameter(f, g.types.int)
	}
	return g.helperBody(f, nil, nil)
}

func (g *gen) helperReader() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}}
	g.parameter(f, g.types.sliceOf(t))
	if g.chance(0.5) {
		g.parameter(f, t)
	}
	return g.helperBody(f, nil, nil)
}

// helperWriter changes the elements of a slice.
func (g *gen) helperWriter() bool {
	t := g.someFloat()
	f := &function{writes: true}
	xs := g.parameter(f, g.types.sliceOf(t))
	g.parameter(f, t)
	if g.chance(0.5) {
		f.results = []*typ{t}
	}
	return g.helperBody(f, func() {
		g.line("%s[%d] %s %s", xs.name, g.intn(leastLen), pick(g, []string{"=", "+=", "-="}), g.stored(t, 2))
	}, nil)
}

func (g *gen) helperSliceResult() bool {
	t := g.someFloat()
	s := g.types.sliceOf(t)
	f := &function{results: []*typ{s}}
	g.parameter(f, s)
	g.parameter(f, t)
	return g.helperBody(f, nil, nil)
}

func (g *gen) helperTuple() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t, pick(g, []*typ{t, g.types.int, g.types.bool})}}
	g.parameter(f, t)
	g.parameter(f, t)
	return g.helperBody(f, nil, nil)
}

// helperRecursive calls itself until its last parameter is zero.
func (g *gen) helperRecursive() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}, recursive: true}
	g.parameter(f, t)
	if g.chance(0.4) {
		g.parameter(f, g.types.sliceOf(t))
	}
	n := g.parameter(f, g.types.int)
	n.frozen, n.nonneg = 1, true
	return g.helperBody(f, func() {
		g.line("if %s <= 0 {", n.name)
		g.line("return %s", g.stored(t, 1))
		g.raw("}")
	}, func() bool { return g.recur(f, n) })
}

// recur ends the body of a recursive function.
func (g *gen) recur(f *function, n *variable) bool {
	if f.writes || !g.can(f.name) || g.lookup(n.name) != n {
		return false
	}
	t := f.results[0]
	args := []string{g.tame(g.float(t, 1), t, variableMag).text}
	if xs := f.params[1]; xs != n {
		if g.lookup(xs.name) != xs {
			return false
		}
		args = append(args, xs.name)
	}
	args = append(args, n.name+"-1")
	g.line("return %s + 0.5*%s(%s)", g.tame(g.float(t, 1), t, 2).text, f.name, strings.Join(args, ", "))
	return true
}

// helperMethod draws a method of a struct type or of a pointer to one.
func (g *gen) helperMethod() bool {
	structs := g.types.declared()
	if len(structs) == 0 {
		return false
	}
	s := pick(g, structs)
	f := &function{results: []*typ{s.fields[0].typ}}
	g.receiver(f, s)
	if g.chance(0.6) {
		g.parameter(f, s.fields[0].typ)
	}
	write := func() {
		p, ok := g.descend(f.recv, s.fields[0].typ)
		if ok && f.recv.typ.kind == pointerKind {
			g.update(p, pick(g, []string{"=", "+="}), g.stored(p.typ, 2))
		}
	}
	if g.chance(0.5) {
		return g.helperBody(f, nil, nil)
	}
	return g.helperBody(f, write, nil)
}

// receiver gives f a receiver of the struct type s or of a pointer to it.
func (g *gen) receiver(f *function, s *typ) {
	t := s
	if g.chance(0.6) {
		t = g.types.pointerTo(s)
	}
	f.recv = &variable{name: g.newName(t), typ: t, exempt: true}
}

// helperError fails for few arguments.
func (g *gen) helperError() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t, g.types.error}, fallible: true}
	g.parameter(f, t)
	if g.chance(0.5) {
		g.parameter(f, g.types.sliceOf(t))
	}
	n := g.parameter(f, g.types.int)
	return g.helperBody(f, func() { g.mayFail(n) }, nil)
}

// mayFail draws a return of a new error where n is large.
func (g *gen) mayFail(n *variable) {
	if g.can("errors") {
		g.line("if %s > %d {", n.name, g.between(3, 4))
		g.line(`return %s, errors.New("UNLUCKY")`, g.constant().text)
		g.raw("}")
	}
}

// helperStruct takes and returns structs or arrays by value, and overwrites its own copy.
func (g *gen) helperStruct() bool {
	t := g.types.arrayOf(3, g.someFloat())
	if len(g.types.structs) > 0 && g.chance(0.7) {
		t = pick(g, g.types.structs)
	}
	f := &function{results: []*typ{t}}
	v := g.parameter(f, t)
	g.parameter(f, g.types.float64)
	return g.helperBody(f, func() {
		for _, e := range g.types.floats() {
			if p, ok := g.descend(v, e); ok {
				g.update(p, "*=", g.tame(g.float(e, 1), e, 1.1).text)
				return
			}
		}
	}, nil)
}
