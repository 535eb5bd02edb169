package bench

import "math"

func logisticByHand(w []float64, b float64, x [][]float64, y []float64) (loss float64, dw []float64, db float64) {
	dw = make([]float64, len(w))
	n := float64(len(x))
	for i, row := range x {
		z := b
		for j, v := range row {
			z += w[j] * v
		}
		e := math.Exp(z)
		loss += math.Log1p(e) - y[i]*z
		dz := (e/(1+e) - y[i]) / n
		for j, v := range row {
			dw[j] += dz * v
		}
		db += dz
	}
	return loss / n, dw, db
}

// mixtureByHand sums the residuals and their squares, weighted by the share of each component in each point.
func mixtureByHand(alpha []float64, mu, q, x [][]float64) (y float64, dalpha []float64, dmu, dq [][]float64) {
	dalpha, dmu, dq = make([]float64, len(alpha)), likeMatrix(mu), likeMatrix(q)
	precision, residuals := likeMatrix(q), likeMatrix(q)
	scale := make([]float64, len(q))
	for k, row := range q {
		scale[k] = alpha[k]
		for j, v := range row {
			precision[k][j] = math.Exp(v)
			scale[k] += v
		}
	}

	shares := make([]float64, len(alpha))
	for _, point := range x {
		for k, mean := range mu {
			factors, rs, square := precision[k], residuals[k], 0.0
			for j, v := range point {
				r := factors[j] * (v - mean[j])
				rs[j] = r
				square += r * r
			}
			shares[k] = scale[k] - square/2
		}
		y += softmax(shares, shares)
		for k, share := range shares {
			dalpha[k] += share
			dmean, dlog := dmu[k], dq[k]
			for j, r := range residuals[k] {
				d := share * r
				dmean[j] += d
				dlog[j] += d * r
			}
		}
	}
	n := float64(len(x))
	y -= n * softmax(shares, alpha)

	for k, share := range shares {
		for j, factor := range precision[k] {
			dmu[k][j] *= factor
			dq[k][j] = dalpha[k] - dq[k][j]
		}
		dalpha[k] -= n * share
	}
	return y, dalpha, dmu, dq
}

// softmax sets p to the gradient of logSumExp at z, which may be p, and returns the value of logSumExp.
func softmax(p, z []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range z {
		p[i] = math.Exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return top + math.Log(sum)
}

// likeMatrix returns a matrix of zeros in one piece of memory, with rows as long as those of x.
func likeMatrix(x [][]float64) [][]float64 {
	size := 0
	for _, row := range x {
		size += len(row)
	}
	all := make([]float64, size)
	zeros := make([][]float64, len(x))
	for i, row := range x {
		zeros[i], all = all[:len(row):len(row)], all[len(row):]
	}
	return zeros
}
