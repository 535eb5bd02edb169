package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// TestCalls checks the functions that call those of a package.
func TestCalls(t *testing.T) {
	const src = `package p

import "math/rand"

func Sum(x ...float64) float64 { return 0 }
func Fill(_ []float64, r *rand.Rand) {}
func Generic[T any](x T) T { return x }
func hidden(x float64) float64 { return x }
`
	const want = `package godiffcalls

import (
	_ "example.com/rules"
)
import "example.com/p"
import "math/rand"

func Fill(p0 []float64, r *rand.Rand) () {
	p.Fill(p0, r)
}

func Sum(x ...float64) (float64) {
	return p.Sum(x...)
}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	pkg, err := conf.Check("example.com/p", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &scratch{Module: Module{Rules: []string{"example.com/rules"}}}
	if got := s.calls(pkg); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
