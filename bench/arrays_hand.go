package bench

import "math"

func rosenbrockByHand(x []float64) (y float64, dx []float64) {
	dx = make([]float64, len(x))
	if len(x) == 0 {
		return 0, dx
	}
	last := len(x) - 1
	carry := 0.0 // what the term before adds to the derivative
	for i, v := range x[:last] {
		a := x[i+1] - v*v
		b := 1 - v
		y += 100*a*a + b*b
		dx[i] = carry - 400*a*v - 2*b
		carry = 200 * a
	}
	dx[last] = carry
	return y, dx
}

// relaxByHand remembers u after each sweep.
func relaxByHand(u []float64, k float64, n int) (y float64, du []float64, dk float64) {
	m := len(u)
	du = make([]float64, m)
	if m < 3 {
		n = 0
	}
	n = max(n, 0)
	sweeps := make([]float64, (n+1)*m)
	copy(sweeps, u)
	for t := range n {
		old, u := sweeps[t*m:(t+1)*m], sweeps[(t+1)*m:(t+2)*m]
		left := old[0]
		u[0], u[m-1] = left, old[m-1]
		for i := 1; i < m-1; i++ {
			left = math.Tanh(k * (left + old[i+1]) * old[i])
			u[i] = left
		}
	}
	copy(u, sweeps[n*m:])
	for i, v := range u {
		y += v * v
		du[i] = 2 * v
	}

	for t := n - 1; t >= 0; t-- {
		old, u := sweeps[t*m:(t+1)*m], sweeps[(t+1)*m:(t+2)*m]
		right := du[m-1]
		for i := m - 2; i >= 1; i-- {
			s := u[i-1] + old[i+1]
			dz := du[i] * (1 - u[i]*u[i])
			dk += dz * s * old[i]
			du[i+1] = right + dz*k*old[i]
			right = dz * k * s
			du[i-1] += dz * k * old[i]
		}
		du[1] = right
	}
	return y, du, dk
}

// logDetByHand goes back over the factors in a, which are final.
func logDetByHand(a []float64, n int) (y float64, da []float64) {
	for k := range n {
		pivot, right := a[k*n+k], a[k*n+k+1:k*n+n]
		for i := k + 1; i < n; i++ {
			f := a[i*n+k] / pivot
			a[i*n+k] = f
			row := a[i*n+k+1 : i*n+n]
			for j, v := range right {
				row[j] -= f * v
			}
		}
		y += math.Log(math.Abs(pivot))
	}

	da = make([]float64, len(a))
	for k := n - 1; k >= 0; k-- {
		pivot, right, dright := a[k*n+k], a[k*n+k+1:k*n+n], da[k*n+k+1:k*n+n]
		dpivot := 1.0
		for i := k + 1; i < n; i++ {
			f, df := a[i*n+k], 0.0
			drow := da[i*n+k+1 : i*n+n]
			for j, d := range drow {
				df -= d * right[j]
				dright[j] -= d * f
			}
			da[i*n+k] = df / pivot
			dpivot -= df * f
		}
		da[k*n+k] = dpivot / pivot
	}
	return y, da
}

func minorsByHand(a []float64, n int) (y float64, da []float64) {
	da = make([]float64, len(a))
	y = minorBack(a, da, n, 0, 0, 1)
	return y, da
}

// minorBack returns the value of minor and adds its gradient, times dy, to da. The adjoints of the smaller minors are
// known before their values.
func minorBack(a, da []float64, n, row int, used uint, dy float64) float64 {
	if row == n {
		return 1
	}
	sum, sign := 0.0, 1.0
	for j := 0; j < n; j++ {
		if used&(1<<j) != 0 {
			continue
		}
		v, d := a[row*n+j], dy*sign
		smaller := minorBack(a, da, n, row+1, used|1<<j, d*v)
		sum += sign * v * smaller
		da[row*n+j] += d * smaller
		sign = -sign
	}
	return sum
}

func convolveByHand(x []float64, n int, w []float64, k int, b float64) (y float64, dx, dw []float64, db float64) {
	dx, dw = make([]float64, len(x)), make([]float64, len(w))
	for i := 0; i <= n-k; i++ {
		for j := 0; j <= n-k; j++ {
			z := b
			for p := range k {
				row := x[(i+p)*n+j:]
				for q, v := range w[p*k : p*k+k] {
					z += v * row[q]
				}
			}
			if z < 0 {
				continue
			}
			y += z
			db++
			for p := range k {
				at := (i+p)*n + j
				row, drow, dkernel := x[at:at+k], dx[at:at+k], dw[p*k:p*k+k]
				for q, v := range w[p*k : p*k+k] {
					drow[q] += v
					dkernel[q] += row[q]
				}
			}
		}
	}
	return y, dx, dw, db
}
