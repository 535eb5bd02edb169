package derive

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/ast/printer"
	"github.com/godiff/godiff/transform"
)

// Explain says how a derivative comes about: what is active, what is remembered and why, how loops are swept and how calls are
// differentiated; of the derivatives of callees that it needs as well.
func Explain(prog *lower.Program, pkg *lower.Package, req Request, opt Options) (text string, diags []lower.Diagnostic) {
	d := newDeriver(prog, pkg, opt)
	defer d.mistaken(new(map[string][]byte), &diags)
	d.unit.Explaining = true
	if d.derive(req, req.name()) == nil {
		return "", d.diags
	}
	if _, err := d.unit.Helpers(); err != nil {
		d.refused(err, req.Fn)
		return "", d.diags
	}
	var out strings.Builder
	for i, x := range d.unit.Explanations() {
		if i > 0 {
			out.WriteByte('\n')
		}
		(&explainer{deriver: d, out: &out}).explanation(x)
	}
	return out.String(), nil
}

// An explainer writes an explanation for people to read.
type explainer struct {
	*deriver
	out *strings.Builder
}

func (w *explainer) printf(format string, args ...any) { fmt.Fprintf(w.out, format, args...) }

func (w *explainer) explanation(x *transform.Explanation) {
	of := x.Of.Name
	if w.inLibrary(x.Of.Obj) != nil && x.Of.What != "" {
		of = x.Of.Called()
	} else if x.Of.Recv != nil {
		of = "method " + of
	}
	w.printf("%s: the derivative of %s with respect to %s\n", x.Func.Name, of, enumerate(x.Wrt, "nothing"))
	w.printf("\tactive: %s\n", enumerate(names(x.Active), "nothing"))
	if len(x.Passive) > 0 {
		w.printf("\tpassive: %s\n", enumerate(names(x.Passive), ""))
	}
	topic := transform.Topic(-1)
	for _, m := range x.Remarks {
		if m.Topic != topic {
			topic = m.Topic
			w.printf("%s:\n", headings[topic])
		}
		w.printf("\t%s%s\n", w.position(m.Pos), w.remark(m))
	}
}

var headings = map[transform.Topic]string{
	transform.Remembered: "remembered by the forward sweep",
	transform.Recomputed: "computed again by the reverse sweep",
	transform.InPlace:    "read in place by the reverse sweep",
	transform.Loops:      "loops",
	transform.Calls:      "calls",
}

func (w *explainer) remark(m *transform.Remark) string {
	about := m.Name
	if m.Expr != nil {
		about += w.expr(m.Expr)
	}
	switch m.Topic {
	case transform.Remembered:
		return fmt.Sprintf("%s: %s%s: %s", about, size(m.Bytes()), times(m.Loops), m.Text)
	case transform.Recomputed:
		return fmt.Sprintf("%s: as %s", about, w.expr(m.From))
	}
	return about + ": " + m.Text
}

// expr returns an expression in the words of the source, where no function looks up a key in a map.
func (w *explainer) expr(e ast.Expr) string {
	return printer.Expr(w.pkg.Types, ast.Map(e, func(e ast.Expr) ast.Expr {
		if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && c.Fun.Fn.Name() == lower.Lookup {
			return &ast.Index{X: c.Args[0], I: c.Args[1], T: c.T}
		}
		return e
	}))
}

func size(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// times says how often something is remembered.
func times(loops []string) string {
	if len(loops) == 0 {
		return ""
	}
	return " for each iteration of " + strings.Join(loops, " in ")
}

// position returns file:line:col: as a diagnostic has it, or nothing for what has no position.
func (w *explainer) position(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	p := w.prog.Diag(pos, "").Pos
	return p.String() + ": "
}

func names(list []*ast.Var) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.Name)
	}
	return out
}

func enumerate(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}
