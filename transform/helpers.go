package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A ruleCopy is one of godiff's own rules, or a function that one calls, copied into the output.
type ruleCopy struct {
	from *ast.Func
	to   *ast.Func
}

// copied returns the copy of a rule that the output calls.
func (u *Unit) copied(f *ast.Func) *ast.Func {
	for _, c := range u.copies {
		if c.from == f {
			return c.to
		}
	}
	g := *f
	g.Pkg, g.Obj = u.Pkg, nil
	g.Name = u.free(ast.LowerFirst(f.Name) + "Rule")
	g.Doc = strings.Replace(f.Doc, f.Name, g.Name, 1)
	c := &ruleCopy{f, &g}
	u.copies = append(u.copies, c)
	g.Body = mapAll(f.Body, func(e ast.Expr) ast.Expr { return ast.Map(e, u.toCopy) }).(*ast.Block)
	return &g
}

// isCopy reports whether a function of ours is the copy of a rule.
func (u *Unit) isCopy(f *ast.Func) bool {
	return slices.ContainsFunc(u.copies, func(c *ruleCopy) bool { return c.to == f })
}

// toCopy makes a call of what godiff's own rules call one of its copy in the output; it returns anything else as it is.
func (u *Unit) toCopy(e ast.Expr) ast.Expr {
	call, ok := e.(*ast.Call)
	if !ok || call.Fun.Fn == nil {
		return e
	}
	h := u.Rules.Helpers[call.Fun.Fn.FullName()]
	if h == nil {
		return e
	}
	t := *call
	t.Fun = ast.Callee{Gen: u.copied(h)}
	return &t
}

// Helpers builds and returns the functions that the derivations so far need, callees in the order in which they were first asked
// for and rules behind them. Building one may ask for more; what nothing calls after all is left out.
func (u *Unit) Helpers() (list []*Helper, err error) {
	defer guard(&err)
	r := &refusals{all: u.Thorough}
	called := map[*ast.Func]bool{}
	u.build(slices.Clone(u.made), called, r)
	r.end()
	for _, h := range u.order {
		list = append(list, h.needed(called)...)
	}
	for _, h := range u.wides {
		if called[h.Funcs[0]] {
			list = append(list, h)
		}
	}
	list, m := merge(list)
	u.Same = m.same
	u.shorten(list, m.likes)
	for _, p := range u.primals {
		if called[p.f] {
			list = append(list, &Helper{Of: p.fn, File: p.file, Funcs: []*ast.Func{p.f}})
		}
	}
	for _, c := range u.copies {
		if called[c.to] {
			list = append(list, &Helper{Funcs: []*ast.Func{c.to}})
		}
	}
	for _, c := range u.varCopies {
		list = append(list, &Helper{File: u.fileOfCopy(c), Vars: []*ast.VarDecl{c.decl}})
	}
	return list, nil
}

// build builds what functions call, and what that calls, notes all that is called, and returns the functions and what has been built.
func (u *Unit) build(list []*ast.Func, called map[*ast.Func]bool, r *refusals) []*ast.Func {
	for i := 0; i < len(list); i++ {
		u.liftCalls(list[i])
		u.copyVars(list[i])
		for _, g := range CalledGen(list[i]) {
			if !called[g] {
				called[g] = true
				u.File = u.fileOf(g)
				r.check(func() { list = append(list, u.buildFor(g)...) })
			}
		}
	}
	return list
}

// CalledGen returns the functions of ours that a function calls, in order.
func CalledGen(f *ast.Func) []*ast.Func {
	var list []*ast.Func
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Gen != nil && !slices.Contains(list, c.Fun.Gen) {
			list = append(list, c.Fun.Gen)
		}
	})
	return list
}

// fileOf returns the file that a function of ours goes to.
func (u *Unit) fileOf(g *ast.Func) string {
	for _, h := range u.order {
		if h.owns(g) {
			return h.file
		}
	}
	for _, p := range u.primals {
		if p.f == g {
			return p.file
		}
	}
	for _, w := range u.wides {
		if w.Funcs[0] == g {
			return w.File
		}
	}
	return u.File
}

