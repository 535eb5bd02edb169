package lower

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A Source is what Func needs to know of the package that a function is declared in.
type Source struct {
	Fset *token.FileSet
	Info *types.Info
	Pkg  *types.Package
	Text func(pos, end token.Pos) string // the source bytes of a range; nil where there is no text

	Instances *Instances                        // of functions that are called
	Decl      func(*types.Func) *goast.FuncDecl // where a function of the package is declared, if that may be looked into; may be nil
	HasSource func(*types.Func) bool            // reports whether the body of a declared function can be lowered; may be nil

	Marks func(token.Pos) Marks // what directives say of a statement; may be nil

	Derived bool // functions are derivatives, and their variables are no user's

	// Copied reports whether the value of a constant stands for it: it cannot be named where the derivative is written, and every build
	// has the same. It may be nil.
	Copied func(*types.Const) bool

	// FuncVar returns the function, or the table of functions, that a variable of the package always is, as it is declared, or nil; it may
	// be nil.
	FuncVar func(*types.Var) goast.Expr

	// Elsewhere returns what is the body of a function that is not of the package, with what lowering needs to know of where that stands,
	// or nil; it may be nil.
	Elsewhere func(*types.Func) (*types.Func, *goast.FuncDecl, *Source)

	// Library says that these are functions of the compiler's own, which stand for those of the standard library. Nothing in them is
	// reported, for users do not see them.
	Library bool

	// Body returns what is in the library under a name: see wider; it may be nil.
	Body func(name string) *types.Func
}

// Declared reports whether a function has source here.
func (s *Source) Declared(fn *types.Func) bool { return s.HasSource != nil && s.HasSource(fn) }

// Func lowers a declared function to the representation, or an instance of it if that is not nil. Every construct that the
// representation cannot hold is reported; the function is nil if there was one.
func Func(src *Source, decl *goast.FuncDecl, inst *Instance, report func(token.Pos, string)) *ast.Func {
	if inst != nil && inst.lit != nil {
		return inst.outer.literal(inst, report)
	}
	l := &lowerer{
		src: src, info: src.Info, groups: map[types.Object]*group{},
		vars: map[types.Object]*ast.Var{}, pointers: map[types.Object]*ast.Var{}, values: map[types.Object]*fnValue{},
		lifted: map[*goast.FuncLit][]liftedLit{}, making: map[*goast.BlockStmt]bool{},
		choices: map[types.Object]*choice{},
		fields:  map[fieldKey]*fnValue{}, passed: map[*goast.CompositeLit]bool{}, labels: map[types.Object]*ast.Label{}, open: map[*goast.FuncLit]bool{},
	}
	l.reportTo(report)
	obj, _ := src.Info.Defs[decl.Name].(*types.Func)
	if decl.Body == nil || obj == nil {
		l.report(decl.Pos(), fmt.Sprintf("%s has no body", decl.Name.Name))
		return nil
	}
	checkFence(decl.Body, src.Info, l.report)
	checkLocalTypes(decl, src.Info, l.report)
	if l.reports > 0 {
		return nil
	}
	if inst == nil {
		inst = &Instance{Fn: obj, Of: obj}
	}
	l.fn, l.params = inst.Fn, src.Instances.paramsOf(inst)
	l.gotos, l.closures = gotoTargets(decl.Body, src.Info), closuresOf(decl.Body, src.Info)
	l.subst = src.Instances.subst(typeParams(obj), inst.Args)
	for _, p := range l.params {
		if t, ok := p.Type.Underlying().(*types.Struct); ok && t.NumFields() > 0 && ast.Carries(t) {
			l.report(decl.Pos(), fmt.Sprintf("the type parameter %s stands for structs, and Go gives no access to the fields of these by it; write the struct with its type parameters in place of it", p.Type.Obj().Name()))
			return nil
		}
	}
	f := l.signature(decl, obj, inst)
	l.body(f, decl.Body)
	if l.reports > 0 {
		return nil
	}
	f.Foreign = l.closures.foreign
	return f
}

// body lowers the body of a function. Where gotos end it, that becomes plain to the type checker.
func (l *lowerer) body(f *ast.Func, list *goast.BlockStmt) {
	if !l.enter(list) {
		return
	}
	b := l.block(list.List, list.Pos())
	b.Stmts = append(l.begin, b.Stmts...)
	if len(l.deferrals) > 0 {
		b = l.leave(f, b)
	}
	if len(l.results) > 0 && len(l.gotos) > 0 && !ast.Terminates(b.Stmts) {
		b.Stmts = append(b.Stmts, panicWith(&ast.Lit{Text: `"unreachable"`, T: types.Typ[types.String]}))
	}
	f.Body = ahead(b)
	l.checkBoxes(f)
}

// enter prepares for the statements of a body, and reports whether they can be lowered.
func (l *lowerer) enter(body *goast.BlockStmt) bool {
	l.top = body
	byPos := func(a, b types.Object) int { return cmp.Compare(a.Pos(), b.Pos()) }
	for _, obj := range slices.SortedFunc(maps.Keys(l.groups), byPos) {
		l.checkGiven(obj)
	}
	l.goroutines(body)
	return l.reports == 0
}

func panicWith(x ast.Expr) ast.Stmt {
	return &ast.Do{Call: &ast.Call{Fun: ast.Callee{Builtin: "panic"}, Args: []ast.Expr{x}, T: types.NewTuple()}}
}

// reportTo says where reports go, which are counted.
func (l *lowerer) reportTo(report func(token.Pos, string)) {
	l.report = func(pos token.Pos, msg string) {
		l.reports++
		report(pos, msg)
	}
}

// A lowerer lowers one function, or one function literal.
type lowerer struct {
	src     *Source
	info    *types.Info
	report  func(token.Pos, string)
	reports int // so far
	fn      *types.Func
	params  []*ast.TypeParam
	subst   *ast.Subst // of the types of the instance
	want    types.Type // of the constant expression at hand

	// Variables, by what the type checker calls them.
	vars     map[types.Object]*ast.Var
	pointers map[types.Object]*ast.Var   // to variables that a literal captures
	values   map[types.Object]*fnValue   // of variables that are functions
	choices  map[types.Object]*choice    // of variables that are one of several functions
	lists    map[types.Object][]*fnValue // of parameters that are any number of functions
	fields   map[fieldKey]*fnValue       // of variables that hold functions
	named    []types.Object              // the results, if they have names
	results  []types.Type                // what a return returns

	// Functions that are values: see closure.go and the files that it names.
	closures  *closures
	outer     *lowerer                       // of the function that a literal stands in
	lifted    map[*goast.FuncLit][]liftedLit // literals that have become functions
	open      map[*goast.FuncLit]bool        // literals that are being lowered in place of calls
	inlining  *inlining                      // the innermost of them
	builds    bool                           // it is a function that is lowered in place of a call, for what it returns
	exit      *exit                          // of the function with several returns that is lowered in place of a call
	making    map[*goast.BlockStmt]bool      // bodies of functions that return functions which are being lowered in place of calls
	iteration *iteration                     // the loop whose body this is
	iterating *iteration                     // the loop whose body is being made a function
	passed    map[*goast.CompositeLit]bool   // literals that are arguments
	recvHeld  heldFuncs                      // what the receiver of the call at hand holds

	// Goroutines: see goroutine.go.
	starts  []*start
	groups  map[types.Object]*group
	running *start // the goroutine that is lowered in place

	// Deferred calls: see defer.go.
	top       *goast.BlockStmt // the body of the function
	deferrals []deferral
	flags     []ast.Stmt // that the body begins with
	pending   *types.Var // of the deferred call that is being made a function

	// Statements.
	begin  []ast.Stmt // what the body begins with
	labels map[types.Object]*ast.Label
	label  *ast.Label // of the statement that comes next, if it has one
	jumps  jumps
	gotos  map[types.Object]*gotoTarget
	pre    []ast.Stmt // what comes before the statement at hand
	asked  goast.Node // the part of it that is evaluated first, which something can come before; nil if there is none
}

