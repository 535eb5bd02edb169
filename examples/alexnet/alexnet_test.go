package main

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

// small returns the size of a model whose layers are those of AlexNet for few pixels.
func small(groups int) Config {
	return Config{Size: 67, Channels: [5]int{6, 8, 8, 8, 8}, Units: [2]int{128, 128}, Classes: 4, Groups: groups}
}

// random returns a model with random weights, and one with zeros to be its gradient.
func random[T nn.Float](c Config, seed uint64) (model, gradient *Model[T]) {
	rng := rand.New(rand.NewPCG(seed, 1))
	model = newModel(c, rng, func(dims ...int) nn.Tensor[T] { return nn.HeNormal[T](rng, dims...) })
	return model, newModel(c, nil, zeros[T])
}

func zeros[T nn.Float](dims ...int) nn.Tensor[T] { return nn.New[T](nil, dims...) }

// TestParameters compares the numbers of parameters with those that follow from the paper: of its two towers, and of one.
func TestParameters(t *testing.T) {
	for groups, want := range map[int]int{1: 62378344, 2: 60965224} {
		c := alexNet
		c.Groups = groups
		count := 0
		for _, p := range nn.Params[float32](newModel(c, nil, zeros[float32]), nil) {
			count += len(p.Value.Data)
		}
		if count != want {
			t.Errorf("with %d groups there are %d parameters, want %d", groups, count, want)
		}
	}
}

// TestReadme checks that README.md shows the table that is printed.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	table := parameters(newModel(alexNet, nil, zeros[float32]))
	if !strings.Contains(string(page), "```\n"+table+"\n") {
		t.Errorf("README.md does not show\n%s", table)
	}
}

// TestLocalResponse compares LocalResponse with the formula of the paper.
func TestLocalResponse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, channels := range []int{1, 2, 3, 5, 9} {
		x := nn.Normal[float64](rng, 50, 2, channels, 3, 4)
		y := LocalResponse(x)
		if !slices.Equal(y.Shape, x.Shape) {
			t.Fatalf("the result has the shape %v for %v", y.Shape, x.Shape)
		}
		for at := range x.Data {
			b, i, r, c := at/(channels*12), at/12%channels, at/4%3, at%4
			sum := 0.0
			for j := range channels {
				if j >= i-2 && j <= i+2 {
					sum += math.Pow(x.At(b, j, r, c), 2)
				}
			}
			if want := x.Data[at] / math.Pow(2+1e-4*sum, 0.75); math.Abs(y.Data[at]-want) > 1e-12*math.Abs(want) {
				t.Errorf("%d channels, element %d: got %g, want %g", channels, at, y.Data[at], want)
			}
		}
	}
}

func TestLocalResponseGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{1, 1, 1, 1}, {1, 2, 2, 1}, {2, 7, 2, 3}, {0, 3, 2, 2}, {3, 5, 1, 1}} {
		x := nn.Normal[float64](rng, 50, dims...)
		gradcheck.VJP(t, LocalResponse[float64], LocalResponseVJP[float64], x)
	}
}

