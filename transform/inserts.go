package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// The inserts are what the reverse sweep asks of the forward sweep: values to remember, iterations to count, exits to flag.
type inserts struct {
	tree    *tree
	pkg     *types.Package
	marks   map[*ast.Block]*context
	before  map[ast.Stmt][]ast.Stmt
	after   map[ast.Stmt][]ast.Stmt
	start   map[*ast.Block][]ast.Stmt
	first   map[*part][]ast.Stmt // at the beginning of an area, by its part
	entries map[*part][]ast.Stmt // at the entry of an area, behind first

	notes    []note
	keeps    []keep
	counted  []countedSlice
	packed   map[*ast.Var]Packed // slices that are packed, and what they are now
	counters []*counterInsert
	flags    []*flagInsert
	ofLoop   map[*item]*counterInsert // the first counter of a loop
	ofTrips  map[*ast.Var]*counterInsert
	ofFlag   map[*ast.Var]*flagInsert
	keys     map[ast.Stmt]*ast.Var // of range loops that have none of their own
	lists    map[*item]*ast.Var    // of loops: a slice that has one element for each iteration of the core
	areas    map[*part]*area
}

// A note says in words what a slice remembers.
type note struct {
	need  *need
	slice *ast.Var
	index ast.Expr // what it is indexed by, if it is
}

// A keep is memory that the forward sweep takes in every iteration of loops.
type keep struct {
	slot  *ast.Var   // the slice that it is in
	typ   types.Type // of an element
	loops []*item    // innermost first
}

type counterInsert struct {
	trips *ast.Var
	loop  *item
	core  *part
}

type flagInsert struct {
	flag *ast.Var
	exit *part
	loop *item
}

func newInserts(t *tree, pkg *types.Package) *inserts {
	return &inserts{
		tree: t, pkg: pkg, marks: map[*ast.Block]*context{},
		before: map[ast.Stmt][]ast.Stmt{}, after: map[ast.Stmt][]ast.Stmt{}, start: map[*ast.Block][]ast.Stmt{},
		first: map[*part][]ast.Stmt{}, entries: map[*part][]ast.Stmt{}, packed: map[*ast.Var]Packed{},
		keys: map[ast.Stmt]*ast.Var{}, lists: map[*item]*ast.Var{}, areas: map[*part]*area{},
		ofLoop: map[*item]*counterInsert{}, ofTrips: map[*ast.Var]*counterInsert{}, ofFlag: map[*ast.Var]*flagInsert{},
	}
}

func (in *inserts) count(trips *ast.Var, loop *item, core *part) {
	c := &counterInsert{trips, loop, core}
	in.counters = append(in.counters, c)
	in.ofTrips[trips] = c
	if in.ofLoop[loop] == nil {
		in.ofLoop[loop] = c
	}
}

func (in *inserts) flag(flag *ast.Var, exit *part, loop *item) {
	f := &flagInsert{flag, exit, loop}
	in.flags = append(in.flags, f)
	in.ofFlag[flag] = f
}

// tripsOf returns the counter of the iterations of a loop.
func (in *inserts) tripsOf(loop *item) *ast.Var {
	c := in.ofLoop[loop]
	if c == nil {
		panic("transform: a loop whose trips are not counted")
	}
	return c.trips
}

// key returns the statement of the forward sweep that s is or stands for.
func (in *inserts) key(s ast.Stmt) ast.Stmt {
	if it := in.tree.at[s]; it != nil {
		return it.stmt
	}
	return s
}

// entry inserts statements at the entry of a part.
func (in *inserts) entry(p *part, list ...ast.Stmt) {
	in.atEntry(p, func(old []ast.Stmt) []ast.Stmt { return append(old, list...) })
}

// entryFirst is entry before what is inserted there already.
func (in *inserts) entryFirst(p *part, s ast.Stmt) {
	in.atEntry(p, func(old []ast.Stmt) []ast.Stmt { return append([]ast.Stmt{s}, old...) })
}

// atEntry changes what is inserted at the entry of a part. The entry of an empty branch is behind its if statement, which the other
// branch then does not reach.
func (in *inserts) atEntry(p *part, change func([]ast.Stmt) []ast.Stmt) {
	switch {
	case in.areas[p] != nil:
		in.entries[p] = change(in.entries[p])
	case p.before != nil:
		at := in.key(p.before)
		in.before[at] = change(in.before[at])
	case p.in != nil:
		in.start[p.in] = change(in.start[p.in])
	case p.branch != nil && p.branch.body == nil && (p.branch.then.tail != tailFall || p.branch.els.tail != tailFall):
		at := in.key(p.branch.stmt)
		in.after[at] = change(in.after[at])
	default:
		panic("transform: a part without an entry")
	}
}

