package transform

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/godiff/godiff/ast"
)

// Shared memory.
//
// What two stems refer to is taken to be apart: two inputs, or two fields of what an input points to. Where F only reads it that is
// no matter: the shadow of each holds its own part. Where F writes one, a value that the reverse sweep reads through the other may
// have changed, and their shadows would have to share memory too; so the derivative asks first:
//
//	if !godiff.Disjoint(x, y) {
//		panic("F: x and y share memory, which F writes")
//	}
//
// What lies deeper (rows of a matrix that may be one and the same) is one location anyway; fresh shadows are made to share alike.

// stemsByCell returns from which stems each cell is reached.
func (m *memory) stemsByCell() map[*location][]*stem {
	by := map[*location][]*stem{}
	for _, s := range m.stems {
		seen := map[*location]bool{}
		var visit func(l *location, first bool)
		visit = func(l *location, first bool) {
			if l = l.find(); seen[l] || !first && s.hasBelow(l) {
				return
			}
			seen[l] = true
			m.cellsIn(l, func(c *location) {
				if !slices.Contains(by[c], s) {
					by[c] = append(by[c], s)
				}
				if t := c.target; t != nil && refers(c.typ) {
					visit(t, false)
				}
			})
		}
		visit(s.at, true)
	}
	return by
}

// hasBelow reports whether a location has a stem of its own below s, or is that of one.
func (s *stem) hasBelow(l *location) bool {
	return slices.ContainsFunc(l.stems, func(t *stem) bool { return t != s && t.input == s.input && goesOn(t.value, s.value) })
}

// goesOn reports whether the path e goes on from the path of.
func goesOn(e, of ast.Expr) bool {
	for {
		if ast.Equal(e, of) {
			return true
		}
		f, ok := e.(*ast.Field)
		if !ok {
			return false
		}
		e = f.X
	}
}

// mayOverlap reports whether two cells, of memory that different stems refer to, can be the same memory.
func mayOverlap(a, b *location, fields map[*location]*types.Var) bool {
	if !maybeIdentical(a.typ, b.typ) {
		return false
	}
	fa, fb := fields[a], fields[b]
	switch {
	case fa != nil && fb != nil:
		return fa == fb
	case fa == nil && fb == nil:
		return true
	case fa == nil:
		return isPointee(a)
	}
	return isPointee(b)
}

// mayBe reports whether x, if it is a type parameter of floats alone, can be y.
func mayBe(x, y types.Type) bool {
	return !ast.IsTypeParam(x) || !ast.IsFloat(x) || ast.IsFloat(y) || ast.IsTypeParam(y)
}

// maybeIdentical reports whether two types can be one for some type arguments.
func maybeIdentical(x, y types.Type) bool {
	if types.Identical(x, y) {
		return true
	}
	if ast.IsTypeParam(x) || ast.IsTypeParam(y) {
		return mayBe(x, y) && mayBe(y, x)
	}
	if x, ok := types.Unalias(x).(*types.Named); ok {
		y, ok := types.Unalias(y).(*types.Named)
		if !ok || x.Origin() != y.Origin() {
			return false
		}
		for i := range x.TypeArgs().Len() {
			if !maybeIdentical(x.TypeArgs().At(i), y.TypeArgs().At(i)) {
				return false
			}
		}
		return true
	}
	switch x := types.Unalias(x).(type) {
	case *types.Slice:
		y, ok := types.Unalias(y).(*types.Slice)
		return ok && maybeIdentical(x.Elem(), y.Elem())
	case *types.Pointer:
		y, ok := types.Unalias(y).(*types.Pointer)
		return ok && maybeIdentical(x.Elem(), y.Elem())
	case *types.Array:
		y, ok := types.Unalias(y).(*types.Array)
		return ok && x.Len() == y.Len() && maybeIdentical(x.Elem(), y.Elem())
	case *types.Map:
		y, ok := types.Unalias(y).(*types.Map)
		return ok && maybeIdentical(x.Key(), y.Key()) && maybeIdentical(x.Elem(), y.Elem())
	}
	return false
}

// fieldsOf returns the fields that cells are, those left out that are elements or what a pointer points to.
func fieldsOf(cells map[*location][]*stem) map[*location]*types.Var {
	fields := map[*location]*types.Var{}
	seen := map[*location]bool{}
	for l := range cells {
		h := l.holder
		if h == nil {
			continue
		}
		h = h.find()
		st, ok := h.typ.Underlying().(*types.Struct)
		if !ok || seen[h] {
			continue
		}
		seen[h] = true
		for i, p := range slices.Backward(h.parts) {
			if p != nil {
				p = p.find()
				if p.holder != nil && p.holder.find() == h {
					fields[p] = st.Field(i).Origin()
				}
			}
		}
	}
	return fields
}

