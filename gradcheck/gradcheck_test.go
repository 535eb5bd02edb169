package gradcheck_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	zipf "math/rand"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/godiff/godiff/gradcheck"
)

// A recorder is a testing.TB that remembers what it was told.
type recorder struct {
	testing.TB
	errors []string
	fatal  string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A checker is one of the checks of the package.
type checker func(t testing.TB, f, derivative any, args ...any)

// record returns what the check says.
func record(check checker, f, derivative any, args ...any) *recorder {
	r := &recorder{}
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		check(r, f, derivative, args...)
	}()
	if p := <-done; p != nil {
		panic(p)
	}
	return r
}

// wantError checks that the check fails with an error that contains each of the wanted strings.
func wantError(t *testing.T, r *recorder, want ...string) {
	t.Helper()
	if r.fatal != "" {
		t.Fatalf("got fatal %q, want an error with %q", r.fatal, want)
	}
	for _, w := range want {
		if !slices.ContainsFunc(r.errors, func(e string) bool { return strings.Contains(e, w) }) {
			t.Errorf("got errors %q, want one with %q", r.errors, w)
		}
	}
	if len(want) == 0 && len(r.errors) > 0 {
		t.Errorf("got errors %q, want none", r.errors)
	}
}

func wantFatal(t *testing.T, r *recorder, want string) {
	t.Helper()
	if r.fatal == "" || !strings.Contains(r.fatal, want) {
		t.Errorf("got fatal %q and errors %q, want fatal with %q", r.fatal, r.errors, want)
	}
}

// Functions of which the tests know the derivatives.

func cube(x float64) float64 { return x * x * x }

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func dotGrad(a, b []float64) (da, db []float64) { return slices.Clone(b), slices.Clone(a) }

func dotVJP(a, b []float64, da, db []float64, dy float64) (y float64) {
	for i := range a {
		y += a[i] * b[i]
		da[i] += dy * b[i]
		db[i] += dy * a[i]
	}
	return y
}

func dotJVP(a, b []float64, da, db []float64) (y, dy float64) {
	for i := range a {
		y += a[i] * b[i]
		dy += da[i]*b[i] + a[i]*db[i]
	}
	return y, dy
}

func TestRight(t *testing.T) {
	a, b := []float64{1, -2, 3e3}, []float64{0, 5e-7, -0.25}
	for _, c := range []struct {
		name          string
		check         checker
		f, derivative any
		args          []any
	}{
		{"cube", gradcheck.Grad, cube, func(x float64) float64 { return 3 * x * x }, []any{1.5}},
		{"cube at zero", gradcheck.Grad, cube, func(x float64) float64 { return 3 * x * x }, []any{0}},
		{"dot", gradcheck.Grad, dot, dotGrad, []any{a, b}},
		{"dot with itself", gradcheck.Grad, dot, dotGrad, []any{a, a}},
		{"dot of nil", gradcheck.Grad, dot, dotGrad, []any{nil, nil}},
		{"dot in reverse", gradcheck.VJP, dot, dotVJP, []any{a, b}},
		{"dot in reverse with itself", gradcheck.VJP, dot, dotVJP, []any{a, a}},
		{"dot forward", gradcheck.JVP, dot, dotJVP, []any{a, b}},
		{"dot forward with itself", gradcheck.JVP, dot, dotJVP, []any{a, a}},
		{"far from one", gradcheck.Grad, math.Log, func(x float64) float64 { return 1 / x }, []any{1e-3}},
		{"very far from one", gradcheck.Grad, math.Log, func(x float64) float64 { return 1 / x }, []any{1e-12}},
		{"large", gradcheck.Grad, math.Exp, math.Exp, []any{600}},
		{"fast", gradcheck.Grad, func(x float64) float64 { return math.Sin(1000 * x) }, func(x float64) float64 { return 1000 * math.Cos(1000*x) }, []any{1}},
		{"large and fast", gradcheck.Grad, math.Sin, math.Cos, []any{1e5}},
		{"near a pole", gradcheck.Grad, func(x float64) float64 { return 1 / (x - 1) }, func(x float64) float64 { return -1 / (x - 1) / (x - 1) }, []any{1.001}},
		{"near a kink", gradcheck.Grad, math.Abs, func(x float64) float64 { return 1 }, []any{1e-3}},
		{"flat beside a bowl", gradcheck.Grad, func(x float64) float64 { return math.Log1p(math.Exp(max(1e-5, x*x))) }, func(x float64) float64 { return 0 }, []any{5e-4}},
		{"crest", gradcheck.Grad, func(x float64) float64 { return max(0.5, math.Sin(20*x)) }, func(x float64) float64 { return 20 * math.Cos(20*x) }, []any{5.12}},
		{"cancellation", gradcheck.Grad, func(x float64) float64 { return (1+x)*(1+x) - 1 }, func(x float64) float64 { return 2 * (1 + x) }, []any{1e-20}},
		{"steps", gradcheck.Grad, math.Floor, func(x float64) float64 { return 0 }, []any{2.25}},
		{"a small multiple", gradcheck.Grad, func(x float64) float64 { return 1e-7 * x * x }, func(x float64) float64 { return 2e-7 * x }, []any{3}},
		{"a constant sum", gradcheck.Grad, softmaxSum, func(x []float64) []float64 { return make([]float64, len(x)) }, []any{[]float64{1, 2, 3}}},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, c.f, c.derivative, c.args...) })
	}
}

// softmaxSum is 1 but for rounding.
func softmaxSum(x []float64) float64 {
	sum, y := 0.0, 0.0
	for _, v := range x {
		sum += math.Exp(v)
	}
	for _, v := range x {
		y += math.Exp(v) / sum
	}
	return y
}

func TestWrongNumbers(t *testing.T) {
	a, b := []float64{1, -2, 3}, []float64{4, 5, -6}
	for _, c := range []struct {
		name          string
		check         checker
		f, derivative any
		args          []any
		want          string
	}{
		{"sign", gradcheck.Grad, cube, func(x float64) float64 { return -3 * x * x }, []any{1.5}, "Grad of gradcheck_test.cube: dx is -6.75, differences give 6.75"},
		{"slightly", gradcheck.Grad, cube, func(x float64) float64 { return 3 * x * x * (1 + 3e-6) }, []any{1.5}, "relative error 3e-06"},
		{"small beside large", gradcheck.Grad, func(x, y float64) float64 { return x + 1e-3*y }, func(x, y float64) (float64, float64) { return 1, 1.001e-3 }, []any{1, 1}, "dy is 0.001001"},
		{"tiny", gradcheck.Grad, func(x float64) float64 { return 1e-9 * x }, func(x float64) float64 { return 0 }, []any{1}, "dx is 0"},
		{"too tiny to tell", gradcheck.Grad, func(x float64) float64 { return 1e-20 * x }, func(x float64) float64 { return 0 }, []any{1}, "too small to tell"},
		{"NaN", gradcheck.Grad, cube, func(x float64) float64 { return math.NaN() }, []any{1.5}, "dx is NaN"},
		{"infinite", gradcheck.Grad, cube, func(x float64) float64 { return math.Inf(1) }, []any{1.5}, "dx is +Inf"},
		{"NaN for zero", gradcheck.Grad, math.Floor, func(x float64) float64 { return math.NaN() }, []any{1.5}, "dx is NaN"},
		{"missing element", gradcheck.Grad, dot, func(a, b []float64) ([]float64, []float64) {
			da, db := dotGrad(a, b)
			da[2] = 0
			return da, db
		}, []any{a, b}, "da[2] is 0, differences give -6"},
		{"no seed", gradcheck.VJP, dot, func(a, b, da, db []float64, dy float64) float64 { return dotVJP(a, b, da, db, 1) }, []any{a, b}, "da[0]"},
		{"not added", gradcheck.VJP, dot, func(a, b, da, db []float64, dy float64) float64 {
			clear(da)
			return dotVJP(a, b, da, db, dy)
		}, []any{a, b}, "da[1]"},
		{"one shadow for two", gradcheck.VJP, dot, func(a, b, da, db []float64, dy float64) float64 { return dotVJP(a, b, da, da, dy) }, []any{a, a}, "db[1]"},
		{"tangent", gradcheck.JVP, dot, func(a, b, da, db []float64) (float64, float64) {
			y, dy := dotJVP(a, b, da, db)
			return y, -dy
		}, []any{a, b}, "dy is"},
		{"half the tangent", gradcheck.JVP, dot, func(a, b, da, db []float64) (float64, float64) { return dotJVP(a, b, da, make([]float64, 3)) }, []any{a, b}, "dy is"},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, record(c.check, c.f, c.derivative, c.args...), c.want) })
	}
}

func TestPoorDifferences(t *testing.T) {
	random := uint64(1)
	for _, c := range []struct {
		name          string
		f, derivative any
		at            float64
		want          string
	}{
		{"kink", math.Abs, func(x float64) float64 { return 0 }, 0, "differences do not converge at dx: -1 from the left, 1 from the right"},
		{"kink, one side", func(x float64) float64 { return max(x, 0) }, func(x float64) float64 { return 1 }, 0, "0 from the left, 1 from the right"},
		{"jump", func(x float64) float64 { return math.Floor(x) }, func(x float64) float64 { return 0 }, 1, "do not converge"},
		{"hole", func(x float64) float64 {
			if x == 1 {
				return 2
			}
			return 3 * x
		}, func(x float64) float64 { return 0 }, 1, "do not converge at dx: 3 beside the point, but the value jumps by -1 at it"},
		{"edge", math.Sqrt, func(x float64) float64 { return math.Inf(1) }, 0, "do not converge"},
		{"outside", math.Log, func(x float64) float64 { return math.NaN() }, -1, "do not converge at dx: NaN ± +Inf"},
		{"infinite slope", math.Cbrt, func(x float64) float64 { return math.Inf(1) }, 0, "do not converge"},
		{"noise", func(x float64) float64 {
			random = random*6364136223846793005 + 1442695040888963407
			return x + float64(random>>40)/(1<<24)
		}, func(x float64) float64 { return 1 }, 1, "do not converge"},
		{"not a number", cube, func(x float64) float64 { return math.NaN() }, math.NaN(), "do not converge"},
		{"infinity", cube, func(x float64) float64 { return math.Inf(1) }, math.Inf(1), "do not converge"},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, record(gradcheck.Grad, c.f, c.derivative, c.at), c.want) })
	}
}

