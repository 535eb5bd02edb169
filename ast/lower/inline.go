package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// A call of a function literal that changes variables around it, as a statement or as the one value of an assignment or a return, is
// replaced by the body of the literal, if that is small or called here alone:
//
//	n := 0                                   n := 0
//	add := func(v float64) int {             for _, v := range x {
//	    n++                                      n++
//	    return n                                 k := n
//	}                                            …
//	for _, v := range x {                    }
//	    k := add(v)
//	    …
//	}

// maxInlined is the number of statements up to which a literal is small.
const maxInlined = 12

// An inlining is the body of a literal that is being lowered in place of a call.
type inlining struct {
	results []*ast.Var // that have names
}

// inlined lowers a call in place and returns what comes before its results, and these.
func (l *lowerer) inlined(e goast.Expr) (list []ast.Stmt, results []ast.Expr, ok bool) {
	call, isCall := goast.Unparen(e).(*goast.CallExpr)
	if !isCall || call.Ellipsis.IsValid() {
		return nil, nil, false
	}
	lit := l.literalOf(call.Fun)
	if lit == nil || l.open[lit] || !l.canInline(lit) {
		return nil, nil, false
	}
	sig, _ := l.info.TypeOf(lit).(*types.Signature)
	if sig.Variadic() || len(call.Args) != sig.Params().Len() {
		return nil, nil, false
	}
	list, results = l.inPlace(lit, call)
	return list, results, true
}

// inPlace lowers a call of a literal in place.
func (l *lowerer) inPlace(lit *goast.FuncLit, call *goast.CallExpr) (list []ast.Stmt, results []ast.Expr) {
	sig, _ := l.info.TypeOf(lit).(*types.Signature)
	l.open[lit] = true
	defer delete(l.open, lit)
	list = l.parameters(sig, call)
	defer func(old *inlining, j jumps, gotos map[types.Object]*gotoTarget) {
		l.inlining, l.jumps, l.gotos = old, j, gotos
	}(l.inlining, l.jumps, l.gotos)
	l.inlining, l.jumps, l.gotos = &inlining{}, jumps{}, gotoTargets(lit.Body, l.info)
	defer func(old []types.Type) { l.results = old }(l.results)
	l.results = nil
	for r := range sig.Results().Variables() {
		l.results = append(l.results, l.subst.Type(r.Type()))
		if r.Name() != "" {
			v := l.declare(r)
			l.inlining.results = append(l.inlining.results, v)
			list = append(list, &ast.Decl{Meta: ast.Meta{Pos: lit.Pos()}, Vars: []*ast.Var{v}, Typed: true})
		}
	}
	body := l.block(lit.Body.List, lit.Body.Pos()).Stmts
	if last, rest := lastReturn(body); last != nil && !holdsReturn(rest) {
		return append(list, rest...), last.Results
	}
	if !holdsReturn(body) {
		return append(list, body...), nil
	}
	end := &returning{label: &ast.Label{Name: "end"}}
	for r := range sig.Results().Variables() {
		v := ast.NewVar("y", l.subst.Type(r.Type()))
		end.results = append(end.results, v)
		results = append(results, &ast.Ref{Var: v})
		list = append(list, &ast.Decl{Meta: ast.Meta{Pos: lit.Pos()}, Vars: []*ast.Var{v}, Typed: true})
	}
	return append(list, escape(end.list(body), end.label)...), results
}

// inlinedFor is inlined for the one value of an assignment. What is assigned to must be variables, which are the same after the call.
func (l *lowerer) inlinedFor(lhs, rhs []goast.Expr, op token.Token) (list []ast.Stmt, results []ast.Expr, ok bool) {
	if len(rhs) != 1 || op != token.DEFINE && op != token.ASSIGN {
		return nil, nil, false
	}
	for _, x := range lhs {
		if _, ok := goast.Unparen(x).(*goast.Ident); !ok {
			return nil, nil, false
		}
	}
	return l.inlined(rhs[0])
}

// literalOf returns the literal that is called, or nil.
func (l *lowerer) literalOf(fun goast.Expr) *goast.FuncLit {
	switch f := goast.Unparen(fun).(type) {
	case *goast.FuncLit:
		return f
	case *goast.Ident:
		obj := l.info.Uses[f]
		if obj == nil || l.closures.unknown[obj] || l.closures.from[obj] > f.Pos() {
			return nil
		}
		lit, _ := goast.Unparen(l.closures.defs[obj]).(*goast.FuncLit)
		return lit
	}
	return nil
}

// canInline reports whether a literal changes what is around it or is deferred, is small or called once, does not call itself, and has nothing in it that
// asks for a function.
func (l *lowerer) canInline(lit *goast.FuncLit) bool {
	if c, known := l.closures.inline[lit]; known {
		return c
	}
	shared, apart, statements := l.closures.atExits[lit], false, 0
	goast.Inspect(lit.Body, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.DeferStmt:
			apart = true
		case *goast.RangeStmt:
			apart = apart || isFuncType(l.info.TypeOf(n.X)) // a return in its body returns from the literal
			statements++
		case *goast.BlockStmt:
		case goast.Stmt:
			statements++
		case *goast.Ident:
			obj := l.info.Uses[n]
			outside := obj != nil && (obj.Pos() < lit.Pos() || lit.End() <= obj.Pos())
			shared = shared || outside && l.closures.shared[obj]
		}
		return true
	})
	l.closures.inline[lit] = shared && !apart && !l.closures.recursive(lit, l.info) && (statements <= maxInlined || l.closures.calls[lit] == 1)
	return l.closures.inline[lit]
}

