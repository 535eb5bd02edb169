package blas64rule

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// GemvAXY: y ← αAx + βy, or with Aᵀ, for A, x and y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemv wrt=a,x,y writes=y
func GemvAXY(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector, da blas64.General, dx, dy blas64.Vector) {
	x.N, y.N = gemvSizes(t, a)
	da, dx, dy = general(da, a), vector(dx, x), vector(dy, y)
	apart("Gemv", memoryOfVector(dy), da)
	apart("Gemv", memoryOfVector(dy), memoryOfVector(dx))
	toMatrix(t, alpha, x, dy, da)
	blas64.Gemv(flip(t), alpha, a, dy, 1, dx)
	blas64.Gemv(t, 0, a, x, beta, dy)
}

// GemvAY is [GemvAXY] for A and y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemv wrt=a,y
func GemvAY(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector, da blas64.General, dy blas64.Vector) {
	x.N, y.N = gemvSizes(t, a)
	da, dy = general(da, a), vector(dy, y)
	apart("Gemv", memoryOfVector(dy), da)
	toMatrix(t, alpha, x, dy, da)
	blas64.Gemv(t, 0, a, x, beta, dy)
}

// GemvXY is [GemvAXY] for x and y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemv wrt=x,y
func GemvXY(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y, dx, dy blas64.Vector) {
	x.N, y.N = gemvSizes(t, a)
	dx, dy = vector(dx, x), vector(dy, y)
	apart("Gemv", memoryOfVector(dy), memoryOfVector(dx))
	blas64.Gemv(flip(t), alpha, a, dy, 1, dx)
	blas64.Gemv(t, 0, a, x, beta, dy)
}

// GemvY is [GemvAXY] for y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemv wrt=y
func GemvY(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y, dy blas64.Vector) {
	blas64.Gemv(t, 0, a, x, beta, vector(dy, y))
}

// toMatrix adds to the adjoint of A in αAx what comes from that of the product.
func toMatrix(t blas.Transpose, alpha float64, x, dy blas64.Vector, da blas64.General) {
	if t == blas.NoTrans {
		blas64.Ger(alpha, straight(dy), straight(x), da)
	} else {
		blas64.Ger(alpha, straight(x), straight(dy), da)
	}
}

// GemvSaved is what [GemvForward] remembers.
type GemvSaved struct {
	T           blas.Transpose
	Alpha, Beta float64
	A           blas64.General
	X, Y        blas64.Vector
}

// GemvForward is the forward half of the rule of blas64.Gemv for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Gemv writes=y
func GemvForward(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector) (saved GemvSaved) {
	saved = GemvSaved{t, alpha, beta, cloneGeneral(a), cloneVector(x), cloneVector(y)}
	saved.X.N, saved.Y.N = gemvSizes(t, a)
	blas64.Gemv(t, alpha, a, x, beta, y)
	return saved
}

// GemvBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Gemv
func GemvBackward(saved GemvSaved, da blas64.General, dx, dy blas64.Vector) (dalpha, dbeta float64) {
	adjoint := vector(dy, saved.Y)
	product := blas64.Vector{N: saved.Y.N, Data: make([]float64, saved.Y.N), Inc: 1}
	blas64.Gemv(saved.T, 1, saved.A, saved.X, 0, product)
	dalpha = blas64.Dot(adjoint, product)
	if saved.A.Rows > 0 && saved.A.Cols > 0 {
		dbeta = blas64.Dot(adjoint, saved.Y)
	}
	GemvAXY(saved.T, saved.Alpha, saved.A, saved.X, saved.Beta, saved.Y, da, dx, dy)
	return dalpha, dbeta
}

// GemvJVP is the forward rule of blas64.Gemv.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Gemv mode=jvp
func GemvJVP(t blas.Transpose, alpha float64, a blas64.General, x blas64.Vector, beta float64, y blas64.Vector, dalpha float64, da blas64.General, dx blas64.Vector, dbeta float64, dy blas64.Vector) {
	x.N, y.N = gemvSizes(t, a)
	dy = vector(dy, y)
	blas64.Gemv(t, alpha, general(da, a), x, beta, dy)
	blas64.Gemv(t, alpha, a, vector(dx, x), 1, dy)
	blas64.Gemv(t, dalpha, a, x, 1, dy)
	if a.Rows > 0 && a.Cols > 0 {
		blas64.Axpy(dbeta, y, dy)
	}
	blas64.Gemv(t, alpha, a, x, beta, y)
}

