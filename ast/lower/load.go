// Package lower turns Go packages into the intermediate representation: it loads them, finds the directives, refuses
// what cannot be differentiated, and lowers functions.
//
// # Loading
//
// A package that is to be differentiated may not compile yet. Its own code, its tests and other packages may call
// derivatives that are still to be generated, or the outputs that are there may be stale:
//
//	//godiff:grad
//	func Loss(x float64) float64 { return x * x }
//
//	var slope = LossGrad(1) // undefined, until godiff has run
//
// But the signature of a derivative follows from the declaration of its function alone. So the outputs on disk are left
// out of the load, and a stub with the right signature stands in for each derivative:
//
//	func LossGrad(x float64) (dx float64) { for { } }
//
// Then everything is type-checked once, with no error tolerated. What a package needs for that is found in steps:
//
//  1. The go command lists the packages and what they import. It compiles nothing.
//  2. Packages of the main module are checked from source, and so is every package that imports one of them. The others
//     come from export data; those without any (it failed to compile, say) from source after all.
//  3. Each package from source is checked twice, dependencies first. The first pass ignores function bodies and swallows
//     errors: it is for the types of parameters, from which the stubs are made. The second has the stubs and reports.
//
// A package and its variant for tests are different packages to the go command and here: each has type objects of its
// own, and stubs of its own. Outputs for files other than tests come from the package, those for test files
// from the variant.
package lower

import (
	"bytes"
	"errors"
	"fmt"
	goast "go/ast"
	"go/parser"
	goscanner "go/scanner"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/godiff/godiff/ast"
)

// A Config says where and how to load. All fields are optional.
type Config struct {
	Dir     string            // the working directory; the current one if empty
	Env     []string          // the environment of the go command; os.Environ() if nil
	Overlay map[string][]byte // contents of files by absolute path, in place of what is on disk
}

// A Program is what Load found: the packages and what is wrong with them.
type Program struct {
	Fset     *token.FileSet
	Dir      string       // the working directory, absolute
	Packages []*Package   // those that match the patterns, test variants included, dependencies first
	Diags    []Diagnostic // sorted, each once
	Notes    []Diagnostic // what is right but looks like a mistake, in packages that match the patterns; sorted, each once

	listing listing
	order   []*Package // every package checked from source, dependencies first
	byID    map[string]*Package
	byTypes map[*types.Package]*Package
	exports *exports
	cmd     goCommand

	context *types.Context // of the instantiated types of all packages

	keeping sync.Mutex
	kept    map[string]any // see Keep
}

// Keep returns what is kept under a name, of which make makes the first.
func (p *Program) Keep(name string, make func() any) any {
	p.keeping.Lock()
	defer p.keeping.Unlock()
	if x, ok := p.kept[name]; ok {
		return x
	}
	if p.kept == nil {
		p.kept = map[string]any{}
	}
	p.kept[name] = make()
	return p.kept[name]
}

// A Package is a package that was type-checked from source.
type Package struct {
	ID      string // what the go command calls it: "p", "p [p.test]" or "p_test [p.test]"
	Path    string // the import path
	Name    string
	Dir     string
	ForTest string   // for the variants of a test, the path of the package under test
	Files   []*File  // without outputs, in the order of the go command
	Ignored []string // the paths of files that build constraints leave out

	Types *types.Package
	Info  *types.Info

	// Directives are those of the files that are this package's own, by position: in a test variant those of the
	// test files. Inherited are the others of a test variant: their outputs come from the package under test.
	Directives, Inherited []*Directive
	// Imported are the rules and nodiffs of imported packages that hold here too, since they are exported.
	Imported []*Directive
	// Deps are the imported packages that were type-checked from source too, by import path.
	Deps map[string]*Package
	// NoBodies reports that the bodies of functions are of no use: the package is of another module and does not compile.
	NoBodies bool
	// Failed reports that the package, or one that it imports, does not compile or has a directive in error.
	Failed bool

	meta        *packages.Package
	root        bool
	broken      bool // a type or syntax error here or in an import
	diags       []Diagnostic
	decls       map[*types.Func]declaration
	generated   map[*types.Func]*Directive // by stub
	stubs       []stubFile
	stubImports map[string]*types.Package // what the stubs import
	unresolved  map[string]bool           // names of derivatives, here and in Deps, that have no stub for an error in their directive
}

