package steps_test

import (
	"fmt"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/steps"
)

// One step for one unit with two inputs.
func ExampleTake() {
	n := &steps.Network{
		Layers:     []nn.Dense[float64]{{W: nn.Of([]float64{0.5, -0.25}, 2, 1), B: nn.Of([]float64{0.25}, 1)}},
		Activation: steps.Tanh,
	}
	step := steps.Take(n, []float64{1, 2}, []float64{1}, 0.1)
	fmt.Print(step)
	// Output:
	// A step of gradient descent: 2 → 1, activation tanh, loss E = ½ Σ (a − y)², learning rate 0.1
	//
	// Forward
	//   x[1] = 1
	//   x[2] = 2
	//   z1[1] = w1[1,1]·x[1] + w1[2,1]·x[2] + b1[1] = 0.5·1 + (−0.25)·2 + 0.25 = 0.25
	//   a1[1] = tanh(z1[1]) = 0.244919
	//   E = ½ ((0.244919 − 1)²) = 0.285074
	//
	// Backward: ∂v is the adjoint of v, the derivative of E with respect to v
	//   ∂a1[1] = −0.755081
	//   ∂z1[1] = −0.709788
	//   ∂w1[1,1] = x[1]·∂z1[1] = 1·(−0.709788) = −0.709788
	//   ∂w1[2,1] = x[2]·∂z1[1] = 2·(−0.709788) = −1.419575
	//   ∂b1[1] = ∂z1[1] = −0.709788
	//
	// Update
	//   w1[1,1] ← 0.5 − 0.1·(−0.709788) = 0.570979
	//   w1[2,1] ← −0.25 − 0.1·(−1.419575) = −0.108042
	//   b1[1] ← 0.25 − 0.1·(−0.709788) = 0.320979
}

// A hook is told values, and then adjoints, of any model that calls Watch.
func ExampleWatch() {
	m := &watched{nn.Of([]float64{3, -1}, 2)}
	var trace steps.Trace
	m.LossVJP(trace.Hook(), nn.Gradient(m), 1)
	fmt.Println(trace.Values, trace.Adjoints)
	// Output: [{w [3 -1]}] [{w [6 -2]}]
}
