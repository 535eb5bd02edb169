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
	"os/exec"
	"path/filepath"
	"regexp"
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
	list := draw([]*source{s}, nil, 1000, rand.New(rand.NewPCG(1, 0)))
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
		for _, m := range draw([]*source{load(t, read(t))}, nil, n, rand.New(rand.NewPCG(seed, 0))) {
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
	if unique := slices.Compact(slices.Sorted(slices.Values(first))); len(unique) != len(first) || len(first) != n {
		t.Errorf("%d mutants are drawn, want %d: %q", len(unique), n, first)
	}
	for _, k := range Kinds {
		if got := strings.Count(strings.Join(first, "\n"), ": "+string(k.Kind)+" `"); got < 1 {
			t.Errorf("%d mutants of kind %s are drawn, want some: %q", got, k.Kind, first)
		}
	}
}

// TestDrawAgain draws from the file and from what becomes of it when a function goes and lines are added.
func TestDrawAgain(t *testing.T) {
	const n = 24
	drawn := func(archive *txtar.Archive, listed []string) []string {
		var keys []string
		for i, m := range draw([]*source{load(t, archive)}, listed, n, rand.New(rand.NewPCG(1, 0))) {
			if m.Number != i+1 {
				t.Errorf("%s is number %d, want %d", m.Key(), m.Number, i+1)
			}
			keys = append(keys, m.Key())
		}
		return keys
	}
	first := drawn(read(t), nil)
	changed := read(t)
	text := string(changed.Files[0].Data)
	from := strings.Index(text, "func branches")
	length := strings.Index(text[from:], "\n}\n") + len("\n}\n")
	changed.Files[0].Data = []byte(text[:from] + text[from+length:] + "\nfunc more(n int) int {\n\tif n < 3 {\n\t\treturn 1\n\t}\n\tn += 2\n\treturn n\n}\n")
	gone := 0
	kept := slices.DeleteFunc(slices.Clone(first), func(key string) bool {
		is := strings.HasPrefix(key, "p/in.go branches:")
		if is {
			gone++
		}
		return is
	})
	if gone == 0 {
		t.Fatalf("nothing of branches is drawn: %q", first)
	}
	again := drawn(changed, first)
	if missing := slices.DeleteFunc(kept, func(key string) bool { return slices.Contains(again, key) }); len(missing) > 0 || len(again) != n {
		t.Errorf("%d are drawn, want %d; not kept: %q", len(again), n, missing)
	}
	if third := drawn(changed, again); !slices.Equal(third, again) {
		t.Errorf("a list that is full changes:\n%s", cmp.Diff(again, third))
	}
}

// TestDrawn writes a list and reads it.
func TestDrawn(t *testing.T) {
	mutants := []*Mutant{
		{Kind: Drop, File: "transform/a.go", Func: "f", Text: "g()"},
		{Kind: Guard, File: "ast/lower/b.go", Func: "(*T).h", Text: "if x { return }", Again: 2},
		{Kind: Negate, File: "ast/lower/b.go", Func: "(*T).h", Text: "x"},
		{Kind: Bound, File: "ast/lower/c.go", Func: "h", Text: "x < y"},
	}
	var keys []string
	for _, m := range mutants {
		keys = append(keys, m.Key())
	}
	verdicts := map[string]Verdict{
		keys[0]: {Caught: true, By: "numbers", How: "takes too long", Reached: true, Version: "0123456"},
		keys[1]: {Reached: true, Passed: []string{"texts", "random programs, passes off"}, Version: "0123456-dirty"},
		keys[2]: {Passed: stageNames(), Version: "89abcde", ByHand: true},
	}
	path := filepath.Join(t.TempDir(), "drawn.txt")
	if list, err := readDrawn(path); err != nil || len(list.keys) > 0 {
		t.Errorf("a file that is not there has %v, %v", list, err)
	}
	if err := writeDrawn(path, mutants, verdicts); err != nil {
		t.Fatal(err)
	}
	list, err := readDrawn(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keys, list.keys); diff != "" {
		t.Errorf("keys: want -, got +\n%s", diff)
	}
	if diff := cmp.Diff(verdicts, list.verdicts); diff != "" {
		t.Errorf("verdicts: want -, got +\n%s", diff)
	}
}

