package gradcheck_test

import (
	"math"
	"regexp"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// A unit is a part of a stack; the last one is reached twice.
type unit struct {
	W []float64
	B float64
}

type stack struct {
	Units []unit
	Last  *unit
}

// run reads s, x and k and overwrites out.
func run(s *stack, x, out []float64, k float64) float64 {
	y := 0.0
	for i, u := range s.Units {
		out[i] = k*dot(u.W, x) + u.B
		y += out[i] * out[i]
	}
	return y * s.Last.B
}

// fault says what a derivative of run does wrong.
type fault func(s, ds *stack, x, dx, out, dout []float64)

// pull is the reverse mode of run.
func pull(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dy float64) (y, dk float64) {
	y = run(s, x, out, k)
	b := s.Last.B
	ds.Last.B += dy * y / b
	for i, u := range s.Units {
		d := dout[i] + 2*dy*b*out[i]
		dout[i] = 0
		for j := range x {
			ds.Units[i].W[j] += d * k * x[j]
			dx[j] += d * k * u.W[j]
			dk += d * u.W[j] * x[j]
		}
		ds.Units[i].B += d
	}
	return y, dk
}

// push is the forward mode of run.
func push(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dk float64) (y, dy float64) {
	y = run(s, x, out, k)
	b := s.Last.B
	dy = ds.Last.B * y / b
	for i, u := range s.Units {
		du := ds.Units[i]
		dout[i] = dk*dot(u.W, x) + k*dot(du.W, x) + k*dot(u.W, dx) + du.B
		dy += 2 * b * out[i] * dout[i]
	}
	return y, dy
}

// shadow returns a zero shadow of s.
func (s *stack) shadow() *stack {
	ds := &stack{}
	for _, u := range s.Units {
		ds.Units = append(ds.Units, unit{W: make([]float64, len(u.W))})
	}
	ds.Last = &ds.Units[len(ds.Units)-1]
	return ds
}

// runArgs returns arguments for run.
func runArgs() []any {
	s := &stack{Units: []unit{{[]float64{1, -2}, 3}, {[]float64{0.5, 4}, -1.5}}}
	s.Last = &s.Units[1]
	return []any{s, []float64{0.7, 0.2}, []float64{9, 8}, 1.25}
}

// numbersDiffer is what the report of a wrong number ends with.
const numbersDiffer = ` is -?[\d.e+-]+, differences give -?[\d.e+-]+( ± [\d.e+-]+)?: relative error [\d.e+-]+$`

// TestFaults checks that each check sees each fault, and says where it is: in which element of which parameter, with
// both numbers and the error.
func TestFaults(t *testing.T) {
	reports := func(t *testing.T, want string, r *recorder) {
		t.Helper()
		match := regexp.MustCompile(want).MatchString
		if r.fatal != "" || !slices.ContainsFunc(r.errors, match) {
			t.Errorf("got fatal %q and errors %q, want one that matches %q", r.fatal, r.errors, want)
		}
	}
	gradient := func(f fault) any {
		return func(s *stack, x, out []float64, k float64) (ds *stack, dx, dout []float64, dk float64) {
			ds, dx, dout = s.shadow(), make([]float64, len(x)), make([]float64, len(out))
			_, dk = pull(s, x, out, k, ds, dx, dout, 1)
			f(s, ds, x, dx, out, dout)
			return ds, dx, dout, dk
		}
	}
	valueGradient := func(f fault) any {
		return func(s *stack, x, out []float64, k float64) (y float64, ds *stack, dx, dout []float64, dk float64) {
			ds, dx, dout = s.shadow(), make([]float64, len(x)), make([]float64, len(out))
			y, dk = pull(s, x, out, k, ds, dx, dout, 1)
			f(s, ds, x, dx, out, dout)
			return y, ds, dx, dout, dk
		}
	}
	reverse := func(f fault) any {
		return func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dy float64) (y, dk float64) {
			y, dk = pull(s, x, out, k, ds, dx, dout, dy)
			f(s, ds, x, dx, out, dout)
			return y, dk
		}
	}
	forward := func(f fault) any {
		return func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dk float64) (y, dy float64) {
			y, dy = push(s, x, out, k, ds, dx, dout, dk)
			f(s, ds, x, dx, out, dout)
			return y, dy
		}
	}
	forms := []struct {
		name  string
		check func(t testing.TB, derivative any)
		of    func(f fault) any
		kinds string // the faults that make sense: those of shadows that are fresh, or of such that are given
	}{
		{"Grad", func(t testing.TB, d any) { gradcheck.Grad(t, run, d, runArgs()...) }, gradient, "all fresh"},
		{"ValueGrad", func(t testing.TB, d any) { gradcheck.ValueGrad(t, run, d, runArgs()...) }, valueGradient, "all fresh"},
		{"VJP", func(t testing.TB, d any) { gradcheck.VJP(t, run, d, runArgs()...) }, reverse, "all given reverse"},
		{"JVP", func(t testing.TB, d any) { gradcheck.JVP(t, run, d, runArgs()...) }, forward, "all given forward"},
	}
	for _, c := range []struct {
		name, kind string
		spoil      fault
		want       string
	}{
		{"sign", "fresh", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[0].W[1] *= -1 }, `: ds\.Units\[0\]\.W\[1\]` + numbersDiffer},
		{"last unit", "fresh", func(_, ds *stack, _, _, _, _ []float64) { ds.Last.B = 1 }, `: ds\.Units\[1\]\.B` + numbersDiffer},
		{"missing", "fresh", func(_, _ *stack, _, dx, _, _ []float64) { dx[1] = 0 }, `: dx\[1\]` + numbersDiffer},
		{"overwritten memory", "fresh", func(_, _ *stack, _, _, _, dout []float64) { dout[0] = 1 }, `: dout\[0\]` + numbersDiffer},
		{"slightly", "fresh", func(_, _ *stack, _, dx, _, _ []float64) { dx[0] *= 1 + 1e-5 }, `: dx\[0\]` + numbersDiffer},
		{"shorter", "fresh", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[0].W = ds.Units[0].W[:1] }, `: s\.Units\[0\]\.W has length 2, but its shadow 1$`},
		{"untied", "fresh", func(_, ds *stack, _, _, _, _ []float64) { u := *ds.Last; ds.Last = &u }, `: ds\.Units\[1\]\.B` + numbersDiffer},
		{"shared", "fresh", func(s, ds *stack, _, _, _, _ []float64) { ds.Units[0].W = s.Units[0].W }, `: the shadow of s\.Units\[0\]\.W shares memory with s\.Units\[0\]\.W\[0\]$`},
		{"shadows in one", "fresh", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[1].W = ds.Units[0].W }, `: s\.Units\[0\]\.W\[0\] and s\.Units\[1\]\.W\[0\] have one shadow$`},

		{"sign", "reverse", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[0].W[1] *= -1 }, `: ds\.Units\[0\]\.W\[1\]` + numbersDiffer},
		{"set", "reverse", func(_, _ *stack, x, dx, _, _ []float64) { dx[1] = x[1] }, `: dx\[1\]` + numbersDiffer},
		{"adjoint of the new contents kept", "reverse", func(_, _ *stack, _, _, _, dout []float64) { dout[1] = 1 }, `: dout\[1\]` + numbersDiffer},
		{"tangent of memory", "forward", func(_, _ *stack, _, _, _, dout []float64) { dout[1] *= 2 }, `: dout\[1\]` + numbersDiffer},
		{"tangent changed", "forward", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[1].W[0] += 1e-9 }, `: ds\.Units\[1\]\.W\[0\] is changed from .* to .* though f does not overwrite its value$`},
		{"replaced", "given", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[0].W = slices.Clone(ds.Units[0].W) }, `: (ds\.Units\[0\]\.W, which was given, points elsewhere|s\.Units\[0\]\.W shares memory with s\.Units\[0\]\.W\[0\], but its tangent does not)`},
		{"shorter", "given", func(_, ds *stack, _, _, _, _ []float64) { ds.Units[0].W = ds.Units[0].W[:1] }, `: (ds\.Units\[0\]\.W, which was given, points elsewhere or has another length|s\.Units\[0\]\.W has length 2, but its shadow 1)$`},

		{"not written", "all", func(_, _ *stack, _, _, out, _ []float64) { out[1] = 8 }, `: memory after the call: out\[1\] is 8, want -0\.06`},
		{"last bit of memory", "all", func(_, _ *stack, _, _, out, _ []float64) { out[0] = math.Nextafter(out[0], 0) }, `: memory after the call: out\[0\] is 3\.37\d*, want 3\.37`},
		{"only read", "all", func(s, _ *stack, _, _, _, _ []float64) { s.Units[1].W[0] = 0 }, `: memory after the call: s\.Units\[1\]\.W\[0\] is 0, want 0\.5$`},
		{"links", "all", func(s, _ *stack, _, _, _, _ []float64) { s.Last = &s.Units[0] }, `: memory after the call: s\.Last points to s\.Units\[0\], want s\.Units\[1\]$`},
		{"panic", "all", func(_, _ *stack, _, _, _, _ []float64) { panic("oops") }, `: the derivative panics: oops$`},
	} {
		for _, form := range forms {
			if !slices.Contains(regexp.MustCompile(" ").Split(form.kinds, -1), c.kind) {
				continue
			}
			t.Run(form.name+"/"+c.name, func(t *testing.T) {
				form.check(t, form.of(func(_, _ *stack, _, _, _, _ []float64) {}))
				check := func(t testing.TB, _, d any, _ ...any) { form.check(t, d) }
				reports(t, `^gradcheck\.`+form.name+` of gradcheck_test\.run`+c.want, record(check, nil, form.of(c.spoil)))
			})
		}
	}

	t.Run("results", func(t *testing.T) {
		bit := func(y float64) float64 { return math.Nextafter(y, math.Inf(1)) }
		const want = `: result y is -?[\d.]+, want -?[\d.]+$`
		reports(t, want, record(gradcheck.ValueGrad, run, func(s *stack, x, out []float64, k float64) (y float64, ds *stack, dx, dout []float64, dk float64) {
			ds, dx, dout = s.shadow(), make([]float64, 2), make([]float64, 2)
			y, dk = pull(s, x, out, k, ds, dx, dout, 1)
			return bit(y), ds, dx, dout, dk
		}, runArgs()...))
		vjp := func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dy float64) (y, dk float64) {
			y, dk = pull(s, x, out, k, ds, dx, dout, dy)
			return bit(y), dk
		}
		jvp := func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dk float64) (y, dy float64) {
			y, dy = push(s, x, out, k, ds, dx, dout, dk)
			return bit(y), dy
		}
		reports(t, want, record(gradcheck.VJP, run, vjp, runArgs()...))
		reports(t, want, record(gradcheck.JVP, run, jvp, runArgs()...))
		reports(t, want, record(gradcheck.Adjoint, vjp, push, runArgs()...))
		reports(t, want, record(gradcheck.Adjoint, pull, jvp, runArgs()...))
		reports(t, `the forward mode where tangents are not zero: result y is`, record(gradcheck.Adjoint, pull, func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dk float64) (y, dy float64) {
			if dk != 0 {
				return jvp(s, x, out, k, ds, dx, dout, dk)
			}
			return push(s, x, out, k, ds, dx, dout, dk)
		}, runArgs()...))
	})
	t.Run("scalars", func(t *testing.T) {
		reports(t, `: dk`+numbersDiffer, record(gradcheck.VJP, run, func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dy float64) (y, dk float64) {
			y, dk = pull(s, x, out, k, ds, dx, dout, dy)
			return y, dk / dy
		}, runArgs()...))
		reports(t, `: dy`+numbersDiffer, record(gradcheck.JVP, run, func(s *stack, x, out []float64, k float64, ds *stack, dx, dout []float64, dk float64) (y, dy float64) {
			return push(s, x, out, k, ds, dx, dout, 2*dk)
		}, runArgs()...))
	})
	t.Run("missing panic", func(t *testing.T) {
		args := runArgs()
		args[2] = []float64{1} // too short
		for _, form := range forms {
			check := func(t testing.TB, f, d any, args ...any) {
				switch form.name {
				case "Grad":
					gradcheck.Grad(t, f, d, args...)
				case "ValueGrad":
					gradcheck.ValueGrad(t, f, d, args...)
				case "VJP":
					gradcheck.VJP(t, f, d, args...)
				default:
					gradcheck.JVP(t, f, d, args...)
				}
			}
			wantFatal(t, record(check, run, form.of(func(_, _ *stack, _, _, _, _ []float64) {}), args...), "run panics at these arguments: runtime error: index out of range [1] with length 1")
		}
	})
}

