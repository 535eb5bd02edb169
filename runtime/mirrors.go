package runtime

import (
	"reflect"
	"slices"
	"unsafe"
)

// A Pairing is a value with its shadow. [Pair] makes one.
type Pairing struct {
	flat                  bool // two slices of floats
	flatValue, flatShadow span
	value, shadow         any    // otherwise
	moved                 bool   // links that are kept, for CarryOver
	links                 []kept // if so
}

// Pair returns the pair of a value and its shadow. Where a parameter is no
// reference and its shadow is given as a pointer, the value is given by its
// address too.
func Pair[T any](x, dx T) Pairing {
	if s, ok := flat(x); ok {
		if ds, ok := flat(dx); ok && ds.width == s.width {
			return Pairing{flat: true, flatValue: s, flatShadow: ds}
		}
	}
	return boxed(x, dx)
}

// boxed is Pair for any type.
func boxed[T any](x, dx T) Pairing { return Pairing{value: x, shadow: dx} }

// Mirrors reports whether the shadows fit their values: they have the shape of
// their values, overlap no value, and overlap each other exactly as their values
// do. Memory that carries no derivative is not looked at. Slices are compared up
// to their length, and an empty slice fits a nil one; overlap is judged by the
// capacity of the values. A shadow may have more or less spare capacity.
//
// It allocates nothing for up to eight slices of floats.
func Mirrors(pairs ...Pairing) bool { return mirrors(pairs, false) }

// MirrorsLen is [Mirrors] with overlap judged by length: for a function that
// neither appends to slices nor extends them beyond their length.
func MirrorsLen(pairs ...Pairing) bool { return mirrors(pairs, true) }

// maxFlat is the number of slices up to which Mirrors allocates nothing.
const maxFlat = 8

// mirrors is Mirrors, or MirrorsLen if byLen is set.
func mirrors(pairs []Pairing, byLen bool) bool {
	if len(pairs) > maxFlat || !allFlat(pairs) {
		return mirrorsAll(slices.Clone(pairs), byLen)
	}
	var buf [2 * maxFlat]extent
	extents := buf[:0]
	for i := range pairs {
		p := &pairs[i]
		if p.flatValue.len != p.flatShadow.len {
			return false
		}
		extents = appendTwins(extents, p.flatValue.limit(byLen), p.flatShadow.limit(byLen))
	}
	return separate(extents)
}

// allFlat reports whether all pairs are slices of floats.
func allFlat(pairs []Pairing) bool {
	for i := range pairs {
		if !pairs[i].flat {
			return false
		}
	}
	return true
}

// Owners of the extents in Mirrors.
const (
	ofValue = iota
	ofShadow
)

// appendTwins appends the extents of a value and of its shadow. More capacity
// than that of the value counts for nothing in the shadow.
func appendTwins(extents []extent, v, d span) []extent {
	shift := d.lo() - v.lo()
	d.cap = min(d.cap, v.cap)
	extents = appendExtent(extents, v, tag{ofValue, shift})
	return appendExtent(extents, d, tag{ofShadow, shift})
}

// mirrorsAll is mirrors for any types and number of pairs.
func mirrorsAll(pairs []Pairing, byLen bool) bool {
	c := newComparer(byLen)
	cell := c.shapes.of(reflect.TypeFor[any]())
	for i := range pairs {
		p := &pairs[i]
		if p.flat {
			if p.flatValue.len != p.flatShadow.len {
				return false
			}
			c.extents = appendTwins(c.extents, p.flatValue.limit(byLen), p.flatShadow.limit(byLen))
			continue
		}
		if !c.same(cell, unsafe.Pointer(&p.value), unsafe.Pointer(&p.shadow)) || !c.drain() {
			return false
		}
	}
	return separate(c.extents)
}

// A comparer walks values and their shadows side by side.
type comparer struct {
	shapes  shapes
	byLen   bool
	extents []extent

	todo  []pieces        // linked memory that is yet to compare
	seen  map[place]twin  // elements that are in todo or were
	boxes map[[2]box]bool // what interfaces hold, already compared
	maps  map[[2]unsafe.Pointer]bool

	record *record // what is met is noted here; it may be nil
}

// A record is what a comparer met, in the order met.
type record struct {
	pieces []pieces           // all memory; they may overlap and repeat
	runs   []pieces           // linked memory, each element once
	maps   [][2]reflect.Value // maps and their shadows, each pair once
	tight  bool               // a slice has more capacity than its shadow
}

// pieces are elements of a value and those of its shadow.
type pieces struct {
	value, shadow piece
	spare         int // elements that follow those of the shadow in its memory
}

// newComparer returns a comparer that has met nothing.
func newComparer(byLen bool) *comparer {
	return &comparer{
		shapes: make(shapes),
		byLen:  byLen,
		seen:   make(map[place]twin),
		boxes:  make(map[[2]box]bool),
		maps:   make(map[[2]unsafe.Pointer]bool),
	}
}

// A twin is where the shadow of an element lies, and the address up to which
// its neighbours in the value have theirs beside it.
type twin struct {
	shadow, end uintptr
}

// drain compares what is left to do.
func (c *comparer) drain() bool {
	for len(c.todo) > 0 {
		p := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		for i := range p.value.n {
			if !c.same(p.value.elem, p.value.at(i), p.shadow.at(i)) {
				return false
			}
		}
	}
	return true
}

