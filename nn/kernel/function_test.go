package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// A unary is a kernel for a function of one number, in both formats.
type unary struct {
	name   string
	single func(dst, src []float32)
	double func(dst, src []float64)
	math   func(x float64) float64
	exact  func(x float64) *big.Float // for x where it is neither 0 nor infinite
	ulp    float64                    // bound of the error
}

var unaries = []unary{
	{"Exp", Exp[float32], Exp[float64], math.Exp, exactExp, 1},
	{"Log", Log[float32], Log[float64], math.Log, exactLog, 1},
	{"Tanh", Tanh[float32], Tanh[float64], math.Tanh, exactTanh, 2.5},
	{"Sigmoid", Sigmoid[float32], Sigmoid[float64], sigmoidPlain[float64], exactSigmoid, 2.5},
}

// TestEverywhere compares the functions of float32 with those of package math, for numbers of every size, sign and kind.
func TestEverywhere(t *testing.T) { testEverywhere(t, unaries) }

func testEverywhere(t *testing.T, functions []unary) {
	var src []float32
	for bits := uint64(0); bits < 1<<32; bits += 10007 {
		src = append(src, math.Float32frombits(uint32(bits)))
	}
	dst := make([]float32, len(src))
	for _, f := range functions {
		f.single(dst, src)
		worst, at := 0.0, float32(0)
		for i, x := range src {
			if e := ulps(dst[i], f.math(float64(x))); e > worst {
				worst, at = e, x
			}
		}
		t.Logf("%s: %.2f ulp at %v", f.name, worst, at)
		if worst > f.ulp {
			t.Errorf("%s(%v): the error is %v ulp, want at most %v", f.name, at, worst, f.ulp)
		}
	}
}

// ulps returns by how many units in the last place got is wrong. Infinities and NaNs are right or infinitely wrong.
func ulps(got float32, want float64) float64 {
	rounded := float32(want)
	switch {
	case sameBits(got, rounded):
		return 0.5
	case want != want || got != got || math.IsInf(float64(rounded), 0):
		return math.Inf(1)
	}
	_, exp := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exp-24, -149))
}

// ulpsOf is the same for finite numbers of either format.
func ulpsOf[T Float](got T, want *big.Float) float64 {
	if math.IsNaN(float64(got)) || math.IsInf(float64(got), 0) {
		return math.Inf(1)
	}
	digits, lowest := 53, -1074
	if is32[T]() {
		digits, lowest = 24, -149
	}
	unit := max(want.MantExp(nil)-digits, lowest)
	if want.Sign() == 0 {
		unit = lowest
	}
	diff := new(big.Float).SetPrec(300).Sub(new(big.Float).SetFloat64(float64(got)), want)
	e, _ := diff.SetMantExp(diff, -unit).Float64()
	return math.Abs(e)
}

// TestExact compares both formats with values of some 150 bits.
func TestExact(t *testing.T) { eachWay(t, testExact) }

func testExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, f := range unaries {
		if f.name == "Exp" && !accelerated {
			f.ulp = 1.5 // that of math.Exp
		}
		var src []float64
		for range 300 {
			x := math.Ldexp(1+rng.Float64(), rng.IntN(26)-15)
			if rng.IntN(2) == 0 && f.name != "Log" {
				x = -x
			}
			src = append(src, x, 10*rng.Float64()+0.01, 0.4+rng.Float64())
		}
		if f.name == "Log" {
			for range 200 {
				src = append(src, math.Ldexp(1+rng.Float64(), rng.IntN(2040)-1022), math.Ldexp(rng.Float64(), -1022))
			}
		} else {
			for range 200 { // subnormal and nearly infinite results
				src = append(src, -700-45*rng.Float64(), -85-20*rng.Float64(), 85+4*rng.Float64(), 709+rng.Float64())
			}
		}
		checkExact(t, f.name, f.double, src, f.exact, f.ulp)
		narrow := make([]float32, len(src))
		for i, x := range src {
			narrow[i] = float32(x)
		}
		narrow = slices.DeleteFunc(narrow, func(x float32) bool { return x == 0 || math.IsInf(float64(x), 0) })
		checkExact(t, f.name, f.single, narrow, f.exact, f.ulp)
	}
}

func checkExact[T Float](t *testing.T, name string, f func(dst, src []T), src []T, exact func(x float64) *big.Float, bound float64) {
	t.Helper()
	dst := make([]T, len(src))
	f(dst, src)
	largest := number(math.MaxFloat64)
	if is32[T]() {
		largest = number(math.MaxFloat32)
	}
	worst, at := 0.0, T(0)
	for i, x := range src {
		e := exact(float64(x))
		if math.IsInf(float64(dst[i]), 1) && e.Cmp(largest) > 0 {
			continue
		}
		if e := ulpsOf(dst[i], e); e > worst {
			worst, at = e, x
		}
	}
	t.Logf("%s of %T: %.3f ulp at %v", name, at, worst, at)
	if worst > bound {
		t.Errorf("%s(%T(%v)): the error is %v ulp, want at most %v", name, at, at, worst, bound)
	}
}

