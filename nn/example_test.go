package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

// An exclusive is a network with one hidden layer.
type exclusive struct{ Hidden, Out nn.Dense[float64] }

// Forward returns the logits of the probability that one of two inputs is set, but not both.
func (m *exclusive) Forward(x nn.Tensor[float64]) nn.Tensor[float64] {
	return m.Out.Forward(nn.Tanh(m.Hidden.Forward(x)))
}

// Loss is what training makes small. The directive asks godiff generate for the method LossVJP.
//
//godiff:vjp wrt=m
func (m *exclusive) Loss(x, y nn.Tensor[float64]) float64 {
	return nn.BinaryCrossEntropy(m.Forward(x), y)
}

// A network learns the exclusive or.
func Example() {
	rng := rand.New(rand.NewPCG(1, 2))
	m := &exclusive{Hidden: nn.NewDense[float64](rng, 2, 4), Out: nn.NewDense[float64](rng, 4, 1)}
	gradient := nn.Gradient(m)
	optimizer := optim.NewAdam(nn.Params[float64](m, gradient), 0.05)

	x := nn.Of([]float64{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	y := nn.Of([]float64{0, 1, 1, 0}, 4, 1)
	var space nn.Space
	for step := range 301 {
		space.Reset()
		loss := m.LossVJP(x.In(&space), y, gradient, 1)
		optimizer.Step()
		if step%100 == 0 {
			fmt.Printf("step %3d: loss %.3f\n", step, loss)
		}
	}
	for i, p := range nn.Sigmoid(m.Forward(x)).Data {
		fmt.Printf("%v xor %v: %.2f\n", x.At(i, 0), x.At(i, 1), p)
	}
	// Output:
	// step   0: loss 0.700
	// step 100: loss 0.005
	// step 200: loss 0.002
	// step 300: loss 0.001
	// 0 xor 0: 0.00
	// 0 xor 1: 1.00
	// 1 xor 0: 1.00
	// 1 xor 1: 0.00
}
