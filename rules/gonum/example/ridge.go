// Package example fits a linear model with functions of gonum, and differentiates what it fits.
package example

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	_ "github.com/godiff/godiff/rules/gonum/blas64rule"
	_ "github.com/godiff/godiff/rules/gonum/floatsrule"
)

//go:generate go tool godiff generate

// Ridge returns the mean squared error of the linear model x·w, a row of x for each element of y, with a penalty on the length of w.
//
//godiff:valuegrad wrt=w
func Ridge(w []float64, x blas64.General, y []float64, penalty float64) float64 {
	residual := make([]float64, len(y))
	copy(residual, y)
	weights := blas64.Vector{N: len(w), Data: w, Inc: 1}
	blas64.Gemv(blas.NoTrans, 1, x, weights, -1, blas64.Vector{N: len(y), Data: residual, Inc: 1})
	return floats.Dot(residual, residual)/float64(len(y)) + penalty*floats.Norm(w, 2)
}

// Spread returns the standard deviation of the values over their mean.
//
//godiff:grad wrt=values
func Spread(values, weights []float64) float64 {
	mean, deviation := stat.MeanStdDev(values, weights)
	return deviation / mean
}
