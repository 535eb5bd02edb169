package ast

import (
	"go/types"
	"strings"
	"testing"
)

const signatureSrc = `package p

import "p/other"

type Weight float64
type Vec []float64
type Model struct { W []float64; B float64 }
type Layer struct { W []float64 }
type Held struct { H *other.Hidden; B []float64 }
type Point struct { X, Y float64 }
type Number interface { ~float32 | ~float64 }
type Shape interface { Area() float64 }

func (m *Model) Loss(x []float64, label int) float64
func (Point) Norm() float64
func (m Model) Value(x float64) (z float64, err error)

func F(x float64) float64
func Dot(a, b []float64) float64
func Logistic(w []float64, b float64, x [][]float64, y []float64) float64
func Named(x float64) (loss float64)
func Blank(_ float64, n int, _ []float64) (_ float64)
func Unnamed(float64, int) (float64, int, error)
func Taken(p0 int, _ float64, p1 int, dx, x float64) float64
func Keyword(efer, ar float64) float64
func Results(x float64) (float64, float64, int, []float64)
func ResultsTaken(y float64) (float64, float64)
func Variadic(scale float64, xs ...float64) float64
func Mixed(m Model, l Layer, p Point, f float32) (float64, Model)
func Err(x float64) (float64, error)
func ErrFirst(x float64) (err error, z float64)
func ErrTwo(x float64) (error, float64, error)
func ErrTaken(err float64) (float64, error)
func InPlace(dst, src []float64)
func Mean[T Number](xs []T) T { panic(0) }
func Wide[T any](x T) float64 { panic(0) }
func Typed(v Vec, w Weight, h other.Open) Weight
func Scalar(x Weight) float64
func Array(x [3]float32) float32
func MapVec(x Vec) []float64
func Grid(x [][]float64) float64
func Count(x float64) int
func Nothing(n int, s Shape) float64
func Two(x float64) (a, b float64)
func Slice(x []float64) []float64
func Odd(x []float64) ([]float64, float64)
func Opaque(x float64, h other.Hidden, s Shape) float64
func Holds(x float64, list []*other.Hidden, h *Held) float64
`

type signatureTest struct {
	fn   string // name or Type.method
	wrt  string // names or indices, "" for the default
	mode Mode
	want string
}

