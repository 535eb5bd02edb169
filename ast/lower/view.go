package lower

import (
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// View returns what pkg sees of the types that values of interfaces may have: those of the package of the interface and its own, and of
// what the sources of these two import, as far as pkg can name them. What test files declare and import is seen from test files alone:
// what stands in the others means the same in a test.
func (p *Program) View(pkg *Package, from *File) ast.View {
	return p.view(pkg, pkg.Types, from == nil || from.Test())
}

// view is View for a package whose types are own, which need not be loaded yet.
func (p *Program) view(pkg *Package, own *types.Package, tests bool) ast.View {
	seen := map[*types.Package][]*types.TypeName{}
	return func(declared *types.Package) []*types.TypeName {
		list, ok := seen[declared]
		if !ok {
			list = p.seenFrom(pkg, own, declared, tests)
			seen[declared] = list
		}
		return list
	}
}

func (p *Program) seenFrom(pkg *Package, own, declared *types.Package, tests bool) []*types.TypeName {
	pkgs := []*types.Package{declared, own}
	if source := p.byTypes[declared]; source != nil {
		pkgs = append(pkgs, p.imports(source, tests)...)
	}
	pkgs = append(pkgs, p.imports(pkg, tests)...)
	var list []*types.TypeName
	for i, t := range pkgs {
		if slices.Contains(pkgs[:i], t) || t != declared && !ast.Importable(t.Path(), own.Path()) {
			continue
		}
		for _, obj := range ast.TypeNames(t) {
			if (t == own || obj.Exported()) && (tests || !strings.HasSuffix(p.Fset.PositionFor(obj.Pos(), false).Filename, "_test.go")) {
				list = append(list, obj)
			}
		}
	}
	return list
}

// imports returns what the sources of a package import, by path.
func (p *Program) imports(pkg *Package, tests bool) []*types.Package {
	paths := map[string]bool{}
	for _, file := range pkg.Files {
		if file.Derived || file.Test() && !tests {
			continue
		}
		for _, spec := range file.Syntax.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths[path] = true
			}
		}
	}
	var list []*types.Package
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if t, err := (importerFor{p, pkg, (*Package).loaded}).Import(path); err == nil {
			list = append(list, t)
		}
	}
	return list
}