// straight returns a copy of x of increment 1.
func straight(x blas64.Vector) blas64.Vector {
	y := blas64.Vector{N: x.N, Data: make([]float64, x.N), Inc: 1}
	blas64.Copy(x, y)
	return y
}

// gemvSizes returns the lengths of the vectors in the product with a, which says them itself to Gemv.
func gemvSizes(t blas.Transpose, a blas64.General) (x, y int) {
	if t == blas.NoTrans {
		return a.Cols, a.Rows
	}
	return a.Rows, a.Cols
}

// SymvAXY: y ← αAx + βy for symmetric A, for A, x and y.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Symv wrt=a,x,y writes=y
func SymvAXY(alpha float64, a blas64.Symmetric, x blas64.Vector, beta float64, y blas64.Vector, da blas64.Symmetric, dx, dy blas64.Vector) {
	x.N, y.N = a.N, a.N
	da, dx, dy = symmetric(da, a), vector(dx, x), vector(dy, y)
	apart("Symv", memoryOfVector(dy), memoryOfSymmetric(da))
	apart("Symv", memoryOfVector(dy), memoryOfVector(dx))
	blas64.Syr2(alpha, dy, x, da)
	for i := range a.N { // the diagonal got it twice
		da.Data[i*(a.Stride+1)] -= alpha * dy.Data[start(dy)+i*dy.Inc] * x.Data[start(x)+i*x.Inc]
	}
	blas64.Symv(alpha, a, dy, 1, dx)
	blas64.Symv(0, a, x, beta, dy)
}

// SymvSaved is what [SymvForward] remembers.
type SymvSaved struct {
	Alpha, Beta float64
	A           blas64.Symmetric
	X, Y        blas64.Vector
}

// SymvForward is the forward half of the rule of blas64.Symv for α and β too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Symv writes=y
func SymvForward(alpha float64, a blas64.Symmetric, x blas64.Vector, beta float64, y blas64.Vector) (saved SymvSaved) {
	saved = SymvSaved{alpha, beta, cloneSymmetric(a), cloneVector(x), cloneVector(y)}
	saved.X.N, saved.Y.N = a.N, a.N
	blas64.Symv(alpha, a, x, beta, y)
	return saved
}

// SymvBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Symv
func SymvBackward(saved SymvSaved, da blas64.Symmetric, dx, dy blas64.Vector) (dalpha, dbeta float64) {
	adjoint := vector(dy, saved.Y)
	product := blas64.Vector{N: saved.A.N, Data: make([]float64, saved.A.N), Inc: 1}
	blas64.Symv(1, saved.A, saved.X, 0, product)
	dalpha = blas64.Dot(adjoint, product)
	dbeta = blas64.Dot(adjoint, saved.Y)
	SymvAXY(saved.Alpha, saved.A, saved.X, saved.Beta, saved.Y, da, dx, dy)
	return dalpha, dbeta
}

// SymvJVP is the forward rule of blas64.Symv.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Symv mode=jvp
func SymvJVP(alpha float64, a blas64.Symmetric, x blas64.Vector, beta float64, y blas64.Vector, dalpha float64, da blas64.Symmetric, dx blas64.Vector, dbeta float64, dy blas64.Vector) {
	x.N, y.N = a.N, a.N
	dy = vector(dy, y)
	blas64.Symv(alpha, symmetric(da, a), x, beta, dy)
	blas64.Symv(alpha, a, vector(dx, x), 1, dy)
	blas64.Symv(dalpha, a, x, 1, dy)
	blas64.Axpy(dbeta, y, dy)
	blas64.Symv(alpha, a, x, beta, y)
}

// Ger: A ← αxyᵀ + A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Ger writes=a
func Ger(alpha float64, x, y blas64.Vector, a blas64.General, dx, dy blas64.Vector, da blas64.General) (dalpha float64) {
	GerXYA(alpha, x, y, a, dx, dy, da)
	x.N, y.N = a.Rows, a.Cols
	product := blas64.Vector{N: x.N, Data: make([]float64, x.N), Inc: 1}
	blas64.Gemv(blas.NoTrans, 1, general(da, a), y, 0, product)
	return blas64.Dot(x, product)
}

