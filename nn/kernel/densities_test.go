package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

var softplus = unary{"Softplus", Softplus[float32], Softplus[float64], softplusPlain[float64], exactSoftplus, 2}

// exactSoftplus is max(x, 0) + 2 artanh(e/(2+e)), with e = e^−|x|.
func exactSoftplus(x float64) *big.Float {
	e := bigExp(number(-math.Abs(x)))
	z := number(0).Quo(e, number(0).Add(number(2), e))
	square, power, sum := number(0).Mul(z, z), number(0).Set(z), number(0)
	for k := 1; k < 104; k += 2 {
		sum.Add(sum, number(0).Quo(power, number(float64(k))))
		power.Mul(power, square)
	}
	sum.Mul(sum, number(2))
	return sum.Add(sum, number(max(x, 0)))
}

func TestSoftplus(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		var src []float64
		for range 100 {
			src = append(src, 60*rng.Float64()-30, -700*rng.Float64(), -104*rng.Float64(), rng.NormFloat64(), 1e-10*rng.NormFloat64(), 1000*rng.Float64())
		}
		var narrow []float32
		for _, x := range src {
			narrow = append(narrow, float32(x))
		}
		checkExact(t, softplus.name, softplus.double, src, softplus.exact, softplus.ulp)
		checkExact(t, softplus.name, softplus.single, narrow, softplus.exact, softplus.ulp)
		checkSpecial(t, softplus, [][2]float64{{0, math.Ln2}, {math.Inf(1), math.Inf(1)}, {math.Inf(-1), 0}, {math.NaN(), math.NaN()}, {1000, 1000}, {-1000, 0}, {1e38, 1e38}, {-1e38, 0}})
	})
}

var normalCDF = unary{"NormalCDF", NormalCDF[float32], NormalCDF[float64], normalCDFPlain[float64], nil, 3}

func TestNormalCDF(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		var src []float32
		for x := float32(-14.5); x < 7; x += 0.0037 {
			src = append(src, x, x/100, x/1e10)
		}
		dst := make([]float32, len(src))
		NormalCDF(dst, src)
		for i, x := range src {
			if e := ulps(dst[i], normalCDF.math(float64(x))); e > normalCDF.ulp {
				t.Errorf("NormalCDF(%v) is %v, want %v: the error is %v ulp", x, dst[i], normalCDF.math(float64(x)), e)
			}
		}
		checkSpecial(t, normalCDF, [][2]float64{{0, 0.5}, {math.Inf(1), 1}, {math.Inf(-1), 0}, {math.NaN(), math.NaN()}, {1000, 1}, {-1000, 0}})
	})
}

// checkSpecial compares a function in both formats with values that it takes exactly.
func checkSpecial(t *testing.T, f unary, points [][2]float64) {
	t.Helper()
	for _, p := range points {
		double, single := []float64{0}, []float32{0}
		f.double(double, []float64{p[0]})
		f.single(single, []float32{float32(p[0])})
		if !sameBits(double[0], p[1]) || !sameBits(single[0], float32(p[1])) {
			t.Errorf("%s(%v) is %v in float64 and %v in float32, want %v", f.name, p[0], double[0], single[0], p[1])
		}
	}
}

var rectifier = unary{"ReLU", ReLU[float32], ReLU[float64], reluPlain[float64], nil, 0.5}

func TestReLU(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		tiny, zero := math.SmallestNonzeroFloat32, math.Copysign(0, -1)
		checkSpecial(t, rectifier, [][2]float64{
			{0, 0}, {zero, zero}, {1, 1}, {-1, 0}, {tiny, tiny}, {-tiny, 0}, {math.Inf(1), math.Inf(1)}, {math.Inf(-1), 0}, {math.NaN(), math.NaN()},
		})
		testReLUAdjoint[float64](t)
		testReLUAdjoint[float32](t)
	})
}

func testReLUAdjoint[T Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	x := []T{-1, 0, 1, T(math.Copysign(0, -1)), -inf, inf, nan, -math.SmallestNonzeroFloat32, math.SmallestNonzeroFloat32}
	dx, dy := make([]T, len(x)), slices.Repeat([]T{2}, len(x))
	dy[0] = nan // does not reach what is cut off
	ReLUAdjoint(nil, x, dy, dx)
	if want := []T{0, 2, 2, 2, 0, 2, 2, 0, 2}; !slices.Equal(dx, want) {
		t.Errorf("the derivatives of %T at %v are %v, want %v", x[0], x, dx, want)
	}
	if !slices.Equal(dy, make([]T, len(x))) {
		t.Errorf("the adjoint is not cleared but %v", dy)
	}
}

var expBelow = unary{"ExpBelow", ExpBelow[float32], ExpBelow[float64], expBelowPlain[float64], exactExpBelow, 1}

func exactExpBelow(x float64) *big.Float {
	if x >= 0 {
		return number(0)
	}
	return number(0).Sub(bigExp(number(x)), number(1))
}

