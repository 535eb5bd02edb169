package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Deferred calls.
//
// What a deferred call writes must be written between the sweeps of a derivative. So a call that may write anything is made where the
// function is left, and deferred for panics alone:
//
//	s.depth++                            s.depth++
//	defer func() { s.depth-- }()         pending := true
//	…                                    defer literal(&pending, s) // if *pending { s.depth-- }
//	return x * x                         …
//	                                     y := x * x
//	                                     pending = false
//	                                     s.depth--
//	                                     return y
//
// If it writes variables of the function alone, and does nothing else, nobody can see after a panic whether it was made. Any other call
// stays as it is, but for one behind a call that writes: it comes before that.

// A deferral is a deferred call that is made where the function is left.
type deferral struct {
	pos     token.Pos
	call    *goast.CallExpr
	saved   func() ast.Expr // makes the call where its literal captures what is out of scope; else nil
	pending *types.Var      // whether it is still to be made; nil if it always is
	always  bool            // whether each way out behind it has come by it
}

func (l *lowerer) deferStmt(s *goast.DeferStmt) []ast.Stmt {
	if l.iteration != nil {
		l.report(s.Pos(), "a defer in a range over a function is not supported")
		return nil
	}
	if l.running != nil {
		l.report(s.Pos(), "a goroutine defers this, which is not supported; put what it does into a function")
		return nil
	}
	if l.isChoice(s.Call.Fun) {
		l.report(s.Pos(), "what is deferred is one of several functions, that which it is here; call it in a function literal, or assign it to another variable first")
		return nil
	}
	writes := l.mayWrite(s.Call)
	if !l.src.Derived && (len(l.deferrals) > 0 || writes) {
		return l.deferral(s)
	}
	c, ok := l.expr(s.Call).(*ast.Call)
	if ok && l.src.Derived && writes {
		c.Late = true // what a derivative defers is for panics
	}
	if !ok || c.Fun.Fn == nil && c.Fun.Copied == "" {
		l.report(s.Pos(), "only calls of functions and methods can be deferred")
		return nil
	}
	return []ast.Stmt{&ast.Do{Meta: l.meta(s), Call: c, Defer: true}}
}

// deferral defers a call until the function is left by a return or at its end, or by a panic.
func (l *lowerer) deferral(s *goast.DeferStmt) []ast.Stmt {
	if len(l.gotos) > 0 || l.inLoop(s) {
		l.report(s.Pos(), "a deferred call that writes memory is not supported in a loop, or in a function with labels that a goto names; "+
			"put the body of the loop into a function, or make the call where the function returns")
		return nil
	}
	meta := l.meta(s)
	d := deferral{pos: s.Pos(), always: slices.Contains(l.top.List, goast.Stmt(s))}
	call, list := l.saveArguments(s.Call, d.always, nil, meta)
	if call == nil {
		return nil
	}
	d.call = call
	if !d.always {
		saved, keep := l.saveCaptured(call, meta)
		d.saved, list = saved, append(list, keep...)
	}
	seen := l.seenAfterPanic(s, call)
	if seen || !d.always {
		d.pending = l.variable("pending", types.Typ[types.Bool])
		l.closures.shared[d.pending] = seen
		op := token.DEFINE
		if !d.always {
			l.flags, op = append(l.flags, setBool(token.DEFINE, l.vars[d.pending], "false")), token.ASSIGN
		}
		list = append(list, setBool(op, l.vars[d.pending], "true"))
	}
	if seen {
		list = append(list, l.afterPanic(s, d))
	}
	l.deferrals = append(l.deferrals, d)
	return list
}

// variable declares a variable of ours in the function.
func (l *lowerer) variable(name string, t types.Type) *types.Var {
	obj := types.NewVar(token.NoPos, l.src.Pkg, name, t)
	l.vars[obj] = ast.NewVar(name, l.subst.Type(t))
	return obj
}

