package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Interfaces.
//
// A call of a method of an interface becomes a call of a function that tells by the type of the value which method it is:
//
//	func layerForward(l Layer, x []float64) []float64 {
//	    switch l.(type) {
//	    case *Dense:
//	        return l.(*Dense).Forward(x)
//	    case *ReLU:
//	        return l.(*ReLU).Forward(x)
//	    }
//	    panic(runtime.NoDerivative(l))
//	}

// Originals returns the types that others stand for, by these.
func (t *Instances) Originals() map[*types.Named]types.Type { return t.origins }

// boxed returns what stands for a type: for an interface whose values carry a derivative a pointer to a box, and for a type that holds
// such interfaces a type that holds what stands for them.
func (t *Instances) boxed(n *types.Named) types.Type {
	if u, ok := t.boxes.At(n).(types.Type); ok {
		return u
	}
	if t.origins[n] != nil || !t.reachesBox(n, map[*types.Named]bool{}) {
		t.boxes.Set(n, n)
		return n
	}
	u := ast.NewBoxed(n.Obj().Pkg(), n.Obj().Name())
	t.boxes.Set(n, u)
	t.origins[u] = n
	s := t.subst(nil, nil)
	if !types.IsInterface(n) {
		u.SetUnderlying(s.Type(n.Underlying()))
		return u
	}
	var dynamic []types.Type
	for _, d := range t.view.Implementers(n) {
		dynamic = append(dynamic, s.Type(d))
	}
	ast.SetBox(u, dynamic)
	return u
}

// isBox reports whether values of an interface type are boxed: those of one that carries a derivative, or that has a method which takes or
// returns what does, if it is known which types they may have.
func (t *Instances) isBox(n *types.Named) bool {
	set, ok := n.Underlying().(*types.Interface)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	return (t.view.Carries(n) || t.view.Numeric(set)) && len(t.view.Implementers(n)) > 0
}

