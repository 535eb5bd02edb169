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
	case c.Parallel && !h.keeps() && slices.ContainsFunc(h.f.Inputs(), func(v *ast.Var) bool { return sum.behind(v, sum.appends) }):
		refused("it appends to memory that it is given")
	case c.Parallel && slices.ContainsFunc(h.at.joined, func(p [2]path) bool { return sum.writesPassive(p[0]) }):
		refused("what it is given may share memory without floats, and it writes there")
	case c.Parallel && !h.canVJP():
		refused("it returns, or is given by value, what holds or refers to memory; write to memory that it is given")
	case h.keeps():
		h.checkKept(refused)
	}
	if c.Parallel && h.parallel.together {
		h.checkWithin(refused)
	}
}

// checkWithin refuses a parallel loop that is given an input which may lead to some memory in two ways, of which the loop writes one: whether it
// does is not asked when its parts are run.
func (h *helper) checkWithin(refused func(why string)) {
	sum := h.u.summary(h.f.Obj)
	for _, p := range h.at.joined {
		i := p[0].input()
		if i != p[1].input() || i >= len(h.f.Inputs()) {
			continue
		}
		written := false
		for _, way := range p {
			sum.mem.reachable(sum.mem.at(way), map[*location]bool{}, func(l *location) { written = written || anyOf(sum.writes, l) })
		}
		if written {
			refused(fmt.Sprintf("two ways that %s leads to memory may meet, and it writes there", h.f.Inputs()[i].Name))
		}
	}
}

// writesPassive reports whether the callee writes memory at a path that holds no floats.
func (s *summary) writesPassive(p path) bool {
	l := s.mem.at(p)
	return !ast.Carries(l.typ) && anyOf(s.writes, l)
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
	if h.keeps() {
		h.buildKept()
		return
	}
	if sum := u.summary(h.f.Obj); !h.canVJP() || h.parallel == nil && len(sum.appends) > 0 || slices.ContainsFunc(sum.writes, leadsToFloats) {
		h.buildFollowed()
		return
	}
	back, taken := h.againWhole()
	s := h.newCheckpoint(taken)
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
	f.Doc, b.Doc = h.checkpointDocs()
	b.Params, b.Results = append([]*ast.Var{s.saved}, seeds...), ends
	if len(ends) == 0 {
		b.Body = &ast.Block{Stmts: []ast.Stmt{&ast.Do{Call: call}}}
	} else {
		b.Body = &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: []ast.Expr{call}}}}
	}
	s.forwardHalf(f)
	u.saved[h.saved] = true
}

// newCheckpoint returns the checkpoint of a callee of which the inputs that are taken are wanted again.
func (h *helper) newCheckpoint(taken []bool) *checkpoint {
	s := &checkpoint{helper: h, saved: ast.NewVar("saved", h.savedType())}
	s.inputs(taken)
	return s
}

// checkpointDocs returns the comments of the two halves.
func (h *helper) checkpointDocs() (forward, backward string) {
	f, b := h.forward.Name, h.backward.Name
	return f + " is " + docName(h.f) + ", remembering what it is given, for [" + b + "] to run it again.",
		b + " is the reverse mode of " + docName(h.f) + ", after [" + f + "]."
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
	joint   []*types.Var // fields of which one copy is made

	shadowParams map[int]*ast.Var
}

func (s *checkpoint) field(f *types.Var) ast.Expr {
	return &ast.Field{X: &ast.Ref{Var: s.saved}, Field: f}
}

// add adds a field, with its value.
func (s *checkpoint) add(v *ast.Var, value ast.Expr) *types.Var {
	f := newField(s.u.Pkg, s.fields, v.Name, v.Type)
	s.fields = append(s.fields, f)
	if value != nil {
		s.lit.Elems = append(s.lit.Elems, ast.Elem{Field: f, Value: value})
	}
	return f
}

// newField returns a field, beside others in a struct of ours, of a name that may get a number.
func newField(pkg *types.Package, others []*types.Var, name string, t types.Type) *types.Var {
	try := name
	for n := 2; token.IsKeyword(try) || slices.ContainsFunc(others, func(f *types.Var) bool { return f.Name() == try }); n++ {
		try = fmt.Sprint(name, n)
	}
	return types.NewField(token.NoPos, pkg, try, t, false)
}

// inputs adds the parameters of the forward half and the fields of what it remembers.
func (s *checkpoint) inputs(taken []bool) {
	s.primal, s.shadows, s.shadowParams = map[int]*types.Var{}, map[int]*types.Var{}, map[int]*ast.Var{}
	h := s.helper
	inputs := h.f.Inputs()
	s.params = slices.Clone(inputs)
	joint := s.jointly()
	for i, v := range inputs {
		if !taken[i] {
			continue
		}
		value := ast.Expr(&ast.Ref{Var: v})
		if s.changes(i) && !joint[i] {
			value = s.copyOf(value, v.Name)
		}
		s.primal[i] = s.add(v, value)
		if joint[i] {
			s.joint = append(s.joint, s.primal[i])
		}
	}
	for _, i := range s.shadowed() {
		dv := ast.NewVar("d"+inputs[i].Name, inputs[i].Type)
		s.params = append(s.params, dv)
		s.shadowParams[i] = dv
		s.shadows[i] = s.add(dv, &ast.Ref{Var: dv})
	}
}

// shadowed returns the inputs whose shadows are taken.
func (s *checkpoint) shadowed() []int {
	var list []int
	for i, v := range s.f.Inputs() {
		if s.in[i] && hasLinks(v.Type) {
			list = append(list, i)
		}
	}
	return list
}

