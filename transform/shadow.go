package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Shadows.
//
// A variable that holds slices or pointers through which active floats are reached has a shadow variable beside it, and
// what is done to the one is done to the other in the forward sweep:
//
//	row := w[i]            row, drow := w[i], dw[i]
//	m.next = p             m.next, dm.next = p, dp      (undone in the reverse sweep)
//	h := make([]T, n)      h, dh := make([]T, n), make([]T, n)
//
// So y := x[2:5] has dy := dx[2:5], and two names for one slice have two names for one shadow. A shadow variable is an
// ordinary variable to what follows: it is remembered like any other, or computed again.
//
// The floats of a variable itself, as opposed to those that it reaches, have their adjoints in a variable of the reverse
// sweep and their tangents in one beside the primal.

// A derivation derives one function in one mode.
type derivation struct {
	u         *Unit
	fn        *ast.Func
	mem       *memory
	act       *activity
	at        callSite          // what is known of the inputs
	forward   bool              // forward mode
	secondOf  *ast.Func         // the function whose gradient fn is, where that is derived in turn
	ranBefore bool              // the function has run before with the same inputs, and has not panicked
	addedTo   map[*ast.Var]bool // … and these are inputs that all iterations of a parallel loop only add to
	called    bool              // the derivative is of a callee, and called from others
	returned  *ast.Var          // set where a return leaves a loop
	suffix    string            // of the names of tangents: what they are along, where there are several
	unit      *ast.Var          // an input whose tangent is one

	outlook   *outlook             // what is written when, for calls whose halves lie apart
	mayChange func(*location) bool // of a half of a split function: the cells that its caller may change
	wrt       []bool               // the inputs that are varied

	adjoints map[*ast.Var]*ast.Var // of the floats in a variable: adjoint or tangent
	shadows  map[*ast.Var]*ast.Var // of what a variable reaches
	isShadow map[*ast.Var]bool
	fresh    map[*ast.Var]bool // shadow variables that a make or new of ours fills

	undo      map[ast.Stmt][]ast.Stmt // what takes back a shadow assignment to memory, in the reverse sweep
	grown     map[ast.Stmt]*growth    // of assignments of append
	calls     map[ast.Stmt]*splitNote // of calls whose reverse mode is split
	begin     map[ast.Stmt]ast.Stmt   // of statements with shadow statements before them: the first of these
	remade    map[ast.Stmt]ast.Stmt   // statements that addShadows has made anew
	sets      map[*ast.Var]int        // how often variables are given a value, once counted
	rangeOver map[*ast.Var]ast.Expr   // of the keys of range loops: what they range over

	appended  []*location       // what F may append to: see appendsBehind
	derefs    map[*ast.Var]bool // see derefsAlways
	early     map[*ast.Var]bool // see derefsFirst
	first     map[ast.Stmt]bool // see firstLinks
	slots     map[*ast.Var]bool // slices of remembered values
	kept      []keptNote        // what one loop keeps for another
	histories map[*ast.Var]bool // see isHistory
}

// A growth is what the reverse sweep needs to know of y = append(x, …).
type growth struct {
	n, moved *ast.Var // the length of x, and whether y is new memory
	after    ast.Stmt // after which the shadow of y is set
	clone    bool     // x is empty, and y new memory
}

// isLocal reports whether v is a local variable: neither an input nor a result.
func (d *derivation) isLocal(v *ast.Var) bool {
	for _, p := range d.fn.Inputs() {
		if p == v {
			return false
		}
	}
	for _, r := range d.fn.Results {
		if r == v {
			return false
		}
	}
	return true
}

// adjoint returns the variable that holds the adjoints (or tangents) of the floats in v.
func (d *derivation) adjoint(v *ast.Var) *ast.Var {
	a := d.adjoints[v]
	if a == nil {
		a = ast.NewVar(d.prefix()+v.Name, v.Type)
		d.adjoints[v] = a
	}
	return a
}

// prefix is what the names of adjoints and tangents begin with.
func (d *derivation) prefix() string {
	if d.forward {
		return d.fn.Tangents()
	}
	return "d"
}

