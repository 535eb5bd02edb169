package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Calls with checkpoints that hand memory on.
//
// A callee may return what refers to memory, whose shadows the caller must have, or store it in memory that it is given. Shadows are
// followed when it runs, and when it runs again, by the forward half of a reverse mode that remembers:
//
//	v, w = g(v, w)      v, w, dv, dw, saved := gForward(v, w, dv, dw)    func gBackward(saved gSaved) {
//	                    …                                                    _, _, _, _, again := gAgainForward(saved.v, saved.w, saved.dv, saved.dw)
//	                    gBackward(saved)                                     gAgainBackward(again)
//	                                                                     }
//
// Memory that it makes has another shadow each time: what has been added to that of the first run is carried over to that of the second.
// What the first has stored in the shadows of its arguments is taken out before the second.

// A followed call is a checkpoint of such a callee.
type followed struct {
	*checkpoint
	again   *helper    // its reverse mode that remembers
	results []*ast.Var // as they are called in the forward half …
	shadow  []*ast.Var // … and the shadows of those that have some

	ran      []ast.Expr // what is taken of the second run
	remember []ast.Stmt // shadows of what the first run has made
	pairs    []ast.Expr // shadows of both runs
	restore  []ast.Stmt // puts links back
}

// buildFollowed is buildCheckpoint for such a callee.
func (h *helper) buildFollowed() {
	again := h.unchanged()
	if again.forward == nil {
		again.name += "Again"
	}
	again.halves()
	s := &followed{checkpoint: h.newCheckpoint(slices.Repeat([]bool{true}, len(h.in))), again: again, results: nameResults(h.f)}
	s.made()
	s.relinked()
	s.forwardBody(h.forward)
	s.backwardBody(h.backward)
	h.forward.Doc, h.backward.Doc = h.checkpointDocs()
	h.u.saved[h.saved] = true
}

// made finds the results that may lead to memory which the callee makes.
func (s *followed) made() {
	s.ran = make([]ast.Expr, len(s.results))
	for i, r := range s.results {
		if !hasLinks(r.Type) {
			continue
		}
		dr := ast.NewVar("d"+r.Name, r.Type)
		s.shadow = append(s.shadow, dr)
		if !s.mayMake(s.f.Results[i]) {
			s.ran = append(s.ran, nil)
			continue
		}
		was, now := s.field(s.add(dr, nil)), &ast.Ref{Var: ast.NewVar(dr.Name, r.Type)}
		s.remember = append(s.remember, set(was, token.ASSIGN, &ast.Ref{Var: dr}))
		s.ran = append(s.ran, now)
		s.pairs = append(s.pairs, pairing(was, now))
	}
}

// relinked finds the shadows in which links are stored.
func (s *followed) relinked() {
	list := s.relinks()
	if len(list) == 0 {
		return
	}
	t := types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Links", nil), types.NewStruct(nil, nil), nil)
	keep, made := &ast.Call{Fun: ast.Callee{Copied: "KeepLinks"}, T: t}, false
	if s.spare() {
		keep.Fun.Copied = "KeepLinksCap"
	}
	for _, i := range list {
		keep.Args = append(keep.Args, &ast.Ref{Var: s.shadowParams[i]})
		made = s.mayMake(s.f.Inputs()[i]) || made
	}
	links := s.field(s.add(ast.NewVar("links", t), keep))
	s.restore = []ast.Stmt{&ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "SwapLinks"}, Args: []ast.Expr{links}, T: types.NewTuple()}}}
	if made {
		moved := &ast.Call{Fun: ast.Callee{Copied: "Moved"}, Args: []ast.Expr{links}, T: pairingType()}
		s.pairs = append([]ast.Expr{moved}, s.pairs...)
	}
}

