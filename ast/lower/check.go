package lower

import (
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// importerFor imports what a package imports: from source where that is how its dependency was checked, else from export
// data. A package is known by the path that the go command gives it in the importing package, as in test variants.
type importerFor struct {
	prog  *Program
	pkg   *Package
	types func(*Package) (*types.Package, error) // of a package from source
}

// Import implements types.Importer.
func (i importerFor) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	dep, ok := i.pkg.meta.Imports[path]
	if !ok {
		return i.importOther(path)
	}
	if pkg := i.prog.byID[dep.ID]; pkg != nil {
		return i.types(pkg)
	}
	if len(dep.Errors) > 0 {
		return nil, fmt.Errorf("%s", oneLine(dep.Errors[0].Msg))
	}
	return i.prog.exports.Import(dep.PkgPath)
}

// importOther imports what no source file of the package does, only a stub or an output.
func (i importerFor) importOther(path string) (*types.Package, error) {
	if t, ok := i.pkg.stubImports[path]; ok {
		return t, nil
	}
	if pkg := i.prog.byID[path]; pkg != nil {
		if pkg.reaches(i.pkg) {
			return nil, fmt.Errorf("import cycle")
		}
		return i.types(pkg)
	}
	return i.prog.Import(path)
}

// reaches reports whether p imports other, directly or not.
func (p *Package) reaches(other *Package) bool {
	seen := map[*Package]bool{}
	var visit func(*Package) bool
	visit = func(p *Package) bool {
		if p == other {
			return true
		}
		if seen[p] {
			return false
		}
		seen[p] = true
		for _, dep := range p.Deps {
			if visit(dep) {
				return true
			}
		}
		return false
	}
	return visit(p)
}

// loaded returns the types that Load found.
func (p *Package) loaded() (*types.Package, error) {
	if p.Types == nil {
		return nil, fmt.Errorf("import cycle")
	}
	return p.Types, nil
}

// config returns how to type-check pkg. Files that import "C" are checked as far as that is possible without C.
func (p *Program) config(pkg *Package, imported func(*Package) (*types.Package, error), report func(error)) *types.Config {
	conf := &types.Config{
		Importer:    importerFor{p, pkg, imported},
		Error:       report,
		Sizes:       pkg.meta.TypesSizes,
		FakeImportC: true,
		Context:     p.context,
	}
	if m := pkg.meta.Module; m != nil && m.GoVersion != "" {
		conf.GoVersion = "go" + m.GoVersion
	}
	return conf
}

// syntax returns the source files of p, with the outputs among them if derived is set.
func (p *Package) syntax(derived bool) []*goast.File {
	var files []*goast.File
	for _, f := range p.Files {
		if derived || !f.Derived {
			files = append(files, f.Syntax)
		}
	}
	return files
}

// checkStrictly type-checks pkg with its stubs and gives directives their final meaning.
func (l *loader) checkStrictly(pkg *Package) {
	var errs []types.Error
	conf := l.prog.config(pkg, (*Package).loaded, func(err error) {
		if err, ok := err.(types.Error); ok {
			errs = append(errs, err)
		}
	})
	files := pkg.syntax(true)
	for _, stub := range pkg.stubs {
		files = append(files, stub.syntax)
	}
	pkg.Info = NewInfo()
	pkg.Types, _ = conf.Check(pkg.Path, l.prog.Fset, files, pkg.Info)
	l.prog.byTypes[pkg.Types] = pkg
	errs = slices.DeleteFunc(errs, func(err types.Error) bool { return isContinuation(err) || pkg.causedByC(err.Msg) })
	if pkg.meta.Module != nil && !pkg.meta.Module.Main && !pkg.root {
		// What another module does wrong in its functions is not complained about.
		n := len(errs)
		errs = slices.DeleteFunc(errs, func(err types.Error) bool { return inBody(err.Pos, files) })
		pkg.NoBodies = len(errs) < n
	}
	if !pkg.broken {
		pkg.broken = len(errs) > 0
		l.reportTypeErrors(pkg, errs)
	}
	l.bind(pkg)
}

// inBody reports whether a position lies in the body of a function.
func inBody(pos token.Pos, files []*goast.File) bool {
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*goast.FuncDecl); ok && fn.Body != nil && fn.Body.Pos() <= pos && pos < fn.Body.End() {
				return true
			}
		}
	}
	return false
}

// NewInfo returns what Func needs to be known of a package that is type-checked.
func NewInfo() *types.Info {
	return &types.Info{
		Types:        map[goast.Expr]types.TypeAndValue{},
		Instances:    map[*goast.Ident]types.Instance{},
		Defs:         map[*goast.Ident]types.Object{},
		Uses:         map[*goast.Ident]types.Object{},
		Implicits:    map[goast.Node]types.Object{},
		Selections:   map[*goast.SelectorExpr]*types.Selection{},
		Scopes:       map[goast.Node]*types.Scope{},
		FileVersions: map[*goast.File]string{},
	}
}