// shadow returns the variable whose value is the shadow of what v reaches.
func (d *derivation) shadow(v *ast.Var) *ast.Var {
	s := d.shadows[v]
	if s == nil {
		t := v.Type
		if d.mem.addressed(v) {
			t = types.NewPointer(t)
		}
		s = ast.NewVar(d.prefix()+v.Name, t)
		d.shadows[v] = s
	}
	d.isShadow[s] = true
	return s
}

// reachesActive reports whether the memory that e reaches is active.
func (d *derivation) reachesActive(e ast.Expr) bool {
	if !hasLinks(e.Type()) || isNil(e) {
		return false
	}
	var found bool
	see := func(c *location) { found = found || d.act.active(c) }
	switch {
	case refers(e.Type()):
		if t := d.mem.reach(e); t != nil {
			d.mem.reachable(t, map[*location]bool{}, see)
		}
	case isPath(e):
		d.mem.behind(d.mem.place(e), map[*location]bool{}, see)
	default:
		d.mem.behind(d.mem.values(e)[0], map[*location]bool{}, see)
	}
	return found
}

// holdsActive reports whether floats in e itself are active.
func (d *derivation) holdsActive(e ast.Expr) bool {
	s := ast.ShapeOf(e.Type())
	if s != ast.ValueLike && s != ast.Mixed {
		return false
	}
	if !isPlace(e) {
		return d.act.depends(e)
	}
	return d.act.any(d.act.floats(d.mem.place(e), false))
}

// A reader says how a primal value is read where a shadow expression stands: as it is in the forward sweep, as the past
// value in the reverse sweep.
type reader func(ast.Expr) ast.Expr

func now(e ast.Expr) ast.Expr { return e }

// before returns the reader of the values before s and what addShadows has put in front of it.
func (d *derivation) before(s ast.Stmt) reader {
	if first := d.begin[s]; first != nil {
		s = first
	}
	return ahead(s)
}

// ahead returns the reader of the values before s itself.
func ahead(s ast.Stmt) reader {
	return func(e ast.Expr) ast.Expr {
		if e == nil {
			return nil
		}
		switch e.(type) {
		case *ast.Lit, *ast.Name:
			return e
		}
		return &ast.Past{X: e, At: s}
	}
}

// after returns the reader of the values after s.
func after(s ast.Stmt) reader {
	return func(e ast.Expr) ast.Expr {
		if e == nil {
			return nil
		}
		return &ast.Past{X: e, At: s, After: true}
	}
}

// place returns the place in the shadow of a place that holds floats, or a part of one.
func (d *derivation) place(e ast.Expr, read reader) ast.Expr {
	switch e := e.(type) {
	case *ast.Ref:
		if d.forward {
			return &ast.Ref{Var: d.both(e.Var)}
		}
		if d.mem.addressed(e.Var) {
			return &ast.Deref{X: read(&ast.Ref{Var: d.shadow(e.Var)})}
		}
		return whole(e.Var, d.adjoint(e.Var))
	case *ast.Field:
		if ast.Pointee(e.X.Type()) != nil {
			return d.field(d.value(e.X, read), e.Field, e.Implicit)
		}
		return &ast.Field{X: undereference(d.place(e.X, read)), Field: e.Field, Implicit: e.Implicit}
	case *ast.Index:
		if _, ok := e.X.Type().Underlying().(*types.Array); ok {
			return &ast.Index{X: undereference(d.place(e.X, read)), I: read(e.I), T: e.T}
		}
		return &ast.Index{X: d.value(e.X, read), I: read(e.I), T: e.T}
	case *ast.Deref:
		return &ast.Deref{X: d.value(e.X, read)}
	}
	panic("transform: shadow of a place that is none")
}

// whole is the shadow sv of all of v. A parameter that holds both floats and slices has its shadow behind a pointer.
func whole(v, sv *ast.Var) ast.Expr {
	if p := ast.Pointee(sv.Type); p != nil && types.Identical(p, v.Type) {
		return &ast.Deref{X: &ast.Ref{Var: sv}}
	}
	return &ast.Ref{Var: sv}
}

// undereference leaves the * out where a selection or index does without it.
func undereference(e ast.Expr) ast.Expr {
	if p, ok := e.(*ast.Deref); ok {
		return p.X
	}
	return e
}

