package printer

import (
	"fmt"
	goast "go/ast"
	"go/constant"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast"
)

var (
	float   = types.Typ[types.Float64]
	integer = types.Typ[types.Int]
	boolean = types.Typ[types.Bool]
	vector  = types.NewSlice(float)

	testPackage = newPackage()
)

func ref(v *ast.Var) ast.Expr { return &ast.Ref{Var: v} }

func lit(text string, t types.Type) ast.Expr {
	return &ast.Lit{Text: text, Val: constant.MakeFromLiteral(text, token.FLOAT, 0), T: t}
}

func block(stmts ...ast.Stmt) *ast.Block { return &ast.Block{Stmts: stmts} }

func assign(op token.Token, lhs, rhs ast.Expr) ast.Stmt {
	return &ast.Assign{Lhs: []ast.Expr{lhs}, Op: op, Rhs: []ast.Expr{rhs}}
}

// function returns a function F of some parameters.
func function(params []*ast.Var, stmts ...ast.Stmt) *ast.Func {
	return &ast.Func{Name: "F", Params: params, Body: block(stmts...)}
}

// user marks variables as the user's.
func user(vars ...*ast.Var) {
	for _, v := range vars {
		v.Obj = types.NewVar(0, nil, v.Name, v.Type)
	}
}

func newPackage(objects ...types.Object) *types.Package {
	pkg := types.NewPackage("example.com/p", "p")
	for _, o := range objects {
		pkg.Scope().Insert(o)
	}
	return pkg
}

// body returns what a function is printed as, without its first and last line.
func body(t *testing.T, f *ast.Func) string {
	t.Helper()
	text, err := Func(testPackage, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.Source), "\n")
	return strings.Join(lines[1:len(lines)-1], "\n")
}

// operators are the binary operators of Go.
var operators = []token.Token{
	token.LOR, token.LAND, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.ADD, token.SUB, token.OR, token.XOR,
	token.MUL, token.QUO, token.REM, token.SHL, token.SHR, token.AND, token.AND_NOT,
}

// A tree makes random expressions.
type tree struct {
	*rand.Rand
	vars []*ast.Var
}

func (g *tree) grow(depth int) ast.Expr {
	if depth == 0 {
		return []ast.Expr{
			ref(g.vars[g.IntN(len(g.vars))]), lit("2.5", float), &ast.Lit{Text: "-1", Val: constant.MakeInt64(-1), T: float},
			&ast.Lit{Text: "1/3.0", Val: constant.MakeFloat64(1.0 / 3), T: float},
		}[g.IntN(4)]
	}
	sub := func() ast.Expr { return g.grow(g.IntN(depth)) }
	switch g.IntN(9) {
	case 0:
		op := []token.Token{token.SUB, token.ADD, token.NOT, token.XOR}[g.IntN(4)]
		return &ast.Unary{Op: op, X: sub()}
	case 1:
		return &ast.Deref{X: sub()}
	case 2:
		return &ast.Addr{X: &ast.Index{X: sub(), I: sub(), T: float}, T: float}
	case 3:
		return &ast.Index{X: sub(), I: sub(), T: float}
	case 4:
		return &ast.Slice{X: sub(), Lo: sub(), Hi: sub(), T: vector}
	case 5:
		return &ast.Convert{X: sub(), T: types.NewPointer(float)}
	case 6:
		return &ast.Call{Fun: ast.Callee{Builtin: "max"}, Args: []ast.Expr{sub(), sub()}, T: float}
	default:
		return &ast.Binary{Op: operators[g.IntN(len(operators))], X: sub(), Y: sub(), T: float}
	}
}

// structure writes an expression of the representation in prefix form.
func structure(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ref:
		return e.Var.Name
	case *ast.Lit:
		x, err := parser.ParseExpr(e.Text)
		if err != nil {
			panic(err)
		}
		return parsed(x)
	case *ast.Unary:
		return fmt.Sprintf("(%s %s)", e.Op, structure(e.X))
	case *ast.Deref:
		return fmt.Sprintf("(* %s)", structure(e.X))
	case *ast.Addr:
		return fmt.Sprintf("(& %s)", structure(e.X))
	case *ast.Binary:
		return fmt.Sprintf("(%s %s %s)", e.Op, structure(e.X), structure(e.Y))
	case *ast.Index:
		return fmt.Sprintf("(index %s %s)", structure(e.X), structure(e.I))
	case *ast.Slice:
		return fmt.Sprintf("(slice %s %s %s)", structure(e.X), structure(e.Lo), structure(e.Hi))
	case *ast.Convert:
		return fmt.Sprintf("(call (* float64) %s)", structure(e.X))
	case *ast.Call:
		return fmt.Sprintf("(call max %s %s)", structure(e.Args[0]), structure(e.Args[1]))
	}
	panic(fmt.Sprintf("%T", e))
}

// parsed writes an expression of Go in the same form.
func parsed(e goast.Expr) string {
	switch e := e.(type) {
	case *goast.ParenExpr:
		return parsed(e.X)
	case *goast.Ident:
		return e.Name
	case *goast.BasicLit:
		return e.Value
	case *goast.UnaryExpr:
		return fmt.Sprintf("(%s %s)", e.Op, parsed(e.X))
	case *goast.StarExpr:
		return fmt.Sprintf("(* %s)", parsed(e.X))
	case *goast.BinaryExpr:
		return fmt.Sprintf("(%s %s %s)", e.Op, parsed(e.X), parsed(e.Y))
	case *goast.IndexExpr:
		return fmt.Sprintf("(index %s %s)", parsed(e.X), parsed(e.Index))
	case *goast.SliceExpr:
		return fmt.Sprintf("(slice %s %s %s)", parsed(e.X), parsed(e.Low), parsed(e.High))
	case *goast.CallExpr:
		s := "(call " + parsed(e.Fun)
		for _, a := range e.Args {
			s += " " + parsed(a)
		}
		return s + ")"
	}
	panic(fmt.Sprintf("%T", e))
}

// printed returns the text of an expression in variables.
func printed(t *testing.T, e ast.Expr, vars []*ast.Var) string {
	t.Helper()
	src := body(t, function(vars, &ast.Return{Results: []ast.Expr{e}}))
	return strings.TrimPrefix(strings.TrimSpace(src), "return ")
}

// checkExpr checks that an expression is printed so that it is parsed as it was.
func checkExpr(t *testing.T, e ast.Expr, vars []*ast.Var) {
	t.Helper()
	text := printed(t, e, vars)
	x, err := parser.ParseExpr(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if got, want := parsed(x), structure(e); got != want {
		t.Errorf("%s is parsed as %s, want %s", text, got, want)
	}
}

// TestPrecedence prints expressions with every pair of operators, and random ones.
func TestPrecedence(t *testing.T) {
	vars := []*ast.Var{ast.NewVar("x", float), ast.NewVar("y", float), ast.NewVar("z", float)}
	x, y, z := ref(vars[0]), ref(vars[1]), ref(vars[2])
	binary := func(op token.Token, x, y ast.Expr) ast.Expr { return &ast.Binary{Op: op, X: x, Y: y, T: float} }
	for _, op := range operators {
		for _, inner := range operators {
			checkExpr(t, binary(op, binary(inner, x, y), z), vars)
			checkExpr(t, binary(op, x, binary(inner, y, z)), vars)
		}
		for _, unary := range []token.Token{token.SUB, token.ADD, token.NOT, token.XOR} {
			checkExpr(t, &ast.Unary{Op: unary, X: binary(op, x, y)}, vars)
			checkExpr(t, binary(op, &ast.Unary{Op: unary, X: x}, &ast.Unary{Op: unary, X: y}), vars)
		}
	}
	g := &tree{rand.New(rand.NewPCG(1, 2)), vars}
	for range 3000 {
		checkExpr(t, g.grow(5), vars)
	}
}

// TestExpressions checks how expressions are written.
func TestExpressions(t *testing.T) {
	x, i := ast.NewVar("x", vector), ast.NewVar("i", integer)
	vars := []*ast.Var{x, i}
	point := types.NewNamed(types.NewTypeName(0, testPackage, "Point", nil), nil, nil)
	fx := types.NewField(0, nil, "X", float, false)
	point.SetUnderlying(types.NewStruct([]*types.Var{fx}, nil))
	p := ast.NewVar("p", types.NewPointer(point))
	vars = append(vars, p)
	norm := types.NewFunc(0, nil, "Norm", types.NewSignatureType(nil, nil, nil, nil, nil, false))
	call := func(f ast.Callee, args ...ast.Expr) *ast.Call { return &ast.Call{Fun: f, Args: args, T: float} }
	spread := call(ast.Callee{Builtin: "append"}, ref(x), ref(x))
	spread.Spread = true
	for _, c := range []struct {
		e    ast.Expr
		want string
	}{
		{&ast.Unary{Op: token.SUB, X: &ast.Unary{Op: token.SUB, X: ref(i)}}, "-(-i)"},
		{&ast.Unary{Op: token.SUB, X: &ast.Lit{Text: "-1", T: integer}}, "-(-1)"},
		{&ast.Binary{Op: token.SUB, X: ref(i), Y: &ast.Unary{Op: token.SUB, X: ref(i)}, T: integer}, "i - -i"},
		{&ast.Binary{Op: token.SUB, X: ref(i), Y: &ast.Binary{Op: token.SUB, X: ref(i), Y: ref(i), T: integer}, T: integer}, "i - (i - i)"},
		{&ast.Slice{X: ref(x), T: vector}, "x[:]"},
		{&ast.Slice{X: ref(x), Hi: ref(i), Max: ref(i), T: vector}, "x[:i:i]"},
		{&ast.Slice{X: ref(x), Lo: ref(i), T: vector}, "x[i:]"},
		{&ast.Field{X: ref(p), Field: fx}, "p.X"},
		{&ast.Field{X: &ast.Deref{X: ref(p)}, Field: fx}, "(*p).X"},
		{&ast.Composite{T: point, Elems: []ast.Elem{{Field: fx, Value: lit("1.5", float)}}}, "Point{X: 1.5}"},
		{&ast.Composite{T: vector, Elems: []ast.Elem{{Value: lit("1", float)}, {Key: lit("3", integer), Value: lit("2", float)}}}, "[]float64{1, 3: 2}"},
		{&ast.Addr{X: &ast.Composite{T: vector}, T: types.NewPointer(vector)}, "&[]float64{}"},
		{&ast.Convert{X: ref(i), T: float}, "float64(i)"},
		{&ast.Convert{X: ref(p), T: types.NewPointer(float)}, "(*float64)(p)"},
		{&ast.Call{Fun: ast.Callee{Builtin: "make"}, Args: []ast.Expr{ref(i)}, T: vector}, "make([]float64, i)"},
		{&ast.Call{Fun: ast.Callee{Builtin: "new"}, T: types.NewPointer(float)}, "new(float64)"},
		{spread, "append(x, x...)"},
		{call(ast.Callee{Fn: norm, Method: true}, ref(p)), "p.Norm()"},
		{call(ast.Callee{Fn: norm, Method: true}, &ast.Addr{X: &ast.Deref{X: ref(p)}, T: p.Type}), "(*p).Norm()"},
		{call(ast.Callee{Gen: &ast.Func{Name: "gBack"}}, ref(x)), "gBack(x)"},
		{call(ast.Callee{Copied: "Sum"}, ref(x)), "godiff.Sum(x)"},
	} {
		if got := printed(t, c.e, vars); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestNames checks that our names yield: to the user's, to each other, to what is used of the world outside.
func TestNames(t *testing.T) {
	num := func() ast.Expr { return lit("1", float) }
	define := func(v *ast.Var) ast.Stmt { return assign(token.DEFINE, ref(v), num()) }
	use := func(vars ...*ast.Var) ast.Stmt {
		s := &ast.Return{}
		for _, v := range vars {
			s.Results = append(s.Results, ref(v))
		}
		return s
	}
	for _, c := range []struct {
		name string
		f    func() *ast.Func
		want string
	}{
		{"two of ours", func() *ast.Func {
			a, b := ast.NewVar("dx", float), ast.NewVar("dx", float)
			return function(nil, define(a), define(b), use(a, b))
		}, "dx := 1.0\ndx2 := 1.0\nreturn dx, dx2"},
		{"the user's is first", func() *ast.Func {
			a, b := ast.NewVar("dx", float), ast.NewVar("dx", float)
			user(b)
			return function(nil, define(a), define(b), use(a, b))
		}, "dx2 := 1.0\ndx := 1.0\nreturn dx2, dx"},
		{"a number at the end", func() *ast.Func {
			a, b := ast.NewVar("x2", float), ast.NewVar("x2", float)
			return function(nil, define(a), define(b), use(a, b))
		}, "x2 := 1.0\nx3 := 1.0\nreturn x2, x3"},
		{"blocks beside each other", func() *ast.Func {
			a, b, c := ast.NewVar("t", float), ast.NewVar("t", float), ast.NewVar("c", boolean)
			return function([]*ast.Var{c}, &ast.If{Cond: ref(c), Then: block(define(a), use(a)), Else: block(define(b), use(b))})
		}, "if c {\n\tt := 1.0\n\treturn t\n} else {\n\tt := 1.0\n\treturn t\n}"},
		{"hidden where it is not used", func() *ast.Func {
			a, b, c := ast.NewVar("t", float), ast.NewVar("t", float), ast.NewVar("c", boolean)
			return function([]*ast.Var{c}, define(a), &ast.If{Cond: ref(c), Then: block(define(b), use(b))}, use(a))
		}, "t := 1.0\nif c {\n\tt := 1.0\n\treturn t\n}\nreturn t"},
		{"used inside", func() *ast.Func {
			a, b, c := ast.NewVar("t", float), ast.NewVar("t", float), ast.NewVar("c", boolean)
			return function([]*ast.Var{c}, define(a), &ast.If{Cond: ref(c), Then: block(define(b), use(a, b))}, use(a))
		}, "t := 1.0\nif c {\n\tt2 := 1.0\n\treturn t, t2\n}\nreturn t"},
		{"a keyword", func() *ast.Func {
			a := ast.NewVar("range", float)
			return function(nil, define(a), use(a))
		}, "range2 := 1.0\nreturn range2"},
		{"a predeclared name that is used", func() *ast.Func {
			a, x := ast.NewVar("len", integer), ast.NewVar("x", vector)
			size := &ast.Call{Fun: ast.Callee{Builtin: "len"}, Args: []ast.Expr{ref(x)}, T: integer}
			return function([]*ast.Var{x}, assign(token.DEFINE, ref(a), size), &ast.Return{Results: []ast.Expr{ref(a), size}})
		}, "len2 := len(x)\nreturn len2, len(x)"},
		{"a predeclared name that is not used", func() *ast.Func {
			a := ast.NewVar("len", float)
			return function(nil, define(a), use(a))
		}, "len := 1.0\nreturn len"},
		{"a function of ours", func() *ast.Func {
			a := ast.NewVar("back", float)
			call := &ast.Call{Fun: ast.Callee{Gen: &ast.Func{Name: "back"}}, T: float}
			return function(nil, assign(token.DEFINE, ref(a), call), &ast.Return{Results: []ast.Expr{ref(a), call}})
		}, "back2 := back()\nreturn back2, back()"},
	} {
		if got := strings.ReplaceAll("\n"+body(t, c.f()), "\n\t", "\n")[1:]; got != c.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestStatements checks how statements are written.
func TestStatements(t *testing.T) {
	x, y, i, s := ast.NewVar("x", float), ast.NewVar("y", float), ast.NewVar("i", integer), ast.NewVar("s", vector)
	single := ast.NewVar("f", types.Typ[types.Float32])
	params := []*ast.Var{s}
	positive := func(v *ast.Var) ast.Expr {
		return &ast.Binary{Op: token.GTR, X: ref(v), Y: lit("0", v.Type), T: boolean}
	}
	commented := func(comment string, s ast.Stmt, named ...*ast.Var) ast.Stmt {
		s.Info().Comment, s.Info().Named = comment, named
		return s
	}
	set := func(v *ast.Var, text string) ast.Stmt { return assign(token.ASSIGN, ref(v), lit(text, v.Type)) }
	define := func(v *ast.Var, text string) ast.Stmt { return assign(token.DEFINE, ref(v), lit(text, v.Type)) }
	loop := &ast.Label{Name: "loop"}
	for _, c := range []struct {
		name  string
		stmts []ast.Stmt
		want  string
	}{
		{"initial values", []ast.Stmt{define(x, "1"), define(i, "1"), define(single, "1"), define(y, "1.5")}, "x := 1.0\ni := 1\nf := float32(1)\ny := 1.5"},
		{"counting", []ast.Stmt{define(i, "1"), assign(token.ADD_ASSIGN, ref(i), lit("1", integer)), assign(token.SUB_ASSIGN, ref(i), lit("1", integer)), assign(token.ADD_ASSIGN, ref(i), lit("2", integer))},
			"i := 1\ni++\ni--\ni += 2"},
		{"floats do not count", []ast.Stmt{define(x, "1"), assign(token.ADD_ASSIGN, ref(x), lit("1", float))}, "x := 1.0\nx += 1"},
		{"declarations", []ast.Stmt{&ast.Decl{Vars: []*ast.Var{x, y}, Typed: true}, &ast.Decl{Vars: []*ast.Var{i}, Values: []ast.Expr{lit("2", integer)}}, set(x, "1")}, "var x, y float64\nvar i = 2\nx = 1"},
		{"an older variable", []ast.Stmt{define(x, "1"), &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: x, Again: true}, ref(y)}, Op: token.DEFINE, Rhs: []ast.Expr{lit("2", float), lit("3", float)}}}, "x := 1.0\nx, y := 2.0, 3.0"},
		{"only older variables", []ast.Stmt{define(x, "1"), &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: x, Again: true}}, Op: token.DEFINE, Rhs: []ast.Expr{lit("2", float)}}}, "x := 1.0\nx = 2"},
		{"an older variable of another block", []ast.Stmt{define(x, "1"), &ast.If{Cond: positive(x), Then: block(&ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: x, Again: true}, ref(y)}, Op: token.DEFINE, Rhs: []ast.Expr{lit("2", float), lit("3", float)}})}},
			"x := 1.0\nif x > 0 {\n\tvar y float64\n\tx, y = 2, 3\n}"},
		{"blank", []ast.Stmt{&ast.Assign{Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{lit("2", float)}}}, "_ = 2"},
		{"if with an init", []ast.Stmt{block(define(x, "1"), &ast.If{Cond: positive(x), Then: block(set(x, "2"))})}, "if x := 1.0; x > 0 {\n\tx = 2\n}"},
		{"else if", []ast.Stmt{define(x, "1"), &ast.If{Cond: positive(x), Then: block(set(x, "2")), Else: block(&ast.If{Cond: positive(x), Then: block(set(x, "3")), Else: block(set(x, "4"))})}},
			"x := 1.0\nif x > 0 {\n\tx = 2\n} else if x > 0 {\n\tx = 3\n} else {\n\tx = 4\n}"},
		{"else with a comment", []ast.Stmt{define(x, "1"), &ast.If{Cond: positive(x), Then: block(set(x, "2")), Else: block(commented("why", &ast.If{Cond: positive(x), Then: block(set(x, "3"))}))}},
			"x := 1.0\nif x > 0 {\n\tx = 2\n} else {\n\t// why\n\tif x > 0 {\n\t\tx = 3\n\t}\n}"},
		{"a literal in a header", []ast.Stmt{&ast.Range{Key: ref(i), Define: true, X: &ast.Composite{T: vector}, Body: block(&ast.Return{Results: []ast.Expr{ref(i)}})}},
			"for i := range []float64{} {\n\treturn i\n}"},
		{"variables that nobody reads", []ast.Stmt{
			&ast.Range{Key: ref(i), Value: ref(x), Define: true, X: ref(s), Body: block(set(x, "1"))},
			&ast.Range{Key: ref(ast.NewVar("i", integer)), Value: ref(ast.NewVar("v", float)), Define: true, X: ref(s), Body: block()},
		}, "for _, x := range s {\n\tx = 1\n}\nfor range s {\n}"},
		{"places in a range clause", []ast.Stmt{
			define(i, "0"),
			&ast.Range{Value: &ast.Index{X: ref(s), I: lit("0", integer), T: float}, X: ref(s), Body: block()},
			&ast.Range{Key: ref(i), Value: &ast.Index{X: ref(s), I: ref(i), T: float}, X: ref(s), Body: block()},
		}, "i := 0\nfor _, s[0] = range s {\n}\nfor i, s[i] = range s {\n}"},
		{"loops", []ast.Stmt{
			&ast.For{Body: block(&ast.Branch{Tok: token.BREAK})},
			&ast.For{Init: define(i, "3"), Cond: positive(i), Post: assign(token.SUB_ASSIGN, ref(i), lit("1", integer)), Body: block(&ast.Branch{Tok: token.CONTINUE, Target: loop}), Label: loop},
		}, "for {\n\tbreak\n}\nloop:\n\tfor i := 3; i > 0; i-- {\n\t\tcontinue loop\n\t}"},
		{"comments", []ast.Stmt{commented("first\n\nthird", define(x, "1")), commented("\nafter a gap", set(x, "2")), commented("\x00 and \x00", set(x, "3"), x, s)},
			"// first\n//\n// third\nx := 1.0\n\n// after a gap\nx = 2\n// x and s\nx = 3"},
		{"empty blocks", []ast.Stmt{block(), block(block())}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := body(t, function(params, c.stmts...))
			want, err := format.Source([]byte("func F(s []float64) {\n" + c.want + "\n}\n"))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(want)), "\n")
			if want := strings.Trim(strings.Join(lines[1:len(lines)-1], "\n"), "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestFile checks imports and their names.
func TestFile(t *testing.T) {
	goMath := types.NewPackage("math", "math")
	ourMath := types.NewPackage("example.com/math", "math")
	pi := &ast.Name{Obj: types.NewConst(0, goMath, "Pi", types.Typ[types.UntypedFloat], constant.MakeFloat64(3)), T: float}
	tau := &ast.Name{Obj: types.NewConst(0, ourMath, "Tau", types.Typ[types.UntypedFloat], constant.MakeFloat64(6)), T: float}
	sum := &ast.Call{Fun: ast.Callee{Copied: "Sum"}, T: float}
	returns := func(list ...ast.Expr) *ast.Func {
		return function(nil, &ast.Return{Results: list})
	}
	hidden := func() *ast.Func {
		v := ast.NewVar("math", float)
		user(v)
		return function([]*ast.Var{v}, &ast.Return{Results: []ast.Expr{ref(v), pi}})
	}
	ours := func() *ast.Func {
		v := ast.NewVar("math", float)
		return function([]*ast.Var{v}, &ast.Return{Results: []ast.Expr{ref(v), pi}})
	}
	saved := types.NewNamed(types.NewTypeName(0, newPackage(), "saved", nil), types.NewStruct([]*types.Var{
		types.NewField(0, nil, "xs", vector, false),
	}, nil), nil)
	copied := &ast.VarDecl{
		Var: types.NewVar(0, nil, "pCopy", float), Doc: "pCopy is a copy of [q.copy].",
		Value: []ast.TextPart{{Text: " "}, {Object: types.Universe.Lookup("float64")}, {Text: " = 2 * "}, {Object: pi.Obj}},
	}
	for _, c := range []struct {
		name string
		file File
		want []string
	}{
		{"none", File{Pkg: newPackage(), Decls: []any{returns(lit("1", float))}}, []string{"package p\n\nfunc F() {\n\treturn 1\n}"}},
		{"one", File{Pkg: newPackage(), Decls: []any{returns(pi)}}, []string{"import \"math\"\n", "return math.Pi"}},
		{"two of one name", File{Pkg: newPackage(), Decls: []any{returns(pi, tau)}},
			[]string{"import (\n\tmath2 \"math\"\n\n\t\"example.com/math\"\n)\n", "return math2.Pi, math.Tau"}},
		{"a declaration of the package", File{Pkg: newPackage(types.NewVar(0, nil, "math", float)), Decls: []any{returns(pi)}},
			[]string{"import math2 \"math\"\n", "return math2.Pi"}},
		{"a variable of the user's", File{Pkg: newPackage(), Decls: []any{hidden()}}, []string{"import math2 \"math\"\n", "return math, math2.Pi"}},
		{"a variable of ours", File{Pkg: newPackage(), Decls: []any{ours()}}, []string{"import \"math\"\n", "return math2, math.Pi"}},
		{"runtime", File{Pkg: newPackage(), Decls: []any{returns(sum)}}, []string{"import godiff \"github.com/godiff/godiff/runtime\"\n", "return godiff.Sum()"}},
		{"constraint", File{Pkg: newPackage(), Constraint: "linux && !purego", Decls: []any{returns()}}, []string{Header + "\n\n//go:build linux && !purego\n\npackage p\n"}},
		{"type", File{Pkg: newPackage(), Decls: []any{&ast.TypeDecl{Type: saved}}}, []string{"// saved holds what a forward sweep remembers.\ntype saved struct {\n\txs []float64\n}"}},
		{"variable", File{Pkg: newPackage(types.NewVar(0, nil, "math", float)), Decls: []any{copied}}, []string{"import math2 \"math\"\n", "\n// pCopy is a copy of [q.copy].\nvar pCopy float64 = 2 * math2.Pi\n"}},
	} {
		src, err := c.file.Source()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(string(src), want) {
				t.Errorf("%s: got\n%s\nwant in it\n%s", c.name, src, want)
			}
		}
		if !strings.HasPrefix(string(src), Header+"\n") {
			t.Errorf("%s: the first line is not the header:\n%s", c.name, src)
		}
	}

	size := &ast.Call{Fun: ast.Callee{Builtin: "len"}, T: integer}
	f := File{Pkg: newPackage(types.NewVar(0, nil, "len", float)), Decls: []any{returns(size)}}
	if _, err := f.Source(); err == nil || err.Error() != "the package declares len, which hides the predeclared len that its derivatives need" {
		t.Errorf("a package that declares len: error %v", err)
	}
}

// TestSignatures checks how functions are declared.
// TestHiddenText: a copy of a variable names what a declaration of the package hides.
func TestHiddenText(t *testing.T) {
	f := File{Pkg: newPackage(types.NewVar(0, nil, "float64", vector)), Decls: []any{&ast.VarDecl{
		Var: types.NewVar(0, nil, "pCopy", float), Value: []ast.TextPart{{Text: " = "}, {Object: types.Universe.Lookup("float64")}, {Text: "(2)"}},
	}}}
	if src, err := f.Source(); err == nil {
		t.Errorf("got\n%s\nwant an error", src)
	}
}

func TestSignatures(t *testing.T) {
	v := func(name string, t types.Type) *ast.Var { return ast.NewVar(name, t) }
	for _, c := range []struct {
		f    *ast.Func
		want string
	}{
		{&ast.Func{Name: "F"}, "func F() {"},
		{&ast.Func{Name: "F", Doc: "F does.\nMore.", Params: []*ast.Var{v("a", float), v("b", float), v("n", integer)}}, "// F does.\n// More.\nfunc F(a, b float64, n int) {"},
		{&ast.Func{Name: "F", Results: []*ast.Var{v("", float)}}, "func F() float64 {"},
		{&ast.Func{Name: "F", Results: []*ast.Var{v("y", float), v("dy", float)}}, "func F() (y, dy float64) {"},
		{&ast.Func{Name: "F", Recv: v("x", vector)}, "func (x []float64) F() {"},
		{&ast.Func{Name: "F", Params: []*ast.Var{v("x", vector), v("xs", vector)}, Variadic: true}, "func F(x []float64, xs ...float64) {"},
		{&ast.Func{Name: "F", Params: []*ast.Var{v("_", float), v("", float)}}, "func F(_, _ float64) {"},
	} {
		c.f.Body = block()
		text, err := Func(newPackage(), c.f, nil)
		if err != nil || !strings.HasPrefix(text.Source, c.want) {
			t.Errorf("got %v (error %v), want %s", text, err, c.want)
		}
	}
}

// TestLong prints an expression and a list of parameters of thousands of parts: each on one line, in time.
func TestLong(t *testing.T) {
	const n = 5000
	var vars []*ast.Var
	var sum ast.Expr
	for i := range n {
		v := ast.NewVar(fmt.Sprint("x", i), float)
		vars = append(vars, v)
		if sum == nil {
			sum = ref(v)
		} else {
			sum = &ast.Binary{Op: token.ADD, X: sum, Y: ref(v), T: float}
		}
	}
	src := printed(t, sum, vars)
	if strings.Contains(src, "\n") || strings.Count(src, " + ") != n-1 || !strings.HasSuffix(src, "x4998 + x4999") {
		t.Errorf("the sum is printed as %.100s…", src)
	}
}