// typeOf returns the type of an expression.
func (l *lowerer) typeOf(e goast.Expr) types.Type { return l.subst.Type(l.info.TypeOf(e)) }

// typeAndValue returns what is known of an expression.
func (l *lowerer) typeAndValue(e goast.Expr) types.TypeAndValue {
	tv := l.info.Types[e]
	tv.Type = l.subst.Type(tv.Type)
	return tv
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

func (l *lowerer) signature(decl *goast.FuncDecl, obj *types.Func, inst *Instance) *ast.Func {
	sig := obj.Signature()
	f := &ast.Func{
		Name: obj.Name(), Obj: inst.Fn, Pkg: obj.Pkg(), Pos: decl.Pos(), Variadic: sig.Variadic(), Derived: l.src.Derived,
		Suffix: nameOf(inst.Args) + inst.name, TypeParams: l.params,
	}
	if decl.Doc != nil {
		f.Doc = decl.Doc.Text()
	}
	if sig.Recv() != nil {
		f.Recv = l.declare(sig.Recv())
	}
	l.given(f, sig, inst.bindings, 0)
	l.inputs(f, sig)
	return f
}

func (l *lowerer) declare(obj types.Object) *ast.Var {
	v := &ast.Var{Name: obj.Name(), Type: l.subst.Type(obj.Type()), Obj: obj}
	if of, ok := obj.(*types.Var); ok && l.src.Derived && of.Kind() == types.LocalVar {
		v.Obj = nil // it is none of the user's
	}
	l.vars[obj] = v
	return v
}

// text returns the source of a node on one line.
func (l *lowerer) text(n goast.Node) string { return l.oneLine(n.Pos(), n.End()) }

// header returns the text of a loop before its body.
func (l *lowerer) header(loop goast.Node, body *goast.BlockStmt) string {
	return l.oneLine(loop.Pos(), body.Pos())
}

// oneLine returns source text on one line.
func (l *lowerer) oneLine(from, to token.Pos) string {
	if l.src.Text == nil {
		return ""
	}
	lines := strings.Split(l.src.Text(from, to), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if len(lines) > 1 {
		return lines[0] + " …"
	}
	return lines[0]
}

func (l *lowerer) meta(n goast.Node) ast.Meta { return ast.Meta{Pos: n.Pos(), Src: l.text(n)} }

func (l *lowerer) block(list []goast.Stmt, pos token.Pos) *ast.Block {
	b := &ast.Block{Meta: ast.Meta{Pos: pos}}
	if i, target := l.splitAt(list); target != nil {
		b.Stmts = l.behind(l.block(list[:i], pos).Stmts, target, list[i:], list[i].Pos())
		return b
	}
	for i, s := range list {
		b.Stmts = append(b.Stmts, l.stmt(s)...)
		if ast.Ends(b.Stmts) && !slices.ContainsFunc(list[i:], isLabelled) {
			break // what follows is not reached
		}
	}
	return b
}

func isLabelled(s goast.Stmt) bool {
	_, ok := s.(*goast.LabeledStmt)
	return ok
}

// stmt lowers a statement to zero or more.
func (l *lowerer) stmt(s goast.Stmt) []ast.Stmt {
	defer func(pre []ast.Stmt, asked goast.Node) { l.pre, l.asked = pre, asked }(l.pre, l.asked)
	l.pre, l.asked = nil, first(s)
	list := l.whole(s)
	out := l.pre
	for _, t := range list {
		out = append(out, spread(t)...)
	}
	l.underLock(out)
	if _, labelled := s.(*goast.LabeledStmt); !labelled && s != nil {
		l.markAs(s.Pos(), s, out)
	}
	return out
}

// markAs marks the loop or the calls that a statement has become as a directive says of the statement at a position.
func (l *lowerer) markAs(pos token.Pos, s goast.Stmt, list []ast.Stmt) {
	if l.src.Marks == nil || len(list) == 0 {
		return
	}
	m := l.src.Marks(pos)
	if m == (Marks{}) {
		return
	}
	if !isLoop(s) {
		if m.Checkpoint != ast.NoCheckpoints && isCall(s) {
			markCalls(list)
		}
		return
	}
	for _, t := range list {
		switch t.(type) {
		case *ast.For, *ast.Range:
			t.Info().Checkpoint, t.Info().Parallel = m.Checkpoint, m.Parallel
			if r, ok := t.(*ast.Range); ok && m.Parallel {
				r.Body = withoutContinue(r.Body, r.Label)
			}
			return
		}
	}
	l.report(s.Pos(), "a loop of this kind cannot have this directive: it must count, or range over an integer or a slice, or have a condition")
}

// markCalls marks the calls in statements for checkpoints.
func markCalls(list []ast.Stmt) {
	for _, s := range list {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil {
					c.Checkpoint = true
				}
				return true
			})
		})
	}
}

// first returns what of a statement is evaluated once and before anything else, or nil.
func first(s goast.Stmt) goast.Node {
	switch s := s.(type) {
	case *goast.ExprStmt, *goast.AssignStmt, *goast.ReturnStmt, *goast.DeclStmt:
		return s
	case *goast.RangeStmt:
		return s.X
	case *goast.IfStmt:
		if s.Init == nil {
			return s.Cond
		}
	case *goast.SwitchStmt:
		if s.Init == nil && s.Tag != nil {
			return s.Tag
		}
	}
	return nil
}

// whole is stmt without what is taken out of expressions.
func (l *lowerer) whole(s goast.Stmt) []ast.Stmt {
	if list, ok := l.ofGroups(s); ok {
		return list
	}
	switch s := s.(type) {
	case nil, *goast.EmptyStmt:
		return nil
	case *goast.BlockStmt:
		return []ast.Stmt{l.block(s.List, s.Pos())}
	case *goast.ExprStmt:
		return l.exprStmt(s)
	case *goast.AssignStmt:
		return l.assign(s)
	case *goast.IncDecStmt:
		op := token.ADD_ASSIGN
		if s.Tok == token.DEC {
			op = token.SUB_ASSIGN
		}
		if l.isMapElement(s.X) {
			list, p := l.mapPlace(s.X)
			one := &ast.Lit{Text: "1", Val: constant.MakeInt64(1), T: p.elem}
			return append(list, p.present(), &ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{p.element()}, Op: op, Rhs: []ast.Expr{one}})
		}
		x := l.place(s.X)
		one := &ast.Lit{Text: "1", Val: constant.MakeInt64(1), T: l.typeOf(s.X)}
		return []ast.Stmt{&ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{x}, Op: op, Rhs: []ast.Expr{one}}}
	case *goast.DeclStmt:
		return l.declStmt(s)
	case *goast.ReturnStmt:
		return l.returnStmt(s)
	case *goast.BranchStmt:
		return l.branch(s)
	case *goast.LabeledStmt:
		return l.labelled(s)
	case *goast.IfStmt:
		return []ast.Stmt{l.ifStmt(s)}
	case *goast.ForStmt:
		return []ast.Stmt{l.forStmt(s)}
	case *goast.RangeStmt:
		return l.rangeStmt(s)
	case *goast.DeferStmt:
		return l.deferStmt(s)
	case *goast.SwitchStmt:
		return l.switchStmt(s)
	case *goast.TypeSwitchStmt:
		return l.typeSwitch(s)
	}
	l.report(s.Pos(), fmt.Sprintf("%s is not supported", nodeKind(s)))
	return nil
}

