package lower

import (
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// stubs writes declarations that stand in for derivatives. It names the packages that their types come from by names
// that nothing else has.
type stubs struct {
	pkg     *types.Package
	prefix  string
	imports []*types.Package
}

// qualify is a types.Qualifier.
func (s *stubs) qualify(pkg *types.Package) string {
	if pkg == s.pkg {
		return ""
	}
	for i, known := range s.imports {
		if known == pkg {
			return s.alias(i)
		}
	}
	s.imports = append(s.imports, pkg)
	return s.alias(len(s.imports) - 1)
}

func (s *stubs) alias(i int) string { return s.prefix + strconv.Itoa(i) }

// stubBody never returns, and has no identifier that a parameter could hide.
const stubBody = " { for { } }\n"

// stubText returns a file of package pkg with the stubs of the directives, each declaration on a line of its own, and the
// packages that it imports.
func stubText(pkg *types.Package, directives []*Directive) (string, []*types.Package) {
	s := &stubs{pkg: pkg, prefix: "_godiff"}
	var decls strings.Builder
	for _, d := range directives {
		decls.WriteString(d.Signature.Format(d.Name, s.qualify) + stubBody)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "package %s\n", pkg.Name())
	for i, imported := range s.imports {
		fmt.Fprintf(&text, "import %s %q\n", s.alias(i), imported.Path())
	}
	text.WriteString(decls.String())
	return text.String(), s.imports
}

// A stubFile is a file of stubs, and what each of its functions stands in for.
type stubFile struct {
	syntax     *goast.File
	directives []*Directive // of the function declarations, in order
}

// addStubs finds the derivatives that pkg asks for and makes a stub file for each output. What an interface that a directive names in wrt=
// may hold can depend on methods that other directives ask for, so that these are then looked at again with the stubs.
func (l *loader) addStubs(pkg *Package) {
	methods, named := false, false
	for _, f := range pkg.Files {
		for _, c := range f.comments {
			_, wrt := c.option("wrt")
			_, derives := ast.ParseMode(c.verb.name)
			methods, named = methods || derives && c.decl.Recv != nil, named || derives && wrt
		}
	}
	r := l.resolveStubs(pkg, false)
	for n := -1; methods && named && n != len(pkg.stubs); {
		n = len(pkg.stubs)
		r = l.resolveStubs(pkg, true)
	}
	if r != nil {
		maps.Copy(pkg.unresolved, r.unresolved)
		pkg.directiveErrors(r.diags)
	}
}

// resolveStubs makes the stubs of a package, in place of those that it has already. Derived says that types have the methods of these, and of
// outputs that are sources. It returns nil where nothing asks for any.
func (l *loader) resolveStubs(pkg *Package, derived bool) *resolver {
	if !slices.ContainsFunc(pkg.Files, func(f *File) bool { return len(f.comments) > 0 }) {
		return nil
	}
	r := l.lenientResolver(pkg, derived)
	pkg.stubs = nil
	for _, file := range pkg.Files {
		var directives []*Directive
		for _, c := range file.comments {
			if mode, ok := ast.ParseMode(c.verb.name); ok {
				if d := r.derivative(c, mode); d != nil && !pkg.derives(d) {
					directives = append(directives, d)
				}
			}
		}
		if len(directives) > 0 {
			l.addStubFile(pkg, file, r.types, directives)
		}
	}
	return r
}

// derives reports whether a derivative is declared in an output that is a source.
func (p *Package) derives(d *Directive) bool {
	for _, file := range p.Files {
		for _, decl := range file.Syntax.Decls {
			fn, ok := decl.(*goast.FuncDecl)
			if ok && file.Derived && fn.Name.Name == d.Name && receiverName(fn) == receiverName(d.Decl) {
				return true
			}
		}
	}
	return false
}

// receiverName returns the name of the type whose method a declaration is, or "".
func receiverName(decl *goast.FuncDecl) string {
	if decl.Recv == nil {
		return ""
	}
	for t := decl.Recv.List[0].Type; ; {
		switch x := t.(type) {
		case *goast.Ident:
			return x.Name
		case *goast.StarExpr:
			t = x.X
		case *goast.ParenExpr:
			t = x.X
		case *goast.IndexExpr:
			t = x.X
		case *goast.IndexListExpr:
			t = x.X
		default:
			return ""
		}
	}
}

// lenientResolver type-checks pkg without function bodies and without complaint, for the types of parameters. It looks at what people
// have written alone, or at derivatives and the stubs that are there too.
func (l *loader) lenientResolver(pkg *Package, derived bool) *resolver {
	info := &types.Info{Defs: map[*goast.Ident]types.Object{}, Implicits: map[goast.Node]types.Object{}}
	conf := l.prog.config(pkg, (*Package).loaded, func(error) {})
	conf.IgnoreFuncBodies = true
	files := pkg.syntax(derived)
	for _, stub := range pkg.stubs {
		files = append(files, stub.syntax)
	}
	t, _ := conf.Check(pkg.Path, l.prog.Fset, files, info)
	return &resolver{
		prog: l.prog, pkg: pkg, types: t, info: info, written: pkg.syntax(false),
		taken: map[string]token.Pos{}, unresolved: map[string]bool{},
	}
}

func (l *loader) addStubFile(pkg *Package, file *File, t *types.Package, directives []*Directive) {
	text, imports := stubText(t, directives)
	syntax, err := parser.ParseFile(l.prog.Fset, file.Output, text, parser.SkipObjectResolution)
	if err != nil {
		panic(fmt.Sprintf("lower: stubs of %s: %v\n%s", file.Name, err, text))
	}
	pkg.stubs = append(pkg.stubs, stubFile{syntax, directives})
	for _, imported := range imports {
		pkg.stubImports[imported.Path()] = imported
	}
}

// at returns the directive whose stub holds pos, or nil if pos is not in the file.
func (f stubFile) at(pos token.Pos) *Directive {
	if pos < f.syntax.FileStart || pos > f.syntax.FileEnd {
		return nil
	}
	found := f.directives[0]
	for i, decl := range f.funcs() {
		if decl.Pos() <= pos {
			found = f.directives[i]
		}
	}
	return found
}

// funcs returns the function declarations of the file.
func (f stubFile) funcs() []*goast.FuncDecl {
	var funcs []*goast.FuncDecl
	for _, decl := range f.syntax.Decls {
		if decl, ok := decl.(*goast.FuncDecl); ok {
			funcs = append(funcs, decl)
		}
	}
	return funcs
}
