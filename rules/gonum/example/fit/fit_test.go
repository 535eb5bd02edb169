package fit

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"github.com/godiff/godiff/gradcheck"
)

var (
	rows   = mat.NewDense(6, 2, []float64{1, 0.5, 1, 1, 1, 2, 1, 2.5, 1, 3, 1, 4})
	labels = []float64{-1, -1, 1, -1, 1, 1}
)

func Example() {
	for _, method := range []optimize.Method{&optimize.LBFGS{}, &optimize.Newton{}} {
		result, err := Fit(rows, labels, 0.01, method)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%T: %.4f, loss %.4f\n", method, result.X, result.F)
	}
	// Output:
	// *optimize.LBFGS: [-3.5282 1.6640], loss 2.4690
	// *optimize.Newton: [-3.5282 1.6640], loss 2.4690
}

func TestDerivatives(t *testing.T) {
	w := []float64{0.3, -0.7}
	gradcheck.ValueGrad(t, Loss, LossValueGrad, w, rows, labels, 0.1, gradcheck.Wrt("w"))
	gradcheck.Hessian(t, Loss, LossHessian, w, rows, labels, 0.1, gradcheck.Wrt("w"))
}
