package bench

import (
	"math"
	"math/rand/v2"
)

// A Case is a function to measure.
type Case struct {
	Name  string
	What  string                  // the arguments at Size
	Size  int                     // the size to measure at
	Sizes []int                   // the sizes to see growth with, ascending; nil, as is Work, for a function without a size
	Small int                     // a size for differences in tests
	Setup func(size int) *Problem // returns the function at arguments of the given size
	Work  func(size int) float64  // what the number of operations is proportional to
	Why   string                  // what the derivative by hand does better, if it does
}

// Cases are the functions that are measured.
var Cases = []Case{
	{Name: "F", What: "1,000 numbers", Size: 1000, Small: 8, Setup: setupF,
		Why: "nearly all of the time goes into math.Pow, which F calls, too; by hand squares x instead, which is not the same to the last bit where the square is a subnormal number"},
	{Name: "Iterate", What: "1,000 steps", Size: 1000, Sizes: []int{250, 500, 1000, 2000}, Small: 8, Setup: setupIterate, Work: linear},
	{Name: "Escape", What: "1,000 steps", Size: 1000, Sizes: []int{250, 500, 1000, 2000}, Small: 8, Setup: setupEscape, Work: linear},
	{Name: "Horner", What: "200 coefficients", Size: 200, Sizes: []int{100, 200, 400, 800}, Small: 8, Setup: setupHorner, Work: linear,
		Why: "by hand goes forward for x and multiplies up powers of it for the coefficients, in the loop of the value; the generated one remembers y before each step and goes back in a loop of its own"},
	{Name: "Flight", What: "1,000 steps", Size: 1000, Sizes: []int{250, 500, 1000, 2000}, Small: 8, Setup: setupFlight, Work: linear,
		Why: "by hand goes forward with four numbers, knowing that the mass has no part in the flight, while the value waits for its divisions; the generated one goes back when the value is there, and waits for divisions again"},
	{Name: "Lorenz.Integrate", What: "Runge-Kutta, 1,000 steps", Size: 1000, Sizes: []int{250, 500, 1000, 2000}, Small: 8, Setup: setupIntegrate, Work: linear},
	{Name: "Rosenbrock", What: "n = 100", Size: 100, Sizes: []int{100, 200, 400, 800}, Small: 8, Setup: setupRosenbrock, Work: linear,
		Why: "by hand carries what a term adds to the derivative after it in a variable, where the generated one adds to memory"},
	{Name: "Relax", What: "Gauss-Seidel, n = 200, 100 sweeps", Size: 200, Sizes: []int{50, 100, 200, 400}, Small: 6, Setup: setupRelax, Work: linear,
		Why: "the one allocation more is of the copy of u that goes back in time"},
	{Name: "LogDet", What: "LU, n = 200", Size: 200, Sizes: []int{40, 80, 160, 320}, Small: 5, Setup: setupLogDet, Work: cube},
	{Name: "Minors", What: "determinant by minors, n = 8", Size: 8, Sizes: []int{5, 6, 7, 8}, Small: 4, Setup: setupMinors, Work: minorsWork},
	{Name: "Convolve", What: "28×28 by 5×5", Size: 28, Sizes: []int{20, 36, 68, 132}, Small: 7, Setup: setupConvolve, Work: convolveWork,
		Why: "by hand slices rows outside of the innermost loop of the value, so that their bounds are checked once; the generated one computes the value as the function does"},
	{Name: "Logistic", What: "regression, 1,000×50", Size: 1000, Sizes: []int{250, 500, 1000, 2000}, Small: 8, Setup: setupLogistic, Work: linear},
	{Name: "Mixture", What: "of Gaussians, d = 10, K = 10, n = 200", Size: 200, Sizes: []int{100, 200, 400, 800}, Small: 4, Setup: setupMixture, Work: linear,
		Why: "by hand keeps the residuals of a point and multiplies by the precisions once, behind the loop over the points, and has all rows of a matrix in one piece of memory"},
	{Name: "Network.Loss", What: "64-32-10, batch of 32", Size: 32, Sizes: []int{16, 32, 64, 128}, Small: 2, Setup: setupNetwork, Work: linear,
		Why: "by hand has one hidden layer for all inputs; the generated one makes slices, and shadows of them, for each input as the function itself does"},
	{Name: "LSTM.Loss", What: "8 inputs, 16 units, 100 steps", Size: 100, Sizes: []int{50, 100, 200, 400}, Small: 3, Setup: setupLSTM, Work: linear,
		Why: "by hand has all steps, and all rows of a matrix, in one piece of memory each, where the generated one allocates for each"},
}

// linear is the work of steps that are alike.
func linear(n int) float64 { return float64(n) }

// cube is the work of a factorisation.
func cube(n int) float64 { return float64(n) * float64(n) * float64(n) }

