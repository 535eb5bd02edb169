package compile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/godiff/godiff/ast/lower"
)

// A change is to a file: it comes to be where old is nil, and is removed where new is nil.
type change struct {
	path     string
	link     string // what a symbolic link at path leads to; empty if there is none
	old, new []byte
	mode     fs.FileMode // of the old file
}

// file returns the file that is written or removed. Of an output that is not needed that is the link itself.
func (c change) file() string { return cmp.Or(c.link, c.path) }

// state says what is wrong with the file that is to change.
func (c change) state() string {
	switch {
	case c.old == nil:
		return "missing"
	case c.new == nil:
		return "no longer needed"
	}
	return "stale"
}

// verb says what the change did to the file.
func (c change) verb() string {
	if c.new == nil {
		return "removed"
	}
	return "wrote"
}

// oldName returns the name of the file before the change, for a diff.
func (c change) oldName(name string) string {
	if c.old == nil {
		return os.DevNull
	}
	return name
}

// newName returns the name of the file after the change, for a diff.
func (c change) newName(name string) string {
	if c.new == nil {
		return os.DevNull
	}
	return name
}

// plan returns the changes that bring the files of a unit up to date, in the order of their paths, or what stands in the
// way.
func plan(prog *lower.Program, u *unit) ([]change, []lower.Diagnostic) {
	var changes []change
	var diags []lower.Diagnostic
	for _, path := range slices.Sorted(maps.Keys(u.outputs)) {
		c, err := planOutput(path, u.outputs[path])
		switch {
		case err != nil:
			diags = append(diags, lower.Diagnostic{Pos: token.Position{Filename: prog.Relative(path)}, Msg: err.Error()})
		case c.old == nil || !bytes.Equal(c.old, c.new):
			changes = append(changes, c)
		}
	}
	for _, path := range lower.Outputs(u.dir) {
		if u.outputs[path] == nil && u.orphan(path) {
			old, err := os.ReadFile(path)
			if err == nil {
				changes = append(changes, change{path: path, old: old, mode: modeOf(path)})
			}
		}
	}
	return changes, diags
}

// planOutput returns the change that makes the file at path hold src.
func planOutput(path string, src []byte) (change, error) {
	link, err := follow(path)
	if err != nil {
		return change{}, errors.New("an output belongs here, but the symbolic link leads nowhere")
	}
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return change{path: path, link: link, new: src}, nil
	case err != nil:
		return change{}, errors.New("an output belongs here: " + reason(err))
	case !lower.HasHeader(old):
		return change{}, fmt.Errorf("an output belongs here, but the file has no line %q: godiff does not touch it", lower.Header)
	}
	mode := modeOf(path)
	if mode&0o200 == 0 && !bytes.Equal(old, src) {
		return change{}, errors.New("the file is read-only")
	}
	return change{path: path, link: link, old: old, new: src, mode: mode}, nil
}

// follow returns what a symbolic link at path leads to, or "" if there is none.
func follow(path string) (string, error) {
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return "", nil
	}
	return filepath.EvalSymlinks(path)
}

func modeOf(path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Mode().Perm()
}

// reason returns what is wrong with a file without its path.
func reason(err error) string {
	if err, ok := errors.AsType[*fs.PathError](err); ok {
		return err.Err.Error()
	}
	if err, ok := errors.AsType[*os.LinkError](err); ok {
		return err.Err.Error()
	}
	return err.Error()
}

// orphan reports whether the output at path has nothing to hold: its source is part of the build, or is gone.
func (u *unit) orphan(path string) bool {
	source, _ := lower.SourceName(path)
	for _, pkg := range u.packages {
		if slices.ContainsFunc(pkg.Files, func(f *lower.File) bool { return f.Name == source }) {
			return true
		}
	}
	_, err := os.Lstat(source)
	return errors.Is(err, fs.ErrNotExist)
}

// A fileError is a failure to write.
type fileError struct{ path, msg string }

// apply makes the changes, or none of them.
func apply(changes []change) *fileError {
	temps, err := writeTemps(changes)
	defer func() {
		for _, temp := range temps {
			os.Remove(temp) // gone already where all went well
		}
	}()
	if err != nil {
		return err
	}
	for i, c := range changes {
		if err := replace(c, temps[c.path]); err != nil {
			restore(changes[:i])
			return &fileError{c.path, reason(err)}
		}
	}
	return nil
}

// writeTemps writes the new contents beside the files that they are for.
func writeTemps(changes []change) (map[string]string, *fileError) {
	temps := map[string]string{}
	for _, c := range changes {
		if c.new == nil {
			continue
		}
		temp := filepath.Join(filepath.Dir(c.file()), fmt.Sprintf(".%s.%d", filepath.Base(c.file()), os.Getpid()))
		temps[c.path] = temp
		if err := writeNew(temp, c); err != nil {
			return temps, &fileError{c.path, reason(err)}
		}
	}
	return temps, nil
}

// writeNew writes a file with the mode of the one that it replaces.
func writeNew(temp string, c change) error {
	if err := os.WriteFile(temp, c.new, 0o666); err != nil {
		return err
	}
	if c.old != nil {
		return os.Chmod(temp, c.mode)
	}
	return nil
}

func replace(c change, temp string) error {
	if c.new == nil {
		return os.Remove(c.file())
	}
	return os.Rename(temp, c.file())
}

// restore undoes changes as well as it can.
func restore(changes []change) {
	for _, c := range changes {
		if c.old == nil {
			os.Remove(c.file())
			continue
		}
		os.WriteFile(c.file(), c.old, c.mode)
	}
}