func TestSpecial(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
		for _, test := range []struct {
			f       int
			x, want float64
		}{
			{0, 0, 1}, {0, zero, 1}, {0, inf, inf}, {0, -inf, 0}, {0, nan, nan}, {0, 1e30, inf}, {0, -1e30, 0}, {0, 5e-324, 1}, {0, 1000, inf}, {0, -1000, 0},
			{1, 0, -inf}, {1, zero, -inf}, {1, inf, inf}, {1, -inf, nan}, {1, nan, nan}, {1, -1, nan}, {1, -5e-324, nan}, {1, 1, 0}, {1, -1e-40, nan}, {1, 5e-324, -744.4400719213812},
			{2, 0, 0}, {2, zero, zero}, {2, inf, 1}, {2, -inf, -1}, {2, nan, nan}, {2, 1e30, 1}, {2, -1e30, -1}, {2, 1e-45, 1e-45}, {2, -3e-45, -3e-45}, {2, 40, 1},
			{3, 0, 0.5}, {3, zero, 0.5}, {3, inf, 1}, {3, -inf, 0}, {3, nan, nan}, {3, 1e30, 1}, {3, -1e30, 0}, {3, 1000, 1}, {3, -1000, 0},
		} {
			f := unaries[test.f]
			if dst := make([]float64, 6); true {
				f.double(dst, slices.Repeat([]float64{test.x}, 6))
				for i, y := range dst {
					if !sameBits(y, test.want) {
						t.Errorf("%s(%v), element %d of float64: got %v, want %v", f.name, test.x, i, y, test.want)
					}
				}
			}
			if x := float32(test.x); (x == 0) == (test.x == 0) {
				dst := make([]float32, 11)
				f.single(dst, slices.Repeat([]float32{x}, 11))
				for i, y := range dst {
					if !sameBits(y, float32(test.want)) {
						t.Errorf("%s(%v), element %d of float32: got %v, want %v", f.name, x, i, y, float32(test.want))
					}
				}
			}
		}
	})
}

// TestTails checks that an element's value does not depend on where it stands, and that nothing is written behind the end.
func TestTails(t *testing.T) { testTails(t, unaries) }

func testTails(t *testing.T, functions []unary) {
	testTailsOf(t, "float32", functions, func(f unary) func(dst, src []float32) { return f.single })
	testTailsOf(t, "float64", functions, func(f unary) func(dst, src []float64) { return f.double })
}

func testTailsOf[T Float](t *testing.T, format string, functions []unary, of func(f unary) func(dst, src []T)) {
	rng := rand.New(rand.NewPCG(1, 2))
	src := random[T](rng, 40)
	for i := range src {
		src[i] *= 20
	}
	for _, f := range functions {
		whole := make([]T, 40)
		of(f)(whole, src)
		for n := range 40 {
			for from := range 40 - n {
				dst := slices.Repeat([]T{7}, n+9)
				of(f)(dst[:n], src[from:from+n])
				for i, y := range dst {
					if want := T(7); i < n && !sameBits(y, whole[from+i]) || i >= n && y != want {
						t.Fatalf("%s of %s, %d elements from %d on, element %d: got %v", f.name, format, n, from, i, y)
					}
				}
				copy(dst, src[from:from+n])
				of(f)(dst[:n], dst[:n])
				if !slices.EqualFunc(dst[:n], whole[from:from+n], sameBits[T]) {
					t.Fatalf("%s of %s in place: got %v, want %v", f.name, format, dst[:n], whole[from:from+n])
				}
			}
		}
	}
}

const precision = 160

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// ln2 is Σ 1/(k 2^k).
var ln2 = func() *big.Float {
	sum := number(0)
	for k := 1; k < precision; k++ {
		term := new(big.Float).Quo(number(1), number(float64(k)))
		sum.Add(sum, term.SetMantExp(term, -k))
	}
	return sum
}()

func exactExp(x float64) *big.Float { return bigExp(number(x)) }

// bigExp is 2^n times the sum of the Taylor series at the rest.
func bigExp(x *big.Float) *big.Float {
	f, _ := x.Float64()
	n := math.Round(f / math.Ln2)
	r := number(0).Sub(x, number(0).Mul(number(n), ln2))
	sum, term := number(1), number(1)
	for k := 1; k < 33; k++ {
		term.Mul(term, r)
		term.Quo(term, number(float64(k)))
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, int(n))
}

// exactLog is y + ln(1+d) where y is nearly ln x.
func exactLog(x float64) *big.Float {
	frac, exp := math.Frexp(x)
	y := math.Log(frac) + float64(exp)*math.Ln2
	d := number(0).Mul(number(x), bigExp(number(-y)))
	d.Sub(d, number(1))
	sum, power := number(y), number(-1)
	for k := 1; k < 5; k++ {
		power.Mul(power, number(0).Neg(d))
		sum.Add(sum, number(0).Quo(power, number(float64(k))))
	}
	return sum
}

func exactTanh(x float64) *big.Float {
	if math.Abs(x) > 1000 {
		return number(math.Copysign(1, x))
	}
	e := bigExp(number(2 * x))
	return number(0).Quo(number(0).Sub(e, number(1)), number(0).Add(e, number(1)))
}

func exactSigmoid(x float64) *big.Float {
	e := bigExp(number(-x))
	return e.Quo(number(1), number(0).Add(e, number(1)))
}

// BenchmarkFunction measures ns an element.
func BenchmarkFunction(b *testing.B) {
	for _, f := range unaries {
		benchmarkFunction(b, f.name+"32", f.single)
		benchmarkFunction(b, f.name+"64", f.double)
	}
}

func benchmarkFunction[T Float](b *testing.B, name string, f func(dst, src []T)) {
	src, dst := random[T](rand.New(rand.NewPCG(1, 2)), 4096), make([]T, 4096)
	for i := range src {
		if src[i] *= 5; name[:3] == "Log" && src[i] < 0 {
			src[i] = -src[i]
		}
	}
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			f(dst, src)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(src)), "ns/element")
	})
}
