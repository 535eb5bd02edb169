package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/godiff/godiff/internal/golden/promises"
)

// Package promises, which is copied into the module of the cases, holds derivatives to what they promise beside being right.

// differing are the functions of which it is known that their derivatives panic elsewhere than they do.
var differing = map[string]string{
	"sequence.Elements":     "that two parameters share no memory is looked at first, through a pointer that may be nil",
	"spare-capacity.Beside": "room to append is made first, through a pointer that may be nil",
	"library-fields.A4":     "a slice is extended within its capacity, which the shadow of a copy lacks",
}

// TestHostile gives the functions of all cases that have points, and their derivatives, arguments that nobody would.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file")
	}
	m := deriveAll(t)
	// A panic of a goroutine ends the process, whoever started it.
	alone := slices.DeleteFunc(m.promising(""), func(c *testCase) bool { return bytes.Contains(c.file(input), []byte("sync.WaitGroup")) })
	tally := m.runPromises(t, "hostile", alone, "Hostile(&c, &tally)", quickly)
	if *only == "" && (tally.Returned < 20_000 || tally.Panicked < 2_000) {
		t.Errorf("too few calls were tried: %+v", tally)
	}
}

// TestConcurrent calls the derivatives of the golden files from several goroutines, under the race detector. That checks pointers
// too, as -d=checkptr does.
func TestConcurrent(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file for the race detector")
	}
	m := deriveAll(t)
	flag := "-race"
	if out, err := m.command("test", "-race", "-run=NONE", "./promises").CombinedOutput(); err != nil {
		t.Logf("the race detector does not work here, so that only results are compared: %s", out)
		flag = "-gcflags=-d=checkptr"
	}
	tally := m.runPromises(t, "concurrent", m.promising("golden"), "Concurrent(&c, &tally)", flag)
	if *only == "" && (tally.Apart < 500 || tally.Shared < 200) {
		t.Errorf("too few derivatives were called: %+v", tally)
	}
}

// promising returns the cases of a directory of testdata, or of all if it is empty, that are derived and have points.
func (m *derivation) promising(dir string) []*testCase {
	return slices.DeleteFunc(slices.Clone(m.cases), func(c *testCase) bool {
		return c.file(points) == nil || m.refused["all/"+c.name] != "" || dir != "" && dir != filepath.Base(filepath.Dir(c.path))
	})
}

