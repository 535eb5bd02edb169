package lower

import (
	"fmt"
	goast "go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Goroutines.
//
// A loop that starts goroutines, for which the function waits behind it, becomes one whose iterations are run on several cores. The body
// of a goroutine is that of the loop:
//
//	for i := range x {                    for i := range x { // parallel
//	    wg.Add(1)                             y[i] = f(x[i])
//	    go func() {                       }
//	        defer wg.Done()
//	        y[i] = f(x[i])
//	    }()
//	}
//	wg.Wait()
//
// A loop that does more than to start them, or of which it is not known before how often it runs, is run first, and keeps what each of them
// has of it:
//
//	for lo := 0; lo < n; lo += size {     for lo := 0; lo < n; lo += size {
//	    hi := min(lo+size, n)                 hi := min(lo+size, n)
//	    wg.Go(func() {                        started = append(started, struct{ lo, hi int }{lo, hi})
//	        sweep(x[lo:hi])               }
//	    })                                for _, g := range started { // parallel
//	}                                         lo, hi := g.lo, g.hi
//	wg.Wait()                                 sweep(x[lo:hi])
//	                                      }
//
// One that is started outside of such a loop is run where it starts. All of that are orders in which Go may run them.

// A start is a statement that starts a goroutine.
type start struct {
	stmt  goast.Stmt
	call  *goast.CallExpr // what the goroutine does …
	fails bool            // … which returns an error
	group *types.Var
	loop  goast.Stmt // the outermost loop that starts such ones and does not wait for them, or nil

	keep   func() []ast.Stmt // what a loop that is run first does for it; else nil
	failed func() ast.Expr   // the place for its error
	locked int               // how many locks it holds where it is lowered
	locks  bool              // more happens under them than that variables change
}

// startOf returns what a statement starts as a goroutine, or nil.
func startOf(s goast.Stmt, info *types.Info) *start {
	switch s := s.(type) {
	case *goast.GoStmt:
		st := &start{stmt: s, call: s.Call}
		if lit, ok := goast.Unparen(s.Call.Fun).(*goast.FuncLit); ok {
			notInner := func(n goast.Node) bool { _, inner := n.(*goast.GoStmt); return !inner }
			groupCalls(lit.Body, info, notInner, func(obj *types.Var, _ *goast.CallExpr, name string) {
				if st.group == nil && name == "Done" {
					st.group = obj
				}
			})
		}
		for i, x := range s.Call.Args {
			if obj := groupIn(x, info); obj != nil && (st.group == nil || st.group == paramOf(s.Call.Fun, i, info)) {
				st.group = obj
			}
		}
		return st
	case *goast.ExprStmt:
		if obj, call, name := ofGroup(s.X, info); name == "Go" && len(call.Args) == 1 {
			return &start{stmt: s, group: obj, fails: groupKind(obj) == errGroup && mayFail(call.Args[0], info),
				call: &goast.CallExpr{Fun: call.Args[0], Lparen: call.Args[0].End(), Rparen: call.Args[0].End() - 1}}
		}
	}
	return nil
}

// paramOf returns a parameter of a function literal, or nil.
func paramOf(fun goast.Expr, i int, info *types.Info) *types.Var {
	lit, ok := goast.Unparen(fun).(*goast.FuncLit)
	if !ok {
		return nil
	}
	sig, _ := info.TypeOf(lit).(*types.Signature)
	if i >= sig.Params().Len() {
		return nil
	}
	return sig.Params().At(i)
}

// goroutines finds what starts goroutines in the body of a function, and reports what is not waited for there.
func (l *lowerer) goroutines(body *goast.BlockStmt) {
	if l.src.Derived {
		return
	}
	var around []goast.Node
	goast.Inspect(body, func(n goast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		around = append(around, n)
		if lit, ok := n.(*goast.FuncLit); ok && !l.closures.started[lit] {
			around = around[:len(around)-1]
			return false // it has its own
		}
		if s, ok := n.(goast.Stmt); ok {
			if st := startOf(s, l.info); st != nil {
				l.findLoop(st, around)
				l.starts = append(l.starts, st)
			}
		}
		return true
	})
}

// findLoop finds the loop that starts a goroutine, given the nodes around it, the outermost first.
func (l *lowerer) findLoop(st *start, around []goast.Node) {
	const how = "start it by Go of a sync.WaitGroup or an errgroup.Group that is a variable here, or let it defer the Done of one, and call Wait behind; " +
		"or put it into a function with //godiff:nodiff"
	if st.group == nil {
		l.report(st.stmt.Pos(), "it cannot be told when this goroutine ends; "+how)
		return
	}
	if kind := st.group.Kind(); kind != types.LocalVar || st.group.Pos() < l.top.Pos() || l.top.End() <= st.group.Pos() {
		l.report(st.stmt.Pos(), st.group.Name()+" is not a variable of this function; "+how)
		return
	}
	var leaves goast.Stmt
	waited, inBatches := false, false // where a loop waits at times, goroutines run where they start
	for i := len(around) - 2; i >= 0 && !waited; i-- {
		n := around[i]
		loop, _ := n.(goast.Stmt)
		if loop != nil && n.Pos() <= st.group.Pos() && st.group.Pos() < n.End() && isLoop(loop) {
			break
		}
		list := statementsOf(n)
		if at := slices.IndexFunc(list, func(s goast.Stmt) bool { return s == around[i+1] }); at >= 0 {
			for _, s := range list[at+1:] {
				if waited = l.waitsFirst(s, st.group); waited {
					break
				}
				if leaves == nil {
					leaves = l.leavesBy(s)
				}
			}
		}
		if r, ok := n.(*goast.RangeStmt); ok && isFuncType(l.info.TypeOf(r.X)) {
			l.report(st.stmt.Pos(), "a goroutine is started in a range over a function, which is not supported; put what that yields into a slice, and range over it")
			return
		}
		if loop != nil && isLoop(loop) && l.waitsIn(loop, st.group, nil) {
			inBatches = true
		}
		if loop != nil && !waited && isLoop(loop) && !inBatches && !l.inOrder(st.group) {
			whole := loop
			if labelled, ok := around[i-1].(*goast.LabeledStmt); ok {
				whole = labelled
			}
			st.loop, leaves = loop, l.leavesBy(whole)
		}
		if _, isLit := n.(*goast.FuncLit); isLit {
			break
		}
	}
	switch {
	case !waited && leaves == nil:
		l.report(st.stmt.Pos(), "nothing waits for this goroutine; "+how)
	case leaves != nil && st.loop != nil && st.loop.Pos() <= leaves.Pos() && leaves.Pos() < st.loop.End():
		l.report(leaves.Pos(), "this leaves a loop that starts goroutines, which are then not waited for; break out of it, and return behind Wait")
	case leaves != nil:
		l.report(leaves.Pos(), "goroutines are started before, and not waited for where this leaves; call Wait first")
	}
}

// inOrder reports whether the goroutines of a group may have to run one after the other, as its limit is.
func (l *lowerer) inOrder(group *types.Var) bool {
	found := false
	groupCalls(l.top, l.info, nil, func(obj *types.Var, call *goast.CallExpr, name string) {
		if name == "SetLimit" && obj == group {
			v := l.info.Types[call.Args[0]].Value
			several := v != nil && constant.Compare(v, token.NEQ, constant.MakeInt64(0)) && constant.Compare(v, token.NEQ, constant.MakeInt64(1))
			found = found || !several && !l.countsCores(call.Args[0])
		}
	})
	return found
}

// countsCores reports whether an expression is the number of cores, of which a function that is right has not to know whether there are several.
func (l *lowerer) countsCores(x goast.Expr) bool {
	call, ok := goast.Unparen(x).(*goast.CallExpr)
	if !ok {
		return false
	}
	fn, ok := l.info.Uses[calleeIdent(call)].(*types.Func)
	return ok && (fn.FullName() == "runtime.NumCPU" || fn.FullName() == "runtime.GOMAXPROCS")
}

// statementsOf returns the statements of a list that a node is.
func statementsOf(n goast.Node) []goast.Stmt {
	switch n := n.(type) {
	case *goast.BlockStmt:
		return n.List
	case *goast.CaseClause:
		return n.Body
	}
	return nil
}

// waitsFirst reports whether a statement waits for a group before it does anything else that could leave.
func (l *lowerer) waitsFirst(s goast.Stmt, group *types.Var) bool {
	var n goast.Node = s
	switch s := s.(type) {
	case *goast.IfStmt:
		if n = s.Cond; s.Init != nil {
			n = s.Init
		}
	case *goast.ExprStmt, *goast.AssignStmt, *goast.ReturnStmt, *goast.DeclStmt:
	case *goast.BlockStmt:
		return len(s.List) > 0 && l.waitsFirst(s.List[0], group)
	default:
		return false
	}
	return l.waitsIn(n, group, func(n goast.Node) bool { _, isLit := n.(*goast.FuncLit); return !isLit })
}

// leavesBy returns what may leave a statement for another one than the next, or nil.
func (l *lowerer) leavesBy(s goast.Stmt) goast.Stmt {
	var found goast.Stmt
	var loops, breakable int
	var walk func(n goast.Node)
	walk = func(n goast.Node) {
		goast.Inspect(n, func(m goast.Node) bool {
			switch m := m.(type) {
			case *goast.FuncLit:
				return false
			case *goast.ReturnStmt:
				found = m
			case *goast.BranchStmt:
				inside := m.Tok == token.FALLTHROUGH || m.Tok == token.CONTINUE && loops > 0 || m.Tok == token.BREAK && breakable > 0
				if m.Label != nil {
					pos := l.info.Uses[m.Label].Pos()
					inside = s.Pos() <= pos && pos < s.End()
				}
				if !inside {
					found = m
				}
			case *goast.ForStmt, *goast.RangeStmt, *goast.SwitchStmt, *goast.TypeSwitchStmt, *goast.SelectStmt:
				if m == n {
					return true
				}
				k := 0
				if isLoop(m.(goast.Stmt)) {
					k = 1
				}
				loops, breakable = loops+k, breakable+1
				walk(m)
				loops, breakable = loops-k, breakable-1
				return false
			}
			return true
		})
	}
	walk(&goast.BlockStmt{Lbrace: s.Pos(), List: []goast.Stmt{s}, Rbrace: s.End()})
	return found
}

// startedBy returns what a statement starts as a goroutine, or nil.
func (l *lowerer) startedBy(s goast.Stmt) *start {
	i := slices.IndexFunc(l.starts, func(st *start) bool { return st.stmt == s })
	if i < 0 {
		return nil
	}
	return l.starts[i]
}

// startLoop lowers a loop that starts goroutines.
func (l *lowerer) startLoop(s goast.Stmt, starts []*start) []ast.Stmt {
	if len(starts) == 1 {
		if list := l.direct(s, starts[0]); list != nil {
			return list
		}
	}
	var kept []*keptStarts
	for _, st := range starts {
		k := &keptStarts{l: l, st: st, loop: s, list: ast.NewVar(ast.Started, nil)}
		st.keep = k.keep
		kept = append(kept, k)
	}
	var list, behind []ast.Stmt
	loop := l.loopItself(s)
	for _, k := range kept {
		k.st.keep = nil
		if k.list.Type != nil {
			list = append(list, &ast.Decl{Meta: ast.Meta{Pos: s.Pos()}, Vars: []*ast.Var{k.list}, Typed: true})
			behind = append(behind, k.run()...)
		}
	}
	return slices.Concat(list, loop, behind)
}

// loopItself lowers a loop as if it started nothing.
func (l *lowerer) loopItself(s goast.Stmt) []ast.Stmt {
	if f, ok := s.(*goast.ForStmt); ok {
		return []ast.Stmt{l.forStmt(f)}
	}
	return l.rangeStmt(s.(*goast.RangeStmt))
}

// direct lowers a loop that does nothing but to start a goroutine in each iteration, and of which it is known before how often it runs, or
// returns nil.
func (l *lowerer) direct(s goast.Stmt, st *start) []ast.Stmt {
	var body *goast.BlockStmt
	var over goast.Expr
	var key *goast.Ident
	switch s := s.(type) {
	case *goast.RangeStmt:
		t := l.typeOf(s.X)
		if !rangeable(t) || s.Tok == token.ASSIGN || l.tableOf(s.X) != nil || l.records(s.X) != nil {
			return nil
		}
		if _, ok := l.listOf(s.X); ok {
			return nil
		}
		body, over = s.Body, s.X
		key, _ = s.Key.(*goast.Ident)
	case *goast.ForStmt:
		body = s.Body
		if key, over = l.counts(s); over == nil {
			return nil
		}
	}
	if !l.onlyStarts(body, st) || !l.isPlain(over) {
		return nil
	}
	f := &failures{}
	if st.fails {
		f = l.failures(st, l.count(l.expr(over)), s.Pos())
		if key != nil && key.Name != "_" {
			f.index = func() *ast.Var { return l.vars[l.info.Defs[key]] }
		}
	}
	var list []ast.Stmt
	var n *ast.Range
	if r, ok := s.(*goast.RangeStmt); ok {
		list = l.rangeStmt(r)
		n, _ = list[len(list)-1].(*ast.Range)
		if n.Key == nil && f.own != nil {
			n.Key, n.Define = &ast.Ref{Var: f.own}, true
		}
	} else {
		n = &ast.Range{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, body)}, X: l.asInt(l.expr(over)), Define: true}
		delete(l.closures.changed, l.info.Defs[key])
		n.Key = l.define(key)
		n.Body = l.loopBody(body)
		list = append(list, n)
	}
	l.runParallel(n, st)
	return slices.Concat(f.before, list, f.behind)
}

