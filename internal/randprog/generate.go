package randprog

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// Program is a Go source file of package p with an exported function or method F.
type Program struct {
	// Seed is what the program was drawn from.
	Seed uint64
	// Source is formatted Go.
	Source string
	// Features counts the constructs of Source by their names in [Constructs].
	Features map[string]int
	// Spare and Aliased say that slice arguments are to have spare capacity, and may share memory.
	Spare, Aliased bool
}

// Generate returns the program of a seed.
func Generate(seed uint64) Program { return GenerateWith(seed, Options{}) }

// GenerateWith returns the program of a seed under the given options. Equal arguments give equal programs.
func GenerateWith(seed uint64, o Options) Program {
	o.check()
	g := newGen(seed, o.withDefaults())
	g.program()
	text, more := g.source(), map[string]int(nil)
	if o.Rewritten {
		text, more = rewritten(text, seed)
	}
	src, err := format.Source([]byte(text))
	if err != nil {
		panic(fmt.Sprintf("randprog: seed %d: %v\n%s", seed, err, text))
	}
	p := Program{Seed: seed, Source: string(src), Features: map[string]int{}, Spare: o.SpareCapacity, Aliased: o.Aliased}
	for _, f := range g.features {
		p.Features[f]++
	}
	for f, n := range more {
		p.Features[f] += n
	}
	return p
}

