package nn

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// An Embedding layer has a vector for each of so many words, or whatever is counted (Bengio et al., "A neural probabilistic language model",
// 2003, section 2).
type Embedding[T Float] struct {
	W Tensor[T] // words × features
}

// NewEmbedding returns a layer with vectors of independent standard normal deviates, of so many words.
func NewEmbedding[T Float](rng *rand.Rand, words, features int) Embedding[T] {
	return Embedding[T]{W: Normal[T](rng, 1, words, features)}
}

// Forward returns the vectors of words, in a space, which may be nil, as words × features. A word that comes several times has the sum of the
// derivatives. It panics with a *shape.Error if a word is not from 0 to below the number of vectors.
//
//godiff:vjp
func (l *Embedding[T]) Forward(space *Space, words []int) Tensor[T] {
	shape.Check(len(l.W.Shape) == 2, "Embedding", l.W.Shape, nil)
	n, features := l.W.Shape[0], l.W.Shape[1]
	shape.Indices("Embedding", "words", words, n)
	y := New[T](space, len(words), features)
	for i, word := range words {
		kernel.Axpy(1, l.W.Data[word*features:(word+1)*features], y.Data[i*features:(i+1)*features])
	}
	return y
}
