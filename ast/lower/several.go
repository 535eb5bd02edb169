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

// Functions in a variadic parameter.
//
// A function that takes any number of functions becomes, like one that takes one, an instance for those that it is given. A loop over them is
// written out:
//
//	func fit(x float64, options ...Option) float64 {     func fitRateMomentum(r, m, x float64) float64 {
//		c := config{rate: 0.1}                                c := config{rate: 0.1}
//		for _, o := range options {                           rate(r, &c)
//			o(&c)                                              momentum(m, &c)
//		}                                                     …
//		…                                                 }
//	}
//	fit(x, rate(r), momentum(m))                         fitRateMomentum(r, m, x)
//
// They may be ranged over, counted, called by their numbers, and handed on to another function that takes them. So may those of a table: of
// a variable that is defined by a literal of a slice or an array. Those of a literal of a map may be called by their keys, and counted.

// takesSeveral reports whether a function takes any number of functions.
func takesSeveral(sig *types.Signature) bool {
	if !sig.Variadic() {
		return false
	}
	s, ok := sig.Params().At(sig.Params().Len() - 1).Type().Underlying().(*types.Slice)
	return ok && isFuncType(s.Elem())
}

// several returns the functions that a call gives to a parameter for any number of them, which is the i-th, as bindings, and what belongs to
// them; or false after a report.
func (l *lowerer) several(call []goast.Expr, spread bool, i int) (list []binding, args []ast.Expr, ok bool) {
	var values []*fnValue
	if spread {
		if values, ok = l.listOf(call[0]); !ok {
			l.report(call[0].Pos(), "it cannot be told which functions are in this slice; give them one by one")
			return nil, nil, false
		}
	} else {
		for _, x := range call {
			v := l.value(x)
			if v == nil {
				return nil, nil, false
			}
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return []binding{{param: i, elem: none, value: &fnValue{}}}, nil, true
	}
	for k, v := range values {
		list = append(list, binding{param: i, elem: k + 1, value: v})
		args = append(args, l.boundArgs(v)...)
	}
	return list, args, true
}

// none is the element of a binding that says that a parameter for any number of functions is given none.
const none = -1

// listOf returns the functions in a variable, and whether they are known.
func (l *lowerer) listOf(x goast.Expr) ([]*fnValue, bool) {
	id, ok := goast.Unparen(x).(*goast.Ident)
	if !ok {
		return nil, false
	}
	obj := l.info.Uses[id]
	if list, ok := l.listIn(obj); ok {
		return list, true
	}
	lit := l.tableOf(l.ofPackage(obj))
	if lit == nil {
		return nil, false
	}
	list, _, ok := l.table(lit, ast.Meta{})
	return list, ok
}

func (l *lowerer) listIn(obj types.Object) ([]*fnValue, bool) {
	if l.closures == nil || l.closures.changed[obj] {
		return nil, false
	}
	for o := l; o != nil; o = o.outer {
		if list, ok := o.lists[obj]; ok {
			return list, true
		}
	}
	return nil, false
}

// addTo notes that a parameter is given a function among others, or none.
func (l *lowerer) addTo(p *types.Var, b binding) {
	if l.lists == nil {
		l.lists = map[types.Object][]*fnValue{}
	}
	if b.elem == none {
		l.lists[p] = []*fnValue{}
		return
	}
	l.lists[p] = append(l.lists[p], b.value)
}

// tableOf returns the literal of a slice, an array or a map of functions that an expression is, or nil.
func (l *lowerer) tableOf(x goast.Expr) *goast.CompositeLit {
	if x == nil {
		return nil
	}
	lit, ok := goast.Unparen(x).(*goast.CompositeLit)
	if !ok {
		return nil
	}
	elem := elemOf(l.info.TypeOf(lit))
	if elem == nil || !isFuncType(elem) {
		return nil
	}
	if l.elements(lit) == nil && len(lit.Elts) > 0 {
		return nil
	}
	if a, ok := l.info.TypeOf(lit).Underlying().(*types.Array); ok && a.Len() != int64(l.lengthOf(lit)) {
		return nil
	}
	return lit
}

// lengthOf returns how many elements a literal of a slice, an array or a map has, as far as its keys tell, or none if they are far apart.
func (l *lowerer) lengthOf(lit *goast.CompositeLit) int {
	n, next := len(lit.Elts), 0
	for _, e := range lit.Elts {
		if kv, ok := e.(*goast.KeyValueExpr); ok && !ast.IsMap(l.info.TypeOf(lit)) {
			key, _ := constant.Int64Val(constant.ToInt(l.info.Types[kv.Key].Value))
			next = int(key)
		}
		next++
		n = max(n, next)
	}
	if n > 2*len(lit.Elts)+maxGap {
		return 0
	}
	return n
}

// maxGap is how many more functions than twice as many as there are may be left out in a literal.
const maxGap = 8

// elements returns the elements of a literal of a slice or an array in their order, with nil for what is left out, or nil if there is too much of
// that. Those of a map are in the order of the literal, and must have constant keys.
func (l *lowerer) elements(lit *goast.CompositeLit) []goast.Expr {
	list := make([]goast.Expr, l.lengthOf(lit))
	if ast.IsMap(l.info.TypeOf(lit)) {
		for i, e := range lit.Elts {
			kv := e.(*goast.KeyValueExpr)
			if l.info.Types[kv.Key].Value == nil {
				return nil
			}
			list[i] = kv.Value
		}
		return list
	}
	i := 0
	for _, e := range lit.Elts {
		if kv, ok := e.(*goast.KeyValueExpr); ok {
			key, exact := constant.Int64Val(constant.ToInt(l.info.Types[kv.Key].Value))
			if !exact || key >= int64(len(list)) {
				return nil
			}
			i, e = int(key), kv.Value
		}
		if i >= len(list) || list[i] != nil {
			return nil
		}
		list[i] = e
		i++
	}
	return list
}

// mapOf returns the literal of a map of functions that a variable is, or nil.
func (l *lowerer) mapOf(x goast.Expr) *goast.CompositeLit {
	id, ok := goast.Unparen(x).(*goast.Ident)
	if !ok || !ast.IsMap(l.typeOf(x)) {
		return nil
	}
	obj := l.info.Uses[id]
	if lit := l.closures.tables[obj]; lit != nil {
		return lit
	}
	return l.tableOf(l.ofPackage(obj))
}

// elemOf returns the type of the elements of a slice, an array or a map, or nil.
func elemOf(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	}
	return nil
}

