package steps

import (
	"slices"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/runtime"
)

// A Hook has a function that is told values of a forward pass, by names, and in the reverse sweep after it their adjoints by the same
// names. What it is told are copies.
type Hook struct {
	Value, Adjoint func(name string, x []float64)
}

// Watch tells a hook, which may be nil, the elements of x, and returns x. Its derivative tells it the adjoints of these.
func Watch(hook *Hook, name string, x nn.Tensor[float64]) nn.Tensor[float64] {
	if hook == nil {
		return x
	}
	hook.TellValue(name, slices.Clone(x.Data))
	y := x
	y.Data = runtime.WithGradient(x.Data, func(dx []float64) []float64 {
		hook.TellAdjoint(name, slices.Clone(dx))
		return dx
	})
	return y
}

// TellValue calls h.Value.
//
//godiff:nodiff
func (h *Hook) TellValue(name string, x []float64) { h.Value(name, x) }

// TellAdjoint calls h.Adjoint.
//
//godiff:nodiff
func (h *Hook) TellAdjoint(name string, x []float64) { h.Adjoint(name, x) }

// A Note is numbers by a name.
type Note struct {
	Name string
	X    []float64
}

// A Trace is what a hook was told, in that order.
type Trace struct {
	Values, Adjoints []Note
}

// Hook returns a hook that notes in t what it is told.
func (t *Trace) Hook() *Hook {
	return &Hook{
		func(name string, x []float64) { t.Values = append(t.Values, Note{name, x}) },
		func(name string, x []float64) { t.Adjoints = append(t.Adjoints, Note{name, x}) },
	}
}

// find returns the numbers of a name. It panics if there are none.
func find(notes []Note, name string) []float64 {
	for _, n := range notes {
		if n.Name == name {
			return n.X
		}
	}
	panic("steps: nothing has been noted by the name " + name)
}
