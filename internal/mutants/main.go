package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// broken are the packages that are broken.
var broken = []string{"./transform", "./ast/lower"}

// options are the flags.
type options struct {
	root  string
	count int
	seed  uint64
	list  bool
	keep  string
	page  string
	judge bool
}

func parse() (options, error) {
	var o options
	flag.StringVar(&o.root, "root", ".", "the directory of godiff's module")
	flag.IntVar(&o.count, "n", 280, "how many mutants to draw, some of which are left out")
	flag.Uint64Var(&o.seed, "seed", 1, "the seed of the draw")
	flag.BoolVar(&o.list, "list", false, "print the mutants and do no more")
	flag.StringVar(&o.keep, "keep", "", "a directory for the broken module and the verdicts, which are left there: a second run judges only what survived the first; a temporary one if empty")
	flag.StringVar(&o.page, "o", "", "the page to write; none if empty")
	flag.BoolVar(&o.judge, "judge", true, "judge mutants; otherwise the page is written from the verdicts that -keep has")
	flag.Parse()
	var err error
	o.root, err = filepath.Abs(o.root)
	return o, err
}

func run() error {
	opt, err := parse()
	if err != nil {
		return err
	}
	sources, err := sourcesOf(opt.root, broken)
	if err != nil {
		return err
	}
	mutants := draw(sources, opt.count, rand.New(rand.NewPCG(opt.seed, 0)))
	if opt.list {
		for _, m := range mutants {
			fmt.Printf("%d\t%d\t%s\n", m.Number, m.Line, m.Key())
		}
		return nil
	}
	c := &scratch{original: opt.root}
	if c.dir, err = filepath.Abs(opt.keep); err != nil {
		return err
	}
	if opt.keep == "" {
		if c.dir, err = os.MkdirTemp("", "mutants"); err != nil {
			return err
		}
		defer os.RemoveAll(c.dir)
	}
	record, err := openRecord(filepath.Join(c.dir, "verdicts"))
	if err != nil {
		return err
	}
	if opt.judge {
		if err := c.make(sources, mutants); err != nil {
			return err
		}
		if err := judgeAll(c, mutants, record); err != nil {
			return err
		}
	}
	return publish(opt, mutants, record.verdicts)
}

// judgeAll judges the mutants that no record says to be caught.
func judgeAll(c *scratch, mutants []*Mutant, record *record) error {
	begun := time.Now()
	log := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%5.0f s  %s\n", time.Since(begun).Seconds(), fmt.Sprintf(format, args...))
	}
	h, err := newHunt(c, log)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(mutants), func(m *Mutant) bool { return record.verdicts[m.Key()].Caught })
	verdicts := map[*Mutant]*Verdict{}
	for _, m := range left {
		verdicts[m] = &Verdict{Of: h.of}
		if v := record.verdicts[m.Key()]; v.Of == h.of {
			verdicts[m] = &v
		}
	}
	for _, stage := range h.stages() {
		log("%s: %d mutants are left", stage.name, len(left))
		for _, m := range left {
			v := verdicts[m]
			if slices.Contains(v.Passed, stage.name) {
				continue
			}
			if stage.try(m, v); v.Caught {
				log("%d: %s %s", m.Number, v.By, v.How)
			} else {
				v.Passed = append(v.Passed, stage.name)
			}
			if err := record.add(m.Key(), *v); err != nil {
				return err
			}
		}
		left = slices.DeleteFunc(left, func(m *Mutant) bool { return verdicts[m].Caught })
	}
	for _, m := range left {
		v := verdicts[m]
		log("%d survives (reached %v, changed %v): %s", m.Number, v.Reached, v.Changed, m.Key())
	}
	return nil
}
