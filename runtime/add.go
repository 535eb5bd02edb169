package runtime

import (
	"reflect"
	"unsafe"
)

// AddShadow adds the floats that src reaches through slices, pointers and maps to those that dst, of the same shape, reaches. What a
// pointer or map of src leads to is added once, however often it is reached; slices are taken to be memory of their own. Nothing is
// added where dst or src is nil. Floats that dst and src hold themselves are left alone.
func AddShadow[T any](dst, src T) {
	a := adder{seen: map[reached]bool{}}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&src), false)
}

// reached is a pointer or map that has been followed.
type reached struct {
	at unsafe.Pointer
	t  reflect.Type
}

type adder struct{ seen map[reached]bool }

// add adds the value of type t at src to that at dst. Floats are added where the values are in memory that others can see.
func (a *adder) add(t reflect.Type, dst, src unsafe.Pointer, inMemory bool) {
	switch t.Kind() {
	case reflect.Float64:
		if inMemory {
			*(*float64)(dst) += *(*float64)(src)
		}
	case reflect.Float32:
		if inMemory {
			*(*float32)(dst) += *(*float32)(src)
		}
	case reflect.Array:
		a.elements(t.Elem(), dst, src, t.Len(), inMemory)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			a.add(f.Type, unsafe.Add(dst, f.Offset), unsafe.Add(src, f.Offset), inMemory)
		}
	case reflect.Slice:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		a.elements(t.Elem(), d.UnsafePointer(), s.UnsafePointer(), min(d.Len(), s.Len()), true)
	case reflect.Pointer:
		d, s := *(*unsafe.Pointer)(dst), *(*unsafe.Pointer)(src)
		if d != nil && a.first(s, t) {
			a.add(t.Elem(), d, s, true)
		}
	case reflect.Interface:
		// What lies in an interface cannot be added to, but what it refers to can.
		d, s := reflect.NewAt(t, dst).Elem().Elem(), reflect.NewAt(t, src).Elem().Elem()
		if d.IsValid() && s.IsValid() && d.Type() == s.Type() {
			a.add(s.Type(), unboxed(d), unboxed(s), false)
		}
	case reflect.Map:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		if !d.IsNil() && a.first(s.UnsafePointer(), t) {
			a.values(d, s)
		}
	}
}

// first reports whether a pointer that is not nil is followed for the first time.
func (a *adder) first(p unsafe.Pointer, t reflect.Type) bool {
	key := reached{p, t}
	if p == nil || a.seen[key] {
		return false
	}
	a.seen[key] = true
	return true
}

func (a *adder) elements(t reflect.Type, dst, src unsafe.Pointer, n int, inMemory bool) {
	for i := range n {
		offset := uintptr(i) * t.Size()
		a.add(t, unsafe.Add(dst, offset), unsafe.Add(src, offset), inMemory)
	}
}

// values adds the values of a map to those of another with the same keys.
func (a *adder) values(dst, src reflect.Value) {
	t := src.Type().Elem()
	for it := src.MapRange(); it.Next(); {
		old := dst.MapIndex(it.Key())
		if !old.IsValid() {
			continue
		}
		d, s := reflect.New(t), reflect.New(t)
		d.Elem().Set(old)
		s.Elem().Set(it.Value())
		a.add(t, d.UnsafePointer(), s.UnsafePointer(), true)
		dst.SetMapIndex(it.Key(), d.Elem())
	}
}
