package gradcheck

import (
	"fmt"
	"reflect"
)

// function returns the function f, which the caller knows as name.
func function(name string, f any) (reflect.Value, error) {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func {
		return v, fmt.Errorf("%s has type %T; it must be a function", name, f)
	}
	if v.IsNil() {
		return v, fmt.Errorf("%s is nil", name)
	}
	return v, nil
}

// bind returns the values of the parameters for args. A variadic parameter takes any number of them, or one
// slice.
func (s *signature) bind(args []any) ([]reflect.Value, error) {
	n := len(s.params)
	if s.variadic && (len(args) != n || !assignable(args[n-1], s.params[n-1].typ)) {
		if len(args) < n-1 {
			return nil, fmt.Errorf("%d arguments for %s, which takes at least %d", len(args), s.name, n-1)
		}
		rest, err := s.collect(args[n-1:])
		if err != nil {
			return nil, err
		}
		args = append(args[:n-1:n-1], rest)
	}
	if len(args) != n {
		return nil, fmt.Errorf("%d arguments for %s, which takes %d", len(args), s.name, n)
	}
	var values []reflect.Value
	for i, a := range args {
		v, err := s.argument(a, s.params[i].name, s.params[i].typ)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// collect returns the slice for a variadic parameter; as in a call, it is nil for no arguments.
func (s *signature) collect(args []any) (any, error) {
	p := s.params[len(s.params)-1]
	list := reflect.Zero(p.typ)
	for _, a := range args {
		v, err := s.argument(a, p.name, p.typ.Elem())
		if err != nil {
			return nil, err
		}
		list = reflect.Append(list, v)
	}
	return list.Interface(), nil
}

func assignable(arg any, t reflect.Type) bool {
	return arg != nil && reflect.TypeOf(arg).AssignableTo(t)
}

// argument returns arg as a value of type t: one that is assignable to it, nil, or a number that could be
// written as a constant of type t.
func (s *signature) argument(arg any, name string, t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	a := reflect.ValueOf(arg)
	switch {
	case arg == nil && canBeNil(t):
	case arg == nil:
		return v, fmt.Errorf("argument %s of %s is nil; it must have type %v", name, s.name, t)
	case a.Type().AssignableTo(t):
		v.Set(a)
	case isConstant(a, t):
		v.Set(a.Convert(t))
	default:
		return v, fmt.Errorf("argument %s of %s has type %v; it must have type %v", name, s.name, a.Type(), t)
	}
	return v, nil
}

func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	}
	return false
}

// isConstant reports whether a, which has the default type of a constant, could be written where a value of
// type t is wanted.
func isConstant(a reflect.Value, t reflect.Type) bool {
	number := reflect.TypeFor[float64]()
	switch a.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[bool]():
		return t.Kind() == a.Kind()
	case reflect.TypeFor[int](), number:
		if isFloat(t) {
			return true
		}
		return t.ConvertibleTo(number) && a.Convert(number).Equal(a.Convert(t).Convert(number))
	}
	return false
}

// call calls fn, whose last argument is a slice where it is variadic. It is an error where fn panics.
func call(fn reflect.Value, in []reflect.Value) (out []reflect.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if fn.Type().IsVariadic() {
		return fn.CallSlice(in), nil
	}
	return fn.Call(in), nil
}
