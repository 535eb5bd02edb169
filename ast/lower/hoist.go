package lower

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Some expressions take statements of their own: a literal of a map, the call of a function that returns a function. These come
// before the statement at hand, which must ask for the expression before anything else that matters.

// hoist puts statements before the one at hand, for an expression at a position, or reports that it cannot.
func (l *lowerer) hoist(pos token.Pos, what string, list ...ast.Stmt) {
	if l.asked == nil || !l.nothingBefore(pos) && !l.steady(list) {
		l.report(pos, fmt.Sprintf("%s is not supported here; assign it to a variable first", what))
		return
	}
	l.pre = append(l.pre, list...)
}

// nothingBefore reports whether no call but of a builtin function or of mathematics ends before a position, in what is evaluated first.
func (l *lowerer) nothingBefore(pos token.Pos) bool {
	nothing := true
	goast.Inspect(l.asked, func(n goast.Node) bool {
		if c, ok := n.(*goast.CallExpr); ok && c.End() <= pos && !l.info.Types[c.Fun].IsType() && !isFuncType(l.info.TypeOf(c)) {
			nothing = nothing && l.isPure(calleeIdent(c))
		}
		return true
	})
	return nothing
}

// isPure reports whether an identifier is that of a builtin function, or of a function whose calls may stand in any order.
func (l *lowerer) isPure(id *goast.Ident) bool {
	if id == nil {
		return false
	}
	switch obj := l.info.Uses[id].(type) {
	case *types.Builtin:
		return true
	case *types.Func:
		return obj.Pkg() != nil && (obj.Pkg().Path() == "math" || obj.Pkg().Path() == "math/bits")
	}
	return false
}

// steady reports whether statements do the same however early they come: they define variables by constants and by others that never
// change.
func (l *lowerer) steady(list []ast.Stmt) bool {
	for _, s := range list {
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.DEFINE {
			return false
		}
		for _, e := range a.Rhs {
			if ast.Any(e, l.mayDiffer) {
				return false
			}
		}
	}
	return true
}

// mayDiffer reports whether an expression, without what is below it, may have another value at another time, or an effect.
func (l *lowerer) mayDiffer(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref:
		return e.Var.Obj == nil || l.closures.changed[e.Var.Obj]
	case *ast.Lit, *ast.Unary:
		return false
	case *ast.Binary:
		return !ast.IsFloat(e.T) // an integer division may panic
	case *ast.Convert:
		_, basic := e.T.Underlying().(*types.Basic)
		return !basic
	case *ast.Name:
		_, isVar := e.Obj.(*types.Var)
		return isVar
	}
	return true
}

// asking lowers the expressions of a statement, which hoist may put statements before. A nil node says that it may not.
func (l *lowerer) asking(n goast.Node, f func()) {
	defer func(old goast.Node) { l.asked = old }(l.asked)
	l.asked = n
	f()
}

// A maker is a function that returns functions, maybe among other results, as one may be lowered in place of a call: a declared one, or a
// literal.
type maker struct {
	body *goast.BlockStmt
	fn   *types.Func // that is called; nil for a literal
	of   *types.Func // whose body it is: fn, or a function of the library
	sig  *types.Signature
	src  *Source      // of the body
	list []goast.Expr // what it returns; none if it returns what its results are

	exits []*goast.ReturnStmt // its returns, if there are several
}

// A result is what a call lowered in its place returns: a function that is known, or the value of an expression, which may be a struct that
// holds functions.
type result struct {
	fn   *fnValue
	expr ast.Expr
	held []heldField
}

// functions returns the functions in a result.
func (r *result) functions() []*fnValue {
	var list []*fnValue
	if r.fn != nil {
		list = append(list, r.fn)
	}
	for _, f := range r.held {
		list = append(list, f.fn)
	}
	return list
}

