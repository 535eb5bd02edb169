package runtime

import (
	"sync/atomic"
	"testing"
)

func TestChunks(t *testing.T) {
	for _, divide := range []struct {
		name  string
		parts func(n int) int
		part  func(from, to, c int) (begin, end int)
		least int
	}{{"Chunks", Chunks, Chunk, minChunk}, {"Tasks", Tasks, Task, 1}} {
		for _, n := range []int{-5, 0, 1, 3, 4, 8, 63, 64, 65, 100, 255, 256, 257, 100000} {
			parts, next := divide.parts(n), 10
			if most := max(min(n/divide.least, maxChunks), min(n, 1), 0); parts != most {
				t.Errorf("%s: %d parts of %d iterations, want %d", divide.name, parts, n, most)
			}
			for c := range parts {
				begin, end := divide.part(10, 10+n, c)
				if begin != next || end <= begin {
					t.Fatalf("%s: part %d of %d iterations is from %d to %d, want it from %d", divide.name, c, n, begin, end, next)
				}
				next = end
			}
			if next != 10+max(n, 0) {
				t.Errorf("%s: the parts of %d iterations end at %d", divide.name, n, next)
			}
		}
	}
}

func TestPortions(t *testing.T) {
	large := make([]float64, 1<<20)
	rows := make([][]float64, 16)
	for i := range rows {
		rows[i] = large[i<<16 : (i+1)<<16]
	}
	type model struct {
		W, V []float64
		B    float64
		ids  []int
	}
	tests := []struct {
		parts   int
		shadows []any
		want    int
	}{
		{64, nil, 64},
		{64, []any{large[:1000]}, 64},
		{64, []any{large}, 8},
		{64, []any{rows}, 8},
		{64, []any{large[:1<<18], rows[:4]}, 15},
		{64, []any{make([]float32, 1<<18), large[:10]}, 63},
		{64, []any{&model{W: large[:1<<18], V: large[1<<18 : 1<<19], ids: make([]int, 1<<20)}}, 15},
		{5, []any{large}, 5},
		{0, []any{large}, 0},
	}
	for i, test := range tests {
		if got := Portions(test.parts, test.shadows...); got != test.want {
			t.Errorf("%d: Portions = %d, want %d", i, got, test.want)
		}
	}
}

func TestParallel(t *testing.T) {
	done := make([]atomic.Int32, 1000)
	Parallel(len(done), func(c int) { done[c].Add(1) })
	for c := range done {
		if n := done[c].Load(); n != 1 {
			t.Errorf("%d is called %d times", c, n)
		}
	}
	Parallel(0, func(c int) { t.Error("called for nothing") })
	Parallel(-1, func(c int) { t.Error("called for less than nothing") })
}

func TestParallelPanics(t *testing.T) {
	for range 100 {
		func() {
			defer func() {
				if p := recover(); p != 7 {
					t.Errorf("it panics with %v, want 7", p)
				}
			}()
			Parallel(100, func(c int) {
				if c >= 7 {
					panic(c)
				}
			})
		}()
	}
}

func TestParallelTurns(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 3, 64, 999} {
		order := make([]atomic.Int32, max(n, 0))
		var now, meets atomic.Int32
		running := make([]atomic.Bool, max(n, 0)+2)
		ParallelTurns(n, func(c int) {
			running[c+1].Store(true)
			if running[c].Load() || c+2 < len(running) && running[c+2].Load() {
				meets.Add(1)
			}
			order[c].Store(now.Add(1))
			running[c+1].Store(false)
		})
		if meets.Load() > 0 {
			t.Errorf("of %d, %d meet their neighbours", n, meets.Load())
		}
		for c := range order {
			switch at := int(order[c].Load()); {
			case at == 0:
				t.Errorf("of %d, %d is not called", n, c)
			case (at <= (n+1)/2) != (c%2 == 0):
				t.Errorf("of %d, %d is called as number %d", n, c, at)
			}
		}
	}
}

func TestParallelTurnsPanics(t *testing.T) {
	for first := range 12 {
		for also := range 12 {
			func() {
				defer func() {
					if p, want := recover(), min(first, also); p != want {
						t.Errorf("it panics with %v, want %d", p, want)
					}
				}()
				ParallelTurns(12, func(c int) {
					if c == first || c == also {
						panic(c)
					}
				})
			}()
		}
	}
}
