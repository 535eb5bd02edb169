// Package bench compares derivatives that godiff writes with derivatives written by hand, for scalar code with loops.
//
// Each pair runs in one benchmark, in turn, and the ratio of the medians is reported:
//
//	cd bench && go test -bench . -benchtime 1x
package bench

//go:generate go tool godiff generate

import "math"

// Iterate applies a ← sin(a)·a n times.
//
//godiff:valuegrad
func Iterate(a float64, n int) float64 {
	for i := 0; i < n; i++ {
		a = math.Sin(a) * a
	}
	return a
}

// Escape squares z until it leaves the disc of radius r and says how far out it got.
//
//godiff:valuegrad wrt=z,c
func Escape(z, c, r float64, max int) float64 {
	for i := 0; i < max; i++ {
		if z > r {
			return math.Log(z) / float64(i+1)
		}
		if z < 0 {
			z = c - z
			continue
		}
		z = z*z + c
	}
	return 0
}

// Rosenbrock is the function of that name in len(x) variables.
//
//godiff:valuegrad
func Rosenbrock(x []float64) float64 {
	sum := 0.0
	for i := 0; i < len(x)-1; i++ {
		a := x[i+1] - x[i]*x[i]
		b := 1 - x[i]
		sum += 100*a*a + b*b
	}
	return sum
}

// Logistic is the mean negative log-likelihood of labels y given rows x under weights w.
//
//godiff:valuegrad wrt=w,b
func Logistic(w []float64, b float64, x [][]float64, y []float64) float64 {
	sum := 0.0
	for i, row := range x {
		z := b
		for j, v := range row {
			z += w[j] * v
		}
		sum += math.Log1p(math.Exp(z)) - y[i]*z
	}
	return sum / float64(len(x))
}

// Horner evaluates the polynomial with coefficients c, the highest first, at x.
//
//godiff:valuegrad
func Horner(c []float64, x float64) float64 {
	y := 0.0
	for _, a := range c {
		y = y*x + a
	}
	return y
}
