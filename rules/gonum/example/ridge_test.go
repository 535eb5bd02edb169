package example

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/godiff/godiff/gradcheck"
)

// Gradient descent on a model of two weights.
func Example() {
	x := blas64.General{Rows: 4, Cols: 2, Stride: 2, Data: []float64{1, 0, 1, 1, 1, 2, 1, 3}}
	y := []float64{1, 3, 5, 7}
	w := []float64{0, 0}
	for range 500 {
		_, dw := RidgeValueGrad(w, x, y, 0)
		floats.AddScaled(w, -0.1, dw)
	}
	fmt.Printf("%.3f\n", w)
	// Output:
	// [1.000 2.000]
}

func TestDerivatives(t *testing.T) {
	x := blas64.General{Rows: 3, Cols: 2, Stride: 3, Data: []float64{1, 2, 0, 3, -1, 0, 2, 1, 0}}
	gradcheck.ValueGrad(t, Ridge, RidgeValueGrad, []float64{0.3, -0.7}, x, []float64{1, 2, 3}, 0.1, gradcheck.Wrt("w"))
	gradcheck.Grad(t, Spread, SpreadGrad, []float64{1, 2, 4}, []float64{1, 3, 2}, gradcheck.Wrt("values"))
}

// TestReadme checks that the page shows the code of this package.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("ridge.go")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(page), "```go\n")
	shown, _, _ = strings.Cut(shown, "```\n")
	if shown == "" || !strings.Contains(string(source), shown) {
		t.Errorf("README.md shows\n%s\nwhich is not in ridge.go", shown)
	}
}
