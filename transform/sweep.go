package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Two sweeps, or one.
//
// An area is a part whose forward sweep is followed by its reverse sweep in one scope: the body of the function, to begin with.
// Where the adjoints of what a compound statement makes can be computed before it, that statement, a pivot, is itself swept forward
// and back at once, and is an area in turn:
//
//	a                           a
//	for … { b }                 reverse of c, as far as it needs no values of the loop
//	c                           for … { b; reverse of b }
//	                            c
//	                            the rest of the reverse of c
//	                            reverse of a
//
// so that what an iteration, a branch or a call needs for its reversal is at hand, and nothing is remembered. A loop can be the pivot
// if its iterations are independent: they meet only in sums. This is what a person does by hand. There may be several pivots; of the
// reverse of what follows a pivot, other pivots included, whatever cannot come before it must be able to come after it.
type area struct {
	part   *part
	parent *area // nil for the function
	pivot  *item // of the parent: the area is in it
	flat   bool  // it stands in the outermost scope of the function
}

// A context is where reversed code stands.
type context struct {
	part  *part // whose reversal it is
	area  *area // the innermost area that it is in
	early *item // the pivot of the area, where the code stands before it
	mid   *item // the pivot, a call, where the code stands right behind it
	entry bool  // of a mark: it marks the beginning of the forward sweep of the area
	empty bool  // of a mark: it marks nothing

	item     *item     // the item whose reversal it is, if that reads or puts back what goes back in time
	inner    bool      // of a mark: it is not the beginning of a part
	restore  *restore  // what that reads before it puts something back
	restores bool      // of a mark: it stands before what puts something back
	copies   []*undone // of a mark: copies are made here
}

// A contextKey tells contexts apart in which a past value may have to be found in different ways.
type contextKey struct {
	area  int // where the part of the area begins; -1 for the function
	early bool
	mid   *item
}

func (c *context) key() contextKey {
	k := contextKey{-1, c.early != nil, c.mid}
	if c.area.parent != nil {
		k.area = c.area.part.from
	}
	return k
}

// within returns the context of the reversal of a part that is swept back in this context.
func (c *context) within(p *part) *context {
	return &context{part: p, area: c.area, early: c.early, mid: c.mid}
}

// mark returns a statement that marks the beginning of reversed code.
func (r *reverser) mark(c *context) ast.Stmt {
	m := &ast.Block{}
	r.marks[m] = c
	return m
}

// sweepArea returns the joint code of an area: both its sweeps. Seeds is what the reverse sweep begins with.
func (r *reverser) sweepArea(a *area, seeds []ast.Stmt) []ast.Stmt {
	p := a.part
	r.inserts.areas[p] = a
	main := &context{part: p, area: a}
	order := []reversal{{stmts: seeds}}           // in the order of the reverse sweep
	var pivots []*pivotCode                       // the last first
	oneSweep := r.oneSweep && !p.leavesFunction() // with an error there is no reverse sweep
	budget := 64 * (len(p.items) + 16)            // how many statements the search for more than one pivot may look at
	call := len(p.items)                          // the item that is better swept at once than a branch behind it, once that is known
	for i := len(p.items) - 1; i >= 0; i-- {
		it := p.items[i]
		if oneSweep && len(pivots) == 0 && call == len(p.items) && it.then != nil && it.ends() == nil {
			r.ctx = main
			call = r.callBefore(a, i, order)
		}
		if len(pivots) > 0 {
			budget -= len(order)
		}
		if budget >= 0 && r.mayBeAtOnce(it, oneSweep, pivots) && (call == len(p.items) || i <= call) {
			if pivot := r.pivotAt(a, i, order, pivots); pivot != nil {
				pivots = append(pivots, pivot)
				order = append(order, reversal{pivot: pivot})
				continue
			}
		}
		r.ctx = main
		stmts := r.item(it)
		if len(pivots) > 0 {
			stmts = r.renew(p, it, stmts)
		}
		order = append(order, reversal{stmts: stmts})
	}
	out := []ast.Stmt{r.mark(&context{part: p, area: a, entry: true})}
	done := 0 // how many items the forward sweep has got past
	for n, pivot := range slices.Backward(pivots) {
		out = append(out, r.forwardOf(p, done, pivot.index)...)
		out = append(out, r.mark(&context{part: p, area: a, early: p.items[pivot.index]}))
		if n == len(pivots)-1 {
			out = append(out, r.declarations(p)...)
		}
		out = append(append(out, pivot.early...), pivot.code...)
		done = pivot.index + 1
	}
	out = append(out, r.forwardOf(p, done, len(p.items))...)
	limit, last := p.to, 0 // the reversal of what stands behind the first pivot
	if len(pivots) == 0 {
		out = append(append(out, r.border(a), r.mark(main)), seeds...)
		out = append(out, r.declarations(p)...)
		last = 1
	} else {
		limit = p.items[pivots[len(pivots)-1].index].pos
		out = append(out, r.mark(main))
		for order[last].pivot != pivots[len(pivots)-1] {
			out = append(out, order[last].left(pivots)...)
			last++
		}
	}
	out = append(out, r.copies(a, limit)...)
	for _, o := range order[last:] {
		out = append(out, o.stmts...)
	}
	return out
}

