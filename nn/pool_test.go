package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

// TestPoolWorked is figures 1.5 and 1.6 of Dumoulin and Visin: the means and the largest of windows of 3×3.
func TestPoolWorked(t *testing.T) {
	x := nn.Of([]float64{
		3, 3, 2, 1, 0,
		0, 0, 1, 3, 1,
		3, 1, 2, 2, 3,
		2, 0, 0, 2, 2,
		2, 0, 0, 0, 1,
	}, 1, 1, 5, 5)
	three, one := [2]int{3, 3}, [2]int{1, 1}
	near(t, "means", (&nn.AvgPool2D[float64]{Size: three, Stride: one}).Forward(x),
		nn.Of([]float64{15. / 9, 15. / 9, 15. / 9, 9. / 9, 11. / 9, 16. / 9, 10. / 9, 7. / 9, 12. / 9}, 1, 1, 3, 3), 1e-15)
	near(t, "maxima", (&nn.MaxPool2D[float64]{Size: three, Stride: one}).Forward(x),
		nn.Of([]float64{3, 3, 3, 3, 3, 3, 3, 2, 3}, 1, 1, 3, 3), 0)
	near(t, "global maximum", nn.GlobalMaxPool(x), nn.Of([]float64{3}, 1, 1), 0)
	near(t, "global mean", nn.GlobalAvgPool(x), nn.Of([]float64{34. / 25}, 1, 1), 1e-15)
}

// definePool returns the means and the largest elements of windows.
func definePool(x nn.Tensor[float64], size, stride, pad [2]int) (mean, top nn.Tensor[float64]) {
	for i := range stride {
		if stride[i] == 0 {
			stride[i] = size[i]
		}
	}
	n := func(i int) int { return (x.Shape[2+i]+2*pad[i]-size[i])/stride[i] + 1 }
	mean = nn.New[float64](nil, x.Shape[0], x.Shape[1], n(0), n(1))
	top = mean.Clone()
	at := 0
	for b := range x.Shape[0] {
		for c := range x.Shape[1] {
			for i := range n(0) {
				for j := range n(1) {
					largest := math.Inf(-1)
					for k := i*stride[0] - pad[0]; k < i*stride[0]-pad[0]+size[0]; k++ {
						for l := j*stride[1] - pad[1]; l < j*stride[1]-pad[1]+size[1]; l++ {
							if 0 <= k && k < x.Shape[2] && 0 <= l && l < x.Shape[3] {
								mean.Data[at] += x.At(b, c, k, l) / float64(size[0]*size[1])
								largest = max(largest, x.At(b, c, k, l))
							}
						}
					}
					top.Data[at] = largest
					at++
				}
			}
		}
	}
	return mean, top
}

func TestPool(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{2, 3, 6, 6}, {1, 1, 5, 7}, {3, 2, 3, 4}, {0, 2, 4, 4}} {
		for _, size := range [][2]int{{1, 1}, {2, 2}, {3, 2}, {2, 3}} {
			for _, stride := range [][2]int{{0, 0}, {1, 1}, {2, 3}} {
				for _, pad := range [][2]int{{0, 0}, {size[0] / 2, size[1] / 2}} {
					x := random(r, dims...)
					mean, top := definePool(x, size, stride, pad)
					name := fmt.Sprintf("x %v, size %v, stride %v, pad %v", dims, size, stride, pad)
					near(t, "means of "+name, (&nn.AvgPool2D[float64]{Size: size, Stride: stride, Pad: pad}).Forward(x), mean, 1e-14)
					near(t, "maxima of "+name, (&nn.MaxPool2D[float64]{Size: size, Stride: stride, Pad: pad}).Forward(x), top, 0)
				}
			}
		}
	}
	for _, p := range []nn.MaxPool1D[float64]{{Size: 1}, {Size: 2}, {Size: 3, Stride: 1}, {Size: 3, Stride: 2, Pad: 1}} {
		x := random(r, 2, 3, 8)
		if p.Stride == 0 {
			p.Stride = p.Size
		}
		mean, top := definePool(x.Reshape(2, 3, 1, 8), [2]int{1, p.Size}, [2]int{1, p.Stride}, [2]int{0, p.Pad})
		near(t, fmt.Sprintf("means of %+v", p), (*nn.AvgPool1D[float64])(&p).Forward(x), mean.Reshape(2, 3, mean.Shape[3]), 1e-14)
		near(t, fmt.Sprintf("maxima of %+v", p), p.Forward(x), top.Reshape(2, 3, top.Shape[3]), 0)
	}
	for _, dims := range [][]int{{2, 3, 8}, {1, 2, 3, 4}, {2, 1, 1, 1, 1}, {0, 2, 3}} {
		x := random(r, dims...)
		size := 1
		for _, d := range dims[2:] {
			size *= d
		}
		mean, top := definePool(x.Reshape(dims[0], dims[1], 1, size), [2]int{1, size}, [2]int{}, [2]int{})
		near(t, fmt.Sprint("global means of ", dims), nn.GlobalAvgPool(x), mean.Reshape(dims[0], dims[1]), 1e-14)
		near(t, fmt.Sprint("global maxima of ", dims), nn.GlobalMaxPool(x), top.Reshape(dims[0], dims[1]), 0)
	}
}

