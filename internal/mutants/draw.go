package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// draw draws n mutants of files: of each file as many as it has a share in the lines of all, of each kind in turn. Those that are drawn
// get numbers from 1 on, in the order of their places. Some are left out afterwards, of which it is likely that nothing can be seen.
func draw(sources []*source, n int, rng *rand.Rand) []*Mutant {
	total := 0
	for _, s := range sources {
		total += s.lines()
	}
	var drawn []*Mutant
	lines := 0
	for _, s := range sources {
		before := n * lines / total
		lines += s.lines()
		drawn = append(drawn, drawFrom(s.mutants(), n*lines/total-before, rng)...)
	}
	drawn = slices.DeleteFunc(drawn, func(m *Mutant) bool { return m.idle })
	for i, m := range drawn {
		m.Number = i + 1
	}
	return drawn
}

func (s *source) lines() int { return bytes.Count(s.text, []byte("\n")) }

// drawFrom draws n mutants of a list, and keeps their order.
func drawFrom(list []*Mutant, n int, rng *rand.Rand) []*Mutant {
	number(list)
	byKind := make([][]*Mutant, len(Kinds))
	for i, k := range Kinds {
		for _, m := range list {
			if m.Kind == k.Kind {
				byKind[i] = append(byKind[i], m)
			}
		}
		rng.Shuffle(len(byKind[i]), func(a, b int) { byKind[i][a], byKind[i][b] = byKind[i][b], byKind[i][a] })
	}
	drawn := map[*Mutant]bool{}
	kind := rng.IntN(len(Kinds))
	for range min(n, len(list)) {
		for len(byKind[kind]) == 0 {
			kind = (kind + 1) % len(Kinds)
		}
		drawn[byKind[kind][0]] = true
		byKind[kind] = byKind[kind][1:]
		kind = (kind + 1) % len(Kinds)
	}
	return slices.DeleteFunc(list, func(m *Mutant) bool { return !drawn[m] })
}

// number tells apart mutants of the same kind and text in one function.
func number(list []*Mutant) {
	seen := map[string]int{}
	for _, m := range list {
		key := m.Key()
		if seen[key]++; seen[key] > 1 {
			m.Again = seen[key]
		}
	}
}