// A reversal is the reversed code of an item, or a pivot, which is swept back where it stands.
type reversal struct {
	stmts []ast.Stmt
	pivot *pivotCode
}

// left returns what of a reversal does not come before a pivot.
func (o reversal) left(pivots []*pivotCode) []ast.Stmt {
	return slices.DeleteFunc(slices.Clone(o.stmts), func(s ast.Stmt) bool {
		return slices.ContainsFunc(pivots, func(p *pivotCode) bool { return slices.Contains(p.early, s) })
	})
}

// mayBeAtOnce reports whether it is worth a look whether an item can be a pivot, given those behind it.
func (r *reverser) mayBeAtOnce(it *item, oneSweep bool, pivots []*pivotCode) bool {
	if len(pivots) > 0 {
		return oneSweep && it.ends() == nil && !pivots[0].ends
	}
	return oneSweep || it.ends() != nil && !r.apart
}

// callBefore returns the index of the last call before item i of an area, a branch, that can be the pivot, which is worth more than the
// branch; or i where there is none. Order is what is reversed before the branch.
func (r *reverser) callBefore(a *area, i int, order []reversal) int {
	isCall := func(it *item) bool { return r.calls[it.stmt] != nil && r.canPivot(it) }
	first := slices.IndexFunc(a.part.items[:i], isCall)
	if first < 0 {
		return i
	}
	order = slices.Clone(order)
	for k := i; k > first; k-- {
		order = append(order, reversal{stmts: r.item(a.part.items[k])})
		if before := a.part.items[k-1]; isCall(before) && r.split(a, before, order) != nil {
			return k - 1
		}
	}
	return i
}

// pivotCode is the joint code of a pivot and what is reversed before it.
type pivotCode struct {
	index       int
	early, code []ast.Stmt
	touch       *touch // what its reversal does
	ends        bool   // a branch of it leaves the function
}

// pivotAt makes item i of an area a pivot, if it can be one beside those behind it. Order is what is reversed before it.
func (r *reverser) pivotAt(a *area, i int, order []reversal, pivots []*pivotCode) *pivotCode {
	it := a.part.items[i]
	s := r.split(a, it, order)
	if s == nil {
		return nil
	}
	for _, c := range s.moving {
		c.early = it
	}
	if it.wrap != nil {
		r.unwrapped[it.wrap] = true
	}
	for _, p := range pivots {
		p.early = slices.DeleteFunc(p.early, func(st ast.Stmt) bool { return slices.Contains(s.early, st) })
	}
	r.pivots[it] = true
	return &pivotCode{index: i, early: s.early, code: r.atOnce(a, it), touch: s.at, ends: it.ends() != nil}
}

// border marks where the reverse sweep of the function begins.
func (r *reverser) border(a *area) ast.Stmt {
	if a.flat {
		return r.sweepBorder
	}
	return r.mark(&context{part: a.part, area: a, entry: true, empty: true})
}

