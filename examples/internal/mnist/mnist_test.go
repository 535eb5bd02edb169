package mnist_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/examples/internal/mnist"
	"github.com/godiff/godiff/nn/idx"
)

// folder writes two images with 2×1 pixels to learn from and one to test with.
func folder(t *testing.T, labels []uint8) string {
	t.Helper()
	dir := t.TempDir()
	for name, a := range map[string]idx.Array{
		"train-images-idx3-ubyte": {Shape: []int{2, 2, 1}, Data: []uint8{0, 255, 51, 102}},
		"train-labels-idx1-ubyte": {Shape: []int{2}, Data: labels[:2]},
		"t10k-images-idx3-ubyte":  {Shape: []int{1, 2, 1}, Data: []uint8{255, 0}},
		"t10k-labels-idx1-ubyte":  {Shape: []int{1}, Data: labels[2:]},
	} {
		var b bytes.Buffer
		if err := idx.Write(&b, &a); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	learn, test, err := mnist.Load(folder(t, []uint8{7, 0, 9}))
	if err != nil {
		t.Fatal(err)
	}
	if got := learn.X.String(); got != "[2 1 2 1][0 1 0.2 0.4]" || !slices.Equal(learn.Labels, []int{7, 0}) {
		t.Errorf("to learn from there is %s with %v", got, learn.Labels)
	}
	if got := test.X.String(); got != "[1 1 2 1][1 0]" || !slices.Equal(test.Labels, []int{9}) {
		t.Errorf("to test with there is %s with %v", got, test.Labels)
	}
}

func TestLoadWrong(t *testing.T) {
	for _, labels := range [][]uint8{{7, 10, 9}, {7, 9, 10}} {
		dir := folder(t, labels)
		_, _, err := mnist.Load(dir)
		want := "image 1 has the label 10; labels are 0 to 9"
		if labels[2] == 10 {
			want = strings.Replace(want, "image 1", "image 0", 1)
		}
		if err == nil || err.Error() != dir+": "+want {
			t.Errorf("labels %v: %v, want %s", labels, err, want)
		}
	}
	if _, _, err := mnist.Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "train-images-idx3-ubyte") {
		t.Errorf("an empty folder: %v", err)
	}
}
