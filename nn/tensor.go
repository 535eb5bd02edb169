package nn

import (
	"fmt"
	"slices"

	"github.com/godiff/godiff/nn/shape"
)

// Float is what tensors hold.
type Float interface{ ~float32 | ~float64 }

// A Tensor is an array of numbers with any number of dimensions. Copies of it share its elements.
type Tensor[T Float] struct {
	Shape []int  // the number of elements along each dimension
	Data  []T    // the elements: along the last dimension they lie side by side
	Space *Space // where what is computed from the tensor is put; nil for memory of its own
}

// New returns a tensor of zeros with memory of a space, which may be nil. It panics if a dimension is negative.
//
//godiff:nodiff
func New[T Float](space *Space, dims ...int) Tensor[T] {
	return Tensor[T]{dims, lend[T](space, shape.Size(dims)), space}
}

// ZerosLike returns a tensor of zeros with the shape of x in the space of x. It is how derivatives make the shadows of tensors.
//
//godiff:nodiff
//godiff:shadow of=Tensor
func ZerosLike[T Float](x Tensor[T]) Tensor[T] {
	return Tensor[T]{x.Shape, lend[T](x.Space, len(x.Data)), x.Space}
}

// Ints returns n zeros with memory of a space, which may be nil.
//
//godiff:nodiff
func Ints(space *Space, n int) []int { return lend[int](space, n) }

// Of returns the tensor of a shape that has data for its elements, not a copy. It panics if their number is another.
func Of[T Float](data []T, dims ...int) Tensor[T] {
	shape.Check(len(data) == shape.Size(dims), "Of", []int{len(data)}, dims)
	return Tensor[T]{Shape: dims, Data: data}
}

// In returns x, of which what is computed lies in a space.
func (x Tensor[T]) In(space *Space) Tensor[T] { return Tensor[T]{x.Shape, x.Data, space} }

// Reshape returns the elements of x in another shape. It panics if that has another number of elements.
func (x Tensor[T]) Reshape(dims ...int) Tensor[T] {
	shape.Check(len(x.Data) == shape.Size(dims), "Reshape", x.Shape, dims)
	return Tensor[T]{dims, x.Data, x.Space}
}

// Flatten returns x, the first dimension of which counts examples, as a matrix with a row for each.
func (x Tensor[T]) Flatten() Tensor[T] {
	shape.Check(len(x.Shape) > 0, "Flatten", x.Shape, nil)
	return Tensor[T]{[]int{x.Shape[0], shape.Size(x.Shape[1:])}, x.Data, x.Space}
}

// At returns the element at the indices. It panics where there is none.
func (x Tensor[T]) At(indices ...int) T {
	shape.Check(len(indices) == len(x.Shape), "At", indices, x.Shape)
	i := 0
	for k, j := range indices {
		shape.Check(0 <= j && j < x.Shape[k], "At", indices, x.Shape)
		i = i*x.Shape[k] + j
	}
	return x.Data[i]
}

// Clone returns a copy of x with memory of its own.
func (x Tensor[T]) Clone() Tensor[T] {
	return Tensor[T]{Shape: slices.Clone(x.Shape), Data: slices.Clone(x.Data)}
}

// String returns the shape and the elements.
func (x Tensor[T]) String() string { return fmt.Sprintf("%v%v", x.Shape, x.Data) }
