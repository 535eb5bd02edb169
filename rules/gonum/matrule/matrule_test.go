package matrule_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/godiff/godiff/gradcheck"
)

// A maker makes matrices of random numbers of either sign and of size 1/2 to 3/2.
type maker struct{ rng *rand.Rand }

func newMaker() maker { return maker{rand.New(rand.NewPCG(1, 2))} }

func (m maker) data(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.5 + m.rng.Float64()
		if m.rng.IntN(2) == 0 {
			x[i] = -x[i]
		}
	}
	return x
}

func (m maker) dense(r, c int) *mat.Dense { return mat.NewDense(r, c, m.data(r*c)) }

func (m maker) vector(n int) *mat.VecDense { return mat.NewVecDense(n, m.data(n)) }

func (m maker) symmetric(n int) *mat.SymDense { return mat.NewSymDense(n, m.data(n*n)) }

// positive returns a positive definite matrix.
func (m maker) positive(n int) *mat.SymDense {
	s := m.symmetric(n)
	for i := range n {
		s.SetSym(i, i, 2*float64(n)+s.At(i, i))
	}
	return s
}

// check compares derivatives in both modes with differences.
func check(t *testing.T, f, vjp, jvp any, wrt []string, args ...any) {
	t.Helper()
	args = append([]any{gradcheck.Wrt(wrt...)}, args...)
	gradcheck.VJP(t, f, vjp, args...)
	gradcheck.JVP(t, f, jvp, args...)
}

func wrt(names ...string) []string { return names }

func TestElements(t *testing.T) {
	m := newMaker()
	check(t, elements, elementsVJP, elementsJVP, wrt("a", "v", "s"), m.dense(2, 2), m.vector(2), m.symmetric(2))
	check(t, rows, rowsVJP, rowsJVP, wrt("a", "x"), m.dense(2, 3), m.data(3))
	check(t, zero, zeroVJP, zeroJVP, wrt("a"), m.dense(2, 2))
	check(t, copies, copiesVJP, copiesJVP, wrt("a", "b"), m.dense(3, 3), m.dense(2, 3))
	check(t, copiesVec, copiesVecVJP, copiesVecJVP, wrt("a", "b"), m.vector(3), m.vector(2))
	check(t, copiesSym, copiesSymVJP, copiesSymJVP, wrt("a", "b"), m.symmetric(2), m.symmetric(3))
	check(t, made, madeVJP, madeJVP, wrt("x"), m.data(4))
	check(t, raw, rawVJP, rawJVP, wrt("a", "v"), m.dense(2, 3), m.vector(2))
	gradcheck.HVP(t, raw, rawHVP, m.dense(2, 3), m.vector(2), gradcheck.Wrt("a", "v"))
}

func TestDense(t *testing.T) {
	m := newMaker()
	for _, n := range [][2]int{{1, 1}, {2, 3}} {
		r, c := n[0], n[1]
		a, b := m.dense(r, c), m.dense(r, c)
		check(t, add, addVJP, addJVP, wrt("a", "b"), a, b)
		check(t, sub, subVJP, subJVP, wrt("a", "b"), a, b.T().T())
		check(t, mulElem, mulElemVJP, mulElemJVP, wrt("a", "b"), a, b)
		check(t, divElem, divElemVJP, divElemJVP, wrt("a", "b"), a, m.dense(c, r).T())
		check(t, mul, mulVJP, mulJVP, wrt("a", "b"), a, b.T())
		check(t, mul, mulVJP, mulJVP, wrt("a", "b"), a, m.symmetric(c))
		check(t, mul, mulVJP, mulJVP, wrt("a", "b"), a, m.vector(c))
		check(t, mulA, mulAVJP, mulAJVP, wrt("a"), a, m.dense(c, 2))
		check(t, mulB, mulBVJP, mulBJVP, wrt("b"), a, m.dense(c, 2))
		check(t, mulTransposed, mulTransposedVJP, mulTransposedJVP, wrt("a", "b"), a, m.dense(2, r))
		check(t, mulMixed, mulMixedVJP, mulMixedJVP, wrt("s", "v"), m.symmetric(c), m.vector(c))
		check(t, scale, scaleVJP, scaleJVP, wrt("x", "a"), 1.5, a)
		check(t, scaleA, scaleAVJP, scaleAJVP, wrt("a"), 1.5, a.T())
		check(t, outer, outerVJP, outerJVP, wrt("alpha", "x", "y"), 1.5, m.vector(r), m.vector(c))
		check(t, rankOne, rankOneVJP, rankOneJVP, wrt("a", "alpha", "x", "y"), a, 1.5, m.vector(r), m.vector(c))
		check(t, product, productVJP, productJVP, wrt("a", "b", "c"), a, m.dense(2, c), m.dense(2, 2))
	}
}

