package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Calls at once.
//
// Where the adjoint of the result of a call is known before the call, the forward sweep calls the callee's reverse mode instead of
// the callee:
//
//	p := g(x, w)                dp := ds * c
//	s += c * p                  p, dx2 := gVJP(x, w, dw, dp)
//	                            dx += dx2
//	                            s += c * p
//
// Nothing is remembered, and what g computes is computed once, however deep the recursion.

// canVJP reports whether the callee can be called so: its results are floats, or structs or arrays of floats, so that their
// adjoints can be passed before they are there.
func (h *helper) canVJP() bool {
	for _, r := range h.f.Results {
		if ast.Carries(r.Type) && ast.ShapeOf(r.Type) != ast.ValueLike || ast.IsError(r.Type) {
			return false
		}
	}
	for i, v := range h.f.Inputs() {
		if h.in[i] && ast.ShapeOf(v.Type) == ast.Mixed {
			return false
		}
	}
	return true
}

// reverse returns the reverse mode of the callee.
func (h *helper) reverse() *ast.Func {
	if h.vjp == nil && h.parallel != nil {
		h.vjp = h.function("ParallelVJP")
	}
	if h.vjp == nil {
		h.vjp = h.function("VJP")
	}
	return h.vjp
}

// whole returns the helper for functions that need not know what happens between the two halves.
func (h *helper) whole() *helper {
	at := h.inPart()
	at.settled, at.changed, at.early = false, nil, nil
	return h.u.splitHelper(h.f.Obj, h.in, at)
}

// unchanged returns the helper for a call that nothing of what it reads changes behind.
func (h *helper) unchanged() *helper {
	at := h.at
	at.settled, at.changed, at.early = true, nil, nil
	return h.u.splitHelper(h.f.Obj, h.in, at)
}

// signature is the signature of a mode of the callee, as a function. Within derivatives an interface is a reference, whatever it holds.
func (h *helper) signature(mode ast.Mode) ast.Signature {
	var wrt []int
	for i, in := range h.in {
		if in {
			wrt = append(wrt, i)
		}
	}
	sig := signatureOf(h.f, mode, wrt).AsFunction()
	if mode == ast.JVP {
		sig = sig.Named(h.f.Tangents())
	}
	for i, p := range sig.Params {
		if p.Role != ast.RoleShadow {
			continue
		}
		if t := h.f.Inputs()[p.Index].Type; ast.ShapeOf(t) == ast.ReferenceLike {
			sig.Params[i].Type = t
		}
	}
	return sig
}

// buildVJP writes the reverse mode of the callee; with adjoints set, of its results only the adjoints.
func (h *helper) buildVJP(f *ast.Func, adjoints bool) {
	sig := h.signature(ast.VJP)
	a := &assembly{u: h.u, mode: ast.VJP, sig: sig, in: h.in, trusted: true, adjoints: adjoints}
	a.d = h.u.prepare(h.f, h.in, h.at, true, false)
	a.d.ranBefore, a.d.called = adjoints, true
	if adjoints {
		a.d.addedTo = h.addedTo(a.d)
	}
	a.f = f
	a.f.Doc = reverseDoc(h.f, ast.VJP, sig, f.Name)
	a.bind()
	a.build()
}

