package randprog

import (
	"go/ast"
	"go/token"
	"go/types"
)

// alias notes what form of alias n makes: how a second name for some memory comes about.
func (c *counter) alias(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, x := range n.Rhs {
			if len(n.Lhs) == len(n.Rhs) {
				c.named(n.Lhs[i], x)
			}
		}
		c.captures(n)
	case *ast.ValueSpec:
		for i, x := range n.Values {
			c.named(n.Names[i], x)
		}
	case *ast.SliceExpr:
		c.sliced(n)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			c.address(n.X)
		}
	case *ast.RangeStmt:
		if n.Value != nil && c.isSlice(n.Value) {
			c.note("alias row")
		}
	case *ast.CallExpr:
		c.call(n)
	case *ast.SelectorExpr:
		c.selected(n)
	case *ast.CompositeLit:
		if t, ok := n.Type.(*ast.ArrayType); ok && t.Len == nil {
			if _, ok := t.Elt.(*ast.StarExpr); ok {
				c.note("alias pointers")
			}
		}
	}
}

func (c *counter) isSlice(e ast.Expr) bool { return c.under(e) == "slice" }

// isPlace reports whether e denotes a variable or a part of one.
func isPlace(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr:
		return true
	}
	return false
}

// named notes what giving x to a variable makes of it.
func (c *counter) named(to, x ast.Expr) {
	if !isPlace(x) {
		if c.under(to) == "interface" && c.under(x) == "pointer" {
			c.note("alias interface")
		}
		return
	}
	switch c.under(x) {
	case "slice":
		if _, row := x.(*ast.IndexExpr); row {
			c.note("alias row")
		} else {
			c.note("alias two-names")
		}
	case "pointer":
		c.note("alias two-pointers")
	case "map":
		c.note("alias map")
	case "struct":
		c.note("alias struct-copy")
	}
}

func (c *counter) sliced(e *ast.SliceExpr) {
	switch {
	case e.Slice3:
		c.note("alias subslice-max")
	case c.under(e.X) == "array":
		c.note("alias of-array")
	default:
		c.note("alias subslice")
	}
}

// address notes what &x is.
func (c *counter) address(x ast.Expr) {
	switch x.(type) {
	case *ast.CompositeLit:
		c.note("alias pointer-to-literal")
	case *ast.Ident:
		c.note("alias pointer-to-variable")
	case *ast.IndexExpr:
		c.note("alias pointer-to-element")
	case *ast.SelectorExpr:
		c.note("alias pointer-to-field")
	}
	if c.under(x) == "array" {
		c.note("alias pointer-to-array")
	}
}

// call notes what a call gives another name.
func (c *counter) call(e *ast.CallExpr) {
	if tv, ok := c.info.Types[e.Fun]; ok && tv.IsType() {
		if len(e.Args) == 1 && c.isSlice(e.Fun) && c.isSlice(e.Args[0]) {
			c.note("alias conversion")
		}
		return
	}
	id, ok := e.Fun.(*ast.Ident)
	if e.Ellipsis.IsValid() && (!ok || id.Name != "append") {
		c.note("alias variadic")
	}
	if !ok {
		return
	}
	switch obj := c.info.Uses[id].(type) {
	case *types.Builtin:
		c.builtin(obj.Name(), e)
	case *types.Func:
		if c.parts[obj.Name()] {
			switch c.under(e) {
			case "slice":
				c.note("alias part-of-argument")
			case "pointer":
				c.note("alias pointer-result")
			}
		}
	}
}

func (c *counter) builtin(name string, e *ast.CallExpr) {
	switch name {
	case "copy":
		c.note("alias copy")
	case "append":
		if _, part := e.Args[0].(*ast.SliceExpr); part {
			c.note("alias append-spare")
		} else if isPlace(e.Args[0]) {
			c.note("alias append-in-place")
		}
	}
}

// selected notes method values and promoted fields.
func (c *counter) selected(e *ast.SelectorExpr) {
	s := c.info.Selections[e]
	if s == nil {
		return
	}
	call, _ := c.stack[len(c.stack)-1].(*ast.CallExpr)
	if s.Kind() != types.FieldVal && (call == nil || call.Fun != e) {
		c.note("alias method-value")
	}
	if len(s.Index()) > 1 {
		c.note("alias embedded")
	}
}

// captures notes a function literal that assigns to a variable around it.
func (c *counter) captures(s *ast.AssignStmt) {
	i := len(c.stack) - 1
	for ; i >= 0; i-- {
		if _, ok := c.stack[i].(*ast.FuncLit); ok {
			break
		}
	}
	if i < 0 || s.Tok == token.DEFINE {
		return
	}
	for _, x := range s.Lhs {
		if id, ok := x.(*ast.Ident); ok {
			if obj := c.info.Uses[id]; obj != nil && obj.Pos() < c.stack[i].Pos() {
				c.note("alias captured")
			}
		}
	}
}

// returnsPart reports whether a function returns a slice or pointer that it is given, or a part of what it leads to.
func returnsPart(f *ast.FuncDecl) bool {
	params := map[string]bool{}
	for _, p := range f.Type.Params.List {
		for _, n := range p.Names {
			params[n.Name] = true
		}
	}
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		r, ok := n.(*ast.ReturnStmt)
		if !ok || len(r.Results) != 1 {
			return true
		}
		x := r.Results[0]
		if s, ok := x.(*ast.SliceExpr); ok {
			x = s.X
		}
		id, ok := x.(*ast.Ident)
		found = found || ok && params[id.Name]
		return true
	})
	return found
}