// A File is a source file of a package.
type File struct {
	Name       string // absolute path
	Syntax     *goast.File
	Src        []byte
	Constraint string // what the go:build line and the name of the file ask for together; "" if nothing
	Output     string // the path of its output
	Derived    bool   // it is itself an output: see With

	comments []*comment
	marks    map[int]Marks // by line
	diags    []Diagnostic  // of syntax and of directives as such
	notes    []Diagnostic
	broken   bool // it does not parse
}

// Test reports whether f is a test file.
func (f *File) Test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// Compiles reports whether neither the package nor what it imports is in error, directives aside.
func (p *Package) Compiles() bool { return !p.broken }

// ImportsC reports whether f imports "C".
func (f *File) ImportsC() bool {
	return slices.ContainsFunc(f.Syntax.Imports, func(s *goast.ImportSpec) bool { return s.Path.Value == `"C"` })
}

// Load loads the packages that match the patterns, "." if there are none. The error is of the go command, or that no
// package matches; what is wrong with the packages is in the program's Diags.
func Load(cfg Config, patterns ...string) (*Program, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cmd := newGoCommand(dir, cfg)
	listing, err := cmd.list(patterns)
	if err != nil {
		return nil, err
	}
	if len(listing.roots) == 0 {
		return nil, fmt.Errorf("no package matches %s", strings.Join(patterns, " "))
	}
	fset := token.NewFileSet()
	return newLoader(dir, cmd, listing, newExports(cmd, fset), fset).load()
}

// With returns the program as it is where derivatives, the outputs with the given paths, are sources: what they declare has no stub. The
// two programs have packages in common, those that no output concerns.
func (p *Program) With(outputs map[string][]byte) (*Program, error) {
	l := newLoader(p.Dir, p.cmd, p.listing, p.exports, p.Fset)
	l.prog.context = p.context
	l.before, l.outputs = p, outputs
	return l.load()
}

// Import returns the package with the given import path, in the form that packages under test see if it is one of the
// main module. Packages "math" and "slices" can always be imported; others are looked for where they are not known yet.
func (p *Program) Import(path string) (*types.Package, error) {
	if pkg := p.byID[path]; pkg != nil && pkg.Types != nil {
		return pkg.Types, nil
	}
	missing, err := p.exports.locate([]string{path})
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("cannot import %s", path)
	}
	return p.exports.Import(path)
}

// Remembered returns the types that derivatives which are source declare.
func (p *Program) Remembered() []types.Type {
	var list []types.Type
	for _, pkg := range p.order {
		for _, file := range pkg.Files {
			for _, decl := range file.Syntax.Decls {
				types, ok := decl.(*goast.GenDecl)
				if !ok || !file.Derived || types.Tok != token.TYPE {
					continue
				}
				for _, spec := range types.Specs {
					if obj := pkg.Info.Defs[spec.(*goast.TypeSpec).Name]; obj != nil {
						list = append(list, obj.Type())
					}
				}
			}
		}
	}
	return list
}

// Package returns the package with an ID, or nil.
func (p *Program) Package(id string) *Package { return p.byID[id] }

// Sources returns the packages checked from source, dependencies first.
func (p *Program) Sources() []*Package { return p.order }

// PackageOf returns the package checked from source whose types are t, or nil.
func (p *Program) PackageOf(t *types.Package) *Package { return p.byTypes[t] }

// Mentions reports whether a file of pkg that is not part of this build names an identifier, or one that is not in Go, or a linker
// directive. What cannot be read counts, and a test file only if tests says so.
func (p *Program) Mentions(pkg *Package, name string, tests bool) bool {
	word := regexp.MustCompile(`(^|[^\pL\pN_])` + regexp.QuoteMeta(name) + `($|[^\pL\pN_])`)
	for _, path := range slices.Concat(pkg.Ignored, pkg.meta.OtherFiles) {
		src, ok := p.cmd.overlay[path]
		if !ok {
			var err error
			if src, err = os.ReadFile(path); err != nil {
				return true
			}
		}
		_, output := SourceName(path)
		if (tests || !strings.HasSuffix(path, "_test.go")) && !(output && HasHeader(src)) && word.Match(src) {
			return true
		}
	}
	for _, file := range pkg.Files {
		for _, group := range file.Syntax.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//go:linkname") && word.MatchString(c.Text) {
					return true
				}
			}
		}
	}
	return false
}

