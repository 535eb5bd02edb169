package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strconv"

	"github.com/godiff/godiff/ast"
)

func itoa(n int) string { return strconv.Itoa(n) }

// effects are what the reversal of an item does to adjoints, by the cells of the primal values: it reads and then sets those of
// what the item overwrites, reads those of what it adds to, and adds to those of what it reads.
type effects struct {
	sets, sums, reads map[*location]bool // of active cells: overwritten, added to, read
	order             bool               // it takes back what the forward sweep did to slices and pointers of shadows, or calls a hook
}

// effectsOf returns the effects of the reversal of an item and all below it.
func (r *reverser) effectsOf(it *item) *effects {
	if e := r.effects[it]; e != nil {
		return e
	}
	e := &effects{map[*location]bool{}, map[*location]bool{}, map[*location]bool{}, false}
	r.effects[it] = e
	r.addEffects(e, it)
	for _, p := range []*part{it.then, it.els, it.body} {
		if p == nil {
			continue
		}
		for _, x := range p.items {
			e.add(r.effectsOf(x))
		}
	}
	return e
}

// add adds the effects of an item below.
func (e *effects) add(x *effects) {
	maps.Copy(e.sets, x.sets)
	maps.Copy(e.sums, x.sums)
	maps.Copy(e.reads, x.reads)
	e.order = e.order || x.order
}

// addEffects adds the effects of an item itself.
func (r *reverser) addEffects(e *effects, it *item) {
	s := it.stmt
	if s.Info().Idle {
		return
	}
	clone := r.grown[s] != nil && r.grown[s].clone
	if len(r.undo[s]) > 0 || r.grown[s] != nil && !clone {
		e.order = true
	}
	note := r.calls[s]
	if note != nil && (r.writesLinks(note.call) || r.u.isHooked(note.call.Fun.Fn) || note.hooked) {
		e.order = true
	}
	read := func(x ast.Expr) {
		for _, l := range r.act.sources(x) {
			if r.act.active(l) {
				e.reads[l.find()] = true
			}
		}
	}
	adds := false
	if a, ok := s.(*ast.Assign); ok && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) && note == nil {
		adds = true
		read(a.Rhs[0])
	} else if note != nil {
		for _, x := range note.call.Args { // whatever it returns: it may also write
			read(x)
		}
	} else {
		switch s := s.(type) {
		case *ast.Assign:
			if _, isCompound := compound(s.Op); isCompound {
				read(s.Lhs[0])
			}
			for _, x := range s.Rhs {
				read(x)
			}
		case *ast.Decl:
			for _, x := range s.Values {
				read(x)
			}
		case *ast.Do:
			for _, x := range s.Call.Args {
				read(x)
			}
		case *ast.Range:
			if s.Value != nil { // else it is only counted
				read(s.X)
			}
		}
	}
	lhs, rhs := sides(s)
	for i, l := range lhs {
		// What a literal or a call makes is as good as written.
		if l != nil && hasRefs(l.Type()) && (note != nil || clone || len(lhs) != len(rhs) || literal(rhs[i]) != nil) {
			r.mem.behind(r.mem.place(l), map[*location]bool{}, func(c *location) {
				if r.act.active(c) {
					e.sets[c.find()] = true
				}
			})
		}
	}
	for _, l := range r.hist.writes[it] {
		switch {
		case !r.act.active(l):
		case adds:
			e.sums[l.find()] = true
		default:
			e.sets[l.find()] = true
		}
	}
}

// writesLinks reports whether a call overwrites slices or pointers that lead to active memory, in memory that it is given.
func (r *reverser) writesLinks(c *ast.Call) bool {
	found := false
	given := r.mem.given(c)
	r.mem.written(c, func(l *location) {
		if refers(l.typ) && given[l.find()] {
			r.mem.reachable(r.mem.targetOf(l), map[*location]bool{}, func(c *location) { found = found || r.act.active(c) })
		}
	})
	return found
}

// independent reports whether the iterations of a loop meet only in sums, so that each can be swept forward and back at once:
//
//   - No iteration leaves the loop but at its end.
//   - What an iteration overwrites and others could see is made in it, or is an element of its own: y[i] in iteration i, where nothing
//     else of y is read or written in the loop, or serves each iteration for itself: see private.
//   - What it adds to nothing in the loop reads.
//   - It takes back nothing that the forward sweep did to the shadows.
func (r *reverser) independent(it *item) bool {
	why, _ := r.dependence(it)
	return why == ""
}

