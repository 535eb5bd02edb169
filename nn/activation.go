package nn

import "github.com/godiff/godiff/nn/kernel"

// ReLU returns max(x, 0) for each element.
//
//godiff:vjp
func ReLU[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		y.Data[i] = max(v, 0)
	}
	return y
}

// Tanh returns the hyperbolic tangent of each element.
//
//godiff:vjp
func Tanh[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.Tanh(y.Data, x.Data)
	return y
}
