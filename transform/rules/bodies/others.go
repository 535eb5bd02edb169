package bodies

import "cmp"

// CmpLess is the body of cmp.Less.
//
//bodies:of cmp.Less
func CmpLess[T cmp.Ordered](x, y T) bool { return x != x && y == y || x < y }

// CmpCompare is the body of cmp.Compare.
//
//bodies:of cmp.Compare
func CmpCompare[T cmp.Ordered](x, y T) int {
	switch {
	case x != x && y != y:
		return 0
	case x != x || x < y:
		return -1
	case y != y || x > y:
		return 1
	}
	return 0
}

// SortFloat64s is the body of sort.Float64s.
//
//bodies:of sort.Float64s
func SortFloat64s(x []float64) {
	y := append(x[:0:0], x...)
	for i, j := range order(y) {
		x[i] = y[j]
	}
}

// SortFloat64sAreSorted is the body of sort.Float64sAreSorted.
//
//bodies:of sort.Float64sAreSorted
func SortFloat64sAreSorted(x []float64) bool {
	for i := len(x) - 1; i > 0; i-- {
		if CmpLess(x[i], x[i-1]) {
			return false
		}
	}
	return true
}

// SortSearchFloat64s is the body of sort.SearchFloat64s.
//
//bodies:of sort.SearchFloat64s
func SortSearchFloat64s(a []float64, x float64) int {
	i, j := 0, len(a)
	for i < j {
		h := int(uint(i+j) >> 1)
		if !(a[h] >= x) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i
}

// SortSearch is the body of sort.Search.
//
//bodies:of sort.Search
func SortSearch(n int, f func(int) bool) int {
	i, j := 0, n
	for i < j {
		h := int(uint(i+j) >> 1)
		if !f(h) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i
}

// MapsClone is the body of maps.Clone.
//
//bodies:of maps.Clone
func MapsClone[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return nil
	}
	c := make(M, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// MapsDeleteFunc is the body of maps.DeleteFunc.
//
//bodies:of maps.DeleteFunc
func MapsDeleteFunc[M ~map[K]V, K comparable, V any](m M, del func(K, V) bool) {
	for k, v := range m {
		if del(k, v) {
			delete(m, k)
		}
	}
}

// MapsCopy is the body of maps.Copy.
//
//bodies:of maps.Copy
func MapsCopy[M1 ~map[K]V, M2 ~map[K]V, K comparable, V any](dst M1, src M2) {
	for k, v := range src {
		dst[k] = v
	}
}
