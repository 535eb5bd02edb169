package runtime_test

import (
	"testing"

	godiff "github.com/godiff/godiff/runtime"
)

func TestDisjoint(t *testing.T) {
	buf := make([]float64, 10)
	half := make([]float32, 4)
	rows := [][]float64{{1}, buf[2:4:4]}
	spare := make([][]float64, 0, 1)
	spare[:1][0] = buf
	m := &model{W: buf[8:], in: inner{Bias: 1}}
	shared := map[string]float64{}
	ints := []int{1, 2}
	tests := []struct {
		name       string
		x, y       any
		byCap, len bool
	}{
		{"separate", buf, []float64{1}, true, true},
		{"same", buf, buf, false, false},
		{"overlap", buf[:6], buf[5:], false, false},
		{"neighbours, capacity meets", buf[:5], buf[5:], false, true},
		{"neighbours, clipped", buf[:5:5], buf[5:], true, true},
		{"inside", buf, buf[2:3:3], false, false},
		{"empty, spare", buf[:0], buf, false, true},
		{"empty, no spare", buf[:0:0], buf, true, true},
		{"nil", []float64(nil), buf, true, true},
		{"float32", half[:2], half[1:], false, false},
		{"two widths", half, buf, true, true},
		{"row", rows, buf[3:4:4], false, false},
		{"no row", rows, buf[4:5:5], true, true},
		{"row, swapped", buf[3:4:4], rows, false, false},
		{"row in spare capacity", spare, buf, false, true},
		{"matrices", rows, [][]float64{{2}, {3}}, true, true},
		{"matrices with a row", rows, [][]float64{{2}, buf[3:5]}, false, false},
		{"matrix itself", rows, rows[1:], false, false},
		{"pointer into slice", &buf[3], buf, false, false},
		{"pointer beyond length", &buf[3], buf[:2], false, true},
		{"pointer beside", &buf[3], buf[:3:3], true, true},
		{"two elements", &buf[3], &buf[4], true, true},
		{"two fields", &m.in.Bias, &m.W, true, true},
		{"field of struct", &m.in.Bias, m, false, false},
		{"field that carries nothing", &m.in.n, m, true, true},
		{"slice in struct", m, buf[9:], false, false},
		{"tied", m, &model{next: &model{any: m}}, false, false},
		{"models", m, &model{W: []float64{1}}, true, true},
		{"map", shared, map[int]any{1: shared}, false, false},
		{"maps", shared, map[string]float64{}, true, true},
		{"ints", ints, ints, true, true},
		{"scalars", 1.5, 1.5, true, true},
		{"nil interface", nil, buf, true, true},
	}
	for _, test := range tests {
		if got := godiff.Disjoint(test.x, test.y); got != test.byCap {
			t.Errorf("%s: Disjoint = %v, want %v", test.name, got, test.byCap)
		}
		if got := godiff.DisjointLen(test.x, test.y); got != test.len {
			t.Errorf("%s: DisjointLen = %v, want %v", test.name, got, test.len)
		}
		if got := godiff.Disjoint(test.y, test.x, []float64{1}); got != test.byCap {
			t.Errorf("%s, swapped, of three: Disjoint = %v, want %v", test.name, got, test.byCap)
		}
		if got := godiff.DisjointLen([]float64{1}, test.y, test.x); got != test.len {
			t.Errorf("%s, of three: DisjointLen = %v, want %v", test.name, got, test.len)
		}
	}
	if !godiff.Disjoint([]any{buf, buf[1:]}, 1) {
		t.Error("an argument that overlaps itself is not disjoint from others")
	}
}

