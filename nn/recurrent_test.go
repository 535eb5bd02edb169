package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

//go:generate go run ../cmd/godiff generate

type rnnModel[T nn.Float] struct {
	Hidden nn.RNN[T]
	Out    nn.Dense[T]
}

//godiff:vjp wrt=m
func (m *rnnModel[T]) Loss(x nn.Tensor[T], lengths, labels []int) T {
	_, last := m.Hidden.Forward(x, lengths)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}

type lstmModel[T nn.Float] struct {
	Hidden nn.LSTM[T]
	Out    nn.Dense[T]
}

//godiff:vjp wrt=m
func (m *lstmModel[T]) Loss(x nn.Tensor[T], lengths, labels []int) T {
	_, last, _ := m.Hidden.Forward(x, lengths)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}

type gruModel[T nn.Float] struct {
	Hidden nn.GRU[T]
	Out    nn.Dense[T]
}

//godiff:vjp wrt=m
func (m *gruModel[T]) Loss(x nn.Tensor[T], lengths, labels []int) T {
	_, last := m.Hidden.Forward(x, lengths)
	return nn.CrossEntropy(m.Out.Forward(last), labels)
}

// normal returns a tensor of normal deviates, times scale.
func normal[T nn.Float](r *rand.Rand, scale float64, dims ...int) nn.Tensor[T] {
	x := nn.New[T](nil, dims...)
	for i := range x.Data {
		x.Data[i] = T(scale * r.NormFloat64())
	}
	return x
}

func newRNN[T nn.Float](r *rand.Rand, in, n int) nn.RNN[T] {
	return nn.RNN[T]{U: normal[T](r, 0.3, in, n), V: normal[T](r, 0.3, n, n), B: normal[T](r, 0.3, n)}
}

func newLSTM[T nn.Float](r *rand.Rand, in, n int) nn.LSTM[T] {
	return nn.LSTM[T]{U: normal[T](r, 0.3, in, 4*n), V: normal[T](r, 0.3, n, 4*n), B: normal[T](r, 0.3, 4*n)}
}

func newGRU[T nn.Float](r *rand.Rand, in, n int) nn.GRU[T] {
	return nn.GRU[T]{U: normal[T](r, 0.3, in, 3*n), V: normal[T](r, 0.3, n, 3*n), B: normal[T](r, 0.3, 3*n), BV: normal[T](r, 0.3, 3*n)}
}

// A cell is the definition of a layer for one example and one step, neuron by neuron, of the states and cells before.
type cell func(x, h, c []float64) (h2, c2 []float64)

