package blas64rule_test

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	_ "github.com/godiff/godiff/rules/gonum/blas64rule"
)

//godiff:vjp
//godiff:jvp
func dot(x, y blas64.Vector) float64 { return blas64.Dot(x, y) }

//godiff:vjp
//godiff:jvp
func square(x blas64.Vector) float64 { return blas64.Dot(x, x) }

//godiff:vjp
//godiff:jvp
func nrm2(x blas64.Vector) float64 { return blas64.Nrm2(x) }

//godiff:vjp
//godiff:jvp
func asum(x blas64.Vector) float64 { return blas64.Asum(x) }

//godiff:vjp
//godiff:jvp
func swap(x, y blas64.Vector) { blas64.Swap(x, y) }

//godiff:vjp
//godiff:jvp
func copyTo(x, y blas64.Vector) { blas64.Copy(x, y) }

//godiff:vjp
//godiff:jvp
func axpy(alpha float64, x, y blas64.Vector) { blas64.Axpy(alpha, x, y) }

//godiff:vjp
//godiff:vjp wrt=x name=scalPartVJP
//godiff:jvp
func scal(alpha float64, x blas64.Vector) { blas64.Scal(alpha, x) }

// columns works on the columns of a 3×3 matrix, which lie between each other.
//
//godiff:vjp
//godiff:jvp
func columns(a []float64) {
	x := blas64.Vector{N: 3, Data: a, Inc: 3}
	y := blas64.Vector{N: 3, Data: a[1:], Inc: 3}
	z := blas64.Vector{N: 3, Data: a[2:], Inc: 3}
	blas64.Swap(x, y)
	blas64.Axpy(2, y, z)
	blas64.Copy(x, z)
}

//godiff:vjp
//godiff:vjp wrt=a,x,y name=gemvPartVJP
//godiff:jvp
func gemv(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector) {
	blas64.Gemv(t, alpha, a, x, beta, y)
}

// gemvMatrix is [gemv] with a constant vector.
//
//godiff:vjp wrt=a,y
//godiff:jvp wrt=a,y
func gemvMatrix(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector) {
	blas64.Gemv(t, alpha, a, x, beta, y)
}

// gemvVector is [gemv] with a constant matrix.
//
//godiff:vjp wrt=x,y
//godiff:jvp wrt=x,y
func gemvVector(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector) {
	blas64.Gemv(t, alpha, a, x, beta, y)
}

// onto adds constant products to y and c.
//
//godiff:vjp
//godiff:jvp
func onto(y blas64.Vector, c blas64.General) {
	x := blas64.Vector{N: 1, Data: []float64{2}, Inc: 1}
	a := blas64.General{Rows: 2, Cols: 1, Data: []float64{3, 4}, Stride: 1}
	blas64.Gemv(blas.NoTrans, 1, a, x, 0.5, y)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, a, -2, c)
}

//godiff:vjp
//godiff:vjp wrt=a,x,y name=symvPartVJP
//godiff:jvp
func symv(alpha float64, a blas64.Symmetric, x blas64.Vector, beta float64, y blas64.Vector) {
	blas64.Symv(alpha, a, x, beta, y)
}

//godiff:vjp
//godiff:jvp
func ger(alpha float64, x, y blas64.Vector, a blas64.General) { blas64.Ger(alpha, x, y, a) }

//godiff:vjp
//godiff:jvp
func gerSelf(x blas64.Vector, a blas64.General) { blas64.Ger(2, x, x, a) }

//godiff:vjp
//godiff:jvp
func syr(alpha float64, x blas64.Vector, a blas64.Symmetric) { blas64.Syr(alpha, x, a) }

//godiff:vjp
//godiff:jvp
func syr2(alpha float64, x, y blas64.Vector, a blas64.Symmetric) { blas64.Syr2(alpha, x, y, a) }

//godiff:vjp
//godiff:vjp wrt=x name=trmvPartVJP
//godiff:jvp
func trmv(t blas.Transpose, a blas64.Triangular, x blas64.Vector) { blas64.Trmv(t, a, x) }

//godiff:vjp
//godiff:jvp
func trsv(t blas.Transpose, a blas64.Triangular, x blas64.Vector) { blas64.Trsv(t, a, x) }

//godiff:vjp
//godiff:vjp wrt=a,b,c name=gemmPartVJP
//godiff:jvp
func gemm(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.General) {
	blas64.Gemm(tA, tB, alpha, a, b, beta, c)
}

// gemmFirst is [gemm] with a constant second factor.
//
//godiff:vjp wrt=a,c
//godiff:jvp wrt=a,c
func gemmFirst(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.General) {
	blas64.Gemm(tA, tB, alpha, a, b, beta, c)
}

