package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Normal form.
//
// Both transformations work on a function in normal form. What normalising changes is printed in the forward
// sweep, so it changes only what it must:
//
//	if init; cond { … }              a block that holds init and if cond { … }, which the printer folds back
//	for x := a; x < b; x *= 2 { … }  where the variable is no plain counter: a block with the init and a
//	                                 for cond { … } whose body repeats the post statement before each continue
//	for i = range x { … }            for j := range x { i = j; … }
//	for i, v := range f() { … }      t := f(); for i, v := range t { … }, also where the body changes x
//	m.w = append(m.w, g(v))          t := g(v); u := append(m.w, t); m.w = u
//
// After it every loop is a range over a variable or path that its body leaves alone, a for with a plain counter,
// or a for with at most a condition; and every call that is differentiated as a call, and every allocation of
// memory that carries a derivative, is the whole right side of an assignment to a variable.
type normaliser struct {
	unit    *Unit
	mem     *memory
	act     *activity
	forward bool
	split   func(*ast.Call) bool // whether a call must stand alone
}

func (n *normaliser) block(b *ast.Block) *ast.Block {
	c := *b
	c.Stmts = n.list(b.Stmts)
	return &c
}

func (n *normaliser) list(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		out = append(out, n.stmt(s)...)
	}
	return out
}

func (n *normaliser) stmt(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.Block:
		return []ast.Stmt{n.block(s)}
	case *ast.If:
		return n.ifStmt(s)
	case *ast.For:
		return n.forStmt(s)
	case *ast.Range:
		return n.rangeStmt(s)
	case *ast.Branch:
		return []ast.Stmt{s}
	case *ast.Assign:
		return n.assign(s)
	case *ast.Decl:
		return n.decl(s)
	case *ast.Return:
		h := &hoister{normaliser: n, pos: s.Info().Pos}
		c := *s
		if call, _ := at(s.Results, 0).(*ast.Call); len(s.Results) == 1 && n.alone(s.Results[0]) && !(n.forward && call != nil && call.Fun.Fn == nil) {
			c.Results = []ast.Expr{h.call(s.Results[0])}
		} else {
			c.Results = h.exprs(s.Results)
		}
		return append(h.pre, &c)
	case *ast.Do:
		h := &hoister{normaliser: n, pos: s.Info().Pos}
		c := *s
		c.Call, _ = h.call(s.Call).(*ast.Call)
		return append(h.pre, &c)
	}
	panic("transform: normal form of an unknown statement")
}

func (n *normaliser) ifStmt(s *ast.If) []ast.Stmt {
	h := &hoister{normaliser: n, pos: s.Info().Pos}
	c := *s
	c.Init = nil
	c.Cond = h.expr(s.Cond, true)
	c.Then = n.block(s.Then)
	if s.Else != nil {
		c.Else = n.block(s.Else)
	}
	if s.Init == nil {
		return append(h.pre, &c)
	}
	b := &ast.Block{Meta: ast.Meta{Pos: s.Pos}, Stmts: n.stmt(s.Init)}
	b.Stmts = append(append(b.Stmts, h.pre...), &c)
	return []ast.Stmt{b}
}

func (n *normaliser) forStmt(s *ast.For) []ast.Stmt {
	s, own, back := n.perIteration(s)
	c := *s
	h := &hoister{normaliser: n, pos: s.Info().Pos}
	c.Cond = h.expr(s.Cond, true)
	c.Body = n.block(s.Body)
	if count := counter(s); count != nil && len(own) == 0 && len(h.pre) == 0 && !n.readsAddressed(count.by) {
		return []ast.Stmt{&c}
	}
	c.Init, c.Post = nil, nil
	next := func() []ast.Stmt {
		if s.Post == nil {
			return back
		}
		return append(slices.Clone(back), n.stmt(s.Post)...)
	}
	c.Body = repeatPost(c.Body, next)
	c.Body.Stmts = slices.Concat(own, c.Body.Stmts, next())
	if len(h.pre) > 0 {
		leave := &ast.If{Cond: negate(c.Cond), Then: &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: token.BREAK}}}}
		c.Body.Stmts = slices.Concat(h.pre, []ast.Stmt{leave}, c.Body.Stmts)
		c.Cond = nil
	}
	if s.Init == nil {
		return []ast.Stmt{&c}
	}
	return []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: s.Pos}, Stmts: append(n.stmt(s.Init), &c)}}
}

