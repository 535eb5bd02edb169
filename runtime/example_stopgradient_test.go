package runtime_test

import (
	"fmt"

	godiff "github.com/godiff/godiff/runtime"
)

// Miss is the squared distance of x² from a target, which moves with x and yet is a constant to the derivative.
//
//godiff:grad
func Miss(x float64) float64 {
	target := godiff.StopGradient(x + 1)
	d := x*x - target
	return d * d
}

func ExampleStopGradient() {
	fmt.Println(MissGrad(3)) // 2·d·2x for d = 5; the target would add 2·d·(−1)
	// Output: 60
}
