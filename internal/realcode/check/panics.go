package check

import (
	"reflect"
	"strings"
)

// panics returns what is wrong with the derivatives where the function panics, or "".
func (c *Case) panics(i int, want string) string {
	for _, d := range []struct {
		name string
		fn   any
	}{{"VJP", c.VJP}, {"JVP", c.JVP}} {
		in, ok := c.derivativeInputs(i, d.fn, d.name == "VJP")
		if !ok {
			continue
		}
		if _, got := call(d.fn, in); got == "" {
			return d.name + " returns, the function panics: " + want
		} else if got != want && !(isNil(got) && isNil(want)) {
			return d.name + " panics: " + got + ", the function: " + want
		}
	}
	return ""
}

// isNil reports whether a panic is about a nil pointer. Go has several texts for that, by what is done to the pointer.
func isNil(panics string) bool {
	return strings.Contains(panics, "nil") && strings.HasPrefix(panics, "runtime.")
}

// derivativeInputs returns arguments for a derivative with shadows that are zero, and whether they have the right shape:
// what a function that panics would have returned has none.
func (c *Case) derivativeInputs(i int, fn any, reverse bool) ([]reflect.Value, bool) {
	in := c.arguments(i)
	all := c.draw(i, func(d *drawer) { d.zero = true })
	for _, w := range c.Wrt {
		s := all[w]
		direct, behind := floats(s.Type())
		switch {
		case !reverse || behind && !direct:
			in = append(in, s)
		case behind:
			in = append(in, s.Addr())
		}
	}
	d := reflect.TypeOf(fn)
	for j := len(in); j < d.NumIn(); j++ {
		if _, behind := floats(d.In(j)); behind {
			return nil, false
		}
		in = append(in, reflect.Zero(d.In(j)))
	}
	for j, v := range in {
		if v.Type() != d.In(j) {
			return nil, false
		}
	}
	return in, len(in) == d.NumIn()
}

// floats reports whether values of type t have floats in themselves, and behind references.
func floats(t reflect.Type) (direct, behind bool) {
	type sighting struct {
		typ    reflect.Type
		behind bool
	}
	seen := map[sighting]bool{}
	var visit func(t reflect.Type, b bool)
	visit = func(t reflect.Type, b bool) {
		if seen[sighting{t, b}] {
			return
		}
		seen[sighting{t, b}] = true
		switch t.Kind() {
		case reflect.Float64, reflect.Float32:
			direct, behind = direct || !b, behind || b
		case reflect.Array:
			visit(t.Elem(), b)
		case reflect.Slice, reflect.Pointer, reflect.Map:
			visit(t.Elem(), true)
		case reflect.Interface:
			behind = true
		case reflect.Struct:
			for f := range t.Fields() {
				visit(f.Type, b)
			}
		}
	}
	visit(t, false)
	return direct, behind
}
