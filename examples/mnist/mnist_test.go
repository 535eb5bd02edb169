package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/examples/internal/digitstest"
	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/train"
)

// invoke runs the command and returns what it prints and its exit status.
func invoke(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

// TestTraining trains on images of 8×8 pixels, and reads what is printed and drawn.
func TestTraining(t *testing.T) {
	dir := digitstest.Folder(t)
	for _, c := range []struct {
		model    string
		accuracy float64 // at least, of the test images
	}{{"mlp", 95}, {"cnn", 95}} {
		t.Run(c.model, func(t *testing.T) {
			svg := filepath.Join(t.TempDir(), "loss.svg")
			text, errs, status := invoke("-data", dir, "-model", c.model, "-held", "238", "-epochs", "6", "-rate", "0.003", "-svg", svg)
			if status != 0 || errs != "" {
				t.Fatalf("status %d, %s", status, errs)
			}
			if !strings.HasPrefix(text, "1200 images to learn from, 238 held back, 359 to test\nepoch 1 of 6   training loss ") {
				t.Errorf("it begins with %.100q", text)
			}
			if strings.ContainsAny(text, "\r\x1b") {
				t.Error("there is a bar although this is no terminal")
			}
			losses := regexp.MustCompile(`training loss (\S+)   held-back loss (\S+) `).FindAllStringSubmatch(text, -1)
			if len(losses) != 6 {
				t.Fatalf("%d lines of losses:\n%s", len(losses), text)
			}
			for k, name := range []string{"training", "held-back"} {
				var first, last float64
				fmt.Sscan(losses[0][k+1], &first)
				fmt.Sscan(losses[5][k+1], &last)
				if !(0 < last && last < first/2) {
					t.Errorf("the %s loss goes from %v to %v", name, first, last)
				}
			}
			var accuracy float64
			lines := strings.Split(strings.TrimSpace(text), "\n")
			if _, err := fmt.Sscanf(lines[len(lines)-1], "test accuracy %f %%", &accuracy); err != nil || accuracy < c.accuracy {
				t.Errorf("%q, want at least %v %%", lines[len(lines)-1], c.accuracy)
			}
			figure, err := os.ReadFile(svg)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"<title>Cross entropy of the " + strings.ToUpper(c.model) + " after each epoch</title>", "training " + shown(losses[5][1]), "held back "} {
				if !bytes.Contains(figure, []byte(want)) {
					t.Errorf("the figure has no %q", want)
				}
			}
		})
	}
}

// shown returns the first digits of a number, as far as lines and figures agree.
func shown(loss string) string { return loss[:4] }

