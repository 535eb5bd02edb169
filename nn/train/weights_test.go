package train_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/safetensors"
	"github.com/godiff/godiff/nn/train"
)

func params(m *model) []nn.Param[float32] { return nn.Params[float32](m, nil) }

func TestWeights(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.safetensors")
	m, other := newModel(3, 4, 2, 1), newModel(3, 4, 2, 2)
	if err := train.SaveWeights(file, params(other)); err != nil {
		t.Fatal(err)
	}
	if err := train.SaveWeights(file, params(m)); err != nil {
		t.Fatal(err)
	}
	if err := train.LoadWeights(file, params(other)); err != nil {
		t.Fatal(err)
	}
	for i, p := range params(m) {
		if got := params(other)[i]; !slices.Equal(got.Value.Data, p.Value.Data) {
			t.Errorf("%s was saved as %v and loaded as %v", p.Name, p.Value, got.Value)
		}
	}
	if names := entries(t, filepath.Dir(file)); !slices.Equal(names, []string{"w.safetensors"}) {
		t.Errorf("saving leaves the files %q", names)
	}
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestWeightsThatDoNotFit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if err := train.LoadWeights(file, params(newModel(3, 4, 2, 1))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file the error is %v", err)
	}
	all := append(params(newModel(3, 5, 2, 1)), nn.Param[float32]{Name: "More", Value: nn.New[float32](nil, 1)})
	if err := train.SaveWeights(file, slices.Delete(all, 3, 4)); err != nil {
		t.Fatal(err)
	}
	m := newModel(3, 4, 2, 1)
	before := slices.Clone(m.Hidden.W.Data)
	err := train.LoadWeights(file, params(m))
	want := "train: " + file + ` does not fit the model: "Hidden.W" has shape [3 5] in the file, want [3 4]
"Hidden.B" has shape [5] in the file, want [4]
"Out.W" has shape [5 2] in the file, want [4 2]
"Out.B" of shape [2] is not in the file
"More" of shape [1] is in the file only`
	if err == nil || err.Error() != want {
		t.Errorf("got the error\n%v\nwant\n%s", err, want)
	}
	if !slices.Equal(m.Hidden.W.Data, before) {
		t.Error("the weights have changed although the file does not fit")
	}
}

// TestTerabyte checks that a sparse file of a terabyte, which has all that its header says, is compared with the model before it is read.
func TestTerabyte(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sparse")
	write := func(dtype safetensors.DType, shape string) {
		header := fmt.Sprintf(`{"m.W":{"dtype":%q,"shape":%s,"data_offsets":[0,1099511627776]}}`, dtype, shape)
		start := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		if err := os.WriteFile(file, append(start, header...), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, int64(len(start)+len(header))+1<<40); err != nil {
			t.Skip("no sparse files:", err)
		}
	}
	check := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("got the error %v, want %s", err, want)
		}
	}
	w := nn.New[float32](nil, 2)
	params := []nn.Param[float32]{{Name: "m.W", Value: w}}
	write("F32", "[274877906944]")
	check(train.LoadWeights(file, params), `"m.W" has shape [274877906944] in the file, want [2]`)
	check(train.State{"m": &struct{ W nn.Tensor[float32] }{w}}.Load(file), `"m.W" has shape [274877906944] in the file, want [2]`)
	const large = `"m.W" of shape [274877906944] in the file is too large for memory`
	check(train.State{"m": &struct{ W nn.Tensor[float32] }{}}.Load(file), large)
	check(train.State{"m": &struct{ W []float32 }{}}.Load(file), large)
	write("U8", "[1099511627776]")
	check(train.State{"m": &struct{ W string }{}}.Load(file), `"m.W" of shape [1099511627776] in the file is too large for memory`)
	params[0].Value.Shape = []int{1 << 40}
	check(train.LoadWeights(file, params), `"m.W" has elements U8 in the file, want numbers`)
}

// TestSaveFails checks that what was there stays when it cannot be replaced.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "w.safetensors")
	m := newModel(3, 4, 2, 1)
	if err := train.SaveWeights(file, params(m)); err != nil {
		t.Fatal(err)
	}
	wrong := append(params(newModel(3, 4, 2, 2)), params(m)[0])
	if err := train.SaveWeights(file, wrong); err == nil || !strings.Contains(err.Error(), `"Hidden.W" is there twice`) {
		t.Errorf("two tensors of one name give the error %v", err)
	}
	if err := train.SaveWeights(filepath.Join(dir, "none", "w"), params(m)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there gives the error %v", err)
	}
	f, err := safetensors.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, w, err := safetensors.Load[float32](f, "Hidden.W"); err != nil || !slices.Equal(w, m.Hidden.W.Data) {
		t.Errorf("the file holds %v, want %v (%v)", w, m.Hidden.W.Data, err)
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("failures leave the files %q", names)
	}
}
