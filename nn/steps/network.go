package steps

import (
	"strconv"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

//go:generate go run ../../cmd/godiff generate

// A Network is dense layers, each with an activation after it.
type Network struct {
	Layers     []nn.Dense[float64]
	Activation Activation
}

// An Activation is a function from numbers to numbers.
type Activation int

// The activations of a [Network].
const (
	Sigmoid  Activation = iota // 1/(1+e⁻ᶻ)
	Tanh                       // the hyperbolic tangent
	ReLU                       // max(z, 0)
	Identity                   // z
)

// String returns the name.
func (a Activation) String() string {
	return [...]string{"sigmoid", "tanh", "relu", "identity"}[a]
}

// Of returns the activation of each element.
func (a Activation) Of(z nn.Tensor[float64]) nn.Tensor[float64] {
	switch a {
	case Sigmoid:
		return nn.Sigmoid(z)
	case Tanh:
		return nn.Tanh(z)
	case ReLU:
		return nn.ReLU(z)
	}
	return z
}

// Forward returns what the network answers to the examples in the rows of x, and tells a hook, which may be nil, the weighted sums z1, z2,
// … and the activations a1, a2, … of the layers. It panics with a *shape.Error if x does not fit the first layer or a layer the one before.
func (n *Network) Forward(x nn.Tensor[float64], hook *Hook) nn.Tensor[float64] {
	for i := range n.Layers {
		z := Watch(hook, "z"+strconv.Itoa(i+1), n.Layers[i].Forward(x))
		x = Watch(hook, "a"+strconv.Itoa(i+1), n.Activation.Of(z))
	}
	return x
}

// Loss returns half the sum of the squares of the errors, ½ Σ (a − y)². It panics with a *shape.Error where Forward does, and if y has not
// as many elements as the answer.
//
//godiff:vjp wrt=n
func (n *Network) Loss(x, y nn.Tensor[float64], hook *Hook) float64 {
	a := n.Forward(x, hook)
	shape.Check(len(a.Data) == len(y.Data), "Loss", a.Shape, y.Shape)
	var sum float64
	for i, v := range a.Data {
		e := v - y.Data[i]
		sum += e * e
	}
	return sum / 2
}
