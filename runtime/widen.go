package runtime

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// A Wide is a shadow with room for appends. [Widen] makes one.
type Wide[T any] struct {
	// Shadow is the shadow to compute with.
	Shadow T

	way wayBack // nil where Shadow is the one that Widen was given
}

// A wayBack leads from a fresh shadow to the one that was given.
type wayBack interface {
	narrow()                                    // does what Narrow does
	bringHome(t reflect.Type, p unsafe.Pointer) // does what Home does with the value of type t at p
}

// Widen returns the shadow dx of x with room for what is appended to the slices
// of x. Where every slice that dx reaches has at least the capacity of its value,
// that is dx itself. Else it is a fresh shadow, made as [Shadow] makes it, that
// holds the numbers of dx; its spare capacity is zero. Neither x nor dx is
// written to. What is computed with the fresh shadow comes back to dx by
// [Wide.Narrow].
//
// It panics if dx does not have the shape of x, slices being compared up to
// their length, and if a fresh shadow is needed and dx does not share memory
// within itself as x does (see [MirrorsLen]). Values that share memory with each
// other, or that the function links to each other, are widened together, as the
// fields of one struct.
func Widen[T any](x, dx T) Wide[T] {
	switch v := any(x).(type) {
	case []float64:
		if d, ok := any(dx).([]float64); ok {
			wide, way := widenSlice(v, d)
			return Wide[T]{any(wide).(T), way}
		}
	case []float32:
		if d, ok := any(dx).([]float32); ok {
			wide, way := widenSlice(v, d)
			return Wide[T]{any(wide).(T), way}
		}
	}
	return widen(x, dx)
}

// Narrow puts the numbers of the fresh shadow back into the memory that dx
// reached when [Widen] was called. It does nothing if Shadow is dx itself. It is
// called once, after which the fresh shadow is not used any more. To a number of
// dx that has become another since Widen, as another shadow that shares memory
// with dx has added to it, it adds the change of the fresh one.
//
// Slices, pointers, maps and interfaces that have been replaced in the fresh
// shadow are replaced in dx. What leads to memory that dx has up to the lengths
// of its slices leads there in dx. The rest stays where it is and becomes part
// of dx, with what it leads to, and its links back into dx are made such. Nothing
// else that holds links into the fresh shadow is changed; see [Home].
//
//	fresh shadow                  dx
//	w[0] = w[1][:2]               dx[0] = dx[1][:2]
//	w.Next = &Node{Next: w}       dx.Next = that node, its Next = dx
//	w[0] = append(w[0], v)        dx[0] = w[0]
//
// After the append, dx[0] shares no memory with the array that it was before, be
// it that the append moved or that it did not: the array gets its numbers too, but
// what else in dx leads to it still does, also where the values go on to share
// memory. Links that have not changed since Widen do not change in dx.
func (w Wide[T]) Narrow() {
	if w.way != nil {
		w.way.narrow()
	}
}

// Home returns r, which may lead into the fresh shadow of w as the tangent of a
// result may, leading into dx instead: to what dx has up to the lengths of its
// slices, and has kept. It is called after [Wide.Narrow], and returns r as it is
// where Widen made no fresh shadow.
//
//	return x[:1]                  godiff.Home(wide, wide.Shadow[:1]) is dx[:1]
//	return append(x, v)           godiff.Home(wide, w) is w
func Home[T, R any](w Wide[T], r R) R {
	if w.way != nil {
		w.way.bringHome(reflect.TypeFor[R](), unsafe.Pointer(&r))
	}
	return r
}

// widenSlice is Widen for one slice of floats.
func widenSlice[E float32 | float64](x, dx []E) (wide []E, way wayBack) {
	if len(x) != len(dx) {
		panic(fmt.Sprintf("godiff: Widen: the shadow has length %d, its value has length %d", len(dx), len(x)))
	}
	if cap(dx) >= cap(x) {
		return dx, nil
	}
	fresh := shadowSlice(x)
	copy(fresh, dx)
	return fresh, &sliceWidening[E]{given: dx, wide: fresh}
}

// A sliceWidening is a widening of one slice of floats.
type sliceWidening[E float32 | float64] struct{ given, wide []E }

func (w *sliceWidening[E]) narrow() { copy(w.given, w.wide) }

func (w *sliceWidening[E]) bringHome(t reflect.Type, p unsafe.Pointer) {
	b := block{unsafe.Pointer(unsafe.SliceData(w.wide)), unsafe.Pointer(unsafe.SliceData(w.given)), uintptr(len(w.given)) * unsafe.Sizeof(E(0))}
	all := &widening{shapes: make(shapes), home: &Mirror{blocks: []block{b}}}
	all.bringHome(t, p)
}

