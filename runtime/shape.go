package runtime

import (
	"reflect"
	"unsafe"
)

// A shape says of a type where the derivatives are and what must be followed
// to find more of them.
type shape struct {
	typ      reflect.Type
	kind     reflect.Kind
	size     uintptr
	carries  bool // a value may hold or reach a float
	linked   bool // a value may hold a slice, pointer, map or interface that carries
	pointers bool // a value holds something that the garbage collector must see

	// Where s carries a derivative. Of a slice, pointer or array: the element,
	// itself no array, and how many of them one element of a slice, the target
	// of a pointer, or the array is. Of a map: the type of its values.
	elem  *shape
	count int

	fields []field // of a struct: those that carry a derivative
}

// A field is a field of a struct.
type field struct {
	offset uintptr
	shape  *shape
}

// A header is the memory layout of a slice.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

// shapes remembers the shapes of the types that a walk meets.
type shapes map[reflect.Type]*shape

// of returns the shape of t.
func (c shapes) of(t reflect.Type) *shape {
	if s, ok := c[t]; ok {
		return s
	}
	s := &shape{
		typ:      t,
		kind:     t.Kind(),
		size:     t.Size(),
		carries:  carries(t, make(map[reflect.Type]bool)),
		linked:   linked(t),
		pointers: hasPointers(t),
	}
	c[t] = s // before its parts, which may lead back to t
	if s.carries {
		c.link(s)
	}
	return s
}

// link fills in the parts of s, which carries a derivative. The shapes of its
// parts may be yet without their own parts, as types may lead back to
// themselves.
func (c shapes) link(s *shape) {
	switch s.kind {
	case reflect.Slice, reflect.Pointer:
		s.elem, s.count = c.flatten(s.typ.Elem())
	case reflect.Map:
		s.elem = c.of(s.typ.Elem())
	case reflect.Array:
		s.elem, s.count = c.flatten(s.typ)
	case reflect.Struct:
		for i := range s.typ.NumField() {
			f := s.typ.Field(i)
			if fs := c.of(f.Type); fs.carries {
				s.fields = append(s.fields, field{f.Offset, fs})
			}
		}
	}
}

// flatten returns the innermost element of t and how many of them a t holds:
// 6 times float64 for [2][3]float64, once t itself where t is no array.
func (c shapes) flatten(t reflect.Type) (*shape, int) {
	count := 1
	for t.Kind() == reflect.Array {
		count *= t.Len()
		t = t.Elem()
	}
	return c.of(t), count
}

// number reports whether s is a floating-point or complex type.
func (s *shape) number() bool {
	switch s.kind {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	}
	return false
}

// leaves calls f for the numbers and links in the memory of an s that lies at
// the given offset. An array of numbers is one leaf.
func (s *shape) leaves(offset uintptr, f func(leaf *shape, offset uintptr)) {
	switch {
	case !s.carries:
	case s.kind == reflect.Struct:
		for _, fd := range s.fields {
			fd.shape.leaves(offset+fd.offset, f)
		}
	case s.kind == reflect.Array && !s.elem.number():
		for i := range s.count {
			s.elem.leaves(offset+uintptr(i)*s.elem.size, f)
		}
	default:
		f(s, offset)
	}
}

// carries reports whether a value of type t may hold or reach a float. It is a
// search through the graph of types; seen holds those already on the way.
func carries(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || opaque(t) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Interface:
		return t != reflect.TypeFor[error]()
	case reflect.Slice, reflect.Pointer, reflect.Map:
		return carries(t.Elem(), seen)
	case reflect.Array:
		return t.Len() > 0 && carries(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if carries(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// linked reports whether the memory of a t may hold a slice, pointer, map or
// interface that carries a derivative.
func linked(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Map, reflect.Interface:
		return carries(t, make(map[reflect.Type]bool))
	case reflect.Array:
		return t.Len() > 0 && linked(t.Elem())
	case reflect.Struct:
		if opaque(t) {
			return false
		}
		for i := range t.NumField() {
			if linked(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// opaque reports whether t belongs to a package whose values must not be looked
// into without synchronisation.
func opaque(t reflect.Type) bool {
	switch t.PkgPath() {
	case "sync", "sync/atomic":
		return true
	}
	return false
}

// hasPointers reports whether the memory of a t holds pointers of any kind.
func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Slice, reflect.Pointer, reflect.Map, reflect.Interface,
		reflect.String, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	}
	return false
}
