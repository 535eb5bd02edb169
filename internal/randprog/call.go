package randprog

import (
	"fmt"
	"slices"
	"strings"
)

// function is a function or method of the generated program.
type function struct {
	name      string
	recv      *variable // nil for a function
	params    []*variable
	results   []*typ
	named     []string // names of the results, or nil
	writes    bool     // it may write memory that its caller sees
	fallible  bool     // its last result is an error
	recursive bool     // its last parameter bounds the depth
	mostTrips int      // bound of the product of nested trip counts
	cost      int      // lines that a call runs
}

// inputs returns the receiver, if any, and the parameters.
func (f *function) inputs() []*variable {
	if f.recv == nil {
		return f.params
	}
	return append([]*variable{f.recv}, f.params...)
}

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
	if len(g.types.structs) == 0 {
		return false
	}
	s := pick(g, g.types.structs)
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

// helperBody draws the helper f: what begin adds, random statements, and what finish adds, which is a return
// statement where it is nil.
func (g *gen) helperBody(f *function, begin func(), finish func() bool) bool {
	f.name = fmt.Sprintf("h%d", len(g.functions))
	if f.recv != nil {
		f.name = fmt.Sprintf("M%d", len(g.functions))
	}
	f.mostTrips = 12
	body, ok := g.body(f, g.between(1, 4), begin, finish)
	if !ok || f.cost > 300 {
		return false
	}
	g.decls = append(g.decls, f.signature()+" {\n"+body+"\n}")
	g.functions = append(g.functions, f)
	return true
}

// signature returns the header of the declaration of f.
func (f *function) signature() string {
	var b strings.Builder
	b.WriteString("func ")
	if f.recv != nil {
		fmt.Fprintf(&b, "(%s %s) ", f.recv.name, f.recv.typ.text)
	}
	fmt.Fprintf(&b, "%s(", f.name)
	for i, p := range f.params {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %s", p.name, p.typ.text)
	}
	b.WriteString(")")
	var rs []string
	for i, t := range f.results {
		r := t.text
		if f.named != nil {
			r = f.named[i] + " " + r
		}
		rs = append(rs, r)
	}
	switch {
	case len(rs) == 1 && f.named == nil:
		b.WriteString(" " + rs[0])
	case len(rs) > 0:
		fmt.Fprintf(&b, " (%s)", strings.Join(rs, ", "))
	}
	return b.String()
}

// body draws the body of f. What it says of f (writes, cost) holds afterwards.
func (g *gen) body(f *function, statements int, begin func(), finish func() bool) (string, bool) {
	outer := *g
	defer func() {
		outer.features, outer.free = g.features, g.free
		*g = outer
	}()
	g.fn, g.lines, g.loops, g.trips, g.depth, g.cost = f, nil, nil, 1, 0, 0
	g.left = 3 * statements
	g.scopes = []*scope{g.scopes[0], {}}
	for _, v := range f.inputs() {
		g.declare(v)
	}
	g.nameResults(f)
	if begin != nil {
		begin()
	}
	g.sequence(statements)
	g.flush()
	ok := true
	if finish != nil {
		ok = finish()
	} else {
		ok = g.returnStatement(true)
	}
	f.cost = g.cost
	if f.recursive {
		f.cost *= 5
	}
	return strings.Join(g.lines, "\n"), ok
}

// nameResults gives the results of f names now and then. Slices are set at once to a length that is promised.
func (g *gen) nameResults(f *function) {
	if len(f.results) == 0 || !g.chance(0.3) {
		return
	}
	avoid, initial := []string{}, make([]string, len(f.results))
	for i, t := range f.results {
		if !g.sayable(t) || t.kind != sliceKind && needsValue(t) {
			return
		}
		if t.kind == sliceKind {
			initial[i] = fmt.Sprintf("%s{%s, %s}", t.text, g.stored(t.elem, 1), g.stored(t.elem, 1))
		}
		avoid = append(avoid, t.text, initial[i])
	}
	for _, t := range f.results {
		name := g.newName(t, avoid...)
		f.named = append(f.named, name)
		g.declare(&variable{name: name, typ: t, exempt: true})
	}
	for i, text := range initial {
		if text != "" {
			g.line("%s = %s", f.named[i], text)
		}
	}
	g.features = append(g.features, "named-results")
}