// first lowers the optional statement that an if or for begins with, and what must come before it.
func (l *lowerer) first(s goast.Stmt) (before []ast.Stmt, init ast.Stmt) {
	list := l.stmt(s)
	if len(list) == 0 {
		return nil, nil
	}
	return list[:len(list)-1], list[len(list)-1]
}

// following puts a statement behind others, in a block of their own.
func following(before []ast.Stmt, s ast.Stmt) ast.Stmt {
	if len(before) == 0 {
		return s
	}
	return &ast.Block{Meta: ast.Meta{Pos: s.Info().Pos}, Stmts: append(before, spread(s)...)}
}

func (l *lowerer) returnStmt(s *goast.ReturnStmt) []ast.Stmt {
	if l.exit != nil && l.inlining == nil {
		return l.leaveMaker(s)
	}
	if l.iteration != nil && l.inlining == nil {
		return l.returnFrom(s)
	}
	r := &ast.Return{Meta: l.meta(s)}
	if len(s.Results) == 1 {
		if list, results, ok := l.inlined(s.Results[0]); ok {
			r.Results = results
			return append(append(list, l.boxResults(r)...), r)
		}
	}
	before, results := l.operands(s.Results, r.Meta)
	r.Results = results
	before = append(before, l.boxResults(r)...)
	if len(r.Results) == 0 && l.inlining != nil {
		for _, v := range l.inlining.results {
			r.Results = append(r.Results, &ast.Ref{Var: v})
		}
	}
	return append(before, r)
}

// boxResults boxes what a return returns, and returns what comes before it.
func (l *lowerer) boxResults(r *ast.Return) (before []ast.Stmt) {
	before, r.Results = l.boxSides(r.Results, len(l.results), func(i int) types.Type { return l.results[i] }, r.Meta)
	return before
}

func (l *lowerer) exprStmt(s *goast.ExprStmt) []ast.Stmt {
	if list, ok := l.receiveStmt(nil, token.ASSIGN, s.X, l.meta(s)); ok {
		return list
	}
	if call, ok := goast.Unparen(s.X).(*goast.CallExpr); ok {
		if id := calleeIdent(call); id != nil {
			if b, ok := l.info.Uses[id].(*types.Builtin); ok && b.Name() == "delete" {
				return l.deleteStmt(s, call)
			} else if ok && b.Name() == "clear" {
				return l.clearStmt(s, call)
			}
			if fn, ok := l.info.Uses[id].(*types.Func); ok && l.src.Derived && (fn.FullName() == runtimePath+".Parallel" || fn.FullName() == runtimePath+".ParallelTurns") {
				return l.parallel(s, call)
			}
		}
	}
	if list, results, ok := l.inlined(s.X); ok {
		for _, e := range results {
			list = append(list, &ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{e}})
		}
		return list
	}
	call, ok := l.expr(s.X).(*ast.Call)
	if !ok {
		if l.reports == 0 {
			l.report(s.Pos(), "only a call can be a statement")
		}
		return nil
	}
	return []ast.Stmt{&ast.Do{Meta: l.meta(s), Call: call}}
}

// parallel makes a call of runtime.Parallel, or of ParallelTurns, in a derivative the loop that it was before it was printed, whose
// iterations are run one after the other.
func (l *lowerer) parallel(s *goast.ExprStmt, call *goast.CallExpr) []ast.Stmt {
	lit, ok := call.Args[1].(*goast.FuncLit)
	if !ok {
		panic("lower: what is run in parallel is no literal")
	}
	n := &ast.Range{Meta: ast.Meta{Pos: s.Pos()}, X: l.expr(call.Args[0]), Define: true}
	n.Key = &ast.Ref{Var: l.declare(l.info.Defs[lit.Type.Params.List[0].Names[0]].(*types.Var))}
	n.Body = l.loopBody(lit.Body)
	return []ast.Stmt{n}
}

func (l *lowerer) assign(s *goast.AssignStmt) []ast.Stmt {
	lhs, rhs := s.Lhs, s.Rhs
	if list, ok := l.mapAssign(s); ok {
		return list
	}
	if len(lhs) == 2 && len(rhs) == 1 && l.inMap(rhs[0]) == nil {
		if list, values := l.commaOK(rhs[0], !isBlank(lhs[0]), l.meta(s)); values != nil {
			a := &ast.Assign{Meta: l.meta(s), Op: s.Tok, Lhs: l.sides(s), Rhs: values}
			l.boxAll(a.Rhs, func(i int) types.Type { return typeOf(a.Lhs[i]) }, s.Pos())
			if a.Lhs[0] == nil {
				a.Lhs, a.Rhs = a.Lhs[1:], a.Rhs[1:]
			}
			return append(list, a)
		}
	}
	if len(rhs) == 1 && isReceive(rhs[0]) {
		list, _ := l.receiveStmt(l.sides(s), s.Tok, rhs[0], l.meta(s))
		return list
	}
	var list []ast.Stmt
	if len(lhs) == len(rhs) {
		if list, lhs, rhs = l.functions(lhs, rhs, l.meta(s)); len(lhs) == 0 {
			return list
		}
	}
	if s.Tok == token.DEFINE && len(lhs) == len(rhs) {
		for i, x := range lhs {
			list = append(list, l.hold(x, rhs[i], l.meta(s))...)
		}
	}
	a := &ast.Assign{Meta: l.meta(s), Op: s.Tok}
	if left, values, ok := l.functionsFor(lhs, rhs); ok {
		if lhs, a.Rhs = left, values; len(lhs) == 0 {
			return nil
		}
	} else if before, results, ok := l.inlinedFor(lhs, rhs, s.Tok); ok {
		list, a.Rhs = append(list, before...), results
	} else {
		var before []ast.Stmt
		before, a.Rhs = l.operands(rhs, a.Meta)
		list = append(list, before...)
	}
	for _, x := range lhs {
		if s.Tok == token.DEFINE {
			a.Lhs = append(a.Lhs, l.define(x))
		} else {
			a.Lhs = append(a.Lhs, l.place(x))
		}
	}
	before, values := l.boxSides(a.Rhs, len(a.Lhs), func(i int) types.Type { return typeOf(a.Lhs[i]) }, a.Meta)
	if list, a.Rhs = append(list, before...), values; len(before) > 0 {
		dropBlank(a)
	}
	lastWins(a.Lhs)
	dropSelf(a)
	if len(ast.Defined(a)) == 0 && a.Op == token.DEFINE {
		a.Op = token.ASSIGN // what it defines are functions
	}
	return append(list, a)
}

// typeOf returns the type of an expression that may be nil.
func typeOf(e ast.Expr) types.Type {
	if e == nil {
		return nil
	}
	return e.Type()
}

// lastWins puts blanks for variables that are assigned to again by the same statement, as in t, t = a, b.
func lastWins(lhs []ast.Expr) {
	for i, l := range lhs {
		if r, ok := l.(*ast.Ref); ok && slices.ContainsFunc(lhs[i+1:], func(e ast.Expr) bool { s, ok := e.(*ast.Ref); return ok && s.Var == r.Var }) {
			lhs[i] = nil
		}
	}
}

// dropBlank drops the blanks on the left side of an assignment together with what is assigned to them.
func dropBlank(a *ast.Assign) {
	var lhs, rhs []ast.Expr
	for i, x := range a.Lhs {
		if x != nil {
			lhs, rhs = append(lhs, x), append(rhs, a.Rhs[i])
		}
	}
	a.Lhs, a.Rhs = lhs, rhs
}

