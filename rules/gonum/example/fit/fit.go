// Package fit fits a model with the methods of gonum's package optimize, through generated derivatives.
package fit

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	_ "github.com/godiff/godiff/rules/gonum/floatsrule"
	"github.com/godiff/godiff/rules/gonum/gonumx"
)

//go:generate go tool godiff generate

// Loss is the negative log-likelihood of a logistic model, with a penalty on the length of its weights w: what a row of x, times w, says
// about the label of the row, which is 1 or −1.
//
//godiff:valuegrad wrt=w
//godiff:hessian wrt=w
func Loss(w []float64, x *mat.Dense, labels []float64, penalty float64) float64 {
	sum := penalty * floats.Dot(w, w)
	for i, label := range labels {
		sum += math.Log1p(math.Exp(-label * floats.Dot(w, x.RawRowView(i))))
	}
	return sum
}

// Fit returns the weights with the smallest loss that a method finds.
func Fit(x *mat.Dense, labels []float64, penalty float64, method optimize.Method) (*optimize.Result, error) {
	problem := gonumx.Problem(
		func(w []float64) (float64, []float64) { return LossValueGrad(w, x, labels, penalty) },
		func(w []float64) [][]float64 { return LossHessian(w, x, labels, penalty) },
	)
	_, n := x.Dims()
	return optimize.Minimize(problem, make([]float64, n), &optimize.Settings{GradientThreshold: 1e-8}, method)
}
