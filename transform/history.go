package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Histories.
//
// A slice that only appends to itself, and whose memory nothing else refers to, is as long in the reverse sweep as it was in the forward
// sweep, whatever memory it was in. So it needs no shadow there: the reverse sweep begins with a shadow as long as the slice has become
// and cuts off what an append has added.
//
//	xs = append(xs, x*x)             dx += dxs[len(dxs)-1] * 2 * x
//	                                 dxs = dxs[:len(dxs)-1]

// isHistory reports whether v is such a slice, of numbers or structs of them, declared where no later statement leaves its part.
func (d *derivation) isHistory(v *ast.Var) bool {
	if d.forward || d.outlook == nil {
		return false
	}
	is, known := d.histories[v]
	if !known {
		elem := elemType(v.Type)
		_, slice := v.Type.Underlying().(*types.Slice)
		is = slice && elem != nil && ast.ShapeOf(elem) == ast.ValueLike && d.staysInside(v) && d.growsAlone(v) && d.outlook.staysBehind(v)
		d.histories[v] = is
	}
	return is
}

// staysInside reports whether something is appended to v, and v is never returned.
func (d *derivation) staysInside(v *ast.Var) bool {
	appended, returned := false, false
	eachExpr(d.fn.Body, func(s ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Builtin == "append" {
			r, ok := c.Args[0].(*ast.Ref)
			appended = appended || ok && r.Var == v
		}
		_, ret := s.(*ast.Return)
		r, ok := e.(*ast.Ref)
		returned = returned || ret && ok && r.Var == v
	})
	return appended && !returned
}

// staysBehind reports whether a variable is declared by a statement behind which its part goes on to its end.
func (o *outlook) staysBehind(v *ast.Var) bool {
	for _, it := range o.tree.items {
		if it.body == nil && it.then == nil && slices.Contains(ast.Defined(it.stmt), v) {
			return !slices.ContainsFunc(it.part.items[it.index:], func(x *item) bool { return !x.goesOn() })
		}
	}
	return false
}

// historyStart declares the shadow of a history at the beginning of the reversal of the part p that declares it.
func (r *reverser) historyStart(v *ast.Var, p *part) ast.Stmt {
	at := slices.IndexFunc(p.items, func(it *item) bool { return slices.Contains(ast.Defined(it.stmt), v) })
	n := &ast.Past{X: length(&ast.Ref{Var: v}), At: p.items[at].lastInScope().stmt, After: true}
	return define(r.shadow(v), builtin("make", v.Type, n))
}

// lastInScope returns the last item in the scope of what an item declares.
func (it *item) lastInScope() *item {
	last := it.part.items[len(it.part.items)-1]
	if it.wrap != nil {
		scope := scopeIn(it.wrap, it.stmt)
		for !holdsStmt(scope, last.stmt) {
			last = it.part.items[last.index-1]
		}
	}
	return last
}

// scopeIn returns the innermost block of the user's, in one of them, that a statement stands in.
func scopeIn(b *ast.Block, s ast.Stmt) *ast.Block {
	for _, t := range b.Stmts {
		if inner, ok := t.(*ast.Block); ok && holdsStmt(inner, s) {
			return scopeIn(inner, s)
		}
	}
	return b
}

// holdsStmt reports whether a statement is below a block.
func holdsStmt(b *ast.Block, s ast.Stmt) bool {
	found := false
	ast.Inspect(b, func(t ast.Stmt) bool { found = found || t == s; return !found })
	return found
}

