package main

import (
	"bytes"
	"cmp"
	"fmt"
	goast "go/ast"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
)

// A Status is what became of a function.
type Status int

const (
	Pending Status = iota
	Refused        // with a position and a reason
	Crashed        // by the compiler, or its output does not compile
	Derived        // in both modes, but at no argument that was tried could it be checked
	Checked        // derived, and right at all arguments that tell
	Wrong          // derived, and wrong at some argument, or its derivative crashes
)

// A Function is one that is asked to be differentiated.
type Function struct {
	Package string // its path below the module's
	File    string // relative to the module
	Line    int
	Name    string // F, T.M or (*T).M

	Status Status
	Reason string // why it was refused, how it crashed or what is wrong
	At     string // where it was refused: file:line, relative to the module
	NaN    string // where a derivative is NaN or infinite though the function is finite

	expr      func(name string) string // the function or a derivative of it as an expression
	offset    int                      // of the word func in the file
	directive string                   // what the directives say after the verb
	wrt       []int
	generic   bool // float64 is no type argument for it, so that it is not called
}

// candidates returns the functions of the packages that have a parameter and a result that carry a derivative.
func (s *scratch) candidates() ([]*Function, error) {
	prog, err := lower.Load(lower.Config{Dir: s.dir, Env: s.env}, s.patterns()...)
	if err != nil {
		return nil, err
	}
	if len(prog.Diags) > 0 {
		return nil, fmt.Errorf("%s does not load: %v", s.Path, prog.Diags[0])
	}
	var list []*Function
	for _, pkg := range prog.Packages {
		for _, file := range pkg.Files {
			for _, decl := range file.Syntax.Decls {
				if decl, ok := decl.(*goast.FuncDecl); ok {
					if f := s.candidate(prog, pkg, file, decl); f != nil {
						list = append(list, f)
					}
				}
			}
		}
	}
	return list, nil
}

// candidate returns the function of a declaration, or nil if it is none that is asked for.
func (s *scratch) candidate(prog *lower.Program, pkg *lower.Package, file *lower.File, decl *goast.FuncDecl) *Function {
	fn, ok := pkg.Info.Defs[decl.Name].(*types.Func)
	if !ok || decl.Name.Name == "_" || s.given[fn.FullName()] {
		return nil
	}
	sig, view := fn.Signature(), prog.View(pkg, file)
	carrying := view.Carrying(sig)
	if len(carrying) == 0 || !slices.ContainsFunc(slices.Collect(sig.Results().Variables()), func(v *types.Var) bool { return view.Carries(v.Type()) }) {
		return nil
	}
	f := &Function{
		Package: s.below(pkg), File: prog.Relative(file.Name), Line: prog.Fset.Position(decl.Pos()).Line,
		offset: int(decl.Pos() - file.Syntax.FileStart), wrt: view.DefaultWrt(sig, pkg.Types),
	}
	if len(f.wrt) == 0 {
		f.wrt = carrying
		f.directive = " wrt=" + strings.Join(names(sig, carrying), ",")
	}
	f.name(fn)
	return f
}

// below returns the path of a package below the module's.
func (s *scratch) below(pkg *lower.Package) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimPrefix(pkg.Path, s.Path), "/"), ".")
}

// names returns the names of parameters.
func names(sig *types.Signature, indices []int) []string {
	var list []string
	for _, i := range indices {
		list = append(list, ast.ParamsOf(sig)[i].Name())
	}
	return list
}

// name sets what a function is called, in reports and as an expression in its package. Generic ones are called with
// float64 for all of their type parameters.
func (f *Function) name(fn *types.Func) {
	sig := fn.Signature()
	f.Name = fn.Name()
	args := instance(sig.TypeParams())
	f.generic = sig.TypeParams().Len() > 0 && args == ""
	f.expr = func(name string) string { return name + args }
	if sig.Recv() == nil {
		return
	}
	recv, pointer := types.Unalias(sig.Recv().Type()), false
	if p, ok := recv.(*types.Pointer); ok {
		recv, pointer = types.Unalias(p.Elem()), true
	}
	typ := recv.(*types.Named).Obj().Name()
	args = instance(sig.RecvTypeParams())
	f.generic = sig.RecvTypeParams().Len() > 0 && args == ""
	star := func(t string) string {
		if pointer {
			return "(*" + t + ")"
		}
		return t
	}
	f.Name = star(typ) + "." + fn.Name()
	f.expr = func(name string) string { return star(typ+args) + "." + name }
}

// instance returns a list of type arguments, float64 for each parameter, or "" if there are no parameters or float64 is no
// argument for one.
func instance(params *types.TypeParamList) string {
	var list []string
	for p := range params.TypeParams() {
		if !types.Satisfies(types.Typ[types.Float64], p.Constraint().Underlying().(*types.Interface)) {
			return ""
		}
		list = append(list, "float64")
	}
	if len(list) == 0 {
		return ""
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// base returns the name of the function without that of its type.
func (f *Function) base() string { return f.Name[strings.LastIndex(f.Name, ".")+1:] }

// fail sets what became of f, at a position that may be unknown.
func (f *Function) fail(status Status, at, reason string) {
	f.Status, f.At, f.Reason = status, at, reason
}

// verbs are the directives that are given to a function.
var verbs = []string{"vjp", "jvp"}

// inject writes the files of functions with directives for those that are pending, and without for the others. Sources are the files as
// they are in the module.
func (s *scratch) inject(functions []*Function, sources map[string][]byte) (layout, error) {
	lines := layout{}
	for name, fs := range byFile(functions) {
		src := sources[name]
		var out bytes.Buffer
		from := 0
		for _, f := range fs {
			if f.Status != Pending {
				continue
			}
			out.Write(src[from:f.offset])
			for _, verb := range verbs {
				fmt.Fprintf(&out, "//godiff:%s%s\n", verb, f.directive)
			}
			from = f.offset
			lines[name] = append(lines[name], f.Line)
		}
		out.Write(src[from:])
		if err := os.WriteFile(filepath.Join(s.dir, name), out.Bytes(), 0o666); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// byFile groups functions by their file, in the order in which they stand there.
func byFile(functions []*Function) map[string][]*Function {
	files := map[string][]*Function{}
	for _, f := range functions {
		files[f.File] = append(files[f.File], f)
	}
	for _, fs := range files {
		slices.SortFunc(fs, func(a, b *Function) int { return cmp.Compare(a.offset, b.offset) })
	}
	return files
}

// sources reads the files of functions.
func (s *scratch) sources(functions []*Function) (map[string][]byte, error) {
	sources := map[string][]byte{}
	for name := range byFile(functions) {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			return nil, err
		}
		sources[name] = data
	}
	return sources, nil
}

// A layout knows where directives stand: by file, the lines of the functions that have them, ascending.
type layout map[string][]int

// original returns a line of a file with directives as it is counted without them; that of a directive is its function's.
func (l layout) original(file string, line int) int {
	for _, at := range l[file] {
		if at <= line {
			line = max(line-len(verbs), at)
		}
	}
	return line
}
