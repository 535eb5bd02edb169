package transform

import (
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/godiff/godiff/ast"
)

// Opaque types.
//
// The floats of a type of another package may lie behind fields that it does not export. The derivative then leaves to functions that
// a user gives what it would do itself: to make the shadow of a value, and to add one shadow to another. They take values of the type
// that hold their floats behind slices, pointers or maps, or pointers to values of it; and so a value that holds floats itself must lie
// behind a pointer.

// An Opaque says what is done with values of an opaque type.
type Opaque struct {
	Of          *types.TypeName
	Shadow, Add *types.Func // of Of, or of pointers to it; either may be nil
	Copy        *types.Func // likewise
}

// AddOpaque says what is done with values of an opaque type.
func (s *Scope) AddOpaque(o *Opaque) {
	key := typeKey(o.Of.Type())
	if s.opaque[key] == nil {
		s.opaque[key] = &Opaque{Of: o.Of}
	}
	known := s.opaque[key]
	if o.Shadow != nil {
		known.Shadow = o.Shadow
	}
	if o.Add != nil {
		known.Add = o.Add
	}
	if o.Copy != nil {
		known.Copy = o.Copy
	}
}

// opaque returns what is done with values of type t if that is an opaque type of which it is said how to make a shadow, or nil.
func (u *Unit) opaque(t types.Type) *Opaque {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || ast.OpaqueType(n, u.Pkg) != n {
		return nil
	}
	var found *Opaque
	for _, s := range u.scopes(u.Pkg) {
		if o := s.opaque[typeKey(n)]; o != nil {
			if found == nil {
				found = &Opaque{Of: n.Obj()}
			}
			if found.Shadow == nil {
				found.Shadow = o.Shadow
			}
			if found.Add == nil {
				found.Add = o.Add
			}
			if found.Copy == nil {
				found.Copy = o.Copy
			}
		}
	}
	if found == nil || found.Shadow == nil {
		return nil
	}
	return found
}

// shadowMaker returns the function that makes the shadows of values of type t, if that is no opaque type and a user has given one, or nil.
func (u *Unit) shadowMaker(t types.Type) *types.Func {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || ast.OpaqueType(n, u.Pkg) == n {
		return nil
	}
	for _, s := range u.scopes(u.Pkg) {
		if o := s.opaque[typeKey(n.Origin())]; o != nil && o.Shadow != nil {
			return u.Instances.With(o.Shadow, n.TypeArgs())
		}
	}
	return nil
}

// opaquePointee is opaque for what values of type t point to.
func (u *Unit) opaquePointee(t types.Type) *Opaque {
	if p := ast.Pointee(t); p != nil {
		return u.opaque(p)
	}
	return nil
}

// opaqueWithin returns the opaque types that values of type t reach or hold, in the order in which they are come to.
func (u *Unit) opaqueWithin(t types.Type) []*Opaque {
	var list []*Opaque
	seen := map[types.Type]bool{}
	var visit func(t types.Type)
	visit = func(t types.Type) {
		t = types.Unalias(t)
		if seen[t] || !ast.Carries(t) {
			return
		}
		seen[t] = true
		if o := u.opaque(t); o != nil {
			list = append(list, o)
			return
		}
		switch x := t.Underlying().(type) {
		case *types.Pointer, *types.Slice, *types.Map:
			visit(pointee(t))
		case *types.Array:
			visit(x.Elem())
		case *types.Struct:
			for f := range x.Fields() {
				visit(f.Type())
			}
		}
	}
	visit(t)
	return list
}

// takesPointer reports whether a shadow or add function takes pointers to values of the type.
func takesPointer(fn *types.Func) bool { return isPointer(fn.Signature().Params().At(0).Type()) }

// shadowOf is the shadow of a value of an opaque type.
func (o *Opaque) shadowOf(value ast.Expr) ast.Expr {
	if !takesPointer(o.Shadow) {
		return callOf(o.Shadow, value)
	}
	return &ast.Deref{X: callOf(o.Shadow, address(value))}
}

// address is the address of what a value is read from.
func address(e ast.Expr) ast.Expr {
	if d, ok := e.(*ast.Deref); ok {
		return d.X
	}
	return &ast.Addr{X: e, T: types.NewPointer(e.Type())}
}

func callOf(fn *types.Func, args ...ast.Expr) *ast.Call {
	return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: args, T: resultType(fn.Signature())}
}

// add adds a value of an opaque type to another.
func (o *Opaque) add(dst, src ast.Expr) ast.Stmt {
	if takesPointer(o.Add) {
		dst, src = address(dst), address(src)
	}
	return &ast.Do{Call: callOf(o.Add, dst, src)}
}