// Instances returns a table for what is derived in pkg.
func (p *Program) Instances(pkg *Package) *Instances {
	t := NewInstances(p.context)
	t.pkg, t.view = pkg.Types, p.View(pkg, nil)
	return t
}

// Decl returns where fn is declared, if that was checked from source; else nil.
func (p *Program) Decl(fn *types.Func) (*Package, *File, *goast.FuncDecl) {
	pkg := p.byTypes[fn.Pkg()]
	if pkg == nil {
		return nil, nil, nil
	}
	d, ok := pkg.decls[fn.Origin()]
	if !ok {
		return nil, nil, nil
	}
	return pkg, d.file, d.decl
}

// Generated returns the directive that fn is generated for, where fn is the stub of a derivative; else nil.
func (p *Program) Generated(fn *types.Func) *Directive {
	pkg := p.byTypes[fn.Pkg()]
	if pkg == nil {
		return nil
	}
	return pkg.generated[fn.Origin()]
}

// HasSource reports whether the body of a function, or of what it is an instance of, is there. That of a function of the runtime which
// derivatives call is not looked at, whether the package imports the runtime or not: what those do is known.
func (p *Program) HasSource(fn *types.Func, table *Instances) bool {
	if of := table.Origin(fn); of.Pkg() != nil && of.Pkg().Path() == runtimePath && of.Name() != "StopGradient" && of.Name() != "WithGradient" {
		return false
	}
	pkg, _, decl := p.Decl(table.Origin(fn))
	return table.Lifted(fn) || decl != nil && decl.Body != nil && !pkg.NoBodies
}

// Source returns what Func needs to know of pkg, with a table of instances.
func (p *Program) Source(pkg *Package, table *Instances) *Source {
	hasSource := func(fn *types.Func) bool { return p.HasSource(fn, table) }
	declOf := func(fn *types.Func) *goast.FuncDecl {
		if of, _, decl := p.Decl(fn); of == pkg && !pkg.NoBodies {
			return decl
		}
		return nil
	}
	marks := func(pos token.Pos) Marks {
		for _, file := range pkg.Files {
			if file.Syntax.FileStart <= pos && pos < file.Syntax.FileEnd {
				return file.marks[p.Fset.PositionFor(pos, false).Line]
			}
		}
		return Marks{}
	}
	return &Source{Marks: marks, Fset: p.Fset, Info: pkg.Info, Pkg: pkg.Types, Instances: table, HasSource: hasSource, Decl: declOf, Text: func(pos, end token.Pos) string {
		for _, file := range pkg.Files {
			if start := file.Syntax.FileStart; start <= pos && end <= file.Syntax.FileEnd {
				return string(file.Src[pos-start : end-start])
			}
		}
		return ""
	}}
}

// Position returns the place of pos, its file relative to the working directory where it lies below it. It does not
// follow line directives: what is reported is where the user's file has it.
func (p *Program) Position(pos token.Pos) token.Position {
	position := p.Fset.PositionFor(pos, false)
	if position.Filename != "" {
		position.Filename = relative(p.Dir, position.Filename)
	}
	return position
}

// Relative returns path relative to the working directory where it lies below it.
func (p *Program) Relative(path string) string { return relative(p.Dir, path) }

// absolute returns path joined to the working directory if it is relative.
func (p *Program) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Dir, path)
}

// Diag returns a diagnostic at pos.
func (p *Program) Diag(pos token.Pos, format string, args ...any) Diagnostic {
	return Diagnostic{Pos: p.Position(pos), Msg: fmt.Sprintf(format, args...)}
}

// loader builds a Program.
type loader struct {
	prog    *Program
	listing listing
	files   map[string]*File // by absolute path: a package and its test variants share them
	overlay map[string][]byte
	before  *Program          // the same program with other outputs, or nil
	outputs map[string][]byte // those that are sources, by path
	sources map[string]*File  // these as files
	begun   map[*Package]bool
}

