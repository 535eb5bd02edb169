package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Reverse mode.
//
// The reverse sweep is written part by part, items from the last to the first. It speaks of primal values only as past
// ones (ast.Past): the value of this expression before that statement. Which of them can be read in place, computed
// again or must be remembered is decided afterwards, when what nobody needs has gone.
//
//	y = f(a, b)          da += dy * ∂f/∂a
//	                     db += dy * ∂f/∂b
//	                     dy = 0
//
//	x[i] = f(a)          t := dx[i]
//	                     dx[i] = 0
//	                     da += t * ∂f/∂a        dx[i] may be another name for da
type reverser struct {
	*derivation
	tree *tree
	hist *history

	ends          []*ast.Var // adjoints that are results
	oneSweep      bool       // statements may be swept forward and back at once
	apart         bool       // the two sweeps go into two functions
	knowsSections bool       // elements may be intact by their indices
	mayUndo       bool       // arrays may go back in time: not between functions, where a copy may be larger than all that a call does
	mayPack       bool       // slices of remembered values may be one
	rootArea      *area
	ctx           *context                // of the code that is being written
	marks         map[*ast.Block]*context // empty blocks that stand at the beginning of reversed parts
	joint         map[ast.Stmt]bool       // compound statements in which forward and reverse sweep meet
	unwrapped     map[*ast.Block]bool     // blocks of the user's that are taken apart
	sweepBorder   *ast.Block              // where the reverse sweep begins
	declaredIn    map[*ast.Var]*part      // where variables of the forward sweep are in scope
	effects       map[*item]*effects
	idleItems     map[*item]bool     // see idle
	pushed        map[*item]bool     // items whose forward sweep remembers what they overwrite
	wild          map[*ast.Var]bool  // see wildVar
	visible       map[*location]bool // what F's caller can see
	plan          *plan
	forwards      map[*item]bool // loops whose reversal goes forwards
	sums          []*accumulator // of the loops whose reversal is being written
	pivots        map[*item]bool // items that are swept forward and back at once
	remarks       []*Remark      // see Explanation
	slots         []*ast.Var     // that these are about
	primalsOf     map[*ast.Var]*ast.Var
	primalsAt     int
	former        map[*ast.Var][]*ast.Var // adjoints of variables that have others now: see renew
	touched       map[ast.Stmt]*touch     // what reversed statements do to adjoints
	readers       map[*location][]int     // the positions of the items that read each cell: see readersOf
	reachedBy     map[*location]int       // see reached
	reachedAt     int

	exits     map[*part]*item      // parts that leave a loop and are reversed before it
	cores     map[*part]*item      // what is left of the body of a loop without them
	own       map[*ast.Var]bool    // variables of the reverse sweep itself: counters of reversed loops
	synthetic map[*ast.Var]*item   // trip counters and exit flags, and their loops
	index     map[*item]ast.Expr   // the counter of a loop, in its reversed body
	iter      map[*item]ast.Expr   // how many iterations came before, in its reversed body
	firsts    map[*part][]ast.Stmt // what stands at the beginning of a reversed part
	inserts   *inserts             // what goes into the forward sweep

}

// block reverses a part.
func (r *reverser) block(p *part) *ast.Block {
	b := &ast.Block{}
	defer func(c *context) { r.ctx = c }(r.ctx)
	r.ctx = r.ctx.within(p)
	mark := r.mark(r.ctx)
	var body []ast.Stmt
	for i := len(p.items) - 1; i >= 0; i-- {
		body = append(body, r.item(p.items[i])...)
	}
	if len(body) == 0 {
		return b
	}
	b.Stmts = append(append(append(b.Stmts, mark), r.declarations(p)...), body...)
	return b
}

// declarations declares the adjoints of the variables that a part declares.
func (r *reverser) declarations(p *part) []ast.Stmt {
	var out []ast.Stmt
	if p.parent == nil {
		for _, v := range r.fn.Inputs() {
			if a := r.adjoints[v]; a != nil && ast.ShapeOf(v.Type) == ast.ValueLike && !contains(r.ends, a) {
				out = append(out, &ast.Decl{Vars: []*ast.Var{a}, Typed: true})
			}
		}
	}
	var vars []*ast.Var
	for _, it := range p.items {
		if it.body == nil {
			vars = append(vars, ast.Defined(it.stmt)...)
		}
	}
	if l := p.branch; l != nil && l.body == p {
		vars = append(vars, ast.Defined(l.stmt)...)
	}
	for _, v := range vars {
		if r.histories[v] {
			out = append(out, r.historyStart(v, p))
		}
		if a := r.adjoints[v]; a != nil && r.isLocal(v) && !r.mem.addressed(v) {
			for _, a := range append([]*ast.Var{a}, r.former[v]...) {
				out = append(out, &ast.Decl{Vars: []*ast.Var{a}, Typed: true})
			}
		}
	}
	return out
}

