package gradcheck

import (
	"reflect"
	"unsafe"
)

// An instance is memory laid out as an image says. It is filled in two steps: until values is called, floats
// may be set at any place; afterwards boxes lie in the maps and interfaces that hold them, and what they are
// now is found through these.
type instance struct {
	image  *image
	mem    []reflect.Value // the regions, slices of their element types; invalid where the instance has none
	maps   []reflect.Value // the maps; invalid where the instance has none
	links  []int           // the links that are set
	spans  spans
	sealed bool
}

// instance returns a copy of the image.
func (g *image) instance() *instance {
	x := &instance{image: g, mem: make([]reflect.Value, len(g.regions)), maps: make([]reflect.Value, len(g.mappings))}
	for i, r := range g.regions {
		x.allocate(i)
		reflect.Copy(x.mem[i], r.mem)
	}
	for i, l := range g.links {
		x.set(i, l.capacity)
	}
	return x
}

// shadow returns memory for the shadows of the floats that were reached, all zero: it has links only where
// they lead to floats, and maps with the keys of the primal instance. A slice has no spare capacity, except
// where floats are reached in it by another way.
func (r *reach) shadow(primal *instance) *instance {
	g := r.image
	x := &instance{image: g, mem: make([]reflect.Value, len(g.regions)), maps: make([]reflect.Value, len(g.mappings))}
	for _, i := range g.roots {
		x.allocate(i)
	}
	for _, i := range r.links {
		l := g.links[i]
		switch l.typ.Kind() {
		case reflect.Map:
			for j, e := range g.mappings[l.mapping].elements {
				x.allocate(e)
				k := g.mappings[l.mapping].keys[j]
				x.mem[k] = primal.mem[k]
			}
		default:
			x.allocate(l.to.region)
		}
	}
	for _, i := range r.links {
		l := g.links[i]
		capacity := l.length
		if l.typ.Kind() == reflect.Slice && r.reaches(l.to, l.typ.Elem().Size(), l.length, l.capacity) {
			capacity = l.capacity
		}
		x.set(i, capacity)
	}
	for _, f := range r.fixed {
		if primal.mem[f.region].IsValid() && x.mem[f.region].IsValid() {
			at(x.place(f.place), f.typ).Set(at(primal.place(f.place), f.typ))
		}
	}
	return x
}

// allocate makes memory for region i, once.
func (x *instance) allocate(i int) {
	if r := x.image.regions[i]; !x.mem[i].IsValid() {
		x.mem[i] = reflect.MakeSlice(r.mem.Type(), r.mem.Len(), r.mem.Len())
	}
}

// set sets link i, except for interfaces, which values sets. A slice gets the given capacity.
func (x *instance) set(i, capacity int) {
	l := x.image.links[i]
	x.links = append(x.links, i)
	slot := at(x.place(l.from), l.typ)
	switch l.typ.Kind() {
	case reflect.Pointer:
		slot.Set(reflect.NewAt(l.typ.Elem(), x.place(l.to)).Convert(l.typ))
	case reflect.Slice:
		s := reflect.SliceAt(l.typ.Elem(), x.place(l.to), capacity)
		slot.Set(s.Slice(0, l.length).Convert(l.typ))
	case reflect.Map:
		m := &x.maps[l.mapping]
		if !m.IsValid() {
			*m = reflect.MakeMap(x.image.mappings[l.mapping].typ)
		}
		slot.Set(m.Convert(l.typ))
	}
}

// place returns the address of a place, in its box where it is boxed: what is there before values is called.
func (x *instance) place(p place) unsafe.Pointer {
	return unsafe.Add(x.mem[p.region].UnsafePointer(), p.offset)
}

// values returns the values of the instance, filling interfaces, inner ones first, and maps at the first call.
func (x *instance) values() []reflect.Value {
	if !x.sealed {
		x.sealed = true
		x.fill()
	}
	values := make([]reflect.Value, len(x.image.roots))
	for i, r := range x.image.roots {
		values[i] = x.mem[r].Index(0)
	}
	return values
}

