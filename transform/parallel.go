package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Parallel loops.
//
// A loop before which //godiff:parallel stands becomes, in reverse mode, a call of a function for a part of its iterations, which returns
// what they add to variables around the loop. It is made for parts that depend on the number of iterations alone, on several cores:
//
//	for i, v := range x {         s += fStepsParallel(w, x, 0, len(x))
//		s += g(w, v)
//	}
//
// and what it adds to memory that several parts add to, as to the shadow of w, each part has memory of its own for.
//
// That is done where the iterations are independent: each writes nothing but its own variables and memory, elements whose index is its
// own, and variables and elements of slices that all only add to. Of such a slice each part has one of its own, and these are summed.

// A parallel is what a helper for the parts of a loop has.
type parallel struct {
	own      []ownership // of what inputs lead to
	together bool        // inputs may share memory for all that is known of the function around it; then one core does it all
	tasks    bool        // its iterations were goroutines
	loop     ast.Stmt
	primal   *ast.Func // calls the callee for all parts
}

// parallelLoop is rangeLoop for a parallel loop, given what does a part of its iterations.
func (o *outliner) parallelLoop(loop *ast.For, from, to, n *ast.Ref) []ast.Stmt {
	if o.done != nil {
		refuse(o.pos, "%s ends with its last iteration; it cannot be left before", o.kind())
	}
	o.find(loop, nil, from.Var, to.Var)
	for _, v := range o.state {
		if n, ok := types.Unalias(v.Type).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync" {
			refuse(o.pos, "%s uses %s, and so does something else, or a function that it calls; what goroutines share must be variables that they add to, between Lock and Unlock in their own bodies", o.kind(), v.Name)
		}
		if isStruct(v.Type) || isArray(v.Type) {
			refuse(o.pos, "the iterations of %s write a part of %s, which is declared outside; add to variables that are numbers, or to elements of a slice", o.kind(), v.Name)
		}
		if !ast.IsFloat(v.Type) && !isInteger(v.Type) || !onlyAddedTo(loop, v) {
			refuse(o.pos, "the iterations of %s may only add to %s, which is declared outside", o.kind(), v.Name)
		}
	}
	own, together := o.ownerships(loop, from.Var, to.Var)
	o.added, o.state = o.state, nil
	fn := o.function(loop, from.Var, to.Var)
	owned := make([]ownership, len(o.given)+2)
	for i, v := range o.given {
		var told bool
		if owned[i], told = own[v.Origin()]; !told && hasRefs(v.Type) && ast.Carries(v.Type) {
			refuse(o.pos, "it cannot be told what of %s belongs to an iteration of %s; give that a variable of its own before the loop", v.Name, o.kind())
		}
		if owned[i].mixed {
			what := "what " + v.Name + " leads to"
			if v.Name == ast.Started {
				what = "what they are given"
			}
			refuse(o.pos, "the iterations of %s write a part of %s, and share another; keep what they write and what they share in slices of their own", o.kind(), what)
		}
	}
	o.u.parallels[fn] = parallel{own: owned, together: together, tasks: o.loop.Info().Goroutines, loop: o.loop}

	call := o.call(fn, typed(0, to.Var.Type), n)
	call.Checkpoint, call.Parallel = false, true
	meta := ast.Meta{Pos: o.pos, Src: o.loop.Info().Src}
	switch added := o.added; len(added) {
	case 0:
		return []ast.Stmt{&ast.Do{Meta: meta, Call: call}}
	case 1:
		return []ast.Stmt{&ast.Assign{Meta: meta, Lhs: ast.Refs(added), Op: token.ADD_ASSIGN, Rhs: []ast.Expr{call}}}
	}
	var sums []*ast.Var
	var out []ast.Stmt
	for _, v := range o.added {
		sums = append(sums, ast.NewVar("t", v.Type))
	}
	out = append(out, &ast.Assign{Meta: meta, Lhs: ast.Refs(sums), Op: token.DEFINE, Rhs: []ast.Expr{call}})
	for i, v := range o.added {
		out = append(out, set(&ast.Ref{Var: v}, token.ADD_ASSIGN, &ast.Ref{Var: sums[i]}))
	}
	return out
}

// ownerships says what of the variables around the loop belongs to an iteration, or refuses the loop. Slices that change places, as in
//
//	for range steps {
//		for i := range next {
//			wg.Go(func() { next[i] = f(now[i-1], now[i]) })
//		}
//		wg.Wait()
//		now, next = next, now
//	}
//
// may share memory for all that is known of the function. What the loop does by itself says whether its iterations are independent where they
// do not, which is asked when it is run.
func (o *outliner) ownerships(loop *ast.For, from, to *ast.Var) (own map[*ast.Var]ownership, together bool) {
	own, _, err := o.u.checkParallel(o.f, o.loop)
	if err == nil {
		return own, false
	}
	alone := *loop
	alone.Parallel = true
	part := o.u.Lower(o.declared(&ast.Block{Stmts: append([]ast.Stmt{&alone}, o.returned()...)}, from, to))
	if own, global, again := o.u.checkParallel(part, &alone); again == nil && !global {
		return own, true
	}
	panic(err)
}

// onlyAddedTo reports whether all that a loop does with a variable is to add to it.
func onlyAddedTo(loop ast.Stmt, v *ast.Var) bool {
	ok := true
	ast.Inspect(loop, func(s ast.Stmt) bool {
		adds := false
		if a, isAssign := s.(*ast.Assign); isAssign && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) {
			r, isRef := a.Lhs[0].(*ast.Ref)
			adds = isRef && r.Var == v && occurrences(a.Rhs[0], v) == 0
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) { ok = ok && (adds || occurrences(e, v) == 0) })
		return ok
	})
	return ok
}

// maxSpread is how far neighbouring elements may be that an iteration uses, for parts that are not neighbours to use none of the same: parts have
// at least as many iterations, if there is more than one. See runtime.Chunks.
const maxSpread = 4

