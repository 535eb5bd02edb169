package nn_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/nn"
)

// moments returns the mean of x and of its second and fourth powers, and the largest absolute value.
func moments(x []float64) (mean, square, fourth, top float64) {
	for _, v := range x {
		mean += v
		square += v * v
		fourth += v * v * v * v
		top = max(top, math.Abs(v))
	}
	n := float64(len(x))
	return mean / n, square / n, fourth / n, top
}

// TestInitial compares the moments of initial weights with those of their distribution. Bounds are five standard errors: that they are
// missed by chance has a probability of some 1e-6, and the seeds are fixed.
func TestInitial(t *testing.T) {
	for _, c := range []struct {
		name     string
		init     func(rng *rand.Rand, dims ...int) nn.Tensor[float64]
		dims     []int
		variance float64
		bound    float64 // of absolute values; 0 if they are normal
	}{
		{"XavierUniform", nn.XavierUniform[float64], []int{300, 100}, 2. / 400, math.Sqrt(6. / 400)},
		{"XavierUniform", nn.XavierUniform[float64], []int{40, 20, 5, 3}, 2. / 900, math.Sqrt(6. / 900)},
		{"XavierNormal", nn.XavierNormal[float64], []int{300, 100}, 2. / 400, 0},
		{"XavierNormal", nn.XavierNormal[float64], []int{40, 20, 5, 3}, 2. / 900, 0},
		{"HeUniform", nn.HeUniform[float64], []int{300, 100}, 2. / 300, math.Sqrt(6. / 300)},
		{"HeUniform", nn.HeUniform[float64], []int{40, 20, 5, 3}, 2. / 300, math.Sqrt(6. / 300)},
		{"HeNormal", nn.HeNormal[float64], []int{300, 100}, 2. / 300, 0},
		{"HeNormal", nn.HeNormal[float64], []int{40, 20, 5, 3}, 2. / 300, 0},
	} {
		x := c.init(rand.New(rand.NewPCG(1, 2)), c.dims...)
		mean, square, fourth, top := moments(x.Data)
		n := float64(len(x.Data))
		kurtosis, spread := 3.0, 96.0 // E x⁴/σ⁴, and the variance of that: 105 − 9 for normal deviates
		if c.bound > 0 {
			kurtosis, spread = 9./5, 9-81./25
			if top > c.bound || top < 0.999*c.bound {
				t.Errorf("%s of %v: the largest is %v, want almost %v", c.name, c.dims, top, c.bound)
			}
		}
		what := fmt.Sprintf("%s of %v", c.name, c.dims)
		within(t, what+": the mean", mean, 0, 5*math.Sqrt(c.variance/n))
		within(t, what+": the variance", square, c.variance, 5*c.variance*math.Sqrt((kurtosis-1)/n))
		within(t, what+": the kurtosis", fourth/(c.variance*c.variance), kurtosis, 5*math.Sqrt(spread/n))
	}
}

func within(t *testing.T, what string, got, want, bound float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound) {
		t.Errorf("%s is %v, want %v ± %.2g", what, got, want, bound)
	}
}

// TestNormal compares the distribution of normal deviates with Φ: by Kolmogorov's test the largest difference exceeds 2.5/√n with a
// probability of 7e-6. Neighbours must not be correlated.
func TestNormal(t *testing.T) {
	const n = 100000
	x := nn.Normal[float64](rand.New(rand.NewPCG(3, 4)), 1, n)
	const cells = 400
	var counts [cells + 2]int // of deviates below −4, in steps of 1/50, above 4
	var neighbours float64
	for i, v := range x.Data {
		counts[int(min(max(math.Floor((v+4)*50), -1), cells))+1]++
		neighbours += v * x.Data[(i+1)%n]
	}
	below := 0
	for i, c := range counts[:cells+1] {
		below += c
		at := float64(i)/50 - 4
		within(t, fmt.Sprintf("the share of deviates below %v", at), float64(below)/n, math.Erfc(-at/math.Sqrt2)/2, 2.5/math.Sqrt(n))
	}
	within(t, "the correlation of neighbours", neighbours/n, 0, 5/math.Sqrt(n))
}