// item reverses an item.
func (r *reverser) item(it *item) []ast.Stmt {
	out := r.itemBack(it)
	ast.Attribute(out, ast.Reversal, it.stmt)
	return out
}

func (r *reverser) itemBack(it *item) []ast.Stmt {
	switch {
	case it.then != nil:
		return r.branchItem(it)
	case it.body != nil:
		return r.loopItem(it)
	}
	out := r.simple(it)
	if src := it.stmt.Info().Src; len(out) > 0 && src != "" && !returnsVariable(it.stmt) {
		out = comment(out, src)
	}
	return r.withRestore(it, out)
}

// returnsVariable reports whether s is what became of return v, which needs no comment.
func returnsVariable(s ast.Stmt) bool {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Rhs) != 1 || !strings.HasPrefix(a.Src, "return") {
		return false
	}
	_, ok = a.Rhs[0].(*ast.Ref)
	return ok
}

// comment puts a comment over the first statement of a group.
func comment(list []ast.Stmt, text string) []ast.Stmt {
	list = slices.Clone(list)
	list[0] = withComment(list[0], text)
	return list
}

// withComment returns s with a comment over it.
func withComment(s ast.Stmt, text string) ast.Stmt {
	c := ast.MapExprs(s, nil, nil)
	if c == s {
		return s
	}
	c.Info().Comment = text
	return c
}

func (r *reverser) simple(it *item) []ast.Stmt {
	// What the statement reads it reads through the slices and pointers of before.
	return append(slices.Clone(r.undo[it.stmt]), r.reversal(it)...)
}

func (r *reverser) reversal(it *item) []ast.Stmt {
	if it.stmt.Info().Idle {
		return nil
	}
	switch s := it.stmt.(type) {
	case *ast.Assign:
		if note := r.calls[s]; note != nil {
			return r.splitBack(s, note)
		}
		if g := r.grown[s]; g != nil {
			return r.appendBack(s, s.Rhs[0].(*ast.Call), s.Lhs[0].(*ast.Ref), g)
		}
		if c := copyCall(s.Rhs); c != nil {
			return r.copyBack(s, c)
		}
		return append(r.assign(s), r.historyRestart(s)...)
	case *ast.Decl:
		if note := r.calls[s]; note != nil {
			return r.splitBack(s, note)
		}
		if c := copyCall(s.Values); c != nil {
			return r.copyBack(s, c)
		}
		if g := r.grown[s]; g != nil {
			return r.appendBack(s, s.Values[0].(*ast.Call), &ast.Ref{Var: s.Vars[0]}, g)
		}
		return r.parallel(s, ast.Refs(s.Vars), s.Values, true)
	case *ast.Do:
		if note := r.calls[s]; note != nil {
			return r.splitBack(s, note)
		}
		return r.do(s)
	}
	panic(fmt.Sprintf("transform: reverse of %T", it.stmt))
}

// copyCall returns the call of copy that is the right side of an assignment, or nil.
func copyCall(rhs []ast.Expr) *ast.Call {
	if len(rhs) != 1 {
		return nil
	}
	if c, ok := rhs[0].(*ast.Call); ok && c.Fun.Builtin == "copy" {
		return c
	}
	return nil
}

func (r *reverser) assign(s *ast.Assign) []ast.Stmt {
	op, isCompound := compound(s.Op)
	if !isCompound {
		return r.parallel(s, s.Lhs, s.Rhs, s.Op == token.DEFINE)
	}
	l := s.Lhs[0]
	if !ast.IsFloat(l.Type()) || !r.holdsActive(l) {
		return nil
	}
	switch op {
	case token.ADD, token.SUB:
		return r.accumulate(s, l, s.Rhs[0], op)
	}
	rhs := &ast.Binary{Op: op, X: l, Y: s.Rhs[0], T: l.Type()}
	return r.parallel(s, s.Lhs, []ast.Expr{rhs}, false)
}

// accumulate reverses l += e or l -= e.
func (r *reverser) accumulate(s ast.Stmt, l, e ast.Expr, op token.Token) []ast.Stmt {
	dl := r.place(l, r.before(s))
	lin := &linear{d: r.derivation, stmt: s, seed: dl}
	adj := symbolic(l.Type())
	if op == token.SUB {
		adj = neg(adj)
	}
	lin.push(e, adj)
	if len(lin.terms) == 0 && len(lin.pre) == 0 {
		return nil
	}
	own, rest := r.ownTerms(&target{l: l}, lin.terms)
	lin.terms = rest
	switch {
	case len(own)+len(rest) == 1 && len(lin.pre) == 0, !lin.adds && !r.mayMeet(l, rest):
		out := append(lin.pre, r.contributions(lin, dl, nil)...)
		return append(out, r.addTo(dl, withSeeds(own, dl), dl)...)
	}
	t := ast.NewVar("adj", l.Type())
	lin = &linear{d: r.derivation, stmt: s, seed: &ast.Ref{Var: t}}
	lin.push(e, adj)
	out := append([]ast.Stmt{define(t, dl)}, lin.pre...)
	return append(out, r.contributions(lin, &ast.Ref{Var: t}, nil)...)
}

