package rules

import (
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// noRule says of each function of math with a float parameter why it needs no rule.
var noRule = map[string]string{
	"Float32bits": "returns bits: a derivative through them is refused",
	"Float64bits": "returns bits: a derivative through them is refused",
	"Ilogb":       "returns an integer",
	"IsInf":       "returns a boolean",
	"IsNaN":       "returns a boolean",
	"Signbit":     "returns a boolean",
}

// TestComplete goes through package math: each function of floats has a rule or a reason.
func TestComplete(t *testing.T) {
	src := mustLoad(t)
	covered := map[string]bool{}
	for _, r := range src.rules {
		if r.full {
			if covered[r.of] {
				t.Errorf("%s: a second rule for %s", r.name, r.of)
			}
			covered[r.of] = true
		}
	}
	if !covered["max"] || !covered["min"] {
		t.Error("the builtins max and min have no rule")
	}
	scope, seen := src.math.Scope(), 0
	for _, name := range scope.Names() {
		fn, ok := scope.Lookup(name).(*types.Func)
		if !ok || !fn.Exported() || !slices.ContainsFunc(vars(fn.Signature().Params()), floatVar) {
			continue
		}
		seen++
		reason, excepted := noRule[name]
		switch {
		case covered["math."+name] && excepted:
			t.Errorf("math.%s has a rule and a reason to have none: %s", name, reason)
		case !covered["math."+name] && !excepted:
			t.Errorf("math.%s has no rule", name)
		case excepted && slices.ContainsFunc(vars(fn.Signature().Results()), floatVar):
			t.Errorf("math.%s returns a float and must have a rule", name)
		}
		delete(covered, "math."+name)
	}
	if seen < 60 {
		t.Errorf("found only %d functions of floats in math", seen)
	}
	delete(covered, "max")
	delete(covered, "min")
	for of := range covered {
		t.Errorf("a rule for %s, which is no function of floats", of)
	}
	for name := range noRule {
		if scope.Lookup(name) == nil {
			t.Errorf("math.%s is no more", name)
		}
	}
}

func vars(tuple *types.Tuple) []*types.Var { return slices.Collect(tuple.Variables()) }

func floatVar(v *types.Var) bool {
	b, ok := v.Type().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}

// TestTables checks that the tables of this test name each rule and function once, and nothing else.
func TestTables(t *testing.T) {
	src := mustLoad(t)
	rules, ofs := map[string]bool{}, map[string]bool{}
	for _, r := range src.rules {
		rules[r.name], ofs[r.of] = true, true
	}
	for name := range functions {
		if !rules[name] {
			t.Errorf("%s has no directive", name)
		}
	}
	for name := range targets {
		if !ofs[name] {
			t.Errorf("%s has no rule", name)
		}
	}
}

// TestFiles checks that the embedded files are those that have rules, and import nothing but math.
func TestFiles(t *testing.T) {
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fs.Stat(Files(), name)
		hasRules := !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "\n//godiff:derivative ")
		if embedded := err == nil; embedded != hasRules {
			t.Errorf("%s: embedded is %v, has rules is %v", name, embedded, hasRules)
		}
	}
	for _, f := range mustLoad(t).files {
		for _, spec := range f.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); path != "math" || spec.Name != nil {
				t.Errorf("%s imports %s", f.Name, spec.Path.Value)
			}
		}
	}
}

// TestForm checks that each rule can be inlined, and that all else is a helper that some rule calls.
func TestForm(t *testing.T) {
	src := mustLoad(t)
	isRule := map[string]bool{}
	for _, r := range src.rules {
		isRule[r.name] = true
		if !ast.IsExported(r.name) {
			t.Errorf("%s is not exported", r.name)
		}
		if err := checkBody(r.decl.Body); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
	}
	called := map[string]bool{}
	for _, r := range src.rules {
		ast.Inspect(r.decl.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); ok {
				if isRule[id.Name] {
					t.Errorf("%s calls the rule %s", r.name, id.Name)
				}
				called[id.Name] = true
			}
			return true
		})
	}
	for _, f := range src.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if !isRule[d.Name.Name] && (ast.IsExported(d.Name.Name) || !called[d.Name.Name]) {
					t.Errorf("%s is neither a rule nor a helper of one", d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok.String() != "import" {
					t.Errorf("%s: a declaration that is no function", src.fset.Position(d.Pos()))
				}
			}
		}
	}
}

// checkBody reports what in body is not of the form { if cond { return … } }* return ….
func checkBody(body *ast.BlockStmt) error {
	for i, stmt := range body.List {
		last := i == len(body.List)-1
		switch stmt := stmt.(type) {
		case *ast.ReturnStmt:
			if !last || len(stmt.Results) == 0 {
				return fmt.Errorf("statement %d: a return that is not the last or returns nothing", i)
			}
		case *ast.IfStmt:
			if last || stmt.Init != nil || stmt.Else != nil || len(stmt.Body.List) != 1 {
				return fmt.Errorf("statement %d: an if of another form", i)
			}
			if ret, ok := stmt.Body.List[0].(*ast.ReturnStmt); !ok || len(ret.Results) == 0 {
				return fmt.Errorf("statement %d: an if that does not return a value", i)
			}
		default:
			return fmt.Errorf("statement %d: %T", i, stmt)
		}
	}
	if len(body.List) == 0 {
		return fmt.Errorf("no statements")
	}
	var err error
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			err = fmt.Errorf("a function literal at %d", lit.Pos())
		}
		return true
	})
	return err
}