// GerXYA is [Ger] for x, y and A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Ger wrt=x,y,a
func GerXYA(alpha float64, x, y blas64.Vector, a blas64.General, dx, dy blas64.Vector, da blas64.General) {
	x.N, y.N = a.Rows, a.Cols
	dx, dy, da = vector(dx, x), vector(dy, y), general(da, a)
	apart("Ger", da, memoryOfVector(dx))
	apart("Ger", da, memoryOfVector(dy))
	blas64.Gemv(blas.NoTrans, alpha, da, y, 1, dx)
	blas64.Gemv(blas.Trans, alpha, da, x, 1, dy)
}

// GerJVP is the forward rule of blas64.Ger.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Ger mode=jvp
func GerJVP(alpha float64, x, y blas64.Vector, a blas64.General, dalpha float64, dx, dy blas64.Vector, da blas64.General) {
	da = general(da, a)
	blas64.Ger(alpha, vector(dx, x), y, da)
	blas64.Ger(alpha, x, vector(dy, y), da)
	blas64.Ger(dalpha, x, y, da)
	blas64.Ger(alpha, x, y, a)
}

// Syr: A ← αxxᵀ + A for symmetric A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr writes=a
func Syr(alpha float64, x blas64.Vector, a blas64.Symmetric, dx blas64.Vector, da blas64.Symmetric) (dalpha float64) {
	SyrXA(alpha, x, a, dx, da)
	x.N = a.N
	product := blas64.Vector{N: x.N, Data: make([]float64, x.N), Inc: 1}
	bothTriangles(1, symmetric(da, a), x, product)
	return blas64.Dot(x, product) / 2
}

// SyrXA is [Syr] for x and A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr wrt=x,a
func SyrXA(alpha float64, x blas64.Vector, a blas64.Symmetric, dx blas64.Vector, da blas64.Symmetric) {
	x.N = a.N
	dx, da = vector(dx, x), symmetric(da, a)
	apart("Syr", memoryOfSymmetric(da), memoryOfVector(dx))
	bothTriangles(alpha, da, x, dx)
}

// SyrJVP is the forward rule of blas64.Syr.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr mode=jvp
func SyrJVP(alpha float64, x blas64.Vector, a blas64.Symmetric, dalpha float64, dx blas64.Vector, da blas64.Symmetric) {
	da = symmetric(da, a)
	blas64.Syr2(alpha, x, vector(dx, x), da)
	blas64.Syr(dalpha, x, da)
	blas64.Syr(alpha, x, a)
}

// Syr2: A ← α(xyᵀ + yxᵀ) + A for symmetric A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr2 writes=a
func Syr2(alpha float64, x, y blas64.Vector, a blas64.Symmetric, dx, dy blas64.Vector, da blas64.Symmetric) (dalpha float64) {
	Syr2XYA(alpha, x, y, a, dx, dy, da)
	x.N, y.N = a.N, a.N
	product := blas64.Vector{N: x.N, Data: make([]float64, x.N), Inc: 1}
	bothTriangles(1, symmetric(da, a), y, product)
	return blas64.Dot(x, product)
}

// Syr2XYA is [Syr2] for x, y and A.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr2 wrt=x,y,a
func Syr2XYA(alpha float64, x, y blas64.Vector, a blas64.Symmetric, dx, dy blas64.Vector, da blas64.Symmetric) {
	x.N, y.N = a.N, a.N
	dx, dy, da = vector(dx, x), vector(dy, y), symmetric(da, a)
	apart("Syr2", memoryOfSymmetric(da), memoryOfVector(dx))
	apart("Syr2", memoryOfSymmetric(da), memoryOfVector(dy))
	bothTriangles(alpha, da, y, dx)
	bothTriangles(alpha, da, x, dy)
}

// Syr2JVP is the forward rule of blas64.Syr2.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Syr2 mode=jvp
func Syr2JVP(alpha float64, x, y blas64.Vector, a blas64.Symmetric, dalpha float64, dx, dy blas64.Vector, da blas64.Symmetric) {
	da = symmetric(da, a)
	blas64.Syr2(alpha, vector(dx, x), y, da)
	blas64.Syr2(alpha, x, vector(dy, y), da)
	blas64.Syr2(dalpha, x, y, da)
	blas64.Syr2(alpha, x, y, a)
}

// bothTriangles adds α(T + Tᵀ)x to y, where T is the triangle of g that is stored.
func bothTriangles(alpha float64, g blas64.Symmetric, x, y blas64.Vector) {
	blas64.Symv(alpha, g, x, 1, y)
	for i := range g.N {
		y.Data[start(y)+i*y.Inc] += alpha * g.Data[i*(g.Stride+1)] * x.Data[start(x)+i*x.Inc]
	}
}

