package kernel

import (
	"sync"
	"sync/atomic"
)

// parallel calls do for 0 to n−1, on up to so many goroutines, of which the caller's is one. It returns when all calls have; goroutines
// that come late find nothing left to do.
func parallel(threads, n int, do func(i int)) {
	var next atomic.Int64
	var left sync.WaitGroup
	left.Add(n)
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			do(i)
			left.Done()
		}
	}
	for range min(threads, n) - 1 {
		go work()
	}
	work()
	left.Wait()
}