// recursive reports whether a literal may come to call itself.
func (c *closures) recursive(lit *goast.FuncLit, info *types.Info) bool {
	seen := map[*goast.FuncLit]bool{}
	var reaches func(in *goast.FuncLit) bool
	reaches = func(in *goast.FuncLit) bool {
		found := false
		goast.Inspect(in.Body, func(n goast.Node) bool {
			if id, ok := n.(*goast.Ident); ok && !found {
				if next, ok := goast.Unparen(c.defs[info.Uses[id]]).(*goast.FuncLit); ok && !seen[next] {
					seen[next] = true
					found = next == lit || reaches(next)
				}
			}
			return !found
		})
		return found
	}
	return reaches(lit)
}

// parameters defines the parameters of a literal by the arguments of a call. One that is never changed and given a variable that never
// changes is that variable.
func (l *lowerer) parameters(sig *types.Signature, call *goast.CallExpr) (list []ast.Stmt) {
	a := &ast.Assign{Meta: l.meta(call), Op: token.ASSIGN}
	vars := map[*types.Var]*ast.Var{}
	if results := resultsIn(call, l.info); results != nil {
		return l.fromResults(sig, call.Args[0], results)
	}
	for i, x := range call.Args {
		p := sig.Params().At(i)
		if isFuncType(p.Type()) {
			if v := l.value(x); v != nil {
				list = append(list, l.bind(v, a.Meta)...)
				l.values[p] = v
			}
			continue
		}
		if obj := l.groupArg(x); obj != nil {
			l.groups[p] = l.groupAt(obj)
			l.checkGiven(p)
			continue
		}
		t := l.subst.Type(p.Type())
		e := l.box(l.expr(x), t, x.Pos())
		if ref, ok := e.(*ast.Ref); ok && !l.closures.changed[p] && !l.closures.changed[ref.Var.Obj] && types.Identical(ref.Var.Type, t) {
			vars[p] = ref.Var
			continue
		}
		v := &ast.Var{Name: p.Name(), Type: t, Obj: p}
		vars[p] = v
		var place ast.Expr
		if !v.Blank() {
			place, a.Op = &ast.Ref{Var: v}, token.DEFINE
		}
		a.Lhs, a.Rhs = append(a.Lhs, place), append(a.Rhs, l.typedConst(e, t))
	}
	for p, v := range vars {
		l.vars[p] = v
	}
	if len(a.Rhs) == 0 {
		return list
	}
	return append(list, spread(a)...)
}

// resultsIn returns the results that are the arguments of a call, or nil where each argument is an expression.
func resultsIn(call *goast.CallExpr, info *types.Info) *types.Tuple {
	if len(call.Args) != 1 {
		return nil
	}
	results, _ := info.TypeOf(call.Args[0]).(*types.Tuple)
	return results
}

// fromResults defines the parameters of a literal by the results of a call.
func (l *lowerer) fromResults(sig *types.Signature, call goast.Expr, results *types.Tuple) []ast.Stmt {
	a := &ast.Assign{Meta: l.meta(call), Op: token.ASSIGN, Rhs: []ast.Expr{l.expr(call)}}
	list := []ast.Stmt{a}
	for i := range results.Len() {
		p := sig.Params().At(i)
		if isFuncType(p.Type()) {
			l.report(call.Pos(), "one of these arguments is a function; assign them to variables first")
			return nil
		}
		v := &ast.Var{Name: p.Name(), Type: l.subst.Type(p.Type()), Obj: p}
		l.vars[p] = v
		given := &ast.Ref{Var: v}
		if t := l.subst.Type(results.At(i).Type()); !types.Identical(t, v.Type) {
			given = &ast.Ref{Var: ast.NewVar(p.Name(), t)}
			list = append(list, &ast.Assign{Meta: l.meta(call), Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: token.DEFINE, Rhs: []ast.Expr{l.typedConst(l.box(given, v.Type, call.Pos()), v.Type)}})
		}
		var place ast.Expr
		if !v.Blank() {
			place, a.Op = given, token.DEFINE
		}
		a.Lhs = append(a.Lhs, place)
	}
	return list
}

// lastReturn returns the return that a list of statements ends with, if it does, and what is before it.
func lastReturn(list []ast.Stmt) (*ast.Return, []ast.Stmt) {
	if len(list) == 0 {
		return nil, nil
	}
	r, _ := list[len(list)-1].(*ast.Return)
	return r, list[:len(list)-1]
}

func holdsReturn(list []ast.Stmt) bool {
	found := false
	for _, s := range list {
		ast.Inspect(s, func(s ast.Stmt) bool {
			_, ok := s.(*ast.Return)
			found = found || ok
			return !found
		})
	}
	return found
}

// A returning makes of returns assignments to results and breaks out of what they return from.
type returning struct {
	label   *ast.Label
	results []*ast.Var
}

func (x *returning) list(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		r, ok := s.(*ast.Return)
		if !ok {
			out = append(out, mapBlocks(s, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: x.list(b.Stmts)} }))
			continue
		}
		if len(r.Results) > 0 {
			a := &ast.Assign{Meta: r.Meta, Op: token.ASSIGN, Rhs: r.Results}
			for _, v := range x.results {
				a.Lhs = append(a.Lhs, &ast.Ref{Var: v})
			}
			out = append(out, spread(a)...)
		}
		out = append(out, &ast.Branch{Meta: ast.Meta{Pos: r.Pos}, Tok: token.BREAK, Target: x.label})
	}
	return out
}
