package nn_test

import "github.com/godiff/godiff/nn"

// An activations is a model with all activation functions in a row.
type activations[T nn.Float] struct {
	In    nn.Dense[T]
	Slope nn.PReLU[T]
	Out   nn.Dense[T]
}

//godiff:vjp wrt=m
func (m *activations[T]) loss(x nn.Tensor[T], labels []int) T {
	h := m.Slope.Forward(m.In.Forward(x))
	h = nn.Identity(nn.Sigmoid(nn.Tanh(nn.Arctan(h))))
	h = nn.ELU(nn.ISRU(nn.Softsign(h), 0.5), 2)
	h = nn.SiLU(nn.GELUTanh(nn.GELU(nn.Softplus(nn.ReLU(h)))))
	y := m.Out.Forward(h)
	return nn.CrossEntropy(nn.Softmax(y), labels) + nn.CrossEntropy(nn.Step(y), labels)
}