// isPointee reports whether a location is what a pointer points to, not an element of a slice.
func isPointee(l *location) bool {
	if l.holder == nil {
		return true
	}
	_, ok := l.holder.find().typ.Underlying().(*types.Pointer)
	return ok
}

// writtenCells returns the cells that F writes.
func (d *derivation) writtenCells() map[*location]bool {
	written := map[*location]bool{}
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		d.mem.writes(s, func(c *location) { written[c.find()] = true })
		return true
	})
	return written
}

// accessedCells returns the cells that F reads or writes.
func (d *derivation) accessedCells() map[*location]bool {
	accessed := d.writtenCells()
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		d.mem.stmtReads(s, func(c *location) { accessed[c.find()] = true })
		return true
	})
	return accessed
}

// sharing returns the stems behind which F writes memory that carries a derivative and may be reached in more than one way.
func (d *derivation) sharing() []*stem {
	var out []*stem
	written, by := d.outerWrites(), d.mem.stemsByCell()
	for _, s := range d.mem.stems {
		for c, stems := range by {
			if s.input >= 0 && written[c] && ast.Carries(c.typ) && c.isDeep() && slices.Contains(stems, s) {
				if s = s.whole(); !slices.Contains(out, s) {
					out = append(out, s)
				}
				break
			}
		}
	}
	return out
}

// isDeep reports whether a location lies behind what the caller can tell apart.
func (l *location) isDeep() bool {
	behind := true // of the nearest stem
	for h := l; h != nil; h = h.holder {
		h = h.find()
		if h.cyclic || behind && h.deep {
			return true
		}
		behind = behind && len(h.stems) == 0
	}
	return false
}

// whole returns the stem behind which all lies that lies behind s or has a location with it: that of the list, where s is a slice in
// its first element.
func (s *stem) whole() *stem {
	w := s
	for h := s.at.find().holder; h != nil; h = h.holder {
		h = h.find()
		if !h.cyclic {
			continue
		}
		for _, t := range h.stems {
			if t.input == s.input && goesOn(s.value, t.value) {
				w = t
			}
		}
	}
	return w
}

// A pairOfStems must be apart.
type pairOfStems struct{ a, b *stem }

// apart returns the pairs of stems that must refer to different memory.
func (d *derivation) apart() []pairOfStems {
	rank, found := d.ranks(), map[pairOfStems]bool{}
	d.eachApart(func(c, e *location, s, t *stem) {
		if asOne(c, e, s, t) {
			return
		}
		if s, t = s.whole(), t.whole(); s != t && !(s.input == t.input && (goesOn(s.value, t.value) || goesOn(t.value, s.value))) {
			if rank[t] < rank[s] {
				s, t = t, s
			}
			found[pairOfStems{s, t}] = true
		}
	})
	var list []pairOfStems
	for p := range found {
		list = append(list, p)
	}
	sortPairs(list, rank)
	return list
}

// asOne reports whether two cells, which the stems s and t lead to, are taken to be one: see prepareAsked. They are no floats; or one input
// leads to them by pointers in slices, say springs to the particles that are listed beside them, and its shadow shares memory as it does.
func asOne(c, e *location, s, t *stem) bool {
	if !types.Identical(c.typ, e.typ) || s.input < 0 || t.input < 0 {
		return false
	}
	if !ast.Carries(c.typ) || s.input != t.input {
		return !ast.Carries(c.typ)
	}
	if c.find() == e.find() {
		return c.isDeep()
	}
	c, e = c.referred(), e.referred()
	return (c.isPointedTo() || e.isPointedTo()) && types.Identical(c.typ, e.typ)
}

// referred returns the location of which l is a part and that a slice, pointer or map refers to, or the variable that it is a part of.
func (l *location) referred() *location {
	for l = l.find(); l.holder != nil && !refers(l.holder.find().typ); {
		l = l.holder.find()
	}
	return l
}

// isPointedTo reports whether a location is what pointers refer to that are elements of slices or maps, or lie deeper.
func (l *location) isPointedTo() bool {
	return l.holder != nil && isPointer(l.holder.find().typ) && (l.deep || l.cyclic)
}

