package runtime

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"unsafe"
)

// A Mirror holds the shadows of several values, which share memory with each
// other as the values do. It does not change once it is made, and is safe for
// concurrent use.
type Mirror struct {
	blocks []block                           // sorted by address, disjoint
	maps   map[unsafe.Pointer]unsafe.Pointer // from each map to its shadow
}

// A block is memory that the values reach without a gap, and its shadow.
type block struct {
	value  unsafe.Pointer // keeps the value's memory from being used again
	shadow unsafe.Pointer
	size   uintptr
}

// NewMirror returns a mirror that holds zero shadows of the values, as [Shadow]
// makes them. Where they overlap, so do the shadows. A value that is no
// reference, whose variable others may point to, is given by its address.
func NewMirror(values ...any) *Mirror {
	r := newReacher(false)
	cell := r.shapes.of(reflect.TypeFor[any]())
	for i := range values {
		r.walk(cell, unsafe.Pointer(&values[i]))
	}
	return r.mirror()
}

// ShadowIn returns the shadow of x in m. It is the same memory each time. It
// panics when x reaches memory that the values which m was made from did not
// reach then. Parts of them, such as y[2:5], have a shadow in m.
func ShadowIn[T any](m *Mirror, x T) T {
	if v, ok := any(x).([]float64); ok {
		return any(sliceIn(m, v)).(T)
	}
	return shadowIn(m, x)
}

// shadowIn is ShadowIn for any type.
func shadowIn[T any](m *Mirror, x T) T {
	var dx T
	f := newFiller(m, make(shapes))
	f.fill(f.shapes.of(reflect.TypeFor[T]()), unsafe.Pointer(&dx), unsafe.Pointer(&x))
	return dx
}

// sliceIn is ShadowIn for a slice of floats.
func sliceIn(m *Mirror, x []float64) []float64 {
	if cap(x) == 0 {
		return x
	}
	data := m.translate(unsafe.Pointer(unsafe.SliceData(x)), uintptr(cap(x))*unsafe.Sizeof(x[0]))
	return unsafe.Slice((*float64)(data), cap(x))[:len(x)]
}

// mirrored makes the zero value of type t at dst the shadow of the value at src,
// and returns the mirror that holds it.
func mirrored(t reflect.Type, dst, src unsafe.Pointer) *Mirror {
	r := newReacher(false)
	s := r.shapes.of(t)
	r.walk(s, src)
	m := r.mirror()
	newFiller(m, r.shapes).fill(s, dst, src)
	return m
}

// mirror returns the mirror of what r has reached.
func (r *reacher) mirror() *Mirror {
	m := &Mirror{blocks: blocks(r.pieces), maps: make(map[unsafe.Pointer]unsafe.Pointer, len(r.maps))}
	fresh := make([]reflect.Value, len(r.maps))
	for i, v := range r.maps {
		fresh[i] = reflect.MakeMapWithSize(v.Type(), v.Len())
		m.maps[v.UnsafePointer()] = fresh[i].UnsafePointer()
	}
	f := newFiller(m, r.shapes)
	for _, run := range r.runs {
		f.fillRun(run)
	}
	for i, v := range r.maps {
		f.fillMap(fresh[i], v)
	}
	return m
}

// blocks returns the blocks that the pieces fall into, with fresh shadows.
func blocks(pieces []piece) []block {
	slices.SortFunc(pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.lo(), b.lo()), cmp.Compare(b.hi(), a.hi()))
	})
	var all []block
	for len(pieces) > 0 {
		hi, n := pieces[0].hi(), 1
		for n < len(pieces) && pieces[n].lo() < hi {
			hi = max(hi, pieces[n].hi())
			n++
		}
		size := hi - pieces[0].lo()
		all = append(all, block{pieces[0].base, allocate(pieces[:n], size), size})
		pieces = pieces[n:]
	}
	return all
}

// allocate returns fresh zero memory for the pieces of one block, which are
// sorted and together size bytes long. Its type is that of the outermost
// elements; inner ones differ only in the part of it that they denote.
func allocate(pieces []piece, size uintptr) unsafe.Pointer {
	outer, pointers := outermost(pieces)
	switch {
	case tiles(pieces, outer.size, size) && (outer.pointers || !pointers):
		return zeroed(outer, int(size/outer.size))
	case !pointers:
		words := make([]uint64, (size+7)/8)
		return unsafe.Pointer(&words[0])
	}
	panic(fmt.Sprintf("godiff: values share memory as different types, among them %v; its shadow cannot be made", outer.typ))
}

// outermost returns the widest element of the pieces, one that holds pointers
// if there are several, and whether any element holds pointers.
func outermost(pieces []piece) (outer *shape, pointers bool) {
	outer = pieces[0].elem
	for _, p := range pieces {
		e := p.elem
		pointers = pointers || e.pointers
		if e.size > outer.size || e.size == outer.size && e.pointers && !outer.pointers {
			outer = e
		}
	}
	return outer, pointers
}

// tiles reports whether elements of the given width fill a block of sorted
// pieces on one grid.
func tiles(pieces []piece, width, size uintptr) bool {
	lo := pieces[0].lo()
	var covered uintptr
	for _, p := range pieces {
		if p.elem.size != width {
			continue
		}
		offset := p.lo() - lo
		if offset%width != 0 || offset > covered {
			return false
		}
		covered = max(covered, offset+p.size())
	}
	return covered == size
}

