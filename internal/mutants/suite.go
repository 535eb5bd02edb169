package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A suite is some of the tests of a package.
type suite struct {
	name   string // as the page calls it
	pkg    string
	run    string                  // a pattern of tests; all if empty
	prove  string                  // the pattern to run with no mutant on, if that is another one
	leave  string                  // the flag for a directory in which it leaves derivatives
	in     string                  // that directory
	few    []string                // the flags to compute with few packages
	choose func(pkg string) string // the flag to compute with that package only
	costly bool                    // it is not run for a mutant that is probed and changes no text
	roomy  bool                    // it runs the race detector, which needs memory

	took    time.Duration // with no mutant on
	reaches map[int]bool  // the mutants that it reaches
}

// quick are the suites that are run first, the cheap ones before the others.
func quick() []*suite {
	return []*suite{
		{name: "transform", pkg: "transform"},
		{name: "ast/lower", pkg: "ast/lower"},
	}
}

// slow are the suites for what survives the others.
func slow() []*suite {
	return []*suite{
		{name: "refusals", pkg: "internal/golden", run: "^Test(Refuse|Reference)$"},
		{name: "scripts", pkg: "cmd/godiff"},
		{name: "shapes", pkg: "internal/golden", run: "^Test(Shapes|StraightLine)$"},
		{name: "explanations", pkg: "internal/derive", costly: true},
		{name: "changed programs", pkg: "internal/mutate"},
		{name: "pages", pkg: "internal/readme"},
		{name: "compile", pkg: "internal/compile"},
	}
}

// numbers and random are the suites that compute with derivatives. They are run where package probe sees other texts. With no mutant on all
// texts are those of the original, and so are the numbers: it is enough to derive everything.
func (c *scratch) numbers() *suite {
	return &suite{
		name: "numbers", pkg: "internal/golden", run: "^Test(Golden|Hostile|Concurrent|Machines)$", roomy: true,
		prove: "^TestDeterministic$", leave: "-keep", in: c.cases(),
		choose: func(name string) string { return "-only=" + name },
	}
}

func (c *scratch) random() *suite {
	return &suite{
		name: "random programs", pkg: "internal/randprog", run: "^TestRandomPrograms$",
		leave: "-randprog.keep", in: c.programs(), choose: seedOf,
		few: []string{fmt.Sprintf("-randprog.n=%d", perPackage)},
	}
}

// perPackage is how many random programs are in a package, and computed with.
const perPackage = 50

// seedOf chooses the programs of one package. Package p003 holds those with the seeds 151 to 200.
func seedOf(pkg string) string {
	n, err := strconv.Atoi(strings.TrimLeft(pkg, "pw"))
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("-randprog.seed=%d", n*perPackage+1)
}

// folders returns the packages of suites, each once.
func folders(suites ...*suite) []string {
	var list []string
	for _, s := range suites {
		list = append(list, s.pkg)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// trial returns the run of a suite as a mutant.
func (c *scratch) trial(s *suite, mutant int, more ...string) trial {
	args := append([]string{"-test.failfast", "-test.timeout=0"}, more...)
	if s.run != "" {
		args = append(args, "-test.run="+s.run)
	}
	return trial{mutant: mutant, limit: 4*s.took + time.Minute, roomy: s.roomy, dir: c.folder(s.pkg), program: c.bin(testName(s.pkg)), args: args}
}

// prove runs a suite with no mutant on, and notes how long that takes and which mutants it reaches.
func (c *scratch) prove(s *suite) error {
	var more []string
	if s.leave != "" {
		if err := clean(s.in); err != nil {
			return err
		}
		more = append(more, s.leave+"="+s.in)
	}
	proof := *s
	proof.run = cmp.Or(s.prove, s.run)
	t := c.trial(&proof, 0, more...)
	t.limit, t.reached = time.Hour, filepath.Join(c.dir, "reached")
	if err := os.RemoveAll(t.reached); err != nil {
		return err
	}
	o := c.try(t)
	if o.failed {
		return fmt.Errorf("%s fails with no mutant on:\n%s%s", s.name, o.stdout, o.stderr)
	}
	s.took, s.reaches = o.took, map[int]bool{}
	text, err := os.ReadFile(t.reached)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, line := range strings.Fields(string(text)) {
		n, err := strconv.Atoi(line)
		if err != nil {
			return err
		}
		s.reaches[n] = true
	}
	return nil
}
