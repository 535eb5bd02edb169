package floatsrule_test

import (
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/godiff/godiff/gradcheck"
)

// destinations goes on with the slices that functions return.
//
//godiff:vjp
//godiff:jvp
//godiff:hvp
func destinations(x []float64, k float64) float64 {
	b := floats.ScaleTo(make([]float64, len(x)), k, x)
	floats.AddConst(1, b)
	c := make([]float64, len(x))
	b = floats.MulTo(c, b, x)
	b[0] *= 2
	floats.AddScaledTo(b, b, k, x)
	return floats.Dot(b, c)
}

// TestDestinations checks what is written after a function has returned it.
func TestDestinations(t *testing.T) {
	x := []float64{0.5, 0.7, 0.9}
	gradcheck.VJP(t, destinations, destinationsVJP, x, 0.3)
	gradcheck.JVP(t, destinations, destinationsJVP, x, 0.3)
	gradcheck.HVP(t, destinations, destinationsHVP, x, 0.3)
}
