package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Range over functions.
//
// The body of the loop becomes a function literal, which the function that is ranged over is given:
//
//	for v := range t.All() {         t.All()(func(v float64) bool {
//	    if v < 0 { continue }            if v < 0 { return true }
//	    if v > 9 { break }               if v > 9 { return false }
//	    if v == 5 { return s }           if v == 5 { result, returned = s, true; return false }
//	    if v == 7 { continue outer }     if v == 7 { jumped = true; return false }
//	    s += v                           s += v
//	}                                    return true
//	                                 })
//	                                 if returned { return result }
//	                                 if jumped { continue outer }

// An iteration is the loop whose body is being lowered as a function.
type iteration struct {
	next, leave *ast.Label     // continue and break without a label lead here
	label       *ast.Label     // of the loop
	returned    *types.Var     // set by a return; nil if there is none
	results     []*types.Var   // what it returns
	named       []types.Object // the results of the function, where a bare return returns them
	assigns     bool           // a return assigns to these, which are results too
	inner       bool           // the loop is in another one of this kind, which has the variables
	jumps       []jump         // out of the loop, to labels
	kept        bool           // it stays a function: a return in it comes to deferred calls
}

// A jump is a branch out of the body of a loop that is a function.
type jump struct {
	branch *goast.BranchStmt
	taken  *types.Var // set by it
}

// rangeFunc lowers a range clause over a function.
func (l *lowerer) rangeFunc(s *goast.RangeStmt) []ast.Stmt {
	if list, ok := l.rangeLibrary(s); ok {
		return list
	}
	if s.Tok == token.ASSIGN {
		l.report(s.Pos(), "a range over a function whose variables are declared before is not supported; declare them in the loop")
		return nil
	}
	label := l.takeLabel("loop")
	v := l.value(s.X)
	if v == nil {
		return nil
	}
	if v.fn == nil || !l.src.Declared(v.fn) {
		l.report(s.X.Pos(), "what is ranged over is a function without source here")
		return nil
	}
	meta := ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}
	list := l.bind(v, meta)
	lit := &goast.FuncLit{Type: &goast.FuncType{Func: s.For}, Body: s.Body}
	l.closures.loops[lit] = l.yielded(s)
	it := &iteration{next: &ast.Label{Name: "next"}, leave: &ast.Label{Name: "leave"}, label: label}
	l.prepareReturns(it, s.Body)
	it.kept = it.returned != nil && l.defers()
	l.prepareJumps(it, s.Body)
	l.iterating = it
	body := l.lift(lit, "body")
	l.iterating = nil
	l.src.Instances.byFn[body.fn].iteration = it
	for _, obj := range it.own() {
		l.vars[obj] = ast.NewVar(obj.Name(), obj.Type())
		list = append(list, &ast.Decl{Meta: ast.Meta{Pos: s.Pos()}, Vars: []*ast.Var{l.vars[obj]}, Typed: true})
	}
	c := &ast.Call{Fun: ast.Callee{Fn: v.fn, Method: v.method}, Args: l.boundArgs(v), T: types.NewTuple(), Pos: s.Pos()}
	l.give(c, []binding{{param: l.paramAt(c), value: body}}, l.boundArgs(body))
	list = append(list, &ast.Do{Meta: meta, Call: c})
	if it.returned != nil {
		r := &ast.Return{Meta: ast.Meta{Pos: s.Pos()}}
		if it.inner {
			r.Results = []ast.Expr{boolName(false)}
		} else {
			for _, v := range it.results {
				r.Results = append(r.Results, &ast.Ref{Var: l.vars[v]})
			}
		}
		list = append(list, &ast.If{Cond: l.boundArg(boundVar{obj: it.returned}), Then: &ast.Block{Stmts: []ast.Stmt{r}}})
	}
	for _, j := range it.jumps {
		list = append(list, &ast.If{Cond: &ast.Ref{Var: l.vars[j.taken]}, Then: &ast.Block{Stmts: l.branch(j.branch)}})
	}
	return list
}

// defers reports whether the function, or one that it is a loop of, has calls that are made where it is left.
func (l *lowerer) defers() bool {
	for o := l; o != nil; o = o.outer {
		if len(o.deferrals) > 0 {
			return true
		}
		if o.iteration == nil {
			break
		}
	}
	return false
}

// paramAt returns the number of the parameter that the next argument of a call is for.
func (l *lowerer) paramAt(c *ast.Call) int {
	if c.Fun.Method {
		return len(c.Args) - 1
	}
	return len(c.Args)
}

