package matrule_test

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/godiff/godiff/gradcheck"
)

// vectorsInPlace gives vectors to methods of their own.
//
//godiff:vjp
//godiff:jvp
func vectorsInPlace(x []float64, k float64) float64 {
	v := mat.NewVecDense(len(x), nil)
	for i, t := range x {
		v.SetVec(i, t*t)
	}
	d := mat.NewVecDense(len(x), []float64{1, 2, 3})
	for range 2 {
		v.AddScaledVec(v, k, d)
		v.ScaleVec(k, v)
		v.MulElemVec(v, v)
	}
	v.AddVec(d, v)
	v.SubVec(v, d)
	v.DivElemVec(d, v)
	m := mat.NewDense(3, 3, []float64{1, x[0], 2, 3, 1, x[1], 1, 2, 3})
	v.MulVec(m, v)
	return mat.Dot(v, v)
}

// matricesInPlace gives matrices to methods of their own.
//
//godiff:vjp
//godiff:jvp
func matricesInPlace(x []float64, k float64) float64 {
	m := mat.NewDense(2, 2, nil)
	m.Set(0, 0, x[0])
	m.Set(0, 1, x[1])
	m.Set(1, 1, x[2])
	b := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	m.Add(m, b)
	m.Scale(k, m)
	m.Mul(m, b)
	m.Mul(b, m)
	m.MulElem(m, m)
	m.Sub(b, m)
	m.DivElem(m, b)
	s := mat.NewSymDense(2, nil)
	s.SetSym(0, 0, x[0])
	s.SetSym(0, 1, x[1])
	s.AddSym(s, s)
	s.ScaleSym(k, s)
	return mat.Sum(m) * mat.Sum(s)
}

// TestInPlace checks methods whose receiver is an argument too.
func TestInPlace(t *testing.T) {
	x := []float64{0.5, 0.7, 0.9}
	gradcheck.VJP(t, vectorsInPlace, vectorsInPlaceVJP, x, 0.3)
	gradcheck.JVP(t, vectorsInPlace, vectorsInPlaceJVP, x, 0.3)
	gradcheck.VJP(t, matricesInPlace, matricesInPlaceVJP, x, 0.3)
	gradcheck.JVP(t, matricesInPlace, matricesInPlaceJVP, x, 0.3)
}