// TrmvX: x ← Ax for triangular A, or with Aᵀ, for x.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trmv wrt=x writes=x
func TrmvX(t blas.Transpose, a blas64.Triangular, x, dx blas64.Vector) {
	blas64.Trmv(flip(t), a, vector(dx, x))
}

// TrmvSaved is what [TrmvForward] remembers.
type TrmvSaved struct {
	T blas.Transpose
	A blas64.Triangular
	X blas64.Vector
}

// TrmvForward is the forward half of the rule of blas64.Trmv for A too.
//
//godiff:forward of=gonum.org/v1/gonum/blas/blas64.Trmv
func TrmvForward(t blas.Transpose, a blas64.Triangular, x blas64.Vector) (saved TrmvSaved) {
	saved = TrmvSaved{t, cloneTriangular(a), cloneVector(x)}
	saved.X.N = a.N
	blas64.Trmv(t, a, x)
	return saved
}

// TrmvBackward is the other half.
//
//godiff:backward of=gonum.org/v1/gonum/blas/blas64.Trmv
func TrmvBackward(saved TrmvSaved, da blas64.Triangular, dx blas64.Vector) {
	da, dx = triangular(da, saved.A), vector(dx, saved.X)
	apart("Trmv", memoryOfVector(dx), memoryOfTriangular(da))
	if saved.T == blas.NoTrans {
		addOuter(1, dx, saved.X, da)
	} else {
		addOuter(1, saved.X, dx, da)
	}
	blas64.Trmv(flip(saved.T), saved.A, dx)
}

// TrmvJVP is the forward rule of blas64.Trmv.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trmv mode=jvp
func TrmvJVP(t blas.Transpose, a blas64.Triangular, x blas64.Vector, da blas64.Triangular, dx blas64.Vector) {
	x.N = a.N
	old := cloneVector(x)
	blas64.Trmv(t, a, x)
	dx = vector(dx, x)
	blas64.Trmv(t, a, dx)
	blas64.Axpy(1, timesVector(t, triangular(da, a), old), dx)
}

// Trsv: x ← A⁻¹x for triangular A, or with Aᵀ.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsv writes=x
func Trsv(t blas.Transpose, a blas64.Triangular, x blas64.Vector, da blas64.Triangular, dx blas64.Vector) {
	x.N = a.N
	da, dx = triangular(da, a), vector(dx, x)
	apart("Trsv", memoryOfVector(dx), memoryOfTriangular(da))
	blas64.Trsv(flip(t), a, dx)
	if t == blas.NoTrans {
		addOuter(-1, dx, x, da)
	} else {
		addOuter(-1, x, dx, da)
	}
}

// TrsvX is [Trsv] for x.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsv wrt=x
func TrsvX(t blas.Transpose, a blas64.Triangular, x, dx blas64.Vector) {
	blas64.Trsv(flip(t), a, vector(dx, x))
}

// TrsvJVP is the forward rule of blas64.Trsv: ẋ ← A⁻¹(ẋ − Ȧx), where x is the solution.
//
//godiff:derivative of=gonum.org/v1/gonum/blas/blas64.Trsv mode=jvp
func TrsvJVP(t blas.Transpose, a blas64.Triangular, x blas64.Vector, da blas64.Triangular, dx blas64.Vector) {
	x.N = a.N
	dx = vector(dx, x)
	blas64.Trsv(t, a, x)
	blas64.Axpy(-1, timesVector(t, triangular(da, a), x), dx)
	blas64.Trsv(t, a, dx)
}

// addOuter adds what is stored of αxyᵀ to a. A unit diagonal is not stored.
func addOuter(alpha float64, x, y blas64.Vector, a blas64.Triangular) {
	for i := range a.N {
		lo, hi := row(a.Uplo, a.N, i)
		xi := x.Data[start(x)+i*x.Inc]
		for j := lo; j < hi; j++ {
			if i != j || a.Diag == blas.NonUnit {
				a.Data[i*a.Stride+j] += alpha * xi * y.Data[start(y)+j*y.Inc]
			}
		}
	}
}

// timesVector returns Ax, or Aᵀx, for a triangular tangent: its unit diagonal is zero.
func timesVector(t blas.Transpose, a blas64.Triangular, x blas64.Vector) blas64.Vector {
	y := straight(x)
	blas64.Trmv(t, a, y)
	if a.Diag == blas.Unit {
		blas64.Axpy(-1, x, y)
	}
	return y
}
