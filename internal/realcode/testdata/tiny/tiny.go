// Package tiny has a function for each thing that can become of one.
package tiny

import "math"

type Vec struct{ x, Y float64 }

func (v Vec) Norm() float64 { return math.Hypot(v.x, v.Y) }

func (v *Vec) scale(k float64) float64 {
	v.x *= k
	v.Y *= k
	return v.x + v.Y
}

func Sum[T ~float64 | ~float32](xs []T) T {
	var s T
	for _, x := range xs {
		s += x
	}
	return s
}

// First panics where there is nothing.
func First(xs []float64, n int) float64 { return xs[n+100] }

func Log(x float64) float64 { return math.Log(-1 - x*x) }

func Apply(fs []func(float64) float64, x float64) float64 { return fs[0](x) }

func Length(xs []float64) int { return len(xs) }

// Nan is -1 whatever x is, by way of the square root of zero.
func Nan(x float64) float64 {
	four := 4.0
	return math.Sqrt(x*(1-four/4)) - 1 + x
}

// Steps is constant between jumps.
func Steps(x float64) float64 { return math.Floor(x*1e9) / 1e9 }

// Forever calls itself.
func Forever(x float64) float64 {
	if x < math.Inf(1) {
		return Forever(x) + 1
	}
	return x
}

// Given is given a function.
func Given(f func(Vec, float64) float64, v Vec, x float64) float64 { return f(v, x) * x }

// Solver holds one.
type Solver struct {
	F func(Vec) Vec
	K float64
}

// Run calls it.
func (s *Solver) Run(v Vec) float64 { return s.F(v).x * s.K }
