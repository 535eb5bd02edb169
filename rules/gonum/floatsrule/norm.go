package floatsrule

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Norm: n = (Σ |sᵢ|ᴸ)^(1/L), so ∂n/∂sᵢ = sign sᵢ (|sᵢ|/n)ᴸ⁻¹ and, with pᵢ = (|sᵢ|/n)ᴸ, which add up to 1, ∂n/∂L = n/L Σ pᵢ log(|sᵢ|/n).
// Where n is 0 all are 0; where L is +Inf the first element of the largest magnitude gets the adjoint.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Norm writes=none
func Norm(s []float64, L, n, dn float64, ds []float64) (dL float64) {
	NormS(s, L, n, dn, ds)
	return dn * exponentPartial(s, L, n)
}

// NormS is [Norm] for s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Norm wrt=s
func NormS(s []float64, L, n, dn float64, ds []float64) {
	if math.IsInf(L, 1) {
		if i := attaining(s, n); i >= 0 {
			ds[i] += dn * sign(s[i])
		}
		return
	}
	for i, v := range s {
		ds[i] += dn * partial(v, L, n)
	}
}

// NormJVP is the forward rule of floats.Norm.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Norm mode=jvp
func NormJVP(s []float64, L float64, ds []float64, dL float64) (n, dn float64) {
	n = floats.Norm(s, L)
	dn = dL * exponentPartial(s, L, n)
	if math.IsInf(L, 1) {
		if i := attaining(s, n); i >= 0 {
			dn += sign(s[i]) * ds[i]
		}
		return n, dn
	}
	for i, v := range s {
		dn += partial(v, L, n) * ds[i]
	}
	return n, dn
}

// Distance: the norm of s − t; see [Norm].
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Distance writes=none
func Distance(s, t []float64, L, n, dn float64, ds, dt []float64) (dL float64) {
	DistanceST(s, t, L, n, dn, ds, dt)
	return dn * exponentPartial(difference(s, t), L, n)
}

// DistanceST is [Distance] for s and t.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Distance wrt=s,t
func DistanceST(s, t []float64, L, n, dn float64, ds, dt []float64) {
	d := difference(s, t)
	dd := make([]float64, len(d))
	NormS(d, L, n, dn, dd)
	for i, g := range dd {
		ds[i] += g
		dt[i] -= g
	}
}

// DistanceJVP is the forward rule of floats.Distance.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Distance mode=jvp
func DistanceJVP(s, t []float64, L float64, ds, dt []float64, dL float64) (n, dn float64) {
	n = floats.Distance(s, t, L)
	_, dn = NormJVP(difference(s, t), L, difference(ds, dt), dL)
	return n, dn
}

// difference returns s − t.
func difference(s, t []float64) []float64 {
	d := make([]float64, len(s))
	for i, v := range s {
		d[i] = v - t[i]
	}
	return d
}

// partial returns the derivative of the norm n of finite exponent L with respect to an element v.
func partial(v, L, n float64) float64 {
	switch {
	case n == 0:
		return 0
	case L == 1:
		return sign(v)
	case L == 2:
		return v / n
	case v == 0 && L > 1:
		return 0
	}
	return sign(v) * math.Pow(math.Abs(v)/n, L-1)
}

// exponentPartial returns the derivative of the norm n of s with respect to its exponent.
func exponentPartial(s []float64, L, n float64) float64 {
	if n == 0 || math.IsInf(L, 1) {
		return 0
	}
	sum := 0.0
	for _, v := range s {
		if v != 0 {
			r := math.Abs(v) / n
			sum += math.Pow(r, L) * math.Log(r)
		}
	}
	return sum * n / L
}

// attaining returns the index of the first element of s whose magnitude is n, of the first NaN where n is one, or −1.
func attaining(s []float64, n float64) int {
	for i, v := range s {
		if a := math.Abs(v); a == n || a != a && n != n {
			return i
		}
	}
	return -1
}

// sign is the derivative of the magnitude of v: ±1, and 0 at 0.
func sign(v float64) float64 {
	if v > 0 {
		return 1
	}
	if v < 0 {
		return -1
	}
	return v // 0 or NaN
}
