package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Sines with cosines.
//
// Where the sine and the cosine of one number are computed, as in a value and its partial, they are computed together. Package math
// returns the same bits from Sincos as from Sin and Cos.
//
//	da *= math.Cos(a)*a + math.Sin(a)        sin, cos := math.Sincos(a)
//	                                         da *= cos*a + sin

// paired returns the variable of the value of e, if that is a sine or cosine and the other one is at hand in a variable of ours, or can be,
// from where at reports; or nil.
func (c *eliminator) paired(e ast.Expr, t *table, at func(*made) bool) *ast.Var {
	if !isSinOrCos(e) {
		return nil
	}
	call := e.(*ast.Call)
	name := "Sin"
	if call.Fun.Fn.Name() == name {
		name = "Cos"
	}
	scope := call.Fun.Fn.Pkg().Scope()
	partner, _ := scope.Lookup(name).(*types.Func)
	both, _ := scope.Lookup("Sincos").(*types.Func)
	if partner == nil || both == nil {
		return nil
	}
	other := *call
	other.Fun = ast.Callee{Fn: partner}
	k := t.made[c.keyOf(&other)]
	if k == nil || !at(k) || k.in == nil || c.isUsers(k) {
		return nil
	}
	if k.pair != nil {
		return k.pair
	}
	first := c.variable(k)
	v := ast.NewVar(commonName(call), call.T)
	c.holds[v] = call
	together := &ast.Assign{Lhs: ast.Refs([]*ast.Var{first, v}), Op: token.DEFINE}
	if name == "Cos" {
		slices.Reverse(together.Lhs)
	}
	key, found := c.keyOf(call), false
	var in func(e ast.Expr) ast.Expr
	in = func(e ast.Expr) ast.Expr {
		if couldBe(e, call) && c.keyOf(e) == key {
			return &ast.Ref{Var: v}
		}
		return ast.MapOperands(e, in)
	}
	list := append(slices.Clone(k.in.before[k.at]), k.in.list[k.at])
	for i, s := range list {
		if a, ok := s.(*ast.Assign); ok && !found && a.Op == token.DEFINE && len(a.Lhs) == 1 && ast.Equal(a.Lhs[0], &ast.Ref{Var: first}) {
			together.Meta = a.Meta
			made := a.Rhs[0].(*ast.Call)
			together.Rhs = []ast.Expr{&ast.Call{Fun: ast.Callee{Fn: both}, Args: made.Args, T: both.Signature().Results()}}
			list[i], found = together, true
		} else if found {
			list[i] = ast.MapExprs(s, in, nil)
		}
	}
	if !found {
		panic("transform: a common value that nothing defines")
	}
	k.in.before[k.at], k.in.list[k.at] = list[:len(list)-1], list[len(list)-1]
	k.pair = v
	pair := &made{expr: call, v: v, pair: first, in: k.in, at: k.at}
	c.reads(pair, call)
	t.add(key, pair)
	return v
}

// isSinOrCos reports whether e is a sine or a cosine.
func isSinOrCos(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && isMath(c) && (c.Fun.Fn.Name() == "Sin" || c.Fun.Fn.Name() == "Cos")
}

// isUsers reports whether the variable that has a value is one that a statement of the user's, or another of ours, assigns it to.
func (c *eliminator) isUsers(k *made) bool { return k.v != nil && c.holds[k.v] == nil }