// runParallel says of a loop that its iterations are goroutines.
func (l *lowerer) runParallel(n *ast.Range, st *start) {
	n.Parallel, n.Goroutines = true, true
	n.Locks = st.locks
	n.Body = withoutContinue(n.Body, n.Label)
}

// counts returns the counter of a loop from 0 on and what it counts to, if that does not change and nothing but the loop changes the counter.
func (l *lowerer) counts(s *goast.ForStmt) (*goast.Ident, goast.Expr) {
	init, ok := s.Init.(*goast.AssignStmt)
	if !ok || init.Tok != token.DEFINE || len(init.Lhs) != 1 || len(init.Rhs) != 1 {
		return nil, nil
	}
	id, _ := init.Lhs[0].(*goast.Ident)
	obj := l.info.Defs[id]
	isCounter := func(x goast.Expr) bool {
		id, ok := goast.Unparen(x).(*goast.Ident)
		return ok && obj != nil && l.info.Uses[id] == obj
	}
	value := l.info.Types[init.Rhs[0]].Value
	cond, isCond := s.Cond.(*goast.BinaryExpr)
	post, isPost := s.Post.(*goast.IncDecStmt)
	if obj == nil || !types.Identical(obj.Type(), types.Typ[types.Int]) || value == nil || constant.Sign(value) != 0 ||
		!isCond || cond.Op != token.LSS || !isCounter(cond.X) || !isPost || post.Tok != token.INC || !isCounter(post.X) ||
		closuresOf(s.Body, l.info).changed[obj] || !l.isSteady(cond.Y) {
		return nil, nil
	}
	return id, cond.Y
}

