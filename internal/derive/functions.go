package derive

import (
	"cmp"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast/lower"
)

// functionVar returns the value that a variable of a package is declared with if that is a function, or a table of functions, which it always
// is: other packages cannot name it, no build declares it otherwise, and nothing in the package assigns to it.
func (d *deriver) functionVar(pkg *lower.Package, v *types.Var) goast.Expr {
	if v.Pkg() != pkg.Types || v.Parent() != pkg.Types.Scope() || v.Exported() {
		return nil
	}
	file, _, value := declarationOf(pkg, v)
	if value == nil || file.Test() || file.Constraint != "" || d.prog.Mentions(pkg, v.Name(), true) {
		return nil
	}
	table := !isFunction(v.Type())
	for _, around := range d.usesIn(pkg)[v] {
		if !keepsFunctions(pkg.Info, around, table) {
			return nil
		}
	}
	if !d.testsKeep(pkg, v, table) {
		return nil
	}
	return value
}

// testsKeep reports whether the test files of a package leave a variable with functions as it is.
func (d *deriver) testsKeep(pkg *lower.Package, v *types.Var, table bool) bool {
	for _, tests := range d.prog.Sources() {
		if tests.ForTest != cmp.Or(pkg.ForTest, pkg.Path) || tests.Types.Name() != pkg.Types.Name() {
			continue
		}
		for _, file := range tests.Files {
			if !file.Test() {
				continue
			}
			keeps := true
			eachUse(tests, file, func(w *types.Var, around []goast.Node) {
				keeps = keeps && (w != tests.Types.Scope().Lookup(v.Name()) || keepsFunctions(tests.Info, around, table))
			})
			if !keeps {
				return false
			}
		}
	}
	return true
}

func isFunction(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// keepsFunctions reports whether a use of a variable leaves the function that it is as it is, or the functions of a table. Around are the
// name and the nodes around it, outwards.
func keepsFunctions(info *types.Info, around []goast.Node, table bool) bool {
	e := around[0].(goast.Expr)
	for _, n := range around[1:] {
		switch n := n.(type) {
		case *goast.ParenExpr:
			e = n
			continue
		case *goast.IndexExpr:
			if n.X == e && table {
				list, ok := info.TypeOf(n.X).Underlying().(interface{ Elem() types.Type })
				if e, table = n, false; !ok || !isFunction(list.Elem()) {
					return false // a struct with functions
				}
				continue
			}
		case *goast.AssignStmt:
			return !table && !slices.Contains(n.Lhs, e)
		case *goast.UnaryExpr:
			return n.Op != token.AND
		case *goast.RangeStmt:
			return n.X == e && n.Key != e && n.Value != e
		case *goast.CallExpr:
			id, _ := goast.Unparen(n.Fun).(*goast.Ident)
			length, ok := info.Uses[id].(*types.Builtin)
			return !table || ok && length.Name() == "len"
		}
		break
	}
	return !table
}
