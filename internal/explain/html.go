package explain

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// HTML writes the report as a page for browsers that needs nothing else: the primal function and the derivative side by side, lines that
// belong together linked, and what is remembered drawn from where it is saved to where it is read.
func (r *Report) HTML(w io.Writer) error {
	v := &pageView{Package: r.Package}
	for i, d := range r.Derivatives {
		v.Derivatives = append(v.Derivatives, newView(d, fmt.Sprintf("d%d", i)))
	}
	return page.Execute(w, v)
}

type pageView struct {
	Package     string
	Derivatives []*view
}

// A view is a derivative as it is drawn.
type view struct {
	*Derivative
	ID     string
	Left   []*row // the primal function
	Right  []*row // the derivative
	Lanes  *lanes
	Notes  []linkedSection
	Values []linkedValue
}

// A row is a line of a source.
type row struct {
	ID     string
	Number int // 0 between functions
	Tokens []token
	Kind   Kind     // of the first statement of the line; empty if there is none
	To     []string // the rows that it belongs together with, by their IDs
	Lanes  []string // what is remembered that it writes or reads, by the IDs of the lanes
}

// Partners returns To as an attribute has it.
func (r *row) Partners() string { return strings.Join(r.To, " ") }

// Drawn returns Lanes as an attribute has it.
func (r *row) Drawn() string { return strings.Join(r.Lanes, " ") }

// First returns the first of To.
func (r *row) First() string { return r.To[0] }

// Key returns the kinds of the statements of the derivative, but for the frame, in the order in which they first occur.
func (v *view) Key() []Kind {
	var list []Kind
	for _, r := range v.Right {
		if r.Kind != "" && r.Kind != Frame && !slices.Contains(list, r.Kind) {
			list = append(list, r.Kind)
		}
	}
	return list
}

func newView(d *Derivative, id string) *view {
	v := &view{Derivative: d, ID: id}
	if d.Primal != nil {
		v.Left = rows(d.Primal.Text, d.Primal.Line, id+"p")
	}
	for i, f := range d.Functions {
		if i > 0 {
			v.Right = append(v.Right, &row{})
		}
		list := rows(f.Text, 1, fmt.Sprintf("%sf%d-", id, i))
		for _, l := range f.Lines {
			v.link(list[l.Line-1:l.End], &l)
		}
		v.Right = append(v.Right, list...)
	}
	v.Lanes = newLanes(v)
	for _, n := range d.Remembered {
		v.Values = append(v.Values, linkedValue{n, v.rowAt(n.At)})
	}
	for _, s := range d.sections() {
		v.Notes = append(v.Notes, linkedSection{s.Heading, v.linked(s.Notes)})
	}
	return v
}

// link links the rows of a statement of the derivative with those of the primal function that it is there for.
func (v *view) link(list []*row, l *Line) {
	for _, r := range list {
		if r.Kind == "" || r.Kind == Frame {
			r.Kind = l.Kind
		}
		for _, s := range l.Primal {
			for _, p := range v.primal(s) {
				r.To, p.To = with(r.To, p.ID), with(p.To, r.ID)
			}
		}
	}
}

// primal returns the rows of a span of the primal function.
func (v *view) primal(s Span) []*row {
	var list []*row
	for _, p := range v.Left {
		if s.File == v.Primal.File && s.Line <= p.Number && p.Number <= s.End {
			list = append(list, p)
		}
	}
	return list
}

func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// rows returns the lines of a source, whose numbers begin at first.
func rows(src string, first int, id string) []*row {
	var list []*row
	for i, tokens := range tokenise(src) {
		list = append(list, &row{ID: fmt.Sprint(id, first+i), Number: first + i, Tokens: tokens})
	}
	return list
}
