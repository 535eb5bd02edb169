package runtime_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unsafe"

	godiff "github.com/godiff/godiff/runtime"
)

type point struct{ X, Y float64 }

type inner struct {
	n    int
	Bias float64
}

type model struct {
	name   string
	ids    []int
	onChan chan float64
	hook   func(float64) float64
	err    error
	//lint:ignore U1000 only reflection sees it
	mu      sync.Mutex
	W       []float64
	in      inner
	rows    [][]float32
	byName  map[string]*inner
	any     any
	next    *model
	counter *int
}

func TestGradientMarks(t *testing.T) {
	x := []float64{1, 2}
	if y := godiff.StopGradient(x); &y[0] != &x[0] {
		t.Error("StopGradient: not the identity")
	}
	y := godiff.WithGradient(x, func([]float64) []float64 {
		t.Error("WithGradient called the hook")
		return nil
	})
	if &y[0] != &x[0] {
		t.Error("WithGradient: not the identity")
	}
}

// TestShadowShape compares shadows with what is wanted by reflect.DeepEqual,
// which tells nil from empty.
func TestShadowShape(t *testing.T) {
	type named []float64
	type list struct {
		X    float64
		Next any
	}
	one := 1
	tests := []struct {
		name    string
		x, want any
	}{
		{"float", 2.5, 0.0},
		{"int", 3, 0},
		{"string", "a", ""},
		{"complex", 2i, 0i},
		{"slice", []float64{1, 2}, []float64{0, 0}},
		{"slice of float32", []float32{1, 2}, []float32{0, 0}},
		{"named slice", named{1, 2}, named{0, 0}},
		{"nil slice", []float64(nil), []float64(nil)},
		{"empty slice", []float64{}, []float64{}},
		{"empty named slice", named{}, named{}},
		{"slice of ints", []int{1}, []int(nil)},
		{"slice of complex", []complex64{1}, []complex64{0}},
		{"rows", [][]float64{{1}, nil, {}, {2, 3}}, [][]float64{{0}, nil, {}, {0, 0}}},
		{"rows of float32", [][]float32{{1}, {2, 3}}, [][]float32{{0}, {0, 0}}},
		{"nil rows", [][]float64(nil), [][]float64(nil)},
		{"empty rows", [][]float64{}, [][]float64{}},
		{"cube", [][][]float64{{{1}, nil}, {}}, [][][]float64{{{0}, nil}, {}}},
		{"array", [2]float64{1, 2}, [2]float64{}},
		{"array of slices", [2][]float64{{1}, nil}, [2][]float64{{0}, nil}},
		{"array of arrays of slices", [2][1][]float64{{{1}}, {{2}}}, [2][1][]float64{{{0}}, {{0}}}},
		{"slice of arrays", [][2]float64{{1, 2}}, [][2]float64{{}}},
		{"struct", point{1, 2}, point{}},
		{"pointer", &point{1, 2}, &point{}},
		{"nil pointer", (*point)(nil), (*point)(nil)},
		{"pointer to int", &one, (*int)(nil)},
		{"pointer to array", &[2]float64{1, 2}, &[2]float64{}},
		{"pointer to pointer", ptr(ptr(1.0)), ptr(ptr(0.0))},
		{"map", map[string]float64{"a": 1, "b": 2}, map[string]float64{"a": 0, "b": 0}},
		{"map of slices", map[int][]float64{1: {1}, 2: nil}, map[int][]float64{1: {0}, 2: nil}},
		{"map of maps", map[int]map[int]point{1: {2: {3, 4}}}, map[int]map[int]point{1: {2: {}}}},
		{"map of several maps", map[int]map[int]float64{1: {2: 3}, 4: {5: 6}, 7: nil}, map[int]map[int]float64{1: {2: 0}, 4: {5: 0}, 7: nil}},
		{"nil map", map[string]float64(nil), map[string]float64(nil)},
		{"map to ints", map[float64]int{1: 1}, map[float64]int(nil)},
		{"interfaces", []any{1.5, 2, "s", nil, []float64{1}, &one, errors.New("e"), point{1, 2}},
			[]any{0.0, 0, "", nil, []float64{0}, (*int)(nil), nilOf(errors.New("e")), point{}}},
		{"boxed list", list{1, list{2, list{3, []float64{4}}}}, list{0, list{0, list{0, []float64{0}}}}},
		{"zero-size elements", [][0]float64{{}}, [][0]float64(nil)},
		{"unsafe pointer", unsafe.Pointer(&one), unsafe.Pointer(nil)},
		{"model",
			&model{name: "m", ids: []int{1}, onChan: make(chan float64), hook: math.Sin, err: errors.New("e"),
				W: []float64{1}, in: inner{1, 2}, rows: [][]float32{{1}}, byName: map[string]*inner{"a": {1, 2}, "b": nil},
				any: &inner{1, 2}, next: &model{W: []float64{}}, counter: &one},
			&model{W: []float64{0}, rows: [][]float32{{0}}, byName: map[string]*inner{"a": {}, "b": nil},
				any: &inner{}, next: &model{W: []float64{}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := godiff.Shadow(test.x); !reflect.DeepEqual(got, test.want) {
				t.Errorf("Shadow(%#v) = %#v, want %#v", test.x, got, test.want)
			}
			if got := godiff.ShadowIn(godiff.NewMirror(test.x), test.x); !reflect.DeepEqual(got, test.want) {
				t.Errorf("ShadowIn(%#v) = %#v, want %#v", test.x, got, test.want)
			}
		})
	}
}

// TestShadowStatic calls Shadow with static types, not with an any.
func TestShadowStatic(t *testing.T) {
	x := []float64{1, 2}
	if dx := godiff.Shadow(x); len(dx) != 2 || dx[0] != 0 {
		t.Errorf("[]float64: %v", dx)
	}
	r := [][]float32{{1}, {2, 3}}
	if dr := godiff.Shadow(r); !reflect.DeepEqual(dr, [][]float32{{0}, {0, 0}}) {
		t.Errorf("[][]float32: %v", dr)
	}
	type holder struct{ v any }
	if dh := godiff.Shadow(holder{x}); !reflect.DeepEqual(dh, holder{[]float64{0, 0}}) {
		t.Errorf("holder: %v", dh)
	}
	var e error = errors.New("e")
	if de := godiff.Shadow(e); de != nil {
		t.Errorf("error: %v", de)
	}
	var w interface{ Len() int } = bytes.NewBufferString("abc")
	if dw := godiff.Shadow(w); dw != (*bytes.Buffer)(nil) {
		t.Errorf("interface: %#v", dw)
	}
}

func TestShadowCapacity(t *testing.T) {
	rows := make([][]float64, 1, 3)
	rows[0] = make([]float64, 2, 5)
	rows[:3][2] = make([]float64, 1, 4)
	d := godiff.Shadow(rows)
	if len(d) != 1 || cap(d) != 3 || len(d[0]) != 2 || cap(d[0]) != 5 || cap(d[:3][2]) != 4 || d[:3][1] != nil {
		t.Errorf("got %v of capacity %d", d[:3], cap(d))
	}
	d[0] = append(d[0], 1, 2, 3)
	if d[:3][2][0] != 0 {
		t.Error("append to a row wrote into another")
	}
	type vec []float64
	if v := godiff.Shadow(make(vec, 2, 7)); len(v) != 2 || cap(v) != 7 {
		t.Errorf("named slice: len %d, cap %d", len(v), cap(v))
	}
}

func TestShadowSharing(t *testing.T) {
	t.Run("rows of one buffer", func(t *testing.T) {
		flat := make([]float64, 6)
		d := godiff.Shadow([][]float64{flat[0:3], flat[2:5], flat})
		d[0][2] = 1
		d[1][1] = 2
		if d[1][0] != 1 || d[2][2] != 1 || d[2][3] != 2 {
			t.Errorf("got %v", d)
		}
	})
	t.Run("the same row twice", func(t *testing.T) {
		row := []float32{1}
		if d := godiff.Shadow([][]float32{row, row}); &d[0][0] != &d[1][0] {
			t.Error("two shadows")
		}
	})
	t.Run("rows in falling order", func(t *testing.T) {
		flat := make([]float64, 4)
		d := godiff.Shadow([][]float64{flat[2:4:4], flat[0:2:2]})
		d[0][0], d[1][1] = 1, 2
		if want := [][]float64{{1, 0}, {0, 2}}; !reflect.DeepEqual(d, want) {
			t.Errorf("got %v, want %v", d, want)
		}
	})
	t.Run("pointer into slice", func(t *testing.T) {
		type T struct {
			P *float64
			W []float64
		}
		w := make([]float64, 4)
		if d := godiff.Shadow(T{&w[2], w}); d.P != &d.W[2] {
			t.Error("the pointer does not point into the slice")
		}
	})
	t.Run("pointer to field", func(t *testing.T) {
		type T struct {
			P *float64
			M *model
			R []float64
		}
		m := &model{in: inner{Bias: 1}}
		if d := godiff.Shadow(T{P: &m.in.Bias, M: m}); d.P != &d.M.in.Bias {
			t.Error("the pointer does not point to the field")
		}
	})
	t.Run("slice of array field", func(t *testing.T) {
		type S struct{ A [2][3]float64 }
		type T struct {
			Row  []float64
			Tail *[2]float64
			All  []S
		}
		all := make([]S, 3)
		d := godiff.Shadow(T{all[1].A[1][:], (*[2]float64)(all[1].A[1][1:]), all})
		if &d.Row[0] != &d.All[1].A[1][0] || &d.Tail[0] != &d.Row[1] {
			t.Error("the parts do not lie in the whole")
		}
	})
	t.Run("neighbouring structs in part", func(t *testing.T) {
		type S struct {
			X float64
			W []float64
		}
		all := []S{{W: []float64{1}}, {W: []float64{2}}, {W: []float64{3}}}
		d := godiff.Shadow([][]S{all[0:2:2], all[1:3]})
		if &d[0][1] != &d[1][0] || len(d[1][1].W) != 1 || &d[0][1].W[0] != &d[1][0].W[0] {
			t.Errorf("got %v", d)
		}
	})
	t.Run("cycle", func(t *testing.T) {
		m := &model{W: []float64{1}}
		m.next, m.any = m, m
		if d := godiff.Shadow(m); d.next != d || d.any != any(d) || d == m {
			t.Error("no cycle")
		}
	})
	t.Run("map in itself", func(t *testing.T) {
		m := map[string]any{"x": 1.0}
		m["self"] = m
		d := godiff.Shadow(m)
		d["self"].(map[string]any)["x"] = 2.0
		if d["x"] != 2.0 || m["x"] != 1.0 {
			t.Errorf("got %v, value %v", d["x"], m["x"])
		}
	})
	t.Run("slice in itself", func(t *testing.T) {
		s := []any{1.0, nil}
		s[1] = s
		if d := godiff.Shadow(s); &d[1].([]any)[0] != &d[0] || d[0] != 0.0 {
			t.Error("no cycle")
		}
	})
	t.Run("memory of two types", func(t *testing.T) {
		w := make([]float64, 4)
		type T struct {
			A []float64
			B []float32
		}
		d := godiff.Shadow(T{w[:3:3], unsafe.Slice((*float32)(unsafe.Pointer(&w[1])), 6)})
		if unsafe.Pointer(&d.A[1]) != unsafe.Pointer(&d.B[0]) {
			t.Error("not shared")
		}
	})
}

type (
	outer struct{ Parts []part }
	part  struct {
		Whole outer
		X     float64
	}
)

func TestShadowRecursiveType(t *testing.T) {
	x := outer{[]part{{X: 1}, {outer{[]part{{X: 2}}}, 3}}}
	want := outer{[]part{{}, {outer{[]part{{}}}, 0}}}
	if got := godiff.Shadow(x); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := godiff.Shadow(x.Parts); !reflect.DeepEqual(got, want.Parts) {
		t.Errorf("got %v, want %v", got, want.Parts)
	}
}

func TestShadowDeep(t *testing.T) {
	const n = 100_000
	var list *model
	for range n {
		list = &model{W: []float64{1}, next: list}
	}
	got := 0
	for d := godiff.Shadow(list); d != nil; d = d.next {
		got += len(d.W)
	}
	if got != n {
		t.Errorf("got %d nodes, want %d", got, n)
	}
}

// TestShadowDAG has 2^50 paths, through boxes and through pointers.
func TestShadowDAG(t *testing.T) {
	type sum struct{ L, R any }
	x := []float64{1}
	var boxes, pointers any = x, x
	for range 50 {
		boxes = sum{boxes, boxes}
		pointers = &sum{pointers, pointers}
	}
	d := godiff.Shadow([]any{boxes, pointers})
	for range 50 {
		d[0] = d[0].(sum).R
		d[1] = d[1].(*sum).L
	}
	if &d[0].([]float64)[0] != &d[1].([]float64)[0] {
		t.Error("the leaf has two shadows")
	}
	if !godiff.Mirrors(godiff.Pair(boxes, godiff.Shadow(boxes))) {
		t.Error("Mirrors: false")
	}
}

// TestShadowSuffixes has n slices of up to n linked elements each.
func TestShadowSuffixes(t *testing.T) {
	const n = 20_000
	all := make([]*float64, n)
	for i := range all {
		all[i] = new(float64)
	}
	suffixes := make([][]*float64, n)
	for i := range suffixes {
		suffixes[i] = all[i:]
	}
	d := godiff.Shadow(suffixes)
	if d[n-1][0] != d[0][n-1] || &d[n-1][0] != &d[n/2][n-1-n/2] {
		t.Error("not shared")
	}
}

func TestMirror(t *testing.T) {
	buf := make([]float64, 10)
	x, y := buf[0:6], buf[4:10]
	m := &model{W: buf[9:]}
	total := 0.0
	mirror := godiff.NewMirror(x, y, m, &total, []float32(nil))
	dx, dy, dm, dtotal := godiff.ShadowIn(mirror, x), godiff.ShadowIn(mirror, y), godiff.ShadowIn(mirror, m), godiff.ShadowIn(mirror, &total)
	if len(dx) != 6 || cap(dx) != 10 || &dx[4] != &dy[0] || &dm.W[0] != &dy[5] {
		t.Error("the shadows do not share as the values do")
	}
	if dtotal == &total || *dtotal != 0 {
		t.Error("bad shadow of a variable")
	}
	if again := godiff.ShadowIn(mirror, y[1:3]); &again[0] != &dx[5] || len(again) != 2 {
		t.Error("bad shadow of a part")
	}
	if got := godiff.ShadowIn(mirror, struct {
		n int
		p *float64
	}{1, &y[2]}); got.p != &dy[2] || got.n != 0 {
		t.Error("bad shadow of a new struct")
	}
	if got := godiff.ShadowIn(mirror, []float32(nil)); got != nil {
		t.Error("nil has a shadow")
	}
	if !godiff.Mirrors(godiff.Pair(x, dx), godiff.Pair(y, dy), godiff.Pair(m, dm)) {
		t.Error("Mirrors: false")
	}
}

func TestMirrorUnknown(t *testing.T) {
	x := make([]float64, 4)
	m := godiff.NewMirror(x[1:3:3])
	for name, call := range map[string]func(){
		"slice":   func() { godiff.ShadowIn(m, make([]float64, 1)) },
		"before":  func() { godiff.ShadowIn(m, x[:2]) },
		"after":   func() { godiff.ShadowIn(m, x[2:]) },
		"pointer": func() { godiff.ShadowIn(m, new(float64)) },
		"map":     func() { godiff.ShadowIn(m, map[string]float64{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if msg, _ := recover().(string); !strings.Contains(msg, "mirror was not made from") {
					t.Errorf("panic %q", msg)
				}
			}()
			call()
		})
	}
}

func TestMirrorConcurrent(t *testing.T) {
	x := &model{W: []float64{1, 2}, any: []float64{3}, byName: map[string]*inner{"a": {}}}
	m := godiff.NewMirror(x)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if dx := godiff.ShadowIn(m, x); len(godiff.ShadowIn(m, x.any).([]float64)) != 1 || dx.byName["a"] == nil {
				t.Error("bad shadow")
			}
			if len(godiff.Shadow(x).W) != 2 || godiff.Disjoint(x, x.W) {
				t.Error("bad answer")
			}
		})
	}
	wg.Wait()
}

func ptr[T any](x T) *T { return &x }

// nilOf returns an interface that holds the zero value of x's dynamic type.
func nilOf(x any) any { return reflect.Zero(reflect.TypeOf(x)).Interface() }
