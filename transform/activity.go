package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// An activity says which cells of a function matter for a derivative: those that are varied (they depend on what is differentiated
// with respect to) and useful (something that is returned or left behind depends on them). See Griewank & Walther, Evaluating
// Derivatives, §6.2.
//
// It is flow-insensitive; what is overwritten before anybody reads it has the adjoint zero, which the simplifier sees.
type activity struct {
	mem    *memory
	unit   *Unit
	flows  map[*location][]*location // from what a value depends on to what depends on it
	varied map[*location]bool
	useful map[*location]bool

	dependent   map[ast.Expr]bool // see depends
	dependentAt int
}

// newFlows finds out what depends on what in a function.
func newFlows(u *Unit, m *memory) *activity {
	a := &activity{mem: m, unit: u, flows: map[*location][]*location{}, dependent: map[ast.Expr]bool{}}
	ast.Inspect(m.fn.Body, func(s ast.Stmt) bool { a.stmt(s); return true })
	return a
}

// matters says for each input of a function whether something that it returns, or leaves in memory that it writes, depends on it.
func (a *activity) matters(writes []*location, shared map[*location]bool) []bool {
	m := a.mem
	var ends []*location
	for _, l := range writes {
		if shared[l.find()] {
			ends = append(ends, a.stored(l)...)
		}
	}
	for _, v := range m.fn.Results {
		ends = append(ends, a.floats(m.variable(v), true)...)
	}
	useful := reachable(reversed(a.flows), ends)
	var list []bool
	for _, v := range m.fn.Inputs() {
		list = append(list, slices.ContainsFunc(a.floats(m.variable(v), true), func(l *location) bool { return useful[l] }))
	}
	return list
}

// filled returns the cells among those given that a value of the function flows into. Beside those that it writes, they are of memory
// that it makes and that may be one with the caller's, as far as is known of both.
func (a *activity) filled(among map[*location]bool) []*location {
	var list []*location
	for _, to := range a.flows {
		for _, l := range to {
			if among[l] {
				list = append(list, l)
			}
		}
	}
	slices.SortFunc(list, func(x, y *location) int { return x.id - y.id })
	return slices.Compact(list)
}

// given returns the arguments of a call that its derivative can come from.
func (a *activity) given(c *ast.Call) []ast.Expr {
	if c.Fun.Fn == nil || a.unit.isRuled(c.Fun.Fn, a.mem.fn.Pkg) || a.unit.Rules.has(c.Fun) {
		return c.Args
	}
	s := a.unit.summary(c.Fun.Fn)
	if s == nil {
		return c.Args
	}
	var list []ast.Expr
	for i, x := range c.Args {
		if n := len(s.matters); n > 0 && s.matters[min(i, n-1)] {
			list = append(list, x)
		}
	}
	return list
}

// newActivity analyses f. Varied are the inputs in and the cells that a caller knows to be active; useful are the results in out and
// the memory behind the inputs in leaves; but neither are the cells that the caller knows to be passive.
func newActivity(u *Unit, m *memory, in, out, leaves []bool, at callSite) *activity {
	not := map[*location]bool{}
	for _, p := range at.passive {
		not[m.at(p)] = true
	}
	a := newFlows(u, m)
	var seeds, ends []*location
	for _, p := range at.active {
		seeds = append(seeds, m.at(p))
	}
	for i, v := range m.fn.Inputs() {
		if in[i] {
			// What the input is itself is no memory of the caller's, although the function may let a pointer that it is given lead to it.
			seeds = append(seeds, a.floats(m.variable(v), false)...)
			seeds = append(seeds, without(a.floats(m.variable(v), true), not)...)
		}
		if leaves[i] {
			m.behind(m.variable(v), map[*location]bool{}, func(l *location) {
				if ast.IsFloat(l.typ) && !not[l] {
					ends = append(ends, l)
				}
			})
		}
	}
	for i, v := range m.fn.Results {
		if out[i] {
			ends = append(ends, a.floats(m.variable(v), true)...)
		}
	}
	a.varied = reachable(a.flows, seeds)
	a.useful = reachable(reversed(a.flows), ends)
	return a
}

func without(list []*location, not map[*location]bool) []*location {
	return slices.DeleteFunc(list, func(l *location) bool { return not[l] })
}

func reachable(edges map[*location][]*location, from []*location) map[*location]bool {
	seen := map[*location]bool{}
	for len(from) > 0 {
		n := from[len(from)-1]
		from = from[:len(from)-1]
		if !seen[n] {
			seen[n] = true
			from = append(from, edges[n]...)
		}
	}
	return seen
}

func reversed(edges map[*location][]*location) map[*location][]*location {
	out := map[*location][]*location{}
	for from, list := range edges {
		for _, to := range list {
			out[to] = append(out[to], from)
		}
	}
	return out
}

