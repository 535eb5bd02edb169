package readme_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A block is what stands between two fences, ```language name.
type block struct{ language, name, text string }

var fenced = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```\n")

// replay returns a page with what its blocks should show, from the first to the last.
func replay(t *testing.T, name string, should func(block) string) string {
	t.Helper()
	page := read(t, filepath.Join(root, name))
	return fenced.ReplaceAllStringFunc(page, func(text string) string {
		m := fenced.FindStringSubmatch(text)
		head, _, _ := strings.Cut(text, "\n")
		return head + "\n" + should(block{m[1], m[2], m[3]}) + "```\n"
	})
}

// compare compares a page with what it should be, and rewrites it where that is asked for.
func compare(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join(root, name)
	page := read(t, path)
	if page == want || t.Failed() {
		return
	}
	if *update {
		write(t, path, want)
		return
	}
	old, now := strings.SplitAfter(page, "\n"), strings.SplitAfter(want, "\n")
	line := 0
	for line < min(len(old), len(now)) && old[line] == now[line] {
		line++
	}
	t.Errorf("%s:%d shows what is not so; to update it: go test ./internal/readme -update\nthe page:\n%sshould be:\n%s",
		name, line+1, strings.Join(old[line:min(line+10, len(old))], ""), strings.Join(now[line:min(line+10, len(now))], ""))
}

// shown returns the declarations of a file that a block shows: those of the same names.
func shown(t *testing.T, b block, source string) string {
	t.Helper()
	all, names := declarations(t, b.name, source)
	_, wanted := declarations(t, b.name, "package p\n"+b.text)
	var texts []string
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			t.Errorf("%s has no %s, but %q", b.name, name, names)
			continue
		}
		texts = append(texts, all[name]+"\n")
	}
	return strings.Join(texts, "\n")
}

// declarations returns the functions and types of a file with their comments, by name, and the names in order.
func declarations(t *testing.T, name, source string) (texts map[string]string, names []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	texts = map[string]string{}
	for _, decl := range file.Decls {
		var id *ast.Ident
		var doc *ast.CommentGroup
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			id, doc = decl.Name, decl.Doc
		case *ast.GenDecl:
			if spec, ok := decl.Specs[0].(*ast.TypeSpec); ok {
				id, doc = spec.Name, decl.Doc
			}
		}
		if id == nil {
			continue
		}
		start := decl.Pos()
		if doc != nil {
			start = doc.Pos()
		}
		names = append(names, id.Name)
		texts[id.Name] = source[files.Position(start).Offset:files.Position(decl.End()).Offset]
	}
	return texts, names
}
