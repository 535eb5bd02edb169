// Package compile drives the compiler: it loads packages, has their derivatives written, checks the result and brings
// the files on disk up to date.
//
// # Units
//
// A package and the variants that the go command builds for its tests share a directory, so they are written together,
// all or none. Such a unit is left as it is where anything in it is in error:
//
//	load ─► derive ─► type-check with the outputs ─► compare with disk ─► write | print | diff
//
// # Files
//
// An output exists if and only if something lands in it. A file that is named as an output but does not have the line
// lower.Header was not written by godiff, and is never touched. The output of a source that build
// constraints leave out is not looked at: another build will see to it.
package compile

import (
	"cmp"
	"errors"
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

// An Action is what becomes of the outputs.
type Action int

const (
	Write Action = iota // bring the files up to date
	Print               // print the outputs
	Check               // print how the files differ from what they should be
	Vet                 // report which files do, and what looks like a mistake in the code
)

// Options say what to compile and how. All fields but the writers are optional.
type Options struct {
	Load     lower.Config
	Patterns []string // packages; "." if empty
	Derive   derive.Options
	Action   Action
	Verbose  bool // name packages and files on Stderr

	Stdout, Stderr io.Writer
}

// Generate does what godiff generate does, or with Vet what godiff vet does, and returns its exit status: 0, or 1 where the code or, for
// Check and Vet, the files fall short.
func Generate(opt Options) int {
	prog, err := lower.Load(opt.Load, opt.Patterns...)
	if err != nil {
		fmt.Fprintf(opt.Stderr, "godiff: %v\n", err)
		return 1
	}
	g := &generator{opt: opt, prog: prog, diags: prog.Diags}
	g.derive()
	if g.verify() {
		for _, u := range g.units {
			g.finish(u)
		}
	}
	for _, d := range lower.SortDiagnostics(slices.Concat(g.diags, prog.Notes)) {
		fmt.Fprintln(opt.Stderr, d)
	}
	if len(g.diags) > 0 || g.stale {
		return 1
	}
	return 0
}

// generator is one run of Generate.
type generator struct {
	opt   Options
	prog  *lower.Program
	units []*unit
	diags []lower.Diagnostic
	stale bool // Check found a difference
}

// A unit is a package with its test variants.
type unit struct {
	path, dir string
	packages  []*lower.Package
	outputs   map[string][]byte // path → content
	loaded    bool              // all packages are without errors
	failed    bool
}

// group returns the units of packages, by import path.
func group(packages []*lower.Package) []*unit {
	byPath := map[string]*unit{}
	for _, pkg := range packages {
		path := cmp.Or(pkg.ForTest, pkg.Path)
		u := byPath[path]
		if u == nil {
			u = &unit{path: path, dir: pkg.Dir, outputs: map[string][]byte{}, loaded: true}
			byPath[path] = u
		}
		u.packages = append(u.packages, pkg)
		u.loaded = u.loaded && !pkg.Failed
		u.failed = u.failed || pkg.Failed
	}
	return slices.SortedFunc(maps.Values(byPath), func(a, b *unit) int { return cmp.Compare(a.path, b.path) })
}

// derive makes the outputs of every unit that loaded without error.
func (g *generator) derive() {
	g.units = group(g.prog.Packages)
	rounds, diags := derive.NewRounds(g.prog, g.opt.Derive)
	g.diags = append(g.diags, diags...)
	if len(diags) > 0 {
		return
	}
	err := rounds.Run(func() {
		for _, u := range g.units {
			g.round(u, rounds)
		}
	})
	if wrong := (*derive.Unchecked)(nil); errors.As(err, &wrong) {
		g.diags = append(g.diags, unchecked(wrong.Diag, ""))
		for _, u := range g.units {
			u.failed = true
		}
		return
	}
	if err != nil {
		panic(fmt.Sprintf("compile: %v", err)) // nothing is loaded that was not loaded before
	}
	for _, u := range g.units {
		if g.opt.Action == Vet && u.loaded {
			g.diags = append(g.diags, rounds.Vet(g.prog, u.packages)...)
		}
		if u.failed {
			u.outputs = nil
		} else {
			u.outputs = rounds.Asked(u.outputs)
		}
	}
}

// round makes what one round adds to the outputs of a unit.
func (g *generator) round(u *unit, rounds *derive.Rounds) {
	made := map[string]bool{}
	for _, pkg := range u.packages {
		if u.failed && !(u.loaded && g.opt.Action == Vet) {
			return
		}
		opt := g.opt.Derive
		opt.Taken = u.taken(pkg)
		outputs, diags := rounds.Package(pkg, opt)
		g.diags = append(g.diags, diags...)
		u.failed = u.failed || len(diags) > 0
		for path, src := range outputs {
			if made[path] {
				panic(fmt.Sprintf("compile: %s comes from two variants of %s", path, u.path))
			}
			made[path] = true
			u.outputs[path] = src
		}
	}
}

// taken returns the names that outputs of pkg, if it is no external test, must not declare since they are or will be compiled together
// with what declares them: the package with its tests and the outputs so far.
func (u *unit) taken(pkg *lower.Package) map[string]bool {
	names := map[string]bool{}
	if pkg.Path != u.path {
		return names
	}
	for _, other := range u.packages {
		if other.Path == u.path {
			for _, name := range other.Types.Scope().Names() {
				names[name] = true
			}
			for _, file := range other.Files { // which import packages by names that nothing in the package may have
				if scope := other.Info.Scopes[file.Syntax]; scope != nil {
					for _, name := range scope.Names() {
						names[name] = true
					}
				}
			}
		}
	}
	for path, src := range u.outputs {
		file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
		if err != nil {
			panic(fmt.Sprintf("compile: %s: %v", path, err))
		}
		for _, decl := range file.Decls {
			for _, id := range declared(decl) {
				names[id.Name] = true
			}
		}
	}
	return names
}

// declared returns the identifiers that a declaration of an output, a function or a type, declares at the level of the package.
func declared(decl goast.Decl) []*goast.Ident {
	switch decl := decl.(type) {
	case *goast.FuncDecl:
		if decl.Recv == nil {
			return []*goast.Ident{decl.Name}
		}
	case *goast.GenDecl:
		var list []*goast.Ident
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*goast.TypeSpec); ok {
				list = append(list, spec.Name)
			}
		}
		return list
	}
	return nil
}

