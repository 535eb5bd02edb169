package ast

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Verify reports where f breaks the rules of the representation, which every pass must keep:
//
//   - Every variable is declared before it is used: as an input, a result, or by a statement in an enclosing scope.
//   - Nothing is nil but what the node's comment allows, and every expression has a type.
//   - An assignment has as many places as values, or one call with that many results; a compound one has one of each.
//     What := names are variables, one of them new, the others of the same scope. What is assigned to can be assigned to, and the types fit. The type
//     of an address is that of a pointer to what is addressed.
//   - break and continue lie in a loop, and a label that they name is that of a loop around them.
//   - A return has a value for each result, or none where the results are named.
//   - No Past is left.
//
// The error holds all that is wrong, a line each; it is nil where there is nothing.
func Verify(f *Func) error {
	v := &verifier{f: f}
	v.open() // inputs, results and the body share a scope
	v.inputs()
	if f.Body == nil {
		v.report("no body")
	} else {
		v.stmts(f.Body)
	}
	return errors.Join(v.errs...)
}

// A verifier verifies one function.
type verifier struct {
	f      *Func
	at     Stmt            // the statement at hand, or nil
	scopes []map[*Var]bool // declared variables, the innermost scope last
	loops  []*Label        // labels of the enclosing loops, nil for a loop without one
	errs   []error
}

func (v *verifier) report(format string, args ...any) {
	text := fmt.Sprintf("%s: ", v.f.Name) + fmt.Sprintf(format, args...)
	if v.at != nil {
		text += fmt.Sprintf(" in %s", kindName(v.at))
		if src := v.at.Info().Src; src != "" {
			text += fmt.Sprintf(" %q", src)
		}
	}
	v.errs = append(v.errs, errors.New(text))
}

