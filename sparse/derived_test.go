package sparse_test

import (
	"math"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/sparse"
)

//go:generate go run ../cmd/godiff generate

// energy is that of a chain: its Hessian has a diagonal and two others.
//
//godiff:hvp
//godiff:hessian
func energy(x []float64) float64 {
	e := 0.0
	for i := range x {
		e += math.Cosh(x[i])
		if i > 0 {
			d := x[i] - x[i-1]
			e += d * d * d
		}
	}
	return e
}

// residuals are two for each three numbers.
//
//godiff:jvp
//godiff:vjp
//godiff:jacobian
func residuals(x []float64) []float64 {
	r := make([]float64, len(x)/3*2)
	for b := range len(x) / 3 {
		p := x[3*b : 3*b+3]
		r[2*b] = p[0] * math.Sin(p[1])
		r[2*b+1] = p[1] * p[2] * p[2]
	}
	return r
}

func TestDerived(t *testing.T) {
	x := []float64{0.1, 0.7, -0.4, 1.2, 0.3, 0.9}
	gradcheck.Hessian(t, energy, energyHessian, x)
	gradcheck.Jacobian(t, residuals, residualsJacobian, x)
	n, products := len(x), 0
	compare := func(name string, m *sparse.Matrix[float64], want [][]float64, calls int) {
		t.Helper()
		for i, row := range want {
			for j, v := range row {
				if math.Abs(m.At(i, j)-v) > 1e-14 {
					t.Errorf("%s: element %d, %d is %v, want %v", name, i, j, m.At(i, j), v)
				}
			}
		}
		if products != calls {
			t.Errorf("%s takes %d products, want %d", name, products, calls)
		}
		products = 0
	}
	compare("the Hessian", sparse.Hessian(sparse.Banded(n, 1), func(v []float64) []float64 {
		products++
		return energyHVP(x, v)
	}), energyHessian(x), 3)
	blocks := sparse.Blocks(n/3, 2, 3)
	compare("the Jacobian", sparse.Jacobian(blocks, n, func(v []float64) []float64 {
		products++
		_, dr := residualsJVP(x, v)
		return dr
	}), residualsJacobian(x), 3)
	compare("the Jacobian by rows", sparse.JacobianByRows(blocks, n, func(u []float64) []float64 {
		products++
		dx := make([]float64, n)
		residualsVJP(x, dx, u)
		return dx
	}), residualsJacobian(x), 2)
}