// TestGradient compares the derivative along the gradient, which is its norm, with a difference of losses.
func TestGradient(t *testing.T) {
	all, _, err := mnist.Load(digitstest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	batch := all.Slice(0, 40)
	for _, model := range []string{"mlp", "cnn"} {
		n, err := newNetwork(model, 1, batch.X.Shape[1:])
		if err != nil {
			t.Fatal(err)
		}
		loss := n.lossVJP(batch.X, batch.Labels)
		if want, _ := n.judge(batch); math.Abs(float64(loss)-want) > 1e-6 {
			t.Errorf("%s: the loss is %v, want %v", model, loss, want)
		}
		norm := 0.0
		for _, p := range n.params {
			for _, g := range p.Grad.Data {
				norm += float64(g) * float64(g)
			}
		}
		norm = math.Sqrt(norm)
		along := func(step float64) float64 {
			for _, p := range n.params {
				kernel.Axpy(float32(step/norm), p.Grad.Data, p.Value.Data)
			}
			loss, _ := n.judge(batch)
			return loss
		}
		const step = 2e-3
		above := along(step)
		below := along(-2 * step)
		if got := (above - below) / (2 * step); math.Abs(got-norm) > 5e-3*norm {
			t.Errorf("%s: along the gradient the loss rises by %v, and its norm is %v", model, got, norm)
		}
	}
}

// A crash is a watcher that panics after a step.
type crash struct {
	after int
	lines []string
}

func (c *crash) step(step, _ int) {
	if step == c.after {
		panic(c)
	}
}

func (c *crash) say(line string) { c.lines = append(c.lines, line) }

// TestResumed interrupts trainings after arbitrary steps and starts them again, and compares what they come to with a training that is not
// interrupted: every bit of the weights, the history and all else that the checkpoint has.
func TestResumed(t *testing.T) {
	all, _, err := mnist.Load(digitstest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	learn, held := all.Split(1000, 1)
	for _, model := range []string{"mlp", "cnn"} {
		s := settings{Model: model, Epochs: 3, Batch: 32, Held: 1000, Rate: 1e-3, Seed: 5} // 14 steps in an epoch
		whole, cut := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
		want, _ := attempt(t, learn, held, s, checkpoint{whole, 4}, &crash{after: -1})
		if len(want.Training) != 3 || !(want.Training[2] < want.Training[0]) || math.IsNaN(want.Held[2]) {
			t.Errorf("%s: the losses are %v", model, want)
		}
		var lines []string
		var got *history
		for _, after := range []int{3, 9, 14, 15, 27, 39, 42, -1} {
			h, said := attempt(t, learn, held, s, checkpoint{cut, 4}, &crash{after: after})
			got, lines = h, append(lines, said...)
		}
		if got == nil || !slices.Equal(got.Training, want.Training) || !slices.Equal(got.Held, want.Held) {
			t.Errorf("%s: the losses are %v, want %v", model, got, want)
		}
		for i, want := range []string{"after 8 of 42", "after 12 of 42", "epoch 1 of 3", "after 14 of 42", "after 24 of 42", "epoch 2 of 3"} {
			if resumed := strings.Contains(strings.Join(lines, "\n"), want); !resumed {
				t.Errorf("%s: %d: no line with %q in\n%s", model, i, want, strings.Join(lines, "\n"))
			}
		}
		if a, b := read(t, whole), read(t, cut); !bytes.Equal(a, b) {
			t.Errorf("%s: the checkpoint of the training that was interrupted is another", model)
		}
	}
}

// attempt starts a training, which may crash: then there is no history.
func attempt(t *testing.T, learn, held train.Data[float32], s settings, c checkpoint, w *crash) (h *history, lines []string) {
	t.Helper()
	n, err := newNetwork(s.Model, s.Seed, learn.X.Shape[1:])
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if e := recover(); e != nil && e != any(w) {
			panic(e)
		}
		lines = w.lines
	}()
	h, err = fit(n, learn, held, s, c, w)
	if err != nil {
		t.Fatal(err)
	}
	return h, nil
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWrong tries what is answered by an error.
func TestWrong(t *testing.T) {
	dir, state := digitstest.Folder(t), filepath.Join(t.TempDir(), "state")
	small := []string{"-data", dir, "-held", "1400", "-epochs", "1"}
	if _, errs, status := invoke(append(small, "-checkpoint", state)...); status != 0 {
		t.Fatal(errs)
	}
	before := read(t, state)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-data", t.TempDir()}, 1, "none of train-images-idx3-ubyte"},
		{append(small, "-checkpoint", state, "-rate", "0.1"), 1, fmt.Sprintf(
			"settings: it is of a training with -model mlp -data %q -epochs 1 -batch 64 -held 1400 -rate 0.001 -seed 1, not -model mlp -data %[1]q", dir)},
		{append(small, "-checkpoint", state, "-model", "cnn"), 1, `"model.Conv1.W" is not in the file`},
		{append(small, "-model", "svm"), 1, "mnist: -model svm: there are mlp and cnn\n"},
		{append(small, "-held", "1438"), 1, "mnist: -held 1438: there are only 1438 images\n"},
		{append(small, "-svg", filepath.Join(dir, "no", "loss.svg")), 1, "no such file"},
		{append(small, "-held", "0"), 2, "must be positive"},
		{append(small, "-speed", "1"), 2, "not defined"},
		{append(small, "more"), 2, `unexpected argument "more"`},
		{[]string{"-h"}, 0, "-checkpoint file"},
	} {
		if _, errs, status := invoke(c.args...); status != c.status || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %q; want %d, %q", c.args, status, errs, c.status, c.want)
		}
	}
	if !bytes.Equal(read(t, state), before) {
		t.Error("the checkpoint of another training was overwritten")
	}
}
