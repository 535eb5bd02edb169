package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// functions writes the kernels of functions of one number.
//
// All follow the usual ways (Muller, Elementary Functions, 3rd edition, chapters 3 and 11): a reduction to a small interval, where a Taylor
// polynomial is good to less than a tenth of an ulp, and the way back.
func functions(f format) {
	function(f, "exp", "e^x", f.exp)
	function(f, "log", "ln x", f.log)
	function(f, "tanh", "tanh x", f.tanh)
	function(f, "sigmoid", "1/(1+e^−x)", f.sigmoid)
}

// function writes a kernel that sets dst to a function of src.
func function(f format, name, formula string, compute func(x VecVirtual) VecVirtual) {
	f.text(name, "sets dst to "+formula+" for the elements x of src.", "func(n int, dst, src *E)")
	w := newWalk(f, "dst", "src")
	w.do(1, func(j int) { w.set(0, j, compute(w.get(1, j))) })
	finish()
}

// sign is a vector of −0.
func (f format) sign() Mem { return f.pattern(1 << (f.bits - 1)) }

// ln2 returns ln 2 as a sum of two floats. A multiple of the first, less x, is exact with FMA for the multiples and the x that occur.
func (f format) ln2() (hi, lo float64) {
	if f.bits == 32 {
		hi = float64(float32(math.Ln2))
		return hi, math.Ln2 - hi
	}
	const exact = 0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687
	hi = exact
	return hi, ln2Rest
}

// ln2Rest is what the nearest float64 to ln 2 lacks.
const ln2Rest = 2.319046813846299558417771e-17

// reduced returns n and q = e^r − 1 for x = n ln 2 + r, where |r| ≤ ½ ln 2. It changes x.
func (f format) reduced(x VecVirtual) (n, q VecVirtual) {
	n = YMM()
	hi, lo := f.ln2()
	f.mul(x, f.constant(math.Log2E), n)
	f.round(n, n)
	f.fnma(n, f.constant(hi), x) // is exact
	r, rest := YMM(), YMM()
	f.mul(n, f.constant(lo), rest)
	f.sub(x, rest, r)
	square := YMM()
	f.mul(r, r, square)
	// q = r + r²(1/2! + r/3! + …), where r is x − rest
	var taylor []float64
	for i := 2; i <= of(f, 7, 13); i++ {
		taylor = append(taylor, 1/factorial(i))
	}
	q = f.polynomial(taylor, r, square)
	f.mulSub(q, square, rest)
	f.add(q, x, q)
	return n, q
}

// polynomial returns the sum of coefficients times powers of x. It goes in steps of two powers, so that a step waits less for the last.
func (f format) polynomial(coefficients []float64, x, square VecVirtual) VecVirtual {
	var sum VecVirtual
	for i := (len(coefficients) - 1) &^ 1; i >= 0; i -= 2 {
		pair := YMM()
		if i+1 < len(coefficients) {
			f.load(f.constant(coefficients[i+1]), pair)
			f.mulAdd(pair, x, f.constant(coefficients[i]))
		} else {
			f.load(f.constant(coefficients[i]), pair)
		}
		if sum == nil {
			sum = pair
		} else {
			f.mulAdd(sum, square, pair)
		}
	}
	return sum
}

func factorial(n int) float64 {
	y := 1.0
	for i := 2; i <= n; i++ {
		y *= float64(i)
	}
	return y
}

// power2 returns 2^n for whole n for which that is neither subnormal nor infinite.
func (f format) power2(n VecVirtual) VecVirtual {
	y := YMM()
	if f.bits == 32 {
		VCVTPS2DQ(n, y)
		return f.exponent(y)
	}
	whole := XMM()
	VCVTPD2DQY(n, whole)
	VPMOVSXDQ(whole, y)
	return f.exponent(y)
}

// exponent turns integers n into 2^n. It changes n.
func (f format) exponent(n VecVirtual) VecVirtual {
	of(f, VPADDD, VPADDQ)(f.pattern(of[uint64](f, 127, 1023)), n, n)
	of(f, VPSLLD, VPSLLQ)(Imm(of[uint64](f, 23, 52)), n, n)
	return n
}

