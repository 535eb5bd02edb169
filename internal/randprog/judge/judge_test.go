package judge

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func square(x float64) float64                 { return x * x }
func squareVJP(x, dy float64) (y, dx float64)  { return x * x, 2 * x * dy }
func squareJVP(x, dx float64) (y, dy float64)  { return x * x, 2 * x * dx }
func squareGrad(x float64) float64             { return 2 * x }
func squareValueGrad(x float64) (y, d float64) { return x * x, 2 * x }

// decay overwrites its argument in a loop and fails for large n.
func decay(x []float64, k float64, n int) (float64, error) {
	if n > 4 {
		return 1, errors.New("too many")
	}
	for range n {
		x[0] *= k
		x[1] += x[0]
	}
	return x[1] * k, nil
}

func decayVJP(x []float64, k float64, n int, dx []float64, dy float64) (y, dk float64, err error) {
	if n > 4 {
		return 1, 0, errors.New("too many")
	}
	var saved []float64
	for range n {
		saved = append(saved, x[0])
		x[0] *= k
		x[1] += x[0]
	}
	y = x[1] * k
	dx[1] += k * dy
	dk += x[1] * dy
	for i := len(saved) - 1; i >= 0; i-- {
		dx[0] += dx[1]
		dk += saved[i] * dx[0]
		dx[0] *= k
	}
	return y, dk, nil
}

func decayJVP(x []float64, k float64, n int, dx []float64, dk float64) (y, dy float64, err error) {
	if n > 4 {
		return 1, 0, errors.New("too many")
	}
	for range n {
		dx[0] = dx[0]*k + x[0]*dk
		x[0] *= k
		dx[1] += dx[0]
		x[1] += x[0]
	}
	return x[1] * k, dx[1]*k + x[1]*dk, nil
}

// mix has a mixed parameter and a result that aliases it.
type pair struct {
	W []float64
	B float64
	N int
}

func tail(p pair) []float64 {
	for i := range p.W {
		p.W[i] *= p.B
	}
	return p.W[1:]
}

func tailVJP(p pair, dp *pair, dy []float64) []float64 {
	old := append([]float64(nil), p.W...)
	y := tail(p)
	for i, d := range dy {
		dp.W[i+1] += d
	}
	for i := range old {
		dp.B += old[i] * dp.W[i]
		dp.W[i] *= p.B
	}
	return y
}

func tailJVP(p, dp pair) (y, dy []float64) {
	for i := range p.W {
		dp.W[i] = dp.W[i]*p.B + p.W[i]*dp.B
	}
	return tail(p), dp.W[1:]
}

func grow(p *pair) float64 {
	p.W = append(p.W, p.B*p.B)
	return p.W[0] * p.W[len(p.W)-1]
}

func growJVP(p, dp *pair) (float64, float64) {
	d := 2 * p.B * dp.B
	y := grow(p)
	dp.W = append(dp.W, d)
	return y, dp.W[0]*p.B*p.B + p.W[0]*d
}

func growVJP(p, dp *pair, dy float64) float64 {
	y := grow(p)
	dp.W[0] += dy * p.B * p.B
	dp.B += 2 * p.B * p.W[0] * dy
	return y
}

// move puts the product of an element and k under another key, and takes the element away.
func move(m map[string]float64, k float64) float64 {
	s := m["A"] * k
	m["B"] = s
	delete(m, "A")
	return s * s
}

func moveVJP(m map[string]float64, k float64, dm map[string]float64, dy float64) (y, dk float64) {
	a := m["A"]
	_, had := m["B"]
	y = move(m, k)
	ds := 2*a*k*dy + dm["B"]
	if delete(dm, "B"); had {
		dm["B"] = 0
	}
	dm["A"] = ds * k
	return y, ds * a
}

func moveJVP(m map[string]float64, k float64, dm map[string]float64, dk float64) (y, dy float64) {
	s, ds := m["A"]*k, dm["A"]*k+m["A"]*dk
	dm["B"] = ds
	delete(dm, "A")
	return move(m, k), 2 * s * ds
}

// total takes any number of arguments.
func total(xs ...float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x * x
	}
	return s
}

func totalGrad(xs ...float64) []float64 {
	var dxs []float64
	for _, x := range xs {
		dxs = append(dxs, 2*x)
	}
	return dxs
}

func totalJVP(xs, dxs []float64) (y, dy float64) {
	for i, x := range xs {
		dy += 2 * x * dxs[i]
	}
	return total(xs...), dy
}

