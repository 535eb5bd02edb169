package transform

import (
	"go/token"
	"go/types"
	"iter"
	"slices"

	"github.com/godiff/godiff/ast"
)

// What statements and expressions read and write, in cells: locations without parts.

// cellsIn calls f for the cells of a location.
func (m *memory) cellsIn(l *location, f func(*location)) {
	l = l.find()
	switch u := l.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			m.cellsIn(m.part(l, i), f)
		}
	case *types.Array:
		m.cellsIn(m.part(l, 0), f)
	default:
		f(l)
	}
}

// cells returns the cells of a place.
func (m *memory) cells(e ast.Expr) []*location {
	var list []*location
	m.cellsIn(m.place(e), func(l *location) { list = append(list, l) })
	return list
}

// inMemory reports whether others than the variable that it names may reach a place.
func (m *memory) inMemory(e ast.Expr) bool {
	v := ast.RootVar(e)
	return v == nil || m.addressed(v)
}

// reads calls f for every cell that evaluating e reads.
func (m *memory) reads(e ast.Expr, f func(*location)) {
	switch x := e.(type) {
	case nil, *ast.Lit:
		return
	case *ast.Name:
		if _, ok := x.Obj.(*types.Var); ok {
			m.cellsIn(m.place(e), f)
		}
		return
	case *ast.Ref:
		m.cellsIn(m.variable(x.Var), f)
		return
	case *ast.Field, *ast.Index, *ast.Deref:
		operand := ast.Operands(e)[0]
		if isString(operand.Type()) {
			break
		}
		m.cellsIn(m.place(e), f)
		m.readsOfAddress(e, f)
		return
	case *ast.Addr:
		if isPlace(x.X) {
			m.readsOfAddress(x.X, f)
			return
		}
	case *ast.Slice:
		if isArray(x.X.Type()) {
			m.readsOfAddress(x.X, f)
			for _, i := range []ast.Expr{x.Lo, x.Hi, x.Max} {
				m.reads(i, f)
			}
			return
		}
	case *ast.Call:
		m.callReads(x, f)
	}
	for _, x := range ast.Operands(e) {
		m.reads(x, f)
	}
}

// stmtReads calls f for every cell that a statement itself reads, without the statements below it.
func (m *memory) stmtReads(s ast.Stmt, f func(*location)) {
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if assigned {
			m.readsOfAddress(e, f)
		} else {
			m.reads(e, f)
		}
	})
	if r, ok := s.(*ast.Range); ok && r.Value != nil && elemType(r.X.Type()) != nil {
		m.cellsIn(m.place(&ast.Index{X: r.X, I: intNumber(0), T: elemType(r.X.Type())}), f)
	}
}

// isPlace reports whether e has an address or is a part of something.
func isPlace(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		return true
	}
	return false
}

// readsOfAddress is reads for what finding the place e reads, without e itself.
func (m *memory) readsOfAddress(e ast.Expr, f func(*location)) {
	switch x := e.(type) {
	case *ast.Ref, *ast.Name:
		return
	case *ast.Field:
		if ast.Pointee(x.X.Type()) == nil {
			m.readsOfAddress(x.X, f)
			return
		}
	case *ast.Index:
		m.reads(x.I, f)
		if isArray(x.X.Type()) {
			m.readsOfAddress(x.X, f)
			return
		}
		m.reads(x.X, f)
		return
	case *ast.Past:
		m.readsOfAddress(x.X, f)
		return
	}
	for _, x := range ast.Operands(e) {
		m.reads(x, f)
	}
}

// callReads is reads for what a call reads behind its arguments.
func (m *memory) callReads(c *ast.Call, f func(*location)) {
	switch {
	case c.Fun.Builtin == "copy" || c.Fun.Builtin == "append" && c.Spread:
		if src := m.reach(c.Args[1]); src != nil {
			m.cellsIn(src, f)
		}
	case c.Fun.Builtin == ast.MapHas || c.Fun.Builtin == ast.MapCount || c.Fun.Builtin == ast.MapKeys:
		if t := m.reach(c.Args[0]); t != nil {
			m.cellsIn(t, f)
		}
	case isCopyCall(c), c.Fun.Copied == "Pair":
		m.behindArgs(c, f)
	case c.Fun.Fn != nil:
		if s := m.unit.summary(c.Fun.Fn); s != nil {
			m.mapCells(c, s.reads, f)
			return
		}
		m.behindArgs(c, f)
	}
}