// mayShare reports whether iterations may use a cell of which each uses elements in a window: their own, or none writes any and those that
// use the same are near.
func (r *reverser) mayShare(loop *item, l *location, w window) bool {
	return w.spread() == 0 || w.spread() <= maxSpread && r.writerIn(loop, l) == nil
}

// near reports whether iterations use elements of their neighbours. Then the parts are run in two turns, every other one in each, for in the reverse
// sweep they add to the adjoints of these.
func (p *parallel) near() bool {
	return slices.ContainsFunc(p.own, func(o ownership) bool { return o.spread > 0 })
}

// divides returns what of package runtime divides the loop.
func (p *parallel) divides() string {
	if p.tasks && !p.near() {
		return "Task"
	}
	return "Chunk"
}

// An ownership says whether the iterations of a parallel loop have elements of their own of what a variable leads to. If not, none writes
// any of it.
type ownership struct {
	own    bool   // nothing else is read or written …
	rows   bool   // … if the elements that the variable refers to share no memory …
	spread int64  // … but by iterations that are no further away than this, which read only
	idle   bool   // none reads or writes floats there
	added  bool   // all iterations add to all elements, and do nothing else with them: the adjoints are only read
	fields []bool // of a struct, or of one that the variable points to: the same of its fields, where one has such elements
	mixed  bool   // some are written and some are shared, and the fields don't tell
}

// checkParallel returns what of the variables around a parallel loop of f belongs to an iteration, and whether f uses package variables that
// refer to memory, or why the iterations are not independent.
func (u *Unit) checkParallel(f *ast.Func, loop ast.Stmt) (own map[*ast.Var]ownership, global bool, err error) {
	defer guard(&err)
	outer, stage := u.checking, u.Stage
	u.checking, u.Stage = true, ""
	defer func() { u.checking, u.Stage = outer, stage }()
	in := make([]bool, len(f.Inputs()))
	for i, v := range f.Inputs() {
		in[i] = ast.Carries(v.Type)
	}
	d := u.prepare(f, in, callSite{}, true, false)
	p := &passage{d: d, body: d.fn.Body, spec: &sweepSpec{leave: func(*ast.Return) bool { return false }, keepAll: func(*location) bool { return true }},
		plan: &plan{backwards: map[ast.Stmt]bool{}, undoing: map[*location]*undone{}, never: map[*location]bool{}}}
	p.run(preparing)
	p.prepare()
	r, pos := p.r, loop.Info().Pos
	for _, it := range r.tree.items {
		if it.body != nil && it.stmt.Info().Parallel && it.stmt.Info().Pos == pos && r.isLoop(it, loop) {
			own = joinOwnerships(own, r.ownerships(it, loop), loop)
		}
	}
	if own == nil {
		refuse(pos, "this loop cannot be told from others")
	}
	for _, l := range d.mem.globals {
		global = global || hasRefs(l.typ)
	}
	return own, global, nil
}

// joinOwnerships returns what belongs to the iterations of a loop that stands in the function more than once, as where it is in a literal that
// is called twice: each time something else may be used. It is nil for none.
func joinOwnerships(a, b map[*ast.Var]ownership, loop ast.Stmt) map[*ast.Var]ownership {
	if a == nil {
		return b
	}
	for v, o := range b {
		was, told := a[v]
		switch {
		case !told || was.idle:
			a[v] = o
		case !o.idle && !was.equal(o):
			refuse(loop.Info().Pos, "%s stands for several, which do something else with %s each; write it where it is used", loopKind(loop), v.Name)
		}
	}
	return a
}

func (o ownership) equal(p ownership) bool {
	return o.own == p.own && o.rows == p.rows && o.spread == p.spread && o.idle == p.idle && o.added == p.added && o.mixed == p.mixed && slices.Equal(o.fields, p.fields)
}

// ownerships returns what belongs to the iterations of a loop, or refuses it.
func (r *reverser) ownerships(it *item, loop ast.Stmt) map[*ast.Var]ownership {
	pos := loop.Info().Pos
	for pos := it.pos + 1; pos < it.end; pos++ {
		if note := r.calls[r.tree.items[pos].stmt]; note != nil && (note.hooked || r.u.isHooked(note.call.Fun.Fn)) {
			refuse(r.tree.items[pos].stmt.Info().Pos, "a hook is called for this in the reverse sweep of %s, which leaves open in what order", loopKind(loop))
		}
	}
	if why, by := r.dependence(it); why != "" {
		if by != nil && by.stmt.Info().Src != "" {
			why += " " + by.stmt.Info().Src
		}
		wayOut := ""
		if loop.Info().Goroutines {
			wayOut = "; let them write slices of which they read no other elements, and copy behind Wait"
		}
		refuse(pos, "the iterations of %s must be independent, but %s%s", loopKind(loop), strings.TrimSuffix(why, " by"), wayOut)
	}
	own := map[*ast.Var]ownership{}
	added := map[*location]bool{}
	for _, v := range r.usedFromOutside(it) {
		if _, two := own[v.Origin()]; two {
			refuse(pos, "%s refers to other memory in a part of %s than in another; use two variables", v.Name, loopKind(loop))
		}
		l := r.mem.variable(v)
		o := r.owns(it, v, l)
		if !o.own && r.added(it, v, l) {
			o = ownership{own: true, added: true}
			r.mem.behind(l, map[*location]bool{}, func(c *location) { added[c.find()] = true })
		}
		own[v.Origin()] = o
	}
	r.checkRaces(it, added)
	r.checkWhole(it)
	return own
}

// isLoop reports whether an item is a loop of the function, of which there may be several at one position, as behind a fallthrough: it uses the same
// variables.
func (r *reverser) isLoop(it *item, loop ast.Stmt) bool {
	var used []*ast.Var
	for _, v := range r.usedFromOutside(it) {
		used = append(used, v.Origin())
	}
	return !slices.ContainsFunc(freeVars(loop), func(v *ast.Var) bool {
		return hasRefs(v.Type) && ast.Carries(v.Type) && !slices.Contains(used, v.Origin())
	})
}

