package gradcheck

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"
	"unsafe"
)

// An image is a relocatable copy of the values that were added to it, with all memory that they lead to.
//
// Memory that overlaps lies in one region; every pointer, slice, map and interface in a region is a link to
// another. So an instance of the image is made by copying regions and setting links, and has the aliasing
// of the original: spare capacity, pointers reached twice, cycles. A position in the image is a place,
// which stands for the same float, say, in every instance.
//
// Functions, channels, unsafe pointers and what lies behind types whose identity matters are not copied.
type image struct {
	regions  []region
	roots    []int // the regions of the values added
	links    []link
	linkAt   map[place]int // the link that lies at a place
	mappings []mapping
}

// A region is memory that is copied as a whole.
type region struct {
	role  role
	name  string        // of a root
	elem  reflect.Type  // the memory is an array of these
	mem   reflect.Value // a slice of elem: the contents when the image was made
	views []int         // the links that lead here, in order of discovery
	owner int           // of a box: the link or the mapping that it belongs to
	entry int           // the position of a key or an element in its mapping
}

// A role says what a region is. All but shared are boxes: copies of one value that has no address.
type role uint8

const (
	shared  role = iota // what pointers and slices point to
	root                // a value added to the image
	key                 // a key of a map
	element             // an element of a map
	dynamic             // the value that an interface holds
)

// A place is a byte offset into a region.
type place struct {
	region int
	offset uintptr
}

func (p place) plus(n uintptr) place { return place{p.region, p.offset + n} }

// A link is a pointer, a slice, a map or an interface that is not nil.
type link struct {
	from             place
	typ              reflect.Type
	to               place          // of a pointer or a slice; the box of an interface
	target           unsafe.Pointer // what a pointer or a slice originally pointed to
	length, capacity int            // of a slice
	mapping          int            // of a map
}

// A mapping is a map: the boxes of its keys, in order, and of its elements.
type mapping struct {
	typ      reflect.Type
	keys     []int
	elements []int
	view     int // the first link that leads here
}

// add adds values to the image. Where these share memory with each other, so do they in the image; nothing
// is shared with what was added before.
func (g *image) add(names []string, values ...reflect.Value) error {
	return g.addGroups([][]int{positions(len(values))}, names, values)
}

// addGroups is add where values share memory only with those of the same group.
func (g *image) addGroups(groups [][]int, names []string, values []reflect.Value) error {
	first := len(g.roots)
	g.roots = append(g.roots, make([]int, len(values))...)
	for _, group := range groups {
		s := scan{image: g, blocks: map[block]bool{}, slots: map[unsafe.Pointer]bool{}, mappings: map[unsafe.Pointer]int{}}
		for _, i := range group {
			r := s.box(root, 0, values[i])
			g.regions[r].name = names[i]
			g.roots[first+i] = r
		}
		if err := s.finish(); err != nil {
			return err
		}
	}
	return nil
}