// readsAddressed reports whether e reads a variable that others may reach.
func (n *normaliser) readsAddressed(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		r, ok := e.(*ast.Ref)
		return ok && n.mem.addressed(r.Var)
	})
}

// perIteration returns a loop over variables whose address nobody takes, and what its iterations begin and end with: Go makes the
// variables of a for statement anew in each iteration, which shows where their address is taken.
//
//	for i := 0; i < n; i++ { p = &i }        for t := 0; t < n; { i := t; p = &i; t = i; t++ }
func (n *normaliser) perIteration(s *ast.For) (loop *ast.For, own, back []ast.Stmt) {
	by := map[*ast.Var]ast.Expr{}
	if s.Init != nil {
		for _, v := range ast.Defined(s.Init) {
			if n.mem.addressed(v) {
				t := &ast.Ref{Var: ast.NewVar(v.Name, v.Type)}
				by[v] = t
				own = append(own, define(v, t))
				back = append(back, set(t, token.ASSIGN, &ast.Ref{Var: v}))
			}
		}
	}
	if len(by) == 0 {
		return s, nil, nil
	}
	shared := func(e ast.Expr) ast.Expr {
		if ast.Any(e, func(e ast.Expr) bool { a, ok := e.(*ast.Addr); return ok && by[ast.RootVar(a.X)] != nil }) {
			refuse(s.Pos, "the address of a loop variable is taken in the header of the loop; that is not supported yet: take it in the body")
		}
		return ast.Map(e, substitution(by))
	}
	c := *s
	c.Init = mapAll(s.Init, shared)
	if s.Cond != nil {
		c.Cond = shared(s.Cond)
	}
	if s.Post != nil {
		c.Post = mapAll(s.Post, shared)
	}
	return &c, own, back
}

// repeatPost puts the post statement before every continue of the loop whose body b is.
func repeatPost(b *ast.Block, post func() []ast.Stmt) *ast.Block {
	c := *b
	c.Stmts = nil
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *ast.Branch:
			if s.Tok == token.CONTINUE {
				c.Stmts = append(c.Stmts, post()...)
			}
			c.Stmts = append(c.Stmts, s)
		case *ast.If, *ast.Block:
			c.Stmts = append(c.Stmts, ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return repeatPost(b, post) }))
		default:
			c.Stmts = append(c.Stmts, s)
		}
	}
	return &c
}

func (n *normaliser) rangeStmt(s *ast.Range) []ast.Stmt {
	c := *s
	h := &hoister{normaliser: n, pos: s.Info().Pos}
	c.X = h.expr(s.X, false)
	out := h.pre
	switch count := fixedLength(c.X.Type()); {
	case n.steady(c.X, s.Body):
	case count > 0 && s.Value == nil && !ast.Any(c.X, isCall):
		c.X = intNumber(count) // its elements do not matter
	default:
		t := ast.NewVar("xs", c.X.Type())
		out = append(out, &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: t}}, Op: token.DEFINE, Rhs: []ast.Expr{c.X}})
		n.mem.assign([]ast.Expr{&ast.Ref{Var: t}}, []ast.Expr{c.X})
		c.X = &ast.Ref{Var: t}
	}
	c.Body = n.block(s.Body)
	var to, from []ast.Expr
	own := func(e ast.Expr, name string) ast.Expr {
		r, _ := e.(*ast.Ref)
		if e == nil || s.Define && !n.assignedIn(s.Body, r.Var) {
			return e
		}
		v := &ast.Ref{Var: ast.NewVar(name, e.Type())}
		to, from = append(to, e), append(from, v)
		return v
	}
	c.Key, c.Value = own(s.Key, "i"), own(s.Value, "v")
	if len(to) > 0 {
		op := token.ASSIGN
		if s.Define {
			op = token.DEFINE
		}
		c.Define = true
		n.mem.assign(to, from)
		copies := n.assign(&ast.Assign{Meta: ast.Meta{Pos: s.Pos}, Lhs: to, Op: op, Rhs: from})
		c.Body.Stmts = append(copies, c.Body.Stmts...)
		if c.Value != nil {
			n.mem.assign([]ast.Expr{c.Value}, []ast.Expr{&ast.Index{X: c.X, T: elemType(c.X.Type())}})
		}
	}
	return append(out, &c)
}