func TestParts(t *testing.T) {
	m := newMaker()
	check(t, stack, stackVJP, stackJVP, wrt("a", "b"), m.dense(2, 3), m.symmetric(3))
	check(t, augment, augmentVJP, augmentJVP, wrt("a", "b"), m.dense(2, 3), m.dense(1, 2).T())
	check(t, lines, linesVJP, linesJVP, wrt("a", "x"), m.dense(2, 2), m.data(2))
	for _, a := range []mat.Matrix{m.dense(2, 3), m.dense(3, 2).T(), m.symmetric(3), m.vector(2)} {
		check(t, extremes, extremesVJP, extremesJVP, wrt("a"), a)
	}
}

func TestVector(t *testing.T) {
	m := newMaker()
	for _, n := range []int{1, 3} {
		a, b := m.vector(n), m.vector(n)
		check(t, addVec, addVecVJP, addVecJVP, wrt("a", "b"), a, b)
		check(t, subVec, subVecVJP, subVecJVP, wrt("a", "b"), a, b)
		check(t, mulElemVec, mulElemVecVJP, mulElemVecJVP, wrt("a", "b"), a, b)
		check(t, divElemVec, divElemVecVJP, divElemVecJVP, wrt("a", "b"), a, b)
		check(t, scaleVec, scaleVecVJP, scaleVecJVP, wrt("alpha", "a"), 1.5, a)
		check(t, scaleVecA, scaleVecAVJP, scaleVecAJVP, wrt("a"), 1.5, a)
		check(t, addScaledVec, addScaledVecVJP, addScaledVecJVP, wrt("a", "alpha", "b"), a, 1.5, b)
		check(t, addScaledVecAB, addScaledVecABVJP, addScaledVecABJVP, wrt("a", "b"), a, 1.5, b)
		for _, x := range []mat.Matrix{m.dense(2, n), m.dense(n, 2).T(), m.symmetric(n), m.vector(n).T()} {
			check(t, mulVec, mulVecVJP, mulVecJVP, wrt("a", "b"), x, b)
			check(t, mulVecA, mulVecAVJP, mulVecAJVP, wrt("a"), x, b)
			check(t, mulVecB, mulVecBVJP, mulVecBJVP, wrt("b"), x, b)
		}
		check(t, dot, dotVJP, dotJVP, wrt("x", "y"), a, b)
		gradcheck.HVP(t, dot, dotHVP, a, b, gradcheck.Wrt("x", "y"))
		check(t, innerProduct, innerProductVJP, innerProductJVP, wrt("x", "a", "y"), a, m.dense(n, 2), m.vector(2))
		check(t, innerProduct, innerProductVJP, innerProductJVP, wrt("x", "a", "y"), a, m.symmetric(n), b)
	}
}

func TestSymmetric(t *testing.T) {
	m := newMaker()
	for _, n := range []int{1, 3} {
		a, b := m.symmetric(n), m.symmetric(n)
		check(t, addSym, addSymVJP, addSymJVP, wrt("a", "b"), a, b)
		check(t, scaleSym, scaleSymVJP, scaleSymJVP, wrt("x", "a"), 1.5, a)
		check(t, scaleSymA, scaleSymAVJP, scaleSymAJVP, wrt("a"), 1.5, a)
		check(t, symRankOne, symRankOneVJP, symRankOneJVP, wrt("a", "alpha", "x"), a, 1.5, m.vector(n))
		check(t, symRankK, symRankKVJP, symRankKJVP, wrt("a", "alpha", "x"), a, 1.5, m.dense(n, 2))
		check(t, symOuterK, symOuterKVJP, symOuterKJVP, wrt("alpha", "x"), 1.5, m.dense(n, 2))
	}
}