// widen is Widen for any type.
func widen[T any](x, dx T) Wide[T] {
	var fresh T
	w := widened(reflect.TypeFor[T](), unsafe.Pointer(&fresh), unsafe.Pointer(&x), unsafe.Pointer(&dx))
	if w == nil {
		return Wide[T]{Shadow: dx}
	}
	return Wide[T]{fresh, w}
}

// widened makes the zero value of type t at fresh a wide shadow of x that holds
// the numbers of dx. It returns nil if dx has room.
func widened(t reflect.Type, fresh, x, dx unsafe.Pointer) *widening {
	c := newComparer(true)
	c.record = new(record)
	s := c.shapes.of(t)
	if !c.same(s, x, dx) || !c.drain() {
		panic(fmt.Sprintf("godiff: Widen: the shadow, of type %v, does not have the shape of its value or does not share memory as that does", t))
	}
	if !c.record.tight {
		return nil
	}
	if !separate(c.extents) {
		panic(fmt.Sprintf("godiff: Widen: the shadow, of type %v, does not share memory as its value does", t))
	}
	w := newWidening(c.shapes, c.record, mirrored(t, fresh, x))
	w.lift(s, fresh, dx)
	w.liftAll()
	w.remember()
	return w
}

// A widening is the memory of a shadow that was given beside that of the wide
// one that was made for it.
type widening struct {
	shapes  shapes
	numbers []tie // without links, in the order of their addresses
	runs    []tie // linked memory, each element once
	maps    []mapTie
	home    *Mirror // from the wide memory to the given

	lifted  map[[2]box]reflect.Value // wide boxes with the numbers of given ones
	same    map[[2]box]bool          // boxes that hold the same numbers
	brought map[box]reflect.Value    // boxes with translated links; invalid where there are none
	beyond  *reacher                 // what changed links lead to
	joined  []unsafe.Pointer         // wide memory that has become part of the given shadow
}

// A tie is memory of the given shadow and of the wide one.
type tie struct {
	given, wide piece
	spare       int   // elements that follow those of given in its memory
	was         piece // a copy of wide from before it was used
}

// A mapTie is a map of the given shadow and of the wide one.
type mapTie struct {
	given, wide, was reflect.Value
}

// newWidening returns the widening of what a comparer has met, where m holds the
// wide shadow.
func newWidening(c shapes, met *record, m *Mirror) *widening {
	w := &widening{shapes: c, lifted: make(map[[2]box]reflect.Value), same: make(map[[2]box]bool), brought: make(map[box]reflect.Value)}
	all := ties(met.pieces, m)
	slices.SortFunc(all, func(a, b tie) int { return cmp.Compare(a.wide.lo(), b.wide.lo()) })
	w.numbers = numbersOf(all)
	w.runs = ties(met.runs, m)
	w.home = &Mirror{blocks: homeward(all), maps: make(map[unsafe.Pointer]unsafe.Pointer)}
	for _, p := range met.maps {
		given, wide := p[1], m.maps[p[0].UnsafePointer()]
		v := reflect.NewAt(given.Type(), unsafe.Pointer(&wide)).Elem()
		w.maps = append(w.maps, mapTie{given: given, wide: v})
		w.home.maps[wide] = given.UnsafePointer()
	}
	return w
}

// ties returns the ties of what was met, where m holds the wide shadow.
func ties(met []pieces, m *Mirror) []tie {
	all := make([]tie, len(met))
	for i, p := range met {
		wide := piece{m.translate(p.value.base, p.value.size()), p.value.n, p.value.elem}
		all[i] = tie{given: p.shadow, wide: wide, spare: p.spare}
	}
	return all
}

// numbersOf returns those of the ties, sorted by address, that hold no links,
// without the elements that one before them has.
func numbersOf(sorted []tie) []tie {
	var numbers []tie
	done := make(map[*shape]uintptr) // the address up to which elements have been met
	for _, t := range sorted {
		elem, lo, end := t.wide.elem, t.wide.lo(), done[t.wide.elem]
		if elem.linked || t.wide.hi() <= end {
			continue
		}
		if end > lo {
			n := int((end - lo) / elem.size)
			t.given, t.wide = t.given.from(n), t.wide.from(n)
		}
		done[elem] = t.wide.hi()
		numbers = append(numbers, t)
	}
	return numbers
}

