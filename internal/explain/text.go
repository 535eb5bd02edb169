package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// JSON writes the report as JSON.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	return e.Encode(r)
}

// Text writes the report for people to read.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	for i, d := range r.Derivatives {
		if i > 0 {
			b.WriteByte('\n')
		}
		d.text(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Derivative) text(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s\n", d.Name, d.Title())
	fmt.Fprintf(b, "\tactive: %s\n", list(d.Active))
	if len(d.Passive) > 0 {
		fmt.Fprintf(b, "\tpassive: %s\n", list(d.Passive))
	}
	for _, s := range append(d.remembered(), d.sections()...) {
		fmt.Fprintf(b, "%s:\n", s.Heading)
		for _, n := range s.Notes {
			if n.At.File != "" {
				fmt.Fprintf(b, "\t%s: %s: %s\n", n.At, n.About, n.Text)
			} else {
				fmt.Fprintf(b, "\t%s: %s\n", n.About, n.Text)
			}
		}
	}
}

// Title says what d is.
func (d *Derivative) Title() string {
	return fmt.Sprintf("the derivative of %s with respect to %s", d.Of, list(d.Wrt))
}

// A section is notes on one topic.
type section struct {
	Heading string
	Notes   []Note
}

// remembered returns what is remembered as a section, if anything is.
func (d *Derivative) remembered() []section {
	var notes []Note
	for _, v := range d.Remembered {
		n := v.Note
		n.Text = fmt.Sprintf("%s, %s: %s", v.Type, v.Size(), v.Text)
		notes = append(notes, n)
	}
	return spoken([]section{{"remembered by the forward sweep", notes}})
}

// sections returns the other notes by topic.
func (d *Derivative) sections() []section {
	return spoken([]section{
		{"computed again by the reverse sweep", d.Recomputed},
		{"read in place by the reverse sweep", d.InPlace},
		{"loops", d.Loops},
		{"calls", d.Calls},
	})
}

// spoken returns the sections in which something is said.
func spoken(list []section) []section {
	return slices.DeleteFunc(list, func(s section) bool { return len(s.Notes) == 0 })
}

// Size says how much is remembered, and how often.
func (v *Value) Size() string {
	size := fmt.Sprintf("%d bytes", v.Bytes)
	if v.Bytes == 1 {
		size = "1 byte"
	}
	if len(v.Loops) == 0 {
		return size + " for each call"
	}
	loops := strings.Join(v.Loops, " in ")
	if of, ok := strings.CutPrefix(loops, "the blocks of "); ok { // of a loop with checkpoints
		return size + " for each block of " + of
	}
	return size + " for each iteration of " + loops
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
