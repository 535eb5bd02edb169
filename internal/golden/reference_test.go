package golden

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/compile"
)

// The reference of what is derived and what is refused is made of the examples in testdata/reference.txtar, each of which is derived or
// refused here as the text says.
const (
	referenceExamples = "../../testdata/reference.txtar"
	referenceText     = "../../docs/language.md"
)

// An example is a file of the archive: derived/name.go or refused/name.go. Its first line is a comment, which says what it is about.
type example struct {
	name, title, code string
	messages          []string // of one that is refused, without positions
}

// notShown are the kinds of nodes that no example is about: those of files, of comments and of what does not parse.
var notShown = []string{"BadDecl", "BadExpr", "BadStmt", "Comment", "CommentGroup", "Directive", "File", "ImportSpec", "Package"}

func TestReference(t *testing.T) {
	archive, err := txtar.ParseFile(referenceExamples)
	if err != nil {
		t.Fatal(err)
	}
	m := newModule(t)
	var derived, refused []*example
	for _, f := range archive.Files {
		title, code, _ := strings.Cut(string(f.Data), "\n")
		x := &example{name: f.Name, title: strings.TrimSuffix(strings.TrimPrefix(title, "// "), "."), code: strings.TrimSpace(code)}
		if strings.HasPrefix(f.Name, "derived/") {
			derived = append(derived, x)
		} else {
			refused = append(refused, x)
		}
		m.write(t, strings.TrimSuffix(f.Name, ".go")+"/in.go", []byte("package p\n\n"+x.code+"\n"))
	}
	generate := func(pattern string) (int, string) {
		var stdout, stderr bytes.Buffer
		opt := compile.Options{Patterns: []string{pattern}, Stdout: &stdout, Stderr: &stderr}
		opt.Load.Dir, opt.Load.Env = m.dir, m.env
		return compile.Generate(opt), stderr.String()
	}
	if status, stderr := generate("./derived/..."); status != 0 {
		t.Errorf("an example of what is derived is not:\n%s", stderr)
	}
	_, stderr := generate("./refused/...")
	for line := range strings.Lines(stderr) {
		dir, rest, _ := strings.Cut(line, "/in.go:")
		i := slices.IndexFunc(refused, func(x *example) bool { return strings.TrimSuffix(x.name, ".go") == dir })
		_, msg, found := strings.Cut(strings.TrimSpace(rest), ": ")
		if i < 0 || !found {
			t.Fatalf("no example of what is refused: %s", line)
		}
		if !slices.Contains(refused[i].messages, msg) {
			refused[i].messages = append(refused[i].messages, msg)
		}
	}
	for _, x := range refused {
		if len(x.messages) == 0 {
			t.Errorf("%s is not refused", x.name)
		}
	}
	checkShown(t, derived, stderr)
	checkText(t, referenceText, referenceOf(derived, refused))
}

// checkShown reports what the fence lets pass and no example shows, and what it refuses and no example is refused for.
func checkShown(t *testing.T, derived []*example, refusals string) {
	nodes, builtins := lower.Fence()
	kinds, names := map[string]bool{}, map[string]bool{}
	for _, x := range derived {
		file, err := parser.ParseFile(token.NewFileSet(), x.name, "package p\n"+x.code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				kinds[reflect.TypeOf(n).Elem().Name()] = true
			}
			if call, ok := n.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok {
					names[id.Name] = true
				}
			}
			return true
		})
	}
	check := func(what string, said map[string]string, shown map[string]bool) {
		for _, name := range slices.Sorted(maps.Keys(said)) {
			switch reason := said[name]; {
			case slices.Contains(notShown, name):
			case reason == "" && !shown[name]:
				t.Errorf("no example shows the %s %s", what, name)
			case reason != "" && !strings.Contains(refusals, reason):
				t.Errorf("no example is refused for the %s %s: %s", what, name, reason)
			}
		}
	}
	check("node", nodes, kinds)
	check("builtin", builtins, names)
}

// referenceOf returns the text of the reference.
func referenceOf(derived, refused []*example) []byte {
	var b bytes.Buffer
	b.WriteString("# The language\n\n")
	b.WriteString("What godiff derives and what it refuses, by example. Each example is checked by a test, and each kind of Go's syntax and each builtin\n")
	b.WriteString("function occurs in one. A refusal is an error of `godiff generate`, with the position of what is refused; then nothing is written.\n\n")
	b.WriteString("This file is made from testdata/reference.txtar by `go test ./internal/golden -run Reference -update`.\n\n## Derived\n")
	for _, x := range derived {
		fmt.Fprintf(&b, "\n### %s\n\n```go\n%s\n```\n", x.title, x.code)
	}
	b.WriteString("\n## Refused\n")
	for _, x := range refused {
		fmt.Fprintf(&b, "\n### %s\n\n```go\n%s\n```\n", x.title, x.code)
		for _, msg := range x.messages {
			fmt.Fprintf(&b, "\n> %s\n", msg)
		}
	}
	return b.Bytes()
}
