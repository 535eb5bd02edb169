// Package other is what random programs import: functions that return functions, iterators, and rules for a type that does
// not show its floats.
package other

import (
	"iter"

	"github.com/godiff/godiff/internal/randprog/other/gauge"
)

// Scaled returns a function that captures what it is given.
func Scaled(k float64) func(float64) float64 {
	return func(x float64) float64 { return k * x / 2 }
}

// Chosen returns one of several functions.
func Chosen(k float64, n int) func(float64) float64 {
	if n%2 == 0 {
		return func(x float64) float64 { return k - x/2 }
	}
	half := k / 2
	return func(x float64) float64 { return x*half + k }
}

// Running returns a function with a state of its own.
func Running(sum float64) func(float64) float64 {
	return func(x float64) float64 {
		sum = sum/2 + x/4
		return sum
	}
}

// Both returns two functions that share a state: the first sets it, and the second returns it.
func Both(k float64) (set, get func(float64) float64) {
	set = func(x float64) float64 {
		k = x / 2
		return k * k / 4
	}
	get = func(x float64) float64 { return k + x/4 }
	return set, get
}

// Neighbours goes through the neighbours in a slice.
func Neighbours(xs []float64) iter.Seq2[float64, float64] {
	return func(yield func(float64, float64) bool) {
		for i := 1; i < len(xs); i++ {
			if !yield(xs[i-1], xs[i]) {
				return
			}
		}
	}
}

// Sums goes through the sums of the first elements, each times k.
func Sums(xs []float64, k float64) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		sum := 0.0
		for i, x := range xs {
			sum += x * k / 4
			if i > 2 || !yield(i, sum) {
				return
			}
		}
	}
}

// Zeros is the shadow of a Gauge.
//
//godiff:shadow of=github.com/godiff/godiff/internal/randprog/other/gauge.Gauge
func Zeros(g *gauge.Gauge) *gauge.Gauge { return gauge.New(g.Len()) }

// Add adds a shadow to another.
//
//godiff:add of=github.com/godiff/godiff/internal/randprog/other/gauge.Gauge
func Add(dst, src *gauge.Gauge) {
	for i := range src.Len() {
		dst.Set(i, dst.At(i)+src.At(i))
	}
}

// Copy returns a copy.
//
//godiff:copy of=github.com/godiff/godiff/internal/randprog/other/gauge.Gauge
func Copy(g *gauge.Gauge) *gauge.Gauge {
	c := gauge.New(g.Len())
	Add(c, g)
	return c
}

// CopyRule is the reverse rule of Copy.
//
//godiff:derivative of=Copy
func CopyRule(g, y, dy, dg *gauge.Gauge) { Add(dg, dy) }

// CopyForward is the forward rule of Copy.
//
//godiff:derivative of=Copy mode=jvp
func CopyForward(g, dg *gauge.Gauge) (y, dy *gauge.Gauge) { return Copy(g), Copy(dg) }

// AtRule is the reverse rule of At.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).At
func AtRule(g *gauge.Gauge, i int, y, dy float64, dg *gauge.Gauge) { dg.Set(i, dg.At(i)+dy) }

// AtForward is the forward rule of At.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).At mode=jvp
func AtForward(g *gauge.Gauge, i int, dg *gauge.Gauge) (y, dy float64) { return g.At(i), dg.At(i) }

// SetRule is the reverse rule of Set.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).Set
func SetRule(g *gauge.Gauge, i int, x float64, dg *gauge.Gauge) (dx float64) {
	dx = dg.At(i)
	dg.Set(i, 0)
	return dx
}

// SetForward is the forward rule of Set.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).Set mode=jvp
func SetForward(g *gauge.Gauge, i int, x float64, dg *gauge.Gauge, dx float64) {
	g.Set(i, x)
	dg.Set(i, dx)
}

// BlendRule is the reverse rule of Blend.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).Blend sets=g inplace=a,b
func BlendRule(g, a *gauge.Gauge, k float64, b, dg, da, db *gauge.Gauge) (dk float64) {
	for i := range dg.Len() {
		d := dg.At(i)
		dg.Set(i, 0)
		da.Set(i, da.At(i)+d)
		db.Set(i, db.At(i)+k*d)
		dk += b.At(i) * d
	}
	return dk
}

// BlendForward is the forward rule of Blend.
//
//godiff:derivative of=github.com/godiff/godiff/internal/randprog/other/gauge.(*Gauge).Blend mode=jvp
func BlendForward(g, a *gauge.Gauge, k float64, b, dg, da *gauge.Gauge, dk float64, db *gauge.Gauge) {
	for i := range g.Len() {
		y, dy := a.At(i)+k*b.At(i), da.At(i)+dk*b.At(i)+k*db.At(i)
		g.Set(i, y)
		dg.Set(i, dy)
	}
}
