package nn

import (
	"fmt"
	"reflect"
	"slices"
)

// Gradient returns a gradient of zeros for a model: a value of the same type with zeros for all numbers, in slices as long, pointers and
// interfaces to such values, and maps with the same keys. Tensors have the same shapes; what is reached twice, as tied weights are, is one
// there too. It goes through exported fields; what others hold is left zero. It panics if two slices of floats overlap otherwise than
// being the same.
func Gradient[M any](model *M) *M {
	g := shadows{pointers: map[any]reflect.Value{}}
	return g.of(reflect.ValueOf(model)).Interface().(*M)
}

// shadows are made for what has not been met.
type shadows struct {
	pointers map[any]reflect.Value
	slices   []sharing
}

// sharing is a slice of floats, where it lies, and its shadow.
type sharing struct {
	from, to uintptr
	shadow   reflect.Value
}

func (g *shadows) of(v reflect.Value) reflect.Value {
	s := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*Space]() {
			return s
		}
		if made, ok := g.pointers[v.Interface()]; ok {
			return made
		}
		s.Set(reflect.New(v.Type().Elem()))
		g.pointers[v.Interface()] = s
		s.Elem().Set(g.of(v.Elem()))
	case reflect.Interface:
		if !v.IsNil() {
			s.Set(g.of(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.Field(i).Set(g.of(v.Field(i)))
			}
		}
		if t, ok := v.Interface().(interface{ dims() []int }); ok {
			s.FieldByName("Shape").Set(reflect.ValueOf(slices.Clone(t.dims())))
		}
	case reflect.Array:
		for i := range v.Len() {
			s.Index(i).Set(g.of(v.Index(i)))
		}
	case reflect.Slice:
		s.Set(g.slice(v))
	case reflect.Map:
		g.entries(s, v)
	}
	return s
}

// dims tells tensors from other structs, whatever they hold.
func (x Tensor[T]) dims() []int { return x.Shape }

func (g *shadows) slice(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	kind := v.Type().Elem().Kind()
	if kind != reflect.Float32 && kind != reflect.Float64 {
		s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		if leads(kind) {
			for i := range v.Len() {
				s.Index(i).Set(g.of(v.Index(i)))
			}
		}
		return s
	}
	from := v.Pointer()
	to := from + uintptr(v.Len())*v.Type().Elem().Size()
	for _, old := range g.slices {
		switch {
		case to <= old.from || old.to <= from:
		case old.from == from && old.to == to && old.shadow.Type() == v.Type():
			return old.shadow
		default:
			panic(fmt.Sprintf("nn: Gradient: two slices of %v overlap, and are not the same", v.Type().Elem()))
		}
	}
	s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	g.slices = append(g.slices, sharing{from, to, s})
	return s
}

func (g *shadows) entries(s, v reflect.Value) {
	if v.IsNil() {
		return
	}
	if made, ok := g.pointers[v.UnsafePointer()]; ok {
		s.Set(made)
		return
	}
	s.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	g.pointers[v.UnsafePointer()] = s
	for _, key := range v.MapKeys() {
		s.SetMapIndex(key, g.of(v.MapIndex(key)))
	}
}
