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
	seeType := func(obj *types.TypeName) { see(obj) }
	for _, v := range f.Inputs() {
		ast.EachTypeName(v.Type, seeType)
	}
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			ast.EachTypeName(v.Type, seeType)
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
					ast.EachTypeName(e.T, seeType)
				case *ast.Composite:
					ast.EachTypeName(e.T, seeType)
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
