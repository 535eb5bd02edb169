package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Derive derives f in a mode with respect to the inputs wrt and returns the function with the given name.
func (u *Unit) Derive(f *ast.Func, mode ast.Mode, wrt []int, name string) (g *ast.Func, err error) {
	defer guard(&err)
	sig := signatureOf(f, mode, wrt)
	if mode == ast.Jacobian {
		return u.jacobian(f, sig, wrt, name), nil
	}
	return u.derive(f, mode, sig, wrt, name), nil
}

// signatureOf returns the signature of a derivative of f, which is refused where there is none.
func signatureOf(f *ast.Func, mode ast.Mode, wrt []int) ast.Signature {
	sig, err := ast.View(nil).SignatureOf(f.Obj.Signature(), mode, wrt)
	if err != nil {
		refuse(f.Pos, "%s %v", f.Name, err)
	}
	return sig
}

// among returns which of the inputs of f are those at the indices.
func among(f *ast.Func, indices []int) []bool {
	in := make([]bool, len(f.Inputs()))
	for _, i := range indices {
		in[i] = true
	}
	return in
}

// derive is Derive for a signature.
func (u *Unit) derive(f *ast.Func, mode ast.Mode, sig ast.Signature, wrt []int, name string) *ast.Func {
	in := among(f, wrt)
	if mode == ast.JVP {
		g := &ast.Func{Name: name, Pkg: u.Pkg, Pos: f.Pos, TypeParams: f.TypeParams}
		u.tangent(g, f, u.prepareAsked(f, in, true, true), sig, in, true)
		u.liftCalls(g)
		u.made = append(u.made, g)
		return g
	}
	a := &assembly{u: u, mode: mode, sig: sig, in: in}
	a.d = u.prepareAsked(f, in, mode == ast.VJP, false)
	a.f = &ast.Func{Name: name, Pkg: u.Pkg, Pos: f.Pos, TypeParams: f.TypeParams, Variadic: f.Variadic && mode != ast.VJP}
	a.f.Doc = reverseDoc(f, mode, sig, name)
	a.bind()
	a.build()
	g := a.f
	if h := u.onward(a, f, wrt); h != nil {
		g = h
	}
	u.liftCalls(g)
	u.made = append(u.made, g)
	return g
}

// bindSeeds lets the adjoint of a result without a name, which nothing changes, be the parameter that it comes in.
func bindSeeds(d *derivation, seeds []seedOf) {
	for _, s := range seeds {
		if s.param != nil && s.result.Obj == nil && holdsFloats(s.result.Type) {
			d.adjoints[s.result] = s.param
		}
	}
}

// An assembly puts the two sweeps together to a function.
type assembly struct {
	u    *Unit
	d    *derivation
	mode ast.Mode
	sig  ast.Signature
	in   []bool
	f    *ast.Func
	r    *reverser

	seeds    []seedOf   // adjoints of results
	boxed    []ast.Stmt // let interfaces in shadows that are given hold pointers
	renew    []ast.Stmt // at the beginning of the reverse sweep: see box
	wide     []*widened // shadows that are given and may lack capacity
	own      []ast.Stmt // define shadows that are given by their addresses
	adjoints bool       // only the adjoints are returned
	trusted  bool       // the caller knows what memory its arguments share
	fresh    []*ast.Var // inputs whose shadow is made here
	made     []madeShadow
	sharing  []*stem          // what F writes that may share memory within itself
	given    map[int]*ast.Var // shadows that are given, by their inputs
	outputs  []ast.Expr       // what is returned at the end
	failed   []ast.Expr       // what is returned with an error
	ends     []*ast.Var
	zero     []*ast.Var
	err      *ast.Var
}

// A seedOf is a result and where its adjoint comes from: a parameter, or one.
type seedOf struct {
	result *ast.Var
	param  *ast.Var // nil for one
}

