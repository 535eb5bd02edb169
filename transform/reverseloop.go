package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Loops in reverse.
//
// A loop whose trip count can be told from its bounds runs backwards over them. Any other counts its iterations in the
// forward sweep. What an iteration did before leaving the loop is reversed in front of the reversed loop, where nothing that
// comes before the exit in that iteration has an adjoint:
//
//	for i := 0; i < n; i++ {            if left { reverse of a }
//		if c { a; break }               for i := trips - 1; i >= 0; i-- {
//		b                                   reverse of b
//	}                                   }
//
// Then only complete iterations are counted and remembered.
func (r *reverser) loopItem(it *item) []ast.Stmt {
	core, lead := r.peel(it)
	body := &ast.Block{}
	trips := ast.NewVar("trips", intType)
	r.synthetic[trips] = it
	h := r.header(it, core, trips)
	r.index[it], r.iter[it] = h.index, h.iter
	for _, e := range []ast.Expr{h.index, h.iter} {
		if ref, ok := e.(*ast.Ref); ok {
			r.own[ref.Var] = true
		}
	}
	sums := r.accumulators(it)
	r.sums = append(r.sums, sums...)
	defer func(n int) { r.sums = r.sums[:n] }(len(r.sums) - len(sums))
	if core == it.body {
		body = r.block(core)
		if v := rangeValue(it.stmt); v != nil && len(body.Stmts) > 0 || v != nil && r.adjoints[v.Var] != nil {
			body.Stmts = append(body.Stmts, r.rangeValueBack(it, v, body.Stmts)...)
		}
	} else {
		body = r.block(core)
	}
	if len(body.Stmts) == 0 {
		return lead
	}
	r.firsts[core] = h.first
	return append(lead, r.summed(sums, h.loop(body))...)
}

// peel splits the body of a loop into its exits, whose reversal it returns, and the part that is left.
func (r *reverser) peel(it *item) (core *part, lead []ast.Stmt) {
	core = it.body
	if rangeValue(it.stmt) != nil && r.holdsActive(rangeValue(it.stmt)) {
		return core, nil
	}
	for len(core.items) > 0 {
		last := core.items[len(core.items)-1]
		if last.then == nil {
			break
		}
		exit, rest := last.then, last.els
		if !exit.exits(it) {
			exit, rest = rest, exit
		}
		if !exit.exits(it) || rest.exits(it) || !r.idle(core.items[:len(core.items)-1]) || len(core.items) > 1 && r.declaresActive(core) {
			break
		}
		r.exits[exit] = it
		if b := r.block(exit); len(b.Stmts) > 0 {
			flag := r.returnFlag(it, exit)
			if flag == nil {
				flag = ast.NewVar("left", types.Typ[types.Bool])
				r.synthetic[flag] = it
				r.inserts.flag(flag, exit, it)
			}
			cond := &ast.Past{X: &ast.Ref{Var: flag}, At: it.stmt, After: true}
			lead = append(lead, &ast.If{Cond: cond, Then: b})
		}
		core = rest
	}
	if core != it.body {
		r.cores[core] = it
	}
	return core, lead
}

// returnFlag returns the flag that an exit sets because it returns, if no other return sets it.
func (r *reverser) returnFlag(loop *item, exit *part) *ast.Var {
	if loop.part.loop() != nil {
		return nil
	}
	for _, it := range exit.items {
		a, ok := it.stmt.(*ast.Assign)
		if ok && len(a.Lhs) == 1 && r.returned != nil && ast.Equal(a.Lhs[0], &ast.Ref{Var: r.returned}) && len(r.hist.log.at[r.mem.variable(r.returned)]) == 2 {
			return r.returned
		}
	}
	return nil
}

// exits reports whether a part always leaves the loop it, or the function.
func (p *part) exits(it *item) bool {
	switch p.tail {
	case tailLeave:
		return true
	case tailBreak:
		// Leaving an outer loop leaves this one.
		return p.leaves.pos <= it.pos
	}
	return false
}

// idle reports whether the reversal of items is empty.
func (r *reverser) idle(items []*item) bool {
	for _, it := range items {
		idle, known := r.idleItems[it]
		if !known {
			idle = len(r.item(it)) == 0
			r.idleItems[it] = idle
		}
		if !idle {
			return false
		}
	}
	return true
}

