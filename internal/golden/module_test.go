package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modulePath is the path of the module that holds the packages of all cases.
const modulePath = "example.com/golden"

// quickly lets the compiler take two thirds of the time for the cases.
const quickly = "-gcflags=" + modulePath + "/...=-N -l -dwarf=false"

// A module is a temporary module that sees this one.
type module struct {
	dir string
	env []string
}

func newModule(t testing.TB) *module { return newModuleIn(t, t.TempDir()) }

// newModuleIn returns a module in a directory that is empty.
func newModuleIn(t testing.TB, dir string) *module {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	m := &module{dir: dir, env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}
	m.write(t, "go.mod", fmt.Appendf(nil, "module %s\n\ngo 1.26\n\nrequire github.com/godiff/godiff v0.0.0\n\nreplace github.com/godiff/godiff => %s\n", modulePath, root))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "go.sum", sums)
	return m
}

func (m *module) write(t testing.TB, name string, data []byte) {
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// command returns a go command that runs in the module.
func (m *module) command(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = m.dir, m.env
	return cmd
}

// check runs the checks of all packages that are not refused, and returns what failed, by variant/case.
func (m *module) check(t *testing.T, cases []*testCase, refused map[string]string) map[string]string {
	list := names(cases, refused)
	if len(list) == 0 {
		return nil
	}
	m.write(t, "all_test.go", testBinary(list))
	cmd := m.command("test", "-json", "-trimpath", quickly, "-ldflags=-s -w", "-vet=off", "-timeout=120s", ".")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	failed := failures(out)
	if err != nil && len(failed) == 0 {
		t.Fatalf("go test: %v\n%s%s", err, stderr.Bytes(), outputText(out))
	}
	return failed
}

// testBinary returns a test that calls the checks of every package.
func testBinary(names []string) []byte {
	var b bytes.Buffer
	b.WriteString("package golden\n\nimport (\n\t\"runtime/debug\"\n\t\"testing\"\n\n")
	for i, name := range names {
		fmt.Fprintf(&b, "\t%s %q\n", alias(i), modulePath+"/"+name)
	}
	b.WriteString(")\n\nfunc Test(t *testing.T) {\n")
	for i, name := range names {
		fmt.Fprintf(&b, "\tcheck(t, %q, %s.CheckAll)\n", name, alias(i))
	}
	b.WriteString(`}

func check(t *testing.T, name string, f func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		f(t)
	})
}
`)
	return b.Bytes()
}

// An event is a line of go test -json.
type event struct{ Action, Test, Output string }

func events(out []byte) []event {
	var list []event
	for line := range bytes.Lines(out) {
		var e event
		if json.Unmarshal(line, &e) == nil {
			list = append(list, e)
		}
	}
	return list
}

// failures returns the output of the subtests that failed, by name.
func failures(out []byte) map[string]string {
	texts, failed := map[string]string{}, map[string]string{}
	for _, e := range events(out) {
		name := strings.TrimPrefix(e.Test, "Test/")
		switch {
		case name == e.Test:
		case e.Action == "output":
			texts[name] += e.Output
		case e.Action == "fail":
			failed[name] = texts[name]
		}
	}
	return failed
}

// outputText returns what the tests and the build printed.
func outputText(out []byte) string {
	var b strings.Builder
	for _, e := range events(out) {
		b.WriteString(e.Output)
	}
	return b.String()
}

// vet runs go vet and returns its complaints by variant/case.
func (m *module) vet(t *testing.T) map[string]string {
	out, err := m.command("vet", "./on/...").CombinedOutput()
	complaints := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path := strings.TrimPrefix(strings.TrimPrefix(line, "vet: "), "./")
		if parts := strings.SplitN(path, "/", 3); len(parts) == 3 && strings.HasPrefix(parts[2], output) {
			complaints[parts[0]+"/"+parts[1]] += "go vet: " + line
		}
	}
	if err != nil && len(out) == 0 {
		t.Errorf("go vet: %v", err)
	}
	return complaints
}

// sortedKeys returns the keys of a map, sorted.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
