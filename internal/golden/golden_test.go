package golden

import (
	"bytes"
	gocmp "cmp"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

var (
	update = flag.Bool("update", false, "rewrite what the files of testdata want, where the numbers are right")
	only   = flag.String("only", "", "files to run, by patterns such as append*,loops instead of all")
	second = flag.Bool("second", false, "check Hessian-vector products of all functions that have gradients, not only where a file asks for them")
	keep   = flag.String("keep", "", "a directory to derive all files in, and leave them there")
)

const howToUpdate = "to accept the new text: go test ./internal/golden -update"

// A variant is one way to derive every file.
type variant struct {
	name    string
	modes   bool           // ask for all modes that fit, not only for those of the file
	second  bool           // and for Hessian-vector products
	options derive.Options // passes to leave out
}

var variants = []variant{
	{name: "on"},
	{name: "all", modes: true, second: true},
	{name: "off", modes: true, options: derive.Options{Disable: []string{"common", "constants", "dead", "fuse", "sections", "temps", "undo"}}},
}

// A derivation is the module with all cases in all variants, and the diagnostics of those that are refused.
type derivation struct {
	*module
	cases   []*testCase
	refused map[string]string
}

// derived is made once, for all tests that look at what comes out.
var derived *derivation

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // there is room
	status := m.Run()
	if derived != nil && *keep == "" {
		os.RemoveAll(derived.dir)
	}
	os.Exit(status)
}

// deriveAll derives every file in every variant, within one module.
func deriveAll(t *testing.T) *derivation {
	if derived != nil {
		return derived
	}
	dir := *keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "golden"); err != nil {
			t.Fatal(err)
		}
	}
	derived = &derivation{module: newModuleIn(t, dir), cases: readCases(t, "golden", "numeric")}
	for _, v := range variants {
		for _, c := range derived.cases {
			c.write(t, derived.module, v)
		}
	}
	derived.refused = derived.generate(t)
	derived.addPromises(t)
	return derived
}

// TestGolden derives every file in every variant and runs all checks in one test binary.
func TestGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file several times")
	}
	m := deriveAll(t)
	cases, refused := m.cases, m.refused
	failed := m.check(t, cases, refused)
	vetted := m.vet(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			good := true
			for _, v := range variants {
				name := v.name + "/" + c.name
				for _, fault := range []string{refused[name], failed[name], vetted[name]} {
					if fault != "" {
						t.Errorf("%s:\n%s", v.name, fault)
						good = false
					}
				}
			}
			if c.golden && refused["on/"+c.name] == "" {
				c.compare(t, m.module, good)
			}
		})
	}
}

// compare compares the output of a case as it stands with what is wanted, and updates that where good is set.
func (c *testCase) compare(t *testing.T, m *module, good bool) {
	got, err := os.ReadFile(filepath.Join(m.dir, "on", c.name, output))
	if err != nil {
		t.Error(err)
		return
	}
	if formatted, err := format.Source(got); err != nil || !bytes.Equal(formatted, got) {
		t.Errorf("the output is not formatted as gofmt does (error %v):\n%s", err, cmp.Diff(string(formatted), string(got)))
	}
	want := string(c.file(output))
	if string(got) == want {
		return
	}
	switch {
	case *update && good:
		c.setFile(output, got)
		if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o666); err != nil {
			t.Error(err)
		}
	case *update:
		t.Errorf("%s is left as it is: the check of its new output fails", c.path)
	default:
		t.Errorf("%s: want -, got +\n%s%s", c.path, lineDiff(want, string(got)), howToUpdate)
	}
}

// lineDiff is the difference between two texts, line by line.
func lineDiff(want, got string) string {
	return cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n"))
}

// The files of a case.
const (
	input  = "in.go"
	output = "in_godiff.go"
	points = "points"
	checks = "check.go"
)

// A testCase is one file of testdata.
type testCase struct {
	name, path string
	golden     bool // an output is wanted
	archive    *txtar.Archive
}

// readCases reads the files of directories of testdata.
func readCases(t *testing.T, dirs ...string) []*testCase {
	var cases []*testCase
	for _, dir := range dirs {
		for _, path := range caseFiles(t, filepath.Join("..", "..", "testdata", dir)) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(filepath.Base(path), ".txtar")
			if slices.ContainsFunc(cases, func(c *testCase) bool { return c.name == name }) {
				t.Fatalf("%s: another case has this name", path)
			}
			cases = append(cases, &testCase{name: name, path: path, golden: dir == "golden", archive: archive})
		}
	}
	return cases
}

