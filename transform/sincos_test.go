package transform

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSincos checks that sines and cosines are the same to the last bit when they are computed together.
func TestSincos(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	check := func(x float64) {
		sin, cos := math.Sincos(x)
		if math.Float64bits(sin) != math.Float64bits(math.Sin(x)) || math.Float64bits(cos) != math.Float64bits(math.Cos(x)) {
			t.Fatalf("Sincos(%v) is %v, %v; Sin is %v and Cos %v", x, sin, cos, math.Sin(x), math.Cos(x))
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1 << 29, 1<<29 - 1, -1 << 29, math.Pi, math.Pi / 4, math.MaxFloat64, 5e-324} {
		check(x)
	}
	for range 300000 {
		check(r.NormFloat64())
		check(1000 * r.NormFloat64())
		check(math.Float64frombits(r.Uint64() &^ (1 << 62))) // no NaN
	}
}