// isSteady reports whether an expression has the same value as long as the function runs: a constant, a variable that does not change, or
// the length of one.
func (l *lowerer) isSteady(x goast.Expr) bool {
	x = goast.Unparen(x)
	if l.info.Types[x].Value != nil {
		return true
	}
	if call, ok := x.(*goast.CallExpr); ok && len(call.Args) == 1 {
		if b, ok := l.info.Uses[calleeIdent(call)].(*types.Builtin); ok && b.Name() == "len" {
			return l.isSteady(call.Args[0])
		}
	}
	id, ok := x.(*goast.Ident)
	if !ok {
		return false
	}
	v, ok := l.info.Uses[id].(*types.Var)
	return ok && v.Parent() != l.src.Pkg.Scope() && !l.closures.changed[v]
}

// onlyStarts reports whether the body of a loop defines variables and starts a goroutine at its end, and does no more.
func (l *lowerer) onlyStarts(body *goast.BlockStmt, st *start) bool {
	last := len(body.List) - 1
	if last < 0 || body.List[last] != st.stmt {
		return false
	}
	for _, s := range body.List[:last] {
		switch s := s.(type) {
		case *goast.AssignStmt:
			if s.Tok != token.DEFINE || !l.arePlain(s.Rhs) {
				return false
			}
		case *goast.ExprStmt:
			if obj, _, name := ofGroup(s.X, l.info); obj == nil || name != "Add" {
				return false
			}
		case *goast.SendStmt:
			if !l.ofSemaphore(s) {
				return false
			}
		default:
			return false
		}
	}
	return l.arePlain(st.call.Args)
}