// mayMeet reports whether the adjoint of l and that of one of the terms may be the same.
func (r *reverser) mayMeet(l ast.Expr, terms []term) bool {
	return slices.ContainsFunc(terms, func(t term) bool { return r.mayBeOne(l, t.place) })
}

// mayBeOne reports whether two places may be, or overlap, the same memory.
func (d *derivation) mayBeOne(x, y ast.Expr) bool {
	for _, a := range d.mem.cells(x) {
		for _, b := range d.mem.cells(y) {
			if a == b {
				return true
			}
		}
	}
	return false
}

// A target is a left side of an assignment that is being reversed.
type target struct {
	l, rhs ast.Expr
	d      ast.Expr // the adjoint of l
	seed   ast.Expr // what the right side is seeded with
	fresh  bool     // whether l is declared here, so that its adjoint ends here
}

// parallel reverses an assignment, which may have several sides.
func (r *reverser) parallel(s ast.Stmt, lhs, rhs []ast.Expr, declares bool) []ast.Stmt {
	if len(rhs) != len(lhs) {
		if len(rhs) == 1 {
			return r.multi(s, lhs, rhs[0])
		}
		return nil
	}
	var targets []*target
	plain := true // all targets are float variables that only their names reach
	for i, l := range lhs {
		if l == nil || !r.holdsActive(l) {
			if l != nil && r.reachesActive(l) && isAlloc(rhs[i]) {
				targets = append(targets, &target{l: l, rhs: rhs[i], fresh: isFresh(l, declares)})
				plain = false
			}
			continue
		}
		targets = append(targets, &target{l: l, rhs: rhs[i], d: r.place(l, r.before(s)), fresh: isFresh(l, declares)})
		if r.mem.inMemory(l) || !ast.IsFloat(l.Type()) || rootVarIsPath(l) {
			plain = false
		}
	}
	switch {
	case len(targets) == 0:
		return nil
	case plain:
		return r.scalars(s, targets)
	}
	return r.places(s, targets)
}

// isFresh reports whether l is a variable that the statement declares.
func isFresh(l ast.Expr, declares bool) bool {
	ref, ok := l.(*ast.Ref)
	return declares && ok && !ref.Again
}

// rootVarIsPath reports whether e is a part of a variable.
func rootVarIsPath(e ast.Expr) bool {
	_, ref := e.(*ast.Ref)
	return !ref
}

func isAlloc(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Composite:
		return true
	case *ast.Addr:
		_, ok := e.X.(*ast.Composite)
		return ok
	}
	return false
}

// scalars reverses an assignment to float variables: the adjoints of other places first, then those of the targets, all at
// once.
func (r *reverser) scalars(s ast.Stmt, targets []*target) []ast.Stmt {
	var out []ast.Stmt
	own := make([][]ast.Expr, len(targets)) // what goes to each target
	guarded := false
	for i, t := range targets {
		lin := r.linearise(s, t, len(targets) == 1)
		out = append(out, lin.pre...)
		var rest []term
		for _, tm := range lin.terms {
			if j := slices.IndexFunc(targets, func(u *target) bool { return !u.fresh && ast.Equal(u.l, tm.place) }); j >= 0 {
				guarded = guarded || len(tm.when) > 0
				own[j] = append(own[j], withSeed(tm.coef, t.d))
			} else {
				rest = append(rest, tm)
			}
		}
		lin.terms = rest
		out = append(out, r.contributions(lin, t.d, targets[i+1:])...)
	}
	if guarded {
		return r.places(s, targets)
	}
	if r.onlyReturned(targets) {
		return out
	}
	update := &ast.Assign{Op: token.ASSIGN}
	for i, t := range targets {
		if t.fresh {
			continue
		}
		update.Lhs = append(update.Lhs, t.d)
		update.Rhs = append(update.Rhs, sum(own[i], t.l.Type()))
	}
	switch {
	case len(update.Lhs) == 0:
		return out
	case len(targets) == 1:
		return append(out, scale(targets[0].d, own[0], targets[0].l.Type())...)
	}
	return append(out, update)
}

// onlyReturned reports whether the targets are results without a name: each is assigned at most once, so its adjoint
// is what it was seeded with wherever it is asked for.
func (r *reverser) onlyReturned(targets []*target) bool {
	for _, t := range targets {
		v := ast.RootVar(t.l)
		if v == nil || v.Obj != nil || !contains(r.fn.Results, v) {
			return false
		}
	}
	return true
}

// scale sets an adjoint to a sum of terms that are seeded with itself.
func scale(d ast.Expr, terms []ast.Expr, t types.Type) []ast.Stmt {
	if len(terms) == 1 && ast.Equal(terms[0], d) {
		return nil
	}
	if factor := commonFactor(terms, d); factor != nil {
		return []ast.Stmt{set(d, token.MUL_ASSIGN, factor)}
	}
	if len(terms) == 1 {
		if b, ok := terms[0].(*ast.Binary); ok && b.Op == token.QUO && ast.Equal(b.X, d) {
			return []ast.Stmt{set(d, token.QUO_ASSIGN, b.Y)}
		}
	}
	return []ast.Stmt{set(d, token.ASSIGN, sum(terms, t))}
}