// value returns the shadow of a value that reaches memory.
func (d *derivation) value(e ast.Expr, read reader) ast.Expr {
	switch e := e.(type) {
	case *ast.Name, *ast.Lit:
		return e
	case *ast.Slice:
		if isArray(e.X.Type()) {
			return &ast.Slice{X: undereference(d.place(e.X, read)), Lo: read(e.Lo), Hi: read(e.Hi), Max: read(e.Max), T: e.T}
		}
		return &ast.Slice{X: d.value(e.X, read), Lo: read(e.Lo), Hi: read(e.Hi), Max: read(e.Max), T: e.T}
	case *ast.Convert:
		return &ast.Convert{X: d.value(e.X, read), T: e.T}
	case *ast.Addr:
		return d.address(e, read)
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		if v := ast.RootVar(e); v != nil && !d.mem.addressed(v) {
			if _, ref := e.(*ast.Ref); ref {
				return read(whole(v, d.shadow(v)))
			}
			return read(replaceRoot(e, d.shadow(v)))
		}
		return d.place(e, read)
	}
	refuse(token.NoPos, "a value of type %s is not supported here; assign it to a variable first", e.Type())
	return nil
}

func (d *derivation) address(e *ast.Addr, read reader) ast.Expr {
	if r, ok := e.X.(*ast.Ref); ok && d.forward {
		return &ast.Addr{X: &ast.Ref{Var: d.both(r.Var)}, T: e.T}
	} else if ok {
		return read(&ast.Ref{Var: d.shadow(r.Var)})
	}
	return &ast.Addr{X: d.place(e.X, read), T: e.T}
}

// replaceRoot returns the place e with another variable at its root.
func replaceRoot(e ast.Expr, v *ast.Var) ast.Expr {
	switch e := e.(type) {
	case *ast.Ref:
		return &ast.Ref{Var: v}
	case *ast.Field:
		return &ast.Field{X: replaceRoot(e.X, v), Field: e.Field, Implicit: e.Implicit}
	case *ast.Index:
		return &ast.Index{X: replaceRoot(e.X, v), I: e.I, T: e.T}
	}
	panic("transform: a variable at the root of no place")
}

// addShadows adds the statements of the forward sweep that keep the shadows.
func (d *derivation) addShadows(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		list := d.withShadow(s)
		ast.Attribute(others(list, s), ast.Shadowing, s)
		out.Stmts = append(out.Stmts, list...)
	}
	return out
}

func (d *derivation) withShadow(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.Assign:
		return d.shadowAssign(s, s.Lhs, s.Rhs)
	case *ast.Decl:
		return d.shadowDecl(s)
	case *ast.Range:
		return d.shadowRange(s)
	case *ast.Do:
		return d.shadowDo(s)
	case *ast.Block:
		return []ast.Stmt{d.addShadows(s)}
	case *ast.If, *ast.For:
		t := ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return d.addShadows(b) })
		d.remade[s] = t
		return []ast.Stmt{t}
	}
	return []ast.Stmt{s}
}

func (d *derivation) shadowDecl(s *ast.Decl) []ast.Stmt {
	if len(s.Values) > 0 {
		return d.shadowAssign(s, ast.Refs(s.Vars), s.Values)
	}
	out := []ast.Stmt{s}
	for _, v := range s.Vars {
		r := &ast.Ref{Var: v}
		switch {
		case d.mem.addressed(v) && d.act.place(r) && !d.forward:
			out = append(out, d.newShadow(v))
		case d.reachesActive(r) && !d.isHistory(v):
			out = append(out, &ast.Decl{Vars: []*ast.Var{d.shadow(v)}, Typed: true})
		}
	}
	return out
}

// newShadow makes the shadow of a variable whose address is taken.
func (d *derivation) newShadow(v *ast.Var) ast.Stmt {
	t := types.NewPointer(v.Type)
	mk := &ast.Call{Fun: ast.Callee{Builtin: "new"}, T: t}
	sv := d.shadow(v)
	d.fresh[sv] = true
	return &ast.Assign{Lhs: ast.Refs([]*ast.Var{sv}), Op: token.DEFINE, Rhs: []ast.Expr{mk}}
}