// forwardBody writes the forward half: the first run.
func (s *followed) forwardBody(f *ast.Func) {
	all := slices.Concat(s.results, s.shadow)
	f.Params, f.Results = s.params, errorLast(s.f.Obj, append(all, s.saved))
	call, targets := s.primalCall(), all
	if len(s.shadow) > 0 || s.restore != nil {
		targets = errorLast(s.f.Obj, all)
		call = &ast.Call{Fun: ast.Callee{Gen: s.again.followed()}, Args: ast.Refs(s.f.Inputs()), T: tupleOf(varTypes(targets)...)}
		for _, i := range s.shadowsIn(forwardHalf) {
			call.Args = append(call.Args, &ast.Ref{Var: s.shadowParams[i]})
		}
	}
	run := assignResults(call, ast.Refs(targets))
	last := &ast.Return{Results: ast.Refs(f.Results)}
	f.Body = &ast.Block{Stmts: slices.Concat(s.checkpoint.remember(), []ast.Stmt{run}, s.remember, []ast.Stmt{last})}
}

// shadowsIn returns the inputs whose shadows a half of the reverse mode that remembers takes.
func (s *followed) shadowsIn(which half) []int {
	return slices.DeleteFunc(s.shadowed(), func(i int) bool { return s.again.shadowsTo()[i] != which })
}

// backwardBody writes the backward half: the second run, and back.
func (s *followed) backwardBody(b *ast.Func) {
	kept := ast.NewVar("again", s.again.savedType())
	run := &ast.Call{Fun: ast.Callee{Gen: s.again.forward}, T: s.again.forwardTuple()}
	back := &ast.Call{Fun: ast.Callee{Gen: s.again.backward}, Args: []ast.Expr{&ast.Ref{Var: kept}}, T: s.again.backwardType()}
	for i := range s.f.Inputs() {
		run.Args = append(run.Args, s.field(s.primal[i]))
	}
	for _, i := range s.shadowsIn(forwardHalf) {
		run.Args = append(run.Args, s.field(s.shadows[i]))
	}
	b.Params = []*ast.Var{s.saved}
	for _, r := range s.results {
		if holdsFloats(r.Type) {
			b.Params = append(b.Params, ast.NewVar("d"+r.Name, r.Type))
		}
	}
	back.Args = append(back.Args, ast.Refs(b.Params[1:])...)
	for _, i := range s.shadowsIn(backwardHalf) {
		back.Args = append(back.Args, s.field(s.shadows[i]))
	}
	for _, i := range s.valueLike() {
		b.Results = append(b.Results, ast.NewVar("d"+s.f.Inputs()[i].Name, s.f.Inputs()[i].Type))
	}
	lhs := errorLast(s.f.Obj, append(s.ran, &ast.Ref{Var: kept}))
	stmts := append(s.restore, &ast.Assign{Lhs: lhs, Op: token.DEFINE, Rhs: []ast.Expr{run}})
	if len(s.pairs) > 0 {
		stmts = append(stmts, &ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "CarryOver"}, Args: s.pairs, T: types.NewTuple()}})
	}
	if len(b.Results) > 0 {
		stmts = append(stmts, &ast.Return{Results: []ast.Expr{back}})
	} else {
		stmts = append(stmts, &ast.Do{Call: back})
	}
	b.Body = &ast.Block{Stmts: stmts}
}

// followed returns a function that does what the forward half does but for remembering.
func (h *helper) followed() *ast.Func {
	if h.follow == nil {
		h.follow = h.function("Followed")
	}
	return h.follow
}

// buildFollow writes it.
func (h *helper) buildFollow() {
	if h.parts == nil {
		h.sweepHalves()
	}
	h.shadowsTo()
	s, f := h.parts, h.follow
	f.Doc = f.Name + " is " + docName(h.f) + ", with the shadows that go with it."
	f.Params = slices.Concat(s.d.fn.Inputs(), s.shadowsOf(forwardHalf))
	f.Results = errorLast(h.f.Obj, slices.Clone(s.results))
	body := s.begun(s.withoutIdle(s.first, s.followed()), ast.Refs(f.Results))
	f.Body = s.d.finish(s.d.withoutUnkept(body), f.Results)
}