// reachesBox reports whether a type is or holds a boxed interface.
func (t *Instances) reachesBox(typ types.Type, seen map[*types.Named]bool) bool {
	switch u := types.Unalias(typ).(type) {
	case *types.Named:
		if seen[u] {
			return false
		}
		seen[u] = true
		if old, ok := t.boxes.At(u).(types.Type); ok {
			return !types.Identical(old, u)
		}
		if types.IsInterface(u) {
			return t.isBox(u)
		}
		return t.reachesBox(u.Underlying(), seen)
	case *types.Pointer:
		return t.reachesBox(u.Elem(), seen)
	case *types.Slice:
		return t.reachesBox(u.Elem(), seen)
	case *types.Array:
		return t.reachesBox(u.Elem(), seen)
	case *types.Map:
		return t.reachesBox(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if t.reachesBox(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// box puts a value into an interface where t is one.
func (l *lowerer) box(e ast.Expr, t types.Type, pos token.Pos) ast.Expr {
	if types.Identical(e.Type(), t) {
		return e
	}
	if ast.IsInterface(t) {
		e = converted(e)
	}
	if !ast.IsBoxed(t) {
		if set, ok := t.Underlying().(*types.Interface); ok && set.NumMethods() > 0 && !ast.IsError(t) && ast.Carries(e.Type()) && !ast.IsBoxed(e.Type()) {
			l.report(pos, fmt.Sprintf("a value of type %s becomes a value of %s, of which it is not known here what types it may hold; %s", l.typeString(e.Type()), l.typeString(t), insteadOf(t)))
		}
		return e
	}
	if n, ok := e.(*ast.Name); ok {
		if _, isNil := n.Obj.(*types.Nil); isNil {
			return &ast.Name{Obj: n.Obj, T: t}
		}
	}
	if ast.IsBoxed(e.Type()) {
		fn := l.src.Instances.converter(e.Type(), t, l.src.Pkg)
		return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: []ast.Expr{e}, T: t, Pos: pos}
	}
	if types.IsInterface(e.Type()) {
		l.report(pos, fmt.Sprintf("a value of an interface becomes a value of another interface, %s; that is not supported", l.typeString(t)))
		return broken(t)
	}
	if x := boxOf(e, t); x != nil {
		return x
	}
	l.report(pos, fmt.Sprintf("a value of type %s becomes a value of the interface %s, but it is declared where that cannot be seen", l.typeString(e.Type()), l.typeString(t)))
	return broken(t)
}

// boxOf puts a value into an interface that may hold it, or returns nil.
func boxOf(e ast.Expr, t types.Type) ast.Expr {
	for _, f := range ast.DynamicTypes(t) {
		if types.Identical(f.Type(), e.Type()) {
			return &ast.Addr{X: &ast.Composite{T: ast.Pointee(t), Elems: []ast.Elem{{Field: f, Value: e}}}, T: t}
		}
	}
	return nil
}

// converted returns a constant that an interface comes to hold, or is compared with, as a conversion to its type where that is not the one
// which it has by default: int64(3), not 3.
func converted(e ast.Expr) ast.Expr {
	kind, untyped := ast.UntypedKind(e)
	if !untyped || kind == types.UntypedNil || types.Identical(types.Typ[kind], e.Type()) {
		return e
	}
	return &ast.Convert{X: e, T: e.Type()}
}

// compared returns the operands of a comparison.
func compared(x, y ast.Expr) (ast.Expr, ast.Expr) {
	switch {
	case ast.IsInterface(x.Type()) && !ast.IsInterface(y.Type()):
		return x, converted(y)
	case ast.IsInterface(y.Type()) && !ast.IsInterface(x.Type()):
		return converted(x), y
	}
	return x, y
}

// checkBoxes reports where a value comes to stand for an interface that no box has been made for, which would be without a derivative. That
// is a mistake of ours.
func (l *lowerer) checkBoxes(f *ast.Func) {
	if l.reports > 0 {
		return
	}
	pos := f.Pos
	check := func(from, to types.Type) {
		if l.reports == 0 && from != nil && to != nil && ast.IsBoxed(to) && !types.Identical(from, to) && from != types.Typ[types.UntypedNil] {
			l.report(pos, fmt.Sprintf("internal error: a value of type %s becomes one of %s without being put there", l.typeString(from), l.typeString(to)))
		}
	}
	sides := func(values []ast.Expr, n int, t func(i int) types.Type) {
		to := func(i int) types.Type {
			if i < n {
				return t(i)
			}
			return nil
		}
		for i, x := range values {
			results, several := x.Type().(*types.Tuple)
			if !several {
				check(x.Type(), to(i))
				continue
			}
			for k := range results.Len() {
				check(results.At(k).Type(), to(i+k))
			}
		}
	}
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		if p := s.Info().Pos; p.IsValid() {
			pos = p
		}
		switch s := s.(type) {
		case *ast.Assign:
			sides(s.Rhs, len(s.Lhs), func(i int) types.Type { return typeOf(s.Lhs[i]) })
		case *ast.Decl:
			sides(s.Values, len(s.Vars), func(i int) types.Type { return s.Vars[i].Type })
		case *ast.Return:
			sides(s.Results, len(f.Results), func(i int) types.Type { return f.Results[i].Type })
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				switch e := e.(type) {
				case *ast.Convert:
					check(e.X.Type(), e.T)
				case *ast.Composite:
					for _, x := range e.Elems {
						to := elemOf(e.T)
						if x.Field != nil {
							to = x.Field.Type()
						}
						check(x.Value.Type(), to)
					}
				case *ast.Call:
					if e.Fun.Fn != nil {
						sides(e.Args, math.MaxInt, paramTypes(e))
					}
				}
				return true
			})
		})
		return true
	})
}

// insteadOf says what to write where a value would become one of an interface.
func insteadOf(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "container/heap" {
		return "write out what puts into the heap and takes out of it: package heap does that by values of type any"
	}
	return "use an interface that is declared with a name beside the types"
}

// typeString is how a sentence calls a type.
func (l *lowerer) typeString(t types.Type) string {
	return types.TypeString(t, types.RelativeTo(l.src.Pkg))
}

// boxAll is box for values that go where types say.
func (l *lowerer) boxAll(list []ast.Expr, t func(i int) types.Type, pos token.Pos) {
	for i, e := range list {
		if list[i] != nil && t(i) != nil {
			list[i] = l.box(e, t(i), pos)
		}
	}
}

// boxSides is boxAll for the values of n places, which may be the results of one call. Of these it puts those that become others into variables
// first.
func (l *lowerer) boxSides(values []ast.Expr, n int, t func(i int) types.Type, meta ast.Meta) (before []ast.Stmt, boxed []ast.Expr) {
	if len(values) == n {
		l.boxAll(values, t, meta.Pos)
		return nil, values
	}
	if len(values) != 1 {
		return nil, values
	}
	results, ok := values[0].Type().(*types.Tuple)
	if !ok || results.Len() != n {
		return nil, values
	}
	differ := false
	for i := range n {
		differ = differ || t(i) != nil && ast.IsInterface(t(i)) && !types.Identical(t(i), results.At(i).Type())
	}
	if !differ {
		return nil, values
	}
	a := &ast.Assign{Meta: meta, Op: token.ASSIGN, Rhs: values}
	for i := range n {
		if t(i) == nil {
			a.Lhs, boxed = append(a.Lhs, nil), append(boxed, nil)
			continue
		}
		v := &ast.Ref{Var: ast.NewVar("t", results.At(i).Type())}
		a.Lhs, a.Op, boxed = append(a.Lhs, v), token.DEFINE, append(boxed, l.box(v, t(i), meta.Pos))
	}
	return []ast.Stmt{a}, boxed
}

