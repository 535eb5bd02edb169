package npy_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"log"

	"github.com/godiff/godiff/nn/npy"
)

func Example() {
	var file bytes.Buffer
	if err := npy.Write(&file, []int{2, 3}, []int64{1, 2, 3, 4, 5, 6}); err != nil {
		log.Fatal(err)
	}
	shape, data, err := npy.Read[float32](&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shape, data)
	// Output: [2 3] [1 2 3 4 5 6]
}

// A number that the type asked for does not have is an error.
func ExampleRead() {
	var file bytes.Buffer
	if err := npy.Write(&file, []int{3}, []float64{1, 0.5, 0.1}); err != nil {
		log.Fatal(err)
	}
	_, _, err := npy.Read[float32](&file)
	fmt.Println(err)
	// Output: npy: shape [3] of "<f8": element 2 is 0.1, which is no float32
}

// An .npz archive, as numpy.savez writes it.
func Example_npz() {
	archive, err := zip.OpenReader("testdata/numpy.npz")
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Close()
	f, err := archive.Open("fortran.npy")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	shape, data, err := npy.Read[float32](f)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shape, data[:4])
	// Output: [2 3 4] [-15 -13.75 -12.5 -11.25]
}
