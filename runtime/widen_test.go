package runtime_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	godiff "github.com/godiff/godiff/runtime"
)

func TestWidenSlice(t *testing.T) {
	x := make([]float64, 2, 5)
	payload := math.Float64frombits(0x7ff8_0000_0000_0123)
	dx := []float64{payload, 2}
	w := godiff.Widen(x, dx)
	if len(w.Shadow) != 2 || cap(w.Shadow) != 5 || w.Shadow[1] != 2 || w.Shadow[:5][4] != 0 || &w.Shadow[0] == &dx[0] {
		t.Fatalf("Shadow %v, capacity %d", w.Shadow[:cap(w.Shadow)], cap(w.Shadow))
	}
	y := append(w.Shadow, 7)
	y[1] = 3
	if dx[1] != 2 {
		t.Error("dx was written to before Narrow")
	}
	w.Narrow()
	if math.Float64bits(dx[0]) != math.Float64bits(payload) || dx[1] != 3 {
		t.Errorf("dx = %v", dx)
	}
}

func TestWidenSliceTypes(t *testing.T) {
	half, dhalf := make([]float32, 1, 3), []float32{1}
	w := godiff.Widen(half, dhalf)
	w.Shadow[0]++
	w.Narrow()
	named, dnamed := make(vec, 1, 3), vec{1}
	v := godiff.Widen(named, dnamed)
	v.Shadow[0]++
	v.Narrow()
	var box, dbox any = make([]float64, 1, 3), []float64{1}
	b := godiff.Widen(box, dbox)
	b.Shadow.([]float64)[0]++
	b.Narrow()
	if dhalf[0] != 2 || dnamed[0] != 2 || dbox.([]float64)[0] != 2 {
		t.Errorf("got %v, %v, %v", dhalf, dnamed, dbox)
	}
	if cap(w.Shadow) != 3 || cap(v.Shadow) != 3 || cap(b.Shadow.([]float64)) != 3 {
		t.Error("no room")
	}
}

// TestWidenRoomy has shadows that need no wide one.
func TestWidenRoomy(t *testing.T) {
	x, dx := make([]float64, 2, 4), make([]float64, 2, 8)
	if w := godiff.Widen(x, dx); &w.Shadow[0] != &dx[0] || cap(w.Shadow) != 8 {
		t.Error("slice: not the same")
	}
	rows, drows := [][]float64{x, nil}, [][]float64{dx, nil}
	r := godiff.Widen(rows, drows)
	if &r.Shadow[0] != &drows[0] {
		t.Error("rows: not the same")
	}
	r.Shadow[1] = x
	r.Narrow()
	if &drows[1][0] != &x[0] {
		t.Error("Narrow changed dx")
	}
	m := &model{W: x, rows: [][]float32{{1}}}
	if dm := godiff.Shadow(m); godiff.Widen(m, dm).Shadow != dm {
		t.Error("struct: not the same")
	}
	godiff.Wide[*model]{}.Narrow()
}

func TestWidenNil(t *testing.T) {
	if w := godiff.Widen([]float64(nil), nil); w.Shadow != nil {
		t.Error("nil slice")
	}
	if w := godiff.Widen((*model)(nil), nil); w.Shadow != nil {
		t.Error("nil pointer")
	}
	if w := godiff.Widen[any](nil, nil); w.Shadow != nil {
		t.Error("nil interface")
	}
	x := &model{W: make([]float64, 0, 2), rows: make([][]float32, 3, 4), byName: map[string]*inner{"a": nil}}
	dx := &model{rows: make([][]float32, 3), byName: map[string]*inner{"a": nil}}
	w := godiff.Widen(x, dx)
	if w.Shadow.W == nil || cap(w.Shadow.W) != 2 || w.Shadow.rows[0] != nil || w.Shadow.next != nil || w.Shadow.any != nil {
		t.Errorf("Shadow %v", w.Shadow)
	}
	w.Narrow()
	if want := (&model{rows: make([][]float32, 3), byName: map[string]*inner{"a": nil}}); !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	dx.W = []float64{}
	w = godiff.Widen(x, dx)
	w.Shadow.W = append(w.Shadow.W, 4)
	w.Narrow()
	if !reflect.DeepEqual(dx.W, []float64{4}) {
		t.Errorf("dx.W = %v", dx.W)
	}
	w = godiff.Widen(x, &model{rows: make([][]float32, 3), byName: map[string]*inner{"a": nil}})
	w.Shadow.rows, w.Shadow.byName = nil, nil
	w.Narrow()
}