// boxArgs boxes the arguments of a call.
func (l *lowerer) boxArgs(c *ast.Call) {
	if c.Fun.Fn == nil {
		return
	}
	params := paramTypes(c)
	if isSpread(c) {
		l.checkSpread(c, params)
		return
	}
	l.boxAll(c.Args, params, c.Pos)
}

// checkSpread reports where a result of a call cannot become the argument of another, an interface: the spreader puts it there.
func (l *lowerer) checkSpread(c *ast.Call, params func(i int) types.Type) {
	results := c.Args[len(c.Args)-1].Type().(*types.Tuple)
	for i := range results.Len() {
		from, to := results.At(i).Type(), params(len(c.Args)-1+i)
		if to == nil || !ast.IsBoxed(to) || types.Identical(from, to) || !ast.IsBoxed(from) && boxOf(&ast.Ref{Var: ast.NewVar("t", from)}, to) != nil {
			continue
		}
		l.report(c.Pos, fmt.Sprintf("a result of one call, of type %s, becomes an argument of another, a value of the interface %s; assign the results to variables first", l.typeString(from), l.typeString(to)))
		return
	}
}

// paramTypes tells what type argument i of a call has, which may be one of several for a variadic parameter; nil if there is none.
func paramTypes(c *ast.Call) func(i int) types.Type {
	sig := c.Fun.Fn.Signature()
	params := ast.ParamsOf(sig)
	return func(i int) types.Type {
		last := len(params) - 1
		if i < last || i == last && (!sig.Variadic() || c.Spread) {
			return params[i].Type()
		}
		if last < 0 {
			return nil
		}
		if s, ok := params[last].Type().Underlying().(*types.Slice); ok && sig.Variadic() && i >= last {
			return s.Elem()
		}
		return nil
	}
}

// assertion lowers x.(T).
func (l *lowerer) assertion(e *goast.TypeAssertExpr) ast.Expr {
	if x, t := l.converted(e.X); x != nil && types.Identical(t, l.typeOf(e.Type)) {
		return l.expr(x)
	}
	return l.asserted(l.expr(e.X), l.typeOf(e.Type), e.Pos())
}

// converted returns what an expression converts to an interface, and its type, if that is no interface itself and no type parameter is in it:
// then it is known which type the interface holds, as in any(x).(float64).
func (l *lowerer) converted(e goast.Expr) (goast.Expr, types.Type) {
	c, ok := goast.Unparen(e).(*goast.CallExpr)
	if !ok || !l.info.Types[c.Fun].IsType() || !types.IsInterface(l.typeOf(c)) || l.info.Types[c.Args[0]].IsNil() {
		return nil, nil
	}
	t := types.Default(l.typeOf(c.Args[0]))
	if types.IsInterface(t) || l.hasParams(t) {
		return nil, nil
	}
	return c.Args[0], t
}

// hasParams reports whether a type parameter of a derivative that is generic is a part of a type.
func (l *lowerer) hasParams(t types.Type) bool {
	return len(l.src.Instances.mentioned([]types.Type{t})) > 0
}

// certain is asserted where x has been found to have the type, which may be an interface.
func (l *lowerer) certain(x ast.Expr, t types.Type, pos token.Pos) ast.Expr {
	if ast.IsBoxed(t) && ast.IsBoxed(x.Type()) && l.isOwn() {
		return l.box(x, t, pos)
	}
	return l.asserted(x, t, pos)
}

// isOwn reports whether the function is one of the package that derivatives are written for. In others, types that nobody sees here may decide
// what an interface is.
func (l *lowerer) isOwn() bool { return l.src.Instances.pkg == nil || l.src.Pkg == l.src.Instances.pkg }

// asserted returns the value of x as one of type t.
func (l *lowerer) asserted(x ast.Expr, t types.Type, pos token.Pos) ast.Expr {
	if !ast.IsBoxed(x.Type()) {
		if ast.Carries(t) || !describes(t) && !ast.IsError(x.Type()) {
			l.report(pos, fmt.Sprintf("a value of type %s is taken out of an interface of which it is not known what it holds; declare an interface with the methods that are wanted", l.typeString(t)))
		}
		return ast.Assertion(x, t)
	}
	for _, f := range ast.DynamicTypes(x.Type()) {
		if types.Identical(f.Type(), t) {
			return &ast.Field{X: x, Field: f}
		}
	}
	switch {
	case ast.IsBoxed(t):
		l.report(pos, fmt.Sprintf("a value of the interface %s is taken for one of another, %s; ask for it with two values, v, ok = x.(T), or by a type switch", l.typeString(x.Type()), l.typeString(t)))
		return broken(t)
	case types.IsInterface(t):
		l.report(pos, fmt.Sprintf("a value of the interface %s is taken for one of %s, which has nothing to do with floats; that is not supported: ask for the types that are wanted", l.typeString(x.Type()), l.typeString(t)))
		return broken(t)
	}
	l.report(pos, fmt.Sprintf("%s is no type that a value of the interface %s is known to have", l.typeString(t), l.typeString(x.Type())))
	return broken(t)
}

