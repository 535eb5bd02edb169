package randprog

import (
	"cmp"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// Minimise returns a program that still fails and in which nothing can be left out any more: no statement, branch,
// operand, declaration, directive or parameter of the annotated function. It returns p itself where nothing can be
// left out of that. Fails is called with programs that compile.
func Minimise(p Program, fails func(Program) bool) Program {
	return MinimiseBatch(p, func(ps []Program) []bool {
		out := make([]bool, len(ps))
		for i, q := range ps {
			if out[i] = fails(q); out[i] {
				break // the first is the best
			}
		}
		return out
	})
}

// MinimiseBatch is like [Minimise] for a test that takes hardly longer for many programs than for one. It may be
// given programs of which one is a reduction of another.
func MinimiseBatch(p Program, fails func([]Program) []bool) Program {
	r := &reducer{fset: token.NewFileSet()}
	r.imports = importer.ForCompiler(r.fset, "source", nil)
	p.Features = nil
	for {
		next, ok := r.round(p, fails)
		if !ok {
			return p
		}
		p = next
	}
}

// batch is the number of programs that are tested together.
const batch = 48

// reducer makes reductions.
type reducer struct {
	fset    *token.FileSet
	imports types.Importer
}

// reduction is a smaller program, and the edits that led to it.
type reduction struct {
	edits []edit
	Program
}

// round returns a reduction of p that fails: several edits at once if they fail together.
func (r *reducer) round(p Program, fails func([]Program) []bool) (Program, bool) {
	var untried []reduction
	for _, e := range r.edits(p.Source) {
		untried = append(untried, reduction{edits: []edit{e}})
	}
	for len(untried) > 0 {
		var tried []reduction
		for len(untried) > 0 && len(tried) < batch {
			if q, ok := r.reduce(p, untried[0].edits); ok {
				tried = append(tried, q)
			}
			untried = untried[1:]
		}
		if good := failing(tried, fails); len(good) > 0 {
			return r.merge(p, good, fails), true
		}
	}
	return p, false
}

// failing returns those of the reductions that fail.
func failing(rs []reduction, fails func([]Program) []bool) []reduction {
	ps := make([]Program, len(rs))
	for i, r := range rs {
		ps[i] = r.Program
	}
	var good []reduction
	for i, bad := range fails(ps) {
		if bad {
			good = append(good, rs[i])
		}
	}
	return good
}

// merge returns the largest prefix of the reductions that fails as one, of those whose size is halved repeatedly.
func (r *reducer) merge(p Program, good []reduction, fails func([]Program) []bool) Program {
	var merged []reduction
	for n := len(good); n > 1; n /= 2 {
		var edits []edit
		for _, g := range good[:n] {
			if !overlaps(edits, g.edits[0]) {
				edits = append(edits, g.edits[0])
			}
		}
		if q, ok := r.reduce(p, edits); ok {
			merged = append(merged, q)
		}
	}
	if len(merged) > 0 {
		if better := failing(merged, fails); len(better) > 0 {
			return better[0].Program
		}
	}
	return good[0].Program
}

func overlaps(edits []edit, e edit) bool {
	return slices.ContainsFunc(edits, func(o edit) bool { return o.from < e.to && e.from < o.to })
}

// reduce makes the edits. It reports false where the result does not compile or is not shorter.
func (r *reducer) reduce(p Program, edits []edit) (reduction, bool) {
	src, ok := r.repair(apply(p.Source, slices.Clone(edits)))
	if !ok || len(src) >= len(p.Source) {
		return reduction{}, false
	}
	p.Source = src
	return reduction{edits, p}, true
}

// edits returns the edits that leave something out of src, those that leave out most first.
func (r *reducer) edits(src string) []edit {
	file, err := parser.ParseFile(r.fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	c := collector{src: src, base: r.fset.File(file.Pos()).Base()}
	for _, group := range file.Comments {
		for _, l := range group.List {
			c.removeLine(l)
		}
	}
	for _, d := range file.Decls {
		c.remove(d)
		if f, ok := d.(*ast.FuncDecl); ok {
			c.function(f)
		}
	}
	slices.SortStableFunc(c.edits, func(a, b edit) int {
		return cmp.Compare(b.to-b.from-len(b.text), a.to-a.from-len(a.text))
	})
	return c.edits
}

// collector collects edits.
type collector struct {
	src   string
	base  int // position of the first byte
	edits []edit
}

// text returns the source of n.
func (c *collector) text(n ast.Node) string { return c.src[int(n.Pos())-c.base : int(n.End())-c.base] }

// replace adds the edit that puts text in place of n.
func (c *collector) replace(n ast.Node, text string) {
	c.edits = append(c.edits, edit{int(n.Pos()) - c.base, int(n.End()) - c.base, text})
}

func (c *collector) remove(n ast.Node) { c.replace(n, "") }

// removeLine adds the removal of a comment with its line.
func (c *collector) removeLine(l *ast.Comment) {
	c.edits = append(c.edits, edit{int(l.Pos()) - c.base, min(int(l.End())-c.base+1, len(c.src)), ""})
}

// function adds the edits of a function: parameters, if it has directives, and what its body holds.
func (c *collector) function(f *ast.FuncDecl) {
	if f.Doc != nil && strings.Contains(c.text(f.Doc), "//godiff:") {
		c.parameters(f.Type.Params.List)
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case ast.Stmt:
			c.statement(n)
		case ast.Expr:
			c.expression(n)
		}
		return true
	})
}

