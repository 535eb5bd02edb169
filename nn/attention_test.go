package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

type attentionModel[T nn.Float] struct {
	Self nn.Attention[T]
	Out  nn.Dense[T]
}

//godiff:vjp wrt=m
func (m *attentionModel[T]) Loss(x nn.Tensor[T], lengths, labels []int) T {
	return nn.CrossEntropy(m.Out.Forward(m.Self.Forward(x, x, x, true, lengths).Flatten()), labels)
}

// newAttention returns a layer for queries, keys and values with so many features, of heads with keys and values of the sizes d and e.
func newAttention[T nn.Float](r *rand.Rand, queries, keys, values, heads, d, e, out int) nn.Attention[T] {
	dense := func(in, out int) nn.Dense[T] {
		return nn.Dense[T]{W: normal[T](r, 0.5, in, out), B: normal[T](r, 0.5, out)}
	}
	return nn.Attention[T]{Query: dense(queries, heads*d), Key: dense(keys, heads*d), Value: dense(values, heads*e), Out: dense(heads*e, out), Heads: heads}
}

func newAttentionModel[T nn.Float](steps, in, heads, d, classes int) *attentionModel[T] {
	r := rand.New(rand.NewPCG(3, 4))
	return &attentionModel[T]{newAttention[T](r, in, in, in, heads, d, d, in), nn.Dense[T]{W: normal[T](r, 0.3, steps*in, classes)}}
}

// attend is the definition of attention, for a query at a time.
func attend(q, k, v nn.Tensor[float64], heads int, causal bool, lengths []int) nn.Tensor[float64] {
	batch, steps, sources := q.Shape[0], q.Shape[1], k.Shape[1]
	d, e := q.Shape[2]/heads, v.Shape[2]/heads
	y := nn.New[float64](nil, batch, steps, heads*e)
	for i := range batch {
		for t := range steps {
			for h := range heads {
				weights, total := make([]float64, sources), 0.0
				for s := range sources {
					if lengths != nil && s >= lengths[i] || causal && s > t+sources-steps {
						continue
					}
					score := 0.0
					for j := range d {
						score += q.At(i, t, h*d+j) * k.At(i, s, h*d+j)
					}
					weights[s] = math.Exp(score / math.Sqrt(float64(d)))
					total += weights[s]
				}
				for s, w := range weights {
					for j := range e {
						if w > 0 {
							y.Data[(i*steps+t)*heads*e+h*e+j] += w / total * v.At(i, s, h*e+j)
						}
					}
				}
			}
		}
	}
	return y
}

// projected is x·W + B for each step.
func projected(d nn.Dense[float64], x nn.Tensor[float64]) nn.Tensor[float64] {
	batch, steps, in, out := x.Shape[0], x.Shape[1], x.Shape[2], d.W.Shape[1]
	y := nn.New[float64](nil, batch, steps, out)
	for i := range batch * steps {
		for j := range out {
			y.Data[i*out+j] = sum(x.Data[i*in:(i+1)*in], d.W, d.B, j)
		}
	}
	return y
}

// attentions are numbers of examples, steps, sources and heads, sizes of keys and values, and lengths.
var attentions = []struct {
	batch, steps, sources, heads, d, e int
	lengths                            []int
}{
	{2, 2, 2, 2, 2, 1, nil},
	{2, 2, 3, 1, 2, 2, []int{3, 1}},
	{2, 2, 2, 3, 1, 1, []int{0, 2}},
	{1, 1, 1, 1, 1, 1, nil},
	{1, 3, 2, 2, 1, 1, nil}, // more queries than sources: if causal, the first attends to nothing
	{0, 2, 3, 2, 2, 2, nil},
	{2, 0, 3, 2, 1, 1, nil},
	{2, 2, 0, 2, 1, 1, []int{0, 0}},
}

