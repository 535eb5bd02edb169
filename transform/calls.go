package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Calls.
//
// A call of a function of the package that an active value goes into is differentiated in one of two ways. Where the
// callee is a small leaf without effects the reverse sweep runs it again, unless it is a function of one number that takes long:
//
//	y := g(x)            y := g(x)
//	                     …
//	                     dx += gBack(x, dy)
//
// Else its reverse mode is split: the forward sweep calls a function that returns what g returns together with what
// the reverse sweep will need, and the reverse sweep calls the other half with it. That is linear in the calls, whatever
// recursion makes of them:
//
//	y := g(x, w)         y, saved := gForward(x, w, dw)
//	                     …
//	                     dx += gBackward(saved, dy)
type way int

const (
	waySplit way = iota
	wayBack
	wayInline
)

// way says how calls of fn are differentiated in reverse mode.
func (u *Unit) way(fn *types.Func) way {
	s := u.summary(fn)
	if s == nil || s.recursive || s.calls || s.loops || s.outward || s.hooks || s.size > maxAgain {
		return waySplit
	}
	sig := fn.Signature()
	if sig.Variadic() || sig.Results().Len() != 1 || !ast.IsFloat(sig.Results().At(0).Type()) {
		return waySplit
	}
	for _, p := range ast.ParamsOf(sig) {
		if hasRefs(p.Type()) {
			return waySplit
		}
	}
	if u.oneExpression(fn) != nil {
		return wayInline
	}
	if u.hasDear(fn) {
		return waySplit
	}
	return wayBack
}

// hasDear reports whether a small function of one number calls one of package math that takes longer than to remember its value.
func (u *Unit) hasDear(fn *types.Func) bool {
	params := ast.ParamsOf(fn.Signature())
	if s := u.summary(fn); s == nil || s.size > maxDear || len(params) != 1 || !ast.IsFloat(params[0].Type()) {
		return false
	}
	found := false
	eachExpr(u.Lower(fn).Body, func(_ ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		found = found || ok && isDear(c)
	})
	return found
}

// maxDear is how many expressions a small function may have.
const maxDear = 20

// maxAgain is how many expressions a function may have that is run again in the reverse sweep.
const maxAgain = 120

// runsAgain reports whether the reverse sweep may run a function again, so that nothing of it need be remembered but its arguments: it
// is small, does not loop, and leaves nothing behind but its results, which are numbers.
func (u *Unit) runsAgain(fn *types.Func) bool {
	s := u.summary(fn)
	return s != nil && !s.loops && s.whole <= maxAgain && u.leavesOnlyNumbers(fn)
}

// leavesOnlyNumbers reports whether a function has no effects, and results that are numbers.
func (u *Unit) leavesOnlyNumbers(fn *types.Func) bool {
	s := u.summary(fn)
	if s == nil || s.recursive || s.outward || len(s.appends) > 0 || s.panics || s.effects {
		return false
	}
	results := fn.Signature().Results()
	for i := range results.Len() {
		if t := results.At(i).Type(); hasRefs(t) || types.IsInterface(t) {
			return false
		}
	}
	return !fn.Signature().Variadic()
}

// oneExpression returns the expression that a small function returns and does nothing else, or nil.
func (u *Unit) oneExpression(fn *types.Func) ast.Expr {
	f := u.Lower(fn)
	if f == nil || len(f.Body.Stmts) != 1 || f.Recv != nil || u.Replaceable != nil && u.Replaceable(fn) {
		return nil
	}
	ret, ok := f.Body.Stmts[0].(*ast.Return)
	if !ok || len(ret.Results) != 1 || cost(ret.Results[0]) > 4 || fn.Pkg() != u.Pkg {
		return nil
	}
	for _, p := range f.Params {
		if !ast.IsFloat(p.Type) && !isInteger(p.Type) && !isBoolean(p.Type) {
			return nil
		}
	}
	if ast.Any(ret.Results[0], func(e ast.Expr) bool { _, lit := e.(*ast.Composite); return lit }) {
		return nil // a part of it is selected, which takes a statement of its own
	}
	return ret.Results[0]
}

