package bench

import "math"

// A Network has two layers.
type Network struct {
	W1 [][]float64 // a row of weights of the inputs for each hidden unit
	B1 []float64   // a bias for each hidden unit
	W2 [][]float64 // a row of weights of the hidden units for each output
	B2 []float64   // a bias for each output
}

// Loss is the mean cross-entropy over the inputs x, one a row, and their labels, where the outputs are logarithms of
// probabilities up to a constant.
//
//godiff:valuegrad wrt=m
func (m *Network) Loss(x [][]float64, labels []int) float64 {
	sum := 0.0
	for i, row := range x {
		z := m.outputs(row)
		sum += logSumExp(z) - z[labels[i]]
	}
	return sum / float64(len(x))
}

// outputs returns the outputs for the input x.
func (m *Network) outputs(x []float64) []float64 {
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

// An LSTM is a recurrent network of one cell with n hidden units (Hochreiter and Schmidhuber, Long Short-Term Memory,
// 1997; with the forget gate of Gers, Schmidhuber and Cummins, 2000) and one output.
type LSTM struct {
	Wx [][]float64 // a row of weights of the inputs for each unit of the input gate, the forget gate, the output gate and the candidate
	Wh [][]float64 // a row of weights of the hidden state for each of the same 4n
	B  []float64   // a bias for each of the same 4n
	V  []float64   // the weights of the hidden state in the output
}

// Loss is the mean squared error of the outputs after each row of x, from a state of zeros, as predictions of y.
//
//godiff:valuegrad wrt=m
func (m *LSTM) Loss(x [][]float64, y []float64) float64 {
	h := make([]float64, len(m.V))
	c := make([]float64, len(m.V))
	z := make([]float64, len(m.B))
	sum := 0.0
	for t, row := range x {
		for i, b := range m.B {
			z[i] = b + dot(m.Wx[i], row) + dot(m.Wh[i], h)
		}
		step(z, h, c)
		e := dot(m.V, h) - y[t]
		sum += e * e
	}
	return sum / float64(len(x))
}

// step brings the hidden state h and the cell state c to the next step, given what goes into the gates and the candidate.
func step(z, h, c []float64) {
	n := len(h)
	for j := range h {
		in, forget, out := sigmoid(z[j]), sigmoid(z[n+j]), sigmoid(z[2*n+j])
		c[j] = forget*c[j] + in*math.Tanh(z[3*n+j])
		h[j] = out * math.Tanh(c[j])
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
