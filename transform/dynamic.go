package transform

import (
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// What interfaces hold.
//
// Where an interface is opaque, nobody follows what it holds from one variable to the next. So all memory of one type that a function, or one
// that it calls, takes out of such interfaces is one, with that which it puts into them, and with that of its inputs:
//
//	n := 2
//	var a any = &n
//	*a.(*int) = 5     // writes n

// A dynamic is what a function, or those that call each other with it, takes out of opaque interfaces and puts into them, by type.
type dynamic struct {
	taken map[string]*location
	put   map[string][]*location
}

func newDynamic() *dynamic { return &dynamic{map[string]*location{}, map[string][]*location{}} }

// opensTo reports whether values of type t are interfaces of which nobody follows what they hold.
func opensTo(t types.Type) bool { return t != nil && types.IsInterface(t) && !ast.IsBoxed(t) }

// takeOut notes that a value that leads to memory is taken out of an interface.
func (m *memory) takeOut(v *location) {
	if !hasRefs(v.typ) {
		return
	}
	key := typeKey(v.typ)
	if l := m.dyn.taken[key]; l != nil {
		m.mix(l, v)
		return
	}
	m.dyn.taken[key] = v
}

// putIn notes that the value of e is put into an interface.
func (m *memory) putIn(e ast.Expr) {
	if c, ok := e.(*ast.Convert); ok && types.IsInterface(c.T) {
		e = c.X
	}
	if isNil(e) || types.IsInterface(e.Type()) || !hasRefs(e.Type()) {
		return
	}
	if !refers(e.Type()) {
		m.putValue(m.place(e))
		return
	}
	if to := m.reach(e); to != nil {
		v := m.fresh(e.Type())
		v.target = to
		m.putValue(v)
	}
}

func (m *memory) putValue(v *location) {
	key := typeKey(v.typ)
	if !slices.ContainsFunc(m.dyn.put[key], func(l *location) bool { return l.find() == v.find() }) {
		m.dyn.put[key] = append(m.dyn.put[key], v)
	}
}

// bring brings along what a callee takes out of interfaces and puts into them; take takes its locations into this graph.
func (m *memory) bring(callee *memory, take func(*location) *location) {
	if callee.dyn == m.dyn {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(callee.dyn.taken)) {
		m.takeOut(take(callee.dyn.taken[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(callee.dyn.put)) {
		for _, l := range callee.dyn.put[key] {
			m.putValue(take(l))
		}
	}
}

// behindInterfaces calls f for the cells, of those that hold no floats, that lie behind what has been put into interfaces, or taken out of
// some, and has the methods of one of these: their methods may write there. What belongs to package-level variables they leave alone.
func (m *memory) behindInterfaces(asked []types.Type, f func(*location)) {
	if len(asked) == 0 {
		return
	}
	seen := map[*location]bool{}
	see := func(v *location) {
		has := func(t types.Type) bool { return types.Implements(v.typ, t.Underlying().(*types.Interface)) }
		if slices.ContainsFunc(asked, has) {
			m.behind(v, seen, func(c *location) {
				if !ast.IsFloat(c.typ) && !c.find().global {
					f(c)
				}
			})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.dyn.put)) {
		for _, v := range m.dyn.put[key] {
			see(v)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.dyn.taken)) {
		see(m.dyn.taken[key])
	}
}

// asks returns the opaque interfaces of which a call calls a method, or comes to.
func (u *Unit) asks(fn *types.Func) []types.Type {
	if s := u.summaries[fn]; s != nil {
		return s.asks
	}
	if recv := fn.Signature().Recv(); recv != nil && opensTo(recv.Type()) && fn.Pkg() != nil {
		return []types.Type{recv.Type()}
	}
	return nil
}

// settle makes one of what is taken out of interfaces and what is put there, or lies behind the inputs and may be.
func (m *memory) settle() {
	for _, key := range slices.Sorted(maps.Keys(m.dyn.taken)) {
		l := m.dyn.taken[key]
		for _, p := range m.dyn.put[key] {
			m.mix(l, p)
		}
		if !refers(l.typ) || ast.Carries(l.typ) {
			continue // floats there are refused, or are nobody else's: see opened
		}
		var same []*location
		for _, v := range m.fn.Inputs() {
			m.behind(m.variable(v), map[*location]bool{}, func(c *location) {
				if refers(c.typ) && types.Identical(c.typ, l.typ) {
					same = append(same, c)
				}
			})
			if types.Identical(v.Type, l.typ) {
				same = append(same, m.variable(v))
			}
		}
		for _, c := range same {
			m.unify(m.targetOf(l), m.targetOf(c))
		}
	}
}
