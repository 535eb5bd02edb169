package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Parts that are kept.
//
// Goroutines may store slices and pointers that lead to floats:
//
//	for i := range rows {
//		wg.Go(func() { rows[i] = g(x[i], w) })
//	}
//
// The shadows of what they store must be stored beside it, for what follows to add to. Therefore the parts of such a loop are not run
// again in the reverse sweep: each remembers what its backward half needs.
//
//	func fForward(rows, x, w, drows, dx, dw …) (saved fSaved) {       func fBackward(saved fSaved) {
//		for c := range parts { // at once                                 for c := range saved.parts { // at once
//			parts[c].dw = make([]float64, len(dw))                                fPartBackward(saved.parts[c].saved)
//			parts[c].saved = fPartForward(…, drows, dx, parts[c].dw)          }
//		}                                                                 // dw += saved.parts[k].dw
//		return fSaved{parts, dw}                                          }
//	}

// keeps reports whether the parts of a parallel loop remember what their own backward halves need.
func (h *helper) keeps() bool {
	return h.parallel != nil && slices.ContainsFunc(h.u.summary(h.f.Obj).writes, leadsToFloats)
}

// checkKept refuses a loop that stores links where a part has a shadow of its own, or links to memory of which it has, for these would not be
// there behind the loop.
func (h *helper) checkKept(refused func(why string)) {
	sum := h.u.summary(h.f.Obj)
	private := map[*location]*ast.Var{}
	for i, v := range h.f.Inputs() {
		if h.in[i] {
			h.privately(i, func(l *location) { private[l.find()] = v })
		}
	}
	for _, l := range sum.writes {
		if !leadsToFloats(l) {
			continue
		}
		see := func(c *location) {
			if v := private[c.find()]; v != nil {
				refused(fmt.Sprintf("it stores slices or pointers that lead to what %s leads to, which all iterations share; copy elements instead", v.Name))
			}
		}
		see(l)
		sum.mem.reachable(sum.mem.targetOf(l), map[*location]bool{}, see)
	}
}

// privately calls f for all cells of memory behind an input of which a part has a shadow of its own.
func (h *helper) privately(i int, f func(*location)) {
	m, v, own := h.u.summary(h.f.Obj).mem, h.f.Inputs()[i], h.parallel.own[i]
	l := m.variable(v)
	switch {
	case own.own || own.idle:
	case own.fields == nil:
		m.behind(l, map[*location]bool{}, f)
	default:
		t := v.Type
		if p := ast.Pointee(t); p != nil {
			t, l = p, m.targetOf(l)
		}
		m.cellsIn(l, f)
		for n := range namedFields(structOf(t)) {
			if !own.fields[n] {
				m.behind(m.part(l, n), map[*location]bool{}, f)
			}
		}
	}
}

// A kept is the reverse mode of such a loop, as it is put together.
type kept struct {
	*helper
	part        *helper       // the reverse mode of a part
	forth, past *parallelBody // the bodies of the two halves
	saved       *ast.Ref
	fields      []*types.Var // of what is remembered …
	values      []ast.Expr   // … and what they are
	parts       ast.Expr     // of the forward half, as the backward half has them
	there, here []ast.Expr   // the shadows that the forward and the backward half of a part are given
	apart, rows []ast.Expr   // shadows that must share no memory, or whose elements must not, or there is one part
}

// buildKept writes the two halves of the reverse mode of a loop whose parts are kept.
func (h *helper) buildKept() {
	at := h.inPart()
	at.early = nil
	part := h.u.splitHelper(h.f.Obj, h.in, at)
	if part.forward == nil {
		part.name += "Part"
	}
	part.halves()
	k := &kept{
		helper: h, part: part, forth: newParallelBody(h, h.forward), past: newParallelBody(h, h.backward),
		saved: &ast.Ref{Var: ast.NewVar("saved", h.savedType())},
	}
	k.forth.alone, k.past.alone = h.meets(), h.meets()
	h.forward.Params = slices.Clone(h.f.Inputs())
	for i, v := range h.f.Inputs() {
		if h.in[i] && hasLinks(v.Type) {
			dv := ast.NewVar("d"+v.Name, v.Type)
			h.forward.Params = append(h.forward.Params, dv)
			k.shadow(dv, part.shadowsTo()[i], h.parallel.own[i])
		}
	}
	k.backwardBody(k.forwardBody())
}