// table returns the functions of a table, and what comes before it; or false after a report.
func (l *lowerer) table(lit *goast.CompositeLit, meta ast.Meta) (values []*fnValue, list []ast.Stmt, ok bool) {
	values = []*fnValue{}
	for _, e := range l.elements(lit) {
		v := &fnValue{}
		if e != nil {
			v = l.snapshot(l.value(e))
		}
		if v == nil {
			return nil, nil, false
		}
		list = append(list, l.bind(v, meta)...)
		values = append(values, v)
	}
	return values, list, true
}

// defineTable notes the functions of a variable that is defined by a table and always is that.
func (l *lowerer) defineTable(x, value goast.Expr, meta ast.Meta) (list []ast.Stmt, ok bool) {
	id, isIdent := x.(*goast.Ident)
	lit := l.tableOf(value)
	if !isIdent || lit == nil {
		return nil, false
	}
	obj := l.info.Defs[id]
	if obj == nil || l.closures.changed[obj] {
		return nil, false
	}
	values, list, known := l.table(lit, meta)
	if known {
		if l.lists == nil {
			l.lists = map[types.Object][]*fnValue{}
		}
		l.lists[obj] = values
		if ast.IsMap(obj.Type()) {
			l.closures.tables[obj] = lit
		}
	}
	return list, true
}

