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

// parallel does the product in parts, on several threads.
func (p *product[T]) parallel(threads int) {
	whole := *p // on the heap, for the goroutines
	rows, cols := whole.parts(threads)
	across := (whole.n + cols - 1) / cols
	parallel(threads, (whole.m+rows-1)/rows*across, func(i int) {
		part := whole.part(i/across*rows, i%across*cols, rows, cols)
		part.tiles()
	})
}

// parts returns the size of the parts in which a product is done by several threads: some for each, but none very small.
func (p *product[T]) parts(threads int) (rows, cols int) {
	rows, cols = p.m, p.n
	for n := min(4*threads, p.m*p.n*p.k/partFrom); n > 1; n /= 2 {
		if rows > cols {
			rows = roundUp((rows+1)/2, tileRows)
		} else {
			cols = roundUp((cols+1)/2, 2*lanes[T]())
		}
	}
	return rows, cols
}

// part returns the product that is the part of c from row i and column j on.
func (p *product[T]) part(i, j, rows, cols int) product[T] {
	q := *p
	q.m, q.n = min(rows, p.m-i), min(cols, p.n-j)
	q.a, q.c = p.a[i*p.rsa:], p.c[i*p.ldc+j:]
	if p.transB {
		q.b = p.b[j*p.ldb:]
	} else {
		q.b = p.b[j:]
	}
	return q
}
