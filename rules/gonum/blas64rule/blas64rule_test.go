package blas64rule_test

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/godiff/godiff/gradcheck"
)

// A maker makes vectors and matrices of random numbers of either sign and of size 1/2 to 3/2, those in the gaps included. They have so
// few digits that sums of products are exact: in which order a kernel adds depends on where its operands lie.
type maker struct{ rng *rand.Rand }

func newMaker() maker { return maker{rand.New(rand.NewPCG(1, 2))} }

func (m maker) data(n int) []float64 {
	x := make([]float64, max(n, 0))
	for i := range x {
		x[i] = float64(32+m.rng.IntN(65)) / 64
		if m.rng.IntN(2) == 0 {
			x[i] = -x[i]
		}
	}
	return x
}

func (m maker) vector(n, inc int) blas64.Vector {
	return blas64.Vector{N: n, Data: m.data((n-1)*max(inc, -inc) + 1), Inc: inc}
}

// general returns a matrix with a gap of some elements between its rows.
func (m maker) general(rows, cols, gap int) blas64.General {
	stride := max(cols, 1) + gap
	return blas64.General{Rows: rows, Cols: cols, Data: m.data(rows * stride), Stride: stride}
}

// times returns a factor of the given sizes, transposed or not.
func (m maker) times(t blas.Transpose, rows, cols, gap int) blas64.General {
	if t != blas.NoTrans {
		rows, cols = cols, rows
	}
	return m.general(rows, cols, gap)
}

func (m maker) symmetric(uplo blas.Uplo, n, gap int) blas64.Symmetric {
	a := m.general(n, n, gap)
	return blas64.Symmetric{Uplo: uplo, N: n, Data: a.Data, Stride: a.Stride}
}

// triangular returns a matrix with a diagonal far from zero.
func (m maker) triangular(uplo blas.Uplo, diag blas.Diag, n, gap int) blas64.Triangular {
	a := m.general(n, n, gap)
	for i := range n {
		a.Data[i*(a.Stride+1)] *= 3
	}
	return blas64.Triangular{Uplo: uplo, Diag: diag, N: n, Data: a.Data, Stride: a.Stride}
}

var (
	transposes = []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}
	triangles  = []blas.Uplo{blas.Upper, blas.Lower}
	diagonals  = []blas.Diag{blas.NonUnit, blas.Unit}
	sides      = []blas.Side{blas.Left, blas.Right}
	orders     = []int{0, 1, 4}
	gaps       = []int{0, 2}
)

// check compares derivatives in both modes with differences.
func check(t *testing.T, f, vjp, jvp any, args ...any) {
	t.Helper()
	args = append([]any{gradcheck.Tol(tolerance)}, args...)
	gradcheck.VJP(t, f, vjp, args...)
	gradcheck.JVP(t, f, jvp, args...)
}

// part compares a derivative with respect to some parameters with differences.
func part(t *testing.T, f, vjp any, wrt []string, args ...any) {
	t.Helper()
	gradcheck.VJP(t, f, vjp, append([]any{gradcheck.Tol(tolerance), gradcheck.Wrt(wrt...)}, args...)...)
}

func TestLevel1(t *testing.T) {
	m := newMaker()
	for _, n := range []int{0, 1, 5} {
		for _, inc := range [][2]int{{1, 1}, {2, 3}, {-1, 2}, {3, -2}} {
			x := func() blas64.Vector { return m.vector(n, inc[0]) }
			y := func() blas64.Vector { return m.vector(n, inc[1]) }
			check(t, dot, dotVJP, dotJVP, x(), y())
			check(t, square, squareVJP, squareJVP, x())
			check(t, swap, swapVJP, swapJVP, x(), y())
			check(t, copyTo, copyToVJP, copyToJVP, x(), y())
			check(t, axpy, axpyVJP, axpyJVP, 1.5, x(), y())
			check(t, axpy, axpyVJP, axpyJVP, 0, x(), y())
			if inc[0] < 0 || n == 0 {
				continue // the increment must be positive, and sums are constant
			}
			check(t, nrm2, nrm2VJP, nrm2JVP, x())
			check(t, asum, asumVJP, asumJVP, x())
			check(t, scal, scalVJP, scalJVP, 1.5, x())
			part(t, scal, scalPartVJP, []string{"x"}, 1.5, x())
			check(t, scal, scalVJP, scalJVP, 0, x())
			part(t, scal, scalPartVJP, []string{"x"}, 0, x())
		}
	}
	check(t, columns, columnsVJP, columnsJVP, m.data(9))
}

