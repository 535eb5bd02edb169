package floatsrule_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// TestRules compares the derivative of every call with differences, at slices of several lengths, empty ones among them.
func TestRules(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 3, 4, 7, 16, 33} {
		x := func() []float64 { return random(rng, n) }
		check := func(f, vjp, jvp any, args ...any) {
			t.Helper()
			gradcheck.VJP(t, f, vjp, args...)
			gradcheck.JVP(t, f, jvp, args...)
		}
		check(add, addVJP, addJVP, x(), x())
		check(addSelf, addSelfVJP, addSelfJVP, x())
		check(addTo, addToVJP, addToJVP, x(), x(), x())
		check(addToSelf, addToSelfVJP, addToSelfJVP, x(), x())
		check(sub, subVJP, subJVP, x(), x())
		check(subSelf, subSelfVJP, subSelfJVP, x(), x())
		check(subTo, subToVJP, subToJVP, x(), x(), x())
		check(addConst, addConstVJP, addConstJVP, 1.5, x())
		check(addScaled, addScaledVJP, addScaledJVP, x(), 1.5, x())
		check(addScaled, addScaledVJP, addScaledJVP, x(), 0, x())
		check(addScaledSelf, addScaledSelfVJP, addScaledSelfJVP, x())
		check(addScaledTo, addScaledToVJP, addScaledToJVP, x(), x(), 1.5, x())
		check(addScaledToSelf, addScaledToSelfVJP, addScaledToSelfJVP, x(), x())
		check(scaleBy, scaleByVJP, scaleByJVP, 1.5, x())
		check(scaleBy, scaleByVJP, scaleByJVP, 0, x())
		check(scaleTo, scaleToVJP, scaleToJVP, x(), 1.5, x())
		check(scaleTo, scaleToVJP, scaleToJVP, x(), 0, x())
		check(scaleToSelf, scaleToSelfVJP, scaleToSelfJVP, x())
		check(div, divVJP, divJVP, x(), x())
		check(divSelf, divSelfVJP, divSelfJVP, x())
		check(divTo, divToVJP, divToJVP, x(), x(), x())
		check(divToSelf, divToSelfVJP, divToSelfJVP, x(), x())
		check(cumSum, cumSumVJP, cumSumJVP, x(), x())
		check(cumSumSelf, cumSumSelfVJP, cumSumSelfJVP, x())
		check(cumProd, cumProdVJP, cumProdJVP, x(), x())
		check(sum, sumVJP, sumJVP, x())
		check(sumCompensated, sumCompensatedVJP, sumCompensatedJVP, x())
		check(dot, dotVJP, dotJVP, x(), x())
		if n == 0 {
			continue // scale takes a first element, and norms are constant
		}
		check(scale, scaleVJP, scaleJVP, x())
		check(norm1, norm1VJP, norm1JVP, x())
		check(norm2, norm2VJP, norm2JVP, x())
		check(normInf, normInfVJP, normInfJVP, x())
		check(distance1, distance1VJP, distance1JVP, x(), x())
		check(distanceInf, distanceInfVJP, distanceInfJVP, x(), x())
		check(distance2, distance2VJP, distance2JVP, x(), x())
		for _, L := range []float64{1.5, 3, 7, -1} {
			check(norm, normVJP, normJVP, x(), L)
			check(distance, distanceVJP, distanceJVP, x(), x(), L)
		}
	}
}

// random returns n numbers of either sign and of size 1/2 to 3/2, no two of which are close.
func random(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i, k := range rng.Perm(n) {
		x[i] = (0.5 + (float64(k)+0.5*rng.Float64())/float64(n)) * float64(1-2*rng.IntN(2))
	}
	return x
}

