package runtime_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	goruntime "runtime"
	"testing"
	"unsafe"

	godiff "github.com/godiff/godiff/runtime"
)

// The tests of this file build values of many types that share memory in many
// ways, and compare the package with a naive walk that lists every cell, a float
// or a link, with its address.

// choices is a sequence of decisions.
type choices struct{ data []byte }

// next returns the next decision, from 0 up to n-1; 0 when there are no more.
func (c *choices) next(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return int(b) % n
}

// randomChoices returns n random decisions.
func randomChoices(r *rand.Rand, n int) *choices {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return &choices{data}
}

type pair struct {
	A float64
	n int
	B float32
}

type vec []float64

type node struct {
	name  string
	x     float64
	ids   []int
	w     []float64
	v     vec
	half  []float32
	p     *float64
	q     *pair
	pairs []pair
	_     [0]func()
	grid  [2][3]float64
	row   *[3]float64
	grids *[2][3]float64
	rows  [][]float64
	cols  [2][]float64
	next  *node
	kids  []*node
	all   []node
	m     map[string][]float64
	box   any
	boxes []any
	err   error
}

// A pool is memory that the parts of several values are cut from.
type pool struct {
	*choices
	floats [2][]float64
	half   []float32
	pairs  []pair
	nodes  []node
	kids   []*node
	rows   [][]float64
	maps   [2]map[string][]float64
	boxes  []any
}

// newPool returns a pool of linked nodes.
func newPool(c *choices) *pool {
	p := &pool{choices: c, half: make([]float32, 5), pairs: make([]pair, 4), nodes: make([]node, 4),
		kids: make([]*node, 4), rows: make([][]float64, 4), boxes: make([]any, 3)}
	p.floats = [2][]float64{make([]float64, 6), make([]float64, 3)}
	p.maps = [2]map[string][]float64{{}, {"a": nil, "b": p.slice()}}
	for i := range p.kids {
		p.kids[i] = p.node()
		p.rows[i] = p.slice()
	}
	p.maps[0]["c"] = p.slice()
	for i := range p.boxes {
		p.boxes[i] = p.box()
	}
	for i := range p.nodes {
		p.link(&p.nodes[i])
	}
	return p
}

// cut returns a slice of s.
func cut[S ~[]E, E any](c *choices, s S) S {
	lo := c.next(len(s) + 1)
	hi := lo + c.next(len(s)-lo+1)
	top := hi + c.next(len(s)-hi+1)
	switch c.next(6) {
	case 0:
		return nil
	case 1:
		return s[lo:hi]
	}
	return s[lo:hi:top]
}

// one returns a pointer to an element of s, or nil.
func one[E any](c *choices, s []E) *E {
	if i := c.next(len(s) + 1); i < len(s) {
		return &s[i]
	}
	return nil
}

func (p *pool) node() *node { return one(p.choices, p.nodes) }

// slice returns a slice of floats.
func (p *pool) slice() []float64 {
	switch n := &p.nodes[p.next(len(p.nodes))]; p.next(4) {
	case 0:
		return cut(p.choices, p.floats[0])
	case 1:
		return cut(p.choices, p.floats[1])
	case 2:
		return cut(p.choices, n.grid[p.next(2)][:])
	}
	return make([]float64, p.next(4), 4)
}

func (p *pool) float() *float64 {
	switch p.next(4) {
	case 0:
		return one(p.choices, p.floats[0])
	case 1:
		return &p.pairs[p.next(len(p.pairs))].A
	case 2:
		return &p.nodes[p.next(len(p.nodes))].x
	}
	return &p.nodes[p.next(len(p.nodes))].grid[p.next(2)][p.next(3)]
}

func (p *pool) array() *[3]float64 {
	switch p.next(3) {
	case 0:
		return (*[3]float64)(p.floats[0][p.next(4):])
	case 1:
		return &p.nodes[p.next(len(p.nodes))].grid[p.next(2)]
	}
	return nil
}

