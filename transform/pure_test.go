package transform

import (
	goast "go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
)

// A program is a package p of one file, with its functions lowered.
type program struct {
	unit  *Unit
	funcs map[string]*ast.Func
}

func lowered(t *testing.T, src string) *program {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", "package p\n"+src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types: map[goast.Expr]types.TypeAndValue{}, Defs: map[*goast.Ident]types.Object{},
		Uses: map[*goast.Ident]types.Object{}, Selections: map[*goast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: importer.Default()}
	pkg, err := conf.Check("p", fset, []*goast.File{file}, info)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{funcs: map[string]*ast.Func{}}
	byObject := map[*types.Func]*ast.Func{}
	for _, d := range file.Decls {
		decl, ok := d.(*goast.FuncDecl)
		if !ok {
			continue
		}
		f := lower.Func(&lower.Source{Fset: fset, Info: info, Pkg: pkg, Instances: lower.NewInstances(types.NewContext())}, decl, nil, func(pos token.Pos, msg string) {
			t.Fatalf("%s: %s", fset.Position(pos), msg)
		})
		p.funcs[decl.Name.Name], byObject[f.Obj] = f, f
	}
	p.unit = NewUnit(pkg, func(fn *types.Func) *ast.Func { return byObject[fn] }, NewRules())
	return p
}

// inputsOf returns a bool for each input of f: whether it is among the names.
func inputsOf(f *ast.Func, names string) []bool {
	var in []bool
	for _, v := range f.Inputs() {
		in = append(in, slices.Contains(strings.Fields(names), v.Name))
	}
	return in
}

// TestUnify checks which inputs and local variables lead to one memory.
func TestUnify(t *testing.T) {
	p := lowered(t, `
type M struct { W, V []float64; Next *M }
type P struct { W, V []float64; X float64; Y *float64 }

func assign(a, b, c []float64) { x := a; x = b; _ = c; _ = x }
func slice(a, b, c []float64) { x := a[1:2]; _ = x; _, _ = b, c }
func fields(a, b, c *M) { a.W = b.V; _ = c }
func flat(a, b, c *P) { a.W = b.V; _ = c }
func structs(a, b, c M) { a = b; _ = c }
func elements(a [][]float64, b, c []float64) { a[0] = b; _ = c }
func appended(a [][]float64, b, c []float64) { a = append(a, b); _ = c }
func copied(a, b [][]float64, c []float64) { copy(a, b); _ = c }
func callee(x, y []float64) []float64 { if len(x) > 1 { return x }; return nil }
func called(a, b, c []float64) { x := callee(a, b); x = callee(c, b); _ = x }
func address(a float64, b *float64, c *float64) { b = &a; _ = c }
func parts(a, b M, c []float64) { b.W = c; a = b }
`)
	for _, c := range []struct{ fn, one, two string }{
		{"assign", "a[]", "b[]"},
		{"assign", "a[]", "x[]"},
		{"assign", "a[]", "not c[]"},
		{"slice", "a[]", "x[]"},
		{"slice", "a[]", "not b[]"},
		{"fields", "a.W", "b.V"},
		{"fields", "a.W", "a.V"}, // of another node
		{"fields", "b.W", "b.V"},
		{"fields", "a.W", "not c.W"},
		{"flat", "a.W", "b.V"},
		{"flat", "a.W", "not a.V"},
		{"flat", "b.W", "not b.V"},
		{"flat", "a.X", "a.Y"},
		{"flat", "a.X", "not b.Y"},
		{"structs", "a.W", "b.W"},
		{"structs", "a.V", "b.V"},
		{"structs", "a.W", "not b.V"},
		{"structs", "a.W", "not c.W"},
		{"elements", "a[][]", "b[]"},
		{"elements", "a[][]", "not c[]"},
		{"appended", "a[][]", "b[]"},
		{"appended", "a[][]", "not c[]"},
		{"copied", "a[][]", "b[][]"},
		{"copied", "a[]", "not b[]"},
		{"called", "a[]", "c[]"},
		{"called", "a[]", "not b[]"},
		{"address", "a", "b[]"},
		{"address", "a", "not c[]"},
		{"parts", "a.W", "c[]"},
		{"parts", "a.V", "not c[]"},
	} {
		f := p.funcs[c.fn]
		m := p.unit.analyseMemory(f, callSite{})
		two, not := strings.CutPrefix(c.two, "not ")
		if one := m.follow(t, c.one) == m.follow(t, two); one == not {
			t.Errorf("%s: %s and %s are one: %v", c.fn, c.one, two, one)
		}
	}
}

