package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Simplification.
//
// The transformations write down what is right in every case; these passes take away what a person would not have
// written. Each is a function of a block and can be left out.
//
//	constants   dx := 0; dx += e           dx = e
//	            da := 1; dx += da * c      dx += c
//	dead        dv = 0, not read again     (nothing)
//	declare     var dx float64; dx = e     dx := e

// A group keeps the comment of a statement that a pass removes for the next one that came from the same primal
// statement: the comment stands over the first of them.
type group struct {
	out     []ast.Stmt
	pending string
	gone    ast.Stmt            // that had it
	forward func(ast.Stmt) bool // statements of the forward sweep, which get none
}

func (g *group) add(from ast.Stmt, to []ast.Stmt) {
	c := from.Info().Comment
	if c != "" {
		g.pending = ""
	}
	if len(to) == 0 {
		if c != "" {
			g.pending, g.gone = c, from
		}
		return
	}
	if c == "" && g.pending != "" && !g.forward(to[0]) && to[0].Info().Comment == "" && from.Info().Src == "" && len(ast.Blocks(from)) == 0 && ast.Related(to[0], g.gone) {
		to = comment(to, g.pending)
		ast.Absorb(to[0], g.gone)
	}
	g.pending = ""
	g.out = append(g.out, to...)
}

// A constProp replaces variables by constants where their values are known.
type constProp struct {
	tracked map[*ast.Var]bool     // variables that may be replaced
	known   map[*ast.Var]ast.Expr // what is known here
	only    bool                  // expressions in which nothing is known stay as they are

	skip    func(ast.Stmt) bool     // statements of the forward sweep, which stay as they are
	forward func(ast.Stmt) bool     // these and statements in which both sweeps meet
	rebuilt func(from, to ast.Stmt) // called for statements that are made anew
}

func (c *constProp) block(b *ast.Block) *ast.Block {
	g := &group{forward: c.forward}
	for _, s := range b.Stmts {
		list := c.stmt(s)
		if len(list) > 0 {
			c.rebuilt(s, list[len(list)-1])
		}
		g.add(s, list)
	}
	return &ast.Block{Meta: b.Meta, Stmts: g.out}
}

func (c *constProp) stmt(s ast.Stmt) []ast.Stmt {
	if c.skip(s) {
		c.forget(s)
		return []ast.Stmt{s}
	}
	switch s := s.(type) {
	case *ast.Block:
		if len(s.Stmts) == 0 {
			return []ast.Stmt{s} // a mark
		}
		return []ast.Stmt{c.block(s)}
	case *ast.Decl:
		for _, v := range s.Vars {
			if c.tracked[v] && len(s.Values) == 0 && ast.IsFloat(v.Type) {
				c.known[v] = &ast.Lit{Text: "0", Val: zeroValue, T: v.Type}
			} else {
				delete(c.known, v)
			}
		}
	case *ast.Assign:
		return c.assign(s)
	case *ast.If:
		t := *s
		t.Cond = c.expr(s.Cond)
		c.rebuilt(s, &t)
		return []ast.Stmt{c.branches(&t)}
	case *ast.For, *ast.Range:
		c.forget(s)
		t := ast.MapExprs(s, c.expr, func(t ast.Stmt) ast.Stmt {
			if b, ok := t.(*ast.Block); ok {
				return c.block(b)
			}
			return t
		})
		c.forget(s)
		c.rebuilt(s, t)
		return []ast.Stmt{t}
	case *ast.Do:
		return []ast.Stmt{ast.MapExprs(s, c.expr, nil)}
	}
	return []ast.Stmt{s}
}

// forget drops what is known of the variables that s assigns.
func (c *constProp) forget(s ast.Stmt) {
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if v := ast.RootVar(e); assigned && v != nil {
				delete(c.known, v)
			}
		})
		return true
	})
}

func (c *constProp) branches(s *ast.If) ast.Stmt {
	els := &constProp{tracked: c.tracked, known: maps.Clone(c.known), only: c.only, skip: c.skip, forward: c.forward, rebuilt: c.rebuilt}
	s.Then = c.block(s.Then)
	if s.Else != nil {
		s.Else = els.block(s.Else)
	}
	for v, e := range c.known {
		if !ast.Equal(e, els.known[v]) {
			delete(c.known, v)
		}
	}
	return s
}

