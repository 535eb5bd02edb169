package derive

import (
	"fmt"
	goast "go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/transform"
	"github.com/godiff/godiff/transform/rules"
)

// ownRules parses, checks and lowers godiff's own rules. They come with the compiler as source, since the user's module
// need not depend on it.
func ownRules(prog *lower.Program) (*transform.Rules, error) {
	files, err := parseRules()
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types: map[goast.Expr]types.TypeAndValue{}, Defs: map[*goast.Ident]types.Object{},
		Uses: map[*goast.Ident]types.Object{}, Selections: map[*goast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: importFunc(prog.Import)}
	fset := ruleSet
	pkg, err := conf.Check("github.com/godiff/godiff/transform/rules", fset, files, info)
	if err != nil {
		return nil, err
	}
	book := transform.NewRules()
	src := &lower.Source{Fset: fset, Info: info, Pkg: pkg, Instances: lower.NewInstances(types.NewContext())}
	for _, file := range files {
		for _, d := range file.Decls {
			if fn, ok := d.(*goast.FuncDecl); ok {
				if err := addRule(book, src, fn); err != nil {
					return nil, err
				}
			}
		}
	}
	return book, nil
}

type importFunc func(string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) {
	if path == "embed" || path == "io/fs" {
		return importer.Default().Import(path)
	}
	return f(path)
}

// ruleSet holds the positions of the rules; it has nothing to do with those of the user's program.
var ruleSet = token.NewFileSet()

func parseRules() ([]*goast.File, error) {
	names, err := fs.Glob(rules.Files(), "*.go")
	if err != nil {
		return nil, err
	}
	var files []*goast.File
	for _, name := range names {
		src, err := fs.ReadFile(rules.Files(), name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(ruleSet, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// addRule adds a function of the rules package to the book: a rule, or what rules call.
func addRule(book *transform.Rules, src *lower.Source, decl *goast.FuncDecl) error {
	var err error
	f := lower.Func(src, decl, nil, func(pos token.Pos, msg string) {
		err = fmt.Errorf("rules: %v: %s", src.Fset.Position(pos), msg)
	})
	if f == nil {
		return err
	}
	of, wrt, ok := ruleDirective(decl)
	if !ok {
		book.Helpers[f.Obj.FullName()] = f
		return nil
	}
	rule := &transform.Rule{Fn: f.Obj, Func: f}
	var params *types.Tuple
	if path, name, qualified := strings.Cut(of, "."); qualified {
		for _, p := range src.Pkg.Imports() {
			if p.Path() == path {
				rule.Of, _ = p.Scope().Lookup(name).(*types.Func)
			}
		}
		if rule.Of == nil {
			return fmt.Errorf("rules: no function %s", of)
		}
		params = rule.Of.Signature().Params()
	} else {
		rule.Builtin = of
		params = types.NewTuple(f.Obj.Signature().Params().At(0), f.Obj.Signature().Params().At(1))
	}
	for i := range params.Len() {
		named := slices.Contains(wrt, params.At(i).Name()) || slices.Contains(wrt, f.Params[i].Name)
		if ast.Carries(params.At(i).Type()) && (len(wrt) == 0 || named) {
			rule.Wrt = append(rule.Wrt, i)
		}
	}
	book.Add(rule)
	return nil
}

// ruleDirective returns the options of a derivative directive in a doc comment.
func ruleDirective(decl *goast.FuncDecl) (of string, wrt []string, ok bool) {
	if decl.Doc == nil {
		return "", nil, false
	}
	for _, c := range decl.Doc.List {
		text, found := strings.CutPrefix(c.Text, "//godiff:derivative ")
		if !found {
			continue
		}
		for _, word := range strings.Fields(text) {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "of":
				of = value
			case "wrt":
				wrt = strings.Split(value, ",")
			}
		}
		return of, wrt, true
	}
	return "", nil, false
}