func TestWidenRows(t *testing.T) {
	x := [][]float64{make([]float64, 1, 4), make([]float64, 2), nil}
	dx := [][]float64{{1}, {2, 3}, nil}
	old0, old1 := dx[0], dx[1]
	w := godiff.Widen(x, dx)
	d := w.Shadow
	if want := [][]float64{{1}, {2, 3}, nil}; !reflect.DeepEqual(d, want) || cap(d[0]) != 4 {
		t.Fatalf("Shadow %v, want %v", d, want)
	}
	d[0] = append(d[0], 5) // in place
	d[0][0] = 6
	d[2] = append(d[2], 7) // moves
	d[1][0] = 8
	w.Narrow()
	if want := [][]float64{{6, 5}, {8, 3}, {7}}; !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	if old0[0] != 6 || &dx[0][0] == &old0[0] || &dx[1][0] != &old1[0] {
		t.Error("dx[0] is to be another array of the same numbers, dx[1] the same array")
	}
}

// TestWidenRelinked replaces links of the wide shadow by links within it.
func TestWidenRelinked(t *testing.T) {
	x := [][]float64{make([]float64, 3, 6), make([]float64, 2), make([]float64, 4)}
	dx := [][]float64{{1, 2, 3}, {4, 5}, {6, 7, 8, 9}}
	old := [][]float64{dx[0], dx[1], dx[2]}
	w := godiff.Widen(x, dx)
	d := w.Shadow
	d[0], d[1] = d[1], d[0][1:]
	d[2] = d[2][:2]
	d[1][1] = 10
	w.Narrow()
	if want := [][]float64{{4, 5}, {2, 10}, {6, 7}}; !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	if &dx[0][0] != &old[1][0] || &dx[1][0] != &old[0][1] || &dx[2][0] != &old[2][0] {
		t.Error("not the memory of dx")
	}
	if cap(dx[1]) != 2 || cap(dx[2]) != 4 {
		t.Errorf("capacities %d and %d, want what dx has: 2 and 4", cap(dx[1]), cap(dx[2]))
	}
}

type views struct{ A, B []float64 }

// TestWidenViews has two views of one array that share its spare capacity.
func TestWidenViews(t *testing.T) {
	buf := make([]float64, 6)
	x := &views{buf[:2], buf[1:3]}
	t.Run("beyond the lengths", func(t *testing.T) {
		dbuf := []float64{1, 2, 3}
		dx := &views{dbuf[:2:2], dbuf[1:3:3]}
		w := godiff.Widen(x, dx)
		w.Shadow.A = append(w.Shadow.A, 4, 5)
		if w.Shadow.B[1] != 4 || w.Shadow.B[:3][2] != 5 {
			t.Fatalf("Shadow %v does not share", w.Shadow)
		}
		w.Narrow()
		if want := (&views{[]float64{1, 2, 4, 5}, []float64{2, 4}}); !reflect.DeepEqual(dx, want) {
			t.Errorf("dx = %v, want %v", dx, want)
		}
		if &dx.B[0] != &dbuf[1] || &dx.A[1] == &dbuf[1] {
			t.Error("B is to stay where it was, A not")
		}
	})
	t.Run("within the lengths", func(t *testing.T) {
		dbuf := []float64{1, 2, 3}
		dx := &views{dbuf[:2:2], dbuf[1:3:3]}
		w := godiff.Widen(x, dx)
		w.Shadow.A = append(w.Shadow.A, 4)
		w.Narrow()
		if want := []float64{1, 2, 4}; !reflect.DeepEqual(dx.A, want) || !reflect.DeepEqual(dbuf, want) || &dx.A[2] != &dx.B[1] {
			t.Errorf("dx = %v, array %v, want %v", dx, dbuf, want)
		}
		if !godiff.MirrorsLen(godiff.Pair(&views{buf[:3], x.B}, dx)) {
			t.Error("the shadow does not mirror")
		}
	})
}

