package main

import "github.com/godiff/godiff/nn"

//go:generate go tool godiff generate

// An mlp has rectified linear units in all layers but the last. Of these there are two at least. The first is not in the loop: so the images
// are no active variable, and nothing is computed of their adjoint.
type mlp struct {
	Layers []nn.Dense[float32]
}

//godiff:vjp wrt=m
func (m *mlp) Loss(x nn.Tensor[float32], labels []int) float32 {
	h := nn.ReLU(m.Layers[0].Forward(x))
	last := len(m.Layers) - 1
	for i := 1; i < last; i++ {
		h = nn.ReLU(m.Layers[i].Forward(h))
	}
	return nn.CrossEntropy(m.Layers[last].Forward(h), labels)
}

// A leNet is the network of LeCun et al., "Gradient-based learning applied to document recognition", 1998, with rectified linear units and
// the largest of four in place of means.
type leNet struct {
	Conv1, Conv2           nn.Conv2D[float32]
	Pool                   nn.MaxPool2D[float32]
	Dense1, Dense2, Dense3 nn.Dense[float32]
}

//godiff:vjp wrt=m
func (m *leNet) Loss(x nn.Tensor[float32], labels []int) float32 {
	h := m.Pool.Forward(nn.ReLU(m.Conv1.Forward(x)))
	h = m.Pool.Forward(nn.ReLU(m.Conv2.Forward(h)))
	h = nn.ReLU(m.Dense1.Forward(h.Flatten()))
	h = nn.ReLU(m.Dense2.Forward(h))
	return nn.CrossEntropy(m.Dense3.Forward(h), labels)
}

// The recurrent models go through the rows of an image, and make of the last state what class it is.

type rnn struct {
	Hidden nn.RNN[float32]
	Out    nn.Dense[float32]
}

//godiff:vjp wrt=m
func (m *rnn) Loss(x nn.Tensor[float32], labels []int) float32 {
	_, last := m.Hidden.Forward(x, nil)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}

type lstm struct {
	Hidden nn.LSTM[float32]
	Out    nn.Dense[float32]
}

//godiff:vjp wrt=m
func (m *lstm) Loss(x nn.Tensor[float32], labels []int) float32 {
	_, last, _ := m.Hidden.Forward(x, nil)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}

type gru struct {
	Hidden nn.GRU[float32]
	Out    nn.Dense[float32]
}

//godiff:vjp wrt=m
func (m *gru) Loss(x nn.Tensor[float32], labels []int) float32 {
	_, last := m.Hidden.Forward(x, nil)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}
