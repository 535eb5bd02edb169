package matrule

import "gonum.org/v1/gonum/mat"

// ShadowLU returns a shadow of zeros.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.LU
func ShadowLU(lu *mat.LU) *mat.LU {
	d := new(mat.LU)
	r, c := lu.Dims()
	shadowAs(d, "lu", r, c)
	return d
}

// AddLU adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.LU
func AddLU(dst, src *mat.LU) { addShadow(dst, src, "lu") }

// addToLU adds the adjoint g of A to a shadow.
func addToLU(d *mat.LU, g *mat.Dense) {
	a := adjointIn(d, "lu")
	a.Add(a, g)
}

// LUFactorize gives A what its factorization has.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).Factorize writes=lu
func LUFactorize(lu *mat.LU, a mat.Matrix, dlu *mat.LU, da mat.Matrix) {
	accumulate(da, taken(adjointIn(dlu, "lu")))
}

// LUFactorizeJVP is the forward rule of (*mat.LU).Factorize.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).Factorize mode=jvp
func LUFactorizeJVP(lu *mat.LU, a mat.Matrix, dlu *mat.LU, da mat.Matrix) {
	lu.Factorize(a)
	*dlu = *ShadowLU(lu)
	addToLU(dlu, mat.DenseCopyOf(da))
}

// factoredLU returns PLU.
func factoredLU(lu *mat.LU) *mat.Dense {
	var l, u mat.TriDense
	lu.LTo(&l)
	lu.UTo(&u)
	a := product(&l, &u)
	a.PermuteRows(lu.RowPivots(nil), false)
	return a
}

// LUSolveTo: AX = B, so with W = A⁻ᵀX̄, B̄ += W and Ā −= WXᵀ, or with Aᵀ for A (Giles, section 2.2.3).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).SolveTo writes=dst
func LUSolveTo(lu *mat.LU, dst *mat.Dense, trans bool, b mat.Matrix, err error, dlu *mat.LU, ddst *mat.Dense, db mat.Matrix) {
	accumulate(db, luBack(lu, dst, trans, taken(ddst), dlu))
}

// LUSolveToJVP is the forward rule of (*mat.LU).SolveTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).SolveTo mode=jvp
func LUSolveToJVP(lu *mat.LU, dst *mat.Dense, trans bool, b mat.Matrix, dlu *mat.LU, ddst *mat.Dense, db mat.Matrix) error {
	err := lu.SolveTo(dst, trans, b)
	assign(ddst, luTangent(lu, dst, trans, dlu, db))
	return err
}

// LUSolveVecTo is [LUSolveTo] for vectors.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).SolveVecTo writes=dst
func LUSolveVecTo(lu *mat.LU, dst *mat.VecDense, trans bool, b mat.Vector, err error, dlu *mat.LU, ddst *mat.VecDense, db mat.Vector) {
	accumulateVector(db, luBack(lu, dst, trans, takenVector(ddst), dlu))
}

// LUSolveVecToJVP is the forward rule of (*mat.LU).SolveVecTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).SolveVecTo mode=jvp
func LUSolveVecToJVP(lu *mat.LU, dst *mat.VecDense, trans bool, b mat.Vector, dlu *mat.LU, ddst *mat.VecDense, db mat.Vector) error {
	err := lu.SolveVecTo(dst, trans, b)
	assignVector(ddst, luTangent(lu, dst, trans, dlu, column(db)))
	return err
}

// luBack adds what the adjoint g of a solution x contributes to that of A, and returns that of the right side.
func luBack(lu *mat.LU, x mat.Matrix, trans bool, g *mat.Dense, dlu *mat.LU) *mat.Dense {
	w := luSolution(lu, !trans, g)
	if trans {
		addToLU(dlu, scaled(-1, product(x, w.T())))
	} else {
		addToLU(dlu, scaled(-1, product(w, x.T())))
	}
	return w
}

// luTangent returns the tangent of a solution x.
func luTangent(lu *mat.LU, x mat.Matrix, trans bool, dlu *mat.LU, db mat.Matrix) *mat.Dense {
	da := mat.Matrix(adjointIn(dlu, "lu"))
	if trans {
		da = da.T()
	}
	return luSolution(lu, trans, difference(db, product(da, x)))
}

// luSolution returns A⁻¹B, or A⁻ᵀB, or zeros where A is singular.
func luSolution(lu *mat.LU, trans bool, b mat.Matrix) *mat.Dense {
	var x mat.Dense
	if err := lu.SolveTo(&x, trans, b); Singular(err) && x.IsEmpty() {
		x.ReuseAs(b.Dims())
	}
	return &x
}

// LUDet is [Det] for a factorization.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).Det writes=none
func LUDet(lu *mat.LU, y, dy float64, dlu *mat.LU) {
	addToLU(dlu, scaled(dy, cofactors(factoredLU(lu), y)))
}

// LUDetJVP is the forward rule of (*mat.LU).Det.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).Det mode=jvp
func LUDetJVP(lu, dlu *mat.LU) (y, dy float64) {
	y = lu.Det()
	return y, inner(cofactors(factoredLU(lu), y), adjointIn(dlu, "lu"))
}

// LULogDet is [LogDet] for a factorization.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).LogDet writes=none
func LULogDet(lu *mat.LU, det, sign, ddet, dsign float64, dlu *mat.LU) {
	n, _ := lu.Dims()
	addToLU(dlu, luSolution(lu, true, scaled(ddet, identity(n))))
}

// LULogDetJVP is the forward rule of (*mat.LU).LogDet.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*LU).LogDet mode=jvp
func LULogDetJVP(lu, dlu *mat.LU) (det, sign, ddet, dsign float64) {
	det, sign = lu.LogDet()
	return det, sign, mat.Trace(luSolution(lu, false, adjointIn(dlu, "lu"))), 0
}
