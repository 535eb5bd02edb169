package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"go/types"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed check/*.go
var checkSources embed.FS

// What is added to a copy besides derivatives.
const (
	checkDir  = "godiffcheck" // the package check
	runDir    = "godiffrun"   // the command that runs the checks
	casesFile = "zz_godiffcheck.go"
)

// judge checks the derivatives that are there, and sets what becomes of the functions that are pending.
func (s *survey) judge() error {
	cases := s.judged()
	if err := s.writeChecks(cases); err != nil {
		return err
	}
	if len(cases) == 0 {
		return nil
	}
	if _, err := s.run("go", "build", "-gcflags=-e", "-o", "godiffrun.exe", "./"+runDir); err != nil {
		return err
	}
	return s.runChecks(cases)
}

// judged returns the functions that can be checked, in the order of the checks, and makes the others derived.
func (s *survey) judged() []*Function {
	var cases []*Function
	for _, pkg := range s.Packages {
		for _, f := range s.functions {
			switch {
			case f.Status != Pending || f.Package != pkg:
			case f.generic:
				f.fail(Derived, "", "float64 is no type argument for it")
			default:
				cases = append(cases, f)
			}
		}
	}
	return cases
}

// writeChecks writes the package check, a file with the cases into each package, and the command.
func (s *survey) writeChecks(cases []*Function) error {
	sources, err := checkSources.ReadDir("check")
	if err != nil {
		return err
	}
	for _, f := range sources {
		src, err := checkSources.ReadFile("check/" + f.Name())
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(s.dir, checkDir, f.Name()), src); err != nil {
			return err
		}
	}
	var imports strings.Builder
	for i, pkg := range s.Packages {
		name := "Cases" + strconv.Itoa(i)
		fmt.Fprintf(&imports, "\tp%d %q\n", i, s.importPath(pkg))
		src := s.casesOf(pkg, name, cases)
		if err := writeFile(filepath.Join(s.dir, pkg, casesFile), src); err != nil {
			return err
		}
	}
	var calls strings.Builder
	for i := range s.Packages {
		fmt.Fprintf(&calls, "\tcheck.Add(p%d.GodiffCases%d()...)\n", i, i)
	}
	main := fmt.Sprintf("package main\n\nimport (\n\tcheck %q\n%s)\n\nfunc main() {\n%s\tcheck.Main()\n}\n", path.Join(s.Path, checkDir), imports.String(), calls.String())
	return writeFile(filepath.Join(s.dir, runDir, "main.go"), []byte(main))
}

// casesOf returns a file of a package that lists its cases.
func (s *survey) casesOf(pkg, name string, cases []*Function) []byte {
	loaded := s.loaded(s.prog, pkg)
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n\nimport (\n\tgodiffreflect \"reflect\"\n\n\tgodiffcheck %q\n)\n\n", loaded.Name, path.Join(s.Path, checkDir))
	fmt.Fprintf(&b, "func Godiff%s() []*godiffcheck.Case {\n\ttypes := []godiffreflect.Type{\n", name)
	for _, t := range concrete(loaded.Types) {
		fmt.Fprintf(&b, "\t\tgodiffreflect.TypeFor[%s](),\n", t)
	}
	b.WriteString("\t}\n\treturn []*godiffcheck.Case{\n")
	for _, f := range cases {
		if f.Package == pkg {
			fmt.Fprintf(&b, "\t\t{Name: %q, F: %s, VJP: %s, JVP: %s, Wrt: %#v, Types: types},\n",
				f.Name, f.expr(f.base()), f.expr(f.base()+"VJP"), f.expr(f.base()+"JVP"), f.wrt)
		}
	}
	b.WriteString("\t}\n}\n")
	return b.Bytes()
}

// concrete returns the named types of a package that an interface of it may hold, and pointers to them.
func concrete(pkg *types.Package) []string {
	var list []string
	for _, name := range pkg.Scope().Names() {
		obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		named, ok := obj.Type().(*types.Named)
		if !ok || named.TypeParams().Len() > 0 || types.IsInterface(named) {
			continue
		}
		list = append(list, name, "*"+name)
	}
	return list
}

// A verdict is a line of the command: a Verdict of package check.
type verdict struct {
	Name                 string
	Ran                  bool
	Good, Partly, Panics int
	Wrong, NaN, Why      string
}

// runChecks runs the checks, again behind each that ends the process.
func (s *survey) runChecks(cases []*Function) error {
	for from := 0; from < len(cases); {
		cmd := exec.Command(filepath.Join(s.dir, "godiffrun.exe"), "-from", strconv.Itoa(from))
		cmd.Env = append(os.Environ(), "GOMEMLIMIT=2GiB")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		ran := false
		for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
			var v verdict
			if err := d.Decode(&v); err != nil {
				return err
			}
			if ran = v.Ran; ran {
				continue
			}
			if v.Name != cases[from].Name {
				return fmt.Errorf("%s: a verdict about %s where one about %s is wanted", s.Path, v.Name, cases[from].Name)
			}
			cases[from].take(v)
			from++
		}
		if err == nil {
			continue
		}
		if !ran {
			cases[from].fail(Derived, "", "it ends the process by itself")
		} else {
			cases[from].fail(Wrong, "", fmt.Sprintf("the process ends: %v: %.2000s", err, stderr.String()))
		}
		from++
	}
	return nil
}

// take sets what becomes of f.
func (f *Function) take(v verdict) {
	f.NaN = v.NaN
	switch {
	case v.Wrong != "":
		f.fail(Wrong, "", v.Wrong)
	case v.Good > 0:
		f.fail(Checked, "", "")
	case v.Why != "":
		f.fail(Derived, "", v.Why)
	case v.Panics > 0:
		f.fail(Derived, "", "it panics at what was tried, and so do its derivatives")
	default:
		f.fail(Derived, "", "it is not finite at what was tried")
	}
}