// owns says what of a variable, which l is, belongs to the iterations of a loop.
func (r *reverser) owns(loop *item, v *ast.Var, l *location) ownership {
	rows, spread := false, int64(0)
	of := func(each func(f func(*location))) (own, written, touched bool) {
		all := true
		each(func(c *location) {
			c = c.find()
			if !ast.IsFloat(c.typ) || !r.act.active(c) {
				return
			}
			writes := r.writerIn(loop, c) != nil
			if !writes && !slices.ContainsFunc(r.readersOf(c), func(pos int) bool { return loop.pos <= pos && pos < loop.end }) {
				return
			}
			touched, written = true, written || writes
			if r.onlyRanged(loop, c) || r.exclusive(loop, c) {
				return
			}
			if w, near := r.elementsOf(loop, c); near && r.mayShare(loop, c, w) {
				spread = max(spread, w.spread())
				return
			}
			by, w := r.rowsTo(loop, c)
			if by != v || !r.mayShare(loop, c, w) {
				all = false
				return
			}
			rows, spread = true, max(spread, w.spread())
		})
		return touched && all, written, touched
	}
	o := ownership{}
	var touched bool
	o.own, o.mixed, touched = of(func(f func(*location)) { r.mem.behind(l, map[*location]bool{}, f) })
	o.idle = !touched
	if o.own || !o.mixed {
		o.mixed = false
		if o.own {
			o.rows, o.spread = rows, spread
		}
		return o
	}
	t := v.Type
	if p := ast.Pointee(t); p != nil {
		t, l = p, r.mem.targetOf(l)
	}
	fields, ok := t.Underlying().(*types.Struct)
	if !ok || !isPointer(v.Type) && ast.ShapeOf(v.Type) != ast.ReferenceLike || r.u.linked(v.Type) || r.u.opaque(t) != nil || r.u.shadowMaker(t) != nil {
		return o
	}
	o.mixed = false
	o.fields = make([]bool, fields.NumFields())
	for i, f := range namedFields(fields) {
		if !ast.Carries(f.Type()) {
			continue
		}
		own, written, _ := of(func(f func(*location)) { r.mem.reachable(r.mem.part(l, i), map[*location]bool{}, f) })
		o.fields[i] = own && isSlice(f.Type()) && !rows && spread == 0
		o.mixed = o.mixed || written && !o.fields[i] || f.Pkg() != r.u.Pkg && !f.Exported()
	}
	return o
}

// added reports whether all that the iterations of a loop do with the floats that a variable leads to, which is a slice of floats or of such
// slices, is to add to them.
func (r *reverser) added(loop *item, v *ast.Var, l *location) bool {
	t := v.Type
	for isSlice(t) {
		t = elemType(t)
	}
	if !isSlice(v.Type) || !ast.IsFloat(t) {
		return false
	}
	adds, ok := false, true
	r.mem.behind(l, map[*location]bool{}, func(c *location) {
		if c = c.find(); ast.IsFloat(c.typ) {
			adds = adds || r.writerIn(loop, c) != nil
			ok = ok && r.onlyAdds(loop, c)
		}
	})
	return adds && ok
}

// onlyAdds reports whether all that a loop does with a cell is to add to it.
func (r *reverser) onlyAdds(loop *item, l *location) bool {
	ok := true
	elements := func(x ast.Expr) bool {
		elem := elemType(x.Type())
		return elem != nil && !isString(x.Type()) && !ast.IsMap(x.Type()) && r.touches(&ast.Index{X: x, I: intNumber(0), T: elem}, l)
	}
	see := func(e ast.Expr) {
		ast.Walk(e, func(e ast.Expr) bool {
			switch e := e.(type) {
			case *ast.Call:
				measures := e.Fun.Builtin == "len" || e.Fun.Builtin == "cap"
				ok = ok && !r.callTouches(e, l) && (e.Fun.Builtin == "" || measures || !slices.ContainsFunc(e.Args, elements))
			case *ast.Slice:
				ok = ok && !(r.mem.extends(e) && elements(e.X)) // others than these have no memory behind their end
			default:
				ok = ok && !(isPlace(e) && r.touches(e, l))
			}
			return ok
		})
	}
	for pos := loop.pos; pos < loop.end && ok; pos++ {
		s := r.tree.items[pos].stmt
		if g, isRange := s.(*ast.Range); isRange && g.Value != nil && elemType(g.X.Type()) != nil {
			see(elementOf(g))
		}
		a, isAssign := s.(*ast.Assign)
		if isAssign && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) && r.touches(a.Lhs[0], l) {
			for _, x := range append(ast.Operands(a.Lhs[0]), a.Rhs[0]) {
				see(x)
			}
			continue
		}
		if note := r.calls[s]; note != nil && r.callTouches(note.call, l) {
			return false
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) { see(e) })
	}
	return ok
}

// onlyRanged reports whether nothing in a loop touches a cell but its range clause, so that each iteration reads an element of its own.
func (r *reverser) onlyRanged(loop *item, l *location) bool {
	g, ok := loop.stmt.(*ast.Range)
	if !ok || g.Value == nil || !isSlice(g.X.Type()) || !r.touches(&ast.Index{X: g.X, T: elemType(g.X.Type())}, l) || !r.steady(loop, g.X) {
		return false
	}
	for pos := loop.pos + 1; pos < loop.end && ok; pos++ {
		s := r.tree.items[pos].stmt
		if inner, isRange := s.(*ast.Range); isRange && elemType(inner.X.Type()) != nil {
			ok = ok && !r.touches(&ast.Index{X: inner.X, T: elemType(inner.X.Type())}, l)
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if c, isCall := e.(*ast.Call); isCall {
					ok = ok && !r.callTouches(c, l)
				}
				ok = ok && !(isPlace(e) && r.touches(e, l))
				return ok
			})
		})
	}
	return ok
}

