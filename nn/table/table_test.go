package table

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		file   string
		format Format
		want   Table[float32]
	}{
		{"plain", "1,2\n-3.5,4e2\n", Format{}, Table[float32]{Rows: [][]float32{{1, 2}, {-3.5, 400}}}},
		{"header", "a,b\n1,2\n", Format{Header: true}, Table[float32]{Names: []string{"a", "b"}, Rows: [][]float32{{1, 2}}}},
		{"header alone", "a,b\n", Format{Header: true}, Table[float32]{Names: []string{"a", "b"}, Rows: [][]float32{}}},
		{"labels last", "1,2,x\n3,4,y\n", Format{Labels: "-1"}, Table[float32]{Rows: [][]float32{{1, 2}, {3, 4}}, Labels: []string{"x", "y"}}},
		{"labels by name", "a,b,c\n1,x y,3\n", Format{Header: true, Labels: "b"},
			Table[float32]{Names: []string{"a", "c"}, Rows: [][]float32{{1, 3}}, Labels: []string{"x y"}}},
		{"target first", "9,1\n8,2\n", Format{Target: "1"}, Table[float32]{Rows: [][]float32{{1}, {2}}, Targets: []float32{9, 8}}},
		{"all roles", "id,y,class,a\nq7,1,2,3\n", Format{Header: true, Ignore: []string{"id"}, Target: "y", Labels: "-2"},
			Table[float32]{Names: []string{"a"}, Rows: [][]float32{{3}}, Labels: []string{"2"}, Targets: []float32{1}}},
		{"name before number", "2,1\n5,6\n", Format{Header: true, Target: "2"}, Table[float32]{Names: []string{"1"}, Rows: [][]float32{{6}}, Targets: []float32{5}}},
		{"only labels", "x\ny\n", Format{Labels: "1"}, Table[float32]{Rows: [][]float32{{}, {}}, Labels: []string{"x", "y"}}},
		{"semicolons", "1;2\n", Format{Comma: ';'}, Table[float32]{Rows: [][]float32{{1, 2}}}},
		{"tabs", "1\t2\n", Format{Comma: '\t'}, Table[float32]{Rows: [][]float32{{1, 2}}}},
		{"comments", "# one\n1,2\n\n#\n3,4", Format{Comment: '#'}, Table[float32]{Rows: [][]float32{{1, 2}, {3, 4}}}},
		{"blanks and quotes", " 1 , \"2\"\r\n\"3\",4 \r\n", Format{}, Table[float32]{Rows: [][]float32{{1, 2}, {3, 4}}}},
		{"byte order mark", "\xef\xbb\xbfa\n1\n", Format{Header: true, Target: "a"}, Table[float32]{Rows: [][]float32{{}}, Targets: []float32{1}}},
		{"rounded", "0.1,1e-50,Inf\n", Format{}, Table[float32]{Rows: [][]float32{{0.1, 0, float32(math.Inf(1))}}}},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.file), iotest.OneByteReader(strings.NewReader(c.file))} {
			got, err := Read[float32](r, c.format)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			} else if !reflect.DeepEqual(*got, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, *got, c.want)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	got, err := Read[float64](strings.NewReader("1,,?\nNA,2,3\n"), Format{Missing: []string{"", "?", "NA"}, Target: "-1"})
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Rows; len(r) != 2 || r[0][0] != 1 || !math.IsNaN(r[0][1]) || !math.IsNaN(r[1][0]) || r[1][1] != 2 {
		t.Errorf("got %v", r)
	}
	if y := got.Targets; !math.IsNaN(y[0]) || y[1] != 3 {
		t.Errorf("got targets %v", y)
	}
}