// declaresActive reports whether a part declares a variable that has an adjoint.
func (r *reverser) declaresActive(p *part) bool {
	for _, it := range p.items {
		for _, v := range ast.Defined(it.stmt) {
			if r.holdsActive(&ast.Ref{Var: v}) || r.histories[v] {
				return true
			}
		}
	}
	return false
}

// hasExits reports whether an iteration of a loop can leave it other than by its header.
func (it *item) hasExits() bool {
	var visit func(p *part) bool
	visit = func(p *part) bool {
		if p.exits(it) {
			return true
		}
		for _, x := range p.items {
			for _, q := range []*part{x.then, x.els, x.body} {
				if q != nil && visit(q) {
					return true
				}
			}
		}
		return false
	}
	return visit(it.body)
}

// A header is how a reversed loop goes through the iterations.
type header struct {
	index ast.Expr   // the primal counter in the reversed body
	iter  ast.Expr   // how many iterations came before
	first []ast.Stmt // at the beginning of the reversed body
	loop  func(*ast.Block) ast.Stmt
}

// header returns the header of the reversed loop of it, which goes over the executions of core.
func (r *reverser) header(it *item, core *part, trips *ast.Var) *header {
	if !r.plan.backwards[it.source] && r.independent(it) {
		if h := r.forwardHeader(it); h != nil {
			r.forwards[it] = true
			return h
		}
	}
	switch s := it.stmt.(type) {
	case *ast.Range:
		if !it.hasExits() && !r.isWild(s.X) {
			if h := r.rangeHeader(it, s); h != nil {
				return h
			}
		}
	case *ast.For:
		if c := it.count; c != nil && !it.hasExits() && !r.isWild(c.hi) {
			if h := r.countHeader(it, c); h != nil {
				return h
			}
		}
	}
	return r.tripHeader(it, core, trips)
}

// isWild reports whether an integer may come of a float that is no number, or infinite, and so be the least of all: n - 1 is then the
// greatest.
func (r *reverser) isWild(e ast.Expr) bool {
	if e == nil || !isInteger(e.Type()) {
		return false
	}
	return ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Convert:
			return ast.IsFloat(e.X.Type())
		case *ast.Call:
			return e.Fun.Fn != nil
		case *ast.Ref:
			return r.wildVar(e.Var)
		}
		return false
	})
}

// wildVar is isWild for a variable.
func (r *reverser) wildVar(v *ast.Var) bool {
	if wild, known := r.wild[v]; known || !isInteger(v.Type) {
		return wild
	}
	r.wild[v] = false
	for _, it := range r.tree.items {
		lhs, rhs := assignedBy(it.stmt)
		for i, l := range lhs {
			if isRefTo(v)(l) && (len(rhs) == len(lhs) && r.isWild(rhs[i]) || len(rhs) == 1 && len(lhs) > 1) {
				r.wild[v] = true
			}
		}
	}
	return r.wild[v]
}

// forwardHeader goes through the iterations of a loop as the forward sweep does, which their independence allows and a reader
// expects.
func (r *reverser) forwardHeader(it *item) *header {
	switch s := it.stmt.(type) {
	case *ast.Range:
		name, t := "i", keyType(s)
		if ref, ok := s.Key.(*ast.Ref); ok {
			name, t = ref.Var.Name, ref.Var.Type
		}
		i := &ast.Ref{Var: ast.NewVar(name, t)}
		x := r.before(s)(s.X)
		return &header{index: i, iter: i, loop: func(b *ast.Block) ast.Stmt {
			return &ast.Range{Key: i, Define: true, X: x, Body: b}
		}}
	case *ast.For:
		c := it.count
		if c == nil || c.hi == nil || !r.steady(it, c.hi) {
			return nil
		}
		i := &ast.Ref{Var: ast.NewVar(c.v.Name, c.v.Type)}
		var iter ast.Expr
		if startsAtZero(it) {
			iter = i
		}
		past, op := r.before(s), token.ADD_ASSIGN
		if c.down {
			op = token.SUB_ASSIGN
		}
		step := past(c.stepSize())
		lo, hi := past(c.lo), past(c.hi)
		return &header{index: i, iter: iter, loop: func(b *ast.Block) ast.Stmt {
			return &ast.For{
				Init: define(i.Var, lo),
				Cond: &ast.Binary{Op: c.op, X: i, Y: hi, T: types.Typ[types.Bool]},
				Post: set(i, op, step),
				Body: b,
			}
		}}
	}
	return nil
}