// sum returns one of the sums x·w + b.
func sum(x []float64, w, b nn.Tensor[float64], j int) float64 {
	s := 0.0
	if len(b.Data) > 0 {
		s = b.At(j)
	}
	for k, v := range x {
		s += v * w.At(k, j)
	}
	return s
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func cellOfRNN(r nn.RNN[float64]) cell {
	return func(x, h, c []float64) (h2, c2 []float64) {
		for j := range h {
			h2 = append(h2, math.Tanh(sum(x, r.U, r.B, j)+sum(h, r.V, nn.Tensor[float64]{}, j)))
		}
		return h2, c
	}
}

func cellOfLSTM(l nn.LSTM[float64]) cell {
	return func(x, h, c []float64) (h2, c2 []float64) {
		n := len(h)
		for j := range n {
			z := func(part int) float64 {
				return sum(x, l.U, l.B, part*n+j) + sum(h, l.V, nn.Tensor[float64]{}, part*n+j)
			}
			i, f, g, o := sigmoid(z(0)), sigmoid(z(1)), math.Tanh(z(2)), sigmoid(z(3))
			c2 = append(c2, f*c[j]+i*g)
			h2 = append(h2, o*math.Tanh(c2[j]))
		}
		return h2, c2
	}
}

func cellOfGRU(g nn.GRU[float64]) cell {
	return func(x, h, c []float64) (h2, c2 []float64) {
		n := len(h)
		for j := range n {
			of := func(part int) (x2, h2 float64) { return sum(x, g.U, g.B, part*n+j), sum(h, g.V, g.BV, part*n+j) }
			xr, hr := of(0)
			xz, hz := of(1)
			xn, hn := of(2)
			r, z := sigmoid(xr+hr), sigmoid(xz+hz)
			h2 = append(h2, (1-z)*math.Tanh(xn+r*hn)+z*h[j])
		}
		return h2, c
	}
}

// sequences are batches: numbers of examples, steps, features and hidden neurons, and lengths.
var sequences = []struct {
	batch, steps, in, n int
	lengths             []int
}{
	{2, 3, 2, 2, nil},
	{3, 3, 1, 2, []int{2, 3, 0}},
	{2, 2, 1, 2, []int{2, 2}},
	{1, 2, 3, 1, nil},
	{1, 3, 1, 1, []int{1}},
	{0, 3, 2, 2, nil},
	{0, 3, 2, 2, []int{}},
	{2, 0, 3, 2, nil},
}

// TestRecurrent compares layers with definitions of each neuron, sequence by sequence, and their derivatives with differences.
func TestRecurrent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range sequences {
		rnn, lstm, gru := newRNN[float64](r, s.in, s.n), newLSTM[float64](r, s.in, s.n), newGRU[float64](r, s.in, s.n)
		if s.batch == 1 { // no bias
			rnn.B, lstm.B, gru.B, gru.BV = nn.Tensor[float64]{}, nn.Tensor[float64]{}, nn.Tensor[float64]{}, nn.Tensor[float64]{}
		}
		x, h, c := random(r, s.batch, s.steps, s.in), random(r, s.batch, s.n), random(r, s.batch, s.n)
		zero := nn.New[float64](nil, s.batch, s.n)
		// want returns the states at all times, and the last ones.
		want := func(of cell, h, c nn.Tensor[float64]) (states, last, cells []float64) {
			for i := range s.batch {
				hi, ci := h.Data[i*s.n:(i+1)*s.n], c.Data[i*s.n:(i+1)*s.n]
				for t := range s.steps {
					if s.lengths == nil || t < s.lengths[i] {
						hi, ci = of(x.Data[(i*s.steps+t)*s.in:(i*s.steps+t+1)*s.in], hi, ci)
					}
					states = append(states, hi...)
				}
				last, cells = append(last, hi...), append(cells, ci...)
			}
			return states, last, cells
		}
		check := func(name string, of cell, h, c, states, last, cells nn.Tensor[float64]) {
			t.Helper()
			wantStates, wantLast, wantCells := want(of, h, c)
			near(t, name+": the states", states, nn.Of(wantStates, s.batch, s.steps, s.n), 1e-13)
			near(t, name+": the last states", last, nn.Of(wantLast, s.batch, s.n), 1e-13)
			if cells.Shape != nil {
				near(t, name+": the last cells", cells, nn.Of(wantCells, s.batch, s.n), 1e-13)
			}
		}
		states, last := rnn.Forward(x, s.lengths)
		check("RNN", cellOfRNN(rnn), zero, zero, states, last, nn.Tensor[float64]{})
		states, last = rnn.From(x, h, s.lengths)
		check("RNN from h", cellOfRNN(rnn), h, zero, states, last, nn.Tensor[float64]{})
		states, last, cells := lstm.Forward(x, s.lengths)
		check("LSTM", cellOfLSTM(lstm), zero, zero, states, last, cells)
		states, last, cells = lstm.From(x, h, c, s.lengths)
		check("LSTM from h and c", cellOfLSTM(lstm), h, c, states, last, cells)
		states, last = gru.Forward(x, s.lengths)
		check("GRU", cellOfGRU(gru), zero, zero, states, last, nn.Tensor[float64]{})
		states, last = gru.From(x, h, s.lengths)
		check("GRU from h", cellOfGRU(gru), h, zero, states, last, nn.Tensor[float64]{})

		gradcheck.VJP(t, (*nn.RNN[float64]).From, (*nn.RNN[float64]).FromVJP, &rnn, x, h, s.lengths)
		gradcheck.VJP(t, (*nn.LSTM[float64]).From, (*nn.LSTM[float64]).FromVJP, &lstm, x, h, c, s.lengths)
		gradcheck.VJP(t, (*nn.GRU[float64]).From, (*nn.GRU[float64]).FromVJP, &gru, x, h, s.lengths)
		if s.n == 1 { // like From, which it calls
			gradcheck.VJP(t, (*nn.RNN[float64]).Forward, (*nn.RNN[float64]).ForwardVJP, &rnn, x, s.lengths)
			gradcheck.VJP(t, (*nn.LSTM[float64]).Forward, (*nn.LSTM[float64]).ForwardVJP, &lstm, x, s.lengths)
			gradcheck.VJP(t, (*nn.GRU[float64]).Forward, (*nn.GRU[float64]).ForwardVJP, &gru, x, s.lengths)
		}
	}
}

