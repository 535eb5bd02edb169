// Package table reads tables of numbers from CSV files, with the classes or the values that a model is to predict from them.
//
// The file is as [encoding/csv] has it, with one row for each example. Most columns are the numbers that go into the model. One may be
// the class of the example, as text, and one its target, a number:
//
//	sepal,petal,species
//	5.1,1.4,setosa
//	7.0,4.7,versicolor
//
//	t, err := table.Read[float32](f, table.Format{Header: true, Labels: "species"})
//	// t.Rows is {{5.1, 1.4}, {7, 4.7}}, t.Labels is {"setosa", "versicolor"}
//	names := table.Classes(t.Labels)               // {"setosa", "versicolor"}
//	classes, err := table.Index(t.Labels, names)   // {0, 1}
package table

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/nn/internal/elem"
)

// A Float is a type in which numbers are read.
type Float interface{ ~float32 | ~float64 }

// Format says how a file is to be understood. All fields are optional.
//
// A column is given by its name in the header, or by its number: 1 is the first column, −1 (with a hyphen) the last.
// A name goes before a number.
type Format struct {
	Comma   rune     // between fields, ',' if it is 0
	Comment rune     // starts a line that is passed over; none does if it is 0
	Header  bool     // the first record has the names of the columns
	Labels  string   // the column that is the class of a row
	Target  string   // the column that is the number to be predicted for a row
	Ignore  []string // columns that are left out
	Missing []string // fields that stand for no number, such as "", "?" or "NA"; they are read as NaN
}

// A Table is what a file holds.
type Table[T Float] struct {
	Names   []string // of the columns of Rows, nil without a header
	Rows    [][]T    // a slice for each row, with the columns that are nothing else
	Labels  []string // the class of each row, nil if Format names none
	Targets []T      // the target of each row, nil if Format names none
}

// Read reads a table to the end of r. Blanks around a field are not part of it, nor is a byte order mark part of the file. Numbers are read
// as [strconv.ParseFloat] does and rounded to T. It is an error if one is too large for T, if a field is no number, which NaN is not unless
// Missing lists it, if rows differ in the number of fields, or if r is empty. What is wrong in the file is a [csv.ParseError]
// with its line and the byte in it.
func Read[T Float](r io.Reader, format Format) (*Table[T], error) {
	t, err := read[T](r, format)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	return t, nil
}

func read[T Float](r io.Reader, format Format) (*Table[T], error) {
	in := reader[T]{csv: newCSV(r, format), missing: format.Missing, data: []T{}}
	record, err := in.csv.Read()
	if err == io.EOF {
		return nil, errors.New("the file has no record")
	}
	if err != nil {
		return nil, err
	}
	if format.Header {
		in.header = trimmed(record)
	}
	if in.role, err = roles(format, in.header, len(record)); err != nil {
		return nil, err
	}
	if format.Header {
		record, err = in.csv.Read()
	}
	for ; err == nil; record, err = in.csv.Read() {
		if err := in.add(record); err != nil {
			return nil, err
		}
	}
	if err != io.EOF {
		return nil, err
	}
	return in.table(), nil
}

func newCSV(r io.Reader, format Format) *csv.Reader {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\xef\xbb\xbf" {
		b.Discard(3)
	}
	c := csv.NewReader(b)
	c.Comma = cmp.Or(format.Comma, ',')
	c.Comment = format.Comment
	c.TrimLeadingSpace = true
	c.ReuseRecord = true
	return c
}

func trimmed(record []string) []string {
	names := make([]string, len(record))
	for i, name := range record {
		names[i] = strings.TrimSpace(name)
	}
	return names
}

// A role is what a column is for.
type role uint8

const (
	number role = iota
	label
	target
	ignored
)