// TestSignature compares each rule with the function that it differentiates.
func TestSignature(t *testing.T) {
	src := mustLoad(t)
	for _, r := range src.rules {
		params, results := signatureOf(src, r.of)
		var wantIn, wantOut []string
		for _, v := range params {
			wantIn = append(wantIn, v.Name()+" "+v.Type().String())
		}
		in := fields(r.decl.Type.Params)
		var seeds []string
		for i, v := range results {
			name := v.Name()
			if name == "" && len(params)+i < len(in) { // unnamed: whatever the rule calls it
				name, _, _ = strings.Cut(in[len(params)+i], " ")
			}
			wantIn = append(wantIn, name+" "+v.Type().String())
			if floatVar(v) {
				seeds = append(seeds, "d"+name+" "+v.Type().String())
			}
		}
		wantIn = append(wantIn, seeds...)
		for _, i := range r.wrt {
			wantOut = append(wantOut, "d"+params[i].Name()+" "+params[i].Type().String())
		}
		if !slices.Equal(in, wantIn) {
			t.Errorf("%s takes %q\nwant %q", r.name, in, wantIn)
		}
		if out := fields(r.decl.Type.Results); !slices.Equal(out, wantOut) {
			t.Errorf("%s returns %q\nwant %q", r.name, out, wantOut)
		}
	}
}

// signatureOf returns the parameters and results of a function of math or of a builtin for two float64s.
func signatureOf(src *source, of string) (params, results []*types.Var) {
	if name, ok := strings.CutPrefix(of, "math."); ok {
		sig := src.math.Scope().Lookup(name).(*types.Func).Signature()
		return vars(sig.Params()), vars(sig.Results())
	}
	f64 := types.Typ[types.Float64]
	x, y, z := types.NewParam(0, nil, "x", f64), types.NewParam(0, nil, "y", f64), types.NewParam(0, nil, "", f64)
	return []*types.Var{x, y}, []*types.Var{z}
}

// fields returns "name type" of each parameter or result.
func fields(list *ast.FieldList) (out []string) {
	for _, f := range list.List {
		for _, name := range f.Names {
			out = append(out, name.Name+" "+types.ExprString(f.Type))
		}
	}
	return out
}

// TestSubsets checks that a function of several floats has one rule for every subset of them, and that these agree with
// the full rule to the bit, at ordinary points and at the edges of float64.
func TestSubsets(t *testing.T) {
	src := mustLoad(t)
	for of := range targets {
		tgt, _ := targetOf(of)
		byMask := map[int]*rule{}
		for _, r := range src.rules {
			if r.of != of {
				continue
			}
			mask := 0
			for _, i := range r.wrt {
				mask |= 1 << slices.Index(tgt.floats, i)
			}
			if byMask[mask] != nil || !slices.IsSorted(r.wrt) {
				t.Errorf("%s: covers what %s does, or not in order", r.name, byMask[mask].name)
			}
			byMask[mask] = r
		}
		all := 1<<len(tgt.floats) - 1
		for mask := 1; mask < all; mask++ {
			if byMask[mask] == nil {
				t.Errorf("%s: no rule for parameters %b", of, mask)
				continue
			}
			compareRules(t, byMask[all], byMask[mask])
		}
	}
}

// compareRules checks that part returns what full does for the parameters that it covers.
func compareRules(t *testing.T, full, part *rule) {
	t.Helper()
	tgt, _ := targetOf(full.of)
	for _, p := range slices.Concat(edgePoints(tgt), samples[full.of]) {
		for _, seed := range []float64{1, 0, math.Copysign(0, -1), -2.5, 1e300, math.Inf(1), math.NaN()} {
			want, got := full.apply(p, []float64{seed}), part.apply(p, []float64{seed})
			for k, i := range part.wrt {
				if w := want[slices.Index(full.wrt, i)]; !same(got[k], w) {
					t.Errorf("%s%v with adjoint %v: %v, but %s gives %v", part.name, p, seed, got[k], full.name, w)
					return
				}
			}
		}
	}
}

// edges are values at which formulas go wrong.
var edges = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2, -2, 3, -3, 0.1, 7.5, -7.5, 1 - 0x1p-53, 1 + 0x1p-52,
	5e-324, -5e-324, 1e-310, -1e-310, 0x1p-1022, 1e-200, 1e200, -1e200, 0x1p53, -0x1p53, math.MaxFloat64, -math.MaxFloat64,
	math.Inf(1), math.Inf(-1), math.NaN(),
}

// edgePoints returns every combination of the edges for the float parameters of tgt, and of a few integers for the rest.
func edgePoints(tgt target) [][]float64 {
	axis := edges
	if len(tgt.floats) > 2 { // FMA: fewer, or there are too many
		axis = []float64{0, math.Copysign(0, -1), 1, -0.5, 1e-310, 1e200, -math.MaxFloat64, math.Inf(1), math.NaN()}
	}
	var axes [][]float64
	for i := range tgt.fn.Type().NumIn() {
		if slices.Contains(tgt.floats, i) {
			axes = append(axes, axis)
		} else {
			axes = append(axes, []float64{-2, -1, 0, 1, 2, 5})
		}
	}
	return cross(axes...)
}

// cross returns every point whose coordinates are taken from axes.
func cross(axes ...[]float64) [][]float64 {
	points := [][]float64{nil}
	for _, axis := range axes {
		var next [][]float64
		for _, p := range points {
			for _, x := range axis {
				next = append(next, append(slices.Clone(p), x))
			}
		}
		points = next
	}
	return points
}
