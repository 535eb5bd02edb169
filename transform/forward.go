package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Forward mode.
//
// Every assignment of an active value is preceded by the assignment of its tangent, which reads the same values:
//
//	y = f(a, b)              dy = ∂f/∂a * da + ∂f/∂b * db
//	                         y = f(a, b)
//	a, b = b, a*b            da, db = db, da*b + a*db
//	                         a, b = b, a*b
//	return e                 return e, de
//
// The tangent of a variable and the shadow of what it reaches are one variable.
type tangents struct {
	*derivation
	sig ast.Signature
	f   *ast.Func

	errors  bool             // with an error the tangents are zero
	keeps   bool             // the tangents that are given are not changed
	copies  []ast.Stmt       // copies them where they would be
	given   map[int]*ast.Var // the tangents that are given, by their inputs
	pending []ast.Stmt       // what the statement at hand needs before it
	wide    []*widened       // tangents that are given and may lack capacity
	body    *ast.Block
	unboxed map[*ast.Var]*ast.Var // the zero tangents of variables whose interfaces hold pointers
	boxed   map[*ast.Var]*ast.Var // variables of boxes of tangents, by those of what they are tangents of

	// Of a gradient that goes forward.
	directions []*tangents // the tangents that are carried beside one another, these the first of them; nil for these alone
	along      []*tangents // by result: those that its tangent is one of
}

// tangent makes g, which has a name, the forward mode of f, whose analysis is d. Asked says that a directive asks for it: then the tangents
// are zero where there is an error.
func (u *Unit) tangent(g, f *ast.Func, d *derivation, sig ast.Signature, in []bool, asked bool) {
	u.forward(&tangents{derivation: d, sig: sig, given: map[int]*ast.Var{}, f: g}, f, in, asked)
}

// forward is tangent of which more is known.
func (u *Unit) forward(t *tangents, f *ast.Func, in []bool, asked bool) {
	d, g := t.derivation, t.f
	g.Doc = fmt.Sprintf("%s is the forward mode of %s: its results, and their tangents along the tangents of the parameters.", g.Name, docName(f))
	t.errors = asked
	t.bind()
	var first []ast.Stmt
	for i, v := range d.fn.Inputs() {
		ref := &ast.Ref{Var: v}
		if in[i] || !ast.Carries(v.Type) || !d.act.place(ref) && !d.reachesActive(ref) {
			continue
		}
		if hasLinks(v.Type) {
			first = append(first, t.u.freshShadow(d.both(v), v, false, true)...)
		} else {
			first = append(first, &ast.Decl{Vars: []*ast.Var{d.both(v)}, Typed: true})
		}
	}
	body := t.block(d.fn.Body)
	if len(t.wide) > 0 {
		t.body = body
		body = t.narrow(body)
	}
	body.Stmts = append(first, t.withLocals(body.Stmts)...)
	if asked {
		body.Stmts = append(t.checks(), body.Stmts...)
	}
	for _, w := range t.wide {
		body.Stmts = append(slices.Clone(w.first), body.Stmts...)
	}
	body.Stmts = append(t.copies, body.Stmts...)
	u.trace("forward", t.f, body)
	g.Body = d.finish(body, g.Results)
	u.explain(g, in, d, nil)
}

// checks asks what the derivative takes for granted: where F writes memory that is reached in more than one way, the tangents given share
// memory likewise, also those that have been widened for them; and where no tangent is given, it is reached in one way.
func (t *tangents) checks() []ast.Stmt {
	given := maps.Clone(t.given)
	for _, w := range t.wide {
		for _, in := range w.inputs {
			given[slices.Index(t.fn.Inputs(), in.of)] = in.own
		}
	}
	var mirrored, apart []pairOfStems
	for _, p := range t.apart() {
		if t.given[p.a.input] != nil && t.given[p.b.input] != nil {
			mirrored = append(mirrored, p)
		} else {
			apart = append(apart, p)
		}
	}
	for _, p := range t.together() {
		if given[p.a.input] != nil {
			mirrored = append(mirrored, p)
		}
	}
	alone := slices.DeleteFunc(t.sharing(), func(s *stem) bool { return given[s.input] == nil })
	return append(t.checkDisjoint(apart), t.checkMirrored(given, alone, mirrored)...)
}

// narrow puts what was widened back before every return, and before the end of a function without results.
func (t *tangents) narrow(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	var last []ast.Stmt
	for _, w := range t.wide {
		last = append(last, w.last...)
	}
	for _, s := range b.Stmts {
		ret, ok := s.(*ast.Return)
		switch {
		case ok && len(ret.Results) > 0:
			if a := assignOthers(ast.Refs(t.f.Results), ret.Results); a != nil {
				out.Stmts = append(out.Stmts, a)
			}
			out.Stmts = append(append(out.Stmts, last...), &ast.Return{Results: t.home()})
		case ok:
			out.Stmts = append(append(out.Stmts, last...), &ast.Return{Meta: ret.Meta, Results: t.home()})
		case len(ast.Blocks(s)) > 0:
			out.Stmts = append(out.Stmts, ast.MapBlocks(s, t.narrow))
		default:
			out.Stmts = append(out.Stmts, s)
		}
	}
	if b == t.body && !ast.Ends(out.Stmts) {
		out.Stmts = append(out.Stmts, last...)
	}
	return out
}

// home returns the results, tangents that may lead into what was widened leading into what was given.
func (t *tangents) home() []ast.Expr {
	list := ast.Refs(t.f.Results)
	for i, p := range t.sig.Results {
		if p.Role != ast.RoleTangent || !hasLinks(p.Type) {
			continue
		}
		for _, w := range t.wide {
			if slices.ContainsFunc(w.inputs, func(in wideInput) bool { return t.mayShare(t.fn.Results[p.Index], in.of) }) {
				list[i] = &ast.Call{Fun: ast.Callee{Copied: "Home"}, Args: []ast.Expr{&ast.Ref{Var: w.wide}, list[i]}, T: p.Type}
			}
		}
	}
	return list
}