// dependence says why the iterations of a loop are not independent, and by what statement if it is one; or "".
func (r *reverser) dependence(it *item) (why string, by *item) {
	if it.hasExits() || it.body.jumpsOut() || r.asksIn(it) {
		return "it has early exits", nil
	}
	e := r.effectsOf(it)
	own := r.ownCells(it)
	if e.order && !(it.stmt.Info().Parallel && r.linksOwn(it, own)) {
		return "its iterations change slices or pointers to active memory", nil
	}
	for _, l := range inOrder(e.sets) {
		if !own[l] && !r.ownElement(it, l) && !r.private(it, l) && !r.exclusive(it, l) && !r.ownsRow(it, l) {
			return "its iterations may use what others have written by", r.writerIn(it, l)
		}
	}
	for _, l := range inOrder(e.sums) {
		if !own[l] && e.reads[l] && !r.ownElement(it, l) && !r.private(it, l) && !r.exclusive(it, l) && !r.ownsRow(it, l) {
			return "its iterations read what others have added by", r.writerIn(it, l)
		}
	}
	return "", nil
}

// linksOwn reports whether each iteration of a loop changes only slices and pointers of its own, given its own cells, so that what it takes back
// of these no other one has changed.
func (r *reverser) linksOwn(loop *item, own map[*location]bool) bool {
	for pos := loop.pos + 1; pos < loop.end; pos++ {
		for _, l := range r.hist.writes[r.tree.items[pos]] {
			if l = l.find(); leadsToFloats(l) && !own[l] && !r.ownElement(loop, l) && !r.exclusive(loop, l) {
				return false
			}
		}
	}
	return true
}

// inOrder returns the locations among the keys of a map in the order in which they came to be known.
func inOrder[V any](set map[*location]V) []*location {
	return slices.SortedFunc(maps.Keys(set), func(a, b *location) int { return a.id - b.id })
}

// writerIn returns the first item in a loop that writes a cell, or nil.
func (r *reverser) writerIn(loop *item, l *location) *item {
	list := r.hist.log.at[l]
	if i := sort.SearchInts(list, loop.pos); i < len(list) && list[i] < loop.end {
		return r.tree.items[list[i]]
	}
	return nil
}

// hasFlags reports whether something below an item asks whether a statement jumped.
func (r *reverser) hasFlags(it *item) bool {
	i := sort.SearchInts(r.tree.asking, it.pos+1)
	return i < len(r.tree.asking) && r.tree.asking[i] < it.end
}

// asksIn reports whether something in a loop, and in none inside of it, asks whether a statement jumped.
func (r *reverser) asksIn(loop *item) bool {
	i := sort.SearchInts(r.tree.asking, loop.pos+1)
	for ; i < len(r.tree.asking) && r.tree.asking[i] < loop.end; i++ {
		if r.tree.items[r.tree.asking[i]].part.loop() == loop {
			return true
		}
	}
	return false
}

// ownCells returns the cells that belong to one iteration of a loop: variables that its body declares, and memory that only these
// lead to.
func (r *reverser) ownCells(it *item) map[*location]bool {
	inner := r.ownVariables(it)
	// A location is outer if it is reached from more variables than these.
	reached, from := r.reached(), map[*location]int{}
	for v := range inner {
		if r.primals()[v] == nil {
			r.reachedFrom(r.mem.variable(v), from)
		}
	}
	outer := func(l *location) bool { return reached[l] > from[l] }
	own := map[*location]bool{}
	mine := map[*location]bool{}
	for v := range inner {
		r.mem.reachable(r.mem.variable(v), mine, func(c *location) {
			if !outer(c.find()) && !r.holdsOuter(c, outer) {
				own[c.find()] = true
			}
		})
	}
	return own
}

// ownVariables returns the variables that the body of a loop declares.
func (r *reverser) ownVariables(it *item) map[*ast.Var]bool {
	inner := map[*ast.Var]bool{}
	for pos := it.pos; pos < it.end; pos++ {
		x := r.tree.items[pos]
		for _, v := range ast.Defined(x.stmt) {
			inner[v] = true
		}
		if f, ok := x.stmt.(*ast.For); ok && f.Init != nil && pos > it.pos {
			for _, v := range ast.Defined(f.Init) {
				inner[v] = true
			}
		}
	}
	return inner
}

// reached returns from how many variables of the forward sweep each location is reached.
func (r *reverser) reached() map[*location]int {
	if r.reachedBy == nil || r.reachedAt != r.mem.unions {
		r.reachedBy, r.reachedAt = map[*location]int{}, r.mem.unions
		for v, l := range r.mem.vars {
			if r.primals()[v] == nil {
				r.reachedFrom(l, r.reachedBy)
			}
		}
		for _, l := range r.mem.globals {
			r.reachedFrom(l, r.reachedBy)
		}
	}
	return r.reachedBy
}