func (l *lowerer) arePlain(list []goast.Expr) bool {
	return !slices.ContainsFunc(list, func(x goast.Expr) bool { return !l.isPlain(x) && groupIn(x, l.info) == nil })
}

// isPlain reports whether an expression calls no functions, is none and receives from no channel.
func (l *lowerer) isPlain(x goast.Expr) bool {
	plain := !isFuncType(l.info.TypeOf(x))
	goast.Inspect(x, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.FuncLit:
			plain = false
		case *goast.UnaryExpr:
			plain = plain && n.Op != token.ARROW && (n.Op != token.AND || l.isElement(n.X))
		case *goast.CallExpr:
			var name string
			if id := calleeIdent(n); id != nil {
				if b, ok := l.info.Uses[id].(*types.Builtin); ok {
					name = b.Name()
				}
			}
			plain = plain && (l.info.Types[n.Fun].IsType() || slices.Contains([]string{"len", "cap", "min", "max"}, name))
		}
		return plain
	})
	return plain
}

// isElement reports whether an expression is an element of a slice, which is at the same place as long as the slice and the index are the same.
func (l *lowerer) isElement(x goast.Expr) bool {
	e, ok := goast.Unparen(x).(*goast.IndexExpr)
	if !ok {
		return false
	}
	_, ok = l.info.TypeOf(e.X).Underlying().(*types.Slice)
	return ok
}