// mayShare reports whether two variables may lead to the same memory.
func (d *derivation) mayShare(v, w *ast.Var) bool {
	behind := map[*location]bool{}
	d.mem.behind(d.mem.variable(v), map[*location]bool{}, func(c *location) { behind[c] = true })
	found := false
	d.mem.behind(d.mem.variable(w), map[*location]bool{}, func(c *location) { found = found || behind[c] })
	return found
}

// assignOthers is lhs = rhs without what is assigned to itself, or nil if nothing is left.
func assignOthers(lhs, rhs []ast.Expr) ast.Stmt {
	a := &ast.Assign{Op: token.ASSIGN}
	for i, l := range lhs {
		if len(lhs) != len(rhs) || !ast.Equal(l, rhs[i]) {
			a.Lhs = append(a.Lhs, l)
		}
	}
	for i, x := range rhs {
		if len(lhs) != len(rhs) || !ast.Equal(lhs[i], x) {
			a.Rhs = append(a.Rhs, x)
		}
	}
	if len(a.Lhs) == 0 {
		return nil
	}
	return a
}

// both returns the variable that is tangent and shadow of v.
func (d *derivation) both(v *ast.Var) *ast.Var {
	if d.adjoints[v] == nil && d.shadows[v] == nil {
		t := v.Type
		d.adjoints[v] = ast.NewVar(d.fn.Tangents()+v.Name+d.suffix, t)
	}
	if d.adjoints[v] == nil {
		d.adjoints[v] = d.shadows[v]
	}
	d.shadows[v] = d.adjoints[v]
	d.isShadow[d.adjoints[v]] = true
	return d.adjoints[v]
}

func (t *tangents) bind() {
	inputs, results := t.fn.Inputs(), t.fn.Results
	primal := func(p ast.Param) *ast.Var { return inputs[p.Index] }
	var wide []wideInput
	if t.sig.Recv != nil {
		t.f.Recv = primal(*t.sig.Recv)
	}
	for _, p := range t.sig.Params {
		if p.Role == ast.RolePrimal {
			t.f.Params = append(t.f.Params, primal(p))
			continue
		}
		v := ast.NewVar(p.Name, p.Type)
		t.f.Params = append(t.f.Params, v)
		if t.keeps && hasLinks(p.Type) {
			v = t.copied(v, p.Index)
		}
		t.given[p.Index] = v
		if t.errors && hasLinks(p.Type) && t.appendsBehind(inputs[p.Index]) {
			own := ast.NewVar(p.Name, p.Type)
			wide = append(wide, wideInput{inputs[p.Index], v, own})
			v = own
		}
		t.adjoints[inputs[p.Index]] = v
		t.both(inputs[p.Index])
	}
	t.wide = t.widenAll(wide)
	for _, p := range t.sig.Results {
		v := results[p.Index]
		if p.Role == ast.RoleTangent {
			w := ast.NewVar(p.Name, p.Type)
			t.adjoints[v] = w
			t.both(v)
			v = w
		} else if v.Obj == nil {
			v.Name = p.Name
		}
		t.f.Results = append(t.f.Results, v)
	}
}

// copied returns the variable that stands for a tangent that is given: a copy of it, where F changes what the input leads to.
func (t *tangents) copied(v *ast.Var, input int) *ast.Var {
	of := t.u.summary(t.fn.Obj)
	in := of.mem.fn.Inputs()[input]
	if !of.behind(in, of.writes) && !of.behind(in, of.appends) {
		return v
	}
	own := ast.NewVar(v.Name, v.Type)
	if isSlice(v.Type) && ast.ShapeOf(elemType(v.Type)) == ast.ValueLike {
		copied := builtin("copy", intType, &ast.Ref{Var: own}, &ast.Ref{Var: v})
		t.copies = append(t.copies, define(own, builtin("make", v.Type, length(&ast.Ref{Var: v}))), &ast.Do{Call: copied})
		return own
	}
	call := &ast.Call{Fun: ast.Callee{Copied: "CopyShadow"}, Args: []ast.Expr{&ast.Ref{Var: v}}, T: v.Type}
	if list := t.u.opaqueWithin(v.Type); len(list) > 0 {
		call.Fun.Copied, call.Args = "CopyShadowWith", append(call.Args, names(list, shadowFunc, addFunc)...)
	}
	t.copies = append(t.copies, define(own, call))
	return own
}

// withLocals declares the results of F that are none of the derivative: where they are first set, if they are as a whole.
func (t *tangents) withLocals(list []ast.Stmt) []ast.Stmt {
	var decls []ast.Stmt
	for _, s := range t.locals() {
		v := s.(*ast.Decl).Vars[0]
		i := slices.IndexFunc(list, func(s ast.Stmt) bool { return usesVar(&ast.Block{Stmts: []ast.Stmt{s}}, v) })
		if i >= 0 {
			a, ok := list[i].(*ast.Assign)
			if ok && a.Op == token.ASSIGN && len(a.Lhs) == 1 && isRefTo(v)(a.Lhs[0]) && !mentions(a.Rhs[0], v) {
				c := *a
				c.Op = token.DEFINE
				list[i] = &c
				continue
			}
		}
		decls = append(decls, s)
	}
	return append(decls, list...)
}

// locals declares the results of F that are none of the derivative.
func (t *tangents) locals() []ast.Stmt {
	var list []ast.Stmt
	for _, v := range t.fn.Results {
		if !contains(t.f.Results, v) {
			list = append(list, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
		}
	}
	return list
}

func (t *tangents) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		out.Stmts = append(out.Stmts, t.everywhere(s)...)
	}
	return out
}

// everywhere returns a statement with its tangents in all directions.
func (t *tangents) everywhere(s ast.Stmt) []ast.Stmt {
	list := t.flush(t.stmt(s))
	ast.Attribute(others(list, s), ast.Tangent, s)
	if _, ret := s.(*ast.Return); ret || len(ast.Blocks(s)) > 0 || len(t.directions) == 0 {
		return list // a return has them all, and so have the statements of blocks
	}
	for _, o := range t.directions[1:] {
		more := o.flush(o.stmt(s))
		ast.Attribute(others(more, s), ast.Tangent, s)
		i, j := slices.Index(list, s), slices.Index(more, s)
		if i < 0 || j < 0 || o.grown[s] != nil {
			refuse(s.Info().Pos, "several tangents at once are not supported of this statement")
		}
		list = slices.Concat(list[:i], more[:j], list[i:i+1], more[j+1:], list[i+1:])
	}
	return list
}

