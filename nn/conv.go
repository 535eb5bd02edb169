package nn

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// A Conv2D layer moves kernels over images: each output is a sum over a window of the input, of all channels or of those of its group, with the
// weights of its channel, and a bias (LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989). The kernel is not
// mirrored. Pairs hold what is said for the height and for the width.
type Conv2D[T Float] struct {
	W        Tensor[T] // output channels × input channels of a group × height × width of the kernel
	B        Tensor[T] // output channels; the zero Tensor for a layer without bias
	Stride   [2]int    // from one window to the next; 0 stands for 1
	Pad      [2]int    // zeros at either border of the image
	Dilation [2]int    // from one element of the window to the next in the image; 0 stands for 1
	Groups   int       // each of as many channels, connected to the outputs of its own only; 0 stands for 1
}

// NewConv2D returns a layer with weights of [HeUniform] for a kernel of a height and a width, and a bias of zeros. Stride, Pad and Dilation may
// be set in it; W has another shape with Groups.
func NewConv2D[T Float](rng *rand.Rand, in, out, height, width int) Conv2D[T] {
	return Conv2D[T]{W: HeUniform[T](rng, out, in, height, width), B: New[T](nil, out)}
}

// Forward returns the convolution of x, of shape batch × input channels × height × width. The result is batch × output channels × height ×
// width, with ⌊(i + 2p − d(k−1) − 1)/s⌋ + 1 elements along a dimension of size i, for a kernel of k elements, padding p, stride s and
// dilation d (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, relationship 15). It panics with a
// *shape.Error if x does not fit, and if the kernel is larger than the image with its padding.
//
//godiff:vjp
func (l *Conv2D[T]) Forward(x Tensor[T]) Tensor[T] {
	g := ConvGeometry(2, x.Shape, l.W.Shape, l.Stride, l.Pad, l.Dilation, l.Groups)
	n, out := x.Shape[0], g.OutSize()
	y := New[T](x.Space, n, g.Out, out[0], out[1])
	if len(l.B.Data) > 0 {
		shape.Check(len(l.B.Data) == g.Out, "Conv2D", l.B.Shape, l.W.Shape[:1])
		kernel.AddChannels(y.Data, l.B.Data, n, g.Out, out[0]*out[1])
	}
	kernel.ConvAdd(y.Data, x.Data, l.W.Data, n, g)
	return y
}

// A Conv1D layer moves kernels over sequences. It is [Conv2D] for one dimension.
type Conv1D[T Float] struct {
	W        Tensor[T] // output channels × input channels of a group × length of the kernel
	B        Tensor[T] // output channels; the zero Tensor for a layer without bias
	Stride   int       // from one window to the next; 0 stands for 1
	Pad      int       // zeros at either end of the sequence
	Dilation int       // from one element of the window to the next in the sequence; 0 stands for 1
	Groups   int       // each of as many channels, connected to the outputs of its own only; 0 stands for 1
}

// NewConv1D is [NewConv2D] for kernels of a length.
func NewConv1D[T Float](rng *rand.Rand, in, out, length int) Conv1D[T] {
	return Conv1D[T]{W: HeUniform[T](rng, out, in, length), B: New[T](nil, out)}
}

// Forward returns the convolution of x, of shape batch × input channels × length. The result is batch × output channels × length, which is
// said with [Conv2D.Forward]. It panics as that does.
//
//godiff:vjp
func (l *Conv1D[T]) Forward(x Tensor[T]) Tensor[T] {
	g := ConvGeometry(1, x.Shape, l.W.Shape, [2]int{1, l.Stride}, [2]int{0, l.Pad}, [2]int{1, l.Dilation}, l.Groups)
	n, out := x.Shape[0], g.OutSize()
	y := New[T](x.Space, n, g.Out, out[1])
	if len(l.B.Data) > 0 {
		shape.Check(len(l.B.Data) == g.Out, "Conv1D", l.B.Shape, l.W.Shape[:1])
		kernel.AddChannels(y.Data, l.B.Data, n, g.Out, out[1])
	}
	kernel.ConvAdd(y.Data, x.Data, l.W.Data, n, g)
	return y
}

// ConvGeometry returns how inputs of a shape are convolved with weights of another, along one or two dimensions; in [Conv1D] the height is 1.
// It panics with a *shape.Error if they do not fit, and if the output has no elements for an example.
//
//godiff:nodiff
func ConvGeometry(dims int, x, w []int, stride, pad, dilation [2]int, groups int) kernel.Conv {
	op := "Conv1D"
	if dims == 2 {
		op = "Conv2D"
	}
	groups = max(groups, 1)
	shape.Check(len(w) == 2+dims && len(x) == len(w) && x[1] == w[1]*groups && w[0]%groups == 0, op, x, w)
	g := kernel.Conv{In: x[1], Out: w[0], Groups: groups, Size: pair(x[2:]), Kernel: pair(w[2:]), Stride: orOne(stride), Pad: pad, Dilation: orOne(dilation)}
	checkWindow(op, x, w, g)
	return g
}

// checkWindow panics unless there is a place for the kernel of g.
func checkWindow(op string, given, with []int, g kernel.Conv) {
	for i := range 2 {
		shape.Check(g.Kernel[i] > 0 && g.Stride[i] > 0 && g.Pad[i] >= 0 && g.Dilation[i] > 0, op, given, with)
	}
	out := g.OutSize()
	shape.Check(out[0] > 0 && out[1] > 0, op, given, with)
}

// pair returns a height and a width, of which the height is 1 where there is but one dimension.
func pair(dims []int) [2]int {
	if len(dims) == 1 {
		return [2]int{1, dims[0]}
	}
	return [2]int{dims[0], dims[1]}
}

// orOne returns 1 for what is 0.
func orOne(p [2]int) [2]int {
	for i := range p {
		if p[i] == 0 {
			p[i] = 1
		}
	}
	return p
}
