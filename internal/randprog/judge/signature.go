package judge

import (
	"fmt"
	"reflect"
	"slices"
)

// signatures checks that the derivatives have the types that F's type prescribes.
func (c *Case) signatures() error {
	f := reflect.TypeOf(c.F)
	params, results := inTypes(f), outTypes(f)
	var fail []reflect.Type
	if c.fallible() {
		fail, results = []reflect.Type{errorType}, results[:len(results)-1]
	}
	var all, values, kept, carrying []reflect.Type
	for _, w := range c.Wrt {
		t := params[w]
		all = append(all, t)
		switch classify(t) {
		case valueLike:
			values = append(values, t)
		case mixed:
			kept = append(kept, reflect.PointerTo(t))
		default:
			kept = append(kept, t)
		}
	}
	for _, t := range results {
		if classify(t) != passive {
			carrying = append(carrying, t)
		}
	}
	matrices := c.matrices(all)
	for _, d := range []struct {
		name    string
		fn      any
		in, out []reflect.Type
	}{
		{"VJP", c.VJP, slices.Concat(params, kept, carrying), slices.Concat(results, values, fail)},
		{"JVP", c.JVP, slices.Concat(params, all), slices.Concat(results, carrying, fail)},
		{"Grad", c.Grad, params, slices.Concat(all, fail)},
		{"HVP", c.HVP, slices.Concat(params, all), slices.Concat(all, fail)},
		{"ValueGrad", c.ValueGrad, params, slices.Concat(results, all, fail)},
		{"Jacobian", c.Jacobian, params, slices.Concat(matrices[:1], fail)},
		{"Hessian", c.Hessian, params, slices.Concat(matrices[1:], fail)},
	} {
		variadic := f.IsVariadic() && !slices.Contains([]string{"VJP", "JVP", "HVP"}, d.name)
		if d.fn == nil {
			continue
		}
		want := reflect.FuncOf(d.in, d.out, variadic)
		if got := reflect.TypeOf(d.fn); got != want {
			return fmt.Errorf("%s has type %v, want %v", d.name, got, want)
		}
	}
	return nil
}

// matrices returns the types of the Jacobian and the Hessian with respect to the one parameter in W, of a given type; there is none if
// there are more.
func (c *Case) matrices(wrt []reflect.Type) [2]reflect.Type {
	if len(wrt) != 1 {
		return [2]reflect.Type{errorType, errorType}
	}
	e := wrt[0]
	if e.Kind() == reflect.Slice || e.Kind() == reflect.Array {
		e = e.Elem()
	}
	rows := reflect.SliceOf(reflect.SliceOf(e))
	if e == wrt[0] {
		return [2]reflect.Type{rows, e}
	}
	return [2]reflect.Type{rows, rows}
}

func inTypes(f reflect.Type) []reflect.Type {
	var ts []reflect.Type
	for i := range f.NumIn() {
		ts = append(ts, f.In(i))
	}
	return ts
}

func outTypes(f reflect.Type) []reflect.Type {
	var ts []reflect.Type
	for i := range f.NumOut() {
		ts = append(ts, f.Out(i))
	}
	return ts
}
