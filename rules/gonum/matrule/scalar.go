package matrule

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Sum: y = Σ aᵢⱼ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Sum writes=none
func Sum(a mat.Matrix, y, dy float64, da mat.Matrix) {
	r, c := da.Dims()
	g := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			g.Set(i, j, dy)
		}
	}
	accumulate(da, g)
}

// SumJVP is the forward rule of mat.Sum.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Sum mode=jvp
func SumJVP(a, da mat.Matrix) (y, dy float64) { return mat.Sum(a), mat.Sum(da) }

// Trace: y = Σ aᵢᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Trace writes=none
func Trace(a mat.Matrix, y, dy float64, da mat.Matrix) {
	n, _ := da.Dims()
	accumulate(da, scaled(dy, identity(n)))
}

// TraceJVP is the forward rule of mat.Trace.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Trace mode=jvp
func TraceJVP(a, da mat.Matrix) (y, dy float64) { return mat.Trace(a), mat.Trace(da) }

// identity returns the identity of order n.
func identity(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 1)
	}
	return m
}

// Dot: y = aᵀb.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Dot writes=none
func Dot(a, b mat.Vector, y, dy float64, da, db mat.Vector) {
	accumulateVector(da, scaled(dy, column(b)))
	accumulateVector(db, scaled(dy, column(a)))
}

// DotJVP is the forward rule of mat.Dot.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Dot mode=jvp
func DotJVP(a, b, da, db mat.Vector) (y, dy float64) {
	return mat.Dot(a, b), mat.Dot(da, b) + mat.Dot(a, db)
}

// Inner: z = xᵀAy.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Inner writes=none
func Inner(x mat.Vector, a mat.Matrix, y mat.Vector, z, dz float64, dx mat.Vector, da mat.Matrix, dy mat.Vector) {
	u, v := scaled(dz, column(x)), column(y)
	accumulateVector(dx, scaled(dz, product(a, v)))
	accumulate(da, product(u, v.T()))
	accumulateVector(dy, product(a.T(), u))
}

// InnerJVP is the forward rule of mat.Inner.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Inner mode=jvp
func InnerJVP(x mat.Vector, a mat.Matrix, y mat.Vector, dx mat.Vector, da mat.Matrix, dy mat.Vector) (z, dz float64) {
	return mat.Inner(x, a, y), mat.Inner(dx, a, y) + mat.Inner(x, da, y) + mat.Inner(x, a, dy)
}

// Norm: y is the sum of the magnitudes of the elements in the column where it is largest, or the row where it is for norm = +Inf, or
// for norm = 2 the root of the sum of all squares. Of several columns or rows the first has the derivative. It is zero where y is.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Norm wrt=a writes=none
func Norm(a mat.Matrix, norm, y, dy float64, da mat.Matrix) {
	accumulate(da, scaled(dy, normPartials(mat.DenseCopyOf(a), norm, y)))
}

// NormJVP is the forward rule of mat.Norm.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Norm mode=jvp
func NormJVP(a mat.Matrix, norm float64, da mat.Matrix, dnorm float64) (y, dy float64) {
	y = mat.Norm(a, norm)
	return y, inner(normPartials(mat.DenseCopyOf(a), norm, y), da)
}

// normPartials returns the derivatives of the norm y of A with respect to its elements.
func normPartials(a *mat.Dense, norm, y float64) *mat.Dense {
	r, c := a.Dims()
	g := mat.NewDense(r, c, nil)
	switch {
	case y == 0:
	case norm == 2:
		return scaled(1/y, a)
	case norm == 1:
		j := largest(transposed(a))
		for i := range r {
			g.Set(i, j, sign(a.At(i, j)))
		}
	default:
		i := largest(a)
		for j := range c {
			g.Set(i, j, sign(a.At(i, j)))
		}
	}
	return g
}

