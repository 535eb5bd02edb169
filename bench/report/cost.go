package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/godiff/godiff/bench"
	"gonum.org/v1/gonum/diff/fd"
)

// A row is what one function and its derivatives cost.
type row struct {
	bench.Case
	primal, byHand, generated bench.Cost

	differences float64 // nanoseconds of gonum's finite differences
	estimated   bool    // whether that is an estimate
}

// toHand is the ratio of the generated derivative's time to that of the one by hand.
func (r row) toHand() float64 { return r.generated.Nanoseconds / r.byHand.Nanoseconds }

// toPrimal is the ratio of the generated derivative's time to that of the function.
func (r row) toPrimal() float64 { return r.generated.Nanoseconds / r.primal.Nanoseconds }

func measure(c bench.Case, rounds int) row {
	p := c.Setup(c.Size)
	costs := bench.Measure(rounds, p.Primal, p.ByHand, p.Generated)
	r := row{Case: c, primal: costs[0], byHand: costs[1], generated: costs[2]}
	r.differences, r.estimated = differences(p, r.primal.Nanoseconds)
	return r
}

// differences returns the time of gonum's forward differences with its default settings, which take one call of the
// function for each variable and one more. Where that takes more than a second, it is estimated from one call.
func differences(p *bench.Problem, call float64) (nanoseconds float64, estimated bool) {
	start := p.Variables()
	if total := call * float64(len(start)+1); total > 1e9 {
		return total, true
	}
	at, gradient := p.At(p.Primal), make([]float64, len(start))
	cost := bench.Measure(5, func() { fd.Gradient(gradient, at, start, nil) })
	at(start)
	return cost[0].Nanoseconds, false
}

// costTable returns the rows as a table, with the geometric mean of the ratios at the end.
func costTable(rows []row) string {
	t := newTable("function", "arguments", "primal", "by hand", "generated", "÷ by hand", "÷ primal",
		"allocations by hand", "generated", "bytes by hand", "generated", "gonum's differences")
	for _, r := range rows {
		t.add(r.Name, r.What, duration(r.primal.Nanoseconds), duration(r.byHand.Nanoseconds), duration(r.generated.Nanoseconds),
			ratio(r.toHand()), ratio(r.toPrimal()),
			count(r.byHand.Allocations), count(r.generated.Allocations), count(r.byHand.Bytes), count(r.generated.Bytes),
			approximately(r.estimated)+duration(r.differences))
	}
	t.add("geometric mean", "", "", "", "", ratio(geometricMean(rows, row.toHand)), ratio(geometricMean(rows, row.toPrimal)), "", "", "", "", "")
	return t.String()
}

// shortfalls says in a list where and why the generated derivative takes more than a tenth longer than the one by hand, or allocates more.
func shortfalls(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		if r.Why != "" && (r.toHand() > 1.1 || r.generated.Allocations > r.byHand.Allocations) {
			fmt.Fprintf(&b, "- %s: %s\n", r.Name, r.Why)
		}
	}
	return b.String()
}

func geometricMean(rows []row, of func(row) float64) float64 {
	sum := 0.0
	for _, r := range rows {
		sum += math.Log(of(r))
	}
	return math.Exp(sum / float64(len(rows)))
}

func approximately(yes bool) string {
	if yes {
		return "≈ "
	}
	return ""
}
