package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// The inserts are what the reverse sweep asks of the forward sweep: values to remember, iterations to count, exits to flag.
type inserts struct {
	top    map[ast.Stmt]bool // statements of the outermost block
	before map[ast.Stmt][]ast.Stmt
	after  map[ast.Stmt][]ast.Stmt
	start  map[*ast.Block][]ast.Stmt
	first  []ast.Stmt // at the beginning of the function

	notes    []note
	counters []*counterInsert
	flags    []*flagInsert
	lists    map[*item]*ast.Var // of loops: a slice that has one element for each iteration of the core
}

// A note says in words what a slice remembers.
type note struct {
	need  *need
	slice *ast.Var
	index ast.Expr // what it is indexed by, if it is
}

type counterInsert struct {
	trips *ast.Var
	loop  *item
	core  *part
}

type flagInsert struct {
	flag *ast.Var
	exit *part
}

func newInserts(body *ast.Block) *inserts {
	in := &inserts{
		top:    map[ast.Stmt]bool{},
		before: map[ast.Stmt][]ast.Stmt{}, after: map[ast.Stmt][]ast.Stmt{}, start: map[*ast.Block][]ast.Stmt{},
		lists: map[*item]*ast.Var{},
	}
	for _, s := range body.Stmts {
		in.top[s] = true
	}
	return in
}

func (in *inserts) count(trips *ast.Var, loop *item, core *part) {
	in.counters = append(in.counters, &counterInsert{trips, loop, core})
}

func (in *inserts) flag(flag *ast.Var, exit *part) {
	in.flags = append(in.flags, &flagInsert{flag, exit})
}

// tripsOf returns the counter of the iterations of a loop.
func (in *inserts) tripsOf(loop *item) *ast.Var {
	for _, c := range in.counters {
		if c.loop == loop {
			return c.trips
		}
	}
	panic("transform: a loop whose trips are not counted")
}

