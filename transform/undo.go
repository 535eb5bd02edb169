package transform

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Going back in time.
//
// Where each element of an array that is overwritten is read under several indices, as in
//
//	u[i] = f(u[i-1], u[i], u[i+1])
//
// less is remembered if the forward sweep remembers what it overwrites, once, and the reverse sweep puts it back, in exact reverse
// order, into a copy of the array: what the user sees is what F has left.
//
//	us = append(us, u[i])                          u2[i], us = us[len(us)-1], us[:len(us)-1]
//	u[i] = f(u[i-1], u[i], u[i+1])                 du[i-1] += … u2[i-1], u2[i], u2[i+1] …
//
// The reversal of a statement then reads the copy as the statement read the array. Which arrays are treated so is seen when the sweeps
// have been written without; then they are written anew.
type undone struct {
	base ast.Expr // the slice that is overwritten
	copy *ast.Var // that goes back in time
	list *ast.Var // what was overwritten
	made bool     // the copy is made in the sweeps at hand
}

// A restore is the point in the reversal of an item where what the item has overwritten is put back.
type restore struct {
	reads []ast.Expr // what is read of the arrays before that …
	loads []ast.Stmt // … and put into variables
	local []*ast.Var
}

// undoneAt returns what is known of the array that a place, one float, is in, if that goes back in time.
func (r *reverser) undoneAt(e ast.Expr) *undone {
	if len(r.plan.undoing) == 0 || !isPlace(e) || !ast.IsFloat(e.Type()) {
		return nil
	}
	u := r.plan.undoing[r.mem.place(e).find()]
	if u == nil || !ast.Equal(baseOf(e), u.base) {
		return nil
	}
	return u
}

// baseOf returns the slice that a place is in an element of, or nil.
func baseOf(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.Field:
			if ast.Pointee(x.X.Type()) != nil {
				return nil
			}
			e = x.X
		case *ast.Index:
			if _, slice := x.X.Type().Underlying().(*types.Slice); slice {
				return x.X
			}
			e = x.X
		default:
			return nil
		}
	}
}

// inCopy is a place in the copy instead of the slice.
func (u *undone) inCopy(e ast.Expr, index func(ast.Expr) ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Field:
		return &ast.Field{X: u.inCopy(x.X, index), Field: x.Field, Implicit: x.Implicit}
	case *ast.Index:
		if ast.Equal(x.X, u.base) {
			return &ast.Index{X: &ast.Ref{Var: u.copy}, I: index(x.I), T: x.T}
		}
		return &ast.Index{X: u.inCopy(x.X, index), I: index(x.I), T: x.T}
	}
	panic("transform: a place in no slice")
}

// putsBack reports whether the reversal of an item, or of one below it, puts something back.
func (r *reverser) putsBack(it *item) bool {
	if len(r.plan.undoing) == 0 {
		return false
	}
	for pos := it.pos; pos < max(it.end, it.pos+1); pos++ {
		for _, c := range r.hist.writes[r.tree.items[pos]] {
			if r.plan.undoing[c.find()] != nil && !r.isFirst(c.find(), r.tree.items[pos]) {
				return true
			}
		}
	}
	return false
}

// withRestore is the reversal of a simple item: what the item has overwritten is put back first.
func (r *reverser) withRestore(it *item, group []ast.Stmt) []ast.Stmt {
	if len(r.plan.undoing) == 0 || len(group) == 0 && !r.putsBack(it) {
		return group
	}
	inner, outer := *r.ctx, *r.ctx
	inner.item, inner.inner, outer.inner = it, true, true
	out := []ast.Stmt{r.mark(&inner)}
	lhs, _ := sides(it.stmt)
	if a, ok := it.stmt.(*ast.Assign); ok {
		lhs = a.Lhs
	}
	var back []ast.Stmt
	for _, l := range lhs {
		if l == nil {
			continue
		}
		u := r.undoneAt(l)
		if u == nil || r.isFirst(r.mem.place(l).find(), it) {
			continue
		}
		list := &ast.Ref{Var: u.list}
		if !r.pushed[it] { // a reversal may be written more than once
			push := set(list, token.ASSIGN, builtin("append", u.list.Type, list, l))
			ast.Attribute([]ast.Stmt{push}, ast.Saving, it.stmt)
			r.inserts.before[it.stmt] = append(r.inserts.before[it.stmt], push)
			r.inserts.keeps = append(r.inserts.keeps, keep{u.list, l.Type(), loopsWithin(it.part, r.tree.root)})
			r.explainPush(it, l, u.list)
		}
		last := &ast.Binary{Op: token.SUB, X: length(list), Y: intNumber(1), T: intType}
		pop := &ast.Assign{
			Op:  token.ASSIGN,
			Lhs: []ast.Expr{u.inCopy(l, r.before(it.stmt)), list},
			Rhs: []ast.Expr{&ast.Index{X: list, I: last, T: l.Type()}, &ast.Slice{X: list, Hi: last, T: u.list.Type}},
		}
		ast.Attribute([]ast.Stmt{pop}, ast.Restoring, it.stmt)
		back = append([]ast.Stmt{pop}, back...)
	}
	if len(back) > 0 {
		r.pushed[it] = true
		inner.restore = &restore{}
		at := inner
		at.restores = true
		out = append(append(out, r.mark(&at)), back...)
	}
	return append(append(out, group...), r.mark(&outer))
}

