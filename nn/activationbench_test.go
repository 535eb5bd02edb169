package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/nn"
)

// BenchmarkActivation measures ns an element for a value and its derivative in float32.
func BenchmarkActivation(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 1 << 14
	space := new(nn.Space)
	x, dx, dy := nn.New[float32](nil, n).In(space), nn.New[float32](nil, n), nn.New[float32](nil, n)
	for i := range n {
		x.Data[i], dy.Data[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	for _, f := range []struct {
		name string
		vjp  func(x, dx, dy nn.Tensor[float32]) nn.Tensor[float32]
	}{
		{"Identity", nn.IdentityVJP[float32]},
		{"Step", nn.StepVJP[float32]},
		{"Sigmoid", nn.SigmoidVJP[float32]},
		{"Tanh", nn.TanhVJP[float32]},
		{"Arctan", nn.ArctanVJP[float32]},
		{"Softsign", nn.SoftsignVJP[float32]},
		{"ISRU", func(x, dx, dy nn.Tensor[float32]) nn.Tensor[float32] { return nn.ISRUVJP(x, 1, dx, dy) }},
		{"ReLU", nn.ReLUVJP[float32]},
		{"ELU", func(x, dx, dy nn.Tensor[float32]) nn.Tensor[float32] { return nn.ELUVJP(x, 1, dx, dy) }},
		{"Softplus", nn.SoftplusVJP[float32]},
		{"GELU", nn.GELUVJP[float32]},
		{"GELUTanh", nn.GELUTanhVJP[float32]},
		{"SiLU", nn.SiLUVJP[float32]},
	} {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				space.Reset()
				f.vjp(x, dx, dy)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
