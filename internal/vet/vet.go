// Package vet is godiff vet as an analysis of one package, for go vet and others that run such analyses:
//
//	go vet -vettool=$(which godiff) ./...
//
// An analysis is given the syntax of one package and the types of what it imports. What a derivative is depends on more: on the source of
// the functions that it goes through, and on rules of other packages. So of a package that imports others than those of the standard
// library the analysis says only where derivatives end, in its own functions, and what is wrong with its directives. It does not say
// which outputs are stale, of any package. The command godiff vet says it all.
package vet

import (
	"bytes"
	"go/token"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

// Analyzer reports what cannot be differentiated, where derivatives end, and rules without use.
var Analyzer = &analysis.Analyzer{
	Name: "godiff",
	Doc: "report what godiff cannot differentiate, and where derivatives end\n\n" +
		"It reports, for functions with directives such as //godiff:grad, what cannot be differentiated, branches on whether values with " +
		"derivatives are equal, conversions of such values to integers, and rules that are never used.",
	Run: run,
}

func run(pass *analysis.Pass) (any, error) {
	one := lower.One{
		Types: pass.Pkg, Sizes: pass.TypesSizes, GoVersion: strings.TrimPrefix(pass.Pkg.GoVersion(), "go"),
		Ignored: pass.IgnoredFiles, Other: pass.OtherFiles, Overlay: map[string][]byte{},
	}
	asks := false
	for _, file := range pass.Files {
		name := pass.Fset.File(file.FileStart).Name()
		src, err := pass.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if name, err = filepath.Abs(name); err != nil {
			return nil, err
		}
		one.Files = append(one.Files, name)
		one.Overlay[name] = src
		asks = asks || bytes.Contains(src, []byte("//godiff:"))
	}
	if !asks {
		return nil, nil
	}
	prog, err := lower.LoadOne(one)
	if err != nil {
		return nil, err
	}
	for _, d := range lower.SortDiagnostics(derive.VetOne(prog)) {
		report(pass, prog, d)
	}
	return nil, nil
}

// report reports a diagnostic of the program at the same place of the files that are analysed.
func report(pass *analysis.Pass, prog *lower.Program, d lower.Diagnostic) {
	for _, file := range pass.Files {
		f := pass.Fset.File(file.FileStart)
		if name, err := filepath.Abs(f.Name()); err == nil && prog.Relative(name) == d.Pos.Filename && d.Pos.Line <= f.LineCount() {
			pos := f.LineStart(max(d.Pos.Line, 1)) + token.Pos(max(d.Pos.Column, 1)-1)
			pass.Report(analysis.Diagnostic{Pos: pos, Message: d.Msg})
		}
	}
}
