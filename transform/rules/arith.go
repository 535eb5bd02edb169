package rules

import "math"

// Abs: |x|′ = ±1, the sign of x; 0 at 0, where there is none.
//
//godiff:derivative of=math.Abs
func Abs(x, y, dy float64) (dx float64) {
	if x > 0 {
		return dy
	}
	if x < 0 {
		return -dy
	}
	if x == 0 {
		return 0
	}
	return dy * x // NaN
}

// Copysign: ∂y/∂f = ±1, as the sign was kept or changed; 0 at 0, as for [Abs]. The sign is constant almost everywhere.
//
//godiff:derivative of=math.Copysign
func Copysign(f, sign, y, dy float64) (df, dsign float64) {
	if f == 0 {
		return 0, 0
	}
	if f == y {
		return dy, 0
	}
	if f == -y {
		return -dy, 0
	}
	return dy * f, 0 // NaN
}

// CopysignF is [Copysign] for f.
//
//godiff:derivative of=math.Copysign wrt=f
func CopysignF(f, sign, y, dy float64) (df float64) {
	if f == 0 {
		return 0
	}
	if f == y {
		return dy
	}
	if f == -y {
		return -dy
	}
	return dy * f // NaN
}

// CopysignSign is [Copysign] for sign.
//
//godiff:derivative of=math.Copysign wrt=sign
func CopysignSign(f, sign, y, dy float64) (dsign float64) { return 0 }

// Max: as for the builtin, [BuiltinMax]. Unlike that, math.Max(+Inf, NaN) is +Inf; the NaN gets the adjoint there too.
//
//godiff:derivative of=math.Max
func Max(x, y, z, dz float64) (dx, dy float64) {
	if x >= y || x != x {
		return dz, 0
	}
	return 0, dz
}

// MaxX is [Max] for x.
//
//godiff:derivative of=math.Max wrt=x
func MaxX(x, y, z, dz float64) (dx float64) {
	if x >= y || x != x {
		return dz
	}
	return 0
}

// MaxY is [Max] for y.
//
//godiff:derivative of=math.Max wrt=y
func MaxY(x, y, z, dz float64) (dy float64) {
	if x >= y || x != x {
		return 0
	}
	return dz
}

// Min: as for the builtin, [BuiltinMin]. Unlike that, math.Min(-Inf, NaN) is −Inf; the NaN gets the adjoint there too.
//
//godiff:derivative of=math.Min
func Min(x, y, z, dz float64) (dx, dy float64) {
	if x <= y || x != x {
		return dz, 0
	}
	return 0, dz
}

// MinX is [Min] for x.
//
//godiff:derivative of=math.Min wrt=x
func MinX(x, y, z, dz float64) (dx float64) {
	if x <= y || x != x {
		return dz
	}
	return 0
}

// MinY is [Min] for y.
//
//godiff:derivative of=math.Min wrt=y
func MinY(x, y, z, dz float64) (dy float64) {
	if x <= y || x != x {
		return 0
	}
	return dz
}

// Dim: z = max(x−y, 0), so ∂z/∂x = 1 and ∂z/∂y = −1 where x ≥ y, as for max; else 0.
//
//godiff:derivative of=math.Dim
func Dim(x, y, z, dz float64) (dx, dy float64) {
	if x < y {
		return 0, 0
	}
	return dz, -dz
}

// DimX is [Dim] for x.
//
//godiff:derivative of=math.Dim wrt=x
func DimX(x, y, z, dz float64) (dx float64) {
	if x < y {
		return 0
	}
	return dz
}

// DimY is [Dim] for y.
//
//godiff:derivative of=math.Dim wrt=y
func DimY(x, y, z, dz float64) (dy float64) {
	if x < y {
		return 0
	}
	return -dz
}

// Mod: z = x − ny for a whole number n, constant almost everywhere, so ∂z/∂x = 1 and ∂z/∂y = −n. It is z that says which
// n was taken; x/y may have been rounded up to the next.
//
//godiff:derivative of=math.Mod
func Mod(x, y, z, dz float64) (dx, dy float64) { return dz, -dz * math.Round((x-z)/y) }

// ModX is [Mod] for x.
//
//godiff:derivative of=math.Mod wrt=x
func ModX(x, y, z, dz float64) (dx float64) { return dz }

// ModY is [Mod] for y.
//
//godiff:derivative of=math.Mod wrt=y
func ModY(x, y, z, dz float64) (dy float64) { return -dz * math.Round((x-z)/y) }

// Remainder: as [Mod], for another n. Here x and z may have opposite signs, and x−z overflow.
//
//godiff:derivative of=math.Remainder
func Remainder(x, y, z, dz float64) (dx, dy float64) { return dz, -dz * math.Round(x/y-z/y) }