// TestWidenNeighbours has views that lie side by side. Whether their shadows do is
// known only by the capacity of one.
func TestWidenNeighbours(t *testing.T) {
	buf := make([]float64, 6)
	x := &views{buf[:2], buf[2:4]}
	for _, test := range []struct {
		capacity int
		shares   bool
	}{{2, false}, {3, true}, {4, true}} {
		dbuf := []float64{1, 2, 3, 4}
		dx := &views{dbuf[:2:test.capacity], dbuf[2:4:4]}
		w := godiff.Widen(x, dx)
		w.Shadow.A = append(w.Shadow.A, 5)
		w.Narrow()
		if want := (&views{[]float64{1, 2, 5}, []float64{5, 4}}); !reflect.DeepEqual(dx, want) {
			t.Errorf("capacity %d: dx = %v, want %v", test.capacity, dx, want)
		}
		if got := &dx.A[2] == &dx.B[0]; got != test.shares {
			t.Errorf("capacity %d: shares %v, want %v", test.capacity, got, test.shares)
		}
	}
	dx := &views{[]float64{1, 2, 3, 4}[:2], []float64{5, 6}}
	w := godiff.Widen(x, dx)
	w.Shadow.A = append(w.Shadow.A, 7)
	w.Narrow()
	if want := (&views{[]float64{1, 2, 7}, []float64{7, 6}}); !reflect.DeepEqual(dx, want) {
		t.Errorf("apart: dx = %v, want %v", dx, want)
	}
}

// TestWidenPointers has pointers into the array of a slice, replaced by others.
func TestWidenPointers(t *testing.T) {
	type T struct {
		W    []float64
		P, Q *[2]float64
	}
	buf := make([]float64, 4)
	x := &T{W: buf[:3], P: (*[2]float64)(buf)}
	dw := []float64{1, 2, 3}
	dx := &T{W: dw, P: (*[2]float64)(dw)}
	w := godiff.Widen(x, dx)
	d := w.Shadow
	d.W = append(d.W, 4)
	d.P, d.Q = (*[2]float64)(d.W[1:]), (*[2]float64)(d.W[2:])
	w.Narrow()
	if dx.P != (*[2]float64)(dw[1:]) || dx.Q != (*[2]float64)(dx.W[2:]) || *dx.Q != [2]float64{3, 4} {
		t.Errorf("P = %v, Q = %v: the one is to lie in the old array, the other in the new", dx.P, dx.Q)
	}
}

func TestWidenStruct(t *testing.T) {
	x := &model{name: "x", ids: []int{1}, W: make([]float64, 1, 3), in: inner{1, 2}, rows: make([][]float32, 1, 2)}
	x.next = &model{W: x.W[:2:2]}
	dx := &model{name: "g", ids: []int{7}, W: []float64{1}, in: inner{8, 3}, rows: [][]float32{nil}, next: &model{W: []float64{1, 2}}}
	dx.W = dx.next.W[:1:1]
	dw := dx.W
	w := godiff.Widen(x, dx)
	d := w.Shadow
	if d.name != "" || d.ids != nil || d.in != (inner{0, 3}) || d.next.W[1] != 2 {
		t.Fatalf("Shadow %v", d)
	}
	d.W = append(d.W, 4, 5)
	d.in.Bias = 6
	d.rows = append(d.rows, []float32{9})
	w.Narrow()
	if !reflect.DeepEqual(dx.W, []float64{1, 4, 5}) || !reflect.DeepEqual(dx.next.W, []float64{1, 4}) {
		t.Errorf("dx.W = %v, dx.next.W = %v", dx.W, dx.next.W)
	}
	if &dx.next.W[0] != &dw[0] {
		t.Error("a link that did not change was changed")
	}
	if dx.name != "g" || dx.ids[0] != 7 || dx.in != (inner{8, 6}) || !reflect.DeepEqual(dx.rows, [][]float32{nil, {9}}) {
		t.Errorf("dx = %v", dx)
	}
}

