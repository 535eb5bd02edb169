package transform

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Calls with checkpoints.
//
// A call before which //godiff:checkpoint stands is made again in the reverse sweep. Of it only that is remembered which it is given,
// with copies of the memory that is not the same any more then; the copies are also what it writes when it is run again:
//
//	y := g(x, w)            y, saved := gForward(x, w, dx, dw)        func gForward(x, w, dx, dw []float64) (y float64, saved gSaved) {
//	                        …                                             saved = gSaved{append([]float64(nil), x...), w, dx, dw}
//	                        gBackward(saved, dy)                          return g(x, w), saved
//	                                                                  }

// checkCheckpoint refuses a call that cannot be made again.
func (d *derivation) checkCheckpoint(s ast.Stmt, c *ast.Call, h *helper) {
	fn, pos := c.Fun.Fn, s.Info().Pos
	sum := d.u.summary(fn)
	refused := func(why string) {
		what := shortName(fn)
		if h.f.What != "" {
			what = "the loop"
		}
		refuse(pos, "%s cannot be run again for %s: %s", what, h.directive(), why)
	}
	switch {
	case sum.effects:
		refused(fmt.Sprintf("it calls %s, which has no source here that can be looked into, and so may have effects", d.u.effectOf(fn)))
	case sum.unordered:
		refused("it goes through a map, whose order would be another; go through sorted keys")
	case len(sum.appends) > 0:
		refused("it appends to memory that it is given")
	case slices.ContainsFunc(sum.writes, leadsToFloats):
		refused("it stores slices, pointers or maps in memory that it is given, whose shadow would have to be given theirs; copy elements instead")
	case !h.canVJP():
		refused("it returns, or is given by value, what holds or refers to memory; write to memory that it is given")
	case len(h.at.joined) > 0 && len(sum.writes) > 0:
		refused("what it is given may share memory, and it writes there")
	}
}

// leadsToFloats reports whether a cell holds no float, but a reference to some.
func leadsToFloats(l *location) bool { return refers(l.typ) && ast.Carries(l.typ) }

// effectOf returns how a sentence calls a function that fn comes to and that may have effects.
func (u *Unit) effectOf(fn *types.Func) string {
	seen := map[*types.Func]bool{}
	var find func(fn *types.Func) string
	find = func(fn *types.Func) string {
		if seen[fn] || !u.hasEffects(fn) {
			return ""
		}
		seen[fn] = true
		f := u.Lower(fn)
		if f == nil {
			return fn.FullName()
		}
		for _, g := range calledBy(f) {
			if name := find(g); name != "" {
				return name
			}
		}
		return ""
	}
	return cmp.Or(find(fn), "a function")
}

// buildCheckpoint writes the two halves of the reverse mode of a callee that is run again.
func (h *helper) buildCheckpoint() {
	u := h.u
	back, taken := h.againWhole()
	s := &checkpoint{helper: h, saved: ast.NewVar("saved", h.savedType())}
	s.inputs(taken)
	sig := h.signature(ast.VJP)

	call := &ast.Call{Fun: ast.Callee{Gen: back}, T: tupleOf(paramTypes(sig.Results)...)}
	var seeds, ends []*ast.Var
	for _, p := range sig.Params {
		switch p.Role {
		case ast.RolePrimal:
			if taken[p.Index] {
				call.Args = append(call.Args, s.field(s.primal[p.Index]))
			}
		case ast.RoleShadow:
			call.Args = append(call.Args, s.field(s.shadows[p.Index]))
		case ast.RoleSeed:
			v := ast.NewVar(p.Name, p.Type)
			seeds = append(seeds, v)
			call.Args = append(call.Args, &ast.Ref{Var: v})
		}
	}
	call.T = h.backwardType()
	for _, i := range h.valueLike() {
		ends = append(ends, ast.NewVar("d"+h.f.Inputs()[i].Name, h.f.Inputs()[i].Type))
	}
	f, b := h.forward, h.backward
	f.Doc = f.Name + " is " + docName(h.f) + ", remembering what it is given, for [" + b.Name + "] to run it again."
	b.Doc = b.Name + " is the reverse mode of " + docName(h.f) + ", after [" + f.Name + "]."
	b.Params, b.Results = append([]*ast.Var{s.saved}, seeds...), ends
	if len(ends) == 0 {
		b.Body = &ast.Block{Stmts: []ast.Stmt{&ast.Do{Call: call}}}
	} else {
		b.Body = &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: []ast.Expr{call}}}}
	}
	s.forwardHalf(f)
	u.saved[h.saved] = true
}

// A checkpoint is the forward half of a call that is made again, as it is put together.
type checkpoint struct {
	*helper
	saved   *ast.Var
	primal  map[int]*types.Var // the fields with what the callee is given …
	shadows map[int]*types.Var // … and its shadows
	params  []*ast.Var
	fields  []*types.Var
	lit     ast.Composite
}

func (s *checkpoint) field(f *types.Var) ast.Expr {
	return &ast.Field{X: &ast.Ref{Var: s.saved}, Field: f}
}

