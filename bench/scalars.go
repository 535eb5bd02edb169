package bench

import "math"

// F is x² for positive x, and -x otherwise.
//
//godiff:valuegrad
func F(x float64) float64 {
	var a float64
	if x > 0 {
		a = math.Pow(x, 2)
	} else {
		a = -x
	}
	return a
}

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