// others returns a list without s and, if s has blocks, without what may hold statements of theirs.
func others(list []ast.Stmt, s ast.Stmt) []ast.Stmt {
	blocks := len(ast.Blocks(s)) > 0
	return slices.DeleteFunc(slices.Clone(list), func(t ast.Stmt) bool { return t == s || blocks && len(ast.Blocks(t)) > 0 })
}

// flush returns statements with what they need before them.
func (t *tangents) flush(list []ast.Stmt) []ast.Stmt {
	list = append(t.pending, list...)
	t.pending = nil
	return list
}

func (t *tangents) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.Block:
		return []ast.Stmt{t.block(s)}
	case *ast.If, *ast.For:
		return []ast.Stmt{t.below(s)}
	case *ast.Range:
		return t.rangeStmt(s)
	case *ast.Assign:
		return t.assign(s)
	case *ast.Decl:
		if len(s.Values) == 0 {
			out := []ast.Stmt{s}
			for _, v := range s.Vars {
				if ref := (&ast.Ref{Var: v}); t.act.place(ref) || t.reachesActive(ref) {
					out = append(out, &ast.Decl{Vars: []*ast.Var{t.both(v)}, Typed: true})
				}
			}
			return out
		}
		return t.sides(s, ast.Refs(s.Vars), s.Values, token.DEFINE)
	case *ast.Do:
		return t.do(s)
	case *ast.Return:
		return t.ret(s)
	case *ast.Branch:
		return []ast.Stmt{s}
	}
	panic(fmt.Sprintf("transform: forward mode of %T", s))
}

func (t *tangents) below(s ast.Stmt) ast.Stmt {
	return ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return t.block(b) })
}

func (t *tangents) rangeStmt(s *ast.Range) []ast.Stmt {
	c, _ := t.below(s).(*ast.Range)
	v := rangeValue(s)
	if v == nil {
		return []ast.Stmt{c}
	}
	var first []ast.Stmt
	for _, o := range t.all() {
		if !o.act.place(v) {
			continue
		}
		if c.Key == nil {
			c.Key = &ast.Ref{Var: ast.NewVar("i", intType)}
		}
		elem := &ast.Index{X: s.X, I: c.Key, T: elemType(s.X.Type())}
		def := ast.Stmt(&ast.Decl{Vars: []*ast.Var{o.both(v.Var)}, Typed: true})
		if o.act.place(elem) {
			def = define(o.both(v.Var), o.tangentOf(s, elem))
		}
		first = append(first, o.flush([]ast.Stmt{def})...)
	}
	ast.Attribute(first, ast.Tangent, s)
	c.Body.Stmts = append(first, c.Body.Stmts...)
	return []ast.Stmt{c}
}

// all returns the tangents that are carried beside one another.
func (t *tangents) all() []*tangents {
	if len(t.directions) == 0 {
		return []*tangents{t}
	}
	return t.directions
}

func (t *tangents) assign(s *ast.Assign) []ast.Stmt {
	op, isCompound := compound(s.Op)
	if !isCompound {
		return t.sides(s, s.Lhs, s.Rhs, s.Op)
	}
	l := s.Lhs[0]
	if !ast.IsFloat(l.Type()) || !t.act.place(l) {
		return []ast.Stmt{s}
	}
	if op == token.ADD || op == token.SUB {
		e, tok := t.tangentOf(s, s.Rhs[0]), s.Op
		if zeroProduct(e) {
			return []ast.Stmt{s}
		}
		if m := isMinus(e); m != nil {
			e, tok = m, turned(tok)
		}
		return []ast.Stmt{set(t.tangentPlace(l), tok, e), s}
	}
	rhs := &ast.Binary{Op: op, X: l, Y: s.Rhs[0], T: l.Type()}
	return append(t.tangentAssign(s, s.Lhs, []ast.Expr{rhs}, token.ASSIGN), s)
}

// sides is a plain assignment, its tangents first.
func (t *tangents) sides(s ast.Stmt, lhs, rhs []ast.Expr, op token.Token) []ast.Stmt {
	if len(rhs) == 1 {
		if c, ok := rhs[0].(*ast.Call); ok {
			switch {
			case changesBoxes(c):
				return append([]ast.Stmt{s}, t.boxGivenTangent(lhs[0], c)...)
			case c.Fun.Builtin == "append" && t.reachesActive(c):
				return t.appendStmt(s, lhs[0], c)
			case c.Fun.Builtin == "copy":
				return append(t.copyStmts(s, c), s)
			case t.isSplit(c) && (t.writesActive(c) || t.anyActive(lhs)):
				return t.splitCall(s, lhs, c)
			case t.passiveCall(c) && (len(lhs) > 1 || !ast.IsFloat(c.T)):
				return append(t.constant(lhs, op), t.withResultShadows(s, lhs, c)...)
			}
			if len(lhs) > 1 {
				return t.multi(s, lhs, c, op)
			}
		}
	}
	tans := t.tangentAssign(s, lhs, rhs, op)
	if len(tans) == 1 && t.panicsLate(lhs, rhs) {
		a, _ := tans[0].(*ast.Assign)
		values := &ast.Assign{Op: token.DEFINE, Rhs: a.Rhs}
		for _, l := range a.Lhs {
			values.Lhs = append(values.Lhs, &ast.Ref{Var: ast.NewVar("t", l.Type())})
		}
		return []ast.Stmt{values, s, &ast.Assign{Lhs: a.Lhs, Op: a.Op, Rhs: values.Lhs}}
	}
	return append(tans, s)
}