// positions returns the numbers below n.
func positions(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// scan adds to an image what a group of values leads to. Links are collected with the addresses that they
// hold; when all memory is known, finish turns these into places.
type scan struct {
	image    *image
	spans    spans
	blocks   map[block]bool
	order    []block // the blocks, in order of discovery
	links    []foundLink
	slots    map[unsafe.Pointer]bool // the addresses of links
	mappings map[unsafe.Pointer]int  // the mappings of maps by their identity
}

// A block is memory that a pointer or a slice points to: n values of a type.
type block struct {
	base unsafe.Pointer
	elem reflect.Type
	n    int
}

func (b block) end() uintptr { return uintptr(b.base) + uintptr(b.n)*b.elem.Size() }

type foundLink struct {
	link
	at unsafe.Pointer
}

// box adds a region with a copy of v, and what it leads to.
func (s *scan) box(role role, owner int, v reflect.Value) int {
	mem := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
	mem.Index(0).Set(v)
	r := s.region(region{role: role, owner: owner, elem: v.Type(), mem: mem}, mem.UnsafePointer())
	s.contents(mem.UnsafePointer(), v.Type())
	return r
}

// region adds r, whose contents have links at base onwards.
func (s *scan) region(r region, base unsafe.Pointer) int {
	n := len(s.image.regions)
	s.image.regions = append(s.image.regions, r)
	if size := uintptr(r.mem.Len()) * r.elem.Size(); size > 0 {
		s.spans = append(s.spans, span{base, size, n})
	}
	return n
}

// contents looks for links in the value of type t at p.
func (s *scan) contents(p unsafe.Pointer, t reflect.Type) {
	switch t.Kind() {
	case reflect.Array:
		s.sequence(p, t.Elem(), t.Len())
	case reflect.Struct:
		for f := range t.Fields() {
			s.contents(unsafe.Add(p, f.Offset), f.Type)
		}
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v := at(p, t); !v.IsNil() && !s.slots[p] {
			s.reference(p, v)
		}
	}
}

// sequence looks for links in n values of type t in a row.
func (s *scan) sequence(p unsafe.Pointer, t reflect.Type, n int) {
	if !hasLinks(t) {
		return
	}
	for i := range n {
		s.contents(unsafe.Add(p, uintptr(i)*t.Size()), t)
	}
}

// reference adds the link v at p, and what it leads to.
func (s *scan) reference(p unsafe.Pointer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		s.pointer(p, v, 1, link{typ: v.Type()})
	case reflect.Slice:
		s.pointer(p, v, v.Cap(), link{typ: v.Type(), length: v.Len(), capacity: v.Cap()})
	case reflect.Map:
		s.mapping(p, v)
	case reflect.Interface:
		n := s.link(p, link{typ: v.Type()})
		b := s.box(dynamic, len(s.image.links)+n, v.Elem())
		s.links[n].to = place{region: b}
	}
}

// pointer adds l, which is a pointer or a slice v to n values.
func (s *scan) pointer(p unsafe.Pointer, v reflect.Value, n int, l link) {
	b := block{v.UnsafePointer(), v.Type().Elem(), n}
	if b.n > 0 && b.elem.Size() > 0 && !isIdentity(b.elem) {
		l.target = b.base
		s.link(p, l)
		s.block(b)
	}
}

// mapping adds the link to the map v, and its entries where the map is met for the first time.
func (s *scan) mapping(p unsafe.Pointer, v reflect.Value) {
	m, met := s.mappings[v.UnsafePointer()]
	if !met {
		m = len(s.image.mappings)
		s.mappings[v.UnsafePointer()] = m
	}
	n := s.link(p, link{typ: v.Type(), mapping: m})
	if !met {
		s.image.mappings = append(s.image.mappings, mapping{typ: v.Type(), view: len(s.image.links) + n})
		s.entries(m, v)
	}
}

// link adds a link at p and returns its position among those of the scan.
func (s *scan) link(p unsafe.Pointer, l link) int {
	s.slots[p] = true
	s.links = append(s.links, foundLink{l, p})
	return len(s.links) - 1
}

// block adds b, and what it leads to. Its region is made by finish.
func (s *scan) block(b block) {
	for b.elem.Kind() == reflect.Array {
		b.elem, b.n = b.elem.Elem(), b.n*b.elem.Len()
	}
	if s.blocks[b] {
		return
	}
	s.blocks[b] = true
	s.order = append(s.order, b)
	s.sequence(b.base, b.elem, b.n)
}

// entries adds the entries of the map v to mapping m.
func (s *scan) entries(m int, v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, compareKeys)
	for i, k := range keys {
		kb := s.box(key, m, k)
		eb := s.box(element, m, v.MapIndex(k))
		s.image.regions[kb].entry, s.image.regions[eb].entry = i, i
		to := &s.image.mappings[m]
		to.keys, to.elements = append(to.keys, kb), append(to.elements, eb)
	}
}

