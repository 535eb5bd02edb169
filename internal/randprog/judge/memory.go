package judge

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// class says how a type holds its floats.
type class int

const (
	passive       class = iota // it has none
	valueLike                  // none behind a slice or a pointer
	referenceLike              // all behind one
	mixed
)

// classify returns the class of t.
func classify(t reflect.Type) class {
	direct, behind := floats(t)
	switch {
	case direct && behind:
		return mixed
	case direct:
		return valueLike
	case behind:
		return referenceLike
	}
	return passive
}

// floats reports whether values of type t have floats in themselves, and behind slices or pointers.
func floats(t reflect.Type) (direct, behind bool) {
	switch t.Kind() {
	case reflect.Float64, reflect.Float32:
		return true, false
	case reflect.Array:
		return floats(t.Elem())
	case reflect.Slice, reflect.Pointer, reflect.Map:
		d, b := floats(t.Elem())
		return false, d || b
	case reflect.Struct:
		for f := range t.Fields() {
			d, b := floats(f.Type)
			direct, behind = direct || d, behind || b
		}
	}
	return direct, behind
}

// variables returns new variables that hold the values.
func variables(vs []reflect.Value) []reflect.Value {
	out := make([]reflect.Value, len(vs))
	for i, v := range vs {
		out[i] = reflect.New(v.Type()).Elem()
		out[i].Set(v)
	}
	return out
}

// copier makes deep copies. A copy may be of other types of the same shape.
type copier struct {
	split  bool // what is shared is copied for each way to it
	spare  bool // keep spare capacity and what is in it
	shadow bool // put garbage into what carries no derivative
	slices map[slice]reflect.Value
	points map[uintptr]reflect.Value
}

// slice identifies the memory of a slice.
type slice struct {
	data     uintptr
	len, cap int
}

func newCopier(spare, shadow bool) *copier {
	return &copier{spare: spare, shadow: shadow, slices: map[slice]reflect.Value{}, points: map[uintptr]reflect.Value{}}
}

// copyTo copies src to the variable dst.
func (c *copier) copyTo(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.Float64, reflect.Float32:
		dst.SetFloat(src.Float())
	case reflect.Array:
		for i := range src.Len() {
			c.copyTo(dst.Index(i), src.Index(i))
		}
	case reflect.Struct:
		for i := range src.NumField() {
			c.copyTo(dst.Field(i), src.Field(i))
		}
	case reflect.Slice:
		dst.Set(c.slice(dst.Type(), src))
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(c.pointer(dst.Type(), src))
		}
	case reflect.Map:
		if !src.IsNil() {
			dst.Set(c.table(dst.Type(), src))
		}
	default:
		if c.shadow {
			src = garbage(dst.Type())
		}
		dst.Set(src)
	}
}

func (c *copier) slice(t reflect.Type, src reflect.Value) reflect.Value {
	if src.IsNil() {
		return reflect.Zero(t)
	}
	key := slice{src.Pointer(), src.Len(), src.Cap()}
	if old, ok := c.slices[key]; ok && src.Cap() > 0 && !c.split {
		return old
	}
	n := src.Len()
	if c.spare {
		n = src.Cap()
	}
	dst := reflect.MakeSlice(t, n, n)
	c.slices[key] = dst.Slice(0, src.Len())
	for i := range n {
		c.copyTo(dst.Index(i), src.Slice(0, n).Index(i))
	}
	return c.slices[key]
}

func (c *copier) pointer(t reflect.Type, src reflect.Value) reflect.Value {
	if old, ok := c.points[src.Pointer()]; ok && !c.split {
		return old
	}
	dst := reflect.New(t.Elem())
	c.points[src.Pointer()] = dst
	c.copyTo(dst.Elem(), src.Elem())
	return dst
}

// table copies a map.
func (c *copier) table(t reflect.Type, src reflect.Value) reflect.Value {
	if old, ok := c.points[src.Pointer()]; ok && !c.split {
		return old
	}
	dst := reflect.MakeMap(t)
	c.points[src.Pointer()] = dst
	for _, key := range keys(src) {
		e := reflect.New(t.Elem()).Elem()
		c.copyTo(e, src.MapIndex(key))
		dst.SetMapIndex(key, e)
	}
	return dst
}