// anchor returns the statement of the forward sweep that stands for an item.
func anchor(it *item) ast.Stmt {
	if it.then != nil && it.then.in == nil && it.then.before != nil {
		return it.then.before
	}
	return it.stmt
}

// put inserts the statements that save a need where it is saved.
func (in *inserts) put(n *need, list ...ast.Stmt) {
	ast.Attribute(list, ast.Saving, n.asked.it.stmt)
	switch {
	case n.front && n.late:
		// After the statement, which panics as it did.
		in.after[n.item.stmt] = append(in.after[n.item.stmt], list...)
	case n.front:
		// The reversal asks for the last operand first; the forward sweep evaluates the first first.
		at := in.key(anchor(n.item))
		in.before[at] = append(slices.Clone(list), in.before[at]...)
	case !n.atBirth():
		in.entry(n.home, list...)
	default:
		s := n.item.stmt
		in.after[s] = append(in.after[s], list...)
	}
}

// atBirth reports whether a need is saved where it is born: not where that is an entry, or its home is a part within.
func (n *need) atBirth() bool { return n.item != nil && n.part.inside(n.home) }

// level reports whether a need is saved at the level of the statements of its area, so that its variable can be declared there.
func (in *inserts) level(n *need) bool {
	direct := func(it *item) bool { return it.part == n.area.part && it.wrap == nil }
	switch {
	case n.front:
		return direct(n.item) && anchor(n.item) == n.item.stmt
	case !n.atBirth():
		return n.home == n.area.part
	}
	return direct(n.item)
}

