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

// RotSaved is what [RotForward] remembers.
type RotSaved struct {
	X, Y blas32.Vector
	C, S float32
}

// RotForward is the forward half of the rule of blas32.Rot for c and s too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas32.Rot
func RotForward(n int, x, y blas32.Vector, c, s float32) (saved RotSaved) {
	saved = RotSaved{cloneVector(x), cloneVector(y), c, s}
	saved.X.N, saved.Y.N = n, n
	blas32.Rot(n, x, y, c, s)
	return saved
}

// RotBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas32.Rot
func RotBackward(saved RotSaved, dx, dy blas32.Vector) (dc, ds float32) {
	dx, dy = vector(dx, saved.X), vector(dy, saved.Y)
	dc = blas32.Dot(dx, saved.X) + blas32.Dot(dy, saved.Y)
	ds = blas32.Dot(dx, saved.Y) - blas32.Dot(dy, saved.X)
	RotXY(saved.X.N, saved.X, saved.Y, saved.C, saved.S, dx, dy)
	return dc, ds
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