func TestMirrors(t *testing.T) {
	buf, dbuf := make([]float64, 10), make([]float64, 10)
	fresh := func(n int) []float64 { return make([]float64, n) }
	pair := func(x, dx any) godiff.Pairing { return godiff.Pair(x, dx) }
	tests := []struct {
		name       string
		pairs      []godiff.Pairing
		byCap, len bool
	}{
		{"none", nil, true, true},
		{"slice", []godiff.Pairing{pair(buf, dbuf)}, true, true},
		{"another length", []godiff.Pairing{pair(buf, dbuf[1:])}, false, false},
		{"itself", []godiff.Pairing{pair(buf, buf)}, false, false},
		{"nil shadow of empty", []godiff.Pairing{pair(fresh(0), []float64(nil))}, true, true},
		{"empty shadow of nil", []godiff.Pairing{pair([]float64(nil), fresh(0))}, true, true},
		{"beside the value", []godiff.Pairing{pair(buf[:5], buf[5:])}, false, true},
		{"beside the value, clipped", []godiff.Pairing{pair(buf[:5:5], buf[5:])}, true, true},
		{"on another value", []godiff.Pairing{pair(fresh(2), buf[:2]), pair(buf, dbuf)}, false, false},
		{"disjoint", []godiff.Pairing{pair(fresh(2), fresh(2)), pair(fresh(3), fresh(3))}, true, true},
		{"overlap mirrored", []godiff.Pairing{pair(buf[:6], dbuf[:6]), pair(buf[4:], dbuf[4:])}, true, true},
		{"overlap not mirrored", []godiff.Pairing{pair(buf[:6], fresh(6)), pair(buf[4:], dbuf[4:])}, false, false},
		{"overlap elsewhere", []godiff.Pairing{pair(buf[:6], dbuf[:6]), pair(buf[4:9], dbuf[3:8])}, false, false},
		{"more overlap", []godiff.Pairing{pair(fresh(6), dbuf[:6]), pair(fresh(5), dbuf[5:])}, false, false},
		{"one shadow for two", []godiff.Pairing{pair(fresh(2), dbuf[:2]), pair(fresh(2), dbuf[:2])}, false, false},
		{"two shadows for one", []godiff.Pairing{pair(buf, dbuf), pair(buf, fresh(10))}, false, false},
		{"given twice", []godiff.Pairing{pair(buf, dbuf), pair(buf, dbuf)}, true, true},
		{"shadow with spare capacity", []godiff.Pairing{pair(fresh(5), dbuf[:5]), pair(fresh(5), dbuf[5:])}, true, true},
		{"shadow without spare capacity", []godiff.Pairing{pair(buf[:5], fresh(5))}, true, true},
		{"neighbours with separate shadows", []godiff.Pairing{pair(buf[:5], fresh(5)), pair(buf[5:], fresh(5))}, false, true},
		{"pointers", []godiff.Pairing{pair(&buf[3], &dbuf[3]), pair(buf, dbuf)}, true, true},
		{"pointer elsewhere", []godiff.Pairing{pair(&buf[3], &dbuf[4]), pair(buf, dbuf)}, false, false},
		{"nil pointer", []godiff.Pairing{pair((*float64)(nil), &dbuf[4])}, false, false},
		{"nil shadow of pointer", []godiff.Pairing{pair(&buf[4], (*float64)(nil))}, false, false},
		{"rows", []godiff.Pairing{pair([][]float64{buf[:2:2], buf[2:]}, [][]float64{dbuf[:2:2], dbuf[2:]})}, true, true},
		{"tied rows", []godiff.Pairing{pair([][]float64{buf, buf}, [][]float64{dbuf, dbuf})}, true, true},
		{"rows no longer tied", []godiff.Pairing{pair([][]float64{buf, buf}, [][]float64{dbuf, fresh(10)})}, false, false},
		{"missing row", []godiff.Pairing{pair([][]float64{buf}, [][]float64{nil})}, false, false},
		{"rows of the value", []godiff.Pairing{pair([][]float64{buf}, [][]float64{buf})}, false, false},
		{"maps", []godiff.Pairing{pair(map[string]float64{"a": 1}, map[string]float64{"a": 0})}, true, true},
		{"other keys", []godiff.Pairing{pair(map[string]float64{"a": 1}, map[string]float64{"b": 0})}, false, false},
		{"more keys", []godiff.Pairing{pair(map[string]float64{"a": 1}, map[string]float64{"a": 0, "b": 0})}, false, false},
		{"nil map", []godiff.Pairing{pair(map[string]float64(nil), map[string]float64{})}, true, true},
		{"nil shadow of map", []godiff.Pairing{pair(map[string]float64{}, map[string]float64(nil))}, false, false},
		{"map values", []godiff.Pairing{pair(map[int][]float64{1: fresh(2)}, map[int][]float64{1: fresh(3)})}, false, false},
		{"dynamic types", []godiff.Pairing{pair(1.5, float32(0))}, false, false},
		{"dynamic slice types", []godiff.Pairing{pair(fresh(1), make([]float32, 1))}, false, false},
		{"nil for a slice", []godiff.Pairing{pair(fresh(0), nil)}, false, false},
		{"dynamic type that carries nothing", []godiff.Pairing{pair(1, nil)}, true, true},
		{"nil interface", []godiff.Pairing{pair(nil, 1.5)}, false, false},
		{"fields that carry nothing", []godiff.Pairing{pair(&model{name: "m", ids: []int{1}}, &model{ids: []int{2, 3}})}, true, true},
		{"array of slices", []godiff.Pairing{pair([2][]float64{buf[:1]}, [2][]float64{nil, dbuf[:1]})}, false, false},
	}
	for _, test := range tests {
		if got := godiff.Mirrors(test.pairs...); got != test.byCap {
			t.Errorf("%s: Mirrors = %v, want %v", test.name, got, test.byCap)
		}
		if got := godiff.MirrorsLen(test.pairs...); got != test.len {
			t.Errorf("%s: MirrorsLen = %v, want %v", test.name, got, test.len)
		}
		// A pair that is no slice of floats leads through the general way.
		general := append([]godiff.Pairing{godiff.Pair(ptr(1.0), ptr(0.0))}, test.pairs...)
		if got := godiff.Mirrors(general...); got != test.byCap {
			t.Errorf("%s, with a pointer: Mirrors = %v, want %v", test.name, got, test.byCap)
		}
	}
}

