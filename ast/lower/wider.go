package lower

import (
	"fmt"
	goast "go/ast"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Functions of the standard library that take an interface have bodies in the library that are generic: what is given has a type, and
// that is their type argument.
//
//	func Sort(data sort.Interface)      func SortSort[T sort.Interface](data T)

// wider makes c a call of such a body, if there is one for a function with arguments, and reports whether it did. What reverses an order is
// a part of the name: sort.Sort(sort.Reverse(x)) is a call of one function of x.
func (l *lowerer) wider(c *ast.Call, fn *types.Func, args []goast.Expr) bool {
	fn = l.src.Instances.Origin(fn)
	params := fn.Signature().Params()
	if l.src.Body == nil || len(args) == 0 || typeParams(fn).Len() > 0 || params.Len() == 0 || !types.IsInterface(params.At(0).Type()) {
		return false
	}
	name := fn.FullName()
	if with, x := l.composed(name, args[0]); x != nil {
		name, args = with, append([]goast.Expr{x}, args[1:]...)
	}
	body := l.src.Body(name)
	if body == nil {
		return false
	}
	t := l.typeOf(args[0])
	list := []types.Type{t}
	if typeParams(body).Len() > 1 {
		s, ok := t.Underlying().(*types.Slice)
		if !ok {
			l.report(args[0].Pos(), fmt.Sprintf("it cannot be told here what slice %s is given: give it the slice itself, not a value of type %s", name, l.typeString(t)))
			return true
		}
		list = append(list, s.Elem())
	} else if types.IsInterface(t) || !ast.Carries(t) && !ast.IsBoxed(t) {
		return false
	}
	c.Fun = ast.Callee{Fn: l.src.Instances.instance(body, list)}
	l.arguments(c, args)
	return true
}

// composed returns the name of the library for a function that is given what a call of another one returns, and the argument of that, or
// nil if there is none.
func (l *lowerer) composed(name string, arg goast.Expr) (string, goast.Expr) {
	call, ok := goast.Unparen(arg).(*goast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", nil
	}
	id := calleeIdent(call)
	if id == nil {
		return "", nil
	}
	of, ok := l.info.Uses[id].(*types.Func)
	if !ok {
		return "", nil
	}
	if name += "(" + of.FullName() + ")"; l.src.Body(name) == nil {
		return "", nil
	}
	return name, call.Args[0]
}
