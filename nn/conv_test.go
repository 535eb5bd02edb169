package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

// near compares tensors element by element.
func near[T nn.Float](t *testing.T, name string, got, want nn.Tensor[T], tolerance float64) {
	t.Helper()
	if !slices.Equal(got.Shape, want.Shape) || len(got.Data) != len(want.Data) {
		t.Errorf("%s: got the shape %v with %d elements, want %v with %d", name, got.Shape, len(got.Data), want.Shape, len(want.Data))
		return
	}
	for i := range got.Data {
		if !(math.Abs(float64(got.Data[i]-want.Data[i])) <= tolerance*(1+math.Abs(float64(want.Data[i])))) {
			t.Errorf("%s: element %d is %v, want %v", name, i, got.Data[i], want.Data[i])
			return
		}
	}
}

// TestConv2DWorked is the worked example of Dumoulin and Visin, figure 1.1, and of the same image with padding and strides, figure 1.2.
func TestConv2DWorked(t *testing.T) {
	x := nn.Of([]float64{
		3, 3, 2, 1, 0,
		0, 0, 1, 3, 1,
		3, 1, 2, 2, 3,
		2, 0, 0, 2, 2,
		2, 0, 0, 0, 1,
	}, 1, 1, 5, 5)
	w := nn.Of([]float64{
		0, 1, 2,
		2, 2, 0,
		0, 1, 2,
	}, 1, 1, 3, 3)
	near(t, "figure 1.1", (&nn.Conv2D[float64]{W: w}).Forward(x), nn.Of([]float64{12, 12, 17, 10, 17, 19, 9, 6, 14}, 1, 1, 3, 3), 0)
	near(t, "figure 1.2", (&nn.Conv2D[float64]{W: w, Stride: [2]int{2, 2}, Pad: [2]int{1, 1}}).Forward(x), nn.Of([]float64{6, 17, 3, 8, 17, 13, 6, 4, 4}, 1, 1, 3, 3), 0)
}

// defineConv2D is the definition of the layer. Its indices are those of the tensors.
func defineConv2D(l *nn.Conv2D[float64], x nn.Tensor[float64]) nn.Tensor[float64] {
	or1 := func(n int) int { return max(n, 1) }
	size := func(i int) int {
		n := 0
		for from := -l.Pad[i]; from+or1(l.Dilation[i])*(l.W.Shape[2+i]-1) < x.Shape[2+i]+l.Pad[i]; from += or1(l.Stride[i]) {
			n++
		}
		return n
	}
	ins, outs := l.W.Shape[1], l.W.Shape[0]/or1(l.Groups)
	y := nn.New[float64](nil, x.Shape[0], l.W.Shape[0], size(0), size(1))
	at := 0
	for b := range y.Shape[0] {
		for o := range y.Shape[1] {
			for i := range y.Shape[2] {
				for j := range y.Shape[3] {
					if len(l.B.Data) > 0 {
						y.Data[at] = l.B.Data[o]
					}
					for c := range ins {
						for k := range l.W.Shape[2] {
							for m := range l.W.Shape[3] {
								row := i*or1(l.Stride[0]) + k*or1(l.Dilation[0]) - l.Pad[0]
								col := j*or1(l.Stride[1]) + m*or1(l.Dilation[1]) - l.Pad[1]
								if 0 <= row && row < x.Shape[2] && 0 <= col && col < x.Shape[3] {
									y.Data[at] += l.W.At(o, c, k, m) * x.At(b, o/outs*ins+c, row, col)
								}
							}
						}
					}
					at++
				}
			}
		}
	}
	return y
}