func newLoader(dir string, cmd goCommand, listing listing, exports *exports, fset *token.FileSet) *loader {
	return &loader{
		prog: &Program{
			context: types.NewContext(),
			Fset:    fset, Dir: dir, cmd: cmd, listing: listing, exports: exports,
			byID: map[string]*Package{}, byTypes: map[*types.Package]*Package{},
		},
		listing: listing,
		files:   map[string]*File{},
		sources: map[string]*File{},
		begun:   map[*Package]bool{},
		overlay: cmd.overlay,
	}
}

func (l *loader) load() (*Program, error) {
	if err := l.selectSource(); err != nil {
		return nil, err
	}
	for _, pkg := range l.prog.order {
		l.loadPackage(pkg)
	}
	return l.finish(), nil
}

// always are the packages that can be imported without anybody importing them: derivatives and rules name them.
var always = []string{"cmp", "maps", "math", "slices", "sort"}

// selectSource decides which packages are checked from source, and locates the export data of the others.
func (l *loader) selectSource() error {
	source := map[*packages.Package]bool{}
	for _, p := range l.listing.roots {
		source[p] = p.PkgPath != "unsafe"
	}
	for _, p := range l.listing.all {
		source[p] = source[p] || p.Module != nil && p.Module.Main
	}
	l.addRuled(source)
	l.addCalled(source)
	for {
		l.closeOverImporters(source)
		missing, err := l.prog.exports.locate(append(l.imported(source), always...))
		if err != nil {
			return err
		}
		if !l.addMissing(source, missing) {
			break
		}
	}
	l.addPackages(source)
	return nil
}

// addRuled adds to source the packages of other modules that packages in it import and that have rules, which hold for those.
func (l *loader) addRuled(source map[*packages.Package]bool) {
	for _, p := range l.listing.all {
		if !source[p] {
			continue
		}
		for _, dep := range p.Imports {
			if !source[dep] && dep.Module != nil && !dep.Module.Main {
				source[dep] = slices.ContainsFunc(dep.GoFiles, hasRules)
			}
		}
	}
}

// addCalled adds to source the packages of other modules that packages with derivatives import, directly or not: their functions may be
// called with what is differentiated.
func (l *loader) addCalled(source map[*packages.Package]bool) {
	var add func(p *packages.Package)
	add = func(p *packages.Package) {
		for _, dep := range p.Imports {
			if !source[dep] && dep.Module != nil && !dep.Module.Main {
				source[dep] = true
				add(dep)
			}
		}
	}
	for _, p := range l.listing.all {
		if source[p] && slices.ContainsFunc(p.GoFiles, hasDirectives) {
			add(p)
		}
	}
}

// hasDirectives reports whether a file has a line that begins as a directive does.
func hasDirectives(name string) bool {
	src, _ := os.ReadFile(name)
	return bytes.Contains(src, []byte("\n"+prefix)) || bytes.HasPrefix(src, []byte(prefix))
}

// hasRules reports whether a file has a line that begins as a directive does that says something of a function or type which is there.
func hasRules(name string) bool {
	src, _ := os.ReadFile(name)
	return slices.ContainsFunc(verbs, func(v verb) bool {
		_, generates := ast.ParseMode(v.name)
		return !generates && v.place == atFunc && bytes.Contains(src, []byte("\n"+prefix+v.name))
	})
}

// closeOverImporters adds to source every package that imports one in it, since export data would refer to another copy
// of its types.
func (l *loader) closeOverImporters(source map[*packages.Package]bool) {
	for _, p := range l.listing.all {
		for _, dep := range p.Imports {
			source[p] = source[p] || source[dep]
		}
	}
}