func (d *derivation) shadowRange(s *ast.Range) []ast.Stmt {
	c := *s
	d.remade[s] = &c
	c.Body = d.addShadows(s.Body)
	if s.Value != nil && d.reachesActive(s.Value) {
		if s.Key == nil {
			c.Key, c.Define = &ast.Ref{Var: ast.NewVar("i", types.Typ[types.Int])}, true
		}
		elem := &ast.Index{X: s.X, I: c.Key, T: elemType(s.X.Type())}
		def := &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: d.shadow(s.Value.(*ast.Ref).Var)}}, Op: token.DEFINE, Rhs: []ast.Expr{d.value(elem, now)}}
		ast.Attribute([]ast.Stmt{def}, ast.Shadowing, s)
		c.Body.Stmts = append([]ast.Stmt{def}, c.Body.Stmts...)
	}
	return []ast.Stmt{&c}
}

// shadowAssign adds what an assignment does to shadows.
func (d *derivation) shadowAssign(s ast.Stmt, lhs, rhs []ast.Expr) []ast.Stmt {
	if len(rhs) == 1 {
		if c, ok := rhs[0].(*ast.Call); ok && c.Fun.Builtin == "append" && d.reachesActive(c) {
			return d.shadowAppend(s, lhs[0], c)
		}
		if c := copyCall(rhs); c != nil && d.copiesLinks(c) {
			return d.shadowCopy(s, c)
		}
		if c, ok := rhs[0].(*ast.Call); ok && d.isSplit(c) && (d.writesActive(c) || d.anyActive(lhs)) {
			return d.splitCall(s, lhs, c)
		}
		if c, ok := rhs[0].(*ast.Call); ok && d.passiveCall(c) && slices.ContainsFunc(lhs, func(l ast.Expr) bool { return l != nil && d.reachesActive(l) }) {
			return d.withResultShadows(s, lhs, c)
		}
	}
	op := token.ASSIGN
	if a, ok := s.(*ast.Assign); ok {
		op = a.Op
	} else {
		op = token.DEFINE
	}
	var news, before []ast.Stmt
	sh := &ast.Assign{Op: op}
	for i, l := range lhs {
		if l == nil || len(rhs) != len(lhs) {
			continue
		}
		to := sh
		if r, ok := l.(*ast.Ref); ok && d.mem.addressed(r.Var) && op == token.DEFINE && !r.Again && d.act.place(r) && !d.forward {
			news = append(news, d.newShadow(r.Var))
			to = &ast.Assign{Op: token.ASSIGN}
		}
		if r, ok := l.(*ast.Ref); ok && d.isHistory(r.Var) || !d.reachesActive(l) {
			continue
		}
		if v := ast.RootVar(l); v != nil && !d.mem.addressed(v) {
			place := replaceRoot(l, d.shadow(v))
			if r, ok := l.(*ast.Ref); ok && r.Again {
				place = &ast.Ref{Var: d.shadow(v), Again: true}
			}
			sh.Lhs, sh.Rhs = append(sh.Lhs, place), append(sh.Rhs, d.shadowOf(s, rhs[i]))
			continue
		}
		before = append(before, d.storeLinks(s, to, l, rhs[i], to == sh && !d.forward)...)
		if to != sh {
			news = append(news, to)
		}
	}
	out := before
	if len(sh.Lhs) > 0 {
		out = append(out, append(assertedFirst(rhs), sh)...)
		d.begin[s] = out[0]
	}
	return append(append(news, out...), s)
}

// assertedFirst returns statements that take values out of interfaces as expressions do, whose shadows take pointers out of them: those would
// panic for another type.
func assertedFirst(list []ast.Expr) []ast.Stmt {
	var out []ast.Stmt
	for _, e := range list {
		ast.Walk(e, func(e ast.Expr) bool {
			if f, ok := e.(*ast.Field); ok && ast.IsBoxed(f.X.Type()) && !isPointer(f.Type()) {
				out = append(out, &ast.Assign{Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{f}})
			}
			return true
		})
	}
	return out
}

