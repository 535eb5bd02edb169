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

// CmpOr is the body of cmp.Or.
//
//bodies:of cmp.Or
func CmpOr[T comparable](vals ...T) T {
	var zero T
	for _, v := range vals {
		if v != zero {
			return v
		}
	}
	return zero
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

// SortFind is the body of sort.Find.
//
//bodies:of sort.Find
func SortFind(n int, cmp func(int) int) (i int, found bool) {
	i, j := 0, n
	for i < j {
		h := int(uint(i+j) >> 1)
		if cmp(h) > 0 {
			i = h + 1
		} else {
			j = h
		}
	}
	return i, i < n && cmp(i) == 0
}

// MapsEqual is the body of maps.Equal.
//
//bodies:of maps.Equal
func MapsEqual[M1, M2 ~map[K]V, K, V comparable](m1 M1, m2 M2) bool {
	if len(m1) != len(m2) {
		return false
	}
	for k, v := range m1 {
		if w, ok := m2[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// MapsEqualFunc is the body of maps.EqualFunc.
//
//bodies:of maps.EqualFunc
func MapsEqualFunc[M1 ~map[K]V1, M2 ~map[K]V2, K comparable, V1, V2 any](m1 M1, m2 M2, eq func(V1, V2) bool) bool {
	if len(m1) != len(m2) {
		return false
	}
	for k, v := range m1 {
		if w, ok := m2[k]; !ok || !eq(v, w) {
			return false
		}
	}
	return true
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
