package judge

import "math"

// steps is the number of halvings of the step of a difference quotient.
const steps = 8

// estimate is a derivative by differences.
type estimate struct {
	value, err float64
	ok         bool // the differences converged, to the same from both sides
}

// differences estimates the derivatives at t = 0 of the components of f by Ridders' extrapolation of central
// differences (Ridders, Adv. Eng. Software 4, 1982). F returns false where it has no value comparable to f(0);
// no estimate is ok then. The first step is h.
func differences(f func(t float64) ([]float64, bool), h float64) []estimate {
	middle, ok := f(0)
	if !ok {
		return nil
	}
	var above, below [steps][]float64
	var hs [steps]float64
	for k := range steps {
		hs[k] = math.Ldexp(h, -k)
		up, ok := f(hs[k])
		down, ok2 := f(-hs[k])
		if !ok || !ok2 || len(up) != len(middle) || len(down) != len(middle) {
			return make([]estimate, len(middle))
		}
		above[k], below[k] = up, down
	}
	out := make([]estimate, len(middle))
	for j := range out {
		var up, down [steps]float64
		for k := range steps {
			up[k], down[k] = above[k][j], below[k][j]
		}
		out[j] = extrapolate(middle[j], up, down, hs)
	}
	return out
}

// extrapolate estimates a derivative from values at 0, at hs and at -hs.
func extrapolate(middle float64, up, down, hs [steps]float64) estimate {
	best := estimate{err: math.Inf(1)}
	var last [steps]float64
	size := math.Abs(middle)
	for k := range steps {
		var row [steps]float64
		row[0] = (up[k] - down[k]) / (2 * hs[k])
		size = max(size, math.Abs(up[k]))
		factor := 1.0
		for j := 1; j <= k; j++ {
			factor *= 4
			row[j] = (factor*row[j-1] - last[j-1]) / (factor - 1)
			if err := max(math.Abs(row[j]-row[j-1]), math.Abs(row[j]-last[j-1])); err <= best.err {
				best.value, best.err = row[j], err
			}
		}
		last = row
	}
	best.err += 1e-16 * size / hs[steps-1]
	scale := 1 + math.Abs(best.value)
	best.ok = best.err <= 1e-6*scale && !jumps(middle, up, down, hs, 1e-3*scale)
	return best
}

// jumps reports whether the one-sided derivatives differ by more than tol, or do not settle.
func jumps(middle float64, up, down, hs [steps]float64, tol float64) bool {
	gap := func(k int) float64 { return (up[k] - middle - (middle - down[k])) / hs[k] }
	a, b := gap(steps-2), gap(steps-1)
	return !(math.Abs(2*b-a) <= tol) || !(math.Abs(b) <= 0.1*tol/1e-3)
}