// commonFactor returns f where the terms sum to d*f for a product that begins with d, else nil.
func commonFactor(terms []ast.Expr, d ast.Expr) ast.Expr {
	if len(terms) == 0 {
		return nil
	}
	var factors []ast.Expr
	for _, t := range terms {
		c := cofactor(t, d)
		if c == nil {
			return nil
		}
		factors = append(factors, c)
	}
	f := addUp(factors)
	if isMinus(f) != nil || !inRange(f, d.Type()) {
		return nil
	}
	return f
}

// cofactor returns c where e is d*c and d comes first in it, else nil.
func cofactor(e, d ast.Expr) ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != token.MUL {
		return nil
	}
	if ast.Equal(b.X, d) {
		return b.Y
	}
	if c := cofactor(b.X, d); c != nil {
		return mul(c, b.Y)
	}
	return nil
}

func sum(terms []ast.Expr, t types.Type) ast.Expr {
	if len(terms) == 0 {
		return &ast.Lit{Text: "0", Val: zeroValue, T: t}
	}
	return addUp(terms)
}

// addUp adds terms up; one that is there twice is doubled, which is exact.
func addUp(terms []ast.Expr) ast.Expr {
	var s ast.Expr
	for i := 0; i < len(terms); i++ {
		x := terms[i]
		if i+1 < len(terms) && sameProduct(x, terms[i+1]) {
			x = mul(number(2, x.Type()), x)
			i++
		}
		if s == nil {
			s = x
		} else {
			s = add(s, x)
		}
	}
	return s
}

// sameProduct reports whether two terms are equal, or products of the same two factors, which are equal to the last bit.
func sameProduct(x, y ast.Expr) bool {
	if ast.Equal(x, y) {
		return true
	}
	a, b, ok := factors(x)
	c, d, also := factors(y)
	return ok && also && ast.Equal(a, d) && ast.Equal(b, c)
}

// factors returns the two factors of a product, or of a past one.
func factors(e ast.Expr) (x, y ast.Expr, ok bool) {
	past := func(e ast.Expr) ast.Expr { return e }
	if p, isPast := e.(*ast.Past); isPast {
		e = p.X
		past = func(e ast.Expr) ast.Expr {
			if _, lit := e.(*ast.Lit); lit {
				return e
			}
			return &ast.Past{X: e, At: p.At, After: p.After}
		}
	}
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != token.MUL {
		return nil, nil, false
	}
	return past(b.X), past(b.Y), true
}

// linearise linearises the right side of a target, seeded with its adjoint.
func (r *reverser) linearise(s ast.Stmt, t *target, single bool) *linear {
	lin := &linear{d: r.derivation, stmt: s, seed: t.d}
	if ref, ok := t.l.(*ast.Ref); ok && single && !r.mem.addressed(ref.Var) && (!mentions(t.rhs, ref.Var) || r.carries(s, ref.Var, t.rhs)) {
		lin.whole, lin.value = t.rhs, &ast.Past{X: ref, At: s, After: true}
	}
	lin.push(t.rhs, symbolic(t.rhs.Type()))
	return lin
}

// contributions adds the terms of a linear form to the adjoints of their places.
func (r *reverser) contributions(lin *linear, s ast.Expr, _ []*target) []ast.Stmt {
	var out []ast.Stmt
	done := make([]bool, len(lin.terms))
	for i, t := range lin.terms {
		if done[i] {
			continue
		}
		d := r.place(t.place, r.before(lin.stmt))
		if a := r.accumulator(t.place, lin.stmt); a != nil {
			d, a.used = &ast.Ref{Var: a.sum}, true
		}
		coefs := []ast.Expr{withSeed(t.coef, s)}
		for j := i + 1; j < len(lin.terms); j++ {
			u := lin.terms[j]
			if !done[j] && ast.Equal(u.place, t.place) && len(u.when) == 0 && len(t.when) == 0 {
				done[j] = true
				coefs = append(coefs, withSeed(u.coef, s))
			}
		}
		add := r.addTo(d, coefs, s)
		if len(t.when) > 0 && len(add) > 0 {
			out = addGuarded(out, all(t.when), add)
			continue
		}
		out = append(out, add...)
	}
	return out
}

// addGuarded adds statements under a condition; they become the else branch of an if with the opposite one.
func addGuarded(out []ast.Stmt, cond ast.Expr, list []ast.Stmt) []ast.Stmt {
	if len(out) > 0 {
		if last, ok := out[len(out)-1].(*ast.If); ok && last.Else == nil && ast.Equal(negate(last.Cond), cond) {
			c := *last
			c.Else = &ast.Block{Stmts: list}
			out[len(out)-1] = &c
			return out
		}
	}
	return append(out, &ast.If{Cond: cond, Then: &ast.Block{Stmts: list}})
}

