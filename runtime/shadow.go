package runtime

import (
	"reflect"
	"unsafe"
)

// Shadow returns the zero shadow of x: a value of the same type and shape in
// fresh memory, whose parts share memory with each other as those of x do (see
// the package documentation). To mirror sharing between several values, use
// [NewMirror].
func Shadow[T any](x T) T {
	switch v := any(x).(type) {
	case []float64:
		return any(shadowSlice(v)).(T)
	case []float32:
		return any(shadowSlice(v)).(T)
	case [][]float64:
		if rowsDisjoint(v) {
			return any(shadowRows(v)).(T)
		}
	case [][]float32:
		if rowsDisjoint(v) {
			return any(shadowRows(v)).(T)
		}
	}
	return shadow(x)
}

// shadow is Shadow for any type.
func shadow[T any](x T) T {
	var dx T
	mirrored(reflect.TypeFor[T](), unsafe.Pointer(&dx), unsafe.Pointer(&x))
	return dx
}

// shadowSlice returns the shadow of one slice.
func shadowSlice[E float32 | float64](x []E) []E {
	if x == nil {
		return nil
	}
	return make([]E, len(x), cap(x))
}

// shadowRows returns the shadow of rows that share no memory. They are cut from
// one allocation.
func shadowRows[E float32 | float64](x [][]E) [][]E {
	if x == nil {
		return nil
	}
	dx := make([][]E, cap(x))
	total := 0
	for _, row := range x[:cap(x)] {
		total += cap(row)
	}
	all := make([]E, total)
	for i, row := range x[:cap(x)] {
		if row == nil {
			continue
		}
		n := cap(row)
		dx[i] = all[:len(row):n]
		all = all[n:]
	}
	return dx[:len(x)]
}

// rowsDisjoint reports whether no two rows share memory, those in the spare
// capacity of x included. It may be quick where they lie in order.
func rowsDisjoint[E float32 | float64](x [][]E) bool {
	x = x[:cap(x)]
	var end uintptr
	for _, row := range x {
		s := spanOf(row)
		if s.lo() == s.hi() {
			continue
		}
		if s.lo() < end {
			return rowsSeparate(x)
		}
		end = s.hi()
	}
	return true
}

// rowsSeparate is rowsDisjoint for rows in any order.
func rowsSeparate[E float32 | float64](x [][]E) bool {
	extents := make([]extent, 0, len(x))
	for i, row := range x {
		extents = appendExtent(extents, spanOf(row), tag{owner: i})
	}
	return separate(extents)
}
