package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// TestLosses compares losses and their derivatives with worked examples.
func TestLosses(t *testing.T) {
	type tensor = nn.Tensor[float64]
	mse, mae, bce, soft := nn.MSEVJP[float64], nn.MAEVJP[float64], nn.BinaryCrossEntropyVJP[float64], nn.SoftCrossEntropyVJP[float64]
	huber := func(x, target, dx tensor, dy float64) float64 { return nn.HuberVJP(x, target, 2, dx, dy) }
	ln3 := math.Log(3)
	for _, c := range []struct {
		name      string
		loss      func(x, target, dx tensor, dy float64) float64
		x, target []float64
		want      float64
		grad      []float64
	}{
		{"MSE", mse, []float64{1, 5, 2, 2}, []float64{3, 4, 2, 2}, 5. / 4, []float64{-1, 0.5, 0, 0}},
		{"MAE", mae, []float64{1, 5, 2, 2}, []float64{3, 4, 2, 2}, 3. / 4, []float64{-0.25, 0.25, 0, 0}},
		{"Huber", huber, []float64{1, 2, -6, 9}, []float64{0, 0, 0, 6}, (0.5 + 2 + 10 + 4) / 4, []float64{0.25, 0.5, -0.5, 0.5}},
		{"BinaryCrossEntropy", bce, []float64{0, 0, ln3, -ln3}, []float64{1, 0.5, 1, 1}, (2*math.Ln2 + math.Log(4./3) + math.Log(4)) / 4,
			[]float64{-0.125, 0, -0.0625, -0.1875}},
		{"BinaryCrossEntropy", bce, []float64{1000, -1000, 1000, -1000}, []float64{1, 0, 0, 1}, 500, []float64{0, 0, 0.25, -0.25}},
		{"SoftCrossEntropy", soft, []float64{0, ln3, ln3, 0}, []float64{0.5, 0.5, 0, 1}, (2*math.Log(4) - ln3/2) / 2,
			[]float64{-0.125, 0.125, 0.375, -0.375}},
	} {
		dims := []int{2, 2}
		dx := nn.New[float64](nil, dims...)
		got := c.loss(nn.Of(c.x, dims...), nn.Of(c.target, dims...), dx, 1)
		checkNear(t, fmt.Sprintf("%s of %v for %v", c.name, c.x, c.target), got, c.want, 1e-15)
		for i, w := range c.grad {
			checkNear(t, fmt.Sprintf("the derivative of %s for element %d of %v", c.name, i, c.x), dx.Data[i], w, 1e-15)
		}
	}
}

// TestSureLosses checks that small losses of sure and right answers keep their digits, in both formats.
func TestSureLosses(t *testing.T) {
	want := math.Log1p(math.Exp(-30))
	for _, target := range []float64{0, 1} {
		z := 60*target - 30
		x, y, dx := nn.Of([]float64{z}, 1), nn.Of([]float64{target}, 1), nn.New[float64](nil, 1)
		if got := nn.BinaryCrossEntropyVJP(x, y, dx, 1); math.Abs(got/want-1) > 1e-15 || math.Abs(math.Abs(dx.Data[0])/want-1) > 1e-13 {
			t.Errorf("of the logit %v, target %v: got %v, derivative %v, want %v", z, target, got, dx.Data[0], want)
		}
		x32, y32 := nn.Of([]float32{float32(z)}, 1), nn.Of([]float32{float32(target)}, 1)
		if got := nn.BinaryCrossEntropy(x32, y32); math.Abs(float64(got)/want-1) > 1e-6 {
			t.Errorf("of the logit %v, target %v, in float32: got %v, want %v", z, target, got, want)
		}
	}
}

// TestKinkedLosses checks the derivatives where differences cannot.
func TestKinkedLosses(t *testing.T) {
	x, target := nn.Of([]float64{2, -2, 0}, 3), nn.New[float64](nil, 3)
	dx := nn.New[float64](nil, 3)
	nn.HuberVJP(x, target, 2, dx, 3)
	if want := []float64{2, -2, 0}; !slices.Equal(dx.Data, want) {
		t.Errorf("the derivative of Huber is %v, want %v", dx.Data, want)
	}
	clear(dx.Data)
	nn.MAEVJP(x, x, dx, 3)
	if want := []float64{0, 0, 0}; !slices.Equal(dx.Data, want) {
		t.Errorf("the derivative of MAE is %v, want %v", dx.Data, want)
	}
	clear(dx.Data)
	nn.BinaryCrossEntropyVJP(nn.New[float64](nil, 3), nn.Of([]float64{0, 0.5, 1}, 3), dx, 3)
	if want := []float64{0.5, 0, -0.5}; !slices.Equal(dx.Data, want) {
		t.Errorf("the derivative of BinaryCrossEntropy is %v, want %v", dx.Data, want)
	}
}

func TestLossRules(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{1, 1}, {1, 3}, {4, 1}, {3, 5}} {
		x, target, p := random(r, dims...), random(r, dims...), nn.Sigmoid(random(r, dims...))
		labels := make([]int, dims[0])
		for i := range labels {
			labels[i] = r.IntN(dims[1])
		}
		wrt := gradcheck.Wrt("x")
		gradcheck.VJP(t, nn.MSE[float64], nn.MSEVJP[float64], x, target, wrt)
		gradcheck.VJP(t, nn.MAE[float64], nn.MAEVJP[float64], x, target, wrt)
		gradcheck.VJP(t, nn.Huber[float64], nn.HuberVJP[float64], x, target, 0.5, wrt)
		gradcheck.VJP(t, nn.BinaryCrossEntropy[float64], nn.BinaryCrossEntropyVJP[float64], x, p, gradcheck.Wrt("logits"))
		gradcheck.VJP(t, nn.SoftCrossEntropy[float64], nn.SoftCrossEntropyVJP[float64], x, p, gradcheck.Wrt("logits"))
		gradcheck.VJP(t, nn.NLL[float64], nn.NLLVJP[float64], x, labels)
		gradcheck.VJP(t, nn.CrossEntropy[float64], nn.CrossEntropyVJP[float64], x, labels)
	}
}

