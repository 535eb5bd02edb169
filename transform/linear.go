package transform

import (
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Linearisation.
//
// The derivative of an expression is a linear form in the derivatives of the places that it reads: each of them with
// a coefficient. The coefficients are found by pushing a seed down the expression tree,
//
//	x*y seeded with s   gives   x: s*y   and   y: s*x
//	f(x) seeded with s  gives   x: what the rule of f returns for the adjoint s
//
// and serve both modes: reverse mode adds the coefficient times the adjoint of the result to the adjoint of the
// place, forward mode adds up the coefficients times the tangents of the places.

// seedName is the name of the variables that stand for the seed in a coefficient; no source has it.
const seedName = "\x00"

// symbolic returns what stands for a seed of type t.
func symbolic(t types.Type) ast.Expr { return &ast.Ref{Var: ast.NewVar(seedName, t)} }

func isSeed(v *ast.Var) bool { return v.Name == seedName }

// isBareSeed reports whether e is a seed, or minus one.
func isBareSeed(e ast.Expr) bool {
	if m := isMinus(e); m != nil {
		e = m
	}
	r, ok := e.(*ast.Ref)
	return ok && isSeed(r.Var)
}

// A term is one place of a linear form.
type term struct {
	place ast.Expr   // in the primal
	coef  ast.Expr   // with the seed in it
	when  []ast.Expr // conditions under which there is such a term

	tangent bool // the place is the tangent of an operand
}

// A linear is the linearisation of the expressions of one statement.
type linear struct {
	d     *derivation
	stmt  ast.Stmt
	whole ast.Expr   // the right side of the statement …
	value ast.Expr   // … and, where it can be had, its value as a variable
	pre   []ast.Stmt // computes what the coefficients share
	adds  bool       // whether pre adds to adjoints
	terms []term
	when  []ast.Expr
	seed  ast.Expr // for temporaries, which cannot hold the symbolic one

	nested func(e, coef ast.Expr) term // in forward mode: the term of the tangent of an operand
}

// val is the value of a primal expression at the statement.
func (l *linear) val(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Lit, *ast.Name:
		return e
	case *ast.Unary:
		if x.Op == token.SUB && ast.IsFloat(x.X.Type()) {
			return neg(l.val(x.X))
		}
	case *ast.Convert:
		if _, lit := x.X.(*ast.Lit); lit {
			return e
		}
	}
	if e == l.whole && l.value != nil {
		return l.value
	}
	return l.d.before(l.stmt)(e)
}

// push adds the terms of e seeded with adj.
func (l *linear) push(e, adj ast.Expr) {
	if !l.d.act.depends(e) {
		return
	}
	if l.nested != nil && !isBareSeed(adj) && l.d.joins(e) && !l.d.isQuotient(e) {
		l.terms = append(l.terms, l.nested(e, adj))
		return
	}
	switch e := e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		l.terms = append(l.terms, term{place: e, coef: adj, when: l.when})
	case *ast.Unary:
		switch e.Op {
		case token.ADD:
			l.push(e.X, adj)
		case token.SUB:
			l.push(e.X, neg(adj))
		default:
			panic("transform: derivative of unary " + e.Op.String())
		}
	case *ast.Binary:
		l.binary(e, adj)
	case *ast.Convert:
		l.push(e.X, convert(adj, e.X.Type()))
	case *ast.Call:
		l.call(e, adj)
	case *ast.Composite:
		refuse(l.stmt.Info().Pos, "a composite literal is not supported inside this expression; assign it to a variable first")
	default:
		refuse(l.stmt.Info().Pos, "this expression cannot be differentiated here; assign it to a variable first")
	}
}

// joins reports whether the derivatives of two places or more meet in e, by arithmetic alone: a function may have an infinite partial, and
// a factor of zero outside of it must come first.
func (d *derivation) joins(e ast.Expr) bool {
	places := 0
	ast.Walk(e, func(e ast.Expr) bool {
		switch e.(type) {
		case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
			if d.act.depends(e) {
				places++
			}
			return false
		}
		return true
	})
	return places > 1 && !d.callsActive(e)
}

// callsActive reports whether something active goes into a function in e.
func (d *derivation) callsActive(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		_, call := e.(*ast.Call)
		return call && d.act.depends(e)
	})
}