// inlined returns the value of a call in terms of its arguments, or nil if its callee is not written where it is called.
func (u *Unit) inlined(c *ast.Call) ast.Expr {
	if c.Fun.Fn == nil || u.summary(c.Fun.Fn) == nil || u.way(c.Fun.Fn) != wayInline {
		return nil
	}
	e, by := u.oneExpression(c.Fun.Fn), map[*ast.Var]ast.Expr{}
	constants := map[*ast.Var]bool{}
	for i, p := range u.Lower(c.Fun.Fn).Params {
		if cost(c.Args[i]) > 2 && occurrences(e, p) > 1 {
			return nil
		}
		by[p] = c.Args[i]
		constants[p] = isConstant(c.Args[i])
		if _, lit := c.Args[i].(*ast.Lit); lit {
			by[p] = &ast.Convert{X: c.Args[i], T: p.Type}
		}
	}
	if ast.Any(e, func(e ast.Expr) bool { return folds(e, func(v *ast.Var) bool { return constants[v] }) }) {
		return nil
	}
	if e = substitution(by)(e); !inRange(e, e.Type()) {
		return nil
	}
	return e
}

// repeats reports whether a call may be made again, in the reverse sweep, for its value.
func (u *Unit) repeats(fn *types.Func) bool {
	s := u.summary(fn)
	if s == nil {
		return u.mathematical(fn)
	}
	if r := fn.Signature().Results(); r.Len() == 1 && isInteger(r.At(0).Type()) {
		takesMemory := slices.ContainsFunc(ast.ParamsOf(fn.Signature()), func(p *types.Var) bool { return hasRefs(p.Type()) })
		return !takesMemory && u.runsAgain(fn)
	}
	return u.way(fn) != waySplit && s.size <= 20
}

// mathematical reports whether a function without source is known to have no effects and the same value each time:
// it is of package math, or godiff has a rule for it.
func (u *Unit) mathematical(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == "math" || u.Rules.has(ast.Callee{Fn: fn})
}

// A helper is a derivative of a callee that nobody asked for by a directive.
type helper struct {
	u    *Unit
	f    *ast.Func // the callee
	in   []bool    // the inputs that take part
	at   callSite  // what is known of the inputs
	name string    // of the callee and of the inputs that take part, if not all do

	forward, backward, back, rerun, tan, vjp *ast.Func
	taken                                    []bool    // by rerun: the inputs
	follow                                   *ast.Func // see followed
	parts                                    *halves   // the sweeps of the two halves, once written
	tried                                    bool      // to write them
	saved                                    *types.Named
	file                                     string // the first file, by name, with a derivative that needs it

	shadowHalf []half // which half takes the shadow of an input, once decided

	checkpoint bool      // the backward half runs the callee again
	parallel   *parallel // the callee is run for parts of a loop
}

// A Helper is a function, or two with a type, or a variable that the derivatives of a package need.
type Helper struct {
	Of    *types.Func // the callee; nil for a rule and for a variable
	File  string      // the first file, by name, with a derivative that needs it; "" for a rule
	Funcs []*ast.Func
	Types []*ast.TypeDecl
	Vars  []*ast.VarDecl
}

func (u *Unit) helperFor(kind string, fn *types.Func, in []bool, at callSite) *helper {
	key := fmt.Sprintf("%s %p %v %v", kind, fn, in, at)
	h := u.helpers[key]
	if h == nil {
		f := u.Lower(fn)
		u.checkVisible(f)
		h = &helper{u: u, f: f, in: in, at: at, name: helperName(f, in), file: u.File}
		u.helpers[key] = h
		u.order = append(u.order, h)
	}
	h.file = min(h.file, u.File)
	return h
}

