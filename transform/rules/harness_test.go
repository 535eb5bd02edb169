package rules

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A rule is a function of this package with a derivative directive.
type rule struct {
	name string        // in Go
	of   string        // the function that it differentiates: "math.Pow", "max"
	wrt  []int         // indices of the parameters whose adjoints it returns
	full bool          // it has no wrt option: it covers every float parameter
	decl *ast.FuncDecl // its source
	fn   reflect.Value // its code
}

// A target is a function that has rules.
type target struct {
	name   string
	fn     reflect.Value
	floats []int // indices of the float parameters
}

// source is the parsed and type-checked rule files.
type source struct {
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
	math  *types.Package
	rules []*rule // in the order of the files
}

// load parses and type-checks the embedded rule files, as the compiler does.
var load = sync.OnceValues(func() (*source, error) {
	src := &source{
		fset: token.NewFileSet(),
		info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}},
	}
	names, err := fs.Glob(Files(), "*.go")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(Files(), name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(src.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.files = append(src.files, f)
	}
	std := importer.ForCompiler(src.fset, "source", nil)
	if src.math, err = std.Import("math"); err != nil {
		return nil, err
	}
	conf := types.Config{Importer: std}
	if _, err := conf.Check("rules", src.fset, src.files, src.info); err != nil {
		return nil, err
	}
	for _, f := range src.files {
		for _, d := range f.Decls {
			r, err := newRule(d)
			if err != nil {
				return nil, err
			}
			if r != nil {
				src.rules = append(src.rules, r)
			}
		}
	}
	return src, nil
})

// newRule returns the rule that d declares, or nil where it declares none.
func newRule(d ast.Decl) (*rule, error) {
	fd, ok := d.(*ast.FuncDecl)
	if !ok || fd.Doc == nil {
		return nil, nil
	}
	for _, c := range fd.Doc.List {
		text, ok := strings.CutPrefix(c.Text, "//godiff:derivative ")
		if !ok {
			continue
		}
		r := &rule{name: fd.Name.Name, decl: fd, full: true}
		var wrt []string
		for _, option := range strings.Fields(text) {
			key, value, _ := strings.Cut(option, "=")
			switch key {
			case "of":
				r.of = value
			case "wrt":
				wrt, r.full = strings.Split(value, ","), false
			default:
				return nil, fmt.Errorf("%s: unknown option %s", r.name, option)
			}
		}
		t, ok := targetOf(r.of)
		if !ok {
			return nil, fmt.Errorf("%s: %s is missing from the table of functions", r.name, r.of)
		}
		f, ok := functions[r.name]
		if !ok {
			return nil, fmt.Errorf("%s is missing from the table of rules", r.name)
		}
		r.fn = reflect.ValueOf(f)
		if r.full {
			r.wrt = t.floats
			return r, nil
		}
		params := fieldNames(fd.Type.Params)
		for _, name := range wrt {
			i := slices.Index(params, name)
			if i < 0 {
				return nil, fmt.Errorf("%s: no parameter %s", r.name, name)
			}
			r.wrt = append(r.wrt, i)
		}
		return r, nil
	}
	return nil, nil
}