func TestScalars(t *testing.T) {
	m := newMaker()
	for _, n := range []int{1, 3} {
		a, s := m.dense(n, n), m.symmetric(n)
		check(t, reduce, reduceVJP, reduceJVP, wrt("a"), a)
		gradcheck.HVP(t, reduce, reduceHVP, a, gradcheck.Wrt("a"))
		for _, order := range []float64{1, 2, math.Inf(1)} {
			for _, x := range []mat.Matrix{m.dense(2, n), m.dense(2, n).T(), s, m.vector(n), m.vector(n).T()} {
				check(t, norms, normsVJP, normsJVP, wrt("a"), x, order)
			}
			check(t, denseNorm, denseNormVJP, denseNormJVP, wrt("a"), a, order)
			check(t, vecNorm, vecNormVJP, vecNormJVP, wrt("v"), m.vector(n), order)
			check(t, symNorm, symNormVJP, symNormJVP, wrt("s"), s, order)
			gradcheck.HVP(t, symNorm, symNormHVP, s, order, gradcheck.Wrt("s"))
		}
		check(t, det, detVJP, detJVP, wrt("a"), a)
		check(t, det, detVJP, detJVP, wrt("a"), s)
		check(t, logDet, logDetVJP, logDetJVP, wrt("a"), a)
		gradcheck.HVP(t, logDet, logDetHVP, a, gradcheck.Wrt("a"))
	}
	// The determinants of singular matrices have derivatives too.
	check(t, det, detVJP, detJVP, wrt("a"), mat.NewDense(1, 1, nil))
	check(t, det, detVJP, detJVP, wrt("a"), mat.NewDense(3, 3, []float64{1, 2, 3, 2, 4, 6, 1, 0, 1}))
	check(t, det, detVJP, detJVP, wrt("a"), mat.NewDense(2, 2, nil))
	check(t, luDet, luDetVJP, luDetJVP, wrt("a"), m.dense(4, 4))
	check(t, luDet, luDetVJP, luDetJVP, wrt("a"), mat.NewDense(3, 3, []float64{1, 2, 3, 2, 4, 6, 1, 0, 1}))
}

func TestSolve(t *testing.T) {
	m := newMaker()
	for _, n := range [][2]int{{1, 1}, {3, 3}, {4, 2}, {2, 4}} {
		r, c := n[0], n[1]
		for _, a := range []mat.Matrix{m.dense(r, c), m.dense(c, r).T()} {
			check(t, solve, solveVJP, solveJVP, wrt("a", "b"), a, m.dense(r, 2))
			check(t, solveB, solveBVJP, solveBJVP, wrt("b"), a, m.dense(r, 2))
			check(t, solveVec, solveVecVJP, solveVecJVP, wrt("a", "b"), a, m.vector(r))
			check(t, solveVecB, solveVecBVJP, solveVecBJVP, wrt("b"), a, m.vector(r))
		}
	}
	for _, n := range []int{1, 3} {
		check(t, inverse, inverseVJP, inverseJVP, wrt("a"), m.dense(n, n))
		check(t, inverse, inverseVJP, inverseJVP, wrt("a"), m.dense(n, n).T())
		check(t, inverse, inverseVJP, inverseJVP, wrt("a"), m.positive(n))
	}
}

func TestFactorizations(t *testing.T) {
	m := newMaker()
	for _, n := range []int{1, 3} {
		check(t, cholesky, choleskyVJP, choleskyJVP, wrt("s", "b", "v"), m.positive(n), m.dense(n, 2), m.vector(n))
		if n > 1 {
			check(t, factors, factorsVJP, factorsJVP, wrt("s"), m.positive(n))
		}
		for _, trans := range []bool{false, true} {
			check(t, luSolve, luSolveVJP, luSolveJVP, wrt("a", "b", "v"), m.dense(n, n), m.dense(n, 2), m.vector(n), trans)
			check(t, qrSolve, qrSolveVJP, qrSolveJVP, wrt("a", "b", "v"), m.dense(n, n), m.dense(n, 2), m.vector(n), trans)
		}
	}
	check(t, qrSolve, qrSolveVJP, qrSolveJVP, wrt("a", "b", "v"), m.dense(5, 2), m.dense(5, 3), m.vector(5), false)
	check(t, qrSolve, qrSolveVJP, qrSolveJVP, wrt("a", "b", "v"), m.dense(5, 2), m.dense(2, 3), m.vector(2), true)
	check(t, cholesky, choleskyVJP, choleskyJVP, wrt("s", "b", "v"), mat.NewSymDense(1, []float64{-1}), m.dense(1, 1), m.vector(1))
}

func TestLoops(t *testing.T) {
	m := newMaker()
	check(t, recurrent, recurrentVJP, recurrentJVP, wrt("a", "b"), m.dense(2, 2), m.vector(2))
	check(t, shapes, shapesVJP, shapesJVP, wrt("a"), m.dense(2, 3))
	check(t, newton, newtonVJP, newtonJVP, wrt("s", "b"), m.positive(2), m.vector(2))
}