// TestDeepen marks what lies behind a location: all of its parts, and what they refer to.
func TestDeepen(t *testing.T) {
	first, last := &location{}, &location{target: &location{}}
	l := &location{parts: []*location{first, nil, last}}
	l.deepen(map[*location]bool{})
	for i, x := range []*location{l, first, last, last.target} {
		if !x.deep || !x.under {
			t.Errorf("location %d: deep %v, under %v", i, x.deep, x.under)
		}
	}
	flat := &location{parts: []*location{{}}}
	flat.deepenTargets(map[*location]bool{})
	if flat.deep || flat.parts[0].deep || !flat.parts[0].under {
		t.Errorf("what is not deep itself: %+v, %+v", flat, flat.parts[0])
	}
}

// TestBetween asks for writes between two points.
func TestBetween(t *testing.T) {
	key := &location{}
	w := &writeLog{at: map[*location][]int{key: {2, 9}}}
	at := func(pos, end int) *item { return &item{pos: pos, end: end, part: &part{}} }
	for _, c := range []struct {
		from, it *item
		after    bool
		want     bool
	}{
		{at(0, 1), at(2, 0), false, false},
		{at(0, 1), at(2, 0), true, true},
		{at(2, 0), at(3, 0), false, true},
		{at(3, 0), at(6, 0), true, false},
		{at(3, 0), at(5, 8), true, false},
		{at(3, 0), at(5, 10), true, true},
		{at(3, 0), at(5, 10), false, false},
		{at(10, 0), at(12, 0), true, false},
	} {
		if got := w.between(key, c.from, c.it, c.after); got != c.want {
			t.Errorf("from %d to %d, %d, after it %v: %v", c.from.pos, c.it.pos, c.it.end, c.after, got)
		}
	}
}

// TestCovers compares what is zero at two points.
func TestCovers(t *testing.T) {
	v, w := ast.NewVar("v", float64Type), ast.NewVar("w", float64Type)
	zero := func(vars ...*ast.Var) *sinking {
		s := &sinking{zero: map[*ast.Var]bool{}}
		for _, v := range vars {
			s.zero[v] = true
		}
		return s
	}
	for _, c := range []struct {
		s, t *sinking
		want bool
	}{{zero(), zero(), true}, {zero(v, w), zero(v), true}, {zero(v), zero(v, w), false}, {zero(), zero(w), false}} {
		if got := c.s.covers(c.t); got != c.want {
			t.Errorf("%v covers %v: %v", c.s.zero, c.t.zero, got)
		}
	}
}

// follow returns the location that a path such as m.W[] leads to; [] stands for what a slice or a pointer refers to.
func (m *memory) follow(t *testing.T, path string) *location {
	t.Helper()
	name, rest, _ := strings.Cut(strings.ReplaceAll(path, "[]", ".*"), ".")
	var l *location
	for v := range m.vars {
		if v.Name == name {
			l = m.variable(v)
		}
	}
	if l == nil {
		t.Fatalf("%s has no variable %s", m.fn.Name, name)
	}
	for step := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == '.' }) {
		if step == "*" {
			l = m.targetOf(l)
			continue
		}
		if l.find().typ.Underlying() != l.typ.Underlying() || ast.Pointee(l.typ) != nil {
			l = m.targetOf(l)
		}
		st := l.find().typ.Underlying().(*types.Struct)
		for i := range st.NumFields() {
			if st.Field(i).Name() == step {
				l = m.part(l, i)
				break
			}
		}
		if refers(l.find().typ) {
			l = m.targetOf(l)
		}
	}
	return l.find()
}

