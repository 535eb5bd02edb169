package mutate

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

var (
	count = flag.Int("mutate.n", 200, "number of mutants")
	first = flag.Uint64("mutate.seed", 1, "seed of the first mutant")
)

// limit is how long the compiler may take for one mutant.
const limit = 10 * time.Second

// A seedFile is the input of a case of testdata.
type seedFile struct {
	name string
	src  []byte
}

// seedFiles returns the inputs of all cases that type-check by themselves.
func seedFiles(t testing.TB, m *Mutator) []seedFile {
	paths, err := filepath.Glob("../../testdata/[gnr]*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata (error %v)", err)
	}
	var list []seedFile
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name != "in.go" {
				continue
			}
			if _, err := m.load(f.Data); err == nil {
				list = append(list, seedFile{strings.TrimSuffix(filepath.Base(path), ".txtar"), f.Data})
			}
		}
	}
	if len(list) < len(paths)*2/3 {
		t.Fatalf("only %d of %d inputs type-check", len(list), len(paths))
	}
	return list
}

// A mutant is a program that the compiler is given.
type mutant struct {
	name string
	seed uint64
	src  []byte
	opt  derive.Options
}

// mutants returns mutants by their seeds.
func mutants(t testing.TB, m *Mutator, files []seedFile, seed uint64, n int) []*mutant {
	var list []*mutant
	for i := range n {
		rng := rand.New(rand.NewPCG(seed+uint64(i), 1))
		file := pick(rng, files)
		src, err := m.Mutate(file.src, 1+rng.IntN(8), rng)
		if err != nil {
			t.Fatalf("%s: %v", file.name, err)
		}
		x := &mutant{name: file.name, seed: seed + uint64(i), src: src}
		if rng.IntN(4) == 0 {
			x.opt.Disable = []string{"common", "constants", "dead", "fuse", "sections", "temps", "undo"}
		}
		list = append(list, x)
	}
	return list
}

// A judge compiles mutants, each as a package of a module.
type judge struct {
	dir string
	env []string
}

func newJudge(t testing.TB) *judge {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	j := &judge{dir: t.TempDir(), env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}
	j.write(t, "go.mod", fmt.Appendf(nil, "module example.com/mutants\n\ngo 1.26\n\nrequire github.com/godiff/godiff v0.0.0\n\nreplace github.com/godiff/godiff => %s\n", root))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	j.write(t, "go.sum", sums)
	return j
}

func (j *judge) write(t testing.TB, name string, data []byte) {
	path := filepath.Join(j.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// check compiles mutants and reports what the compiler owes them: outputs that type-check, or diagnostics with positions, and in time.
// It returns how many have outputs.
func (j *judge) check(t testing.TB, list []*mutant) (derived int) {
	byPath := map[string]*mutant{}
	for i, x := range list {
		name := fmt.Sprintf("p%03d", i)
		byPath[name] = x
		j.write(t, name+"/in.go", x.src)
	}
	report := func(x *mutant, format string, args ...any) {
		t.Errorf("seed %d, of %s: %s\n%s", x.seed, x.name, fmt.Sprintf(format, args...), x.src)
	}
	judged := func(diags []lower.Diagnostic) {
		for _, d := range diags {
			name, _, _ := strings.Cut(d.Pos.Filename, "/")
			x := byPath[name]
			switch {
			case x == nil:
				t.Errorf("a diagnostic without its position: %v", d)
			case d.Pos.Line == 0 || d.Pos.Column == 0 || strings.Contains(d.Msg, "internal error"):
				report(x, "%v", d)
			}
		}
	}
	prog, err := lower.Load(lower.Config{Dir: j.dir, Env: j.env}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	judged(prog.Diags)
	for _, pkg := range prog.Packages {
		x := byPath[filepath.Base(pkg.Dir)]
		if pkg.Failed || x == nil {
			continue
		}
		outputs, diags, failure := inTime(prog, pkg, x.opt)
		if failure != "" {
			report(x, "%s", failure)
			continue
		}
		judged(diags)
		for _, d := range prog.Check(outputs) {
			report(x, "the output does not type-check: %v\n%s", d, outputs)
		}
		if len(outputs) > 0 {
			derived++
		}
	}
	return derived
}

// inTime derives a package. It says what happens if the compiler panics, or takes too long.
func inTime(prog *lower.Program, pkg *lower.Package, opt derive.Options) (outputs map[string][]byte, diags []lower.Diagnostic, failure string) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				failure = fmt.Sprintf("the compiler panics: %v\n%s", r, debug.Stack())
			}
		}()
		outputs, diags = derive.Package(prog, pkg, opt)
	}()
	select {
	case <-done:
		return outputs, diags, failure
	case <-time.After(limit):
		return nil, nil, fmt.Sprintf("the compiler takes longer than %v", limit)
	}
}

// TestMutants compiles mutants of all cases of testdata.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles hundreds of mutants")
	}
	m, j := New(), newJudge(t)
	files := seedFiles(t, m)
	const batch = 100
	derived, begun := 0, time.Now()
	for done := 0; done < *count; done += batch {
		derived += j.check(t, mutants(t, m, files, *first+uint64(done), min(batch, *count-done)))
	}
	t.Logf("%d mutants, of which %d have derivatives, in %v", *count, derived, time.Since(begun))
	if derived < *count/5 {
		t.Errorf("only %d of %d mutants have derivatives", derived, *count)
	}
}

// FuzzSource compiles mutants by their seeds.
func FuzzSource(f *testing.F) {
	m, j := New(), newJudge(f)
	files := seedFiles(f, m)
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { j.check(t, mutants(t, m, files, seed, 10)) })
}

// TestMutantsAreTheSame makes mutants twice.
func TestMutantsAreTheSame(t *testing.T) {
	m := New()
	files := seedFiles(t, m)
	changed := 0
	for i, x := range mutants(t, m, files, 1, 50) {
		y := mutants(t, m, files, 1+uint64(i), 1)[0]
		if string(x.src) != string(y.src) {
			t.Errorf("seed %d: two mutants:\n%s\n%s", x.seed, x.src, y.src)
		}
		for _, f := range files {
			if f.name == x.name && string(f.src) != string(x.src) {
				changed++
			}
		}
	}
	if changed < 40 {
		t.Errorf("only %d of 50 mutants differ from what they were made of", changed)
	}
}
