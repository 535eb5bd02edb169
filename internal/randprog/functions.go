package randprog

import (
	"fmt"
	"strings"
)

// Functions in data: in maps, slices and structs, some of them from other packages.

// unary is the type of the functions that data holds.
func (g *gen) unary() *typ { return g.types.funcOf(g.types.float64, g.types.float64) }

// introduce writes the definition of new variables.
func (g *gen) introduce(names, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	g.read(value)
	g.raw(names + " := " + value)
}

// thing declares a variable of a type that nothing else knows. What is drawn beside it reads it.
func (g *gen) thing(name string) {
	g.declare(&variable{name: name, typ: &typ{kind: funcKind, text: "thing"}, frozen: 1, used: true})
}

// someNames returns n names, none of which the texts mention.
func (g *gen) someNames(n int, texts ...string) []string {
	var names []string
	for range n {
		names = append(names, g.newName(g.types.float64, append(names, texts...)...))
	}
	return names
}

// gain adds a part of what the text stands for to some float.
func (g *gen) gain(text string) bool {
	to, ok := g.writable(g.types.float64)
	if !ok || g.trips > 12 {
		return false
	}
	g.update(to, pick(g, []string{"+=", "+=", "-="}), "0.125 * "+text)
	return true
}

// plainArgument returns an argument of a call of a function from data.
func (g *gen) plainArgument() string {
	t := g.types.float64
	return g.tame(g.float(t, 1), t, variableMag).text
}

// functionMap declares a map of functions, and looks some up.
func (g *gen) functionMap() bool {
	key, t := pick(g, []*typ{g.types.string, g.types.int}), g.unary()
	if !g.sayable(t) || !g.sayable(key) || !g.can("nil") || g.depth+1 >= g.opts.Depth {
		return false
	}
	keys := mapKeys[key.text][:g.between(1, 3)]
	var parts []string
	for _, k := range keys {
		f, ok := g.functionValue(t)
		if !ok {
			return false
		}
		parts = append(parts, k+": "+f)
	}
	text := fmt.Sprintf("map[%s]%s{%s}", key.text, t.text, strings.Join(parts, ", "))
	m := g.someNames(1, text, "nil")[0]
	g.introduce(m, "%s", text)
	g.thing(m)
	ok := g.lookUpFunction(m, key, keys)
	if g.chance(0.5) {
		ok = ok && g.lookUpFunction(m, key, keys)
	}
	return ok
}

// lookUpFunction calls a function of a map, whose keys are those given and perhaps more.
func (g *gen) lookUpFunction(m string, key *typ, keys []string) bool {
	k, x := g.mapKey(key), g.plainArgument()
	if g.lookup(m) == nil || mentions(x, m) {
		return false
	}
	names := g.someNames(2, m, k, x, "nil")
	f, there := names[0], names[1]
	g.read(m + " " + k)
	switch g.intn(4) {
	case 0:
		return g.gain(fmt.Sprintf("%s[%s](%s)", m, pick(g, keys), x))
	case 1: // another function where there is none
		other, ok := g.callee(func(c *function) bool { return !c.writes && c.typeArg == "" && c.fits(g.unary()) })
		if !ok || mentions(other.name, f) || mentions(other.name, there) {
			return false
		}
		g.raw(fmt.Sprintf("%s, %s := %s[%s]", f, there, m, k))
		g.thing(f)
		g.thing(there)
		g.line("if %s {", there)
		done := g.gain(fmt.Sprintf("%s(%s)", f, x))
		g.raw("} else {")
		done = g.gain(fmt.Sprintf("%s(%s)", other.name, x)) && done
		g.raw("}")
		return done
	}
	head := fmt.Sprintf("%s, %s := %s[%s]; %s", f, there, m, k, there)
	if g.chance(0.3) {
		head = fmt.Sprintf("%s := %s[%s]; %s != nil", f, m, k, f)
		there = f
	}
	g.open()
	defer g.close()
	g.raw("if " + head + " {")
	g.thing(f)
	if there != f {
		g.thing(there)
	}
	ok := g.gain(fmt.Sprintf("%s(%s)", f, x))
	g.raw("}")
	return ok
}

// stageSource is a struct that holds a function, with a table of some.
const stageSource = `// stage is a step of a computation.
type stage struct {
	name  string
	scale float64
	apply func(x float64) float64
}

// stages are steps that are known.
var stages = []stage{
	{"A", 0.5, half},
	{name: "B", scale: -1, apply: func(x float64) float64 { return x * x / 4 }},
	{"", 1.5, half},
}

// half returns the half of x.
func half(x float64) float64 { return x / 2 }
`