// describes reports whether a type is no interface, or one whose methods do nothing but return a text.
func describes(t types.Type) bool {
	set, ok := t.Underlying().(*types.Interface)
	if !ok {
		return true
	}
	for m := range set.Methods() {
		sig := m.Signature()
		if sig.Params().Len() > 0 || sig.Results().Len() != 1 || !types.Identical(sig.Results().At(0).Type(), types.Typ[types.String]) {
			return false
		}
	}
	return true
}

// assertOK returns what v, ok = x.(T) assigns, and what comes before it:
//
//	ok := x is a T
//	var v T
//	if ok { v = x.(T) }
//
// Without named, v is blank.
func (l *lowerer) assertOK(e *goast.TypeAssertExpr, named bool, meta ast.Meta) ([]ast.Stmt, ast.Expr, ast.Expr) {
	t := l.typeOf(e.Type)
	if x, from := l.converted(e.X); x != nil && !types.IsInterface(t) && !l.hasParams(t) {
		value, same := l.typedConst(l.expr(x), from), types.Identical(from, t)
		if same && named {
			return nil, value, boolName(true)
		}
		var list []ast.Stmt
		if !isSimple(value) {
			list = append(list, &ast.Assign{Meta: meta, Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{value}})
		}
		if !named {
			return list, nil, boolName(same)
		}
		v := &ast.Ref{Var: ast.NewVar("v", t)}
		return append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{v.Var}, Typed: true}), v, boolName(false)
	}
	list, x := l.held(l.expr(e.X), e.X)
	test := l.is(x, t, e.Pos())
	if !named {
		return list, nil, test
	}
	v, ok := &ast.Ref{Var: ast.NewVar("v", t)}, &ast.Ref{Var: ast.NewVar("ok", types.Typ[types.Bool])}
	set := &ast.Assign{Meta: meta, Lhs: []ast.Expr{v}, Op: token.ASSIGN, Rhs: []ast.Expr{l.certain(x, t, e.Pos())}}
	return append(list,
		&ast.Assign{Meta: meta, Lhs: []ast.Expr{ok}, Op: token.DEFINE, Rhs: []ast.Expr{test}},
		&ast.Decl{Meta: meta, Vars: []*ast.Var{v.Var}, Typed: true},
		&ast.If{Meta: meta, Cond: ok, Then: &ast.Block{Stmts: []ast.Stmt{set}}}), v, ok
}

// commaOK returns the two values of x and what comes before them, where that is a comma-ok expression: an element of a map, a type assertion
// or a receive. Without named, the first is blank and may be nil.
func (l *lowerer) commaOK(x goast.Expr, named bool, meta ast.Meta) (list []ast.Stmt, values []ast.Expr) {
	var v, ok ast.Expr
	switch e := goast.Unparen(x).(type) {
	case *goast.TypeAssertExpr:
		list, v, ok = l.assertOK(e, named, meta)
	case *goast.IndexExpr:
		list, v, ok = l.mapOK(e)
	case *goast.UnaryExpr:
		if e.Op != token.ARROW {
			return nil, nil
		}
		list, v, ok = l.receiveOK(e, meta)
	default:
		return nil, nil
	}
	return list, []ast.Expr{v, ok}
}

// rightSides is operands for the values of an assignment or a declaration, of which there may be more than expressions.
func (l *lowerer) rightSides(lhs, rhs []goast.Expr, meta ast.Meta) (before []ast.Stmt, values []ast.Expr) {
	if len(lhs) == 2 && len(rhs) == 1 {
		if before, values = l.commaOK(rhs[0], true, meta); values != nil {
			return before, values
		}
	}
	return l.operands(rhs, meta)
}

// sides lowers the left sides of an assignment.
func (l *lowerer) sides(s *goast.AssignStmt) []ast.Expr {
	var list []ast.Expr
	for _, x := range s.Lhs {
		if s.Tok == token.DEFINE {
			list = append(list, l.define(x))
		} else {
			list = append(list, l.place(x))
		}
	}
	return list
}

// held returns an expression that may be asked more than once for the value of x, and what comes before it.
func (l *lowerer) held(x ast.Expr, from goast.Expr) ([]ast.Stmt, ast.Expr) {
	if isSimple(x) {
		return nil, x
	}
	return l.inVar("tag", x, from)
}

