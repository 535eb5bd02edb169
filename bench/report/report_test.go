package main

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/godiff/godiff/bench"
)

// rows returns made-up costs of two functions.
func rows() []row {
	return []row{
		{
			Case:   bench.Case{Name: "F", What: "n = 1"},
			primal: bench.Cost{Nanoseconds: 0.5}, byHand: bench.Cost{Nanoseconds: 4}, generated: bench.Cost{Nanoseconds: 2},
			differences: 7,
		},
		{
			Case:        bench.Case{Name: "G", What: "n = 2"},
			primal:      bench.Cost{Nanoseconds: 4e4},
			byHand:      bench.Cost{Nanoseconds: 5e4, Allocations: 1, Bytes: 1024},
			generated:   bench.Cost{Nanoseconds: 4e5, Allocations: 20, Bytes: 1234567},
			differences: 2.5e9, estimated: true,
		},
	}
}

func TestCostTable(t *testing.T) {
	got := strings.SplitN(costTable(rows()), "\n", 3)[2]
	want := `| F | n = 1 | 0.50 ns | 4.00 ns | 2.00 ns | 0.50 | 4.00 | 0 | 0 | 0 | 0 | 7.00 ns |
| G | n = 2 | 40.0 µs | 50.0 µs | 400 µs | 8.00 | 10.00 | 1 | 20 | 1,024 | 1,234,567 | ≈ 2.50 s |
| geometric mean |  |  |  |  | 2.00 | 6.32 |  |  |  |  |  |
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestShortfalls(t *testing.T) {
	list := rows()
	list[0].Why, list[1].Why = "by hand is better here", "by hand keeps more"
	if got, want := shortfalls(list), "- G: by hand keeps more\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGrowthTable(t *testing.T) {
	s := series{Case: bench.Case{Name: "F", Sizes: []int{10, 1000}}, work: []float64{100, 1e6}}
	s.primal = []bench.Cost{{Nanoseconds: 1}, {Nanoseconds: 1e4}}
	s.generated = []bench.Cost{{Nanoseconds: 3}, {Nanoseconds: 300}}
	got := strings.SplitN(growthTable([]series{s}), "\n", 3)[2]
	want := "| F | 10; 1000 | 3.00 ns; 300 ns | 0; 0 | 0.50 | 1.00 | – |\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestSlope(t *testing.T) {
	// The points (1, 1), (2, 4) and (4, 4) in logarithms to the base 2: (0, 0), (1, 2), (2, 2).
	if got := slope([]float64{1, 2, 4}, []float64{1, 4, 4}); math.Abs(got-1) > 1e-12 {
		t.Errorf("got %v, want 1", got)
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[float64]string{
		0: "0.00 ns", 0.123: "0.12 ns", 9.996: "10.0 ns", 99.96: "100 ns", 999.4: "999 ns", 999.6: "1.00 µs", 12345: "12.3 µs", 1.5e12: "1500 s",
	} {
		if got := duration(ns); got != want {
			t.Errorf("%v ns: got %q, want %q", ns, got, want)
		}
	}
}

// TestChart checks that the figure is well formed and names the functions.
func TestChart(t *testing.T) {
	figure := string(chart(rows()))
	decoder := xml.NewDecoder(strings.NewReader(figure))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{">F<", ">G<", ">0.50<", ">8.00<"} {
		if !strings.Contains(figure, want) {
			t.Errorf("the figure has no %q", want)
		}
	}
}

// TestMeasure measures one function as the command does.
func TestMeasure(t *testing.T) {
	c := bench.Cases[0]
	r := measure(c, 1)
	for name, cost := range map[string]bench.Cost{"primal": r.primal, "by hand": r.byHand, "generated": r.generated} {
		if !(cost.Nanoseconds > 0) {
			t.Errorf("%s: %v ns", name, cost.Nanoseconds)
		}
	}
	if !(r.differences > 0) || r.estimated {
		t.Errorf("differences take %v ns, estimated: %v", r.differences, r.estimated)
	}
}