// isFirst reports whether an item writes elements of an array before anything reads any: nobody asks what was there, and it need not be
// put back.
func (r *reverser) isFirst(l *location, it *item) bool {
	for it.part.parent != nil {
		it = it.part.branch
	}
	for _, pos := range r.readersOf(l) {
		if pos < max(it.end, it.pos+1) && len((&scratch{r: r, cell: l}).readsAt(r.tree.items[pos])) > 0 {
			return false
		}
	}
	return true
}

// undoneFor reports whether a place is in an array that goes back in time, to where a use of it is.
func (v *resolver) undoneFor(e ast.Expr, u use) bool {
	return v.undoneAt(e) != nil && !v.isFirst(v.mem.place(e).find(), u.it)
}

// copies marks where the copies that go back in time in an area are made: where the reversal of its items before position limit begins.
func (r *reverser) copies(a *area, limit int) []ast.Stmt {
	c := &context{part: a.part, area: a, inner: true}
	for _, l := range inOrder(r.plan.undoing) {
		u, all := r.plan.undoing[l], a.flat
		for _, pos := range r.hist.log.at[l] {
			all = all && pos >= a.part.from && pos < limit
		}
		if all {
			u.made = true
			c.copies = append(c.copies, u)
			r.declareList(a, l, u.list)
		}
	}
	if len(c.copies) == 0 {
		return nil
	}
	slices.SortFunc(c.copies, func(x, y *undone) int { return strings.Compare(x.copy.Name, y.copy.Name) })
	return []ast.Stmt{r.mark(c)}
}

// declareList declares the list of what is overwritten in the elements of an array.
func (r *reverser) declareList(a *area, l *location, list *ast.Var) {
	at := slices.DeleteFunc(slices.Clone(r.hist.log.at[l]), func(pos int) bool { return r.isFirst(l, r.tree.items[pos]) })
	if len(at) == 1 {
		it := r.tree.items[at[0]]
		if loops := loopsWithin(it.part, a.part); len(loops) > 0 && r.inserts.direct(loops[len(loops)-1], a) {
			outer := loops[len(loops)-1].stmt
			if room := r.capacity(loops, it.part); room != nil {
				r.inserts.before[outer] = append(r.inserts.before[outer], define(list, builtin("make", list.Type, intNumber(0), room)))
				return
			}
		}
	}
	r.inserts.declareFirst(a, list)
}

// makeCopies makes the copies that a mark stands for.
func (c *context) makeCopies() []ast.Stmt {
	var out []ast.Stmt
	for _, u := range c.copies {
		def, v := cloned(u.copy.Name, u.base)
		v.Var = u.copy
		def.(*ast.Assign).Lhs[0] = v
		out = append(out, def)
	}
	ast.Attribute(out, ast.Restoring, nil)
	return out
}

// fromCopy returns where the copy of an array has the value that a place had at a point, or nil.
func (v *resolver) fromCopy(e ast.Expr, u use) ast.Expr {
	un := v.undoneAt(e)
	if !v.undoneFor(e, u) || u.ctx.item != u.it {
		return nil
	}
	at := un.inCopy(e, func(i ast.Expr) ast.Expr { return v.value(i, use{u.it, false, u.ctx}) })
	back := u.ctx.restore
	if !u.after || back == nil {
		return at
	}
	for i, x := range back.reads {
		if ast.Equal(x, e) {
			return &ast.Ref{Var: back.local[i]}
		}
	}
	local := ast.NewVar(savedName(e), e.Type())
	load := define(local, at)
	ast.Attribute([]ast.Stmt{load}, ast.Restoring, u.it.stmt)
	back.reads, back.local, back.loads = append(back.reads, e), append(back.local, local), append(back.loads, load)
	return &ast.Ref{Var: local}
}