// same reports whether the links of the value at v, of shape s, and of its
// shadow at d have the same shape, and notes what they lead to.
func (c *comparer) same(s *shape, v, d unsafe.Pointer) bool {
	if !s.linked {
		return true
	}
	switch s.kind {
	case reflect.Slice:
		return c.sameSlice(s, (*header)(v), (*header)(d))
	case reflect.Pointer:
		return c.samePointer(s, *(*unsafe.Pointer)(v), *(*unsafe.Pointer)(d))
	case reflect.Map:
		return c.sameMap(s, v, d)
	case reflect.Interface:
		return c.sameBox(s, v, d)
	case reflect.Array:
		for i := range s.count {
			offset := uintptr(i) * s.elem.size
			if !c.same(s.elem, unsafe.Add(v, offset), unsafe.Add(d, offset)) {
				return false
			}
		}
	case reflect.Struct:
		for _, f := range s.fields {
			if !c.same(f.shape, unsafe.Add(v, f.offset), unsafe.Add(d, f.offset)) {
				return false
			}
		}
	}
	return true
}

// sameSlice is same for slices.
func (c *comparer) sameSlice(s *shape, v, d *header) bool {
	if v.len != d.len {
		return false
	}
	width := uintptr(s.count) * s.elem.size
	c.extents = appendTwins(c.extents, span{*v, width}.limit(c.byLen), span{*d, width}.limit(c.byLen))
	if c.record != nil && v.cap > d.cap {
		c.record.tight = true
	}
	n := v.len * s.count
	return c.pair(pieces{piece{v.data, n, s.elem}, piece{d.data, n, s.elem}, (d.cap - d.len) * s.count})
}

// samePointer is same for pointers.
func (c *comparer) samePointer(s *shape, v, d unsafe.Pointer) bool {
	if v == nil || d == nil {
		return v == d
	}
	width := uintptr(s.count) * s.elem.size
	c.extents = appendTwins(c.extents, span{header{v, 1, 1}, width}, span{header{d, 1, 1}, width})
	return c.pair(pieces{piece{v, s.count, s.elem}, piece{d, s.count, s.elem}, 0})
}

// pair notes that p is to be compared, if it is linked and new. It reports
// whether every element of the value has one shadow only.
func (c *comparer) pair(p pieces) bool {
	elem := p.value.elem
	if c.record != nil && p.value.n > 0 {
		c.record.pieces = append(c.record.pieces, p)
	}
	if !elem.linked {
		return true
	}
	hi := p.value.hi()
	start := 0 // of the new elements
	for i := 0; i < p.value.n; {
		key := place{uintptr(p.value.at(i)), elem}
		t, ok := c.seen[key]
		shadow := uintptr(p.shadow.at(i))
		if ok && t.shadow != shadow {
			return false
		}
		c.seen[key] = twin{shadow, max(t.end, hi)}
		if !ok {
			i++
			continue
		}
		c.do(p, start, i)
		i = int((min(t.end, hi) - p.value.lo()) / elem.size)
		start = i
	}
	c.do(p, start, p.value.n)
	return true
}

// do adds elements i to j of p to what is to be compared.
func (c *comparer) do(p pieces, i, j int) {
	if i >= j {
		return
	}
	elem := p.value.elem
	run := pieces{piece{p.value.at(i), j - i, elem}, piece{p.shadow.at(i), j - i, elem}, p.value.n - j + p.spare}
	c.todo = append(c.todo, run)
	if c.record != nil {
		c.record.runs = append(c.record.runs, run)
	}
}

// sameMap is same for maps: they have the same keys. An empty map fits nil.
func (c *comparer) sameMap(s *shape, v, d unsafe.Pointer) bool {
	vm, dm := reflect.NewAt(s.typ, v).Elem(), reflect.NewAt(s.typ, d).Elem()
	if vm.Len() != dm.Len() || dm.IsNil() && !vm.IsNil() {
		return false
	}
	if vm.IsNil() {
		return true
	}
	id := [2]unsafe.Pointer{vm.UnsafePointer(), dm.UnsafePointer()}
	if c.maps[id] {
		return true
	}
	c.maps[id] = true
	if c.record != nil {
		c.record.maps = append(c.record.maps, [2]reflect.Value{mapAt(s, id[0]), mapAt(s, id[1])})
	}
	shift := uintptr(id[1]) - uintptr(id[0])
	c.extents = append(c.extents, mapExtent(id[0], tag{ofValue, shift}), mapExtent(id[1], tag{ofShadow, shift}))
	return c.sameValues(s.elem, vm, dm)
}

// sameValues reports whether d has the keys of v and values of the same shape.
func (c *comparer) sameValues(elem *shape, v, d reflect.Value) bool {
	value := reflect.New(elem.typ)
	shadow := reflect.New(elem.typ)
	for iter := v.MapRange(); iter.Next(); {
		dv := d.MapIndex(iter.Key())
		if !dv.IsValid() {
			return false
		}
		value.Elem().SetIterValue(iter)
		shadow.Elem().Set(dv)
		if !c.same(elem, value.UnsafePointer(), shadow.UnsafePointer()) {
			return false
		}
	}
	return true
}

// sameBox is same for interfaces: they hold the same dynamic type, or one that
// carries no derivative.
func (c *comparer) sameBox(s *shape, v, d unsafe.Pointer) bool {
	ve, de := reflect.NewAt(s.typ, v).Elem().Elem(), reflect.NewAt(s.typ, d).Elem().Elem()
	if !ve.IsValid() {
		return !de.IsValid()
	}
	elem := c.shapes.of(ve.Type())
	if !elem.carries {
		return true
	}
	if !de.IsValid() || de.Type() != elem.typ {
		return false
	}
	id := [2]box{boxAt(v, elem.typ), boxAt(d, elem.typ)}
	if !elem.linked || c.boxes[id] {
		return true
	}
	c.boxes[id] = true
	return c.same(elem, unboxed(ve), unboxed(de))
}