// mayMake reports whether v, an input or a result of the callee, may lead to memory that this makes.
func (h *helper) mayMake(v *ast.Var) bool {
	m := h.u.summary(h.f.Obj).mem
	behind := map[*location]bool{}
	m.behind(m.variable(v), map[*location]bool{}, func(c *location) { behind[c.find()] = true })
	found, seen := false, map[*location]bool{}
	see := func(c *location) { found = found || behind[c.find()] }
	eachExpr(h.f.Body, func(_ ast.Stmt, e ast.Expr) {
		switch e := e.(type) {
		case *ast.Call, *ast.Composite:
			for _, l := range m.values(e) {
				m.behind(l, seen, see)
			}
		case *ast.Addr:
			if _, field := e.X.(*ast.Field); !field {
				m.reachable(m.place(e.X), seen, see)
			}
		case *ast.Slice:
			if isArray(e.X.Type()) {
				m.reachable(m.elements(e.X), seen, see)
			}
		}
	})
	if found {
		h.checkLinks(v, "memory is made")
	}
	return found
}

// checkLinks refuses a callee that stores or makes what v leads to, if that cannot be followed from one run to the next.
func (h *helper) checkLinks(v *ast.Var, what string) {
	if t := v.Type; leadsToInterface(t) || leadsTo(t, map[types.Type]bool{}, ast.IsMap) || len(h.u.opaqueWithin(t)) > 0 {
		name := v.Name
		if v.Blank() {
			name = "what comes out"
		}
		refuse(h.f.Pos, "%s in what has a checkpoint, and %s, of type %s, leads to maps, interfaces or opaque values; that is not supported: keep what changes behind slices and pointers of its own", what, name, t)
	}
}

// relinks returns the inputs with shadows in which the callee stores slices and pointers.
func (s *checkpoint) relinks() []int {
	sum := s.u.summary(s.f.Obj)
	var list []int
	for _, i := range s.shadowed() {
		v, found := s.f.Inputs()[i], false
		sum.mem.behind(sum.mem.variable(v), map[*location]bool{}, func(c *location) {
			found = found || leadsToFloats(c) && anyOf(sum.writes, c.find())
		})
		if found {
			s.checkLinks(v, "slices, pointers or maps are stored")
			list = append(list, i)
		}
	}
	return list
}

// Derivatives of derivatives.
//
// What a gradient does to the links of shadows, its forward mode does to those of their tangents too, and keeps them in the tangent of
// what is remembered:
//
//	saved.links = godiff.KeepLinks(ds)        vsaved.links = godiff.KeepLinks(vds)
//	godiff.SwapLinks(saved.links)             godiff.SwapLinks(vsaved.links)

// keepsLinks reports whether e is what a checkpoint remembers of links.
func keepsLinks(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && (c.Fun.Copied == "KeepLinks" || c.Fun.Copied == "KeepLinksCap")
}

// keptTangents is keepsLinks' e for tangents.
func (t *tangents) keptTangents(e ast.Expr) ast.Expr {
	c := *e.(*ast.Call)
	c.Args = nil
	for _, x := range e.(*ast.Call).Args {
		if t.reachesActive(x) {
			c.Args = append(c.Args, t.value(x, now))
		}
	}
	return &c
}

// linksTangent does to the links of tangents what c, a call of SwapLinks or Moved, does to those of shadows.
func (t *tangents) linksTangent(c *ast.Call) *ast.Call {
	d := *c
	d.Args = []ast.Expr{t.tangentPlace(c.Args[0])}
	return &d
}

// carriedOver does to tangents what c, a call of CarryOver, does to shadows.
func (t *tangents) carriedOver(c *ast.Call) []ast.Stmt {
	d := *c
	d.Args = nil
	for _, p := range c.Args {
		p := p.(*ast.Call)
		switch {
		case p.Fun.Copied == "Moved":
			d.Args = append(d.Args, t.linksTangent(p))
		case t.reachesActive(p.Args[1]):
			d.Args = append(d.Args, pairing(t.value(p.Args[0], now), t.value(p.Args[1], now)))
		}
	}
	if len(d.Args) == 0 {
		return nil
	}
	return []ast.Stmt{&ast.Do{Call: &d}}
}

// carriedPairs returns the pairs of shadows in a call of CarryOver.
func carriedPairs(c *ast.Call) [][]ast.Expr {
	var list [][]ast.Expr
	for _, p := range c.Args {
		if p := p.(*ast.Call); p.Fun.Copied == "Pair" {
			list = append(list, p.Args)
		}
	}
	return list
}
