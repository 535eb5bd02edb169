package derive

import (
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
)

// TestExplain explains the derivatives of all golden files, twice: what can be derived can be explained, in the same words each time,
// and what its doc comment says to be remembered is.
func TestExplain(t *testing.T) {
	if testing.Short() {
		t.Skip("derives every golden file")
	}
	prog := loadGolden(t)
	explained := 0
	for _, pkg := range prog.Packages {
		for _, dir := range pkg.Directives {
			if !dir.Generates {
				continue
			}
			prog, pkg, req, diags := Reach(prog, pkg, Request{Fn: dir.Fn, Mode: dir.Mode, Wrt: dir.Wrt}, Options{})
			if len(diags) > 0 {
				t.Errorf("%s.%s: %v", pkg.Path, req.name(), diags)
				continue
			}
			src, diags := Show(prog, pkg, req, Options{})
			if len(diags) > 0 {
				continue
			}
			explained++
			text, diags := Explain(prog, pkg, req, Options{})
			if len(diags) > 0 || !strings.HasPrefix(text, req.name()+": the derivative of ") {
				t.Errorf("%s.%s: %v\n%s", pkg.Path, req.name(), diags, text)
				continue
			}
			if again, _ := Explain(prog, pkg, req, Options{}); again != text {
				t.Errorf("%s.%s is explained in two ways%s", pkg.Path, req.name(), firstDifference(text, again))
			}
			own, _, _ := strings.Cut(text, "\n\n")
			if strings.Contains(src, "\n// It remembers ") && !strings.Contains(own, " for each iteration of ") {
				t.Errorf("%s.%s remembers values of iterations, but\n%s", pkg.Path, req.name(), own)
			}
			if req.Mode == ast.JVP && strings.Contains(own, "remembered") {
				t.Errorf("%s.%s remembers values in forward mode:\n%s", pkg.Path, req.name(), own)
			}
		}
	}
	if explained < 200 {
		t.Errorf("only %d derivatives are explained", explained)
	}
}
