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
	variadic  bool     // its last parameter is
	generic   bool     // it has the type parameter T
	typeArg   string   // what T is in this instance of a generic function

	// Of a function literal:
	closure  bool // it is one, or what a variable holds
	enclosed int  // number of the scopes around it

	// What its result is:
	maker    bool // a function
	stateful bool // … that changes what it has captured
	yields   int  // a function to range over, which yields one value or two
	part     bool // a part of a slice that it was given
	pointer  bool // a pointer that it was given, or one to an element
}

// inputs returns the receiver, if any, and the parameters.
func (f *function) inputs() []*variable {
	if f.recv == nil {
		return f.params
	}
	return append([]*variable{f.recv}, f.params...)
}

// helperBody draws the helper f: what begin adds, random statements, and what finish adds, which is a return
// statement where it is nil.
func (g *gen) helperBody(f *function, begin func(), finish func() bool) bool {
	switch {
	case f.name != "":
	case f.recv != nil:
		f.name = fmt.Sprintf("M%d", len(g.functions))
	default:
		f.name = fmt.Sprintf("h%d", len(g.functions))
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
	b.WriteString(f.name)
	if f.generic {
		b.WriteString("[T Float]")
	}
	b.WriteString("(")
	for i, p := range f.params {
		if i > 0 {
			b.WriteString(", ")
		}
		text := p.typ.text
		if f.variadic && i == len(f.params)-1 {
			text = "..." + p.typ.elem.text
		}
		fmt.Fprintf(&b, "%s %s", p.name, text)
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
	g.fn, g.lines, g.loops, g.pending, g.locals, g.trips, g.depth, g.cost = f, nil, nil, nil, nil, 1, 0, 0
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
	if len(f.results) == 0 || f.maker || f.yields > 0 || f.part || f.pointer || !g.chance(0.3) {
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
	switch t.kind {
	case sliceKind, pointerKind, mapKind, interfaceKind:
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