// inVar defines a variable of ours by the value of x.
func (l *lowerer) inVar(name string, x ast.Expr, from goast.Expr) ([]ast.Stmt, ast.Expr) {
	v := &ast.Ref{Var: ast.NewVar(name, x.Type())}
	return []ast.Stmt{&ast.Assign{Meta: l.meta(from), Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{x}}}, v
}

// typeSwitch lowers a type switch to a chain of ifs.
func (l *lowerer) typeSwitch(s *goast.TypeSwitchStmt) []ast.Stmt {
	label := l.takeLabel("switch")
	list := l.stmt(s.Init)
	var from *goast.TypeAssertExpr
	switch a := s.Assign.(type) {
	case *goast.ExprStmt:
		from, _ = goast.Unparen(a.X).(*goast.TypeAssertExpr)
	case *goast.AssignStmt:
		from, _ = goast.Unparen(a.Rhs[0]).(*goast.TypeAssertExpr)
	}
	if e, t := l.converted(from.X); e != nil {
		if c, exact, known := l.clauseOf(s, t); known {
			if !exact {
				e = from.X
			}
			list = l.left(list, label, func() []ast.Stmt { return l.chosen(c, e) })
			return scoped(list, s.Init, s.Pos())
		}
	}
	x := l.expr(from.X)
	before, x := l.held(x, from.X)
	list = append(list, before...)
	list = l.left(list, label, func() []ast.Stmt { return l.typeClauses(s, x, 0) })
	return scoped(list, s.Init, s.Pos())
}

// clauseOf returns the clause of a type switch for a value of type t, or nil if there is none, and whether that has the value as one of
// type t. It is not known where types in the clauses are not, and where an interface with methods holds the value from there on.
func (l *lowerer) clauseOf(s *goast.TypeSwitchStmt, t types.Type) (c *goast.CaseClause, exact, known bool) {
	for _, clause := range s.Body.List {
		clause, _ := clause.(*goast.CaseClause)
		if clause.List == nil && c == nil {
			c = clause // unless another fits
		}
		for _, e := range clause.List {
			if l.info.Types[e].IsNil() {
				continue
			}
			of := l.typeOf(e)
			set, isInterface := of.Underlying().(*types.Interface)
			switch {
			case l.hasParams(of), isInterface && types.Implements(t, set):
				return nil, false, false
			case types.Identical(of, t):
				return clause, len(clause.List) == 1, true
			}
		}
	}
	return c, false, true
}

// chosen lowers the body of the one clause of a type switch that can be meant, or of none, for a value.
func (l *lowerer) chosen(c *goast.CaseClause, value goast.Expr) []ast.Stmt {
	if c != nil && l.info.Implicits[c] != nil {
		return []ast.Stmt{l.typeClause(c, l.expr(value))}
	}
	var list []ast.Stmt
	if x := l.expr(value); !isSimple(x) {
		list = append(list, &ast.Assign{Meta: l.meta(value), Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{x}})
	}
	if c != nil {
		list = append(list, l.block(c.Body, c.Pos()))
	}
	return list
}

// typeClauses lowers the clauses of a type switch on x from the i-th on. The default is what comes last.
func (l *lowerer) typeClauses(s *goast.TypeSwitchStmt, x ast.Expr, i int) []ast.Stmt {
	for ; i < len(s.Body.List); i++ {
		c, _ := s.Body.List[i].(*goast.CaseClause)
		if c.List == nil {
			continue
		}
		n := &ast.If{Meta: ast.Meta{Pos: c.Pos(), Src: l.oneLine(c.Pos(), c.Colon)}}
		only := x
		for _, e := range c.List {
			var cond ast.Expr
			if l.info.Types[e].IsNil() {
				cond = isNil(x)
			} else {
				t := l.typeOf(e)
				cond, only = l.is(x, t, e.Pos()), l.certain(x, t, e.Pos())
			}
			if n.Cond != nil {
				cond = &ast.Binary{Op: token.LOR, X: n.Cond, Y: cond, T: types.Typ[types.Bool]}
			}
			n.Cond = cond
		}
		if len(c.List) > 1 {
			only = x
		}
		n.Then = l.typeClause(c, only)
		if rest := l.typeClauses(s, x, i+1); len(rest) > 0 {
			n.Else = &ast.Block{Meta: ast.Meta{Pos: c.Pos()}, Stmts: rest}
		}
		return []ast.Stmt{n}
	}
	for _, c := range s.Body.List {
		if c, _ := c.(*goast.CaseClause); c.List == nil {
			return l.typeClause(c, x).Stmts
		}
	}
	return nil
}

