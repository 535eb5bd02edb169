package transform

import (
	"math/bits"

	"github.com/godiff/godiff/ast"
)

// A varSet is a set of variables. Copies of it share their pages until one of them changes, so that an analysis can keep what holds at
// many points of a function.
type varSet struct {
	numbers varNumbers
	pages   []*varPage
}

// varNumbers number the variables that the sets of an analysis hold.
type varNumbers map[*ast.Var]int

// A varPage holds the variables of a range of numbers.
type varPage struct {
	bits   [16]uint64
	shared bool // by several sets, so that it must be copied before it changes
}

const pageSize = 64 * len(varPage{}.bits)

func newVarSet() *varSet { return &varSet{numbers: varNumbers{}} }

// clone returns a copy.
func (s *varSet) clone() *varSet {
	c := &varSet{s.numbers, make([]*varPage, len(s.pages))}
	for i, p := range s.pages {
		if p != nil {
			p.shared = true
		}
		c.pages[i] = p
	}
	return c
}

// page returns a page that may be changed, made if it is not there.
func (s *varSet) page(i int) *varPage {
	s.grow(i + 1)
	switch p := s.pages[i]; {
	case p == nil:
		s.pages[i] = &varPage{}
	case p.shared:
		s.pages[i] = &varPage{bits: p.bits}
	}
	return s.pages[i]
}

// grow makes room for n pages.
func (s *varSet) grow(n int) {
	for len(s.pages) < n {
		s.pages = append(s.pages, nil)
	}
}

func (s *varSet) has(v *ast.Var) bool {
	n, ok := s.numbers[v]
	return ok && s.hasNumber(n)
}

func (s *varSet) hasNumber(n int) bool {
	i := n / pageSize
	return i < len(s.pages) && s.pages[i] != nil && s.pages[i].bits[n%pageSize/64]&(1<<(n%64)) != 0
}

func (s *varSet) add(v *ast.Var) {
	n, ok := s.numbers[v]
	if !ok {
		n = len(s.numbers)
		s.numbers[v] = n
	}
	if !s.hasNumber(n) {
		s.page(n / pageSize).bits[n%pageSize/64] |= 1 << (n % 64)
	}
}

func (s *varSet) remove(v *ast.Var) {
	if n, ok := s.numbers[v]; ok && s.hasNumber(n) {
		s.page(n / pageSize).bits[n%pageSize/64] &^= 1 << (n % 64)
	}
}

// removeAll makes the set empty.
func (s *varSet) removeAll() { s.pages = nil }

// addAll adds the variables of another set of the same analysis.
func (s *varSet) addAll(t *varSet) {
	s.grow(len(t.pages))
	for i, p := range t.pages {
		switch {
		case p == nil || p == s.pages[i]:
		case s.pages[i] == nil:
			p.shared = true
			s.pages[i] = p
		default:
			for w, b := range p.bits {
				if b&^s.pages[i].bits[w] != 0 {
					s.page(i).bits[w] |= b
				}
			}
		}
	}
}

// len returns how many variables there are.
func (s *varSet) len() int {
	n := 0
	for _, p := range s.pages {
		if p != nil {
			for _, b := range p.bits {
				n += bits.OnesCount64(b)
			}
		}
	}
	return n
}
