package blas64rule

import (
	"slices"

	godiff "github.com/godiff/godiff/runtime"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// vector returns the shadow dx, laid out as x.
func vector(dx, x blas64.Vector) blas64.Vector {
	return blas64.Vector{N: x.N, Data: dx.Data, Inc: x.Inc}
}

// general returns the shadow da, laid out as a.
func general(da, a blas64.General) blas64.General {
	return blas64.General{Rows: a.Rows, Cols: a.Cols, Data: da.Data, Stride: a.Stride}
}

// symmetric returns the shadow da, laid out as a.
func symmetric(da, a blas64.Symmetric) blas64.Symmetric {
	return blas64.Symmetric{Uplo: a.Uplo, N: a.N, Data: da.Data, Stride: a.Stride}
}

// triangular returns the shadow da, laid out as a.
func triangular(da, a blas64.Triangular) blas64.Triangular {
	return blas64.Triangular{Uplo: a.Uplo, Diag: a.Diag, N: a.N, Data: da.Data, Stride: a.Stride}
}

// cloneVector returns a copy of x.
func cloneVector(x blas64.Vector) blas64.Vector {
	return blas64.Vector{N: x.N, Data: slices.Clone(x.Data), Inc: x.Inc}
}

// cloneGeneral returns a copy of a.
func cloneGeneral(a blas64.General) blas64.General {
	return blas64.General{Rows: a.Rows, Cols: a.Cols, Data: slices.Clone(a.Data), Stride: a.Stride}
}

// cloneSymmetric returns a copy of a.
func cloneSymmetric(a blas64.Symmetric) blas64.Symmetric {
	return symmetric(blas64.Symmetric{Data: slices.Clone(a.Data)}, a)
}

// cloneTriangular returns a copy of a.
func cloneTriangular(a blas64.Triangular) blas64.Triangular {
	return triangular(blas64.Triangular{Data: slices.Clone(a.Data)}, a)
}

// start returns the index of the first element of x.
func start(x blas64.Vector) int {
	if x.Inc < 0 {
		return (1 - x.N) * x.Inc
	}
	return 0
}

// flip returns the transpose of a transposition.
func flip(t blas.Transpose) blas.Transpose {
	if t == blas.NoTrans {
		return blas.Trans
	}
	return blas.NoTrans
}

// row returns the columns of row i, from lo to before hi, that are stored of a triangular or symmetric matrix of order n.
func row(uplo blas.Uplo, n, i int) (lo, hi int) {
	if uplo == blas.Upper {
		return i, n
	}
	return 0, i + 1
}

// The memory of what is multiplied is a matrix too: rows of the same number of elements, each a stride after the one before.

func memoryOfVector(x blas64.Vector) blas64.General {
	if x.Inc == 1 {
		return blas64.General{Rows: 1, Cols: x.N, Data: x.Data}
	}
	return blas64.General{Rows: x.N, Cols: 1, Data: x.Data, Stride: max(x.Inc, -x.Inc)}
}

func memoryOfSymmetric(a blas64.Symmetric) blas64.General {
	return blas64.General{Rows: a.N, Cols: a.N, Data: a.Data, Stride: a.Stride}
}

func memoryOfTriangular(a blas64.Triangular) blas64.General {
	return blas64.General{Rows: a.N, Cols: a.N, Data: a.Data, Stride: a.Stride}
}

// apart panics unless dst, which a function overwrites, and what it reads have no element in common.
func apart(name string, dst, read blas64.General) {
	if overlap(dst, read) {
		panic("blas64rule: " + name + " overwrites what it reads, or may do so, and its derivative needs that")
	}
}

// overlap reports whether a and b have an element in common. Where that is hard to tell it says so.
func overlap(a, b blas64.General) bool {
	if a.Rows == 0 || a.Cols == 0 || b.Rows == 0 || b.Cols == 0 {
		return false
	}
	if godiff.DisjointLen(a.Data[:(a.Rows-1)*a.Stride+a.Cols], b.Data[:(b.Rows-1)*b.Stride+b.Cols]) {
		return false
	}
	x, y := a.Data[:cap(a.Data)], b.Data[:cap(b.Data)]
	stride := max(a.Stride, b.Stride)
	if &x[len(x)-1] != &y[len(y)-1] || stride == 0 || a.Rows > 1 && a.Stride != stride || b.Rows > 1 && b.Stride != stride {
		return true // they lie in the same memory, but not on one grid of rows and columns
	}
	// On the grid whose first row begins with the one that begins first, the other is some rows and columns off.
	if len(x) < len(y) {
		a, b = b, a
	}
	off := max(len(x)-len(y), len(y)-len(x))
	if off%stride+b.Cols > stride {
		return true // it goes on at the beginning of the next row
	}
	return off/stride < a.Rows && off%stride < a.Cols
}
