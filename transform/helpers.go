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
	g.Name = u.free(lowerFirst(f.Name) + "Rule")
	g.Doc = strings.Replace(f.Doc, f.Name, g.Name, 1)
	c := &ruleCopy{f, &g}
	u.copies = append(u.copies, c)
	g.Body = mapAll(f.Body, func(e ast.Expr) ast.Expr { return ast.Map(e, u.toCopy) }).(*ast.Block)
	return &g
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
	called := map[*ast.Func]bool{}
	open := slices.Clone(u.made)
	for len(open) > 0 {
		f := open[0]
		open = open[1:]
		for _, g := range calledGen(f) {
			if !called[g] {
				called[g] = true
				u.File = u.fileOf(g)
				open = append(open, u.buildFor(g)...)
			}
		}
	}
	for _, h := range u.order {
		if x := h.needed(called); x != nil {
			list = append(list, x)
		}
	}
	for _, c := range u.copies {
		if called[c.to] {
			list = append(list, &Helper{Funcs: []*ast.Func{c.to}})
		}
	}
	return list, nil
}

// calledGen returns the functions of ours that a function calls, in order.
func calledGen(f *ast.Func) []*ast.Func {
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
	return u.File
}

func (h *helper) owns(g *ast.Func) bool {
	return g == h.back || g == h.rerun || g == h.tan || g == h.vjp || g == h.forward || g == h.backward
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
		case h.vjp:
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

// needed returns what of a helper is called, or nil if nothing is.
func (h *helper) needed(called map[*ast.Func]bool) *Helper {
	out := &Helper{Of: h.f.Obj, File: h.file}
	if h.forward != nil && (called[h.forward] || called[h.backward]) {
		out.Types = append(out.Types, h.saved)
		out.Funcs = append(out.Funcs, h.forward, h.backward)
	}
	for _, g := range []*ast.Func{h.back, h.rerun, h.vjp, h.tan} {
		if g != nil && called[g] {
			out.Funcs = append(out.Funcs, g)
		}
	}
	if len(out.Funcs) == 0 {
		return nil
	}
	return out
}

// buildBack writes the reverse mode of a leaf: it runs the leaf again and returns the adjoints of its inputs.
func (h *helper) buildBack() {
	u := h.u
	d := u.prepare(h.f, h.in, h.at, false, false)
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
	h.u.tangent(h.tan, h.f, h.signature(ast.JVP), h.in, h.at, false)
	h.tan.Doc = fmt.Sprintf("%s is the forward mode of %s.", h.tan.Name, docName(h.f))
}

// buildHalves writes the two halves of the reverse mode of a callee.
func (h *helper) buildHalves() {
	u := h.u
	d := u.prepare(h.f, h.in, h.at, true, false)
	f, b := h.forward, h.backward
	f.Doc = fmt.Sprintf("%s is %s, remembering what [%s] needs.", f.Name, docName(h.f), b.Name)
	b.Doc = fmt.Sprintf("%s is the reverse mode of %s, after [%s].", b.Name, docName(h.f), f.Name)
	s := &halves{helper: h, d: d, saved: ast.NewVar("saved", h.savedType())}
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
	s.finish(forward, &ast.Block{Stmts: reverse})
	f.Doc += r.inserts.memoryNote(r, f.Body)
	u.explain(f, h.in, d, r)
}

// halves puts the two sweeps of a callee into two functions.
type halves struct {
	*helper
	d     *derivation
	saved *ast.Var // the parameter of the one, the result of the other
	fresh []*ast.Var
	seeds []seedOf
	ends  []*ast.Var
}

func (s *halves) bind() {
	d, f, b := s.d, s.forward, s.backward
	inputs := d.fn.Inputs()
	f.Params = slices.Clone(inputs)
	for i, v := range inputs {
		ref := &ast.Ref{Var: v}
		switch {
		case !ast.Carries(v.Type):
		case s.in[i]:
			if hasRefs(v.Type) {
				f.Params = append(f.Params, d.shadow(v))
			}
			if holdsFloats(v.Type) {
				dv := ast.NewVar("d"+v.Name, v.Type)
				d.adjoints[v] = dv
				s.ends = append(s.ends, dv)
				b.Results = append(b.Results, dv)
			}
		case hasRefs(v.Type) && d.reachesActive(ref):
			s.fresh = append(s.fresh, v)
		}
	}
	b.Params = []*ast.Var{s.saved}
	f.Results = slices.Clone(d.fn.Results)
	for _, r := range d.fn.Results {
		if !ast.Carries(r.Type) {
			continue
		}
		if hasRefs(r.Type) {
			f.Results = append(f.Results, d.shadow(r))
		}
		if !holdsFloats(r.Type) {
			continue
		}
		dr := ast.NewVar("d"+r.Name, r.Type)
		b.Params = append(b.Params, dr)
		s.seeds = append(s.seeds, seedOf{r, dr})
	}
}

// keepAll returns the cells that the caller may change between the two halves: all that it can reach, unless it is known not to.
func (s *halves) keepAll() func(*location) bool {
	if s.at.intact {
		return func(*location) bool { return false }
	}
	shared := s.d.mem.shared()
	return func(c *location) bool { return shared[c] }
}

// shared returns the cells that the function shares with its caller.
func (m *memory) shared() map[*location]bool {
	return m.reachedFrom(slices.Concat(m.fn.Inputs(), m.fn.Results))
}

// outer returns the cells of memory that is there when the function is called.
func (m *memory) outer() map[*location]bool { return m.reachedFrom(m.fn.Inputs()) }

// reachedFrom returns the cells that lie behind variables or package-level ones.
func (m *memory) reachedFrom(vars []*ast.Var) map[*location]bool {
	cells := map[*location]bool{}
	see := func(c *location) { cells[c.find()] = true }
	seen := map[*location]bool{}
	for _, v := range vars {
		m.behind(m.variable(v), seen, see)
	}
	for _, l := range m.globals {
		m.reachable(l, seen, see)
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
func (s *halves) finish(forward []ast.Stmt, reverse *ast.Block) {
	captured := s.captured(reverse)
	var fields []*types.Var
	lit := &ast.Composite{}
	by := map[*ast.Var]ast.Expr{}
	names := map[string]bool{}
	for _, v := range captured {
		name := v.Name
		for n := 2; names[name]; n++ {
			name = fmt.Sprint(v.Name, n)
		}
		names[name] = true
		field := types.NewField(token.NoPos, s.u.Pkg, name, v.Type, false)
		fields = append(fields, field)
		lit.Elems = append(lit.Elems, ast.Elem{Field: field, Value: &ast.Ref{Var: v}})
		by[v] = &ast.Field{X: &ast.Ref{Var: s.saved}, Field: field}
	}
	s.helper.saved.SetUnderlying(types.NewStruct(fields, nil))
	lit.T = s.helper.saved
	var value ast.Expr = lit
	if isPointer(s.saved.Type) {
		value = &ast.Addr{X: lit, T: s.saved.Type}
	}
	var first []ast.Stmt
	for _, v := range s.fresh {
		first = append(first, freshShadow(s.d.shadows[v], v, false, true)...)
	}
	ret := &ast.Return{}
	for _, r := range s.forward.Results {
		ret.Results = append(ret.Results, &ast.Ref{Var: r})
	}
	ret.Results = append(ret.Results, value)
	s.forward.Results = append(s.forward.Results, ast.NewVar("saved", s.saved.Type))
	body := &ast.Block{Stmts: slices.Concat(first, forward, []ast.Stmt{ret})}
	s.forward.Body = s.d.finish(body, s.forward.Results)
	back := &ast.Return{}
	for _, v := range s.ends {
		back.Results = append(back.Results, &ast.Ref{Var: v})
	}
	rev := substitute(reverse, by)
	if len(back.Results) > 0 {
		rev.Stmts = append(rev.Stmts, back)
	}
	s.backward.Body = s.d.finish(rev, s.backward.Results)
}

// captured returns the variables that the reverse sweep reads from the forward sweep, in the order of their first use.
func (s *halves) captured(b *ast.Block) []*ast.Var {
	own := map[*ast.Var]bool{}
	for _, v := range s.backward.Params {
		own[v] = true
	}
	for _, v := range s.backward.Results {
		own[v] = true
	}
	ast.Inspect(b, func(st ast.Stmt) bool {
		for _, v := range ast.Defined(st) {
			own[v] = true
		}
		if f, ok := st.(*ast.For); ok && f.Init != nil {
			for _, v := range ast.Defined(f.Init) {
				own[v] = true
			}
		}
		return true
	})
	var list []*ast.Var
	ast.Inspect(b, func(st ast.Stmt) bool {
		ast.Exprs(st, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok && !own[r.Var] {
					own[r.Var] = true
					list = append(list, r.Var)
				}
				return true
			})
		})
		return true
	})
	return list
}
