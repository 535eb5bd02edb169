package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// A version is a value that a variable or a cell of memory has over a stretch of the forward sweep: from an
// assignment, from the end of an if or loop that may have assigned it, or from the beginning of an iteration.
type version struct {
	id   int
	key  *location // a cell
	part *part     // where it is born:
	item *item     // after this item, or, if nil, at the entry of part
	rhs  ast.Expr  // what was assigned, where one plain assignment made it
	loop *item     // the loop whose counter, key or value it is in an iteration
}

// history holds the versions of everything that the items of a tree read or write.
type history struct {
	tree   *tree
	mem    *memory
	log    *writeLog
	writes map[*item][]*location // what each item itself writes
	before map[*item]map[*location]*version
	after  map[*item]map[*location]*version

	shadows map[*ast.Var]*ast.Var   // read wherever the variable itself is
	groups  map[ast.Stmt]ast.Stmt   // of the first of a group of statements: the primal one, which is read there
	extra   map[ast.Stmt][]*ast.Var // read by the reversal of a statement, though not by the statement
	beside  map[*item][]ast.Expr    // the like, read before the statement
	ahead   map[*item][]ast.Expr    // read before a loop in which they do not change

	outside []*location // see shared

	cur  map[*location]*version
	undo []change
	next int
}

type change struct {
	key *location
	old *version
}

func newHistory(t *tree, d *derivation) *history {
	h := &history{
		tree: t, mem: d.mem, shadows: d.shadows, extra: d.extra(), groups: map[ast.Stmt]ast.Stmt{}, ahead: map[*item][]ast.Expr{}, beside: map[*item][]ast.Expr{},
		log:    &writeLog{tree: t, at: map[*location][]int{}},
		writes: map[*item][]*location{},
		before: map[*item]map[*location]*version{},
		after:  map[*item]map[*location]*version{},
		cur:    map[*location]*version{},
	}
	for _, it := range t.items {
		for _, v := range ast.Defined(it.stmt) {
			if d.histories[v] && it.body == nil {
				last := it.lastInScope().stmt
				h.extra[last] = append(h.extra[last], v) // see historyStart
			}
		}
	}
	for s, first := range d.begin {
		h.groups[first] = s
	}
	for _, it := range t.items {
		h.logWrites(it)
		if note := d.calls[it.stmt]; note != nil {
			if note.hooked {
				h.beside[it] = note.call.Args
			}
			for _, i := range note.copies {
				x := note.call.Args[i]
				for _, loop := range it.part.repeats() {
					h.ahead[loop] = append(h.ahead[loop], &ast.Index{X: x, I: intNumber(0), T: elemType(x.Type())})
				}
			}
		}
	}
	h.walk(t.root)
	return h
}

func (h *history) logWrites(it *item) {
	add := func(key *location) {
		h.writes[it] = append(h.writes[it], key)
		h.log.add(key, it)
	}
	h.mem.writes(it.stmt, add)
	if h.isBarrier(it) {
		for _, key := range h.shared() {
			add(key)
		}
	}
	if it.count != nil {
		add(h.mem.variable(it.count.v))
	}
}

// isBarrier reports whether others may write memory that they share with the function when an item is done: it takes or gives away a
// lock, say. What the iterations of a parallel loop have of their own nobody else writes.
func (h *history) isBarrier(it *item) bool {
	for p := it.part; p != nil; p = p.parent {
		if b := p.branch; b != nil && b.body == p && b.stmt.Info().Parallel {
			return false
		}
	}
	return h.mem.unit.synchronisesIn(it.stmt)
}

// shared returns the cells that the function shares with others, in their order.
func (h *history) shared() []*location {
	if h.outside == nil {
		h.outside = byID(h.mem.shared())
	}
	return h.outside
}

// get returns the current version of a key.
func (h *history) get(key *location) *version {
	v := h.cur[key]
	if v == nil {
		h.next++
		v = &version{id: h.next, key: key, part: h.tree.root}
		h.cur[key] = v
	}
	return v
}

func (h *history) set(key *location, p *part, it *item) *version {
	h.next++
	v := &version{id: h.next, key: key, part: p, item: it}
	h.undo = append(h.undo, change{key, h.cur[key]})
	h.cur[key] = v
	return v
}

// reads records the versions of all that e reads before it.
func (h *history) reads(it *item, e ast.Expr) {
	m := orEmpty(h.before[it])
	h.before[it] = m
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok {
			for _, v := range []*ast.Var{r.Var, h.shadows[r.Var]} {
				if v != nil {
					h.mem.cellsIn(h.mem.variable(v), func(c *location) { m[c] = h.get(c) })
				}
			}
		}
		return true
	})
	h.mem.reads(e, func(c *location) { m[c] = h.get(c) })
}

// versionAt returns the version of a key before (or after) an item that was walked over.
func (h *history) versionAt(key *location, it *item, after bool) *version {
	if after {
		if v := h.after[it][key]; v != nil {
			return v
		}
	}
	return h.before[it][key]
}

func (h *history) walk(p *part) {
	for _, it := range p.items {
		if s := h.groups[it.stmt]; s != nil {
			h.readsOf(it, s)
		}
		for _, v := range h.extra[it.stmt] {
			h.reads(it, &ast.Ref{Var: v})
		}
		for _, e := range h.ahead[it] {
			h.reads(it, e)
		}
		switch {
		case it.then != nil:
			h.reads(it, it.cond)
			h.branches(it)
		case it.body != nil:
			h.loop(it)
		default:
			h.simple(it)
		}
	}
}

