package gradcheck

import (
	"cmp"
	"math"
	"slices"
)

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
	kink  float64 // the slope on the right less that on the left, where they differ beyond doubt
	jump  float64 // the limit of the mean on both sides less the value at the point, where they differ beyond doubt …
	even  float64 // … or the error of what was found, where they do not
	bend  float64 // what the slopes on both sides may differ by
}

const (
	shrink  = 1.4 // each step is shorter than the one before by this
	depth   = 9   // the number of steps of a plan
	inertia = 10  // the factor by which an error can be believed to be smaller than the one before
	beyond  = 30  // estimates that are farther apart than this many of their errors contradict each other
)

// extrapolate returns n estimates from samples at shrinking steps, by as many of the plans as it takes to make
// all of them good. sample returns false where f cannot be evaluated.
//
// This is Ridders' method (Advances in Engineering Software 4 (1982) 75; Press et al., Numerical Recipes,
// §5.7): Richardson extrapolation in which each new step gives a row of estimates of rising order, and of
// all estimates that one is taken whose difference from its neighbours is smallest.
func extrapolate(n int, plans []plan, sample func(h, ratio float64) (sample, bool), good func(estimate) bool) []estimate {
	var tried []attempt
	for _, p := range plans {
		tried = append(tried, p.try(n, sample, good))
		if list := combine(n, tried); allGood(list, good) && p.holds(list, sample) {
			return list
		}
	}
	return combine(n, tried)
}

// probe is by how much the step that tells whether estimates hold is shorter than those that they are made from.
const probe = 1e-4

// holds reports whether a step that is much shorter does not contradict estimates: f may have jumps on both sides of the point, between it and
// all steps of a plan, beyond which it is another function.
func (p plan) holds(list []estimate, sample func(h, ratio float64) (sample, bool)) bool {
	s, ok := sample(p.start*probe, p.ratio)
	for i, e := range list {
		if ok && math.Abs(s.slope[i]-e.value) > 1e-3*(math.Abs(s.slope[i])+math.Abs(e.value))+100*(s.noise[i]+e.err) {
			return false
		}
	}
	return true
}

func allGood(list []estimate, good func(estimate) bool) bool {
	return !slices.ContainsFunc(list, func(e estimate) bool { return !good(e) })
}

// An attempt is what a plan gave.
type attempt struct {
	start float64
	list  []estimate
}

// try returns the best estimates of a plan, or the first good ones.
func (p plan) try(n int, sample func(h, ratio float64) (sample, bool), good func(estimate) bool) attempt {
	// The mean on both sides less the value between, half the bend times the step, is a series in h², h⁴, … where there is no jump.
	slopes, bends, gaps := newTableaux(n, 2), newTableaux(n, 1), newTableaux(n, 2)
	list := make([]estimate, n)
	for h, row := p.start, 0; row < depth; h, row = h/shrink, row+1 {
		s, ok := sample(h, p.ratio)
		for i := range n {
			if ok {
				slopes[i].add(s.slope[i], s.noise[i])
				bends[i].add(s.bend[i], 4*s.noise[i])
				gaps[i].add(h/2*s.bend[i], 2*h*s.noise[i])
			}
			list[i] = slopes[i].best
			list[i].setBend(bends[i].best)
			list[i].setGap(gaps[i].best)
		}
		if row >= 2 && allGood(list, good) {
			break
		}
	}
	return attempt{p.start, list}
}

// setBend sets what is known of the slopes on both sides from an estimate of their difference.
func (e *estimate) setBend(bend estimate) {
	e.bend = math.Abs(bend.value) + bend.err
	e.kink = bend.beyondDoubt()
}

// setGap sets what is known of a jump from an estimate of it.
func (e *estimate) setGap(gap estimate) { e.jump, e.even = gap.beyondDoubt(), gap.err }

// beyondDoubt returns the value of e, or zero where that might be an error.
func (e estimate) beyondDoubt() float64 {
	if math.Abs(e.value) > 10*e.err {
		return e.value
	}
	return 0
}

// combine returns the best estimates of several attempts. Long steps may agree with each other on what is not
// the derivative, the slope of a line over some waves, say: where shorter ones contradict them, these hold. So they do
// where long ones see a jump at the point and shorter ones, by better numbers, none.
func combine(n int, tried []attempt) []estimate {
	tried = slices.Clone(tried)
	slices.SortStableFunc(tried, func(a, b attempt) int { return cmp.Compare(b.start, a.start) })
	best := slices.Repeat([]estimate{unknown}, n)
	for _, a := range tried {
		for i, e := range a.list {
			b := best[i]
			switch {
			case e.err < b.err:
				best[i] = e
			case math.Abs(e.value-b.value) > beyond*(e.err+b.err):
				e.err *= beyond
				best[i] = e
			}
			if e.jump == 0 && 10*e.even < math.Abs(best[i].jump) {
				best[i].jump = 0
			}
		}
	}
	return best
}

// unknown is no estimate at all.
var unknown = estimate{value: math.NaN(), err: math.Inf(1)}

// A tableau extrapolates a sequence to step zero by Neville's scheme, one row at a time.
type tableau struct {
	lowest float64   // the exponent of the first term of the error; the others follow by twos
	row    []float64 // the newest row, of rising order
	noise  []float64 // bounds for the rounding errors in row
	errs   []float64 // estimates of the errors of row, but for its first
	best   estimate
}

func newTableaux(n int, lowest float64) []tableau {
	list := make([]tableau, n)
	for i := range list {
		list[i] = tableau{lowest: lowest, best: unknown}
	}
	return list
}

// add takes the quotient for the next step, whose rounding error is bounded by noise. After one that is not
// finite the tableau begins anew.
//
// Of two estimates that happen to agree the second is not believed for that alone: its error is taken to be a
// part of that of the one before.
func (t *tableau) add(x, noise float64) {
	if !isFinite(x) {
		t.row, t.errs = nil, nil
		return
	}
	row, bound, errs := []float64{x}, []float64{noise}, []float64{}
	for j := range t.row {
		f := math.Pow(shrink, t.lowest+2*float64(j))
		row = append(row, (f*row[j]-t.row[j])/(f-1))
		bound = append(bound, (f*bound[j]+t.noise[j])/(f-1))
		err := max(math.Abs(row[j+1]-row[j]), math.Abs(row[j+1]-t.row[j]))
		trusted := math.Inf(1)
		if j < len(t.errs) {
			trusted = max(err, t.errs[j]/inertia) + bound[j+1]
		}
		errs = append(errs, err)
		if trusted < t.best.err {
			t.best = estimate{value: row[j+1], err: trusted}
		}
	}
	t.row, t.noise, t.errs = row, bound, errs
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