func unlucky(x float64, n int) float64 {
	if n > 1 {
		panic("unlucky")
	}
	return math.Sin(x)
}

func unluckyJVP(x float64, n int, dx float64) (float64, float64) {
	return unlucky(x, n), math.Cos(x) * dx
}

func single(x float32) float32 { return x * float32(math.Exp(float64(x))) }
func singleWide(x float64) float64 {
	return x * math.Exp(x)
}
func singleJVP(x, dx float32) (float32, float32) {
	e := float32(math.Exp(float64(x)))
	return x * e, (e + x*e) * dx
}

// cases are right.
func cases() []Case {
	return []Case{
		{Name: "square", Params: []string{"x"}, F: square, VJP: squareVJP, JVP: squareJVP, Grad: squareGrad, ValueGrad: squareValueGrad,
			HVP: func(x, vx float64) float64 { return 2 * vx }},
		{Name: "decay", Params: []string{"x", "k", "n"}, F: decay, VJP: decayVJP, JVP: decayJVP, Points: 20},
		{Name: "tail", Params: []string{"p"}, F: tail, VJP: tailVJP, JVP: tailJVP},
		{Name: "grow", Params: []string{"p"}, F: grow, VJP: growVJP, JVP: growJVP, Points: 9},
		{Name: "move", Params: []string{"m", "k"}, F: move, VJP: moveVJP, JVP: moveJVP, Points: 9},
		{Name: "total", Params: []string{"xs"}, F: total, Grad: totalGrad, JVP: totalJVP},
		{Name: "unlucky", Params: []string{"x", "n"}, F: unlucky, JVP: unluckyJVP, Points: 9},
		{Name: "single", Params: []string{"x"}, F: single, Wide: singleWide, JVP: singleJVP, Points: 9},
		{Name: "one mode", Params: []string{"x"}, F: square, Grad: squareGrad},
		{Name: "reverse only", Params: []string{"x", "k", "n"}, F: decay, VJP: decayVJP, Points: 9},
		{Name: "subset", Params: []string{"x", "k", "n"}, Wrt: []int{0}, F: decay, Points: 9, VJP: func(x []float64, k float64, n int, dx []float64, dy float64) (float64, error) {
			y, _, err := decayVJP(x, k, n, dx, dy)
			return y, err
		}},
	}
}

func TestAcceptsRightDerivatives(t *testing.T) {
	for _, c := range cases() {
		v := Judge(c)
		if v.Failure != "" || v.Skipped > 0 || v.Vanished {
			t.Errorf("%s: got %+v, want neither a failure nor a point skipped", c.Name, v)
		}
		if c.Name == "decay" && v.Errors == 0 || c.Name == "unlucky" && v.Panics == 0 {
			t.Errorf("%s: got %+v, want some errors or panics", c.Name, v)
		}
	}
}

// wrong returns the case of that name, changed.
func wrong(name string, change func(*Case)) Case {
	for _, c := range cases() {
		if c.Name == name {
			change(&c)
			return c
		}
	}
	panic("no case " + name)
}