// count is how often a range over a value runs.
func (l *lowerer) count(x ast.Expr) ast.Expr {
	if t, ok := x.Type().Underlying().(*types.Basic); ok && t.Info()&types.IsInteger != 0 {
		return l.asInt(x)
	}
	return &ast.Call{Fun: ast.Callee{Builtin: "len"}, Args: []ast.Expr{x}, T: types.Typ[types.Int]}
}

// asInt is an integer as an int.
func (l *lowerer) asInt(x ast.Expr) ast.Expr {
	if lit, ok := x.(*ast.Lit); ok {
		c := *lit
		c.T = types.Typ[types.Int]
		return &c
	}
	return l.typedConst(x, types.Typ[types.Int])
}

// Failures are the errors of the goroutines of a loop, of which the first is that of their group.
type failures struct {
	before, behind []ast.Stmt
	own            *ast.Var        // the number of an iteration, where the loop has none
	index          func() *ast.Var // that number
}

// mayFail reports whether a function that is started, which returns an error, may return another one than nil.
func mayFail(fun goast.Expr, info *types.Info) bool {
	lit, ok := goast.Unparen(fun).(*goast.FuncLit)
	if !ok {
		return true
	}
	may := false
	goast.Inspect(lit.Body, func(n goast.Node) bool {
		if r, ok := n.(*goast.ReturnStmt); ok {
			may = may || len(r.Results) != 1 || !info.Types[r.Results[0]].IsNil()
		}
		_, isLit := n.(*goast.FuncLit)
		return !isLit
	})
	return may
}

// failures prepares the errors of as many goroutines as n says.
func (l *lowerer) failures(st *start, n ast.Expr, pos token.Pos) *failures {
	g := l.groupAt(st.group)
	if g == nil {
		return &failures{} // which is reported
	}
	t := types.NewSlice(g.err.Type)
	list, e := ast.NewVar("failed", t), ast.NewVar("e", g.err.Type)
	f := &failures{own: ast.NewVar("k", types.Typ[types.Int])}
	f.index = func() *ast.Var { return f.own }
	st.failed = func() ast.Expr { return &ast.Index{X: &ast.Ref{Var: list}, I: &ast.Ref{Var: f.index()}, T: g.err.Type} }
	made := &ast.Call{Fun: ast.Callee{Builtin: "make"}, Args: []ast.Expr{n}, T: t}
	f.before = []ast.Stmt{&ast.Assign{Meta: ast.Meta{Pos: pos}, Lhs: []ast.Expr{&ast.Ref{Var: list}}, Op: token.DEFINE, Rhs: []ast.Expr{made}}}
	f.behind = []ast.Stmt{&ast.Range{Meta: ast.Meta{Pos: pos}, Value: &ast.Ref{Var: e}, X: &ast.Ref{Var: list}, Define: true,
		Body: &ast.Block{Stmts: []ast.Stmt{g.failed(e)}}}}
	return f
}

// KeptStarts are the goroutines of a loop, as that keeps what each of them has of it.
type keptStarts struct {
	l        *lowerer
	st       *start
	loop     goast.Stmt
	call     *goast.CallExpr // with arguments that the loop keeps
	list     *ast.Var
	captured []*types.Var // of the loop
	again    []definition // what is computed again from these
}

// A definition is a variable, and what defines it for good.
type definition struct {
	obj   *types.Var
	value goast.Expr
}

