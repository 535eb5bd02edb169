package train_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// TestMain runs the training instead of the tests where a file for its state is given.
func TestMain(m *testing.M) {
	if file := os.Getenv("TRAIN_STATE"); file != "" {
		if err := training(file, 3); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// training trains a model, on and on from what a file holds, which it saves after every third step, and at the end.
func training(file string, epochs int) error {
	examples, source := blobs(70), rand.NewPCG(3, 4)
	data, held := examples.Split(16, 1)
	m, grad := newModel(2, 8, 3, 1), newModel(2, 8, 3, 1)
	params := nn.Params[float32](m, grad)
	for _, p := range params {
		clear(p.Grad.Data)
	}
	opt := &momentum{Rate: 0.1, Decay: 0.9, mean: nn.New[float32](nil, 1)}
	batches := train.NewBatches(data, 4, 1)
	var loss train.Mean
	var log []string
	var stop train.Stop
	state := train.State{"model": m, "optimizer": opt, "batches": batches, "dropout": source, "loss": &loss, "log": &log, "stop": &stop}
	if err := state.Load(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var space nn.Space
	kept := make([]float32, 4*8)
	for batches.Epoch < epochs {
		for batch := range batches.Next() {
			space.Reset()
			for i := range kept {
				kept[i] = float32(source.Uint64()>>63) * 2
			}
			loss.Add(float64(m.LossVJP(batch.X.In(&space), batch.Labels, kept, grad, 1)), batch.Len())
			opt.step(params)
			if opt.Steps%3 == 0 {
				if err := state.Save(file); err != nil {
					return err
				}
			}
			fmt.Println("step", opt.Steps)
		}
		right := train.NewConfusion(3)
		train.Count(right, m.Out.Forward(nn.Tanh(m.Hidden.Forward(held.X))), held.Labels)
		stop.Better(-right.Accuracy())
		log = append(log, fmt.Sprintf("epoch %d: loss %v, accuracy %v", batches.Epoch, loss.Value(), right.Accuracy()))
		loss = train.Mean{}
	}
	return state.Save(file)
}

// blobs returns n points of three classes that lie apart.
func blobs(n int) train.Data[float32] {
	r := rand.New(rand.NewPCG(1, 2))
	d := train.Data[float32]{X: nn.New[float32](nil, n, 2), Labels: make([]int, n)}
	for i := range n {
		k := i % 3
		d.Labels[i] = k
		d.X.Data[2*i] = float32(r.NormFloat64()) + []float32{0, 4, 0}[k]
		d.X.Data[2*i+1] = float32(r.NormFloat64()) + []float32{0, 0, 4}[k]
	}
	return d
}

// TestKilled trains in processes that are killed again and again, and checks that the last file has the same bytes as that of a run which
// is not.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	whole, killed := filepath.Join(dir, "whole"), filepath.Join(dir, "killed")
	if steps, err := run(t, whole, -1); err != nil || len(steps) != 42 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	kills := 0
	for _, after := range []int{5, 1, 9, 2, 14, 11, -1} {
		steps, err := run(t, killed, after)
		if err != nil {
			kills++
		}
		if after < 0 && (err != nil || len(steps) >= 42) {
			t.Errorf("the last process ran %d steps, %v", len(steps), err)
		}
	}
	if kills == 0 {
		t.Error("no process was killed before its end")
	}
	want, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(killed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("what the killed processes have trained is not what one process has")
	}
	if !bytes.Contains(want, []byte("epoch 3: loss 0.")) {
		t.Errorf("the training has not come to its end:\n%q", want)
	}
}

// run trains in a process of its own, which it kills after a number of steps if that is not negative. It returns what the process printed
// before.
func run(t *testing.T, file string, after int) (steps []string, err error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "TRAIN_STATE="+file)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if steps = append(steps, lines.Text()); len(steps) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	if errs.Len() > 0 {
		t.Errorf("the training says %s", errs.String())
	}
	return steps, err
}
