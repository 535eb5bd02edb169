package rules

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestSecondOrder differentiates the rules themselves, as a second derivative does, and compares the result with
// differences: with respect to each parameter, and with respect to the adjoint, at some adjoint and at 0, where a
// guard that tests the adjoint alone would be found out.
func TestSecondOrder(t *testing.T) {
	src := mustLoad(t)
	for _, r := range src.rules {
		t.Run(r.name, func(t *testing.T) {
			tgt, _ := targetOf(r.of)
			checked := 0
			for _, p := range slices.Concat(thin(samples[r.of], 60), kinks[r.name]) {
				for _, seed := range []float64{-2.5, 0} {
					seeds := make([]float64, tgt.seeds())
					for j := range seeds {
						seeds[j] = seed
					}
					for d := range len(p) + len(seeds) {
						if d < len(p) && (!slices.Contains(tgt.floats, d) || !smooth(tgt, p, d)) {
							continue
						}
						if err := checkSecond(src, r, p, seeds, d); err != nil {
							t.Fatalf("at %v, adjoints %v: %v", p, seeds, err)
						}
						checked++
					}
				}
			}
			if checked < 50 {
				t.Errorf("only %d comparisons", checked)
			}
		})
	}
}

// thin returns about n of the points.
func thin(points [][]float64, n int) (some [][]float64) {
	for i := 0; i < len(points); i += 1 + len(points)/n {
		some = append(some, points[i])
	}
	return some
}