// TestRecurrentPadding checks that what x holds behind the ends of sequences does not matter, NaN or not: all is as with zeros there.
func TestRecurrentPadding(t *testing.T) {
	const steps, in, n = 4, 2, 3
	lengths := []int{2, 4, 0, 3}
	zeros := nn.MaskPadding(random(rand.New(rand.NewPCG(1, 2)), len(lengths), steps, in), lengths)
	run := func(x nn.Tensor[float64]) (all []nn.Tensor[float64]) {
		r := rand.New(rand.NewPCG(3, 4))
		rnn, lstm, gru := newRNN[float64](r, in, n), newLSTM[float64](r, in, n), newGRU[float64](r, in, n)
		drnn, dlstm, dgru := nn.Gradient(&rnn), nn.Gradient(&lstm), nn.Gradient(&gru)
		dx, dlast := nn.ZerosLike(x), random(r, len(lengths), n)
		dstates := nn.MaskPadding(random(r, len(lengths), steps, n), lengths)
		states, last := rnn.ForwardVJP(x, lengths, drnn, dx, dstates, dlast)
		all = append(all, states, last, dx.Clone(), drnn.U, drnn.V, drnn.B)
		states, last, cells := lstm.ForwardVJP(x, lengths, dlstm, dx, dstates, dlast, dlast)
		all = append(all, states, last, cells, dx.Clone(), dlstm.U, dlstm.V, dlstm.B)
		states, last = gru.ForwardVJP(x, lengths, dgru, dx, dstates, dlast)
		return append(all, states, last, dx, dgru.U, dgru.V, dgru.B, dgru.BV)
	}
	want := run(zeros)
	for _, padding := range []float64{math.NaN(), math.Inf(1), 7} {
		for i, got := range run(padded(zeros, lengths, padding)) {
			near(t, fmt.Sprintf("padding of %v: result %d", padding, i), got, want[i], 0)
		}
	}
}

// padded returns x with the same number in all places behind the ends of sequences.
func padded(x nn.Tensor[float64], lengths []int, padding float64) nn.Tensor[float64] {
	y, size := x.Clone(), x.Shape[1]*x.Shape[2]
	for i, length := range lengths {
		for k := length * x.Shape[2]; k < size; k++ {
			y.Data[i*size+k] = padding
		}
	}
	return y
}

// TestMaskPadding checks the derivative, and what is told of lengths that do not fit.
func TestMaskPadding(t *testing.T) {
	x := random(rand.New(rand.NewPCG(1, 2)), 2, 3, 2)
	gradcheck.VJP(t, nn.MaskPadding[float64], nn.MaskPaddingVJP[float64], x, []int{2, 0}, gradcheck.Wrt("x"))
	misfit(t, "nn: MaskPadding: shape [2 3 2] does not fit [1]", func() { nn.MaskPadding(x, []int{2}) })
	misfit(t, "nn: MaskPadding: shape [2 3 2] does not fit [0]", func() { nn.MaskPadding(x, nil) })
	misfit(t, "nn: MaskPadding lengths: shape [4 1] does not fit [2 3]", func() { nn.MaskPadding(x, []int{4, 1}) })
	misfit(t, "nn: MaskPadding: shape [2 6] does not fit [2]", func() { nn.MaskPadding(x.Reshape(2, 6), []int{1, 1}) })
}

