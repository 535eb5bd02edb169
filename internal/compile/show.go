package compile

import (
	"fmt"
	"go/types"
	"io"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

// ShowOptions say which derivative to show. Package and Func are required.
type ShowOptions struct {
	Load    lower.Config
	Package string // a pattern that matches one package
	Func    string // F, T.Method or (*T).Method
	Mode    ast.Mode
	Wrt     string // names of parameters, separated by commas; if empty, those of the directive for Mode or the default
	Stage   string // what to print; the derivative if empty
	Derive  derive.Options

	Stdout, Stderr io.Writer
}

// Show does what godiff show does and returns its exit status.
func Show(opt ShowOptions) int {
	text, diags, err := show(opt)
	for _, d := range lower.SortDiagnostics(diags) {
		fmt.Fprintln(opt.Stderr, d)
	}
	if err != nil {
		fmt.Fprintf(opt.Stderr, "godiff: %v\n", err)
	}
	if err != nil || len(diags) > 0 {
		return 1
	}
	fmt.Fprint(opt.Stdout, text)
	return 0
}

func show(opt ShowOptions) (string, []lower.Diagnostic, error) {
	prog, err := lower.Load(opt.Load, opt.Package)
	if err != nil || len(prog.Diags) > 0 {
		return "", diagsOf(prog), err
	}
	if n := len(group(prog.Packages)); n != 1 {
		return "", nil, fmt.Errorf("%s matches %d packages: show takes one", opt.Package, n)
	}
	pkg, fn, err := find(prog, opt.Func)
	if err != nil {
		return "", nil, err
	}
	if lower.Pending(opt.Mode) {
		return "", []lower.Diagnostic{prog.Diag(fn.Pos(), "%s: mode %s is not supported yet", fn.Name(), opt.Mode)}, nil
	}
	wrt, err := wrtOf(pkg, fn, opt)
	if err != nil {
		return "", nil, err
	}
	text, diags := derive.Show(prog, pkg, fn, opt.Mode, wrt, opt.Stage, opt.Derive)
	return text, diags, nil
}

func diagsOf(prog *lower.Program) []lower.Diagnostic {
	if prog == nil {
		return nil
	}
	return prog.Diags
}

// find returns the function with the given name in the package or, failing that, in its tests.
func find(prog *lower.Program, name string) (*lower.Package, *types.Func, error) {
	var first error
	for _, pkg := range prog.Packages {
		fn, err := pkg.LookupFunc(name)
		if err == nil {
			return pkg, fn, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, nil, first
}

// wrtOf returns the parameters to differentiate by.
func wrtOf(pkg *lower.Package, fn *types.Func, opt ShowOptions) ([]int, error) {
	if opt.Wrt == "" {
		for _, d := range pkg.Directives {
			if d.Fn == fn && d.Generates && d.Mode == opt.Mode {
				return d.Wrt, nil
			}
		}
	}
	return pkg.ParseWrt(fn, opt.Wrt)
}
