package matrule

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// ShadowCholesky returns a shadow of zeros for the factorization of a matrix A = UᵀU. Where c has U, it has the adjoint of A.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.Cholesky
func ShadowCholesky(c *mat.Cholesky) *mat.Cholesky {
	d := new(mat.Cholesky)
	if c.IsEmpty() {
		return d
	}
	n := c.SymmetricDim()
	u := mat.NewTriDense(n, mat.Upper, nil)
	for i := range n {
		u.SetTri(i, i, 1)
	}
	d.SetFromU(u)
	held(d).Zero()
	return d
}

// held returns what a shadow of a factorization holds.
func held(d *mat.Cholesky) *mat.TriDense { return d.RawU().(*mat.TriDense) }

// AddCholesky adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.Cholesky
func AddCholesky(dst, src *mat.Cholesky) {
	if !src.IsEmpty() {
		AddTriDense(held(dst), held(src))
	}
}

// addToCholesky adds to a shadow the adjoint g of the elements of A, each on its own.
func addToCholesky(d *mat.Cholesky, g *mat.Dense) {
	t := sum(g, g.T())
	n, _ := t.Dims()
	for i := range n {
		t.Set(i, i, g.At(i, i))
	}
	addTriangle(held(d), t)
}

// choleskyTangent returns the tangent of A.
func choleskyTangent(d *mat.Cholesky) *mat.Dense {
	t := mat.DenseCopyOf(held(d))
	n, _ := t.Dims()
	for i := range n {
		for j := range i {
			t.Set(i, j, t.At(j, i))
		}
	}
	return t
}

// CholeskyFactorize gives A what its factorization has.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).Factorize writes=c
func CholeskyFactorize(c *mat.Cholesky, a mat.Symmetric, ok bool, dc *mat.Cholesky, da mat.Symmetric) {
	if ok {
		accumulate(da, mat.DenseCopyOf(held(dc)))
		held(dc).Zero()
	}
}

// CholeskyFactorizeJVP is the forward rule of (*mat.Cholesky).Factorize.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).Factorize mode=jvp
func CholeskyFactorizeJVP(c *mat.Cholesky, a mat.Symmetric, dc *mat.Cholesky, da mat.Symmetric) (ok bool) {
	ok = c.Factorize(a)
	*dc = *ShadowCholesky(c)
	if ok {
		addTriangle(held(dc), mat.DenseCopyOf(da))
	}
	return ok
}

// CholeskySolveTo: AX = B, so with W = A⁻¹X̄, B̄ += W and Ā −= WXᵀ (Giles, section 2.2.3).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).SolveTo writes=dst
func CholeskySolveTo(c *mat.Cholesky, dst *mat.Dense, b mat.Matrix, err error, dc *mat.Cholesky, ddst *mat.Dense, db mat.Matrix) {
	w := choleskySolution(c, taken(ddst))
	accumulate(db, w)
	addToCholesky(dc, scaled(-1, product(w, dst.T())))
}

// CholeskySolveToJVP is the forward rule of (*mat.Cholesky).SolveTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).SolveTo mode=jvp
func CholeskySolveToJVP(c *mat.Cholesky, dst *mat.Dense, b mat.Matrix, dc *mat.Cholesky, ddst *mat.Dense, db mat.Matrix) error {
	err := c.SolveTo(dst, b)
	assign(ddst, choleskySolution(c, difference(db, product(choleskyTangent(dc), dst))))
	return err
}

// CholeskySolveVecTo is [CholeskySolveTo] for vectors.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).SolveVecTo writes=dst
func CholeskySolveVecTo(c *mat.Cholesky, dst *mat.VecDense, b mat.Vector, err error, dc *mat.Cholesky, ddst *mat.VecDense, db mat.Vector) {
	w := choleskySolution(c, takenVector(ddst))
	accumulateVector(db, w)
	addToCholesky(dc, scaled(-1, product(w, dst.T())))
}

// CholeskySolveVecToJVP is the forward rule of (*mat.Cholesky).SolveVecTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).SolveVecTo mode=jvp
func CholeskySolveVecToJVP(c *mat.Cholesky, dst *mat.VecDense, b mat.Vector, dc *mat.Cholesky, ddst *mat.VecDense, db mat.Vector) error {
	err := c.SolveVecTo(dst, b)
	assignVector(ddst, choleskySolution(c, difference(column(db), product(choleskyTangent(dc), dst))))
	return err
}

// choleskySolution returns A⁻¹B.
func choleskySolution(c *mat.Cholesky, b mat.Matrix) *mat.Dense {
	var x mat.Dense
	_ = c.SolveTo(&x, b) // that A is nearly singular F knows already
	return &x
}

// CholeskyLogDet: y = log det A, so Ā += ȳA⁻¹ (Giles, section 2.2.4).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).LogDet writes=none
func CholeskyLogDet(c *mat.Cholesky, y, dy float64, dc *mat.Cholesky) {
	addToCholesky(dc, choleskySolution(c, scaled(dy, identity(c.SymmetricDim()))))
}

