package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Function values.
//
// The representation knows calls of functions, no values that are functions. Where it can be told which function a value is, it is
// gone after lowering. A function literal becomes a function with the variables that it captures as its first parameters, and what
// is given a function becomes an instance for that function:
//
//	func Area(k, b float64) float64 {              func square(k, x float64) float64 { return k * x * x }
//	    square := func(x float64) float64 {        func integrate(k, b float64) float64 { … square(k, x) … }
//	        return k * x * x                       func Area(k, b float64) float64 {
//	    }                                              return integrate(k, b)
//	    return integrate(square, b)                }
//	}
//
// A variable that a literal writes, or whose address is taken, is captured by a pointer, any other by its value: while a literal
// runs, the function around it does not.

// A fnValue is a function that is known.
type fnValue struct {
	fn       *types.Func // nil for nil
	method   bool        // the first argument, bound or not, is the receiver
	typeArgs []types.Type
	explicit bool
	bound    []boundVar // the first arguments
	chosen   bool       // it is one of several functions, which the first that is bound tells: see choice …
	isNil    bool       // … or may be nil
	group    bool       // it is no function but a group of goroutines, of which only Done is called: see group.go
}

// clone returns the same function, whose bound arguments may become others.
func (v *fnValue) clone() *fnValue {
	w := *v
	w.bound = slices.Clone(v.bound)
	return &w
}

// A boundVar is an argument that belongs to a function value: a variable, or what it is where it stands in the argument of a call.
type boundVar struct {
	obj     types.Object
	pointer bool     // its address is passed
	expr    ast.Expr // instead of obj
	typ     types.Type
	name    string
}

// A binding says which function a parameter of an instance is.
type binding struct {
	param int    // without the receiver, which is -1
	field string // of the parameter, if not the parameter itself is a function
	elem  int    // which of the functions of a variadic parameter it is, counted from 1, or none; 0 if the parameter is one function
	value *fnValue
	vars  []*types.Var // parameters of the instance for the bound variables of value
}

// closures is what is known of the function values of a declared function.
type closures struct {
	defs    map[types.Object]goast.Expr   // the one value of a variable that is a function
	unknown map[types.Object]bool         // variables with more values than one, or none
	values  map[types.Object][]goast.Expr // what is assigned to a variable that is a function
	wild    map[types.Object]bool         // such variables that something else is assigned to, or whose address is taken
	uses    map[types.Object][]token.Pos  // where such a variable is named otherwise than to be assigned to
	from    map[types.Object]token.Pos    // where a variable gets its value, if not where it is declared
	shared  map[types.Object]bool         // variables that literals must capture by a pointer
	changed map[types.Object]bool         // variables that something is assigned to after their declaration, or whose address is taken
	calls   map[*goast.FuncLit]int        // how often a literal is named
	inline  map[*goast.FuncLit]bool       // see canInline
	scanned map[*goast.FuncLit]bool       // literals that variables of the package are, which have been looked through
	atExits map[*goast.FuncLit]bool       // deferred literals that are called where the function is left

	loops   map[*goast.FuncLit]*types.Signature // literals that are bodies of loops over functions
	started map[*goast.FuncLit]bool             // literals that are goroutines

	literals map[types.Object]*goast.CompositeLit // of variables that hold structs with functions: see holders
	built    map[types.Object]*goast.CallExpr     // of such variables that are defined by a call
	returned map[types.Object]bool                // such variables that are returned
	loose    map[types.Object]bool                // such variables whose functions are not known

	tables map[types.Object]*goast.CompositeLit // of variables of the function that are maps of functions, or hold structs with functions

	foreign bool                     // functions of other packages are lowered in place of calls
	unmade  map[*goast.CallExpr]bool // calls of which a report says that it cannot be told which function they return
}

// closuresOf looks through the body of a function.
func closuresOf(body *goast.BlockStmt, info *types.Info) *closures {
	c := &closures{
		defs: map[types.Object]goast.Expr{}, unknown: map[types.Object]bool{}, from: map[types.Object]token.Pos{},
		values: map[types.Object][]goast.Expr{}, wild: map[types.Object]bool{}, uses: map[types.Object][]token.Pos{},
		shared: map[types.Object]bool{}, changed: map[types.Object]bool{}, calls: map[*goast.FuncLit]int{}, inline: map[*goast.FuncLit]bool{}, scanned: map[*goast.FuncLit]bool{}, atExits: map[*goast.FuncLit]bool{},
		loops: map[*goast.FuncLit]*types.Signature{}, literals: map[types.Object]*goast.CompositeLit{}, loose: map[types.Object]bool{},
		built: map[types.Object]*goast.CallExpr{}, returned: map[types.Object]bool{},
		started: map[*goast.FuncLit]bool{}, tables: map[types.Object]*goast.CompositeLit{}, unmade: map[*goast.CallExpr]bool{},
	}
	c.holders(body, info)
	scan := &closureScan{closures: c, info: info, declared: map[types.Object]goast.Node{}, body: body, assigned: map[*goast.Ident]bool{}}
	scan.list(body, body)
	for _, x := range scan.deferred {
		if lit := c.literalIn(x, info); lit != nil {
			c.sharedIn(lit, info)
		}
	}
	c.returnedAround(body, info)
	c.countCalls(body, info)
	return c
}

// A closureScan looks for what becomes of variables.
type closureScan struct {
	*closures
	info     *types.Info
	declared map[types.Object]goast.Node // the list of statements that declares a variable without a value
	assigned map[*goast.Ident]bool       // names on left sides
	body     goast.Node                  // of the function or literal that is looked at
	depth    int                         // of literals around what is looked at
	deferred []goast.Expr
}

