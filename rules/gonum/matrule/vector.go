package matrule

import "gonum.org/v1/gonum/mat"

// VecDenseAddVec: v = a + b.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AddVec writes=v inplace=a,b
func VecDenseAddVec(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	g := takenVector(dv)
	accumulateVector(da, g)
	accumulateVector(db, g)
}

// VecDenseAddVecJVP is the forward rule of (*mat.VecDense).AddVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AddVec mode=jvp
func VecDenseAddVecJVP(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	v.AddVec(a, b)
	assignVector(dv, sum(column(da), column(db)))
}

// VecDenseSubVec: v = a − b.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SubVec writes=v inplace=a,b
func VecDenseSubVec(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	g := takenVector(dv)
	accumulateVector(da, g)
	accumulateVector(db, scaled(-1, g))
}

// VecDenseSubVecJVP is the forward rule of (*mat.VecDense).SubVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SubVec mode=jvp
func VecDenseSubVecJVP(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	v.SubVec(a, b)
	assignVector(dv, difference(column(da), column(db)))
}

// VecDenseScaleVec: v = αa.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).ScaleVec writes=v inplace=a
func VecDenseScaleVec(v *mat.VecDense, alpha float64, a mat.Vector, dv *mat.VecDense, da mat.Vector) (dalpha float64) {
	g := takenVector(dv)
	accumulateVector(da, scaled(alpha, g))
	return inner(g, column(a))
}

// VecDenseScaleVecA is [VecDenseScaleVec] for v and a.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).ScaleVec wrt=v,a
func VecDenseScaleVecA(v *mat.VecDense, alpha float64, a mat.Vector, dv *mat.VecDense, da mat.Vector) {
	accumulateVector(da, scaled(alpha, takenVector(dv)))
}

// VecDenseScaleVecJVP is the forward rule of (*mat.VecDense).ScaleVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).ScaleVec mode=jvp
func VecDenseScaleVecJVP(v *mat.VecDense, alpha float64, a mat.Vector, dv *mat.VecDense, dalpha float64, da mat.Vector) {
	old := column(a)
	v.ScaleVec(alpha, a)
	assignVector(dv, sum(scaled(alpha, column(da)), scaled(dalpha, old)))
}

// VecDenseAddScaledVec: v = a + αb.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AddScaledVec writes=v inplace=a,b
func VecDenseAddScaledVec(v *mat.VecDense, a mat.Vector, alpha float64, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) (dalpha float64) {
	g := takenVector(dv)
	accumulateVector(da, g)
	accumulateVector(db, scaled(alpha, g))
	return inner(g, column(b))
}

// VecDenseAddScaledVecAB is [VecDenseAddScaledVec] for v, a and b.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AddScaledVec wrt=v,a,b
func VecDenseAddScaledVecAB(v *mat.VecDense, a mat.Vector, alpha float64, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	g := takenVector(dv)
	accumulateVector(da, g)
	accumulateVector(db, scaled(alpha, g))
}

// VecDenseAddScaledVecJVP is the forward rule of (*mat.VecDense).AddScaledVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AddScaledVec mode=jvp
func VecDenseAddScaledVecJVP(v *mat.VecDense, a mat.Vector, alpha float64, b mat.Vector, dv *mat.VecDense, da mat.Vector, dalpha float64, db mat.Vector) {
	t := sum(column(da), sum(scaled(alpha, column(db)), scaled(dalpha, column(b))))
	v.AddScaledVec(a, alpha, b)
	assignVector(dv, t)
}

// VecDenseMulElemVec: vᵢ = aᵢbᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulElemVec writes=v inplace=a,b
func VecDenseMulElemVec(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	g := takenVector(dv)
	accumulateVector(da, elementwise(g, column(b)))
	accumulateVector(db, elementwise(g, column(a)))
}

// VecDenseMulElemVecJVP is the forward rule of (*mat.VecDense).MulElemVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulElemVec mode=jvp
func VecDenseMulElemVecJVP(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	x, y := column(a), column(b)
	v.MulElemVec(a, b)
	assignVector(dv, sum(elementwise(column(da), y), elementwise(x, column(db))))
}

// VecDenseDivElemVec: vᵢ = aᵢ/bᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).DivElemVec writes=v inplace=a,b
func VecDenseDivElemVec(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	y := column(b)
	g := quotient(takenVector(dv), y)
	accumulateVector(da, g)
	accumulateVector(db, scaled(-1, elementwise(g, quotient(column(a), y))))
}

// VecDenseDivElemVecJVP is the forward rule of (*mat.VecDense).DivElemVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).DivElemVec mode=jvp
func VecDenseDivElemVecJVP(v *mat.VecDense, a, b mat.Vector, dv *mat.VecDense, da, db mat.Vector) {
	y := column(b)
	v.DivElemVec(a, b)
	assignVector(dv, quotient(difference(column(da), elementwise(column(v), column(db))), y))
}