// bind gives every parameter and result of the signature its variable.
func (a *assembly) bind() {
	d := a.d
	a.given = map[int]*ast.Var{}
	inputs, results := d.fn.Inputs(), d.fn.Results
	var wide []wideInput
	if a.sig.Recv != nil {
		a.f.Recv = inputs[a.sig.Recv.Index]
	}
	for _, p := range a.sig.Params {
		switch p.Role {
		case ast.RolePrimal:
			a.f.Params = append(a.f.Params, inputs[p.Index])
		case ast.RoleShadow:
			v := ast.NewVar(p.Name, p.Type)
			a.f.Params = append(a.f.Params, v)
			a.given[p.Index] = v
			prepared := a.trusted && ast.HoldsByValue(inputs[p.Index].Type) // by the caller, who has widened it, too
			if d.appendsBehind(inputs[p.Index]) && !prepared {
				own := ast.NewVar(p.Name, p.Type)
				wide = append(wide, wideInput{inputs[p.Index], v, own})
				v = own
			} else {
				a.boxed = append(a.boxed, a.box(v, inputs[p.Index])...)
			}
			v = a.pointedTo(v, inputs[p.Index])
			d.shadows[inputs[p.Index]] = v
			d.isShadow[v] = true
			if ast.ShapeOf(inputs[p.Index].Type) == ast.Mixed {
				d.adjoints[inputs[p.Index]] = v
			}
		case ast.RoleSeed:
			v := ast.NewVar(p.Name, p.Type)
			a.seeds = append(a.seeds, seedOf{results[p.Index], v})
			a.f.Params = append(a.f.Params, v)
		default:
			panic(fmt.Sprintf("transform: parameter with role %d", p.Role))
		}
	}
	a.wide = d.widenAll(wide)
	for _, w := range a.wide {
		a.boxWide(w)
	}
	for _, p := range a.sig.Results {
		a.bindResult(p, inputs, results)
	}
	if a.mode != ast.VJP {
		for _, r := range results {
			if ast.Carries(r.Type) {
				a.seeds = append(a.seeds, seedOf{r, nil})
			}
		}
	}
}

func (a *assembly) bindResult(p ast.Param, inputs, results []*ast.Var) {
	d := a.d
	var v *ast.Var
	switch p.Role {
	case ast.RoleResult, ast.RoleErr:
		v = results[p.Index]
		if a.adjoints {
			return
		}
		if v.Obj == nil {
			v.Name = p.Name
		}
		a.failed = append(a.failed, &ast.Ref{Var: v})
		if p.Role == ast.RoleErr {
			a.err = v
		} else {
			a.ends = append(a.ends, v)
		}
	case ast.RoleShadow:
		v = ast.NewVar(p.Name, p.Type)
		input := inputs[p.Index]
		switch ast.ShapeOf(input.Type) {
		case ast.ValueLike:
			d.adjoints[input] = v
			a.zero = append(a.zero, v)
		case ast.Mixed:
			d.adjoints[input], d.shadows[input] = v, v
			d.isShadow[v] = true
			a.fresh = append(a.fresh, input)
		default:
			a.bindShadow(input, v)
		}
		a.ends = append(a.ends, v)
		a.failed = append(a.failed, zeroOf(v.Type))
	default:
		panic(fmt.Sprintf("transform: result with role %d", p.Role))
	}
	a.f.Results = append(a.f.Results, v)
	a.outputs = append(a.outputs, &ast.Ref{Var: v})
}

// bindShadow lets the shadow of an input that is made here be the result v. Where the input is assigned to, its shadow changes
// with it, and the result stays what it was made.
func (a *assembly) bindShadow(input, v *ast.Var) {
	d := a.d
	a.fresh = append(a.fresh, input)
	d.isShadow[v] = true
	d.shadows[input] = v
	if assigns(d.fn.Body, input) {
		own := ast.NewVar(v.Name, v.Type)
		d.shadows[input], d.isShadow[own] = own, true
		a.made = append(a.made, madeShadow{input, v, own})
	}
}

// A madeShadow is a shadow that is returned, and the variable that follows the input.
type madeShadow struct{ input, result, own *ast.Var }

// build writes the body.
func (a *assembly) build() {
	d := a.d
	bindSeeds(d, a.seeds)
	for i, v := range d.fn.Inputs() {
		if !a.in[i] && ast.Carries(v.Type) && d.reachesActive(&ast.Ref{Var: v}) {
			// Active values pass through memory that is not differentiated with respect to.
			d.shadow(v)
			a.fresh = append(a.fresh, v)
		}
	}
	spec := &sweepSpec{
		late:    len(a.renew) > 0,
		leave:   a.leaves,
		seeds:   a.seedStmts,
		ends:    a.ends,
		zero:    a.zero,
		keepAll: func(*location) bool { return false },
	}
	a.sharing = d.sharing()
	joint, r := d.sweeps(spec)
	a.r = r
	a.join(joint, r)
	a.u.explain(a.f, a.in, d, r)
}

// leaves reports whether a return of F can leave the derivative at once: one with an error that is not nil.
func (a *assembly) leaves(s *ast.Return) bool {
	if a.err == nil || len(s.Results) != len(a.d.fn.Results) {
		return false
	}
	return makesError(s.Results[errorResult(a.d.fn.Results)])
}

