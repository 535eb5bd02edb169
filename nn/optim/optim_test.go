package optim_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
	"github.com/godiff/godiff/nn/safetensors"
)

// A model has two parameters and a tensor that is none.
type model[T nn.Float] struct {
	W, B nn.Tensor[T]
	Mean nn.Tensor[T] `nn:"state"`
}

func newModel[T nn.Float](r *rand.Rand) *model[T] {
	m := &model[T]{nn.New[T](nil, 7, 3), nn.New[T](nil, 3), nn.New[T](nil, 3)}
	for _, p := range nn.Params[T](m, nil) {
		fill(r, p.Value.Data)
	}
	return m
}

func fill[T nn.Float](r *rand.Rand, x []T) {
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
}

// A setting is an optimiser, and its definition for one parameter in PyTorch's words: update is called with the parameter and its gradient
// in step t, from 1, and with numbers that it may keep from step to step, all zero at first.
type setting[T nn.Float] struct {
	name   string
	make   func(params []nn.Param[T]) optim.Optimizer[T]
	update func(t int, param, grad float64, buf *[2]float64) float64
}

func settings[T nn.Float]() []setting[T] {
	const lr = 0.1
	sgd := func(wd, mu float64, nesterov bool) func(t int, param, grad float64, buf *[2]float64) float64 {
		return func(t int, param, grad float64, buf *[2]float64) float64 {
			grad += wd * param
			if mu != 0 {
				if t > 1 {
					buf[0] = mu*buf[0] + grad
				} else {
					buf[0] = grad
				}
				if nesterov {
					grad += mu * buf[0]
				} else {
					grad = buf[0]
				}
			}
			return param - lr*grad
		}
	}
	rmsprop := func(alpha, eps, wd float64) func(t int, param, grad float64, buf *[2]float64) float64 {
		return func(t int, param, grad float64, buf *[2]float64) float64 {
			grad += wd * param
			buf[0] = alpha*buf[0] + (1-alpha)*grad*grad
			return param - lr*grad/(math.Sqrt(buf[0])+eps)
		}
	}
	adam := func(beta1, beta2, eps, l2, decoupled float64) func(t int, param, grad float64, buf *[2]float64) float64 {
		return func(t int, param, grad float64, buf *[2]float64) float64 {
			grad += l2 * param
			param -= lr * decoupled * param
			buf[0] = beta1*buf[0] + (1-beta1)*grad
			buf[1] = beta2*buf[1] + (1-beta2)*grad*grad
			mHat := buf[0] / (1 - math.Pow(beta1, float64(t)))
			vHat := buf[1] / (1 - math.Pow(beta2, float64(t)))
			return param - lr*mHat/(math.Sqrt(vHat)+eps)
		}
	}
	type params = []nn.Param[T]
	return []setting[T]{
		{"SGD", func(p params) optim.Optimizer[T] { return optim.NewSGD(p, lr) }, sgd(0, 0, false)},
		{"SGD with L2", func(p params) optim.Optimizer[T] {
			o := optim.NewSGD(p, lr)
			o.L2 = 0.2
			return o
		}, sgd(0.2, 0, false)},
		{"SGD with decay", func(p params) optim.Optimizer[T] {
			o := optim.NewSGD(p, lr)
			o.Decay = 0.2 // the same without momentum
			return o
		}, sgd(0.2, 0, false)},
		{"Momentum", func(p params) optim.Optimizer[T] { return optim.NewMomentum(p, lr, 0.9) }, sgd(0, 0.9, false)},
		{"Momentum with L2", func(p params) optim.Optimizer[T] {
			o := optim.NewMomentum(p, lr, 0.9)
			o.L2 = 0.2
			return o
		}, sgd(0.2, 0.9, false)},
		{"Nesterov", func(p params) optim.Optimizer[T] { return optim.NewNesterov(p, lr, 0.9) }, sgd(0, 0.9, true)},
		{"Nesterov with L2", func(p params) optim.Optimizer[T] {
			o := optim.NewNesterov(p, lr, 0.7)
			o.L2 = 0.2
			return o
		}, sgd(0.2, 0.7, true)},
		{"RMSProp", func(p params) optim.Optimizer[T] { return optim.NewRMSProp(p, lr) }, rmsprop(0.99, 1e-8, 0)},
		{"RMSProp with L2", func(p params) optim.Optimizer[T] {
			o := optim.NewRMSProp(p, lr)
			o.Rho, o.Epsilon, o.L2 = 0.9, 1e-3, 0.2
			return o
		}, rmsprop(0.9, 1e-3, 0.2)},
		{"Adam", func(p params) optim.Optimizer[T] { return optim.NewAdam(p, lr) }, adam(0.9, 0.999, 1e-8, 0, 0)},
		{"Adam with L2", func(p params) optim.Optimizer[T] {
			o := optim.NewAdam(p, lr)
			o.Beta1, o.Beta2, o.Epsilon, o.L2 = 0.8, 0.9, 1e-2, 0.2
			return o
		}, adam(0.8, 0.9, 1e-2, 0.2, 0)},
		{"AdamW", func(p params) optim.Optimizer[T] { return optim.NewAdamW(p, lr, 0.2) }, adam(0.9, 0.999, 1e-8, 0, 0.2)},
	}
}

