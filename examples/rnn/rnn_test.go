package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
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

// licence is a text that is there.
const licence = "../../LICENSE"

// invoke runs the command and returns what it prints and its exit status.
func invoke(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

// losses returns the training and held-back losses that lines tell.
func losses(t *testing.T, lines string) (training, held []float64) {
	t.Helper()
	for _, found := range regexp.MustCompile(`training loss (\S+)   held-back loss (\S+) `).FindAllStringSubmatch(lines, -1) {
		var a, b float64
		if _, err := fmt.Sscan(found[1]+" "+found[2], &a, &b); err != nil {
			t.Fatal(err)
		}
		training, held = append(training, a), append(held, b)
	}
	return training, held
}

// TestRows reads images of 8×8 pixels.
func TestRows(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "loss.svg")
	text, errs, status := invoke("rows", "-data", digitstest.Folder(t), "-held", "238", "-hidden", "64", "-epochs", "15", "-rate", "0.01", "-svg", svg)
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	if !strings.HasPrefix(text, "1200 images to learn from, 238 held back, 359 to test\nepoch  1 of 15   training loss ") {
		t.Errorf("it begins with %.100q", text)
	}
	if strings.ContainsAny(text, "\r\x1b") {
		t.Error("there is a bar although this is no terminal")
	}
	training, held := losses(t, text)
	if len(training) != 15 || !(training[14] < training[0]/10 && held[14] < held[0]/4) {
		t.Errorf("the losses are %v and, held back, %v", training, held)
	}
	var accuracy float64
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if _, err := fmt.Sscanf(lines[len(lines)-1], "test accuracy %f %%", &accuracy); err != nil || accuracy < 93 {
		t.Errorf("%q, want at least 93 %%", lines[len(lines)-1])
	}
	if figure := read(t, svg); !bytes.Contains(figure, []byte("<title>Cross entropy of digits after each epoch</title>")) {
		t.Error("the figure has no title")
	}
}

// TestText learns from a licence, and compares the loss with the entropy of single characters, which needs no context to reach.
func TestText(t *testing.T) {
	args := []string{"text", "-data", licence, "-hidden", "64", "-window", "32", "-epochs", "8", "-rate", "0.01", "-dropout", "0", "-sample", "200"}
	text, errs, status := invoke(args...)
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	if !strings.HasPrefix(text, "10784 characters, of which 76 differ, to learn from; 544 held back\nepoch 1 of 8   training loss ") {
		t.Errorf("it begins with %.100q", text)
	}
	source := string(read(t, licence))
	entropy := 0.0
	for _, c := range newAlphabet(source) {
		p := float64(strings.Count(source, string(c))) / float64(len(source))
		entropy -= p * math.Log(p)
	}
	training, held := losses(t, text)
	if len(training) != 8 || !(training[7] < entropy-1 && held[7] < entropy-0.5) {
		t.Errorf("the losses are %v and, held back, %v; the entropy of characters is %v", training, held, entropy)
	}
	if want := fmt.Sprintf("held-back loss %.4f   %.2f bits a character", held[7], held[7]/math.Ln2); !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
	_, written, _ := strings.Cut(text, " s\n\n")
	if !strings.HasPrefix(written, "The ") || len(written) != len("The ")+200+len("\n") {
		t.Errorf("it writes %q", written)
	}
	if again, _, _ := invoke(args...); !strings.HasSuffix(again, written) {
		t.Error("the same seed writes another text")
	}
}

// TestWrite learns what repeats itself, and goes on with it.
func TestWrite(t *testing.T) {
	s := settings{Task: "text", Hidden: 16, Epochs: 4, Batch: 4, Window: 20, Rate: 0.05, Seed: 1, Dropout: 0.1}
	song := strings.Repeat("la le lu. ", 120)
	a := newAlphabet(song)
	chars, err := a.indices(song)
	if err != nil {
		t.Fatal(err)
	}
	w, d := newWriting(s, len(a)), windows(chars, s.Window)
	if _, err := fit(w, d, d.Slice(0, 5), s, checkpoint{"", 1}, &crash{after: -1}); err != nil {
		t.Fatal(err)
	}
	for beginning, want := range map[string]string{"la": " le lu. la l", ". la le": " lu. la le l"} {
		begun, err := a.indices(beginning)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, i := range w.model.write(begun, len(want), 0.2, rand.New(rand.NewPCG(1, 1))) {
			got += string(a[i])
		}
		if got != want {
			t.Errorf("after %q it writes %q, want %q", beginning, got, want)
		}
	}
}

