package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Maps that carry a derivative.
//
// Their elements are read by a function and written where they are:
//
//	y = m[k]                 y = mapAt(m, k)
//	m[k] = y                 if !has(m, k) { insert(m, k, 0) }
//	                         m[k] = y
//	delete(m, k)             if has(m, k) { m[k] = 0; remove(m, k) }
//	for k, v := range m      for _, k := range keys(m) { v := mapAt(m, k) … }
//
//	func mapAt(m map[K]V, k K) (v V) {
//	    if has(m, k) { v = m[k] }
//	    return v
//	}
//
// so that the keys of a shadow are those of the map at any time: what inserts or removes one does so in both.

// activeMap returns the map type of an expression if it carries a derivative, or nil.
func (l *lowerer) activeMap(e goast.Expr) *types.Map {
	m, ok := l.typeOf(e).Underlying().(*types.Map)
	if !ok || !ast.Carries(m.Elem()) {
		return nil
	}
	return m
}

// mapIndex lowers m[k].
func (l *lowerer) mapIndex(e *goast.IndexExpr) ast.Expr {
	m, _ := l.typeOf(e.X).Underlying().(*types.Map)
	x, k := l.expr(e.X), l.keyOf(e.Index, m)
	if ast.Carries(m.Elem()) {
		return l.mapAt(x, k, e.Pos())
	}
	return &ast.Index{X: x, I: k, T: m.Elem()}
}

// keyOf lowers a key of a map, which has the type of the keys.
func (l *lowerer) keyOf(e goast.Expr, m *types.Map) ast.Expr {
	if ast.Carries(m.Key()) && ast.Carries(m.Elem()) {
		l.report(e.Pos(), "a map whose keys hold floats, or lead to some, carries a derivative; that is not supported: use numbers or strings as keys")
	}
	k := l.box(l.expr(e), m.Key(), e.Pos())
	if ast.IsInterface(m.Key()) && !ast.IsInterface(k.Type()) {
		k = &ast.Convert{X: k, T: m.Key()} // what stands for the key may be an argument of a generic function
	}
	return k
}

// mapAt is m[k], zero where there is no k.
func (l *lowerer) mapAt(m, k ast.Expr, pos token.Pos) ast.Expr {
	fn := l.src.Instances.getter(m.Type(), l.src.Pkg)
	return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: []ast.Expr{m, k}, T: fn.Signature().Results().At(0).Type(), Pos: pos}
}

// getter returns the function that returns an element of a map.
func (t *Instances) getter(typ types.Type, pkg *types.Package) *types.Func {
	m, _ := typ.Underlying().(*types.Map)
	params := types.NewTuple(types.NewParam(token.NoPos, pkg, "m", typ), types.NewParam(token.NoPos, pkg, "k", m.Key()))
	results := types.NewTuple(types.NewParam(token.NoPos, pkg, "v", m.Elem()))
	return t.ours("at "+t.key(typ), pkg, ast.MapAt, params, results, getterBody)
}

// getterBody is the body of a getter.
func getterBody(t *Instances, fn *types.Func) *ast.Func {
	sig := fn.Signature()
	m := ast.NewVar("m", sig.Params().At(0).Type())
	k := ast.NewVar("k", sig.Params().At(1).Type())
	v := ast.NewVar("v", sig.Results().At(0).Type())
	args := []ast.Expr{&ast.Ref{Var: m}, &ast.Ref{Var: k}}
	get := &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: token.ASSIGN, Rhs: []ast.Expr{&ast.Index{X: args[0], I: args[1], T: v.Type}}}
	there := &ast.If{Cond: ast.MapCall(ast.MapHas, types.Typ[types.Bool], args...), Then: &ast.Block{Stmts: []ast.Stmt{get}}}
	return &ast.Func{
		Name: "mapAt", Obj: fn, Pkg: t.pkg, Params: []*ast.Var{m, k}, Results: []*ast.Var{v}, Named: true,
		Body: &ast.Block{Stmts: []ast.Stmt{there, &ast.Return{}}}, What: "the lookup of a key in a map",
		TypeParams: t.mentioned([]types.Type{sig}),
	}
}

