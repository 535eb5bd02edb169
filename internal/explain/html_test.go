package explain

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// sample is a report on a function with one thing of each kind.
func sample() *Report {
	at := Position{File: "m.go", Line: 12, Column: 3}
	return &Report{Package: "example.com/m", Derivatives: []*Derivative{{
		Name: "FVJP", Of: "F", Wrt: []string{"a"}, Active: []string{"a"}, Passive: []string{"b"},
		Remembered: []Value{
			{Note: Note{at, "a", "“a *= b” overwrites it"}, Type: "float64", Bytes: 8, Loops: []string{"the loop over n"}, In: "as"},
			{Note: Note{at, "whether it was left", "it decides"}, Type: "bool", Bytes: 1},
		},
		Calls:  []Note{{Position{File: "other.go", Line: 1, Column: 1}, "g", "by its own derivative"}, {Position{}, "h", "as it is"}},
		Primal: &Source{Name: "F", File: "m.go", Line: 10, Text: "func F(a, b float64) float64 {\n\tfor range 3 {\n\t\ta *= b // < \"&\"\n\t}\n\treturn a\n}\n"},
		Functions: []*Function{
			{Source{Name: "FForward", Text: "func FForward() {\n\tas = append(as, a)\n\ta *= b\n}\n"}, []Line{
				{Line: 2, End: 2, Kind: Save, Primal: []Span{{"m.go", 12, 12}}, Saves: []string{"as"}},
				{Line: 3, End: 3, Kind: Primal, Primal: []Span{{"m.go", 12, 12}, {"other.go", 12, 12}}},
			}},
			{Source{Name: "FBackward", Text: "func FBackward() {\n\tda *= b *\n\t\tas[0]\n\treturn\n}\n"}, []Line{
				{Line: 2, End: 3, Kind: Reverse, Primal: []Span{{"m.go", 12, 12}, {"m.go", 14, 14}}, Reads: []string{"as", "other"}},
				{Line: 4, End: 4, Kind: Frame, Primal: []Span{}},
			}},
		},
	}, {Name: "sortVJP", Of: "sort", Functions: []*Function{{Source: Source{Name: "sortVJP", Text: "func sortVJP() {}\n"}}}}}}
}

// TestHTML reads a page: its tags fit, its IDs are unique, and whatever names one names one that is there.
func TestHTML(t *testing.T) {
	var b strings.Builder
	if err := sample().HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	elements := parse(t, page)
	var links, partners int
	ids := map[string]bool{}
	for _, e := range elements {
		if id := e["id"]; id != "" {
			if ids[id] {
				t.Errorf("two elements with the ID %s", id)
			}
			ids[id] = true
		}
	}
	for _, e := range elements {
		if to, found := strings.CutPrefix(e["href"], "#"); found {
			links++
			if !ids[to] {
				t.Errorf("a link to %s, which is not there", to)
			}
		} else if e["href"] != "" || e["src"] != "" {
			t.Errorf("a link elsewhere: %v", e)
		}
		for _, id := range strings.Fields(e["data-to"] + " " + e["data-lanes"]) {
			partners++
			if !ids[id] {
				t.Errorf("%s belongs together with %s, which is not there", e["id"], id)
			}
		}
	}
	if links < 8 || partners < 12 {
		t.Errorf("%d links and %d partners in\n%s", links, partners, page)
	}
	for _, want := range []string{
		`<div class="row k-save" id="d0f0-2" data-to="d0p12" data-lanes="d0s0"><a class="n" href="#d0p12">2</a>`,
		`<div class="row" id="d0p12" data-to="d0f0-2 d0f0-3 d0f1-2 d0f1-3"><a class="n" href="#d0f0-2">12</a>`,
		`<div class="row k-reverse" id="d0f1-2" data-to="d0p12 d0p14" data-lanes="d0s0">`,
		`<g class="lane lane0" id="d0s0" data-to="d0f0-2 d0f1-2">`,
		`<span class="comment">// &lt; &#34;&amp;&#34;</span>`,
		`<td>1 byte for each call</td>`,
		`<code>h</code>: as it is </li>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
}

// parse returns the attributes of the elements of a page.
func parse(t *testing.T, page string) []map[string]string {
	t.Helper()
	var list []map[string]string
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = true, xml.HTMLEntity
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		if e, ok := tok.(xml.StartElement); ok {
			attrs := map[string]string{}
			for _, a := range e.Attr {
				attrs[a.Name.Local] = a.Value
			}
			list = append(list, attrs)
		}
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := sample().Text(&b); err != nil {
		t.Fatal(err)
	}
	const want = `FVJP: the derivative of F with respect to a
	active: a
	passive: b
remembered by the forward sweep:
	m.go:12:3: a: float64, 8 bytes for each iteration of the loop over n: “a *= b” overwrites it
	m.go:12:3: whether it was left: bool, 1 byte for each call: it decides
calls:
	other.go:1:1: g: by its own derivative
	h: as it is

sortVJP: the derivative of sort with respect to nothing
	active: nothing
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTokenise(t *testing.T) {
	got := tokenise("if x { // y\n\n\ts := `a\nb` + \"c\" + 1\n}\n")
	want := [][]token{
		{{"keyword", "if"}, {"", " x { "}, {"comment", "// y"}},
		nil,
		{{"", "\ts := "}, {"string", "`a"}},
		{{"string", "b`"}, {"", " + "}, {"string", `"c"`}, {"", " + "}, {"number", "1"}},
		{{"", "}"}},
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q, want %q", got, want)
	}
}
