package transform

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// A varCopy is a copy, in the output, of a variable that another package does not export. Nobody writes either of them, so that it
// cannot be told which of them is read.
type varCopy struct {
	of   *types.Var
	decl *ast.VarDecl
	in   []*ast.Func // that read it
}

// hiddenVar returns the variable that an object is, if another package declares it and does not export it; else nil.
func (u *Unit) hiddenVar(obj types.Object) *types.Var {
	v, ok := obj.(*types.Var)
	if !ok || v.Exported() || v.Pkg() == nil || v.Pkg().Path() == u.Pkg.Path() || !isGlobal(v) {
		return nil
	}
	return v
}

// isUnwritten reports whether an object is a variable that nobody writes, nor the memory behind it.
func (u *Unit) isUnwritten(obj types.Object) bool {
	v := u.hiddenVar(obj)
	if v == nil || u.Value == nil {
		return false
	}
	value, _ := u.Value(v)
	return value != nil
}

// copyVars makes uses of variables that other packages do not export uses of copies in the output.
func (u *Unit) copyVars(f *ast.Func) {
	f.Body = mapAll(f.Body, func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			n, ok := e.(*ast.Name)
			if !ok {
				return e
			}
			if v := u.hiddenVar(n.Obj); v != nil {
				return &ast.Name{Obj: u.copyOf(v, f), T: n.T}
			}
			return e
		})
	}).(*ast.Block)
}

// copyOf returns the variable of the output that is a copy of v, which f reads.
func (u *Unit) copyOf(v *types.Var, f *ast.Func) *types.Var {
	for _, c := range u.varCopies {
		if c.of == v {
			c.in = append(c.in, f)
			return c.decl.Var
		}
	}
	value, _ := u.Value(v)
	if value == nil {
		panic("transform: " + v.Name() + " has no copy")
	}
	name := u.free(ast.LowerFirst(v.Pkg().Name()) + upperFirst(v.Name()))
	decl := &ast.VarDecl{
		Var:   types.NewVar(token.NoPos, u.Pkg, name, v.Type()),
		Doc:   fmt.Sprintf("%s is a copy of [%s.%s].", name, v.Pkg().Name(), v.Name()),
		Value: value,
	}
	u.varCopies = append(u.varCopies, &varCopy{v, decl, []*ast.Func{f}})
	return decl.Var
}

// fileOfCopy returns the first file, by name, with a derivative that needs a copy.
func (u *Unit) fileOfCopy(c *varCopy) string {
	file := u.fileOf(c.in[0])
	for _, f := range c.in {
		file = min(file, u.fileOf(f))
	}
	return file
}
