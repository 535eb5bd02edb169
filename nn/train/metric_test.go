package train_test

import (
	"math"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

func TestMean(t *testing.T) {
	var m train.Mean
	if v := m.Value(); v == v {
		t.Errorf("the mean of nothing is %v", v)
	}
	m.Add(2, 3)
	m.Add(6, 1)
	if m.Value() != 3 {
		t.Errorf("the mean of 2, 2, 2 and 6 is %v", m.Value())
	}
	m.Add(math.NaN(), 0)
	if m.Value() != 3 {
		t.Errorf("with the mean of nothing it is %v", m.Value())
	}
}

func TestPredict(t *testing.T) {
	nan := math.NaN()
	scores := nn.Of([]float64{
		1, 3, 2,
		-1, -3, -2,
		4, 4, 0,
		nan, -5, -4,
		0, nan, 1,
		nan, nan, nan,
		math.Inf(-1), math.Inf(1), 0,
	}, 7, 3)
	if got, want := train.Predict([]int{9}, scores), []int{9, 1, 0, 0, 2, 2, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestConfusion(t *testing.T) {
	c := train.NewConfusion(3)
	one := func(class int) []float32 {
		row := make([]float32, 3)
		row[class] = 1
		return row
	}
	var scores []float32
	for _, k := range []int{0, 1, 1, 2, 0} {
		scores = append(scores, one(k)...)
	}
	train.Count(c, nn.Of(scores, 5, 3), []int{0, 1, 2, 2, 1})
	train.Count(c, nn.Of(one(1), 1, 3), []int{1})
	if got, want := c.Counts, []int{1, 0, 0, 1, 2, 0, 0, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("got the counts %v, want %v", got, want)
	}
	for _, v := range []struct {
		name      string
		got, want float64
	}{
		{"total", float64(c.Total()), 6}, {"right", float64(c.Right()), 4}, {"accuracy", c.Accuracy(), 4.0 / 6},
		{"precision of 0", c.Precision(0), 1.0 / 2}, {"recall of 0", c.Recall(0), 1},
		{"precision of 1", c.Precision(1), 2.0 / 3}, {"recall of 1", c.Recall(1), 2.0 / 3},
		{"precision of 2", c.Precision(2), 1}, {"recall of 2", c.Recall(2), 1.0 / 2},
	} {
		if v.got != v.want {
			t.Errorf("%s is %v, want %v", v.name, v.got, v.want)
		}
	}
	const table = `class │ answered
      │   0   1   2
──────┼────────────
    0 │   1   ·   ·
    1 │   1   2   ·
    2 │   ·   1   1
`
	if c.String() != table {
		t.Errorf("got the table\n%swant\n%s", c, table)
	}
	if got, want := panicText(func() { train.Count(c, nn.Of(scores, 5, 3), []int{0}) }), "nn: Count: shape [5 3] does not fit [1 3]"; got != want {
		t.Errorf("got the panic %q, want %q", got, want)
	}
	if empty := train.NewConfusion(2); empty.Accuracy() == empty.Accuracy() || empty.Precision(1) == empty.Precision(1) {
		t.Error("without examples there are shares of them")
	}
}

func TestStop(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		stop   train.Stop
		losses []float64
		better []bool
		at     int // the epoch after which to stop; 0 for not
	}{
		{train.Stop{Patience: 2}, []float64{3, 2, 2, 1, 5, 1}, []bool{true, true, false, true, false, false}, 6},
		{train.Stop{Patience: 1}, []float64{3, 3}, []bool{true, false}, 2},
		{train.Stop{Patience: 2, Delta: 0.5}, []float64{3, 2.6, 2.4, 2}, []bool{true, false, true, false}, 0},
		{train.Stop{}, []float64{1, 2, 3, 4}, []bool{true, false, false, false}, 0},
		{train.Stop{Patience: 2}, []float64{nan, 7, nan, nan}, []bool{false, true, false, false}, 4},
		{train.Stop{Patience: 2}, []float64{nan, nan}, []bool{false, false}, 2},
	} {
		s, at := c.stop, 0
		for i, loss := range c.losses {
			if got := s.Better(loss); got != c.better[i] {
				t.Errorf("losses %v: that of epoch %d is better: %t", c.losses, i+1, got)
			}
			if s.Now() && at == 0 {
				at = i + 1
			}
		}
		if at != c.at {
			t.Errorf("losses %v, patience %d: stopped after epoch %d, want %d", c.losses, c.stop.Patience, at, c.at)
		}
	}
}
