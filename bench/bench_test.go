package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// compare times two functions in turn and reports the median of each and their ratio.
func compare(b *testing.B, ours, byHand func()) {
	const rounds, calls = 41, 20
	var times [2][]float64
	for range rounds {
		for i, f := range []func(){ours, byHand} {
			start := time.Now()
			for range calls {
				f()
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/calls)
		}
	}
	for i := range times {
		slices.Sort(times[i])
	}
	mine, hand := times[0][rounds/2], times[1][rounds/2]
	b.ReportMetric(mine, "godiff-ns")
	b.ReportMetric(hand, "hand-ns")
	b.ReportMetric(mine/hand, "ratio")
	b.ReportMetric(0, "ns/op")
}

func vector(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func matrix(seed uint64, n, m int) [][]float64 {
	x := make([][]float64, n)
	for i := range x {
		x[i] = vector(seed+uint64(i), m)
	}
	return x
}

func BenchmarkIterate(b *testing.B) {
	compare(b, func() { IterateValueGrad(1.5, 1000) }, func() { iterateByHand(1.5, 1000) })
}

func BenchmarkEscape(b *testing.B) {
	compare(b, func() { EscapeValueGrad(0.1, 0.2, 2, 1000) }, func() { escapeByHand(0.1, 0.2, 2, 1000) })
}

func BenchmarkRosenbrock(b *testing.B) {
	x := vector(1, 100)
	compare(b, func() { RosenbrockValueGrad(x) }, func() { rosenbrockByHand(x) })
}

func BenchmarkLogistic(b *testing.B) {
	w, x, y := vector(2, 50), matrix(3, 1000, 50), make([]float64, 1000)
	compare(b, func() { LogisticValueGrad(w, 0.1, x, y) }, func() { logisticByHand(w, 0.1, x, y) })
}

func BenchmarkHorner(b *testing.B) {
	c := vector(4, 200)
	compare(b, func() { HornerValueGrad(c, 0.9) }, func() { hornerByHand(c, 0.9) })
}

// TestByHand checks that both sides compute the same.
func TestByHand(t *testing.T) {
	same := func(name string, a, b float64) {
		if math.Abs(a-b) > 1e-9*(1+math.Abs(a)) {
			t.Errorf("%s: godiff %v, by hand %v", name, a, b)
		}
	}
	sum := func(x []float64) (s float64) {
		for i, v := range x {
			s += v * math.Sin(float64(i+1))
		}
		return s
	}
	_, a := IterateValueGrad(1.5, 10)
	_, b := iterateByHand(1.5, 10)
	same("Iterate", a, b)
	_, z, c := EscapeValueGrad(0.4, 0.4, 2, 100)
	_, z2, c2 := escapeByHand(0.4, 0.4, 2, 100)
	same("Escape z", z, z2)
	same("Escape c", c, c2)
	_, dx := RosenbrockValueGrad(vector(1, 10))
	_, dx2 := rosenbrockByHand(vector(1, 10))
	same("Rosenbrock", sum(dx), sum(dx2))
	_, dw, db := LogisticValueGrad(vector(2, 5), 0.1, matrix(3, 10, 5), vector(4, 10))
	_, dw2, db2 := logisticByHand(vector(2, 5), 0.1, matrix(3, 10, 5), vector(4, 10))
	same("Logistic w", sum(dw), sum(dw2))
	same("Logistic b", db, db2)
	_, dc, dp := HornerValueGrad(vector(4, 20), 0.9)
	_, dc2, dp2 := hornerByHand(vector(4, 20), 0.9)
	same("Horner c", sum(dc), sum(dc2))
	same("Horner x", dp, dp2)
}
