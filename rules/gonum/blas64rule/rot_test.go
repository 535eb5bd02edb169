package blas64rule_test

import (
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
)

//godiff:vjp
//godiff:vjp wrt=x,y name=rotPartVJP
//godiff:jvp
func rot(x, y blas64.Vector, c, s float64) { blas64.Rot(x, y, c, s) }

// rotColumns rotates the columns of a 3×2 matrix, which lie between each other.
//
//godiff:vjp
//godiff:jvp
func rotColumns(a []float64) {
	blas64.Rot(blas64.Vector{N: 3, Data: a, Inc: 2}, blas64.Vector{N: 3, Data: a[1:], Inc: 2}, 0.6, 0.8)
}

func TestRot(t *testing.T) {
	m := newMaker()
	for _, n := range []int{0, 1, 5} {
		for _, inc := range [][2]int{{1, 1}, {2, 3}, {-1, 2}} {
			x, y := m.vector(n, inc[0]), m.vector(n, inc[1])
			check(t, rot, rotVJP, rotJVP, x, y, 0.6, 0.8)
			part(t, rot, rotPartVJP, []string{"x", "y"}, x, y, 0.6, 0.8)
		}
	}
	check(t, rotColumns, rotColumnsVJP, rotColumnsJVP, m.data(6))
}