func TestLevel2(t *testing.T) {
	m := newMaker()
	for _, n := range orders {
		for _, gap := range gaps {
			for _, f := range factors {
				for _, tr := range transposes {
					a, x, y := m.times(tr, n, 3, gap), m.vector(3, 2), m.vector(n, -1-gap)
					check(t, gemv, gemvVJP, gemvJVP, tr, f.alpha, a, x, f.beta, y)
					part(t, gemv, gemvPartVJP, []string{"a", "x", "y"}, tr, f.alpha, a, x, f.beta, y)
					check(t, gemvMatrix, gemvMatrixVJP, gemvMatrixJVP, tr, f.alpha, a, x, f.beta, y, gradcheck.Wrt("a", "y"))
					check(t, gemvVector, gemvVectorVJP, gemvVectorJVP, tr, f.alpha, a, x, f.beta, y, gradcheck.Wrt("x", "y"))
				}
				check(t, ger, gerVJP, gerJVP, f.alpha, m.vector(n, 2), m.vector(3, 1+gap), m.general(n, 3, gap))
				for _, uplo := range triangles {
					x, y := m.vector(n, 1+gap), m.vector(n, -2)
					check(t, symv, symvVJP, symvJVP, f.alpha, m.symmetric(uplo, n, gap), x, f.beta, y)
					part(t, symv, symvPartVJP, []string{"a", "x", "y"}, f.alpha, m.symmetric(uplo, n, gap), x, f.beta, y)
					check(t, syr, syrVJP, syrJVP, f.alpha, x, m.symmetric(uplo, n, gap))
					check(t, syr2, syr2VJP, syr2JVP, f.alpha, x, y, m.symmetric(uplo, n, gap))
				}
			}
			check(t, onto, ontoVJP, ontoJVP, m.vector(2, 1+gap), m.general(2, 2, gap))
			check(t, gerSelf, gerSelfVJP, gerSelfJVP, m.vector(n, 1+gap), m.general(n, n, gap))
			for _, uplo := range triangles {
				for _, diag := range diagonals {
					for _, tr := range transposes {
						a := m.triangular(uplo, diag, n, gap)
						check(t, trmv, trmvVJP, trmvJVP, tr, a, m.vector(n, 1+gap))
						part(t, trmv, trmvPartVJP, []string{"x"}, tr, a, m.vector(n, 1+gap))
						check(t, trsv, trsvVJP, trsvJVP, tr, a, m.vector(n, -2))
					}
				}
			}
		}
	}
}

