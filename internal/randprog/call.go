package randprog

import (
	"fmt"
	"strings"
)

// callInExpression calls a function that writes no memory.
func (g *gen) callInExpression(t *typ, depth int) (expr, bool) {
	f, ok := g.callee(func(f *function) bool { return !f.writes && len(f.results) == 1 && f.results[0] == t })
	if !ok {
		return expr{}, false
	}
	text, ok := g.call(f, depth-1)
	return expr{text: text, prec: primary, mag: storedMag}, ok
}

// callee returns a function that satisfies ok and may be called here.
func (g *gen) callee(ok func(*function) bool) (*function, bool) {
	var fs []*function
	for _, f := range g.callables() {
		if ok(f) && g.trips*f.cost <= 2000 {
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		return nil, false
	}
	return pick(g, fs), true
}

// call returns a call of f. Arguments of a function that writes memory read none.
func (g *gen) call(f *function, depth int) (string, bool) {
	var args []string
	last := ""
	for i, p := range f.params {
		if f.variadic && i == len(f.params)-1 {
			var ok bool
			if last, ok = g.rest(p.typ); !ok {
				return "", false
			}
			continue
		}
		if f.recursive && i == len(f.params)-1 {
			args = append(args, g.depthArgument())
			continue
		}
		a, ok := g.argument(p.typ, f.writes, depth)
		if !ok {
			return "", false
		}
		args = append(args, a)
	}
	name, ok := g.instantiated(f)
	if !ok {
		return "", false
	}
	if f.recv != nil {
		r, ok := g.receiverArgument(f)
		if !ok {
			return "", false
		}
		name = r + "." + name
	}
	g.cost += g.trips * f.cost
	return name + "(" + strings.Join(args, ", ") + last + ")", true
}

// depthArgument returns the argument that bounds a recursion.
func (g *gen) depthArgument() string {
	if p, ok := g.readable(g.types.int); ok && g.chance(0.5) {
		return p.text + "&3"
	}
	return fmt.Sprint(g.between(1, 3))
}

// argument returns an argument of type t.
func (g *gen) argument(t *typ, plain bool, depth int) (string, bool) {
	if !plain || t.kind != floatKind {
		return g.value(t, depth)
	}
	locals := g.visible(func(v *variable) bool { return v.typ == t })
	if len(locals) == 0 || g.chance(0.2) {
		return g.constant().text, true
	}
	return pick(g, locals).name, true
}

// receiverArgument returns what a method is called on.
func (g *gen) receiverArgument(f *function) (string, bool) {
	t := f.recv.typ
	direct := t.kind != pointerKind
	if t.kind == pointerKind {
		if p, ok := g.readable(t); ok && g.chance(0.5) {
			return p.text, true
		}
		t = t.elem // Go takes the address
	}
	p, ok := g.pathFrom(t, func(v *variable) bool { return !v.global && v.frozen == 0 && v.typ.reaches(t) })
	if name := "." + t.text; f.name != "Apply" && g.chance(0.5) {
		p.text = strings.TrimSuffix(p.text, name) // the method is promoted
	}
	return expr{text: p.text, prec: p.prec}.at(primary), ok && (direct || p.mapped == 0)
}

// callStatement draws a call as a statement, or as the value of a definition or an assignment.
func (g *gen) callStatement() bool {
	f, ok := g.callee(func(f *function) bool { return !f.fallible && !f.maker && f.yields == 0 && !f.part && !f.pointer })
	if !ok {
		return false
	}
	call, ok := g.call(f, 2)
	if !ok {
		return false
	}
	g.fn.writes = g.fn.writes || f.writes
	switch {
	case len(f.results) == 0 || g.chance(0.05):
		g.line("%s", call)
		return true
	case len(f.results) == 2:
		return g.receiveTwo(f, call)
	}
	if to, ok := g.writable(f.results[0]); ok && g.chance(0.4) && (to.whole || !f.writes) && g.fits(to) {
		op := "="
		if f.results[0].kind == floatKind && g.chance(0.5) && g.trips <= 6 && !(f.writes && f.closure) {
			op = "+="
		}
		g.update(to, op, call)
		return true
	}
	_, ok = g.define(f.results[0], call, false)
	return ok
}

// fits reports whether the result of a call may be assigned: slices have the lengths that memory promises.
func (g *gen) fits(to path) bool {
	return to.typ.kind != sliceKind || to.min <= leastLen && to.max >= mostLen
}

// receiveTwo draws `a, b := call` and its variants.
func (g *gen) receiveTwo(f *function, call string) bool {
	g.read(call)
	first, second := g.newName(f.results[0]), g.newName(f.results[1])
	switch {
	case first == second:
		return false
	case g.chance(0.2):
		second = "_"
	}
	g.raw(fmt.Sprintf("%s, %s := %s", first, second, call))
	g.declare(&variable{name: first, typ: f.results[0]})
	if second != "_" {
		g.declare(&variable{name: second, typ: f.results[1]})
	}
	return true
}

// callError calls a function that may fail, and handles the error in one of the usual ways.
func (g *gen) callError() bool {
	f, ok := g.callee(func(f *function) bool { return f.fallible })
	if !ok {
		return false
	}
	call, ok := g.call(f, 2)
	if !ok || !g.can("nil") {
		return false
	}
	g.fn.writes = g.fn.writes || f.writes
	g.read(call)
	v, e := g.newName(f.results[0]), g.newName(g.types.error)
	if v == e {
		return false
	}
	g.raw(fmt.Sprintf("%s, %s := %s", v, e, call))
	result := g.declare(&variable{name: v, typ: f.results[0]})
	g.declare(&variable{name: e, typ: g.types.error, used: true})
	if !g.can("nil") {
		return false
	}
	g.raw(fmt.Sprintf("if %s != nil {", e))
	ok = true
	if g.fn.fallible && g.chance(0.7) {
		ok = g.fail(e)
	} else {
		g.assignTo(result)
	}
	g.raw("}")
	return ok
}

// fail returns the error called e.
func (g *gen) fail(e string) bool {
	var values []string
	for _, t := range g.fn.results[:len(g.fn.results)-1] {
		v, ok := g.result(t, false)
		if !ok {
			return false
		}
		values = append(values, v)
	}
	g.line("return %s", strings.Join(append(values, e), ", "))
	return true
}