func TestWindows(t *testing.T) {
	d := windows([]int{1, 2, 3, 4, 5, 6, 7, 8}, 3)
	chars, next := pairs(nil, d)
	if d.Len() != 2 || !slices.Equal(chars, []int{1, 2, 3, 4, 5, 6}) || !slices.Equal(next, []int{2, 3, 4, 5, 6, 7}) {
		t.Errorf("%d windows of %v, and next %v", d.Len(), chars, next)
	}
	for _, short := range [][]int{nil, {1}, {1, 2, 3}} {
		if n := windows(short, 3).Len(); n != 0 {
			t.Errorf("%v: %d windows", short, n)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"one two three", "one two\nthree"},
		{"one twos three", "one twos\nthree"},
		{"one two\nthree four five", "one two\nthree\nfour\nfive"},
		{"enormously", "enormously"},
		{"an enormously\nlong one", "an\nenormously\nlong one"},
		{"a\n\n  b", "a\n\n  b"},
		{"ææææ ææææ", "ææææ\nææææ"},
		{"æææ ææææ", "æææ ææææ"},
	} {
		if got := wrap(c.text, 8); got != c.want {
			t.Errorf("%q is wrapped to %q, want %q", c.text, got, c.want)
		}
	}
}

// TestDraw counts what is drawn: numbers that differ from their expectation by four standard deviations at most.
func TestDraw(t *testing.T) {
	const n = 10000
	p := []float32{0.1, 0, 0.6, 0.3}
	counts := make([]float64, len(p))
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		counts[draw(p, rng)]++
	}
	for i, p := range p {
		want := n * float64(p)
		if math.Abs(counts[i]-want) > 4*math.Sqrt(want*(1-float64(p))) {
			t.Errorf("%d is drawn %v times of %v, want about %v", i, counts[i], n, want)
		}
	}
	if i := draw([]float32{0, 0, 0}, rng); i != 0 {
		t.Errorf("of nothing, %d is drawn", i)
	}
}