// historyBack reverses v = append(v, …) for a history.
func (r *reverser) historyBack(s ast.Stmt, c *ast.Call, v *ast.Var) []ast.Stmt {
	elem, dv := elemType(v.Type), &ast.Ref{Var: r.shadow(v)}
	cut := func(n ast.Expr) ast.Stmt { return set(dv, token.ASSIGN, &ast.Slice{X: dv, Hi: n, T: v.Type}) }
	if c.Spread {
		n := &ast.Ref{Var: ast.NewVar("n", intType)}
		past := r.before(s)
		out := []ast.Stmt{define(n.Var, &ast.Binary{Op: token.SUB, X: length(dv), Y: past(length(c.Args[1])), T: intType})}
		if r.reachesActive(c.Args[1]) {
			i := ast.NewVar("i", intType)
			from := element(&ast.Slice{X: dv, Lo: n, T: v.Type}, i)
			add := addValues(&ast.Index{X: r.value(c.Args[1], past), I: &ast.Ref{Var: i}, T: elem}, from)
			out = append(out, &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: past(length(c.Args[1])), Body: &ast.Block{Stmts: add}})
		}
		return append(out, cut(n))
	}
	var out []ast.Stmt
	k := int64(len(c.Args) - 1)
	back := func(j int64) ast.Expr { return &ast.Binary{Op: token.SUB, X: length(dv), Y: intNumber(j), T: intType} }
	for j, a := range c.Args[1:] {
		from := &ast.Index{X: dv, I: back(k - int64(j)), T: elem}
		out = append(out, r.spreadTo(s, &target{rhs: a, seed: from})...)
	}
	return append(out, cut(back(k)))
}

// historyRestart reverses what gives a history another beginning: its shadow is as long as it was before, and zero.
func (r *reverser) historyRestart(s ast.Stmt) []ast.Stmt {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN {
		return nil
	}
	var out []ast.Stmt
	for _, l := range a.Lhs {
		if ref, ok := l.(*ast.Ref); ok && r.isHistory(ref.Var) {
			n := r.before(s)(length(&ast.Ref{Var: ref.Var}))
			out = append(out, set(&ast.Ref{Var: r.shadow(ref.Var)}, token.ASSIGN, builtin("make", ref.Var.Type, n)))
		}
	}
	return out
}

// growsAlone reports whether nothing but the variable v refers to the memory of a slice that is appended to, so that what an append
// overwrites nobody has read.
func (d *derivation) growsAlone(v *ast.Var) bool {
	if !d.isLocal(v) || d.mem.addressed(v) {
		return false
	}
	alone := true
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		lhs, rhs := sides(s)
		for i, l := range lhs {
			if r, ok := l.(*ast.Ref); ok && r.Var == v && i < len(rhs) {
				alone = alone && len(lhs) == len(rhs) && isOwn(rhs[i], v)
				if c, ok := rhs[i].(*ast.Call); ok && c.Fun.Builtin == "append" && len(rhs) == 1 {
					alone = alone && !slices.ContainsFunc(c.Args[1:], func(x ast.Expr) bool { return shares(x, v) })
					return alone
				}
			}
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if _, ok := e.(*ast.Ref); !ok || !assigned && !goesOver(s, e) {
				alone = alone && !shares(e, v)
			}
		})
		return alone
	})
	return alone
}

// isOwn reports whether e is a new slice, or v with something appended.
func isOwn(e ast.Expr, v *ast.Var) bool {
	c, ok := e.(*ast.Call)
	if !ok {
		_, lit := e.(*ast.Composite)
		return lit || isNil(e)
	}
	switch c.Fun.Builtin {
	case "make":
		return true
	case "append":
		x, ok := c.Args[0].(*ast.Ref)
		return isNil(c.Args[0]) || ok && x.Var == v
	}
	return false
}

// goesOver reports whether s is a loop over e, or a return of it.
func goesOver(s ast.Stmt, e ast.Expr) bool {
	switch s := s.(type) {
	case *ast.Range:
		return s.X == e
	case *ast.Return:
		return true
	}
	return false
}

// shares reports whether the value of e may share memory with the slice v, or e hands v to a call.
func shares(e ast.Expr, v *ast.Var) bool {
	switch e := e.(type) {
	case *ast.Ref:
		return e.Var == v
	case *ast.Addr, *ast.Slice:
		if rootOf(ast.Operands(e)[0]) == v {
			return true
		}
	case *ast.Index:
		if r, ok := e.X.(*ast.Ref); ok && r.Var == v {
			return shares(e.I, v)
		}
	case *ast.Call:
		if e.Fun.Builtin == "len" || e.Fun.Builtin == "cap" {
			return false
		}
	}
	return slices.ContainsFunc(ast.Operands(e), func(x ast.Expr) bool { return shares(x, v) })
}