// forwardOf returns the forward sweep of the items from i to before j of a part. A block of the user's stays whole where nothing in it
// is taken apart.
func (r *reverser) forwardOf(p *part, i, j int) []ast.Stmt {
	var out []ast.Stmt
	for n := i; n < j; n++ {
		it := p.items[n]
		if it.wrap == nil || r.unwrapped[it.wrap] {
			out = append(out, r.forwardItem(it))
			if rest := it.rest; rest != nil && !r.joint[out[len(out)-1]] {
				out = append(out, r.forwardOf(rest, it.restFrom, len(rest.items))...)
			}
			continue
		}
		if len(out) == 0 || out[len(out)-1] != it.wrap {
			out = append(out, it.wrap)
		}
	}
	if j == len(p.items) && p.exit != nil {
		if _, leaves := p.exit.(*ast.Return); leaves {
			out = append(out, p.exit)
		}
	}
	return out
}

// forwardItem returns the forward sweep of an item: the user's statement, or, where that jumps to the next iteration, the same
// without the jump, which would pass by what is swept back at the end.
func (r *reverser) forwardItem(it *item) ast.Stmt {
	if it.then == nil || !it.then.continues() && !it.els.continues() {
		return it.stmt
	}
	s := &ast.If{Meta: *it.stmt.Info(), Cond: it.cond, Then: &ast.Block{}}
	s.Then.Stmts = r.forwardPart(it.then)
	if els := r.forwardPart(it.els); len(els) > 0 {
		s.Else = &ast.Block{Stmts: els}
	}
	r.register(s, it)
	return s
}

func (r *reverser) forwardPart(p *part) []ast.Stmt {
	for _, it := range p.items {
		if it.wrap != nil {
			r.unwrapped[it.wrap] = true
		}
	}
	return r.forwardOf(p, 0, len(p.items))
}

// continues reports whether p or a part of an if below it ends in a continue.
func (p *part) continues() bool {
	if p.tail == tailContinue {
		return true
	}
	return slices.ContainsFunc(p.items, func(it *item) bool {
		return it.then != nil && (it.then.continues() || it.els.continues())
	})
}

// register notes that a compound statement of joint code stands for an item.
func (r *reverser) register(s ast.Stmt, it *item) {
	r.joint[s] = true
	r.tree.at[s] = it
}

// atOnce returns the joint code of a pivot.
func (r *reverser) atOnce(a *area, it *item) []ast.Stmt {
	switch {
	case it.ends() != nil:
		// One branch leaves the function; what follows goes on in the other.
		rest := it.els
		if it.els.leavesFunction() {
			rest = it.then
		}
		if it.rest == rest && it.restFrom == 0 {
			return append([]ast.Stmt{it.stmt}, r.sweepArea(&area{part: rest, parent: a, pivot: it, flat: a.flat}, nil)...)
		}
	}
	switch {
	case it.then != nil:
		s := &ast.If{Meta: *it.stmt.Info(), Cond: it.cond}
		s.Silent = false // it is not, with its reversal in it
		s.Then = &ast.Block{Stmts: r.sweepArea(&area{part: it.then, parent: a, pivot: it}, nil)}
		if els := r.sweepArea(&area{part: it.els, parent: a, pivot: it}, nil); len(els) > 2 {
			s.Else = &ast.Block{Stmts: els}
		}
		r.register(s, it)
		return []ast.Stmt{s}
	case it.body != nil:
		return []ast.Stmt{r.loopAtOnce(a, it)}
	case r.calls[it.stmt] != nil:
		return r.callAtOnce(a, it)
	}
	panic("transform: a pivot that is no compound statement")
}

// atOnceComment stands over a loop that is swept forward and back at once.
const atOnceComment = "The iterations are independent: each is swept forward and back at once."