// declareFirst declares a variable at the beginning of an area.
func (in *inserts) declareFirst(a *area, v *ast.Var) {
	in.first[a.part] = append(in.first[a.part], &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
}

// save makes the forward sweep remember a need and returns what loads it in the reverse sweep.
func (in *inserts) save(v *resolver, n *need) []ast.Stmt {
	loops := loopsWithin(n.home, n.area.part)
	if n.flag != nil {
		return in.saveFlag(v, n, loops)
	}
	if v.synthetic[ast.RootVar(n.expr)] != nil {
		return in.saveCount(v, n)
	}
	if len(loops) == 0 {
		n.slot = n.local
		if in.level(n) {
			in.put(n, define(n.slot, n.expr))
		} else {
			in.declareFirst(n.area, n.slot)
			in.put(n, set(&ast.Ref{Var: n.slot}, token.ASSIGN, n.expr))
		}
		return nil
	}
	return in.saveInLoop(v, n, loops)
}

// saveInLoop makes the forward sweep remember a need in a slice.
func (in *inserts) saveInLoop(v *resolver, n *need, loops []*item) []ast.Stmt {
	if load := in.carried(v, n, loops); load != nil {
		return load
	}
	t := types.NewSlice(n.local.Type)
	n.slot = ast.NewVar(plural(n.local.Name), t)
	ref := &ast.Ref{Var: n.slot}
	outer, inner := loops[len(loops)-1], loops[0]
	in.notes = append(in.notes, note{n, ref.Var, nil})
	in.keeps = append(in.keeps, keep{n.slot, n.local.Type, loops})
	direct := len(loops) == 1 && v.iter[inner] != nil && (n.home == inner.body || v.cores[n.home] == inner)
	size, i := in.size(v, inner, n)
	counted := len(loops) == 1 && size != nil && i != nil && v.index[inner] != nil
	if counted {
		mk := define(n.slot, builtin("make", t, size))
		n.made = mk
		in.before[inner.stmt] = append(in.before[inner.stmt], mk)
		in.counted = append(in.counted, countedSlice{n.slot, inner, mk, n.local.Name})
		in.put(n, set(&ast.Index{X: ref, I: i, T: n.local.Type}, token.ASSIGN, n.expr))
		in.notes[len(in.notes)-1].index = i
	} else {
		decl := ast.Stmt(&ast.Decl{Vars: []*ast.Var{n.slot}, Typed: true})
		if direct && size != nil {
			decl = define(n.slot, builtin("make", t, intNumber(0), size))
		}
		if in.direct(outer, n.area) {
			if room := v.capacity(loops, n.home); room != nil {
				decl = define(n.slot, builtin("make", t, intNumber(0), room))
			}
			in.before[outer.stmt] = append(in.before[outer.stmt], decl)
		} else {
			in.first[n.area.part] = append(in.first[n.area.part], decl)
		}
		in.put(n, set(ref, token.ASSIGN, builtin("append", t, ref, n.expr)))
		if direct && n.home == in.coreOf(inner) {
			in.lists[inner] = n.slot
		}
	}
	switch {
	case counted:
		return []ast.Stmt{define(n.local, &ast.Index{X: ref, I: v.index[inner], T: n.local.Type})}
	case direct:
		return []ast.Stmt{define(n.local, &ast.Index{X: ref, I: v.iter[inner], T: n.local.Type})}
	}
	v.sweepBackwards(loops)
	return pop(n.local, ref)
}

// sweepBackwards notes that the iterations of loops must be reversed in reverse order.
func (v *resolver) sweepBackwards(loops []*item) {
	for _, loop := range loops {
		if v.forwards[loop] {
			if !v.plan.backwards[loop.source] {
				v.plan.backwards[loop.source] = true
				v.plan.changes++
			}
		}
	}
}

// direct reports whether an item stands at the level of the statements of an area.
func (in *inserts) direct(it *item, a *area) bool { return it.part == a.part && it.wrap == nil }

// saveFlag makes the forward sweep remember whether a statement jumped: where it jumps, and where what follows it begins.
func (in *inserts) saveFlag(v *resolver, n *need, loops []*item) []ast.Stmt {
	flag := ast.RootVar(n.expr)
	var remember func(value bool) ast.Stmt
	var load []ast.Stmt
	if len(loops) == 0 {
		n.slot = n.local
		remember = func(value bool) ast.Stmt { return set(&ast.Ref{Var: n.slot}, token.ASSIGN, trueLit(value)) }
	} else {
		t := types.NewSlice(n.local.Type)
		n.slot = ast.NewVar(plural(n.local.Name), t)
		ref := &ast.Ref{Var: n.slot}
		remember = func(value bool) ast.Stmt {
			return set(ref, token.ASSIGN, builtin("append", t, ref, trueLit(value)))
		}
		load = pop(n.local, ref)
		v.sweepBackwards(loops)
		in.keeps = append(in.keeps, keep{n.slot, n.local.Type, loops})
	}
	in.declareFirst(n.area, n.slot)
	for _, pos := range v.hist.log.at[v.mem.variable(flag)] {
		s := v.tree.items[pos].stmt
		if a, ok := s.(*ast.Assign); ok && a.Op == token.ASSIGN {
			in.after[s] = append(in.after[s], remember(true))
		}
	}
	in.entry(n.flag.then, remember(false))
	return load
}

// saveCount makes the forward sweep remember a trip count or an exit flag of an inner loop: it is counted, or set, in the last
// element of a slice, so that it is there however the loop is left.
func (in *inserts) saveCount(v *resolver, n *need) []ast.Stmt {
	x := ast.RootVar(n.expr)
	t := types.NewSlice(x.Type)
	loops := loopsWithin(n.home, n.area.part)
	v.sweepBackwards(loops)
	n.slot = ast.NewVar(plural(x.Name), t)
	in.keeps = append(in.keeps, keep{n.slot, x.Type, loops})
	ref := &ast.Ref{Var: n.slot}
	in.declareFirst(n.area, n.slot)
	loop := v.synthetic[x]
	zero := ast.Expr(intNumber(0))
	if isBoolean(x.Type) {
		zero = trueLit(false)
	}
	in.before[loop.stmt] = append(in.before[loop.stmt], set(ref, token.ASSIGN, builtin("append", t, ref, zero)))
	last := &ast.Index{X: ref, I: &ast.Binary{Op: token.SUB, X: length(ref), Y: intNumber(1), T: intType}, T: x.Type}
	if c := in.ofTrips[x]; c != nil {
		in.entryFirst(c.core, set(last, token.ADD_ASSIGN, intNumber(1)))
	}
	if f := in.ofFlag[x]; f != nil {
		in.entryFirst(f.exit, set(last, token.ASSIGN, trueLit(true)))
	}
	return pop(n.local, ref)
}

// pop takes the last of a slice of remembered values.
func pop(local *ast.Var, list *ast.Ref) []ast.Stmt {
	last := &ast.Binary{Op: token.SUB, X: length(list), Y: intNumber(1), T: intType}
	return []ast.Stmt{
		define(local, &ast.Index{X: list, I: last, T: local.Type}),
		set(list, token.ASSIGN, &ast.Slice{X: list, Hi: last, T: list.Var.Type}),
	}
}

// coreOf returns the part whose executions a reversed loop goes over.
func (in *inserts) coreOf(loop *item) *part {
	if c := in.ofLoop[loop]; c != nil {
		return c.core
	}
	return loop.body
}

// plural is what to call the slice of remembered values.
func plural(name string) string { return name + "s" }

// size returns how many iterations a loop at the level of an area surely has, and its counter, if it has a name; or nil.
func (in *inserts) size(v *resolver, loop *item, n *need) (size, i ast.Expr) {
	if !in.direct(loop, n.area) || loop.hasExits() || n.home != loop.body {
		return nil, nil
	}
	switch s := loop.stmt.(type) {
	case *ast.Range:
		if !v.reverser.steady(loop, s.X) && elemType(s.X.Type()) == nil {
			return nil, nil
		}
		i = s.Key
		if s.Key == nil && (s.Define || s.Value == nil) {
			i = in.keyOf(loop)
		}
		if elemType(s.X.Type()) != nil {
			return length(s.X), i
		}
		return atLeastZero(s.X), i
	case *ast.For:
		if c := loop.count; c != nil && c.hi != nil && v.reverser.steady(loop, c.hi) {
			if size := c.above(); size != nil {
				return atLeastZero(size), &ast.Ref{Var: c.v}
			}
		}
	}
	return nil, nil
}

// keyOf gives a range loop without a key one.
func (in *inserts) keyOf(loop *item) ast.Expr {
	i := in.keys[loop.stmt]
	if i == nil {
		i = ast.NewVar("i", keyType(loop.stmt.(*ast.Range)))
		in.keys[loop.stmt] = i
	}
	return &ast.Ref{Var: i}
}

// keyType returns the type that the key of a range loop has, one over an integer or over what has elements.
func keyType(s *ast.Range) types.Type {
	if x := s.X.Type(); elemType(x) == nil {
		return types.Default(x)
	}
	return intType
}

// above is more than every value of a counter that is never negative and goes in small steps, or nil for another.
func (c *count) above() ast.Expr {
	plusOne := func(e ast.Expr) ast.Expr {
		if b, ok := e.(*ast.Binary); ok && b.Op == token.SUB {
			if v, ok := intLit(b.Y); ok && v == 1 {
				return b.X
			}
		}
		if v, ok := intLit(e); ok {
			return intLiteral(v+1, e.Type())
		}
		return &ast.Binary{Op: token.ADD, X: e, Y: intLiteral(1, e.Type()), T: e.Type()}
	}
	lo, fromLit := intLit(c.lo)
	hi, toLit := intLit(c.hi)
	switch {
	case c.step == 1 && fromLit && lo >= 0 && lo < 16 && c.op == token.LSS:
		return c.hi
	case c.step == 1 && fromLit && lo >= 0 && lo < 16 && c.op == token.LEQ:
		return plusOne(c.hi)
	case c.step == -1 && toLit && hi >= 0 && hi < 16 && (c.op == token.GEQ || c.op == token.GTR) && !hasCall(c.lo):
		return plusOne(c.lo)
	}
	return nil
}

// atLeastZero is max(n, 0), or n where it cannot be negative.
func atLeastZero(n ast.Expr) ast.Expr {
	if c, ok := n.(*ast.Call); ok && c.Fun.Builtin == "len" {
		return n
	}
	if v, ok := intLit(n); ok && v >= 0 {
		return n
	}
	return builtin("max", n.Type(), n, intLiteral(0, n.Type()))
}

// dropCounters uses the length of a slice of remembered values for a trip count where there is one, and adds the
// counters and flags that the reverse sweep does ask for.
func (in *inserts) dropCounters(v *resolver, b *ast.Block) *ast.Block {
	replaced := map[*ast.Var]ast.Expr{}
	for _, c := range in.counters {
		if list := in.lists[c.loop]; list != nil && len(loopsWithin(c.loop.part, in.areaOf(c.loop).part)) == 0 {
			replaced[c.trips] = length(&ast.Ref{Var: list})
		}
	}
	b = v.substitute(b, replaced)
	in.forEach(func(list []ast.Stmt) []ast.Stmt {
		return substitute(&ast.Block{Stmts: list}, replaced).Stmts
	})
	used := usedVars(b)
	asked := func(x *ast.Var) bool { return replaced[x] == nil && used[x] }
	for _, c := range in.counters {
		if asked(c.trips) {
			in.declareBefore(c.loop, c.trips, intNumber(0))
			in.entryFirst(c.core, set(&ast.Ref{Var: c.trips}, token.ADD_ASSIGN, intNumber(1)))
		}
	}
	for _, f := range in.flags {
		if asked(f.flag) {
			in.declareBefore(f.loop, f.flag, trueLit(false))
			in.entryFirst(f.exit, set(&ast.Ref{Var: f.flag}, token.ASSIGN, trueLit(true)))
		}
	}
	return b
}

// areaOf returns the innermost area around an item.
func (in *inserts) areaOf(it *item) *area {
	for p := it.part; ; p = p.parent {
		if a := in.areas[p]; a != nil {
			return a
		}
	}
}

// declareBefore gives a variable its first value before a loop; it is declared where the reverse sweep sees it.
func (in *inserts) declareBefore(loop *item, v *ast.Var, value ast.Expr) {
	s, a := loop.stmt, in.areaOf(loop)
	if in.direct(loop, a) {
		in.before[s] = append(in.before[s], define(v, value))
		return
	}
	in.declareFirst(a, v)
	in.before[s] = append(in.before[s], set(&ast.Ref{Var: v}, token.ASSIGN, value))
}

func (in *inserts) forEach(f func([]ast.Stmt) []ast.Stmt) {
	for _, m := range []map[ast.Stmt][]ast.Stmt{in.before, in.after} {
		for k, l := range m {
			m[k] = f(l)
		}
	}
	for k, l := range in.start {
		in.start[k] = f(l)
	}
	for k, l := range in.entries {
		in.entries[k] = f(l)
	}
}

// substitute replaces variables by expressions in the reversed code of a block.
func (r *reverser) substitute(b *ast.Block, by map[*ast.Var]ast.Expr) *ast.Block {
	if len(by) == 0 {
		return b
	}
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		t := s
		switch {
		case r.joint[s]:
			t = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return r.substitute(b, by) })
			r.rebuilt(s, t)
		case r.tree.at[s] == nil:
			t = substitute(&ast.Block{Stmts: []ast.Stmt{s}}, by).Stmts[0]
		}
		out.Stmts = append(out.Stmts, t)
	}
	return out
}