// TestConv2D compares the layer with its definition for all combinations of a few sizes, paddings, strides, dilations and groups.
func TestConv2D(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	count := 0
	for _, size := range [][2]int{{5, 5}, {6, 4}, {1, 7}} {
		for _, kernel := range [][2]int{{1, 1}, {3, 2}, {1, 4}} {
			for _, pad := range [][2]int{{0, 0}, {1, 1}, {0, 2}} {
				for _, stride := range [][2]int{{0, 0}, {2, 2}, {1, 3}} {
					for _, dilation := range [][2]int{{0, 0}, {2, 1}, {1, 2}} {
						for _, groups := range []int{0, 2, 4} {
							g := max(groups, 1)
							l := &nn.Conv2D[float64]{W: random(r, 4, 4/g, kernel[0], kernel[1]), Stride: stride, Pad: pad, Dilation: dilation, Groups: groups}
							if count%2 == 0 {
								l.B = random(r, 4)
							}
							count++
							x := random(r, count%3, 4, size[0], size[1])
							if max(dilation[0], 1)*(kernel[0]-1) >= size[0]+2*pad[0] || max(dilation[1], 1)*(kernel[1]-1) >= size[1]+2*pad[1] {
								continue // there is no place for the kernel
							}
							near(t, fmt.Sprintf("x %v, w %v, pad %v, stride %v, dilation %v, %d groups", x.Shape, l.W.Shape, pad, stride, dilation, groups),
								l.Forward(x), defineConv2D(l, x), 1e-13)
						}
					}
				}
			}
		}
	}
}

func TestConvDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	one, two := [2]int{1, 1}, [2]int{2, 2}
	for _, c := range []struct {
		x, w []int
		l    nn.Conv2D[float64]
	}{
		{x: []int{2, 2, 4, 3}, w: []int{3, 2, 2, 2}},
		{x: []int{1, 1, 1, 1}, w: []int{1, 1, 1, 1}},
		{x: []int{0, 2, 3, 3}, w: []int{1, 2, 2, 2}},
		{x: []int{2, 2, 3, 3}, w: []int{2, 1, 3, 3}, l: nn.Conv2D[float64]{Pad: one, Groups: 2}},
		{x: []int{1, 2, 5, 5}, w: []int{2, 2, 2, 2}, l: nn.Conv2D[float64]{Pad: one, Stride: two, Dilation: two}},
	} {
		l, x := c.l, random(r, c.x...)
		l.W = random(r, c.w...)
		gradcheck.VJP(t, (*nn.Conv2D[float64]).Forward, (*nn.Conv2D[float64]).ForwardVJP, &l, x)
		l.B = random(r, c.w[0])
		gradcheck.VJP(t, (*nn.Conv2D[float64]).Forward, (*nn.Conv2D[float64]).ForwardVJP, &l, x)
	}
	for _, l := range []*nn.Conv1D[float64]{
		{W: random(r, 3, 2, 2), B: random(r, 3)},
		{W: random(r, 4, 1, 3), Stride: 2, Pad: 2, Dilation: 2, Groups: 2},
	} {
		gradcheck.VJP(t, (*nn.Conv1D[float64]).Forward, (*nn.Conv1D[float64]).ForwardVJP, l, random(r, 2, 2, 5))
	}
}

// TestConv1D compares the layer with that for two dimensions.
func TestConv1D(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, l := range []nn.Conv1D[float64]{{}, {Stride: 2}, {Pad: 3}, {Dilation: 2}, {Stride: 3, Pad: 1, Dilation: 2}} {
		for groups := range 3 {
			for _, length := range []int{5, 6, 9} {
				l.W, l.B, l.Groups = random(r, 4, 4/max(groups, 1), 3), random(r, 4), groups
				same := &nn.Conv2D[float64]{W: l.W.Reshape(4, l.W.Shape[1], 1, 3), B: l.B, Stride: [2]int{0, l.Stride}, Pad: [2]int{0, l.Pad}, Dilation: [2]int{0, l.Dilation}, Groups: groups}
				x := random(r, 2, 4, length)
				want := defineConv2D(same, x.Reshape(2, 4, 1, length))
				near(t, fmt.Sprintf("%d elements, %d groups", length, groups), l.Forward(x), want.Reshape(2, 4, want.Shape[3]), 1e-13)
			}
		}
	}
}

