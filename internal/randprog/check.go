package randprog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/godiff/godiff/internal/randprog/judge"
)

// Config says how [Check] makes and judges derivatives.
type Config struct {
	// Root is the directory of the module github.com/godiff/godiff.
	Root string
	// Generate derives the package in dir: it writes the derivatives of fNNNN.go beside it, or returns
	// an error whose text holds a diagnostic `path/fNNNN.go:line:col: message` for each file that it refuses. It is called
	// for several directories at the same time.
	Generate func(dir string) error
	// Dir is where programs are written, a directory for nothing else; empty means a temporary directory that is
	// removed.
	Dir string
	// Points is the number of points at which a program is judged; 0 means 3.
	Points int
}

// Report is what [Check] found.
type Report struct {
	// Run is the number of programs that were judged, Refused that of those the compiler refused, and Endless that
	// of those whose F did not return.
	Run, Refused, Endless int
	// Unjudged is the number of programs that were left out because too many before them broke the compiler or
	// exceeded a limit.
	Unjudged int
	// Points is the number of points at which F returned without an error, and Skipped that of those at which
	// differences said nothing. Panics and Errors count other points.
	Points, Skipped, Panics, Errors int
	// Vanished is the number of programs all of whose derivatives were zero.
	Vanished int
	// Failures are the programs whose derivatives are wrong, do not compile or could not be made, Refusals those
	// that the compiler refused, in the order of the programs.
	Failures, Refusals []Failure
}

// Add adds what another Check found. Indices stay those of each.
func (r *Report) Add(s Report) {
	for _, n := range []struct{ to, from *int }{
		{&r.Run, &s.Run}, {&r.Refused, &s.Refused}, {&r.Endless, &s.Endless}, {&r.Unjudged, &s.Unjudged}, {&r.Points, &s.Points},
		{&r.Skipped, &s.Skipped}, {&r.Panics, &s.Panics}, {&r.Errors, &s.Errors}, {&r.Vanished, &s.Vanished},
	} {
		*n.to += *n.from
	}
	r.Failures = append(r.Failures, s.Failures...)
	r.Refusals = append(r.Refusals, s.Refusals...)
}

// Failure is a program and what is wrong with it.
type Failure struct {
	// Index is the place of the program among those that Check was given.
	Index   int
	Seed    uint64
	Source  string
	Message string
}

// modulePath is the path of the scratch module, under which the package judge may be imported.
const modulePath = "github.com/godiff/godiff/internal/randprog/corpus"

// perPackage is the number of programs in a package. Packages compile at the same time, and derivatives are made
// for one of them at a time, again after each removal of programs that were refused.
const perPackage = 25

// Check makes the derivatives of programs and judges them. The error is about the harness, not about a program.
func Check(programs []Program, c Config) (Report, error) {
	if c.Dir == "" {
		dir, err := os.MkdirTemp("", "randprog")
		if err != nil {
			return Report{}, err
		}
		defer os.RemoveAll(dir)
		c.Dir = dir
	}
	k := &check{Config: c}
	for i, p := range programs {
		u, err := parse(p)
		if err != nil {
			k.fail(entry{i, &unit{Program: p}}, "does not parse: "+err.Error())
			continue
		}
		k.entries = append(k.entries, entry{i, u})
	}
	for _, step := range []func() error{k.clean, k.module, k.derive, k.build, k.run, k.excuse} {
		if err := step(); err != nil {
			return k.report, err
		}
	}
	byIndex := func(a, b Failure) int { return a.Index - b.Index }
	slices.SortStableFunc(k.report.Failures, byIndex)
	slices.SortStableFunc(k.report.Refusals, byIndex)
	return k.report, nil
}

// check is the state of one Check.
type check struct {
	Config
	mu       sync.Mutex // guards entries and report while derivatives of several packages are made
	entries  []entry    // programs that are still in the module
	suspects []suspect  // of those
	report   Report
}

// entry is a program with its index, which names its file.
type entry struct {
	index int
	*unit
}

func (e entry) suffix() string { return fmt.Sprintf("%04d", e.index) }