// An append to a row does not reach the next one.
func TestRowsEnd(t *testing.T) {
	got, err := Read[float64](strings.NewReader("1,2\n3,4\n"), Format{})
	if err != nil {
		t.Fatal(err)
	}
	if _ = append(got.Rows[0], 9); got.Rows[1][0] != 3 {
		t.Errorf("row 1 has become %v", got.Rows[1])
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct {
		file   string
		format Format
		want   string
		line   int // 0 if it is no parse error
		column int
	}{
		{"1,2\n3, x\n", Format{}, `parse error on line 2, column 4: field 2: "x" is no number`, 2, 4},
		{"a,b\n\n1,2\n\"long\nname\",4\n", Format{Header: true}, `parse error on line 4, column 1: field 1 (a): "long\nname" is no number`, 4, 1},
		{"\"1\n\",2\n\"3\n\",x\n", Format{}, `parse error on line 4, column 3: field 2: "x" is no number`, 4, 3},
		{"1,\n", Format{}, `parse error on line 1, column 3: field 2: "" is no number`, 1, 3},
		{"NaN\n", Format{}, `parse error on line 1, column 1: field 1: "NaN" is no number`, 1, 1},
		{"1e39\n", Format{}, `parse error on line 1, column 1: field 1: 1e39 is too large for a float32`, 1, 1},
		{"a,b\n1,2\n", Format{}, `parse error on line 1, column 1: field 1: "a" is no number`, 1, 1},
		{"1,2\n3\n", Format{}, "record on line 2: wrong number of fields", 2, 1},
		{"1,2\"\n", Format{}, `parse error on line 1, column 4: bare " in non-quoted-field`, 1, 4},
		{"1,2\n\"3,4\n", Format{}, `parse error on line 2, column 6: extraneous or missing " in quoted-field`, 2, 6},
		{"", Format{}, "the file has no record", 0, 0},
		{"\n\n", Format{Header: true}, "the file has no record", 0, 0},
		{"a,b\n", Format{Header: true, Labels: "c"}, `no column "c" among 2`, 0, 0},
		{"a,b\n", Format{Header: true, Target: "3"}, `no column "3" among 2`, 0, 0},
		{"a,b\n", Format{Header: true, Target: "-3"}, `no column "-3" among 2`, 0, 0},
		{"a,b\n", Format{Header: true, Target: "0"}, `no column "0" among 2`, 0, 0},
		{"a,a\n", Format{Header: true, Ignore: []string{"a"}}, `column "a" is there twice`, 0, 0},
		{"a,b\n", Format{Header: true, Labels: "a", Target: "1"}, `column "1" is to be two things`, 0, 0},
		{"1\n", Format{Comma: '"'}, "csv: invalid field or comment delimiter", 0, 0},
	} {
		_, err := Read[float32](strings.NewReader(c.file), c.format)
		if err == nil || err.Error() != "table: "+c.want {
			t.Errorf("%q: error %v, want table: %s", c.file, err, c.want)
		}
		var where *csv.ParseError
		if got := errors.As(err, &where); got != (c.line > 0) || got && (where.Line != c.line || where.Column != c.column) {
			t.Errorf("%q: error at %v, want line %d, column %d", c.file, where, c.line, c.column)
		}
	}
	broken := errors.New("broken")
	if _, err := Read[float64](io.MultiReader(strings.NewReader("1\n2\n"), iotest.ErrReader(broken)), Format{}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func TestClasses(t *testing.T) {
	labels := []string{"b", "10", "2", "a", "b", "-1", "NaN", "2.0"}
	names := Classes(labels)
	if want := []string{"-1", "2", "2.0", "10", "NaN", "a", "b"}; !reflect.DeepEqual(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if labels[0] != "b" || labels[1] != "10" {
		t.Errorf("the labels have become %q", labels)
	}
	classes, err := Index(labels, names)
	if want := []int{6, 3, 1, 5, 6, 0, 4, 2}; err != nil || !reflect.DeepEqual(classes, want) {
		t.Errorf("got %v, error %v, want %v", classes, err, want)
	}
	_, err = Index([]string{"a", "c"}, names)
	if want := `table: row 1 has the label "c", which is none of the 7 classes`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Whatever is read has as many of everything as there are rows, and no NaN that was not asked for.
func FuzzRead(f *testing.F) {
	f.Add("a,b,c\n1,2,x\n3,4,y\n", true, "c", "")
	f.Add("1;2\n", false, "", "-1")
	f.Add("\xef\xbb\xbf\" 1\n\",0x1p-2\r\n", false, "1", "2")
	f.Fuzz(func(t *testing.T, file string, header bool, labels, target string) {
		got, err := Read[float32](strings.NewReader(file), Format{Header: header, Labels: labels, Target: target})
		if err != nil {
			return
		}
		n := len(got.Rows)
		if labels != "" && len(got.Labels) != n || target != "" && len(got.Targets) != n {
			t.Errorf("%d rows, %d labels, %d targets", n, len(got.Labels), len(got.Targets))
		}
		for i, row := range got.Rows {
			if len(row) != len(got.Rows[0]) || header && len(row) != len(got.Names) {
				t.Errorf("row %d has %d numbers, row 0 has %d, names are %q", i, len(row), len(got.Rows[0]), got.Names)
			}
			for _, x := range row {
				if x != x {
					t.Errorf("row %d is %v", i, row)
				}
			}
		}
		if classes, err := Index(got.Labels, Classes(got.Labels)); err != nil || len(classes) != len(got.Labels) {
			t.Errorf("classes %v of %q, error %v", classes, got.Labels, err)
		}
	})
}
