package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Groups of goroutines, and the locks that goroutines take, are gone after lowering: see goroutine.go.

// A group is a variable that goroutines are waited for with.
type group struct {
	err   *ast.Var // of an errgroup: what Wait returns
	given bool     // it is that of a caller, by a parameter, to call Done of it

	semaphore bool // it is none, but a channel that bounds how many run at the same time
}

// The types of package sync and its like that are known here.
const (
	waitGroup = "sync.WaitGroup"
	errGroup  = "golang.org/x/sync/errgroup.Group"
)

// groupKind returns the name of such a type that a variable has or points to, or "".
func groupKind(obj types.Object) string {
	v, ok := obj.(*types.Var)
	if !ok || v.IsField() {
		return ""
	}
	t := v.Type()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	switch name := named.Obj().Pkg().Path() + "." + named.Obj().Name(); name {
	case waitGroup, errGroup, "sync.Mutex", "sync.RWMutex":
		return name
	}
	return ""
}

// ofGroup returns the variable and the method of a call of a method of a group of goroutines, or nil.
func ofGroup(e goast.Expr, info *types.Info) (*types.Var, *goast.CallExpr, string) {
	if e == nil {
		return nil, nil, ""
	}
	call, ok := goast.Unparen(e).(*goast.CallExpr)
	if !ok {
		return nil, nil, ""
	}
	sel, ok := goast.Unparen(call.Fun).(*goast.SelectorExpr)
	if !ok {
		return nil, nil, ""
	}
	id, ok := goast.Unparen(sel.X).(*goast.Ident)
	if !ok || groupKind(info.Uses[id]) == "" {
		return nil, nil, ""
	}
	return info.Uses[id].(*types.Var), call, sel.Sel.Name
}

// groupCalls calls f for the calls of methods of groups and locks below n that into, if it is not nil, does not keep it from.
func groupCalls(n goast.Node, info *types.Info, into func(goast.Node) bool, f func(obj *types.Var, call *goast.CallExpr, name string)) {
	goast.Inspect(n, func(n goast.Node) bool {
		if x, ok := n.(*goast.CallExpr); ok {
			if obj, call, name := ofGroup(x, info); obj != nil {
				f(obj, call, name)
			}
		}
		return into == nil || into(n)
	})
}

// waitsIn reports whether something below n that into does not keep it from waits for a group.
func (l *lowerer) waitsIn(n goast.Node, group *types.Var, into func(goast.Node) bool) bool {
	found := false
	groupCalls(n, l.info, into, func(obj *types.Var, _ *goast.CallExpr, name string) { found = found || obj == group && name == "Wait" })
	return found
}

// isLock reports whether a variable is a lock.
func isLock(obj types.Object) bool {
	kind := groupKind(obj)
	return kind != "" && kind != waitGroup && kind != errGroup
}

// ofGroups lowers what a statement does with a group of goroutines.
func (l *lowerer) ofGroups(s goast.Stmt) (list []ast.Stmt, ok bool) {
	if st := l.startedBy(s); st != nil {
		if st.keep != nil {
			return st.keep(), true
		}
		return l.goroutine(st), true
	}
	if l.ofSemaphore(s) {
		return nil, true
	}
	var x goast.Expr
	switch s := s.(type) {
	case *goast.ForStmt, *goast.RangeStmt:
		var starts []*start
		for _, st := range l.starts {
			if st.loop == s {
				starts = append(starts, st)
			}
		}
		if len(starts) == 0 {
			return nil, false
		}
		return l.startLoop(s, starts), true
	case *goast.AssignStmt:
		return l.assignGroup(s)
	case *goast.ExprStmt:
		x = s.X
	case *goast.DeferStmt:
		if x = s.Call; l.onlyReleases(s.Call) {
			return nil, true
		}
	case *goast.GoStmt:
		l.report(s.Pos(), "it cannot be told when this goroutine ends; call the function instead")
		return nil, true
	default:
		return nil, false
	}
	obj, call, name := ofGroup(x, l.info)
	if obj == nil || !l.isGroup(obj) {
		return nil, false
	}
	_, deferred := s.(*goast.DeferStmt)
	if isLock(obj) {
		l.lock(name, deferred)
		return nil, true
	}
	g := l.groupAt(obj)
	inside := l.running != nil && (g == l.groupAt(l.running.group) || !l.declaredIn(obj, l.running))
	switch {
	case g.given && (name == "Done" || name == "Add"):
		return nil, true
	case g.given:
		l.report(s.Pos(), name+" of "+obj.Name()+" is called, which a function is given; call it in the function that declares the group")
		return nil, true
	case name == "Add" || name == "SetLimit":
		if name == "SetLimit" && l.countsCores(call.Args[0]) {
			return nil, !deferred
		}
		_, args := l.operands(call.Args, l.meta(s))
		for _, x := range args {
			if ast.Any(x, callsFunc) {
				l.report(s.Pos(), "the argument of "+name+" must not be a call; assign it to a variable first")
			}
		}
		return nil, !deferred
	case name == "Done" && (!inside || g != l.groupAt(l.running.group)):
		l.report(s.Pos(), "Done of "+obj.Name()+" is called by another than one of its goroutines, which others may wait for; that is not supported")
		return nil, true
	case name == "Wait" && inside:
		l.report(s.Pos(), "a goroutine waits for others that it has not started, which is not supported; wait in the function that starts them")
		return nil, true
	case name == "Done", name == "Wait" && !deferred:
		return nil, true
	}
	return nil, false
}

