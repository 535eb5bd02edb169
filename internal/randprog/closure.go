package randprog

import (
	"fmt"
	"slices"
	"strings"
)

// local is a function that a variable holds.
type local struct {
	at *variable
	*function
}

// callables returns the functions that may be named here.
func (g *gen) callables() []*function {
	var fs []*function
	for _, f := range g.functions {
		if g.can(f.name) {
			fs = append(fs, f)
		}
	}
	for _, c := range g.locals {
		if g.lookup(c.name) == c.at && slices.ContainsFunc(g.scopes, func(s *scope) bool { return slices.Contains(s.vars, c.at) }) {
			fs = append(fs, c.function)
		}
	}
	return fs
}

// hold declares a variable that holds the function f.
func (g *gen) hold(f *function) {
	at := g.declare(&variable{name: f.name, typ: &typ{kind: funcKind, text: "func"}, frozen: 1})
	f.closure = true
	g.locals = append(g.locals[:len(g.locals):len(g.locals)], local{at, f})
}

// declareClosure declares a function literal that reads, and now and then changes, what is visible around it.
func (g *gen) declareClosure() bool {
	if g.fn.closure || g.depth+1 >= g.opts.Depth || len(g.locals) > 4 {
		return false
	}
	t := g.readableFloat()
	if !g.sayable(t) {
		return false
	}
	f := &function{mostTrips: 6}
	for range g.between(0, 2) {
		g.parameter(f, t)
	}
	if g.chance(0.8) {
		f.results = []*typ{t}
	}
	f.name = g.newName(t)
	text, ok := g.literalOf(f, g.between(1, 3))
	if !ok {
		return false
	}
	g.raw(f.name + " := " + text)
	g.hold(f)
	return true
}

// literalOf draws a function literal with the signature of f.
func (g *gen) literalOf(f *function, statements int) (string, bool) {
	thaw := g.enclose()
	defer thaw()
	f.closure, f.enclosed = true, len(g.scopes)
	outer := *g
	defer func() {
		outer.features, outer.free, outer.labels = g.features, g.free, g.labels
		*g = outer
	}()
	g.fn, g.lines, g.loops, g.pending, g.trips, g.cost, g.left = f, nil, nil, nil, 1, 0, 2*statements
	g.open()
	g.depth++
	for _, v := range f.params {
		g.declare(v)
	}
	g.sequence(statements)
	g.flush()
	if len(f.results) == 0 {
		g.try(production{"compound", 1, g.compound})
	}
	ok := g.returnStatement(len(g.lines) < 4)
	f.cost = g.cost
	head := strings.TrimPrefix(f.signature(), "func "+f.name)
	return "func" + head + " {\n" + strings.Join(g.lines, "\n") + "\n}", ok && f.cost <= 60
}

