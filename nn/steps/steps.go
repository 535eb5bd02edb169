// Package steps shows a step of training with all its numbers, as a primer does: the weighted sums and activations of a small network, its
// loss, then their adjoints in the order of the reverse sweep, and the weights before and after.
//
//	step := steps.Take(network, x, y, 0.5)
//	fmt.Print(step)
//	err := os.WriteFile("network.svg", step.SVG(), 0o666)
//
// Nothing here knows a derivative: the adjoints are those that the derivative of [Network.Loss] computes, which godiff has written. They
// are had by [Watch], in a model of any form:
//
//	h := steps.Watch(hook, "hidden", m.Hidden.Forward(x))
//
// What is shown follows A. Esuli, A Primer on Neural Networks, and M. Mazur, A Step by Step Backpropagation Example (2015).
package steps

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/godiff/godiff/nn"
)

// A Step is one step of gradient descent, for one example.
type Step struct {
	Before, After *Network // the network before it and after it
	Gradient      *Network // what the derivative says of each weight
	X, Y          []float64
	Rate          float64
	Loss          float64
	Trace         Trace
}

// Take takes the step from the weights w of a network to w − rate·∂w, for an example x that is to be answered with y. The network is
// changed. It panics with a *shape.Error if x or y does not fit it.
func Take(n *Network, x, y []float64, rate float64) *Step {
	s := &Step{Before: n.clone(), Gradient: n.clone(), X: x, Y: y, Rate: rate}
	params := nn.Params[float64](n, s.Gradient)
	for _, p := range params {
		clear(p.Grad.Data)
	}
	s.Loss = n.LossVJP(nn.Of(x, 1, len(x)), nn.Of(y, 1, len(y)), s.Trace.Hook(), s.Gradient, 1)
	for _, p := range params {
		for i, g := range p.Grad.Data {
			p.Value.Data[i] -= rate * g
		}
	}
	s.After = n.clone()
	return s
}

func (n *Network) clone() *Network {
	c := &Network{Activation: n.Activation}
	for _, l := range n.Layers {
		c.Layers = append(c.Layers, nn.Dense[float64]{W: l.W.Clone(), B: l.B.Clone()})
	}
	return c
}

// String returns the walk through the step, line by line.
func (s *Step) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "A step of gradient descent: %s, activation %v, loss E = ½ Σ (a − y)², learning rate %s\n", s.sizes(), s.Before.Activation, number(s.Rate))
	s.forward(&b)
	s.backward(&b)
	s.update(&b)
	return b.String()
}

// sizes returns the numbers of inputs and units, such as "2 → 3 → 1".
func (s *Step) sizes() string {
	text := strconv.Itoa(len(s.X))
	for _, l := range s.Before.Layers {
		text += " → " + strconv.Itoa(l.W.Shape[1])
	}
	return text
}

func (s *Step) forward(b *strings.Builder) {
	fmt.Fprintf(b, "\nForward\n")
	for i, v := range s.X {
		fmt.Fprintf(b, "  %s = %s\n", s.input(0, i), number(v))
	}
	for k, l := range s.Before.Layers {
		x, z, a := s.inputs(k), find(s.Trace.Values, layer("z", k)), find(s.Trace.Values, layer("a", k))
		for j := range z {
			var names, terms []string
			for i, v := range x {
				names = append(names, element(layer("w", k), i, j)+"·"+s.input(k, i))
				terms = append(terms, factor(l.W.At(i, j))+"·"+factor(v))
			}
			if len(l.B.Data) > 0 {
				names = append(names, element(layer("b", k), j))
				terms = append(terms, factor(l.B.Data[j]))
			}
			fmt.Fprintf(b, "  %s = %s = %s = %s\n", element(layer("z", k), j), strings.Join(names, " + "), strings.Join(terms, " + "), number(z[j]))
		}
		for j := range a {
			name := element(layer("z", k), j)
			fmt.Fprintf(b, "  %s = %v(%s) = %s\n", element(layer("a", k), j), s.Before.Activation, name, number(a[j]))
		}
	}
	var terms []string
	for j, a := range s.inputs(len(s.Before.Layers)) {
		terms = append(terms, fmt.Sprintf("(%s − %s)²", number(a), factor(s.Y[j])))
	}
	fmt.Fprintf(b, "  E = ½ (%s) = %s\n", strings.Join(terms, " + "), number(s.Loss))
}