// TestGradient compares derivatives of the loss with differences, for some elements of each parameter. Nothing is left out: dropout would
// change from one loss to the next.
func TestGradient(t *testing.T) {
	const step = 1e-5
	for groups := range 2 {
		c := small(groups + 1)
		model, gradient := random[float64](c, 7)
		model.Dropout.P = 0
		rng := rand.New(rand.NewPCG(3, 4))
		for _, l := range []nn.Conv2D[float64]{model.Conv2, model.Conv3, model.Conv4, model.Conv5} { // else sums of zeros lie in the kink of ReLU
			copy(l.B.Data, nn.Normal[float64](rng, 0.1, len(l.B.Data)).Data)
		}
		x, labels := nn.Normal[float64](rng, 1, 2, 3, c.Size, c.Size), []int{1, 3}
		loss := model.LossVJP(x, labels, gradient, 1)
		if want := model.Loss(x, labels); loss != want {
			t.Errorf("the loss is %g in the derivative, %g outside", loss, want)
		}
		for _, p := range nn.Params[float64](model, gradient) {
			largest := 0.0
			for range 20 {
				i := rng.IntN(len(p.Value.Data))
				v := p.Value.Data[i]
				p.Value.Data[i] = v + step
				above := model.Loss(x, labels)
				p.Value.Data[i] = v - step
				below := model.Loss(x, labels)
				p.Value.Data[i] = v
				got, want := p.Grad.Data[i], (above-below)/(2*step)
				if math.Abs(got-want) > 1e-7 {
					t.Errorf("%d groups, %s, element %d: got %g, want %g", c.Groups, p.Name, i, got, want)
				}
				largest = max(largest, math.Abs(got))
			}
			if largest == 0 {
				t.Errorf("%d groups, %s: all elements that were looked at have derivative 0", c.Groups, p.Name)
			}
		}
	}
}

// TestDropout checks that units are left out in training alone.
func TestDropout(t *testing.T) {
	c := small(1)
	model, _ := random[float32](c, 1)
	x, _ := images(rand.New(rand.NewPCG(1, 1)), 2, c)
	plain := model.Forward(x, false)
	if again := model.Forward(x, false); !slices.Equal(plain.Data, again.Data) {
		t.Error("the same images have two answers")
	}
	if one, two := model.Forward(x, true), model.Forward(x, true); slices.Equal(one.Data, two.Data) || slices.Equal(one.Data, plain.Data) {
		t.Error("nothing is left out in training")
	}
}

// TestLearns checks that a small model learns images by heart, dropout and all.
func TestLearns(t *testing.T) {
	c := small(2)
	model, gradient := random[float32](c, 5)
	x, labels := images(rand.New(rand.NewPCG(5, 6)), 8, c)
	optimizer := optim.NewAdam(nn.Params[float32](model, gradient), 2e-3)
	space := new(nn.Space)
	for range 150 {
		space.Reset()
		model.LossVJP(x.In(space), labels, gradient, 1)
		optimizer.Step()
	}
	logits := model.Forward(x, false)
	for i, label := range labels {
		row := logits.Data[i*c.Classes : (i+1)*c.Classes]
		if row[label] != slices.Max(row) {
			t.Errorf("image %d, of class %d, has the logits %.2f", i, label, row)
		}
	}
	if loss := nn.CrossEntropy(logits, labels); loss > 0.1 {
		t.Errorf("the loss is %g", loss)
	}
}

// TestSteady checks that a step of training allocates the same for a batch that is four times as large.
func TestSteady(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	c := small(1)
	model, gradient := random[float32](c, 1)
	step := func(batch int) measurement {
		x, labels := images(rand.New(rand.NewPCG(1, 1)), batch, c)
		space := new(nn.Space)
		return measure(5, func() {
			space.Reset()
			model.LossVJP(x.In(space), labels, gradient, 1)
		})
	}
	if few, many := step(2), step(8); few.allocs != many.allocs || few.bytes != many.bytes {
		t.Errorf("a step allocates %d bytes in %d pieces for 2 images and %d in %d for 8", few.bytes, few.allocs, many.bytes, many.allocs)
	}
}

// TestRun checks what is printed.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	run(&out, small(1), 2, 2, 1)
	want := `(?s)^Conv1 .* parameters

2 images of 67 × 67 pixels, \d+ threads

               first    fastest heap in use    allocations
forward  +\d+\.\d\d s +\d+\.\d\d s +\d+ MB +\d+ of \d+ kB
training +\d+\.\d\d s +\d+\.\d\d s +\d+ MB +\d+ of \d+ kB

losses \[\d+\.\d\d \d+\.\d\d\]
$`
	if !regexp.MustCompile(want).MatchString(out.String()) {
		t.Errorf("it prints\n%s", &out)
	}
}
