package matrule

import "gonum.org/v1/gonum/mat"

// DenseAt: y = mᵢⱼ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).At writes=none
func DenseAt(m *mat.Dense, i, j int, y, dy float64, dm *mat.Dense) { dm.Set(i, j, dm.At(i, j)+dy) }

// DenseAtJVP is the forward rule of (*mat.Dense).At.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).At mode=jvp
func DenseAtJVP(m *mat.Dense, i, j int, dm *mat.Dense) (y, dy float64) {
	return m.At(i, j), dm.At(i, j)
}

// DenseSet: mᵢⱼ = v.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Set sets=m
func DenseSet(m *mat.Dense, i, j int, v float64, dm *mat.Dense) (dv float64) {
	dv = dm.At(i, j)
	dm.Set(i, j, 0)
	return dv
}

// DenseSetJVP is the forward rule of (*mat.Dense).Set.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Set mode=jvp
func DenseSetJVP(m *mat.Dense, i, j int, v float64, dm *mat.Dense, dv float64) {
	m.Set(i, j, v)
	dm.Set(i, j, dv)
}

// VecDenseAtVec: y = vᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AtVec writes=none
func VecDenseAtVec(v *mat.VecDense, i int, y, dy float64, dv *mat.VecDense) {
	dv.SetVec(i, dv.AtVec(i)+dy)
}

// VecDenseAtVecJVP is the forward rule of (*mat.VecDense).AtVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).AtVec mode=jvp
func VecDenseAtVecJVP(v *mat.VecDense, i int, dv *mat.VecDense) (y, dy float64) {
	return v.AtVec(i), dv.AtVec(i)
}

// VecDenseAt: y = vᵢ, where j is 0.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).At writes=none
func VecDenseAt(v *mat.VecDense, i, j int, y, dy float64, dv *mat.VecDense) {
	dv.SetVec(i, dv.AtVec(i)+dy)
}

// VecDenseAtJVP is the forward rule of (*mat.VecDense).At.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).At mode=jvp
func VecDenseAtJVP(v *mat.VecDense, i, j int, dv *mat.VecDense) (y, dy float64) {
	return v.At(i, j), dv.At(i, j)
}

// VecDenseSetVec: vᵢ = val.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SetVec sets=v
func VecDenseSetVec(v *mat.VecDense, i int, val float64, dv *mat.VecDense) (dval float64) {
	dval = dv.AtVec(i)
	dv.SetVec(i, 0)
	return dval
}

// VecDenseSetVecJVP is the forward rule of (*mat.VecDense).SetVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SetVec mode=jvp
func VecDenseSetVecJVP(v *mat.VecDense, i int, val float64, dv *mat.VecDense, dval float64) {
	v.SetVec(i, val)
	dv.SetVec(i, dval)
}

// SymDenseAt: y = sᵢⱼ.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).At writes=none
func SymDenseAt(s *mat.SymDense, i, j int, y, dy float64, ds *mat.SymDense) {
	ds.SetSym(i, j, ds.At(i, j)+dy)
}

// SymDenseAtJVP is the forward rule of (*mat.SymDense).At.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).At mode=jvp
func SymDenseAtJVP(s *mat.SymDense, i, j int, ds *mat.SymDense) (y, dy float64) {
	return s.At(i, j), ds.At(i, j)
}

// SymDenseSetSym: sᵢⱼ = sⱼᵢ = v.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SetSym sets=s
func SymDenseSetSym(s *mat.SymDense, i, j int, v float64, ds *mat.SymDense) (dv float64) {
	dv = ds.At(i, j)
	ds.SetSym(i, j, 0)
	return dv
}

// SymDenseSetSymJVP is the forward rule of (*mat.SymDense).SetSym.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*SymDense).SetSym mode=jvp
func SymDenseSetSymJVP(s *mat.SymDense, i, j int, v float64, ds *mat.SymDense, dv float64) {
	s.SetSym(i, j, v)
	ds.SetSym(i, j, dv)
}

// TriDenseAt: y = tᵢⱼ, which is constant on the other side of the diagonal.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*TriDense).At writes=none
func TriDenseAt(t *mat.TriDense, i, j int, y, dy float64, dt *mat.TriDense) {
	if _, kind := dt.Triangle(); i == j || i < j == bool(kind) {
		dt.SetTri(i, j, dt.At(i, j)+dy)
	}
}

// TriDenseAtJVP is the forward rule of (*mat.TriDense).At.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*TriDense).At mode=jvp
func TriDenseAtJVP(t *mat.TriDense, i, j int, dt *mat.TriDense) (y, dy float64) {
	return t.At(i, j), dt.At(i, j)
}

// TriDenseSetTri: tᵢⱼ = v.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*TriDense).SetTri sets=t
func TriDenseSetTri(t *mat.TriDense, i, j int, v float64, dt *mat.TriDense) (dv float64) {
	dv = dt.At(i, j)
	dt.SetTri(i, j, 0)
	return dv
}

// TriDenseSetTriJVP is the forward rule of (*mat.TriDense).SetTri.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*TriDense).SetTri mode=jvp
func TriDenseSetTriJVP(t *mat.TriDense, i, j int, v float64, dt *mat.TriDense, dv float64) {
	t.SetTri(i, j, v)
	dt.SetTri(i, j, dv)
}
