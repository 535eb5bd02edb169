package nn_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
)

type everything struct {
	Layer   nn.Dense[float64]
	Tied    *nn.Dense[float64]
	Again   *nn.Dense[float64]
	Blocks  []nn.Conv2D[float32]
	ByName  map[string]*nn.Dense[float64]
	Same    map[string]*nn.Dense[float64]
	Any     any
	Scale   float64
	Weights []float64
	Pair    [2]nn.Tensor[float32]
	Steps   []int
	Name    string
	None    *nn.Dense[float64]
	NoMap   map[string]float64
	hidden  []float64
}

func TestGradient(t *testing.T) {
	w := nn.Of([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	tied := &nn.Dense[float64]{W: w, B: nn.Of([]float64{1, 2, 3}, 3).In(new(nn.Space))}
	byName := map[string]*nn.Dense[float64]{"a": tied, "b": {W: nn.Of([]float64{1}, 1, 1)}}
	m := &everything{
		Layer: nn.Dense[float64]{W: w}, Tied: tied, Again: tied, Blocks: []nn.Conv2D[float32]{{W: nn.Of([]float32{1, 2}, 1, 1, 1, 2), Groups: 1}},
		ByName: byName, Same: byName, Any: nn.PReLU[float64]{Alpha: nn.Of([]float64{7}, 1)}, Scale: 3, Weights: []float64{1, 2},
		Pair: [2]nn.Tensor[float32]{nn.Of([]float32{1}, 1), {}}, Steps: []int{1, 2}, Name: "m", hidden: []float64{1},
	}
	g := nn.Gradient(m)
	zero := func(dims ...int) nn.Tensor[float64] { return nn.New[float64](nil, dims...) }
	d := &nn.Dense[float64]{W: zero(2, 3), B: zero(3)}
	names := map[string]*nn.Dense[float64]{"a": d, "b": {W: zero(1, 1)}}
	want := &everything{
		Layer: nn.Dense[float64]{W: d.W}, Tied: d, Again: d, Blocks: []nn.Conv2D[float32]{{W: nn.New[float32](nil, 1, 1, 1, 2)}},
		ByName: names, Same: names, Any: nn.PReLU[float64]{Alpha: zero(1)}, Weights: make([]float64, 2),
		Pair: [2]nn.Tensor[float32]{nn.New[float32](nil, 1), {}}, Steps: make([]int, 2),
	}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("got %+v, want %+v", g, want)
	}
	if g.Tied != g.Again || g.ByName["a"] != g.Tied || &g.Layer.W.Data[0] != &g.Tied.W.Data[0] {
		t.Error("what the model shares, the gradient does not")
	}
	g.Same["c"] = nil
	if len(g.ByName) != 3 {
		t.Error("one map becomes two")
	}
	g.Layer.W.Shape[0] = 9
	if w.Shape[0] != 2 {
		t.Error("the shapes of the model are those of the gradient")
	}
	if m.Layer.W.Data[0] != 1 || m.hidden[0] != 1 {
		t.Error("the model has changed")
	}
	var names1 []string
	for _, p := range nn.Params[float64](m, nn.Gradient(m)) {
		names1 = append(names1, p.Name)
		if len(p.Grad.Data) != len(p.Value.Data) {
			t.Errorf("%s has %d derivatives", p.Name, len(p.Grad.Data))
		}
	}
	if want := []string{"Layer.W", "Tied.B", "ByName.b.W", "Any.Alpha"}; !slices.Equal(names1, want) {
		t.Errorf("got the parameters %q, want %q", names1, want)
	}
}

// TestTiedGradient checks that both uses of one tensor add to one gradient.
func TestTiedGradient(t *testing.T) {
	w := nn.Of([]float64{2, 0, 1, 3}, 2, 2)
	m := &struct{ A, B nn.Dense[float64] }{nn.Dense[float64]{W: w}, nn.Dense[float64]{W: w}}
	g := nn.Gradient(m)
	x, dx, one := nn.Of([]float64{1, 10}, 1, 2), nn.New[float64](nil, 1, 2), nn.Of([]float64{1, 1}, 1, 2)
	m.A.ForwardVJP(x, &g.A, dx, one)
	m.B.ForwardVJP(x, &g.B, dx, one)
	if got, want := fmt.Sprint(g.A.W, dx), "[2 2][2 2 20 20] [1 2][4 8]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOverlappingGradient(t *testing.T) {
	defer func() {
		if got, want := recover(), "nn: Gradient: two slices of float64 overlap, and are not the same"; got != want {
			t.Errorf("got the panic %v, want %s", got, want)
		}
	}()
	all := make([]float64, 4)
	nn.Gradient(&struct{ A, B nn.Tensor[float64] }{nn.Of(all[:3], 3), nn.Of(all[2:], 2)})
}