// typeClause lowers the body of a clause, in which the variable of the switch has a value.
func (l *lowerer) typeClause(c *goast.CaseClause, value ast.Expr) *ast.Block {
	var first []ast.Stmt
	if obj := l.info.Implicits[c]; obj != nil {
		v := &ast.Var{Name: obj.Name(), Type: value.Type(), Obj: obj}
		l.vars[obj] = v
		first = append(first, &ast.Assign{Meta: ast.Meta{Pos: c.Pos()}, Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: token.DEFINE, Rhs: []ast.Expr{value}})
	}
	b := l.block(c.Body, c.Pos())
	b.Stmts = append(first, b.Stmts...)
	return b
}

// dispatcher returns the function that calls a method of an interface. The receiver is its first parameter.
func (t *Instances) dispatcher(boxed *types.Named, method *types.Func, sig *types.Signature) *types.Func {
	key := fmt.Sprintf("call %p %s", boxed, method.Name())
	if i := t.byKey[key]; i != nil {
		return i.Fn
	}
	recv := types.NewParam(token.NoPos, boxed.Obj().Pkg(), strings.ToLower(boxed.Obj().Name()[:1]), boxed)
	params := append([]*types.Var{recv}, slices.Collect(sig.Params().Variables())...)
	name := boxed.Obj().Name() + "." + method.Name()
	fn := types.NewFunc(method.Pos(), method.Pkg(), name, types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic()))
	i := &Instance{Fn: fn, Of: method, dispatch: true}
	if of, ok := t.origins[boxed].(*types.Named); ok {
		i.Args = slices.Collect(of.TypeArgs().Types())
	}
	t.byKey[key], t.byFn[fn] = i, i
	return fn
}

// Dispatcher returns the body of a function that calls a method of an interface. Functions that the method is given are given to those
// that it may be.
func (t *Instances) Dispatcher(src *Source, fn *types.Func, report func(token.Pos, string)) *ast.Func {
	i := t.byFn[fn]
	sig := fn.Signature()
	l := &lowerer{src: src, subst: t.subst(nil, nil), fn: fn, vars: map[types.Object]*ast.Var{}}
	l.reportTo(report)
	f := &ast.Func{
		Name: lowerName(fn.Name()), Obj: fn, Pkg: t.pkg, Pos: fn.Pos(), Variadic: sig.Variadic(), Body: &ast.Block{},
		Suffix: nameOf(i.Args) + i.name, TypeParams: t.mentioned([]types.Type{sig}),
	}
	var args []ast.Expr
	for k, p := range slices.Collect(sig.Params().Variables()) {
		name := p.Name()
		if name == "" || name == "_" {
			name = fmt.Sprint("p", k)
		}
		v := ast.NewVar(name, p.Type())
		l.vars[p] = v
		f.Params = append(f.Params, v)
		args = append(args, &ast.Ref{Var: v})
	}
	for r := range sig.Results().Variables() {
		f.Results = append(f.Results, ast.NewVar("", r.Type()))
	}
	held := 0 // parameters that belong to functions that are given
	for _, b := range i.bindings {
		held += len(b.vars)
	}
	x, args := args[held], args[held+1:]
	boxed, _ := x.Type().(*types.Named)
	f.What = fmt.Sprintf("the method %s of whatever type a [%s] has", i.Of.Name(), boxed.Obj().Name())
	rest := &f.Body.Stmts
	for _, field := range ast.DynamicTypes(boxed) {
		n := &ast.If{Cond: ast.Test(x, field.Type()), Then: &ast.Block{}, Else: &ast.Block{}}
		call := l.method(&ast.Field{X: x, Field: field}, t.original(field.Type()), i.Of, args, sig)
		if !l.passOn(call, i.bindings) {
			return nil
		}
		if sig.Results().Len() > 0 {
			n.Then.Stmts = []ast.Stmt{&ast.Return{Results: []ast.Expr{call}}}
		} else {
			n.Then.Stmts = []ast.Stmt{&ast.Do{Call: call}}
		}
		*rest = append(*rest, n)
		rest = &n.Else.Stmts
	}
	*rest = append(*rest, noDerivative(x))
	ast.Attribute(f.Body.Stmts, ast.Primal, &ast.Block{Meta: ast.Meta{Pos: fn.Pos()}}) // what the interface says of the method
	return f
}

// passOn gives the functions that a dispatcher is given to a method that it calls, and reports whether that can be.
func (l *lowerer) passOn(c *ast.Call, bindings []binding) bool {
	if len(bindings) == 0 {
		return true
	}
	if !l.src.Declared(c.Fun.Fn) {
		l.report(l.fn.Pos(), fmt.Sprintf("%s is given a function and has no source here that tells what becomes of it", c.Fun.Fn.Name()))
		return false
	}
	var list []binding
	var args []ast.Expr
	for _, b := range bindings {
		if c.Fun.Method {
			b.param-- // the receiver is no parameter
		}
		b.vars = nil
		list = append(list, b)
		args = append(args, l.boundArgs(b.value)...)
	}
	l.give(c, list, args)
	return l.reports == 0
}

