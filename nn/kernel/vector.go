package kernel

import "fmt"

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
	} else if is32[T]() {
		sub32(len(x), first32(dst), first32(x), first32(y))
	} else {
		sub64(len(x), first64(dst), first64(x), first64(y))
	}
}

// Mul sets dst to x∘y, the products element by element. It panics if their lengths differ. dst may be x or y or both, but not overlap
// them otherwise; its derivative needs that it shares no memory with either.
func Mul[T Float](dst, x, y []T) {
	checkThree("Mul", len(dst), len(x), len(y))
	if !accelerated {
		mulPlain(dst, x, y)
	} else if is32[T]() {
		mul32(len(x), first32(dst), first32(x), first32(y))
	} else {
		mul64(len(x), first64(dst), first64(x), first64(y))
	}
}

// MulAdd adds x∘y to dst. It panics if their lengths differ. dst may be x or y or both, but not overlap them otherwise; its derivative
// needs that it shares no memory with either.
func MulAdd[T Float](dst, x, y []T) {
	checkThree("MulAdd", len(dst), len(x), len(y))
	if !accelerated {
		mulAddPlain(dst, x, y)
	} else if is32[T]() {
		mulAdd32(len(x), first32(dst), first32(x), first32(y))
	} else {
		mulAdd64(len(x), first64(dst), first64(x), first64(y))
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
	if is32[T]() {
		return T(sum32(len(x), first32(x)))
	}
	return T(sum64(len(x), first64(x)))
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
	for i := range m {
		add(dst, dst, within(x, i*n, n))
	}
}

func axpy[T Float](alpha T, x, y []T) {
	if !accelerated {
		axpyPlain(alpha, x, y)
	} else if is32[T]() {
		axpy32(len(x), float32(alpha), first32(x), first32(y))
	} else {
		axpy64(len(x), float64(alpha), first64(x), first64(y))
	}
}

func scale[T Float](dst []T, alpha T, x []T) {
	if !accelerated {
		scalePlain(dst, alpha, x)
	} else if is32[T]() {
		scale32(len(x), float32(alpha), first32(dst), first32(x))
	} else {
		scale64(len(x), float64(alpha), first64(dst), first64(x))
	}
}

func add[T Float](dst, x, y []T) {
	if !accelerated {
		addPlain(dst, x, y)
	} else if is32[T]() {
		add32(len(x), first32(dst), first32(x), first32(y))
	} else {
		add64(len(x), first64(dst), first64(x), first64(y))
	}
}

func dot[T Float](x, y []T) T {
	if !accelerated {
		return dotPlain(x, y)
	}
	if is32[T]() {
		return T(dot32(len(x), first32(x), first32(y)))
	}
	return T(dot64(len(x), first64(x), first64(y)))
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