// onlyReleases reports whether what a goroutine defers is a literal that does nothing but to say that it is done, to give locks back, and to
// receive from semaphores.
func (l *lowerer) onlyReleases(call *goast.CallExpr) bool {
	lit, ok := goast.Unparen(call.Fun).(*goast.FuncLit)
	if !ok || l.running == nil {
		return false
	}
	for _, s := range lit.Body.List {
		x, isExpr := s.(*goast.ExprStmt)
		if !isExpr {
			return false
		}
		obj, _, name := ofGroup(x.X, l.info)
		switch {
		case l.ofSemaphore(s):
		case obj != nil && l.isGroup(obj) && (name == "Unlock" || name == "RUnlock"):
		case obj != nil && name == "Done" && l.groupAt(obj) == l.groupAt(l.running.group):
		default:
			return false
		}
	}
	return len(lit.Body.List) > 0
}

// declaredIn reports whether a variable is declared in what a goroutine does.
func (l *lowerer) declaredIn(obj types.Object, st *start) bool {
	return st.stmt.Pos() <= obj.Pos() && obj.Pos() < st.stmt.End()
}

// isGroup reports whether a variable is a group of goroutines of the function or of one around it.
func (l *lowerer) isGroup(obj types.Object) bool { return l.groupAt(obj) != nil }

func (l *lowerer) groupAt(obj types.Object) *group {
	for o := l; o != nil; o = o.outer {
		if g := o.groups[obj]; g != nil {
			return g
		}
	}
	return nil
}

// locksGoroutines reports whether all that is done with a lock is that goroutines, in their own bodies, take it and give it back.
func (l *lowerer) locksGoroutines(lock types.Object) bool {
	ok := true
	var walk func(n goast.Node, in *start)
	walk = func(n goast.Node, in *start) {
		goast.Inspect(n, func(n goast.Node) bool {
			switch m := n.(type) {
			case goast.Stmt:
				if st := l.startedBy(m); st != nil && st != in {
					for _, x := range st.call.Args {
						walk(x, in)
					}
					if lit, isLit := goast.Unparen(st.call.Fun).(*goast.FuncLit); isLit {
						walk(lit.Body, st)
						return false
					}
				}
				var x goast.Expr
				switch m := m.(type) {
				case *goast.ExprStmt:
					x = m.X
				case *goast.DeferStmt:
					x = m.Call
				}
				if obj, _, name := ofGroup(x, l.info); obj == lock && in != nil && name != "TryLock" && name != "TryRLock" && name != "RLocker" {
					return false
				}
			case *goast.FuncLit:
				walk(m.Body, nil)
				return false
			case *goast.Ident:
				ok = ok && l.info.Uses[m] != lock
			}
			return true
		})
	}
	walk(l.top, nil)
	return ok
}

// waited is the value of a call of Wait of an errgroup, or nil.
func (l *lowerer) waited(e *goast.CallExpr) ast.Expr {
	obj, _, name := ofGroup(e, l.info)
	switch {
	case name == "TryGo":
		l.report(e.Pos(), "whether this starts a goroutine depends on others; call Go")
	case name == "Wait" && l.running != nil && obj != nil && !l.declaredIn(obj, l.running):
		l.report(e.Pos(), "a goroutine waits for others that it has not started, which is not supported; wait in the function that starts them")
	}
	if g := l.groups[obj]; g != nil && name == "Wait" && g.err != nil {
		return &ast.Ref{Var: g.err}
	}
	return nil
}

