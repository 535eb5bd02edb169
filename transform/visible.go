package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// checkVisible refuses a callee of another package whose derivative, which is written into this one, would have to name what
// that package does not export.
func (u *Unit) checkVisible(f *ast.Func) {
	if f.Pkg.Path() == u.Pkg.Path() {
		return
	}
	see := func(obj types.Object) {
		if obj != nil && obj.Pkg() != nil && obj.Pkg() != u.Pkg && !obj.Exported() {
			refuse(token.NoPos, "%s cannot be differentiated from here: it uses %s, which package %s does not export; give it a directive or a rule there", f.Obj.FullName(), obj.Name(), obj.Pkg().Name())
		}
	}
	for _, v := range f.Inputs() {
		eachNamed(v.Type, see)
	}
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			eachNamed(v.Type, see)
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				switch e := e.(type) {
				case *ast.Name:
					see(e.Obj)
				case *ast.Field:
					if !e.Implicit || !e.Field.Embedded() {
						see(e.Field)
					}
				case *ast.Convert:
					eachNamed(e.T, see)
				case *ast.Composite:
					eachNamed(e.T, see)
					for _, x := range e.Elems {
						if x.Field != nil {
							see(x.Field)
						}
					}
				case *ast.Call:
					if e.Fun.Fn != nil && u.Lower(e.Fun.Fn) == nil {
						see(e.Fun.Fn)
					}
				}
				return true
			})
		})
		return true
	})
}

// eachNamed calls f for every type name that writing t takes.
func eachNamed(t types.Type, f func(types.Object)) {
	switch t := t.(type) {
	case *types.Named:
		f(t.Obj())
	case *types.Alias:
		f(t.Obj())
	case *types.Pointer:
		eachNamed(t.Elem(), f)
	case *types.Slice:
		eachNamed(t.Elem(), f)
	case *types.Array:
		eachNamed(t.Elem(), f)
	case *types.Map:
		eachNamed(t.Key(), f)
		eachNamed(t.Elem(), f)
	}
}
