package derive

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/explain"
)

// TestExplain explains the derivatives of all golden files, some of them twice: what can be derived can be explained, in the same words
// each time, and what its doc comment says to be remembered is.
func TestExplain(t *testing.T) {
	if testing.Short() {
		t.Skip("derives every golden file")
	}
	prog := loadGolden(t)
	explained, lines := 0, new(lineCheck)
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
			report, diags := Explain(prog, pkg, req, Options{})
			if len(diags) > 0 {
				t.Errorf("%s.%s: %v", pkg.Path, req.name(), diags)
				continue
			}
			text := written(t, report)
			if explained%4 == 0 {
				if again, _ := Explain(prog, pkg, req, Options{}); written(t, again) != text {
					t.Errorf("%s.%s is explained in two ways%s", pkg.Path, req.name(), firstDifference(text, written(t, again)))
				}
			}
			for _, d := range report.Derivatives {
				for _, f := range d.Functions {
					lines.check(t, prog, pkg.Path, f)
				}
			}
			own, _, _ := strings.Cut(text, "\n\n")
			if !strings.HasPrefix(own, req.name()+": the derivative of ") || report.Derivatives[0].Functions[0].Text != src {
				t.Errorf("%s.%s is not what is explained first:\n%s", pkg.Path, req.name(), own)
			}
			if strings.Contains(src, "\n// It remembers ") && !strings.Contains(own, " for each iteration of ") && !strings.Contains(own, " for each block of ") {
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
	t.Logf("%d of %d lines have no origin, %d stand under a comment", lines.frame, lines.all, lines.under)
	if lines.under < 2000 || lines.frame*8 > lines.all {
		t.Errorf("of %d lines %d stand under a comment, and %d have no origin", lines.all, lines.under, lines.frame)
	}
}

// written returns a report as text and as JSON, with an empty line between.
func written(t *testing.T, r *explain.Report) string {
	var b strings.Builder
	for _, write := range []func(io.Writer) error{r.Text, r.JSON} {
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// A lineCheck counts lines of derivatives.
type lineCheck struct {
	all   int
	frame int // that serve the derivative as a whole
	under int // that stand under the source of a statement
}

// check compares what a function's lines are said to be there for with the comments that the reverse sweep has: over a group of statements
// stands the source of the one that they reverse.
func (c *lineCheck) check(t *testing.T, prog *lower.Program, pkg string, f *explain.Function) {
	text := strings.Split(f.Text, "\n")
	for _, l := range f.Lines {
		c.all++
		if l.Kind == explain.Frame {
			c.frame++
		}
		if l.Line < 1 || l.End < l.Line || l.End >= len(text) || strings.HasPrefix(strings.TrimSpace(text[l.Line-1]), "//") {
			t.Errorf("%s.%s: a line from %d to %d", pkg, f.Name, l.Line, l.End)
			continue
		}
		comment, found := strings.CutPrefix(strings.TrimSpace(text[l.Line-2]), "// ")
		if !found || headings.MatchString(comment) {
			continue
		}
		c.under++
		source := squeezed(strings.TrimSuffix(comment, " …")) // of a statement that goes on
		if !slices.ContainsFunc(l.Primal, func(s explain.Span) bool { return strings.Contains(squeezed(sourceAt(t, prog, s)), source) }) {
			t.Errorf("%s.%s: line %d is there for %v, but stands under %q:\n%s", pkg, f.Name, l.Line, l.Primal, comment, f.Text)
		}
	}
}

// headings are comments that stand over sweeps, loops and what makes way for them.
var headings = regexp.MustCompile(`^(Forward sweep\b|Reverse sweep\.|The iterations are independent|Neighbours in one array)`)

// sourceAt returns the lines of a span.
func sourceAt(t *testing.T, prog *lower.Program, s explain.Span) string {
	for _, pkg := range prog.Sources() {
		for _, file := range pkg.Files {
			if prog.Relative(file.Name) == s.File {
				return strings.Join(strings.Split(string(file.Src), "\n")[s.Line-1:s.End], "\n")
			}
		}
	}
	t.Errorf("no file %s", s.File)
	return ""
}

// squeezed returns a source without blanks.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }
