package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (f *file) deleteStmt() []edit {
	s := f.stmt()
	if s == nil {
		return nil
	}
	return []edit{{s.Pos(), s.End(), ""}}
}

func (f *file) repeatStmt() []edit {
	s := f.stmt()
	if s == nil {
		return nil
	}
	return []edit{{s.End(), s.End(), "\n" + f.text(s)}}
}

func (f *file) swapStmts() []edit {
	s, t := f.stmt(), f.stmt()
	if s == nil || s.Pos() < t.End() && t.Pos() < s.End() {
		return nil
	}
	return []edit{{s.Pos(), s.End(), f.text(t)}, {t.Pos(), t.End(), f.text(s)}}
}

func (f *file) copyStmt() []edit {
	s, to := f.stmt(), f.place()
	if s == nil {
		return nil
	}
	return []edit{{to, to, f.text(s) + "\n"}}
}

// Patterns for [file.fill].
var (
	aroundStmt = []string{
		"for range 2 {\nS\n}",
		"for i := range 3 {\nif i < 2 {\nS\n}\n}",
		"if C {\nS\n}",
		"if C {\nS\n} else if C {\nS\n}",
		"{\nS\n}",
		"func() {\nS\n}()",
		"defer func() {\nS\n}()",
		"fN := func() {\nS\n}\nfN()\nfN()",
		"switch {\ncase C:\nS\nfallthrough\ndefault:\nS\n}",
		"switch {\ncase C:\nif C {\nbreak\n}\nS\ncase C:\n}",
		"for {\nS\nbreak\n}",
		"lN:\nfor {\nfor range 2 {\nS\nif C {\nbreak lN\n}\n}\nbreak\n}",
		"lN:\nfor range 2 {\nfor range 2 {\nif C {\ncontinue lN\n}\nS\n}\n}",
		"for range 3 {\nif C {\ncontinue\n}\nS\nif C {\nbreak\n}\n}",
		"kN := 0\nlN:\nif kN < 2 {\nS\nkN++\ngoto lN\n}",
		"for fN := range func(yield func(int) bool) { _ = yield(1) && yield(2) } {\n_ = fN\nS\n}",
	}
	exits = []string{"if C {\nbreak\n}", "if C {\ncontinue\n}", "if C {\nR\n}", "for C {\nR\n}", "if C {\npanic(\"reached\")\n}", "R"}

	aroundAny = []string{
		"(S)", "func() T { return S }()", "[]T{S}[0]", "[...]T{S, S}[1]", "(&struct{ v T }{S}).v", "struct{ v, w T }{w: S}.v", "*new(T)",
		"map[string]T{\"a\": S}[\"a\"]", "any(S).(T)", "func(v T) T { return v }(S)", "*func() *T { v := S; return &v }()",
		"func() (v T) { defer func() { v = S }(); return S }()",
	}
	aroundFloat = []string{
		"-S", "math.Sin(S)", "(S * S)", "(S - S)", "max(S, 0)", "min(1, S, S)", "T(float32(S))", "T(int(S))", "math.Abs(S)", "math.Pow(S, 2)", "math.Sqrt(S)",
		"math.NaN()", "math.Inf(-1)", "func() T { if C { return S }; return -S }()", "math.Float64frombits(math.Float64bits(S))", "real(complex(S, 1))", "math.Mod(S, 1)",
	}
	aroundSlice = []string{
		"S[:]", "S[1:]", "S[:1]", "append(S, S...)", "append(T(nil), S...)", "append(S[:0], S...)", "slices.Clone(S)", "S[:len(S):len(S)]", "T(nil)", "T{}", "S[len(S)/2:]",
	}
	aroundInteger = []string{"-S", "(S + 1)", "(S - 1)", "(S % 2)", "(S << 1)", "(S & 1)", "^S", "T(float64(S))", "min(S, 2)", "len([2]int{})"}
	aroundBoolean = []string{"!S", "(S || C)", "(S && C)", "(S != C)"}
)

func (f *file) wrapStmt() []edit {
	s := f.stmt()
	if s == nil {
		return nil
	}
	return []edit{{s.Pos(), s.End(), f.fill(pick(f.rng, aroundStmt), f.text(s), nil)}}
}

// insertExit adds a statement that leaves a loop or the function, mostly under a condition.
func (f *file) insertExit() []edit {
	to := f.place()
	exit := f.fill(strings.ReplaceAll(pick(f.rng, exits), "R", "S"), f.returnText(), nil)
	return []edit{{to, to, exit + "\n"}}
}

func (f *file) returnText() string {
	var list []string
	if results := f.fn.Type.Results; results != nil {
		if f.rng.IntN(4) == 0 && len(results.List[0].Names) > 0 {
			return "return"
		}
		for _, field := range results.List {
			for range max(1, len(field.Names)) {
				list = append(list, f.like(f.info.Types[field.Type].Type))
			}
		}
	}
	return "return " + strings.Join(list, ", ")
}