func TestValueGrad(t *testing.T) {
	divide := func(x float64, n int) (y float64, text string, err error) {
		if n == 0 {
			return 0, "none", errors.New("division by zero")
		}
		return x / float64(n), "some", nil
	}
	right := func(x float64, n int) (y float64, text string, dx float64, err error) {
		y, text, err = divide(x, n)
		if err == nil {
			dx = 1 / float64(n)
		}
		return y, text, dx, err
	}
	t.Run("right", func(t *testing.T) { gradcheck.ValueGrad(t, divide, right, 2.0, 3) })
	t.Run("right with error", func(t *testing.T) { gradcheck.ValueGrad(t, divide, right, 2.0, 0) })

	type result = func(float64, int) (float64, string, float64, error)
	for _, c := range []struct {
		name       string
		derivative result
		n          int
		want       string
	}{
		{"bits", func(x float64, n int) (float64, string, float64, error) {
			y, s, dx, err := right(x, n)
			return math.Nextafter(y, 1), s, dx, err
		}, 3, "result y is 0.6666666666666667, want 0.6666666666666666"},
		{"negative zero", func(x float64, n int) (float64, string, float64, error) {
			return math.Copysign(0, -1), "none", 0, errors.New("division by zero")
		}, 0, "result y is -0, want 0"},
		{"passive result", func(x float64, n int) (float64, string, float64, error) {
			y, _, dx, err := right(x, n)
			return y, "other", dx, err
		}, 3, "result text is other, want some"},
		{"error missing", func(x float64, n int) (float64, string, float64, error) { return 0, "none", 0, nil }, 0, "returns the error <nil>, want division by zero"},
		{"error added", func(x float64, n int) (float64, string, float64, error) {
			y, s, dx, _ := right(x, n)
			return y, s, dx, errors.New("no")
		}, 3, "returns the error no, want <nil>"},
		{"gradient beside error", func(x float64, n int) (float64, string, float64, error) {
			y, s, _, err := right(x, n)
			return y, s, 1, err
		}, 0, "dx is not zero beside an error"},
		{"panic", func(x float64, n int) (float64, string, float64, error) { panic("oops") }, 3, "the derivative panics: oops"},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, record(gradcheck.ValueGrad, divide, c.derivative, 2.0, c.n), c.want) })
	}
}

// scale overwrites x and returns its old first element.
func scale(x []float64, k float64) float64 {
	y := x[0]
	for i := range x {
		x[i] *= k
	}
	return y
}

func scaleVJP(x []float64, k float64, dx []float64, dy float64) (y, dk float64) {
	old := slices.Clone(x)
	y = scale(x, k)
	for i := range x {
		dk += dx[i] * old[i]
		dx[i] *= k
	}
	dx[0] += dy
	return y, dk
}

func scaleJVP(x []float64, k float64, dx []float64, dk float64) (y, dy float64) {
	dy = dx[0]
	for i := range x {
		dx[i] = dx[i]*k + x[i]*dk
	}
	return scale(x, k), dy
}

func scaleGrad(x []float64, k float64) (dx []float64, dk float64) {
	scale(x, k)
	dx = make([]float64, len(x))
	dx[0] = 1
	return dx, 0
}

func TestOverwrittenMemory(t *testing.T) {
	x := []float64{1, 2, -3}
	t.Run("right", func(t *testing.T) {
		gradcheck.VJP(t, scale, scaleVJP, x, 2.5)
		gradcheck.JVP(t, scale, scaleJVP, x, 2.5)
		gradcheck.Grad(t, scale, scaleGrad, x, 2.5)
		gradcheck.Adjoint(t, scaleVJP, scaleJVP, x, 2.5)
	})
	if !slices.Equal(x, []float64{1, 2, -3}) {
		t.Errorf("the arguments of the check are changed to %v", x)
	}
	t.Run("left as it was", func(t *testing.T) {
		wantError(t, record(gradcheck.Grad, scale, func(x []float64, k float64) ([]float64, float64) { return scaleGrad(slices.Clone(x), k) }, x, 2.5),
			"memory after the call: x[0] is 1, want 2.5", "x[2] is -3, want -7.5")
	})
	t.Run("written twice", func(t *testing.T) {
		wantError(t, record(gradcheck.Grad, scale, func(x []float64, k float64) ([]float64, float64) {
			scale(x, k)
			return scaleGrad(x, k)
		}, x, 2.5), "x[0] is 6.25, want 2.5")
	})
	t.Run("last bit", func(t *testing.T) {
		wantError(t, record(gradcheck.Grad, scale, func(x []float64, k float64) ([]float64, float64) {
			dx, dk := scaleGrad(x, k)
			x[1] = math.Nextafter(x[1], 9)
			return dx, dk
		}, x, 2.5), "x[1] is 5.000000000000001, want 5")
	})
	t.Run("adjoint of the new contents kept", func(t *testing.T) {
		wantError(t, record(gradcheck.VJP, scale, func(x []float64, k float64, dx []float64, dy float64) (y, dk float64) {
			old := slices.Clone(dx)
			y, dk = scaleVJP(x, k, dx, dy)
			for i := range dx {
				dx[i] += old[i]
			}
			return y, dk
		}, x, 2.5), "dx[0]", "dx[1]", "dx[2]")
	})
	t.Run("tangent not updated", func(t *testing.T) {
		wantError(t, record(gradcheck.JVP, scale, func(x []float64, k float64, dx []float64, dk float64) (y, dy float64) {
			return scaleJVP(x, k, slices.Clone(dx), dk)
		}, x, 2.5), "dx[0]", "dx[1]", "dx[2]")
	})
	t.Run("overwritten with itself", func(t *testing.T) {
		zero := func(x []float64) { clear(x) }
		gradcheck.VJP(t, zero, func(x, dx []float64) { clear(x); clear(dx) }, []float64{0, 0})
		wantError(t, record(gradcheck.VJP, zero, func(x, dx []float64) { clear(x) }, []float64{0, 0}), "dx[0]")
	})
	t.Run("read, but written by the derivative", func(t *testing.T) {
		wantError(t, record(gradcheck.VJP, dot, func(a, b, da, db []float64, dy float64) float64 {
			y := dotVJP(a, b, da, db, dy)
			a[0] = 7
			return y
		}, x, x), "memory after the call: a[0] is 7, want 1")
	})
}

func TestSpareCapacity(t *testing.T) {
	push := func(x []float64) float64 {
		x = append(x, 2*x[0])
		return x[0] * x[len(x)-1]
	}
	x := make([]float64, 1, 4)
	x[0] = 3
	right := func(x []float64) []float64 { push(x); return []float64{4 * x[0]} }
	gradcheck.Grad(t, push, right, x)
	wantError(t, record(gradcheck.Grad, push, func(x []float64) []float64 { return right(x[:1:1]) }, x),
		"x[1] (spare capacity) is 0, want 6")

	// The second argument lies in the spare capacity of the first.
	both := func(x, y []float64) float64 { return push(x) * y[0] }
	grad := func(x, y []float64) (dx, dy []float64) {
		v := x[0]
		both(x, y)
		shadow := make([]float64, 2)
		shadow[0] = 12 * v * v
		return shadow[:1], shadow[1:]
	}
	all := []float64{3, 5}
	gradcheck.Grad(t, both, grad, all[:1], all[1:])
	wantError(t, record(gradcheck.Grad, both, func(x, y []float64) (dx, dy []float64) {
		v := push(x)
		dx, dy = grad(x, y)
		dy[0] = v
		return dx, dy
	}, all[:1], all[1:]), "dy[0] is 18")

	t.Run("empty", func(t *testing.T) {
		// set overwrites the first element of y where x is the empty slice before it.
		set := func(x, y []float64) float64 { _ = append(x, 2*y[1]); return y[0] }
		gradcheck.VJP(t, set, func(x, y, dx, dy []float64, dz float64) float64 {
			dy[0] += dz
			d := dx[:1][0]
			dx[:1][0] = 0
			dy[1] += 2 * d
			return set(x, y)
		}, all[:0], all)
	})
	t.Run("result in it", func(t *testing.T) {
		push := func(x []float64) []float64 { return append(x, 2*x[0]) }
		gradcheck.JVP(t, push, func(x, dx []float64) (y, dy []float64) { return push(x), append(dx, 2*dx[0]) }, x)
		wantError(t, record(gradcheck.JVP, push, func(x, dx []float64) (y, dy []float64) { return push(x), append(dx, dx[0]) }, x), "dy[1] is")
	})
	t.Run("shadow without it", func(t *testing.T) {
		sum := func(x []float64) float64 { return x[0] }
		wantError(t, record(gradcheck.VJP, sum, func(x, dx []float64, dy float64) float64 {
			dx[:2][1] += dy
			dx[0] += dy
			return x[0]
		}, x), "the derivative panics")
	})
}

func TestSharedArguments(t *testing.T) {
	// shift writes to x what it reads from y, which may be the same memory.
	shift := func(x, y []float64) float64 {
		for i := range x {
			x[i] = y[i] * y[i]
		}
		return x[0]
	}
	vjp := func(x, y, dx, dy []float64, dz float64) float64 {
		var ys []float64 // y[i] as it was read
		for i := range x {
			ys = append(ys, y[i])
			x[i] = y[i] * y[i]
		}
		dx[0] += dz
		for i := len(x) - 1; i >= 0; i-- {
			d := dx[i]
			dx[i] = 0
			dy[i] += 2 * ys[i] * d
		}
		return x[0]
	}
	all := []float64{1, 2, 3, 4}
	gradcheck.VJP(t, shift, vjp, all[1:], all[:3])
	gradcheck.VJP(t, shift, vjp, all[:3], all[1:])
	gradcheck.VJP(t, shift, vjp, all[:2], all[2:])
	gradcheck.VJP(t, shift, vjp, all, all)

	apart := func(x, y []float64) (dx, dy []float64) {
		dx, dy = make([]float64, len(x)), make([]float64, len(y))
		vjp(x, y, dx, dy, 1)
		return dx, dy
	}
	gradcheck.Grad(t, shift, apart, all[:2], all[2:])
	wantError(t, record(gradcheck.Grad, shift, apart, all, slices.Clone(all)))
	wantError(t, record(gradcheck.Grad, shift, apart, all[1:], all[:3]), "x[0], which f overwrites, is reached twice and has two shadows")

	cumulate := func(x, y []float64) float64 {
		for i := range x {
			x[i] += y[i]
		}
		return x[len(x)-1]
	}
	cumulateVJP := func(x, y, dx, dy []float64, dz float64) float64 {
		z := cumulate(x, y)
		dx[len(dx)-1] += dz
		for i := len(x) - 1; i >= 0; i-- {
			dy[i] += dx[i]
		}
		return z
	}
	gradcheck.VJP(t, cumulate, cumulateVJP, all[1:], all[:3])
	wantError(t, record(gradcheck.Grad, cumulate, func(x, y []float64) (dx, dy []float64) {
		dx, dy = make([]float64, 3), make([]float64, 3)
		cumulateVJP(x, y, dx, dy, 1)
		return dx, dy
	}, all[1:], all[:3]), "dy[0] is 0, differences give 1")

	t.Run("each its own part", func(t *testing.T) {
		wantError(t, record(gradcheck.Grad, dot, func(a, b []float64) (da, db []float64) {
			da, db = dotGrad(a, b)
			for i := range da {
				da[i] += db[i]
			}
			return da, make([]float64, len(b))
		}, all, all), "da[0] is 2, differences give 1", "db[3] is 0, differences give 4")
	})
	t.Run("one shadow", func(t *testing.T) {
		wantError(t, record(gradcheck.Grad, dot, func(a, b []float64) (da, db []float64) {
			return slices.Clone(a), slices.Clone(a)
		}, all, all))
		wantError(t, record(gradcheck.Grad, dot, func(a, b []float64) (da, db []float64) {
			da = slices.Clone(a)
			return da, da
		}, all, all), "a[0] and b[0] have one shadow")
		wantError(t, record(gradcheck.Grad, dot, func(a, b []float64) (da, db []float64) { return b, a }, all, []float64{1, 1, 1, 1}),
			"the shadow of a shares memory with b[0]")
	})
}