// zeroed returns n fresh zero elements.
func zeroed(elem *shape, n int) unsafe.Pointer {
	switch {
	case elem.kind == reflect.Float64:
		return unsafe.Pointer(unsafe.SliceData(make([]float64, n)))
	case n == 1:
		return reflect.New(elem.typ).UnsafePointer()
	}
	return reflect.MakeSlice(reflect.SliceOf(elem.typ), n, n).UnsafePointer()
}

// translate returns the shadow of the size bytes at p.
func (m *Mirror) translate(p unsafe.Pointer, size uintptr) unsafe.Pointer {
	shadow, rest := m.find(p)
	if shadow == nil || size > rest {
		panic("godiff: the value reaches memory that the mirror was not made from")
	}
	return shadow
}

// find returns the shadow of the memory at p, nil if it has none, and for how
// many bytes the block goes on from there.
func (m *Mirror) find(p unsafe.Pointer) (shadow unsafe.Pointer, rest uintptr) {
	addr := uintptr(p)
	i := sort.Search(len(m.blocks), func(i int) bool { return uintptr(m.blocks[i].value) > addr }) - 1
	if i < 0 {
		return nil, 0
	}
	b := &m.blocks[i]
	offset := addr - uintptr(b.value)
	if offset >= b.size {
		return nil, 0
	}
	return unsafe.Add(b.shadow, offset), b.size - offset
}

// A filler makes the links of shadows.
type filler struct {
	*Mirror
	shapes shapes
	boxes  map[box]reflect.Value // shadows of what interfaces hold
}

// newFiller returns a filler for shadows in m.
func newFiller(m *Mirror, c shapes) *filler {
	return &filler{m, c, make(map[box]reflect.Value)}
}

// fill makes the zero value of shape s at dst the shadow of the value at src.
func (f *filler) fill(s *shape, dst, src unsafe.Pointer) {
	if !s.linked {
		return
	}
	switch s.kind {
	case reflect.Slice:
		f.fillSlice(s, (*header)(dst), (*header)(src))
	case reflect.Pointer:
		if p := *(*unsafe.Pointer)(src); p != nil {
			*(*unsafe.Pointer)(dst) = f.translate(p, uintptr(s.count)*s.elem.size)
		}
	case reflect.Map:
		f.linkMap((*unsafe.Pointer)(dst), *(*unsafe.Pointer)(src))
	case reflect.Interface:
		f.fillBox(s, dst, src)
	case reflect.Array:
		for i := range s.count {
			offset := uintptr(i) * s.elem.size
			f.fill(s.elem, unsafe.Add(dst, offset), unsafe.Add(src, offset))
		}
	case reflect.Struct:
		for _, fd := range s.fields {
			f.fill(fd.shape, unsafe.Add(dst, fd.offset), unsafe.Add(src, fd.offset))
		}
	}
}

// fillRun fills the shadow of a run of linked elements.
func (f *filler) fillRun(run piece) {
	dst := f.translate(run.base, run.size())
	for i := range run.n {
		f.fill(run.elem, unsafe.Add(dst, uintptr(i)*run.elem.size), run.at(i))
	}
}

// fillSlice makes dst the shadow of the slice src.
func (f *filler) fillSlice(s *shape, dst, src *header) {
	if src.cap == 0 {
		*dst = *src // nil stays nil, empty stays empty
		return
	}
	size := uintptr(src.cap) * uintptr(s.count) * s.elem.size
	*dst = header{f.translate(src.data, size), src.len, src.cap}
}

// linkMap makes dst the shadow of the map src.
func (f *filler) linkMap(dst *unsafe.Pointer, src unsafe.Pointer) {
	if src == nil {
		return
	}
	shadow, ok := f.maps[src]
	if !ok {
		panic("godiff: the value reaches a map that the mirror was not made from")
	}
	*dst = shadow
}

// fillMap gives the empty map dst the keys of src and the shadows of its values.
func (f *filler) fillMap(dst, src reflect.Value) {
	elem := f.shapes.of(src.Type().Elem())
	value := reflect.New(elem.typ)
	shadow := reflect.New(elem.typ)
	for iter := src.MapRange(); iter.Next(); {
		if elem.linked {
			value.Elem().SetIterValue(iter)
			shadow.Elem().SetZero()
			f.fill(elem, shadow.UnsafePointer(), value.UnsafePointer())
		}
		dst.SetMapIndex(iter.Key(), shadow.Elem())
	}
}

// fillBox makes the interface at dst the shadow of the one at src. It has the
// same dynamic type, also where that carries no derivative.
func (f *filler) fillBox(s *shape, dst, src unsafe.Pointer) {
	v := reflect.NewAt(s.typ, src).Elem().Elem()
	if !v.IsValid() {
		return
	}
	id := boxAt(src, v.Type())
	shadow, ok := f.boxes[id]
	if !ok {
		elem := f.shapes.of(v.Type())
		shadow = reflect.New(elem.typ).Elem()
		if elem.linked {
			f.fill(elem, shadow.Addr().UnsafePointer(), unboxed(v))
		}
		f.boxes[id] = shadow
	}
	reflect.NewAt(s.typ, dst).Elem().Set(shadow)
}
