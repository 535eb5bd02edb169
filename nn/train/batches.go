package train

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/godiff/godiff/nn"
)

// Batches is the examples of a training set in random order, another for each epoch. The exported fields say how far it is, and a [State]
// keeps them.
type Batches[T nn.Float] struct {
	Seed     uint64 // what the orders are made from: that of an epoch depends on Seed and Epoch only
	Examples int    // in an epoch
	Size     int    // the examples in a batch
	Epoch    int    // the epochs that are complete
	Done     int    // the examples of the next one that were in a batch

	data   Data[T]
	size   int
	order  []int
	batch  Data[T] // with room for a whole one
	sorted ordered
}

// ordered says what an order was made from.
type ordered struct {
	seed  uint64
	epoch int
	valid bool
}

// NewBatches returns batches of size examples of data, the last of an epoch maybe smaller, from the first on. It panics if size is not
// positive or the parts of data differ in the number of examples.
func NewBatches[T nn.Float](data Data[T], size int, seed uint64) *Batches[T] {
	checkSize(size)
	data.check()
	b := &Batches[T]{Seed: seed, Examples: data.Len(), Size: size, data: data, size: size, order: make([]int, data.Len())}
	b.batch = data.Slice(0, min(size, data.Len()))
	b.batch.X.Data = slices.Clone(b.batch.X.Data)
	b.batch.Y.Data = slices.Clone(b.batch.Y.Data)
	b.batch.Labels = slices.Clone(b.batch.Labels)
	return b
}

// Loaded reports why what has been loaded into b is not the state of batches of its data, of its size: see [State.Load].
func (b *Batches[T]) Loaded() error {
	switch {
	case b.Examples != len(b.order):
		return fmt.Errorf("batches of %d examples, there are %d", b.Examples, len(b.order))
	case b.Size != b.size:
		return fmt.Errorf("%d examples in a batch, these have %d", b.Size, b.size)
	case b.Done < 0 || b.Done > b.Examples || b.Epoch < 0:
		return fmt.Errorf("epoch %d, example %d of %d", b.Epoch, b.Done, b.Examples)
	}
	return nil
}

// Next returns the batches that are left of the epoch. Each is overwritten by the one after it. While it is worked on it counts as done:
// what is saved then goes on after it. When the last has been worked on, the epoch is complete. It panics if the fields of b have been given
// values that do not fit its data.
func (b *Batches[T]) Next() iter.Seq[Data[T]] {
	return func(yield func(Data[T]) bool) {
		if err := b.Loaded(); err != nil {
			panic("train: " + err.Error())
		}
		b.sort()
		for b.Done < len(b.order) {
			rows := b.order[b.Done:min(b.Done+b.size, len(b.order))]
			b.Done += len(rows)
			if !yield(b.take(rows)) {
				return
			}
		}
		b.Epoch++
		b.Done = 0
	}
}

// sort makes the order of the epoch, by algorithm P of D. E. Knuth, The Art of Computer Programming, volume 2, § 3.4.2.
func (b *Batches[T]) sort() {
	now := ordered{b.Seed, b.Epoch, true}
	if b.sorted == now {
		return
	}
	b.sorted = now
	for i := range b.order {
		b.order[i] = i
	}
	r := rand.NewPCG(b.Seed, uint64(b.Epoch)+1)
	for i := len(b.order) - 1; i > 0; i-- {
		j := below(r, i+1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
}

// take copies examples into the batch.
func (b *Batches[T]) take(rows []int) Data[T] {
	n := b.data.Len()
	batch := b.batch
	batch.X = takeTensor(batch.X, b.data.X, n, rows)
	batch.Y = takeTensor(batch.Y, b.data.Y, n, rows)
	batch.Labels = takeRows(batch.Labels, b.data.Labels, n, rows)
	return batch
}

func takeTensor[T nn.Float](dst, src nn.Tensor[T], n int, rows []int) nn.Tensor[T] {
	if len(src.Shape) > 0 {
		dst.Shape[0] = len(rows)
		dst.Data = takeRows(dst.Data, src.Data, n, rows)
	}
	return dst
}

// takeRows copies what belongs to some of n examples into the beginning of dst, and returns that.
func takeRows[E any](dst, src []E, n int, rows []int) []E {
	if len(src) == 0 {
		return nil
	}
	width := len(src) / n
	for k, row := range rows {
		copy(dst[k*width:(k+1)*width], src[row*width:(row+1)*width])
	}
	return dst[:len(rows)*width]
}