// A mapPlace is an element of a map that is written.
type mapPlace struct {
	m, k ast.Expr
	elem types.Type
}

// element is the place itself.
func (p mapPlace) element() ast.Expr { return &ast.Index{X: p.m, I: p.k, T: p.elem} }

func (p mapPlace) has() ast.Expr { return ast.MapCall(ast.MapHas, types.Typ[types.Bool], p.m, p.k) }

// present makes sure that there is an element.
func (p mapPlace) present() ast.Stmt {
	insert := ast.MapCall(ast.MapInsert, types.NewTuple(), p.m, p.k, ast.Zero(p.elem))
	return &ast.If{Cond: &ast.Unary{Op: token.NOT, X: p.has()}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Do{Call: insert}}}}
}

// remove removes the element if it is there.
func (p mapPlace) remove(meta ast.Meta) ast.Stmt {
	clear := &ast.Assign{Meta: meta, Lhs: []ast.Expr{p.element()}, Op: token.ASSIGN, Rhs: []ast.Expr{ast.Zero(p.elem)}}
	gone := &ast.Do{Meta: meta, Call: ast.MapCall(ast.MapRemove, types.NewTuple(), p.m, p.k)}
	return &ast.If{Meta: meta, Cond: p.has(), Then: &ast.Block{Stmts: []ast.Stmt{clear, gone}}}
}

// mapPlace returns the element of a map that carries a derivative which x is, with map and key in variables, or nil.
func (l *lowerer) mapPlace(x goast.Expr) (list []ast.Stmt, p *mapPlace) {
	e, ok := goast.Unparen(x).(*goast.IndexExpr)
	if !ok {
		return nil, nil
	}
	t := l.activeMap(e.X)
	if t == nil {
		return nil, nil
	}
	list, m := l.held(l.expr(e.X), e.X)
	more, k := l.held(l.keyOf(e.Index, t), e.Index)
	if root := rootName(m); root != nil {
		l.report(x.Pos(), root.Obj.Name()+" is written to, but it is a variable of the package: a derivative keeps no state between calls")
	}
	return append(list, more...), &mapPlace{m, k, t.Elem()}
}

// mapAssign lowers an assignment some of whose places are elements of maps that carry a derivative, or returns false.
func (l *lowerer) mapAssign(s *goast.AssignStmt) ([]ast.Stmt, bool) {
	if s.Tok == token.DEFINE || !slices.ContainsFunc(s.Lhs, l.isMapElement) {
		return nil, false
	}
	var list []ast.Stmt
	places := make([]*mapPlace, len(s.Lhs))
	a := &ast.Assign{Meta: l.meta(s), Op: token.DEFINE}
	var others []ast.Expr
	for i, x := range s.Lhs {
		before, p := l.mapPlace(x)
		list, places[i] = append(list, before...), p
		others = append(others, nil)
		if p == nil {
			others[i] = l.place(x)
		}
	}
	before, rhs := l.rightSides(s.Lhs, s.Rhs, a.Meta)
	list, a.Rhs = append(list, before...), rhs
	var values []ast.Expr
	for i := range s.Lhs {
		var t types.Type
		switch {
		case places[i] != nil:
			t = places[i].elem
		case others[i] != nil:
			t = others[i].Type()
		default:
			a.Lhs, values = append(a.Lhs, nil), append(values, nil)
			continue
		}
		v := &ast.Ref{Var: ast.NewVar("t", types.Default(t))}
		a.Lhs, values = append(a.Lhs, v), append(values, v)
	}
	before, a.Rhs = l.boxSides(a.Rhs, len(a.Lhs), func(i int) types.Type { return typeOf(a.Lhs[i]) }, a.Meta)
	if list = append(list, before...); len(before) > 0 {
		dropBlank(a)
	}
	if _, constant := a.Rhs[0].(*ast.Lit); constant && len(a.Rhs) == 1 && len(a.Lhs) == 1 {
		values[0] = a.Rhs[0]
	} else {
		list = append(list, a)
	}
	set := &ast.Assign{Meta: l.meta(s), Op: s.Tok} // of all at once, since one may be what another is found by
	for i, p := range places {
		if values[i] == nil {
			continue
		}
		place := others[i]
		if p != nil {
			list, place = append(list, p.present()), p.element()
		}
		set.Lhs, set.Rhs = append(set.Lhs, place), append(set.Rhs, values[i])
	}
	return append(list, set), true
}

