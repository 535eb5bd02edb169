package bench

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// A Cost is that of one call of a function.
type Cost struct {
	Nanoseconds float64 // the median over many rounds
	Allocations float64
	Bytes       float64 // that are allocated
}

// round is the least time that a function runs in each round.
const round = 5 * time.Millisecond

// Measure returns what each function costs. It times them in turn, so that what slows the machine for a while slows them
// all.
func Measure(rounds int, functions ...func()) []Cost {
	calls := make([]int, len(functions))
	for i, f := range functions {
		calls[i] = calibrate(f)
	}
	times := make([][]float64, len(functions))
	for range rounds {
		for i, f := range functions {
			elapsed := repeat(calls[i], f)
			times[i] = append(times[i], float64(elapsed.Nanoseconds())/float64(calls[i]))
		}
	}
	costs := make([]Cost, len(functions))
	for i, f := range functions {
		costs[i] = Cost{median(times[i]), testing.AllocsPerRun(10, f), bytesPerRun(10, f)}
	}
	return costs
}

// calibrate warms f up and returns the number of calls that take a round.
func calibrate(f func()) int {
	calls := 1
	for repeat(calls, f) < round {
		calls *= 2
	}
	return calls
}

// repeat returns how long the calls of f take.
func repeat(calls int, f func()) time.Duration {
	start := time.Now()
	for range calls {
		f()
	}
	return time.Since(start)
}

// bytesPerRun returns the mean number of bytes that a call of f allocates.
func bytesPerRun(calls int, f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	repeat(calls, f)
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(calls)
}

// median returns the middle of an odd number of values, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
