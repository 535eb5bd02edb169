package readme_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"

	// What the programs of docs/nn.md import; see readme_test.go.
	_ "github.com/godiff/godiff/nn/optim"
	_ "github.com/godiff/godiff/nn/plot"
	_ "github.com/godiff/godiff/nn/pytorch"
	_ "github.com/godiff/godiff/nn/steps"
	_ "github.com/godiff/godiff/nn/table"
	_ "github.com/godiff/godiff/nn/train"
)

// TestNN does what docs/nn.md does, as [TestTutorial]. The network of PyTorch's and the digits that it reads are there already.
func TestNN(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles several programs")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the page runs cmp")
	}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		t.Skip("the page shows what is computed with AVX2 and FMA, to the last digit")
	}
	m := newTour(t)
	for _, name := range []string{"nn/pytorch/testdata/digits.safetensors", "examples/digits/digits.csv.gz"} {
		write(t, filepath.Join(m.dir, filepath.Base(name)), read(t, filepath.Join(root, name)))
	}
	page := replay(t, "docs/nn.md", m.block)
	if strings.Contains(page, "FAIL") {
		t.Errorf("something falls short:\n%s", page)
	}
	if said := m.run("go vet ./..."); said != "" {
		t.Errorf("go vet: %s", said)
	}
	compare(t, "docs/nn.md", page)
	for _, name := range []string{"loss.svg", "step.svg"} {
		drawn, path := read(t, filepath.Join(m.dir, name)), filepath.Join(root, "docs/nn", name)
		if got, err := os.ReadFile(path); err == nil && string(got) == drawn {
			continue
		}
		if *update {
			write(t, path, drawn)
		} else {
			t.Errorf("docs/nn/%s is not what is drawn; to update it: go test ./internal/readme -update", name)
		}
	}
}