// TestWidenCycle puts a fresh node into a ring.
func TestWidenCycle(t *testing.T) {
	ring := func(n int, capacity int) *model {
		first := &model{W: make([]float64, 1, capacity)}
		last := first
		for range n - 1 {
			last.next = &model{W: make([]float64, 1, capacity)}
			last = last.next
		}
		last.next, last.any = first, first
		return first
	}
	x, dx := ring(3, 2), ring(3, 1)
	second, third := dx.next, dx.next.next
	w := godiff.Widen(x, dx)
	d := w.Shadow
	if d.next.next.next != d || d.next.next.any != any(d) {
		t.Fatal("Shadow is no ring")
	}
	fresh := &model{W: []float64{5}, next: d.next, any: []any{d.next.next.any, d.W[:1]}}
	d.next = fresh
	fresh.next.W[0] = 6
	w.Narrow()
	if dx.next != fresh || fresh.next != second || second.next != third || third.next != dx || third.any != any(dx) {
		t.Fatal("dx is no ring with the fresh node in it")
	}
	back := fresh.any.([]any)
	if back[0] != any(dx) || &back[1].([]float64)[0] != &dx.W[0] || second.W[0] != 6 {
		t.Error("links back into dx do not lead there")
	}
}

func TestWidenMap(t *testing.T) {
	type entry struct {
		X  float64
		W  []float64
		In any
	}
	x := map[string]entry{"a": {1, make([]float64, 1, 3), 2.0}, "b": {W: make([]float64, 2)}, "c": {}}
	b := []float64{4, 5}
	dx := map[string]entry{"a": {2, []float64{3}, 3.0}, "b": {W: b}, "c": {X: 6}}
	w := godiff.Widen(x, dx)
	d := w.Shadow
	if want := map[string]entry{"a": {2, []float64{3}, 3.0}, "b": {W: b}, "c": {X: 6}}; !reflect.DeepEqual(d, want) {
		t.Fatalf("Shadow %v, want %v", d, want)
	}
	d["a"] = entry{7, append(d["a"].W, 8), 9.0}
	d["new"] = entry{W: d["b"].W[1:]}
	delete(d, "c")
	d["b"].W[1] = 10
	w.Narrow()
	want := map[string]entry{"a": {7, []float64{3, 8}, 9.0}, "b": {W: []float64{4, 10}}, "new": {W: []float64{10}}}
	if !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	if &dx["b"].W[0] != &b[0] || &dx["new"].W[0] != &b[1] {
		t.Error("not the memory of dx")
	}
}

