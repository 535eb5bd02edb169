package runtime_test

import (
	"fmt"

	godiff "github.com/godiff/godiff/runtime"
)

//go:generate go run github.com/godiff/godiff/cmd/godiff generate

// Chain squares x three times and shows the adjoint of each square.
//
//godiff:grad
func Chain(x float64) float64 {
	for i := range 3 {
		x = godiff.WithGradient(x*x, func(d float64) float64 {
			fmt.Printf("step %d: %g\n", i, d)
			return min(d, 20)
		})
	}
	return x
}

func ExampleWithGradient() {
	fmt.Println(ChainGrad(2))
	// Output:
	// step 2: 1
	// step 1: 32
	// step 0: 160
	// 80
}