// TestConvShapes checks what is told of shapes that do not fit, by each of the layers here.
func TestConvShapes(t *testing.T) {
	x := func(dims ...int) nn.Tensor[float64] { return nn.New[float64](nil, dims...) }
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: Conv2D: shape [1 2 5 5] does not fit [4 3 2 2]", func() { (&nn.Conv2D[float64]{W: x(4, 3, 2, 2)}).Forward(x(1, 2, 5, 5)) }},
		{"nn: Conv2D: shape [1 3 5] does not fit [4 3 2 2]", func() { (&nn.Conv2D[float64]{W: x(4, 3, 2, 2)}).Forward(x(1, 3, 5)) }},
		{"nn: Conv2D: shape [1 6 5 5] does not fit [3 3 2 2]", func() { (&nn.Conv2D[float64]{W: x(3, 3, 2, 2), Groups: 2}).Forward(x(1, 6, 5, 5)) }},
		{"nn: Conv2D: shape [1 3 2 3] does not fit [4 3 3 3]", func() { (&nn.Conv2D[float64]{W: x(4, 3, 3, 3)}).Forward(x(1, 3, 2, 3)) }},
		{"nn: Conv2D: shape [1 3 5 5] does not fit [4 3 2 2]", func() { (&nn.Conv2D[float64]{W: x(4, 3, 2, 2), Pad: [2]int{0, -1}}).Forward(x(1, 3, 5, 5)) }},
		{"nn: Conv2D: shape [3] does not fit [4]", func() { (&nn.Conv2D[float64]{W: x(4, 1, 2, 2), B: x(3)}).Forward(x(1, 1, 5, 5)) }},
		{"nn: Conv2D: shape [1 3 5] does not fit [4 3 2]", func() { (&nn.Conv2D[float64]{W: x(4, 3, 2)}).Forward(x(1, 3, 5)) }},
		{"nn: Conv1D: shape [1 3 5 5] does not fit [4 3 2 2]", func() { (&nn.Conv1D[float64]{W: x(4, 3, 2, 2)}).Forward(x(1, 3, 5, 5)) }},
		{"nn: Conv1D: shape [1 3 5 5] does not fit [4 3 2]", func() { (&nn.Conv1D[float64]{W: x(4, 3, 2)}).Forward(x(1, 3, 5, 5)) }},
		{"nn: Conv1D: shape [1 3 4] does not fit [4 3 3]", func() { (&nn.Conv1D[float64]{W: x(4, 3, 3), Dilation: 2}).Forward(x(1, 3, 4)) }},
		{"nn: MaxPool2D: shape [1 3 4] does not fit [2 2]", func() { (&nn.MaxPool2D[float64]{Size: [2]int{2, 2}}).Forward(x(1, 3, 4)) }},
		{"nn: MaxPool2D: shape [1 3 1 4] does not fit [2 2]", func() { (&nn.MaxPool2D[float64]{Size: [2]int{2, 2}}).Forward(x(1, 3, 1, 4)) }},
		{"nn: MaxPool2D: shape [1 3 4 4] does not fit [2 3]", func() {
			(&nn.MaxPool2D[float64]{Size: [2]int{2, 3}, Pad: [2]int{0, 2}}).Forward(x(1, 3, 4, 4))
		}},
		{"nn: MaxPool1D: shape [1 3 4 4] does not fit [2]", func() { (&nn.MaxPool1D[float64]{Size: 2}).Forward(x(1, 3, 4, 4)) }},
		{"nn: AvgPool2D: shape [1 3 4 4] does not fit [0 0]", func() { (&nn.AvgPool2D[float64]{}).Forward(x(1, 3, 4, 4)) }},
		{"nn: AvgPool1D: shape [3 4] does not fit [2]", func() { (&nn.AvgPool1D[float64]{Size: 2}).Forward(x(3, 4)) }},
		{"nn: GlobalMaxPool: shape [2 3] does not fit []", func() { nn.GlobalMaxPool(x(2, 3)) }},
		{"nn: GlobalAvgPool: shape [2 3 0] does not fit []", func() { nn.GlobalAvgPool(x(2, 3, 0)) }},
		{"nn: MaxOverTime: shape [2 3] does not fit []", func() { nn.MaxOverTime(x(2, 3), nil) }},
		{"nn: MaxOverTime: shape [2 3 4] does not fit [4 0]", func() { nn.MaxOverTime(x(2, 3, 4), []int{4, 0}) }},
		{"nn: MaxOverTime lengths: shape [4] does not fit [2 4]", func() { nn.MaxOverTime(x(2, 3, 4), []int{4}) }},
		{"nn: MeanOverTime lengths: shape [4 5] does not fit [2 4]", func() { nn.MeanOverTime(x(2, 3, 4), []int{4, 5}) }},
		{"nn: MeanOverTime: shape [2 3 0] does not fit []", func() { nn.MeanOverTime(x(2, 3, 0), nil) }},
	} {
		misfit(t, c.want, c.f)
	}
}
