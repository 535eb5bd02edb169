package readme_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const howItWorks = "docs/how-it-works.md"

// TestHowItWorks compares the functions that docs/how-it-works.md shows with those of golden cases. A block names the case and the file in it.
func TestHowItWorks(t *testing.T) {
	page := replay(t, howItWorks, func(b block) string {
		archive, err := txtar.ParseFile(filepath.Join(root, "testdata/golden", path.Dir(b.name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == path.Base(b.name) && strings.HasSuffix(b.name, ".go") {
				return shown(t, b, string(f.Data))
			}
		}
		t.Errorf("no file %s", b.name)
		return b.text
	})
	compare(t, howItWorks, page)
}