func (h *helper) owns(g *ast.Func) bool {
	return g == h.back || g == h.rerun || g == h.tan || g == h.vjp || g == h.forward || g == h.backward || g == h.follow || h.parallel != nil && g == h.parallel.primal
}

// buildFor builds the helper that a function belongs to, and returns all that it consists of.
func (u *Unit) buildFor(g *ast.Func) []*ast.Func {
	for _, h := range u.order {
		if !h.owns(g) || g.Body != nil {
			continue
		}
		built := []*ast.Func{g}
		switch g {
		case h.back:
			h.buildBack()
		case h.tan:
			h.buildTangent()
		case h.follow:
			h.buildFollow()
		case h.vjp:
			if h.parallel != nil {
				h.parallelVJP(h.vjp)
				break
			}
			h.buildVJP(h.vjp, false)
		default:
			h.buildHalves()
			built = []*ast.Func{h.forward, h.backward}
		}
		for _, g := range built {
			u.checkCalls(h.f, g)
		}
		return built
	}
	return []*ast.Func{g}
}

// needed returns what of a helper is called: the two halves together, all else one by one.
func (h *helper) needed(called map[*ast.Func]bool) (list []*Helper) {
	add := func(types []*ast.TypeDecl, funcs ...*ast.Func) {
		if slices.ContainsFunc(funcs, func(f *ast.Func) bool { return f != nil && called[f] }) {
			list = append(list, &Helper{Of: h.f.Obj, File: h.file, Types: types, Funcs: funcs})
		}
	}
	add([]*ast.TypeDecl{{Type: h.saved, TypeParams: h.f.TypeParams}}, h.forward, h.backward)
	for _, f := range []*ast.Func{h.back, h.rerun, h.vjp, h.tan, h.follow} {
		add(nil, f)
	}
	if h.parallel != nil {
		add(nil, h.parallel.primal)
	}
	return list
}

// buildBack writes the reverse mode of a leaf: it runs the leaf again and returns the adjoints of its inputs.
func (h *helper) buildBack() {
	u := h.u
	d := u.prepare(h.f, h.in, h.at, false, false)
	d.called = true
	a := &assembly{u: u, d: d, mode: ast.VJP, in: h.in, f: h.back}
	g := h.back
	g.Doc = fmt.Sprintf("%s is the reverse mode of %s.", g.Name, docName(h.f))
	g.Params = slices.Clone(d.fn.Inputs())
	dy := ast.NewVar("d"+d.fn.Results[0].Name, d.fn.Results[0].Type)
	g.Params = append(g.Params, dy)
	a.seeds = []seedOf{{d.fn.Results[0], dy}}
	for i, v := range d.fn.Inputs() {
		if h.in[i] {
			dv := ast.NewVar("d"+v.Name, v.Type)
			d.adjoints[v] = dv
			a.zero = append(a.zero, dv)
			a.ends = append(a.ends, dv)
			g.Results = append(g.Results, dv)
			a.outputs = append(a.outputs, &ast.Ref{Var: dv})
		}
	}
	a.build()
}

// buildTangent writes the forward mode of a callee.
func (h *helper) buildTangent() {
	h.u.tangent(h.tan, h.f, h.u.prepare(h.f, h.in, h.at, true, true), h.signature(ast.JVP), h.in, false)
	h.tan.Doc = fmt.Sprintf("%s is the forward mode of %s.", h.tan.Name, docName(h.f))
}