// checkRaces refuses a parallel loop in which an iteration writes what others may read or write, whether it is active or not, but for cells that
// are only added to.
func (r *reverser) checkRaces(loop *item, added map[*location]bool) {
	own := r.ownCells(loop)
	for pos := loop.pos + 1; pos < loop.end; pos++ {
		it := r.tree.items[pos]
		for _, l := range r.hist.writes[it] {
			if own[l] || added[l] || l.v != nil && r.isShadow[l.v] {
				continue
			}
			if l.v != nil && onlyAddedTo(loop.stmt, l.v) {
				continue
			}
			if !refers(l.typ) && r.ownElement(loop, l) || ast.IsFloat(l.typ) && r.ownsRow(loop, l) {
				continue
			}
			if m := loop.stmt.Info(); m.Goroutines && !m.Locks && l.v == nil {
				continue // nothing else touches it
			}
			what := it.stmt.Info().Src
			if what == "" {
				what = "the statement at its line " + fmt.Sprint(it.pos-loop.pos)
			}
			wayOut := ""
			if loop.stmt.Info().Goroutines {
				wayOut = "; let each goroutine write what is its own, and put that together behind Wait"
			}
			refuse(loop.stmt.Info().Pos, "the iterations of %s must be independent, but others may read or write what this writes: %s%s", loopKind(loop.stmt), what, wayOut)
		}
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
			r.mem.eachCall(e, func(c *ast.Call) {
				if c.Fun.Fn != nil && r.u.hasEffects(c.Fun.Fn) {
					refuse(c.Pos, "%s calls %s, which may have effects", loopKind(loop.stmt), shortName(c.Fun.Fn))
				}
			})
		})
	}
}

// checkWhole refuses a parallel loop in which a loop or a call with a checkpoint, or a call of what has a rule, is given memory of which
// other iterations write a part: what is remembered of it is a copy of all.
func (r *reverser) checkWhole(loop *item) {
	inner := r.ownVariables(loop)
	own := r.ownCells(loop)
	check := func(it *item, what string, given []ast.Expr) {
		for _, x := range given {
			root := ast.RootVar(x)
			r.mem.behindValue(x, map[*location]bool{}, func(c *location) {
				c = c.find()
				if own[c] || r.writerIn(loop, c) == nil || root != nil && inner[root] && r.ownsRow(loop, c) {
					return
				}
				name := "what it is given"
				if root != nil {
					name = "what " + root.Name + " leads to"
				}
				refuse(it.stmt.Info().Pos, "%s in %s may copy all of %s, of which other iterations write a part; give it a slice of the iteration's own, as in row := x[i]", what, loopKind(loop.stmt), name)
			})
		}
	}
	for pos := loop.pos + 1; pos < loop.end; pos++ {
		it := r.tree.items[pos]
		if it.body != nil && it.stmt.Info().Checkpoint != ast.NoCheckpoints {
			check(it, "a loop with checkpoints", ast.Refs(r.usedFromOutside(it)))
		}
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
			r.mem.eachCall(e, func(c *ast.Call) {
				if c.Fun.Fn == nil {
					return
				}
				switch sum := r.u.summary(c.Fun.Fn); {
				case r.isRuled(c):
					check(it, fmt.Sprintf("the rule for %s", shortName(c.Fun.Fn)), c.Args)
				case c.Checkpoint:
					check(it, "a call with a checkpoint", c.Args)
				case sum != nil && sum.checkpoints:
					check(it, fmt.Sprintf("%s, which has a checkpoint,", shortName(c.Fun.Fn)), c.Args)
				}
			})
		})
	}
}

// meets reports whether inputs that may share memory, for all that the caller knows, may do so where the callee writes. Then the parts of a
// parallel loop are for when they do not.
func (h *helper) meets() bool {
	return h.parallel != nil && (h.parallel.together || len(h.at.joined) > 0) && len(h.u.summary(h.f.Obj).writes) > 0
}

// inPart is what is known where the callee is called. In the parts of a parallel loop others are loops like any: all cores are at work, and what an
// inner one sums behind its parts other outer ones would sum at the same time.
func (h *helper) inPart() callSite {
	at := h.at
	at.plain = at.plain || h.parallel != nil
	return at
}

// chunk returns the helper for a part of the loop.
func (h *helper) chunk() *helper {
	if !h.meets() {
		return h.whole()
	}
	at := h.inPart()
	at.settled, at.changed, at.early = false, nil, nil
	at.joined = slices.DeleteFunc(slices.Clone(at.joined), func(p [2]path) bool { return p[0].input() != p[1].input() })
	return h.u.splitHelper(h.f.Obj, h.in, at)
}

// againWhole returns the function that returns the adjoints of the callee's inputs without anything remembered, and says which inputs it
// takes; for a parallel loop one that calls it for all parts.
func (h *helper) againWhole() (*ast.Func, []bool) {
	if h.parallel == nil {
		return h.whole().again()
	}
	if h.rerun == nil {
		var part, alone parallelPart
		part.fn, part.taken = h.chunk().again()
		alone.fn, alone.taken = h.whole().again()
		h.rerun = h.function("ParallelBack")
		for i, t := range part.taken {
			h.taken = append(h.taken, t || alone.taken[i] || i == len(h.in)-2 || i == len(h.in)-1) // from where to where is always asked
		}
		sig := h.signature(ast.VJP)
		sig.Results = slices.DeleteFunc(slices.Clone(sig.Results), func(p ast.Param) bool { return p.Role != ast.RoleShadow })
		h.buildParallel(h.rerun, part, alone, sig)
	}
	return h.rerun, h.taken
}

