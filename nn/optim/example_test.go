package optim_test

import (
	"fmt"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

// A tensor is brought to a target, with a learning rate that falls. The derivative of nn.MSE stands for that of a model's loss.
func Example() {
	model := &struct{ W nn.Tensor[float64] }{nn.New[float64](nil, 3)}
	gradient := nn.Gradient(model)
	target := nn.Of([]float64{1, -2, 0.5}, 3)

	const steps = 200
	optimizer := optim.NewAdam(nn.Params[float64](model, gradient), 0)
	rate := optim.Cosine(0.2, 0, 10, steps)
	for step := range steps {
		nn.MSEVJP(model.W, target, gradient.W, 1)
		optimizer.Rate = rate(step)
		optimizer.Step()
	}
	fmt.Printf("%.2f\n", model.W.Data)
	// Output: [1.00 -2.00 0.50]
}

// Decay takes a share of the weights, L2 adds to the gradient; NewAdamW is Adam with the former.
func ExampleMomentum() {
	model := &struct{ W nn.Tensor[float64] }{nn.Of([]float64{1, 1}, 2)}
	gradient := nn.Gradient(model)
	optimizer := optim.NewNesterov(nn.Params[float64](model, gradient), 0.1, 0.9)
	optimizer.Decay = 0.5
	for range 3 {
		gradient.W.Data[0] = 1
		optimizer.Step()
		fmt.Printf("%.6f\n", model.W.Data)
	}
	// Output:
	// [0.760000 0.950000]
	// [0.451000 0.902500]
	// [0.084550 0.857375]
}

// The norm is brought down to 1.
func ExampleClipNorm() {
	model := &struct{ W, B nn.Tensor[float64] }{nn.New[float64](nil, 1, 1), nn.New[float64](nil, 1)}
	gradient := nn.Gradient(model)
	gradient.W.Data[0], gradient.B.Data[0] = 30, -40
	norm := optim.ClipNorm(nn.Params[float64](model, gradient), 1)
	fmt.Println(norm, gradient.W, gradient.B)
	// Output: 50 [1 1][0.6] [1][-0.8]
}

// A rate that rises for two steps and falls to a tenth.
func ExampleCosine() {
	rate := optim.Cosine(1, 0.1, 2, 6)
	for step := range 7 {
		fmt.Printf("%.3f ", rate(step))
	}
	// Output:
	// 0.500 1.000 1.000 0.868 0.550 0.232 0.100
}
