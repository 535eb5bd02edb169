package ast

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

var (
	float   = types.Typ[types.Float64]
	integer = types.Typ[types.Int]
)

func ref(v *Var) *Ref { return &Ref{Var: v} }

func number(text string) *Lit {
	return &Lit{Text: text, Val: constant.MakeFromLiteral(text, token.FLOAT, 0), T: float}
}

func assign(op token.Token, lhs, rhs Expr) *Assign {
	return &Assign{Lhs: []Expr{lhs}, Op: op, Rhs: []Expr{rhs}}
}

func block(stmts ...Stmt) *Block { return &Block{Stmts: stmts} }

func returns(results ...Expr) *Return { return &Return{Results: results} }

// function returns func F(x float64) (y float64) with a body.
func function(x, y *Var, body ...Stmt) *Func {
	return &Func{Name: "F", Params: []*Var{x}, Results: []*Var{y}, Body: block(body...)}
}

// two is a call with two results.
func two() *Call {
	pair := types.NewTuple(types.NewVar(0, nil, "", float), types.NewVar(0, nil, "", float))
	return &Call{Fun: Callee{Copied: "two"}, T: pair}
}

func TestVerify(t *testing.T) {
	x, y, z, i := NewVar("x", float), NewVar("y", float), NewVar("z", float), NewVar("i", integer)
	label := &Label{Name: "outer"}
	one := number("1")
	for _, c := range []struct {
		name string
		body []Stmt
		want string // a part of the error, or nothing
	}{
		{"range over its key", []Stmt{
			assign(token.DEFINE, ref(z), &Binary{Op: token.MUL, X: ref(x), Y: one, T: float}),
			&For{Label: label, Body: block(
				&Range{Key: ref(i), Define: true, X: ref(i), Body: block()},
			)},
			returns(ref(z)),
		}, "variable i is used where it is not declared"},
		{"declared", []Stmt{&Decl{Vars: []*Var{z}}, returns(ref(z))}, ""},
		{"undeclared", []Stmt{returns(ref(z))}, "variable z is used where it is not declared"},
		{"out of scope", []Stmt{block(assign(token.DEFINE, ref(z), one)), returns(ref(z))}, "variable z is used where it is not declared"},
		{"header", []Stmt{
			&For{Init: assign(token.DEFINE, ref(z), one), Post: assign(token.ADD_ASSIGN, ref(z), one), Body: block()},
			returns(ref(x)),
		}, ""},
		{"twice", []Stmt{&Decl{Vars: []*Var{z}}, &Decl{Vars: []*Var{z}}, returns(ref(z))}, "variable z is declared twice"},
		{"in disjoint scopes", []Stmt{block(&Decl{Vars: []*Var{z}}), block(&Decl{Vars: []*Var{z}}), returns(one)}, ""},
		{"again", []Stmt{&Assign{Lhs: []Expr{ref(z), &Ref{Var: x, Again: true}}, Op: token.DEFINE, Rhs: []Expr{two()}}, returns(ref(z))}, ""},
		{"again in a block", []Stmt{
			block(&Assign{Lhs: []Expr{ref(z), &Ref{Var: x, Again: true}}, Op: token.DEFINE, Rhs: []Expr{two()}}), returns(ref(x)),
		}, "variable x is not of this scope"},
		{"nothing new", []Stmt{assign(token.DEFINE, &Ref{Var: x, Again: true}, one), returns(ref(x))}, "no new variable"},
		{"arity", []Stmt{&Assign{Lhs: []Expr{ref(x)}, Op: token.ASSIGN, Rhs: []Expr{two()}}, returns(ref(x))}, "1 places for 2 values"},
		{"compound", []Stmt{&Assign{Lhs: []Expr{nil}, Op: token.ADD_ASSIGN, Rhs: []Expr{one}}, returns(ref(x))}, "+= needs one place"},
		{"no place", []Stmt{assign(token.ASSIGN, one, one), returns(ref(x))}, "Lit is assigned to"},
		{"types", []Stmt{&Decl{Vars: []*Var{i}}, assign(token.ASSIGN, ref(i), ref(x)), returns(ref(x))}, "a value of type float64 for a place of type int"},
		{"address", []Stmt{&Do{Call: &Call{Fun: Callee{Builtin: "panic"}, Args: []Expr{&Addr{X: ref(x), T: types.NewPointer(integer)}}, T: types.NewTuple()}}, returns(one)},
			"the address of a float64 has type *int"},
		{"nil value", []Stmt{returns(nil)}, "an expression is nil"},
		{"nil statement", []Stmt{nil, returns(one)}, "a statement is nil"},
		{"nil operand", []Stmt{returns(&Unary{Op: token.SUB})}, "an expression is nil"},
		{"untyped", []Stmt{returns(&Lit{Text: "1"})}, "Lit has no type"},
		{"results", []Stmt{returns(one, one)}, "2 values for 1 results"},
		{"bare", []Stmt{returns()}, ""},
		{"break", []Stmt{&Branch{Tok: token.BREAK}, returns(one)}, "break outside a loop"},
		{"label", []Stmt{&For{Body: block(&Branch{Tok: token.CONTINUE, Target: label})}, returns(one)}, "continue to outer, which labels no loop around it"},
		{"labelled", []Stmt{&For{Label: label, Body: block(&For{Body: block(&Branch{Tok: token.CONTINUE, Target: label})})}, returns(one)}, ""},
		{"goto", []Stmt{&For{Body: block(&Branch{Tok: token.GOTO})}, returns(one)}, "goto is neither"},
		{"past", []Stmt{returns(&Past{X: ref(x)})}, "a past value is left"},
		{"callee", []Stmt{returns(&Call{T: float})}, "a call of 0 functions"},
		{"receiver", []Stmt{returns(&Call{Fun: Callee{Copied: "f", Method: true}, T: float})}, "without a receiver"},
		{"element", []Stmt{returns(&Composite{T: float, Elems: []Elem{{}}})}, "an expression is nil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Verify(function(x, y, c.body...))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestVerifyReportsAll has two faults in one function.
func TestVerifyReportsAll(t *testing.T) {
	x, y, z := NewVar("x", float), NewVar("y", float), NewVar("z", float)
	s := returns(ref(z))
	s.Src = "return z"
	err := Verify(function(x, y, &Branch{Tok: token.BREAK}, s))
	want := "F: break outside a loop in Branch\nF: variable z is used where it is not declared in Return \"return z\""
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