// loopAtOnce returns a loop each of whose iterations is swept forward and back.
func (r *reverser) loopAtOnce(a *area, it *item) ast.Stmt {
	inner := &area{part: it.body, parent: a, pivot: it}
	value := rangeValue(it.stmt)
	if s, ok := it.stmt.(*ast.Range); ok && s.Key == nil && value != nil && r.holdsActive(value) {
		c := *s
		c.Key = &ast.Ref{Var: ast.NewVar("i", intType)}
		it = r.withKey(it, &c)
	}
	body := r.sweepArea(inner, nil)
	if value != nil {
		r.index[it] = it.stmt.(*ast.Range).Key
		body = append(body, r.rangeValueBack(it, value, body)...)
		delete(r.index, it)
	}
	t := ast.MapBlocks(it.stmt, func(*ast.Block) *ast.Block { return &ast.Block{Stmts: body} })
	t.Info().Comment = atOnceComment
	r.register(t, it)
	return t
}

// withKey gives the item of a range loop a key.
func (r *reverser) withKey(it *item, s *ast.Range) *item {
	r.tree.at[s] = it
	it.stmt = s
	return it
}

// split decides whether an item of an area can be a pivot, given what is reversed before it, and divides that; or it returns nil.
func (r *reverser) split(a *area, it *item, order []reversal) *scheduler {
	if it.then == nil && it.body == nil && r.calls[it.stmt] == nil || !r.canPivot(it) {
		return nil
	}
	s := &scheduler{r: r, a: a, pivot: it, at: r.touchOfItem(it), moved: newTouch()}
	for _, o := range order {
		if o.pivot != nil && !s.pass(o.pivot) || !s.list(o.stmts) {
			return nil
		}
	}
	return s
}

// canPivot reports whether an item, for what it is itself, can be swept forward and back at once.
func (r *reverser) canPivot(it *item) bool {
	if !r.isActiveItem(it) && it.ends() == nil {
		return false
	}
	if it.ends() == nil && r.putsBack(it) {
		return false
	}
	if it.body != nil {
		return r.independent(it)
	}
	if note := r.calls[it.stmt]; note != nil {
		return r.oneSweep && note.helper != nil && note.helper.canVJP() && !r.effectsOf(it).order
	}
	if it.ends() != nil {
		return true
	}
	return !r.effectsOf(it).order && !it.then.jumpsOut() && !it.els.jumpsOut()
}

// isActiveItem reports whether the reversal of an item does anything.
func (r *reverser) isActiveItem(it *item) bool {
	e := r.effectsOf(it)
	return len(e.sets) > 0 || len(e.sums) > 0 || e.order
}

// jumpsOut reports whether p or a part below it ends in a jump other than a continue of the loop that it is in.
func (p *part) jumpsOut() bool {
	if !p.jumpsKnown {
		p.jumps, p.jumpsKnown = p.tail == tailBreak || p.holdsJumpOut(), true
	}
	return p.jumps
}

func (p *part) holdsJumpOut() bool {
	return slices.ContainsFunc(p.items, func(it *item) bool {
		switch {
		case it.then != nil:
			return it.then.jumpsOut() || it.els.jumpsOut()
		case it.body != nil:
			return it.body.leavesLoop(it)
		}
		return false
	})
}

// leavesLoop reports whether p, in the body of a loop, jumps out of more than that loop.
func (p *part) leavesLoop(loop *item) bool {
	if p.tail == tailBreak && p.leaves != nil && p.leaves.pos < loop.pos {
		return true
	}
	return slices.ContainsFunc(p.items, func(it *item) bool {
		switch {
		case it.then != nil:
			return it.then.leavesLoop(loop) || it.els.leavesLoop(loop)
		case it.body != nil:
			return it.body.leavesLoop(loop)
		}
		return false
	})
}

// A scheduler divides the reversal of what follows a pivot into what can be done before it and what must come after.
type scheduler struct {
	r     *reverser
	a     *area
	pivot *item
	at    *touch // what the reversal of the pivot does
	quiet *bool  // see isQuiet
	calm  *bool  // see isCalm

	early  []ast.Stmt
	moved  *touch     // what comes after the pivot touches
	moving []*context // of parts that are reversed before the pivot
}

// A touch is what a reversed statement does to adjoints.
type touch struct {
	reads, adds, sets map[any]bool
}

// list divides statements, in their order. It returns false where one can stand on neither side.
func (s *scheduler) list(list []ast.Stmt) bool {
	for _, st := range list {
		t := s.r.touchOf(st)
		if t == nil {
			return false
		}
		switch {
		case s.atHand(st) && !t.meets(s.moved):
			s.early = append(s.early, st)
			s.advance(st)
		case len(t.sets) == 0 && s.canWait(t):
			s.moved.add(t)
		default:
			return false
		}
	}
	return true
}

