package kernel_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn/kernel"
)

// convolve is the definition of a convolution: it calls do for each product, with the places of its factors and of the sum.
func convolve(n int, g kernel.Conv, do func(y, x, w int)) {
	out := g.OutSize()
	ins, outs := g.In/g.Groups, g.Out/g.Groups
	for b := range n {
		for o := range g.Out {
			for i := range out[0] {
				for j := range out[1] {
					for c := range ins {
						for k := range g.Kernel[0] {
							for l := range g.Kernel[1] {
								row, col := i*g.Stride[0]+k*g.Dilation[0]-g.Pad[0], j*g.Stride[1]+l*g.Dilation[1]-g.Pad[1]
								if row < 0 || row >= g.Size[0] || col < 0 || col >= g.Size[1] {
									continue
								}
								do(((b*g.Out+o)*out[0]+i)*out[1]+j,
									((b*g.In+o/outs*ins+c)*g.Size[0]+row)*g.Size[1]+col,
									((o*ins+c)*g.Kernel[0]+k)*g.Kernel[1]+l)
							}
						}
					}
				}
			}
		}
	}
}

// sizes returns how many elements x, w and y have.
func sizes(n int, g kernel.Conv) (x, w, y int) {
	out := g.OutSize()
	return n * g.In * g.Size[0] * g.Size[1], g.Out * (g.In / g.Groups) * g.Kernel[0] * g.Kernel[1], n * g.Out * out[0] * out[1]
}

// convs returns convolutions of all combinations of a few sizes along each dimension.
func convs() (list []kernel.Conv) {
	for _, height := range []int{1, 4, 7} {
		for _, width := range []int{1, 5, 6} {
			for _, kernelSize := range [][2]int{{1, 1}, {2, 3}, {3, 1}} {
				for _, stride := range [][2]int{{1, 1}, {2, 1}, {1, 3}} {
					for _, pad := range [][2]int{{0, 0}, {1, 2}, {3, 0}} {
						for _, dilation := range [][2]int{{1, 1}, {2, 1}, {1, 2}} {
							for _, channels := range [][3]int{{1, 2, 1}, {4, 2, 2}, {2, 2, 2}} {
								list = append(list, kernel.Conv{In: channels[0], Out: channels[1], Groups: channels[2], Size: [2]int{height, width},
									Kernel: kernelSize, Stride: stride, Pad: pad, Dilation: dilation})
							}
						}
					}
				}
			}
		}
	}
	return list
}

// TestConv compares convolutions with their definition.
func TestConv(t *testing.T) { kernel.EachWay(t, conv) }

func conv(t *testing.T) {
	make := newMaker()
	for i, g := range convs() {
		n := i % 3
		sizeX, sizeW, sizeY := sizes(n, g)
		x, w, y := make.signed(sizeX), make.signed(sizeW), make.signed(sizeY)
		wantX, wantW, wantY := slices.Clone(x), slices.Clone(w), slices.Clone(y)
		convolve(n, g, func(i, j, k int) {
			wantY[i] += x[j] * w[k]
			wantX[j] += y[i] * w[k]
			wantW[k] += x[j] * y[i]
		})
		gotX, gotW, gotY := slices.Clone(x), slices.Clone(w), slices.Clone(y)
		kernel.ConvAdd(gotY, x, w, n, g)
		kernel.ConvTransposedAdd(gotX, y, w, n, g)
		kernel.ConvWeightsAdd(gotW, x, y, n, g)
		compare(t, fmt.Sprintf("ConvAdd of %d examples of %+v", n, g), gotY, wantY, 1e-13)
		compare(t, fmt.Sprintf("ConvTransposedAdd of %d examples of %+v", n, g), gotX, wantX, 1e-13)
		compare(t, fmt.Sprintf("ConvWeightsAdd of %d examples of %+v", n, g), gotW, wantW, 1e-13)
	}
}

// compare compares slices element by element.
func compare[T kernel.Float](t *testing.T, name string, got, want []T, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", name, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(float64(got[i]-want[i])) <= tolerance*(1+math.Abs(float64(want[i])))) {
			t.Errorf("%s: element %d is %v, want %v", name, i, got[i], want[i])
			return
		}
	}
}

// TestConvSizes compares the size of the output with the number of places where the kernel fits.
func TestConvSizes(t *testing.T) {
	for size := range 8 {
		for kernelSize := 1; kernelSize <= 4; kernelSize++ {
			for stride := 1; stride <= 3; stride++ {
				for pad := range 3 {
					for dilation := 1; dilation <= 3; dilation++ {
						want := 0
						for from := -pad; from+dilation*(kernelSize-1) < size+pad; from += stride {
							want++
						}
						g := kernel.Conv{Size: [2]int{size, 9}, Kernel: [2]int{kernelSize, 1}, Stride: [2]int{stride, 1}, Pad: [2]int{pad, 0}, Dilation: [2]int{dilation, 1}}
						if got := g.OutSize(); got != [2]int{want, 9} {
							t.Errorf("the output of %+v is %v, want %d × 9", g, got, want)
						}
					}
				}
			}
		}
	}
}

