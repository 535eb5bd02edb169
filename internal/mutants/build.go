package main

import (
	"bytes"
	"cmp"
	"slices"
)

// importPath is that of package switches.
const importPath = "github.com/godiff/godiff/internal/mutants/switches"

// withMutants returns the text of a file with mutants built into it. Lines keep their numbers but where branches are exchanged.
func (s *source) withMutants(list []*Mutant) []byte {
	type placed struct {
		wrap
		number int
	}
	var wraps []placed
	for _, m := range list {
		for _, w := range m.wraps {
			wraps = append(wraps, placed{w, m.Number})
		}
	}
	// The outer one first. Of two around the same text, either may be the outer one.
	slices.SortStableFunc(wraps, func(a, b placed) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })

	var out bytes.Buffer
	at := 0
	copyTo := func(offset int) {
		out.Write(s.text[at:offset])
		at = offset
	}
	var open []placed
	closeUntil := func(offset int) {
		for len(open) > 0 && open[len(open)-1].to <= offset {
			w := open[len(open)-1]
			open = open[:len(open)-1]
			copyTo(w.to)
			_, after := w.texts(w.number)
			out.WriteString(after)
		}
	}
	if len(wraps) > 0 {
		copyTo(s.afterPackage())
		out.WriteString("; import \"" + importPath + "\"")
	}
	for _, w := range wraps {
		closeUntil(w.from)
		copyTo(w.from)
		before, _ := w.texts(w.number)
		out.WriteString(before)
		open = append(open, w)
	}
	closeUntil(len(s.text))
	copyTo(len(s.text))
	return out.Bytes()
}

// afterPackage returns where the package clause ends.
func (s *source) afterPackage() int { return s.offset(s.tree.Name.End()) }
