package randprog

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/compile"
	"github.com/godiff/godiff/internal/derive"
)

var (
	count    = flag.Int("randprog.n", 400, "number of random programs")
	seed     = flag.Uint64("randprog.seed", 1, "seed of the first random program")
	minimise = flag.Bool("randprog.minimise", false, "minimise the programs that fail, at most 5")
	without  = flag.String("randprog.without", "", "constructs that are left out")
	keep     = flag.String("randprog.keep", "", "a directory to judge the programs of TestRandomPrograms in, and leave them there")
	disable  = flag.String("randprog.disable", "common,constants,dead,firsts,fuse,sections,temps,undo", "optional passes of the compiler")
)

// TestMain lets memory grow: derivatives are made in this process, of two packages at a time, and half of the time would go to collecting
// garbage.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// programs returns n programs from the seed on. What [Options] has off is on in some of them, besides what o has on.
func programs(from uint64, n int, o Options) []Program {
	ps := make([]Program, n)
	for i := range ps {
		ps[i] = GenerateWith(from+uint64(i), mixed(from+uint64(i), o))
	}
	return ps
}

// mixed returns o with more switched on, which depends on the seed.
func mixed(seed uint64, o Options) Options {
	o.Rewritten, o.Library = seed%2 == 1, seed%4 > 1
	o.Labels, o.Switch = true, true
	o.SpareCapacity = o.SpareCapacity || seed%5 == 1
	o.Aliased = o.Aliased || seed%7 == 1
	o.Panics = o.Panics || seed%6 == 1
	o.Second = o.Second || seed%8 == 3
	return o
}

// root returns the root of the module.
func root(t testing.TB) string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestGenerateIsDeterministic(t *testing.T) {
	for seed := range uint64(50) {
		if a, b := Generate(seed), Generate(seed); a.Source != b.Source {
			t.Errorf("seed %d: two programs:\n%s\n%s", seed, a.Source, b.Source)
		}
	}
	if Generate(1).Source == Generate(2).Source {
		t.Error("seeds 1 and 2 give the same program")
	}
}

// allOptions switches on everything that is off by default.
var allOptions = Options{SpareCapacity: true, Aliased: true, Labels: true, Switch: true, Panics: true}