func TestWidenMaps(t *testing.T) {
	x := map[int]map[int][]float64{1: {1: make([]float64, 1, 2)}, 2: {2: {1}}}
	dx := map[int]map[int][]float64{1: {1: {3}}, 2: {2: {4}}}
	old := dx[2]
	w := godiff.Widen(x, dx)
	w.Shadow[3] = map[int][]float64{1: w.Shadow[1][1]}
	w.Shadow[1] = w.Shadow[2]
	w.Shadow[2][5] = []float64{6}
	w.Narrow()
	want := map[int]map[int][]float64{1: {2: {4}, 5: {6}}, 2: {2: {4}, 5: {6}}, 3: {1: {3}}}
	if !reflect.DeepEqual(dx, want) || len(old) != 2 || len(dx[1]) != 2 {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	dx[1][7] = nil
	if len(dx[2]) != 3 {
		t.Error("dx[1] and dx[2] are two maps")
	}
}

func TestWidenInterfaces(t *testing.T) {
	type boxed struct {
		X float64
		W []float64
		V any
	}
	x := []any{1.5, 2, boxed{1, make([]float64, 1, 3), complex64(1)}, make([]float64, 1, 2), "s", nil}
	dw := []float64{4}
	dx := []any{2.5, "garbage", boxed{3, dw, complex64(2i)}, []float64{5}, "garbage", nil}
	w := godiff.Widen(x, dx)
	d := w.Shadow
	if want := []any{2.5, 0, boxed{3, dw, complex64(2i)}, []float64{5}, "", nil}; !reflect.DeepEqual(d, want) {
		t.Fatalf("Shadow %v, want %v", d, want)
	}
	d[0] = 3.5
	d[3] = append(d[3].([]float64), 6)
	d[5] = boxed{7, d[2].(boxed).W, d[2]}
	d[2].(boxed).W[0] = 8
	w.Narrow()
	b := boxed{3, []float64{8}, complex64(2i)}
	if want := []any{3.5, "garbage", b, []float64{5, 6}, "garbage", boxed{7, []float64{8}, b}}; !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
	fresh := dx[5].(boxed)
	if &fresh.W[0] != &dw[0] || &fresh.V.(boxed).W[0] != &dw[0] || &dx[2].(boxed).W[0] != &dw[0] {
		t.Error("not the memory of dx")
	}
}

// TestWidenValue has a struct that is no reference: its links are not written to.
func TestWidenValue(t *testing.T) {
	type pack struct {
		S    float64
		X, Y []float64
		Rows [2][2][]float64
		All  []point
		Z    [2]complex128
	}
	buf := make([]float64, 4)
	x := pack{X: buf[:2], Y: buf[2:], All: make([]point, 1, 2)}
	dx := pack{1, []float64{2, 3}, []float64{4, 5}, [2][2][]float64{}, []point{{6, 7}}, [2]complex128{8, 9i}}
	w := godiff.Widen(x, dx)
	if w.Shadow.S != 1 || w.Shadow.Z != dx.Z || w.Shadow.All[0] != (point{6, 7}) {
		t.Fatalf("Shadow %v", w.Shadow)
	}
	dX := append(w.Shadow.X, 10)
	dX[0] = 11
	w.Shadow.All[0].Y = 12
	w.Narrow()
	want := pack{1, []float64{11, 3}, []float64{10, 5}, [2][2][]float64{}, []point{{6, 12}}, [2]complex128{8, 9i}}
	if !reflect.DeepEqual(dx, want) {
		t.Errorf("dx = %v, want %v", dx, want)
	}
}

func TestWidenPanics(t *testing.T) {
	spare := make([]float64, 1, 3)
	tests := []struct {
		name string
		call func()
		want string
	}{
		{"slice", func() { godiff.Widen(spare, make([]float64, 2)) }, "length 2, its value has length 1"},
		{"slice of float32", func() { godiff.Widen([]float32{1}, nil) }, "length 0, its value has length 1"},
		{"named slice", func() { godiff.Widen(vec(spare), vec{1, 2}) }, "of type runtime_test.vec, does not have the shape"},
		{"rows", func() { godiff.Widen([][]float64{spare}, [][]float64{{1}, {2}}) }, "shape of its value"},
		{"row", func() { godiff.Widen([][]float64{spare}, [][]float64{{1, 2}}) }, "shape of its value"},
		{"nil pointer", func() { godiff.Widen(&model{}, nil) }, "shape of its value"},
		{"key", func() { godiff.Widen(map[int]float64{1: 1}, map[int]float64{2: 1}) }, "shape of its value"},
		{"dynamic type", func() { godiff.Widen[any](spare, 1.0) }, "shape of its value"},
		{"same row twice", func() { godiff.Widen([][]float64{spare, spare}, [][]float64{{1}, {2}}) }, "share memory"},
		{"the value itself", func() { godiff.Widen([][]float64{spare}, [][]float64{spare[:1:1]}) }, "share memory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "godiff: ") || !strings.Contains(msg, test.want) {
					t.Errorf("panic %q, want %q", msg, test.want)
				}
			}()
			test.call()
		})
	}
}

// TestWidenCost has 2^50 paths, and n slices of up to n floats of one array.
func TestWidenCost(t *testing.T) {
	type sum struct{ L, R any }
	const n = 20_000
	all := make([]float64, n)
	suffixes := make([][]float64, n)
	for i := range suffixes {
		suffixes[i] = all[i:]
	}
	var boxes any = make([]float64, 1, 2)
	for range 50 {
		boxes = sum{boxes, boxes}
	}
	x := []any{suffixes, boxes}
	dx := godiff.Shadow(x)
	leaf := func(x []any) *any {
		p := &x[1]
		for range 50 {
			v := (*p).(sum).R
			p = &v
		}
		return p
	}
	var dboxes any = []float64{3}
	for range 50 {
		dboxes = sum{dboxes, dboxes}
	}
	dx[1] = dboxes
	w := godiff.Widen(x, dx)
	w.Shadow[0].([][]float64)[n/2][1] = 4
	d := (*leaf(w.Shadow)).([]float64)
	d[0] = 5
	w.Shadow[1] = sum{w.Shadow[1], append(d, 6)}
	w.Narrow()
	if dx[0].([][]float64)[0][n/2+1] != 4 {
		t.Error("a number did not come back")
	}
	dx[1] = dx[1].(sum).L
	if got := (*leaf(dx)).([]float64)[0]; got != 5 {
		t.Errorf("got %v, want 5", got)
	}
}