// reportTypeErrors turns the errors of the strict pass into diagnostics: those in a stub at its directive, and none for
// what is missing only because of a directive that is in error itself.
func (l *loader) reportTypeErrors(pkg *Package, errs []types.Error) {
	for _, err := range errs {
		if pkg.causedByDirective(err.Msg) {
			continue
		}
		pos := err.Pos
		for _, stub := range pkg.stubs {
			if d := stub.at(pos); d != nil {
				pos = d.Pos
			}
		}
		pkg.diags = append(pkg.diags, l.prog.Diag(pos, "%s", oneLine(err.Msg)))
	}
}

// isContinuation reports whether err adds a place to the error before it, as "other declaration of F" does.
func isContinuation(err types.Error) bool { return strings.HasPrefix(err.Msg, "\t") }

// causedByDirective reports whether a type error is about a derivative that has no stub.
func (p *Package) causedByDirective(msg string) bool {
	for name := range p.unresolved {
		if strings.HasSuffix(msg, "undefined: "+name) || strings.Contains(msg, "."+name+" undefined ") ||
			strings.Contains(msg, "missing method "+name+")") ||
			strings.HasPrefix(msg, "undefined: ") && strings.HasSuffix(msg, "."+name) {
			return true
		}
	}
	return false
}

// causedByC reports whether a type error comes of checking without C: its types are not known.
func (p *Package) causedByC(msg string) bool {
	return strings.Contains(msg, "invalid type") && slices.ContainsFunc(p.Files, (*File).ImportsC)
}

// bind gives the directives of pkg the objects of the final types, and adds those that generate nothing.
func (l *loader) bind(pkg *Package) {
	pkg.decls = declarations(pkg)
	r := &resolver{prog: l.prog, pkg: pkg, types: pkg.Types, info: pkg.Info}
	directives := r.bindStubs()
	rules := r.rules()
	pkg.Imported = imported(pkg)
	if len(directives) > 0 {
		r.checkImported(rules)
		r.checkBodies(directives, rules)
	}
	if !pkg.broken {
		pkg.directiveErrors(r.diags)
	}
	for _, d := range slices.SortedFunc(slices.Values(append(directives, rules...)), byPosition) {
		if pkg.ForTest != "" && !d.File.Test() {
			pkg.Inherited = append(pkg.Inherited, d)
		} else {
			pkg.Directives = append(pkg.Directives, d)
		}
	}
}

// A declaration is where a function is declared.
type declaration struct {
	file *File
	decl *goast.FuncDecl
}

// declarations returns those of the source files of pkg.
func declarations(pkg *Package) map[*types.Func]declaration {
	decls := map[*types.Func]declaration{}
	for _, file := range pkg.Files {
		for _, decl := range file.Syntax.Decls {
			if decl, ok := decl.(*goast.FuncDecl); ok {
				if fn, ok := pkg.Info.Defs[decl.Name].(*types.Func); ok {
					decls[fn] = declaration{file, decl}
				}
			}
		}
	}
	return decls
}

// bindStubs returns the directives of the package that generate something, with final objects.
func (r *resolver) bindStubs() []*Directive {
	pkg := r.pkg
	pkg.generated = map[*types.Func]*Directive{}
	var directives []*Directive
	for _, stub := range pkg.stubs {
		for i, decl := range stub.funcs() {
			d := stub.directives[i]
			d.Stub, _ = pkg.Info.Defs[decl.Name].(*types.Func)
			pkg.generated[d.Stub] = d
			if d.Fn, _ = pkg.Info.Defs[d.Decl.Name].(*types.Func); d.Fn != nil {
				d.Signature, _ = r.view(d.File).SignatureOf(d.Fn.Signature(), d.Mode, d.Wrt)
			}
			directives = append(directives, d)
		}
	}
	return directives
}

func byPosition(a, b *Directive) int { return int(a.Pos - b.Pos) }

// finish collects the diagnostics and passes failure on to importers.
func (l *loader) finish() *Program {
	prog := l.prog
	diags := l.listErrors()
	var notes []Diagnostic
	for _, pkg := range prog.order {
		pkg.Failed = pkg.broken || len(pkg.diags) > 0
		diags = append(diags, pkg.diags...)
		for _, file := range pkg.Files {
			if pkg.root {
				notes = append(notes, file.notes...)
			}
		}
	}
	prog.Notes = SortDiagnostics(notes)
	prog.Diags = dropImportEchoes(SortDiagnostics(diags))
	return prog
}