// yielded returns the signature of the body of a loop as a function.
func (l *lowerer) yielded(s *goast.RangeStmt) *types.Signature {
	sig, _ := l.info.TypeOf(s.X).Underlying().(*types.Signature)
	yield, _ := sig.Params().At(0).Type().Underlying().(*types.Signature)
	var params []*types.Var
	for i, x := range []goast.Expr{s.Key, s.Value}[:yield.Params().Len()] {
		p := types.NewParam(s.Pos(), l.src.Pkg, "_", yield.Params().At(i).Type())
		if id, ok := x.(*goast.Ident); ok && id.Name != "_" {
			p, _ = l.info.Defs[id].(*types.Var)
		}
		params = append(params, p)
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), yield.Results(), false)
}

// prepareReturns makes the variables for what a return in the body of a loop returns.
func (l *lowerer) prepareReturns(it *iteration, b *goast.BlockStmt) {
	found, bare := false, false
	goast.Inspect(b, func(n goast.Node) bool {
		r, ok := n.(*goast.ReturnStmt)
		found, bare = found || ok, bare || ok && len(r.Results) == 0
		_, lit := n.(*goast.FuncLit)
		return !lit
	})
	if !found {
		return
	}
	if up := l.iteration; up != nil {
		it.inner, it.returned, it.results, it.named, it.assigns = true, up.returned, up.results, up.named, up.assigns
		return
	}
	if bare {
		it.named = l.named
	}
	it.returned = types.NewVar(b.Pos(), l.src.Pkg, "returned", types.Typ[types.Bool])
	l.closures.shared[it.returned] = true
	if slices.ContainsFunc(l.named, func(r types.Object) bool { return l.closures.shared[r] }) {
		l.returnNamed(it, b.Pos())
		return
	}
	for _, t := range l.results {
		v := types.NewVar(b.Pos(), l.src.Pkg, "result", t)
		l.closures.shared[v] = true
		it.results = append(it.results, v)
	}
}

// returnNamed lets a return in the body of a loop assign to the results themselves: what is ranged over may read and write them before the
// function returns.
func (l *lowerer) returnNamed(it *iteration, pos token.Pos) {
	it.named, it.assigns = l.named, true
	for _, r := range l.named {
		v, _ := r.(*types.Var)
		if r.Name() == "_" {
			l.report(pos, "a return in a range over a function that may change results is not supported where others are blank; give them names")
		}
		l.closures.shared[v] = true
		it.results = append(it.results, v)
	}
}

// prepareJumps makes the variables for jumps in the body of a loop to labels outside of it.
func (l *lowerer) prepareJumps(it *iteration, b *goast.BlockStmt) {
	goast.Inspect(b, func(n goast.Node) bool {
		s, ok := n.(*goast.BranchStmt)
		if !ok || s.Label == nil {
			_, lit := n.(*goast.FuncLit)
			return !lit
		}
		label := l.info.Uses[s.Label]
		if b.Pos() <= label.Pos() && label.Pos() < b.End() || s.Tok != token.GOTO && l.labels[label] == it.label {
			return true
		}
		if it.jumpOf(s, l.info) == nil {
			v := types.NewVar(b.Pos(), l.src.Pkg, "jumped", types.Typ[types.Bool])
			l.closures.shared[v] = true
			it.jumps = append(it.jumps, jump{s, v})
		}
		return true
	})
}

// jumpOf returns the variable of a jump like s, or nil.
func (it *iteration) jumpOf(s *goast.BranchStmt, info *types.Info) *types.Var {
	for _, j := range it.jumps {
		if j.branch.Tok == s.Tok && info.Uses[j.branch.Label] == info.Uses[s.Label] {
			return j.taken
		}
	}
	return nil
}

// jumpFrom lowers a jump out of the body of a loop that is a function.
func (l *lowerer) jumpFrom(s *goast.BranchStmt) []ast.Stmt {
	taken := l.iteration.jumpOf(s, l.info)
	if taken == nil {
		l.report(s.Pos(), "this jump out of a range over a function is not supported; set a variable and break")
		return nil
	}
	return l.stop(taken, l.meta(s))
}

// stop sets a variable around the loop whose body is a function, and ends the loop.
func (l *lowerer) stop(why *types.Var, meta ast.Meta) []ast.Stmt {
	set := &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Deref{X: &ast.Ref{Var: l.pointers[why]}}}, Op: token.ASSIGN, Rhs: []ast.Expr{boolName(true)}}
	return []ast.Stmt{set, &ast.Return{Meta: ast.Meta{Pos: meta.Pos}, Results: []ast.Expr{boolName(false)}}}
}

// own returns the variables that belong to the loop itself.
func (it *iteration) own() []types.Object {
	var list []types.Object
	switch {
	case it.inner || it.returned == nil:
	case it.assigns:
		list = []types.Object{it.returned}
	default:
		list = it.variables()
	}
	for _, j := range it.jumps {
		list = append(list, j.taken)
	}
	return list
}

