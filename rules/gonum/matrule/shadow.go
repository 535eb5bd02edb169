package matrule

import "gonum.org/v1/gonum/mat"

// ShadowDense returns a matrix of zeros of the size of m.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.Dense
func ShadowDense(m *mat.Dense) *mat.Dense {
	if m.IsEmpty() {
		return new(mat.Dense)
	}
	r, c := m.Dims()
	return mat.NewDense(r, c, nil)
}

// AddDense adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.Dense
func AddDense(dst, src *mat.Dense) {
	if !src.IsEmpty() {
		dst.Add(dst, src)
	}
}

// ShadowVecDense returns a vector of zeros of the length of v.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.VecDense
func ShadowVecDense(v *mat.VecDense) *mat.VecDense {
	if v.IsEmpty() {
		return new(mat.VecDense)
	}
	return mat.NewVecDense(v.Len(), nil)
}

// AddVecDense adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.VecDense
func AddVecDense(dst, src *mat.VecDense) {
	if !src.IsEmpty() {
		dst.AddVec(dst, src)
	}
}

// ShadowSymDense returns a matrix of zeros of the order of s.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.SymDense
func ShadowSymDense(s *mat.SymDense) *mat.SymDense {
	if s.IsEmpty() {
		return new(mat.SymDense)
	}
	return mat.NewSymDense(s.SymmetricDim(), nil)
}

// AddSymDense adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.SymDense
func AddSymDense(dst, src *mat.SymDense) {
	if !src.IsEmpty() {
		dst.AddSym(dst, src)
	}
}

// ShadowTriDense returns a matrix of zeros of the order and kind of t.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.TriDense
func ShadowTriDense(t *mat.TriDense) *mat.TriDense {
	if t.IsEmpty() {
		return new(mat.TriDense)
	}
	n, kind := t.Triangle()
	return mat.NewTriDense(n, kind, nil)
}

// AddTriDense adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.TriDense
func AddTriDense(dst, src *mat.TriDense) {
	if !src.IsEmpty() {
		addTriangle(dst, mat.DenseCopyOf(src))
	}
}

// CopyDense returns a copy of m, for what is written in place.
//
//godiff:copy of=gonum.org/v1/gonum/mat.Dense
func CopyDense(m *mat.Dense) *mat.Dense {
	if m.IsEmpty() {
		return new(mat.Dense)
	}
	return mat.DenseCopyOf(m)
}

// CopyVecDense returns a copy of v, for what is written in place.
//
//godiff:copy of=gonum.org/v1/gonum/mat.VecDense
func CopyVecDense(v *mat.VecDense) *mat.VecDense {
	if v.IsEmpty() {
		return new(mat.VecDense)
	}
	return mat.VecDenseCopyOf(v)
}

// CopySymDense returns a copy of s, for what is written in place.
//
//godiff:copy of=gonum.org/v1/gonum/mat.SymDense
func CopySymDense(s *mat.SymDense) *mat.SymDense {
	if s.IsEmpty() {
		return new(mat.SymDense)
	}
	t := mat.NewSymDense(s.SymmetricDim(), nil)
	t.CopySym(s)
	return t
}
