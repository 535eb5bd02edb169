// Command probe derives packages and compares the texts with those that are there.
//
//	probe [-disable PASS,...] [-first] DIR PACKAGE ...
//
// DIR is a module and the packages are folders of it, with derivatives. Of each package it prints its name and what became of it: same,
// changed, refused or panics; with -first only until one is not the same. Where reached mutants are recorded (see package switches), their
// numbers follow. The first line is about loading, under the name "load".
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
	"github.com/godiff/godiff/internal/mutants/switches"
)

var (
	disable = flag.String("disable", "", "optional passes to leave out")
	first   = flag.Bool("first", false, "stop at the first package that is not the same")
)

func main() {
	flag.Parse()
	if err := run(flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func run(dir string, names []string) error {
	patterns := make([]string, len(names))
	for i, name := range names {
		patterns[i] = "./" + name
	}
	env := append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	prog, err := lower.Load(lower.Config{Dir: dir, Env: env}, patterns...)
	if err != nil {
		return err
	}
	if len(prog.Diags) > 0 {
		fmt.Fprintln(os.Stderr, prog.Diags[0])
		report("load", "refused")
		return nil
	}
	report("load", "same")
	missing := slices.Clone(names)
	for _, pkg := range prog.Packages {
		name, err := filepath.Rel(prog.Dir, pkg.Dir)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if pkg.ForTest != "" || !slices.Contains(missing, name) {
			continue
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
		fate := probe(prog, pkg)
		report(name, fate)
		if *first && fate != "same" {
			return nil
		}
	}
	for _, name := range missing {
		report(name, "refused")
	}
	return nil
}

// report prints what became of a package.
func report(name, fate string) {
	fmt.Print(name, " ", fate)
	if os.Getenv(switches.Reached) != "" {
		for _, n := range switches.Recorded() {
			fmt.Print(" ", n)
		}
	}
	fmt.Println()
}

// probe derives a package and says what became of it.
func probe(prog *lower.Program, pkg *lower.Package) (fate string) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintln(os.Stderr, r)
			fate = "panics"
		}
	}()
	var opt derive.Options
	if *disable != "" {
		opt.Disable = strings.Split(*disable, ",")
	}
	outputs, diags := derive.Package(prog, pkg, opt)
	if len(diags) > 0 {
		fmt.Fprintln(os.Stderr, diags[0])
		return "refused"
	}
	there, err := filepath.Glob(filepath.Join(pkg.Dir, "*_godiff.go"))
	if err != nil || len(there) != len(outputs) {
		return "changed"
	}
	for path, got := range outputs {
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(want, got) {
			return "changed"
		}
	}
	return "same"
}