// TestOverTime checks that sequences in a batch are pooled as each by itself, and that what follows their end does not count.
func TestOverTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lengths := []int{3, 1, 5}
	x := random(r, 3, 2, 5)
	for i, n := range lengths {
		alone := nn.New[float64](nil, 1, 2, n)
		for c := range 2 {
			whole := x.Data[(2*i+c)*5 : (2*i+c+1)*5]
			copy(alone.Data[c*n:(c+1)*n], whole)
			for k := range whole[n:] {
				whole[n+k] = math.NaN()
			}
		}
		top, mean := nn.MaxOverTime(x, lengths), nn.MeanOverTime(x, lengths)
		near(t, "maxima", nn.Of(top.Data[2*i:2*i+2], 1, 2), nn.GlobalMaxPool(alone), 0)
		near(t, "means", nn.Of(mean.Data[2*i:2*i+2], 1, 2), nn.GlobalAvgPool(alone), 1e-15)
	}
	x = random(r, 3, 2, 5)
	near(t, "maxima of full sequences", nn.MaxOverTime(x, nil), nn.GlobalMaxPool(x), 0)
	near(t, "means of full sequences", nn.MeanOverTime(x, nil), nn.GlobalAvgPool(x), 1e-15)
	for _, dims := range [][]int{{3, 2, 5}, {0, 2, 3}} {
		for _, lengths := range [][]int{nil, lengths[:dims[0]]} {
			gradcheck.VJP(t, nn.MaxOverTime[float64], nn.MaxOverTimeVJP[float64], random(r, dims...), lengths)
			gradcheck.VJP(t, nn.MeanOverTime[float64], nn.MeanOverTimeVJP[float64], random(r, dims...), lengths)
		}
	}
}

// TestOverTimeSteady checks that what is allocated does not grow with the batch.
func TestOverTimeSteady(t *testing.T) {
	sameAllocations(t, func(batch int) func() {
		space := new(nn.Space)
		x, lengths := nn.New[float32](nil, batch, 4, 7), make([]int, batch)
		for i := range lengths {
			lengths[i] = 1 + i%7
		}
		dx := nn.ZerosLike(x)
		dy := nn.New[float32](nil, batch, 4)
		return func() {
			space.Reset()
			nn.MaxOverTimeVJP(x.In(space), lengths, dx, dy)
			nn.MeanOverTimeVJP(x.In(space), lengths, dx, dy)
		}
	})
}

// TestPoolWindows checks that images without a place for a window, or without elements, are told with both shapes.
func TestPoolWindows(t *testing.T) {
	x := func(dims ...int) nn.Tensor[float64] { return nn.New[float64](nil, dims...) }
	two := nn.MaxPool2D[float64]{Size: [2]int{2, 2}}
	padded := nn.MaxPool2D[float64]{Size: [2]int{2, 2}, Pad: [2]int{1, 1}}
	for _, c := range []struct {
		want string
		pool nn.MaxPool2D[float64]
		x    nn.Tensor[float64]
	}{
		{"shape [1 1 1 2] does not fit [2 2]", two, x(1, 1, 1, 2)},
		{"shape [1 1 2 1] does not fit [2 2]", two, x(1, 1, 2, 1)},
		{"shape [1 1 0 2] does not fit [2 2]", two, x(1, 1, 0, 2)},
		{"shape [1 1 0 2] does not fit [2 2]", padded, x(1, 1, 0, 2)},
		{"shape [1 1 2 0] does not fit [2 2]", padded, x(1, 1, 2, 0)},
		{"shape [1 1 4 4] does not fit [0 0]", nn.MaxPool2D[float64]{}, x(1, 1, 4, 4)},
		{"shape [1 1 4 4] does not fit [2 2]", nn.MaxPool2D[float64]{Size: [2]int{2, 2}, Stride: [2]int{-1, 1}}, x(1, 1, 4, 4)},
		{"shape [1 1 4 4] does not fit [2 2]", nn.MaxPool2D[float64]{Size: [2]int{2, 2}, Pad: [2]int{2, 0}}, x(1, 1, 4, 4)},
		{"shape [1 4 4] does not fit [2 2]", two, x(1, 4, 4)},
	} {
		misfit(t, "nn: MaxPool2D: "+c.want, func() { c.pool.Forward(c.x) })
		misfit(t, "nn: AvgPool2D: "+c.want, func() { (*nn.AvgPool2D[float64])(&c.pool).Forward(c.x) })
	}
	for _, c := range []struct {
		want string
		pool nn.MaxPool1D[float64]
		x    nn.Tensor[float64]
	}{
		{"shape [1 1 1] does not fit [1 2]", nn.MaxPool1D[float64]{Size: 2}, x(1, 1, 1)},
		{"shape [1 1 0] does not fit [1 2]", nn.MaxPool1D[float64]{Size: 2, Pad: 1}, x(1, 1, 0)},
		{"shape [1 1 3] does not fit [1 0]", nn.MaxPool1D[float64]{}, x(1, 1, 3)},
		{"shape [1 3] does not fit [2]", nn.MaxPool1D[float64]{Size: 2}, x(1, 3)},
	} {
		misfit(t, "nn: MaxPool1D: "+c.want, func() { c.pool.Forward(c.x) })
		misfit(t, "nn: AvgPool1D: "+c.want, func() { (*nn.AvgPool1D[float64])(&c.pool).Forward(c.x) })
	}
}