// seedStmts starts the reverse sweep.
func (a *assembly) seedStmts(r *reverser) []ast.Stmt {
	out := slices.Clone(a.renew)
	for _, s := range a.seeds {
		out = append(out, a.seed(s)...)
	}
	return out
}

func contains(list []*ast.Var, v *ast.Var) bool {
	for _, w := range list {
		if v == w {
			return true
		}
	}
	return false
}

func (a *assembly) seed(s seedOf) []ast.Stmt {
	d := a.d
	ref := &ast.Ref{Var: s.result}
	if !d.act.place(ref) {
		return nil
	}
	switch ast.ShapeOf(s.result.Type) {
	case ast.ValueLike:
		if s.param != nil && s.result.Obj == nil {
			return nil // the parameter itself is the adjoint: see bindSeeds
		}
		adj := d.adjoint(s.result)
		if s.param == nil {
			return []ast.Stmt{define(adj, number(1, adj.Type))}
		}
		return []ast.Stmt{define(adj, &ast.Ref{Var: s.param})}
	case ast.ReferenceLike:
		return d.addShadow(ref, &ast.Ref{Var: d.shadow(s.result)}, &ast.Ref{Var: s.param})
	}
	// The floats of a mixed result are in a variable, the rest is reached through its shadow.
	var out []ast.Stmt
	if s.result.Obj != nil {
		out = append(out, define(d.adjoint(s.result), headers(&ast.Ref{Var: s.param}, false)))
	}
	return append(out, d.addShadow(ref, &ast.Ref{Var: d.shadow(s.result)}, &ast.Ref{Var: s.param})...)
}

// addShadow adds what src reaches to what dst reaches, as far as it is active behind the primal value x.
func (d *derivation) addShadow(x, dst, src ast.Expr) []ast.Stmt {
	if !d.reachesActive(x) {
		return nil
	}
	t := x.Type()
	if o := d.u.opaque(t); o != nil {
		return []ast.Stmt{o.add(dst, src)}
	}
	if o := d.u.opaquePointee(t); o != nil {
		add := o.add(&ast.Deref{X: dst}, &ast.Deref{X: src})
		cond := &ast.Binary{Op: token.NEQ, X: src, Y: nilExpr(t), T: types.Typ[types.Bool]}
		return []ast.Stmt{&ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{add}}}}
	}
	if list := d.u.opaqueWithin(t); len(list) > 0 {
		args := append([]ast.Expr{dst, src}, names(list, addFunc)...)
		return []ast.Stmt{&ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "AddShadowWith"}, Args: args, T: types.NewTuple()}}}
	}
	if d.u.linked(t) {
		add := &ast.Call{Fun: ast.Callee{Copied: "AddShadow"}, Args: []ast.Expr{dst, src}, T: types.NewTuple()}
		return []ast.Stmt{&ast.Do{Call: add}}
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		i := ast.NewVar("i", intType)
		at := func(e ast.Expr) ast.Expr { return &ast.Index{X: e, I: &ast.Ref{Var: i}, T: u.Elem()} }
		var body []ast.Stmt
		if holdsFloats(u.Elem()) {
			body = addValues(at(dst), at(src))
		}
		if hasLinks(u.Elem()) {
			body = append(body, d.addShadow(&ast.Index{X: x, I: intNumber(0), T: u.Elem()}, at(dst), at(src))...)
		}
		return []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: src, Body: &ast.Block{Stmts: body}}}
	case *types.Struct:
		var out []ast.Stmt
		for _, f := range namedFields(u) {
			if hasLinks(f.Type()) {
				out = append(out, d.addShadow(&ast.Field{X: x, Field: f}, &ast.Field{X: dst, Field: f}, &ast.Field{X: src, Field: f})...)
			}
		}
		return out
	case *types.Array:
		var out []ast.Stmt
		to, from := partsOf(dst), partsOf(src)
		for i, p := range partsOf(x) {
			if hasLinks(p.Type()) {
				out = append(out, d.addShadow(p, to[i], from[i])...)
			}
		}
		return out
	case *types.Pointer:
		body := addValues(&ast.Deref{X: dst}, &ast.Deref{X: src})
		if st, ok := u.Elem().Underlying().(*types.Struct); !ok {
			if hasLinks(u.Elem()) {
				body = append(body, d.addShadow(&ast.Deref{X: x}, &ast.Deref{X: dst}, &ast.Deref{X: src})...)
			}
		} else {
			for _, f := range namedFields(st) {
				if hasLinks(f.Type()) {
					body = append(body, d.addShadow(&ast.Field{X: x, Field: f}, &ast.Field{X: dst, Field: f}, &ast.Field{X: src, Field: f})...)
				}
			}
		}
		there := &ast.Binary{Op: token.NEQ, X: src, Y: nilExpr(t), T: types.Typ[types.Bool]}
		return []ast.Stmt{&ast.If{Cond: there, Then: &ast.Block{Stmts: body}}}
	}
	refuse(d.fn.Pos, "results of type %s are not supported yet", t)
	return nil
}