func TestSecondOrder(t *testing.T) {
	x, w := []float64{0.7, -1.2, 0.4}, []float64{0.3, 0.9, -0.8}
	gradcheck.Grad(t, chain, chainGrad, x, w)
	gradcheck.HVP(t, chain, chainHVP, x, w)
	gradcheck.HVP(t, power, powerHVP, x, 3.5)
	gradcheck.Hessian(t, squares, squaresHessian, x)
}

// TestZeros checks products that a division by a factor would spoil.
func TestZeros(t *testing.T) {
	for _, s := range [][]float64{{2, 0, 3}, {0, 0, 3}, {0, 2}, {0}} {
		dst := make([]float64, len(s))
		gradcheck.VJP(t, cumProd, cumProdVJP, dst, s)
		gradcheck.JVP(t, cumProd, cumProdJVP, dst, s)
	}
}

// TestConventions checks gradients where differences cannot tell: at kinks, and at what is not finite.
func TestConventions(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		L       float64
		s, want []float64
	}{
		{1, []float64{0, 0}, []float64{0, 0}},
		{2, []float64{0, 0}, []float64{0, 0}},
		{3, []float64{0, 0}, []float64{0, 0}},
		{0.5, []float64{0, 0}, []float64{0, 0}},
		{inf, []float64{0, 0}, []float64{0, 0}},
		{1, []float64{0, -2}, []float64{0, -1}},
		{2, []float64{0, -2}, []float64{0, -1}},
		{3, []float64{0, -2}, []float64{0, -1}},
		{inf, []float64{-2, 2}, []float64{-1, 0}},
		{2, []float64{1e300, -1e300}, []float64{math.Sqrt2 / 2, -math.Sqrt2 / 2}},
		{2, []float64{3e-300, 4e-300}, []float64{0.6, 0.8}},
		{1, []float64{nan, 2}, []float64{nan, 1}},
		{2, []float64{nan, 2}, []float64{nan, nan}},
		{inf, []float64{2, nan}, []float64{0, nan}},
	} {
		ds := make([]float64, len(test.s))
		_, dL := normVJP(test.s, test.L, ds, 1)
		if !slices.EqualFunc(ds, test.want, alike) {
			t.Errorf("gradient of floats.Norm(%v, %v): got %v, want %v", test.s, test.L, ds, test.want)
		}
		if test.s[0] == 0 && test.s[1] == 0 && dL != 0 {
			t.Errorf("derivative of floats.Norm(%v, %v) with respect to the exponent: got %v, want 0", test.s, test.L, dL)
		}
	}
}

// alike reports whether x and y are both NaN, or equal but for rounding.
func alike(x, y float64) bool { return x != x && y != y || math.Abs(x-y) <= 1e-15 }

// TestLost checks that derivatives panic, and functions do not, where a destination overwrites what the derivative needs.
func TestLost(t *testing.T) {
	zero := func() []float64 { return make([]float64, 3) }
	for _, test := range []struct {
		name             string
		call, derivative func(x []float64)
	}{
		{"AddScaled", func(x []float64) { addScaledLost(x, 2) }, func(x []float64) { addScaledLostVJP(x, 2, zero()) }},
		{"ScaleTo", func(x []float64) { scaleToLost(x, 2) }, func(x []float64) { scaleToLostVJP(x, 2, zero()) }},
		{"DivTo", func(x []float64) { divToLost(x, zero()) }, func(x []float64) { divToLostVJP(x, zero(), zero(), zero()) }},
		{"CumProd", cumProdLost, func(x []float64) { cumProdLostVJP(x, zero()) }},
		{"Add", overlap, func(x []float64) { overlapVJP(x, zero()) }},
		{"CumSum", cumSumOverlap, func(x []float64) { cumSumOverlapVJP(x, zero()) }},
	} {
		if panics(func() { test.call([]float64{3, 4, 5}) }) {
			t.Errorf("%s panics", test.name)
		}
		if !panics(func() { test.derivative([]float64{3, 4, 5}) }) {
			t.Errorf("the derivative of %s does not panic", test.name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}
