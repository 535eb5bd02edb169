package kernel

import "slices"

// GemmAdjoint: c = α·op(a)·op(b) + β·c, for a, b and c. The products of the adjoints are those of [MatMulAdjoint], and c̄ becomes β·c̄.
//
//godiff:derivative of=Gemm wrt=a,b,c writes=c
func GemmAdjoint[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, da, db, dc []T) {
	gemmFirst(transA, transB, m, n, k, alpha, da, lda, b, ldb, dc, ldc)
	gemmSecond(transA, transB, m, n, k, alpha, a, lda, db, ldb, dc, ldc)
	Gemm(transA, transB, m, n, k, 0, a, lda, b, ldb, beta, dc, ldc)
}

// GemmAdjointA is [GemmAdjoint] for a and c.
//
//godiff:derivative of=Gemm wrt=a,c
func GemmAdjointA[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, da, dc []T) {
	gemmFirst(transA, transB, m, n, k, alpha, da, lda, b, ldb, dc, ldc)
	Gemm(transA, transB, m, n, k, 0, da, lda, b, ldb, beta, dc, ldc)
}

// GemmAdjointB is [GemmAdjoint] for b and c.
//
//godiff:derivative of=Gemm wrt=b,c
func GemmAdjointB[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, db, dc []T) {
	gemmSecond(transA, transB, m, n, k, alpha, a, lda, db, ldb, dc, ldc)
	Gemm(transA, transB, m, n, k, 0, a, lda, db, ldb, beta, dc, ldc)
}

// GemmAdjointC is [GemmAdjoint] for c.
//
//godiff:derivative of=Gemm wrt=c
func GemmAdjointC[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, dc []T) {
	Gemm(false, false, m, n, 0, 0, nil, 0, nil, n, beta, dc, ldc)
}

// gemmFirst adds to the adjoint of a what comes from that of the product.
func gemmFirst[T Float](transA, transB bool, m, n, k int, alpha T, da []T, lda int, b []T, ldb int, dc []T, ldc int) {
	if transA {
		Gemm(transB, true, k, m, n, alpha, b, ldb, dc, ldc, 1, da, lda)
	} else {
		Gemm(false, !transB, m, k, n, alpha, dc, ldc, b, ldb, 1, da, lda)
	}
}

// gemmSecond adds to the adjoint of b what comes from that of the product.
func gemmSecond[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, db []T, ldb int, dc []T, ldc int) {
	if transB {
		Gemm(true, transA, n, k, m, alpha, dc, ldc, a, lda, 1, db, ldb)
	} else {
		Gemm(!transA, false, k, n, m, alpha, a, lda, dc, ldc, 1, db, ldb)
	}
}

// GemmSaved is what [GemmForward] remembers: the arguments, with copies of the matrices.
type GemmSaved[T Float] struct {
	TransA, TransB bool
	M, N, K        int
	Alpha          T
	A              []T
	Lda            int
	B              []T
	Ldb            int
	Beta           T
	C              []T
	Ldc            int
}

// GemmForward is the forward half of the rule of Gemm for α and β too.
//
//godiff:forward of=Gemm writes=c
func GemmForward[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) (saved GemmSaved[T]) {
	saved = GemmSaved[T]{transA, transB, m, n, k, alpha, slices.Clone(a), lda, slices.Clone(b), ldb, beta, slices.Clone(c), ldc}
	Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
	return saved
}

// GemmBackward is the other half.
//
//godiff:backward of=Gemm
func GemmBackward[T Float](saved GemmSaved[T], da, db, dc []T) (dalpha, dbeta T) {
	s := saved
	product := make([]T, s.M*s.N)
	Gemm(s.TransA, s.TransB, s.M, s.N, s.K, 1, s.A, s.Lda, s.B, s.Ldb, 0, product, s.N)
	for i := range s.M {
		row := within(dc, i*s.Ldc, s.N)
		dalpha += Dot(row, within(product, i*s.N, s.N))
		dbeta += Dot(row, within(s.C, i*s.Ldc, s.N))
	}
	GemmAdjoint(s.TransA, s.TransB, s.M, s.N, s.K, s.Alpha, s.A, s.Lda, s.B, s.Ldb, s.Beta, s.C, s.Ldc, da, db, dc)
	return dalpha, dbeta
}

// GemmTangent is the forward rule of Gemm.
//
//godiff:derivative of=Gemm mode=jvp
func GemmTangent[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, dalpha T, da, db []T, dbeta T, dc []T) {
	Gemm(transA, transB, m, n, k, alpha, da, lda, b, ldb, beta, dc, ldc)
	Gemm(transA, transB, m, n, k, alpha, a, lda, db, ldb, 1, dc, ldc)
	Gemm(transA, transB, m, n, k, dalpha, a, lda, b, ldb, 1, dc, ldc)
	for i := range m {
		Axpy(dbeta, c[i*ldc:i*ldc+n], dc[i*ldc:i*ldc+n])
	}
	Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}