// parameters adds the removal of each parameter, with its comma.
func (c *collector) parameters(fields []*ast.Field) {
	for i, f := range fields {
		from, to := int(f.Pos())-c.base, int(f.End())-c.base
		if i+1 < len(fields) {
			to = int(fields[i+1].Pos()) - c.base
		} else if i > 0 {
			from = int(fields[i-1].End()) - c.base
		}
		c.edits = append(c.edits, edit{from, to, ""})
	}
}

// statement adds the removal of s, and its replacement by what it holds.
func (c *collector) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		c.contents(s, s)
		return
	case *ast.IfStmt:
		c.contents(s, s.Body)
		if s.Else != nil {
			c.replace(s, c.text(s.Else))
			c.edits = append(c.edits, edit{int(s.Body.End()) - c.base, int(s.Else.End()) - c.base, ""})
		}
	case *ast.ForStmt:
		c.contents(s, s.Body)
	case *ast.RangeStmt:
		c.contents(s, s.Body)
	case *ast.LabeledStmt:
		c.replace(s, c.text(s.Stmt))
	case *ast.AssignStmt:
		c.pairs(s)
	}
	c.remove(s)
}

// contents adds the replacement of s by the statements of its block.
func (c *collector) contents(s ast.Stmt, b *ast.BlockStmt) {
	if len(b.List) > 0 {
		from, to := b.List[0].Pos(), b.List[len(b.List)-1].End()
		c.replace(s, c.src[int(from)-c.base:int(to)-c.base])
	}
}

// pairs adds the removal of each pair from a tuple assignment.
func (c *collector) pairs(s *ast.AssignStmt) {
	if len(s.Lhs) < 2 || len(s.Lhs) != len(s.Rhs) {
		return
	}
	for i := range s.Lhs {
		var left, right []string
		for j := range s.Lhs {
			if j != i {
				left, right = append(left, c.text(s.Lhs[j])), append(right, c.text(s.Rhs[j]))
			}
		}
		c.replace(s, strings.Join(left, ", ")+" "+s.Tok.String()+" "+strings.Join(right, ", "))
	}
}

// expression adds the replacement of e by its operands, and by constants.
func (c *collector) expression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		c.replace(e, c.text(e.X))
		c.replace(e, c.text(e.Y))
		c.replace(e, "true")
		c.replace(e, "false")
	case *ast.ParenExpr:
		c.replace(e, c.text(e.X))
	case *ast.UnaryExpr:
		c.replace(e, c.text(e.X))
	case *ast.CallExpr:
		for _, a := range e.Args {
			c.replace(e, c.text(a))
		}
	case *ast.CompositeLit:
		for i, x := range e.Elts {
			if i > 0 {
				c.edits = append(c.edits, edit{int(e.Elts[i-1].End()) - c.base, int(x.End()) - c.base, ""})
			}
		}
	case *ast.BasicLit:
		return
	}
	c.replace(e, "1")
}

