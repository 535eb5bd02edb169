package matrule

import "gonum.org/v1/gonum/mat"

// SymDenseAddSym: S = A + B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).AddSym writes=s inplace=a,b
func SymDenseAddSym(s *mat.SymDense, a, b mat.Symmetric, ds *mat.SymDense, da, db mat.Symmetric) {
	g := takenSymmetric(ds)
	accumulate(da, g)
	accumulate(db, g)
}

// SymDenseAddSymJVP is the forward rule of (*mat.SymDense).AddSym.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).AddSym mode=jvp
func SymDenseAddSymJVP(s *mat.SymDense, a, b mat.Symmetric, ds *mat.SymDense, da, db mat.Symmetric) {
	s.AddSym(a, b)
	assignSymmetric(ds, sum(da, db))
}

// SymDenseScaleSym: S = fA.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).ScaleSym writes=s inplace=a
func SymDenseScaleSym(s *mat.SymDense, f float64, a mat.Symmetric, ds *mat.SymDense, da mat.Symmetric) (df float64) {
	g := takenSymmetric(ds)
	accumulate(da, scaled(f, g))
	return inner(g, a)
}

// SymDenseScaleSymA is [SymDenseScaleSym] for S and A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).ScaleSym wrt=s,a
func SymDenseScaleSymA(s *mat.SymDense, f float64, a mat.Symmetric, ds *mat.SymDense, da mat.Symmetric) {
	accumulate(da, scaled(f, takenSymmetric(ds)))
}

// SymDenseScaleSymJVP is the forward rule of (*mat.SymDense).ScaleSym.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).ScaleSym mode=jvp
func SymDenseScaleSymJVP(s *mat.SymDense, f float64, a mat.Symmetric, ds *mat.SymDense, df float64, da mat.Symmetric) {
	t := sum(scaled(f, da), scaled(df, a))
	s.ScaleSym(f, a)
	assignSymmetric(ds, t)
}

// SymDenseSymRankOne: S = A + αxxᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymRankOne writes=s inplace=a
func SymDenseSymRankOne(s *mat.SymDense, a mat.Symmetric, alpha float64, x mat.Vector, ds *mat.SymDense, da mat.Symmetric, dx mat.Vector) (dalpha float64) {
	g, u := takenSymmetric(ds), column(x)
	accumulate(da, g)
	accumulateVector(dx, scaled(alpha, product(sum(g, g.T()), u)))
	return inner(g, product(u, u.T()))
}

// SymDenseSymRankOneJVP is the forward rule of (*mat.SymDense).SymRankOne.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymRankOne mode=jvp
func SymDenseSymRankOneJVP(s *mat.SymDense, a mat.Symmetric, alpha float64, x mat.Vector, ds *mat.SymDense, da mat.Symmetric, dalpha float64, dx mat.Vector) {
	s.SymRankOne(a, alpha, x)
	assignSymmetric(ds, sum(da, squareTangent(alpha, column(x), dalpha, column(dx))))
}

// squareTangent returns the tangent of αXXᵀ.
func squareTangent(alpha float64, x mat.Matrix, dalpha float64, dx mat.Matrix) *mat.Dense {
	t := product(dx, x.T())
	return sum(scaled(alpha, sum(t, t.T())), scaled(dalpha, product(x, x.T())))
}

// SymDenseSymRankK: S = A + αXXᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymRankK writes=s inplace=a
func SymDenseSymRankK(s *mat.SymDense, a mat.Symmetric, alpha float64, x mat.Matrix, ds *mat.SymDense, da mat.Symmetric, dx mat.Matrix) (dalpha float64) {
	g := takenSymmetric(ds)
	accumulate(da, g)
	accumulate(dx, scaled(alpha, product(sum(g, g.T()), x)))
	return inner(g, product(x, x.T()))
}

