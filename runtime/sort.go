package runtime

import (
	"cmp"
	"iter"
	goruntime "runtime"
	"slices"
	"sort"
)

// A Sorter is a run of a function of package sort or slices that asks from outside for what it compares, and leaves it to the outside
// to swap: the steps are those of the library, so that what compares as equal comes out in the order that the library leaves it in.
//
//	s := Swaps(len(x), false)              sort.Slice(x, less)
//	for {
//		i, j, compare := s.Next(0)
//		for compare {
//			i, j, compare = s.Less(less(i, j))
//		}
//		if i < 0 {
//			break
//		}
//		x[i], x[j] = x[j], x[i]
//	}
type Sorter struct {
	next   func() (step, bool)
	answer *int
	index  []int
}

// A step is two places to compare, or to swap.
type step struct {
	i, j    int
	compare bool
}

// Swaps returns a Sorter for n elements that compares and swaps them where they are, as package sort does.
func Swaps(n int, stable bool) *Sorter {
	return newSorter(nil, func(s swapper) {
		if stable {
			sort.Stable(s)
		} else {
			sort.Sort(s)
		}
	}, n)
}

// Orders returns a Sorter for n elements that compares them by where they were at first, as package slices does, and swaps nothing: see
// Order.
func Orders(n int, stable bool) *Sorter {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return newSorter(index, func(s swapper) {
		if stable {
			slices.SortStableFunc(index, s.compare)
		} else {
			slices.SortFunc(index, s.compare)
		}
	}, n)
}

// newSorter returns a Sorter whose steps are those of run. Where these are not gone through to the end, since a comparison panics, run is
// stopped once the Sorter is no longer used.
func newSorter(index []int, run func(swapper), n int) *Sorter {
	answer := new(int)
	next, stop := iter.Pull(func(yield func(step) bool) {
		defer func() {
			if p := recover(); p != nil && p != any(stopped{}) {
				panic(p)
			}
		}()
		run(swapper{n, yield, answer})
	})
	s := &Sorter{next, answer, index}
	goruntime.AddCleanup(s, func(stop func()) { stop() }, stop)
	return s
}

// Next goes on with the result of the last comparison and returns the next step: two elements to compare, or to swap. At the end i is
// negative.
func (s *Sorter) Next(compared int) (i, j int, compare bool) {
	*s.answer = compared
	if t, ok := s.next(); ok {
		return t.i, t.j, t.compare
	}
	return -1, -1, false
}

// Less is Next, of which only whether the result is negative is known.
func (s *Sorter) Less(less bool) (i, j int, compare bool) {
	if less {
		return s.Next(-1)
	}
	return s.Next(0)
}

// Order returns where each element of the sorted list was at first.
func (s *Sorter) Order() []int { return s.index }

// Order returns where each element of x, sorted as by slices.Sort, is in x. It does not change x.
func Order[S ~[]E, E cmp.Ordered](x S) []int {
	index := make([]int, len(x))
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	return index
}

// A swapper is what package sort is given to sort.
type swapper struct {
	n      int
	yield  func(step) bool
	answer *int
}

// stopped is what a run panics with that is stopped.
type stopped struct{}

func (s swapper) Len() int { return s.n }

func (s swapper) Less(i, j int) bool { return s.compare(i, j) < 0 }

func (s swapper) Swap(i, j int) { s.ask(step{i, j, false}) }

func (s swapper) compare(i, j int) int {
	s.ask(step{i, j, true})
	return *s.answer
}

func (s swapper) ask(t step) {
	if !s.yield(t) {
		panic(stopped{})
	}
}
