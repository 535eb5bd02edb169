package matrule

import "gonum.org/v1/gonum/mat"

// DenseAdd: M = A + B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Add writes=m inplace=a,b
func DenseAdd(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	accumulate(da, g)
	accumulate(db, g)
}

// DenseAddJVP is the forward rule of (*mat.Dense).Add.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Add mode=jvp
func DenseAddJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	m.Add(a, b)
	assign(dm, sum(da, db))
}

// DenseSub: M = A − B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Sub writes=m inplace=a,b
func DenseSub(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	accumulate(da, g)
	accumulate(db, scaled(-1, g))
}

// DenseSubJVP is the forward rule of (*mat.Dense).Sub.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Sub mode=jvp
func DenseSubJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	m.Sub(a, b)
	assign(dm, difference(da, db))
}

// DenseScale: M = fA.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Scale writes=m inplace=a
func DenseScale(m *mat.Dense, f float64, a mat.Matrix, dm *mat.Dense, da mat.Matrix) (df float64) {
	g := taken(dm)
	accumulate(da, scaled(f, g))
	return inner(g, a)
}

// DenseScaleA is [DenseScale] for M and A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Scale wrt=m,a
func DenseScaleA(m *mat.Dense, f float64, a mat.Matrix, dm *mat.Dense, da mat.Matrix) {
	accumulate(da, scaled(f, taken(dm)))
}

// DenseScaleJVP is the forward rule of (*mat.Dense).Scale.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Scale mode=jvp
func DenseScaleJVP(m *mat.Dense, f float64, a mat.Matrix, dm *mat.Dense, df float64, da mat.Matrix) {
	old := kept(m, a)
	m.Scale(f, a)
	assign(dm, sum(scaled(f, da), scaled(df, old)))
}

// DenseMulElem: mᵢⱼ = aᵢⱼbᵢⱼ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).MulElem writes=m inplace=a,b
func DenseMulElem(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	accumulate(da, elementwise(g, b))
	accumulate(db, elementwise(g, a))
}

// DenseMulElemJVP is the forward rule of (*mat.Dense).MulElem.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).MulElem mode=jvp
func DenseMulElemJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	x, y := kept(m, a), kept(m, b)
	m.MulElem(a, b)
	assign(dm, sum(elementwise(da, y), elementwise(x, db)))
}

// DenseDivElem: mᵢⱼ = aᵢⱼ/bᵢⱼ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).DivElem writes=m inplace=a,b
func DenseDivElem(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := quotient(taken(dm), b)
	accumulate(da, g)
	accumulate(db, scaled(-1, elementwise(g, quotient(a, b))))
}

// DenseDivElemJVP is the forward rule of (*mat.Dense).DivElem.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).DivElem mode=jvp
func DenseDivElemJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	y := kept(m, b)
	m.DivElem(a, b)
	assign(dm, quotient(difference(da, elementwise(m, db)), y))
}

// DenseMul: M = AB, so Ā += M̄Bᵀ and B̄ += AᵀM̄ (Giles, section 2.2.2).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Mul writes=m inplace=a,b
func DenseMul(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	accumulate(da, product(g, b.T()))
	accumulate(db, product(a.T(), g))
}

// DenseMulA is [DenseMul] for M and A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Mul wrt=m,a
func DenseMulA(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da mat.Matrix) {
	accumulate(da, product(taken(dm), b.T()))
}

// DenseMulB is [DenseMul] for M and B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Mul wrt=m,b
func DenseMulB(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, db mat.Matrix) {
	accumulate(db, product(a.T(), taken(dm)))
}

// DenseMulJVP is the forward rule of (*mat.Dense).Mul.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Mul mode=jvp
func DenseMulJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	x, y := kept(m, a), kept(m, b)
	m.Mul(a, b)
	assign(dm, sum(product(da, y), product(x, db)))
}

// DenseOuter: M = αxyᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Outer writes=m
func DenseOuter(m *mat.Dense, alpha float64, x, y mat.Vector, dm *mat.Dense, dx, dy mat.Vector) (dalpha float64) {
	return outerBack(taken(dm), alpha, x, y, dx, dy)
}

// outerBack adds what the adjoint g of αxyᵀ contributes to those of x and y, and returns what it contributes to that of α.
func outerBack(g *mat.Dense, alpha float64, x, y, dx, dy mat.Vector) (dalpha float64) {
	u, v := column(x), column(y)
	gv := product(g, v)
	accumulateVector(dx, scaled(alpha, gv))
	accumulateVector(dy, scaled(alpha, product(g.T(), u)))
	return inner(u, gv)
}