// CholeskyLogDetJVP is the forward rule of (*mat.Cholesky).LogDet.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).LogDet mode=jvp
func CholeskyLogDetJVP(c, dc *mat.Cholesky) (y, dy float64) {
	return c.LogDet(), mat.Trace(choleskySolution(c, choleskyTangent(dc)))
}

// CholeskyDet: y = det A, so Ā += ȳyA⁻¹ (Giles, section 2.2.4).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).Det writes=none
func CholeskyDet(c *mat.Cholesky, y, dy float64, dc *mat.Cholesky) {
	CholeskyLogDet(c, math.Log(y), dy*y, dc)
}

// CholeskyDetJVP is the forward rule of (*mat.Cholesky).Det.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).Det mode=jvp
func CholeskyDetJVP(c, dc *mat.Cholesky) (y, dy float64) {
	y = c.Det()
	_, dlog := CholeskyLogDetJVP(c, dc)
	return y, y * dlog
}

// CholeskyInverseTo: S = A⁻¹, so Ā −= SS̄S (Giles, section 2.2.3).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).InverseTo writes=dst
func CholeskyInverseTo(c *mat.Cholesky, dst *mat.SymDense, err error, dc *mat.Cholesky, ddst *mat.SymDense) {
	g := takenSymmetric(ddst)
	addToCholesky(dc, scaled(-1, product(dst, product(g, dst))))
}

// CholeskyInverseToJVP is the forward rule of (*mat.Cholesky).InverseTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).InverseTo mode=jvp
func CholeskyInverseToJVP(c *mat.Cholesky, dst *mat.SymDense, dc *mat.Cholesky, ddst *mat.SymDense) error {
	err := c.InverseTo(dst)
	assignSymmetric(ddst, scaled(-1, product(dst, product(choleskyTangent(dc), dst))))
	return err
}

// CholeskyLTo: A = LLᵀ, so Ā += L⁻ᵀΦ(LᵀL̄)L⁻¹, where Φ takes the lower triangle with half of the diagonal (Murray, "Differentiation of
// the Cholesky decomposition", 2016, equation 10).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).LTo writes=dst
func CholeskyLTo(c *mat.Cholesky, dst *mat.TriDense, dc *mat.Cholesky, ddst *mat.TriDense) {
	g := mat.DenseCopyOf(ddst)
	ddst.Zero()
	addToCholesky(dc, lowerBack(mat.DenseCopyOf(dst), g))
}

// CholeskyLToJVP is the forward rule of (*mat.Cholesky).LTo: L̇ = LΦ(L⁻¹ȦL⁻ᵀ) (Murray, equation 8).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).LTo mode=jvp
func CholeskyLToJVP(c *mat.Cholesky, dst *mat.TriDense, dc *mat.Cholesky, ddst *mat.TriDense) {
	c.LTo(dst)
	assignTriangle(ddst, mat.Lower, lowerTangent(mat.DenseCopyOf(dst), choleskyTangent(dc)))
}

// CholeskyUTo is [CholeskyLTo] for U = Lᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).UTo writes=dst
func CholeskyUTo(c *mat.Cholesky, dst *mat.TriDense, dc *mat.Cholesky, ddst *mat.TriDense) {
	g := mat.DenseCopyOf(ddst.T())
	ddst.Zero()
	addToCholesky(dc, lowerBack(mat.DenseCopyOf(dst.T()), g))
}

// CholeskyUToJVP is the forward rule of (*mat.Cholesky).UTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Cholesky).UTo mode=jvp
func CholeskyUToJVP(c *mat.Cholesky, dst *mat.TriDense, dc *mat.Cholesky, ddst *mat.TriDense) {
	c.UTo(dst)
	assignTriangle(ddst, mat.Upper, transposed(lowerTangent(mat.DenseCopyOf(dst.T()), choleskyTangent(dc))))
}

// lowerBack returns the adjoint of A = LLᵀ that comes of the adjoint g of L.
func lowerBack(l, g *mat.Dense) *mat.Dense {
	p := halfLower(product(l.T(), g))
	return transposed(solution(l.T(), transposed(solution(l.T(), p))))
}

// lowerTangent returns the tangent of L.
func lowerTangent(l, da *mat.Dense) *mat.Dense {
	return product(l, halfLower(solution(l, transposed(solution(l, da)))))
}

// halfLower returns the lower triangle of A with half of the diagonal.
func halfLower(a *mat.Dense) *mat.Dense {
	n, _ := a.Dims()
	p := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range i {
			p.Set(i, j, a.At(i, j))
		}
		p.Set(i, i, a.At(i, i)/2)
	}
	return p
}

// assignTriangle sets the tangent of a triangle to that of T, and gives it memory where it has none.
func assignTriangle(tangent *mat.TriDense, kind mat.TriKind, t *mat.Dense) {
	if tangent.IsEmpty() {
		n, _ := t.Dims()
		tangent.ReuseAsTri(n, kind)
	}
	tangent.Zero()
	addTriangle(tangent, t)
}
