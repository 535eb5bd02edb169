package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Saved values.
//
// Every past value that the reverse sweep asks for is, in this order,
//
//	read in place       where nothing writes it between the point that is meant and the reversed code that asks;
//	computed again      where one plain assignment made it, of values that are read in place, cheaply;
//	remembered          else: in a variable, or in a slice where the point is in a loop that has ended by then.
//
// A remembered value is loaded at the beginning of the reversal of the part in which it is saved, which is the innermost part that
// holds all its uses and runs as often as the value is born. Conditions come last: where what they read is at hand they are
// evaluated again, else the one bit is remembered.
type resolver struct {
	*reverser
	needs   map[needKey]*need
	numbers *numbering
	order   []*need
	byLocal map[*ast.Var]*need
	known   map[intactKey]bool   // elements that are known to be intact, or not
	keepAll func(*location) bool // cells that may change before the reverse sweep
	late    bool                 // conditions are being resolved
	counts  map[countAt]int      // what slots has found since the last need
	putBack map[*location]bool   // see readsUndone
}

// A countAt is an expression whose slots have been counted, and for what use.
type countAt struct {
	e ast.Expr
	u use
}

// A need is a past value that is computed again or remembered.
type need struct {
	expr  ast.Expr // of the forward sweep
	local *ast.Var // what the reverse sweep calls it
	part  *part    // where it is born
	item  *item    // after this item of part (at its entry, if nil) …
	front bool     // … or, with front set, before it
	uses  []*part
	asked use      // what asked for it first
	again ast.Expr // what computes it again, if it is not remembered
	from  ast.Expr // the same in terms of the forward sweep
	subs  []*need  // what again reads
	ver   *version // the version of a variable that it is, if it is one
	whole bool     // it is the value of an expression
	late  bool     // with front: the item leaves it alone, so that it can be saved after it as well
	flag  *item    // the if that asks for a flag, if it is one

	area  *area       // the innermost area that holds the value and all its uses
	phase int         // where in their area the uses stand: see context.phase
	home  *part       // where it is saved and loaded
	slot  *ast.Var    // what remembers it: a variable, or a slice …
	made  *ast.Assign // … that is made here, with an element for each iteration of a loop
	loads []ast.Stmt  // what loads it, once it is saved
}

// resolve replaces the past values in the joint code of a function.
func (r *reverser) resolve(b *ast.Block, keepAll func(*location) bool) *ast.Block {
	v := &resolver{
		reverser: r, needs: map[needKey]*need{}, numbers: newNumbering(r), byLocal: map[*ast.Var]*need{}, keepAll: keepAll,
		counts: map[countAt]int{}, known: map[intactKey]bool{},
	}
	root := &context{part: r.tree.root, area: r.rootArea}
	b = v.block(b, root)
	v.late = true
	b = v.block(b, root)
	firsts := v.resolveFirsts(b)
	v.computeMore()
	loads := v.settle()
	v.planUndo()
	for p, list := range firsts {
		loads[spot{p, 0}] = append(list, loads[spot{p, 0}]...)
	}
	b = v.load(b, loads)
	return v.inserts.dropCounters(v, b)
}

// resolveFirsts rewrites what stands at the beginning of the reversed parts that are left.
func (v *resolver) resolveFirsts(b *ast.Block) map[*part][]ast.Stmt {
	out := map[*part][]ast.Stmt{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if c := v.marked(s); c != nil && !c.entry && !c.inner {
			for _, f := range v.firsts[c.part] {
				out[c.part] = append(out[c.part], v.stmt(f, &context{part: c.part.parent, area: c.area}))
			}
		}
		return true
	})
	return out
}

// marked returns the context that a mark begins, or nil for any other statement.
func (v *resolver) marked(s ast.Stmt) *context {
	if b, ok := s.(*ast.Block); ok {
		return v.marks[b]
	}
	return nil
}

// contextOf returns the context that the last mark in a list begins, or nil.
func (r *reverser) contextOf(list []ast.Stmt) *context {
	for _, s := range slices.Backward(list) {
		if b, ok := s.(*ast.Block); ok && r.marks[b] != nil && !r.marks[b].entry {
			return r.marks[b]
		}
	}
	return nil
}

// resume returns the statements of an inner block for a place behind a list. What follows them is in the context of the list.
func (r *reverser) resume(list, inner []ast.Stmt) []ast.Stmt {
	outer, other := r.contextOf(list), r.contextOf(inner)
	if other == nil || outer == other {
		return inner
	}
	if outer == nil {
		return []ast.Stmt{&ast.Block{Stmts: inner}}
	}
	c := *outer
	c.inner, c.copies, c.restores = true, nil, false
	return append(slices.Clone(inner), r.mark(&c))
}

