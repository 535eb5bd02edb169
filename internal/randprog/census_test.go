package randprog

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestSyntax(t *testing.T) {
	got := Syntax(file(`type Pair struct{ W []float64 }

func part(x []float64) []float64 { return x[1:2:2] }

//godiff:grad
func F(x []float64, p Pair, n int) (y float64) {
	q := p
	z := part(q.W)
	z = append(z[:1], 1)
	f := func() { y += z[0] }
again:
	for i := range 3 {
		switch i {
		case 1:
			continue again
		case 2:
			break
		}
		if y > 3 {
			return
		}
	}
	if f(); n > 2 {
		n--
		goto again
	}
	r := &x[0]
	return y + *r
}
`))
	want := strings.Split("alias append-spare,alias captured,alias part-of-argument,alias pointer-to-element,alias struct-copy,"+
		"alias subslice,alias subslice-max,exit break-switch,exit continue-label,exit goto-backward,exit return,exit return-bare,"+
		"exit return-early,exit return-in-loop", ",")
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
}

func TestCensus(t *testing.T) {
	var c Census
	c.Add(map[string]bool{"exit break": true, "exit panic": true})
	c.Add(map[string]bool{"exit break": true})
	if got, want := c.String(), "in 2 programs\nexit: break 2 panic 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rare := c.Rare(0.6)
	if slices.Contains(rare, "exit break") || !slices.Contains(rare, "exit panic") || !slices.Contains(rare, "alias row") {
		t.Errorf("got rare %v", rare)
	}
}
