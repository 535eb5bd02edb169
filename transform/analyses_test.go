package transform

import (
	"go/token"
	"go/types"
	"testing"

	"github.com/godiff/godiff/ast"
)

// TestWeight weighs expressions: a division is four operations.
func TestWeight(t *testing.T) {
	x, n := &ast.Ref{Var: ast.NewVar("x", float64Type)}, &ast.Ref{Var: ast.NewVar("n", intType)}
	list := &ast.Ref{Var: ast.NewVar("list", types.NewSlice(float64Type))}
	elem := &ast.Index{X: list, I: n, T: float64Type}
	op := func(op token.Token, x, y ast.Expr) ast.Expr { return &ast.Binary{Op: op, X: x, Y: y, T: x.Type()} }
	for _, c := range []struct {
		e    ast.Expr
		want int
	}{
		{x, 0},
		{op(token.MUL, x, x), 1},
		{op(token.QUO, x, x), 4},
		{op(token.QUO, n, n), 1},
		{op(token.ADD, op(token.QUO, x, x), op(token.MUL, x, x)), 6},
		{op(token.QUO, op(token.QUO, x, x), elem), 9},
		{elem, 1},
	} {
		if got := weight(c.e); got != c.want {
			t.Errorf("weight of %s is %d, want %d", dump(c.e), got, c.want)
		}
	}
}

// TestSharedSlices finds the slices that are more than a place to index, to range over and to measure.
func TestSharedSlices(t *testing.T) {
	p := lowered(t, `
func f(a, b, c, d, e []float64, m [][]float64, i int) float64 {
	s := a[i]
	for _, v := range b { s += v }
	for j := range len(c) { s += c[j] }
	y := d[1:]
	z := e
	s += y[0] + z[0] + m[i][0]
	return s
}
`)
	f := p.funcs["f"]
	shared := sharedSlices(f.Body)
	for _, v := range f.Params {
		if _, ok := v.Type.(*types.Slice); !ok {
			continue
		}
		if want := v.Name == "d" || v.Name == "e"; shared[v] != want {
			t.Errorf("%s is shared: %v", v.Name, shared[v])
		}
	}
}

// TestOnlyNumbers looks at what functions return.
func TestOnlyNumbers(t *testing.T) {
	tuple := func(ts ...types.Type) types.Type {
		var vars []*types.Var
		for _, t := range ts {
			vars = append(vars, types.NewParam(token.NoPos, nil, "", t))
		}
		return types.NewTuple(vars...)
	}
	list := types.NewSlice(float64Type)
	saved := types.NewNamed(types.NewTypeName(token.NoPos, nil, "saved", nil), types.NewStruct(nil, nil), nil)
	for _, c := range []struct {
		of   types.Type
		want bool
	}{
		{tuple(), true}, {float64Type, true}, {list, false}, {tuple(float64Type, list), false}, {tuple(float64Type, float64Type), true},
		{saved, false}, {tuple(float64Type, saved), false},
	} {
		if got := onlyNumbers(c.of); got != c.want {
			t.Errorf("onlyNumbers of %v is %v", c.of, got)
		}
	}
}

// TestComputes tells loops that only read places into new variables from others.
func TestComputes(t *testing.T) {
	p := lowered(t, `
func read(x []float64) { for i := range x { a := x[i]; _ = a } }
func sum(x []float64) { for i := range x { a := x[i] + 1; _ = a } }
func again(x []float64) { a := 0.0; for i := range x { a = x[i] }; _ = a }
func other(x []float64) { a := 0.0; for i := range x { b := x[i] + 1; _ = b }; _ = a }
`)
	for fn, want := range map[string]bool{"read": false, "sum": true, "again": true, "other": false} {
		f := p.funcs[fn]
		var loop ast.Stmt
		vars := map[*ast.Var]bool{}
		ast.Inspect(f.Body, func(s ast.Stmt) bool {
			if r, ok := s.(*ast.Range); ok {
				loop = r
			}
			for _, v := range ast.Defined(s) {
				if v.Name == "a" {
					vars[v] = true
				}
			}
			return true
		})
		if got := computes(loop, vars); got != want {
			t.Errorf("%s computes: %v", fn, got)
		}
	}
}

// TestReplace puts in what is known, and takes two signs away.
func TestReplace(t *testing.T) {
	x, y := ast.NewVar("x", float64Type), ast.NewVar("y", float64Type)
	c := &constProp{tracked: map[*ast.Var]bool{y: true}, known: map[*ast.Var]ast.Expr{y: number(2, float64Type)}}
	minus := func(e ast.Expr) ast.Expr { return &ast.Unary{Op: token.SUB, X: e} }
	for _, test := range []struct{ e, want ast.Expr }{
		{&ast.Ref{Var: x}, &ast.Ref{Var: x}},
		{&ast.Ref{Var: y}, number(2, float64Type)},
		{minus(minus(&ast.Ref{Var: x})), &ast.Ref{Var: x}},
		{minus(&ast.Ref{Var: y}), neg(number(2, float64Type))},
	} {
		if got := c.replace(test.e); dump(got) != dump(test.want) {
			t.Errorf("%s becomes %s, want %s", dump(test.e), dump(got), dump(test.want))
		}
	}
}
