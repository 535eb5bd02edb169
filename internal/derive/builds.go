package derive

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
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

// copied reports whether the output has the value of a constant in its place: it cannot name it, and every build has the same value.
func (d *deriver) copied(c *types.Const) bool {
	path := c.Pkg().Path()
	if path == d.pkg.Types.Path() || c.Exported() && ast.Importable(path, d.pkg.Types.Path()) {
		return false
	}
	return d.everywhere(c, map[types.Object]bool{})
}

// everywhere reports whether a constant has the same value in every build: neither it nor what it is computed from stands in a file with
// build constraints, or depends on the size of an int.
func (d *deriver) everywhere(c *types.Const, seen map[types.Object]bool) bool {
	if c.Pkg() == nil || seen[c] {
		return true // true, false and iota
	}
	seen[c] = true
	if c.Pkg().Path() == "math" {
		b, ok := c.Type().(*types.Basic)
		return ok && b.Kind() == types.UntypedFloat
	}
	pkg := d.prog.PackageOf(c.Pkg())
	if pkg == nil {
		return false
	}
	for _, f := range pkg.Files {
		if holds(f, c.Pos()) {
			return f.Constraint == "" && d.sameValues(pkg, valueSpecs(f, c.Pos()), seen)
		}
	}
	return false
}

// sameValues reports whether the values of declarations are the same in every build.
func (d *deriver) sameValues(pkg *lower.Package, specs []*goast.ValueSpec, seen map[types.Object]bool) bool {
	same := len(specs) > 0
	for _, spec := range specs {
		for _, e := range spec.Values {
			goast.Inspect(e, func(n goast.Node) bool {
				switch n := n.(type) {
				case *goast.CallExpr:
					b, ok := pkg.Info.TypeOf(n).Underlying().(*types.Basic)
					same = same && ok && pkg.Info.Types[n.Fun].IsType() && b.Info()&types.IsFloat != 0
				case *goast.Ident:
					if c, ok := pkg.Info.Uses[n].(*types.Const); ok {
						same = same && d.everywhere(c, seen)
					}
				}
				return same
			})
		}
	}
	return same
}

// valueSpecs returns the declaration of a constant, and those before it in its group whose values it may repeat.
func valueSpecs(f *lower.File, pos token.Pos) []*goast.ValueSpec {
	for _, decl := range f.Syntax.Decls {
		if g, ok := decl.(*goast.GenDecl); ok && g.Pos() <= pos && pos < g.End() {
			var list []*goast.ValueSpec
			for _, s := range g.Specs {
				if s, ok := s.(*goast.ValueSpec); ok && s.Pos() <= pos {
					list = append(list, s)
				}
			}
			for i, s := range slices.Backward(list) {
				if len(s.Values) > 0 {
					return list[i:]
				}
			}
			return list
		}
	}
	return nil
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

// sameTypes reports whether the types in a function are the same in every build that its file is part of.
func (d *deriver) sameTypes(pkg *lower.Package, file *lower.File, decl *goast.FuncDecl) bool {
	same := true
	d.checkTypes(pkg, file, decl, func(token.Pos, string) { same = false })
	return same
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
