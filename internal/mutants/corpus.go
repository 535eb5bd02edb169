package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A corpus is packages that a test has derived and left, for package probe.
type corpus struct {
	name    string
	dir     string // the module
	under   string // a pattern of the packages
	disable string // the passes that are left out
	suite   *suite // the tests that compute with the derivatives
	exact   bool   // another text fails a test, not only other numbers
	strict  bool   // one that is refused fails a test

	packages []string
	took     time.Duration
	reaches  map[int][]string // the packages that reach a mutant
}

// The passes that the golden tests and those of random programs leave out of some derivatives.
const (
	optional       = "common,constants,dead,fuse,sections,temps,undo"
	optionalRandom = "common,constants,dead,firsts,fuse,sections,temps,undo"
)

// corpora returns what is probed: cases whose texts are wanted, the other cases and modes, and random programs.
func (c *scratch) corpora(numbers, random *suite) ([]*corpus, error) {
	list := []*corpus{
		{name: "texts", dir: c.cases(), under: "on/*", suite: numbers, exact: true, strict: true},
		{name: "all modes", dir: c.cases(), under: "all/*", suite: numbers, strict: true},
		{name: "passes off", dir: c.cases(), under: "off/*", suite: numbers, strict: true, disable: optional},
		{name: "random programs", dir: filepath.Join(c.programs(), "all"), under: "[pw]*", suite: random},
		{name: "random programs, passes off", dir: filepath.Join(c.programs(), "off"), under: "[pw]*", suite: random, disable: optionalRandom},
	}
	for _, k := range list {
		paths, err := filepath.Glob(filepath.Join(k.dir, filepath.FromSlash(k.under)))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if outputs, _ := filepath.Glob(filepath.Join(path, "*_godiff.go")); len(outputs) == 0 || k.exact && !c.wanted(path) {
				continue
			}
			name, err := filepath.Rel(k.dir, path)
			if err != nil {
				return nil, err
			}
			k.packages = append(k.packages, filepath.ToSlash(name))
		}
		if len(k.packages) == 0 {
			return nil, fmt.Errorf("the tests have left no packages in %s", k.dir)
		}
	}
	return list, nil
}

// wanted reports whether testdata has a text that is wanted for a case.
func (c *scratch) wanted(path string) bool {
	_, err := os.Stat(filepath.Join(c.module(), "testdata", "golden", filepath.Base(path)+".txtar"))
	return err == nil
}

// A finding is what package probe says of a package.
type finding struct {
	pkg, fate string
	reached   []int
}

// probe derives packages of a corpus as a mutant.
func (c *scratch) probe(k *corpus, t trial, pkgs []string) (outcome, []finding) {
	if k.disable != "" {
		t.args = append(t.args, "-disable="+k.disable)
	}
	t.dir, t.args = k.dir, append(append(t.args, k.dir), pkgs...)
	o := c.try(t)
	var list []finding
	for line := range strings.Lines(o.stdout) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		f := finding{pkg: fields[0], fate: fields[1]}
		for _, field := range fields[2:] {
			if n, err := strconv.Atoi(field); err == nil {
				f.reached = append(f.reached, n)
			}
		}
		list = append(list, f)
	}
	return o, list
}

// proveTexts probes a corpus with no mutant on, and by the compiler without mutants, and notes which packages reach which mutants. All texts
// must be the same.
func (c *scratch) proveTexts(k *corpus) error {
	for _, program := range []string{"original", "probe"} {
		t := trial{limit: time.Hour, program: c.bin(program), reached: filepath.Join(c.dir, "reached")}
		o, list := c.probe(k, t, k.packages)
		if o.failed {
			return fmt.Errorf("the probe of %s fails:\n%s", k.name, o.stderr)
		}
		k.took, k.reaches = o.took, map[int][]string{}
		for _, f := range list {
			if f.fate != "same" {
				return fmt.Errorf("%s of %s is %s with no mutant on, by the program %s:\n%s", f.pkg, k.name, f.fate, program, o.stderr)
			}
			for _, n := range f.reached {
				if f.pkg == "load" {
					k.reaches[n] = slices.Clone(k.packages)
				} else if !slices.Contains(k.reaches[n], f.pkg) {
					k.reaches[n] = append(k.reaches[n], f.pkg)
				}
			}
		}
	}
	return nil
}
