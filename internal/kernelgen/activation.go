package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// activations writes kernels of activation functions and their reverse rules.
func activations(f format) {
	relu(f)
	function(f, "expBelow", "e^x − 1, or 0 for x ≥ 0,", f.expBelow)
	expBelowAdjoint(f)
	function(f, "softplus", "ln(1+e^x)", f.softplus)
	if f.bits == 32 {
		function(f, "normalCDF", "Φ(x)", f.normalCDF)
	}
	normalAdjoint(f)
}

func relu(f format) {
	f.text("relu", "sets dst to max(x, 0) for the elements x of src.", "func(n int, dst, src *E)")
	w := newWalk(f, "dst", "src")
	zero := YMM()
	f.zero(zero)
	w.do(4, func(j int) {
		x := w.get(1, j)
		f.max(zero, x, x) // is x where that is NaN
		w.set(0, j, x)
	})
	finish()

	f.text("reluAdjoint", "adds dy to dx except where x is less than 0, and clears dy.", "func(n int, dx, dy, x *E)")
	w = newWalk(f, "dx", "dy", "x")
	zero = YMM()
	f.zero(zero)
	w.do(4, func(j int) {
		dx, g, x := w.get(0, j), w.get(1, j), w.get(2, j)
		f.compare(less, x, zero, x)
		f.andNot(x, g, g)
		f.add(dx, g, dx)
		w.set(0, j, dx)
		w.set(1, j, zero)
	})
	finish()
}

// expBelow is q·2^n + (2^n − 1) for e^x = 2^n (1+q), x ≤ 0.
func (f format) expBelow(x VecVirtual) VecVirtual {
	bound := YMM()
	f.zero(bound)
	f.min(bound, x, x)
	f.load(f.constant(of[float64](f, -20, -40)), bound) // e^−20 − 1 and e^−40 − 1 are −1
	f.max(bound, x, x)
	n, q := f.reduced(x)
	power, less1 := f.power2(n), YMM()
	f.add(power, f.constant(-1), less1)
	f.mulAdd(q, power, less1)
	return q
}

func expBelowAdjoint(f format) {
	f.text("expBelowAdjoint", "adds dy∘e^x to dx except where x is at least 0, and clears dy.", "func(n int, dx, dy, x *E)")
	w := newWalk(f, "dx", "dy", "x")
	w.do(1, func(j int) {
		x, zero, below := w.get(2, j), YMM(), YMM()
		f.zero(zero)
		f.compare(notAtLeast, x, zero, below)
		e := f.exp(x)
		g := w.get(1, j)
		f.mul(g, e, g)
		f.and(below, g, g)
		dx := w.get(0, j)
		f.add(dx, g, dx)
		w.set(0, j, dx)
		f.zero(zero)
		w.set(1, j, zero)
	})
	finish()
}

// softplus is max(x, 0) + ln(1+e), with e = e^−|x|. The logarithm is that of 1+e = 2^k (1+g), where k is 0 or 1.
func (f format) softplus(x VecVirtual) VecVirtual {
	e, bound := YMM(), YMM()
	f.or(x, f.sign(), e)
	f.load(f.lowest(), bound)
	f.max(bound, e, e)
	e = f.expWithin(e)
	k, g, half := YMM(), YMM(), YMM()
	f.load(f.constant(math.Sqrt2-1), k)
	f.compare(less, k, e, k)
	f.and(k, f.constant(1), k)
	f.sub(e, k, g)
	f.mul(k, f.constant(0.5), half)
	f.fnma(g, half, g) // halves g where k is 1
	y, zero := f.logScaled(k, g), YMM()
	f.zero(zero)
	f.max(zero, x, x)
	f.add(x, y, y)
	return y
}

// normalTail holds the coefficients of the polynomial in t = 1/(1+3a/8) that is Φ(−a)·exp(a²/2)/t for a from 0 to 15: that of degree 9
// with the least relative error, 1.4e-8, found by Remez's exchange.
var normalTail = []float64{
	0.149593696239, 0.149870191163, 0.125410811285, 0.107456209453, -0.0541112808372,
	0.211477617318, -0.418794692762, 0.340718485134, -0.132169714728, 0.0205486708112,
}

// normalCDF is q or, for x > 0, 1 − q, with q = Φ(−a) for a = |x|. It is the product of Φ(−a)·exp(a²/2) and of exp(−a²/2) = 2^n (1+p). What
// is lost in the argument of the exponential, and in t, is found with FMA and p corrected for both: a relative error of t makes one of the
// first factor that is some 1+t times as large.
func (f format) normalCDF(x VecVirtual) VecVirtual {
	const slope = 0.375
	a, square, lost := f.halfSquare(x)
	n, p := f.reduced(square)

	d, t, low, rest, one := YMM(), YMM(), YMM(), YMM(), YMM()
	f.load(f.constant(1), one)
	f.load(f.constant(slope), d)
	f.mulAdd(d, a, one)
	f.div(one, d, t)
	f.sub(d, one, low)
	f.fnma(a, f.constant(slope), low) // is −1 times what d lacks
	f.load(f.constant(1), rest)
	f.fnma(t, d, rest)
	f.fma(t, low, rest) // is what t lacks, relatively
	f.fma(rest, t, rest)
	f.sub(lost, rest, lost)
	f.mul(lost, p, low)
	f.add(lost, low, lost) // lost·(1+p)
	f.sub(p, lost, p)

	q := YMM()
	f.load(f.constant(normalTail[len(normalTail)-1]), q)
	for i := len(normalTail) - 2; i >= 0; i-- {
		f.mulAdd(q, t, f.constant(normalTail[i]))
	}
	f.mul(q, t, q)
	f.fma(q, p, q)
	first, second := f.halves(n)
	f.mul(q, first, q)
	f.mul(q, second, q)
	f.sub(one, q, one)
	f.blend(x, one, q, q)
	return q
}

// halfSquare returns a = |x|, or something less whose exp(−a²/2) is 0 too, and −a²/2, rounded, and what it lacks of that, times −1.
func (f format) halfSquare(x VecVirtual) (a, square, lost VecVirtual) {
	a, square, lost = YMM(), YMM(), YMM()
	f.load(f.sign(), lost)
	f.andNot(lost, x, a)
	f.load(f.constant(of[float64](f, 15, 39)), lost)
	f.min(lost, a, a)
	f.mul(a, f.constant(0.5), lost)
	f.mul(lost, a, square)
	f.mulSub(lost, a, square)
	f.or(square, f.sign(), square)
	return a, square, lost
}

// normalAdjoint writes the reverse rule of Φ.
func normalAdjoint(f format) {
	f.text("normalAdjoint", "adds dy∘exp(−x²/2)/√(2π) to dx and clears dy.", "func(n int, dx, dy, x *E)")
	w := newWalk(f, "dx", "dy", "x")
	w.do(1, func(j int) {
		_, square, lost := f.halfSquare(w.get(2, j))
		e := f.expWithin(square)
		f.fnma(lost, e, e)
		f.mul(e, f.constant(1/(math.Sqrt2*math.SqrtPi)), e)
		g, dx, zero := w.get(1, j), w.get(0, j), YMM()
		f.fma(g, e, dx)
		w.set(0, j, dx)
		f.zero(zero)
		w.set(1, j, zero)
	})
	finish()
}
