package nn

import (
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// An RNN is the recurrent layer of Elman's simple network. From the inputs xₜ at time t and its own state at the time before it computes
//
//	hₜ = tanh(xₜ·U + hₜ₋₁·V + B)
//
// What is made of the states, y = hₜ·W, is a layer of its own: a [Dense]. The parameters are those of torch.nn.RNN, transposed: U is
// weight_ih, V weight_hh, and B the sum of the two biases there. (Elman, "Finding structure in time", Cognitive Science 14, 1990.)
type RNN[T Float] struct {
	U Tensor[T] // inputs × hidden
	V Tensor[T] // hidden × hidden
	B Tensor[T] // hidden; the zero Tensor for a layer without bias
}

// Forward goes through sequences: x is batch × steps × inputs, and before the first step the states are zero. It returns the states at all
// times, batch × steps × hidden, and the last ones, batch × hidden.
//
// Sequence i ends after lengths[i] steps, and its state then stays what it is, whatever x holds behind; all are full where lengths is nil.
// Forward panics with a *shape.Error if the shapes do not fit, or lengths do not.
//
//godiff:vjp
func (r *RNN[T]) Forward(x Tensor[T], lengths []int) (states, last Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(r.V.Shape) == 2, "RNN", x.Shape, r.U.Shape)
	return r.From(x, New[T](x.Space, x.Shape[0], r.V.Shape[0]), lengths)
}

// From is like [RNN.Forward] with h, batch × hidden, for the states before the first step.
//
//godiff:vjp
func (r *RNN[T]) From(x, h Tensor[T], lengths []int) (states, last Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(r.U.Shape) == 2 && x.Shape[2] == r.U.Shape[0], "RNN", x.Shape, r.U.Shape)
	shape.Recurrent("RNN", 1, r.U.Shape, r.V.Shape, x.Shape[0], h.Shape)
	batch, steps, n := x.Shape[0], x.Shape[1], h.Shape[1]
	shortest := shape.Shortest("RNN", lengths, batch, steps)
	if shortest < steps {
		x = MaskPadding(x, lengths)
	}
	inputs := affine(x, r.U, r.B, batch*steps)
	states = New[T](x.Space, batch, steps, n)
	for t := range steps {
		next := r.step(inputs, h, t, steps)
		if t >= shortest {
			next = hold(next, h, lengths, t)
		}
		h = next
		kernel.CopyRows(states.Data, n*t, n*steps, h.Data, batch, n)
	}
	return states, h
}

// Step returns the states after one step, batch × hidden, for inputs x, batch × inputs, and the states h before. It panics with a
// *shape.Error if the shapes do not fit.
//
//godiff:vjp
func (r *RNN[T]) Step(x, h Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 2 && len(r.U.Shape) == 2 && x.Shape[1] == r.U.Shape[0], "RNN", x.Shape, r.U.Shape)
	shape.Recurrent("RNN", 1, r.U.Shape, r.V.Shape, x.Shape[0], h.Shape)
	return r.step(affine(x, r.U, r.B, x.Shape[0]), h, 0, 1)
}

// step does step t of so many, for which inputs has what comes from there. Each state is a tensor of its own: so derivatives need no copies.
func (r *RNN[T]) step(inputs, h Tensor[T], t, steps int) Tensor[T] {
	batch, n := h.Shape[0], h.Shape[1]
	next := New[T](inputs.Space, batch, n)
	kernel.MatMul(next.Data, h.Data, r.V.Data, batch, n, n)
	kernel.RNNCell(next.Data, inputs.Data, n*t, n*steps, batch, n)
	return next
}

// affine returns x·w + b for x that has so many rows, whatever its dimensions; b may be the zero Tensor.
func affine[T Float](x, w, b Tensor[T], rows int) Tensor[T] {
	in, out := w.Shape[0], w.Shape[1]
	shape.Check(len(b.Data) == 0 || len(b.Data) == out, "bias", b.Shape, w.Shape)
	y := New[T](x.Space, rows, out)
	kernel.MatMul(y.Data, x.Data, w.Data, rows, in, out)
	if len(b.Data) > 0 {
		kernel.AddRow(y.Data, b.Data, rows, out)
	}
	return y
}

// hold returns the states after step t: those of before for sequences that had ended.
func hold[T Float](next, before Tensor[T], lengths []int, t int) Tensor[T] {
	n := next.Shape[1]
	y := New[T](next.Space, next.Shape...)
	for i, length := range lengths {
		if t < length {
			copy(y.Data[i*n:(i+1)*n], next.Data[i*n:(i+1)*n])
		} else {
			copy(y.Data[i*n:(i+1)*n], before.Data[i*n:(i+1)*n])
		}
	}
	return y
}

// MaskPadding returns x, batch × steps × features, with zeros behind the first lengths[i] steps of example i, whatever it holds there. It
// panics with a *shape.Error unless there is such a length for each example.
//
//godiff:vjp wrt=x
func MaskPadding[T Float](x Tensor[T], lengths []int) Tensor[T] {
	shape.Check(len(x.Shape) == 3 && len(lengths) == x.Shape[0], "MaskPadding", x.Shape, []int{len(lengths)})
	shape.Shortest("MaskPadding", lengths, x.Shape[0], x.Shape[1])
	y := New[T](x.Space, x.Shape...)
	steps, features := x.Shape[1], x.Shape[2]
	for i, length := range lengths {
		from, n := i*steps*features, length*features
		kernel.Scale(y.Data[from:from+n], 1, x.Data[from:from+n])
	}
	return y
}
