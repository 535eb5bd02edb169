package blas32rule_test

import (
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"gonum.org/v1/gonum/blas/blas32"
)

//godiff:vjp
//godiff:jvp
func ddot(x, y blas32.Vector) float64 { return blas32.DDot(x, y) }

//godiff:vjp
//godiff:jvp
func sddot(alpha float32, x, y blas32.Vector) float32 { return blas32.SDDot(alpha, x, y) * alpha }

// TestMixed checks the products that are summed in float64.
func TestMixed(t *testing.T) {
	x := blas32.Vector{N: 3, Data: []float32{1, 0, 2, 0, -3}, Inc: 2}
	for _, y := range []blas32.Vector{
		{N: 3, Data: []float32{0.5, 4, 0.25}, Inc: 1},
		{N: 3, Data: []float32{0.5, 4, 0.25}, Inc: -1},
		{N: 3, Data: []float32{0.5, 7, 4, 7, 0.25}, Inc: 2},
	} {
		gradcheck.VJP(t, ddot, ddotVJP, x, y)
		gradcheck.JVP(t, ddot, ddotJVP, x, y)
		gradcheck.VJP(t, sddot, sddotVJP, 1.5, x, y)
		gradcheck.JVP(t, sddot, sddotJVP, 1.5, x, y)
	}
	v := blas32.Vector{N: 2, Data: []float32{3, 4}, Inc: 1}
	gradcheck.VJP(t, ddot, ddotVJP, v, v)
}