// makerOf returns the function that a call calls if its source is here or in the library, a function is among its results, and it does what
// it does in order and ends by returning.
func (l *lowerer) makerOf(call *goast.CallExpr) *maker {
	m := l.calledMaker(call)
	if m == nil || m.body == nil || len(m.body.List) == 0 || !returnsFunc(m.sig) {
		return nil
	}
	if len(call.Args) == 1 {
		if _, several := l.info.TypeOf(call.Args[0]).(*types.Tuple); several {
			return nil
		}
	}
	returns := m.returns()
	last := len(m.body.List) - 1
	r, ok := m.body.List[last].(*goast.ReturnStmt)
	switch n := m.sig.Results().Len(); {
	case returns == nil:
		return nil
	case len(returns) > 1 || !ok:
		if slices.ContainsFunc(returns, func(r *goast.ReturnStmt) bool { return len(r.Results) != n }) {
			return nil
		}
		m.exits = returns
	case len(r.Results) > 0 && len(r.Results) != n:
		return nil
	default:
		m.list = r.Results
	}
	return m
}

// returns returns the returns of a maker, or nil if it does something else than what it does in order, or returns from a loop.
func (m *maker) returns() []*goast.ReturnStmt {
	var list []*goast.ReturnStmt
	simple := true
	var visit func(n goast.Node, looping bool)
	visit = func(n goast.Node, looping bool) {
		goast.Inspect(n, func(n goast.Node) bool {
			switch n := n.(type) {
			case *goast.FuncLit:
				return false
			case *goast.ForStmt, *goast.RangeStmt:
				if !looping {
					visit(n, true)
					return false
				}
			case *goast.DeferStmt, *goast.LabeledStmt:
				simple = false
			case *goast.ReturnStmt:
				simple = simple && !looping
				list = append(list, n)
			}
			return simple
		})
	}
	visit(m.body, false)
	if !simple {
		return nil
	}
	return list
}

// hasFunc reports whether a function is among some variables.
func hasFunc(list *types.Tuple) bool {
	for v := range list.Variables() {
		if isFunc(v) {
			return true
		}
	}
	return false
}

// returnsFunc reports whether a function, or a struct that holds some, is among the results of a function.
func returnsFunc(sig *types.Signature) bool {
	for r := range sig.Results().Variables() {
		if isFunc(r) || len(funcFields(r.Type())) > 0 {
			return true
		}
	}
	return false
}

// calledMaker returns what a call calls, or nil if its source is not here.
func (l *lowerer) calledMaker(call *goast.CallExpr) *maker {
	if lit := l.literalOf(call.Fun); lit != nil {
		sig, _ := l.info.TypeOf(lit).(*types.Signature)
		return &maker{body: lit.Body, sig: sig, src: l.src}
	}
	id := calleeIdent(call)
	if id == nil || l.src.Decl == nil {
		return nil
	}
	fn, ok := l.info.Uses[id].(*types.Func)
	if v, isVar := l.info.Uses[id].(*types.Var); isVar {
		// One that is kept in a variable, as it is declared.
		known := l.known(v, id.Pos())
		if known == nil || known.fn == nil || known.method || len(known.bound)+len(known.typeArgs) > 0 || l.src.Instances.Of(known.fn) != nil {
			return nil
		}
		fn, ok = known.fn, true
	}
	if !ok {
		return nil
	}
	decl, of, src := l.src.Decl(fn.Origin()), fn, l.src
	if decl == nil && l.src.Elsewhere != nil {
		of, decl, src = l.src.Elsewhere(fn)
	}
	if decl == nil {
		return nil
	}
	return &maker{body: decl.Body, fn: fn, of: of, sig: of.Origin().Signature(), src: src}
}

