package rules

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
)

// samples is where each function is compared with differences: the function is smooth near each point, and most points
// are off the grid on which formulas are right by chance.
var samples = map[string][][]float64{
	"max":              pairs,
	"min":              pairs,
	"math.Abs":         cross(wide),
	"math.Acos":        cross(inner),
	"math.Acosh":       cross(append(span(1.01, 8, 21), 1.0001, 1e5, 1e100)),
	"math.Asin":        cross(inner),
	"math.Asinh":       cross(wide),
	"math.Atan":        cross(wide),
	"math.Atan2":       append(slices.Clone(pairs), []float64{0, 1.5}, []float64{2, 0}, []float64{-0.7, 0}),
	"math.Atanh":       cross(inner),
	"math.Cbrt":        cross(wide),
	"math.Ceil":        cross(wide),
	"math.Copysign":    pairs,
	"math.Cos":         cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.Cosh":        cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.Dim":         pairs,
	"math.Erf":         cross(append(span(-4, 4, 41), 0)),
	"math.Erfc":        cross(append(span(-4, 20, 41), 0)),
	"math.Erfcinv":     cross(append(span(0.003, 1.99, 41), 1)),
	"math.Erfinv":      cross(append(span(-0.99, 0.99, 41), 0, 1e-10)),
	"math.Exp":         cross(append(span(-10, 10, 41), 0, 300.5, -300.5)),
	"math.Exp2":        cross(append(span(-10, 10, 41), 0, 300.5, -300.5)),
	"math.Expm1":       cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.FMA":         cross(span(-3, 5, 4), span(-4, 3, 4), span(-2, 3, 4)),
	"math.Floor":       cross(wide),
	"math.Frexp":       cross(wide),
	"math.Gamma":       cross(append(span(-4.9, 12, 60), 1.4616, 100.3, 1e-3, 1e-100)),
	"math.Hypot":       append(slices.Clone(pairs), []float64{0, 1.5}, []float64{2, 0}, []float64{-0.7, 0}),
	"math.J0":          cross(append(span(-20, 20, 41), 0, 1e-3)),
	"math.J1":          cross(append(span(-20, 20, 41), 0, 1e-3)),
	"math.Jn":          cross([]float64{-3, -2, -1, 0, 1, 2, 3, 7}, append(span(-12, 12, 21), 0)),
	"math.Ldexp":       cross(wide, []float64{-30, -1, 0, 1, 30}),
	"math.Lgamma":      cross(append(span(-4.9, 12, 60), 1.4616, 1e10, 1e-3, 1e-100)),
	"math.Log":         cross(positive),
	"math.Log10":       cross(positive),
	"math.Log1p":       cross(append(span(-0.99, 10, 41), 0, 1e-10, 1e10)),
	"math.Log2":        cross(positive),
	"math.Logb":        cross(wide),
	"math.Max":         pairs,
	"math.Min":         pairs,
	"math.Mod":         pairs,
	"math.Modf":        cross(wide),
	"math.Nextafter":   pairs,
	"math.Nextafter32": cross(span(-3, 4, 8), span(-4, 3, 7)),
	"math.Pow":         slices.Concat(realPowers, wholePowers),
	"math.Remainder":   pairs,
	"math.Round":       cross(wide),
	"math.RoundToEven": cross(wide),
	"math.Sin":         cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.Sincos":      cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.Sinh":        cross(append(span(-10, 10, 41), 0, 300.5)),
	"math.Sqrt":        cross(positive),
	"math.Tan":         cross(append(span(-1.5, 1.5, 31), 0, 2, 300.5)),
	"math.Tanh":        cross(append(span(-5, 5, 41), 0)),
	"math.Trunc":       cross(wide),
	"math.Y0":          cross(append(span(0.1, 20, 41), 1e-3)),
	"math.Y1":          cross(append(span(0.1, 20, 41), 1e-3)),
	"math.Yn":          cross([]float64{-3, -2, -1, 0, 1, 2, 3, 7}, append(span(0.3, 12, 21), 1e-3)),
}

var (
	wide        = append(span(-10.1, 10.3, 41), 1e-3, -1e-3, 77.7, -1234.4)
	inner       = append(span(-0.97, 0.98, 31), 0, 1e-6, 0.9999)
	positive    = append(span(0.05, 10, 21), 1, 2, 4, 1e-3, 123.4, 1e-100, 1e100)
	pairs       = cross(span(-5.1, 5.3, 11), append(span(-3.3, 4.7, 8), 20.3))
	realPowers  = append(cross(positive[:25], append(span(-3.5, 4.5, 9), -1, 0, 1, 2, 3)), []float64{1e-100, 0.5}, []float64{1e100, 2})
	wholePowers = cross([]float64{-2, -0.7, -3.1}, []float64{-3, -2, -1, 0, 1, 2, 3, 4})
)