// shadowPointer sets place to the shadow of a pointer to a value of an opaque type, which is nil where the pointer is.
func (o *Opaque) shadowPointer(place, value ast.Expr) ast.Stmt {
	then := &ast.Block{Stmts: []ast.Stmt{set(place, token.ASSIGN, callOf(o.Shadow, value))}}
	if !takesPointer(o.Shadow) {
		then.Stmts = []ast.Stmt{
			set(place, token.ASSIGN, builtin("new", value.Type())),
			set(&ast.Deref{X: place}, token.ASSIGN, callOf(o.Shadow, &ast.Deref{X: value})),
		}
	}
	return &ast.If{Cond: &ast.Binary{Op: token.NEQ, X: value, Y: nilExpr(value.Type()), T: types.Typ[types.Bool]}, Then: then}
}

// names are the functions that pick selects, as arguments of one of the runtime.
func names(list []*Opaque, pick ...func(*Opaque) *types.Func) []ast.Expr {
	var args []ast.Expr
	for _, o := range list {
		for _, p := range pick {
			if fn := p(o); fn != nil {
				args = append(args, &ast.Name{Obj: fn, T: fn.Type()})
			}
		}
	}
	return args
}

func shadowFunc(o *Opaque) *types.Func { return o.Shadow }
func addFunc(o *Opaque) *types.Func    { return o.Add }

// checkOpaque refuses values of opaque types that a derivative can do nothing with where they are active.
func (d *derivation) checkOpaque() {
	seen := map[*location]bool{}
	var visit func(l *location, behind bool, v *ast.Var)
	visit = func(l *location, behind bool, v *ast.Var) {
		l = l.find()
		if seen[l] {
			return
		}
		seen[l] = true
		if ast.IsBoxed(l.typ) {
			return // what it holds is told when it runs
		}
		if n, ok := types.Unalias(l.typ).(*types.Named); ok && ast.OpaqueType(n, d.u.Pkg) == n {
			d.checkOpaqueAt(l, n, behind, v)
			return
		}
		for _, p := range l.parts {
			if p != nil {
				visit(p, behind, v)
			}
		}
		if l.target != nil {
			visit(l.target, true, v)
		}
	}
	for _, v := range d.varsInOrder() {
		visit(d.mem.variable(v), d.mem.addressed(v), v)
	}
}

// checkOpaqueAt is checkOpaque for a place that v is or leads to.
func (d *derivation) checkOpaqueAt(l *location, t *types.Named, behind bool, v *ast.Var) {
	held := d.act.any(d.act.floats(l, false))
	if !held && !d.act.any(d.act.floats(l, true)) {
		return
	}
	name, o := types.TypeString(t, types.RelativeTo(d.u.Pkg)), d.u.opaque(t)
	pos := d.fn.Pos
	if v.Obj != nil {
		pos = v.Obj.Pos()
	}
	switch {
	case o == nil || o.Add == nil:
		what, verb := "shadow", "how to make its shadow"
		if o != nil {
			what, verb = "add", "how to add to its shadow"
		}
		refuse(pos, "%s has floats behind fields that package %s does not export: say %s, by a function with //godiff:%s of=%s", name, t.Obj().Pkg().Name(), verb, what, typeKey(t))
	case held && !behind:
		refuse(pos, "%s holds a value of %s, whose floats lie behind fields that package %s does not export: let it hold a pointer to one", v.Name, name, t.Obj().Pkg().Name())
	}
}

// varsInOrder returns the variables of the function in the order in which they are declared.
func (d *derivation) varsInOrder() []*ast.Var {
	list := slices.Concat(d.fn.Inputs(), d.fn.Results)
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		list = append(list, ast.Defined(s)...)
		return true
	})
	return list
}

// reshapes returns the cells behind the arguments of a call of a function with a rule that belong to values of opaque types to which the
// function may give new memory. Where nobody else sees the value its shadow gets new memory too; where the caller does it may not.
func (d *derivation) reshapes(c *ast.Call) map[*location]bool {
	cells := map[*location]bool{}
	for _, x := range slices.Concat(d.reshaped(c, false), d.reshaped(c, true)) {
		d.mem.reachable(d.mem.referred(x), map[*location]bool{}, func(l *location) { cells[l.find()] = true })
	}
	return cells
}

// reshaped returns the arguments of a call that point to such values, those that the caller sees or the others.
func (d *derivation) reshaped(c *ast.Call, outside bool) []ast.Expr {
	var list []ast.Expr
	for _, x := range c.Args {
		if d.u.opaquePointee(x.Type()) == nil || !d.reachesActive(x) || d.outlasts(d.mem.referred(x)) != outside {
			continue
		}
		links := map[*location]bool{}
		d.mem.cellsIn(d.mem.referred(x), func(l *location) { links[l.find()] = refers(l.typ) })
		found := false
		d.mem.written(c, func(l *location) { found = found || links[l.find()] })
		if found {
			list = append(list, x)
		}
	}
	return list
}

