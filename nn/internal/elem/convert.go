package elem

import (
	"math"
	"math/bits"
)

// A Number is any real number type of Go, and types made of them.
type Number interface {
	~uint8 | ~int8 | ~uint16 | ~int16 | ~uint32 | ~int32 | ~uint64 | ~int64 | ~float32 | ~float64 | ~int | ~uint
}

// Convert sets the elements of dst to those of src, which is as long, and returns len(src). An element that no T is equal to ends it:
// then its index is returned. A NaN becomes a NaN in a float type and is equal to no integer; a negative zero becomes the integer 0.
func Convert[T, S Number](dst []T, src []S) int {
	convert := intToInt[T, S]
	switch {
	case isFloat[S]() && isFloat[T]():
		convert = floatToFloat
	case isFloat[S]():
		convert = floatToInt
	case isFloat[T]():
		convert = intToFloat
	}
	for i, s := range src {
		var ok bool
		if dst[i], ok = convert(s); !ok {
			return i
		}
	}
	return len(src)
}

// isFloat reports whether T has fractions.
func isFloat[T Number]() bool {
	one := T(1)
	return one/2 != 0
}

func floatToFloat[T, S Number](s S) (T, bool) {
	t := T(s)
	return t, S(t) == s || s != s
}

func intToInt[T, S Number](s S) (T, bool) {
	t := T(s)
	return t, S(t) == s && (t < 0) == (s < 0)
}

// intToFloat asks whether the bits of s between the first and the last that is set fit T's significand.
// Converting back would not tell: the largest int64 becomes a float whose conversion to int64 Go leaves open.
func intToFloat[T, S Number](s S) (T, bool) {
	magnitude := uint64(s)
	if s < 0 {
		magnitude = -magnitude
	}
	significand := 53
	if Size[T]() == 4 {
		significand = 24
	}
	return T(s), bits.Len64(magnitude)-bits.TrailingZeros64(magnitude|1<<63) <= significand
}

// floatToInt converts only what lies in T's range, since Go leaves the rest open.
func floatToInt[T, S Number](s S) (T, bool) {
	x := float64(s)
	low, high := 0.0, math.Ldexp(1, 8*Size[T]())
	if zero := T(0); zero-1 < zero {
		high /= 2
		low = -high
	}
	if !(x >= low && x < high) || x != math.Trunc(x) {
		return 0, false
	}
	return T(x), true
}
