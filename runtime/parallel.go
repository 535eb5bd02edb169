package runtime

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// maxChunks bounds in how many parts [Chunks] divides a loop, and minChunk how
// few iterations a part has.
const (
	maxChunks = 64
	minChunk  = 4
)

// Chunks returns in how many parts a loop of n iterations is run in parallel.
// It depends on n alone, so that what is summed by parts has the same value on
// every machine.
func Chunks(n int) int { return max(min(n/minChunk, maxChunks), min(n, 1), 0) }

// Chunk returns where part c of the iterations from from to to begins and ends.
func Chunk(from, to, c int) (begin, end int) { return Part(from, to, c, Chunks(to-from)) }

// Tasks is [Chunks] for iterations of which each was meant for a goroutine of
// its own: there are as many parts, up to a bound that Chunks has too.
func Tasks(n int) int { return max(min(n, maxChunks), 0) }

// Task is [Chunk] for [Tasks].
func Task(from, to, c int) (begin, end int) { return Part(from, to, c, Tasks(to-from)) }

// Part is [Chunk] for a number of parts of one's own.
func Part(from, to, c, parts int) (begin, end int) {
	n := to - from
	return from + c*n/parts, from + (c+1)*n/parts
}

// Portions returns in how many parts a loop is run that may be run in parts,
// if each has shadows of its own like those given: in fewer, where these would
// take more than 64 MiB, but not in less than 8. It depends on these numbers
// alone, as Chunks does.
func Portions(parts int, shadows ...any) int {
	const most, least = 64 << 20, 8
	if parts <= least {
		return parts
	}
	bytes := uintptr(1)
	for _, s := range shadows {
		bytes += sizeOf(s)
	}
	return max(min(parts, int(most/bytes)), least)
}

// Parallel calls do for 0, …, n-1 on as many cores as there are, and returns
// when all calls have. Where some panic, it panics as the first of them does.
func Parallel(n int, do func(c int)) {
	if min(n, runtime.GOMAXPROCS(0)) <= 1 {
		for c := range n {
			do(c)
		}
		return
	}
	if c, p := parallel(n, do); c < n {
		panic(p)
	}
}

// ParallelTurns is [Parallel] for calls that may meet those for c-1 and c+1,
// but no others: it calls do for even c first, and then for odd c.
func ParallelTurns(n int, do func(c int)) {
	even, p := parallel((n+1)/2, func(k int) { do(2 * k) })
	first := min(2*even, n)
	odd, q := parallel(first/2, func(k int) { do(2*k + 1) })
	switch {
	case odd < first/2:
		panic(q)
	case first < n:
		panic(p)
	}
}

// parallel is Parallel, but returns the first c for which do panics, and with
// what, or n.
func parallel(n int, do func(c int)) (first int, p any) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for c := range n {
			if p := panicOf(do, c); p != nil {
				return c, p
			}
		}
		return n, nil
	}
	var next, failed atomic.Int64
	failed.Store(int64(n))
	panics := make([]any, n)
	work := func() {
		for {
			c := int(next.Add(1)) - 1
			if c >= n || int64(c) > failed.Load() {
				return
			}
			if panics[c] = panicOf(do, c); panics[c] != nil {
				for old := failed.Load(); int64(c) < old && !failed.CompareAndSwap(old, int64(c)); old = failed.Load() {
				}
			}
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	if c := int(failed.Load()); c < n {
		return c, panics[c]
	}
	return n, nil
}

// panicOf calls do and returns what it panics with, or nil.
func panicOf(do func(c int), c int) (p any) {
	defer func() { p = recover() }()
	do(c)
	return nil
}