// join puts what stands around the joint code to it.
func (a *assembly) join(joint *ast.Block, r *reverser) {
	forward, reverse, found := splitAt(a.expandReturns(joint).Stmts, r.sweepBorder)
	if !found {
		forward, reverse = reverse, nil
	}
	early, late := a.freshShadows(&ast.Block{Stmts: forward})
	mark := &ast.Block{} // the border between the sweeps
	var wide, narrow []ast.Stmt
	for _, w := range a.wide {
		wide, narrow = append(wide, w.first...), append(narrow, w.last...)
	}
	if a.err != nil && !assigns(&ast.Block{Stmts: forward}, a.err) {
		// Every error has left the derivative where it was returned.
		for i, e := range a.outputs {
			if r, ok := e.(*ast.Ref); ok && r.Var == a.err {
				a.outputs[i] = nilExpr(a.err.Type)
			}
		}
		a.err = nil
	}
	first := a.locks(forward)
	all := slices.Concat(forward[:first], declareResults(a.d, a.f.Results), a.checks(), a.boxed, wide, a.own, early, forward[first:])
	if found {
		all = slices.Concat(all, []ast.Stmt{mark}, a.checkError(), late, reverse)
	} else {
		all = slices.Concat(forward[:first], late, all[first:])
	}
	all = append(all, narrow...)
	if len(a.outputs) > 0 {
		all = append(all, &ast.Return{Results: a.outputs})
	}
	body := a.d.finish(&ast.Block{Stmts: all}, a.f.Results)
	a.f.Body = borders(a.d.dropComments(body, mark), mark, r.inserts.notes)
	a.f.Doc += r.inserts.memoryNote(r)
}

// locks returns how many statements the forward sweep begins with that are calls which have no derivative: one may be of a lock, without
// which nothing must be looked at.
func (a *assembly) locks(forward []ast.Stmt) int {
	n := 0
	for n < len(forward) {
		s, ok := forward[n].(*ast.Do)
		if !ok || a.d.calls[s] != nil || !s.Info().Pos.IsValid() || s.Call.Fun.Fn == nil {
			break
		}
		here := &ast.Block{Stmts: []ast.Stmt{s}}
		if slices.ContainsFunc(a.d.fn.Results, func(v *ast.Var) bool { return usesVar(here, v) }) {
			break // these are declared behind the locks
		}
		writes := false
		a.d.mem.callWrites(s.Call, func(l *location) { writes = writes || ast.Carries(l.find().typ) })
		if writes {
			break // shadows are made of what is there before
		}
		n++
	}
	return n
}

// checks asks what the derivative takes for granted, where nobody else has.
func (a *assembly) checks() []ast.Stmt {
	if a.trusted {
		return nil
	}
	alone := slices.DeleteFunc(slices.Clone(a.sharing), func(s *stem) bool { return a.given[s.input] == nil })
	together := slices.DeleteFunc(a.d.together(), func(p pairOfStems) bool { return a.given[p.a.input] == nil })
	return append(a.d.checkDisjoint(a.d.apart()), a.d.checkMirrored(a.given, alone, together)...)
}

// splitAt splits a list at a statement.
func splitAt(list []ast.Stmt, border *ast.Block) (before, after []ast.Stmt, found bool) {
	for i, s := range list {
		if s == ast.Stmt(border) {
			return list[:i], list[i+1:], true
		}
	}
	return nil, list, false
}

// reshapes reports whether F replaces slices or pointers behind an input, or changes a map there, maybe as that of another input. The shadow
// has the shape of before.
func (a *assembly) reshapes(v *ast.Var, written map[*location]bool) bool {
	found := false
	m := a.d.mem
	m.behind(m.variable(v), map[*location]bool{}, func(c *location) { found = found || refers(c.typ) && written[c.find()] })
	a.eachMap(v, func(c *location) {
		for _, other := range a.d.fn.Inputs() {
			a.eachMap(other, func(d *location) {
				if types.Identical(c.typ, d.typ) {
					m.cellsIn(m.targetOf(d), func(c *location) { found = found || written[c.find()] })
				}
			})
		}
	})
	return found
}

