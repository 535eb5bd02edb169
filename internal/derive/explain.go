package derive

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/ast/printer"
	"github.com/godiff/godiff/internal/explain"
	"github.com/godiff/godiff/transform"
)

// Explain says how a derivative comes about: what is active, what is remembered and why, how loops are swept and how calls are
// differentiated, and what each statement of it is there for; of the derivatives of callees that it needs as well.
func Explain(prog *lower.Program, pkg *lower.Package, req Request, opt Options) (report *explain.Report, diags []lower.Diagnostic) {
	d := newDeriver(prog, pkg, opt)
	defer d.mistaken(new(map[string][]byte), &diags)
	d.unit.Explaining = true
	if d.derive(req, req.name()) == nil {
		return nil, d.diags
	}
	if _, err := d.unit.Helpers(); err != nil {
		d.refused(err, req.Fn)
		return nil, d.diags
	}
	report = &explain.Report{Package: pkg.Types.Path()}
	for _, x := range d.unit.Explanations() {
		report.Derivatives = append(report.Derivatives, d.explanation(x))
	}
	if len(d.diags) > 0 {
		return nil, d.diags
	}
	return report, nil
}

func (d *deriver) explanation(x *transform.Explanation) *explain.Derivative {
	of := x.Of.Name
	if d.inLibrary(x.Of.Obj) != nil && x.Of.What != "" {
		of = x.Of.Called()
	} else if x.Of.Recv != nil {
		of = "method " + of
	}
	out := &explain.Derivative{
		Name: x.Func.Name, Of: of, Wrt: append([]string{}, x.Wrt...), Active: names(x.Active), Passive: names(x.Passive),
		Remembered: []explain.Value{}, Recomputed: []explain.Note{}, InPlace: []explain.Note{}, Loops: []explain.Note{}, Calls: []explain.Note{},
		Primal: d.sourceOf(x.From),
	}
	var texts []*printer.Text
	var funcs []*ast.Func
	for _, f := range []*ast.Func{x.Func, x.Second} {
		if f == nil {
			continue
		}
		text, err := printer.Func(d.pkg.Types, f, d.standIns())
		if err != nil {
			d.hidden(err)
			return nil
		}
		texts, funcs = append(texts, text), append(funcs, f)
	}
	mem := newMemory(x, texts)
	for i, text := range texts {
		out.Functions = append(out.Functions, &explain.Function{
			Source: explain.Source{Name: funcs[i].Name, Text: text.Source}, Lines: d.lines(text.Places, mem),
		})
	}
	for _, m := range x.Remarks {
		d.note(out, m, mem.slots[m.Slot])
	}
	return out
}

// note adds a remark to what is said of a derivative. In is the variable that remembers what it is about.
func (d *deriver) note(out *explain.Derivative, m *transform.Remark, in string) {
	about := m.Name
	if m.Expr != nil {
		about += d.expr(m.Expr)
	}
	n := explain.Note{At: d.position(m.Pos), About: about, Text: m.Text}
	switch m.Topic {
	case transform.Remembered:
		t := types.TypeString(m.Type, types.RelativeTo(d.pkg.Types))
		out.Remembered = append(out.Remembered, explain.Value{
			Note: n, Type: t, Bytes: m.Bytes(), Loops: append([]string{}, m.Loops...), In: in,
		})
	case transform.Recomputed:
		n.Text = "as " + d.expr(m.From)
		out.Recomputed = append(out.Recomputed, n)
	case transform.InPlace:
		out.InPlace = append(out.InPlace, n)
	case transform.Loops:
		out.Loops = append(out.Loops, n)
	case transform.Calls:
		out.Calls = append(out.Calls, n)
	default:
		panic(fmt.Sprintf("derive: a remark on topic %d", m.Topic))
	}
}

// expr returns an expression in the words of the source, where no function looks up a key in a map.
func (d *deriver) expr(e ast.Expr) string {
	return printer.Expr(d.pkg.Types, ast.LookUp(e))
}

// position returns where something stands; nowhere for what has no position.
func (d *deriver) position(pos token.Pos) explain.Position {
	if !pos.IsValid() {
		return explain.Position{}
	}
	p := d.prog.Position(pos)
	return explain.Position{File: p.Filename, Line: p.Line, Column: p.Column}
}

// sourceOf returns a function as it stands in its file, or nil for one that does not.
func (d *deriver) sourceOf(f *ast.Func) *explain.Source {
	if f.Obj == nil {
		return nil
	}
	_, file, decl := d.prog.Decl(d.instances.Origin(f.Obj))
	if decl == nil {
		return nil
	}
	begin, end := d.prog.Fset.PositionFor(decl.Pos(), false), d.prog.Fset.PositionFor(decl.End(), false)
	return &explain.Source{
		Name: f.Name, File: d.prog.Relative(file.Name), Line: begin.Line, Text: string(file.Src[begin.Offset:end.Offset]) + "\n",
	}
}

// lines says what the statements of a function are there for.
func (d *deriver) lines(places []printer.Place, mem *memory) []explain.Line {
	list := []explain.Line{}
	for _, p := range places {
		o := ast.OriginOf(p.Stmt)
		l := explain.Line{Line: p.Line, End: p.End, Kind: explain.Kind(o.Purpose.String()), Primal: []explain.Span{}}
		for _, m := range o.Of {
			if s, ok := d.span(m.Pos); ok && !slices.Contains(l.Primal, s) {
				l.Primal = append(l.Primal, s)
			}
		}
		switch o.Purpose {
		case ast.Restoring, ast.Recomputing, ast.Reversal:
			l.Reads = mem.read(p.Stmt)
		}
		if o.Purpose == ast.Saving || len(l.Reads) == 0 && p.Stmt.Info().Pos.IsValid() {
			l.Saves = mem.saved(p.Stmt)
		}
		list = append(list, l)
	}
	return list
}

// span returns the lines of the innermost statement around a position or, if there is none, those of the function's header.
func (d *deriver) span(pos token.Pos) (explain.Span, bool) {
	var begin, end token.Pos
	for _, pkg := range d.prog.Sources() {
		for _, file := range pkg.Files {
			if !holds(file, pos) {
				continue
			}
			goast.Inspect(file.Syntax, func(n goast.Node) bool {
				if n == nil || pos < n.Pos() || pos >= n.End() {
					return false
				}
				switch n := n.(type) {
				case *goast.FuncDecl:
					begin, end = n.Pos(), n.Type.End()
				case *goast.BlockStmt:
				case goast.Stmt:
					begin, end = n.Pos(), printer.HeaderEnd(n)
				}
				return true
			})
		}
	}
	if !begin.IsValid() {
		return explain.Span{}, false
	}
	first, last := d.prog.Position(begin), d.prog.Position(end)
	return explain.Span{File: first.Filename, Line: first.Line, End: last.Line}, true
}

func names(list []*ast.Var) []string {
	out := []string{}
	for _, v := range list {
		out = append(out, v.Name)
	}
	return out
}
