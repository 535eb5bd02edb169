package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/ast"
)

var float64Type, float32Type = types.Typ[types.Float64], types.Typ[types.Float32]

// values are what the variables of an expression hold.
type values map[*ast.Var]float64

// eval computes an expression as Go does: constants exactly, all else in the precision of its type.
func (v values) eval(e ast.Expr) float64 {
	if c, _ := constantValue(e); c != nil {
		return round(exact(c), e.Type())
	}
	switch e := e.(type) {
	case *ast.Ref:
		return round(v[e.Var], e.Var.Type)
	case *ast.Unary:
		return -v.eval(e.X)
	case *ast.Convert:
		return round(v.eval(e.X), e.T)
	case *ast.Binary:
		x, y := v.eval(e.X), v.eval(e.Y)
		switch e.Op {
		case token.ADD:
			return round(x+y, e.T)
		case token.SUB:
			return round(x-y, e.T)
		case token.MUL:
			return round(x*y, e.T)
		case token.QUO:
			return round(x/y, e.T)
		}
	}
	panic(fmt.Sprintf("%T", e))
}

// round rounds to the precision of t. To round twice does no harm here: float64 has more than twice the bits of float32.
func round(x float64, t types.Type) float64 {
	if t.Underlying() == float32Type {
		return float64(float32(x))
	}
	return x
}

func exact(c constant.Value) float64 {
	f, _ := constant.Float64Val(c)
	return f
}

// special are numbers at which rounding, range and signs show.
var special = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.1, -3, 1.0 / 3, 1e300, -1e300, 1e-300, 5e-324, math.MaxFloat64, 1e38, -1e-45,
	math.Inf(1), math.Inf(-1), math.NaN(),
}

// A grower makes random expressions, each as it is written down and as the algebra makes it.
type grower struct {
	*rand.Rand
	vars []*ast.Var
	lits []float64
}

// grow returns an expression of type t in both forms.
func (g *grower) grow(t types.Type, depth int) (plain, simple ast.Expr) {
	if depth == 0 || g.IntN(6) == 0 {
		return g.leaf(t)
	}
	switch g.IntN(8) {
	case 0, 1:
		x, sx := g.grow(t, depth-1)
		return &ast.Unary{Op: token.SUB, X: x}, neg(sx)
	case 2:
		from := []types.Type{float64Type, float32Type}[g.IntN(2)]
		x, sx := g.grow(from, depth-1)
		if types.Identical(from, t) {
			return x, convert(sx, t)
		}
		return &ast.Convert{X: x, T: t}, convert(sx, t)
	}
	x, sx := g.grow(t, depth-1)
	y, sy := g.grow(t, depth-1)
	op := []token.Token{token.ADD, token.SUB, token.MUL, token.QUO}[g.IntN(4)]
	return &ast.Binary{Op: op, X: x, Y: y, T: t}, binary(op, sx, sy, t)
}

func (g *grower) leaf(t types.Type) (plain, simple ast.Expr) {
	if g.IntN(3) == 0 {
		l := number(g.lits[g.IntN(len(g.lits))], t)
		return l, l
	}
	v := g.vars[g.IntN(len(g.vars))]
	if !types.Identical(v.Type, t) {
		x := &ast.Convert{X: &ast.Ref{Var: v}, T: t}
		return x, x
	}
	return &ast.Ref{Var: v}, &ast.Ref{Var: v}
}

func newGrower(seed uint64) *grower {
	vars := []*ast.Var{ast.NewVar("x", float64Type), ast.NewVar("y", float64Type), ast.NewVar("z", float32Type)}
	return &grower{rand.New(rand.NewPCG(seed, 0)), vars, []float64{0, 1, -1, 2, -3, 0.25}}
}

func (g *grower) values() values {
	v := values{}
	for _, x := range g.vars {
		v[x] = special[g.IntN(len(special))]
		if g.IntN(3) == 0 {
			v[x] = g.NormFloat64()
		}
	}
	return v
}

// usable reports whether Go compiles e, and no constant expression in it but a literal is zero: a zero that the compiler
// computes has no sign.
func usable(e ast.Expr) bool {
	return inRange(e, float64Type) && !ast.Any(e, func(e ast.Expr) bool {
		c, _ := constantValue(e)
		_, lit := e.(*ast.Lit)
		return c != nil && !lit && constant.Sign(c) == 0
	})
}

// sameBits reports whether two floats are the same to the last bit, or both are NaN.
func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y)
}