const runtimePath = "github.com/godiff/godiff/runtime"

// verify type-checks everything with the outputs in place and reports whether it is right. That it is not is a mistake of
// the compiler, so nothing at all is written then.
func (g *generator) verify() bool {
	all := map[string][]byte{}
	for _, u := range g.units {
		maps.Copy(all, u.outputs)
	}
	wrong := g.prog.Check(all)
	lacking := slices.ContainsFunc(wrong, lacksRuntime) // then other errors come of that
	for _, d := range wrong {
		if !lacking || lacksRuntime(d) {
			g.diags = append(g.diags, unchecked(d, funcAt(g.prog, all, d.Pos)))
		}
	}
	return len(wrong) == 0
}

// lacksRuntime reports whether an output does not type-check because the module lacks what it needs.
func lacksRuntime(d lower.Diagnostic) bool {
	return strings.Contains(d.Msg, "could not import "+runtimePath)
}

// unchecked says why an output does not type-check: the module lacks what it needs, or else the compiler is mistaken.
func unchecked(d lower.Diagnostic, at string) lower.Diagnostic {
	if lacksRuntime(d) {
		d.Msg = "the derivatives use package " + runtimePath + ", which the go.mod or go.sum of this module does not provide; add it with go get github.com/godiff/godiff"
		return d
	}
	d.Msg = "internal error: " + at + "does not type-check: " + d.Msg
	return d
}

// funcAt names the function of an output that holds a position, with a blank behind it.
func funcAt(prog *lower.Program, outputs map[string][]byte, pos token.Position) string {
	for path, src := range outputs {
		if prog.Relative(path) != pos.Filename {
			continue
		}
		fset := token.NewFileSet()
		file, _ := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
		for _, decl := range file.Decls {
			fn, ok := decl.(*goast.FuncDecl)
			if ok && fset.Position(fn.Pos()).Line <= pos.Line && pos.Line <= fset.Position(fn.End()).Line {
				return fn.Name.Name + " "
			}
		}
	}
	return filepath.Base(pos.Filename) + " "
}

// finish writes, prints or checks the outputs of a unit.
func (g *generator) finish(u *unit) {
	if u.failed {
		g.verbose("%s: left as it is", u.path)
		return
	}
	g.verbose("%s", u.path)
	if g.opt.Action == Print {
		g.print(u)
		return
	}
	changes, diags := plan(g.prog, u)
	g.diags = append(g.diags, diags...)
	if len(diags) > 0 {
		return
	}
	switch g.opt.Action {
	case Check:
		g.check(changes)
	case Vet:
		g.vet(changes)
	default:
		g.write(changes)
	}
}

func (g *generator) verbose(format string, args ...any) {
	if g.opt.Verbose {
		fmt.Fprintf(g.opt.Stderr, format+"\n", args...)
	}
}

// print prints every output under a line with its name, as txtar does.
func (g *generator) print(u *unit) {
	for _, path := range slices.Sorted(maps.Keys(u.outputs)) {
		fmt.Fprintf(g.opt.Stdout, "-- %s --\n%s", g.prog.Relative(path), u.outputs[path])
	}
}

// check prints how the files would change.
func (g *generator) check(changes []change) {
	for _, c := range changes {
		g.stale = true
		name := g.prog.Relative(c.path)
		g.verbose("\t%s is %s", name, c.state())
		fmt.Fprint(g.opt.Stdout, unifiedDiff(c.oldName(name), c.newName(name), c.old, c.new))
	}
}

// vet reports the files that would change.
func (g *generator) vet(changes []change) {
	for _, c := range changes {
		g.diags = append(g.diags, lower.Diagnostic{
			Pos: token.Position{Filename: g.prog.Relative(c.path)}, Msg: "the output is " + c.state() + ": run godiff generate",
		})
	}
}

// write makes the changes, all or none.
func (g *generator) write(changes []change) {
	if err := apply(changes); err != nil {
		g.diags = append(g.diags, lower.Diagnostic{
			Pos: token.Position{Filename: g.prog.Relative(err.path)}, Msg: err.msg,
		})
		return
	}
	for _, c := range changes {
		g.verbose("\t%s %s", c.verb(), g.prog.Relative(c.path))
	}
}
