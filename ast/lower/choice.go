package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Variables that are one of several functions.
//
// A variable that functions are assigned to becomes a number that says which of them it is, and a call of it a call of a function that asks
// for that:
//
//	f := math.Sin                                 f := 1
//	if k > 0 {                                    if k > 0 {
//		f = func(x float64) float64 {                     f = 2
//			return k * x                          }
//		}                                         return areaF(f, k, x)
//	}
//	return f(x)                                   func areaF(f int, k, x float64) float64 {
//	                                                  if f == 1 { return math.Sin(x) }
//	                                                  return areaLiteral(k, x)
//	                                              }
//
// Wherever the variable is used, what the literals capture must be there.

// A choice is a variable that is one of several functions.
type choice struct {
	tag    *types.Var // the number of the function, from 1; that of nil is 0
	list   []*fnValue
	isNil  bool               // it may be nil
	number map[goast.Expr]int // of what is assigned
	value  *fnValue           // what asks for the tag; it is the first that is bound
}

// choose makes a choice of a variable that has more values than one, if all of them can be told, and notes it. Given is what it is at first, of
// a parameter.
func (l *lowerer) choose(obj types.Object, given *fnValue) *choice {
	if !l.closures.unknown[obj] || l.closures.wild[obj] {
		return nil
	}
	sig := l.subst.Signature(obj.Type().Underlying().(*types.Signature))
	if sig.Variadic() || takesFunc(sig) {
		return nil
	}
	c := &choice{number: map[goast.Expr]int{}}
	if given != nil {
		c.add(given)
	}
	for _, e := range l.closures.values[obj] {
		if !l.isAlternative(e, obj) {
			return nil
		}
		v := l.value(e)
		if v == nil {
			return nil
		}
		c.number[e] = c.add(v)
	}
	if slices.ContainsFunc(c.list, func(v *fnValue) bool {
		return slices.ContainsFunc(v.bound, func(b boundVar) bool { return b.expr != nil })
	}) {
		return nil
	}
	c.tag = types.NewVar(obj.Pos(), l.src.Pkg, obj.Name(), types.Typ[types.Int])
	l.vars[c.tag] = ast.NewVar(obj.Name(), types.Typ[types.Int])
	l.closures.shared[c.tag], l.closures.changed[c.tag] = l.closures.shared[obj], true
	c.value = l.chooser(c, plainName(l.fn)+"."+obj.Name(), sig)
	l.choices[obj] = c
	return c
}

// takesFunc reports whether a function takes or returns functions, or what holds some.
func takesFunc(sig *types.Signature) bool {
	for _, list := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range list.Variables() {
			if isFunc(v) || len(funcFields(v.Type())) > 0 {
				return true
			}
		}
	}
	return false
}

// add adds a function, if it is not there yet, and returns its number.
func (c *choice) add(v *fnValue) int {
	if v.fn == nil {
		c.isNil = true
		return 0
	}
	c.isNil = c.isNil || v.isNil
	i := slices.IndexFunc(c.list, func(w *fnValue) bool { return sameFunc(v, w) })
	if i < 0 {
		i = len(c.list)
		c.list = append(c.list, v)
	}
	return i + 1
}

// isAlternative reports whether what is assigned to a variable is a function that can be told, and what it captures is there wherever the
// variable is used.
func (l *lowerer) isAlternative(e goast.Expr, obj types.Object) bool {
	there := func(x types.Object) bool {
		return x != obj && l.choice(x) == nil && x.Parent() != nil && !slices.ContainsFunc(l.closures.uses[obj], func(use token.Pos) bool {
			return use < x.Pos() || !x.Parent().Contains(use)
		})
	}
	switch e := goast.Unparen(e).(type) {
	case *goast.FuncLit:
		ok := true
		l.eachFree(e, func(x *types.Var, _ token.Pos) []*goast.FuncLit {
			ok = ok && there(x) && !l.isOf(x, obj)
			return nil
		})
		return ok
	case *goast.Ident:
		switch x := l.info.Uses[e].(type) {
		case *types.Nil, *types.Func:
			return true
		case *types.Var:
			if lit, ok := goast.Unparen(l.closures.defs[x]).(*goast.FuncLit); ok && !l.closures.unknown[x] {
				return l.isAlternative(lit, obj)
			}
			return there(x) && l.known(x, e.Pos()) != nil
		}
	case *goast.IndexExpr, *goast.IndexListExpr:
		id := calleeIdent(&goast.CallExpr{Fun: e})
		if id == nil {
			return false
		}
		_, ok := l.info.Uses[id].(*types.Func)
		return ok
	case *goast.SelectorExpr:
		if sel := l.info.Selections[e]; sel != nil {
			return sel.Kind() == types.MethodExpr && len(sel.Index()) == 1
		}
		_, ok := l.info.Uses[e.Sel].(*types.Func)
		return ok
	case *goast.CallExpr:
		return l.info.Types[e.Fun].IsType() && l.isAlternative(e.Args[0], obj)
	}
	return false
}