// parallelVJP builds f, the reverse mode of a parallel loop, with the values of its results.
func (h *helper) parallelVJP(f *ast.Func) {
	h.buildParallel(f, parallelPart{fn: h.chunk().reverse()}, parallelPart{fn: h.whole().reverse()}, h.signature(ast.VJP))
}

// primal returns the function that calls the callee for all parts.
func (h *helper) primal() *ast.Func {
	p := h.parallel
	if p.primal == nil {
		p.primal = h.function("Parallel")
		var sig ast.Signature
		for i, v := range h.f.Inputs() {
			sig.Params = append(sig.Params, ast.Param{Role: ast.RolePrimal, Index: i, Type: v.Type, Name: v.Name})
		}
		for i, v := range nameResults(h.f) {
			sig.Results = append(sig.Results, ast.Param{Role: ast.RoleResult, Index: i, Type: v.Type, Name: v.Name})
		}
		h.buildParallel(p.primal, parallelPart{}, parallelPart{}, sig)
	}
	return p.primal
}

// A parallelPart is what is called for a part of a parallel loop, or for all of it.
type parallelPart struct {
	fn    *ast.Func // nil for the callee itself
	taken []bool    // which inputs it takes, all if nil
}

func (p parallelPart) takes(input int) bool { return p.taken == nil || p.taken[input] }

// call returns a call without arguments.
func (p parallelPart) call(callee *types.Func, t types.Type) *ast.Call {
	if p.fn == nil {
		return &ast.Call{Fun: ast.Callee{Fn: callee}, T: t}
	}
	return &ast.Call{Fun: ast.Callee{Gen: p.fn}, T: t}
}

// buildParallel writes f, which calls something for all parts of a loop, and something for all of it where that must not be in parts. Sig
// says what the parameters and results of f are.
func (h *helper) buildParallel(f *ast.Func, part, whole parallelPart, sig ast.Signature) {
	b := newParallelBody(h, f)
	f.Doc = fmt.Sprintf("%s is %s, on several cores.", f.Name, docName(h.f))
	if part.fn != nil {
		f.Doc = fmt.Sprintf("%s is the reverse mode of %s, on several cores.", f.Name, docName(h.f))
	}
	b.turns = part.fn != nil && h.parallel.near()
	results := tupleOf(paramTypes(sig.Results)...)
	call, alone := part.call(h.f.Obj, results), whole.call(h.f.Obj, results)
	n := len(h.f.Inputs())
	var apart []ast.Expr // what must share no memory …
	var rows []ast.Expr  // … and of what the elements must not
	for _, p := range sig.Params {
		takes := func(by parallelPart) bool { return p.Role != ast.RolePrimal || by.takes(p.Index) }
		isEnd := p.Role == ast.RolePrimal && p.Index >= n-2
		if !takes(part) && !takes(whole) && !isEnd {
			continue
		}
		v := ast.NewVar(p.Name, p.Type)
		f.Params = append(f.Params, v)
		arg := ast.Expr(&ast.Ref{Var: v})
		if takes(whole) {
			alone.Args = append(alone.Args, arg)
		}
		switch owned := p.Role == ast.RoleShadow && h.parallel.own[p.Index].own; {
		case isEnd:
			arg = b.bound(p.Index-(n-2), v)
		case p.Role == ast.RoleShadow && (owned || h.meets()), part.fn == nil && hasRefs(p.Type):
			apart = append(apart, arg)
			if h.parallel.own[p.Index].rows && (part.fn != nil || h.u.summary(h.f.Obj).behind(h.f.Inputs()[p.Index], h.u.summary(h.f.Obj).writes)) {
				rows = append(rows, arg)
			}
		}
		switch own := h.parallel.own[p.Index]; {
		case p.Role == ast.RoleShadow && !own.own:
			arg = b.summedShadow(v, own.fields, &ast.Ref{Var: v})
		case p.Role == ast.RolePrimal && own.added && part.taken == nil:
			arg = b.summedMemory(v)
		case p.Role == ast.RolePrimal && own.added && takes(part):
			arg = b.scratch(v) // it has been added before
		}
		if takes(part) {
			call.Args = append(call.Args, arg)
		}
	}
	if part.fn == nil && (h.parallel.tasks || len(h.u.summary(h.f.Obj).writes) == 0) {
		apart, rows = nil, nil // it reads only, or what it writes nothing else touches
	}
	var lhs []ast.Expr
	for _, p := range sig.Results {
		v := ast.NewVar(p.Name, p.Type)
		f.Results = append(f.Results, v)
		lhs = append(lhs, b.summed(v))
	}
	f.Body = b.body(call, lhs)
	together := sharing(apart, rows) // conditions under which one call does it all
	if part.taken == nil && slices.ContainsFunc(h.parallel.own, func(o ownership) bool { return o.added }) {
		// A sum of few is what it is in the function to the bit.
		together = append(together, &ast.Binary{Op: token.LSS, X: b.count(), Y: intNumber(2), T: types.Typ[types.Bool]})
	}
	if len(together) > 0 {
		f.Body.Stmts = append([]ast.Stmt{inOne(together, alone)}, f.Body.Stmts...)
	}
	purpose := ast.Primal
	if part.fn != nil {
		purpose = ast.Reversal
	}
	ast.Attribute(f.Body.Stmts, purpose, h.parallel.loop)
}

// sharing returns conditions under which some values share memory, or the elements of one of rows do.
func sharing(values, rows []ast.Expr) []ast.Expr {
	var conds []ast.Expr
	unless := func(fn string, args ...ast.Expr) {
		call := &ast.Call{Fun: ast.Callee{Copied: fn}, Args: args, T: types.Typ[types.Bool]}
		conds = append(conds, &ast.Unary{Op: token.NOT, X: call})
	}
	if len(values) > 1 {
		unless("Disjoint", values...)
	}
	for _, x := range rows {
		unless("Apart", x)
	}
	return conds
}