// isQuotient reports whether e is a quotient of two active operands, by arithmetic alone.
func (d *derivation) isQuotient(e ast.Expr) bool {
	q, ok := e.(*ast.Binary)
	return ok && q.Op == token.QUO && d.act.depends(q.X) && d.act.depends(q.Y) && !d.callsActive(e)
}

func (l *linear) binary(e *ast.Binary, adj ast.Expr) {
	x, y := l.d.act.depends(e.X), l.d.act.depends(e.Y)
	if x && y {
		adj = l.share(adj, e.T)
	}
	switch e.Op {
	case token.ADD:
		l.push(e.X, adj)
		l.push(e.Y, adj)
	case token.SUB:
		l.push(e.X, adj)
		l.push(e.Y, neg(adj))
	case token.MUL:
		if x {
			l.push(e.X, mul(adj, l.val(e.Y)))
		}
		if y {
			l.push(e.Y, mul(adj, l.val(e.X)))
		}
	case token.QUO:
		if l.nested != nil && l.d.isQuotient(e) {
			l.terms = append(l.terms, l.nested(e, quo(adj, l.val(e.Y)))) // (dx - dy*q) / y, where q is the quotient
			return
		}
		if x {
			l.push(e.X, quo(adj, l.val(e.Y)))
		}
		if y {
			l.push(e.Y, neg(quo(mul(adj, l.val(e)), l.val(e.Y))))
		}
	default:
		panic("transform: derivative of binary " + e.Op.String())
	}
}

// share puts an adjoint that is needed more than once and costs something into a temporary.
func (l *linear) share(adj ast.Expr, t types.Type) ast.Expr {
	if cost(adj) < 3 || l.seed == nil {
		return adj
	}
	v := ast.NewVar("adj", t)
	l.pre = append(l.pre, l.guarded(&ast.Assign{Lhs: ast.Refs([]*ast.Var{v}), Op: token.DEFINE, Rhs: []ast.Expr{withSeed(adj, l.seed)}})...)
	return &ast.Ref{Var: v}
}

// guarded puts a definition under the conditions at hand; the variable is then declared before.
func (l *linear) guarded(s *ast.Assign) []ast.Stmt {
	if len(l.when) == 0 {
		return []ast.Stmt{s}
	}
	v := s.Lhs[0].(*ast.Ref).Var
	s.Op = token.ASSIGN
	return []ast.Stmt{
		&ast.Decl{Vars: []*ast.Var{v}, Typed: true},
		&ast.If{Cond: all(l.when), Then: &ast.Block{Stmts: []ast.Stmt{s}}},
	}
}

func all(conds []ast.Expr) ast.Expr {
	c := conds[0]
	for _, d := range conds[1:] {
		c = &ast.Binary{Op: token.LAND, X: c, Y: d, T: types.Typ[types.Bool]}
	}
	return c
}

// keep puts a value that a rule needs more than once into a temporary.
func (l *linear) keep(e ast.Expr, name string) ast.Expr {
	if cheap(e) {
		return e
	}
	v := ast.NewVar(name, e.Type())
	l.pre = append(l.pre, &ast.Assign{Lhs: ast.Refs([]*ast.Var{v}), Op: token.DEFINE, Rhs: []ast.Expr{e}})
	return &ast.Ref{Var: v}
}

// cheap reports whether evaluating e twice is no worse than keeping it.
func cheap(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref, *ast.Lit, *ast.Name:
		return true
	case *ast.Past:
		return cheap(e.X)
	case *ast.Unary:
		return cheap(e.X)
	case *ast.Field:
		return cheap(e.X)
	case *ast.Index:
		return cheap(e.X) && cost(e.I) < 2
	case *ast.Convert:
		return cheap(e.X)
	}
	return false
}

// cost counts what evaluating e takes, in multiplications.
func cost(e ast.Expr) int {
	n := 0
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Binary:
			n++
			if e.Op == token.QUO {
				n += 3
			}
		case *ast.Call:
			if e.Fun.Builtin != "len" && e.Fun.Builtin != "cap" {
				n += 10
			}
		}
		return true
	})
	return n
}

