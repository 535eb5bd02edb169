package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
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
	only  *regexp.Regexp // the keys of the mutants to judge
	keep  string
	page  string
	judge bool

	version string // of the module
}

func parse() (options, error) {
	var o options
	flag.StringVar(&o.root, "root", ".", "the directory of godiff's module")
	flag.IntVar(&o.count, "n", 260, "how many mutants there are to be: more are drawn if the list has fewer")
	flag.Uint64Var(&o.seed, "seed", 1, "the seed of the draw")
	flag.BoolVar(&o.list, "list", false, "print the mutants and do no more")
	only := flag.String("only", "", "a regular expression: judge only mutants whose key matches; the others keep their verdicts")
	flag.StringVar(&o.keep, "keep", "", "a directory for the broken module and the verdicts, which are left there: a run that was broken off goes on; a temporary one if empty")
	flag.StringVar(&o.page, "o", "", "the page to write; none if empty")
	flag.BoolVar(&o.judge, "judge", true, "judge mutants; otherwise the page is written from the verdicts that the list and -keep have")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, err
	}
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
	path := filepath.Join(opt.root, filepath.FromSlash(drawnFile))
	drawn, err := readDrawn(path)
	if err != nil {
		return err
	}
	mutants := draw(sources, drawn.keys, opt.count, rand.New(rand.NewPCG(opt.seed, 0)))
	if opt.list {
		for _, m := range mutants {
			fmt.Printf("%d\t%d\t%s\n", m.Number, m.Line, m.Key())
		}
		return nil
	}
	if opt.version, err = versionOf(opt.root); err != nil {
		return err
	}
	if err := judge(opt, sources, mutants, drawn.verdicts); err != nil {
		return err
	}
	if err := writeDrawn(path, mutants, drawn.verdicts); err != nil {
		return err
	}
	return publish(opt, mutants, drawn.verdicts)
}

// judge judges mutants, and puts what becomes of them into verdicts.
func judge(opt options, sources []*source, mutants []*Mutant, verdicts map[string]Verdict) error {
	c := &scratch{original: opt.root}
	var err error
	switch {
	case opt.keep != "":
		c.dir, err = filepath.Abs(opt.keep)
	case !opt.judge:
		return nil
	default:
		c.dir, err = os.MkdirTemp("", "mutants")
		defer os.RemoveAll(c.dir)
	}
	if err != nil {
		return err
	}
	if opt.judge {
		if err := c.make(sources, mutants); err != nil {
			return err
		}
	}
	of, err := sum(c.module())
	if err != nil {
		return err
	}
	record, err := openRecord(filepath.Join(c.dir, "verdicts"), of)
	if err != nil {
		return err
	}
	maps.Copy(verdicts, record.verdicts)
	if !opt.judge {
		return nil
	}
	err = judgeAll(c, opt, mutants, verdicts, record)
	maps.Copy(verdicts, record.verdicts)
	return err
}

// judgeAll judges the mutants that are asked for and that nothing in this module has caught yet. What a suite caught before is given to that
// suite first.
func judgeAll(c *scratch, opt options, mutants []*Mutant, before map[string]Verdict, record *record) error {
	begun := time.Now()
	log := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%5.0f s  %s\n", time.Since(begun).Seconds(), fmt.Sprintf(format, args...))
	}
	h, err := newHunt(c, log)
	if err != nil {
		return err
	}
	t := newTrials(mutants, opt, h.of, record)
	t.log = log
	log("%d mutants are judged", len(t.left))
	for _, s := range h.stages() {
		if err := t.run(s, func(m *Mutant) bool { return before[m.Key()].again() == s.name }); err != nil {
			return err
		}
	}
	for _, s := range h.stages() {
		log("%s: %d mutants are left", s.name, len(t.left))
		if err := t.run(s, func(*Mutant) bool { return true }); err != nil {
			return err
		}
	}
	for _, m := range t.left {
		v := t.verdicts[m]
		log("%d survives (reached %v, changed %v): %s", m.Number, v.Reached, v.Changed, m.Key())
	}
	return nil
}

// trials are of mutants that go through stages.
type trials struct {
	record   *record
	log      func(format string, args ...any)
	verdicts map[*Mutant]*Verdict
	left     []*Mutant // those that are not caught
}

// newTrials returns the trials of the mutants that are asked for, of the module with a sum, where the record does not say that they are caught.
func newTrials(mutants []*Mutant, opt options, of string, record *record) *trials {
	t := &trials{record: record, verdicts: map[*Mutant]*Verdict{}}
	for _, m := range mutants {
		v, known := record.verdicts[m.Key()]
		if !opt.only.MatchString(m.Key()) || v.Caught {
			continue
		}
		if !known {
			v = Verdict{Of: of, Version: opt.version}
		}
		t.verdicts[m] = &v
		t.left = append(t.left, m)
	}
	return t
}

// run lets some of the mutants that are left go through a stage, if they have not.
func (t *trials) run(s stage, which func(*Mutant) bool) error {
	for _, m := range t.left {
		v := t.verdicts[m]
		if !which(m) || slices.Contains(v.Passed, s.name) {
			continue
		}
		if s.try(m, v); v.Caught {
			t.log("%d: %s %s", m.Number, v.By, v.How)
		} else {
			v.Passed = append(v.Passed, s.name)
		}
		if err := t.record.add(m.Key(), *v); err != nil {
			return err
		}
	}
	t.left = slices.DeleteFunc(t.left, func(m *Mutant) bool { return t.verdicts[m].Caught })
	return nil
}