// jointly returns the inputs of which one copy must be made: they may share memory, within themselves or with each other, and it changes.
func (s *checkpoint) jointly() map[int]bool {
	with := map[int][]int{}
	for _, p := range s.at.joined {
		a, b := p[0].input(), p[1].input()
		with[a], with[b] = append(with[a], b), append(with[b], a)
	}
	joint := map[int]bool{}
	var mark func(i int)
	mark = func(i int) {
		if !joint[i] {
			joint[i] = true
			for _, j := range with[i] {
				mark(j)
			}
		}
	}
	for _, p := range s.meet() {
		if p[0] == p[1] && s.isOpaque(s.f.Inputs()[p[0]].Type) {
			continue
		}
		with[p[0]], with[p[1]] = append(with[p[0]], p[1]), append(with[p[1]], p[0])
	}
	for i, v := range s.f.Inputs() {
		if s.changes(i) && (len(with[i]) > 0 || !s.isOpaque(v.Type) && (!s.copies(v.Type) || s.spare() && hasRefs(v.Type))) {
			mark(i)
		}
	}
	for i, v := range s.f.Inputs() {
		if joint[i] && s.isOpaque(v.Type) {
			refuse(s.f.Pos, "%s leads to opaque values, and to memory that changes and that another argument may share with it; that is not supported for %s", v.Name, s.directive())
		}
	}
	return joint
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

// isOpaque reports whether users say how values of a type, or what they lead to, are copied.
func (s *checkpoint) isOpaque(t types.Type) bool {
	return s.u.opaquePointee(t) != nil || len(s.u.opaqueWithin(t)) > 0
}

// spare reports whether the capacity of slices matters to the callee.
func (s *checkpoint) spare() bool {
	sum := s.u.summary(s.f.Obj)
	return len(sum.appends) > 0 || len(sum.extends) > 0 || sum.caps
}

// meet returns pairs of inputs that may lead to the same memory as far as the callee knows, an input with itself among them where it leads
// there in two ways.
func (s *checkpoint) meet() [][2]int {
	m := s.u.summary(s.f.Obj).mem
	first := map[*location][2]any{} // by memory: what leads there, and the input behind which that lies
	var pairs [][2]int
	for i, v := range s.f.Inputs() {
		see := func(c *location) {
			if !refers(c.typ) {
				return
			}
			to, from := m.targetOf(c), [2]any{c.find(), i}
			if was, ok := first[to]; !ok {
				first[to] = from
			} else if was != from {
				pairs = append(pairs, [2]int{was[1].(int), i})
			}
		}
		m.cellsIn(m.variable(v), see)
		m.behind(m.variable(v), map[*location]bool{}, see)
	}
	return pairs
}

// copies reports whether copyOf copies a value.
func (s *checkpoint) copies(t types.Type) bool {
	var err error
	func() {
		defer guard(&err)
		s.copyOf(&ast.Ref{Var: ast.NewVar("", t)}, "")
	}()
	return err == nil
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

// primalCall is a call of the callee in the forward half.
func (h *helper) primalCall() *ast.Call {
	return &ast.Call{
		Fun: ast.Callee{Fn: h.f.Obj, Method: h.f.Recv != nil}, Args: ast.Refs(h.f.Inputs()), Spread: h.f.Variadic, T: resultType(h.f.Obj.Signature()),
	}
}

// forwardHalf writes the function that calls the callee and remembers what it is given.
func (s *checkpoint) forwardHalf(f *ast.Func) {
	h := s.helper
	call := h.primalCall()
	if h.parallel != nil {
		call.Fun = ast.Callee{Gen: h.primal()}
	}
	f.Params = s.params
	for _, r := range nameResults(h.f) {
		f.Results = append(f.Results, ast.NewVar(r.Name, r.Type))
	}
	results := slices.Clone(f.Results)
	f.Results = append(f.Results, s.saved)
	last := &ast.Return{Results: ast.Refs(f.Results)}
	f.Body = &ast.Block{Stmts: append(s.remember(), assignResults(call, ast.Refs(results)), last)}
}

// remember puts into what is remembered what the callee is given. Of inputs that may share memory it makes one copy:
//
//	saved = godiff.Copy(gSaved{v: v, w: w})
//	saved.dv, saved.dw = dv, dw
func (s *checkpoint) remember() []ast.Stmt {
	h := s.helper
	h.saved.SetUnderlying(types.NewStruct(s.fields, nil))
	first, rest := &ast.Composite{T: h.saved}, &ast.Assign{Op: token.ASSIGN}
	for _, e := range s.lit.Elems {
		if len(s.joint) == 0 || slices.Contains(s.joint, e.Field) {
			first.Elems = append(first.Elems, e)
			continue
		}
		rest.Lhs, rest.Rhs = append(rest.Lhs, s.field(e.Field)), append(rest.Rhs, e.Value)
	}
	value := savedValue(first, s.saved.Type)
	if len(s.joint) > 0 {
		fn := "Copy"
		if s.spare() {
			fn = "CopyCap"
		}
		value = &ast.Call{Fun: ast.Callee{Copied: fn}, Args: []ast.Expr{value}, T: s.saved.Type}
	}
	out := []ast.Stmt{set(&ast.Ref{Var: s.saved}, token.ASSIGN, value)}
	if len(rest.Lhs) > 0 {
		out = append(out, rest)
	}
	return out
}