// substitute replaces variables by expressions in a block.
func substitute(b *ast.Block, by map[*ast.Var]ast.Expr) *ast.Block {
	if len(by) == 0 {
		return b
	}
	f := func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			if r, ok := e.(*ast.Ref); ok && by[r.Var] != nil {
				return by[r.Var]
			}
			return e
		})
	}
	return mapAll(b, f).(*ast.Block)
}

// mapAll applies f to every expression in s. What does not change is shared with s.
func mapAll(s ast.Stmt, f func(ast.Expr) ast.Expr) ast.Stmt {
	changed := false
	t := ast.MapExprs(s, func(e ast.Expr) ast.Expr {
		x := f(e)
		changed = changed || x != e
		return x
	}, func(t ast.Stmt) ast.Stmt {
		x := mapAll(t, f)
		changed = changed || x != t
		return x
	})
	if !changed {
		return s
	}
	return t
}

// usesVar reports whether a statement names a variable.
func usesVar(s ast.Stmt, v *ast.Var) bool {
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) { found = found || mentions(e, v) })
		return !found
	})
	return found
}

// usedVars returns the variables that a statement names.
func usedVars(s ast.Stmt) map[*ast.Var]bool {
	used := map[*ast.Var]bool{}
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok {
					used[r.Var] = true
				}
				return true
			})
		})
		return true
	})
	return used
}

