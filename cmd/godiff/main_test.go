package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/godiff/godiff/internal/derive"
)

// TestRunRecovers has a command panic, as the compiler does where it surprises itself.
func TestRunRecovers(t *testing.T) {
	defer func(saved []*command) { commands = saved }(commands)
	commands = []*command{{"surprise", "", func(*command, []string, io.Writer, io.Writer) int {
		panic("reverse: F: unexpected *ast.Past")
	}}}
	var stdout, stderr strings.Builder
	if status := run([]string{"surprise"}, &stdout, &stderr); status != exitShort {
		t.Errorf("exit status %d, want %d", status, exitShort)
	}
	if got, want := stderr.String(), "godiff: internal error: reverse: F: unexpected *ast.Past\n"; got != want || stdout.Len() > 0 {
		t.Errorf("got %q on standard error, want %q", got, want)
	}
}

// TestStages looks for all stages in the manual.
func TestStages(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(doc), "lower (the function as it is taken in)")
	text, _, _ = strings.Cut(text, "-disable")
	listed := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if want := derive.Stages()[1:]; !slices.Equal(listed, want) {
		t.Errorf("the manual has the stages %v, want %v", listed, want)
	}
}

// TestStatus tells the exit statuses apart, which the scripts cannot.
func TestStatus(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, src := range map[string]string{
		"go.mod":           "module m\n\ngo 1.26\n",
		"fine/fine.go":     "package fine\n\n//godiff:grad\nfunc F(x float64) float64 { return x * x }\n",
		"plain/plain.go":   "package plain\n",
		"broken/broken.go": "package broken\n\nvar x int = missing\n",
		"wrong/wrong.go":   "package wrong\n\n//godiff:gard\nfunc F(x float64) float64 { return x * x }\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		args string
		want int
	}{
		{"generate -check ./fine", exitShort}, // the output is missing
		{"generate ./fine", exitDone},
		{"generate ./fine", exitDone},
		{"generate -check ./fine", exitDone},
		{"generate -n ./fine", exitDone},
		{"generate ./plain", exitDone},
		{"generate ./broken", exitShort},
		{"generate ./wrong", exitShort},
		{"generate ./fine ./wrong", exitShort},
		{"generate ./nothing/...", exitShort},
		{"generate ./nowhere", exitShort},
		{"show ./fine F", exitDone},
		{"show ./fine G", exitShort},
		{"explain ./fine F", exitDone},
		{"explain ./fine G", exitShort},
		{"vet ./fine ./plain", exitDone},
		{"vet ./wrong", exitShort},
		{"vet ./broken", exitShort},
		{"vet ./nothing/...", exitShort},
		{"explain -json ./fine F", exitDone},
		{"explain -html ./fine F", exitDone},
		{"explain -html -json ./fine F", exitUsage},
		{"version", exitDone},
		{"", exitUsage},
		{"generat", exitUsage},
		{"generate -frob", exitUsage},
		{"generate -check -n", exitUsage},
		{"generate ./fine -check", exitUsage},
		{"show ./fine", exitUsage},
		{"show -mode slope ./fine F", exitUsage},
		{"show -stage cooking ./fine F", exitUsage},
		{"explain ./fine", exitUsage},
		{"vet -frob", exitUsage},
		{"vet fine.go", exitUsage},
		{"vet ./fine -check", exitUsage},
		{"version 2", exitUsage},
	} {
		var stdout, stderr strings.Builder
		if got := run(strings.Fields(test.args), &stdout, &stderr); got != test.want {
			t.Errorf("godiff %s: exit status %d, want %d\n%s%s", test.args, got, test.want, stdout.String(), stderr.String())
		}
	}
}
