package idx_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/godiff/godiff/nn/idx"
)

func Example() {
	var file bytes.Buffer
	if err := idx.Write(&file, &idx.Array{Shape: []int{2, 3}, Data: []int16{1, 2, 3, 4, 5, 6}}); err != nil {
		log.Fatal(err)
	}
	a, err := idx.Read(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Shape, a.Data)
	// Output: [2 3] [1 2 3 4 5 6]
}

// The folder holds the four files as they are given out. A batch of images is one slice for a network that takes [batch, rows·cols].
func ExampleLoadMNIST() {
	dir := os.Getenv("MNIST")
	if dir == "" {
		return
	}
	train, _, err := idx.LoadMNIST(dir)
	if err != nil {
		log.Fatal(err)
	}
	var x []float32
	var labels []int
	for i := range 32 {
		x = idx.Scaled(x, train, i)
		labels = append(labels, int(train.Labels[i]))
	}
	fmt.Println(len(x), labels)
}
