// Package explain is what godiff explain says of a derivative: as data, and as text for people, for programs and for browsers.
//
// The data is a [Report], whose JSON is what godiff explain -json prints. The text of every derivative stands in it with a list of its
// statements, which says of each what it is there for and for which statements of the primal function:
//
//	as[i] = a                  save       line 10    a = math.Sin(a) * a
//	a = math.Sin(a) * a        primal     line 10
//	…
//	da *= a*cos + sin          reverse    line 10
package explain

import "fmt"

// A Report explains a derivative and, behind it, the derivatives of callees that it needs.
type Report struct {
	Package     string        `json:"package"` // its import path
	Derivatives []*Derivative `json:"derivatives"`
}

// A Derivative explains how one derivative comes about.
type Derivative struct {
	Name string   `json:"name"` // of the function that is written; of one whose sweeps are two functions, that of the first
	Of   string   `json:"of"`   // what it is the derivative of, in words
	Wrt  []string `json:"wrt"`  // the parameters that it is differentiated by

	Active  []string `json:"active"`  // the variables that hold active floats or lead to them
	Passive []string `json:"passive"` // those that could and do not

	Remembered []Value `json:"remembered"` // what the forward sweep keeps for the reverse sweep
	Recomputed []Note  `json:"recomputed"` // what the reverse sweep computes again
	InPlace    []Note  `json:"inPlace"`    // what it reads where it is
	Loops      []Note  `json:"loops"`      // how each loop is swept
	Calls      []Note  `json:"calls"`      // how each call is differentiated

	Primal    *Source     `json:"primal,omitempty"` // the function whose statements are differentiated; left out where that has no source
	Functions []*Function `json:"functions"`        // what is written: one function, or two for two sweeps
}

// A Note says of something in the primal function what becomes of it, and why.
type Note struct {
	At    Position `json:"at"`
	About string   `json:"about"`
	Text  string   `json:"text"`
}

// A Value is a note on what is remembered.
type Value struct {
	Note
	Type  string   `json:"type"`         // of the value
	Bytes int64    `json:"bytes"`        // its size on a machine of 64 bits, what it refers to aside
	Loops []string `json:"loops"`        // that it is remembered for each iteration of, innermost first; none for once in a call
	In    string   `json:"in,omitempty"` // the variable of the derivative that remembers it; the second of one name is called name#2
}

// A Position is a place in a file. Lines and columns count from 1, columns in bytes.
type Position struct {
	File   string `json:"file"` // relative to the working directory where it lies below that
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String returns file:line:col.
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// A Source is a function as it stands in a file. That of a gradient, which second derivatives are made of, need not be there: nobody may
// have asked for it.
type Source struct {
	Name string `json:"name"`
	File string `json:"file,omitempty"` // left out for a derivative that stands in no file as it is
	Line int    `json:"line,omitempty"` // the line of File that Text begins at
	Text string `json:"text"`
}

// A Function is a function of a derivative.
type Function struct {
	Source
	Lines []Line `json:"lines"` // in order; statements of one line share it
}

// A Line is a statement of a derivative. That of one with a block is its header; those in the block have lines of their own.
type Line struct {
	Line   int      `json:"line"` // of the function's Text, counted from 1
	End    int      `json:"end"`  // its last line
	Kind   Kind     `json:"kind"`
	Primal []Span   `json:"primal"`          // the statements that it is there for; none if it serves the derivative as a whole
	Saves  []string `json:"saves,omitempty"` // the variables with what is remembered (see Value.In) that it writes for the reverse sweep
	Reads  []string `json:"reads,omitempty"` // those that it reads in the reverse sweep
}

// A Kind says what a statement of a derivative does for the statements of the primal function that it is there for.
type Kind string

const (
	Frame     Kind = "frame"     // it holds the derivative together
	Primal    Kind = "primal"    // it is the statement of the primal function, or computes a part of it
	Shadow    Kind = "shadow"    // it does to shadows what the statement does to slices and pointers
	Tangent   Kind = "tangent"   // it computes the tangent of what the statement computes
	Save      Kind = "save"      // it remembers something for the reverse sweep
	Restore   Kind = "restore"   // it has back what the forward sweep remembered
	Recompute Kind = "recompute" // it computes a value of the forward sweep again
	Reverse   Kind = "reverse"   // it reverses the statement: it adds to the adjoints of what that reads, or leads to what does
)

// A Span is the lines of a statement of the primal function; of one with a block, of its header.
type Span struct {
	File string `json:"file"`
	Line int    `json:"line"`
	End  int    `json:"end"`
}