// withSeed replaces the symbolic seed in a coefficient and simplifies what that makes simple.
func withSeed(coef, s ast.Expr) ast.Expr {
	switch e := coef.(type) {
	case *ast.Ref:
		if isSeed(e.Var) {
			return s
		}
		return e
	case *ast.Past:
		return e
	case *ast.Binary:
		return binary(e.Op, withSeed(e.X, s), withSeed(e.Y, s), e.T)
	case *ast.Unary:
		if e.Op == token.SUB {
			return neg(withSeed(e.X, s))
		}
	case *ast.Convert:
		return convert(withSeed(e.X, s), e.T)
	}
	return ast.MapOperands(coef, func(x ast.Expr) ast.Expr { return withSeed(x, s) })
}

// binary is x op y, without what does nothing: factors of one, signs of signs. Nothing is done that could
// change rounding or range.
func binary(op token.Token, x, y ast.Expr, t types.Type) ast.Expr {
	switch op {
	case token.MUL:
		return mul(x, y)
	case token.QUO:
		return quo(x, y)
	case token.ADD:
		return add(x, y)
	case token.SUB:
		return sub(x, y)
	}
	return &ast.Binary{Op: op, X: x, Y: y, T: t}
}

func mul(x, y ast.Expr) ast.Expr {
	switch {
	case isOne(x):
		return y
	case isOne(y):
		return x
	case isMinus(x) != nil && !isLit(x):
		return neg(mul(isMinus(x), y))
	case isMinus(y) != nil:
		return neg(mul(x, isMinus(y)))
	}
	return &ast.Binary{Op: token.MUL, X: x, Y: y, T: floatOf(x, y)}
}

func quo(x, y ast.Expr) ast.Expr {
	switch {
	case isOne(y):
		return x
	case isMinus(x) != nil:
		return neg(quo(isMinus(x), y))
	}
	t := floatOf(x, y)
	if isConstant(x) && isConstant(y) && !isFloating(y) {
		for _, e := range []ast.Expr{x, y} {
			if ast.IsFloat(e.Type()) { // else it is a quotient of integers
				x, t = floating(x, e.Type()), e.Type()
				break
			}
		}
	}
	return &ast.Binary{Op: token.QUO, X: x, Y: y, T: t}
}

// isConstant reports whether e is a constant expression of Go.
func isConstant(e ast.Expr) bool {
	return !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Name:
			_, isConst := e.Obj.(*types.Const)
			return !isConst
		case *ast.Lit, *ast.Unary, *ast.Binary, *ast.Convert, *ast.Past:
			return false
		}
		return true
	})
}

// floating is a constant expression of type t that Go does not take for an integer one: 1/2 is zero, 1.0/2 is not.
func floating(e ast.Expr, t types.Type) ast.Expr {
	switch e := e.(type) {
	case *ast.Lit:
		if e.Val != nil && !strings.ContainsAny(e.Text, ".eEpP") {
			return &ast.Lit{Text: e.Text + ".0", Val: e.Val, T: e.T}
		}
		return e
	case *ast.Binary:
		if e.Op == token.MUL || e.Op == token.QUO {
			return &ast.Binary{Op: e.Op, X: floating(e.X, t), Y: e.Y, T: e.T}
		}
	case *ast.Convert:
		return e
	}
	if isFloating(e) {
		return e
	}
	return &ast.Convert{X: e, T: t}
}

// isFloating reports whether Go takes a constant expression for a floating-point one whatever stands beside it.
func isFloating(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Lit:
		return strings.ContainsAny(e.Text, ".eEpP")
	case *ast.Unary:
		return isFloating(e.X)
	case *ast.Past:
		return isFloating(e.X)
	case *ast.Binary:
		return isFloating(e.X) || isFloating(e.Y)
	case *ast.Name:
		b, ok := e.Obj.Type().Underlying().(*types.Basic)
		return ok && b.Info()&types.IsFloat != 0
	}
	return ast.IsFloat(e.Type())
}

func add(x, y ast.Expr) ast.Expr {
	if m := isMinus(y); m != nil {
		return &ast.Binary{Op: token.SUB, X: x, Y: m, T: floatOf(x, y)}
	}
	return &ast.Binary{Op: token.ADD, X: x, Y: y, T: floatOf(x, y)}
}