// fieldNames returns the names of parameters or results, one for each.
func fieldNames(fields *ast.FieldList) (names []string) {
	if fields == nil {
		return nil
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// mustLoad returns the rule files or fails t.
func mustLoad(t *testing.T) *source {
	t.Helper()
	src, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// ruleFor returns the smallest rule of function of that covers the parameters wrt.
func (s *source) ruleFor(of string, wrt []int) *rule {
	var best *rule
	for _, r := range s.rules {
		if r.of != of || slices.ContainsFunc(wrt, func(i int) bool { return !slices.Contains(r.wrt, i) }) {
			continue
		}
		if best == nil || len(r.wrt) < len(best.wrt) {
			best = r
		}
	}
	if best == nil {
		panic(fmt.Sprintf("no rule for %s with respect to parameters %v", of, wrt))
	}
	return best
}

func targetOf(name string) (target, bool) {
	f, ok := targets[name]
	if !ok {
		return target{}, false
	}
	t := target{name: name, fn: reflect.ValueOf(f)}
	for i := range t.fn.Type().NumIn() {
		if isFloat(t.fn.Type().In(i)) {
			t.floats = append(t.floats, i)
		}
	}
	return t, true
}

func isFloat(t reflect.Type) bool { return t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32 }

// call calls f with args converted to the types of its parameters, and returns the results as float64s.
func call(f reflect.Value, args ...float64) []float64 {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a).Convert(f.Type().In(i))
	}
	var out []float64
	for _, v := range f.Call(in) {
		out = append(out, v.Convert(reflect.TypeFor[float64]()).Float())
	}
	return out
}

// seeds returns how many results of t carry an adjoint.
func (t target) seeds() (n int) {
	for i := range t.fn.Type().NumOut() {
		if isFloat(t.fn.Type().Out(i)) {
			n++
		}
	}
	return n
}

// apply returns the adjoints that r gives at args for the adjoints seeds of the results.
func (r *rule) apply(args, seeds []float64) []float64 {
	t, _ := targetOf(r.of)
	return call(r.fn, slices.Concat(args, call(t.fn, args...), seeds)...)
}

// unit returns n zeros but for a one at i.
func unit(n, i int) []float64 {
	e := make([]float64, n)
	e[i] = 1
	return e
}

// shifted returns a copy of x with h added to element i.
func shifted(x []float64, i int, h float64) []float64 {
	x = slices.Clone(x)
	x[i] += h
	return x
}

// same reports whether a and b are the same float64, any NaN being the same.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func finite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }

// functions is the code of the rules, by name.
var functions = map[string]any{
	"Abs": Abs, "Acos": Acos, "Acosh": Acosh, "Asin": Asin, "Asinh": Asinh, "Atan": Atan, "Atan2": Atan2, "Atan2X": Atan2X,
	"Atan2Y": Atan2Y, "Atanh": Atanh, "BuiltinMax": BuiltinMax, "BuiltinMaxX": BuiltinMaxX, "BuiltinMaxY": BuiltinMaxY,
	"BuiltinMin": BuiltinMin, "BuiltinMinX": BuiltinMinX, "BuiltinMinY": BuiltinMinY, "Cbrt": Cbrt, "Ceil": Ceil,
	"Copysign": Copysign, "CopysignF": CopysignF, "CopysignSign": CopysignSign, "Cos": Cos, "Cosh": Cosh, "Dim": Dim,
	"DimX": DimX, "DimY": DimY, "Erf": Erf, "Erfc": Erfc, "Erfcinv": Erfcinv, "Erfinv": Erfinv, "Exp": Exp, "Exp2": Exp2,
	"Expm1": Expm1, "FMA": FMA, "FMAX": FMAX, "FMAXY": FMAXY, "FMAXZ": FMAXZ, "FMAY": FMAY, "FMAYZ": FMAYZ, "FMAZ": FMAZ,
	"Floor": Floor, "Frexp": Frexp, "Gamma": Gamma, "Hypot": Hypot, "HypotP": HypotP, "HypotQ": HypotQ, "J0": J0, "J1": J1,
	"Jn": Jn, "Ldexp": Ldexp, "Lgamma": Lgamma, "Log": Log, "Log10": Log10, "Log1p": Log1p, "Log2": Log2, "Logb": Logb,
	"Max": Max, "MaxX": MaxX, "MaxY": MaxY, "Min": Min, "MinX": MinX, "MinY": MinY, "Mod": Mod, "ModX": ModX, "ModY": ModY,
	"Modf": Modf, "Nextafter": Nextafter, "Nextafter32": Nextafter32, "Nextafter32X": Nextafter32X,
	"Nextafter32Y": Nextafter32Y, "NextafterX": NextafterX, "NextafterY": NextafterY, "Pow": Pow, "PowX": PowX,
	"PowY": PowY, "Remainder": Remainder, "RemainderX": RemainderX, "RemainderY": RemainderY, "Round": Round,
	"RoundToEven": RoundToEven, "Sin": Sin, "Sincos": Sincos, "Sinh": Sinh, "Sqrt": Sqrt, "Tan": Tan, "Tanh": Tanh,
	"Trunc": Trunc, "Y0": Y0, "Y1": Y1, "Yn": Yn,
}

// targets is the functions that have rules, by name.
var targets = map[string]any{
	"max": func(x, y float64) float64 { return max(x, y) }, "min": func(x, y float64) float64 { return min(x, y) },
	"math.Abs": math.Abs, "math.Acos": math.Acos, "math.Acosh": math.Acosh, "math.Asin": math.Asin, "math.Asinh": math.Asinh,
	"math.Atan": math.Atan, "math.Atan2": math.Atan2, "math.Atanh": math.Atanh, "math.Cbrt": math.Cbrt, "math.Ceil": math.Ceil,
	"math.Copysign": math.Copysign, "math.Cos": math.Cos, "math.Cosh": math.Cosh, "math.Dim": math.Dim, "math.Erf": math.Erf,
	"math.Erfc": math.Erfc, "math.Erfcinv": math.Erfcinv, "math.Erfinv": math.Erfinv, "math.Exp": math.Exp,
	"math.Exp2": math.Exp2, "math.Expm1": math.Expm1, "math.FMA": math.FMA, "math.Floor": math.Floor, "math.Frexp": math.Frexp,
	"math.Gamma": math.Gamma, "math.Hypot": math.Hypot, "math.J0": math.J0, "math.J1": math.J1, "math.Jn": math.Jn,
	"math.Ldexp": math.Ldexp, "math.Lgamma": math.Lgamma, "math.Log": math.Log, "math.Log10": math.Log10,
	"math.Log1p": math.Log1p, "math.Log2": math.Log2, "math.Logb": math.Logb, "math.Max": math.Max, "math.Min": math.Min,
	"math.Mod": math.Mod, "math.Modf": math.Modf, "math.Nextafter": math.Nextafter, "math.Nextafter32": math.Nextafter32,
	"math.Pow": math.Pow, "math.Remainder": math.Remainder, "math.Round": math.Round, "math.RoundToEven": math.RoundToEven,
	"math.Sin": math.Sin, "math.Sincos": math.Sincos, "math.Sinh": math.Sinh, "math.Sqrt": math.Sqrt, "math.Tan": math.Tan,
	"math.Tanh": math.Tanh, "math.Trunc": math.Trunc, "math.Y0": math.Y0, "math.Y1": math.Y1, "math.Yn": math.Yn,
}
