package plot

import (
	"math"
	"strconv"
)

// An axis gives numbers places on a line in pixels.
type axis struct {
	span          // the numbers at its ends
	from, to int  // where these are
	log      bool // it is logarithmic
	ticks    []float64
	step     float64 // between ticks; 0 if it is logarithmic
}

// newAxis returns an axis for numbers, with round numbers for its ticks, at most so many.
func newAxis(s span, from, to int, log bool, ticks int) axis {
	a := axis{span: s, from: from, to: to, log: log}
	size := max(math.Abs(s.low), math.Abs(s.high))
	switch {
	case !(s.low <= s.high):
		a.span = span{0, 1}
		if log {
			a.span = span{0.1, 1}
		}
	case s.low == s.high && log:
		a.span = span{s.low / 2, s.high * 2}
	case !log && size < least:
		a.span = span{-0.5, 0.5}
	case !log && s.high-s.low <= 1e-13*size: // there are too few numbers between them for ticks
		a.span = span{s.low - size/2, s.high + size/2}
	}
	if log {
		a.logTicks(ticks)
	} else {
		a.evenTicks(ticks)
	}
	return a
}

// fromZero lengthens the axis to zero where that is near enough, in proportion.
func (s *span) fromZero() {
	if 0 < s.low && (s.low <= s.high/2 || s.low == s.high) {
		s.low = 0
	}
}

// pad lengthens the axis to the next ticks beyond the numbers.
func (a *axis) pad() {
	if a.log {
		return
	}
	a.span = span{math.Floor(a.low/a.step+1e-9) * a.step, math.Ceil(a.high/a.step-1e-9) * a.step}
	a.between(a.step)
}

// evenTicks takes the multiples of the smallest of …, 0.5, 1, 2, 5, 10, … that are few enough.
func (a *axis) evenTicks(most int) {
	n := 3 * int(math.Floor(math.Log10((a.high-a.low)/float64(most))))
	for (a.high-a.low)/round(n) > float64(most) {
		n++
	}
	a.between(round(n))
}

// between sets the ticks to the multiples of step in the axis.
func (a *axis) between(step float64) {
	a.step, a.ticks = step, nil
	for k := math.Ceil(a.low/step - 1e-9); k <= a.high/step+1e-9; k++ {
		a.ticks = append(a.ticks, k*step+0) // + 0 makes 0 of −0
	}
}

// logTicks takes …, 0.5, 1, 2, 5, 10, … and lengthens the axis to the next of them; powers of ten alone, or some of them, if these are
// too many.
func (a *axis) logTicks(most int) {
	low := 3*int(math.Floor(math.Log10(a.low))) - 3
	for round(low+1) <= a.low {
		low++
	}
	high := low + 1
	for round(high) < a.high {
		high++
	}
	step := 1
	if high-low > most {
		step = 3
		low, high = 3*floorDiv(low, 3), -3*floorDiv(-high, 3)
		for (high-low)/step > most {
			step += 3
		}
		high = low + (high-low+step-1)/step*step
	}
	a.span = span{round(low), round(high)}
	for n := low; n <= high; n += step {
		a.ticks = append(a.ticks, round(n))
	}
}

func floorDiv(a, b int) int { return int(math.Floor(float64(a) / float64(b))) }

// round returns the n-th of the round numbers …, 0.5, 1, 2, 5, 10, …, where the number of 1 is 0.
func round(n int) float64 {
	decade := floorDiv(n, 3)
	v, _ := strconv.ParseFloat([]string{"1e", "2e", "5e"}[n-3*decade]+strconv.Itoa(decade), 64)
	return v
}

// place returns where a number is drawn.
func (a axis) place(v float64) float64 {
	share := (v - a.low) / (a.high - a.low)
	if a.log {
		low := math.Log(a.low)
		share = (math.Log(v) - low) / (math.Log(a.high) - low)
	}
	return float64(a.from) + share*float64(a.to-a.from)
}

// label writes a tick: with as many decimals as the steps between ticks have.
func (a axis) label(v float64) string {
	if a.log || math.Abs(v) >= 1e6 || a.step < 1e-6 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	decimals := max(0, -int(math.Floor(math.Log10(a.step)+1e-9)))
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