// steady reports whether x, over which a loop with the given body ranges, can be evaluated again in the body
// with the same result.
func (n *normaliser) steady(x ast.Expr, body *ast.Block) bool {
	if _, ok := x.Type().Underlying().(*types.Basic); ok {
		return true // the loop counts; its bound is remembered like any other value
	}
	switch x := x.(type) {
	case *ast.Ref, *ast.Field, *ast.Index:
	case *ast.Name:
		return n.unit.isUnwritten(x.Obj)
	default:
		return false
	}
	read := map[*location]bool{}
	n.mem.reads(x, func(c *location) { read[c] = true })
	ok := true
	ast.Inspect(body, func(s ast.Stmt) bool {
		n.mem.writes(s, func(c *location) { ok = ok && !read[c] })
		return ok
	})
	return ok
}

// assignedIn reports whether a body assigns a variable.
func (n *normaliser) assignedIn(body *ast.Block, v *ast.Var) bool {
	return n.mem.addressed(v) || assigns(body, v)
}

func (n *normaliser) assign(s *ast.Assign) []ast.Stmt {
	h := &hoister{normaliser: n, pos: s.Info().Pos}
	s = h.freeOfItself(s)
	c := *s
	c.Lhs = make([]ast.Expr, len(s.Lhs))
	toVar := len(s.Lhs) == 1
	for i, l := range s.Lhs {
		if l != nil {
			// A derivative names the place more than once.
			c.Lhs[i] = h.calls(h.operands(l, false), s.Rhs)
			h.pinned = h.pinned || slices.ContainsFunc(ast.Operands(c.Lhs[i]), func(x ast.Expr) bool { return !steadfast(x) })
		}
		r, isRef := l.(*ast.Ref)
		toVar = toVar && (isRef && !n.mem.addressed(r.Var) || l == nil && !isAppend(s.Rhs[0]))
	}
	direct := len(s.Rhs) == 1 && n.alone(s.Rhs[0]) && (toVar || len(s.Lhs) > 1) && (s.Op == token.ASSIGN || s.Op == token.DEFINE)
	if direct && !appendsItself(s) {
		c.Rhs = []ast.Expr{h.freeOfOverwrites(h.freeOf(rootOf(s.Lhs[0]), h.call(s.Rhs[0])))}
		return append(h.pre, n.spread(&c)...)
	}
	c.Rhs = h.exprs(s.Rhs)
	for i, e := range c.Rhs {
		if len(c.Lhs) > 1 && c.Op == token.ASSIGN && c.Lhs[i] != nil && ast.Equal(c.Lhs[i], e) {
			c.Rhs[i] = h.hoist(e, false) // go vet would find fault with x[i], x[j] = v, x[j]
		}
	}
	n.nameAll(&c)
	if s.Op == token.MUL_ASSIGN || s.Op == token.QUO_ASSIGN {
		// The left side is a factor of what stands on the right.
		if _, x := h.part(c.Rhs[0]); x.spreads() || x.repeats() {
			c.Rhs = []ast.Expr{h.take(c.Rhs[0], len(h.pre))}
		}
	}
	if len(c.Rhs) == 1 {
		return append(h.pre, n.spread(&c)...)
	}
	return append(h.pre, &c)
}

func isAppend(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Builtin == "append"
}

// nameAll gives the results of a call with a rule, which may need all of them, variables where the statement has none.
func (n *normaliser) nameAll(s *ast.Assign) {
	c, ok := s.Rhs[0].(*ast.Call)
	if !ok || len(s.Lhs) < 2 || len(s.Rhs) > 1 || s.Op != token.DEFINE || len(n.unit.Rules.byFunc[calleeKey(c.Fun)]) == 0 {
		return
	}
	for i, l := range s.Lhs {
		if l == nil {
			t := c.Fun.Fn.Signature().Results().At(i)
			s.Lhs[i] = &ast.Ref{Var: ast.NewVar("t", t.Type())}
		}
	}
}