// made lowers the call of a function that returns a function, or functions and values, in its place, and returns what that returns.
func (l *lowerer) made(call *goast.CallExpr) []result {
	m := l.makerOf(call)
	if m == nil || l.making[m.body] {
		return nil
	}
	inner := *l // its labels, jumps and results are its own, and so are its functions, which another call may give it others of
	inner.lifted, inner.values, inner.lists, inner.choices = map[*goast.FuncLit][]liftedLit{}, maps.Clone(l.values), maps.Clone(l.lists), maps.Clone(l.choices)
	inner.exit, inner.builds = nil, true
	inner.pre, inner.jumps, inner.gotos, inner.results = nil, jumps{}, map[types.Object]*gotoTarget{}, nil
	if m.fn != nil { // what is known of this function holds for a literal in it
		l.closures.add(closuresOf(m.body, m.src.Info))
	}
	list := l.makerArgs(&inner, m, call)
	l.making[m.body] = true
	defer delete(l.making, m.body)
	inner.src, inner.info = m.src, m.src.Info
	l.closures.foreign = l.closures.foreign || m.src.Pkg != l.src.Pkg && !m.src.Library
	if !m.src.Library {
		checkFence(m.body, m.src.Info, l.report)
	}
	for p := range m.sig.Params().Variables() {
		if given := inner.values[p]; given != nil {
			list = append(list, inner.givenChoice(p, given, call.Pos())...)
		}
	}
	var results []result
	if len(m.exits) > 0 {
		var before []ast.Stmt
		before, results = inner.returnedBySeveral(m)
		list = append(list, before...)
	} else {
		last := len(m.body.List) - 1
		list = append(list, inner.ownResults(m)...)
		list = append(list, inner.block(m.body.List[:last], m.body.Pos()).Stmts...)
		results = inner.returned(m)
	}
	if results == nil {
		return nil
	}
	list = append(list, inner.pre...)
	another := map[types.Object]types.Object{} // another call has other variables
	for _, r := range results {
		for _, fn := range r.functions() {
			list = append(list, inner.bind(fn, ast.Meta{Pos: call.Pos()})...)
			for i, b := range fn.bound {
				if another[b.obj] == nil {
					obj := types.NewVar(b.obj.Pos(), l.src.Pkg, b.name, inner.subst.Type(b.obj.Type()))
					l.vars[obj], l.pointers[obj] = l.vars[b.obj], l.pointers[b.obj]
					l.closures.shared[obj], l.closures.changed[obj] = l.closures.shared[b.obj], l.closures.changed[b.obj]
					another[b.obj] = obj
				}
				fn.bound[i].obj = another[b.obj]
			}
		}
	}
	l.hoist(call.Pos(), "a call of a function that returns a function", list...)
	return results
}

// ownResults declares the named results of a function that is lowered in place of a call.
func (l *lowerer) ownResults(m *maker) []ast.Stmt {
	var list []ast.Stmt
	for r := range m.sig.Results().Variables() {
		var v *ast.Var
		switch {
		case r.Name() == "" || r.Name() == "_":
		case !isFunc(r):
			delete(l.pointers, r)
			v = l.declare(r)
		default:
			if c := l.choose(r, &fnValue{}); c != nil {
				v = l.vars[c.tag]
			}
		}
		if v != nil {
			list = append(list, &ast.Decl{Meta: ast.Meta{Pos: m.body.Pos()}, Vars: []*ast.Var{v}, Typed: true})
		}
	}
	return list
}

// returned returns what a function that is lowered in place of a call returns, or nil after a report.
func (l *lowerer) returned(m *maker) []result {
	var list []result
	for i := range m.sig.Results().Len() {
		v := m.sig.Results().At(i)
		t := l.subst.Type(v.Type())
		var r result
		switch {
		case isFunc(v) && len(m.list) > 0:
			r.fn = l.value(m.list[i])
		case isFunc(v):
			r.fn = l.known(v, m.body.End())
		case len(m.list) > 0 && len(funcFields(v.Type())) > 0:
			held, ok := l.heldOf(m.list[i])
			if !ok {
				return nil
			}
			r.held = held
			r.expr = l.box(l.expr(m.list[i]), t, m.list[i].Pos())
		case len(m.list) > 0:
			r.expr = l.typedConst(l.box(l.expr(m.list[i]), t, m.list[i].Pos()), t)
		case l.vars[v] != nil:
			r.expr = &ast.Ref{Var: l.vars[v]}
		default: // a blank result
			r.expr = ast.Zero(t)
		}
		if r.fn == nil && r.expr == nil {
			return nil
		}
		if r.fn != nil { // its own, since what it is bound to becomes another variable
			r.fn = r.fn.clone()
		}
		list = append(list, r)
	}
	return list
}

