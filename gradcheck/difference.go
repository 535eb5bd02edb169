package gradcheck

import "math"

// A sample is what the values of f at distance h tell about each output.
type sample struct {
	slope []float64 // a difference quotient, whose error is a series in h², h⁴, …
	bend  []float64 // the slope on the right less that on the left, a series in h, h³, … where there is no kink
	noise []float64 // what rounding in f may change in slope
}

// A plan is a step to begin with; ratio is the second step over the first in mixed differences.
type plan struct{ start, ratio float64 }

// An estimate is a derivative by extrapolation.
type estimate struct {
	value float64
	err   float64 // an estimate of the error of value; +Inf where there is no value
	jump  float64 // the slope on the right less that on the left, where they differ beyond doubt
}

const (
	shrink = 1.4 // each step is shorter than the one before by this
	depth  = 9   // the number of steps of a plan
)

// extrapolate returns n estimates from samples at shrinking steps, by the first plan that makes all of them
// good or else the best of all plans. sample returns false where f cannot be evaluated.
//
// This is Ridders' method (Advances in Engineering Software 4 (1982) 75; Press et al., Numerical Recipes,
// §5.7): Richardson extrapolation in which each new step gives a row of estimates of rising order, and of
// all estimates that one is taken whose difference from its neighbours is smallest.
func extrapolate(n int, plans []plan, sample func(h, ratio float64) (sample, bool), good func(estimate) bool) []estimate {
	slopes, bends := newTableaux(n, 2), newTableaux(n, 1)
	for _, p := range plans {
		for i := range n {
			slopes[i].row, bends[i].row = nil, nil
		}
		for h, rows := p.start, 0; rows < depth; h, rows = h/shrink, rows+1 {
			s, ok := sample(h, p.ratio)
			if !ok || len(s.slope) != n {
				continue
			}
			done := rows >= 2
			for i := range n {
				slopes[i].add(s.slope[i], s.noise[i])
				bends[i].add(s.bend[i], 4*s.noise[i])
				done = done && good(slopes[i].best)
			}
			if done {
				return estimates(slopes, bends)
			}
		}
	}
	return estimates(slopes, bends)
}

func estimates(slopes, bends []tableau) []estimate {
	list := make([]estimate, len(slopes))
	for i := range slopes {
		list[i] = slopes[i].best
		if bend := bends[i].best; math.Abs(bend.value) > 10*bend.err {
			list[i].jump = bend.value
		}
	}
	return list
}

// A tableau extrapolates a sequence to step zero by Neville's scheme, one row at a time.
type tableau struct {
	lowest float64   // the exponent of the first term of the error; the others follow by twos
	row    []float64 // the newest row, of rising order
	noise  []float64 // bounds for the rounding errors in row
	best   estimate
}

func newTableaux(n int, lowest float64) []tableau {
	list := make([]tableau, n)
	for i := range list {
		list[i] = tableau{lowest: lowest, best: estimate{value: math.NaN(), err: math.Inf(1)}}
	}
	return list
}

// add takes the quotient for the next step, whose rounding error is bounded by noise. After one that is not
// finite the tableau begins anew.
func (t *tableau) add(x, noise float64) {
	if !isFinite(x) {
		t.row = nil
		return
	}
	row, bound := []float64{x}, []float64{noise}
	for j := range t.row {
		f := math.Pow(shrink, t.lowest+2*float64(j))
		row = append(row, (f*row[j]-t.row[j])/(f-1))
		bound = append(bound, (f*bound[j]+t.noise[j])/(f-1))
		err := max(math.Abs(row[j+1]-row[j]), math.Abs(row[j+1]-t.row[j])) + bound[j+1]
		if err < t.best.err {
			t.best = estimate{value: row[j+1], err: err}
		}
	}
	t.row, t.noise = row, bound
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
