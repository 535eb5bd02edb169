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
	unit   *Unit
	mem    *memory
	act    *activity
	split  func(*ast.Call) bool // whether a call must stand alone
	writes func(*ast.Call) bool // whether a call writes active memory
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
		h := &hoister{normaliser: n}
		c := *s
		if len(s.Results) == 1 && n.alone(s.Results[0]) {
			c.Results = []ast.Expr{h.call(s.Results[0])}
		} else {
			c.Results = h.exprs(s.Results)
		}
		return append(h.pre, &c)
	case *ast.Do:
		h := &hoister{normaliser: n}
		c := *s
		c.Call, _ = h.call(s.Call).(*ast.Call)
		return append(h.pre, &c)
	}
	panic("transform: normal form of an unknown statement")
}

func (n *normaliser) ifStmt(s *ast.If) []ast.Stmt {
	h := &hoister{normaliser: n}
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
	c := *s
	if s.Cond != nil {
		h := &hoister{normaliser: n}
		c.Cond = h.expr(s.Cond, true)
		if len(h.pre) > 0 {
			refuse(s.Pos, "the condition of this loop calls a function that must be differentiated; call it in the body and break")
		}
	}
	if counter(s) != nil {
		c.Body = n.block(s.Body)
		return []ast.Stmt{&c}
	}
	c.Init, c.Post = nil, nil
	body := n.block(s.Body)
	if s.Post != nil {
		body = repeatPost(body, func() []ast.Stmt { return n.stmt(s.Post) })
		body.Stmts = append(body.Stmts, n.stmt(s.Post)...)
	}
	c.Body = body
	if s.Init == nil {
		return []ast.Stmt{&c}
	}
	return []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: s.Pos}, Stmts: append(n.stmt(s.Init), &c)}}
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
	h := &hoister{normaliser: n}
	c.X = h.expr(s.X, false)
	out := h.pre
	if !n.steady(c.X, s.Body) {
		t := ast.NewVar("xs", c.X.Type())
		out = append(out, &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: t}}, Op: token.DEFINE, Rhs: []ast.Expr{c.X}})
		n.mem.assign([]ast.Expr{&ast.Ref{Var: t}}, []ast.Expr{c.X})
		c.X = &ast.Ref{Var: t}
	}
	c.Body = n.block(s.Body)
	var copies []ast.Stmt
	own := func(e ast.Expr, name string) ast.Expr {
		r, _ := e.(*ast.Ref)
		if e == nil || s.Define && !n.assignedIn(s.Body, r.Var) {
			return e
		}
		v := ast.NewVar(name, e.Type())
		op := token.ASSIGN
		if s.Define {
			op = token.DEFINE
		}
		copies = append(copies, &ast.Assign{Meta: ast.Meta{Pos: s.Pos}, Lhs: []ast.Expr{e}, Op: op, Rhs: []ast.Expr{&ast.Ref{Var: v}}})
		n.mem.assign([]ast.Expr{e}, []ast.Expr{&ast.Ref{Var: v}})
		return &ast.Ref{Var: v}
	}
	c.Key, c.Value = own(s.Key, "i"), own(s.Value, "v")
	if len(copies) > 0 {
		c.Define = true
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
	switch x.(type) {
	case *ast.Ref, *ast.Field, *ast.Index:
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
	h := &hoister{normaliser: n}
	c := *s
	c.Lhs = make([]ast.Expr, len(s.Lhs))
	toVar := len(s.Lhs) == 1
	for i, l := range s.Lhs {
		if l != nil {
			c.Lhs[i] = h.operands(l, false)
			h.pinned = h.pinned || slices.ContainsFunc(ast.Operands(c.Lhs[i]), func(x ast.Expr) bool { return !steadfast(x) })
		}
		r, isRef := l.(*ast.Ref)
		toVar = toVar && (isRef && !n.mem.addressed(r.Var) || l == nil)
	}
	direct := len(s.Rhs) == 1 && n.alone(s.Rhs[0]) && (toVar || len(s.Lhs) > 1) && (s.Op == token.ASSIGN || s.Op == token.DEFINE)
	if direct && !appendsItself(s) {
		c.Rhs = []ast.Expr{h.call(s.Rhs[0])}
		return append(h.pre, n.spread(&c)...)
	}
	c.Rhs = h.exprs(s.Rhs)
	if s.Op == token.MUL_ASSIGN || s.Op == token.QUO_ASSIGN {
		// The left side is a factor of what stands on the right.
		if _, x := h.part(c.Rhs[0]); x.spreads() || x.repeats() {
			c.Rhs = []ast.Expr{h.take(c.Rhs[0], len(h.pre))}
		}
	}
	return append(h.pre, &c)
}

// appendsItself reports whether an assignment appends to a variable what is read through it, as in
// x = append(x[:i], x[i+1:]...): the shadow of the variable is needed after it has been assigned to.
func appendsItself(s *ast.Assign) bool {
	c, ok := s.Rhs[0].(*ast.Call)
	if !ok || c.Fun.Builtin != "append" || s.Lhs[0] == nil || !c.Spread && !hasRefs(elemType(c.T)) {
		return false
	}
	v := ast.RootVar(s.Lhs[0])
	return slices.ContainsFunc(c.Args[1:], func(a ast.Expr) bool {
		return ast.Any(a, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && r.Var == v })
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
	var after []ast.Stmt
	c := *s
	c.Lhs = append([]ast.Expr(nil), s.Lhs...)
	for i, l := range s.Lhs {
		if r, ok := l.(*ast.Ref); l == nil || ok && !n.mem.addressed(r.Var) {
			continue
		}
		if ast.Any(l, func(e ast.Expr) bool { _, ok := e.(*ast.Index); return ok }) {
			refuse(s.Pos, "a call with several results is assigned to an element; assign to variables first")
		}
		t := ast.NewVar("t", l.Type())
		c.Lhs[i] = &ast.Ref{Var: t}
		after = append(after, &ast.Assign{Meta: ast.Meta{Pos: s.Pos}, Lhs: []ast.Expr{l}, Op: token.ASSIGN, Rhs: []ast.Expr{&ast.Ref{Var: t}}})
	}
	if len(after) == 0 {
		return []ast.Stmt{s}
	}
	// The temporaries are declared before, since some of the left sides may be older variables.
	var before []ast.Stmt
	for i, l := range c.Lhs {
		if l != s.Lhs[i] {
			before = append(before, &ast.Decl{Vars: []*ast.Var{l.(*ast.Ref).Var}, Typed: true})
		}
	}
	return append(append(before, &c), after...)
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
			return n.assign(&ast.Assign{Meta: s.Meta, Lhs: refs(s.Vars), Op: token.DEFINE, Rhs: typedValues(s)})
		}
	}
	h := &hoister{normaliser: n}
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
		case e.Fun.Builtin == "make" || e.Fun.Builtin == "new" || e.Fun.Builtin == "append":
			return ast.Carries(e.T)
		case e.Fun.Fn != nil:
			return n.split(e) || n.foreign(e)
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

// foreign reports whether a call gives a number or a boolean that a second call might not give.
func (n *normaliser) foreign(c *ast.Call) bool {
	if c.Fun.Fn == nil || n.unit.summary(c.Fun.Fn) != nil || n.unit.mathematical(c.Fun.Fn) {
		return false
	}
	b, ok := c.T.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// A hoister takes what must stand alone out of the expressions of one statement.
type hoister struct {
	*normaliser
	pre    []ast.Stmt
	pinned bool // something that could panic stays in the statement, and is evaluated before what comes next
}

func (h *hoister) exprs(list []ast.Expr) []ast.Expr {
	out := make([]ast.Expr, len(list))
	for i, e := range list {
		out[i] = h.expr(e, false)
	}
	return h.parts(out)
}

// call hoists from the operands of a call, or whatever else stands alone, but leaves it in place.
func (h *hoister) call(e ast.Expr) ast.Expr {
	e = h.operands(e, false)
	c, ok := e.(*ast.Call)
	if !ok {
		return e
	}
	t := *c
	if t.Args = h.parts(c.Args); slices.Equal(t.Args, c.Args) {
		return e
	}
	return &t
}

// expr hoists from e. Passive says that nothing comes of e but a decision or a number without derivative: then a call in it needs no
// derivative, unless it writes active memory.
func (h *hoister) expr(e ast.Expr, passive bool) ast.Expr {
	switch {
	case e == nil || !h.holds(e, passive):
		return e
	case h.mustStandAlone(e, passive):
		return h.hoist(e, passive)
	}
	return h.operands(e, passive)
}

// holds reports whether something must be hoisted from e.
func (h *hoister) holds(e ast.Expr, passive bool) bool {
	if h.mustStandAlone(e, passive) || selected(e) != nil {
		return true
	}
	found := false
	h.eachOperand(e, passive, func(x ast.Expr, passive bool) { found = found || h.holds(x, passive) })
	return found
}

// eachOperand calls f for the operands of e and whether they are passive.
func (h *hoister) eachOperand(e ast.Expr, passive bool, f func(ast.Expr, bool)) {
	for _, x := range ast.Operands(e) {
		f(x, passive || passiveOperand(e, x))
	}
}

// passiveOperand reports whether an operand of e has no part in the derivative of e.
func passiveOperand(e, x ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Binary:
		return isBoolean(e.T)
	case *ast.Unary:
		return isBoolean(e.X.Type())
	case *ast.Index:
		return x == e.I
	case *ast.Slice:
		return x != e.X
	case *ast.Convert:
		return !ast.Carries(e.T) && !types.IsInterface(e.T)
	case *ast.Call:
		return e.Fun.Builtin == "make"
	}
	return false
}

// mustStandAlone is isAlone for an expression that may be passive.
func (h *hoister) mustStandAlone(e ast.Expr, passive bool) bool {
	if !h.isAlone(e) {
		return false
	}
	c, ok := e.(*ast.Call)
	return !(passive && ok && c.Fun.Fn != nil && !h.writes(c)) || h.foreign(c)
}

// selected returns the literal or call that e selects a part of, or nil.
func selected(e ast.Expr) ast.Expr {
	switch e.(type) {
	case *ast.Field, *ast.Index, *ast.Slice:
	default:
		return nil
	}
	x := ast.Operands(e)[0]
	switch c := x.(type) {
	case *ast.Composite:
		return x
	case *ast.Call:
		if c.Fun.Builtin == "" {
			return x
		}
	}
	return nil
}

// hoist puts e into a variable.
func (h *hoister) hoist(e ast.Expr, passive bool) ast.Expr {
	x := h.operands(e, passive)
	t := ast.NewVar(tempName(e), e.Type())
	h.pre = append(h.pre, &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: t}}, Op: token.DEFINE, Rhs: []ast.Expr{x}})
	h.mem.assign([]ast.Expr{&ast.Ref{Var: t}}, []ast.Expr{x})
	return &ast.Ref{Var: t}
}

