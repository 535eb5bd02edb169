package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGenerated checks that the assembly is what internal/kernelgen writes. That is a module of its own, which may not be at hand.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("builds another module")
	}
	dir := t.TempDir()
	generator := filepath.Join(dir, "kernelgen")
	build := exec.Command("go", "build", "-o", generator, ".")
	build.Dir = filepath.Join("..", "..", "internal", "kernelgen")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("the generator cannot be built: %v\n%s", err, out)
	}
	const assembly, stubs = "kernel_amd64.s", "kernel_amd64.go"
	if out, err := exec.Command(generator, "-out", filepath.Join(dir, assembly), "-stubs", filepath.Join(dir, stubs), "-pkg", "kernel").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{assembly, stubs} {
		if got, want := body(t, name), body(t, filepath.Join(dir, name)); !bytes.Equal(got, want) {
			t.Errorf("%s is not what internal/kernelgen writes: go generate ./nn/kernel", name)
		}
	}
}

// body returns a file without its first line, which tells the generator's arguments.
func body(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = bytes.Cut(text, []byte("\n"))
	return text
}