// SymDenseSymRankKJVP is the forward rule of (*mat.SymDense).SymRankK.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymRankK mode=jvp
func SymDenseSymRankKJVP(s *mat.SymDense, a mat.Symmetric, alpha float64, x mat.Matrix, ds *mat.SymDense, da mat.Symmetric, dalpha float64, dx mat.Matrix) {
	s.SymRankK(a, alpha, x)
	assignSymmetric(ds, sum(da, squareTangent(alpha, x, dalpha, dx)))
}

// SymDenseSymOuterK: S = αXXᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymOuterK writes=s
func SymDenseSymOuterK(s *mat.SymDense, alpha float64, x mat.Matrix, ds *mat.SymDense, dx mat.Matrix) (dalpha float64) {
	g := takenSymmetric(ds)
	accumulate(dx, scaled(alpha, product(sum(g, g.T()), x)))
	return inner(g, product(x, x.T()))
}

// SymDenseSymOuterKJVP is the forward rule of (*mat.SymDense).SymOuterK.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SymOuterK mode=jvp
func SymDenseSymOuterKJVP(s *mat.SymDense, alpha float64, x mat.Matrix, ds *mat.SymDense, dalpha float64, dx mat.Matrix) {
	t := squareTangent(alpha, x, dalpha, dx)
	s.SymOuterK(alpha, x)
	assignSymmetric(ds, t)
}

// SymDenseCopySym: the first n rows and columns of S are those of A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).CopySym sets=s
func SymDenseCopySym(s *mat.SymDense, a mat.Symmetric, n int, ds *mat.SymDense, da mat.Symmetric) {
	if n == 0 {
		return
	}
	order := da.SymmetricDim()
	g := mat.NewDense(order, order, nil)
	for i := range n {
		for j := i; j < n; j++ {
			g.Set(i, j, ds.At(i, j))
			ds.SetSym(i, j, 0)
		}
	}
	accumulate(da, g)
}

// SymDenseCopySymJVP is the forward rule of (*mat.SymDense).CopySym.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).CopySym mode=jvp
func SymDenseCopySymJVP(s *mat.SymDense, a mat.Symmetric, ds *mat.SymDense, da mat.Symmetric) (n int) {
	ds.CopySym(da)
	return s.CopySym(a)
}

// SymDenseZero: S = 0.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Zero sets=s
func SymDenseZero(s, ds *mat.SymDense) { ds.Zero() }

// SymDenseZeroJVP is the forward rule of (*mat.SymDense).Zero.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Zero mode=jvp
func SymDenseZeroJVP(s, ds *mat.SymDense) {
	s.Zero()
	ds.Zero()
}

// SymDenseReset: S is empty, and so is its shadow.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Reset writes=s
func SymDenseReset(s, ds *mat.SymDense) {}

// SymDenseResetJVP is the forward rule of (*mat.SymDense).Reset.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Reset mode=jvp
func SymDenseResetJVP(s, ds *mat.SymDense) {
	s.Reset()
	ds.Reset()
}

// SymDenseTrace: y = Σ sᵢᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Trace writes=none
func SymDenseTrace(s *mat.SymDense, y, dy float64, ds *mat.SymDense) {
	for i := range ds.SymmetricDim() {
		ds.SetSym(i, i, ds.At(i, i)+dy)
	}
}

// SymDenseTraceJVP is the forward rule of (*mat.SymDense).Trace.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Trace mode=jvp
func SymDenseTraceJVP(s, ds *mat.SymDense) (y, dy float64) { return s.Trace(), ds.Trace() }

// SymDenseNorm is [Norm] for a SymDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Norm wrt=s writes=none
func SymDenseNorm(s *mat.SymDense, norm, y, dy float64, ds *mat.SymDense) { Norm(s, norm, y, dy, ds) }

// SymDenseNormJVP is the forward rule of (*mat.SymDense).Norm.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).Norm mode=jvp
func SymDenseNormJVP(s *mat.SymDense, norm float64, ds *mat.SymDense, dnorm float64) (y, dy float64) {
	return NormJVP(s, norm, ds, dnorm)
}