// block rewrites the past values in a block. A mark changes the context of what follows it in its block.
func (v *resolver) block(b *ast.Block, ctx *context) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if c := v.marked(s); c != nil {
			if !c.entry {
				ctx = c
			}
			out.Stmts = append(out.Stmts, s)
			continue
		}
		out.Stmts = append(out.Stmts, v.stmt(s, ctx))
	}
	return out
}

func (v *resolver) stmt(s ast.Stmt, ctx *context) ast.Stmt {
	if v.tree.at[s] != nil && !v.joint[s] {
		return s // of the forward sweep
	}
	if b, ok := s.(*ast.Block); ok {
		if len(b.Stmts) == 0 {
			return s // the border between the sweeps
		}
		return v.block(b, ctx)
	}
	_, isIf := s.(*ast.If)
	f := func(e ast.Expr) ast.Expr {
		if isIf && !v.late {
			return e
		}
		return v.rewrite(e, ctx)
	}
	t := ast.MapExprs(s, f, func(t ast.Stmt) ast.Stmt {
		if b, ok := t.(*ast.Block); ok {
			if v.marks[b] != nil {
				return b
			}
			return v.block(b, ctx)
		}
		return v.stmt(t, ctx)
	})
	if v.joint[s] {
		v.joint[t], v.tree.at[t] = true, v.tree.at[s]
	}
	return t
}

func (v *resolver) rewrite(e ast.Expr, ctx *context) ast.Expr {
	if p, ok := e.(*ast.Past); ok {
		it := v.tree.at[p.At]
		if it == nil {
			panic(fmt.Sprintf("transform: a past value at no item: %T", p.At))
		}
		if p.Address {
			return v.address(p.X, use{it, p.After, ctx})
		}
		if p.Memory {
			return v.memory(p.X, use{it, p.After, ctx})
		}
		return v.value(p.X, use{it, p.After, ctx})
	}
	e = ast.MapOperands(e, func(x ast.Expr) ast.Expr { return v.rewrite(x, ctx) })
	if b, ok := e.(*ast.Binary); ok && b.Op == token.SUB {
		x, isInt := intLit(b.X)
		if y, ok := intLit(b.Y); ok && isInt { // the length of an array
			return intLiteral(x-y, b.T)
		}
	}
	return e
}

// address returns what leads where e led at a point, whatever is there now.
func (v *resolver) address(e ast.Expr, u use) ast.Expr {
	if a, ok := e.(*ast.Addr); ok && isPlace(a.X) {
		if root := ast.RootVar(a.X); (root == nil || v.inScope(root, u.ctx)) && v.addressSlots(a.X, u) == 0 {
			return &ast.Addr{X: v.inParts(a.X, u), T: a.T}
		}
	}
	return v.value(e, u)
}

// A use is a point of the forward sweep and the place in the derivative where values at it are asked for.
type use struct {
	it    *item
	after bool
	ctx   *context
}

func (u use) point() point { return point{u.it, u.after} }

// value returns what has the value of e at a point.
func (v *resolver) value(e ast.Expr, u use) ast.Expr {
	switch e := e.(type) {
	case nil:
		return nil
	case *ast.Lit, *ast.Name:
		return e
	case *ast.Past:
		return v.rewrite(e, u.ctx)
	case *ast.Ref:
		if v.isScalar(e) {
			return v.variable(e.Var, u)
		}
	case *ast.Addr:
		if !isPlace(e.X) {
			refuse(u.it.stmt.Info().Pos, "this address cannot be differentiated here; assign it to a variable first")
		}
	}
	if v.asksFlag(e) {
		return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return v.value(x, u) })
	}
	if v.undoneFor(e, u) && v.placeMayBeLost(e, u) {
		if x := v.fromCopy(e, u); x != nil {
			v.explainPlace(e, u, goesBackInTime)
			return x
		}
	}
	if l, w := v.produced(e, u); l != nil {
		return v.value(l, w)
	}
	if n, ok := arrayLength(e); ok && v.slots(e.(*ast.Call).Args[0], u) > 0 {
		return intNumber(n)
	}
	if v.needs[v.memoKey(e, u)] != nil {
		return v.remember(e, u)
	}
	if n := v.slots(e, u); n > 0 && v.wholly(e, n, u) || v.isDearToCallee(e, u) {
		return v.remember(e, u)
	}
	v.explainPlace(e, u, readInPlace)
	return v.inParts(e, u)
}