// panicsLate reports whether an assignment may panic at one of its places when it has written to memory at another.
func (t *tangents) panicsLate(lhs, rhs []ast.Expr) bool {
	written, late := false, false
	changed := map[*location]bool{}
	for _, l := range lhs {
		if l != nil {
			t.mem.cellsIn(t.mem.place(l), func(c *location) { changed[c.find()] = true })
		}
	}
	for _, l := range lhs {
		if l == nil {
			continue
		}
		moves := false // it is another place when the assignment is done
		t.mem.readsOfAddress(l, func(c *location) { moves = moves || changed[c.find()] })
		if moves {
			return false
		}
		read := slices.ContainsFunc(rhs, func(e ast.Expr) bool {
			return ast.Any(e, func(e ast.Expr) bool { return ast.Equal(e, l) })
		})
		late = late || written && !read && t.mayPanic(l)
		written = written || t.mem.inMemory(l)
	}
	return late
}

// tangentPlace is the place of the tangent of a place.
func (t *tangents) tangentPlace(l ast.Expr) ast.Expr {
	if v := ast.RootVar(l); v != nil {
		t.both(v)
	}
	if v := ast.RootVar(l); v != nil {
		return replaceRoot(l, t.both(v))
	}
	return t.place(l, now)
}

func (t *tangents) tangentAssign(s ast.Stmt, lhs, rhs []ast.Expr, op token.Token) []ast.Stmt {
	if len(lhs) != len(rhs) {
		return nil
	}
	a := &ast.Assign{Op: op}
	for i, l := range lhs {
		if keepsLinks(rhs[i]) {
			a.Lhs, a.Rhs = append(a.Lhs, t.tangentPlace(l)), append(a.Rhs, t.keptTangents(rhs[i]))
			continue
		}
		if l == nil || !ast.Carries(l.Type()) || !t.act.place(l) && !t.reachesActive(l) {
			continue
		}
		var e ast.Expr
		place := t.tangentPlace(l)
		if r, ok := l.(*ast.Ref); ok && r.Again {
			place = &ast.Ref{Var: t.both(r.Var), Again: true}
		}
		e = t.tangentOf(s, rhs[i])
		if lit, ok := e.(*ast.Lit); ok && ast.IsFloat(l.Type()) {
			e = &ast.Lit{Text: lit.Text, Val: lit.Val, T: l.Type()}
		}
		if op == token.ASSIGN && ast.Equal(place, e) && (len(lhs) == 1 || !t.mem.inMemory(l)) {
			continue // in memory another place may be the same
		}
		a.Lhs, a.Rhs = append(a.Lhs, place), append(a.Rhs, e)
	}
	if len(a.Lhs) == 0 {
		return nil
	}
	if len(a.Lhs) == 1 && op == token.ASSIGN && ast.IsFloat(a.Rhs[0].Type()) {
		return scale(a.Lhs[0], addends(a.Rhs[0]), a.Rhs[0].Type())
	}
	isNew := func(l ast.Expr) bool { r, ok := l.(*ast.Ref); return !ok || !r.Again }
	if op == token.DEFINE && !slices.ContainsFunc(a.Lhs, isNew) {
		a.Op = token.ASSIGN // what is new is not active
		for i, l := range a.Lhs {
			a.Lhs[i] = &ast.Ref{Var: l.(*ast.Ref).Var}
		}
	}
	return []ast.Stmt{a}
}

// addends returns the terms of a sum, those that addUp has doubled twice.
func addends(e ast.Expr) []ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok {
		return []ast.Expr{e}
	}
	switch v, _ := litValue(b.X); {
	case b.Op == token.ADD:
		return append(addends(b.X), addends(b.Y)...)
	case b.Op == token.SUB:
		return append(addends(b.X), neg(b.Y))
	case b.Op == token.MUL && v == 2:
		return []ast.Expr{b.Y, b.Y}
	}
	return []ast.Expr{e}
}

// A tangentSum is the tangent of a float expression.
type tangentSum struct {
	pre   []ast.Stmt
	terms []ast.Expr
	cond  []term // terms under conditions, with their values
}

func (x *tangentSum) expr(t types.Type) ast.Expr {
	if len(x.terms) == 0 {
		return nil
	}
	return sum(x.terms, t)
}

// guarded adds the terms that stand under conditions.
func (x *tangentSum) guarded(to ast.Expr, op token.Token) []ast.Stmt {
	var out []ast.Stmt
	for _, tm := range x.cond {
		out = addGuarded(out, all(tm.when), []ast.Stmt{set(to, op, tm.coef)})
	}
	return out
}

// float returns the tangent of a float expression at a statement.
func (t *tangents) float(s ast.Stmt, e ast.Expr) *tangentSum {
	lin := &linear{d: t.derivation, stmt: s}
	lin.nested = t.nested(lin)
	lin.push(e, symbolic(e.Type()))
	return t.sum(lin, e.Type())
}

// nested returns what makes a variable for the tangent of an operand in which tangents meet, once for each: what the operand is multiplied
// with then applies to their sum. For a quotient of two active operands it is the tangent times the divisor.
func (t *tangents) nested(lin *linear) func(e, coef ast.Expr) term {
	made := map[ast.Expr]*ast.Var{}
	return func(e, coef ast.Expr) term {
		v := made[e]
		if v == nil {
			within := &linear{d: t.derivation, stmt: lin.stmt}
			within.nested = t.nested(within)
			if t.isQuotient(e) {
				q := e.(*ast.Binary)
				within.push(q.X, symbolic(e.Type()))
				within.push(q.Y, neg(mul(symbolic(e.Type()), within.val(q))))
			} else {
				within.push(e, symbolic(e.Type()))
			}
			v = ast.NewVar("t", e.Type())
			made[e] = v
			sum := t.sum(within, e.Type())
			lin.pre = append(append(lin.pre, sum.pre...), define(v, sum.expr(e.Type())))
		}
		return term{place: &ast.Ref{Var: v}, coef: coef, when: lin.when, tangent: true}
	}
}

