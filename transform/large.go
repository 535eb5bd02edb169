package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Large expressions.
//
// The derivative of a product repeats its factors, and that of a function its argument; both pass a factor on to every place in an
// operand. Where the operand is large, and holds the like, the derivative of n operations has n² of them. So it gets a variable:
//
//	y = x*x* … *x*x                  t := x*x* … *x
//	                                 y = t*x* … *x
//
// What is evaluated before it and could panic gets one too, so that the first panic stays the first.
const (
	largeCost   = 14 // operations that are repeated
	largeSpread = 8  // places that a factor is passed on to
)

// An extent says how large an expression is to its derivative.
type extent struct {
	cost   int // in the sense of the function cost
	places int // active places in it
}

func (x extent) repeats() bool { return x.places > 0 && x.cost > largeCost }

func (x extent) spreads() bool { return x.places > largeSpread }

// parts takes what is too large out of expressions that a statement evaluates one after the other.
func (h *hoister) parts(list []ast.Expr) []ast.Expr {
	out := slices.Clone(list)
	for i, e := range list {
		if e != nil && ast.IsFloat(e.Type()) {
			out[i], _ = h.part(e)
		}
		h.pinned = h.pinned || !steadfast(out[i])
	}
	return out
}

// part takes out of e what is too large and returns the extent of what is left.
func (h *hoister) part(e ast.Expr) (ast.Expr, extent) {
	never := func(int, []extent) bool { return false }
	switch x := e.(type) {
	case *ast.Unary:
		return h.operandsOf(e, 0, never)
	case *ast.Convert:
		if ast.IsFloat(x.X.Type()) {
			return h.operandsOf(e, 0, never)
		}
	case *ast.Binary:
		switch x.Op {
		case token.ADD, token.SUB:
			return h.operandsOf(e, 1, never)
		case token.MUL:
			return h.operandsOf(e, 1, func(i int, list []extent) bool { return list[i].spreads() || list[i].repeats() && list[1-i].places > 0 })
		case token.QUO:
			return h.operandsOf(e, 4, func(i int, list []extent) bool { return list[i].spreads() || list[i].repeats() && list[1].places > 0 })
		}
	case *ast.Call:
		for extremum(x) && len(x.Args) > 4 {
			first, _ := h.part(&ast.Call{Fun: x.Fun, Args: x.Args[:4], T: x.T})
			if first = h.take(first, len(h.pre)); !isNew(first) {
				break
			}
			x = &ast.Call{Fun: x.Fun, Args: append([]ast.Expr{first}, x.Args[4:]...), T: x.T}
		}
		own := 10
		if x.Fun.Fn != nil && h.unit.inlined(x) != nil {
			own = cost(h.unit.oneExpression(x.Fun.Fn))
		}
		return h.operandsOf(x, own, func(i int, list []extent) bool { return list[i].spreads() || list[i].repeats() })
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		if isNew(e) || h.act.depends(e) {
			return e, extent{cost(e), 1}
		}
	}
	return e, extent{cost(e), 0}
}

// extremum reports whether a call is one of min or max.
func extremum(c *ast.Call) bool { return c.Fun.Builtin == "min" || c.Fun.Builtin == "max" }

// isNew reports whether e is a variable of ours, of which the analysis knows nothing.
func isNew(e ast.Expr) bool {
	r, ok := e.(*ast.Ref)
	return ok && r.Var.Obj == nil
}

// operandsOf is part for the operands of e, which itself costs own: it takes out those that are large.
func (h *hoister) operandsOf(e ast.Expr, own int, large func(i int, list []extent) bool) (ast.Expr, extent) {
	operands := slices.Clone(ast.Operands(e))
	list := make([]extent, len(operands))
	ends := make([]int, len(operands)) // where what belongs before an operand ends in h.pre
	for i, x := range operands {
		if ast.IsFloat(x.Type()) {
			operands[i], list[i] = h.part(x)
		} else {
			list[i].cost = cost(x)
		}
		ends[i] = len(h.pre)
	}
	fragile := false // whether what could panic is evaluated before the statement, though it comes after the operand
	end := len(h.pre)
	for i, x := range slices.Backward(operands) {
		fragile = fragile || slices.ContainsFunc(h.pre[ends[i]:end], func(s ast.Stmt) bool {
			a, ok := s.(*ast.Assign)
			return !ok || !steadfast(a.Rhs[0])
		})
		end = ends[i]
		if large(i, list) || fragile && !steadfast(x) {
			operands[i] = h.take(x, ends[i])
			if isNew(operands[i]) {
				list[i].cost, list[i].places = 0, min(list[i].places, 1)
				fragile = fragile || !steadfast(x)
			}
		}
	}
	total := extent{cost: own}
	for _, x := range list {
		total.cost += x.cost
		total.places += x.places
	}
	i := -1
	return ast.MapOperands(e, func(ast.Expr) ast.Expr { i++; return operands[i] }), total
}

// take puts e into a variable, defined at a position of what comes before the statement. It leaves e where it is if something that
// is evaluated before it could panic and stays in the statement.
func (h *hoister) take(e ast.Expr, at int) ast.Expr {
	if h.pinned && !steadfast(e) {
		return e
	}
	t := ast.NewVar("t", e.Type())
	def := define(t, e)
	def.Pos = h.pos
	h.pre = slices.Insert(h.pre, at, ast.Stmt(def))
	return &ast.Ref{Var: t}
}

// steadfast reports whether evaluating e neither panics nor has an effect.
func steadfast(e ast.Expr) bool {
	return !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref, *ast.Lit, *ast.Name, *ast.Unary, *ast.Convert:
			return false
		case *ast.Field:
			return ast.Pointee(e.X.Type()) != nil
		case *ast.Binary:
			return !ast.IsFloat(e.T)
		case *ast.Call:
			return !extremum(e) && (e.Fun.Fn == nil || e.Fun.Fn.Pkg() == nil || e.Fun.Fn.Pkg().Path() != "math")
		}
		return true
	})
}
