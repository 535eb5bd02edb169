// Package sparse finds Jacobians and Hessians most of whose elements are known to be zero, with fewer derivatives than they have columns.
//
// Columns that have no nonzero element in a common row can be found together: one product with the sum of their unit vectors holds all of
// them (Curtis, Powell and Reid, "On the estimation of sparse Jacobian matrices", IMA J. Appl. Math. 13, 1974). So a diagonal Hessian costs
// one Hessian-vector product, and the Jacobian of a function of many blocks as many tangents as a block has columns:
//
//	//godiff:hvp
//	func Energy(x []float64) float64 { … }
//
//	h := sparse.Hessian(sparse.Diagonal(len(x)), func(v []float64) []float64 { return EnergyHVP(x, v) })
//
// What a pattern says is trusted: an element that is not zero, though the pattern says so, makes others wrong. [Check] tells.
package sparse

import (
	"fmt"
	"math"
	"slices"
)

// A Float is a float of either size.
type Float interface{ ~float32 | ~float64 }

// A Pattern says where a matrix may have elements that are not zero: Pattern[i] holds the columns of those in row i, ascending.
type Pattern [][]int

// Diagonal returns the pattern of a diagonal matrix with n rows.
func Diagonal(n int) Pattern { return Banded(n, 0) }

// Banded returns the pattern of a square matrix with n rows, whose elements are zero further than width away from the diagonal.
func Banded(n, width int) Pattern {
	p := make(Pattern, n)
	for i := range p {
		for j := max(0, i-width); j <= min(n-1, i+width); j++ {
			p[i] = append(p[i], j)
		}
	}
	return p
}

// Blocks returns the pattern of n blocks of rows by columns elements along the diagonal.
func Blocks(n, rows, columns int) Pattern {
	p := make(Pattern, n*rows)
	for i := range p {
		for j := range columns {
			p[i] = append(p[i], i/rows*columns+j)
		}
	}
	return p
}

// Columns returns how many columns a matrix of the pattern has at least.
func (p Pattern) Columns() int {
	n := 0
	for _, row := range p {
		for _, j := range row {
			n = max(n, j+1)
		}
	}
	return n
}

// transposed returns the pattern of the transposed matrix, with n rows.
func (p Pattern) transposed(n int) Pattern {
	t := make(Pattern, n)
	for i, row := range p {
		for _, j := range row {
			t[j] = append(t[j], i)
		}
	}
	return t
}

// Groups returns the n columns of a pattern in groups, none of which has two columns with an element in the same row. They are as few as
// it takes to put each column, those with the most neighbours first, into the first group in which it fits.
func (p Pattern) Groups(n int) [][]int {
	rows := p.transposed(n) // of each column
	neighbours := make([]int, n)
	order := make([]int, n)
	for j := range n {
		order[j] = j
		for _, i := range rows[j] {
			neighbours[j] += len(p[i]) - 1
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return neighbours[b] - neighbours[a] })
	group := make([]int, n)
	for j := range group {
		group[j] = -1
	}
	var groups [][]int
	taken := make([]int, 0) // by group, the last column that it does not suit
	for _, j := range order {
		for _, i := range rows[j] {
			for _, other := range p[i] {
				if g := group[other]; g >= 0 {
					taken[g] = j + 1
				}
			}
		}
		g := slices.IndexFunc(taken, func(by int) bool { return by != j+1 })
		if g < 0 {
			g = len(groups)
			groups, taken = append(groups, nil), append(taken, 0)
		}
		group[j] = g
		groups[g] = append(groups[g], j)
	}
	return groups
}

// A Matrix holds the elements of a pattern: Values[i][k] is the one in row i and column Pattern[i][k].
type Matrix[E Float] struct {
	Pattern Pattern
	Values  [][]E
}

// At returns the element in row i and column j, zero where the pattern has none.
func (m *Matrix[E]) At(i, j int) E {
	if k, ok := slices.BinarySearch(m.Pattern[i], j); ok {
		return m.Values[i][k]
	}
	return 0
}

// newMatrix returns a matrix of zeros.
func newMatrix[E Float](p Pattern) *Matrix[E] {
	m := &Matrix[E]{p, make([][]E, len(p))}
	for i, row := range p {
		m.Values[i] = make([]E, len(row))
	}
	return m
}

// Jacobian returns the Jacobian of a function of n numbers from forward mode: jvp returns its product with v, as
//
//	func(v []float64) []float64 { _, dy := FJVP(x, v); return dy }
//
// does. It calls jvp once for each of the pattern's groups of columns. It panics where a product has not as many elements as the pattern
// has rows.
func Jacobian[E Float](p Pattern, n int, jvp func(v []E) []E) *Matrix[E] {
	m := newMatrix[E](p)
	groupOf := make([]int, n)
	var products [][]E
	for g, columns := range p.Groups(n) {
		v := make([]E, n)
		for _, j := range columns {
			v[j], groupOf[j] = 1, g
		}
		y := jvp(v)
		if len(y) != len(p) {
			panic(fmt.Sprintf("sparse: a product has %d elements, and the pattern %d rows", len(y), len(p)))
		}
		products = append(products, slices.Clone(y))
	}
	for i, row := range p {
		for k, j := range row {
			m.Values[i][k] = products[groupOf[j]][i]
		}
	}
	return m
}

// JacobianByRows returns the Jacobian of a function of n numbers from reverse mode: vjp returns the product of its transpose with u, as
//
//	func(u []float64) []float64 { dx := make([]float64, len(x)); FVJP(x, dx, u); return dx }
//
// does. It calls vjp once for each group of rows that have no element in a common column, which are fewer than the groups of columns where
// some columns are full. It panics where a product has not n elements.
func JacobianByRows[E Float](p Pattern, n int, vjp func(u []E) []E) *Matrix[E] {
	t := Jacobian(p.transposed(n), len(p), vjp)
	m := newMatrix[E](p)
	next := make([]int, n)
	for i, row := range p {
		for k, j := range row {
			m.Values[i][k] = t.Values[j][next[j]]
			next[j]++
		}
	}
	return m
}

// Hessian returns the Hessian of a function from its products: hvp returns that with v. The pattern must be that of a symmetric matrix.
func Hessian[E Float](p Pattern, hvp func(v []E) []E) *Matrix[E] { return Jacobian(p, len(p), hvp) }

// Check returns an error if a matrix is not that of which product returns products: it compares one with a vector of numbers of different
// sizes, to a relative tolerance. An element that is not zero though the pattern says so shows there.
func Check[E Float](m *Matrix[E], n int, product func(v []E) []E, tol float64) error {
	v := make([]E, n)
	for j := range v {
		v[j] = E(1 + math.Mod(float64(j+1)*0.6180339887498949, 1))
	}
	for i, want := range product(v) {
		sum, scale := 0.0, math.Abs(float64(want))
		for k, j := range m.Pattern[i] {
			term := float64(m.Values[i][k]) * float64(v[j])
			sum, scale = sum+term, scale+math.Abs(term)
		}
		if gap := math.Abs(sum - float64(want)); !(gap <= tol*scale) && gap != 0 {
			return fmt.Errorf("sparse: row %d of the product is %v, but %v by the elements of the pattern", i, want, sum)
		}
	}
	return nil
}
