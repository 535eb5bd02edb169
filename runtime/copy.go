package runtime

import (
	"reflect"
	"unsafe"
)

// Copy returns a copy of x with memory of its own for all that x reaches through slices, pointers, maps and interfaces, whatever its
// type exports: a matrix as it was. The copy shares memory within itself as x does; channels and functions it shares with x. Slices have
// no spare capacity.
func Copy[T any](x T) T { return copyOf(x, false) }

// CopyCap is [Copy] for a function that appends to slices, extends them beyond their length or asks for their capacity: slices have the
// same capacity, and what lies there.
func CopyCap[T any](x T) T { return copyOf(x, true) }

func copyOf[T any](x T, byCap bool) T {
	y := x
	t := reflect.TypeFor[T]()
	if hasPointers(t) {
		c := newCopier()
		c.byCap = byCap
		c.reach(t, unsafe.Pointer(&x))
		c.copyAll()
		c.link(t, unsafe.Pointer(&y), unsafe.Pointer(&x))
	}
	return y
}

// A reference is a pointer, or a slice of n elements.
type reference struct {
	at unsafe.Pointer
	t  reflect.Type
	n  int
}

// A copier copies what values reach.
type copier struct {
	Mirror       // of what has been reached, with copies in place of shadows
	byCap   bool // slices end at their capacity
	shapes  map[reflect.Type]*shape
	pieces  []piece
	seen    map[reference]bool
	tables  map[unsafe.Pointer]reflect.Value
	entries []func() // put their copies into the copies of maps
}

func newCopier() *copier {
	return &copier{shapes: map[reflect.Type]*shape{}, seen: map[reference]bool{}, tables: map[unsafe.Pointer]reflect.Value{}}
}

// of returns as much of the shape of t as a block of memory needs.
func (c *copier) of(t reflect.Type) *shape {
	if c.shapes[t] == nil {
		c.shapes[t] = &shape{typ: t, kind: t.Kind(), size: t.Size(), pointers: hasPointers(t)}
	}
	return c.shapes[t]
}

// reach notes what the value of type t at p refers to.
func (c *copier) reach(t reflect.Type, p unsafe.Pointer) {
	if !hasPointers(t) {
		return
	}
	switch v := reflect.NewAt(t, p).Elem(); t.Kind() {
	case reflect.Pointer:
		c.memory(t.Elem(), *(*unsafe.Pointer)(p), 1)
	case reflect.Slice:
		c.memory(t.Elem(), (*header)(p).data, c.end(*(*header)(p)))
	case reflect.Map:
		c.table(v)
	case reflect.Interface:
		if !v.IsNil() {
			c.reach(v.Elem().Type(), unboxed(v.Elem()))
		}
	case reflect.Array:
		for i := range t.Len() {
			c.reach(t.Elem(), unsafe.Add(p, uintptr(i)*t.Elem().Size()))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			c.reach(t.Field(i).Type, unsafe.Add(p, t.Field(i).Offset))
		}
	}
}

// end returns how many elements of a slice are copied.
func (c *copier) end(h header) int {
	if c.byCap {
		return h.cap
	}
	return h.len
}

// memory notes n values of type t at p.
func (c *copier) memory(t reflect.Type, p unsafe.Pointer, n int) {
	for t.Kind() == reflect.Array {
		n *= t.Len()
		t = t.Elem()
	}
	id := reference{p, t, n}
	if p == nil || n == 0 || t.Size() == 0 || c.seen[id] {
		return
	}
	c.seen[id] = true
	all := piece{p, n, c.of(t)}
	c.pieces = append(c.pieces, all)
	if all.elem.pointers {
		for i := range n {
			c.reach(t, all.at(i))
		}
	}
}

// table notes a map and what its values refer to.
func (c *copier) table(m reflect.Value) {
	if _, ok := c.tables[m.UnsafePointer()]; ok || m.IsNil() {
		return
	}
	own := reflect.MakeMapWithSize(m.Type(), m.Len())
	c.tables[m.UnsafePointer()] = own
	for it := m.MapRange(); it.Next(); {
		key, value := it.Key(), copied(it.Value())
		c.reach(value.Type(), value.Addr().UnsafePointer())
		c.entries = append(c.entries, func() {
			to := copied(value)
			c.link(value.Type(), to.Addr().UnsafePointer(), value.Addr().UnsafePointer())
			own.SetMapIndex(key, to)
		})
	}
}

// copyAll makes the copies of all that has been reached.
func (c *copier) copyAll() {
	pieces := c.pieces
	c.blocks = blocks(pieces)
	for _, p := range pieces {
		to := piece{c.translate(p.base, p.size()), p.n, p.elem}
		reflect.Copy(to.slice(), p.slice())
	}
	for _, p := range pieces {
		if p.elem.pointers {
			for i := range p.n {
				c.link(p.elem.typ, unsafe.Add(c.translate(p.base, p.size()), uintptr(i)*p.elem.size), p.at(i))
			}
		}
	}
	for _, put := range c.entries {
		put()
	}
}

// link has the value of type t at dst refer to the copies of what that at src refers to.
func (c *copier) link(t reflect.Type, dst, src unsafe.Pointer) {
	if !hasPointers(t) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		if p := *(*unsafe.Pointer)(src); p != nil && t.Elem().Size() > 0 {
			*(*unsafe.Pointer)(dst) = c.translate(p, t.Elem().Size())
		}
	case reflect.Slice:
		h := *(*header)(src)
		n := c.end(h)
		if n > 0 && t.Elem().Size() > 0 {
			h.data = c.translate(h.data, uintptr(n)*t.Elem().Size())
		}
		*(*header)(dst) = header{h.data, h.len, n}
	case reflect.Map:
		if own, ok := c.tables[*(*unsafe.Pointer)(src)]; ok {
			reflect.NewAt(t, dst).Elem().Set(own)
		}
	case reflect.Interface:
		if v := reflect.NewAt(t, src).Elem(); !v.IsNil() {
			own := copied(v.Elem())
			c.link(own.Type(), own.Addr().UnsafePointer(), unboxed(v.Elem()))
			reflect.NewAt(t, dst).Elem().Set(own)
		}
	case reflect.Array:
		for i := range t.Len() {
			offset := uintptr(i) * t.Elem().Size()
			c.link(t.Elem(), unsafe.Add(dst, offset), unsafe.Add(src, offset))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			offset := t.Field(i).Offset
			c.link(t.Field(i).Type, unsafe.Add(dst, offset), unsafe.Add(src, offset))
		}
	}
}
