package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var softplus = unary{"Softplus", Softplus[float32], Softplus[float64], softplusMath, exactSoftplus, 4}

func softplusMath(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

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

var normalCDF = unary{"NormalCDF", NormalCDF[float32], NormalCDF[float64], func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }, nil, 1}

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

// TestBlocks checks that elements beyond the first stretch are done like those in it, and those behind the end not at all.
func TestBlocks(t *testing.T) {
	for _, f := range []unary{softplus, normalCDF} {
		src := random[float32](rand.New(rand.NewPCG(1, 2)), 2*stretch+7)
		dst := make([]float32, len(src)+1)
		f.single(dst[:len(src)], src)
		for i, x := range src {
			one := []float32{0}
			if f.single(one, []float32{x}); one[0] != dst[i] {
				t.Fatalf("%s: element %d is %v, alone it is %v", f.name, i, dst[i], one[0])
			}
		}
		if dst[len(src)] != 0 {
			t.Errorf("%s writes behind the end", f.name)
		}
		if n := testing.AllocsPerRun(10, func() { f.single(dst[:len(src)], src) }); n != 0 {
			t.Errorf("%s allocates %v times", f.name, n)
		}
	}
}

// BenchmarkDensity measures ns an element.
func BenchmarkDensity(b *testing.B) {
	for _, f := range []unary{softplus, normalCDF} {
		benchmarkFunction(b, f.name+"32", f.single)
		benchmarkFunction(b, f.name+"64", f.double)
	}
}