// pkg returns the name of the package that holds the program, and of that for its twin.
func (e entry) pkg() string  { return fmt.Sprintf("p%03d", e.index/perPackage) }
func (e entry) twin() string { return fmt.Sprintf("w%03d", e.index/perPackage) }

// failure returns e as a failure.
func (e entry) failure(message string) Failure {
	return Failure{Index: e.index, Seed: e.Seed, Source: e.Source, Message: message}
}

func (k *check) fail(e entry, message string) {
	k.tell(func(r *Report) { r.Failures = append(r.Failures, e.failure(message)) })
}

// tell changes the report.
func (k *check) tell(f func(r *Report)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f(&k.report)
}

// clean removes what an earlier Check left in the directory.
func (k *check) clean() error {
	old, err := filepath.Glob(filepath.Join(k.Dir, "[pws][0-9]*"))
	for _, path := range append(old, filepath.Join(k.Dir, "main.go"), filepath.Join(k.Dir, "watch")) {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

// module writes the module, without its driver.
func (k *check) module() error {
	sums, err := os.ReadFile(filepath.Join(k.Root, "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	mod := fmt.Sprintf("module %s\n\ngo 1.26\n\nrequire github.com/godiff/godiff v0.0.0\n\nreplace github.com/godiff/godiff => %s\n", modulePath, k.Root)
	return errors.Join(
		writeFile(filepath.Join(k.Dir, "go.mod"), []byte(mod)),
		writeFile(filepath.Join(k.Dir, "go.sum"), sums),
		k.write(k.entries))
}

// write writes the files of programs.
func (k *check) write(entries []entry) error {
	for _, e := range entries {
		name := "f" + e.suffix() + ".go"
		err := writeFile(filepath.Join(k.Dir, e.pkg(), name), e.mangled(e.pkg(), e.suffix(), false))
		if e.single {
			err = errors.Join(err, writeFile(filepath.Join(k.Dir, e.twin(), name), e.mangled(e.twin(), e.suffix(), true)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

// drop removes the program of that index from the module and returns it.
func (k *check) drop(index int) (entry, error) {
	k.mu.Lock()
	i := slices.IndexFunc(k.entries, func(e entry) bool { return e.index == index })
	e := k.entries[i]
	k.entries = slices.Delete(slices.Clone(k.entries), i, i+1)
	k.mu.Unlock()
	return e, k.erase(e)
}

// erase removes the files of e.
func (k *check) erase(e entry) error {
	for _, pattern := range []string{"f" + e.suffix() + ".go", "f" + e.suffix() + "_godiff.go"} {
		for _, pkg := range []string{e.pkg(), e.twin()} {
			if err := os.Remove(filepath.Join(k.Dir, pkg, pattern)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// diagnostic matches a message about a program or its derivatives.
var diagnostic = regexp.MustCompile(`(?m)^\s*(?:[^\s:]*/)?f(\d{4,})(_godiff)?\.go:\d+(?::\d+)?: (.*)$`)

// complaints returns the first message about each program that is still in the module, by its index.
func (k *check) complaints(text string) map[int]string {
	out := map[int]string{}
	for _, m := range diagnostic.FindAllStringSubmatch(text, -1) {
		i, err := strconv.Atoi(m[1])
		if _, seen := out[i]; err == nil && !seen && k.has(i) {
			out[i] = strings.TrimSpace(m[0])
		}
	}
	return out
}

func (k *check) has(index int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(k.entries, func(e entry) bool { return e.index == index })
}

// derive makes the derivatives, of several packages at a time, and drops the programs that stand in the way of it.
func (k *check) derive() error {
	var pkgs []string
	for _, e := range k.entries {
		pkgs = append(pkgs, e.pkg())
	}
	pkgs = slices.Compact(pkgs)
	errs := make([]error, len(pkgs))
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				errs[i] = k.derivePackage(pkgs[i])
			}
		})
	}
	for i := range pkgs {
		next <- i
	}
	close(next)
	wait.Wait()
	return errors.Join(errs...)
}

// of returns the programs of a package.
func (k *check) of(pkg string) []entry {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(k.entries), func(e entry) bool { return e.pkg() != pkg })
}

// derivePackage makes the derivatives of a package, and drops programs of it until there is nothing to complain about.
func (k *check) derivePackage(pkg string) error {
	for len(k.of(pkg)) > 0 {
		complaint := k.Generate(filepath.Join(k.Dir, pkg))
		if complaint == nil {
			return nil
		}
		bad := k.complaints(complaint.Error())
		if len(bad) == 0 {
			if err := k.isolate(pkg); err != nil {
				return err
			}
			continue
		}
		if err := k.refuse(bad); err != nil {
			return err
		}
	}
	return nil
}

// isBug matches what a compiler says of its own errors.
var isBug = regexp.MustCompile(`internal error|goroutine \d|: (printer|transform|lower): `)

// refuse drops programs that the compiler complains about. A complaint about itself is a failure.
func (k *check) refuse(bad map[int]string) error {
	for i, message := range bad {
		e, err := k.drop(i)
		if err != nil {
			return err
		}
		if isBug.MatchString(message) {
			k.fail(e, message)
			continue
		}
		k.tell(func(r *Report) {
			r.Refused++
			r.Refusals = append(r.Refusals, e.failure(message))
		})
	}
	return nil
}

// patience is the number of programs after which Check stops to look for more in a package that make the compiler
// fail without naming them, or for more that exceed a limit.
const patience = 12

// isolate drops the programs of a package that make the compiler fail without naming them, found by halving. After
// some of them it drops all others too.
func (k *check) isolate(pkg string) error {
	guilty := map[int]string{}
	suspects := k.of(pkg)
	if err := k.halve(suspects, guilty); err != nil {
		return err
	}
	if err := k.write(suspects); err != nil { // halving removed files
		return err
	}
	for i, message := range guilty {
		e, err := k.drop(i)
		if err != nil {
			return err
		}
		k.fail(e, "the compiler fails: "+message)
	}
	if len(guilty) < patience {
		return nil
	}
	for _, e := range k.of(pkg) {
		if _, err := k.drop(e.index); err != nil {
			return err
		}
		k.tell(func(r *Report) { r.Unjudged++ })
	}
	return nil
}

// halve adds those of the suspects, which belong to one package, that make the compiler fail by themselves, with
// what it says.
func (k *check) halve(suspects []entry, guilty map[int]string) error {
	if len(suspects) == 0 || len(guilty) >= patience {
		return nil
	}
	message, err := k.fails(suspects)
	switch {
	case err != nil || message == "":
		return err
	case len(suspects) == 1:
		guilty[suspects[0].index] = message
		return nil
	}
	half := len(suspects) / 2
	if err := k.halve(suspects[:half], guilty); err != nil {
		return err
	}
	return k.halve(suspects[half:], guilty)
}

// fails returns what the compiler says without naming a program, if some programs of a package are all of it.
func (k *check) fails(some []entry) (message string, err error) {
	pkg := some[0].pkg()
	for _, e := range k.of(pkg) {
		if err := k.erase(e); err != nil {
			return "", err
		}
	}
	if err := k.write(some); err != nil {
		return "", err
	}
	if err := k.Generate(filepath.Join(k.Dir, pkg)); err != nil && len(k.complaints(err.Error())) == 0 {
		return err.Error(), nil
	}
	return "", nil
}

// build compiles the driver, and drops programs that do not compile. It does not optimise: that takes longer than
// running what it would speed up.
func (k *check) build() error {
	for len(k.entries) > 0 {
		if err := writeFile(filepath.Join(k.Dir, "main.go"), k.driver()); err != nil {
			return err
		}
		cmd := exec.Command("go", "build", "-mod=mod", "-gcflags="+modulePath+"/...=-e -N -l", "-o", "driver", ".")
		cmd.Dir = k.Dir
		cmd.Env = append(os.Environ(), "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		bad := k.complaints(string(out))
		if len(bad) == 0 {
			return fmt.Errorf("go build: %v\n%s", err, out)
		}
		for i, message := range bad {
			e, err := k.drop(i)
			if err != nil {
				return err
			}
			k.fail(e, message)
		}
	}
	return nil
}

// endings are what the names of derivatives end in, by directive.
var endings = []struct{ verb, ending string }{
	{"vjp", "VJP"}, {"jvp", "JVP"}, {"grad", "Grad"}, {"valuegrad", "ValueGrad"}, {"hvp", "HVP"},
	{"jacobian", "Jacobian"}, {"hessian", "Hessian"},
}

// driver returns the source of the program that judges all entries.
func (k *check) driver() []byte {
	imports := map[string]bool{}
	var cases strings.Builder
	for _, e := range k.entries {
		imports[e.pkg()] = true
		fmt.Fprintf(&cases, "\t{%s", k.primal(e, e.pkg()))
		if e.single {
			imports[e.twin()] = true
			fmt.Fprintf(&cases, ", Wide: %s", e.expression(e.twin(), e.suffix(), ""))
		}
		for _, d := range endings {
			if slices.Contains(e.modes, d.verb) {
				fmt.Fprintf(&cases, ", %s: %s", d.ending, e.expression(e.pkg(), e.suffix(), d.ending))
			}
		}
		cases.WriteString("},\n")
	}
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"github.com/godiff/godiff/internal/randprog/judge\"\n")
	for _, p := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "\t%q\n", modulePath+"/"+p)
	}
	fmt.Fprintf(&b, ")\n\nfunc main() { judge.Main(cases) }\n\nvar cases = []judge.Case{\n%s}\n", cases.String())
	return []byte(b.String())
}

// primal returns the fields of a judge.Case that say what F of e, which is in package pkg, is called with.
func (k *check) primal(e entry, pkg string) string {
	fields := fmt.Sprintf("Name: %q, Params: %#v, F: %s, Seed: %d, Points: %d, Spare: %v, Aliased: %v",
		"f"+e.suffix(), e.inputs(), e.expression(pkg, e.suffix(), ""), e.Seed, k.Points, e.Spare, e.Aliased)
	if e.wrt != nil {
		fields += fmt.Sprintf(", Wrt: %#v", e.wrtIndices())
	}
	return fields
}

// wrtIndices returns the indices of the parameters in W, ascending.
func (e entry) wrtIndices() []int {
	var is []int
	for i, n := range e.inputs() {
		if slices.Contains(e.wrt, n) {
			is = append(is, i)
		}
	}
	return is
}

// run runs the driver, again behind each program that ends it.
func (k *check) run() error {
	from := 0
	for stops := 0; from < len(k.entries) && stops < patience; stops++ {
		cmd := exec.Command(filepath.Join(k.Dir, "driver"), "-from", strconv.Itoa(from))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		n, readErr := k.read(out)
		if readErr != nil {
			return readErr
		}
		from += n
		if err != nil && from < len(k.entries) {
			k.fail(k.entries[from], fmt.Sprintf("a derivative ends the process: %v\n%.2000s", err, stderr.String()))
			k.report.Run++
			from++
		}
	}
	k.report.Unjudged += len(k.entries) - from
	return nil
}

// read adds what the driver printed to the report, and returns the number of programs it is about.
func (k *check) read(out []byte) (n int, err error) {
	d := json.NewDecoder(strings.NewReader(string(out)))
	for d.More() {
		var l judge.Line
		if err := d.Decode(&l); err != nil {
			return n, err
		}
		n++
		k.add(k.entries[l.Index], l)
	}
	return n, nil
}

// add adds the verdict about a program to the report.
func (k *check) add(e entry, l judge.Line) {
	r, v := &k.report, l.Verdict
	if l.Endless {
		r.Endless++
		return
	}
	r.Run++
	r.Points += v.Points
	r.Skipped += v.Skipped
	r.Panics += v.Panics
	r.Errors += v.Errors
	if v.Undefined {
		k.suspects = append(k.suspects, suspect{e, v})
	} else if v.Failure != "" {
		k.fail(e, v.Failure)
	} else if v.Vanished && v.Points > 0 {
		r.Vanished++
	}
}
