package matrule

import "gonum.org/v1/gonum/mat"

// ShadowQR returns a shadow of zeros.
//
//godiff:shadow of=gonum.org/v1/gonum/mat.QR
func ShadowQR(qr *mat.QR) *mat.QR {
	d := new(mat.QR)
	r, c := qr.Dims()
	shadowAs(d, "qr", r, c)
	return d
}

// AddQR adds src to dst.
//
//godiff:add of=gonum.org/v1/gonum/mat.QR
func AddQR(dst, src *mat.QR) { addShadow(dst, src, "qr") }

// addToQR adds the adjoint g of A to a shadow.
func addToQR(d *mat.QR, g *mat.Dense) {
	a := adjointIn(d, "qr")
	a.Add(a, g)
}

// QRFactorize gives A what its factorization has.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).Factorize writes=qr
func QRFactorize(qr *mat.QR, a mat.Matrix, dqr *mat.QR, da mat.Matrix) {
	accumulate(da, taken(adjointIn(dqr, "qr")))
}

// QRFactorizeJVP is the forward rule of (*mat.QR).Factorize.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).Factorize mode=jvp
func QRFactorizeJVP(qr *mat.QR, a mat.Matrix, dqr *mat.QR, da mat.Matrix) {
	qr.Factorize(a)
	*dqr = *ShadowQR(qr)
	addToQR(dqr, mat.DenseCopyOf(da))
}

// QRSolveTo is [DenseSolve] for A or, where trans is set, for Aᵀ, which has fewer rows than columns unless A is square.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).SolveTo writes=dst
func QRSolveTo(qr *mat.QR, dst *mat.Dense, trans bool, b mat.Matrix, err error, dqr *mat.QR, ddst *mat.Dense, db mat.Matrix) {
	accumulate(db, qrBack(qr, dst, trans, b, taken(ddst), dqr))
}

// QRSolveToJVP is the forward rule of (*mat.QR).SolveTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).SolveTo mode=jvp
func QRSolveToJVP(qr *mat.QR, dst *mat.Dense, trans bool, b mat.Matrix, dqr *mat.QR, ddst *mat.Dense, db mat.Matrix) error {
	y := kept(dst, b)
	err := qr.SolveTo(dst, trans, b)
	assign(ddst, qrTangent(qr, dst, trans, y, dqr, db))
	return err
}

// QRSolveVecTo is [QRSolveTo] for vectors.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).SolveVecTo writes=dst
func QRSolveVecTo(qr *mat.QR, dst *mat.VecDense, trans bool, b mat.Vector, err error, dqr *mat.QR, ddst *mat.VecDense, db mat.Vector) {
	accumulateVector(db, qrBack(qr, column(dst), trans, column(b), takenVector(ddst), dqr))
}

// QRSolveVecToJVP is the forward rule of (*mat.QR).SolveVecTo.
//
//godiff:derivative of=gonum.org/v1/gonum/mat.(*QR).SolveVecTo mode=jvp
func QRSolveVecToJVP(qr *mat.QR, dst *mat.VecDense, trans bool, b mat.Vector, dqr *mat.QR, ddst *mat.VecDense, db mat.Vector) error {
	y := column(b)
	err := qr.SolveVecTo(dst, trans, b)
	assignVector(ddst, qrTangent(qr, column(dst), trans, y, dqr, column(db)))
	return err
}

// qrBack adds what the adjoint g of a solution x contributes to that of A, and returns that of the right side.
func qrBack(qr *mat.QR, x *mat.Dense, trans bool, b mat.Matrix, g *mat.Dense, dqr *mat.QR) *mat.Dense {
	z := qrSolution(qr, !trans, g)
	if trans {
		u := qrSolution(qr, false, x)
		rest := product(difference(g, timesFactored(qr, z)), u.T())
		addToQR(dqr, difference(rest, product(x, z.T())))
	} else {
		w := qrSolution(qr, false, z)
		rest := product(difference(b, timesFactored(qr, x)), w.T())
		addToQR(dqr, difference(rest, product(z, x.T())))
	}
	return z
}

// qrTangent returns the tangent of a solution x.
func qrTangent(qr *mat.QR, x *mat.Dense, trans bool, b mat.Matrix, dqr *mat.QR, db mat.Matrix) *mat.Dense {
	da := adjointIn(dqr, "qr")
	if trans {
		y := product(da, qrSolution(qr, false, x))
		dx := qrSolution(qr, true, difference(db, product(da.T(), x)))
		return sum(dx, difference(y, timesFactored(qr, qrSolution(qr, false, y))))
	}
	dx := qrSolution(qr, false, difference(db, product(da, x)))
	rest := product(da.T(), difference(b, timesFactored(qr, x)))
	return sum(dx, qrSolution(qr, false, qrSolution(qr, true, rest)))
}

// timesFactored returns AX. QTo would write to qr; but with trans SolveTo multiplies by Q(Rᵀ)⁻¹, and AX is that of RᵀRX.
func timesFactored(qr *mat.QR, x *mat.Dense) *mat.Dense {
	var r mat.Dense
	qr.RTo(&r)
	return qrSolution(qr, true, product(r.T(), product(&r, x)))
}

// qrSolution returns A⁺B, or (Aᵀ)⁺B, or zeros where A is singular.
func qrSolution(qr *mat.QR, trans bool, b mat.Matrix) *mat.Dense {
	var x mat.Dense
	if err := qr.SolveTo(&x, trans, b); Singular(err) && x.IsEmpty() {
		r, c := qr.Dims()
		if !trans {
			r = c
		}
		_, k := b.Dims()
		x.ReuseAs(r, k)
	}
	return &x
}