// halves returns 2^m and 2^(n−m) where m is the half of n.
func (f format) halves(n VecVirtual) (first, second VecVirtual) {
	first, second = YMM(), YMM()
	if f.bits == 32 {
		VCVTPS2DQ(n, second)
		VPSRAD(Imm(1), second, first)
		VPSUBD(first, second, second)
	} else {
		whole, half := XMM(), XMM()
		VCVTPD2DQY(n, whole)
		VPSRAD(Imm(1), whole, half)
		VPSUBD(half, whole, whole)
		VPMOVSXDQ(half, first)
		VPMOVSXDQ(whole, second)
	}
	return f.exponent(first), f.exponent(second)
}

// lowest is less than every x whose e^x is not 0, highest more than all whose e^x is finite.
func (f format) lowest() Mem  { return f.constant(of[float64](f, -104, -746)) }
func (f format) highest() Mem { return f.constant(of[float64](f, 89, 710)) }

func (f format) exp(x VecVirtual) VecVirtual {
	bound := YMM()
	f.load(f.highest(), bound)
	f.min(bound, x, x)
	f.load(f.lowest(), bound)
	f.max(bound, x, x)
	return f.expWithin(x)
}

// expWithin is exp between the bounds. It changes x.
func (f format) expWithin(x VecVirtual) VecVirtual {
	n, y := f.reduced(x)
	f.add(y, f.constant(1), y)
	first, second := f.halves(n) // so that neither is subnormal nor infinite, and y is rounded once where it becomes that
	f.mul(y, first, y)
	f.mul(y, second, y)
	return y
}

// sigmoid is 1/(1+e) or, for x < 0, e/(1+e), with e = e^−|x|.
func (f format) sigmoid(x VecVirtual) VecVirtual {
	e, bound, one := YMM(), YMM(), YMM()
	f.or(x, f.sign(), e)
	f.load(f.lowest(), bound)
	f.max(bound, e, e)
	e = f.expWithin(e)
	f.load(f.constant(1), one)
	y := YMM()
	f.blend(x, one, e, y)
	f.add(e, one, e)
	f.div(y, e, y)
	return y
}

// tanh is −q/(q+2) with q = e^(−2|x|) − 1, and the sign of x.
func (f format) tanh(x VecVirtual) VecVirtual {
	a, y := YMM(), YMM()
	f.load(f.constant(of[float64](f, -10, -20)), y) // tanh 10 and tanh 20 are 1
	f.or(x, f.sign(), a)
	f.max(y, a, a)
	f.add(a, a, a)
	n, q := f.reduced(a)
	power, less1 := f.power2(n), YMM()
	f.add(power, f.constant(-1), less1)
	f.mulAdd(q, power, less1)
	f.add(q, f.constant(2), y)
	f.div(q, y, y)
	sign := YMM()
	f.and(x, f.sign(), sign)
	magnitude := YMM()
	f.load(f.sign(), magnitude)
	f.andNot(magnitude, y, y)
	f.or(y, sign, y)
	return y
}

// log is that of x = 2^k (1+g) with 1+g between √½ and √2.
func (f format) log(x VecVirtual) VecVirtual {
	k, g := f.split(x)
	return f.logSpecial(x, f.logScaled(k, g))
}

// logScaled is k ln 2 + ln(1+g). With s = g/(2+g) it is ln(1+g) = 2 artanh s = 2s + sR, that is g − (g²/2 − s(g²/2 + R)), which does not
// lose the digits of g. It changes g.
func (f format) logScaled(k, g VecVirtual) VecVirtual {
	s, z := YMM(), YMM()
	f.add(g, f.constant(2), s)
	f.div(g, s, s)
	f.mul(s, s, z)
	var terms []float64 // R = 2z/3 + 2z²/5 + …
	for i := 1; i <= of(f, 4, 10); i++ {
		terms = append(terms, 2/float64(2*i+1))
	}
	square := YMM()
	f.mul(z, z, square)
	r := f.polynomial(terms, z, square)
	f.mul(r, z, r)
	half := YMM()
	f.mul(g, f.constant(0.5), half)
	f.mul(half, g, half)
	f.add(r, half, r)
	f.mul(r, s, r)
	hi, lo := f.ln2()
	f.fma(k, f.constant(lo), r)
	f.sub(half, r, half)
	f.sub(g, half, g)
	f.fma(k, f.constant(hi), g)
	return g
}

