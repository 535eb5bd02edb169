package transform

import (
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
	return &ast.Assign{Lhs: refs([]*ast.Var{v}), Op: token.DEFINE, Rhs: []ast.Expr{e}}
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
// Whether an append moved is taken from the primal: the shadow need not have its capacity.
func (d *derivation) shadowAppend(s ast.Stmt, l ast.Expr, c *ast.Call) []ast.Stmt {
	ref, ok := l.(*ast.Ref)
	if !ok || len(c.Args) == 1 {
		refuse(s.Info().Pos, "this form of append is not supported; assign to a variable")
	}
	x, elem := c.Args[0], elemType(c.T)
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
	var grow, keep []ast.Stmt
	made := builtin("make", c.T, length(y), builtin("cap", intType, y))
	switch {
	case isNil(x):
		grow = []ast.Stmt{set(dy, token.ASSIGN, made)}
		keep = []ast.Stmt{set(dy, token.ASSIGN, &ast.Name{Obj: types.Universe.Lookup("nil"), T: c.T})}
	case hasRefs(elem) || d.forward:
		t := ast.NewVar("grown", c.T)
		grow = []ast.Stmt{define(t, made), &ast.Do{Call: builtin("copy", intType, &ast.Ref{Var: t}, dx)}, set(dy, token.ASSIGN, &ast.Ref{Var: t})}
		keep = []ast.Stmt{set(dy, token.ASSIGN, &ast.Slice{X: dx, Hi: length(y), T: c.T})}
	default:
		grow = []ast.Stmt{set(dy, token.ASSIGN, made)}
		keep = []ast.Stmt{set(dy, token.ASSIGN, &ast.Slice{X: dx, Hi: length(y), T: c.T})}
	}
	last := &ast.If{Cond: &ast.Ref{Var: moved}, Then: &ast.Block{Stmts: grow}, Else: &ast.Block{Stmts: keep}}
	out = append(out, last)
	if hasRefs(elem) {
		if !d.forward && d.shortens(c.T) {
			refuse(s.Info().Pos, "append to a slice of slices or pointers is not supported yet in a function that shortens one: it may overwrite links that others read; make a new slice")
		}
		if !ast.Carries(elem) || ast.ShapeOf(elem) != ast.ReferenceLike {
			refuse(s.Info().Pos, "append of %s is not supported yet", elem)
		}
		out = append(out, d.appendedHeaders(c, dy, n)...)
	}
	d.grown[s] = &growth{n, moved, last}
	return out
}

// shortens reports whether the function takes a part of a slice of type t that ends before the slice does.
func (d *derivation) shortens(t types.Type) bool {
	found := false
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			found = found || ast.Any(e, func(e ast.Expr) bool {
				part, ok := e.(*ast.Slice)
				return ok && part.Hi != nil && types.Identical(elemType(part.T), elemType(t))
			})
		})
		return !found
	})
	return found
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

// appendedHeaders puts the shadows of appended slices or pointers into the shadow.
func (d *derivation) appendedHeaders(c *ast.Call, dy ast.Expr, n *ast.Var) []ast.Stmt {
	if c.Spread {
		to := &ast.Slice{X: dy, Lo: &ast.Ref{Var: n}, T: c.T}
		return []ast.Stmt{&ast.Do{Call: builtin("copy", intType, to, d.value(c.Args[1], now))}}
	}
	var out []ast.Stmt
	for j, a := range c.Args[1:] {
		at := &ast.Index{X: dy, I: plus(&ast.Ref{Var: n}, int64(j)), T: elemType(c.T)}
		out = append(out, set(at, token.ASSIGN, d.value(a, now)))
	}
	return out
}

func plus(e ast.Expr, j int64) ast.Expr {
	if j == 0 {
		return e
	}
	return &ast.Binary{Op: token.ADD, X: e, Y: intNumber(j), T: intType}
}