// A plan is what is found out about the sweeps of a function while they are written, for writing them anew.
type plan struct {
	backwards map[ast.Stmt]bool     // loops that must be swept backwards
	undoing   map[*location]*undone // arrays that go back in time, by the cells of their elements
	never     map[*location]bool    // those that cannot
	changes   int
}

// planUndo finds out whether arrays had better go back in time, when the sweeps have been written.
func (v *resolver) planUndo() {
	for l, u := range v.plan.undoing {
		if !u.made {
			delete(v.plan.undoing, l)
			v.plan.never[l] = true
			v.plan.changes++
		}
		u.made = false
	}
	if !v.mayUndo {
		return
	}
	remembered := map[*location]int{}
	var cells []*location
	for _, n := range v.order {
		if n.again != nil || len(loopsWithin(n.home, n.area.part)) == 0 || !ast.IsFloat(n.local.Type) {
			continue
		}
		seen := map[*location]bool{}
		ast.Walk(n.expr, func(e ast.Expr) bool {
			if isPlace(e) && ast.IsFloat(e.Type()) && baseOf(e) != nil {
				seen[v.mem.place(e).find()] = true
			}
			return true
		})
		for l := range seen {
			if remembered[l]++; remembered[l] == 1 {
				cells = append(cells, l)
			}
		}
	}
	slices.SortFunc(cells, func(a, b *location) int { return a.id - b.id })
	for _, l := range cells {
		if v.plan.undoing[l] == nil && !v.plan.never[l] && v.goesBack(l, remembered[l]) {
			v.plan.changes++
		}
	}
}

// behindNil reports whether a slice is reached through a pointer that may be nil where F gets to its end.
func (v *resolver) behindNil(base ast.Expr) bool {
	return ast.Any(base, func(e ast.Expr) bool {
		ops := ast.Operands(e)
		if len(ops) == 0 || !isPath(e) || !isPointer(ops[0].Type()) {
			return false
		}
		ref, ok := ops[0].(*ast.Ref)
		return !ok || !v.derefsAlways(ref.Var)
	})
}

// namesHidden reports whether a place names a variable of an inner block, which is not in scope where the reverse sweep of an area begins.
func (v *resolver) namesHidden(e ast.Expr, a *area) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		ref, ok := e.(*ast.Ref)
		return ok && !v.inScope(ref.Var, &context{area: a})
	})
}

// goesBack lets an array go back in time if that is possible and n values that are remembered now are more than those that it
// overwrites.
func (v *resolver) goesBack(l *location, n int) bool {
	var base ast.Expr
	var in *area
	s := &sections{r: v}
	pushes := 0
	for _, pos := range v.hist.log.at[l] {
		it := v.tree.items[pos]
		if v.isFirst(l, it) {
			continue
		}
		a, ok := it.stmt.(*ast.Assign)
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) {
			v.mem.callWrites(e, func(c *location) { ok = ok && c.find() != l })
		})
		if !ok {
			return false
		}
		for _, x := range a.Lhs {
			if x == nil || !slices.Contains(v.mem.cells(x), l) {
				continue
			}
			b := baseOf(x)
			if b == nil || !ast.IsFloat(x.Type()) || base != nil && !ast.Equal(base, b) {
				return false
			}
			own := false // where it is put back is known only when it has been
			v.mem.readsOfAddress(x, func(c *location) { own = own || c.find() == l })
			if own {
				return false
			}
			base = b
			pushes++
		}
		if len(it.part.repeats()) == 0 || in != nil && in != v.inserts.areaOf(it) {
			return false
		}
		in = v.inserts.areaOf(it)
	}
	if base == nil || pushes >= n || !in.flat || v.keepAll(l) {
		return false
	}
	born, ok := s.stable(base)
	if !ok || born != nil && born != v.tree.root || v.behindNil(base) || v.namesHidden(base, in) {
		return false
	}
	name := placeName(base)
	v.plan.undoing[l] = &undone{base: base, copy: ast.NewVar(name, base.Type()), list: ast.NewVar(plural(name), types.NewSlice(l.typ))}
	for _, pos := range v.hist.log.at[l] {
		if v.isFirst(l, v.tree.items[pos]) {
			continue
		}
		for _, loop := range v.tree.items[pos].part.repeats() {
			v.plan.backwards[loop.source] = true
		}
	}
	return true
}
