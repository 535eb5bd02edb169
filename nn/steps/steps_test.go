package steps_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/steps"
)

// worked is the network of M. Mazur, A Step by Step Backpropagation Example (2015).
func worked() *steps.Network {
	return &steps.Network{Layers: []nn.Dense[float64]{
		{W: nn.Of([]float64{0.15, 0.25, 0.20, 0.30}, 2, 2), B: nn.Of([]float64{0.35, 0.35}, 2)},
		{W: nn.Of([]float64{0.40, 0.50, 0.45, 0.55}, 2, 2), B: nn.Of([]float64{0.60, 0.60}, 2)},
	}}
}

// TestWorkedExample compares a step with the numbers in that text, which has them with eight or nine digits.
func TestWorkedExample(t *testing.T) {
	s := steps.Take(worked(), []float64{0.05, 0.10}, []float64{0.01, 0.99}, 0.5)
	near := func(name string, got, want float64) {
		if math.Abs(got-want) > 5.1e-9 {
			t.Errorf("%s is %.9f, want %.9f", name, got, want)
		}
	}
	near("the loss", s.Loss, 0.298371109)
	for k, want := range [][]float64{
		{0.149780716, 0.24975114, 0.19956143, 0.29950229},
		{0.35891648, 0.511301270, 0.408666186, 0.561370121},
	} {
		for i, w := range s.After.Layers[k].W.Data {
			near(fmt.Sprintf("weight %d of layer %d after the step", i, k+1), w, want[i])
		}
	}
	if s.Before.Layers[0].W.Data[0] != 0.15 {
		t.Error("the network before the step is not what it was")
	}
	for _, want := range []struct {
		notes []steps.Note
		name  string
		x     []float64
	}{
		{s.Trace.Values, "z1", []float64{0.3775, 0.3925}},
		{s.Trace.Values, "a1", []float64{0.593269992, 0.596884378}},
		{s.Trace.Values, "a2", []float64{0.75136507, 0.772928465}},
		{s.Trace.Adjoints, "a2", []float64{0.74136507, -0.217071535}},
		{s.Trace.Adjoints, "z2", []float64{0.138498562, -0.0380982366}},
		{s.Trace.Adjoints, "a1", []float64{0.0363503064, 0.0413703226}},
	} {
		i := slices.IndexFunc(want.notes, func(n steps.Note) bool { return n.Name == want.name })
		for k, x := range want.x {
			near(want.name, want.notes[i].X[k], x)
		}
	}
}

// TestOrder checks that adjoints are told in the reverse order of values.
func TestOrder(t *testing.T) {
	s := steps.Take(worked(), []float64{0.05, 0.10}, []float64{0.01, 0.99}, 0.5)
	names := func(notes []steps.Note) (list []string) {
		for _, n := range notes {
			list = append(list, n.Name)
		}
		return list
	}
	if got, want := names(s.Trace.Values), []string{"z1", "a1", "z2", "a2"}; !slices.Equal(got, want) {
		t.Errorf("the values come in the order %q, want %q", got, want)
	}
	if got, want := names(s.Trace.Adjoints), []string{"a2", "z2", "a1", "z1"}; !slices.Equal(got, want) {
		t.Errorf("the adjoints come in the order %q, want %q", got, want)
	}
}

func TestLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(dims ...int) nn.Tensor[float64] {
		x := nn.New[float64](nil, dims...)
		for i := range x.Data {
			x.Data[i] = r.NormFloat64()
		}
		return x
	}
	for _, a := range []steps.Activation{steps.Sigmoid, steps.Tanh, steps.ReLU, steps.Identity} {
		n := &steps.Network{Activation: a, Layers: []nn.Dense[float64]{
			{W: random(2, 4), B: random(4)}, {W: random(4, 3)}, {W: random(3, 1), B: random(1)},
		}}
		x, y := random(1, 2), random(1, 1)
		gradcheck.VJP(t, (*steps.Network).Loss, (*steps.Network).LossVJP, n, x, y, (*steps.Hook)(nil), gradcheck.Wrt("n"))
		loss := n.Loss(x, y, nil)
		if s := steps.Take(n, x.Data, y.Data, 0); s.Loss != loss {
			t.Errorf("%v: the loss is %v, and %v when it is watched", a, loss, s.Loss)
		}
	}
}

// TestText checks some lines of the walk.
func TestText(t *testing.T) {
	text := steps.Take(worked(), []float64{0.05, 0.10}, []float64{0.01, 0.99}, 0.5).String()
	for _, line := range []string{
		"A step of gradient descent: 2 → 2 → 2, activation sigmoid, loss E = ½ Σ (a − y)², learning rate 0.5",
		"  z1[1] = w1[1,1]·x[1] + w1[2,1]·x[2] + b1[1] = 0.15·0.05 + 0.2·0.1 + 0.35 = 0.3775",
		"  E = ½ ((0.751365 − 0.01)² + (0.772928 − 0.99)²) = 0.298371",
		"  ∂z2[2] = −0.038098",
		"  ∂w2[1,2] = a1[1]·∂z2[2] = 0.59327·(−0.038098) = −0.022603",
		"  ∂w1[1,1] = x[1]·∂z1[1] = 0.05·0.008771 = 0.0004386",
		"  w2[1,1] ← 0.4 − 0.5·0.082167 = 0.358916",
	} {
		if !slices.Contains(strings.Split(text, "\n"), line) {
			t.Errorf("there is no line %q in\n%s", line, text)
		}
	}
}

// TestDrawing checks that the figure has a circle for each unit, a line for each weight, and both numbers of each.
func TestDrawing(t *testing.T) {
	svg := steps.Take(worked(), []float64{0.05, 0.10}, []float64{0.01, 0.99}, 0.5).SVG()
	count := map[string]int{}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			count[token.Name.Local]++
		case xml.CharData:
			count[string(token)]++
		}
	}
	for what, want := range map[string]int{
		"circle": 6, "path": 8, "0.15": 1, "0.000439": 1, "0.55": 1, "−0.0227": 1, "0.593": 1, "0.0364": 1, "b 0.6 ": 2, "y = 0.99": 1,
	} {
		if count[what] != want {
			t.Errorf("the figure has %d times %s, want %d", count[what], what, want)
		}
	}
}