func TestMirrorsCycle(t *testing.T) {
	ring := func(n int) *model {
		first := &model{W: []float64{1}}
		last := first
		for range n - 1 {
			last.next = &model{W: []float64{1}}
			last = last.next
		}
		last.next = first
		return first
	}
	if !godiff.Mirrors(godiff.Pair(ring(3), ring(3))) {
		t.Error("rings of one length: false")
	}
	if godiff.Mirrors(godiff.Pair(ring(2), ring(4))) || godiff.Mirrors(godiff.Pair(ring(4), ring(2))) {
		t.Error("rings of two lengths: true")
	}
}

func TestApart(t *testing.T) {
	buf := make([]float64, 10)
	half := make([]float32, 4)
	m := &model{W: buf[8:]}
	tests := []struct {
		name string
		x    func() bool
		want bool
	}{
		{"none", func() bool { return godiff.Apart[[]float64](nil) }, true},
		{"neighbours", func() bool { return godiff.Apart([][]float64{buf[:4], buf[4:6], nil, buf[6:]}) }, true},
		{"in any order", func() bool { return godiff.Apart([][]float64{buf[6:], {}, buf[:4], buf[4:6]}) }, true},
		{"overlap", func() bool { return godiff.Apart([][]float64{buf[6:], buf[:4], buf[3:6]}) }, false},
		{"next overlaps", func() bool { return godiff.Apart([][]float64{buf[:4], buf[3:6]}) }, false},
		{"same", func() bool { return godiff.Apart([][]float64{buf, {1}, buf}) }, false},
		{"empty in another", func() bool { return godiff.Apart([][]float64{buf[:4], buf[2:2], buf[4:]}) }, true},
		{"float32", func() bool { return godiff.Apart([][]float32{half[:2], half[1:]}) }, false},
		{"pointers", func() bool { return godiff.Apart([]*float64{&buf[0], &buf[1], nil}) }, true},
		{"pointers to one", func() bool { return godiff.Apart([]*float64{&buf[0], &buf[1], &buf[0]}) }, false},
		{"models", func() bool { return godiff.Apart([]*model{m, {W: buf[:8]}}) }, true},
		{"models with one slice", func() bool { return godiff.Apart([]*model{m, {W: buf[:9]}}) }, false},
		{"linked models", func() bool { return godiff.Apart([]*model{m, {next: m}}) }, false},
		{"deeper", func() bool { return godiff.Apart([][][]float64{{buf[:2], buf[1:3]}, {buf[3:]}}) }, true},
		{"numbers", func() bool { return godiff.Apart([]float64{1, 1}) }, true},
	}
	for _, test := range tests {
		if got := test.x(); got != test.want {
			t.Errorf("%s: Apart = %v, want %v", test.name, got, test.want)
		}
	}
}