// RemainderX is [Remainder] for x.
//
//godiff:derivative of=math.Remainder wrt=x
func RemainderX(x, y, z, dz float64) (dx float64) { return dz }

// RemainderY is [Remainder] for y.
//
//godiff:derivative of=math.Remainder wrt=y
func RemainderY(x, y, z, dz float64) (dy float64) { return -dz * math.Round(x/y-z/y) }

// FMA: r = xy + z, so ∂r/∂x = y, ∂r/∂y = x and ∂r/∂z = 1.
//
//godiff:derivative of=math.FMA
func FMA(x, y, z, r, dr float64) (dx, dy, dz float64) { return dr * y, dr * x, dr }

// FMAXY is [FMA] for x and y.
//
//godiff:derivative of=math.FMA wrt=x,y
func FMAXY(x, y, z, r, dr float64) (dx, dy float64) { return dr * y, dr * x }

// FMAXZ is [FMA] for x and z.
//
//godiff:derivative of=math.FMA wrt=x,z
func FMAXZ(x, y, z, r, dr float64) (dx, dz float64) { return dr * y, dr }

// FMAYZ is [FMA] for y and z.
//
//godiff:derivative of=math.FMA wrt=y,z
func FMAYZ(x, y, z, r, dr float64) (dy, dz float64) { return dr * x, dr }

// FMAX is [FMA] for x.
//
//godiff:derivative of=math.FMA wrt=x
func FMAX(x, y, z, r, dr float64) (dx float64) { return dr * y }

// FMAY is [FMA] for y.
//
//godiff:derivative of=math.FMA wrt=y
func FMAY(x, y, z, r, dr float64) (dy float64) { return dr * x }

// FMAZ is [FMA] for z.
//
//godiff:derivative of=math.FMA wrt=z
func FMAZ(x, y, z, r, dr float64) (dz float64) { return dr }

// Ldexp: y = frac·2^exp, so ∂y/∂frac = 2^exp.
//
//godiff:derivative of=math.Ldexp
func Ldexp(frac float64, exp int, y, dy float64) (dfrac float64) { return math.Ldexp(dy, exp) }

// Frexp: frac = f·2^−exp, where exp is constant almost everywhere, so frac′ = 2^−exp.
//
//godiff:derivative of=math.Frexp
func Frexp(f, frac float64, exp int, dfrac float64) (df float64) { return math.Ldexp(dfrac, -exp) }

// Modf: the integer part is constant almost everywhere, so the fractional part has derivative 1.
//
//godiff:derivative of=math.Modf
func Modf(f, integer, fractional, dinteger, dfractional float64) (df float64) { return dfractional }

// Nextafter: r is x but for one ulp, so ∂r/∂x = 1 and ∂r/∂y = 0.
//
//godiff:derivative of=math.Nextafter
func Nextafter(x, y, r, dr float64) (dx, dy float64) { return dr, 0 }

// NextafterX is [Nextafter] for x.
//
//godiff:derivative of=math.Nextafter wrt=x
func NextafterX(x, y, r, dr float64) (dx float64) { return dr }

// NextafterY is [Nextafter] for y.
//
//godiff:derivative of=math.Nextafter wrt=y
func NextafterY(x, y, r, dr float64) (dy float64) { return 0 }

// Nextafter32: as [Nextafter].
//
//godiff:derivative of=math.Nextafter32
func Nextafter32(x, y, r, dr float32) (dx, dy float32) { return dr, 0 }

// Nextafter32X is [Nextafter32] for x.
//
//godiff:derivative of=math.Nextafter32 wrt=x
func Nextafter32X(x, y, r, dr float32) (dx float32) { return dr }

// Nextafter32Y is [Nextafter32] for y.
//
//godiff:derivative of=math.Nextafter32 wrt=y
func Nextafter32Y(x, y, r, dr float32) (dy float32) { return 0 }

// Floor is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.Floor
func Floor(x, y, dy float64) (dx float64) { return 0 }

// Ceil is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.Ceil
func Ceil(x, y, dy float64) (dx float64) { return 0 }

// Trunc is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.Trunc
func Trunc(x, y, dy float64) (dx float64) { return 0 }

// Round is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.Round
func Round(x, y, dy float64) (dx float64) { return 0 }

// RoundToEven is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.RoundToEven
func RoundToEven(x, y, dy float64) (dx float64) { return 0 }

// Logb is a step function: its derivative is 0 almost everywhere, and by convention at the steps.
//
//godiff:derivative of=math.Logb
func Logb(x, y, dy float64) (dx float64) { return 0 }
