// Package gauge has a type that does not show its floats.
package gauge

// A Gauge holds numbers where others do not see them.
type Gauge struct{ v []float64 }

// New returns a Gauge of n zeros.
func New(n int) *Gauge { return &Gauge{make([]float64, n)} }

// Len returns how many numbers g holds.
func (g *Gauge) Len() int { return len(g.v) }

// At returns a number.
func (g *Gauge) At(i int) float64 { return g.v[i] }

// Set changes a number.
func (g *Gauge) Set(i int, x float64) { g.v[i] = x }

// Blend makes g the sum of a and b times k. Each of them may be g.
func (g *Gauge) Blend(a *Gauge, k float64, b *Gauge) {
	for i := range g.v {
		g.v[i] = a.v[i] + k*b.v[i]
	}
}