// addTo is d += the sum of terms.
func (r *reverser) addTo(d ast.Expr, terms []ast.Expr, s ast.Expr) []ast.Stmt {
	var kept []ast.Expr
	for _, t := range terms {
		if !isZero(t) && !zeroProduct(t) {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	var e ast.Expr
	if f := commonFactor(kept, s); f != nil && len(kept) > 1 {
		e = mul(s, f)
	} else {
		e = sum(kept, d.Type())
	}
	if m := isMinus(e); m != nil {
		return []ast.Stmt{set(d, token.SUB_ASSIGN, m)}
	}
	return []ast.Stmt{set(d, token.ADD_ASSIGN, e)}
}

// zeroProduct reports whether e is zero because a rule says so.
func zeroProduct(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Lit:
		return isZero(e)
	case *ast.Unary:
		return e.Op == token.SUB && zeroProduct(e.X)
	case *ast.Binary:
		return (e.Op == token.MUL || e.Op == token.QUO) && zeroProduct(e.X)
	case *ast.Convert:
		return zeroProduct(e.X)
	}
	return false
}

// places reverses an assignment some of whose targets are in memory, or no floats: the adjoints are taken out first,
// since the places on the right may be the same.
func (r *reverser) places(s ast.Stmt, targets []*target) []ast.Stmt {
	if len(targets) == 1 && targets[0].d != nil && ast.IsFloat(targets[0].l.Type()) && !targets[0].fresh {
		return r.onePlace(s, targets[0])
	}
	if isSwap(targets) {
		a, b := targets[0].d, targets[1].d
		return []ast.Stmt{&ast.Assign{Op: token.ASSIGN, Lhs: []ast.Expr{a, b}, Rhs: []ast.Expr{b, a}}}
	}
	var out []ast.Stmt
	direct := len(targets) == 1 && targets[0].fresh
	// From the last to the first: where two are the same place the last assignment has won.
	for _, t := range slices.Backward(targets) {
		switch {
		case t.d == nil: // an allocation, which has no adjoint of its own
		case direct:
			t.seed = t.d
		default:
			v := ast.NewVar("adj", t.l.Type())
			t.seed = &ast.Ref{Var: v}
			out = append(out, define(v, t.d), r.zero(t.d))
		}
	}
	for _, t := range targets {
		out = append(out, r.spreadTo(s, t)...)
	}
	return out
}

// isSwap reports whether two places get the values of each other. So do their adjoints then, even if the places are one.
func isSwap(targets []*target) bool {
	if len(targets) != 2 {
		return false
	}
	a, b := targets[0], targets[1]
	return !a.fresh && !b.fresh && a.d != nil && b.d != nil && ast.ShapeOf(a.l.Type()) == ast.ValueLike && types.Identical(a.l.Type(), b.l.Type()) &&
		ast.Equal(a.l, b.rhs) && ast.Equal(b.l, a.rhs)
}

// onePlace reverses an assignment to one float. Its own adjoint is set before any other is added to, unless none of them can be the
// same memory.
func (r *reverser) onePlace(s ast.Stmt, t *target) []ast.Stmt {
	lin := &linear{d: r.derivation, stmt: s, seed: t.d}
	lin.push(t.rhs, symbolic(t.rhs.Type()))
	own, rest := r.ownTerms(t, lin.terms)
	switch {
	case len(rest) == 0 && len(lin.pre) == 0:
		return scale(t.d, withSeeds(own, t.d), t.l.Type())
	case !lin.adds && !r.mayMeet(t.l, rest):
		lin.terms = rest
		out := append(lin.pre, r.contributions(lin, t.d, nil)...)
		return append(out, scale(t.d, withSeeds(own, t.d), t.l.Type())...)
	}
	v := &ast.Ref{Var: ast.NewVar("adj", t.l.Type())}
	lin = &linear{d: r.derivation, stmt: s, seed: v}
	lin.push(t.rhs, symbolic(t.rhs.Type()))
	out := []ast.Stmt{define(v.Var, t.d)}
	if lin.adds {
		out = append(append(out, r.zero(t.d)), lin.pre...)
		return append(out, r.contributions(lin, v, nil)...)
	}
	own, lin.terms = r.ownTerms(t, lin.terms)
	out = append(append(out, lin.pre...), set(t.d, token.ASSIGN, sum(withSeeds(own, v), t.l.Type())))
	return append(out, r.contributions(lin, v, nil)...)
}

// ownTerms splits the terms of the right side of t into those of the place that is assigned and the others.
func (r *reverser) ownTerms(t *target, terms []term) (own []ast.Expr, rest []term) {
	for _, tm := range terms {
		if len(tm.when) == 0 && ast.Equal(tm.place, t.l) && !zeroProduct(withSeed(tm.coef, number(1, t.l.Type()))) {
			own = append(own, tm.coef)
		} else {
			rest = append(rest, tm)
		}
	}
	return own, rest
}

func withSeeds(coefs []ast.Expr, s ast.Expr) []ast.Expr {
	out := make([]ast.Expr, len(coefs))
	for i, c := range coefs {
		out[i] = withSeed(c, s)
	}
	return out
}

// zero sets a place of adjoints to zero. Of a mixed value only the floats are set.
func (r *reverser) zero(d ast.Expr) ast.Stmt {
	if ast.ShapeOf(d.Type()) == ast.Mixed {
		b := &ast.Block{}
		for _, p := range partsOf(d) {
			if holdsFloats(p.Type()) {
				b.Stmts = append(b.Stmts, r.zero(p))
			}
		}
		if len(b.Stmts) == 1 {
			return b.Stmts[0]
		}
		return b
	}
	return set(d, token.ASSIGN, zeroOf(d.Type()))
}

// partsOf returns the fields of a struct or the elements of an array.
func partsOf(e ast.Expr) []ast.Expr {
	var list []ast.Expr
	switch t := e.Type().Underlying().(type) {
	case *types.Struct:
		for _, f := range namedFields(t) {
			list = append(list, &ast.Field{X: undereference(e), Field: f})
		}
	case *types.Array:
		for i := range t.Len() {
			list = append(list, &ast.Index{X: undereference(e), I: intNumber(i), T: t.Elem()})
		}
	}
	return list
}

// spreadTo adds the adjoint of a target to what its right side reads.
func (r *reverser) spreadTo(s ast.Stmt, t *target) []ast.Stmt {
	if lit := literal(t.rhs); lit != nil {
		return r.literalBack(s, t, lit)
	}
	if ast.IsFloat(t.rhs.Type()) {
		lin := &linear{d: r.derivation, stmt: s, seed: t.seed}
		lin.push(t.rhs, symbolic(t.rhs.Type()))
		return append(lin.pre, r.contributions(lin, t.seed, nil)...)
	}
	if !isPath(t.rhs) {
		if c, ok := t.rhs.(*ast.Call); ok && r.passiveCall(c) {
			return nil
		}
		if _, ok := t.rhs.(*ast.Name); ok {
			return nil // a variable of the package, which is constant
		}
		if c, ok := t.rhs.(*ast.Convert); ok {
			return r.spreadTo(s, &target{l: t.l, rhs: c.X, d: t.d, seed: t.seed})
		}
		refuse(s.Info().Pos, "this value of type %s cannot be differentiated here; assign it to a variable first", t.rhs.Type())
	}
	if !r.holdsActive(t.rhs) {
		return nil
	}
	return addValues(r.place(t.rhs, r.before(s)), t.seed)
}

// addValues is dst += src for every float of a struct or array.
func addValues(dst, src ast.Expr) []ast.Stmt {
	t := dst.Type()
	switch ast.ShapeOf(t) {
	case ast.None, ast.ReferenceLike:
		return nil
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return []ast.Stmt{set(dst, token.ADD_ASSIGN, src)}
	case *types.Struct:
		var out []ast.Stmt
		for _, f := range namedFields(u) {
			out = append(out, addValues(&ast.Field{X: undereference(dst), Field: f}, &ast.Field{X: undereference(src), Field: f})...)
		}
		return out
	case *types.Array:
		i := ast.NewVar("i", intType)
		at := func(e ast.Expr) ast.Expr { return &ast.Index{X: e, I: &ast.Ref{Var: i}, T: u.Elem()} }
		body := &ast.Block{Stmts: addValues(at(undereference(dst)), at(undereference(src)))}
		return []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: intNumber(u.Len()), Body: body}}
	}
	panic(fmt.Sprintf("transform: adding values of type %s", t))
}

