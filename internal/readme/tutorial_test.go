package readme_test

import (
	"bytes"
	"errors"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	// What the programs of the tutorial import; see readme_test.go.
	_ "github.com/godiff/godiff/gradcheck"
	_ "github.com/godiff/godiff/runtime"
)

const tutorial = "docs/tutorial.md"

// TestTutorial does what docs/tutorial.md does, from top to bottom in one module: a block of Go that names a file is written there, a
// console runs commands, and a block that names an output shows declarations of it. What the page shows is compared with what comes out.
func TestTutorial(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a dozen programs")
	}
	m := newTour(t)
	page := replay(t, tutorial, m.block)
	if said := m.run("go vet ./..."); said != "" {
		t.Errorf("go vet: %s", said)
	}
	compare(t, tutorial, page)
}

// A tour is a module that grows with a page.
type tour struct {
	t            *testing.T
	dir, command string
}

func newTour(t *testing.T) *tour {
	t.Helper()
	module, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	m := &tour{t, dir, filepath.Join(dir, "godiff.exe")}
	write(t, filepath.Join(dir, "go.mod"), "module example.com/tour\n\ngo 1.26\n\nrequire github.com/godiff/godiff v0.0.0\n\nreplace github.com/godiff/godiff => "+module+"\n")
	write(t, filepath.Join(dir, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	runIn(t, root, "go", "build", "-o", m.command, "./cmd/godiff")
	return m
}

// block does what a block says, and returns what it should show.
func (m *tour) block(b block) string {
	path := filepath.Join(m.dir, filepath.FromSlash(b.name))
	switch {
	case b.language == "console":
		return m.console(b.text)
	case b.language != "go" || b.name == "":
		m.t.Errorf("a block of %s is not checked: it names no file", b.language)
	case strings.HasSuffix(b.name, "_godiff.go"):
		return shown(m.t, b, read(m.t, path))
	default:
		if formatted, err := format.Source([]byte(b.text)); err != nil || string(formatted) != b.text {
			m.t.Errorf("%s is not formatted: %v", b.name, err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			m.t.Fatal(err)
		}
		write(m.t, path, b.text)
	}
	return b.text
}

// console returns the commands of a console, each with what it prints.
func (m *tour) console(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			b.WriteString(line + m.run(strings.TrimSuffix(command, "\n")))
		}
	}
	return b.String()
}

// run returns what a command prints, on both outputs. That a program falls short is for the page to show.
func (m *tour) run(command string) string {
	m.t.Helper()
	words := strings.Fields(command)
	switch {
	case len(words) > 2 && words[0] == "go" && words[1] == "tool" && words[2] == "godiff":
		words = append([]string{m.command}, words[3:]...)
	case len(words) > 2 && words[0] == "go" && words[1] == "generate":
		words = append([]string{m.command}, words[1:]...)
	}
	c := exec.Command(words[0], words[1:]...)
	c.Dir, c.Env = m.dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		m.t.Fatalf("%s: %v", command, err)
	}
	// How long a test took is no matter.
	return regexp.MustCompile(`(?m)^(ok  \t\S+)\t.*$`).ReplaceAllString(out.String(), "$1")
}