// repair removes what src declares or imports and does not use, as far as that lets it compile, and formats it.
func (r *reducer) repair(src string) (string, bool) {
	for range 20 {
		file, err := parser.ParseFile(r.fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", false
		}
		var errs []types.Error
		conf := types.Config{Importer: r.imports, Error: func(err error) { errs = append(errs, err.(types.Error)) }}
		conf.Check("p", r.fset, []*ast.File{file}, nil)
		if len(errs) == 0 {
			out, err := format.Source([]byte(src))
			return string(out), err == nil
		}
		c := collector{src: src, base: r.fset.File(file.Pos()).Base()}
		for _, e := range errs {
			if !strings.Contains(e.Msg, "and not used") {
				return "", false
			}
			c.unused(file, e.Pos)
		}
		if len(c.edits) == 0 {
			return "", false
		}
		src = apply(src, c.edits[:1]) // the next time round finds the others
	}
	return "", false
}

// unused adds the removal of what is declared at pos.
func (c *collector) unused(file *ast.File, pos token.Pos) {
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || pos >= n.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.GenDecl:
			if len(n.Specs) == 1 {
				c.remove(n)
			}
		case *ast.LabeledStmt:
			if n.Pos() == pos {
				c.replace(n, c.text(n.Stmt))
			}
		case *ast.AssignStmt:
			c.blank(n, pos)
		case *ast.RangeStmt:
			c.rangeVariable(n, pos)
		}
		return true
	})
}

// blank puts the blank identifier in place of the variable at pos that s defines, or removes s.
func (c *collector) blank(s *ast.AssignStmt, pos token.Pos) {
	others := 0
	for _, l := range s.Lhs {
		if id, ok := l.(*ast.Ident); !ok || id.Pos() != pos && id.Name != "_" {
			others++
		}
	}
	for _, l := range s.Lhs {
		switch {
		case l.Pos() != pos:
		case others == 0:
			c.remove(s)
		default:
			c.replace(l, "_")
		}
	}
}

// rangeVariable removes the variable at pos from the header of s.
func (c *collector) rangeVariable(s *ast.RangeStmt, pos token.Pos) {
	switch {
	case s.Value != nil && s.Value.Pos() == pos && c.text(s.Key) == "_":
		c.edits = append(c.edits, edit{int(s.Key.Pos()) - c.base, int(s.Range) - c.base, ""})
	case s.Value != nil && s.Value.Pos() == pos:
		c.edits = append(c.edits, edit{int(s.Key.End()) - c.base, int(s.Value.End()) - c.base, ""})
	case s.Key != nil && s.Key.Pos() == pos && s.Value == nil:
		c.edits = append(c.edits, edit{int(s.Key.Pos()) - c.base, int(s.Range) - c.base, ""})
	case s.Key != nil && s.Key.Pos() == pos:
		c.replace(s.Key, "_")
	}
}

// Minimised minimises a program that [Check] reported with a message, under the same configuration. What is left
// fails with a message that begins alike.
func Minimised(p Program, message string, c Config) Program {
	c.Dir = ""
	want := complaint(message)
	return MinimiseBatch(p, func(ps []Program) []bool {
		bad := make([]bool, len(ps))
		r, err := Check(ps, c)
		if err != nil {
			return bad
		}
		for _, f := range r.Failures {
			bad[f.Index] = complaint(f.Message) == want
		}
		return bad
	})
}

var (
	place  = regexp.MustCompile(`^point \d+ \(.*?\): | d[^ ]+, float \d+:`) // at which point, of which parameter
	suffix = regexp.MustCompile(`\d{4,}`)                                   // of a mangled name
)

// complaint returns what messages about one mistake have in common: their first words, without places and numbers.
func complaint(message string) string {
	message, _, _ = strings.Cut(message, "\n")
	if m := diagnostic.FindStringSubmatch(message); m != nil {
		message = m[3]
	}
	message = suffix.ReplaceAllString(place.ReplaceAllString(message, ""), "")
	if i := strings.IndexAny(message, "-0123456789\"`"); i >= 0 {
		message = message[:i]
	}
	words := strings.Fields(message)
	return strings.Join(words[:min(len(words), 9)], " ")
}
