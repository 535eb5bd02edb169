package golden

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// TestStraightLine derives long functions: the time must grow in line with their length, so that 30,000 statements take some
// seconds. It begins with short ones, to fail early.
func TestStraightLine(t *testing.T) {
	if testing.Short() {
		t.Skip("derives a function of 30,000 statements")
	}
	last := max(deriveTime(t, 300), 20*time.Millisecond)
	for _, n := range []int{1_000, 3_000, 10_000, 30_000} {
		took := deriveTime(t, n)
		if took > 6*last {
			t.Fatalf("%d statements take %v, a third of them %v", n, took, last)
		}
		last = took
	}
}

func deriveTime(t *testing.T, n int) time.Duration {
	m := newModule(t)
	m.write(t, input, straightLine(n))
	prog, err := lower.Load(lower.Config{Dir: m.dir, Env: m.env}, ".")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, diags := derive.Package(prog, prog.Packages[0], derive.Options{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return time.Since(start)
}
