package compile

import (
	"fmt"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
	"github.com/godiff/godiff/internal/explain"
)

// ShowOptions say which derivative to show or to explain. Package and Func are required.
type ShowOptions struct {
	Load    lower.Config
	Package string // a pattern that matches one package
	Func    string // F, T.Method or (*T).Method
	Mode    string // a directive's verb; if empty, the first that the function has, in reverse mode if it can be
	Wrt     string // names of parameters, separated by commas; if empty, those of the directive for Mode or the default
	Stage   string // what to show; the derivative if empty
	Derive  derive.Options
	Format  Format // of Explain

	Stdout, Stderr io.Writer
}

// A Format is how an explanation is written.
type Format int

const (
	Text Format = iota // for people
	JSON               // for programs: an explain.Report
	HTML               // a page for browsers
)

// A view makes a text of the derivative of a function.
type view func(*lower.Program, *lower.Package, derive.Request, derive.Options) (string, []lower.Diagnostic)

// Show does what godiff show does and returns its exit status.
func Show(opt ShowOptions) int { return opt.print(derive.Show) }

// Explain does what godiff explain does and returns its exit status.
func Explain(opt ShowOptions) int { return opt.print(opt.explain) }

func (opt *ShowOptions) explain(prog *lower.Program, pkg *lower.Package, req derive.Request, options derive.Options) (string, []lower.Diagnostic) {
	report, diags := derive.Explain(prog, pkg, req, options)
	if len(diags) > 0 {
		return "", diags
	}
	var out strings.Builder
	write := report.Text
	switch opt.Format {
	case JSON:
		locate(report, prog, pkg)
		write = report.JSON
	case HTML:
		write = report.HTML
	}
	if err := write(&out); err != nil {
		panic(fmt.Sprintf("compile: %v", err)) // a Builder takes everything
	}
	return out.String(), nil
}

// locate says where in the outputs on disk the functions of a report stand, if they stand there as they are.
func locate(report *explain.Report, prog *lower.Program, pkg *lower.Package) {
	for _, path := range lower.Outputs(pkg.Dir) {
		src, err := os.ReadFile(path)
		if err != nil {
			continue // then it holds nothing
		}
		for _, d := range report.Derivatives {
			for _, f := range d.Functions {
				if before, _, found := strings.Cut(string(src), "\n\n"+f.Text); found {
					f.File, f.Line = prog.Relative(path), strings.Count(before, "\n")+3
				}
			}
		}
	}
}

func (opt *ShowOptions) print(v view) int {
	text, diags, err := opt.look(v)
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

func (opt *ShowOptions) look(v view) (string, []lower.Diagnostic, error) {
	prog, err := lower.Load(opt.Load, opt.Package)
	if err != nil || len(prog.Diags) > 0 {
		return "", diagsOf(prog), err
	}
	if n := len(group(prog.Packages)); n != 1 {
		return "", nil, fmt.Errorf("%s matches %d packages: one is wanted", opt.Package, n)
	}
	pkg, fn, err := find(prog, opt.Func)
	if err != nil {
		return "", nil, err
	}
	mode, ok := ast.ParseMode(opt.Mode)
	if !ok {
		mode = firstMode(pkg, fn)
	}
	wrt, err := opt.wrt(prog, pkg, fn, mode)
	if err != nil {
		return "", nil, err
	}
	prog, pkg, req, diags := derive.Reach(prog, pkg, derive.Request{Fn: fn, Mode: mode, Wrt: wrt, Stage: opt.Stage}, opt.Derive)
	if len(diags) > 0 {
		return "", diags, nil
	}
	text, diags := v(prog, pkg, req, opt.Derive)
	return text, diags, nil
}

// firstMode returns the mode of the first of a function's directives, in reverse mode if there is one; vjp, which every function has, if
// there is none.
func firstMode(pkg *lower.Package, fn *types.Func) ast.Mode {
	mode := ast.VJP
	for _, d := range slices.Backward(pkg.Directives) {
		if d.Fn == fn && d.Generates && (d.Mode != ast.JVP || mode == ast.VJP) {
			mode = d.Mode
		}
	}
	return mode
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

// wrt returns the parameters to differentiate by.
func (opt *ShowOptions) wrt(prog *lower.Program, pkg *lower.Package, fn *types.Func, mode ast.Mode) ([]int, error) {
	if opt.Wrt == "" {
		for _, d := range pkg.Directives {
			if d.Fn == fn && d.Generates && d.Mode == mode {
				return d.Wrt, nil
			}
		}
	}
	return prog.ParseWrt(pkg, fn, opt.Wrt)
}
