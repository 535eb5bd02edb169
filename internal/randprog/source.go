package randprog

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// unit is a program as the harness sees it: any file of package p with one annotated function.
type unit struct {
	Program
	fset *token.FileSet
	file *ast.File
	pkg  *types.Package
	info *types.Info
	f    *ast.FuncDecl
	// modes are the verbs of its directives, and wrt their common option, split; nil where there is none.
	modes, wrt []string
	single     bool // it mentions float32
}

// parse returns p as a unit.
func parse(p Program) (*unit, error) {
	u := &unit{Program: p, fset: token.NewFileSet()}
	var err error
	u.file, err = parser.ParseFile(u.fset, "p.go", p.Source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	u.resolve()
	for _, d := range u.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Doc != nil {
			if err := u.directives(f); err != nil {
				return nil, err
			}
		}
	}
	if u.f == nil {
		return nil, fmt.Errorf("no function has a directive")
	}
	return u, nil
}

// resolve finds out what the identifiers of the file denote. Imports are left unresolved, and errors to the compiler.
func (u *unit) resolve() {
	u.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: noImporter{}, Error: func(error) {}}
	u.pkg, _ = conf.Check("p", u.fset, []*ast.File{u.file}, u.info)
	float32Type := types.Universe.Lookup("float32")
	for _, obj := range u.info.Uses {
		u.single = u.single || obj == float32Type
	}
}

// noImporter imports nothing.
type noImporter struct{}

func (noImporter) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not imported", path)
}

// directives reads the directives of f, if it has any.
func (u *unit) directives(f *ast.FuncDecl) error {
	for _, c := range f.Doc.List {
		text, ok := strings.CutPrefix(c.Text, "//godiff:")
		if !ok {
			continue
		}
		verb, options, _ := strings.Cut(text, " ")
		if !derives(verb) {
			continue
		}
		if u.f != nil && u.f != f {
			return fmt.Errorf("%s and %s have directives; one function may", u.f.Name.Name, f.Name.Name)
		}
		u.f = f
		u.modes = append(u.modes, verb)
		if w, ok := strings.CutPrefix(options, "wrt="); ok {
			u.wrt = strings.Split(w, ",")
		}
	}
	return nil
}

// derives reports whether a directive of that verb asks for a derivative of the function that it stands at.
func derives(verb string) bool {
	return !slices.Contains([]string{"derivative", "forward", "backward", "nodiff", "checkpoint", "parallel"}, verb)
}

// inputs returns the names of the receiver and the parameters of the annotated function.
func (u *unit) inputs() []string {
	var names []string
	for _, list := range []*ast.FieldList{u.f.Recv, u.f.Type.Params} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			for _, n := range f.Names {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// edit replaces a range of a text.
type edit struct {
	from, to int
	text     string
}

// apply returns src with the edits made, which must not overlap.
func apply(src string, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(src[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(src[at:])
	return b.String()
}

// mangled returns the source for package pkg, with suffix added to the names of the package level. Where wide is
// set, another name of float64 takes the place of float32, and directives are left out.
func (u *unit) mangled(pkg, suffix string, wide bool) []byte {
	edits := []edit{{u.offset(u.file.Name.Pos()), u.offset(u.file.Name.End()), pkg}}
	float32Type := types.Universe.Lookup("float32")
	for _, m := range []map[*ast.Ident]types.Object{u.info.Defs, u.info.Uses} {
		for id, obj := range m {
			switch {
			case obj == nil:
			case obj.Parent() == u.pkg.Scope(), u.info.Uses[id] == obj && embedded(obj):
				edits = append(edits, edit{u.offset(id.End()), u.offset(id.End()), suffix})
			case wide && obj == float32Type:
				edits = append(edits, edit{u.offset(id.Pos()), u.offset(id.End()), "widened" + suffix})
			}
		}
	}
	src := ruleOf.ReplaceAllString(apply(u.Source, edits), "${1}"+suffix)
	if wide {
		src = strings.ReplaceAll(src, "~widened"+suffix+" | ", "") // of a constraint
		src = strings.ReplaceAll(src, "//godiff:", "// ") + "\ntype widened" + suffix + " = float64\n"
	}
	out, err := format.Source([]byte(src))
	if err != nil {
		return []byte(src) // the build reports it
	}
	return bytes.TrimLeft(out, "\n")
}

// embedded reports whether obj is a field that has the name of its type.
func embedded(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.Embedded()
}

// ruleOf matches the name of the function that a directive is about.
var ruleOf = regexp.MustCompile(`(?m)^(//godiff:\w+ of=\w+)`)

func (u *unit) offset(p token.Pos) int { return u.fset.Position(p).Offset }

// expression returns how another package names the annotated function, or its derivative of that ending, for float64 if it is generic.
func (u *unit) expression(pkg, suffix, ending string) string {
	if u.f.Recv == nil {
		name := pkg + "." + u.f.Name.Name + suffix + ending
		if u.f.Type.TypeParams != nil {
			name += "[float64]"
		}
		return name
	}
	recv := u.f.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		return fmt.Sprintf("(*%s.%s%s).%s%s", pkg, star.X.(*ast.Ident).Name, suffix, u.f.Name.Name, ending)
	}
	return fmt.Sprintf("%s.%s%s.%s%s", pkg, recv.(*ast.Ident).Name, suffix, u.f.Name.Name, ending)
}
