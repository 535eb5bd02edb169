package train

import (
	"fmt"
	"iter"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// Data is examples: what a model is given for each, and what it is to answer. A batch is Data too.
type Data[T nn.Float] struct {
	X      nn.Tensor[T] // the first dimension counts the examples
	Y      nn.Tensor[T] // what is to be answered, its first dimension counts them too; or the zero Tensor
	Labels []int        // the same number of labels for each example; or nil
}

// Len returns the number of examples.
func (d Data[T]) Len() int {
	if len(d.X.Shape) == 0 {
		return 0
	}
	return d.X.Shape[0]
}

// Slice returns the examples from index i up to j, sharing their numbers with d. It panics if there are no such examples.
func (d Data[T]) Slice(i, j int) Data[T] {
	if !(0 <= i && i <= j && j <= d.Len()) {
		panic(fmt.Sprintf("train: no examples %d up to %d, there are %d", i, j, d.Len()))
	}
	n := d.Len()
	return Data[T]{sliceTensor(d.X, n, i, j), sliceTensor(d.Y, n, i, j), part(d.Labels, n, i, j)}
}

// Split puts the examples of d in an order that the seed decides, in place, and returns the last n of them apart from the rest, to
// validate with. The parts share their numbers with d. It panics if d has less than n.
func (d Data[T]) Split(n int, seed uint64) (rest, held Data[T]) {
	d.check()
	r := rand.NewPCG(seed, 0)
	for i := d.Len() - 1; i > 0; i-- {
		j := below(r, i+1)
		d.swap(i, j)
	}
	return d.Slice(0, d.Len()-n), d.Slice(d.Len()-n, d.Len())
}

// Batches returns the examples in the order in which they are, size at a time, the last batch maybe smaller. They share their numbers with
// d. The shape of a batch is overwritten by that of the next. It panics if size is not positive.
func (d Data[T]) Batches(size int) iter.Seq[Data[T]] {
	checkSize(size)
	return func(yield func(Data[T]) bool) {
		for i := 0; i < d.Len(); i += size {
			if !yield(d.Slice(i, min(i+size, d.Len()))) {
				return
			}
		}
	}
}

// check panics if the numbers of examples differ.
func (d Data[T]) check() {
	n := d.Len()
	if len(d.Y.Shape) > 0 {
		shape.Check(d.Y.Shape[0] == n, "Data", d.X.Shape, d.Y.Shape)
	}
	shape.Check(len(d.Labels) == 0 || n > 0 && len(d.Labels)%n == 0, "Data", d.X.Shape, []int{len(d.Labels)})
}

func (d Data[T]) swap(i, j int) {
	n := d.Len()
	swap(part(d.X.Data, n, i, i+1), part(d.X.Data, n, j, j+1))
	swap(part(d.Y.Data, n, i, i+1), part(d.Y.Data, n, j, j+1))
	swap(part(d.Labels, n, i, i+1), part(d.Labels, n, j, j+1))
}

func swap[E any](a, b []E) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

// sliceTensor returns the part of x, which has n examples or none, that holds those from i up to j.
func sliceTensor[T nn.Float](x nn.Tensor[T], n, i, j int) nn.Tensor[T] {
	if len(x.Shape) == 0 {
		return x
	}
	dims := slices.Clone(x.Shape)
	dims[0] = j - i
	return nn.Tensor[T]{Shape: dims, Data: part(x.Data, n, i, j), Space: x.Space}
}

// part returns the elements that belong to the examples from i up to j of n.
func part[E any](all []E, n, i, j int) []E {
	if len(all) == 0 {
		return nil
	}
	width := len(all) / n
	return all[i*width : j*width : j*width]
}

// below returns a random number from 0 to n−1. It takes the upper half of a product, so that some numbers are likelier than others, but by
// n in 2⁶⁴ at most.
func below(r rand.Source, n int) int {
	high, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(high)
}

func checkSize(size int) {
	if size < 1 {
		panic(fmt.Sprintf("train: batches of %d examples", size))
	}
}