// kinks is where second derivatives are easily lost: where a guard or a convention is near, or a factor is 0.
var kinks = map[string][][]float64{
	"Atan2":  {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"Atan2X": {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"Atan2Y": {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"Hypot":  {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"HypotP": {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"HypotQ": {{0, 1.5}, {2, 0}, {-0.7, 0}},
	"Jn":     {{1, 0}, {2, 0}, {3, 0}, {0, 0}, {-1, 0}},
	"Pow":    {{2, 0}, {0.5, 0}, {1, 1}, {1, 0}, {-2, 2}, {-2, 0}},
	"PowX":   {{2, 0}, {0.5, 0}, {1, 1}, {1, 0}, {0, 2}, {0, 3}, {-2, 2}, {-2, 0}, {-2, -1}},
	"PowY":   {{2, 0}, {0.5, 0}, {1, 1}, {1, 0}},
}

// checkSecond compares the tangent of r's results in direction d, first of the parameters, then of the adjoints, with a
// difference.
func checkSecond(src *source, r *rule, p, seeds []float64, d int) error {
	in := slices.Concat(p, seeds)
	args := make([]dual, len(p))
	for i, x := range p {
		args[i] = dual{v: x}
	}
	adjoints := make([]dual, len(seeds))
	for j, x := range seeds {
		adjoints[j] = dual{v: x}
	}
	if d < len(p) {
		args[d] = dual{p[d], 1, true}
	} else {
		adjoints[d-len(p)] = dual{seeds[d-len(p)], 1, true}
	}
	got := src.eval(r, slices.Concat(args, src.callMath(r.of, args), adjoints))
	tgt, _ := targetOf(r.of)
	for k, i := range r.wrt {
		if !smooth(tgt, p, i) {
			continue // NaN
		}
		f := func(h float64) float64 {
			x := shifted(in, d, h)
			return r.apply(x[:len(p)], x[len(p):])[k]
		}
		if v := f(0); !same(got[k].v, v) {
			return fmt.Errorf("result %d: evaluated to %v, called %v", k, got[k].v, v)
		}
		// A rule inherits the error of a value that cancels in it: allow some ulps.
		if err := reference(got[k].d, f, step(in[d]), 8*precision(tgt)); err != nil {
			return fmt.Errorf("tangent of result %d in direction %d: %v", k, d, err)
		}
	}
	return nil
}

// A dual is a value with a tangent. One that is not active does not depend on what is differentiated.
type dual struct {
	v, d   float64
	active bool
}

// eval calls rule r with args, results of the function and adjoints, and differentiates it by the rules.
func (s *source) eval(r *rule, in []dual) []dual {
	env := map[string]dual{}
	for i, name := range fieldNames(r.decl.Type.Params) {
		env[name] = in[i]
	}
	for _, stmt := range r.decl.Body.List {
		var ret *ast.ReturnStmt
		switch stmt := stmt.(type) {
		case *ast.ReturnStmt:
			ret = stmt
		case *ast.IfStmt:
			if !s.cond(stmt.Cond, env) {
				continue
			}
			ret = stmt.Body.List[0].(*ast.ReturnStmt)
		}
		var out []dual
		for _, e := range ret.Results {
			out = append(out, s.expr(e, env))
		}
		return out
	}
	panic(r.name + " does not return")
}

// cond evaluates a condition.
func (s *source) cond(e ast.Expr, env map[string]dual) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return s.cond(e.X, env)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return !s.cond(e.X, env)
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND:
			return s.cond(e.X, env) && s.cond(e.Y, env)
		case token.LOR:
			return s.cond(e.X, env) || s.cond(e.Y, env)
		}
		x, y := s.expr(e.X, env).v, s.expr(e.Y, env).v
		switch e.Op {
		case token.EQL:
			return x == y
		case token.NEQ:
			return x != y
		case token.LSS:
			return x < y
		case token.LEQ:
			return x <= y
		case token.GTR:
			return x > y
		case token.GEQ:
			return x >= y
		}
	case *ast.CallExpr:
		if mathName(e.Fun) == "math.IsInf" {
			return math.IsInf(s.expr(e.Args[0], env).v, int(s.expr(e.Args[1], env).v))
		}
	}
	panic(fmt.Sprintf("%s: a condition of another form", s.fset.Position(e.Pos())))
}

// expr evaluates an expression and its tangent.
func (s *source) expr(e ast.Expr, env map[string]dual) dual {
	if c := s.info.Types[e].Value; c != nil {
		v, _ := constant.Float64Val(constant.ToFloat(c))
		return dual{v: v}
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return s.expr(e.X, env)
	case *ast.Ident:
		x, ok := env[e.Name]
		if !ok {
			panic("no variable " + e.Name)
		}
		return x
	case *ast.UnaryExpr:
		x := s.expr(e.X, env)
		if e.Op == token.SUB {
			return dual{-x.v, -x.d, x.active}
		}
	case *ast.BinaryExpr:
		return arithmetic(e.Op, s.expr(e.X, env), s.expr(e.Y, env))
	case *ast.CallExpr:
		var args []dual
		for _, a := range e.Args {
			args = append(args, s.expr(a, env))
		}
		if id, ok := e.Fun.(*ast.Ident); ok {
			return callHelper(id.Name, args)
		}
		if name := mathName(e.Fun); name == "math.NaN" {
			return dual{v: math.NaN()}
		} else if name != "" {
			return s.callMath(name, args)[0]
		}
	}
	panic(fmt.Sprintf("%s: an expression of another form, %T", s.fset.Position(e.Pos()), e))
}

// arithmetic applies an operator; as in generated code, what is not active has no part in the tangent.
func arithmetic(op token.Token, x, y dual) dual {
	z := dual{active: x.active || y.active}
	add := func(on bool, d float64) {
		if on {
			z.d += d
		}
	}
	switch op {
	case token.ADD:
		z.v = x.v + y.v
		add(x.active, x.d)
		add(y.active, y.d)
	case token.SUB:
		z.v = x.v - y.v
		add(x.active, x.d)
		add(y.active, -y.d)
	case token.MUL:
		z.v = x.v * y.v
		add(x.active, x.d*y.v)
		add(y.active, x.v*y.d)
	case token.QUO:
		z.v = x.v / y.v
		add(x.active, x.d/y.v)
		add(y.active, -y.d*z.v/y.v)
	default:
		panic("operator " + op.String())
	}
	return z
}

// callMath calls a function that has rules, and takes its tangent from the smallest that covers the active arguments.
func (s *source) callMath(of string, args []dual) []dual {
	tgt, ok := targetOf(of)
	if !ok {
		panic(of + " has no rule")
	}
	var p []float64
	var wrt []int
	for i, a := range args {
		p = append(p, a.v)
		if a.active {
			wrt = append(wrt, i)
		}
	}
	var out []dual
	for _, v := range call(tgt.fn, p...) {
		out = append(out, dual{v: v})
	}
	if len(wrt) == 0 {
		return out
	}
	r := s.ruleFor(of, wrt)
	for j := range tgt.seeds() {
		out[j].active = true
		for k, partial := range r.apply(p, unit(tgt.seeds(), j)) {
			if args[r.wrt[k]].active {
				out[j].d += partial * args[r.wrt[k]].d
			}
		}
	}
	return out
}

// callHelper calls what is neither in math nor a rule: float64, or digamma, whose tangent is a difference.
func callHelper(name string, args []dual) dual {
	x := args[0]
	switch name {
	case "float64":
		return x
	case "digamma":
		d, _ := difference(func(h float64) float64 { return digamma(x.v + h) }, step(x.v), 0x1p-50)
		return dual{digamma(x.v), d * x.d, x.active}
	}
	panic("no helper " + name)
}

// mathName returns "math.F" for a selector of package math, or "".
func mathName(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if id, ok := sel.X.(*ast.Ident); !ok || id.Name != "math" {
		return ""
	}
	return strings.Join([]string{"math", sel.Sel.Name}, ".")
}