// list looks through n, whose statements stand in a list.
func (c *closureScan) list(n, list goast.Node) {
	goast.Inspect(n, func(m goast.Node) bool {
		switch m := m.(type) {
		case *goast.FuncLit:
			if c.started[m] {
				c.depth-- // it is lowered in place
			}
			c.within(m.Body)
			if c.started[m] {
				c.depth++
			}
			return false
		case *goast.GoStmt, *goast.ExprStmt:
			if s := startOf(m.(goast.Stmt), c.info); s != nil {
				if lit, ok := goast.Unparen(s.call.Fun).(*goast.FuncLit); ok {
					c.started[lit] = true
				}
			}
		case *goast.BlockStmt, *goast.CaseClause:
			if m != list {
				c.list(m, m)
				return false
			}
		case *goast.Ident:
			if v, ok := c.info.Uses[m].(*types.Var); ok && !c.assigned[m] && isFunc(v) {
				c.uses[v] = append(c.uses[v], m.Pos())
			}
		case *goast.ValueSpec:
			c.valueSpec(m, list)
		case *goast.AssignStmt:
			c.assign(m, list)
		case *goast.IncDecStmt:
			c.written(m.X, c.info, c.depth)
		case *goast.RangeStmt:
			return c.rangeStmt(m)
		case *goast.DeferStmt:
			c.deferred = append(append(c.deferred, m.Call.Fun), m.Call.Args...)
		case *goast.UnaryExpr:
			if m.Op == token.AND {
				c.addressed(m.X, c.info)
			}
		case *goast.SliceExpr:
			if _, array := c.info.TypeOf(m.X).Underlying().(*types.Array); array {
				c.addressed(m.X, c.info)
			}
		case *goast.SelectorExpr:
			if sel := c.info.Selections[m]; sel != nil && sel.Kind() == types.MethodVal && takesAddress(sel) {
				c.addressed(m.X, c.info)
			}
		}
		return true
	})
}

// within looks through the body of a literal, or of a loop that becomes one.
func (c *closureScan) within(body *goast.BlockStmt) {
	defer func(old goast.Node) { c.body = old }(c.body)
	c.body = body
	c.depth++
	c.list(body, body)
	c.depth--
}

// isResult reports whether a variable is a result of the function at hand, in whose body a list of statements is not nested. It is as one
// that is declared there.
func (c *closureScan) isResult(obj types.Object, list goast.Node) bool {
	v, ok := obj.(*types.Var)
	return ok && v.Kind() == types.ResultVar && list == c.body && (v.Parent() == nil || v.Parent().Contains(list.Pos()))
}

func (c *closureScan) valueSpec(s *goast.ValueSpec, list goast.Node) {
	for i, id := range s.Names {
		obj := c.info.Defs[id]
		switch {
		case !isFunc(obj):
		case len(s.Values) == 0:
			c.declared[obj] = list
		default: // a value for each name, or one call for all
			value := s.Values[min(i, len(s.Values)-1)]
			c.define(obj, value)
			c.values[obj] = append(c.values[obj], value)
		}
	}
}

func (c *closureScan) assign(s *goast.AssignStmt, list goast.Node) {
	for i, x := range s.Lhs {
		if id, ok := x.(*goast.Ident); !ok || c.info.Defs[id] == nil {
			c.written(x, c.info, c.depth)
		}
		id, ok := goast.Unparen(x).(*goast.Ident)
		if !ok {
			continue
		}
		obj := c.info.ObjectOf(id)
		if !isFunc(obj) {
			continue
		}
		c.assigned[id] = true
		value := s.Rhs[min(i, len(s.Rhs)-1)] // of its own, or one call for all
		c.values[obj] = append(c.values[obj], value)
		if s.Tok != token.DEFINE && c.declared[obj] != list && !c.isResult(obj, list) {
			c.unknown[obj] = true
			continue
		}
		c.define(obj, value)
		if s.Tok != token.DEFINE {
			c.from[obj] = s.Pos()
		}
	}
}

// rangeStmt looks at a range statement, and reports whether what is below it is still to be looked at.
func (c *closureScan) rangeStmt(s *goast.RangeStmt) bool {
	if s.Tok == token.ASSIGN {
		c.written(s.Key, c.info, c.depth)
		c.written(s.Value, c.info, c.depth)
	}
	if isFuncType(c.info.TypeOf(s.X)) {
		c.list(s.X, s.X)
		c.within(s.Body)
		return false
	}
	for _, x := range []goast.Expr{s.Key, s.Value} {
		if id, ok := x.(*goast.Ident); ok && s.Tok == token.ASSIGN && isFunc(c.info.ObjectOf(id)) {
			c.unknown[c.info.ObjectOf(id)], c.wild[c.info.ObjectOf(id)] = true, true
		}
	}
	return true
}

// countCalls counts how often literals are named.
func (c *closures) countCalls(body *goast.BlockStmt, info *types.Info) {
	goast.Inspect(body, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok && info.Uses[id] != nil {
			if lit, ok := goast.Unparen(c.defs[info.Uses[id]]).(*goast.FuncLit); ok {
				c.calls[lit]++
			}
		}
		if call, ok := n.(*goast.CallExpr); ok {
			if lit, ok := goast.Unparen(call.Fun).(*goast.FuncLit); ok {
				c.calls[lit]++
			}
		}
		return true
	})
}

// literalIn returns the literal that an expression is, or that a variable which it names is defined as, or nil.
func (c *closures) literalIn(x goast.Expr, info *types.Info) *goast.FuncLit {
	x = goast.Unparen(x)
	if id, ok := x.(*goast.Ident); ok && c.defs[info.Uses[id]] != nil {
		x = goast.Unparen(c.defs[info.Uses[id]])
	}
	lit, _ := x.(*goast.FuncLit)
	return lit
}

// sharedIn notes that a deferred literal captures the variables around it that change as they are when it runs, when all that is assigned
// later has been. A return changes the results.
func (c *closures) sharedIn(lit *goast.FuncLit, info *types.Info) {
	c.share(lit, info, func(v *types.Var) bool { return c.changed[v] || v.Kind() == types.ResultVar })
}

// share notes that a literal captures those of the variables around it that f holds for as they are when it runs.
func (c *closures) share(lit *goast.FuncLit, info *types.Info, f func(*types.Var) bool) {
	goast.Inspect(lit.Body, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok {
			if v, ok := info.Uses[id].(*types.Var); ok && (v.Pos() < lit.Pos() || lit.End() <= v.Pos()) && f(v) {
				c.shared[v], c.changed[v] = true, true
			}
		}
		return true
	})
}