// callAtOnce returns the joint code of a call that is the pivot of an area.
func (r *reverser) callAtOnce(a *area, it *item) []ast.Stmt {
	s := it.stmt
	n := r.calls[s]
	h := n.helper
	if h.parallel == nil {
		h = h.whole()
	}
	fn, sig := h.reverse(), h.signature(ast.VJP)
	main := &context{part: a.part, area: a, mid: it}
	call := &ast.Call{Fun: ast.Callee{Gen: fn}, T: tupleOf(paramTypes(sig.Results)...)}
	var zeros, pushes []ast.Stmt
	for _, p := range sig.Params {
		switch p.Role {
		case ast.RolePrimal:
			call.Args = append(call.Args, n.call.Args[p.Index])
		case ast.RoleShadow:
			call.Args = append(call.Args, r.value(n.call.Args[p.Index], now))
		case ast.RoleSeed:
			l := at(n.lhs, p.Index)
			if l == nil || !r.holdsActive(l) {
				call.Args = append(call.Args, zeroOf(p.Type))
				continue
			}
			d := r.place(l, now)
			call.Args = append(call.Args, d)
			if !declaresVar(s, l) {
				zeros = append(zeros, r.zero(d))
			}
		}
	}
	var lhs []ast.Expr
	var fresh []*ast.Var
	r.ctx = main
	for _, p := range sig.Results {
		if p.Role != ast.RoleShadow {
			lhs = append(lhs, at(n.lhs, p.Index))
			continue
		}
		x := n.call.Args[p.Index]
		if !r.act.depends(x) {
			lhs = append(lhs, nil)
			continue
		}
		v := ast.NewVar("d"+h.f.Inputs()[p.Index].Name, x.Type())
		fresh = append(fresh, v)
		lhs = append(lhs, &ast.Ref{Var: v})
		pushes = append(pushes, r.pushArgument(s, x, &ast.Ref{Var: v})...)
	}
	ast.Attribute(slices.Concat(zeros, pushes), ast.Reversal, s)
	out := r.callStatement(s, lhs, fresh, call)
	r.tree.at[out[len(out)-1]] = it
	r.joint[out[len(out)-1]] = true
	if len(zeros)+len(pushes) > 0 {
		out = append(append(append(out, r.mark(main)), zeros...), commentAny(pushes, s.Info().Src)...)
	}
	return out
}

// commentAny is comment for a list that may be empty.
func commentAny(list []ast.Stmt, text string) []ast.Stmt {
	if len(list) == 0 || text == "" {
		return list
	}
	return comment(list, text)
}

func at(list []ast.Expr, i int) ast.Expr {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// tupleOf returns the type of a call with results of the given types.
func tupleOf(list ...types.Type) types.Type {
	if len(list) == 1 {
		return list[0]
	}
	vars := make([]*types.Var, len(list))
	for i, t := range list {
		vars[i] = types.NewParam(token.NoPos, nil, "", t)
	}
	return types.NewTuple(vars...)
}

// paramTypes returns the types of parameters or results.
func paramTypes(params []ast.Param) []types.Type {
	var list []types.Type
	for _, p := range params {
		list = append(list, p.Type)
	}
	return list
}

// varTypes returns the types of variables.
func varTypes(vars []*ast.Var) []types.Type {
	var list []types.Type
	for _, v := range vars {
		list = append(list, v.Type)
	}
	return list
}

// callStatement is the statement lhs = call; the last of what it returns. Fresh are those of the left sides that are new.
func (r *reverser) callStatement(s ast.Stmt, lhs []ast.Expr, fresh []*ast.Var, call *ast.Call) []ast.Stmt {
	if !slices.ContainsFunc(lhs, func(e ast.Expr) bool { return e != nil }) {
		return []ast.Stmt{&ast.Do{Meta: s.Info().As(ast.Reversal), Call: call}}
	}
	old := false
	defines := isDefine(s)
	for _, l := range lhs {
		ref, ok := l.(*ast.Ref)
		if l != nil && (!ok || !slices.Contains(fresh, ref.Var)) && !defines {
			old = true
		}
	}
	a := &ast.Assign{Meta: s.Info().As(ast.Reversal), Lhs: lhs, Op: token.DEFINE, Rhs: []ast.Expr{call}}
	if !old {
		return []ast.Stmt{a}
	}
	a.Op = token.ASSIGN
	var out []ast.Stmt
	for _, v := range fresh {
		out = append(out, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
	}
	return append(out, a)
}

// pushArgument adds an adjoint to what an argument reads.
func (r *reverser) pushArgument(s ast.Stmt, x ast.Expr, d *ast.Ref) []ast.Stmt {
	switch {
	case ast.IsFloat(x.Type()):
		lin := &linear{d: r.derivation, stmt: s, seed: d}
		lin.push(x, symbolic(x.Type()))
		return append(lin.pre, r.contributions(lin, d, nil)...)
	case isPath(x):
		if !r.holdsActive(x) {
			return nil
		}
		return addValues(r.place(x, r.before(s)), d)
	}
	return r.spreadTo(s, &target{rhs: x, seed: d})
}
