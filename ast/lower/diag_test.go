package lower

import (
	"go/token"
	"slices"
	"testing"
)

func TestSortDiagnostics(t *testing.T) {
	at := func(file string, line, col int, msg string) Diagnostic {
		return Diagnostic{token.Position{Filename: file, Line: line, Column: col}, msg}
	}
	diags := []Diagnostic{
		at("b.go", 1, 1, "x"), at("a.go", 10, 2, "x"), at("a.go", 9, 3, "y"), at("a.go", 9, 3, "x"),
		at("a.go", 9, 3, "x"), at("", 0, 0, "nowhere"), at("a.go", 0, 0, "whole"), at("a.go", 9, 0, "line"),
	}
	before := slices.Clone(diags)
	var got []string
	for _, d := range SortDiagnostics(diags) {
		got = append(got, d.String())
	}
	want := []string{"nowhere", "a.go:1:1: whole", "a.go:9:1: line", "a.go:9:3: x", "a.go:9:3: y", "a.go:10:2: x", "b.go:1:1: x"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(diags, before) {
		t.Error("SortDiagnostics changed its argument")
	}
}

func TestRelative(t *testing.T) {
	for _, test := range []struct{ dir, file, want string }{
		{"/a/b", "/a/b/c.go", "c.go"},
		{"/a/b", "/a/b/c/d.go", "c/d.go"},
		{"/a/b", "/a/c.go", "/a/c.go"},
		{"/a/b", "/a/bc/d.go", "/a/bc/d.go"},
		{"/a/b", "/a/b/..c/d.go", "..c/d.go"},
	} {
		if got := relative(test.dir, test.file); got != test.want {
			t.Errorf("relative(%s, %s) = %s, want %s", test.dir, test.file, got, test.want)
		}
	}
}

func TestOneLine(t *testing.T) {
	for msg, want := range map[string]string{
		"plain": "plain",
		"T does not implement I (missing method M)\n\t\thave m()\n\t\twant M()": "T does not implement I (missing method M); have m(); want M()",
		"F redeclared\n\t/some/where/f.go:3:4: other declaration of F":          "F redeclared",
		"to add it:\n\tgo get m": "to add it: go get m",
	} {
		if got := oneLine(msg); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", msg, got, want)
		}
	}
}