// returnedAround notes that literals capture results as they are when they run, where a return in a range over a function assigns to these:
// what is ranged over goes on afterwards.
func (c *closures) returnedAround(body *goast.BlockStmt, info *types.Info) {
	var literals []*goast.FuncLit
	returns := false
	goast.Inspect(body, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.FuncLit:
			literals = append(literals, n)
		case *goast.RangeStmt:
			if isFuncType(info.TypeOf(n.X)) {
				goast.Inspect(n.Body, func(n goast.Node) bool {
					_, ok := n.(*goast.ReturnStmt)
					returns = returns || ok
					return !returns
				})
			}
		}
		return true
	})
	if !returns {
		return
	}
	for _, lit := range literals {
		c.share(lit, info, func(v *types.Var) bool { return v.Kind() == types.ResultVar })
	}
}

func isFunc(obj types.Object) bool { return obj != nil && isFuncType(obj.Type()) }

func isFuncType(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// takesAddress reports whether a method is called with the address of what it is selected from.
func takesAddress(sel *types.Selection) bool {
	fn, ok := sel.Obj().(*types.Func)
	if !ok || fn.Signature().Recv() == nil {
		return false
	}
	_, wants := fn.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, has := sel.Recv().Underlying().(*types.Pointer)
	return wants && !has
}

func (c *closures) define(obj types.Object, e goast.Expr) {
	if c.defs[obj] != nil {
		c.unknown[obj] = true
	}
	c.defs[obj] = e
}

// written notes that a place is assigned to, inside of as many literals as depth says.
func (c *closures) written(x goast.Expr, info *types.Info, depth int) {
	if obj := rootVar(x, info); obj != nil {
		c.changed[obj] = true
		if depth > 0 {
			c.shared[obj] = true
		}
	}
}

// addressed notes that the address of a place is taken.
func (c *closures) addressed(x goast.Expr, info *types.Info) {
	obj := rootVar(x, info)
	if obj == nil {
		return
	}
	c.shared[obj], c.changed[obj] = true, true
	if isFunc(obj) {
		c.unknown[obj], c.wild[obj] = true, true
	}
}

// rootVar returns the variable that a place is a part of, or nil.
func rootVar(x goast.Expr, info *types.Info) types.Object {
	switch x := x.(type) {
	case *goast.Ident:
		if v, ok := info.ObjectOf(x).(*types.Var); ok {
			return v
		}
	case *goast.ParenExpr:
		return rootVar(x.X, info)
	case *goast.SelectorExpr:
		if sel := info.Selections[x]; sel != nil && !sel.Indirect() {
			if _, pointer := info.TypeOf(x.X).Underlying().(*types.Pointer); !pointer {
				return rootVar(x.X, info)
			}
		}
	case *goast.IndexExpr:
		if _, array := info.TypeOf(x.X).Underlying().(*types.Array); array {
			return rootVar(x.X, info)
		}
	}
	return nil
}

// value returns the function that an expression is, or nil after a report.
func (l *lowerer) value(e goast.Expr) *fnValue {
	switch e := goast.Unparen(e).(type) {
	case *goast.FuncLit:
		return l.lift(e, "")
	case *goast.Ident:
		return l.valueOf(e)
	case *goast.IndexExpr, *goast.IndexListExpr:
		if x, ok := e.(*goast.IndexExpr); ok {
			if list, ok := l.listOf(x.X); ok {
				if v := l.indexed(x, list); v != nil {
					return v
				}
			}
		}
		if id := calleeIdent(&goast.CallExpr{Fun: e}); id != nil {
			if fn, ok := l.info.Uses[id].(*types.Func); ok {
				v := &fnValue{explicit: true}
				v.fn, v.typeArgs = l.instanceOf(id, fn)
				return v
			}
		}
	case *goast.SelectorExpr:
		if sel := l.info.Selections[e]; sel == nil {
			return l.valueOf(e.Sel)
		} else if sel.Kind() != types.FieldVal {
			return l.methodValue(e, sel)
		} else if v := l.inField(e.X, e.Sel.Name, e.Pos()); v != nil {
			return v
		}
		if l.reports == 0 {
			l.report(e.Pos(), fmt.Sprintf("it cannot be told here which function is in %s: the struct must be a variable that is defined by a literal, or by a call of a function which ends by returning one, and of which no more is done than to use its fields, to call its methods and to give it to functions", types.ExprString(e)))
		}
		return nil
	case *goast.CallExpr:
		if l.info.Types[e.Fun].IsType() {
			return l.value(e.Args[0])
		}
		if list := l.made(e); len(list) == 1 {
			return list[0].fn
		}
		if l.notMade(e) {
			return nil
		}
	}
	if x, ok := goast.Unparen(e).(*goast.IndexExpr); ok && l.isTable(x.X) {
		l.report(e.Pos(), fmt.Sprintf("it cannot be told here which functions %s holds: it must be a variable of this function, or one of the package that is not exported, be defined by a literal in which keys are constants, and never change or be handed on, not in tests either", types.ExprString(x.X)))
		return nil
	}
	l.report(e.Pos(), "it cannot be told here which function this is: name it, or keep it in a variable")
	return nil
}

// isTable reports whether an expression is a slice, an array or a map of functions.
func (l *lowerer) isTable(x goast.Expr) bool {
	t := l.info.TypeOf(x)
	if t == nil {
		return false
	}
	elem := elemOf(t)
	return elem != nil && isFuncType(elem)
}

// notMade reports that it cannot be told which functions a call returns, unless that is for something that is reported already. It does not where
// it cannot be told what is called.
func (l *lowerer) notMade(call *goast.CallExpr) bool {
	if l.reports > 0 {
		l.closures.unmade[call] = true
		return true
	}
	id := calleeIdent(call)
	if id == nil {
		return false
	}
	fn, ok := l.info.Uses[id].(*types.Func)
	if ok {
		l.report(call.Pos(), l.whyNotMade(fn))
		l.closures.unmade[call] = true
	}
	return ok
}

// whyNotMade says why it cannot be told which function another one returns.
func (l *lowerer) whyNotMade(fn *types.Func) string {
	text := fmt.Sprintf("it cannot be told here which function %s returns: ", fn.Name())
	switch {
	case isStandard(fn.Pkg().Path()):
		return text + "it has no source here; if no derivative depends on what that does, put it into a function with //godiff:nodiff"
	case fn.Pkg() != l.src.Pkg && !l.isElsewhere(fn):
		return text + "its source is not read, or not part of every build; copy it here"
	case fn.Pkg() == l.src.Pkg && l.src.Declared(fn) && l.src.Decl != nil && l.src.Decl(fn.Origin()) == nil:
		return text + "it stands in a file with build constraints, or an array in it has a length from there, so that another build may have another body of it; put this function under the same constraints"
	case fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()):
		return text + "it is called through an interface"
	}
	return text + "it must return functions by their names or literals, and if there are several returns, all results in each, nothing from a loop, and no literals that capture what a loop declares; nor may it defer calls or call itself"
}