// produced returns a place that still has the value of e, which the item at hand has put there, or nil.
func (v *resolver) produced(e ast.Expr, u use) (ast.Expr, use) {
	w := use{u.it, true, u.ctx}
	if u.after || isPath(e) {
		return nil, w
	}
	lhs, rhs := sides(u.it.stmt)
	if a, ok := u.it.stmt.(*ast.Assign); ok {
		if op, isCompound := compound(a.Op); isCompound {
			lhs, rhs = a.Lhs, []ast.Expr{&ast.Binary{Op: op, X: a.Lhs[0], Y: a.Rhs[0], T: a.Lhs[0].Type()}}
		}
	}
	if len(lhs) != 1 || len(rhs) != 1 || lhs[0] == nil || !ast.IsFloat(lhs[0].Type()) || !ast.Equal(e, rhs[0]) {
		return nil, w
	}
	if _, ok := lhs[0].(*ast.Ref); ok || v.slots(lhs[0], w) > 0 {
		return nil, w // what is known of variables is known from their versions
	}
	elsewhere := false // what the item puts there leads to another place
	v.mem.readsOfAddress(lhs[0], func(c *location) { elsewhere = elsewhere || slices.Contains(v.hist.writes[u.it], c.find()) })
	if elsewhere {
		return nil, w
	}
	return lhs[0], w
}

// inParts returns e with its operands as they were at a point. Of a place the root stays as it is.
func (v *resolver) inParts(e ast.Expr, u use) ast.Expr {
	root := ast.RootVar(e)
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr {
		if root != nil && isPlace(e) && ast.RootVar(x) == root && !isIndexOf(e, x) || holds(x, e) || v.isArrayOf(e, x, u) {
			if _, ok := x.(*ast.Ref); ok {
				return x
			}
			return v.inParts(x, u)
		}
		return v.value(x, u)
	})
}

// holds reports whether the place e is a part of the element x of a slice, or of what a pointer points to.
func holds(x, e ast.Expr) bool {
	if ast.RootVar(x) != nil || !isPlace(x) {
		return false
	}
	switch e := e.(type) {
	case *ast.Field:
		return e.X == x && ast.Pointee(x.Type()) == nil
	case *ast.Index:
		return e.X == x && isArray(x.Type())
	}
	return false
}

// isArrayOf reports whether e is a slice of the elements of an array x, which are not looked at, and the array is there.
func (v *resolver) isArrayOf(e, x ast.Expr, u use) bool {
	s, ok := e.(*ast.Slice)
	root := ast.RootVar(x)
	return ok && s.X == x && isArray(x.Type()) && (root == nil || v.inScope(root, u.ctx))
}

// isIndexOf reports whether x is the index of e.
func isIndexOf(e, x ast.Expr) bool {
	i, ok := e.(*ast.Index)
	return ok && i.I == x && i.X != x
}

// isScalar reports whether a variable is one cell that only its name reaches.
func (r *reverser) isScalar(e *ast.Ref) bool {
	switch e.Var.Type.Underlying().(type) {
	case *types.Struct, *types.Array:
		return false
	}
	return !r.mem.addressed(e.Var)
}

// asksFlag reports whether e is the condition of what follows a statement that may have jumped.
func (v *resolver) asksFlag(e ast.Expr) bool {
	u, ok := e.(*ast.Unary)
	if !ok {
		return false
	}
	ref, ok := u.X.(*ast.Ref)
	return ok && v.tree.guards[ref.Var] != nil
}

// wholly reports whether to remember e itself rather than the n values that it is computed from.
func (v *resolver) wholly(e ast.Expr, n int, u use) bool {
	if isPath(e) {
		return true
	}
	if c, ok := e.(*ast.Call); ok && (c.Fun.Builtin != "" || isMath(c) && !v.rarely(e, u)) {
		return true // to call the function again takes longer than to read its value
	}
	return n > 1 || isBoolean(e.Type()) || isInteger(e.Type())
}

// isDearToCallee reports whether e is a call that takes longer than to read its value, which a callee can hand to its other half. In loops
// that would be one value for each iteration, beside what they remember anyway.
func (v *resolver) isDearToCallee(e ast.Expr, u use) bool {
	c, ok := e.(*ast.Call)
	return ok && v.apart && isDear(c) && len(u.it.part.repeats()) == 0
}

// rarely reports whether something that e reads and that must be remembered is made less often than e.
func (v *resolver) rarely(e ast.Expr, u use) bool {
	return ast.Any(e, func(x ast.Expr) bool {
		ref, ok := x.(*ast.Ref)
		if !ok || !v.isScalar(ref) || v.variableSlots(ref.Var, u) == 0 {
			return false
		}
		ver := v.versionOf(ref.Var, u.point())
		return ver == nil || len(loopsWithin(u.it.part, ver.part)) > 0
	})
}

