// Package readme_test checks that what the project's pages say is so.
package readme_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	// The command is built and run as a process of its own; without this the go command would take the result of an
	// older compiler from its cache.
	_ "github.com/godiff/godiff/internal/compile"
)

var update = flag.Bool("update", false, "rewrite what the pages show")

// root is the folder of the module.
const root = "../.."

// TestDerivative generates the derivative of the first block of Go in README.md and compares it with the second.
func TestDerivative(t *testing.T) {
	page := read(t, filepath.Join(root, "README.md"))
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```\n").FindAllStringSubmatchIndex(page, 2)
	if len(blocks) < 2 {
		t.Fatal("README.md has fewer than two blocks of Go")
	}
	function, shown := page[blocks[0][2]:blocks[0][3]], page[blocks[1][2]:blocks[1][3]]

	got := derivative(t, function)
	if got == shown {
		return
	}
	if !*update {
		t.Fatalf("README.md shows a derivative that godiff does not write; to update it: go test ./internal/readme -update\nREADME.md:\n%s\ngodiff:\n%s", shown, got)
	}
	page = page[:blocks[1][2]] + got + page[blocks[1][3]:]
	if err := os.WriteFile(filepath.Join(root, "README.md"), []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
}

// derivative returns what godiff writes for a file with the given function in it, less the head of the file. The
// module knows nothing of godiff: the derivative of plain code depends on nothing.
func derivative(t *testing.T, function string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/readme\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "f.go"), "package readme\n\nimport \"math\"\n\n"+function)

	command := filepath.Join(dir, "godiff.exe")
	runIn(t, root, "go", "build", "-o", command, "./cmd/godiff")
	runIn(t, dir, command, "generate")
	runIn(t, dir, "go", "vet", ".")

	text := read(t, filepath.Join(dir, "f_godiff.go"))
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "f_godiff.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			start := f.Pos()
			if f.Doc != nil {
				start = f.Doc.Pos()
			}
			return text[files.Position(start).Offset:]
		}
	}
	t.Fatalf("no function in\n%s", text)
	return ""
}

// TestQuickstart compares what the page of the quickstart shows with what the program prints, as its own test has it.
func TestQuickstart(t *testing.T) {
	page := read(t, filepath.Join(root, "examples/quickstart/README.md"))
	_, shown, _ := strings.Cut(page, "\nprints\n\n")
	shown, _, _ = strings.Cut(shown, "\n\n")
	shown = regexp.MustCompile(`(?m)^    `).ReplaceAllString(shown, "")

	test := read(t, filepath.Join(root, "examples/quickstart/main_test.go"))
	_, printed, _ := strings.Cut(test, "\t// Output:\n")
	printed, _, _ = strings.Cut(printed, "\n}\n")
	printed = regexp.MustCompile(`(?m)^\t// `).ReplaceAllString(printed, "")

	if printed != shown {
		t.Errorf("examples/quickstart/README.md shows\n%s\nthe program prints\n%s", shown, printed)
	}
}

// TestLinks checks that the files which the pages link to are there.
func TestLinks(t *testing.T) {
	pages := []string{"README.md", "CONTRIBUTING.md"}
	for _, pattern := range []string{"docs/*.md", "examples/*/README.md"} {
		more, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range more {
			name, err := filepath.Rel(root, page)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, name)
		}
	}
	for _, name := range pages {
		path := filepath.Join(root, name)
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(prose(read(t, path)), -1) {
			target, anchor, _ := strings.Cut(link[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: dead link %s", name, link[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, file)), anchor) {
				t.Errorf("%s: no heading for %s, but %q", name, link[1], anchors(read(t, file)))
			}
		}
	}
}

// prose returns a page without blocks of code.
func prose(page string) string {
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, "")
}

// anchors returns what links to the headings of a page say, as GitHub makes it of them.
func anchors(page string) []string {
	var list []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(prose(page), -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		list = append(list, strings.ReplaceAll(name, " ", "-"))
	}
	return list
}

// runIn runs a command in a folder and returns its standard output; where it fails, so does the test.
func runIn(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, out, &stderr)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