// saveArguments returns a call with the arguments that a deferred one has now, and what keeps these for all ways out that come by, or for all;
// or nil after a report. Stays, if it is not nil, says of others what need not be kept.
func (l *lowerer) saveArguments(c *goast.CallExpr, always bool, stays func(goast.Expr) bool, meta ast.Meta) (*goast.CallExpr, []ast.Stmt) {
	switch f := goast.Unparen(c.Fun).(type) {
	case *goast.CallExpr:
		l.report(f.Pos(), "the function that is deferred is returned by a call; assign it to a variable first")
		return nil, nil
	case *goast.SelectorExpr:
		if sel := l.info.Selections[f]; sel != nil && !l.staysReceiver(f, sel) {
			l.report(f.Pos(), "a deferred call that writes memory must be of a method of a variable that does not change, by a pointer if that is one; "+
				"assign what the receiver is to a variable first, or defer a function literal")
			return nil, nil
		}
	}
	var list []ast.Stmt
	out := *c
	out.Args = nil
	sig, _ := l.info.TypeOf(c.Fun).(*types.Signature)
	name := func(i int) string {
		if sig != nil && i < sig.Params().Len() && len(sig.Params().At(i).Name()) > 0 && sig.Params().At(i).Name() != "_" {
			return sig.Params().At(i).Name()
		}
		return "arg"
	}
	for i, x := range c.Args {
		if results, ok := l.info.TypeOf(x).(*types.Tuple); ok {
			keep := &ast.Assign{Meta: meta, Rhs: []ast.Expr{l.expr(x)}}
			for k := range results.Len() {
				obj, op := l.keptVar(name(k), results.At(k).Type(), always, meta)
				keep.Lhs, keep.Op = append(keep.Lhs, &ast.Ref{Var: l.vars[obj]}), op
				out.Args = append(out.Args, l.identOf(obj, x.Pos()))
			}
			list = append(list, keep)
			continue
		}
		if l.staysArgument(x, always) || stays != nil && stays(x) {
			out.Args = append(out.Args, x)
			continue
		}
		if isFuncType(l.info.TypeOf(x)) {
			obj, keep := l.keptFunc(name(i), x, always, meta)
			list = append(list, keep...)
			out.Args = append(out.Args, l.identOf(obj, x.Pos()))
			continue
		}
		obj, keep := l.kept(name(i), l.expr(x), l.info.TypeOf(x), always, meta)
		list = append(list, keep)
		out.Args = append(out.Args, l.identOf(obj, x.Pos()))
	}
	l.info.Types[&out] = l.info.Types[c]
	return &out, together(list)
}

// together makes one statement of those that define one variable each, or assign to one: in what order the arguments of a call are evaluated is
// left open, as far as it is.
func together(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	var last *ast.Assign
	for _, s := range list {
		a, ok := s.(*ast.Assign)
		if !ok || len(a.Lhs) != 1 || last != nil && last.Op != a.Op {
			last, out = nil, append(out, s)
			continue
		}
		if last == nil {
			c := *a
			last = &c
			out = append(out, last)
			continue
		}
		last.Lhs, last.Rhs = append(last.Lhs, a.Lhs...), append(last.Rhs, a.Rhs...)
	}
	return out
}

// identOf returns an identifier for a variable of ours.
func (l *lowerer) identOf(obj *types.Var, pos token.Pos) *goast.Ident {
	id := &goast.Ident{NamePos: pos, Name: obj.Name()}
	l.info.Uses[id], l.info.Types[id] = obj, types.TypeAndValue{Type: obj.Type()}
	return id
}

// keptFunc is kept for a function: of a method value the receiver is kept, of one of several functions which it is.
func (l *lowerer) keptFunc(name string, x goast.Expr, always bool, meta ast.Meta) (*types.Var, []ast.Stmt) {
	obj := types.NewVar(token.NoPos, l.src.Pkg, name, l.info.TypeOf(x))
	v := l.snapshot(l.value(x))
	if v == nil {
		return obj, nil
	}
	v = v.clone()
	var list []ast.Stmt
	for i, b := range v.bound {
		if b.expr != nil || !always && (b.obj.Pos() == token.NoPos || l.isNested(b.obj)) {
			kept, keep := l.kept(b.name, l.boundArg(b), b.typ, always, meta)
			list = append(list, keep)
			v.bound[i] = boundVar{obj: kept, typ: b.typ, name: b.name}
		}
	}
	l.values[obj] = v
	return obj, list
}