// together returns the pairs of stems that lead to floats which F writes and which are taken to be one.
func (d *derivation) together() []pairOfStems {
	rank := d.ranks()
	var list []pairOfStems
	d.eachApart(func(c, e *location, s, t *stem) {
		if !ast.Carries(c.typ) || !asOne(c, e, s, t) {
			return
		}
		s, t = s.whole(), t.whole()
		within := goesOn(s.value, t.value) || goesOn(t.value, s.value) // so that what the one leads to is looked at as a whole
		if p := (pairOfStems{s, t}); rank[s] < rank[t] && !within && !slices.Contains(list, p) {
			list = append(list, p)
		}
	})
	sortPairs(list, rank)
	return list
}

// ranks returns the numbers of the stems.
func (d *derivation) ranks() map[*stem]int {
	rank := map[*stem]int{}
	for i, s := range d.mem.stems {
		rank[s] = i
	}
	return rank
}

func sortPairs(list []pairOfStems, rank map[*stem]int) {
	slices.SortFunc(list, func(p, q pairOfStems) int { return cmp.Or(rank[p.a]-rank[q.a], rank[p.b]-rank[q.b]) })
}

// eachApart calls f for the pairs of stems s and t that may refer to the same memory where the derivative takes them to be apart: for the
// cells c and e behind them.
func (d *derivation) eachApart(f func(c, e *location, s, t *stem)) {
	by := d.mem.stemsByCell()
	written, accessed := d.outerWrites(), d.accessedCells()
	fields := fieldsOf(by)
	widened := map[int]bool{} // inputs whose shadows are put back at the end, all that they lead to
	for i, v := range d.fn.Inputs() {
		widened[i] = d.appendsBehind(v)
	}
	for c, stems := range by {
		if !written[c] {
			continue
		}
		for e, others := range by {
			if c != e && !mayOverlap(c, e, fields) {
				continue
			}
			for _, t := range others {
				// Of an input that F does not look at the shadow is to share all the same.
				if _, input := t.value.(*ast.Ref); c != e && !accessed[e] && !(input && ast.Carries(t.value.Type())) && !widened[t.input] {
					continue
				}
				for _, s := range stems {
					f(c, e, s, t)
				}
			}
		}
	}
}

// checkDisjoint is the check at the beginning of a derivative that stems are apart where that matters.
func (d *derivation) checkDisjoint(pairs []pairOfStems) []ast.Stmt {
	var stems []*stem
	pairs = d.visiblePairs(pairs)
	for _, p := range pairs {
		for _, s := range []*stem{p.a, p.b} {
			if !ast.Carries(s.value.Type()) {
				refuse(d.fn.Pos, "%s may share memory with another argument, without floats, and %s writes it; that is not supported yet", stemName(s), d.fn.Name)
			}
			if !slices.Contains(stems, s) {
				stems = append(stems, s)
			}
		}
	}
	text := enumerate(stemNames(stems)) + " share memory, which " + d.saidName() + " writes"
	return d.ask("Disjoint", text, stems, pairs, func(s *stem) ast.Expr { return s.value }, nil)
}

// saidName is what messages call the function: a gradient that second derivatives are made of is none of the user's.
func (d *derivation) saidName() string {
	if d.secondOf != nil {
		return d.secondOf.Name
	}
	return d.fn.Name
}

// visiblePairs returns pairs of stems that this package can name: in place of one that lies behind a field that another package does not
// export it has what holds that field.
func (d *derivation) visiblePairs(pairs []pairOfStems) []pairOfStems {
	named := map[*stem]*stem{}
	name := func(s *stem) *stem {
		if named[s] == nil {
			named[s] = s
			if v := d.visiblePart(s.value); v != s.value {
				named[s] = &stem{input: s.input, value: v, at: s.at}
				for t, n := range named {
					if t != s && n.input == s.input && ast.Equal(n.value, v) {
						named[s] = n
					}
				}
			}
		}
		return named[s]
	}
	var list []pairOfStems
	for _, p := range pairs {
		a, b := name(p.a), name(p.b)
		if a.input == b.input && (goesOn(a.value, b.value) || goesOn(b.value, a.value)) {
			refuse(d.fn.Pos, "%s and %s may share memory, which %s writes, and their fields are not exported", stemName(p.a), stemName(p.b), d.fn.Name)
		}
		if q := (pairOfStems{a, b}); !slices.Contains(list, q) {
			list = append(list, q)
		}
	}
	return list
}

// visibleStems returns stems that this package can name in place of those of a list.
func (d *derivation) visibleStems(list []*stem) []*stem {
	var out []*stem
	for _, s := range list {
		if v := d.visiblePart(s.value); v != s.value {
			s = &stem{input: s.input, value: v, at: s.at}
		}
		if !slices.ContainsFunc(out, func(t *stem) bool { return t.input == s.input && ast.Equal(t.value, s.value) }) {
			out = append(out, s)
		}
	}
	return out
}