// inOne makes one call for all iterations where one of some conditions holds. So it is where slices share memory: then an element of one may be
// that of another iteration's.
func inOne(conds []ast.Expr, alone *ast.Call) ast.Stmt {
	then := []ast.Stmt{&ast.Return{Results: []ast.Expr{alone}}}
	if t, ok := alone.T.(*types.Tuple); ok && t.Len() == 0 {
		then = []ast.Stmt{&ast.Do{Call: alone}, &ast.Return{}}
	}
	return &ast.If{Cond: anyHolds(conds), Then: &ast.Block{Stmts: then}}
}

// anyHolds is the condition that one of some holds.
func anyHolds(conds []ast.Expr) ast.Expr {
	cond := conds[0]
	for _, c := range conds[1:] {
		cond = &ast.Binary{Op: token.LOR, X: cond, Y: c, T: types.Typ[types.Bool]}
	}
	return cond
}

// A parallelBody is the body of a function that calls another for the parts of a loop, as it is put together.
type parallelBody struct {
	h      *helper
	f      *ast.Func
	c, k   *ast.Ref    // the number of a part that is run, and of one that is added
	ends   [2]*ast.Ref // of the loop …
	bounds [2]*ast.Ref // … and of the part
	over   ast.Expr    // instead: a slice with an element for each part
	inOne  ast.Expr    // a condition under which there is one part; or nil
	turns  bool        // neighbouring parts are not run at the same time
	sized  []ast.Expr  // what each part has its like of for itself
	parts  *ast.Ref    // a slice with a struct for each part
	fields []*types.Var
	places []*ast.Field // in the struct of part c, in the order of fields
	making []ast.Stmt
	sums   []partSum

	shadowSums []partSum
	sharing    []ast.Stmt // in place of making …
	alone      bool       // … where this is set and there is one part: it has no shadows of its own
}

// A partSum adds to something what part k has of its own, of which part returns a field.
type partSum func(part func(*types.Var) ast.Expr) []ast.Stmt

func newParallelBody(h *helper, f *ast.Func) *parallelBody {
	return &parallelBody{h: h, f: f, c: &ast.Ref{Var: ast.NewVar("c", intType)}, parts: &ast.Ref{Var: ast.NewVar("parts", nil)}}
}

// bound returns where a part begins or ends, given the variable that says it of the loop; k is 0 or 1.
func (b *parallelBody) bound(k int, v *ast.Var) *ast.Ref {
	b.ends[k], b.bounds[k] = &ast.Ref{Var: v}, &ast.Ref{Var: ast.NewVar([...]string{"begin", "end"}[k], v.Type)}
	return b.bounds[k]
}

// field adds a field to what each part has of its own.
func (b *parallelBody) field(v *ast.Var) (*types.Var, ast.Expr) {
	f := newField(b.h.u.Pkg, b.fields, v.Name, v.Type)
	b.fields = append(b.fields, f)
	place := &ast.Field{X: &ast.Index{X: b.parts, I: b.c}, Field: f}
	b.places = append(b.places, place)
	return f, place
}

// summedShadow is private, with the sum behind the parts.
func (b *parallelBody) summedShadow(v *ast.Var, owned []bool, of ast.Expr) ast.Expr {
	place, sum := b.private(v, owned, of)
	b.shadowSums = append(b.shadowSums, func(part func(*types.Var) ast.Expr) []ast.Stmt { return sum(of, part) })
	return place
}

// summedMemory is private for memory to which all iterations add. What none adds to keeps its value to the bit, as -0.
func (b *parallelBody) summedMemory(v *ast.Var) ast.Expr {
	place, _ := b.private(v, nil, &ast.Ref{Var: v})
	f := place.(*ast.Field).Field
	b.shadowSums = append(b.shadowSums, func(part func(*types.Var) ast.Expr) []ast.Stmt {
		return []ast.Stmt{sumElements(&ast.Ref{Var: v}, part(f), "i", true)}
	})
	return place
}

// private returns the shadow that a part has of its own in place of one, of, that all parts add to, and how it is added to that. Its field is
// called as v is. Of a struct it shares those fields of which each iteration has elements of its own.
func (b *parallelBody) private(v *ast.Var, owned []bool, of ast.Expr) (place ast.Expr, sum func(to ast.Expr, part func(*types.Var) ast.Expr) []ast.Stmt) {
	f, place := b.field(v)
	b.sized = append(b.sized, of)
	u := b.h.u
	var e ast.Expr
	var more []ast.Stmt
	switch {
	case owned != nil:
		e, more = b.partly(of, owned)
	case u.linked(v.Type):
		e = u.shadowCall(of, v.Type)
	default:
		e, more = u.zeroShadow(place, of, v.Type, 0)
	}
	b.making = append(b.making, ifThere(of, append([]ast.Stmt{set(place, token.ASSIGN, e)}, more...))...)
	b.sharing = append(b.sharing, set(place, token.ASSIGN, of))
	return place, func(to ast.Expr, part func(*types.Var) ast.Expr) []ast.Stmt {
		if owned == nil {
			return u.sumShadows(to, part(f))
		}
		var out []ast.Stmt
		for i, g := range namedFields(structOf(v.Type)) {
			if ast.Carries(g.Type()) && !owned[i] {
				out = append(out, b.addField(&ast.Field{X: to, Field: g}, &ast.Field{X: part(f), Field: g})...)
			}
		}
		return ifThere(to, out)
	}
}

// partsAre compares the number of parts with one.
func (b *parallelBody) partsAre(op token.Token) ast.Expr {
	return &ast.Binary{Op: op, X: length(b.each()), Y: intNumber(1), T: types.Typ[types.Bool]}
}

// addedTo returns the inputs of what a parallel loop has become that all iterations only add to, as d calls them.
func (h *helper) addedTo(d *derivation) map[*ast.Var]bool {
	list := map[*ast.Var]bool{}
	for i, own := range h.u.parallels[h.f.Obj].own {
		if own.added {
			list[d.fn.Inputs()[i]] = true
		}
	}
	return list
}

