package nn

import (
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// A MaxPool2D layer returns the largest element of each window of each channel. Pairs hold what is said for the height and for the width.
type MaxPool2D[T Float] struct {
	Size   [2]int // of the window
	Stride [2]int // from one window to the next; 0 stands for the size
	Pad    [2]int // at either border of the image, at most half the size; it is never the largest
}

// Forward returns the largest elements of the windows of x, of shape batch × channels × height × width. The result has these dimensions too,
// with ⌊(i + 2p − k)/s⌋ + 1 elements along one of size i, for a window of k elements, padding p and stride s (Dumoulin and Visin, "A guide
// to convolution arithmetic for deep learning", 2016, relationship 7). Of equal elements the first has the derivative; a NaN is larger than
// all numbers. It panics with a *shape.Error if x has other dimensions or no place for the window.
//
//godiff:vjp
func (p *MaxPool2D[T]) Forward(x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 4, "MaxPool2D", x.Shape, p.Size[:])
	g := PoolGeometry("MaxPool2D", x.Shape, p.Size, p.Stride, p.Pad)
	n, channels, out := x.Shape[0], x.Shape[1], g.OutSize()
	index := Ints(x.Space, n*channels*out[0]*out[1])
	kernel.MaxIndices(index, x.Data, n*channels, g)
	y := New[T](x.Space, n, channels, out[0], out[1])
	for i, at := range index {
		y.Data[i] = x.Data[at]
	}
	return y
}

// A MaxPool1D layer returns the largest element of each window of each channel. It is [MaxPool2D] for one dimension.
type MaxPool1D[T Float] struct {
	Size   int // of the window
	Stride int // from one window to the next; 0 stands for the size
	Pad    int // at either end of the sequence, at most half the size; it is never the largest
}

// Forward returns the largest elements of the windows of x, of shape batch × channels × length, in the same dimensions. What is said with
// [MaxPool2D.Forward] holds.
//
//godiff:vjp
func (p *MaxPool1D[T]) Forward(x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 3, "MaxPool1D", x.Shape, []int{p.Size})
	g := PoolGeometry("MaxPool1D", x.Shape, [2]int{1, p.Size}, [2]int{1, p.Stride}, [2]int{0, p.Pad})
	n, channels, out := x.Shape[0], x.Shape[1], g.OutSize()
	index := Ints(x.Space, n*channels*out[1])
	kernel.MaxIndices(index, x.Data, n*channels, g)
	y := New[T](x.Space, n, channels, out[1])
	for i, at := range index {
		y.Data[i] = x.Data[at]
	}
	return y
}

// An AvgPool2D layer returns the mean of each window of each channel. Pairs hold what is said for the height and for the width.
type AvgPool2D[T Float] struct {
	Size   [2]int // of the window
	Stride [2]int // from one window to the next; 0 stands for the size
	Pad    [2]int // zeros at either border of the image, at most half the size; they count in the mean
}

// Forward returns the means of the windows of x, of shape batch × channels × height × width. The result has these dimensions too, in the sizes
// that are said with [MaxPool2D.Forward]. It is the convolution of each channel with a kernel of equal elements. It panics with a
// *shape.Error if x has other dimensions or no place for the window.
//
//godiff:vjp
func (p *AvgPool2D[T]) Forward(x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 4, "AvgPool2D", x.Shape, p.Size[:])
	g := PoolGeometry("AvgPool2D", x.Shape, p.Size, p.Stride, p.Pad)
	n, channels, out := x.Shape[0], x.Shape[1], g.OutSize()
	y := New[T](x.Space, n, channels, out[0], out[1])
	kernel.ConvAdd(y.Data, x.Data, MeanWeights[T](x.Space, p.Size[0]*p.Size[1]).Data, n*channels, g)
	return y
}

// An AvgPool1D layer returns the mean of each window of each channel. It is [AvgPool2D] for one dimension.
type AvgPool1D[T Float] struct {
	Size   int // of the window
	Stride int // from one window to the next; 0 stands for the size
	Pad    int // zeros at either end of the sequence, at most half the size; they count in the mean
}

// Forward returns the means of the windows of x, of shape batch × channels × length, in the same dimensions. What is said with
// [AvgPool2D.Forward] holds.
//
//godiff:vjp
func (p *AvgPool1D[T]) Forward(x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 3, "AvgPool1D", x.Shape, []int{p.Size})
	g := PoolGeometry("AvgPool1D", x.Shape, [2]int{1, p.Size}, [2]int{1, p.Stride}, [2]int{0, p.Pad})
	n, channels, out := x.Shape[0], x.Shape[1], g.OutSize()
	y := New[T](x.Space, n, channels, out[1])
	kernel.ConvAdd(y.Data, x.Data, MeanWeights[T](x.Space, p.Size).Data, n*channels, g)
	return y
}