// visiblePart returns the path e as far as this package can name its fields.
func (d *derivation) visiblePart(e ast.Expr) ast.Expr {
	f, ok := e.(*ast.Field)
	if !ok {
		return e
	}
	x := d.visiblePart(f.X)
	if x != f.X || !f.Field.Exported() && f.Field.Pkg() != d.u.Pkg {
		return x
	}
	return e
}

// checkMirrored is the check at the beginning of a derivative that shadows that are given share memory as the stems do, between the
// stems of a pair and within those of alone.
func (d *derivation) checkMirrored(given map[int]*ast.Var, alone []*stem, pairs []pairOfStems) []ast.Stmt {
	pair := func(s *stem) ast.Expr {
		shadow := given[s.input]
		value, dv := s.value, replaceRoot(s.value, shadow)
		if _, whole := value.(*ast.Ref); whole && !types.Identical(value.Type(), shadow.Type) {
			value = &ast.Addr{X: value, T: shadow.Type}
		}
		return pairing(value, dv)
	}
	var out []ast.Stmt
	var stems []*stem
	pairs, alone = d.visiblePairs(pairs), d.visibleStems(alone)
	for _, p := range pairs {
		for _, s := range []*stem{p.a, p.b} {
			if !slices.Contains(stems, s) {
				stems = append(stems, s)
			}
		}
	}
	check := func(stems []*stem, pairs []pairOfStems) {
		var shadows []string
		for _, s := range stems {
			shadows = append(shadows, stemName(&stem{value: replaceRoot(s.value, given[s.input])}))
		}
		text := enumerate(shadows) + " must share memory as " + enumerate(stemNames(stems)) + " do"
		if len(stems) == 1 {
			text += "es"
		}
		out = append(out, d.ask("Mirrors", text+", since "+d.saidName()+" writes it", stems, pairs, pair, given)...)
	}
	if len(pairs) > 0 {
		check(stems, pairs)
	}
	for _, s := range alone {
		if !slices.Contains(stems, s) {
			check([]*stem{s}, nil)
		}
	}
	return out
}

// pairing is a pair of a value and its shadow for functions of the runtime package.
func pairing(value, shadow ast.Expr) ast.Expr {
	return &ast.Call{Fun: ast.Callee{Copied: "Pair"}, Args: []ast.Expr{value, shadow}, T: pairingType()}
}

func pairingType() types.Type {
	return types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Pairing", nil), types.NewStruct(nil, nil), nil)
}

// ask panics with a text where a function of the runtime package says no. Given are the shadows that it is asked of, by the inputs of the
// stems.
//
// Where F may reach beyond the length of a slice, the capacities count. But a slice of a slice mostly ends before that, and neighbours in
// one array are common. So where it is possible they are bounded by their lengths, rather than refused:
//
//	if !godiff.Disjoint(out, x) {
//		if !godiff.DisjointLen(out, x) {
//			panic("F: out and x share memory, which F writes")
//		}
//		// Neighbours in one array: none may reach into another.
//		out, x = out[:len(out):len(out)], x[:len(x):len(x)]
//	}
func (d *derivation) ask(fn, text string, stems []*stem, pairs []pairOfStems, arg func(*stem) ast.Expr, given map[int]*ast.Var) []ast.Stmt {
	if len(stems) == 0 {
		return nil
	}
	unless := func(fn string, then ...ast.Stmt) ast.Stmt {
		return &ast.If{Cond: d.differ(fn, stems, pairs, arg), Then: &ast.Block{Stmts: then}}
	}
	fail := &ast.Do{Call: builtin("panic", types.NewTuple(), &ast.Lit{Text: strconv.Quote(d.saidName() + ": " + text), T: types.Typ[types.String]})}
	if !d.extends() {
		return []ast.Stmt{unless(fn+"Len", fail)}
	}
	bound := d.bounded(stems, given)
	if bound == nil {
		return []ast.Stmt{unless(fn, fail)}
	}
	bound.Comment = "Neighbours in one array: none may reach into another."
	return []ast.Stmt{unless(fn, unless(fn+"Len", fail), bound)}
}