// largest returns the first row of A with the largest sum of magnitudes, or the first whose sum is no number.
func largest(a *mat.Dense) int {
	r, c := a.Dims()
	first, most := 0, -1.0
	for i := range r {
		s := 0.0
		for j := range c {
			s += math.Abs(a.At(i, j))
		}
		if math.IsNaN(s) {
			return i
		}
		if s > most {
			first, most = i, s
		}
	}
	return first
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

// Det: y = det A, so Ā += ȳ times the cofactors of A, which are yA⁻ᵀ (Giles, section 2.2.4).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Det writes=none
func Det(a mat.Matrix, y, dy float64, da mat.Matrix) {
	accumulate(da, scaled(dy, cofactors(mat.DenseCopyOf(a), y)))
}

// DetJVP is the forward rule of mat.Det.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Det mode=jvp
func DetJVP(a, da mat.Matrix) (y, dy float64) {
	y = mat.Det(a)
	return y, inner(cofactors(mat.DenseCopyOf(a), y), da)
}

// cofactors returns the cofactors of A, whose determinant is given. Where it is zero they are determinants of what is left of A without
// a row and a column.
func cofactors(a *mat.Dense, det float64) *mat.Dense {
	if det != 0 {
		return scaled(det, inverseTransposed(a))
	}
	n, _ := a.Dims()
	c := identity(n)
	if n == 1 {
		return c
	}
	for i := range n {
		for j := range n {
			d := mat.Det(minor(a, i, j))
			if (i+j)%2 == 1 {
				d = -d
			}
			c.Set(i, j, d)
		}
	}
	return c
}

// minor returns A without row i and column j.
func minor(a *mat.Dense, i, j int) *mat.Dense {
	n, _ := a.Dims()
	m := mat.NewDense(n-1, n-1, nil)
	for r := range n - 1 {
		for c := range n - 1 {
			from, at := r, c
			if r >= i {
				from++
			}
			if c >= j {
				at++
			}
			m.Set(r, c, a.At(from, at))
		}
	}
	return m
}

// inverseTransposed returns A⁻ᵀ, of not-a-numbers where A is singular.
func inverseTransposed(a *mat.Dense) *mat.Dense {
	var m mat.Dense
	if err := m.Inverse(a.T()); Singular(err) {
		n, _ := a.Dims()
		return scaled(math.NaN(), identity(n))
	}
	return &m
}

// Singular reports whether an error says that a matrix is singular, and not only nearly so.
//
//godiff:nodiff
func Singular(err error) bool {
	c, ok := err.(mat.Condition)
	return ok && math.IsInf(float64(c), 1)
}

// LogDet: det = log |det A|, so Ā += A⁻ᵀ times its adjoint (Giles, section 2.2.4). Sign is constant.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.LogDet writes=none
func LogDet(a mat.Matrix, det, sign, ddet, dsign float64, da mat.Matrix) {
	accumulate(da, scaled(ddet, inverseTransposed(mat.DenseCopyOf(a))))
}

// LogDetJVP is the forward rule of mat.LogDet.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.LogDet mode=jvp
func LogDetJVP(a, da mat.Matrix) (det, sign, ddet, dsign float64) {
	det, sign = mat.LogDet(a)
	return det, sign, inner(inverseTransposed(mat.DenseCopyOf(a)), da), 0
}

// Max: y is the largest element of A, of several the first.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Max writes=none
func Max(a mat.Matrix, y, dy float64, da mat.Matrix) {
	accumulate(da, scaled(dy, attaining(mat.DenseCopyOf(a), y)))
}

// MaxJVP is the forward rule of mat.Max.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Max mode=jvp
func MaxJVP(a, da mat.Matrix) (y, dy float64) {
	y = mat.Max(a)
	return y, inner(attaining(mat.DenseCopyOf(a), y), da)
}

// Min: y is the smallest element of A, of several the first.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Min writes=none
func Min(a mat.Matrix, y, dy float64, da mat.Matrix) { Max(a, y, dy, da) }

// MinJVP is the forward rule of mat.Min.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Min mode=jvp
func MinJVP(a, da mat.Matrix) (y, dy float64) {
	y = mat.Min(a)
	return y, inner(attaining(mat.DenseCopyOf(a), y), da)
}

// attaining returns a matrix that is 1 where the first element of A is y, and 0 elsewhere.
func attaining(a *mat.Dense, y float64) *mat.Dense {
	r, c := a.Dims()
	g := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			if a.At(i, j) == y {
				g.Set(i, j, 1)
				return g
			}
		}
	}
	return g
}

// Equal has no derivative.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Equal writes=none
func Equal(a, b mat.Matrix, y bool, da, db mat.Matrix) {}

// EqualJVP is the forward rule of mat.Equal.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Equal mode=jvp
func EqualJVP(a, b, da, db mat.Matrix) (y bool) { return mat.Equal(a, b) }

// EqualApprox has no derivative.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.EqualApprox wrt=a,b writes=none
func EqualApprox(a, b mat.Matrix, epsilon float64, y bool, da, db mat.Matrix) {}

// EqualApproxJVP is the forward rule of mat.EqualApprox.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.EqualApprox mode=jvp
func EqualApproxJVP(a, b mat.Matrix, epsilon float64, da, db mat.Matrix, depsilon float64) (y bool) {
	return mat.EqualApprox(a, b, epsilon)
}
