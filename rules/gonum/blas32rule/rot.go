package blas32rule

import "gonum.org/v1/gonum/blas/blas32"

// RotXY: x, y ← cx + sy, cy − sx, for x and y. The adjoints are rotated back.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.Rot wrt=x,y
func RotXY(n int, x, y blas32.Vector, c, s float32, dx, dy blas32.Vector) {
	x.N, y.N = n, n
	dx, dy = vector(dx, x), vector(dy, y)
	apart("Rot", memoryOfVector(dy), memoryOfVector(dx))
	blas32.Rot(n, dx, dy, c, -s)
}

// RotJVP is the forward rule of blas32.Rot.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.Rot mode=jvp
func RotJVP(n int, x, y blas32.Vector, c, s float32, dx, dy blas32.Vector, dc, ds float32) {
	x.N, y.N = n, n
	dx, dy = vector(dx, x), vector(dy, y)
	blas32.Rot(n, dx, dy, c, s)
	blas32.Axpy(dc, x, dx)
	blas32.Axpy(ds, y, dx)
	blas32.Axpy(dc, y, dy)
	blas32.Axpy(-ds, x, dy)
	blas32.Rot(n, x, y, c, s)
}
