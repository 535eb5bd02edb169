package derive

import (
	goast "go/ast"
	"go/types"

	"github.com/godiff/godiff/ast/lower"
)

// A naming follows names of functions from one function to the next.
type naming struct {
	prog  *lower.Program
	seen  map[*types.Func]bool
	enter func(*types.Func) bool // is told of each function once, and says whether to go on with those that its body names
}

// visit visits a function and those that it names, itself or by way of others.
func (n *naming) visit(fn *types.Func) {
	fn = fn.Origin()
	if n.seen[fn] {
		return
	}
	n.seen[fn] = true
	if !n.enter(fn) {
		return
	}
	if pkg, _, decl := n.prog.Decl(fn); decl != nil && decl.Body != nil {
		n.within(pkg, decl.Body)
	}
}

// within visits the functions that are named in a part of a package.
func (n *naming) within(pkg *lower.Package, part goast.Node) {
	goast.Inspect(part, func(node goast.Node) bool {
		if id, ok := node.(*goast.Ident); ok {
			if fn, ok := pkg.Info.Uses[id].(*types.Func); ok {
				n.visit(fn)
			}
		}
		return true
	})
}