// TestAlgebra checks that simplified expressions compute what they did, to the last bit.
func TestAlgebra(t *testing.T) {
	for seed := range uint64(20000) {
		g := newGrower(seed)
		plain, simple := g.grow(float64Type, 1+g.IntN(4))
		if !usable(plain) || !usable(simple) {
			continue
		}
		for range 5 {
			v := g.values()
			want, got := v.eval(plain), v.eval(simple)
			if !sameBits(want, got) {
				t.Fatalf("seed %d: at %v\n%s is %v,\n%s is %v", seed, v, dump(plain), want, dump(simple), got)
			}
		}
	}
}

// dump returns an expression in the form of ast.Dump.
func dump(e ast.Expr) string {
	return ast.Dump(&ast.Func{Body: &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: []ast.Expr{e}}}}})
}

// TestSeed checks that a seed that is put in place of the symbolic one gives the same number. It is no constant: the
// compiler computes with these exactly.
func TestSeed(t *testing.T) {
	for seed := range uint64(5000) {
		g := newGrower(seed)
		by, simple := g.grow(float64Type, 1)
		s := symbolic(float64Type)
		g.vars = append(g.vars, s.(*ast.Ref).Var)
		_, coef := g.grow(float64Type, 3)
		got := withSeed(coef, simple)
		if isConstant(by) || !usable(coef) || !usable(by) || !usable(got) {
			continue
		}
		v := g.values()
		v[s.(*ast.Ref).Var] = v.eval(by)
		want := v.eval(coef)
		if is := v.eval(got); !sameBits(want, is) {
			t.Fatalf("seed %d: at %v\n%s is %v,\n%s is %v", seed, v, dump(coef), want, dump(got), is)
		}
	}
}

// TestConvertLiteral checks that a literal of one type is the same number in another.
func TestConvertLiteral(t *testing.T) {
	for _, c := range []struct {
		from, to types.Type
		value    float64
		want     string
	}{
		{float32Type, float64Type, 0.1, "0.10000000149011612"},
		{float32Type, float64Type, -0.1, "(- 0.10000000149011612)"},
		{float32Type, float64Type, 0.25, "0.25"},
		{float32Type, float64Type, 16777217, "1.6777216e07"},
		{float64Type, float32Type, 0.1, "0.1"},
		{float64Type, float64Type, 0.1, "0.1"},
	} {
		got := convert(number(c.value, c.from), c.to)
		if text := dump(got); text != dump(&ast.Lit{Text: c.want}) {
			t.Errorf("%v of %v is %s as a %v, want %s", c.value, c.from, text, c.to, c.want)
		}
		if !types.Identical(got.Type(), c.to) {
			t.Errorf("it has type %v", got.Type())
		}
	}
}

// TestInRange checks what Go compiles.
func TestInRange(t *testing.T) {
	x := &ast.Ref{Var: ast.NewVar("x", float64Type)}
	lit := func(v float64) ast.Expr { return number(v, float64Type) }
	pi := &ast.Name{Obj: types.NewConst(0, nil, "pi", types.Typ[types.UntypedFloat], constant.MakeFloat64(math.Pi)), T: types.Typ[types.UntypedFloat]}
	big := &ast.Name{Obj: types.NewConst(0, nil, "big", float64Type, constant.MakeFloat64(1e300)), T: float64Type}
	op := func(op token.Token, x, y ast.Expr) ast.Expr { return &ast.Binary{Op: op, X: x, Y: y, T: float64Type} }
	for _, c := range []struct {
		e    ast.Expr
		t    types.Type
		want bool
	}{
		{lit(1), float64Type, true},
		{lit(1e300), float32Type, false},
		{op(token.MUL, lit(2), pi), float64Type, true},
		{op(token.QUO, lit(1), lit(0)), float64Type, false},
		{op(token.QUO, x, lit(0)), float64Type, true},
		{op(token.ADD, x, op(token.QUO, lit(1), lit(0))), float64Type, false},
		{op(token.MUL, lit(1e300), lit(1e300)), float64Type, false},
		{op(token.MUL, op(token.MUL, lit(1e300), lit(1e300)), lit(1e-300)), float64Type, true},
		{op(token.MUL, op(token.MUL, big, lit(1e300)), lit(1e-300)), float64Type, false},
		{op(token.MUL, op(token.MUL, x, lit(1e300)), lit(1e300)), float64Type, true},
		{&ast.Convert{X: op(token.MUL, lit(1e30), lit(1e30)), T: float32Type}, float64Type, false},
	} {
		if got := inRange(c.e, c.t); got != c.want {
			t.Errorf("inRange of %s as a %v is %v", dump(c.e), c.t, got)
		}
	}
}

