package safetensors_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/godiff/godiff/nn/safetensors"
)

type layer struct {
	W []float32 // 2×3
	B []float32 // 2
}

func Example() {
	trained := layer{W: []float32{1, 2, 3, 4, 5, 6}, B: []float32{0.5, -0.5}}
	var file bytes.Buffer
	err := safetensors.Write(&file, []safetensors.Tensor{
		safetensors.NewTensor("layer.weight", []int{2, 3}, trained.W),
		safetensors.NewTensor("layer.bias", []int{2}, trained.B),
	}, map[string]string{"epoch": "12"})
	if err != nil {
		log.Fatal(err)
	}

	f, err := safetensors.Read(&file)
	if err != nil {
		log.Fatal(err)
	}
	loaded := layer{W: make([]float32, 6), B: make([]float32, 2)}
	if err := safetensors.LoadInto(f, "layer.weight", []int{2, 3}, loaded.W); err != nil {
		log.Fatal(err)
	}
	if err := safetensors.LoadInto(f, "layer.bias", []int{2}, loaded.B); err != nil {
		log.Fatal(err)
	}
	fmt.Println(loaded, f.Metadata())
	// Output: {[1 2 3 4 5 6] [0.5 -0.5]} map[epoch:12]
}

// What a file has, in the order of the data, and one tensor of it. Nothing else of the file is read.
func ExampleOpen() {
	f, err := safetensors.Open("testdata/reference.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	for _, t := range f.Tensors() {
		fmt.Printf("%q %s %v\n", t.Name, t.DType, t.Shape)
	}
	shape, w, err := safetensors.Load[float32](f, "brain")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shape, w)
	// Output:
	// "steps" I64 [2]
	// "double" F64 [2 1]
	// "empty" F32 [0 5]
	// "layer.bias" F32 [3]
	// "layer.weight" F32 [2 3]
	// "scalar \"π\"" F32 []
	// "brain" BF16 [2 2]
	// "half" F16 [4]
	// "mask" BOOL [3]
	// [2 2] [1 -2 0.33398438 +Inf]
}
