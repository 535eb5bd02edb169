package blas32rule

import "gonum.org/v1/gonum/blas/blas32"

// DDot: y = Σ xᵢyᵢ, summed in float64.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.DDot writes=none
func DDot(x, y blas32.Vector, out, dout float64, dx, dy blas32.Vector) {
	accumulate(dout, y, vector(dx, x))
	accumulate(dout, x, vector(dy, y))
}

// DDotJVP is the forward rule of blas32.DDot.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.DDot mode=jvp
func DDotJVP(x, y, dx, dy blas32.Vector) (out, dout float64) {
	return blas32.DDot(x, y), blas32.DDot(vector(dx, x), y) + blas32.DDot(x, vector(dy, y))
}

// SDDot: y = α + Σ xᵢyᵢ, summed in float64.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.SDDot writes=none
func SDDot(alpha float32, x, y blas32.Vector, out, dout float32, dx, dy blas32.Vector) (dalpha float32) {
	Dot(x, y, out, dout, dx, dy)
	return dout
}

// SDDotJVP is the forward rule of blas32.SDDot.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas32.SDDot mode=jvp
func SDDotJVP(alpha float32, x, y blas32.Vector, dalpha float32, dx, dy blas32.Vector) (out, dout float32) {
	return blas32.SDDot(alpha, x, y), float32(float64(dalpha) + blas32.DDot(vector(dx, x), y) + blas32.DDot(x, vector(dy, y)))
}

// accumulate: y ← y + αx, each element rounded once.
func accumulate(alpha float64, x, y blas32.Vector) {
	from, to := start(x), start(y)
	for i := range x.N {
		e := &y.Data[to+i*y.Inc]
		*e = float32(float64(*e) + alpha*float64(x.Data[from+i*x.Inc]))
	}
}