// TestStep checks that steps, each by itself, lead to where sequences do, and their derivatives.
func TestStep(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const batch, steps, in, n = 2, 3, 2, 3
	rnn, lstm, gru := newRNN[float64](r, in, n), newLSTM[float64](r, in, n), newGRU[float64](r, in, n)
	x := random(r, batch, steps, in)
	at := func(t int) nn.Tensor[float64] {
		y := nn.New[float64](nil, batch, in)
		for i := range batch {
			copy(y.Data[i*in:(i+1)*in], x.Data[(i*steps+t)*in:])
		}
		return y
	}
	zero := nn.New[float64](nil, batch, n)
	h, hl, cl, hg := zero, zero, zero, zero
	for t := range steps {
		h = rnn.Step(at(t), h)
		hl, cl = lstm.Step(at(t), hl, cl)
		hg = gru.Step(at(t), hg)
	}
	_, last := rnn.Forward(x, nil)
	near(t, "RNN: the state after some steps", h, nn.Of(last.Data, batch, n), 1e-13)
	_, last, cells := lstm.Forward(x, nil)
	near(t, "LSTM: the state after some steps", hl, nn.Of(last.Data, batch, n), 1e-13)
	near(t, "LSTM: the cells after some steps", cl, nn.Of(cells.Data, batch, n), 1e-13)
	_, last = gru.Forward(x, nil)
	near(t, "GRU: the state after some steps", hg, nn.Of(last.Data, batch, n), 1e-13)

	gradcheck.VJP(t, (*nn.RNN[float64]).Step, (*nn.RNN[float64]).StepVJP, &rnn, at(0), h)
	gradcheck.VJP(t, (*nn.LSTM[float64]).Step, (*nn.LSTM[float64]).StepVJP, &lstm, at(0), hl, cl)
	gradcheck.VJP(t, (*nn.GRU[float64]).Step, (*nn.GRU[float64]).StepVJP, &gru, at(0), hg)
}

// TestRecurrentModels checks derivatives of models of another package than nn: those of float64 with differences, of float32 with those.
func TestRecurrentModels(t *testing.T) {
	const in, n, classes = 3, 4, 3
	x, lengths, labels := normal[float64](rand.New(rand.NewPCG(1, 2)), 1, 3, 4, in), []int{4, 2, 1}, []int{2, 0, 1}
	rnn, lstm, gru := newModels[float64](in, n, classes)
	gradcheck.VJP(t, (*rnnModel[float64]).Loss, (*rnnModel[float64]).LossVJP, rnn, x, lengths, labels, gradcheck.Wrt("m"))
	gradcheck.VJP(t, (*lstmModel[float64]).Loss, (*lstmModel[float64]).LossVJP, lstm, x, lengths, labels, gradcheck.Wrt("m"))
	gradcheck.VJP(t, (*gruModel[float64]).Loss, (*gruModel[float64]).LossVJP, gru, x, lengths, labels, gradcheck.Wrt("m"))

	x32 := nn.New[float32](nil, x.Shape...)
	for i, v := range x.Data {
		x32.Data[i] = float32(v)
	}
	rnn32, lstm32, gru32 := newModels[float32](in, n, classes)
	drnn, dlstm, dgru := newModels[float64](in, n, classes)
	drnn32, dlstm32, dgru32 := newModels[float32](in, n, classes)
	rnn.LossVJP(x, lengths, labels, drnn, 1)
	lstm.LossVJP(x, lengths, labels, dlstm, 1)
	gru.LossVJP(x, lengths, labels, dgru, 1)
	rnn32.LossVJP(x32, lengths, labels, drnn32, 1)
	lstm32.LossVJP(x32, lengths, labels, dlstm32, 1)
	gru32.LossVJP(x32, lengths, labels, dgru32, 1)
	for _, m := range [][2]any{{drnn, drnn32}, {dlstm, dlstm32}, {dgru, dgru32}} {
		single := nn.Params[float32](m[1], nil)
		for k, p := range nn.Params[float64](m[0], nil) {
			for i, want := range p.Value.Data {
				if got := single[k].Value.Data[i]; math.Abs(float64(got)-want) > 1e-6 {
					t.Errorf("%T: element %d of the gradient of %s is %v, want %v", m[1], i, p.Name, got, want)
				}
			}
		}
	}
}