// appendsItself reports whether an assignment appends to a variable what is read through it, as in
// x = append(x[:i], x[i+1:]...): the shadow of the variable is needed after it has been assigned to.
func appendsItself(s *ast.Assign) bool {
	c, ok := s.Rhs[0].(*ast.Call)
	if !ok || c.Fun.Builtin != "append" || s.Lhs[0] == nil || !c.Spread && !hasLinks(elemType(c.T)) {
		return false
	}
	v := ast.RootVar(s.Lhs[0])
	return slices.ContainsFunc(c.Args[1:], func(a ast.Expr) bool {
		return ast.Any(a, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && r.Var == v })
	})
}

// freeOfItself hoists the slices and pointers that lead to places of an assignment of slices and pointers which changes them, as in
// n.next.next = m where n.next may be n, or s[0][0], s[0] = x, s[1]: what was there is put back where it was.
func (h *hoister) freeOfItself(s *ast.Assign) *ast.Assign {
	if s.Op != token.ASSIGN {
		return s
	}
	written := map[*location]bool{}
	for _, l := range s.Lhs {
		if l != nil && hasLinks(l.Type()) {
			h.mem.cellsIn(h.mem.place(l), func(c *location) { written[c.find()] = true })
		}
	}
	if len(written) == 0 {
		return s
	}
	c := *s
	c.Lhs = slices.Clone(s.Lhs)
	for i, l := range s.Lhs {
		changes := false
		if l != nil && ast.Carries(l.Type()) {
			h.mem.readsOfAddress(l, func(c *location) { changes = changes || written[c.find()] && refers(c.typ) })
		}
		if changes {
			c.Lhs[i] = h.from(l)
		}
	}
	return &c
}

// from is a place with the slice or pointer that leads to it in a variable.
func (h *hoister) from(place ast.Expr) ast.Expr {
	x := ast.Operands(place)[0]
	if _, isVar := x.(*ast.Ref); isVar {
		return place
	}
	by := h.from
	if refers(x.Type()) {
		by = func(x ast.Expr) ast.Expr { return h.hoist(x, false) }
	}
	return ast.MapOperands(place, func(y ast.Expr) ast.Expr {
		if y == x {
			return by(y)
		}
		return y
	})
}

// freeOf hoists what is appended to where its bounds are computed from the variable v, which is assigned to, as in
// v = append(v[len(v)/2:], x): its shadow is needed afterwards.
func (h *hoister) freeOf(v *ast.Var, e ast.Expr) ast.Expr {
	c, ok := e.(*ast.Call)
	if !ok || c.Fun.Builtin != "append" || v == nil {
		return e
	}
	bound := false
	for x := c.Args[0]; isPath(x); x = ast.Operands(x)[0] {
		if _, ref := x.(*ast.Ref); ref {
			break
		}
		bound = bound || slices.ContainsFunc(ast.Operands(x)[1:], func(i ast.Expr) bool { return i != nil && mentions(i, v) })
	}
	if !bound {
		return e
	}
	t := *c
	t.Args = slices.Clone(c.Args)
	t.Args[0] = h.hoist(c.Args[0], false)
	return &t
}

// freeOfOverwrites hoists what is appended, and what to, where finding it reads what the append may overwrite, as in
// append(ts[:0], x[ts[1].i]) and append(x[int(x[0][0])][:0], y...).
func (h *hoister) freeOfOverwrites(e ast.Expr) ast.Expr {
	c, ok := e.(*ast.Call)
	if !ok || c.Fun.Builtin != "append" {
		return e
	}
	written := map[*location]bool{}
	h.mem.callWrites(c, func(l *location) { written[l] = true })
	return ast.MapOperands(c, func(x ast.Expr) ast.Expr {
		if x != c.Args[0] && !c.Spread && !hasLinks(elemType(c.T)) {
			return x
		}
		meets := false
		read := h.mem.reads
		if isPlace(x) {
			read = h.mem.readsOfAddress
		}
		read(x, func(l *location) { meets = meets || written[l] })
		if !meets {
			return x
		}
		return h.hoist(x, false)
	})
}

