package judge

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// cell is a place that holds a float: a variable, or a part of an element of a map, which is no variable.
type cell struct {
	at   reflect.Value // the variable, or the map
	key  reflect.Value // of the element; invalid for a variable
	path []int         // fields and indices that lead to the float in the element
}

// cellID identifies a cell among those of some arguments.
type cellID struct {
	addr uintptr
	part string
}

func (c cell) id() cellID {
	if !c.key.IsValid() {
		return cellID{addr: c.at.UnsafeAddr()}
	}
	return cellID{c.at.Pointer(), fmt.Sprint(c.key.Interface(), c.path)}
}

// get returns what the cell holds; an element that is gone holds 0.
func (c cell) get() float64 {
	if !c.key.IsValid() {
		return c.at.Float()
	}
	e := c.at.MapIndex(c.key)
	if !e.IsValid() {
		return 0
	}
	return inside(e, c.path).Float()
}

func (c cell) set(x float64) {
	if !c.key.IsValid() {
		c.at.SetFloat(x)
		return
	}
	e := reflect.New(c.at.Type().Elem()).Elem()
	if old := c.at.MapIndex(c.key); old.IsValid() {
		e.Set(old)
	}
	inside(e, c.path).SetFloat(x)
	c.at.SetMapIndex(c.key, e)
}

// inside returns the part of a struct or an array that the path leads to.
func inside(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		if v.Kind() == reflect.Struct {
			v = v.Field(i)
		} else {
			v = v.Index(i)
		}
	}
	return v
}

// cells returns the floats that the variables lead to, each once, in a fixed order.
func cells(vars ...reflect.Value) []cell {
	var once []cell
	seen := map[cellID]bool{}
	for _, c := range places(vars...) {
		if id := c.id(); !seen[id] {
			seen[id] = true
			once = append(once, c)
		}
	}
	return once
}

// places returns the floats that the variables lead to, as often as there are ways to them.
func places(vars ...reflect.Value) []cell {
	var out []cell
	for _, v := range vars {
		out = appendPlaces(out, v)
	}
	return out
}

func appendPlaces(out []cell, v reflect.Value) []cell {
	if classify(v.Type()) == passive {
		return out
	}
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		out = append(out, cell{at: v})
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			out = appendPlaces(out, v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out = appendPlaces(out, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out = appendPlaces(out, v.Field(i))
		}
	case reflect.Map:
		m := reflect.ValueOf(v.Interface()) // the map, whatever the variable will hold
		for _, key := range keys(m) {
			out = appendElement(out, cell{at: m, key: key}, m.MapIndex(key))
		}
	}
	return out
}

// appendElement appends the places of v, the part of an element of a map that c leads to.
func appendElement(out []cell, c cell, v reflect.Value) []cell {
	n := 0
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		return append(out, c)
	case reflect.Array:
		n = v.Len()
	case reflect.Struct:
		n = v.NumField()
	default:
		return appendPlaces(out, v)
	}
	for i := range n {
		part := c
		part.path = append(slices.Clone(c.path), i)
		out = appendElement(out, part, inside(v, []int{i}))
	}
	return out
}

// keys returns the keys of a map in a fixed order.
func keys(m reflect.Value) []reflect.Value {
	return slices.SortedFunc(slices.Values(m.MapKeys()), func(a, b reflect.Value) int {
		return cmp.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
	})
}

// numbers returns what the cells hold.
func numbers(cells []cell) []float64 {
	xs := make([]float64, len(cells))
	for i, c := range cells {
		xs[i] = c.get()
	}
	return xs
}

// fill sets the cells.
func fill(cells []cell, xs []float64) {
	for i, c := range cells {
		c.set(xs[i])
	}
}