// sum adds up the terms of a linearisation, which is of type typ.
func (t *tangents) sum(lin *linear, typ types.Type) *tangentSum {
	out := &tangentSum{}
	var of []ast.Expr // the tangents in the terms
	for _, p := range lin.pre {
		out.pre = append(out.pre, mapAll(p, present))
	}
	for _, tm := range lin.terms {
		d := tm.place
		if !tm.tangent {
			d = t.tangentPlace(tm.place)
		}
		if r, ok := tm.place.(*ast.Ref); ok && r.Var == t.unit {
			d = number(1, d.Type())
		}
		in := widest(tm.coef, typ)
		v := convert(present(forwards(tm.coef, convert(d, in), in)), typ)
		if zeroProduct(v) {
			continue
		}
		if len(tm.when) > 0 {
			when := make([]ast.Expr, len(tm.when))
			for i, c := range tm.when {
				when[i] = present(c)
			}
			out.cond = append(out.cond, term{coef: v, when: when})
			continue
		}
		if i := slices.IndexFunc(of, func(x ast.Expr) bool { return ast.Equal(x, d) }); i >= 0 {
			if f := commonFactor([]ast.Expr{out.terms[i], v}, d); f != nil {
				out.terms[i] = mul(d, f)
				continue
			}
		}
		out.terms, of = append(out.terms, v), append(of, d)
	}
	return out
}

// forwards is a coefficient with a seed in it, all of type t. In reverse mode a coefficient takes an adjoint of the type of the
// result to one of the type of the place, with a conversion wherever the primal has one; a tangent goes the other way and is
// rounded once.
func forwards(coef, s ast.Expr, t types.Type) ast.Expr {
	if !ast.Any(coef, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && isSeed(r.Var) }) {
		return convert(coef, t)
	}
	switch e := coef.(type) {
	case *ast.Ref:
		return s
	case *ast.Binary:
		return binary(e.Op, forwards(e.X, s, t), forwards(e.Y, s, t), t)
	case *ast.Unary:
		return neg(forwards(e.X, s, t))
	case *ast.Convert:
		return forwards(e.X, s, t)
	case *ast.Call:
		c := ast.MapOperands(e, func(x ast.Expr) ast.Expr {
			return convert(forwards(x, s, t), x.Type())
		})
		return convert(c, t)
	}
	panic(fmt.Sprintf("transform: coefficient %T", coef))
}

// widest returns the type that a coefficient is computed in for a result of type t: float64, where something is computed in that with a seed.
func widest(coef ast.Expr, t types.Type) types.Type {
	is64 := func(t types.Type) bool {
		b, ok := t.Underlying().(*types.Basic)
		return ok && b.Kind() == types.Float64
	}
	for coef != nil && !is64(t) {
		if _, only := coef.(*ast.Convert); !only && is64(coef.Type()) {
			return coef.Type()
		}
		var next ast.Expr
		for _, x := range ast.Operands(coef) {
			if ast.Any(x, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && isSeed(r.Var) }) {
				next = x
			}
		}
		coef = next
	}
	return t
}

// present is an expression without its past: in forward mode the values are those of the moment.
func present(e ast.Expr) ast.Expr {
	if p, ok := e.(*ast.Past); ok {
		return present(p.X)
	}
	return ast.MapOperands(e, present)
}

// tangentOf returns the tangent of a value that is no float.
func (t *tangents) tangentOf(s ast.Stmt, e ast.Expr) ast.Expr {
	if ast.IsFloat(e.Type()) {
		return t.tangentFloat(s, e)
	}
	switch e := e.(type) {
	case *ast.Composite:
		return t.tangentLit(s, e)
	case *ast.Addr:
		if lit, ok := e.X.(*ast.Composite); ok {
			return t.shadowBox(e, lit, t.tangentLit(s, lit))
		}
	case *ast.Call:
		if makes(e) {
			return e
		}
		if isCopyCall(e) {
			c := *e
			c.Args = []ast.Expr{t.tangentOf(s, e.Args[0])}
			return &c
		}
		if t.passiveCall(e) && ast.ShapeOf(e.T) == ast.ValueLike {
			return zeroOf(e.T)
		}
		refuse(s.Info().Pos, "the result of this call is not supported here; assign it to a variable first")
	case *ast.Convert:
		return &ast.Convert{X: t.tangentOf(s, e.X), T: e.T}
	case *ast.Name:
		if isNil(e) {
			return e
		}
		return zeroOf(e.T) // a variable of the package is a constant
	}
	if !t.act.place(orPath(e)) && !t.reachesActive(e) {
		return zeroOf(e.Type())
	}
	if isPath(e) {
		if _, slice := e.(*ast.Slice); !slice {
			return t.tangentPlace(e)
		}
	}
	return t.value(e, now)
}

// tangentFloat returns the tangent of a float; what it takes to compute it goes before the statement.
func (t *tangents) tangentFloat(s ast.Stmt, e ast.Expr) ast.Expr {
	sum := t.float(s, e)
	t.pending = append(t.pending, sum.pre...)
	v := sum.expr(e.Type())
	if v == nil {
		v = zeroOf(e.Type())
	}
	if len(sum.cond) == 0 {
		return v
	}
	x := ast.NewVar("t", e.Type())
	t.pending = append(append(t.pending, define(x, v)), sum.guarded(&ast.Ref{Var: x}, token.ADD_ASSIGN)...)
	return &ast.Ref{Var: x}
}

// orPath returns the place that a slice expression slices.
func orPath(e ast.Expr) ast.Expr {
	if s, ok := e.(*ast.Slice); ok {
		return orPath(s.X)
	}
	return e
}

func (t *tangents) tangentLit(s ast.Stmt, e *ast.Composite) ast.Expr {
	c := &ast.Composite{T: e.T}
	for _, elem := range e.Elems {
		switch {
		case ast.ShapeOf(elem.Value.Type()) == ast.ReferenceLike && isPath(elem.Value) && !t.reachesActive(elem.Value):
			elem.Value = t.zeroLike(elem.Value)
		case ast.ShapeOf(elem.Value.Type()) == ast.Mixed && isPath(elem.Value):
			elem.Value = t.fillPassive(elem.Value, t.tangentOf(s, elem.Value))
		case ast.Carries(elem.Value.Type()):
			elem.Value = t.tangentOf(s, elem.Value)
		case elem.Field != nil:
			continue
		default:
			elem.Value = zeroOf(elem.Value.Type())
		}
		c.Elems = append(c.Elems, elem)
	}
	return c
}