// An exit is where the returns of a maker with several lead to.
type exit struct {
	label   *ast.Label
	choices []*choice  // of results that are functions
	vars    []*ast.Var // of the others
}

// returnedBySeveral lowers the body of a maker with several returns: these assign to variables and leave it. A function becomes one of several.
func (l *lowerer) returnedBySeveral(m *maker) (list []ast.Stmt, results []result) {
	x := &exit{label: &ast.Label{Name: "made"}}
	meta := ast.Meta{Pos: m.body.Pos()}
	var kept []*types.Var // that outlive the block of the body
	for i := range m.sig.Results().Len() {
		of := m.sig.Results().At(i)
		if len(funcFields(of.Type())) > 0 {
			return nil, nil // its functions may be nil
		}
		if !isFunc(of) {
			v := ast.NewVar(cmp.Or(of.Name(), "y"), l.subst.Type(of.Type()))
			list = append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{v}, Typed: true})
			x.vars, x.choices = append(x.vars, v), append(x.choices, nil)
			results = append(results, result{expr: &ast.Ref{Var: v}})
			continue
		}
		obj := types.NewVar(of.Pos(), l.src.Pkg, cmp.Or(of.Name(), "f"), of.Type())
		l.closures.unknown[obj] = true
		for _, r := range m.exits {
			e := r.Results[i]
			own, ok := l.captured(e, m)
			if !ok {
				return nil, nil
			}
			kept = append(kept, own...)
			l.closures.values[obj] = append(l.closures.values[obj], e)
		}
		c := l.choose(obj, nil)
		if c == nil {
			return nil, nil
		}
		list = append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{l.vars[c.tag]}, Typed: true})
		x.vars, x.choices = append(x.vars, nil), append(x.choices, c)
		results = append(results, result{fn: c.value.clone()})
	}
	l.exit, l.inlining, l.iteration = x, nil, nil
	body := l.block(m.body.List, m.body.Pos())
	early := map[*ast.Var]bool{}
	for _, obj := range kept {
		if v := l.vars[obj]; v != nil && !early[v] {
			early[v] = true
			list = append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{v}, Typed: true})
		}
	}
	return append(list, escape(declaredBefore(body, early).Stmts, x.label)...), results
}

// captured returns the variables of a maker, its parameters excepted, that a function which it returns captures. These are there when it has
// returned, wherever that was, if they are declared before. It reports whether they can be: each is made once, and what is returned is known.
func (l *lowerer) captured(e goast.Expr, m *maker) (list []*types.Var, ok bool) {
	within := func(x types.Object) bool { return m.body.Pos() <= x.Pos() && x.Pos() < m.body.End() }
	lit, isLit := goast.Unparen(e).(*goast.FuncLit)
	if id, isIdent := goast.Unparen(e).(*goast.Ident); isIdent {
		v, isVar := l.info.Uses[id].(*types.Var)
		if !isVar || !within(v) {
			return nil, true
		}
		lit, isLit = goast.Unparen(l.closures.defs[v]).(*goast.FuncLit)
		if !isLit || l.closures.unknown[v] {
			return nil, false
		}
	}
	if !isLit {
		return nil, true
	}
	ok = true
	l.eachFree(lit, func(x *types.Var, _ token.Pos) []*goast.FuncLit {
		def, isDef := goast.Unparen(l.closures.defs[x]).(*goast.FuncLit)
		switch {
		case !within(x) || slices.Contains(ast.ParamsOf(m.sig), x):
		case isFunc(x) && isDef && !l.closures.unknown[x]:
			return []*goast.FuncLit{def}
		case isFunc(x) || len(funcFields(x.Type())) > 0 || inLoop(m.body, x.Pos()):
			ok = false
		default:
			list = append(list, x)
		}
		return nil
	})
	return list, ok
}