// staysArgument reports whether an argument of a call is the same at all ways out that come by, or at all: a constant, a function, or a variable
// that does not change and is in scope there.
func (l *lowerer) staysArgument(x goast.Expr, always bool) bool {
	if tv := l.info.Types[x]; tv.Value != nil || tv.IsNil() || isFuncType(tv.Type) && l.staysFunc(x, always) {
		return true
	}
	if l.groupArg(x) != nil {
		return true
	}
	id, ok := x.(*goast.Ident)
	return ok && !l.closures.changed[l.info.Uses[id]] && (always || !l.isNested(l.info.Uses[id]))
}

// staysFunc reports whether a function is given as a literal, or by a name that stands for the same one later, and what it captures is in scope
// at all ways out that come by, or at all.
func (l *lowerer) staysFunc(x goast.Expr, always bool) bool {
	switch x := goast.Unparen(x).(type) {
	case *goast.FuncLit:
		return always || !slices.ContainsFunc(l.free(x), l.isNested)
	case *goast.Ident:
		return !l.isChoice(x) && (always || !l.isNested(l.info.Uses[x]))
	case *goast.SelectorExpr:
		return l.info.Selections[x] == nil
	case *goast.IndexExpr:
		return l.info.Types[x.Index].IsType()
	}
	return false
}

// staysReceiver reports whether a method that is called later has the receiver that it would have now: a variable that does not change, or
// the address of one.
func (l *lowerer) staysReceiver(f *goast.SelectorExpr, sel *types.Selection) bool {
	fn, ok := sel.Obj().(*types.Func)
	if !ok {
		return false
	}
	recv, named := goast.Unparen(f.X).(*goast.Ident)
	if !named {
		return takesAddress(sel) && len(sel.Index()) == 1 && l.stays(f.X)
	}
	t, pointers := sel.Recv(), 0
	for i, k := range sel.Index() {
		if p := ast.Pointee(t); p != nil {
			t, pointers = p, pointers+1
			if i > 0 {
				return false // an embedded pointer
			}
		}
		if i < len(sel.Index())-1 {
			s, ok := t.Underlying().(*types.Struct)
			if !ok {
				return false
			}
			t = s.Field(k).Type()
		}
	}
	changes := l.closures.changed[l.info.ObjectOf(recv)]
	if _, byPointer := fn.Signature().Recv().Type().Underlying().(*types.Pointer); byPointer {
		return pointers == 0 || !changes
	}
	return pointers == 0 && !changes
}

// stays reports whether a place is the same later: a variable, or a field of one or of what a variable that does not change points to.
func (l *lowerer) stays(x goast.Expr) bool {
	switch x := goast.Unparen(x).(type) {
	case *goast.Ident:
		_, ok := l.info.ObjectOf(x).(*types.Var)
		return ok
	case *goast.SelectorExpr:
		sel := l.info.Selections[x]
		if sel == nil || sel.Kind() != types.FieldVal || len(sel.Index()) > 1 {
			return false
		}
		if ast.Pointee(l.info.TypeOf(x.X)) != nil {
			id, ok := goast.Unparen(x.X).(*goast.Ident)
			return ok && !l.closures.changed[l.info.ObjectOf(id)]
		}
		return l.stays(x.X)
	}
	return false
}

// kept declares a variable of ours that has a value from now on.
func (l *lowerer) kept(name string, x ast.Expr, t types.Type, always bool, meta ast.Meta) (*types.Var, ast.Stmt) {
	obj, op := l.keptVar(name, t, always, meta)
	v := l.vars[obj]
	return obj, &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: op, Rhs: []ast.Expr{l.typedConst(x, v.Type)}}
}

