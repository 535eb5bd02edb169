package kernel

import "unsafe"

// Float is what the kernels are for.
type Float interface{ ~float32 | ~float64 }

// is32 reports whether T is a float32. It is a constant to the compiler.
func is32[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// lanes returns how many elements of type T a vector of 256 bits has.
func lanes[T Float]() int {
	if is32[T]() {
		return 8
	}
	return 4
}

func at32[T Float](x *T) *float32 { return (*float32)(unsafe.Pointer(x)) }
func at64[T Float](x *T) *float64 { return (*float64)(unsafe.Pointer(x)) }

func first32[T Float](x []T) *float32 { return at32(unsafe.SliceData(x)) }
func first64[T Float](x []T) *float64 { return at64(unsafe.SliceData(x)) }

// piece is the most elements that a kernel is given at a time, for goroutines cannot be stopped in assembly.
const piece = 1 << 16

// addends is how many elements a kernel adds before their sum goes on in float64: an error of float32 in more would show.
const addends = 1 << 12

// within returns x[from : from+n], for what lies within the length of x; it tells godiff that nothing beyond that is reached.
func within[T Float](x []T, from, n int) []T {
	if n == 0 {
		return nil
	}
	_ = x[from+n-1]
	return unsafe.Slice(&x[from], n)
}
