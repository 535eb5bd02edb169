package compile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range entries {
		content, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		got[e.Name()] = string(content)
	}
	if len(got) != len(want) {
		t.Errorf("got files %q, want %q", got, want)
	}
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s: got %q, want %q", name, got[name], content)
		}
	}
}

func TestApply(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("changed"), "old")
	write(t, in("removed"), "old")
	err := apply([]change{
		{path: in("changed"), old: []byte("old"), new: []byte("new"), mode: 0o640},
		{path: in("created"), new: []byte("new")},
		{path: in("removed"), old: []byte("old"), mode: 0o644},
	})
	if err != nil {
		t.Fatal(err.path, err.msg)
	}
	wantFiles(t, dir, map[string]string{"changed": "new", "created": "new"})
	if mode := modeOf(in("changed")); mode != 0o640 {
		t.Errorf("mode %v", mode)
	}
}

// TestApplyAllOrNone fails at the last of several changes, in ways that hold for every user.
func TestApplyAllOrNone(t *testing.T) {
	for name, last := range map[string]change{
		"no directory": {path: "missing/file", new: []byte("new")},
		"directory":    {path: "dir", new: []byte("new")},
		"gone":         {path: "gone", old: []byte("old")},
	} {
		dir := t.TempDir()
		in := func(name string) string { return filepath.Join(dir, name) }
		write(t, in("changed"), "old")
		write(t, in("removed"), "old")
		if err := os.MkdirAll(in("dir"), 0o777); err != nil {
			t.Fatal(err)
		}
		last.path = in(last.path)
		err := apply([]change{
			{path: in("changed"), old: []byte("old"), new: []byte("new"), mode: 0o644},
			{path: in("created"), new: []byte("new")},
			{path: in("removed"), old: []byte("old"), mode: 0o644},
			last,
		})
		if err == nil || err.path != last.path || err.msg == "" {
			t.Errorf("%s: got error %v", name, err)
		}
		wantFiles(t, dir, map[string]string{"changed": "old", "removed": "old", "dir": ""})
	}
}

func TestChangeNames(t *testing.T) {
	some := []byte("x")
	var got []string
	for _, c := range []change{{new: some}, {old: some}, {old: some, new: some}} {
		got = append(got, c.state(), c.verb(), c.oldName("f"), c.newName("f"))
	}
	want := []string{
		"missing", "wrote", os.DevNull, "f",
		"no longer needed", "removed", "f", os.DevNull,
		"stale", "wrote", "f", "f",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
