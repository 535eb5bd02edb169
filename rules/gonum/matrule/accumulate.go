package matrule

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// accumulate adds the adjoint g of a matrix to its shadow. What stands for two elements of a symmetric matrix gets both adjoints.
func accumulate(shadow mat.Matrix, g *mat.Dense) {
	switch d := shadow.(type) {
	case *mat.Dense:
		d.Add(d, g)
	case *mat.VecDense:
		for i := range d.Len() {
			d.SetVec(i, d.AtVec(i)+g.At(i, 0))
		}
	case *mat.SymDense:
		addSymmetric(d, g)
	case *mat.TriDense:
		addTriangle(d, g)
	case *mat.Transpose:
		accumulate(d.Matrix, transposed(g))
	case mat.Transpose:
		accumulate(d.Matrix, transposed(g))
	case *mat.TransposeVec:
		accumulate(d.Vector, transposed(g))
	case mat.TransposeVec:
		accumulate(d.Vector, transposed(g))
	case *mat.TransposeTri:
		accumulate(d.Triangular, transposed(g))
	case mat.TransposeTri:
		accumulate(d.Triangular, transposed(g))
	default:
		panic(fmt.Sprintf("matrule: there are no derivatives for a matrix of type %T", shadow))
	}
}

// transposed returns gᵀ.
func transposed(g *mat.Dense) *mat.Dense { return mat.DenseCopyOf(g.T()) }

// addSymmetric adds g and, off the diagonal, gᵀ to d.
func addSymmetric(d *mat.SymDense, g *mat.Dense) {
	for i := range d.SymmetricDim() {
		d.SetSym(i, i, d.At(i, i)+g.At(i, i))
		for j := range i {
			d.SetSym(j, i, d.At(j, i)+g.At(j, i)+g.At(i, j))
		}
	}
}

// addTriangle adds to d what it stores of g.
func addTriangle(d *mat.TriDense, g *mat.Dense) {
	n, kind := d.Triangle()
	for i := range n {
		for j := range i + 1 {
			r, c := i, j
			if kind == mat.Upper {
				r, c = j, i
			}
			d.SetTri(r, c, d.At(r, c)+g.At(r, c))
		}
	}
}

// taken returns the adjoint of the new contents of what a function overwrites, and clears it.
func taken(d *mat.Dense) *mat.Dense {
	g := mat.DenseCopyOf(d)
	d.Zero()
	return g
}

// takenVector is taken for a vector. The adjoint is a column.
func takenVector(d *mat.VecDense) *mat.Dense {
	g := mat.DenseCopyOf(d)
	d.Zero()
	return g
}

// takenSymmetric is taken for a symmetric matrix. The adjoint is that of the elements on and over the diagonal, and zero below.
func takenSymmetric(d *mat.SymDense) *mat.Dense {
	n := d.SymmetricDim()
	g := mat.NewDense(n, n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			g.Set(i, j, d.At(i, j))
		}
	}
	d.Zero()
	return g
}

// product returns AB.
func product(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Mul(a, b)
	return &c
}

// sum returns A + B.
func sum(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Add(a, b)
	return &c
}

// difference returns A − B.
func difference(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Sub(a, b)
	return &c
}

// scaled returns fA.
func scaled(f float64, a mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Scale(f, a)
	return &c
}

// elementwise returns the matrix of the products of the elements of A and B.
func elementwise(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.MulElem(a, b)
	return &c
}

// quotient returns the matrix of the quotients of the elements of A and B.
func quotient(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.DivElem(a, b)
	return &c
}

// inner returns the sum of the products of the elements of A and B.
func inner(a, b mat.Matrix) float64 { return mat.Sum(elementwise(a, b)) }

// assign sets the tangent of a matrix to t, and gives it memory where it has none.
func assign(tangent, t *mat.Dense) {
	if tangent.IsEmpty() {
		tangent.ReuseAs(t.Dims())
	}
	tangent.Copy(t)
}

// assignVector is assign for a vector. T is a column.
func assignVector(tangent *mat.VecDense, t *mat.Dense) {
	if tangent.IsEmpty() {
		r, _ := t.Dims()
		tangent.ReuseAsVec(r)
	}
	tangent.CopyVec(t.ColView(0))
}

// assignSymmetric is assign for a symmetric matrix, which gets the elements of T on and over the diagonal.
func assignSymmetric(tangent *mat.SymDense, t *mat.Dense) {
	n, _ := t.Dims()
	if tangent.IsEmpty() {
		tangent.ReuseAsSym(n)
	}
	for i := range n {
		for j := i; j < n; j++ {
			tangent.SetSym(i, j, t.At(i, j))
		}
	}
}

// kept returns a, or a copy where a function that overwrites m would overwrite it.
func kept(m, a mat.Matrix) mat.Matrix {
	base := a
	if t, ok := a.(mat.Untransposer); ok {
		base = t.Untranspose()
	}
	if base == m {
		return mat.DenseCopyOf(a)
	}
	return a
}

// column returns x as a column.
func column(x mat.Vector) *mat.Dense { return mat.DenseCopyOf(mat.VecDenseCopyOf(x)) }

// accumulateVector adds the adjoint g of a vector, a column, to its shadow.
func accumulateVector(shadow mat.Vector, g *mat.Dense) {
	switch d := shadow.(type) {
	case *mat.VecDense:
		accumulate(d, g)
	case *mat.TransposeVec:
		accumulateVector(d.Vector, g)
	case mat.TransposeVec:
		accumulateVector(d.Vector, g)
	default:
		panic(fmt.Sprintf("matrule: there are no derivatives for a vector of type %T", shadow))
	}
}
