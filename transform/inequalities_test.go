package transform

import (
	"math/rand/v2"
	"testing"
)

// TestContradicts compares contradicts with a search through small integers: where it finds a contradiction there must be no solution.
func TestContradicts(t *testing.T) {
	const unknowns, bound = 3, 4
	rng := rand.New(rand.NewPCG(1, 2))
	found, missed := 0, 0
	for range 3000 {
		var s system
		for x := 1; x <= unknowns; x++ {
			s = append(s, form{x: 1, 0: bound}, form{x: -1, 0: bound})
		}
		for range 1 + rng.IntN(5) {
			f := form{0: rng.Int64N(9) - 4}
			for x := 1; x <= unknowns; x++ {
				if c := rng.Int64N(7) - 3; c != 0 {
					f[x] = c
				}
			}
			s = append(s, f)
		}
		got, want := s.contradicts(), !solvable(s, unknowns, bound)
		switch {
		case got && !want:
			t.Fatalf("%v has a solution", s)
		case got:
			found++
		case want:
			missed++
		}
	}
	if found < 10*missed {
		t.Errorf("%d contradictions found, %d missed", found, missed)
	}
}

// TestContradictsGivesUp has systems that are not looked at: with factors that are too large, and with too many forms. They may have no
// solution, which must not be said then.
func TestContradictsGivesUp(t *testing.T) {
	large := system{{1: maxFactor + 1, 2: -3}, {1: -maxFactor - 1, 2: 3, 0: -1}}
	if large.contradicts() {
		t.Errorf("%v is not looked at, but contradicts", large)
	}
	many := system{{1: 1, 0: -1}, {1: -1}}
	if !many.contradicts() {
		t.Errorf("%v does not contradict", many)
	}
	for x := 2; len(many) <= maxForms; x++ {
		many = append(many, form{x: 1, x + 1: 2, 0: 1})
	}
	if many.contradicts() {
		t.Errorf("%d forms are not looked at, but contradict", len(many))
	}
}

// solvable searches for integers from -bound to bound that satisfy s.
func solvable(s system, unknowns, bound int) bool {
	x := make([]int64, unknowns+1)
	x[0] = 1
	var try func(n int) bool
	try = func(n int) bool {
		if n > unknowns {
			for _, f := range s {
				sum := int64(0)
				for i, c := range f {
					sum += c * x[i]
				}
				if sum < 0 {
					return false
				}
			}
			return true
		}
		for v := -bound; v <= bound; v++ {
			x[n] = int64(v)
			if try(n + 1) {
				return true
			}
		}
		return false
	}
	return try(1)
}