// keptVar is kept without the value, which is assigned to the variable by the operator that it returns: the variable is declared at the
// beginning of the function unless all ways out come by.
func (l *lowerer) keptVar(name string, t types.Type, always bool, meta ast.Meta) (*types.Var, token.Token) {
	obj := l.variable(name, t)
	if always {
		return obj, token.DEFINE
	}
	l.flags = append(l.flags, &ast.Decl{Meta: ast.Meta{Pos: meta.Pos}, Vars: []*ast.Var{l.vars[obj]}, Typed: true})
	return obj, token.ASSIGN
}

// isNested reports whether a variable is declared in a block within the body of the function.
func (l *lowerer) isNested(obj types.Object) bool {
	found := false
	goast.Inspect(l.top, func(n goast.Node) bool {
		switch n.(type) {
		case *goast.BlockStmt, *goast.IfStmt, *goast.SwitchStmt, *goast.TypeSwitchStmt:
			found = found || n != goast.Node(l.top) && n.Pos() <= obj.Pos() && obj.Pos() < n.End()
		}
		return !found
	})
	return found
}

// saveCaptured makes a literal that captures variables of a block, whose scope it is called out of, a function, and keeps what it captures. It
// returns the call, or nil if the literal captures none.
func (l *lowerer) saveCaptured(c *goast.CallExpr, meta ast.Meta) (call func() ast.Expr, list []ast.Stmt) {
	lit, ok := goast.Unparen(c.Fun).(*goast.FuncLit)
	if !ok || !slices.ContainsFunc(l.free(lit), l.isNested) {
		return nil, nil
	}
	v := l.lift(lit, "").clone()
	for i, b := range v.bound {
		if b.obj != nil && l.isNested(b.obj) {
			obj, keep := l.kept(b.name, l.boundArg(b), b.typ, false, meta)
			list = append(list, keep)
			v.bound[i] = boundVar{obj: obj, typ: b.typ, name: b.name}
		}
	}
	return func() ast.Expr { return l.callValue(c, v) }, list
}

// afterPanic defers a call for panics.
func (l *lowerer) afterPanic(s *goast.DeferStmt, d deferral) ast.Stmt {
	lit := &goast.FuncLit{
		Type: &goast.FuncType{Func: s.Pos()},
		Body: &goast.BlockStmt{Lbrace: s.Call.Pos(), List: []goast.Stmt{&goast.ExprStmt{X: d.call}}, Rbrace: s.Call.Rparen},
	}
	if f, ok := goast.Unparen(s.Call.Fun).(*goast.FuncLit); ok && f.Type.Params.NumFields()+f.Type.Results.NumFields() == 0 {
		lit.Body = f.Body
	}
	l.closures.loops[lit] = types.NewSignatureType(nil, nil, nil, nil, nil, false)
	l.pending = d.pending
	v := l.lift(lit, "deferred")
	l.pending = nil
	c := &ast.Call{Fun: ast.Callee{Fn: v.fn}, Args: l.boundArgs(v), T: types.NewTuple(), Late: true, Pos: s.Pos()}
	return &ast.Do{Meta: l.meta(s), Call: c, Defer: true}
}

// unlessMade lets a function return at once if the deferred call that it is for has been made.
func (l *lowerer) unlessMade(pending *types.Var, body *ast.Block) *ast.Block {
	made := &ast.Unary{Op: token.NOT, X: l.boundArg(boundVar{obj: pending})}
	first := &ast.If{Cond: made, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{}}}}
	return &ast.Block{Meta: body.Meta, Stmts: append([]ast.Stmt{first}, body.Stmts...)}
}