// TestFaultsOfSecondOrder is TestFaults for matrices and products with them.
func TestFaultsOfSecondOrder(t *testing.T) {
	f := func(x []float64, p *unit) float64 {
		y := p.B * p.B
		for i, w := range p.W {
			y += w * w * x[i] * x[i]
		}
		return y
	}
	hvp := func(x []float64, p *unit, vx []float64, vp *unit) (hx []float64, hp *unit) {
		hx, hp = make([]float64, len(x)), &unit{W: make([]float64, len(p.W)), B: 2 * vp.B}
		for i, w := range p.W {
			hx[i] = 2*w*w*vx[i] + 4*w*x[i]*vp.W[i]
			hp.W[i] = 2*x[i]*x[i]*vp.W[i] + 4*w*x[i]*vx[i]
		}
		return hx, hp
	}
	x, p := []float64{1, -2}, &unit{[]float64{0.5, 3}, 2}
	gradcheck.HVP(t, f, hvp, x, p)
	for _, c := range []struct {
		name  string
		spoil func(x []float64, p *unit, vx, hx []float64, hp *unit)
		want  string
	}{
		{"sign", func(_ []float64, _ *unit, _, hx []float64, _ *unit) { hx[1] *= -1 }, "hx[1] is "},
		{"field", func(_ []float64, _ *unit, _, _ []float64, hp *unit) { hp.B = 0 }, "hp.B is 0, differences give "},
		{"element", func(_ []float64, _ *unit, _, _ []float64, hp *unit) { hp.W[0]++ }, "hp.W[0] is "},
		{"memory", func(x []float64, _ *unit, _, _ []float64, _ *unit) { x[0] = 7 }, "memory after the call: x[0] is 7, want 1"},
		{"length", func(_ []float64, _ *unit, _, _ []float64, hp *unit) { hp.W = hp.W[:1] }, "p.W has length 2, but its shadow 1"},
		{"shared", func(_ []float64, p *unit, _, _ []float64, hp *unit) { hp.W = p.W }, "the shadow of p.W shares memory with p.W[0]"},
		{"given", func(_ []float64, _ *unit, vx, _ []float64, hp *unit) { hp.W = vx }, "the shadow of p.W shares memory with what was given"},
		{"direction", func(_ []float64, _ *unit, vx, _ []float64, _ *unit) { vx[0]++ }, "vx[0], which was given, is changed from"},
		{"panic", func(_ []float64, _ *unit, _, _ []float64, _ *unit) { panic("oops") }, "the derivative panics: oops"},
	} {
		t.Run("HVP/"+c.name, func(t *testing.T) {
			wantError(t, record(gradcheck.HVP, f, func(x []float64, p *unit, vx []float64, vp *unit) (hx []float64, hp *unit) {
				hx, hp = hvp(x, p, vx, vp)
				c.spoil(x, p, vx, hx, hp)
				return hx, hp
			}, x, p), c.want)
		})
	}

	half := func(x []float64) float64 { return dot(x, x)/2 + x[0]*x[1] }
	squares := func(x []float64) []float64 { return []float64{x[0] * x[0], x[0] * x[1]} }
	for _, c := range []struct {
		name     string
		check    checker
		f        any
		want     [][]float64
		spoil    func(x []float64, m [][]float64) [][]float64
		reported string
	}{
		{"Hessian/right", gradcheck.Hessian, half, [][]float64{{1, 1}, {1, 1}}, func(_ []float64, m [][]float64) [][]float64 { return m }, ""},
		{"Hessian/half", gradcheck.Hessian, half, [][]float64{{1, 1}, {0, 1}}, func(_ []float64, m [][]float64) [][]float64 { return m }, "h[1][0] is 0, differences give 1"},
		{"Hessian/empty", gradcheck.Hessian, half, nil, func(_ []float64, m [][]float64) [][]float64 { return m }, "the matrix has 0 rows, want 2"},
		{"Hessian/memory", gradcheck.Hessian, half, [][]float64{{1, 1}, {1, 1}}, func(x []float64, m [][]float64) [][]float64 { x[1] = 0; return m }, "memory after the call: x[1] is 0, want 1"},
		{"Hessian/shared", gradcheck.Hessian, half, [][]float64{{1, 1}, {1, 1}}, func(x []float64, m [][]float64) [][]float64 { return [][]float64{x, m[1]} }, "row 0 of the matrix shares memory with x[0]"},
		{"Hessian/overlapping", gradcheck.Hessian, half, nil, func([]float64, [][]float64) [][]float64 {
			v := []float64{1, 1, 1}
			return [][]float64{v[:2], v[1:]}
		}, "rows 0 and 1 of the matrix share memory"},
		{"Hessian/panic", gradcheck.Hessian, half, nil, func([]float64, [][]float64) [][]float64 { panic("oops") }, "the derivative panics: oops"},
		{"Jacobian/right", gradcheck.Jacobian, squares, [][]float64{{2, 0}, {1, 1}}, func(_ []float64, m [][]float64) [][]float64 { return m }, ""},
		{"Jacobian/transposed", gradcheck.Jacobian, squares, [][]float64{{2, 1}, {0, 1}}, func(_ []float64, m [][]float64) [][]float64 { return m }, "jacobian[0][1] is 1, differences give 0"},
		{"Jacobian/shared", gradcheck.Jacobian, squares, [][]float64{{2, 0}, {1, 1}}, func(x []float64, m [][]float64) [][]float64 { m[1] = x; return m }, "row 1 of the matrix shares memory with x[0]"},
		{"Jacobian/memory", gradcheck.Jacobian, squares, [][]float64{{2, 0}, {1, 1}}, func(x []float64, m [][]float64) [][]float64 { x[0] = -1; return m }, "memory after the call: x[0] is -1, want 1"},
		{"Jacobian/short", gradcheck.Jacobian, squares, [][]float64{{2, 0}, {1}}, func(x []float64, m [][]float64) [][]float64 { return m }, "row 1 of the matrix has length 1, want 2"},
		{"Jacobian/panic", gradcheck.Jacobian, squares, nil, func([]float64, [][]float64) [][]float64 { panic("oops") }, "the derivative panics: oops"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			if c.reported != "" {
				want = append(want, c.reported)
			}
			wantError(t, record(c.check, c.f, func(x []float64) [][]float64 { return c.spoil(x, c.want) }, []float64{1, 1}), want...)
		})
	}
}