var signatureTests = []signatureTest{
	// The examples of the interface.
	{"Dot", "", Grad, "func DotGrad(a, b []float64) (da, db []float64)"},
	{"Dot", "", ValueGrad, "func DotValueGrad(a, b []float64) (y float64, da, db []float64)"},
	{"Dot", "", VJP, "func DotVJP(a, b []float64, da, db []float64, dy float64) (y float64)"},
	{"Dot", "", JVP, "func DotJVP(a, b []float64, da, db []float64) (y, dy float64)"},
	{"Dot", "", HVP, "func DotHVP(a, b []float64, va, vb []float64) (ha, hb []float64)"},
	{"Model.Loss", "m", ValueGrad, "func (m *Model) LossValueGrad(x []float64, label int) (y float64, dm *Model)"},
	{"Model.Loss", "m", VJP, "func (m *Model) LossVJP(x []float64, label int, dm *Model, dy float64) (y float64)"},
	{"Logistic", "w b", ValueGrad, "func LogisticValueGrad(w []float64, b float64, x [][]float64, y []float64) (out float64, dw []float64, db float64)"},
	{"F", "", Grad, "func FGrad(x float64) (dx float64)"},
	{"Err", "", Grad, "func ErrGrad(x float64) (dx float64, err error)"},

	// Receivers.
	{"Model.Loss", "", Grad, "func (m *Model) LossGrad(x []float64, label int) (dm *Model, dx []float64)"},
	{"Model.Loss", "x", HVP, "func (m *Model) LossHVP(x []float64, label int, vx []float64) (hx []float64)"},
	{"Point.Norm", "", Grad, "func (p0 Point) NormGrad() (dp0 Point)"},
	{"Model.Value", "", VJP, "func (m Model) ValueVJP(x float64, dm *Model, dz float64) (z, dx float64, err error)"},
	{"Model.Value", "", JVP, "func (m Model) ValueJVP(x float64, dm Model, dx float64) (z, dz float64, err error)"},
	{"Model.Value", "", ValueGrad, "func (m Model) ValueValueGrad(x float64) (z float64, dm Model, dx float64, err error)"},

	// Names.
	{"Named", "", ValueGrad, "func NamedValueGrad(x float64) (loss, dx float64)"},
	{"Named", "", JVP, "func NamedJVP(x float64, dx float64) (loss, dloss float64)"},
	{"Blank", "", ValueGrad, "func BlankValueGrad(p0 float64, n int, p2 []float64) (y, dp0 float64, dp2 []float64)"},
	{"Unnamed", "", ValueGrad, "func UnnamedValueGrad(p0 float64, p1 int) (y float64, y2 int, dp0 float64, err error)"},
	{"Taken", "", Grad, "func TakenGrad(p0 int, p12 float64, p1 int, dx, x float64) (dp12, ddx, dx2 float64)"},
	{"Keyword", "", Grad, "func KeywordGrad(efer, ar float64) (defer2, dar float64)"},
	{"Keyword", "", HVP, "func KeywordHVP(efer, ar float64, vefer, var2 float64) (hefer, har float64)"},
	{"Results", "", VJP, "func ResultsVJP(x, dy, dy2 float64, dy4 []float64) (y, y2 float64, y3 int, y4 []float64, dx float64)"},
	{"Results", "", JVP, "func ResultsJVP(x float64, dx float64) (y, y2 float64, y3 int, y4 []float64, dy, dy2 float64, dy4 []float64)"},
	{"ResultsTaken", "", JVP, "func ResultsTakenJVP(y float64, dy float64) (out, out2, dout, dout2 float64)"},
	{"ErrTaken", "", ValueGrad, "func ErrTakenValueGrad(err float64) (y, derr float64, err2 error)"},
	{"ErrTwo", "", VJP, "func ErrTwoVJP(x, dy2 float64) (y error, y2, dx float64, err error)"},
	{"ErrFirst", "", ValueGrad, "func ErrFirstValueGrad(x float64) (z, dx float64, err error)"},

	// Variadic parameters.
	{"Variadic", "", Grad, "func VariadicGrad(scale float64, xs ...float64) (dscale float64, dxs []float64)"},
	{"Variadic", "", ValueGrad, "func VariadicValueGrad(scale float64, xs ...float64) (y, dscale float64, dxs []float64)"},
	{"Variadic", "", VJP, "func VariadicVJP(scale float64, xs []float64, dxs []float64, dy float64) (y, dscale float64)"},
	{"Variadic", "", JVP, "func VariadicJVP(scale float64, xs []float64, dscale float64, dxs []float64) (y, dy float64)"},
	{"Variadic", "", HVP, "func VariadicHVP(scale float64, xs []float64, vscale float64, vxs []float64) (hscale float64, hxs []float64)"},
	{"Variadic", "xs", Hessian, "func VariadicHessian(scale float64, xs ...float64) (hxs [][]float64)"},
	{"Variadic", "xs", Jacobian, "func VariadicJacobian(scale float64, xs ...float64) (jac [][]float64)"},

	// Shapes.
	{"Mixed", "", VJP, "func MixedVJP(m Model, l Layer, p Point, f float32, dm *Model, dl Layer, dy float64, dy2 Model) (y float64, y2 Model, dp Point, df float32)"},
	{"Mixed", "", JVP, "func MixedJVP(m Model, l Layer, p Point, f float32, dm Model, dl Layer, dp Point, df float32) (y float64, y2 Model, dy float64, dy2 Model)"},
	{"InPlace", "", VJP, "func InPlaceVJP(dst, src []float64, ddst, dsrc []float64)"},
	{"InPlace", "", JVP, "func InPlaceJVP(dst, src []float64, ddst, dsrc []float64)"},
	{"Typed", "", Grad, "func TypedGrad(v Vec, w Weight, h other.Open) (dv Vec, dw Weight, dh other.Open)"},
	{"Typed", "v", HVP, "func TypedHVP(v Vec, w Weight, h other.Open, vv Vec) (hv Vec)"},
	{"Opaque", "", Grad, "func OpaqueGrad(x float64, h other.Hidden, s Shape) (dx float64)"},
	{"Holds", "", Grad, "func HoldsGrad(x float64, list []*other.Hidden, h *Held) (dx float64, dh *Held)"},
	{"Opaque", "h", Grad, "func OpaqueGrad(x float64, h other.Hidden, s Shape) (dh other.Hidden)"},
	{"Mean", "", Grad, "func MeanGrad[T Number](xs []T) (dxs []T)"},
	{"Mean", "", VJP, "func MeanVJP[T Number](xs []T, dxs []T, dy T) (y T)"},

	// Matrices.
	{"Scalar", "", Hessian, "func ScalarHessian(x Weight) (hx Weight)"},
	{"Scalar", "", Jacobian, "func ScalarJacobian(x Weight) (jac [][]Weight)"},
	{"Array", "", Hessian, "func ArrayHessian(x [3]float32) (hx [][]float32)"},
	{"MapVec", "", Jacobian, "func MapVecJacobian(x Vec) (jac [][]float64)"},
	{"Two", "", Jacobian, "func TwoJacobian(x float64) (jac [][]float64)"},
	{"Err", "", Hessian, "func ErrHessian(x float64) (hx float64, err error)"},

	// Errors.
	{"Two", "", Grad, "error: has two results that carry a derivative: grad needs exactly one"},
	{"Results", "", HVP, "error: has three results that carry a derivative: hvp needs exactly one"},
	{"Count", "", ValueGrad, "error: has no result that carries a derivative: valuegrad needs exactly one"},
	{"Count", "", VJP, "error: has no result that carries a derivative, and no memory to write in: its vjp would be zero"},
	{"Count", "", Jacobian, "error: has no result that carries a derivative: jacobian needs one"},
	{"Slice", "", Grad, "error: has a result of type []float64: grad needs a float"},
	{"Nothing", "", Grad, "error: has no parameter that carries a derivative"},
	{"Nothing", "n", Grad, "error: has no derivative with respect to n, which is an integer"},
	{"Nothing", "s", Grad, "error: has no derivative with respect to s, which is an interface"},
	{"Wide", "x", Grad, "error: has no derivative with respect to x, which is of a type parameter that admits types other than floats"},
	{"Dot", "", Hessian, "error: is to be differentiated with respect to two parameters: hessian takes one, name it in wrt="},
	{"Grid", "", Jacobian, "error: cannot have a jacobian with respect to x of type [][]float64: it takes a float or a slice or array of floats"},
	{"Odd", "", Jacobian, "error: has a result of type []float64: jacobian needs one slice or array of floats, or one or more floats"},
}

