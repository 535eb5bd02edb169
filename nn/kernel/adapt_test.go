package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAdapt compares the assembly with the plain version, for all lengths of tails, with means apart and in the gradient.
func TestAdapt(t *testing.T) {
	t.Run("float64", testAdapt[float64])
	t.Run("float32", testAdapt[float32])
}

func testAdapt[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := &Moments[T]{Keep: 0.9, L2: 0.2, Beta1: 0.8, Rest1: 0.3, Beta2: 0.7, Rest2: 0.4, Root: 1.5, Rate: 0.6, Epsilon: 0.1}
	for n := range 70 {
		x := [4][]T{random[T](rng, n+1), random[T](rng, n+1), random[T](rng, n+1), random[T](rng, n+1)}
		for i := range x[3] {
			x[3][i] = T(math.Abs(float64(x[3][i]))) // squares
		}
		for _, same := range []bool{false, true} {
			adapt := func(f func(params, grad, mean, square []T, c *Moments[T])) (y [4][]T) {
				for i := range x {
					y[i] = slices.Clone(x[i])
				}
				if same {
					y[2] = y[1]
				}
				f(y[0][:n], y[1][:n], y[2][:n], y[3][:n], c)
				return y
			}
			got, want := adapt(Adapt[T]), adapt(adaptPlain[T])
			for i := range got {
				for k, v := range got[i] {
					if math.Abs(float64(v-want[i][k])) > 4*epsilon[T]() {
						t.Fatalf("%d elements, mean in the gradient: %t: element %d of slice %d is %v, want %v", n, same, k, i, v, want[i][k])
					}
				}
				if same && i == 2 {
					continue
				}
				if got[i][n] != x[i][n] {
					t.Fatalf("what is behind %d elements is written", n)
				}
			}
		}
	}
}

// TestAdaptSpecial checks what becomes of gradients that are not finite, and where there is nothing to divide by.
func TestAdaptSpecial(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		c := &Moments[float32]{Keep: 1, Beta1: 0.5, Rest1: 0.5, Beta2: 0.5, Rest2: 0.5, Root: 1, Rate: 1, Epsilon: 1e-8}
		inf, nan := float32(math.Inf(1)), float32(math.NaN())
		params, grad, mean, square := []float32{1, 1, 1, 1}, []float32{0, inf, nan, 1e-30}, make([]float32, 4), make([]float32, 4)
		Adapt(params, grad, mean, square, c)
		if params[0] != 1 || params[1] == params[1] || params[2] == params[2] || params[3] != 1 {
			t.Errorf("the parameters are %v", params)
		}
		if !slices.Equal(grad, make([]float32, 4)) {
			t.Errorf("the gradients are %v", grad)
		}
		if !panics(func() { Adapt(params, grad, mean, square[:3], c) }) {
			t.Error("wrong lengths do not panic")
		}
	})
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return
}
