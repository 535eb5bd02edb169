package lower

import (
	goast "go/ast"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Functions of the standard library that take an interface have bodies in the library that are generic: what is given has a type, and
// that is their type argument.
//
//	func Sort(data sort.Interface)      func SortSort[T sort.Interface](data T)

// wider returns the instance of such a body for the call of a function with arguments, and the arguments of that. What reverses an order
// is a part of its name: sort.Sort(sort.Reverse(x)) is a call of one of x.
func (l *lowerer) wider(fn *types.Func, args []goast.Expr) (*types.Func, []goast.Expr, bool) {
	if l.src.Body == nil || len(args) == 0 || typeParams(fn).Len() > 0 || fn.Signature().Params().Len() == 0 || !types.IsInterface(fn.Signature().Params().At(0).Type()) {
		return nil, nil, false
	}
	name := fn.FullName()
	if call, ok := goast.Unparen(args[0]).(*goast.CallExpr); ok && len(call.Args) == 1 {
		if id := calleeIdent(call); id != nil {
			if of, ok := l.info.Uses[id].(*types.Func); ok && l.src.Body(name+"("+of.FullName()+")") != nil {
				name, args = name+"("+of.FullName()+")", append([]goast.Expr{call.Args[0]}, args[1:]...)
			}
		}
	}
	body := l.src.Body(name)
	if body == nil || typeParams(body).Len() == 0 {
		return nil, nil, false
	}
	t := l.typeOf(args[0])
	list := []types.Type{t}
	if typeParams(body).Len() > 1 {
		s, ok := t.Underlying().(*types.Slice)
		if !ok {
			return nil, nil, false
		}
		list = append(list, s.Elem())
	} else if types.IsInterface(t) || ast.IsBoxed(t) || !ast.Carries(t) {
		return nil, nil, false
	}
	return l.src.Instances.instance(body, list), args, true
}
