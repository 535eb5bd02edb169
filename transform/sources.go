package transform

import "slices"

// sources is a set of origins of byways, by their numbers.
type sources []uint64

func single(i int) sources {
	s := make(sources, i/64+1)
	s[i/64] = 1 << (i % 64)
	return s
}

func (s sources) has(i int) bool { return i/64 < len(s) && s[i/64]>>(i%64)&1 != 0 }

func (s sources) isEmpty() bool {
	return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 })
}

// covers reports whether t is a part of s.
func (s sources) covers(t sources) bool {
	for i, w := range t {
		if w != 0 && (i >= len(s) || w&^s[i] != 0) {
			return false
		}
	}
	return true
}

// with returns the union of two sets, which stay as they are.
func (s sources) with(t sources) sources {
	switch {
	case s.covers(t):
		return s
	case t.covers(s):
		return t
	}
	u := append(slices.Clone(s), make(sources, max(0, len(t)-len(s)))...)
	for i, w := range t {
		u[i] |= w
	}
	return u
}

// each calls f for the numbers in a set, in their order.
func (s sources) each(f func(i int)) {
	for n, w := range s {
		for i := range 64 {
			if w>>i&1 != 0 {
				f(64*n + i)
			}
		}
	}
}
