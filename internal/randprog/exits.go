package randprog

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Syntax returns the kinds of exits and the forms of aliases in a program.
func Syntax(p Program) map[string]bool {
	u, err := parse(p)
	if err != nil {
		return nil
	}
	c := &counter{kinds: map[string]bool{}, parts: map[string]bool{}, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	conf := types.Config{Importer: noImporter{}, Error: func(error) {}}
	conf.Check("p", u.fset, []*ast.File{u.file}, c.info)
	for _, d := range u.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			c.parts[f.Name.Name] = returnsPart(f)
		}
	}
	for _, d := range u.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			c.function(f)
		}
	}
	return c.kinds
}

// counter notes what occurs in a program.
type counter struct {
	kinds map[string]bool
	info  *types.Info
	parts map[string]bool // functions that return part of what they are given
	fn    *ast.FuncDecl
	stack []ast.Node // what is around the node at hand
}

func (c *counter) note(kind string) { c.kinds[kind] = true }

// function notes what occurs in a function.
func (c *counter) function(f *ast.FuncDecl) {
	c.fn = f
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if n == nil {
			c.stack = c.stack[:len(c.stack)-1]
			return true
		}
		c.exit(n)
		c.alias(n)
		c.stack = append(c.stack, n)
		return true
	})
}

// around returns the innermost node around the one at hand that satisfies ok, inside the function or literal that holds it.
func (c *counter) around(ok func(ast.Node) bool) ast.Node {
	for _, n := range slices.Backward(c.stack) {
		if ok(n) {
			return n
		}
		if _, literal := n.(*ast.FuncLit); literal {
			return nil
		}
	}
	return nil
}

func isLoop(n ast.Node) bool {
	switch n.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		return true
	}
	return false
}

// left reports whether n is what a break without a label leaves.
func left(n ast.Node) bool {
	switch n.(type) {
	case *ast.SwitchStmt, *ast.TypeSwitchStmt:
		return true
	}
	return isLoop(n)
}

// overFunction reports whether n is a range over a function.
func (c *counter) overFunction(n ast.Node) bool {
	r, ok := n.(*ast.RangeStmt)
	if !ok {
		return false
	}
	call, ok := r.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	name := types.ExprString(call.Fun)
	return strings.HasPrefix(name, "slices.") && name != "slices.Sorted" || c.under(r.X) == "func"
}

// under returns the kind of the type of an expression, in a word.
func (c *counter) under(e ast.Expr) string {
	t := c.info.TypeOf(e)
	if t == nil {
		return ""
	}
	switch t.Underlying().(type) {
	case *types.Slice:
		return "slice"
	case *types.Array:
		return "array"
	case *types.Struct:
		return "struct"
	case *types.Pointer:
		return "pointer"
	case *types.Map:
		return "map"
	case *types.Signature:
		return "func"
	case *types.Interface:
		return "interface"
	}
	return ""
}

// exit notes what kind of exit n is.
func (c *counter) exit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BranchStmt:
		c.branch(n)
	case *ast.ReturnStmt:
		c.returns(n)
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "panic" && c.info.Uses[id] == types.Universe.Lookup("panic") {
			c.note("exit panic")
		}
	}
}

func (c *counter) branch(s *ast.BranchStmt) {
	kind := s.Tok.String()
	inner := c.around(left)
	switch {
	case s.Tok == token.GOTO:
		kind = "goto-forward"
		if obj := c.info.Uses[s.Label]; obj != nil && obj.Pos() < s.Pos() {
			kind = "goto-backward"
		}
	case s.Tok == token.FALLTHROUGH:
	case s.Label != nil:
		kind += "-label"
	case s.Tok == token.BREAK && inner != nil && !isLoop(inner):
		kind += "-switch"
	case c.overFunction(c.around(isLoop)):
		c.note("exit iterator-" + kind)
	}
	c.note("exit " + kind)
}

func (c *counter) returns(s *ast.ReturnStmt) {
	last := len(c.stack) == 1
	if last {
		c.note("exit return")
	} else {
		c.note("exit return-early")
	}
	if len(s.Results) == 0 {
		c.note("exit return-bare")
	}
	if l := c.around(isLoop); l != nil {
		c.note("exit return-in-loop")
		if c.overFunction(l) {
			c.note("exit iterator-return")
		}
	}
	if n := len(s.Results); n > 1 && types.ExprString(s.Results[n-1]) != "nil" && c.fails() {
		c.note("exit return-of-error")
	}
}

// fails reports whether the last result of the function is an error.
func (c *counter) fails() bool {
	r := c.fn.Type.Results
	return r != nil && types.ExprString(r.List[len(r.List)-1].Type) == "error"
}
