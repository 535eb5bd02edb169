package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/godiff/godiff/internal/mutants/switches"
)

// memory is how much address space a process may have, in KiB. A mutant that needs more is caught. The race detector needs more.
const memory = 12 << 20

// A trial is a program to run as a mutant.
type trial struct {
	mutant  int
	reached string // a file in which reached mutants are recorded; none if empty
	limit   time.Duration
	roomy   bool // it may take all memory that there is
	dir     string
	program string
	args    []string
}

// An outcome is how a process ended.
type outcome struct {
	failed bool
	late   bool // it was stopped, since it took too long
	stdout string
	stderr string
	took   time.Duration
}

// try runs a program as a mutant, with limits of time and memory.
func (s *scratch) try(t trial) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), t.limit)
	defer cancel()
	limit := strconv.Itoa(memory)
	if t.roomy {
		limit = "unlimited"
	}
	c := exec.CommandContext(ctx, "sh", append([]string{"-c", `ulimit -v "$0"; exec "$@"`, limit, t.program}, t.args...)...)
	c.Dir = t.dir
	c.Env = append(os.Environ(), "TMPDIR="+s.temp(), switches.Mutant+"="+strconv.Itoa(t.mutant), switches.Reached+"="+t.reached)
	stopWithChildren(c)
	c.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	begun := time.Now()
	err := c.Run()
	return outcome{failed: err != nil, late: ctx.Err() != nil, stdout: stdout.String(), stderr: stderr.String(), took: time.Since(begun)}
}

// how says how a suite failed.
func (o outcome) how() string {
	switch text := o.stdout + o.stderr; {
	case o.late:
		return "takes too long"
	case strings.Contains(text, "out of memory"), strings.Contains(text, "cannot allocate"):
		return "takes too much memory"
	case strings.Contains(text, "panic: "), strings.Contains(text, "panics: "), strings.Contains(text, "internal error"):
		return "panics"
	}
	return "fails"
}
