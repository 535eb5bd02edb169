package idx

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// files are a data set of 3 and 2 images of 2×1, and its labels.
func files() map[string]Array {
	return map[string]Array{
		"train-images-idx3-ubyte": {[]int{3, 2, 1}, []uint8{0, 255, 51, 102, 4, 5}},
		"train-labels-idx1-ubyte": {[]int{3}, []uint8{7, 0, 9}},
		"t10k-images-idx3-ubyte":  {[]int{2, 2, 1}, []uint8{10, 11, 12, 13}},
		"t10k-labels-idx1-ubyte":  {[]int{2}, []uint8{1, 2}},
	}
}

// folder writes files, as rename names them, and returns their folder. Those whose new name has "gz" in it are compressed.
func folder(t *testing.T, files map[string]Array, rename func(string) string) string {
	t.Helper()
	dir := t.TempDir()
	for name, a := range files {
		var b bytes.Buffer
		if err := Write(&b, &a); err != nil {
			t.Fatal(err)
		}
		file := b.Bytes()
		name := rename(name)
		if strings.Contains(name, "gz") {
			file = compress(t, b.String())
		}
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func same(name string) string { return name }

func TestLoadMNIST(t *testing.T) {
	for _, rename := range []func(string) string{
		same,
		func(name string) string { return name + ".gz" },
		func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) },
		func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) + ".gz" },
	} {
		train, test, err := LoadMNIST(folder(t, files(), rename))
		if err != nil {
			t.Error(err)
			continue
		}
		if want := (&Set{2, 1, []byte{0, 255, 51, 102, 4, 5}, []byte{7, 0, 9}}); !reflect.DeepEqual(train, want) {
			t.Errorf("got %v to train with, want %v", train, want)
		}
		if want := (&Set{2, 1, []byte{10, 11, 12, 13}, []byte{1, 2}}); !reflect.DeepEqual(test, want) {
			t.Errorf("got %v to test with, want %v", test, want)
		}
	}
}

func TestSet(t *testing.T) {
	train, _, err := LoadMNIST(folder(t, files(), same))
	if err != nil {
		t.Fatal(err)
	}
	if got := train.Len(); got != 3 {
		t.Errorf("%d images, want 3", got)
	}
	image := train.Image(1)
	if want := []byte{51, 102}; !bytes.Equal(image, want) {
		t.Errorf("image 1 is %v, want %v", image, want)
	}
	if _ = append(image, 99); train.Pixels[4] != 4 {
		t.Errorf("an append to image 1 changes image 2 to %v", train.Image(2))
	}
	if got, want := Scaled([]float32{9}, train, 1), []float32{9, 0.2, 0.4}; !reflect.DeepEqual(got, want) {
		t.Errorf("image 1 scaled is %v, want %v", got, want)
	}
	if got, want := Scaled[float64](nil, train, 0), []float64{0, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("image 0 scaled is %v, want %v", got, want)
	}
}

func TestLoadMNISTErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		alter func(map[string]Array)
		want  string
	}{
		{"missing", func(m map[string]Array) { delete(m, "t10k-labels-idx1-ubyte") },
			"none of t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz: file does not exist"},
		{"count", func(m map[string]Array) { m["train-labels-idx1-ubyte"] = Array{[]int{2}, []uint8{7, 0}} },
			"3 images but 2 labels in train"},
		{"size", func(m map[string]Array) { m["t10k-images-idx3-ubyte"] = Array{[]int{2, 1, 1}, []uint8{1, 2}} },
			"images of 2×1 to train with and of 1×1 to test with"},
		{"type", func(m map[string]Array) { m["train-labels-idx1-ubyte"] = Array{[]int{3}, []int8{7, 0, 9}} },
			"train-labels-idx1-ubyte: shape [3] of []int8, want 1 dimensions of bytes"},
		{"dimensions", func(m map[string]Array) { m["train-images-idx3-ubyte"] = Array{[]int{3, 2}, make([]uint8, 6)} },
			"train-images-idx3-ubyte: shape [3 2] of []uint8, want 3 dimensions of bytes"},
	} {
		m := files()
		c.alter(m)
		dir := folder(t, m, same)
		train, test, err := LoadMNIST(dir)
		if err == nil || !strings.HasPrefix(err.Error(), "idx: "+dir) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
		if train != nil || test != nil {
			t.Errorf("%s: an error and data", c.name)
		}
		if got := errors.Is(err, fs.ErrNotExist); got != (c.name == "missing") {
			t.Errorf("%s: that a file is missing is reported as %v", c.name, got)
		}
	}
}
