package golden

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// our is the path of this module, with a slash.
const our = "github.com/godiff/godiff/"

// allowed says which packages of the module a package may import. A package that is not here may not import any. Tests may import what they like.
var allowed = map[string][]string{
	"ast/lower":              {"ast"},
	"ast/printer":            {"ast", "ast/lower"},
	"transform":              {"ast", "transform/rules"},
	"internal/derive":        {"ast", "ast/lower", "ast/printer", "internal/explain", "transform", "transform/rules", "transform/rules/bodies"},
	"internal/compile":       {"ast", "ast/lower", "internal/derive", "internal/explain"},
	"internal/vet":           {"ast/lower", "internal/derive"},
	"transform/rules/bodies": {"runtime"},

	"cmd/godiff": {"ast", "internal/compile", "internal/derive", "internal/vet"},

	"internal/mutants":       {"internal/mutants/switches"},
	"internal/mutants/probe": {"ast/lower", "internal/derive", "internal/mutants/switches"},

	"internal/randprog":       {"internal/randprog/judge"},
	"internal/randprog/judge": {"gradcheck"},
	"internal/randprog/other": {"internal/randprog/other/gauge"},

	"nn":                 {"nn/kernel", "nn/shape", "runtime"},
	"nn/kernel":          {"runtime"},
	"nn/optim":           {"nn", "nn/kernel"},
	"nn/steps":           {"nn", "nn/kernel", "nn/shape", "runtime"},
	"nn/pytorch":         {"nn", "nn/safetensors", "nn/shape", "nn/train"},
	"nn/train":           {"nn", "nn/safetensors", "nn/shape"},
	"nn/idx":             {"nn/internal/elem"},
	"nn/npy":             {"nn/internal/elem"},
	"nn/safetensors":     {"nn/internal/elem"},
	"nn/table":           {"nn/internal/elem"},
	"nn/internal/curves": {"nn"},
}

// TestImports holds the packages to the direction of the design: ast ← ast/lower, ast/printer, transform ← cmd/godiff. What
// users import, the packages runtime, gradcheck and nn above all, knows nothing of the compiler.
func TestImports(t *testing.T) {
	cmd := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(out)) {
		imports := strings.Fields(line)
		pkg := strings.TrimPrefix(imports[0], our)
		if strings.HasPrefix(pkg, "examples/") || strings.HasPrefix(pkg, "tools/") {
			continue // they are users
		}
		found++
		for _, imported := range imports[1:] {
			target, ours := strings.CutPrefix(imported, our)
			if ours && !slices.Contains(allowed[pkg], target) {
				t.Errorf("%s imports %s: allowed are %v", pkg, target, allowed[pkg])
			}
			if pkg == "runtime" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("runtime imports %s: it may import the standard library only", imported)
			}
		}
	}
	for pkg := range allowed {
		if !strings.Contains(string(out), our+pkg+" ") {
			t.Errorf("there is no package %s", pkg)
		}
	}
	if found < len(allowed) {
		t.Errorf("go list found only %d packages", found)
	}
}