// TestRestoredMemory gives functions that write memory and put back what it held: arguments that share it must have
// shadows that do.
func TestRestoredMemory(t *testing.T) {
	halve := func(x, y []float64) float64 {
		x[0] *= 0.5
		x[0] *= 2
		return y[0] * y[1]
	}
	vjp := func(x, y, dx, dy []float64, dz float64) float64 {
		if &x[0] == &y[0] && &dx[0] != &dy[0] {
			panic("x and y share memory, which halve writes")
		}
		z := halve(x, y)
		dy[0] += dz * y[1]
		dy[1] += dz * y[0]
		dx[0] *= 2
		dx[0] *= 0.5
		return z
	}
	jvp := func(x, y, dx, dy []float64) (z, dz float64) {
		if &x[0] == &y[0] && &dx[0] != &dy[0] {
			panic("x and y share memory, which halve writes")
		}
		return halve(x, y), dy[0]*y[1] + y[0]*dy[1]
	}
	grad := func(x, y []float64) (dx, dy []float64) {
		dy = make([]float64, 2)
		dx = dy
		if &x[0] != &y[0] {
			dx = make([]float64, 2)
		}
		vjp(x, y, dx, dy, 1)
		return dx, dy
	}
	x := []float64{1.5, -2}
	for _, y := range [][]float64{x, {3, 4}} {
		gradcheck.VJP(t, halve, vjp, x, y)
		gradcheck.JVP(t, halve, jvp, x, y)
		gradcheck.Grad(t, halve, grad, x, y)
		gradcheck.Adjoint(t, vjp, jvp, x, y)
	}
	wantError(t, record(gradcheck.Grad, halve, func(x, y []float64) (dx, dy []float64) {
		dx, dy = grad(x, y)
		dx[0] *= 2
		return dx, dy
	}, x, x), "dx[0] is -4, differences give -2")

	t.Run("seen by the other", func(t *testing.T) {
		seen := func(x, y []float32) float32 {
			x[0] *= 0.5
			z := y[0]
			x[0] *= 2
			return z
		}
		x := []float32{3}
		gradcheck.VJP(t, seen, func(x, y, dx, dy []float32, dz float32) float32 {
			dx[0] *= 2
			dy[0] += dz
			dx[0] *= 0.5
			return seen(x, y)
		}, x, x)
		gradcheck.Grad(t, seen, func(x, y []float32) (dx, dy []float32) {
			d := []float32{0.5}
			seen(x, y)
			return d, d
		}, x, x)
	})
}

// TestWritesElsewhere checks that writing to one argument hides nothing of others that share memory.
func TestWritesElsewhere(t *testing.T) {
	f := func(x, scratch, y []float64) float64 {
		scratch[0] = x[0] * y[0]
		return scratch[0] * scratch[1]
	}
	grad := func(x, scratch, y []float64) (dx, ds, dy []float64) {
		f(x, scratch, y)
		return []float64{y[0] * scratch[1]}, []float64{0, scratch[0]}, []float64{x[0] * scratch[1]}
	}
	x := []float64{3}
	gradcheck.Grad(t, f, grad, x, []float64{1, 2}, x)
	wantError(t, record(gradcheck.Grad, f, func(x, scratch, y []float64) (dx, ds, dy []float64) {
		dx, ds, dy = grad(x, scratch, y)
		return []float64{dx[0] + dy[0]}, ds, []float64{0}
	}, x, []float64{1, 2}, x), "dx[0] is 12, differences give 6", "dy[0] is 0, differences give 6")
	gradcheck.VJP(t, f, func(x, scratch, y, dx, ds, dy []float64, dz float64) float64 {
		z := f(x, scratch, y)
		ds[0] += dz * scratch[1]
		ds[1] += dz * scratch[0]
		dx[0] += ds[0] * y[0]
		dy[0] += ds[0] * x[0]
		ds[0] = 0
		return z
	}, x, []float64{1, 2}, x)
	gradcheck.JVP(t, f, func(x, scratch, y, dx, ds, dy []float64) (z, dz float64) {
		z = f(x, scratch, y)
		ds[0] = dx[0]*y[0] + x[0]*dy[0]
		return z, ds[0]*scratch[1] + scratch[0]*ds[1]
	}, x, []float64{1, 2}, x)
}

// Structured values.

type layer struct {
	w     []float64
	B     float64
	name  string
	Scale *float64
}

type model struct {
	Layers []layer
	tied   *layer
	Table  map[string]float64
	Act    activation
	next   *model
	count  int
}

type activation interface{ apply(x float64) float64 }

type linear struct{ A float64 }

func (l linear) apply(x float64) float64 { return l.A * x }

func newModel() *model {
	s := 2.0
	m := &model{
		Layers: []layer{{w: []float64{1, 2}, B: 3, name: "first", Scale: &s}, {w: []float64{4}, B: 5, Scale: &s}},
		Table:  map[string]float64{"a": 6, "b": 7},
		Act:    linear{8},
	}
	m.tied = &m.Layers[1]
	m.next = m
	return m
}

// Loss uses all floats of the model.
func (m *model) Loss(x float64) float64 {
	y := 0.0
	for i, l := range m.Layers {
		for _, w := range l.w {
			y += w * w * x * float64(i+1)
		}
		y += l.B * *l.Scale * x
	}
	y += m.tied.B * m.next.tied.w[0]
	y += m.Table["a"] * m.Table["b"] * x
	m.count++
	return m.Act.apply(y)
}

// shadow returns a zero shadow of m.
func (m *model) shadow() *model {
	s := 0.0
	d := &model{Table: map[string]float64{"a": 0, "b": 0}, Act: linear{}}
	for _, l := range m.Layers {
		d.Layers = append(d.Layers, layer{w: make([]float64, len(l.w)), Scale: &s})
	}
	d.tied = &d.Layers[1]
	d.next = d
	return d
}

func (m *model) LossVJP(x float64, dm *model, dy float64) (y, dx float64) {
	s := *m.Layers[0].Scale
	a := m.Act.(linear).A
	y = m.Loss(x)
	dm.Act = linear{dm.Act.(linear).A + dy*y/a}
	d := dy * a
	for i, l := range m.Layers {
		dl := &dm.Layers[i]
		for j, w := range l.w {
			dl.w[j] += 2 * w * x * float64(i+1) * d
			dx += w * w * float64(i+1) * d
		}
		dl.B += s * x * d
		*dl.Scale += l.B * x * d
		dx += l.B * s * d
	}
	dm.tied.B += m.tied.w[0] * d
	dm.next.tied.w[0] += m.tied.B * d
	dm.Table["a"] += m.Table["b"] * x * d
	dm.Table["b"] += m.Table["a"] * x * d
	dx += m.Table["a"] * m.Table["b"] * d
	return y, dx
}

func (m *model) LossValueGrad(x float64) (y float64, dm *model, dx float64) {
	dm = m.shadow()
	y, dx = m.LossVJP(x, dm, 1)
	return y, dm, dx
}