// floats returns the cells of a location that are floats and, if through is set, those that it leads to.
func (a *activity) floats(l *location, through bool) []*location {
	var list []*location
	add := func(c *location) {
		if ast.IsFloat(c.typ) {
			list = append(list, c)
		}
	}
	a.mem.cellsIn(l, add)
	if through {
		a.mem.behind(l, map[*location]bool{}, add)
	}
	return list
}

// sources returns the cells that the derivative of e comes from.
func (a *activity) sources(e ast.Expr) []*location {
	switch e := e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		if !ast.Carries(e.Type()) {
			return nil
		}
		list := a.floats(a.mem.place(e), true)
		if lit := wholeLiteral(e); lit != nil {
			list = append(slices.Clone(list), a.sources(lit)...)
		}
		return list
	case *ast.Addr, *ast.Slice:
		var list []*location
		if t := a.mem.reach(e); t != nil && ast.Carries(e.Type()) {
			list = a.floats(t, true)
		}
		if lit := literal(e); lit != nil {
			list = append(slices.Clone(list), a.sources(lit)...)
		}
		return list
	}
	return a.sourcesOf(a.carriers(e))
}

// wholeLiteral returns the literal that a place is a part of, or nil.
func wholeLiteral(e ast.Expr) *ast.Composite {
	for isPlace(e) {
		operands := ast.Operands(e)
		if len(operands) == 0 {
			return nil
		}
		e = operands[0]
	}
	return literal(e)
}

func (a *activity) sourcesOf(list []ast.Expr) []*location {
	var out []*location
	for _, x := range list {
		out = append(out, a.sources(x)...)
	}
	return out
}

// carriers returns the operands of e that its derivative comes from, where e is no path.
func (a *activity) carriers(e ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.Past:
		return []ast.Expr{e.X}
	case *ast.Unary:
		return []ast.Expr{e.X}
	case *ast.Binary:
		if ast.IsFloat(e.T) && e.Op != token.SHL && e.Op != token.SHR {
			return []ast.Expr{e.X, e.Y}
		}
	case *ast.Convert:
		if ast.Carries(e.T) {
			return []ast.Expr{e.X}
		}
	case *ast.Composite:
		var list []ast.Expr
		for _, elem := range e.Elems {
			list = append(list, elem.Value)
		}
		return list
	case *ast.Call:
		if isShadowCall(e) {
			return nil // it holds zeros
		}
		if carriesTuple(e.T) && !a.unit.constant(e, a.mem.fn.Pkg) {
			return a.given(e)
		}
	}
	return nil
}

// carriesTuple is ast.Carries for the type of a call.
func carriesTuple(t types.Type) bool {
	if tuple, ok := t.(*types.Tuple); ok {
		for v := range tuple.Variables() {
			if ast.Carries(v.Type()) {
				return true
			}
		}
		return false
	}
	return ast.Carries(t)
}

func (a *activity) flow(from, to []*location) {
	for _, f := range from {
		for _, t := range to {
			if f != t {
				a.flows[f] = append(a.flows[f], t)
			}
		}
	}
}

// put notes that the value of e is put into a location. What it leads to needs no flow: it is one location already.
func (a *activity) put(l *location, e ast.Expr) {
	if !ast.Carries(l.find().typ) {
		return
	}
	switch x := e.(type) {
	case nil:
		return
	case *ast.Convert:
		if !ast.IsFloat(l.find().typ) {
			a.put(l, x.X)
			return
		}
	case *ast.Composite:
		for _, elem := range x.Elems {
			switch {
			case elem.Field != nil:
				a.put(a.mem.part(l, fieldIndex(x.T, elem.Field)), elem.Value)
			case refers(x.T):
				a.put(a.mem.targetOf(l), elem.Value)
			default:
				a.put(a.mem.part(l, 0), elem.Value)
			}
		}
		return
	case *ast.Addr:
		if lit, ok := x.X.(*ast.Composite); ok {
			a.put(a.mem.targetOf(l), lit)
			return
		}
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		a.copyParts(l, a.mem.place(e))
		return
	case *ast.Call:
		a.flow(a.sources(e), a.filledBy(x, a.floats(l, true)))
		return
	}
	a.flow(a.sources(e), a.floats(l, false))
}

// filledBy returns those of the cells that the results of a call lead to which may depend on its arguments: not those of package-level
// variables.
func (a *activity) filledBy(c *ast.Call, list []*location) []*location {
	taken := a.mem.taken[c]
	if taken == nil {
		return list
	}
	global, other := map[*location]bool{}, map[*location]bool{}
	m := a.unit.summary(c.Fun.Fn).mem
	for _, v := range m.fn.Results {
		m.behind(m.variable(v), map[*location]bool{}, func(l *location) {
			if here := taken[l.find()]; here != nil {
				set := other
				if l.find().global {
					set = global
				}
				set[here.find()] = true
			}
		})
	}
	return slices.DeleteFunc(list, func(l *location) bool { return global[l.find()] && !other[l.find()] })
}

