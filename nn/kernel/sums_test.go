package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLongSums checks that sums of millions of float32 are good to five digits: of equal ones, whose roundings all go one way, and of ones
// that are large beside their deviations.
func TestLongSums(t *testing.T) { eachWay(t, testLongSums) }

func testLongSums(t *testing.T) {
	const size, channels = 1 << 21, 2
	rng := rand.New(rand.NewPCG(1, 2))
	equal, large, ones := make([]float32, size*channels), make([]float32, size*channels), make([]float32, size*channels)
	for i := range equal {
		equal[i], large[i], ones[i] = 0.1, 1000+float32(rng.NormFloat64()), 1
	}
	within := func(tolerance float64, what string, got float32, want float64) {
		t.Helper()
		if e := math.Abs(float64(got)/want - 1); !(e <= tolerance) {
			t.Errorf("%s is %v, want %v: relative error %.1e", what, got, want, e)
		}
	}
	near := func(what string, got float32, want float64) {
		t.Helper()
		within(1e-5, what, got, want)
	}
	for _, x := range [][]float32{equal, large} {
		total := exactSums(x, 1, 1)[0]
		near("the sum", Sum(x), total)
		near("the scalar product", Dot(x, ones), total)
		bias, weights := make([]float32, channels), make([]float32, channels)
		AddRowAdjoint(nil, nil, size, channels, x, bias)
		MatMulTAAdd(weights, x, ones[:size], channels, size, 1)
		for c, want := range exactSums(x, channels, 1) {
			near("the sum of rows", bias[c], want)
			within(2e-5, "the product of matrices", weights[c], want)
		}
		for _, n := range []int{1, 2, 100, size} {
			m := size / n
			x, want := x[:m*channels*n], exactSums(x[:m*channels*n], channels, n)
			sums, products := make([]float32, channels), make([]float32, channels)
			SumChannels(sums, x, m, channels, n)
			DotChannels(products, x, ones[:len(x)], m, channels, n)
			for c := range channels {
				what := fmt.Sprintf("channel %d of %d×%d×%d: the sum", c, m, channels, n)
				near(what, sums[c], want[c])
				near(what+" of products", products[c], want[c])
			}
		}
	}
	for _, n := range []int{1, 2, 100, size} {
		m := size / n
		x, dy := large[:m*channels*n], slices.Clone(equal[:m*channels*n])
		means := exactSums(x, channels, n)
		squares := slices.Clone(x)
		for c := range means {
			means[c] /= float64(m * n)
		}
		for i, v := range x {
			d := float64(v) - means[i/n%channels]
			squares[i] = float32(d * d)
		}
		y := make([]float32, len(x))
		mean, variance, inverse := make([]float32, channels), make([]float32, channels), make([]float32, channels)
		Normalize(y, mean, variance, inverse, x, m, channels, n, 1e-5)
		for c, want := range exactSums(squares, channels, n) {
			what := fmt.Sprintf("channel %d of %d×%d×%d: the ", c, m, channels, n)
			near(what+"mean", mean[c], means[c])
			near(what+"variance", variance[c], want/float64(m*n))
		}
		// Adjoints that are all the same leave nothing for x, but for what the rounding of the mean leaves.
		dx, dparams := make([]float32, len(x)), make([]float32, 3*channels)
		NormalizeAdjoint(y, mean, variance, inverse, x, m, channels, n, 1e-5, dy, dparams[:2], dparams[2:4], dparams[4:], dx)
		if most := max(Max(dx), -slices.Min(dx)); !(most <= 1e-4) {
			t.Errorf("%d×%d×%d: the adjoint of x is up to %g, want 0", m, channels, n, most)
		}
	}
}

// exactSums returns the sums of channels, n elements of which lie side by side.
func exactSums(x []float32, channels, n int) []float64 {
	sums := make([]float64, channels)
	for i, v := range x {
		sums[i/n%channels] += float64(v)
	}
	return sums
}