// literal returns the composite literal that a right side is, or takes the address of.
func literal(e ast.Expr) *ast.Composite {
	if a, ok := e.(*ast.Addr); ok {
		e = a.X
	}
	c, _ := e.(*ast.Composite)
	return c
}

// literalBack adds the adjoint of a composite literal to what its elements read.
func (r *reverser) literalBack(s ast.Stmt, t *target, lit *ast.Composite) []ast.Stmt {
	from := t.seed
	if t.l != nil && (from == nil || ast.ShapeOf(lit.T) == ast.ReferenceLike || isPointer(t.l.Type())) {
		from = r.value(t.l, after(s))
	}
	if isPointer(from.Type()) && isSlice(lit.T) {
		from = &ast.Deref{X: from}
	}
	return r.elementsBack(s, from, lit)
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func (r *reverser) elementsBack(s ast.Stmt, from ast.Expr, lit *ast.Composite) []ast.Stmt {
	var out []ast.Stmt
	pos := positions(lit)
	for i, elem := range lit.Elems {
		if !ast.Carries(elem.Value.Type()) {
			continue
		}
		var d ast.Expr
		switch {
		case elem.Field != nil:
			d = r.field(undereference(from), elem.Field, false)
		case isSlice(lit.T):
			d = &ast.Index{X: from, I: pos[i], T: elemType(lit.T)}
		default:
			d = &ast.Index{X: undereference(from), I: pos[i], T: elemType(lit.T)}
		}
		if ast.ShapeOf(d.Type()) == ast.ReferenceLike || !r.act.depends(elem.Value) && literal(elem.Value) == nil {
			continue
		}
		if inner, ok := elem.Value.(*ast.Composite); ok {
			out = append(out, r.elementsBack(s, d, inner)...)
			continue
		}
		out = append(out, r.spreadTo(s, &target{rhs: elem.Value, seed: d})...)
	}
	return out
}

// positions returns the indices of the elements of an array or slice literal.
func positions(lit *ast.Composite) []ast.Expr {
	var list []ast.Expr
	last, n := ast.Expr(nil), int64(0)
	for _, elem := range lit.Elems {
		if elem.Key != nil {
			last, n = elem.Key, 0
			if v, ok := intLit(elem.Key); ok {
				last, n = nil, v
			}
		}
		if last == nil {
			list = append(list, intNumber(n))
		} else {
			list = append(list, plus(last, n))
		}
		n++
	}
	return list
}

// do reverses a call for its effects.
func (r *reverser) do(s *ast.Do) []ast.Stmt {
	if s.Call.Fun.Builtin == "copy" {
		return r.copyBack(s, s.Call)
	}
	if r.changesKeys(s.Call) {
		opposite := ast.MapInsert
		if s.Call.Fun.Builtin == ast.MapInsert {
			opposite = ast.MapRemove
		}
		return []ast.Stmt{r.sameKeys(s.Call, opposite, r.before(s))}
	}
	r.checkPassive(s, s.Call)
	return nil
}

// copyBack reverses copy(dst, src).
func (r *reverser) copyBack(s ast.Stmt, c *ast.Call) []ast.Stmt {
	dst, src := c.Args[0], c.Args[1]
	if isString(src.Type()) || !r.reachesActive(dst) {
		return nil
	}
	elem := elemType(dst.Type())
	if ast.ShapeOf(elem) == ast.ReferenceLike {
		return nil
	}
	n, i := ast.NewVar("n", intType), ast.NewVar("i", intType)
	past := r.before(s)
	out := []ast.Stmt{define(n, builtin("min", intType, past(length(dst)), past(length(src))))}
	ddst := r.value(dst, past)
	at := func(x ast.Expr) ast.Expr { return &ast.Index{X: x, I: &ast.Ref{Var: i}, T: elem} }
	var from ast.Expr = ddst
	if r.reachesActive(src) && r.mem.reach(dst) == r.mem.reach(src) {
		// The two may overlap: take the adjoints out before any is added.
		t, take := r.takeOut(&ast.Slice{X: ddst, Hi: &ast.Ref{Var: n}, T: dst.Type()})
		out = append(out, take...)
		from = t
	}
	body := &ast.Block{}
	if r.reachesActive(src) {
		body.Stmts = addValues(at(r.value(src, past)), at(from))
	}
	if from == ddst {
		body.Stmts = append(body.Stmts, r.zero(at(ddst)))
	}
	return append(out, &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: &ast.Ref{Var: n}, Body: body})
}