// split returns k and g for x = 2^k (1+g), x positive and finite.
func (f format) split(x VecVirtual) (k, g VecVirtual) {
	small, scaled, shift := YMM(), YMM(), YMM()
	f.compare(less, x, f.constant(of(f, 0x1p-126, 0x1p-1022)), small)
	f.mul(x, f.constant(of(f, 0x1p25, 0x1p54)), scaled)
	f.blend(small, x, scaled, scaled)
	f.and(small, f.constant(of[float64](f, 25, 54)), shift)
	k, g = YMM(), YMM()
	if f.bits == 32 {
		VPSUBD(f.pattern(uint64(math.Float32bits(math.Sqrt2/2))), scaled, k)
		VPSRAD(Imm(23), k, k)
		VPSLLD(Imm(23), k, g)
		VPSUBD(g, scaled, g)
		VCVTDQ2PS(k, k)
	} else {
		// There is no arithmetic shift of 64 bits: k is biased until it is a float.
		VPADDQ(f.pattern(1023<<52-math.Float64bits(math.Sqrt2/2)), scaled, k)
		VPSRLQ(Imm(52), k, k)
		VPSLLQ(Imm(52), k, g)
		VPSUBQ(g, scaled, g)
		VPADDQ(f.pattern(1023<<52), g, g)
		VPOR(f.constant(0x1p52), k, k)
		f.sub(k, f.constant(0x1p52+1023), k)
	}
	f.sub(k, shift, k)
	f.sub(g, f.constant(1), g)
	return k, g
}

// logSpecial returns y but for infinite x, x = 0, negative x and NaN.
func (f format) logSpecial(x, y VecVirtual) VecVirtual {
	which, special := YMM(), YMM()
	f.compare(equal, x, f.constant(math.Inf(1)), which)
	f.blend(which, y, x, y)
	zero := YMM()
	f.zero(zero)
	f.compare(equal, x, zero, which)
	f.load(f.constant(math.NaN()), special)
	f.blend(which, special, f.constant(math.Inf(-1)), special)
	f.compare(notGreater, x, zero, which)
	f.blend(which, y, special, y)
	return y
}

// adjoints writes the kernels of reverse rules: what y = f(x) gets is added to the adjoint of x, and taken from that of y.
func adjoints(f format) {
	adjoint(f, "exp", "dy∘y", func(g, y VecVirtual) { f.mul(g, y, g) })
	adjoint(f, "tanh", "dy∘(1−y²)", func(g, y VecVirtual) {
		one := YMM()
		f.load(f.constant(1), one)
		f.fnma(y, y, one)
		f.mul(g, one, g)
	})
	adjoint(f, "sigmoid", "dy∘y(1−y)", func(g, y VecVirtual) {
		t := YMM()
		f.load(f.constant(1), t)
		f.sub(t, y, t)
		f.mul(t, y, t)
		f.mul(g, t, g)
	})
}

func adjoint(f format, name, formula string, partial func(g, y VecVirtual)) {
	f.text(name+"Adjoint", fmt.Sprintf("adds %s to dx and clears dy, which may be dx.", formula), "func(n int, dx, dy, y *E)")
	w := newWalk(f, "dx", "dy", "y")
	w.do(2, func(j int) {
		g, y := w.get(1, j), w.get(2, j)
		partial(g, y)
		zero := YMM()
		f.zero(zero)
		w.set(1, j, zero)
		dx := w.get(0, j)
		f.add(dx, g, dx)
		w.set(0, j, dx)
	})
	finish()
}
