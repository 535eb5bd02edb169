package floatsrule

import "gonum.org/v1/gonum/floats"

// Sum: y = Σ sᵢ, so ∂y/∂sᵢ = 1.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Sum writes=none
func Sum(s []float64, y, dy float64, ds []float64) {
	for i := range ds {
		ds[i] += dy
	}
}

// SumJVP is the forward rule of floats.Sum.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Sum mode=jvp
func SumJVP(s, ds []float64) (y, dy float64) { return floats.Sum(s), floats.Sum(ds) }

// SumCompensated: as [Sum]. The compensation is for rounding and has no derivative.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.SumCompensated
func SumCompensated(s []float64, y, dy float64, ds []float64) {
	for i := range ds {
		ds[i] += dy
	}
}

// SumCompensatedJVP is the forward rule of floats.SumCompensated.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.SumCompensated mode=jvp
func SumCompensatedJVP(s, ds []float64) (y, dy float64) {
	return floats.SumCompensated(s), floats.SumCompensated(ds)
}

// Dot: y = Σ s1ᵢ s2ᵢ, so ∂y/∂s1ᵢ = s2ᵢ and ∂y/∂s2ᵢ = s1ᵢ.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Dot writes=none
func Dot(s1, s2 []float64, y, dy float64, ds1, ds2 []float64) {
	for i := range ds1 {
		ds1[i] += dy * s2[i]
		ds2[i] += dy * s1[i]
	}
}

// DotJVP is the forward rule of floats.Dot.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Dot mode=jvp
func DotJVP(s1, s2, ds1, ds2 []float64) (y, dy float64) {
	return floats.Dot(s1, s2), floats.Dot(ds1, s2) + floats.Dot(s1, ds2)
}

// CumSum: dstᵢ = s₀ + … + sᵢ, so the adjoint of sᵢ is the sum of those of dstᵢ and all that follow.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.CumSum writes=dst
func CumSum(dst, s, y, dy, ddst, ds []float64) {
	apartOrSame("CumSum", ddst, ds)
	sum := 0.0
	for i := len(ddst) - 1; i >= 0; i-- {
		sum += ddst[i] + dy[i]
		ddst[i] = 0
		ds[i] += sum
	}
}

// CumSumJVP is the forward rule of floats.CumSum.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.CumSum mode=jvp
func CumSumJVP(dst, s, ddst, ds []float64) (y, dy []float64) {
	return floats.CumSum(dst, s), floats.CumSum(ddst, ds)
}

// CumProd: dstᵢ = dstᵢ₋₁ sᵢ. No division, so zeros do no harm.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.CumProd writes=dst
func CumProd(dst, s, y, dy, ddst, ds []float64) {
	apart("CumProd", ddst, ds)
	next := 0.0 // the part of the adjoint of dst[i] that comes from dst[i+1]
	for i := len(ddst) - 1; i >= 0; i-- {
		g := next + ddst[i] + dy[i]
		ddst[i] = 0
		before := 1.0
		if i > 0 {
			before = dst[i-1]
		}
		ds[i] += g * before
		next = g * s[i]
	}
}

// CumProdJVP is the forward rule of floats.CumProd.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.CumProd mode=jvp
func CumProdJVP(dst, s, ddst, ds []float64) (y, dy []float64) {
	apartOrSame("CumProd", ddst, ds)
	p, dp := 1.0, 0.0
	for i := range min(len(s), len(dst)) {
		p, dp = p*s[i], dp*s[i]+p*ds[i]
		ddst[i] = dp
	}
	return floats.CumProd(dst, s), ddst
}
