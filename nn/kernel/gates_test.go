package kernel_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn/kernel"
)

// cellSizes are numbers of examples and of hidden neurons; after them, where in x the rows begin, and gaps between them.
var cellSizes = [][4]int{{3, 5, 0, 0}, {2, 9, 4, 7}, {1, 1, 0, 3}, {0, 4, 2, 1}, {4, 0, 0, 2}}

func TestCellRules(t *testing.T) { kernel.EachWay(t, cellRules) }

func cellRules(t *testing.T) {
	make := newMaker()
	for _, s := range cellSizes {
		m, n, at := s[0], s[1], s[2]
		x := func(width int) []float64 { return make.signed(at + m*(width+s[3])) }
		check(t, rnnCell[float64], rnnCellVJP[float64], rnnCellJVP[float64], make.signed(m*n), x(n), at, n+s[3], m, n)
		check(t, lstmCell[float64], lstmCellVJP[float64], lstmCellJVP[float64],
			make.signed(m*n), make.signed(m*n), make.signed(m*n), make.signed(4*m*n), x(4*n), at, 4*n+s[3], make.signed(m*n), m, n)
		check(t, gruCell[float64], gruCellVJP[float64], gruCellJVP[float64],
			make.signed(m*n), make.signed(m*n), make.signed(3*m*n), x(3*n), at, 3*n+s[3], make.signed(m*n), m, n)
		check(t, copyRows[float64], copyRowsVJP[float64], copyRowsJVP[float64], x(n), at, n+s[3], make.signed(m*n), m, n)
	}
}

func TestCells(t *testing.T) { kernel.EachWay(t, cells) }

// cells compares cells with their definitions, neuron by neuron.
func cells(t *testing.T) {
	make := newMaker()
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for _, s := range cellSizes {
		m, n, at := s[0], s[1], s[2]
		each := func(f func(i, j int)) {
			for i := range m {
				for j := range n {
					f(i, j)
				}
			}
		}
		near := func(what string, i, j int, got, want float64) {
			if math.Abs(got-want) > 1e-14 {
				t.Errorf("%v: %s of neuron %d of example %d is %v, want %v", s, what, j, i, got, want)
			}
		}

		h, x := make.signed(m*n), make.signed(at+m*(n+s[3]))
		was := slices.Clone(h)
		kernel.RNNCell(h, x, at, n+s[3], m, n)
		each(func(i, j int) { near("the state", i, j, h[i*n+j], math.Tanh(was[i*n+j]+x[at+i*(n+s[3])+j])) })

		ld := 4*n + s[3]
		before, gates, x := make.signed(m*n), make.signed(4*m*n), make.signed(at+m*ld)
		was = slices.Clone(gates)
		h, c, squashed := make.signed(m*n), make.signed(m*n), make.signed(m*n)
		kernel.LSTMCell(h, c, squashed, gates, x, at, ld, before, m, n)
		each(func(i, j int) {
			z := func(part int) float64 { return was[4*i*n+part*n+j] + x[at+i*ld+part*n+j] }
			in, forget, cand, out := sigmoid(z(0)), sigmoid(z(1)), math.Tanh(z(2)), sigmoid(z(3))
			cell := forget*before[i*n+j] + in*cand
			for part, want := range []float64{in, forget, cand, out} {
				near(fmt.Sprint("gate ", part), i, j, gates[4*i*n+part*n+j], want)
			}
			near("the cell", i, j, c[i*n+j], cell)
			near("the tanh of the cell", i, j, squashed[i*n+j], math.Tanh(cell))
			near("the state", i, j, h[i*n+j], out*math.Tanh(cell))
		})

		ld = 3*n + s[3]
		gates, x = make.signed(3*m*n), make.signed(at+m*ld)
		was = slices.Clone(gates)
		candidate := make.signed(m * n)
		kernel.GRUCell(h, candidate, gates, x, at, ld, before, m, n)
		each(func(i, j int) {
			z := func(part int) float64 { return was[3*i*n+part*n+j] + x[at+i*ld+part*n+j] }
			product := was[3*i*n+2*n+j]
			reset, update := sigmoid(z(0)), sigmoid(z(1))
			cand := math.Tanh(x[at+i*ld+2*n+j] + reset*product)
			for part, want := range []float64{reset, update, product} {
				near(fmt.Sprint("gate ", part), i, j, gates[3*i*n+part*n+j], want)
			}
			near("the candidate", i, j, candidate[i*n+j], cand)
			near("the state", i, j, h[i*n+j], (1-update)*cand+update*before[i*n+j])
		})

		ld = n + s[3]
		dst := make.signed(at + m*ld)
		was = slices.Clone(dst)
		kernel.CopyRows(dst, at, ld, before, m, n)
		for k, got := range dst {
			want := was[k]
			if i := k - at; i >= 0 && i%ld < n {
				want = before[i/ld*n+i%ld]
			}
			if got != want {
				t.Errorf("%v: element %d of the copy is %v, want %v", s, k, got, want)
			}
		}
	}
}

