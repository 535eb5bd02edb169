package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// texts returns what is written in a figure, and checks that it is well formed.
func texts(t *testing.T, svg []byte) (list []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			list = append(list, string(text))
		}
	}
}

// lines returns the drawing commands of the curves in a figure.
func lines(svg []byte) (list []string) {
	for _, m := range regexp.MustCompile(`<path d="([^"]*)"[^>]*stroke-linejoin`).FindAllSubmatch(svg, -1) {
		list = append(list, string(m[1]))
	}
	return list
}

func TestChart(t *testing.T) {
	c := Chart{Title: "Loss < 1 & more", X: "epoch", Y: "nats", Curves: []Curve{
		{Name: "training", Y: []float64{1, 0.5, 0.25}},
		{Name: "held back", X: []float64{0, 2}, Y: []float64{1, 0.75}},
	}}
	svg := c.SVG()
	want := []string{"Loss < 1 & more", "Loss < 1 & more", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "0", "1", "2", "3", "epoch", "nats",
		"training 0.25", "held back 0.75"}
	if got := texts(t, svg); !slices.Equal(got, want) {
		t.Errorf("got the texts %q, want %q", got, want)
	}
	// 84 to 612 is 0 to 3; 340 to 72 is 0 to 1.
	if got, want := lines(svg), []string{"M260.0 72.0L436.0 206.0L612.0 273.0", "M84.0 72.0L436.0 139.0"}; !slices.Equal(got, want) {
		t.Errorf("got the curves %q, want %q", got, want)
	}
	if !bytes.Equal(c.SVG(), svg) {
		t.Error("a chart gives two figures")
	}
}

func TestLog(t *testing.T) {
	svg := Chart{Log: true, Curves: []Curve{{Name: "a", Y: []float64{1, 0.1, 0, 0.01, -1}}}}.SVG()
	if got, want := lines(svg), []string{"M189.6 72.0L295.2 206.0M506.4 340.0"}; !slices.Equal(got, want) {
		t.Errorf("got the curves %q, want %q", got, want)
	}
}

func TestGaps(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	svg := Chart{Curves: []Curve{{Name: "a", Y: []float64{nan, 0, 1, inf, 0, -inf, 1, 0}}}}.SVG()
	if got, want := lines(svg), []string{"M216.0 340.0L282.0 72.0M414.0 340.0M546.0 72.0L612.0 340.0"}; !slices.Equal(got, want) {
		t.Errorf("got the curves %q, want %q", got, want)
	}
	if n := bytes.Count(svg, []byte("<circle")); n != 5 {
		t.Errorf("5 points have %d dots", n)
	}
}

// TestNothing checks that there is a figure where there is nothing to draw.
func TestNothing(t *testing.T) {
	for _, c := range []Chart{
		{}, {Log: true}, {Curves: []Curve{{}}}, {Curves: []Curve{{Y: []float64{math.NaN()}}}}, {Log: true, Curves: []Curve{{Y: []float64{0}}}},
		{Curves: []Curve{{Y: []float64{0}}}}, {Log: true, Curves: []Curve{{Y: []float64{3}}}}, {Curves: []Curve{{Y: []float64{-3}}}},
	} {
		svg := c.SVG()
		if n := len(texts(t, svg)); n < 3 || regexp.MustCompile(`"[^"]*(NaN|Inf)[^"]*"`).Match(svg) {
			t.Errorf("%+v: %d texts in\n%s", c, n, svg)
		}
	}
	defer func() {
		if got, want := recover(), `plot: curve "a" has 1 numbers X and 2 Y`; got != want {
			t.Errorf("got the panic %v, want %s", got, want)
		}
	}()
	Chart{Curves: []Curve{{Name: "a", X: []float64{1}, Y: []float64{1, 2}}}}.SVG()
}

// TestEnds checks that there is a figure where the numbers are nearly the same, and where they are as large or as small as floats are.
func TestEnds(t *testing.T) {
	next := math.Nextafter(1, 2)
	for _, y := range [][]float64{
		{1, next}, {-next, -1}, {math.Ln2, math.Nextafter(math.Ln2, 1)}, {1e300, math.Nextafter(1e300, 0)}, {1, 1 + 1e-12}, {1e15, 1e15 + 1},
		{-math.MaxFloat64, math.MaxFloat64, 1}, {0, 1.79e308, 1}, {-1e300, 1e300}, {1e-300, 1e300}, {5e-324, 1e-323, 1}, {0, 5e-324}, {1e-310},
	} {
		for _, log := range []bool{false, true} {
			c := Chart{Log: log, Curves: []Curve{{Y: y}}}
			if svg := c.SVG(); len(texts(t, svg)) > 30 || regexp.MustCompile(`"[^"]*(NaN|Inf)[^"]*"`).Match(svg) {
				t.Errorf("%+v: the figure is\n%s", c, svg)
			}
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		log       bool
		want      string
	}{
		{0, 1, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 0.03, false, "0.000 0.005 0.010 0.015 0.020 0.025 0.030"},
		{97.2, 99.1, false, "97.0 97.5 98.0 98.5 99.0 99.5"},
		{-3, 12, false, "-5 0 5 10 15"},
		{0, 60000, false, "0 10000 20000 30000 40000 50000 60000"},
		{0, 3e-8, false, "0 5e-09 1e-08 1.5e-08 2e-08 2.5e-08 3e-08"},
		{0.03, 0.9, true, "0.02 0.05 0.1 0.2 0.5 1"},
		{1e-4, 2, true, "0.0001 0.001 0.01 0.1 1 10"},
		{1e-300, 1e300, true, "1e-300 1e-214 1e-128 1e-42 1e+44 1e+130 1e+216 1e+302"},
	} {
		a := newAxis(span{c.low, c.high}, bottom, top, c.log, 6)
		a.pad()
		var got []string
		for _, v := range a.ticks {
			got = append(got, a.label(v))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%g to %g: the ticks are %s, want %s", c.low, c.high, text, c.want)
		}
		if a.low > c.low || a.high < c.high {
			t.Errorf("%g to %g: the axis is from %g to %g", c.low, c.high, a.low, a.high)
		}
	}
}