// imported returns the paths of the packages outside source that packages in it import directly.
func (l *loader) imported(source map[*packages.Package]bool) []string {
	var paths []string
	for _, p := range l.listing.all {
		if !source[p] {
			continue
		}
		for _, dep := range p.Imports {
			if !source[dep] && len(dep.Errors) == 0 {
				paths = append(paths, dep.PkgPath)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// addMissing adds the packages without export data to source and reports whether there were any.
func (l *loader) addMissing(source map[*packages.Package]bool, missing []string) bool {
	added := false
	for _, p := range l.listing.all {
		if !source[p] && slices.Contains(missing, p.PkgPath) && len(p.GoFiles) > 0 {
			source[p], added = true, true
		}
	}
	return added
}

func (l *loader) addPackages(source map[*packages.Package]bool) {
	prog := l.prog
	for _, p := range l.listing.all {
		if !source[p] || len(p.GoFiles) == 0 && !slices.Contains(l.listing.roots, p) {
			continue
		}
		pkg := &Package{
			ID: p.ID, Path: p.PkgPath, Name: p.Name, Dir: p.Dir, ForTest: p.ForTest, Deps: map[string]*Package{},
			stubImports: map[string]*types.Package{}, unresolved: map[string]bool{},
			Ignored: p.IgnoredFiles, meta: p, root: slices.Contains(l.listing.roots, p),
		}
		if old := l.unchanged(p); old != nil {
			pkg = l.taken(old)
		}
		prog.byID[pkg.ID] = pkg
		prog.order = append(prog.order, pkg)
		if pkg.root {
			prog.Packages = append(prog.Packages, pkg)
		}
	}
}

// unchanged returns the package of the program before that one is, or nil where an output is part of it, or of one that it imports.
func (l *loader) unchanged(p *packages.Package) *Package {
	if l.before == nil || l.before.byID[p.ID] == nil {
		return nil
	}
	old := l.before.byID[p.ID]
	for _, file := range old.Files {
		if file.Derived || l.outputs[file.Output] != nil {
			return nil
		}
	}
	for _, dep := range old.Deps {
		if l.prog.byID[dep.ID] != dep {
			return nil
		}
	}
	return old
}

// taken takes over a package of the program before.
func (l *loader) taken(pkg *Package) *Package {
	l.begun[pkg] = true
	l.prog.byTypes[pkg.Types] = pkg
	for _, file := range pkg.Files {
		l.files[file.Name] = file
	}
	return pkg
}

// loadPackage parses and checks pkg, if that has not been done. Its dependencies have been loaded, but for those that only a derivative
// imports.
func (l *loader) loadPackage(pkg *Package) {
	if l.begun[pkg] {
		return
	}
	l.begun[pkg] = true
	l.parse(pkg)
	for _, file := range pkg.Files {
		for _, spec := range file.Syntax.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if dep := l.prog.byID[path]; dep != nil && file.Derived {
				l.loadPackage(dep)
			}
		}
	}
	l.link(pkg)
	for _, file := range pkg.Files {
		if file.broken {
			pkg.diags = append(pkg.diags, file.diags...)
			pkg.broken = true
		} else {
			pkg.directiveErrors(file.diags)
		}
	}
	if len(pkg.meta.Errors) > 0 && !onlyOutputsLeft(pkg.meta) {
		pkg.broken = true // finish reports the errors
	}
	l.addStubs(pkg)
	l.checkStrictly(pkg)
}

// directiveErrors keeps the diagnostics of directives in packages that match the patterns. Those of other packages are not
// asked for, and need not be right for a package that imports them.
func (p *Package) directiveErrors(diags []Diagnostic) {
	if p.root {
		p.diags = append(p.diags, diags...)
	}
}

// link fills Deps, and marks pkg as broken if one of them is.
func (l *loader) link(pkg *Package) {
	for path, dep := range pkg.meta.Imports {
		if dep := l.prog.byID[dep.ID]; dep != nil {
			pkg.Deps[path] = dep
			pkg.broken = pkg.broken || dep.broken
			maps.Copy(pkg.unresolved, dep.unresolved)
		}
	}
}

// parse reads the files of pkg, except outputs.
func (l *loader) parse(pkg *Package) {
	for _, name := range pkg.meta.GoFiles {
		file, err := l.file(name)
		if err != nil {
			pkg.diags = append(pkg.diags, Diagnostic{Pos: token.Position{Filename: l.prog.Relative(name)}, Msg: err.Error()})
			pkg.broken = true
			continue
		}
		if file == nil {
			continue
		}
		pkg.Files = append(pkg.Files, file)
		if pkg.Name == "" {
			pkg.Name = file.Syntax.Name.Name
		}
	}
	for _, file := range slices.Clone(pkg.Files) {
		if src := l.outputs[file.Output]; src != nil {
			pkg.Files = append(pkg.Files, l.derived(file.Output, src))
		}
	}
}

// derived returns an output that is a source.
func (l *loader) derived(name string, src []byte) *File {
	if l.sources[name] == nil {
		file := l.parseFile(name, src)
		file.Output, file.Derived = name, true
		l.sources[name] = file
	}
	return l.sources[name]
}

// file returns the source file with the given path, or nil if it is an output.
func (l *loader) file(name string) (*File, error) {
	if file, ok := l.files[name]; ok {
		return file, nil
	}
	src, ok := l.overlay[name]
	if !ok {
		var err error
		if src, err = os.ReadFile(name); err != nil {
			return nil, errors.Unwrap(err)
		}
	}
	if _, ok := SourceName(name); ok && HasHeader(src) {
		l.files[name] = nil
		return nil, nil
	}
	file := l.parseFile(name, src)
	l.files[name] = file
	return file, nil
}

func (l *loader) parseFile(name string, src []byte) *File {
	const mode = parser.ParseComments | parser.SkipObjectResolution | parser.AllErrors
	syntax, err := parser.ParseFile(l.prog.Fset, name, src, mode)
	file := &File{Name: name, Syntax: syntax, Src: src, Output: OutputName(name)}
	if err != nil {
		file.broken = true
		file.diags = l.prog.syntaxErrors(l.prog.Fset.File(syntax.FileStart), err)
		return file
	}
	nameTypeParams(syntax)
	file.Constraint = constraintOf(name, syntax)
	l.scan(file)
	return file
}

// nameTypeParams gives names to blank type parameters of functions and methods, which derivatives have to name: func (g *G[_]) F() becomes
// func (g *G[T1]) F().
func nameTypeParams(file *goast.File) {
	for _, decl := range file.Decls {
		fn, ok := decl.(*goast.FuncDecl)
		if !ok {
			continue
		}
		blank := slices.DeleteFunc(typeParamsOf(fn), func(id *goast.Ident) bool { return !isBlank(id) })
		if len(blank) == 0 {
			continue
		}
		taken := map[string]bool{}
		goast.Inspect(fn, func(n goast.Node) bool {
			if id, ok := n.(*goast.Ident); ok {
				taken[id.Name] = true
			}
			return true
		})
		for _, id := range blank {
			for i := 1; isBlank(id); i++ {
				if name := "T" + strconv.Itoa(i); !taken[name] {
					id.Name, taken[name] = name, true
				}
			}
		}
	}
}

// typeParamsOf returns the identifiers of the type parameters that a function or the receiver of a method declares.
func typeParamsOf(fn *goast.FuncDecl) []*goast.Ident {
	var list []*goast.Ident
	if fn.Type.TypeParams != nil {
		for _, field := range fn.Type.TypeParams.List {
			list = append(list, field.Names...)
		}
	}
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return list
	}
	x := goast.Unparen(fn.Recv.List[0].Type)
	if star, ok := x.(*goast.StarExpr); ok {
		x = goast.Unparen(star.X)
	}
	var args []goast.Expr
	switch x := x.(type) {
	case *goast.IndexExpr:
		args = []goast.Expr{x.Index}
	case *goast.IndexListExpr:
		args = x.Indices
	}
	for _, arg := range args {
		if id, ok := arg.(*goast.Ident); ok {
			list = append(list, id)
		}
	}
	return list
}

// syntaxErrors returns the errors of the parser as diagnostics, without regard to line directives.
func (p *Program) syntaxErrors(file *token.File, err error) []Diagnostic {
	var list goscanner.ErrorList
	if !errors.As(err, &list) {
		return []Diagnostic{{Pos: token.Position{Filename: p.Relative(file.Name())}, Msg: err.Error()}}
	}
	var diags []Diagnostic
	for _, e := range list {
		diags = append(diags, p.Diag(file.Pos(e.Pos.Offset), "%s", e.Msg))
	}
	return diags
}
