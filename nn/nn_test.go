package nn_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// random returns a tensor of normal deviates.
func random(r *rand.Rand, dims ...int) nn.Tensor[float64] {
	x := nn.New[float64](nil, dims...)
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	return x
}

func TestDense(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := &nn.Dense[float64]{W: random(r, 3, 2), B: random(r, 2)}
	x := random(r, 4, 3)
	y := d.Forward(x)
	for i := range 4 {
		for j := range 2 {
			want := d.B.Data[j]
			for k := range 3 {
				want += x.At(i, k) * d.W.At(k, j)
			}
			if got := y.At(i, j); math.Abs(got-want) > 1e-14 {
				t.Errorf("output %d of example %d is %v, want %v", j, i, got, want)
			}
		}
	}
	gradcheck.VJP(t, (*nn.Dense[float64]).Forward, (*nn.Dense[float64]).ForwardVJP, d, x)
	gradcheck.VJP(t, (*nn.Dense[float64]).Forward, (*nn.Dense[float64]).ForwardVJP, &nn.Dense[float64]{W: d.W}, x)
}

func TestCrossEntropy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := random(r, 4, 3)
	gradcheck.VJP(t, nn.LogSoftmax[float64], nn.LogSoftmaxVJP[float64], x)
	gradcheck.VJP(t, nn.CrossEntropy[float64], nn.CrossEntropyVJP[float64], x, []int{2, 0, 1, 1})
	for _, c := range []struct {
		logits []float64
		want   float64
	}{
		{[]float64{0, 0}, math.Ln2},
		{[]float64{1000, -1000}, 0},
		{[]float64{-1000, 1000}, 2000},
		{[]float64{math.Inf(-1), 0}, math.Inf(1)},
	} {
		if got := nn.CrossEntropy(nn.Of(c.logits, 1, 2), []int{0}); got != c.want {
			t.Errorf("the cross entropy of %v is %v, want %v", c.logits, got, c.want)
		}
	}
}

// misfit checks that f panics with an error of shape, and which.
func misfit(t *testing.T, want string, f func()) {
	t.Helper()
	err := caught(f)
	var wrong *shape.Error
	if !errors.As(err, &wrong) || err.Error() != want {
		t.Errorf("got the error %v, want %q", err, want)
	}
}

// TestShapes checks that what does not fit is told with both shapes.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := &nn.Dense[float64]{W: random(r, 3, 2), B: random(r, 2)}
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: Dense: shape [4 2] does not fit [3 2]", func() { d.Forward(random(r, 4, 2)) }},
		{"nn: Dense: shape [3] does not fit [3 2]", func() { d.Forward(random(r, 3)) }},
		{"nn: Dense: shape [4 3] does not fit []", func() { new(nn.Dense[float64]).Forward(random(r, 4, 3)) }},
		{"nn: Dense bias: shape [3] does not fit [2]", func() { (&nn.Dense[float64]{W: d.W, B: random(r, 3)}).Forward(random(r, 4, 3)) }},
		{"nn: CrossEntropy: shape [2 3] does not fit [1]", func() { nn.CrossEntropy(random(r, 2, 3), []int{0}) }},
		{"nn: Reshape: shape [2 3] does not fit [2 4]", func() { random(r, 2, 3).Reshape(2, 4) }},
	} {
		misfit(t, c.want, c.f)
	}
}

// TestSpace checks that a step of the same size uses the memory of the one before, and finds it zero.
func TestSpace(t *testing.T) {
	space := new(nn.Space)
	a, n := nn.New[float32](space, 2, 3), nn.Ints(space, 6)
	b := nn.New[float32](space, 6)
	a.Data[0], b.Data[5], n[0] = 1, 2, 3
	first := map[*float32]bool{&a.Data[0]: true, &b.Data[0]: true}
	if len(first) != 2 {
		t.Fatal("two tensors have the same memory")
	}
	space.Reset()
	for range 2 {
		c := nn.New[float32](space, 3, 2)
		if !first[&c.Data[0]] {
			t.Error("a tensor has new memory although there is some")
		}
		for _, v := range c.Data {
			if v != 0 {
				t.Errorf("a new tensor holds %v", c.Data)
			}
		}
	}
	if d := nn.New[float32](space, 6); first[&d.Data[0]] {
		t.Error("memory is lent twice")
	}
	if allocs := testing.AllocsPerRun(10, func() {
		space.Reset()
		nn.ZerosLike(a.In(space))
		nn.Ints(space, 6)
	}); allocs != 0 {
		t.Errorf("%v allocations for tensors that there is memory for", allocs)
	}
}

func TestParams(t *testing.T) {
	type block struct {
		Norm *nn.Dense[float64]
		Mean nn.Tensor[float64] `nn:"state"`
		next *nn.Dense[float64]
	}
	type model struct {
		In     nn.Dense[float64]
		Blocks []block
		Tied   *nn.Tensor[float64]
		By     map[string]any
		Rate   float64
		Names  []string
	}
	r := rand.New(rand.NewPCG(1, 2))
	shared := random(r, 2, 2)
	build := func() *model {
		w := nn.New[float64](nil, 2, 2)
		return &model{
			In:     nn.Dense[float64]{W: random(r, 3, 2)},
			Blocks: []block{{Norm: &nn.Dense[float64]{W: w}, Mean: random(r, 2)}, {next: &nn.Dense[float64]{W: random(r, 1, 1)}}},
			Tied:   &w,
			By:     map[string]any{"b": shared, "a": &nn.Dense[float64]{B: random(r, 1)}},
		}
	}
	m, dm := build(), build()
	var got []string
	for _, p := range nn.Params[float64](m, dm) {
		got = append(got, p.Name)
		if len(p.Grad.Data) != len(p.Value.Data) || p.Name != "By.b" && &p.Grad.Data[0] == &p.Value.Data[0] {
			t.Errorf("%s: the gradient is not that of the parameter", p.Name)
		}
		if p.State != (p.Name == "Blocks.0.Mean") {
			t.Errorf("%s: state is %t", p.Name, p.State)
		}
	}
	want := []string{"In.W", "Blocks.0.Norm.W", "Blocks.0.Mean", "By.a.B", "By.b"}
	if !slices.Equal(got, want) {
		t.Errorf("got the parameters %q, want %q", got, want)
	}
	if p := nn.Params[float64](m, nil); len(p) != len(want) || p[0].Grad.Data != nil {
		t.Error("without a gradient the parameters are others")
	}
}