// TestCallSite checks what a callee is told of the memory behind its inputs.
func TestCallSite(t *testing.T) {
	p := lowered(t, `
func callee(x, y []float64, k float64) float64 { return x[0] * y[0] * k }
func apart(a, b []float64) float64 { return callee(a, b, 2) }
func same(a, b []float64) float64 { return callee(a, a, 2) }
func parts(a, b []float64) float64 { return callee(a[1:], a[:1], b[0]) }
func made(a, b []float64) float64 { c := make([]float64, 3); return callee(c, b, a[0]) }
`)
	for _, c := range []struct {
		fn, varied string
		joined     joints
		passive    []path
	}{
		{"apart", "a b", nil, nil},
		{"apart", "a", nil, []path{"1.*"}},
		{"same", "a b", joints{{"0.*", "1.*"}}, nil},
		{"parts", "a b", joints{{"0.*", "1.*"}}, nil},
		{"made", "a b", nil, []path{"0.*"}},
	} {
		f := p.funcs[c.fn]
		g := *f
		g.Results = nameResults(f)
		d := p.unit.analyse(&g, inputsOf(f, c.varied), callSite{}, false, false)
		var call *ast.Call
		eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
			if x, ok := e.(*ast.Call); ok && x.Fun.Fn != nil {
				call = x
			}
		})
		site := d.callSite(nil, call, d.pattern(call), p.unit.summary(p.funcs["callee"].Obj))
		if !slices.Equal(site.joined, c.joined) || !slices.Equal(site.passive, c.passive) {
			t.Errorf("%s with respect to %s: joined %v, passive %v; want %v, %v", c.fn, c.varied, site.joined, site.passive, c.joined, c.passive)
		}
	}
}

// TestActivity checks which variables are active: those that are varied and useful.
func TestActivity(t *testing.T) {
	p := lowered(t, `
func chain(x, y float64) float64 { a := x * 2; b := y * 3; c := a + 1; d := a * b; return c + float64(int(d)) }
func scratch(x float64, buf []float64) float64 { buf[0] = x; k := buf[0]; return k }
func control(x float64, n int) float64 { i := 0; for i < n { i++ }; if x > 1 { return float64(i) }; return x }
func loop(x []float64) float64 { s, m := 0.0, 1.0; for i, v := range x { s += v; m *= float64(i) }; return s }
func memory(x, y []float64) float64 { t := x[0]; y[0] = t; u := x[1]; return float64(int(u)) }
func fields(p struct{ A, B float64 }) float64 { a, b := p.A, p.B; _ = b; return a }
func given(x float64, y []float64) float64 { a := y[0]; b := a * 2; return b + x }
`)
	for _, c := range []struct {
		fn, varied string
		memory     bool
		want       string
		active     []path // what the caller knows to be active
	}{
		{"chain", "x y", false, "a c x", nil},
		{"chain", "x", false, "a c x", nil},
		{"chain", "y", false, "", nil},
		{"scratch", "x", false, "k x", nil},
		{"scratch", "buf", false, "k", nil},
		{"control", "x", false, "x", nil},
		{"loop", "x", false, "s v", nil},
		{"memory", "x", false, "", nil},
		{"memory", "x y", true, "t", nil},
		{"fields", "p", false, "a", nil},
		{"given", "x", false, "x", nil},
		{"given", "x", false, "a b x", []path{"1.*"}},
	} {
		f := p.funcs[c.fn]
		g := *f
		g.Results = nameResults(f)
		d := p.unit.analyse(&g, inputsOf(f, c.varied), callSite{active: c.active}, c.memory, false)
		// Results are assigned by returns here.
		var got []string
		for v := range d.mem.vars {
			if ast.IsFloat(v.Type) && v.Obj != nil && d.act.active(d.mem.variable(v)) {
				got = append(got, v.Name)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s with respect to %s: active are %q, want %q", c.fn, c.varied, s, c.want)
		}
	}
}

// TestExits checks what becomes of returns and of jumps out of the middle of a statement.
func TestExits(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"last", `func f(x float64) (y float64) { return x }`, `
y = x`},
		{"else", `func f(x float64) (y float64) { if x < 0 { return 1 }; x++; return x }`, `
if (< x 0)
	y = 1
else
	x += 1
	y = x`},
		{"named", `func f(x float64) (y float64) { y = x; return }`, `
y = x`},
		{"loop", `func f(x float64) (y float64) { for x > 1 { if x > 2 { return x }; x-- }; return 3 }`, `
returned := false
for (> x 1)
do
	if (> x 2)
		y = x
		returned = true
		break
	x -= 1
if (! returned)
	y = 3`},
		{"loops", `func f(n int) (y int) { for range n { for range n { if n > 2 { return 1 } } }; return 2 }`, `
returned := false
range _, _ over n
	range _, _ over n
		if (> n 2)
			y = 1
			returned = true
			break
if (! returned)
	y = 2`},
		{"both", `func f(x float64) (y float64) { if x < 0 { return 1 } else { return 2 } }`, `
if (< x 0)
	y = 1
else
	y = 2`},
		{"nested", `func f(x float64) (y float64) { if x < 0 { if x < -1 { return 1 } }; return 2 }`, `
returned := false
if (< x 0)
	if (< x (- 1))
		returned = true
		y = 1
if (! returned)
	y = 2`},
		{"continue", `func f(x float64) (y float64) { for range 3 { if x > 0 { if x > 1 { continue }; x-- }; y += x }; return }`, `
range _, _ over 3
	skip := false
	if (> x 0)
		if (> x 1)
			skip = true
			continue
		x -= 1
	y += x`},
	} {
		f := lowered(t, c.src).funcs["f"]
		x := &exits{results: f.Results, flags: map[ast.Stmt]*ast.Var{}, labels: map[string]bool{}, leave: func(*ast.Return) bool { return false }}
		g := &ast.Func{Name: "f", Results: f.Results, Body: x.body(f.Body)}
		got := ast.Dump(g)
		got = got[strings.Index(got, "\n"):]
		got = strings.TrimRight(strings.ReplaceAll(got, "\n\t", "\n"), "\n")
		if got != c.want {
			t.Errorf("%s: got%s\nwant%s", c.name, got, c.want)
		}
	}
}