func TestPrograms(t *testing.T) {
	m := newMaker()
	check(t, overwritten, overwrittenVJP, overwrittenJVP, wrt("a", "b"), m.dense(2, 2), m.dense(2, 2), m.vector(2))
	check(t, single, singleVJP, singleJVP, wrt("a"), m.dense(2, 3))
	check(t, views, viewsVJP, viewsJVP, wrt("a", "v"), m.dense(3, 3), m.vector(3))
	check(t, listed, listedVJP, listedJVP, wrt("a"), m.dense(2, 2))
	check(t, chosen, chosenVJP, chosenJVP, wrt("a"), mat.NewDense(2, 2, []float64{1, 2, 3, 4}))
	check(t, chosen, chosenVJP, chosenJVP, wrt("a"), mat.NewDense(2, 2, []float64{-1, 2, 3, 4}))
	check(t, assigned, assignedVJP, assignedJVP, wrt("a"), m.dense(2, 2))
	check(t, nested, nestedVJP, nestedJVP, wrt("a"), m.dense(2, 2))
	net := &model{W1: m.dense(3, 2), W2: m.dense(1, 3), B: m.vector(3)}
	check(t, (*model).loss, (*model).lossVJP, (*model).lossJVP, wrt("m"), net, m.dense(4, 2), m.data(4))
	gradcheck.Grad(t, (*model).loss, (*model).lossGrad, net, m.dense(4, 2), m.data(4), gradcheck.Wrt("m"))
}

func TestInto(t *testing.T) {
	m := newMaker()
	check(t, into, intoVJP, intoJVP, wrt("a", "c", "v"), m.dense(2, 2), m.dense(2, 2), m.vector(2))
	x := []*mat.VecDense{m.vector(2), m.vector(2)}
	w := &workspace{W: m.dense(2, 2), chol: m.symmetric(2)}
	w.h.CloneFromVec(m.vector(2))
	w.g.CloneFromVec(m.vector(2))
	check(t, (*workspace).loss, (*workspace).lossVJP, (*workspace).lossJVP, wrt("w"), w, x)
	panics(t, "loss: MulVec gives h new memory, where the caller's shadow has none", func() {
		w, dw := &workspace{W: m.dense(2, 2), chol: m.symmetric(2)}, &workspace{W: m.dense(2, 2), chol: m.symmetric(2)}
		w.lossVJP(x, dw, 1)
	})
}

// TestPart has matrices that are parts of others: their rows are further apart than those of their shadows.
func TestPart(t *testing.T) {
	m := newMaker()
	a := m.dense(4, 5).Slice(1, 3, 1, 3).(*mat.Dense)
	check(t, nested, nestedVJP, nestedJVP, wrt("a"), a)
	check(t, recurrent, recurrentVJP, recurrentJVP, wrt("a", "b"), a, m.dense(2, 3).ColView(1).(*mat.VecDense))
}

// TestPanics has arguments for which the functions panic, or the rules do.
func TestPanics(t *testing.T) {
	m := newMaker()
	panics(t, mat.ErrShape, func() { mulVJP(m.dense(2, 3), m.dense(2, 3), m.dense(2, 3), m.dense(2, 3), m.dense(2, 3)) })
	panics(t, mat.ErrShape, func() { mulJVP(m.dense(2, 3), m.dense(2, 3), m.dense(2, 3), m.dense(2, 3)) })
	zero := mat.NewDense(2, 2, nil)
	panics(t, mat.Condition(math.Inf(1)), func() { inverseVJP(zero, mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil)) })
	panics(t, mat.Condition(math.Inf(1)), func() { solveJVP(zero, zero.T(), zero, zero.T()) })
	band := mat.NewBandDense(2, 2, 1, 1, m.data(6))
	panics(t, "matrule: there are no derivatives for a matrix of type *mat.BandDense", func() {
		mulVJP(band, zero, mat.NewBandDense(2, 2, 1, 1, nil), mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil))
	})
	_, want := unsolvable(zero)
	da := mat.NewDense(2, 2, nil)
	if _, err := unsolvableVJP(zero, da, mat.NewDense(2, 2, []float64{1, 1, 1, 1})); err != want || mat.Norm(da, 1) != 0 {
		t.Errorf("the error is %v, and the gradient %v", err, mat.Formatted(da))
	}
}

func panics(t *testing.T, want any, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if p := recover(); p != want {
			t.Errorf("the panic is %v, want %v", p, want)
		}
	}()
	f()
}