// functionTable goes through a table of structs with functions: of the package, or one of its own.
func (g *gen) functionTable() bool {
	if !g.can("stage", "stages", "half", "nil") || !g.mayLoop(3) {
		return false
	}
	table := "stages"
	g.read("stage stages")
	if g.chance(0.7) {
		var ok bool
		if table, ok = g.ownTable(); !ok {
			return false
		}
	}
	x := g.plainArgument()
	s := g.someNames(1, table, x, "stage stages half")[0]
	g.open()
	defer g.close()
	outer := g.trips
	g.trips *= 3
	defer func() { g.trips = outer }()
	g.raw(fmt.Sprintf("for _, %s := range %s {", s, table))
	g.thing(s)
	if g.chance(0.4) {
		g.raw(fmt.Sprintf("if %s.name == %s {\n%s\n}", s, pick(g, mapKeys["string"]), pick(g, []string{"continue", "break"})))
	}
	ok := g.gain(fmt.Sprintf("%s.scale * %s.apply(%s)", s, s, x))
	g.raw("}")
	return ok
}

// ownTable declares a slice or an array of structs with functions, or of pointers to them.
func (g *gen) ownTable() (table string, ok bool) {
	var parts []string
	for i := range g.between(1, 3) {
		f, ok := g.functionValue(g.unary())
		if !ok {
			return "", false
		}
		scale, ok := g.steadyFloat(append(parts, f)...)
		if !ok {
			return "", false
		}
		if g.chance(0.5) {
			parts = append(parts, fmt.Sprintf("{%s, %s, %s}", mapKeys["string"][i], scale, f))
		} else {
			parts = append(parts, fmt.Sprintf("{apply: %s, scale: %s}", f, scale))
		}
	}
	if len(parts) == 1 {
		parts = append(parts, "{apply: half}")
	}
	g.read("half")
	text := fmt.Sprintf("%sstage{%s}", pick(g, []string{"[]", "[]", "[...]"}), strings.Join(parts, ", "))
	table = g.someNames(1, text, "stage stages half")[0]
	g.introduce(table, "%s", text)
	g.thing(table)
	return table, true
}

// steadyFloat returns a constant, or a new variable that never changes. It hides nothing that the texts mention.
func (g *gen) steadyFloat(texts ...string) (string, bool) {
	if g.chance(0.3) {
		return g.constant().text, true
	}
	t := g.types.float64
	value := g.tame(g.float(t, 1), t, storedMag)
	if value.konst {
		return value.text, true
	}
	name := g.someNames(1, append(texts, value.text)...)[0]
	g.introduce(name, "%s", value.text)
	g.declare(&variable{name: name, typ: t, frozen: 1, used: true})
	return name, true
}

// functionSlice declares a slice of functions, of which some may be nil, and calls those that are not.
func (g *gen) functionSlice() bool {
	t := g.unary()
	if !g.sayable(t) || !g.can("nil") || !g.mayLoop(3) {
		return false
	}
	first, ok := g.functionValue(t)
	second, ok2 := g.functionValue(t)
	if !ok || !ok2 {
		return false
	}
	x := g.plainArgument()
	names := g.someNames(3, first, second, x, "nil")
	fs, f, i := names[0], names[1], names[2]
	if g.chance(0.3) {
		g.introduce(fs, "[]%s{%s, %s}", t.text, first, second)
		g.thing(fs)
		return g.gain(fmt.Sprintf("%s[%s](%s)", fs, g.arrayIndex(2), x))
	}
	g.introduce(fs, "%s%s{%s, nil, %s}", pick(g, []string{"[]", "[3]", "[...]"}), t.text, first, second)
	g.thing(fs)
	g.open()
	defer g.close()
	outer := g.trips
	g.trips *= 3
	defer func() { g.trips = outer }()
	call := f
	switch g.intn(3) {
	case 0:
		g.raw(fmt.Sprintf("for _, %s := range %s {\nif %s == nil {\ncontinue\n}", f, fs, f))
	case 1:
		g.raw(fmt.Sprintf("for %s, %s := range %s {\nif %s == 1 || %s == nil {\ncontinue\n}", i, f, fs, i, f))
		g.thing(i)
	default:
		call = fmt.Sprintf("%s[%s]", fs, i)
		g.raw(fmt.Sprintf("for %s := range %s {\nif %s == nil {\n%s\n}", i, fs, call, pick(g, []string{"continue", "break"})))
		g.thing(i)
	}
	g.thing(f)
	done := g.gain(fmt.Sprintf("%s(%s)", call, x))
	g.raw("}")
	return done
}

// solverSource is a struct that holds a function, with functions that return one.
const solverSource = `// solver applies a function.
type solver struct {
	f func(float64) float64
	k float64
	n int
}

// newSolver returns a solver that takes two steps.
func newSolver(f func(float64) float64, k float64) *solver { return &solver{f: f, k: k, n: 2} }

// solverOf returns a solver by value.
func solverOf(f func(float64) float64, k float64) solver {
	s := solver{f: f, n: 1}
	s.k = k / 2
	return s
}

// run applies the function.
func (s *solver) run(x float64) float64 {
	for range s.n {
		x = s.f(x) * s.k / 4
	}
	return x
}
`