// TestStagesAgain looks for the stage in which what was caught is tried again, for all suites that the list names.
func TestStagesAgain(t *testing.T) {
	list, err := readDrawn("drawn.txt")
	if err != nil {
		t.Fatal(err)
	}
	for key, v := range list.verdicts {
		if v.Caught && !slices.Contains(stageNames(), v.again()) {
			t.Errorf("%s: no stage %q", key, v.again())
		}
		for _, name := range v.Passed {
			if !slices.Contains(stageNames(), name) {
				t.Errorf("%s: no stage %q", key, name)
			}
		}
	}
}

// TestTrials gives mutants to stages: only some of them, none twice, and none that is recorded as caught.
func TestTrials(t *testing.T) {
	var tried []string
	stageOf := func(name string, caught ...int) stage {
		return stage{name, func(m *Mutant, v *Verdict) {
			tried = append(tried, fmt.Sprint(name, m.Number))
			if slices.Contains(caught, m.Number) {
				v.caught(name, "fails")
			}
		}}
	}
	record, err := openRecord(filepath.Join(t.TempDir(), "verdicts"), "sum")
	if err != nil {
		t.Fatal(err)
	}
	var mutants []*Mutant
	for n := range 5 {
		mutants = append(mutants, &Mutant{Number: n, Text: fmt.Sprint(n)})
	}
	if err := record.add(mutants[3].Key(), Verdict{Of: "sum", Caught: true}); err != nil {
		t.Fatal(err)
	}
	r := newTrials(mutants, options{only: regexp.MustCompile("`[0-3]`"), version: "0123456"}, "sum", record)
	r.log = t.Logf
	all := func(*Mutant) bool { return true }
	for _, err := range []error{
		r.run(stageOf("b", 1), func(m *Mutant) bool { return m.Number > 0 }),
		r.run(stageOf("a"), all),
		r.run(stageOf("b", 0), all),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"b1", "b2", "a0", "a2", "b0"}; !slices.Equal(tried, want) {
		t.Errorf("tried %q, want %q", tried, want)
	}
	if v := record.verdicts[mutants[2].Key()]; v.Version != "0123456" || v.Caught || !slices.Equal(v.Passed, []string{"b", "a"}) {
		t.Errorf("of 2 is recorded: %+v", v)
	}
	for of, want := range map[string]int{"sum": 4, "other": 0} {
		again, err := openRecord(record.path, of)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.verdicts) != want {
			t.Errorf("%d verdicts are recorded of %q, want %d", len(again.verdicts), of, want)
		}
	}
}

// TestVersion names the commit of a repository, and says that it is changed where that can change a verdict.
func TestVersion(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	root := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
		c.Dir = root
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "x")
	commit := git("rev-parse", "--short", "HEAD")
	for _, step := range []struct{ file, want string }{
		{"", commit},
		{"docs/a.md", commit},
		{"internal/mutants/drawn.txt", commit},
		{"transform/a.go", commit + "-dirty"},
	} {
		if step.file != "" {
			path := filepath.Join(root, filepath.FromSlash(step.file))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := versionOf(root); err != nil || got != step.want {
			t.Errorf("with %s: %q, %v, want %q", step.file, got, err, step.want)
		}
	}
}

// TestReport writes a page about three mutants.
func TestReport(t *testing.T) {
	mutants := []*Mutant{
		{Kind: Drop, File: "transform/a.go", Func: "f", Text: "g()"},
		{Kind: Guard, File: "ast/lower/b.go", Func: "(*T).h", Text: "if x { return }", Again: 2},
		{Kind: Drop, File: "transform/a.go", Func: "f", Text: "h()"},
	}
	verdicts := map[string]Verdict{
		mutants[0].Key(): {Caught: true, By: "texts", How: "panics", Version: "89abcde"},
		mutants[1].Key(): {Reached: true, Passed: stageNames(), Version: "0123456"},
	}
	reasons := map[string]string{"ast/lower/b.go (*T).h: guard `if x { return }` (2)": "It saves time."}
	page := report(options{version: "89abcde"}, mutants, verdicts, reasons)
	for _, want := range []string{
		"Of 3 mutants, 1 are caught (33.3 %). 1 are not judged yet.",
		"The last run was at 89abcde; what was judged before was not judged again.",
		"| 89abcde | 1 | 1 |\n| 0123456 | 1 | 0 |\n",
		"| all |  | 2 | 1 | 1 | 0 | 3 | 1 | 33.3 % |",
		"| ast/lower/b.go | 1 | 0 |",
		"| texts | 1 | 1 | 0 |",
		"- ast/lower/b.go (*T).h: guard `if x { return }` (2): It saves time. Judged at 0123456.\n",
		"- transform/a.go f: drop `h()`: Not explained. Not judged yet.\n",
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