// spread gives a call with several results plain variables to assign to, where it assigns to other places.
func (n *normaliser) spread(s *ast.Assign) []ast.Stmt {
	if len(s.Lhs) < 2 {
		return []ast.Stmt{s}
	}
	if s.Op == token.DEFINE {
		return n.spreadNew(s)
	}
	after := &ast.Assign{Meta: ast.Meta{Pos: s.Pos}, Op: token.ASSIGN}
	c := *s
	c.Op = token.DEFINE
	c.Lhs = slices.Clone(s.Lhs)
	for i, l := range s.Lhs {
		if l == nil {
			continue
		}
		// All at once, since a place may depend on a variable that is assigned to beside it.
		t := ast.NewVar("t", l.Type())
		c.Lhs[i] = &ast.Ref{Var: t}
		after.Lhs, after.Rhs = append(after.Lhs, l), append(after.Rhs, &ast.Ref{Var: t})
	}
	if !slices.ContainsFunc(s.Lhs, func(l ast.Expr) bool {
		r, ok := l.(*ast.Ref)
		return l != nil && (!ok || n.mem.addressed(r.Var))
	}) {
		return []ast.Stmt{s}
	}
	return []ast.Stmt{&c, after}
}

// spreadNew is spread for a definition: variables whose address is taken are defined after the call.
func (n *normaliser) spreadNew(s *ast.Assign) []ast.Stmt {
	c := *s
	c.Lhs = append([]ast.Expr(nil), s.Lhs...)
	var after []ast.Stmt
	for i, l := range s.Lhs {
		r, ok := l.(*ast.Ref)
		if !ok || !n.mem.addressed(r.Var) {
			continue
		}
		t := ast.NewVar("t", l.Type())
		c.Lhs[i] = &ast.Ref{Var: t}
		op := token.DEFINE
		if r.Again {
			op = token.ASSIGN
		}
		after = append(after, &ast.Assign{Meta: ast.Meta{Pos: s.Pos}, Lhs: []ast.Expr{&ast.Ref{Var: r.Var}}, Op: op, Rhs: []ast.Expr{&ast.Ref{Var: t}}})
	}
	return append([]ast.Stmt{&c}, after...)
}

func (n *normaliser) decl(s *ast.Decl) []ast.Stmt {
	for _, v := range s.Vars {
		if len(s.Values) > 0 && n.mem.addressed(v) && !v.Blank() {
			return n.assign(&ast.Assign{Meta: s.Meta, Lhs: ast.Refs(s.Vars), Op: token.DEFINE, Rhs: typedValues(s)})
		}
	}
	h := &hoister{normaliser: n, pos: s.Info().Pos}
	c := *s
	if len(s.Values) == 1 && n.alone(s.Values[0]) {
		c.Values = []ast.Expr{h.call(s.Values[0])}
	} else {
		c.Values = h.exprs(s.Values)
	}
	return append(h.pre, &c)
}

// typedValues returns the values of a declaration in the types of its variables.
func typedValues(s *ast.Decl) []ast.Expr {
	if len(s.Values) != len(s.Vars) {
		return s.Values
	}
	list := make([]ast.Expr, len(s.Values))
	for i, e := range s.Values {
		list[i] = e
		if _, lit := e.(*ast.Lit); lit || !types.Identical(e.Type(), s.Vars[i].Type) {
			list[i] = &ast.Convert{X: e, T: s.Vars[i].Type}
		}
	}
	return list
}

// alone reports whether e must be the whole right side of an assignment to a variable.
func (n *normaliser) alone(e ast.Expr) bool {
	if !ast.Any(e, func(e ast.Expr) bool { return n.isAlone(e) }) {
		return false
	}
	return n.isAlone(e)
}

func (n *normaliser) isAlone(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		switch {
		case makes(e) || e.Fun.Builtin == "append":
			return ast.Carries(e.T)
		case e.Fun.Builtin == "copy":
			return ast.Carries(e.Args[0].Type())
		case e.Fun.Fn != nil:
			// The shadow or adjoint of a result that is no number is beside it.
			return n.split(e) || n.foreign(e) || n.writes(e) || carriesTuple(e.T) && (hasRefs(e.T) || ast.ShapeOf(e.T) == ast.ValueLike && !ast.IsFloat(e.T))
		}
	case *ast.Addr:
		_, lit := e.X.(*ast.Composite)
		return lit && ast.Carries(e.T)
	case *ast.Composite:
		_, slice := e.T.Underlying().(*types.Slice)
		return slice && ast.Carries(e.T)
	}
	return false
}

