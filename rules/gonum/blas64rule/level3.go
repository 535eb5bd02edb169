package blas64rule

import (
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

// GemmSaved is what [GemmForward] remembers.
type GemmSaved struct {
	TA, TB      blas.Transpose
	Alpha, Beta float64
	A, B, C     blas64.General
}

// GemmForward is the forward half of the rule of blas64.Gemm for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Gemm writes=c
func GemmForward(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.General) (saved GemmSaved) {
	sizedB, sizedC := gemmSizes(tA, tB, a, b, c)
	saved = GemmSaved{tA, tB, alpha, beta, cloneGeneral(a), cloneGeneral(sizedB), cloneGeneral(sizedC)}
	blas64.Gemm(tA, tB, alpha, a, b, beta, c)
	return saved
}

// GemmBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Gemm
func GemmBackward(saved GemmSaved, da, db, dc blas64.General) (dalpha, dbeta float64) {
	adjoint := general(dc, saved.C)
	product := zeros(saved.C.Rows, saved.C.Cols)
	blas64.Gemm(saved.TA, saved.TB, 1, saved.A, saved.B, 0, product)
	dalpha, dbeta = inner(adjoint, product), inner(adjoint, saved.C)
	GemmABC(saved.TA, saved.TB, saved.Alpha, saved.A, saved.B, saved.Beta, saved.C, da, db, dc)
	return dalpha, dbeta
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

// SymmSaved is what [SymmForward] remembers.
type SymmSaved struct {
	S           blas.Side
	Alpha, Beta float64
	A           blas64.Symmetric
	B, C        blas64.General
}

// SymmForward is the forward half of the rule of blas64.Symm for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Symm writes=c
func SymmForward(s blas.Side, alpha float64, a blas64.Symmetric, b blas64.General, beta float64, c blas64.General) (saved SymmSaved) {
	sizedB, sizedC := symmSizes(s, a, b, c)
	saved = SymmSaved{s, alpha, beta, cloneSymmetric(a), cloneGeneral(sizedB), cloneGeneral(sizedC)}
	blas64.Symm(s, alpha, a, b, beta, c)
	return saved
}

// SymmBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Symm
func SymmBackward(saved SymmSaved, da blas64.Symmetric, db, dc blas64.General) (dalpha, dbeta float64) {
	adjoint := general(dc, saved.C)
	product := zeros(saved.C.Rows, saved.C.Cols)
	blas64.Symm(saved.S, 1, saved.A, saved.B, 0, product)
	dalpha, dbeta = inner(adjoint, product), inner(adjoint, saved.C)
	SymmABC(saved.S, saved.Alpha, saved.A, saved.B, saved.Beta, saved.C, da, db, dc)
	return dalpha, dbeta
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

// SyrkSaved is what [SyrkForward] remembers.
type SyrkSaved struct {
	T           blas.Transpose
	Alpha, Beta float64
	A           blas64.General
	C           blas64.Symmetric
}

// SyrkForward is the forward half of the rule of blas64.Syrk for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Syrk writes=c
func SyrkForward(t blas.Transpose, alpha float64, a blas64.General, beta float64, c blas64.Symmetric) (saved SyrkSaved) {
	saved = SyrkSaved{t, alpha, beta, cloneGeneral(a), cloneSymmetric(c)}
	saved.C.N = order(t, a)
	blas64.Syrk(t, alpha, a, beta, c)
	return saved
}

// SyrkBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Syrk
func SyrkBackward(saved SyrkSaved, da blas64.General, dc blas64.Symmetric) (dalpha, dbeta float64) {
	adjoint := symmetric(dc, saved.C)
	product := zeroTriangle(saved.C)
	blas64.Syrk(saved.T, 1, saved.A, 0, product)
	dalpha, dbeta = innerTriangle(adjoint, product), innerTriangle(adjoint, saved.C)
	SyrkAC(saved.T, saved.Alpha, saved.A, saved.Beta, saved.C, da, dc)
	return dalpha, dbeta
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

// Syr2kSaved is what [Syr2kForward] remembers.
type Syr2kSaved struct {
	T           blas.Transpose
	Alpha, Beta float64
	A, B        blas64.General
	C           blas64.Symmetric
}

// Syr2kForward is the forward half of the rule of blas64.Syr2k for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Syr2k writes=c
func Syr2kForward(t blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.Symmetric) (saved Syr2kSaved) {
	saved = Syr2kSaved{t, alpha, beta, cloneGeneral(a), cloneGeneral(b), cloneSymmetric(c)}
	saved.B.Rows, saved.B.Cols, saved.C.N = a.Rows, a.Cols, order(t, a)
	blas64.Syr2k(t, alpha, a, b, beta, c)
	return saved
}

// Syr2kBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Syr2k
func Syr2kBackward(saved Syr2kSaved, da, db blas64.General, dc blas64.Symmetric) (dalpha, dbeta float64) {
	adjoint := symmetric(dc, saved.C)
	product := zeroTriangle(saved.C)
	blas64.Syr2k(saved.T, 1, saved.A, saved.B, 0, product)
	dalpha, dbeta = innerTriangle(adjoint, product), innerTriangle(adjoint, saved.C)
	Syr2kABC(saved.T, saved.Alpha, saved.A, saved.B, saved.Beta, saved.C, da, db, dc)
	return dalpha, dbeta
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

// TrmmSaved is what [TrmmForward] remembers.
type TrmmSaved struct {
	S     blas.Side
	T     blas.Transpose
	Alpha float64
	A     blas64.Triangular
	B     blas64.General
}

// TrmmForward is the forward half of the rule of blas64.Trmm for α and A too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Trmm writes=b
func TrmmForward(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General) (saved TrmmSaved) {
	saved = TrmmSaved{s, tA, alpha, cloneTriangular(a), cloneGeneral(b)}
	saved.A.N = triangleOrder(s, b)
	blas64.Trmm(s, tA, alpha, a, b)
	return saved
}

// TrmmBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Trmm
func TrmmBackward(saved TrmmSaved, da blas64.Triangular, db blas64.General) (dalpha float64) {
	da, db = triangular(da, saved.A), general(db, saved.B)
	apart("Trmm", db, memoryOfTriangular(da))
	outer := outerProduct(saved.S, saved.T, saved.Alpha, db, saved.B)
	addTriangle(outer, da)
	blas64.Trmm(saved.S, flip(saved.T), 1, saved.A, db)
	dalpha = inner(db, saved.B)
	scale(saved.Alpha, db)
	return dalpha
}

// TrmmJVP is the forward rule of blas64.Trmm: Ḃ ← A(αḂ + α̇B) + αȦB.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trmm mode=jvp
func TrmmJVP(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General, dalpha float64, da blas64.Triangular, db blas64.General) {
	old := cloneGeneral(b)
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
	backSolve(s, tA, a, b, da, db)
	scale(alpha, db)
}

// backSolve makes of the adjoint db of a solution x of a triangular system that of the right side, and adds to that of the matrix.
func backSolve(s blas.Side, tA blas.Transpose, a blas64.Triangular, x blas64.General, da blas64.Triangular, db blas64.General) {
	blas64.Trsm(s, flip(tA), 1, a, db)
	addTriangle(outerProduct(s, tA, -1, db, x), da)
}

// outerProduct returns the derivative of ⟨α·op(A)·B, G⟩, or of ⟨α·B·op(A), G⟩, with respect to A.
func outerProduct(s blas.Side, tA blas.Transpose, alpha float64, g, b blas64.General) blas64.General {
	n := triangleOrder(s, b)
	outer := zeros(n, n)
	switch {
	case s == blas.Left && tA == blas.NoTrans:
		blas64.Gemm(blas.NoTrans, blas.Trans, alpha, g, b, 0, outer)
	case s == blas.Left:
		blas64.Gemm(blas.NoTrans, blas.Trans, alpha, b, g, 0, outer)
	case tA == blas.NoTrans:
		blas64.Gemm(blas.Trans, blas.NoTrans, alpha, b, g, 0, outer)
	default:
		blas64.Gemm(blas.Trans, blas.NoTrans, alpha, g, b, 0, outer)
	}
	return outer
}

// TrsmSaved is what [TrsmForward] remembers: the right side, and the solution X.
type TrsmSaved struct {
	S     blas.Side
	T     blas.Transpose
	Alpha float64
	A     blas64.Triangular
	B, X  blas64.General
}

// TrsmForward is the forward half of the rule of blas64.Trsm for α too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Trsm writes=b
func TrsmForward(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General) (saved TrsmSaved) {
	saved = TrsmSaved{S: s, T: tA, Alpha: alpha, A: cloneTriangular(a), B: cloneGeneral(b)}
	saved.A.N = triangleOrder(s, b)
	blas64.Trsm(s, tA, alpha, a, b)
	saved.X = cloneGeneral(b)
	return saved
}

// TrsmBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Trsm
func TrsmBackward(saved TrsmSaved, da blas64.Triangular, db blas64.General) (dalpha float64) {
	da, db = triangular(da, saved.A), general(db, saved.B)
	apart("Trsm", db, memoryOfTriangular(da))
	backSolve(saved.S, saved.T, saved.A, saved.X, da, db)
	dalpha = inner(db, saved.B)
	scale(saved.Alpha, db)
	return dalpha
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
	old := cloneGeneral(b)
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

// zeros returns a matrix of zeros.
func zeros(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Data: make([]float64, rows*cols), Stride: max(cols, 1)}
}

// zeroTriangle returns a matrix of zeros of the order of c, of which the same triangle is stored.
func zeroTriangle(c blas64.Symmetric) blas64.Symmetric {
	return blas64.Symmetric{Uplo: c.Uplo, N: c.N, Data: make([]float64, c.N*c.N), Stride: max(c.N, 1)}
}

// inner returns the sum of the products of the elements of a and b.
func inner(a, b blas64.General) float64 {
	sum := float64(0)
	for i := range a.Rows {
		sum += blas64.Dot(line(blas.NoTrans, a, i), line(blas.NoTrans, b, i))
	}
	return sum
}

// innerTriangle is inner for what is stored of a and b.
func innerTriangle(a, b blas64.Symmetric) float64 {
	sum := float64(0)
	for i := range a.N {
		sum += blas64.Dot(stored(a, i), stored(b, i))
	}
	return sum
}

// stored returns what is stored of row i of a.
func stored(a blas64.Symmetric, i int) blas64.Vector {
	lo, hi := row(a.Uplo, a.N, i)
	return blas64.Vector{N: hi - lo, Data: a.Data[i*a.Stride+lo:], Inc: 1}
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
		blas64.Axpy(alpha, stored(a, i), stored(b, i))
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
	c := zeros(b.Rows, b.Cols)
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