// shadowDo adds what a call for its effects does to shadows.
func (d *derivation) shadowDo(s *ast.Do) []ast.Stmt {
	c := s.Call
	switch {
	case c.Fun.Builtin == "copy" && d.reachesActive(c.Args[0]):
		if elem := elemType(c.Args[0].Type()); hasRefs(elem) {
			if ast.ShapeOf(elem) != ast.ReferenceLike || !d.forward {
				refuse(s.Pos, "copy of slices or pointers to active values is not supported yet; assign them in a loop")
			}
			return []ast.Stmt{&ast.Do{Call: builtin("copy", intType, d.value(c.Args[0], now), d.value(c.Args[1], now))}, s}
		}
	case c.Fun.Fn != nil && d.isSplit(c) && d.writesActive(c):
		return d.splitCall(s, nil, c)
	}
	return []ast.Stmt{s}
}

// A splitNote is what the reverse sweep needs to know of a call whose forward sweep remembers.
type splitNote struct {
	call   *ast.Call
	lhs    []ast.Expr
	saved  *ast.Var
	helper *helper
}

// isSplit reports whether a call has a derivative of its own that stands as a statement.
func (d *derivation) isSplit(c *ast.Call) bool {
	return c.Fun.Fn != nil && !d.hasRule(c.Fun) && d.u.Lower(c.Fun.Fn) != nil && !d.u.constant(c) && d.callActive(c) &&
		d.u.inlined(c) == nil && (d.forward || d.u.way(c.Fun.Fn) == waySplit)
}

// callActive reports whether something active goes into a call and comes out of it, so that it has a derivative.
func (d *derivation) callActive(c *ast.Call) bool {
	in := slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return d.act.depends(x) || d.reachesActive(x) })
	return in && (carriesTuple(c.T) || d.writesActive(c))
}

// writesActive reports whether a call writes active memory.
func (d *derivation) writesActive(c *ast.Call) bool {
	found := false
	if s := d.u.summary(c.Fun.Fn); s != nil {
		d.mem.mapCells(c, s.writes, func(l *location) { found = found || d.act.active(l) })
	}
	return found
}

// pattern says for each input of a call whether its derivative takes part.
func (d *derivation) pattern(c *ast.Call) []bool {
	in := make([]bool, len(c.Args))
	for i, x := range c.Args {
		in[i] = ast.Carries(x.Type()) && (d.act.depends(x) || d.reachesActive(x))
	}
	return in
}

// splitCall is a call whose reverse mode is split: the forward sweep calls the function that remembers.
func (d *derivation) splitCall(s ast.Stmt, lhs []ast.Expr, c *ast.Call) []ast.Stmt {
	if c.Spread || c.Fun.Fn.Signature().Variadic() {
		refuse(s.Info().Pos, "calls of variadic functions with active arguments are not supported yet")
	}
	site := d.callSite(c, d.u.summary(c.Fun.Fn).mem)
	site.intact = !d.forward && d.outlook.intact(d, s, c)
	h := d.u.splitHelper(c.Fun.Fn, d.pattern(c), site)
	if d.forward {
		return d.tangentCall(s, lhs, c, h)
	}
	args := append([]ast.Expr{}, c.Args...)
	for i, x := range c.Args {
		if h.in[i] && hasRefs(x.Type()) {
			args = append(args, d.shadowOf(s, x))
		}
	}
	results := c.Fun.Fn.Signature().Results()
	targets := make([]ast.Expr, results.Len())
	copy(targets, lhs)
	var out []ast.Stmt
	op := token.DEFINE
	if len(lhs) > 0 && !isDefine(s) {
		op = token.ASSIGN
	}
	if a, ok := s.(*ast.Assign); ok && len(lhs) > 0 {
		op = a.Op
	}
	for i := range results.Len() {
		t := results.At(i).Type()
		if !ast.Carries(t) || !hasRefs(t) {
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
	targets = append(targets, &ast.Ref{Var: saved})
	call := &ast.Call{Fun: ast.Callee{Gen: h.forward}, Args: args, T: h.forwardTuple()}
	meta := *s.Info()
	d.mem.calls[call] = c
	t := &ast.Assign{Meta: meta, Lhs: targets, Op: op, Rhs: []ast.Expr{call}}
	d.calls[t] = &splitNote{call: c, lhs: lhs, saved: saved, helper: h}
	return append(out, t)
}
