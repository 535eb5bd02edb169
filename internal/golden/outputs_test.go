package golden

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestOutputs looks at the outputs that the golden files want: they declare no variable, so that no call sees the state of another,
// and they import nothing but what their source imports, the standard library, and package runtime. Copies of variables of other packages,
// which nobody writes, would be variables too; no golden file calls for one.
func TestOutputs(t *testing.T) {
	for _, c := range readCases(t, "golden") {
		src, out := parse(t, c, input), parse(t, c, output)
		for _, d := range out.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				t.Errorf("%s declares a variable of the package", c.path)
			}
		}
		theirs := imports(src)
		for _, path := range imports(out) {
			standard := !strings.Contains(strings.Split(path, "/")[0], ".")
			if !standard && path != our+"runtime" && !slices.Contains(theirs, path) {
				t.Errorf("%s imports %s, which its source does not", c.path, path)
			}
		}
	}
}

func parse(t *testing.T, c *testCase, name string) *ast.File {
	file, err := parser.ParseFile(token.NewFileSet(), name, c.file(name), parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%s: %v", c.path, err)
	}
	return file
}

// imports returns the paths of what a file imports.
func imports(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has seen to that
		}
		paths = append(paths, path)
	}
	return paths
}