// TestGradient compares the derivative along the gradient, which is its norm, with a difference of losses.
func TestGradient(t *testing.T) {
	images, _, err := mnist.Load(digitstest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	text := windows([]int{0, 1, 2, 0, 1, 3, 0, 2, 2, 1, 0, 3, 3, 1, 2, 0, 1}, 4)
	for name, c := range map[string]struct {
		learner learner
		batch   train.Data[float32]
	}{
		"rows": {newReading(settings{Hidden: 16, Seed: 1}, 8), images.Slice(0, 40)},
		"text": {newWriting(settings{Hidden: 16, Seed: 1}, 4), text},
	} {
		loss := c.learner.step(c.batch)
		if want, _ := c.learner.judge(c.batch); math.Abs(loss-want) > 1e-6 {
			t.Errorf("%s: the loss is %v, want %v", name, loss, want)
		}
		norm := 0.0
		for _, p := range c.learner.params() {
			for _, g := range p.Grad.Data {
				norm += float64(g) * float64(g)
			}
		}
		norm = math.Sqrt(norm)
		along := func(step float64) float64 {
			for _, p := range c.learner.params() {
				kernel.Axpy(float32(step/norm), p.Grad.Data, p.Value.Data)
			}
			loss, _ := c.learner.judge(c.batch)
			return loss
		}
		const step = 1e-2
		above := along(step)
		below := along(-2 * step)
		if got := (above - below) / (2 * step); math.Abs(got-norm) > 1e-3*norm {
			t.Errorf("%s: along the gradient the loss rises by %v, and its norm is %v", name, got, norm)
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
	source := string(read(t, licence))
	a := newAlphabet(source)
	chars, err := a.indices(source)
	if err != nil {
		t.Fatal(err)
	}
	text := windows(chars[:5000], 10)
	for _, task := range []struct {
		settings settings
		learner  func(s settings) learner
		data     train.Data[float32]
	}{
		{settings{Task: "rows", Hidden: 20, Epochs: 3, Batch: 32, Rate: 1e-2, Seed: 5}, func(s settings) learner { return newReading(s, 8) }, all},
		{settings{Task: "text", Hidden: 20, Epochs: 3, Batch: 32, Rate: 1e-2, Seed: 5, Dropout: 0.5}, func(s settings) learner { return newWriting(s, len(a)) }, text},
	} {
		name, training, held := task.settings.Task, task.data.Slice(0, 438), task.data.Slice(438, 460) // 14 steps in an epoch
		whole, cut := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
		attempt := func(file string, after int) (*history, []string) {
			return attempt(t, task.learner(task.settings), training, held, task.settings, checkpoint{file, 4}, &crash{after: after})
		}
		want, _ := attempt(whole, -1)
		if len(want.Training) != 3 || !(want.Training[2] < want.Training[0]) || math.IsNaN(want.Held[2]) {
			t.Errorf("%s: the losses are %v", name, want)
		}
		var lines []string
		var got *history
		for _, after := range []int{3, 9, 14, 15, 27, 39, 42, -1} {
			h, said := attempt(cut, after)
			got, lines = h, append(lines, said...)
		}
		if got == nil || !slices.Equal(got.Training, want.Training) || !slices.Equal(got.Held, want.Held) {
			t.Errorf("%s: the losses are %v, want %v", name, got, want)
		}
		for _, want := range []string{"after 8 of 42", "after 12 of 42", "epoch 1 of 3", "after 14 of 42", "after 24 of 42", "epoch 2 of 3"} {
			if !strings.Contains(strings.Join(lines, "\n"), want) {
				t.Errorf("%s: no line with %q in\n%s", name, want, strings.Join(lines, "\n"))
			}
		}
		if !bytes.Equal(read(t, whole), read(t, cut)) {
			t.Errorf("%s: the checkpoint of the training that was interrupted is another", name)
		}
	}
}

// attempt starts a training, which may crash: then there is no history.
func attempt(t *testing.T, l learner, training, held train.Data[float32], s settings, c checkpoint, w *crash) (h *history, lines []string) {
	t.Helper()
	defer func() {
		if e := recover(); e != nil && e != any(w) {
			panic(e)
		}
		lines = w.lines
	}()
	h, err := fit(l, training, held, s, c, w)
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
	digits, state := digitstest.Folder(t), filepath.Join(t.TempDir(), "state")
	text := []string{"text", "-data", licence, "-hidden", "4", "-epochs", "1", "-sample", "1"}
	rows := []string{"rows", "-data", digits, "-hidden", "4", "-epochs", "1", "-held", "1400"}
	if _, errs, status := invoke(append(text, "-checkpoint", state)...); status != 0 {
		t.Fatal(errs)
	}
	before := read(t, state)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{append(text, "-checkpoint", state, "-dropout", "0.1"), 1,
			`settings: it is of a training with text -data "../../LICENSE" -window 128 -dropout 0.3 -hidden 4 -epochs 1 -batch 16 -rate 0.003 -seed 1, not `},
		{append(rows, "-checkpoint", state), 1, `"random" is in the file only`},
		{append(text, "-prompt", "«"), 1, "rnn: -prompt: the character '«' is not in the text that was learned from\n"},
		{append(text, "-window", "1000"), 1, "rnn: the text is too short for the window\n"},
		{append(text, "-data", filepath.Join(digits, "none")), 1, "no such file"},
		{append(rows, "-data", t.TempDir()), 1, "none of train-images-idx3-ubyte"},
		{append(rows, "-held", "1438"), 1, "rnn: -held 1438: there are only 1438 images\n"},
		{append(rows, "-svg", filepath.Join(digits, "no", "loss.svg")), 1, "no such file"},
		{append(rows, "-held", "0"), 2, "must be positive"},
		{append(text, "-temperature", "0"), 2, "must be positive"},
		{append(text, "-dropout", "1"), 2, "-dropout must be from 0 to below 1"},
		{append(text, "-prompt", ""), 2, "-prompt must have a character"},
		{append(rows, "-window", "1"), 2, "not defined"},
		{append(text, "more"), 2, `unexpected argument "more"`},
		{nil, 2, "usage: rnn rows [flags]"},
		{[]string{"speech"}, 2, "usage: rnn rows [flags]"},
		{[]string{"text", "-h"}, 0, "-temperature float"},
	} {
		if _, errs, status := invoke(c.args...); status != c.status || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %q; want %d, %q", c.args, status, errs, c.status, c.want)
		}
	}
	if !bytes.Equal(read(t, state), before) {
		t.Error("the checkpoint of another training was overwritten")
	}
}