// TestConvThreads checks that the number of threads does not matter, for sizes that are shared out, and that what they return is right.
func TestConvThreads(t *testing.T) {
	make := newMaker()
	g := kernel.Conv{In: 4, Out: 8, Groups: 2, Size: [2]int{16, 16}, Kernel: [2]int{5, 5}, Stride: [2]int{1, 1}, Pad: [2]int{2, 2}, Dilation: [2]int{1, 1}}
	const n = 11
	sizeX, sizeW, sizeY := sizes(n, g)
	x, w, y := narrow(make.signed(sizeX)), narrow(make.signed(sizeW)), narrow(make.signed(sizeY))
	do := func(threads int) (x1, w1, y1 []float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		x1, w1, y1 = slices.Clone(x), slices.Clone(w), slices.Clone(y)
		kernel.ConvAdd(y1, x, w, n, g)
		kernel.ConvTransposedAdd(x1, y, w, n, g)
		kernel.ConvWeightsAdd(w1, x, y, n, g)
		return x1, w1, y1
	}
	x1, w1, y1 := do(1)
	x3, w3, y3 := do(3)
	if !slices.Equal(x1, x3) || !slices.Equal(w1, w3) || !slices.Equal(y1, y3) {
		t.Error("three threads compute something else than one")
	}
	wantX, wantW, wantY := slices.Clone(x), slices.Clone(w), slices.Clone(y)
	convolve(n, g, func(i, j, k int) {
		wantY[i] += x[j] * w[k]
		wantX[j] += y[i] * w[k]
		wantW[k] += x[j] * y[i]
	})
	compare(t, "ConvAdd", y1, wantY, 1e-4)
	compare(t, "ConvTransposedAdd", x1, wantX, 1e-4)
	compare(t, "ConvWeightsAdd", w1, wantW, 1e-3) // sums of 2816 products
}

func TestConvRules(t *testing.T) { kernel.EachWay(t, convRules) }

func convRules(t *testing.T) {
	make := newMaker()
	one := [2]int{1, 1}
	for _, g := range []kernel.Conv{
		{In: 2, Out: 3, Groups: 1, Size: [2]int{4, 3}, Kernel: [2]int{2, 3}, Stride: one, Pad: [2]int{0, 1}, Dilation: one},
		{In: 2, Out: 2, Groups: 2, Size: [2]int{3, 5}, Kernel: [2]int{2, 2}, Stride: [2]int{1, 2}, Pad: [2]int{1, 0}, Dilation: [2]int{2, 1}},
		{In: 2, Out: 1, Groups: 1, Size: [2]int{2, 3}, Kernel: one, Stride: one, Dilation: one},
	} {
		for _, n := range []int{0, 1, 2} {
			sizeX, sizeW, sizeY := sizes(n, g)
			x, w, y := make.signed(sizeX), make.signed(sizeW), make.signed(sizeY)
			check(t, convAdd[float64], convAddVJP[float64], convAddJVP[float64], y, x, w, n, g)
			part(t, convAdd[float64], convAddVJPx[float64], []string{"y", "x"}, y, x, w, n, g)
			part(t, convAdd[float64], convAddVJPw[float64], []string{"y", "w"}, y, x, w, n, g)
			part(t, convAdd[float64], convAddVJPy[float64], []string{"y"}, y, x, w, n, g)
			check(t, convTransposedAdd[float64], convTransposedAddVJP[float64], convTransposedAddJVP[float64], x, y, w, n, g)
			part(t, convTransposedAdd[float64], convTransposedAddVJPy[float64], []string{"x", "y"}, x, y, w, n, g)
			part(t, convTransposedAdd[float64], convTransposedAddVJPw[float64], []string{"x", "w"}, x, y, w, n, g)
			part(t, convTransposedAdd[float64], convTransposedAddVJPx[float64], []string{"x"}, x, y, w, n, g)
			check(t, convWeightsAdd[float64], convWeightsAddVJP[float64], convWeightsAddJVP[float64], w, x, y, n, g)
			part(t, convWeightsAdd[float64], convWeightsAddVJPx[float64], []string{"w", "x"}, w, x, y, n, g)
			part(t, convWeightsAdd[float64], convWeightsAddVJPy[float64], []string{"w", "y"}, w, x, y, n, g)
			part(t, convWeightsAdd[float64], convWeightsAddVJPw[float64], []string{"w"}, w, x, y, n, g)
			gradcheck.HVP(t, convLoss[float64], convLossHVP[float64], x, w, n, g, gradcheck.Wrt("x", "w"))
		}
	}
}

