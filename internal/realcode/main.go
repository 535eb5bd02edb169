package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "realcode:", err)
		os.Exit(1)
	}
}

func run() error {
	var (
		only = flag.String("only", "", "modules to take, by a part of their paths; all if empty")
		pkgs = flag.String("packages", "", "packages to take of them, separated by commas; all if empty")
		keep = flag.String("keep", "", "where to copy modules to, and leave them; a temporary directory if empty")
		page = flag.String("o", "", "the page to write; none if empty")
		bare = flag.Bool("norules", false, "import no rules")
		list = flag.Bool("v", false, "print each function with what became of it")
		root = flag.String("root", "../..", "the directory of godiff's module")
	)
	flag.Parse()
	dir, err := os.MkdirTemp("", "realcode")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *keep != "" {
		dir = *keep
	}
	if *root, err = filepath.Abs(*root); err != nil {
		return err
	}
	var results []Result
	for _, m := range corpus {
		if !strings.Contains(m.Path, *only) {
			continue
		}
		if *pkgs != "" {
			m.Packages = strings.Split(*pkgs, ",")
		}
		if *bare {
			m.Rules = nil
		}
		start := time.Now()
		r, err := study(m, filepath.Join(dir, filepath.Base(filepath.Dir(m.Path))+"-"+filepath.Base(m.Path)), *root)
		if err != nil {
			return err
		}
		results = append(results, r)
		fmt.Fprintf(os.Stderr, "%s: %d functions in %.0f s\n", m.Path, len(r.Functions), time.Since(start).Seconds())
	}
	if *list {
		printFunctions(os.Stdout, results)
	}
	text := report(results)
	if *page == "" {
		fmt.Print(text)
		return nil
	}
	return os.WriteFile(*page, []byte(text), 0o666)
}

// A Result is what became of the functions of a module.
type Result struct {
	Module
	Functions []*Function
}

// study derives and checks the functions of a module in a copy of it.
func study(m Module, dir, root string) (Result, error) {
	copied, err := newScratch(m, dir, root)
	if err != nil {
		return Result{}, err
	}
	if err := copied.useRules(); err != nil {
		return Result{}, err
	}
	if err := copied.giveFunctions(); err != nil {
		return Result{}, err
	}
	s := &survey{scratch: copied}
	if s.functions, err = copied.candidates(); err != nil {
		return Result{}, err
	}
	if s.sources, err = copied.sources(s.functions); err != nil {
		return Result{}, err
	}
	if err := s.derive(); err != nil {
		return Result{}, err
	}
	if err := s.judge(); err != nil {
		return Result{}, err
	}
	return Result{copied.Module, s.functions}, nil
}