// withoutAdds returns code in which nothing is added to what has been added to before.
func (d *derivation) withoutAdds(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		a, ok := s.(*ast.Assign)
		if ok && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) && d.addedTo[rootOf(a.Lhs[0])] && !d.mayPanic(a.Rhs[0]) {
			continue
		}
		out.Stmts = append(out.Stmts, ast.MapBlocks(s, d.withoutAdds))
	}
	return out
}

// scratch returns memory of its own that a part has in place of what v leads to, of which nothing is wanted.
func (b *parallelBody) scratch(v *ast.Var) ast.Expr {
	_, place := b.field(v)
	b.sized = append(b.sized, &ast.Ref{Var: v})
	e, more := b.h.u.zeroShadow(place, &ast.Ref{Var: v}, v.Type, 0)
	b.making = append(append(b.making, set(place, token.ASSIGN, e)), more...)
	return place
}

// ifThere are statements that are done unless x is a pointer that is nil.
func ifThere(x ast.Expr, list []ast.Stmt) []ast.Stmt {
	if !isPointer(x.Type()) {
		return list
	}
	cond := &ast.Binary{Op: token.NEQ, X: x, Y: nilExpr(x.Type()), T: types.Typ[types.Bool]}
	return []ast.Stmt{&ast.If{Cond: cond, Then: &ast.Block{Stmts: list}}}
}

// partly is a new shadow of a struct that shares fields with another.
func (b *parallelBody) partly(of ast.Expr, owned []bool) (ast.Expr, []ast.Stmt) {
	t := of.Type()
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	lit := &ast.Composite{T: t}
	var more []ast.Stmt
	for i, f := range namedFields(structOf(t)) {
		part := &ast.Field{X: of, Field: f}
		switch {
		case !ast.Carries(f.Type()):
		case owned[i]:
			lit.Elems = append(lit.Elems, ast.Elem{Field: f, Value: part})
		case !ast.IsFloat(f.Type()):
			place := &ast.Field{X: b.places[len(b.places)-1], Field: f}
			e, rest := b.h.u.zeroShadow(place, part, f.Type(), 1)
			lit.Elems, more = append(lit.Elems, ast.Elem{Field: f, Value: e}), append(more, rest...)
		}
	}
	if isPointer(of.Type()) {
		return &ast.Addr{X: lit, T: of.Type()}, more
	}
	return lit, more
}

// addField adds a field of a shadow to that of another.
func (b *parallelBody) addField(dst, src ast.Expr) []ast.Stmt {
	if ast.IsFloat(dst.Type()) {
		return addValues(dst, src)
	}
	if isStruct(dst.Type()) || isArray(dst.Type()) {
		dst, src = &ast.Addr{X: dst, T: types.NewPointer(dst.Type())}, &ast.Addr{X: src, T: types.NewPointer(src.Type())}
	}
	return b.h.u.sumShadows(dst, src)
}

// summed returns the place for a result of a part, of which the sum is a result of all.
func (b *parallelBody) summed(v *ast.Var) ast.Expr {
	f, place := b.field(v)
	b.sums = append(b.sums, sumOf(v, f))
	return place
}

// sumOf adds a field of what a part has of its own to v.
func sumOf(v *ast.Var, f *types.Var) partSum {
	return func(part func(*types.Var) ast.Expr) []ast.Stmt {
		if isInteger(v.Type) {
			return []ast.Stmt{set(&ast.Ref{Var: v}, token.ADD_ASSIGN, part(f))}
		}
		return addValues(&ast.Ref{Var: v}, part(f))
	}
}

// sumShadows adds one shadow to another of the same shape.
func (u *Unit) sumShadows(dst, src ast.Expr) []ast.Stmt {
	t := dst.Type()
	if leadsToRows(t) {
		return []ast.Stmt{sumElements(dst, src, "i", false)}
	}
	call := &ast.Call{Fun: ast.Callee{Copied: "AddShadow"}, Args: []ast.Expr{dst, src}, T: types.NewTuple()}
	if list := u.opaqueWithin(t); len(list) > 0 {
		call.Fun.Copied, call.Args = "AddShadowWith", append(call.Args, names(list, addFunc)...)
	}
	return []ast.Stmt{&ast.Do{Call: call}}
}

// leadsToRows reports whether a type is one of slices of floats, or of slices of such.
func leadsToRows(t types.Type) bool {
	return isSlice(t) && (ast.IsFloat(elemType(t)) || leadsToRows(elemType(t)))
}

// sumElements adds all floats of a slice of such a type to those of another, or all but zeros, with a counter of a name and such as follow it.
func sumElements(dst, src ast.Expr, name string, some bool) ast.Stmt {
	i, elem := ast.NewVar(name, intType), elemType(dst.Type())
	at := func(e ast.Expr) ast.Expr { return &ast.Index{X: e, I: &ast.Ref{Var: i}, T: elem} }
	add := ast.Stmt(set(at(dst), token.ADD_ASSIGN, at(src)))
	switch {
	case !ast.IsFloat(elem):
		add = sumElements(at(dst), at(src), "j", some)
	case some:
		cond := &ast.Binary{Op: token.NEQ, X: at(src), Y: zeroOf(elem), T: types.Typ[types.Bool]}
		add = &ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{add}}}
	}
	return &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: dst, Body: &ast.Block{Stmts: []ast.Stmt{add}}}
}