func (t *tangents) do(s *ast.Do) []ast.Stmt {
	c := s.Call
	switch {
	case changesBoxes(c):
		return append(append(t.zeroBefore(c), s), t.boxTangent(s, c)...)
	case c.Fun.Builtin == "copy":
		return append(t.copyStmts(s, c), s)
	case t.isSplit(c) && t.writesActive(c):
		return t.splitCall(s, nil, c)
	case c.Fun.Copied == "CarryOver":
		return append([]ast.Stmt{s}, t.carriedOver(c)...)
	case c.Fun.Copied == "SwapLinks":
		return []ast.Stmt{s, &ast.Do{Call: t.linksTangent(c)}}
	case t.changesKeys(c):
		return []ast.Stmt{s, t.sameKeys(c, c.Fun.Builtin, now)}
	}
	return []ast.Stmt{s}
}

// copyStmts copies tangents as copy(dst, src) copies values.
func (t *tangents) copyStmts(s ast.Stmt, c *ast.Call) []ast.Stmt {
	dst, src := c.Args[0], c.Args[1]
	if isString(src.Type()) || !t.reachesActive(dst) {
		return nil
	}
	ddst := t.value(dst, now)
	if !t.reachesActive(src) {
		n := builtin("min", intType, length(dst), length(src))
		return []ast.Stmt{&ast.Do{Call: builtin("clear", types.NewTuple(), &ast.Slice{X: ddst, Hi: n, T: dst.Type()})}}
	}
	return []ast.Stmt{&ast.Do{Call: builtin("copy", intType, ddst, t.value(src, now))}}
}

func (t *tangents) appendStmt(s ast.Stmt, l ast.Expr, c *ast.Call) []ast.Stmt {
	for _, x := range c.Args {
		if v := ast.RootVar(x); v != nil && hasLinks(v.Type) {
			t.both(v)
		}
	}
	if v := ast.RootVar(l); v != nil {
		t.both(v)
	}
	var values []ast.Stmt // tangents of what is appended, before x moves
	var tans []ast.Expr
	elem := elemType(c.T)
	plain := ast.ShapeOf(elem) == ast.ReferenceLike
	if !c.Spread && !plain {
		for _, a := range c.Args[1:] {
			v := ast.NewVar("t", elem)
			values = append(values, define(v, t.tangentOf(s, a)))
			tans = append(tans, &ast.Ref{Var: v})
		}
	}
	out := append(values, t.shadowAppend(s, l, c)...)
	if plain {
		return out
	}
	dy := &ast.Ref{Var: t.both(l.(*ast.Ref).Var)}
	if t.grown[s].clone {
		if t.reachesActive(c.Args[1]) {
			out = append(out, &ast.Do{Call: builtin("copy", intType, dy, t.value(c.Args[1], now))})
		}
		return out
	}
	n := &ast.Ref{Var: t.grown[s].n}
	if c.Spread {
		to := &ast.Slice{X: dy, Lo: n, T: c.T}
		if t.reachesActive(c.Args[1]) {
			return append(out, &ast.Do{Call: builtin("copy", intType, to, t.value(c.Args[1], now))})
		}
		return append(out, &ast.Do{Call: builtin("clear", types.NewTuple(), to)})
	}
	for j, e := range tans {
		out = append(out, set(&ast.Index{X: dy, I: plus(n, int64(j)), T: elem}, token.ASSIGN, e))
	}
	return out
}

// multi is an assignment of several results of a function for which godiff has a rule.
func (t *tangents) multi(s ast.Stmt, lhs []ast.Expr, c *ast.Call, op token.Token) []ast.Stmt {
	active := slices.ContainsFunc(lhs, func(l ast.Expr) bool { return l != nil && ast.Carries(l.Type()) && t.act.place(l) })
	if !active {
		return []ast.Stmt{s}
	}
	rule := t.u.Rules.find(c.Fun, 0)
	if rule == nil || len(rule.Func.Body.Stmts) != 1 {
		refuse(s.Info().Pos, "%s with several results is not supported in forward mode yet", calleeKey(c.Fun))
	}
	return t.ownMulti(s, lhs, c, op, rule)
}

// ownMulti is an assignment of the results of a function of one input for which godiff has a rule. What the rule returns for the
// tangent of the input in place of the adjoint of one result, and zero for the others, is the tangent of that result.
func (t *tangents) ownMulti(s ast.Stmt, lhs []ast.Expr, c *ast.Call, op token.Token, rule *Rule) []ast.Stmt {
	arg := c.Args[rule.Wrt[0]]
	dx := ast.NewVar("t", arg.Type())
	out := []ast.Stmt{define(dx, t.tangentOf(s, arg))}
	params := rule.Func.Params
	args := map[*ast.Var]ast.Expr{}
	for i, x := range c.Args {
		v := ast.NewVar("v", x.Type())
		out = append(out, define(v, x))
		args[params[i]] = &ast.Ref{Var: v}
	}
	out = append(out, s)
	results := rule.Of.Signature().Results()
	var seeds []*ast.Var // the adjoints among the parameters
	for i := range results.Len() {
		if lhs[i] == nil {
			refuse(s.Info().Pos, "assign every result of %s to a variable; its rule needs them", calleeKey(c.Fun))
		}
		args[params[len(c.Args)+i]] = lhs[i]
		if ast.Carries(results.At(i).Type()) {
			seeds = append(seeds, params[len(c.Args)+results.Len()+len(seeds)])
		} else {
			seeds = append(seeds, nil)
		}
	}
	for i, l := range lhs {
		if seeds[i] == nil || !t.act.place(l) {
			continue
		}
		for j, p := range seeds {
			if p != nil && j == i {
				args[p] = &ast.Ref{Var: dx}
			} else if p != nil {
				args[p] = zeroOf(p.Type)
			}
		}
		e := ast.Map(rule.Func.Body.Stmts[0].(*ast.Return).Results[0], t.u.toCopy)
		e = withoutZeros(fold((&binding{args: args}).subst(e)))
		place, how := t.tangentPlace(l), token.ASSIGN
		if r, ok := l.(*ast.Ref); ok && op == token.DEFINE && !r.Again {
			how = token.DEFINE
		}
		out = append(out, set(place, how, e))
	}
	return out
}