func (c *constProp) assign(s *ast.Assign) []ast.Stmt {
	t := *s
	t.Rhs = make([]ast.Expr, len(s.Rhs))
	for i, e := range s.Rhs {
		t.Rhs[i] = c.expr(e)
	}
	if len(t.Lhs) == 1 && len(t.Rhs) == 1 && t.Lhs[0] != nil && ast.IsFloat(t.Lhs[0].Type()) {
		return c.float(&t)
	}
	for _, l := range t.Lhs {
		if l == nil {
			continue
		}
		if v := ast.RootVar(l); v != nil {
			delete(c.known, v)
		}
	}
	return []ast.Stmt{&t}
}

// float simplifies an assignment to a float.
func (c *constProp) float(s *ast.Assign) []ast.Stmt {
	adds := s.Op == token.ADD_ASSIGN || s.Op == token.SUB_ASSIGN
	if adds || s.Op == token.ASSIGN || s.Op == token.DEFINE {
		s.Rhs = []ast.Expr{withoutZeros(s.Rhs[0])}
	}
	e := s.Rhs[0]
	if adds && zeroProduct(e) {
		return nil
	}
	ref, ok := s.Lhs[0].(*ast.Ref)
	if !ok || !c.tracked[ref.Var] {
		return []ast.Stmt{s}
	}
	old := c.known[ref.Var]
	delete(c.known, ref.Var)
	switch {
	case old != nil && isZero(old) && s.Op == token.ADD_ASSIGN:
		s.Op = token.ASSIGN
	case old != nil && isZero(old) && s.Op == token.SUB_ASSIGN:
		s.Op, s.Rhs = token.ASSIGN, []ast.Expr{neg(e)}
	case old != nil && isZero(old) && s.Op == token.MUL_ASSIGN:
		c.known[ref.Var] = old
		return nil
	case old != nil && s.Op == token.MUL_ASSIGN && inRange(mul(old, e), ref.Var.Type):
		s.Op, s.Rhs = token.ASSIGN, []ast.Expr{mul(old, e)}
	}
	if s.Op == token.ASSIGN || s.Op == token.DEFINE {
		if zeroProduct(s.Rhs[0]) {
			s.Rhs = []ast.Expr{zeroOf(ref.Var.Type)}
		}
		if isLit(s.Rhs[0]) {
			c.known[ref.Var] = s.Rhs[0]
		}
	}
	return []ast.Stmt{s}
}

// expr replaces the variables that are known, and simplifies what that makes simple, where Go compiles the result.
func (c *constProp) expr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if c.only && !ast.Any(e, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && c.known[r.Var] != nil }) {
		return e
	}
	if t := c.replace(e); t == e || inRange(t, e.Type()) {
		return t
	}
	return e
}

// replace is expr without a look at the result.
func (c *constProp) replace(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Ref:
		if k := c.known[x.Var]; k != nil && c.tracked[x.Var] {
			return k
		}
		return e
	case *ast.Past:
		return e
	case *ast.Binary:
		if !isInteger(x.T) {
			return binary(x.Op, c.replace(x.X), c.replace(x.Y), x.T)
		}
	case *ast.Unary:
		if x.Op == token.SUB {
			return neg(c.replace(x.X))
		}
	case *ast.Convert:
		y := c.replace(x.X)
		if y == x.X {
			return e // what it stands in may need a value of just this type
		}
		if !types.IsInterface(x.T) {
			return convert(y, x.T)
		}
		if isLit(y) {
			y = &ast.Convert{X: y, T: x.X.Type()} // its type is what the interface holds
		}
		return &ast.Convert{X: y, T: x.T}
	}
	return ast.MapOperands(e, c.replace)
}

// A liveness removes assignments to local variables that nobody reads. It goes backwards; live holds the variables
// that are read later.
type liveness struct {
	live    *varSet
	fixed   func(*ast.Var) bool // variables whose assignments stay
	keep    func(ast.Expr) bool // whether evaluating an expression can be seen, by an effect or a panic
	breaks  []*varSet           // what is live where the loops around are left, the innermost last
	heads   []*varSet           // and where their next iterations begin
	labels  []*ast.Label
	settled map[*ast.Block]*varSet // what was found to be live at the heads of loops in the one that is being gone through again
	removed bool
	results []*ast.Var // what a bare return returns

	skip    func(ast.Stmt) bool     // statements of the forward sweep, which stay as they are
	forward func(ast.Stmt) bool     // these and statements in which both sweeps meet
	rebuilt func(from, to ast.Stmt) // called for statements that are made anew

	mentioned map[*ast.Var]bool // variables that what is left names: their declarations stay
}

