package gradcheck_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// A dual is a number and its derivative by each of two variables.
type dual struct{ v, dx, dy float64 }

// An expression computes a number from two variables.
type expression func(x, y dual) dual

// unary are functions with their derivatives.
var unary = []func(v float64) (value, derivative float64){
	func(v float64) (float64, float64) { return math.Sin(v), math.Cos(v) },
	func(v float64) (float64, float64) { return math.Exp(v), math.Exp(v) },
	func(v float64) (float64, float64) { return math.Tanh(v), 1 - math.Tanh(v)*math.Tanh(v) },
	func(v float64) (float64, float64) { return math.Sqrt(1 + v*v), v / math.Sqrt(1+v*v) },
	func(v float64) (float64, float64) {
		if v > 0.3 {
			return v, 1
		}
		return 0.3, 0
	},
}

// randomExpression returns an expression of at most the given depth.
func randomExpression(r *rand.Rand, depth int) expression {
	if depth == 0 || r.IntN(8) == 0 {
		c := r.NormFloat64()
		return []expression{
			func(x, y dual) dual { return x },
			func(x, y dual) dual { return y },
			func(x, y dual) dual { return dual{v: c} },
		}[r.IntN(3)]
	}
	f, g := randomExpression(r, depth-1), randomExpression(r, depth-1)
	switch op := r.IntN(3 + len(unary)); op {
	case 0:
		return func(x, y dual) dual {
			a, b := f(x, y), g(x, y)
			return dual{a.v + b.v, a.dx + b.dx, a.dy + b.dy}
		}
	case 1:
		return func(x, y dual) dual {
			a, b := f(x, y), g(x, y)
			return dual{a.v * b.v, a.dx*b.v + a.v*b.dx, a.dy*b.v + a.v*b.dy}
		}
	case 2:
		return func(x, y dual) dual {
			a, b := f(x, y), g(x, y)
			q := a.v / b.v
			return dual{q, (a.dx - q*b.dx) / b.v, (a.dy - q*b.dy) / b.v}
		}
	default:
		return func(x, y dual) dual {
			a := f(x, y)
			v, d := unary[op-3](a.v)
			return dual{v, d * a.dx, d * a.dy}
		}
	}
}

// TestRandomExpressions checks that differences are good enough for functions at large: hardly any right
// derivative is refused, and hardly any passes that is wrong by a thousandth.
func TestRandomExpressions(t *testing.T) {
	const n = 500
	refused, passed := 0, 0
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 0))
		e := randomExpression(r, 4)
		x, y := r.NormFloat64()*math.Pow(10, float64(r.IntN(5)-3)), r.NormFloat64()
		at := func(x, y float64) dual { return e(dual{x, 1, 0}, dual{y, 0, 1}) }
		f := func(x, y float64) float64 { return at(x, y).v }
		grad := func(scale float64) func(x, y float64) (dx, dy float64) {
			return func(x, y float64) (dx, dy float64) {
				d := at(x, y)
				return d.dx * scale, d.dy * scale
			}
		}
		d := at(x, y)
		size := max(math.Abs(d.dx), math.Abs(d.dy))
		if math.IsNaN(size+d.v) || math.IsInf(size+math.Abs(d.v), 0) {
			continue
		}
		if right := record(gradcheck.Grad, f, grad(1), x, y); strings.Contains(strings.Join(right.errors, ""), "relative error") {
			refused++
		}
		if wrong := record(gradcheck.Grad, f, grad(1.001), x, y); size > 1e-6 && len(wrong.errors) == 0 {
			passed++
		}
	}
	if refused > n/500 || passed > n/500 {
		t.Errorf("of %d derivatives %d right ones are refused and %d wrong ones pass, want at most %d of each", n, refused, passed, n/500)
	}
	t.Logf("of %d derivatives %d right ones are refused and %d wrong ones pass", n, refused, passed)
}