// compareKeys orders the keys of a map, for the same order in every run.
func compareKeys(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// finish makes the regions of all blocks, one for those that overlap, and the links.
func (s *scan) finish() error {
	slices.SortStableFunc(s.order, func(a, b block) int {
		return cmp.Compare(uintptr(a.base), uintptr(b.base))
	})
	for rest := s.order; len(rest) > 0; {
		n, end := 1, rest[0].end()
		for n < len(rest) && uintptr(rest[n].base) < end {
			end = max(end, rest[n].end())
			n++
		}
		whole, err := union(rest[:n], end)
		if err != nil {
			return err
		}
		mem := reflect.MakeSlice(reflect.SliceOf(whole.elem), whole.n, whole.n)
		reflect.Copy(mem, reflect.SliceAt(whole.elem, whole.base, whole.n))
		s.region(region{role: shared, elem: whole.elem, mem: mem}, whole.base)
		rest = rest[n:]
	}
	s.spans.sort()
	s.image.setLinks(s.links, s.spans)
	return nil
}

// union returns one block for blocks that overlap, the first of which begins first, up to end. Its type is
// the widest of theirs that the whole is an array of.
func union(blocks []block, end uintptr) (block, error) {
	whole := block{base: blocks[0].base}
	size := end - uintptr(whole.base)
	for _, b := range blocks {
		width := b.elem.Size()
		if (uintptr(b.base)-uintptr(whole.base))%width == 0 && size%width == 0 && (whole.elem == nil || width > whole.elem.Size()) {
			whole.elem, whole.n = b.elem, int(size/width)
		}
	}
	if whole.elem == nil {
		return whole, fmt.Errorf("the arguments share memory as %v and %v, which cannot be copied", blocks[0].elem, blocks[1].elem)
	}
	return whole, nil
}

// setLinks adds the links that were found, whose addresses lie in the spans.
func (g *image) setLinks(links []foundLink, in spans) {
	if g.linkAt == nil {
		g.linkAt = map[place]int{}
	}
	for _, l := range links {
		l.from, _ = in.find(l.at)
		n := len(g.links)
		if l.target != nil {
			l.to, _ = in.find(l.target)
			r := &g.regions[l.to.region]
			r.views = append(r.views, n)
		}
		g.linkAt[l.from] = n
		g.links = append(g.links, l.link)
	}
}

// isIdentity reports whether what matters about a value of type t is where it lies, not what it holds.
func isIdentity(t reflect.Type) bool {
	switch t.PkgPath() {
	case "context", "errors", "internal/abi", "os", "reflect", "runtime", "testing":
		return true
	}
	return t == reflect.TypeFor[time.Location]()
}

// hasLinks reports whether a value of type t can have a link in it.
func hasLinks(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Array:
		return t.Len() > 0 && hasLinks(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if hasLinks(f.Type) {
				return true
			}
		}
	}
	return false
}

// at returns the value of type t at p.
func at(p unsafe.Pointer, t reflect.Type) reflect.Value { return reflect.NewAt(t, p).Elem() }

// address returns the address of a copy of v.
func address(v reflect.Value) unsafe.Pointer {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.UnsafePointer()
}

// spans tell which region an address lies in.
type spans []span

type span struct {
	base   unsafe.Pointer
	size   uintptr
	region int
}

func (s spans) sort() {
	slices.SortFunc(s, func(a, b span) int {
		return cmp.Compare(uintptr(a.base), uintptr(b.base))
	})
}

// find returns the place of address p, and whether it has one. The spans must be sorted.
func (s spans) find(p unsafe.Pointer) (place, bool) {
	i := sort.Search(len(s), func(i int) bool { return uintptr(s[i].base) > uintptr(p) }) - 1
	if i < 0 {
		return place{}, false
	}
	offset := uintptr(p) - uintptr(s[i].base)
	return place{s[i].region, offset}, offset < s[i].size
}