func TestStructuredValues(t *testing.T) {
	gradcheck.VJP(t, (*model).Loss, (*model).LossVJP, newModel(), 1.5)
	gradcheck.ValueGrad(t, (*model).Loss, (*model).LossValueGrad, newModel(), 1.5)

	for _, c := range []struct {
		name  string
		spoil func(m, dm *model)
		want  string
	}{
		{"unexported field", func(_, dm *model) { dm.Layers[0].w[1]++ }, "dm.Layers[0].w[1] is"},
		{"tied", func(_, dm *model) { dm.tied.B++ }, "dm.Layers[1].B is"},
		{"map", func(_, dm *model) { dm.Table["b"]++ }, `dm.Table["b"] is`},
		{"interface", func(_, dm *model) { dm.Act = linear{-1} }, "dm.Act.(gradcheck_test.linear).A is -1"},
		{"pointer", func(_, dm *model) { *dm.Layers[0].Scale = 0 }, "d*m.Layers[0].Scale is 0"},
		{"passive string", func(_, dm *model) { dm.Layers[0].name = "first" }, "m.Layers[0].name has type string and carries no derivative, but is set"},
		{"passive int", func(_, dm *model) { dm.count = 1 }, "m.count has type int"},
		{"missing key", func(_, dm *model) { delete(dm.Table, "a") }, "m.Table has 2 keys, but its shadow 1"},
		{"other key", func(_, dm *model) { delete(dm.Table, "a"); dm.Table["c"] = 0 }, "m.Table has the key a, but its shadow has not"},
		{"other length", func(_, dm *model) { dm.Layers[0].w = dm.Layers[0].w[:1] }, "m.Layers[0].w has length 2, but its shadow 1"},
		{"nil pointer", func(_, dm *model) { dm.next = nil }, "m.next has no shadow"},
		{"nil slice", func(_, dm *model) { dm.Layers = nil }, "m.Layers has no shadow"},
		{"nil map", func(_, dm *model) { dm.Table = nil }, "m.Table has no shadow"},
		{"two shadows", func(_, dm *model) { s := *dm.Layers[0].Scale; dm.Layers[1].Scale = &s }, "m.Layers[1].Scale is reached twice and has two shadows"},
		{"untied cycle", func(m, dm *model) { dm.next = m.shadow() }, "m.next is reached twice and has two shadows"},
		{"other dynamic type", func(_, dm *model) { dm.Act = &square{} }, "m.Act holds a gradcheck_test.linear, but its shadow a *gradcheck_test.square"},
		{"count", func(m, _ *model) { m.count++ }, "memory after the call: m.count is 2, want 1"},
		{"memory in map", func(m, _ *model) { m.Table["b"] = 1 }, `m.Table[b] is 1, want 7`},
		{"map entry added", func(m, _ *model) { m.Table["c"] = 1 }, `m.Table has 3 keys, want 2`},
		{"map replaced", func(m, _ *model) { m.Table = maps.Clone(m.Table) }, `m.Table is another map`},
		{"pointer moved", func(m, _ *model) { m.tied = &m.Layers[0] }, "m.tied points to m.Layers[0], want m.Layers[1]"},
		{"copy", func(m, _ *model) { m.Layers = slices.Clone(m.Layers) }, "m.Layers does not point to m.Layers[0]"},
		{"nil", func(m, _ *model) { m.next = nil }, "m.next is nil, want not nil"},
		{"interface replaced", func(m, _ *model) { m.Act = &square{} }, "m.Act holds a *gradcheck_test.square, want a gradcheck_test.linear"},
		{"interface changed", func(m, _ *model) { m.Act = linear{9} }, "m.Act.(gradcheck_test.linear).A is 9, want 8"},
		{"capacity", func(m, _ *model) { m.Layers = m.Layers[:2:2]; m.Layers[0].w = m.Layers[0].w[:1] }, "m.Layers[0].w has length 1, want 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, record(gradcheck.ValueGrad, (*model).Loss, func(m *model, x float64) (float64, *model, float64) {
				y, dm, dx := m.LossValueGrad(x)
				c.spoil(m, dm)
				return y, dm, dx
			}, newModel(), 1.5), c.want)
		})
	}
}

type square struct{ A float64 }

func (s *square) apply(x float64) float64 { return s.A * x * x }

func TestNil(t *testing.T) {
	f := func(m *model, s []float64, p *float64, a activation) float64 { return 1 }
	right := func(m *model, s []float64, p *float64, a activation) (*model, []float64, *float64) {
		return nil, nil, nil
	}
	gradcheck.Grad(t, f, right, nil, nil, nil, nil)
	wantError(t, record(gradcheck.Grad, f, func(*model, []float64, *float64, activation) (*model, []float64, *float64) {
		return &model{}, []float64{0}, new(float64)
	}, nil, nil, nil, nil), "m is nil, but its shadow is not", "s is empty, but its shadow has length 1", "p is nil, but its shadow is not")
	gradcheck.Grad(t, f, func(*model, []float64, *float64, activation) (*model, []float64, *float64) {
		return &model{}, []float64{}, new(float64)
	}, &model{}, nil, new(float64), nil)
}

// TestNoFloats gives values that lead to no float at these arguments: only the shadow of nil is nil.
func TestNoFloats(t *testing.T) {
	type empty struct {
		W []float64
		P *float64
		M map[string]float64
	}
	type outer struct {
		E   *empty
		Any any
	}
	f := func(e *empty, o outer, x float64) float64 {
		e.W = append(e.W, x)
		return x * x
	}
	shaped := func(e *empty, do *outer) {
		if e == nil || e.W != nil || e.P != nil || e.M == nil || do.E == nil || do.Any.(*empty) == nil {
			panic("the shadow has another shape")
		}
	}
	e, o := &empty{M: map[string]float64{}}, outer{&empty{}, &empty{}}
	gradcheck.VJP(t, f, func(e *empty, o outer, x float64, de *empty, do outer, dy float64) (y, dx float64) {
		shaped(de, &do)
		return f(e, o, x), 2 * x * dy
	}, e, o, 3)
	gradcheck.JVP(t, f, func(e *empty, o outer, x float64, de *empty, do outer, dx float64) (y, dy float64) {
		shaped(de, &do)
		de.W = append(de.W, dx)
		return f(e, o, x), 2 * x * dx
	}, e, o, 3)
	grad := func(de *empty, do outer) any {
		return func(e *empty, o outer, x float64) (*empty, outer, float64) { f(e, o, x); return de, do, 2 * x }
	}
	gradcheck.Grad(t, f, grad(&empty{M: map[string]float64{}}, o), e, o, 3)
	wantError(t, record(gradcheck.Grad, f, grad(nil, outer{}), e, o, 3), "e has no shadow", "o.E has no shadow", "o.Any has no shadow")

	type mixed struct {
		X float64
		E *empty
	}
	g := func(m mixed) (y *empty, z *mixed) { return &empty{}, &mixed{X: m.X * m.X, E: &empty{}} }
	gradcheck.VJP(t, g, func(m mixed, dm *mixed, dy *empty, dz *mixed) (y *empty, z *mixed) {
		shaped(dm.E, &outer{dy, dz.E})
		dm.X += 2 * m.X * dz.X
		return g(m)
	}, mixed{3, &empty{M: map[string]float64{}}})
}

// A store is memory that functions rewire.
type store struct {
	A, B []float64
	Map  map[string]float64
}

func TestRewiredMemory(t *testing.T) {
	new := func() *store { return &store{[]float64{1, 2}, []float64{3, 4}, map[string]float64{"a": 1}} }
	for _, c := range []struct {
		name         string
		f, different func(s *store)
		want         string
	}{
		{"capacity", func(s *store) { s.A = s.A[:1] }, func(s *store) { s.A = s.A[:1:1] }, "s.A has capacity 1, want 2"},
		{"new memory", func(s *store) { s.A = slices.Clone(s.A) }, func(s *store) {}, "s.A points to s.A[0]"},
		{"old memory", func(s *store) {}, func(s *store) { s.A = slices.Clone(s.A) }, "s.A does not point to s.A[0]"},
		{"other memory", func(s *store) { s.A = s.B }, func(s *store) { s.A = s.B[1:] }, "s.A has length 1, want 2"},
		{"other place", func(s *store) { s.A = s.B[:1] }, func(s *store) { s.A = s.B[1:] }, "s.A has capacity 1, want 2"},
		{"swapped", func(s *store) { s.A, s.B = s.B, s.A }, func(s *store) {}, "s.A points to s.A[0], want s.B[0]"},
		{"new memory once", func(s *store) { s.A = []float64{5}; s.B = s.A }, func(s *store) { s.A = []float64{5}; s.B = []float64{5} }, "s.B does not share memory as f leaves it"},
		{"new memory twice", func(s *store) { s.A = []float64{5}; s.B = []float64{5} }, func(s *store) { s.A = []float64{5}; s.B = s.A }, "s.B shares memory that f keeps apart"},
		{"new contents", func(s *store) { s.A = []float64{5, 6} }, func(s *store) { s.A = []float64{5, 7} }, "s.A[1] is 7, want 6"},
		{"new contents seen later", func(s *store) { v := []float64{5, 6}; s.A, s.B = v[:1], v }, func(s *store) { v := []float64{5, 7}; s.A, s.B = v[:1], v }, "s.B[1] is 7, want 6"},
		{"keys", func(s *store) { delete(s.Map, "a"); s.Map["b"] = 1 }, func(s *store) { delete(s.Map, "a"); s.Map["c"] = 1 }, "s.Map[b] is missing"},
		{"new map", func(s *store) { s.Map = map[string]float64{"b": 1} }, func(s *store) { s.Map = map[string]float64{"b": 2} }, "s.Map[b] is 2, want 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			grad := func(change func(*store)) func(s *store, x float64) (*store, float64) {
				return func(s *store, x float64) (*store, float64) {
					ds := &store{make([]float64, 2), make([]float64, 2), map[string]float64{"a": 0}}
					change(s)
					return ds, 1
				}
			}
			f := func(s *store, x float64) float64 { c.f(s); return x }
			gradcheck.Grad(t, f, grad(c.f), new(), 2)
			wantError(t, record(gradcheck.Grad, f, grad(c.different), new(), 2), c.want)
		})
	}
}

func TestNewCycle(t *testing.T) {
	attach := func(m *model, x float64) float64 {
		m.next = &model{count: 7}
		m.next.next = m.next
		return x
	}
	right := func(m *model, x float64) (float64, float64) { return attach(m, x), 1 }
	gradcheck.ValueGrad(t, attach, right, &model{}, 2, gradcheck.Wrt("x"))
	wantError(t, record(gradcheck.ValueGrad, attach, func(m *model, x float64) (float64, float64) {
		y, dx := right(m, x)
		m.next.next = m
		return y, dx
	}, &model{}, 2, gradcheck.Wrt("x")), "m.next.next points to m")
}

func TestNestedInterfaces(t *testing.T) {
	type box struct{ held any }
	f := func(b any) float64 { return b.(box).held.(box).held.(float64) }
	gradcheck.Grad(t, f, func(b any) any { return box{box{1.0}} }, box{box{3.0}}, gradcheck.Wrt("b"))
	wantError(t, record(gradcheck.Grad, f, func(b any) any { return box{box{2.0}} }, box{box{3.0}}, gradcheck.Wrt("b")),
		"db.(gradcheck_test.box).held.(gradcheck_test.box).held.(float64) is 2, differences give 1")
	wantError(t, record(gradcheck.Grad, f, func(b any) any { return box{nil} }, box{box{3.0}}, gradcheck.Wrt("b")), "held has no shadow")

	all := []any{1.0, 2.0, 3.0}
	sum := func(x, y []any) float64 { return x[1].(float64) * y[0].(float64) }
	gradcheck.Grad(t, sum, func(x, y []any) (dx, dy []any) { return []any{0.0, 2.0}, []any{2.0, 0.0} }, all[:2], all[1:])
}

func TestMapKeysWithPointers(t *testing.T) {
	sum := func(m map[*string]float64) float64 {
		y := 0.0
		for k, v := range m {
			y += float64(len(*k)) * v * v
		}
		return y
	}
	a, b := "x", "xx"
	m := map[*string]float64{&a: 1, &b: 2}
	vjp := func(m, dm map[*string]float64, dy float64) float64 {
		for k, v := range m {
			dm[k] += 2 * float64(len(*k)) * v * dy
		}
		return sum(m)
	}
	gradcheck.VJP(t, sum, vjp, m)
	wantError(t, record(gradcheck.VJP, sum, func(m, dm map[*string]float64, dy float64) float64 {
		for k := range m {
			m[k] = 3
		}
		return vjp(m, dm, dy)
	}, m), "is 3, want 1", "is 3, want 2")
}