// bounded returns an assignment that gives the slices that stems are, and their shadows, no more capacity than they have elements, or nil
// where that could be noticed: F appends to one or asks for its capacity, returns it or keeps it somewhere.
func (d *derivation) bounded(stems []*stem, given map[int]*ast.Var) *ast.Assign {
	a := &ast.Assign{Op: token.ASSIGN}
	bound := func(v *ast.Var) {
		x := &ast.Ref{Var: v}
		a.Lhs = append(a.Lhs, x)
		a.Rhs = append(a.Rhs, &ast.Slice{X: x, Hi: length(x), Max: length(x), T: v.Type})
	}
	for _, s := range stems {
		ref, ok := s.value.(*ast.Ref)
		if !ok || !isSlice(ref.Var.Type) || hasRefs(elemType(ref.Var.Type)) || d.appendsBehind(ref.Var) || d.outlives(s.at) {
			return nil
		}
		bound(ref.Var)
		if given != nil {
			bound(given[s.input])
		}
	}
	asks := false
	eachExpr(d.fn.Body, func(_ ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		asks = asks || ok && d.u.asksCapacity(c)
	})
	if asks {
		return nil
	}
	return a
}

// outlives reports whether a result, or memory that F writes, may lead to a location.
func (d *derivation) outlives(l *location) bool {
	found := false
	for _, r := range d.fn.Results {
		d.mem.behind(d.mem.variable(r), map[*location]bool{}, func(c *location) { found = found || c.find() == l.find() })
	}
	outer := d.mem.outer()
	for c := range d.writtenCells() {
		found = found || outer[c] && refers(c.typ) && d.mem.targetOf(c).find() == l.find()
	}
	return found
}

// differ asks a function of the runtime package: for all stems together, if every two of them are a pair, else for one pair after the
// other.
func (d *derivation) differ(fn string, stems []*stem, pairs []pairOfStems, arg func(*stem) ast.Expr) ast.Expr {
	ask := func(stems ...*stem) ast.Expr {
		var args []ast.Expr
		for _, s := range stems {
			args = append(args, arg(s))
		}
		return negate(&ast.Call{Fun: ast.Callee{Copied: fn}, Args: args, T: types.Typ[types.Bool]})
	}
	var cond ast.Expr
	either := func(c ast.Expr, stems ...*stem) {
		c = d.unlessNil(c, stems)
		if cond != nil {
			c = &ast.Binary{Op: token.LOR, X: cond, Y: c, T: types.Typ[types.Bool]}
		}
		cond = c
	}
	guarded := slices.ContainsFunc(stems, func(s *stem) bool { return len(d.pointersTo(s)) > 0 })
	if n := len(stems); len(pairs) == n*(n-1)/2 && (n < 3 || !guarded) {
		either(ask(stems...), stems...)
	} else {
		for _, p := range pairs {
			either(ask(p.a, p.b), p.a, p.b)
		}
	}
	return cond
}

func stemNames(stems []*stem) []string {
	var names []string
	for _, s := range stems {
		names = append(names, stemName(s))
	}
	return names
}

// unlessNil asks only where the pointers that lead to stems are not nil.
func (d *derivation) unlessNil(cond ast.Expr, stems []*stem) ast.Expr {
	var seen []ast.Expr
	for _, s := range stems {
		for _, p := range d.pointersTo(s) {
			if !slices.ContainsFunc(seen, func(q ast.Expr) bool { return ast.Equal(p, q) }) {
				seen = append(seen, p)
			}
		}
	}
	for _, p := range slices.Backward(seen) {
		there := &ast.Binary{Op: token.NEQ, X: p, Y: nilExpr(p.Type()), T: types.Typ[types.Bool]}
		cond = &ast.Binary{Op: token.LAND, X: there, Y: cond, T: types.Typ[types.Bool]}
	}
	return cond
}

// pointersTo returns the pointers that lead to a stem and may be nil, the first first.
func (d *derivation) pointersTo(s *stem) []ast.Expr {
	var list []ast.Expr
	for e := s.value; ; {
		f, ok := e.(*ast.Field)
		if !ok {
			break
		}
		if e = f.X; isPointer(e.Type()) {
			if ref, ok := e.(*ast.Ref); !ok || !d.derefsFirst(ref.Var) {
				list = append(list, e)
			}
		}
	}
	slices.Reverse(list)
	return list
}

func stemName(s *stem) string {
	switch e := s.value.(type) {
	case *ast.Ref:
		return e.Var.Name
	case *ast.Name:
		return e.Obj.Name()
	case *ast.Field:
		return stemName(&stem{value: e.X}) + "." + e.Field.Name()
	}
	return "memory"
}

// extends reports whether F, or what it calls, may reach memory behind the length of a slice that an input leads to: by an append or by
// slicing.
func (d *derivation) extends() bool {
	behind := map[*location]bool{}
	for _, v := range d.fn.Inputs() {
		d.mem.behind(d.mem.variable(v), behind, func(c *location) { behind[c] = true })
	}
	found := false
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		d.mem.extensions(s, func(l *location) { found = found || behind[l.find()] })
		return !found
	})
	return found
}