// stepSize is how far a counter goes in each iteration.
func (c *count) stepSize() ast.Expr {
	switch {
	case c.by != nil:
		return c.by
	case c.down:
		return intLiteral(-c.step, c.v.Type)
	}
	return intLiteral(c.step, c.v.Type)
}

// rangeHeader goes backwards over all of what a range loop goes over.
func (r *reverser) rangeHeader(it *item, s *ast.Range) *header {
	name, t := "i", keyType(s)
	if ref, ok := s.Key.(*ast.Ref); ok {
		name, t = ref.Var.Name, ref.Var.Type
	}
	i := ast.NewVar(name, t)
	n := r.before(s)(s.X)
	if elemType(s.X.Type()) != nil {
		n = r.before(s)(length(s.X))
	}
	if isUnsigned(t) {
		return nil
	}
	return downTo(i, minusOne(n), intLiteral(0, t), &ast.Ref{Var: i})
}

// countHeader goes backwards over the values of a plain counter, where the bounds tell how many there are.
func (r *reverser) countHeader(it *item, c *count) *header {
	if c.hi == nil || c.step == 0 || isUnsigned(c.v.Type) || !r.steady(it, c.hi) {
		return nil
	}
	past := r.before(it.stmt)
	i := ast.NewVar(c.v.Name, c.v.Type)
	lo, hi := past(c.lo), past(c.hi)
	var iter ast.Expr
	if v, ok := intLit(c.lo); ok && v == 0 && c.step == 1 {
		iter = &ast.Ref{Var: i}
	}
	if c.step != 1 && c.step != -1 {
		return strideHeader(i, c, past)
	}
	switch {
	case c.step == 1 && c.op == token.LSS:
		return downTo(i, minusOne(hi), lo, iter)
	case c.step == 1 && c.op == token.LEQ:
		return downTo(i, hi, lo, iter)
	case c.step == -1 && c.op == token.GEQ:
		return upTo(i, hi, lo, c.lo, past)
	case c.step == -1 && c.op == token.GTR:
		from := ast.Expr(&ast.Binary{Op: token.ADD, X: hi, Y: intLiteral(1, c.v.Type), T: c.v.Type})
		if n, ok := intLit(c.hi); ok {
			from = intLiteral(n+1, c.v.Type)
		}
		return upTo(i, from, lo, c.lo, past)
	}
	return nil
}

// strideHeader is countHeader for larger steps: the last value of the counter is computed from the number of steps.
//
//	for i := 0; i < n; i += 2                    for i := ((n+1)/2 - 1) * 2; i >= 0; i -= 2
func strideHeader(i *ast.Var, c *count, past reader) *header {
	t, step := i.Type, c.step
	op := func(op token.Token, x, y ast.Expr) ast.Expr { return binaryInt(op, x, y, t) }
	way := op(token.SUB, c.hi, c.lo)
	if c.down {
		way, step = op(token.SUB, c.lo, c.hi), -step
	}
	switch {
	case c.op == token.LSS && !c.down, c.op == token.GTR && c.down:
		way = op(token.ADD, way, intLiteral(step-1, t))
	case c.op == token.LEQ && !c.down, c.op == token.GEQ && c.down:
		way = op(token.ADD, way, intLiteral(step, t))
	default:
		return nil
	}
	size := intLiteral(step, t)
	last := op(token.MUL, op(token.SUB, op(token.QUO, way, size), intLiteral(1, t)), size)
	ref := &ast.Ref{Var: i}
	cond, post := token.GEQ, token.SUB_ASSIGN
	iter := op(token.SUB, ref, c.lo)
	if c.down {
		last = op(token.SUB, c.lo, last)
		cond, post = token.LEQ, token.ADD_ASSIGN
		iter = op(token.SUB, c.lo, ref)
	} else {
		last = op(token.ADD, c.lo, last)
	}
	iter = op(token.QUO, iter, size)
	if !types.Identical(t, intType) || !isLit(c.lo) {
		iter = nil // it stands where only what the reverse sweep itself knows can stand
	}
	return &header{index: ref, iter: iter, loop: func(b *ast.Block) ast.Stmt {
		return &ast.For{
			Init: define(i, past(last)),
			Cond: &ast.Binary{Op: cond, X: ref, Y: past(c.lo), T: types.Typ[types.Bool]},
			Post: set(ref, post, size),
			Body: b,
		}
	}}
}