// withoutZeros leaves terms that are zero out of sums.
func withoutZeros(e ast.Expr) ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != token.ADD && b.Op != token.SUB {
		return e
	}
	x, y := withoutZeros(b.X), withoutZeros(b.Y)
	switch {
	case zeroProduct(y):
		return x
	case zeroProduct(x) && b.Op == token.ADD:
		return y
	case zeroProduct(x):
		return neg(y)
	case x == b.X && y == b.Y:
		return e
	}
	return binary(b.Op, x, y, b.T)
}

// constant sets the tangents of places that are assigned passive values and reach no memory.
func (t *tangents) constant(lhs []ast.Expr, op token.Token) []ast.Stmt {
	var out []ast.Stmt
	for _, l := range lhs {
		if l == nil || !ast.Carries(l.Type()) || !t.act.place(l) || t.reachesActive(l) {
			continue
		}
		place := t.tangentPlace(l)
		if r, ok := l.(*ast.Ref); ok && op == token.DEFINE && !r.Again {
			out = append(out, &ast.Decl{Vars: []*ast.Var{t.both(r.Var)}, Typed: true})
		} else if ast.ShapeOf(l.Type()) == ast.ValueLike {
			out = append(out, set(place, token.ASSIGN, zeroOf(l.Type())))
		}
	}
	return out
}

// ret adds the tangents to the results that are returned.
func (t *tangents) ret(s *ast.Return) []ast.Stmt {
	if len(s.Results) == 0 {
		if !slices.ContainsFunc(t.fn.Results, t.lacksTangent) {
			return t.checked()
		}
		c := *s
		c.Results = ast.Refs(t.fn.Results)
		s = &c
	}
	if c, ok := s.Results[0].(*ast.Call); ok && t.isSplit(c) && len(t.directions) > 1 {
		refuse(s.Pos, "several tangents at once are not supported of this statement")
	}
	if len(s.Results) == 1 && len(t.fn.Results) > 1 {
		a := &ast.Assign{Meta: ast.Meta{Pos: s.Pos, Src: s.Src}, Lhs: ast.Refs(t.fn.Results), Op: token.ASSIGN, Rhs: s.Results}
		return t.assignAndReturn(a)
	}
	if len(s.Results) == 1 {
		if c, ok := s.Results[0].(*ast.Call); ok && t.isSplit(c) {
			a := &ast.Assign{Meta: ast.Meta{Pos: s.Pos, Src: s.Src}, Lhs: ast.Refs(t.fn.Results), Op: token.ASSIGN, Rhs: s.Results}
			return t.assignAndReturn(a)
		}
	}
	s = t.keepPassive(s)
	out := &ast.Return{Meta: s.As(ast.Tangent)}
	for i, p := range t.sig.Results {
		e := s.Results[p.Index]
		if p.Role != ast.RoleTangent {
			out.Results = append(out.Results, e)
			continue
		}
		if t.along != nil {
			de := t.along[i].tangentOf(s, e)
			out.Results = append(out.Results, de)
			if o := t.along[i]; o != t {
				t.pending = append(t.pending, o.flush(nil)...)
			}
			continue
		}
		if ast.ShapeOf(p.Type) == ast.ReferenceLike && isPath(e) && !t.act.place(orPath(e)) && !t.reachesActive(e) {
			out.Results = append(out.Results, t.zeroLike(e))
			continue
		}
		de := t.tangentOf(s, e)
		if ast.ShapeOf(p.Type) == ast.Mixed && isPath(e) {
			de = t.fillPassive(e, de)
		}
		out.Results = append(out.Results, de)
	}
	if !t.errors || !t.mayFail(s) {
		return []ast.Stmt{out}
	}
	zero := &ast.Return{Results: slices.Clone(out.Results)}
	for i, p := range t.sig.Results {
		if p.Role == ast.RoleTangent {
			zero.Results[i] = zeroOf(p.Type)
		}
	}
	if t.err(s) {
		return []ast.Stmt{zero}
	}
	value := s.Results[errorResult(t.fn.Results)]
	var list []ast.Stmt
	err, ok := value.(*ast.Ref)
	if !ok {
		err = &ast.Ref{Var: ast.NewVar("err", value.Type())}
		list = append(list, define(err.Var, value))
	}
	for _, r := range []*ast.Return{zero, out} {
		r.Results[len(r.Results)-1] = err // the last of the derivative
	}
	cond := &ast.Binary{Op: token.NEQ, X: err, Y: nilExpr(value.Type()), T: types.Typ[types.Bool]}
	return append(list, &ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{zero}}}, out)
}

// assignAndReturn assigns the results and returns them.
func (t *tangents) assignAndReturn(a *ast.Assign) []ast.Stmt {
	list := t.flush(t.sides(a, a.Lhs, a.Rhs, a.Op))
	return append(list, t.flush(t.ret(&ast.Return{Meta: ast.Meta{Pos: a.Pos}}))...)
}

// lacksTangent reports whether a result leads to memory that nothing gives a tangent.
func (t *tangents) lacksTangent(v *ast.Var) bool {
	lacks := false
	t.eachPassive(&ast.Ref{Var: v}, &ast.Ref{Var: v}, func(_, _ ast.Expr) { lacks = true })
	return lacks
}

