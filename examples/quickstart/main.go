// Command quickstart finds the minimum of Rosenbrock's function by gradient descent.
package main

import "fmt"

//go:generate go run github.com/godiff/godiff/cmd/godiff generate

// Rosenbrock is a curved valley, hard to descend in: 0 where every x[i] is 1, and positive elsewhere.
//
//godiff:valuegrad
func Rosenbrock(x []float64) float64 {
	sum := 0.0
	for i := 0; i < len(x)-1; i++ {
		rise := x[i+1] - x[i]*x[i]
		far := 1 - x[i]
		sum += 100*rise*rise + far*far
	}
	return sum
}

func main() {
	const (
		steps = 30000
		rate  = 0.001
	)
	x := []float64{-1.2, 1, 0.5}
	for step := 0; step <= steps; step++ {
		y, dx := RosenbrockValueGrad(x)
		if step%3000 == 0 {
			fmt.Printf("step %5d   f(%.4f) = %.3g\n", step, x, y)
		}
		for i := range x {
			x[i] -= rate * dx[i]
		}
	}
	fmt.Printf("minimum %.3g at %.4f\n", Rosenbrock(x), x)
}
