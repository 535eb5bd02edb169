package sparse

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// random returns a pattern and a matrix of it.
func random(rng *rand.Rand, rows, columns int, density float64) (Pattern, [][]float64) {
	p, a := make(Pattern, rows), make([][]float64, rows)
	for i := range a {
		a[i] = make([]float64, columns)
		for j := range a[i] {
			if rng.Float64() < density {
				p[i] = append(p[i], j)
				a[i][j] = rng.NormFloat64()
			}
		}
	}
	return p, a
}

func times(a [][]float64, v []float64) []float64 {
	y := make([]float64, len(a))
	for i, row := range a {
		for j, x := range row {
			y[i] += x * v[j]
		}
	}
	return y
}

func transpose(a [][]float64, columns int) [][]float64 {
	t := make([][]float64, columns)
	for j := range t {
		t[j] = make([]float64, len(a))
		for i := range a {
			t[j][i] = a[i][j]
		}
	}
	return t
}

func TestJacobian(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		rows, columns := rng.IntN(12), rng.IntN(12)
		p, a := random(rng, rows, columns, float64(n)/200)
		for _, group := range p.Groups(columns) {
			seen := map[int]bool{}
			for _, j := range group {
				for i := range a {
					if a[i][j] != 0 {
						if seen[i] {
							t.Fatalf("columns %v have two elements in row %d", group, i)
						}
						seen[i] = true
					}
				}
			}
		}
		product := func(v []float64) []float64 { return times(a, v) }
		pulled := func(u []float64) []float64 { return times(transpose(a, columns), u) }
		for _, m := range []*Matrix[float64]{Jacobian(p, columns, product), JacobianByRows(p, columns, pulled)} {
			for i := range a {
				for j, want := range a[i] {
					if got := m.At(i, j); got != want {
						t.Fatalf("element %d, %d is %v, want %v", i, j, got, want)
					}
				}
			}
			if err := Check(m, columns, product, 1e-12); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestCosts(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Pattern
		n    int
		want int
	}{
		{"a diagonal", Diagonal(1000), 1000, 1},
		{"a band of three", Banded(1000, 1), 1000, 3},
		{"blocks", Blocks(100, 3, 4), 400, 4},
		{"nothing", nil, 0, 0},
	} {
		if got := len(c.p.Groups(c.n)); got != c.want {
			t.Errorf("%s needs %d products, want %d", c.name, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	product := func(v []float64) []float64 { return []float64{v[0] + v[1], v[1]} }
	m := Hessian(Diagonal(2), product)
	if err := Check(m, 2, product, 1e-9); err == nil {
		t.Error("an element outside of the pattern is not noticed")
	}
}

// A diagonal Hessian takes one Hessian-vector product.
func ExampleHessian() {
	x := []float64{1, 2, 3}
	hvp := func(v []float64) []float64 { // of Σ x⁴/12
		h := make([]float64, len(x))
		for i := range x {
			h[i] = x[i] * x[i] * v[i]
		}
		return h
	}
	h := Hessian(Diagonal(len(x)), hvp)
	fmt.Println(h.At(0, 0), h.At(1, 1), h.At(2, 2), h.At(0, 1))
	// Output: 1 4 9 0
}
