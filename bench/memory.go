package bench

import "math"

// The same recurrence of n steps, whose gradient remembers every step, √2n states and as many steps, or log₂ n states.

//godiff:grad
func Recurrence(x, v []float64, k float64, n int) float64 {
	for range n {
		for i := range x {
			v[i] += 0.001 * (math.Sin(x[i])*k - 0.05*v[i])
		}
		for i := range x {
			x[i] += 0.001 * v[i]
		}
	}
	return x[0] * v[len(v)-1]
}

//godiff:grad
func RecurrenceSqrt(x, v []float64, k float64, n int) float64 {
	//godiff:checkpoint
	for range n {
		for i := range x {
			v[i] += 0.001 * (math.Sin(x[i])*k - 0.05*v[i])
		}
		for i := range x {
			x[i] += 0.001 * v[i]
		}
	}
	return x[0] * v[len(v)-1]
}

//godiff:grad
func RecurrenceBinomial(x, v []float64, k float64, n int) float64 {
	//godiff:checkpoint schedule=binomial
	for range n {
		for i := range x {
			v[i] += 0.001 * (math.Sin(x[i])*k - 0.05*v[i])
		}
		for i := range x {
			x[i] += 0.001 * v[i]
		}
	}
	return x[0] * v[len(v)-1]
}

// Examples sums a small network over a batch, one example after the other or on several cores.
//
//godiff:valuegrad wrt=w
func Examples(w, x [][]float64) float64 {
	s := 0.0
	for _, row := range x {
		s += example(w, row)
	}
	return s
}

//godiff:valuegrad wrt=w
func ExamplesParallel(w, x [][]float64) float64 {
	s := 0.0
	//godiff:parallel
	for _, row := range x {
		s += example(w, row)
	}
	return s
}

func example(w [][]float64, x []float64) float64 {
	s := 0.0
	for _, row := range w {
		z := 0.0
		for i, v := range x {
			z += row[i] * v
		}
		s += math.Tanh(z)
	}
	return s * s
}
