package main

import (
	"math/rand/v2"

	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn"
)

//go:generate go tool godiff generate

// A Reader sees an image row by row, and says at the end what it shows.
type Reader struct {
	LSTM nn.LSTM[float32]
	Out  nn.Dense[float32]
}

// newReader returns a network for images with rows of so many pixels.
func newReader(rng *rand.Rand, pixels, hidden int) *Reader {
	return &Reader{nn.NewLSTM[float32](rng, pixels, hidden), nn.NewDense[float32](rng, hidden, mnist.Classes)}
}

// Logits returns a row for each image of x, of shape images × rows × pixels, from which softmax makes the probabilities of the classes.
func (m *Reader) Logits(x nn.Tensor[float32]) nn.Tensor[float32] {
	_, last, _ := m.LSTM.Forward(x, nil)
	return m.Out.Forward(last)
}

// Loss returns the mean cross entropy.
//
//godiff:vjp wrt=m
func (m *Reader) Loss(x nn.Tensor[float32], labels []int) float32 {
	return nn.CrossEntropy(m.Logits(x), labels)
}

// A Writer says after each character of a text what the next may be.
type Writer struct {
	Chars nn.Embedding[float32]
	LSTM  nn.LSTM[float32]
	Drop  nn.Dropout[float32]
	Out   nn.Dense[float32]
}

// newWriter returns a network for so many characters. In training it leaves out a share of the hidden units; left decides which.
func newWriter(rng *rand.Rand, chars, hidden int, share float64, left *rand.Rand) *Writer {
	const features = 32
	return &Writer{
		nn.NewEmbedding[float32](rng, chars, features), nn.NewLSTM[float32](rng, features, hidden),
		nn.Dropout[float32]{P: share, Rand: left}, nn.NewDense[float32](rng, hidden, chars),
	}
}

// Logits returns a row for each of the characters of so many texts of the same length, text by text: from it softmax makes the
// probabilities of what comes after that. Tensors are made in a space.
func (m *Writer) Logits(space *nn.Space, chars []int, texts int, train bool) nn.Tensor[float32] {
	x := m.Chars.Forward(space, chars)
	states, _, _ := m.LSTM.Forward(x.Reshape(texts, len(chars)/texts, x.Shape[1]), nil)
	h := m.Drop.Forward(states, train)
	return m.Out.Forward(h.Reshape(len(chars), m.Out.W.Shape[0]))
}

// Loss returns the mean cross entropy of the characters that come next.
//
//godiff:vjp wrt=m
func (m *Writer) Loss(space *nn.Space, chars, next []int, texts int, train bool) float32 {
	return nn.CrossEntropy(m.Logits(space, chars, texts, train), next)
}
