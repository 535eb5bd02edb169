package transform

import (
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Memory that a goroutine makes.
//
// What a goroutine reads of memory that it has made itself is its own, whoever comes to see it behind Wait:
//
//	wg.Go(func() {
//		v := feature(x[i])
//		rows[i] = v
//		score[i] = norm(v)               // no other goroutine has v
//		scale(rows[i], score[i])         // which this one has just put there
//	})
//
// A variable holds such memory only, or nil, if all that is assigned to it or to a part of it is made where that stands, by make, append to
// the like, a literal or a call of a function that returns it.

// A maker asks whether memory is made by the statements of a cover.
type maker struct {
	*cover
	vars  []*ast.Var  // it is being asked of what these hold: that they hold each other's memory makes no difference
	cells []*location // it is being asked of what is stored in these
}

// holdsMade reports whether all memory that a variable, which the statements declare, refers to itself is made by them.
func (c maker) holdsMade(v *ast.Var) bool {
	if slices.Contains(c.vars, v) {
		return true
	}
	if c.taken[v] || !declaresWithin(c.body, v) {
		return false
	}
	c.vars = append(slices.Clip(c.vars), v)
	ok := true
	c.eachStore(c.body, nil, func(place, value ast.Expr, i int, way []step) {
		if ok && ast.RootVar(place) == v && hasRefs(place.Type()) {
			ok = value != nil && c.makes(value, i, way)
		}
	})
	return ok
}

// declaresWithin reports whether a statement in a block declares a variable.
func declaresWithin(b *ast.Block, v *ast.Var) bool {
	found := false
	ast.Inspect(b, func(s ast.Stmt) bool {
		found = found || slices.Contains(ast.Defined(s), v)
		return !found
	})
	return found
}

// eachStore calls f for each place that statements assign to, with the value, or the call with several results of which the one with the number
// i is; it is nil if that is neither. Way is that to the block.
func (c *cover) eachStore(b *ast.Block, way []step, f func(place, value ast.Expr, i int, way []step)) {
	for n, s := range b.Stmts {
		way := append(slices.Clip(way), step{b, n})
		lhs, rhs := sides(s)
		for i, l := range lhs {
			if l != nil && len(rhs) > 0 { // else it is declared without a value
				f(l, rhs[min(i, len(rhs)-1)], i, way)
			}
		}
		switch s := s.(type) {
		case *ast.Range:
			for _, l := range []ast.Expr{s.Key, s.Value} {
				if l != nil {
					f(l, nil, 0, way)
				}
			}
		case *ast.For:
			c.eachStore(&ast.Block{Stmts: stmtsOf(s.Init, s.Post)}, way, f)
		case *ast.If:
			c.eachStore(&ast.Block{Stmts: stmtsOf(s.Init)}, way, f)
		}
		for _, inner := range ast.Blocks(s) {
			c.eachStore(inner, way, f)
		}
	}
}

// stmtsOf returns those of some statements that there are.
func stmtsOf(list ...ast.Stmt) []ast.Stmt {
	return slices.DeleteFunc(list, func(s ast.Stmt) bool { return s == nil })
}

// makes reports whether the memory that a value refers to itself is made by the statements, given the way to the one that it is in. Of a call with
// several results it is the one with the number i.
func (c maker) makes(e ast.Expr, i int, way []step) bool {
	if _, several := e.Type().(*types.Tuple); !several && (!hasRefs(e.Type()) && !leadsToInterface(e.Type()) || isNil(e)) {
		return true
	}
	switch e := e.(type) {
	case *ast.Call:
		switch {
		case e.Fun.Builtin == "make" || e.Fun.Builtin == "new":
			return true
		case e.Fun.Builtin == "append":
			return c.makes(e.Args[0], 0, way)
		}
		of := c.mem.origin(e)
		return of.Fun.Fn != nil && c.u.returnsMade(of.Fun.Fn, i)
	case *ast.Composite:
		if !isStruct(e.T) && !isArray(e.T) {
			return true
		}
		return !slices.ContainsFunc(e.Elems, func(x ast.Elem) bool { return !c.makes(x.Value, 0, way) })
	case *ast.Addr:
		_, literal := e.X.(*ast.Composite)
		return literal
	case *ast.Slice:
		return !isArray(e.X.Type()) && c.makes(e.X, 0, way)
	case *ast.Convert:
		return !types.IsInterface(e.T) && c.makes(e.X, 0, way)
	}
	if root := ast.RootVar(e); root != nil {
		return c.holdsMade(root)
	}
	return isPlace(e) && c.storesMade(visit{e, way})
}

// returnsMade reports whether all memory that a result of a function refers to itself is made by the function, and nothing that was there
// before leads to it.
func (u *Unit) returnsMade(fn *types.Func, i int) bool {
	s := u.summary(fn)
	if s == nil || u.Lower(fn) == nil || i >= len(s.mem.fn.Results) {
		return false
	}
	m := s.mem
	before, global, ok := m.outer(), m.globalCells(), true
	m.cellsIn(m.variable(m.fn.Results[i]), func(l *location) {
		if refers(l.typ) {
			m.cellsIn(m.targetOf(l), func(c *location) { ok = ok && !before[c.find()] && !global[c.find()] })
		}
	})
	return ok
}

// ofMade reports whether a place that is read lies in memory that the statements have made before.
func (c *cover) ofMade(read visit) bool {
	base := referenceOf(read.place)
	return base != nil && maker{cover: c}.makes(base, 0, read.way)
}

// referenceOf returns the slice or pointer behind which a place lies, or nil.
func referenceOf(place ast.Expr) ast.Expr {
	switch e := place.(type) {
	case *ast.Field:
		if ast.Pointee(e.X.Type()) != nil {
			return e.X
		}
		return referenceOf(e.X)
	case *ast.Index:
		if isSlice(e.X.Type()) {
			return e.X
		}
		if isArray(e.X.Type()) {
			return referenceOf(e.X)
		}
	case *ast.Deref:
		return e.X
	}
	return nil
}

// storesMade reports whether what a place in memory refers to is what the statements have stored there before, and have made.
func (c maker) storesMade(read visit) bool {
	cells := c.mem.cells(read.place)
	asked := !slices.ContainsFunc(cells, func(l *location) bool { return !anyOf(c.cells, l) }) // what is there has been stored before what asks
	c.cells = slices.Concat(c.cells, cells)
	touches := func(l *location) bool { return anyOf(cells, l) }
	found, ok := false, true
	c.eachStore(c.body, nil, func(place, value ast.Expr, i int, way []step) {
		if slices.ContainsFunc(c.mem.cells(place), touches) {
			ok = ok && (asked || value != nil && c.makes(value, i, way))
			found = found || c.before(visit{place, way}, read)
		}
	})
	if asked {
		return found
	}
	eachExpr(c.body, func(_ ast.Stmt, e ast.Expr) {
		if call, isCall := e.(*ast.Call); isCall {
			c.mem.callWrites(c.mem.origin(call), func(l *location) { ok = ok && !touches(l) })
		}
	})
	return ok && found
}

// before reports whether the place that is read, or what it is a part of, has been written before, whenever it is read.
func (c *cover) before(w, read visit) bool {
	last := w.way[len(w.way)-1]
	i := slices.IndexFunc(read.way, func(s step) bool { return s.block == last.block })
	return i >= 0 && read.way[i].n > last.n && c.keepsAddress(w.place) && ast.Equal(w.place, wholeIn(read.place, w.place)) &&
		c.steady(w.place, last.block.Stmts[last.n+1:read.way[i].n+1])
}

// wholeIn returns the place that is equal to another and of which a place is a part, or else the whole that it is a part of.
func wholeIn(place, other ast.Expr) ast.Expr {
	for f, ok := place.(*ast.Field); ok && !ast.Equal(other, place) && ast.Pointee(f.X.Type()) == nil; f, ok = place.(*ast.Field) {
		place = f.X
	}
	return place
}

// givesMade reports whether a cell of a callee, which one of a call is in, lies in memory that the statements around the call have made, so far
// as the callee comes to it.
func (c *cover) givesMade(call *ast.Call, way []step, m *memory, l *location) bool {
	is := func(x *location) bool { return x.find() == l.find() }
	for i, v := range m.fn.Inputs() {
		at, behind := false, false // what is behind is not only in what it refers to itself
		m.cellsIn(m.variable(v), func(x *location) {
			if refers(x.typ) {
				m.cellsIn(m.targetOf(x), func(x *location) { at = at || is(x) })
				m.behind(m.targetOf(x), map[*location]bool{}, func(x *location) { behind = behind || is(x) })
			}
		})
		if behind || at && !(maker{cover: c}).makes(call.Args[i], 0, way) {
			return false
		}
	}
	return !m.globalCells()[l.find()]
}

// globalCells returns the cells that package-level variables lead to.
func (m *memory) globalCells() map[*location]bool {
	cells, seen := m.reachedFrom(nil), map[*location]bool{}
	for _, l := range m.globals {
		m.reachable(l, seen, func(c *location) { cells[c.find()] = true })
	}
	return cells
}
