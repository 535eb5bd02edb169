package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"github.com/godiff/godiff/ast"
)

// checkCalls refuses a derivative of a callee of another package that calls what that package does not export.
func (u *Unit) checkCalls(of, g *ast.Func) {
	if of.Pkg.Path() == u.Pkg.Path() {
		return
	}
	eachExpr(g.Body, func(_ ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && c.Fun.Fn.Pkg() != nil && c.Fun.Fn.Pkg() != u.Pkg {
			u.checkExported(of, of.Pos, c.Fun.Fn)
		}
	})
}

// nameOf is what a refusal calls a function that uses an object.
func (u *Unit) nameOf(f *ast.Func, obj types.Object) string {
	if f.Foreign && f.Pkg.Path() == u.Pkg.Path() {
		return fmt.Sprintf("what %s gets from package %s", f.Name, obj.Pkg().Name())
	}
	if in, _, literal := strings.Cut(f.Obj.Name(), "."); literal {
		return fmt.Sprintf("a function literal that %s gets from package %s", in, f.Pkg.Name())
	}
	return f.Obj.FullName()
}

// checkExported refuses a callee that uses an object of another package which that does not export.
func (u *Unit) checkExported(of *ast.Func, pos token.Pos, obj types.Object) {
	if fn, ok := obj.(*types.Func); ok && u.isLifted(fn) {
		return // the output holds it
	}
	if obj == nil || obj.Pkg() == nil || obj.Pkg() == u.Pkg {
		return
	}
	why := ""
	if v := u.hiddenVar(obj); v != nil && u.Value != nil {
		value, whyNot := u.Value(v)
		if value != nil {
			return // the output holds a copy
		}
		if whyNot != "" {
			why = " and which cannot be copied, since " + whyNot
		}
	}
	if isGlobal(obj) && !ast.Importable(obj.Pkg().Path(), u.Pkg.Path()) {
		refuse(pos, "%s cannot be differentiated from here: it uses %s of package %s, which is internal%s; give it a directive or a rule there", u.nameOf(of, obj), obj.Name(), obj.Pkg().Path(), why)
	}
	if !obj.Exported() {
		refuse(pos, "%s cannot be differentiated from here: it uses %s, which package %s does not export%s; give it a directive or a rule there", u.nameOf(of, obj), obj.Name(), obj.Pkg().Name(), why)
	}
}

// isGlobal reports whether an object is declared at the level of its package.
func isGlobal(obj types.Object) bool { return obj.Parent() == obj.Pkg().Scope() }

// checkVisible refuses a callee of another package, or one with parts of other packages, whose derivative, which is written into this one,
// would have to name what that package does not export.
func (u *Unit) checkVisible(f *ast.Func) {
	if f.Pkg.Path() == u.Pkg.Path() && !f.Foreign {
		return
	}
	see := func(obj types.Object) { u.checkExported(f, token.NoPos, obj) }
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