// shadow decides what one of the halves of a part is given for a shadow. One of its own that the forward half has must be kept: what follows
// the loop may come to it.
func (k *kept) shadow(dv *ast.Var, to half, own ownership) {
	switch given, shared := ast.Expr(&ast.Ref{Var: dv}), own.own || own.idle; {
	case to == forwardHalf && !shared:
		place, sum := k.forth.private(dv, own.fields, given)
		k.there = append(k.there, place)
		again := k.remember(dv, given)
		k.past.shadowSums = append(k.past.shadowSums, func(func(*types.Var) ast.Expr) []ast.Stmt {
			return sum(again, func(f *types.Var) ast.Expr { return k.past.of(k.parts, k.past.k, f) })
		})
	case to == forwardHalf:
		k.there = append(k.there, given)
	case to == backwardHalf && shared:
		k.here = append(k.here, k.remember(dv, given))
	case to == backwardHalf:
		again := k.remember(dv, given)
		k.forth.sized = append(k.forth.sized, given)
		k.here = append(k.here, k.past.summedShadow(dv, own.fields, again))
	}
	if to != neitherHalf && (own.own || k.meets()) {
		k.apart = append(k.apart, &ast.Ref{Var: dv})
		if own.rows {
			k.rows = append(k.rows, &ast.Ref{Var: dv})
		}
	}
}

// remember adds a field to what is remembered, and returns it as the backward half has it.
func (k *kept) remember(v *ast.Var, value ast.Expr) ast.Expr {
	f := newField(k.u.Pkg, k.fields, v.Name, v.Type)
	k.fields, k.values = append(k.fields, f), append(k.values, value)
	return &ast.Field{X: k.saved, Field: f}
}

// forwardBody writes the forward half, and returns what is remembered of a part.
func (k *kept) forwardBody() (saved *types.Var) {
	f, b, inputs := k.forward, k.forth, k.f.Inputs()
	f.Doc = fmt.Sprintf("%s is %s, on several cores, remembering what [%s] needs.", f.Name, docName(k.f), k.backward.Name)
	n := len(inputs) - 2
	call := &ast.Call{Fun: ast.Callee{Gen: k.part.forward}, T: k.part.forwardTuple()}
	call.Args = slices.Concat(ast.Refs(inputs[:n]), []ast.Expr{b.bound(0, inputs[n]), b.bound(1, inputs[n+1])}, k.there)
	var to []ast.Expr
	for _, r := range nameResults(k.f) {
		v := ast.NewVar(r.Name, r.Type)
		f.Results = append(f.Results, v)
		to = append(to, b.summed(v))
	}
	saved, place := b.field(ast.NewVar("saved", k.part.savedType()))
	f.Results = append(f.Results, k.saved.Var)
	if conds := sharing(k.apart, k.rows); len(conds) > 0 {
		b.inOne = anyHolds(conds)
	}
	f.Body = b.body(call, append(to, place))
	k.parts = k.remember(b.parts.Var, b.parts)
	k.helper.saved.SetUnderlying(types.NewStruct(k.fields, nil))
	value := &ast.Composite{T: k.helper.saved}
	for i, f := range k.fields {
		value.Elems = append(value.Elems, ast.Elem{Field: f, Value: k.values[i]})
	}
	remember := set(k.saved, token.ASSIGN, savedValue(value, k.saved.Var.Type))
	f.Body.Stmts = slices.Insert(f.Body.Stmts, len(f.Body.Stmts)-1, ast.Stmt(remember))
	ast.Attribute(f.Body.Stmts, ast.Primal, k.parallel.loop)
	return saved
}

// backwardBody writes the backward half.
func (k *kept) backwardBody(saved *types.Var) {
	f, b := k.backward, k.past
	f.Doc = fmt.Sprintf("%s is the reverse mode of %s, on several cores, after [%s].", f.Name, docName(k.f), k.forward.Name)
	call := &ast.Call{Fun: ast.Callee{Gen: k.part.backward}, Args: []ast.Expr{b.of(k.parts, b.c, saved)}, T: k.part.backwardType()}
	f.Params = []*ast.Var{k.saved.Var}
	for _, r := range nameResults(k.f) {
		if holdsFloats(r.Type) {
			dr := ast.NewVar("d"+r.Name, r.Type)
			f.Params, call.Args = append(f.Params, dr), append(call.Args, &ast.Ref{Var: dr})
		}
	}
	call.Args = append(call.Args, k.here...)
	var to []ast.Expr
	for _, i := range k.valueLike() {
		dv := ast.NewVar("d"+k.f.Inputs()[i].Name, k.f.Inputs()[i].Type)
		f.Results = append(f.Results, dv)
		to = append(to, b.summed(dv))
	}
	b.over, b.turns = k.parts, k.parallel.near()
	f.Body = b.body(call, to)
	ast.Attribute(f.Body.Stmts, ast.Reversal, k.parallel.loop)
}
