package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
	"github.com/godiff/godiff/nn/plot"
	"github.com/godiff/godiff/nn/train"
)

// A network is a model with its gradient, whichever the model is.
type network struct {
	model   any
	params  []nn.Param[float32]
	logits  func(x nn.Tensor[float32]) nn.Tensor[float32]
	lossVJP func(x nn.Tensor[float32], labels []int) float32 // adds to the gradient
	space   nn.Space
}

// A model is a pointer to M, and so is its gradient.
type model[M any] interface {
	*M
	Logits(x nn.Tensor[float32]) nn.Tensor[float32]
	LossVJP(x nn.Tensor[float32], labels []int, dm *M, dy float32) float32
}

// networkOf returns the network of a model.
func networkOf[M any, P model[M]](m P) *network {
	dm := nn.Gradient[M](m)
	return &network{model: m, params: nn.Params[float32](m, dm), logits: m.Logits, lossVJP: func(x nn.Tensor[float32], labels []int) float32 {
		return m.LossVJP(x, labels, dm, 1)
	}}
}

// newNetwork returns a network for images of a shape, channels × rows × columns, with weights that a seed decides.
func newNetwork(kind string, seed uint64, image []int) (*network, error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	switch kind {
	case "mlp":
		return networkOf(newMLP(rng, image)), nil
	case "cnn":
		return networkOf(newCNN(rng, image)), nil
	}
	return nil, fmt.Errorf("-model %s: there are mlp and cnn", kind)
}

// settings are what decides the numbers of a training.
type settings struct {
	Model               string
	Data                string // where it is
	Epochs, Batch, Held int
	Rate                float64
	Seed                uint64
}

func (s settings) String() string {
	return fmt.Sprintf("-model %s -data %q -epochs %d -batch %d -held %d -rate %g -seed %d", s.Model, s.Data, s.Epochs, s.Batch, s.Held, s.Rate, s.Seed)
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
	Held     []float64 // of the images held back, at its end
}

func (h *history) chart(model string) plot.Chart {
	return plot.Chart{Title: "Cross entropy of the " + strings.ToUpper(model) + " after each epoch", X: "epoch", Y: "nats", Log: true, Curves: []plot.Curve{
		{Name: "training", Y: h.Training},
		{Name: "held back", Y: h.Held},
	}}
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

// fit trains a network: by Adam, with a rate that falls to zero by half a cosine. The training goes on from what the checkpoint holds, if
// there is one; killed and started again, it ends with the same bits as without that.
func fit(n *network, learn, held train.Data[float32], s settings, c checkpoint, w watcher) (*history, error) {
	batches := train.NewBatches(learn, s.Batch, s.Seed)
	steps := s.Epochs * ((learn.Len() + s.Batch - 1) / s.Batch)
	rate := optim.Cosine(s.Rate, 0, 0, steps)
	optimizer := optim.NewAdam(n.params, s.Rate)
	var loss train.Mean // of the epoch
	h := new(history)
	step := 0

	state := train.State{
		"settings": &kept{s, s}, "model": n.model, "optimizer": optimizer, "batches": batches, "loss": &loss, "history": h, "step": &step,
	}
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
			n.space.Reset()
			loss.Add(float64(n.lossVJP(batch.X.In(&n.space), batch.Labels)), batch.Len())
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
		heldLoss, answers := n.judge(held)
		h.Training, h.Held = append(h.Training, loss.Value()), append(h.Held, heldLoss)
		w.say(fmt.Sprintf("epoch %*d of %d   training loss %.4f   held-back loss %.4f   held-back accuracy %.2f %%   %.1f s",
			len(fmt.Sprint(s.Epochs)), batches.Epoch, s.Epochs, loss.Value(), heldLoss, 100*answers.Accuracy(), time.Since(start).Seconds()))
		loss, start = train.Mean{}, time.Now()
		if err := save(); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// judge returns the mean loss and the answers of a network for images that it does not learn from.
func (n *network) judge(d train.Data[float32]) (float64, *train.Confusion) {
	var loss train.Mean
	answers := train.NewConfusion(mnist.Classes)
	for batch := range d.Batches(500) {
		n.space.Reset()
		logits := n.logits(batch.X.In(&n.space))
		loss.Add(float64(nn.CrossEntropy(logits, batch.Labels)), batch.Len())
		train.Count(answers, logits, batch.Labels)
	}
	return loss.Value(), answers
}
