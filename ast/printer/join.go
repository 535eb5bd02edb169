package printer

import (
	"bytes"
	"fmt"
	goast "go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A text is an output that is taken apart: what stands before its imports, these, and its declarations.
type text struct {
	head    string
	imports map[string]string // by how they are written, the paths
	decls   []declText
}

// A declText is a declaration with its documentation.
type declText struct {
	names       []string // what it declares
	uses        map[string]bool
	locals      map[string]bool // names that mean something else in it than what the package declares, if only as those of fields
	replaceable bool            // it declares one function or type
	isType      bool
	signature   map[string]bool // names in the signature of a function
	text        string
}

// split takes an output apart, which is right.
func split(src []byte) *text {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		panic(fmt.Sprintf("printer: %v in\n%s", err, src))
	}
	at := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	t := &text{head: string(src[:at(file.Name.End())]) + "\n", imports: map[string]string{}}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has seen to that
		}
		t.imports[string(src[at(spec.Pos()):at(spec.End())])] = path
	}
	for _, decl := range file.Decls {
		d := declText{locals: map[string]bool{}}
		begin := decl.Pos()
		switch decl := decl.(type) {
		case *goast.FuncDecl:
			d.names = []string{decl.Name.Name}
			d.replaceable = decl.Recv == nil
			if decl.Recv != nil {
				d.locals[decl.Name.Name] = true
			}
			d.signature = namesIn(decl.Type)
			if decl.Doc != nil {
				begin = decl.Doc.Pos()
			}
		case *goast.GenDecl:
			if decl.Tok == token.IMPORT {
				continue
			}
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *goast.TypeSpec:
					d.names = append(d.names, spec.Name.Name)
					d.replaceable, d.isType = len(decl.Specs) == 1, true
				case *goast.ValueSpec:
					for _, id := range spec.Names {
						d.names = append(d.names, id.Name)
					}
				}
			}
			if decl.Doc != nil {
				begin = decl.Doc.Pos()
			}
		}
		d.uses = namesIn(decl)
		goast.Inspect(decl, func(n goast.Node) bool {
			for _, id := range defined(n) {
				d.locals[id.Name] = true
			}
			return true
		})
		d.text = string(src[at(begin):at(decl.End())])
		t.decls = append(t.decls, d)
	}
	return t
}

// namesIn returns the identifiers of a node.
func namesIn(n goast.Node) map[string]bool {
	names := map[string]bool{}
	goast.Inspect(n, func(n goast.Node) bool {
		if id, ok := n.(*goast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	return names
}

// defined returns the names that a node gives to variables, fields and labels, or calls fields and methods by.
func defined(n goast.Node) []*goast.Ident {
	var list []goast.Expr
	switch n := n.(type) {
	case *goast.Field:
		return n.Names
	case *goast.SelectorExpr:
		return []*goast.Ident{n.Sel}
	case *goast.LabeledStmt:
		return []*goast.Ident{n.Label}
	case *goast.ValueSpec:
		return n.Names
	case *goast.KeyValueExpr:
		list = []goast.Expr{n.Key}
	case *goast.AssignStmt:
		if n.Tok == token.DEFINE {
			list = n.Lhs
		}
	case *goast.RangeStmt:
		if n.Tok == token.DEFINE {
			list = []goast.Expr{n.Key, n.Value}
		}
	}
	var ids []*goast.Ident
	for _, e := range list {
		if id, ok := e.(*goast.Ident); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// source puts an output together.
func (t *text) source() []byte {
	var b bytes.Buffer
	b.WriteString(t.head + importDecl(t.imports))
	for _, d := range t.decls {
		b.WriteString("\n" + d.text + "\n")
	}
	src, err := format.Source(b.Bytes())
	if err != nil {
		panic(fmt.Sprintf("printer: %v in\n%s", err, b.Bytes()))
	}
	return src
}

// Join returns an output with the declarations of two, of which the first may be empty.
func Join(first, second []byte) []byte {
	if len(first) == 0 {
		return second
	}
	a, b := split(first), split(second)
	maps.Copy(a.imports, b.imports)
	a.decls = append(a.decls, b.decls...)
	return a.source()
}

// Needed returns the outputs of a package without what those functions do not need that are asked for, by their names, which come first.
// NameOf returns the name of a package that an output imports.
func Needed(outputs map[string][]byte, asked map[string]bool, nameOf func(path string) string) map[string][]byte {
	texts := map[string]*text{}
	declaring := map[string][]declText{} // declarations by what they declare
	for path, src := range outputs {
		texts[path] = split(src)
		for _, d := range texts[path].decls {
			for _, name := range d.names {
				declaring[name] = append(declaring[name], d)
			}
		}
	}
	needed := map[string]bool{}
	var need func(name string)
	need = func(name string) {
		if needed[name] {
			return
		}
		needed[name] = true
		for _, d := range declaring[name] {
			for used := range d.uses {
				need(used)
			}
		}
	}
	for name := range asked {
		need(name)
	}
	out := map[string][]byte{}
	for path, t := range texts {
		t.decls = slices.DeleteFunc(t.decls, func(d declText) bool {
			return !slices.ContainsFunc(d.names, func(name string) bool { return needed[name] })
		})
		helps := func(d declText) int {
			if asked[d.names[0]] {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(t.decls, func(a, b declText) int { return helps(a) - helps(b) })
		maps.DeleteFunc(t.imports, func(spec, path string) bool {
			name, _, named := strings.Cut(spec, " ")
			if !named {
				name = nameOf(path)
			}
			return !slices.ContainsFunc(t.decls, func(d declText) bool { return d.uses[name] })
		})
		if len(t.decls) > 0 {
			out[path] = t.source()
		}
	}
	return out
}
