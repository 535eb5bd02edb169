package bench

import "math"

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

// Relax makes n sweeps of a nonlinear Gauss-Seidel iteration over u, in place, and returns what is left.
//
//godiff:valuegrad wrt=u,k
func Relax(u []float64, k float64, n int) float64 {
	for t := 0; t < n; t++ {
		for i := 1; i < len(u)-1; i++ {
			u[i] = math.Tanh(k * (u[i-1] + u[i+1]) * u[i])
		}
	}
	sum := 0.0
	for _, v := range u {
		sum += v * v
	}
	return sum
}

// LogDet factorises the n×n matrix a, stored by rows, into LU in place without pivoting and returns log |det a|.
//
//godiff:valuegrad wrt=a
func LogDet(a []float64, n int) float64 {
	sum := 0.0
	for k := 0; k < n; k++ {
		for i := k + 1; i < n; i++ {
			a[i*n+k] /= a[k*n+k]
			for j := k + 1; j < n; j++ {
				a[i*n+j] -= a[i*n+k] * a[k*n+j]
			}
		}
		sum += math.Log(math.Abs(a[k*n+k]))
	}
	return sum
}

// Minors returns the determinant of the n×n matrix a, stored by rows, by expansion by minors.
//
//godiff:valuegrad
func Minors(a []float64, n int) float64 {
	return minor(a, n, 0, 0)
}

// minor returns the determinant of what is left of the n×n matrix a without the rows before the given one and without
// the columns in used.
func minor(a []float64, n, row int, used uint) float64 {
	if row == n {
		return 1
	}
	sum, sign := 0.0, 1.0
	for j := 0; j < n; j++ {
		if used&(1<<j) != 0 {
			continue
		}
		sum += sign * a[row*n+j] * minor(a, n, row+1, used|1<<j)
		sign = -sign
	}
	return sum
}

// Convolve slides the k×k kernel w over the n×n image x, both stored by rows, and returns the sum of what is positive
// of its products with the image plus b.
//
//godiff:valuegrad
func Convolve(x []float64, n int, w []float64, k int, b float64) float64 {
	sum := 0.0
	for i := 0; i <= n-k; i++ {
		for j := 0; j <= n-k; j++ {
			z := b
			for p := 0; p < k; p++ {
				for q := 0; q < k; q++ {
					z += w[p*k+q] * x[(i+p)*n+j+q]
				}
			}
			sum += max(z, 0)
		}
	}
	return sum
}