// newModels returns models, the same each time but for roundings.
func newModels[T nn.Float](in, n, classes int) (*rnnModel[T], *lstmModel[T], *gruModel[T]) {
	r := rand.New(rand.NewPCG(3, 4))
	out := func() nn.Dense[T] {
		return nn.Dense[T]{W: normal[T](r, 0.3, n, classes), B: normal[T](r, 0.3, classes)}
	}
	return &rnnModel[T]{newRNN[T](r, in, n), out()}, &lstmModel[T]{newLSTM[T](r, in, n), out()}, &gruModel[T]{newGRU[T](r, in, n), out()}
}

// TestRecurrentMemory checks that what a step of training allocates does not grow with the batch nor with the neurons.
func TestRecurrentMemory(t *testing.T) {
	const steps, in, classes = 6, 3, 2
	measure := func(batch, n int) (sizes [3]uint64) {
		r := rand.New(rand.NewPCG(1, 2))
		x, labels := normal[float32](r, 1, batch, steps, in), make([]int, batch)
		rnn, lstm, gru := newModels[float32](in, n, classes)
		drnn, dlstm, dgru := newModels[float32](in, n, classes)
		lengths := make([]int, batch)
		for i := range lengths {
			lengths[i] = steps / 2
		}
		for k, step := range []func(x nn.Tensor[float32]){
			func(x nn.Tensor[float32]) { rnn.LossVJP(x, lengths, labels, drnn, 1) },
			func(x nn.Tensor[float32]) { lstm.LossVJP(x, lengths, labels, dlstm, 1) },
			func(x nn.Tensor[float32]) { gru.LossVJP(x, lengths, labels, dgru, 1) },
		} {
			space := new(nn.Space)
			sizes[k] = bytesOf(func() {
				space.Reset()
				step(x.In(space))
			})
		}
		return sizes
	}
	if small, large := measure(2, 3), measure(16, 24); small != large {
		t.Errorf("a step allocates %v bytes, and with more examples and neurons %v", small, large)
	}
}

// bytesOf returns how many bytes f allocates once it has run some times: the least of several runs, since others may allocate too.
func bytesOf(f func()) uint64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 3 {
		f()
	}
	least := uint64(math.MaxUint64)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// TestRecurrentShapes checks that what does not fit is told with both shapes.
func TestRecurrentShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rnn, lstm, gru := newRNN[float64](r, 2, 3), newLSTM[float64](r, 2, 3), newGRU[float64](r, 2, 3)
	x, h, wrong := random(r, 4, 5, 2), random(r, 4, 3), random(r, 3, 3)
	step, wide := random(r, 4, 2), random(r, 4, 5, 3)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: RNN: shape [4 5 3] does not fit [2 3]", func() { rnn.Forward(wide, nil) }},
		{"nn: RNN: shape [4 2] does not fit [2 3]", func() { rnn.Forward(step, nil) }},
		{"nn: RNN: shape [4 5 2] does not fit [2 3]", func() { rnn.Step(x, h) }},
		{"nn: RNN state: shape [3 3] does not fit [4 3]", func() { rnn.From(x, wrong, nil) }},
		{"nn: RNN state: shape [3 3] does not fit [4 3]", func() { rnn.Step(step, wrong) }},
		{"nn: RNN weights: shape [3 3] does not fit [2 12]", func() { (&nn.RNN[float64]{U: lstm.U, V: rnn.V}).Step(step, h) }},
		{"nn: RNN lengths: shape [1 2 3] does not fit [4 5]", func() { rnn.Forward(x, []int{1, 2, 3}) }},
		{"nn: RNN lengths: shape [1 2 3 6] does not fit [4 5]", func() { rnn.Forward(x, []int{1, 2, 3, 6}) }},
		{"nn: RNN lengths: shape [1 2 3 -1] does not fit [4 5]", func() { rnn.Forward(x, []int{1, 2, 3, -1}) }},
		{"nn: LSTM: shape [4 5 3] does not fit [2 12]", func() { lstm.Forward(wide, nil) }},
		{"nn: LSTM: shape [4 2] does not fit [2 12]", func() { lstm.Forward(step, nil) }},
		{"nn: LSTM: shape [4 5 2] does not fit [2 12]", func() { lstm.Step(x, h, h) }},
		{"nn: LSTM state: shape [3 3] does not fit [4 3]", func() { lstm.From(x, wrong, h, nil) }},
		{"nn: LSTM state: shape [3 3] does not fit [4 3]", func() { lstm.From(x, h, wrong, nil) }},
		{"nn: LSTM state: shape [3 3] does not fit [4 3]", func() { lstm.Step(step, h, wrong) }},
		{"nn: LSTM weights: shape [3 9] does not fit [2 12]", func() { (&nn.LSTM[float64]{U: lstm.U, V: gru.V}).Step(step, h, h) }},
		{"nn: LSTM lengths: shape [] does not fit [4 5]", func() { lstm.Forward(x, []int{}) }},
		{"nn: GRU: shape [4 5 3] does not fit [2 9]", func() { gru.Forward(wide, nil) }},
		{"nn: GRU: shape [4 2] does not fit [2 9]", func() { gru.Forward(step, nil) }},
		{"nn: GRU: shape [4 5 2] does not fit [2 9]", func() { gru.Step(x, h) }},
		{"nn: GRU state: shape [3 3] does not fit [4 3]", func() { gru.From(x, wrong, nil) }},
		{"nn: GRU state: shape [3 3] does not fit [4 3]", func() { gru.Step(step, wrong) }},
		{"nn: GRU weights: shape [3 12] does not fit [2 9]", func() { (&nn.GRU[float64]{U: gru.U, V: lstm.V}).Step(step, h) }},
		{"nn: GRU lengths: shape [9 9 9 9] does not fit [4 5]", func() { gru.Forward(x, []int{9, 9, 9, 9}) }},
	} {
		misfit(t, c.want, c.f)
	}
}

// BenchmarkRecurrent is a step of training without that of the optimizer: 28 steps of 28 features, 128 hidden, batch 32, float32.
func BenchmarkRecurrent(b *testing.B) {
	const batch, steps, features, hidden, classes = 32, 28, 28, 128, 10
	r := rand.New(rand.NewPCG(1, 2))
	x := normal[float32](r, 1, batch, steps, features)
	labels := make([]int, batch)
	for i := range labels {
		labels[i] = r.IntN(classes)
	}
	run := func(name string, model, gradient any, step func(space *nn.Space)) {
		params := nn.Params[float32](model, gradient)
		space := new(nn.Space)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				space.Reset()
				for _, p := range params {
					clear(p.Grad.Data)
				}
				step(space)
			}
		})
	}
	rnn, lstm, gru := newModels[float32](features, hidden, classes)
	drnn, dlstm, dgru := newModels[float32](features, hidden, classes)
	run("RNN", rnn, drnn, func(s *nn.Space) { rnn.LossVJP(x.In(s), nil, labels, drnn, 1) })
	run("LSTM", lstm, dlstm, func(s *nn.Space) { lstm.LossVJP(x.In(s), nil, labels, dlstm, 1) })
	run("GRU", gru, dgru, func(s *nn.Space) { gru.LossVJP(x.In(s), nil, labels, dgru, 1) })
}