// behindArgs calls f for every cell that is reached through the arguments of a call.
func (m *memory) behindArgs(c *ast.Call, f func(*location)) {
	seen := map[*location]bool{}
	for _, x := range c.Args {
		m.behindValue(x, seen, f)
	}
}

// behindValue calls f for every cell that is reached through a value and is not in seen.
func (m *memory) behindValue(x ast.Expr, seen map[*location]bool, f func(*location)) {
	if hasRefs(x.Type()) && !isNil(x) {
		if t := m.reach(x); t != nil {
			m.reachable(t, seen, f)
		} else if !refers(x.Type()) {
			m.behind(m.place(x), seen, f)
		}
	}
}

// given returns the cells that are reached through the arguments of a call.
func (m *memory) given(c *ast.Call) map[*location]bool {
	cells := map[*location]bool{}
	m.behindArgs(c, func(l *location) { cells[l.find()] = true })
	return cells
}

// reachable calls f for the cells of a location and of all that they lead to.
func (m *memory) reachable(l *location, seen map[*location]bool, f func(*location)) {
	if l = l.find(); seen[l] {
		return
	}
	seen[l] = true
	m.cellsIn(l, func(c *location) {
		f(c)
		if refers(c.typ) {
			m.reachable(m.targetOf(c), seen, f)
		}
	})
}

// reachedBy calls f for the cells that are reached through e.
func (m *memory) reachedBy(e ast.Expr, f func(*location)) {
	switch {
	case isNil(e):
	case refers(e.Type()):
		if l := m.reach(e); l != nil {
			m.reachable(l, map[*location]bool{}, f)
		}
	case isPath(e):
		m.behind(m.place(e), map[*location]bool{}, f)
	}
}

// leadsTo reports whether something of a kind is reached through the slices or pointers of a location.
func (m *memory) leadsTo(l *location, kind func(*location) bool) bool {
	found := false
	m.behind(l, map[*location]bool{}, func(c *location) { found = found || kind(c) })
	return found
}

// behind is reachable without the cells of l itself.
func (m *memory) behind(l *location, seen map[*location]bool, f func(*location)) {
	m.cellsIn(l, func(c *location) {
		if refers(c.typ) {
			m.reachable(m.targetOf(c), seen, f)
		}
	})
}

// mapCells calls f for the cells of this graph that cells of the callee of c are in it.
func (m *memory) mapCells(c *ast.Call, cells []*location, f func(*location)) {
	m.mapLocations(c, cells, func(l *location) { m.cellsIn(l, f) })
}

// mapLocations calls f for the locations of this graph that those of the callee of c are in it.
func (m *memory) mapLocations(c *ast.Call, list []*location, f func(*location)) {
	c = m.origin(c)
	if m.inSCC[c.Fun.Fn] == nil {
		m.values(c)
	}
	for _, l := range list {
		l = l.find()
		if taken, ok := m.taken[c]; ok {
			if l = taken[l]; l == nil {
				continue // the callee's own
			}
		}
		f(l)
	}
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// writes calls f for every cell that a statement itself writes, without the statements below it.
func (m *memory) writes(s ast.Stmt, f func(*location)) {
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if assigned {
			m.cellsIn(m.place(e), f)
		} else {
			m.callWrites(e, f)
		}
	})
	if d, ok := s.(*ast.Decl); ok {
		for _, v := range d.Vars {
			m.cellsIn(m.variable(v), f)
		}
	}
}

// callWrites calls f for every cell that the calls in e write.
func (m *memory) callWrites(e ast.Expr, f func(*location)) {
	m.eachCall(e, func(c *ast.Call) { m.oneCallWrites(c, f) })
}

// oneCallWrites calls f for every cell that a call writes, but for those in its arguments.
func (m *memory) oneCallWrites(c *ast.Call, f func(*location)) {
	_, changes, _ := ast.IsMapCall(c)
	switch {
	case changes || c.Fun.Builtin == "copy" || c.Fun.Builtin == "append" && len(c.Args) > 1 || c.Fun.Builtin == "clear":
		if dst := m.reach(c.Args[0]); dst != nil {
			m.cellsIn(dst, f)
		}
	case c.Fun.Copied == "CarryOver":
		for _, pair := range carriedPairs(c) {
			m.behindValue(pair[1], map[*location]bool{}, f)
		}
	case c.Fun.Fn != nil:
		m.written(c, f)
	}
}