// valueOf returns the function that a name stands for.
func (l *lowerer) valueOf(id *goast.Ident) *fnValue {
	switch obj := l.info.Uses[id].(type) {
	case *types.Nil:
		return &fnValue{}
	case *types.Func:
		v := &fnValue{}
		v.fn, v.typeArgs = l.instanceOf(id, obj)
		return v
	case *types.Var:
		if v := l.known(obj, id.Pos()); v != nil {
			return v
		}
		if x := l.ofPackage(obj); x != nil {
			if v := l.value(x); v != nil || l.reports > 0 {
				return v
			}
		}
	}
	if call, ok := goast.Unparen(l.closures.defs[l.info.Uses[id]]).(*goast.CallExpr); ok && l.closures.unmade[call] {
		return nil // reported
	}
	l.report(id.Pos(), fmt.Sprintf("it cannot be told here which function %s is: it must be given in a call, or be what one call returns, or be assigned functions by their names, or literals that capture only what is there wherever it is called", id.Name))
	return nil
}

// ofPackage returns the function or the table of functions that a variable of the package always is, or nil.
func (l *lowerer) ofPackage(obj types.Object) goast.Expr {
	x := l.declaredAs(obj)
	if x == nil {
		return nil
	}
	list := []goast.Expr{x}
	if lit := l.tableOf(x); lit != nil {
		list = l.elements(lit)
	}
	for _, x := range list {
		if x == nil {
			continue
		}
		if !l.isAlternative(x, obj) {
			return nil
		}
		l.scanLiteral(x)
	}
	return x
}

// declaredAs returns what a variable of the package with functions in it is declared as and always is, or nil.
func (l *lowerer) declaredAs(obj types.Object) goast.Expr {
	v, ok := obj.(*types.Var)
	if !ok || l.src.FuncVar == nil || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return l.src.FuncVar(v)
}

// scanLiteral looks through a function that a variable of the package has, if it is a literal, once.
func (l *lowerer) scanLiteral(x goast.Expr) {
	if lit, ok := goast.Unparen(x).(*goast.FuncLit); ok && !l.closures.scanned[lit] {
		l.closures.scanned[lit] = true
		l.closures.add(closuresOf(lit.Body, l.info))
	}
}

// known returns the function that a variable always is, or nil.
func (l *lowerer) known(obj types.Object, pos token.Pos) *fnValue {
	if v := l.bound(obj); v != nil {
		return v
	}
	if c := l.choice(obj); c != nil {
		return c.value
	}
	def := l.closures.defs[obj]
	if def == nil || l.closures.unknown[obj] || l.closures.from[obj] > pos && l.outer == nil {
		return nil
	}
	if lit, ok := goast.Unparen(def).(*goast.FuncLit); ok {
		return l.lift(lit, obj.Name())
	}
	return nil
}

// bound returns the function that a variable has been given, or nil.
func (l *lowerer) bound(obj types.Object) *fnValue {
	if l.closures != nil && l.closures.unknown[obj] {
		return nil
	}
	for o := l; o != nil; o = o.outer {
		if v := o.values[obj]; v != nil {
			return v
		}
	}
	return nil
}

// methodValue returns a method with its receiver, or a method expression.
func (l *lowerer) methodValue(e *goast.SelectorExpr, sel *types.Selection) *fnValue {
	fn, _ := sel.Obj().(*types.Func)
	v := &fnValue{method: true}
	v.fn, v.typeArgs = l.instanceOf(e.Sel, fn)
	if sel.Kind() == types.MethodExpr {
		if len(sel.Index()) > 1 || !types.Identical(l.subst.Type(sel.Recv()), v.fn.Signature().Recv().Type()) {
			l.report(e.Pos(), "a method expression of a promoted method, or of a pointer for a method of values, is not supported as a value; use a function literal")
		}
		return v
	}
	c := &ast.Call{Fun: ast.Callee{Fn: v.fn}}
	l.receiver(e, c, nil)
	l.recvHeld = heldFuncs{} // what the method calls is not known then
	if len(c.Args) == 0 {
		return nil
	}
	v.fn, v.method = c.Fun.Fn, c.Fun.Method
	recv := c.Args[0]
	if ast.Any(recv, callsFunc) {
		l.report(e.Pos(), "a call stands in the receiver of a method value; assign it to a variable first")
	}
	v.bound = []boundVar{{expr: recv, typ: recv.Type(), name: "recv"}}
	return v
}

// bind keeps the receiver of a method value, or the number of a choice, which is evaluated where the value is, in a variable of ours.
func (l *lowerer) bind(v *fnValue, meta ast.Meta) []ast.Stmt {
	var list []ast.Stmt
	for i, b := range v.bound {
		if b.expr == nil {
			continue
		}
		obj := types.NewVar(token.NoPos, l.src.Pkg, b.name, b.expr.Type())
		recv := ast.NewVar(b.name, b.expr.Type())
		l.vars[obj] = recv
		list = append(list, &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Ref{Var: recv}}, Op: token.DEFINE, Rhs: []ast.Expr{b.expr}})
		v.bound[i] = boundVar{obj: obj, typ: b.typ, name: b.name}
	}
	return list
}

