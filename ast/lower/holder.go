package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Structs that hold functions.
//
// A function in a field of a struct is known where the struct is a literal that a variable is defined by, or what a call returns that is lowered
// in its place, and all that is done with the variable is to select from it, to call its methods and to give it to functions, for which the
// same holds. The literal is lowered without its functions then.

// A fieldKey is a field of a variable.
type fieldKey struct {
	obj  types.Object
	name string
}

// funcFields returns the fields of a struct, or of what a pointer points to, that are functions.
func funcFields(t types.Type) []*types.Var {
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var list []*types.Var
	for f := range s.Fields() {
		if isFuncType(f.Type()) {
			list = append(list, f)
		}
	}
	return list
}

// holders notes the variables that hold structs with functions, in the body of a function.
func (c *closures) holders(body *goast.BlockStmt, info *types.Info) {
	holder := func(x goast.Expr) types.Object {
		id, ok := x.(*goast.Ident)
		if !ok {
			return nil
		}
		obj, ok := info.ObjectOf(id).(*types.Var)
		if !ok || obj.IsField() || len(funcFields(obj.Type())) == 0 {
			return nil
		}
		return obj
	}
	define := func(x, value goast.Expr) {
		obj, lit := holder(x), literalOf(value)
		call, isCall := goast.Unparen(value).(*goast.CallExpr)
		switch {
		case obj == nil:
		case c.literals[obj] != nil || c.built[obj] != nil:
			c.loose[obj] = true
		case lit != nil:
			c.literals[obj] = lit
		case isCall && !info.Types[call.Fun].IsType():
			c.built[obj] = call
		default:
			c.loose[obj] = true
		}
	}
	var stack []goast.Node
	goast.Inspect(body, func(n goast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		switch n := n.(type) {
		case *goast.AssignStmt:
			for i, x := range n.Lhs {
				if n.Tok == token.DEFINE {
					define(x, n.Rhs[min(i, len(n.Rhs)-1)])
				}
				if sel, ok := x.(*goast.SelectorExpr); ok && isFuncType(typeOfPlace(info, sel)) {
					if obj := holder(sel.X); obj != nil {
						c.loose[obj] = true
					}
				}
			}
		case *goast.ValueSpec:
			for i, x := range n.Names {
				if len(n.Values) > 0 {
					define(x, n.Values[min(i, len(n.Values)-1)])
				}
			}
		case *goast.Ident:
			obj := holder(n)
			if obj == nil || info.Uses[n] == nil || harmlessUse(n, stack, info) {
				break
			}
			if _, returned := stack[len(stack)-1].(*goast.ReturnStmt); returned {
				c.returned[obj] = true
			} else {
				c.loose[obj] = true
			}
		}
		stack = append(stack, n)
		return true
	})
}

// isLoose reports whether it is not known which functions the struct in a variable holds. One that is returned is known to the caller where the
// function is lowered in place of the call.
func (l *lowerer) isLoose(obj types.Object) bool {
	if l.closures.loose[obj] || !l.closures.returned[obj] {
		return l.closures.loose[obj]
	}
	for o := l; o != nil; o = o.outer {
		if o.builds {
			return false
		}
	}
	return true
}

// heldOf returns the functions that a returned struct holds, in the order of the fields, and whether they are known. The functions of a literal are
// left out where it is lowered then.
func (l *lowerer) heldOf(x goast.Expr) (list []heldField, ok bool) {
	for _, f := range funcFields(l.info.TypeOf(x)) {
		v := l.snapshot(l.inField(x, f.Name(), x.Pos()))
		if v == nil {
			return nil, false
		}
		list = append(list, heldField{f.Name(), v.clone()})
	}
	if lit := literalOf(x); lit != nil {
		l.passed[lit] = true
	}
	return list, true
}

// A heldField is a function in a field.
type heldField struct {
	name string
	fn   *fnValue
}

// literalOf returns the struct literal that an expression is, or is the address of, or nil.
func literalOf(x goast.Expr) *goast.CompositeLit {
	x = goast.Unparen(x)
	if u, ok := x.(*goast.UnaryExpr); ok && u.Op == token.AND {
		x = goast.Unparen(u.X)
	}
	lit, _ := x.(*goast.CompositeLit)
	return lit
}

// harmlessUse reports whether the use of a variable, below the nodes of a stack, leaves it known what functions it holds.
func harmlessUse(id *goast.Ident, stack []goast.Node, info *types.Info) bool {
	var below goast.Node = id
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *goast.ParenExpr:
		case *goast.UnaryExpr:
			if n.Op != token.AND || ast.Pointee(info.TypeOf(n.X)) != nil { // what it points to then may be another
				return false
			}
		case *goast.SelectorExpr:
			return n.X == below
		case *goast.CallExpr:
			return n.Fun != below && !info.Types[n.Fun].IsType()
		default:
			return false
		}
		below = stack[i]
	}
	return false
}

