package runtime

import (
	"fmt"
	"reflect"
	"unsafe"
)

// ShadowWith is [Shadow] of a value that reaches values of types whose floats
// others cannot see. Of each of these types functions has one that returns the
// zero shadow of a value: a func(T) T, or a func(*T) *T.
func ShadowWith[T any](x T, functions ...any) T {
	dx := Shadow(x)
	a := adder{op: leave, opaque: opaques(functions)}
	a.all(reflect.TypeFor[T](), unsafe.Pointer(&dx), unsafe.Pointer(&x), held)
	return dx
}

// AddShadowWith is [AddShadow] of values that reach values of types whose floats
// others cannot see. Of each of these types functions has one that adds the
// second value to the first: a func(T, T), or a func(*T, *T).
func AddShadowWith[T any](dst, src T, functions ...any) {
	a := adder{opaque: opaques(functions)}
	a.all(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&src), held)
}

// CopyShadowWith is [CopyShadow] of a value that reaches values of types whose
// floats others cannot see. Functions holds for each of these types what
// [ShadowWith] and [AddShadowWith] want.
func CopyShadowWith[T any](x T, functions ...any) T {
	var makers, adders []any
	for _, f := range functions {
		if reflect.TypeOf(f).NumIn() == 1 {
			makers = append(makers, f)
		} else {
			adders = append(adders, f)
		}
	}
	y := ShadowWith(x, makers...)
	a := adder{opaque: opaques(adders)}
	a.all(reflect.TypeFor[T](), unsafe.Pointer(&y), unsafe.Pointer(&x), inMemory)
	return y
}

// RestoreShadow sets the shadow at p to what it was before a function gave its
// value new memory, unless it has the same shape: the same numbers of elements,
// and beside its floats the same values.
func RestoreShadow[T any](p *T, old T) {
	s := shapeComparison{seen: map[reached]bool{}}
	if !s.same(reflect.ValueOf(p).Elem(), reflect.ValueOf(&old).Elem()) {
		*p = old
	}
}

// A shapeComparison compares two values but for their floats.
type shapeComparison struct{ seen map[reached]bool }

func (s *shapeComparison) same(x, y reflect.Value) bool {
	if x.Kind() != y.Kind() || x.Type() != y.Type() {
		return false
	}
	switch x.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.Chan, reflect.Func:
		return true
	case reflect.Array, reflect.Slice:
		if x.Len() != y.Len() {
			return false
		}
		switch x.Type().Elem().Kind() {
		case reflect.Float32, reflect.Float64:
			return true
		}
		for i := range x.Len() {
			if !s.same(x.Index(i), y.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range x.NumField() {
			if !s.same(x.Field(i), y.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		if x.IsNil() || y.IsNil() {
			return x.IsNil() == y.IsNil()
		}
		if x.Kind() == reflect.Pointer {
			key := reached{x.UnsafePointer(), x.Type(), 1}
			if s.seen[key] {
				return true
			}
			s.seen[key] = true
		}
		return s.same(x.Elem(), y.Elem())
	case reflect.Map:
		if x.Len() != y.Len() {
			return false
		}
		for it := x.MapRange(); it.Next(); {
			if v := y.MapIndex(it.Key()); !v.IsValid() || !s.same(it.Value(), v) {
				return false
			}
		}
		return true
	}
	return x.Equal(y)
}

// opaques returns what functions do to the shadow at dst of a type, given what is at src.
func opaques(functions []any) map[reflect.Type]func(dst, src unsafe.Pointer) {
	m := map[reflect.Type]func(dst, src unsafe.Pointer){}
	for _, f := range functions {
		call := reflect.ValueOf(f)
		t := call.Type().In(0)
		pointer := t.Kind() == reflect.Pointer
		if pointer {
			t = t.Elem()
		}
		at := func(p unsafe.Pointer) reflect.Value {
			if v := reflect.NewAt(t, p); pointer {
				return v
			}
			return reflect.NewAt(t, p).Elem()
		}
		switch call.Type().NumIn() {
		case 1:
			m[t] = func(dst, src unsafe.Pointer) {
				made := call.Call([]reflect.Value{at(src)})[0]
				if pointer {
					made = made.Elem()
				}
				reflect.NewAt(t, dst).Elem().Set(made)
			}
		case 2:
			m[t] = func(dst, src unsafe.Pointer) { call.Call([]reflect.Value{at(dst), at(src)}) }
		default:
			panic(fmt.Sprintf("godiff: %s is neither a shadow nor an add function", call.Type()))
		}
	}
	return m
}
