package rules

import "math"

// Exp: exp′ x = exp x. DLMF 4.7.7.
//
//godiff:derivative of=math.Exp
func Exp(x, y, dy float64) (dx float64) { return dy * y }

// Exp2: (2ˣ)′ = 2ˣ ln 2. DLMF 4.7.9.
//
//godiff:derivative of=math.Exp2
func Exp2(x, y, dy float64) (dx float64) { return dy * (y * math.Ln2) }

// Expm1: (eˣ−1)′ = eˣ. DLMF 4.7.7.
// It is not y+1, which cancels where x is far below zero.
//
//godiff:derivative of=math.Expm1
func Expm1(x, y, dy float64) (dx float64) { return dy * math.Exp(x) }

// Log: ln′ x = 1/x. DLMF 4.7.1.
//
//godiff:derivative of=math.Log
func Log(x, y, dy float64) (dx float64) { return dy / x }

// Log1p: ln′(1+x) = 1/(1+x). DLMF 4.7.1.
//
//godiff:derivative of=math.Log1p
func Log1p(x, y, dy float64) (dx float64) { return dy / (1 + x) }

// Log2: log₂′ x = log₂e / x. DLMF 4.7.1.
//
//godiff:derivative of=math.Log2
func Log2(x, y, dy float64) (dx float64) { return dy * math.Log2E / x }

// Log10: log₁₀′ x = log₁₀e / x. DLMF 4.7.1.
//
//godiff:derivative of=math.Log10
func Log10(x, y, dy float64) (dx float64) { return dy * math.Log10E / x }

// Sqrt: (√x)′ = 1/(2√x). DLMF 4.7.10.
// It is infinite at 0.
//
//godiff:derivative of=math.Sqrt
func Sqrt(x, y, dy float64) (dx float64) {
	if !(y > 0) && dy == 0 {
		return 0
	}
	return dy / (2 * y)
}

// Cbrt: (∛x)′ = 1/(3∛x²). DLMF 4.7.10.
// It is infinite at 0.
//
//godiff:derivative of=math.Cbrt
func Cbrt(x, y, dy float64) (dx float64) {
	if y == 0 && dy == 0 {
		return 0
	}
	return dy / (3 * y * y)
}

// Hypot: r = √(p²+q²), so ∂r/∂p = p/r and ∂r/∂q = q/r. DLMF 4.7.10.
// At the origin, where r has no derivative, both are 0.
//
//godiff:derivative of=math.Hypot
func Hypot(p, q, r, dr float64) (dp, dq float64) {
	if r == 0 {
		return 0, 0
	}
	return dr * (p / r), dr * (q / r)
}

// HypotP is [Hypot] for p.
//
//godiff:derivative of=math.Hypot wrt=p
func HypotP(p, q, r, dr float64) (dp float64) {
	if r == 0 {
		return 0
	}
	return dr * (p / r)
}

// HypotQ is [Hypot] for q.
//
//godiff:derivative of=math.Hypot wrt=q
func HypotQ(p, q, r, dr float64) (dq float64) {
	if r == 0 {
		return 0
	}
	return dr * (q / r)
}

// Pow: z = xʸ, so ∂z/∂x = y xʸ⁻¹ and ∂z/∂y = xʸ ln x. DLMF 4.7.10, 4.7.9.
// The guards are those of [PowX] and [PowY] in each combination in which they meet.
//
//godiff:derivative of=math.Pow
func Pow(x, y, z, dz float64) (dx, dy float64) {
	if 0 < y && y < 1 && x == 0 && dz == 0 {
		return 0, 0
	}
	if y == 0 && (x != x || math.IsInf(1/x, 0)) && !(x > 0) && dz == 0 {
		return 0, 0
	}
	if y == 0 && (x != x || math.IsInf(1/x, 0)) && !(x > 0) {
		return 0, math.NaN()
	}
	if y == 0 && (x != x || math.IsInf(1/x, 0)) {
		return 0, dz * math.Log(x)
	}
	if x == 0 && y > 0 || x > math.MaxFloat64 && y < 0 || !(0 < x && x <= math.MaxFloat64) && dz == 0 && math.Abs(z) <= math.MaxFloat64 {
		return dz * (y * math.Pow(x, y-1)), 0
	}
	return dz * (y * math.Pow(x, y-1)), dz * z * math.Log(x)
}

// PowX is [Pow] for x.
// It is 0 for y = 0 even where xʸ⁻¹ is infinite or NaN. It is infinite at x = 0 for y between 0 and 1.
// For x < 0 and |y| ≥ 2⁵³ its sign may be wrong: y−1 is rounded, and odd no more.
//
//godiff:derivative of=math.Pow wrt=x
func PowX(x, y, z, dz float64) (dx float64) {
	if y == 0 && (x != x || math.IsInf(1/x, 0)) {
		return 0
	}
	if 0 < y && y < 1 && x == 0 && dz == 0 {
		return 0
	}
	return dz * (y * math.Pow(x, y-1))
}

// PowY is [Pow] for y.
// It is 0 where xʸ stays 0 when y changes: at x = 0 for y > 0 and at x = +Inf for y < 0. For y = 0 it is NaN at x = 0.
// For x < 0 it is NaN, since xʸ is defined for whole y only.
//
//godiff:derivative of=math.Pow wrt=y
func PowY(x, y, z, dz float64) (dy float64) {
	if x == 0 && y > 0 || x > math.MaxFloat64 && y < 0 {
		return 0
	}
	if !(0 < x && x <= math.MaxFloat64) && dz == 0 && math.Abs(z) <= math.MaxFloat64 {
		return 0
	}
	if x == 0 && y == 0 {
		return math.NaN()
	}
	return dz * z * math.Log(x)
}