// homeward returns the blocks of a mirror from the wide to the given memory of
// the ties, which are sorted by address. Neighbours fall into one block where a
// slice of the given shadow proves by its capacity that they are elements of one
// array: two allocations may lie side by side by chance.
func homeward(sorted []tie) []block {
	var all []block
	var shift, end uintptr // of the array in the given memory: from the wide one, and its end in terms of that
	for _, t := range sorted {
		b := block{t.wide.base, t.given.base, t.wide.size()}
		lo := t.wide.lo()
		if s := t.given.lo() - lo; s != shift || lo >= end {
			shift, end = s, 0
		}
		if n := len(all); end > 0 && lo <= uintptr(all[n-1].value)+all[n-1].size {
			last := &all[n-1]
			last.size = max(last.size, lo-uintptr(last.value)+b.size)
		} else {
			all = append(all, b)
		}
		end = max(end, t.wide.hi()+uintptr(t.spare)*t.wide.elem.size)
	}
	return all
}

// liftAll puts the numbers of the given shadow into the wide one.
func (w *widening) liftAll() {
	for _, t := range w.numbers {
		copyNumbers(t.wide, t.given)
	}
	for _, t := range w.runs {
		for i := range t.wide.n {
			w.lift(t.wide.elem, t.wide.at(i), t.given.at(i))
		}
	}
	for _, t := range w.maps {
		w.liftMap(t)
	}
}

// lift puts the numbers of the value of shape s at given into the one at wide,
// with those in interfaces.
func (w *widening) lift(s *shape, wide, given unsafe.Pointer) {
	s.leaves(0, func(leaf *shape, offset uintptr) {
		dst, src := unsafe.Add(wide, offset), unsafe.Add(given, offset)
		switch {
		case !leaf.linked:
			copy(bytesAt(dst, leaf.size), bytesAt(src, leaf.size))
		case leaf.kind == reflect.Interface:
			w.liftBox(leaf, dst, src)
		}
	})
}

// liftBox puts the numbers in the interface at given into the one at wide.
func (w *widening) liftBox(s *shape, wide, given unsafe.Pointer) {
	to := reflect.NewAt(s.typ, wide).Elem()
	v := to.Elem()
	if !v.IsValid() || !w.shapes.of(v.Type()).carries {
		return
	}
	elem := w.shapes.of(v.Type())
	id := [2]box{boxAt(wide, elem.typ), boxAt(given, elem.typ)}
	full, ok := w.lifted[id]
	if !ok {
		full = copied(v)
		w.lift(elem, full.Addr().UnsafePointer(), unboxed(reflect.NewAt(s.typ, given).Elem().Elem()))
		w.lifted[id] = full
	}
	to.Set(full)
}

// liftMap puts the numbers in the values of the given map into those of the wide.
func (w *widening) liftMap(t mapTie) {
	elem := w.shapes.of(t.wide.Type().Elem())
	for iter := t.wide.MapRange(); iter.Next(); {
		v := copied(iter.Value())
		w.lift(elem, v.Addr().UnsafePointer(), unboxed(t.given.MapIndex(iter.Key())))
		t.wide.SetMapIndex(iter.Key(), v)
	}
}

// remember copies the wide shadow.
func (w *widening) remember() {
	for _, list := range [][]tie{w.numbers, w.runs} {
		for i := range list {
			t := &list[i]
			t.was = piece{zeroed(t.wide.elem, t.wide.n), t.wide.n, t.wide.elem}
			reflect.Copy(t.was.slice(), t.wide.slice())
		}
	}
	for i := range w.maps {
		t := &w.maps[i]
		t.was = reflect.MakeMapWithSize(t.wide.Type(), t.wide.Len())
		for iter := t.wide.MapRange(); iter.Next(); {
			t.was.SetMapIndex(iter.Key(), iter.Value())
		}
	}
}

// narrow puts numbers and changed links of the wide shadow into the given one.
func (w *widening) narrow() {
	w.beyond = newReacher(true)
	w.beyond.shapes, w.beyond.revise = w.shapes, w.bring
	all := slices.Concat(w.numbers, w.runs)
	for _, t := range all {
		for i := range t.given.n {
			w.others(t.given.elem, t.was.at(i), t.given.at(i), t.wide.at(i))
		}
	}
	for _, t := range all {
		for i := range t.given.n {
			w.put(t.given.elem, t.given.at(i), t.wide.at(i), t.was.at(i))
		}
	}
	for _, t := range w.maps {
		w.putMap(t)
	}
	w.beyond.drain() // not earlier: it brings links of wide memory that joins the given
}

