package gradcheck

import (
	"reflect"
	"sort"
	"unsafe"
)

// A cell is a float at a place of an image.
type cell struct {
	place
	single bool // a float32
}

// A reach is what a derivative can reach from some roots of an image: its floats, each once, and the links
// on the way to them.
type reach struct {
	image  *image
	scopes map[int]scope // of the roots, by their positions
	cells  []cell
	index  map[place]int // the positions of the cells
	owner  []int         // the root, by its position among all roots, from which a cell was first reached
	links  []int
	ends   map[int][]uintptr // the offsets of the cells of a region, in order
	fixed  []fixed           // what a shadow has too
}

// A fixed is a value without floats in one of an opaque type: a number of rows, say, which the shadow of a matrix has as well.
type fixed struct {
	place
	typ reflect.Type
}

// newReach returns what is reached from the roots that have a scope.
func newReach(g *image, scopes map[int]scope) *reach {
	r := &reach{image: g, scopes: scopes, index: map[place]int{}, ends: map[int][]uintptr{}}
	w := newWalk(g)
	linked := map[int]bool{}
	w.link = func(i int, _ unsafe.Pointer) {
		if !linked[i] {
			linked[i] = true
			r.links = append(r.links, i)
		}
	}
	w.fixed = func(p place, t reflect.Type) { r.fixed = append(r.fixed, fixed{p, t}) }
	for n := range g.roots {
		if s, ok := scopes[n]; ok {
			w.cell = func(c cell, _ unsafe.Pointer) { r.add(c, n) }
			w.root(n, s, nil)
		}
	}
	for _, offsets := range r.ends {
		sort.Slice(offsets, func(i, j int) bool { return offsets[i] < offsets[j] })
	}
	return r
}

func (r *reach) add(c cell, owner int) {
	if _, ok := r.index[c.place]; ok {
		return
	}
	r.index[c.place] = len(r.cells)
	r.cells = append(r.cells, c)
	r.owner = append(r.owner, owner)
	r.ends[c.region] = append(r.ends[c.region], c.offset)
}

// reaches reports whether there are cells among the values from low to high, of the given size, from p on.
func (r *reach) reaches(p place, size uintptr, low, high int) bool {
	offsets := r.ends[p.region]
	from, to := p.offset+uintptr(low)*size, p.offset+uintptr(high)*size
	i := sort.Search(len(offsets), func(i int) bool { return offsets[i] >= from })
	return i < len(offsets) && offsets[i] < to
}

// A walk goes through the floats of an image that a derivative can reach and, alongside, through a mirror: a
// value of the same shape, such as the shadow that a derivative returned.
type walk struct {
	image *image
	scope scope
	cell  func(c cell, mirror unsafe.Pointer)        // called for each float, perhaps more than once
	link  func(i int, mirror unsafe.Pointer)         // called for each link that is followed, with what its mirror points to
	wrong func(at place, format string, args ...any) // called where the mirror has another shape
	fixed func(p place, t reflect.Type)              // called for what carries no derivative in a value of an opaque type
	clean bool                                       // what carries no derivative must be zero in the mirror, but there
	depth int                                        // of values of opaque types around what is walked

	classes map[reflect.Type]bool // whether values of a type may hold floats
	leading map[int]bool          // whether links lead to floats, for sure or by their types; nil in a search for that
	found   bool                  // ends a search
	entered map[entrance]unsafe.Pointer
}

// An entrance is what a link leads to; a slice is entered once for each memory that mirrors it.
type entrance struct {
	to     place
	typ    reflect.Type
	length int
	mirror unsafe.Pointer
}

func newWalk(g *image) *walk {
	return &walk{
		image:   g,
		cell:    func(cell, unsafe.Pointer) {},
		link:    func(int, unsafe.Pointer) {},
		wrong:   func(place, string, ...any) {},
		fixed:   func(place, reflect.Type) {},
		entered: map[entrance]unsafe.Pointer{},
	}
}

