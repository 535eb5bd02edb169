package golden

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/godiff/godiff/transform/rules"
	"github.com/godiff/godiff/transform/rules/bodies"
)

// The reference of godiff's own rules is made of their source: package rules, and package bodies.
const (
	rulesSource = "../../transform/rules/rules.go"
	rulesText   = "../../docs/rules.md"
)

// ruleFiles are the files of package rules, as they stand in the reference, with the titles that they have there.
var ruleFiles = []struct{ name, title string }{
	{"explog.go", "Exponentials, logarithms, powers and roots"},
	{"trig.go", "Trigonometric and hyperbolic functions"},
	{"special.go", "Special functions"},
	{"arith.go", "Absolute values, remainders, rounding and parts of numbers"},
	{"builtin.go", "Builtin functions"},
}

// A ruleRow is what the reference says of one function.
type ruleRow struct {
	call     string   // y = math.Tanh(x)
	formula  string   // tanh′ x = sech² x = 1 − tanh² x
	source   string   // 4.34.3, of the DLMF
	adjoints string   // dx = dy * (1 - y*y)
	edges    []string // conventions
}

func TestRules(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# Rules

Derivatives that godiff knows without looking at a body. A rule is a Go function, in [transform/rules](../transform/rules/rules.go), which is
substituted where its function is called: given the arguments, the results and the adjoints of the results, it returns the adjoints of the arguments. The third column is its code; d before a
name stands for the adjoint.

A rule of your own for one of these functions comes before godiff's: see [derivative](directives.md#derivative). Formulas are numbered as in the NIST Digital
Library of Mathematical Functions (DLMF). Functions with several arguments have a rule for every subset of them, and the smallest is taken that covers what
is active.

This file is made from the source of the rules by ` + "`go test ./internal/golden -run Rules -update`" + `.
`)
	all, err := fs.Glob(rules.Files(), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if !slices.ContainsFunc(ruleFiles, func(f struct{ name, title string }) bool { return f.name == name }) {
			t.Errorf("the reference has no title for what is in %s", name)
		}
	}
	functions := ruleFunctions(t)
	for _, f := range ruleFiles {
		fmt.Fprintf(&b, "\n## %s\n\n| function | formula | adjoints | conventions |\n|---|---|---|---|\n", f.title)
		for _, row := range ruleRows(t, f.name, functions) {
			formula := row.formula
			if row.source != "" {
				formula += " (" + linked(row.source) + ")"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", inCell(row.call), inCell(formula), inCell(row.adjoints), inCell(strings.Join(row.edges, " ")))
		}
	}
	b.WriteString("\n## Where a partial derivative is not finite\n\n")
	b.Write(docSection(t, rulesSource, "Where a partial derivative is not finite"))
	writeBodies(t, &b)
	checkText(t, rulesText, b.Bytes())
}

var ruleDirective = regexp.MustCompile(`(?m)^//godiff:derivative of=(\S+)(?: wrt=(\S+))?\n+func (\w+)`)

// ruleFunctions returns the functions that the rules for all their arguments are for, by the names of the rules.
func ruleFunctions(t *testing.T) map[string]string {
	of := map[string]string{}
	for _, f := range ruleFiles {
		source, err := fs.ReadFile(rules.Files(), f.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ruleDirective.FindAllStringSubmatch(string(source), -1) {
			if m[2] == "" {
				of[m[3]] = m[1]
			}
		}
	}
	return of
}

// ruleRows returns the rows for the rules in a file. What is said of a rule for some arguments is said with that for all.
func ruleRows(t *testing.T, name string, functions map[string]string) []*ruleRow {
	source, err := fs.ReadFile(rules.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n ast.Node) string {
		return string(source[files.Position(n.Pos()).Offset:files.Position(n.End()).Offset])
	}
	var rows []*ruleRow
	of := map[string]*ruleRow{}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Doc == nil {
			continue
		}
		directive := ruleDirective.FindStringSubmatch(string(source[files.Position(f.Doc.Pos()).Offset:files.Position(f.Type.Params.Pos()).Offset]))
		switch {
		case directive == nil:
		case directive[2] != "":
			_, more, _ := strings.Cut(strings.TrimSpace(f.Doc.Text()), "\n")
			if more != "" {
				of[directive[1]].say("With respect to "+directive[2]+": "+more, functions)
			}
		default:
			row := &ruleRow{}
			row.describe(f, functions)
			row.take(directive[1], f, text)
			rows, of[directive[1]] = append(rows, row), row
		}
	}
	return rows
}

// describe takes the comment of a rule apart: Name: formula. DLMF number. Conventions.
func (r *ruleRow) describe(f *ast.FuncDecl, functions map[string]string) {
	doc := strings.Join(strings.Fields(f.Doc.Text()), " ")
	doc = strings.TrimPrefix(strings.TrimPrefix(doc, f.Name.Name+": "), f.Name.Name+" is ")
	r.formula = strings.TrimSuffix(doc, ".")
	if at := regexp.MustCompile(`\. DLMF (\d\S*(?:, \d\S*)*)\.(?: |$)`).FindStringSubmatchIndex(doc); at != nil {
		r.formula, r.source = doc[:at[0]], doc[at[2]:at[3]]
		r.say(doc[at[1]:], functions)
	}
	r.formula = unlinked(r.formula, functions)
}

// say adds what is said of conventions.
func (r *ruleRow) say(text string, functions map[string]string) {
	if text = unlinked(strings.Join(strings.Fields(text), " "), functions); text != "" {
		r.edges = append(r.edges, text)
	}
}

// take takes the code of a rule: what it returns, and where.
func (r *ruleRow) take(of string, f *ast.FuncDecl, text func(ast.Node) string) {
	params, results := fieldNames(f.Type.Params), fieldNames(f.Type.Results)
	n := slices.IndexFunc(params, func(p string) bool { return slices.Contains(params, "d"+p) })
	first := slices.Index(params, "d"+params[n])
	r.call = fmt.Sprintf("%s = %s(%s)", strings.Join(params[n:first], ", "), of, strings.Join(params[:n], ", "))
	returned := func(s ast.Stmt) string {
		var list []string
		for _, x := range s.(*ast.ReturnStmt).Results {
			list = append(list, text(x))
		}
		return "`" + strings.Join(results, ", ") + " = " + strings.Join(list, ", ") + "`"
	}
	for _, s := range f.Body.List {
		if s, ok := s.(*ast.IfStmt); ok {
			r.adjoints += returned(s.Body.List[0]) + " where `" + text(s.Cond) + "`, else<br>"
			continue
		}
		r.adjoints += returned(s)
	}
}

func fieldNames(fields *ast.FieldList) []string {
	var names []string
	for _, f := range fields.List {
		for _, id := range f.Names {
			names = append(names, id.Name)
		}
	}
	return names
}

// unlinked returns the text of a comment without the brackets of its links, which name rules: here these are functions.
func unlinked(text string, functions map[string]string) string {
	return regexp.MustCompile(`\[\w+\]`).ReplaceAllStringFunc(text, func(link string) string {
		name := strings.Trim(link, "[]")
		if of := functions[name]; of != "" {
			return of
		}
		return name
	})
}

// linked returns the numbers of formulas as links.
func linked(source string) string {
	var list []string
	for number := range strings.SplitSeq(source, ", ") {
		parts := regexp.MustCompile(`^(\d+\.\d+)(?:\.(\d+)|\((\w+)\))$`).FindStringSubmatch(number)
		last := parts[3]
		if parts[2] != "" {
			last = "E" + parts[2]
		}
		list = append(list, fmt.Sprintf("[%s](https://dlmf.nist.gov/%s.%s)", number, parts[1], last))
	}
	return strings.Join(list, ", ")
}

// inCell returns a text as it stands in a cell of a table.
func inCell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// docSection returns a section of the comment of a package.
func docSection(t *testing.T, path, heading string) []byte {
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	doc := new(comment.Parser).Parse(file.Doc.Text())
	section := &comment.Doc{}
	inside := false
	for _, block := range doc.Content {
		if h, ok := block.(*comment.Heading); ok {
			inside = len(h.Text) == 1 && h.Text[0] == comment.Plain(heading)
		} else if inside {
			section.Content = append(section.Content, block)
		}
	}
	if len(section.Content) == 0 {
		t.Fatalf("%s has no section %q", path, heading)
	}
	printer := &comment.Printer{DocLinkURL: func(link *comment.DocLink) string { return "../transform/rules/explog.go" }}
	return printer.Markdown(section)
}

// writeBodies lists the functions that are derived from bodies of godiff's own.
func writeBodies(t *testing.T, b *bytes.Buffer) {
	b.WriteString(`
## Functions with other bodies

These functions of the standard library have no rules. In place of their own bodies godiff differentiates Go that computes the same, in
[transform/rules/bodies](../transform/rules/bodies/bodies.go).

`)
	names, err := fs.Glob(bodies.Files(), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, name := range names {
		source, err := fs.ReadFile(bodies.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^//bodies:of (.*)$`).FindAllSubmatch(source, -1) {
			list = append(list, string(m[1]))
		}
	}
	slices.Sort(list)
	b.WriteString(wrapped(strings.Join(slices.Compact(list), ", ")+".", 120))
}

// wrapped returns a text in lines of some width.
func wrapped(text string, width int) string {
	var b strings.Builder
	line := 0
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case line == 0:
		case line+1+len(word) > width:
			b.WriteByte('\n')
			line = 0
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += len(word)
	}
	b.WriteByte('\n')
	return b.String()
}
