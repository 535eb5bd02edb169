package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Appends, copies and calls: statements whose effect on memory has a shadow of its own.

var zeroValue = constant.MakeInt64(0)

var intType = types.Typ[types.Int]

func intNumber(n int64) ast.Expr {
	return &ast.Lit{Text: constant.MakeInt64(n).ExactString(), Val: constant.MakeInt64(n), T: intType}
}

func builtin(name string, t types.Type, args ...ast.Expr) *ast.Call {
	return &ast.Call{Fun: ast.Callee{Builtin: name}, Args: args, T: t}
}

func length(e ast.Expr) ast.Expr { return builtin("len", intType, e) }

func define(v *ast.Var, e ast.Expr) *ast.Assign {
	return &ast.Assign{Lhs: ast.Refs([]*ast.Var{v}), Op: token.DEFINE, Rhs: []ast.Expr{e}}
}

func set(place ast.Expr, op token.Token, e ast.Expr) *ast.Assign {
	return &ast.Assign{Lhs: []ast.Expr{place}, Op: op, Rhs: []ast.Expr{e}}
}

func isNil(e ast.Expr) bool {
	if c, ok := e.(*ast.Convert); ok {
		e = c.X
	}
	n, ok := e.(*ast.Name)
	if !ok {
		return false
	}
	_, ok = n.Obj.(*types.Nil)
	return ok
}

// shadowAppend adds what y = append(x, …) does to the shadow of y:
//
//	n := len(x)
//	moved := cap(x) < n+1
//	y = append(x, v)
//	if moved {
//		dy = make([]T, len(y), cap(y))
//	} else {
//		dy = dx[:len(y)]
//	}
//
// A copy, y = append([]T(nil), v...), has a shadow that is made like it. Whether another append moved is taken from the primal: the shadow need not have its capacity. Slices and pointers in the elements have
// their shadows there, those of x to begin with.
func (d *derivation) shadowAppend(s ast.Stmt, l ast.Expr, c *ast.Call) []ast.Stmt {
	ref, ok := l.(*ast.Ref)
	if ok && d.isHistory(ref.Var) {
		d.grown[s] = &growth{}
		return []ast.Stmt{s}
	}
	if !ok || len(c.Args) == 1 {
		refuse(s.Info().Pos, "this form of append is not supported; assign to a variable")
	}
	x, elem := c.Args[0], elemType(c.T)
	if copies(c) {
		return d.shadowClone(s, l.(*ast.Ref), c)
	}
	if _, ok := x.(*ast.Ref); !ok && !isNil(x) && !isPath(x) {
		refuse(s.Info().Pos, "append to this expression is not supported; assign it to a variable first")
	}
	n, moved := ast.NewVar("n", intType), ast.NewVar("moved", types.Typ[types.Bool])
	var added ast.Expr = intNumber(int64(len(c.Args) - 1))
	if c.Spread {
		added = length(c.Args[1])
	}
	out := []ast.Stmt{
		define(n, length(x)),
		define(moved, &ast.Binary{Op: token.LSS, X: builtin("cap", intType, x), Y: &ast.Binary{Op: token.ADD, X: &ast.Ref{Var: n}, Y: added, T: intType}, T: types.Typ[types.Bool]}),
	}
	if isNil(x) {
		out = []ast.Stmt{
			define(n, intNumber(0)),
			define(moved, &ast.Binary{Op: token.LSS, X: intNumber(0), Y: added, T: types.Typ[types.Bool]}),
		}
	}
	y := &ast.Ref{Var: ref.Var}
	dy := &ast.Ref{Var: d.shadow(ref.Var)}
	dx := d.value(x, now)
	if !d.forward && ref.Var == ast.RootVar(x) {
		// dx is the old value of dy, which the reverse sweep asks for as it was before.
		dx = &ast.Ref{Var: d.shadow(ref.Var)}
	}
	d.begin[s] = out[0]
	if r, ok := l.(*ast.Ref); isDefine(s) && ok && !r.Again {
		out = append(out, &ast.Decl{Vars: []*ast.Var{dy.Var}, Typed: true})
	}
	out = append(out, s)
	made := builtin("make", c.T, length(y), builtin("cap", intType, y))
	grow := []ast.Stmt{set(dy, token.ASSIGN, made)}
	keep := set(dy, token.ASSIGN, &ast.Slice{X: dx, Hi: length(y), T: c.T})
	switch {
	case isNil(x):
		keep = set(dy, token.ASSIGN, &ast.Name{Obj: types.Universe.Lookup("nil"), T: c.T})
	case hasLinks(elem) || d.forward:
		t := ast.NewVar("grown", c.T)
		grow = []ast.Stmt{define(t, made)}
		grow = append(append(grow, d.copyElements(&ast.Ref{Var: t}, dx)...), set(dy, token.ASSIGN, &ast.Ref{Var: t}))
	}
	var last ast.Stmt = &ast.If{Cond: &ast.Ref{Var: moved}, Then: &ast.Block{Stmts: grow}, Else: &ast.Block{Stmts: []ast.Stmt{keep}}}
	if isNil(x) && !c.Spread {
		last = grow[0] // it has moved
	}
	out = append(out, last)
	d.grown[s] = &growth{n: n, moved: moved, after: last}
	if hasLinks(elem) && !(d.forward && ast.ShapeOf(elem) == ast.Mixed) {
		out = append(out, d.appendedLinks(s, c, y, n)...)
	}
	return out
}