// entry inserts statements at the entry of a part.
func (in *inserts) entry(p *part, list ...ast.Stmt) {
	if p.before != nil {
		in.before[p.before] = append(in.before[p.before], list...)
	} else if p.in != nil {
		in.start[p.in] = append(in.start[p.in], list...)
	} else {
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
	switch {
	case n.front && n.late:
		// After the statement, which panics as it did.
		in.after[n.item.stmt] = append(in.after[n.item.stmt], list...)
	case n.front:
		// The reversal asks for the last operand first; the forward sweep evaluates the first first.
		in.before[anchor(n.item)] = append(slices.Clone(list), in.before[anchor(n.item)]...)
	case n.home != n.part || n.item == nil:
		in.entry(n.home, list...)
	default:
		s := n.item.stmt
		in.after[s] = append(in.after[s], list...)
	}
}

// atTop reports whether a need is saved in the outermost block.
func (in *inserts) atTop(n *need) bool {
	switch {
	case n.front:
		return in.top[anchor(n.item)]
	case n.home != n.part || n.item == nil:
		return n.home.parent == nil && (n.home.before == nil || in.top[n.home.before])
	}
	return in.top[n.item.stmt]
}

// save makes the forward sweep remember a need and returns what loads it in the reverse sweep.
func (in *inserts) save(v *resolver, n *need) []ast.Stmt {
	loops := n.home.repeats()
	if n.flag != nil {
		return in.saveFlag(v, n, loops)
	}
	if v.synthetic[rootVar(n.expr)] != nil {
		return in.saveCount(v, n)
	}
	if len(loops) == 0 {
		n.slot = n.local
		if in.atTop(n) {
			in.put(n, define(n.slot, n.expr))
		} else {
			in.first = append(in.first, &ast.Decl{Vars: []*ast.Var{n.slot}, Typed: true})
			in.put(n, set(&ast.Ref{Var: n.slot}, token.ASSIGN, n.expr))
		}
		return nil
	}
	t := types.NewSlice(n.local.Type)
	n.slot = ast.NewVar(plural(n.local.Name), t)
	ref := &ast.Ref{Var: n.slot}
	outer, inner := loops[len(loops)-1], loops[0]
	in.notes = append(in.notes, note{n, ref.Var, nil})
	direct := len(loops) == 1 && v.iter[inner] != nil && (n.home == inner.body || v.cores[n.home] == inner)
	if size, i := in.size(v, inner, n); direct && size != nil {
		mk := define(n.slot, builtin("make", t, size))
		in.before[inner.stmt] = append(in.before[inner.stmt], mk)
		in.put(n, set(&ast.Index{X: ref, I: i, T: n.local.Type}, token.ASSIGN, n.expr))
		in.notes[len(in.notes)-1].index = i
	} else {
		decl := &ast.Decl{Vars: []*ast.Var{n.slot}, Typed: true}
		if in.top[outer.stmt] {
			in.before[outer.stmt] = append(in.before[outer.stmt], decl)
		} else {
			in.first = append(in.first, decl)
		}
		in.put(n, set(ref, token.ASSIGN, builtin("append", t, ref, n.expr)))
		if direct && n.home == in.coreOf(inner) {
			in.lists[inner] = n.slot
		}
	}
	if direct {
		return []ast.Stmt{define(n.local, &ast.Index{X: ref, I: v.iter[inner], T: n.local.Type})}
	}
	return pop(n.local, ref)
}

// saveFlag makes the forward sweep remember whether a statement jumped: where it jumps, and where what follows it begins.
func (in *inserts) saveFlag(v *resolver, n *need, loops []*item) []ast.Stmt {
	flag := rootVar(n.expr)
	var remember func(value bool) ast.Stmt
	var load []ast.Stmt
	if len(loops) == 0 {
		n.slot = n.local
		remember = func(value bool) ast.Stmt { return set(&ast.Ref{Var: n.slot}, token.ASSIGN, trueLit(value)) }
	} else {
		t := types.NewSlice(n.local.Type)
		n.slot = ast.NewVar(plural(n.local.Name), t)
		ref := &ast.Ref{Var: n.slot}
		remember = func(value bool) ast.Stmt { return set(ref, token.ASSIGN, builtin("append", t, ref, trueLit(value))) }
		load = pop(n.local, ref)
	}
	in.first = append(in.first, &ast.Decl{Vars: []*ast.Var{n.slot}, Typed: true})
	for _, pos := range v.hist.log.at[flag] {
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
	x := rootVar(n.expr)
	t := types.NewSlice(x.Type)
	n.slot = ast.NewVar(plural(x.Name), t)
	ref := &ast.Ref{Var: n.slot}
	in.first = append(in.first, &ast.Decl{Vars: []*ast.Var{n.slot}, Typed: true})
	loop := v.synthetic[x]
	zero := ast.Expr(intNumber(0))
	if isBoolean(x.Type) {
		zero = trueLit(false)
	}
	in.before[loop.stmt] = append(in.before[loop.stmt], set(ref, token.ASSIGN, builtin("append", t, ref, zero)))
	last := &ast.Index{X: ref, I: &ast.Binary{Op: token.SUB, X: length(ref), Y: intNumber(1), T: intType}, T: x.Type}
	for _, c := range in.counters {
		if c.trips == x {
			in.entryFirst(c.core, set(last, token.ADD_ASSIGN, intNumber(1)))
		}
	}
	for _, f := range in.flags {
		if f.flag == x {
			in.entryFirst(f.exit, set(last, token.ASSIGN, trueLit(true)))
		}
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
	for _, c := range in.counters {
		if c.loop == loop {
			return c.core
		}
	}
	return loop.body
}

// plural is what to call the slice of remembered values.
func plural(name string) string { return name + "s" }

// size returns how many iterations a loop of the outermost block surely has, and its counter, or nil.
func (in *inserts) size(v *resolver, loop *item, n *need) (size, i ast.Expr) {
	if !in.top[loop.stmt] || loop.hasExits() || n.home != loop.body {
		return nil, nil
	}
	switch s := loop.stmt.(type) {
	case *ast.Range:
		key, ok := s.Key.(*ast.Ref)
		if !ok || !v.reverser.steady(loop, s.X) && elemType(s.X.Type()) == nil {
			return nil, nil
		}
		if elemType(s.X.Type()) != nil {
			return length(s.X), key
		}
		return atLeastZero(s.X), key
	case *ast.For:
		c := loop.count
		if c == nil || !startsAtZero(loop) || c.op != token.LSS || c.hi == nil || !v.reverser.steady(loop, c.hi) {
			return nil, nil
		}
		return atLeastZero(c.hi), &ast.Ref{Var: c.v}
	}
	return nil, nil
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
		if list := in.lists[c.loop]; list != nil && len(c.loop.part.repeats()) == 0 {
			replaced[c.trips] = length(&ast.Ref{Var: list})
		}
	}
	b = substitute(b, replaced)
	in.forEach(func(list []ast.Stmt) []ast.Stmt {
		return substitute(&ast.Block{Stmts: list}, replaced).Stmts
	})
	asked := func(x *ast.Var) bool {
		if replaced[x] != nil {
			return false
		}
		return usesVar(b, x)
	}
	for _, c := range in.counters {
		if asked(c.trips) {
			in.declareBefore(c.loop, c.trips, intNumber(0))
			in.entryFirst(c.core, set(&ast.Ref{Var: c.trips}, token.ADD_ASSIGN, intNumber(1)))
		}
	}
	for _, f := range in.flags {
		if asked(f.flag) {
			in.declareBefore(v.exits[f.exit], f.flag, trueLit(false))
			in.entryFirst(f.exit, set(&ast.Ref{Var: f.flag}, token.ASSIGN, trueLit(true)))
		}
	}
	return b
}

// declareBefore gives a variable its first value before a loop; it is declared where the reverse sweep sees it.
func (in *inserts) declareBefore(loop *item, v *ast.Var, value ast.Expr) {
	s := loop.stmt
	if in.top[s] {
		in.before[s] = append(in.before[s], define(v, value))
		return
	}
	in.first = append(in.first, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
	in.before[s] = append(in.before[s], set(&ast.Ref{Var: v}, token.ASSIGN, value))
}

func (in *inserts) entryFirst(p *part, s ast.Stmt) {
	if p.before != nil {
		in.before[p.before] = append([]ast.Stmt{s}, in.before[p.before]...)
	} else {
		in.start[p.in] = append([]ast.Stmt{s}, in.start[p.in]...)
	}
}

func (in *inserts) forEach(f func([]ast.Stmt) []ast.Stmt) {
	for k, l := range in.before {
		in.before[k] = f(l)
	}
	for k, l := range in.after {
		in.after[k] = f(l)
	}
	for k, l := range in.start {
		in.start[k] = f(l)
	}
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

// mapAll applies f to every expression in s.
func mapAll(s ast.Stmt, f func(ast.Expr) ast.Expr) ast.Stmt {
	return ast.MapExprs(s, f, func(t ast.Stmt) ast.Stmt { return mapAll(t, f) })
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

// apply puts the inserts into the forward sweep.
func (in *inserts) apply(b *ast.Block) *ast.Block {
	out := in.applyTo(b)
	out.Stmts = append(append([]ast.Stmt{}, in.first...), out.Stmts...)
	return out
}

func (in *inserts) applyTo(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta, Stmts: append([]ast.Stmt{}, in.start[b]...)}
	for _, s := range b.Stmts {
		out.Stmts = append(out.Stmts, in.before[s]...)
		t := s
		if len(ast.Blocks(s)) > 0 {
			t = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return in.applyTo(b) })
		}
		if b, ok := s.(*ast.Block); ok {
			t = in.applyTo(b)
		}
		out.Stmts = append(out.Stmts, t)
		out.Stmts = append(out.Stmts, in.after[s]...)
	}
	return out
}