// eachMap calls f for the maps that an input is or leads to.
func (a *assembly) eachMap(v *ast.Var, f func(*location)) {
	m := a.d.mem
	maps := func(c *location) {
		if ast.IsMap(c.typ) {
			f(c)
		}
	}
	m.cellsIn(m.variable(v), maps)
	m.behind(m.variable(v), map[*location]bool{}, maps)
}

// checkError leaves the derivative where F failed.
func (a *assembly) checkError() []ast.Stmt {
	if a.err == nil {
		return nil
	}
	cond := &ast.Binary{Op: token.NEQ, X: &ast.Ref{Var: a.err}, Y: nilExpr(a.err.Type), T: types.Typ[types.Bool]}
	return []ast.Stmt{&ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: a.failed}}}}}
}

// freshShadows makes the shadows that the caller does not give: before the forward sweep where that needs them, else before the
// reverse sweep.
func (a *assembly) freshShadows(forward *ast.Block) (early, late []ast.Stmt) {
	d := a.d
	used, written := usedVars(forward), d.writtenCells()
	for _, v := range a.fresh {
		sv := d.shadows[v]
		mirror := d.appendsBehind(v) || slices.ContainsFunc(a.sharing, func(s *stem) bool { return d.fn.Inputs()[s.input] == v })
		made := slices.IndexFunc(a.made, func(m madeShadow) bool { return m.input == v })
		into, named := sv, contains(a.f.Results, sv)
		if made >= 0 {
			into, named = a.made[made].result, true
		}
		mk := d.withRoom(v, d.u.freshShadow(into, v, named, mirror))
		before := used[sv] || a.reshapes(v, written)
		derefs := d.derefsAlways
		if before {
			derefs = d.derefsFirst
		}
		if isPointer(v.Type) && !mirror && !d.u.linked(v.Type) && d.u.opaquePointee(v.Type) == nil && !derefs(v) {
			mk = unlessNil(into, v, mk)
		}
		if named {
			mk = append(mk, boxed(into, v.Type)...)
		} else {
			mk = boxedHere(mk, v.Type)
		}
		if made >= 0 {
			mk = append(mk, define(a.made[made].own, &ast.Ref{Var: into}))
		}
		if made >= 0 || before {
			early = append(early, mk...)
		} else {
			late = append(late, mk...)
		}
	}
	return early, late
}

// withRoom gives the shadow that the statements mk make of a slice its capacity, where F slices it up to a bound that may be beyond its
// length.
func (d *derivation) withRoom(v *ast.Var, mk []ast.Stmt) []ast.Stmt {
	first, ok := mk[0].(*ast.Assign)
	if !ok {
		return mk
	}
	c, ok := first.Rhs[0].(*ast.Call)
	if !ok || c.Fun.Builtin != "make" {
		return mk
	}
	sliced := false
	eachExpr(d.fn.Body, func(_ ast.Stmt, e ast.Expr) {
		x, ok := e.(*ast.Slice)
		sliced = sliced || ok && x.Hi != nil && d.mem.reach(x.X) == d.mem.reach(&ast.Ref{Var: v})
	})
	if !sliced {
		return mk
	}
	room := *first
	room.Rhs = []ast.Expr{builtin("make", c.T, append(slices.Clone(c.Args), builtin("cap", intType, &ast.Ref{Var: v}))...)}
	return append([]ast.Stmt{&room}, mk[1:]...)
}

func nilExpr(t types.Type) ast.Expr { return &ast.Name{Obj: types.Universe.Lookup("nil"), T: t} }

// expandReturns gives the returns of the forward sweep, which are those with an error, all results of the derivative.
func (a *assembly) expandReturns(b *ast.Block) *ast.Block {
	return ast.MapExprs(b, nil, func(t ast.Stmt) ast.Stmt {
		switch t := t.(type) {
		case *ast.Return:
			c := *t
			c.Results = nil
			for i, p := range a.sig.Results {
				switch p.Role {
				case ast.RoleResult, ast.RoleErr:
					c.Results = append(c.Results, t.Results[p.Index])
				default:
					c.Results = append(c.Results, a.failed[i])
				}
			}
			return &c
		case *ast.Block:
			if len(t.Stmts) == 0 {
				return t // the border between the sweeps
			}
			return a.expandReturns(t)
		}
		return ast.MapBlocks(t, func(b *ast.Block) *ast.Block { return a.expandReturns(b) })
	}).(*ast.Block)
}

