package gradcheck

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// A comparison tells whether the memory of two instances of an image is the same, to the last bit of every
// float: a is what f left and b what its derivative left. All NaNs are the same. Memory that is not of the
// image is compared by what it holds, and by being met at the same places.
type comparison struct {
	a, b *instance
	tell func(where, format string, args ...any)

	twinOfA, twinOfB map[unsafe.Pointer]unsafe.Pointer // new memory of one side, and that of the other met with it
	met              map[meeting]bool
}

// A meeting is new memory of a's side that has been compared: n values of a type.
type meeting struct {
	base unsafe.Pointer
	typ  reflect.Type
	n    int
}

func newComparison(a, b *instance, tell func(where, format string, args ...any)) *comparison {
	return &comparison{
		a: a, b: b, tell: tell,
		twinOfA: map[unsafe.Pointer]unsafe.Pointer{},
		twinOfB: map[unsafe.Pointer]unsafe.Pointer{},
		met:     map[meeting]bool{},
	}
}

// memory compares all that the callers of f and of its derivative see.
func (c *comparison) memory() {
	g := c.a.image
	for i, r := range g.regions {
		if r.role != shared {
			continue
		}
		a, b := c.a.mem[i].UnsafePointer(), c.b.mem[i].UnsafePointer()
		n := r.mem.Len() * int(r.elem.Size())
		if !hasLinks(r.elem) && bytes.Equal(unsafe.Slice((*byte)(a), n), unsafe.Slice((*byte)(b), n)) {
			continue
		}
		for j := range r.mem.Len() {
			at := place{i, uintptr(j) * r.elem.Size()}
			c.value(r.elem, c.a.place(at), c.b.place(at), func(by uintptr) string { return g.path(at.plus(by)) })
		}
	}
	for i := range c.a.maps {
		c.entries(c.a.maps[i], c.b.maps[i], g.mappingPath(i))
	}
}

