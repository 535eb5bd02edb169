package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/godiff/godiff/internal/mutants/switches"
)

var update = flag.Bool("update", false, "rewrite the wanted outputs in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"godiff": main,
	})
}

// TestScript runs the scripts, each in a directory with its files. A script has the command godiff, and the root of this
// module in $GODIFF. A module without a go.mod of its own is module m.
func TestScript(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(root, "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GODIFF", root)
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOFLAGS", "")
			for _, name := range []string{switches.Mutant, switches.Reached} {
				env.Setenv(name, os.Getenv(name))
			}
			for name, value := range goEnv(t, "GOCACHE", "GOMODCACHE") {
				env.Setenv(name, value)
			}
			return writeModule(env.WorkDir)
		},
	})
}

// goEnv returns variables as the go command has them.
func goEnv(t *testing.T, names ...string) map[string]string {
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		values[names[i]] = line
	}
	return values
}

func writeModule(dir string) error {
	path := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return os.WriteFile(path, []byte("module m\n\ngo 1.26\n"), 0o666)
}
