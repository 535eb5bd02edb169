package derive

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
)

// Copies of variables.
//
// A function of another package may read a table that the package does not export. Its derivative, which stands here, reads a copy of it:
//
//	var zetaCoefs = [...]float64{12, -720, 30240}     in package cephes
//
//	// cephesZetaCoefs is a copy of [cephes.zetaCoefs].
//	var cephesZetaCoefs = [...]float64{12, -720, 30240}
//
// That is right where nobody could tell the two apart, in any build: the variable begins with constants, which every build has, and its
// package only reads it.

// largest is how many constants a variable may hold that is copied.
const largest = 1000

// A valueText is what Value of the unit returns for a variable.
type valueText struct {
	text   []ast.TextPart
	whyNot string
}

// valueOf returns what stands behind the name in the declaration of a variable of another package: its type and its value. It is nil where
// a copy of the variable cannot stand for it.
func (d *deriver) valueOf(v *types.Var) (text []ast.TextPart, whyNot string) {
	if d.values[v] == nil {
		t := &valueText{}
		if pkg := d.prog.PackageOf(v.Pkg()); pkg != nil && !pkg.NoBodies {
			t.text, t.whyNot = d.copyOf(pkg, v)
		}
		d.values[v] = t
	}
	return d.values[v].text, d.values[v].whyNot
}

// copyOf is valueOf for a variable of a package that is there as source.
func (d *deriver) copyOf(pkg *lower.Package, v *types.Var) (text []ast.TextPart, whyNot string) {
	file, spec, value := declarationOf(pkg, v)
	n, ok := d.constants(pkg, v.Type(), value)
	switch {
	case !ok:
		return nil, "it is not declared with constants for a value"
	case file.Test() || file.Constraint != "":
		return nil, "not every build has the file that declares it"
	case !d.sameExpr(pkg, spec.Type) || !d.sameExpr(pkg, value):
		return nil, "another build may have another value of it"
	case n > largest:
		return nil, fmt.Sprintf("it holds %d constants, and more than %d are too many", n, largest)
	case d.prog.Mentions(pkg, v.Name(), false):
		return nil, "a file that is not part of this build, or not in Go, may change it"
	}
	if pos := d.changed(pkg, v); pos.IsValid() {
		return nil, fmt.Sprintf("it may be changed at %s", d.prog.Position(pos))
	}
	w := &valueWriter{d: d, pkg: pkg}
	if text = w.declaration(file, spec, value); w.whyNot != "" {
		return nil, w.whyNot
	}
	return text, ""
}

// declarationOf returns where a package declares a variable and the value that it begins with, which is nil if it has none of its own.
func declarationOf(pkg *lower.Package, v *types.Var) (*lower.File, *goast.ValueSpec, goast.Expr) {
	for _, file := range pkg.Files {
		if !holds(file, v.Pos()) {
			continue
		}
		for _, decl := range file.Syntax.Decls {
			g, ok := decl.(*goast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				s := s.(*goast.ValueSpec)
				i := slices.IndexFunc(s.Names, func(id *goast.Ident) bool { return pkg.Info.Defs[id] == v })
				if i >= 0 && len(s.Values) == len(s.Names) {
					return file, s, s.Values[i]
				}
			}
		}
	}
	return nil, nil, nil
}

// constants returns how many constants a value of a type consists of; ok is false if it consists of others or of what cannot be copied.
func (d *deriver) constants(pkg *lower.Package, t types.Type, value goast.Expr) (n int, ok bool) {
	if value == nil {
		return 0, false
	}
	if b, ok := t.Underlying().(*types.Basic); ok {
		const kinds = types.IsBoolean | types.IsInteger | types.IsFloat | types.IsString
		return 1, b.Info()&kinds != 0 && b.Kind() != types.Uintptr && pkg.Info.Types[value].Value != nil
	}
	lit, ok := goast.Unparen(value).(*goast.CompositeLit)
	if !ok {
		return 0, false
	}
	for i, e := range lit.Elts {
		kv, keyed := e.(*goast.KeyValueExpr)
		if keyed {
			e = kv.Value
		}
		var of types.Type
		switch t := t.Underlying().(type) {
		case *types.Array:
			of = t.Elem()
		case *types.Slice:
			of = t.Elem()
		case *types.Struct:
			of = t.Field(i).Type()
			if keyed {
				of = pkg.Info.Uses[kv.Key.(*goast.Ident)].Type()
			}
		default:
			return 0, false
		}
		m, ok := d.constants(pkg, of, e)
		if !ok {
			return 0, false
		}
		n += m
	}
	return n, true
}

// sameExpr reports whether an expression, of a type or of a value, means the same in every build. It may be nil.
func (d *deriver) sameExpr(pkg *lower.Package, e goast.Expr) bool {
	if e == nil {
		return true
	}
	same := d.sameValues(pkg, []*goast.ValueSpec{{Values: []goast.Expr{e}}}, map[types.Object]bool{})
	goast.Inspect(e, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok {
			if t, ok := pkg.Info.Uses[id].(*types.TypeName); ok && t.Pkg() != nil {
				same = same && d.sameType(t)
			}
		}
		return same
	})
	return same
}

// sameType reports whether a type that a package declares is the same in every build.
func (d *deriver) sameType(t *types.TypeName) bool {
	pkg := d.prog.PackageOf(t.Pkg())
	if pkg == nil {
		return false
	}
	for _, f := range pkg.Files {
		if holds(f, t.Pos()) {
			spec := typeSpec(pkg, t)
			return f.Constraint == "" && spec != nil && spec.TypeParams == nil && d.sameExpr(pkg, spec.Type)
		}
	}
	return false
}

