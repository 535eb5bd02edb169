package nn_test

import (
	"runtime"
	"testing"

	"github.com/godiff/godiff/nn"
)

// TestLengths checks that a space which has been used for many lengths holds little more than what it needs for the largest.
func TestLengths(t *testing.T) {
	const largest, lengths = 100_000, 200
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	var space nn.Space
	got := allocated(func() {
		for i := range lengths {
			space.Reset()
			n := largest - i*largest/lengths
			x := nn.New[float64](&space, n)
			if len(x.Data) != n || cap(x.Data) != n {
				t.Fatalf("%d elements with room for %d, want %d", len(x.Data), cap(x.Data), n)
			}
			for k, v := range x.Data {
				if v != 0 {
					t.Fatalf("element %d of %d is %g", k, n, v)
				}
				x.Data[k] = 1
			}
		}
	})
	if most := uint64(8 * 8 * largest); got > most {
		t.Errorf("%d bytes allocated for %d lengths, want at most %d", got, lengths, most)
	}
}
