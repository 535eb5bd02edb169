package optim_test

import (
	"math"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

// TestPyTorch compares five steps with those of PyTorch 1.13.0 in float64: of SGD, RMSprop, Adam and AdamW of torch.optim with these settings,
// where w begins as (1, −2, 0.5), and the loss is Σ c(w−t)² with c = (1, 0.5, 3) and t = (0.25, 1, −1). What it prints then is here.
func TestPyTorch(t *testing.T) {
	want := map[string][]float64{
		"SGD":              {0.49576000000000003, -0.77147, -0.98464},
		"SGD with L2":      {0.45037256480000004, -0.6619070976, -0.9561122576},
		"Momentum":         {-0.185315, 1.0874800000000002, -1.3450899999999997},
		"Momentum with L2": {-0.27083393920000004, 1.3245983904000003, -1.2128261696},
		"Nesterov":         {-0.06178818560000004, 1.3137450517, -0.9078359295999999},
		"Nesterov with L2": {0.10102836127313602, 0.6356652501319678, -0.9318339899092319},
		"RMSProp":          {0.24853956277702247, 0.3974866933636477, -0.9912808612993271},
		"RMSProp with L2":  {0.297906194331261, -1.012090480357732, -0.39993205737325244},
		"Adam":             {0.5128688644184829, -1.50177945708264, 0.004358168286030348},
		"Adam with L2":     {0.5164542062576088, -1.503592953371215, 0.005463587139960979},
		"AdamW":            {0.4405647124778241, -1.330034141518034, -0.023673792981426092},
	}
	for _, s := range settings[float64]() {
		w := want[s.name]
		if w == nil {
			continue
		}
		delete(want, s.name)
		m, dm := &model[float64]{W: nn.Of([]float64{1, -2, 0.5}, 3)}, &model[float64]{W: nn.New[float64](nil, 3)}
		o := s.make(nn.Params[float64](m, dm))
		for range 5 {
			for i, x := range m.W.Data {
				dm.W.Data[i] = 2 * []float64{1, 0.5, 3}[i] * (x - []float64{0.25, 1, -1}[i])
			}
			o.Step()
		}
		for i, x := range m.W.Data {
			if math.Abs(x-w[i]) > 1e-14 {
				t.Errorf("%s: element %d is %v, want %v", s.name, i, x, w[i])
			}
		}
	}
	for name := range want {
		t.Errorf("there is no optimiser %s", name)
	}
}

// TestPyTorchCosine compares a schedule with CosineAnnealingLR(T_max=10, eta_min=0.1) for the rate 1.
func TestPyTorchCosine(t *testing.T) {
	rate := optim.Cosine(1, 0.1, 0, 10)
	for step, want := range []float64{1, 0.9779754323328191, 0.9140576474687263, 0.8145033635316129, 0.6890576474687263, 0.55,
		0.41094235253127376, 0.2854966364683872, 0.18594235253127372, 0.12202456766718092, 0.1} {
		if got := rate(step); math.Abs(got-want) > 1e-15 {
			t.Errorf("the rate of step %d is %v, want %v", step, got, want)
		}
	}
}