// buildHalves writes the two halves of the reverse mode of a callee.
func (h *helper) buildHalves() {
	u := h.u
	if h.checkpoint {
		h.buildCheckpoint()
		return
	}
	if h.parts == nil {
		h.sweepHalves()
	}
	f := h.forward
	h.shadowsTo()
	f.Doc = fmt.Sprintf("%s is %s, remembering what [%s] needs.", f.Name, docName(h.f), h.backward.Name)
	h.backward.Doc = fmt.Sprintf("%s is the reverse mode of %s, after [%s].", h.backward.Name, docName(h.f), f.Name)
	h.parts.finish()
	f.Doc += h.parts.r.inserts.memoryNote(h.parts.r)
	u.explain(f, h.in, h.parts.d, h.parts.r)
	if u.Explaining {
		x := u.explained[len(u.explained)-1]
		x.Second, x.Fields = h.backward, h.parts.fields
		x.Slots = append(x.Slots, h.backward.Params[0])
	}
}

// sweepHalves writes the sweeps of the two halves.
func (h *helper) sweepHalves() {
	d := h.u.prepare(h.f, h.in, h.at, true, false)
	d.called = true
	s := &halves{helper: h, d: d}
	s.bind()
	bindSeeds(d, s.seeds)
	joint, r := d.sweeps(&sweepSpec{
		leave:   func(*ast.Return) bool { return false },
		seeds:   s.seedStmts,
		ends:    s.ends,
		zero:    s.ends,
		keepAll: s.keepAll(),
		apart:   true,
	})
	forward, reverse, found := splitAt(joint.Stmts, r.sweepBorder)
	if !found {
		panic("transform: the sweeps of " + h.f.Name + " cannot be told apart")
	}
	s.first, s.last, s.r = forward, &ast.Block{Stmts: reverse}, r
	h.parts = s
}

// needsNothing reports whether the adjoints of the inputs of the callee can be had from its arguments alone, and the shadows have
// nothing to follow while it runs. Then it need not be split.
func (h *helper) needsNothing() bool {
	s := h.u.summary(h.f.Obj)
	if s.recursive || slices.ContainsFunc(h.f.Results, func(v *ast.Var) bool { return hasRefs(v.Type) || types.IsInterface(v.Type) }) {
		return false
	}
	if h.parts == nil && !h.trySweeps() {
		return false
	}
	inputs := map[*ast.Var]bool{}
	for _, v := range h.parts.d.fn.Inputs() {
		inputs[v] = true
		if sv := h.parts.d.shadows[v]; sv != nil {
			inputs[sv] = true
		}
	}
	for _, v := range h.parts.captured(h.parts.last) {
		if !inputs[v] || assigns(&ast.Block{Stmts: h.parts.first}, v) {
			return false
		}
	}
	return len(h.parts.fresh) == 0 && len(h.parts.followed()) == 0
}

// trySweeps writes the sweeps and reports whether that can be done: what is not known of the caller may be in the way.
func (h *helper) trySweeps() bool {
	if h.tried {
		return false
	}
	h.tried = true
	defer func(stage string) { h.u.Stage = stage }(h.u.Stage)
	h.u.Stage = ""
	var err error
	func() {
		defer guard(&err)
		h.sweepHalves()
	}()
	return err == nil
}

// A half is one of the two functions that the reverse mode of a callee is split into, or none.
type half int

const (
	neitherHalf half = iota
	forwardHalf
	backwardHalf
)

// shadowsTo says which half takes the shadow of each input. The forward half takes those that it does something with, say where it follows
// a pointer in one, and structs, which are large. All else would only be remembered there, though the caller has it later as well.
func (h *helper) shadowsTo() []half {
	if h.shadowHalf != nil {
		return h.shadowHalf
	}
	h.shadowHalf = make([]half, len(h.in))
	apart := !h.checkpoint && !h.u.summary(h.f.Obj).recursive && (h.parts != nil || h.trySweeps())
	var first, last map[*ast.Var]bool
	if apart {
		first, last = h.parts.followed(), usedVars(h.parts.last)
	}
	for i, v := range h.f.Inputs() {
		switch {
		case !h.in[i] || !hasLinks(v.Type):
		case !apart || first[h.parts.shadows[i]] || slices.Contains(h.at.early, i) || isStruct(v.Type) || ast.ShapeOf(v.Type) != ast.ReferenceLike:
			h.shadowHalf[i] = forwardHalf
		case last[h.parts.shadows[i]]:
			h.shadowHalf[i] = backwardHalf
		}
	}
	return h.shadowHalf
}

