package runtime

import (
	"cmp"
	"reflect"
	"slices"
	"unsafe"
)

// Disjoint reports whether no two of its arguments share memory that holds
// floats or leads to some. A slice counts up to its capacity, with what lies in
// its spare elements. What one argument shares with itself does not matter.
//
// It allocates nothing for two slices of floats, nor for a slice and a matrix of
// rows.
func Disjoint[A, B any](x A, y B, more ...any) bool {
	if len(more) == 0 {
		if disjoint, known := disjointFlat(x, y, false); known {
			return disjoint
		}
	}
	return disjointAll(false, x, y, more)
}

// DisjointLen is [Disjoint] with slices judged by their length: for a function
// that neither appends to them nor extends them beyond their length. It holds
// for neighbouring slices of one buffer, such as b[:4] and b[4:].
func DisjointLen[A, B any](x A, y B, more ...any) bool {
	if len(more) == 0 {
		if disjoint, known := disjointFlat(x, y, true); known {
			return disjoint
		}
	}
	return disjointAll(true, x, y, more)
}

// disjointFlat answers for two values one of which is a slice of floats and the
// other a slice or matrix of them.
func disjointFlat[A, B any](x A, y B, byLen bool) (disjoint, known bool) {
	a, aok := flat(x)
	b, bok := flat(y)
	switch {
	case aok && bok:
		return a.limit(byLen).apart(b.limit(byLen)), true
	case aok:
		return apartFromRows(a.limit(byLen), y, byLen)
	case bok:
		return apartFromRows(b.limit(byLen), x, byLen)
	}
	return false, false
}

// flat returns the memory of x where x is a slice of floats.
func flat[T any](x T) (s span, ok bool) {
	switch v := any(x).(type) {
	case []float64:
		return spanOf(v), true
	case []float32:
		return spanOf(v), true
	}
	return span{}, false
}

// apartFromRows reports whether s shares no memory with the rows of x, where x
// is a matrix.
func apartFromRows[T any](s span, x T, byLen bool) (apart, known bool) {
	switch v := any(x).(type) {
	case [][]float64:
		return rowsApart(s, v, byLen), true
	case [][]float32:
		return rowsApart(s, v, byLen), true
	}
	return false, false
}

// rowsApart reports whether s shares no memory with a row.
func rowsApart[E float32 | float64](s span, rows [][]E, byLen bool) bool {
	if !byLen {
		rows = rows[:cap(rows)]
	}
	for _, row := range rows {
		if !s.apart(spanOf(row).limit(byLen)) {
			return false
		}
	}
	return true
}

// disjointAll is Disjoint for any types and number of values.
func disjointAll(byLen bool, x, y any, more []any) bool {
	values := append([]any{x, y}, more...)
	reachers := make([]*reacher, len(values)) // they keep what they reached alive
	var extents []extent
	for i := range values {
		r := newReacher(byLen)
		r.walk(r.shapes.of(reflect.TypeFor[any]()), unsafe.Pointer(&values[i]))
		extents = r.appendExtents(extents, i)
		reachers[i] = r
	}
	return separate(extents)
}

// appendExtents appends the extents of what r has reached, on behalf of owner.
func (r *reacher) appendExtents(extents []extent, owner int) []extent {
	for _, p := range r.pieces {
		extents = append(extents, extent{p.lo(), p.hi(), tag{owner: owner}})
	}
	for _, m := range r.maps {
		extents = append(extents, mapExtent(m.UnsafePointer(), tag{owner: owner}))
	}
	return extents
}

// Apart reports whether no two elements of x lead to the same memory, with
// slices judged by their length.
func Apart[T any](x []T) bool {
	switch v := any(x).(type) {
	case [][]float64:
		return rowsAscend(v) || separate(rowExtents(v))
	case [][]float32:
		return rowsAscend(v) || separate(rowExtents(v))
	}
	var extents []extent
	reachers := make([]*reacher, len(x)) // they keep what they reached alive
	for i := range x {
		r := newReacher(true)
		r.walk(r.shapes.of(reflect.TypeFor[T]()), unsafe.Pointer(&x[i]))
		extents = r.appendExtents(extents, i)
		reachers[i] = r
	}
	return separate(extents)
}

// rowsAscend reports whether each row lies behind the one before.
func rowsAscend[E float32 | float64](rows [][]E) bool {
	var end uintptr
	for _, row := range rows {
		s := spanOf(row).limit(true)
		switch {
		case s.cap == 0:
		case s.lo() < end:
			return false
		default:
			end = s.hi()
		}
	}
	return true
}

// rowExtents returns the extents of the rows, each on its own behalf.
func rowExtents[E float32 | float64](rows [][]E) []extent {
	var extents []extent
	for i, row := range rows {
		extents = appendExtent(extents, spanOf(row).limit(true), tag{owner: i})
	}
	return extents
}

// sizeOf returns how many bytes the floats take that x leads to.
func sizeOf(x any) uintptr {
	if s, ok := flat(x); ok {
		return s.limit(true).hi() - s.lo()
	}
	r := newReacher(true)
	r.walk(r.shapes.of(reflect.TypeFor[any]()), unsafe.Pointer(&x))
	size := uintptr(0)
	for _, p := range r.pieces {
		size += p.hi() - p.lo()
	}
	return size
}

// A span is the memory of a slice of floats.
type span struct {
	header
	width uintptr // of an element
}

// spanOf returns the memory of x.
func spanOf[E float32 | float64](x []E) span {
	var e E
	return span{header{unsafe.Pointer(unsafe.SliceData(x)), len(x), cap(x)}, unsafe.Sizeof(e)}
}

// limit returns s without its spare capacity if byLen is set.
func (s span) limit(byLen bool) span {
	if byLen {
		s.cap = s.len
	}
	return s
}

// lo returns the address of the first byte of s.
func (s span) lo() uintptr { return uintptr(s.data) }

// hi returns the address after the last byte of s, to its capacity.
func (s span) hi() uintptr { return s.lo() + uintptr(s.cap)*s.width }

// apart reports whether s and t share no memory.
func (s span) apart(t span) bool {
	return s.cap == 0 || t.cap == 0 || s.hi() <= t.lo() || t.hi() <= s.lo()
}

// An extent is the memory from lo up to hi, and on whose behalf it is looked at.
type extent struct {
	lo, hi uintptr
	tag    tag
}

// A tag says which extents may overlap: those whose tags are equal.
type tag struct {
	owner int
	shift uintptr // from a value to its shadow
}

// appendExtent appends the extent of s unless it is empty.
func appendExtent(extents []extent, s span, t tag) []extent {
	if s.cap == 0 {
		return extents
	}
	return append(extents, extent{s.lo(), s.hi(), t})
}

// mapExtent returns the extent that stands for a map, whose memory nothing else
// can denote.
func mapExtent(m unsafe.Pointer, t tag) extent {
	return extent{uintptr(m), uintptr(m) + 1, t}
}

// separate reports whether only extents with equal tags overlap. None may be
// empty. It reorders them.
func separate(extents []extent) bool {
	slices.SortFunc(extents, func(a, b extent) int { return cmp.Compare(a.lo, b.lo) })
	var last extent // of those before, the one that ends last
	for _, e := range extents {
		// All before that reach beyond e.lo overlap there, so they have the tag of last.
		if e.lo < last.hi && e.tag != last.tag {
			return false
		}
		if e.hi > last.hi {
			last = e
		}
	}
	return true
}
