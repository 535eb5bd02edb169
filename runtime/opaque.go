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
	a := adder{seen: map[reached]bool{}, op: leave, opaque: opaques(functions)}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&dx), unsafe.Pointer(&x), held)
	return dx
}

// AddShadowWith is [AddShadow] of values that reach values of types whose floats
// others cannot see. Of each of these types functions has one that adds the
// second value to the first: a func(T, T), or a func(*T, *T).
func AddShadowWith[T any](dst, src T, functions ...any) {
	a := adder{seen: map[reached]bool{}, opaque: opaques(functions)}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&src), held)
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
	a := adder{seen: map[reached]bool{}, opaque: opaques(adders)}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&y), unsafe.Pointer(&x), inMemory)
	return y
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
