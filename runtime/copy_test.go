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
