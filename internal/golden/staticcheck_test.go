package golden

import (
	"context"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// complaints are what staticcheck is known to say of outputs, by case, and not of the sources.
var complaints = map[string]string{
	"accessor-constants SA4000":         "an index is that of an accessor, with constants in the place of its parameters",
	"accessor-constants SA4028":         "an index is that of an accessor, with constants in the place of its parameters",
	"addresses SA4006":                  "a variable that is read through a pointer before is written for the last time",
	"functions-returned SA4031":         "the parameter of a literal that is called in place is what it is given, which is not nil",
	"functions-returned-several SA4031": "the parameter of a literal that is called in place is what it is given, which is not nil",
	"iterators-in-place SA4008":         "the body of the source's loop always leaves the iterator's",
	"lanes SA4006":                      "the length of a result that is an array needs no call",
	"passive-overwritten SA4006":        "what a pointer leads to is read before it is overwritten, and nothing needs it",
}

// finding is a line of staticcheck's.
var finding = regexp.MustCompile(`(?m)^on/([^/]+)/([^/:]+):\d+:\d+: (.*) \((\w+)\)$`)

// TestStaticcheck has staticcheck look at the outputs of all files. What it says of a source too is no fault of the output.
func TestStaticcheck(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every golden file")
	}
	m := deriveAll(t)
	cmd := exec.Command(staticcheck(t), "./on/...")
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
	unsaid := maps.Clone(complaints)
	for _, key := range sortedKeys(said) {
		of, found := strings.CutPrefix(key, output+" ")
		if !found || said[input+" "+of] != nil {
			continue
		}
		if complaints[of] == "" {
			t.Errorf("%s:\n%s", of, strings.Join(said[key], "\n"))
		}
		delete(unsaid, of)
	}
	if *only == "" && len(unsaid) > 0 {
		t.Errorf("staticcheck no longer says %v", slices.Sorted(maps.Keys(unsaid)))
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
