package bench

import "math"

// Logistic is the mean negative log-likelihood of labels y given rows x under weights w and the intercept b.
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

// Mixture is the log-likelihood of the points x under a mixture of normal distributions, up to a constant. Component k
// has the weight exp(alpha[k]) / Σ exp(alpha), and in dimension j the mean mu[k][j] and the precision exp(q[k][j]), one
// over the standard deviation.
//
//godiff:valuegrad wrt=alpha,mu,q
func Mixture(alpha []float64, mu, q, x [][]float64) float64 {
	precision := make([][]float64, len(q))
	scale := make([]float64, len(q))
	for k, row := range q {
		precision[k] = make([]float64, len(row))
		scale[k] = alpha[k]
		for j, v := range row {
			precision[k][j] = math.Exp(v)
			scale[k] += v
		}
	}
	terms := make([]float64, len(alpha))
	sum := 0.0
	for _, point := range x {
		for k, mean := range mu {
			square := 0.0
			for j, v := range point {
				r := precision[k][j] * (v - mean[j])
				square += r * r
			}
			terms[k] = scale[k] - square/2
		}
		sum += logSumExp(terms)
	}
	return sum - float64(len(x))*logSumExp(alpha)
}

// logSumExp returns the logarithm of the sum of exp(v) over z, without overflow.
func logSumExp(z []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}
