package nn

import (
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// A GRU is a layer of gated recurrent units. The gate r resets states, z says how much of them stays:
//
//	r, z = σ(xₜ·U + B + hₜ₋₁·V + BV)    h̃ = tanh(xₜ·U + B + r∘(hₜ₋₁·V + BV))
//	hₜ = (1−z)∘h̃ + z∘hₜ₋₁
//
// each with columns of its own of U, V, B and BV, in the order r, z, h̃. As in cuDNN and torch.nn.GRU, r is applied to the product with V
// and its bias; in the paper to the states before it. The parameters are those of torch.nn.GRU, transposed: U is weight_ih, V weight_hh, B
// bias_ih and BV bias_hh. (Cho et al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation",
// EMNLP 2014.)
type GRU[T Float] struct {
	U  Tensor[T] // inputs × 3·hidden
	V  Tensor[T] // hidden × 3·hidden
	B  Tensor[T] // 3·hidden; the zero Tensor for a layer without it
	BV Tensor[T] // 3·hidden; the zero Tensor for a layer without it
}

// Forward goes through sequences: x is batch × steps × inputs, and before the first step the states are zero. It returns the states at all
// times, batch × steps × hidden, and the last ones, batch × hidden.
//
// Sequence i ends after lengths[i] steps, and its state then stays what it is, whatever x holds behind; all are full where lengths is nil.
// Forward panics with a *shape.Error if the shapes do not fit, or lengths do not.
//
//godiff:vjp
func (g *GRU[T]) Forward(x Tensor[T], lengths []int) (states, last Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(g.V.Shape) == 2, "GRU", x.Shape, g.U.Shape)
	return g.From(x, New[T](x.Space, x.Shape[0], g.V.Shape[0]), lengths)
}

// From is like [GRU.Forward] with h, batch × hidden, for the states before the first step.
//
//godiff:vjp
func (g *GRU[T]) From(x, h Tensor[T], lengths []int) (states, last Tensor[T]) {
	shape.Check(len(x.Shape) == 3 && len(g.U.Shape) == 2 && x.Shape[2] == g.U.Shape[0], "GRU", x.Shape, g.U.Shape)
	shape.Recurrent("GRU", 3, g.U.Shape, g.V.Shape, x.Shape[0], h.Shape)
	batch, steps, n := x.Shape[0], x.Shape[1], h.Shape[1]
	shortest := shape.Shortest("GRU", lengths, batch, steps)
	if shortest < steps {
		x = MaskPadding(x, lengths)
	}
	inputs := affine(x, g.U, g.B, batch*steps)
	states = New[T](x.Space, batch, steps, n)
	for t := range steps {
		next := g.step(inputs, h, t, steps)
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
func (g *GRU[T]) Step(x, h Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 2 && len(g.U.Shape) == 2 && x.Shape[1] == g.U.Shape[0], "GRU", x.Shape, g.U.Shape)
	shape.Recurrent("GRU", 3, g.U.Shape, g.V.Shape, x.Shape[0], h.Shape)
	return g.step(affine(x, g.U, g.B, x.Shape[0]), h, 0, 1)
}

// step is like that of RNN.
func (g *GRU[T]) step(inputs, h Tensor[T], t, steps int) Tensor[T] {
	batch, n := h.Shape[0], h.Shape[1]
	gates := affine(h, g.V, g.BV, batch)
	next, candidate := New[T](inputs.Space, batch, n), New[T](inputs.Space, batch, n)
	kernel.GRUCell(next.Data, candidate.Data, gates.Data, inputs.Data, 3*n*t, 3*n*steps, h.Data, batch, n)
	return next
}
