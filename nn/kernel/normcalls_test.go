package kernel_test

import "github.com/godiff/godiff/nn/kernel"

//godiff:vjp wrt=dst,mean,variance,inverse,x
//godiff:jvp
func normalize[T kernel.Float](dst, mean, variance, inverse, x []T, m, channels, n int, epsilon float64) {
	kernel.Normalize(dst, mean, variance, inverse, x, m, channels, n, epsilon)
}

//godiff:vjp
//godiff:vjp wrt=dst,x name=scaleShiftVJPx
//godiff:vjp wrt=dst,scale,shift name=scaleShiftVJPparams
//godiff:jvp
func scaleShift[T kernel.Float](dst, x, scale, shift []T, m, channels, n int) {
	kernel.ScaleShift(dst, x, scale, shift, m, channels, n)
}

// skew is the sum of the third powers of what normalisation makes of x, scaled and shifted.
//
//godiff:hvp
func skew[T kernel.Float](x, scale, shift []T, m, channels, n int) T {
	y, mean, variance, inverse := make([]T, len(x)), make([]T, channels), make([]T, channels), make([]T, channels)
	kernel.Normalize(y, mean, variance, inverse, x, m, channels, n, 0.25)
	z, squares := make([]T, len(x)), make([]T, len(x))
	kernel.ScaleShift(z, y, scale, shift, m, channels, n)
	kernel.Mul(squares, z, z)
	return kernel.Dot(squares, z)
}
