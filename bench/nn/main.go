// Nn measures steps of training with package nn, and beside them those of PyTorch, where there is one: the forward and the backward pass and
// gradient descent, with the same models, batches and initial weights. It prints a table in Markdown.
//
//	cd bench && go run ./nn [-rounds N] [-fastest] [-threads N,N] [-only REGEXP] [-python COMMANDS]
//
// In each round one side is measured after the other, so that what slows the machine for a while slows both. The table has medians, or with
// -fastest what the fastest rounds took, which is fairer where others use the machine too. Each side may use as many threads as the table
// says: by GOMAXPROCS here, and there by OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and torch.set_num_threads. That both do the same is seen from
// the losses of the first steps.
//
// Debian's PyTorch multiplies matrices with the BLAS that is installed, which ought to be a fast one:
//
//	apt-get install python3-torch libopenblas0-pthread
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("nn: ")
	rounds := flag.Int("rounds", 21, "take the median of `n` rounds, an odd number")
	fastest := flag.Bool("fastest", false, "take the fastest round instead of the median")
	threads := flag.String("threads", "1,2", "measure with these `numbers` of threads")
	only := flag.String("only", "", "measure only the models whose names match this `regexp`")
	python := flag.String("python", "python3,/usr/bin/python3", "the first of these `commands` that has PyTorch is the peer")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 || *rounds%2 == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := (options{*rounds, *fastest, *threads, *only, *python}).report(); err != nil {
		log.Fatal(err)
	}
}

// options are those of the command.
type options struct {
	rounds                int
	fastest               bool
	threads, only, python string
}

// report measures and prints.
func (o options) report() error {
	match, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	fmt.Print(heading)
	for field := range strings.SplitSeq(o.threads, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 {
			return fmt.Errorf("-threads: %q is no number of threads", field)
		}
		if err := o.reportWith(n, match); err != nil {
			return err
		}
	}
	return nil
}

// reportWith measures and prints with so many threads.
func (o options) reportWith(threads int, match *regexp.Regexp) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	peer, err := findTorch(o.python, threads)
	if err != nil {
		return err
	}
	if peer == nil {
		log.Print("there is no PyTorch")
	} else {
		log.Printf("PyTorch %s", peer.version)
		defer peer.close()
	}
	for i := range tasks {
		t := &tasks[i]
		if !match.MatchString(t.name) {
			continue
		}
		c, err := t.measure(peer, o)
		if err != nil {
			return err
		}
		fmt.Print(c.line(t, threads))
	}
	return nil
}