// isOf reports whether a variable is defined by the function that another one is at the time.
func (l *lowerer) isOf(x, obj types.Object) bool {
	id, ok := goast.Unparen(l.closures.defs[x]).(*goast.Ident)
	return ok && (l.info.Uses[id] == obj || l.isOf(l.info.Uses[id], obj))
}

// choice returns the choice that a variable is, or nil.
func (l *lowerer) choice(obj types.Object) *choice {
	for o := l; o != nil; o = o.outer {
		if c := o.choices[obj]; c != nil {
			return c
		}
	}
	return nil
}

// isChoice reports whether an expression is a variable that is one of several functions.
func (l *lowerer) isChoice(x goast.Expr) bool {
	id, ok := goast.Unparen(x).(*goast.Ident)
	return ok && l.choice(l.info.Uses[id]) != nil
}

// snapshot returns a function as it is now: one of several, which may be another later, by its number.
func (l *lowerer) snapshot(v *fnValue) *fnValue {
	if v == nil || !v.chosen {
		return v
	}
	w := v.clone()
	w.bound[0] = boundVar{expr: l.boundArg(v.bound[0]), typ: v.bound[0].typ, name: v.bound[0].name}
	return w
}

// setChoice assigns a number to a choice: zero for one of several functions that is nil.
func (l *lowerer) setChoice(c *choice, which int, op token.Token, meta ast.Meta) []ast.Stmt {
	set := func(which int, op token.Token) ast.Stmt {
		return &ast.Assign{Meta: meta, Lhs: []ast.Expr{l.boundArg(c.value.bound[0])}, Op: op, Rhs: []ast.Expr{number(which)}}
	}
	list := []ast.Stmt{set(which, op)}
	if which > 0 && c.list[which-1].isNil {
		cond := isNumber(l.boundArg(c.list[which-1].bound[0]), token.EQL, 0)
		list = append(list, &ast.If{Meta: ast.Meta{Pos: meta.Pos}, Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{set(0, token.ASSIGN)}}})
	}
	return list
}

// assignChoice lowers the assignment of a function to a variable that has more values than one, alone or among others.
func (l *lowerer) assignChoice(x goast.Expr, obj types.Object, e goast.Expr, among bool, meta ast.Meta) []ast.Stmt {
	id, _ := goast.Unparen(x).(*goast.Ident)
	c, op := l.choice(obj), token.ASSIGN
	if l.info.Defs[id] == obj {
		c, op = l.choose(obj, nil), token.DEFINE
	}
	if c == nil {
		return nil // a use of it is refused
	}
	if among && op == token.ASSIGN {
		l.report(x.Pos(), fmt.Sprintf("%s is one of several functions: assign to it in a statement of its own", id.Name))
	}
	which, known := c.number[e]
	if !known {
		panic(fmt.Sprintf("lower: %s is assigned a function that was not looked for", id.Name))
	}
	return l.setChoice(c, which, op, meta)
}

// declaredChoices declares those of variables without values that are one of several functions.
func (l *lowerer) declaredChoices(names []goast.Expr, meta ast.Meta) []ast.Stmt {
	var list []ast.Stmt
	for _, name := range names {
		id, _ := name.(*goast.Ident)
		if obj := l.info.Defs[id]; isFunc(obj) {
			if c := l.choose(obj, &fnValue{}); c != nil {
				list = append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{l.vars[c.tag]}, Typed: true})
			}
		}
	}
	return list
}

// givenChoice declares the number of a parameter that is given a function and is one of several later.
func (l *lowerer) givenChoice(p *types.Var, given *fnValue, pos token.Pos) []ast.Stmt {
	c := l.choose(p, given)
	if c == nil {
		return nil
	}
	return l.setChoice(c, c.add(given), token.DEFINE, ast.Meta{Pos: pos})
}