// TestSameBits checks that a seed gives the same weights as on the machine where this was written, and other seeds others.
func TestSameBits(t *testing.T) {
	for _, c := range []struct {
		name string
		init func(rng *rand.Rand, dims ...int) nn.Tensor[float64]
		want string
	}{
		{"XavierUniform", nn.XavierUniform[float64], "36505ee5f81ec6b5"},
		{"HeNormal", nn.HeNormal[float64], "edb8b2a37bfcceb"},
		{"Orthogonal", nn.Orthogonal[float64], "a958661e2b81f946"},
	} {
		hash := func(seed uint64) string {
			h := fnv.New64a()
			for _, v := range c.init(rand.New(rand.NewPCG(seed, 2)), 40, 30).Data {
				fmt.Fprintf(h, "%x ", v)
			}
			return fmt.Sprintf("%x", h.Sum64())
		}
		if got := hash(1); got != c.want {
			t.Errorf("%s: the hash of the weights is %s, want %s", c.name, got, c.want)
		}
		if hash(1) == hash(7) {
			t.Errorf("%s: another seed gives the same weights", c.name)
		}
	}
	wide, narrow := nn.HeNormal[float64](rand.New(rand.NewPCG(1, 2)), 4, 3), nn.HeNormal[float32](rand.New(rand.NewPCG(1, 2)), 4, 3)
	for i, v := range wide.Data {
		if narrow.Data[i] != float32(v) {
			t.Errorf("element %d is %v in float32 and %v in float64", i, narrow.Data[i], v)
		}
	}
}

func TestOrthogonal(t *testing.T) {
	for _, dims := range [][]int{{1, 1}, {5, 3}, {3, 5}, {60, 60}, {4, 2, 3, 3}, {40, 2, 3}, {0, 3}} {
		x := nn.Orthogonal[float64](rand.New(rand.NewPCG(1, 2)), dims...)
		rows := dims[0]
		cols := 1
		for _, d := range dims[1:] {
			cols *= d
		}
		at := func(v, k int) float64 { return x.Data[k*cols+v] } // element k of column v
		n, size := cols, rows
		if rows < cols {
			at, n, size = func(v, k int) float64 { return x.Data[v*cols+k] }, rows, cols
		}
		for i := range n {
			for j := range n {
				product, want := 0.0, 0.0
				if i == j {
					want = 1
				}
				for k := range size {
					product += at(i, k) * at(j, k)
				}
				if math.Abs(product-want) > 1e-14 {
					t.Errorf("%v: the product of vectors %d and %d is %v", dims, i, j, product)
				}
			}
		}
	}

	// Each column may point anywhere: a fixed direction has the mean square 1/n along it.
	rng := rand.New(rand.NewPCG(1, 2))
	var sum, square float64
	const draws = 2000
	for range draws {
		v := nn.Orthogonal[float64](rng, 3, 3).At(2, 2)
		sum += v
		square += v * v
	}
	within(t, "the mean of an element", sum/draws, 0, 5*math.Sqrt(1./3/draws))
	within(t, "the mean square of an element", square/draws, 1./3, 5*math.Sqrt((1./5-1./9)/draws))
}

