package train_test

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn"
)

//go:generate go run ../../cmd/godiff generate

// A model is a network with one hidden layer, some units of which are dropped.
type model struct{ Hidden, Out nn.Dense[float32] }

// Loss is the mean cross entropy where kept says which hidden units are there.
//
//godiff:vjp wrt=m
func (m *model) Loss(x nn.Tensor[float32], labels []int, kept []float32) float32 {
	h := nn.Tanh(m.Hidden.Forward(x))
	y := nn.New[float32](x.Space, h.Shape...)
	for i, v := range h.Data {
		y.Data[i] = v * kept[i]
	}
	return nn.CrossEntropy(m.Out.Forward(y), labels)
}

func newModel(in, hidden, classes int, seed uint64) *model {
	r := rand.New(rand.NewPCG(seed, 0))
	dense := func(in, out int) nn.Dense[float32] {
		d := nn.Dense[float32]{W: nn.New[float32](nil, in, out), B: nn.New[float32](nil, out)}
		for i := range d.W.Data {
			d.W.Data[i] = float32(r.NormFloat64())
		}
		return d
	}
	return &model{dense(in, hidden), dense(hidden, classes)}
}

// momentum is an optimiser with a state, of which it makes a part at its first step.
type momentum struct {
	Rate, Decay float32
	Steps       int
	Velocity    []nn.Tensor[float32]
	mean        nn.Tensor[float32] // of all weights and steps, in whose direction it goes too
}

func (o *momentum) State() []nn.Param[float32] {
	return []nn.Param[float32]{{Name: "mean", Value: o.mean, State: true}}
}

func (o *momentum) step(params []nn.Param[float32]) {
	if o.Velocity == nil {
		for _, p := range params {
			o.Velocity = append(o.Velocity, nn.New[float32](nil, p.Value.Shape...))
		}
	}
	o.Steps++
	for k, p := range params {
		for i, g := range p.Grad.Data {
			v := o.Decay*o.Velocity[k].Data[i] + g
			o.Velocity[k].Data[i] = v
			o.mean.Data[0] += (p.Value.Data[i] - o.mean.Data[0]) / 1024
			p.Value.Data[i] -= o.Rate * (v + o.mean.Data[0])
			p.Grad.Data[i] = 0
		}
	}
}