// TestConvPanics checks what is told of arguments that do not fit.
func TestConvPanics(t *testing.T) {
	one := [2]int{1, 1}
	g := kernel.Conv{In: 1, Out: 1, Groups: 1, Size: [2]int{2, 2}, Kernel: one, Stride: one, Dilation: one}
	still := g
	still.Stride[1] = 0
	three := g
	three.Groups = 3
	for _, test := range []struct {
		want string
		f    func()
	}{
		{"kernel: ConvAdd: x has 3 elements, w has 1 and y has 4 for 1 examples", func() { kernel.ConvAdd(floats(4), floats(3), floats(1), 1, g) }},
		{"kernel: ConvTransposedAdd: x has 4 elements, w has 2 and y has 4 ", func() { kernel.ConvTransposedAdd(floats(4), floats(4), floats(2), 1, g) }},
		{"kernel: ConvWeightsAdd: x has 4 elements, w has 1 and y has 4 for 2", func() { kernel.ConvWeightsAdd(floats(1), floats(4), floats(4), 2, g) }},
		{"kernel: ConvAdd: there is no convolution {In:1 Out:1 Groups:1 Size:[2 2] Kernel:[1 1] Stride:[1 0]", func() { kernel.ConvAdd(floats(4), floats(4), floats(1), 1, still) }},
		{"kernel: ConvAdd: there is no convolution {In:1 Out:1 Groups:3 ", func() { kernel.ConvAdd(floats(4), floats(4), floats(1), 1, three) }},
		{"kernel: AddChannels: dst is 2×3×4 and has 23 elements, x has 3", func() { kernel.AddChannels(floats(23), floats(3), 2, 3, 4) }},
		{"kernel: SumChannels: x is 2×3×4 and has 24 elements, dst has 2", func() { kernel.SumChannels(floats(2), floats(24), 2, 3, 4) }},
		{"kernel: MulChannelsAdd: dst has 24 elements and x has 23", func() { kernel.MulChannelsAdd(floats(24), floats(23), floats(3), 2, 3, 4) }},
		{"kernel: DotChannels: x has 24 elements and y has 23", func() { kernel.DotChannels(floats(3), floats(24), floats(23), 2, 3, 4) }},
	} {
		if got := message(test.f); !strings.HasPrefix(got, test.want) {
			t.Errorf("got the panic %q, want %q", got, test.want)
		}
	}
}

func floats(n int) []float64 { return make([]float64, n) }

// message returns what f panics with, as text.
func message(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return
}

func TestChannels(t *testing.T) { kernel.EachWay(t, channels) }

func channels(t *testing.T) {
	make := newMaker()
	for _, s := range [][3]int{{2, 3, 4}, {3, 5, 1}, {1, 1, 17}, {0, 2, 3}, {2, 0, 3}, {2, 3, 0}} {
		m, channels, n := s[0], s[1], s[2]
		x, y, v := make.signed(m*channels*n), make.signed(m*channels*n), make.signed(channels)
		sum, product, sums, dots := slices.Clone(y), slices.Clone(y), slices.Clone(v), slices.Clone(v)
		for i := range x {
			c := i / n % channels
			sum[i] += v[c]
			product[i] += x[i] * v[c]
			sums[c] += x[i]
			dots[c] += x[i] * y[i]
		}
		gotSum, gotProduct, gotSums, gotDots := slices.Clone(y), slices.Clone(y), slices.Clone(v), slices.Clone(v)
		kernel.AddChannels(gotSum, v, m, channels, n)
		kernel.MulChannelsAdd(gotProduct, x, v, m, channels, n)
		kernel.SumChannels(gotSums, x, m, channels, n)
		kernel.DotChannels(gotDots, x, y, m, channels, n)
		compare(t, fmt.Sprint("AddChannels ", s), gotSum, sum, 1e-14)
		compare(t, fmt.Sprint("MulChannelsAdd ", s), gotProduct, product, 1e-14)
		compare(t, fmt.Sprint("SumChannels ", s), gotSums, sums, 1e-14)
		compare(t, fmt.Sprint("DotChannels ", s), gotDots, dots, 1e-14)

		check(t, addChannels[float64], addChannelsVJP[float64], addChannelsJVP[float64], y, v, m, channels, n)
		part(t, addChannels[float64], addChannelsVJPdst[float64], []string{"dst"}, y, v, m, channels, n)
		check(t, sumChannels[float64], sumChannelsVJP[float64], sumChannelsJVP[float64], v, y, m, channels, n)
		part(t, sumChannels[float64], sumChannelsVJPdst[float64], []string{"dst"}, v, y, m, channels, n)
		check(t, mulChannelsAdd[float64], mulChannelsAddVJP[float64], mulChannelsAddJVP[float64], y, x, v, m, channels, n)
		part(t, mulChannelsAdd[float64], mulChannelsAddVJPx[float64], []string{"dst", "x"}, y, x, v, m, channels, n)
		part(t, mulChannelsAdd[float64], mulChannelsAddVJPs[float64], []string{"dst", "s"}, y, x, v, m, channels, n)
		part(t, mulChannelsAdd[float64], mulChannelsAddVJPdst[float64], []string{"dst"}, y, x, v, m, channels, n)
		check(t, dotChannels[float64], dotChannelsVJP[float64], dotChannelsJVP[float64], v, x, y, m, channels, n)
		part(t, dotChannels[float64], dotChannelsVJPx[float64], []string{"dst", "x"}, v, x, y, m, channels, n)
		part(t, dotChannels[float64], dotChannelsVJPy[float64], []string{"dst", "y"}, v, x, y, m, channels, n)
		part(t, dotChannels[float64], dotChannelsVJPdst[float64], []string{"dst"}, v, x, y, m, channels, n)
	}
}