// freshShadow makes the shadow sv of an input v. Named says that it is a result of the derivative; mirror, that what the input
// reaches may share memory in ways that matter.
func (u *Unit) freshShadow(sv, v *ast.Var, named, mirror bool) []ast.Stmt {
	ref, value := &ast.Ref{Var: sv}, &ast.Ref{Var: v}
	op := token.DEFINE
	if named {
		op = token.ASSIGN
	}
	if o := u.opaquePointee(v.Type); o != nil {
		mk := o.shadowPointer(ref, value)
		if named {
			return []ast.Stmt{mk}
		}
		return []ast.Stmt{&ast.Decl{Vars: []*ast.Var{sv}, Typed: true}, mk}
	}
	if (mirror || u.linked(v.Type)) && u.opaque(v.Type) == nil {
		return []ast.Stmt{&ast.Assign{Lhs: []ast.Expr{ref}, Op: op, Rhs: []ast.Expr{u.shadowCall(value, v.Type)}}}
	}
	e, more := u.zeroShadow(ref, value, v.Type, 0)
	return append([]ast.Stmt{&ast.Assign{Lhs: []ast.Expr{ref}, Op: op, Rhs: []ast.Expr{e}}}, more...)
}

// unlessNil makes the shadow of a pointer only where there is one; the shadow of nil is nil.
func unlessNil(sv, v *ast.Var, make []ast.Stmt) []ast.Stmt {
	first, _ := make[0].(*ast.Assign)
	var out []ast.Stmt
	if first.Op == token.DEFINE {
		out = append(out, &ast.Decl{Vars: []*ast.Var{sv}, Typed: true})
		make[0] = set(first.Lhs[0], token.ASSIGN, first.Rhs[0])
	}
	cond := &ast.Binary{Op: token.NEQ, X: &ast.Ref{Var: v}, Y: nilExpr(v.Type), T: types.Typ[types.Bool]}
	return append(out, &ast.If{Cond: cond, Then: &ast.Block{Stmts: make}})
}

// linked reports whether a type has pointers or maps beyond a pointer at its top: what they reach may be reached twice.
func (u *Unit) linked(t types.Type) bool {
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	found := false
	seen := map[types.Type]bool{}
	var visit func(t types.Type)
	visit = func(t types.Type) {
		if seen[t] || !ast.Carries(t) || u.opaque(t) != nil {
			return
		}
		seen[t] = true
		switch x := t.Underlying().(type) {
		case *types.Pointer, *types.Map:
			found = true
		case *types.Slice:
			visit(x.Elem())
		case *types.Array:
			visit(x.Elem())
		case *types.Struct:
			for _, f := range namedFields(x) {
				visit(f.Type())
			}
		}
	}
	visit(t)
	return found
}

// derefsAlways reports whether every call of F selects from what v points to, so that v is not nil where it gets to its end.
func (d *derivation) derefsAlways(v *ast.Var) bool {
	if d.derefs == nil {
		d.derefs = derefs(d.fn, func(ast.Stmt) bool { return false })
	}
	return d.derefs[v]
}

// derefsFirst reports whether every call of F does so before it does anything else that the caller could see, so that nobody can tell
// whether it is done at the beginning.
func (d *derivation) derefsFirst(v *ast.Var) bool {
	if d.early == nil {
		shared := d.mem.shared()
		d.early = derefs(d.fn, func(s ast.Stmt) bool {
			seen := false
			ast.Inspect(s, func(s ast.Stmt) bool {
				d.mem.writes(s, func(l *location) { seen = seen || shared[l.find()] })
				ast.Exprs(s, func(e ast.Expr, _ bool) {
					d.mem.eachCall(e, func(c *ast.Call) {
						seen = seen || d.u.panics(c) || c.Fun.Fn != nil && d.u.hasEffects(c.Fun.Fn)
					})
				})
				return !seen
			})
			return seen
		})
	}
	return d.early[v]
}

// derefs returns the variables that every call of f selects from what they point to, in statements up to the first that ends holds for, as
// they are given.
func derefs(f *ast.Func, ends func(ast.Stmt) bool) map[*ast.Var]bool {
	always, taken := map[*ast.Var]bool{}, addressTaken(f.Body)
	assigned := map[*ast.Var]bool{}
	for _, s := range f.Body.Stmts {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
					return false
				}
				switch e.(type) {
				case *ast.Field, *ast.Deref, *ast.Index:
					if r, ok := ast.Operands(e)[0].(*ast.Ref); ok && !assigned[r.Var] && !taken[r.Var] {
						always[r.Var] = true
					}
				}
				return true
			})
		})
		if mayLeave(s) || ends(s) {
			break
		}
		ast.Inspect(s, func(s ast.Stmt) bool {
			ast.Exprs(s, func(e ast.Expr, isAssigned bool) {
				if r, ok := e.(*ast.Ref); ok && isAssigned {
					assigned[r.Var] = true
				}
			})
			return true
		})
	}
	return always
}

