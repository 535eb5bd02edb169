package runtime

import (
	"reflect"
	"slices"
	"unsafe"
)

const otherShapes = "godiff: CarryOver: two runs of a function have made memory of different shapes"

// CarryOver adds, for each pair of shadows of the same shape, the floats that the first reaches through slices and pointers to those that
// the second reaches, each once, but for memory that the two share. It is for a function that runs again: what the first run has made
// is other memory than what the second makes.
func CarryOver(pairs ...Pairing) {
	c := newComparer(true)
	c.record = new(record)
	cell := c.shapes.of(reflect.TypeFor[any]())
	numbers := []*shape{c.shapes.of(reflect.TypeFor[float64]()), c.shapes.of(reflect.TypeFor[float32]())}
	for i := range pairs {
		p := &pairs[i]
		for _, k := range p.links {
			if !c.same(k.elem, k.copy, k.at) {
				panic(otherShapes)
			}
		}
		switch {
		case p.moved:
		case p.flat && p.flatValue.len == p.flatShadow.len:
			elem := numbers[slices.IndexFunc(numbers, func(s *shape) bool { return s.size == p.flatValue.width })]
			c.record.pieces = append(c.record.pieces, pieces{
				value: piece{p.flatValue.data, p.flatValue.len, elem}, shadow: piece{p.flatShadow.data, p.flatShadow.len, elem},
			})
		case p.flat || !c.same(cell, unsafe.Pointer(&p.value), unsafe.Pointer(&p.shadow)):
			panic(otherShapes)
		}
	}
	if !c.drain() {
		panic(otherShapes)
	}
	list := slices.DeleteFunc(c.record.pieces, func(p pieces) bool { return p.value.n == 0 || p.value.base == p.shadow.base })
	inOrder(list, pieces.carry)
}

func (p pieces) lo() uintptr { return p.value.lo() }

func (p pieces) hi() uintptr { return p.value.hi() }

// carry adds the floats from an address on to the shadow.
func (p pieces) carry(from uintptr) {
	a := adder{}
	for i := range p.value.n {
		p.value.elem.leaves(0, func(leaf *shape, offset uintptr) {
			if src := unsafe.Add(p.value.at(i), offset); !leaf.linked && uintptr(src) >= from {
				a.add(leaf.typ, unsafe.Add(p.shadow.at(i), offset), src, inMemory, 0)
			}
		})
	}
}
