package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what testdata wants")

const operators = "testdata/operators.txtar"

// load returns the file of an archive as a source.
func load(t *testing.T, archive *txtar.Archive) *source {
	t.Helper()
	s := &source{name: "p/in.go", text: archive.Files[0].Data, fset: token.NewFileSet(), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
	}}
	var err error
	if s.tree, err = parser.ParseFile(s.fset, "in.go", s.text, parser.SkipObjectResolution); err != nil {
		t.Fatal(err)
	}
	if _, err := new(types.Config).Check("p", s.fset, []*ast.File{s.tree}, s.info); err != nil {
		t.Fatal(err)
	}
	s.listed = listedIn(s.tree)
	return s
}

func read(t *testing.T) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(operators)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// TestOperators compares the mutants of a small file, and the file with all of them, with what is wanted.
func TestOperators(t *testing.T) {
	archive := read(t)
	s := load(t, archive)
	list := draw([]*source{s}, 1000, rand.New(rand.NewPCG(1, 0)))
	var keys strings.Builder
	for _, m := range list {
		fmt.Fprintf(&keys, "%d %d %s\n", m.Number, m.Line, m.Key())
	}
	out := s.withMutants(list)
	typeCheck(t, out)
	formatted, err := format.Source(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := []txtar.File{archive.Files[0], {Name: "mutants", Data: []byte(keys.String())}, {Name: "out.go", Data: formatted}}
	if *update {
		archive.Files = got
		if err := os.WriteFile(operators, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(archive.Files, got, cmp.Transformer("lines", func(b []byte) []string { return strings.Split(string(b), "\n") })); diff != "" {
		t.Errorf("want -, got +\n%sto accept it: go test ./internal/mutants -update", diff)
	}
}

// typeCheck checks the text of a file with mutants.
func typeCheck(t *testing.T, text []byte) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "out.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := config.Check("p", fset, []*ast.File{file}, nil); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestEachMutantAlone builds each mutant in alone, which keeps the rest of the file.
func TestEachMutantAlone(t *testing.T) {
	s := load(t, read(t))
	for _, m := range s.mutants() {
		m.Number = 17
		text := string(s.withMutants([]*Mutant{m}))
		if strings.Count(text, "switches.") < 1 || strings.Contains(text, "%!") {
			t.Errorf("%s is not built in:\n%s", m.Key(), text)
		}
	}
	if got := string(s.withMutants(nil)); got != string(s.text) {
		t.Errorf("without mutants the file changes:\n%s", cmp.Diff(string(s.text), got))
	}
}

// TestDraw draws some of the mutants: the same ones for a seed, in order, each once and of all kinds.
func TestDraw(t *testing.T) {
	const n = 24
	drawn := func(seed uint64) []string {
		var keys []string
		for _, m := range draw([]*source{load(t, read(t))}, n, rand.New(rand.NewPCG(seed, 0))) {
			keys = append(keys, m.Key())
		}
		return keys
	}
	first := drawn(1)
	if again := drawn(1); !slices.Equal(first, again) {
		t.Errorf("the same seed draws others:\n%s", cmp.Diff(first, again))
	}
	if slices.Equal(first, drawn(2)) {
		t.Error("another seed draws the same")
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(first))); len(unique) != len(first) || len(first) < n-4 || len(first) > n {
		t.Errorf("%d mutants are drawn, want %d, less some that are left out: %q", len(unique), n, first)
	}
	for _, k := range Kinds {
		if got := strings.Count(strings.Join(first, "\n"), ": "+string(k.Kind)+" `"); got < 1 {
			t.Errorf("%d mutants of kind %s are drawn, want some: %q", got, k.Kind, first)
		}
	}
}

// TestReport writes a page about two mutants.
func TestReport(t *testing.T) {
	mutants := []*Mutant{
		{Kind: Drop, File: "transform/a.go", Func: "f", Text: "g()"},
		{Kind: Guard, File: "ast/lower/b.go", Func: "(*T).h", Text: "if x { return }", Again: 2},
	}
	verdicts := map[string]Verdict{mutants[0].Key(): {Caught: true, By: "texts", How: "panics"}, mutants[1].Key(): {Reached: true, Passed: stageNames()}}
	reasons := map[string]string{"ast/lower/b.go (*T).h: guard `if x { return }` (2)": "It saves time."}
	page := report(options{seed: 3}, mutants, verdicts, reasons)
	for _, want := range []string{
		"Of 2 mutants, drawn with seed 3, 1 are caught (50.0 %).",
		"| all |  | 1 | 1 | 1 | 0 | 2 | 1 | 50.0 % |",
		"| ast/lower/b.go | 1 | 0 |",
		"| texts | 1 | 1 | 0 |",
		"- ast/lower/b.go (*T).h: guard `if x { return }` (2): It saves time.\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if missing, idle := unexplained(mutants, verdicts, reasons); len(missing)+len(idle) > 0 {
		t.Errorf("missing %q, idle %q", missing, idle)
	}
	if missing, idle := unexplained(mutants, verdicts, map[string]string{mutants[0].Key(): "It is caught."}); len(missing) != 1 || len(idle) != 1 {
		t.Errorf("missing %q, idle %q, want one of each", missing, idle)
	}
}

// TestReasons reads the reasons that are there.
func TestReasons(t *testing.T) {
	reasons, err := readReasons("survivors.txt")
	if err != nil {
		t.Fatal(err)
	}
	for key, reason := range reasons {
		if !strings.HasSuffix(reason, ".") {
			t.Errorf("%s: not a sentence: %q", key, reason)
		}
	}
}