// returnStatement draws a return; whole says that it ends the body and should read much of what is visible.
func (g *gen) returnStatement(whole bool) bool {
	f := g.fn
	if len(f.results) == 0 {
		if !whole {
			g.raw("return")
		}
		return true
	}
	if f.named != nil && g.chance(0.6) && g.setResults(whole) {
		g.raw("return")
		return true
	}
	var values []string
	for _, t := range f.results {
		v, ok := g.result(t, whole)
		if !ok {
			return false
		}
		values = append(values, v)
	}
	g.line("return %s", strings.Join(values, ", "))
	return true
}

// setResults prepares a bare return. It reports false where a result is hidden.
func (g *gen) setResults(whole bool) bool {
	f := g.fn
	for _, n := range f.named {
		v := g.lookup(n)
		if !slices.Contains(g.scopes[1].vars, v) {
			return false
		}
		if whole {
			g.complete(v)
		}
	}
	return true
}

// complete adds to a float of the result v what depends on much of the rest.
func (g *gen) complete(v *variable) {
	for _, t := range g.types.floats() {
		if p, ok := g.descend(v, t); ok {
			op := "+="
			if p.whole {
				op = "="
			}
			g.update(p, op, g.summary(t))
			return
		}
	}
}

// needsValue reports whether the zero value of t is not a value that its place promises.
func needsValue(t *typ) bool {
	if t.kind == sliceKind || t.kind == pointerKind {
		return true
	}
	return slices.ContainsFunc(t.fields, func(f field) bool { return needsValue(f.typ) })
}

// result returns a value to return.
func (g *gen) result(t *typ, whole bool) (string, bool) {
	if whole && t.differentiable() && t.kind != pointerKind && (t.kind == floatKind || g.chance(0.8)) {
		g.summing = true
		defer func() { g.summing = false }()
		if t.kind == floatKind {
			return g.value(t, 2)
		}
		if text, ok := g.literal(t, 2); ok {
			return text, true
		}
	}
	for range 4 {
		if v, ok := g.value(t, 2); ok {
			return v, true
		}
	}
	return "", false
}

// summary returns an expression that reads several variables.
func (g *gen) summary(t *typ) string {
	roots := g.visible(func(v *variable) bool { return v.typ.differentiable() })
	g.rng.Shuffle(len(roots), func(i, j int) { roots[i], roots[j] = roots[j], roots[i] })
	e := g.tame(g.float(t, 2), t, storedMag)
	for _, v := range roots[:min(len(roots), 4)] {
		term, ok := g.converted(v, t)
		if !ok {
			continue
		}
		if g.chance(0.5) {
			term = infix(g.tame(g.leaf(t), t, variableMag), "*", product, term)
		}
		e = infix(e, pick(g, []string{"+", "+", "-"}), sum, term)
	}
	return e.text
}

// converted returns a float that v leads to as an operand of type t.
func (g *gen) converted(v *variable, t *typ) (expr, bool) {
	for _, from := range append([]*typ{t}, g.types.floats()...) {
		if p, ok := g.descend(v, from); ok && from == t {
			return p.expr(), true
		} else if ok && g.sayable(t) {
			return callExpr(variableMag, t.text, p.expr()), true
		}
	}
	return expr{}, false
}

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
	for _, f := range g.functions {
		if ok(f) && g.can(f.name) && g.trips*f.cost <= 2000 {
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
	for i, p := range f.params {
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
	name := f.name
	if f.recv != nil {
		r, ok := g.receiverArgument(f)
		if !ok {
			return "", false
		}
		name = r + "." + name
	}
	g.cost += g.trips * f.cost
	return name + "(" + strings.Join(args, ", ") + ")", true
}

// depthArgument returns the argument that bounds a recursion.
func (g *gen) depthArgument() string {
	if p, ok := g.readable(g.types.int); ok && g.chance(0.5) {
		return p.text + "%4"
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
	if t.kind == pointerKind {
		if p, ok := g.readable(t); ok && g.chance(0.5) {
			return p.text, true
		}
		t = t.elem // Go takes the address
	}
	p, ok := g.pathFrom(t, func(v *variable) bool { return !v.global && v.frozen == 0 && v.typ.reaches(t) })
	return expr{text: p.text, prec: p.prec}.at(primary), ok
}

// callStatement draws a call as a statement, or as the value of a definition or an assignment.
func (g *gen) callStatement() bool {
	f, ok := g.callee(func(f *function) bool { return !f.fallible })
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
		if f.results[0].kind == floatKind && g.chance(0.5) && g.trips <= 6 {
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