// storeLinks adds to sh what l = e, a part of s, does to slices and pointers in shadow memory. Undone says that the reverse sweep, which
// then has reversed all that comes after s, puts back what was there; it returns what remembers that.
func (d *derivation) storeLinks(s ast.Stmt, sh *ast.Assign, l, e ast.Expr, undone bool) []ast.Stmt {
	var before []ast.Stmt
	lhs, _ := sides(s)
	for _, st := range d.refStores(s, l, e) {
		place := d.place(st.place, now)
		if len(lhs) == 1 && ast.Equal(place, st.value) {
			continue // beside others, another place may be the same
		}
		if undone && !d.first[s] {
			old := ast.NewVar("old", place.Type())
			save := define(old, place)
			ast.Attribute([]ast.Stmt{save}, ast.Saving, s)
			before = append(before, save)
			back := set(d.place(st.place, d.before(save)), token.ASSIGN, &ast.Past{X: &ast.Ref{Var: old}, At: save, After: true})
			ast.Attribute([]ast.Stmt{back}, ast.Restoring, s)
			d.undo[s] = append(d.undo[s], back)
		}
		sh.Lhs, sh.Rhs = append(sh.Lhs, place), append(sh.Rhs, st.value)
	}
	return before
}

// anyActive reports whether one of the places, or what it leads to, is active.
func (d *derivation) anyActive(places []ast.Expr) bool {
	return slices.ContainsFunc(places, func(l ast.Expr) bool { return l != nil && d.act.place(l) })
}

// A refStore is a slice or pointer that an assignment puts into memory, and its shadow.
type refStore struct{ place, value ast.Expr }

// refStores returns the slices and pointers that l = e puts into memory. The floats beside them are none of the forward
// sweep's business.
func (d *derivation) refStores(s ast.Stmt, l, e ast.Expr) []refStore {
	if ast.ShapeOf(l.Type()) != ast.Mixed {
		return []refStore{{l, d.shadowOf(s, e)}}
	}
	var list []refStore
	for i, p := range partsOf(l) {
		switch part := partOf(e, i); {
		case !hasLinks(p.Type()):
		case isPath(part) && !d.reachesActive(part) && !d.reachesActive(p):
			if d.forward { // in reverse mode nobody looks at it
				list = append(list, refStore{p, d.u.shadowCall(part, p.Type())})
			}
		default:
			list = append(list, d.refStores(s, p, part)...)
		}
	}
	return list
}

// partOf is field or element i of a value: of a literal, what stands there.
func partOf(e ast.Expr, i int) ast.Expr {
	lit, ok := e.(*ast.Composite)
	if !ok {
		return partsOf(e)[i]
	}
	if st, ok := lit.T.Underlying().(*types.Struct); ok {
		for _, elem := range lit.Elems {
			if elem.Field.Id() == st.Field(i).Id() {
				return elem.Value
			}
		}
		return zeroOf(st.Field(i).Type())
	}
	for j, p := range positions(lit) {
		if n, ok := intLit(p); ok && n == int64(i) {
			return lit.Elems[j].Value
		}
	}
	return zeroOf(elemType(lit.T))
}

// shadowOf returns the shadow of the right side of an assignment: of a fresh value a fresh shadow.
func (d *derivation) shadowOf(s ast.Stmt, e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Call:
		if makes(e) {
			return e
		}
		refuse(s.Info().Pos, "the result of this call holds active values that it reaches through memory; that is not supported yet")
	case *ast.Addr:
		if lit, ok := e.X.(*ast.Composite); ok {
			return d.shadowBox(e, lit, d.shadowParts(s, lit))
		}
	case *ast.Composite:
		return d.shadowLit(s, e)
	}
	if ast.ShapeOf(e.Type()) == ast.Mixed {
		return headers(d.value(e, now), true)
	}
	return d.value(e, now)
}

// makes reports whether a call makes memory that holds zeros, and the same call the shadow of that.
func makes(c *ast.Call) bool {
	return c.Fun.Builtin == "make" || c.Fun.Builtin == "new" || c.Fun.Copied == "Shadow" || c.Fun.Copied == "Boxed"
}

