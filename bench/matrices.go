package bench

import "math"

// Decay returns the residuals of a sum of two exponentials.
//
//godiff:jacobian wrt=c
//godiff:jvp wrt=c
func Decay(c [4]float64, ts, ys []float64) []float64 {
	r := make([]float64, len(ts))
	for i, t := range ts {
		r[i] = c[0]*math.Exp(-c[1]*t) + c[2]*math.Exp(-c[3]*t) - ys[i]
	}
	return r
}

// LogSum returns the logarithm of a sum of exponentials of linear functions.
//
//godiff:hessian wrt=x
//godiff:hvp wrt=x
func LogSum(a [][]float64, x []float64) float64 {
	s := 0.0
	for _, row := range a {
		t := 0.0
		for j, v := range row {
			t += v * x[j]
		}
		s += math.Exp(t)
	}
	return math.Log(s)
}