func (h *history) simple(it *item) {
	h.readsOf(it, it.stmt)
	for _, e := range h.beside[it] {
		h.reads(it, e)
	}
	if len(h.writes[it]) == 0 {
		return
	}
	m := map[*location]*version{}
	for _, key := range h.writes[it] {
		m[key] = h.set(key, it.part, it)
	}
	h.after[it] = m
	// A version with one plain right side can be computed again.
	lhs, rhs := sides(it.stmt)
	for i, l := range lhs {
		if r, ok := l.(*ast.Ref); ok && len(lhs) == len(rhs) {
			if v := m[h.mem.variable(r.Var)]; v != nil {
				v.rhs = rhs[i]
			}
		}
	}
}

// readsOf records the versions of all that a simple statement reads.
func (h *history) readsOf(it *item, s ast.Stmt) {
	ast.Exprs(s, func(e ast.Expr, _ bool) { h.reads(it, e) })
	h.before[it] = orEmpty(h.before[it])
	if d, ok := s.(*ast.Decl); ok {
		for _, v := range d.Vars {
			if s := h.shadows[v]; s != nil {
				h.mem.cellsIn(h.mem.variable(s), func(c *location) { h.before[it][c] = h.get(c) })
			}
		}
	}
}

// assignedBy returns the sides of an assignment or declaration.
func assignedBy(s ast.Stmt) (lhs, rhs []ast.Expr) {
	if a, ok := s.(*ast.Assign); ok {
		return a.Lhs, a.Rhs
	}
	return sides(s)
}

// sides returns the sides of a plain assignment or declaration, or nothing for a compound one.
func sides(s ast.Stmt) (lhs, rhs []ast.Expr) {
	switch s := s.(type) {
	case *ast.Assign:
		if s.Op == token.ASSIGN || s.Op == token.DEFINE {
			return s.Lhs, s.Rhs
		}
	case *ast.Decl:
		return ast.Refs(s.Vars), s.Values
	}
	return nil, nil
}

func (h *history) branches(it *item) {
	mark := len(h.undo)
	h.walk(it.then)
	then := h.rewind(mark)
	h.walk(it.els)
	els := h.rewind(mark)
	switch thenFalls, elsFalls := it.then.falls(), it.els.falls(); {
	case thenFalls && elsFalls:
		seen := map[*location]bool{}
		after := map[*location]*version{}
		h.after[it] = after
		for _, list := range [][]change{then, els} {
			for _, c := range list {
				if !seen[c.key] {
					seen[c.key] = true
					after[c.key] = h.set(c.key, it.part, it)
				}
			}
		}
	case thenFalls:
		h.after[it] = h.replay(then)
	case elsFalls:
		h.after[it] = h.replay(els)
	}
}

// rewind takes back the changes since mark and returns what they came to.
func (h *history) rewind(mark int) []change {
	var final []change
	seen := map[*location]bool{}
	for i := len(h.undo) - 1; i >= mark; i-- {
		c := h.undo[i]
		if !seen[c.key] {
			seen[c.key] = true
			final = append(final, change{c.key, h.cur[c.key]})
		}
	}
	for i := len(h.undo) - 1; i >= mark; i-- {
		h.cur[h.undo[i].key] = h.undo[i].old
	}
	h.undo = h.undo[:mark]
	for i, j := 0, len(final)-1; i < j; i, j = i+1, j-1 {
		final[i], final[j] = final[j], final[i]
	}
	return final
}

// replay makes changes that were taken back again and returns what is after them.
func (h *history) replay(list []change) map[*location]*version {
	after := map[*location]*version{}
	for _, c := range list {
		h.undo = append(h.undo, change{c.key, h.cur[c.key]})
		h.cur[c.key] = c.old
		after[c.key] = c.old
	}
	return after
}

// falls reports whether control can reach the end of a part and go on after the item that it is part of.
func (p *part) falls() bool {
	if p.tail != tailFall {
		return false
	}
	if len(p.items) == 0 {
		return true
	}
	last := p.items[len(p.items)-1]
	return last.then == nil || last.then.falls() || last.els.falls()
}

func (h *history) loop(it *item) {
	switch s := it.stmt.(type) {
	case *ast.For:
		if it.count != nil {
			h.reads(it, it.count.lo)
			h.reads(it, it.count.by)
			h.reads(it, it.count.hi)
		}
	case *ast.Range:
		h.reads(it, s.X)
		h.before[it] = orEmpty(h.before[it])
	}
	var keys []*location
	seen := map[*location]bool{}
	for pos := it.pos; pos < it.end; pos++ {
		for _, key := range h.writes[h.tree.items[pos]] {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	for _, key := range keys {
		v := h.set(key, it.body, nil)
		for _, own := range h.writes[it] {
			if own == key {
				v.loop = it
			}
		}
	}
	h.walk(it.body)
	after := map[*location]*version{}
	for _, key := range keys {
		after[key] = h.set(key, it.part, it)
	}
	h.after[it] = after
}

func orEmpty(m map[*location]*version) map[*location]*version {
	if m == nil {
		return map[*location]*version{}
	}
	return m
}
