package steps_test

import (
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/steps"
)

// A watched model is one of another package, which is watched in its midst.
type watched struct{ W nn.Tensor[float64] }

// Loss is the sum of the squares of w.
//
//godiff:vjp wrt=m
func (m *watched) Loss(hook *steps.Hook) float64 {
	w := steps.Watch(hook, "w", m.W)
	var sum float64
	for _, v := range w.Data {
		sum += v * v
	}
	return sum
}

func TestWatch(t *testing.T) {
	m, dm := &watched{nn.Of([]float64{3, -1}, 2)}, &watched{nn.New[float64](nil, 2)}
	var trace steps.Trace
	if loss := m.LossVJP(trace.Hook(), dm, 0.5); loss != 10 {
		t.Errorf("the loss is %v, want 10", loss)
	}
	want := []float64{3, -1}
	if !slices.Equal(dm.W.Data, want) {
		t.Errorf("the gradient is %v, want %v", dm.W.Data, want)
	}
	m.W.Data[0], dm.W.Data[0] = 0, 0 // what was told are copies
	if v := trace.Values; len(v) != 1 || v[0].Name != "w" || !slices.Equal(v[0].X, []float64{3, -1}) {
		t.Errorf("the values are %v", v)
	}
	if v := trace.Adjoints; len(v) != 1 || v[0].Name != "w" || !slices.Equal(v[0].X, want) {
		t.Errorf("the adjoints are %v", v)
	}
	if m.LossVJP(nil, dm, 1) != 1 {
		t.Error("without a hook the loss is another")
	}
}
