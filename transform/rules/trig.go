package rules

import "math"

// Sin: sin′ x = cos x. DLMF 4.20.1.
//
//godiff:derivative of=math.Sin
func Sin(x, y, dy float64) (dx float64) { return dy * math.Cos(x) }

// Cos: cos′ x = −sin x. DLMF 4.20.2.
//
//godiff:derivative of=math.Cos
func Cos(x, y, dy float64) (dx float64) { return -dy * math.Sin(x) }

// Sincos: sin′ x = cos x and cos′ x = −sin x. DLMF 4.20.1, 4.20.2.
//
//godiff:derivative of=math.Sincos
func Sincos(x, sin, cos, dsin, dcos float64) (dx float64) { return dsin*cos - dcos*sin }

// Tan: tan′ x = sec² x = 1 + tan² x. DLMF 4.20.3.
//
//godiff:derivative of=math.Tan
func Tan(x, y, dy float64) (dx float64) { return dy * (1 + y*y) }

// Asin: arcsin′ x = 1/√(1−x²). DLMF 4.24.7.
// It is infinite at ±1.
//
//godiff:derivative of=math.Asin
func Asin(x, y, dy float64) (dx float64) {
	if !(math.Abs(x) < 1) && dy == 0 {
		return 0
	}
	return dy / math.Sqrt((1-x)*(1+x))
}

// Acos: arccos′ x = −1/√(1−x²). DLMF 4.24.8.
// It is infinite at ±1.
//
//godiff:derivative of=math.Acos
func Acos(x, y, dy float64) (dx float64) {
	if !(math.Abs(x) < 1) && dy == 0 {
		return 0
	}
	return -dy / math.Sqrt((1-x)*(1+x))
}

// Atan: arctan′ x = 1/(1+x²). DLMF 4.24.9.
//
//godiff:derivative of=math.Atan
func Atan(x, y, dy float64) (dx float64) { return dy / (1 + x*x) }

// Atan2: z = arctan(y/x) up to a constant, so ∂z/∂y = x/r² and ∂z/∂x = −y/r² with r² = x²+y². DLMF 4.24.9.
// Both are NaN at the origin. Dividing by r twice avoids r², which overflows and underflows.
//
//godiff:derivative of=math.Atan2
func Atan2(y, x, z, dz float64) (dy, dx float64) {
	if x == 0 && y == 0 && dz == 0 {
		return 0, 0
	}
	return dz * (x / math.Hypot(x, y)) / math.Hypot(x, y), -dz * (y / math.Hypot(x, y)) / math.Hypot(x, y)
}

// Atan2Y is [Atan2] for y.
//
//godiff:derivative of=math.Atan2 wrt=y
func Atan2Y(y, x, z, dz float64) (dy float64) {
	if x == 0 && y == 0 && dz == 0 {
		return 0
	}
	return dz * (x / math.Hypot(x, y)) / math.Hypot(x, y)
}

// Atan2X is [Atan2] for x.
//
//godiff:derivative of=math.Atan2 wrt=x
func Atan2X(y, x, z, dz float64) (dx float64) {
	if x == 0 && y == 0 && dz == 0 {
		return 0
	}
	return -dz * (y / math.Hypot(x, y)) / math.Hypot(x, y)
}

// Sinh: sinh′ x = cosh x. DLMF 4.34.1.
//
//godiff:derivative of=math.Sinh
func Sinh(x, y, dy float64) (dx float64) { return dy * math.Cosh(x) }

// Cosh: cosh′ x = sinh x. DLMF 4.34.2.
//
//godiff:derivative of=math.Cosh
func Cosh(x, y, dy float64) (dx float64) { return dy * math.Sinh(x) }

// Tanh: tanh′ x = sech² x = 1 − tanh² x. DLMF 4.34.3.
//
//godiff:derivative of=math.Tanh
func Tanh(x, y, dy float64) (dx float64) { return dy * (1 - y*y) }

// Asinh: arsinh′ x = 1/√(1+x²). DLMF 4.38.9.
//
//godiff:derivative of=math.Asinh
func Asinh(x, y, dy float64) (dx float64) { return dy / math.Hypot(1, x) }

// Acosh: arcosh′ x = 1/√(x²−1). DLMF 4.38.10.
// It is infinite at 1. Two roots do not overflow, and are NaN left of 1.
//
//godiff:derivative of=math.Acosh
func Acosh(x, y, dy float64) (dx float64) {
	if !(x > 1) && dy == 0 {
		return 0
	}
	return dy / (math.Sqrt(x-1) * math.Sqrt(x+1))
}

// Atanh: artanh′ x = 1/(1−x²). DLMF 4.38.11.
//
//godiff:derivative of=math.Atanh
func Atanh(x, y, dy float64) (dx float64) { return dy / ((1 - x) * (1 + x)) }
