package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"maps"

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

// nothingBefore reports whether no call but of a builtin function ends before a position, in what is evaluated first.
func (l *lowerer) nothingBefore(pos token.Pos) bool {
	nothing := true
	goast.Inspect(l.asked, func(n goast.Node) bool {
		if c, ok := n.(*goast.CallExpr); ok && c.End() <= pos && !l.info.Types[c.Fun].IsType() && !isFuncType(l.info.TypeOf(c)) {
			id := calleeIdent(c)
			if id == nil {
				nothing = false
			} else if _, builtin := l.info.Uses[id].(*types.Builtin); !builtin {
				nothing = false
			}
		}
		return true
	})
	return nothing
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
		return !ast.IsFloat(e.T)
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

// A maker is a declared function that returns a function, as one may be lowered in place of a call.
type maker struct {
	decl   *goast.FuncDecl
	fn     *types.Func // that is called
	of     *types.Func // whose body decl is: fn, or a function of the library
	info   *types.Info // of decl
	result goast.Expr
}

// makerOf returns the function that a call calls if it is declared in the package or in the library, does what it does in order and ends by returning a
// function.
func (l *lowerer) makerOf(call *goast.CallExpr) *maker {
	id := calleeIdent(call)
	if id == nil || l.src.Decl == nil {
		return nil
	}
	fn, ok := l.info.Uses[id].(*types.Func)
	if !ok {
		return nil
	}
	decl, of, info := l.src.Decl(fn.Origin()), fn, l.info
	if decl == nil && l.src.Library != nil {
		of, decl, info = l.src.Library(fn)
	}
	if decl == nil || decl.Body == nil || len(decl.Body.List) == 0 || fn.Signature().Variadic() || fn.Signature().Results().Len() != 1 {
		return nil
	}
	last := len(decl.Body.List) - 1
	r, ok := decl.Body.List[last].(*goast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return nil
	}
	simple := true
	for _, s := range decl.Body.List[:last] {
		goast.Inspect(s, func(n goast.Node) bool {
			switch n.(type) {
			case *goast.FuncLit:
				return false
			case *goast.ReturnStmt, *goast.DeferStmt, *goast.LabeledStmt:
				simple = false
			}
			return simple
		})
	}
	if !simple {
		return nil
	}
	return &maker{decl, fn, of, info, r.Results[0]}
}

// made lowers the call of a function that returns a function in its place, and returns that function.
func (l *lowerer) made(call *goast.CallExpr) *fnValue {
	m := l.makerOf(call)
	if m == nil || l.making[m.decl] {
		return nil
	}
	l.making[m.decl] = true
	defer delete(l.making, m.decl)
	inner := *l // its labels, jumps and results are its own, and so are its functions, which another call may give it others of
	inner.lifted, inner.values = map[*goast.FuncLit][]liftedLit{}, maps.Clone(l.values)
	inner.pre, inner.jumps, inner.gotos, inner.results = nil, jumps{}, map[types.Object]*gotoTarget{}, nil
	list := l.makerArgs(&inner, m, call)
	if m.fn == m.of {
		checkFence(m.decl.Body, l.info, l.report)
	} else {
		src := *l.src
		src.Info, src.Text = m.info, nil
		inner.src, inner.info = &src, m.info
	}
	l.closures.add(closuresOf(m.decl.Body, m.info))
	inner.closures = l.closures
	last := len(m.decl.Body.List) - 1
	list = append(list, inner.block(m.decl.Body.List[:last], m.decl.Body.Pos()).Stmts...)
	v := inner.value(m.result)
	if v == nil {
		return nil
	}
	list = append(append(list, inner.pre...), inner.bind(v, ast.Meta{Pos: call.Pos()})...)
	l.hoist(call.Pos(), "a call of a function that returns a function", list...)
	// Another call has other variables.
	w := *v
	w.bound = nil
	for _, b := range v.bound {
		if b.expr == nil {
			obj := types.NewVar(b.obj.Pos(), l.src.Pkg, b.name, inner.subst.Type(b.obj.Type()))
			l.vars[obj], l.pointers[obj] = l.vars[b.obj], l.pointers[b.obj]
			l.closures.shared[obj], l.closures.changed[obj] = l.closures.shared[b.obj], l.closures.changed[b.obj]
			b.obj = obj
		}
		w.bound = append(w.bound, b)
	}
	return &w
}

// makerArgs binds the receiver and the parameters of a function that is lowered in place of a call, and gives it its types.
func (l *lowerer) makerArgs(inner *lowerer, m *maker, call *goast.CallExpr) []ast.Stmt {
	_, args := l.instanceOf(calleeIdent(call), m.fn)
	if len(args) > 0 {
		inner.subst = l.src.Instances.subst(typeParams(m.of.Origin()), args)
	}
	sig := m.of.Origin().Signature()
	a := &ast.Assign{Meta: l.meta(call), Op: token.DEFINE}
	define := func(p *types.Var, e ast.Expr) {
		v := &ast.Var{Name: p.Name(), Type: inner.subst.Type(p.Type()), Obj: p}
		if v.Blank() {
			v = ast.NewVar("p", v.Type)
		}
		inner.vars[p] = v
		delete(inner.pointers, p)
		a.Lhs, a.Rhs = append(a.Lhs, &ast.Ref{Var: v}), append(a.Rhs, inner.typedConst(e, v.Type))
	}
	rest := call.Args
	if sel, ok := goast.Unparen(call.Fun).(*goast.SelectorExpr); ok && sig.Recv() != nil {
		c := &ast.Call{Fun: ast.Callee{Fn: m.fn}}
		rest = l.receiver(sel, c, rest)
		l.recvHeld = heldFuncs{}
		define(sig.Recv(), c.Args[0])
	}
	for i, x := range rest {
		p := sig.Params().At(i)
		if isFuncType(p.Type()) {
			if v := l.value(x); v != nil {
				inner.values[p] = v
			}
			continue
		}
		define(p, l.box(l.expr(x), inner.subst.Type(p.Type()), x.Pos()))
	}
	if len(a.Lhs) == 0 {
		return nil
	}
	return []ast.Stmt{a}
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
	for _, pair := range []struct{ to, from map[types.Object]bool }{{c.unknown, d.unknown}, {c.shared, d.shared}, {c.changed, d.changed}, {c.loose, d.loose}} {
		for k, v := range pair.from {
			pair.to[k] = v
		}
	}
	for k, v := range d.literals {
		c.literals[k] = v
	}
	for k, v := range d.from {
		c.from[k] = v
	}
	for k, v := range d.calls {
		c.calls[k] += v
	}
}
