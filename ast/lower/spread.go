package lower

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// A spreader takes calls whose several results are the arguments of another call out of the expressions of one statement:
//
//	y := f(x) + g(h(x))              t := f(x)
//	                                 a, b := h(x)
//	                                 y := t + g(a, b)
//
// Calls to the left of one are taken out too, for they come first.
type spreader struct {
	pos token.Pos
	pre []ast.Stmt
}

// isSpread reports whether a call has the results of another one as its arguments.
func isSpread(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	if !ok || len(c.Args) == 0 {
		return false
	}
	_, several := c.Args[len(c.Args)-1].Type().(*types.Tuple)
	return several
}

// spreads reports whether something must be taken out of e, which may be nil.
func spreads(e ast.Expr) bool { return ast.Any(e, isSpread) }

// spread returns what comes of a statement that has been lowered: itself, and before it what is taken out of it.
func spread(s ast.Stmt) []ast.Stmt {
	sp := &spreader{pos: s.Info().Pos}
	switch s := s.(type) {
	case *ast.Assign:
		list := sp.list(append(append([]ast.Expr{}, s.Lhs...), s.Rhs...))
		c := *s
		c.Lhs, c.Rhs = list[:len(s.Lhs)], list[len(s.Lhs):]
		return append(sp.pre, &c)
	case *ast.Decl:
		c := *s
		c.Values = sp.list(s.Values)
		return append(sp.pre, &c)
	case *ast.Return:
		c := *s
		c.Results = sp.list(s.Results)
		return append(sp.pre, &c)
	case *ast.Do:
		c := *s
		c.Call, _ = sp.expr(s.Call).(*ast.Call)
		return append(sp.pre, &c)
	case *ast.If:
		if !spreads(s.Cond) {
			return []ast.Stmt{s}
		}
		c := *s
		c.Cond = sp.expr(s.Cond)
		if s.Init == nil {
			return append(sp.pre, &c)
		}
		c.Init = nil
		return []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: s.Pos}, Stmts: append(append([]ast.Stmt{s.Init}, sp.pre...), &c)}}
	case *ast.Range:
		c := *s
		c.X = sp.expr(s.X)
		return append(sp.pre, &c)
	case *ast.For:
		return []ast.Stmt{sp.loop(s)}
	}
	return []ast.Stmt{s}
}

// loop is a for statement whose condition is asked in its body, if something is taken out of it.
func (sp *spreader) loop(s *ast.For) *ast.For {
	if !spreads(s.Cond) {
		return s
	}
	c, body := *s, *s.Body
	over := &ast.Unary{Op: token.NOT, X: sp.expr(s.Cond)}
	leave := &ast.If{Cond: over, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: token.BREAK}}}}
	body.Stmts = append(append(sp.pre, leave), s.Body.Stmts...)
	c.Cond, c.Body = nil, &body
	return &c
}

// list takes out of expressions that are evaluated one after the other.
func (sp *spreader) list(list []ast.Expr) []ast.Expr {
	last := -1
	for i, e := range list {
		if spreads(e) {
			last = i
		}
	}
	out := make([]ast.Expr, len(list))
	for i, e := range list {
		out[i] = sp.expr(e)
		if i < last {
			out[i] = sp.calls(out[i])
		}
	}
	return out
}

// expr takes out of e, which may be nil.
func (sp *spreader) expr(e ast.Expr) ast.Expr {
	if !spreads(e) {
		return e
	}
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) && spreads(b.Y) {
		return sp.shortCircuit(b)
	}
	operands := sp.list(ast.Operands(e))
	i := -1
	e = ast.MapOperands(e, func(ast.Expr) ast.Expr { i++; return operands[i] })
	if isSpread(e) {
		return sp.arguments(e.(*ast.Call))
	}
	return e
}

// arguments puts the results of the call that is the last argument of c into variables, which are called like the parameters of c.
func (sp *spreader) arguments(c *ast.Call) ast.Expr {
	last := len(c.Args) - 1
	results := c.Args[last].Type().(*types.Tuple)
	d := *c
	d.Args = append([]ast.Expr{}, c.Args[:last]...)
	s := &ast.Assign{Meta: ast.Meta{Pos: sp.pos}, Op: token.DEFINE, Rhs: c.Args[last:]}
	param := func(i int) types.Type { return results.At(i).Type() }
	if c.Fun.Fn != nil {
		param = paramTypes(c)
	} else if elem := elemOf(results.At(0).Type()); c.Fun.Builtin == "append" && elem != nil {
		param = func(i int) types.Type { return []types.Type{results.At(0).Type(), elem}[min(i, 1)] }
	}
	for i := range results.Len() {
		v := &ast.Ref{Var: ast.NewVar(parameterName(c.Fun.Fn, i), results.At(i).Type())}
		s.Lhs = append(s.Lhs, v)
		arg := ast.Expr(v)
		if t := param(last + i); t != nil && ast.IsBoxed(t) && !types.Identical(t, v.Var.Type) {
			if x := boxOf(v, t); x != nil { // else checkSpread has reported it
				arg = x
			}
		}
		d.Args = append(d.Args, arg)
	}
	sp.pre = append(sp.pre, s)
	return &d
}

// parameterName returns what to call an argument of fn, which is nil for a builtin function.
func parameterName(fn *types.Func, i int) string {
	if fn != nil && i < fn.Signature().Params().Len() {
		if name := fn.Signature().Params().At(i).Name(); name != "" && name != "_" {
			return name
		}
	}
	return "t"
}

// callsFunc reports whether e is a call of a function that is not built in.
func callsFunc(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Builtin == ""
}

// calls takes all calls of functions out of e.
func (sp *spreader) calls(e ast.Expr) ast.Expr {
	if e == nil || !ast.Any(e, callsFunc) {
		return e
	}
	if b, ok := e.(*ast.Binary); callsFunc(e) || ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return sp.take(e)
	}
	return ast.MapOperands(e, sp.calls)
}

// take puts the value of e into a variable.
func (sp *spreader) take(e ast.Expr) ast.Expr {
	v := &ast.Ref{Var: ast.NewVar("t", types.Default(e.Type()))}
	sp.pre = append(sp.pre, &ast.Assign{Meta: ast.Meta{Pos: sp.pos}, Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{e}})
	return v
}

// shortCircuit is x && y or x || y where something is taken out of y, which is evaluated only where x does not decide.
func (sp *spreader) shortCircuit(b *ast.Binary) ast.Expr {
	t := sp.take(sp.expr(b.X))
	right := &spreader{pos: sp.pos}
	y := right.expr(b.Y)
	cond := t
	if b.Op == token.LOR {
		cond = &ast.Unary{Op: token.NOT, X: t}
	}
	set := &ast.Assign{Meta: ast.Meta{Pos: sp.pos}, Lhs: []ast.Expr{t}, Op: token.ASSIGN, Rhs: []ast.Expr{y}}
	sp.pre = append(sp.pre, &ast.If{Meta: ast.Meta{Pos: sp.pos}, Cond: cond, Then: &ast.Block{Stmts: append(right.pre, set)}})
	return t
}