func isBoolean(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// many is more values than are ever remembered for one expression.
const many = 1000

// slots counts the values that must be remembered to evaluate e again, those that are remembered anyway left out.
func (v *resolver) slots(e ast.Expr, u use) int {
	switch e.(type) {
	case nil, *ast.Lit, *ast.Name, *ast.Past, *ast.Ref:
		return v.countSlots(e, u)
	}
	at := countAt{e, u}
	n, ok := v.counts[at]
	if !ok {
		if v.needs[v.memoKey(e, u)] == nil {
			n = v.countSlots(e, u)
		}
		v.counts[at] = n
	}
	return n
}

func (v *resolver) countSlots(e ast.Expr, u use) int {
	if l, _ := v.produced(e, u); l != nil {
		return 0
	}
	switch e := e.(type) {
	case *ast.Lit, *ast.Name:
		return 0
	case *ast.Past:
		return 0
	case *ast.Ref:
		if v.isScalar(e) {
			return v.variableSlots(e.Var, u)
		}
		return v.placeSlots(e, u)
	case *ast.Field, *ast.Index, *ast.Deref:
		if v.placeSlots(e, u) > 0 {
			return 1
		}
		return v.addressSlots(e, u)
	case *ast.Call:
		if _, ok := arrayLength(e); ok {
			return 0
		}
		if e.Fun.Fn != nil && !v.u.repeats(e.Fun.Fn) {
			return many
		}
		if v.asksChanged(e, u) {
			return 1
		}
	case *ast.Binary:
		if isBoolean(e.T) && roundsTwice(e) {
			return many
		}
	}
	n := 0
	for _, x := range ast.Operands(e) {
		if v.isArrayOf(e, x, u) {
			n += v.addressSlots(x, u)
		} else {
			n += v.slots(x, u)
		}
	}
	return n
}

// arrayLength returns the length of the array that e asks the length of, if it does.
func arrayLength(e ast.Expr) (int64, bool) {
	c, ok := e.(*ast.Call)
	if !ok || c.Fun.Builtin != "len" {
		return 0, false
	}
	t := c.Args[0].Type()
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	a, ok := t.Underlying().(*types.Array)
	if !ok {
		return 0, false
	}
	return a.Len(), true
}

// asksChanged reports whether a call asks a map that may have changed since.
func (v *resolver) asksChanged(e *ast.Call, u use) bool {
	_, _, asks := ast.IsMapCall(e)
	if asks {
		asks = false
		v.mem.callReads(e, func(c *location) { asks = asks || v.overwritten(c, u) })
	}
	return asks
}

// addressSlots is slots for what finding a place takes.
func (v *resolver) addressSlots(e ast.Expr, u use) int {
	root, n := ast.RootVar(e), 0
	for _, x := range ast.Operands(e) {
		switch {
		case holds(x, e):
			n += v.addressSlots(x, u)
		case root == nil || ast.RootVar(x) != root || isIndexOf(e, x):
			n += v.slots(x, u)
		default:
			if _, ok := x.(*ast.Ref); !ok {
				n += v.addressSlots(x, u)
			}
		}
	}
	return n
}

// roundsTwice reports whether a condition does float arithmetic, which a processor with fused multiply-add may round
// differently the second time.
func roundsTwice(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		b, ok := e.(*ast.Binary)
		if !ok || !ast.IsFloat(b.T) || b.Op != token.ADD && b.Op != token.SUB {
			return false
		}
		v, _ := constantValue(b)
		return v == nil
	})
}

// placeSlots is 1 if the value at a place may have been overwritten since, else 0.
func (v *resolver) placeSlots(e ast.Expr, u use) int {
	root := ast.RootVar(e)
	operands := ast.Operands(e)
	switch {
	case root == nil && v.inShadow(e):
		return 0
	case len(operands) > 0 && isString(operands[0].Type()):
		return 0
	case root != nil && !v.inScope(root, u.ctx):
		return 1
	}
	if v.placeMayBeLost(e, u) && (!v.undoneFor(e, u) || u.ctx.item != u.it) {
		return 1
	}
	return 0
}

// placeMayBeLost reports whether the value at a place may have been overwritten where it is asked for.
func (v *resolver) placeMayBeLost(e ast.Expr, u use) bool {
	if !isPlace(e) {
		return false
	}
	for _, c := range v.mem.cells(e) {
		if v.overwritten(c, u) && !(v.knowsSections && v.intact(e, c, u)) {
			return true
		}
	}
	return false
}

// overwritten reports whether a cell may be written between a point and the code that asks for its value there.
func (v *resolver) overwritten(c *location, u use) bool {
	if v.keepAll(c) {
		return true
	}
	if e := u.ctx.early; e != nil && u.it.pos >= e.pos {
		return v.hist.log.between(c, e, u.it, u.after)
	}
	within, limit := u.horizon()
	return v.hist.log.later(c, u.it, u.after, within, limit)
}

// horizon returns the innermost part that is swept at once and holds both the point and the code that asks, and the position up to
// which the forward sweep of that part has got by then.
func (u use) horizon() (*part, int) {
	limit := u.ctx.area.part.to
	a := u.ctx.area
	for a.parent != nil && (u.it.pos < a.part.from || u.it.pos >= a.part.to) {
		limit = a.pivot.end
		a = a.parent
	}
	return a.part, limit
}

// inScope reports whether a variable of the forward sweep is in scope where reversed code stands.
func (v *resolver) inScope(x *ast.Var, ctx *context) bool {
	p, declared := v.declaredIn[x]
	if !declared {
		return true // an input, a result, or declared at the beginning
	}
	return ctx.area.part.inside(p)
}

// inShadow reports whether a place lies in a shadow, whose slices and pointers the reverse sweep puts back.
func (v *resolver) inShadow(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.Ref:
			return v.isShadow[x.Var]
		case *ast.Past:
			e = x.X
		case *ast.Field, *ast.Index, *ast.Deref, *ast.Slice:
			e = ast.Operands(x)[0]
		default:
			return false
		}
	}
}

func (v *resolver) variableSlots(x *ast.Var, u use) int {
	if v.own[x] || v.inPlace(x, u) {
		return 0
	}
	ver := v.versionOf(x, u.point())
	if ver != nil && ver.loop != nil && v.isIndex(x, ver.loop) && v.indexOf(ver.loop, u) {
		return 0
	}
	if v.needs[v.key(x, ver, u)] != nil {
		return 0
	}
	if v.again(x, ver, u) != nil {
		return 0
	}
	return 1
}

// indexOf reports whether the counter of a loop is at hand: in the reversal of the loop, or after it where its trips are counted.
func (v *resolver) indexOf(loop *item, u use) bool {
	return v.index[loop] != nil || v.exit(u.ctx.part, loop) != nil
}

// versionOf returns the version of a variable at a point, or nil for one of ours that has none.
func (r *reverser) versionOf(x *ast.Var, p point) *version {
	if r.synthetic[x] != nil || r.tree.guards[x] != nil {
		return nil
	}
	ver := r.hist.versionAt(r.mem.variable(x), p.it, p.after)
	if ver == nil {
		panic(fmt.Sprintf("transform: no version of %s at %q", x.Name, p.it.stmt.Info().Src))
	}
	return ver
}

// inPlace reports whether a variable still has its value in the reverse sweep.
func (v *resolver) inPlace(x *ast.Var, u use) bool {
	if v.tree.guards[x] != nil {
		return false // what it is where it is asked for, and what it is where a jump goes, are two things
	}
	if loop := v.synthetic[x]; loop != nil {
		within, _ := u.horizon()
		return len(loopsWithin(loop.part, within)) == 0
	}
	return v.inScope(x, u.ctx) && !v.overwritten(v.mem.variable(x), u)
}

// loopsWithin returns the loops inside of a part whose iterations may run p more than once, innermost first.
func loopsWithin(p, within *part) []*item {
	var list []*item
	for _, loop := range p.repeats() {
		if loop.pos < within.from || loop == within.branch {
			break
		}
		list = append(list, loop)
	}
	return list
}

// isIndex reports whether x is the counter or key of a loop.
func (v *resolver) isIndex(x *ast.Var, loop *item) bool {
	if loop.count != nil {
		return loop.count.v == x
	}
	s, ok := loop.stmt.(*ast.Range)
	if !ok {
		return false
	}
	ref, ok := s.Key.(*ast.Ref)
	return ok && ref.Var == x
}

// exit returns the exit that ctx lies in of a loop around it, or nil.
func (v *resolver) exit(ctx *part, loop *item) *part {
	for p := ctx; p != nil; p = p.parent {
		if v.exits[p] == loop {
			return p
		}
	}
	return nil
}

// variable returns what has the value of a variable at a point.
func (v *resolver) variable(x *ast.Var, u use) ast.Expr {
	if v.own[x] || v.inPlace(x, u) {
		return &ast.Ref{Var: x}
	}
	if loop := v.synthetic[x]; loop != nil {
		n := v.need(v.key(x, nil, u), u)
		if n.local == nil {
			n.local, n.expr, n.part, n.item = ast.NewVar(x.Name, x.Type), &ast.Ref{Var: x}, loop.part, loop
		}
		return &ast.Ref{Var: n.local}
	}
	if guard := v.tree.guards[x]; guard != nil {
		n := v.need(v.key(x, nil, u), u)
		if n.local == nil {
			n.local, n.expr, n.part, n.flag = ast.NewVar(x.Name, x.Type), &ast.Ref{Var: x}, guard.part, guard
		}
		return &ast.Ref{Var: n.local}
	}
	ver := v.versionOf(x, u.point())
	if ver.loop != nil && v.isIndex(x, ver.loop) {
		if v.exit(u.ctx.part, ver.loop) != nil {
			trips := v.inserts.tripsOf(ver.loop)
			return v.rewrite(v.nth(ver.loop, &ast.Past{X: &ast.Ref{Var: trips}, At: ver.loop.stmt, After: true}, x.Type), u.ctx)
		}
		if i := v.index[ver.loop]; i != nil {
			return i
		}
	}
	n := v.need(v.key(x, ver, u), u)
	if n.local == nil {
		n.local, n.expr, n.part, n.item, n.ver = ast.NewVar(x.Name, x.Type), &ast.Ref{Var: x}, ver.part, ver.item, ver
		if v.isShadow[x] {
			v.isShadow[n.local] = true
		}
		v.compute(n)
		v.order = append(v.order, n)
	}
	v.byLocal[n.local] = n
	return &ast.Ref{Var: n.local}
}