// binaryInt is an operation on integers, without the addition or subtraction of zero.
func binaryInt(op token.Token, x, y ast.Expr, t types.Type) ast.Expr {
	isZero := func(e ast.Expr) bool {
		if p, ok := e.(*ast.Past); ok {
			e = p.X
		}
		v, ok := intLit(e)
		return ok && v == 0
	}
	switch {
	case (op == token.ADD || op == token.SUB) && isZero(y):
		return x
	case op == token.ADD && isZero(x):
		return y
	}
	return &ast.Binary{Op: op, X: x, Y: y, T: t}
}

// steady reports whether the value of a bound is the same in all iterations of a loop.
func (r *reverser) steady(it *item, bound ast.Expr) bool {
	ok := !ast.Any(bound, func(e ast.Expr) bool {
		c, isCall := e.(*ast.Call)
		return isCall && c.Fun.Fn != nil
	})
	r.mem.reads(bound, func(c *location) {
		for _, pos := range r.hist.log.at[c] {
			ok = ok && (pos < it.pos || pos >= it.end)
		}
	})
	return ok
}

func isUnsigned(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsUnsigned != 0
}

func intLiteral(n int64, t types.Type) ast.Expr {
	l := *intNumber(n).(*ast.Lit)
	l.T = t
	return &l
}

// minusOne is e - 1, simplified where e is f + 1 or a number.
func minusOne(e ast.Expr) ast.Expr {
	x := e
	if p, ok := e.(*ast.Past); ok {
		x = p.X
	}
	if v, ok := intLit(x); ok {
		return intLiteral(v-1, e.Type())
	}
	if b, ok := e.(*ast.Binary); ok && b.Op == token.ADD {
		if v, ok := intLit(b.Y); ok && v == 1 {
			return b.X
		}
	}
	if p, ok := e.(*ast.Past); ok {
		if b, ok := p.X.(*ast.Binary); ok && (b.Op == token.SUB || b.Op == token.ADD) {
			if v, ok := intLit(b.Y); ok && v > 0 && v < 1<<20 {
				x := &ast.Past{X: b.X, At: p.At, After: p.After}
				return offset(x, b.Op, v)
			}
		}
	}
	return &ast.Binary{Op: token.SUB, X: e, Y: intLiteral(1, e.Type()), T: e.Type()}
}

// offset is e op v - 1.
func offset(e ast.Expr, op token.Token, v int64) ast.Expr {
	if op == token.ADD {
		v--
	} else {
		v++
	}
	if v == 0 {
		return e
	}
	return &ast.Binary{Op: op, X: e, Y: intLiteral(v, e.Type()), T: e.Type()}
}

// downTo is for i := from; i >= to; i--.
func downTo(i *ast.Var, from, to, iter ast.Expr) *header {
	ref := &ast.Ref{Var: i}
	return &header{index: ref, iter: iter, loop: func(b *ast.Block) ast.Stmt {
		return &ast.For{
			Init: define(i, from),
			Cond: &ast.Binary{Op: token.GEQ, X: ref, Y: to, T: types.Typ[types.Bool]},
			Post: set(ref, token.SUB_ASSIGN, intLiteral(1, i.Type)),
			Body: b,
		}
	}}
}

