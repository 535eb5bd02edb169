package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// A region is a set of memory that variables of a function may reach: everything behind a slice or pointer
// parameter, or what one allocation made, together with all that assignments mix it with. Regions are found
// by unification (Steensgaard, "Points-to Analysis in Almost Linear Time", POPL 1996). Two regions that stay
// apart share no memory, provided that the arguments of the call do not; the derivative checks that where it
// matters.
type region struct {
	up     *region
	id     int
	inputs map[int]bool // inputs of the function whose memory is in it
	global bool         // memory of a package-level variable
}

func (r *region) find() *region {
	for r.up != nil {
		if r.up.up != nil {
			r.up = r.up.up
		}
		r = r.up
	}
	return r
}

// A cell is what one leaf of a memory location belongs to: a region and, in it, a field of a struct type, or
// the elements of one type where they are in no struct. Two places can be the same memory only if they have a
// cell in common.
type cell struct {
	region *region
	leaf   string
}

// A memory says which memory the expressions of a function reach.
type memory struct {
	fn        *ast.Func
	regions   map[*ast.Var]*region
	addressed map[*ast.Var]bool // variables whose address is taken
	global    *region
	next      int
	callees   func(*types.Func) *summary
}

// newMemory finds the regions of f.
func newMemory(f *ast.Func, callees func(*types.Func) *summary) *memory {
	m := &memory{fn: f, regions: map[*ast.Var]*region{}, addressed: map[*ast.Var]bool{}, callees: callees}
	m.global = m.fresh()
	m.global.global = true
	for i, v := range f.Inputs() {
		if hasRefs(v.Type) {
			r := m.of(v)
			r.inputs[i] = true
		}
	}
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) { m.findAddressed(e) })
		return true
	})
	ast.Inspect(f.Body, func(s ast.Stmt) bool { m.stmt(s); return true })
	return m
}

func (m *memory) findAddressed(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		if a, ok := e.(*ast.Addr); ok {
			if v := rootVar(a.X); v != nil {
				m.addressed[v] = true
			}
		}
		return true
	})
}

// rootVar returns the variable that a place lies in, not behind a pointer or slice, or nil.
func rootVar(e ast.Expr) *ast.Var {
	switch e := e.(type) {
	case *ast.Ref:
		return e.Var
	case *ast.Field:
		if ast.Pointee(e.X.Type()) == nil {
			return rootVar(e.X)
		}
	case *ast.Index:
		if _, ok := e.X.Type().Underlying().(*types.Array); ok {
			return rootVar(e.X)
		}
	case *ast.Past:
		return rootVar(e.X)
	}
	return nil
}

func (m *memory) fresh() *region {
	m.next++
	return &region{id: m.next, inputs: map[int]bool{}}
}

// of returns the region that a variable reaches, or lies in if its address is taken.
func (m *memory) of(v *ast.Var) *region {
	r := m.regions[v]
	if r == nil {
		r = m.fresh()
		m.regions[v] = r
	}
	return r.find()
}

func (m *memory) unify(a, b *region) *region {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	a, b = a.find(), b.find()
	if a == b {
		return a
	}
	if b.id < a.id {
		a, b = b, a
	}
	b.up = a
	for i := range b.inputs {
		a.inputs[i] = true
	}
	a.global = a.global || b.global
	return a
}

// reach returns the region behind the value of e, or nil if there is none.
func (m *memory) reach(e ast.Expr) *region {
	switch e := e.(type) {
	case *ast.Ref:
		if hasRefs(e.Var.Type) {
			return m.of(e.Var)
		}
		return nil
	case *ast.Name:
		if hasRefs(e.T) {
			return m.global.find()
		}
		return nil
	case *ast.Past:
		return m.reach(e.X)
	case *ast.Addr:
		if v := rootVar(e.X); v != nil {
			return m.of(v)
		}
		return m.reach(e.X)
	case *ast.Field, *ast.Index, *ast.Slice, *ast.Deref:
		if v := rootVar(e); v != nil && m.addressed[v] {
			return m.of(v)
		}
		return m.reach(ast.Operands(e)[0])
	case *ast.Convert:
		return m.reach(e.X)
	case *ast.Composite:
		var r *region
		for _, elem := range e.Elems {
			r = m.unify(r, m.reach(elem.Value))
		}
		return r
	case *ast.Call:
		return m.call(e)
	}
	return nil
}