// expr returns an expression, or nil.
func (f *file) expr() ast.Expr {
	if len(f.exprs) == 0 {
		return nil
	}
	return pick(f.rng, f.exprs)
}

func (f *file) replaceExpr() []edit {
	e := f.expr()
	if e == nil {
		return nil
	}
	text := f.like(f.typeOf(e))
	if _, name := e.(*ast.Ident); !name {
		text = "(" + text + ")"
	}
	return []edit{{e.Pos(), e.End(), text}}
}

func (f *file) wrapExpr() []edit {
	e := f.expr()
	if e == nil {
		return nil
	}
	t := f.typeOf(e)
	patterns := aroundAny
	switch u := t.Underlying().(type) {
	case *types.Slice:
		patterns = append(patterns[:len(patterns):len(patterns)], aroundSlice...)
	case *types.Basic:
		switch {
		case u.Info()&types.IsFloat != 0:
			patterns = append(patterns[:len(patterns):len(patterns)], aroundFloat...)
		case u.Info()&types.IsInteger != 0:
			patterns = append(patterns[:len(patterns):len(patterns)], aroundInteger...)
		case u.Info()&types.IsBoolean != 0:
			patterns = aroundBoolean
		}
	}
	return []edit{{e.Pos(), e.End(), f.fill(pick(f.rng, patterns), f.text(e), t)}}
}

// others returns the operators that may stand where an operator stands.
func others(op token.Token) []token.Token {
	for _, class := range [][]token.Token{
		{token.ADD, token.SUB, token.MUL, token.QUO, token.REM},
		{token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ},
		{token.LAND, token.LOR},
		{token.AND, token.OR, token.XOR, token.SHL, token.SHR, token.AND_NOT},
		{token.ASSIGN, token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN, token.QUO_ASSIGN},
	} {
		for _, t := range class {
			if t == op {
				return class
			}
		}
	}
	return nil
}

func (f *file) changeOperator() []edit {
	for range 10 {
		if e, ok := f.expr().(*ast.BinaryExpr); ok {
			if list := others(e.Op); list != nil {
				return []edit{{e.OpPos, e.OpPos + token.Pos(len(e.Op.String())), pick(f.rng, list).String()}}
			}
		}
	}
	return nil
}

func (f *file) changeAssignment() []edit {
	for range 10 {
		switch s := f.stmt().(type) {
		case *ast.AssignStmt:
			if list := others(s.Tok); list != nil {
				return []edit{{s.TokPos, s.TokPos + token.Pos(len(s.Tok.String())), pick(f.rng, list).String()}}
			}
		case *ast.IncDecStmt:
			return []edit{{s.TokPos, s.TokPos + 2, pick(f.rng, []string{"++", "--", " *= 2", " += 2"})}}
		}
	}
	return nil
}

func (f *file) changeLiteral() []edit {
	for range 10 {
		if e, ok := f.expr().(*ast.BasicLit); ok && e.Kind != token.STRING {
			return []edit{{e.Pos(), e.End(), pick(f.rng, []string{"0", "1", "2", "(-1)", "3", "0.5", "1e308", "1 << 20", "(1 << 40)", "1e-320", "7"})}}
		}
	}
	return nil
}

// changeType puts another type in the place of one, in the function or everywhere.
func (f *file) changeType() []edit {
	type swap struct{ from, to string }
	s := pick(f.rng, []swap{
		{"float64", "float32"}, {"float32", "float64"}, {"int", "uint8"}, {"int", "int64"}, {"float64", "any"}, {"float64", "[2]float64"},
		{"[]float64", "[3]float64"}, {"[]float64", "[][]float64"}, {"float64", "*float64"}, {"int", "float64"}, {"float64", "complex128"},
	})
	everywhere := f.rng.IntN(2) == 0
	var found []edit
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && f.info.Types[e].IsType() && f.text(e) == s.from {
			found = append(found, edit{e.Pos(), e.End(), s.to})
			return false
		}
		return true
	})
	if len(found) == 0 || everywhere {
		return found
	}
	return []edit{pick(f.rng, found)}
}

// addDirective asks for a mode more, or for another one.
func (f *file) addDirective() []edit {
	if f.fn.Doc == nil {
		return nil
	}
	for _, c := range f.fn.Doc.List {
		text, ok := strings.CutPrefix(c.Text, "//godiff:")
		if !ok {
			continue
		}
		verb, options, _ := strings.Cut(text, " ")
		if verb != "grad" && verb != "valuegrad" && verb != "vjp" && verb != "jvp" {
			continue
		}
		line := strings.TrimSpace("//godiff:" + pick(f.rng, []string{"grad", "valuegrad", "vjp", "jvp"}) + " " + options)
		if f.rng.IntN(2) == 0 {
			return []edit{{c.Pos(), c.End(), line}}
		}
		return []edit{{c.Pos(), c.Pos(), line + "\n"}}
	}
	return nil
}
