package lower

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// module writes the files of a txtar archive to a new directory and returns it. There is a go.mod for module m unless
// the archive has one.
func module(t testing.TB, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := txtar.Parse([]byte(archive)).Files
	if !slices.ContainsFunc(files, func(f txtar.File) bool { return f.Name == "go.mod" }) {
		files = append(files, txtar.File{Name: "go.mod", Data: []byte("module m\n\ngo 1.26\n")})
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t testing.TB, archive string, patterns ...string) *Program {
	t.Helper()
	prog, err := Load(Config{Dir: module(t, archive)}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

func wantDiags(t *testing.T, prog *Program, want ...string) {
	t.Helper()
	var got []string
	for _, d := range prog.Diags {
		got = append(got, d.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("diagnostics:\ngot  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// summary lists the packages of prog with their directives.
func summary(prog *Program) string {
	var b strings.Builder
	for _, pkg := range prog.Packages {
		fmt.Fprintln(&b, pkg.ID)
		for _, d := range pkg.Directives {
			fmt.Fprintf(&b, "\t%s %s", d.Verb, d.Fn.Name())
			switch {
			case d.Generates:
				fmt.Fprintf(&b, " → %s in %s", d.Signature.Format(d.Name, (*types.Package).Name), filepath.Base(d.File.Output))
			case d.Of != nil:
				fmt.Fprintf(&b, " of %s %s %v", d.Of.FullName(), d.RuleMode, d.RuleWrt)
			}
			fmt.Fprintln(&b)
		}
		for _, d := range pkg.Inherited {
			fmt.Fprintf(&b, "\tinherited %s\n", d.Name)
		}
	}
	return b.String()
}

func wantSummary(t *testing.T, prog *Program, want string) {
	t.Helper()
	if got := summary(prog); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("packages:\ngot\n%s\nwant%s", got, want)
	}
}

func TestLoadStubs(t *testing.T) {
	prog := load(t, `
-- model.go --
package m

import "m/inner"

type Lossy interface { LossGrad(x float64) (Model, float64) }

var _ Lossy = Model{}

var slope = SquareGrad(1)

type Model struct{ W float64 }

//godiff:grad
func (m Model) Loss(x float64) float64 { return m.W * x }

// Square squares.
//
//godiff:grad
//godiff:vjp name=Back wrt=x
func Square(x float64) float64 { return x * x }

//godiff:grad
func Twice(x float64) float64 { return 2 * SquareGrad(x) + float64(inner.CubeGrad(inner.Real(x))) }
-- model_test.go --
package m

import "testing"

//godiff:valuegrad
func helper(m Model) float64 { return m.Loss(1) }

func TestIt(t *testing.T) { helperValueGrad(Model{}); SquareGrad(slope) }
-- ext_test.go --
package m_test

import ("testing"; "m"; "m/inner")

//godiff:grad
func cube(x inner.Real) inner.Real { return inner.Cube(x) }

func TestExt(t *testing.T) { m.SquareGrad(1); inner.CubeGrad(1); cubeGrad(2); _, _ = m.Model{}.LossGrad(1) }
-- inner/inner.go --
package inner

type Real float64

//godiff:grad
func Cube(x Real) Real { return x * x * x }
`)
	wantDiags(t, prog)
	wantSummary(t, prog, `
m
	grad Loss → func (m m.Model) LossGrad(x float64) (dm m.Model, dx float64) in model_godiff.go
	grad Square → func SquareGrad(x float64) (dx float64) in model_godiff.go
	vjp Square → func Back(x, dy float64) (y, dx float64) in model_godiff.go
	grad Twice → func TwiceGrad(x float64) (dx float64) in model_godiff.go
m [m.test]
	valuegrad helper → func helperValueGrad(m m.Model) (y float64, dm m.Model) in model_godiff_test.go
	inherited LossGrad
	inherited SquareGrad
	inherited Back
	inherited TwiceGrad
m_test [m.test]
	grad cube → func cubeGrad(x inner.Real) (dx inner.Real) in ext_godiff_test.go
`)
}

func packageByID(t *testing.T, prog *Program, id string) *Package {
	t.Helper()
	for _, pkg := range prog.Packages {
		if pkg.ID == id {
			return pkg
		}
	}
	t.Fatalf("no package %s", id)
	return nil
}

const calls = `
-- model.go --
package m

import "m/inner"

//godiff:grad
func F(x float64) float64 { return inner.Cube(x) * inner.CubeGrad(x) }

// G has a local type.
func (T) G() {}

type T struct{}
-- model_test.go --
package m

//godiff:grad
func f(x float64) float64 { return F(x) }
-- inner/inner.go --
package inner

//godiff:grad
func Cube(x float64) float64 { return x * x * x }
`

// TestLoadCallees finds what a called function stands for, in packages that match and in those that do not.
func TestLoadCallees(t *testing.T) {
	prog := load(t, calls)
	wantDiags(t, prog)
	pkg := packageByID(t, prog, "m")
	inner := pkg.Deps["m/inner"]
	if inner == nil {
		t.Fatal("m/inner is not in Deps")
	}
	cube := inner.Types.Scope().Lookup("Cube").(*types.Func)
	if p, file, decl := prog.Decl(cube); p != inner || filepath.Base(file.Name) != "inner.go" || decl.Name.Name != "Cube" {
		t.Errorf("Decl(Cube) = %v, %v, %v", p, file, decl)
	}
	grad := inner.Types.Scope().Lookup("CubeGrad").(*types.Func)
	if d := prog.Generated(grad); d == nil || d.Fn != cube {
		t.Errorf("Generated(CubeGrad) = %v", d)
	}
	if p, _, _ := prog.Decl(grad); p != nil {
		t.Error("Decl(CubeGrad) found a stub")
	}
	for id, uses := range pkg.Info.Uses {
		if id.Name == "CubeGrad" && uses != grad {
			t.Error("the call of CubeGrad is not of the stub")
		}
	}
	if got := prog.PackageOf(inner.Types); got != inner {
		t.Errorf("PackageOf(inner) = %v", got)
	}
	variant := packageByID(t, prog, "m [m.test]")
	fn := variant.Types.Scope().Lookup("F").(*types.Func)
	if p, _, _ := prog.Decl(fn); p != variant {
		t.Errorf("Decl(F) of the variant is in %v", p)
	}
	if fn == pkg.Types.Scope().Lookup("F") {
		t.Error("a package and its variant share objects")
	}
}

func TestSource(t *testing.T) {
	prog := load(t, calls)
	pkg := packageByID(t, prog, "m")
	_, _, decl := prog.Decl(pkg.Types.Scope().Lookup("F").(*types.Func))
	const want = "{ return inner.Cube(x) * inner.CubeGrad(x) }"
	if got := prog.Source(pkg, prog.Instances(pkg)).Text(decl.Body.Pos(), decl.Body.End()); got != want {
		t.Errorf("text of the body: got %q, want %q", got, want)
	}
}

func TestImport(t *testing.T) {
	prog := load(t, calls, "./inner")
	for path, name := range map[string]string{"math": "Sin", "slices": "Clone", "strings": "Builder", "m/inner": "CubeGrad"} {
		pkg, err := prog.Import(path)
		if err != nil || pkg.Scope().Lookup(name) == nil {
			t.Errorf("Import(%s): no %s: %v", path, name, err)
		}
	}
	if _, err := prog.Import("no/such/package"); err == nil {
		t.Error("Import of a package that does not exist succeeded")
	}
}

func TestLoadOverlay(t *testing.T) {
	dir := module(t, calls)
	prog, err := Load(Config{Dir: dir, Overlay: map[string][]byte{
		filepath.Join(dir, "inner/inner.go"): []byte("package inner\n\n//godiff:grad wrt=y\nfunc Cube(x, y float64) float64 { return x }\n"),
	}}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	wantDiags(t, prog,
		"model.go:6:48: not enough arguments in call to inner.Cube; have (float64); want (float64, float64)",
		"model.go:6:68: not enough arguments in call to inner.CubeGrad; have (float64); want (float64, float64)",
	)
}

// TestLoadOrder loads twice and wants the same packages in the same order, dependencies first.
func TestLoadOrder(t *testing.T) {
	dir := module(t, calls)
	var orders [2]string
	for i := range orders {
		prog, err := Load(Config{Dir: dir}, "./...")
		if err != nil {
			t.Fatal(err)
		}
		orders[i] = summary(prog)
	}
	if orders[0] != orders[1] {
		t.Errorf("first\n%s\nthen\n%s", orders[0], orders[1])
	}
	if !strings.HasPrefix(orders[0], "m/inner\n") {
		t.Errorf("a dependency comes late:\n%s", orders[0])
	}
}

// TestCheck replaces stubs by outputs, of one package and of one that imports it.
func TestCheck(t *testing.T) {
	prog := load(t, calls, "./...")
	output := func(name, src string) map[string][]byte {
		return map[string][]byte{filepath.Join(prog.Dir, name): []byte(src)}
	}
	for _, test := range []struct {
		outputs map[string][]byte
		want    []string
	}{
		{nil, nil},
		{output("inner/inner_godiff.go", "package inner\nfunc CubeGrad(x float64) (dx float64) { return 1 }"), nil},
		{
			output("inner/inner_godiff.go", "package inner\nfunc CubeGrad(x int) (dx float64) { return 1 }"),
			[]string{"model.go:6:67: cannot use x (variable of type float64) as int value in argument to inner.CubeGrad"},
		},
		{
			output("inner/inner_godiff.go", "package inner\nimport \"m\"\nvar _ = m.F\nfunc CubeGrad(x float64) (dx float64) { return 1 }"),
			[]string{"inner/inner_godiff.go:2:8: could not import m (import cycle)"},
		},
		{
			output("model_godiff.go", "package m\nimport \"math/big\"\nvar _ big.Int\nfunc FGrad(x float64) (dx float64) { return y }"),
			[]string{"model_godiff.go:4:45: undefined: y"},
		},
		{
			output("model_godiff_test.go", "package m\nfunc fGrad(x float64) (dx float64) { return }\nvar _ = FGrad(1) "),
			nil,
		},
		{
			output("model_godiff_test.go", "package m\nfunc {"),
			[]string{"model_godiff_test.go:2:6: expected 'IDENT', found '{'"},
		},
	} {
		var got []string
		for _, d := range prog.Check(test.outputs) {
			got = append(got, d.String())
		}
		if len(got) > 1 {
			got = got[:1] // a file that does not parse has errors of all sorts
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("Check(%s):\ngot  %q\nwant %q", test.outputs, got, test.want)
		}
	}
}

// TestLoadMany loads a package with 500 annotated functions. Seconds would be too long.
func TestLoadMany(t *testing.T) {
	var src strings.Builder
	src.WriteString("-- model.go --\npackage m\n")
	for i := range 500 {
		fmt.Fprintf(&src, "\n//godiff:grad\n//godiff:vjp\nfunc F%d(w []float64, x float64) float64 { return w[0] * x }\n", i)
	}
	prog := load(t, src.String())
	wantDiags(t, prog)
	if n := len(packageByID(t, prog, "m").Directives); n != 1000 {
		t.Errorf("%d directives", n)
	}
}