// enclose keeps slices and pointers around a function literal from being assigned in it, and their memory from being taken for its own.
func (g *gen) enclose() (thaw func()) {
	var undo []func()
	for _, s := range g.scopes {
		for _, v := range s.vars {
			fresh := v.fresh
			v.fresh = false
			if needsValue(v.typ) || v.nonneg {
				v.frozen++
				undo = append(undo, func() { v.frozen-- })
			}
			undo = append(undo, func() { v.fresh = fresh })
		}
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}

// outside reports whether v is declared around the function literal that is being drawn.
func (g *gen) outside(v *variable) bool {
	if !g.fn.closure {
		return false
	}
	return slices.ContainsFunc(g.scopes[:min(g.fn.enclosed, len(g.scopes))], func(s *scope) bool { return slices.Contains(s.vars, v) })
}

// functionValue returns a function of type t that changes nothing: by name, by a variable, of package math, or a literal.
func (g *gen) functionValue(t *typ) (string, bool) {
	f64 := g.types.float64
	if t.result == f64 && t.params[0] == f64 && g.can(g.mathName) && g.chance(0.2) {
		return g.mathName + "." + pick(g, []string{"Sin", "Cos", "Tanh", "Atan"}), true
	}
	if f, ok := g.callee(func(f *function) bool { return !f.writes && f.fits(t) }); ok && g.chance(0.7) {
		return f.name, true
	}
	if !g.sayable(t) || !g.can("p3") {
		return "", false
	}
	g.open()
	defer g.close()
	g.declare(&variable{name: "p3", typ: t.params[0], used: true})
	e := g.tame(g.float(t.result, 2), t.result, storedMag)
	if e.konst {
		return "", false
	}
	return fmt.Sprintf("func(p3 %s) %s { return %s }", t.params[0].text, t.result.text, e.text), true
}

// fits reports whether f may be named as a value of the function type t.
func (f *function) fits(t *typ) bool {
	return f.recv == nil && !f.variadic && !f.recursive && f.typeArg == "" && len(f.params) == 1 && len(f.results) == 1 &&
		f.params[0].typ == t.params[0] && f.results[0] == t.result && f.cost <= 40
}

// helperHigher takes a function and calls it.
func (g *gen) helperHigher() bool {
	t := g.someFloat()
	f := &function{results: []*typ{t}}
	act := g.parameter(f, g.types.funcOf(t, t))
	g.parameter(f, t)
	if g.chance(0.5) {
		g.parameter(f, g.types.sliceOf(t))
	}
	return g.helperBody(f, func() {
		x := &variable{name: "x", typ: t}
		called := &function{name: act.name, params: []*variable{x}, results: []*typ{t}, cost: 10, closure: true}
		g.locals = append(g.locals, local{act, called})
		g.line("%s = %s(%s)", f.params[1].name, act.name, g.stored(t, 1))
	}, nil)
}

// helperMaker returns a function that has captured its arguments: one, one of two, or one that changes what it has captured.
func (g *gen) helperMaker() bool {
	t := g.someFloat()
	f := &function{results: []*typ{g.types.funcOf(t, t)}, maker: true}
	k := g.parameter(f, t)
	if g.chance(0.4) {
		g.parameter(f, g.types.sliceOf(t))
	}
	form := g.choose(3, func(i int) int { return []int{4, 3, 3}[i] })
	return g.helperBody(f, nil, func() bool {
		if !g.sayable(t) || form > 0 && g.lookup(k.name) != k {
			return false
		}
		if form == 2 {
			x := g.newName(t, k.name, t.text)
			f.stateful = true
			g.line("return func(%s %s) %s {\n%s = 0.5*%s + 0.25*%s\nreturn %s\n}", x, t.text, t.text, k.name, k.name, x, k.name)
			return true
		}
		if form == 1 {
			text, ok := g.returned(t)
			if !ok {
				return false
			}
			g.line("if %s > %s {\nreturn %s\n}", k.name, g.constant().text, text)
		}
		text, ok := g.returned(t)
		g.line("return %s", text)
		return ok
	})
}

// returned draws a function literal that changes nothing.
func (g *gen) returned(t *typ) (string, bool) {
	inner := &function{results: []*typ{t}, mostTrips: 4}
	g.parameter(inner, t)
	text, ok := g.literalOf(inner, 1)
	return text, ok && !inner.writes
}

// madeClosure declares a variable that holds what a helper returns.
func (g *gen) madeClosure() bool {
	f, ok := g.callee(func(f *function) bool { return f.maker })
	if !ok || g.fn.closure || f.writes {
		return false
	}
	call, ok := g.call(f, 1)
	if !ok {
		return false
	}
	t := f.results[0]
	made := &function{name: g.newName(t, call), params: []*variable{{name: "x", typ: t.params[0]}}, results: []*typ{t.result}, cost: 40,
		writes: f.stateful}
	g.read(call)
	g.raw(made.name + " := " + call)
	g.hold(made)
	return true
}

// methodValue declares a variable that holds a method of a value, or a method expression.
func (g *gen) methodValue() bool {
	f, ok := g.callee(func(f *function) bool { return f.recv != nil && f.recv.typ.kind != interfaceKind && !f.fallible })
	if !ok || g.fn.closure || g.depth+1 >= g.opts.Depth {
		return false
	}
	bound := *f
	bound.recv = nil
	bound.name = g.newName(g.types.float64)
	text := ""
	if g.chance(0.6) {
		r, ok := g.receiverArgument(f)
		if !ok {
			return false
		}
		text = r + "." + f.name
	} else {
		if !g.sayable(f.recv.typ) {
			return false
		}
		text = fmt.Sprintf("(%s).%s", f.recv.typ.text, f.name)
		bound.params = append([]*variable{f.recv}, f.params...)
	}
	g.read(text)
	g.raw(bound.name + " := " + text)
	g.hold(&bound)
	return true
}