func TestSignatureOf(t *testing.T) {
	pkg := signaturePackage(t)
	for _, test := range signatureTests {
		fn := lookup(t, pkg, test.fn)
		sig, err := View(nil).SignatureOf(fn.Signature(), test.mode, wrtOf(t, fn, test.wrt))
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = sig.Format(fn.Name()+test.mode.Suffix(), types.RelativeTo(pkg))
			got = strings.ReplaceAll(got, "p/other.", "other.")
		}
		if got != test.want {
			t.Errorf("%s of %s wrt %q:\ngot  %s\nwant %s", test.mode, test.fn, test.wrt, got, test.want)
		}
	}
}

func TestRuleSignature(t *testing.T) {
	pkg := signaturePackage(t)
	for _, test := range []struct{ fn, wrt, want string }{
		{"F", "", "func rule(x, y, dy float64) (dx float64)"},
		{"Dot", "", "func rule(a, b []float64, y, dy float64, da, db []float64)"},
		{"Dot", "b", "func rule(a, b []float64, y, dy float64, db []float64)"},
		{"Model.Loss", "", "func rule(m *Model, x []float64, label int, y, dy float64, dm *Model, dx []float64)"},
		{"Variadic", "", "func rule(scale float64, xs []float64, y, dy float64, dxs []float64) (dscale float64)"},
		{"Err", "", "func rule(x, y float64, err error, dy float64) (dx float64)"},
	} {
		fn := lookup(t, pkg, test.fn)
		got := View(nil).RuleSignature(fn.Signature(), wrtOf(t, fn, test.wrt)).Format("rule", types.RelativeTo(pkg))
		if got != test.want {
			t.Errorf("RuleSignature(%s):\ngot  %s\nwant %s", test.fn, got, test.want)
		}
	}
}