// inLoop reports whether a position lies in a loop of a body, not of a literal in it.
func inLoop(body *goast.BlockStmt, pos token.Pos) bool {
	found := false
	goast.Inspect(body, func(n goast.Node) bool {
		switch n.(type) {
		case *goast.ForStmt, *goast.RangeStmt:
			found = found || n.Pos() <= pos && pos < n.End()
		case *goast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// declaredBefore makes assignments of the definitions of variables that are declared before a block.
func declaredBefore(b *ast.Block, early map[*ast.Var]bool) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		switch t := s.(type) {
		case *ast.Assign:
			if t.Op == token.DEFINE {
				s = definedBefore(t, early)
			}
		case *ast.Decl:
			if slices.ContainsFunc(t.Vars, func(v *ast.Var) bool { return early[v] }) {
				values := t.Values
				if len(values) == 0 {
					for _, v := range t.Vars {
						values = append(values, ast.Zero(v.Type))
					}
				}
				s = definedBefore(&ast.Assign{Meta: t.Meta, Lhs: ast.Refs(t.Vars), Op: token.DEFINE, Rhs: values}, early)
			}
		default:
			s = mapBlocks(s, func(b *ast.Block) *ast.Block { return declaredBefore(b, early) })
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// definedBefore is declaredBefore for one definition.
func definedBefore(a *ast.Assign, early map[*ast.Var]bool) ast.Stmt {
	declared := func(r *ast.Ref) bool { return r.Again || early[r.Var] }
	defines := slices.ContainsFunc(a.Lhs, func(x ast.Expr) bool { r, ok := x.(*ast.Ref); return ok && !declared(r) })
	c := *a
	c.Lhs = slices.Clone(a.Lhs)
	if !defines {
		c.Op = token.ASSIGN
	}
	for i, x := range a.Lhs {
		if r, ok := x.(*ast.Ref); ok {
			c.Lhs[i] = &ast.Ref{Var: r.Var, Again: defines && declared(r)}
		}
	}
	return &c
}

// leaveMaker lowers a return of a maker with several.
func (l *lowerer) leaveMaker(s *goast.ReturnStmt) []ast.Stmt {
	meta := l.meta(s)
	before, values := []ast.Stmt(nil), make([]ast.Expr, len(s.Results))
	for i, e := range s.Results {
		if v := l.exit.vars[i]; v != nil {
			values[i] = l.typedConst(l.box(l.expr(e), v.Type, e.Pos()), v.Type)
		}
	}
	for i, e := range s.Results {
		if c := l.exit.choices[i]; c != nil {
			before = append(before, l.setChoice(c, c.number[e], token.ASSIGN, meta)...)
		} else {
			before = append(before, &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Ref{Var: l.exit.vars[i]}}, Op: token.ASSIGN, Rhs: []ast.Expr{values[i]}})
		}
	}
	return append(before, &ast.Branch{Meta: meta, Tok: token.BREAK, Target: l.exit.label})
}

// functionsFor lowers the assignment to several variables of one value with functions in it, and returns what is left to be assigned.
func (l *lowerer) functionsFor(lhs, rhs []goast.Expr) (x []goast.Expr, y []ast.Expr, ok bool) {
	if x, y, ok := l.foundIn(lhs, rhs); ok {
		return x, y, ok
	}
	return l.madeFor(lhs, rhs)
}

// madeFor lowers the assignment of what one call returns where functions are among that, and returns what is left to be assigned.
func (l *lowerer) madeFor(lhs, rhs []goast.Expr) (x []goast.Expr, y []ast.Expr, ok bool) {
	if len(rhs) != 1 {
		return nil, nil, false
	}
	call, isCall := goast.Unparen(rhs[0]).(*goast.CallExpr)
	if !isCall || len(lhs) < 2 && l.builtBy(lhs[0], call) == nil {
		return nil, nil, false
	}
	results := l.madeOrBuilt(call)
	if t, ok := l.info.TypeOf(call).(*types.Tuple); results == nil && ok && hasFunc(t) {
		l.notMade(call)
	}
	for i, r := range results {
		if r.fn == nil {
			if _, ok := goast.Unparen(lhs[i]).(*goast.Ident); !ok {
				l.report(lhs[i].Pos(), "what is assigned here comes with a function; assign it to a variable first")
			}
			obj := l.builtBy(lhs[i], call)
			for _, f := range r.held {
				if obj == nil {
					l.report(lhs[i].Pos(), "what is assigned here holds functions; define a variable by the call, and do no more with it than to use its fields, to call its methods and to give it to functions")
					break
				}
				l.fields[fieldKey{obj, f.name}] = f.fn
			}
			x, y = append(x, lhs[i]), append(y, r.expr)
		} else if obj := l.assignedFunc(lhs[i]); obj != nil && !l.closures.unknown[obj] {
			l.values[obj] = r.fn
		}
	}
	return x, y, results != nil
}

// madeOrBuilt is made, without reports where no function is among the results, but only structs that hold functions: the call is left as it is then.
func (l *lowerer) madeOrBuilt(call *goast.CallExpr) []result {
	m := l.makerOf(call)
	if m == nil || hasFunc(m.sig.Results()) {
		return l.made(call)
	}
	if m.src.Pkg != l.src.Pkg && !exportsAll(m) {
		return nil
	}
	pre, report, before, foreign := l.pre, l.report, l.reports, l.closures.foreign
	l.report = func(token.Pos, string) { l.reports++ }
	results := l.made(call)
	if l.report = report; l.reports > before {
		l.reports, l.pre, l.closures.foreign = before, pre, foreign
		return nil
	}
	return results
}

// exportsAll reports whether all fields, types and variables of its package that a maker names are exported.
func exportsAll(m *maker) bool {
	all := true
	goast.Inspect(m.body, func(n goast.Node) bool {
		id, ok := n.(*goast.Ident)
		if !ok {
			return all
		}
		obj := m.src.Info.Uses[id]
		v, isVar := obj.(*types.Var)
		_, isType := obj.(*types.TypeName)
		if obj != nil && obj.Pkg() == m.src.Pkg && (isType && obj.Parent() == obj.Pkg().Scope() || isVar && (v.IsField() || obj.Parent() == obj.Pkg().Scope())) {
			all = all && obj.Exported()
		}
		return all
	})
	return all
}

// builtBy returns the variable with functions that a call defines, or nil.
func (l *lowerer) builtBy(x goast.Expr, call *goast.CallExpr) types.Object {
	id, ok := goast.Unparen(x).(*goast.Ident)
	if !ok {
		return nil
	}
	obj := l.info.Defs[id]
	if obj == nil || l.closures.built[obj] != call || l.isLoose(obj) {
		return nil
	}
	return obj
}

// makerArgs binds the receiver and the parameters of a function that is lowered in place of a call, and gives it its types.
func (l *lowerer) makerArgs(inner *lowerer, m *maker, call *goast.CallExpr) []ast.Stmt {
	if m.fn != nil {
		if _, args := l.instanceOf(calleeIdent(call), m.fn); len(args) > 0 {
			inner.subst = l.src.Instances.subst(typeParams(m.of.Origin()), args)
		}
	}
	sig := m.sig
	a := &ast.Assign{Meta: l.meta(call), Op: token.DEFINE}
	define := func(p *types.Var, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok && r.Var.Obj != nil && !l.closures.changed[r.Var.Obj] && !l.closures.changed[p] && types.Identical(r.Var.Type, inner.subst.Type(p.Type())) {
			inner.vars[p] = r.Var // neither ever changes
			delete(inner.pointers, p)
			return
		}
		v := &ast.Var{Name: p.Name(), Type: inner.subst.Type(p.Type()), Obj: p}
		if v.Blank() {
			v = ast.NewVar("p", v.Type)
		}
		inner.vars[p] = v
		delete(inner.pointers, p)
		a.Lhs, a.Rhs = append(a.Lhs, &ast.Ref{Var: v}), append(a.Rhs, inner.typedConst(e, v.Type))
	}
	var list []ast.Stmt
	rest := call.Args
	if sel, ok := goast.Unparen(call.Fun).(*goast.SelectorExpr); ok && sig.Recv() != nil {
		c := &ast.Call{Fun: ast.Callee{Fn: m.fn}}
		rest = l.receiver(sel, c, rest)
		l.recvHeld = heldFuncs{}
		define(sig.Recv(), c.Args[0])
	}
	if last := sig.Params().Len() - 1; takesSeveral(sig) {
		given, _, _ := l.several(rest[last:], call.Ellipsis.IsValid(), last)
		for _, b := range given {
			b.value = l.snapshot(b.value)
			list = append(list, l.bind(b.value, a.Meta)...)
			inner.addTo(sig.Params().At(last), b)
		}
		rest = rest[:last]
	}
	several := sig.Variadic() && !takesSeveral(sig) && !call.Ellipsis.IsValid()
	var more []goast.Expr // of a variadic parameter
	if last := sig.Params().Len() - 1; several {
		rest, more = rest[:last], rest[last:]
	}
	for i, x := range rest {
		p := sig.Params().At(i)
		if isFuncType(p.Type()) {
			if v := l.snapshot(l.value(x)); v != nil {
				list = append(list, l.bind(v, a.Meta)...)
				inner.values[p] = v
			}
			continue
		}
		define(p, l.box(l.expr(x), inner.subst.Type(p.Type()), x.Pos()))
	}
	if last := sig.Params().Len() - 1; several {
		define(sig.Params().At(last), l.variadic(more, inner.subst.Type(sig.Params().At(last).Type())))
	}
	if len(a.Lhs) > 0 {
		list = append(list, a)
	}
	return list
}

// variadic returns the slice that a variadic parameter is, of a type, for arguments.
func (l *lowerer) variadic(args []goast.Expr, t types.Type) ast.Expr {
	if len(args) == 0 {
		return &ast.Convert{X: &ast.Name{Obj: types.Universe.Lookup("nil"), T: types.Typ[types.UntypedNil]}, T: t}
	}
	elem := t.Underlying().(*types.Slice).Elem()
	lit := &ast.Composite{T: t}
	for _, x := range args {
		lit.Elems = append(lit.Elems, ast.Elem{Value: l.typedConst(l.box(l.expr(x), elem, x.Pos()), elem)})
	}
	return lit
}

// typedConst is e, converted where it is a constant or of another type.
func (l *lowerer) typedConst(e ast.Expr, t types.Type) ast.Expr {
	if _, constant := e.(*ast.Lit); constant || !types.Identical(e.Type(), t) {
		return &ast.Convert{X: e, T: t}
	}
	return e
}

// add adds what is known of another function.
func (c *closures) add(d *closures) {
	for k, v := range d.defs {
		c.defs[k] = v
	}
	for _, pair := range []struct{ to, from map[types.Object]bool }{{c.unknown, d.unknown}, {c.wild, d.wild}, {c.shared, d.shared}, {c.changed, d.changed}, {c.loose, d.loose}, {c.returned, d.returned}} {
		for k, v := range pair.from {
			pair.to[k] = v
		}
	}
	for k, v := range d.literals {
		c.literals[k] = v
	}
	for k, v := range d.built {
		c.built[k] = v
	}
	for k, v := range d.from {
		c.from[k] = v
	}
	for k, v := range d.values {
		c.values[k] = v
	}
	for k, v := range d.uses {
		c.uses[k] = v
	}
	for k, v := range d.calls {
		c.calls[k] = v
	}
}
