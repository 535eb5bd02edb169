package transform

import (
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Calls in place.
//
// A rule cannot tell the shadows of two arguments apart that are one value of an opaque type, nor what the one held before the other was
// written. Where the rule says inplace, the function does what it would with a copy, and so it is given one. And where it says returns, the
// result is the argument:
//
//	v.AddScaledVec(v, k, d)                     t := CopyVecDense(v)
//	                                            v.AddScaledVec(t, k, d)
//	y := floats.ScaleTo(make([]float64, n), k, x)
//	                                            t := make([]float64, n)
//	                                            floats.ScaleTo(t, k, x)
//	                                            y := t

// inPlace rewrites the calls in a block that are statements of their own, or all that is assigned, and of which active says so.
func (u *Unit) inPlace(f *ast.Func, b *ast.Block, active func(*ast.Call) bool) (out *ast.Block, changed bool) {
	out = &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		switch t := s.(type) {
		case *ast.Do:
			if c, before := u.withCopies(f, t.Call, u.inPlaceRule(f, t.Call, active)); len(before) > 0 && !t.Defer {
				d := *t
				d.Call = c
				out.Stmts = append(append(out.Stmts, before...), &d)
				changed = true
				continue
			}
		case *ast.Assign:
			if list := u.assignedInPlace(f, t, active); list != nil {
				out.Stmts = append(out.Stmts, list...)
				changed = true
				continue
			}
		default:
			if len(ast.Blocks(s)) > 0 {
				s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
					c, ok := u.inPlace(f, b, active)
					changed = changed || ok
					return c
				})
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	if !changed {
		return b, false
	}
	return out, true
}

// assignedInPlace returns what stands for an assignment of one call, or nil if that can stay.
func (u *Unit) assignedInPlace(f *ast.Func, s *ast.Assign, active func(*ast.Call) bool) []ast.Stmt {
	if len(s.Rhs) != 1 || len(s.Lhs) != 1 {
		return nil
	}
	call, ok := s.Rhs[0].(*ast.Call)
	if !ok {
		return nil
	}
	rule := u.inPlaceRule(f, call, active)
	c, out := u.withCopies(f, call, rule)
	given := *s
	switch {
	case rule != nil && rule.Returns > 0:
		t := &ast.Ref{Var: ast.NewVar("t", c.T)}
		e := *c
		e.Args = slices.Clone(c.Args)
		out = append(out, define(t.Var, e.Args[rule.Returns-1]), &ast.Do{Meta: s.Meta, Call: &e})
		e.Args[rule.Returns-1] = t
		given.Rhs = []ast.Expr{t}
	case len(out) == 0:
		return nil
	default:
		given.Rhs = []ast.Expr{c}
	}
	return append(out, &given)
}

// withCopies returns a call with copies of the arguments that are what it writes, where a rule for it, which may be nil, says that they may
// be, and what makes these.
func (u *Unit) withCopies(f *ast.Func, c *ast.Call, rule *Rule) (*ast.Call, []ast.Stmt) {
	if rule == nil {
		return c, nil
	}
	var before []ast.Stmt
	var copied []ast.Expr
	var copies []*ast.Ref
	d := *c
	d.Args = slices.Clone(c.Args)
	for _, i := range rule.InPlace {
		x := heldBy(c.Args[i])
		written := func(w int) bool { return ast.Equal(heldBy(c.Args[w]), x) }
		if !isPath(x) || !slices.ContainsFunc(slices.Concat(rule.Writes, rule.Sets), written) {
			continue
		}
		made := u.copiedArgument(f, c, x)
		if made == nil {
			continue
		}
		k := slices.IndexFunc(copied, func(y ast.Expr) bool { return ast.Equal(x, y) })
		if k < 0 {
			k = len(copied)
			copied, copies = append(copied, x), append(copies, &ast.Ref{Var: ast.NewVar("t", x.Type())})
			before = append(before, define(copies[k].Var, made))
		}
		d.Args[i] = ast.Map(c.Args[i], func(e ast.Expr) ast.Expr {
			if ast.Equal(e, x) {
				return copies[k]
			}
			return e
		})
	}
	if len(before) == 0 {
		return c, nil
	}
	return &d, before
}

// copiedArgument returns a call, in f, that makes a copy of an argument of a call, a slice of numbers or an opaque value, or nil if there is none.
func (u *Unit) copiedArgument(f *ast.Func, c *ast.Call, x ast.Expr) ast.Expr {
	if isSlice(x.Type()) && ast.ShapeOf(elemType(x.Type())) == ast.ValueLike {
		made := builtin("append", x.Type(), &ast.Convert{X: nilExpr(x.Type()), T: x.Type()}, x)
		made.Spread = true
		return made
	}
	o := u.opaquePointee(x.Type())
	if o == nil || o.Copy == nil || u.comesTo(o.Copy, f.Obj, map[*types.Func]bool{}) {
		return nil // to copy what makes the copy would have no end
	}
	return &ast.Call{Fun: ast.Callee{Fn: o.Copy}, Args: []ast.Expr{x}, T: x.Type(), Pos: c.Pos}
}

// comesTo reports whether fn is another function or calls it, as far as there is source.
func (u *Unit) comesTo(fn, other *types.Func, seen map[*types.Func]bool) bool {
	if fn == other {
		return true
	}
	f := u.Lower(fn)
	if f == nil || seen[fn] {
		return false
	}
	seen[fn] = true
	return slices.ContainsFunc(calledBy(f), func(g *types.Func) bool { return u.comesTo(g, other, seen) })
}

// inPlaceRule returns the rule for a call that says inplace or returns, or nil.
func (u *Unit) inPlaceRule(f *ast.Func, c *ast.Call, active func(*ast.Call) bool) *Rule {
	if c.Fun.Fn == nil || u.isConstant(c.Fun.Fn, f.Pkg) {
		return nil
	}
	for _, rules := range u.rulesFor(c.Fun.Fn, f.Pkg, false) {
		for _, rule := range rules {
			if (len(rule.InPlace) > 0 || rule.Returns > 0) && active(c) {
				return rule
			}
		}
	}
	return nil
}

// heldBy returns what an interface is made of, or x itself.
func heldBy(x ast.Expr) ast.Expr {
	if a, ok := x.(*ast.Addr); ok && ast.IsBoxed(a.T) {
		if lit, ok := a.X.(*ast.Composite); ok && len(lit.Elems) == 1 {
			return lit.Elems[0].Value
		}
	}
	return x
}
