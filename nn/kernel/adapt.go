package kernel

import (
	"fmt"
	"math"
)

// Moments says how [Adapt] changes parameters. The assembly has the fields in this order.
type Moments[T Float] struct {
	Keep         T // the share of a parameter that remains
	L2           T // what of it is added to the gradient
	Beta1, Rest1 T // the shares of the mean before, and of the gradient, in the mean
	Beta2, Rest2 T // the same of squares
	Root         T // a factor of the square root
	Rate         T
	Epsilon      T
}

// Adapt is a step of an optimiser with means of gradients and of their squares: for each element w of params, with g of grad, m of mean
// and v of square,
//
//	g ← g + L2·w
//	m ← Beta1·m + Rest1·g
//	v ← Beta2·v + Rest2·g²
//	w ← Keep·w − Rate·m/(Root·√v + Epsilon)
//	g ← 0
//
// It panics if the lengths differ. mean may be grad, for steps of g itself; else none may overlap another. It has no derivative.
func Adapt[T Float](params, grad, mean, square []T, c *Moments[T]) {
	if n := len(params); len(grad) != n || len(mean) != n || len(square) != n {
		panic(fmt.Sprintf("kernel: Adapt: there are %d parameters, grad has %d elements, mean has %d and square has %d", n, len(grad), len(mean), len(square)))
	}
	if !accelerated {
		adaptPlain(params, grad, mean, square, c)
		return
	}
	for i, n := 0, 0; i < len(params); i += n {
		if n = min(piece, len(params)-i); is32[T]() {
			adapt32(n, at32(&params[i]), at32(&grad[i]), at32(&mean[i]), at32(&square[i]), at32(&c.Keep))
		} else {
			adapt64(n, at64(&params[i]), at64(&grad[i]), at64(&mean[i]), at64(&square[i]), at64(&c.Keep))
		}
	}
}

func adaptPlain[T Float](params, grad, mean, square []T, c *Moments[T]) {
	keep, l2, beta1, rest1, beta2, rest2 := c.Keep, c.L2, c.Beta1, c.Rest1, c.Beta2, c.Rest2
	root, rate, epsilon := c.Root, c.Rate, c.Epsilon
	for i, w := range params {
		g := grad[i] + l2*w
		m := beta1*mean[i] + rest1*g
		v := beta2*square[i] + rest2*g*g
		mean[i], square[i] = m, v
		params[i] = keep*w - rate*m/(root*T(math.Sqrt(float64(v)))+epsilon)
		grad[i] = 0
	}
}
