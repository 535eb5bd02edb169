package nn

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn/kernel"
)

// A Dropout layer leaves out elements at random in training, and makes up for them by the others, which it divides by 1−P: the expectation
// stays what it is (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014, section 10).
type Dropout[T Float] struct {
	P float64 // the probability to be left out, from 0 to below 1

	// Rand decides, and may be nil where P is 0; training changes its state, so that it must not be used elsewhere at the same time. A
	// checkpoint of package train needs its source beside the model, for it hides that.
	Rand *rand.Rand `train:"-"`
}

// Forward returns x with elements left out in training, where it panics if P is out of range, or above 0 without Rand, else a copy of x:
// memory of its own is what lets the layers around it do without copies in their derivatives.
//
//godiff:vjp wrt=x
func (l *Dropout[T]) Forward(x Tensor[T], train bool) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	if train {
		kernel.Mul(y.Data, x.Data, DropoutMask(x, l.P, l.Rand).Data)
	} else {
		kernel.Scale(y.Data, 1, x.Data)
	}
	return y
}

// DropoutMask returns a tensor in the shape and the space of x, with elements of 0 with probability p and of 1/(1−p) else. It panics if p
// is not from 0 to below 1, or above 0 and r is nil.
//
//godiff:nodiff
func DropoutMask[T Float](x Tensor[T], p float64, r *rand.Rand) Tensor[T] {
	if !(0 <= p && p < 1) {
		panic("nn: Dropout: the probability must be from 0 to below 1")
	}
	mask, keep := New[T](x.Space, x.Shape...), T(1/(1-p))
	if r == nil {
		if p > 0 {
			panic("nn: Dropout: there is no Rand to decide what is left out")
		}
		for i := range mask.Data {
			mask.Data[i] = 1
		}
		return mask
	}
	out, bits := uint64(p*(1<<32)), uint64(0) // half of the bits for each element
	for i := range mask.Data {
		if i%2 == 0 {
			bits = r.Uint64()
		} else {
			bits >>= 32
		}
		if bits&(1<<32-1) >= out {
			mask.Data[i] = keep
		}
	}
	return mask
}