// assignments returns a random list of statements on the variables, some under a condition: adjoints begin with zero or
// one, are added to, scaled and set.
func (g *grower) assignments(n int) []ast.Stmt {
	var list []ast.Stmt
	for range n {
		v := g.vars[g.IntN(len(g.vars))]
		if g.IntN(6) == 0 && n > 1 {
			s := &ast.If{Cond: &ast.Binary{Op: token.GTR, X: &ast.Ref{Var: g.vars[0]}, Y: number(0, float64Type), T: types.Typ[types.Bool]}}
			s.Then = &ast.Block{Stmts: g.assignments(n / 2)}
			if g.IntN(2) == 0 {
				s.Else = &ast.Block{Stmts: g.assignments(n / 2)}
			}
			list = append(list, s)
			continue
		}
		op := []token.Token{token.ASSIGN, token.ASSIGN, token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN}[g.IntN(5)]
		_, e := g.grow(v.Type, g.IntN(3))
		if g.IntN(3) == 0 {
			e = number(float64(g.IntN(2)), v.Type)
		}
		list = append(list, &ast.Assign{Lhs: ast.Refs([]*ast.Var{v}), Op: op, Rhs: []ast.Expr{e}})
	}
	return list
}

// run runs statements.
func (v values) run(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.Block:
			v.run(s.Stmts)
		case *ast.If:
			switch {
			case v.holds(s.Cond):
				v.run(s.Then.Stmts)
			case s.Else != nil:
				v.run(s.Else.Stmts)
			}
		case *ast.Assign:
			x := s.Lhs[0].(*ast.Ref).Var
			y := v.eval(s.Rhs[0])
			switch s.Op {
			case token.ASSIGN, token.DEFINE:
				v[x] = y
			case token.ADD_ASSIGN:
				v[x] = round(v[x]+y, x.Type)
			case token.SUB_ASSIGN:
				v[x] = round(v[x]-y, x.Type)
			case token.MUL_ASSIGN:
				v[x] = round(v[x]*y, x.Type)
			}
		}
	}
}

// holds reports whether x > y, or its negation.
func (v values) holds(e ast.Expr) bool {
	if not, ok := e.(*ast.Unary); ok {
		return !v.holds(not.X)
	}
	c := e.(*ast.Binary)
	return v.eval(c.X) > v.eval(c.Y)
}

// TestSimplify checks that the passes constants and dead leave lists of assignments with what they compute, but for the sign of
// a zero and for rounding where the compiler computes with constants exactly, at finite numbers: 0 * x is zero.
func TestSimplify(t *testing.T) {
	no := func(ast.Stmt) bool { return false }
	rebuilt := func(from, to ast.Stmt) {}
	for seed := range uint64(5000) {
		g := newGrower(seed)
		g.vars = append(g.vars, ast.NewVar("dx", float64Type), ast.NewVar("dy", float64Type), ast.NewVar("dz", float32Type))
		list := g.assignments(2 + g.IntN(10))
		tracked := map[*ast.Var]bool{}
		for _, v := range g.vars[3:] {
			tracked[v] = true
		}
		c := &constProp{tracked: tracked, known: map[*ast.Var]ast.Expr{}, skip: no, forward: no, rebuilt: rebuilt}
		b := c.block(&ast.Block{Stmts: list})
		result := g.vars[3]
		live := newVarSet()
		live.add(result)
		l := &liveness{
			live: live, settled: map[*ast.Block]*varSet{}, mentioned: map[*ast.Var]bool{}, fixed: func(v *ast.Var) bool { return !tracked[v] },
			keep: hasCall, skip: no, forward: no, rebuilt: rebuilt,
		}
		b = l.block(b)
		before, after := values{}, values{}
		for i, v := range g.vars {
			before[v] = round(float64(1+g.IntN(5))/4, v.Type)
			if i > 2 {
				before[v] = float64(i)
			}
			after[v] = before[v]
		}
		before.run(list)
		after.run(b.Stmts)
		for _, v := range g.vars[:4] {
			want, got := before[v], after[v]
			if diff := math.Abs(want - got); diff > 1e-6*math.Abs(want) && !math.IsNaN(want) && !math.IsInf(want, 0) {
				f := func(list []ast.Stmt) string { return ast.Dump(&ast.Func{Body: &ast.Block{Stmts: list}}) }
				t.Fatalf("seed %d: %s is %v, want %v, with\n%sfor\n%s", seed, v.Name, got, want, f(b.Stmts), f(list))
			}
		}
	}
}
