package bench

import "reflect"

// A Problem is a function at fixed arguments. The functions in it set Value, and Gradient where they are derivatives.
type Problem struct {
	Primal, ByHand, Generated func()

	Value    *float64
	Gradient []any // pointers to the parts of the gradient
	Variable []any // pointers to the arguments to differentiate by; what they lead to may be changed between calls
}

// Variables returns the numbers to differentiate by.
func (p *Problem) Variables() []float64 { return load(floats(p.Variable)) }

// LastGradient returns the derivatives by the numbers in Variables, as one of the functions has left them.
func (p *Problem) LastGradient() []float64 { return load(floats(p.Gradient)) }

// At returns a function of the numbers in Variables, which runs compute, one of those of p, and returns the value.
func (p *Problem) At(compute func()) func(x []float64) float64 {
	variables := floats(p.Variable)
	return func(x []float64) float64 {
		for i, v := range variables {
			*v = x[i]
		}
		compute()
		return *p.Value
	}
}

func load(pointers []*float64) []float64 {
	x := make([]float64, len(pointers))
	for i, p := range pointers {
		x[i] = *p
	}
	return x
}

// floats returns pointers to all floats that the values lead to, through pointers, structs and slices, in order.
func floats(values []any) []*float64 {
	var all []*float64
	for _, v := range values {
		all = appendFloats(all, reflect.ValueOf(v))
	}
	return all
}

func appendFloats(all []*float64, v reflect.Value) []*float64 {
	switch v.Kind() {
	case reflect.Float64:
		return append(all, v.Addr().Interface().(*float64))
	case reflect.Pointer:
		return appendFloats(all, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			all = appendFloats(all, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = appendFloats(all, v.Index(i))
		}
	default:
		panic("bench: a gradient has no " + v.Kind().String())
	}
	return all
}
