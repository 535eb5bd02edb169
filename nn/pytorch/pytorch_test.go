package pytorch_test

import (
	"compress/gzip"
	"errors"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/pytorch"
	"github.com/godiff/godiff/nn/safetensors"
	"github.com/godiff/godiff/nn/table"
	"github.com/godiff/godiff/nn/train"
)

// The files in testdata are written by testdata/make.py, with PyTorch 1.13.0: layers.safetensors has the state_dict of a module with a layer
// of each kind after 100 steps of training, answers.safetensors what they are given and answer.

// layers has the layers of the module of that name in make.py.
type layers[T nn.Float] struct {
	Image     nn.Conv2D[T]
	Signal    nn.Conv1D[T]
	Slopes    nn.PReLU[T]
	Elman     nn.RNN[T]
	LSTM      [2]nn.LSTM[T]
	GRU       nn.GRU[T]
	Attention nn.Attention[T]
	Batch     nn.BatchNorm[T]
	Layer     nn.LayerNorm[T]
	Embedding nn.Embedding[T]
}

func newLayers[T nn.Float]() *layers[T] {
	zeros := func(dims ...int) nn.Tensor[T] { return nn.New[T](nil, dims...) }
	dense := func(in, out int) nn.Dense[T] { return nn.Dense[T]{W: zeros(in, out), B: zeros(out)} }
	return &layers[T]{
		Image:     nn.Conv2D[T]{W: zeros(4, 2, 3, 2), B: zeros(4), Stride: [2]int{2, 1}, Pad: [2]int{1, 1}},
		Signal:    nn.Conv1D[T]{W: zeros(6, 2, 3), Dilation: 2, Groups: 2},
		Slopes:    nn.PReLU[T]{Alpha: zeros(3)},
		Elman:     nn.RNN[T]{U: zeros(3, 4), V: zeros(4, 4), B: zeros(4)},
		LSTM:      [2]nn.LSTM[T]{{U: zeros(3, 20), V: zeros(5, 20), B: zeros(20)}, {U: zeros(5, 20), V: zeros(5, 20), B: zeros(20)}},
		GRU:       nn.GRU[T]{U: zeros(3, 12), V: zeros(4, 12), B: zeros(12), BV: zeros(12)},
		Attention: nn.Attention[T]{Query: dense(6, 6), Key: dense(6, 6), Value: dense(6, 6), Out: dense(6, 6), Heads: 2},
		Batch:     nn.NewBatchNorm[T](2),
		Layer:     nn.NewLayerNorm[T](6),
		Embedding: nn.Embedding[T]{W: zeros(7, 3)},
	}
}

func (m *layers[T]) StateDict() *pytorch.StateDict[T] {
	d := new(pytorch.StateDict[T])
	d.Conv2D("image", &m.Image)
	d.Conv1D("signal", &m.Signal)
	d.PReLU("slopes", &m.Slopes)
	d.RNN("elman", "l0", &m.Elman)
	d.LSTM("lstm", "l0", &m.LSTM[0])
	d.LSTM("lstm", "l1", &m.LSTM[1])
	d.GRU("gru", "l0", &m.GRU)
	d.Attention("attention", &m.Attention)
	d.BatchNorm("batch", &m.Batch)
	d.LayerNorm("layer", &m.Layer)
	d.Embedding("embedding", &m.Embedding)
	return d
}

// answers returns what the layers answer to what there is in x, as the method of that name in make.py.
func (m *layers[T]) answers(x map[string]nn.Tensor[T]) map[string]nn.Tensor[T] {
	sequence, words := x["sequence"], x["words"]
	elman, _ := m.Elman.Forward(sequence, nil)
	first, _, _ := m.LSTM[0].Forward(sequence, nil)
	second, _, _ := m.LSTM[1].Forward(first, nil)
	gru, _ := m.GRU.Forward(sequence, nil)
	return map[string]nn.Tensor[T]{
		"image":     m.Image.Forward(x["images"]),
		"signal":    m.Signal.Forward(x["signals"]),
		"slopes":    m.Slopes.Forward(transposed(sequence)),
		"elman":     elman,
		"lstm":      second,
		"gru":       gru,
		"attention": m.Attention.Forward(words, words, words, false, nil),
		"batch":     m.Batch.Forward(x["images"], false),
		"layer":     m.Layer.Forward(words),
		"embedding": m.Embedding.Forward(nil, []int{0, 1, 2, 3, 4, 5, 6}),
	}
}

// transposed exchanges the last two dimensions.
func transposed[T nn.Float](x nn.Tensor[T]) nn.Tensor[T] {
	n, rows, cols := x.Shape[0], x.Shape[1], x.Shape[2]
	y := nn.New[T](nil, n, cols, rows)
	for i := range y.Data {
		k, c, r := i/(rows*cols), i/rows%cols, i%rows
		y.Data[i] = x.At(k, r, c)
	}
	return y
}