func TestExpBelow(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		var src []float64
		for range 200 {
			src = append(src, -rng.Float64(), -50*rng.Float64(), 10*rng.Float64(), -math.Ldexp(1+rng.Float64(), -rng.IntN(40)))
		}
		var narrow []float32
		for _, x := range src {
			narrow = append(narrow, float32(x))
		}
		checkExact(t, expBelow.name, expBelow.double, src, expBelow.exact, expBelow.ulp)
		checkExact(t, expBelow.name, expBelow.single, narrow, expBelow.exact, expBelow.ulp)
		checkSpecial(t, expBelow, [][2]float64{{0, 0}, {math.Inf(1), 0}, {math.Inf(-1), -1}, {math.NaN(), math.NaN()}, {1, 0}, {-1000, -1}, {-1e-45, -1e-45}, {-1e38, -1}})
		testExpBelowAdjoint[float64](t)
		testExpBelowAdjoint[float32](t)
	})
}

func testExpBelowAdjoint[T Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	x := []T{-1, 0, 1, T(math.Copysign(0, -1)), -inf, inf, nan, -80, 100, -0.5}
	want := []float64{math.Exp(-1), 0, 0, 0, 0, 0, math.NaN(), math.Exp(-80), 0, math.Exp(-0.5)}
	dx, dy := make([]T, len(x)), slices.Repeat([]T{1}, len(x))
	dy[2] = nan // does not reach where the derivative is 0
	expBelowAdjoint(x, dy, dx)
	for i, w := range want {
		if got := float64(dx[i]); !(math.Abs(got-w) <= 2*epsilon[T]()*w) && (got == got || w == w) {
			t.Errorf("the derivative of %T at %v is %v, want %v", x[i], x[i], got, w)
		}
	}
	if !slices.Equal(dy, make([]T, len(x))) {
		t.Errorf("the adjoint is not cleared but %v", dy)
	}
}

var densities = []unary{softplus, normalCDF, rectifier, expBelow}

func TestDensitiesEverywhere(t *testing.T) { testEverywhere(t, densities) }

func TestDensityTails(t *testing.T) { testTails(t, densities) }

// TestDensityPieces checks that elements beyond the first piece are done like those in it, and that nothing is allocated.
func TestDensityPieces(t *testing.T) {
	for _, f := range slices.Concat(unaries, densities) {
		src := slices.Repeat([]float32{0.25}, piece+9)
		if f.name == "ExpBelow" {
			src[0] = -0.25
			src = slices.Repeat(src[:1], piece+9)
		}
		dst := make([]float32, len(src))
		f.single(dst, src)
		if i := slices.IndexFunc(dst, func(y float32) bool { return y != dst[0] }); i >= 0 || dst[0] == 0 {
			t.Errorf("%s: element 0 is %v, element %d is %v", f.name, dst[0], i, dst[max(i, 0)])
		}
		if n := testing.AllocsPerRun(1, func() { f.single(dst, src) }); n != 0 {
			t.Errorf("%s allocates %v times", f.name, n)
		}
	}
	src := slices.Repeat([]float64{-0.25}, piece+9)
	for _, rule := range []func(x, dy, dx []float64){normalAdjoint[float64], reluAdjoint[float64], expBelowAdjoint[float64]} {
		dx, dy := make([]float64, len(src)), slices.Repeat([]float64{1}, len(src))
		rule(src, dy, dx)
		if i := slices.IndexFunc(dx, func(y float64) bool { return y != dx[0] }); i >= 0 || slices.Max(dy) != 0 {
			t.Errorf("element 0 of the derivatives is %v, element %d is %v", dx[0], i, dx[max(i, 0)])
		}
	}
}

// TestNormalAdjoint compares the reverse rule with its definition, far from zero too.
func TestNormalAdjoint(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		testNormalAdjoint[float64](t)
		testNormalAdjoint[float32](t)
	})
}

func testNormalAdjoint[T Float](t *testing.T) {
	var x []T
	for v := -40.0; v < 40; v += 0.037 {
		x = append(x, T(v))
	}
	x = append(x, T(math.Inf(1)), T(math.Inf(-1)), 0, 1e20)
	dx, dy := make([]T, len(x)), slices.Repeat([]T{1}, len(x))
	normalAdjoint(x, dy, dx)
	tiny := 2 * math.SmallestNonzeroFloat64
	if is32[T]() {
		tiny = 2 * math.SmallestNonzeroFloat32
	}
	for i, v := range x {
		want := exactDensity(float64(v))
		if math.Abs(float64(dx[i])-want) > max(2*epsilon[T]()*want, tiny) || dy[i] != 0 {
			t.Errorf("at %v: got %v, want %v; the adjoint is then %v", v, dx[i], want, dy[i])
		}
	}
	x, dx, dy = []T{T(math.NaN()), 1}, []T{0, 0.5}, []T{1, -1}
	if normalAdjoint(x, dy, dx); dx[0] == dx[0] || math.Abs(float64(dx[1])-0.5+exactDensity(1)) > epsilon[T]() {
		t.Errorf("at NaN and 1 the adjoints are %v", dx)
	}
}

// exactDensity is exp(−x²/2)/√(2π), where the exponential is of some 150 bits.
func exactDensity(x float64) float64 {
	if math.Abs(x) > 50 {
		return 0
	}
	square := number(0).Mul(number(x), number(-x/2))
	y, _ := number(0).Mul(bigExp(square), number(0).Quo(number(1), number(math.Sqrt2*math.SqrtPi))).Float64()
	return y
}

// BenchmarkDensity measures ns an element.
func BenchmarkDensity(b *testing.B) {
	for _, f := range densities {
		benchmarkFunction(b, f.name+"32", f.single)
		benchmarkFunction(b, f.name+"64", f.double)
	}
}