// operands hoists from the operands of e but leaves e itself in place.
func (h *hoister) operands(e ast.Expr, passive bool) ast.Expr {
	b, ok := e.(*ast.Binary)
	if ok && (b.Op == token.LAND || b.Op == token.LOR) && h.holds(b.Y, true) {
		refuse(posOf(b.Y), "the right side of %s calls a function that must be differentiated; call it before", b.Op)
	}
	if x := selected(e); x != nil && ast.Carries(x.Type()) {
		// A part of a value that is nowhere: the value is put into a variable.
		return ast.MapOperands(e, func(y ast.Expr) ast.Expr {
			if y == x {
				return h.hoist(x, passive)
			}
			return h.expr(y, passive || passiveOperand(e, y))
		})
	}
	if a, ok := e.(*ast.Addr); ok {
		if lit, ok := a.X.(*ast.Composite); ok {
			return &ast.Addr{X: h.operands(lit, passive), T: a.T}
		}
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return h.expr(x, passive || passiveOperand(e, x)) })
}

// posOf returns no position: expressions have none of their own, so the statement's is used.
func posOf(ast.Expr) token.Pos { return token.NoPos }

// tempName is what to call a temporary for e.
func tempName(e ast.Expr) string {
	if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil {
		return c.Fun.Fn.Name() + "Value"
	}
	return "t"
}

// A count is a loop variable that only its own for statement changes.
type count struct {
	v    *ast.Var
	lo   ast.Expr
	step int64
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
	step, ok := intLit(post.Rhs[0])
	if !ok || step <= 0 || step > 1<<20 {
		return nil
	}
	switch post.Op {
	case token.ADD_ASSIGN:
	case token.SUB_ASSIGN:
		step = -step
	default:
		return nil
	}
	if assigns(s.Body, v) {
		return nil
	}
	c := &count{v: v, lo: init.Rhs[0], step: step}
	if b, ok := s.Cond.(*ast.Binary); ok && ast.Equal(b.X, init.Lhs[0]) && !mentions(b.Y, v) {
		c.hi, c.op = b.Y, b.Op
	}
	return c
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
	return ast.Any(e, func(e ast.Expr) bool {
		r, ok := e.(*ast.Ref)
		return ok && r.Var == v
	})
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}