// Constructs returns the names of the constructs that programs are made of, sorted.
func Constructs() []string {
	g := newGen(0, Options{}.withDefaults())
	var names []string
	for _, table := range [][]production{g.statements, g.exits, g.shapes()} {
		for _, p := range table {
			names = append(names, p.name)
		}
	}
	for _, p := range g.floats {
		names = append(names, p.name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// gen is the state of one generation.
type gen struct {
	rng      *rand.Rand
	opts     Options
	hostile  bool   // names attack the printer
	mathName string // what math is imported as

	types     *typeSet
	functions []*function // that later code may call
	decls     []string    // package level, in order
	free      []string    // names that functions take from the package, the language or imports
	features  []string

	statements, exits []production
	floats            []floatProduction

	// Of the function that is being drawn:
	fn       *function
	lines    []string
	scopes   []*scope
	loops    []*loop
	locals   []local  // functions that variables hold
	pending  []string // labels behind this point that a goto may name
	literals int      // literals around this point
	labels   int
	trips    int // product of the trip counts around this point
	depth    int // of nested blocks
	left     int // statements that may still be drawn
	cost     int // lines that will run
	// The next float value is to depend on much of what is visible.
	summing bool
}

// production is a construct: how often it is tried, and how it is drawn. Draw reports whether the construct was
// possible here.
type production struct {
	name   string
	weight int
	draw   func() bool
}

// floatProduction is a production of float expressions.
type floatProduction struct {
	name   string
	weight int
	draw   func(t *typ, depth int) (expr, bool)
}

func newGen(seed uint64, o Options) *gen {
	g := &gen{
		rng:      rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		opts:     o,
		mathName: "math",
		types:    newTypeSet(),
		fn:       &function{},
		scopes:   []*scope{{}},
		trips:    1,
	}
	g.statements = g.statementTable()
	g.exits = g.exitTable()
	g.floats = g.floatTable()
	return g
}

func (g *gen) chance(p float64) bool { return g.rng.Float64() < p }
func (g *gen) intn(n int) int        { return g.rng.IntN(n) }

// between returns an integer in [lo, hi].
func (g *gen) between(lo, hi int) int { return lo + g.rng.IntN(hi-lo+1) }

// pick returns an element of xs.
func pick[T any](g *gen, xs []T) T { return xs[g.rng.IntN(len(xs))] }

// weight returns how often the construct is to be tried.
func (g *gen) weight(name string, otherwise int) int {
	if w, ok := g.opts.Weight[name]; ok {
		return w
	}
	return otherwise
}

// choose returns an index into n weights, each as likely as its share.
func (g *gen) choose(n int, weight func(int) int) int {
	sum := 0
	for i := range n {
		sum += weight(i)
	}
	if sum == 0 {
		return g.intn(n)
	}
	at := g.intn(sum)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	panic("unreachable")
}

// draw tries productions of the table until one is possible, at most a few times, and reports whether one was.
func (g *gen) draw(table []production) bool {
	for range 12 {
		p := table[g.choose(len(table), func(i int) int { return g.weight(table[i].name, table[i].weight) })]
		if g.try(p) {
			return true
		}
	}
	return false
}

// try draws p and notes it and the constructs in it. Where p is not possible it leaves everything as it was.
func (g *gen) try(p production) bool {
	if g.weight(p.name, p.weight) == 0 {
		return false
	}
	undo := g.snapshot()
	if !p.draw() {
		undo()
		return false
	}
	g.features = append(g.features, p.name)
	return true
}

// follow tries some of the statements of these names: they use what has just been declared.
func (g *gen) follow(names ...string) {
	for range g.intn(3) {
		name := pick(g, names)
		if i := slices.IndexFunc(g.statements, func(p production) bool { return p.name == name }); g.left > 0 {
			g.left--
			g.try(g.statements[i])
		}
	}
}

// snapshot returns a function that takes back all that is drawn from now on.
func (g *gen) snapshot() (undo func()) {
	before := *g
	blocks := make([][]*variable, len(g.scopes))
	var values []variable
	for i, s := range g.scopes {
		blocks[i] = slices.Clip(s.vars)
		for _, v := range s.vars {
			values = append(values, *v)
		}
	}
	fn := *g.fn
	return func() {
		*g = before
		*g.fn = fn
		for i, s := range g.scopes {
			s.vars = blocks[i]
			for _, v := range s.vars {
				*v, values = values[0], values[1:]
			}
		}
	}
}

// line writes a statement, or a part of one, all of whose identifiers are read.
func (g *gen) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	g.read(text)
	g.raw(text)
}

// raw writes text as it is.
func (g *gen) raw(text string) {
	g.lines = append(g.lines, text)
	g.cost += g.trips
}

// program draws types, package variables, helpers and F.
func (g *gen) program() {
	g.hostile = g.intn(100) < g.opts.Hostile
	if g.chance(0.12) {
		g.mathName = "m"
		g.features = append(g.features, "import-alias")
	}
	g.drawTypes()
	g.drawGlobals()
	if g.opts.Helpers > 0 {
		g.drawInterface()
	}
	for range g.between(0, max(g.opts.Helpers, 0)) {
		g.helper()
	}
	g.theFunction()
}

// drawTypes draws the named types.
func (g *gen) drawTypes() {
	if g.chance(0.2) {
		under := g.types.float64
		if g.chance(0.3) {
			under = g.types.float32
		}
		g.types.named = &typ{kind: floatKind, text: "Real", base: "Real"}
		g.decls = append(g.decls, "type Real "+under.text)
	}
	if g.chance(0.25) {
		e := g.someFloat()
		g.types.vector = &typ{kind: sliceKind, text: "Vector", base: "Vector", elem: e}
		g.decls = append(g.decls, "type Vector []"+e.text)
	}
	for i := range g.choose(3, func(i int) int { return []int{4, 4, 3}[i] }) {
		g.drawStruct([]string{"Inner", "Body"}[i])
	}
	if g.chance(0.1) {
		g.drawPair()
	}
}

// drawStruct draws a struct type, whose fields may be of the struct types before it.
func (g *gen) drawStruct(name string) {
	t := &typ{kind: structKind, text: name, base: name}
	f := g.someFloat()
	t.fields = []field{{name: "X", typ: f}, {name: "V", typ: g.someFloat()}}
	if len(g.types.structs) > 0 && g.chance(0.5) {
		t.fields[0].name = "P" // X of an embedded struct is promoted
	}
	more := []struct {
		p float64
		field
	}{
		{0.5, field{name: "W", typ: g.types.sliceOf(g.someFloat())}},
		{0.3, field{name: "N", typ: g.types.int}},
		{0.3, field{name: "A", typ: g.types.arrayOf(3, f)}},
		{0.1, field{name: "M", typ: g.types.mapOf(g.types.string, f)}},
	}
	for _, m := range more {
		if g.chance(m.p) {
			t.fields = append(t.fields, m.field)
		}
	}
	if n := len(g.types.structs); n > 0 && g.chance(0.7) {
		t.fields = append(t.fields, g.nested(g.types.structs[n-1]))
	}
	g.types.structs = append(g.types.structs, t)
	g.declareType(t)
}

// nested returns a field that holds the struct inner or points to it, and may be embedded.
func (g *gen) nested(inner *typ) field {
	f := field{name: "In", typ: inner}
	if g.chance(0.3) {
		f.typ = g.types.pointerTo(inner)
	}
	if g.chance(0.5) {
		f.name, f.embedded = inner.text, true
	}
	return f
}

// declareType writes the declaration of the struct type t; that of a generic one has the type parameter T in place of a float type.
func (g *gen) declareType(t *typ) {
	var b strings.Builder
	if name, arg, ok := strings.Cut(strings.TrimSuffix(t.text, "]"), "["); ok {
		fmt.Fprintf(&b, "type %s[T any] struct {\n", name)
		for _, f := range t.fields {
			fmt.Fprintf(&b, "%s %s\n", f.name, strings.Replace(f.typ.text, arg, "T", 1))
		}
	} else {
		fmt.Fprintf(&b, "type %s struct {\n", t.text)
		for _, f := range t.fields {
			if f.embedded {
				f.name = ""
			}
			fmt.Fprintf(&b, "%s %s\n", f.name, f.typ.text)
		}
	}
	g.decls = append(g.decls, b.String()+"}")
}

// drawPair draws a generic struct type, of which the program uses one instance.
func (g *gen) drawPair() {
	e := g.someFloat()
	t := &typ{kind: structKind, text: "Pair[" + e.text + "]", base: "Pair " + e.base, generic: true}
	t.fields = []field{{name: "X", typ: e}, {name: "Y", typ: e}}
	if g.chance(0.5) {
		t.fields = append(t.fields, field{name: "S", typ: g.types.sliceOf(e)})
	}
	g.types.structs = append(g.types.structs, t)
	g.declareType(t)
}

// drawGlobals draws package-level constants and variables, which programs only read.
func (g *gen) drawGlobals() {
	f := g.types.float64
	g.global(0.15, "const bias float64 = 0.25", variable{name: "bias", typ: f, konst: true})
	g.global(0.15, "var gain = 1.25", variable{name: "gain", typ: f})
	g.global(0.1, "var table = [3]float64{0.5, -1, 1.5}", variable{name: "table", typ: g.types.arrayOf(3, f)})
}

func (g *gen) global(p float64, decl string, v variable) {
	if g.chance(p) {
		v.global, v.exempt = true, true
		g.decls = append(g.decls, decl)
		g.declare(&v)
		g.features = append(g.features, "global")
	}
}

// someFloat returns a float type, mostly float64.
func (g *gen) someFloat() *typ {
	if g.types.param != nil && g.chance(0.7) {
		return g.types.param
	}
	fs := g.types.floats()
	return fs[g.choose(len(fs), func(i int) int { return []int{12, 1, 3, 3}[i] })]
}

// source returns the file.
func (g *gen) source() string {
	var b strings.Builder
	b.WriteString("package p\n\n")
	if slices.Contains(g.free, g.mathName) {
		if g.mathName == "math" {
			b.WriteString("import \"math\"\n\n")
		} else {
			fmt.Fprintf(&b, "import %s \"math\"\n\n", g.mathName)
		}
	}
	if strings.Contains(strings.Join(g.decls, "\n"), "errors.New(") {
		b.WriteString("import \"errors\"\n\n")
	}
	for _, path := range []string{"fmt", "maps", "slices", "sort", "strconv", "sync", "github.com/godiff/godiff/runtime",
		"github.com/godiff/godiff/internal/randprog/other/gauge"} {
		if name := path[strings.LastIndex(path, "/")+1:]; slices.Contains(g.free, name) && calledIn(name, g.decls) {
			fmt.Fprintf(&b, "import %q\n\n", path)
		}
	}
	if gauges := calledIn("gauge", g.decls); calledIn("other", g.decls) {
		b.WriteString("import \"github.com/godiff/godiff/internal/randprog/other\"\n\n")
	} else if gauges {
		b.WriteString("import _ \"github.com/godiff/godiff/internal/randprog/other\"\n\n") // has rules
	}
	b.WriteString(strings.Join(g.decls, "\n\n"))
	for _, d := range libraryOfPrograms {
		if slices.Contains(g.free, d.name) {
			b.WriteString("\n\n" + d.source)
		}
	}
	return b.String() + "\n"
}

// calledIn reports whether declarations call functions of a package or have groups of it: what once did may have been given up.
func calledIn(path string, decls []string) bool {
	return regexp.MustCompile(`\b` + path + `\.(WaitGroup|[A-Z]\w*[\[(])`).MatchString(strings.Join(decls, "\n"))
}

// libraryOfPrograms are declarations that programs have where they mention them.
var libraryOfPrograms = []struct{ name, source string }{
	{"wrap", wrapSource}, {"counts", countsSource}, {"note", noteSource}, {"link", linkSource}, {"Float", floatSource},
	{"stage", stageSource}, {"solver", solverSource},
}

// wrapSource is the function that brings any integer into the range of an index.
const wrapSource = `// wrap returns k modulo n, in [0, n).
func wrap(k, n int) int { return (k%n + n) % n }
`