// upTo is for i := from; i <= to; i++, or i < n where to is n - 1.
func upTo(i *ast.Var, from, to, primalTo ast.Expr, past reader) *header {
	ref := &ast.Ref{Var: i}
	op := token.LEQ
	if b, ok := primalTo.(*ast.Binary); ok && b.Op == token.SUB {
		if v, ok := intLit(b.Y); ok && v == 1 {
			op, to = token.LSS, past(b.X)
		}
	}
	return &header{index: ref, loop: func(b *ast.Block) ast.Stmt {
		return &ast.For{
			Init: define(i, from),
			Cond: &ast.Binary{Op: op, X: ref, Y: to, T: types.Typ[types.Bool]},
			Post: set(ref, token.ADD_ASSIGN, intLiteral(1, i.Type)),
			Body: b,
		}
	}}
}

// tripHeader goes backwards over iterations that the forward sweep counts.
func (r *reverser) tripHeader(it *item, core *part, trips *ast.Var) *header {
	r.inserts.count(trips, it, core)
	n := &ast.Past{X: &ast.Ref{Var: trips}, At: it.stmt, After: true}
	var key *ast.Var
	switch s := it.stmt.(type) {
	case *ast.For:
		if it.count != nil {
			key = it.count.v
		}
	case *ast.Range:
		if ref, ok := s.Key.(*ast.Ref); ok {
			key = ref.Var
		} else if elemType(s.X.Type()) != nil {
			key = ast.NewVar("i", intType)
		}
	}
	if key != nil && types.Identical(key.Type, intType) && startsAtZero(it) {
		i := ast.NewVar(key.Name, intType)
		return downTo(i, minusOne(n), intNumber(0), &ast.Ref{Var: i})
	}
	k := ast.NewVar("k", intType)
	h := downTo(k, minusOne(n), intNumber(0), &ast.Ref{Var: k})
	h.index = nil
	if key != nil {
		i := ast.NewVar(key.Name, key.Type)
		h.first = []ast.Stmt{define(i, r.nth(it, &ast.Ref{Var: k}, key.Type))}
		h.index = &ast.Ref{Var: i}
	}
	return h
}

// startsAtZero reports whether the counter of a loop is the number of iterations before.
func startsAtZero(it *item) bool {
	if it.count == nil {
		return true
	}
	v, ok := intLit(it.count.lo)
	return ok && v == 0 && it.count.step == 1
}

// nth is the value of the counter of a loop after n iterations.
func (r *reverser) nth(it *item, n ast.Expr, t types.Type) ast.Expr {
	if !types.Identical(t, intType) {
		n = &ast.Convert{X: n, T: t}
	}
	c := it.count
	if c == nil {
		return n
	}
	if c.step != 1 && c.step != -1 {
		n = &ast.Binary{Op: token.MUL, X: r.before(it.stmt)(c.stepSize()), Y: n, T: t}
	}
	if v, ok := intLit(c.lo); ok && v == 0 && !c.down {
		return n
	}
	op := token.ADD
	if c.down {
		op = token.SUB
	}
	return &ast.Binary{Op: op, X: r.before(it.stmt)(c.lo), Y: n, T: t}
}

// rangeValue returns the value variable of a range loop, or nil.
func rangeValue(s ast.Stmt) *ast.Ref {
	if s, ok := s.(*ast.Range); ok && s.Value != nil {
		v, _ := s.Value.(*ast.Ref)
		return v
	}
	return nil
}

// rangeValueBack adds the adjoint of the value of a range loop to the element that it was, if the reversed body adds anything to it.
func (r *reverser) rangeValueBack(it *item, v *ast.Ref, body []ast.Stmt) []ast.Stmt {
	s := it.stmt.(*ast.Range)
	if !r.holdsActive(v) || !usesVar(&ast.Block{Stmts: body}, r.adjoint(v.Var)) {
		return nil
	}
	elem := &ast.Index{X: s.X, I: &ast.Ref{Var: indexVar}, T: elemType(s.X.Type())}
	read := func(e ast.Expr) ast.Expr {
		if ref, ok := e.(*ast.Ref); ok && ref.Var == indexVar {
			return r.index[it]
		}
		return r.before(s)(e)
	}
	if !r.holdsActive(&ast.Index{X: s.X, I: r.index[it], T: elem.T}) {
		return nil
	}
	out := addValues(r.place(elem, read), &ast.Ref{Var: r.adjoint(v.Var)})
	ast.Attribute(out, ast.Reversal, s)
	return out
}

// indexVar stands for the index of a range loop without a key.
var indexVar = ast.NewVar("i", intType)
