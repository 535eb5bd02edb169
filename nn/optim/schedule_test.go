package optim_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  optim.Schedule
		steps []int
		want  []float64
	}{
		{"Constant", optim.Constant(0.1), []int{0, 7}, []float64{0.1, 0.1}},
		{"Stepwise", optim.Stepwise(1, 0.5, 10), []int{0, 9, 10, 19, 20, 30}, []float64{1, 1, 0.5, 0.5, 0.25, 0.125}},
		{"Exponential", optim.Exponential(3, 0.5), []int{0, 1, 2, 3}, []float64{3, 1.5, 0.75, 0.375}},
		{"Inverse", optim.Inverse(1, 10), []int{0, 10, 30, 90}, []float64{1, 1. / 2, 1. / 4, 1. / 10}},
		{"Cosine", optim.Cosine(1, 0.2, 4, 10), []int{0, 1, 3, 4, 6, 7, 8, 10, 11}, []float64{0.25, 0.5, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2}},
		{"Cosine without a rise", optim.Cosine(2, 0, 0, 3), []int{0, 1, 2, 3}, []float64{2, 1.5, 0.5, 0}},
		{"Cosine of nothing", optim.Cosine(2, 1, 0, 0), []int{0}, []float64{1}},
	} {
		for i, step := range c.steps {
			if got := c.rate(step); math.Abs(got-c.want[i]) > 1e-15 {
				t.Errorf("%s: the rate of step %d is %v, want %v", c.name, step, got, c.want[i])
			}
		}
	}
}

// gradients returns the parameters of a model with the gradients 3, 0, … and −4, 0, ….
func gradients(r *rand.Rand) []nn.Param[float64] {
	m, dm := newModel[float64](r), newModel[float64](r)
	params := nn.Params[float64](m, dm)
	clear(dm.W.Data)
	clear(dm.B.Data)
	dm.W.Data[5], dm.B.Data[0] = 3, -4
	return params
}

func TestClipNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ limit, factor float64 }{{10, 1}, {5, 1}, {2.5, 0.5}, {1, 0.2}, {0, 0}} {
		params := gradients(r)
		state := slices.Clone(params[2].Grad.Data)
		if norm := optim.ClipNorm(params, c.limit); norm != 5 {
			t.Errorf("the norm is %v, want 5", norm)
		}
		if a, b := params[0].Grad.Data[5], params[1].Grad.Data[0]; a != 3*c.factor || b != -4*c.factor {
			t.Errorf("clipped to the norm %v the gradients are %v and %v, want %v and %v", c.limit, a, b, 3*c.factor, -4*c.factor)
		}
		if !slices.Equal(params[2].Grad.Data, state) {
			t.Error("what is no parameter is clipped")
		}
	}
	for _, bad := range []float64{math.Inf(1), math.NaN()} {
		params := gradients(r)
		params[0].Grad.Data[7] = bad
		if norm := optim.ClipNorm(params, 1); norm < math.MaxFloat64 {
			t.Errorf("the norm of a gradient with %v is %v", bad, norm)
		}
		if got := params[1].Grad.Data[0]; got != -4 {
			t.Errorf("beside %v a gradient becomes %v", bad, got)
		}
	}
}

func TestClipValue(t *testing.T) {
	params := gradients(rand.New(rand.NewPCG(1, 2)))
	state := slices.Clone(params[2].Grad.Data)
	params[0].Grad.Data[6], params[0].Grad.Data[7] = math.Inf(-1), math.NaN()
	optim.ClipValue(params, 3.5)
	if got := params[0].Grad.Data; got[5] != 3 || got[6] != -3.5 || got[7] == got[7] || params[1].Grad.Data[0] != -3.5 {
		t.Errorf("the gradients become %v and %v", got, params[1].Grad.Data)
	}
	if !slices.Equal(params[2].Grad.Data, state) {
		t.Error("what is no parameter is clipped")
	}
}
