package transform

import (
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
)

// TestEliminate applies the elimination of common calls to small blocks.
func TestEliminate(t *testing.T) {
	float := types.Typ[types.Float64]
	pkg := types.NewPackage("math", "math")
	fn := func(name string) *types.Func {
		v := types.NewTuple(types.NewParam(token.NoPos, pkg, "", float))
		return types.NewFunc(token.NoPos, pkg, name, types.NewSignatureType(nil, nil, nil, v, v, false))
	}
	sin, exp := fn("Sin"), fn("Exp")
	call := func(f *types.Func, x ast.Expr) ast.Expr {
		return &ast.Call{Fun: ast.Callee{Fn: f}, Args: []ast.Expr{x}, T: float}
	}
	mul := func(x, y ast.Expr) ast.Expr { return &ast.Binary{Op: token.MUL, X: x, Y: y, T: float} }
	x, y, z := ast.NewVar("x", float), ast.NewVar("y", float), ast.NewVar("z", float)
	at := func(v *ast.Var) ast.Expr { return &ast.Ref{Var: v} }
	assign := func(v *ast.Var, e ast.Expr) ast.Stmt { return set(at(v), token.ASSIGN, e) }
	for _, test := range []struct {
		name string
		list []ast.Stmt
		want string
	}{
		{"once", []ast.Stmt{assign(y, call(sin, at(x)))}, "y = math.Sin(x)"},
		{"twice in one", []ast.Stmt{assign(y, mul(call(sin, at(x)), call(sin, at(x))))}, "sin := math.Sin(x); y = (* sin sin)"},
		{"in two", []ast.Stmt{assign(y, call(sin, at(x))), assign(z, call(sin, at(x)))}, "sin := math.Sin(x); y = sin; z = sin"},
		{"overwritten", []ast.Stmt{assign(y, call(sin, at(x))), assign(x, at(z)), assign(z, call(sin, at(x)))}, "y = math.Sin(x); x = z; z = math.Sin(x)"},
		{"overwritten by itself", []ast.Stmt{assign(x, call(sin, at(x))), assign(z, call(sin, at(x)))}, "x = math.Sin(x); z = math.Sin(x)"},
		{"nested", []ast.Stmt{assign(y, call(exp, call(sin, at(x)))), assign(z, mul(call(sin, at(x)), call(exp, call(sin, at(x)))))},
			"sin := math.Sin(x); exp := math.Exp(sin); y = exp; z = (* sin exp)"},
		{"nested, and overwritten", []ast.Stmt{
			assign(y, mul(call(sin, at(x)), call(exp, call(sin, at(x))))), assign(x, call(exp, call(sin, at(x)))),
			assign(z, mul(call(sin, at(x)), call(exp, call(sin, at(x))))),
		},
			"sin := math.Sin(x); exp := math.Exp(sin); y = (* sin exp); x = exp; sin#2 := math.Sin(x); z = (* sin#2 math.Exp(sin#2))"},
		{"named already", []ast.Stmt{define(y, call(sin, at(x))), assign(z, call(sin, at(x)))}, "y := math.Sin(x); z = y"},
		{"named, and changed", []ast.Stmt{define(y, call(sin, at(x))), assign(y, at(x)), assign(z, call(sin, at(x)))}, "sin := math.Sin(x); y := sin; y = x; z = sin"},
		{"in branches", []ast.Stmt{&ast.If{Cond: trueLit(true), Then: &ast.Block{Stmts: []ast.Stmt{assign(y, call(sin, at(x)))}}}, assign(z, call(sin, at(x)))},
			"if true; y = math.Sin(x); z = math.Sin(x)"},
		{"before a loop that overwrites", []ast.Stmt{assign(y, call(sin, at(x))), &ast.For{Body: &ast.Block{Stmts: []ast.Stmt{assign(z, call(sin, at(x))), assign(x, at(z))}}}},
			"y = math.Sin(x); for _; do; z = math.Sin(x); x = z"},
	} {
		b := eliminate(&ast.Block{Stmts: test.list}, func(ast.Expr) memoryKind { return memoryKind{true, false} })
		text := ast.Dump(&ast.Func{Name: "f", Body: b})
		var lines []string
		for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
			lines = append(lines, strings.TrimSpace(line))
		}
		if got := strings.Join(lines, "; "); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
