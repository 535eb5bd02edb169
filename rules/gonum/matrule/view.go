package matrule

import "gonum.org/v1/gonum/mat"

// Views share memory with what they are views of. Their shadows do not, in reverse mode: godiff refuses to write through either later.

// DenseRowView: y is row i of M.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RowView writes=none
func DenseRowView(m *mat.Dense, i int, y, dy mat.Vector, dm *mat.Dense) {
	for j := range dy.Len() {
		dm.Set(i, j, dm.At(i, j)+dy.AtVec(j))
	}
}

// DenseRowViewJVP is the forward rule of (*mat.Dense).RowView.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).RowView mode=jvp
func DenseRowViewJVP(m *mat.Dense, i int, dm *mat.Dense) (y, dy mat.Vector) {
	return m.RowView(i), dm.RowView(i)
}

// DenseColView: y is column j of M.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).ColView writes=none
func DenseColView(m *mat.Dense, j int, y, dy mat.Vector, dm *mat.Dense) {
	for i := range dy.Len() {
		dm.Set(i, j, dm.At(i, j)+dy.AtVec(i))
	}
}

// DenseColViewJVP is the forward rule of (*mat.Dense).ColView.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).ColView mode=jvp
func DenseColViewJVP(m *mat.Dense, j int, dm *mat.Dense) (y, dy mat.Vector) {
	return m.ColView(j), dm.ColView(j)
}

// DenseSlice: y is what M has from row i to before row k, and from column j to before column l.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Slice writes=none
func DenseSlice(m *mat.Dense, i, k, j, l int, y, dy mat.Matrix, dm *mat.Dense) {
	for r := range k - i {
		for c := range l - j {
			dm.Set(i+r, j+c, dm.At(i+r, j+c)+dy.At(r, c))
		}
	}
}

// DenseSliceJVP is the forward rule of (*mat.Dense).Slice.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Slice mode=jvp
func DenseSliceJVP(m *mat.Dense, i, k, j, l int, dm *mat.Dense) (y, dy mat.Matrix) {
	return m.Slice(i, k, j, l), dm.Slice(i, k, j, l)
}

// VecDenseSliceVec: y is what v has from element i to before element k.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SliceVec writes=none
func VecDenseSliceVec(v *mat.VecDense, i, k int, y, dy mat.Vector, dv *mat.VecDense) {
	for j := range k - i {
		dv.SetVec(i+j, dv.AtVec(i+j)+dy.AtVec(j))
	}
}

// VecDenseSliceVecJVP is the forward rule of (*mat.VecDense).SliceVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SliceVec mode=jvp
func VecDenseSliceVecJVP(v *mat.VecDense, i, k int, dv *mat.VecDense) (y, dy mat.Vector) {
	return v.SliceVec(i, k), dv.SliceVec(i, k)
}
