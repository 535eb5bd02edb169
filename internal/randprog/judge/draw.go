package judge

import (
	"math/rand/v2"
	"reflect"
)

// drawer draws arguments.
type drawer struct {
	rng     *rand.Rand
	spare   bool // slices have spare capacity
	aliased bool // slices of one type may be the same
	old     []reflect.Value
}

// value sets the variable v to a random value: floats in [-2, 2], ints in [-1, 5], slices of 2 to 4 elements,
// pointers that are not nil.
func (d *drawer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		v.SetFloat(4*d.rng.Float64() - 2)
	case reflect.Int:
		v.SetInt(int64(d.rng.IntN(7) - 1))
	case reflect.Bool:
		v.SetBool(d.rng.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "A", "B", "AB"}[d.rng.IntN(4)])
	case reflect.Array:
		for i := range v.Len() {
			d.value(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.value(v.Field(i))
		}
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(p.Elem())
		v.Set(p)
	case reflect.Map:
		v.Set(d.table(v.Type()))
	case reflect.Slice:
		v.Set(d.slice(v.Type()))
	}
}

// slice returns a random slice of type t.
func (d *drawer) slice(t reflect.Type) reflect.Value {
	if d.aliased && d.rng.IntN(3) == 0 {
		for _, s := range d.old {
			if s.Type() == t {
				return s
			}
		}
	}
	n, c := 2+d.rng.IntN(3), 0
	if d.spare && t.Elem().Kind() != reflect.Slice {
		c = d.rng.IntN(4)
	}
	s := reflect.MakeSlice(t, n+c, n+c)
	for i := range n + c {
		d.value(s.Index(i))
	}
	s = s.Slice(0, n)
	d.old = append(d.old, s)
	return s
}

// table returns a random map of type t, with keys that programs ask for.
func (d *drawer) table(t reflect.Type) reflect.Value {
	if d.aliased && d.rng.IntN(3) == 0 {
		for _, m := range d.old {
			if m.Type() == t {
				return m
			}
		}
	}
	m := reflect.MakeMap(t)
	all := []any{"A", "B", ""}
	if t.Key().Kind() == reflect.Int {
		all = []any{0, 1, 3}
	}
	for _, key := range all[:1+d.rng.IntN(3)] {
		e := reflect.New(t.Elem()).Elem()
		d.value(e)
		m.SetMapIndex(reflect.ValueOf(key), e)
	}
	d.old = append(d.old, m)
	return m
}

// vector returns n random numbers that are not small.
func vector(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 0.25 + rng.Float64()
		if rng.IntN(2) == 0 {
			v[i] = -v[i]
		}
	}
	return v
}