// DenseOuterJVP is the forward rule of (*mat.Dense).Outer.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Outer mode=jvp
func DenseOuterJVP(m *mat.Dense, alpha float64, x, y mat.Vector, dm *mat.Dense, dalpha float64, dx, dy mat.Vector) {
	m.Outer(alpha, x, y)
	assign(dm, outerTangent(alpha, x, y, dalpha, dx, dy))
}

// outerTangent returns the tangent of αxyᵀ.
func outerTangent(alpha float64, x, y mat.Vector, dalpha float64, dx, dy mat.Vector) *mat.Dense {
	u, v := column(x), column(y)
	t := sum(product(column(dx), v.T()), product(u, column(dy).T()))
	return sum(scaled(alpha, t), scaled(dalpha, product(u, v.T())))
}

// DenseRankOne: M = A + αxyᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RankOne writes=m inplace=a
func DenseRankOne(m *mat.Dense, a mat.Matrix, alpha float64, x, y mat.Vector, dm *mat.Dense, da mat.Matrix, dx, dy mat.Vector) (dalpha float64) {
	g := taken(dm)
	accumulate(da, g)
	return outerBack(g, alpha, x, y, dx, dy)
}

// DenseRankOneJVP is the forward rule of (*mat.Dense).RankOne.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RankOne mode=jvp
func DenseRankOneJVP(m *mat.Dense, a mat.Matrix, alpha float64, x, y mat.Vector, dm *mat.Dense, da mat.Matrix, dalpha float64, dx, dy mat.Vector) {
	m.RankOne(a, alpha, x, y)
	assign(dm, sum(da, outerTangent(alpha, x, y, dalpha, dx, dy)))
}

// DenseProduct: M = A₁A₂…, so that the adjoint of each factor is that of M between the transposes of what is on either side of it.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Product writes=m
func DenseProduct(m *mat.Dense, factors []mat.Matrix, dm *mat.Dense, dfactors []mat.Matrix) {
	g := taken(dm) // without what is on the left of factor i
	for i := range factors {
		right := g
		for j := len(factors) - 1; j > i; j-- {
			right = product(right, factors[j].T())
		}
		accumulate(dfactors[i], right)
		g = product(factors[i].T(), g)
	}
}

// DenseProductJVP is the forward rule of (*mat.Dense).Product.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Product mode=jvp
func DenseProductJVP(m *mat.Dense, factors []mat.Matrix, dm *mat.Dense, dfactors []mat.Matrix) {
	var y, dy *mat.Dense
	for i, f := range factors {
		if i == 0 {
			y, dy = mat.DenseCopyOf(f), mat.DenseCopyOf(dfactors[i])
			continue
		}
		dy = sum(product(dy, f), product(y, dfactors[i]))
		y = product(y, f)
	}
	m.Product(factors...)
	if dy != nil {
		assign(dm, dy)
	}
}

// DenseZero: M = 0.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Zero sets=m
func DenseZero(m, dm *mat.Dense) { dm.Zero() }

// DenseZeroJVP is the forward rule of (*mat.Dense).Zero.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Zero mode=jvp
func DenseZeroJVP(m, dm *mat.Dense) {
	m.Zero()
	dm.Zero()
}

// DenseReset: M is empty, and so is its shadow.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Reset writes=m
func DenseReset(m, dm *mat.Dense) {}

// DenseResetJVP is the forward rule of (*mat.Dense).Reset.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Reset mode=jvp
func DenseResetJVP(m, dm *mat.Dense) {
	m.Reset()
	dm.Reset()
}

// DenseReuseAs: M = 0, where M was empty.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).ReuseAs writes=m
func DenseReuseAs(m *mat.Dense, r, c int, dm *mat.Dense) { dm.Zero() }

// DenseReuseAsJVP is the forward rule of (*mat.Dense).ReuseAs.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).ReuseAs mode=jvp
func DenseReuseAsJVP(m *mat.Dense, r, c int, dm *mat.Dense) {
	m.ReuseAs(r, c)
	dm.ReuseAs(r, c)
}

// DenseCloneFrom: M = A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).CloneFrom writes=m
func DenseCloneFrom(m *mat.Dense, a mat.Matrix, dm *mat.Dense, da mat.Matrix) {
	accumulate(da, taken(dm))
}