// TestWidenTwice appends in one call after the other.
func TestWidenTwice(t *testing.T) {
	x, dx := &views{A: make([]float64, 0, 4)}, &views{}
	for i := range 4 {
		w := godiff.Widen(x, dx)
		x.A = append(x.A, 0)
		w.Shadow.A = append(w.Shadow.A, float64(i))
		w.Narrow()
	}
	if want := []float64{0, 1, 2, 3}; !reflect.DeepEqual(dx.A, want) {
		t.Errorf("got %v, want %v", dx.A, want)
	}
}

// A root leads to memory of a pool, and has spare capacity.
type root struct {
	spare []float64
	nodes []node
	first *node
	rows  [][]float64
	box   any
	table map[string][]float64
}

// checkWiden builds a value, trims the capacity of its shadow, and widens that.
func checkWiden(t *testing.T, c *choices) {
	p := newPool(c)
	x := &root{make([]float64, 1, 2), cut(c, p.nodes), p.node(), cut(c, p.rows), p.value(), p.maps[0]}
	dx := godiff.Shadow(x)
	trim(c, list(x, dx, true))
	before, value := image(dx), image(x)
	w := godiff.Widen(x, dx)
	if w.Shadow == dx {
		if cap(dx.spare) < 2 {
			t.Fatal("the shadow has no room")
		}
		return
	}
	if l := list(x, w.Shadow, false); !l.fits() {
		t.Fatalf("no shadow: %s", l.fault)
	}
	compareNumbers(t, list(dx, w.Shadow, true))
	same(t, "Widen", value, image(x))
	same(t, "Widen", before, image(dx))
	w.Narrow()
	same(t, "Widen and Narrow", before, image(dx))
	checkEdited(t, c, x, dx)
}

// checkEdited changes x and a wide shadow of it alike, and checks dx after Narrow.
func checkEdited(t *testing.T, c *choices, x, dx *root) {
	w := godiff.Widen(x, dx)
	strict := c.next(2) == 0
	for range 1 + c.next(20) {
		edit(c, list(x, w.Shadow, true), strict)
	}
	wide := number(t, list(x, w.Shadow, true))
	w.Narrow()
	after := listing{byLen: true, loose: !strict}.list(x, dx)
	compareNumbers(t, after)
	if strict && (!godiff.MirrorsLen(godiff.Pair(x, dx)) || overlap(after.value, wide.value)) {
		t.Fatal("the narrow shadow does not mirror the value in its own memory")
	}
}

// trim takes spare capacity from slices of a shadow, numbers its floats, and puts
// garbage where it carries nothing.
func trim(c *choices, l *listing) {
	for i, f := range l.floats {
		f[1].SetFloat(float64(i + 1))
	}
	for _, id := range l.places {
		v := reflect.NewAt(id.typ, id.d).Elem()
		if v.Kind() == reflect.Slice && c.next(4) > 0 {
			v.Set(v.Slice3(0, v.Len(), v.Len()+c.next(v.Cap()-v.Len()+1)/2))
		}
		if n, ok := v.Addr().Interface().(*node); ok {
			n.name, n.ids, n.err = "garbage", []int{2}, fmt.Errorf("garbage")
		}
	}
}

// image returns the bytes of all memory that x reaches, and those of its maps.
func image(x any) map[string]string {
	l := list(x, x, true)
	all := map[string]string{}
	for _, id := range l.places {
		all[fmt.Sprint(id)] = string(unsafe.Slice((*byte)(id.v), id.typ.Size()))
	}
	for _, m := range l.mapping {
		for iter := m[0].MapRange(); iter.Next(); {
			v := copyOf(iter.Value())
			all[fmt.Sprint(m[0].UnsafePointer(), iter.Key())] = string(unsafe.Slice((*byte)(v.Addr().UnsafePointer()), v.Type().Size()))
		}
	}
	return all
}

func same(t *testing.T, what string, before, after map[string]string) {
	t.Helper()
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("%s changed memory that is to stay as it is", what)
	}
}

// compareNumbers fails unless the numbers of two values are equal.
func compareNumbers(t *testing.T, l *listing) {
	t.Helper()
	if l.fault != "" {
		t.Fatalf("not the same shape: %s", l.fault)
	}
	for _, f := range l.floats {
		if f[0].Float() != f[1].Float() {
			t.Fatalf("a number is %v, want %v", f[1], f[0])
		}
	}
}