func (m *memory) call(c *ast.Call) *region {
	switch {
	case c.Fun.Builtin == "append":
		r := m.reach(c.Args[0])
		for _, a := range c.Args[1:] {
			if elem := elemType(c.T); elem != nil && hasRefs(elem) {
				r = m.unify(r, m.reach(a))
			}
		}
		return r
	case c.Fun.Builtin == "copy":
		if elem := elemType(c.Args[0].Type()); elem != nil && hasRefs(elem) {
			m.unify(m.reach(c.Args[0]), m.reach(c.Args[1]))
		}
		return nil
	case c.Fun.Builtin != "":
		return nil
	case c.Fun.Fn != nil:
		return m.userCall(c)
	}
	var r *region
	for _, a := range c.Args {
		r = m.unify(r, m.reach(a))
	}
	return r
}

// userCall mixes the arguments that the callee mixes and returns the region of its results.
func (m *memory) userCall(c *ast.Call) *region {
	s := m.callees(c.Fun.Fn)
	var results *region
	mixed := map[int]*region{}
	for i, a := range callArgs(c) {
		r := m.reach(a)
		if r == nil {
			continue
		}
		if s == nil || s.inResults[i] {
			results = m.unify(results, r)
		}
		if s != nil {
			if g, ok := s.mixed[i]; ok {
				mixed[g] = m.unify(mixed[g], r)
			}
		}
	}
	return results
}

// callArgs returns the argument for each input of a callee; the variadic ones are left as they are.
func callArgs(c *ast.Call) []ast.Expr { return c.Args }

// stmt mixes the regions that a statement mixes.
func (m *memory) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		m.assign(s.Lhs, s.Rhs)
	case *ast.Decl:
		lhs := make([]ast.Expr, len(s.Vars))
		for i, v := range s.Vars {
			lhs[i] = &ast.Ref{Var: v}
		}
		m.assign(lhs, s.Values)
	case *ast.Range:
		if s.Value != nil && hasRefs(s.Value.Type()) {
			m.unify(m.reach(s.Value), m.reach(s.X))
		}
	case *ast.Return:
		for i, e := range s.Results {
			if len(s.Results) == len(m.fn.Results) {
				if r := m.reach(e); r != nil {
					m.unify(m.of(m.fn.Results[i]), r)
				}
			} else if r := m.reach(e); r != nil {
				for _, v := range m.fn.Results {
					m.unify(m.of(v), r)
				}
			}
		}
	case *ast.Do:
		m.reach(s.Call)
	}
}

func (m *memory) assign(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		var r *region
		switch {
		case len(rhs) == len(lhs):
			r = m.reach(rhs[i])
		case len(rhs) == 1:
			r = m.reach(rhs[0])
		}
		if l == nil || r == nil || !hasRefs(l.Type()) {
			continue
		}
		if v := rootVar(l); v != nil {
			m.unify(m.of(v), r)
		} else {
			m.unify(m.reach(l), r)
		}
	}
}

// inMemory reports whether a place lies in memory, not in a variable that only its own name reaches.
func (m *memory) inMemory(e ast.Expr) bool {
	v := rootVar(e)
	return v == nil || m.addressed[v]
}

// place returns the region that a place in memory lies in.
func (m *memory) place(e ast.Expr) *region {
	if v := rootVar(e); v != nil {
		return m.of(v)
	}
	switch e := e.(type) {
	case *ast.Field, *ast.Index, *ast.Deref:
		return m.reach(ast.Operands(e)[0])
	case *ast.Past:
		return m.place(e.X)
	}
	return nil
}

// cells returns the cells of a place in memory: one for each leaf of its type.
func (m *memory) cells(e ast.Expr) []cell {
	r := m.place(e)
	if r == nil {
		return nil
	}
	r = r.find()
	var list []cell
	for _, leaf := range leavesAt(e) {
		list = append(list, cell{r, leaf})
	}
	return list
}

// leavesAt names the leaves of the type of e where they lie: a leaf in a struct is named for the innermost
// struct and its field, so that it has the same name through every pointer that reaches it.
func leavesAt(e ast.Expr) []string {
	t := e.Type()
	if _, ok := t.Underlying().(*types.Struct); ok {
		return leaves(t)
	}
	for {
		switch x := e.(type) {
		case *ast.Field:
			owner := x.X.Type()
			if p := ast.Pointee(owner); p != nil {
				owner = p
			}
			return []string{typeKey(owner) + "." + x.Field.Name()}
		case *ast.Index:
			if _, ok := x.X.Type().Underlying().(*types.Array); ok {
				e = x.X
				if _, ok := x.T.Underlying().(*types.Struct); ok {
					return leaves(x.T)
				}
				continue
			}
			return leaves(x.T)
		case *ast.Past:
			e = x.X
			continue
		}
		return leaves(e.Type())
	}
}

