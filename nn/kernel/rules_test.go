package kernel_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn/kernel"
)

// check compares derivatives in both modes with differences.
func check(t *testing.T, f, vjp, jvp any, args ...any) {
	t.Helper()
	gradcheck.VJP(t, f, vjp, args...)
	gradcheck.JVP(t, f, jvp, args...)
}

// part compares a derivative with respect to some parameters with differences.
func part(t *testing.T, f, vjp any, wrt []string, args ...any) {
	t.Helper()
	gradcheck.VJP(t, f, vjp, append(args, gradcheck.Wrt(wrt...))...)
}

// A maker makes slices of numbers between 1/2 and 3/2.
type maker struct{ rng *rand.Rand }

func (m maker) slice(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.5 + m.rng.Float64()
	}
	return x
}

// signed is like slice, with either sign.
func (m maker) signed(n int) []float64 {
	x := m.slice(n)
	for i := range x {
		x[i] *= float64(1 - 2*m.rng.IntN(2))
	}
	return x
}

func newMaker() maker { return maker{rand.New(rand.NewPCG(1, 2))} }

func TestMatMulRules(t *testing.T) { kernel.EachWay(t, matMulRules) }

func matMulRules(t *testing.T) {
	type f = func(c, a, b []float64, m, k, n int)
	type shadows2 = func(c, a, b []float64, m, k, n int, dc, d []float64)
	type shadows3 = func(c, a, b []float64, m, k, n int, dc, da, db []float64)
	make := newMaker()
	for _, test := range []struct {
		f        f
		vjp, jvp shadows3
		a, b     shadows2
		c        f2
	}{
		{matMul[float64], matMulVJP[float64], matMulJVP[float64], matMulVJPa[float64], matMulVJPb[float64], matMulVJPc[float64]},
		{matMulAdd[float64], matMulAddVJP[float64], matMulAddJVP[float64], matMulAddVJPa[float64], matMulAddVJPb[float64], matMulAddVJPc[float64]},
		{matMulTA[float64], matMulTAVJP[float64], matMulTAJVP[float64], matMulTAVJPa[float64], matMulTAVJPb[float64], matMulTAVJPc[float64]},
		{matMulTAAdd[float64], matMulTAAddVJP[float64], matMulTAAddJVP[float64], matMulTAAddVJPa[float64], matMulTAAddVJPb[float64], matMulTAAddVJPc[float64]},
		{matMulTB[float64], matMulTBVJP[float64], matMulTBJVP[float64], matMulTBVJPa[float64], matMulTBVJPb[float64], matMulTBVJPc[float64]},
		{matMulTBAdd[float64], matMulTBAddVJP[float64], matMulTBAddJVP[float64], matMulTBAddVJPa[float64], matMulTBAddVJPb[float64], matMulTBAddVJPc[float64]},
	} {
		for _, s := range [][3]int{{3, 4, 5}, {1, 6, 3}, {2, 3, 1}, {0, 2, 3}, {2, 0, 3}, {7, 1, 2}} {
			m, k, n := s[0], s[1], s[2]
			c, a, b := make.signed(m*n), make.signed(m*k), make.signed(k*n)
			check(t, test.f, test.vjp, test.jvp, c, a, b, m, k, n)
			part(t, test.f, test.a, []string{"c", "a"}, c, a, b, m, k, n)
			part(t, test.f, test.b, []string{"c", "b"}, c, a, b, m, k, n)
			part(t, test.f, test.c, []string{"c"}, c, a, b, m, k, n)
		}
	}
}

type f2 = func(c, a, b []float64, m, k, n int, dc []float64)

func TestGemmRules(t *testing.T) { kernel.EachWay(t, gemmRules) }

func gemmRules(t *testing.T) {
	make := newMaker()
	const m, n, k, gap = 3, 2, 3, 1
	for _, f := range [][2]float64{{1, 0}, {1, 1}, {-1.5, 0.5}, {0, 2}} {
		for _, trans := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
			rowsA, lda, rowsB, ldb := m, k+gap, k, n+gap
			if trans[0] {
				rowsA, lda = k, m+gap
			}
			if trans[1] {
				rowsB, ldb = n, k+gap
			}
			args := []any{trans[0], trans[1], m, n, k, f[0], make.signed(rowsA * lda), lda, make.signed(rowsB * ldb), ldb, f[1], make.signed(m * (n + gap)), n + gap}
			check(t, gemm[float64], gemmVJP[float64], gemmJVP[float64], args...)
			part(t, gemm[float64], gemmVJPabc[float64], []string{"a", "b", "c"}, args...)
			part(t, gemm[float64], gemmVJPac[float64], []string{"a", "c"}, args...)
			part(t, gemm[float64], gemmVJPbc[float64], []string{"b", "c"}, args...)
			part(t, gemm[float64], gemmVJPc[float64], []string{"c"}, args...)
		}
	}
}

func TestVectorRules(t *testing.T) { kernel.EachWay(t, vectorRules) }