// TestSteps compares optimisers with their definitions, and checks that they clear gradients and leave state alone.
func TestSteps(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testSteps[float64](t, 1e-13) })
	t.Run("float32", func(t *testing.T) { testSteps[float32](t, 2e-5) })
}

func testSteps[T nn.Float](t *testing.T, tol float64) {
	for _, s := range settings[T]() {
		r := rand.New(rand.NewPCG(1, 2))
		m, dm := newModel[T](r), newModel[T](r)
		mean := slices.Clone(m.Mean.Data)
		params := nn.Params[T](m, dm)
		o := s.make(params)
		var want []float64
		for _, v := range slices.Concat(m.W.Data, m.B.Data) {
			want = append(want, float64(v))
		}
		bufs := make([][2]float64, len(want))
		for step := 1; step <= 30; step++ {
			fill(r, dm.W.Data)
			fill(r, dm.B.Data)
			for i, g := range slices.Concat(dm.W.Data, dm.B.Data) {
				want[i] = s.update(step, want[i], float64(g), &bufs[i])
			}
			o.Step()
			for i, v := range slices.Concat(m.W.Data, m.B.Data) {
				if math.Abs(float64(v)-want[i]) > tol*max(1, math.Abs(want[i])) {
					t.Fatalf("%s, step %d: parameter %d is %v, want %v", s.name, step, i, v, want[i])
				}
			}
			for i, g := range slices.Concat(dm.W.Data, dm.B.Data) {
				if g != 0 {
					t.Fatalf("%s: element %d of the gradient is %v after a step", s.name, i, g)
				}
			}
		}
		if !slices.Equal(m.Mean.Data, mean) {
			t.Errorf("%s changes state", s.name)
		}
		for _, p := range o.State() {
			if !p.State {
				t.Errorf("%s: %s is no state", s.name, p.Name)
			}
		}
	}
}

// TestDecay checks decoupled decay where it differs from L2: what is remembered does not have it.
func TestDecay(t *testing.T) {
	const rate, decay = 0.1, 0.2
	for name, make := range map[string]func(p []nn.Param[float64]) optim.Optimizer[float64]{
		"Momentum": func(p []nn.Param[float64]) optim.Optimizer[float64] {
			o := optim.NewMomentum(p, rate, 0.9)
			o.Decay = decay
			return o
		},
		"Nesterov": func(p []nn.Param[float64]) optim.Optimizer[float64] {
			o := optim.NewNesterov(p, rate, 0.9)
			o.Decay = decay
			return o
		},
		"RMSProp": func(p []nn.Param[float64]) optim.Optimizer[float64] {
			o := optim.NewRMSProp(p, rate)
			o.Decay = decay
			return o
		},
		"AdamW": func(p []nn.Param[float64]) optim.Optimizer[float64] { return optim.NewAdamW(p, rate, decay) },
	} {
		m, dm := newModel[float64](rand.New(rand.NewPCG(1, 2))), newModel[float64](rand.New(rand.NewPCG(3, 4)))
		o := make(nn.Params[float64](m, dm))
		clear(dm.W.Data) // without gradients there is nothing but decay
		clear(dm.B.Data)
		want := m.W.Data[0]
		for range 5 {
			o.Step()
			want *= 1 - rate*decay
		}
		if got := m.W.Data[0]; math.Abs(got/want-1) > 1e-14 {
			t.Errorf("%s: a parameter decays to %v, want %v", name, got, want)
		}
		for _, p := range o.State() {
			if p.Name != "steps" && slices.ContainsFunc(p.Value.Data, func(v float64) bool { return v != 0 }) {
				t.Errorf("%s: decay goes into %s", name, p.Name)
			}
		}
	}
}

// TestResume checks that training goes on with the same bits from a file.
func TestResume(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testResume[float64](t) })
	t.Run("float32", func(t *testing.T) { testResume[float32](t) })
}

