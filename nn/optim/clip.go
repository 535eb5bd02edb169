package optim

import (
	"math"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/kernel"
)

// ClipNorm scales the gradients of all parameters by the same factor where their norm, the square root of the sum of all squares, exceeds
// limit: so that it is limit. It returns the norm before. Where that is NaN or infinite the gradients are left as they are, for the caller
// to see to. Pascanu, Mikolov and Bengio, "On the Difficulty of Training Recurrent Neural Networks", 2013.
func ClipNorm[T nn.Float](params []nn.Param[T], limit float64) float64 {
	sum := 0.0
	for _, p := range params {
		if !p.State {
			sum += squares(p.Grad.Data)
		}
	}
	norm := math.Sqrt(sum)
	if norm > limit && !math.IsInf(norm, 1) {
		for _, p := range params {
			if !p.State {
				kernel.Scale(p.Grad.Data, T(limit/norm), p.Grad.Data)
			}
		}
	}
	return norm
}

// squares returns the sum of squares. It adds four at a time, which do not wait for each other.
func squares[T nn.Float](x []T) float64 {
	var a, b, c, d float64
	for ; len(x) >= 4; x = x[4:] {
		a += float64(x[0]) * float64(x[0])
		b += float64(x[1]) * float64(x[1])
		c += float64(x[2]) * float64(x[2])
		d += float64(x[3]) * float64(x[3])
	}
	for _, v := range x {
		a += float64(v) * float64(v)
	}
	return a + b + (c + d)
}

// ClipValue sets elements of the gradients below −limit to that, and those above limit to limit. NaN remains.
func ClipValue[T nn.Float](params []nn.Param[T], limit float64) {
	bound := T(limit)
	for _, p := range params {
		if p.State {
			continue
		}
		g := p.Grad.Data
		for i, v := range g {
			if v > bound {
				g[i] = bound
			} else if v < -bound {
				g[i] = -bound
			}
		}
	}
}
