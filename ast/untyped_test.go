package ast

import (
	"go/constant"
	"go/token"
	"go/types"
	"testing"
)

func TestUntypedKind(t *testing.T) {
	for text, want := range map[string]types.BasicKind{
		"3": types.Int, "0x1E": types.Int, "0X1E": types.Int, "'e'": types.Int32, "1.0": types.Float64, "1e3": types.Float64, "1E3": types.Float64,
		"0x1p4": types.Float64, "0x1P-2": types.Float64, `"a.e"`: types.String, "`0x`": types.String,
	} {
		l := literal(text)
		if kind, untyped := UntypedKind(l); !untyped || kind != want {
			t.Errorf("UntypedKind(%s) = %v, %v, want %v", text, types.Typ[kind], untyped, types.Typ[want])
		}
		// The compiler for Go is of the same opinion.
		tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := types.Default(tv.Type).(*types.Basic).Kind(); got != want {
			t.Errorf("%s is a %v by default, want %v", text, types.Typ[got], types.Typ[want])
		}
	}
	sum := &Binary{Op: token.ADD, X: literal("'a'"), Y: literal("1.5"), T: types.Typ[types.Float64]}
	if kind, untyped := UntypedKind(sum); !untyped || kind != types.Float64 {
		t.Errorf("UntypedKind('a' + 1.5) = %v, %v, want float64", types.Typ[kind], untyped)
	}
	least := func(args ...Expr) *Call {
		return &Call{Fun: Callee{Builtin: "min"}, Args: args, T: types.Typ[types.Float64]}
	}
	if kind, untyped := UntypedKind(least(literal("1"), literal("2.5"))); !untyped || kind != types.Float64 {
		t.Errorf("UntypedKind(min(1, 2.5)) = %v, %v, want float64", types.Typ[kind], untyped)
	}
	if _, untyped := UntypedKind(least(literal("1"), &Ref{Var: NewVar("x", types.Typ[types.Float64])})); untyped {
		t.Error("UntypedKind(min(1, x)) is that of a constant, want none for a variable")
	}
	if _, untyped := UntypedKind(&Ref{Var: NewVar("x", types.Typ[types.Int])}); untyped {
		t.Error("UntypedKind(x) is that of a constant, want none for a variable")
	}
}

func literal(text string) *Lit {
	kind := token.FLOAT
	switch text[0] {
	case '"', '`':
		kind = token.STRING
	case '\'':
		kind = token.CHAR
	}
	return &Lit{Text: text, Val: constant.MakeFromLiteral(text, kind, 0)}
}
