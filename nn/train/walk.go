package train

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/godiff/godiff/nn"
)

// A visitor is told what a walk through a state finds.
type visitor interface {
	tensor(name string, x reflect.Value)             // an nn.Tensor with elements, or without
	numbers(name string, x reflect.Value)            // a number or bool, or a slice or an array of them
	text(name string, x reflect.Value)               // a string
	binary(name string, x marshaler)                 // what marshals itself
	grow(name string, x reflect.Value) reflect.Value // what to go through for a slice of other things, or a pointer
	replace(set func())                              // what to do when what was found in a copy has been loaded
}

// A walk goes through what exported fields lead to.
type walk struct {
	seen  map[place]string  // the names under which places were visited
	names map[string]string // all names of places, with that under which each was visited
	errs  []error
}

func newWalk() walk { return walk{seen: map[place]string{}, names: map[string]string{}} }

// A place is where something lies: what several pointers or slices lead to is visited once.
type place struct {
	at uintptr
	n  int // of the elements, for a slice
	t  reflect.Type
}

// parts visits all parts of a state, in the order of their names. It returns what cannot be saved.
func (w *walk) parts(s State, v visitor) error {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		x := reflect.ValueOf(s[key])
		if x.Kind() != reflect.Pointer || x.IsNil() {
			w.errs = append(w.errs, fmt.Errorf("%s is a %T, want a pointer that is not nil", key, s[key]))
			continue
		}
		w.visit(key, x, v)
	}
	return errors.Join(w.errs...)
}

func (w *walk) visit(name string, x reflect.Value, v visitor) {
	if m, ok := marshals(x); ok {
		v.binary(name, m)
		return
	}
	switch x.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		v.numbers(name, x)
	case reflect.String:
		v.text(name, x)
	case reflect.Struct:
		w.structure(name, x, v)
	case reflect.Pointer:
		if x.Type() == reflect.TypeFor[*nn.Space]() {
			return
		}
		if x = v.grow(name, x); !x.IsNil() && w.first(name, x) {
			w.visit(name, x.Elem(), v)
		}
	case reflect.Interface:
		w.dynamic(name, x, v)
	case reflect.Slice, reflect.Array:
		w.elements(name, x, v)
	case reflect.Map:
		w.entries(name, x, v)
	case reflect.Func, reflect.Chan:
	default:
		w.errs = append(w.errs, fmt.Errorf("%s is a %v, which cannot be saved", name, x.Type()))
	}
}

// first reports whether a pointer or a slice leads to something new.
func (w *walk) first(name string, x reflect.Value) bool {
	at := place{at: x.Pointer(), t: x.Type()}
	if x.Kind() == reflect.Slice {
		at.n = x.Len()
	}
	before, seen := w.seen[at]
	if !seen {
		before, w.seen[at] = name, name
	}
	w.names[name] = before
	return !seen
}

func (w *walk) structure(name string, x reflect.Value, v visitor) {
	if isTensor(x.Type()) {
		if data := x.FieldByName("Data"); data.Len() == 0 || w.first(name, data) {
			v.tensor(name, x)
		}
		return
	}
	if x.Type() == reflect.TypeFor[nn.Space]() {
		return
	}
	hidden := x.NumField() > 0 && !w.remembered(name, x, v)
	for i := range x.NumField() {
		if f := x.Type().Field(i); f.IsExported() {
			hidden = false
			if f.Tag.Get("train") != "-" {
				w.visit(name+"."+f.Name, x.Field(i), v)
			}
		}
	}
	if hidden {
		w.errs = append(w.errs, fmt.Errorf("%s is a %v, which hides what it has and does not marshal it", name, x.Type()))
	}
}

// remembered visits what a struct remembers behind its fields, if it tells that by a method, as optimisers do. It reports whether it is
// such a struct.
func (w *walk) remembered(name string, x reflect.Value, v visitor) bool {
	if !x.CanAddr() {
		return false
	}
	switch x := x.Addr().Interface().(type) {
	case interface{ State() []nn.Param[float32] }:
		tensors(name, x.State(), v)
	case interface{ State() []nn.Param[float64] }:
		tensors(name, x.State(), v)
	default:
		return false
	}
	return true
}

// tensors visits the values of parameters.
func tensors[T nn.Float](name string, params []nn.Param[T], v visitor) {
	for i := range params {
		v.tensor(name+"."+params[i].Name, reflect.ValueOf(&params[i].Value).Elem())
	}
}

// dynamic visits what an interface holds: by way of a copy, since that cannot be changed in its place.
func (w *walk) dynamic(name string, x reflect.Value, v visitor) {
	if x.IsNil() {
		return
	}
	held := x.Elem()
	if held.Kind() == reflect.Pointer && !held.IsNil() {
		w.visit(name, held, v)
		return
	}
	copied := reflect.New(held.Type()).Elem()
	copied.Set(held)
	w.visit(name, copied, v)
	v.replace(func() { x.Set(copied) })
}

func (w *walk) elements(name string, x reflect.Value, v visitor) {
	if isNumber(x.Type().Elem().Kind()) {
		if x.Kind() == reflect.Array || x.Len() == 0 || w.first(name, x) {
			v.numbers(name, x)
		}
		return
	}
	x = v.grow(name, x)
	for i := range x.Len() {
		w.visit(fmt.Sprintf("%s.%d", name, i), x.Index(i), v)
	}
}

// entries visits copies of what a map has.
func (w *walk) entries(name string, x reflect.Value, v visitor) {
	if x.Type().Key().Kind() != reflect.String {
		w.errs = append(w.errs, fmt.Errorf("%s is a %v, and only maps with string keys can be saved", name, x.Type()))
		return
	}
	keys := x.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, key := range keys {
		copied := reflect.New(x.Type().Elem()).Elem()
		copied.Set(x.MapIndex(key))
		w.visit(name+"."+key.String(), copied, v)
		v.replace(func() { x.SetMapIndex(key, copied) })
	}
}