// copyParts notes that the value at a location is copied to another of the same type, part by part.
func (a *activity) copyParts(to, from *location) {
	to, from = to.find(), from.find()
	switch u := to.typ.Underlying().(type) {
	case *types.Struct:
		for i := range namedFields(u) {
			a.copyParts(a.mem.part(to, i), a.mem.part(from, i))
		}
	case *types.Array:
		a.copyParts(a.mem.part(to, 0), a.mem.part(from, 0))
	case *types.Basic:
		a.flow(a.floats(from, false), a.floats(to, false))
	}
}

func (a *activity) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		a.assign(s.Lhs, s.Rhs)
	case *ast.Decl:
		a.assign(ast.Refs(s.Vars), s.Values)
	case *ast.Range:
		if elem := elemType(s.X.Type()); elem != nil && s.Value != nil {
			a.put(a.mem.place(s.Value), &ast.Index{X: s.X, T: elem})
		}
	case *ast.Return:
		a.assign(ast.Refs(a.mem.fn.Results), s.Results)
	}
	ast.Exprs(s, func(e ast.Expr, _ bool) { a.calls(e) })
}

func (a *activity) assign(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		switch {
		case l == nil || len(rhs) == 0:
		case len(rhs) == len(lhs):
			a.put(a.mem.place(l), rhs[i])
		case ast.Carries(l.Type()):
			to := a.floats(a.mem.place(l), true)
			if c, ok := rhs[0].(*ast.Call); ok {
				to = a.filledBy(c, to)
			}
			a.flow(a.sources(rhs[0]), to)
		}
	}
}

// calls adds the flows into memory that calls write.
func (a *activity) calls(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		if lit, ok := e.(*ast.Composite); ok {
			a.put(a.mem.values(e)[0], lit)
		}
		c, ok := e.(*ast.Call)
		if !ok {
			return true
		}
		if _, several := c.T.(*types.Tuple); !several && !ast.IsFloat(c.T) && ast.Carries(c.T) {
			a.put(a.mem.values(e)[0], c) // a part of it may be selected
		}
		switch {
		case c.Fun.Builtin == "copy":
			if dst, src := a.mem.reach(c.Args[0]), a.mem.reach(c.Args[1]); dst != nil && src != nil {
				a.copyParts(dst, src)
			}
		case c.Fun.Builtin == "append":
			a.appended(c)
		case c.Late: // for panics
		case c.Fun.Fn != nil && a.unit.looksInto(c.Fun.Fn, a.mem.fn.Pkg):
			from := a.sourcesOf(a.given(c))
			constant, given := a.unit.constant(c, a.mem.fn.Pkg), a.mem.given(c)
			into := func(l *location) {
				if !constant || given[l.find()] {
					a.flow(from, a.stored(l))
				}
			}
			sum := a.unit.summary(c.Fun.Fn)
			a.mem.mapCells(c, sum.writes, into)
			a.mem.mapCells(c, sum.fills, into)
		case c.Fun.Fn != nil && a.unit.isRuled(c.Fun.Fn, a.mem.fn.Pkg):
			from := a.sourcesOf(c.Args)
			a.mem.written(c, func(l *location) { a.flow(from, a.stored(l)) })
		}
		return true
	})
}

// stored returns the floats that are written where a cell is: itself or, where it is a link, those of the memory that is linked, which
// may be new.
func (a *activity) stored(l *location) []*location {
	if l = l.find(); !ast.Carries(l.typ) {
		return nil
	}
	return a.floats(l, true)
}

func (a *activity) appended(c *ast.Call) {
	to := a.mem.targetOf(a.mem.values(c)[0])
	for _, x := range c.Args[1:] {
		if !c.Spread {
			a.put(to, x)
		} else if from := a.mem.reach(x); from != nil {
			a.copyParts(to, from)
		}
	}
}

func (a *activity) active(l *location) bool {
	l = l.find()
	return a.varied[l] && a.useful[l]
}

// any reports whether one of the cells is active.
func (a *activity) any(list []*location) bool {
	for _, l := range list {
		if a.active(l) {
			return true
		}
	}
	return false
}

// place reports whether the value at a place, or what it leads to, is active.
func (a *activity) place(e ast.Expr) bool {
	return ast.Carries(e.Type()) && a.any(a.floats(a.mem.place(e), true))
}

// depends reports whether the derivative of e can be other than zero. What is found of an expression is kept, since it is asked of the
// expressions around it too.
func (a *activity) depends(e ast.Expr) bool {
	list := a.carriers(e)
	if list == nil {
		return a.any(a.sources(e))
	}
	if a.dependentAt != a.mem.unions {
		clear(a.dependent)
		a.dependentAt = a.mem.unions
	}
	d, known := a.dependent[e]
	if !known {
		d = slices.ContainsFunc(list, a.depends)
		a.dependent[e] = d
	}
	return d
}