func TestOverlapOfOtherTypes(t *testing.T) {
	type two struct{ A, B float64 }
	x := []float64{1, 2, 3}
	f := func(p *two, x []float64) float64 { return p.A*x[1] + p.B }
	vjp := func(p *two, x []float64, dp *two, dx []float64, dy float64) float64 {
		dp.A += x[1] * dy
		dp.B += dy
		dx[1] += p.A * dy
		return f(p, x)
	}
	gradcheck.VJP(t, f, vjp, (*two)(unsafe.Pointer(&x[0])), x)
	gradcheck.VJP(t, f, vjp, (*two)(unsafe.Pointer(&x[1])), x[:2:2])

	pairs := func(p, q *[2]float64) float64 { return p[1] * q[0] * q[1] }
	gradcheck.Grad(t, pairs, func(p, q *[2]float64) (dp, dq *[2]float64) {
		return &[2]float64{0, q[0] * q[1]}, &[2]float64{p[1] * q[1], p[1] * q[0]}
	}, (*[2]float64)(x), (*[2]float64)(x[1:]))

	type three struct{ A, B, C float64 }
	all := []float64{1, 2, 3, 4}
	p, q := (*three)(unsafe.Pointer(&all[0])), (*three)(unsafe.Pointer(&all[1]))
	g := func(p, q *three) float64 { return 0 }
	wantFatal(t, record(gradcheck.Grad, g, func(p, q *three) (dp, dq *three) { return }, p, q), "the arguments share memory as")
}

// A traced value has floats, and other things that interfaces hold.
type traced struct {
	W      []float64
	random *rand.Rand
	log    io.Writer
	any    any
}

func TestPassiveInterfaces(t *testing.T) {
	f := func(p *traced) float64 {
		fmt.Fprintln(p.log, "f")
		return p.W[0] * p.random.Float64()
	}
	vjp := func(p, dp *traced, dy float64) float64 {
		if dp.random != nil || dp.log != nil || dp.any != nil {
			panic("passive fields of a shadow are set")
		}
		fmt.Fprintln(p.log, "f")
		r := p.random.Float64()
		dp.W[0] += r * dy
		return p.W[0] * r
	}
	log := &strings.Builder{}
	p := &traced{[]float64{2}, rand.New(rand.NewPCG(3, 4)), log, "text"}
	gradcheck.VJP(t, f, vjp, p)
	gradcheck.Grad(t, f, func(p *traced) *traced {
		dp := &traced{W: make([]float64, 1)}
		vjp(p, dp, 1)
		return dp
	}, p)
	if log.Len() > 0 {
		t.Errorf("the log of the arguments got %q", log)
	}
	wantError(t, record(gradcheck.VJP, f, func(p, dp *traced, dy float64) float64 {
		fmt.Fprintln(p.log, "f")
		return vjp(p, dp, dy)
	}, p), "memory after the call: p.log.(*strings.Builder).buf has length 4, want 2")
	wantError(t, record(gradcheck.VJP, f, func(p, dp *traced, dy float64) float64 {
		p.random.Float64()
		return vjp(p, dp, dy)
	}, p), "memory after the call: p.random.src")
}

func TestTypesOfOtherPackages(t *testing.T) {
	f := func(z *zipf.Zipf, x float64) float64 { return x * x }
	z := zipf.NewZipf(zipf.New(zipf.NewSource(1)), 2, 3, 4)
	gradcheck.Grad(t, f, func(z *zipf.Zipf, x float64) float64 { return 2 * x }, z, 3)
	gradcheck.Grad(t, f, func(z *zipf.Zipf, x float64) *zipf.Zipf { return &zipf.Zipf{} }, z, 3, gradcheck.Wrt("z"))
	wantFatal(t, record(gradcheck.Grad, f, func(z *zipf.Zipf, x float64) (*zipf.Zipf, float64) { return nil, 0 }, z, 3), "func(z *rand.Zipf, x float64) (dx float64)")
}

func TestGivenShadows(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(dm *model)
		want  string
	}{
		{"replaced slice", func(dm *model) { dm.Layers[0].w = slices.Clone(dm.Layers[0].w) }, "dm.Layers[0].w, which was given, points elsewhere"},
		{"replaced pointer", func(dm *model) { dm.tied = &dm.Layers[0] }, "dm.tied, which was given, points elsewhere"},
		{"deleted key", func(dm *model) { delete(dm.Table, "a") }, "dm.Table, which was given, points elsewhere or has another length"},
		{"wrong float", func(dm *model) { dm.Table["a"]++ }, `dm.Table["a"] is`},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, record(gradcheck.VJP, (*model).Loss, func(m *model, x float64, dm *model, dy float64) (y, dx float64) {
				y, dx = m.LossVJP(x, dm, dy)
				c.spoil(dm)
				return y, dx
			}, newModel(), 1.5), c.want)
		})
	}
	t.Run("result adjoints", func(t *testing.T) {
		double := func(x []float64) []float64 { return []float64{2 * x[0], 2 * x[1]} }
		vjp := func(x, dx, dy []float64) []float64 {
			dx[0] += 2 * dy[0]
			dx[1] += 2 * dy[1]
			return double(x)
		}
		gradcheck.VJP(t, double, vjp, []float64{1, 2})
		wantError(t, record(gradcheck.VJP, double, func(x, dx, dy []float64) []float64 {
			y := vjp(x, dx, dy)
			clear(dy)
			return y
		}, []float64{1, 2}), "dy[0], which was given, is changed from", "dy[1], which was given, is changed from")
	})
	t.Run("tangents of memory that is only read", func(t *testing.T) {
		wantError(t, record(gradcheck.JVP, dot, func(a, b, da, db []float64) (y, dy float64) {
			y, dy = dotJVP(a, b, da, db)
			db[1] += 1e-12
			return y, dy
		}, []float64{1, 2}, []float64{3, 4}), "db[1] is changed from")
	})
}

// A pair is mixed: one float in it, the others behind a slice.
type pair struct {
	W []float64
	B float64
}

func line(p pair, x float64) float64 { return p.W[0]*x*x + p.W[1]*x + p.B*p.B }

func lineVJP(p pair, x float64, dp *pair, dy float64) (y, dx float64) {
	dp.W[0] += x * x * dy
	dp.W[1] += x * dy
	dp.B += 2 * p.B * dy
	return line(p, x), (2*p.W[0]*x + p.W[1]) * dy
}

func lineJVP(p pair, x float64, dp pair, dx float64) (y, dy float64) {
	return line(p, x), dp.W[0]*x*x + dp.W[1]*x + 2*p.B*dp.B + (2*p.W[0]*x+p.W[1])*dx
}

func lineGrad(p pair, x float64) (dp pair, dx float64) {
	dp.W = make([]float64, len(p.W))
	_, dx = lineVJP(p, x, &dp, 1)
	return dp, dx
}

func TestMixedParameter(t *testing.T) {
	p := pair{[]float64{1, 2}, 3}
	gradcheck.VJP(t, line, lineVJP, p, 0.5)
	gradcheck.JVP(t, line, lineJVP, p, 0.5)
	gradcheck.Grad(t, line, lineGrad, p, 0.5)
	gradcheck.Adjoint(t, lineVJP, lineJVP, p, 0.5)
	wantError(t, record(gradcheck.VJP, line, func(p pair, x float64, dp *pair, dy float64) (y, dx float64) {
		y, dx = lineVJP(p, x, dp, dy)
		dp.B = 0
		return y, dx
	}, p, 0.5), "dp.B is 0")
	wantFatal(t, record(gradcheck.VJP, line, func(p pair, x float64, dp pair, dy float64) (y, dx float64) { return lineVJP(p, x, &dp, dy) }, p, 0.5),
		"func(p gradcheck_test.pair, x float64, dp *gradcheck_test.pair, dy float64) (y float64, dx float64)")
}

func TestReferenceResults(t *testing.T) {
	tail := func(x []float64) (rest []float64, first float64) { return x[1:], x[0] * x[0] }
	jvp := func(x, dx []float64) ([]float64, float64, []float64, float64) {
		return x[1:], x[0] * x[0], dx[1:], 2 * x[0] * dx[0]
	}
	vjp := func(x, dx, drest []float64, dfirst float64) ([]float64, float64) {
		for i, d := range drest {
			dx[1+i] += d
		}
		dx[0] += 2 * x[0] * dfirst
		return x[1:], x[0] * x[0]
	}
	x := []float64{1, 2, 3}
	gradcheck.JVP(t, tail, jvp, x)
	gradcheck.VJP(t, tail, vjp, x)
	gradcheck.Adjoint(t, vjp, jvp, x)
	wantError(t, record(gradcheck.JVP, tail, func(x, dx []float64) ([]float64, float64, []float64, float64) {
		return x[1:], x[0] * x[0], slices.Clone(dx[1:]), 2 * x[0] * dx[0]
	}, x), "rest shares memory with x[1], but its tangent does not share that of dx[1]")
	wantError(t, record(gradcheck.JVP, tail, func(x, dx []float64) ([]float64, float64, []float64, float64) {
		return slices.Clone(x[1:]), x[0] * x[0], dx[1:], 2 * x[0] * dx[0]
	}, x), "result rest does not point to x[1]")
	wantError(t, record(gradcheck.VJP, tail, func(x, dx, drest []float64, dfirst float64) ([]float64, float64) {
		rest, first := vjp(x, dx, drest, dfirst)
		return rest[:1], first
	}, x), "result rest has length 1, want 2")

	t.Run("fresh", func(t *testing.T) {
		twice := func(x []float64) []float64 { return []float64{2 * x[0]} }
		gradcheck.JVP(t, twice, func(x, dx []float64) (y, dy []float64) { return twice(x), twice(dx) }, []float64{3})
		wantError(t, record(gradcheck.JVP, twice, func(x, dx []float64) (y, dy []float64) {
			y = twice(x)
			dx[0] *= 2
			return y, dx
		}, []float64{3}), "the tangent of y shares memory with dx[0], but the value does not")
		wantError(t, record(gradcheck.JVP, twice, func(x, dx []float64) (y, dy []float64) { return twice(x), nil }, []float64{3}), "y has no shadow")
		wantError(t, record(gradcheck.JVP, twice, func(x, dx []float64) (y, dy []float64) { return twice(x), []float64{1, 2} }, []float64{3}), "y has length 1, but its shadow 2")
	})
	t.Run("passive field", func(t *testing.T) {
		wrap := func(x float64) layer { return layer{B: x, name: "wrapped"} }
		gradcheck.JVP(t, wrap, func(x, dx float64) (y, dy layer) { return wrap(x), layer{B: dx} }, 1)
		wantError(t, record(gradcheck.JVP, wrap, func(x, dx float64) (y, dy layer) { return wrap(x), wrap(dx) }, 1), "y.name has type string and carries no derivative")
	})
	t.Run("tangent in the value", func(t *testing.T) {
		first := func(x []float64, n int) []float64 { return x[:1] }
		wantError(t, record(gradcheck.JVP, first, func(x []float64, n int, dx []float64) (y, dy []float64) { return x[:1], x[:1] }, []float64{3}, 1),
			"the tangent of y shares memory with x[0]")
	})
	t.Run("attached", func(t *testing.T) {
		attach := func(p *pair) { p.W = []float64{p.B, p.W[0] * 2} }
		right := func(p, dp *pair) {
			dp.W = []float64{dp.B, dp.W[0] * 2}
			attach(p)
		}
		p := &pair{[]float64{1}, 3}
		gradcheck.JVP(t, attach, right, p)
		wantError(t, record(gradcheck.JVP, attach, func(p, dp *pair) { right(p, dp); dp.W[0] = 0 }, p), "dp.W[0] is 0")
		wantError(t, record(gradcheck.JVP, attach, func(p, dp *pair) { attach(p) }, p), "p.W has length 2, but its shadow 1")
		gradcheck.VJP(t, attach, func(p, dp *pair) { attach(p) }, p)
	})
}

