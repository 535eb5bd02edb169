// Package optim trains parameters: optimisers, schedules of learning rates, and clipping of gradients.
//
// An optimiser is made once for the parameters of a model and their gradient. A step of it changes the parameters by what the gradient
// holds, and then sets the gradient to zero, ready for the next:
//
//	optimizer := optim.NewAdam(nn.Params[float32](model, gradient), 1e-3)
//	rate := optim.Cosine(1e-3, 0, 100, 10_000)
//	for step, batch := range batches {
//		model.LossVJP(batch.X, batch.Labels, gradient, 1) // adds to the gradient
//		optimizer.Rate = rate(step)
//		optimizer.Step()
//	}
//
// Steps allocate nothing. The settings of an optimiser are fields that may change between steps. Parameters with State are left alone.
//
// # Weight decay
//
// Two kinds are told apart (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019). L2 is the λ of a term λ/2·Σw² of the
// loss: λw is added to the gradient, and goes through momentum and scaling as that does. Decay takes the share Rate·Decay of each
// parameter itself away. The L2 of a step is of the parameters before their decay. Both are for all parameters, biases too; parameters
// that shall have other settings get an optimiser of their own.
//
// # Saving and going on
//
// What an optimiser remembers from step to step are tensors with names: [Optimizer.State] returns them, to be written to a file with the
// parameters. An optimiser into whose state they are copied goes on with the same bits. Settings, and the number of the step that a
// schedule is asked for, are the caller's.
package optim

import (
	"fmt"
	"math"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/kernel"
)

// An Optimizer changes the parameters that it was made for.
type Optimizer[T nn.Float] interface {
	// Step changes the parameters by their gradient, and sets that to zero.
	Step()

	// State returns what is remembered from step to step: the tensors themselves, not copies, so that what is written to them is restored.
	// The names are those of the parameters, with what is remembered of them: "Hidden.W.velocity".
	State() []nn.Param[T]
}

// trained returns the parameters that are trained. It panics if one has no gradient.
func trained[T nn.Float](params []nn.Param[T]) []nn.Param[T] {
	var list []nn.Param[T]
	for _, p := range params {
		if p.State {
			continue
		}
		if len(p.Grad.Data) != len(p.Value.Data) {
			panic(fmt.Sprintf("optim: %s has %d elements and its gradient %d", p.Name, len(p.Value.Data), len(p.Grad.Data)))
		}
		list = append(list, p)
	}
	return list
}

// memories returns a tensor of zeros for each parameter.
func memories[T nn.Float](params []nn.Param[T], what string) []nn.Param[T] {
	list := make([]nn.Param[T], len(params))
	for i, p := range params {
		list[i] = nn.Param[T]{Name: p.Name + "." + what, Value: nn.New[T](nil, p.Value.Shape...), State: true}
	}
	return list
}

// SGD is stochastic gradient descent: w ← w − Rate·g. Robbins and Monro, "A Stochastic Approximation Method", 1951.
type SGD[T nn.Float] struct {
	Rate      float64 // the learning rate
	L2, Decay float64 // weight decay, see the package's comment

	params []nn.Param[T]
}

// NewSGD returns an optimiser without weight decay.
func NewSGD[T nn.Float](params []nn.Param[T], rate float64) *SGD[T] {
	return &SGD[T]{Rate: rate, params: trained(params)}
}

// Step implements [Optimizer].
func (o *SGD[T]) Step() {
	for _, p := range o.params {
		decay(p, o.Rate, o.L2, o.Decay)
		kernel.Axpy(T(-o.Rate), p.Grad.Data, p.Value.Data)
		clear(p.Grad.Data)
	}
}

// State returns nothing: nothing is remembered.
func (o *SGD[T]) State() []nn.Param[T] { return nil }

// decay adds the gradient of L2, and lets the parameter decay.
func decay[T nn.Float](p nn.Param[T], rate, l2, decay float64) {
	if l2 != 0 {
		kernel.Axpy(T(l2), p.Value.Data, p.Grad.Data)
	}
	if decay != 0 {
		kernel.Scale(p.Value.Data, T(1-rate*decay), p.Value.Data)
	}
}

// Momentum is gradient descent with a velocity: u ← Mu·u + g, w ← w − Rate·u. Polyak, "Some Methods of Speeding up the Convergence of
// Iteration Methods", 1964. With Nesterov it is w ← w − Rate·(g + Mu·u), for the new u: Sutskever, Martens, Dahl and Hinton, "On the
// Importance of Initialization and Momentum in Deep Learning", 2013, in the form that PyTorch has.
type Momentum[T nn.Float] struct {
	Rate      float64 // the learning rate
	Mu        float64 // the share of the velocity that remains
	Nesterov  bool
	L2, Decay float64 // weight decay, see the package's comment

	params, velocity []nn.Param[T]
}

// NewMomentum returns an optimiser without weight decay.
func NewMomentum[T nn.Float](params []nn.Param[T], rate, mu float64) *Momentum[T] {
	params = trained(params)
	return &Momentum[T]{Rate: rate, Mu: mu, params: params, velocity: memories(params, "velocity")}
}

// NewNesterov is NewMomentum with Nesterov.
func NewNesterov[T nn.Float](params []nn.Param[T], rate, mu float64) *Momentum[T] {
	o := NewMomentum(params, rate, mu)
	o.Nesterov = true
	return o
}

