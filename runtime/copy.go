package runtime

import (
	"reflect"
	"unsafe"
)

// Copy returns a copy of x with memory of its own for all that x reaches through slices, pointers, maps and interfaces, whatever its
// type exports: a matrix as it was. What x reaches twice by pointers, maps or equal slices the copy reaches twice; channels and
// functions it shares with x. Slices have no spare capacity.
func Copy[T any](x T) T {
	y := x
	c := copier{seen: map[reference]unsafe.Pointer{}}
	c.renew(reflect.TypeFor[T](), unsafe.Pointer(&y))
	return y
}

// A reference is a pointer, a map, or a slice of n elements.
type reference struct {
	at unsafe.Pointer
	t  reflect.Type
	n  int
}

// A copier gives values memory of their own.
type copier struct {
	seen map[reference]unsafe.Pointer // the copies of what has been reached
}

// renew replaces what the value of type t at p refers to by a copy.
func (c *copier) renew(t reflect.Type, p unsafe.Pointer) {
	if !hasPointers(t) {
		return
	}
	switch v := reflect.NewAt(t, p).Elem(); t.Kind() {
	case reflect.Pointer:
		*(*unsafe.Pointer)(p) = c.pointee(t, *(*unsafe.Pointer)(p))
	case reflect.Slice:
		c.slice(v)
	case reflect.Map:
		c.table(v)
	case reflect.Interface:
		if !v.IsNil() {
			own := copied(v.Elem())
			c.renew(own.Type(), own.Addr().UnsafePointer())
			v.Set(own)
		}
	case reflect.Array:
		for i := range t.Len() {
			c.renew(t.Elem(), unsafe.Add(p, uintptr(i)*t.Elem().Size()))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			c.renew(t.Field(i).Type, unsafe.Add(p, t.Field(i).Offset))
		}
	}
}

// pointee returns a pointer to a copy of what p, of type t, points to.
func (c *copier) pointee(t reflect.Type, p unsafe.Pointer) unsafe.Pointer {
	key := reference{p, t, 0}
	if p == nil || c.seen[key] != nil {
		return c.seen[key]
	}
	own := copied(reflect.NewAt(t.Elem(), p).Elem()).Addr().UnsafePointer()
	c.seen[key] = own
	c.renew(t.Elem(), own)
	return own
}

// slice gives the slice in v elements of its own.
func (c *copier) slice(v reflect.Value) {
	if v.IsNil() {
		return
	}
	key := reference{v.UnsafePointer(), v.Type(), v.Len()}
	if own := c.seen[key]; own != nil {
		v.Set(reflect.SliceAt(v.Type().Elem(), own, v.Len()).Convert(v.Type()))
		return
	}
	own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(own, v)
	v.Set(own)
	c.seen[key] = own.UnsafePointer()
	if elem := v.Type().Elem(); hasPointers(elem) {
		for i := range own.Len() {
			c.renew(elem, own.Index(i).Addr().UnsafePointer())
		}
	}
}

// table gives the map in v entries of its own.
func (c *copier) table(v reflect.Value) {
	if v.IsNil() {
		return
	}
	key := reference{v.UnsafePointer(), v.Type(), 0}
	if own := c.seen[key]; own != nil {
		v.Set(reflect.NewAt(v.Type(), unsafe.Pointer(&own)).Elem())
		return
	}
	own := reflect.MakeMapWithSize(v.Type(), v.Len())
	c.seen[key] = own.UnsafePointer()
	for it := v.MapRange(); it.Next(); {
		value := copied(it.Value())
		c.renew(value.Type(), value.Addr().UnsafePointer())
		own.SetMapIndex(it.Key(), value)
	}
	v.Set(own)
}
