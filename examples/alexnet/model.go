package main

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/kernel"
)

// A Config is the size of a model.
type Config struct {
	Size     int    // height and width of the images
	Channels [5]int // of the convolutions
	Units    [2]int // of the hidden dense layers
	Classes  int
	Groups   int // in the second, fourth and fifth convolution: 2 in the paper, so that it fits on two processors
}

// alexNet is the size of the paper, with each convolution in one piece. The images have 227 pixels: the paper says 224, to which its other numbers
// do not add up.
var alexNet = Config{Size: 227, Channels: [5]int{96, 256, 384, 384, 256}, Units: [2]int{4096, 4096}, Classes: 1000, Groups: 1}

// A Model is the network of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012. Its
// layers have the paper's numbers.
type Model[T nn.Float] struct {
	Conv1, Conv2, Conv3, Conv4, Conv5 nn.Conv2D[T]
	Dense6, Dense7, Dense8            nn.Dense[T]
	Pool                              nn.MaxPool2D[T] // windows of 3 × 3 that overlap
	Dropout                           nn.Dropout[T]
}

// newModel returns a model with what weights returns for the shapes of weights, and biases of 0.
func newModel[T nn.Float](c Config, rng *rand.Rand, weights func(dims ...int) nn.Tensor[T]) *Model[T] {
	conv := func(in, out, size, stride, pad, groups int) nn.Conv2D[T] {
		return nn.Conv2D[T]{
			W: weights(out, in/groups, size, size), B: nn.New[T](nil, out),
			Stride: [2]int{stride, stride}, Pad: [2]int{pad, pad}, Groups: groups,
		}
	}
	dense := func(in, out int) nn.Dense[T] { return nn.Dense[T]{W: weights(in, out), B: nn.New[T](nil, out)} }
	side := (c.Size-11)/4 + 1 // of the first convolution's output, and then of the last pooling's
	for range 3 {
		side = (side-3)/2 + 1
	}
	ch := c.Channels
	return &Model[T]{
		Conv1:   conv(3, ch[0], 11, 4, 0, 1),
		Conv2:   conv(ch[0], ch[1], 5, 1, 2, c.Groups),
		Conv3:   conv(ch[1], ch[2], 3, 1, 1, 1),
		Conv4:   conv(ch[2], ch[3], 3, 1, 1, c.Groups),
		Conv5:   conv(ch[3], ch[4], 3, 1, 1, c.Groups),
		Dense6:  dense(ch[4]*side*side, c.Units[0]),
		Dense7:  dense(c.Units[0], c.Units[1]),
		Dense8:  dense(c.Units[1], c.Classes),
		Pool:    nn.MaxPool2D[T]{Size: [2]int{3, 3}, Stride: [2]int{2, 2}},
		Dropout: nn.Dropout[T]{P: 0.5, Rand: rng},
	}
}

// Loss returns the mean cross-entropy of the answers to images, of shape batch × 3 × height × width, in training.
//
//godiff:vjp wrt=m
func (m *Model[T]) Loss(x nn.Tensor[T], labels []int) T {
	return nn.CrossEntropy(m.Forward(x, true), labels)
}

// Forward returns the logits of images, of shape batch × classes. In training half of the hidden units are left out.
func (m *Model[T]) Forward(x nn.Tensor[T], train bool) nn.Tensor[T] {
	h := m.Pool.Forward(LocalResponse(nn.ReLU(m.Conv1.Forward(x))))
	h = m.Pool.Forward(LocalResponse(nn.ReLU(m.Conv2.Forward(h))))
	h = nn.ReLU(m.Conv3.Forward(h))
	h = nn.ReLU(m.Conv4.Forward(h))
	h = m.Pool.Forward(nn.ReLU(m.Conv5.Forward(h))).Flatten()
	h6 := m.Dropout.Forward(nn.ReLU(m.Dense6.Forward(h)), train)
	h7 := m.Dropout.Forward(nn.ReLU(m.Dense7.Forward(h6)), train)
	return m.Dense8.Forward(h7)
}

// LocalResponse returns x, of shape batch × channels × height × width, with each element divided by (2 + 10⁻⁴ Σ xⱼ²)^¾: the sum is over the
// elements xⱼ at its place of five channels, or as many of them as there are, its own in the middle. It is the paper's local response
// normalisation, section 3.3. The derivative of yᵢ with respect to xⱼ is δᵢⱼ/sᵢ^¾ − 1.5·10⁻⁴ yᵢ xⱼ/sᵢ for the channels j of the sum sᵢ in
// the parentheses.
//
//godiff:vjp
func LocalResponse[T nn.Float](x nn.Tensor[T]) nn.Tensor[T] {
	const reach, bias, scale, power = 2, 2, 1e-4, 0.75
	n, channels, size := x.Shape[0], x.Shape[1], x.Shape[2]*x.Shape[3]
	squares := nn.New[T](x.Space, x.Shape...)
	kernel.Mul(squares.Data, x.Data, x.Data)
	sums := nn.New[T](x.Space, x.Shape...)
	for i := range sums.Data {
		sums.Data[i] = bias
	}
	for e := range n {
		for c := range channels {
			to := (e*channels + c) * size
			for near := max(c-reach, 0); near <= min(c+reach, channels-1); near++ {
				from := (e*channels + near) * size
				kernel.Axpy(scale, squares.Data[from:from+size], sums.Data[to:to+size])
			}
		}
	}
	logs := nn.New[T](x.Space, x.Shape...)
	kernel.Log(logs.Data, sums.Data)
	exponents := nn.New[T](x.Space, x.Shape...)
	kernel.Scale(exponents.Data, -power, logs.Data)
	factors := nn.New[T](x.Space, x.Shape...)
	kernel.Exp(factors.Data, exponents.Data)
	y := nn.New[T](x.Space, x.Shape...)
	kernel.Mul(y.Data, x.Data, factors.Data)
	return y
}