// keep keeps what a goroutine has of the loop.
func (k *keptStarts) keep() []ast.Stmt {
	l, meta := k.l, ast.Meta{Pos: k.st.stmt.Pos()}
	if k.call != nil {
		l.report(k.st.stmt.Pos(), "this goroutine stands in what becomes several statements; put what is around it into a function")
		return nil
	}
	call, out := l.saveArguments(k.st.call, true, k.isSame, meta)
	if call == nil {
		return nil
	}
	k.call = call
	k.capture()
	list := &ast.Ref{Var: k.list}
	if len(k.captured) == 0 {
		k.list.Type = types.Typ[types.Int]
		one := &ast.Lit{Text: "1", Val: constant.MakeInt64(1), T: k.list.Type}
		return append(out, &ast.Assign{Meta: meta, Lhs: []ast.Expr{list}, Op: token.ADD_ASSIGN, Rhs: []ast.Expr{one}})
	}
	value := k.value()
	k.list.Type = types.NewSlice(value.Type())
	grown := &ast.Call{Fun: ast.Callee{Builtin: "append"}, Args: []ast.Expr{list, value}, T: k.list.Type}
	return append(out, &ast.Assign{Meta: meta, Lhs: []ast.Expr{list}, Op: token.ASSIGN, Rhs: []ast.Expr{grown}})
}

// capture finds the variables of the loop that the goroutine needs.
func (k *keptStarts) capture() {
	l := k.l
	own := map[types.Object]bool{} // arguments that have been kept
	for _, x := range k.call.Args {
		if id, ok := x.(*goast.Ident); ok && !slices.Contains(k.st.call.Args, x) {
			own[l.info.Uses[id]] = true
		}
	}
	ofLoop := func(obj types.Object) bool {
		return k.loop.Pos() <= obj.Pos() && obj.Pos() < k.loop.End() || own[obj]
	}
	var add func(obj types.Object)
	add = func(obj types.Object) {
		v, ok := obj.(*types.Var)
		if !ok || !ofLoop(v) || groupKind(v) != "" || slices.Contains(k.captured, v) || slices.ContainsFunc(k.again, func(d definition) bool { return d.obj == v }) {
			return
		}
		value := k.definition(v)
		if value == nil {
			k.captured = append(k.captured, v)
			return
		}
		l.eachUse(value, add)
		k.again = append(k.again, definition{v, value})
	}
	addVar := func(obj types.Object) {
		if l.vars[obj] != nil {
			add(obj)
		}
	}
	switch fun := goast.Unparen(k.call.Fun).(type) {
	case *goast.FuncLit:
		changed := closuresOf(fun.Body, l.info).changed
		for _, obj := range l.free(fun) {
			if changed[obj] && ofLoop(obj) && l.usedOutside(obj, k.loop, fun) {
				l.report(k.st.stmt.Pos(), obj.Name()+" belongs to an iteration of the loop that starts this goroutine, which changes it; declare a variable in the goroutine for that")
			}
			add(obj)
		}
	case *goast.Ident:
		if v := l.known(l.info.Uses[fun], fun.Pos()); v != nil {
			k.captureBound(fun.Name, v, ofLoop, add)
		}
	default:
		l.eachUse(fun, addVar)
	}
	for _, x := range k.call.Args {
		l.eachUse(x, func(obj types.Object) {
			addVar(obj)
			if v := l.values[obj]; v != nil && own[obj] {
				for _, b := range v.bound {
					own[b.obj] = own[b.obj] || b.obj.Pos() == token.NoPos // it has been kept too
				}
				k.captureBound(obj.Name(), v, ofLoop, add)
			}
		})
	}
}

// captureBound is capture for what belongs to a function that a variable holds.
func (k *keptStarts) captureBound(name string, v *fnValue, ofLoop func(types.Object) bool, add func(types.Object)) {
	for _, b := range v.bound {
		if b.obj == nil || b.pointer && ofLoop(b.obj) {
			k.l.report(k.st.stmt.Pos(), name+" belongs to an iteration of the loop that starts it; start a function literal that calls it")
		} else {
			add(b.obj)
		}
	}
}

// eachUse calls f for what an expression names.
func (l *lowerer) eachUse(x goast.Expr, f func(types.Object)) {
	goast.Inspect(x, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok && l.info.Uses[id] != nil {
			f(l.info.Uses[id])
		}
		return true
	})
}