// reachedFrom counts a variable for all locations that are reached from it, and for the cells in them.
func (r *reverser) reachedFrom(l *location, n map[*location]int) {
	seen, cells := map[*location]bool{}, map[*location]bool{}
	r.mem.reachable(l, seen, func(c *location) { cells[c.find()] = true })
	maps.Copy(cells, seen)
	for l := range cells {
		n[l]++
	}
}

// holdsOuter reports whether a cell is a part of a location that is reached from outside.
func (r *reverser) holdsOuter(c *location, outer func(*location) bool) bool {
	for h := c.find(); h != nil; h = h.holder {
		h = h.find()
		if outer(h) {
			return true
		}
		if h.holder == nil || !isPartOf(h, h.holder.find()) {
			return false
		}
	}
	return false
}

func isPartOf(p, h *location) bool {
	for _, q := range h.parts {
		if q != nil && q.find() == p {
			return true
		}
	}
	return false
}

// ownElement reports whether each iteration of a loop reads and writes of a cell only the element whose index is the loop's
// counter, or that and a constant, through one slice that the loop leaves alone.
func (r *reverser) ownElement(loop *item, l *location) bool {
	w, ok := r.elementsOf(loop, l)
	return ok && w.spread() == 0
}

// A window is the distance from the loop's counter to the first and to the last index of the elements that an iteration uses.
type window struct{ lo, hi int64 }

func (w window) spread() int64 { return w.hi - w.lo }

// add makes a window hold another distance too. Used says that it holds one.
func (w *window) add(d int64, used bool) {
	if !used {
		*w = window{d, d}
	}
	w.lo, w.hi = min(w.lo, d), max(w.hi, d)
}

// distance returns the constant that an index is beyond a counter. Those of other types than int may begin anew.
func distance(index ast.Expr, key *ast.Var) (int64, bool) {
	if isCounter(index, key) {
		return 0, true
	}
	b, ok := index.(*ast.Binary)
	if !ok || b.Op != token.ADD && b.Op != token.SUB || key == nil || !types.Identical(key.Type, intType) {
		return 0, false
	}
	x, y := b.X, b.Y
	if b.Op == token.ADD && !isCounter(x, key) {
		x, y = y, x
	}
	d, isConst := intLit(y)
	if !isConst || !isCounter(x, key) {
		return 0, false
	}
	if b.Op == token.SUB {
		d = -d
	}
	return d, true
}

// elementsOf returns which elements each iteration of a loop reads and writes of a cell, if all do so through one slice that the loop leaves
// alone.
func (r *reverser) elementsOf(loop *item, l *location) (w window, ok bool) {
	key := counterOf(loop)
	if key == nil {
		return w, false
	}
	var base ast.Expr
	ok = true
	check := func(e ast.Expr) {
		if !ok || !isPlace(e) || !r.touches(e, l) {
			return
		}
		for f, isField := e.(*ast.Field); isField && ast.Pointee(f.X.Type()) == nil; f, isField = e.(*ast.Field) {
			e = f.X
		}
		i, isIndex := e.(*ast.Index)
		if !isIndex {
			ok = false
			return
		}
		d, isNear := distance(i.I, key)
		if !isNear || base != nil && !ast.Equal(base, i.X) || !r.steady(loop, i.X) {
			ok = false
			return
		}
		w.add(d, base != nil)
		base = i.X
	}
	for pos := loop.pos; pos < loop.end && ok; pos++ {
		it := r.tree.items[pos]
		if it.pos != loop.pos && it.body != nil {
			if s, isRange := it.stmt.(*ast.Range); isRange && s.Value != nil && r.touches(&ast.Index{X: s.X, T: elemType(s.X.Type())}, l) {
				return w, false
			}
		}
		if note := r.calls[it.stmt]; note != nil && r.callTouches(note.call, l) {
			return w, false
		}
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if c, isCall := e.(*ast.Call); isCall && r.callTouches(c, l) {
					ok = false
				}
				check(e)
				return ok
			})
		})
	}
	return w, ok && base != nil
}

// touches reports whether a place lies in a cell.
func (r *reverser) touches(e ast.Expr, l *location) bool {
	for _, c := range r.mem.cells(e) {
		if c.find() == l.find() {
			return true
		}
	}
	return false
}

// callTouches reports whether a call reads or writes a cell behind its arguments.
func (r *reverser) callTouches(c *ast.Call, l *location) bool {
	found := false
	see := func(x *location) { found = found || x.find() == l.find() }
	r.mem.callReads(c, see)
	r.mem.callWrites(c, see)
	return found
}

// counterOf returns the variable that has another value in each iteration of a loop, or nil.
func counterOf(loop *item) *ast.Var {
	if loop.count != nil {
		return loop.count.v
	}
	if s, ok := loop.stmt.(*ast.Range); ok && s.Define {
		if ref, ok := s.Key.(*ast.Ref); ok {
			return ref.Var
		}
	}
	return nil
}