func TestLevel3(t *testing.T) {
	m := newMaker()
	for _, n := range orders {
		for _, gap := range gaps {
			for _, f := range factors {
				for _, tA := range transposes {
					for _, tB := range transposes {
						a, b, c := m.times(tA, n, 3, gap), m.times(tB, 3, 2, gap), m.general(n, 2, gap)
						check(t, gemm, gemmVJP, gemmJVP, tA, tB, f.alpha, a, b, f.beta, c)
						part(t, gemm, gemmPartVJP, []string{"a", "b", "c"}, tA, tB, f.alpha, a, b, f.beta, c)
						check(t, gemmFirst, gemmFirstVJP, gemmFirstJVP, tA, tB, f.alpha, a, b, f.beta, c, gradcheck.Wrt("a", "c"))
						check(t, gemmSecond, gemmSecondVJP, gemmSecondJVP, tA, tB, f.alpha, a, b, f.beta, c, gradcheck.Wrt("b", "c"))
					}
				}
				for _, uplo := range triangles {
					for _, s := range sides {
						rows, cols := n, 3
						if s == blas.Right {
							rows, cols = 3, n
						}
						a, b, c := m.symmetric(uplo, n, gap), m.general(rows, cols, gap), m.general(rows, cols, 0)
						check(t, symm, symmVJP, symmJVP, s, f.alpha, a, b, f.beta, c)
						part(t, symm, symmPartVJP, []string{"a", "b", "c"}, s, f.alpha, a, b, f.beta, c)
					}
					for _, tr := range transposes[:2] {
						a, b, c := m.times(tr, n, 3, gap), m.times(tr, n, 3, 0), m.symmetric(uplo, n, gap)
						check(t, syrk, syrkVJP, syrkJVP, tr, f.alpha, a, f.beta, c)
						part(t, syrk, syrkPartVJP, []string{"a", "c"}, tr, f.alpha, a, f.beta, c)
						check(t, syr2k, syr2kVJP, syr2kJVP, tr, f.alpha, a, b, f.beta, c)
						part(t, syr2k, syr2kPartVJP, []string{"a", "b", "c"}, tr, f.alpha, a, b, f.beta, c)
					}
				}
			}
		}
	}
}

func TestTriangularLevel3(t *testing.T) {
	m := newMaker()
	for _, n := range orders {
		for _, gap := range gaps {
			for _, uplo := range triangles {
				for _, diag := range diagonals {
					for _, s := range sides {
						for _, tA := range transposes[:2] {
							rows, cols := n, 3
							if s == blas.Right {
								rows, cols = 3, n
							}
							a := m.triangular(uplo, diag, n, gap)
							for _, alpha := range []float64{1, -1.5, 0} {
								check(t, trmm, trmmVJP, trmmJVP, s, tA, alpha, a, m.general(rows, cols, gap))
								part(t, trmm, trmmPartVJP, []string{"b"}, s, tA, alpha, a, m.general(rows, cols, gap))
								check(t, trsm, trsmVJP, trsmJVP, s, tA, alpha, a, m.general(rows, cols, gap))
								part(t, trsm, trsmPartVJP, []string{"a", "b"}, s, tA, alpha, a, m.general(rows, cols, gap))
							}
						}
					}
				}
			}
		}
	}
}

func TestSecondOrder(t *testing.T) {
	m := newMaker()
	w1, w2, x := m.general(3, 3, 1), m.general(2, 3, 0), m.vector(3, 2)
	gradcheck.Grad(t, network, networkGrad, gradcheck.Tol(tolerance), w1, w2, x)
	gradcheck.HVP(t, network, networkHVP, gradcheck.Tol(10*tolerance), w1, w2, x)
	gradcheck.VJP(t, powers, powersVJP, gradcheck.Tol(10*tolerance), m.triangular(blas.Upper, blas.NonUnit, 3, 0), 0.7, m.vector(3, 1))
	gradcheck.JVP(t, powers, powersJVP, gradcheck.Tol(10*tolerance), m.triangular(blas.Upper, blas.NonUnit, 3, 0), 0.7, m.vector(3, 1))
	gradcheck.HVP(t, gram, gramHVP, gradcheck.Tol(10*tolerance), m.general(3, 3, 0), m.vector(3, 1))
}