// runPromises runs a test binary in a directory, which checks functions by an expression, and returns how many calls it made.
func (m *derivation) runPromises(t *testing.T, dir string, cases []*testCase, expr string, flags ...string) promises.Tally {
	m.write(t, dir+"/all_test.go", promisesBinary(cases, expr))
	cmd := m.command(append([]string{"test", "-json", "-trimpath", "-ldflags=-s -w", "-vet=off", "-timeout=300s", "./" + dir}, flags...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	failed := failures(out)
	for _, name := range sortedKeys(failed) {
		if differing[name] != "" {
			continue
		}
		t.Errorf("%s:\n%s", name, failed[name])
	}
	var tally promises.Tally
	_, text, found := strings.Cut(outputText(out), "tally: ")
	if !found || json.Unmarshal([]byte(strings.SplitN(text, "\n", 2)[0]), &tally) != nil {
		t.Fatalf("go test: %v\n%s%s", err, stderr.Bytes(), outputText(out))
	}
	t.Logf("%+v", tally)
	return tally
}

// addPromises adds package promises to the module, and to each package with all modes what tells it of the functions there.
func (m *derivation) addPromises(t *testing.T) {
	m.copyPromises(t)
	for _, c := range m.promising("") {
		c.writePromises(t, m.module, "all/"+c.name)
	}
}

// copyPromises copies package promises into the module.
func (m *module) copyPromises(t *testing.T) {
	paths, err := filepath.Glob("promises/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in promises (error %v)", err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m.write(t, path, src)
	}
}

// writePromises adds to a package with derivatives what tells package promises of them, and writes a copy of it in counted that counts
// steps.
func (c *testCase) writePromises(t *testing.T, m *module, name string) {
	read := func(file string) []byte {
		src, err := os.ReadFile(filepath.Join(m.dir, name, file))
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	src := read(input)
	requests, err := requestsOf(src)
	if err != nil {
		t.Fatal(err)
	}
	unordered := bytes.Contains(src, []byte("map[")) && bytes.Contains(src, []byte("range"))
	told := promisesFile(string(c.file(points)), requests, unordered)
	m.write(t, name+"/promises.go", told)
	counted := "counted/" + c.name + "/"
	m.write(t, counted+"promises.go", told)
	m.write(t, counted+output, read(output))
	m.write(t, counted+input, countSteps(t, src))
	m.write(t, counted+"count.go", fmt.Appendf(nil, "package p\n\nimport %q\n\nfunc promisesStep() { promises.Step() }\n\n"+
		"func promisesSize[N int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64 | uintptr](n N) N {\n\treturn promises.Size(n)\n}\n", modulePath+"/promises"))
}

// promisesFile returns a file with a function Promises, which returns the functions of a package with their points.
func promisesFile(points string, requests []*request, unordered bool) []byte {
	var order []string
	at := map[string][]string{}
	of := map[string]*request{}
	for line := range strings.Lines(points) {
		fn, args, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(fn, "#") || isRemark(line) {
			continue
		}
		i := slices.IndexFunc(requests, func(r *request) bool { return typeArgs.ReplaceAllString(r.fn, "") == typeArgs.ReplaceAllString(fn, "") })
		if len(at[fn]) == 0 {
			order = append(order, fn)
			of[fn] = requests[i].instance(typeArgs.FindString(fn))
		}
		at[fn] = append(at[fn], args)
	}
	var b bytes.Buffer
	for _, fn := range order {
		r := of[fn]
		fmt.Fprintf(&b, "\t\t{\n\t\t\tName: %q,\n\t\t\tF: %s,\n\t\t\tDerivatives: []promisesOf.Derivative{\n", r.fn, r.fn)
		for _, mode := range modes {
			if name := r.names[mode.verb]; name != "" {
				fmt.Fprintf(&b, "\t\t\t\t{%q, %s},\n", mode.suffix, name)
			}
		}
		b.WriteString("\t\t\t},\n")
		if unordered {
			b.WriteString("\t\t\tUnordered: true,\n")
		}
		if len(r.wrt) > 0 {
			var positions []string
			for _, name := range r.wrt {
				positions = append(positions, strconv.Itoa(slices.Index(r.params, name)))
			}
			fmt.Fprintf(&b, "\t\t\tWrt: []int{%s},\n", strings.Join(positions, ", "))
		}
		b.WriteString("\t\t\tPoints: []func() []any{\n")
		for _, args := range at[fn] {
			fmt.Fprintf(&b, "\t\t\t\tfunc() []any { return []any{%s} },\n", args)
		}
		b.WriteString("\t\t\t},\n\t\t},\n")
	}
	head := "package p\n\nimport (\n"
	if strings.Contains(b.String(), "math.") {
		head += "\t\"math\"\n"
	}
	if strings.Contains(b.String(), "gradcheck.") {
		head += "\t\"github.com/godiff/godiff/gradcheck\"\n"
	}
	return fmt.Appendf(nil, "%s\tpromisesOf %q\n)\n\nfunc Promises() []promisesOf.Case {\n\treturn []promisesOf.Case{\n%s\t}\n}\n", head, modulePath+"/promises", b.Bytes())
}

// countSteps returns a source in which functions and iterations call promisesStep, and the sizes of what is made are looked at.
func countSteps(t *testing.T, src []byte) []byte {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, input, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	type insertion struct {
		at   int
		text string
	}
	var list []insertion
	insert := func(pos token.Pos, text string) { list = append(list, insertion{fset.Position(pos).Offset, text}) }
	made := bytes.Count(src, []byte("make(")) > 0 && !bytes.Contains(src, []byte("func make(")) && !bytes.Contains(src, []byte("make :="))
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				insert(n.Body.Lbrace+1, " promisesStep();")
			}
		case *ast.FuncLit:
			insert(n.Body.Lbrace+1, " promisesStep();")
		case *ast.ForStmt:
			insert(n.Body.Lbrace+1, " promisesStep();")
		case *ast.RangeStmt:
			insert(n.Body.Lbrace+1, " promisesStep();")
		case *ast.LabeledStmt:
			switch n.Stmt.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			default:
				insert(n.Colon+1, " promisesStep();")
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && made && id.Name == "make" {
				for _, x := range n.Args[1:] {
					insert(x.Pos(), "promisesSize(")
					insert(x.End(), ")")
				}
			}
		}
		return true
	})
	slices.SortStableFunc(list, func(a, b insertion) int { return a.at - b.at })
	var out bytes.Buffer
	from := 0
	for _, x := range list {
		out.Write(src[from:x.at])
		out.WriteString(x.text)
		from = x.at
	}
	out.Write(src[from:])
	return out.Bytes()
}

