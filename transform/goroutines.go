package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Loops whose iterations are goroutines.
//
// What a goroutine writes no other one touches, or the function has a race. So each may write and read any elements of a slice: whether
// others do the same elements is not asked. Of what it writes, the adjoints are its own too, as long as it reads nothing of the slice but
// what it also writes:
//
//	for i := lo; i < hi; i++ {
//		y[i] = f(x[i])                    // dy[i] belongs to this goroutine; dx[i] may not, for others may read x[i]
//		y[i] *= 2
//		z[i] = y[i+1]                     // dy[i+1] may be that of another goroutine, if none writes y[i+1]
//	}
//
// For slices that goroutines only read each has adjoints of its own, as in any parallel loop.

// exclusive reports whether a goroutine, which an iteration of the loop is, reads nothing of a cell but what it also writes.
func (r *reverser) exclusive(loop *item, l *location) bool {
	m := loop.stmt.Info()
	if !m.Goroutines || m.Locks || l.v != nil {
		return false
	}
	body := ast.Blocks(loop.stmt)[0]
	if s, ok := loop.stmt.(*ast.Range); ok && s.Value != nil && elemType(s.X.Type()) != nil && r.touches(elementOf(s), l) {
		return false
	}
	return r.u.covers(r.mem, body, l, map[*types.Func]bool{})
}

// elementOf is what a range clause gives its value.
func elementOf(s *ast.Range) ast.Expr {
	e := &ast.Index{X: s.X, I: s.Key, T: elemType(s.X.Type())}
	if e.I == nil {
		e.I = intNumber(0)
	}
	return e
}

// covers reports whether statements write all elements of a cell that they read. Open are the functions that are being looked at.
func (u *Unit) covers(m *memory, body *ast.Block, l *location, open map[*types.Func]bool) bool {
	c := &cover{u: u, mem: m, body: body, cell: l.find(), taken: addressTaken(body), written: m.writtenIn(body), open: open}
	c.block(body, nil)
	return !c.unknown && !slices.ContainsFunc(c.reads, func(read visit) bool {
		return !slices.ContainsFunc(c.writes, func(w visit) bool { return c.same(w, read) }) && !c.ofMade(read)
	})
}

// A cover looks for what statements do to a cell.
type cover struct {
	u       *Unit
	mem     *memory
	body    *ast.Block
	cell    *location
	taken   map[*ast.Var]bool  // variables whose address the statements take
	written map[*location]bool // cells in memory that they write
	open    map[*types.Func]bool
	writes  []visit
	reads   []visit
	unknown bool // something reads elements that cannot be told
}

// A visit is a place, and the way to the statement that reads or writes it.
type visit struct {
	place ast.Expr
	way   []step
}

// A step is a statement of a block; the number is -1 before the first.
type step struct {
	block *ast.Block
	n     int
}

func (c *cover) block(b *ast.Block, way []step) {
	for i, s := range b.Stmts {
		way := append(slices.Clip(way), step{b, i})
		c.stmt(s, way)
		for _, inner := range ast.Blocks(s) {
			if g, ok := s.(*ast.Range); ok && g.Value != nil && elemType(g.X.Type()) != nil && c.touches(elementOf(g)) {
				c.unknown = c.unknown || isArray(g.X.Type())
				c.reads = append(c.reads, visit{elementOf(g), append(slices.Clip(way), step{inner, -1})})
			}
			c.block(inner, way)
		}
	}
}

func (c *cover) touches(e ast.Expr) bool {
	return slices.ContainsFunc(c.mem.cells(e), func(l *location) bool { return l.find() == c.cell })
}

// stmt looks at a statement, without the blocks in it.
func (c *cover) stmt(s ast.Stmt, way []step) {
	compounds := false
	if a, ok := s.(*ast.Assign); ok {
		_, compounds = compound(a.Op)
	}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if assigned && isPlace(e) {
			if c.touches(e) {
				c.writes = append(c.writes, visit{e, way})
				if compounds {
					c.reads = append(c.reads, visit{e, way})
				}
			}
			return
		}
		c.value(e, way)
	})
}

// value looks at an expression whose value is used.
func (c *cover) value(e ast.Expr, way []step) {
	switch x := e.(type) {
	case *ast.Addr:
		return // no adjoint comes of what it takes to find a place
	case *ast.Call:
		c.call(c.mem.origin(x), way)
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		if c.touches(e) {
			c.reads = append(c.reads, visit{e, way})
		}
		c.mem.eachCall(e, func(x *ast.Call) { c.call(x, way) })
		return
	}
	for _, x := range ast.Operands(e) {
		c.value(x, way)
	}
}