// TestProgramsAreTame judges programs without derivatives: they compile, run, return and have derivatives.
func TestProgramsAreTame(t *testing.T) {
	plain := programs(1, 150, Options{Modes: []string{"primal"}})
	o := allOptions
	o.Modes = []string{"primal"}
	for _, test := range []struct {
		name     string
		programs []Program
	}{{"default", plain}, {"all options", programs(1, 50, o)}} {
		r, err := Check(test.programs, Config{Root: root(t), Generate: func(string) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures {
			t.Errorf("%s: seed %d: %s\n%s", test.name, f.Seed, f.Message, f.Source)
		}
		if r.Run != len(test.programs) || r.Endless > 0 || 4*r.Panics > r.Points {
			t.Errorf("%s: ran %d of %d, %d endless, %d panics", test.name, r.Run, len(test.programs), r.Endless, r.Panics)
		}
		if share := float64(r.Skipped) / float64(r.Points); share > 0.05 {
			t.Errorf("%s: differences say nothing at %.0f%% of the points, want at most 5%%", test.name, 100*share)
		}
	}
}

func TestConstructsOccur(t *testing.T) {
	const n = 500
	share := map[string]int{}
	for _, p := range programs(1, n, Options{}) {
		for f := range p.Features {
			share[f]++
		}
	}
	for _, c := range Constructs() {
		if got := share[c]; got < n/250 {
			t.Errorf("%s is in %d of %d programs", c, got, n)
		}
	}
	for _, c := range []string{"wrt", "named-results", "global", "import-alias", "interface"} {
		if share[c] < n/100 {
			t.Errorf("%s is in %d of %d programs", c, share[c], n)
		}
	}
}

func TestWeightsSwitchOff(t *testing.T) {
	o := Options{Weight: map[string]int{"for-count": 0, "min-max": 0, "helper-recursive": 0}, Helpers: -1, Hostile: -1}
	for _, p := range programs(1, 50, o) {
		for c := range o.Weight {
			if p.Features[c] > 0 {
				t.Errorf("seed %d: %s is switched off, but occurs", p.Seed, c)
			}
		}
		if strings.Contains(p.Source, "func h0") {
			t.Errorf("seed %d: helpers are switched off, but occur", p.Seed)
		}
	}
}

// file returns a program of package p.
func file(body string) Program { return Program{Source: "package p\n\n" + body} }

const cube = `//godiff:grad
func F(x float64) float64 { return x * x * x }
`

// fake returns a generator that writes the file of derivatives that it is given for a program, by index, with S
// for the suffix.
func fake(derivatives map[int]string, err func(dir string) error) func(dir string) error {
	return func(dir string) error {
		for i, text := range derivatives {
			suffix := fmt.Sprintf("%04d", i)
			path := filepath.Join(dir, "f"+suffix)
			if _, err := os.Stat(path + ".go"); err != nil {
				continue // dropped
			}
			text = "package p000\n\n" + strings.ReplaceAll(text, "S", suffix)
			if err := os.WriteFile(path+"_godiff.go", []byte(text), 0o666); err != nil {
				return err
			}
		}
		return err(dir)
	}
}

func TestCheckReports(t *testing.T) {
	right := "func FSGrad(x float64) float64 { return 3 * x * x }"
	derivatives := map[int]string{
		0: right,
		1: "func FSGrad(x float64) float64 { return 2 * x * x }",
		2: "func FSGrad(x float64) float64 { return 3 * x * y }",
		4: "func FSGrad(x float64) float64 { return FSGrad(x) }",
		5: right,
		6: "func FSGrad(x float64) float64 { for { x++ } }",
		7: right,
	}
	ps := slices.Repeat([]Program{file(cube)}, 8)
	complain := func(dir string) error {
		for _, f := range []struct{ name, text string }{
			{"f0003.go", "p000/f0003.go:4:1: cannot differentiate this"},
			{"f0005.go", "internal error: no position"},
		} {
			if _, err := os.Stat(filepath.Join(dir, f.name)); err == nil {
				return errors.New(f.text)
			}
		}
		return nil
	}
	r, err := Check(ps, Config{Root: root(t), Generate: fake(derivatives, complain)})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		index int
		text  string
	}{
		{1, "Grad: reverse mode"},
		{2, "undefined: y"},
		{4, "a derivative ends the process"},
		{5, "internal error: no position"},
		{6, "a derivative takes too much time"},
	}
	if len(r.Failures) != len(want) {
		t.Fatalf("got %d failures, want %d: %+v", len(r.Failures), len(want), r.Failures)
	}
	for i, w := range want {
		if f := r.Failures[i]; f.Index != w.index || !strings.Contains(f.Message, w.text) {
			t.Errorf("got failure %d: %s, want %d: %s", f.Index, f.Message, w.index, w.text)
		}
	}
	if r.Refused != 1 || len(r.Refusals) != 1 || r.Refusals[0].Index != 3 || r.Run != 5 {
		t.Errorf("got %d run, refusals %+v, want 5 and program 3", r.Run, r.Refusals)
	}
}

// TestCheckExcuses makes sure that a derivative may be no number where F computes with what is too large for it, and nowhere else.
func TestCheckExcuses(t *testing.T) {
	const nan = "import \"math\"\n\nfunc FSGrad(x float64) float64 { return math.NaN() }"
	source := func(result string) Program {
		return file("import \"math\"\n\n//godiff:grad\nfunc F(x float64) float64 { return " + result + " }\n")
	}
	ps := []Program{
		source("math.Atan(x + 4 + math.MaxFloat64*2e-220)"),
		source("math.Atan(x + 4 + 1e50)"),
		source("math.Atan(float64(float32(x+4+1e9) * 4))"),
		source("math.Atan(float64(float32(x+4+1e8) * 4))"),
		source("math.Sin(x)"),
		{Source: "package p\n\nimport \"math\"\n\n//godiff:grad\nfunc F(x float64) float64 { y := 1e60\n y *= 1e30 + x\n return math.Atan(y) }\n"},
	}
	derivatives := map[int]string{}
	for i := range ps {
		derivatives[i] = nan
	}
	r, err := Check(ps, Config{Root: root(t), Generate: fake(derivatives, func(string) error { return nil })})
	if err != nil {
		t.Fatal(err)
	}
	var wrong []int
	for _, f := range r.Failures {
		wrong = append(wrong, f.Index)
	}
	if want := []int{1, 3, 4}; !slices.Equal(wrong, want) {
		t.Errorf("programs %d fail, want %d: %+v", wrong, want, r.Failures)
	}
}

func TestMangled(t *testing.T) {
	u, err := parse(file(`import "math"

type Pair struct{ X float32 }

func (p *Pair) sum(float64 float32) float32 { return p.X + float64 }

//godiff:vjp wrt=p
func (p Pair) F(sum float32, Pair int) float64 {
	p.X = p.sum(sum) + float32(scale)
	return math.Sin(float64(p.X))
}

const scale = 2
`))
	if err != nil {
		t.Fatal(err)
	}
	got := string(u.mangled("q", "7", true))
	want := `package q

import "math"

type Pair7 struct{ X widened7 }

func (p *Pair7) sum(float64 widened7) widened7 { return p.X + float64 }

// vjp wrt=p
func (p Pair7) F(sum widened7, Pair int) float64 {
	p.X = p.sum(sum) + widened7(scale7)
	return math.Sin(float64(p.X))
}

const scale7 = 2

type widened7 = float64
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := u.expression("q", "7", "VJP"), "q.Pair7.FVJP"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := u.inputs(), []string{"p", "sum", "Pair"}; !slices.Equal(got, want) {
		t.Errorf("got parameters %v, want %v", got, want)
	}
}

func TestMinimise(t *testing.T) {
	p := file(`import "math"

type Body struct{ X float64 }

func other(x float64) float64 { return x }

// F is what is differentiated.
//
//godiff:vjp
//godiff:jvp
func F(x []float64, n int, b Body) (float64, error) {
	a, s := b.X, 0.0
	for i, v := range x {
		if k := i * n; k > 2 || a < 3 {
			s += math.Sin(v*a) + other(v)
		} else {
			s -= v
		}
	}
	return s * a, nil
}
`)
	got := Minimise(p, func(q Program) bool {
		return strings.Contains(q.Source, "math.Sin(") && strings.Contains(q.Source, "//godiff:")
	}).Source
	if want := "math.Sin(1)"; !strings.Contains(got, want) || len(got) > 200 {
		t.Errorf("got\n%s\nwant %s and hardly more", got, want)
	}
}

func TestComplaint(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"point 0 (x = [1 -2], b = {X:1}): VJP: dx, float 2: reverse mode 0.1, forward mode 2", "VJP: reverse mode"},
		{"p0/f0012_godiff.go:5:6: F0012VJP does not fit: 7", "FVJP does not fit:"},
		{"the compiler fails: internal error: no version of dx at \"x[0] = 1\"\nexit", "the compiler fails: internal error: no version of dx"},
	} {
		if got := complaint(test.message); got != test.want {
			t.Errorf("%s: got %q, want %q", test.message, got, test.want)
		}
	}
}

// compiler returns a function that makes derivatives without the given optional passes, and tells of the functions that it lowers.
func compiler(lowered func(file string, f *ast.Func), without ...string) func(dir string) error {
	return func(dir string) (err error) {
		var out bytes.Buffer
		defer func() {
			if mistake := recover(); mistake != nil {
				err = fmt.Errorf("%sgodiff: internal error: %v", out.Bytes(), mistake)
			}
		}()
		opt := compile.Options{Derive: derive.Options{Disable: without, Lowered: lowered}, Stdout: &out, Stderr: &out}
		opt.Load = loading(dir)
		if compile.Generate(opt) != 0 {
			return errors.New(out.String())
		}
		if len(without) > 0 && filepath.Base(dir) == "p000" {
			return explained(dir, opt.Derive)
		}
		return nil
	}
}

// loading returns how a package of the scratch module is loaded.
func loading(dir string) lower.Config {
	return lower.Config{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")}
}

// explained explains the derivatives of a package.
func explained(dir string, opt derive.Options) error {
	prog, err := lower.Load(loading(dir), ".")
	if err != nil {
		return err
	}
	for _, pkg := range prog.Packages {
		for _, d := range pkg.Directives {
			if !d.Generates {
				continue
			}
			prog, pkg, req, diags := derive.Reach(prog, pkg, derive.Request{Fn: d.Fn, Mode: d.Mode, Wrt: d.Wrt}, opt)
			if len(diags) > 0 {
				continue // reported already
			}
			report, diags := derive.Explain(prog, pkg, req, opt)
			if report == nil {
				return fmt.Errorf("%v: %s is derived, but not explained", diags, d.Fn.Name())
			}
		}
	}
	return nil
}

// perCheck is the number of programs that are judged by one driver.
const perCheck = 1000

// judged checks programs, counts what occurs in them, and reports the failures as errors of t. The first that are checked together are left
// in a directory, if it is not empty.
func judged(t *testing.T, dir string, ps []Program, without ...string) (Report, *Census) {
	t.Helper()
	var sum Report
	c := &Census{}
	for some := range slices.Chunk(ps, perCheck) {
		nodes := map[string]map[string]bool{}
		seen := map[string]bool{}
		var mu sync.Mutex
		lowered := func(file string, f *ast.Func) {
			mu.Lock()
			defer mu.Unlock()
			file = filepath.Base(file)
			if nodes[file] == nil {
				nodes[file] = map[string]bool{}
			}
			if of := file + f.Name; !seen[of] {
				seen[of] = true
				Nodes(f, nodes[file])
			}
		}
		r := judgedIn(t, dir, some, compiler(lowered, without...))
		dir = ""
		sum.Add(r)
		refused := map[int]bool{}
		for _, f := range r.Refusals {
			refused[f.Index] = true
		}
		for i, p := range some {
			if !refused[i] {
				kinds := Syntax(p)
				maps.Copy(kinds, nodes[fmt.Sprintf("f%04d.go", i)])
				for f := range p.Features {
					kinds["construct "+f] = true
				}
				c.Add(kinds)
			}
		}
	}
	t.Logf("%d programs run, %d failures, %d refused, %d not judged; differences say nothing at %d of %d points; the derivatives of %d vanish",
		sum.Run, len(sum.Failures), sum.Refused, sum.Unjudged, sum.Skipped, sum.Points, sum.Vanished)
	for i, f := range sum.Refusals {
		if i < 10 {
			t.Logf("seed %d is refused: %s\n%s", f.Seed, f.Message, complainedLine(f))
		}
	}
	return sum, c
}

// position matches where a diagnostic of a program points to.
var position = regexp.MustCompile(`f\d+\.go:(\d+):`)

// complainedLine returns the line of a program that a refusal is about.
func complainedLine(f Failure) string {
	lines := strings.Split(f.Source, "\n")
	if m := position.FindStringSubmatch(f.Message); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n <= len(lines) {
			return strings.TrimSpace(lines[n-1])
		}
	}
	return ""
}

// kept returns a directory for programs that are to be left there, or "".
func kept(name string) string {
	if *keep == "" {
		return ""
	}
	return filepath.Join(*keep, name)
}

// judgedIn judges programs by one driver, in a directory or, if that is empty, in a temporary one.
func judgedIn(t *testing.T, dir string, ps []Program, generate func(dir string) error) Report {
	t.Helper()
	c := Config{Root: root(t), Generate: generate, Dir: dir}
	r, err := Check(ps, c)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range r.Failures {
		if i >= 5 {
			break
		}
		if *minimise {
			f.Source = Minimised(ps[f.Index], f.Message, c).Source
		}
		t.Errorf("seed %d: %s\n%s", f.Seed, f.Message, f.Source)
	}
	return r
}

// TestRandomPrograms judges the derivatives of random programs. A failure is looked into by
//
//	go test ./internal/randprog -run RandomPrograms -randprog.seed=SEED -randprog.n=1 -randprog.minimise
func TestRandomPrograms(t *testing.T) {
	o := Options{Weight: map[string]int{}}
	if *without != "" {
		for c := range strings.SplitSeq(*without, ",") {
			o.Weight[c] = 0
		}
	}
	ps := programs(*seed, *count, o)
	t.Run("all passes", func(t *testing.T) {
		r, census := judged(t, kept("all"), ps)
		t.Log(census)
		if 20*r.Skipped > r.Points {
			t.Errorf("differences say nothing at %d of %d points, want at most 5%%", r.Skipped, r.Points)
		}
		if 10*r.Vanished > max(r.Run, 200) {
			t.Errorf("all derivatives of %d of %d programs are zero, want at most 10%%", r.Vanished, r.Run)
		}
		if 5*(r.Refused+r.Unjudged) > len(ps) {
			t.Errorf("%d of %d programs are refused or were not judged, want at most 20%%", r.Refused+r.Unjudged, len(ps))
		}
		if rare := census.Rare(commonness(len(ps))); len(rare) > 0 && *without == "" {
			t.Errorf("too few of %d programs have: %s", len(ps), strings.Join(rare, ", "))
		}
	})
	t.Run("optional passes off", func(t *testing.T) {
		judged(t, kept("off"), ps[:(len(ps)+4)/5], strings.Split(*disable, ",")...)
	})
}

// commonness is the share of n programs in which each kind of node, exit, alias and construct must occur: 1 % of many, once in some hundreds.
func commonness(n int) float64 {
	switch {
	case n >= 5000:
		return 0.01
	case n >= 400:
		return 1 / float64(n)
	}
	return 0
}

func FuzzPrograms(f *testing.F) {
	f.Add(uint64(1000), false)
	f.Fuzz(func(t *testing.T, seed uint64, all bool) {
		o := Options{}
		if all {
			o = allOptions
		}
		judged(t, "", programs(seed, 20, o))
	})
}