// TestMaxPoolEqual checks which of equal elements has the derivative, and what is made of numbers that are none, in float32 and float64.
func TestMaxPoolEqual(t *testing.T) {
	maxPoolEqual[float32](t)
	maxPoolEqual[float64](t)
}

func maxPoolEqual[T nn.Float](t *testing.T) {
	nan, inf := T(math.NaN()), T(math.Inf(1))
	for _, c := range []struct {
		x    [4]T
		want int
	}{
		{[4]T{1, 1, 1, 1}, 0},
		{[4]T{0, 1, 1, 1}, 1},
		{[4]T{0, 0, 1, 1}, 2},
		{[4]T{0, 0, 0, 1}, 3},
		{[4]T{-inf, -inf, -inf, -inf}, 0},
		{[4]T{-inf, 2, inf, 3}, 2},
		{[4]T{nan, 1, 2, nan}, 0},
		{[4]T{1, nan, 2, 3}, 1},
		{[4]T{1, inf, nan, nan}, 2},
		{[4]T{4, -inf, inf, nan}, 3},
	} {
		for _, stride := range [][2]int{{2, 2}, {2, 1}} { // with a way of its own and without
			x := nn.Of(c.x[:], 1, 1, 2, 2)
			dx := nn.ZerosLike(x)
			p := &nn.MaxPool2D[T]{Size: [2]int{2, 2}, Stride: stride}
			y := p.ForwardVJP(x, dx, nn.Of([]T{1}, 1, 1, 1, 1))
			if got, want := y.Data[0], c.x[c.want]; got != want && (got == got || want == want) {
				t.Errorf("the largest of %v is %v, want %v", c.x, got, want)
			}
			for i, d := range dx.Data {
				if (d == 1) != (i == c.want) || d != 0 && d != 1 {
					t.Errorf("the derivative of the largest of %v is %v, want 1 at %d", c.x, dx.Data, c.want)
					break
				}
			}
		}
	}
}

func TestPoolDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{2, 2, 4, 4}, {1, 1, 2, 3}, {0, 1, 2, 2}} {
		for _, p := range []nn.MaxPool2D[float64]{{Size: [2]int{2, 2}}, {Size: [2]int{2, 2}, Stride: [2]int{1, 2}, Pad: [2]int{1, 0}}} {
			x := random(r, dims...)
			gradcheck.VJP(t, (*nn.MaxPool2D[float64]).Forward, (*nn.MaxPool2D[float64]).ForwardVJP, &p, x)
			gradcheck.VJP(t, (*nn.AvgPool2D[float64]).Forward, (*nn.AvgPool2D[float64]).ForwardVJP, (*nn.AvgPool2D[float64])(&p), x)
			gradcheck.VJP(t, nn.GlobalMaxPool[float64], nn.GlobalMaxPoolVJP[float64], x)
			gradcheck.VJP(t, nn.GlobalAvgPool[float64], nn.GlobalAvgPoolVJP[float64], x)
		}
	}
	p := nn.MaxPool1D[float64]{Size: 3, Stride: 2, Pad: 1}
	gradcheck.VJP(t, (*nn.MaxPool1D[float64]).Forward, (*nn.MaxPool1D[float64]).ForwardVJP, &p, random(r, 2, 2, 5))
	gradcheck.VJP(t, (*nn.AvgPool1D[float64]).Forward, (*nn.AvgPool1D[float64]).ForwardVJP, (*nn.AvgPool1D[float64])(&p), random(r, 2, 2, 5))
}
