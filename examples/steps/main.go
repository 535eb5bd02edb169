// Steps prints one step of training of a small network with all its numbers, and draws the network.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/steps"
)

func main() {
	svg := flag.String("svg", "", "a `file` for a drawing of the network")
	flag.Parse()
	step := take()
	fmt.Print(step)
	if *svg != "" {
		if err := os.WriteFile(*svg, step.SVG(), 0o666); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// take takes a step with a network of two inputs, three hidden units and two answers.
func take() *steps.Step {
	network := &steps.Network{Activation: steps.Sigmoid, Layers: []nn.Dense[float64]{
		{
			W: nn.Of([]float64{
				0.5, -0.3, 0.8, // from the first input to each hidden unit
				-0.4, 0.9, 0.2, // from the second
			}, 2, 3),
			B: nn.Of([]float64{0.1, 0, -0.1}, 3),
		},
		{
			W: nn.Of([]float64{
				0.7, -0.6,
				-0.2, 0.4,
				0.3, 0.5,
			}, 3, 2),
			B: nn.Of([]float64{0.2, -0.2}, 2),
		},
	}}
	return steps.Take(network, []float64{1, 0.5}, []float64{1, 0}, 0.5)
}