// compute lets a value be computed again, if that is possible with what is remembered so far.
func (v *resolver) compute(n *need) {
	u := n.asked
	if n.ver == nil {
		if !v.isDearToCallee(n.expr, u) && !v.readsCopies(n.expr) && v.countSlots(n.expr, u) == 0 {
			n.from, n.again = n.expr, v.inParts(n.expr, u)
			n.subs = v.subsOf(n.again)
		}
		return
	}
	if e := v.again(n.expr.(*ast.Ref).Var, n.ver, u); e != nil {
		n.from, n.again = e.expr, v.madeAgain(e.expr, use{e.it, false, u.ctx})
		if lit, ok := n.again.(*ast.Lit); ok && ast.IsFloat(lit.T) {
			n.again = floating(lit, lit.Type()) // it may come to stand in a quotient
		}
		n.subs = v.subsOf(n.again)
	}
}

// computeMore lets those variables be computed again for which that has become possible since they were asked for, by what was asked for
// later and is remembered anyway.
func (v *resolver) computeMore() {
	for changed := true; changed; {
		changed = false
		for _, n := range slices.Clone(v.order) {
			if n.again == nil && (n.ver != nil || n.whole) {
				clear(v.counts)
				v.compute(n)
				changed = changed || n.again != nil
			}
		}
	}
	// What is read by others comes before them.
	var order []*need
	done := map[*need]bool{}
	var visit func(n *need)
	visit = func(n *need) {
		if done[n] {
			return
		}
		done[n] = true
		for _, s := range n.subs {
			visit(s)
		}
		order = append(order, n)
	}
	for _, n := range v.order {
		visit(n)
	}
	v.order = order
}

// subsOf returns the needs that an expression reads.
func (v *resolver) subsOf(e ast.Expr) []*need {
	var subs []*need
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok && v.byLocal[r.Var] != nil {
			subs = append(subs, v.byLocal[r.Var])
		}
		return true
	})
	return subs
}

// key identifies a version of a variable, or a variable of ours that has none.
func (v *resolver) key(x *ast.Var, ver *version, u use) needKey {
	if ver == nil {
		return needKey{own: x, ctx: u.ctx.key()}
	}
	k := needKey{ver: ver, ctx: u.ctx.key()}
	for p := u.ctx.part; p != nil; p = p.parent {
		if v.exits[p] != nil && ver.part.inside(v.exits[p].body) && !ver.part.inside(p) {
			k.exits += "x" + itoa(p.branch.pos)
		}
	}
	return k
}

func (v *resolver) need(key needKey, u use) *need {
	n := v.needs[key]
	if n == nil {
		n = &need{area: u.ctx.area, phase: u.ctx.phase(), asked: u}
		v.needs[key] = n
		clear(v.counts)
		if key.own != nil {
			v.order = append(v.order, n)
		}
	}
	n.uses = append(n.uses, u.ctx.part)
	return n
}

// An again says how a value is computed again: expr, as at the item it.
type again struct {
	expr ast.Expr
	it   *item
}

// again returns how to compute a version of a variable again, or nil if it must be remembered.
func (v *resolver) again(x *ast.Var, ver *version, u use) *again {
	if ver == nil {
		return nil
	}
	if ver.loop != nil { // the value of a range loop
		s := ver.loop.stmt.(*ast.Range)
		i := v.index[ver.loop]
		if i == nil || v.exit(u.ctx.part, ver.loop) != nil {
			return nil
		}
		if v.slots(&ast.Index{X: s.X, I: i, T: elemType(s.X.Type())}, use{ver.loop, false, u.ctx}) > 0 {
			return nil
		}
		return &again{&ast.Index{X: s.X, I: i, T: elemType(s.X.Type())}, ver.loop}
	}
	if ver.rhs == nil || ver.item == nil || cost(ver.rhs) > 6 || mentions(ver.rhs, x) {
		return nil
	}
	if v.readsUndone(ver.rhs) {
		return nil // the reverse sweep may have it as it was at another time
	}
	if u.ctx.item == ver.item && v.readsCopies(ver.rhs) {
		return nil // it is computed again elsewhere, where the copies are at another time
	}
	if w := (use{ver.item, false, u.ctx}); !v.repeatable(ver.rhs) || v.slots(ver.rhs, w) > 0 && v.byIndex(ver.rhs, w) == nil {
		return nil
	}
	return &again{ver.rhs, ver.item}
}

