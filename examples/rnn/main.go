// Rnn trains recurrent networks: one that reads images of digits row by row, and one that writes text. See README.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/godiff/godiff/nn/train"
)

const usage = `usage: rnn rows [flags]    read handwritten digits row by row
       rnn text [flags]    learn from a text, and write
`

// options are what the command is told.
type options struct {
	settings
	checkpoint
	svg string

	prompt      string // how the text that is written begins
	sample      int    // its characters, the prompt aside
	temperature float64
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the command. It returns the exit status: 0 done, 1 something is at fault, 2 wrong use.
func run(args []string, stdout, stderr io.Writer) int {
	task := ""
	if len(args) > 0 {
		task = args[0]
	}
	do := map[string]func(options, io.Writer) error{"rows": readRows, "text": writeText}[task]
	if do == nil {
		fmt.Fprint(stderr, usage)
		return 2
	}
	o, err := parse(task, args[1:], stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := do(o, stdout); err != nil {
		fmt.Fprintln(stderr, "rnn:", err)
		return 1
	}
	return 0
}

// parse reads the flags of a task. It prints what is wrong with them.
func parse(task string, args []string, stderr io.Writer) (options, error) {
	o := options{settings: settings{Task: task}}
	f := flag.NewFlagSet("rnn "+task, flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.file, "checkpoint", "", "a `file` to keep the state of the training in, and to go on from if it is there")
	f.IntVar(&o.every, "every", 100, "the `steps` from one checkpoint to the next")
	f.StringVar(&o.svg, "svg", "", "a `file` for the loss curves")
	f.Uint64Var(&o.Seed, "seed", 1, "what everything random is made from")
	if task == "rows" {
		f.StringVar(&o.Data, "data", "", "a `folder` with the files of MNIST or Fashion-MNIST; default is MNIST from a Go module, which is downloaded")
		f.IntVar(&o.Held, "held", 5000, "the images that are held back to validate with")
		f.IntVar(&o.Hidden, "hidden", 128, "the hidden units")
		f.IntVar(&o.Epochs, "epochs", 10, "how often each image is learned from")
		f.IntVar(&o.Batch, "batch", 64, "the images in a batch")
		f.Float64Var(&o.Rate, "rate", 2e-3, "the learning rate of Adam at the beginning, from where it falls to zero")
		o.Window, o.sample, o.temperature, o.prompt = 1, 1, 1, " " // not used
	} else {
		f.StringVar(&o.Data, "data", "", "a `file` with a text; default is Isaac Newton's Opticks, which comes with Go")
		f.IntVar(&o.Hidden, "hidden", 256, "the hidden units")
		f.IntVar(&o.Epochs, "epochs", 20, "how often each character is learned from")
		f.IntVar(&o.Batch, "batch", 16, "the windows in a batch")
		f.IntVar(&o.Window, "window", 128, "the characters that are read in one go")
		f.Float64Var(&o.Dropout, "dropout", 0.3, "the share of the hidden units that is left out in training")
		f.Float64Var(&o.Rate, "rate", 3e-3, "the learning rate of Adam at the beginning, from where it falls to zero")
		f.StringVar(&o.prompt, "prompt", "The ", "how the text that is written begins")
		f.IntVar(&o.sample, "sample", 1000, "the characters to write after that")
		f.Float64Var(&o.temperature, "temperature", 0.7, "below 1 what is likely becomes likelier")
		o.Held = 1 // not used
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	err := o.check(f.Args())
	if err != nil {
		fmt.Fprintln(stderr, "rnn:", err)
	}
	return o, err
}

// check reports what is wrong with the values of flags, and the first of the arguments that are left.
func (o *options) check(left []string) error {
	switch {
	case len(left) > 0:
		return fmt.Errorf("unexpected argument %q", left[0])
	case min(o.Hidden, o.Epochs, o.Batch, o.every, o.Held, o.Window, o.sample) < 1 || !(o.temperature > 0):
		return errors.New("numbers must be positive")
	case !(0 <= o.Dropout && o.Dropout < 1):
		return errors.New("-dropout must be from 0 to below 1")
	case o.prompt == "":
		return errors.New("-prompt must have a character")
	}
	return nil
}

// learn trains a model, and draws its losses.
func learn(l learner, training, held train.Data[float32], o options, out io.Writer) error {
	start := time.Now()
	p := newProgress(out)
	h, err := fit(l, training, held, o.settings, o.checkpoint, p)
	p.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "trained for %.0f s\n", time.Since(start).Seconds())
	if o.svg == "" {
		return nil
	}
	return os.WriteFile(o.svg, h.chart(o.Task).SVG(), 0o666)
}