// minorsWork is the number of minors of all sizes.
func minorsWork(n int) float64 {
	sum, term := 1.0, 1.0
	for ; n > 0; n-- {
		term *= float64(n)
		sum += term
	}
	return sum
}

// convolveWork is the number of positions of a 5×5 kernel.
func convolveWork(n int) float64 { return float64((n - 4) * (n - 4)) }

// setupF sums F over n numbers, for it is too fast to be timed alone. The gradient is that by the last number.
func setupF(n int) *Problem {
	xs := vector(1, n)
	var y, dx float64
	return &Problem{
		Primal: func() {
			y = 0
			for _, x := range xs {
				y += F(x)
			}
		},
		ByHand: func() {
			y = 0
			for _, x := range xs {
				var v float64
				v, dx = fByHand(x)
				y += v
			}
		},
		Generated: func() {
			y = 0
			for _, x := range xs {
				var v float64
				v, dx = FValueGrad(x)
				y += v
			}
		},
		Value: &y, Gradient: []any{&dx}, Variable: []any{&xs[n-1]},
	}
}

func setupIterate(n int) *Problem {
	a := 2.0 // from here on, it falls slowly towards π/2
	var y, da float64
	return &Problem{
		Primal:    func() { y = Iterate(a, n) },
		ByHand:    func() { y, da = iterateByHand(a, n) },
		Generated: func() { y, da = IterateValueGrad(a, n) },
		Value:     &y, Gradient: []any{&da}, Variable: []any{&a},
	}
}

func setupEscape(n int) *Problem {
	// From 1/2, where z² + 1/4 would stay, z escapes after about π/2√(c-1/4) steps.
	z, c, r := 0.5, 0.25+math.Pow(math.Pi/float64(2*n), 2), 2.0
	var y, dz, dc float64
	return &Problem{
		Primal:    func() { y = Escape(z, c, r, 2*n) },
		ByHand:    func() { y, dz, dc = escapeByHand(z, c, r, 2*n) },
		Generated: func() { y, dz, dc = EscapeValueGrad(z, c, r, 2*n) },
		Value:     &y, Gradient: []any{&dz, &dc}, Variable: []any{&z, &c},
	}
}

func setupHorner(n int) *Problem {
	c, x := vector(2, n), 0.9
	var y, dx float64
	var dc []float64
	return &Problem{
		Primal:    func() { y = Horner(c, x) },
		ByHand:    func() { y, dc, dx = hornerByHand(c, x) },
		Generated: func() { y, dc, dx = HornerValueGrad(c, x) },
		Value:     &y, Gradient: []any{&dc, &dx}, Variable: []any{&c, &x},
	}
}

func setupFlight(n int) *Problem {
	start, h := Body{X: 1, V: 0.5, M: 2}, 0.01
	var b, db *Body
	var y float64
	b = new(Body)
	return &Problem{
		Primal:    func() { *b = start; y = Flight(b, h, n) },
		ByHand:    func() { *b = start; y, db = flightByHand(b, h, n) },
		Generated: func() { *b = start; y, db = FlightValueGrad(b, h, n) },
		Value:     &y, Gradient: []any{&db}, Variable: []any{&start},
	}
}

func setupIntegrate(n int) *Problem {
	l, s, h := Lorenz{Sigma: 10, Rho: 28, Beta: 8.0 / 3}, State{X: 1, Y: 2, Z: 20}, 0.001
	var y float64
	var dl Lorenz
	var ds State
	return &Problem{
		Primal:    func() { y = l.Integrate(s, h, n) },
		ByHand:    func() { y, dl, ds = l.integrateByHand(s, h, n) },
		Generated: func() { y, dl, ds = l.IntegrateValueGrad(s, h, n) },
		Value:     &y, Gradient: []any{&dl, &ds}, Variable: []any{&l, &s},
	}
}

func setupRosenbrock(n int) *Problem {
	x := vector(3, n)
	var y float64
	var dx []float64
	return &Problem{
		Primal:    func() { y = Rosenbrock(x) },
		ByHand:    func() { y, dx = rosenbrockByHand(x) },
		Generated: func() { y, dx = RosenbrockValueGrad(x) },
		Value:     &y, Gradient: []any{&dx}, Variable: []any{&x},
	}
}

func setupRelax(n int) *Problem {
	const sweeps = 100
	start, k := vector(4, n), 1.1
	for i, v := range start {
		start[i] = 1 + v*v/10 // where the iteration has a fixed point that is not zero
	}
	u := make([]float64, n)
	var y, dk float64
	var du []float64
	return &Problem{
		Primal:    func() { copy(u, start); y = Relax(u, k, sweeps) },
		ByHand:    func() { copy(u, start); y, du, dk = relaxByHand(u, k, sweeps) },
		Generated: func() { copy(u, start); y, du, dk = RelaxValueGrad(u, k, sweeps) },
		Value:     &y, Gradient: []any{&du, &dk}, Variable: []any{&start, &k},
	}
}