func (p *pool) box() any {
	switch p.next(14) {
	case 1:
		return 1.5
	case 2:
		return "s"
	case 3:
		return p.slice()
	case 4:
		return vec(p.slice())
	case 5:
		return p.node()
	case 6:
		return p.pairs[0]
	case 7:
		return struct {
			n int
			w []float64
			b any
		}{1, p.slice(), p.boxes[p.next(len(p.boxes))]}
	case 8:
		return [2][]float64{p.slice(), p.slice()}
	case 9:
		return p.maps[p.next(2)]
	case 10:
		return map[int]any{1: p.boxes[0], 2: p.node()}
	case 11:
		return cut(p.choices, p.boxes)
	case 12:
		return cut(p.choices, p.kids)
	case 13:
		return &p.nodes[p.next(len(p.nodes))].w
	}
	return nil
}

// link fills in n.
func (p *pool) link(n *node) {
	n.name, n.ids, n.err = "n", []int{1}, fmt.Errorf("e")
	n.w, n.v, n.half = p.slice(), p.slice(), cut(p.choices, p.half)
	n.p, n.q, n.pairs = p.float(), one(p.choices, p.pairs), cut(p.choices, p.pairs)
	n.row, n.rows, n.cols = p.array(), cut(p.choices, p.rows), [2][]float64{p.slice(), p.slice()}
	n.grids = &p.nodes[p.next(len(p.nodes))].grid
	n.next, n.kids = p.node(), cut(p.choices, p.kids)
	n.m, n.box, n.boxes = p.maps[p.next(2)], p.box(), cut(p.choices, p.boxes)
	if p.next(2) == 0 {
		n.all = cut(p.choices, p.nodes)
	}
}

// value returns some value.
func (p *pool) value() any {
	switch p.next(6) {
	case 0:
		return p.slice()
	case 1:
		return cut(p.choices, p.rows)
	case 2:
		n := &node{}
		p.link(n)
		return n
	case 3:
		return cut(p.choices, p.nodes)
	case 4:
		return p.float()
	}
	return p.box()
}

// A listing holds the cells of a value beside those of its shadow.
type listing struct {
	byLen   bool
	fault   string // the first difference of shape
	loose   bool   // memory need not be shared alike
	floats  [][2]reflect.Value
	places  []visit            // all memory
	mapping [][2]reflect.Value // all maps
	rows    []*[]float64       // those of the shadow
	shadow  map[unsafe.Pointer]unsafe.Pointer
	value   map[unsafe.Pointer]unsafe.Pointer
	visited map[visit]bool
}

type visit struct {
	v, d unsafe.Pointer
	typ  reflect.Type
}

// list walks x and dx side by side, slices to their capacity or their length.
func list(x, dx any, byLen bool) *listing {
	return listing{byLen: byLen}.list(x, dx)
}

// list walks x and dx side by side.
func (l listing) list(x, dx any) *listing {
	l.shadow, l.value = map[unsafe.Pointer]unsafe.Pointer{}, map[unsafe.Pointer]unsafe.Pointer{}
	l.visited = map[visit]bool{}
	l.both(reflect.ValueOf(&x).Elem(), reflect.ValueOf(&dx).Elem(), false)
	return &l
}

func (l *listing) failf(format string, args ...any) {
	if l.fault == "" {
		l.fault = fmt.Sprintf(format, args...)
	}
}

// cell notes that the shadow of the cell at v lies at d.
func (l *listing) cell(v, d unsafe.Pointer) {
	if l.loose {
		return
	}
	if s, ok := l.shadow[v]; ok && s != d {
		l.failf("a cell has two shadows")
	}
	if s, ok := l.value[d]; ok && s != v {
		l.failf("two cells have one shadow")
	}
	l.shadow[v], l.value[d] = d, v
}

// carries reports whether the types of this file carry a derivative.
func carries(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.String, reflect.Func:
		return false
	case reflect.Slice, reflect.Array:
		return carries(t.Elem())
	}
	return t != reflect.TypeFor[error]()
}