func TestFans(t *testing.T) {
	for _, c := range []struct {
		dims    []int
		in, out int
	}{
		{[]int{7, 3}, 7, 3},
		{[]int{6, 4, 5}, 20, 30},
		{[]int{6, 4, 5, 3}, 60, 90},
	} {
		if in, out := nn.Fans(c.dims); in != c.in || out != c.out {
			t.Errorf("the fans of %v are %d and %d, want %d and %d", c.dims, in, out, c.in, c.out)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for want, f := range map[string]func(){
		"nn: Fans: shape [3] does not fit [1 1]":       func() { nn.HeNormal[float64](rng, 3) },
		"nn: Orthogonal: shape [3] does not fit [1 1]": func() { nn.Orthogonal[float64](rng, 3) },
	} {
		misfit(t, want, f)
	}
}

func TestNewLayers(t *testing.T) {
	d := nn.NewDense[float64](rand.New(rand.NewPCG(1, 2)), 3, 2)
	want := nn.XavierUniform[float64](rand.New(rand.NewPCG(1, 2)), 3, 2)
	if fmt.Sprint(d.W) != fmt.Sprint(want) || fmt.Sprint(d.B) != "[2][0 0]" {
		t.Errorf("NewDense returns the weights %v and the bias %v", d.W, d.B)
	}
	if p := nn.NewPReLU[float32](3); fmt.Sprint(p.Alpha) != "[3][0.25 0.25 0.25]" {
		t.Errorf("NewPReLU returns the slopes %v", p.Alpha)
	}
	for name, got := range map[string]nn.Tensor[float64]{
		"NewConv2D":    nn.NewConv2D[float64](rand.New(rand.NewPCG(1, 2)), 2, 3, 5, 4).W,
		"NewConv1D":    nn.NewConv1D[float64](rand.New(rand.NewPCG(1, 2)), 2, 3, 20).W.Reshape(3, 2, 5, 4),
		"NewEmbedding": nn.NewEmbedding[float64](rand.New(rand.NewPCG(1, 2)), 8, 6).W,
	} {
		want := nn.HeUniform[float64](rand.New(rand.NewPCG(1, 2)), 3, 2, 5, 4)
		if name == "NewEmbedding" {
			want = nn.Normal[float64](rand.New(rand.NewPCG(1, 2)), 1, 8, 6)
		}
		near(t, name, got, want, 0)
	}
	c1, c2 := nn.NewConv1D[float64](rand.New(rand.NewPCG(1, 2)), 2, 3, 4), nn.NewConv2D[float64](rand.New(rand.NewPCG(1, 2)), 2, 3, 4, 4)
	near(t, "the bias of NewConv1D", c1.B, nn.New[float64](nil, 3), 0)
	near(t, "the bias of NewConv2D", c2.B, nn.New[float64](nil, 3), 0)
}

// TestNewRecurrent checks that each gate has weights of its own kind, and which biases there are.
func TestNewRecurrent(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rnn, lstm, gru := nn.NewRNN[float64](rng, 3, 5), nn.NewLSTM[float64](rng, 3, 5), nn.NewGRU[float64](rng, 3, 5)
	for _, c := range []struct {
		name  string
		gates int
		u, v  nn.Tensor[float64]
	}{{"RNN", 1, rnn.U, rnn.V}, {"LSTM", 4, lstm.U, lstm.V}, {"GRU", 3, gru.U, gru.V}} {
		if got, want := fmt.Sprint(c.u.Shape, c.v.Shape), fmt.Sprintf("[3 %d] [5 %[1]d]", 5*c.gates); got != want {
			t.Errorf("%s has the shapes %s, want %s", c.name, got, want)
		}
		for _, x := range c.u.Data {
			if x == 0 || math.Abs(x) > math.Sqrt(6./8) {
				t.Errorf("%s has the weight %v in U, want at most √(6/8)", c.name, x)
			}
		}
		for g := range c.gates {
			for i := range 5 {
				for j := range 5 {
					product, want := 0.0, 0.0
					if i == j {
						want = 1
					}
					for k := range 5 {
						product += c.v.At(k, 5*g+i) * c.v.At(k, 5*g+j)
					}
					within(t, fmt.Sprintf("%s, gate %d of V: the product of columns %d and %d", c.name, g, i, j), product, want, 1e-14)
				}
			}
		}
	}
	if got, want := fmt.Sprint(rnn.B, lstm.B, gru.B, gru.BV), "[5][0 0 0 0 0] [20][0 0 0 0 0 1 1 1 1 1 0 0 0 0 0 0 0 0 0 0] [15][0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] [15][0 0 0 0 0 0 0 0 0 0 0 0 0 0 0]"; got != want {
		t.Errorf("the biases are %s, want %s", got, want)
	}
	x := nn.Normal[float64](rng, 1, 2, 4, 3)
	_, h := rnn.Forward(x, nil)
	_, s, c := lstm.Forward(x, nil)
	_, g := gru.Forward(x, nil)
	if got := fmt.Sprint(h.Shape, s.Shape, c.Shape, g.Shape); got != "[2 5] [2 5] [2 5] [2 5]" {
		t.Errorf("the states have the shapes %s", got)
	}
}

func TestNewAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	a := nn.NewAttention[float64](rng, 6, 3)
	x := nn.Normal[float64](rng, 1, 2, 4, 6)
	if y := a.Forward(x, x, x, true, nil); fmt.Sprint(y.Shape) != "[2 4 6]" {
		t.Errorf("the result has the shape %v", y.Shape)
	}
	want := "nn: NewAttention: shape [6] does not fit [4]"
	misfit(t, want, func() { nn.NewAttention[float64](rng, 6, 4) })
}