// TestAttention compares attention with its definition, query by query, and its derivatives with differences.
func TestAttention(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range attentions {
		for _, causal := range []bool{false, true} {
			what := fmt.Sprintf("%v, causal %t: the result", s, causal)
			q, k, v := random(r, s.batch, s.steps, s.heads*s.d), random(r, s.batch, s.sources, s.heads*s.d), random(r, s.batch, s.sources, s.heads*s.e)
			near(t, what, nn.Attend(q, k, v, s.heads, causal, s.lengths), nn.Of(attend(q, k, v, s.heads, causal, s.lengths).Data, s.batch, s.steps, s.heads*s.e), 1e-13)
			gradcheck.VJP(t, nn.Attend[float64], nn.AttendVJP[float64], q, k, v, s.heads, causal, s.lengths)

			a := newAttention[float64](r, 1, 3, 2, s.heads, s.d, s.e, 2)
			q, k, v = random(r, s.batch, s.steps, 1), random(r, s.batch, s.sources, 3), random(r, s.batch, s.sources, 2)
			want := projected(a.Out, attend(projected(a.Query, q), projected(a.Key, k), projected(a.Value, v), s.heads, causal, s.lengths))
			near(t, what+" of the layer", a.Forward(q, k, v, causal, s.lengths), nn.Of(want.Data, s.batch, s.steps, 2), 1e-13)
			if !causal {
				gradcheck.VJP(t, (*nn.Attention[float64]).Forward, (*nn.Attention[float64]).ForwardVJP, &a, q, k, v, causal, s.lengths)
			}
		}
	}
}

// TestAttentionLengths checks that sequences of a batch yield what each does by itself.
func TestAttentionLengths(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const steps, in, heads = 5, 3, 2
	lengths := []int{5, 2, 3}
	a := newAttention[float64](r, in, in, in, heads, 2, 2, in)
	x := random(r, len(lengths), steps, in)
	for _, causal := range []bool{false, true} {
		all := a.Forward(x, x, x, causal, lengths)
		for i, n := range lengths {
			one := nn.Of(x.Data[i*steps*in:(i*steps+n)*in], 1, n, in)
			want := a.Forward(one, one, one, causal, nil)
			got := nn.Of(all.Data[i*steps*in:(i*steps+n)*in], 1, n, in)
			near(t, fmt.Sprintf("the result of sequence %d, causal %t", i, causal), got, nn.Of(want.Data, 1, n, in), 1e-13)
		}
	}
}

// TestAttentionPadding checks that what keys and values hold behind the ends of sequences does not matter: all is as with zeros there.
func TestAttentionPadding(t *testing.T) {
	const steps, sources, in, heads = 3, 4, 2, 2
	lengths := []int{2, 4, 0}
	r := rand.New(rand.NewPCG(1, 2))
	q := random(r, len(lengths), steps, in)
	k, v := nn.MaskPadding(random(r, len(lengths), sources, in), lengths), nn.MaskPadding(random(r, len(lengths), sources, in), lengths)
	dy := random(r, len(lengths), steps, in)
	a := newAttention[float64](r, in, in, in, heads, 1, 1, in)
	run := func(k, v nn.Tensor[float64], causal bool) (all []nn.Tensor[float64]) {
		da, dq, dk, dv := nn.Gradient(&a), nn.ZerosLike(q), nn.ZerosLike(k), nn.ZerosLike(v)
		y := a.ForwardVJP(q, k, v, causal, lengths, da, dq, dk, dv, dy)
		for _, p := range nn.Params[float64](da, nil) {
			all = append(all, p.Value)
		}
		all = append(all, y, dq.Clone(), dk.Clone(), dv.Clone())
		y = nn.AttendVJP(q, k, v, heads, causal, lengths, dq, dk, dv, dy)
		return append(all, y, dq, dk, dv)
	}
	for _, causal := range []bool{false, true} {
		want := run(k, v, causal)
		for _, padding := range []float64{math.NaN(), math.Inf(-1), 7} {
			for i, got := range run(padded(k, lengths, padding), padded(v, lengths, padding), causal) {
				near(t, fmt.Sprintf("padding of %v, causal %t: result %d", padding, causal, i), got, want[i], 0)
			}
		}
	}
}

