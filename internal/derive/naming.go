package derive

import (
	goast "go/ast"
	"go/types"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
)

// A naming follows names of functions from one function to the next.
type naming struct {
	prog  *lower.Program
	seen  map[*types.Func]bool
	enter func(*types.Func) bool // is told of each function once, and says whether to go on with those that its body names

	dispatches bool // a method of an interface names those of all types that have the interface
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
	if recv := fn.Signature().Recv(); n.dispatches && recv != nil {
		if set, ok := recv.Type().Underlying().(*types.Interface); ok {
			n.dispatched(fn, set)
		}
	}
}

// dispatched visits the methods that a call of a method of an interface may come to, in packages with source. Of generic types it is enough
// that they have a method of that name.
func (n *naming) dispatched(fn *types.Func, set *types.Interface) {
	for _, pkg := range n.prog.Sources() {
		for _, obj := range ast.TypeNames(pkg.Types) {
			t, ok := obj.Type().(*types.Named)
			if !ok || types.IsInterface(t) || t.TypeParams().Len() == 0 && !types.Implements(types.NewPointer(t), set) {
				continue
			}
			m, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), true, pkg.Types, fn.Name())
			if m, ok := m.(*types.Func); ok {
				n.visit(m)
			}
		}
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

// rulesAmong returns the functions that rules among directives consist of, by what they are for.
func rulesAmong(list []*lower.Directive) map[*types.Func][]*types.Func {
	rules := map[*types.Func][]*types.Func{}
	for _, dir := range list {
		if dir.Of != nil {
			rules[dir.Of] = append(rules[dir.Of], dir.Fn)
		}
		if dir.Saving != nil {
			rules[dir.Of] = append(rules[dir.Of], dir.Saving)
		}
	}
	return rules
}
