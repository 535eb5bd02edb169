package blas64rule

import "gonum.org/v1/gonum/blas/blas64"

// Dot: y = Σ xᵢyᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Dot writes=none
func Dot(x, y blas64.Vector, out, dout float64, dx, dy blas64.Vector) {
	blas64.Axpy(dout, y, vector(dx, x))
	blas64.Axpy(dout, x, vector(dy, y))
}

// DotJVP is the forward rule of blas64.Dot.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Dot mode=jvp
func DotJVP(x, y, dx, dy blas64.Vector) (out, dout float64) {
	out = blas64.Dot(x, y)
	return out, blas64.Dot(vector(dx, x), y) + blas64.Dot(x, vector(dy, y))
}

// Nrm2: y = |x|, so ∂y/∂xᵢ = xᵢ/y; 0 where y is.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Nrm2 writes=none
func Nrm2(x blas64.Vector, y, dy float64, dx blas64.Vector) {
	if y == 0 {
		return
	}
	for i := range x.N {
		dx.Data[i*x.Inc] += dy * (x.Data[i*x.Inc] / y)
	}
}

// Nrm2JVP is the forward rule of blas64.Nrm2.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Nrm2 mode=jvp
func Nrm2JVP(x, dx blas64.Vector) (y, dy float64) {
	y = blas64.Nrm2(x)
	if y == 0 {
		return y, 0
	}
	for i := range x.N {
		dy += x.Data[i*x.Inc] / y * dx.Data[i*x.Inc]
	}
	return y, dy
}

// Asum: y = Σ |xᵢ|, so ∂y/∂xᵢ = ±1, the sign of xᵢ; 0 at 0.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Asum writes=none
func Asum(x blas64.Vector, y, dy float64, dx blas64.Vector) {
	for i := range x.N {
		dx.Data[i*x.Inc] += dy * sign(x.Data[i*x.Inc])
	}
}

// AsumJVP is the forward rule of blas64.Asum.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Asum mode=jvp
func AsumJVP(x, dx blas64.Vector) (y, dy float64) {
	y = blas64.Asum(x)
	for i := range x.N {
		dy += sign(x.Data[i*x.Inc]) * dx.Data[i*x.Inc]
	}
	return y, dy
}

// sign is the derivative of the magnitude of v: ±1, and 0 at 0.
func sign(v float64) float64 {
	if v > 0 {
		return 1
	}
	if v < 0 {
		return -1
	}
	return v // 0 or NaN
}

// Swap: x, y ← y, x. The adjoints change places too.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Swap
func Swap(x, y, dx, dy blas64.Vector) { blas64.Swap(vector(dx, x), vector(dy, y)) }

// SwapJVP is the forward rule of blas64.Swap.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Swap mode=jvp
func SwapJVP(x, y, dx, dy blas64.Vector) {
	blas64.Swap(x, y)
	blas64.Swap(vector(dx, x), vector(dy, y))
}

// Copy: y = x.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Copy writes=y
func Copy(x, y, dx, dy blas64.Vector) {
	dx, dy = vector(dx, x), vector(dy, y)
	apart("Copy", memoryOfVector(dy), memoryOfVector(dx))
	blas64.Axpy(1, dy, dx)
	at := start(dy)
	for i := range dy.N {
		dy.Data[at+i*dy.Inc] = 0
	}
}

// CopyJVP is the forward rule of blas64.Copy.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Copy mode=jvp
func CopyJVP(x, y, dx, dy blas64.Vector) {
	blas64.Copy(x, y)
	blas64.Copy(vector(dx, x), vector(dy, y))
}

// Axpy: y ← αx + y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Axpy writes=y
func Axpy(alpha float64, x, y, dx, dy blas64.Vector) (dalpha float64) {
	AxpyXY(alpha, x, y, dx, dy)
	return blas64.Dot(vector(dy, y), x)
}

// AxpyXY is [Axpy] for x and y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Axpy wrt=x,y
func AxpyXY(alpha float64, x, y, dx, dy blas64.Vector) {
	dx, dy = vector(dx, x), vector(dy, y)
	apart("Axpy", memoryOfVector(dy), memoryOfVector(dx))
	blas64.Axpy(alpha, dy, dx)
}

// AxpyJVP is the forward rule of blas64.Axpy.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Axpy mode=jvp
func AxpyJVP(alpha float64, x, y blas64.Vector, dalpha float64, dx, dy blas64.Vector) {
	dy = vector(dy, y)
	blas64.Axpy(alpha, vector(dx, x), dy)
	blas64.Axpy(dalpha, x, dy)
	blas64.Axpy(alpha, x, y)
}

// ScalX: x ← αx, for x.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Scal wrt=x
func ScalX(alpha float64, x, dx blas64.Vector) { blas64.Scal(alpha, vector(dx, x)) }

// ScalSaved is what [ScalForward] remembers.
type ScalSaved struct {
	Alpha float64
	X     blas64.Vector
}

// ScalForward is the forward half of the rule of blas64.Scal for α too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Scal writes=x
func ScalForward(alpha float64, x blas64.Vector) (saved ScalSaved) {
	saved = ScalSaved{alpha, cloneVector(x)}
	blas64.Scal(alpha, x)
	return saved
}

// ScalBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Scal
func ScalBackward(saved ScalSaved, dx blas64.Vector) (dalpha float64) {
	dx = vector(dx, saved.X)
	dalpha = blas64.Dot(dx, saved.X)
	blas64.Scal(saved.Alpha, dx)
	return dalpha
}

// ScalJVP is the forward rule of blas64.Scal.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Scal mode=jvp
func ScalJVP(alpha float64, x blas64.Vector, dalpha float64, dx blas64.Vector) {
	dx = vector(dx, x)
	blas64.Scal(alpha, dx)
	blas64.Axpy(dalpha, x, dx)
	blas64.Scal(alpha, x)
}