// dropSelf leaves of x = x only that x is evaluated: go vet would find fault with a copy. Beside an assignment to other memory it
// stays, since that may be x under another name.
func dropSelf(a *ast.Assign) {
	if slices.ContainsFunc(a.Lhs, func(x ast.Expr) bool { _, isVar := x.(*ast.Ref); return x != nil && !isVar }) && len(a.Lhs) > 1 {
		return
	}
	for i, x := range a.Lhs {
		if a.Op == token.ASSIGN && len(a.Lhs) == len(a.Rhs) && x != nil && ast.Equal(x, a.Rhs[i]) && !ast.Any(x, callsFunc) {
			a.Lhs[i] = nil
		}
	}
}

// define lowers an identifier on the left of :=.
func (l *lowerer) define(x goast.Expr) ast.Expr {
	id, _ := x.(*goast.Ident)
	if id.Name == "_" {
		return nil
	}
	if obj := l.info.Defs[id]; obj != nil {
		return &ast.Ref{Var: l.declare(obj)}
	}
	if v := l.vars[l.info.Uses[id]]; v != nil {
		return &ast.Ref{Var: v, Again: true}
	}
	l.report(x.Pos(), fmt.Sprintf("%s is not a local variable", id.Name))
	return nil
}

// place lowers an expression that is assigned to; nil is the blank identifier.
func (l *lowerer) place(x goast.Expr) ast.Expr {
	if id, ok := goast.Unparen(x).(*goast.Ident); ok {
		if id.Name == "_" {
			return nil
		}
		obj := l.info.Uses[id]
		if l.vars[obj] == nil && l.pointers[obj] == nil {
			why := ", but it is a variable of the package: a derivative keeps no state between calls"
			if obj.Parent() != obj.Pkg().Scope() {
				why = ", so that it cannot be told any more which functions are in it"
			}
			l.report(x.Pos(), id.Name+" is assigned"+why)
			return nil
		}
	}
	// A derivative overwrites shadows, which have no functions, and else what the function did.
	if star, ok := goast.Unparen(x).(*goast.StarExpr); ok && !l.src.Derived && len(funcFields(l.typeOf(star))) > 0 {
		l.report(x.Pos(), "a struct with functions in it is overwritten here, so that it cannot be told any more which function is called; assign to its other fields one by one")
		return nil
	}
	e := l.expr(x)
	if root := rootName(e); root != nil {
		l.report(x.Pos(), fmt.Sprintf("%s is written to, but it is a variable of the package: a derivative keeps no state between calls", root.Obj.Name()))
	}
	return e
}

// rootName returns the package-level variable that a place belongs to, or nil.
func rootName(e ast.Expr) *ast.Name {
	switch e := e.(type) {
	case *ast.Name:
		return e
	case *ast.Field:
		return rootName(e.X)
	case *ast.Index:
		return rootName(e.X)
	case *ast.Slice:
		return rootName(e.X)
	case *ast.Deref:
		return rootName(e.X)
	}
	return nil
}

func (l *lowerer) declStmt(s *goast.DeclStmt) []ast.Stmt {
	decl, _ := s.Decl.(*goast.GenDecl)
	if decl.Tok != token.VAR {
		// Constants and types are lowered to what they are declared as where they are used.
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*goast.TypeSpec); ok {
				l.checkLocal(spec)
			}
		}
		return nil
	}
	var list []ast.Stmt
	for _, spec := range decl.Specs {
		spec, _ := spec.(*goast.ValueSpec)
		if groups, ok := l.declareGroup(spec, s); ok {
			list = append(list, groups...)
			continue
		}
		names, values := exprsOf(spec.Names), spec.Values
		if len(values) == len(names) {
			var functions []ast.Stmt
			functions, names, values = l.functions(names, values, l.meta(spec))
			list = append(list, functions...)
		}
		if len(values) == 0 {
			list = append(list, l.declaredChoices(names, l.meta(spec))...)
		}
		names = slices.DeleteFunc(names, func(e goast.Expr) bool { return isFunc(l.info.Defs[e.(*goast.Ident)]) && len(values) == 0 })
		for i, x := range values {
			if len(values) == len(names) {
				list = append(list, l.hold(names[i], x, l.meta(spec))...)
			}
		}
		left, lowered, made := l.functionsFor(names, values)
		if made {
			names = left
		} else {
			var before []ast.Stmt
			before, lowered = l.rightSides(names, values, l.meta(spec))
			list = append(list, before...)
		}
		if len(names) == 0 {
			continue
		}
		d := &ast.Decl{Meta: l.meta(s), Values: lowered, Typed: spec.Type != nil}
		if len(decl.Specs) > 1 {
			d.Meta = l.meta(spec)
			d.Src = "var " + d.Src
		}
		for _, name := range names {
			d.Vars = append(d.Vars, l.declareBlank(name.(*goast.Ident)))
		}
		var before []ast.Stmt
		before, d.Values = l.boxSides(d.Values, len(d.Vars), func(i int) types.Type { return d.Vars[i].Type }, d.Meta)
		list = append(append(list, before...), d)
	}
	return list
}

func exprsOf(names []*goast.Ident) []goast.Expr {
	var list []goast.Expr
	for _, id := range names {
		list = append(list, id)
	}
	return list
}

// declareBlank declares the variable of an identifier, which may be blank.
func (l *lowerer) declareBlank(name *goast.Ident) *ast.Var {
	obj := l.info.Defs[name]
	if obj == nil || name.Name == "_" {
		t := types.Type(types.Typ[types.Invalid])
		if obj != nil {
			t = l.subst.Type(obj.Type())
		}
		return ast.NewVar("_", t)
	}
	return l.declare(obj)
}

func (l *lowerer) ifStmt(s *goast.IfStmt) ast.Stmt {
	n := &ast.If{Meta: ast.Meta{Pos: s.Pos(), Src: "if " + l.text(s.Cond)}}
	before, init := l.first(s.Init)
	n.Init = init
	n.Cond = l.expr(s.Cond)
	if dead := isBool(n.Cond, false); dead || isBool(n.Cond, true) {
		return following(before, l.branchTaken(s, n, !dead))
	}
	n.Then = l.block(s.Body.List, s.Body.Pos())
	switch els := s.Else.(type) {
	case nil:
	case *goast.BlockStmt:
		n.Else = l.block(els.List, els.Pos())
	default:
		n.Else = &ast.Block{Meta: ast.Meta{Pos: els.Pos()}, Stmts: l.stmt(els)}
	}
	return following(before, n)
}

// branchTaken lowers the one branch of an if whose condition is constant.
func (l *lowerer) branchTaken(s *goast.IfStmt, n *ast.If, then bool) ast.Stmt {
	b := &ast.Block{Meta: n.Meta}
	if n.Init != nil {
		b.Stmts = append(b.Stmts, n.Init)
	}
	if then {
		b.Stmts = append(b.Stmts, l.block(s.Body.List, s.Body.Pos()).Stmts...)
	} else {
		b.Stmts = append(b.Stmts, l.stmt(s.Else)...)
	}
	return b
}

func (l *lowerer) forStmt(s *goast.ForStmt) ast.Stmt {
	n := &ast.For{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}}
	before, init := l.first(s.Init)
	n.Init = init
	if s.Cond != nil {
		n.Cond = l.expr(s.Cond)
	}
	first, post := l.first(s.Post)
	n.Body = l.loopBody(s.Body)
	if len(first) == 0 {
		n.Post = post
	} else {
		n.Body = l.withPost(n.Body, s, append(first, post))
	}
	return following(before, n)
}