func vectorRules(t *testing.T) {
	make := newMaker()
	for _, n := range []int{0, 1, 5, 9} {
		x := func() []float64 { return make.signed(n) }
		check(t, axpy[float64], axpyVJP[float64], axpyJVP[float64], 1.5, x(), x())
		part(t, axpy[float64], axpyVJPxy[float64], []string{"x", "y"}, 1.5, x(), x())
		part(t, axpy[float64], axpyVJPalpha[float64], []string{"alpha", "y"}, 1.5, x(), x())
		part(t, axpy[float64], axpyVJPy[float64], []string{"y"}, 1.5, x(), x())
		check(t, axpySelf[float64], axpySelfVJP[float64], axpySelfJVP[float64], x())
		check(t, scale[float64], scaleVJP[float64], scaleJVP[float64], x(), 1.5, x())
		part(t, scale[float64], scaleVJPx[float64], []string{"dst", "x"}, x(), 1.5, x())
		check(t, scaleSelf[float64], scaleSelfVJP[float64], scaleSelfJVP[float64], x())
		check(t, add[float64], addVJP[float64], addJVP[float64], x(), x(), x())
		part(t, add[float64], addVJPx[float64], []string{"dst", "x"}, x(), x(), x())
		part(t, add[float64], addVJPy[float64], []string{"dst", "y"}, x(), x(), x())
		check(t, addSelf[float64], addSelfVJP[float64], addSelfJVP[float64], x(), x())
		check(t, sub[float64], subVJP[float64], subJVP[float64], x(), x(), x())
		check(t, subSelf[float64], subSelfVJP[float64], subSelfJVP[float64], x(), x())
		check(t, subNothing[float64], subNothingVJP[float64], subNothingJVP[float64], x())
		check(t, mul[float64], mulVJP[float64], mulJVP[float64], x(), x(), x())
		part(t, mul[float64], mulVJPx[float64], []string{"dst", "x"}, x(), x(), x())
		part(t, mul[float64], mulVJPy[float64], []string{"dst", "y"}, x(), x(), x())
		part(t, mask[float64], maskVJP[float64], []string{"x"}, x(), x())
		check(t, mulAdd[float64], mulAddVJP[float64], mulAddJVP[float64], x(), x(), x())
		part(t, mulAdd[float64], mulAddVJPx[float64], []string{"dst", "x"}, x(), x(), x())
		part(t, mulAdd[float64], mulAddVJPy[float64], []string{"dst", "y"}, x(), x(), x())
		check(t, dot[float64], dotVJP[float64], dotJVP[float64], x(), x())
		part(t, dot[float64], dotVJPx[float64], []string{"x"}, x(), x())
		part(t, dot[float64], dotVJPy[float64], []string{"y"}, x(), x())
		check(t, sum[float64], sumVJP[float64], sumJVP[float64], x())
		if n > 0 {
			check(t, largest[float64], largestVJP[float64], largestJVP[float64], x())
			gradcheck.HVP(t, logSumExp[float64], logSumExpHVP[float64], x())
		}
		check(t, addRow[float64], addRowVJP[float64], addRowJVP[float64], make.signed(3*n), x(), 3, n)
		part(t, addRow[float64], addRowVJPdst[float64], []string{"dst"}, make.signed(3*n), x(), 3, n)
		check(t, sumRows[float64], sumRowsVJP[float64], sumRowsJVP[float64], x(), make.signed(3*n), 3, n)
		part(t, sumRows[float64], sumRowsVJPdst[float64], []string{"dst"}, x(), make.signed(3*n), 3, n)
		check(t, exp[float64], expVJP[float64], expJVP[float64], x(), x())
		check(t, log[float64], logVJP[float64], logJVP[float64], x(), make.slice(n))
		check(t, tanh[float64], tanhVJP[float64], tanhJVP[float64], x(), x())
		check(t, sigmoid[float64], sigmoidVJP[float64], sigmoidJVP[float64], x(), x())
		check(t, squash[float64], squashVJP[float64], squashJVP[float64], x())
	}
}

// TestNetwork differentiates functions that call several kernels, and those derivatives too.
func TestNetwork(t *testing.T) { kernel.EachWay(t, network) }

func network(t *testing.T) {
	make := newMaker()
	const m, k, n = 3, 4, 5
	check(t, dense[float64], denseVJP[float64], denseJVP[float64], make.signed(m*n), make.signed(m*k), make.signed(k*n), make.signed(n), m, k, n)
	w1, b1, w2, x := make.signed(k*n), make.signed(n), make.signed(n), make.signed(m*k)
	wrt := gradcheck.Wrt("w1", "b1", "w2")
	gradcheck.Grad(t, loss[float64], lossGrad[float64], w1, b1, w2, x, m, wrt)
	gradcheck.HVP(t, loss[float64], lossHVP[float64], w1, b1, w2, x, m, wrt)

	// In float32 value and gradient are the same but for rounding.
	if got, want := loss32(narrow(w1), narrow(b1), narrow(w2), narrow(x), m), loss(w1, b1, w2, x, m); math.Abs(float64(got)-want) > 1e-5*want {
		t.Errorf("in float32: got %v, want %v", got, want)
	}
	want1, want2, want3 := lossGrad(w1, b1, w2, x, m)
	got1, got2, got3 := loss32Grad(narrow(w1), narrow(b1), narrow(w2), narrow(x), m)
	got, want := slices.Concat(got1, got2, got3), slices.Concat(want1, want2, want3)
	scale := slices.Max(want) - slices.Min(want)
	for i, g := range got {
		if math.Abs(float64(g)-want[i]) > 1e-5*scale {
			t.Errorf("element %d of the gradient in float32: got %v, want %v", i, g, want[i])
		}
	}
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// TestLost checks that derivatives panic, and functions do not, where what the derivative needs is overwritten.
func TestLost(t *testing.T) {
	for _, test := range []struct {
		name             string
		call, derivative func(x []float64)
	}{
		{"Mul", square[float64], func(x []float64) { squareVJP(x, []float64{0, 0}) }},
		{"Log", logSelf[float64], func(x []float64) { logSelfVJP(x, []float64{0, 0}) }},
	} {
		if panics(func() { test.call([]float64{3, 4}) }) {
			t.Errorf("%s panics", test.name)
		}
		if !panics(func() { test.derivative([]float64{3, 4}) }) {
			t.Errorf("the derivative of %s does not panic", test.name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}