// bringHome makes the links of the value of type t at p, and of what it leads to,
// that lead to the wide counterpart of given memory lead to that, unless the wide
// memory has become part of the given shadow.
func (w *widening) bringHome(t reflect.Type, p unsafe.Pointer) {
	w.home.blocks = slices.DeleteFunc(w.home.blocks, func(b block) bool {
		return slices.ContainsFunc(w.joined, func(p unsafe.Pointer) bool {
			return uintptr(p)-uintptr(b.value) < b.size
		})
	})
	w.brought = make(map[box]reflect.Value)
	w.beyond = newReacher(true)
	w.beyond.shapes, w.beyond.revise = w.shapes, w.bring
	s := w.shapes.of(t)
	w.bring(s, p)
	w.beyond.visit(s, p)
	w.beyond.drain()
}

// others makes the numbers of the value of shape s at was, which are those that
// given had, what others have added to given since. It changes neither given nor
// wide, which may lie in two ties.
func (w *widening) others(s *shape, was, given, wide unsafe.Pointer) {
	s.leaves(0, func(leaf *shape, offset uintptr) {
		old, now := unsafe.Add(was, offset), unsafe.Add(given, offset)
		switch {
		case !leaf.linked:
			leaf.subtract(old, now)
		case leaf.kind == reflect.Interface && !bytes.Equal(bytesAt(old, leaf.size), bytesAt(unsafe.Add(wide, offset), leaf.size)):
			if !w.sameBox(leaf, old, now) {
				panic(fmt.Sprintf("godiff: Narrow: a value in an interface, of type %v, is part of two shadows, both of which have changed it", leaf.typ))
			}
		}
	})
}

// sameBox reports whether the interfaces at p and q hold the same numbers.
func (w *widening) sameBox(s *shape, p, q unsafe.Pointer) bool {
	a, b := reflect.NewAt(s.typ, p).Elem().Elem(), reflect.NewAt(s.typ, q).Elem().Elem()
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return a.IsValid() == b.IsValid()
	}
	id := [2]box{boxAt(p, a.Type()), boxAt(q, a.Type())}
	if w.same[id] {
		return true
	}
	same, elem := true, w.shapes.of(a.Type())
	pa, pb := unboxed(a), unboxed(b)
	elem.leaves(0, func(leaf *shape, offset uintptr) {
		x, y := unsafe.Add(pa, offset), unsafe.Add(pb, offset)
		switch {
		case !leaf.linked:
			same = same && bytes.Equal(bytesAt(x, leaf.size), bytesAt(y, leaf.size))
		case leaf.kind == reflect.Interface:
			same = same && w.sameBox(leaf, x, y)
		}
	})
	if same {
		w.same[id] = true
	}
	return same
}

// subtract makes the numbers at old, a leaf, those at now less what they were.
func (s *shape) subtract(old, now unsafe.Pointer) {
	if s.floatSize() == 4 {
		subtract[float32](s, old, now)
	} else {
		subtract[float64](s, old, now)
	}
}

func subtract[T float32 | float64](s *shape, old, now unsafe.Pointer) {
	x, y := floatsAt[T](old, s.size), floatsAt[T](now, s.size)
	for i := range x {
		x[i] = change(x[i], y[i])
	}
}

// change is y-x, and 0 for two infinities or two that are not numbers.
func change[T float32 | float64](x, y T) T {
	if x == y || x != x && y != y {
		return 0
	}
	return y - x
}

// add makes the numbers at dst, a leaf, those at x and those at dx together.
func (s *shape) add(dst, x, dx unsafe.Pointer) {
	if s.floatSize() == 4 {
		add[float32](s, dst, x, dx)
	} else {
		add[float64](s, dst, x, dx)
	}
}

func add[T float32 | float64](s *shape, dst, x, dx unsafe.Pointer) {
	y := floatsAt[T](dst, s.size)
	copy(y, floatsAt[T](x, s.size))
	for i, d := range floatsAt[T](dx, s.size) {
		if d != 0 {
			y[i] += d
		}
	}
}

// put puts numbers and links of the value of shape s at wide into the one at
// given; links only where they are not those at was. To the numbers it adds
// those at was, which others have added.
func (w *widening) put(s *shape, given, wide, was unsafe.Pointer) {
	s.leaves(0, func(leaf *shape, offset uintptr) {
		dst, src := unsafe.Add(given, offset), unsafe.Add(wide, offset)
		now, then := bytesAt(src, leaf.size), bytesAt(unsafe.Add(was, offset), leaf.size)
		switch {
		case !leaf.linked:
			leaf.add(dst, src, unsafe.Add(was, offset))
		case !bytes.Equal(now, then):
			reflect.NewAt(leaf.typ, dst).Elem().Set(reflect.NewAt(leaf.typ, src).Elem())
			if !w.bringLink(leaf, dst) && (leaf.kind == reflect.Slice || leaf.kind == reflect.Pointer) {
				w.joined = append(w.joined, *(*unsafe.Pointer)(dst))
			}
			w.beyond.visit(leaf, dst)
		}
	})
}