// withPost returns the body of a for statement that ends with what its header does after each iteration, where that takes statements.
func (l *lowerer) withPost(b *ast.Block, s *goast.ForStmt, post []ast.Stmt) *ast.Block {
	if init, ok := s.Init.(*goast.AssignStmt); ok && init.Tok == token.DEFINE {
		for _, x := range init.Lhs {
			if id, ok := x.(*goast.Ident); ok && l.closures.shared[l.info.Defs[id]] {
				l.report(s.Post.Pos(), fmt.Sprintf("what this header does after each iteration takes several statements, and %s, of which each iteration has its own, is captured or its address taken; declare a variable of the body for that", id.Name))
			}
		}
	}
	next := &ast.Label{Name: "next"}
	list := escape(breaksTo(b.Stmts, nil, next, false), next)
	if !ast.Ends(list) {
		list = append(list, post...)
	}
	return &ast.Block{Meta: b.Meta, Stmts: list}
}

func (l *lowerer) rangeStmt(s *goast.RangeStmt) []ast.Stmt {
	if list, ok := l.listOf(s.X); ok {
		return l.rangeSeveral(s, list)
	}
	if lit := l.tableOf(s.X); lit != nil {
		list, before, ok := l.table(lit, l.meta(s))
		if !ok {
			return nil
		}
		return append(before, l.rangeSeveral(s, list)...)
	}
	if lit := l.records(s.X); lit != nil {
		return l.rangeRecords(s, lit)
	}
	t := l.typeOf(s.X)
	if isString(t) {
		return l.rangeString(s)
	}
	if m, ok := t.Underlying().(*types.Map); ok {
		return l.rangeMap(s, m)
	}
	if isFuncType(t) {
		return l.rangeFunc(s)
	}
	if _, ok := t.Underlying().(*types.Chan); ok {
		return l.rangeChannel(s)
	}
	if !rangeable(t) {
		l.report(s.X.Pos(), fmt.Sprintf("range over %s is not supported yet", l.typeString(t)))
		return nil
	}
	n := &ast.Range{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}, X: l.expr(s.X), Define: s.Tok == token.DEFINE}
	if s.Key != nil {
		n.Key = l.side(s, s.Key)
	}
	if s.Value != nil {
		n.Value = l.side(s, s.Value)
	}
	var first []ast.Stmt
	if v := n.Value; v != nil && ast.IsInterface(v.Type()) && elemOf(t) != nil && !types.Identical(v.Type(), elemOf(t)) {
		var key ast.Expr
		if n.Key != nil {
			key = &ast.Ref{Var: ast.NewVar("i", types.Typ[types.Int])}
		}
		value := &ast.Ref{Var: ast.NewVar("v", elemOf(t))}
		n.Key, n.Value, n.Define = key, value, true
		first = l.keyAndValue(s, key, value)
	}
	n.Body = l.loopBody(s.Body)
	n.Body.Stmts = append(first, n.Body.Stmts...)
	return []ast.Stmt{n}
}

// rangeString lowers a range clause over a string. Its values are the elements of a []rune; with keys it is one over pairs of both.
func (l *lowerer) rangeString(s *goast.RangeStmt) []ast.Stmt {
	n := &ast.Range{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}, Define: s.Tok == token.DEFINE}
	if key, ok := s.Key.(*goast.Ident); s.Key == nil || ok && key.Name == "_" {
		n.X = &ast.Convert{X: l.expr(s.X), T: types.NewSlice(types.Universe.Lookup("rune").Type())}
		if s.Value != nil {
			n.Value = l.side(s, s.Value)
		}
		n.Body = l.loopBody(s.Body)
		return []ast.Stmt{n}
	}
	n.X = ast.Runes(l.expr(s.X))
	pair := &ast.Ref{Var: ast.NewVar("p", n.X.Type().(*types.Slice).Elem())}
	n.Value, n.Define = pair, true
	part := func(i int) ast.Expr {
		return &ast.Field{X: pair, Field: pair.Var.Type.(*types.Struct).Field(i)}
	}
	first := l.keyAndValue(s, part(0), part(1))
	n.Body = l.loopBody(s.Body)
	n.Body.Stmts = append(first, n.Body.Stmts...)
	return []ast.Stmt{n}
}

// keyAndValue sets what a range clause sets in each iteration, at once: for i, a[i] = range m finds a[i] before it sets i. Key is nil where it is
// set already.
func (l *lowerer) keyAndValue(s *goast.RangeStmt, key, value ast.Expr) []ast.Stmt {
	var list []ast.Stmt
	for i, x := range []goast.Expr{s.Key, s.Value} {
		e := []ast.Expr{key, value}[i]
		if x == nil || e == nil {
			continue
		}
		place := l.side(s, x)
		if place == nil {
			continue
		}
		e = l.box(e, place.Type(), x.Pos())
		if len(list) > 0 && s.Tok == token.ASSIGN {
			a := list[0].(*ast.Assign)
			a.Lhs, a.Rhs = append(a.Lhs, place), append(a.Rhs, e)
		} else {
			list = append(list, &ast.Assign{Meta: ast.Meta{Pos: x.Pos()}, Lhs: []ast.Expr{place}, Op: s.Tok, Rhs: []ast.Expr{e}})
		}
	}
	return list
}

// side lowers a key or value of a range clause.
func (l *lowerer) side(s *goast.RangeStmt, x goast.Expr) ast.Expr {
	if s.Tok == token.DEFINE {
		return l.define(x)
	}
	if l.isMapElement(x) {
		l.report(x.Pos(), "a range clause assigns an element of a map with floats, which is not supported; assign it in the loop")
		return nil
	}
	return l.place(x)
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// rangeable reports whether a range clause over a t is in the language.
func rangeable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Array:
		return true
	case *types.Basic:
		return u.Info()&types.IsInteger != 0
	case *types.Pointer:
		_, ok := u.Elem().Underlying().(*types.Array)
		return ok
	}
	return false
}

// operands lowers the values of an assignment, a declaration or a return, and what must come before them.
func (l *lowerer) operands(list []goast.Expr, meta ast.Meta) (before []ast.Stmt, values []ast.Expr) {
	for _, x := range list {
		if lit := l.literalValue(x); lit != nil {
			more, m := l.mapLiteral(lit, meta)
			before, values = append(before, more...), append(values, m)
			continue
		}
		values = append(values, l.expr(x))
	}
	return before, values
}

func (l *lowerer) exprs(list []goast.Expr) []ast.Expr {
	var out []ast.Expr
	for _, e := range list {
		out = append(out, l.expr(e))
	}
	return out
}

// expr lowers an expression. After a report the result is only there to go on with.
func (l *lowerer) expr(e goast.Expr) ast.Expr {
	if tv := l.typeAndValue(e); tv.Value != nil {
		if l.hasUnnamed(e) {
			return constantLit(tv)
		}
		if !isUntyped(tv.Type) {
			defer func(old types.Type) { l.want = old }(l.want)
			l.want = tv.Type
		}
	}
	switch e := e.(type) {
	case *goast.ParenExpr:
		return l.expr(e.X)
	case *goast.BasicLit:
		tv := l.typeAndValue(e)
		t := tv.Type
		if isUntyped(t) {
			// The operands of a constant expression keep their untyped types; they count as what it becomes.
			if t = types.Default(t); l.want != nil {
				t = l.want
			}
		}
		return &ast.Lit{Text: e.Value, Val: tv.Value, T: t}
	case *goast.Ident:
		return l.ident(e)
	case *goast.SelectorExpr:
		return l.selector(e)
	case *goast.IndexExpr:
		return l.index(e)
	case *goast.SliceExpr:
		return l.slice(e)
	case *goast.StarExpr:
		return ast.PointedTo(l.expr(e.X))
	case *goast.UnaryExpr:
		return l.unary(e)
	case *goast.BinaryExpr:
		return l.binary(e)
	case *goast.CallExpr:
		return l.call(e)
	case *goast.CompositeLit:
		return l.composite(e)
	case *goast.TypeAssertExpr:
		return l.assertion(e)
	case *goast.FuncLit:
		l.report(e.Pos(), "a function literal is used as a value here, so that it cannot be told any more which function is called")
		return broken(l.typeOf(e))
	}
	l.report(e.Pos(), fmt.Sprintf("%s is not supported here", nodeKind(e)))
	return broken(l.typeOf(e))
}