// advance notes that what a statement holds is reversed before the pivot.
func (s *scheduler) advance(st ast.Stmt) {
	ast.Inspect(st, func(st ast.Stmt) bool {
		if b, ok := st.(*ast.Block); ok && s.r.marks[b] != nil {
			s.moving = append(s.moving, s.r.marks[b])
		}
		return true
	})
}

func newTouch() *touch { return &touch{map[any]bool{}, map[any]bool{}, map[any]bool{}} }

// add adds what another statement does.
func (t *touch) add(u *touch) {
	maps.Copy(t.reads, u.reads)
	maps.Copy(t.adds, u.adds)
	maps.Copy(t.sets, u.sets)
}

// touches reports whether a statement does anything to an adjoint.
func (t *touch) touches(k any) bool { return t.reads[k] || t.adds[k] || t.sets[k] }

// meets reports whether two statements cannot change their order.
func (t *touch) meets(u *touch) bool {
	meet := func(x, y map[any]bool) bool {
		for k := range x {
			if y[k] {
				return true
			}
		}
		return false
	}
	return meet(t.sets, u.reads) || meet(t.sets, u.adds) || meet(t.sets, u.sets) ||
		meet(t.reads, u.adds) || meet(t.reads, u.sets) || meet(t.adds, u.reads) || meet(t.adds, u.sets)
}

// pass reports whether the reversal of another pivot, behind this one, can stand after it.
func (s *scheduler) pass(other *pivotCode) bool {
	s.moved.add(other.touch)
	return s.canWait(other.touch)
}

// canWait reports whether what is not at hand before the pivot can stand after it: it does not change what the reversal of the pivot
// reads, and reads nothing that that changes.
func (s *scheduler) canWait(t *touch) bool {
	for k := range t.adds {
		if s.at.reads[k] || s.at.sets[k] {
			return false
		}
	}
	for k := range t.sets {
		if s.at.touches(k) {
			return false
		}
	}
	for k := range t.reads {
		if s.at.sets[k] || s.at.adds[k] {
			return false
		}
	}
	return true
}

// touchOfItem returns what the reversal of an item does to adjoints.
func (r *reverser) touchOfItem(it *item) *touch {
	e := r.effectsOf(it)
	t := newTouch()
	for l := range e.reads {
		t.adds[r.adjointKey(l)] = true
	}
	for l := range e.sums {
		t.reads[r.adjointKey(l)] = true
	}
	for l := range e.sets {
		k := r.adjointKey(l)
		t.reads[k], t.sets[k] = true, true
	}
	return t
}

// renew gives the adjoint of a number that an item of part p overwrites, and p declares, a variable of its own from here back: the
// pivots behind the item read the one before.
//
//	for … { s += f(x) }            for … { s += f(x); dx += ds2*f'(x) }     where ds2 = ds / n
//	s /= n                         s /= n
//	for … { s += g(x) }            for … { s += g(x); dx += ds*g'(x) }
func (r *reverser) renew(p *part, it *item, stmts []ast.Stmt) []ast.Stmt {
	a, ok := it.stmt.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 {
		return stmts
	}
	ref, ok := a.Lhs[0].(*ast.Ref)
	if !ok || !ast.IsFloat(ref.Var.Type) || r.adjoints[ref.Var] == nil || !r.isLocal(ref.Var) || r.mem.addressed(ref.Var) {
		return stmts
	}
	if !slices.ContainsFunc(p.items, func(it *item) bool { return it.body == nil && contains(ast.Defined(it.stmt), ref.Var) }) {
		return stmts
	}
	cell := r.mem.variable(ref.Var).find()
	if !slices.ContainsFunc(p.items[:it.index], func(it *item) bool { return it.body != nil && r.effectsOf(it).sums[cell] && r.canPivot(it) }) {
		return stmts
	}
	old := r.adjoints[ref.Var]
	var now *ast.Var
	out := slices.Clone(stmts)
	for i, st := range stmts {
		if now != nil {
			out[i] = mapAll(st, substitution(map[*ast.Var]ast.Expr{old: &ast.Ref{Var: now}}))
			continue
		}
		if !assigns(&ast.Block{Stmts: []ast.Stmt{st}}, old) {
			continue
		}
		set, ok := st.(*ast.Assign)
		if !ok || len(set.Lhs) != 1 {
			return stmts
		}
		if op, isCompound := compound(set.Op); isCompound && op != token.ADD && op != token.SUB || set.Op == token.ASSIGN {
			now = ast.NewVar(old.Name, old.Type)
			c := *set
			if isCompound {
				c.Rhs = []ast.Expr{binary(op, &ast.Ref{Var: old}, set.Rhs[0], old.Type)}
			}
			c.Lhs, c.Op = ast.Refs([]*ast.Var{now}), token.ASSIGN
			out[i] = &c
		}
	}
	if now == nil {
		return stmts
	}
	r.adjoints[ref.Var] = now
	r.former[ref.Var] = append(r.former[ref.Var], old)
	r.primalsOf = nil
	return out
}