// body returns the body: the parts are made and run, and what they return is summed in their order.
func (b *parallelBody) body(call *ast.Call, lhs []ast.Expr) *ast.Block {
	elem := types.NewStruct(b.fields, nil)
	b.parts.Var.Type = types.NewSlice(elem)
	for _, p := range b.places {
		p.X.(*ast.Index).T = elem
	}
	out := &ast.Block{}
	count := b.count()
	if b.over == nil && len(b.sized) > 0 {
		count = &ast.Call{Fun: ast.Callee{Copied: "Portions"}, T: intType, Args: append([]ast.Expr{count}, b.sized...)}
	}
	if b.inOne != nil {
		n := &ast.Ref{Var: ast.NewVar("n", intType)}
		one := set(n, token.ASSIGN, builtin("min", intType, n, intNumber(1)))
		out.Stmts = append(out.Stmts, define(n.Var, count), &ast.If{Cond: b.inOne, Then: &ast.Block{Stmts: []ast.Stmt{one}}})
		count = n
	}
	if len(b.fields) > 0 {
		out.Stmts = append(out.Stmts, define(b.parts.Var, builtin("make", b.parts.Var.Type, count)))
		count = length(b.parts)
	}
	each := &ast.Block{}
	if b.over == nil {
		each.Stmts = b.begin(call)
	}
	if b.alone && len(b.making) > 0 {
		each.Stmts = append(each.Stmts, &ast.If{Cond: b.partsAre(token.EQL), Then: &ast.Block{Stmts: b.sharing}, Else: &ast.Block{Stmts: b.making}})
	} else {
		each.Stmts = append(each.Stmts, b.making...)
	}
	each.Stmts = append(each.Stmts, assignResults(call, lhs))
	out.Stmts = append(out.Stmts, &ast.Range{Meta: ast.Meta{Parallel: true, Turns: b.turns}, Key: b.c, Define: true, X: count, Body: each})
	out.Stmts = append(out.Stmts, b.summing()...)
	if len(b.f.Results) > 0 {
		out.Stmts = append(out.Stmts, &ast.Return{Results: ast.Refs(b.f.Results)})
	}
	return out
}

// summing is the loop that sums what the parts have of their own.
func (b *parallelBody) summing() []ast.Stmt {
	loop := func(list []partSum) []ast.Stmt {
		if len(list) == 0 {
			return nil
		}
		b.k = &ast.Ref{Var: ast.NewVar("k", intType)}
		sum := &ast.Block{}
		for _, s := range list {
			sum.Stmts = append(sum.Stmts, s(func(f *types.Var) ast.Expr { return b.of(b.parts, b.k, f) })...)
		}
		return []ast.Stmt{&ast.Range{Key: b.k, Define: true, X: b.each(), Body: sum}}
	}
	shadows := loop(b.shadowSums)
	if !b.alone || len(shadows) == 0 {
		return loop(append(b.shadowSums, b.sums...))
	}
	return append([]ast.Stmt{&ast.If{Cond: b.partsAre(token.GTR), Then: &ast.Block{Stmts: shadows}}}, loop(b.sums)...)
}

// each is a slice with an element for each part.
func (b *parallelBody) each() ast.Expr {
	if b.over != nil {
		return b.over
	}
	return b.parts
}

// begin says where a part begins and ends.
func (b *parallelBody) begin(call *ast.Call) []ast.Stmt {
	chunk := &ast.Call{Fun: ast.Callee{Copied: b.h.parallel.divides()}, T: tupleOf(intType, intType),
		Args: []ast.Expr{asInt(b.ends[0]), asInt(b.ends[1]), b.c}}
	if b.inOne != nil || len(b.sized) > 0 {
		chunk.Fun.Copied, chunk.Args = "Part", append(chunk.Args, length(b.parts))
	}
	if used(call, b.bounds[0]) == nil && used(call, b.bounds[1]) == nil {
		return nil // nothing is done in the loop
	}
	if isOfType(b.bounds[0], intType) {
		return []ast.Stmt{&ast.Assign{Lhs: []ast.Expr{used(call, b.bounds[0]), used(call, b.bounds[1])}, Op: token.DEFINE, Rhs: []ast.Expr{chunk}}}
	}
	low, high := ast.NewVar("low", intType), ast.NewVar("high", intType)
	return []ast.Stmt{
		&ast.Assign{Lhs: ast.Refs([]*ast.Var{low, high}), Op: token.DEFINE, Rhs: []ast.Expr{chunk}},
		define(b.bounds[0].Var, &ast.Convert{X: &ast.Ref{Var: low}, T: b.bounds[0].Var.Type}),
		define(b.bounds[1].Var, &ast.Convert{X: &ast.Ref{Var: high}, T: b.bounds[1].Var.Type}),
	}
}

// of is a field of a part.
func (b *parallelBody) of(parts, i ast.Expr, f *types.Var) ast.Expr {
	return &ast.Field{X: &ast.Index{X: parts, I: i, T: elemType(parts.Type())}, Field: f}
}

// assignResults is the statement with a call whose results are assigned to places, if it has some.
func assignResults(call *ast.Call, lhs []ast.Expr) ast.Stmt {
	if len(lhs) == 0 {
		return &ast.Do{Call: call}
	}
	return &ast.Assign{Lhs: lhs, Op: token.ASSIGN, Rhs: []ast.Expr{call}}
}

// count is the number of parts of a loop.
func (b *parallelBody) count() ast.Expr {
	if b.over != nil {
		return length(b.over)
	}
	n := &ast.Binary{Op: token.SUB, X: b.ends[1], Y: b.ends[0], T: b.ends[0].Var.Type}
	return &ast.Call{Fun: ast.Callee{Copied: b.h.parallel.divides() + "s"}, T: intType, Args: []ast.Expr{asInt(n)}}
}

// used is a variable, or nil if a call does not name it.
func used(c *ast.Call, v *ast.Ref) ast.Expr {
	if slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return x == ast.Expr(v) }) {
		return v
	}
	return nil
}

func isOfType(r *ast.Ref, t types.Type) bool { return types.Identical(r.Var.Type, t) }

// asInt is an integer as an int.
func asInt(e ast.Expr) ast.Expr {
	if types.Identical(e.Type(), intType) {
		return e
	}
	return &ast.Convert{X: e, T: intType}
}
