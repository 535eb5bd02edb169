// Package gonumx gives generated derivatives to other parts of gonum.
//
// Package optimize asks for the value and for the gradient of a function one by one, mostly both at the same place. What godiff generates
// with valuegrad has them at once, at little more than the price of the gradient. [Problem] remembers the one until it is asked for:
//
//	//godiff:valuegrad wrt=w
//	//godiff:hessian wrt=w
//	func Loss(w []float64, data *Data) float64 { … }
//
//	problem := gonumx.Problem(
//		func(w []float64) (float64, []float64) { return LossValueGrad(w, data) },
//		func(w []float64) [][]float64 { return LossHessian(w, data) },
//	)
//	result, err := optimize.Minimize(problem, start, nil, &optimize.LBFGS{})
package gonumx

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Problem returns the problem to minimize a function, given what godiff generates with valuegrad and with hessian. The latter may be nil:
// only some methods, Newton's among them, need it. At a place where the value or the gradient has just been computed neither is computed
// again.
//
// The functions of the problem may be called at the same time, as optimize does for [optimize.Settings].Concurrent, if those given may.
func Problem(valueGrad func(x []float64) (y float64, dx []float64), hessian func(x []float64) [][]float64) optimize.Problem {
	r := &recent{valueGrad: valueGrad, limit: runtime.GOMAXPROCS(0)}
	problem := optimize.Problem{
		Func: func(x []float64) float64 { return r.at(x).y },
		Grad: func(grad, x []float64) { copy(grad, r.at(x).dx) },
	}
	if hessian != nil {
		problem.Hess = func(hess *mat.SymDense, x []float64) {
			for i, row := range hessian(x) {
				for j := i; j < len(row); j++ {
					hess.SetSym(i, j, row[j])
				}
			}
		}
	}
	return problem
}

// recent holds the last evaluations of a function.
type recent struct {
	valueGrad func(x []float64) (y float64, dx []float64)
	limit     int // of what is held

	mu   sync.Mutex
	list []evaluation // the oldest first
}

// An evaluation is what a function gives at a place. It does not change.
type evaluation struct {
	by *float64 // the memory that the place was given in: that of a worker
	x  []float64
	y  float64
	dx []float64
}

// at returns the evaluation at x.
func (r *recent) at(x []float64) evaluation {
	if len(x) == 0 {
		y, dx := r.valueGrad(x)
		return evaluation{y: y, dx: dx}
	}
	if e, ok := r.find(x); ok {
		return e
	}
	e := evaluation{by: &x[0], x: slices.Clone(x)}
	e.y, e.dx = r.valueGrad(x)
	r.keep(e)
	return e
}

// find returns the evaluation at x if it is held.
func (r *recent) find(x []float64) (evaluation, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.list {
		if same(e.x, x) {
			return e, true
		}
	}
	return evaluation{}, false
}

// keep holds an evaluation, in place of the last one of the same worker or, where there are too many, of the oldest.
func (r *recent) keep(e evaluation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.DeleteFunc(r.list, func(old evaluation) bool { return old.by == e.by })
	if len(r.list) >= r.limit {
		r.list = slices.Delete(r.list, 0, 1)
	}
	r.list = append(r.list, e)
}

// same reports whether two places are the same to the last bit.
func same(x, y []float64) bool {
	if len(x) != len(y) {
		return false
	}
	for i, v := range x {
		if math.Float64bits(v) != math.Float64bits(y[i]) {
			return false
		}
	}
	return true
}