func (l *liveness) block(b *ast.Block) *ast.Block {
	out := make([]ast.Stmt, 0, len(b.Stmts))
	for i := len(b.Stmts) - 1; i >= 0; i-- {
		s := b.Stmts[i]
		list := l.stmt(s)
		if len(list) > 0 {
			l.remade(s, list[len(list)-1])
		}
		if len(list) == 0 && s.Info().Comment != "" && len(out) > 0 {
			next := out[len(out)-1]
			if !l.isForward(next) && next.Info().Comment == "" && next.Info().Src == "" && len(ast.Blocks(next)) == 0 && ast.Related(next, s) {
				out[len(out)-1] = withComment(next, s.Info().Comment)
				ast.Absorb(out[len(out)-1], s)
			}
		}
		for j := len(list) - 1; j >= 0; j-- {
			out = append(out, list[j])
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return &ast.Block{Meta: b.Meta, Stmts: out}
}

func (l *liveness) read(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok {
			l.live.add(r.Var)
			l.mentioned[r.Var] = true
		}
		return true
	})
}

// declarations keeps the declarations of variables of a statement that goes away.
func (l *liveness) declarations(s ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, v := range ast.Defined(s) {
		if l.mentioned[v] {
			out = append(out, &ast.Decl{Meta: ast.Meta{Pos: s.Info().Pos}, Vars: []*ast.Var{v}, Typed: true})
		}
	}
	return out
}

func (l *liveness) stmt(s ast.Stmt) []ast.Stmt {
	if l.skip != nil && l.skip(s) {
		return []ast.Stmt{s}
	}
	switch s := s.(type) {
	case *ast.Block:
		if len(s.Stmts) == 0 {
			return []ast.Stmt{s}
		}
		b := l.block(s)
		if len(b.Stmts) == 0 {
			return nil
		}
		return []ast.Stmt{b}
	case *ast.Decl:
		return l.decl(s)
	case *ast.Assign:
		return l.assign(s)
	case *ast.If:
		return l.ifStmt(s)
	case *ast.For:
		return l.forStmt(s)
	case *ast.Range:
		return l.rangeStmt(s)
	case *ast.Do:
		l.read(s.Call)
	case *ast.Branch:
		l.branch(s)
	case *ast.Return:
		l.live.removeAll()
		if len(s.Results) == 0 {
			for _, v := range l.results {
				l.live.add(v)
			}
		}
		for _, e := range s.Results {
			l.read(e)
		}
	}
	return []ast.Stmt{s}
}

func (l *liveness) branch(s *ast.Branch) {
	i := len(l.breaks) - 1
	if s.Target != nil {
		for j, label := range l.labels {
			if label == s.Target {
				i = j
			}
		}
	}
	if s.Tok == token.BREAK {
		l.live = l.breaks[i].clone()
	} else {
		l.live = l.heads[i].clone()
	}
}

func (l *liveness) decl(s *ast.Decl) []ast.Stmt {
	unused := func(v *ast.Var) bool { return !v.Blank() && !l.anyUsed([]*ast.Var{v}) }
	switch {
	case len(s.Vars) == 1 || !slices.ContainsFunc(s.Vars, unused):
		return l.declWhole(s)
	case len(s.Values) == 1 && !l.anyUsed(s.Vars):
		return l.declWhole(s)
	case len(s.Values) == 1:
		return l.declWhole(l.blanks(s))
	}
	var out []ast.Stmt
	for _, d := range slices.Backward(l.apart(s)) {
		out = append(l.declWhole(d), out...)
	}
	return out
}

// declWhole is decl for variables that stay together.
func (l *liveness) declWhole(s *ast.Decl) []ast.Stmt {
	needed := false
	for _, v := range s.Vars {
		needed = needed || l.live.has(v) || l.fixed(v)
	}
	defer func() {
		for _, v := range s.Vars {
			l.live.remove(v)
		}
	}()
	for _, e := range s.Values {
		needed = needed || l.keep(e)
	}
	if !needed && len(s.Values) > 0 {
		l.removed = true
		return l.declarations(s)
	}
	if len(s.Values) > 0 && !l.anyUsed(s.Vars) {
		l.removed = true
		out := l.declarations(s)
		a := &ast.Assign{Meta: s.Meta, Lhs: make([]ast.Expr, len(s.Vars)), Op: token.ASSIGN, Rhs: s.Values}
		for _, e := range s.Values {
			l.read(e)
		}
		return append(out, a)
	}
	for _, e := range s.Values {
		l.read(e)
	}
	return []ast.Stmt{s}
}

