package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what README.md shows")

// invoke runs the command and returns what it printed and its exit status.
func invoke(args ...string) (stdout, stderr string, status int) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs, false)
	return out.String(), errs.String(), status
}

func TestTraining(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "loss.svg")
	stdout, stderr, status := invoke("-epochs", "8", "-svg", svg)
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	last := lines[len(lines)-1]
	if !regexp.MustCompile(`^test accuracy \d\d\.\d %$`).MatchString(last) {
		t.Errorf("last line %q", last)
	}
	var accuracy float64
	fmt.Sscanf(last, "test accuracy %f", &accuracy)
	if accuracy < 94 {
		t.Errorf("accuracy %.1f %% after 8 epochs, want at least 94", accuracy)
	}
	if strings.Contains(stdout, "\r") {
		t.Error("a line is rewritten although standard output is not a terminal")
	}

	figure, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"training", "held back", "epoch"} {
		if !wellFormed(t, figure)[want] {
			t.Errorf("the figure has no text %q", want)
		}
	}
}

func TestSameSeedSameBits(t *testing.T) {
	train := func(seed uint64) []uint64 {
		data, err := load("")
		if err != nil {
			t.Fatal(err)
		}
		training, test := data.split()
		r := train(newModel(seed), training, test, 2, seed, func(int, float64, float64) {})
		var bits []uint64
		for _, w := range append(r.model.slices(), r.training, r.test) {
			for _, v := range w {
				bits = append(bits, math.Float64bits(v))
			}
		}
		return bits
	}
	first, second, other := train(7), train(7), train(8)
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Error("two runs with the same seed differ")
	}
	if fmt.Sprint(first) == fmt.Sprint(other) {
		t.Error("two runs with different seeds agree")
	}
}

func TestConfusionSums(t *testing.T) {
	data, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	training, test := data.split()
	if training.len() != 1438 || test.len() != 359 {
		t.Fatalf("split into %d and %d", training.len(), test.len())
	}
	var want [labels]int
	for _, label := range test.labels {
		want[label]++
	}
	counts := confusion(newModel(1), test)
	for digit, row := range counts {
		sum := 0
		for _, n := range row {
			sum += n
		}
		if sum != want[digit] {
			t.Errorf("row %d adds up to %d, the test set has %d", digit, sum, want[digit])
		}
	}
	if a := counts.accuracy(); a < 0 || a > 0.5 {
		t.Errorf("accuracy %g before training", a)
	}
}

func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	report := reporter(&out, true, 2)
	report(1, 0.5, 0.75)
	report(2, 0.25, 0.5)
	want := "\repoch 1 of 2   training loss 0.5000   held-back loss 0.7500" +
		"\repoch 2 of 2   training loss 0.2500   held-back loss 0.5000\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

// TestFigure draws curves that have no place on a logarithmic axis, too.
func TestFigure(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, r := range map[string]result{
		"one epoch":     {training: []float64{0.3}, test: []float64{0.4}},
		"same end":      {training: []float64{2, 0.1}, test: []float64{2, 0.1}},
		"constant":      {training: []float64{1, 1}, test: []float64{1, 1}},
		"diverged":      {training: []float64{2, 1e300, inf, nan}, test: []float64{2, nan, nan, nan}},
		"nothing drawn": {training: []float64{0, 0}, test: []float64{nan, inf}},
		"wide":          {training: []float64{1, 1e-9}, test: []float64{1, 1e-300}},
		"long":          {training: make([]float64, 12345), test: make([]float64, 12345)},
	} {
		t.Run(name, func(t *testing.T) {
			figure := r.svg()
			wellFormed(t, figure)
			for _, bad := range []string{`y="NaN"`, `y="+Inf"`, `y="-Inf"`, "%!"} {
				if bytes.Contains(figure, []byte(bad)) {
					t.Errorf("the figure has %s", bad)
				}
			}
			if len(figure) > 10000 && name != "long" {
				t.Errorf("the figure has %d bytes", len(figure))
			}
		})
	}
}

// wellFormed fails the test where doc is not XML; it returns its texts.
func wellFormed(t *testing.T, doc []byte) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	decoder := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return texts
		}
		if err != nil {
			t.Fatalf("the figure is not XML: %v", err)
		}
		if text, ok := token.(xml.CharData); ok {
			name := strings.TrimRight(string(text), " .0123456789") // less its last loss
			texts[name] = true
		}
	}
}