func sub(x, y ast.Expr) ast.Expr {
	if m := isMinus(y); m != nil {
		return &ast.Binary{Op: token.ADD, X: x, Y: m, T: floatOf(x, y)}
	}
	return &ast.Binary{Op: token.SUB, X: x, Y: y, T: floatOf(x, y)}
}

func neg(x ast.Expr) ast.Expr {
	if m := isMinus(x); m != nil {
		return m
	}
	if _, lit := x.(*ast.Lit); lit && isZero(x) {
		return x // -0 is the constant zero, without a sign
	}
	return &ast.Unary{Op: token.SUB, X: x}
}

// isMinus returns m where x is -m, else nil.
func isMinus(x ast.Expr) ast.Expr {
	if u, ok := x.(*ast.Unary); ok && u.Op == token.SUB {
		return u.X
	}
	return nil
}

func isLit(x ast.Expr) bool {
	if m := isMinus(x); m != nil {
		x = m
	}
	_, ok := x.(*ast.Lit)
	return ok
}

// floatOf is the type of an operation on x and y; a constant takes the other's.
func floatOf(x, y ast.Expr) types.Type {
	if isConstant(x) {
		return y.Type()
	}
	return x.Type()
}

// litValue returns the value of a float literal or its negation.
func litValue(e ast.Expr) (float64, bool) {
	if m := isMinus(e); m != nil {
		v, ok := litValue(m)
		return -v, ok
	}
	if c, ok := e.(*ast.Convert); ok {
		return litValue(c.X)
	}
	l, ok := e.(*ast.Lit)
	if !ok || l.Val == nil || l.Val.Kind() != constant.Int && l.Val.Kind() != constant.Float {
		return 0, false
	}
	v, _ := constant.Float64Val(l.Val)
	return v, true
}

func isOne(e ast.Expr) bool {
	if _, conv := e.(*ast.Convert); conv {
		return false
	}
	v, ok := litValue(e)
	return ok && v == 1
}

func isZero(e ast.Expr) bool {
	v, ok := litValue(e)
	return ok && v == 0
}

// number is a float literal.
func number(v float64, t types.Type) ast.Expr {
	if v < 0 {
		return neg(number(-v, t))
	}
	return &ast.Lit{Text: formatFloat(v), Val: constant.MakeFloat64(v), T: t}
}

func formatFloat(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	return strings.Replace(s, "e+", "e", 1)
}

// singleValue returns the value of a float32 literal, and whether it is one that float32 rounds: float64(float32(0.1)).
func singleValue(l *ast.Lit) (v float64, rounded bool) {
	if b, ok := l.T.Underlying().(*types.Basic); !ok || b.Kind() != types.Float32 || l.Val == nil || ast.IsTypeParam(l.T) {
		return 0, false
	}
	x, exact := constant.Float32Val(constant.ToFloat(l.Val))
	return float64(x), !exact
}

// convert is T(e), without conversions that do nothing.
func convert(e ast.Expr, t types.Type) ast.Expr {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return e
	}
	if isNil(e) {
		return &ast.Convert{X: e, T: t}
	}
	if types.Identical(e.Type(), t) {
		return e
	}
	if isInteger(t) && writtenAsFloat(e) {
		return &ast.Convert{X: e, T: t}
	}
	if l, ok := e.(*ast.Lit); ok {
		if v, single := singleValue(l); single && ast.IsFloat(t) {
			return number(v, t)
		}
		return &ast.Lit{Text: l.Text, Val: l.Val, T: t}
	}
	if m := isMinus(e); m != nil && isLit(m) {
		return neg(convert(m, t))
	}
	return &ast.Convert{X: e, T: t}
}

// writtenAsFloat reports whether a constant, or one behind a sign, is written as a float: alone it is no operand of operators of integers.
func writtenAsFloat(e ast.Expr) bool {
	if m := isMinus(e); m != nil {
		e = m
	}
	l, ok := e.(*ast.Lit)
	return ok && l.Val != nil && (constant.ToInt(l.Val).Kind() != constant.Int || strings.ContainsAny(l.Text, ".eEpP") && !isInteger(l.T))
}
