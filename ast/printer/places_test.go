package printer

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
)

// TestPlaces prints statements that carry a name as the source, and looks where they are said to stand: formatting drops empty lines and
// parentheses, and a struct type takes several lines.
func TestPlaces(t *testing.T) {
	named := func(name string) ast.Meta { return ast.Meta{Src: name} }
	x, y := ast.NewVar("x", float), ast.NewVar("y", float)
	set := func(name string, v *ast.Var) *ast.Assign {
		return &ast.Assign{Meta: named(name), Lhs: []ast.Expr{ref(v)}, Op: token.ASSIGN, Rhs: []ast.Expr{lit("1", float)}}
	}
	positive := &ast.Binary{Op: token.GTR, X: ref(x), Y: lit("0", float), T: types.Typ[types.Bool]}
	field := func(name string, t types.Type) *types.Var {
		return types.NewField(token.NoPos, testPackage, name, t, false)
	}
	point := types.NewStruct([]*types.Var{field("X", float), field("N", types.Typ[types.Int])}, []string{"", `json:"n"`})
	p := ast.NewVar("p", point)
	label := &ast.Label{Name: "loop"}
	first := set("first", x)
	first.Comment = "\nOver it\nand another"
	init := &ast.Assign{Meta: named("init"), Lhs: []ast.Expr{ref(y)}, Op: token.DEFINE, Rhs: []ast.Expr{ref(x)}}
	body := block(
		first,
		&ast.Decl{Meta: named("struct"), Vars: []*ast.Var{p}, Typed: true},
		&ast.For{Meta: named("for"), Label: label, Cond: &ast.Binary{Op: token.EQL, X: ref(p), Y: &ast.Composite{T: point}, T: types.Typ[types.Bool]}, Body: block(
			&ast.If{
				Meta: named("if"), Cond: positive, Then: block(&ast.Branch{Meta: named("break"), Tok: token.BREAK, Target: label}),
				Else: block(&ast.If{Meta: named("else"), Cond: positive, Then: block(set("then", x)), Else: block(set("last", x))}),
			},
		)},
		block(init, &ast.If{Meta: named("folded"), Cond: positive, Then: block(set("inner", x))}),
		&ast.Return{Meta: named("return"), Results: []ast.Expr{ref(x)}},
	)
	text, err := Func(testPackage, &ast.Func{Name: "f", Params: []*ast.Var{x}, Results: []*ast.Var{{Type: float}}, Body: body}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text.Source, "\n")
	var got strings.Builder
	for _, p := range text.Places {
		fmt.Fprintf(&got, "%s: %s", p.Stmt.Info().Src, strings.TrimSpace(lines[p.Line-1]))
		if p.End > p.Line {
			fmt.Fprintf(&got, " … %s", strings.TrimSpace(lines[p.End-1]))
		}
		got.WriteByte('\n')
	}
	const want = `first: x = 1
struct: var p struct { … }
for: for p == struct { … }{} {
if: if x > 0 {
break: break loop
else: } else if x > 0 {
then: x = 1
last: x = 1
folded: if y := x; x > 0 {
inner: x = 1
return: return x
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s\nof\n%s", &got, want, text.Source)
	}
}
