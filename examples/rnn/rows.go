package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// A reading is a Reader that learns.
type reading struct {
	model, gradient *Reader
	list            []nn.Param[float32]
	space           nn.Space
}

// newReading returns a Reader of rows of so many pixels.
func newReading(s settings, pixels int) *reading {
	m := newReader(rand.New(rand.NewPCG(s.Seed, 0)), pixels, s.Hidden)
	dm := nn.Gradient(m)
	return &reading{model: m, gradient: dm, list: nn.Params[float32](m, dm)}
}

// state implements [learner].
func (r *reading) state() train.State { return train.State{"model": r.model} }

// params implements [learner].
func (r *reading) params() []nn.Param[float32] { return r.list }

// step implements [learner].
func (r *reading) step(batch train.Data[float32]) float64 {
	r.space.Reset()
	return float64(r.model.LossVJP(rows(batch.X).In(&r.space), batch.Labels, r.gradient, 1))
}

// judge implements [learner].
func (r *reading) judge(held train.Data[float32]) (float64, string) {
	loss, answers := r.answer(held)
	return loss, fmt.Sprintf("held-back accuracy %.2f %%", 100*answers.Accuracy())
}

// answer returns the mean loss and the answers for images.
func (r *reading) answer(d train.Data[float32]) (float64, *train.Confusion) {
	var loss train.Mean
	answers := train.NewConfusion(mnist.Classes)
	for batch := range d.Batches(500) {
		r.space.Reset()
		logits := r.model.Logits(rows(batch.X).In(&r.space))
		loss.Add(float64(nn.CrossEntropy(logits, batch.Labels)), batch.Len())
		train.Count(answers, logits, batch.Labels)
	}
	return loss.Value(), answers
}

// rows returns images, of one channel, as sequences of rows.
func rows(x nn.Tensor[float32]) nn.Tensor[float32] {
	return x.Reshape(x.Shape[0], x.Shape[2], x.Shape[3])
}

// readRows trains a Reader, tests it and prints what comes of that.
func readRows(o options, out io.Writer) error {
	all, test, err := mnist.Load(o.Data)
	if err != nil {
		return err
	}
	if o.Held >= all.Len() {
		return fmt.Errorf("-held %d: there are only %d images", o.Held, all.Len())
	}
	training, held := all.Split(o.Held, 1) // the same in every run
	fmt.Fprintf(out, "%d images to learn from, %d held back, %d to test\n", training.Len(), held.Len(), test.Len())

	r := newReading(o.settings, training.X.Shape[3])
	if err := learn(r, training, held, o, out); err != nil {
		return err
	}
	_, answers := r.answer(test)
	fmt.Fprintf(out, "\n%v\ntest accuracy %.2f %%\n", answers, 100*answers.Accuracy())
	return nil
}
