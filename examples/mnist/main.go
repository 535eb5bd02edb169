// Mnist trains a network to read handwritten digits: see README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/godiff/godiff/examples/internal/mnist"
)

// options are what the command is told.
type options struct {
	settings
	checkpoint
	svg string
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the command. It returns the exit status: 0 done, 1 something is at fault, 2 wrong use.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := learn(o, stdout); err != nil {
		fmt.Fprintln(stderr, "mnist:", err)
		return 1
	}
	return 0
}

// learn trains a network, tests it and prints what comes of that.
func learn(o options, out io.Writer) error {
	all, test, err := mnist.Load(o.Data)
	if err != nil {
		return err
	}
	if o.Held >= all.Len() {
		return fmt.Errorf("-held %d: there are only %d images", o.Held, all.Len())
	}
	training, held := all.Split(o.Held, 1) // the same in every run
	fmt.Fprintf(out, "%d images to learn from, %d held back, %d to test\n", training.Len(), held.Len(), test.Len())

	n, err := newNetwork(o.Model, o.Seed, training.X.Shape[1:])
	if err != nil {
		return err
	}
	start := time.Now()
	p := newProgress(out)
	h, err := fit(n, training, held, o.settings, o.checkpoint, p)
	p.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "trained for %.0f s\n", time.Since(start).Seconds())
	if o.svg != "" {
		if err := os.WriteFile(o.svg, h.chart(o.Model).SVG(), 0o666); err != nil {
			return err
		}
	}
	_, answers := n.judge(test)
	fmt.Fprintf(out, "\n%v\ntest accuracy %.2f %%\n", answers, 100*answers.Accuracy())
	return nil
}

// parse reads the flags. It prints what is wrong with them.
func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("mnist", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.Model, "model", "mlp", "the network: mlp or cnn")
	f.StringVar(&o.Data, "data", "", "a `folder` with the files of MNIST or Fashion-MNIST; default is MNIST from a Go module, which is downloaded")
	f.StringVar(&o.file, "checkpoint", "", "a `file` to keep the state of the training in, and to go on from if it is there")
	f.IntVar(&o.every, "every", 500, "the `steps` from one checkpoint to the next")
	f.StringVar(&o.svg, "svg", "", "a `file` for the loss curves")
	f.IntVar(&o.Epochs, "epochs", 10, "how often each image is learned from")
	f.IntVar(&o.Batch, "batch", 64, "the images in a batch")
	f.IntVar(&o.Held, "held", 5000, "the images that are held back to validate with")
	f.Float64Var(&o.Rate, "rate", 1e-3, "the learning rate of Adam at the beginning, from where it falls to zero")
	f.Uint64Var(&o.Seed, "seed", 1, "what the first weights and the order of the images are made from")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.Epochs < 1 || o.Batch < 1 || o.Held < 1 || o.every < 1:
		err = errors.New("-epochs, -batch, -held and -every must be positive")
	}
	if err != nil {
		fmt.Fprintln(stderr, "mnist:", err)
	}
	return o, err
}