// atHand reports whether all past values that a statement reads are the same before the pivot, and reading them there cannot be
// noticed.
func (s *scheduler) atHand(st ast.Stmt) bool {
	ok := true
	ast.Inspect(st, func(st ast.Stmt) bool {
		if b, isBlock := st.(*ast.Block); isBlock && s.r.marks[b] != nil {
			return true
		}
		ast.Exprs(st, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				switch e := e.(type) {
				case *ast.Past:
					ok = ok && s.pastAtHand(e)
					return false
				case *ast.Ref:
					ok = ok && (!s.r.isShadow[e.Var] || !s.r.assigned(e.Var))
				case *ast.Call:
					ok = ok && (e.Fun.Builtin != "" || !s.r.mayPanic(e))
				case *ast.Index, *ast.Slice:
					ok = ok && (s.r.safe(e) || s.isQuiet() && s.isCalm())
				case *ast.Deref, *ast.Field:
					ok = ok && (s.r.safe(e) || s.isQuiet())
				}
				return ok
			})
		})
		return ok
	})
	return ok
}

// safe reports whether finding a place in a shadow cannot panic, even if its primal place has not been looked at yet.
func (r *reverser) safe(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Index:
		x, i := r.primalOf(e.X), e.I
		if p, ok := i.(*ast.Past); ok {
			i = p.X
		}
		return x == nil || safeIndex(&ast.Index{X: x, I: i, T: e.T}, r.rangeOver)
	case *ast.Field:
		return ast.Pointee(e.X.Type()) == nil
	}
	return false
}

// isQuiet reports whether the pivot does nothing that the caller could see if F panicked behind it.
func (s *scheduler) isQuiet() bool {
	if s.quiet == nil {
		quiet := true
		for pos := s.pivot.pos; pos < max(s.pivot.end, s.pivot.pos+1); pos++ {
			it := s.r.tree.items[pos]
			for _, l := range s.r.hist.writes[it] {
				quiet = quiet && !s.r.isVisible(l)
			}
			ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
				s.r.mem.eachCall(e, func(c *ast.Call) {
					quiet = quiet && !s.r.u.panics(c) && (c.Fun.Fn == nil || s.r.u.summary(c.Fun.Fn) != nil || s.r.u.harmless(c.Fun.Fn))
				})
			})
		}
		s.quiet = &quiet
	}
	return *s.quiet
}

// mayPanicEarly reports whether nobody can tell whether an expression that may panic does so before the pivot or behind it. A pointer
// that is nil is taken for one that the pivot looks behind too.
func (s *scheduler) mayPanicEarly(e ast.Expr) bool {
	return s.isQuiet() && (!s.r.mayPanicBut(e) || s.isCalm())
}

// isCalm reports whether the pivot cannot panic, unless it is a call.
func (s *scheduler) isCalm() bool {
	if s.calm == nil {
		calm := true
		for pos := s.pivot.pos; pos < max(s.pivot.end, s.pivot.pos+1) && s.r.calls[s.pivot.stmt] == nil; pos++ {
			ast.Exprs(s.r.tree.items[pos].stmt, func(e ast.Expr, _ bool) { calm = calm && !s.r.mayPanic(e) })
		}
		s.calm = &calm
	}
	return *s.calm
}

