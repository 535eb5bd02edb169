package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress tells how far a training is: on a terminal by a bar below the lines that it says, elsewhere by the lines alone.
type progress struct {
	out      io.Writer
	terminal bool
	bar      *progressbar.ProgressBar // nil before the first step
	first    int                      // steps that were done before
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// step implements [watcher]. The bar is of the steps that were left in the beginning: so it knows how long they take.
func (p *progress) step(step, steps int) {
	switch {
	case !p.terminal:
	case p.bar == nil:
		p.first = step
		p.bar = progressbar.NewOptions(steps-step, progressbar.OptionSetWriter(p.out), progressbar.OptionUseANSICodes(true),
			progressbar.OptionFullWidth(), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("steps"),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	default:
		p.bar.Set(step - p.first)
	}
}

// say implements [watcher].
func (p *progress) say(line string) {
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.out, line)
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
