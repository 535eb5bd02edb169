package readme_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestDebugging does what docs/debugging.md does, to the program there: it is derived, run, and stepped through in Delve. What the page
// shows is compared with what is printed.
func TestDebugging(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the page shows what is printed on linux/amd64")
	}
	if testing.Short() {
		t.Skip("builds Delve")
	}
	path := filepath.Join(root, "docs/debugging.md")
	page := read(t, path)
	program := regexp.MustCompile("(?s)```go\n(.*?)```\n").FindStringSubmatch(page)
	consoles := regexp.MustCompile("(?s)```console\n(.*?)```\n").FindAllStringSubmatch(page, 2)
	if program == nil || len(consoles) != 2 {
		t.Fatalf("%s lacks a program or one of two consoles", path)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/spread\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), program[1])
	runIn(t, root, "go", "build", "-o", filepath.Join(dir, "godiff.exe"), "./cmd/godiff")
	runIn(t, dir, filepath.Join(dir, "godiff.exe"), "generate")
	runIn(t, dir, "go", "build", "-gcflags=all=-N -l", "-o", "spread", ".")

	ran := "$ go run .\n" + runIn(t, dir, "go", "run", ".")
	stepped := session(t, delve(t), dir, "spread", commands(consoles[1][1]))
	for i, got := range []string{ran, stepped} {
		if shown := consoles[i][1]; got != shown {
			if !*update {
				t.Fatalf("docs/debugging.md shows what is not printed; to update it: go test ./internal/readme -update\nthe page:\n%s\nprinted:\n%s", shown, got)
			}
			page = strings.Replace(page, shown, got, 1)
		}
	}
	if *update {
		write(t, path, page)
	}

	// Whatever the page shows, this is right: the adjoint of the sum is twice the sum, 10 + 2√2, and that of r is w times that.
	for _, want := range []string{"\ndsum = 25.6568", "\ndr = 51.3137", "\nr = 0\n", "\ni = 1\n", "\nadj = NaN\n", "print v*v + y[i]*y[i]\n0\n", "print dx[1]\nNaN\n"} {
		if !strings.Contains(stepped, want) {
			t.Errorf("no %q in\n%s", want, stepped)
		}
	}
}

const prompt = "(dlv) "

// commands returns those of a session with Delve.
func commands(console string) []string {
	var list []string
	for line := range strings.Lines(console) {
		if c, found := strings.CutPrefix(line, prompt); found {
			list = append(list, strings.TrimSuffix(c, "\n"))
		}
	}
	return list
}

// delve builds Delve, of the version in tools/go.mod, or skips the test where that takes too long or cannot be done.
func delve(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	dlv := filepath.Join(t.TempDir(), "dlv")
	build := exec.CommandContext(ctx, "go", "build", "-o", dlv, "github.com/go-delve/delve/cmd/dlv")
	build.Dir = filepath.Join(root, "tools")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("Delve cannot be built, or not in time: %v\n%s", err, out)
	}
	return dlv
}

// session returns what Delve prints for a program and commands, these included, or skips the test where it may not trace processes.
func session(t *testing.T, dlv, dir, program string, commands []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, dlv, "exec", "./"+program, "--allow-non-terminal-interactive")
	command.Dir = dir
	command.Env = append(os.Environ(), "TERM=dumb", "XDG_CONFIG_HOME="+dir)
	command.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\nexit\n")
	out, err := command.CombinedOutput()
	if strings.Contains(string(out), "operation not permitted") {
		t.Skipf("processes cannot be traced here: %s", out)
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v\n%s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), prompt)
	answers := strings.Split(rest, prompt)
	if len(answers) < len(commands) {
		t.Fatalf("%d answers to %d commands:\n%s", len(answers), len(commands), out)
	}
	var b strings.Builder
	for i, c := range commands {
		b.WriteString(prompt + c + "\n" + tidy(answers[i]))
	}
	return b.String()
}

// tidy returns an answer of Delve without addresses, which change, and blanks at the ends of lines.
func tidy(answer string) string {
	answer = regexp.MustCompile(` ?\(PC: 0x[0-9a-f]+\)`).ReplaceAllString(answer, "")
	answer = regexp.MustCompile(` at 0x[0-9a-f]+`).ReplaceAllString(answer, "")
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(answer, "")
}
