package floatsrule_test

import (
	"math"

	"gonum.org/v1/gonum/floats"

	_ "github.com/godiff/godiff/rules/gonum/floatsrule"
)

//godiff:vjp
//godiff:jvp
func add(dst, s []float64) {
	floats.Add(dst, s)
}

//godiff:vjp
//godiff:jvp
func addSelf(x []float64) {
	floats.Add(x, x)
}

//godiff:vjp
//godiff:jvp
func addTo(dst, s, t []float64) []float64 {
	return floats.AddTo(dst, s, t)
}

//godiff:vjp
//godiff:jvp
func addToSelf(x, s []float64) {
	floats.AddTo(x, s, x)
	floats.AddTo(x, x, x)
}

//godiff:vjp
//godiff:jvp
func sub(dst, s []float64) {
	floats.Sub(dst, s)
}

//godiff:vjp
//godiff:jvp
func subSelf(x, s []float64) {
	floats.SubTo(s, x, s)
	floats.Sub(x, x)
}

//godiff:vjp
//godiff:jvp
func subTo(dst, s, t []float64) []float64 {
	return floats.SubTo(dst, s, t)
}

//godiff:vjp
//godiff:jvp
func addConst(c float64, dst []float64) {
	floats.AddConst(c, dst)
}

//godiff:vjp
//godiff:jvp
func addScaled(dst []float64, alpha float64, s []float64) {
	floats.AddScaled(dst, alpha, s)
}

//godiff:vjp
//godiff:jvp
func addScaledSelf(x []float64) {
	floats.AddScaled(x, 3, x)
}

//godiff:vjp
//godiff:jvp
func addScaledTo(dst, y []float64, alpha float64, s []float64) []float64 {
	return floats.AddScaledTo(dst, y, alpha, s)
}

//godiff:vjp
//godiff:jvp
func addScaledToSelf(x, y []float64) {
	floats.AddScaledTo(x, y, -2, x)
	floats.AddScaledTo(y, y, -2, x)
}

//godiff:vjp
//godiff:jvp
func scaleBy(c float64, dst []float64) {
	floats.Scale(c, dst)
}

//godiff:vjp
//godiff:jvp
func scale(dst []float64) {
	floats.Scale(0, dst[1:])
	floats.Scale(-3, dst)
}

//godiff:vjp
//godiff:jvp
func scaleTo(dst []float64, c float64, s []float64) []float64 {
	return floats.ScaleTo(dst, c, s)
}

//godiff:vjp
//godiff:jvp
func scaleToSelf(x []float64) {
	floats.ScaleTo(x, 3, x)
}

//godiff:vjp
//godiff:jvp
func div(dst, s []float64) {
	floats.Div(dst, s)
}

//godiff:vjp
//godiff:jvp
func divSelf(x []float64) {
	floats.Div(x, x)
}

//godiff:vjp
//godiff:jvp
func divTo(dst, s, t []float64) []float64 {
	return floats.DivTo(dst, s, t)
}

//godiff:vjp
//godiff:jvp
func divToSelf(x, t []float64) {
	floats.DivTo(x, x, t)
}

//godiff:vjp
//godiff:jvp
func cumSum(dst, s []float64) []float64 {
	return floats.CumSum(dst, s)
}

//godiff:vjp
//godiff:jvp
func cumSumSelf(x []float64) {
	floats.CumSum(x, x)
}

//godiff:vjp
//godiff:jvp
func cumProd(dst, s []float64) []float64 {
	return floats.CumProd(dst, s)
}

//godiff:vjp
//godiff:jvp
func sum(s []float64) float64 {
	return floats.Sum(s)
}

//godiff:vjp
//godiff:jvp
func sumCompensated(s []float64) float64 {
	return floats.SumCompensated(s)
}

//godiff:vjp
//godiff:jvp
func dot(s1, s2 []float64) float64 {
	return floats.Dot(s1, s2)
}

//godiff:vjp
//godiff:jvp
func norm(s []float64, L float64) float64 {
	return floats.Norm(s, L)
}

//godiff:vjp
//godiff:jvp
func norm1(s []float64) float64 {
	return floats.Norm(s, 1)
}

//godiff:vjp
//godiff:jvp
func norm2(s []float64) float64 {
	return floats.Norm(s, 2)
}

//godiff:vjp
//godiff:jvp
func normInf(s []float64) float64 {
	return floats.Norm(s, math.Inf(1))
}

//godiff:vjp
//godiff:jvp
func distance(s, t []float64, L float64) float64 {
	return floats.Distance(s, t, L)
}

//godiff:vjp
//godiff:jvp
func distance1(s, t []float64) float64 {
	return floats.Distance(s, t, 1)
}

//godiff:vjp
//godiff:jvp
func distanceInf(s, t []float64) float64 {
	return floats.Distance(s, t, math.Inf(1))
}

//godiff:vjp
//godiff:jvp
func distance2(s, t []float64) float64 {
	return floats.Distance(s, t, 2)
}

// chain calls one function after the other, so that each has work for its derivative of second order.
//
//godiff:grad
//godiff:hvp
func chain(x, w []float64) float64 {
	y := make([]float64, len(x))
	z := make([]float64, len(x))
	floats.AddTo(y, x, w)
	floats.AddScaledTo(z, y, floats.Sum(w), x)
	floats.Sub(z, w)
	floats.AddConst(floats.Norm(z, 3), z)
	floats.Div(y, z)
	floats.CumProd(z, y)
	floats.CumSum(z, z)
	floats.AddScaled(z, floats.Dot(x, z), w)
	floats.Scale(x[1], z)
	floats.ScaleTo(y, x[0], z)
	return floats.Norm(y, 2) * floats.Distance(x, w, 1)
}

//godiff:hvp
func power(x []float64, L float64) float64 {
	return floats.Norm(x, L) * floats.Distance(x, []float64{1, 1, 1}, L)
}

//godiff:hessian
func squares(x []float64) float64 { return floats.Dot(x, x) * floats.Sum(x) }

//godiff:vjp
func addScaledLost(x []float64, alpha float64) { floats.AddScaled(x, alpha, x) }

//godiff:vjp
func scaleToLost(x []float64, c float64) { floats.ScaleTo(x, c, x) }

//godiff:vjp
func divToLost(x, s []float64) { floats.DivTo(x, s, x) }

//godiff:vjp
func cumProdLost(x []float64) { floats.CumProd(x, x) }

//godiff:vjp
func overlap(x []float64) { floats.Add(x[1:], x[:len(x)-1]) }

//godiff:vjp
func cumSumOverlap(x []float64) { floats.CumSum(x[1:], x[:len(x)-1]) }