// inputs adds the parameters of the forward half and the fields of what it remembers.
func (s *checkpoint) inputs(taken []bool) {
	s.primal, s.shadows = map[int]*types.Var{}, map[int]*types.Var{}
	h := s.helper
	add := func(v *ast.Var, value ast.Expr) *types.Var {
		name := v.Name
		for n := 2; slices.ContainsFunc(s.fields, func(f *types.Var) bool { return f.Name() == name }); n++ {
			name = fmt.Sprint(v.Name, n)
		}
		f := types.NewField(token.NoPos, h.u.Pkg, name, v.Type, false)
		s.fields = append(s.fields, f)
		s.lit.Elems = append(s.lit.Elems, ast.Elem{Field: f, Value: value})
		return f
	}
	inputs := h.f.Inputs()
	s.params = slices.Clone(inputs)
	for i, v := range inputs {
		if !taken[i] {
			continue
		}
		value := ast.Expr(&ast.Ref{Var: v})
		if s.changes(i) {
			value = s.copyOf(value, v.Name)
		}
		s.primal[i] = add(v, value)
	}
	for i, v := range inputs {
		if h.in[i] && hasLinks(v.Type) {
			dv := ast.NewVar("d"+v.Name, v.Type)
			s.params = append(s.params, dv)
			s.shadows[i] = add(dv, &ast.Ref{Var: dv})
		}
	}
}

// changes reports whether memory behind an input, of that which the callee reads or writes, is written by the callee, or by the caller
// before the reverse sweep.
func (s *checkpoint) changes(i int) bool {
	sum := s.u.summary(s.f.Obj)
	m := sum.mem
	changed := map[*location]bool{}
	if s.at.settled {
		for _, p := range s.at.changed {
			changed[m.at(p)] = true
		}
	}
	found := false
	m.behind(m.variable(m.fn.Inputs()[i]), map[*location]bool{}, func(c *location) {
		c = c.find()
		touched := anyOf(sum.reads, c) || anyOf(sum.writes, c)
		found = found || anyOf(sum.writes, c) || touched && (changed[c] || !s.at.settled)
	})
	return found
}

// directive names what wants the callee to be run again.
func (h *helper) directive() string {
	switch {
	case h.parallel == nil:
		return "//godiff:checkpoint"
	case h.parallel.tasks:
		return "the adjoints of its goroutines"
	}
	return "//godiff:parallel"
}

// copyOf is a copy of a value and of all memory that it refers to.
func (s *checkpoint) copyOf(e ast.Expr, name string) ast.Expr {
	switch t := e.Type(); u := t.Underlying().(type) {
	case *types.Slice:
		if !hasRefs(u.Elem()) {
			none := &ast.Convert{X: nilExpr(t), T: t}
			c := builtin("append", t, none, e)
			c.Spread = true
			return c
		}
		refuse(s.f.Pos, "the elements of %s may share memory, which changes, and a copy for %s would not; use one slice", name, s.directive())
	case *types.Struct:
		c := &ast.Composite{T: t}
		for _, f := range namedFields(u) {
			if !f.Exported() && f.Pkg() != s.u.Pkg {
				refuse(s.f.Pos, "what is given to it for %s has the type %s, whose field %s cannot be copied from here", s.directive(), t, f.Name())
			}
			c.Elems = append(c.Elems, ast.Elem{Field: f, Value: s.copyOf(&ast.Field{X: e, Field: f}, f.Name())})
		}
		return c
	case *types.Pointer:
		if o := s.u.opaquePointee(t); o != nil {
			if o.Copy == nil {
				refuse(s.f.Pos, "what is given to it for %s refers to a value of %s that changes; say how to copy one, by a function with //godiff:copy of=%s", s.directive(), u.Elem(), u.Elem())
			}
			return &ast.Call{Fun: ast.Callee{Fn: o.Copy}, Args: []ast.Expr{e}, T: t}
		}
		if st, ok := u.Elem().Underlying().(*types.Struct); ok && !s.u.isRecursive(u.Elem()) {
			c := &ast.Composite{T: u.Elem()}
			for _, f := range namedFields(st) {
				c.Elems = append(c.Elems, ast.Elem{Field: f, Value: s.copyOf(&ast.Field{X: e, Field: f}, f.Name())})
			}
			return &ast.Addr{X: c, T: t}
		}
	}
	if hasRefs(e.Type()) {
		refuse(s.f.Pos, "what is given to it for %s refers to memory that changes, and a copy of a %s is not supported", s.directive(), e.Type())
	}
	return e
}

// forwardHalf writes the function that calls the callee and remembers what it is given.
func (s *checkpoint) forwardHalf(f *ast.Func) {
	h := s.helper
	h.saved.SetUnderlying(types.NewStruct(s.fields, nil))
	s.lit.T = h.saved
	var value ast.Expr = &s.lit
	if isPointer(s.saved.Type) {
		value = &ast.Addr{X: &s.lit, T: s.saved.Type}
	}
	call := &ast.Call{Fun: ast.Callee{Fn: h.f.Obj, Method: h.f.Recv != nil}, Args: ast.Refs(h.f.Inputs()), Spread: h.f.Variadic, T: resultType(h.f.Obj.Signature())}
	if h.parallel != nil {
		call.Fun = ast.Callee{Gen: h.primal()}
	}
	f.Params = s.params
	for _, r := range nameResults(h.f) {
		f.Results = append(f.Results, ast.NewVar(r.Name, r.Type))
	}
	results := slices.Clone(f.Results)
	f.Results = append(f.Results, s.saved)
	body := []ast.Stmt{set(&ast.Ref{Var: s.saved}, token.ASSIGN, value)}
	if len(results) == 0 {
		body = append(body, &ast.Do{Call: call})
	} else {
		body = append(body, &ast.Assign{Lhs: ast.Refs(results), Op: token.ASSIGN, Rhs: []ast.Expr{call}})
	}
	f.Body = &ast.Block{Stmts: append(body, &ast.Return{Results: ast.Refs(f.Results)})}
}