// leave makes the deferred calls at the ways out of a function, whose results get names.
func (l *lowerer) leave(f *ast.Func, b *ast.Block) *ast.Block {
	results := f.Results
	f.Results, f.Named = nil, len(results) > 0
	for _, v := range results {
		if v.Blank() {
			v = ast.NewResult(v.Type)
		}
		f.Results = append(f.Results, v)
	}
	atEnd := len(l.results) == 0 && !ast.Terminates(b.Stmts)
	exits := 0
	if atEnd {
		exits++
	}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if _, ok := s.(*ast.Return); ok {
			exits++
		}
		return true
	})
	for _, d := range l.deferrals {
		if lit, ok := goast.Unparen(d.call.Fun).(*goast.FuncLit); ok {
			l.closures.calls[lit], l.closures.atExits[lit] = exits, true
		}
	}
	out := &ast.Block{Meta: b.Meta, Stmts: append(l.flags, l.leaving(f, b.Stmts)...)}
	if atEnd {
		out.Stmts = append(out.Stmts, l.makeDeferred(l.top.End())...)
	}
	return out
}

// leaving is leave for the statements of a block.
func (l *lowerer) leaving(f *ast.Func, list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		if r, ok := s.(*ast.Return); ok {
			out = append(out, l.leaveBy(f, r)...)
			continue
		}
		out = append(out, mapBlocks(s, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: l.leaving(f, b.Stmts)} }))
	}
	return out
}

// leaveBy makes the deferred calls between what a return computes and the return.
func (l *lowerer) leaveBy(f *ast.Func, r *ast.Return) []ast.Stmt {
	made := l.makeDeferred(r.Pos)
	if len(r.Results) == 0 {
		return append(made, r)
	}
	a := &ast.Assign{Meta: r.Meta, Op: token.ASSIGN, Rhs: r.Results}
	for _, v := range f.Results {
		a.Lhs = append(a.Lhs, &ast.Ref{Var: v})
	}
	return append(append(spread(a), made...), &ast.Return{Meta: ast.Meta{Pos: r.Pos}})
}

// makeDeferred returns the deferred calls that a way out at a position comes to, the last first.
func (l *lowerer) makeDeferred(at token.Pos) []ast.Stmt {
	var out []ast.Stmt
	for _, d := range slices.Backward(l.deferrals) {
		if at < d.pos {
			continue
		}
		var list []ast.Stmt
		if d.pending != nil && l.closures.shared[d.pending] {
			list = append(list, setBool(token.ASSIGN, l.vars[d.pending], "false"))
		}
		if d.saved != nil {
			if c, ok := d.saved().(*ast.Call); ok { // it is none after a report
				list = append(list, &ast.Do{Call: c})
			}
		} else {
			list = append(list, l.stmt(&goast.ExprStmt{X: d.call})...)
		}
		if !d.always {
			list = []ast.Stmt{&ast.If{Cond: &ast.Ref{Var: l.vars[d.pending]}, Then: &ast.Block{Stmts: list}}}
		}
		out = append(out, list...)
	}
	return out
}

