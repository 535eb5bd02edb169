package golden

import (
	"context"
	"errors"
	"flag"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// finding is a line of staticcheck's.
var finding = regexp.MustCompile(`(?m)^on/([^/]+)/([^/:]+):\d+:\d+: (.*) \((\w+)\)$`)

var lint = flag.Bool("lint", false, "let staticcheck look at the outputs of all cases, which takes minutes, and not only of the golden files")

// ofSources are findings about outputs that staticcheck would have about the source if it looked at loops over functions as at others.
var ofSources = map[string]string{
	"iterators-in-place SA4008": "a loop over slices.Backward ends in its first iteration",
}

// TestStaticcheck has staticcheck look at the outputs of the golden files, or with -lint of all cases. What it says of a source too is no fault of the output.
func TestStaticcheck(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file")
	}
	m := deriveAll(t)
	var packages []string
	for _, c := range m.cases {
		if (c.golden || *lint) && m.refused["on/"+c.name] == "" {
			packages = append(packages, "./on/"+c.name)
		}
	}
	if len(packages) == 0 {
		t.Skip("there is no golden file of that name")
	}
	cmd := exec.Command(staticcheck(t), packages...)
	cmd.Dir, cmd.Env = m.dir, m.env
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || len(out) == 0) {
		t.Fatalf("staticcheck: %v\n%s", err, out)
	}
	said := map[string][]string{} // of sources and outputs
	for _, match := range finding.FindAllStringSubmatch(string(out), -1) {
		key := match[2] + " " + match[1] + " " + match[4]
		said[key] = append(said[key], match[0])
	}
	for _, key := range sortedKeys(said) {
		of, found := strings.CutPrefix(key, output+" ")
		if found && said[input+" "+of] == nil && ofSources[of] == "" {
			t.Errorf("%s:\n%s", of, strings.Join(said[key], "\n"))
		}
	}
}

// staticcheck builds staticcheck, of the version in tools/go.mod, or skips the test where that takes too long or cannot be done.
func staticcheck(t *testing.T) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	path := filepath.Join(t.TempDir(), "staticcheck")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "honnef.co/go/tools/cmd/staticcheck")
	build.Dir = filepath.Join("..", "..", "tools")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("staticcheck cannot be built, or not in time: %v\n%s", err, out)
	}
	return path
}
