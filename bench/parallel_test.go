package bench

import (
	"math"
	"testing"
)

// sine returns n numbers of size 1.
func sine(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(float64(i * i % 1009))
	}
	return x
}

// rows returns m rows of n numbers.
func rows(m, n int) [][]float64 {
	x := make([][]float64, m)
	for i := range x {
		x[i] = sine(n)
	}
	return x
}

// parallelProblems are what is computed on one core and on several.
var parallelProblems = []struct {
	name          string
	one, parallel func() (y float64, grads [][]float64)
}{
	{"diffuse", func() (float64, [][]float64) {
		y, du := DiffuseValueGrad(diffused, 3)
		return y, [][]float64{du}
	}, func() (float64, [][]float64) {
		y, du := DiffuseParallelValueGrad(diffused, 3)
		return y, [][]float64{du}
	}},
	{"norms", func() (float64, [][]float64) { return NormsValueGrad(normed) }, func() (float64, [][]float64) { return NormsParallelValueGrad(normed) }},
	{"features", func() (float64, [][]float64) {
		y, dw, dx := FeaturesValueGrad(weights, normed[:200])
		return y, append(dw, dx...)
	}, func() (float64, [][]float64) {
		y, dw, dx := FeaturesGoroutinesValueGrad(weights, normed[:200])
		return y, append(dw, dx...)
	}},
}

var diffused, normed, weights = sine(1_000_000), rows(1000, 1000), rows(20, 1000)

func TestParallel(t *testing.T) {
	for _, p := range parallelProblems {
		y, want := p.one()
		gotY, got := p.parallel()
		if math.Abs(gotY-y) > 1e-12*math.Abs(y) {
			t.Errorf("%s: the value is %v, want %v", p.name, gotY, y)
		}
		for i := range want {
			for j, d := range want[i] {
				if math.Abs(got[i][j]-d) > 1e-9*max(1, math.Abs(d)) {
					t.Fatalf("%s: derivative %d of %d is %v, want %v", p.name, j, i, got[i][j], d)
				}
			}
		}
	}
}

func BenchmarkParallel(b *testing.B) {
	for _, p := range parallelProblems {
		b.Run(p.name+"/one", func(b *testing.B) {
			for b.Loop() {
				p.one()
			}
		})
		b.Run(p.name+"/parallel", func(b *testing.B) {
			for b.Loop() {
				p.parallel()
			}
		})
	}
}