// TestBlocks checks operands that lie between each other, and that overlap.
func TestBlocks(t *testing.T) {
	m := newMaker()
	check(t, block, blockVJP, blockJVP, m.data(16))
	a := m.data(9)
	for name, test := range map[string]struct{ call, derivative func() }{
		"Axpy": {func() { axpyOnto(a) }, func() { axpyOntoVJP(a, make([]float64, 9)) }},
		"Gemm": {func() { gemmOnto(a) }, func() { gemmOntoVJP(a, make([]float64, 9)) }},
	} {
		if panics(test.call) {
			t.Errorf("%s panics", name)
		}
		if !panics(test.derivative) {
			t.Errorf("the derivative of %s does not panic", name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}

// TestSizes checks operands some of whose sizes BLAS does not look at, and which may be left out.
func TestSizes(t *testing.T) {
	m := newMaker()
	a, b, c := m.general(2, 3, 1), m.general(3, 4, 0), m.general(2, 4, 0)
	tri, sym := m.triangular(blas.Lower, blas.NonUnit, 3, 0), m.symmetric(blas.Upper, 2, 0)
	x, y, z := m.vector(3, 2), m.vector(2, 1), m.vector(3, 1)
	b.Rows, c.Rows, c.Cols, sym.N, x.N, y.N, z.N = 0, 0, 0, 0, 0, 0, 0
	check(t, gemv, gemvVJP, gemvJVP, blas.NoTrans, 2, a, x, 3, y)
	part(t, gemv, gemvPartVJP, []string{"a", "x", "y"}, blas.NoTrans, 2, a, x, 3, y)
	check(t, ger, gerVJP, gerJVP, 2, y, z, a)
	check(t, trsv, trsvVJP, trsvJVP, blas.Trans, tri, z)
	check(t, gemm, gemmVJP, gemmJVP, blas.NoTrans, blas.NoTrans, 2, a, b, 3, c)
	part(t, gemm, gemmPartVJP, []string{"a", "b", "c"}, blas.NoTrans, blas.NoTrans, 2, a, b, 3, c)
	check(t, syrk, syrkVJP, syrkJVP, blas.NoTrans, 2, a, 3, sym)
	part(t, syrk, syrkPartVJP, []string{"a", "c"}, blas.NoTrans, 2, a, 3, sym)
	b.Rows, tri.N = 3, 0
	check(t, trmm, trmmVJP, trmmJVP, blas.Left, blas.NoTrans, 2, tri, b)
	part(t, trmm, trmmPartVJP, []string{"b"}, blas.Left, blas.NoTrans, 2, tri, b)
	check(t, trsm, trsmVJP, trsmJVP, blas.Left, blas.Trans, 2, tri, b)
	part(t, trsm, trsmPartVJP, []string{"a", "b"}, blas.Left, blas.Trans, 2, tri, b)
}

// TestConventions checks what differences cannot: norms at the origin, and NaNs in what is multiplied by zero.
func TestConventions(t *testing.T) {
	x := blas64.Vector{N: 2, Data: make([]float64, 3), Inc: 2}
	dx := blas64.Vector{Data: make([]float64, 3)}
	nrm2VJP(x, dx, 1)
	asumVJP(x, dx, 1)
	_, dy := nrm2JVP(x, blas64.Vector{Data: []float64{1, 1, 1}})
	if dx.Data[0] != 0 || dx.Data[2] != 0 || dy != 0 {
		t.Errorf("norms at the origin have the derivatives %v and %v, want 0", dx.Data, dy)
	}

	zero := float64(0)
	nan := zero / zero
	one := blas64.General{Rows: 1, Cols: 1, Data: []float64{1}, Stride: 1}
	c := blas64.General{Rows: 1, Cols: 1, Data: []float64{nan}, Stride: 1}
	shadow := func(v float64) blas64.General { return blas64.General{Data: []float64{v}} }
	da, db, dc := shadow(0), shadow(0), shadow(1)
	gemmVJP(blas.NoTrans, blas.NoTrans, 1, one, one, 0, c, da, db, dc)
	if da.Data[0] != 1 || db.Data[0] != 1 || dc.Data[0] != 0 {
		t.Errorf("adjoints of a product onto NaN: got %v, %v and %v, want 1, 1 and 0", da.Data, db.Data, dc.Data)
	}
	c.Data[0], dc.Data[0] = nan, nan
	gemmJVP(blas.NoTrans, blas.NoTrans, 1, one, one, 0, c, 0, shadow(1), shadow(0), 0, dc)
	if c.Data[0] != 1 || dc.Data[0] != 1 {
		t.Errorf("product onto NaN: got %v and the tangent %v, want 1 and 1", c.Data, dc.Data)
	}
}