// written calls f for the cells that a call of a function writes: those of which a rule for it says so, or else its body; or all behind
// its arguments where neither does. But a function with a rule that returns something is then taken to write nothing.
func (m *memory) written(c *ast.Call, f func(*location)) {
	if c.Late {
		return
	}
	fn, u := c.Fun.Fn, m.unit
	writes, sets, says := u.saysWrites(fn, m.fn.Pkg)
	switch s := u.summary(fn); {
	case says:
		n := len(ast.ParamsOf(fn.Signature()))
		for i, x := range c.Args {
			switch i = min(i, n-1); {
			case slices.Contains(writes, i):
				m.behindValue(x, map[*location]bool{}, f)
			case slices.Contains(sets, i):
				m.behindValue(x, map[*location]bool{}, func(l *location) {
					if ast.IsFloat(l.typ) {
						f(l)
					}
				})
			}
		}
	case s != nil:
		m.mapCells(c, s.writes, f)
		m.behindInterfaces(s.asks, f)
	case !u.harmless(fn) && !(u.isRuled(fn, m.fn.Pkg) && fn.Signature().Results().Len() > 0):
		m.behindArgs(c, f)
		m.behindInterfaces(u.asks(fn), f)
	}
}

// appends calls f for the memory that a statement may append to in place.
func (m *memory) appends(s ast.Stmt, f func(*location)) {
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			if x, ok := e.(*ast.Slice); ok && m.extends(x) {
				if dst := m.reach(x.X); dst != nil {
					f(dst)
				}
			}
			return true
		})
		m.eachCall(e, func(c *ast.Call) {
			switch {
			case c.Fun.Builtin == "append" && len(c.Args) > 1:
				if dst := m.reach(c.Args[0]); dst != nil {
					f(dst)
				}
			case c.Fun.Fn != nil && !c.Late && !m.unit.isConstant(c.Fun.Fn, m.fn.Pkg): // of what that appends, shadows hold nothing
				if s := m.unit.summary(c.Fun.Fn); s != nil {
					m.mapCells(c, s.appends, f)
				}
			}
		})
	})
}

// extensions calls f for the memory that a statement may reach beyond the length of a slice.
func (m *memory) extensions(s ast.Stmt, f func(*location)) {
	reach := func(x ast.Expr) {
		if dst := m.reach(x); dst != nil {
			f(dst)
		}
	}
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			switch e := e.(type) {
			case *ast.Slice:
				if isSlice(e.X.Type()) && e.Hi != nil && !withinLength(e.Hi, e.X) {
					reach(e.X)
				}
			case *ast.Call:
				if e.Fun.Builtin == "append" && len(e.Args) > 1 {
					reach(e.Args[0])
				}
			}
			return true
		})
		m.eachCall(e, func(c *ast.Call) {
			if c.Fun.Fn == nil || c.Late {
				return
			}
			if s := m.unit.summary(c.Fun.Fn); s != nil {
				m.mapCells(c, s.extends, f)
			}
		})
	})
}

// withinLength reports whether a bound is at most the length of s: that itself, or a part of it, as in len(s)-1 or len(s)/2.
func withinLength(bound, s ast.Expr) bool {
	if b, ok := bound.(*ast.Binary); ok && (b.Op == token.SUB || b.Op == token.QUO || b.Op == token.SHR) {
		if v, ok := intLit(b.Y); ok && v > 0 {
			bound = b.X
		}
	}
	c, ok := bound.(*ast.Call)
	return ok && c.Fun.Builtin == "len" && ast.Equal(c.Args[0], s)
}

// extends reports whether a slice expression is meant to go beyond the length of a slice: up to its capacity, or to its length and more.
func (m *memory) extends(e *ast.Slice) bool {
	if _, slice := e.X.Type().Underlying().(*types.Slice); !slice || e.Hi == nil {
		return false
	}
	more := false
	var visit func(x ast.Expr)
	visit = func(x ast.Expr) {
		if b, ok := x.(*ast.Binary); ok && b.Op == token.ADD {
			visit(b.X)
			visit(b.Y)
			return
		}
		if _, sum := e.Hi.(*ast.Binary); sum {
			more = more || m.isLengthOf(x, e.X)
		}
	}
	visit(e.Hi)
	return more || ast.Any(e.Hi, func(x ast.Expr) bool {
		c, ok := x.(*ast.Call)
		return ok && c.Fun.Builtin == "cap"
	})
}

