package nn_test

import "github.com/godiff/godiff/nn"

// A losses is a model with all losses, the differences of two outputs among them.
type losses[T nn.Float] struct{ Code, Out nn.Dense[T] }

//godiff:vjp wrt=m
func (m *losses[T]) loss(x, p nn.Tensor[T], labels []int) T {
	y := m.Out.Forward(nn.Tanh(m.Code.Forward(x)))
	again := m.Out.Forward(m.Code.Forward(y))
	sum := nn.MSE(y, x) + nn.MAE(y, x) + nn.Huber(y, x, 0.5) + nn.MSE(y, again)
	sum += nn.BinaryCrossEntropy(y, p) + nn.SoftCrossEntropy(y, p)
	return sum + nn.CrossEntropy(y, labels) + nn.NLL(nn.LogSoftmax(again), labels)
}
