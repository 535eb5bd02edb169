package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Types that are declared in functions.
//
// A derivative cannot name them: it has what they are declared as in their place. That is as good but where a type itself is asked for, since
// two of them that are declared as the same are not the same.

// localTypes looks for what takes the type of such a value for more than what it is declared as: an interface comes to hold it, or is asked
// for it.
type localTypes struct {
	info    *types.Info
	report  func(token.Pos, string)
	results []*types.Signature // of the functions around
}

// checkLocalTypes reports such places in a function. Functions of the standard library, but for those of contexts, do not ask.
func checkLocalTypes(decl *goast.FuncDecl, info *types.Info, report func(token.Pos, string)) {
	declares := false
	goast.Inspect(decl.Body, func(n goast.Node) bool {
		_, ok := n.(*goast.TypeSpec)
		declares = declares || ok
		return !declares
	})
	if !declares {
		return
	}
	obj, _ := info.Defs[decl.Name].(*types.Func)
	c := &localTypes{info: info, report: report, results: []*types.Signature{obj.Signature()}}
	c.within(decl.Body)
}

func (c *localTypes) within(n goast.Node) {
	goast.Inspect(n, func(n goast.Node) bool {
		if lit, ok := n.(*goast.FuncLit); ok {
			sig, _ := c.info.TypeOf(lit).(*types.Signature)
			c.results = append(c.results, sig)
			c.within(lit.Body)
			c.results = c.results[:len(c.results)-1]
			return false
		}
		c.node(n)
		return true
	})
}

func (c *localTypes) node(n goast.Node) {
	switch n := n.(type) {
	case *goast.TypeSpec:
		c.embedded(n)
	case *goast.CallExpr:
		c.call(n)
	case *goast.AssignStmt:
		for i, x := range n.Lhs {
			if len(n.Lhs) == len(n.Rhs) && n.Tok == token.ASSIGN {
				c.put(n.Rhs[i], c.info.TypeOf(x))
			}
		}
	case *goast.ValueSpec:
		for i, x := range n.Values {
			if len(n.Values) == len(n.Names) {
				c.put(x, c.info.TypeOf(n.Names[i]))
			}
		}
	case *goast.ReturnStmt:
		results := c.results[len(c.results)-1].Results()
		for i, x := range n.Results {
			if len(n.Results) == results.Len() {
				c.put(x, results.At(i).Type())
			}
		}
	case *goast.CompositeLit:
		c.literal(n)
	case *goast.IndexExpr:
		if m, ok := typeUnder[*types.Map](c.info.TypeOf(n.X)); ok {
			c.put(n.Index, m.Key())
		}
	case *goast.BinaryExpr:
		c.put(n.X, c.info.TypeOf(n.Y))
		c.put(n.Y, c.info.TypeOf(n.X))
	case *goast.SwitchStmt:
		for _, s := range n.Body.List {
			for _, x := range s.(*goast.CaseClause).List {
				if n.Tag != nil {
					c.put(x, c.info.TypeOf(n.Tag))
				}
			}
		}
	case *goast.TypeAssertExpr:
		if n.Type != nil {
			c.asks(n.Type)
		}
	case *goast.TypeSwitchStmt:
		for _, s := range n.Body.List {
			for _, x := range s.(*goast.CaseClause).List {
				c.asks(x)
			}
		}
	}
}

// embedded reports a struct that embeds a pointer to such a type: what stands for it has no name that a field could have.
func (c *localTypes) embedded(spec *goast.TypeSpec) {
	st, ok := spec.Type.(*goast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		if p, ok := f.Type.(*goast.StarExpr); ok && len(f.Names) == 0 {
			if name := localName(c.info.TypeOf(p.X)); name != "" {
				c.report(f.Pos(), fmt.Sprintf("a pointer to %s is embedded here, which is declared in a function: a derivative cannot name it; declare it outside", name))
			}
		}
	}
}

func (c *localTypes) call(n *goast.CallExpr) {
	if tv := c.info.Types[n.Fun]; tv.IsType() {
		c.put(n.Args[0], tv.Type)
		return
	} else if tv.IsBuiltin() {
		if id, ok := goast.Unparen(n.Fun).(*goast.Ident); ok && id.Name == "panic" {
			c.put(n.Args[0], types.Universe.Lookup("any").Type())
		}
		return
	}
	if id := calleeIdent(n); id != nil {
		if fn, ok := c.info.Uses[id].(*types.Func); ok && fn.Pkg() != nil && isStandard(fn.Pkg().Path()) && fn.Pkg().Path() != "context" {
			return
		}
	}
	sig, ok := typeUnder[*types.Signature](c.info.TypeOf(n.Fun))
	if !ok {
		return
	}
	for i, x := range n.Args {
		last := sig.Params().Len() - 1
		switch {
		case i < last || i == last && (!sig.Variadic() || n.Ellipsis.IsValid()):
			c.put(x, sig.Params().At(i).Type())
		case sig.Variadic():
			s, _ := typeUnder[*types.Slice](sig.Params().At(last).Type())
			c.put(x, s.Elem())
		}
	}
}

// isStandard reports whether the path of a package is one of the standard library's: its first element has no dot.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && Standard(path)
}

func (c *localTypes) literal(n *goast.CompositeLit) {
	t := c.info.TypeOf(n)
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	for i, x := range n.Elts {
		kv, keyed := x.(*goast.KeyValueExpr)
		if keyed {
			x = kv.Value
		}
		switch u := t.Underlying().(type) {
		case *types.Struct:
			if keyed {
				c.put(x, c.info.TypeOf(kv.Key))
			} else {
				c.put(x, u.Field(i).Type())
			}
		case *types.Map:
			c.put(kv.Key, u.Key())
			c.put(x, u.Elem())
		case *types.Slice:
			c.put(x, u.Elem())
		case *types.Array:
			c.put(x, u.Elem())
		}
	}
}

// put reports a value of such a type where an interface is to hold it, or is compared with it.
func (c *localTypes) put(x goast.Expr, t types.Type) {
	from := c.info.TypeOf(x)
	if t == nil || from == nil || !ast.IsInterface(t) || ast.IsInterface(from) {
		return
	}
	if name := localName(from); name != "" {
		c.report(x.Pos(), fmt.Sprintf("an interface has a value here with the type %s in its own, which is declared in a function: a derivative cannot name it; declare it outside", name))
	}
}

// asks reports such a type where an interface is asked for it.
func (c *localTypes) asks(x goast.Expr) {
	t := c.info.TypeOf(x)
	if t == nil || ast.IsInterface(t) {
		return
	}
	if name := localName(t); name != "" {
		c.report(x.Pos(), fmt.Sprintf("an interface is asked for the type %s, which is declared in a function: a derivative cannot name it; declare it outside", name))
	}
}

// localName returns the name of a type in t that is declared in a function, or "".
func localName(t types.Type) string {
	name := ""
	ast.EachTypeName(t, func(obj *types.TypeName) {
		if _, param := obj.Type().(*types.TypeParam); ast.IsLocal(obj) && !param && name == "" {
			name = obj.Name()
		}
	})
	return name
}

// typeUnder returns the underlying type of t, if that is a U.
func typeUnder[U types.Type](t types.Type) (u U, ok bool) {
	if t == nil {
		return u, false
	}
	u, ok = t.Underlying().(U)
	return u, ok
}