// isVisible reports whether F's caller can see a cell.
func (r *reverser) isVisible(l *location) bool {
	if r.visible == nil {
		r.visible = r.mem.shared()
	}
	return r.visible[l.find()]
}

// assigned reports whether the forward sweep assigns a variable, or a part of it.
func (r *reverser) assigned(v *ast.Var) bool {
	found := false
	r.mem.cellsIn(r.mem.variable(v), func(c *location) { found = found || len(r.hist.log.at[c]) > 0 })
	return found
}

func (s *scheduler) pastAtHand(e *ast.Past) bool {
	it := s.r.tree.at[e.At]
	ok := !s.r.mayPanic(e.X) || s.besidePivot(it) || s.mayPanicEarly(e.X)
	s.r.mem.reads(e.X, func(l *location) {
		ok = ok && !s.r.hist.log.between(l, s.pivot, it, e.After)
	})
	ast.Walk(e.X, func(x ast.Expr) bool {
		if ref, isRef := x.(*ast.Ref); isRef {
			ok = ok && s.r.synthetic[ref.Var] == nil && s.r.tree.guards[ref.Var] == nil
		}
		if c, isCall := x.(*ast.Call); isCall && c.Fun.Fn != nil && (s.r.u.summary(c.Fun.Fn) != nil || !s.r.u.mathematical(c.Fun.Fn)) {
			ok = false // it is not called again
		}
		ok = ok && !(isBoolean(x.Type()) && roundsTwice(x)) // it is remembered, where it is evaluated
		return ok
	})
	return ok
}

// besidePivot reports whether an item is of the statement of the source that the pivot, a call, is a part of: Go does not say whether
// what stands beside a call is evaluated before it.
func (s *scheduler) besidePivot(it *item) bool {
	pos := s.pivot.stmt.Info().Pos
	return pos.IsValid() && it.stmt.Info().Pos == pos && s.pivot.body == nil && s.pivot.then == nil
}

// touchOf returns what a reversed statement does to adjoints, or nil for a statement that must stay where it is.
func (r *reverser) touchOf(s ast.Stmt) *touch {
	t, known := r.touched[s]
	if !known {
		t = r.findTouch(s)
		r.touched[s] = t
	}
	return t
}

func (r *reverser) findTouch(s ast.Stmt) *touch {
	t := newTouch()
	ok := true
	ast.Inspect(s, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.Assign:
			ok = ok && r.touchAssign(t, s)
		case *ast.Decl:
			for _, v := range s.Vars {
				t.sets[v] = true
			}
			for _, e := range s.Values {
				r.touchRead(t, e)
			}
		case *ast.Do:
			ok = false
		default:
			ast.Exprs(s, func(e ast.Expr, assigned bool) {
				if !assigned {
					r.touchRead(t, e)
				}
			})
		}
		return ok
	})
	if !ok {
		return nil
	}
	return t
}

func (r *reverser) touchAssign(t *touch, s *ast.Assign) bool {
	for _, l := range s.Lhs {
		if l == nil {
			continue
		}
		if refers(l.Type()) {
			return false // it puts a slice or pointer of a shadow back
		}
		keys := r.adjointKeys(l)
		for _, k := range keys {
			if s.Op == token.ADD_ASSIGN || s.Op == token.SUB_ASSIGN {
				t.adds[k] = true
			} else {
				t.sets[k] = true
			}
			if _, isCompound := compound(s.Op); isCompound && s.Op != token.ADD_ASSIGN && s.Op != token.SUB_ASSIGN {
				t.reads[k] = true
			}
		}
		for _, x := range ast.Operands(l) {
			r.touchRead(t, x)
		}
	}
	for _, e := range s.Rhs {
		if c, ok := e.(*ast.Call); ok && c.Fun.Builtin == "" && (c.Fun.Gen != nil || c.Fun.Fn != nil && !r.u.mathematical(c.Fun.Fn)) {
			return false
		}
		r.touchRead(t, e)
	}
	return true
}