// declareGroup lowers the declaration of groups of goroutines, which is a part of a statement.
func (l *lowerer) declareGroup(spec *goast.ValueSpec, s goast.Stmt) (list []ast.Stmt, ok bool) {
	if len(spec.Values) == 1 && len(spec.Names) == 1 {
		if list, ok := l.newSemaphore(l.info.Defs[spec.Names[0]], spec.Values[0], s); ok {
			return list, true
		}
	}
	if len(spec.Values) > 1 || len(spec.Values) == 1 && (len(spec.Names) > 1 || !l.makesGroup(spec.Values[0])) {
		return nil, false
	}
	for i, id := range spec.Names {
		more, isGroup := l.newGroup(l.info.Defs[id], len(spec.Values) > 0, s)
		switch {
		case isGroup:
		case i == 0:
			return nil, false
		default:
			l.report(id.Pos(), id.Name+" is used for more than those that are declared with it; declare it by a statement of its own")
		}
		list = append(list, more...)
	}
	return list, true
}

// assignGroup lowers the definition of a group of goroutines.
func (l *lowerer) assignGroup(s *goast.AssignStmt) ([]ast.Stmt, bool) {
	if s.Tok != token.DEFINE || len(s.Rhs) != 1 {
		return nil, false
	}
	id, _ := s.Lhs[0].(*goast.Ident)
	if len(s.Lhs) == 1 {
		if list, ok := l.newSemaphore(l.info.Defs[id], s.Rhs[0], s); ok {
			return list, true
		}
	}
	switch {
	case len(s.Lhs) == 1 && l.makesGroup(s.Rhs[0]):
		return l.newGroup(l.info.Defs[id], true, s)
	case len(s.Lhs) == 2 && l.isWithContext(s.Rhs[0]):
		list, ok := l.newGroup(l.info.Defs[id], true, s)
		if !ok {
			return nil, false
		}
		return append(list, l.contextOf(s)...), true
	}
	return nil, false
}

// isWithContext reports whether an expression makes a group and a context that ends with it.
func (l *lowerer) isWithContext(x goast.Expr) bool {
	call, ok := goast.Unparen(x).(*goast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	fn, ok := l.info.Uses[calleeIdent(call)].(*types.Func)
	return ok && fn.FullName() == "golang.org/x/sync/errgroup.WithContext"
}

// contextOf lowers the context of a group, which ends when a goroutine fails, or all have ended. Others than goroutines would notice the
// latter; that one has failed others need not notice, for they may have run before.
func (l *lowerer) contextOf(s *goast.AssignStmt) []ast.Stmt {
	id, _ := s.Lhs[1].(*goast.Ident)
	obj := l.info.ObjectOf(id)
	if id.Name != "_" {
		goast.Inspect(l.top, func(n goast.Node) bool {
			if use, ok := n.(*goast.Ident); ok && l.info.Uses[use] == obj && use.Pos() > s.End() {
				l.report(use.Pos(), id.Name+" is used by another than the goroutines of its group, so that it matters when they end; use the context that it is made of")
			}
			lit, ok := n.(*goast.FuncLit)
			return !ok || !l.closures.started[lit]
		})
	}
	parent := l.expr(goast.Unparen(s.Rhs[0]).(*goast.CallExpr).Args[0])
	a := &ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{parent}}
	switch {
	case id.Name == "_":
	case l.info.Defs[id] != nil:
		a.Op, a.Lhs[0] = token.DEFINE, &ast.Ref{Var: l.declare(obj)}
	default: // it is the variable that it is made of
		return nil
	}
	return []ast.Stmt{a}
}

// makesGroup reports whether an expression makes a new group.
func (l *lowerer) makesGroup(x goast.Expr) bool {
	x = goast.Unparen(x)
	if u, ok := x.(*goast.UnaryExpr); ok && u.Op == token.AND {
		x = goast.Unparen(u.X)
	}
	switch x := x.(type) {
	case *goast.CompositeLit:
		return len(x.Elts) == 0
	case *goast.CallExpr:
		b, ok := l.info.Uses[calleeIdent(x)].(*types.Builtin)
		return ok && b.Name() == "new"
	}
	return false
}

// newGroup lowers the declaration of a variable, with a value that makes it or without one, if that is a group of goroutines or a lock.
func (l *lowerer) newGroup(obj types.Object, made bool, s goast.Stmt) ([]ast.Stmt, bool) {
	kind := groupKind(obj)
	if p, ok := obj.(*types.Var); kind == "" || !ok || ast.Pointee(p.Type()) != nil && !made {
		return nil, false
	}
	if isLock(obj) {
		if !l.locksGoroutines(obj) {
			return nil, false
		}
	} else if other := l.otherUse(obj); other != nil {
		if !slices.ContainsFunc(l.starts, func(st *start) bool { return st.group == obj }) {
			return nil, false
		}
		l.report(other.Pos(), obj.Name()+" is used here for more than to start goroutines and to wait for them; start function literals that defer its Done, and call the function in them")
	}
	g := &group{}
	l.groups[obj] = g
	if kind != errGroup {
		return nil, true
	}
	g.err = ast.NewVar("err", types.Universe.Lookup("error").Type())
	return []ast.Stmt{&ast.Decl{Meta: ast.Meta{Pos: s.Pos()}, Vars: []*ast.Var{g.err}, Typed: true}}, true
}