// zeroShadow returns an expression for the shadow of a value, and the statements that complete it at place.
func (u *Unit) zeroShadow(place, value ast.Expr, t types.Type, depth int) (ast.Expr, []ast.Stmt) {
	if o := u.opaque(t); o != nil {
		return o.shadowOf(value), nil
	}
	if o := u.opaquePointee(t); o != nil {
		return nilExpr(t), []ast.Stmt{o.shadowPointer(place, value)}
	}
	if fn := u.shadowMaker(t); fn != nil {
		return callOf(fn, value), nil
	}
	if depth > 4 || ast.IsBoxed(t) {
		return u.shadowCall(value, t), nil
	}
	switch x := t.Underlying().(type) {
	case *types.Slice:
		mk := builtin("make", t, length(value))
		if ast.ShapeOf(x.Elem()) == ast.ValueLike && len(u.opaqueWithin(t)) == 0 {
			return mk, nil
		}
		i := ast.NewVar("i", intType)
		at := func(e ast.Expr) ast.Expr { return &ast.Index{X: e, I: &ast.Ref{Var: i}, T: x.Elem()} }
		e, more := u.zeroShadow(at(place), at(value), x.Elem(), depth+1)
		body := append([]ast.Stmt{set(at(place), token.ASSIGN, e)}, more...)
		return mk, []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: value, Body: &ast.Block{Stmts: body}}}
	case *types.Struct:
		lit, more := u.shadowStruct(place, value, t, depth)
		return lit, more
	case *types.Pointer:
		switch {
		case depth > 0:
		case ast.ShapeOf(x.Elem()) == ast.ValueLike && len(u.opaqueWithin(t)) == 0:
			return builtin("new", t), nil
		case isStruct(x.Elem()):
			lit, more := u.shadowStruct(place, value, x.Elem(), depth)
			return &ast.Addr{X: lit, T: t}, more
		}
	}
	return u.shadowCall(value, t), nil
}

// shadowStruct is a literal of the shadow of a struct, or of what a pointer to one points to.
func (u *Unit) shadowStruct(place, value ast.Expr, t types.Type, depth int) (*ast.Composite, []ast.Stmt) {
	lit := &ast.Composite{T: t}
	var more []ast.Stmt
	st, _ := t.Underlying().(*types.Struct)
	for _, f := range namedFields(st) {
		if !hasLinks(f.Type()) {
			continue
		}
		e, m := u.zeroShadow(&ast.Field{X: place, Field: f}, &ast.Field{X: value, Field: f}, f.Type(), depth+1)
		lit.Elems = append(lit.Elems, ast.Elem{Field: f, Value: e})
		more = append(more, m...)
	}
	return lit, more
}

// shadowCall leaves the making of a shadow to the runtime.
func (u *Unit) shadowCall(value ast.Expr, t types.Type) ast.Expr {
	if list := u.opaqueWithin(t); len(list) > 0 {
		args := append([]ast.Expr{value}, names(list, shadowFunc)...)
		return &ast.Call{Fun: ast.Callee{Copied: "ShadowWith"}, Args: args, T: t}
	}
	return &ast.Call{Fun: ast.Callee{Copied: "Shadow"}, Args: []ast.Expr{value}, T: t}
}

// borders puts the comments over the sweeps; mark is where the second begins.
func borders(b *ast.Block, mark *ast.Block, notes []note) *ast.Block {
	out := &ast.Block{}
	at := -1
	for i, s := range b.Stmts {
		if s == ast.Stmt(mark) {
			at = i
		}
	}
	if at < 0 {
		return b // both at once
	}
	forward := b.Stmts[:at]
	rest := b.Stmts[at+1:]
	if len(forward) == 0 || len(rest) == 0 || isReturn(rest[0]) {
		out.Stmts = append(append(out.Stmts, forward...), rest...)
		return out
	}
	text, named := remembers(notesOf(b, notes))
	out.Stmts = append(out.Stmts, withHeading(forward[0], "Forward sweep"+text, named...))
	out.Stmts = append(out.Stmts, forward[1:]...)
	out.Stmts = append(out.Stmts, withHeading(rest[0], "\nReverse sweep."))
	out.Stmts = append(out.Stmts, rest[1:]...)
	return out
}

