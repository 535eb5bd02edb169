package derive

import (
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast/lower"
)

// TestVet vets all golden files, twice: every function that can be derived can be looked at, with the same findings each time.
func TestVet(t *testing.T) {
	if testing.Short() {
		t.Skip("derives every golden file")
	}
	prog := loadGolden(t)
	rounds, diags := NewRounds(prog, Options{Thorough: true})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	err := rounds.Run(func() {
		for _, pkg := range prog.Packages {
			rounds.Package(pkg, rounds.opt)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, pkg := range prog.Packages {
		first := lower.SortDiagnostics(rounds.Vet(prog, []*lower.Package{pkg}))
		for _, d := range first {
			found++
			if strings.Contains(d.Msg, "internal error") {
				t.Error(d)
			}
		}
		if again := lower.SortDiagnostics(rounds.Vet(prog, []*lower.Package{pkg})); !slices.Equal(first, again) {
			t.Errorf("%s: got %v, and then %v", pkg.Path, first, again)
		}
	}
	if found < 20 {
		t.Errorf("only %d findings", found)
	}
}