// chooser returns the function that calls that of a choice whose number its first argument is.
func (l *lowerer) chooser(c *choice, name string, sig *types.Signature) *fnValue {
	v := &fnValue{chosen: true, isNil: c.isNil, bound: []boundVar{{obj: c.tag, typ: types.Typ[types.Int], name: c.tag.Name()}}}
	key := "choice " + name
	for _, f := range c.list {
		key += fmt.Sprintf(" %p", f.fn)
		for _, b := range f.bound {
			i := v.indexOf(b)
			if i < 0 {
				i = len(v.bound)
				v.bound = append(v.bound, b)
			}
			key += fmt.Sprint(".", i)
		}
	}
	var params []*types.Var
	for _, b := range v.bound {
		key += " " + l.src.Instances.key(b.typ)
		params = append(params, types.NewParam(token.NoPos, l.src.Pkg, b.name, b.typ))
	}
	for i := range sig.Params().Len() {
		params = append(params, types.NewParam(token.NoPos, l.src.Pkg, c.paramName(sig, i), sig.Params().At(i).Type()))
	}
	of := l.fn
	v.fn = l.src.Instances.ours(key, l.src.Pkg, name, types.NewTuple(params...), sig.Results(), func(t *Instances, fn *types.Func) *ast.Func {
		return c.body(t, fn, len(v.bound), fmt.Sprintf("whichever function %s of [%s] is", c.tag.Name(), linkName(of)))
	})
	inst := l.src.Instances.byFn[v.fn]
	inst.chosen = nil
	for _, f := range c.list {
		inst.chosen = append(inst.chosen, binding{value: f})
	}
	inst.depth = l.src.Instances.depthOf(v.fn, inst.chosen)
	return v
}

// paramName returns what the i-th parameter is called by the type of the variable, or by the first function that has a name for it.
func (c *choice) paramName(sig *types.Signature, i int) string {
	names := []string{sig.Params().At(i).Name()}
	for _, v := range c.list {
		if list := v.fn.Signature().Params(); list.Len() == len(v.bound)+sig.Params().Len() {
			names = append(names, list.At(len(v.bound)+i).Name())
		}
	}
	for _, name := range names {
		if name != "" && name != "_" {
			return name
		}
	}
	return fmt.Sprint("p", i)
}

// indexOf returns which of the first arguments of a function a variable is, or a negative number.
func (v *fnValue) indexOf(b boundVar) int {
	return slices.IndexFunc(v.bound, func(d boundVar) bool { return d.obj == b.obj && d.pointer == b.pointer })
}

// body is the body of a chooser, of whose parameters the first ones are bound.
func (c *choice) body(t *Instances, fn *types.Func, bound int, what string) *ast.Func {
	sig := fn.Signature()
	f := &ast.Func{Name: lowerName(fn.Name()), Obj: fn, Pkg: t.pkg, Pos: c.tag.Pos(), What: what, Body: &ast.Block{}, TypeParams: t.paramsOf(t.byFn[fn])}
	for p := range sig.Params().Variables() {
		f.Params = append(f.Params, ast.NewVar(p.Name(), p.Type()))
	}
	for r := range sig.Results().Variables() {
		f.Results = append(f.Results, ast.NewVar("", r.Type()))
	}
	tag, meta := &ast.Ref{Var: f.Params[0]}, ast.Meta{Pos: c.tag.Pos()}
	rest := &f.Body.Stmts
	for i, v := range c.list {
		call := &ast.Call{Fun: ast.Callee{Fn: v.fn, Method: v.method, TypeArgs: v.typeArgs, Explicit: v.explicit}, T: resultOf(sig)}
		for _, b := range v.bound {
			call.Args = append(call.Args, &ast.Ref{Var: f.Params[c.value.indexOf(b)]})
		}
		for _, p := range f.Params[bound:] {
			call.Args = append(call.Args, &ast.Ref{Var: p})
		}
		var s ast.Stmt = &ast.Do{Meta: meta, Call: call}
		if sig.Results().Len() > 0 {
			s = &ast.Return{Meta: meta, Results: []ast.Expr{call}}
		}
		if i == len(c.list)-1 && !c.isNil {
			*rest = append(*rest, s)
			return f
		}
		n := &ast.If{Meta: meta, Cond: isNumber(tag, token.EQL, i+1), Then: &ast.Block{Stmts: []ast.Stmt{s}}}
		*rest = append(*rest, n)
		if sig.Results().Len() == 0 {
			n.Else = &ast.Block{}
			rest = &n.Else.Stmts
		}
	}
	*rest = append(*rest, noDerivative(&ast.Name{Obj: types.Universe.Lookup("nil"), T: types.Universe.Lookup("any").Type()}))
	return f
}

// isNumber compares a tag with the number of a function.
func isNumber(tag ast.Expr, op token.Token, which int) ast.Expr {
	return &ast.Binary{Op: op, X: tag, Y: number(which), T: types.Typ[types.Bool]}
}