// apply puts the inserts into the joint code.
func (in *inserts) apply(b *ast.Block) *ast.Block {
	ast.Attribute(in.start[b], ast.Saving, nil)
	out := &ast.Block{Meta: b.Meta, Stmts: slices.Clone(in.start[b])}
	for _, s := range b.Stmts {
		if mark, ok := s.(*ast.Block); ok && in.marks[mark] != nil {
			c := in.marks[mark]
			if c.entry && !c.empty {
				ast.Attribute(slices.Concat(in.first[c.part], in.entries[c.part]), ast.Saving, nil)
				out.Stmts = append(append(out.Stmts, in.first[c.part]...), in.entries[c.part]...)
			}
			continue
		}
		key := in.key(s)
		ast.Attribute(slices.Concat(in.before[key], in.after[key]), ast.Saving, key)
		out.Stmts = append(out.Stmts, in.before[key]...)
		t := s
		if i := in.keys[key]; i != nil {
			c := *t.(*ast.Range)
			c.Key, c.Define = &ast.Ref{Var: i}, true
			t = &c
		}
		if b, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(b.Stmts) == 0) {
			t = ast.MapBlocks(t, func(b *ast.Block) *ast.Block { return in.apply(b) })
		}
		out.Stmts = append(out.Stmts, t)
		out.Stmts = append(out.Stmts, in.after[key]...)
	}
	return out
}
