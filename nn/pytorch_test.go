package nn_test

import (
	"fmt"
	"testing"

	"github.com/godiff/godiff/nn"
)

// The numbers here are what PyTorch 1.13.0 prints, in float64, for the functions of torch.nn.functional that are named beside them, and what
// backward() leaves in grad.

// TestPyTorchActivations compares activation functions and their derivatives with those of PyTorch: sigmoid, tanh, atan, softsign, relu,
// elu(alpha=0.5), softplus, gelu, gelu(approximate="tanh") and silu.
func TestPyTorchActivations(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testPyTorchActivations[float64](t, 1e-15) })
	t.Run("float32", func(t *testing.T) { testPyTorchActivations[float32](t, 3e-7) })
}

func testPyTorchActivations[T nn.Float](t *testing.T, tol float64) {
	x := []float64{-3, -1, -0.25, 0.5, 2}
	functions := map[string]elementwise[T]{}
	for _, f := range elementwises[T]() {
		functions[f.name] = f
	}
	for _, c := range []struct {
		name        string
		value, grad []float64
	}{
		{"Sigmoid", []float64{0.04742587317756678, 0.2689414213699951, 0.43782349911420193, 0.6224593312018546, 0.8807970779778823}, []float64{0.04517665973091214, 0.19661193324148185, 0.24613408273759835, 0.2350037122015945, 0.10499358540350662}},
		{"Tanh", []float64{-0.9950547536867305, -0.7615941559557649, -0.24491866240370913, 0.46211715726000974, 0.9640275800758169}, []float64{0.009866037165440166, 0.41997434161402614, 0.940014848806378, 0.7864477329659274, 0.07065082485316443}},
		{"Arctan", []float64{-1.2490457723982544, -0.7853981633974483, -0.24497866312686414, 0.4636476090008061, 1.1071487177940904}, []float64{0.1, 0.5, 0.9411764705882353, 0.8, 0.2}},
		{"Softsign", []float64{-0.75, -0.5, -0.2, 0.3333333333333333, 0.6666666666666666}, []float64{0.0625, 0.25, 0.64, 0.4444444444444444, 0.1111111111111111}},
		{"ReLU", []float64{0.0, 0.0, 0.0, 0.5, 2.0}, []float64{0.0, 0.0, 0.0, 1.0, 1.0}},
		{"ELU", []float64{-0.475106465816068, -0.31606027941427883, -0.11059960846429756, 0.5, 2.0}, []float64{0.024893534183931972, 0.18393972058572117, 0.38940039153570244, 1.0, 1.0}},
		{"Softplus", []float64{0.04858735157374206, 0.31326168751822286, 0.5759394198788436, 0.9740769841801067, 2.1269280110429727}, []float64{0.04742587317756679, 0.2689414213699951, 0.4378234991142019, 0.6224593312018546, 0.8807970779778824}},
		{"GELU", []float64{-0.00404969409489031, -0.15865525393145702, -0.10032341857926907, 0.34573123063700656, 1.9544997361036416}, []float64{-0.01194564720418392, -0.08331547058768635, 0.304626645116364, 0.8674951246561629, 1.085231801078197}},
		{"GELUTanh", []float64{-0.0036373920817729943, -0.15880800939172324, -0.100324649298315, 0.34571400982514394, 1.954597694087775}, []float64{-0.011584166630969648, -0.08296408384578252, 0.30464590484893955, 0.8673699035346424, 1.0860992566236183}},
		{"SiLU", []float64{-0.14227761953270035, -0.2689414213699951, -0.10945587477855048, 0.3112296656009273, 1.7615941559557646}, []float64{-0.08810410601516962, 0.07232948812851325, 0.37628997842980233, 0.7399611873026519, 1.0907842487848955}},
	} {
		for i, x := range x {
			y, slope := at(functions[c.name], T(x))
			checkNear(t, fmt.Sprintf("%s of %v", c.name, x), y, c.value[i], tol)
			checkNear(t, fmt.Sprintf("the derivative of %s at %v", c.name, x), slope, c.grad[i], tol)
		}
	}
}

// pull is the adjoint of a result in the tests of functions that do not go element by element, rows what they are given.
var pull, rows = []float64{0.5, -1, 2, 1, 0.25, -0.75}, []float64{1, 2, -1, 0.5, 0.25, 3}