// indexed returns the function that an index expression into a list is: one of several, whose number a table of numbers has, or a function that
// compares the key with those of a map. It is nil where that cannot be called.
func (l *lowerer) indexed(e *goast.IndexExpr, list []*fnValue) *fnValue {
	sig, _ := l.subst.Type(elemOf(l.info.TypeOf(e.X))).Underlying().(*types.Signature)
	if sig == nil || len(list) == 0 || sig.Variadic() || takesFunc(sig) {
		return nil
	}
	c := &choice{}
	numbers := &ast.Composite{T: types.NewArray(types.Typ[types.Int], int64(len(list)))}
	for _, v := range list {
		if v.isNil || slices.ContainsFunc(v.bound, func(b boundVar) bool { return b.expr != nil }) {
			return nil
		}
		numbers.Elems = append(numbers.Elems, ast.Elem{Value: number(c.add(v))})
	}
	of, name := "f", "f" // the list, and one of it
	if id, ok := goast.Unparen(e.X).(*goast.Ident); ok {
		of, name = id.Name, id.Name
	}
	var which ast.Expr
	if lit := l.mapOf(e.X); lit != nil {
		c.isNil, name = true, "f" // a key may not be there
		which = l.numberOf(lit, e, numbers.Elems)
	} else {
		which = &ast.Index{X: numbers, I: l.expr(e.Index), T: types.Typ[types.Int]}
	}
	c.tag = types.NewVar(e.Pos(), l.src.Pkg, name, types.Typ[types.Int])
	c.value = l.chooser(c, plainName(l.fn)+"."+of, sig)
	w := c.value.clone()
	w.bound[0] = boundVar{expr: which, typ: types.Typ[types.Int], name: name}
	return w
}

// numberOf calls a function that returns which of the functions of a map a key is that of, given their numbers, or zero:
//
//	func opsNumber(key string) int {
//		if key == "sin" { return 1 }
//		if key == "cos" { return 2 }
//		return 0
//	}
func (l *lowerer) numberOf(lit *goast.CompositeLit, e *goast.IndexExpr, numbers []ast.Elem) ast.Expr {
	t := l.subst.Type(l.info.TypeOf(lit)).Underlying().(*types.Map).Key()
	var keys []ast.Expr
	for _, elem := range lit.Elts {
		keys = append(keys, l.expr(elem.(*goast.KeyValueExpr).Key))
	}
	id := goast.Unparen(e.X).(*goast.Ident)
	params := types.NewTuple(types.NewParam(token.NoPos, l.src.Pkg, "key", t))
	results := types.NewTuple(types.NewParam(token.NoPos, l.src.Pkg, "", types.Typ[types.Int]))
	name := fmt.Sprintf("number %p %s", lit, l.src.Instances.key(t))
	for _, n := range numbers {
		if lit, ok := n.Value.(*ast.Lit); ok {
			name += " " + lit.Text // two keys may have one function, where that is given
		}
	}
	fn := l.src.Instances.ours(name, l.src.Pkg, id.Name+".number", params, results, func(t *Instances, fn *types.Func) *ast.Func {
		f := &ast.Func{Name: lowerName(fn.Name()), Obj: fn, Pkg: t.pkg, Pos: lit.Pos(), What: "the number of the function in " + id.Name + " for a key, or 0", Body: &ast.Block{}}
		key := ast.NewVar("key", fn.Signature().Params().At(0).Type())
		f.Params, f.Results = []*ast.Var{key}, []*ast.Var{ast.NewVar("", types.Typ[types.Int])}
		for i, k := range keys {
			is := &ast.Binary{Op: token.EQL, X: &ast.Ref{Var: key}, Y: k, T: types.Typ[types.Bool]}
			meta := ast.Meta{Pos: lit.Elts[i].Pos()}
			then := &ast.Block{Stmts: []ast.Stmt{&ast.Return{Meta: meta, Results: []ast.Expr{numbers[i].Value}}}}
			f.Body.Stmts = append(f.Body.Stmts, &ast.If{Meta: meta, Cond: is, Then: then})
		}
		f.Body.Stmts = append(f.Body.Stmts, &ast.Return{Meta: ast.Meta{Pos: lit.Rbrace}, Results: []ast.Expr{number(0)}})
		return f
	})
	return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: []ast.Expr{l.box(l.expr(e.Index), t, e.Index.Pos())}, T: types.Typ[types.Int], Pos: e.Pos()}
}