// both walks v and d, which are addressable. inMemory says that they are cells
// and not copies of what a map or an interface holds.
func (l *listing) both(v, d reflect.Value, inMemory bool) {
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	d = reflect.NewAt(d.Type(), d.Addr().UnsafePointer()).Elem()
	if !carries(v.Type()) || l.fault != "" {
		return
	}
	if inMemory {
		id := visit{v.Addr().UnsafePointer(), d.Addr().UnsafePointer(), v.Type()}
		if l.visited[id] {
			return
		}
		l.visited[id] = true
		l.places = append(l.places, id)
		if k := v.Kind(); k != reflect.Struct && k != reflect.Array {
			l.cell(id.v, id.d)
		}
		if row, ok := d.Addr().Interface().(*[]float64); ok {
			l.rows = append(l.rows, row)
		}
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		if inMemory {
			l.floats = append(l.floats, [2]reflect.Value{v, d})
		}
	case reflect.Struct:
		for i := range v.NumField() {
			l.both(v.Field(i), d.Field(i), inMemory)
		}
	case reflect.Array:
		for i := range v.Len() {
			l.both(v.Index(i), d.Index(i), inMemory)
		}
	case reflect.Slice:
		l.slices(v, d)
	case reflect.Pointer:
		if v.IsNil() != d.IsNil() {
			l.failf("%v: nil beside a pointer", v.Type())
		} else if !v.IsNil() {
			l.both(v.Elem(), d.Elem(), true)
		}
	case reflect.Map:
		l.maps(v, d)
	case reflect.Interface:
		l.boxes(v, d)
	default:
		panic(v.Type())
	}
}

func (l *listing) slices(v, d reflect.Value) {
	n := v.Len()
	if d.Len() != n {
		l.failf("%v: lengths %d and %d", v.Type(), n, d.Len())
		return
	}
	if !l.byLen {
		n = v.Cap()
		if d.Cap() != n || v.IsNil() != d.IsNil() {
			l.failf("%v: capacities %d and %d, nil %v and %v", v.Type(), n, d.Cap(), v.IsNil(), d.IsNil())
			return
		}
		v, d = v.Slice(0, n), d.Slice(0, n)
	}
	for i := range n {
		l.both(v.Index(i), d.Index(i), true)
	}
}

func (l *listing) maps(v, d reflect.Value) {
	if v.IsNil() != d.IsNil() || v.Len() != d.Len() {
		l.failf("%v: not the same keys", v.Type())
		return
	}
	id := visit{v.UnsafePointer(), d.UnsafePointer(), v.Type()}
	if v.IsNil() || l.visited[id] {
		return
	}
	l.visited[id] = true
	l.cell(id.v, id.d)
	l.mapping = append(l.mapping, [2]reflect.Value{copyOf(v), copyOf(d)})
	for iter := v.MapRange(); iter.Next(); {
		dv := d.MapIndex(iter.Key())
		if !dv.IsValid() {
			l.failf("%v: no key %v", v.Type(), iter.Key())
			return
		}
		l.both(copyOf(iter.Value()), copyOf(dv), false)
	}
}

func (l *listing) boxes(v, d reflect.Value) {
	if v.IsNil() || d.IsNil() || v.Elem().Type() != d.Elem().Type() {
		if !v.IsNil() || !d.IsNil() {
			l.failf("interfaces hold %v and %v", v, d)
		}
		return
	}
	l.both(copyOf(v.Elem()), copyOf(d.Elem()), false)
}

