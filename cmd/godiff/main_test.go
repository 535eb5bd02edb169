package main

import (
	"io"
	"strings"
	"testing"
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
