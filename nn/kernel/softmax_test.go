package kernel_test

import (
	"math"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn/kernel"
)

// masks are numbers of examples, heads, steps and elements, and lengths.
var masks = []struct {
	examples, heads, steps, n int
	lengths                   []int
}{
	{2, 2, 3, 3, nil},
	{2, 2, 3, 3, []int{1, 3}},
	{2, 1, 2, 5, []int{0, 4}},
	{1, 2, 4, 2, nil}, // more steps than elements: if causal, the first count none
	{3, 1, 1, 1, []int{1, 0, 1}},
	{1, 1, 2, 19, nil},
	{0, 2, 2, 2, nil},
	{2, 1, 2, 0, nil},
}

func TestMaskedSoftmaxRules(t *testing.T) { kernel.EachWay(t, maskedSoftmaxRules) }

func maskedSoftmaxRules(t *testing.T) {
	make := newMaker()
	for _, m := range masks {
		for _, causal := range []bool{false, true} {
			size := m.examples * m.heads * m.steps * m.n
			check(t, maskedSoftmax[float64], maskedSoftmaxVJP[float64], maskedSoftmaxJVP[float64],
				make.signed(size), make.signed(size), m.lengths, m.examples, m.heads, m.steps, m.n, causal)
			check(t, maskedSoftmaxSelf[float64], maskedSoftmaxSelfVJP[float64], maskedSoftmaxSelfJVP[float64],
				make.signed(size), m.lengths, m.examples, m.heads, m.steps, m.n, causal)
		}
	}
}

func TestMaskedSoftmax(t *testing.T) { kernel.EachWay(t, maskedSoftmaxValues) }

func maskedSoftmaxValues(t *testing.T) {
	make := newMaker()
	for _, m := range masks {
		for _, causal := range []bool{false, true} {
			x := make.signed(m.examples * m.heads * m.steps * m.n)
			counts := func(i, step, j int) bool {
				return (m.lengths == nil || j < m.lengths[i]) && (!causal || j-m.n <= step-m.steps)
			}
			var want []float64
			for i := range m.examples {
				for head := range m.heads {
					for step := range m.steps {
						row := x[((i*m.heads+head)*m.steps+step)*m.n:][:m.n]
						sum := 0.0
						for j, v := range row {
							if counts(i, step, j) {
								sum += math.Exp(v)
							}
						}
						for j, v := range row {
							if counts(i, step, j) {
								want = append(want, math.Exp(v)/sum)
							} else {
								want = append(want, 0)
								row[j] = math.NaN() // is not to be read
							}
						}
					}
				}
			}
			got := make.signed(len(x))
			kernel.MaskedSoftmax(got, x, m.lengths, m.examples, m.heads, m.steps, m.n, causal)
			kernel.MaskedSoftmax(x, x, m.lengths, m.examples, m.heads, m.steps, m.n, causal)
			for k := range want {
				if !(math.Abs(got[k]-want[k]) <= 1e-15) {
					t.Errorf("%v, causal %t: element %d is %v, want %v", m, causal, k, got[k], want[k])
				}
			}
			if !slices.Equal(x, got) {
				t.Errorf("%v, causal %t: in its place the result is %v, elsewhere %v", m, causal, x, got)
			}
		}
	}
	for _, c := range []struct{ x, want []float64 }{
		{[]float64{1000, 1000}, []float64{0.5, 0.5}},
		{[]float64{-1000, 0, -1000}, []float64{0, 1, 0}},
		{[]float64{math.Inf(-1), 3}, []float64{0, 1}},
	} {
		kernel.MaskedSoftmax(c.x, c.x, nil, 1, 1, 1, len(c.x), false)
		if !slices.Equal(c.x, c.want) {
			t.Errorf("got %v, want %v", c.x, c.want)
		}
	}
}

func TestMaskedSoftmaxPanics(t *testing.T) {
	x := func(n int) []float64 { return make([]float64, n) }
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"kernel: MaskedSoftmax: 1·2·3 rows of 4 elements, dst has 24 and src 23", func() { kernel.MaskedSoftmax(x(24), x(23), nil, 1, 2, 3, 4, false) }},
		{"kernel: MaskedSoftmax: 1·2·3 rows of 4 elements, dst has 23 and src 23", func() { kernel.MaskedSoftmax(x(23), x(23), nil, 1, 2, 3, 4, false) }},
		{"kernel: MaskedSoftmax: -1·-1·1 rows of 2 elements, dst has 2 and src 2", func() { kernel.MaskedSoftmax(x(2), x(2), nil, -1, -1, 1, 2, false) }},
		{"kernel: MaskedSoftmax: 1 lengths for 2 examples", func() { kernel.MaskedSoftmax(x(4), x(4), []int{1}, 2, 1, 1, 2, false) }},
		{"kernel: MaskedSoftmax: the length 3 for 2 elements of example 1", func() { kernel.MaskedSoftmax(x(4), x(4), []int{1, 3}, 2, 1, 1, 2, false) }},
		{"kernel: MaskedSoftmax: the length -1 for 2 elements of example 0", func() { kernel.MaskedSoftmax(x(4), x(4), []int{-1, 2}, 2, 1, 1, 2, false) }},
	} {
		func() {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("got the panic %v, want %q", got, c.want)
				}
			}()
			c.f()
		}()
	}
}
