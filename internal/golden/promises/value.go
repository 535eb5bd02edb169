package promises

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// open returns v, a field or an element of a variable, such that it can be set.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// variable returns a variable with a value.
func variable(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type()).Elem()
	p.Set(v)
	return p
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

// dump writes values such that equal text means that they are equal to the bit, all NaNs being one, and that what they lead to is shared
// in the same way. Spare capacity counts where spare is set.
func dump(spare bool, values []reflect.Value) string {
	w := &writer{spare: spare, seen: map[unsafe.Pointer]int{}}
	for _, v := range values {
		w.value(variable(v))
		w.WriteByte('\n')
	}
	return w.String()
}

type writer struct {
	strings.Builder
	spare bool
	seen  map[unsafe.Pointer]int // numbers of what was met
}

// met writes the number of the memory at p and reports whether it has been written.
func (w *writer) met(p unsafe.Pointer) bool {
	n, ok := w.seen[p]
	if !ok {
		n = len(w.seen)
		w.seen[p] = n
	}
	fmt.Fprintf(w, "#%d", n)
	return ok
}

func (w *writer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		if x := v.Float(); x != x {
			w.WriteString("NaN ")
		} else {
			fmt.Fprintf(w, "%v[%x] ", x, math.Float64bits(x))
		}
	case reflect.Array:
		for i := range v.Len() {
			w.value(open(v.Index(i)))
		}
	case reflect.Slice:
		w.slice(v)
	case reflect.Struct:
		for i := range v.NumField() {
			w.value(open(v.Field(i)))
		}
	case reflect.Pointer:
		if v.IsNil() {
			w.WriteString("nil ")
		} else if !w.met(v.UnsafePointer()) {
			w.value(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			w.WriteString("nil ")
			return
		}
		fmt.Fprintf(w, "%v:", v.Elem().Type())
		w.value(variable(v.Elem()))
	case reflect.Map:
		if v.IsNil() {
			w.WriteString("nil ")
		} else if !w.met(v.UnsafePointer()) {
			for _, k := range keys(v) {
				fmt.Fprintf(w, "%v:", k)
				w.value(variable(v.MapIndex(k)))
			}
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprintf(w, "%v ", v.IsNil())
	default:
		fmt.Fprintf(w, "%v ", v)
	}
}

func (w *writer) slice(v reflect.Value) {
	fmt.Fprintf(w, "%d ", v.Len())
	if v.IsNil() {
		w.WriteString("nil ")
		return
	}
	if w.spare {
		v = v.Slice(0, v.Cap())
	}
	if v.Len() == 0 || w.met(v.UnsafePointer()) && v.Type().Elem().Kind() == reflect.Slice {
		return
	}
	for i := range v.Len() {
		w.value(v.Index(i))
	}
}

// keys returns the keys of a map in an order that is the same each time.
func keys(v reflect.Value) []reflect.Value {
	list := v.MapKeys()
	slices.SortFunc(list, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// A shadower makes shadows: values of the same shape with zeros.
type shadower struct {
	tangents bool // floats are one
	unfold   bool // slices have memory of their own each
	seen     map[block]reflect.Value
}

// A block is memory as it is referred to.
type block struct {
	at  unsafe.Pointer
	len int
	typ reflect.Type
}

func (s shadower) all(values []reflect.Value) []reflect.Value {
	s.seen = map[block]reflect.Value{}
	var list []reflect.Value
	for _, v := range values {
		d := reflect.New(v.Type()).Elem()
		s.put(d, variable(v))
		list = append(list, d)
	}
	return list
}

// put sets the variable d to a shadow of v.
func (s *shadower) put(d, v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		if s.tangents {
			d.SetFloat(1)
		}
	case reflect.Array:
		for i := range v.Len() {
			s.put(d.Index(i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			s.put(open(d.Field(i)), open(v.Field(i)))
		}
	case reflect.Interface:
		if !v.IsNil() {
			e := reflect.New(v.Elem().Type()).Elem()
			s.put(e, variable(v.Elem()))
			d.Set(e)
		}
	case reflect.Slice, reflect.Pointer, reflect.Map:
		if !v.IsNil() {
			d.Set(s.referred(v))
		}
	}
}

func (s *shadower) referred(v reflect.Value) reflect.Value {
	b := block{v.UnsafePointer(), 0, v.Type()}
	if v.Kind() == reflect.Slice {
		b.len = v.Len()
	}
	apart := s.unfold && v.Kind() == reflect.Slice
	if d, ok := s.seen[b]; ok && !apart {
		return d
	}
	switch v.Kind() {
	case reflect.Pointer:
		d := reflect.New(v.Type().Elem())
		s.seen[b] = d.Convert(v.Type())
		s.put(d.Elem(), v.Elem())
	case reflect.Slice:
		d := reflect.MakeSlice(v.Type(), v.Len(), v.Cap())
		if !apart {
			s.seen[b] = d
		}
		for i := range v.Len() {
			s.put(d.Index(i), v.Index(i))
		}
		return d
	case reflect.Map:
		d := reflect.MakeMap(v.Type())
		s.seen[b] = d
		for _, k := range keys(v) {
			e := reflect.New(v.Type().Elem()).Elem()
			s.put(e, variable(v.MapIndex(k)))
			d.SetMapIndex(k, e)
		}
	}
	return s.seen[b]
}

// overlap reports whether two slices that the values lead to share memory without being the same: a shadow of that shape is more than a
// shadower makes.
func overlap(values []reflect.Value) bool {
	type span struct {
		from, to uintptr
		len      int
	}
	var spans []span
	seen := map[unsafe.Pointer]bool{}
	var visit func(v reflect.Value)
	visit = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Slice:
			if v.Cap() > 0 {
				from := v.Pointer()
				spans = append(spans, span{from, from + uintptr(v.Cap())*v.Type().Elem().Size(), v.Len()})
			}
			fallthrough
		case reflect.Array:
			for i := range v.Len() {
				visit(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				visit(v.Field(i))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				spans = append(spans, span{v.Pointer(), v.Pointer() + v.Type().Elem().Size(), 1})
			}
			if !v.IsNil() && !seen[v.UnsafePointer()] {
				seen[v.UnsafePointer()] = true
				visit(v.Elem())
			}
		case reflect.Interface:
			if !v.IsNil() {
				visit(v.Elem())
			}
		case reflect.Map:
			if !v.IsNil() && !seen[v.UnsafePointer()] {
				seen[v.UnsafePointer()] = true
				for _, k := range keys(v) {
					visit(v.MapIndex(k))
				}
			}
		}
	}
	for _, v := range values {
		visit(v)
	}
	for i, a := range spans {
		for _, b := range spans[:i] {
			if a != b && a.from < b.to && b.from < a.to {
				return true
			}
		}
	}
	return false
}
