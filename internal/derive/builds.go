package derive

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast/lower"
)

// Other builds.
//
// Where a file has build constraints, another build may have another file in its place. What is written into an output without these
// constraints must then be right for either: functions and constants are called and named. That is not enough for what the derivative of
// a call depends on, which is the body, nor for a constant that is part of a type.

// replaceable reports whether a build for which the output at hand is written as well may have another body of a function.
func (d *deriver) replaceable(fn *types.Func) bool {
	if d.instances.Dispatches(fn) || d.instances.Made(fn) != nil || d.inLibrary(fn) != nil {
		return false
	}
	_, file, _ := d.prog.Decl(d.instances.Origin(fn))
	return file == nil || file.Constraint != "" && file.Constraint != d.constraint()
}

// constraint returns the build constraint of the output at hand.
func (d *deriver) constraint() string {
	for _, f := range d.pkg.Files {
		if f.Output == d.unit.File {
			return f.Constraint
		}
	}
	return ""
}

// checkTypes reports the array types in a function, and those that named types in it stand for, whose lengths another build may change.
func (d *deriver) checkTypes(pkg *lower.Package, file *lower.File, decl *goast.FuncDecl, report func(token.Pos, string)) {
	seen := map[types.Object]bool{}
	var visit func(n goast.Node, at token.Pos)
	named := func(id *goast.Ident, at token.Pos) {
		obj, ok := pkg.Info.Uses[id].(*types.TypeName)
		if !ok || obj.Pkg() != pkg.Types || seen[obj] {
			return
		}
		seen[obj] = true
		if spec := typeSpec(pkg, obj); spec != nil {
			visit(spec.Type, at)
		}
	}
	visit = func(n goast.Node, at token.Pos) {
		goast.Inspect(n, func(n goast.Node) bool {
			switch n := n.(type) {
			case *goast.ArrayType:
				if c := d.foreignConstant(pkg, file, n.Len); c != nil {
					pos := at
					if !pos.IsValid() {
						pos = n.Pos()
					}
					report(pos, fmt.Sprintf("the length of an array is %s, which stands in a file with build constraints: another build may have another; put this function under the same constraints", c.Name()))
				}
			case *goast.Ident:
				pos := at
				if !pos.IsValid() {
					pos = n.Pos()
				}
				named(n, pos)
			}
			return true
		})
	}
	visit(decl, token.NoPos)
}

// foreignConstant returns a constant in an expression that is declared under other build constraints than those of the file, or nil.
func (d *deriver) foreignConstant(pkg *lower.Package, file *lower.File, e goast.Expr) types.Object {
	var found types.Object
	if e == nil {
		return nil
	}
	goast.Inspect(e, func(n goast.Node) bool {
		id, ok := n.(*goast.Ident)
		if !ok {
			return true
		}
		c, ok := pkg.Info.Uses[id].(*types.Const)
		if !ok || c.Pkg() == nil {
			return true
		}
		from := d.prog.PackageOf(c.Pkg())
		if from == nil {
			return true
		}
		for _, f := range from.Files {
			if holds(f, c.Pos()) && f.Constraint != "" && f.Constraint != file.Constraint {
				found = c
			}
		}
		return true
	})
	return found
}

func holds(f *lower.File, pos token.Pos) bool {
	return f.Syntax.FileStart <= pos && pos < f.Syntax.FileEnd
}

// typeSpec returns the declaration of a type of the package, or nil.
func typeSpec(pkg *lower.Package, obj *types.TypeName) *goast.TypeSpec {
	for _, f := range pkg.Files {
		if !holds(f, obj.Pos()) {
			continue
		}
		var found *goast.TypeSpec
		goast.Inspect(f.Syntax, func(n goast.Node) bool {
			if spec, ok := n.(*goast.TypeSpec); ok && spec.Name.Pos() == obj.Pos() {
				found = spec
			}
			return found == nil
		})
		return found
	}
	return nil
}
