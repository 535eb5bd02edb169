package gradcheck

import (
	"reflect"
	"unsafe"
)

// unfold returns a copy of a result as its adjoint mirrors it: every slice has memory of its own, however it overlaps
// others, and no spare capacity. A pointer or a map that is reached twice is still one, and so is a slice that
// leads to itself.
func unfold(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	u := unfolder{copies{}, copies{}, map[unsafe.Pointer]reflect.Value{}}
	u.contents(p.UnsafePointer(), v.Type())
	return p.Elem()
}

type unfolder struct {
	behind copies // of what pointers lead to
	within copies // of the slices on the way to here
	maps   map[unsafe.Pointer]reflect.Value
}

// copies are the addresses of copies.
type copies map[block]unsafe.Pointer

// contents replaces what the value of type t at p leads to by copies.
func (u *unfolder) contents(p unsafe.Pointer, t reflect.Type) {
	switch t.Kind() {
	case reflect.Array:
		u.sequence(p, t.Elem(), t.Len())
	case reflect.Struct:
		for f := range t.Fields() {
			u.contents(unsafe.Add(p, f.Offset), f.Type)
		}
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v := at(p, t); !v.IsNil() {
			u.reference(v)
		}
	}
}

func (u *unfolder) sequence(p unsafe.Pointer, t reflect.Type, n int) {
	if !hasLinks(t) {
		return
	}
	for i := range n {
		u.contents(unsafe.Add(p, uintptr(i)*t.Size()), t)
	}
}

// reference replaces v, which is not nil.
func (u *unfolder) reference(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if t := v.Type().Elem(); !isIdentity(t) {
			v.Set(reflect.NewAt(t, u.copy(block{v.UnsafePointer(), t, 1}, u.behind)).Convert(v.Type()))
		}
	case reflect.Slice:
		if t := v.Type().Elem(); !isIdentity(t) {
			b := block{v.UnsafePointer(), t, v.Len()}
			v.Set(reflect.SliceAt(t, u.copy(b, u.within), b.n).Convert(v.Type()))
			delete(u.within, b)
		}
	case reflect.Map:
		v.Set(u.mapping(v))
	case reflect.Interface:
		held := reflect.New(v.Elem().Type()).Elem()
		held.Set(v.Elem())
		u.contents(held.Addr().UnsafePointer(), held.Type())
		v.Set(held)
	}
}

// copy returns the address of the copy of b, one of those that are known or a new one.
func (u *unfolder) copy(b block, known copies) unsafe.Pointer {
	p, ok := known[b]
	if !ok {
		c := reflect.MakeSlice(reflect.SliceOf(b.elem), b.n, b.n)
		reflect.Copy(c, reflect.SliceAt(b.elem, b.base, b.n))
		p = c.UnsafePointer()
		known[b] = p
		u.sequence(p, b.elem, b.n)
	}
	return p
}

func (u *unfolder) mapping(v reflect.Value) reflect.Value {
	c, ok := u.maps[v.UnsafePointer()]
	if ok {
		return c
	}
	c = reflect.MakeMap(v.Type())
	u.maps[v.UnsafePointer()] = c
	for iter := v.MapRange(); iter.Next(); {
		e := reflect.New(v.Type().Elem()).Elem()
		e.Set(iter.Value())
		u.contents(e.Addr().UnsafePointer(), e.Type())
		c.SetMapIndex(iter.Key(), e)
	}
	return c
}