// inField returns the function in a field of what an expression is, or nil if that is not known.
func (l *lowerer) inField(x goast.Expr, name string, pos token.Pos) *fnValue {
	lit := literalOf(x)
	if lit == nil {
		x = goast.Unparen(x)
		if u, ok := x.(*goast.UnaryExpr); ok && u.Op == token.AND {
			x = goast.Unparen(u.X)
		}
		id, ok := x.(*goast.Ident)
		if !ok {
			return nil
		}
		obj := l.info.ObjectOf(id)
		if l.isLoose(obj) {
			return nil
		}
		if v := l.heldIn(obj, name); v != nil {
			return v
		}
		if lit = l.closures.literals[obj]; lit == nil || l.makes(fieldValue(l.info, lit, name)) {
			return nil
		}
	}
	value := fieldValue(l.info, lit, name)
	if value == nil {
		return &fnValue{}
	}
	if l.isMethodValue(value) {
		return nil // the receiver of a method value is evaluated where the literal is
	}
	return l.value(value)
}

// heldIn returns what a field of a variable is known to hold, or nil.
func (l *lowerer) heldIn(obj types.Object, name string) *fnValue {
	for o := l; o != nil; o = o.outer {
		if v := o.fields[fieldKey{obj, name}]; v != nil {
			return v
		}
	}
	return nil
}

// fieldValue returns what a struct literal gives a field, or nil.
func fieldValue(info *types.Info, lit *goast.CompositeLit, name string) goast.Expr {
	t, _ := info.TypeOf(lit).Underlying().(*types.Struct)
	if t == nil {
		return nil
	}
	for i, e := range lit.Elts {
		if kv, ok := e.(*goast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*goast.Ident); ok && key.Name == name {
				return kv.Value
			}
		} else if t.Field(i).Name() == name {
			return e
		}
	}
	return nil
}

// makes reports whether an expression calls a function for a function, or is one of several, which is another one at another time.
func (l *lowerer) makes(x goast.Expr) bool {
	if l.isChoice(x) {
		return true
	}
	c, ok := goast.Unparen(x).(*goast.CallExpr)
	return ok && !l.info.Types[c.Fun].IsType()
}

// isMethodValue reports whether an expression is a method with its receiver.
func (l *lowerer) isMethodValue(x goast.Expr) bool {
	sel, ok := goast.Unparen(x).(*goast.SelectorExpr)
	return ok && l.info.Selections[sel] != nil && l.info.Selections[sel].Kind() == types.MethodVal
}

// hold notes what the fields of a variable hold that is defined by a struct literal, where that is made there and then.
func (l *lowerer) hold(x, value goast.Expr, meta ast.Meta) (list []ast.Stmt) {
	id, ok := x.(*goast.Ident)
	if !ok {
		return nil
	}
	obj, lit := l.info.Defs[id], literalOf(value)
	if obj == nil || lit == nil || l.closures.literals[obj] != lit || l.isLoose(obj) {
		return nil
	}
	for _, f := range funcFields(l.info.TypeOf(lit)) {
		if x := fieldValue(l.info, lit, f.Name()); l.makes(x) || l.isMethodValue(x) {
			if v := l.snapshot(l.value(x)); v != nil {
				list = append(list, l.bind(v, meta)...)
				l.fields[fieldKey{obj, f.Name()}] = v
			}
		}
	}
	return list
}

// heldFunc returns the function that a field of a variable holds, or the literal that it is.
func (l *lowerer) heldFunc(obj types.Object, name string) (*fnValue, *goast.FuncLit) {
	if v := l.heldIn(obj, name); v != nil || l.closures.literals[obj] == nil || l.isLoose(obj) {
		return v, nil
	}
	switch x := goast.Unparen(fieldValue(l.info, l.closures.literals[obj], name)).(type) {
	case *goast.FuncLit:
		return nil, x
	case *goast.Ident:
		if v, ok := l.info.Uses[x].(*types.Var); ok && l.choice(v) == nil {
			return l.known(v, x.Pos()), nil
		}
	}
	return nil, nil
}

// heldBy returns the functions that an argument holds, as bindings of a parameter.
func (l *lowerer) heldBy(x goast.Expr, param int) (list []binding, args []ast.Expr) {
	for _, f := range funcFields(l.info.TypeOf(x)) {
		if v := l.inField(x, f.Name(), x.Pos()); v != nil {
			list = append(list, binding{param: param, field: f.Name(), value: v})
			args = append(args, l.boundArgs(v)...)
		}
	}
	return list, args
}

// keeps reports whether the functions in a literal are known wherever they are called, so that they can be left out.
func (l *lowerer) keeps(lit *goast.CompositeLit) bool {
	for obj, of := range l.closures.literals {
		if of == lit {
			return !l.isLoose(obj)
		}
	}
	return l.passed[lit]
}

// heldFuncs are the functions that a receiver holds.
type heldFuncs struct {
	list []binding
	args []ast.Expr
}