// isEmptyBase reports whether x is a new slice without elements to which e, an append, appends all of another.
func isEmptyBase(e, x ast.Expr) bool {
	c, ok := e.(*ast.Call)
	if !ok || c.Fun.Builtin != "append" || !c.Spread || x != c.Args[0] || hasLinks(elemType(c.T)) {
		return false
	}
	switch x := x.(type) {
	case *ast.Composite:
		return len(x.Elems) == 0
	case *ast.Slice:
		hi, ok := x.Hi.(*ast.Lit)
		room, okToo := x.Max.(*ast.Lit)
		return ok && okToo && isZeroInt(hi) && isZeroInt(room)
	}
	return isNil(x)
}

func isZeroInt(l *ast.Lit) bool {
	n, ok := intLit(l)
	return ok && n == 0
}

// copies reports whether an append makes a new slice of the elements of another, which are numbers.
func copies(c *ast.Call) bool {
	return len(c.Args) == 2 && isEmptyBase(c, c.Args[0]) && !isString(c.Args[1].Type())
}

// shadowClone adds what y = append([]T(nil), v...) does to the shadow of y.
func (d *derivation) shadowClone(s ast.Stmt, l *ast.Ref, c *ast.Call) []ast.Stmt {
	dy := &ast.Ref{Var: d.shadow(l.Var), Again: l.Again}
	made := builtin("make", c.T, length(&ast.Ref{Var: l.Var}))
	if d.appendsBehind(l.Var) {
		made.Args = append(made.Args, builtin("cap", intType, &ast.Ref{Var: l.Var}))
	}
	op := token.ASSIGN
	if isDefine(s) && !l.Again {
		op = token.DEFINE
	}
	mk := set(dy, op, made)
	d.begin[s] = s
	d.grown[s] = &growth{after: mk, clone: true}
	return []ast.Stmt{s, mk}
}

// copyElements copies the elements of one shadow to another: in reverse mode, the slices and pointers in them.
func (d *derivation) copyElements(dst, src ast.Expr) []ast.Stmt {
	elem := elemType(dst.Type())
	if d.forward || ast.ShapeOf(elem) == ast.ReferenceLike {
		return []ast.Stmt{&ast.Do{Call: builtin("copy", intType, dst, src)}}
	}
	i := ast.NewVar("i", intType)
	return []ast.Stmt{&ast.Range{Key: &ast.Ref{Var: i}, Define: true, X: src, Body: &ast.Block{Stmts: setLinks(element(dst, i), element(src, i))}}}
}

// setLinks assigns the slices and pointers in a value, and leaves the floats beside them.
func setLinks(dst, src ast.Expr) []ast.Stmt {
	switch t := dst.Type(); ast.ShapeOf(t) {
	case ast.ReferenceLike:
		return []ast.Stmt{set(dst, token.ASSIGN, src)}
	case ast.Mixed:
		var out []ast.Stmt
		from := partsOf(src)
		for i, p := range partsOf(dst) {
			out = append(out, setLinks(p, from[i])...)
		}
		return out
	}
	return nil
}

// cloned returns a statement that puts the elements of a slice into a new one, and the new one.
func cloned(name string, x ast.Expr) (ast.Stmt, *ast.Ref) {
	none := &ast.Convert{X: &ast.Name{Obj: types.Universe.Lookup("nil"), T: x.Type()}, T: x.Type()}
	c := builtin("append", x.Type(), none, x)
	c.Spread = true
	v := ast.NewVar(name, x.Type())
	return define(v, c), &ast.Ref{Var: v}
}

