package nn_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/godiff/godiff/nn"
)

// A leNet is the network of LeCun et al., "Gradient-based learning applied to document recognition", 1998, with the units of today.
type leNet[T nn.Float] struct {
	Conv1, Conv2           nn.Conv2D[T]
	Pool                   nn.MaxPool2D[T]
	Dense1, Dense2, Dense3 nn.Dense[T]
}

func newLeNet[T nn.Float](r *rand.Rand) *leNet[T] {
	uniform := func(dims ...int) nn.Tensor[T] {
		w, inputs := nn.New[T](nil, dims...), dims[0]
		if len(dims) == 4 {
			inputs = dims[1] * dims[2] * dims[3]
		}
		for i := range w.Data {
			w.Data[i] = T((2*r.Float64() - 1) / float64(inputs))
		}
		return w
	}
	return &leNet[T]{
		Conv1:  nn.Conv2D[T]{W: uniform(6, 1, 5, 5), B: uniform(6), Pad: [2]int{2, 2}},
		Conv2:  nn.Conv2D[T]{W: uniform(16, 6, 5, 5), B: uniform(16)},
		Pool:   nn.MaxPool2D[T]{Size: [2]int{2, 2}},
		Dense1: nn.Dense[T]{W: uniform(400, 120), B: uniform(120)},
		Dense2: nn.Dense[T]{W: uniform(120, 84), B: uniform(84)},
		Dense3: nn.Dense[T]{W: uniform(84, 10), B: uniform(10)},
	}
}

//godiff:vjp wrt=m
func (m *leNet[T]) Loss(x nn.Tensor[T], labels []int) T {
	h := m.Pool.Forward(nn.ReLU(m.Conv1.Forward(x)))
	h = m.Pool.Forward(nn.ReLU(m.Conv2.Forward(h)))
	h = nn.ReLU(m.Dense1.Forward(h.Flatten()))
	h = nn.ReLU(m.Dense2.Forward(h))
	return nn.CrossEntropy(m.Dense3.Forward(h), labels)
}

// TestLeNet checks that the loss of a random network is near that of guesses, that steps of gradient descent make it less, and that the
// derivatives in float32 and float64 agree.
func TestLeNet(t *testing.T) {
	const batch = 4
	wide, dwide := newLeNet[float64](rand.New(rand.NewPCG(1, 2))), newLeNet[float64](rand.New(rand.NewPCG(1, 2)))
	narrow, dnarrow := newLeNet[float32](rand.New(rand.NewPCG(1, 2))), newLeNet[float32](rand.New(rand.NewPCG(1, 2)))
	x64, labels := digits[float64](batch)
	x32, _ := digits[float32](batch)
	p64, p32 := nn.Params[float64](wide, dwide), nn.Params[float32](narrow, dnarrow)
	clearGradients(p64)
	clearGradients(p32)
	first := wide.LossVJP(x64, labels, dwide, 1)
	if math.Abs(first-math.Log(10)) > 0.05 {
		t.Errorf("the loss at first is %v, want about ln 10", first)
	}
	if got := narrow.LossVJP(x32, labels, dnarrow, 1); math.Abs(float64(got)-first) > 1e-5 {
		t.Errorf("the loss in float32 is %v, in float64 %v", got, first)
	}
	for i, p := range p64 {
		scale := 0.0
		for _, g := range p.Grad.Data {
			scale = max(scale, math.Abs(g))
		}
		if scale == 0 {
			t.Errorf("the gradient of %s is zero", p.Name)
		}
		for j, g := range p.Grad.Data {
			if got := p32[i].Grad.Data[j]; math.Abs(float64(got)-g) > 1e-4*scale {
				t.Errorf("element %d of the gradient of %s is %v in float32 and %v in float64", j, p.Name, got, g)
				break
			}
		}
	}
	var last float64
	for range 5 {
		for _, p := range p64 {
			for i, g := range p.Grad.Data {
				p.Value.Data[i] -= 0.1 * g
			}
		}
		clearGradients(p64)
		last = wide.LossVJP(x64, labels, dwide, 1)
	}
	if !(last < first) {
		t.Errorf("after five steps the loss is %v, at first %v", last, first)
	}
}

func clearGradients[T nn.Float](params []nn.Param[T]) {
	for _, p := range params {
		clear(p.Grad.Data)
	}
}

// digits returns random images and labels.
func digits[T nn.Float](batch int) (nn.Tensor[T], []int) {
	r := rand.New(rand.NewPCG(3, 4))
	x, labels := nn.New[T](nil, batch, 1, 28, 28), make([]int, batch)
	for i := range x.Data {
		x.Data[i] = T(r.Float64())
	}
	for i := range labels {
		labels[i] = r.IntN(10)
	}
	return x, labels
}

// TestLeNetSteady checks that what a step of training allocates does not grow with the batch.
func TestLeNetSteady(t *testing.T) {
	m, dm := newLeNet[float32](rand.New(rand.NewPCG(1, 2))), newLeNet[float32](rand.New(rand.NewPCG(1, 2)))
	sameAllocations(t, func(batch int) func() {
		x, labels := digits[float32](batch)
		space := new(nn.Space)
		return func() {
			space.Reset()
			m.LossVJP(x.In(space), labels, dm, 1)
		}
	})
}

// sameAllocations checks that steps for two batch sizes, which it is given the function to make, allocate as much.
func sameAllocations(t *testing.T, step func(batch int) func()) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var allocs, bytes [2]uint64
	for i, batch := range [...]int{3, 12} {
		do := step(batch)
		for range 3 {
			do()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const times = 5
		for range times {
			do()
		}
		runtime.ReadMemStats(&after)
		allocs[i], bytes[i] = (after.Mallocs-before.Mallocs)/times, (after.TotalAlloc-before.TotalAlloc)/times
	}
	if allocs[0] != allocs[1] || bytes[0] != bytes[1] {
		t.Errorf("a step allocates %d bytes in %d pieces for one batch and %d in %d for one that is four times as large", bytes[0], allocs[0], bytes[1], allocs[1])
	}
}

func BenchmarkLeNet(b *testing.B) {
	const batch = 32
	r := rand.New(rand.NewPCG(1, 2))
	m, dm := newLeNet[float32](r), newLeNet[float32](r)
	x, labels := digits[float32](batch)
	space := new(nn.Space)
	params := nn.Params[float32](m, dm)
	b.ReportAllocs()
	for b.Loop() {
		space.Reset()
		clearGradients(params)
		m.LossVJP(x.In(space), labels, dm, 1)
		for _, p := range params {
			for i, g := range p.Grad.Data {
				p.Value.Data[i] -= 0.01 * g
			}
		}
	}
}