// apart returns the declarations of single variables that s comes to.
func (l *liveness) apart(s *ast.Decl) []*ast.Decl {
	var list []*ast.Decl
	for i, v := range s.Vars {
		d := &ast.Decl{Meta: s.Meta, Vars: []*ast.Var{v}, Typed: s.Typed}
		if len(s.Values) > 0 {
			d.Values = s.Values[i : i+1]
		} else if !l.anyUsed(d.Vars) {
			l.removed = true
			continue
		}
		list = append(list, d)
	}
	return list
}

// blanks returns s, whose values are those of one call, with blanks for the variables that nobody uses.
func (l *liveness) blanks(s *ast.Decl) *ast.Decl {
	c := *s
	c.Vars = slices.Clone(s.Vars)
	for i, v := range c.Vars {
		if !l.anyUsed(c.Vars[i : i+1]) {
			c.Vars[i] = ast.NewVar("_", v.Type)
		}
	}
	return &c
}

func (l *liveness) assign(s *ast.Assign) []ast.Stmt {
	needed := false
	for _, e := range s.Lhs {
		r, ok := e.(*ast.Ref)
		needed = needed || e != nil && (!ok || l.live.has(r.Var) || l.fixed(r.Var))
	}
	if !needed {
		var kept []ast.Stmt
		for _, e := range s.Rhs {
			if b := inPlaceOf(s); b != nil && mayOperatorPanic(b) && l.keep(b) {
				e = b
			}
			if l.keep(e) {
				l.read(e)
				if c, ok := e.(*ast.Call); ok && c.Fun.Gen != nil {
					kept = append(kept, &ast.Do{Meta: s.Meta, Call: c})
					continue
				}
				lhs := make([]ast.Expr, 1)
				if t, ok := e.Type().(*types.Tuple); ok {
					lhs = make([]ast.Expr, t.Len())
				}
				kept = append(kept, &ast.Assign{Meta: s.Meta, Lhs: lhs, Op: token.ASSIGN, Rhs: []ast.Expr{e}})
			}
		}
		if len(kept) < len(s.Rhs) || s.Op != token.ASSIGN {
			l.removed = true
		}
		return append(l.declarations(s), kept...)
	}
	s, extra := l.blank(s)
	_, isCompound := compound(s.Op)
	for _, e := range s.Lhs {
		if r, ok := e.(*ast.Ref); ok && !isCompound {
			l.live.remove(r.Var)
		}
	}
	for _, e := range s.Lhs {
		if _, ok := e.(*ast.Ref); e != nil && (!ok || isCompound) {
			l.read(e)
		}
	}
	for _, e := range s.Rhs {
		l.read(e)
	}
	for _, e := range s.Lhs {
		if r, ok := e.(*ast.Ref); ok {
			l.mentioned[r.Var] = true
		}
	}
	return append(extra, s)
}

// anyUsed reports whether one of the variables is live or stays in any case.
func (l *liveness) anyUsed(vars []*ast.Var) bool {
	for _, v := range vars {
		if l.live.has(v) || l.fixed(v) || l.mentioned[v] {
			return true
		}
	}
	return false
}

// blank drops the variables on the left that nobody reads, where there are others. A variable that is named later is
// declared by itself.
func (l *liveness) blank(s *ast.Assign) (*ast.Assign, []ast.Stmt) {
	if len(s.Lhs) < 2 {
		return s, nil
	}
	var extra []ast.Stmt
	c := *s
	c.Lhs, c.Rhs = nil, nil
	single := len(s.Rhs) != len(s.Lhs)
	for i, e := range s.Lhs {
		r, ok := e.(*ast.Ref)
		dead := ok && !l.live.has(r.Var) && !l.fixed(r.Var)
		if dead && s.Op == token.DEFINE && !r.Again && l.mentioned[r.Var] {
			extra = append(extra, &ast.Decl{Vars: []*ast.Var{r.Var}, Typed: true})
		}
		if dead && !single && !l.keep(s.Rhs[i]) {
			l.removed = true
			continue
		}
		if dead {
			e = nil
		}
		c.Lhs = append(c.Lhs, e)
		if !single {
			c.Rhs = append(c.Rhs, s.Rhs[i])
		}
	}
	if single {
		c.Rhs = s.Rhs
	}
	if len(ast.Defined(&c)) == 0 && s.Op == token.DEFINE {
		c.Op = token.ASSIGN
	}
	return &c, extra
}

