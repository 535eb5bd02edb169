package rules

import "math"

// Erf: erf′ x = 2/√π e^−x². DLMF 7.2.1.
//
//godiff:derivative of=math.Erf
func Erf(x, y, dy float64) (dx float64) { return dy * (2 / math.SqrtPi * math.Exp(-x*x)) }

// Erfc: erfc′ x = −2/√π e^−x². DLMF 7.2.2.
//
//godiff:derivative of=math.Erfc
func Erfc(x, y, dy float64) (dx float64) { return -dy * (2 / math.SqrtPi * math.Exp(-x*x)) }

// Erfinv: the inverse has the reciprocal derivative, 1/erf′ y. DLMF 7.17(i), 7.2.1.
//
//godiff:derivative of=math.Erfinv
func Erfinv(x, y, dy float64) (dx float64) { return dy / (2 / math.SqrtPi * math.Exp(-y*y)) }

// Erfcinv: the inverse has the reciprocal derivative, 1/erfc′ y. DLMF 7.17(i), 7.2.2.
//
//godiff:derivative of=math.Erfcinv
func Erfcinv(x, y, dy float64) (dx float64) { return -dy / (2 / math.SqrtPi * math.Exp(-y*y)) }

// Gamma: Γ′ x = Γ(x) ψ(x). DLMF 5.2.2.
//
//godiff:derivative of=math.Gamma
func Gamma(x, y, dy float64) (dx float64) { return dy * y * digamma(x) }

// Lgamma: (ln |Γ(x)|)′ = ψ(x). DLMF 5.2.2.
//
//godiff:derivative of=math.Lgamma
func Lgamma(x, lgamma float64, sign int, dlgamma float64) (dx float64) { return dlgamma * digamma(x) }

// digamma returns ψ(x) = Γ′(x)/Γ(x), the logarithmic derivative of the gamma function: −Inf at +0, +Inf at −0 and NaN
// at negative integers. It is accurate to a few ulps of max(1, |ψ(x)|).
//
// A negative x is reflected (DLMF 5.5.4), a small one raised by ψ(x) = ψ(x+1) − 1/x (DLMF 5.5.2) until the asymptotic
// series converges (DLMF 5.11.2).
func digamma(x float64) float64 {
	if x < 0 && x == math.Floor(x) {
		return math.NaN()
	}
	sum := 0.0
	if x < 0 {
		sum = -math.Pi / math.Tan(math.Pi*(x-math.Round(x)))
		x = 1 - x
	}
	for x < 10 {
		sum -= 1 / x
		x++
	}
	w := 1 / (x * x)
	series := w * (1.0/12 - w*(1.0/120-w*(1.0/252-w*(1.0/240-w*(1.0/132-w*(691.0/32760-w/12))))))
	return sum + (math.Log(x) - 0.5/x - series)
}

// J0: J₀′ = −J₁. DLMF 10.6.3.
//
//godiff:derivative of=math.J0
func J0(x, y, dy float64) (dx float64) { return -dy * math.J1(x) }

// J1: J₁′ = (J₀−J₂)/2. DLMF 10.6.1.
//
//godiff:derivative of=math.J1
func J1(x, y, dy float64) (dx float64) { return dy * ((math.J0(x) - math.Jn(2, x)) / 2) }

// Jn: Jₙ′ = (Jₙ₋₁−Jₙ₊₁)/2. DLMF 10.6.1.
//
//godiff:derivative of=math.Jn
func Jn(n int, x, y, dy float64) (dx float64) {
	return dy * ((math.Jn(n-1, x) - math.Jn(n+1, x)) / 2)
}

// Y0: Y₀′ = −Y₁. DLMF 10.6.3.
//
//godiff:derivative of=math.Y0
func Y0(x, y, dy float64) (dx float64) { return -dy * math.Y1(x) }

// Y1: Y₁′ = Y₀ − Y₁/x. DLMF 10.6.2.
//
//godiff:derivative of=math.Y1
func Y1(x, y, dy float64) (dx float64) { return dy * (math.Y0(x) - y/x) }

// Yn: Yₙ′ = Yₙ₋₁ − n/x Yₙ. DLMF 10.6.2.
//
//godiff:derivative of=math.Yn
func Yn(n int, x, y, dy float64) (dx float64) {
	return dy * (math.Yn(n-1, x) - float64(n)/x*y)
}
