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

// TestStraightLine derives long functions: the time must grow in line with their length.
func TestStraightLine(t *testing.T) {
	if testing.Short() {
		t.Skip("derives a function of 30,000 statements")
	}
	const n = 16_000
	small, large := deriveTime(t, n/10), deriveTime(t, n)
	if large > 30*small && large > 5*time.Second {
		t.Errorf("%d statements take %v, and a tenth of them %v", n, large, small)
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
	t.Log(n, time.Since(start))
	return time.Since(start)
}