// caseFiles returns the files of a directory that are to be run, sorted.
func caseFiles(t *testing.T, dir string) []string {
	var list []string
	for pattern := range strings.SplitSeq(gocmp.Or(*only, "*"), ",") {
		paths, err := filepath.Glob(filepath.Join(dir, pattern+".txtar"))
		if err != nil || len(paths) == 0 && *only == "" {
			t.Fatalf("no files in %s (error %v)", dir, err)
		}
		list = append(list, paths...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (c *testCase) file(name string) []byte {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func (c *testCase) setFile(name string, data []byte) {
	for i, f := range c.archive.Files {
		if f.Name == name {
			c.archive.Files[i].Data = data
			return
		}
	}
	c.archive.Files = append(c.archive.Files, txtar.File{Name: name, Data: data})
}

// write writes the package of a case.
func (c *testCase) write(t *testing.T, m *module, v variant) {
	if len(bytes.TrimSpace(c.archive.Comment)) == 0 {
		t.Errorf("%s does not say what it shows", c.path)
	}
	src := c.file(input)
	requests, err := requestsOf(src)
	if err != nil {
		t.Fatalf("%s: %v", c.path, err)
	}
	if v.modes {
		src, requests = allModes(src, requests, v.second && *second, string(c.file(points)))
	}
	dir := filepath.Join(v.name, c.name)
	m.write(t, filepath.Join(dir, input), src)
	if src := c.file(checks); src != nil {
		m.write(t, filepath.Join(dir, checks), src)
	}
	check, err := checkPoints(string(c.file(points)), requests, c.file(checks) != nil)
	if err != nil {
		t.Fatalf("%s: %v", c.path, err)
	}
	m.write(t, filepath.Join(dir, "points.go"), check)
}

// generate writes the derivatives of all packages, and returns the diagnostics of those that are refused.
func (m *module) generate(t *testing.T) map[string]string {
	prog, err := lower.Load(lower.Config{Dir: m.dir, Env: m.env}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]string{}
	refuse := func(diags []lower.Diagnostic) {
		for _, d := range diags {
			parts := strings.SplitN(d.Pos.Filename, "/", 3)
			if len(parts) < 3 {
				t.Fatal(d)
			}
			refused[parts[0]+"/"+parts[1]] += d.String() + "\n"
		}
	}
	refuse(prog.Diags)
	all := map[string][]byte{}
	rounds, diags := derive.NewRounds(prog, derive.Options{})
	refuse(diags)
	of := map[string]map[string][]byte{}
	err = rounds.Run(func() {
		for _, pkg := range prog.Packages {
			name := strings.TrimPrefix(pkg.Path, modulePath+"/")
			if refused[name] != "" {
				continue
			}
			outputs, diags, mistake := derivePackage(rounds, pkg, optionsOf(name))
			refuse(diags)
			if mistake != nil {
				refused[name] += fmt.Sprintf("the compiler panics: %v\n", mistake)
			}
			if of[name] == nil {
				of[name] = map[string][]byte{}
			}
			maps.Copy(of[name], outputs)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, outputs := range of {
		if refused[name] == "" {
			maps.Copy(all, rounds.Asked(outputs))
		}
	}
	refuse(prog.Check(all))
	for path, src := range all {
		if err := os.WriteFile(path, src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return refused
}

// optionsOf returns the options of the variant that a package belongs to.
func optionsOf(name string) derive.Options {
	i := slices.IndexFunc(variants, func(v variant) bool { return strings.HasPrefix(name, v.name+"/") })
	return variants[i].options
}

// derivePackage derives one package and catches what the compiler panics with.
func derivePackage(rounds *derive.Rounds, pkg *lower.Package, opt derive.Options) (_ map[string][]byte, _ []lower.Diagnostic, mistake any) {
	defer func() {
		if r := recover(); r != nil {
			mistake = fmt.Sprintf("%v\n%s", r, compilerFrames(string(debug.Stack())))
		}
	}()
	outputs, diags := rounds.Package(pkg, opt)
	return outputs, diags, nil
}

// compilerFrames returns the places in a stack that are in the compiler, the innermost ones.
func compilerFrames(stack string) string {
	var frames []string
	for line := range strings.Lines(stack) {
		if strings.HasPrefix(line, "\t") && !strings.Contains(line, "/src/runtime/") && !strings.Contains(line, "_test.go") {
			frames = append(frames, line)
		}
	}
	return strings.Join(frames[:min(6, len(frames))], "")
}

// names returns the names of the packages that can be checked, sorted: those of the variants with all modes, since what
// the others hold is in these too.
func names(cases []*testCase, refused map[string]string) []string {
	var list []string
	for _, v := range variants {
		if !v.modes {
			continue
		}
		for _, c := range cases {
			if name := v.name + "/" + c.name; refused[name] == "" {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// alias is what the test binary calls the package with a number.
func alias(i int) string { return fmt.Sprintf("p%d", i) }