// fillPassive returns the tangent de of a value, in which the slices and pointers that lead to memory that is never active lead to zeros.
func (t *tangents) fillPassive(e, de ast.Expr) ast.Expr {
	into, ok := de.(*ast.Ref)
	if !ok {
		into = &ast.Ref{Var: ast.NewVar("t", e.Type())}
	}
	first := true
	t.eachPassive(e, into, func(e, place ast.Expr) {
		zero := t.unboxedZero(e)
		if zero == nil {
			zero = t.u.shadowCall(e, e.Type())
		}
		if first && !ok {
			t.pending = append(t.pending, &ast.Decl{Vars: []*ast.Var{into.Var}, Values: []ast.Expr{de}, Typed: true})
		}
		first = false
		t.pending = append(t.pending, set(place, token.ASSIGN, zero))
	})
	if first {
		return de
	}
	return into
}

// eachPassive calls f for these slices and pointers, and what is at the same places of de.
func (t *tangents) eachPassive(e, de ast.Expr, f func(e, de ast.Expr)) {
	switch ast.ShapeOf(e.Type()) {
	case ast.ReferenceLike:
		if !t.reachesActive(e) {
			f(e, de)
		}
	case ast.Mixed:
		from := partsOf(de)
		for i, p := range partsOf(e) {
			if ast.Carries(p.Type()) {
				t.eachPassive(p, from[i], f)
			}
		}
	}
}

// keepPassive puts slices and pointers that passive calls return into variables, since their tangents have their shape.
func (t *tangents) keepPassive(s *ast.Return) *ast.Return {
	c := *s
	c.Results = slices.Clone(s.Results)
	for i, e := range c.Results {
		if call, ok := e.(*ast.Call); ok && t.passiveCall(call) && hasLinks(call.T) {
			v := ast.NewVar("v", call.T)
			t.pending = append(t.pending, define(v, call))
			c.Results[i] = &ast.Ref{Var: v}
		}
	}
	return &c
}

// zeroLike returns a fresh shadow of a value that is not active.
func (t *tangents) zeroLike(e ast.Expr) ast.Expr {
	if zero := t.unboxedZero(e); zero != nil {
		return zero
	}
	v, sv := ast.NewVar("v", e.Type()), ast.NewVar("dv", e.Type())
	made := t.u.freshShadow(sv, v, false, false)
	if isPointer(v.Type) && !ast.IsBoxed(v.Type) && t.u.opaquePointee(v.Type) == nil {
		made = unlessNil(sv, v, made)
	}
	t.pending = append(append(t.pending, define(v, e)), made...)
	return &ast.Ref{Var: sv}
}

// mayFail reports whether a return may return an error.
func (t *tangents) mayFail(s *ast.Return) bool {
	at := errorResult(t.fn.Results)
	return at >= 0 && !isNil(s.Results[at])
}

// checked is a bare return, with zero tangents where there is an error.
func (t *tangents) checked() []ast.Stmt {
	at := errorResult(t.fn.Results)
	if !t.errors || at < 0 {
		return []ast.Stmt{&ast.Return{}}
	}
	err := &ast.Ref{Var: t.fn.Results[at]}
	zero := &ast.Return{}
	for _, p := range t.sig.Results {
		if p.Role == ast.RoleTangent {
			zero.Results = append(zero.Results, zeroOf(p.Type))
		} else {
			zero.Results = append(zero.Results, &ast.Ref{Var: t.fn.Results[p.Index]})
		}
	}
	cond := &ast.Binary{Op: token.NEQ, X: err, Y: nilExpr(err.Type()), T: types.Typ[types.Bool]}
	return []ast.Stmt{&ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{zero}}}, &ast.Return{}}
}

// err reports whether a return surely returns an error.
func (t *tangents) err(s *ast.Return) bool {
	err := s.Results[errorResult(t.fn.Results)]
	return !types.IsInterface(err.Type()) || makesError(err) // even a nil pointer is an error that is not nil
}

// tangentCall is a call in forward mode: of another function, which is given the tangents of the inputs in too.
func (d *derivation) tangentCall(s ast.Stmt, lhs []ast.Expr, c *ast.Call, in []bool, call *ast.Call) []ast.Stmt {
	t := &tangents{derivation: d}
	args := slices.Clone(c.Args)
	var pre []ast.Stmt
	for i, x := range c.Args {
		if !in[i] {
			continue
		}
		if ast.ShapeOf(x.Type()) != ast.ValueLike && isPath(x) && !t.act.place(orPath(x)) && !t.reachesActive(x) {
			args = append(args, t.zeroLike(x))
			continue
		}
		for _, x := range c.Args {
			if v := ast.RootVar(x); v != nil {
				d.both(v)
			}
		}
		args = append(args, t.tangentOf(s, x))
	}
	results := c.Fun.Fn.Signature().Results()
	targets := make([]ast.Expr, results.Len())
	copy(targets, lhs)
	op := token.ASSIGN
	if a, ok := s.(*ast.Assign); ok {
		op = a.Op
	} else if _, ok := s.(*ast.Decl); ok {
		op = token.DEFINE
	}
	var tans []ast.Expr
	for i := range results.Len() {
		if !ast.Carries(results.At(i).Type()) {
			continue
		}
		var place ast.Expr
		if l := targets[i]; l != nil && (t.act.place(l) || t.reachesActive(l)) {
			place = t.tangentPlace(l)
			if r, ok := l.(*ast.Ref); ok {
				place = &ast.Ref{Var: t.both(r.Var), Again: r.Again}
			}
		}
		tans = append(tans, place)
	}
	// As in every derivative, an error comes last.
	all := slices.Concat(targets, tans)
	if i := ast.ErrorResult(c.Fun.Fn.Signature()); i >= 0 {
		all = slices.Concat(targets[:i], targets[i+1:], tans, targets[i:i+1])
	}
	pre = append(pre, t.pending...)
	call.Args = args
	if len(lhs) == 0 {
		all = make([]ast.Expr, len(all))
		if len(all) == 0 {
			return append(pre, &ast.Do{Meta: s.Info().As(ast.Tangent), Call: call})
		}
		op = token.ASSIGN
	}
	return append(pre, &ast.Assign{Meta: s.Info().As(ast.Tangent), Lhs: all, Op: op, Rhs: []ast.Expr{call}})
}
