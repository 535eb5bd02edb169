package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"time"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
	"github.com/godiff/godiff/nn/plot"
	"github.com/godiff/godiff/nn/train"
)

// A learner is a model with its gradient.
type learner interface {
	state() train.State // the model, and what else decides what it learns
	params() []nn.Param[float32]
	step(batch train.Data[float32]) (loss float64)                // adds to the gradient
	judge(held train.Data[float32]) (loss float64, remark string) // of what is not learned from
}

// settings are what decides the numbers of a training.
type settings struct {
	Task                  string // rows or text
	Data                  string // where it is
	Hidden, Epochs, Batch int
	Rate                  float64
	Seed                  uint64
	Held                  int     // images, of rows
	Window                int     // characters, of text
	Dropout               float64 // of text
}

func (s settings) String() string {
	common := fmt.Sprintf("-hidden %d -epochs %d -batch %d -rate %g -seed %d", s.Hidden, s.Epochs, s.Batch, s.Rate, s.Seed)
	if s.Task == "rows" {
		return fmt.Sprintf("rows -data %q -held %d %s", s.Data, s.Held, common)
	}
	return fmt.Sprintf("text -data %q -window %d -dropout %g %s", s.Data, s.Window, s.Dropout, common)
}

// kept are the settings that a checkpoint has.
type kept struct {
	Settings settings
	given    settings
}

// Loaded reports a checkpoint of a training with other settings.
func (k *kept) Loaded() error {
	if k.Settings != k.given {
		return fmt.Errorf("it is of a training with %v, not %v", k.Settings, k.given)
	}
	return nil
}

// A history is the losses after each epoch.
type history struct {
	Training []float64 // the mean over the epoch, while the weights changed
	Held     []float64 // of what was held back, at its end
}

func (h *history) chart(task string) plot.Chart {
	c := plot.Chart{X: "epoch", Y: "nats", Curves: []plot.Curve{
		{Name: "training", Y: h.Training},
		{Name: "held back", Y: h.Held},
	}}
	if task == "rows" {
		c.Title, c.Log = "Cross entropy of digits after each epoch", true
	} else {
		c.Title = "Cross entropy of characters after each epoch"
	}
	return c
}

// A checkpoint says where the state of a training is kept.
type checkpoint struct {
	file  string // none if empty
	every int    // steps
}

// A watcher is told how far a training is.
type watcher interface {
	step(step, steps int) // after each step, and before the first
	say(line string)
}

// largest is the norm to which gradients are clipped.
const largest = 1

// fit trains a model: by Adam, with a rate that falls to zero by half a cosine, and gradients that are clipped. The training goes on from
// what the checkpoint holds, if there is one; killed and started again, it ends with the same bits as without that.
func fit(l learner, training, held train.Data[float32], s settings, c checkpoint, w watcher) (*history, error) {
	batches := train.NewBatches(training, s.Batch, s.Seed)
	steps := s.Epochs * ((training.Len() + s.Batch - 1) / s.Batch)
	rate := optim.Cosine(s.Rate, 0, 0, steps)
	params := l.params()
	optimizer := optim.NewAdam(params, s.Rate)
	var loss train.Mean // of the epoch
	h := new(history)
	step := 0

	state := train.State{"settings": &kept{s, s}, "optimizer": optimizer, "batches": batches, "loss": &loss, "history": h, "step": &step}
	maps.Copy(state, l.state())
	if c.file != "" {
		switch err := state.Load(c.file); {
		case err == nil:
			w.say(fmt.Sprintf("going on from %s, after %d of %d steps", c.file, step, steps))
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	save := func() error {
		if c.file == "" {
			return nil
		}
		return state.Save(c.file)
	}

	w.step(step, steps)
	start := time.Now()
	for batches.Epoch < s.Epochs {
		for batch := range batches.Next() {
			loss.Add(l.step(batch), batch.Len())
			optim.ClipNorm(params, largest)
			optimizer.Rate = rate(step)
			optimizer.Step()
			step++
			if step%c.every == 0 {
				if err := save(); err != nil {
					return nil, err
				}
			}
			w.step(step, steps)
		}
		heldLoss, remark := l.judge(held)
		h.Training, h.Held = append(h.Training, loss.Value()), append(h.Held, heldLoss)
		w.say(fmt.Sprintf("epoch %*d of %d   training loss %.4f   held-back loss %.4f   %s   %.1f s",
			len(fmt.Sprint(s.Epochs)), batches.Epoch, s.Epochs, loss.Value(), heldLoss, remark, time.Since(start).Seconds()))
		loss, start = train.Mean{}, time.Now()
		if err := save(); err != nil {
			return nil, err
		}
	}
	return h, nil
}
