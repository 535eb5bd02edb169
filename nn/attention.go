package nn

import (
	"math"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// An Attention is multi-head attention: each query gathers values from where keys are like it. (Vaswani et al., "Attention is all you
// need", NeurIPS 2017, section 3.2.)
//
// Queries, keys and values are projected, and their columns divided among the heads; [Attend] says what each head does. Another projection
// makes the result of what all have gathered. The projections are those of torch.nn.MultiheadAttention, transposed: of Query, Key and
// Value the three parts of in_proj_weight and in_proj_bias, of Out out_proj.
type Attention[T Float] struct {
	Query, Key Dense[T] // features × heads·d, with the same d
	Value      Dense[T] // features × heads·e
	Out        Dense[T] // heads·e × outputs
	Heads      int
}

// Forward returns batch × steps × outputs for queries, batch × steps × features, and keys and values, batch × sources × features, each with
// features of its own; the same tensor three times is self-attention. About causal and lengths see [Attend]. It panics with a *shape.Error
// if the shapes do not fit.
//
//godiff:vjp
func (a *Attention[T]) Forward(queries, keys, values Tensor[T], causal bool, lengths []int) Tensor[T] {
	shape.Check(len(keys.Shape) == 3 && len(values.Shape) == 3, "Attention", keys.Shape, values.Shape)
	sources := keys.Shape[1]
	shortest := shape.Shortest("Attention", lengths, keys.Shape[0], sources)
	if shortest < sources {
		keys, values = MaskPadding(keys, lengths), MaskPadding(values, lengths)
	}
	q, k, v := project(&a.Query, queries), project(&a.Key, keys), project(&a.Value, values)
	return project(&a.Out, Attend(q, k, v, a.Heads, causal, lengths))
}

// project applies a layer to the features of each step.
func project[T Float](d *Dense[T], x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 3, "Attention", x.Shape, d.W.Shape)
	batch, steps := x.Shape[0], x.Shape[1]
	y := d.Forward(x.Reshape(batch*steps, x.Shape[2]))
	return y.Reshape(batch, steps, y.Shape[1])
}

// Attend returns scaled dot-product attention of several heads: for queries, batch × steps × heads·d, keys, batch × sources × heads·d, and
// values, batch × sources × heads·e, it is batch × steps × heads·e. With Q, K and V the columns of a head, of an example,
//
//	softmax(QKᵀ/√d)·V
//
// with softmax of each row, over the sources to which a query attends.
//
// Of example i these are the first lengths[i], or all where lengths is nil; what keys and values hold behind does not matter. Queries all
// count: in self-attention, those behind too, which [MaskPadding] makes zeros. Where causal is set, the queries belong to the last of the
// sources, and attend to none behind their own. A query that attends to nothing yields zeros. Attend panics with a *shape.Error if the
// shapes do not fit, or lengths do not.
//
//godiff:vjp
func Attend[T Float](queries, keys, values Tensor[T], heads int, causal bool, lengths []int) Tensor[T] {
	shape.Attention(queries.Shape, keys.Shape, values.Shape, heads)
	batch, steps, sources := queries.Shape[0], queries.Shape[1], keys.Shape[1]
	shape.Shortest("Attend", lengths, batch, sources)
	ends := Ints(queries.Space, batch)
	for i := range ends {
		ends[i] = shape.Length(lengths, i, sources)
	}
	width := queries.Shape[2]
	d := width / heads
	parts := batch * heads
	if steps*sources == 0 {
		parts = 0
	}
	weights := New[T](queries.Space, batch, heads, steps, sources)
	scale := T(1 / math.Sqrt(float64(d)))
	for k := range parts {
		i, h := k/heads, k%heads
		kernel.Gemm(false, true, steps, ends[i], d, scale, queries.Data[i*steps*width+h*d:], width, keys.Data[i*sources*width+h*d:], width,
			0, weights.Data[k*steps*sources:], sources)
	}
	kernel.MaskedSoftmax(weights.Data, weights.Data, lengths, batch, heads, steps, sources, causal)
	columns := values.Shape[2]
	e := columns / heads
	y := New[T](queries.Space, batch, steps, columns)
	for k := range parts {
		i, h := k/heads, k%heads
		kernel.Gemm(false, false, steps, e, ends[i], 1, weights.Data[k*steps*sources:], sources,
			values.Data[i*sources*columns+h*e:], columns, 0, y.Data[i*steps*columns+h*e:], columns)
	}
	return y
}