// VecDenseMulVec: v = Ab.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulVec writes=v inplace=b
func VecDenseMulVec(v *mat.VecDense, a mat.Matrix, b mat.Vector, dv *mat.VecDense, da mat.Matrix, db mat.Vector) {
	g := takenVector(dv)
	accumulate(da, product(g, column(b).T()))
	accumulateVector(db, product(a.T(), g))
}

// VecDenseMulVecA is [VecDenseMulVec] for v and A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulVec wrt=v,a
func VecDenseMulVecA(v *mat.VecDense, a mat.Matrix, b mat.Vector, dv *mat.VecDense, da mat.Matrix) {
	accumulate(da, product(takenVector(dv), column(b).T()))
}

// VecDenseMulVecB is [VecDenseMulVec] for v and b.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulVec wrt=v,b
func VecDenseMulVecB(v *mat.VecDense, a mat.Matrix, b mat.Vector, dv *mat.VecDense, db mat.Vector) {
	accumulateVector(db, product(a.T(), takenVector(dv)))
}

// VecDenseMulVecJVP is the forward rule of (*mat.VecDense).MulVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).MulVec mode=jvp
func VecDenseMulVecJVP(v *mat.VecDense, a mat.Matrix, b mat.Vector, dv *mat.VecDense, da mat.Matrix, db mat.Vector) {
	x, y := kept(v, a), column(b)
	v.MulVec(a, b)
	assignVector(dv, sum(product(da, y), product(x, column(db))))
}

// VecDenseZero: v = 0.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Zero sets=v
func VecDenseZero(v, dv *mat.VecDense) { dv.Zero() }

// VecDenseZeroJVP is the forward rule of (*mat.VecDense).Zero.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Zero mode=jvp
func VecDenseZeroJVP(v, dv *mat.VecDense) {
	v.Zero()
	dv.Zero()
}

// VecDenseReset: v is empty, and so is its shadow.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Reset writes=v
func VecDenseReset(v, dv *mat.VecDense) {}

// VecDenseResetJVP is the forward rule of (*mat.VecDense).Reset.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Reset mode=jvp
func VecDenseResetJVP(v, dv *mat.VecDense) {
	v.Reset()
	dv.Reset()
}

// VecDenseReuseAsVec: v = 0, where v was empty.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).ReuseAsVec writes=v
func VecDenseReuseAsVec(v *mat.VecDense, n int, dv *mat.VecDense) { dv.Zero() }

// VecDenseReuseAsVecJVP is the forward rule of (*mat.VecDense).ReuseAsVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).ReuseAsVec mode=jvp
func VecDenseReuseAsVecJVP(v *mat.VecDense, n int, dv *mat.VecDense) {
	v.ReuseAsVec(n)
	dv.ReuseAsVec(n)
}

// VecDenseCloneFromVec: v = a.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).CloneFromVec writes=v
func VecDenseCloneFromVec(v *mat.VecDense, a mat.Vector, dv *mat.VecDense, da mat.Vector) {
	accumulateVector(da, takenVector(dv))
}

// VecDenseCloneFromVecJVP is the forward rule of (*mat.VecDense).CloneFromVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).CloneFromVec mode=jvp
func VecDenseCloneFromVecJVP(v *mat.VecDense, a mat.Vector, dv *mat.VecDense, da mat.Vector) {
	v.CloneFromVec(a)
	dv.CloneFromVec(da)
}

// VecDenseCopyVec: the first n elements of v are those of a.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).CopyVec sets=v
func VecDenseCopyVec(v *mat.VecDense, a mat.Vector, n int, dv *mat.VecDense, da mat.Vector) {
	if n == 0 {
		return
	}
	g := mat.NewDense(da.Len(), 1, nil)
	for i := range n {
		g.Set(i, 0, dv.AtVec(i))
		dv.SetVec(i, 0)
	}
	accumulateVector(da, g)
}

// VecDenseCopyVecJVP is the forward rule of (*mat.VecDense).CopyVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).CopyVec mode=jvp
func VecDenseCopyVecJVP(v *mat.VecDense, a mat.Vector, dv *mat.VecDense, da mat.Vector) (n int) {
	dv.CopyVec(da)
	return v.CopyVec(a)
}

// VecDenseNorm is [Norm] for a VecDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Norm wrt=v writes=none
func VecDenseNorm(v *mat.VecDense, norm, y, dy float64, dv *mat.VecDense) { Norm(v, norm, y, dy, dv) }

// VecDenseNormJVP is the forward rule of (*mat.VecDense).Norm.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).Norm mode=jvp
func VecDenseNormJVP(v *mat.VecDense, norm float64, dv *mat.VecDense, dnorm float64) (y, dy float64) {
	return NormJVP(v, norm, dv, dnorm)
}
