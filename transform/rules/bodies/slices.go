package bodies

import "cmp"

// SlicesMax is the body of slices.Max.
//
//bodies:of slices.Max
func SlicesMax[S ~[]E, E cmp.Ordered](x S) E {
	if len(x) < 1 {
		panic("slices.Max: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		m = max(m, x[i])
	}
	return m
}

// SlicesMin is the body of slices.Min.
//
//bodies:of slices.Min
func SlicesMin[S ~[]E, E cmp.Ordered](x S) E {
	if len(x) < 1 {
		panic("slices.Min: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		m = min(m, x[i])
	}
	return m
}

// SlicesMaxFunc is the body of slices.MaxFunc.
//
//bodies:of slices.MaxFunc
func SlicesMaxFunc[S ~[]E, E any](x S, cmp func(a, b E) int) E {
	if len(x) < 1 {
		panic("slices.MaxFunc: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		if cmp(x[i], m) > 0 {
			m = x[i]
		}
	}
	return m
}

// SlicesMinFunc is the body of slices.MinFunc.
//
//bodies:of slices.MinFunc
func SlicesMinFunc[S ~[]E, E any](x S, cmp func(a, b E) int) E {
	if len(x) < 1 {
		panic("slices.MinFunc: empty list")
	}
	m := x[0]
	for i := 1; i < len(x); i++ {
		if cmp(x[i], m) < 0 {
			m = x[i]
		}
	}
	return m
}

// SlicesClone is the body of slices.Clone.
//
//bodies:of slices.Clone
func SlicesClone[S ~[]E, E any](s S) S {
	return append(s[:0:0], s...)
}

// SlicesConcat is the body of slices.Concat.
//
//bodies:of slices.Concat
func SlicesConcat[S ~[]E, E any](list ...S) S {
	size := 0
	for _, s := range list {
		size += len(s)
	}
	var all S
	if size > 0 {
		all = make(S, 0, size)
	}
	for _, s := range list {
		all = append(all, s...)
	}
	return all
}

// SlicesRepeat is the body of slices.Repeat.
//
//bodies:of slices.Repeat
func SlicesRepeat[S ~[]E, E any](x S, count int) S {
	if count < 0 {
		panic("cannot be negative")
	}
	all := make(S, 0, len(x)*count)
	for range count {
		all = append(all, x...)
	}
	return all
}

// SlicesReverse is the body of slices.Reverse.
//
//bodies:of slices.Reverse
func SlicesReverse[S ~[]E, E any](s S) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}

// SlicesSort is the body of slices.Sort.
//
//bodies:of slices.Sort
func SlicesSort[S ~[]E, E cmp.Ordered](x S) {
	y := append(x[:0:0], x...)
	for i, j := range order(y) {
		x[i] = y[j]
	}
}

// SlicesSortStableFunc is the body of slices.SortStableFunc.
//
//bodies:of slices.SortStableFunc
func SlicesSortStableFunc[S ~[]E, E any](x S, cmp func(a, b E) int) {
	y := append(x[:0:0], x...)
	index, other := make([]int, len(x)), make([]int, len(x))
	for i := range index {
		index[i] = i
	}
	for width := 1; width < len(index); width *= 2 {
		for lo := 0; lo < len(index); lo += 2 * width {
			mid, hi := min(lo+width, len(index)), min(lo+2*width, len(index))
			i, j := lo, mid
			for k := lo; k < hi; k++ {
				if j >= hi || i < mid && cmp(y[index[j]], y[index[i]]) >= 0 {
					other[k] = index[i]
					i++
				} else {
					other[k] = index[j]
					j++
				}
			}
		}
		index, other = other, index
	}
	for i, j := range index {
		x[i] = y[j]
	}
}

// SlicesIndexFunc is the body of slices.IndexFunc.
//
//bodies:of slices.IndexFunc
func SlicesIndexFunc[S ~[]E, E any](s S, f func(E) bool) int {
	for i := range s {
		if f(s[i]) {
			return i
		}
	}
	return -1
}

// SlicesContainsFunc is the body of slices.ContainsFunc.
//
//bodies:of slices.ContainsFunc
func SlicesContainsFunc[S ~[]E, E any](s S, f func(E) bool) bool {
	for i := range s {
		if f(s[i]) {
			return true
		}
	}
	return false
}

// SlicesIndex is the body of slices.Index.
//
//bodies:of slices.Index
func SlicesIndex[S ~[]E, E comparable](s S, v E) int {
	for i := range s {
		if v == s[i] {
			return i
		}
	}
	return -1
}

// SlicesContains is the body of slices.Contains.
//
//bodies:of slices.Contains
func SlicesContains[S ~[]E, E comparable](s S, v E) bool {
	for i := range s {
		if v == s[i] {
			return true
		}
	}
	return false
}

// SlicesEqual is the body of slices.Equal.
//
//bodies:of slices.Equal
func SlicesEqual[S ~[]E, E comparable](s1, s2 S) bool {
	if len(s1) != len(s2) {
		return false
	}
	for i := range s1 {
		if s1[i] != s2[i] {
			return false
		}
	}
	return true
}

// SlicesIsSorted is the body of slices.IsSorted.
//
//bodies:of slices.IsSorted
func SlicesIsSorted[S ~[]E, E cmp.Ordered](x S) bool {
	for i := len(x) - 1; i > 0; i-- {
		if CmpLess(x[i], x[i-1]) {
			return false
		}
	}
	return true
}

// SlicesBinarySearch is the body of slices.BinarySearch.
//
//bodies:of slices.BinarySearch
func SlicesBinarySearch[S ~[]E, E cmp.Ordered](x S, target E) (int, bool) {
	i, j := 0, len(x)
	for i < j {
		h := int(uint(i+j) >> 1)
		if CmpLess(x[h], target) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i, i < len(x) && (x[i] == target || x[i] != x[i] && target != target)
}

// SlicesBinarySearchFunc is the body of slices.BinarySearchFunc.
//
//bodies:of slices.BinarySearchFunc
func SlicesBinarySearchFunc[S ~[]E, E, T any](x S, target T, cmp func(E, T) int) (int, bool) {
	i, j := 0, len(x)
	for i < j {
		h := int(uint(i+j) >> 1)
		if cmp(x[h], target) < 0 {
			i = h + 1
		} else {
			j = h
		}
	}
	return i, i < len(x) && cmp(x[i], target) == 0
}

// SlicesDelete is the body of slices.Delete.
//
//bodies:of slices.Delete
func SlicesDelete[S ~[]E, E any](s S, i, j int) S {
	_ = s[i:j:len(s)] // panics as it must
	if i == j {
		return s
	}
	old := len(s)
	s = append(s[:i], s[j:]...)
	clear(s[len(s):old])
	return s
}

// SlicesClip is the body of slices.Clip.
//
//bodies:of slices.Clip
func SlicesClip[S ~[]E, E any](s S) S { return s[:len(s):len(s)] }

// order returns the indices of the elements of x in ascending order, NaN first, those of equal ones in theirs.
func order[S ~[]E, E cmp.Ordered](x S) []int {
	index, other := make([]int, len(x)), make([]int, len(x))
	for i := range index {
		index[i] = i
	}
	for width := 1; width < len(index); width *= 2 {
		for lo := 0; lo < len(index); lo += 2 * width {
			mid, hi := min(lo+width, len(index)), min(lo+2*width, len(index))
			i, j := lo, mid
			for k := lo; k < hi; k++ {
				if j >= hi || i < mid && !CmpLess(x[index[j]], x[index[i]]) {
					other[k] = index[i]
					i++
				} else {
					other[k] = index[j]
					j++
				}
			}
		}
		index, other = other, index
	}
	return index
}
