package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// The rows of a tensor count examples. What is computed from it lies in its space.
func ExampleTensor() {
	x := nn.Of([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(x.Shape, x.At(1, 0))
	y := nn.ReLU(nn.Of([]float64{-1, 0, 2}, 1, 3))
	fmt.Println(y)
	fmt.Println(x.Reshape(3, 2).At(1, 0))
	// Output:
	// [2 3] 4
	// [1 3][0 0 2]
	// 3
}

// Steps use the memory of the step before.
func ExampleSpace() {
	var space nn.Space
	x := nn.Of([]float32{1, 2}, 2).In(&space)
	first := nn.Tanh(x)
	space.Reset() // first may not be used any more
	second := nn.Tanh(x)
	fmt.Println(&first.Data[0] == &second.Data[0])
	// Output: true
}

// A layer for two examples with three features, and what its derivative adds to the adjoints of the input and the weights.
func ExampleDense() {
	d := &nn.Dense[float64]{W: nn.Of([]float64{1, 0, 0, 1, 1, 1}, 3, 2), B: nn.Of([]float64{10, 20}, 2)}
	x := nn.Of([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(d.Forward(x))

	dd, dx := nn.Gradient(d), nn.New[float64](nil, 2, 3)
	dy := nn.Of([]float64{1, 0, 0, 1}, 2, 2)
	d.ForwardVJP(x, dd, dx, dy)
	fmt.Println(dx)
	fmt.Println(dd.W, dd.B)
	// Output:
	// [2 2][14 25 20 31]
	// [2 3][1 0 1 0 1 1]
	// [3 2][1 4 2 5 3 6] [2][1 1]
}

// An image with one channel, the kernel of Dumoulin and Visin, figure 1.1.
func ExampleConv2D() {
	l := nn.Conv2D[float64]{W: nn.Of([]float64{
		0, 1, 2,
		2, 2, 0,
		0, 1, 2,
	}, 1, 1, 3, 3)}
	x := nn.Of([]float64{
		3, 3, 2, 1, 0,
		0, 0, 1, 3, 1,
		3, 1, 2, 2, 3,
		2, 0, 0, 2, 2,
		2, 0, 0, 0, 1,
	}, 1, 1, 5, 5)
	fmt.Println(l.Forward(x))
	l.Stride, l.Pad = [2]int{2, 2}, [2]int{1, 1}
	fmt.Println(l.Forward(x))
	// Output:
	// [1 1 3 3][12 12 17 10 17 19 9 6 14]
	// [1 1 3 3][6 17 3 8 17 13 6 4 4]
}

// Two sequences of five steps with three inputs, the second of which ends after two.
func ExampleLSTM() {
	rng := rand.New(rand.NewPCG(1, 2))
	l := nn.NewLSTM[float32](rng, 3, 4)
	x := nn.Normal[float32](rng, 1, 2, 5, 3)
	states, last, cells := l.Forward(x, []int{5, 2})
	fmt.Println(states.Shape, last.Shape, cells.Shape)
	fmt.Println(last.At(0, 0) == states.At(0, 4, 0), last.At(1, 0) == states.At(1, 1, 0))
	// Output:
	// [2 5 4] [2 4] [2 4]
	// true true
}

// The derivative for the logits is the softmax less 1 for the label, over the number of examples.
func ExampleCrossEntropy() {
	logits := nn.Of([]float64{2, 0, 1, 0, 0, 0}, 2, 3)
	dlogits := nn.New[float64](nil, 2, 3)
	loss := nn.CrossEntropyVJP(logits, []int{0, 2}, dlogits, 1)
	fmt.Printf("%.4f\n%.4f\n%.4f\n", loss, nn.Softmax(logits).Data, dlogits.Data)
	// Output:
	// 0.7531
	// [0.6652 0.0900 0.2447 0.3333 0.3333 0.3333]
	// [-0.1674 0.0450 0.1224 0.1667 0.1667 -0.3333]
}

// The parameters of a model, in the order of its fields.
func ExampleParams() {
	rng := rand.New(rand.NewPCG(1, 2))
	type block struct {
		Dense nn.Dense[float32]
		Norm  nn.BatchNorm[float32]
	}
	model := &struct {
		Blocks []block
		Out    nn.Dense[float32]
	}{
		Blocks: []block{{nn.NewDense[float32](rng, 4, 8), nn.NewBatchNorm[float32](8)}},
		Out:    nn.NewDense[float32](rng, 8, 2),
	}
	n := 0
	for _, p := range nn.Params[float32](model, nn.Gradient(model)) {
		fmt.Println(p.Name, p.Value.Shape, len(p.Grad.Data), p.State)
		if !p.State {
			n += len(p.Value.Data)
		}
	}
	fmt.Println(n, "numbers are trained")
	// Output:
	// Blocks.0.Dense.W [4 8] 32 false
	// Blocks.0.Dense.B [8] 8 false
	// Blocks.0.Norm.Scale [8] 8 false
	// Blocks.0.Norm.Shift [8] 8 false
	// Blocks.0.Norm.Mean [8] 8 true
	// Blocks.0.Norm.Var [8] 8 true
	// Out.W [8 2] 16 false
	// Out.B [2] 2 false
	// 74 numbers are trained
}

// What does not fit panics with both shapes. Catch makes an error of it.
func ExampleDense_shapes() {
	d := nn.NewDense[float32](rand.New(rand.NewPCG(1, 2)), 784, 10)
	run := func(x nn.Tensor[float32]) (y nn.Tensor[float32], err error) {
		defer shape.Catch(&err)
		return d.Forward(x), nil
	}
	_, err := run(nn.New[float32](nil, 32, 28, 28))
	fmt.Println(err)
	y, err := run(nn.New[float32](nil, 32, 28, 28).Flatten())
	fmt.Println(y.Shape, err)
	// Output:
	// nn: Dense: shape [32 28 28] does not fit [784 10]
	// [32 10] <nil>
}

// The columns have length 1 and are orthogonal to each other.
func ExampleOrthogonal() {
	w := nn.Orthogonal[float64](rand.New(rand.NewPCG(1, 2)), 3, 2)
	fmt.Println(w.Shape)
	for i := range 2 {
		for j := range 2 {
			fmt.Printf("%.3f ", w.At(0, i)*w.At(0, j)+w.At(1, i)*w.At(1, j)+w.At(2, i)*w.At(2, j)+0)
		}
	}
	// Output:
	// [3 2]
	// 1.000 0.000 0.000 1.000
}