// root walks the root at position n, whose mirror is at m; a nil m stands for none.
func (w *walk) root(n int, s scope, m unsafe.Pointer) {
	w.scope, w.classes, w.leading = s, map[reflect.Type]bool{}, map[int]bool{}
	r := w.image.roots[n]
	w.visit(place{region: r}, w.image.regions[r].elem, m)
}

// carries reports whether a value of type t may hold floats that the scope reaches.
func (w *walk) carries(t reflect.Type) bool {
	carries, known := w.classes[t]
	if !known {
		carries = classOf(t, w.scope, mixed) != 0
		w.classes[t] = carries
	}
	return carries
}

// visit walks the value of type t at a place; here and below m is the address of its mirror or nil.
func (w *walk) visit(p place, t reflect.Type, m unsafe.Pointer) {
	if w.found {
		return
	}
	if !w.carries(t) {
		w.passive(p, t, m)
		return
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		w.cell(cell{p, t.Kind() == reflect.Float32}, m)
	case reflect.Array:
		w.sequence(p, t.Elem(), t.Len(), m)
	case reflect.Struct:
		if w.scope.opaque(t) {
			w.depth++
			defer func() { w.depth-- }()
		}
		for f := range t.Fields() {
			if w.scope.sees(f) {
				w.visit(p.plus(f.Offset), f.Type, offset(m, f.Offset))
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if i, ok := w.image.linkAt[p]; ok {
			w.follow(i, m)
		} else {
			w.absent(p, t, m)
		}
	}
}

// sequence walks n values of type t in a row.
func (w *walk) sequence(p place, t reflect.Type, n int, m unsafe.Pointer) {
	for i := range n {
		by := uintptr(i) * t.Size()
		w.visit(p.plus(by), t, offset(m, by))
	}
}

// passive checks the mirror of a value that carries no derivative.
func (w *walk) passive(p place, t reflect.Type, m unsafe.Pointer) {
	if w.depth > 0 {
		w.fixed(p, t)
		return
	}
	if m != nil && w.clean && !at(m, t).IsZero() {
		w.wrong(p, "has type %v and carries no derivative, but is set in the shadow", t)
	}
}

// absent checks the mirror of a nil or of a slice without capacity.
func (w *walk) absent(p place, t reflect.Type, m unsafe.Pointer) {
	if m == nil {
		return
	}
	switch v := at(m, t); {
	case t.Kind() == reflect.Slice && v.Len() > 0:
		w.wrong(p, "is empty, but its shadow has length %d", v.Len())
	case t.Kind() != reflect.Slice && !v.IsNil():
		w.wrong(p, "is nil, but its shadow is not")
	}
}

// follow walks what link i leads to.
func (w *walk) follow(i int, m unsafe.Pointer) {
	l := w.image.links[i]
	if w.leading == nil && classOf(l.typ, w.scope, 0) != 0 {
		w.found = true
		return
	}
	var v reflect.Value
	if m != nil {
		if v = at(m, l.typ); v.IsNil() && (l.typ.Kind() != reflect.Slice || l.length > 0) {
			if w.leads(i) {
				w.wrong(l.from, "has no shadow: it is nil")
			}
			return
		}
	}
	switch l.typ.Kind() {
	case reflect.Pointer:
		w.pointer(i, l, v)
	case reflect.Slice:
		w.slice(i, l, v)
	case reflect.Map:
		w.mapping(i, l, v)
	case reflect.Interface:
		w.dynamic(i, l, v)
	}
}

// leads reports whether link i leads to floats, or would if it led to more: a pointer to a struct of slices has a
// shadow where these are nil too. What interfaces may hold by their types does not count, only what they do hold.
func (w *walk) leads(i int) bool {
	if leads, known := w.leading[i]; known {
		return leads
	}
	search := newWalk(w.image)
	search.scope, search.classes, search.leading = w.scope, w.classes, nil
	search.cell = func(cell, unsafe.Pointer) { search.found = true }
	search.follow(i, nil)
	w.leading[i] = search.found
	return search.found
}

// enter reports whether e has not been entered before; a shadow of its own for the second way to the same
// pointer or map is wrong.
func (w *walk) enter(e entrance, from place, m unsafe.Pointer) bool {
	before, entered := w.entered[e]
	if entered && before != m {
		w.wrong(from, "is reached twice and has two shadows")
	}
	w.entered[e] = m
	return !entered
}

// pointer walks behind a pointer; here and below v is the mirror of the link, or invalid.
func (w *walk) pointer(i int, l link, v reflect.Value) {
	var m unsafe.Pointer
	if v.IsValid() {
		m = v.UnsafePointer()
	}
	w.link(i, m)
	if w.enter(entrance{to: l.to, typ: l.typ.Elem()}, l.from, m) {
		w.visit(l.to, l.typ.Elem(), m)
	}
}

func (w *walk) slice(i int, l link, v reflect.Value) {
	var m unsafe.Pointer
	if v.IsValid() {
		if v.Len() != l.length {
			w.wrong(l.from, "has length %d, but its shadow %d", l.length, v.Len())
			return
		}
		m = v.UnsafePointer()
	}
	w.link(i, m)
	if w.enter(entrance{l.to, l.typ.Elem(), l.length, m}, l.from, m) {
		w.sequence(l.to, l.typ.Elem(), l.length, m)
	}
}

func (w *walk) mapping(i int, l link, v reflect.Value) {
	mapping := w.image.mappings[l.mapping]
	var m unsafe.Pointer
	if v.IsValid() {
		if v.Len() != len(mapping.keys) {
			w.wrong(l.from, "has %d keys, but its shadow %d", len(mapping.keys), v.Len())
			return
		}
		m = v.UnsafePointer()
	}
	w.link(i, m)
	if !w.enter(entrance{to: place{region: -1 - l.mapping}, typ: l.typ}, l.from, m) {
		return
	}
	for j, e := range mapping.elements {
		k := w.image.regions[mapping.keys[j]].mem.Index(0)
		var em unsafe.Pointer
		if v.IsValid() {
			ev := v.MapIndex(k)
			if !ev.IsValid() {
				w.wrong(l.from, "has the key %v, but its shadow has not", k)
				continue
			}
			em = address(ev)
		}
		w.visit(place{region: e}, l.typ.Elem(), em)
	}
}

func (w *walk) dynamic(i int, l link, v reflect.Value) {
	t := w.image.regions[l.to.region].elem
	var m unsafe.Pointer
	if v.IsValid() {
		if v.Elem().Type() != t {
			w.wrong(l.from, "holds a %v, but its shadow a %v", t, v.Elem().Type())
			return
		}
		m = address(v.Elem())
	}
	if w.carries(t) {
		w.link(i, m)
	}
	w.visit(l.to, t, m)
}

// offset returns the address n bytes after p, or nil where p is.
func offset(p unsafe.Pointer, n uintptr) unsafe.Pointer {
	if p == nil {
		return nil
	}
	return unsafe.Add(p, n)
}

// loads returns the floats that are reached, as they were when the image was made.
func (r *reach) loads() []float64 {
	list := make([]float64, len(r.cells))
	for i, cell := range r.cells {
		list[i] = r.image.load(cell)
	}
	return list
}

// load returns the float of a cell as it was when the image was made.
func (g *image) load(c cell) float64 {
	return load(offset(g.regions[c.region].mem.UnsafePointer(), c.offset), c.single)
}

// floats returns the floats of type t as cells, with offsets from p, that are reached without a link.
func floats(p place, t reflect.Type) []cell {
	var cells []cell
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		cells = append(cells, cell{p, t.Kind() == reflect.Float32})
	case reflect.Array:
		for i := range t.Len() {
			cells = append(cells, floats(p.plus(uintptr(i)*t.Elem().Size()), t.Elem())...)
		}
	case reflect.Struct:
		for f := range t.Fields() {
			cells = append(cells, floats(p.plus(f.Offset), f.Type)...)
		}
	}
	return cells
}
