package gradcheck_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// In the examples t prints what it is told, up to how sure the differences are. In a test it is the test's *testing.T.
type printer struct{ testing.TB }

func (printer) Helper() {}

func (printer) Errorf(format string, args ...any) {
	said, _, _ := strings.Cut(fmt.Sprintf(format, args...), " ±")
	fmt.Println(said)
}

func (p printer) Fatalf(format string, args ...any) { p.Errorf(format, args...) }

var t printer

func volume(r, h float64) float64 { return r * r * h }

func volumeGrad(r, h float64) (dr, dh float64) { return 2 * r * h, r * r }

func volumeWrong(r, h float64) (dr, dh float64) { return r * h, r * r }

func ExampleGrad() {
	gradcheck.Grad(t, volume, volumeGrad, 2, 3)
	gradcheck.Grad(t, volume, volumeWrong, 2, 3)
	// Output:
	// gradcheck.Grad of gradcheck_test.volume: dr is 6, differences give 12
}

type ray struct{ Slope, Shift float64 }

func (l *ray) miss(x, y float64) float64 {
	d := l.Slope*x + l.Shift - y
	return d * d
}

func (l *ray) missValueGrad(x, y float64) (out float64, dl *ray) {
	d := l.Slope*x + l.Shift - y
	return d * d, &ray{2 * d * x, 2 * d}
}

// A method is given as a method expression, so that the receiver is the first argument.
func ExampleValueGrad() {
	gradcheck.ValueGrad(t, (*ray).miss, (*ray).missValueGrad, &ray{2, 1}, 3, 5, gradcheck.Wrt("l"))
	fmt.Println("done")
	// Output:
	// done
}

func double(x []float64) {
	for i := range x {
		x[i] *= 2
	}
}

func doubleVJP(x, dx []float64) {
	for i := range x {
		x[i] *= 2
		dx[i] *= 2
	}
}

// A function that writes memory has an adjoint of the new contents, given, and of the old, wanted.
func ExampleVJP() {
	gradcheck.VJP(t, double, doubleVJP, []float64{1, 2})
	fmt.Println("done")
	// Output:
	// done
}

func polar(x, y float64) (r, phi float64) { return math.Hypot(x, y), math.Atan2(y, x) }

func polarJVP(x, y, dx, dy float64) (r, phi, dr, dphi float64) {
	r, phi = polar(x, y)
	return r, phi, (x*dx + y*dy) / r, (x*dy - y*dx) / (r * r)
}

func polarVJP(x, y, dr, dphi float64) (r, phi, dx, dy float64) {
	r, phi = polar(x, y)
	return r, phi, dr*x/r - dphi*y/(r*r), dr*y/r + dphi*x/(r*r)
}

func ExampleJVP() {
	gradcheck.JVP(t, polar, polarJVP, 3, 4)
	fmt.Println("done")
	// Output:
	// done
}

// Two derivatives of one function can be compared without differences.
func ExampleAdjoint() {
	gradcheck.Adjoint(t, polarVJP, polarJVP, 3, 4)
	fmt.Println("done")
	// Output:
	// done
}

func cubes(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v * v
	}
	return sum
}

func cubesHVP(x, vx []float64) (hx []float64) {
	hx = make([]float64, len(x))
	for i, v := range x {
		hx[i] = 6 * v * vx[i]
	}
	return hx
}

func cubesHessian(x []float64) [][]float64 {
	hx := make([][]float64, len(x))
	for i, v := range x {
		hx[i] = make([]float64, len(x))
		hx[i][i] = 3 * v // should be 6 * v
	}
	return hx
}

func ExampleHVP() {
	gradcheck.HVP(t, cubes, cubesHVP, []float64{1, 2})
	fmt.Println("done")
	// Output:
	// done
}

func ExampleHessian() {
	gradcheck.Hessian(t, cubes, cubesHessian, []float64{1, 2})
	// Output:
	// gradcheck.Hessian of gradcheck_test.cubes: h[0][0] is 3, differences give 6
	// gradcheck.Hessian of gradcheck_test.cubes: h[1][1] is 6, differences give 12
}

func rotate(p [2]float64) (x, y float64) { return p[0] - p[1], p[0] + p[1] }

func rotateJacobian(p [2]float64) [][]float64 { return [][]float64{{1, -1}, {1, 1}} }

func ExampleJacobian() {
	gradcheck.Jacobian(t, rotate, rotateJacobian, [2]float64{3, 4})
	fmt.Println("done")
	// Output:
	// done
}

// The points are not differentiated by: the gradient is with respect to w alone.
func ExampleWrt() {
	score := func(w []float64, x []float64) float64 { return w[0]*x[0] + w[1]*x[1] }
	scoreGrad := func(w []float64, x []float64) (dw []float64) { return []float64{x[0], x[1]} }
	gradcheck.Grad(t, score, scoreGrad, []float64{1, 2}, []float64{3, 4}, gradcheck.Wrt("w"))
	fmt.Println("done")
	// Output:
	// done
}

// A derivative that is good to four digits.
func ExampleTol() {
	square := func(x float64) float64 { return x * x }
	squareGrad := func(x float64) (dx float64) { return 2.0001 * x }
	gradcheck.Grad(t, square, squareGrad, 2, gradcheck.Tol(1e-4))
	gradcheck.Grad(t, square, squareGrad, 2)
	// Output:
	// gradcheck.Grad of gradcheck_test.ExampleTol.func1: dx is 4.0002, differences give 4
}
