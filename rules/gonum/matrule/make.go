package matrule

import (
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// NewDense: y is made of data, row by row.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewDense writes=none
func NewDense(r, c int, data []float64, y, dy *mat.Dense, ddata []float64) {
	for i := range ddata {
		ddata[i] += dy.At(i/c, i%c)
	}
}

// NewDenseJVP is the forward rule of mat.NewDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewDense mode=jvp
func NewDenseJVP(r, c int, data, ddata []float64) (y, dy *mat.Dense) {
	return mat.NewDense(r, c, data), mat.NewDense(r, c, ddata)
}

// NewVecDense: y is made of data.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewVecDense writes=none
func NewVecDense(n int, data []float64, y, dy *mat.VecDense, ddata []float64) {
	for i := range ddata {
		ddata[i] += dy.AtVec(i)
	}
}

// NewVecDenseJVP is the forward rule of mat.NewVecDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewVecDense mode=jvp
func NewVecDenseJVP(n int, data, ddata []float64) (y, dy *mat.VecDense) {
	return mat.NewVecDense(n, data), mat.NewVecDense(n, ddata)
}

// NewSymDense: y is made of what data has on and over the diagonal.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewSymDense writes=none
func NewSymDense(n int, data []float64, y, dy *mat.SymDense, ddata []float64) {
	for i := range ddata {
		if i/n <= i%n {
			ddata[i] += dy.At(i/n, i%n)
		}
	}
}

// NewSymDenseJVP is the forward rule of mat.NewSymDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewSymDense mode=jvp
func NewSymDenseJVP(n int, data, ddata []float64) (y, dy *mat.SymDense) {
	return mat.NewSymDense(n, data), mat.NewSymDense(n, ddata)
}

// NewTriDense: y is made of what data has on its side of the diagonal.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewTriDense writes=none
func NewTriDense(n int, kind mat.TriKind, data []float64, y, dy *mat.TriDense, ddata []float64) {
	for i := range ddata {
		ddata[i] += dy.At(i/n, i%n)
	}
}

// NewTriDenseJVP is the forward rule of mat.NewTriDense.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.NewTriDense mode=jvp
func NewTriDenseJVP(n int, kind mat.TriKind, data, ddata []float64) (y, dy *mat.TriDense) {
	return mat.NewTriDense(n, kind, data), mat.NewTriDense(n, kind, ddata)
}

// DenseCopyOf: Y = A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.DenseCopyOf writes=none
func DenseCopyOf(a mat.Matrix, y, dy *mat.Dense, da mat.Matrix) { accumulate(da, dy) }

// DenseCopyOfJVP is the forward rule of mat.DenseCopyOf.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.DenseCopyOf mode=jvp
func DenseCopyOfJVP(a, da mat.Matrix) (y, dy *mat.Dense) {
	return mat.DenseCopyOf(a), mat.DenseCopyOf(da)
}

// VecDenseCopyOf: y = a.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.VecDenseCopyOf writes=none
func VecDenseCopyOf(a mat.Vector, y, dy *mat.VecDense, da mat.Vector) {
	accumulateVector(da, column(dy))
}

// VecDenseCopyOfJVP is the forward rule of mat.VecDenseCopyOf.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.VecDenseCopyOf mode=jvp
func VecDenseCopyOfJVP(a, da mat.Vector) (y, dy *mat.VecDense) {
	return mat.VecDenseCopyOf(a), mat.VecDenseCopyOf(da)
}

// DenseRawRowView: y is row i of M.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RawRowView writes=none
func DenseRawRowView(m *mat.Dense, i int, y, dy []float64, dm *mat.Dense) {
	for j, g := range dy {
		dm.Set(i, j, dm.At(i, j)+g)
	}
}

// DenseRawRowViewJVP is the forward rule of (*mat.Dense).RawRowView.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RawRowView mode=jvp
func DenseRawRowViewJVP(m *mat.Dense, i int, dm *mat.Dense) (y, dy []float64) {
	return m.RawRowView(i), dm.RawRowView(i)
}

// DenseRawMatrix: y is the memory of M.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RawMatrix writes=none
func DenseRawMatrix(m *mat.Dense, y, dy blas64.General, dm *mat.Dense) {
	for i := range y.Rows {
		for j := range y.Cols {
			dm.Set(i, j, dm.At(i, j)+dy.Data[i*y.Stride+j])
		}
	}
}

// DenseRawMatrixJVP is the forward rule of (*mat.Dense).RawMatrix.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RawMatrix mode=jvp
func DenseRawMatrixJVP(m, dm *mat.Dense) (y, dy blas64.General) {
	y, dy = m.RawMatrix(), dm.RawMatrix()
	if y.Stride != dy.Stride {
		panic("matrule: a matrix and its tangent have rows at different distances in memory, and its memory is asked for")
	}
	return y, dy
}

// VecDenseRawVector: y is the memory of v.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).RawVector writes=none
func VecDenseRawVector(v *mat.VecDense, y, dy blas64.Vector, dv *mat.VecDense) {
	for i := range y.N {
		dv.SetVec(i, dv.AtVec(i)+dy.Data[i*y.Inc])
	}
}

// VecDenseRawVectorJVP is the forward rule of (*mat.VecDense).RawVector.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).RawVector mode=jvp
func VecDenseRawVectorJVP(v, dv *mat.VecDense) (y, dy blas64.Vector) {
	y, dy = v.RawVector(), dv.RawVector()
	if y.Inc != dy.Inc {
		panic("matrule: a vector and its tangent have elements at different distances in memory, and its memory is asked for")
	}
	return y, dy
}

// Col: y, which is dst where that is not nil, is column j of A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Col writes=dst
func Col(dst []float64, j int, a mat.Matrix, y, dy, ddst []float64, da mat.Matrix) {
	g := mat.NewDense(len(dy), j+1, nil)
	for i, v := range returned(dy, ddst) {
		g.Set(i, j, v)
	}
	accumulate(da, widened(g, da))
}

// ColJVP is the forward rule of mat.Col.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Col mode=jvp
func ColJVP(dst []float64, j int, a mat.Matrix, ddst []float64, da mat.Matrix) (y, dy []float64) {
	return mat.Col(dst, j, a), mat.Col(ddst, j, da)
}

// Row: y, which is dst where that is not nil, is row i of A.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Row writes=dst
func Row(dst []float64, i int, a mat.Matrix, y, dy, ddst []float64, da mat.Matrix) {
	g := mat.NewDense(i+1, len(dy), nil)
	g.SetRow(i, returned(dy, ddst))
	accumulate(da, widened(g, da))
}

// RowJVP is the forward rule of mat.Row.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.Row mode=jvp
func RowJVP(dst []float64, i int, a mat.Matrix, ddst []float64, da mat.Matrix) (y, dy []float64) {
	return mat.Row(dst, i, a), mat.Row(ddst, i, da)
}

// returned returns the adjoint of what a function returns, and of the destination that it is, if that is given, and clears the latter.
func returned(dy, ddst []float64) []float64 {
	g := slices.Clone(dy)
	for i, v := range ddst {
		g[i] += v
		ddst[i] = 0
	}
	return g
}

// widened returns g with zeros after its rows and columns, of the size of a shadow.
func widened(g *mat.Dense, shadow mat.Matrix) *mat.Dense {
	r, c := shadow.Dims()
	w := mat.NewDense(r, c, nil)
	w.Copy(g)
	return w
}