// byIndex returns the element that e is the address of, if its index is all that must be remembered to find it, or nil. The garbage
// collector need not look at an index.
func (v *resolver) byIndex(e ast.Expr, u use) *ast.Index {
	a, ok := e.(*ast.Addr)
	if !ok {
		return nil
	}
	x, ok := a.X.(*ast.Index)
	if !ok || isArray(x.X.Type()) || !isInteger(x.I.Type()) {
		return nil
	}
	if _, isVar := x.I.(*ast.Ref); !isVar || v.slots(x.X, u) > 0 || v.slots(x.I, u) != 1 {
		return nil
	}
	return x
}

// madeAgain returns e as it was at a point where again has said that it can be made again.
func (v *resolver) madeAgain(e ast.Expr, u use) ast.Expr {
	if x := v.byIndex(e, u); x != nil {
		return &ast.Addr{X: &ast.Index{X: v.value(x.X, u), I: v.value(x.I, u), T: x.T}, T: e.Type()}
	}
	return v.value(e, u)
}

// readsUndone reports whether e reads slices or pointers from memory of a shadow that the reverse sweep puts back.
func (v *resolver) readsUndone(e ast.Expr) bool {
	if v.putBack == nil {
		v.putBack = map[*location]bool{}
		put := func(c *location) { v.putBack[c] = true }
		for _, list := range v.undo {
			ast.Inspect(&ast.Block{Stmts: list}, func(s ast.Stmt) bool {
				ast.Exprs(s, func(e ast.Expr, assigned bool) {
					switch c, ok := e.(*ast.Call); {
					case assigned && v.mem.inMemory(e):
						v.linksOf(e, put)
					case ok && c.Fun.Builtin == "copy":
						v.linksOf(firstElement(c.Args[0]), put)
					}
				})
				return true
			})
		}
		for _, n := range v.calls {
			v.mem.callWrites(n.call, func(c *location) {
				if c = c.find(); leadsToFloats(c) {
					v.putBack[c] = true // by the second half
				}
			})
		}
	}
	if len(v.putBack) == 0 {
		return false
	}
	return ast.Any(e, func(e ast.Expr) bool {
		found := false
		if isPath(e) && v.inShadow(e) && v.mem.inMemory(e) {
			v.linksOf(e, func(c *location) { found = found || c == nil || v.putBack[nil] || v.putBack[c] })
		}
		return found
	})
}

// firstElement returns the place of an element of what a slice is a part of.
func firstElement(x ast.Expr) ast.Expr {
	for {
		s, ok := x.(*ast.Slice)
		if !ok {
			return &ast.Index{X: x, I: intNumber(0), T: elemType(x.Type())}
		}
		x = s.X
	}
}

// linksOf calls f for the cells of the primal function whose shadow a place of a shadow is, or with nil where they are not known.
func (v *resolver) linksOf(e ast.Expr, f func(*location)) {
	p := v.primalOf(e)
	if p == nil || !isPlace(p) {
		f(nil)
		return
	}
	for _, c := range v.mem.cells(p) {
		f(c.find())
	}
}

// readsCopies reports whether e reads an array that goes back in time.
func (v *resolver) readsCopies(e ast.Expr) bool {
	return len(v.plan.undoing) > 0 && ast.Any(e, func(e ast.Expr) bool { return v.undoneAt(e) != nil })
}

// repeatable reports whether evaluating e twice makes the same value.
func (v *resolver) repeatable(e ast.Expr) bool {
	return !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Call:
			switch e.Fun.Builtin {
			case "len", "cap", "min", "max":
				return false
			}
			return true
		case *ast.Composite:
			return true
		case *ast.Addr:
			return !isPlace(e.X) || ast.RootVar(e.X) != nil // a variable is another one in each iteration
		}
		return false
	})
}

// remember returns a variable that remembers the value of e at a point.
func (v *resolver) remember(e ast.Expr, u use) ast.Expr {
	n := v.need(v.memoKey(e, u), u)
	if n.local == nil {
		n.local, n.expr, n.part, n.item, n.front = ast.NewVar(savedName(e), e.Type()), e, u.it.part, u.it, !u.after
		call, ok := e.(*ast.Call)
		n.late = n.front && !(ok && isMath(call)) && v.leavesAlone(u.it, e)
		_, n.whole = e.Type().Underlying().(*types.Basic)
		n.whole = n.whole && !isPath(e)
		if v.inShadow(e) {
			v.isShadow[n.local] = true
		}
		v.order = append(v.order, n)
	}
	v.byLocal[n.local] = n
	return &ast.Ref{Var: n.local}
}

// memoKey identifies the remembered value of e at a point of a part.
func (v *resolver) memoKey(e ast.Expr, u use) needKey {
	return needKey{expr: v.numbers.of(e, u.point()), part: u.it.part, after: u.after, ctx: u.ctx.key()}
}

