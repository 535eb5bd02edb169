package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

//godiff:vjp wrt=x
func dropout[T nn.Float](x nn.Tensor[T], p float64, train bool) nn.Tensor[T] {
	l := &nn.Dropout[T]{P: p, Rand: rand.New(rand.NewPCG(1, 2))}
	return l.Forward(x, train)
}

func TestDropout(t *testing.T) {
	dropoutOf[float32](t)
	dropoutOf[float64](t)
}

func dropoutOf[T nn.Float](t *testing.T) {
	const n = 100001
	x := nn.New[T](nil, n)
	for i := range x.Data {
		x.Data[i] = T(i + 1)
	}
	for _, p := range []float64{0, 0.25, 0.5, 0.9} {
		l := &nn.Dropout[T]{P: p, Rand: rand.New(rand.NewPCG(1, 2))}
		y := l.Forward(x, true)
		out, pairs := 0, 0
		for i, v := range y.Data {
			switch {
			case v == 0:
				out++
				if i > 0 && y.Data[i-1] == 0 {
					pairs++
				}
			case math.Abs(float64(v/x.Data[i])*(1-p)-1) > 1e-6:
				t.Fatalf("of P = %v: %v becomes %v", p, x.Data[i], v)
			}
		}
		// Five standard deviations of the binomial distribution.
		if limit := 5 * math.Sqrt(n*p*(1-p)); math.Abs(float64(out)-n*p) > limit {
			t.Errorf("of %d elements %d are left out for P = %v", n, out, p)
		}
		if q := p * p; math.Abs(float64(pairs)-n*q) > 10*math.Sqrt(n*q*(1-q)) {
			t.Errorf("of %d pairs of neighbours %d are left out for P = %v", n, pairs, p)
		}
		near(t, "after training", l.Forward(x, false), x, 0)
		again := l.Forward(x, true)
		if same := fmt.Sprint(again.Data[:100]) == fmt.Sprint(y.Data[:100]); same != (p == 0) {
			t.Errorf("for P = %v the same elements are left out again: %t", p, same)
		}
	}
}

func TestDropoutDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{4, 5}, {1, 1}, {0, 3}, {2, 2, 3}} {
		for _, train := range []bool{true, false} {
			gradcheck.VJP(t, dropout[float64], dropoutVJP[float64], random(r, dims...), 0.4, train, gradcheck.Wrt("x"))
		}
	}
	l := &nn.Dropout[float64]{P: 0.4, Rand: r}
	gradcheck.VJP(t, (*nn.Dropout[float64]).Forward, (*nn.Dropout[float64]).ForwardVJP, l, random(r, 2, 3), false, gradcheck.Wrt("x"))
}

func TestDropoutRange(t *testing.T) {
	for _, p := range []float64{-0.1, 1, math.NaN()} {
		func() {
			defer func() {
				if got, want := fmt.Sprint(recover()), "nn: Dropout: the probability must be from 0 to below 1"; got != want {
					t.Errorf("for P = %v got the panic %q, want %q", p, got, want)
				}
			}()
			dropout(nn.New[float64](nil, 3), p, true)
		}()
	}
}

// TestDropoutWithoutRand checks that what leaves nothing out needs no random numbers.
func TestDropoutWithoutRand(t *testing.T) {
	x, l := nn.Constant(3.0, 2, 3), &nn.Dropout[float64]{}
	near(t, "training with P = 0", l.Forward(x, true), x, 0)
	dx := nn.ZerosLike(x)
	l.ForwardVJP(x, true, dx, x)
	near(t, "the derivative with P = 0", dx, x, 0)
	l.P = 0.5
	near(t, "after training", l.Forward(x, false), x, 0)
	defer func() {
		if got, want := fmt.Sprint(recover()), "nn: Dropout: there is no Rand to decide what is left out"; got != want {
			t.Errorf("got the panic %q, want %q", got, want)
		}
	}()
	l.Forward(x, true)
}

func TestEmbedding(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	l := &nn.Embedding[float64]{W: random(r, 5, 3)}
	words := []int{2, 0, 2, 4, 2}
	y := l.Forward(nil, words)
	for i, word := range words {
		for j := range 3 {
			if got, want := y.At(i, j), l.W.At(word, j); got != want {
				t.Errorf("feature %d of word %d is %v, want %v", j, word, got, want)
			}
		}
	}
	dl, dy := &nn.Embedding[float64]{W: nn.New[float64](nil, 5, 3)}, random(r, 5, 3)
	l.ForwardVJP(nil, words, dl, dy)
	want := nn.New[float64](nil, 5, 3)
	for i, word := range words {
		for j := range 3 {
			want.Data[word*3+j] += dy.At(i, j)
		}
	}
	near(t, "the derivative", dl.W, want, 1e-15)
	for _, words := range [][]int{words, {1}, {}} {
		gradcheck.VJP(t, (*nn.Embedding[float64]).Forward, (*nn.Embedding[float64]).ForwardVJP, l, (*nn.Space)(nil), words)
	}
	for _, word := range []int{-1, 5} {
		misfit(t, fmt.Sprintf("nn: Embedding: words[1] is %d, not from 0 to below 5", word), func() { l.Forward(nil, []int{0, word}) })
	}
}