func (x *instance) fill() {
	for i := len(x.links) - 1; i >= 0; i-- {
		if l := x.image.links[x.links[i]]; l.typ.Kind() == reflect.Interface {
			at(x.place(l.from), l.typ).Set(x.mem[l.to.region].Index(0))
		}
	}
	for i, m := range x.maps {
		if !m.IsValid() {
			continue
		}
		for j, k := range x.image.mappings[i].keys {
			m.SetMapIndex(x.mem[k].Index(0), x.mem[x.image.mappings[i].elements[j]].Index(0))
		}
	}
}

// find returns the place of an address in the memory that the instance's values share, and whether it is there.
func (x *instance) find(p unsafe.Pointer) (place, bool) {
	if x.spans == nil {
		for i, mem := range x.mem {
			if r := x.image.regions[i]; mem.IsValid() && r.role == shared {
				x.spans = append(x.spans, span{mem.UnsafePointer(), uintptr(mem.Len()) * r.elem.Size(), i})
			}
		}
		x.spans.sort()
	}
	return x.spans.find(p)
}

// mapping returns the mapping whose map in the instance is m.
func (x *instance) mapping(m reflect.Value) (int, bool) {
	for i, own := range x.maps {
		if own.IsValid() && own.UnsafePointer() == m.UnsafePointer() {
			return i, true
		}
	}
	return 0, false
}

// now returns the address of what is at a place now, or nil where it is gone: a map's element that was
// deleted, or the value of an interface that holds another type.
func (x *instance) now(p place) unsafe.Pointer {
	base := x.region(p.region)
	if base == nil {
		return nil
	}
	return unsafe.Add(base, p.offset)
}

func (x *instance) region(i int) unsafe.Pointer {
	r := x.image.regions[i]
	switch r.role {
	case element:
		k := x.mem[x.image.mappings[r.owner].keys[r.entry]].Index(0)
		if v := x.maps[r.owner].MapIndex(k); v.IsValid() {
			return address(v)
		}
		return nil
	case dynamic:
		l := x.image.links[r.owner]
		slot := x.now(l.from)
		if slot == nil {
			return nil
		}
		if v := at(slot, l.typ).Elem(); v.IsValid() && v.Type() == r.elem {
			return address(v)
		}
		return nil
	default:
		return x.mem[i].UnsafePointer()
	}
}

// reshaped returns the places where pointers, slices or maps of a shadow are not what values gave.
func (x *instance) reshaped() []place {
	var places []place
	for _, i := range x.links {
		l := x.image.links[i]
		slot := x.now(l.from)
		if slot == nil || !x.linked(l, at(slot, l.typ)) {
			places = append(places, l.from)
		}
	}
	return places
}

// linked reports whether v is what link l was set to; the value of an interface may be another of the same type.
func (x *instance) linked(l link, v reflect.Value) bool {
	switch l.typ.Kind() {
	case reflect.Pointer:
		return v.UnsafePointer() == x.place(l.to)
	case reflect.Slice:
		return v.Len() == l.length && v.UnsafePointer() == x.place(l.to)
	case reflect.Map:
		return v.UnsafePointer() == x.maps[l.mapping].UnsafePointer() && v.Len() == len(x.image.mappings[l.mapping].keys)
	default:
		return v.Elem().IsValid() && v.Elem().Type() == x.image.regions[l.to.region].elem
	}
}

// move adds to the float of cell c. It must be called before values.
func (x *instance) move(c cell, by float64) {
	p := x.place(c.place)
	store(p, c.single, load(p, c.single)+by)
}

// load returns the float of cell c as it is now, zero where it is gone.
func (x *instance) load(c cell) float64 { return load(x.now(c.place), c.single) }

// store sets the float of cell c. It must be called before values.
func (x *instance) store(c cell, v float64) { store(x.place(c.place), c.single, v) }

func load(p unsafe.Pointer, single bool) float64 {
	switch {
	case p == nil:
		return 0
	case single:
		return float64(*(*float32)(p))
	default:
		return *(*float64)(p)
	}
}

func store(p unsafe.Pointer, single bool, v float64) {
	if single {
		*(*float32)(p) = float32(v)
	} else {
		*(*float64)(p) = v
	}
}
