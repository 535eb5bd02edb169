package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Numbers that are carried from iteration to iteration.
//
// What such a number is after one iteration it is before the next, so one slice remembers both, with an element more for the last:
//
//	hs := make([]float64, len(x)+1)              …
//	for i, v := range x {                        for i := len(x) - 1; i >= 0; i-- {
//		hs[i] = h                            		h, next := hs[i], hs[i+1]
//		h = math.Tanh(w*h + v)               		adj := dh * (1 - next*next)
//	}                                            		…
//	hs[len(x)] = h

// carries reports whether a statement gives a number, by a function of package math, the value that it has at the end of an iteration of
// the loop that the statement is directly in, so that its value is to be had from there.
func (r *reverser) carries(s ast.Stmt, x *ast.Var, e ast.Expr) bool {
	call, ok := e.(*ast.Call)
	it := r.tree.at[s]
	if !ok || !isMath(call) || it == nil {
		return false
	}
	loop := it.part.branch
	if loop == nil || loop.body != it.part || loop.hasExits() || loop.body.jumpsOut() || r.hasFlags(loop) || !steps(loop) || !r.inserts.direct(loop, r.ctx.area) {
		return false
	}
	for _, pos := range r.hist.log.at[r.mem.variable(x).find()] {
		if pos >= loop.pos && pos < loop.end && pos != it.pos {
			return false
		}
	}
	return true
}

// steps reports whether the counter of a loop goes up by one.
func steps(loop *item) bool {
	switch s := loop.stmt.(type) {
	case *ast.Range:
		return isSlice(s.X.Type()) || isArray(s.X.Type()) || isInteger(s.X.Type())
	case *ast.For:
		return loop.count != nil && !loop.count.down && loop.count.step == 1
	}
	return false
}

// continuesAfter reports whether p, the body of a loop or a part of it, goes on with the next iteration other than at its end after it.
func (p *part) continuesAfter(it *item) bool {
	return slices.ContainsFunc(p.items, func(x *item) bool {
		if x.pos <= it.pos || x.then == nil {
			return false
		}
		return slices.ContainsFunc([]*part{x.then, x.els}, func(b *part) bool {
			return b.tail == tailContinue || b.continuesAfter(it)
		})
	})
}

// carried lets a number after an iteration be remembered with what it was before the next, if that is remembered too. It returns what
// loads it, or nil.
func (in *inserts) carried(v *resolver, n *need, loops []*item) []ast.Stmt {
	inner := loops[0]
	if n.ver == nil || n.item == nil || len(loops) != 1 || n.home != inner.body || n.item.part != inner.body || !steps(inner) || v.index[inner] == nil {
		return nil
	}
	if inner.body.continuesAfter(n.item) {
		return nil
	}
	x := n.expr.(*ast.Ref).Var
	if end := v.hist.versionAt(v.mem.variable(x), inner.body.items[len(inner.body.items)-1], true); end != n.ver {
		return nil
	}
	for _, m := range v.order {
		if m == n || m.ver == nil || m.again != nil || m.item != nil || m.part != inner.body || m.home != n.home || m.area != n.area || !isRefTo(x)(m.expr) {
			continue
		}
		if m.slot == nil {
			m.loads = in.save(v, m)
		}
		if m.made == nil {
			return nil
		}
		slot := &ast.Ref{Var: m.slot}
		make := m.made.Rhs[0].(*ast.Call)
		make.Args = []ast.Expr{&ast.Binary{Op: token.ADD, X: make.Args[0], Y: intNumber(1), T: intType}}
		last := &ast.Index{X: slot, I: &ast.Binary{Op: token.SUB, X: length(slot), Y: intNumber(1), T: intType}, T: x.Type}
		in.after[inner.stmt] = append(in.after[inner.stmt], set(last, token.ASSIGN, &ast.Ref{Var: x}))
		n.slot, n.local.Name = m.slot, "next"
		next := &ast.Index{X: slot, I: plus(v.index[inner], 1), T: x.Type}
		return []ast.Stmt{define(n.local, next)}
	}
	return nil
}
