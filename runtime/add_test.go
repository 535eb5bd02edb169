package runtime

import (
	"reflect"
	"slices"
	"testing"
)

type node struct {
	v    float64
	w    []float32
	next *node
	in   [2]struct{ a, b *float64 }
}

func TestAddShadow(t *testing.T) {
	x, dx := 2.0, 10.0
	s := &node{v: 1, w: []float32{1, 2}}
	s.next = s // a cycle is added once
	s.in[0].a, s.in[1].b = &x, &x
	d := &node{v: 5, w: []float32{3, 4}}
	d.next = d
	d.in[0].a, d.in[1].b = &dx, &dx
	AddShadow([]*node{d, d, nil, {}}, []*node{s, s, s, nil})
	if d.v != 6 || !reflect.DeepEqual(d.w, []float32{4, 6}) || dx != 12 {
		t.Errorf("the shadow is %v %v %v", d.v, d.w, dx)
	}

	rows := []float64{1, 1, 1}
	AddShadow([][]float64{rows[:2], rows[1:]}, [][]float64{{1, 2}, {3, 4}})
	if !reflect.DeepEqual(rows, []float64{2, 6, 5}) {
		t.Errorf("the rows are %v", rows)
	}

	m := map[string][2]float64{"a": {1, 2}, "b": {3, 4}}
	AddShadow(m, map[string][2]float64{"a": {10, 20}, "c": {5, 6}})
	if !reflect.DeepEqual(m, map[string][2]float64{"a": {11, 22}, "b": {3, 4}, "c": {5, 6}}) {
		t.Errorf("the map is %v", m)
	}

	v := struct{ A float64 }{1}
	AddShadow(v, struct{ A float64 }{2})
	if v.A != 1 {
		t.Errorf("a value is changed to %v", v.A)
	}
}

func TestAddShadowBoxed(t *testing.T) {
	type box struct{ v any }
	w := []float64{1}
	d := &box{[2]any{1.5, w}}
	AddShadow(d, &box{[2]any{2.0, []float64{3}}})
	if want := (&box{[2]any{3.5, []float64{4}}}); !reflect.DeepEqual(d, want) || w[0] != 4 {
		t.Errorf("the shadow is %v, want %v", d, want)
	}

	AddShadow(any(w), any([]float64{5}))
	AddShadow(any(2.0), any(0.0)) // there is nothing to add
	if w[0] != 9 {
		t.Errorf("the floats behind an interface are %v", w)
	}
	defer func() {
		if recover() == nil {
			t.Error("a float is added to one that an interface holds, and lost")
		}
	}()
	AddShadow(any(2.0), any(1.0))
}

func TestCopyShadow(t *testing.T) {
	type node struct {
		V    float64
		P    *float64
		W, U []float64
		A    [2]float64
		M    map[string]float64
		Q    *node
	}
	n := &node{V: 1, W: []float64{2, 3}, A: [2]float64{4, 5}, M: map[string]float64{"a": 6}}
	n.P, n.Q = &n.V, n
	c := CopyShadow(n)
	if c == n || c.P != &c.V || c.Q != c || c.V != 1 || !slices.Equal(c.W, n.W) || &c.W[0] == &n.W[0] || c.U != nil || c.A != n.A || c.M["a"] != 6 {
		t.Errorf("CopyShadow gives %+v", c)
	}
	c.M["a"], c.V = 7, 8
	if n.M["a"] != 6 || n.V != 1 {
		t.Error("the copy shares memory with what it is a copy of")
	}
	if v := CopyShadow(*n); v.V != 1 || v.A != n.A || v.W[1] != 3 {
		t.Errorf("CopyShadow of a value gives %+v", v)
	}
}
