package bench

import (
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
)

const steps = 100_000

func state() (x, v []float64) {
	for i := range 64 {
		x, v = append(x, float64(i+1)/10), append(v, 0.1)
	}
	return x, v
}

type gradient func(x, v []float64, k float64, n int) (dx, dv []float64, dk float64)

var recurrences = []struct {
	name string
	grad gradient
}{{"all", RecurrenceGrad}, {"sqrt", RecurrenceSqrtGrad}, {"binomial", RecurrenceBinomialGrad}}

func TestRecurrences(t *testing.T) {
	x, v := state()
	want, _, wantk := RecurrenceGrad(x, v, -2, steps)
	for _, r := range recurrences {
		x, v := state()
		got, _, gotk := r.grad(x, v, -2, steps)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12*math.Abs(want[i]) {
				t.Errorf("%s: element %d is %v, want %v", r.name, i, got[i], want[i])
			}
		}
		if math.Abs(gotk-wantk) > 1e-12*math.Abs(wantk) {
			t.Errorf("%s: dk is %v, want %v", r.name, gotk, wantk)
		}
	}
}

func BenchmarkRecurrence(b *testing.B) {
	b.Run("primal", func(b *testing.B) {
		for b.Loop() {
			x, v := state()
			Recurrence(x, v, -2, steps)
		}
	})
	for _, r := range recurrences {
		b.Run(r.name, func(b *testing.B) {
			run := func() {
				x, v := state()
				r.grad(x, v, -2, steps)
			}
			for b.Loop() {
				run()
			}
			b.StopTimer()
			b.ReportMetric(float64(peak(run)), "peak-B")
		})
	}
}

// peak returns how much memory is reachable at most while f runs, beyond what is before.
func peak(f func()) uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	live := func() uint64 { // what the last collection has found
		runtime.GC()
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, most := live(), uint64(0)
	done := make(chan bool)
	go func() {
		f()
		close(done)
	}()
	for {
		select {
		case <-done:
			return max(most, before) - before
		default:
			most = max(most, live())
		}
	}
}

func batch() (w, x [][]float64) {
	for i := range 100 {
		row := make([]float64, 100)
		for j := range row {
			row[j] = math.Sin(float64(100*i+j)) / 10
		}
		w, x = append(w, row), append(x, row)
	}
	for len(x) < 1000 {
		x = append(x, x[:100]...)
	}
	return w, x
}

func TestExamples(t *testing.T) {
	w, x := batch()
	y, dw := ExamplesValueGrad(w, x)
	got, dgot := ExamplesParallelValueGrad(w, x)
	if math.Abs(got-y) > 1e-12*y {
		t.Errorf("the sum is %v, want %v", got, y)
	}
	for i, row := range dw {
		for j, d := range row {
			if math.Abs(dgot[i][j]-d) > 1e-9*max(1, math.Abs(d)) {
				t.Fatalf("dw[%d][%d] is %v, want %v", i, j, dgot[i][j], d)
			}
		}
	}
}

func BenchmarkExamples(b *testing.B) {
	w, x := batch()
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			ExamplesValueGrad(w, x)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		for b.Loop() {
			ExamplesParallelValueGrad(w, x)
		}
	})
}