// appendedLinks puts the shadows of slices and pointers in what c appends into the shadow of y, from element n on.
func (d *derivation) appendedLinks(s ast.Stmt, c *ast.Call, y *ast.Ref, n *ast.Var) []ast.Stmt {
	undone := !d.forward && !d.growsAlone(y.Var)
	if c.Spread {
		return d.copyLinks(s, func(read reader) ast.Expr {
			return &ast.Slice{X: d.value(y, read), Lo: read(&ast.Ref{Var: n}), T: c.T}
		}, d.value(c.Args[1], now), undone)
	}
	sh := &ast.Assign{Op: token.ASSIGN}
	var out []ast.Stmt
	for j, a := range c.Args[1:] {
		at := &ast.Index{X: y, I: plus(&ast.Ref{Var: n}, int64(j)), T: elemType(c.T)}
		out = append(out, d.storeLinks(s, sh, at, a, undone)...)
	}
	return append(out, sh)
}

// copyLinks copies slices and pointers from one shadow to a part of another, as s does; undone is that of storeLinks.
func (d *derivation) copyLinks(s ast.Stmt, part func(reader) ast.Expr, from ast.Expr, undone bool) []ast.Stmt {
	var out []ast.Stmt
	to := part(now)
	if undone {
		save, olds := cloned("olds", to)
		back := d.copyElements(part(d.before(save)), &ast.Past{X: olds, At: save, After: true})
		d.undo[s] = append(d.undo[s], back...)
		out = append(out, save)
	}
	if ast.ShapeOf(elemType(to.Type())) == ast.Mixed && !d.forward {
		// Element by element: what is read may overlap what is written.
		var save ast.Stmt
		save, from = cloned("links", from)
		out = append(out, save)
	}
	return append(out, d.copyElements(to, from)...)
}

func isDefine(s ast.Stmt) bool {
	a, ok := s.(*ast.Assign)
	if !ok {
		return true
	}
	return a.Op == token.DEFINE
}

// isPath reports whether e reads a place.
func isPath(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref, *ast.Slice:
		return true
	}
	return false
}

func plus(e ast.Expr, j int64) ast.Expr {
	if j == 0 {
		return e
	}
	return &ast.Binary{Op: token.ADD, X: e, Y: intNumber(j), T: intType}
}

// shadowDo adds what a call for its effects does to shadows. The keys of the shadow of a map wait for the reverse sweep: the adjoints
// that are there belong to the keys at the end.
func (d *derivation) shadowDo(s *ast.Do) []ast.Stmt {
	c := s.Call
	switch {
	case d.copiesLinks(c):
		return d.shadowCopy(s, c)
	case c.Fun.Fn != nil && d.isSplit(c) && d.writesActive(c):
		return d.splitCall(s, nil, c)
	}
	return []ast.Stmt{s}
}

// changesKeys reports whether a call inserts or removes a key of a map that has a shadow.
func (d *derivation) changesKeys(c *ast.Call) bool {
	return (c.Fun.Builtin == ast.MapInsert || c.Fun.Builtin == ast.MapRemove) && d.reachesActive(c.Args[0])
}

// sameKeys does to the shadow of a map what c does, or the opposite, to the map.
func (d *derivation) sameKeys(c *ast.Call, what string, read reader) ast.Stmt {
	elem := pointee(c.Args[0].Type())
	args := []ast.Expr{d.value(c.Args[0], read), read(c.Args[1])}
	if what == ast.MapInsert {
		args = append(args, zeroOf(elem))
	}
	return &ast.Do{Call: ast.MapCall(what, types.NewTuple(), args...)}
}

// copiesLinks reports whether c copies slices or pointers that lead to active memory.
func (d *derivation) copiesLinks(c *ast.Call) bool {
	return c.Fun.Builtin == "copy" && d.reachesActive(c.Args[0]) && hasLinks(elemType(c.Args[0].Type()))
}

// shadowCopy adds what copy(dst, src) does to the shadow of dst, where the elements hold slices or pointers.
func (d *derivation) shadowCopy(s ast.Stmt, c *ast.Call) []ast.Stmt {
	n := ast.NewVar("n", intType)
	def := define(n, builtin("min", intType, length(c.Args[0]), length(c.Args[1])))
	d.begin[s] = def
	first := func(x ast.Expr, read reader) ast.Expr {
		return &ast.Slice{X: d.value(x, read), Hi: read(&ast.Ref{Var: n}), T: x.Type()}
	}
	out := d.copyLinks(s, func(read reader) ast.Expr { return first(c.Args[0], read) }, first(c.Args[1], now), true)
	return append(append([]ast.Stmt{def}, out...), s)
}