// roles returns the role of each of n columns.
func roles(format Format, header []string, n int) ([]role, error) {
	all := make([]role, n)
	set := func(column string, r role) error {
		i, err := find(column, header, n)
		if err != nil {
			return err
		}
		if all[i] != number {
			return fmt.Errorf("column %q is to be two things", column)
		}
		all[i] = r
		return nil
	}
	for _, column := range format.Ignore {
		if err := set(column, ignored); err != nil {
			return nil, err
		}
	}
	if format.Labels != "" {
		if err := set(format.Labels, label); err != nil {
			return nil, err
		}
	}
	if format.Target != "" {
		if err := set(format.Target, target); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// find returns the index of a column given by name or number.
func find(column string, header []string, n int) (int, error) {
	if i := slices.Index(header, column); i >= 0 {
		if slices.Contains(header[i+1:], column) {
			return 0, fmt.Errorf("column %q is there twice", column)
		}
		return i, nil
	}
	i, err := strconv.Atoi(column)
	switch {
	case err == nil && 1 <= i && i <= n:
		return i - 1, nil
	case err == nil && -n <= i && i <= -1:
		return n + i, nil
	}
	return 0, fmt.Errorf("no column %q among %d", column, n)
}

// A reader gathers the records of a file.
type reader[T Float] struct {
	csv     *csv.Reader
	header  []string // nil if there is none
	role    []role   // of each column
	missing []string
	rows    int
	data    []T // all rows
	labels  []string
	targets []T
}

// add adds the record that was read last.
func (in *reader[T]) add(record []string) error {
	for i, field := range record {
		field = strings.TrimSpace(field)
		switch in.role[i] {
		case ignored:
		case label:
			in.labels = append(in.labels, strings.Clone(field)) // which keeps no record alive
		case number, target:
			x, err := in.number(field)
			if err != nil {
				return in.fault(i, err)
			}
			if in.role[i] == target {
				in.targets = append(in.targets, x)
			} else {
				in.data = append(in.data, x)
			}
		}
	}
	in.rows++
	return nil
}

// number returns the number that a field is.
func (in *reader[T]) number(field string) (T, error) {
	if slices.Contains(in.missing, field) {
		return T(math.NaN()), nil
	}
	x, err := strconv.ParseFloat(field, 8*elem.Size[T]())
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is too large for a %T", field, T(0))
	case err != nil || x != x:
		return 0, fmt.Errorf("%q is no number", field)
	}
	return T(x), nil
}

// fault returns an error at field i of the record that was read last.
func (in *reader[T]) fault(i int, err error) error {
	line, column := in.csv.FieldPos(i)
	if in.header != nil {
		err = fmt.Errorf("field %d (%s): %w", i+1, in.header[i], err)
	} else {
		err = fmt.Errorf("field %d: %w", i+1, err)
	}
	return &csv.ParseError{StartLine: line, Line: line, Column: column, Err: err}
}

// table returns what was gathered.
func (in *reader[T]) table() *Table[T] {
	t := &Table[T]{Rows: make([][]T, in.rows), Labels: in.labels, Targets: in.targets}
	columns := 0
	for i, r := range in.role {
		if r != number {
			continue
		}
		columns++
		if in.header != nil {
			t.Names = append(t.Names, in.header[i])
		}
	}
	for i := range t.Rows {
		t.Rows[i] = in.data[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return t
}

// Classes returns the different labels, sorted: those that are numbers before others, by their size.
func Classes(labels []string) []string {
	names := slices.Clone(labels)
	slices.SortFunc(names, compare)
	return slices.Compact(names)
}

// compare orders numbers before other text.
func compare(a, b string) int {
	return cmp.Or(cmp.Compare(size(a), size(b)), strings.Compare(a, b))
}

// size returns the number that a label is, and infinity for other text.
func size(label string) float64 {
	x, err := strconv.ParseFloat(label, 64)
	if err != nil || math.IsNaN(x) {
		return math.Inf(1)
	}
	return x
}

// Index returns for each label its index in names, as [Classes] returns them. It is an error if a label is not there.
func Index(labels, names []string) ([]int, error) {
	index := make(map[string]int, len(names))
	for i, name := range names {
		index[name] = i
	}
	classes := make([]int, len(labels))
	for i, name := range labels {
		class, ok := index[name]
		if !ok {
			return nil, fmt.Errorf("table: row %d has the label %q, which is none of the %d classes", i, name, len(names))
		}
		classes[i] = class
	}
	return classes, nil
}
