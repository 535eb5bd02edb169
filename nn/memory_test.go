package nn_test

import (
	"math"
	"runtime"
)

// bytesPerRun returns how many bytes f allocates once it has run: the least of several runs, as what else the process allocates counts too.
func bytesPerRun(f func()) uint64 {
	const runs = 10
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var before, after runtime.MemStats
	f()
	least := uint64(math.MaxUint64)
	for range runs {
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
