package ast

import (
	goast "go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// checked is a set of packages that a test type-checks from source, by path.
type checked struct {
	fset *token.FileSet
	pkgs map[string]*types.Package
}

func (c checked) Import(path string) (*types.Package, error) {
	if pkg := c.pkgs[path]; pkg != nil {
		return pkg, nil
	}
	return importer.Default().Import(path)
}

func (c checked) add(t *testing.T, path, src string) *types.Package {
	t.Helper()
	file, err := parser.ParseFile(c.fset, path+".go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: c}
	pkg, err := conf.Check(path, c.fset, []*goast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.pkgs[path] = pkg
	return pkg
}

func newChecked() checked { return checked{token.NewFileSet(), map[string]*types.Package{}} }

const otherSrc = `package other

type Hidden struct{ w float64 }
type Refers struct{ Open float64; hidden *Hidden }
type Counter struct{ n int; names []string; Rate float64 }
type Scalar float64
type small float64
type Small = small
type Open struct{ X, Y float64 }
type Holder struct{ open Open }
`

const carrySrc = `package p

import "p/other"

type Weight float64
type List struct { next *List; v float64 }
type Ints struct { next *Ints; v int }
type Tree struct { kids []Tree; name string; w []float64 }
type Even struct { odd *Odd }
type Odd struct { even *Even; x float64 }
type Model struct { W []float64; B float64 }
type Func func(float64) float64
type Box[T any] struct { v T }
type Chain[T any] struct { v T; next *Chain[T] }
type Number interface { ~float32 | ~float64 }
type Real interface { Number; String() string }
type Any interface { ~int | ~float64 }

type Vars[N Number, R Real, F float64, A Any, E any, S ~[]float64] struct {
	number N
	real R
	only F
	mixed A
	any E
	core S
	numbers []N
}

var (
	scalar     float64
	single     float32
	named      Weight
	alias      other.Small
	foreign    other.Scalar
	integer    int
	text       string
	flag       bool
	cplx       complex128
	channel    chan float64
	function   Func
	err        error
	iface      interface{ F() float64 }
	array      [3]float64
	arrays     [2][3]Weight
	slice      []float64
	slices     [][]float64
	arrayOfSlices [2][]float64
	sliceOfInts []int
	pointer    *float64
	table      map[string]float64
	keys       map[float64]int
	point      struct{ X, Y float64 }
	mixed      struct{ W []float64; B float64 }
	inner      struct{ n int; p *struct{ x float64 } }
	blank      struct{ _ float64; n int }
	list       List
	listPtr    *List
	ints       *Ints
	tree       Tree
	even       Even
	odd        Odd
	model      Model
	modelPtr   *Model
	boxFloat   Box[float64]
	boxInt     Box[int]
	chain      Chain[float64]
	chainInt   Chain[int]
	hidden     other.Hidden
	refers     []*other.Refers
	counter    other.Counter
	open       other.Open
	holder     struct{ A other.Open; B *other.Holder }
	hiddenMap  map[string]other.Hidden
)
`

func carryPackage(t *testing.T) *types.Package {
	c := newChecked()
	c.add(t, "p/other", otherSrc)
	return c.add(t, "p", carrySrc)
}

func TestShapeOf(t *testing.T) {
	scope := carryPackage(t).Scope()
	tests := []struct {
		name string
		want Shape
	}{
		{"scalar", ValueLike},
		{"single", ValueLike},
		{"named", ValueLike},
		{"alias", ValueLike},
		{"foreign", ValueLike},
		{"integer", None},
		{"text", None},
		{"flag", None},
		{"cplx", None},
		{"channel", None},
		{"function", None},
		{"err", None},
		{"iface", None},
		{"array", ValueLike},
		{"arrays", ValueLike},
		{"slice", ReferenceLike},
		{"slices", ReferenceLike},
		{"arrayOfSlices", ReferenceLike},
		{"sliceOfInts", None},
		{"pointer", ReferenceLike},
		{"table", ReferenceLike},
		{"keys", None},
		{"point", ValueLike},
		{"mixed", Mixed},
		{"inner", ReferenceLike},
		{"blank", None},
		{"list", Mixed},
		{"listPtr", ReferenceLike},
		{"ints", None},
		{"tree", ReferenceLike},
		{"even", ReferenceLike},
		{"odd", Mixed},
		{"model", Mixed},
		{"modelPtr", ReferenceLike},
		{"boxFloat", ValueLike},
		{"boxInt", None},
		{"chain", Mixed},
		{"chainInt", None},
		{"hidden", ValueLike},
		{"refers", ReferenceLike},
	}
	for _, test := range tests {
		typ := scope.Lookup(test.name).Type()
		if got := ShapeOf(typ); got != test.want {
			t.Errorf("ShapeOf(%s) = %v, want %v", test.name, got, test.want)
		}
		if got := Carries(typ); got != (test.want != None) {
			t.Errorf("Carries(%s) = %v", test.name, got)
		}
		if why := View(nil).WhyNot(typ); (why == "") != Carries(typ) {
			t.Errorf("View(nil).WhyNot(%s) = %q, but Carries = %v", test.name, why, Carries(typ))
		}
	}
}

func TestCarriesTypeParam(t *testing.T) {
	fields := carryPackage(t).Scope().Lookup("Vars").Type().Underlying().(*types.Struct)
	want := map[string]Shape{
		"number": ValueLike, "real": ValueLike, "only": ValueLike, "mixed": None, "any": None, "core": None,
		"numbers": ReferenceLike,
	}
	for f := range fields.Fields() {
		if got := ShapeOf(f.Type()); got != want[f.Name()] {
			t.Errorf("ShapeOf(%s %v) = %v, want %v", f.Name(), f.Type(), got, want[f.Name()])
		}
	}
}

func TestOpaque(t *testing.T) {
	pkg := carryPackage(t)
	opaque := map[string]bool{"hidden": true, "refers": true, "holder": true, "hiddenMap": true}
	for _, name := range []string{"scalar", "foreign", "list", "model", "counter", "open", "hidden", "refers", "holder", "hiddenMap"} {
		typ := pkg.Scope().Lookup(name).Type()
		if got := Opaque(typ, pkg); got != opaque[name] {
			t.Errorf("Opaque(%s) = %v", name, got)
		}
	}
	hidden := pkg.Scope().Lookup("hidden").Type()
	if Opaque(hidden, types.NewPackage("p/other", "other")) {
		t.Error("Opaque(hidden) in a variant of its own package = true")
	}
}

func TestWhyNot(t *testing.T) {
	scope := carryPackage(t).Scope()
	for name, want := range map[string]string{
		"scalar": "", "integer": "is an integer", "text": "is a string", "flag": "is a boolean",
		"cplx": "is a complex number", "channel": "is a channel", "function": "is a function", "err": "is an error",
		"iface": "is an interface", "sliceOfInts": "holds no float", "keys": "holds no float",
	} {
		if got := View(nil).WhyNot(scope.Lookup(name).Type()); got != want {
			t.Errorf("View(nil).WhyNot(%s) = %q, want %q", name, got, want)
		}
	}
}

// TestShapeOfEndlessExpansion walks a type that go/types reports but hands out all the same.
func TestShapeOfEndlessExpansion(t *testing.T) {
	const src = `package p
type Grow[P any] struct{ next *Grow[[]P] }
type T struct { Grow[int] }
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Error: func(error) {}}
	pkg, _ := conf.Check("p", fset, []*goast.File{file}, nil)
	ShapeOf(pkg.Scope().Lookup("T").Type())
}
