package runtime

import (
	"errors"
	"reflect"
	"testing"
)

type figure interface{ area() float64 }

type (
	disc   struct{ R float64 }
	pair   struct{ A, B figure }
	lot    struct{ list []figure }
	hidden struct{ n int }
	pixel  float64
	scene  struct {
		Main   figure
		Fixed  [2]figure
		Named  map[string]struct{ F figure }
		Err    error
		Nested *scene
	}
)

func (disc) area() float64   { return 0 }
func (pair) area() float64   { return 0 }
func (lot) area() float64    { return 0 }
func (hidden) area() float64 { return 0 }
func (pixel) area() float64  { return 0 }
func (e disc) Error() string { return "" }
func boxable() []figure {
	return []figure{disc{1}, &disc{2}, pair{disc{3}, pair{pixel(4), nil}}, nil, hidden{5}}
}
func spare(f []figure) figure { return f[:cap(f)][len(f)] }

// TestBox checks what Box makes of every kind of place, and that Unbox takes it back with what has been added.
func TestBox(t *testing.T) {
	list := append(boxable(), lot{[]figure{disc{6}}}, disc{7})[:6]
	boxes := Box(list)
	list[0].(*disc).R += 10
	list[1].(*disc).R += 10
	p := list[2].(*pair)
	p.A.(*disc).R += 10
	*p.B.(*pair).A.(*pixel) += 10
	list[5].(lot).list[0].(*disc).R += 10
	spare(list).(*disc).R += 10
	if _, ok := list[4].(hidden); !ok {
		t.Errorf("a value without floats has become %T", list[4])
	}
	Unbox(boxes)
	want := append([]figure{disc{11}, &disc{12}, pair{disc{13}, pair{pixel(14), nil}}, nil, hidden{5}}, lot{[]figure{disc{16}}}, disc{17})
	if got := list[:7]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestBoxEverywhere boxes in fields, arrays, maps, behind pointers and in a variable itself, of a value that leads to itself.
func TestBoxEverywhere(t *testing.T) {
	make := func(d float64) *scene {
		s := &scene{Main: disc{1 + d}, Fixed: [2]figure{disc{2 + d}, pixel(3 + d)}, Err: disc{4}}
		s.Named = map[string]struct{ F figure }{"a": {pair{disc{5 + d}, &disc{6}}}, "b": {}}
		s.Nested = s
		return s
	}
	s := make(0)
	boxes := Box(s)
	s.Nested.Main.(*disc).R += 10
	s.Fixed[0].(*disc).R += 10
	*s.Fixed[1].(*pixel) += 10
	s.Named["a"].F.(*pair).A.(*disc).R += 10
	var err disc
	if !errors.As(s.Err, &err) {
		t.Errorf("an error has become a %T", s.Err)
	}
	Unbox(boxes)
	if want := make(10); !reflect.DeepEqual(s, want) {
		t.Errorf("got %v, want %v", s, want)
	}
	var f figure = disc{1}
	Unbox(Box(&f))
	if f != (disc{1}) {
		t.Errorf("a variable holds %#v", f)
	}
	if d, ok := Boxed(f).(*disc); !ok || d.R != 1 {
		t.Errorf("Boxed returns %#v", Boxed(f))
	}
}

// TestRenew checks that what was given for an old value goes to the new one of the same type: through swaps, in values of values, in maps;
// not to one of another type, nor to a pointer, and not away from what stays.
func TestRenew(t *testing.T) {
	x := []figure{disc{}, disc{}, pair{disc{}, disc{}}, disc{}, disc{}, disc{}}
	dx := []figure{disc{1}, disc{2}, pair{disc{3}, disc{4}}, disc{5}, disc{6}, disc{7}}
	boxes := BoxGiven(x, dx)
	first := dx[0].(*disc)
	dx[0], dx[1] = dx[1], dx[0]
	kept := dx[2].(*pair).A
	old := dx[2].(*pair).B.(*disc)
	x[2], dx[2] = pair{disc{}, disc{}}, &pair{kept, new(disc)}
	x[3], dx[3] = pixel(0), new(pixel)
	x[4], dx[4] = &disc{}, &disc{}
	Renew(boxes)
	if dx[0].(*disc).R != 1 || dx[1].(*disc).R != 2 || first.R != 2 {
		t.Errorf("after a swap: %v, %v", dx[0], dx[1])
	}
	p := dx[2].(*pair)
	if p.A.(*disc).R != 3 || p.B.(*disc).R != 4 || old.R != 0 {
		t.Errorf("a value of values has %v and %v; the old one %v", p.A, p.B, old)
	}
	if *dx[3].(*pixel) != 0 || dx[4].(*disc).R != 0 || dx[5].(*disc).R != 7 {
		t.Errorf("others have %v, %v, %v", dx[3], dx[4], dx[5])
	}

	m, dm := map[string]figure{"a": disc{}, "b": disc{}}, map[string]figure{"a": disc{1}, "b": disc{2}}
	boxes = BoxGiven(m, dm)
	gone := dm["b"].(*disc)
	m["a"], dm["a"] = disc{}, new(disc)
	delete(m, "b")
	delete(dm, "b")
	Renew(boxes)
	if dm["a"].(*disc).R != 1 || gone.R != 0 {
		t.Errorf("a map has %v, what was deleted %v", dm["a"], gone)
	}
	Unbox(boxes)
}

// TestAddShadowToPointers adds what an interface holds by value to what a pointer leads to.
func TestAddShadowToPointers(t *testing.T) {
	dst := Boxed(boxable())
	AddShadow(dst, boxable())
	AddShadow(dst[0], figure(disc{10}))
	if dst[0].(*disc).R != 12 || dst[1].(*disc).R != 4 || dst[2].(*pair).A.(*disc).R != 6 || *dst[2].(*pair).B.(*pair).A.(*pixel) != 8 {
		t.Errorf("got %v, %v, %v", dst[0], dst[1], dst[2])
	}
}