// helperName names the derivatives of a callee: after its receiver type and name, and after the inputs that take part
// where others could.
func helperName(f *ast.Func, in []bool) string {
	name := f.Name
	if recv := f.RecvName(); recv != "" {
		name = recv + upperFirst(name)
	}
	name = ast.LowerFirst(name) + f.Suffix
	all, some := true, ""
	for i, v := range f.Inputs() {
		if !ast.Carries(v.Type) {
			continue
		}
		all = all && in[i]
		if in[i] {
			some += upperFirst(v.Name)
		}
	}
	if !all {
		name += some
	}
	return name
}

// function returns a function to be written that is part of the derivative.
func (h *helper) function(suffix string) *ast.Func {
	return &ast.Func{Name: h.u.free(h.name + suffix), Pkg: h.u.Pkg, Pos: h.f.Pos, TypeParams: h.f.TypeParams}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// free returns a name for a function or type of ours at the level of the package.
func (u *Unit) free(name string) string {
	try := name
	for n := 2; u.foreign(try) || u.taken[try]; n++ {
		try = fmt.Sprint(name, n)
	}
	u.taken[try] = true
	if try != name {
		u.numbered[try] = name
	}
	return try
}

// backHelper returns the function that is the reverse mode of a leaf.
func (u *Unit) backHelper(fn *types.Func, in []bool) *helper {
	h := u.helperFor("back", fn, in, callSite{})
	if h.back == nil {
		h.back = h.function("Back")
	}
	return h
}

// splitHelper returns the two halves of the reverse mode of a function, or in forward mode its tangent function.
func (u *Unit) splitHelper(fn *types.Func, in []bool, at callSite) *helper {
	return u.helperFor("split", fn, in, at)
}

// halves names the two halves.
func (h *helper) halves() {
	if h.forward != nil {
		return
	}
	u := h.u
	h.forward = h.function("Forward")
	h.backward = h.function("Backward")
	obj := types.NewTypeName(token.NoPos, u.Pkg, ast.GenericName(u.free(h.name+"Saved"), h.f.TypeParams), nil)
	h.saved = types.NewNamed(obj, types.NewStruct(nil, nil), nil)
	u.saved[h.saved] = true
}

// again returns the function that returns the adjoints of the callee's inputs without anything remembered. It takes only the inputs that
// it reads, which taken tells.
func (h *helper) again() (f *ast.Func, taken []bool) {
	if h.rerun != nil {
		return h.rerun, h.taken
	}
	u := h.u
	f = h.function("Back")
	defer func(stage string) { u.Stage = stage }(u.Stage)
	u.Stage = ""
	if h.needsNothing() {
		h.buildAlone(f)
	} else {
		h.buildVJP(f, true)
	}
	var params []*ast.Var
	for i, v := range f.Params {
		read := i >= len(h.f.Inputs()) || usesVar(f.Body, v)
		taken = append(taken, read)
		if read {
			params = append(params, v)
		}
	}
	f.Params = params
	u.checkCalls(h.f, f)
	h.rerun, h.taken = f, taken
	return f, taken
}

// buildAlone makes the reverse sweep of the callee a function of its own.
func (h *helper) buildAlone(f *ast.Func) {
	s := h.parts
	f.Doc = reverseDoc(h.f, ast.VJP, h.signature(ast.VJP), f.Name)
	f.Params = slices.Clone(s.d.fn.Inputs())
	for i := range h.in {
		if sv := s.shadows[i]; sv != nil {
			f.Params = append(f.Params, sv)
		}
	}
	f.Params = append(f.Params, s.seeded...)
	f.Results = s.ends
	s.d.ranBefore, s.d.addedTo = true, h.addedTo(s.d)
	f.Body = s.d.finish(s.returning(s.last), f.Results)
	h.u.explain(f, h.in, s.d, s.r)
}

func (h *helper) tangent() *ast.Func {
	if h.tan == nil {
		h.tan = h.function("Tangent")
	}
	return h.tan
}

// savedType is the type of what the forward half remembers.
func (h *helper) savedType() types.Type {
	h.halves()
	if h.u.summary(h.f.Obj).remote() {
		return types.NewPointer(h.saved)
	}
	return h.saved
}

func (h *helper) forwardTuple() types.Type {
	h.halves()
	var vars []*types.Var
	add := func(t types.Type) { vars = append(vars, types.NewParam(token.NoPos, nil, "", t)) }
	for _, r := range h.f.Results {
		add(r.Type)
	}
	for _, r := range h.f.Results {
		if hasLinks(r.Type) {
			add(r.Type)
		}
	}
	add(h.savedType())
	if len(vars) == 1 {
		return vars[0].Type()
	}
	return types.NewTuple(errorLast(h.f.Obj, vars)...)
}

// errorLast is a list that begins with something for each result of a function, that for the error moved to the end.
func errorLast[T any](fn *types.Func, list []T) []T {
	i := ast.ErrorResult(fn.Signature())
	if i < 0 {
		return list
	}
	return slices.Concat(list[:i], list[i+1:], list[i:i+1])
}

func (h *helper) tangentTuple() types.Type {
	list := varTypes(h.f.Results)
	for _, r := range h.f.Results {
		if ast.Carries(r.Type) {
			list = append(list, r.Type)
		}
	}
	return tupleOf(list...)
}

// holdsFloats reports whether values of type t hold floats themselves, not only behind slices and pointers.
func holdsFloats(t types.Type) bool {
	s := ast.ShapeOf(t)
	return s == ast.ValueLike || s == ast.Mixed
}

// valueLike returns the inputs that take part and whose adjoints are returned.
func (h *helper) valueLike() []int {
	var list []int
	for i, v := range h.f.Inputs() {
		if h.in[i] && holdsFloats(v.Type) {
			list = append(list, i)
		}
	}
	return list
}

// backCall adds the terms of a call of a leaf.
func (d *derivation) backCall(l *linear, c *ast.Call, in []int, adj ast.Expr) {
	pos := l.stmt.Info().Pos
	if e := d.u.inlined(c); e != nil {
		l.push(e, adj)
		return
	}
	if d.u.Lower(c.Fun.Fn) == nil || d.forward {
		refuse(pos, "%s cannot be differentiated here; assign its result to a variable first", calleeKey(c.Fun))
	}
	if l.seed == nil {
		panic("transform: a call in reverse without a seed")
	}
	part := make([]bool, len(c.Args))
	for _, i := range in {
		part[i] = true
	}
	h := d.u.backHelper(c.Fun.Fn, part)
	if len(in) == 0 {
		return
	}
	var args []ast.Expr
	for _, x := range c.Args {
		args = append(args, l.val(x))
	}
	call := &ast.Call{Fun: ast.Callee{Gen: h.back}, Args: append(args, withSeed(adj, l.seed)), T: h.backType()}
	if len(in) == 1 && ast.IsFloat(c.Args[in[0]].Type()) {
		call.Args[len(call.Args)-1] = adj
		l.push(c.Args[in[0]], call)
		return
	}
	var lhs []ast.Expr
	for _, i := range in {
		lhs = append(lhs, &ast.Ref{Var: ast.NewVar("d"+h.f.Inputs()[i].Name, c.Args[i].Type())})
	}
	def := &ast.Assign{Lhs: lhs, Op: token.DEFINE, Rhs: []ast.Expr{call}}
	l.pre = append(l.pre, l.declared(def)...)
	for n, i := range in {
		l.pushValue(c.Args[i], lhs[n])
	}
}

// declared puts a definition of several variables under the conditions at hand.
func (l *linear) declared(s *ast.Assign) []ast.Stmt {
	if len(l.when) == 0 {
		return []ast.Stmt{s}
	}
	var out []ast.Stmt
	for _, x := range s.Lhs {
		out = append(out, &ast.Decl{Vars: []*ast.Var{x.(*ast.Ref).Var}, Typed: true})
	}
	s.Op = token.ASSIGN
	return append(out, &ast.If{Cond: all(l.when), Then: &ast.Block{Stmts: []ast.Stmt{s}}})
}

func (h *helper) backType() types.Type {
	var list []types.Type
	for i, v := range h.f.Inputs() {
		if h.in[i] {
			list = append(list, v.Type)
		}
	}
	return tupleOf(list...)
}

// splitBack reverses a call whose forward half the forward sweep has called.
func (r *reverser) splitBack(s ast.Stmt, n *splitNote) []ast.Stmt {
	if n.rule != nil {
		return r.ruleBack(s, n)
	}
	if n.hooked {
		return r.hookBack(s, n)
	}
	if n.again {
		return r.againBack(s, n)
	}
	h, past := n.helper, r.before(s)
	args := []ast.Expr{after(s)(&ast.Ref{Var: n.saved})}
	var zeros []ast.Stmt
	for i, res := range h.f.Results {
		if !holdsFloats(res.Type) {
			continue
		}
		var l ast.Expr
		if i < len(n.lhs) {
			l = n.lhs[i]
		}
		if l == nil || !r.holdsActive(l) {
			args = append(args, zeroOf(res.Type))
			continue
		}
		d := r.place(l, past)
		args = append(args, d)
		if !declaresVar(s, l) {
			zeros = append(zeros, r.zero(d))
		}
	}
	for i, x := range n.call.Args {
		switch {
		case h.shadowsTo()[i] != backwardHalf:
		case n.fresh[i] != nil:
			args = append(args, past(&ast.Ref{Var: n.fresh[i]}))
		case r.reachesActive(x):
			args = append(args, r.value(x, past))
		default:
			args = append(args, zeroOf(x.Type()))
		}
	}
	call := &ast.Call{Fun: ast.Callee{Gen: h.backward}, Args: args, T: h.backwardType()}
	return r.backStatement(s, n, call, zeros)
}

// againBack reverses a call by a function that runs the callee again.
func (r *reverser) againBack(s ast.Stmt, n *splitNote) []ast.Stmt {
	h, past := n.helper, r.before(s)
	back, taken := h.again()
	call := &ast.Call{Fun: ast.Callee{Gen: back}, T: h.backwardType()}
	var zeros []ast.Stmt
	for _, p := range h.signature(ast.VJP).Params {
		switch p.Role {
		case ast.RolePrimal:
			if taken[p.Index] {
				read := past
				if slices.Contains(n.copies, p.Index) {
					read = func(e ast.Expr) ast.Expr { return &ast.Past{X: e, At: s, Memory: true} }
				} else if refers(p.Type) {
					// What it leads to is as the call has left it, as far as it is wanted.
					read = func(e ast.Expr) ast.Expr { return &ast.Past{X: e, At: s, After: true, Address: true} }
				}
				call.Args = append(call.Args, read(n.call.Args[p.Index]))
			}
		case ast.RoleShadow:
			call.Args = append(call.Args, r.value(n.call.Args[p.Index], past))
		case ast.RoleSeed:
			l := at(n.lhs, p.Index)
			if l == nil || !r.holdsActive(l) {
				call.Args = append(call.Args, zeroOf(p.Type))
				continue
			}
			d := r.place(l, past)
			call.Args = append(call.Args, d)
			if !declaresVar(s, l) {
				zeros = append(zeros, r.zero(d))
			}
		}
	}
	return r.backStatement(s, n, call, zeros)
}

// backStatement is a call in the reverse sweep of a function that returns the adjoints of the arguments of n, which it adds to what
// they read.
func (r *reverser) backStatement(s ast.Stmt, n *splitNote, call *ast.Call, zeros []ast.Stmt) []ast.Stmt {
	var lhs []ast.Expr
	var pushes []ast.Stmt
	for _, i := range n.helper.valueLike() {
		x := n.call.Args[i]
		if !r.act.depends(x) {
			lhs = append(lhs, nil)
			continue
		}
		v := &ast.Ref{Var: ast.NewVar("d"+n.helper.f.Inputs()[i].Name, x.Type())}
		lhs = append(lhs, v)
		pushes = append(pushes, r.pushArgument(s, x, v)...)
	}
	if len(pushes) == 0 {
		return append([]ast.Stmt{&ast.Do{Call: call}}, zeros...)
	}
	return slices.Concat([]ast.Stmt{&ast.Assign{Lhs: lhs, Op: token.DEFINE, Rhs: []ast.Expr{call}}}, zeros, pushes)
}

// declaresVar reports whether s declares the variable that l is.
func declaresVar(s ast.Stmt, l ast.Expr) bool {
	a, ok := s.(*ast.Assign)
	r, isRef := l.(*ast.Ref)
	return ok && isRef && a.Op == token.DEFINE && !r.Again
}

func (h *helper) backwardType() types.Type {
	var list []types.Type
	for _, i := range h.valueLike() {
		list = append(list, h.f.Inputs()[i].Type)
	}
	return tupleOf(list...)
}

// multi reverses an assignment of several results of a function for which godiff has a rule.
func (r *reverser) multi(s ast.Stmt, lhs []ast.Expr, rhs ast.Expr) []ast.Stmt {
	c, ok := rhs.(*ast.Call)
	if !ok || c.Fun.Fn == nil || !r.act.depends(c) {
		return r.overwritten(s, lhs)
	}
	active := slices.ContainsFunc(lhs, func(l ast.Expr) bool { return l != nil && ast.Carries(l.Type()) && r.holdsActive(l) })
	if !active {
		return nil
	}
	rule := r.u.Rules.find(c.Fun, 0)
	if rule == nil {
		refuse(s.Info().Pos, "%s with several results is not supported yet", calleeKey(c.Fun))
	}
	lin := &linear{d: r.derivation, stmt: s, seed: number(1, types.Typ[types.Float64])}
	var out, zeros []ast.Stmt
	var results, adjoints []ast.Expr
	for i, l := range lhs {
		t := c.Fun.Fn.Signature().Results().At(i).Type()
		if l == nil {
			refuse(s.Info().Pos, "assign every result of %s to a variable; its rule needs them", calleeKey(c.Fun))
		}
		results = append(results, after(s)(l))
		if !ast.Carries(t) {
			continue
		}
		if !r.holdsActive(l) {
			adjoints = append(adjoints, zeroOf(t))
			continue
		}
		v := ast.NewVar("adj", t)
		d := r.place(l, r.before(s))
		out = append(out, define(v, d))
		zeros = append(zeros, r.zero(d))
		adjoints = append(adjoints, &ast.Ref{Var: v})
	}
	r.ownMulti(lin, rule, c, results, adjoints)
	return append(append(append(out, zeros...), lin.pre...), r.contributions(lin, lin.seed, nil)...)
}

// overwritten reverses an assignment of passive values to active places.
func (r *reverser) overwritten(s ast.Stmt, lhs []ast.Expr) []ast.Stmt {
	var out []ast.Stmt
	for _, l := range lhs {
		if l != nil && r.holdsActive(l) && !declaresVar(s, l) {
			if _, decl := s.(*ast.Decl); !decl {
				d := r.place(l, r.before(s))
				out = append(out, r.zero(d))
			}
		}
	}
	return out
}

// ownMulti pushes what one of godiff's own rules returns for a function of one input and several results.
func (r *reverser) ownMulti(l *linear, rule *Rule, c *ast.Call, results, adjoints []ast.Expr) {
	if len(rule.Func.Body.Stmts) != 1 || len(rule.Wrt) != 1 {
		panic("transform: rule " + rule.Func.Name + " of several results has conditions")
	}
	b := &binding{l: l, args: map[*ast.Var]ast.Expr{}}
	params := rule.Func.Params
	n := 0
	for _, list := range [][]ast.Expr{c.Args, results, adjoints} {
		for i, x := range list {
			if n < len(c.Args) {
				x = l.val(c.Args[i])
			}
			b.args[params[n]] = x
			n++
		}
	}
	e := ast.Map(rule.Func.Body.Stmts[0].(*ast.Return).Results[0], l.d.u.toCopy)
	l.push(c.Args[rule.Wrt[0]], fold(b.subst(e)))
}