// value compares two values of type t. where gives the name of what lies at an offset into them.
func (c *comparison) value(t reflect.Type, a, b unsafe.Pointer, where func(by uintptr) string) {
	switch t.Kind() {
	case reflect.Array:
		for i := range t.Len() {
			by := uintptr(i) * t.Elem().Size()
			c.value(t.Elem(), unsafe.Add(a, by), unsafe.Add(b, by), further(where, by))
		}
	case reflect.Struct:
		for f := range t.Fields() {
			if f.Name != "_" {
				c.value(f.Type, unsafe.Add(a, f.Offset), unsafe.Add(b, f.Offset), further(where, f.Offset))
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
		va, vb := at(a, t), at(b, t)
		if va.IsNil() != vb.IsNil() {
			c.tell(where(0), "is %s, want %s", nilness(vb), nilness(va))
		} else if !va.IsNil() {
			c.reference(va, vb, where(0))
		}
	default:
		if va, vb := at(a, t), at(b, t); !sameScalar(va, vb) {
			c.tell(where(0), "is %v, want %v", vb, va)
		}
	}
}

// further returns where for what lies further on by an offset.
func further(where func(uintptr) string, by uintptr) func(uintptr) string {
	return func(more uintptr) string { return where(by + more) }
}

func nilness(v reflect.Value) string {
	if v.IsNil() {
		return "nil"
	}
	return "not nil"
}

// sameScalar reports whether two values without parts are the same.
func sameScalar(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return sameFloat(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		x, y := a.Complex(), b.Complex()
		return sameFloat(real(x), real(y)) && sameFloat(imag(x), imag(y))
	}
	return a.Equal(b)
}

// sameFloat reports whether a and b have the same bits, or are both NaN.
func sameFloat(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// reference compares two references that are not nil.
func (c *comparison) reference(a, b reflect.Value, name string) {
	switch a.Kind() {
	case reflect.Pointer:
		if c.meet(a, b, 1, name) {
			t := a.Type().Elem()
			c.value(t, a.UnsafePointer(), b.UnsafePointer(), func(by uintptr) string { return subpath(indirect(name, t), t, nil, by) })
		}
	case reflect.Slice:
		c.slice(a, b, name)
	case reflect.Map:
		if i, ok := c.a.mapping(a); ok {
			if j, ok := c.b.mapping(b); !ok || i != j {
				c.tell(name, "is another map")
			}
		} else if c.meet(a, b, 1, name) {
			c.entries(a, b, name)
		}
	case reflect.Interface:
		va, vb := a.Elem(), b.Elem()
		if va.Type() != vb.Type() {
			c.tell(name, "holds a %v, want a %v", vb.Type(), va.Type())
			return
		}
		held := fmt.Sprintf("%s.(%v)", name, va.Type())
		c.value(va.Type(), address(va), address(vb), func(by uintptr) string { return subpath(held, va.Type(), nil, by) })
	}
}

// slice compares two slices that are not nil. The capacity counts where f's slice lies in memory of its
// arguments.
func (c *comparison) slice(a, b reflect.Value, name string) {
	if a.Len() != b.Len() {
		c.tell(name, "has length %d, want %d", b.Len(), a.Len())
		return
	}
	if a.Cap() == 0 || a.Type().Elem().Size() == 0 {
		return
	}
	if _, own := c.a.find(a.UnsafePointer()); own && a.Cap() != b.Cap() {
		c.tell(name, "has capacity %d, want %d", b.Cap(), a.Cap())
		return
	}
	if !c.meet(a, b, a.Len(), name) {
		return
	}
	t := a.Type().Elem()
	for i := range a.Len() {
		element := fmt.Sprintf("%s[%d]", operand(name), i)
		c.value(t, a.Index(i).Addr().UnsafePointer(), b.Index(i).Addr().UnsafePointer(), func(by uintptr) string { return subpath(element, t, nil, by) })
	}
}

// meet compares what two references point to, n values, by where it lies, and reports whether it is to be
// compared by what it holds: it is new memory, met for the first time.
func (c *comparison) meet(a, b reflect.Value, n int, name string) bool {
	pa, pb, t := a.UnsafePointer(), b.UnsafePointer(), a.Type().Elem()
	if pa == pb {
		return false
	}
	ina, owna := c.a.find(pa)
	inb, ownb := c.b.find(pb)
	switch {
	case owna && !ownb:
		c.tell(name, "does not point to %s", c.a.image.pathTo(ina, t))
	case !owna && ownb:
		c.tell(name, "points to %s", c.b.image.pathTo(inb, t))
	case owna && ina != inb:
		c.tell(name, "points to %s, want %s", c.b.image.pathTo(inb, t), c.a.image.pathTo(ina, t))
	}
	if owna || ownb {
		return false
	}
	return c.pair(pa, pb, name) && c.first(meeting{pa, a.Type(), n})
}

// pair reports whether new memory at pa and pb was met together or not at all before.
func (c *comparison) pair(pa, pb unsafe.Pointer, name string) bool {
	if a, ok := c.twinOfB[pb]; ok && a != pa {
		c.tell(name, "shares memory that f keeps apart")
		return false
	}
	if b, ok := c.twinOfA[pa]; ok && b != pb {
		c.tell(name, "does not share memory as f leaves it")
		return false
	}
	c.twinOfA[pa], c.twinOfB[pb] = pb, pa
	return true
}

func (c *comparison) first(m meeting) bool {
	first := !c.met[m]
	c.met[m] = true
	return first
}

// entries compares two maps.
func (c *comparison) entries(a, b reflect.Value, name string) {
	if a.Len() != b.Len() {
		c.tell(name, "has %d keys, want %d", b.Len(), a.Len())
		return
	}
	for _, k := range a.MapKeys() {
		element := fmt.Sprintf("%s[%v]", operand(name), k)
		v := c.entry(b, k)
		if !v.IsValid() {
			c.tell(element, "is missing")
			continue
		}
		t := a.Type().Elem()
		c.value(t, address(a.MapIndex(k)), address(v), func(by uintptr) string { return subpath(element, t, nil, by) })
	}
}

// entry returns the element of b's map under what is the key k in a's; a key with pointers is another there.
func (c *comparison) entry(m, k reflect.Value) reflect.Value {
	if !hasLinks(k.Type()) {
		return m.MapIndex(k)
	}
	for _, candidate := range m.MapKeys() {
		same := true
		keys := newComparison(c.a, c.b, func(string, string, ...any) { same = false })
		keys.value(k.Type(), address(k), address(candidate), func(uintptr) string { return "" })
		if same {
			return m.MapIndex(candidate)
		}
	}
	return reflect.Value{}
}
