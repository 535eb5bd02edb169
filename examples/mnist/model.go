package main

import (
	"math/rand/v2"

	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

//go:generate go tool godiff generate

// An MLP is a network of dense layers with ReLU between them.
type MLP struct {
	Hidden1, Hidden2, Out nn.Dense[float32]
}

// newMLP returns a network for images of a shape, channels × rows × columns.
func newMLP(rng *rand.Rand, image []int) *MLP {
	return &MLP{dense(rng, shape.Size(image), 512), dense(rng, 512, 256), nn.NewDense[float32](rng, 256, mnist.Classes)}
}

// Logits returns a row for each image of x, from which softmax makes the probabilities of the classes.
func (m *MLP) Logits(x nn.Tensor[float32]) nn.Tensor[float32] {
	h := nn.ReLU(m.Hidden1.Forward(x.Flatten()))
	h = nn.ReLU(m.Hidden2.Forward(h))
	return m.Out.Forward(h)
}

// Loss returns the mean cross entropy.
//
//godiff:vjp wrt=m
func (m *MLP) Loss(x nn.Tensor[float32], labels []int) float32 {
	return nn.CrossEntropy(m.Logits(x), labels)
}

// A CNN is a network of convolutions and dense layers, like LeNet-5 (Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based
// learning applied to document recognition", 1998), but with ReLU, the largest elements for means, and more channels.
type CNN struct {
	Conv1, Conv2 nn.Conv2D[float32]
	Pool         nn.MaxPool2D[float32]
	Hidden, Out  nn.Dense[float32]
}

// newCNN returns a network for images of a shape, channels × rows × columns.
func newCNN(rng *rand.Rand, image []int) *CNN {
	const channels1, channels2 = 16, 32
	left := channels2 * (image[1] / 4) * (image[2] / 4) // after two poolings
	return &CNN{
		conv(rng, image[0], channels1), conv(rng, channels1, channels2), nn.MaxPool2D[float32]{Size: [2]int{2, 2}},
		dense(rng, left, 128), nn.NewDense[float32](rng, 128, mnist.Classes),
	}
}

// Logits is like that of [MLP].
func (m *CNN) Logits(x nn.Tensor[float32]) nn.Tensor[float32] {
	h := m.Pool.Forward(nn.ReLU(m.Conv1.Forward(x)))
	h = m.Pool.Forward(nn.ReLU(m.Conv2.Forward(h)))
	h = nn.ReLU(m.Hidden.Forward(h.Flatten()))
	return m.Out.Forward(h)
}

// Loss returns the mean cross entropy.
//
//godiff:vjp wrt=m
func (m *CNN) Loss(x nn.Tensor[float32], labels []int) float32 {
	return nn.CrossEntropy(m.Logits(x), labels)
}

// dense returns a layer with ReLU after it.
func dense(rng *rand.Rand, in, out int) nn.Dense[float32] {
	return nn.Dense[float32]{W: nn.HeNormal[float32](rng, in, out), B: nn.New[float32](nil, out)}
}

// conv returns a layer of 5×5 kernels with ReLU after it, which keeps the size of images.
func conv(rng *rand.Rand, in, out int) nn.Conv2D[float32] {
	return nn.Conv2D[float32]{W: nn.HeNormal[float32](rng, out, in, 5, 5), B: nn.New[float32](nil, out), Pad: [2]int{2, 2}}
}