// TestPositions checks the numbers of the items of a reversal tree: those of a part and of what is below an item are ranges
// without gaps, and what follows a branch that jumps belongs to the other one.
func TestPositions(t *testing.T) {
	p := lowered(t, `
func f(x []float64, n int) (y float64) {
	y = 1
	for i := 0; i < n; i++ {
		if x[i] < 0 { y++; continue }
		y *= x[i]
		{ z := y; y += z }
		for _, v := range x { y += v; if v > 2 { break }; y-- }
	}
	if n > 3 { y = 2 } else if n > 2 { y = 3 }
	y++
	return
}`)
	f := p.funcs["f"]
	tr := newTree(f.Body, map[ast.Stmt]*ast.Var{})
	var check func(p *part, from int) int
	check = func(p *part, from int) int {
		if p == nil {
			return from
		}
		if p.from != from {
			t.Errorf("a part begins at %d, want %d", p.from, from)
		}
		for i, it := range p.items {
			if it.pos != from || it.index != i || it.part != p || tr.items[it.pos] != it || tr.at[it.stmt] != it {
				t.Errorf("item %T has position %d and index %d, want %d and %d", it.stmt, it.pos, it.index, from, i)
			}
			from++
			for _, below := range []*part{it.then, it.els, it.body} {
				from = check(below, from)
			}
			if it.end != from {
				t.Errorf("item %T at %d ends at %d, want %d", it.stmt, it.pos, it.end, from)
			}
		}
		if p.to != from {
			t.Errorf("a part ends at %d, want %d", p.to, from)
		}
		return from
	}
	if n := check(tr.root, 0); n != len(tr.items) || n != 16 {
		t.Errorf("there are %d items in parts and %d in all, want 16", n, len(tr.items))
	}
	loop := tr.root.items[1]
	jump := loop.body.items[0]
	if len(loop.body.items) != 1 || jump.then.tail != tailContinue || len(jump.els.items) != 4 {
		t.Errorf("the body of the loop has %d items; behind the jump are %d", len(loop.body.items), len(jump.els.items))
	}
}