// inLoop reports whether a statement is in a loop.
func (l *lowerer) inLoop(s goast.Stmt) bool {
	found := false
	goast.Inspect(l.top, func(n goast.Node) bool {
		switch n.(type) {
		case *goast.ForStmt, *goast.RangeStmt:
			found = found || n.Pos() <= s.Pos() && s.Pos() < n.End()
		case *goast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// mayWrite reports whether a call may write anything but variables of what it calls. A function without source is taken to write
// nothing: where that is not so, its derivative is refused.
func (l *lowerer) mayWrite(c *goast.CallExpr) bool {
	return (&writeScan{l: l, seen: map[goast.Node]bool{}}).call(c)
}

// A writeScan looks for what is written by calls.
type writeScan struct {
	l    *lowerer
	seen map[goast.Node]bool
}

func (w *writeScan) call(c *goast.CallExpr) bool {
	info := w.l.info
	if info.Types[c.Fun].IsType() {
		return false
	}
	if lit := w.l.literalOf(c.Fun); lit != nil {
		return w.body(lit, lit.Body)
	}
	id := calleeIdent(c)
	if id == nil {
		return true
	}
	switch obj := info.Uses[id].(type) {
	case *types.Builtin:
		return slices.Contains([]string{"append", "clear", "copy", "delete"}, obj.Name())
	case *types.Func:
		if !w.l.src.Declared(obj) {
			return false
		}
		if w.l.src.Decl == nil {
			return true
		}
		decl := w.l.src.Decl(obj.Origin())
		return decl == nil || decl.Body == nil || w.body(decl, decl.Body)
	}
	return true
}

// body reports whether the body of a function writes more than variables of the function.
func (w *writeScan) body(fn goast.Node, body *goast.BlockStmt) bool {
	if w.seen[fn] {
		return false
	}
	w.seen[fn] = true
	found := false
	eachWrite(body, func(x goast.Expr) {
		obj := rootVar(x, w.l.info)
		found = found || obj == nil || obj.Pos() < fn.Pos() || fn.End() <= obj.Pos()
	})
	goast.Inspect(body, func(n goast.Node) bool {
		if c, ok := n.(*goast.CallExpr); ok && !found {
			found = w.call(c)
		}
		return !found
	})
	return found
}

// eachWrite calls f for every place that statements assign to.
func eachWrite(n goast.Node, f func(goast.Expr)) {
	see := func(x goast.Expr) {
		if id, ok := x.(*goast.Ident); x != nil && !(ok && id.Name == "_") {
			f(x)
		}
	}
	goast.Inspect(n, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.AssignStmt:
			for _, x := range n.Lhs {
				see(x)
			}
		case *goast.IncDecStmt:
			see(n.X)
		case *goast.RangeStmt:
			see(n.Key)
			see(n.Value)
		}
		return true
	})
}

// seenAfterPanic reports whether somebody may see, after a panic, whether a deferred call was made: not if it only writes variables of the
// function around it whose address nobody has and which no other deferred call looks at.
func (l *lowerer) seenAfterPanic(s *goast.DeferStmt, c *goast.CallExpr) bool {
	lit, ok := goast.Unparen(c.Fun).(*goast.FuncLit)
	if !ok {
		return true
	}
	seen := false
	written := map[types.Object]bool{}
	eachWrite(lit.Body, func(x goast.Expr) {
		obj := rootVar(x, l.info)
		inside := obj != nil && lit.Pos() <= obj.Pos() && obj.Pos() < lit.End()
		seen = seen || obj == nil || !inside && (l.vars[obj] == nil || l.hasAddress(obj))
		written[obj] = true
	})
	goast.Inspect(lit.Body, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.CallExpr:
			id := calleeIdent(n)
			seen = seen || !l.info.Types[n.Fun].IsType() && (id == nil || !l.isQuiet(l.info.Uses[id]))
		case *goast.SendStmt, *goast.GoStmt, *goast.DeferStmt:
			seen = true
		}
		return !seen
	})
	goast.Inspect(l.top, func(n goast.Node) bool {
		if d, ok := n.(*goast.DeferStmt); ok && d != s {
			goast.Inspect(d, func(n goast.Node) bool {
				id, ok := n.(*goast.Ident)
				seen = seen || ok && written[l.info.Uses[id]]
				return !seen
			})
		}
		return !seen
	})
	return seen
}

// isQuiet reports whether a function does nothing but to compute a value.
func (l *lowerer) isQuiet(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Builtin:
		return slices.Contains([]string{"cap", "len", "max", "min"}, obj.Name())
	case *types.Func:
		return obj.Pkg() != nil && obj.Pkg().Path() == "math"
	}
	return false
}

// hasAddress reports whether the address of a variable is taken in the function.
func (l *lowerer) hasAddress(obj types.Object) bool {
	found := false
	goast.Inspect(l.top, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.UnaryExpr:
			found = found || n.Op == token.AND && rootVar(n.X, l.info) == obj
		case *goast.SliceExpr:
			found = found || rootVar(n.X, l.info) == obj
		case *goast.SelectorExpr:
			sel := l.info.Selections[n]
			found = found || sel != nil && sel.Kind() == types.MethodVal && takesAddress(sel) && rootVar(n.X, l.info) == obj
		}
		return !found
	})
	return found
}