// A valueWriter writes the declaration of a variable as it is in the source, but for the names that mean something else here.
type valueWriter struct {
	d      *deriver
	pkg    *lower.Package
	whyNot string // it cannot be written here
}

// A replacement is what stands for a range of the source.
type replacement struct {
	pos, end token.Pos
	by       ast.TextPart
}

// declaration returns what stands behind the name of a variable.
func (w *valueWriter) declaration(file *lower.File, spec *goast.ValueSpec, value goast.Expr) []ast.TextPart {
	out := []ast.TextPart{{Text: " "}}
	lit, composite := goast.Unparen(value).(*goast.CompositeLit)
	_, unnamed := w.constant(value)
	switch {
	case composite && (spec.Type == nil || types.Identical(w.pkg.Info.TypeOf(lit), w.pkg.Info.TypeOf(spec.Type))):
	case spec.Type != nil:
		out = append(out, w.text(file, spec.Type)...)
	case unnamed:
		ast.EachTypeName(w.pkg.Info.TypeOf(value), func(t *types.TypeName) { out = append(out, w.name(t)) })
	}
	out = append(out, ast.TextPart{Text: " = "})
	return append(out, w.text(file, value)...)
}

// text returns an expression, with the comments in it.
func (w *valueWriter) text(file *lower.File, e goast.Expr) []ast.TextPart {
	var list []replacement
	goast.Inspect(e, func(n goast.Node) bool {
		e, ok := n.(goast.Expr)
		if !ok {
			return true
		}
		if value, unnamed := w.constant(e); unnamed {
			list = append(list, replacement{e.Pos(), e.End(), value})
			return false
		}
		var id *goast.Ident
		switch e := e.(type) {
		case *goast.CompositeLit:
			w.checkFields(e)
		case *goast.StructType:
			w.checkType(e)
		case *goast.Ident:
			id = e
		case *goast.SelectorExpr:
			id = e.Sel // of a package
		}
		if id == nil {
			return true
		}
		switch obj := w.pkg.Info.Uses[id].(type) {
		case *types.Const, *types.TypeName:
			list = append(list, replacement{e.Pos(), e.End(), w.name(obj)})
		}
		return false
	})
	slices.SortFunc(list, func(a, b replacement) int { return cmp.Compare(a.pos, b.pos) })
	var out []ast.TextPart
	source := func(pos, end token.Pos) {
		start := file.Syntax.FileStart
		out = append(out, ast.TextPart{Text: string(file.Src[pos-start : end-start])})
	}
	at := e.Pos()
	for _, r := range list {
		source(at, r.pos)
		out = append(out, r.by)
		at = r.end
	}
	source(at, e.End())
	return out
}

// name is the name of an object.
func (w *valueWriter) name(obj types.Object) ast.TextPart {
	here := w.d.pkg.Types.Path()
	if obj.Pkg() != nil && (!obj.Exported() || obj.Parent() != obj.Pkg().Scope() || !ast.Importable(obj.Pkg().Path(), here)) {
		w.hidden(obj.Name())
	}
	return ast.TextPart{Object: obj}
}

// hidden says of a name that it cannot be written here.
func (w *valueWriter) hidden(name string) {
	w.fail(fmt.Sprintf("its declaration needs %s, which cannot be named here", name))
}

func (w *valueWriter) fail(why string) { w.whyNot = cmp.Or(w.whyNot, why) }

// checkFields says that a literal of a struct cannot be written where it gives fields values that are not exported, or those of a named
// type in their order: go vet finds fault with that in another package.
func (w *valueWriter) checkFields(lit *goast.CompositeLit) {
	t := w.pkg.Info.TypeOf(lit)
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	_, named := types.Unalias(t).(*types.Named)
	for i, e := range lit.Elts {
		f := s.Field(i)
		kv, keyed := e.(*goast.KeyValueExpr)
		if keyed {
			f = w.pkg.Info.Uses[kv.Key.(*goast.Ident)].(*types.Var)
		}
		if !f.Exported() {
			w.hidden(f.Name())
		} else if named && !keyed {
			w.fail("its declaration leaves out the names of fields")
		}
	}
}

// checkType says that the type of a struct cannot be written where fields are not exported: here it would be another one.
func (w *valueWriter) checkType(t *goast.StructType) {
	for f := range w.pkg.Info.TypeOf(t).Underlying().(*types.Struct).Fields() {
		if !f.Exported() {
			w.hidden(f.Name())
		}
	}
}

// constant returns the value of a constant expression; unnamed says that a name in it means nothing here.
func (w *valueWriter) constant(e goast.Expr) (value ast.TextPart, unnamed bool) {
	tv := w.pkg.Info.Types[e]
	if tv.Value == nil {
		return ast.TextPart{}, false
	}
	goast.Inspect(e, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok {
			c, ok := w.pkg.Info.Uses[id].(*types.Const)
			unnamed = unnamed || ok && c.Pkg() != nil && w.d.copied(c)
		}
		return !unnamed
	})
	if b, ok := tv.Type.Underlying().(*types.Basic); ok && tv.Value.Kind() == constant.Bool {
		return ast.TextPart{Object: types.Universe.Lookup(tv.Value.String())}, unnamed
	} else if ok && b.Info()&types.IsFloat != 0 {
		f, _ := constant.Float64Val(tv.Value)
		text := strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return ast.TextPart{Text: text}, unnamed
	}
	return ast.TextPart{Text: tv.Value.ExactString()}, unnamed
}
