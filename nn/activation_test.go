package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

// An elementwise is an activation function of each element, with its definition for one number x and its derivative.
type elementwise[T nn.Float] struct {
	name     string
	f        func(x nn.Tensor[T]) nn.Tensor[T]
	vjp      func(x, dx, dy nn.Tensor[T]) nn.Tensor[T]
	value    func(x float64) float64
	slope    func(x float64) float64
	infinite [4]float64 // value and derivative at −Inf, value and derivative at Inf
}

// The parameters of ISRU and ELU, for which square roots are exact.
const isruAlpha, eluAlpha = 4, 0.5

func elementwises[T nn.Float]() []elementwise[T] {
	inf, nan := math.Inf(1), math.NaN()
	logistic := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	isru := func(x float64) float64 { return math.Hypot(1, math.Sqrt(isruAlpha)*x) }
	return []elementwise[T]{
		{"Identity", nn.Identity[T], nn.IdentityVJP[T], func(x float64) float64 { return x }, func(x float64) float64 { return 1 },
			[4]float64{-inf, 1, inf, 1}},
		{"Step", nn.Step[T], nn.StepVJP[T], func(x float64) float64 { return choose(x, 0, 1) }, func(x float64) float64 { return 0 },
			[4]float64{0, 0, 1, 0}},
		{"Sigmoid", nn.Sigmoid[T], nn.SigmoidVJP[T], logistic, func(x float64) float64 { return logistic(x) * logistic(-x) },
			[4]float64{0, 0, 1, 0}},
		{"Tanh", nn.Tanh[T], nn.TanhVJP[T], math.Tanh, func(x float64) float64 { return 1 / (math.Cosh(x) * math.Cosh(x)) },
			[4]float64{-1, 0, 1, 0}},
		{"Arctan", nn.Arctan[T], nn.ArctanVJP[T], math.Atan, func(x float64) float64 { return 1 / (x*x + 1) },
			[4]float64{-math.Pi / 2, 0, math.Pi / 2, 0}},
		{"Softsign", nn.Softsign[T], nn.SoftsignVJP[T], func(x float64) float64 { return x / (1 + math.Abs(x)) },
			func(x float64) float64 { return math.Pow(1+math.Abs(x), -2) }, [4]float64{-1, 0, 1, 0}},
		{"ISRU", func(x nn.Tensor[T]) nn.Tensor[T] { return nn.ISRU(x, isruAlpha) },
			func(x, dx, dy nn.Tensor[T]) nn.Tensor[T] { return nn.ISRUVJP(x, isruAlpha, dx, dy) },
			func(x float64) float64 { return x / isru(x) }, func(x float64) float64 { return math.Pow(isru(x), -3) },
			[4]float64{-0.5, 0, 0.5, 0}},
		{"ReLU", nn.ReLU[T], nn.ReLUVJP[T], func(x float64) float64 { return choose(x, 0, x) }, func(x float64) float64 { return choose(x, 0, 1) },
			[4]float64{0, 0, inf, 1}},
		{"ELU", func(x nn.Tensor[T]) nn.Tensor[T] { return nn.ELU(x, eluAlpha) },
			func(x, dx, dy nn.Tensor[T]) nn.Tensor[T] { return nn.ELUVJP(x, eluAlpha, dx, dy) },
			func(x float64) float64 { return choose(x, eluAlpha*math.Expm1(x), x) },
			func(x float64) float64 { return choose(x, eluAlpha*math.Exp(x), 1) }, [4]float64{-0.5, 0, inf, 1}},
		{"Softplus", nn.Softplus[T], nn.SoftplusVJP[T], func(x float64) float64 { return choose(x, math.Log1p(math.Exp(x)), x+math.Log1p(math.Exp(-x))) },
			logistic, [4]float64{0, 0, inf, 1}},
		{"GELU", nn.GELU[T], nn.GELUVJP[T], func(x float64) float64 { return x * normal(x) },
			func(x float64) float64 { return normal(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi) }, [4]float64{nan, nan, inf, nan}},
		{"GELUTanh", nn.GELUTanh[T], nn.GELUTanhVJP[T],
			func(x float64) float64 { return x * logistic(2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)) },
			func(x float64) float64 {
				c := 2 * math.Sqrt(2/math.Pi)
				s := logistic(c * (x + 0.044715*x*x*x))
				return s + x*s*(1-s)*c*(1+3*0.044715*x*x)
			}, [4]float64{nan, nan, inf, nan}},
		{"SiLU", nn.SiLU[T], nn.SiLUVJP[T], func(x float64) float64 { return x * logistic(x) },
			func(x float64) float64 { return logistic(x) * (1 + x*logistic(-x)) }, [4]float64{nan, nan, inf, nan}},
	}
}