func copyOf(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// overlap reports whether a cell of the one is a cell of the other.
func overlap(a, b map[unsafe.Pointer]unsafe.Pointer) bool {
	for p := range a {
		if _, ok := b[p]; ok {
			return true
		}
	}
	return false
}

// fits reports whether the listing is that of a value and a shadow of it.
func (l *listing) fits() bool { return l.fault == "" && !overlap(l.shadow, l.value) }

// checkShadow builds values that share memory, and checks their shadows.
func checkShadow(t *testing.T, c *choices) {
	p := newPool(c)
	x := []any{p.value(), p.value(), p.value()}
	m := godiff.NewMirror(x...)
	dx := make([]any, len(x))
	for i := range x {
		dx[i] = godiff.ShadowIn(m, x[i])
	}
	checkMirrored(t, x, dx)
	checkMirrored(t, x[:1:1], []any{godiff.Shadow(x[0])})
	checkMirrored(t, []any{p.nodes}, []any{godiff.Shadow(p.nodes)})
}

// checkMirrored checks that dx are zero shadows of x.
func checkMirrored(t *testing.T, x, dx []any) {
	t.Helper()
	l := list(x, dx, false)
	if !l.fits() {
		t.Fatalf("no shadow: %s, overlap %v", l.fault, overlap(l.shadow, l.value))
	}
	var pairs []godiff.Pairing
	for i := range x {
		pairs = append(pairs, godiff.Pair(x[i], dx[i]))
	}
	if !godiff.Mirrors(pairs...) || !godiff.MirrorsLen(pairs...) {
		t.Fatal("a shadow that the package made does not mirror")
	}
	for _, f := range l.floats {
		if f[1].Float() != 0 {
			t.Fatal("a float of the shadow is not zero")
		}
	}
	// Write through each place; whoever sees it in the value sees it in the shadow.
	for i, f := range l.floats {
		f[0].SetFloat(float64(i + 1))
		f[1].SetFloat(float64(i + 1))
	}
	for _, f := range l.floats {
		if f[0].Float() != f[1].Float() {
			t.Fatal("a write through the value and one through the shadow are seen in different places")
		}
	}
	checkBlank(t, l)
}

// checkBlank checks that nodes and pairs of the shadow are empty where they carry nothing.
func checkBlank(t *testing.T, l *listing) {
	t.Helper()
	for id := range l.visited {
		switch id.typ {
		case reflect.TypeFor[node]():
			if d := (*node)(id.d); d.name != "" || d.ids != nil || d.err != nil {
				t.Fatal("the shadow of a node holds what carries no derivative")
			}
		case reflect.TypeFor[pair]():
			if d := (*pair)(id.d); d.n != 0 {
				t.Fatal("the shadow of a pair holds what carries no derivative")
			}
		}
	}
}

// checkDisjoint compares Disjoint with the naive answer.
func checkDisjoint(t *testing.T, c *choices) {
	p := newPool(c)
	q := p
	if p.next(2) == 0 {
		q = newPool(c)
		if p.next(2) == 0 {
			q.nodes[0].v = p.slice()
		}
	}
	x, y := p.value(), q.value()
	for _, byLen := range []bool{false, true} {
		want := !overlap(list(x, x, byLen).shadow, list(y, y, byLen).shadow)
		got := godiff.Disjoint(x, y)
		if byLen {
			got = godiff.DisjointLen(x, y)
		}
		if got != want {
			t.Fatalf("by length %v: got %v, want %v for\n%T\n%T", byLen, got, want, x, y)
		}
	}
}

// checkMirrors spoils a link of a shadow, perhaps, and compares Mirrors with the
// naive answer.
func checkMirrors(t *testing.T, c *choices) {
	p := newPool(c)
	x, y := p.value(), p.value()
	m := godiff.NewMirror(x, y)
	dx, dy := godiff.ShadowIn(m, x), godiff.ShadowIn(m, y)
	if rows := list([]any{x, y}, []any{dx, dy}, true).rows; len(rows) > 0 {
		switch row := rows[p.next(len(rows))]; p.next(5) {
		case 0:
			*row = append([]float64(nil), *row...)
		case 1:
			*row = append(*row, 1)
		case 2:
			*row = *rows[p.next(len(rows))]
		case 3:
			*row = p.slice()
		}
	}
	want := list([]any{x, y}, []any{dx, dy}, true).fits()
	byLen := godiff.MirrorsLen(godiff.Pair(x, dx), godiff.Pair(y, dy))
	if byLen != want {
		t.Fatalf("MirrorsLen: got %v, want %v (%s)", byLen, want, list([]any{x, y}, []any{dx, dy}, true).fault)
	}
	if godiff.Mirrors(godiff.Pair(x, dx), godiff.Pair(y, dy)) && !byLen {
		t.Fatal("Mirrors holds and MirrorsLen does not")
	}
}

var properties = []struct {
	name  string
	check func(*testing.T, *choices)
}{
	{"shadow", checkShadow},
	{"disjoint", checkDisjoint},
	{"mirrors", checkMirrors},
	{"widen", checkWiden},
}

func TestProperties(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	for _, prop := range properties {
		t.Run(prop.name, func(t *testing.T) {
			for seed := range n {
				prop.check(t, randomChoices(rand.New(rand.NewPCG(1, uint64(seed))), 50+seed%600))
				if seed%100 == 0 {
					goruntime.GC() // looks at every pointer that was made
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

func FuzzProperties(f *testing.F) {
	for seed := range 4 {
		f.Add(randomChoices(rand.New(rand.NewPCG(2, uint64(seed))), 300).data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, prop := range properties {
			prop.check(t, &choices{data})
		}
	})
}