// broken is an expression to go on with after a report.
func broken(t types.Type) ast.Expr { return &ast.Lit{Text: "0", Val: constant.MakeInt64(0), T: t} }

// hasUnnamed reports whether a constant expression names a constant that the derivative cannot name: one that is declared in the
// function, or that another package does not export.
func (l *lowerer) hasUnnamed(e goast.Expr) bool {
	found := false
	goast.Inspect(e, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok {
			c, ok := l.info.Uses[id].(*types.Const)
			found = found || ok && c.Pkg() != nil && (c.Parent() != c.Pkg().Scope() || l.src.Copied != nil && l.src.Copied(c))
		}
		return !found
	})
	return found
}

// constantLit is the value of a constant expression, exact in its type.
func constantLit(tv types.TypeAndValue) ast.Expr {
	if tv.Value.Kind() == constant.Bool {
		return boolConstant(tv)
	}
	basic, _ := tv.Type.Underlying().(*types.Basic)
	text := tv.Value.ExactString()
	if basic != nil && basic.Info()&types.IsFloat != 0 {
		f, _ := constant.Float64Val(tv.Value)
		text = strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
	}
	lit := &ast.Lit{Text: text, Val: tv.Value, T: tv.Type}
	if _, named := tv.Type.(*types.Named); named {
		return &ast.Convert{X: lit, T: tv.Type}
	}
	return lit
}

// boolConstant is constantLit for booleans: true and false are names, which a package may declare anew.
func boolConstant(tv types.TypeAndValue) ast.Expr {
	name := &ast.Name{Obj: types.Universe.Lookup(tv.Value.String()), T: types.Default(tv.Type)}
	if _, named := tv.Type.(*types.Named); named {
		return &ast.Convert{X: name, T: tv.Type}
	}
	return name
}

func (l *lowerer) ident(e *goast.Ident) ast.Expr {
	obj := l.info.Uses[e]
	if v := l.pointers[obj]; v != nil {
		return &ast.Deref{X: &ast.Ref{Var: v}}
	}
	if v := l.vars[obj]; v != nil {
		return &ast.Ref{Var: v}
	}
	switch obj := obj.(type) {
	case *types.Const, *types.Nil:
		return &ast.Name{Obj: obj, T: l.typeOf(e)}
	case *types.Var:
		if obj.Parent() == obj.Pkg().Scope() {
			return &ast.Name{Obj: obj, T: l.subst.Type(obj.Type())}
		}
	}
	if isFuncType(l.info.TypeOf(e)) {
		l.report(e.Pos(), fmt.Sprintf("%s is used as a value here, so that it cannot be told any more which function is called", e.Name))
	} else if _, ok := l.listOf(e); ok || l.records(e) != nil {
		l.report(e.Pos(), fmt.Sprintf("the functions in %s are used otherwise than in a loop over them, so that it cannot be told any more which function is called", e.Name))
	} else {
		l.report(e.Pos(), fmt.Sprintf("%s is not supported here", e.Name))
	}
	return broken(l.typeOf(e))
}

func (l *lowerer) selector(e *goast.SelectorExpr) ast.Expr {
	sel := l.info.Selections[e]
	if sel == nil { // a qualified identifier
		return l.ident(e.Sel)
	}
	if sel.Kind() != types.FieldVal {
		l.report(e.Pos(), "a method is used as a value here, so that it cannot be told any more which function is called")
		return broken(l.typeOf(e))
	}
	return l.path(l.expr(e.X), sel.Index(), true)
}

// path selects the field at an index path below x. All hops but the last are implicit; the last is one too
// unless spelled is set. A field of a type that is declared in the function is embedded no more, so it is spelled out.
func (l *lowerer) path(x ast.Expr, index []int, spelled bool) ast.Expr {
	for n, i := range index {
		// A field of a struct that is converted is that of the struct.
		for c, ok := x.(*ast.Convert); ok && structOf(c.X.Type()) != nil; c, ok = x.(*ast.Convert) {
			x = c.X
		}
		s := structOf(x.Type())
		x = &ast.Field{X: x, Field: s.Field(i), Implicit: s.Field(i).Embedded() && (n < len(index)-1 || !spelled)}
	}
	return x
}

// structOf returns the struct that a type is or points to, or nil.
func structOf(t types.Type) *types.Struct {
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	s, _ := t.Underlying().(*types.Struct)
	return s
}

func (l *lowerer) index(e *goast.IndexExpr) ast.Expr {
	if ast.IsMap(l.typeOf(e.X)) {
		return l.mapIndex(e)
	}
	l.checkOneKind(e.X)
	return &ast.Index{X: l.expr(e.X), I: l.expr(e.Index), T: l.typeOf(e)}
}

// checkOneKind refuses the elements of what has a type parameter for its type that stands for arrays or slices of several kinds.
func (l *lowerer) checkOneKind(x goast.Expr) {
	n := ast.StandIn(l.typeOf(x))
	if n == nil {
		return
	}
	if t, ok := n.Underlying().(*types.Struct); ok && t.NumFields() == 0 {
		l.report(x.Pos(), fmt.Sprintf("the type parameter %s stands for types of several kinds, whose elements cannot be differentiated here; let it stand for one, such as ~[]T", n.Obj().Name()))
	}
}

func (l *lowerer) slice(e *goast.SliceExpr) ast.Expr {
	l.checkOneKind(e.X)
	s := &ast.Slice{X: l.expr(e.X), T: l.typeOf(e)}
	for _, b := range []struct {
		from goast.Expr
		to   *ast.Expr
	}{{e.Low, &s.Lo}, {e.High, &s.Hi}, {e.Max, &s.Max}} {
		if b.from != nil {
			*b.to = l.expr(b.from)
		}
	}
	return s
}

func (l *lowerer) unary(e *goast.UnaryExpr) ast.Expr {
	switch e.Op {
	case token.AND:
		if id, ok := goast.Unparen(e.X).(*goast.Ident); ok && l.pointers[l.info.Uses[id]] != nil {
			return &ast.Ref{Var: l.pointers[l.info.Uses[id]]}
		}
		return &ast.Addr{X: l.expr(e.X), T: l.typeOf(e)}
	case token.ARROW:
		meta := l.meta(e)
		receive, v, _ := l.received(l.expr(e.X), meta)
		l.hoist(e.Pos(), "a receive operation", receive)
		return v
	}
	x := l.expr(e.X)
	if b, ok := x.(*ast.Binary); ok && isUntypedInteger(l.typeOf(e.X)) {
		typed := *b
		typed.T = types.Default(l.typeOf(e)) // -(1 << 2) may be a float
		x = &typed
	}
	return &ast.Unary{Op: e.Op, X: x}
}

// mayMatter reports whether e itself may panic or have an effect.
func mayMatter(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref, *ast.Name, *ast.Lit:
		return false
	case *ast.Field:
		return ast.Pointee(e.X.Type()) != nil
	case *ast.Binary:
		b, ok := e.X.Type().Underlying().(*types.Basic)
		return !ok || ofIntegers(e.Op) && b.Info()&types.IsInteger != 0 || e.Op == token.QUO
	case *ast.Unary:
		return false
	}
	return true
}