// noDerivative panics with the type of a value of an interface that has one which is not known.
func noDerivative(x ast.Expr) ast.Stmt {
	return panicWith(&ast.Call{Fun: ast.Callee{Copied: "NoDerivative"}, Args: []ast.Expr{x}, T: types.Typ[types.String]})
}

// converter returns the function that makes of a value of one interface one of another.
func (t *Instances) converter(from, to types.Type, pkg *types.Package) *types.Func {
	params := types.NewTuple(types.NewParam(token.NoPos, pkg, "x", from))
	results := types.NewTuple(types.NewParam(token.NoPos, pkg, "y", to))
	name := boxName(from) + ".as" + upperFirst(boxName(to))
	return t.ours("convert "+t.key(from)+" "+t.key(to), pkg, name, params, results, converterBody)
}

// isNil is the question whether a value of an interface is nil.
func isNil(x ast.Expr) ast.Expr {
	return &ast.Binary{Op: token.EQL, X: x, Y: &ast.Name{Obj: types.Universe.Lookup("nil"), T: x.Type()}, T: types.Typ[types.Bool]}
}

// boxName returns the name of the interface that a type stands for.
func boxName(t types.Type) string {
	n, _ := types.Unalias(t).(*types.Named)
	name, _, _ := strings.Cut(n.Obj().Name(), "[")
	return name
}

// tester returns the function that asks whether a value of one interface is one of another.
func (t *Instances) tester(from, to types.Type, pkg *types.Package) *types.Func {
	params := types.NewTuple(types.NewParam(token.NoPos, pkg, "x", from))
	results := types.NewTuple(types.NewParam(token.NoPos, pkg, "", types.Typ[types.Bool]))
	name := boxName(from) + ".is" + upperFirst(boxName(to))
	return t.ours("test "+t.key(from)+" "+t.key(to), pkg, name, params, results, func(t *Instances, fn *types.Func) *ast.Func {
		return testerBody(t, fn, to)
	})
}

// testerBody is the body of a tester: whether the type of the value is one of those that the other interface may hold.
func testerBody(t *Instances, fn *types.Func, to types.Type) *ast.Func {
	sig := fn.Signature()
	from := sig.Params().At(0).Type()
	x := ast.NewVar("x", from)
	value := &ast.Ref{Var: x}
	f := &ast.Func{
		Name: lowerName(fn.Name()), Obj: fn, Pkg: t.pkg, Params: []*ast.Var{x}, Results: []*ast.Var{ast.NewVar("", types.Typ[types.Bool])}, Body: &ast.Block{},
		What: fmt.Sprintf("the question whether a [%s] is a [%s]", boxName(from), boxName(to)), TypeParams: t.mentioned([]types.Type{sig, to}),
	}
	when := func(cond ast.Expr, yes bool) {
		then := &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: []ast.Expr{boolName(yes)}}}}
		f.Body.Stmts = append(f.Body.Stmts, &ast.If{Cond: cond, Then: then})
	}
	when(isNil(value), false)
	for _, field := range ast.DynamicTypes(from) {
		if held := holdsType(to, field.Type()); held || !t.implements(field.Type(), to) {
			when(ast.Test(value, field.Type()), held)
		}
	}
	f.Body.Stmts = append(f.Body.Stmts, noDerivative(value))
	return f
}

// holdsType reports whether an interface is known to hold values of a type.
func holdsType(boxed, t types.Type) bool {
	return slices.ContainsFunc(ast.DynamicTypes(boxed), func(v *types.Var) bool { return types.Identical(v.Type(), t) })
}

// implements reports whether a type has the methods of an interface, whether or not that is known to hold it.
func (t *Instances) implements(typ, boxed types.Type) bool {
	set, ok := t.original(boxed).Underlying().(*types.Interface)
	return ok && types.Implements(t.original(typ), set)
}

// checkHeld refuses a question whether a value of an interface, x, is one of another, if that would be a generic type which the other is not
// known to hold.
func (l *lowerer) checkHeld(x ast.Expr, to types.Type, pos token.Pos) {
	for _, field := range ast.DynamicTypes(x.Type()) {
		if f := field.Type(); l.hasParams(f) && !holdsType(to, f) && l.src.Instances.implements(f, to) {
			l.report(pos, fmt.Sprintf("the interface %s is not known to hold values of the generic type %s, which has its methods; give it the type parameters too, or ask for the types that are wanted", l.typeString(to), l.typeString(f)))
			return
		}
	}
}

