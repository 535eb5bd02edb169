package lower

import (
	"go/build"
	"go/token"
	"go/types"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/packages"
)

// One is a package as an analysis is given it: its files, and of what it imports the types.
type One struct {
	Types     *types.Package // with the outputs that there are
	Sizes     types.Sizes
	GoVersion string // of the language: "1.26"
	Files     []string
	Ignored   []string          // those that build constraints leave out
	Other     []string          // those that are not in Go
	Overlay   map[string][]byte // contents of files by absolute path, in place of what is on disk
}

// LoadOne loads a package of which no more is known. Nothing but the standard library is imported beside what it imports.
func LoadOne(one One) (*Program, error) {
	dir := filepath.Dir(one.Files[0])
	p := &packages.Package{
		ID: one.Types.Path(), PkgPath: one.Types.Path(), Name: one.Types.Name(), Dir: dir, TypesSizes: one.Sizes,
		GoFiles: one.Files, IgnoredFiles: one.Ignored, OtherFiles: one.Other, Imports: map[string]*packages.Package{},
		Module: &packages.Module{Main: true, GoVersion: one.GoVersion},
	}
	list := listing{roots: []*packages.Package{p}}
	fset := token.NewFileSet()
	cmd := newGoCommand(dir, Config{Overlay: one.Overlay})
	exports := newExports(cmd, fset)
	exports.known = map[string]*types.Package{}
	for _, t := range one.Types.Imports() {
		exports.known[t.Path()] = t
		p.Imports[t.Path()] = &packages.Package{ID: t.Path(), PkgPath: t.Path(), Name: t.Name()}
		list.all = append(list.all, p.Imports[t.Path()])
	}
	list.all = append(list.all, p)
	return newLoader(dir, cmd, list, exports, fset).load()
}

// Standard reports whether a package is one of the standard library that is installed here.
func Standard(path string) bool {
	info, err := os.Stat(filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path)))
	return build.Default.GOROOT != "" && err == nil && info.IsDir()
}