// followed returns the shadows that the forward sweep reads or changes. One that only defines another is read if that is, by either sweep.
func (s *halves) followed() map[*ast.Var]bool {
	found := map[*ast.Var]bool{}
	defined := map[*ast.Var]ast.Expr{}
	var see func(e ast.Expr)
	see = func(e ast.Expr) {
		ast.Walk(e, func(e ast.Expr) bool {
			if r, ok := e.(*ast.Ref); ok && s.d.isShadow[r.Var] && !found[r.Var] {
				found[r.Var] = true
				if def := defined[r.Var]; def != nil {
					see(def)
				}
			}
			return true
		})
	}
	first := &ast.Block{Stmts: s.first}
	ast.Inspect(first, func(st ast.Stmt) bool {
		if v, e := s.definesShadow(st); v != nil {
			defined[v] = e
		}
		return true
	})
	ast.Inspect(first, func(st ast.Stmt) bool {
		if v, _ := s.definesShadow(st); v == nil {
			ast.Exprs(st, func(e ast.Expr, _ bool) { see(e) })
		}
		return true
	})
	for v := range usedVars(s.last) {
		if defined[v] != nil {
			see(&ast.Ref{Var: v})
		}
	}
	return found
}

// definesShadow returns the variable that a statement defines, a shadow, and what as, if that is all it does.
func (s *halves) definesShadow(st ast.Stmt) (*ast.Var, ast.Expr) {
	a, ok := st.(*ast.Assign)
	if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || hasCall(a.Rhs[0]) {
		return nil, nil
	}
	r, ok := a.Lhs[0].(*ast.Ref)
	if !ok || !s.d.isShadow[r.Var] {
		return nil, nil
	}
	return r.Var, a.Rhs[0]
}

// withoutIdle returns statements of the forward sweep without the definitions of shadows that nobody reads.
func (s *halves) withoutIdle(list []ast.Stmt, read map[*ast.Var]bool) []ast.Stmt {
	var out []ast.Stmt
	for _, st := range list {
		if v, _ := s.definesShadow(st); v != nil && !read[v] {
			continue
		}
		out = append(out, ast.MapBlocks(st, func(b *ast.Block) *ast.Block {
			return &ast.Block{Meta: b.Meta, Stmts: s.withoutIdle(b.Stmts, read)}
		}))
	}
	return out
}

// halves puts the two sweeps of a callee into two functions.
type halves struct {
	*helper
	d       *derivation
	r       *reverser
	first   []ast.Stmt       // the forward sweep
	last    *ast.Block       // the reverse sweep
	results []*ast.Var       // of the forward half, but for what it remembers
	seeded  []*ast.Var       // parameters of the backward half behind what is remembered
	shadows map[int]*ast.Var // of inputs
	fresh   []*ast.Var
	seeds   []seedOf
	ends    []*ast.Var // results of the backward half

	fields map[*types.Var]*ast.Var // of the type of what is remembered: the variables that they stand for
}

func (s *halves) bind() {
	d := s.d
	inputs := d.fn.Inputs()
	s.shadows = map[int]*ast.Var{}
	for i, v := range inputs {
		ref := &ast.Ref{Var: v}
		switch {
		case !ast.Carries(v.Type):
		case s.in[i]:
			if hasLinks(v.Type) {
				s.shadows[i] = d.shadow(v)
			}
			if holdsFloats(v.Type) {
				dv := ast.NewVar("d"+v.Name, v.Type)
				d.adjoints[v] = dv
				s.ends = append(s.ends, dv)
			}
		case hasLinks(v.Type) && d.reachesActive(ref):
			s.fresh = append(s.fresh, v)
		}
	}
	s.results = slices.Clone(d.fn.Results)
	for _, r := range d.fn.Results {
		if !ast.Carries(r.Type) {
			continue
		}
		if hasLinks(r.Type) {
			s.results = append(s.results, d.shadow(r))
		}
		if !holdsFloats(r.Type) {
			continue
		}
		dr := ast.NewVar("d"+r.Name, r.Type)
		s.seeded = append(s.seeded, dr)
		s.seeds = append(s.seeds, seedOf{r, dr})
	}
}

