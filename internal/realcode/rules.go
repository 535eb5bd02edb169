package main

import (
	"fmt"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast/lower"
)

// What is added to a copy for packages with rules.
const (
	rulesFile = "zz_godiffrules.go" // imports the rules
	callsDir  = "godiffcalls"       // below a package that rules import: functions that call its own
)

// useRules makes the packages of the module import the rules. One that the rules import themselves cannot: instead of it those of a
// package are derived that call its exported functions.
func (s *scratch) useRules() error {
	if len(s.Rules) == 0 {
		return nil
	}
	out, err := s.run("go", append([]string{"list", "-deps"}, s.Rules...)...)
	if err != nil {
		return err
	}
	beneath := strings.Fields(string(out))
	prog, err := lower.Load(lower.Config{Dir: s.dir, Env: s.env}, s.patterns()...)
	if err != nil {
		return err
	}
	s.Packages = slices.Clone(s.Packages)
	for i, pkg := range s.Packages {
		loaded := s.loaded(prog, pkg)
		name, src := path.Join(pkg, rulesFile), fmt.Sprintf("package %s\n\n%s", loaded.Name, s.importRules())
		if slices.Contains(beneath, s.importPath(pkg)) {
			s.Packages[i] = path.Join(pkg, callsDir)
			name, src = path.Join(s.Packages[i], "calls.go"), s.calls(loaded.Types)
		}
		if err := writeFile(filepath.Join(s.dir, name), []byte(src)); err != nil {
			return err
		}
	}
	return nil
}

// loaded returns one of the packages.
func (s *scratch) loaded(prog *lower.Program, pkg string) *lower.Package {
	return prog.Packages[slices.IndexFunc(prog.Packages, func(p *lower.Package) bool { return s.below(p) == pkg })]
}

// importRules returns a declaration that imports the rules.
func (s *scratch) importRules() string {
	var b strings.Builder
	b.WriteString("import (\n")
	for _, rule := range s.Rules {
		fmt.Fprintf(&b, "\t_ %q\n", rule)
	}
	b.WriteString(")\n")
	return b.String()
}

// calls returns a file with a function for each exported one of a package, which calls that.
func (s *scratch) calls(pkg *types.Package) string {
	imports := map[string]bool{}
	qualify := func(p *types.Package) string {
		imports[p.Path()] = true
		return p.Name()
	}
	var body strings.Builder
	for _, name := range pkg.Scope().Names() {
		if fn, ok := pkg.Scope().Lookup(name).(*types.Func); ok && fn.Exported() && fn.Signature().TypeParams().Len() == 0 {
			writeCall(&body, fn, qualify)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n%s", callsDir, s.importRules())
	for _, p := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	b.WriteString(body.String())
	return b.String()
}

// writeCall writes a function that calls fn.
func writeCall(b *strings.Builder, fn *types.Func, qualify types.Qualifier) {
	sig := fn.Signature()
	var params, args []string
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		name, typ := p.Name(), types.TypeString(p.Type(), qualify)
		if name == "" || name == "_" {
			name = fmt.Sprint("p", i)
		}
		arg := name
		if sig.Variadic() && i == sig.Params().Len()-1 {
			typ, arg = "..."+strings.TrimPrefix(typ, "[]"), name+"..."
		}
		params, args = append(params, name+" "+typ), append(args, arg)
	}
	var results []string
	for v := range sig.Results().Variables() {
		results = append(results, types.TypeString(v.Type(), qualify))
	}
	give := ""
	if len(results) > 0 {
		give = "return "
	}
	fmt.Fprintf(b, "\nfunc %s(%s) (%s) {\n\t%s%s.%s(%s)\n}\n", fn.Name(), strings.Join(params, ", "), strings.Join(results, ", "),
		give, qualify(fn.Pkg()), fn.Name(), strings.Join(args, ", "))
}

// title returns the path of one of the packages, and how it is derived.
func (m Module) title(pkg string) string {
	title := strings.TrimSuffix(m.Path+"/"+pkg, "/.")
	if of, ok := strings.CutSuffix(title, "/"+callsDir); ok {
		return of + ", called with rules"
	}
	if len(m.Rules) > 0 {
		return title + ", with rules"
	}
	return title
}