// tensors returns what a file has of floats.
func tensors[T nn.Float](t *testing.T, name string) map[string]nn.Tensor[T] {
	t.Helper()
	f, err := safetensors.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]nn.Tensor[T]{}
	for _, info := range f.Tensors() {
		if info.DType == "I64" {
			continue
		}
		dims, data, err := safetensors.Load[T](f, info.Name)
		if err != nil {
			t.Fatal(err)
		}
		all[info.Name] = nn.Of(data, dims...)
	}
	return all
}

// TestAnswers checks that layers answer what those of PyTorch answer, whose weights they have.
func TestAnswers(t *testing.T) {
	t.Run("float32", testAnswers[float32])
	t.Run("float64", testAnswers[float64])
}

func testAnswers[T nn.Float](t *testing.T) {
	m := newLayers[T]()
	if err := m.StateDict().Load("testdata/layers.safetensors"); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, m)
}

func checkAnswers[T nn.Float](t *testing.T, m *layers[T]) {
	t.Helper()
	all := tensors[T](t, "testdata/answers.safetensors")
	for name, got := range m.answers(all) {
		want := all[name]
		if !slices.Equal(got.Shape, want.Shape) {
			t.Errorf("%s has the shape %v, want %v", name, got.Shape, want.Shape)
			continue
		}
		for i, v := range got.Data {
			if math.Abs(float64(v-want.Data[i])) > 1e-6 {
				t.Errorf("element %d of %s is %v, want %v", i, name, v, want.Data[i])
				break
			}
		}
	}
}