func (l *lowerer) binary(e *goast.BinaryExpr) ast.Expr {
	if isFuncType(l.info.TypeOf(e.X)) || isFuncType(l.info.TypeOf(e.Y)) {
		return l.compareFuncs(e)
	}
	if e.Op == token.LAND || e.Op == token.LOR {
		// What is not asked for may call a function that is nil.
		x := l.expr(e.X)
		if isBool(x, e.Op == token.LOR) {
			return x
		}
		b := &ast.Binary{Op: e.Op, X: x, T: types.Default(l.typeOf(e))}
		l.asking(nil, func() { b.Y = l.expr(e.Y) })
		return joined(b)
	}
	if e.Op == token.QUO && isUntypedInteger(l.typeOf(e.X)) && isUntypedInteger(l.typeOf(e.Y)) {
		return l.wholeQuotient(e)
	}
	if ofIntegers(e.Op) && isUntypedInteger(l.typeOf(e.X)) {
		defer func(old types.Type) { l.want = old }(l.want)
		l.want = types.Typ[types.Int]
	}
	b := &ast.Binary{Op: e.Op, X: l.expr(e.X), Y: l.expr(e.Y), T: types.Default(l.typeOf(e))}
	if e.Op == token.EQL || e.Op == token.NEQ {
		b.Pos = e.Pos()
		b.X, b.Y = compared(b.X, b.Y)
	}
	return b
}

// joined returns what a conjunction or disjunction comes to where the second of the two is known.
func joined(b *ast.Binary) ast.Expr {
	switch {
	case isBool(b.Y, b.Op == token.LAND):
		return b.X
	case isBool(b.Y, b.Op == token.LOR) && !ast.Any(b.X, mayMatter):
		return b.Y
	}
	return b
}

// wholeQuotient lowers a quotient of integer constants that becomes a float. It is rounded to an integer first, so that it must stay one
// of integers:
//
//	x > n/2      x > float64(n/2)
func (l *lowerer) wholeQuotient(e *goast.BinaryExpr) ast.Expr {
	t := types.Default(l.typeOf(e))
	if l.want != nil {
		t = l.want
	}
	defer func(old types.Type) { l.want = old }(l.want)
	l.want = types.Typ[types.Int]
	q := &ast.Binary{Op: e.Op, X: l.expr(e.X), Y: l.expr(e.Y), T: l.want}
	if !ast.IsFloat(t) {
		return q
	}
	return &ast.Convert{X: q, T: t}
}

// ofIntegers reports whether the operands of an operator must be integers, whatever the result becomes.
func ofIntegers(op token.Token) bool {
	switch op {
	case token.REM, token.AND, token.OR, token.XOR, token.AND_NOT, token.SHL, token.SHR:
		return true
	}
	return false
}

func isUntypedInteger(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && (b.Kind() == types.UntypedInt || b.Kind() == types.UntypedRune)
}

func (l *lowerer) call(e *goast.CallExpr) ast.Expr {
	t := l.typeOf(e)
	if tv := l.typeAndValue(e.Fun); tv.IsType() {
		return l.conversion(e, tv.Type)
	}
	c := &ast.Call{T: t, Spread: e.Ellipsis.IsValid(), Pos: e.Pos()}
	id := calleeIdent(e)
	if id == nil {
		return l.callValue(e, l.value(e.Fun))
	}
	if err := l.waited(e); err != nil {
		return err
	}
	if obj, _, _ := ofGroup(e, l.info); obj != nil && l.vars[obj] == nil && l.pointers[obj] == nil && obj.Parent() != l.src.Pkg.Scope() {
		l.report(e.Pos(), obj.Name()+" is used in a function literal that does not declare it; start and wait for its goroutines in the function that does")
		return broken(t)
	}
	switch obj := l.info.Uses[id].(type) {
	case *types.Builtin:
		return l.builtin(e, obj.Name(), c)
	case *types.Func:
		c.Fun.Fn, c.Fun.TypeArgs = l.instanceOf(id, obj)
		c.Fun.Explicit = isIndexed(e.Fun)
		args := e.Args
		if l.wider(c, obj, args) {
			return c
		}
		if sel, ok := goast.Unparen(e.Fun).(*goast.SelectorExpr); ok {
			args = l.receiver(sel, c, args)
		}
		l.arguments(c, args)
		if l.src.Derived && obj.Pkg() != nil && obj.Pkg().Path() == runtimePath {
			return l.ofRuntime(c)
		}
		return l.copied(c, obj)
	}
	return l.callValue(e, l.value(e.Fun))
}

// ofRuntime makes a call in a derivative of a function of package runtime what it was before it was printed.
func (l *lowerer) ofRuntime(c *ast.Call) ast.Expr {
	switch name := c.Fun.Fn.Name(); name {
	case "Has":
		c.Fun = ast.Callee{Builtin: ast.MapHas}
	case "Is":
		return ast.Test(c.Args[0], c.Fun.TypeArgs[0])
	case "Runes":
		return ast.Runes(c.Args[0])
	case "Receive":
		elem := c.Args[0].Type().Underlying().(*types.Chan).Elem()
		c.Fun = ast.Callee{Fn: l.src.Instances.receive(elem)}
	case "Shadow", "Apart", "Portions", "Disjoint", "DisjointLen", "Mirrors", "MirrorsLen", "Pair", "NoDerivative", "Order", "Box", "Boxed", "BoxGiven", "Unbox", "Renew", "CarryOver", "KeepLinks", "KeepLinksCap", "SwapLinks", "Moved":
		c.Fun = ast.Callee{Copied: name}
	case "AddShadow", "AddShadowWith", "CopyShadow", "CopyShadowWith", "SetShadow", "ShadowWith":
		l.report(c.Pos, "it adds up or sets all that a result, a tangent or a hooked value leads to; that is not supported yet of derivatives of derivatives: use slices of numbers")
	case "Copy", "CopyCap":
		lit := c.Args[0]
		if a, ok := lit.(*ast.Addr); ok {
			lit = a.X
		}
		if _, ok := lit.(*ast.Composite); ok { // of what a checkpoint remembers
			c.Fun = ast.Callee{Copied: name}
			break
		}
		fallthrough
	case "RestoreShadow":
		l.report(c.Pos, "a value of a type whose floats it cannot see gets new memory there, or is copied; that is not supported yet of derivatives of derivatives: only read such values")
	case "Widen", "Home":
		l.report(c.Pos, "it appends to memory that it is given; that is not supported yet of derivatives of derivatives: append to a copy")
	}
	return c
}

// copied makes a call of slices.Clone for numbers the append that it is, unless the user has a rule for it; any other call stays as it is.
func (l *lowerer) copied(c *ast.Call, of *types.Func) *ast.Call {
	if of.Pkg() == nil || of.FullName() != "slices.Clone" || l.src.Body == nil || l.src.Body("slices.Clone") == nil {
		return c
	}
	s, ok := c.T.Underlying().(*types.Slice)
	if !ok || !ast.Carries(s.Elem()) || ast.ShapeOf(s.Elem()) != ast.ValueLike {
		return c
	}
	none := &ast.Name{Obj: types.Universe.Lookup("nil"), T: c.T}
	as := ast.Callee{Builtin: "append", As: c.Fun.Fn, TypeArgs: c.Fun.TypeArgs, Explicit: c.Fun.Explicit}
	return &ast.Call{Fun: as, Args: append([]ast.Expr{none}, c.Args...), Spread: true, T: c.T, Pos: c.Pos}
}

