package gradcheck_test

import (
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// scaled has a constant, though it is a float.
type scaled struct{ A, C float64 }

func (s scaled) square() float64 { return s.A * s.A * s.C }

func (s scaled) squareGrad() scaled { return scaled{A: 2 * s.A * s.C} }

func (s scaled) squareVJP(dy float64) (y float64, ds scaled) {
	return s.square(), scaled{A: 2 * s.A * s.C * dy}
}

func (s scaled) squareJVP(ds scaled) (y, dy float64) { return s.square(), 2 * s.A * s.C * ds.A }

func (s scaled) squareHVP(v scaled) scaled { return scaled{A: 2 * s.C * v.A} }

// scaledSquare is like scaled.square of a slice.
func scaledSquare(x []float64) float64 { return x[0] * x[0] * x[1] }

func scaledSquareHessian(x []float64) [][]float64 { return [][]float64{{2 * x[1], 0}, {0, 0}} }

func scaledSquareJacobian(x []float64) [][]float64 { return [][]float64{{2 * x[0] * x[1], 0}} }

// average keeps means of what it is given, which are constants for derivatives.
type average struct {
	W     []float64
	State struct{ Mean []float64 }
}

func (a *average) add() (y float64) {
	for i, w := range a.W {
		a.State.Mean[i] = 0.5*a.State.Mean[i] + 0.5*w
		y += w * w
	}
	return y
}

func (a *average) addVJP(da *average, dy float64) (y float64) {
	for i, w := range a.W {
		da.State.Mean[i] = 0
		da.W[i] += 2 * w * dy
	}
	return a.add()
}

func (a *average) addJVP(da *average) (y, dy float64) {
	for i, w := range a.W {
		da.State.Mean[i] = 0
		dy += 2 * w * da.W[i]
	}
	return a.add(), dy
}

func newAverage() *average {
	a := &average{W: []float64{1, 2}}
	a.State.Mean = []float64{3, 4}
	return a
}

// TestWithout checks each kind of derivative where a part of a parameter is a constant.
func TestWithout(t *testing.T) {
	s, c := scaled{2, 3}, gradcheck.Without("0.C")
	gradcheck.Grad(t, scaled.square, scaled.squareGrad, s, c)
	gradcheck.VJP(t, scaled.square, scaled.squareVJP, s, c)
	gradcheck.JVP(t, scaled.square, scaled.squareJVP, s, gradcheck.Without("s.C"))
	gradcheck.HVP(t, scaled.square, scaled.squareHVP, s, c)
	gradcheck.Hessian(t, scaledSquare, scaledSquareHessian, []float64{2, 3}, gradcheck.Without("0[1]"))
	gradcheck.Jacobian(t, scaledSquare, scaledSquareJacobian, []float64{2, 3}, gradcheck.Without("x[1]"))
	gradcheck.Adjoint(t, scaled.squareVJP, scaled.squareJVP, s, c)
	for _, name := range []string{"0.State", "0.State.Mean", "a.State.Mean"} {
		gradcheck.VJP(t, (*average).add, (*average).addVJP, newAverage(), gradcheck.Without(name))
		gradcheck.JVP(t, (*average).add, (*average).addJVP, newAverage(), gradcheck.Without(name))
	}
	gradcheck.VJP(t, (*average).add, (*average).addVJP, newAverage(), gradcheck.Without("0.State.Mean[0]", "0.State.Mean[1]"))
}

// TestWithoutFaults checks that a constant may have no derivative, that others need theirs, and what names must be.
func TestWithoutFaults(t *testing.T) {
	s := scaled{2, 3}
	wantError(t, record(gradcheck.Grad, scaled.square, scaled.squareGrad, s), "ds.C is 0, differences give 4")
	both := func(s scaled) scaled { return scaled{2 * s.A * s.C, 4} }
	wantError(t, record(gradcheck.Grad, scaled.square, both, s, gradcheck.Without("0.C")), "ds.C is 4, differences give 0")
	wantError(t, record(gradcheck.Grad, scaled.square, scaled.squareGrad, s, gradcheck.Without("0.A")), "ds.A is 12, differences give 0")
	wantError(t, record(gradcheck.VJP, (*average).add, (*average).addVJP, newAverage()), "da.State.Mean[0]")
	wantError(t, record(gradcheck.JVP, (*average).add, (*average).addJVP, newAverage(), gradcheck.Without("0.State.Mean[0]")),
		"da.State.Mean[1]")
	for _, name := range []string{"0.D", "1.C", "0.C.D", "C", "t.C", ""} {
		wantFatal(t, record(gradcheck.Grad, scaled.square, scaled.squareGrad, s, gradcheck.Without(name)), "names no floats")
	}
	wantFatal(t, record(gradcheck.Grad, scaled.square, scaled.squareGrad, s, gradcheck.Without()), "Without names no part of a parameter")
	wantFatal(t, record(gradcheck.Grad, scaled.square, scaled.squareGrad, s, gradcheck.Without("0.C"), gradcheck.Without("0.A")),
		"Without is given twice")
}