// isMapElement reports whether x is an element of a map that carries a derivative.
func (l *lowerer) isMapElement(x goast.Expr) bool {
	e, ok := goast.Unparen(x).(*goast.IndexExpr)
	return ok && l.activeMap(e.X) != nil
}

// mapOK returns what v, ok = m[k] assigns, and what comes before it.
func (l *lowerer) mapOK(e *goast.IndexExpr) (list []ast.Stmt, v, ok ast.Expr) {
	t, _ := l.typeOf(e.X).Underlying().(*types.Map)
	list, m := l.held(l.expr(e.X), e.X)
	more, k := l.held(l.keyOf(e.Index, t), e.Index)
	v = &ast.Index{X: m, I: k, T: t.Elem()}
	if ast.Carries(t.Elem()) {
		v = l.mapAt(m, k, e.Pos())
	}
	return append(list, more...), v, ast.MapCall(ast.MapHas, types.Typ[types.Bool], m, k)
}

// deleteStmt lowers delete(m, k).
func (l *lowerer) deleteStmt(s *goast.ExprStmt, e *goast.CallExpr) []ast.Stmt {
	t, _ := l.typeOf(e.Args[0]).Underlying().(*types.Map)
	list, m := l.held(l.expr(e.Args[0]), e.Args[0])
	more, k := l.held(l.keyOf(e.Args[1], t), e.Args[1])
	list = append(list, more...)
	if ast.Carries(t.Elem()) {
		return append(list, mapPlace{m, k, t.Elem()}.remove(l.meta(s)))
	}
	return append(list, &ast.Do{Meta: l.meta(s), Call: ast.MapCall("delete", types.NewTuple(), m, k)})
}

// clearStmt lowers clear(x) of a slice or a map to a loop.
func (l *lowerer) clearStmt(s *goast.ExprStmt, e *goast.CallExpr) []ast.Stmt {
	list, x := l.held(l.expr(e.Args[0]), e.Args[0])
	if t, ok := x.Type().Underlying().(*types.Map); ok {
		k := &ast.Ref{Var: ast.NewVar("k", t.Key())}
		var gone ast.Stmt = &ast.Do{Meta: l.meta(s), Call: ast.MapCall("delete", types.NewTuple(), x, k)}
		if ast.Carries(t.Elem()) {
			gone = mapPlace{x, k, t.Elem()}.remove(l.meta(s))
		}
		return append(list, &ast.Range{Meta: l.meta(s), Value: k, Define: true, X: keysOf(x, t), Body: &ast.Block{Stmts: []ast.Stmt{gone}}})
	}
	elem := x.Type().Underlying().(*types.Slice).Elem()
	i := &ast.Ref{Var: ast.NewVar("i", types.Typ[types.Int])}
	set := &ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{&ast.Index{X: x, I: i, T: elem}}, Op: token.ASSIGN, Rhs: []ast.Expr{ast.Zero(elem)}}
	return append(list, &ast.Range{Meta: l.meta(s), Key: i, Define: true, X: x, Body: &ast.Block{Stmts: []ast.Stmt{set}}})
}

func keysOf(m ast.Expr, t *types.Map) ast.Expr {
	return ast.MapCall(ast.MapKeys, types.NewSlice(t.Key()), m)
}

