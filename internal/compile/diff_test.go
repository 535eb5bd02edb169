package compile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnifiedDiff(t *testing.T) {
	numbers := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintln(&b, i)
		}
		return b.String()
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"same", "a\nb\n", "a\nb\n", ""},
		{"both empty", "", "", ""},
		{"created", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"removed", "a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"changed", "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
		{"no newline", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"context", numbers(1, 9), numbers(1, 4) + "x\n" + numbers(6, 9), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
		{"joined", numbers(1, 8), "x\n" + numbers(2, 7) + "y\n", "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"},
		{
			"apart", numbers(1, 9), "x\n" + numbers(2, 8) + "y\n",
			"@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n",
		},
	} {
		want := test.want
		if want != "" {
			want = "--- old\n+++ new\n" + want
		}
		if got := unifiedDiff("old", "new", []byte(test.old), []byte(test.new)); got != want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// TestUnifiedDiffPatches has patch apply diffs of random texts.
func TestUnifiedDiffPatches(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch")
	}
	random := rand.New(rand.NewPCG(1, 2))
	text := func() []byte {
		var b strings.Builder
		for range random.IntN(40) {
			fmt.Fprintln(&b, random.IntN(6))
		}
		return []byte(b.String())
	}
	for range 100 {
		old, new := text(), text()
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, old, 0o666); err != nil {
			t.Fatal(err)
		}
		diff := unifiedDiff("file", "file", old, new)
		cmd := exec.Command(patch, "-s", file)
		cmd.Stdin = strings.NewReader(diff)
		if out, err := cmd.CombinedOutput(); diff != "" && err != nil {
			t.Fatalf("%v: %s\n%s", err, out, diff)
		}
		if got, _ := os.ReadFile(file); string(got) != string(new) {
			t.Fatalf("patched to %q, want %q by\n%s", got, new, diff)
		}
	}
}
