package judge

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
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
	} {
		variadic := f.IsVariadic() && strings.HasSuffix(d.name, "Grad")
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
