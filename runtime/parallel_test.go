package runtime

import (
	"sync/atomic"
	"testing"
)

func TestChunks(t *testing.T) {
	for _, n := range []int{-5, 0, 1, 3, 4, 8, 100, 255, 256, 257, 100000} {
		parts, next := Chunks(n), 10
		for c := range parts {
			begin, end := Chunk(10, 10+n, c)
			if begin != next || end <= begin {
				t.Fatalf("part %d of %d iterations is from %d to %d, want it from %d", c, n, begin, end, next)
			}
			next = end
		}
		if next != 10+max(n, 0) {
			t.Errorf("the parts of %d iterations end at %d", n, next)
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
