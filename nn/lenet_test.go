package nn_test

import (
	"math/rand/v2"
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

//godiff:vjp wrt=m
func leNet32(m *leNet[float32], x nn.Tensor[float32], labels []int) float32 { return m.Loss(x, labels) }

func BenchmarkLeNet(b *testing.B) {
	const batch = 32
	r := rand.New(rand.NewPCG(1, 2))
	m, dm := newLeNet[float32](r), newLeNet[float32](r)
	x, labels := nn.New[float32](nil, batch, 1, 28, 28), make([]int, batch)
	for i := range x.Data {
		x.Data[i] = r.Float32()
	}
	for i := range labels {
		labels[i] = r.IntN(10)
	}
	space := new(nn.Space)
	params := nn.Params[float32](m, dm)
	b.ReportAllocs()
	for b.Loop() {
		space.Reset()
		for _, p := range params {
			clear(p.Grad.Data)
		}
		m.LossVJP(x.In(space), labels, dm, 1)
		for _, p := range params {
			for i, g := range p.Grad.Data {
				p.Value.Data[i] -= 0.01 * g
			}
		}
	}
}