// choose returns low for x < 0 and high for x ≥ 0.
func choose(x, low, high float64) float64 {
	if x < 0 {
		return low
	}
	return high
}

// TestElementwise compares values and derivatives with their definitions, near zero and far from it, and at the infinities.
func TestElementwise(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testElementwise[float64](t, 1e-15) })
	t.Run("float32", func(t *testing.T) { testElementwise[float32](t, 3e-7) })
}

func testElementwise[T nn.Float](t *testing.T, tol float64) {
	points := []float64{0, math.Copysign(0, -1), 1, -1, 1000, -1000, 1e10, -1e10}
	for x := -12.0; x < 12; x += 0.0625 {
		points = append(points, x)
	}
	for _, f := range elementwises[T]() {
		slack := 4.0
		if f.name == "GELUTanh" {
			slack = 20 // its derivative has the rounding of a number near 1, times xu′, which is up to 60 before that of 1−s is 0
		}
		for _, x := range points {
			y, slope := at(f, T(x))
			checkNear(t, fmt.Sprintf("%s of %v", f.name, x), y, f.value(x), tol)
			checkNear(t, fmt.Sprintf("the derivative of %s at %v", f.name, x), slope, f.slope(x), slack*tol)
		}
		for i, x := range []T{T(math.Inf(-1)), T(math.Inf(1))} {
			y, slope := at(f, x)
			checkNear(t, fmt.Sprintf("%s of %v", f.name, x), y, f.infinite[2*i], tol)
			checkNear(t, fmt.Sprintf("the derivative of %s at %v", f.name, x), slope, f.infinite[2*i+1], tol)
		}
		if y, _ := at(f, T(math.NaN())); y == y {
			t.Errorf("%s of NaN is %v", f.name, y)
		}
	}
}

// at returns value and derivative of a function.
func at[T nn.Float](f elementwise[T], x T) (y, slope T) {
	dx := nn.New[T](nil, 1)
	v := f.vjp(nn.Of([]T{x}, 1), dx, nn.Of([]T{1}, 1))
	return v.Data[0], dx.Data[0]
}