// conversion lowers the conversion e to type t. That of a slice to an array is by way of a pointer, which leaves one thing to know:
// that both are one memory.
//
//	[2]T(x)      *(*[2]T)(x)
func (l *lowerer) conversion(e *goast.CallExpr, t types.Type) ast.Expr {
	x := l.expr(e.Args[0])
	if _, reported := x.(*ast.Convert); isUnsafe(t) || isUnsafe(x.Type()) && !reported {
		l.report(e.Pos(), noUnsafe)
	}
	if ast.IsBoxed(t) {
		if n, ok := x.(*ast.Name); ok && n.Obj == types.Universe.Lookup("nil") {
			return &ast.Convert{X: x, T: t}
		}
		return l.box(x, t, e.Pos())
	}
	array, ok := t.Underlying().(*types.Array)
	if _, slice := x.Type().Underlying().(*types.Slice); !ok || !slice {
		return &ast.Convert{X: x, T: t, Pos: e.Pos()}
	}
	if array.Len() == 0 {
		l.report(e.Pos(), "a conversion to an array without elements is not supported")
	}
	return &ast.Deref{X: &ast.Convert{X: x, T: types.NewPointer(t)}}
}

func isUnsafe(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.UnsafePointer
}

// receiver adds the receiver of a method call, with the & or * that the source leaves out, and returns the other arguments. That of a
// method expression is the first of them.
func (l *lowerer) receiver(sel *goast.SelectorExpr, c *ast.Call, args []goast.Expr) []goast.Expr {
	s := l.info.Selections[sel]
	if s == nil {
		return args // a function of another package
	}
	x := sel.X
	if s.Kind() == types.MethodExpr {
		x, args = args[0], args[1:]
	}
	recv := l.path(l.expr(x), s.Index()[:len(s.Index())-1], false)
	if isTypeParam(s.Recv()) {
		return l.methodOfParam(s, recv, c, args)
	}
	if ast.IsBoxed(recv.Type()) {
		method, _ := s.Obj().(*types.Func)
		boxed, _ := recv.Type().(*types.Named)
		c.Fun = ast.Callee{Fn: l.src.Instances.dispatcher(boxed, method, l.subst.Signature(method.Signature()))}
		c.Args = []ast.Expr{recv}
		return args
	}
	if types.IsInterface(recv.Type()) {
		c.Fun.Method, c.Args = true, []ast.Expr{recv}
		return args
	}
	c.Fun.Method, c.Args = true, []ast.Expr{adapted(recv, c.Fun.Fn)}
	if len(s.Index()) == 1 && l.src.Declared(c.Fun.Fn) {
		l.recvHeld.list, l.recvHeld.args = l.heldBy(x, -1)
	}
	return args
}

func (l *lowerer) builtin(e *goast.CallExpr, name string, c *ast.Call) ast.Expr {
	c.Fun.Builtin = name
	switch name {
	case "make", "new":
		if name == "new" && !l.info.Types[e.Args[0]].IsType() {
			break // Go 1.26: a new variable with this value
		}
		t := l.typeOf(e.Args[0])
		if _, ok := t.Underlying().(*types.Chan); ok && name == "make" {
			l.report(e.Pos(), "a channel cannot be made here; make it in a function with //godiff:nodiff")
		}
		c.Args = l.exprs(e.Args[1:])
		return c
	case "panic":
		c.T = types.NewTuple()
	case "len":
		if list, ok := l.listOf(e.Args[0]); ok {
			return number(len(list))
		}
		if lit := l.records(e.Args[0]); lit != nil {
			return number(len(l.elements(lit)))
		}
		if ast.IsMap(l.typeOf(e.Args[0])) {
			c.Fun.Builtin = ast.MapCount
		}
	}
	c.Args = l.exprs(e.Args)
	if name == "append" && appendsNothing(l.info, c, e) {
		return c.Args[0]
	}
	if s, ok := c.T.Underlying().(*types.Slice); ok && name == "append" && !c.Spread {
		l.boxAll(c.Args[1:], func(int) types.Type { return s.Elem() }, c.Pos)
	}
	return c
}

// appendsNothing reports whether an append is append(x) or append(x, nil...).
func appendsNothing(info *types.Info, c *ast.Call, e *goast.CallExpr) bool {
	_, several := c.Args[0].Type().(*types.Tuple)
	return !several && (len(e.Args) == 1 || c.Spread && info.Types[e.Args[1]].IsNil())
}

// fieldNamed returns the field of an instance of a struct that another instance calls obj.
func fieldNamed(s *types.Struct, obj types.Object) *types.Var {
	for f := range s.Fields() {
		if f.Id() == obj.Id() {
			return f
		}
	}
	panic(fmt.Sprintf("lower: %s has no field %s", s, obj.Name()))
}

// isIndexed reports whether a function is called with type arguments that are written out.
func isIndexed(fun goast.Expr) bool {
	switch goast.Unparen(fun).(type) {
	case *goast.IndexExpr, *goast.IndexListExpr:
		return true
	}
	return false
}

func (l *lowerer) composite(e *goast.CompositeLit) ast.Expr {
	t := l.typeOf(e)
	if p := ast.Pointee(t); p != nil { // an element of a literal, with &T left out
		lit := l.compositeOf(e, p)
		return &ast.Addr{X: lit, T: t}
	}
	return l.compositeOf(e, t)
}

func (l *lowerer) compositeOf(e *goast.CompositeLit, t types.Type) ast.Expr {
	c := &ast.Composite{T: t}
	s, isStruct := t.Underlying().(*types.Struct)
	if m, isMap := t.Underlying().(*types.Map); isMap && ast.Carries(m.Elem()) {
		if len(e.Elts) == 0 {
			return &ast.Call{Fun: ast.Callee{Builtin: "make"}, T: t}
		}
		list, v := l.mapLiteral(e, l.meta(e))
		l.hoist(e.Pos(), "a literal of a map with floats", list...)
		return v
	}
	for i, x := range e.Elts {
		var elem ast.Elem
		kv, keyed := x.(*goast.KeyValueExpr)
		if isStruct && l.keeps(e) && (isFuncType(l.info.TypeOf(elementOf(x))) || l.info.Types[elementOf(x)].IsNil() && isFuncType(l.fieldType(s, i, x))) {
			continue
		}
		switch {
		case isStruct && keyed:
			key, _ := kv.Key.(*goast.Ident)
			elem.Field = fieldNamed(s, l.info.Uses[key])
			elem.Value = l.expr(kv.Value)
		case isStruct:
			elem.Field, elem.Value = s.Field(i), l.expr(x)
			if elem.Field.Name() == "_" {
				if ast.Any(elem.Value, callsFunc) {
					l.report(x.Pos(), "a call for the value of a blank field is not supported; make it before")
				}
				continue
			}
		case keyed:
			elem.Key, elem.Value = l.expr(kv.Key), l.expr(kv.Value)
		default:
			elem.Value = l.expr(x)
		}
		elem.Value = l.box(elem.Value, typeOfElem(t, elem), x.Pos())
		c.Elems = append(c.Elems, elem)
	}
	return c
}

// fieldType returns the type of the field that the i-th element of a literal of a struct is for.
func (l *lowerer) fieldType(s *types.Struct, i int, x goast.Expr) types.Type {
	if kv, ok := x.(*goast.KeyValueExpr); ok {
		return fieldNamed(s, l.info.Uses[kv.Key.(*goast.Ident)]).Type()
	}
	return s.Field(i).Type()
}

// elementOf returns the value of an element of a literal.
func elementOf(x goast.Expr) goast.Expr {
	if kv, ok := x.(*goast.KeyValueExpr); ok {
		return kv.Value
	}
	return x
}

// typeOfElem returns the type of an element of a literal of type t.
func typeOfElem(t types.Type, elem ast.Elem) types.Type {
	if elem.Field != nil {
		return elem.Field.Type()
	}
	list, _ := t.Underlying().(interface{ Elem() types.Type })
	return list.Elem()
}

func isBlank(e goast.Expr) bool {
	id, ok := e.(*goast.Ident)
	return ok && id.Name == "_"
}
