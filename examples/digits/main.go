// Command digits trains a small neural network to read handwritten digits.
//
// The network and its loss are plain Go, in model.go. One directive above [Model.Loss] asks godiff for its
// derivative, which is in model_godiff.go; training is ordinary code that calls it.
//
// Usage:
//
//	digits [-data file] [-epochs n] [-seed n] [-svg file]
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// The data are the test part of Optical Recognition of Handwritten Digits; NOTICE names the source.
//
//go:embed digits.csv.gz
var embedded []byte

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, isTerminal(os.Stdout)))
}

// run is the command on the given arguments and streams; it returns the exit status: 0 done, 1 the data or the
// figure's file are at fault, 2 wrong use. On a terminal one line of progress is rewritten in place.
func run(args []string, stdout, stderr io.Writer, terminal bool) int {
	flags := flag.NewFlagSet("digits", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("data", "", "read the digits from this csv or csv.gz `file` instead of the 1,797 built in")
	epochs := flags.Int("epochs", 40, "train for `n` passes over the training digits")
	seed := flags.Uint64("seed", 1, "`seed` of the first weights and of the order of the digits")
	svg := flags.String("svg", "loss.svg", "draw the loss curve to this `file`; empty for none")
	if err := flags.Parse(args); err == flag.ErrHelp {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 || *epochs < 1 {
		fmt.Fprintln(stderr, "digits: it takes no arguments but its flags, and at least one epoch")
		flags.Usage()
		return 2
	}

	data, err := load(*file)
	if err != nil {
		fmt.Fprintln(stderr, "digits:", err)
		return 1
	}
	training, test := data.split()
	fmt.Fprintf(stdout, "%d digits to learn from, %d held back\n", training.len(), test.len())

	curve := train(newModel(*seed), training, test, *epochs, *seed, reporter(stdout, terminal, *epochs))
	counts := confusion(curve.model, test)
	if *svg != "" {
		if err := os.WriteFile(*svg, curve.svg(), 0o666); err != nil {
			fmt.Fprintln(stderr, "digits:", err)
			return 1
		}
		fmt.Fprintf(stdout, "loss curve: %s\n", *svg)
	}
	fmt.Fprintf(stdout, "\n%s\n", counts)
	fmt.Fprintf(stdout, "test accuracy %.1f %%\n", 100*counts.accuracy())
	return 0
}

// load reads the named file, or the data built in where the name is empty.
func load(file string) (dataset, error) {
	if file == "" {
		return parse("digits.csv.gz", strings.NewReader(string(embedded)))
	}
	f, err := os.Open(file)
	if err != nil {
		return dataset{}, err
	}
	defer f.Close()
	return parse(file, f)
}

// isTerminal reports whether f is a terminal, or another character device.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// reporter returns what train calls after each epoch: on a terminal it rewrites one line, elsewhere it
// prints the first epoch, every tenth and the last.
func reporter(w io.Writer, terminal bool, epochs int) func(epoch int, training, test float64) {
	return func(epoch int, training, test float64) {
		line := fmt.Sprintf("epoch %*d of %d   training loss %.4f   held-back loss %.4f",
			len(fmt.Sprint(epochs)), epoch, epochs, training, test)
		switch {
		case terminal && epoch < epochs:
			fmt.Fprint(w, "\r", line)
		case terminal:
			fmt.Fprintln(w, "\r"+line)
		case epoch == 1 || epoch%10 == 0 || epoch == epochs:
			fmt.Fprintln(w, line)
		}
	}
}