// definition returns what defines a variable of the loop, if that has the same value whenever it is computed: it is made of constants and of
// variables that do not change, but for counters of the loop.
func (k *keptStarts) definition(v *types.Var) goast.Expr {
	l := k.l
	if l.closures.changed[v] {
		return nil
	}
	var value goast.Expr
	goast.Inspect(k.loop, func(n goast.Node) bool {
		if a, ok := n.(*goast.AssignStmt); ok && a.Tok == token.DEFINE && len(a.Lhs) == len(a.Rhs) {
			for i, x := range a.Lhs {
				if id, ok := x.(*goast.Ident); ok && l.info.Defs[id] == v {
					value = a.Rhs[i]
				}
			}
		}
		return true
	})
	if value == nil || !k.isSame(value) {
		return nil
	}
	return value
}

// isSame reports whether an expression that the loop evaluates has the same value when it is evaluated again, from the values that its
// variables have when the goroutine starts.
func (k *keptStarts) isSame(value goast.Expr) bool {
	l := k.l
	same := l.isPlain(value)
	addressed := map[goast.Node]bool{} // elements of which only the address is taken
	goast.Inspect(value, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.UnaryExpr:
			addressed[goast.Unparen(n.X)] = n.Op == token.AND && l.isElement(n.X)
		case *goast.IndexExpr:
			same = same && addressed[n]
		case *goast.SelectorExpr, *goast.StarExpr, *goast.CompositeLit:
			same = false
		case *goast.Ident:
			obj, ok := l.info.Uses[n].(*types.Var)
			same = same && (!ok || !l.closures.changed[obj] && obj.Parent() != l.src.Pkg.Scope() || k.isCounter(obj) || k.isSettled(obj, value.End()))
		}
		return same
	})
	return same
}

// isSettled reports whether a variable of the loop, of which the goroutine gets the value, has that from a position on.
func (k *keptStarts) isSettled(obj *types.Var, from token.Pos) bool {
	if obj.Pos() < k.loop.Pos() || k.loop.End() <= obj.Pos() || k.l.closures.shared[obj] {
		return false
	}
	settled := true
	goast.Inspect(k.loop, func(n goast.Node) bool {
		var places []goast.Expr
		switch n := n.(type) {
		case *goast.AssignStmt:
			places = n.Lhs
		case *goast.IncDecStmt:
			places = []goast.Expr{n.X}
		case *goast.RangeStmt:
			places = []goast.Expr{n.Key, n.Value}
		}
		for _, x := range places {
			if x != nil && rootVar(x, k.l.info) == types.Object(obj) && from <= n.Pos() && n.Pos() < k.st.stmt.Pos() {
				settled = false
			}
		}
		return settled
	})
	return settled
}

// isCounter reports whether a variable is one that the header of a for statement in the loop declares, and nothing in its body changes.
func (k *keptStarts) isCounter(obj *types.Var) bool {
	found := false
	goast.Inspect(k.loop, func(n goast.Node) bool {
		f, ok := n.(*goast.ForStmt)
		if ok && f.Init != nil && f.Init.Pos() <= obj.Pos() && obj.Pos() < f.Init.End() {
			found = !closuresOf(f.Body, k.l.info).changed[obj]
		}
		return !found
	})
	return found
}

// usedOutside reports whether a loop names a variable outside of a literal.
func (l *lowerer) usedOutside(obj types.Object, loop goast.Stmt, lit *goast.FuncLit) bool {
	found := false
	goast.Inspect(loop, func(n goast.Node) bool {
		if n == goast.Node(lit) {
			return false
		}
		id, ok := n.(*goast.Ident)
		found = found || ok && l.info.Uses[id] == obj
		return true
	})
	return found
}

// value returns what is kept of the variables that are captured: the one that there is, or a struct.
func (k *keptStarts) value() ast.Expr {
	if len(k.captured) == 1 {
		return &ast.Ref{Var: k.l.vars[k.captured[0]]}
	}
	var fields []*types.Var
	lit := &ast.Composite{}
	names := map[string]int{}
	for _, obj := range k.captured {
		v := k.l.vars[obj]
		name := v.Name
		if names[v.Name]++; names[v.Name] > 1 {
			name = fmt.Sprint(v.Name, names[v.Name])
		}
		fields = append(fields, types.NewField(token.NoPos, k.l.src.Pkg, name, v.Type, false))
		lit.Elems = append(lit.Elems, ast.Elem{Field: fields[len(fields)-1], Value: &ast.Ref{Var: v}})
	}
	lit.T = types.NewStruct(fields, nil)
	return lit
}