func TestForwardRuleSignature(t *testing.T) {
	pkg := signaturePackage(t)
	for _, test := range []struct{ fn, want string }{
		{"F", "func rule(x float64, dx float64) (y, dy float64)"},
		{"Model.Loss", "func rule(m *Model, x []float64, label int, dm *Model, dx []float64) (y, dy float64)"},
	} {
		fn := lookup(t, pkg, test.fn)
		got := View(nil).ForwardRuleSignature(fn.Signature()).Format("rule", types.RelativeTo(pkg))
		if got != test.want {
			t.Errorf("ForwardRuleSignature(%s):\ngot  %s\nwant %s", test.fn, got, test.want)
		}
	}
}

// TestSignatureIndices checks what Format does not show.
func TestSignatureIndices(t *testing.T) {
	pkg := signaturePackage(t)
	fn := lookup(t, pkg, "Model.Value")
	sig, err := View(nil).SignatureOf(fn.Signature(), VJP, []int{1, 0})
	if err != nil {
		t.Fatal(err)
	}
	type at struct {
		role  Role
		index int
	}
	var got []at
	for _, p := range append(append([]Param{*sig.Recv}, sig.Params...), sig.Results...) {
		got = append(got, at{p.Role, p.Index})
	}
	want := []at{
		{RolePrimal, 0}, {RolePrimal, 1}, {RoleShadow, 0}, {RoleSeed, 0},
		{RoleResult, 0}, {RoleShadow, 1}, {RoleErr, 1},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("parameter %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

func TestParseMode(t *testing.T) {
	for _, m := range Modes {
		if got, ok := ParseMode(m.String()); !ok || got != m {
			t.Errorf("ParseMode(%q) = %v, %v", m, got, ok)
		}
	}
	if _, ok := ParseMode("derivative"); ok {
		t.Error(`ParseMode("derivative") found a mode`)
	}
}

func signaturePackage(t *testing.T) *types.Package {
	c := newChecked()
	c.add(t, "p/other", otherSrc)
	// Functions without body type-check where the error of having none is let pass.
	return c.add(t, "p", signatureSrc)
}

func lookup(t *testing.T, pkg *types.Package, name string) *types.Func {
	t.Helper()
	if typ, method, ok := strings.Cut(name, "."); ok {
		obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(pkg.Scope().Lookup(typ).Type()), true, pkg, method)
		return obj.(*types.Func)
	}
	return pkg.Scope().Lookup(name).(*types.Func)
}

func wrtOf(t *testing.T, fn *types.Func, names string) []int {
	t.Helper()
	if names == "" {
		return View(nil).DefaultWrt(fn.Signature(), fn.Pkg())
	}
	var wrt []int
	for _, name := range strings.Fields(names) {
		for i, p := range ParamsOf(fn.Signature()) {
			if p.Name() == name {
				wrt = append(wrt, i)
			}
		}
	}
	return wrt
}
