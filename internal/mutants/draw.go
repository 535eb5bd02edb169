package main

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// draw returns the mutants of files that a list names, and more until there are n: of each file as many as it has a share in the lines of
// all, of each kind in turn. Mutants of which it is likely that nothing can be seen are not drawn. All get numbers from 1 on, in the order of
// their places.
func draw(sources []*source, listed []string, n int, rng *rand.Rand) []*Mutant {
	pools := make([]*pool, len(sources))
	lines, drawn := 0, 0
	for i, s := range sources {
		pools[i] = newPool(s, listed)
		lines += pools[i].lines
		drawn += len(pools[i].drawn)
	}
	for ; drawn < n; drawn++ {
		p := slices.MaxFunc(pools, func(a, b *pool) int { return cmp.Compare(a.lack(n, lines), b.lack(n, lines)) })
		if p.more == len(p.rest) {
			break
		}
		p.more++
	}
	var all []*Mutant
	for _, p := range pools {
		more := drawFrom(p.rest, p.more, rng)
		for _, m := range p.all {
			if slices.Contains(p.drawn, m) || slices.Contains(more, m) {
				all = append(all, m)
				m.Number = len(all)
			}
		}
	}
	return all
}

// A pool is the mutants of a file.
type pool struct {
	all   []*Mutant
	drawn []*Mutant // those that are listed
	rest  []*Mutant // those that can be drawn
	more  int       // how many of them will be
	lines int
}

func newPool(s *source, listed []string) *pool {
	p := &pool{all: s.mutants(), lines: s.lines()}
	number(p.all)
	for _, m := range p.all {
		switch {
		case slices.Contains(listed, m.Key()):
			p.drawn = append(p.drawn, m)
		case !m.idle:
			p.rest = append(p.rest, m)
		}
	}
	return p
}

// lack returns how many mutants of n a pool lacks of its share, which is that of its lines in those of all.
func (p *pool) lack(n, lines int) float64 {
	if p.more == len(p.rest) {
		return math.Inf(-1)
	}
	return float64(n)*float64(p.lines)/float64(lines) - float64(len(p.drawn)+p.more)
}

func (s *source) lines() int { return bytes.Count(s.text, []byte("\n")) }

// drawFrom draws n mutants of a list.
func drawFrom(list []*Mutant, n int, rng *rand.Rand) []*Mutant {
	byKind := make([][]*Mutant, len(Kinds))
	for i, k := range Kinds {
		for _, m := range list {
			if m.Kind == k.Kind {
				byKind[i] = append(byKind[i], m)
			}
		}
		rng.Shuffle(len(byKind[i]), func(a, b int) { byKind[i][a], byKind[i][b] = byKind[i][b], byKind[i][a] })
	}
	var drawn []*Mutant
	kind := rng.IntN(len(Kinds))
	for range min(n, len(list)) {
		for len(byKind[kind]) == 0 {
			kind = (kind + 1) % len(Kinds)
		}
		drawn = append(drawn, byKind[kind][0])
		byKind[kind] = byKind[kind][1:]
		kind = (kind + 1) % len(Kinds)
	}
	return drawn
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
