package runtime

import (
	"reflect"
	"unsafe"
)

// Boxes are the interfaces in which [Box] has put pointers.
type Boxes struct {
	list  []reflect.Value         // variables of interface types, outer ones first
	maps  []reflect.Value         // maps whose values hold interfaces
	fresh map[unsafe.Pointer]bool // the pointers
	slots []slot                  // for Renew
}

// Box lets every interface that dx reaches, and that holds a value of a type whose own memory has floats or interfaces, hold a pointer to a
// copy of it, so that what lies there can be added to:
//
//	[]Shape{Circle{1}, &Rect{2, 3}}     []Shape{&Circle{1}, &Rect{2, 3}}
//
// Each interface gets memory of its own. Slices are followed up to their capacity. An error is left alone. Where dx is an interface itself,
// or has some beside what it reaches, it is given by its address.
func Box[T any](dx T) Boxes { return boxAll(unsafe.Pointer(&dx), reflect.TypeFor[T]()) }

// Boxed returns dx, a shadow that no one else has yet, with what [Box] does to its address.
func Boxed[T any](dx T) T {
	boxAll(unsafe.Pointer(&dx), reflect.TypeFor[T]())
	return dx
}

// boxAll is Box for the value of type t at p, and what it reaches.
func boxAll(p unsafe.Pointer, t reflect.Type) Boxes {
	b := &boxer{newReacher(false), Boxes{fresh: map[unsafe.Pointer]bool{}}}
	b.revise = b.box
	s := b.shapes.of(t)
	b.box(s, p)
	b.walk(s, p)
	b.Boxes.maps = b.reacher.maps
	return b.Boxes
}

// Unbox lets the interfaces hold values again: what the pointers in them point to.
func Unbox(b Boxes) {
	for i := len(b.list) - 1; i >= 0; i-- {
		b.unbox(b.list[i])
	}
	for _, m := range b.maps {
		b.unboxMap(m)
	}
}

// unbox lets a variable of an interface type hold a value again. It reports whether that changed anything.
func (b *Boxes) unbox(at reflect.Value) bool {
	if !b.isFresh(at.Elem()) {
		return false
	}
	at.Set(at.Elem().Elem())
	return true
}

// unboxMap is unbox for the values of a map.
func (b *Boxes) unboxMap(m reflect.Value) {
	elem := make(shapes).of(m.Type().Elem())
	if !elem.linked {
		return
	}
	for iter := m.MapRange(); iter.Next(); {
		v := copied(iter.Value())
		changed := false
		interfaces(elem, v.Addr().UnsafePointer(), func(at reflect.Value, _ uintptr) { changed = b.unbox(at) || changed })
		if changed {
			m.SetMapIndex(iter.Key(), v)
		}
	}
}

// interfaces calls f for the interfaces in the memory of the value of shape s at p, with their offsets there.
func interfaces(s *shape, p unsafe.Pointer, f func(at reflect.Value, offset uintptr)) {
	s.leaves(0, func(leaf *shape, offset uintptr) {
		if leaf.kind == reflect.Interface {
			f(reflect.NewAt(leaf.typ, unsafe.Add(p, offset)).Elem(), offset)
		}
	})
}

// A boxer follows links, and boxes on the way.
type boxer struct {
	*reacher
	Boxes
}

// box boxes what lies in the value of shape s at p. It reports whether that changed anything.
func (b *boxer) box(s *shape, p unsafe.Pointer) (changed bool) {
	interfaces(s, p, func(at reflect.Value, _ uintptr) {
		v := at.Elem()
		if !v.IsValid() || !heldByValue(v.Type()) {
			return
		}
		pointer := reflect.New(v.Type())
		pointer.Elem().Set(v)
		at.Set(pointer)
		b.list = append(b.list, at)
		b.fresh[pointer.UnsafePointer()] = true
		changed = true
	})
	return changed
}

// heldByValue reports whether the memory of a t has floats, complex numbers or interfaces other than errors in it.
func heldByValue(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Interface:
		return t != reflect.TypeFor[error]()
	case reflect.Array:
		return t.Len() > 0 && heldByValue(t.Elem())
	case reflect.Struct:
		if opaque(t) {
			return false
		}
		for i := range t.NumField() {
			if heldByValue(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
