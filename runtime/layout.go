package runtime

import (
	"reflect"
	"slices"
	"unsafe"
)

// A Layout says which memory a value reaches, and holds on to it.
type Layout []reference

// LayoutOf returns the layout of x: all that it reaches by pointers, slices, maps and interfaces, whatever its type exports.
func LayoutOf[T any](x T) Layout {
	s := surveyor{seen: map[reference]bool{}}
	s.survey(reflect.TypeFor[T](), unsafe.Pointer(&x))
	return s.found
}

// SameLayout reports whether two values, or one at two times, reach the same memory.
func SameLayout(x, y Layout) bool { return slices.Equal(x, y) }

// A surveyor goes through what a value reaches.
type surveyor struct {
	found Layout
	seen  map[reference]bool
}

// survey adds what the value of type t at p refers to.
func (s *surveyor) survey(t reflect.Type, p unsafe.Pointer) {
	if !hasPointers(t) {
		return
	}
	switch v := reflect.NewAt(t, p).Elem(); t.Kind() {
	case reflect.Pointer:
		if to := *(*unsafe.Pointer)(p); s.refers(reference{to, t, 0}) {
			s.survey(t.Elem(), to)
		}
	case reflect.Slice:
		if s.refers(reference{v.UnsafePointer(), t, v.Len()}) && hasPointers(t.Elem()) {
			for i := range v.Len() {
				s.survey(t.Elem(), v.Index(i).Addr().UnsafePointer())
			}
		}
	case reflect.Map:
		s.refers(reference{v.UnsafePointer(), t, v.Len()})
	case reflect.Interface:
		if !v.IsNil() {
			s.survey(v.Elem().Type(), unboxed(v.Elem()))
		}
	case reflect.Array:
		for i := range t.Len() {
			s.survey(t.Elem(), unsafe.Add(p, uintptr(i)*t.Elem().Size()))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			s.survey(t.Field(i).Type, unsafe.Add(p, t.Field(i).Offset))
		}
	}
}

// refers adds a reference, and reports whether what it leads to is there and has not been seen.
func (s *surveyor) refers(r reference) bool {
	s.found = append(s.found, r)
	if r.at == nil || s.seen[r] {
		return false
	}
	s.seen[r] = true
	return true
}