// callValue lowers a call of a function value.
func (l *lowerer) callValue(e *goast.CallExpr, v *fnValue) ast.Expr {
	t := l.typeOf(e)
	if v == nil {
		return broken(t)
	}
	if v.fn == nil {
		l.report(e.Pos(), "this function is nil")
		return broken(t)
	}
	c := &ast.Call{T: t, Spread: e.Ellipsis.IsValid(), Pos: e.Pos()}
	c.Fun = ast.Callee{Fn: v.fn, Method: v.method, TypeArgs: v.typeArgs, Explicit: v.explicit}
	c.Args = l.boundArgs(v)
	if len(c.Args) > 0 || !l.wider(c, v.fn, e.Args) {
		l.arguments(c, e.Args)
	}
	return c
}

// boundArgs returns what a call of a function value passes on before its own arguments.
func (l *lowerer) boundArgs(v *fnValue) []ast.Expr {
	var args []ast.Expr
	for _, b := range v.bound {
		args = append(args, l.boundArg(b))
	}
	return args
}

func (l *lowerer) boundArg(b boundVar) ast.Expr {
	switch {
	case b.expr != nil:
		return b.expr
	case l.pointers[b.obj] != nil && b.pointer:
		return &ast.Ref{Var: l.pointers[b.obj]}
	case l.pointers[b.obj] != nil:
		return &ast.Deref{X: &ast.Ref{Var: l.pointers[b.obj]}}
	case l.vars[b.obj] == nil:
		l.report(b.obj.Pos(), fmt.Sprintf("%s is used by a function that is called where it cannot be reached; give it to that as an argument", b.obj.Name()))
		return broken(b.typ)
	case b.pointer:
		v := &ast.Ref{Var: l.vars[b.obj]}
		return &ast.Addr{X: v, T: types.NewPointer(v.Var.Type)}
	}
	return &ast.Ref{Var: l.vars[b.obj]}
}

// arguments adds the arguments of a call. Those that are functions become part of what is called, and what belongs to them comes
// first, behind a receiver.
func (l *lowerer) arguments(c *ast.Call, args []goast.Expr) {
	sig := c.Fun.Fn.Signature()
	if c.Fun.Method && len(c.Args) == 0 && len(args) > 0 {
		c.Args, args = []ast.Expr{l.expr(args[0])}, args[1:]
	}
	first := l.paramAt(c)
	bindings, extra := l.recvHeld.list, l.recvHeld.args
	l.recvHeld = heldFuncs{}
	if last := sig.Params().Len() - 1; takesSeveral(sig) && l.src.Declared(c.Fun.Fn) && len(args) >= last-first {
		list, more, ok := l.several(args[last-first:], c.Spread, last)
		if !ok {
			return
		}
		args, c.Spread = args[:last-first], false
		bindings, extra = append(bindings, list...), append(extra, more...)
	}
	for i, x := range args {
		var param types.Type
		if p := first + i; p < sig.Params().Len() {
			param = sig.Params().At(p).Type()
		}
		if obj := l.groupArg(x); obj != nil {
			if !l.src.Declared(c.Fun.Fn) {
				l.report(x.Pos(), fmt.Sprintf("%s is given %s and has no source here that tells what becomes of it; let a function literal defer %[2]s.Done()", c.Fun.Fn.Name(), obj.Name()))
				continue
			}
			bindings = append(bindings, binding{param: first + i, value: &fnValue{group: true}})
			continue
		}
		takes := param != nil && isFuncType(param)
		if !isFuncType(l.info.TypeOf(x)) && !takes {
			if l.src.Declared(c.Fun.Fn) && param != nil && len(funcFields(param)) > 0 {
				list, args := l.heldBy(x, first+i)
				bindings, extra = append(bindings, list...), append(extra, args...)
				l.passed[literalOf(x)] = true
			}
			c.Args = append(c.Args, l.expr(x))
			continue
		}
		v := l.value(x)
		if v == nil {
			continue
		}
		if !takes || !l.src.Declared(c.Fun.Fn) {
			l.report(x.Pos(), fmt.Sprintf("%s is given a function and has no source here that tells what becomes of it; "+
				"write what it does here, or put the call into a function with //godiff:nodiff if no derivative depends on it", c.Fun.Fn.Name()))
			continue
		}
		if v.fn == nil && l.ofLibrary(c.Fun.Fn) {
			l.report(x.Pos(), "this function is nil")
			continue
		}
		bindings = append(bindings, binding{param: first + i, value: v})
		extra = append(extra, l.boundArgs(v)...)
	}
	if len(bindings) > 0 && l.reports == 0 {
		l.give(c, bindings, extra)
	}
	l.boxArgs(c)
}

// isElsewhere reports whether the body of a function of another package is there to be looked into.
func (l *lowerer) isElsewhere(fn *types.Func) bool {
	if l.src.Elsewhere == nil {
		return false
	}
	_, decl, _ := l.src.Elsewhere(fn)
	return decl != nil
}

// ofLibrary reports whether the body of a function is one of the library's, in which nothing can be reported.
func (l *lowerer) ofLibrary(fn *types.Func) bool {
	if l.src.Elsewhere == nil {
		return false
	}
	_, _, src := l.src.Elsewhere(fn)
	return src != nil && src.Library
}

// give makes functions that are given in a call a part of what is called. What belongs to them are its first arguments, behind a receiver.
func (l *lowerer) give(c *ast.Call, bindings []binding, args []ast.Expr) {
	if l.src.Instances.depthOf(c.Fun.Fn, bindings) > maxGiven {
		l.report(c.Pos, fmt.Sprintf("%s calls itself with ever new functions; pass on the one that it is given", plainName(c.Fun.Fn)))
		return
	}
	start := 0
	if c.Fun.Method {
		start = 1
	}
	c.Fun = ast.Callee{Fn: l.src.Instances.specialise(c.Fun.Fn, bindings), Method: c.Fun.Method}
	c.Args = slices.Insert(c.Args, start, args...)
}

