package lower

import (
	"cmp"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// listMode is what is asked of the go command first: names, files and the import graph. Nothing is compiled for it, since
// a package may not compile before its derivatives are there.
const listMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
	packages.NeedModule | packages.NeedForTest | packages.NeedTypesSizes

// goCommand answers questions about packages by running the go command.
type goCommand struct {
	dir     string
	env     []string
	overlay map[string][]byte
}

func newGoCommand(dir string, cfg Config) goCommand {
	env := cfg.Env
	if env == nil {
		env = os.Environ()
	}
	// Another driver than the go command would answer in ways that nothing here is tested with.
	env = append(slices.Clip(env), "GOPACKAGESDRIVER=off")
	return goCommand{dir: dir, env: env, overlay: cfg.Overlay}
}

func (g goCommand) load(mode packages.LoadMode, tests bool, patterns []string) ([]*packages.Package, error) {
	queries := make([]string, len(patterns))
	for i, p := range patterns {
		queries[i] = "pattern=" + p
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode: mode, Dir: g.dir, Env: g.env, Overlay: g.overlay, Tests: tests,
	}, queries...)
	return pkgs, withoutStatus(err)
}

// withoutStatus returns what the go command said of an error of package packages, which may be nil.
func withoutStatus(err error) error {
	if err == nil {
		return nil
	}
	msg := err.Error()
	if before, stderr, ok := strings.Cut(msg, ": stderr: "); ok {
		msg = cmp.Or(strings.TrimSpace(stderr), strings.TrimPrefix(before, "err: "))
	}
	return errors.New(oneLine(msg))
}

// A listing is the part of the import graph that the patterns reach.
type listing struct {
	roots []*packages.Package // matched by the patterns, with their test variants
	all   []*packages.Package // reached, dependencies first, in an order that depends on the graph alone
}

// list returns the packages that match the patterns and what they import. Where the go command finds fault with them,
// the outputs may be what it finds fault with (they import what is gone, or name a package that was renamed), so it is
// asked again without them.
func (g goCommand) list(patterns []string) (listing, error) {
	l, err := g.listOnce(patterns)
	if err != nil || !l.faulty() {
		return l, err
	}
	hidden := l.outputs()
	if len(hidden) == 0 {
		return l, nil
	}
	g.overlay = maps.Clone(g.overlay)
	if g.overlay == nil {
		g.overlay = map[string][]byte{}
	}
	for _, path := range hidden {
		g.overlay[path] = []byte("//go:build ignore\n\npackage ignored\n")
	}
	return g.listOnce(patterns)
}

func (g goCommand) listOnce(patterns []string) (listing, error) {
	pkgs, err := g.load(listMode, true, patterns)
	if err != nil {
		return listing{}, err
	}
	l := listing{}
	for _, p := range pkgs {
		if !isTestMain(p) {
			l.roots = append(l.roots, p)
		}
	}
	slices.SortFunc(l.roots, func(a, b *packages.Package) int { return cmp.Compare(a.ID, b.ID) })
	packages.Visit(l.roots, nil, func(p *packages.Package) { l.all = append(l.all, p) })
	return l, nil
}

// isTestMain reports whether p is the main package that go test writes. Its file lies in the build cache.
func isTestMain(p *packages.Package) bool {
	return p.Name == "main" && strings.HasSuffix(p.ID, ".test") &&
		!slices.ContainsFunc(p.GoFiles, func(f string) bool { return filepath.Dir(f) == p.Dir })
}

// faulty reports whether the go command reported an error for any package.
func (l listing) faulty() bool {
	return slices.ContainsFunc(l.all, func(p *packages.Package) bool { return len(p.Errors) > 0 })
}

// outputs returns the outputs in the directories of the packages outside the standard library.
func (l listing) outputs() []string {
	dirs := map[string]bool{}
	for _, p := range l.all {
		if p.Dir != "" && (p.Module == nil || p.Module.Main) {
			dirs[p.Dir] = true
		}
	}
	var outputs []string
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		outputs = append(outputs, Outputs(dir)...)
	}
	return outputs
}

// Outputs returns the paths of the files in dir that are named as outputs are and have the header, sorted.
func Outputs(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var outputs []string
	for _, entry := range entries {
		if _, ok := SourceName(entry.Name()); !ok || entry.IsDir() {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		if src, err := os.ReadFile(path); err == nil && HasHeader(src) {
			outputs = append(outputs, path)
		}
	}
	return outputs
}

// exports imports packages from the export data that the go command keeps in its cache.
type exports struct {
	cmd   goCommand
	files map[string]string // path → file with export data
	types types.Importer
	known map[string]*types.Package // that are there already: see One
}

func newExports(cmd goCommand, fset *token.FileSet) *exports {
	e := &exports{cmd: cmd, files: map[string]string{}}
	e.types = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file := e.files[path]
		if file == "" {
			return nil, errors.New("no export data")
		}
		return os.Open(file)
	})
	return e
}

// locate asks the go command to compile the packages and returns those, in order, that it could not.
func (e *exports) locate(paths []string) (missing []string, err error) {
	unknown := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "unsafe" || e.known[p] != nil || e.files[p] != "" })
	if len(unknown) == 0 {
		return nil, nil
	}
	pkgs, err := e.cmd.load(packages.NeedName|packages.NeedExportFile, false, unknown)
	if err != nil {
		return nil, err
	}
	for _, p := range pkgs {
		if p.ExportFile != "" {
			e.files[p.PkgPath] = p.ExportFile
		}
	}
	for _, path := range unknown {
		if e.files[path] == "" {
			missing = append(missing, path)
		}
	}
	return missing, nil
}

// Import returns the package that was located under path.
func (e *exports) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if t := e.known[path]; t != nil {
		return t, nil
	}
	if e.files[path] == "" {
		return nil, fmt.Errorf("no export data for %s", path)
	}
	return e.types.Import(path)
}