// groupArg returns the group of goroutines that an argument of a call refers to, or nil.
func (l *lowerer) groupArg(x goast.Expr) *types.Var {
	if obj := groupIn(x, l.info); obj != nil && l.isGroup(obj) {
		return obj
	}
	return nil
}

// groupIn returns the sync.WaitGroup whose address an expression is, or which it is if it is a pointer to one; or nil.
func groupIn(x goast.Expr, info *types.Info) *types.Var {
	id := identIn(x)
	if id == nil || groupKind(info.Uses[id]) != waitGroup || ast.Pointee(info.TypeOf(x)) == nil {
		return nil
	}
	return info.Uses[id].(*types.Var)
}

// identIn returns the variable that an expression is, or takes the address of.
func identIn(x goast.Expr) *goast.Ident {
	x = goast.Unparen(x)
	if u, ok := x.(*goast.UnaryExpr); ok {
		x = goast.Unparen(u.X)
	}
	id, _ := x.(*goast.Ident)
	return id
}

// checkGiven reports what more is done with a group of goroutines that a parameter refers to than to call Done.
func (l *lowerer) checkGiven(param types.Object) {
	if other := l.otherUse(param); other != nil {
		l.report(other.Pos(), param.Name()+" is used here for more than to call Done")
	}
}

// otherUse returns where more is done with a group of goroutines than to start them and to wait for them, or nil.
func (l *lowerer) otherUse(group types.Object) (other goast.Node) {
	known := map[*goast.Ident]bool{}
	groupCalls(l.top, l.info, nil, func(obj *types.Var, call *goast.CallExpr, name string) {
		if obj == group && slices.Contains([]string{"Add", "Done", "Go", "Wait", "SetLimit"}, name) {
			known[goast.Unparen(goast.Unparen(call.Fun).(*goast.SelectorExpr).X).(*goast.Ident)] = true
		}
	})
	goast.Inspect(l.top, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.CallExpr:
			if !l.info.Types[n.Fun].IsValue() {
				break // a conversion, or a builtin function
			}
			for _, x := range n.Args {
				if groupIn(x, l.info) == group {
					known[identIn(x)] = true // what becomes of it there is told there
				}
			}
		case *goast.Ident:
			if l.info.Uses[n] == group && !known[n] && other == nil {
				other = n
			}
		}
		return true
	})
	return other
}

// failed sets the error of a group to another one if it has none.
func (g *group) failed(e *ast.Var) ast.Stmt {
	set := &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: g.err}}, Op: token.ASSIGN, Rhs: []ast.Expr{&ast.Ref{Var: e}}}
	return &ast.If{Cond: isNil(&ast.Ref{Var: g.err}), Then: &ast.Block{Stmts: []ast.Stmt{set}}}
}

// lock notes that a goroutine, which is lowered in place, takes or gives back a lock of its function. These are gone: what is run on several
// cores keeps the iterations apart by other means.
func (l *lowerer) lock(name string, deferred bool) {
	if l.running == nil || deferred {
		return // nobody else is there, or it lasts as long as the goroutine
	}
	if name == "Lock" || name == "RLock" {
		l.running.locked++
	} else {
		l.running.locked--
	}
}

// mayWrite reports whether an expression is a call that is given what leads to memory.
func mayWrite(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && slices.ContainsFunc(c.Args, func(x ast.Expr) bool {
		_, number := x.Type().Underlying().(*types.Basic)
		return !number && (c.Fun.Builtin == "" || c.Fun.Builtin == "copy" || c.Fun.Builtin == "append" || c.Fun.Builtin == "clear")
	})
}

// underLock notes what a goroutine does while it holds a lock, if that is more than to change variables.
func (l *lowerer) underLock(list []ast.Stmt) {
	if l.running == nil || l.running.locked == 0 {
		return
	}
	for _, s := range list {
		ast.Inspect(&ast.Block{Stmts: []ast.Stmt{s}}, func(s ast.Stmt) bool {
			ast.Exprs(s, func(e ast.Expr, assigned bool) {
				_, isVar := e.(*ast.Ref)
				l.running.locks = l.running.locks || assigned && e != nil && !isVar || e != nil && ast.Any(e, mayWrite)
			})
			return true
		})
	}
}
