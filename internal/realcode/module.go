package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A scratch is a copy of a module that may be written to.
type scratch struct {
	Module
	dir   string
	env   []string
	given map[string]bool // the functions in whose place one is asked for that calls it
}

// language is the version that copies are built with: derivatives need a later one than some modules ask for.
const language = "1.26"

// newScratch copies m to dir, in place of what is there. Root is the directory of godiff's module.
func newScratch(m Module, dir, root string) (*scratch, error) {
	from := m.Dir
	if from == "" {
		var err error
		if from, err = fetch(m); err != nil {
			return nil, err
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := copySources(dir, from); err != nil {
		return nil, err
	}
	s := &scratch{Module: m, dir: dir, env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}
	if err := s.addSums(root); err != nil {
		return nil, err
	}
	edits := []string{"mod", "edit", "-go=" + language, "-toolchain=none",
		"-require=github.com/godiff/godiff@v0.0.0", "-replace=github.com/godiff/godiff=" + root}
	if len(m.Rules) > 0 {
		edits = append(edits, "-require="+gonumRules+"@v0.0.0", "-replace="+gonumRules+"="+filepath.Join(root, "rules", "gonum"))
	}
	_, err := s.run("go", edits...)
	return s, err
}

// fetch returns the directory of a module that the go command has fetched.
func fetch(m Module) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version)
	cmd.Dir = os.TempDir() // outside of any module
	out, err := cmd.Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil {
		return "", errors.Join(err, jsonErr)
	}
	if answer.Error != "" || err != nil {
		return "", fmt.Errorf("%s: %s", m.Path, answer.Error)
	}
	return answer.Dir, nil
}

// copySources copies what the go command builds, without tests, and the files of the module.
func copySources(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" && path != from {
				return filepath.SkipDir
			}
			return nil
		}
		if !isSource(d.Name()) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return writeFile(filepath.Join(to, rel), data)
	})
}

func isSource(name string) bool {
	if strings.HasSuffix(name, "_test.go") {
		return false
	}
	return name == "go.sum" || slices.Contains([]string{".go", ".mod", ".s", ".h"}, filepath.Ext(name))
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

// addSums adds the checksums of godiff's dependencies to those of the module.
func (s *scratch) addSums(root string) error {
	path := filepath.Join(s.dir, "go.sum")
	own, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	more, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(path, slices.Concat(own, more), 0o666)
}

// patterns are the packages as the go command takes them in the directory of the copy.
func (s *scratch) patterns() []string {
	var list []string
	for _, p := range s.Packages {
		list = append(list, "./"+p)
	}
	return list
}

// importPath returns the path of one of the packages.
func (s *scratch) importPath(pkg string) string {
	if pkg == "." {
		return s.Path
	}
	return s.Path + "/" + pkg
}

// run runs a command in the copy and returns what it prints.
func (s *scratch) run(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("%s: %w\n%s", strings.Join(append([]string{name}, args...), " "), err, stderr.Bytes())
	}
	return stdout.Bytes(), nil
}
