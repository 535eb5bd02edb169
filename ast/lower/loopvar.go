package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
)

// SharedVariable returns a variable of a loop of which it matters whether all iterations share it, as they did before Go 1.22: a function
// literal uses it, or something takes its address. It returns nil if there is none.
func SharedVariable(body *goast.BlockStmt, info *types.Info) types.Object {
	var found types.Object
	goast.Inspect(body, func(n goast.Node) bool {
		var header []goast.Node
		var list []goast.Expr
		switch n := n.(type) {
		case *goast.RangeStmt:
			if n.Tok == token.DEFINE {
				list, header = []goast.Expr{n.Key, n.Value}, []goast.Node{n.Body}
			}
		case *goast.ForStmt:
			if init, ok := n.Init.(*goast.AssignStmt); ok && init.Tok == token.DEFINE {
				list, header = init.Lhs, []goast.Node{n.Cond, n.Post, n.Body}
			}
		}
		for _, x := range list {
			id, ok := x.(*goast.Ident)
			for _, m := range header {
				if ok && m != nil && found == nil && info.Defs[id] != nil && outlives(m, info.Defs[id], info) {
					found = info.Defs[id]
				}
			}
		}
		return found == nil
	})
	return found
}

// outlives reports whether something below n may keep a variable for longer than an iteration.
func outlives(n goast.Node, obj types.Object, info *types.Info) bool {
	found := false
	is := func(x goast.Expr) bool { return rootVar(x, info) == obj }
	goast.Inspect(n, func(n goast.Node) bool {
		switch n := n.(type) {
		case *goast.FuncLit:
			goast.Inspect(n.Body, func(n goast.Node) bool {
				id, ok := n.(*goast.Ident)
				found = found || ok && info.Uses[id] == obj
				return !found
			})
		case *goast.UnaryExpr:
			found = found || n.Op == token.AND && is(n.X)
		case *goast.SliceExpr:
			_, isArray := info.TypeOf(n.X).Underlying().(*types.Array)
			found = found || isArray && is(n.X)
		case *goast.SelectorExpr: // of a method, which may have a pointer to it
			sel := info.Selections[n]
			if sel != nil && sel.Kind() == types.MethodVal {
				_, pointer := sel.Obj().(*types.Func).Signature().Recv().Type().Underlying().(*types.Pointer)
				_, given := info.TypeOf(n.X).Underlying().(*types.Pointer)
				found = found || pointer && !given && is(n.X)
			}
		}
		return !found
	})
	return found
}