// takeOut moves the adjoints of a part of a slice to a new variable and leaves zeros.
func (r *reverser) takeOut(part *ast.Slice) (*ast.Ref, []ast.Stmt) {
	take, t := cloned("adj", part)
	if ast.ShapeOf(elemType(part.T)) != ast.Mixed {
		return t, []ast.Stmt{take, &ast.Do{Call: builtin("clear", types.NewTuple(), part)}}
	}
	i := ast.NewVar("i", intType)
	zero := &ast.Block{Stmts: []ast.Stmt{r.zero(element(part, i))}}
	return t, []ast.Stmt{take, &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: t, Body: zero}}
}

// element is element i of x, or of what x is a part of.
func element(x ast.Expr, i *ast.Var) ast.Expr {
	at := ast.Expr(&ast.Ref{Var: i})
	if part, ok := x.(*ast.Slice); ok {
		x = part.X
		if part.Lo != nil {
			at = &ast.Binary{Op: token.ADD, X: part.Lo, Y: at, T: intType}
		}
	}
	return &ast.Index{X: x, I: at, T: elemType(x.Type())}
}

// appendBack reverses y = append(x, …).
func (r *reverser) appendBack(s ast.Stmt, c *ast.Call, y *ast.Ref, g *growth) []ast.Stmt {
	if r.isHistory(y.Var) {
		return r.historyBack(s, c, y.Var)
	}
	elem := elemType(c.T)
	past := func(e ast.Expr) ast.Expr { return &ast.Past{X: e, At: g.after} }
	dy := after(g.after)(&ast.Ref{Var: r.shadow(y.Var)})
	n := past(&ast.Ref{Var: g.n})
	if g.clone {
		v := c.Args[1]
		if !r.reachesActive(v) {
			return nil
		}
		i := ast.NewVar("i", intType)
		at := func(x ast.Expr) ast.Expr { return &ast.Index{X: x, I: &ast.Ref{Var: i}, T: elem} }
		body := &ast.Block{Stmts: addValues(at(r.value(v, r.before(s))), at(dy))}
		return []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: dy, Body: body}}
	}
	var out []ast.Stmt
	valued := ast.ShapeOf(elem) != ast.ReferenceLike
	if valued && c.Spread {
		out = append(out, r.spreadBack(s, c, dy, n)...)
	} else if valued {
		var targets []*target
		for j, a := range c.Args[1:] {
			at := &ast.Index{X: dy, I: plus(n, int64(j)), T: elem}
			place := &ast.Index{X: y, I: plus(&ast.Ref{Var: g.n}, int64(j)), T: elem}
			targets = append(targets, &target{l: place, rhs: a, d: at})
		}
		out = append(out, r.places(s, targets)...)
	}
	if isNil(c.Args[0]) || !valued {
		return out
	}
	dx := r.value(c.Args[0], r.before(s))
	i := ast.NewVar("i", intType)
	at := func(x ast.Expr) ast.Expr { return &ast.Index{X: x, I: &ast.Ref{Var: i}, T: elem} }
	add := &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: n, Body: &ast.Block{Stmts: addValues(at(dx), at(dy))}}
	return append(out, &ast.If{Cond: past(&ast.Ref{Var: g.moved}), Then: &ast.Block{Stmts: []ast.Stmt{add}}})
}