// TestBack checks that what is saved is what PyTorch has saved, but for the biases that are added.
func TestBack(t *testing.T) {
	m := newLayers[float32]()
	if err := m.StateDict().Load("testdata/layers.safetensors"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if err := m.StateDict().Save(file); err != nil {
		t.Fatal(err)
	}
	want := tensors[float32](t, "testdata/layers.safetensors")
	for _, pair := range [][2]string{{"elman.bias_ih_l0", "elman.bias_hh_l0"}, {"lstm.bias_ih_l0", "lstm.bias_hh_l0"}, {"lstm.bias_ih_l1", "lstm.bias_hh_l1"}} {
		sum, other := want[pair[0]].Data, want[pair[1]].Data
		for i := range sum {
			sum[i], other[i] = sum[i]+other[i], 0
		}
	}
	got := tensors[float32](t, file)
	if len(got) != len(want) {
		t.Errorf("%d tensors are saved, want %d", len(got), len(want))
	}
	for name, w := range want {
		if g := got[name]; !slices.Equal(g.Shape, w.Shape) || !slices.Equal(g.Data, w.Data) {
			t.Errorf("%s is saved as %v, want %v", name, g, w)
		}
	}
	again := newLayers[float32]()
	if err := again.StateDict().Load(file); err != nil {
		t.Fatal(err)
	}
	checkAnswers(t, again)
}

// TestPyTorchReads checks that PyTorch answers the same with what is saved, where PYTORCH_PYTHON names a Python that has it.
func TestPyTorchReads(t *testing.T) {
	python := os.Getenv("PYTORCH_PYTHON")
	if python == "" {
		t.Skip("PYTORCH_PYTHON does not name a Python with PyTorch")
	}
	m := newLayers[float32]()
	if err := m.StateDict().Load("testdata/layers.safetensors"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if err := m.StateDict().Save(file); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python, "make.py", "check", file)
	command.Dir = "testdata"
	out, err := command.CombinedOutput()
	if want := "image True\nsignal True\nslopes True\nelman True\nlstm True\ngru True\nattention True\nbatch True\nlayer True\nembedding True\n"; err != nil || string(out) != want {
		t.Errorf("got %s, error %v, want %s", out, err, want)
	}
}

// TestDigits checks that a network trained in PyTorch reads digits as it does there; make.py prints how well that is.
func TestDigits(t *testing.T) {
	m := &network{nn.Dense[float32]{W: nn.New[float32](nil, 64, 32), B: nn.New[float32](nil, 32)}, nn.Dense[float32]{W: nn.New[float32](nil, 32, 10), B: nn.New[float32](nil, 10)}}
	if err := m.StateDict().Load("testdata/digits.safetensors"); err != nil {
		t.Fatal(err)
	}
	x, labels := digits(t)
	scores := m.Forward(x)
	c := train.NewConfusion(10)
	train.Count(c, scores, labels)
	if right := int(math.Round(c.Accuracy() * float64(c.Total()))); right != 349 || c.Total() != 389 {
		t.Errorf("%d of %d digits are read, want 349 of 389", right, c.Total())
	}
	if loss, want := nn.CrossEntropy(scores, labels), 0.351541698; math.Abs(float64(loss)-want) > 1e-6 {
		t.Errorf("the loss is %v, want %v", loss, want)
	}
	for i, want := range []float64{
		1.831770420074463, 1.37427818775177, -5.128681659698486, -5.99831485748291, 7.9523797035217285,
		1.0212830305099487, 4.051689147949219, -0.36192160844802856, -1.7930859327316284, -3.3083648681640625,
	} {
		if got := scores.Data[i]; math.Abs(float64(got)-want) > 1e-5 {
			t.Errorf("score %d of the first digit is %v, want %v", i, got, want)
		}
	}
}

// network is the Sequential of make.py.
type network struct{ Hidden, Out nn.Dense[float32] }

func (m *network) StateDict() *pytorch.StateDict[float32] {
	d := new(pytorch.StateDict[float32])
	d.Linear("0", &m.Hidden)
	d.Linear("2", &m.Out)
	return d
}

func (m *network) Forward(x nn.Tensor[float32]) nn.Tensor[float32] {
	return m.Out.Forward(nn.Tanh(m.Hidden.Forward(x)))
}

// digits returns the digits that make.py does not train with.
func digits(t *testing.T) (x nn.Tensor[float32], labels []int) {
	t.Helper()
	f, err := os.Open("../../examples/digits/digits.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := table.Read[float32](r, table.Format{Labels: "-1"})
	if err != nil {
		t.Fatal(err)
	}
	labels, err = table.Index(all.Labels, table.Classes(all.Labels))
	if err != nil {
		t.Fatal(err)
	}
	const held = 1408
	x = nn.New[float32](nil, len(labels)-held, 64)
	for i, v := range slices.Concat(all.Rows[held:]...) {
		x.Data[i] = v / 16
	}
	return x, labels[held:]
}

// TestThatDoesNotFit checks that everything that is wrong is told, and that nothing is loaded then.
func TestThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "w.safetensors")
	saved := new(pytorch.StateDict[float64])
	saved.Tensor("a", nn.Of([]float64{1, 2}, 2))
	saved.Tensor("b", nn.Of([]float64{1, 2}, 2))
	saved.Tensor("c", nn.Of([]float64{0.1}, 1))
	saved.Tensor("steps", nn.Of([]float64{7}, 1))
	saved.Tensor("more", nn.Of([]float64{7}, 1))
	if err := saved.Save(file); err != nil {
		t.Fatal(err)
	}
	a, b := nn.New[float32](nil, 2), nn.New[float32](nil, 2, 1)
	d := new(pytorch.StateDict[float32])
	d.Tensor("a", a)
	d.Transposed("b", b)
	d.Tensor("c", nn.New[float32](nil, 1))
	d.Tensor("missing", nn.New[float32](nil, 3))
	d.Ignore("steps")
	err := d.Load(file)
	want := "pytorch: loading " + file + `: "more" of shape [1] is in the file only
"b" has shape [2] in the file, want [1 2]
"missing" of shape [3] is not in the file`
	if err == nil || err.Error() != want {
		t.Errorf("got the error\n%v\nwant\n%s", err, want)
	}
	if a.Data[0] != 0 {
		t.Error("what fits is loaded although the rest does not")
	}
	d = new(pytorch.StateDict[float32])
	d.Tensor("a", a)
	d.Tensor("c", nn.New[float32](nil, 1))
	d.Ignore("b", "steps", "more")
	want = "pytorch: loading " + file + `: safetensors: tensor "c": element 0 is 0.1, which is no float32`
	if err := d.Load(file); err == nil || err.Error() != want {
		t.Errorf("got the error %v, want %s", err, want)
	}
	if a.Data[0] != 0 {
		t.Error("what is read is loaded although the rest cannot be")
	}
	if err := d.Load(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file the error is %v", err)
	}
	if err := d.Save(filepath.Join(dir, "none", "w")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is no folder the error is %v", err)
	}
}

// TestIgnored checks that what is passed over need not be there.
func TestIgnored(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.safetensors")
	x := nn.Of([]float32{1, 2}, 2)
	d := new(pytorch.StateDict[float32])
	d.Tensor("x", x)
	if err := d.Save(file); err != nil {
		t.Fatal(err)
	}
	d.Ignore("y", "z")
	clear(x.Data)
	if err := d.Load(file); err != nil || !slices.Equal(x.Data, []float32{1, 2}) {
		t.Errorf("loaded %v, error %v", x, err)
	}
}
