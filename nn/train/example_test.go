package train_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
	"github.com/godiff/godiff/nn/train"
)

// A classifier tells points of the plane apart.
type classifier struct{ Hidden, Out nn.Dense[float64] }

func (m *classifier) Forward(x nn.Tensor[float64]) nn.Tensor[float64] {
	return m.Out.Forward(nn.Tanh(m.Hidden.Forward(x)))
}

// Loss is what training makes small. The directive asks godiff generate for the method LossVJP.
//
//godiff:vjp wrt=m
func (m *classifier) Loss(x nn.Tensor[float64], labels []int) float64 {
	return nn.CrossEntropy(m.Forward(x), labels)
}

// points returns points within the unit circle, label 1, and around it, label 0.
func points(n int) train.Data[float64] {
	rng := rand.New(rand.NewPCG(1, 2))
	d := train.Data[float64]{X: nn.Uniform[float64](rng, 1.5, n, 2), Labels: make([]int, n)}
	for i := range n {
		if x, y := d.X.At(i, 0), d.X.At(i, 1); x*x+y*y < 1 {
			d.Labels[i] = 1
		}
	}
	return d
}

// A run of training that goes on where it was interrupted, if it was.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	checkpoint := filepath.Join(dir, "checkpoint.safetensors")

	run := func(epochs int) error {
		data, held := points(600).Split(100, 1)
		rng := rand.New(rand.NewPCG(3, 4))
		m := &classifier{nn.NewDense[float64](rng, 2, 16), nn.NewDense[float64](rng, 16, 2)}
		gradient := nn.Gradient(m)
		optimizer := optim.NewAdam(nn.Params[float64](m, gradient), 0.02)
		batches := train.NewBatches(data, 25, 1)
		state := train.State{"model": m, "optimizer": optimizer, "batches": batches}
		if err := state.Load(checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}

		var space nn.Space
		for batches.Epoch < epochs {
			var loss train.Mean
			for batch := range batches.Next() {
				space.Reset()
				loss.Add(m.LossVJP(batch.X.In(&space), batch.Labels, gradient, 1), batch.Len())
				optimizer.Step()
			}
			if batches.Epoch%5 == 0 {
				answers := train.NewConfusion(2)
				train.Count(answers, m.Forward(held.X), held.Labels)
				fmt.Printf("epoch %2d: loss %.2f, accuracy %.2f\n", batches.Epoch, loss.Value(), answers.Accuracy())
			}
			if err := state.Save(checkpoint); err != nil {
				return err
			}
		}
		return nil
	}

	for _, epochs := range []int{10, 20} {
		fmt.Println("up to epoch", epochs)
		if err := run(epochs); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// up to epoch 10
	// epoch  5: loss 0.60, accuracy 0.67
	// epoch 10: loss 0.34, accuracy 0.93
	// up to epoch 20
	// epoch 15: loss 0.22, accuracy 0.97
	// epoch 20: loss 0.17, accuracy 0.93
}
