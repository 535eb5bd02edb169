package runtime

import (
	"reflect"
	"unsafe"
)

// A piece is memory that a value reaches: n neighbouring elements.
type piece struct {
	base unsafe.Pointer
	n    int
	elem *shape // carries a derivative and is no array
}

// lo returns the address of the first byte of p.
func (p piece) lo() uintptr { return uintptr(p.base) }

// hi returns the address after the last byte of p.
func (p piece) hi() uintptr { return p.lo() + p.size() }

// size returns the length of p in bytes.
func (p piece) size() uintptr { return uintptr(p.n) * p.elem.size }

// at returns the address of element i of p.
func (p piece) at(i int) unsafe.Pointer {
	return unsafe.Add(p.base, uintptr(i)*p.elem.size)
}

// from returns p without its first i elements, which must not be all.
func (p piece) from(i int) piece { return piece{p.at(i), p.n - i, p.elem} }

// slice returns p as a slice.
func (p piece) slice() reflect.Value { return reflect.SliceAt(p.elem.typ, p.base, p.n) }

// A place is where an element of a type lies.
type place struct {
	addr uintptr
	elem *shape
}

// A box is the value in an interface. It is immutable and may be shared.
type box struct {
	data unsafe.Pointer
	typ  reflect.Type
}

// boxAt returns the box of the interface at p, whose dynamic type is t.
func boxAt(p unsafe.Pointer, t reflect.Type) box {
	return box{(*[2]unsafe.Pointer)(p)[1], t}
}

// A reacher collects what values reach and carries a derivative.
type reacher struct {
	shapes shapes
	byLen  bool // slices end at their length, not at their capacity

	pieces []piece         // all, in the order met; they may overlap and repeat
	runs   []piece         // linked memory, each element once
	maps   []reflect.Value // each map once

	// For each element in runs an address up to which its neighbours are in
	// runs too. It lets a second slice of the same memory jump ahead.
	seen     map[place]uintptr
	seenMaps map[unsafe.Pointer]bool
	seenBox  map[box]bool

	// revise may change the links of the value of shape s at p, an element of a
	// run or a copy of what a map holds, before they are followed. It reports
	// whether it did. It may be nil.
	revise func(s *shape, p unsafe.Pointer) bool

	nruns, nmaps int // runs and maps whose links have been followed
}

// newReacher returns a reacher that has reached nothing.
func newReacher(byLen bool) *reacher {
	return &reacher{
		shapes:   make(shapes),
		byLen:    byLen,
		seen:     make(map[place]uintptr),
		seenMaps: make(map[unsafe.Pointer]bool),
		seenBox:  make(map[box]bool),
	}
}

// walk collects what the value of shape s at p reaches.
func (r *reacher) walk(s *shape, p unsafe.Pointer) {
	r.visit(s, p)
	r.drain()
}

// drain follows the links of what has been reached.
func (r *reacher) drain() {
	for {
		switch {
		case r.nruns < len(r.runs):
			r.nruns++
			r.visitRun(r.runs[r.nruns-1])
		case r.nmaps < len(r.maps):
			r.nmaps++
			r.visitMap(r.maps[r.nmaps-1])
		default:
			return
		}
	}
}

// visitRun notes what the elements of run link to.
func (r *reacher) visitRun(run piece) {
	for i := range run.n {
		if r.revise != nil {
			r.revise(run.elem, run.at(i))
		}
		r.visit(run.elem, run.at(i))
	}
}

// visit notes what the value of shape s at p links to. The types bound its
// recursion, and so do values that lie in interfaces.
func (r *reacher) visit(s *shape, p unsafe.Pointer) {
	if !s.linked {
		return
	}
	switch s.kind {
	case reflect.Slice:
		h := (*header)(p)
		n := h.cap
		if r.byLen {
			n = h.len
		}
		if n > 0 {
			r.reach(piece{h.data, n * s.count, s.elem})
		}
	case reflect.Pointer:
		if q := *(*unsafe.Pointer)(p); q != nil {
			r.reach(piece{q, s.count, s.elem})
		}
	case reflect.Map:
		r.reachMap(s, p)
	case reflect.Interface:
		r.reachBox(s, p)
	case reflect.Array:
		for i := range s.count {
			r.visit(s.elem, unsafe.Add(p, uintptr(i)*s.elem.size))
		}
	case reflect.Struct:
		for _, f := range s.fields {
			r.visit(f.shape, unsafe.Add(p, f.offset))
		}
	}
}

// reach adds p to the pieces, and those of its elements that are linked and new
// to the runs.
func (r *reacher) reach(p piece) {
	r.pieces = append(r.pieces, p)
	if !p.elem.linked {
		return
	}
	hi := p.hi()
	start := 0 // of the new elements
	for i := 0; i < p.n; {
		key := place{uintptr(p.at(i)), p.elem}
		end, ok := r.seen[key]
		r.seen[key] = max(end, hi)
		if !ok {
			i++
			continue
		}
		r.run(p, start, i)
		i = int((min(end, hi) - p.lo()) / p.elem.size)
		start = i
	}
	r.run(p, start, p.n)
}

// run adds elements i to j of p to the runs.
func (r *reacher) run(p piece, i, j int) {
	if i < j {
		r.runs = append(r.runs, piece{p.at(i), j - i, p.elem})
	}
}

// reachMap notes the map at p.
func (r *reacher) reachMap(s *shape, p unsafe.Pointer) {
	id := *(*unsafe.Pointer)(p)
	if id == nil || r.seenMaps[id] {
		return
	}
	r.seenMaps[id] = true
	r.maps = append(r.maps, mapAt(s, id))
}

// visitMap notes what the values of m link to.
func (r *reacher) visitMap(m reflect.Value) {
	elem := r.shapes.of(m.Type().Elem())
	if !elem.linked {
		return
	}
	v := reflect.New(elem.typ)
	for iter := m.MapRange(); iter.Next(); {
		v.Elem().SetIterValue(iter)
		if r.revise != nil && r.revise(elem, v.UnsafePointer()) {
			m.SetMapIndex(iter.Key(), v.Elem())
		}
		r.visit(elem, v.UnsafePointer())
	}
}

// mapAt returns the map of shape s that lies at p.
func mapAt(s *shape, p unsafe.Pointer) reflect.Value {
	return reflect.NewAt(s.typ, unsafe.Pointer(&p)).Elem()
}

// reachBox notes what the value in the interface at p links to.
func (r *reacher) reachBox(s *shape, p unsafe.Pointer) {
	v := reflect.NewAt(s.typ, p).Elem().Elem()
	if !v.IsValid() {
		return
	}
	elem := r.shapes.of(v.Type())
	if !elem.linked {
		return
	}
	id := boxAt(p, elem.typ)
	if r.seenBox[id] {
		return
	}
	r.seenBox[id] = true
	r.visit(elem, unboxed(v))
}

// unboxed returns the address of a copy of v.
func unboxed(v reflect.Value) unsafe.Pointer { return copied(v).Addr().UnsafePointer() }

// copied returns a variable that holds v.
func copied(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}
