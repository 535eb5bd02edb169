package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// A scratch is a copy of the module with mutants in it, and what is built of it.
type scratch struct {
	dir      string // see the methods for what is in it
	original string // the root of the module that is copied
}

func (s *scratch) module() string         { return filepath.Join(s.dir, "godiff") }
func (s *scratch) temp() string           { return filepath.Join(s.dir, "tmp") }
func (s *scratch) cases() string          { return filepath.Join(s.dir, "cases") }
func (s *scratch) programs() string       { return filepath.Join(s.dir, "programs") }
func (s *scratch) bin(name string) string { return filepath.Join(s.dir, "bin", name) }
func (s *scratch) folder(pkg string) string {
	return filepath.Join(s.module(), filepath.FromSlash(pkg))
}

// make copies the module and builds mutants into it.
func (s *scratch) make(sources []*source, mutants []*Mutant) error {
	for _, dir := range []string{s.module(), s.temp()} {
		if err := clean(dir); err != nil {
			return err
		}
	}
	if err := copyTree(s.module(), s.original); err != nil {
		return err
	}
	for _, src := range sources {
		var own []*Mutant
		for _, m := range mutants {
			if m.File == src.name {
				own = append(own, m)
			}
		}
		if err := os.WriteFile(s.folder(src.name), src.withMutants(own), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// clean makes an empty directory.
func clean(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o777)
}

// build builds the tests of packages, and the probe with and without mutants.
func (s *scratch) build(pkgs []string) error {
	for _, pkg := range pkgs {
		if err := s.command(s.module(), nil, "go", "test", "-c", "-o", s.bin(testName(pkg)), "./"+pkg).run(); err != nil {
			return err
		}
	}
	if err := s.command(s.module(), nil, "go", "build", "-o", s.bin("probe"), "./internal/mutants/probe").run(); err != nil {
		return err
	}
	return s.command(s.original, nil, "go", "build", "-o", s.bin("original"), "./internal/mutants/probe").run()
}

// testName returns the name of the program with the tests of a package.
func testName(pkg string) string { return filepath.Base(pkg) + ".test" }

// copyTree copies a directory, without what git keeps beside it.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.Name() == ".git":
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(target, 0o777)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o666)
	})
}

// A command is a program to run in a directory.
type command struct{ *exec.Cmd }

// command returns a program with variables beside those of this process.
func (s *scratch) command(dir string, env []string, name string, args ...string) command {
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(append(os.Environ(), "TMPDIR="+s.temp(), "GOFLAGS=", "GOWORK=off"), env...)
	return command{c}
}

// run runs a command that must succeed.
func (c command) run() error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %v\n%s", c, err, out)
	}
	return nil
}
