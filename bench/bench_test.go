package bench

import (
	"math"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// TestByHand checks that the derivatives by hand agree with the generated ones, and the values with those of the functions.
func TestByHand(t *testing.T) {
	for _, c := range Cases {
		t.Run(c.Name, func(t *testing.T) {
			p := c.Setup(c.Size)
			p.Primal()
			value := *p.Value
			p.ByHand()
			if *p.Value != value {
				t.Errorf("the value by hand is %v; want %v", *p.Value, value)
			}
			hand := p.LastGradient()
			p.Generated()
			if *p.Value != value {
				t.Errorf("the generated value is %v; want %v", *p.Value, value)
			}
			near(t, hand, p.LastGradient())
		})
	}
}

// near reports the element in which two gradients differ most, if they do.
func near(t *testing.T, hand, generated []float64) {
	t.Helper()
	if len(hand) != len(generated) {
		t.Fatalf("%d derivatives by hand, %d generated", len(hand), len(generated))
	}
	norm := 0.0
	for _, v := range hand {
		norm = max(norm, math.Abs(v))
	}
	for i, v := range hand {
		if !(math.Abs(v-generated[i]) <= 1e-9*norm) {
			t.Fatalf("derivative %d is %v by hand, %v generated", i, v, generated[i])
		}
	}
}

// TestDifferences checks both derivatives against differences.
func TestDifferences(t *testing.T) {
	for _, c := range Cases {
		p := c.Setup(c.Small)
		start, value := p.Variables(), p.At(p.Primal)
		for name, derivative := range map[string]func(){"hand": p.ByHand, "generated": p.Generated} {
			t.Run(c.Name+"/"+name, func(t *testing.T) {
				at := p.At(derivative)
				gradcheck.ValueGrad(t, value, func(x []float64) (float64, []float64) {
					return at(x), p.LastGradient()
				}, start)
			})
		}
	}
}

// Benchmark measures all three sides of each case, and the ratio of the generated derivative to that by hand.
func Benchmark(b *testing.B) {
	for _, c := range Cases {
		b.Run(c.Name, func(b *testing.B) {
			p := c.Setup(c.Size)
			costs := Measure(41, p.Primal, p.ByHand, p.Generated)
			b.ReportMetric(costs[0].Nanoseconds, "primal-ns")
			b.ReportMetric(costs[1].Nanoseconds, "hand-ns")
			b.ReportMetric(costs[2].Nanoseconds, "godiff-ns")
			b.ReportMetric(costs[2].Nanoseconds/costs[1].Nanoseconds, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}
