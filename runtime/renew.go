package runtime

import (
	"fmt"
	"reflect"
	"unsafe"
)

// BoxGiven is [Box] for a shadow dx of x that was given to a function which then lets interfaces in x hold other values; see [Renew]. Where dx
// is the address of a shadow, x is that of the value. It panics if dx does not have the shape of x.
func BoxGiven[T any](x, dx T) Boxes {
	t := reflect.TypeFor[T]()
	c := newComparer(true)
	c.record = new(record)
	if !c.same(c.shapes.of(t), unsafe.Pointer(&x), unsafe.Pointer(&dx)) || !c.drain() {
		panic(fmt.Sprintf("godiff: BoxGiven: the shadow, of type %v, does not have the shape of its value", t))
	}
	slots := c.slots()
	b := boxAll(unsafe.Pointer(&dx), t)
	for _, s := range slots {
		if s.given = s.shadow(); b.isFresh(s.given) {
			b.slots = append(b.slots, s)
		}
	}
	return b
}

// Renew is called when the function has run and before the reverse sweep begins. Where an interface that lay in memory holds another value
// than at the time of [BoxGiven], the numbers that were given for the old one become those for the new one, if it has the same type, and the
// old one's are zero: a shadow has the adjoint of the new contents before the reverse sweep, and that of the old after it.
func Renew(b Boxes) {
	type renewal struct {
		slot
		numbers reflect.Value
	}
	var list []renewal
	for _, s := range b.slots {
		if now := s.shadow(); !now.IsValid() || now.Kind() != reflect.Pointer || now.UnsafePointer() != s.given.UnsafePointer() {
			list = append(list, renewal{s, b.take(s.given.Elem())})
		}
	}
	for _, r := range list {
		value, now := r.value(), r.shadow()
		if value.IsValid() && now.IsValid() && now.Type() == r.given.Type() && now.Type() == reflect.PointerTo(value.Type()) {
			b.give(now.Elem(), r.numbers, copied(value))
		}
	}
}

// A slot is an interface in the memory of a value, or in what a map there holds, and in its shadow.
type slot struct {
	value, shadow func() reflect.Value // return what it holds
	given         reflect.Value        // the pointer that Box has put into the shadow
}

// slots returns the slots of what c has met.
func (c *comparer) slots() []slot {
	var list []slot
	for _, run := range c.record.runs {
		for i := range run.value.n {
			interfaces(run.value.elem, run.shadow.at(i), func(at reflect.Value, offset uintptr) {
				value := reflect.NewAt(at.Type(), unsafe.Add(run.value.at(i), offset)).Elem()
				list = append(list, slot{value: value.Elem, shadow: at.Elem})
			})
		}
	}
	for _, m := range c.record.maps {
		elem := c.shapes.of(m[0].Type().Elem())
		for iter := m[1].MapRange(); elem.linked && iter.Next(); {
			interfaces(elem, unboxed(iter.Value()), func(at reflect.Value, offset uintptr) {
				list = append(list, slot{value: entryOf(m[0], iter.Key(), at.Type(), offset), shadow: entryOf(m[1], iter.Key(), at.Type(), offset)})
			})
		}
	}
	return list
}

// entryOf returns a function that returns what an interface of type t holds that lies at an offset in the value that a map has for a key.
func entryOf(m, key reflect.Value, t reflect.Type, offset uintptr) func() reflect.Value {
	return func() reflect.Value {
		v := m.MapIndex(key)
		if !v.IsValid() {
			return v
		}
		return reflect.NewAt(t, unsafe.Add(unboxed(v), offset)).Elem().Elem()
	}
}

// isFresh reports whether p is one of the pointers that Box has made.
func (b *Boxes) isFresh(p reflect.Value) bool {
	return p.IsValid() && p.Kind() == reflect.Pointer && b.fresh[p.UnsafePointer()]
}

// take returns a copy of v, a variable, and of what is boxed in it, and sets the numbers there to zero.
func (b *Boxes) take(v reflect.Value) reflect.Value {
	c := copied(v)
	make(shapes).of(v.Type()).leaves(0, func(leaf *shape, offset uintptr) {
		at := reflect.NewAt(leaf.typ, unsafe.Add(v.Addr().UnsafePointer(), offset)).Elem()
		switch {
		case !leaf.linked:
			at.SetZero()
		case leaf.kind == reflect.Interface && b.isFresh(at.Elem()):
			p := reflect.New(at.Elem().Type().Elem())
			p.Elem().Set(b.take(at.Elem().Elem()))
			b.fresh[p.UnsafePointer()] = true
			reflect.NewAt(leaf.typ, unsafe.Add(c.Addr().UnsafePointer(), offset)).Elem().Set(p)
		}
	})
	return c
}

// give adds the numbers that were taken to the shadow of a value of the same type.
func (b *Boxes) give(shadow, taken, value reflect.Value) {
	make(shapes).of(value.Type()).leaves(0, func(leaf *shape, offset uintptr) {
		at := func(v reflect.Value) reflect.Value {
			return reflect.NewAt(leaf.typ, unsafe.Add(v.Addr().UnsafePointer(), offset)).Elem()
		}
		to, from := at(shadow), at(taken)
		switch {
		case !leaf.linked:
			(&adder{}).add(leaf.typ, to.Addr().UnsafePointer(), from.Addr().UnsafePointer(), inMemory, 0)
		case leaf.kind == reflect.Interface:
			p, q, v := to.Elem(), from.Elem(), at(value).Elem()
			if v.IsValid() && b.isFresh(q) && q.Type() == reflect.PointerTo(v.Type()) && p.IsValid() && p.Type() == q.Type() {
				b.give(p.Elem(), q.Elem(), copied(v))
			}
		}
	})
}
