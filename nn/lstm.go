package nn

import (
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// An LSTM is a recurrent layer with long short-term memory. Beside its states h it has cells c, to which gates give way:
//
//	i, f, o = σ(xₜ·U + hₜ₋₁·V + B)    g = tanh(xₜ·U + hₜ₋₁·V + B)
//	cₜ = f∘cₜ₋₁ + i∘g                 hₜ = o∘tanh cₜ
//
// each with columns of its own of U, V and B, in the order i, f, g, o. The parameters are those of torch.nn.LSTM, transposed: U is
// weight_ih, V weight_hh, and B the sum of the two biases there. (Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation
// 9, 1997; with the gate f of Gers, Schmidhuber and Cummins, "Learning to forget", Neural Computation 12, 2000.)
type LSTM[T Float] struct {
	U Tensor[T] // inputs × 4·hidden
	V Tensor[T] // hidden × 4·hidden
	B Tensor[T] // 4·hidden; the zero Tensor for a layer without bias
}

// Forward goes through sequences: x is batch × steps × inputs, and before the first step states and cells are zero. It returns the states
// at all times, batch × steps × hidden, and the last states and cells, batch × hidden.
//
// Sequence i ends after lengths[i] steps, and its state and cells then stay what they are, whatever x holds behind; all are full where
// lengths is nil. Forward panics with a *shape.Error if the shapes do not fit, or lengths do not.
//
//godiff:vjp
func (l *LSTM[T]) Forward(x Tensor[T], lengths []int) (states, last, cells Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(l.V.Shape) == 2, "LSTM", x.Shape, l.U.Shape)
	batch, n := x.Shape[0], l.V.Shape[0]
	return l.From(x, New[T](x.Space, batch, n), New[T](x.Space, batch, n), lengths)
}

// From is like [LSTM.Forward] with h and c, batch × hidden, for the states and cells before the first step.
//
//godiff:vjp
func (l *LSTM[T]) From(x, h, c Tensor[T], lengths []int) (states, last, cells Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(l.U.Shape) == 2 && x.Shape[2] == l.U.Shape[0], "LSTM", x.Shape, l.U.Shape)
	shape.Recurrent("LSTM", 4, l.U.Shape, l.V.Shape, x.Shape[0], h.Shape, c.Shape)
	batch, steps, n := x.Shape[0], x.Shape[1], h.Shape[1]
	shortest := shape.Shortest("LSTM", lengths, batch, steps)
	if shortest < steps {
		x = MaskPadding(x, lengths)
	}
	inputs := affine(x, l.U, l.B, batch*steps)
	states = New[T](x.Space, batch, steps, n)
	for t := range steps {
		next, cells := l.step(inputs, h, c, t, steps)
		if t >= shortest {
			next = hold(next, h, lengths, t)
			cells = hold(cells, c, lengths, t)
		}
		h, c = next, cells
		kernel.CopyRows(states.Data, n*t, n*steps, h.Data, batch, n)
	}
	return states, h, c
}

// Step returns the states and cells after one step, batch × hidden, for inputs x, batch × inputs, and the states h and cells c before. It
// panics with a *shape.Error if the shapes do not fit.
//
//godiff:vjp
func (l *LSTM[T]) Step(x, h, c Tensor[T]) (states, cells Tensor[T]) {
	shape.Check(len(x.Shape) == 2 && len(l.U.Shape) == 2 && x.Shape[1] == l.U.Shape[0], "LSTM", x.Shape, l.U.Shape)
	shape.Recurrent("LSTM", 4, l.U.Shape, l.V.Shape, x.Shape[0], h.Shape, c.Shape)
	return l.step(affine(x, l.U, l.B, x.Shape[0]), h, c, 0, 1)
}

// step is like that of RNN.
func (l *LSTM[T]) step(inputs, h, c Tensor[T], t, steps int) (next, cells Tensor[T]) {
	batch, n := h.Shape[0], h.Shape[1]
	gates := New[T](inputs.Space, batch, 4*n)
	kernel.MatMul(gates.Data, h.Data, l.V.Data, batch, n, 4*n)
	next, cells = New[T](inputs.Space, batch, n), New[T](inputs.Space, batch, n)
	squashed := New[T](inputs.Space, batch, n)
	kernel.LSTMCell(next.Data, cells.Data, squashed.Data, gates.Data, inputs.Data, 4*n*t, 4*n*steps, c.Data, batch, n)
	return next, cells
}
