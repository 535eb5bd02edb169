package bodies

import "cmp"

// SlicesAll is the body of slices.All.
//
//bodies:of slices.All
func SlicesAll[S ~[]E, E any](s S) func(yield func(int, E) bool) {
	return func(yield func(int, E) bool) {
		for i, v := range s {
			if !yield(i, v) {
				return
			}
		}
	}
}

// SlicesBackward is the body of slices.Backward.
//
//bodies:of slices.Backward
func SlicesBackward[S ~[]E, E any](s S) func(yield func(int, E) bool) {
	return func(yield func(int, E) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			if !yield(i, s[i]) {
				return
			}
		}
	}
}

// SlicesValues is the body of slices.Values.
//
//bodies:of slices.Values
func SlicesValues[S ~[]E, E any](s S) func(yield func(E) bool) {
	return func(yield func(E) bool) {
		for _, v := range s {
			if !yield(v) {
				return
			}
		}
	}
}

// SlicesChunk is the body of slices.Chunk.
//
//bodies:of slices.Chunk
func SlicesChunk[S ~[]E, E any](s S, n int) func(yield func(S) bool) {
	if n < 1 {
		panic("cannot be less than 1")
	}
	return func(yield func(S) bool) {
		for i := 0; i < len(s); i += n {
			end := min(i+n, len(s))
			if !yield(s[i:end:end]) {
				return
			}
		}
	}
}

// SlicesCollect is the body of slices.Collect.
//
//bodies:of slices.Collect
func SlicesCollect[E any](seq func(yield func(E) bool)) []E {
	var list []E
	seq(func(v E) bool {
		list = append(list, v)
		return true
	})
	return list
}

// SlicesAppendSeq is the body of slices.AppendSeq.
//
//bodies:of slices.AppendSeq
func SlicesAppendSeq[S ~[]E, E any](s S, seq func(yield func(E) bool)) S {
	seq(func(v E) bool {
		s = append(s, v)
		return true
	})
	return s
}

// SlicesSorted is the body of slices.Sorted.
//
//bodies:of slices.Sorted
func SlicesSorted[E cmp.Ordered](seq func(yield func(E) bool)) []E {
	var list []E
	seq(func(v E) bool {
		list = append(list, v)
		return true
	})
	SlicesSort(list)
	return list
}

// SlicesSortedFunc is the body of slices.SortedFunc.
//
//bodies:of slices.SortedFunc
func SlicesSortedFunc[E any](seq func(yield func(E) bool), cmp func(E, E) int) []E {
	var list []E
	seq(func(v E) bool {
		list = append(list, v)
		return true
	})
	SlicesSortFunc(list, cmp)
	return list
}

// SlicesSortedStableFunc is the body of slices.SortedStableFunc.
//
//bodies:of slices.SortedStableFunc
func SlicesSortedStableFunc[E any](seq func(yield func(E) bool), cmp func(E, E) int) []E {
	var list []E
	seq(func(v E) bool {
		list = append(list, v)
		return true
	})
	SlicesSortStableFunc(list, cmp)
	return list
}

// MapsAll is the body of maps.All.
//
//bodies:of maps.All
func MapsAll[M ~map[K]V, K comparable, V any](m M) func(yield func(K, V) bool) {
	return func(yield func(K, V) bool) {
		for k, v := range m {
			if !yield(k, v) {
				return
			}
		}
	}
}

// MapsKeys is the body of maps.Keys.
//
//bodies:of maps.Keys
func MapsKeys[M ~map[K]V, K comparable, V any](m M) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// MapsValues is the body of maps.Values.
//
//bodies:of maps.Values
func MapsValues[M ~map[K]V, K comparable, V any](m M) func(yield func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// MapsInsert is the body of maps.Insert.
//
//bodies:of maps.Insert
func MapsInsert[M ~map[K]V, K comparable, V any](m M, seq func(yield func(K, V) bool)) {
	seq(func(k K, v V) bool {
		m[k] = v
		return true
	})
}

// MapsCollect is the body of maps.Collect.
//
//bodies:of maps.Collect
func MapsCollect[K comparable, V any](seq func(yield func(K, V) bool)) map[K]V {
	m := map[K]V{}
	seq(func(k K, v V) bool {
		m[k] = v
		return true
	})
	return m
}
