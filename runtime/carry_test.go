package runtime_test

import (
	"testing"

	"github.com/godiff/godiff/runtime"
)

func TestCarryOver(t *testing.T) {
	type node struct {
		x    [2]float64
		w    []float64
		next *node
	}
	shared := &node{x: [2]float64{5, 5}, w: []float64{5}}
	made := func(x float64) (*node, []float64, []float32) {
		w := []float64{x, x, x, x}
		return &node{x: [2]float64{x, x}, w: w[:3], next: shared}, w[1:], []float32{float32(x)}
	}
	src, srcW, srcF := made(1)
	dst, dstW, dstF := made(10)
	runtime.CarryOver(runtime.Pair(src, dst), runtime.Pair(srcW, dstW), runtime.Pair(srcF, dstF), runtime.Pair(&src.x[1], &dst.x[1]), runtime.Pair(shared.w, shared.w))
	if dst.x != [2]float64{11, 11} || dst.w[0] != 11 || dst.w[1] != 11 || dstW[2] != 11 || dstF[0] != 11 {
		t.Errorf("not all is added once: %v %v %v", *dst, dstW, dstF)
	}
	if shared.x[0] != 5 || shared.w[0] != 5 {
		t.Errorf("what is shared is added to itself: %v", *shared)
	}
}

func TestCarryOverShapes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("shadows of different shapes are added")
		}
	}()
	runtime.CarryOver(runtime.Pair([]float64{1}, []float64{1, 2}))
}

func TestSwapLinks(t *testing.T) {
	type state struct {
		cur, next []float64
		e         float64
		old       *state
	}
	a, b := []float64{1}, []float64{2}
	s := &state{cur: a, next: b, e: 1}
	rows := append(make([][]float64, 0, 2), a)
	spare := runtime.KeepLinksCap(rows)
	rows = append(rows, b)
	if runtime.SwapLinks(spare); rows[1] != nil || &rows[0][0] != &a[0] {
		t.Fatalf("the links beyond the length are not as they were: %v", rows)
	}
	links := runtime.KeepLinks(s, a)
	fresh := []float64{3}
	s.cur, s.next, s.e, s.old = fresh, a, 2, &state{cur: b}
	runtime.SwapLinks(links)
	if &s.cur[0] != &a[0] || &s.next[0] != &b[0] || s.e != 2 || s.old != nil {
		t.Fatalf("the links are not as they were, or a float is: %v", *s)
	}
	again := []float64{30}
	s.cur, s.next, s.old = again, a, &state{cur: b}
	runtime.CarryOver(runtime.Moved(links))
	if again[0] != 33 || a[0] != 1 || b[0] != 2 {
		t.Errorf("what has moved is not added once: %v %v %v", again, a, b)
	}
	runtime.SwapLinks(links)
	if &s.cur[0] != &fresh[0] {
		t.Error("SwapLinks does not keep what it has found")
	}
}