// span returns n values from lo to hi, unevenly spaced.
func span(lo, hi float64, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		s := float64(i) / float64(n-1)
		xs[i] = lo + (hi-lo)*(s+0.3*s*(1-s))
	}
	return xs
}

// difference returns the derivative of f at 0 from central differences with steps h, h/2, h/4, …, extrapolated to step 0
// as Richardson does, and an estimate of its error, given the relative error eps of f: of all extrapolations the one that
// agrees best with its neighbours. A step at which f is not finite is too long.
func difference(f func(h float64) float64, h, eps float64) (d, err float64) {
	const levels = 14
	var row []float64 // of the tableau: the k-th has errors of order h^(2k+2)
	d, err = math.NaN(), math.Inf(1)
	for range levels {
		lo, hi := f(-h), f(h)
		if !finite(hi - lo) {
			row = nil
			h /= 2
			continue
		}
		rounding := eps * (math.Abs(lo) + math.Abs(hi)) / h
		next := []float64{(hi - lo) / (2 * h)}
		for k, prev := range row {
			q := math.Pow(4, float64(k+1))
			extrapolated := (q*next[k] - prev) / (q - 1)
			e := rounding + max(math.Abs(extrapolated-next[k]), math.Abs(extrapolated-prev))
			if e < err {
				d, err = extrapolated, e
			}
			next = append(next, extrapolated)
		}
		row = next
		h /= 2
	}
	return d, err
}

// step returns a first step for differences at x.
func step(x float64) float64 {
	if x == 0 {
		return 1.0 / 64
	}
	return math.Min(math.Abs(x)/64, 1.0/64+math.Abs(x)/1e3)
}

// precision returns the rounding error of tgt's results.
func precision(tgt target) float64 {
	if tgt.fn.Type().Out(0).Kind() == reflect.Float32 {
		return 0x1p-24
	}
	return 0x1p-53
}

// reference compares got with the derivative of f at 0 and says what is wrong.
func reference(got float64, f func(h float64) float64, h, eps float64) error {
	want, err := difference(f, h, eps)
	if size := math.Abs(f(0)); !(err <= 1e-6*math.Abs(want)+1e4*eps*(1+size/h)) {
		return fmt.Errorf("the difference %v ± %v is no reference", want, err)
	}
	if !(math.Abs(got-want) <= 5*err+1e-10*math.Abs(want)) {
		return fmt.Errorf("%v, want %v ± %v", got, want, err)
	}
	return nil
}

// TestDifferences compares every rule with differences of its function, at every sample and for every result.
func TestDifferences(t *testing.T) {
	for _, r := range mustLoad(t).rules {
		t.Run(r.name, func(t *testing.T) {
			tgt, _ := targetOf(r.of)
			checked := 0
			for _, p := range samples[r.of] {
				for j := range tgt.seeds() {
					got := r.apply(p, unit(tgt.seeds(), j))
					for k, i := range r.wrt {
						if !smooth(tgt, p, i) {
							continue
						}
						f := func(h float64) float64 { return call(tgt.fn, shifted(p, i, h)...)[j] }
						if err := reference(got[k], f, step(p[i]), precision(tgt)); err != nil {
							t.Fatalf("at %v, parameter %d, result %d: %v", p, i, j, err)
						}
						checked++
					}
				}
			}
			if checked < 20 {
				t.Errorf("only %d comparisons", checked)
			}
		})
	}
}

// smooth reports whether tgt is defined at p when parameter i moves: x^y for x < 0 is so for whole y only.
func smooth(tgt target, p []float64, i int) bool {
	return !(tgt.name == "math.Pow" && i == 1 && p[0] < 0)
}

// TestDifference checks the reference itself.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		f    func(float64) float64
		want float64
	}{
		{math.Sin, 1},
		{math.Exp, 1},
		{func(h float64) float64 { return math.Log(0.01 + h) }, 100},
		{func(h float64) float64 { return math.Floor(0.9 + h) }, 0},
	} {
		got, err := difference(c.f, 0.25, 0x1p-53)
		if math.Abs(got-c.want) > 1e-9*(1+c.want) || err > 1e-8 {
			t.Errorf("%v ± %v, want %v", got, err, c.want)
		}
	}
	if d, err := difference(func(h float64) float64 { return math.Cbrt(h) }, 0.25, 0x1p-53); err < 1 {
		t.Errorf("∛h has no derivative at 0, got %v ± %v", d, err)
	}
}
