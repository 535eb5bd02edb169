// Kernelgen writes the assembly of package nn/kernel for amd64 with AVX2 and FMA, and the declarations beside it; go generate in
// nn/kernel runs it.
//
// A file here writes the kernels of one kind, for both formats of floats. What they compute is said by the plain Go versions in nn/kernel.
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("amd64")
	for _, f := range []format{single, double} {
		tile(f)
		transposes(f)
		vectors(f)
		dots(f)
		largest(f)
		functions(f)
		adjoints(f)
		activations(f)
		adapt(f)
	}
	build.Generate()
}