// row returns a good line of data with one column replaced.
func row(column int, text string) string {
	columns := strings.Split(strings.Repeat("0,", pixels)+"3", ",")
	columns[column] = text
	return strings.Join(columns, ",")
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func TestBadData(t *testing.T) {
	good := strings.Repeat(row(0, "16")+"\n", 10)
	packed := zipped(strings.Repeat(good, 50))
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "FILE:1: the file ends after 0 digits"},
		{"empty gzip", zipped(""), "FILE:1: the file ends after 0 digits"},
		{"few", good[:len(good)/2], "FILE:6: the file ends after 5 digits"},
		{"short line", good + "1,2,3\n", "FILE:11: 3 columns; want 64 pixels and a label"},
		{"long line", row(0, "1,1"), "FILE:1: 66 columns"},
		{"blank line", good + "\n" + good, "FILE:11: 1 columns"},
		{"line without end", strings.Repeat("1,", 50000), "FILE:1: a line of more than 65536 bytes"},
		{"header", strings.Repeat("pixel,", pixels) + "label\n" + good, `FILE:1: column 1: pixel "pixel" is not a number`},
		{"word", good + row(4, "x") + "\n", `FILE:11: column 5: pixel "x" is not a number`},
		{"no pixel", row(63, ""), `FILE:1: column 64: pixel "" is not a number`},
		{"much ink", row(1, "17"), "FILE:1: column 2: pixel 17 is not between 0 and 16"},
		{"negative ink", row(1, "-1"), "FILE:1: column 2: pixel -1 is not between 0 and 16"},
		{"not a number", row(1, "NaN"), "FILE:1: column 2: pixel NaN is not between 0 and 16"},
		{"infinite", row(1, "1e999"), `FILE:1: column 2: pixel "1e999" is not a number`},
		{"large label", row(64, "10"), "FILE:1: column 65: label 10 is not between 0 and 9"},
		{"negative label", row(64, "-1"), "FILE:1: column 65: label -1 is not between 0 and 9"},
		{"half a label", row(64, "1.5"), `FILE:1: column 65: label "1.5" is not a whole number`},
		{"no label", row(64, ""), `FILE:1: column 65: label "" is not a whole number`},
		{"binary", "\x00\xff\xfe" + good, "FILE:1: column 1: pixel"},
		{"bad gzip header", "\x1f\x8bnonsense", "FILE: "},
		{"cut gzip", packed[:len(packed)/2], "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "data.csv")
			if err := os.WriteFile(file, []byte(test.content), 0o666); err != nil {
				t.Fatal(err)
			}
			_, stderr, status := invoke("-data", file, "-svg", "")
			want := strings.ReplaceAll(test.want, "FILE", file)
			if status != 1 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("status %d, stderr %q; want status 1 and one line with %q", status, stderr, want)
			}
			if !strings.HasPrefix(stderr, "digits: "+file+":") {
				t.Errorf("stderr %q does not begin with the file", stderr)
			}
		})
	}
}

func TestGoodData(t *testing.T) {
	text := strings.Repeat(row(0, "16")+"\r\n", 9) + row(3, " 0.5")
	for name, content := range map[string]string{"data.csv": text, "data.csv.gz": zipped(text)} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, status := invoke("-data", file, "-svg", "", "-epochs", "1")
		if status != 0 || stderr != "" || !strings.HasSuffix(stdout, "\ntest accuracy 100.0 %\n") {
			t.Errorf("%s: status %d, stdout %q, stderr %q", name, status, stdout, stderr)
		}
	}
}

func TestBadUse(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"-data", filepath.Join(dir, "missing.csv")}, 1, "missing.csv: no such file"},
		{[]string{"-data", dir}, 1, "is a directory"},
		{[]string{"-epochs", "1", "-svg", filepath.Join(dir, "missing", "loss.svg")}, 1, "loss.svg: no such file"},
		{[]string{"-epochs", "0"}, 2, "at least one epoch"},
		{[]string{"-epochs", "x"}, 2, "invalid value"},
		{[]string{"-seed", "-1"}, 2, "invalid value"},
		{[]string{"-speed", "1"}, 2, "not defined"},
		{[]string{"file.csv"}, 2, "no arguments"},
		{[]string{"-h"}, 0, "-seed seed"},
	} {
		_, stderr, status := invoke(test.args...)
		if status != test.status || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: status %d, stderr %q; want status %d and %q", test.args, status, stderr, test.status, test.want)
		}
	}
}

// TestGradient compares the derivative with differences of the loss.
func TestGradient(t *testing.T) {
	data, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	batch := data.slice(0, 5)
	m := newModel(3)
	loss, dm := m.LossValueGrad(batch.images, batch.labels)
	if want := m.Loss(batch.images, batch.labels); loss != want {
		t.Errorf("value %g, want %g", loss, want)
	}
	const step = 1e-5
	for i, w := range m.slices() {
		for j, v := range w {
			w[j] = v + step
			above := m.Loss(batch.images, batch.labels)
			w[j] = v - step
			below := m.Loss(batch.images, batch.labels)
			w[j] = v
			got, want := dm.slices()[i][j], (above-below)/(2*step)
			if math.Abs(got-want) > 1e-8 {
				t.Fatalf("slice %d, element %d: got %g, want %g", i, j, got, want)
			}
		}
	}
}

// TestPage compares what README.md and loss.svg show with what the program prints and draws.
func TestPage(t *testing.T) {
	if runtime.GOARCH != "amd64" || fused(1+0x1p-30, 1+0x1p-30, -1-0x1p-29) != 0 {
		t.Skip("the page shows a run on amd64 without fused multiply-add")
	}
	svg := filepath.Join(t.TempDir(), "loss.svg")
	stdout, _, status := invoke("-svg", svg)
	if status != 0 {
		t.Fatal("status", status)
	}
	stdout = strings.ReplaceAll(stdout, svg, "loss.svg")
	figure, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}

	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), "prints\n\n```\n")
	_, after, _ := strings.Cut(rest, "```\n")
	want := before + "prints\n\n```\n" + stdout + "```\n" + after
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("loss.svg", figure, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("README.md shows another output than the program prints; to update it: go test ./examples/digits -update\n%s", stdout)
	}
	if shown, err := os.ReadFile("loss.svg"); err != nil || !bytes.Equal(shown, figure) {
		t.Errorf("loss.svg is not the figure that the program draws (%v); to update it: go test ./examples/digits -update", err)
	}
}

// fused returns x*y + z, rounded once where the processor and the compiler do so.
//
//go:noinline
func fused(x, y, z float64) float64 { return x*y + z }