// notesOf returns the notes whose variables are still there.
func notesOf(b *ast.Block, notes []note) []note {
	there := map[*ast.Var]bool{}
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			there[r.Var] = true
		}
	})
	return slices.DeleteFunc(slices.Clone(notes), func(n note) bool {
		v, isVar := n.need.expr.(*ast.Ref)
		i, indexed := n.index.(*ast.Ref)
		return !there[n.slice] || !isVar || !there[v.Var] || n.index != nil && (!indexed || !there[i.Var])
	})
}

// withHeading puts a line over a statement and its comment.
func withHeading(s ast.Stmt, heading string, named ...*ast.Var) ast.Stmt {
	if c := s.Info().Comment; c != "" {
		heading += "\n" + c
	}
	t := withComment(s, heading)
	t.Info().Named = append(named, t.Info().Named...)
	return t
}

// remembers says what the slices of remembered values hold.
func remembers(notes []note) (string, []*ast.Var) {
	text := "."
	var named []*ast.Var
	for k, n := range notes {
		v, isVar := n.need.expr.(*ast.Ref)
		i, indexed := n.index.(*ast.Ref)
		if !isVar || len(notes) > 3 {
			continue
		}
		sep := ", "
		if k == 0 || text == "." {
			sep = "; "
		}
		text = strings.TrimSuffix(text, ".")
		switch {
		case indexed && n.need.item == nil:
			text += sep + "\x00[\x00] is \x00 before step \x00."
			named = append(named, n.slice, i.Var, v.Var, i.Var)
		case indexed:
			text += sep + "\x00[\x00] is \x00 in step \x00."
			named = append(named, n.slice, i.Var, v.Var, i.Var)
		default:
			text += sep + "\x00 holds every \x00 that the reverse sweep needs."
			named = append(named, n.slice, v.Var)
		}
	}
	return text, named
}

// reverseDoc is the doc comment of a derivative in reverse mode.
func reverseDoc(f *ast.Func, mode ast.Mode, sig ast.Signature, name string) string {
	var wrt []string
	for _, p := range append(append([]ast.Param{}, sig.Params...), sig.Results...) {
		if p.Role == ast.RoleShadow {
			wrt = append(wrt, primalName(sig, p.Index))
		}
	}
	of := docName(f)
	switch mode {
	case ast.Grad:
		return fmt.Sprintf("%s returns the gradient of %s with respect to %s.", name, of, enumerate(wrt))
	case ast.ValueGrad:
		return fmt.Sprintf("%s returns the value of %s and its gradient with respect to %s.", name, of, enumerate(wrt))
	case ast.VJP:
		return vjpDoc(sig, name, of, wrt)
	}
	return fmt.Sprintf("%s is a derivative of %s.", name, of)
}

func vjpDoc(sig ast.Signature, name, of string, wrt []string) string {
	var seeds, added, returned []string
	for _, p := range sig.Params {
		switch p.Role {
		case ast.RoleSeed:
			seeds = append(seeds, p.Name)
		case ast.RoleShadow:
			added = append(added, p.Name)
		}
	}
	for _, p := range sig.Results {
		if p.Role == ast.RoleShadow {
			returned = append(returned, p.Name)
		}
	}
	doc := fmt.Sprintf("%s is the reverse mode of %s with respect to %s.", name, of, enumerate(wrt))
	if len(seeds) > 0 {
		doc += fmt.Sprintf("\nFor result adjoints %s it", enumerate(seeds))
	} else {
		doc += "\nIt"
	}
	switch {
	case len(added) > 0 && len(returned) > 0:
		doc += fmt.Sprintf(" adds to the shadows %s and returns %s.", enumerate(added), enumerate(returned))
	case len(added) > 0:
		doc += fmt.Sprintf(" adds to the shadows %s.", enumerate(added))
	default:
		doc += fmt.Sprintf(" returns %s.", enumerate(returned))
	}
	return doc
}

func primalName(sig ast.Signature, index int) string {
	if sig.Recv != nil && sig.Recv.Index == index {
		return sig.Recv.Name
	}
	for _, p := range sig.Params {
		if p.Role == ast.RolePrimal && p.Index == index {
			return p.Name
		}
	}
	return fmt.Sprintf("p%d", index)
}

// declareResults declares the results of the primal function, and their shadows, that are none of the derivative.
func declareResults(d *derivation, results []*ast.Var) []ast.Stmt {
	var out []ast.Stmt
	for _, v := range d.fn.Results {
		for _, w := range []*ast.Var{v, d.shadows[v]} {
			if w != nil && !contains(results, w) {
				out = append(out, &ast.Decl{Vars: []*ast.Var{w}, Typed: true})
			}
		}
	}
	return out
}