// listErrors returns the errors of the go command.
func (l *loader) listErrors() []Diagnostic {
	var diags []Diagnostic
	for _, p := range l.listing.all {
		if len(p.Errors) == 0 || onlyOutputsLeft(p) {
			continue
		}
		for _, err := range p.Errors {
			diags = append(diags, Diagnostic{Pos: l.prog.parsePosition(err.Pos), Msg: oneLine(err.Msg)})
		}
	}
	return diags
}

// onlyOutputsLeft reports whether the Go files of a directory are outputs, all of them: their sources are gone, which is
// no error.
func onlyOutputsLeft(p *packages.Package) bool {
	files := slices.Concat(p.GoFiles, p.IgnoredFiles)
	outputs := Outputs(p.Dir)
	return len(files) > 0 && !slices.ContainsFunc(files, func(f string) bool { return !slices.Contains(outputs, f) })
}

// parsePosition reads a position as the go command writes it, file:line:col with the last two optional.
func (p *Program) parsePosition(s string) token.Position {
	if s == "" || s == "-" {
		return token.Position{}
	}
	var pos token.Position
	file, numbers, _ := strings.Cut(s, ".go:")
	if file == s {
		return token.Position{Filename: p.Relative(p.absolute(s))}
	}
	fmt.Sscanf(numbers, "%d:%d", &pos.Line, &pos.Column)
	pos.Filename = p.Relative(p.absolute(file + ".go"))
	return pos
}

// dropImportEchoes returns diags without the type checker's complaints about imports where the go command has one at the
// same place.
func dropImportEchoes(diags []Diagnostic) []Diagnostic {
	echo := func(d Diagnostic) bool { return strings.HasPrefix(d.Msg, "could not import ") }
	said := map[string]bool{}
	for _, d := range diags {
		if !echo(d) {
			said[d.place()] = true
		}
	}
	return slices.DeleteFunc(diags, func(d Diagnostic) bool { return echo(d) && said[d.place()] })
}

// Check type-checks the program again with outputs, by path, in place of the stubs of the files that they belong to. It
// returns what is wrong with the packages that have outputs and those that import them. Packages that do not compile are
// left out.
func (p *Program) Check(outputs map[string][]byte) []Diagnostic {
	c := &recheck{prog: p, outputs: outputs, types: map[*Package]*types.Package{}, affected: map[*Package]bool{}}
	for _, pkg := range p.order {
		c.affected[pkg] = c.affects(pkg)
	}
	for _, pkg := range p.order {
		c.check(pkg)
	}
	return SortDiagnostics(c.diags)
}

// recheck is one run of Check.
type recheck struct {
	prog     *Program
	outputs  map[string][]byte
	types    map[*Package]*types.Package
	affected map[*Package]bool
	diags    []Diagnostic
}

// affects reports whether the types of pkg may differ from those with stubs. Its imports have been decided.
func (c *recheck) affects(pkg *Package) bool {
	for _, file := range pkg.Files {
		if c.outputs[file.Output] != nil {
			return true
		}
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(pkg.Deps)), func(dep *Package) bool { return c.affected[dep] })
}

// check returns the types of pkg with outputs. Packages that an output alone imports may come later in the order, so
// they are checked when they are asked for.
func (c *recheck) check(pkg *Package) (*types.Package, error) {
	if t, ok := c.types[pkg]; ok {
		if t == nil {
			return nil, fmt.Errorf("import cycle")
		}
		return t, nil
	}
	if pkg.broken || !c.affected[pkg] {
		return pkg.loaded()
	}
	c.types[pkg] = nil
	files := pkg.syntax(true)
	for _, file := range pkg.Files {
		files = append(files, c.extra(pkg, file)...)
	}
	conf := c.prog.config(pkg, c.check, func(err error) {
		if err, ok := err.(types.Error); ok && !isContinuation(err) && !pkg.causedByC(err.Msg) {
			c.diags = append(c.diags, c.prog.Diag(err.Pos, "%s", oneLine(err.Msg)))
		}
	})
	t, _ := conf.Check(pkg.Path, c.prog.Fset, files, nil)
	c.types[pkg] = t
	return t, nil
}

// extra returns what stands beside a source file: its output, or its stubs where it has no output.
func (c *recheck) extra(pkg *Package, file *File) []*goast.File {
	src, ok := c.outputs[file.Output]
	if !ok {
		for _, stub := range pkg.stubs {
			if stub.directives[0].File == file {
				return []*goast.File{stub.syntax}
			}
		}
		return nil
	}
	syntax, err := parser.ParseFile(c.prog.Fset, file.Output, src, parser.SkipObjectResolution|parser.AllErrors)
	if err != nil {
		c.diags = append(c.diags, c.prog.syntaxErrors(c.prog.Fset.File(syntax.FileStart), err)...)
	}
	return []*goast.File{syntax}
}
