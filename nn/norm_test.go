package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

// meanVariance returns the mean and the variance of numbers, with n in the denominator.
func meanVariance(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance
}

// ofChannel returns the places of the elements of a channel of a tensor.
func ofChannel(dims []int, c int) (places []int) {
	size := 1
	for _, d := range dims[2:] {
		size *= d
	}
	for b := range dims[0] {
		for i := range size {
			places = append(places, (b*dims[1]+c)*size+i)
		}
	}
	return places
}

func TestBatchNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{5, 3}, {2, 1}, {2, 3, 4}, {1, 2, 3, 2}} {
		for _, momentum := range []float64{0, 0.3} {
			l := nn.NewBatchNorm[float64](dims[1])
			copy(l.Scale.Data, random(r, dims[1]).Data)
			copy(l.Shift.Data, random(r, dims[1]).Data)
			l.Momentum, l.Epsilon = momentum, momentum/10
			weight, epsilon := 0.1, 1e-5
			if momentum > 0 {
				weight, epsilon = momentum, momentum/10
			}
			means, variances := make([]float64, dims[1]), make([]float64, dims[1])
			for c := range variances {
				variances[c] = 1
			}
			for range 2 {
				x := random(r, dims...)
				got, want := l.Forward(x, true), nn.New[float64](nil, dims...)
				for c := range dims[1] {
					places := ofChannel(dims, c)
					var values []float64
					for _, i := range places {
						values = append(values, x.Data[i])
					}
					mean, variance := meanVariance(values)
					for _, i := range places {
						want.Data[i] = (x.Data[i]-mean)/math.Sqrt(variance+epsilon)*l.Scale.Data[c] + l.Shift.Data[c]
					}
					n := float64(len(places))
					means[c] += weight * (mean - means[c])
					variances[c] += weight * (variance*n/(n-1) - variances[c])
				}
				near(t, "training", got, want, 1e-12)
				near(t, "the means", l.Mean, nn.Of(means, dims[1]), 1e-14)
				near(t, "the variances", l.Var, nn.Of(variances, dims[1]), 1e-14)
			}
			x := random(r, dims...)
			got, want := l.Forward(x, false), nn.New[float64](nil, dims...)
			for c := range dims[1] {
				for _, i := range ofChannel(dims, c) {
					want.Data[i] = (x.Data[i]-means[c])/math.Sqrt(variances[c]+epsilon)*l.Scale.Data[c] + l.Shift.Data[c]
				}
			}
			near(t, "after training", got, want, 1e-12)
			near(t, "the means after that", l.Mean, nn.Of(means, dims[1]), 1e-14)
		}
	}
}

// TestBatchNormLarge checks that a large mean does not spoil the variance in float32.
func TestBatchNormLarge(t *testing.T) {
	x := nn.Of([]float32{10000, 10001, 10002, 10003}, 4, 1)
	l := nn.NewBatchNorm[float32](1)
	got := l.Forward(x, true)
	d := float32(math.Sqrt(1.25 + 1e-5))
	near(t, "training", got, nn.Of([]float32{-1.5 / d, -0.5 / d, 0.5 / d, 1.5 / d}, 4, 1), 1e-6)
}

func TestLayerNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{4, 3}, {2, 3, 5}, {7}, {3, 1}, {0, 2}} {
		features := dims[len(dims)-1]
		l := nn.NewLayerNorm[float64](features)
		copy(l.Scale.Data, random(r, features).Data)
		copy(l.Shift.Data, random(r, features).Data)
		x := random(r, dims...)
		want := nn.New[float64](nil, dims...)
		for i := 0; i < len(x.Data); i += features {
			mean, variance := meanVariance(x.Data[i : i+features])
			for j := range features {
				want.Data[i+j] = (x.Data[i+j]-mean)/math.Sqrt(variance+1e-5)*l.Scale.Data[j] + l.Shift.Data[j]
			}
		}
		near(t, "layer norm", l.Forward(x), want, 1e-12)
	}
}

