package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

//go:embed peer.py
var script string

// A torch is a process of PyTorch that answers lines with lines: peer.py says which.
type torch struct {
	version string
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	dir     string // for files
}

// findTorch starts the first of some commands that has PyTorch. It returns nil if none has.
func findTorch(commands string, threads int) (*torch, error) {
	for python := range strings.SplitSeq(commands, ",") {
		if exec.Command(python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)").Run() == nil {
			return startTorch(python, threads)
		}
	}
	return nil, nil
}

// startTorch returns a process that uses so many threads.
func startTorch(python string, threads int) (*torch, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	p := &torch{command: exec.Command(python, "-c", script, fmt.Sprint(threads)), dir: dir}
	p.command.Env = append(os.Environ(), fmt.Sprint("OMP_NUM_THREADS=", threads), fmt.Sprint("OPENBLAS_NUM_THREADS=", threads))
	p.command.Stderr = os.Stderr
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if p.version, err = p.answer(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *torch) close() error {
	if err := p.in.Close(); err != nil {
		return err
	}
	if err := p.command.Wait(); err != nil {
		return err
	}
	return os.RemoveAll(p.dir)
}

func (p *torch) answer() (string, error) {
	if !p.out.Scan() {
		if err := p.out.Err(); err != nil {
			return "", err
		}
		return "", io.ErrUnexpectedEOF
	}
	return p.out.Text(), nil
}

// ask returns the answer to a line.
func (p *torch) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return "", err
	}
	return p.answer()
}

// load begins the task in the state in which training is.
func (p *torch) load(t *task, training *training) error {
	labels := nn.New[float32](nil, len(training.labels))
	for i, label := range training.labels {
		labels.Data[i] = float32(label)
	}
	name := filepath.Join(p.dir, "weights.safetensors")
	all := append([]nn.Param[float32]{{Name: "x", Value: training.x}, {Name: "labels", Value: labels}}, training.params...)
	if err := train.SaveWeights(name, all); err != nil {
		return err
	}
	answer, err := p.ask("load %s %s %v", t.kind, name, rate)
	if err != nil || answer != "ready" {
		return fmt.Errorf("PyTorch does not load %s: %q, %w", t.name, answer, err)
	}
	return nil
}

// run does steps and returns how many seconds they take, and the loss before the last.
func (p *torch) run(steps int) (seconds float64, loss float32, err error) {
	answer, err := p.ask("run %d", steps)
	if err != nil {
		return 0, 0, err
	}
	if _, err := fmt.Sscan(answer, &seconds, &loss); err != nil {
		return 0, 0, fmt.Errorf("PyTorch answers %q: %w", strings.TrimSpace(answer), err)
	}
	return seconds, loss, nil
}