// rangeMap lowers a range clause over a map, of which it takes the keys first. Where the loop may remove some, it asks for each whether
// it is still there.
func (l *lowerer) rangeMap(s *goast.RangeStmt, t *types.Map) []ast.Stmt {
	list, m := l.held(l.expr(s.X), s.X)
	if len(list) == 0 && !l.staysMap(s.X, s.Body) {
		list, m = l.inVar("m", m, s.X)
	}
	k := &ast.Ref{Var: ast.NewVar("k", t.Key())}
	n := &ast.Range{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}, Value: k, Define: true, X: keysOf(m, t)}
	var first []ast.Stmt
	if l.mayRemove(s.Body) {
		has := ast.MapCall(ast.MapHas, types.Typ[types.Bool], m, k)
		next := &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: token.CONTINUE}}}
		first = append(first, &ast.If{Cond: &ast.Unary{Op: token.NOT, X: has}, Then: next})
	}
	var key ast.Expr = k
	if id, ok := s.Key.(*goast.Ident); ok && s.Tok == token.DEFINE && id.Name != "_" {
		k.Var, key = l.declare(l.info.Defs[id]), nil
	}
	first = append(first, l.keyAndValue(s, key, &ast.Index{X: m, I: k, T: t.Elem()})...)
	n.Body = l.loopBody(s.Body)
	n.Body.Stmts = append(first, n.Body.Stmts...)
	return append(list, n)
}

// staysMap reports whether an expression, of which a map is taken before a loop, certainly is that map while the body of the loop runs.
func (l *lowerer) staysMap(x goast.Expr, body *goast.BlockStmt) bool {
	x = goast.Unparen(x)
	if id, ok := x.(*goast.Ident); ok {
		return !l.closures.changed[l.info.ObjectOf(id)]
	}
	stays := !l.mayRemove(body) // by a call
	goast.Inspect(body, func(n goast.Node) bool {
		if s, ok := n.(*goast.AssignStmt); ok {
			for _, x := range s.Lhs {
				stays = stays && !holdsMap(typeOfPlace(l.info, x))
			}
		}
		return stays
	})
	return stays
}

// holdsMap reports whether to assign to a place of type t may be to assign a map.
func holdsMap(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map, *types.Interface, *types.TypeParam:
		return true
	case *types.Array:
		return holdsMap(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if holdsMap(f.Type()) {
				return true
			}
		}
	}
	return false
}

// mayRemove reports whether a loop body may remove keys from a map: by delete or clear, or in a function that is given one.
func (l *lowerer) mayRemove(b *goast.BlockStmt) bool {
	found := false
	goast.Inspect(b, func(n goast.Node) bool {
		c, ok := n.(*goast.CallExpr)
		if !ok || l.info.Types[c.Fun].IsType() {
			return true
		}
		switch obj := l.info.Uses[calleeIdent(c)].(type) {
		case *types.Builtin:
			found = found || obj.Name() == "delete" || obj.Name() == "clear"
		case *types.Func:
			found = found || obj.Pkg() == nil || obj.Pkg().Path() != "math"
		default: // a variable, or a function without a name
			found = true
		}
		return !found
	})
	return found
}

// mapLiteral lowers the definition of a variable by a literal of a map that carries a derivative.
func (l *lowerer) mapLiteral(e *goast.CompositeLit, meta ast.Meta) ([]ast.Stmt, ast.Expr) {
	t := l.typeOf(e)
	m, _ := t.Underlying().(*types.Map)
	v := &ast.Ref{Var: ast.NewVar("m", t)}
	list := []ast.Stmt{&ast.Assign{Meta: meta, Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{&ast.Call{Fun: ast.Callee{Builtin: "make"}, T: t}}}}
	for _, x := range e.Elts {
		kv, _ := x.(*goast.KeyValueExpr)
		k, value := l.keyOf(kv.Key, m), l.box(l.expr(kv.Value), m.Elem(), x.Pos())
		set := &ast.Assign{Meta: meta, Lhs: []ast.Expr{&ast.Index{X: v, I: k, T: m.Elem()}}, Op: token.ASSIGN, Rhs: []ast.Expr{value}}
		list = append(list, &ast.Do{Meta: meta, Call: ast.MapCall(ast.MapInsert, types.NewTuple(), v, k, ast.Zero(m.Elem()))}, set)
	}
	return list, v
}

// literalValue returns the map literal that an expression is, if it carries a derivative, or nil.
func (l *lowerer) literalValue(x goast.Expr) *goast.CompositeLit {
	lit, ok := goast.Unparen(x).(*goast.CompositeLit)
	if !ok || l.activeMap(lit) == nil {
		return nil
	}
	return lit
}
