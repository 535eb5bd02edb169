package transform

import (
	"slices"
	"testing"
)

// TestPasses checks the table of passes: names are given once, stages come in their order, and what is optional can be left out
// since it has a step of its own, or is a way of its own.
func TestPasses(t *testing.T) {
	seen := map[string]bool{}
	last := analysis
	for _, p := range passes() {
		if seen[p.name] {
			t.Errorf("there are two passes %s", p.name)
		}
		seen[p.name] = true
		if p.stage < last {
			t.Errorf("pass %s of stage %d stands behind one of stage %d", p.name, p.stage, last)
		}
		last = p.stage
		if p.optional && p.run == nil && p.name != "onward" && p.name != "last" && p.name != "lanes" { // these ask themselves
			t.Errorf("pass %s is optional but not a step of its own", p.name)
		}
		if p.does == "" {
			t.Errorf("pass %s does not say what it does", p.name)
		}
	}
	if !slices.Equal(Passes()[:3], []string{"normal", "last", "exits"}) {
		t.Errorf("the passes begin with %v", Passes()[:3])
	}
	if Optional("saved") || !Optional("fuse") || Optional("cooking") {
		t.Error("Optional does not know which passes are")
	}
}