// putMap gives the given map the keys of the wide one, and puts its values.
func (w *widening) putMap(t mapTie) {
	for iter := t.given.MapRange(); iter.Next(); {
		if !t.wide.MapIndex(iter.Key()).IsValid() {
			t.given.SetMapIndex(iter.Key(), reflect.Value{})
		}
	}
	elem := w.shapes.of(t.given.Type().Elem())
	for iter := t.wide.MapRange(); iter.Next(); {
		v := entry(t.given, iter.Key())
		given, wide, was := v.Addr().UnsafePointer(), unboxed(iter.Value()), entry(t.was, iter.Key()).Addr().UnsafePointer()
		w.others(elem, was, given, wide)
		w.put(elem, given, wide, was)
		t.given.SetMapIndex(iter.Key(), v)
	}
}

// bring makes the links of the value of shape s at p that lead to the wide
// counterpart of given memory lead to that. It reports whether there are any.
func (w *widening) bring(s *shape, p unsafe.Pointer) (changed bool) {
	s.leaves(0, func(leaf *shape, offset uintptr) {
		if leaf.linked && w.bringLink(leaf, unsafe.Add(p, offset)) {
			changed = true
		}
	})
	return changed
}

// bringLink is bring for one link.
func (w *widening) bringLink(s *shape, p unsafe.Pointer) bool {
	switch s.kind {
	case reflect.Slice:
		return w.bringSlice(s, (*header)(p))
	case reflect.Pointer:
		link := (*unsafe.Pointer)(p)
		given, rest := w.home.find(*link)
		if given == nil || rest < uintptr(s.count)*s.elem.size {
			return false
		}
		*link = given
		return true
	case reflect.Map:
		link := (*unsafe.Pointer)(p)
		given, ok := w.home.maps[*link]
		if ok {
			*link = given
		}
		return ok
	case reflect.Interface:
		return w.bringBox(s, p)
	}
	return false
}

// bringSlice is bring for the slice h. It keeps the capacity that the given
// memory has.
func (w *widening) bringSlice(s *shape, h *header) bool {
	width := uintptr(s.count) * s.elem.size
	given, rest := w.home.find(h.data)
	if given == nil || rest < uintptr(h.len)*width {
		return false
	}
	*h = header{given, h.len, min(h.cap, int(rest/width))}
	return true
}

// bringBox is bring for the interface at p.
func (w *widening) bringBox(s *shape, p unsafe.Pointer) bool {
	to := reflect.NewAt(s.typ, p).Elem()
	v := to.Elem()
	if !v.IsValid() || !w.shapes.of(v.Type()).linked {
		return false
	}
	elem := w.shapes.of(v.Type())
	id := boxAt(p, elem.typ)
	home, ok := w.brought[id]
	if !ok {
		if c := copied(v); w.bring(elem, c.Addr().UnsafePointer()) {
			home = c
		}
		w.brought[id] = home
	}
	if home.IsValid() {
		to.Set(home)
	}
	return home.IsValid()
}

// copyNumbers copies the numbers of src, which has no links, to dst.
func copyNumbers(dst, src piece) {
	if dst.elem.number() {
		copy(bytesAt(dst.base, dst.size()), bytesAt(src.base, src.size()))
		return
	}
	for i := range dst.n {
		dst.elem.leaves(0, func(leaf *shape, offset uintptr) {
			copy(bytesAt(unsafe.Add(dst.at(i), offset), leaf.size), bytesAt(unsafe.Add(src.at(i), offset), leaf.size))
		})
	}
}

// entry returns a copy of what m holds for key, zero if nothing.
func entry(m, key reflect.Value) reflect.Value {
	if v := m.MapIndex(key); v.IsValid() {
		return copied(v)
	}
	return reflect.New(m.Type().Elem()).Elem()
}

// floatSize returns the size of the floats in a leaf of numbers.
func (s *shape) floatSize() uintptr {
	switch {
	case s.kind == reflect.Array:
		return s.elem.floatSize()
	case s.kind == reflect.Complex64 || s.kind == reflect.Complex128:
		return s.size / 2
	}
	return s.size
}

// floatsAt returns the floats in the n bytes at p.
func floatsAt[T float32 | float64](p unsafe.Pointer, n uintptr) []T {
	return unsafe.Slice((*T)(p), n/unsafe.Sizeof(T(0)))
}

// bytesAt returns the n bytes at p.
func bytesAt(p unsafe.Pointer, n uintptr) []byte { return unsafe.Slice((*byte)(p), n) }
