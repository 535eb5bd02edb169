package kernel_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn/kernel"
)

func TestNormalize(t *testing.T) { kernel.EachWay(t, testNormalize) }

func testNormalize(t *testing.T) {
	make := newMaker()
	const epsilon = 0.25
	for _, s := range [][3]int{{2, 3, 4}, {3, 5, 1}, {1, 2, 37}, {4, 9, 1}, {1, 3, 1}, {0, 2, 3}, {0, 2, 1}, {2, 0, 3}} {
		m, channels, n := s[0], s[1], s[2]
		x, scales, shifts := make.signed(m*channels*n), make.signed(channels), make.signed(channels)
		want, scaled := slices.Clone(x), slices.Clone(x)
		means, variances, inverses := floats(channels), floats(channels), floats(channels)
		size := float64(m * n)
		for i, v := range x {
			means[i/n%channels] += v / size
		}
		for i, v := range x {
			c := i / n % channels
			variances[c] += (v - means[c]) * (v - means[c]) / size
		}
		for c, v := range variances {
			inverses[c] = 1 / math.Sqrt(v+epsilon)
		}
		for i, v := range x {
			c := i / n % channels
			want[i] = (v - means[c]) * inverses[c]
			scaled[i] = v*scales[c] + shifts[c]
		}
		dst, mean, variance, inverse := make.slice(len(x)), make.slice(channels), make.slice(channels), make.slice(channels)
		kernel.Normalize(dst, mean, variance, inverse, x, m, channels, n, epsilon)
		compare(t, fmt.Sprint("Normalize ", s), dst, want, 1e-14)
		if m > 0 {
			compare(t, fmt.Sprint("means of ", s), mean, means, 1e-14)
			compare(t, fmt.Sprint("variances of ", s), variance, variances, 1e-14)
			compare(t, fmt.Sprint("inverses of ", s), inverse, inverses, 1e-14)
		}
		kernel.ScaleShift(dst, x, scales, shifts, m, channels, n)
		compare(t, fmt.Sprint("ScaleShift ", s), dst, scaled, 1e-14)

		check(t, scaleShift[float64], scaleShiftVJP[float64], scaleShiftJVP[float64], dst, x, scales, shifts, m, channels, n)
		part(t, scaleShift[float64], scaleShiftVJPx[float64], []string{"dst", "x"}, dst, x, scales, shifts, m, channels, n)
		part(t, scaleShift[float64], scaleShiftVJPparams[float64], []string{"dst", "scale", "shift"}, dst, x, scales, shifts, m, channels, n)
		if m > 0 { // without elements means and variances are NaN
			args := []any{dst, mean, variance, inverse, x, m, channels, n, epsilon}
			part(t, normalize[float64], normalizeVJP[float64], []string{"dst", "mean", "variance", "inverse", "x"}, args...)
			gradcheck.JVP(t, normalize[float64], normalizeJVP[float64], args...)
			gradcheck.HVP(t, skew[float64], skewHVP[float64], x, scales, shifts, m, channels, n)
		}
	}
	for want, f := range map[string]func(){
		"kernel: Normalize: x is 2×3×4 and has 23 elements, mean has 3": func() {
			kernel.Normalize(floats(24), floats(3), floats(3), floats(3), floats(23), 2, 3, 4, 1)
		},
		"kernel: Normalize: inverse has 2 elements and mean has 3": func() {
			kernel.Normalize(floats(24), floats(3), floats(3), floats(2), floats(24), 2, 3, 4, 1)
		},
		"kernel: ScaleShift: dst has 23 elements and x has 24": func() {
			kernel.ScaleShift(floats(23), floats(24), floats(3), floats(3), 2, 3, 4)
		},
	} {
		if text := message(f); text != want {
			t.Errorf("got the panic %q, want %q", text, want)
		}
	}
}