// writes reports whether a call writes memory, so that it cannot be made again for its value.
func (n *normaliser) writes(c *ast.Call) bool {
	found := false
	if n.unit.summary(c.Fun.Fn) != nil || n.unit.isRuled(c.Fun.Fn, n.mem.fn.Pkg) {
		n.mem.written(c, func(*location) { found = true })
	}
	return found
}

// foreign reports whether a call comes to one that may have effects, or gives a number or a boolean that a second call might not give.
func (n *normaliser) foreign(c *ast.Call) bool {
	if c.Fun.Fn == nil || n.unit.mathematical(c.Fun.Fn) || ofRuntime(c.Fun.Fn) && !n.unit.hasEffects(c.Fun.Fn) {
		return false
	}
	if s := n.unit.summary(c.Fun.Fn); s != nil {
		return s.effects && hasOneResult(c)
	}
	b, ok := c.T.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// A count is a loop variable that only its own for statement changes.
type count struct {
	v    *ast.Var
	lo   ast.Expr
	step int64    // what is added in each iteration, if that is a literal
	by   ast.Expr // else what is added or, with down set, subtracted: the same in all iterations
	down bool
	hi   ast.Expr    // the bound that the condition compares it with, or nil where the condition is another
	op   token.Token // how it does
}

// counter returns the plain counter of a for statement, or nil.
func counter(s *ast.For) *count {
	init, ok := s.Init.(*ast.Assign)
	if !ok || init.Op != token.DEFINE || len(init.Lhs) != 1 || init.Lhs[0] == nil {
		return nil
	}
	v := init.Lhs[0].(*ast.Ref).Var
	post, ok := s.Post.(*ast.Assign)
	if !ok || !isInteger(v.Type) || len(post.Lhs) != 1 || !ast.Equal(post.Lhs[0], init.Lhs[0]) {
		return nil
	}
	if post.Op != token.ADD_ASSIGN && post.Op != token.SUB_ASSIGN || assigns(s.Body, v) {
		return nil
	}
	c := &count{v: v, lo: init.Rhs[0], down: post.Op == token.SUB_ASSIGN}
	step, ok := intLit(post.Rhs[0])
	switch {
	case !ok && isFixed(post.Rhs[0], s):
		c.by = post.Rhs[0]
	case !ok || step <= 0 || step > 1<<20:
		return nil
	case c.down:
		c.step = -step
	default:
		c.step = step
	}
	if b, ok := s.Cond.(*ast.Binary); ok && ast.Equal(b.X, init.Lhs[0]) && !mentions(b.Y, v) {
		c.hi, c.op = b.Y, b.Op
	}
	return c
}

// isFixed reports whether an integer is computed from variables that a loop does not assign to.
func isFixed(e ast.Expr, loop *ast.For) bool {
	return isInteger(e.Type()) && !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Lit, *ast.Name:
			return false
		case *ast.Ref:
			return assigns(loop.Body, e.Var) || slices.Contains(ast.Defined(loop.Init), e.Var)
		case *ast.Binary:
			return e.Op != token.ADD && e.Op != token.SUB && e.Op != token.MUL
		}
		return true
	})
}

// assigns reports whether a block assigns v or takes its address.
func assigns(b *ast.Block, v *ast.Var) bool {
	found := false
	ast.Inspect(b, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			found = found || assigned && ast.RootVar(e) == v
			ast.Walk(e, func(e ast.Expr) bool {
				a, ok := e.(*ast.Addr)
				found = found || ok && ast.RootVar(a.X) == v
				return !found
			})
		})
		return !found
	})
	return found
}

// mentions reports whether an expression reads v.
func mentions(e ast.Expr, v *ast.Var) bool {
	return ast.Any(e, isRefTo(v))
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

func hasOneResult(c *ast.Call) bool {
	_, several := c.T.(*types.Tuple)
	return !several
}