func TestCatchesWrongDerivatives(t *testing.T) {
	for _, test := range []struct {
		name string
		c    Case
		want string
	}{
		{"factor in both modes", wrong("square", func(c *Case) {
			c.VJP = func(x, dy float64) (float64, float64) { return x * x, x * dy }
			c.JVP = func(x, dx float64) (float64, float64) { return x * x, x * dx }
			c.Grad, c.ValueGrad = func(x float64) float64 { return x }, nil
		}), "differences"},
		{"factor in reverse mode", wrong("square", func(c *Case) {
			c.VJP = func(x, dy float64) (float64, float64) { return x * x, x * dy }
		}), "VJP: dx, float 0: reverse mode"},
		{"gradient", wrong("square", func(c *Case) {
			c.ValueGrad = func(x float64) (float64, float64) { return x * x, 2*x + 1e-6 }
		}), "ValueGrad"},
		{"second derivative", wrong("square", func(c *Case) {
			c.HVP = func(x, vx float64) float64 { return 2.001 * vx }
		}), "differences of the gradient"},
		{"Hessian that is not symmetric", wrong("square", func(c *Case) {
			c.F, c.VJP, c.JVP, c.ValueGrad = func(x, y float64) float64 { return x * y }, nil, nil, nil
			c.Params, c.Wrt = []string{"x", "y"}, nil
			c.Grad = func(x, y float64) (dx, dy float64) { return y, x }
			c.HVP = func(x, y, vx, vy float64) (hx, hy float64) { return vy, 2 * vx }
		}), "⟨u, H·w⟩"},
		{"gradient alone", wrong("one mode", func(c *Case) {
			c.Grad = func(x float64) float64 { return 2.001 * x }
		}), "Grad: reverse mode"},
		{"result by one bit", wrong("square", func(c *Case) {
			c.JVP = func(x, dx float64) (float64, float64) { return math.Nextafter(x*x, 9), 2 * x * dx }
		}), "returns"},
		{"effects twice", wrong("decay", func(c *Case) {
			c.VJP = func(x []float64, k float64, n int, dx []float64, dy float64) (float64, float64, error) {
				decay(append([]float64(nil), x...), k, n)
				y, dk, err := decayVJP(x, k, n, dx, dy)
				x[0] += 0.5
				return y, dk, err
			}
		}), "memory after the call"},
		{"overwrites instead of accumulating", wrong("decay", func(c *Case) {
			c.VJP = func(x []float64, k float64, n int, dx []float64, dy float64) (float64, float64, error) {
				dx[1] = 0
				return decayVJP(x, k, n, dx, dy)
			}
		}), "VJP: d"},
		{"forgets an error", wrong("decay", func(c *Case) {
			c.JVP = func(x []float64, k float64, n int, dx []float64, dk float64) (float64, float64, error) {
				y, dy, err := decayJVP(x, k, n, dx, dk)
				if err != nil {
					return 0, 0, nil
				}
				return y, dy, nil
			}
		}), "JVP: returns"},
		{"derivative besides an error", wrong("decay", func(c *Case) {
			c.JVP = func(x []float64, k float64, n int, dx []float64, dk float64) (float64, float64, error) {
				y, dy, err := decayJVP(x, k, n, dx, dk)
				if err != nil {
					dy = 1
				}
				return y, dy, err
			}
		}), "returns an error, but a derivative is 1"},
		{"changes the caller's adjoint", wrong("tail", func(c *Case) {
			c.VJP = func(p pair, dp *pair, dy []float64) []float64 {
				y := tailVJP(p, dp, dy)
				clear(dy)
				return y
			}
		}), "changes the adjoint of a result"},
		{"reads garbage", wrong("tail", func(c *Case) {
			c.VJP = func(p pair, dp *pair, dy []float64) []float64 {
				if dp.N < 0 {
					dp.B++
				}
				return tailVJP(p, dp, dy)
			}
		}), "VJP: dp, float"},
		{"keeps a key", wrong("move", func(c *Case) {
			c.JVP = func(m map[string]float64, k float64, dm map[string]float64, dk float64) (float64, float64) {
				a := dm["A"]
				y, dy := moveJVP(m, k, dm, dk)
				dm["A"] = a
				return y, dy
			}
		}), "has not the shape"},
		{"element of a map", wrong("move", func(c *Case) {
			c.VJP = func(m map[string]float64, k float64, dm map[string]float64, dy float64) (y, dk float64) {
				defer func() { dm["A"] *= 1.001 }()
				return moveVJP(m, k, dm, dy)
			}
		}), "VJP: dm, float 0"},
		{"another panic", wrong("unlucky", func(c *Case) {
			c.JVP = func(x float64, n int, dx float64) (float64, float64) {
				if n > 1 {
					panic("other")
				}
				return unluckyJVP(x, n, dx)
			}
		}), "panic: other; F: panic: unlucky"},
		{"panics alone", wrong("square", func(c *Case) {
			c.Grad = func(x float64) float64 { panic("alone") }
		}), "panic: alone; F returns"},
		{"signature", wrong("square", func(c *Case) {
			c.Grad = func(x float64) (float64, float64) { return x * x, 2 * x }
		}), "Grad has type"},
		{"float32", wrong("single", func(c *Case) {
			c.JVP = func(x, dx float32) (float32, float32) {
				e := float32(math.Exp(float64(x)))
				return x * e, e * dx
			}
		}), "differences"},
	} {
		if v := Judge(test.c); !strings.Contains(v.Failure, test.want) {
			t.Errorf("%s: got failure %q, want one with %q", test.name, v.Failure, test.want)
		}
	}
}