// isLengthOf reports whether x is len(s), or a variable that has been given just that.
func (m *memory) isLengthOf(x, s ast.Expr) bool {
	if r, ok := x.(*ast.Ref); ok {
		x = m.onlyValue(r.Var)
	}
	c, ok := x.(*ast.Call)
	return ok && c.Fun.Builtin == "len" && ast.Equal(c.Args[0], s)
}

// onlyValue returns what the one assignment to a variable gives it, or nil if there are several.
func (m *memory) onlyValue(v *ast.Var) ast.Expr {
	if m.only == nil {
		m.only = map[*ast.Var]ast.Expr{}
		seen := map[*ast.Var]bool{}
		ast.Inspect(m.fn.Body, func(s ast.Stmt) bool {
			values := map[*ast.Var]ast.Expr{}
			lhs, rhs := sides(s)
			for i, l := range lhs {
				if r, ok := l.(*ast.Ref); ok && len(lhs) == len(rhs) {
					values[r.Var] = rhs[i]
				}
			}
			ast.Exprs(s, func(e ast.Expr, assigned bool) {
				if r, ok := e.(*ast.Ref); ok && assigned && (values[r.Var] == nil || seen[r.Var]) {
					m.only[r.Var], seen[r.Var] = nil, true
				}
			})
			for v, x := range values {
				if !seen[v] {
					m.only[v], seen[v] = x, true
				}
			}
			return true
		})
	}
	return m.only[v]
}

// eachCall calls f for the calls in e, for a split one with the call that it was made of.
func (m *memory) eachCall(e ast.Expr, f func(*ast.Call)) {
	ast.Walk(e, func(e ast.Expr) bool {
		if c, ok := e.(*ast.Call); ok {
			f(m.origin(c))
		}
		return true
	})
}

// origin returns the call that a split one was made of, and another as it is.
func (m *memory) origin(c *ast.Call) *ast.Call {
	if of := m.calls[c]; of != nil {
		return of
	}
	return c
}

// hasRefs reports whether values of type t hold pointers, slices or maps.
func hasRefs(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Pointer, *types.Map:
		return true
	case *types.Array:
		return hasRefs(u.Elem())
	case *types.Struct:
		for _, f := range namedFields(u) {
			if hasRefs(f.Type()) {
				return true
			}
		}
	case *types.Tuple:
		for v := range u.Variables() {
			if hasRefs(v.Type()) {
				return true
			}
		}
	}
	return false
}

// hasLinks reports whether values of type t have slices, pointers or maps that lead to floats. A shadow has these too; of others, such as the
// id of a struct{ x float64; id *int }, it has none.
func hasLinks(t types.Type) bool {
	s := ast.ShapeOf(t)
	return s == ast.ReferenceLike || s == ast.Mixed
}

// namedFields returns the fields of a struct, without blank ones: these nobody can read.
func namedFields(t *types.Struct) iter.Seq2[int, *types.Var] {
	return func(yield func(int, *types.Var) bool) {
		for i := range t.NumFields() {
			if f := t.Field(i); f.Name() != "_" && !yield(i, f) {
				return
			}
		}
	}
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

func typeKey(t types.Type) string { return types.TypeString(t, nil) }

// elemType returns the element type of a slice or array, or of what a pointer to an array points to, or nil.
func elemType(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Pointer:
		if a, ok := u.Elem().Underlying().(*types.Array); ok {
			return a.Elem()
		}
	}
	return nil
}

// inPlaceOf returns what a compound assignment computes, or nil for another.
func inPlaceOf(s *ast.Assign) *ast.Binary {
	op, ok := compound(s.Op)
	if !ok {
		return nil
	}
	return &ast.Binary{Op: op, X: s.Lhs[0], Y: s.Rhs[0], T: s.Lhs[0].Type()}
}

// compound reports whether op is a compound assignment such as +=, and the operator in it.
func compound(op token.Token) (token.Token, bool) {
	if op >= token.ADD_ASSIGN && op <= token.AND_NOT_ASSIGN {
		return op + (token.ADD - token.ADD_ASSIGN), true
	}
	return op, false
}
