package check

import (
	"math"
	"testing"
)

// TestJumps tells functions that decide by rounding errors from smooth ones.
func TestJumps(t *testing.T) {
	type pair struct{ x, y float64 }
	tests := []struct {
		name string
		f    any
		want bool
	}{
		{"smooth", func(x, y float64) float64 { return x*x*y - 1/y }, false},
		{"rounded", func(x float64) float64 {
			if (x+1000)-1000 >= x {
				return x
			}
			return -x
		}, true},
		{"behind a pointer", func(x, y float64) *pair {
			if (x+1000)-1000 >= x {
				return &pair{x, y}
			}
			return &pair{y, x}
		}, true},
		{"of a length", func(x float64) []float64 { return make([]float64, 1+math.Float64bits(x)>>3&1) }, true},
	}
	for _, test := range tests {
		c := &Case{Name: test.name, F: test.f}
		for i := range len(regimes) {
			if got := c.jumps(i); got != test.want {
				t.Errorf("%s, arguments %d: jumps is %v, want %v", test.name, i, got, test.want)
			}
		}
	}
}
