package derive

import (
	goast "go/ast"
	"go/types"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/transform"
)

// opened returns what a function with source, and what it calls, takes out of values of interfaces of which it is not known what they hold.
func (d *deriver) opened(fn *types.Func) transform.Opened {
	w := &openings{d: d, seen: map[*types.Func]bool{}}
	w.function(fn)
	return w.Opened
}

// openings look for what functions take out of interfaces.
type openings struct {
	transform.Opened
	d    *deriver
	seen map[*types.Func]bool
}

// function looks at a function. What a type parameter stands for is not known, but where the function is an instance.
func (w *openings) function(fn *types.Func) {
	of := w.d.instances.Origin(fn)
	if w.seen[of] {
		return
	}
	w.seen[of] = true
	pkg, _, decl := w.d.prog.Decl(of)
	if decl == nil || decl.Body == nil || pkg.NoBodies {
		w.without(fn)
		return
	}
	s := &ast.Subst{Context: w.d.instances.Context(), Args: map[*types.TypeParam]types.Type{}}
	if i := w.d.instances.Of(fn); i != nil {
		for k, p := range typeParams(of) {
			if k < len(i.Args) {
				s.Args[p] = i.Args[k]
			}
		}
	}
	goast.Inspect(decl.Body, func(n goast.Node) bool {
		w.node(n, pkg.Info, s)
		return true
	})
}

// typeParams returns the type parameters of a function or of its receiver.
func typeParams(fn *types.Func) []*types.TypeParam {
	list := fn.Signature().TypeParams()
	if list.Len() == 0 {
		list = fn.Signature().RecvTypeParams()
	}
	var params []*types.TypeParam
	for p := range list.TypeParams() {
		params = append(params, p)
	}
	return params
}

func (w *openings) node(n goast.Node, info *types.Info, s *ast.Subst) {
	switch n := n.(type) {
	case *goast.TypeAssertExpr:
		if n.Type != nil {
			w.taken(info.TypeOf(n.X), s.Type(info.TypeOf(n.Type)))
		}
	case *goast.TypeSwitchStmt:
		x := switched(n)
		for _, clause := range n.Body.List {
			clause, _ := clause.(*goast.CaseClause)
			for _, e := range clause.List {
				if !info.Types[e].IsNil() {
					w.taken(info.TypeOf(x), s.Type(info.TypeOf(e)))
				}
			}
		}
	case *goast.AssignStmt:
		for _, l := range n.Lhs {
			w.written(l, info, s)
		}
	case *goast.IncDecStmt:
		w.written(n.X, info, s)
	case *goast.CallExpr:
		w.call(n, info)
	}
}

// switched returns what a type switch asks for the type of.
func switched(n *goast.TypeSwitchStmt) goast.Expr {
	var x goast.Expr
	goast.Inspect(n.Assign, func(n goast.Node) bool {
		if a, ok := n.(*goast.TypeAssertExpr); ok && x == nil {
			x = a.X
		}
		return x == nil
	})
	return x
}

// taken notes that a value of type t is taken out of one of an interface.
func (w *openings) taken(from, t types.Type) {
	switch {
	case from == nil || t == nil || ast.Carries(from):
	case ast.IsTypeParam(t) && !ast.Carries(t):
		w.Types = append(w.Types, nil)
	case ast.Carries(t):
		w.Types = append(w.Types, t)
	}
}

// written notes that a place which is no variable is assigned to.
func (w *openings) written(l goast.Expr, info *types.Info, s *ast.Subst) {
	l = goast.Unparen(l)
	if _, variable := l.(*goast.Ident); variable {
		return
	}
	if t := info.TypeOf(l); t != nil && ast.Carries(s.Type(t)) {
		w.Writes = true
	}
}

// call looks at what is called. What memory goes into may write it.
func (w *openings) call(c *goast.CallExpr, info *types.Info) {
	fun := goast.Unparen(c.Fun)
	switch i := fun.(type) {
	case *goast.IndexExpr:
		fun = i.X
	case *goast.IndexListExpr:
		fun = i.X
	}
	var obj types.Object
	switch f := fun.(type) {
	case *goast.Ident:
		obj = info.Uses[f]
	case *goast.SelectorExpr:
		obj = info.Uses[f.Sel]
	}
	switch obj := obj.(type) {
	case *types.Func:
		w.function(obj)
		return
	case *types.Builtin:
		w.Writes = w.Writes || obj.Name() == "copy" || obj.Name() == "append" || obj.Name() == "clear"
		return
	case *types.TypeName:
		return
	}
	for _, x := range c.Args {
		if t := info.TypeOf(x); t != nil && ast.Carries(t) && ast.ShapeOf(t) != ast.ValueLike {
			w.Writes = true // by a function that is a value
		}
	}
}

// without notes what a function without source may do.
func (w *openings) without(fn *types.Func) {
	if transform.Reflects(fn) {
		w.Types, w.Writes = append(w.Types, nil), true
	}
}