// leavesAlone reports whether a simple item writes nothing that e reads.
func (v *resolver) leavesAlone(it *item, e ast.Expr) bool {
	if it.then != nil || it.body != nil || v.hist.groups[it.stmt] != nil {
		return false
	}
	ok := true
	v.mem.reads(e, func(c *location) {
		for _, w := range v.hist.writes[it] {
			ok = ok && w != c
		}
	})
	return ok
}

// savedName is what to call the remembered value of e.
func savedName(e ast.Expr) string {
	switch {
	case isBoolean(e.Type()):
		return "taken"
	case isInteger(e.Type()) && !isPath(e):
		return "n"
	}
	if c, ok := e.(*ast.Call); ok && c.Fun.Builtin == "append" && c.Spread {
		return placeName(c.Args[1]) // a copy
	} else if ok && isMath(c) {
		return commonName(c)
	}
	return placeName(e)
}

// A spot is where loads go: the beginning of the reversal of a part, or of what of it is reversed before its pivot or right behind it.
type spot struct {
	part  *part
	phase int
}

// phase tells the stretches of reversed code of an area apart.
func (c *context) phase() int {
	switch {
	case c.part != c.area.part:
		return 0
	case c.early != nil:
		return 1
	case c.mid != nil:
		return 2 + c.mid.pos
	}
	return 0
}

// settle decides where each need is saved and loaded, and returns the loads.
func (v *resolver) settle() map[spot][]ast.Stmt {
	for i := len(v.order) - 1; i >= 0; i-- {
		n := v.order[i]
		n.home = v.homeOf(n)
		for _, s := range n.subs {
			s.uses = append(s.uses, n.home)
		}
	}
	loads := map[spot][]ast.Stmt{}
	for _, n := range v.order {
		at := spot{n.home, 0}
		if n.home == n.area.part {
			at.phase = n.phase
		}
		for n.area.parent != nil && !n.home.inside(n.area.part) {
			n.area = n.area.parent
		}
		if n.again != nil {
			again := define(n.local, n.again)
			ast.Attribute([]ast.Stmt{again}, ast.Recomputing, n.asked.it.stmt)
			loads[at] = append(loads[at], again)
		} else {
			if n.slot == nil {
				n.loads = v.inserts.save(v, n)
			}
			ast.Attribute(n.loads, ast.Restoring, n.asked.it.stmt)
			loads[at] = append(loads[at], n.loads...)
		}
		v.explainNeed(n)
	}
	return loads
}

// homeOf is the innermost part that holds all uses of a need and runs as often as its value is born.
func (v *resolver) homeOf(n *need) *part {
	home := n.uses[0]
	for _, p := range n.uses[1:] {
		home = common(home, p)
	}
	if n.front || n.flag != nil || v.synthetic[ast.RootVar(n.expr)] != nil {
		return n.part
	}
	born := n.part // or where what it is born in goes on, since the other branches do not
	for !home.inside(born) {
		born = born.parent
	}
	for p := home; p != born && p != nil && p != n.area.part; p = p.parent {
		if v.barrier(p, n.part) || v.afterJump(p, n) {
			break
		}
		if p.branch != nil && p.branch.body == p {
			home = p.parent
		}
	}
	return home
}

// barrier reports whether p is an exit or core of a loop in whose body, but not in p, a value is born: the
// reversal of the rest of the body is empty.
func (v *resolver) barrier(p, born *part) bool {
	loop := v.exits[p]
	if loop == nil {
		loop = v.cores[p]
	}
	return loop != nil && born.inside(loop.body) && !born.inside(p)
}

// afterJump reports whether p is what follows a statement that may jump and a value is born after that statement: where it
// jumped there is no such value.
func (v *resolver) afterJump(p *part, n *need) bool {
	guard := p.branch
	if guard == nil || guard.then != p || n.item == nil || guard.part != n.part {
		return false
	}
	_, asks := slices.BinarySearch(v.tree.asking, guard.pos)
	return asks && n.item.index == guard.index-1
}

// load puts the loads into the reversed parts.
func (v *resolver) load(b *ast.Block, loads map[spot][]ast.Stmt) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if c := v.marked(s); c != nil {
			switch {
			case c.entry:
				out.Stmts = append(out.Stmts, s)
			case c.restores:
				out.Stmts = append(out.Stmts, c.restore.loads...)
			case c.inner:
				out.Stmts = append(out.Stmts, c.makeCopies()...)
			default:
				out.Stmts = append(out.Stmts, loads[spot{c.part, c.phase()}]...)
			}
			continue
		}
		if b, ok := s.(*ast.Block); v.tree.at[s] != nil && !v.joint[s] || ok && len(b.Stmts) == 0 {
			out.Stmts = append(out.Stmts, s)
			continue
		}
		t := ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return v.load(b, loads) })
		if v.joint[s] {
			v.joint[t], v.tree.at[t] = true, v.tree.at[s]
		}
		out.Stmts = append(out.Stmts, t)
	}
	return out
}