// kindName returns the name of a node's type.
func kindName(n any) string { return strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.") }

func (v *verifier) open()  { v.scopes = append(v.scopes, map[*Var]bool{}) }
func (v *verifier) close() { v.scopes = v.scopes[:len(v.scopes)-1] }

func (v *verifier) inScope(x *Var) bool {
	return slices.ContainsFunc(v.scopes, func(s map[*Var]bool) bool { return s[x] })
}

// declare brings a variable into the innermost scope.
func (v *verifier) declare(x *Var) {
	switch {
	case x == nil:
		v.report("a variable is nil")
		return
	case x.Type == nil:
		v.report("variable %s has no type", x.Name)
	}
	scope := v.scopes[len(v.scopes)-1]
	if scope[x] && !x.Blank() {
		v.report("variable %s is declared twice in one scope", x.Name)
	}
	scope[x] = true
}

func (v *verifier) inputs() {
	for _, x := range v.f.Inputs() {
		v.declare(x)
	}
	for _, x := range v.f.Results {
		v.declare(x)
	}
}

// block verifies the statements of a block in a scope of their own.
func (v *verifier) block(b *Block) {
	if b == nil {
		v.report("a block is nil")
		return
	}
	v.open()
	v.stmts(b)
	v.close()
}

func (v *verifier) stmts(b *Block) {
	for _, s := range b.Stmts {
		v.stmt(s)
	}
}

func (v *verifier) stmt(s Stmt) {
	defer func(saved Stmt) { v.at = saved }(v.at)
	if isNil(s) {
		v.report("a statement is nil")
		return
	}
	v.at = s
	switch s := s.(type) {
	case *Assign:
		v.assign(s)
	case *Decl:
		v.decl(s)
	case *If:
		v.ifStmt(s)
	case *For:
		v.forStmt(s)
	case *Range:
		v.rangeStmt(s)
	case *Branch:
		v.branch(s)
	case *Return:
		v.returnStmt(s)
	case *Do:
		v.do(s)
	case *Block:
		v.block(s)
	default:
		panic(fmt.Sprintf("ast.Verify: %T", s))
	}
}

// isNil reports whether s is nil or a nil pointer.
func isNil(s Stmt) bool {
	switch s := s.(type) {
	case nil:
		return true
	case *Assign:
		return s == nil
	case *Block:
		return s == nil
	case *Do:
		return s == nil
	}
	return false
}

func (v *verifier) assign(s *Assign) {
	v.values(s.Rhs)
	v.arity(len(s.Lhs), s.Rhs)
	if s.Op != token.SHL_ASSIGN && s.Op != token.SHR_ASSIGN && len(s.Lhs) == len(s.Rhs) {
		for i, e := range s.Lhs {
			v.fits(s.Rhs[i], e)
		}
	}
	switch s.Op {
	case token.DEFINE:
		v.define(s.Lhs)
	case token.ASSIGN:
		v.places(s.Lhs)
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN, token.QUO_ASSIGN, token.REM_ASSIGN,
		token.AND_ASSIGN, token.OR_ASSIGN, token.XOR_ASSIGN, token.SHL_ASSIGN, token.SHR_ASSIGN, token.AND_NOT_ASSIGN:
		if len(s.Lhs) != 1 || len(s.Rhs) != 1 || s.Lhs[0] == nil {
			v.report("%s needs one place and one value", s.Op)
		}
		v.places(s.Lhs)
	default:
		v.report("%s is no assignment", s.Op)
	}
}

// arity verifies that there are n values: n expressions, or one call with n results.
func (v *verifier) arity(n int, values []Expr) {
	if n == 0 {
		v.report("nothing is assigned to")
	}
	if len(values) == n && n != 1 {
		return
	}
	if len(values) == 1 {
		if got := results(values[0]); got != n {
			v.report("%d places for %d values", n, got)
		}
		return
	}
	v.report("%d places for %d values", n, len(values))
}

// fits verifies that a value can be assigned to a place.
func (v *verifier) fits(value, place Expr) {
	if len(v.errs) > 0 || value == nil || place == nil {
		return // types may be missing
	}
	if r, ok := place.(*Ref); ok && (r.Var == nil || r.Var.Type == nil) {
		return
	}
	v.assignable(value, place.Type())
}

// assignable verifies that a value can be assigned to a variable of type t.
func (v *verifier) assignable(value Expr, t types.Type) {
	if from := value.Type(); !types.AssignableTo(from, t) {
		v.report("a value of type %s for a place of type %s", from, t)
	}
}

// results returns the number of values that an expression has.
func results(e Expr) int {
	if c, ok := e.(*Call); ok {
		if tuple, ok := c.T.(*types.Tuple); ok {
			return tuple.Len()
		}
	}
	return 1
}

// define verifies the left side of := and declares what is new.
func (v *verifier) define(lhs []Expr) {
	fresh := false
	for _, e := range lhs {
		if e == nil {
			continue
		}
		r, ok := e.(*Ref)
		switch {
		case !ok:
			v.report("%s on the left of :=", kindName(e))
		case r.Again:
			v.expr(r)
			if !v.scopes[len(v.scopes)-1][r.Var] {
				v.report("variable %s is not of this scope, so := would declare another", r.Var.Name)
			}
		default:
			fresh = true
			v.declare(r.Var)
		}
	}
	if !fresh {
		v.report("no new variable on the left of :=")
	}
}

// places verifies expressions that are assigned to; nil is the blank identifier.
func (v *verifier) places(lhs []Expr) {
	for _, e := range lhs {
		switch e := e.(type) {
		case nil:
		case *Ref, *Field, *Index, *Deref:
			v.expr(e)
		default:
			v.report("%s is assigned to", kindName(e))
		}
	}
}

func (v *verifier) decl(s *Decl) {
	v.values(s.Values)
	if len(s.Values) > 0 || len(s.Vars) == 0 {
		v.arity(len(s.Vars), s.Values)
	}
	for _, x := range s.Vars {
		v.declare(x)
	}
}

func (v *verifier) ifStmt(s *If) {
	v.open()
	v.header(s.Init)
	v.expr(s.Cond)
	v.block(s.Then)
	if s.Else != nil {
		v.block(s.Else)
	}
	v.close()
}

// header verifies the optional simple statement of a header.
func (v *verifier) header(s Stmt) {
	switch s := s.(type) {
	case nil:
	case *Assign, *Do:
		v.stmt(s)
	default:
		v.report("%s in a header", kindName(s))
	}
}

func (v *verifier) forStmt(s *For) {
	v.open()
	v.header(s.Init)
	if s.Cond != nil {
		v.expr(s.Cond)
	}
	v.header(s.Post)
	v.loop(s.Label, s.Body)
	v.close()
}

func (v *verifier) rangeStmt(s *Range) {
	v.expr(s.X)
	v.open()
	sides := slices.DeleteFunc([]Expr{s.Key, s.Value}, func(e Expr) bool { return e == nil })
	switch {
	case s.Define && len(sides) > 0:
		v.define(sides)
	default:
		v.places(sides)
	}
	v.loop(s.Label, s.Body)
	v.close()
}

func (v *verifier) loop(label *Label, body *Block) {
	v.loops = append(v.loops, label)
	v.block(body)
	v.loops = v.loops[:len(v.loops)-1]
}

func (v *verifier) branch(s *Branch) {
	switch {
	case s.Tok != token.BREAK && s.Tok != token.CONTINUE:
		v.report("%s is neither break nor continue", s.Tok)
	case len(v.loops) == 0:
		v.report("%s outside a loop", s.Tok)
	case s.Target != nil && !slices.Contains(v.loops, s.Target):
		v.report("%s to %s, which labels no loop around it", s.Tok, s.Target.Name)
	}
}

func (v *verifier) returnStmt(s *Return) {
	v.values(s.Results)
	want := len(v.f.Results)
	switch {
	case len(s.Results) == 0:
		if want > 0 && slices.ContainsFunc(v.f.Results, func(x *Var) bool { return x.Name == "" }) {
			v.report("a bare return, but there are unnamed results")
		}
	case len(s.Results) == 1 && want != 1:
		if got := results(s.Results[0]); got != want {
			v.report("%d values for %d results", got, want)
		}
	case len(s.Results) != want:
		v.report("%d values for %d results", len(s.Results), want)
	case len(v.errs) == 0:
		for i, e := range s.Results {
			v.assignable(e, v.f.Results[i].Type)
		}
	}
}

func (v *verifier) do(s *Do) {
	if s.Call == nil {
		v.report("the call is nil")
		return
	}
	v.expr(s.Call)
}

func (v *verifier) values(list []Expr) {
	for _, e := range list {
		v.expr(e)
	}
}

// expr verifies an expression, which must not be nil.
func (v *verifier) expr(e Expr) {
	if e == nil {
		v.report("an expression is nil")
		return
	}
	n := len(v.errs)
	v.node(e)
	if len(v.errs) == n && e.Type() == nil { // a node that lacks a part may not know its type
		v.report("%s has no type", kindName(e))
	}
}

// node verifies the parts of an expression.
func (v *verifier) node(e Expr) {
	switch e := e.(type) {
	case *Ref:
		if e.Var == nil {
			v.report("a reference to nil")
		} else if !v.inScope(e.Var) {
			v.report("variable %s is used where it is not declared", e.Var.Name)
		}
	case *Lit:
		if e.Text == "" {
			v.report("a literal without text")
		}
	case *Name:
		if e.Obj == nil {
			v.report("a name of nothing")
		}
	case *Field:
		v.expr(e.X)
		if e.Field == nil {
			v.report("a selector without a field")
		}
	case *Index:
		v.values([]Expr{e.X, e.I})
	case *Slice:
		v.expr(e.X)
		v.values(present(e.Lo, e.Hi, e.Max))
	case *Deref:
		v.expr(e.X)
	case *Addr:
		v.expr(e.X)
		if p, ok := e.T.(*types.Pointer); ok && len(v.errs) == 0 && !types.Identical(p.Elem(), e.X.Type()) {
			v.report("the address of a %s has type %s", e.X.Type(), e.T)
		}
	case *Unary:
		v.expr(e.X)
	case *Binary:
		v.values([]Expr{e.X, e.Y})
	case *Call:
		v.call(e)
	case *Convert:
		v.expr(e.X)
	case *Composite:
		v.composite(e)
	case *Past:
		v.report("a past value is left")
	default:
		panic(fmt.Sprintf("ast.Verify: %T", e))
	}
}

func (v *verifier) call(e *Call) {
	callees := 0
	for _, set := range []bool{e.Fun.Fn != nil, e.Fun.Builtin != "", e.Fun.Gen != nil, e.Fun.Copied != "", e.Fun.Value != nil} {
		if set {
			callees++
		}
	}
	if callees != 1 {
		v.report("a call of %d functions", callees)
	}
	if e.Fun.Method && len(e.Args) == 0 {
		v.report("a method is called without a receiver")
	}
	v.values(Operands(e))
}

func (v *verifier) composite(e *Composite) {
	for _, elem := range e.Elems {
		if elem.Field != nil && elem.Key != nil {
			v.report("an element with a field and a key")
		}
		if elem.Key != nil {
			v.expr(elem.Key)
		}
		v.expr(elem.Value)
	}
}
