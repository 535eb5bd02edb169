package matrule

import "gonum.org/v1/gonum/mat"

// DenseInverse: M = A⁻¹, so Ā −= MᵀM̄Mᵀ (Giles, section 2.2.3).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Inverse writes=m
func DenseInverse(m *mat.Dense, a mat.Matrix, err error, dm *mat.Dense, da mat.Matrix) {
	g := taken(dm)
	accumulate(da, scaled(-1, product(m.T(), product(g, m.T()))))
}

// DenseInverseJVP is the forward rule of (*mat.Dense).Inverse.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Inverse mode=jvp
func DenseInverseJVP(m *mat.Dense, a mat.Matrix, dm *mat.Dense, da mat.Matrix) error {
	err := m.Inverse(a)
	assign(dm, scaled(-1, product(m, product(da, m))))
	return err
}

// DenseSolve: X = A⁺B, where A⁺ is the inverse of A or, where A is not square, what makes X a solution of least squares or the smallest
// solution. With Z = A⁺ᵀX̄, B̄ += Z and Ā −= ZXᵀ (Giles, section 2.2.3). What a matrix that is not square adds follows from
// AᵀAX = AᵀB, or from X = AᵀU and AAᵀU = B: (B − AX)(A⁺Z)ᵀ where it has more rows than columns, U(X̄ − AᵀZ)ᵀ where it has fewer
// (Golub and Pereyra 1973 for both).
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Solve writes=m
func DenseSolve(m *mat.Dense, a, b mat.Matrix, err error, dm *mat.Dense, da, db mat.Matrix) {
	ga, gb := solveBack(a, b, m, taken(dm))
	accumulate(da, ga)
	accumulate(db, gb)
}

// DenseSolveB is [DenseSolve] for X and B.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Solve wrt=m,b
func DenseSolveB(m *mat.Dense, a, b mat.Matrix, err error, dm *mat.Dense, db mat.Matrix) {
	accumulate(db, solution(a.T(), taken(dm)))
}

// DenseSolveJVP is the forward rule of (*mat.Dense).Solve.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*Dense).Solve mode=jvp
func DenseSolveJVP(m *mat.Dense, a, b mat.Matrix, dm *mat.Dense, da, db mat.Matrix) error {
	x, y := kept(m, a), kept(m, b)
	err := m.Solve(a, b)
	assign(dm, solveTangent(x, y, m, da, db))
	return err
}

// VecDenseSolveVec is [DenseSolve] for vectors.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SolveVec writes=v
func VecDenseSolveVec(v *mat.VecDense, a mat.Matrix, b mat.Vector, err error, dv *mat.VecDense, da mat.Matrix, db mat.Vector) {
	ga, gb := solveBack(a, column(b), column(v), takenVector(dv))
	accumulate(da, ga)
	accumulateVector(db, gb)
}

// VecDenseSolveVecB is [VecDenseSolveVec] for v and b.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SolveVec wrt=v,b
func VecDenseSolveVecB(v *mat.VecDense, a mat.Matrix, b mat.Vector, err error, dv *mat.VecDense, db mat.Vector) {
	accumulateVector(db, solution(a.T(), takenVector(dv)))
}

// VecDenseSolveVecJVP is the forward rule of (*mat.VecDense).SolveVec.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*VecDense).SolveVec mode=jvp
func VecDenseSolveVecJVP(v *mat.VecDense, a mat.Matrix, b mat.Vector, dv *mat.VecDense, da mat.Matrix, db mat.Vector) error {
	x, y := kept(v, a), column(b)
	err := v.SolveVec(a, b)
	assignVector(dv, solveTangent(x, y, column(v), da, column(db)))
	return err
}

// solution returns A⁺B. That A is nearly singular F knows already.
func solution(a, b mat.Matrix) *mat.Dense {
	var x mat.Dense
	if err := x.Solve(a, b); Singular(err) && x.IsEmpty() {
		_, r := a.Dims()
		_, c := b.Dims()
		x.ReuseAs(r, c)
	}
	return &x
}

// solveBack returns the adjoints of A and B that come of the adjoint g of X = A⁺B.
func solveBack(a, b mat.Matrix, x, g *mat.Dense) (ga, gb *mat.Dense) {
	rows, cols := a.Dims()
	z := solution(a.T(), g)
	ga = scaled(-1, product(z, x.T()))
	switch {
	case rows > cols:
		ga = sum(ga, product(difference(b, product(a, x)), solution(a, z).T()))
	case rows < cols:
		ga = sum(ga, product(solution(a.T(), x), difference(g, product(a.T(), z)).T()))
	}
	return ga, z
}

// solveTangent returns the tangent of X = A⁺B.
func solveTangent(a, b mat.Matrix, x *mat.Dense, da, db mat.Matrix) *mat.Dense {
	rows, cols := a.Dims()
	dx := solution(a, difference(db, product(da, x)))
	switch {
	case rows > cols:
		dx = sum(dx, solution(a, solution(a.T(), product(da.T(), difference(b, product(a, x))))))
	case rows < cols:
		y := product(da.T(), solution(a.T(), x))
		dx = sum(dx, difference(y, solution(a, product(a, y))))
	}
	return dx
}