// checkNear reports what is wrong by more than tol, relative to the greater of want and 1.
func checkNear[T nn.Float](t *testing.T, what string, got T, want, tol float64) {
	t.Helper()
	g := float64(got)
	if g == want || g != g && want != want {
		return
	}
	if !(math.Abs(g-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestKinks checks the derivatives at zero and beside it, which the table of the primer fixes.
func TestKinks(t *testing.T) {
	const tiny = math.SmallestNonzeroFloat64
	want := map[string][3]float64{"Step": {0, 0, 0}, "ReLU": {0, 1, 1}, "ELU": {eluAlpha, 1, 1}}
	for _, f := range elementwises[float64]() {
		if slopes, ok := want[f.name]; ok {
			for i, x := range []float64{-tiny, 0, tiny} {
				if _, slope := at(f, x); slope != slopes[i] {
					t.Errorf("the derivative of %s at %v is %v, want %v", f.name, x, slope, slopes[i])
				}
			}
		}
	}
	p := &nn.PReLU[float64]{Alpha: nn.Of([]float64{0.25}, 1)}
	dp, dx := &nn.PReLU[float64]{Alpha: nn.New[float64](nil, 1)}, nn.New[float64](nil, 4)
	y := p.ForwardVJP(nn.Of([]float64{-2, 0, 3, -1}, 4), dp, dx, nn.Of([]float64{1, 1, 1, 10}, 4))
	if !slices.Equal(y.Data, []float64{-0.5, 0, 3, -0.25}) || !slices.Equal(dx.Data, []float64{0.25, 1, 1, 2.5}) || dp.Alpha.Data[0] != -12 {
		t.Errorf("PReLU gives %v, the derivatives %v and %v", y, dx, dp.Alpha)
	}
}

// TestFar checks that what is small keeps its digits.
func TestFar(t *testing.T) {
	for _, c := range []struct {
		name        string
		x           float64
		value, grad float64 // 0 for what is not checked
	}{
		{"Softsign", 1e-20, 1e-20, 1},
		{"Softsign", 1e8, 0, 9.9999998e-17},
		{"Softsign", -1e15, 0, 1e-30},
		{"ISRU", 1e-20, 1e-20, 1},
		{"ISRU", 1e5, 0, 1.25e-16},
		{"ISRU", -1e30, -0.5, 1.25e-91},
		{"Arctan", 1e10, 0, 1e-20},
		{"Softplus", -30, 9.357622968839737e-14, 9.357622968839299e-14},
		{"Sigmoid", -30, 9.357622968839299e-14, 9.357622968838423e-14},
		{"GELU", -10, -7.619853024160527e-23, 0},
		{"ELU", -100, 0, eluAlpha * 3.720075976020836e-44},
	} {
		i := slices.IndexFunc(elementwises[float64](), func(f elementwise[float64]) bool { return f.name == c.name })
		y, slope := at(elementwises[float64]()[i], c.x)
		if c.value != 0 && math.Abs(y/c.value-1) > 1e-14 {
			t.Errorf("%s of %v is %v, want %v", c.name, c.x, y, c.value)
		}
		if c.grad != 0 && math.Abs(slope/c.grad-1) > 1e-8 {
			t.Errorf("the derivative of %s at %v is %v, want %v", c.name, c.x, slope, c.grad)
		}
	}
}

func TestActivationRules(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{1, 1}, {2, 3}, {0, 4}, {3, 2, 5}, {7}} {
		x := random(r, dims...)
		for _, f := range elementwises[float64]() {
			switch f.name {
			case "ISRU":
				gradcheck.VJP(t, nn.ISRU[float64], nn.ISRUVJP[float64], x, 0.7, gradcheck.Wrt("x"))
			case "ELU":
				gradcheck.VJP(t, nn.ELU[float64], nn.ELUVJP[float64], x, 0.7, gradcheck.Wrt("x"))
			default:
				gradcheck.VJP(t, f.f, f.vjp, x)
			}
		}
		gradcheck.VJP(t, nn.Softmax[float64], nn.SoftmaxVJP[float64], x)
		gradcheck.VJP(t, nn.LogSoftmax[float64], nn.LogSoftmaxVJP[float64], x)
		one := &nn.PReLU[float64]{Alpha: random(r, 1)}
		gradcheck.VJP(t, (*nn.PReLU[float64]).Forward, (*nn.PReLU[float64]).ForwardVJP, one, x)
		if len(dims) > 1 {
			each := &nn.PReLU[float64]{Alpha: random(r, dims[1])}
			gradcheck.VJP(t, (*nn.PReLU[float64]).Forward, (*nn.PReLU[float64]).ForwardVJP, each, x)
		}
	}
}

func TestPReLUChannels(t *testing.T) {
	p := &nn.PReLU[float64]{Alpha: nn.Of([]float64{2, 3}, 2)}
	y := p.Forward(nn.Of([]float64{-1, 1, -1, -2, -3, 4, 5, -6}, 2, 2, 2))
	if want := []float64{-2, 1, -3, -6, -6, 4, 5, -18}; !slices.Equal(y.Data, want) {
		t.Errorf("got %v, want %v", y.Data, want)
	}
}

func TestSoftmax(t *testing.T) {
	inf := math.Inf(1)
	e := math.E
	x := nn.Of([]float64{0, 0, 1, 2, 1000, -1000, -inf, 0, 1e300, 1e300}, 5, 2)
	want := []float64{0.5, 0.5, 1 / (1 + e), e / (1 + e), 1, 0, 0, 1, 0.5, 0.5}
	y, logs := nn.Softmax(x), nn.LogSoftmax(x)
	for i, w := range want {
		checkNear(t, fmt.Sprintf("element %d of the softmax", i), y.Data[i], w, 1e-15)
		if i != 5 {
			checkNear(t, fmt.Sprintf("element %d of the logarithms", i), logs.Data[i], math.Log(w), 1e-15)
		}
	}
	checkNear(t, "a logarithm that exp loses", logs.Data[5], -2000, 1e-15)
	nan := nn.Softmax(nn.Of([]float64{0, math.NaN(), 0}, 3))
	for i, v := range nan.Data {
		if v == v {
			t.Errorf("element %d of a row with NaN is %v", i, v)
		}
	}
}

// TestActivationModel trains through all activations as part of a model of this package.
func TestActivationModel(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testActivationModel[float64](t) })
	t.Run("float32", func(t *testing.T) { testActivationModel[float32](t, gradcheck.Tol(2e-2)) })
}