// TestResultsThatOverlap checks that each part of a result has an adjoint of its own, however the parts overlap.
func TestResultsThatOverlap(t *testing.T) {
	rows := func(x float64, w []float64) [][]float64 { return [][]float64{w, {x}, w[1:]} }
	vjp := func(x float64, w, dw []float64, dy [][]float64) (y [][]float64, dx float64) {
		for i, d := range dy[0] {
			dw[i] += d
		}
		for i, d := range dy[2] {
			dw[1+i] += d
		}
		return rows(x, w), dy[1][0]
	}
	jvp := func(x float64, w []float64, dx float64, dw []float64) (y, dy [][]float64) {
		return rows(x, w), rows(dx, dw)
	}
	w := []float64{1.5, -2}
	gradcheck.VJP(t, rows, vjp, 0.3, w)
	gradcheck.JVP(t, rows, jvp, 0.3, w)
	gradcheck.Adjoint(t, vjp, jvp, 0.3, w)
	once := func(x float64, w, dw []float64, dy [][]float64) (y [][]float64, dx float64) {
		dy = [][]float64{dy[0], dy[1], make([]float64, 1)}
		return vjp(x, w, dw, dy)
	}
	wantError(t, record(gradcheck.VJP, rows, once, 0.3, w), "dw[1] is")
	wantError(t, record(gradcheck.Adjoint, once, jvp, 0.3, w), "⟨v, Jᵀu⟩ is")
	wantError(t, record(gradcheck.VJP, rows, func(x float64, w, dw []float64, dy [][]float64) (y [][]float64, dx float64) {
		dy[2][0]++
		return vjp(x, w, dw, dy)
	}, 0.3, w), "dy[2][0], which was given, is changed")

	t.Run("fresh", func(t *testing.T) {
		fresh := func(x float64) [][]float64 { v := []float64{x, x * x}; return [][]float64{v, v[1:], v} }
		tangents := func(x, dx float64) [][]float64 { return [][]float64{{dx, 2 * x * dx}, {2 * x * dx}, {dx, 2 * x * dx}} }
		gradcheck.JVP(t, fresh, func(x, dx float64) (y, dy [][]float64) { return fresh(x), tangents(x, dx) }, 0.3)
		for i := range 3 {
			wantError(t, record(gradcheck.JVP, fresh, func(x, dx float64) (y, dy [][]float64) {
				dy = tangents(x, dx)
				dy[i][len(dy[i])-1]++
				return fresh(x), dy
			}, 0.3), "dy[0][1] is")
		}
	})
	t.Run("pointers and maps", func(t *testing.T) {
		type node struct {
			V    float64
			Rows [][]float64
			Next *node
			Map  map[string]*node
		}
		f := func(x float64, w []float64) (y *node, all []node) {
			y = &node{V: x * x, Rows: [][]float64{w, w}}
			y.Next, y.Map = y, map[string]*node{"a": y}
			all = []node{*y}
			return y, append(all, all...)
		}
		vjp := func(x float64, w, dw []float64, dy *node, dall []node) (y *node, all []node, dx float64) {
			if dy.Next != dy || dy.Map["a"] != dy || dall[0].Next != dall[1].Next || dall[0].Next.Map["a"] != dall[1].Next {
				panic("what is one is not one in the shadow")
			}
			y, all = f(x, w)
			for _, d := range []*node{dy, dall[0].Next, &dall[0], &dall[1]} {
				dx += 2 * x * d.V
				for _, r := range d.Rows {
					for i := range r {
						dw[i] += r[i]
					}
				}
			}
			return y, all, dx
		}
		gradcheck.VJP(t, f, vjp, 0.3, w)
		type tree struct {
			V    float64
			Kids []tree
		}
		cycle := func(x float64) []tree {
			y := []tree{{V: x}}
			y[0].Kids = y
			return y
		}
		gradcheck.VJP(t, cycle, func(x float64, dy []tree) ([]tree, float64) { return cycle(x), dy[0].V }, 0.3)
	})
}

// Numbers of other types.

type celsius float64

type single float32

func TestNamedTypes(t *testing.T) {
	f := func(c celsius, s []celsius) celsius { return c * s[0] }
	gradcheck.Grad(t, f, func(c celsius, s []celsius) (celsius, []celsius) { return s[0], []celsius{c} }, 2, []celsius{3})
	wantFatal(t, record(gradcheck.Grad, f, func(c float64, s []celsius) (float64, []celsius) { return 0, nil }, 2, []celsius{3}), "it must be a func(c gradcheck_test.celsius, s []gradcheck_test.celsius) (dc gradcheck_test.celsius, ds []gradcheck_test.celsius)")
}

func TestSinglePrecision(t *testing.T) {
	f := func(x []float32, k single) float64 {
		s := float32(0)
		for i, v := range x {
			s += v * v * float32(k) * float32(i+1)
		}
		return float64(s)
	}
	grad := func(x []float32, k single) (dx []float32, dk single) {
		for i, v := range x {
			dx = append(dx, 2*v*float32(k)*float32(i+1))
			dk += single(v * v * float32(i+1))
		}
		return dx, dk
	}
	x := []float32{1, -0.001, 100, 0}
	gradcheck.Grad(t, f, grad, x, 0.7)
	wantError(t, record(gradcheck.Grad, f, func(x []float32, k single) ([]float32, single) {
		dx, dk := grad(x, k)
		dx[2] *= 1.03
		return dx, dk
	}, x, 0.7), "dx[2] is")
	sin := func(x float32) float32 { return float32(math.Sin(float64(x))) }
	cos := func(x float32) float32 { return float32(math.Cos(float64(x))) }
	gradcheck.Grad(t, sin, cos, 1)
	gradcheck.Grad(t, sin, cos, 30)
	gradcheck.HVP(t, sin, func(x, v float32) float32 { return -sin(x) * v }, 1)
	wantError(t, record(gradcheck.HVP, sin, func(x, v float32) float32 { return sin(x) * v }, 1), "hx is")
	gradcheck.Adjoint(t, func(x, dy float32) (y, dx float32) { return sin(x), cos(x) * dy }, func(x, dx float32) (y, dy float32) { return sin(x), cos(x) * dx }, 1)
}

func sum[T ~float32 | ~float64](xs ...T) (y T) {
	for _, x := range xs {
		y += x * x
	}
	return y
}

func TestVariadicAndGeneric(t *testing.T) {
	grad := func(xs ...float64) (d []float64) {
		for _, x := range xs {
			d = append(d, 2*x)
		}
		return d
	}
	gradcheck.Grad(t, sum[float64], grad, 1, 2.5, 3)
	gradcheck.Grad(t, sum[float64], grad, []float64{1, 2})
	gradcheck.Grad(t, sum[float64], grad)
	gradcheck.Grad(t, sum[float64], grad, 1, gradcheck.Wrt("xs"))
	wantError(t, record(gradcheck.Grad, sum[float64], func(xs ...float64) []float64 { return xs }, 1, 2), "dxs[1] is 2, differences give 4", "the shadow of xs shares memory with xs[0]")
	wantFatal(t, record(gradcheck.Grad, sum[float64], func(xs []float64) []float64 { return xs }, 1), "it must be a func(xs ...float64) (dxs []float64)")
	gradcheck.VJP(t, sum[float64], func(xs, dxs []float64, dy float64) float64 {
		for i, x := range xs {
			dxs[i] += 2 * x * dy
		}
		return sum(xs...)
	}, 1, 2)
	gradcheck.JVP(t, sum[float32], func(xs, dxs []float32) (y, dy float32) {
		for i, x := range xs {
			dy += 2 * x * dxs[i]
		}
		return sum(xs...), dy
	}, 1, 2)
}