// constructed declares what a constructor returns of a function.
func (g *gen) constructed() bool {
	if !g.can("solver", "newSolver", "solverOf") {
		return false
	}
	f, ok := g.functionValue(g.unary())
	if !ok {
		return false
	}
	k, x := g.stored(g.types.float64, 1), g.plainArgument()
	s := g.someNames(1, f, k, x, "solver newSolver solverOf")[0]
	g.introduce(s, "%s(%s, %s)", pick(g, []string{"newSolver", "solverOf"}), f, k)
	g.read("solver")
	g.thing(s)
	if g.chance(0.5) {
		g.line("%s.k %s %s", s, pick(g, []string{"=", "+="}), g.tame(g.float(g.types.float64, 1), g.types.float64, 1).text)
	}
	if g.chance(0.3) {
		g.raw(s + ".n++")
	}
	if g.chance(0.4) {
		return g.gain(fmt.Sprintf("%s.f(%s) * %s.k", s, x, s))
	}
	return g.gain(fmt.Sprintf("%s.run(%s)", s, x))
}

// otherMaker declares a variable that holds what a function of another package returns.
func (g *gen) otherMaker() bool {
	if !g.can("other") || g.fn.closure {
		return false
	}
	t := g.types.float64
	k, n := g.stored(t, 1), g.integerLeaf().text
	unary := func(name string, writes bool) *function {
		return &function{name: name, params: []*variable{{name: "x", typ: t}}, results: []*typ{t}, cost: 10, writes: writes}
	}
	names := g.someNames(2, k, n, "other")
	switch g.intn(4) {
	case 0:
		g.introduce(names[0], "other.Scaled(%s)", k)
		g.hold(unary(names[0], false))
	case 1:
		g.introduce(names[0], "other.Chosen(%s, %s)", k, n)
		g.hold(unary(names[0], false))
	case 2:
		g.introduce(names[0], "other.Running(%s)", k)
		g.hold(unary(names[0], true))
	default:
		g.introduce(names[0]+", "+names[1], "other.Both(%s)", k)
		g.hold(unary(names[0], true))
		g.hold(unary(names[1], true))
	}
	return true
}

// otherIterator ranges over an iterator of another package.
func (g *gen) otherIterator() bool {
	t := g.types.float64
	r, ok := g.sliceVariable(g.types.sliceOf(t))
	if !ok || !g.can("other") {
		return false
	}
	k := g.stored(t, 1)
	texts := []string{r.text, k, "other"}
	v := &variable{name: g.newName(t, texts...), typ: t}
	if g.chance(0.5) {
		w := &variable{name: g.newName(t, append(texts, v.name)...), typ: t}
		return g.loop(loop{most: r.max, vars: []*variable{v, w}, finish: g.leave, called: true,
			header: fmt.Sprintf("for %s, %s := range other.Neighbours(%s) {", v.name, w.name, r.text)})
	}
	i := g.counterVariable(nil, append(texts, v.name)...)
	i.used = false
	return g.loop(loop{most: 3, vars: []*variable{i, v}, finish: g.leave, called: true,
		header: fmt.Sprintf("for %s, %s := range other.Sums(%s, %s) {", i.name, v.name, r.text, k)})
}

// gauge fills a value of another package that does not show its floats, and reads it.
func (g *gen) gauge() bool {
	if !g.can("other", "gauge") || g.trips > 6 {
		return false
	}
	t := g.types.float64
	a, b, k := g.stored(t, 2), g.stored(t, 1), g.tame(g.float(t, 1), t, 1).text
	names := g.someNames(2, a, b, k, "other gauge")
	v, w := names[0], names[1]
	g.introduce(v, "gauge.New(2)")
	g.line("%s.Set(0, %s)", v, a)
	g.line("%s.Set(1, %s)", v, b)
	g.thing(v)
	switch g.intn(3) {
	case 0:
		g.introduce(w, "other.Copy(%s)", v)
		g.line("%s.Blend(%s, %s, %s)", v, v, k, w)
		g.thing(w)
	case 1:
		g.line("%s.Blend(%s, %s, %s)", v, v, k, v)
	}
	return g.gain(fmt.Sprintf("%s.At(0) * %s.At(%s%%2)", v, v, g.nonnegative()))
}

// nonnegative returns an int that is not negative.
func (g *gen) nonnegative() string {
	if k, ok := g.counter(); ok {
		return k
	}
	return fmt.Sprint(g.intn(4))
}
