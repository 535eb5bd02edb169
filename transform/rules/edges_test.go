package rules

import (
	"fmt"
	"math"
	"testing"
)

var (
	inf     = math.Inf(1)
	nan     = math.NaN()
	negZero = math.Copysign(0, -1)
)

// TestEdges fixes what the rules give where a derivative is a convention, infinite or easily wrong. The subset rules give
// the same, as TestSubsets checks. Zeros are compared without their sign.
func TestEdges(t *testing.T) {
	huge, tiny := math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, c := range []struct {
		rule string
		at   []float64
		seed float64
		want []float64
	}{
		// Kinks and ties.
		{"Abs", []float64{0}, 1, []float64{0}},
		{"Abs", []float64{negZero}, 1, []float64{0}},
		{"Abs", []float64{nan}, 1, []float64{nan}},
		{"Abs", []float64{inf}, 2, []float64{2}},
		{"Abs", []float64{-inf}, 2, []float64{-2}},
		{"Abs", []float64{-tiny}, 1, []float64{-1}},
		{"Copysign", []float64{2, -1}, 1, []float64{-1, 0}},
		{"Copysign", []float64{-2, -1}, 1, []float64{1, 0}},
		{"Copysign", []float64{-2, negZero}, 1, []float64{1, 0}},
		{"Copysign", []float64{-2, inf}, 1, []float64{-1, 0}},
		{"Copysign", []float64{0, -1}, 1, []float64{0, 0}},
		{"Copysign", []float64{inf, -1}, 1, []float64{-1, 0}},
		{"Copysign", []float64{nan, -1}, 1, []float64{nan, 0}},
		{"Dim", []float64{2, 2}, 1, []float64{1, -1}},
		{"Dim", []float64{1, 2}, 1, []float64{0, 0}},
		{"Dim", []float64{-inf, inf}, 1, []float64{0, 0}},
		{"Hypot", []float64{0, 0}, 1, []float64{0, 0}},
		{"Hypot", []float64{0, 0}, 0, []float64{0, 0}},
		{"BuiltinMax", []float64{2, 2}, 3, []float64{3, 0}},
		{"BuiltinMax", []float64{0, 0}, 1, []float64{1, 0}},
		{"BuiltinMax", []float64{negZero, 0}, 1, []float64{1, 0}},
		{"BuiltinMax", []float64{nan, 1}, 1, []float64{1, 0}},
		{"BuiltinMax", []float64{1, nan}, 1, []float64{0, 1}},
		{"BuiltinMax", []float64{inf, nan}, 1, []float64{0, 1}},
		{"BuiltinMax", []float64{nan, nan}, 1, []float64{1, 0}},
		{"BuiltinMax", []float64{-inf, inf}, 1, []float64{0, 1}},
		{"BuiltinMin", []float64{2, 2}, 3, []float64{3, 0}},
		{"BuiltinMin", []float64{nan, 1}, 1, []float64{1, 0}},
		{"BuiltinMin", []float64{1, nan}, 1, []float64{0, 1}},
		{"BuiltinMin", []float64{-inf, inf}, 1, []float64{1, 0}},
		{"Max", []float64{2, 2}, 3, []float64{3, 0}},
		{"Max", []float64{0, 0}, 1, []float64{1, 0}},
		{"Max", []float64{nan, 1}, 1, []float64{1, 0}},
		{"Max", []float64{1, nan}, 1, []float64{0, 1}},
		{"Min", []float64{2, 2}, 3, []float64{3, 0}},
		{"Min", []float64{nan, 1}, 1, []float64{1, 0}},
		{"Min", []float64{1, nan}, 1, []float64{0, 1}},

		// Steps.
		{"Floor", []float64{2}, 1, []float64{0}},
		{"Floor", []float64{2.5}, 1, []float64{0}},
		{"Ceil", []float64{2}, 1, []float64{0}},
		{"Trunc", []float64{-2}, 1, []float64{0}},
		{"Round", []float64{0.5}, 1, []float64{0}},
		{"RoundToEven", []float64{0.5}, 1, []float64{0}},
		{"Logb", []float64{8}, 1, []float64{0}},
		{"Mod", []float64{5, 3}, 1, []float64{1, -1}},
		{"Mod", []float64{-5, 3}, 1, []float64{1, 1}},
		{"Mod", []float64{6, 3}, 1, []float64{1, -2}},
		{"Mod", []float64{5, -3}, 1, []float64{1, 1}},
		{"Mod", []float64{1, inf}, 1, []float64{1, 0}},
		{"Mod", []float64{-huge, 3.5}, 1, []float64{1, huge / 3.5}},
		{"Mod", []float64{6 - 0x1p-50, 3}, 1, []float64{1, -1}},
		{"Mod", []float64{3.4999999999999996, 0.7}, 1, []float64{1, -4}}, // x/y rounds to 5
		{"Mod", []float64{5675.32, 6.69}, 1, []float64{1, -848}},         // (x−z)/y rounds to less than 848
		{"Mod", []float64{3 * tiny, 2 * tiny}, 1, []float64{1, -1}},      // denormal
		{"Remainder", []float64{5, 3}, 1, []float64{1, -2}},              // 5 = 2·3 − 1
		{"Remainder", []float64{-5, 3}, 1, []float64{1, 2}},              // −5 = −2·3 + 1
		{"Remainder", []float64{4, 3}, 1, []float64{1, -1}},              // 4 = 3 + 1
		{"Remainder", []float64{1.7e308, 1e308}, 1, []float64{1, -2}},    // x − z overflows
		{"Modf", []float64{2.5}, 1, []float64{1}},                        // the seed is that of the fraction
		{"Frexp", []float64{0}, 1, []float64{1}},                         // 0 = 0·2⁰
		{"Frexp", []float64{48}, 1, []float64{1.0 / 64}},                 // 48 = ¾·2⁶
		{"Ldexp", []float64{0, 3}, 1, []float64{8}},
		{"Ldexp", []float64{1, -1074}, 1, []float64{tiny}},
		{"Nextafter", []float64{0, 1}, 1, []float64{1, 0}},
		{"FMA", []float64{2, 3, inf}, 1, []float64{3, 2, 1}},
		{"FMA", []float64{1e200, 1e200, -inf}, 1, []float64{1e200, 1e200, 1}},
		{"Sincos", []float64{0}, 1, []float64{1}},

		// Infinite partials, and zero adjoints there.
		{"Sqrt", []float64{0}, 1, []float64{inf}},
		{"Sqrt", []float64{0}, -1, []float64{-inf}},
		{"Sqrt", []float64{0}, 0, []float64{0}},
		{"Sqrt", []float64{negZero}, 0, []float64{0}},
		{"Sqrt", []float64{-1}, 1, []float64{nan}},
		{"Sqrt", []float64{-1}, 0, []float64{0}}, // it is not used
		{"Sqrt", []float64{inf}, 1, []float64{0}},
		{"Sqrt", []float64{tiny}, 0, []float64{0}},
		{"Cbrt", []float64{0}, 1, []float64{inf}},
		{"Cbrt", []float64{negZero}, 1, []float64{inf}},
		{"Cbrt", []float64{0}, 0, []float64{0}},
		{"Cbrt", []float64{-inf}, 1, []float64{0}},
		{"Log", []float64{0}, 1, []float64{inf}},
		{"Log", []float64{0}, 0, []float64{nan}}, // the value is not finite
		{"Log", []float64{tiny}, 0, []float64{0}},
		{"Log", []float64{inf}, 1, []float64{0}},
		{"Log2", []float64{0}, 1, []float64{inf}},
		{"Log2", []float64{tiny}, 0, []float64{0}},
		{"Log10", []float64{0}, 1, []float64{inf}},
		{"Log10", []float64{tiny}, 0, []float64{0}},
		{"Log1p", []float64{-1}, 1, []float64{inf}},
		{"Asin", []float64{1}, 1, []float64{inf}},
		{"Asin", []float64{-1}, 1, []float64{inf}},
		{"Asin", []float64{1}, 0, []float64{0}},
		{"Asin", []float64{-1}, 0, []float64{0}},
		{"Asin", []float64{2}, 1, []float64{nan}},
		{"Asin", []float64{2}, 0, []float64{0}},
		{"Acos", []float64{-2}, 0, []float64{0}},
		{"Acosh", []float64{0.5}, 0, []float64{0}},
		{"Acos", []float64{1}, 1, []float64{-inf}},
		{"Acos", []float64{-1}, 1, []float64{-inf}},
		{"Acos", []float64{1}, 0, []float64{0}},
		{"Acos", []float64{-1}, 0, []float64{0}},
		{"Acosh", []float64{1}, 1, []float64{inf}},
		{"Acosh", []float64{1}, 0, []float64{0}},
		{"Acosh", []float64{-2}, 1, []float64{nan}},
		{"Acosh", []float64{inf}, 1, []float64{0}},
		{"Atanh", []float64{1}, 1, []float64{inf}},
		{"Atanh", []float64{-1}, 1, []float64{inf}},
		{"Atan2", []float64{0, 0}, 1, []float64{nan, nan}},
		{"Atan2", []float64{0, 0}, 0, []float64{0, 0}},
		{"Atan2", []float64{negZero, negZero}, 0, []float64{0, 0}},
		{"Atan2", []float64{0, -2}, 1, []float64{-0.5, 0}},
		{"Atan2", []float64{2, 0}, 1, []float64{0, -0.5}},
		{"Erfinv", []float64{1}, 1, []float64{inf}},
		{"Erfcinv", []float64{0}, 1, []float64{-inf}},
		{"Gamma", []float64{0}, 1, []float64{-inf}},
		{"Gamma", []float64{negZero}, 1, []float64{-inf}},
		{"Gamma", []float64{-2}, 1, []float64{nan}},
		{"Gamma", []float64{1e-200}, 0, []float64{0}},
		{"Gamma", []float64{inf}, 1, []float64{inf}},
		{"Lgamma", []float64{0}, 1, []float64{-inf}},
		{"Lgamma", []float64{negZero}, 1, []float64{inf}},
		{"Lgamma", []float64{-3}, 1, []float64{nan}},
		{"Lgamma", []float64{-inf}, 1, []float64{nan}},
		{"Lgamma", []float64{inf}, 1, []float64{inf}},
		{"Y0", []float64{0}, 1, []float64{inf}},

		// Powers.
		{"Pow", []float64{0, 2}, 1, []float64{0, 0}},
		{"Pow", []float64{0, 1}, 1, []float64{1, 0}},
		{"Pow", []float64{0, 0}, 1, []float64{0, nan}},
		{"Pow", []float64{0, 0}, 0, []float64{0, 0}},
		{"Pow", []float64{0, 0.5}, 1, []float64{inf, 0}},
		{"Pow", []float64{0, 0.5}, 0, []float64{0, 0}},
		{"Pow", []float64{negZero, 0.5}, 1, []float64{inf, 0}},
		{"Pow", []float64{0, 1.5}, 1, []float64{0, 0}},
		{"Pow", []float64{0, -1}, 1, []float64{-inf, -inf}},
		{"Pow", []float64{0, -1}, 0, []float64{nan, nan}}, // the value is not finite
		{"Pow", []float64{-2, 2}, 1, []float64{-4, nan}},
		{"Pow", []float64{-2, 2}, 0, []float64{0, 0}},
		{"Pow", []float64{-2, 3}, 1, []float64{12, nan}},
		{"Pow", []float64{-2, 0.5}, 1, []float64{nan, nan}},
		{"Pow", []float64{-2, 0.5}, 0, []float64{nan, nan}}, // the value is NaN
		{"Pow", []float64{-2, 0}, 1, []float64{0, nan}},
		{"Pow", []float64{nan, 0}, 1, []float64{0, nan}},
		{"Pow", []float64{nan, 0}, 0, []float64{0, 0}},
		{"Pow", []float64{nan, 1}, 1, []float64{1, nan}},
		{"Pow", []float64{tiny, 0}, 1, []float64{0, math.Log(tiny)}},
		{"Pow", []float64{-tiny, 0}, 1, []float64{0, nan}},
		{"Pow", []float64{3, 0}, 1, []float64{0, math.Log(3)}},
		{"Pow", []float64{1, nan}, 1, []float64{nan, 0}},
		{"Pow", []float64{inf, -1}, 1, []float64{0, 0}},
		{"Pow", []float64{inf, 0}, 0, []float64{0, 0}},
		{"Pow", []float64{inf, 1}, 1, []float64{1, inf}},
		{"Pow", []float64{-inf, 2}, 1, []float64{-inf, nan}},
		{"Pow", []float64{1e200, 2}, 1, []float64{2e200, inf}}, // the value overflows, ∂/∂x does not
		{"Pow", []float64{1e-200, 2}, 1, []float64{2e-200, 0}},

		// Far out.
		{"Hypot", []float64{1e300, 1e300}, 1, []float64{math.Sqrt2 / 2, math.Sqrt2 / 2}},
		{"Hypot", []float64{3e-300, 4e-300}, 1, []float64{0.6, 0.8}},
		{"Hypot", []float64{0, tiny}, 1, []float64{0, 1}},
		{"Hypot", []float64{nan, 1}, 1, []float64{nan, nan}},
		{"Atan2", []float64{3e200, 4e200}, 1, []float64{0.8 / 5e200, -0.6 / 5e200}},
		{"Atan2", []float64{3e-200, 4e-200}, 1, []float64{0.8 / 5e-200, -0.6 / 5e-200}},
		{"Atan2", []float64{1, 1e-310}, 1, []float64{1e-310, -1}},
		{"Asinh", []float64{1e200}, 1, []float64{1e-200}},
		{"Asinh", []float64{-inf}, 1, []float64{0}},
		{"Acosh", []float64{1e200}, 1, []float64{1e-200}},
		{"Atan", []float64{inf}, 1, []float64{0}},
		{"Atan", []float64{1e150}, 1, []float64{1e-300}},
		{"Tanh", []float64{inf}, 1, []float64{0}},
		{"Tanh", []float64{-1000}, 1, []float64{0}},
		{"Erf", []float64{inf}, 1, []float64{0}},
		{"Erfc", []float64{-inf}, 1, []float64{0}},
		{"Exp", []float64{1000}, 1, []float64{inf}},
		{"Exp", []float64{-inf}, 1, []float64{0}},
		{"Expm1", []float64{-inf}, 1, []float64{0}},
		{"Expm1", []float64{1000}, 1, []float64{inf}},
		{"Log1p", []float64{inf}, 1, []float64{0}},
		{"Log10", []float64{1e308}, 1, []float64{math.Log10E / 1e308}}, // x ln 10 overflows
		{"Sin", []float64{inf}, 1, []float64{nan}},
		{"J0", []float64{0}, 1, []float64{0}},
		{"J1", []float64{0}, 1, []float64{0.5}},
		{"J1", []float64{inf}, 1, []float64{0}},
		{"Jn", []float64{1, 0}, 1, []float64{0.5}},
		{"Jn", []float64{-1, 0}, 1, []float64{-0.5}},
		{"Jn", []float64{2, 0}, 1, []float64{0}},
		{"Yn", []float64{2, inf}, 1, []float64{0}},
	} {
		name := fmt.Sprintf("%s%v adjoint %v", c.rule, c.at, c.seed)
		r := ruleNamed(t, c.rule)
		tgt, _ := targetOf(r.of)
		seeds := make([]float64, tgt.seeds())
		seeds[0] = c.seed
		if c.rule == "Modf" {
			seeds = []float64{0, c.seed}
		}
		got := r.apply(c.at, seeds)
		for k, want := range c.want {
			if !(got[k] == want || same(got[k], want) || math.Abs(got[k]-want) <= 4e-16*math.Abs(want)) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func ruleNamed(t *testing.T, name string) *rule {
	t.Helper()
	for _, r := range mustLoad(t).rules {
		if r.name == name {
			return r
		}
	}
	t.Fatalf("no rule %s", name)
	return nil
}

// TestZeroAdjoint checks over all edges that where the value is finite a zero adjoint contributes zero, except where a
// partial is finite but overflows.
func TestZeroAdjoint(t *testing.T) {
	overflows := func(of string, p []float64) bool {
		switch of {
		case "math.Pow": // x = 0 is no overflow
			return p[0] != 0
		case "math.Mod", "math.Remainder":
			return true
		case "math.Lgamma", "math.Y0", "math.Y1":
			return math.Abs(p[0]) < 1e-150
		case "math.Yn":
			return p[1] < 1e-100
		}
		return false
	}
	guarded := map[string]bool{}
	for _, r := range mustLoad(t).rules {
		tgt, _ := targetOf(r.of)
		zero := make([]float64, tgt.seeds())
		for _, p := range edgePoints(tgt) {
			if !allFinite(p) || !allFinite(call(tgt.fn, p...)) {
				continue
			}
			for j := range tgt.seeds() {
				partial, contribution := r.apply(p, unit(tgt.seeds(), j)), r.apply(p, zero)
				for k := range partial {
					if finite(partial[k]) {
						continue
					}
					guarded[r.of] = true
					if contribution[k] != 0 && !overflows(r.of, p) {
						t.Errorf("%s%v: partial %v times adjoint 0 is %v", r.name, p, partial[k], contribution[k])
					}
				}
			}
		}
	}
	for _, of := range []string{"math.Sqrt", "math.Cbrt", "math.Pow", "math.Asin", "math.Acos", "math.Acosh", "math.Atan2"} {
		if !guarded[of] {
			t.Errorf("%s: no edge where its partial is not finite", of)
		}
	}
}

func allFinite(xs []float64) bool {
	for _, x := range xs {
		if !finite(x) {
			return false
		}
	}
	return true
}