func TestDifferencesSkipKinks(t *testing.T) {
	smooth := func(t float64) ([]float64, bool) { return []float64{math.Exp(3 * t), t * t * t}, true }
	for j, e := range differences(smooth, 0x1p-6) {
		if want := []float64{3, 0}[j]; !e.ok || math.Abs(e.value-want) > 1e-9 {
			t.Errorf("smooth output %d: got %+v, want %v", j, e, want)
		}
	}
	for _, at := range []float64{0, 1e-9, 1e-6, 5e-5, 3e-4} {
		kink := func(t float64) ([]float64, bool) { return []float64{math.Abs(t - at)}, true }
		jump := func(t float64) ([]float64, bool) { return []float64{math.Floor(t + 1 - at)}, true }
		for name, f := range map[string]func(float64) ([]float64, bool){"kink": kink, "jump": jump} {
			if e := differences(f, 0x1p-6)[0]; e.ok && !(at > 2e-4 && math.Abs(math.Abs(e.value)-0.5) == 0.5) {
				t.Errorf("%s at %v: got %+v, want it not to be ok", name, at, e)
			}
		}
	}
}

// TestRefuted makes sure that slopes which agree over long steps, and not with a derivative, do not refute it where short steps give it.
func TestRefuted(t *testing.T) {
	p := &point{tol: tolerances{quotient: 1e-6}}
	tests := []struct {
		near estimate
		want bool
	}{
		{estimate{2.001, 1e-3, true}, false},
		{estimate{1.001, 1e-3, true}, true},
		{estimate{1.9, 1, true}, true}, // as near as noise may be
		{estimate{}, true},
	}
	for _, test := range tests {
		got := p.refuted(2, 1, func(shorter float64) estimate {
			if shorter > 1000 {
				return test.near
			}
			return estimate{1, 1e-9, true}
		})
		if got != test.want {
			t.Errorf("with %v over short steps: refuted is %v, want %v", test.near, got, test.want)
		}
	}
	if !p.refuted(math.NaN(), 1, func(float64) estimate { return estimate{1, 1e-9, true} }) {
		t.Error("what is not a number is not refuted")
	}
}

func squareHessian(x float64) float64                  { return 2 }
func squareJacobian(x float64) [][]float64             { return [][]float64{{2 * x}} }
func halfHessian(x float64) float64                    { return 1 }
func halfJacobian(x float64) [][]float64               { return [][]float64{{x}} }
func shortJacobian(x float64) [][]float64              { return nil }
func twoSquares(x []float64, k float64) (y, z float64) { return x[0] * x[1], x[1] * k }

func twoSquaresJVP(x []float64, k float64, dx []float64) (y, z, dy, dz float64) {
	return x[0] * x[1], x[1] * k, dx[0]*x[1] + x[0]*dx[1], dx[1] * k
}

func twoSquaresJacobian(x []float64, k float64) [][]float64 {
	rows := [][]float64{make([]float64, len(x)), make([]float64, len(x))}
	rows[0][0], rows[0][1], rows[1][1] = x[1], x[0], k
	return rows
}

func twoSquaresTransposed(x []float64, k float64) [][]float64 {
	rows := twoSquaresJacobian(x, k)
	rows[0][1], rows[1][0] = rows[1][0], rows[0][1]
	return rows
}

// TestMatrices makes sure that Jacobians and Hessians are compared.
func TestMatrices(t *testing.T) {
	square := func(jacobian, hessian any) Case {
		return Case{Name: "square", Params: []string{"x"}, F: square, JVP: squareJVP, Grad: squareGrad, Jacobian: jacobian, Hessian: hessian}
	}
	two := func(jacobian any) Case {
		return Case{Name: "two", Params: []string{"x", "k"}, Wrt: []int{0}, F: twoSquares, JVP: twoSquaresJVP, Jacobian: jacobian}
	}
	for _, test := range []struct {
		c    Case
		want string
	}{
		{square(squareJacobian, squareHessian), ""},
		{square(halfJacobian, nil), "Jacobian: output 0 by x"},
		{square(shortJacobian, nil), "Jacobian has 0 rows, want 1"},
		{square(nil, halfHessian), "Hessian: hx, float 0 is"},
		{square(squareGrad, nil), "Jacobian has type"},
		{two(twoSquaresJacobian), ""},
		{two(twoSquaresTransposed), "Jacobian: output 0 by x, float 1"},
	} {
		got := Judge(test.c).Failure
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.c.Name, got, test.want)
		}
	}
}
