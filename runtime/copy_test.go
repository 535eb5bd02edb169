package runtime_test

import (
	"reflect"
	"testing"

	"github.com/godiff/godiff/runtime"
)

type sealed struct {
	data  []float64
	rows  int
	next  *sealed
	by    map[string]*sealed
	boxed any
	list  []sealed
}

func TestCopy(t *testing.T) {
	x := &sealed{data: []float64{1, 2}, rows: 2, list: []sealed{{rows: 3}}}
	x.next = &sealed{data: x.data, next: x}
	x.by = map[string]*sealed{"x": x}
	x.boxed = sealed{data: []float64{4}, by: x.by}
	y := runtime.Copy(x)
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("the copy is %+v of %+v", y, x)
	}
	if y.next.next != y || y.by["x"] != y || &y.next.data[0] != &y.data[0] {
		t.Error("the copy does not share memory within itself as its original does")
	}
	x.data[0], x.boxed.(sealed).data[0], x.list[0].rows, x.by["z"] = 5, 5, 5, nil
	if y.data[0] != 1 || y.boxed.(sealed).data[0] != 4 || y.list[0].rows != 3 || len(y.by) != 1 {
		t.Error("the copy shares memory with its original")
	}
	if z := runtime.Copy[*sealed](nil); z != nil {
		t.Error("the copy of nil is", z)
	}
	if z := runtime.Copy[any](nil); z != nil {
		t.Error("the copy of nil is", z)
	}
}

// TestCopyOverlap copies slices and pointers that overlap.
func TestCopyOverlap(t *testing.T) {
	type views struct {
		a, b  []float64
		p     *float64
		rows  [][2]float64
		row   *[2]float64
		names []string
		at    []int
		no    []float64
	}
	buf := []float64{1, 2, 3, 4, 5, 6}
	rows := [][2]float64{{1, 2}, {3, 4}}
	x := views{a: buf[1:4:4], b: buf[2:5], p: &buf[3], rows: rows, row: &rows[1], names: []string{"a", "b"}, at: []int{1, 2}, no: buf[:0]}
	y := runtime.Copy(x)
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("the copy is %+v of %+v", y, x)
	}
	y.a[2], y.rows[1][0], y.at[0], y.names[0] = 7, 8, 9, "c"
	if y.b[1] != 7 || *y.p != 7 || y.row[0] != 8 {
		t.Errorf("the copy does not overlap within itself as its original does: %+v", y)
	}
	if buf[3] != 4 || rows[1][0] != 3 || x.at[0] != 1 || x.names[0] != "a" {
		t.Error("the copy shares memory with its original")
	}
	if cap(y.b) != 3 || cap(y.no) != 0 {
		t.Error("the copy has spare capacity")
	}
	if z := runtime.CopyCap(x); cap(z.a) != 3 || cap(z.b) != 4 || z.b[:4][3] != 6 || cap(z.no) != 6 || z.no[:4][3] != 4 {
		t.Errorf("CopyCap does not copy what lies beyond the length: %+v", z)
	} else if z.a[2] = 7; z.no[:4][3] != 7 {
		t.Error("what lies beyond the length does not overlap as in the original")
	}
}

func TestLayout(t *testing.T) {
	x := &sealed{data: []float64{1, 2}, rows: 2, list: []sealed{{rows: 3}}}
	x.next = &sealed{data: x.data, next: x}
	x.boxed = x.next
	was := runtime.LayoutOf(x)
	x.data[0], x.rows, x.list[0].rows = 5, 5, 5
	if !runtime.SameLayout(was, runtime.LayoutOf(x)) {
		t.Error("numbers change the layout")
	}
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"slice", func() { x.data = []float64{1, 2} }},
		{"shorter", func() { x.data = x.data[:1] }},
		{"behind", func() { x.next.data = []float64{1, 2} }},
		{"elements", func() { x.list[0].data = []float64{1} }},
		{"nil", func() { x.next = nil }},
		{"boxed", func() { x.boxed = nil }},
	} {
		was := runtime.LayoutOf(x)
		c.change()
		if runtime.SameLayout(was, runtime.LayoutOf(x)) {
			t.Error("the layout is the same:", c.name)
		}
	}
}