// number gives each place of a value and its shadow the same number.
func number(t *testing.T, l *listing) *listing {
	t.Helper()
	if !l.fits() {
		t.Fatalf("the test spoiled the shadow: %s", l.fault)
	}
	for i, f := range l.floats {
		f[0].SetFloat(float64(i + 1000))
		f[1].SetFloat(float64(i + 1000))
	}
	return l
}

// edit changes one link of a value and the one of its shadow. If strict is set it
// makes no links to memory that the shadow did not reach.
func edit(c *choices, l *listing, strict bool) {
	if len(l.mapping) > 0 && c.next(4) == 0 {
		editMap(c, l)
		return
	}
	at := l.places[c.next(len(l.places))]
	v, d := reflect.NewAt(at.typ, at.v).Elem(), reflect.NewAt(at.typ, at.d).Elem()
	switch v.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Interface, reflect.Map:
	default:
		return
	}
	switch op := c.next(6); {
	case op == 0:
		v.SetZero()
		d.SetZero()
	case op == 1 && v.Kind() == reflect.Slice:
		hi := c.next(v.Len() + 1)
		lo := c.next(hi + 1)
		v.Set(v.Slice(lo, hi))
		d.Set(d.Slice(lo, hi))
	case op == 2 && !strict && v.Kind() == reflect.Slice:
		grow(v, d)
	case op == 2 && !strict && v.Type() == reflect.TypeFor[*node]():
		v.Set(reflect.ValueOf(&node{next: v.Interface().(*node), w: []float64{1}}))
		d.Set(reflect.ValueOf(&node{next: d.Interface().(*node), w: []float64{0}}))
	case op == 3 && v.Type() == reflect.TypeFor[any]():
		at := l.places[c.next(len(l.places))]
		v.Set(reflect.NewAt(at.typ, at.v))
		d.Set(reflect.NewAt(at.typ, at.d))
	default:
		relink(c, l, v, d)
	}
}

// relink makes v and d what another place holds.
func relink(c *choices, l *listing, v, d reflect.Value) {
	for start, i := c.next(len(l.places)), 0; i < len(l.places); i++ {
		if from := l.places[(start+i)%len(l.places)]; from.typ == v.Type() {
			v.Set(reflect.NewAt(from.typ, from.v).Elem())
			d.Set(reflect.NewAt(from.typ, from.d).Elem())
			return
		}
	}
}

// grow appends an element to v and d: the first one again, or zero.
func grow(v, d reflect.Value) {
	n := v.Len()
	ve, de := reflect.Zero(v.Type().Elem()), reflect.Zero(v.Type().Elem())
	if n > 0 {
		ve, de = copyOf(v.Index(0)), copyOf(d.Index(0))
	}
	if n < v.Cap() && n < d.Cap() {
		v.Set(v.Slice(0, n+1))
		d.Set(d.Slice(0, n+1))
	} else {
		v.Set(moved(v))
		d.Set(moved(d))
	}
	v.Index(n).Set(ve)
	d.Index(n).Set(de)
}

// moved returns a copy of v with one more element.
func moved(v reflect.Value) reflect.Value {
	s := reflect.MakeSlice(v.Type(), v.Len()+1, v.Len()+2)
	reflect.Copy(s, v)
	return s
}

// editMap changes an element of a map.
func editMap(c *choices, l *listing) {
	pair := l.mapping[c.next(len(l.mapping))]
	m, ok := pair[0].Interface().(map[string][]float64)
	if !ok || len(l.rows) == 0 {
		return
	}
	dm := pair[1].Interface().(map[string][]float64)
	switch key := "abcd"[c.next(4):][:1]; c.next(3) {
	case 0:
		delete(m, key)
		delete(dm, key)
	case 1:
		m[key], dm[key] = m["c"], dm["c"]
	case 2:
		for _, id := range l.places {
			if id.typ == reflect.TypeFor[[]float64]() {
				m[key], dm[key] = *(*[]float64)(id.v), *(*[]float64)(id.d)
			}
		}
	}
}

