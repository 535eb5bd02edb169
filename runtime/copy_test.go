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