// spreadBack reverses the copying of append(x, v...).
func (r *reverser) spreadBack(s ast.Stmt, c *ast.Call, dy, n ast.Expr) []ast.Stmt {
	elem := elemType(c.T)
	v := c.Args[1]
	i := ast.NewVar("i", intType)
	at := &ast.Index{X: dy, I: &ast.Binary{Op: token.ADD, X: n, Y: &ast.Ref{Var: i}, T: intType}, T: elem}
	body := &ast.Block{}
	if r.reachesActive(v) && !isNil(c.Args[0]) && r.mem.reach(c.Args[0]) == r.mem.reach(v) {
		// The two may overlap: take the adjoints out before any is added.
		t, out := r.takeOut(&ast.Slice{X: dy, Lo: n, T: c.T})
		dv := &ast.Index{X: r.value(v, r.before(s)), I: &ast.Ref{Var: i}, T: elem}
		body.Stmts = addValues(dv, &ast.Index{X: t, I: &ast.Ref{Var: i}, T: elem})
		return append(out, &ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: t, Body: body})
	}
	if r.reachesActive(v) {
		t := ast.NewVar("adj", elem)
		dv := &ast.Index{X: r.value(v, r.before(s)), I: &ast.Ref{Var: i}, T: elem}
		body.Stmts = append(body.Stmts, define(t, at), r.zero(at))
		body.Stmts = append(body.Stmts, addValues(dv, &ast.Ref{Var: t})...)
	} else {
		body.Stmts = append(body.Stmts, r.zero(at))
	}
	return []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: r.before(s)(length(v)), Body: body}}
}

// branchItem reverses an if.
func (r *reverser) branchItem(it *item) []ast.Stmt {
	// A branch that leaves the function has not been taken where there is a reverse sweep.
	if it.then.leavesFunction() {
		return r.unwrap(it.els)
	}
	_, _, asksType := ast.IsTest(it.cond)
	if it.els.leavesFunction() && !asksType {
		return r.unwrap(it.then)
	}
	then, els := r.block(it.then), r.block(it.els)
	switch {
	case len(then.Stmts) == 0 && (len(els.Stmts) == 0 || it.els.leavesFunction()):
		return nil
	case it.els.leavesFunction(): // the type says what is in the interface
		return []ast.Stmt{&ast.If{Cond: r.before(it.stmt)(it.cond), Then: then}}
	case len(then.Stmts) == 0:
		return []ast.Stmt{&ast.If{Cond: r.before(it.stmt)(negate(it.cond)), Then: els}}
	case len(els.Stmts) == 0:
		return []ast.Stmt{&ast.If{Cond: r.before(it.stmt)(it.cond), Then: then}}
	}
	return []ast.Stmt{&ast.If{Cond: r.before(it.stmt)(it.cond), Then: then, Else: els}}
}

// unwrap reverses a part that is always taken.
func (r *reverser) unwrap(p *part) []ast.Stmt {
	b := r.block(p)
	if len(b.Stmts) == 0 {
		return nil
	}
	return []ast.Stmt{b}
}

// leavesFunction reports whether p always ends in a return or a panic.
func (p *part) leavesFunction() bool {
	if p.tail == tailLeave {
		return true
	}
	if len(p.items) == 0 {
		return false
	}
	last := p.items[len(p.items)-1]
	return last.then != nil && last.then.leavesFunction() && last.els.leavesFunction()
}