// shadowsOf returns the shadows of inputs that a half takes.
func (s *halves) shadowsOf(which half) []*ast.Var {
	var list []*ast.Var
	for i, to := range s.shadowHalf {
		if to == which && s.shadows[i] != nil {
			list = append(list, s.shadows[i])
		}
	}
	return list
}

// keepAll returns the cells that the caller may change between the two halves: all that it can reach, unless more is known.
func (s *halves) keepAll() func(*location) bool {
	changed := map[*location]bool{}
	if s.at.settled {
		for _, p := range s.at.changed {
			changed[s.d.mem.at(p)] = true
		}
	} else {
		changed = s.d.mem.shared()
	}
	return func(c *location) bool { return changed[c.find()] }
}

// shared returns the cells that the function shares with its caller.
func (m *memory) shared() map[*location]bool {
	return m.reachedFrom(slices.Concat(m.fn.Inputs(), m.fn.Results))
}

// outer returns the cells of memory that is there when the function is called.
func (m *memory) outer() map[*location]bool { return m.reachedFrom(m.fn.Inputs()) }

// reachedFrom returns the cells that lie behind variables or package-level ones; what nobody writes is left out.
func (m *memory) reachedFrom(vars []*ast.Var) map[*location]bool {
	cells := map[*location]bool{}
	see := func(c *location) { cells[c.find()] = true }
	seen := map[*location]bool{}
	for _, v := range vars {
		m.behind(m.variable(v), seen, see)
	}
	for obj, l := range m.globals {
		if !m.unit.isUnwritten(obj) {
			m.reachable(l, seen, see)
		}
	}
	for _, l := range m.dyn.taken {
		m.behind(l, seen, see)
	}
	return cells
}

func (s *halves) seedStmts(*reverser) []ast.Stmt {
	var out []ast.Stmt
	for _, x := range s.seeds {
		if x.result.Obj != nil && s.d.act.place(&ast.Ref{Var: x.result}) {
			out = append(out, define(s.d.adjoint(x.result), &ast.Ref{Var: x.param}))
		}
	}
	return out
}

// finish writes the bodies and the type of what is remembered.
func (s *halves) finish() {
	saved := ast.NewVar("saved", s.savedType())
	captured := s.captured(s.last)
	var fields []*types.Var
	lit := &ast.Composite{}
	by := map[*ast.Var]ast.Expr{}
	s.fields = map[*types.Var]*ast.Var{}
	for _, v := range captured {
		field := newField(s.u.Pkg, fields, v.Name, v.Type)
		fields = append(fields, field)
		s.fields[field] = v
		lit.Elems = append(lit.Elems, ast.Elem{Field: field, Value: &ast.Ref{Var: v}})
		by[v] = &ast.Field{X: &ast.Ref{Var: saved}, Field: field}
	}
	s.helper.saved.SetUnderlying(types.NewStruct(fields, nil))
	lit.T = s.helper.saved
	value := savedValue(lit, saved.Type)
	f, b := s.forward, s.backward
	f.Params = slices.Concat(s.d.fn.Inputs(), s.shadowsOf(forwardHalf))
	f.Results = errorLast(s.helper.f.Obj, append(slices.Clone(s.results), ast.NewVar("saved", saved.Type)))
	returned := errorLast(s.helper.f.Obj, append(ast.Refs(s.results), value))
	body := s.begun(s.withoutIdle(s.first, s.followed()), returned)
	f.Body = s.d.finish(body, f.Results)
	b.Params = slices.Concat([]*ast.Var{saved}, s.seeded, s.shadowsOf(backwardHalf))
	b.Results = s.ends
	unpacked := s.unpack(by)
	body = s.returning(substitute(s.last, by))
	ast.Attribute(unpacked, ast.Restoring, nil)
	body.Stmts = append(unpacked, body.Stmts...)
	b.Body = joinUnpacked(s.d.finish(body, b.Results), saved)
}

