// Package shape checks the shapes of what the layers of package nn are given.
//
// A function of nn that is given tensors which do not fit panics with an *[Error] that names both shapes. Who runs a model on data of
// others turns that into an error:
//
//	func run(m *Model, x nn.Tensor[float32]) (y nn.Tensor[float32], err error) {
//		defer shape.Catch(&err)
//		return m.Forward(x), nil
//	}
package shape

import "fmt"

// An Error says that two shapes do not fit.
type Error struct {
	Op          string // what they do not fit, such as "Dense"
	Given, With []int  // the shape that was given, and what it was to fit

	// Index is empty, or where an index stands, such as "labels[2]". Then Given has that, and With has the number that it was to be below.
	Index string
}

func (e *Error) Error() string {
	if e.Index != "" {
		return fmt.Sprintf("nn: %s: %s is %d, not from 0 to below %d", e.Op, e.Index, e.Given[0], e.With[0])
	}
	return fmt.Sprintf("nn: %s: shape %v does not fit %v", e.Op, e.Given, e.With)
}

// Check panics with an *[Error] unless ok.
func Check(ok bool, op string, given, with []int) {
	if !ok {
		panic(&Error{Op: op, Given: given, With: with})
	}
}

// Indices panics with an *[Error] unless all indices, which have a name, are from 0 to below n: labels of so many classes, say.
func Indices(op, name string, indices []int, n int) {
	for i, index := range indices {
		if index < 0 || index >= n {
			panic(&Error{Op: op, Given: []int{index}, With: []int{n}, Index: fmt.Sprintf("%s[%d]", name, i)})
		}
	}
}

// Size returns the number of elements of a shape. It panics if a dimension is negative or the number overflows.
func Size(dims []int) int {
	n := 1
	for _, d := range dims {
		if d < 0 || d > 0 && n > maxInt/d {
			panic(fmt.Sprintf("nn: there is no tensor of shape %v", dims))
		}
		n *= d
	}
	return n
}

const maxInt = int(^uint(0) >> 1)

// Catch sets *err to the *[Error] with which the function that defers it panics. Other panics go on.
func Catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}