func TestSecondOrder(t *testing.T) {
	f := func(x []float64) float64 { return x[0]*x[0]*x[1] + math.Exp(x[1])*x[2] }
	hessian := func(x []float64) [][]float64 {
		e := math.Exp(x[1])
		return [][]float64{{2 * x[1], 2 * x[0], 0}, {2 * x[0], e * x[2], e}, {0, e, 0}}
	}
	hvp := func(x, v []float64) []float64 {
		h := make([]float64, 3)
		for i, row := range hessian(x) {
			h[i] = dot(row, v)
		}
		return h
	}
	for _, x := range [][]float64{{1, 2, 3}, {0, 0.5, 1e-4}, {-30, 1e-3, 0}, {1e-8, 1, 100}} {
		gradcheck.Hessian(t, f, hessian, x)
		gradcheck.HVP(t, f, hvp, x)
	}
	gradcheck.Hessian(t, cube, func(x float64) float64 { return 6 * x }, 2)
	gradcheck.Hessian(t, sum[float64], func(xs ...float64) [][]float64 { return nil })
	wantError(t, record(gradcheck.Hessian, cube, func(x float64) float64 { return 3 * x }, 2), "h is 6, differences give 12")

	x := []float64{1, 2, 3}
	wantError(t, record(gradcheck.Hessian, f, func(x []float64) [][]float64 {
		h := hessian(x)
		h[1][0] = 0
		return h
	}, x), "h[1][0] is 0, differences give 2")
	wantError(t, record(gradcheck.Hessian, f, func(x []float64) [][]float64 { return hessian(x)[:2] }, x), "the matrix has 2 rows, want 3")
	wantError(t, record(gradcheck.Hessian, f, func(x []float64) [][]float64 {
		h := hessian(x)
		h[2] = h[2][:1]
		return h
	}, x), "row 2 of the matrix has length 1, want 3")
	wantError(t, record(gradcheck.HVP, f, func(x, v []float64) []float64 {
		h := hvp(x, v)
		h[2] = -h[2]
		return h
	}, x), "hx[2] is")
	wantError(t, record(gradcheck.HVP, f, func(x, v []float64) []float64 {
		h := hvp(x, v)
		v[0] = 0
		return h
	}, x), "vx[0], which was given, is changed")
	wantError(t, record(gradcheck.HVP, f, func(x, v []float64) []float64 {
		copy(v, hvp(x, v))
		return v
	}, x), "vx[0], which was given, is changed")
}

func TestJacobian(t *testing.T) {
	f := func(x []float64, n int) []float64 { return []float64{x[0] * x[1], math.Sin(x[1]) * float64(n)} }
	right := func(x []float64, n int) [][]float64 {
		return [][]float64{{x[1], x[0]}, {0, math.Cos(x[1]) * float64(n)}}
	}
	gradcheck.Jacobian(t, f, right, []float64{2, 3}, 4)
	wantError(t, record(gradcheck.Jacobian, f, func(x []float64, n int) [][]float64 {
		j := right(x, n)
		j[0], j[1] = j[1], j[0]
		return j
	}, []float64{2, 3}, 4), "jacobian[0][0] is 0, differences give 3", "jacobian[1][1] is 2")
	wantError(t, record(gradcheck.Jacobian, f, func(x []float64, n int) [][]float64 {
		j := right(x, n)
		return [][]float64{j[0], j[0]}
	}, []float64{2, 3}, 4), "rows 0 and 1 of the matrix share memory")

	polar := func(x [2]float64) (r float64, label string, phi float64, err error) {
		return math.Hypot(x[0], x[1]), "polar", math.Atan2(x[1], x[0]), nil
	}
	gradcheck.Jacobian(t, polar, func(x [2]float64) ([][]float64, error) {
		r := math.Hypot(x[0], x[1])
		return [][]float64{{x[0] / r, x[1] / r}, {-x[1] / r / r, x[0] / r / r}}, nil
	}, [2]float64{3, 4})
	gradcheck.Jacobian(t, cube, func(x float64) [][]float64 { return [][]float64{{3 * x * x}} }, 2)
}

func TestAdjoint(t *testing.T) {
	a, b := []float64{1, 2, 3}, []float64{4, 5, 6}
	gradcheck.Adjoint(t, dotVJP, dotJVP, a, b)
	gradcheck.Adjoint(t, dotVJP, dotJVP, a, a)
	var adjoint checker = gradcheck.Adjoint
	wantError(t, record(adjoint, func(a, b, da, db []float64, dy float64) float64 {
		y := dotVJP(a, b, da, db, dy)
		da[1] *= 1 + 1e-8
		return y
	}, dotJVP, a, b), "Adjoint of gradcheck_test.dotJVP: ⟨v, Jᵀu⟩ is")
	wantError(t, record(adjoint, dotVJP, func(a, b, da, db []float64) (y, dy float64) {
		y, _ = dotJVP(a, b, da, db)
		return y, math.NaN()
	}, a, b), "⟨v, Jᵀu⟩ is")
	wantError(t, record(adjoint, scaleVJP, func(x []float64, k float64, dx []float64, dk float64) (y, dy float64) {
		return scaleJVP(x, k, slices.Clone(dx), dk)
	}, a, 2.5), "⟨v, Jᵀu⟩ is")
	wantError(t, record(adjoint, func(a, b, da, db []float64, dy float64) float64 {
		return math.Nextafter(dotVJP(a, b, da, db, dy), 0)
	}, dotJVP, a, b), "result y is 31.999999999999996, want 32")
	wantError(t, record(adjoint, dotVJP, func(a, b, da, db []float64) (y, dy float64) {
		if da[0] != 0 {
			panic("oops")
		}
		return dotJVP(a, b, da, db)
	}, a, b), "the forward mode panics: oops")
	wantFatal(t, record(adjoint, scaleVJP, dotJVP, a, b), "must be a func(a []float64, b []float64, da []float64, db []float64, dy float64) (y float64)")
	wantFatal(t, record(adjoint, cube, cube, 1), "not of the forms FVJP and FJVP")
	gradcheck.Adjoint(t, func(a, b, db []float64, dy float64) float64 { return dotVJP(a, b, make([]float64, len(a)), db, dy) },
		func(a, b, db []float64) (y, dy float64) { return dotJVP(a, b, make([]float64, len(a)), db) }, a, b, gradcheck.Wrt("b"))
}

// TestAdjointOfError gives arguments at which F returns an error.
func TestAdjointOfError(t *testing.T) {
	fail := func(x []float64, k float64) (float64, error) {
		if x[0] < 0 {
			x[1] = 7
			return k, errors.New("negative")
		}
		return k * x[0], nil
	}
	vjp := func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
		if y, err = fail(x, k); err == nil {
			dx[0] += k * dy
			dk = x[0] * dy
		}
		return y, dk, err
	}
	jvp := func(x []float64, k float64, dx []float64, dk float64) (y, dy float64, err error) {
		if y, err = fail(x, k); err == nil {
			dy = k*dx[0] + x[0]*dk
		} else {
			dx[1] = 0
		}
		return y, dy, err
	}
	gradcheck.Adjoint(t, vjp, jvp, []float64{1, 2}, 3)
	gradcheck.Adjoint(t, vjp, jvp, []float64{-1, 2}, 3)

	for _, c := range []struct {
		name     string
		vjp, jvp any
		want     string
	}{
		{"other error", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			y, dk, _ = vjp(x, k, dx, dy)
			return y, dk, errors.New("other")
		}, jvp, "the derivative returns the error other, want negative"},
		{"no error", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			y, dk, _ = vjp(x, k, dx, dy)
			return y, dk, nil
		}, jvp, "the derivative returns the error <nil>, want negative"},
		{"derivative", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			y, _, err = vjp(x, k, dx, dy)
			return y, 1, err
		}, jvp, "dk is not zero beside an error"},
		{"shadow", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			dx[0] += dy
			return vjp(x, k, dx, dy)
		}, jvp, "beside an error"},
		{"memory", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			_, err = fail([]float64{-1, 0}, k)
			return k, 0, err
		}, jvp, "memory after the call: x[1] is 2, want 7"},
		{"value", func(x []float64, k float64, dx []float64, dy float64) (y, dk float64, err error) {
			_, dk, err = vjp(x, k, dx, dy)
			return 0, dk, err
		}, jvp, "result y is 0, want 3"},
		{"tangent of the result", vjp, func(x []float64, k float64, dx []float64, dk float64) (y, dy float64, err error) {
			y, _, err = jvp(x, k, dx, dk)
			return y, dk, err
		}, "dy is not zero beside an error"},
		{"tangent given", vjp, func(x []float64, k float64, dx []float64, dk float64) (y, dy float64, err error) {
			dx[0] = 0
			return jvp(x, k, dx, dk)
		}, "the forward mode where tangents are not zero: dx[0] is changed from"},
		{"error of the tangents", vjp, func(x []float64, k float64, dx []float64, dk float64) (y, dy float64, err error) {
			y, dy, err = jvp(x, k, dx, dk)
			return y, dy, fmt.Errorf("%w%.0f", err, math.Abs(dk))
		}, "want negative0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, record(gradcheck.Adjoint, c.vjp, c.jvp, []float64{-1, 2}, 3), c.want)
		})
	}
}

func TestWrt(t *testing.T) {
	byB := func(a, b []float64) []float64 { return slices.Clone(a) }
	a, b := []float64{1, 2}, []float64{3, 4}
	gradcheck.Grad(t, dot, byB, a, b, gradcheck.Wrt("b"))
	gradcheck.Grad(t, dot, byB, a, gradcheck.Wrt("1"), b)
	gradcheck.Grad(t, dot, dotGrad, gradcheck.Wrt("b", "a"), a, b)
	gradcheck.Grad(t, (*model).Loss, func(m *model, x float64) *model { _, dm, _ := m.LossValueGrad(x); return dm }, newModel(), 1.5, gradcheck.Wrt("m"))
	gradcheck.Grad(t, (*model).Loss, func(m *model, x float64) float64 { _, _, dx := m.LossValueGrad(x); return dx }, newModel(), 1.5, gradcheck.Wrt("x"))
	gradcheck.Grad(t, newModel().Loss, func(x float64) float64 { _, _, dx := newModel().LossValueGrad(x); return dx }, 1.5, gradcheck.Wrt("0"))

	count := func(x float64, n int) float64 { return x * float64(n) }
	countGrad := func(x float64, n int) float64 { return float64(n) }
	for _, c := range []struct {
		name          string
		f, derivative any
		args          []any
		want          string
	}{
		{"integer", count, countGrad, []any{1, 2, gradcheck.Wrt("n")}, " has type int, which carries no derivative"},
		{"unknown", dot, byB, []any{a, b, gradcheck.Wrt("c")}, "gradcheck_test.dot has no parameter c; its parameters are a []float64, b []float64"},
		{"no position", dot, byB, []any{a, b, gradcheck.Wrt("2")}, "has no parameter 2"},
		{"twice", dot, byB, []any{a, b, gradcheck.Wrt("b", "1")}, "Wrt names parameter b twice"},
		{"given twice", dot, byB, []any{a, b, gradcheck.Wrt("b"), gradcheck.Wrt("a")}, "Wrt is given twice"},
		{"none", dot, byB, []any{a, b, gradcheck.Wrt()}, "Wrt names no parameter"},
		{"not named", dot, byB, []any{a, b}, "func(a []float64, b []float64) (da []float64, db []float64)"},
	} {
		t.Run(c.name, func(t *testing.T) { wantFatal(t, record(gradcheck.Grad, c.f, c.derivative, c.args...), c.want) })
	}
	t.Run("wrapper", func(t *testing.T) {
		wantFatal(t, record(gradcheck.Grad, activation.apply, activation.apply, linear{1}, 2, gradcheck.Wrt("x")), "parameter x is not known by its name, give its position: the source of gradcheck_test.activation.apply is not at hand")
		gradcheck.Grad(t, activation.apply, func(_ activation, x float64) float64 { return 3 }, linear{3}, 2)
		gradcheck.Grad(t, activation.apply, func(a activation, x float64) activation { return linear{x} }, linear{3}, 2, gradcheck.Wrt("a"))
		gradcheck.Grad(t, activation.apply, func(a activation, x float64) activation { return &square{x * x} }, &square{3}, 2, gradcheck.Wrt("0"))
		gradcheck.VJP(t, activation.apply, func(a activation, x float64, da *activation, dy float64) float64 {
			*da = linear{(*da).(linear).A + x*dy}
			return a.apply(x)
		}, linear{3}, 2, gradcheck.Wrt("0"))
		type holder struct{ act activation }
		held := func(h holder, x float64) float64 { return h.act.apply(x) }
		gradcheck.Grad(t, held, func(h holder, x float64) (dh holder, dx float64) { return holder{linear{x}}, 3 }, holder{linear{3}}, 2)
		gradcheck.Grad(t, held, func(h holder, x float64) (dx float64) { return 3 }, holder{linear{3}}, 2)
	})
}

