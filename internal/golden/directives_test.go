package golden

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/compile"
)

// The reference of directives is made of the table of the compiler and of examples, which are derived here.
const (
	directiveExamples = "../../testdata/directives.txtar"
	directivesText    = "../../docs/directives.md"
)

// A directiveExample is a file of the archive: verb.go, verb-more.go for another, and verb/dir/file.go behind it for what it imports.
type directiveExample struct {
	verb, name, about, code, imported, derivative string
}

func TestDirectives(t *testing.T) {
	archive, err := txtar.ParseFile(directiveExamples)
	if err != nil {
		t.Fatal(err)
	}
	m := newModule(t)
	var examples []*directiveExample
	for _, f := range archive.Files {
		if strings.Contains(f.Name, "/") {
			m.write(t, f.Name, f.Data)
			examples[len(examples)-1].imported = string(bytes.TrimSpace(f.Data))
			continue
		}
		x := newDirectiveExample(t, f)
		examples = append(examples, x)
		m.write(t, x.name+"/in.go", f.Data)
	}
	var stdout, stderr bytes.Buffer
	opt := compile.Options{Patterns: []string{"./..."}, Stdout: &stdout, Stderr: &stderr}
	opt.Load.Dir, opt.Load.Env = m.dir, m.env
	if compile.Generate(opt) != 0 {
		t.Fatalf("an example of a directive is not derived:\n%s", &stderr)
	}
	if out, err := m.command("vet", "./...").CombinedOutput(); err != nil {
		t.Fatalf("go vet: %v\n%s", err, out)
	}
	for _, x := range examples {
		x.derivative = firstDeclaration(t, filepath.Join(m.dir, x.name, "in_godiff.go"))
	}
	forms, options := lower.Forms()
	checkDirectives(t, forms, options, examples)
	checkText(t, directivesText, directivesOf(forms, options, examples))
}

// newDirectiveExample takes a file apart: the comment at its head, and the rest without package clause.
func newDirectiveExample(t *testing.T, f txtar.File) *directiveExample {
	name := strings.TrimSuffix(f.Name, ".go")
	verb, _, _ := strings.Cut(name, "-")
	about, code, found := strings.Cut(string(f.Data), "package p\n")
	if !found {
		t.Fatalf("%s is not of package p", f.Name)
	}
	about = strings.TrimSpace(strings.ReplaceAll("\n"+about, "\n// ", "\n"))
	return &directiveExample{verb: verb, name: name, about: about, code: strings.TrimSpace(code)}
}

// firstDeclaration returns the first declaration of a file that is no import, with its comment.
func firstDeclaration(t *testing.T, path string) string {
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	comments := file.Comments
	for _, decl := range file.Decls {
		start := decl.Pos()
		for _, c := range comments {
			if c.End() < decl.Pos() && files.Position(c.End()).Line+1 == files.Position(decl.Pos()).Line {
				start = c.Pos()
			}
		}
		if text := string(source[files.Position(start).Offset:files.Position(decl.End()).Offset]); !strings.HasPrefix(text, "import") {
			return text
		}
	}
	t.Fatalf("%s has no declaration", path)
	return ""
}

// checkDirectives reports directives, and options of them, that no example has, and what lacks a description.
func checkDirectives(t *testing.T, forms []lower.Form, options []lower.Option, examples []*directiveExample) {
	for _, form := range forms {
		var code string
		for _, x := range examples {
			if x.verb == form.Verb {
				code += x.code
			}
		}
		if !strings.Contains(code, "//godiff:"+form.Verb) {
			t.Errorf("no example shows //godiff:%s", form.Verb)
		}
		if form.Doc == "" {
			t.Errorf("//godiff:%s has no description", form.Verb)
		}
		for _, key := range form.Options {
			if !slices.ContainsFunc(options, func(o lower.Option) bool { return o.Key == key && o.Doc != "" }) {
				t.Errorf("the option %s has no description", key)
			}
		}
	}
	for _, x := range examples {
		if !slices.ContainsFunc(forms, func(f lower.Form) bool { return f.Verb == x.verb }) {
			t.Errorf("%s.go is named after no directive", x.name)
		}
	}
	for _, o := range options {
		if !slices.ContainsFunc(examples, func(x *directiveExample) bool { return strings.Contains(x.code, " "+o.Key+"=") }) {
			t.Errorf("no example has the option %s", o.Key)
		}
	}
}

// directivesOf returns the text of the reference.
func directivesOf(forms []lower.Form, options []lower.Option, examples []*directiveExample) []byte {
	var b bytes.Buffer
	b.WriteString(`# Directives

A directive is a comment in Go's form for them, without a blank after the slashes: //godiff: and a verb, then options, separated by blanks.
It belongs in the doc comment of a function or method, which may have several, or, for the last two, on the line before a statement. A
directive elsewhere, an unknown verb or option, an option given twice or without value are errors.

F is the function that has the directive; for rules, the function that they are for. The names of parameters are those of F.

This file is made from the compiler's table and testdata/directives.txtar by ` + "`go test ./internal/golden -run Directives -update`" + `.

| directive | what it does |
|---|---|
`)
	for _, f := range forms {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", f.Text, f.Verb, f.Doc)
	}
	b.WriteString("\n## Options\n\n| option | of | what it names |\n|---|---|---|\n")
	for _, o := range options {
		var verbs []string
		for _, f := range forms {
			if slices.Contains(f.Options, o.Key) {
				verbs = append(verbs, f.Verb)
			}
		}
		fmt.Fprintf(&b, "| `%s=%s` | %s | %s |\n", o.Key, o.Value, strings.Join(verbs, ", "), o.Doc)
	}
	for _, f := range forms {
		fmt.Fprintf(&b, "\n## %s\n\n`%s` %s. It belongs %s.\n", f.Verb, f.Text, f.Doc, f.Place)
		for _, x := range examples {
			if x.verb != f.Verb {
				continue
			}
			if x.about != "" {
				fmt.Fprintf(&b, "\n%s\n", x.about)
			}
			fmt.Fprintf(&b, "\n```go\n%s\n```\n", x.code)
			if x.imported != "" {
				fmt.Fprintf(&b, "\nwith\n\n```go\n%s\n```\n", x.imported)
			}
			fmt.Fprintf(&b, "\ngives\n\n```go\n%s\n```\n", x.derivative)
		}
	}
	return b.Bytes()
}

// checkText compares a page with what it should be, and rewrites it where that is asked for.
func checkText(t *testing.T, name string, want []byte) {
	t.Helper()
	old, _ := os.ReadFile(filepath.FromSlash(name))
	if bytes.Equal(old, want) || t.Failed() {
		return
	}
	if !*update {
		t.Errorf("%s: want -, got +\n%s%s", name, lineDiff(string(old), string(want)), howToUpdate)
		return
	}
	if err := os.WriteFile(filepath.FromSlash(name), want, 0o666); err != nil {
		t.Fatal(err)
	}
}