// TestAttentionModel checks derivatives of a model of another package than nn, in which all three arguments are the same.
func TestAttentionModel(t *testing.T) {
	const steps, in, heads, d, classes = 3, 3, 2, 2, 2
	x, lengths, labels := normal[float64](rand.New(rand.NewPCG(1, 2)), 1, 2, steps, in), []int{3, 2}, []int{1, 0}
	m := newAttentionModel[float64](steps, in, heads, d, classes)
	gradcheck.VJP(t, (*attentionModel[float64]).Loss, (*attentionModel[float64]).LossVJP, m, x, lengths, labels, gradcheck.Wrt("m"))

	x32 := nn.New[float32](nil, x.Shape...)
	for i, v := range x.Data {
		x32.Data[i] = float32(v)
	}
	dm, dm32 := newAttentionModel[float64](steps, in, heads, d, classes), newAttentionModel[float32](steps, in, heads, d, classes)
	m.LossVJP(x, lengths, labels, dm, 1)
	newAttentionModel[float32](steps, in, heads, d, classes).LossVJP(x32, lengths, labels, dm32, 1)
	single := nn.Params[float32](dm32, nil)
	for k, p := range nn.Params[float64](dm, nil) {
		for i, want := range p.Value.Data {
			if got := single[k].Value.Data[i]; math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("element %d of the gradient of %s is %v, want %v", i, p.Name, got, want)
			}
		}
	}
}

// TestAttentionMemory checks that what a step of training allocates does not grow with the batch, the heads or their sizes.
func TestAttentionMemory(t *testing.T) {
	const steps, in, classes = 4, 3, 2
	measure := func(batch, heads, d int) uint64 {
		x, labels := normal[float32](rand.New(rand.NewPCG(1, 2)), 1, batch, steps, in), make([]int, batch)
		m, dm := newAttentionModel[float32](steps, in, heads, d, classes), newAttentionModel[float32](steps, in, heads, d, classes)
		space := new(nn.Space)
		return bytesOf(func() {
			space.Reset()
			m.LossVJP(x.In(space), nil, labels, dm, 1)
		})
	}
	if small, large := measure(2, 1, 2), measure(16, 4, 8); small != large {
		t.Errorf("a step allocates %d bytes, and with more examples and heads %d", small, large)
	}
}

// TestAttentionShapes checks that what does not fit is told with both shapes.
func TestAttentionShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := func(dims ...int) nn.Tensor[float64] { return random(r, dims...) }
	a := newAttention[float64](r, 2, 2, 2, 2, 3, 3, 2)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: Attend heads: shape [2 3 4] does not fit [3]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), 3, false, nil) }},
		{"nn: Attend heads: shape [2 3 4] does not fit [0]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), 0, false, nil) }},
		{"nn: Attend heads: shape [3 4] does not fit [2]", func() { nn.Attend(x(3, 4), x(2, 3, 4), x(2, 3, 4), 2, false, nil) }},
		{"nn: Attend keys: shape [2 3 6] does not fit [2 3 4]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 6), x(2, 3, 4), 2, false, nil) }},
		{"nn: Attend keys: shape [1 3 4] does not fit [2 3 4]", func() { nn.Attend(x(2, 3, 4), x(1, 3, 4), x(2, 3, 4), 2, false, nil) }},
		{"nn: Attend values: shape [2 4 4] does not fit [2 3 4]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 4, 4), 2, false, nil) }},
		{"nn: Attend heads: shape [2 3 5] does not fit [2]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 3, 5), 2, false, nil) }},
		{"nn: Attend lengths: shape [1] does not fit [2 3]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), 2, false, []int{1}) }},
		{"nn: Attend lengths: shape [1 4] does not fit [2 3]", func() { nn.Attend(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4), 2, false, []int{1, 4}) }},
		{"nn: Attention: shape [2 3] does not fit [2 6]", func() { a.Forward(x(2, 3), x(2, 3, 2), x(2, 3, 2), false, nil) }},
		{"nn: Dense: shape [6 3] does not fit [2 6]", func() { a.Forward(x(2, 3, 2), x(2, 3, 3), x(2, 3, 2), false, nil) }},
	} {
		misfit(t, c.want, c.f)
	}
}

// BenchmarkAttention is a step of training without that of the optimizer: self-attention of 4 heads over 28 steps of 128 features, batch
// 32, float32.
func BenchmarkAttention(b *testing.B) {
	const batch, steps, in, heads, d, classes = 32, 28, 128, 4, 32, 10
	x, labels := normal[float32](rand.New(rand.NewPCG(1, 2)), 1, batch, steps, in), make([]int, batch)
	m, dm := newAttentionModel[float32](steps, in, heads, d, classes), newAttentionModel[float32](steps, in, heads, d, classes)
	params, space := nn.Params[float32](m, dm), new(nn.Space)
	b.ReportAllocs()
	for b.Loop() {
		space.Reset()
		for _, p := range params {
			clear(p.Grad.Data)
		}
		m.LossVJP(x.In(space), nil, labels, dm, 1)
	}
}
