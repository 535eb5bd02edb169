package idx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Set is labelled images, as MNIST, Fashion-MNIST, KMNIST and EMNIST have them. Nothing in a set is shared with another.
type Set struct {
	Rows, Cols int    // the size of each image in pixels
	Pixels     []byte // Rows × Cols brightnesses for each image, row by row, 0 the background and 255 the ink
	Labels     []byte // the class of each image
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Image returns the pixels of image i, which are those of s and not a copy.
// It panics if i is not between 0 and s.Len()−1.
func (s *Set) Image(i int) []byte {
	size := s.Rows * s.Cols
	return s.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// Scaled appends the pixels of image i to dst, divided by 255 so that they lie between 0 and 1, and returns the longer slice.
// It panics if i is not between 0 and s.Len()−1.
func Scaled[T ~float32 | ~float64](dst []T, s *Set, i int) []T {
	for _, p := range s.Image(i) {
		dst = append(dst, T(p)/255)
	}
	return dst
}

// LoadMNIST reads the four files of MNIST, or of a data set in its form, from a folder: train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte. Some copies have a dot for the hyphen before "idx",
// some have .gz at the end; whether a file is compressed is told by its content.
// It is an error if there are not as many labels as images, or if the images of the two sets differ in size.
func LoadMNIST(dir string) (train, test *Set, err error) {
	if train, err = LoadSet(dir, "train"); err != nil {
		return nil, nil, err
	}
	if test, err = LoadSet(dir, "t10k"); err != nil {
		return nil, nil, err
	}
	if train.Rows != test.Rows || train.Cols != test.Cols {
		return nil, nil, fmt.Errorf("idx: %s: images of %d×%d to train with and of %d×%d to test with",
			dir, train.Rows, train.Cols, test.Rows, test.Cols)
	}
	return train, test, nil
}

// LoadSet reads the images and labels of one set, as [LoadMNIST] does of "train" and "t10k".
// EMNIST has others, such as "emnist-letters-train".
func LoadSet(dir, name string) (*Set, error) {
	images, err := load(dir, name+"-images", 3)
	if err != nil {
		return nil, err
	}
	labels, err := load(dir, name+"-labels", 1)
	if err != nil {
		return nil, err
	}
	s := &Set{Rows: images.Shape[1], Cols: images.Shape[2], Pixels: images.Data.([]uint8), Labels: labels.Data.([]uint8)}
	if n := images.Shape[0]; n != s.Len() {
		return nil, fmt.Errorf("idx: %s: %d images but %d labels in %s", dir, n, s.Len(), name)
	}
	return s, nil
}

// load reads the bytes, of as many dimensions, of the file in dir whose name starts so.
func load(dir, stem string, dims int) (*Array, error) {
	f, err := open(dir, stem, dims)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("idx: %s: %w", f.Name(), err)
	}
	if _, ok := a.Data.([]uint8); !ok || len(a.Shape) != dims {
		return nil, fmt.Errorf("idx: %s: shape %v of %T, want %d dimensions of bytes", f.Name(), a.Shape, a.Data, dims)
	}
	return a, nil
}

// open opens the file under the first of the names that copies of the data have. The error names them all.
func open(dir, stem string, dims int) (*os.File, error) {
	var names []string
	for _, form := range []string{"%s-idx%d-ubyte", "%s-idx%d-ubyte.gz", "%s.idx%d-ubyte", "%s.idx%d-ubyte.gz"} {
		name := fmt.Sprintf(form, stem, dims)
		f, err := os.Open(filepath.Join(dir, name))
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("idx: %w", err)
		}
		names = append(names, name)
	}
	return nil, fmt.Errorf("idx: %s: none of %s: %w", dir, strings.Join(names, ", "), fs.ErrNotExist)
}
