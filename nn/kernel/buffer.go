package kernel

import (
	"sync"
	"unsafe"
)

// A buffer is memory that calls hand on to each other.
type buffer struct{ words []float64 }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// newBuffer returns a buffer and n elements of it, which hold anything.
func newBuffer[T Float](n int) (*buffer, []T) {
	b := buffers.Get().(*buffer)
	words := n
	if is32[T]() {
		words = (n + 1) / 2
	}
	if len(b.words) < words {
		b.words = make([]float64, words)
	}
	return b, unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.words))), n)
}

func (b *buffer) free() { buffers.Put(b) }
