package kernel

import (
	"fmt"
	"math"
)

// Axpy adds α·x to y. It panics if their lengths differ. x may be y, but not overlap it otherwise.
func Axpy[T Float](alpha T, x, y []T) {
	checkTwo("Axpy", "x", len(x), "y", len(y))
	axpy(alpha, x, y)
}

// Scale sets dst to α·x. It panics if their lengths differ. dst may be x, but not overlap it otherwise.
func Scale[T Float](dst []T, alpha T, x []T) {
	checkTwo("Scale", "dst", len(dst), "x", len(x))
	scale(dst, alpha, x)
}

// Add sets dst to x + y. It panics if their lengths differ. dst may be x or y or both, but not overlap them otherwise.
func Add[T Float](dst, x, y []T) {
	checkThree("Add", len(dst), len(x), len(y))
	add(dst, x, y)
}

// Sub sets dst to x − y. It panics if their lengths differ. dst may be x or y or both, but not overlap them otherwise.
func Sub[T Float](dst, x, y []T) {
	checkThree("Sub", len(dst), len(x), len(y))
	if !accelerated {
		subPlain(dst, x, y)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			sub32(n, at32(&dst[i]), at32(&x[i]), at32(&y[i]))
		} else {
			sub64(n, at64(&dst[i]), at64(&x[i]), at64(&y[i]))
		}
	}
}

// Mul sets dst to x∘y, the products element by element. It panics if their lengths differ. dst may be x or y or both, but not overlap
// them otherwise; its derivative needs that it shares no memory with either.
func Mul[T Float](dst, x, y []T) {
	checkThree("Mul", len(dst), len(x), len(y))
	if !accelerated {
		mulPlain(dst, x, y)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			mul32(n, at32(&dst[i]), at32(&x[i]), at32(&y[i]))
		} else {
			mul64(n, at64(&dst[i]), at64(&x[i]), at64(&y[i]))
		}
	}
}

// MulAdd adds x∘y to dst. It panics if their lengths differ. dst may be x or y or both, but not overlap them otherwise; its derivative
// needs that it shares no memory with either.
func MulAdd[T Float](dst, x, y []T) {
	checkThree("MulAdd", len(dst), len(x), len(y))
	if !accelerated {
		mulAddPlain(dst, x, y)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			mulAdd32(n, at32(&dst[i]), at32(&x[i]), at32(&y[i]))
		} else {
			mulAdd64(n, at64(&dst[i]), at64(&x[i]), at64(&y[i]))
		}
	}
}

// Dot returns the sum of the products of the elements of x and y, 0 where they have none. It panics if their lengths differ.
func Dot[T Float](x, y []T) T {
	checkTwo("Dot", "x", len(x), "y", len(y))
	return dot(x, y)
}

// Sum returns the sum of the elements of x, 0 where there are none.
func Sum[T Float](x []T) T {
	if !accelerated {
		return sumPlain(x)
	}
	var s float64
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(addends, len(x)-i); is32[T]() {
			s += float64(sum32(n, at32(&x[i])))
		} else {
			s += sum64(n, at64(&x[i]))
		}
	}
	return T(s)
}

// Max returns the largest element of x, NaN if one is NaN and −Inf if there are none; of 0 and −0 either. Its derivative goes to the first
// of the largest elements, or to the first NaN.
func Max[T Float](x []T) T {
	y := T(math.Inf(-1))
	if !accelerated {
		for _, v := range x {
			y = max(y, v)
		}
		return y
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			y = max(y, T(largest32(n, at32(&x[i]))))
		} else {
			y = max(y, T(largest64(n, at64(&x[i]))))
		}
	}
	return y
}

// AddRow adds row to each row of the m×n matrix dst: the bias of a layer to the examples of a batch. It panics if a size is negative, dst
// has other than m·n elements or row other than n. They may not overlap.
func AddRow[T Float](dst, row []T, m, n int) {
	checkRows("AddRow", "dst", len(dst), "row", len(row), m, n)
	for i := range m {
		to := within(dst, i*n, n)
		add(to, to, row)
	}
}

// SumRows adds the rows of the m×n matrix x to dst. It panics if a size is negative, x has other than m·n elements or dst other than n.
// They may not overlap.
func SumRows[T Float](dst, x []T, m, n int) {
	checkRows("SumRows", "x", len(x), "dst", len(dst), m, n)
	pairwise(dst, m, func(dst []T, from, to int) {
		for i := from; i < to; i++ {
			add(dst, dst, within(x, i*n, n))
		}
	})
}

func axpy[T Float](alpha T, x, y []T) {
	if !accelerated {
		axpyPlain(alpha, x, y)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			axpy32(n, float32(alpha), at32(&x[i]), at32(&y[i]))
		} else {
			axpy64(n, float64(alpha), at64(&x[i]), at64(&y[i]))
		}
	}
}

func scale[T Float](dst []T, alpha T, x []T) {
	if !accelerated {
		scalePlain(dst, alpha, x)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			scale32(n, float32(alpha), at32(&dst[i]), at32(&x[i]))
		} else {
			scale64(n, float64(alpha), at64(&dst[i]), at64(&x[i]))
		}
	}
}

// affine sets dst to α·x + β.
func affine[T Float](dst []T, alpha T, x []T, beta T) {
	if !accelerated {
		affinePlain(dst, alpha, x, beta)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			affine32(n, float32(alpha), float32(beta), at32(&dst[i]), at32(&x[i]))
		} else {
			affine64(n, float64(alpha), float64(beta), at64(&dst[i]), at64(&x[i]))
		}
	}
}

func add[T Float](dst, x, y []T) {
	if !accelerated {
		addPlain(dst, x, y)
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			add32(n, at32(&dst[i]), at32(&x[i]), at32(&y[i]))
		} else {
			add64(n, at64(&dst[i]), at64(&x[i]), at64(&y[i]))
		}
	}
}

func dot[T Float](x, y []T) T {
	if !accelerated {
		return dotPlain(x, y)
	}
	var s float64
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(addends, len(x)-i); is32[T]() {
			s += float64(dot32(n, at32(&x[i]), at32(&y[i])))
		} else {
			s += dot64(n, at64(&x[i]), at64(&y[i]))
		}
	}
	return T(s)
}

func checkTwo(name, first string, n int, second string, m int) {
	if n != m {
		panic(fmt.Sprintf("kernel: %s: %s has %d elements and %s has %d", name, first, n, second, m))
	}
}

func checkThree(name string, dst, x, y int) {
	if dst != x || dst != y {
		panic(fmt.Sprintf("kernel: %s: dst has %d elements, x has %d and y has %d", name, dst, x, y))
	}
}

func checkRows(name, matrix string, size int, row string, width, m, n int) {
	if m < 0 || n < 0 || size != m*n || width != n {
		panic(fmt.Sprintf("kernel: %s: %s is %d×%d and has %d elements, %s has %d", name, matrix, m, n, size, row, width))
	}
}
