package idx_test

import (
	"bytes"
	"fmt"
	"log"

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

// A batch is one slice, as a network takes it of shape [batch, rows·cols], and its classes. The set here is one of 2×2 pixels.
func ExampleLoadMNIST() {
	train, test, err := idx.LoadMNIST("testdata/tiny")
	if err != nil {
		log.Fatal(err)
	}
	var x []float32
	var classes []int
	for i := range train.Len() {
		x = idx.Scaled(x, train, i)
		classes = append(classes, int(train.Labels[i]))
	}
	fmt.Println(train.Rows, train.Cols, test.Len())
	fmt.Println(x, classes)
	// Output:
	// 2 2 1
	// [0 1 1 0 0.2 0.4 0.6 0.8 1 1 0 0] [1 0 2]
}
