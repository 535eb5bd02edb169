package kernel_test

import (
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn/kernel"
)

// The functions here call each kernel; TestDensityRules compares their derivatives with differences.

//godiff:vjp
//godiff:jvp
func softplus[T kernel.Float](dst, src []T) { kernel.Softplus(dst, src) }

//godiff:vjp
//godiff:jvp
func normalCDF[T kernel.Float](dst, src []T) { kernel.NormalCDF(dst, src) }

//godiff:vjp
//godiff:jvp
func relu[T kernel.Float](dst, src []T) { kernel.ReLU(dst, src) }

//godiff:vjp
//godiff:jvp
func expBelow[T kernel.Float](dst, src []T) { kernel.ExpBelow(dst, src) }

//godiff:grad
//godiff:hvp
func densities[T kernel.Float](x []T) T {
	y, z, p := make([]T, len(x)), make([]T, len(x)), make([]T, len(x))
	kernel.Softplus(y, x)
	kernel.NormalCDF(z, x)
	kernel.ReLU(p, x)
	q, e := make([]T, len(x)), make([]T, len(x))
	kernel.ExpBelow(e, x)
	kernel.Sub(p, p, e)
	kernel.Mul(q, y, p)
	return kernel.Dot(q, z)
}

func TestDensityRules(t *testing.T) {
	kernel.EachWay(t, func(t *testing.T) {
		make := newMaker()
		for _, n := range []int{0, 1, 5, 19} {
			x := func() []float64 { return make.signed(n) }
			check(t, softplus[float64], softplusVJP[float64], softplusJVP[float64], x(), x())
			check(t, normalCDF[float64], normalCDFVJP[float64], normalCDFJVP[float64], x(), x())
		}
		x := func() []float64 { return make.signed(19) }
		check(t, expBelow[float64], expBelowVJP[float64], expBelowJVP[float64], x(), x())
		check(t, relu[float64], reluVJP[float64], reluJVP[float64], x(), x())
		gradcheck.Grad(t, densities[float64], densitiesGrad[float64], make.signed(300))
		gradcheck.HVP(t, densities[float64], densitiesHVP[float64], make.signed(7))
	})
}