// A splitNote is what the reverse sweep needs to know of a call that has a derivative of its own.
type splitNote struct {
	call     *ast.Call
	lhs      []ast.Expr
	saved    *ast.Var         // what the forward half has remembered
	again    bool             // the reverse sweep runs the callee again
	copies   []int            // the arguments whose memory it then wants as it was
	fresh    map[int]*ast.Var // shadows of arguments that the forward sweep makes for the backward half
	helper   *helper          // of a call whose reverse mode is split …
	rule     *Rule            // … or the rule that a user gave for it
	hooked   bool             // the call is one of WithGradient
	first    ast.Stmt         // with a rule: after it the shadows of before are in the variables of reshapes
	reshapes []reshape
	last     ast.Stmt // with a rule: after it the shadows of the results are set
}

// isSplit reports whether a call has a derivative of its own that stands as a statement.
func (d *derivation) isSplit(c *ast.Call) bool {
	switch {
	case c.Fun.Fn == nil || d.constant(c) || !d.callActive(c):
		return false
	case d.isHook(c):
		return true
	case d.isRuled(c):
		return true
	}
	return !d.u.Rules.has(c.Fun) && d.u.Lower(c.Fun.Fn) != nil &&
		(d.u.inlined(c) == nil && (d.forward || d.u.way(c.Fun.Fn) == waySplit) || (c.Checkpoint || c.Parallel) && !d.forward)
}

// callActive reports whether something active goes into a call and comes out of it, so that it has a derivative.
func (d *derivation) callActive(c *ast.Call) bool {
	in := slices.ContainsFunc(d.act.given(c), func(x ast.Expr) bool { return d.act.depends(x) || d.reachesActive(x) })
	return in && (carriesTuple(c.T) || d.writesActive(c))
}

// writesActive reports whether a call writes active memory, or links to it.
func (d *derivation) writesActive(c *ast.Call) bool {
	found := false
	if d.u.summary(c.Fun.Fn) != nil || d.u.isRuled(c.Fun.Fn, d.fn.Pkg) {
		d.mem.written(c, func(l *location) { found = found || d.act.any(d.act.stored(l)) })
	}
	return found
}

// pattern says for each input of a call whether its derivative takes part.
func (d *derivation) pattern(c *ast.Call) []bool {
	in, given := make([]bool, len(c.Args)), d.act.given(c)
	for i, x := range c.Args {
		in[i] = ast.Carries(x.Type()) && slices.Contains(given, x) && (d.act.depends(x) || d.reachesActive(x))
	}
	return in
}

// earlyShadows returns the arguments of a call whose shadows its forward half had better remember: those that are others later, since a
// variable is assigned to again, so that the caller would have to remember them, or since the call itself stores other links where they
// are found, as one does that is given p.next and assigns to p.
func (d *derivation) earlyShadows(c *ast.Call, h *helper) []int {
	var list []int
	for i, x := range c.Args {
		if h.shadowsTo()[i] != backwardHalf || !d.reachesActive(x) {
			continue
		}
		changes := ast.Any(x, func(e ast.Expr) bool {
			r, ok := e.(*ast.Ref)
			return ok && hasLinks(r.Var.Type) && d.assignments(r.Var) > 1
		})
		if changes || d.relinks(c, x) {
			list = append(list, i)
		}
	}
	return list
}

// relinks reports whether a call writes slices, pointers or maps that finding x, one of its arguments, reads.
func (d *derivation) relinks(c *ast.Call, x ast.Expr) bool {
	found := false
	var read map[*location]bool
	d.mem.written(c, func(l *location) {
		if !hasLinks(l.typ) {
			return
		}
		if read == nil {
			read = map[*location]bool{}
			d.mem.reads(x, func(l *location) { read[l.find()] = true })
		}
		found = found || read[l.find()]
	})
	return found
}

