package bodies

import (
	"cmp"
	"sort"

	"github.com/godiff/godiff/runtime"
)

// What sorts asks a Sorter of the runtime for the steps of the library, so that what compares as equal comes out as the library leaves it.
// A function that compares may see what is sorted as it is at that moment, so elements are swapped one by one; only where none is called
// do they go to their places at once.

// SlicesSort is the body of slices.Sort.
//
//bodies:of slices.Sort
func SlicesSort[S ~[]E, E cmp.Ordered](x S) {
	y := make(S, len(x))
	copy(y, x)
	for i, j := range runtime.Order(y) {
		x[i] = y[j]
	}
}

// SortFloat64s is the body of sort.Float64s.
//
//bodies:of sort.Float64s
func SortFloat64s(x []float64) {
	y := make([]float64, len(x))
	copy(y, x)
	for i, j := range runtime.Order(y) {
		x[i] = y[j]
	}
}

// SlicesSortFunc is the body of slices.SortFunc.
//
//bodies:of slices.SortFunc
func SlicesSortFunc[S ~[]E, E any](x S, cmp func(a, b E) int) {
	s := runtime.NewSorter(len(x), false)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(cmp(x[i], x[j]) < 0)
		}
		if i < 0 {
			break
		}
		x[i], x[j] = x[j], x[i]
	}
}

// SlicesSortStableFunc is the body of slices.SortStableFunc.
//
//bodies:of slices.SortStableFunc
func SlicesSortStableFunc[S ~[]E, E any](x S, cmp func(a, b E) int) {
	s := runtime.NewSorter(len(x), true)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(cmp(x[i], x[j]) < 0)
		}
		if i < 0 {
			break
		}
		x[i], x[j] = x[j], x[i]
	}
}

// SlicesIsSortedFunc is the body of slices.IsSortedFunc.
//
//bodies:of slices.IsSortedFunc
func SlicesIsSortedFunc[S ~[]E, E any](x S, cmp func(a, b E) int) bool {
	for i := len(x) - 1; i > 0; i-- {
		if cmp(x[i], x[i-1]) < 0 {
			return false
		}
	}
	return true
}

// SortSlice is the body of sort.Slice.
//
//bodies:of sort.Slice
func SortSlice[S ~[]E, E any](x S, less func(i, j int) bool) {
	s := runtime.NewSorter(len(x), false)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(less(i, j))
		}
		if i < 0 {
			break
		}
		x[i], x[j] = x[j], x[i]
	}
}

// SortSliceStable is the body of sort.SliceStable.
//
//bodies:of sort.SliceStable
func SortSliceStable[S ~[]E, E any](x S, less func(i, j int) bool) {
	s := runtime.NewSorter(len(x), true)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(less(i, j))
		}
		if i < 0 {
			break
		}
		x[i], x[j] = x[j], x[i]
	}
}

// SortSliceIsSorted is the body of sort.SliceIsSorted.
//
//bodies:of sort.SliceIsSorted
func SortSliceIsSorted[S ~[]E, E any](x S, less func(i, j int) bool) bool {
	for i := len(x) - 1; i > 0; i-- {
		if less(i, i-1) {
			return false
		}
	}
	return true
}

// SortSort is the body of sort.Sort.
//
//bodies:of sort.Sort
func SortSort[T sort.Interface](data T) {
	s := runtime.NewSorter(data.Len(), false)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(data.Less(i, j))
		}
		if i < 0 {
			break
		}
		data.Swap(i, j)
	}
}

// SortStable is the body of sort.Stable.
//
//bodies:of sort.Stable
func SortStable[T sort.Interface](data T) {
	s := runtime.NewSorter(data.Len(), true)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(data.Less(i, j))
		}
		if i < 0 {
			break
		}
		data.Swap(i, j)
	}
}

// SortSortReverse is the body of sort.Sort, given sort.Reverse.
//
//bodies:of sort.Sort(sort.Reverse)
func SortSortReverse[T sort.Interface](data T) {
	s := runtime.NewSorter(data.Len(), false)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(data.Less(j, i))
		}
		if i < 0 {
			break
		}
		data.Swap(i, j)
	}
}

// SortStableReverse is the body of sort.Stable, given sort.Reverse.
//
//bodies:of sort.Stable(sort.Reverse)
func SortStableReverse[T sort.Interface](data T) {
	s := runtime.NewSorter(data.Len(), true)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(data.Less(j, i))
		}
		if i < 0 {
			break
		}
		data.Swap(i, j)
	}
}

// SortIsSorted is the body of sort.IsSorted.
//
//bodies:of sort.IsSorted
func SortIsSorted[T sort.Interface](data T) bool {
	for i := data.Len() - 1; i > 0; i-- {
		if data.Less(i, i-1) {
			return false
		}
	}
	return true
}

// Float64SliceLen is the body of the method Len of sort.Float64Slice.
//
//bodies:of (sort.Float64Slice).Len
func Float64SliceLen(x sort.Float64Slice) int { return len(x) }

// Float64SliceLess is the body of the method Less of sort.Float64Slice.
//
//bodies:of (sort.Float64Slice).Less
func Float64SliceLess(x sort.Float64Slice, i, j int) bool {
	return x[i] < x[j] || x[i] != x[i] && x[j] == x[j]
}

// Float64SliceSwap is the body of the method Swap of sort.Float64Slice.
//
//bodies:of (sort.Float64Slice).Swap
func Float64SliceSwap(x sort.Float64Slice, i, j int) { x[i], x[j] = x[j], x[i] }

// Float64SliceSort is the body of the method Sort of sort.Float64Slice.
//
//bodies:of (sort.Float64Slice).Sort
func Float64SliceSort(x sort.Float64Slice) { SortSort(x) }

// Float64SliceSearch is the body of the method Search of sort.Float64Slice.
//
//bodies:of (sort.Float64Slice).Search
func Float64SliceSearch(p sort.Float64Slice, x float64) int { return SortSearchFloat64s(p, x) }
