package train_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// Five examples in batches of two: each epoch has an order of its own, which the seed decides.
func ExampleBatches() {
	data := train.Data[float64]{X: nn.Of([]float64{10, 11, 12, 13, 14}, 5, 1), Labels: []int{0, 1, 2, 3, 4}}
	batches := train.NewBatches(data, 2, 1)
	for batches.Epoch < 2 {
		for batch := range batches.Next() {
			fmt.Println(batch.X.Data, batch.Labels)
		}
		fmt.Println("epoch", batches.Epoch, "is complete")
	}
	// Output:
	// [13 11] [3 1]
	// [12 10] [2 0]
	// [14] [4]
	// epoch 1 is complete
	// [10 11] [0 1]
	// [14 12] [4 2]
	// [13] [3]
	// epoch 2 is complete
}

// Weights are saved under the names of the fields.
func ExampleSaveWeights() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "weights.safetensors")

	trained := &classifier{nn.NewDense[float64](rand.New(rand.NewPCG(1, 2)), 2, 3), nn.NewDense[float64](rand.New(rand.NewPCG(3, 4)), 3, 2)}
	if err := train.SaveWeights(file, nn.Params[float64](trained, nil)); err != nil {
		log.Fatal(err)
	}
	loaded := nn.Gradient(trained) // zeros of the same shape
	if err := train.LoadWeights(file, nn.Params[float64](loaded, nil)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(loaded.Hidden.W.At(1, 2) == trained.Hidden.W.At(1, 2))

	other := &classifier{Hidden: nn.NewDense[float64](rand.New(rand.NewPCG(1, 2)), 2, 4), Out: trained.Out}
	err = train.LoadWeights(file, nn.Params[float64](other, nil))
	fmt.Println(err != nil)
	// Output:
	// true
	// true
}

// Rows are what is right, columns what was answered.
func ExampleConfusion() {
	c := train.NewConfusion(3)
	scores := nn.Of([]float32{5, 1, 0, 0, 2, 1, 0, 1, 4, 3, 1, 2}, 4, 3)
	train.Count(c, scores, []int{0, 1, 2, 2})
	fmt.Print(c)
	fmt.Println(c.Accuracy(), c.Recall(2), c.Precision(0))
	// Output:
	// class │ answered
	//       │   0   1   2
	// ──────┼────────────
	//     0 │   1   ·   ·
	//     1 │   ·   1   ·
	//     2 │   1   ·   1
	// 0.75 0.5 0.5
}

// Training stops when the loss has not become less for two epochs.
func ExampleStop() {
	stop := train.Stop{Patience: 2}
	for _, loss := range []float64{0.9, 0.5, 0.6, 0.4, 0.41, 0.42, 0.3} {
		if stop.Better(loss) {
			fmt.Println("epoch", stop.Epochs, "is the best so far")
		}
		if stop.Now() {
			fmt.Println("stop after epoch", stop.Epochs)
			break
		}
	}
	// Output:
	// epoch 1 is the best so far
	// epoch 2 is the best so far
	// epoch 4 is the best so far
	// stop after epoch 6
}