// Step implements [Optimizer].
func (o *Momentum[T]) Step() {
	for i, p := range o.params {
		u := o.velocity[i].Value.Data
		decay(p, o.Rate, o.L2, o.Decay)
		kernel.Scale(u, T(o.Mu), u)
		kernel.Add(u, u, p.Grad.Data)
		if o.Nesterov {
			kernel.Axpy(T(-o.Rate), p.Grad.Data, p.Value.Data)
			kernel.Axpy(T(-o.Rate*o.Mu), u, p.Value.Data)
		} else {
			kernel.Axpy(T(-o.Rate), u, p.Value.Data)
		}
		clear(p.Grad.Data)
	}
}

// State returns the velocities: "Hidden.W.velocity".
func (o *Momentum[T]) State() []nn.Param[T] { return o.velocity }

// RMSProp scales each element by a mean of its squares: v ← Rho·v + (1−Rho)·g², w ← w − Rate·g/(√v + Epsilon). Tieleman and Hinton,
// Coursera lecture 6.5, 2012; the place of Epsilon is PyTorch's.
type RMSProp[T nn.Float] struct {
	Rate      float64 // the learning rate
	Rho       float64 // the share of the mean that remains
	Epsilon   float64
	L2, Decay float64 // weight decay, see the package's comment

	params, square []nn.Param[T]
}

// NewRMSProp returns an optimiser with Rho 0.99, Epsilon 1e-8 and no weight decay.
func NewRMSProp[T nn.Float](params []nn.Param[T], rate float64) *RMSProp[T] {
	params = trained(params)
	return &RMSProp[T]{Rate: rate, Rho: 0.99, Epsilon: 1e-8, params: params, square: memories(params, "square")}
}

// Step implements [Optimizer].
func (o *RMSProp[T]) Step() {
	c := kernel.Moments[T]{
		Keep: T(1 - o.Rate*o.Decay), L2: T(o.L2), Beta1: 0, Rest1: 1, Beta2: T(o.Rho), Rest2: T(1 - o.Rho), Root: 1, Rate: T(o.Rate), Epsilon: T(o.Epsilon),
	}
	for i, p := range o.params {
		kernel.Adapt(p.Value.Data, p.Grad.Data, p.Grad.Data, o.square[i].Value.Data, &c) // the mean of gradients is the last of them
	}
}

// State returns the means of squares: "Hidden.W.square".
func (o *RMSProp[T]) State() []nn.Param[T] { return o.square }

// Adam follows a mean of gradients, each element scaled by a mean of its squares. In step t, from 1,
//
//	m ← Beta1·m + (1−Beta1)·g
//	v ← Beta2·v + (1−Beta2)·g²
//	w ← w − Rate · m/(1−Beta1ᵗ) / (√(v/(1−Beta2ᵗ)) + Epsilon)
//
// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015. With Decay instead of L2 it is AdamW.
type Adam[T nn.Float] struct {
	Rate         float64 // the learning rate
	Beta1, Beta2 float64 // the shares of the means that remain
	Epsilon      float64
	L2, Decay    float64 // weight decay, see the package's comment

	params, mean, square []nn.Param[T]
	steps                nn.Tensor[T]
}

// NewAdam returns an optimiser with Beta1 0.9, Beta2 0.999, Epsilon 1e-8 and no weight decay.
func NewAdam[T nn.Float](params []nn.Param[T], rate float64) *Adam[T] {
	params = trained(params)
	return &Adam[T]{
		Rate: rate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
		params: params, mean: memories(params, "mean"), square: memories(params, "square"), steps: nn.New[T](nil, 2),
	}
}

// NewAdamW is NewAdam with decoupled weight decay. Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, and PyTorch
// begin with 0.01.
func NewAdamW[T nn.Float](params []nn.Param[T], rate, decay float64) *Adam[T] {
	o := NewAdam(params, rate)
	o.Decay = decay
	return o
}

// many is how many steps are counted in the first element of the number of steps: a float32 holds whole numbers up to 2²⁴.
const many = 1 << 20

// Step implements [Optimizer].
func (o *Adam[T]) Step() {
	if o.steps.Data[0]++; o.steps.Data[0] == many {
		o.steps.Data[0] = 0
		o.steps.Data[1]++
	}
	t := float64(o.steps.Data[0]) + many*float64(o.steps.Data[1])
	c := kernel.Moments[T]{
		Keep: T(1 - o.Rate*o.Decay), L2: T(o.L2),
		Beta1: T(o.Beta1), Rest1: T(1 - o.Beta1), Beta2: T(o.Beta2), Rest2: T(1 - o.Beta2),
		Root: T(1 / math.Sqrt(1-math.Pow(o.Beta2, t))), Rate: T(o.Rate / (1 - math.Pow(o.Beta1, t))), Epsilon: T(o.Epsilon),
	}
	for i, p := range o.params {
		kernel.Adapt(p.Value.Data, p.Grad.Data, o.mean[i].Value.Data, o.square[i].Value.Data, &c)
	}
}

// State returns the means of gradients and of their squares, "Hidden.W.mean" and "Hidden.W.square", and the number of steps, "steps": that
// modulo 2²⁰, and how often 2²⁰.
func (o *Adam[T]) State() []nn.Param[T] {
	var list []nn.Param[T]
	for i := range o.params {
		list = append(list, o.mean[i], o.square[i])
	}
	return append(list, nn.Param[T]{Name: "steps", Value: o.steps, State: true})
}