// maxGiven bounds how deep functions that are given to functions are nested: one that gives itself a new function has no end.
const maxGiven = 8

// depthOf returns how deep the functions are nested that a function is given.
func (t *Instances) depthOf(fn *types.Func, bindings []binding) int {
	depth := 0
	for _, f := range append([]binding{{value: &fnValue{fn: fn}}}, bindings...) {
		if i := t.byFn[f.value.fn]; i != nil {
			depth = max(depth, i.depth)
		}
	}
	return depth + 1
}

// specialise returns the instance of a function for functions that it is given.
func (t *Instances) specialise(fn *types.Func, bindings []binding) *types.Func {
	key := fmt.Sprintf("%p", fn)
	for _, b := range bindings {
		key += fmt.Sprintf(" %d.%s.%d:%p", b.param, b.field, b.elem, b.value.fn)
		for _, x := range b.value.bound {
			key += " " + t.key(x.typ)
		}
	}
	if i := t.byKey[key]; i != nil {
		return i.Fn
	}
	i := &Instance{Of: fn}
	if of := t.byFn[fn]; of != nil {
		*i = *of
	}
	i.depth = t.depthOf(fn, bindings)
	sig := fn.Signature()
	var params []*types.Var
	gone := map[int]bool{}
	for _, b := range bindings {
		gone[b.param] = gone[b.param] || b.field == ""
		value := *b.value
		value.bound = nil
		for _, x := range b.value.bound {
			v := types.NewParam(token.NoPos, fn.Pkg(), x.name, x.typ)
			b.vars, params = append(b.vars, v), append(params, v)
			value.bound = append(value.bound, boundVar{obj: v, typ: x.typ, name: x.name})
		}
		b.value = &value
		i.bindings = append(i.bindings, b)
		if value.fn != nil {
			i.name += upperFirst(plainName(value.fn))
		}
	}
	for p := range sig.Params().Len() {
		if !gone[p] {
			params = append(params, sig.Params().At(p))
		}
	}
	i.Fn = types.NewFunc(fn.Pos(), fn.Pkg(), fn.Name(), types.NewSignatureType(sig.Recv(), nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic() && !gone[sig.Params().Len()-1]))
	t.byKey[key], t.byFn[i.Fn] = i, i
	return i.Fn
}

// plainName returns the name of a function; that of a literal is behind the name of the function that it stands in.
func plainName(fn *types.Func) string {
	name := fn.Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}

// linkName returns what a function is called in a link to its documentation.
func linkName(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return plainName(fn)
	}
	t := recv.Type()
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name() + "." + fn.Name()
	}
	return fn.Name()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// lift makes a function of a function literal. The name is that of the variable that holds it, if there is one.
func (l *lowerer) lift(lit *goast.FuncLit, name string) *fnValue {
	env := l.environment(lit)
	for _, f := range l.lifted[lit] {
		if f.env.equal(env) {
			return f.value
		}
	}
	v := &fnValue{}
	l.lifted[lit] = append(l.lifted[lit], liftedLit{env, v})
	if name == "" {
		name = unnamed
	}
	inst := &Instance{lit: lit, outer: l, subst: l.subst, Of: l.fn, pending: l.pending, env: env}
	if around := l.src.Instances.byFn[l.fn]; around != nil {
		inst.depth = around.depth
	}
	var params []*types.Var
	for _, obj := range l.free(lit) {
		b := boundVar{obj: obj, name: obj.Name(), typ: l.subst.Type(obj.Type())}
		if b.pointer = l.closures.shared[obj]; b.pointer {
			b.typ = types.NewPointer(b.typ)
		}
		v.bound = append(v.bound, b)
		params = append(params, types.NewParam(obj.Pos(), l.src.Pkg, b.name, b.typ))
	}
	inst.captured = v.bound
	sig := l.subst.Signature(l.litSignature(lit))
	params = slices.AppendSeq(params, sig.Params().Variables())
	v.fn = types.NewFunc(lit.Pos(), l.src.Pkg, plainName(l.fn)+"."+name, types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic()))
	inst.Fn = v.fn
	l.src.Instances.byFn[v.fn] = inst
	return v
}

// An environment is what is known, where a literal stands, of the functions around it that it calls. A literal that becomes a function
// twice becomes two functions if that differs.
type environment struct {
	values map[types.Object]*fnValue
	fields map[fieldKey]*fnValue
	lists  map[types.Object][]*fnValue
}

// A liftedLit is the function that a literal has become.
type liftedLit struct {
	env   environment
	value *fnValue
}

func (e environment) equal(f environment) bool {
	return maps.EqualFunc(e.values, f.values, sameFunc) && maps.EqualFunc(e.fields, f.fields, sameFunc) &&
		maps.EqualFunc(e.lists, f.lists, func(v, w []*fnValue) bool { return slices.EqualFunc(v, w, sameFunc) })
}

func sameFunc(v, w *fnValue) bool {
	return v == w || v.fn == w.fn && v.method == w.method && slices.Equal(v.bound, w.bound) && slices.EqualFunc(v.typeArgs, w.typeArgs, types.Identical)
}

// environment returns that of a literal.
func (l *lowerer) environment(lit *goast.FuncLit) environment {
	env := environment{map[types.Object]*fnValue{}, map[fieldKey]*fnValue{}, map[types.Object][]*fnValue{}}
	l.eachFree(lit, func(obj *types.Var, _ token.Pos) (into []*goast.FuncLit) {
		if list, ok := l.listIn(obj); ok {
			env.lists[obj] = list
			return nil
		}
		if isFunc(obj) {
			if v := l.bound(obj); v != nil {
				env.values[obj] = v
			} else if def, ok := goast.Unparen(l.closures.defs[obj]).(*goast.FuncLit); ok {
				into = append(into, def)
			}
			return into
		}
		for _, f := range funcFields(obj.Type()) {
			if v := l.heldIn(obj, f.Name()); v != nil {
				env.fields[fieldKey{obj, f.Name()}] = v
			} else if _, def := l.heldFunc(obj, f.Name()); def != nil {
				into = append(into, def)
			}
		}
		return into
	})
	return env
}