// GlobalMaxPool returns the largest element of each channel of x, of shape batch × channels × any dimensions, as batch × channels. Sequences
// and images of any size so become vectors of one size. Of equal elements the first has the derivative; a NaN is larger than all numbers. It
// panics with a *shape.Error if x has fewer than three dimensions or channels have no elements.
//
//godiff:vjp
func GlobalMaxPool[T Float](x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) > 2 && shape.Size(x.Shape[2:]) > 0, "GlobalMaxPool", x.Shape, nil)
	n, channels, size := x.Shape[0], x.Shape[1], shape.Size(x.Shape[2:])
	index := Ints(x.Space, n*channels)
	kernel.MaxIndices(index, x.Data, n*channels, PoolGeometry("GlobalMaxPool", []int{n, channels, size}, [2]int{1, size}, [2]int{}, [2]int{}))
	y := New[T](x.Space, n, channels)
	for i, at := range index {
		y.Data[i] = x.Data[at]
	}
	return y
}

// GlobalAvgPool returns the mean of each channel of x, of shape batch × channels × any dimensions, as batch × channels (Lin, Chen and Yan,
// "Network in network", 2014, section 3.2). Sequences and images of any size so become vectors of one size. It panics with a *shape.Error if
// x has fewer than three dimensions or channels have no elements.
//
//godiff:vjp
func GlobalAvgPool[T Float](x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) > 2 && shape.Size(x.Shape[2:]) > 0, "GlobalAvgPool", x.Shape, nil)
	n, channels, size := x.Shape[0], x.Shape[1], shape.Size(x.Shape[2:])
	sums := New[T](x.Space, n, channels)
	kernel.SumChannels(sums.Data, x.Data, 1, n*channels, size)
	y := New[T](x.Space, n, channels)
	kernel.Scale(y.Data, 1/T(size), sums.Data)
	return y
}

// MaxOverTime is [GlobalMaxPool] for sequences, batch × channels × length, of which the one of example i has ended after lengths[i] elements:
// what follows does not count (Collobert et al., "Natural language processing (almost) from scratch", 2011, section 3.3.2). All are full
// where lengths is nil. It panics with a *shape.Error if a sequence has no elements, or lengths do not fit.
//
//godiff:vjp
func MaxOverTime[T Float](x Tensor[T], lengths []int) Tensor[T] {
	CheckSequences("MaxOverTime", x.Shape, lengths)
	n, channels, size := x.Shape[0], x.Shape[1], x.Shape[2]
	index := Ints(x.Space, n*channels)
	window := PoolGeometry("MaxOverTime", x.Shape, [2]int{1, size}, [2]int{}, [2]int{})
	for i := range n {
		window.Kernel[1] = shape.Length(lengths, i, size)
		places := index[i*channels : (i+1)*channels]
		kernel.MaxIndices(places, x.Data[i*channels*size:(i+1)*channels*size], channels, window)
		for c := range places {
			places[c] += i * channels * size
		}
	}
	y := New[T](x.Space, n, channels)
	for i, at := range index {
		y.Data[i] = x.Data[at]
	}
	return y
}

// MeanOverTime is [GlobalAvgPool] for such sequences as of [MaxOverTime]. It panics as that does.
//
//godiff:vjp
func MeanOverTime[T Float](x Tensor[T], lengths []int) Tensor[T] {
	CheckSequences("MeanOverTime", x.Shape, lengths)
	n, channels, size := x.Shape[0], x.Shape[1], x.Shape[2]
	ends := Ints(x.Space, n)
	for i := range ends {
		ends[i] = shape.Length(lengths, i, size)
	}
	y := New[T](x.Space, n, channels)
	for i, end := range ends {
		for c := range channels {
			from := (i*channels + c) * size
			y.Data[i*channels+c] = kernel.Sum(x.Data[from:from+end]) / T(end)
		}
	}
	return y
}

// CheckSequences panics with a *shape.Error, which names op, unless dims are those of sequences, batch × channels × length, lengths fit, and
// each sequence has elements.
//
//godiff:nodiff
func CheckSequences(op string, dims, lengths []int) {
	shape.Check(len(dims) == 3 && shape.Shortest(op, lengths, dims[0], dims[2]) > 0, op, dims, lengths)
}

// PoolGeometry returns how windows lie in images or sequences of a shape, as [MaxPool2D] and [MaxPool1D] have it. It panics with a
// *shape.Error, which names op, if there is no place for the window or the padding is more than half of it.
//
//godiff:nodiff
func PoolGeometry(op string, x []int, size, stride, pad [2]int) kernel.Conv {
	for i := range stride {
		if stride[i] == 0 {
			stride[i] = size[i]
		}
		shape.Check(2*pad[i] <= size[i], op, x, size[:])
	}
	one := [2]int{1, 1}
	g := kernel.Conv{In: 1, Out: 1, Groups: 1, Size: pair(x[2:]), Kernel: size, Stride: stride, Pad: pad, Dilation: one}
	shape.Check(g.Size[0] > 0 && g.Size[1] > 0, op, x, size[:]) // windows of padding alone have no elements
	checkWindow(op, x, size[:], g)
	return g
}

// MeanWeights returns n weights that make a sum a mean.
//
//godiff:nodiff
func MeanWeights[T Float](space *Space, n int) Tensor[T] {
	w := New[T](space, n)
	for i := range w.Data {
		w.Data[i] = 1 / T(n)
	}
	return w
}