// call looks at what a call reads of the cell.
func (c *cover) call(call *ast.Call, way []step) {
	reads := false
	c.mem.callReads(call, func(l *location) { reads = reads || l.find() == c.cell })
	if !reads {
		return
	}
	fn := call.Fun.Fn
	if fn == nil || c.open[fn] || c.u.summary(fn) == nil || c.u.Lower(fn) == nil || c.u.isRuled(fn, c.mem.fn.Pkg) {
		c.unknown = true
		return
	}
	s := c.u.summary(fn)
	c.open[fn] = true
	defer delete(c.open, fn)
	for _, l := range s.reads {
		here := false
		c.mem.mapCells(call, []*location{l}, func(l *location) { here = here || l.find() == c.cell })
		if here && !c.givesMade(call, way, s.mem, l) && !c.u.covers(s.mem, c.u.Lower(fn).Body, l, c.open) {
			c.unknown = true
		}
	}
}

// same reports whether the element that is read is written too, whenever it is read: before, or afterwards where nothing leads away.
func (c *cover) same(w, read visit) bool {
	part := wholeIn(read.place, w.place)
	if !c.keepsAddress(w.place) {
		return false
	}
	if !ast.Equal(w.place, part) {
		return c.sameRange(w, visit{part, read.way})
	}
	last := w.way[len(w.way)-1]
	i := slices.IndexFunc(read.way, func(s step) bool { return s.block == last.block })
	if i < 0 {
		return false
	}
	at := read.way[i].n
	switch {
	case at > last.n:
		return c.steady(w.place, last.block.Stmts[last.n+1:at+1])
	case at < last.n:
		between := last.block.Stmts[max(at, 0):last.n]
		return c.steady(w.place, between) && !leaves(&ast.Block{Stmts: between})
	}
	return i == len(read.way)-1
}

// sameRange reports whether the element that is read is one of those that another loop writes, which counts as that of the read does, and is
// run whenever that is: before it or behind.
func (c *cover) sameRange(w, read visit) bool {
	to, ok := w.place.(*ast.Index)
	from, isIndex := read.place.(*ast.Index)
	if !ok || !isIndex || len(w.way) < 2 || !ast.Equal(to.X, from.X) {
		return false
	}
	around := w.way[len(w.way)-2]
	i := slices.IndexFunc(read.way, func(s step) bool { return s.block == around.block })
	if i < 0 || read.way[i].n == around.n {
		return false
	}
	at := read.way[i].n
	writing, reading := around.block.Stmts[around.n], around.block.Stmts[at]
	v, lo, hi := countsUp(writing)
	u, from0, to0 := countsUp(reading)
	g, isRange := reading.(*ast.Range)
	inHeader := isRange && g.Value != nil && ast.Equal(from, elementOf(g))
	if hi == nil || !ast.Equal(lo, from0) || !ast.Equal(hi, to0) || !isCounter(to.I, v) || !inHeader && !isCounter(from.I, u) || leaves(ast.Blocks(writing)[0]) {
		return false
	}
	between := around.block.Stmts[min(at, around.n) : max(at, around.n)+1]
	for _, e := range []ast.Expr{to.X, lo, hi} {
		if !c.steady(e, between) || !c.keepsAddress(&ast.Deref{X: e}) {
			return false
		}
	}
	return at > around.n || !leaves(&ast.Block{Stmts: between})
}

// isCounter reports whether an index is a counter, if there is one.
func isCounter(e ast.Expr, v *ast.Var) bool { return v != nil && isRefTo(v)(e) }

// countsUp returns from what to below what a loop counts by one, and the counter if it has one; or nothing where it does something else.
func countsUp(loop ast.Stmt) (v *ast.Var, lo, hi ast.Expr) {
	switch s := loop.(type) {
	case *ast.Range:
		if r, ok := s.Key.(*ast.Ref); ok && s.Define && !assigns(s.Body, r.Var) {
			v = r.Var
		}
		if elemType(s.X.Type()) == nil {
			return v, intNumber(0), s.X
		}
		return v, intNumber(0), length(s.X)
	case *ast.For:
		if c := counter(s); c != nil && c.step == 1 && c.op == token.LSS {
			return c.v, c.lo, c.hi
		}
	}
	return nil, nil, nil
}

// steady reports whether statements assign to no variable that a place names, in which address or index it is.
func (c *cover) steady(place ast.Expr, list []ast.Stmt) bool {
	ok := true
	ast.Walk(place, func(e ast.Expr) bool {
		if r, isRef := e.(*ast.Ref); isRef {
			ok = ok && !c.taken[r.Var] && !slices.ContainsFunc(list, func(s ast.Stmt) bool {
				return assigns(&ast.Block{Stmts: []ast.Stmt{s}}, r.Var)
			})
		}
		return ok
	})
	return ok
}

// keepsAddress reports whether nothing that decides where a place is lies in memory that the statements write.
func (c *cover) keepsAddress(place ast.Expr) bool {
	ok := true
	c.mem.readsOfAddress(place, func(l *location) { ok = ok && !c.written[l.find()] })
	return ok
}

// writtenIn returns the cells in memory that statements write.
func (m *memory) writtenIn(b *ast.Block) map[*location]bool {
	written := map[*location]bool{}
	see := func(l *location) { written[l.find()] = true }
	ast.Inspect(b, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if _, isVar := e.(*ast.Ref); assigned && !isVar && isPlace(e) {
				m.cellsIn(m.place(e), see)
			}
			m.callWrites(e, see)
		})
		return true
	})
	return written
}