func testResume[T nn.Float](t *testing.T) {
	for _, s := range settings[T]() {
		train := func(m, dm *model[T], o optim.Optimizer[T], from, to int) {
			for step := from; step < to; step++ {
				r := rand.New(rand.NewPCG(5, uint64(step)))
				fill(r, dm.W.Data)
				fill(r, dm.B.Data)
				o.Step()
			}
		}
		begin := func(seed uint64) (m, dm *model[T], o optim.Optimizer[T], all []nn.Param[T]) {
			r := rand.New(rand.NewPCG(seed, 2))
			m, dm = newModel[T](r), newModel[T](r)
			params := nn.Params[T](m, dm)
			o = s.make(params)
			return m, dm, o, slices.Concat(params, o.State())
		}

		m, dm, o, all := begin(1)
		train(m, dm, o, 0, 10)
		var file bytes.Buffer
		var tensors []safetensors.Tensor
		for _, p := range all {
			tensors = append(tensors, safetensors.NewTensor(p.Name, p.Value.Shape, p.Value.Data))
		}
		if err := safetensors.Write(&file, tensors, nil); err != nil {
			t.Fatal(err)
		}
		train(m, dm, o, 10, 20)

		again, dagain, resumed, restored := begin(3)
		train(again, dagain, resumed, 50, 53) // what is there is overwritten
		f, err := safetensors.Read(&file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range restored {
			if err := safetensors.LoadInto(f, p.Name, p.Value.Shape, p.Value.Data); err != nil {
				t.Fatal(err)
			}
		}
		train(again, dagain, resumed, 10, 20)
		if !slices.Equal(again.W.Data, m.W.Data) || !slices.Equal(again.B.Data, m.B.Data) {
			t.Errorf("%s goes on to %v, want %v", s.name, again.W, m.W)
		}
	}
}

func TestState(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	params := nn.Params[float64](newModel[float64](r), newModel[float64](r))
	for _, c := range []struct {
		o    optim.Optimizer[float64]
		want string
	}{
		{optim.NewSGD(params, 1), "[]"},
		{optim.NewMomentum(params, 1, 1), "[W.velocity[7 3] B.velocity[3]]"},
		{optim.NewRMSProp(params, 1), "[W.square[7 3] B.square[3]]"},
		{optim.NewAdam(params, 1), "[W.mean[7 3] W.square[7 3] B.mean[3] B.square[3] steps[2]]"},
	} {
		var got []string
		for _, p := range c.o.State() {
			got = append(got, fmt.Sprint(p.Name, p.Value.Shape))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%T remembers %v, want %s", c.o, got, c.want)
		}
	}
}

// TestManySteps checks that steps are counted beyond what a float32 holds.
func TestManySteps(t *testing.T) {
	m, dm := &model[float32]{W: nn.New[float32](nil, 1)}, &model[float32]{W: nn.New[float32](nil, 1)}
	o := optim.NewAdam(nn.Params[float32](m, dm), 0)
	state := o.State()
	steps := state[len(state)-1].Value.Data
	steps[0], steps[1] = 1<<20-2, 31
	for _, want := range [][]float32{{1<<20 - 1, 31}, {0, 32}, {1, 32}} {
		if o.Step(); !slices.Equal(steps, want) {
			t.Errorf("the number of steps is %v, want %v", steps, want)
		}
	}
	// Beta2 of step 2^25+1, with which the correction is not 1, tells that the number is used.
	o.Rate, o.Beta1, o.Beta2, o.Epsilon = 1, 0, 1-0x1p-26, 0
	steps[0], dm.W.Data[0], state[1].Value.Data[0] = 0, 1, 1
	o.Step()
	want := -math.Sqrt(1 - math.Pow(1-0x1p-26, 1<<25+1))
	if got := float64(m.W.Data[0]); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("the step is %v, want %v", got, want)
	}
}

// TestMissing checks that a parameter without a gradient is told.
func TestMissing(t *testing.T) {
	defer func() {
		if got, want := recover(), "optim: W has 21 elements and its gradient 0"; got != want {
			t.Errorf("the panic is %v, want %v", got, want)
		}
	}()
	optim.NewSGD(nn.Params[float64](newModel[float64](rand.New(rand.NewPCG(1, 2))), nil), 1)
}

func TestAllocations(t *testing.T) {
	for _, s := range settings[float32]() {
		r := rand.New(rand.NewPCG(1, 2))
		params := nn.Params[float32](newModel[float32](r), newModel[float32](r))
		o := s.make(params)
		if n := testing.AllocsPerRun(10, func() {
			optim.ClipNorm(params, 1)
			optim.ClipValue(params, 1)
			o.Step()
		}); n != 0 {
			t.Errorf("a step of %s allocates %v times", s.name, n)
		}
	}
}

// BenchmarkStep measures steps for 100,000 parameters.
func BenchmarkStep(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	m, dm := &model[float32]{W: nn.New[float32](nil, 250, 400)}, &model[float32]{W: nn.New[float32](nil, 250, 400)}
	fill(r, m.W.Data)
	params := nn.Params[float32](m, dm)
	for _, s := range settings[float32]() {
		b.Run(s.name, func(b *testing.B) {
			o := s.make(params)
			for b.Loop() {
				o.Step()
			}
		})
	}
	b.Run("ClipNorm", func(b *testing.B) {
		for b.Loop() {
			optim.ClipNorm(params, 1)
		}
	})
}