func (l *liveness) ifStmt(s *ast.If) []ast.Stmt {
	after := l.live.clone()
	t := *s
	t.Then = l.block(s.Then)
	then := l.live
	l.live = after
	if s.Else != nil {
		t.Else = l.block(s.Else)
		if len(t.Else.Stmts) == 0 {
			t.Else = nil
		}
	}
	l.live.addAll(then)
	if len(t.Then.Stmts) == 0 {
		if t.Else == nil && !l.keep(s.Cond) {
			l.removed = true
			return nil
		}
		if t.Else != nil {
			t.Cond, t.Then, t.Else = negatePast(t.Cond), t.Else, nil
		}
	}
	l.read(t.Cond)
	l.remade(s, &t)
	return []ast.Stmt{&t}
}

func (l *liveness) isForward(s ast.Stmt) bool { return l.forward != nil && l.forward(s) }

func (l *liveness) remade(from, to ast.Stmt) {
	if l.rebuilt != nil {
		l.rebuilt(from, to)
	}
}

// negatePast is the negation of a condition, inside of a past value if it is one.
func negatePast(e ast.Expr) ast.Expr {
	if p, ok := e.(*ast.Past); ok {
		return &ast.Past{X: negate(p.X), At: p.At, After: p.After}
	}
	return negate(e)
}

// loop finds what is live at the head of a loop and rewrites its body. Head adds what the header reads. In a loop that is gone through
// again, with more that is live, it begins with what it has found before.
func (l *liveness) loop(body *ast.Block, label *ast.Label, head func()) *ast.Block {
	after := l.live.clone()
	head()
	if known := l.settled[body]; known != nil {
		l.live.addAll(known)
	}
	for {
		before := l.live.clone()
		l.breaks, l.heads, l.labels = append(l.breaks, after), append(l.heads, before), append(l.labels, label)
		trial := *l
		trial.live = before.clone()
		b := trial.block(body)
		l.breaks, l.heads, l.labels = l.breaks[:len(l.breaks)-1], l.heads[:len(l.heads)-1], l.labels[:len(l.labels)-1]
		l.live = trial.live
		l.live.addAll(before)
		l.live.addAll(after)
		head()
		if l.live.len() == before.len() {
			l.removed = l.removed || trial.removed
			l.settle(body)
			return b
		}
	}
}

// settle notes what is live at the head of a loop, if it lies in another.
func (l *liveness) settle(body *ast.Block) {
	if len(l.heads) == 0 {
		clear(l.settled)
	} else {
		l.settled[body] = l.live.clone()
	}
}

func (l *liveness) forStmt(s *ast.For) []ast.Stmt {
	t, after := *s, l.live.clone()
	t.Body = l.loop(s.Body, s.Label, func() {
		l.read(s.Cond)
		if a, ok := s.Post.(*ast.Assign); ok {
			l.read(a.Lhs[0])
			l.read(a.Rhs[0])
		}
	})
	if len(t.Body.Stmts) == 0 && counter(s) != nil && !l.keep(s.Cond) && counter(s).hi != nil {
		l.removed, l.live = true, after
		return nil
	}
	if a, ok := s.Init.(*ast.Assign); ok {
		for _, e := range a.Lhs {
			if r, ok := e.(*ast.Ref); ok {
				l.live.remove(r.Var)
			}
		}
		for _, e := range a.Rhs {
			l.read(e)
		}
	}
	l.remade(s, &t)
	return []ast.Stmt{&t}
}

func (l *liveness) rangeStmt(s *ast.Range) []ast.Stmt {
	t, after := *s, l.live.clone()
	t.Body = l.loop(s.Body, s.Label, func() { l.read(s.X) })
	if len(t.Body.Stmts) == 0 && !l.keep(s.X) && s.Define {
		l.removed, l.live = true, after
		array := &ast.Deref{X: s.X}
		if !isPointer(s.X.Type()) || s.Value == nil || !l.keep(array) {
			return nil
		}
		l.read(s.X)
		return []ast.Stmt{&ast.Assign{Meta: s.Meta, Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{array}}}
	}
	l.remade(s, &t)
	return []ast.Stmt{&t}
}