// TestCellPanics checks that slices which are too short are told, with what they are.
func TestCellPanics(t *testing.T) {
	x := func(n int) []float64 { return make([]float64, n) }
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"kernel: RNNCell: h is 2×3 and has 5 elements", func() { kernel.RNNCell(x(5), x(6), 0, 3, 2, 3) }},
		{"kernel: RNNCell: x is 2×3 from element 1 on with stride 3 and has 6 elements", func() { kernel.RNNCell(x(6), x(6), 1, 3, 2, 3) }},
		{"kernel: LSTMCell: h is 1×2 and has 1 elements", func() { kernel.LSTMCell(x(1), x(2), x(2), x(8), x(8), 0, 8, x(2), 1, 2) }},
		{"kernel: LSTMCell: c is 1×2 and has 1 elements", func() { kernel.LSTMCell(x(2), x(1), x(2), x(8), x(8), 0, 8, x(2), 1, 2) }},
		{"kernel: LSTMCell: squashed is 1×2 and has 1 elements", func() { kernel.LSTMCell(x(2), x(2), x(1), x(8), x(8), 0, 8, x(2), 1, 2) }},
		{"kernel: LSTMCell: gates is 1×8 and has 7 elements", func() { kernel.LSTMCell(x(2), x(2), x(2), x(7), x(8), 0, 8, x(2), 1, 2) }},
		{"kernel: LSTMCell: before is 1×2 and has 3 elements", func() { kernel.LSTMCell(x(2), x(2), x(2), x(8), x(8), 0, 8, x(3), 1, 2) }},
		{"kernel: LSTMCell: x is 1×8 from element 0 on with stride 7 and has 8 elements", func() { kernel.LSTMCell(x(2), x(2), x(2), x(8), x(8), 0, 7, x(2), 1, 2) }},
		{"kernel: GRUCell: h is 1×2 and has 1 elements", func() { kernel.GRUCell(x(1), x(2), x(6), x(6), 0, 6, x(2), 1, 2) }},
		{"kernel: GRUCell: candidate is 1×2 and has 1 elements", func() { kernel.GRUCell(x(2), x(1), x(6), x(6), 0, 6, x(2), 1, 2) }},
		{"kernel: GRUCell: gates is 1×6 and has 5 elements", func() { kernel.GRUCell(x(2), x(2), x(5), x(6), 0, 6, x(2), 1, 2) }},
		{"kernel: GRUCell: before is 1×2 and has 3 elements", func() { kernel.GRUCell(x(2), x(2), x(6), x(6), 0, 6, x(3), 1, 2) }},
		{"kernel: GRUCell: x is 1×6 from element -1 on with stride 6 and has 6 elements", func() { kernel.GRUCell(x(2), x(2), x(6), x(6), -1, 6, x(2), 1, 2) }},
		{"kernel: CopyRows: x is 2×2 and has 3 elements", func() { kernel.CopyRows(x(4), 0, 2, x(3), 2, 2) }},
		{"kernel: CopyRows: dst is 2×2 from element 0 on with stride 3 and has 4 elements", func() { kernel.CopyRows(x(4), 0, 3, x(4), 2, 2) }},
		{"kernel: CopyRows: x is -1×2 and has 0 elements", func() { kernel.CopyRows(x(4), 0, 3, nil, -1, 2) }},
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