// assignments returns how often a variable is given a value in the function, a parameter once more by the caller.
func (d *derivation) assignments(v *ast.Var) int {
	if d.sets == nil {
		d.sets = map[*ast.Var]int{}
		for _, p := range d.fn.Inputs() {
			d.sets[p]++
		}
		ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
			if x, ok := s.(*ast.Decl); ok && len(x.Values) > 0 {
				for _, v := range x.Vars {
					d.sets[v]++
				}
			}
			ast.Exprs(s, func(e ast.Expr, assigned bool) {
				if r, ok := e.(*ast.Ref); ok && assigned {
					d.sets[r.Var]++
				}
			})
			return true
		})
	}
	return d.sets[v]
}

// makesMemory reports whether a value is, or leads to, memory that is made where it stands.
func makesMemory(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call, *ast.Composite:
		return true
	case *ast.Addr:
		return makesMemory(e.X)
	case *ast.Convert:
		return makesMemory(e.X)
	case *ast.Slice:
		return makesMemory(e.X)
	}
	return false
}

// splitCall is a call whose reverse mode is split: the forward sweep calls the function that remembers.
func (d *derivation) splitCall(s ast.Stmt, lhs []ast.Expr, c *ast.Call) []ast.Stmt {
	if d.isHook(c) {
		return d.hookCall(s, lhs, c)
	}
	if d.isRuled(c) {
		return d.ruledCall(s, lhs, c)
	}
	in := d.pattern(c)
	site := d.callSite(s, c, in, d.u.summary(c.Fun.Fn))
	h := d.u.splitHelper(c.Fun.Fn, in, site)
	if d.forward {
		return d.tangentCall(s, lhs, c, h.in, &ast.Call{Fun: ast.Callee{Gen: h.tangent()}, T: h.tangentTuple()})
	}
	if back, copies := d.backAlone(s, c, h); back != nil && !c.Parallel {
		d.calls[s] = &splitNote{call: c, lhs: lhs, helper: back, again: true, copies: copies}
		return []ast.Stmt{s}
	}
	if c.Checkpoint || c.Parallel {
		h = d.u.helperFor(fmt.Sprint("checkpoint ", c.Parallel), c.Fun.Fn, in, site)
		h.checkpoint = true
		if c.Parallel && h.parallel == nil {
			p := d.u.parallels[c.Fun.Fn]
			h.parallel = &p
		}
		d.checkCheckpoint(s, c, h)
	} else if site.early = d.earlyShadows(c, h); len(site.early) > 0 {
		h = d.u.splitHelper(c.Fun.Fn, in, site)
	}
	args := append([]ast.Expr{}, c.Args...)
	var out []ast.Stmt
	fresh := map[int]*ast.Var{}
	for i, x := range c.Args {
		switch {
		case h.shadowsTo()[i] == backwardHalf && d.reachesActive(x) && makesMemory(x):
			fresh[i] = ast.NewVar("d"+h.f.Inputs()[i].Name, x.Type())
			out = append(out, define(fresh[i], d.shadowOf(s, x)))
		case h.shadowsTo()[i] != forwardHalf:
		case d.reachesActive(x):
			args = append(args, d.shadowOf(s, x))
		default:
			args = append(args, zeroOf(x.Type())) // only floats in the value itself are active
		}
	}
	results := c.Fun.Fn.Signature().Results()
	targets := make([]ast.Expr, results.Len())
	copy(targets, lhs)
	op := token.DEFINE
	if len(lhs) > 0 && !isDefine(s) {
		op = token.ASSIGN
	}
	for i := range results.Len() {
		t := results.At(i).Type()
		if !hasLinks(t) {
			continue
		}
		var target ast.Expr
		if targets[i] != nil && d.reachesActive(targets[i]) {
			r := targets[i].(*ast.Ref)
			target = &ast.Ref{Var: d.shadow(r.Var), Again: r.Again}
		}
		targets = append(targets, target)
	}
	h.halves()
	saved := ast.NewVar("saved", h.savedType())
	if op == token.ASSIGN {
		out = append(out, &ast.Decl{Vars: []*ast.Var{saved}, Typed: true})
	}
	targets = errorLast(c.Fun.Fn, append(targets, &ast.Ref{Var: saved}))
	call := &ast.Call{Fun: ast.Callee{Gen: h.forward}, Args: args, T: h.forwardTuple()}
	meta := *s.Info()
	d.mem.calls[call] = c
	t := &ast.Assign{Meta: meta, Lhs: targets, Op: op, Rhs: []ast.Expr{call}}
	d.calls[t] = &splitNote{call: c, lhs: lhs, saved: saved, fresh: fresh, helper: h}
	return append(out, t)
}