// variables returns those that the body of a loop sets to return.
func (it *iteration) variables() []types.Object {
	if it.returned == nil {
		return nil
	}
	var list []types.Object
	for _, v := range it.results {
		list = append(list, v)
	}
	return append(list, it.returned)
}

// needs returns what the body of a loop needs to return.
func (it *iteration) needs() []types.Object {
	if it == nil {
		return nil
	}
	list := it.variables()
	if !it.assigns {
		list = append(list, it.named...)
	}
	for _, j := range it.jumps {
		list = append(list, j.taken)
	}
	return list
}

// returnFrom lowers a return in the body of a loop that is a function.
func (l *lowerer) returnFrom(s *goast.ReturnStmt) []ast.Stmt {
	it, meta := l.iteration, l.meta(s)
	list, values := l.operands(s.Results, meta)
	if len(values) == 0 && it.assigns {
		return append(list, l.stop(it.returned, ast.Meta{Pos: s.Pos()})...)
	}
	if len(values) == 0 {
		for _, r := range it.named {
			values = append(values, l.boundArg(boundVar{obj: r}))
		}
	}
	set := &ast.Assign{Meta: meta, Op: token.ASSIGN, Rhs: values}
	for _, r := range it.results {
		set.Lhs = append(set.Lhs, &ast.Deref{X: &ast.Ref{Var: l.pointers[r]}})
	}
	before, values := l.boxSides(set.Rhs, len(set.Lhs), func(i int) types.Type { return set.Lhs[i].Type() }, meta)
	list, set.Rhs = append(list, before...), values
	withoutSelf(set)
	if len(set.Lhs) > 0 {
		list = append(list, set)
	}
	return append(list, l.stop(it.returned, ast.Meta{Pos: s.Pos()})...)
}

// withoutSelf drops what of an assignment assigns a variable to itself.
func withoutSelf(a *ast.Assign) {
	if len(a.Lhs) != len(a.Rhs) {
		return
	}
	var lhs, rhs []ast.Expr
	for i, x := range a.Lhs {
		if !ast.Equal(x, a.Rhs[i]) {
			lhs, rhs = append(lhs, x), append(rhs, a.Rhs[i])
		}
	}
	a.Lhs, a.Rhs = lhs, rhs
}

// asFunction makes of the body of a loop that of a function: jumps out of the iteration return whether to go on.
func (it *iteration) asFunction(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		br, ok := s.(*ast.Branch)
		switch {
		case ok && (br.Target == it.next || br.Target == it.label && br.Tok == token.CONTINUE):
			s = &ast.Return{Meta: br.Meta, Results: []ast.Expr{boolName(true)}}
		case ok && (br.Target == it.leave || br.Target == it.label):
			s = &ast.Return{Meta: br.Meta, Results: []ast.Expr{boolName(false)}}
		case !ok:
			s = mapBlocks(s, it.asFunction)
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// rangeLibrary lowers a range clause over a function of the standard library that goes through a slice or a map.
func (l *lowerer) rangeLibrary(s *goast.RangeStmt) ([]ast.Stmt, bool) {
	call, ok := goast.Unparen(s.X).(*goast.CallExpr)
	if !ok {
		return nil, false
	}
	id := calleeIdent(call)
	if id == nil {
		return nil, false
	}
	fn, ok := l.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || len(call.Args) == 0 {
		return nil, false
	}
	over := *s
	over.X = call.Args[0]
	name := fn.Pkg().Path() + "." + fn.Name()
	switch name {
	case "slices.Values", "maps.Values", "strings.SplitSeq", "strings.SplitAfterSeq", "strings.FieldsSeq":
		over.Key, over.Value = nil, s.Key
		if over.Value != nil && s.Tok == token.DEFINE {
			over.Key = goast.NewIdent("_")
		}
		if fn.Pkg().Path() == "strings" {
			over.X = l.callInstead(call, id, strings.TrimSuffix(fn.Name(), "Seq"))
		}
	case "slices.All", "maps.All", "maps.Keys":
	default:
		return nil, false
	}
	return l.rangeStmt(&over), true
}

// callInstead returns a call of another function of the same package, which returns a []string.
func (l *lowerer) callInstead(call *goast.CallExpr, callee *goast.Ident, name string) goast.Expr {
	fn := l.info.Uses[callee].(*types.Func).Pkg().Scope().Lookup(name)
	sel := *goast.Unparen(call.Fun).(*goast.SelectorExpr)
	sel.Sel = &goast.Ident{NamePos: callee.Pos(), Name: name}
	c := *call
	c.Fun = &sel
	l.info.Uses[sel.Sel], l.info.Types[&sel] = fn, types.TypeAndValue{Type: fn.Type()}
	l.info.Types[&c] = types.TypeAndValue{Type: types.NewSlice(types.Typ[types.String])}
	return &c
}
