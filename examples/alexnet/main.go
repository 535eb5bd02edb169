// Command alexnet builds AlexNet with 62 million parameters, and measures a pass forward and steps of training on images that are made with a
// seed.
//
// Usage:
//
//	alexnet [-batch n] [-groups n] [-steps n] [-seed n]
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

//go:generate go run github.com/godiff/godiff/cmd/godiff generate

func main() {
	batch := flag.Int("batch", 16, "`n` images at a time")
	groups := flag.Int("groups", 1, "`n` groups in the second, fourth and fifth convolution; the paper has 2")
	steps := flag.Int("steps", 10, "`n` passes forward and steps of training")
	seed := flag.Uint64("seed", 1, "`seed` of the first weights, the images and dropout")
	flag.Parse()
	if flag.NArg() > 0 || *batch < 1 || *groups < 1 || *groups > 2 || *steps < 2 {
		fmt.Fprintln(os.Stderr, "alexnet: it takes no arguments but its flags, at least one image, one or two groups and two steps")
		os.Exit(2)
	}
	c := alexNet
	c.Groups = *groups
	run(os.Stdout, c, *batch, *steps, *seed)
}

// run makes a model and measures it.
func run(w io.Writer, c Config, batch, steps int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	model := newModel(c, rng, func(dims ...int) nn.Tensor[float32] { return nn.HeNormal[float32](rng, dims...) })
	fmt.Fprint(w, parameters(model))
	x, labels := images(rng, batch, c)

	space := new(nn.Space)
	forward := measure(steps, func() {
		space.Reset()
		model.Forward(x.In(space), false)
	})
	fmt.Fprintf(w, "\n%d images of %d × %d pixels, %d threads\n\n", batch, c.Size, c.Size, runtime.GOMAXPROCS(0))
	fmt.Fprintf(w, "               first    fastest heap in use    allocations\nforward   %v\n", forward)

	space = new(nn.Space)
	gradient := newModel(c, nil, func(dims ...int) nn.Tensor[float32] { return nn.New[float32](nil, dims...) })
	optimizer := optim.NewMomentum(nn.Params[float32](model, gradient), 0.001, 0.9)
	optimizer.L2 = 0.0005
	var losses []float32
	training := measure(steps, func() {
		space.Reset()
		losses = append(losses, model.LossVJP(x.In(space), labels, gradient, 1))
		optimizer.Step()
	})
	fmt.Fprintf(w, "training  %v\n\nlosses %.2f\n", training, losses)
}

// parameters returns a table of the layers with the shapes of their weights and the numbers of their parameters.
func parameters(model *Model[float32]) string {
	var table strings.Builder
	total := 0
	params := nn.Params[float32](model, nil)
	for len(params) > 0 {
		layer, _, _ := strings.Cut(params[0].Name, ".")
		weights, count := params[0].Value.Shape, 0
		for len(params) > 0 && strings.HasPrefix(params[0].Name, layer+".") {
			count += len(params[0].Value.Data)
			params = params[1:]
		}
		fmt.Fprintf(&table, "%-8s %-18s %12s\n", layer, strings.Trim(strings.ReplaceAll(fmt.Sprint(weights), " ", " × "), "[]"), thousands(count))
		total += count
	}
	fmt.Fprintf(&table, "%-27s %12s parameters\n", "", thousands(total))
	return table.String()
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// images returns images of noise, with labels at random: what is measured does not depend on what they show, and a model can learn them by
// heart.
func images(rng *rand.Rand, batch int, c Config) (x nn.Tensor[float32], labels []int) {
	labels = make([]int, batch)
	for i := range labels {
		labels[i] = rng.IntN(c.Classes)
	}
	return nn.Normal[float32](rng, 1, batch, 3, c.Size, c.Size), labels
}

// A measurement is what runs of something take. The time is of the first run and of the fastest of the others; what is allocated is the least
// that one of the others allocates.
type measurement struct {
	first, fastest time.Duration
	allocs, bytes  uint64
	heap           uint64 // bytes in use afterwards, with what the runs use again and again
}

// measure runs f so many times, at least twice.
func measure(runs int, f func()) measurement {
	m := measurement{fastest: math.MaxInt64, allocs: math.MaxUint64, bytes: math.MaxUint64}
	var before, after runtime.MemStats
	for i := range runs {
		runtime.ReadMemStats(&before)
		start := time.Now()
		f()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if i == 0 {
			m.first = took
			continue
		}
		m.fastest = min(m.fastest, took)
		m.allocs = min(m.allocs, after.Mallocs-before.Mallocs)
		m.bytes = min(m.bytes, after.TotalAlloc-before.TotalAlloc)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	m.heap = after.HeapInuse
	runtime.KeepAlive(f) // and so all that it uses is in use until here
	return m
}

func (m measurement) String() string {
	return fmt.Sprintf("%8.2f s %8.2f s %8d MB %8d of %d kB", m.first.Seconds(), m.fastest.Seconds(), m.heap>>20, m.allocs, m.bytes>>10)
}
