package nn

import (
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

//go:generate go run ../cmd/godiff generate

// A Dense layer is an affine map: each of its outputs is a sum of all inputs with weights, and a bias.
type Dense[T Float] struct {
	W Tensor[T] // inputs × outputs
	B Tensor[T] // outputs; the zero Tensor for a layer without bias
}

// Forward returns x·W + B for the examples in the rows of x, of shape batch × inputs. The result is batch × outputs. It panics with a
// *shape.Error if x has another shape, or B is not as long as W is wide.
//
//godiff:vjp
func (d *Dense[T]) Forward(x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 2 && len(d.W.Shape) == 2 && x.Shape[1] == d.W.Shape[0], "Dense", x.Shape, d.W.Shape)
	n, in, out := x.Shape[0], d.W.Shape[0], d.W.Shape[1]
	y := New[T](x.Space, n, out)
	kernel.MatMul(y.Data, x.Data, d.W.Data, n, in, out)
	if len(d.B.Data) > 0 {
		shape.Check(len(d.B.Data) == out, "Dense bias", d.B.Shape, d.W.Shape[1:])
		kernel.AddRow(y.Data, d.B.Data, n, out)
	}
	return y
}
