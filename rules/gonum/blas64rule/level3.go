package blas64rule

import (
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// GemmABC: C ← αAB + βC, or with Aᵀ or Bᵀ, for A, B and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemm wrt=a,b,c writes=c
func GemmABC(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c, da, db, dc blas64.General) {
	b, c = gemmSizes(tA, tB, a, b, c)
	da, db, dc = general(da, a), general(db, b), general(dc, c)
	apart("Gemm", dc, da)
	apart("Gemm", dc, db)
	toFirst(tA, tB, alpha, b, dc, da)
	toSecond(tA, tB, alpha, a, dc, db)
	blas64.Gemm(tA, tB, 0, a, b, beta, dc)
}

// GemmAC is [GemmABC] for A and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemm wrt=a,c
func GemmAC(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c, da, dc blas64.General) {
	b, c = gemmSizes(tA, tB, a, b, c)
	da, dc = general(da, a), general(dc, c)
	apart("Gemm", dc, da)
	toFirst(tA, tB, alpha, b, dc, da)
	blas64.Gemm(tA, tB, 0, a, b, beta, dc)
}

// GemmBC is [GemmABC] for B and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemm wrt=b,c
func GemmBC(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c, db, dc blas64.General) {
	b, c = gemmSizes(tA, tB, a, b, c)
	db, dc = general(db, b), general(dc, c)
	apart("Gemm", dc, db)
	toSecond(tA, tB, alpha, a, dc, db)
	blas64.Gemm(tA, tB, 0, a, b, beta, dc)
}

// GemmC is [GemmABC] for C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemm wrt=c
func GemmC(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c, dc blas64.General) {
	blas64.Gemm(tA, tB, 0, a, b, beta, general(dc, c))
}

// toFirst adds to the adjoint of A in αAB what comes from that of the product.
func toFirst(tA, tB blas.Transpose, alpha float64, b, dc, da blas64.General) {
	if tA == blas.NoTrans {
		blas64.Gemm(blas.NoTrans, flip(tB), alpha, dc, b, 1, da)
	} else {
		blas64.Gemm(tB, blas.Trans, alpha, b, dc, 1, da)
	}
}

// toSecond adds to the adjoint of B in αAB what comes from that of the product.
func toSecond(tA, tB blas.Transpose, alpha float64, a, dc, db blas64.General) {
	if tB == blas.NoTrans {
		blas64.Gemm(flip(tA), blas.NoTrans, alpha, a, dc, 1, db)
	} else {
		blas64.Gemm(blas.Trans, tA, alpha, dc, a, 1, db)
	}
}

// GemmJVP is the forward rule of blas64.Gemm.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemm mode=jvp
func GemmJVP(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.General, dalpha float64, da, db blas64.General, dbeta float64, dc blas64.General) {
	b, c = gemmSizes(tA, tB, a, b, c)
	dc = general(dc, c)
	blas64.Gemm(tA, tB, alpha, general(da, a), b, beta, dc)
	blas64.Gemm(tA, tB, alpha, a, general(db, b), 1, dc)
	blas64.Gemm(tA, tB, dalpha, a, b, 1, dc)
	addScaled(dbeta, c, dc)
	blas64.Gemm(tA, tB, alpha, a, b, beta, c)
}

// gemmSizes returns b and c with all their sizes. Gemm takes the sizes of a, and what more it needs from b.
func gemmSizes(tA, tB blas.Transpose, a, b, c blas64.General) (sizedB, sizedC blas64.General) {
	inner := a.Cols
	c.Rows = a.Rows
	if tA != blas.NoTrans {
		inner, c.Rows = a.Rows, a.Cols
	}
	if tB == blas.NoTrans {
		b.Rows, c.Cols = inner, b.Cols
	} else {
		b.Cols, c.Cols = inner, b.Rows
	}
	return b, c
}

// SymmABC: C ← αAB + βC for symmetric A, or αBA + βC, for A, B and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Symm wrt=a,b,c writes=c
func SymmABC(s blas.Side, alpha float64, a blas64.Symmetric, b blas64.General, beta float64, c blas64.General, da blas64.Symmetric, db, dc blas64.General) {
	b, c = symmSizes(s, a, b, c)
	da, db, dc = symmetric(da, a), general(db, b), general(dc, c)
	apart("Symm", dc, memoryOfSymmetric(da))
	apart("Symm", dc, db)
	t := blas.NoTrans
	if s == blas.Right {
		t = blas.Trans
	}
	blas64.Syr2k(t, alpha, dc, b, 1, da)
	for i := range a.N { // the diagonal got it twice
		da.Data[i*(a.Stride+1)] -= alpha * blas64.Dot(line(t, dc, i), line(t, b, i))
	}
	blas64.Symm(s, alpha, a, dc, 1, db)
	blas64.Symm(s, 0, a, b, beta, dc)
}

// SymmJVP is the forward rule of blas64.Symm.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Symm mode=jvp
func SymmJVP(s blas.Side, alpha float64, a blas64.Symmetric, b blas64.General, beta float64, c blas64.General, dalpha float64, da blas64.Symmetric, db blas64.General, dbeta float64, dc blas64.General) {
	b, c = symmSizes(s, a, b, c)
	dc = general(dc, c)
	blas64.Symm(s, alpha, symmetric(da, a), b, beta, dc)
	blas64.Symm(s, alpha, a, general(db, b), 1, dc)
	blas64.Symm(s, dalpha, a, b, 1, dc)
	addScaled(dbeta, c, dc)
	blas64.Symm(s, alpha, a, b, beta, c)
}

// symmSizes returns b and c with all their sizes. Symm takes those of a, and what more it needs from b.
func symmSizes(s blas.Side, a blas64.Symmetric, b, c blas64.General) (sizedB, sizedC blas64.General) {
	if s == blas.Left {
		b.Rows = a.N
	} else {
		b.Cols = a.N
	}
	c.Rows, c.Cols = b.Rows, b.Cols
	return b, c
}

// SyrkAC: C ← αAAᵀ + βC for symmetric C, or αAᵀA + βC, for A and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syrk wrt=a,c writes=c
func SyrkAC(t blas.Transpose, alpha float64, a blas64.General, beta float64, c blas64.Symmetric, da blas64.General, dc blas64.Symmetric) {
	c.N = order(t, a)
	da, dc = general(da, a), symmetric(dc, c)
	apart("Syrk", memoryOfSymmetric(dc), da)
	timesBothTriangles(t, alpha, dc, a, da)
	blas64.Syrk(t, 0, a, beta, dc)
}

// SyrkJVP is the forward rule of blas64.Syrk.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syrk mode=jvp
func SyrkJVP(t blas.Transpose, alpha float64, a blas64.General, beta float64, c blas64.Symmetric, dalpha float64, da blas64.General, dbeta float64, dc blas64.Symmetric) {
	c.N = order(t, a)
	dc = symmetric(dc, c)
	blas64.Syr2k(t, alpha, a, general(da, a), beta, dc)
	blas64.Syrk(t, dalpha, a, 1, dc)
	addScaledTriangle(dbeta, c, dc)
	blas64.Syrk(t, alpha, a, beta, c)
}

// order returns the order of the product of a and its transpose.
func order(t blas.Transpose, a blas64.General) int {
	if t == blas.NoTrans {
		return a.Rows
	}
	return a.Cols
}

// Syr2kABC: C ← α(ABᵀ + BAᵀ) + βC for symmetric C, or α(AᵀB + BᵀA) + βC, for A, B and C.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr2k wrt=a,b,c writes=c
func Syr2kABC(t blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.Symmetric, da, db blas64.General, dc blas64.Symmetric) {
	b.Rows, b.Cols, c.N = a.Rows, a.Cols, order(t, a)
	da, db, dc = general(da, a), general(db, b), symmetric(dc, c)
	apart("Syr2k", memoryOfSymmetric(dc), da)
	apart("Syr2k", memoryOfSymmetric(dc), db)
	timesBothTriangles(t, alpha, dc, b, da)
	timesBothTriangles(t, alpha, dc, a, db)
	blas64.Syr2k(t, 0, a, b, beta, dc)
}

// Syr2kJVP is the forward rule of blas64.Syr2k.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr2k mode=jvp
func Syr2kJVP(t blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.Symmetric, dalpha float64, da, db blas64.General, dbeta float64, dc blas64.Symmetric) {
	b.Rows, b.Cols, c.N = a.Rows, a.Cols, order(t, a)
	dc = symmetric(dc, c)
	blas64.Syr2k(t, alpha, general(da, a), b, beta, dc)
	blas64.Syr2k(t, alpha, a, general(db, b), 1, dc)
	blas64.Syr2k(t, dalpha, a, b, 1, dc)
	addScaledTriangle(dbeta, c, dc)
	blas64.Syr2k(t, alpha, a, b, beta, c)
}

// TrmmB: B ← αAB for triangular A, or αBA, or with Aᵀ, for B.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trmm wrt=b writes=b
func TrmmB(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b, db blas64.General) {
	blas64.Trmm(s, flip(tA), alpha, a, general(db, b))
}

// TrmmJVP is the forward rule of blas64.Trmm: Ḃ ← A(αḂ + α̇B) + αȦB.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trmm mode=jvp
func TrmmJVP(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General, dalpha float64, da blas64.Triangular, db blas64.General) {
	old := b
	old.Data = slices.Clone(b.Data)
	blas64.Trmm(s, tA, alpha, a, b)
	a.N = triangleOrder(s, b)
	db = general(db, b)
	scale(alpha, db)
	addScaled(dalpha, old, db)
	blas64.Trmm(s, tA, 1, a, db)
	addScaled(alpha, timesMatrix(s, tA, triangular(da, a), old), db)
}

// TrsmAB: B ← αA⁻¹B for triangular A, or αBA⁻¹, or with Aᵀ, for A and B.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsm wrt=a,b writes=b
func TrsmAB(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General, da blas64.Triangular, db blas64.General) {
	a.N = triangleOrder(s, b)
	da, db = triangular(da, a), general(db, b)
	apart("Trsm", db, memoryOfTriangular(da))
	blas64.Trsm(s, flip(tA), 1, a, db)
	outer := blas64.General{Rows: a.N, Cols: a.N, Data: make([]float64, a.N*a.N), Stride: max(a.N, 1)}
	switch {
	case s == blas.Left && tA == blas.NoTrans:
		blas64.Gemm(blas.NoTrans, blas.Trans, -1, db, b, 0, outer)
	case s == blas.Left:
		blas64.Gemm(blas.NoTrans, blas.Trans, -1, b, db, 0, outer)
	case tA == blas.NoTrans:
		blas64.Gemm(blas.Trans, blas.NoTrans, -1, b, db, 0, outer)
	default:
		blas64.Gemm(blas.Trans, blas.NoTrans, -1, db, b, 0, outer)
	}
	addTriangle(outer, da)
	scale(alpha, db)
}

// TrsmB is [TrsmAB] for B.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsm wrt=b
func TrsmB(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b, db blas64.General) {
	blas64.Trsm(s, flip(tA), alpha, a, general(db, b))
}

// TrsmJVP is the forward rule of blas64.Trsm: with X for αA⁻¹B, Ẋ = A⁻¹(αḂ + α̇B − ȦX).
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsm mode=jvp
func TrsmJVP(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General, dalpha float64, da blas64.Triangular, db blas64.General) {
	old := b
	old.Data = slices.Clone(b.Data)
	blas64.Trsm(s, tA, alpha, a, b)
	db = general(db, b)
	scale(alpha, db)
	addScaled(dalpha, old, db)
	addScaled(-1, timesMatrix(s, tA, triangular(da, a), b), db)
	blas64.Trsm(s, tA, 1, a, db)
}

// triangleOrder returns the order of a triangular matrix that b is multiplied by from a side. Trmm and Trsm take it from b.
func triangleOrder(s blas.Side, b blas64.General) int {
	if s == blas.Left {
		return b.Rows
	}
	return b.Cols
}

// line returns row i of a, or column i for t = Trans.
func line(t blas.Transpose, a blas64.General, i int) blas64.Vector {
	if a.Rows == 0 || a.Cols == 0 {
		return blas64.Vector{Inc: 1}
	}
	if t == blas.NoTrans {
		return blas64.Vector{N: a.Cols, Data: a.Data[i*a.Stride:], Inc: 1}
	}
	return blas64.Vector{N: a.Rows, Data: a.Data[i:], Inc: a.Stride}
}

// scale multiplies a by alpha.
func scale(alpha float64, a blas64.General) {
	for i := range a.Rows {
		blas64.Scal(alpha, line(blas.NoTrans, a, i))
	}
}

// addScaled adds αA to B.
func addScaled(alpha float64, a, b blas64.General) {
	for i := range a.Rows {
		blas64.Axpy(alpha, line(blas.NoTrans, a, i), line(blas.NoTrans, b, i))
	}
}

// addScaledTriangle adds what is stored of αA to B.
func addScaledTriangle(alpha float64, a, b blas64.Symmetric) {
	for i := range a.N {
		lo, hi := row(a.Uplo, a.N, i)
		x := blas64.Vector{N: hi - lo, Data: a.Data[i*a.Stride+lo:], Inc: 1}
		y := blas64.Vector{N: hi - lo, Data: b.Data[i*b.Stride+lo:], Inc: 1}
		blas64.Axpy(alpha, x, y)
	}
}

// addTriangle adds what is stored in a of a matrix to a. A unit diagonal is not stored.
func addTriangle(m blas64.General, a blas64.Triangular) {
	for i := range a.N {
		lo, hi := row(a.Uplo, a.N, i)
		for j := lo; j < hi; j++ {
			if i != j || a.Diag == blas.NonUnit {
				a.Data[i*a.Stride+j] += m.Data[i*m.Stride+j]
			}
		}
	}
}

// timesMatrix returns AB or BA, or with Aᵀ, for a triangular tangent: its unit diagonal is zero.
func timesMatrix(s blas.Side, t blas.Transpose, a blas64.Triangular, b blas64.General) blas64.General {
	c := blas64.General{Rows: b.Rows, Cols: b.Cols, Data: make([]float64, b.Rows*b.Cols), Stride: max(b.Cols, 1)}
	addScaled(1, b, c)
	blas64.Trmm(s, t, 1, a, c)
	if a.Diag == blas.Unit {
		addScaled(-1, b, c)
	}
	return c
}

// timesBothTriangles adds α(T + Tᵀ)A to B, or αA(T + Tᵀ) for t = Trans, where T is the triangle of g that is stored.
func timesBothTriangles(t blas.Transpose, alpha float64, g blas64.Symmetric, a, b blas64.General) {
	s := blas.Left
	if t != blas.NoTrans {
		s, t = blas.Right, blas.Trans
	}
	blas64.Symm(s, alpha, g, a, 1, b)
	for i := range g.N {
		blas64.Axpy(alpha*g.Data[i*(g.Stride+1)], line(t, a, i), line(t, b, i))
	}
}