// TestPyTorchRows compares softmax(x, -1), log_softmax(x, -1) and prelu(x, a).
func TestPyTorchRows(t *testing.T) {
	for _, c := range []struct {
		name        string
		vjp         func(x, dx, dy nn.Tensor[float64]) nn.Tensor[float64]
		value, grad []float64
	}{
		{"Softmax", nn.SoftmaxVJP[float64],
			[]float64{0.25949646034241913, 0.7053845126982412, 0.03511902695933973, 0.07162659469286574, 0.05578284803554197, 0.8725905572715923},
			[]float64{0.26089728155840575, -0.3488844294927844, 0.08798714793437873, 0.11237285939769145, 0.0456789348682385, -0.15805179426592988}},
		{"LogSoftmax", nn.LogSoftmaxVJP[float64],
			[]float64{-1.3490122167681864, -0.34901221676818633, -3.349012216768186, -2.636288839722263, -2.886288839722263, -0.136288839722263},
			[]float64{0.1107553094863713, -2.0580767690473616, 1.9473214595609905, 0.9641867026535671, 0.222108575982229, -1.186295278635796}},
	} {
		dx := nn.New[float64](nil, 2, 3)
		y := c.vjp(nn.Of(rows, 2, 3), dx, nn.Of(pull, 2, 3))
		checkAll(t, c.name, y.Data, c.value)
		checkAll(t, "the derivative of "+c.name, dx.Data, c.grad)
	}
	p, dp := &nn.PReLU[float64]{Alpha: nn.Of([]float64{0.25, 0.5}, 2)}, &nn.PReLU[float64]{Alpha: nn.New[float64](nil, 2)}
	dx := nn.New[float64](nil, 1, 2, 3)
	y := p.ForwardVJP(nn.Of([]float64{-2, 1, -0.5, 3, 0.5, -1}, 1, 2, 3), dp, dx, nn.Of(pull, 1, 2, 3))
	checkAll(t, "PReLU", y.Data, []float64{-0.5, 1, -0.125, 3, 0.5, -0.5})
	checkAll(t, "the derivative of PReLU", dx.Data, []float64{0.125, -1, 0.5, 1, 0.25, -0.375})
	checkAll(t, "the derivative for the slopes", dp.Alpha.Data, []float64{-2, 0.75})
}

func checkAll(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i, w := range want {
		checkNear(t, fmt.Sprintf("element %d of %s", i, what), got[i], w, 1e-14)
	}
}

// TestPyTorchLosses compares mse_loss, l1_loss, huber_loss(delta=0.75), binary_cross_entropy_with_logits, cross_entropy of labels and of
// probabilities, and nll_loss.
func TestPyTorchLosses(t *testing.T) {
	type tensor = nn.Tensor[float64]
	target := nn.Of([]float64{0.5, 2, 1, -1, 0, 4}, 2, 3)
	binary := nn.Of([]float64{0.5, 0.9, 0, 1, 0.25, 0}, 2, 3)
	soft := nn.Of([]float64{0.2, 0.3, 0.5, 0, 1, 0}, 2, 3)
	labels := []int{2, 0}
	for _, c := range []struct {
		name string
		loss func(x, dx tensor) float64
		want float64
		grad []float64
	}{
		{"MSE", func(x, dx tensor) float64 { return nn.MSEVJP(x, target, dx, 1) }, 1.2604166666666667,
			[]float64{0.16666666666666666, 0, -0.6666666666666666, 0.5, 0.08333333333333333, -0.3333333333333333}},
		{"MAE", func(x, dx tensor) float64 { return nn.MAEVJP(x, target, dx, 1) }, 0.875,
			[]float64{0.16666666666666666, 0, -0.16666666666666666, 0.16666666666666666, 0.16666666666666666, -0.16666666666666666}},
		{"Huber", func(x, dx tensor) float64 { return nn.HuberVJP(x, target, 0.75, dx, 1) }, 0.4479166666666667,
			[]float64{0.08333333333333333, 0, -0.125, 0.125, 0.041666666666666664, -0.125}},
		{"BinaryCrossEntropy", func(x, dx tensor) float64 { return nn.BinaryCrossEntropyVJP(x, binary, dx, 1) }, 0.956592523618685,
			[]float64{0.038509763105000816, -0.0032004870036862845, 0.04482357022833252, -0.0629234447996909, 0.05202941681429968, 0.15876235447040557}},
		{"CrossEntropy", func(x, dx tensor) float64 { return nn.CrossEntropyVJP(x, labels, dx, 1) }, 2.9926505282452247,
			[]float64{0.12974823017120957, 0.3526922563491206, -0.4824404865203301, -0.4641867026535671, 0.02789142401777099, 0.43629527863579615}},
		{"SoftCrossEntropy", func(x, dx tensor) float64 { return nn.SoftCrossEntropyVJP(x, soft, dx, 1) }, 2.4676505282452244,
			[]float64{0.02974823017120956, 0.2026922563491206, -0.23244048652033014, 0.035813297346432876, -0.472108575982229, 0.43629527863579615}},
		{"NLL", func(x, dx tensor) float64 { return nn.NLLVJP(x, labels, dx, 1) }, 0.25, []float64{0, 0, -0.5, -0.5, 0, 0}},
	} {
		dx := nn.New[float64](nil, 2, 3)
		checkNear(t, c.name, c.loss(nn.Of(rows, 2, 3), dx), c.want, 1e-15)
		checkAll(t, "the derivative of "+c.name, dx.Data, c.grad)
	}
	for _, big := range []float64{1000, 3e38} { // cross_entropy of ±1000 for the classes 1 and 1
		dx := nn.New[float64](nil, 2, 2)
		loss := nn.CrossEntropyVJP(nn.Of([]float64{big, -big, -big, big}, 2, 2), []int{1, 1}, dx, 1)
		checkNear(t, "CrossEntropy of large logits", loss, big, 0)
		checkAll(t, "the derivative of CrossEntropy at large logits", dx.Data, []float64{0.5, -0.5, 0, 0})
	}
}