// TestNoExamples checks that there is no mean of nothing.
func TestNoExamples(t *testing.T) {
	x := nn.New[float64](nil, 0, 3)
	dx := nn.New[float64](nil, 0, 3)
	for name, loss := range map[string]float64{
		"MSE":                nn.MSEVJP(x, x, dx, 1),
		"MAE":                nn.MAEVJP(x, x, dx, 1),
		"Huber":              nn.HuberVJP(x, x, 1, dx, 1),
		"BinaryCrossEntropy": nn.BinaryCrossEntropyVJP(x, x, dx, 1),
		"SoftCrossEntropy":   nn.SoftCrossEntropyVJP(x, x, dx, 1),
		"CrossEntropy":       nn.CrossEntropyVJP(x, nil, dx, 1),
	} {
		if loss == loss {
			t.Errorf("%s of no examples is %v", name, loss)
		}
	}
}

// TestSoftLabels checks that sure targets give the cross entropy of labels.
func TestSoftLabels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x, targets := random(r, 3, 4), nn.New[float64](nil, 3, 4)
	labels := []int{2, 0, 3}
	for i, label := range labels {
		targets.Data[4*i+label] = 1
	}
	if got, want := nn.SoftCrossEntropy(x, targets), nn.CrossEntropy(x, labels); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	x.Data[0] = math.Inf(-1) // a class that is ruled out, and no target
	if got := nn.SoftCrossEntropy(x, targets); math.IsNaN(got) || math.IsInf(got, 0) {
		t.Errorf("with a class ruled out: %v", got)
	}
}

// TestLossShapes checks that what does not fit is told with both shapes.
func TestLossShapes(t *testing.T) {
	x, y := nn.New[float64](nil, 2, 3), nn.New[float64](nil, 3, 2)
	p := &nn.PReLU[float64]{Alpha: nn.New[float64](nil, 2)}
	for want, f := range map[string]func(){
		"nn: MSE: shape [2 3] does not fit [3 2]":                  func() { nn.MSE(x, y) },
		"nn: MAE: shape [2 3] does not fit [3 2]":                  func() { nn.MAE(x, y) },
		"nn: Huber: shape [2 3] does not fit [3 2]":                func() { nn.Huber(x, y, 1) },
		"nn: BinaryCrossEntropy: shape [2 3] does not fit [3 2]":   func() { nn.BinaryCrossEntropy(x, y) },
		"nn: SoftCrossEntropy: shape [2 3] does not fit [3 2]":     func() { nn.SoftCrossEntropy(x, y) },
		"nn: NLL: labels[1] is 3, not from 0 to below 3":           func() { nn.NLL(x, []int{2, 3}) },
		"nn: CrossEntropy: labels[0] is -1, not from 0 to below 3": func() { nn.CrossEntropy(x, []int{-1, 3}) },
		"nn: NLL: shape [2 3] does not fit [1]":                    func() { nn.NLL(x, []int{0}) },
		"nn: PReLU: shape [2 3] does not fit [2]":                  func() { p.Forward(x) },
		"nn: PReLU: shape [2] does not fit [2]":                    func() { p.Forward(nn.New[float64](nil, 2)) },
		"nn: Softmax: shape [2 0] does not fit [1]":                func() { nn.Softmax(nn.New[float64](nil, 2, 0)) },
		"nn: LogSoftmax: shape [] does not fit [1]":                func() { nn.LogSoftmax(nn.New[float64](nil)) },
	} {
		misfit(t, want, f)
	}
}

// caught returns the error of shape with which f panics.
func caught(f func()) (err error) {
	defer shape.Catch(&err)
	f()
	return nil
}

// TestLossModel trains through losses as part of a model of this package.
func TestLossModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := &losses[float64]{Code: nn.Dense[float64]{W: random(r, 3, 2), B: random(r, 2)}, Out: nn.Dense[float64]{W: random(r, 2, 3)}}
	x, p := random(r, 4, 3), nn.Sigmoid(random(r, 4, 3))
	gradcheck.VJP(t, (*losses[float64]).loss, (*losses[float64]).lossVJP, m, x, p, []int{0, 2, 1, 1}, gradcheck.Wrt("0"))

	dm := &losses[float64]{Code: nn.Dense[float64]{W: nn.New[float64](nil, 3, 2), B: nn.New[float64](nil, 2)}, Out: nn.Dense[float64]{W: nn.New[float64](nil, 2, 3)}}
	bytes := func(batch int) uint64 {
		space := new(nn.Space)
		x, p, labels := random(r, batch, 3).In(space), random(r, batch, 3), make([]int, batch)
		return bytesPerRun(func() {
			space.Reset()
			m.lossVJP(x, p, labels, dm, 1)
		})
	}
	if small, large := bytes(2), bytes(200); small != large {
		t.Errorf("a step for 2 examples allocates %d bytes, for 200 examples %d", small, large)
	}
}