// leaves names the leaves of a type that is the element of a slice or what a pointer points to.
func leaves(t types.Type) []string {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		var list []string
		for f := range u.Fields() {
			if _, nested := f.Type().Underlying().(*types.Struct); nested {
				list = append(list, leaves(f.Type())...)
			} else if a, ok := f.Type().Underlying().(*types.Array); ok && isStruct(innermost(a)) {
				list = append(list, leaves(innermost(a))...)
			} else {
				list = append(list, typeKey(t)+"."+f.Name())
			}
		}
		return list
	case *types.Array:
		return leaves(innermost(u))
	}
	return []string{typeKey(t)}
}

func innermost(a *types.Array) types.Type {
	for {
		inner, ok := a.Elem().Underlying().(*types.Array)
		if !ok {
			return a.Elem()
		}
		a = inner
	}
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

func typeKey(t types.Type) string { return types.TypeString(t, nil) }

// hasRefs reports whether values of type t hold pointers, slices or maps.
func hasRefs(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Pointer, *types.Map:
		return true
	case *types.Array:
		return hasRefs(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
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

// readCells calls f for every cell of memory that evaluating e reads.
func (m *memory) readCells(e ast.Expr, f func(cell)) {
	switch e := e.(type) {
	case nil:
		return
	case *ast.Field, *ast.Index, *ast.Deref:
		if isString(ast.Operands(e)[0].Type()) {
			break
		}
		if m.inMemory(e) {
			for _, c := range m.cells(e) {
				f(c)
			}
		}
		m.readAddress(e, f)
		return
	case *ast.Ref:
		if m.addressed[e.Var] {
			for _, c := range m.cells(e) {
				f(c)
			}
		}
		return
	case *ast.Addr:
		m.readAddress(e.X, f)
		return
	}
	for _, x := range ast.Operands(e) {
		m.readCells(x, f)
	}
}

// readAddress is readCells for what finding the place e reads, without e itself.
func (m *memory) readAddress(e ast.Expr, f func(cell)) {
	switch e := e.(type) {
	case *ast.Ref:
		return
	case *ast.Field:
		if ast.Pointee(e.X.Type()) == nil {
			m.readAddress(e.X, f)
			return
		}
	case *ast.Index:
		m.readCells(e.I, f)
		if _, ok := e.X.Type().Underlying().(*types.Array); ok {
			m.readAddress(e.X, f)
			return
		}
		m.readCells(e.X, f)
		return
	case *ast.Past:
		m.readAddress(e.X, f)
		return
	}
	for _, x := range ast.Operands(e) {
		m.readCells(x, f)
	}
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// writes calls f for what a statement itself writes, without the statements below it: a variable, or cells of
// memory.
func (m *memory) writes(s ast.Stmt, variable func(*ast.Var), f func(cell)) {
	place := func(e ast.Expr) {
		if v := rootVar(e); v != nil && !m.addressed[v] {
			variable(v)
			return
		}
		for _, c := range m.cells(e) {
			f(c)
		}
	}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if assigned {
			place(e)
			return
		}
		m.callWrites(e, f)
	})
	if d, ok := s.(*ast.Decl); ok {
		for _, v := range d.Vars {
			place(&ast.Ref{Var: v})
		}
	}
}

// callWrites calls f for every cell that the calls in e write.
func (m *memory) callWrites(e ast.Expr, f func(cell)) {
	ast.Walk(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		if !ok {
			return true
		}
		switch {
		case c.Fun.Builtin == "copy" || c.Fun.Builtin == "append":
			if r := m.reach(c.Args[0]); r != nil {
				for _, leaf := range leaves(elemType(c.Args[0].Type())) {
					f(cell{r.find(), leaf})
				}
			}
		case c.Fun.Fn != nil:
			s := m.callees(c.Fun.Fn)
			if s == nil {
				return true
			}
			for i, a := range callArgs(c) {
				r := m.reach(a)
				for _, leaf := range s.writes[i] {
					if r != nil {
						f(cell{r.find(), leaf})
					}
				}
			}
		}
		return true
	})
}

// compound reports whether op is a compound assignment such as +=, and the operator in it.
func compound(op token.Token) (token.Token, bool) {
	if op >= token.ADD_ASSIGN && op <= token.AND_NOT_ASSIGN {
		return op + (token.ADD - token.ADD_ASSIGN), true
	}
	return op, false
}
