package runtime

import (
	"cmp"
	"iter"
	goruntime "runtime"
	"slices"
	"sort"
)

// A Sorter is a run of package sort that asks from outside for what it compares, and leaves it to the outside to swap: the steps are those
// of the library, so that what compares as equal comes out in the order that the library leaves it in. Those of package slices are the
// same, both being made of one template.
//
//	s := NewSorter(len(x), false)          sort.Slice(x, less)
//	for {
//		i, j, compare := s.Next(false)
//		for compare {
//			i, j, compare = s.Next(less(i, j))
//		}
//		if i < 0 {
//			break
//		}
//		x[i], x[j] = x[j], x[i]
//	}
type Sorter struct {
	resume func() ([2]int, bool) // goes on to the next comparison
	run    *sorting
	asked  [2]int // the comparison that comes after the swaps
	more   bool   // there is one
	at     int    // the next one of the swaps
}

// A sorting is what package sort is given to sort. It does not lead to its Sorter, which shows by that whether it is still used.
type sorting struct {
	n     int
	ask   func([2]int) bool
	less  bool     // the answer
	swaps [][2]int // since the last comparison
}

// NewSorter returns a Sorter for n elements. Where its steps are not gone through to the end, since a comparison panics, the run ends once
// the Sorter is no longer used.
func NewSorter(n int, stable bool) *Sorter {
	run := &sorting{n: n}
	resume, stop := iter.Pull(func(yield func([2]int) bool) {
		defer func() {
			if p := recover(); p != nil && p != any(stopped{}) {
				panic(p)
			}
		}()
		run.ask = yield
		if stable {
			sort.Stable(run)
		} else {
			sort.Sort(run)
		}
	})
	s := &Sorter{resume: resume, run: run}
	goruntime.AddCleanup(s, func(stop func()) { stop() }, stop)
	return s
}

// Next goes on, after a comparison with its result, and returns the next step: two elements to compare, or to swap. At the end i is
// negative.
func (s *Sorter) Next(less bool) (i, j int, compare bool) {
	if s.at == len(s.run.swaps) && !s.more {
		s.run.less, s.run.swaps, s.at = less, s.run.swaps[:0], 0
		s.asked, s.more = s.resume()
	}
	if s.at < len(s.run.swaps) {
		p := s.run.swaps[s.at]
		s.at++
		return p[0], p[1], false
	}
	if s.more {
		s.more = false
		return s.asked[0], s.asked[1], true
	}
	return -1, -1, false
}

// stopped is what a run panics with that is stopped.
type stopped struct{}

func (r *sorting) Len() int { return r.n }

func (r *sorting) Less(i, j int) bool {
	if !r.ask([2]int{i, j}) {
		panic(stopped{})
	}
	return r.less
}

func (r *sorting) Swap(i, j int) { r.swaps = append(r.swaps, [2]int{i, j}) }

// Order returns where each element of x, sorted as by slices.Sort, is in x. It does not change x.
func Order[S ~[]E, E cmp.Ordered](x S) []int {
	index := make([]int, len(x))
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	return index
}