// TestHome brings the tangents of results back into the shadow that was given.
func TestHome(t *testing.T) {
	x, dx := make([]float64, 3, 5), []float64{1, 2, 3}
	w := godiff.Widen(x, dx)
	part, longer, other := w.Shadow[1:2], append(w.Shadow, 4), []float64{5}
	w.Narrow()
	if got := godiff.Home(w, part); &got[0] != &dx[1] || len(got) != 1 || cap(got) != 2 {
		t.Errorf("a part has length %d, capacity %d", len(got), cap(got))
	}
	if got := godiff.Home(w, longer); &got[0] != &longer[0] {
		t.Error("what dx has no room for is moved")
	}
	if got := godiff.Home(w, other); &got[0] != &other[0] {
		t.Error("other memory is moved")
	}
	if got := godiff.Home(w, [][]float64{other, part}); &got[0][0] != &other[0] || &got[1][0] != &dx[1] {
		t.Error("rows")
	}
	if got := godiff.Home(godiff.Widen(x, make([]float64, 3, 8)), part); &got[0] != &part[0] {
		t.Error("a shadow with room has another home")
	}
	if got := godiff.Home(w, part[:0]); len(got) != 0 {
		t.Error("an empty slice")
	}
	if got := godiff.Home(w, []float64(nil)); got != nil {
		t.Error("nil")
	}
}

// TestHomeJoined has memory of the wide shadow that Narrow leaves in dx.
func TestHomeJoined(t *testing.T) {
	m := [][]float64{make([]float64, 2, 4), make([]float64, 1, 2)}
	dm := [][]float64{{1, 2}, {3}}
	second := dm[1]
	w := godiff.Widen(m, dm)
	first, kept, rows := w.Shadow[0], w.Shadow[1], w.Shadow
	w.Shadow[0] = append(w.Shadow[0], 9)
	w.Narrow()
	if got := godiff.Home(w, first); &got[0] != &dm[0][0] {
		t.Error("the part of a row that has joined dx is no longer one")
	}
	if got := godiff.Home(w, kept); &got[0] != &second[0] {
		t.Error("a row that stays is not brought home")
	}
	if got := godiff.Home(w, rows); &got[0] != &dm[0] || len(got) != 2 {
		t.Error("the rows")
	}
}

// TestWidenBeside has another shadow that shares memory with the given one, and adds to it while the fresh one is in use.
func TestWidenBeside(t *testing.T) {
	type node struct {
		X    float64
		A    [2]float64
		W    []float64
		M    map[string]float64
		Next *node
		P    *float64
	}
	build := func(spare int) []*node {
		n := &node{X: 1, A: [2]float64{2, 3}, W: []float64{4, math.Inf(1)}, M: map[string]float64{"a": 5}}
		n.P = &n.X // in two ties
		return append(make([]*node, 0, 1+spare), n)
	}
	x, dx := build(1), build(0)
	dz := dx[0] // the shadow of another parameter
	w := godiff.Widen(x, dx)
	d := w.Shadow[0]
	d.X += 10
	d.A[1] += 10
	d.W[0] += 10
	d.M["a"] += 10
	*dz.P += 100
	dz.A[0] += 100
	dz.A[1] += 100
	dz.W[0] += 100
	dz.M["a"] += 100
	w.Narrow()
	if dz.X != 111 || dz.A != [2]float64{102, 113} || !slices.Equal(dz.W, []float64{114, math.Inf(1)}) || dz.M["a"] != 115 {
		t.Errorf("the shadow is %v", *dz)
	}
}

// TestWidenBesideInterface has a value in an interface that is part of two shadows.
func TestWidenBesideInterface(t *testing.T) {
	x := append(make([]*[1]any, 0, 2), &[1]any{1.0})
	for _, test := range []struct {
		wide, beside, want float64
	}{{2, 1, 2}, {1, 3, 3}} {
		dx := []*[1]any{{1.0}}
		dz := dx[0]
		w := godiff.Widen(x, dx)
		if test.wide != 1 {
			w.Shadow[0][0] = test.wide
		}
		dz[0] = test.beside
		w.Narrow()
		if dz[0] != test.want {
			t.Errorf("the shadow is %v, want %v", dz[0], test.want)
		}
	}
	defer func() {
		if s := fmt.Sprint(recover()); !strings.Contains(s, "part of two shadows") {
			t.Errorf("recovered %v", s)
		}
	}()
	dx := []*[1]any{{1.0}}
	w := godiff.Widen(x, dx)
	w.Shadow[0][0], dx[0][0] = 2.0, 3.0
	w.Narrow()
}
