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
	"github.com/godiff/godiff/transform/rules/bodies"
)

// A library is the source of functions of the standard library as they are differentiated.
type library struct {
	src   *lower.Source
	decls map[*types.Func]*goast.FuncDecl
	names map[string]*types.Func // by what they are the bodies of
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
	info := lower.NewInfo()
	conf := types.Config{Importer: importFunc(d.prog.Import), Context: d.instances.Context()}
	pkg, err := conf.Check("github.com/godiff/godiff/transform/rules/bodies", fset, files, info)
	if err != nil {
		return nil, err
	}
	lib := &library{decls: map[*types.Func]*goast.FuncDecl{}, names: map[string]*types.Func{}}
	lib.src = &lower.Source{Fset: fset, Info: info, Pkg: pkg, Instances: d.instances, HasSource: d.hasSource}
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
					lib.names[of] = fn
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
		return d.library().names[of.FullName()]
	}
	return nil
}

// hasSource reports whether the body of a function can be lowered.
func (d *deriver) hasSource(fn *types.Func) bool {
	return d.prog.HasSource(fn, d.instances) || d.inLibrary(fn) != nil
}

// maker returns the body of a function of the standard library, if it is in the library.
func (d *deriver) maker(fn *types.Func) (*types.Func, *goast.FuncDecl, *types.Info) {
	of := d.inLibrary(fn)
	if of == nil {
		return nil, nil, nil
	}
	return of, d.lib.decls[of], d.lib.src.Info
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
	if origin := d.instances.Origin(fn); origin != of {
		f.What = "[" + origin.FullName() + "]"
	}
	return f
}