// is returns the question whether x has a type, which may be an interface.
func (l *lowerer) is(x ast.Expr, t types.Type, pos token.Pos) ast.Expr {
	if !ast.IsBoxed(t) || !ast.IsBoxed(x.Type()) || !l.isOwn() {
		return ast.Test(x, t)
	}
	l.checkHeld(x, t, pos)
	fn := l.src.Instances.tester(x.Type(), t, l.src.Pkg)
	return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: []ast.Expr{x}, T: types.Typ[types.Bool], Pos: pos}
}

// converterBody is the body of a converter: the same value, by its type.
func converterBody(t *Instances, fn *types.Func) *ast.Func {
	sig := fn.Signature()
	from, to := sig.Params().At(0).Type(), sig.Results().At(0).Type()
	x, y := ast.NewVar("x", from), ast.NewVar("y", to)
	f := &ast.Func{
		Name: lowerName(fn.Name()), Obj: fn, Pkg: t.pkg, Params: []*ast.Var{x}, Results: []*ast.Var{y}, Named: true, Body: &ast.Block{},
		What: fmt.Sprintf("the conversion of a [%s] to a [%s]", boxName(from), boxName(to)), TypeParams: t.mentioned([]types.Type{sig}),
	}
	value := &ast.Ref{Var: x}
	f.Body.Stmts = append(f.Body.Stmts, &ast.If{Cond: isNil(value), Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{}}}})
	rest := &f.Body.Stmts
	for _, field := range ast.DynamicTypes(from) {
		for _, own := range ast.DynamicTypes(to) {
			if !types.Identical(own.Type(), field.Type()) {
				continue
			}
			elem := ast.Elem{Field: own, Value: &ast.Field{X: value, Field: field}}
			box := &ast.Addr{X: &ast.Composite{T: ast.Pointee(to), Elems: []ast.Elem{elem}}, T: to}
			set := &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: y}}, Op: token.ASSIGN, Rhs: []ast.Expr{box}}
			n := &ast.If{Cond: ast.Test(value, field.Type()), Then: &ast.Block{Stmts: []ast.Stmt{set}}, Else: &ast.Block{}}
			*rest = append(*rest, n)
			rest = &n.Else.Stmts
		}
	}
	*rest = append(*rest, noDerivative(value))
	if rest != &f.Body.Stmts {
		f.Body.Stmts = append(f.Body.Stmts, &ast.Return{})
	}
	return f
}

// original returns the type that t stands for.
func (t *Instances) original(typ types.Type) types.Type {
	s := &ast.Subst{Context: t.context, Replace: func(n *types.Named) types.Type {
		if of, ok := t.origins[n]; ok {
			return of
		}
		return n
	}}
	return s.Type(typ)
}

// method returns a call of a method of a value x whose type stands for t.
func (l *lowerer) method(x ast.Expr, t types.Type, method *types.Func, args []ast.Expr, sig *types.Signature) *ast.Call {
	obj, index, _ := types.LookupFieldOrMethod(t, true, method.Pkg(), method.Name())
	fn, ok := obj.(*types.Func)
	if !ok {
		panic(fmt.Sprintf("lower: %s has no method %s", t, method.Name()))
	}
	c := &ast.Call{T: resultOf(sig), Spread: sig.Variadic()}
	recv := l.path(x, index[:len(index)-1], false)
	if ast.IsBoxed(recv.Type()) {
		boxed, _ := recv.Type().(*types.Named)
		c.Fun.Fn = l.src.Instances.dispatcher(boxed, fn, l.subst.Signature(fn.Signature()))
		c.Args = append([]ast.Expr{recv}, args...)
		return c
	}
	var typeArgs []types.Type
	if named := Receiver(fn); named != nil {
		for a := range named.TypeArgs().Types() {
			typeArgs = append(typeArgs, l.subst.Type(a))
		}
	}
	c.Fun = ast.Callee{Fn: l.src.Instances.instance(fn.Origin(), typeArgs), Method: true}
	c.Args = append([]ast.Expr{adapted(recv, c.Fun.Fn)}, args...)
	return c
}

func resultOf(sig *types.Signature) types.Type {
	if sig.Results().Len() == 1 {
		return sig.Results().At(0).Type()
	}
	return sig.Results()
}

// adapted returns a receiver with the & or * that a method wants.
func adapted(recv ast.Expr, fn *types.Func) ast.Expr {
	_, wantPointer := fn.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPointer := recv.Type().Underlying().(*types.Pointer)
	switch {
	case wantPointer && !isPointer:
		return &ast.Addr{X: recv, T: types.NewPointer(recv.Type())}
	case !wantPointer && isPointer:
		return &ast.Deref{X: recv}
	}
	return recv
}
