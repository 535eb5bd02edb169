// Package digitstest gives the tests of examples a data set in the form of MNIST that is small, and is there without a network: the digits
// of examples/digits.
package digitstest

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/godiff/godiff/nn/idx"
)

// Images of 8×8 pixels, from 0 for paper to 16 for ink.
const (
	side = 8
	ink  = 16
)

// Folder returns a folder with 1,438 images to learn from and 359 to test with, every fifth, of 8×8 pixels. It works in tests of packages that lie
// beside examples/digits.
func Folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	pixels, labels, err := read(filepath.Join("..", "digits", "digits.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []struct {
		name string
		test bool
	}{{"train", false}, {"t10k", true}} {
		var p, l []byte
		for i, label := range labels {
			if (i%5 == 4) == set.test {
				p, l = append(p, pixels[i*side*side:(i+1)*side*side]...), append(l, label)
			}
		}
		write(t, filepath.Join(dir, set.name+"-images-idx3-ubyte"), &idx.Array{Shape: []int{len(l), side, side}, Data: p})
		write(t, filepath.Join(dir, set.name+"-labels-idx1-ubyte"), &idx.Array{Shape: []int{len(l)}, Data: l})
	}
	return dir
}

// read returns the pixels, from 0 to 255, and the labels of a compressed csv file with 64 pixels and a label on each line.
func read(name string) (pixels, labels []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	lines := csv.NewReader(z)
	lines.FieldsPerRecord = side*side + 1
	for {
		line, err := lines.Read()
		if err == io.EOF {
			return pixels, labels, nil
		}
		if err != nil {
			return nil, nil, err
		}
		for i, text := range line {
			v, err := strconv.Atoi(text)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", name, err)
			}
			if i < side*side {
				pixels = append(pixels, byte(v*255/ink))
			} else {
				labels = append(labels, byte(v))
			}
		}
	}
}

func write(t testing.TB, name string, a *idx.Array) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := idx.Write(f, a); err != nil {
		t.Fatal(err)
	}
}
