// Package nn has the building blocks of neural networks, as plain Go: what a layer computes can be read in its Forward method, and what is
// trained through it in the derivative beside it, which godiff has written and anybody can read too.
//
// A model is a struct of layers with a method that computes its loss. A directive asks for the gradient:
//
//	type Model struct{ Hidden, Out nn.Dense[float32] }
//
//	//godiff:vjp wrt=m
//	func (m *Model) Loss(x nn.Tensor[float32], labels []int) float32 {
//		h := nn.ReLU(m.Hidden.Forward(x))
//		return nn.CrossEntropy(m.Out.Forward(h), labels)
//	}
//
// The gradient of a *Model is a *Model: [Gradient] makes one of zeros. Parameters are the tensors in exported fields: [Params] goes through
// a model and its gradient together.
//
// # Memory
//
// Tensors that layers return lie in the [Space] of the tensor that they are given, and so do their adjoints. A step of training that
// begins with [Space.Reset] then uses the memory of the step before: it allocates nothing that grows with the batch.
//
//	for x, labels := range batches {
//		space.Reset()
//		loss := model.LossVJP(x.In(space), labels, gradient, 1)
//		optimizer.Step()
//	}
//
// Nothing in nn keeps the tensors that it is given or returns, but for layers that say so.
//
// # Shapes
//
// The first dimension counts the examples of a batch. What does not fit panics with a *shape.Error, which names both shapes: see package
// shape.
//
// # Code of your own
//
// A layer is any function or method that godiff can differentiate. It makes its results by [New] in the space of its argument, and writes
// to each of them once: then nothing need be remembered. What it calls of its own package must be exported where it is to be
// differentiated as part of a model in another one.
package nn
