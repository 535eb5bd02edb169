package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTiny derives and checks a small module in which there is a function for each thing that can become of one.
func TestTiny(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	m := Module{Path: "example.com/tiny", Dir: filepath.Join("testdata", "tiny"), Packages: []string{"."}}
	r, err := study(m, t.TempDir(), root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		status Status
		why    string
	}{
		"Vec.Norm":     {Checked, ""},
		"(*Vec).scale": {Checked, ""},
		"Sum":          {Checked, ""},
		"First":        {Derived, "it panics"},
		"Log":          {Derived, "it is not finite"},
		"Apply":        {Refused, "it cannot be told here which functions fs holds"},
		"given_Given":  {Checked, ""},

		"given_Solver_Run": {Checked, ""},
		"Nan":              {Derived, "is NaN"},
		"Steps":            {Derived, "constant between jumps"},
		"Forever":          {Derived, "ends the process by itself"},
	}
	for _, f := range r.Functions {
		w, ok := want[f.Name]
		if delete(want, f.Name); !ok {
			t.Errorf("%s is no candidate", f.Name)
		}
		if f.Status != w.status || !strings.Contains(f.Reason+f.NaN, w.why) {
			t.Errorf("%s is %v (%s%s), want %v: %s", f.Name, f.Status, f.Reason, f.NaN, w.status, w.why)
		}
		if f.Status == Refused && f.At != "tiny.go:29" {
			t.Errorf("%s is refused at %s", f.Name, f.At)
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	if page := report([]Result{r}); !strings.Contains(page, "| example.com/tiny | 11 | 10 | 90 % | 5 | 1 | 0 |") {
		t.Errorf("the page is\n%s", page)
	}
}

// TestWrong makes sure that a wrong derivative is found: one of a function in place of another's.
func TestWrong(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	m := Module{Path: "example.com/tiny", Dir: filepath.Join("testdata", "tiny"), Packages: []string{"."}}
	copied, err := newScratch(m, t.TempDir(), root)
	if err != nil {
		t.Fatal(err)
	}
	s := &survey{scratch: copied}
	if s.functions, err = copied.candidates(); err != nil {
		t.Fatal(err)
	}
	if s.sources, err = copied.sources(s.functions); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.functions {
		if f.Name != "Vec.Norm" {
			f.Status = Derived
		}
	}
	if err := s.derive(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "tiny_godiff.go")
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.ReplaceAll(src, []byte("dv.x +="), []byte("dv.x += 1 +"))
	spoilt = bytes.ReplaceAll(spoilt, []byte("dv.x ="), []byte("dv.x = 1 +"))
	if bytes.Equal(src, spoilt) {
		t.Fatalf("there is nothing to spoil in\n%s", src)
	}
	if err := os.WriteFile(path, spoilt, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := s.judge(); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.functions {
		if f.Name == "Vec.Norm" && f.Status != Wrong {
			t.Errorf("%s is %v (%s), want wrong", f.Name, f.Status, f.Reason)
		}
	}
}
