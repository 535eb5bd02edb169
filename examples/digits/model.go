package main

//go:generate go run github.com/godiff/godiff/cmd/godiff generate

import (
	"math"
	"math/rand/v2"
)

// The layers of the network: the pixels of a digit, the hidden units, the ten answers.
const (
	pixels = 64
	hidden = 32
	labels = 10
)

// Model is a network of two layers: 64 pixels, 32 hidden units, 10 outputs.
type Model struct {
	W1 [][]float64 // a row of 64 weights for each hidden unit
	B1 []float64   // a bias for each hidden unit
	W2 [][]float64 // a row of 32 weights for each output
	B2 []float64   // a bias for each output
}

// newModel returns a model with biases of zero and random weights whose variance is one over the number of
// inputs of their unit (LeCun et al., Efficient BackProp, 1998, §4.6). The same seed gives the same model.
func newModel(seed uint64) *Model {
	random := rand.New(rand.NewPCG(seed, 1))
	layer := func(outputs, inputs int) [][]float64 {
		w := make([][]float64, outputs)
		for i := range w {
			w[i] = make([]float64, inputs)
			for j := range w[i] {
				w[i][j] = random.NormFloat64() / math.Sqrt(float64(inputs))
			}
		}
		return w
	}
	return &Model{
		W1: layer(hidden, pixels), B1: make([]float64, hidden),
		W2: layer(labels, hidden), B2: make([]float64, labels),
	}
}

// Loss returns the mean cross-entropy of the model over a batch of images and their labels, where the outputs
// are the logarithms of probabilities up to a constant (softmax).
//
//godiff:valuegrad wrt=m
func (m *Model) Loss(images [][]float64, labels []int) float64 {
	sum := 0.0
	for i, x := range images {
		z := m.Outputs(x)
		sum += logSumExp(z) - z[labels[i]]
	}
	return sum / float64(len(images))
}

// Outputs returns the model's ten outputs for the image x. The largest is its answer.
func (m *Model) Outputs(x []float64) []float64 {
	h := make([]float64, len(m.B1))
	for i, b := range m.B1 {
		h[i] = math.Tanh(dot(m.W1[i], x) + b)
	}
	z := make([]float64, len(m.B2))
	for i, b := range m.B2 {
		z[i] = dot(m.W2[i], h) + b
	}
	return z
}

// dot returns the inner product of a and b.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// logSumExp returns the logarithm of the sum of exp(v) over z, without overflow.
func logSumExp(z []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// slices returns all the model's numbers, slice by slice and always in the same order. Writing to them changes
// the model.
func (m *Model) slices() [][]float64 {
	all := [][]float64{m.B1, m.B2}
	all = append(all, m.W1...)
	return append(all, m.W2...)
}
