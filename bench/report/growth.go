package main

import (
	"math"
	"slices"
	"strconv"

	"github.com/godiff/godiff/bench"
)

// A series is what one function and its generated derivative cost at growing sizes.
type series struct {
	bench.Case
	work              []float64 // proportional to the number of operations of the function
	primal, generated []bench.Cost
}

func measureGrowth(c bench.Case, rounds int) series {
	s := series{Case: c}
	for _, size := range c.Sizes {
		p := c.Setup(size)
		costs := bench.Measure(rounds, p.Primal, p.Generated)
		s.work = append(s.work, c.Work(size))
		s.primal = append(s.primal, costs[0])
		s.generated = append(s.generated, costs[1])
	}
	return s
}

// growthTable returns a table of the time and memory of generated derivatives at the sizes of their functions. The exponent
// of a cost is the e where it grows as the e-th power of the number of operations of the function.
func growthTable(all []series) string {
	t := newTable("function", "sizes", "time", "bytes", "exponent of the time", "of the primal's", "of the bytes")
	for _, s := range all {
		t.add(s.Name, list(strconv.Itoa, s.Sizes),
			list(duration, times(s.generated)), list(count, memory(s.generated)),
			exponent(s.work, times(s.generated)), exponent(s.work, times(s.primal)), exponent(s.work, memory(s.generated)))
	}
	return t.String()
}

func times(costs []bench.Cost) []float64 {
	x := make([]float64, len(costs))
	for i, c := range costs {
		x[i] = c.Nanoseconds
	}
	return x
}

func memory(costs []bench.Cost) []float64 {
	x := make([]float64, len(costs))
	for i, c := range costs {
		x[i] = c.Bytes
	}
	return x
}

// exponent returns the exponent of costs as text. There is none where nothing is spent.
func exponent(work, costs []float64) string {
	if slices.Contains(costs, 0) {
		return "–"
	}
	return ratio(slope(work, costs))
}

// slope returns the slope of the least squares fit of log y as a linear function of log x.
func slope(x, y []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range x {
		lx, ly := math.Log(x[i]), math.Log(y[i])
		sx += lx
		sy += ly
		sxx += lx * lx
		sxy += lx * ly
	}
	n := float64(len(x))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