// inMap returns the index expression into a map of functions that an expression is, or nil.
func (l *lowerer) inMap(x goast.Expr) *goast.IndexExpr {
	e, ok := goast.Unparen(x).(*goast.IndexExpr)
	if !ok || l.mapOf(e.X) == nil {
		return nil
	}
	return e
}

// foundIn lowers the assignment of what a map of functions has for a key, and whether it has it, and returns what is left to be assigned.
func (l *lowerer) foundIn(lhs, rhs []goast.Expr) (x []goast.Expr, y []ast.Expr, ok bool) {
	if len(rhs) != 1 || len(lhs) != 2 {
		return nil, nil, false
	}
	e := l.inMap(rhs[0])
	if e == nil {
		return nil, nil, false
	}
	list, _ := l.listOf(e.X)
	v := l.indexed(e, list)
	if v == nil {
		return nil, nil, false
	}
	l.hoist(e.Pos(), "a function of a map", l.bind(v, ast.Meta{Pos: e.Pos()})...)
	if obj := l.assignedFunc(lhs[0]); obj != nil && !l.closures.unknown[obj] {
		l.values[obj] = v
	}
	return lhs[1:], []ast.Expr{isNumber(l.boundArg(v.bound[0]), token.NEQ, 0)}, true
}

// rangeSeveral writes out a loop over functions.
func (l *lowerer) rangeSeveral(s *goast.RangeStmt, list []*fnValue) []ast.Stmt {
	if s.Tok == token.ASSIGN {
		l.report(s.Pos(), "a range over functions whose variables are declared before is not supported; declare them in the loop")
		return nil
	}
	if ast.IsMap(l.typeOf(s.X)) {
		l.report(s.Pos(), "a range over a map of functions comes to them in any order; range over a slice of them")
		return nil
	}
	return l.writtenOut(s, len(list), func(k int) []ast.Stmt {
		if value, ok := s.Value.(*goast.Ident); ok && value.Name != "_" {
			l.values[l.info.Defs[value]] = list[k]
		}
		return nil
	})
}

// writtenOut writes out a loop of n iterations over what is known. What begin returns comes before the body.
func (l *lowerer) writtenOut(s *goast.RangeStmt, n int, begin func(k int) []ast.Stmt) []ast.Stmt {
	leave := l.takeLabel("loop")
	defer func(old jumps) { l.jumps = old }(l.jumps)
	var out []ast.Stmt
	for k := range n {
		next := &ast.Label{Name: "next"}
		l.jumps = jumps{breakTo: leave, continueTo: next}
		b := &ast.Block{Meta: ast.Meta{Pos: s.Pos()}}
		if key, ok := s.Key.(*goast.Ident); ok && key.Name != "_" {
			i := l.declare(l.info.Defs[key])
			b.Stmts = append(b.Stmts, &ast.Assign{Meta: ast.Meta{Pos: s.Pos()}, Lhs: []ast.Expr{&ast.Ref{Var: i}}, Op: token.DEFINE, Rhs: []ast.Expr{number(k)}})
		}
		b.Stmts = append(b.Stmts, begin(k)...)
		b.Stmts = append(b.Stmts, breaksTo(l.block(s.Body.List, s.Body.Pos()).Stmts, leave, next, false)...)
		out = append(out, escape([]ast.Stmt{b}, next)...)
	}
	return escape(out, leave)
}
