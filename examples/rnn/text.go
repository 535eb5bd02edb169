package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// A writing is a Writer that learns.
type writing struct {
	model, gradient *Writer
	list            []nn.Param[float32]
	space           nn.Space
	random          *rand.PCG // decides which units are left out
}

// newWriting returns a Writer of so many characters.
func newWriting(s settings, chars int) *writing {
	random := rand.NewPCG(s.Seed, 1)
	m := newWriter(rand.New(rand.NewPCG(s.Seed, 0)), chars, s.Hidden, s.Dropout, rand.New(random))
	dm := nn.Gradient(m)
	return &writing{model: m, gradient: dm, list: nn.Params[float32](m, dm), random: random}
}

// state implements [learner].
func (w *writing) state() train.State { return train.State{"model": w.model, "random": w.random} }

// params implements [learner].
func (w *writing) params() []nn.Param[float32] { return w.list }

// step implements [learner].
func (w *writing) step(batch train.Data[float32]) float64 {
	w.space.Reset()
	chars, next := pairs(&w.space, batch)
	return float64(w.model.LossVJP(&w.space, chars, next, batch.Len(), true, w.gradient, 1))
}

// judge implements [learner].
func (w *writing) judge(held train.Data[float32]) (float64, string) {
	var loss train.Mean
	for batch := range held.Batches(64) {
		w.space.Reset()
		chars, next := pairs(&w.space, batch)
		loss.Add(float64(w.model.Loss(&w.space, chars, next, batch.Len(), false)), batch.Len())
	}
	return loss.Value(), fmt.Sprintf("%.2f bits a character", loss.Value()/math.Ln2)
}

// windows cuts a text into examples of so many characters, and the one that comes next: they are labels, and no numbers are given.
func windows(text []int, size int) train.Data[float32] {
	n := max(len(text)-1, 0) / size
	d := train.Data[float32]{X: nn.New[float32](nil, n, 0)}
	for i := range n {
		d.Labels = append(d.Labels, text[i*size:(i+1)*size+1]...)
	}
	return d
}

// pairs returns the characters of windows, window by window, and what comes after each, with memory of a space.
func pairs(space *nn.Space, d train.Data[float32]) (chars, next []int) {
	n := d.Len()
	size := len(d.Labels)/n - 1
	chars, next = nn.Ints(space, n*size), nn.Ints(space, n*size)
	for i := range n {
		w := d.Labels[i*(size+1) : (i+1)*(size+1)]
		copy(chars[i*size:(i+1)*size], w)
		copy(next[i*size:(i+1)*size], w[1:])
	}
	return chars, next
}

// An alphabet is the characters of a text in the order of their codes.
type alphabet []rune

func newAlphabet(text string) alphabet {
	a := alphabet(text)
	slices.Sort(a)
	return slices.Compact(a)
}

// indices returns the place of each character of a text in a.
func (a alphabet) indices(text string) ([]int, error) {
	var list []int
	for _, c := range text {
		i, ok := slices.BinarySearch(a, c)
		if !ok {
			return nil, fmt.Errorf("the character %q is not in the text that was learned from", c)
		}
		list = append(list, i)
	}
	return list, nil
}

// write goes on from the characters of a beginning, of which there is at least one, with n others, each drawn with the probability that
// the model gives it at a temperature: below 1 what is likely becomes likelier.
func (m *Writer) write(beginning []int, n int, temperature float64, rng *rand.Rand) []int {
	hidden := m.LSTM.V.Shape[0]
	h, c := nn.New[float32](nil, 1, hidden), nn.New[float32](nil, 1, hidden)
	text := slices.Clone(beginning)
	for i := 0; len(text) < len(beginning)+n; i++ {
		h, c = m.LSTM.Step(m.Chars.Forward(nil, text[i:i+1]), h, c)
		if i+1 < len(text) {
			continue // still reading
		}
		logits := m.Out.Forward(h)
		for k := range logits.Data {
			logits.Data[k] /= float32(temperature)
		}
		text = append(text, draw(nn.Softmax(logits).Data, rng))
	}
	return text[len(beginning):]
}

// draw returns an index with the probability that p has there.
func draw(p []float32, rng *rand.Rand) int {
	u := rng.Float32()
	for i, v := range p {
		if u -= v; u < 0 {
			return i
		}
	}
	return slices.Index(p, slices.Max(p)) // what rounding has left
}

// opticks is the file of Isaac Newton's Opticks, fourth edition, 1730, that is part of Go's source tree.
func opticks() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	return filepath.Join(string(bytes.TrimSpace(out)), "src", "testdata", "Isaac.Newton-Opticks.txt"), err
}

// writeText trains a Writer and prints what it writes.
func writeText(o options, out io.Writer) error {
	name, err := o.Data, error(nil)
	if name == "" {
		if name, err = opticks(); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	a := newAlphabet(string(text))
	chars, err := a.indices(string(text))
	if err != nil {
		return err
	}
	beginning, err := a.indices(o.prompt)
	if err != nil {
		return fmt.Errorf("-prompt: %w", err)
	}
	held := len(chars) / 20 // the end
	training, test := windows(chars[:len(chars)-held], o.Window), windows(chars[len(chars)-held:], o.Window)
	if training.Len() == 0 || test.Len() == 0 {
		return errors.New("the text is too short for the window")
	}
	fmt.Fprintf(out, "%d characters, of which %d differ, to learn from; %d held back\n", training.Len()*o.Window, len(a), test.Len()*o.Window)

	w := newWriting(o.settings, len(a))
	if err := learn(w, training, test, o, out); err != nil {
		return err
	}
	var b strings.Builder
	for _, i := range w.model.write(beginning, o.sample, o.temperature, rand.New(rand.NewPCG(o.Seed, 2))) {
		b.WriteRune(a[i])
	}
	fmt.Fprintf(out, "\n%s\n", wrap(o.prompt+b.String(), 100))
	return nil
}

// wrap returns a text with line breaks in place of the spaces after which lines would have more than so many characters.
func wrap(text string, width int) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		column := 0
		for k, word := range strings.Split(line, " ") {
			n := utf8.RuneCountInString(word)
			switch {
			case k == 0:
			case column+1+n > width:
				b.WriteByte('\n')
				column = 0
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += n
		}
	}
	return b.String()
}