func setupLogDet(n int) *Problem {
	start, a := vector(5, n*n), make([]float64, n*n)
	for i := range n {
		start[i*n+i] += float64(n) // no pivoting is needed
	}
	var y float64
	var da []float64
	return &Problem{
		Primal:    func() { copy(a, start); y = LogDet(a, n) },
		ByHand:    func() { copy(a, start); y, da = logDetByHand(a, n) },
		Generated: func() { copy(a, start); y, da = LogDetValueGrad(a, n) },
		Value:     &y, Gradient: []any{&da}, Variable: []any{&start},
	}
}

func setupMinors(n int) *Problem {
	a := vector(6, n*n)
	var y float64
	var da []float64
	return &Problem{
		Primal:    func() { y = Minors(a, n) },
		ByHand:    func() { y, da = minorsByHand(a, n) },
		Generated: func() { y, da = MinorsValueGrad(a, n) },
		Value:     &y, Gradient: []any{&da}, Variable: []any{&a},
	}
}

func setupConvolve(n int) *Problem {
	const k = 5
	x, w, b := vector(7, n*n), vector(8, k*k), 0.1
	var y, db float64
	var dx, dw []float64
	return &Problem{
		Primal:    func() { y = Convolve(x, n, w, k, b) },
		ByHand:    func() { y, dx, dw, db = convolveByHand(x, n, w, k, b) },
		Generated: func() { y, dx, dw, db = ConvolveValueGrad(x, n, w, k, b) },
		Value:     &y, Gradient: []any{&dx, &dw, &db}, Variable: []any{&x, &w, &b},
	}
}

func setupLogistic(n int) *Problem {
	w, b, x, labels := vector(9, 50), 0.1, matrix(10, n, 50), make([]float64, n)
	for i := range labels {
		labels[i] = float64(i % 2)
	}
	var y, db float64
	var dw []float64
	return &Problem{
		Primal:    func() { y = Logistic(w, b, x, labels) },
		ByHand:    func() { y, dw, db = logisticByHand(w, b, x, labels) },
		Generated: func() { y, dw, db = LogisticValueGrad(w, b, x, labels) },
		Value:     &y, Gradient: []any{&dw, &db}, Variable: []any{&w, &b},
	}
}

func setupMixture(n int) *Problem {
	const d, components = 10, 10
	alpha, mu, q, x := vector(11, components), matrix(12, components, d), matrix(13, components, d), matrix(14, n, d)
	var y float64
	var dalpha []float64
	var dmu, dq [][]float64
	return &Problem{
		Primal:    func() { y = Mixture(alpha, mu, q, x) },
		ByHand:    func() { y, dalpha, dmu, dq = mixtureByHand(alpha, mu, q, x) },
		Generated: func() { y, dalpha, dmu, dq = MixtureValueGrad(alpha, mu, q, x) },
		Value:     &y, Gradient: []any{&dalpha, &dmu, &dq}, Variable: []any{&alpha, &mu, &q},
	}
}

func setupNetwork(n int) *Problem {
	const inputs, hidden, outputs = 64, 32, 10
	m := &Network{W1: matrix(15, hidden, inputs), B1: vector(16, hidden), W2: matrix(17, outputs, hidden), B2: vector(18, outputs)}
	x, labels := matrix(19, n, inputs), make([]int, n)
	for i := range labels {
		labels[i] = i % outputs
	}
	var y float64
	var dm *Network
	return &Problem{
		Primal:    func() { y = m.Loss(x, labels) },
		ByHand:    func() { y, dm = m.lossByHand(x, labels) },
		Generated: func() { y, dm = m.LossValueGrad(x, labels) },
		Value:     &y, Gradient: []any{&dm}, Variable: []any{m},
	}
}

func setupLSTM(n int) *Problem {
	const inputs, hidden = 8, 16
	m := &LSTM{Wx: matrix(20, 4*hidden, inputs), Wh: matrix(21, 4*hidden, hidden), B: vector(22, 4*hidden), V: vector(23, hidden)}
	x, targets := matrix(24, n, inputs), vector(25, n)
	var y float64
	var dm *LSTM
	return &Problem{
		Primal:    func() { y = m.Loss(x, targets) },
		ByHand:    func() { y, dm = m.lossByHand(x, targets) },
		Generated: func() { y, dm = m.LossValueGrad(x, targets) },
		Value:     &y, Gradient: []any{&dm}, Variable: []any{m},
	}
}

// vector returns n normally distributed numbers, the same for a seed.
func vector(seed uint64, n int) []float64 {
	random := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = random.NormFloat64()
	}
	return x
}

// matrix returns n rows of m random numbers, with the variance 1/m.
func matrix(seed uint64, n, m int) [][]float64 {
	x := make([][]float64, n)
	for i := range x {
		x[i] = vector(seed<<32+uint64(i), m)
		for j := range x[i] {
			x[i][j] /= math.Sqrt(float64(m))
		}
	}
	return x
}