// declare declares variables where they are first assigned, and drops the declarations of those that are never mentioned.
func declare(b *ast.Block) *ast.Block {
	return (&declarer{skip: func(ast.Stmt) bool { return false }, rebuilt: func(from, to ast.Stmt) {}, resume: func(list, inner []ast.Stmt) []ast.Stmt { return inner }}).block(b)
}

type declarer struct {
	skip    func(ast.Stmt) bool     // statements of the forward sweep, which stay as they are
	rebuilt func(from, to ast.Stmt) // called for compound statements that are made anew

	// resume returns the statements of an inner block, for a place in a list: with a mark at their end if what follows belongs to something else.
	resume func(list, inner []ast.Stmt) []ast.Stmt
}

func (d *declarer) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	open := map[*ast.Var]int{} // where in out a variable is declared that has not been mentioned yet
	for i, s := range b.Stmts {
		if d.skip(s) {
			out.Stmts = append(out.Stmts, s)
			continue
		}
		if d, ok := s.(*ast.Decl); ok && len(d.Vars) == 1 && len(d.Values) == 0 {
			open[d.Vars[0]] = len(out.Stmts)
			out.Stmts = append(out.Stmts, s)
			continue
		}
		if b, ok := s.(*ast.Block); ok && len(b.Stmts) == 0 {
			out.Stmts = append(out.Stmts, s) // a mark
			continue
		}
		from := s
		if len(open) > 0 {
			s = declareIn(s, open, out)
		}
		t := s
		if len(ast.Blocks(s)) > 0 {
			t = ast.MapBlocks(s, d.block)
		}
		d.rebuilt(from, t)
		if inner, ok := t.(*ast.Block); ok && !inner.Pos.IsValid() {
			out.Stmts = append(out.Stmts, d.resume(b.Stmts[:i], inner.Stmts)...) // a block of ours needs no scope of its own
			continue
		}
		out.Stmts = append(out.Stmts, t)
	}
	for _, i := range open {
		out.Stmts[i] = nil
	}
	kept := out.Stmts[:0]
	for _, s := range out.Stmts {
		if s != nil {
			kept = append(kept, s)
		}
	}
	out.Stmts = kept
	return out
}

// declareSome lets an assignment of the results of a call declare those of the open variables that it assigns first, beside others.
func declareSome(s ast.Stmt, open map[*ast.Var]int, out *ast.Block) ast.Stmt {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) < 2 || len(a.Rhs) > 1 {
		return s
	}
	c, firsts := *a, []*ast.Var(nil)
	c.Lhs, c.Op = slices.Clone(a.Lhs), token.DEFINE
	for i, l := range a.Lhs {
		r, ok := l.(*ast.Ref)
		if l != nil && !ok {
			return s
		}
		if l == nil {
			continue
		}
		_, first := open[r.Var]
		if first = first && r.Var.Obj == nil && !mentions(a.Rhs[0], r.Var); first {
			firsts = append(firsts, r.Var)
		}
		c.Lhs[i] = &ast.Ref{Var: r.Var, Again: !first}
	}
	if len(firsts) == 0 {
		return s
	}
	for _, v := range firsts {
		out.Stmts[open[v]] = nil
		delete(open, v)
	}
	return &c
}

// declareIn closes the open declarations that s mentions; where s assigns the variable first it declares it.
func declareIn(s ast.Stmt, open map[*ast.Var]int, out *ast.Block) ast.Stmt {
	s = declareSome(s, open, out)
	if a, ok := s.(*ast.Assign); ok && a.Op == token.ASSIGN && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
		if r, ok := a.Lhs[0].(*ast.Ref); ok && r.Var.Obj == nil && !mentions(a.Rhs[0], r.Var) {
			if i, ok := open[r.Var]; ok {
				delete(open, r.Var)
				out.Stmts[i] = nil
				c := *a
				c.Lhs, c.Op = ast.Refs([]*ast.Var{r.Var}), token.DEFINE
				s = &c
				if isNil(a.Rhs[0]) {
					s = &ast.Decl{Meta: a.Meta, Vars: []*ast.Var{r.Var}, Typed: true}
				}
			}
		}
	}
	ast.Inspect(s, func(t ast.Stmt) bool {
		ast.Exprs(t, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok {
					delete(open, r.Var)
				}
				return true
			})
		})
		return true
	})
	return s
}
