package train_test

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

type schedule interface{ at(step int) float64 }

type halving struct{ Every, Since int }

func (h halving) at(step int) float64 { return math.Pow(2, -float64(step/h.Every)) }

// everything has a field of each sort.
type everything struct {
	Bool    bool
	Int     int
	Small   int8
	Long    []int64
	Word    uint32
	Bytes   []byte
	Float   float32
	Floats  []float64
	Array   [3]uint16
	Nan     float64
	Text    string
	Texts   []string
	Nested  struct{ A, B float64 }
	Weights nn.Tensor[float64]
	Made    *nn.Tensor[float32]
	List    []*nn.Tensor[float64]
	Plan    schedule
	Table   map[string]float64
	Source  rand.Source
	Space   *nn.Space
	Self    *everything
	Missing *everything
	Apply   func()
	Skipped int `train:"-"`
	hidden  int
}

func example() *everything {
	w := nn.Of([]float64{1, 2, math.Inf(1), 0.1}, 2, 2)
	e := &everything{
		Bool: true, Int: -5, Small: -128, Long: []int64{math.MinInt64, 1}, Word: math.MaxUint32, Bytes: []byte("ab"),
		Float: 1.0 / 3, Floats: []float64{1.0 / 3, math.Copysign(0, -1)}, Array: [3]uint16{1, 2, 65535}, Nan: math.Inf(-1), Text: "ü",
		Texts: []string{"", "x"}, Weights: w, Made: &nn.Tensor[float32]{Shape: []int{1}, Data: []float32{7}},
		List: []*nn.Tensor[float64]{&w, {Shape: []int{1}, Data: []float64{8}}}, Plan: halving{3, 4},
		Table: map[string]float64{"a": 1, "b.c": 2}, Source: rand.NewPCG(5, 6), Space: new(nn.Space), Skipped: 9, hidden: 10,
	}
	e.Nested.A = 1e-300
	e.Self = e
	return e
}

// blank has the shape of example where that is not loaded.
func blank() *everything {
	w := nn.New[float64](nil, 2, 2)
	e := &everything{Weights: w, List: []*nn.Tensor[float64]{&w}, Plan: halving{}, Table: map[string]float64{"a": 0, "b.c": 0},
		Source: rand.NewPCG(0, 0), Space: new(nn.Space), Skipped: 9, hidden: 10, Floats: []float64{1, 2, 3}}
	e.Self = e
	return e
}

func TestState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	want := example()
	if err := (train.State{"it": want}).Save(file); err != nil {
		t.Fatal(err)
	}
	got := blank()
	if err := (train.State{"it": got}).Load(file); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if &got.List[0].Data[0] != &got.Weights.Data[0] {
		t.Error("memory that was shared is not")
	}
	if math.Signbit(got.Floats[1]) != true {
		t.Error("−0 has become 0")
	}
}

// TestStateSameBytes checks that the file depends on nothing but what is saved.
func TestStateSameBytes(t *testing.T) {
	dir := t.TempDir()
	var files [2][]byte
	for i := range files {
		name := filepath.Join(dir, "state")
		if err := (train.State{"it": example(), "also": &train.Mean{}}).Save(name); err != nil {
			t.Fatal(err)
		}
		files[i], _ = os.ReadFile(name)
	}
	if len(files[0]) == 0 || string(files[0]) != string(files[1]) {
		t.Error("the same state gives two files")
	}
}

// TestStateThatDoesNotFit checks that a file of something else is told, all of it, and changes nothing.
func TestStateThatDoesNotFit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	type first struct {
		Steps  int32
		Rate   float64
		Moment nn.Tensor[float32]
		Old    bool
	}
	type second struct {
		Rate   float64
		Steps  int64
		Moment nn.Tensor[float32]
		New    []int
		Pair   [2]float64
	}
	s := first{Rate: 3, Moment: nn.New[float32](nil, 2, 3)}
	if err := (train.State{"it": &s}).Save(file); err != nil {
		t.Fatal(err)
	}
	got := second{Moment: nn.New[float32](nil, 3, 2)}
	err := (train.State{"it": &got}).Load(file)
	want := "train: loading " + file + `: "it.Steps" has elements I32 in the file, want I64
"it.Moment" has shape [2 3] in the file, want [3 2]
"it.New" is not in the file
"it.Pair" is not in the file
"it.Old" is in the file only`
	if err == nil || err.Error() != want {
		t.Errorf("got the error\n%v\nwant\n%s", err, want)
	}
	if got.Rate != 0 {
		t.Error("something has been loaded although the file does not fit")
	}
	if err := (train.State{}).Load(file + "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file the error is %v", err)
	}
}

// TestStateOfOtherData checks that batches tell that their data are not those which were saved.
func TestStateOfOtherData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	if err := (train.State{"batches": train.NewBatches(numbered(10), 4, 1)}).Save(file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		examples, size int
		want           string
	}{
		{9, 4, "batches: batches of 10 examples, there are 9"},
		{10, 5, "batches: 4 examples in a batch, these have 5"},
	} {
		err := train.State{"batches": train.NewBatches(numbered(c.examples), c.size, 1)}.Load(file)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("got the error %v, want %q", err, c.want)
		}
	}
}

// TestStateCannotSave checks that nothing is left out without a word.
func TestStateCannotSave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	for _, c := range []struct {
		x    any
		want string
	}{
		{1, "it is a int, want a pointer that is not nil"},
		{nil, "it is a <nil>, want a pointer that is not nil"},
		{(*train.Mean)(nil), "it is a *train.Mean, want a pointer that is not nil"},
		{rand.New(rand.NewPCG(1, 2)), "it is a rand.Rand, which hides what it has and does not marshal it"},
		{&struct{ Layer struct{ R *rand.Rand } }{struct{ R *rand.Rand }{rand.New(rand.NewPCG(1, 2))}},
			"it.Layer.R is a rand.Rand, which hides what it has and does not marshal it"},
		{&struct{ C complex128 }{}, "it.C is a complex128, which cannot be saved"},
		{&struct{ M map[int]int }{map[int]int{}}, "it.M is a map[int]int, and only maps with string keys can be saved"},
	} {
		err := train.State{"it": c.x}.Save(file)
		if want := "train: saving " + file + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("%T: got the error %v, want %q", c.x, err, want)
		}
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("there is a file although nothing could be saved")
	}
}
