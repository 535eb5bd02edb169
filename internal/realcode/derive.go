package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

// A survey is what is done with the functions of a module.
type survey struct {
	*scratch
	functions []*Function
	sources   map[string][]byte // the files of functions, as they are in the module
	lines     layout            // of the directives that are there
	prog      *lower.Program
}

// derive derives all functions, and leaves the derivatives of those that are still pending on disk.
func (s *survey) derive() error {
	if err := s.load(); err != nil {
		return err
	}
	s.deriveAlone()
	if err := s.load(); err != nil {
		return err
	}
	return s.deriveTogether()
}

// load gives directives to the pending functions and loads the packages. A function whose directive is in error is refused.
func (s *survey) load() error {
	for {
		var err error
		if s.lines, err = s.inject(s.functions, s.sources); err != nil {
			return err
		}
		if s.prog, err = lower.Load(lower.Config{Dir: s.dir, Env: s.env}, s.patterns()...); err != nil {
			return err
		}
		if len(s.prog.Diags) == 0 {
			return nil
		}
		for _, d := range s.prog.Diags {
			f := s.at(d.Pos.Filename, d.Pos.Line)
			if f == nil || f.Status != Pending && !s.hasDirective(f) {
				return fmt.Errorf("%s: %v", s.Path, d)
			}
			f.fail(Refused, fmt.Sprintf("%s:%d", f.File, f.Line), d.Msg)
		}
	}
}

// at returns the function that stands at a line of a file, or nil.
func (s *survey) at(file string, line int) *Function {
	line = s.lines.original(file, line)
	i := slices.IndexFunc(s.functions, func(f *Function) bool { return f.File == file && f.Line == line })
	if i < 0 {
		return nil
	}
	return s.functions[i]
}

// hasDirective reports whether f was given directives.
func (s *survey) hasDirective(f *Function) bool { return slices.Contains(s.lines[f.File], f.Line) }

// deriveAlone derives each pending function by itself.
func (s *survey) deriveAlone() {
	for _, pkg := range s.prog.Packages {
		for _, dir := range pkg.Directives {
			pos := s.prog.Position(dir.Pos)
			f := s.at(pos.Filename, pos.Line)
			if f == nil || f.Status != Pending {
				continue
			}
			f.deriveIn(s, pkg, dir)
		}
	}
}

// deriveIn derives f alone in one mode.
func (f *Function) deriveIn(s *survey, pkg *lower.Package, dir *lower.Directive) {
	defer func() {
		if mistake := recover(); mistake != nil {
			f.fail(Crashed, "", fmt.Sprintf("%v: internal error: %v", dir.Mode, mistake))
		}
	}()
	_, diags := derive.Outputs(s.prog, pkg, []*lower.Directive{dir}, derive.Options{})
	if len(diags) == 0 {
		return
	}
	d := diags[0]
	if isMistake(d.Msg) {
		f.fail(Crashed, s.place(d), fmt.Sprintf("%v: %s", dir.Mode, d.Msg))
		return
	}
	f.fail(Refused, s.place(d), d.Msg)
	if d.Pos.Line == 0 {
		f.fail(Crashed, "", "refused without a position: "+d.Msg)
	}
}

func isMistake(msg string) bool { return strings.Contains(msg, "internal error") }

// place returns the position of a diagnostic as it is in the module.
func (s *survey) place(d lower.Diagnostic) string {
	file := d.Pos.Filename
	if filepath.IsAbs(file) {
		if i := strings.LastIndex(file, "/pkg/mod/"); i >= 0 {
			file = file[i+len("/pkg/mod/"):]
		}
		if _, std, ok := strings.Cut(d.Pos.Filename, "/go/src/"); ok {
			file = std
		}
	}
	return fmt.Sprintf("%s:%d", file, s.lines.original(d.Pos.Filename, d.Pos.Line))
}

// deriveTogether derives the pending functions of each package in one go, checks the types of the outputs and writes them. Functions that
// can be derived alone but not with others crash.
func (s *survey) deriveTogether() error {
	for {
		outputs := map[string][]byte{}
		failed := false
		for _, pkg := range s.prog.Packages {
			some, message := s.derivePackage(pkg)
			for path, src := range some {
				outputs[path] = src
			}
			if message != "" {
				failed = true
				s.blame(s.below(pkg), message)
			}
		}
		if !failed {
			failed = s.check(outputs)
		}
		if !failed {
			return s.write(outputs)
		}
		if err := s.load(); err != nil {
			return err
		}
	}
}

// derivePackage returns the outputs of a package, or what is wrong.
func (s *survey) derivePackage(pkg *lower.Package) (outputs map[string][]byte, message string) {
	defer func() {
		if mistake := recover(); mistake != nil {
			message = fmt.Sprintf("internal error: %v", mistake)
		}
	}()
	outputs, diags := derive.Package(s.prog, pkg, derive.Options{})
	if len(diags) > 0 {
		message = diags[0].String()
	}
	return outputs, message
}

// blame makes a function of a package crash: the one that a message names, or the first.
func (s *survey) blame(pkg, message string) {
	var first *Function
	for _, f := range s.functions {
		if f.Package != pkg || f.Status != Pending {
			continue
		}
		if first == nil || regexp.MustCompile(`\b`+f.base()+`(VJP|JVP|Back|Forward|Tangent)?\b`).MatchString(message) {
			first = f
		}
	}
	if first == nil {
		panic("realcode: " + message)
	}
	first.fail(Crashed, "", "with the package: "+message)
}

// check type-checks the outputs and reports whether something is wrong.
func (s *survey) check(outputs map[string][]byte) bool {
	diags := s.prog.Check(outputs)
	blamed := map[string]bool{}
	for _, d := range diags {
		dir := filepath.ToSlash(filepath.Dir(d.Pos.Filename))
		if !blamed[dir] {
			blamed[dir] = true
			s.blame(dir, "does not type-check: "+d.String()+"\n"+lineOf(outputs[filepath.Join(s.dir, d.Pos.Filename)], d.Pos.Line))
		}
	}
	return len(diags) > 0
}

// lineOf returns a line of a text.
func lineOf(src []byte, n int) string {
	lines := strings.Split(string(src), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}

func (s *survey) write(outputs map[string][]byte) error {
	for path, src := range outputs {
		if err := os.WriteFile(path, src, 0o666); err != nil {
			return err
		}
	}
	return nil
}
