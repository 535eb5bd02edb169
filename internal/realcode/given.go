package main

import (
	"fmt"
	goast "go/ast"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast/lower"
)

// givenFile is what is added to a package with functions that are given functions, or have some in their receiver.
const givenFile = "zz_godiffgiven.go"

// giveFunctions adds functions to the packages that call those which are given functions, each with one of its type: which function is called
// must be known, and a caller of these knows it. They are asked for in place of those.
func (s *scratch) giveFunctions() error {
	s.given = map[string]bool{}
	prog, err := lower.Load(lower.Config{Dir: s.dir, Env: s.env}, s.patterns()...)
	if err != nil {
		return err
	}
	for _, pkg := range prog.Packages {
		g := &giver{pkg: pkg.Types, imports: map[string]bool{}}
		for _, file := range pkg.Files {
			for _, decl := range file.Syntax.Decls {
				decl, ok := decl.(*goast.FuncDecl)
				if !ok || s.candidate(prog, pkg, file, decl) == nil {
					continue
				}
				if fn := pkg.Info.Defs[decl.Name].(*types.Func); g.caller(fn) {
					s.given[fn.FullName()] = true
				}
			}
		}
		if g.body.Len() == 0 {
			continue
		}
		if err := writeFile(filepath.Join(s.dir, s.below(pkg), givenFile), g.file(pkg.Name)); err != nil {
			return err
		}
	}
	return nil
}

// A giver writes the functions of a package that call others.
type giver struct {
	pkg     *types.Package
	imports map[string]bool
	body    strings.Builder
}

// file returns the file.
func (g *giver) file(name string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", name)
	for _, p := range slices.Sorted(maps.Keys(g.imports)) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	return []byte(b.String() + g.body.String())
}

// typeString is a type as the file writes it.
func (g *giver) typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == g.pkg {
			return ""
		}
		g.imports[p.Path()] = true
		return p.Name()
	})
}

// caller writes a function that calls fn, if that is given functions of which the giver has some, and reports whether it has.
func (g *giver) caller(fn *types.Func) (written bool) {
	defer func(before map[string]bool) {
		if !written {
			g.imports = before
		}
	}(maps.Clone(g.imports))
	sig := fn.Signature()
	if sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0 || sig.Variadic() {
		return false
	}
	var params, args []string
	some, first := false, ""
	param := func(t types.Type) string {
		name := fmt.Sprint("p", len(params))
		params = append(params, name+" "+g.typeString(t))
		return name
	}
	name, callee := fn.Name(), fn.Name()
	if recv := sig.Recv(); recv != nil {
		value, ok := g.receiver(recv.Type(), param, &some)
		if !ok {
			return false
		}
		of := strings.TrimPrefix(g.typeString(recv.Type()), "*")
		name, callee, first = of+"_"+name, "r."+fn.Name(), "r := "+value+"\n\t"
	}
	for v := range sig.Params().Variables() {
		f, ok := v.Type().Underlying().(*types.Signature)
		if !ok {
			args = append(args, param(v.Type()))
			continue
		}
		lit, ok := g.literal(f)
		if !ok {
			return false
		}
		args, some = append(args, lit), true
	}
	if !some {
		return false
	}
	var results []string
	for v := range sig.Results().Variables() {
		results = append(results, g.typeString(v.Type()))
	}
	fmt.Fprintf(&g.body, "\nfunc given_%s(%s) (%s) {\n\t%sreturn %s(%s)\n}\n", name, strings.Join(params, ", "), strings.Join(results, ", "),
		first, callee, strings.Join(args, ", "))
	return true
}

// receiver returns a value for a receiver: a parameter, or a new struct of parameters and functions if it has fields that are functions, which some
// then says.
func (g *giver) receiver(t types.Type, param func(types.Type) string, some *bool) (string, bool) {
	of, address := t, ""
	if p, ok := t.(*types.Pointer); ok {
		of, address = p.Elem(), "&"
	}
	st, ok := of.Underlying().(*types.Struct)
	if !ok || !holdsFunction(st) {
		return param(t), true
	}
	var elems []string
	for f := range st.Fields() {
		if f.Name() == "_" {
			continue
		}
		sig, isFunc := f.Type().Underlying().(*types.Signature)
		value := ""
		if !isFunc {
			value = param(f.Type())
		} else if value, ok = g.literal(sig); !ok {
			return "", false
		}
		elems = append(elems, f.Name()+": "+value)
	}
	*some = true
	return address + g.typeString(of) + "{" + strings.Join(elems, ", ") + "}", true
}

func holdsFunction(st *types.Struct) bool {
	for f := range st.Fields() {
		if _, ok := f.Type().Underlying().(*types.Signature); ok {
			return true
		}
	}
	return false
}

// literal returns a smooth function of a type with one result: a number that depends on all numbers that it is given, or an argument of the type
// with a number of it squared. What asks for functions that decide mostly looks for where they do, to the last bit, where no difference tells.
func (g *giver) literal(sig *types.Signature) (string, bool) {
	if sig.Results().Len() != 1 || sig.Variadic() {
		return "", false
	}
	result := sig.Results().At(0).Type()
	var params, numbers []string
	like, first := "", ""
	for i := range sig.Params().Len() {
		name, t := fmt.Sprint("a", i), sig.Params().At(i).Type()
		params = append(params, name+" "+g.typeString(t))
		list := g.numbers(name, t)
		if numbers = append(numbers, list...); like == "" && len(list) > 0 && types.Identical(t, result) {
			like, first = name, list[0]
		}
	}
	var body string
	switch b, isBasic := result.Underlying().(*types.Basic); {
	case isBasic && b.Info()&types.IsFloat != 0:
		sum := "0.5"
		for i, x := range numbers {
			sum += fmt.Sprintf(" + %v*float64(%s)", 0.25*float64(i+1), x)
			if i > 0 {
				sum += fmt.Sprintf("*float64(%s)", numbers[i-1])
			}
		}
		body = fmt.Sprintf("return %s(%s)", g.typeString(result), sum)
	case like != "":
		body = fmt.Sprintf("%s *= %s; return %s", first, first, like)
	default:
		return "", false
	}
	return fmt.Sprintf("func(%s) %s { %s }", strings.Join(params, ", "), g.typeString(result), body), true
}

// numbers returns the floats in a value: a number, and those of arrays and of structs whose fields can be named.
func (g *giver) numbers(x string, t types.Type) []string {
	var list []string
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsFloat != 0 {
			list = append(list, x)
		}
	case *types.Array:
		for i := range min(u.Len(), 3) {
			list = append(list, g.numbers(fmt.Sprintf("%s[%d]", x, i), u.Elem())...)
		}
	case *types.Struct:
		for f := range u.Fields() {
			if f.Exported() || f.Pkg() == g.pkg {
				list = append(list, g.numbers(x+"."+f.Name(), f.Type())...)
			}
		}
	}
	return list
}