// savedValue is what is remembered, of type t: a struct, or a pointer to one.
func savedValue(lit *ast.Composite, t types.Type) ast.Expr {
	if isPointer(t) {
		return &ast.Addr{X: lit, T: t}
	}
	return lit
}

// begun is a function's body of the forward sweep and what it returns.
func (s *halves) begun(sweep []ast.Stmt, returned []ast.Expr) *ast.Block {
	var first []ast.Stmt
	for _, v := range s.fresh {
		first = append(first, s.d.u.freshShadow(s.d.shadows[v], v, false, true)...)
	}
	var last []ast.Stmt
	if len(returned) > 0 {
		last = []ast.Stmt{&ast.Return{Results: returned}}
		ast.Attribute(last, ast.Saving, nil)
	}
	return &ast.Block{Stmts: slices.Concat(first, sweep, last)}
}

// unpack returns definitions of the captured variables that the reverse sweep reads more than once, by what they are in by, from which
// it takes them.
//
//	for i := range saved.m.B {           m, dm := saved.m, saved.dm
//		saved.dm.B[i] += dz[i]       for i := range m.B {
//	}                                            dm.B[i] += dz[i]
//	                                     }
func (s *halves) unpack(by map[*ast.Var]ast.Expr) []ast.Stmt {
	var out []ast.Stmt
	reads := readsIn(s.last)
	for _, v := range s.captured(s.last) {
		if reads[v] > 1 {
			out = append(out, define(v, by[v]))
			delete(by, v)
		}
	}
	return out
}

// readsIn returns how often variables are named in a block; in a loop that is more than once.
func readsIn(b *ast.Block) map[*ast.Var]int {
	n := map[*ast.Var]int{}
	count := func(s ast.Stmt, times int) {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok {
					n[r.Var] += times
				}
				return true
			})
		})
	}
	ast.Inspect(b, func(s ast.Stmt) bool {
		count(s, 1)
		switch s := s.(type) {
		case *ast.For:
			count(s, 1) // the condition is asked again
			ast.Inspect(s.Body, func(s ast.Stmt) bool { count(s, 1); return true })
		case *ast.Range:
			ast.Inspect(s.Body, func(s ast.Stmt) bool { count(s, 1); return true })
		}
		return true
	})
	return n
}

// joinUnpacked makes one statement of those at the beginning of a block that take what is remembered apart.
func joinUnpacked(b *ast.Block, saved *ast.Var) *ast.Block {
	all := &ast.Assign{Op: token.DEFINE}
	n := 0
	for ; n < len(b.Stmts); n++ {
		a, ok := b.Stmts[n].(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 {
			break
		}
		if f, ok := a.Rhs[0].(*ast.Field); !ok || !isRefTo(saved)(f.X) {
			break
		}
		all.Meta = a.Meta
		all.Lhs, all.Rhs = append(all.Lhs, a.Lhs...), append(all.Rhs, a.Rhs...)
	}
	if n < 2 {
		return b
	}
	return &ast.Block{Meta: b.Meta, Stmts: append([]ast.Stmt{all}, b.Stmts[n:]...)}
}

// returning returns the reverse sweep with its results.
func (s *halves) returning(b *ast.Block) *ast.Block {
	if len(s.ends) > 0 {
		return &ast.Block{Stmts: append(slices.Clone(b.Stmts), &ast.Return{Results: ast.Refs(s.ends)})}
	}
	return b
}

// captured returns the variables that the reverse sweep reads from the forward sweep, in the order of their first use.
func (s *halves) captured(b *ast.Block) []*ast.Var {
	return freeVars(b, slices.Concat(s.seeded, s.ends, s.shadowsOf(backwardHalf))...)
}