// eachFree calls f for the variables of enclosing functions that a literal names, in the order in which it comes to them, and for those that
// the literals name which f returns.
func (l *lowerer) eachFree(lit *goast.FuncLit, f func(obj *types.Var, at token.Pos) (into []*goast.FuncLit)) {
	seen := map[goast.Node]bool{}
	var walk func(in goast.Node)
	walk = func(in goast.Node) {
		if seen[in] {
			return
		}
		seen[in] = true
		goast.Inspect(in, func(n goast.Node) bool {
			id, ok := n.(*goast.Ident)
			if !ok {
				return true
			}
			obj, ok := l.info.Uses[id].(*types.Var)
			if !ok || obj.IsField() || obj.Parent() == obj.Pkg().Scope() || in.Pos() <= obj.Pos() && obj.Pos() < in.End() {
				return true
			}
			if l.isGroup(obj) {
				return true
			}
			if table := l.closures.tables[obj]; table != nil && !ast.IsMap(obj.Type()) { // of structs, which are written out
				walk(table)
				return true
			}
			for _, def := range f(obj, id.Pos()) {
				walk(def)
			}
			return true
		})
	}
	walk(lit)
}

// free returns the variables of enclosing functions that a literal needs, those of the functions that it calls by variables included, in
// the order in which it comes to them.
func (l *lowerer) free(lit *goast.FuncLit) []types.Object {
	var list []types.Object
	add := func(obj types.Object) {
		if !slices.Contains(list, obj) {
			list = append(list, obj)
		}
	}
	addBound := func(v *fnValue) {
		if v != nil {
			for _, b := range v.bound {
				add(b.obj)
			}
		}
	}
	if l.pending != nil {
		add(l.pending)
	}
	l.eachFree(lit, func(obj *types.Var, at token.Pos) (into []*goast.FuncLit) {
		if list, ok := l.listIn(obj); ok {
			for _, v := range list {
				addBound(v)
			}
			return nil
		}
		def, _ := goast.Unparen(l.closures.defs[obj]).(*goast.FuncLit)
		switch {
		case !isFunc(obj):
			add(obj)
			for _, f := range funcFields(obj.Type()) {
				v, lit := l.heldFunc(obj, f.Name())
				if lit != nil {
					into = append(into, lit)
				} else {
					addBound(v)
				}
			}
		case def != nil && !l.closures.unknown[obj]:
			into = append(into, def)
		default:
			addBound(l.known(obj, at))
		}
		return into
	})
	for _, obj := range l.iterating.needs() {
		add(obj)
	}
	return list
}

// literal lowers a function literal.
func (l *lowerer) literal(inst *Instance, report func(token.Pos, string)) *ast.Func {
	in := &lowerer{
		src: l.src, info: l.info, subst: inst.subst, closures: l.closures, lifted: l.lifted, outer: l, fn: inst.Fn,
		vars: map[types.Object]*ast.Var{}, pointers: map[types.Object]*ast.Var{}, values: maps.Clone(inst.env.values),
		choices: map[types.Object]*choice{}, groups: map[types.Object]*group{},
		labels: map[types.Object]*ast.Label{}, gotos: gotoTargets(inst.lit.Body, l.info), params: l.params, open: map[*goast.FuncLit]bool{},
		making: l.making, fields: maps.Clone(inst.env.fields), lists: maps.Clone(inst.env.lists), passed: l.passed, iteration: inst.iteration,
	}
	in.reportTo(report)
	name := inst.Fn.Name()
	f := &ast.Func{
		Name: lowerName(name), Obj: inst.Fn, Pkg: l.src.Pkg, Pos: inst.lit.Pos(), Variadic: inst.Fn.Signature().Variadic(), TypeParams: l.params,
		What: whatLiteral(plainName(inst.Fn), linkName(l.fn)), Suffix: inst.name,
	}
	sig := l.litSignature(inst.lit)
	in.given(f, sig, inst.bindings, len(inst.captured))
	for _, b := range inst.captured {
		v := ast.NewVar(b.name, b.typ)
		f.Params = append(f.Params, v)
		if b.pointer {
			in.pointers[b.obj] = v
		} else {
			in.vars[b.obj] = v
		}
	}
	in.inputs(f, sig)
	if it := inst.iteration; it != nil {
		in.jumps = jumps{breakTo: it.leave, continueTo: it.next}
		for obj, label := range l.labels {
			if label == it.label {
				in.labels[obj] = label
			}
		}
		if !in.enter(inst.lit.Body) {
			return nil
		}
		f.Body = ahead(it.asFunction(in.block(inst.lit.Body.List, inst.lit.Body.Pos())))
		if !ast.Ends(f.Body.Stmts) {
			f.Body.Stmts = append(f.Body.Stmts, &ast.Return{Results: []ast.Expr{boolName(true)}})
		}
	} else {
		in.body(f, inst.lit.Body)
	}
	if inst.pending != nil {
		f.Body = in.unlessMade(inst.pending, f.Body)
	}
	f.Foreign = in.closures.foreign
	if in.reports > 0 {
		return nil
	}
	return f
}

// unnamed is what a literal is called that no variable holds.
const unnamed = "literal"

// whatLiteral says in documentation what a literal is.
func whatLiteral(name, in string) string {
	switch name {
	case unnamed:
		return fmt.Sprintf("a function literal of [%s]", in)
	case "deferred":
		return fmt.Sprintf("what [%s] defers, for panics", in)
	case "body":
		return fmt.Sprintf("the body of a loop of [%s]", in)
	}
	return fmt.Sprintf("the function literal %s of [%s]", name, in)
}

// litSignature returns the signature of a literal as it is written.
func (l *lowerer) litSignature(lit *goast.FuncLit) *types.Signature {
	if sig := l.closures.loops[lit]; sig != nil {
		return sig
	}
	sig, _ := l.info.TypeOf(lit).(*types.Signature)
	return sig
}