// garbage returns a value that a derivative would betray itself by reading.
func garbage(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Int:
		v.SetInt(-77)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("garbage")
	}
	return v
}

// copies returns deep copies of the variables, of the given types or of their own where types is nil.
func copies(vars []reflect.Value, types []reflect.Type) []reflect.Value {
	return newCopier(true, false).all(vars, types)
}

// shadows returns shadows of the variables.
func shadows(vars []reflect.Value) []reflect.Value {
	return newCopier(false, true).all(vars, nil)
}

// adjoints returns shadows of results, no two of which share memory.
func adjoints(results []reflect.Value) []reflect.Value {
	c := newCopier(false, true)
	c.split = true
	return c.all(results, nil)
}

func (c *copier) all(vars []reflect.Value, types []reflect.Type) []reflect.Value {
	out := make([]reflect.Value, len(vars))
	for i, v := range vars {
		t := v.Type()
		if types != nil {
			t = types[i]
		}
		out[i] = reflect.New(t).Elem()
		c.copyTo(out[i], v)
	}
	return out
}

// sameShape reports whether two values of one type lead to as many floats in the same way.
func sameShape(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		fallthrough
	case reflect.Array:
		for i := range a.Len() {
			if !sameShape(a.Index(i), b.Index(i)) {
				return false
			}
		}
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return sameShape(a.Elem(), b.Elem())
	case reflect.Map:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return false
		}
		for _, key := range keys(a) {
			if e := b.MapIndex(key); !e.IsValid() || !sameShape(a.MapIndex(key), e) {
				return false
			}
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if classify(a.Field(i).Type()) != passive && !sameShape(a.Field(i), b.Field(i)) {
				return false
			}
		}
	}
	return true
}

// gather adds up, for each cell of the values, what their shadows hold for it. The shadows may share memory as
// the values do, or hold a part each.
func gather(values, shadows []reflect.Value) ([]float64, error) {
	sums := map[cellID]float64{}
	seen := map[[2]cellID]bool{}
	for i, v := range values {
		if !sameShape(v, shadows[i]) {
			return nil, fmt.Errorf("the shadow %s has not the shape of %s", plain(shadows[i]), plain(v))
		}
		from, to := places(shadows[i]), places(v)
		for j, c := range from {
			pair := [2]cellID{to[j].id(), c.id()}
			if !seen[pair] {
				seen[pair] = true
				sums[pair[0]] += c.get()
			}
		}
	}
	var out []float64
	for _, c := range cells(values...) {
		out = append(out, sums[c.id()])
	}
	return out, nil
}

// regions returns the slices that the variables lead to, with their spare capacity.
func regions(vars []reflect.Value) []reflect.Value {
	var out []reflect.Value
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Slice:
			out = append(out, v.Slice(0, v.Cap()))
			fallthrough
		case reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Map:
			for _, key := range keys(v) {
				walk(v.MapIndex(key))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		}
	}
	for _, v := range vars {
		walk(v)
	}
	return out
}

// dump writes values so that equal text means equal to the bit.
func dump(vs ...reflect.Value) string {
	var b strings.Builder
	for _, v := range vs {
		dumpValue(&b, v)
		b.WriteByte('\n')
	}
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		fmt.Fprintf(b, "%v[%x] ", v.Float(), math.Float64bits(v.Float()))
	case reflect.Array, reflect.Slice:
		fmt.Fprintf(b, "%d{", v.Len())
		for i := range v.Len() {
			dumpValue(b, v.Index(i))
		}
		b.WriteString("} ")
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil ")
			return
		}
		b.WriteByte('&')
		dumpValue(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			dumpValue(b, v.Field(i))
		}
		b.WriteString("} ")
	case reflect.Map:
		fmt.Fprintf(b, "%d{", v.Len())
		for _, key := range keys(v) {
			fmt.Fprintf(b, "%#v: ", key.Interface())
			dumpValue(b, v.MapIndex(key))
		}
		b.WriteString("} ")
	case reflect.Interface:
		fmt.Fprintf(b, "%v ", v.Interface())
	default:
		fmt.Fprintf(b, "%#v ", v.Interface())
	}
}