// TestNormDerivatives checks what is trained; the other floats of the layers are constants.
func TestNormDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	batch := func(x nn.Tensor[float64], train bool) {
		t.Helper()
		channels := x.Shape[1]
		l := &nn.BatchNorm[float64]{Scale: random(r, channels), Shift: random(r, channels)}
		l.Mean, l.Var = random(r, channels), random(r, channels)
		for i, v := range l.Var.Data {
			l.Var.Data[i] = 0.5 + v*v
		}
		gradcheck.VJP(t, (*nn.BatchNorm[float64]).Forward, (*nn.BatchNorm[float64]).ForwardVJP, l, x, train,
			gradcheck.Without("0.Mean", "0.Var", "0.Momentum", "0.Epsilon"))
	}
	layer := func(x nn.Tensor[float64]) {
		t.Helper()
		features := x.Shape[len(x.Shape)-1]
		l := &nn.LayerNorm[float64]{Scale: random(r, features), Shift: random(r, features)}
		gradcheck.VJP(t, (*nn.LayerNorm[float64]).Forward, (*nn.LayerNorm[float64]).ForwardVJP, l, x, gradcheck.Without("0.Epsilon"))
	}
	for _, dims := range [][]int{{5, 3}, {2, 1}, {3, 2, 2}, {1, 2, 2, 2}} {
		for _, train := range []bool{true, false} {
			batch(random(r, dims...), train)
		}
		layer(random(r, dims...))
	}
	batch(random(r, 0, 2), false)
	layer(random(r, 0, 2))
}

// TestBatchNormState checks that what a layer keeps has no derivative, and is kept by the derivative as by the layer.
func TestBatchNormState(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, train := range []bool{true, false} {
		l, same, dl := nn.NewBatchNorm[float64](2), nn.NewBatchNorm[float64](2), nn.NewBatchNorm[float64](2)
		clear(dl.Scale.Data)
		clear(dl.Var.Data)
		x := random(r, 3, 2)
		same.Forward(x, train)
		l.ForwardVJP(x, train, &dl, nn.ZerosLike(x), random(r, 3, 2))
		near(t, "the means", l.Mean, same.Mean, 0)
		near(t, "the variances", l.Var, same.Var, 0)
		near(t, "the derivatives of the means", dl.Mean, nn.New[float64](nil, 2), 0)
		near(t, "the derivatives of the variances", dl.Var, nn.New[float64](nil, 2), 0)
		if dl.Scale.Data[0] == 0 || dl.Shift.Data[0] == 0 {
			t.Error("scale and shift have no derivatives")
		}
	}
	var states []string
	l := nn.NewBatchNorm[float64](2)
	for _, p := range nn.Params[float64](&l, nil) {
		if p.State {
			states = append(states, p.Name)
		}
	}
	if len(states) != 2 || states[0] != "Mean" || states[1] != "Var" {
		t.Errorf("the state is %q", states)
	}
}

func TestNormShapes(t *testing.T) {
	x := func(dims ...int) nn.Tensor[float64] { return nn.New[float64](nil, dims...) }
	batch, layer := nn.NewBatchNorm[float64](3), nn.NewLayerNorm[float64](3)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: BatchNorm: shape [4 2] does not fit [3]", func() { batch.Forward(x(4, 2), true) }},
		{"nn: BatchNorm: shape [3] does not fit [3]", func() { batch.Forward(x(3), false) }},
		{"nn: BatchNorm: shape [1 3] does not fit [3]", func() { batch.Forward(x(1, 3), true) }},
		{"nn: BatchNorm: shape [4 3] does not fit []", func() { new(nn.BatchNorm[float64]).Forward(x(4, 3), true) }},
		{"nn: BatchNorm Shift: shape [] does not fit [3]", func() { (&nn.BatchNorm[float64]{Scale: batch.Scale}).Forward(x(4, 3), true) }},
		{"nn: BatchNorm Mean: shape [2] does not fit [3]", func() {
			(&nn.BatchNorm[float64]{Scale: batch.Scale, Shift: batch.Shift, Mean: x(2), Var: batch.Var}).Forward(x(4, 3), false)
		}},
		{"nn: BatchNorm Var: shape [] does not fit [3]", func() {
			(&nn.BatchNorm[float64]{Scale: batch.Scale, Shift: batch.Shift, Mean: batch.Mean}).Forward(x(4, 3), true)
		}},
		{"nn: LayerNorm: shape [3 2] does not fit [3]", func() { layer.Forward(x(3, 2)) }},
		{"nn: LayerNorm: shape [2 3] does not fit []", func() { new(nn.LayerNorm[float64]).Forward(x(2, 3)) }},
		{"nn: LayerNorm Shift: shape [] does not fit [3]", func() { (&nn.LayerNorm[float64]{Scale: layer.Scale}).Forward(x(2, 3)) }},
		{"nn: LayerNorm Shift: shape [2] does not fit [3]", func() {
			(&nn.LayerNorm[float64]{Scale: layer.Scale, Shift: x(2)}).Forward(x(2, 3))
		}},
	} {
		misfit(t, c.want, c.f)
	}
}