// The parameters of these stand on one line, so that the source does not tell them apart.
var left, right = func(p float64) float64 { return p }, func(q float64) float64 { return q }

func TestNamesInSource(t *testing.T) {
	one := func(float64) float64 { return 1 }
	var inner func(float64) float64
	outer := func(p float64) float64 {
		inner = func(q float64) float64 {
			return q
		}
		return p
	}
	outer(1)
	gradcheck.Grad(t, inner, one, 1, gradcheck.Wrt("q"))
	gradcheck.Grad(t, outer, one, 1, gradcheck.Wrt("p"))
	gradcheck.Grad(t, left, one, 1)
	wantFatal(t, record(gradcheck.Grad, right, one, 1, gradcheck.Wrt("q")), "has no parameter q")
	blank := func(_ float64, _ []float64) float64 { return 1 }
	zero := func(_ float64, x []float64) (float64, []float64) { return 0, []float64{0} }
	gradcheck.Grad(t, blank, zero, 1, []float64{2})
	wantError(t, record(gradcheck.Grad, blank, func(_ float64, x []float64) (float64, []float64) { return 0, []float64{1} }, 1, []float64{2}), "darg1[0] is 1")
}

func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		name          string
		check         checker
		f, derivative any
		args          []any
		want          string
	}{
		{"no function", gradcheck.Grad, 1, cube, []any{1}, "f has type int; it must be a function"},
		{"no derivative", gradcheck.Grad, cube, nil, []any{1}, "derivative has type <nil>; it must be a function"},
		{"nil function", gradcheck.Grad, (func(float64) float64)(nil), cube, []any{1}, "f is nil"},
		{"few arguments", gradcheck.Grad, cube, cube, nil, "0 arguments for gradcheck_test.cube, which takes 1"},
		{"many arguments", gradcheck.Grad, cube, cube, []any{1, 2}, "2 arguments for gradcheck_test.cube, which takes 1"},
		{"other type", gradcheck.Grad, cube, cube, []any{"1"}, "argument x of gradcheck_test.cube has type string; it must have type float64"},
		{"nil", gradcheck.Grad, cube, cube, []any{nil}, "argument x of gradcheck_test.cube is nil; it must have type float64"},
		{"no integer", gradcheck.Grad, func(n int, x float64) float64 { return x }, func(n int, x float64) float64 { return 1 }, []any{1.5, 1}, "has type float64; it must have type int"},
		{"no result", gradcheck.Grad, func(x []float64) {}, func(x []float64) []float64 { return x }, []any{nil}, "has no result that carries a derivative"},
		{"integer result", gradcheck.Grad, func(x float64) int { return 1 }, cube, []any{1}, "has no result that carries a derivative"},
		{"two results", gradcheck.Grad, func(x float64) (a, b float64) { return x, x }, cube, []any{1}, "has several results that carry a derivative"},
		{"slice result", gradcheck.Grad, func(x []float64) []float64 { return x }, func(x []float64) []float64 { return x }, []any{nil}, "has type []float64; it must be a float"},
		{"no parameter", gradcheck.Grad, func(n int) float64 { return 1 }, func(n int) float64 { return 1 }, []any{1}, "no parameter of gradcheck_test.TestMisuse"},
		{"tolerance", gradcheck.Grad, cube, cube, []any{1, gradcheck.Tol(-1)}, "Tol(-1) is not a positive number"},
		{"two tolerances", gradcheck.Grad, cube, cube, []any{1, gradcheck.Tol(1), gradcheck.Tol(1)}, "Tol is given twice"},
		{"panic", gradcheck.Grad, func(x []float64) float64 { return x[0] }, func(x []float64) []float64 { return x }, []any{nil}, "panics at these arguments: runtime error: index out of range"},
		{"several parameters", gradcheck.Hessian, dot, dot, []any{nil, nil}, "several parameters; name one of them with Wrt"},
		{"no vector", gradcheck.Jacobian, line, line, []any{pair{}, 1, gradcheck.Wrt("p")}, "parameter p of gradcheck_test.line has type gradcheck_test.pair; it must be a float, or a slice or an array of floats"},
		{"no output vector", gradcheck.Jacobian, func(x float64) pair { return pair{} }, cube, []any{1}, "must be one slice or array of floats, or floats"},
	} {
		t.Run(c.name, func(t *testing.T) { wantFatal(t, record(c.check, c.f, c.derivative, c.args...), c.want) })
	}
}

func TestTol(t *testing.T) {
	rough := func(x float64) float64 { return 3 * x * x * 1.0001 }
	gradcheck.Grad(t, cube, rough, 2, gradcheck.Tol(1e-3))
	wantError(t, record(gradcheck.Grad, cube, rough, 2, gradcheck.Tol(1e-5)), "dx is")
	wantError(t, record(gradcheck.Grad, cube, rough, 2), "dx is")
}

func TestManyErrors(t *testing.T) {
	x := make([]float64, 25)
	r := record(gradcheck.Grad, func(x []float64) float64 { return 0 }, func(x []float64) []float64 {
		d := make([]float64, len(x))
		for i := range d {
			d[i] = 1
		}
		return d
	}, x)
	wantError(t, r, "dx[9] is 1", "and 15 more for dx")
	if len(r.errors) != 11 {
		t.Errorf("got %d errors, want 11", len(r.errors))
	}
}

func TestErrorLeavesShadows(t *testing.T) {
	fail := func(x []float64) (float64, error) {
		if x[0] < 0 {
			return 0, errors.New("negative")
		}
		return x[0], nil
	}
	right := func(x, dx []float64, dy float64) (float64, error) {
		y, err := fail(x)
		if err == nil {
			dx[0] += dy
		}
		return y, err
	}
	gradcheck.VJP(t, fail, right, []float64{1})
	gradcheck.VJP(t, fail, right, []float64{-1})
	wantError(t, record(gradcheck.VJP, fail, func(x, dx []float64, dy float64) (float64, error) {
		dx[0] += dy
		return fail(x)
	}, []float64{-1}), "dx[0] is changed from", "beside an error")
	gradcheck.Grad(t, fail, func(x []float64) ([]float64, error) { _, err := fail(x); return nil, err }, []float64{-1})
	wantError(t, record(gradcheck.JVP, fail, func(x, dx []float64) (y, dy float64, err error) {
		y, err = fail(x)
		return y, dx[0], err
	}, []float64{-1}), "dy is not zero beside an error")
}

// TestErrorBesideReplacedLinks lets a function fail after it has replaced slices; their shadows are then unspecified.
func TestErrorBesideReplacedLinks(t *testing.T) {
	fail := errors.New("fail")
	swap := func(m [][]float64) error {
		m[0], m[1] = m[1], m[0]
		return fail
	}
	vjp := func(m, dm [][]float64) error {
		dm[0], dm[1] = dm[1], dm[0]
		return swap(m)
	}
	gradcheck.VJP(t, swap, vjp, [][]float64{{1}, {2}, {3}})
	wantError(t, record(gradcheck.VJP, swap, func(m, dm [][]float64) error {
		dm[2] = dm[1]
		return swap(m)
	}, [][]float64{{1}, {2}, {3}}), "dm[2], which was given, points elsewhere")
}

// TestOverwrittenByZero adds a number to memory that happens to be zero.
func TestOverwrittenByZero(t *testing.T) {
	add := func(x []float64, a float64) { x[0] += a }
	gradcheck.VJP(t, add, func(x []float64, a float64, dx []float64) (da float64) {
		add(x, a)
		return dx[0]
	}, []float64{2}, 0.0)
	gradcheck.JVP(t, add, func(x []float64, a float64, dx []float64, da float64) {
		add(x, a)
		dx[0] += da
	}, []float64{2}, 0.0)
}

// TestSharedReadBesideWritten passes one slice twice, which is only read, beside one of another length that is overwritten.
func TestSharedReadBesideWritten(t *testing.T) {
	f := func(a, b, c []float64) { c[0] *= a[0] * b[0] }
	x := []float64{1, 2, 3, 4, 5}
	gradcheck.VJP(t, f, func(a, b, c, da, db, dc []float64) {
		da[0] += dc[0] * c[0] * b[0]
		db[0] += dc[0] * c[0] * a[0]
		dc[0] *= a[0] * b[0]
		f(a, b, c)
	}, x, x, []float64{1, 2, 3})
}

// TestNarrow has points in a narrow region on both sides of which the function is another one.
func TestNarrow(t *testing.T) {
	narrow := func(x, s float64) float64 {
		if x*x > 1e-4 {
			return x*3 + s
		}
		return x*s + x*3 + s
	}
	right := func(x, s float64) (y, dx, ds float64) {
		return narrow(x, s), s + 3, x + 1
	}
	wrong := func(x, s float64) (y, dx, ds float64) {
		return narrow(x, s), 3, 1
	}
	gradcheck.ValueGrad(t, narrow, right, 0.0, 0.3)
	wantError(t, record(gradcheck.ValueGrad, narrow, wrong, 0.0, 0.3), "dx is 3")
}