// lowerName makes one name of those of a function and a literal in it.
func lowerName(name string) string {
	var b strings.Builder
	for i, word := range strings.Split(name, ".") {
		if i == 0 {
			b.WriteString(strings.ToLower(word[:1]) + word[1:])
		} else {
			b.WriteString(upperFirst(word))
		}
	}
	return b.String()
}

// given says which functions the parameters of a function are, and declares what belongs to these. The first skip parameters of what the
// bindings count do not belong to sig.
func (l *lowerer) given(f *ast.Func, sig *types.Signature, bindings []binding, skip int) {
	var given []binding
	for _, b := range bindings {
		switch {
		case b.elem != 0:
			l.addTo(sig.Params().At(b.param-skip), b)
			f.Variadic = false
		case b.field == "":
			p := sig.Params().At(b.param - skip)
			if l.values[p] = b.value; b.value.group {
				l.groups[p] = &group{given: true}
			}
			given = append(given, b)
		case b.param < 0:
			l.fields[fieldKey{sig.Recv(), b.field}] = b.value
		default:
			l.fields[fieldKey{sig.Params().At(b.param - skip), b.field}] = b.value
		}
		for _, v := range b.vars {
			w := ast.NewVar(v.Name(), v.Type())
			l.vars[v] = w
			f.Params = append(f.Params, w)
		}
	}
	for _, b := range given {
		l.begin = append(l.begin, l.givenChoice(sig.Params().At(b.param-skip), b.value, f.Pos)...)
	}
}

// inputs declares the parameters and results of a function. Those that are functions which are known are left out.
func (l *lowerer) inputs(f *ast.Func, sig *types.Signature) {
	for p := range sig.Params().Variables() {
		if _, several := l.lists[p]; l.values[p] == nil && !several {
			f.Params = append(f.Params, l.declare(p))
		}
	}
	for r := range sig.Results().Variables() {
		f.Results = append(f.Results, l.declare(r))
		if r.Name() != "" {
			l.named = append(l.named, r)
		}
		l.results = append(l.results, l.subst.Type(r.Type()))
		f.Named = f.Named || r.Name() != ""
	}
}

// functions lowers the assignments of functions to variables, which leave nothing but the receivers of method values and the numbers of
// choices, and returns the other sides. Lhs and rhs are of one length.
func (l *lowerer) functions(lhs, rhs []goast.Expr, meta ast.Meta) (list []ast.Stmt, x, y []goast.Expr) {
	for i, e := range lhs {
		if before, ok := l.defineTable(e, rhs[i], meta); ok {
			list = append(list, before...)
			continue
		}
		if l.defineRecords(e, rhs[i]) {
			continue
		}
		if !isFuncType(l.info.TypeOf(rhs[i])) && !isFuncType(typeOfPlace(l.info, e)) {
			x, y = append(x, e), append(y, rhs[i])
			continue
		}
		if t := typeOfPlace(l.info, e); t != nil && types.IsInterface(t) {
			l.report(rhs[i].Pos(), fmt.Sprintf("a function is put behind an interface, %s, so that it cannot be told any more which one it is; let a struct type have the method", l.typeString(t)))
			if id, ok := e.(*goast.Ident); ok && l.info.Defs[id] != nil {
				l.declare(l.info.Defs[id])
			}
			continue
		}
		obj := l.assignedFunc(e)
		if obj == nil {
			continue
		}
		if l.closures.unknown[obj] {
			list = append(list, l.assignChoice(e, obj, rhs[i], len(lhs) > 1, meta)...)
			continue
		}
		if _, lit := goast.Unparen(rhs[i]).(*goast.FuncLit); lit || l.closures.defs[obj] == nil {
			continue
		}
		if v := l.snapshot(l.value(rhs[i])); v != nil {
			list = append(list, l.bind(v, meta)...)
			l.values[obj] = v
		}
	}
	return list, x, y
}

// assignedFunc returns the variable that a function is assigned to. It is nil for the blank identifier, and after a report.
func (l *lowerer) assignedFunc(e goast.Expr) types.Object {
	id, ok := goast.Unparen(e).(*goast.Ident)
	if !ok {
		l.report(e.Pos(), "a function is put where it cannot be told any more which one it is; assign it to a variable, or define the struct or the map that it belongs to by a literal with it")
		return nil
	}
	obj := l.info.ObjectOf(id)
	if v, ok := obj.(*types.Var); ok && v.Parent() != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		l.report(e.Pos(), fmt.Sprintf("%s is assigned, but it is a variable of the package: a derivative keeps no state between calls", id.Name))
		return nil
	}
	if id.Name == "_" {
		return nil
	}
	return obj
}

// compareFuncs lowers the comparison of a function with nil.
func (l *lowerer) compareFuncs(e *goast.BinaryExpr) ast.Expr {
	x, y := l.value(e.X), l.value(e.Y)
	if x == nil || y == nil {
		return broken(types.Typ[types.Bool])
	}
	for _, v := range []*fnValue{x, y} {
		if v.chosen {
			return isNumber(l.boundArg(v.bound[0]), e.Op, 0)
		}
	}
	return boolName((x.fn == nil && y.fn == nil) == (e.Op == token.EQL))
}

// boolName is true or false as it comes of comparing functions.
func boolName(v bool) ast.Expr {
	return &ast.Name{Obj: types.Universe.Lookup(fmt.Sprint(v)), T: types.Typ[types.Bool]}
}

// isBool reports whether e is the constant v.
func isBool(e ast.Expr, v bool) bool {
	n, ok := e.(*ast.Name)
	return ok && n.Obj == types.Universe.Lookup(fmt.Sprint(v))
}

// typeOfPlace returns the type of what is on a left side; that of the blank identifier is none.
func typeOfPlace(info *types.Info, e goast.Expr) types.Type {
	if t := info.TypeOf(e); t != nil {
		return t
	}
	if id, ok := e.(*goast.Ident); ok && info.Defs[id] != nil {
		return info.Defs[id].Type()
	}
	return types.Typ[types.Invalid]
}
