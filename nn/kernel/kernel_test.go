package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// eachWay runs a test with the assembly and without.
func eachWay(t *testing.T, test func(t *testing.T)) {
	t.Run("plain", func(t *testing.T) {
		setAccelerated(t, false)
		test(t)
	})
	t.Run("assembly", func(t *testing.T) {
		if !accelerated {
			t.Skip("this processor has no AVX2 and FMA")
		}
		test(t)
	})
}

// random returns n numbers between −1 and 1.
func random[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(2*rng.Float64() - 1)
	}
	return x
}

// epsilon returns the distance of 1 and the next number.
func epsilon[T Float]() float64 {
	if is32[T]() {
		return 0x1p-23
	}
	return 0x1p-52
}

// sameBits reports whether x and y are the same, NaN included.
func sameBits[T Float](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}