// shadowBox returns the address of the shadow of a literal. In an interface it has the type that the value has, also where that carries
// nothing, or is a pointer to that: see field.
func (d *derivation) shadowBox(e *ast.Addr, lit *ast.Composite, shadow ast.Expr) ast.Expr {
	c, ok := shadow.(*ast.Composite)
	if !ok || !ast.IsBoxed(e.T) {
		return &ast.Addr{X: shadow, T: e.T}
	}
	held := lit.Elems[0]
	t := held.Field.Type()
	if len(c.Elems) > 0 {
		held.Value = c.Elems[0].Value
	} else {
		held.Value = zeroOf(t)
	}
	if !d.forward && ast.HeldByValue(t) {
		held.Field = ast.PointerTo(e.T, held.Field)
		held.Value = pointerTo(held.Value, held.Field.Type())
	}
	return &ast.Addr{X: &ast.Composite{T: lit.T, Elems: []ast.Elem{held}}, T: e.T}
}

// pointerTo returns a pointer of type t to a new variable with the slices and pointers of a value, if that has some.
func pointerTo(value ast.Expr, t types.Type) ast.Expr {
	switch value.(type) {
	case *ast.Lit:
		return builtin("new", t)
	case *ast.Composite:
	default:
		value = headers(value, true)
	}
	lit, _ := value.(*ast.Composite)
	if len(lit.Elems) == 0 {
		return builtin("new", t)
	}
	return &ast.Addr{X: lit, T: t}
}

// field returns the shadow of a field of what a pointer points to, of which dx is the shadow. What an interface holds and the reverse sweep
// would have to write to, but could not, lies behind a pointer there.
func (d *derivation) field(dx ast.Expr, f *types.Var, implicit bool) ast.Expr {
	if !d.forward && ast.IsBoxed(dx.Type()) && ast.HeldByValue(f.Type()) {
		return &ast.Deref{X: &ast.Field{X: dx, Field: ast.PointerTo(dx.Type(), f)}}
	}
	return &ast.Field{X: dx, Field: f, Implicit: implicit}
}

// shadowLit returns the shadow of a composite literal: the shadows of its parts, and zeros for floats.
func (d *derivation) shadowLit(s ast.Stmt, e *ast.Composite) ast.Expr {
	keyed := slices.ContainsFunc(e.Elems, func(elem ast.Elem) bool { return elem.Key != nil })
	if slice, ok := e.T.Underlying().(*types.Slice); ok && !hasLinks(slice.Elem()) && !keyed {
		return &ast.Call{Fun: ast.Callee{Builtin: "make"}, Args: []ast.Expr{intNumber(int64(len(e.Elems)))}, T: e.T}
	}
	return d.shadowParts(s, e)
}

// shadowParts is shadowLit as a literal, whose address can be taken.
func (d *derivation) shadowParts(s ast.Stmt, e *ast.Composite) ast.Expr {
	c := &ast.Composite{T: e.T}
	for _, elem := range e.Elems {
		t := elem.Value.Type()
		switch {
		case d.reachesActive(elem.Value):
			elem.Value = d.shadowOf(s, elem.Value)
		case elem.Field != nil:
			continue // zero
		default:
			elem.Value = zeroOf(t)
		}
		c.Elems = append(c.Elems, elem)
	}
	return c
}

// zeroOf is the zero value of a type.
func zeroOf(t types.Type) ast.Expr { return ast.Zero(t) }

// headers is a mixed struct or array with its slices and pointers and zeros for its floats or, with refs unset, the other way round.
func headers(e ast.Expr, refs bool) ast.Expr {
	c := &ast.Composite{T: e.Type()}
	st, isStruct := e.Type().Underlying().(*types.Struct)
	for i, x := range partsOf(e) {
		elem := ast.Elem{Value: x}
		if isStruct {
			elem.Field = st.Field(i)
		}
		switch shape := ast.ShapeOf(x.Type()); {
		case shape == ast.Mixed:
			elem.Value = headers(x, refs)
		case shape == ast.ReferenceLike && !refs || shape == ast.ValueLike && refs || shape == ast.None:
			if isStruct {
				continue
			}
			elem.Value = zeroOf(x.Type())
		}
		c.Elems = append(c.Elems, elem)
	}
	return c
}