func testActivationModel[T nn.Float](t *testing.T, options ...any) {
	r := rand.New(rand.NewPCG(3, 4))
	tensor := func(dims ...int) nn.Tensor[T] {
		x := nn.New[T](nil, dims...)
		for i := range x.Data {
			x.Data[i] = T(r.NormFloat64())
		}
		return x
	}
	m := &activations[T]{
		In:    nn.Dense[T]{W: tensor(3, 4), B: tensor(4)},
		Slope: nn.PReLU[T]{Alpha: tensor(4)},
		Out:   nn.Dense[T]{W: tensor(4, 3), B: tensor(3)},
	}
	x := tensor(5, 3)
	labels := []int{0, 2, 1, 1, 0}
	gradcheck.VJP(t, (*activations[T]).loss, (*activations[T]).lossVJP, append([]any{m, x, labels, gradcheck.Wrt("0")}, options...)...)
}

// TestActivationMemory checks that a step uses no memory that grows with the batch.
func TestActivationMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	m := &activations[float64]{
		In:    nn.Dense[float64]{W: random(r, 3, 4), B: random(r, 4)},
		Slope: nn.PReLU[float64]{Alpha: random(r, 4)},
		Out:   nn.Dense[float64]{W: random(r, 4, 3)},
	}
	dm := &activations[float64]{
		In:    nn.Dense[float64]{W: nn.New[float64](nil, 3, 4), B: nn.New[float64](nil, 4)},
		Slope: nn.PReLU[float64]{Alpha: nn.New[float64](nil, 4)},
		Out:   nn.Dense[float64]{W: nn.New[float64](nil, 4, 3)},
	}
	bytes := func(batch int) uint64 {
		space := new(nn.Space)
		x, labels := random(r, batch, 3).In(space), make([]int, batch)
		return bytesPerRun(func() {
			space.Reset()
			m.lossVJP(x, labels, dm, 1)
		})
	}
	if small, large := bytes(2), bytes(200); small != large {
		t.Errorf("a step for 2 examples allocates %d bytes, for 200 examples %d", small, large)
	}
}

// TestPReLUSlope checks that the derivative of a slope for millions of elements is good in float32.
func TestPReLUSlope(t *testing.T) {
	const n = 1 << 21
	p, dp := nn.NewPReLU[float32](1), nn.PReLU[float32]{Alpha: nn.New[float32](nil, 1)}
	x, dy := nn.Constant[float32](-0.1, n), nn.Constant[float32](1, n)
	p.ForwardVJP(x, &dp, nn.ZerosLike(x), dy)
	near(t, "the derivative", dp.Alpha, nn.Of([]float32{-0.1 * n}, 1), 1e-6)
}