// outlasts reports whether the caller or a variable of the package leads to a location, or to a part of it.
func (d *derivation) outlasts(l *location) bool {
	seen, cells := map[*location]bool{}, map[*location]bool{}
	see := func(c *location) { cells[c.find()] = true }
	for _, v := range d.fn.Inputs() {
		d.mem.reachable(d.mem.variable(v), seen, see)
	}
	for _, g := range d.mem.globals {
		d.mem.reachable(g, seen, see)
	}
	found := seen[l.find()]
	d.mem.cellsIn(l, func(c *location) { found = found || cells[c.find()] })
	return found
}

// A reshape is a value of an opaque type that a call may give new memory.
type reshape struct {
	x   ast.Expr // what points to it
	old *ast.Var // its shadow before the call
}

// reshapeShadows gives the shadows of what a call may give new memory new memory too, and returns what goes before and after the call:
//
//	old := *dc
//	c.Mul(a, b)
//	*dc = zeros(c)
//
// When the rule has been called it is as it was: old, unless the rule has left adjoints of the old contents in that shape.
func (d *derivation) reshapeShadows(n *splitNote) (before, after []ast.Stmt) {
	for _, x := range d.reshaped(n.call, false) {
		p, o := d.value(x, now), d.u.opaquePointee(x.Type())
		place := ast.Expr(&ast.Deref{X: p})
		if a, ok := p.(*ast.Addr); ok {
			place = a.X
		}
		old := ast.NewVar("old", ast.Pointee(x.Type()))
		before = append(before, define(old, place))
		after = append(after, set(place, token.ASSIGN, o.shadowOf(&ast.Deref{X: x})))
		n.reshapes = append(n.reshapes, reshape{x, old})
	}
	return before, after
}

// layoutType is a layout of package runtime.
var layoutType = types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Layout", nil), types.NewStruct(nil, nil), nil)

// pinLayouts returns what goes before and after a call that may give a value new memory which the caller sees, and perhaps in more than
// one way: its shadow cannot follow.
//
//	layout := godiff.LayoutOf(c)
//	c.Mul(a, b)
//	if !godiff.SameLayout(layout, godiff.LayoutOf(c)) {
//		panic("F: Mul gives c new memory, where the caller's shadow has none")
//	}
func (d *derivation) pinLayouts(c *ast.Call) (before, after []ast.Stmt) {
	for _, x := range d.reshaped(c, true) {
		layout := ast.NewVar("layout", layoutType)
		of := &ast.Call{Fun: ast.Callee{Copied: "LayoutOf"}, Args: []ast.Expr{x}, T: layoutType}
		before = append(before, define(layout, of))
		same := &ast.Call{Fun: ast.Callee{Copied: "SameLayout"}, Args: []ast.Expr{&ast.Ref{Var: layout}, of}, T: types.Typ[types.Bool]}
		text := d.saidName() + ": " + c.Fun.Fn.Name() + " gives " + pointedTo(x) + " new memory, where the caller's shadow has none"
		fail := builtin("panic", types.NewTuple(), &ast.Lit{Text: strconv.Quote(text), T: types.Typ[types.String]})
		after = append(after, &ast.If{Cond: negate(same), Then: &ast.Block{Stmts: []ast.Stmt{&ast.Do{Call: fail}}}})
	}
	return before, after
}

// pointedTo names what a pointer points to.
func pointedTo(x ast.Expr) string {
	if a, ok := x.(*ast.Addr); ok {
		x = a.X
	}
	return placeName(x)
}

// restore makes shadows that have been given new memory what they were before the call.
func (b *ruleCall) restore() []ast.Stmt {
	var out []ast.Stmt
	for _, x := range b.n.reshapes {
		args := []ast.Expr{b.r.value(x.x, b.r.before(b.s)), after(b.n.first)(&ast.Ref{Var: x.old})}
		out = append(out, &ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "RestoreShadow"}, Args: args, T: types.NewTuple()}})
	}
	return out
}

// checkAliases refuses a call that writes memory of an opaque value which two of its arguments lead to: its rule could not tell their
// shadows apart. Of slices it can: they share memory as the arguments do.
func (d *derivation) checkAliases(s ast.Stmt, c *ast.Call) {
	opaque := map[*location]bool{}
	for _, x := range c.Args {
		if d.u.opaquePointee(x.Type()) != nil {
			d.mem.behindValue(x, map[*location]bool{}, func(l *location) { opaque[l.find()] = true })
		}
	}
	written := map[*location]bool{}
	d.mem.written(c, func(l *location) { written[l.find()] = opaque[l.find()] && ast.IsFloat(l.typ) && d.act.active(l) })
	by := map[*location]ast.Expr{}
	for _, x := range c.Args {
		own := map[*location]bool{}
		d.mem.behindValue(x, map[*location]bool{}, func(l *location) { own[l.find()] = true })
		for l := range own {
			if !written[l] {
				continue
			}
			if other := by[l]; other != nil {
				refuse(s.Info().Pos, "%s has a rule and writes memory that two of its arguments may share, %s and %s; give it memory of its own", c.Fun.Fn.Name(), placeName(other), placeName(x))
			}
			by[l] = x
		}
	}
}