func (s *Step) backward(b *strings.Builder) {
	fmt.Fprintf(b, "\nBackward: ∂v is the adjoint of v, the derivative of E with respect to v\n")
	for k := len(s.Before.Layers) - 1; k >= 0; k-- {
		for _, name := range []string{layer("a", k), layer("z", k)} {
			for j, v := range find(s.Trace.Adjoints, name) {
				fmt.Fprintf(b, "  ∂%s = %s\n", element(name, j), number(v))
			}
		}
		g := s.Gradient.Layers[k]
		dz := find(s.Trace.Adjoints, layer("z", k))
		for i, v := range s.inputs(k) {
			for j := range dz {
				fmt.Fprintf(b, "  ∂%s = %s·∂%s = %s·%s = %s\n", element(layer("w", k), i, j), s.input(k, i), element(layer("z", k), j),
					factor(v), factor(dz[j]), number(g.W.At(i, j)))
			}
		}
		for j, v := range g.B.Data {
			fmt.Fprintf(b, "  ∂%s = ∂%s = %s\n", element(layer("b", k), j), element(layer("z", k), j), number(v))
		}
	}
}

func (s *Step) update(b *strings.Builder) {
	fmt.Fprintf(b, "\nUpdate\n")
	line := func(name string, before, grad, after float64) {
		fmt.Fprintf(b, "  %s ← %s − %s·%s = %s\n", name, number(before), factor(s.Rate), factor(grad), number(after))
	}
	for k, l := range s.Before.Layers {
		g, after := s.Gradient.Layers[k], s.After.Layers[k]
		for i := range l.W.Shape[0] {
			for j := range l.W.Shape[1] {
				line(element(layer("w", k), i, j), l.W.At(i, j), g.W.At(i, j), after.W.At(i, j))
			}
		}
		for j, v := range l.B.Data {
			line(element(layer("b", k), j), v, g.B.Data[j], after.B.Data[j])
		}
	}
}

// inputs returns what layer k is given: the activations of the one before, or the example.
func (s *Step) inputs(k int) []float64 {
	if k == 0 {
		return s.X
	}
	return find(s.Trace.Values, layer("a", k-1))
}

// input returns the name of input i of layer k.
func (s *Step) input(k, i int) string {
	if k == 0 {
		return element("x", i)
	}
	return element(layer("a", k-1), i)
}

// layer returns the name of something of layer k, as [Network.Forward] tells it.
func layer(name string, k int) string { return name + strconv.Itoa(k+1) }

// element returns the name of an element, such as "w1[1,2]". Indices are counted from 1 there.
func element(name string, indices ...int) string {
	var list []string
	for _, i := range indices {
		list = append(list, strconv.Itoa(i+1))
	}
	return name + "[" + strings.Join(list, ",") + "]"
}

// number writes a number with six decimals at most, or with four digits if it is small.
func number(v float64) string {
	if v != 0 && math.Abs(v) < 1e-3 {
		return minus(strconv.FormatFloat(v, 'g', 4, 64))
	}
	text := strconv.FormatFloat(v, 'f', 6, 64)
	return minus(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

// minus makes signs of the hyphens in a number.
func minus(number string) string { return strings.ReplaceAll(number, "-", "−") }

// factor is number, in parentheses where a sign follows an operator.
func factor(v float64) string {
	text := number(v)
	if strings.HasPrefix(text, "−") {
		return "(" + text + ")"
	}
	return text
}
