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
	if len(s) == 0 && s != nil {
		return S{}
	}
	return append(S(nil), s...)
}

// SlicesConcat is the body of slices.Concat.
//
//bodies:of slices.Concat
func SlicesConcat[S ~[]E, E any](list ...S) S {
	size := 0
	for _, s := range list {
		size += len(s)
	}
	all := append(S(nil), make(S, size)...)[:0] // with room as append makes it
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

// SlicesEqualFunc is the body of slices.EqualFunc.
//
//bodies:of slices.EqualFunc
func SlicesEqualFunc[S1 ~[]E1, S2 ~[]E2, E1, E2 any](s1 S1, s2 S2, eq func(E1, E2) bool) bool {
	if len(s1) != len(s2) {
		return false
	}
	for i := range s1 {
		if !eq(s1[i], s2[i]) {
			return false
		}
	}
	return true
}

// SlicesCompare is the body of slices.Compare.
//
//bodies:of slices.Compare
func SlicesCompare[S ~[]E, E cmp.Ordered](s1, s2 S) int {
	for i := range s1 {
		if i >= len(s2) {
			return 1
		}
		if c := CmpCompare(s1[i], s2[i]); c != 0 {
			return c
		}
	}
	if len(s1) < len(s2) {
		return -1
	}
	return 0
}

// SlicesCompareFunc is the body of slices.CompareFunc.
//
//bodies:of slices.CompareFunc
func SlicesCompareFunc[S1 ~[]E1, S2 ~[]E2, E1, E2 any](s1 S1, s2 S2, cmp func(E1, E2) int) int {
	for i := range s1 {
		if i >= len(s2) {
			return 1
		}
		if c := cmp(s1[i], s2[i]); c != 0 {
			return c
		}
	}
	if len(s1) < len(s2) {
		return -1
	}
	return 0
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

// SlicesDeleteFunc is the body of slices.DeleteFunc.
//
//bodies:of slices.DeleteFunc
func SlicesDeleteFunc[S ~[]E, E any](s S, del func(E) bool) S {
	n := 0
	for i, v := range s {
		if del(v) {
			continue
		}
		if n < i {
			s[n] = v
		}
		n++
	}
	clear(s[n:])
	return s[:n]
}

// SlicesInsert is the body of slices.Insert. What is inserted may be a part of s.
//
//bodies:of slices.Insert
func SlicesInsert[S ~[]E, E any](s S, i int, v ...E) S {
	_ = s[i:] // panics as it must
	n, m := len(s), len(v)
	if m == 0 {
		return s
	}
	if i == n {
		return append(s, v...)
	}
	if n+m > cap(s) {
		t := append(s[:i], make(S, n+m-i)...) // with room as append makes it
		copy(t[i:], v)
		copy(t[i+m:], s[i:])
		return t
	}
	w := make([]E, m)
	copy(w, v)
	s = s[:n+m]
	copy(s[i+m:], s[i:])
	copy(s[i:], w)
	return s
}

// SlicesReplace is the body of slices.Replace. What takes the place of elements may be a part of s.
//
//bodies:of slices.Replace
func SlicesReplace[S ~[]E, E any](s S, i, j int, v ...E) S {
	_ = s[i:j] // panics as it must
	if i == j {
		return SlicesInsert(s, i, v...)
	}
	n, m := len(s), i+len(v)+len(s)-j
	if j < n && m > cap(s) {
		t := append(s[:i], make(S, m-i)...) // with room as append makes it
		copy(t[i:], v)
		copy(t[i+len(v):], s[j:])
		return t
	}
	if j == n {
		t := append(s[:i], v...)
		if m < n {
			clear(s[m:])
		}
		return t
	}
	w := make([]E, len(v))
	copy(w, v)
	r := s[:m]
	copy(r[i+len(w):], s[j:])
	copy(r[i:], w)
	if m < n {
		clear(s[m:])
	}
	return r
}

// SlicesCompact is the body of slices.Compact.
//
//bodies:of slices.Compact
func SlicesCompact[S ~[]E, E comparable](s S) S {
	if len(s) < 2 {
		return s
	}
	n := 1
	for i := 1; i < len(s); i++ {
		if s[i] == s[i-1] {
			continue
		}
		if n < i {
			s[n] = s[i]
		}
		n++
	}
	clear(s[n:])
	return s[:n]
}

// SlicesCompactFunc is the body of slices.CompactFunc.
//
//bodies:of slices.CompactFunc
func SlicesCompactFunc[S ~[]E, E any](s S, eq func(E, E) bool) S {
	if len(s) < 2 {
		return s
	}
	n := 1
	for i := 1; i < len(s); i++ {
		if eq(s[i], s[i-1]) {
			continue
		}
		if n < i {
			s[n] = s[i]
		}
		n++
	}
	clear(s[n:])
	return s[:n]
}

// SlicesGrow is the body of slices.Grow.
//
//bodies:of slices.Grow
func SlicesGrow[S ~[]E, E any](s S, n int) S {
	if n < 0 {
		panic("cannot be negative")
	}
	if n -= cap(s) - len(s); n > 0 {
		s = append(s[:cap(s)], make([]E, n)...)[:len(s)]
	}
	return s
}

// SlicesClip is the body of slices.Clip.
//
//bodies:of slices.Clip
func SlicesClip[S ~[]E, E any](s S) S { return s[:len(s):len(s)] }