// gemmSecond is [gemm] with a constant first factor.
//
//godiff:vjp wrt=b,c
//godiff:jvp wrt=b,c
func gemmSecond(tA, tB blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.General) {
	blas64.Gemm(tA, tB, alpha, a, b, beta, c)
}

//godiff:vjp
//godiff:vjp wrt=a,b,c name=symmPartVJP
//godiff:jvp
func symm(s blas.Side, alpha float64, a blas64.Symmetric, b blas64.General, beta float64, c blas64.General) {
	blas64.Symm(s, alpha, a, b, beta, c)
}

//godiff:vjp
//godiff:vjp wrt=a,c name=syrkPartVJP
//godiff:jvp
func syrk(t blas.Transpose, alpha float64, a blas64.General, beta float64, c blas64.Symmetric) {
	blas64.Syrk(t, alpha, a, beta, c)
}

//godiff:vjp
//godiff:vjp wrt=a,b,c name=syr2kPartVJP
//godiff:jvp
func syr2k(t blas.Transpose, alpha float64, a, b blas64.General, beta float64, c blas64.Symmetric) {
	blas64.Syr2k(t, alpha, a, b, beta, c)
}

//godiff:vjp
//godiff:vjp wrt=b name=trmmPartVJP
//godiff:jvp
func trmm(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General) {
	blas64.Trmm(s, tA, alpha, a, b)
}

//godiff:vjp
//godiff:vjp wrt=a,b name=trsmPartVJP
//godiff:jvp
func trsm(s blas.Side, tA blas.Transpose, alpha float64, a blas64.Triangular, b blas64.General) {
	blas64.Trsm(s, tA, alpha, a, b)
}

// network is two layers and a norm.
//
//godiff:grad
//godiff:hvp
func network(w1, w2 blas64.General, x blas64.Vector) float64 {
	h := blas64.Vector{N: w1.Rows, Data: make([]float64, w1.Rows), Inc: 1}
	blas64.Gemv(blas.NoTrans, 1, w1, x, 0, h)
	blas64.Axpy(blas64.Dot(h, h), x, h)
	y := blas64.Vector{N: w2.Rows, Data: make([]float64, w2.Rows), Inc: 1}
	blas64.Gemv(blas.NoTrans, 1, w2, h, 0, y)
	return blas64.Nrm2(y)
}

// powers multiplies twice by a triangular matrix and scales in between, in place.
//
//godiff:vjp
//godiff:jvp
func powers(a blas64.Triangular, alpha float64, x blas64.Vector) float64 {
	h := blas64.Vector{N: a.N, Data: make([]float64, a.N), Inc: 1}
	blas64.Copy(x, h)
	blas64.Trmv(blas.NoTrans, a, h)
	blas64.Scal(alpha, h)
	blas64.Trmv(blas.Trans, a, h)
	for range 2 {
		blas64.Trmv(blas.NoTrans, a, h)
	}
	return blas64.Nrm2(h)
}

// gram is the sum of what is below the diagonal of AAᵀ, squared, after a solution with A.
//
//godiff:hvp
func gram(a blas64.General, x blas64.Vector) float64 {
	n := a.Rows
	c := blas64.General{Rows: n, Cols: n, Data: make([]float64, n*n), Stride: n}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, a, 0, c)
	l := blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: n, Data: c.Data, Stride: n}
	y := blas64.Vector{N: n, Data: make([]float64, n), Inc: 1}
	blas64.Copy(x, y)
	blas64.Trsv(blas.NoTrans, l, y)
	return blas64.Dot(y, x)
}

//godiff:vjp
func axpyOnto(x []float64) {
	v := blas64.Vector{N: len(x) - 1, Data: x, Inc: 1}
	blas64.Axpy(2, v, blas64.Vector{N: len(x) - 1, Data: x[1:], Inc: 1})
}

//godiff:vjp
func gemmOnto(a []float64) {
	m := blas64.General{Rows: 2, Cols: 2, Data: a, Stride: 3}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, m, m, 0, blas64.General{Rows: 2, Cols: 2, Data: a[1:], Stride: 3})
}

// block multiplies blocks of a matrix of 4 columns.
//
//godiff:vjp
//godiff:jvp
func block(a []float64) {
	x := blas64.General{Rows: 2, Cols: 2, Data: a, Stride: 4}
	y := blas64.General{Rows: 2, Cols: 2, Data: a[2:], Stride: 4}
	z := blas64.General{Rows: 2, Cols: 2, Data: a[8:], Stride: 4}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, y, 0, z)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, z, 0.5, y)
}
