package blas64rule

import "gonum.org/v1/gonum/blas/blas64"

// RotXY: x, y ← cx + sy, cy − sx, for x and y. The adjoints are rotated back.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Rot wrt=x,y
func RotXY(x, y blas64.Vector, c, s float64, dx, dy blas64.Vector) {
	dx, dy = vector(dx, x), vector(dy, y)
	apart("Rot", memoryOfVector(dy), memoryOfVector(dx))
	blas64.Rot(dx, dy, c, -s)
}

// RotSaved is what [RotForward] remembers.
type RotSaved struct {
	X, Y blas64.Vector
	C, S float64
}

// RotForward is the forward half of the rule of blas64.Rot for c and s too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Rot
func RotForward(x, y blas64.Vector, c, s float64) (saved RotSaved) {
	saved = RotSaved{cloneVector(x), cloneVector(y), c, s}
	blas64.Rot(x, y, c, s)
	return saved
}

// RotBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Rot
func RotBackward(saved RotSaved, dx, dy blas64.Vector) (dc, ds float64) {
	dx, dy = vector(dx, saved.X), vector(dy, saved.Y)
	dc = blas64.Dot(dx, saved.X) + blas64.Dot(dy, saved.Y)
	ds = blas64.Dot(dx, saved.Y) - blas64.Dot(dy, saved.X)
	RotXY(saved.X, saved.Y, saved.C, saved.S, dx, dy)
	return dc, ds
}

// RotJVP is the forward rule of blas64.Rot.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Rot mode=jvp
func RotJVP(x, y blas64.Vector, c, s float64, dx, dy blas64.Vector, dc, ds float64) {
	dx, dy = vector(dx, x), vector(dy, y)
	blas64.Rot(dx, dy, c, s)
	blas64.Axpy(dc, x, dx)
	blas64.Axpy(ds, y, dx)
	blas64.Axpy(dc, y, dy)
	blas64.Axpy(-ds, x, dy)
	blas64.Rot(x, y, c, s)
}
