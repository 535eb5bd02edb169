package derive

import (
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/transform"
	"github.com/godiff/godiff/transform/rules/bodies"
)

// A library is the source of functions of the standard library as they are differentiated.
type library struct {
	src   *lower.Source
	decls map[*types.Func]*goast.FuncDecl
	names map[string]*types.Func // by what they are the bodies of
	of    map[*types.Func]string // the other way round
	scope *transform.Scope       // what holds for calls in it
}

// runtimeSource declares what the library calls of package runtime. A user's module that it is not needed in need not know that package.
const runtimeSource = `package runtime

type Sorter struct{}

func NewSorter(n int, stable bool) *Sorter
func (s *Sorter) Next(less bool) (i, j int, compare bool)

func Order[S ~[]E, E interface{ ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64 | ~string }](x S) []int { return nil }
`

// loadRuntime returns the package of runtimeSource.
func (d *deriver) loadRuntime() (*types.Package, error) {
	f, err := parser.ParseFile(d.prog.Fset, "godiff:runtime.go", runtimeSource, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Context: d.instances.Context()}
	return conf.Check("github.com/godiff/godiff/runtime", d.prog.Fset, []*goast.File{f}, nil)
}

// library returns the library, which is there once it is asked for.
func (d *deriver) library() *library {
	if d.lib != nil {
		return d.lib
	}
	lib, err := d.loadLibrary()
	if err != nil {
		panic(fmt.Sprintf("derive: %v", err))
	}
	d.lib = lib
	return lib
}

func (d *deriver) loadLibrary() (*library, error) {
	fset := d.prog.Fset // so that a position in the library has a name
	var files []*goast.File
	entries, err := bodies.Files().ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		src, err := bodies.Files().ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(fset, "godiff:"+e.Name(), src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	runtime, err := d.loadRuntime()
	if err != nil {
		return nil, err
	}
	imports := importFunc(func(path string) (*types.Package, error) {
		if path == runtime.Path() {
			return runtime, nil
		}
		return d.prog.Import(path)
	})
	info := lower.NewInfo()
	conf := types.Config{Importer: imports, Context: d.instances.Context()}
	pkg, err := conf.Check("github.com/godiff/godiff/transform/rules/bodies", fset, files, info)
	if err != nil {
		return nil, err
	}
	lib := &library{decls: map[*types.Func]*goast.FuncDecl{}, names: map[string]*types.Func{}, of: map[*types.Func]string{}, scope: transform.NewScope()}
	lib.scope.AddConstant(runtime.Scope().Lookup("Order").(*types.Func))
	lib.src = &lower.Source{Fset: fset, Info: info, Pkg: pkg, Instances: d.instances, HasSource: d.hasSource, Library: true}
	for _, f := range files {
		for _, decl := range f.Decls {
			decl, ok := decl.(*goast.FuncDecl)
			if !ok {
				continue
			}
			fn, _ := info.Defs[decl.Name].(*types.Func)
			lib.decls[fn] = decl
			if decl.Doc == nil {
				continue
			}
			for _, c := range decl.Doc.List {
				if of, ok := strings.CutPrefix(c.Text, "//bodies:of "); ok {
					lib.names[of], lib.of[fn] = fn, of
				}
			}
		}
	}
	return lib, nil
}

// libraryPackages are those with functions in the library.
var libraryPackages = map[string]bool{"cmp": true, "maps": true, "slices": true, "sort": true}

// inLibrary returns the function of the library that is the body of fn, or that fn is, or nil.
func (d *deriver) inLibrary(fn *types.Func) *types.Func {
	of := d.instances.Origin(fn)
	switch {
	case of.Pkg() == nil:
	case d.lib != nil && of.Pkg() == d.lib.src.Pkg:
		return of
	case libraryPackages[of.Pkg().Path()]:
		body := d.library().names[of.FullName()]
		if body != nil && body.Signature().TypeParams().Len() > of.Signature().TypeParams().Len() {
			return nil // what is called is the body itself, where it is known what is given
		}
		return body
	}
	return nil
}

// body returns the function of the library that is the body of what has a name, or nil.
func (d *deriver) body(name string) *types.Func {
	if path, _, _ := strings.Cut(name, "."); !libraryPackages[path] {
		return nil
	}
	return d.library().names[name]
}

// hasSource reports whether the body of a function can be lowered.
func (d *deriver) hasSource(fn *types.Func) bool {
	return d.prog.HasSource(fn, d.instances) || d.inLibrary(fn) != nil
}

// elsewhere returns the body of a function of the standard library, if it is in the library, or of one of another package that is read.
func (d *deriver) elsewhere(fn *types.Func) (*types.Func, *goast.FuncDecl, *lower.Source) {
	if of := d.inLibrary(fn); of != nil {
		return of, d.lib.decls[of], d.lib.src
	}
	pkg, file, decl := d.prog.Decl(fn)
	if decl == nil || decl.Body == nil || !d.readable(pkg, file, decl) || !d.sameTypes(pkg, file, decl) {
		return nil, nil, nil
	}
	return fn, decl, d.sourceFor(pkg, file)
}

// called is how documentation calls what has a name in the library: a function, a method, or a function of what another one returns.
func called(name string) string {
	if recv, method, ok := strings.Cut(strings.TrimPrefix(name, "("), ")."); ok {
		return "[" + recv + "." + method + "]"
	}
	name, given, ok := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	if ok {
		return "[" + name + "] of [" + given + "]"
	}
	return "[" + name + "]"
}

// ownOfLibrary reports whether a function is one that only the library has.
func (d *deriver) ownOfLibrary(fn *types.Func) bool {
	of := d.instances.Origin(fn)
	return d.lib != nil && of.Pkg() == d.lib.src.Pkg
}

// lowerLibrary lowers a function that is in the library.
func (d *deriver) lowerLibrary(fn, of *types.Func) *ast.Func {
	f := lower.Func(d.lib.src, d.lib.decls[of], d.instances.For(fn), func(pos token.Pos, msg string) {
		panic(fmt.Sprintf("derive: %s: %v: %s", of.Name(), d.lib.src.Fset.Position(pos), msg))
	})
	if what := d.lib.of[of]; what != "" {
		f.What = called(what)
	}
	return f
}
