package pytorch_test

import (
	"fmt"
	"log"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/pytorch"
)

// The network is Sequential(Linear(64, 32), Tanh(), Linear(32, 10)) in PyTorch, where it was trained.
func ExampleStateDict() {
	hidden := nn.Dense[float32]{W: nn.New[float32](nil, 64, 32), B: nn.New[float32](nil, 32)}
	out := nn.Dense[float32]{W: nn.New[float32](nil, 32, 10), B: nn.New[float32](nil, 10)}

	var dict pytorch.StateDict[float32]
	dict.Linear("0", &hidden)
	dict.Linear("2", &out)
	if err := dict.Load("testdata/digits.safetensors"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.B.Shape, out.B.Data[:2])
	// Output: [10] [-0.05392255 0.16591407]
}
