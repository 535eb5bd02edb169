package golden

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/internal/derive"
)

// straightLine returns a function of n statements without a loop or a branch.
func straightLine(n int) []byte {
	var b strings.Builder
	b.WriteString("package p\n\n//godiff:valuegrad\nfunc F(x, y float64) float64 {\n\ta, b := x, y\n")
	for i := range n {
		fmt.Fprintf(&b, "\ta = a*b + %d\n", i%7)
	}
	b.WriteString("\treturn a * b\n}\n")
	return []byte(b.String())
}

// TestStraightLine derives long functions: the work, counted in allocations, must grow in line with their length, so that 30,000
// statements take some seconds. It begins with short ones, to fail early.
func TestStraightLine(t *testing.T) {
	if testing.Short() {
		t.Skip("derives a function of 30,000 statements")
	}
	last := uint64(0)
	for _, n := range []int{1_000, 3_000, 9_000, 27_000} {
		prog := loadStraightLine(t, n)
		got := allocations(t, prog, prog.Packages[0])
		if last > 0 && got > 4*last {
			t.Fatalf("%d statements take %d allocations, a third of them %d", n, got, last)
		}
		last = got
	}
}

// BenchmarkStraightLine derives 30,000 statements.
func BenchmarkStraightLine(b *testing.B) {
	prog := loadStraightLine(b, 30_000)
	for b.Loop() {
		derive.Package(prog, prog.Packages[0], derive.Options{})
	}
}

func loadStraightLine(t testing.TB, n int) *lower.Program {
	m := newModule(t)
	m.write(t, input, straightLine(n))
	return m.load(t, ".")
}

// load loads packages of the module.
func (m *module) load(t testing.TB, pattern string) *lower.Program {
	prog, err := lower.Load(lower.Config{Dir: m.dir, Env: m.env}, pattern)
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

// allocations returns how often memory is allocated in deriving a package.
func allocations(t *testing.T, prog *lower.Program, pkg *lower.Package) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, diags := derive.Package(prog, pkg, derive.Options{})
	runtime.ReadMemStats(&after)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return after.Mallocs - before.Mallocs
}
