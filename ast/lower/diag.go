package lower

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Diagnostic is something wrong with the user's code or files.
type Diagnostic struct {
	Pos token.Position // the file is relative to the working directory where it lies below it; may be empty
	Msg string
}

// String returns "file:line:col: message". What is about a file as a whole is about its beginning.
func (d Diagnostic) String() string {
	if d.Pos.Filename == "" {
		return d.Msg
	}
	return d.place() + ": " + d.Msg
}

func (d Diagnostic) place() string {
	return fmt.Sprintf("%s:%d:%d", d.Pos.Filename, max(d.Pos.Line, 1), max(d.Pos.Column, 1))
}

// SortDiagnostics returns diags by position and message, each once. It does not change diags.
func SortDiagnostics(diags []Diagnostic) []Diagnostic {
	sorted := slices.SortedFunc(slices.Values(diags), func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Msg, b.Msg),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Diagnostic) bool { return a.String() == b.String() })
}

// relative returns file as seen from dir if it lies below it, else file itself. Both are absolute.
func relative(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return file
	}
	return rel
}

// oneLine joins the lines of a message of Go's tools. Lines that point at other places are left out: they hold absolute
// paths, and the other place has, where it is wrong too, a message of its own.
func oneLine(msg string) string {
	lines := strings.Split(msg, "\n")
	joined := lines[0]
	for _, line := range lines[1:] {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.Contains(line, ".go:"):
		case strings.HasSuffix(joined, ":"):
			joined += " " + line
		default:
			joined += "; " + line
		}
	}
	return joined
}