// touchRead notes the adjoints that e reads.
func (r *reverser) touchRead(t *touch, e ast.Expr) {
	switch e.(type) {
	case nil, *ast.Past, *ast.Lit, *ast.Name:
		return
	}
	if isPath(e) {
		for _, k := range r.adjointKeys(e) {
			t.reads[k] = true
		}
	}
	for _, x := range ast.Operands(e) {
		r.touchRead(t, x)
	}
}

// adjointKeys identifies the adjoints at a place: by the cells of the primal values that they belong to, or the variable of ours
// that they are in.
func (r *reverser) adjointKeys(e ast.Expr) []any {
	if ref, ok := e.(*ast.Ref); ok && r.isNumber(r.primals()[ref.Var]) {
		v := r.primals()[ref.Var]
		if i := slices.Index(r.former[v], ref.Var); i >= 0 {
			return []any{numberKey{v, i}}
		}
		return []any{numberKey{v, len(r.former[v])}}
	}
	primal := r.primalOf(e)
	if primal == nil {
		if v := rootOf(e); v != nil {
			return []any{v}
		}
		return nil
	}
	var keys []any
	for _, c := range r.mem.cells(primal) {
		keys = append(keys, r.adjointKey(c))
	}
	return keys
}

// isNumber reports whether a variable is a number that only its name reaches.
func (r *reverser) isNumber(v *ast.Var) bool {
	return v != nil && ast.IsFloat(v.Type) && !r.mem.addressed(v)
}

// A numberKey identifies an adjoint of a number, which may have several: see renew.
type numberKey struct {
	v       *ast.Var
	version int
}

// adjointKey identifies the adjoint of a cell as it is here, in the order of the reverse sweep.
func (r *reverser) adjointKey(l *location) any {
	if v := l.v; r.isNumber(v) && r.mem.variable(v).find() == l.find() {
		return numberKey{v, len(r.former[v])}
	}
	return l
}

// rootOf returns the variable that a path begins with, behind whatever slices and pointers, or nil.
func rootOf(e ast.Expr) *ast.Var {
	for {
		switch x := e.(type) {
		case *ast.Ref:
			return x.Var
		case *ast.Past:
			e = x.X
		case *ast.Field, *ast.Index, *ast.Deref, *ast.Slice:
			e = ast.Operands(x)[0]
		default:
			return nil
		}
	}
}

// primalOf returns the place whose adjoint e is, or nil.
func (r *reverser) primalOf(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Ref:
		if v := r.primals()[x.Var]; v != nil {
			return &ast.Ref{Var: v}
		}
		return nil
	case *ast.Past:
		return r.primalOf(x.X)
	case *ast.Field:
		if p := r.primalOf(x.X); p != nil {
			return &ast.Field{X: p, Field: x.Field, Implicit: x.Implicit}
		}
	case *ast.Index:
		if p := r.primalOf(x.X); p != nil {
			return &ast.Index{X: p, I: intNumber(0), T: x.T}
		}
	case *ast.Deref:
		if p := r.primalOf(x.X); p != nil {
			if types.Identical(x.Type(), p.Type()) {
				return p // the shadow of a variable is behind a pointer
			}
			return &ast.Deref{X: p}
		}
	case *ast.Slice:
		if p := r.primalOf(x.X); p != nil {
			return &ast.Slice{X: p, T: x.T}
		}
	}
	return nil
}

// primals returns the variables whose adjoints or shadows are in a variable.
func (r *reverser) primals() map[*ast.Var]*ast.Var {
	n := len(r.adjoints) + len(r.shadows)
	if r.primalsOf == nil || r.primalsAt != n {
		r.primalsOf, r.primalsAt = map[*ast.Var]*ast.Var{}, n
		for v, d := range r.shadows {
			r.primalsOf[d] = v
		}
		for v, d := range r.adjoints {
			r.primalsOf[d] = v
		}
		for v, list := range r.former {
			for _, d := range list {
				r.primalsOf[d] = v
			}
		}
	}
	return r.primalsOf
}
