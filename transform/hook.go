package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Hooks.
//
// runtime.WithGradient(x, hook) is x. In the reverse sweep the hook is called there with the adjoint, and what it returns takes the
// place of that:
//
//	y := godiff.WithGradient(x, hook)      y := x
//	                                       …
//	                                       dx += hook(dy)
//
// Of a slice or a pointer y is the same memory as x, but it has a shadow of its own, so that the hook is given what comes by way of y
// alone. It may change that in place, or return another:
//
//	copy(dy, hook(dy))
//	for i := range dy {
//		dx[i] += dy[i]
//	}
//
// A hook may do what it likes, and it is called once for each time that the primal function gets there, in the reverse order. So
// what has a hook is never swept forward and back at once.

// hook returns the hook of a call of WithGradient, if c is one.
func (u *Unit) hook(c *ast.Call) (hook ast.Callee, ok bool) {
	if c.Fun.Fn == nil || u.Instances == nil || u.declared(c.Fun.Fn) != runtimePackage.Path()+".WithGradient" {
		return ast.Callee{}, false
	}
	fn, method := u.Instances.Given(c.Fun.Fn)
	return ast.Callee{Fn: fn, Method: method}, fn != nil
}

// isHook reports whether c is a call of WithGradient.
func (d *derivation) isHook(c *ast.Call) bool {
	_, ok := d.u.hook(c)
	return ok
}

// hooked is the argument of a call of WithGradient that is its value. Before it stand those that belong to the hook.
func hooked(c *ast.Call) ast.Expr {
	x := c.Args[len(c.Args)-1]
	if isLit(x) || isUntyped(x.Type()) {
		return &ast.Convert{X: x, T: c.T}
	}
	return x
}

// isHooked reports whether a function calls WithGradient, or calls a function that does.
func (u *Unit) isHooked(fn *types.Func) bool {
	s := u.summary(fn)
	return s != nil && s.hooks
}

// withoutHooks is a block with what stands for their values in place of calls of WithGradient that need not be there.
func (u *Unit) withoutHooks(b *ast.Block, needed func(*ast.Call) bool) (out *ast.Block, changed bool) {
	mapped := mapAll(b, func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			c, ok := e.(*ast.Call)
			if !ok {
				return e
			}
			if _, is := u.hook(c); !is || needed(c) {
				return e
			}
			changed = true
			return hooked(c)
		})
	})
	if !changed {
		return b, false
	}
	out, _ = mapped.(*ast.Block)
	return out, true
}

// hookCall leaves the value in place of a call of WithGradient in the forward sweep, with its shadow.
func (d *derivation) hookCall(s ast.Stmt, lhs []ast.Expr, c *ast.Call) []ast.Stmt {
	op := token.ASSIGN
	if isDefine(s) {
		op = token.DEFINE
	}
	t := &ast.Assign{Meta: *s.Info(), Lhs: lhs, Op: op, Rhs: []ast.Expr{hooked(c)}}
	n := &splitNote{call: c, lhs: lhs, hooked: true, last: t}
	d.calls[t] = n
	out := []ast.Stmt{t}
	if l := at(lhs, 0); l != nil && d.reachesActive(l) {
		d.checkResultApart(s, l, c)
		out = append(out, d.resultShadow(t, l, c)...)
		n.last = out[len(out)-1]
	}
	return out
}

// hookBack calls the hook of a call of WithGradient.
func (r *reverser) hookBack(s ast.Stmt, n *splitNote) []ast.Stmt {
	c, x, l, past := n.call, hooked(n.call), n.lhs[0], r.before(s)
	hook, _ := r.u.hook(c)
	call := &ast.Call{Fun: hook, T: x.Type()}
	for _, own := range c.Args[:len(c.Args)-1] {
		call.Args = append(call.Args, past(own))
	}
	switch ast.ShapeOf(x.Type()) {
	case ast.ValueLike:
		dl := r.place(l, past)
		call.Args = append(call.Args, dl)
		dx := &ast.Ref{Var: ast.NewVar("d"+placeName(x), x.Type())}
		out := []ast.Stmt{define(dx.Var, call)}
		if !declaresVar(s, l) {
			out = append(out, r.zero(dl))
		}
		return append(out, r.pushArgument(s, x, dx)...)
	case ast.ReferenceLike:
		if l == nil || !r.reachesActive(l) {
			return nil
		}
		dl := r.value(l, after(n.last))
		call.Args = append(call.Args, dl)
		set := &ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "SetShadow"}, Args: []ast.Expr{dl, call}, T: types.NewTuple()}}
		if isSlice(x.Type()) && ast.ShapeOf(elemType(x.Type())) == ast.ValueLike {
			set.Call = builtin("copy", intType, dl, call)
		}
		return append([]ast.Stmt{set}, r.u.sumShadows(r.value(x, past), dl)...)
	}
	refuse(s.Info().Pos, "the hook of a value that holds floats both in itself and behind slices or pointers is not supported: give WithGradient a part of it, or a pointer")
	return nil
}