// DenseCloneFromJVP is the forward rule of (*mat.Dense).CloneFrom.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).CloneFrom mode=jvp
func DenseCloneFromJVP(m *mat.Dense, a mat.Matrix, dm *mat.Dense, da mat.Matrix) {
	m.CloneFrom(a)
	dm.CloneFrom(da)
}

// DenseCopy: the first r rows of the first c columns of M are those of A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Copy sets=m
func DenseCopy(m *mat.Dense, a mat.Matrix, r, c int, dm *mat.Dense, da mat.Matrix) {
	if r == 0 || c == 0 {
		return
	}
	rows, cols := da.Dims()
	g := mat.NewDense(rows, cols, nil)
	for i := range r {
		for j := range c {
			g.Set(i, j, dm.At(i, j))
			dm.Set(i, j, 0)
		}
	}
	accumulate(da, g)
}

// DenseCopyJVP is the forward rule of (*mat.Dense).Copy.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Copy mode=jvp
func DenseCopyJVP(m *mat.Dense, a mat.Matrix, dm *mat.Dense, da mat.Matrix) (r, c int) {
	dm.Copy(da)
	return m.Copy(a)
}

// DenseSetRow: row i of M is src.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).SetRow sets=m
func DenseSetRow(m *mat.Dense, i int, src []float64, dm *mat.Dense, dsrc []float64) {
	for j := range dsrc {
		dsrc[j] += dm.At(i, j)
		dm.Set(i, j, 0)
	}
}

// DenseSetRowJVP is the forward rule of (*mat.Dense).SetRow.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).SetRow mode=jvp
func DenseSetRowJVP(m *mat.Dense, i int, src []float64, dm *mat.Dense, dsrc []float64) {
	m.SetRow(i, src)
	dm.SetRow(i, dsrc)
}

// DenseSetCol: column j of M is src.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).SetCol sets=m
func DenseSetCol(m *mat.Dense, j int, src []float64, dm *mat.Dense, dsrc []float64) {
	for i := range dsrc {
		dsrc[i] += dm.At(i, j)
		dm.Set(i, j, 0)
	}
}

// DenseSetColJVP is the forward rule of (*mat.Dense).SetCol.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).SetCol mode=jvp
func DenseSetColJVP(m *mat.Dense, j int, src []float64, dm *mat.Dense, dsrc []float64) {
	m.SetCol(j, src)
	dm.SetCol(j, dsrc)
}

// DenseTrace: y = Σ mᵢᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Trace writes=none
func DenseTrace(m *mat.Dense, y, dy float64, dm *mat.Dense) {
	n, _ := dm.Dims()
	for i := range n {
		dm.Set(i, i, dm.At(i, i)+dy)
	}
}

// DenseTraceJVP is the forward rule of (*mat.Dense).Trace.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Trace mode=jvp
func DenseTraceJVP(m, dm *mat.Dense) (y, dy float64) { return m.Trace(), dm.Trace() }

// DenseNorm is [Norm] for a Dense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Norm wrt=m writes=none
func DenseNorm(m *mat.Dense, norm, y, dy float64, dm *mat.Dense) { Norm(m, norm, y, dy, dm) }

// DenseNormJVP is the forward rule of (*mat.Dense).Norm.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Norm mode=jvp
func DenseNormJVP(m *mat.Dense, norm float64, dm *mat.Dense, dnorm float64) (y, dy float64) {
	return NormJVP(m, norm, dm, dnorm)
}

// DenseStack: M is A over B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Stack writes=m
func DenseStack(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	r, c := g.Dims()
	ra, _ := da.Dims()
	accumulate(da, mat.DenseCopyOf(g.Slice(0, ra, 0, c)))
	accumulate(db, mat.DenseCopyOf(g.Slice(ra, r, 0, c)))
}

// DenseStackJVP is the forward rule of (*mat.Dense).Stack.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Stack mode=jvp
func DenseStackJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	m.Stack(a, b)
	var t mat.Dense
	t.Stack(da, db)
	assign(dm, &t)
}

// DenseAugment: M is A with B on its right.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Augment writes=m
func DenseAugment(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	g := taken(dm)
	r, c := g.Dims()
	_, ca := da.Dims()
	accumulate(da, mat.DenseCopyOf(g.Slice(0, r, 0, ca)))
	accumulate(db, mat.DenseCopyOf(g.Slice(0, r, ca, c)))
}

// DenseAugmentJVP is the forward rule of (*mat.Dense).Augment.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Augment mode=jvp
func DenseAugmentJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) {
	m.Augment(a, b)
	var t mat.Dense
	t.Augment(da, db)
	assign(dm, &t)
}
