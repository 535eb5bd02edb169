package gonumx_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"github.com/godiff/godiff/rules/gonum/gonumx"
)

// A bowl counts how often it is evaluated, and where.
type bowl struct {
	calls  atomic.Int64
	mu     sync.Mutex
	places map[[2]float64]int
}

func (b *bowl) valueGrad(x []float64) (y float64, dx []float64) {
	b.calls.Add(1)
	b.mu.Lock()
	if b.places == nil {
		b.places = map[[2]float64]int{}
	}
	b.places[[2]float64(x)]++
	b.mu.Unlock()
	u, v := x[0]-1, x[1]+2
	return u*u + 10*v*v*v*v, []float64{2 * u, 40 * v * v * v}
}

func (b *bowl) hessian(x []float64) [][]float64 {
	v := x[1] + 2
	return [][]float64{{2, 0}, {0, 120 * v * v}}
}

func TestEvaluatesOnce(t *testing.T) {
	for _, method := range []optimize.Method{&optimize.LBFGS{}, &optimize.Newton{}, &optimize.BFGS{}, &optimize.GradientDescent{}} {
		var b bowl
		result, err := optimize.Minimize(gonumx.Problem(b.valueGrad, b.hessian), []float64{3, 4}, &optimize.Settings{GradientThreshold: 1e-6}, method)
		if err != nil || math.Abs(result.X[0]-1) > 1e-4 || math.Abs(result.X[1]+2) > 0.1 {
			t.Errorf("%T: %v, %v", method, result, err)
			continue
		}
		if n := int(b.calls.Load()); n != len(b.places) || n > result.FuncEvaluations {
			t.Errorf("%T: %d evaluations at %d places, where the value was asked for %d times", method, n, len(b.places), result.FuncEvaluations)
		}
	}
}

func TestConcurrent(t *testing.T) {
	var b bowl
	problem := gonumx.Problem(b.valueGrad, b.hessian)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			x, grad := make([]float64, 2), make([]float64, 2)
			for i := range 200 {
				x[0], x[1] = float64(worker), float64(i)
				y := problem.Func(x)
				problem.Grad(grad, x)
				want, dwant := new(bowl).valueGrad(x)
				if y != want || grad[0] != dwant[0] || grad[1] != dwant[1] {
					t.Errorf("at %v the value is %g and the gradient %v, want %g and %v", x, y, grad, want, dwant)
				}
			}
		})
	}
	group.Wait()

	result, err := optimize.Minimize(problem, []float64{3, 4}, &optimize.Settings{Concurrent: 4, MajorIterations: 200}, &optimize.CmaEsChol{Src: rand.NewPCG(1, 2)})
	if err != nil || result.F > 1 {
		t.Error(result, err)
	}
}

// TestPlaces has places that differ in less than ==, and memory that is used again.
func TestPlaces(t *testing.T) {
	var b bowl
	problem := gonumx.Problem(b.valueGrad, nil)
	if problem.Hess != nil {
		t.Error("there is a Hessian that nobody gave")
	}
	x, grad := []float64{math.NaN(), 0}, make([]float64, 2)
	problem.Func(x)
	problem.Grad(grad, x)
	if n := b.calls.Load(); n != 1 || !math.IsNaN(grad[0]) {
		t.Errorf("%d evaluations, and the gradient is %v", n, grad)
	}
	grad[1] = 7
	problem.Grad(grad, x)
	if grad[1] != 320 {
		t.Errorf("what is remembered has changed: %v", grad)
	}
	x[0] = 0
	problem.Func(x)
	x[0] = math.Copysign(0, -1)
	problem.Func(x)
	if n := b.calls.Load(); n != 3 {
		t.Errorf("%d evaluations at 3 places", n)
	}
}

func TestHessian(t *testing.T) {
	var b bowl
	h := mat.NewSymDense(2, []float64{9, 9, 9, 9})
	gonumx.Problem(b.valueGrad, b.hessian).Hess(h, []float64{0, 0})
	if !mat.Equal(h, mat.NewSymDense(2, []float64{2, 0, 0, 480})) {
		t.Errorf("the Hessian is %v", mat.Formatted(h))
	}
}
