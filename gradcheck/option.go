package gradcheck

import (
	"errors"
	"fmt"
	"math"
)

// An Option, given among the arguments of a check, sets how it is done.
type Option func(*options) error

// options says how a check is done. All fields are optional.
type options struct {
	wrt []string // the parameters to differentiate with respect to; none stands for the default
	tol float64  // the relative tolerance; 0 stands for the default

	without []string // the parts of parameters that are constants, by their expressions
}

// Wrt names the parameters to differentiate with respect to, the receiver included, as wrt= does in a
// directive. A name is found in the source of f, or of the derivative where f's is not at hand; a
// position such as "0" counts from the receiver and needs no source.
func Wrt(names ...string) Option {
	return func(o *options) error {
		switch {
		case len(names) == 0:
			return errors.New("Wrt names no parameter")
		case o.wrt != nil:
			return errors.New("Wrt is given twice")
		}
		o.wrt = names
		return nil
	}
}

// Tol sets the relative tolerance, a positive number; the package comment says what it means and what it
// is by default.
func Tol(tol float64) Option {
	return func(o *options) error {
		if !(tol > 0) || math.IsInf(tol, 1) {
			return fmt.Errorf("Tol(%v) is not a positive number", tol)
		}
		if o.tol != 0 {
			return errors.New("Tol is given twice")
		}
		o.tol = tol
		return nil
	}
}

// Without names parts of the parameters in W that the derivative takes for constants: "m.Norm.Epsilon", or
// "0.Norm.Epsilon" with the position of the parameter, as reports have it. All that a part leads to goes with it.
// These floats are not moved, what f leaves there is no result, and their shadows are given as zeros and must be
// zero afterwards.
func Without(names ...string) Option {
	return func(o *options) error {
		switch {
		case len(names) == 0:
			return errors.New("Without names no part of a parameter")
		case o.without != nil:
			return errors.New("Without is given twice")
		}
		o.without = names
		return nil
	}
}

// splitOptions returns args without the options in it, and what these say.
func splitOptions(args []any) ([]any, options, error) {
	var rest []any
	var o options
	for _, a := range args {
		option, ok := a.(Option)
		if !ok {
			rest = append(rest, a)
			continue
		}
		if err := option(&o); err != nil {
			return nil, o, err
		}
	}
	return rest, o, nil
}