// run returns the loop that runs the goroutines.
func (k *keptStarts) run() []ast.Stmt {
	l := k.l
	n := &ast.Range{Meta: ast.Meta{Pos: k.st.stmt.Pos(), Src: l.text(k.st.stmt)}, X: &ast.Ref{Var: k.list}, Define: true, Body: &ast.Block{}}
	f := &failures{}
	if k.st.fails {
		f = l.failures(k.st, l.count(n.X), n.Pos)
	}
	if f.own != nil {
		n.Key = &ast.Ref{Var: f.own}
	}
	k.st.call = k.call
	var vars []*ast.Var
	for _, obj := range k.captured {
		old := l.vars[obj]
		l.vars[obj] = &ast.Var{Name: old.Name, Type: old.Type, Obj: old.Obj}
		vars = append(vars, l.vars[obj])
	}
	switch len(vars) {
	case 0:
	case 1:
		n.Value = &ast.Ref{Var: vars[0]}
	default:
		of := k.list.Type.(*types.Slice).Elem()
		each := &ast.Ref{Var: ast.NewVar("g", of)}
		n.Value = each
		for i, v := range vars {
			field := &ast.Field{X: each, Field: of.(*types.Struct).Field(i)}
			n.Body.Stmts = append(n.Body.Stmts, &ast.Assign{Meta: ast.Meta{Pos: n.Pos}, Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: token.DEFINE, Rhs: []ast.Expr{field}})
		}
	}
	for _, d := range k.again {
		value := l.expr(d.value)
		v := &ast.Ref{Var: l.declare(d.obj)}
		n.Body.Stmts = append(n.Body.Stmts, &ast.Assign{Meta: ast.Meta{Pos: n.Pos}, Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{l.typedConst(value, v.Var.Type)}})
	}
	n.Body.Stmts = append(n.Body.Stmts, l.goroutine(k.st)...)
	l.runParallel(n, k.st)
	return slices.Concat(f.before, []ast.Stmt{n}, f.behind)
}

// goroutine lowers what a goroutine does in the place where it is started.
func (l *lowerer) goroutine(st *start) []ast.Stmt {
	if !l.isGroup(st.group) {
		l.report(st.group.Pos(), fmt.Sprintf("%s must be defined by var or by an empty literal or new, so that no goroutine is in it and nothing depends on when they end", st.group.Name()))
		return nil
	}
	defer func(old *start) {
		if l.running = old; old != nil {
			old.locks = old.locks || st.locks
		}
	}(l.running)
	l.running = st
	meta := ast.Meta{Pos: st.stmt.Pos(), Src: l.text(st.stmt)}
	var list []ast.Stmt
	var results []ast.Expr
	if lit, ok := goast.Unparen(st.call.Fun).(*goast.FuncLit); ok {
		if sig, _ := l.info.TypeOf(lit).(*types.Signature); sig.Variadic() {
			l.report(st.stmt.Pos(), "a goroutine is a literal with any number of arguments; give it a slice")
			return nil
		}
		list, results = l.inPlace(lit, st.call)
	} else {
		l.info.Types[st.call] = types.TypeAndValue{Type: callType(l.info.TypeOf(st.call.Fun))}
		if st.fails {
			results = []ast.Expr{l.expr(st.call)}
		} else {
			list = l.exprStmt(&goast.ExprStmt{X: st.call})
		}
	}
	switch g := l.groupAt(st.group); {
	case !st.fails || len(results) == 0:
	case st.failed != nil:
		list = append(list, &ast.Assign{Meta: meta, Lhs: []ast.Expr{st.failed()}, Op: token.ASSIGN, Rhs: results})
	default:
		e := ast.NewVar("e", g.err.Type)
		list = append(list, &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Ref{Var: e}}, Op: token.DEFINE, Rhs: results}, g.failed(e))
	}
	if st.loop == nil {
		list = []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: meta.Pos, Goroutines: true}, Stmts: list}}
	}
	return list
}

// callType returns the type of a call of a function of type t.
func callType(t types.Type) types.Type {
	sig, ok := t.Underlying().(*types.Signature)
	switch {
	case !ok:
		return types.NewTuple()
	case sig.Results().Len() == 1:
		return sig.Results().At(0).Type()
	}
	return sig.Results()
}