// TestAwkwardArguments checks that right derivatives pass at arguments that are not numbers, huge, tiny or empty.
func TestAwkwardArguments(t *testing.T) {
	type function struct {
		name                            string
		f, grad, vjp, jvp, hvp, hessian any
	}
	inf, nan := math.Inf(1), math.NaN()
	minusZero := math.Copysign(0, -1)
	squares := function{
		name: "sum of squares",
		f:    func(x []float64) float64 { return dot(x, x) },
		grad: func(x []float64) []float64 {
			dx := make([]float64, len(x))
			dotVJP(x, x, dx, dx, 1)
			return dx
		},
		vjp: func(x, dx []float64, dy float64) float64 { return dotVJP(x, x, dx, dx, dy) },
		jvp: func(x, dx []float64) (y, dy float64) { return dotJVP(x, x, dx, dx) },
		hvp: func(x, v []float64) []float64 {
			h := make([]float64, len(x))
			for i := range x {
				h[i] = 2 * v[i]
			}
			return h
		},
		hessian: func(x []float64) [][]float64 {
			h := make([][]float64, len(x))
			for i := range x {
				h[i] = make([]float64, len(x))
				h[i][i] = 2
			}
			return h
		},
	}
	// moderate returns where x is positive and below 10⁶.
	moderate := func(x []float64) (list []int) {
		for i, v := range x {
			if v > 0 && v < 1e6 {
				list = append(list, i)
			}
		}
		return list
	}
	logs := function{
		name: "sum of logarithms",
		f: func(x []float64) (y float64) {
			for _, i := range moderate(x) {
				y += math.Log(x[i])
			}
			return y
		},
		grad: func(x []float64) []float64 {
			dx := make([]float64, len(x))
			for _, i := range moderate(x) {
				dx[i] = 1 / x[i]
			}
			return dx
		},
		vjp: func(x, dx []float64, dy float64) (y float64) {
			for _, i := range moderate(x) {
				y += math.Log(x[i])
				dx[i] += dy / x[i]
			}
			return y
		},
		jvp: func(x, dx []float64) (y, dy float64) {
			for _, i := range moderate(x) {
				y += math.Log(x[i])
				dy += dx[i] / x[i]
			}
			return y, dy
		},
		hvp: func(x, v []float64) []float64 {
			h := make([]float64, len(x))
			for _, i := range moderate(x) {
				h[i] = -v[i] / x[i] / x[i]
			}
			return h
		},
		hessian: func(x []float64) [][]float64 {
			h := make([][]float64, len(x))
			for i := range x {
				h[i] = make([]float64, len(x))
			}
			for _, i := range moderate(x) {
				h[i][i] = -1 / x[i] / x[i]
			}
			return h
		},
	}
	for _, c := range []struct {
		function
		points [][]float64
	}{
		{squares, [][]float64{nil, {}, {0}, {minusZero, 0}, {1e150, -2e150}, {1e100}, {1e-150, 1}, {5e-324, 1}, {1e-12, 0.5}}},
		{logs, [][]float64{{nan, 2}, {2, nan, nan}, {inf, 3}, {-inf, 0.5, inf}, {1e-12}, {1e-6, 1e3}, {1e150, 1}, {-3, 1e-3, 1}}},
	} {
		for _, x := range c.points {
			gradcheck.Grad(t, c.f, c.grad, x)
			gradcheck.VJP(t, c.f, c.vjp, x)
			gradcheck.JVP(t, c.f, c.jvp, x)
			gradcheck.HVP(t, c.f, c.hvp, x)
			gradcheck.Hessian(t, c.f, c.hessian, x)
			gradcheck.Adjoint(t, c.vjp, c.jvp, x)
			if t.Failed() {
				t.Fatalf("%s at %v", c.name, x)
			}
		}
	}

	t.Run("masked", func(t *testing.T) {
		// share is the first share of a softmax, in which −∞ has none.
		share := func(x []float64) float64 { return math.Exp(x[0]) / (math.Exp(x[0]) + math.Exp(x[1]) + math.Exp(x[2])) }
		grad := func(x []float64) []float64 {
			p, q := share(x), math.Exp(x[1])/(math.Exp(x[0])+math.Exp(x[1])+math.Exp(x[2]))
			return []float64{p * (1 - p), -p * q, 0}
		}
		x := []float64{1, 2, -inf}
		gradcheck.Grad(t, share, grad, x)
		gradcheck.Jacobian(t, share, func(x []float64) [][]float64 { return [][]float64{grad(x)} }, x)
		wantError(t, record(gradcheck.Grad, share, func(x []float64) []float64 { d := grad(x); d[2] = 1; return d }, x), "dx[2] is 1, differences give 0")
		wantError(t, record(gradcheck.Grad, func(x []float64) float64 { return 1 / x[0] }, func(x []float64) []float64 { return []float64{0} }, []float64{inf}), "differences do not converge at dx[0]: NaN ± +Inf; the derivative is 0")
	})
	t.Run("memory that is not a number", func(t *testing.T) {
		fill := func(x, out []float64) { out[0] = x[0] * x[0] }
		gradcheck.VJP(t, fill, func(x, out, dx, dout []float64) {
			fill(x, out)
			dx[0] += 2 * x[0] * dout[0]
			dout[0] = 0
		}, []float64{3, nan}, []float64{nan, nan})
		jvp := func(x, out, dx, dout []float64) {
			fill(x, out)
			dout[0] = 2 * x[0] * dx[0]
		}
		gradcheck.JVP(t, fill, jvp, []float64{3, nan}, []float64{nan, nan})
		wantError(t, record(gradcheck.JVP, fill, func(x, out, dx, dout []float64) { jvp(x, out, dx, dout); dout[1] = 1 }, []float64{3, nan}, []float64{nan, nan}), "dout[1] is changed from")
		gradcheck.JVP(t, func(x float64, out []float64) { out[0] = 2 }, func(x float64, out []float64, dx float64, dout []float64) { out[0], dout[0] = 2, 0 }, nan, []float64{1})
	})
	t.Run("minus zero", func(t *testing.T) {
		f := func(x float64) (float64, []float64) { return x * 0, []float64{-x, x} }
		gradcheck.JVP(t, f, func(x, dx float64) (float64, []float64, float64, []float64) {
			y, z := f(x)
			return y, z, 0, []float64{-dx, dx}
		}, -3)
		wantError(t, record(gradcheck.JVP, f, func(x, dx float64) (float64, []float64, float64, []float64) {
			_, z := f(x)
			return 0, z, 0, []float64{-dx, dx}
		}, -3), "result y0 is 0, want -0")
	})
}