// promisesBinary returns a test that checks the functions of every package by an expression.
func promisesBinary(cases []*testCase, expr string) []byte {
	var b bytes.Buffer
	counted := strings.Contains(expr, "Hostile")
	fmt.Fprintf(&b, "package golden\n\nimport (\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"testing\"\n\n\t%q\n", modulePath+"/promises")
	for i, c := range cases {
		fmt.Fprintf(&b, "\t%s %q\n", alias(i), modulePath+"/all/"+c.name)
		if counted {
			fmt.Fprintf(&b, "\tc%s %q\n", alias(i), modulePath+"/counted/"+c.name)
		}
	}
	b.WriteString(")\n\nvar tally promises.Tally\n\nfunc Test(t *testing.T) {\n")
	for i, c := range cases {
		other := "nil"
		if counted {
			other = "c" + alias(i) + ".Promises()"
		}
		fmt.Fprintf(&b, "\tcheck(t, %q, %s.Promises(), %s)\n", c.name, alias(i), other)
	}
	fmt.Fprintf(&b, `	text, _ := json.Marshal(tally)
	fmt.Printf("tally: %%s\n", text)
}

func check(t *testing.T, name string, cases, counted []promises.Case) {
	for i, c := range cases {
		if counted != nil {
			c.Counted, c.CountedAt = counted[i].F, counted[i].Points
		}
		t.Run(name+"."+c.Name, func(t *testing.T) {
			for _, fault := range promises.%s {
				t.Error(fault)
			}
		})
	}
}
`, expr)
	return b.Bytes()
}

// TestDeterministic derives what has a golden text again, in another directory and on one processor.
func TestDeterministic(t *testing.T) {
	if testing.Short() {
		t.Skip("derives every golden file again")
	}
	m := deriveAll(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	again := newModuleIn(t, filepath.Join(t.TempDir(), "far", "away"))
	all := variants[1]
	cases := slices.DeleteFunc(slices.Clone(m.cases), func(c *testCase) bool { return !c.golden })
	for _, c := range cases {
		c.write(t, again, all)
	}
	again.generate(t)
	for _, c := range cases {
		name := filepath.Join(all.name, c.name, output)
		want, err := os.ReadFile(filepath.Join(m.dir, name))
		got, errAgain := os.ReadFile(filepath.Join(again.dir, name))
		if (err == nil) != (errAgain == nil) || string(got) != string(want) {
			t.Errorf("%s: once -, again + (errors %v and %v)\n%s", name, err, errAgain, lineDiff(string(want), string(got)))
		}
	}
}

// TestMachines compiles the derivatives for machines whose integers and floats differ from those of the one at hand.
func TestMachines(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file for other machines")
	}
	m := deriveAll(t)
	for _, arch := range []string{"386", "arm64"} {
		cmd := m.command("build", "-trimpath", quickly, "./on/...")
		cmd.Env = append(slices.Clone(m.env), "GOARCH="+arch, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("GOARCH=%s go build: %v\n%s", arch, err, out)
		}
	}
}
