package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Param is a parameter of a model: a tensor in an exported field, and what the gradient has there.
type Param[T Float] struct {
	Name  string // the path to it, such as "Hidden.W" or "Blocks.0.Norm.Scale"
	Value Tensor[T]
	Grad  Tensor[T] // as many elements; those of the zero Tensor if no gradient was given
	State bool      // the field has the tag nn:"state": it is no parameter, but is kept with them
}

// Params returns the parameters of a model, in the order of their fields, and beside each what the gradient, of the same type and shape,
// holds at its place. Model and gradient are pointers to structs; the gradient may be nil. It goes through structs, pointers, slices,
// arrays, interfaces and maps with string keys, in the order of these. A tensor that is reached twice, as tied weights are, comes once.
// It panics if the gradient has another shape.
func Params[T Float](model, gradient any) []Param[T] {
	w := walker[T]{seen: map[*T]bool{}}
	g := reflect.ValueOf(gradient)
	w.walk("", reflect.ValueOf(model), g, false)
	return w.list
}

type walker[T Float] struct {
	list []Param[T]
	seen map[*T]bool // the first elements of tensors, and …
	path []any       // the pointers that lead to where it is
}

func (w *walker[T]) walk(name string, v, g reflect.Value, state bool) {
	if v.Type() == reflect.TypeFor[Tensor[T]]() {
		w.tensor(name, v.Interface().(Tensor[T]), g, state)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || slices.Contains(w.path, v.Interface()) {
			return
		}
		w.path = append(w.path, v.Interface())
		w.walk(name, v.Elem(), elem(g), state)
		w.path = w.path[:len(w.path)-1]
	case reflect.Interface:
		if !v.IsNil() {
			w.walk(name, v.Elem(), elem(g), state)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				w.walk(join(name, f.Name), v.Field(i), at(g, func() reflect.Value { return g.Field(i) }), state || f.Tag.Get("nn") == "state")
			}
		}
	case reflect.Slice, reflect.Array:
		if !leads(v.Type().Elem().Kind()) {
			return
		}
		for i := range v.Len() {
			w.walk(join(name, fmt.Sprint(i)), v.Index(i), at(g, func() reflect.Value { return g.Index(i) }), state)
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String || !leads(v.Type().Elem().Kind()) {
			return
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			w.walk(join(name, k.String()), v.MapIndex(k), at(g, func() reflect.Value { return g.MapIndex(k) }), state)
		}
	}
}

// leads reports whether a value of a kind may lead to tensors.
func leads(k reflect.Kind) bool {
	switch k {
	case reflect.Struct, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map:
		return true
	}
	return false
}

func (w *walker[T]) tensor(name string, x Tensor[T], g reflect.Value, state bool) {
	if len(x.Data) == 0 || w.seen[&x.Data[0]] {
		return
	}
	w.seen[&x.Data[0]] = true
	p := Param[T]{Name: name, Value: x, State: state}
	if g.IsValid() {
		p.Grad = g.Interface().(Tensor[T])
		if len(p.Grad.Data) != len(x.Data) {
			panic(fmt.Sprintf("nn: the gradient has %d elements for the %d of %s", len(p.Grad.Data), len(x.Data), name))
		}
		p.Grad.Shape = x.Shape
	}
	w.list = append(w.list, p)
}

// elem is what a gradient points to or holds, if there is one.
func elem(g reflect.Value) reflect.Value { return at(g, func() reflect.Value { return g.Elem() }) }

// at is a part of a gradient, if there is one.
func at(g reflect.Value, part func() reflect.Value) reflect.Value {
	if !g.IsValid() || (g.Kind() == reflect.Pointer || g.Kind() == reflect.Interface) && g.IsNil() {
		return reflect.Value{}
	}
	return part()
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
