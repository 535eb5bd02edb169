package derive

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is room
	os.Exit(m.Run())
}

// TestNodesStayAsTheyAre derives all golden files and compares every lowered function, of the package and of the rules, with what
// it was before: no pass writes on the nodes of another. Before that each has the form that a function must have.
func TestNodesStayAsTheyAre(t *testing.T) {
	if testing.Short() {
		t.Skip("derives every golden file")
	}
	prog := loadGolden(t)
	functions := 0
	for _, pkg := range prog.Packages {
		before := map[*ast.Func]string{}
		d := newDeriver(prog, pkg, Options{})
		note := func(f *ast.Func) *ast.Func {
			if f != nil && before[f] == "" {
				if err := ast.Verify(f); err != nil {
					t.Errorf("%s: %v", pkg.Path, err)
				}
				before[f] = fingerprint(f)
			}
			return f
		}
		d.unit.Lower = func(fn *types.Func) *ast.Func { return note(d.lower(fn)) }
		rules := fingerprint(d.unit.Rules)
		for _, dir := range pkg.Directives {
			f := note(d.lower(d.instances.Generic(dir.Fn)))
			if f == nil || !dir.Generates {
				continue
			}
			d.unit.File = dir.File.Output
			for _, mode := range []ast.Mode{ast.VJP, ast.JVP} {
				d.unit.Derive(f, mode, dir.Wrt, "also"+mode.Suffix()) // an error is no matter here
			}
		}
		d.outputs(d.pkg.Directives)
		for f, was := range before {
			functions++
			if is := fingerprint(f); is != was {
				t.Errorf("%s: %s is changed%s", pkg.Path, f.Name, firstDifference(was, is))
			}
		}
		if is := fingerprint(d.unit.Rules); is != rules {
			t.Errorf("%s: the rules are changed%s", pkg.Path, firstDifference(rules, is))
		}
	}
	if functions < 300 {
		t.Errorf("only %d functions are lowered", functions)
	}
}

// loadGolden loads the packages of testdata/golden and testdata/numeric as one module.
func loadGolden(t *testing.T) *lower.Program {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", fmt.Appendf(nil, "module example.com/golden\n\ngo 1.26\n\nrequire github.com/godiff/godiff v0.0.0\n\nreplace github.com/godiff/godiff => %s\n", root))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", sums)
	paths, err := filepath.Glob(filepath.Join(root, "testdata", "[gn]*", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata (error %v)", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "in.go" {
				write(filepath.Join(strings.TrimSuffix(filepath.Base(path), ".txtar"), f.Name), f.Data)
			}
		}
	}
	prog, err := lower.Load(lower.Config{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if len(prog.Diags) > 0 {
		t.Fatal(prog.Diags)
	}
	return prog
}

// firstDifference returns the first line in which two texts differ.
func firstDifference(was, is string) string {
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf(" at\n%s\nto\n%s", a[i], b[i])
		}
	}
	return fmt.Sprintf(": it had %d nodes and has %d", len(a), len(b))
}

// fingerprint writes down all that a function or a book of rules consists of, which nodes are one, and what go/types knows of
// it by address.
func fingerprint(x any) string {
	p := &printed{known: map[uintptr]int{}}
	p.value(reflect.ValueOf(x))
	return p.String()
}

type printed struct {
	strings.Builder
	known map[uintptr]int // nodes by their addresses, numbered as they are met
}

func (p *printed) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			p.WriteString("nil ")
			return
		}
		p.value(v.Elem())
	case reflect.Pointer:
		p.pointer(v)
	case reflect.Struct:
		p.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			p.value(v.Field(i))
		}
		p.WriteString("}\n")
	case reflect.Slice:
		fmt.Fprintf(p, "%d[", v.Len())
		for i := range v.Len() {
			p.value(v.Index(i))
		}
		p.WriteString("] ")
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			fmt.Fprintf(p, "%s: ", k)
			p.value(v.MapIndex(k))
		}
	default:
		fmt.Fprintf(p, "%v ", v)
	}
}

// pointer writes a node once; what is none of ours is written by its address.
func (p *printed) pointer(v reflect.Value) {
	if v.IsNil() {
		p.WriteString("nil ")
		return
	}
	if pkg := v.Type().Elem().PkgPath(); !strings.HasSuffix(pkg, "godiff/ast") && !strings.HasSuffix(pkg, "godiff/transform") {
		fmt.Fprintf(p, "%#x ", v.Pointer())
		return
	}
	n, met := p.known[v.Pointer()]
	if !met {
		n = len(p.known)
		p.known[v.Pointer()] = n
	}
	fmt.Fprintf(p, "#%d ", n)
	if !met {
		p.value(v.Elem())
	}
}
