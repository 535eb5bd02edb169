package golden

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godiff/godiff/internal/derive"
)

// A shape is a family of programs: the same construct over and over, n times.
type shape struct {
	name string
	size int // of the benchmark
	body func(b *source, n int)
}

// A source is the text of a program that is being written.
type source struct{ strings.Builder }

func (b *source) add(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

// each adds a line for each i below n, with i in the place of the first verb.
func (b *source) each(n int, format string) {
	for i := range n {
		b.add(format, i)
	}
}

// shapes are the programs that the benchmarks derive.
var shapes = []shape{
	{"functions", 500, func(b *source, n int) {
		for i := range n {
			b.add("//godiff:grad\nfunc F%d(x, y float64) float64 {\na := x*y + %d\nfor i := range 3 {\na = a*x + float64(i)\n}\nreturn a * y\n}", i, i%7)
		}
	}},
	{"straight-line", 30_000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na, b := x, y")
		for i := range n {
			b.add("a = a*b + %d", i%7)
		}
		b.add("return a * b\n}")
	}},
	{"ifs-elements", 10_000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(a, b float64, x []float64) float64 {")
		for range n {
			b.add("a = a*b + 0.1\nif a > b {\nb += x[1]\n}")
		}
		b.add("return a\n}")
	}},
	{"straight-line-vars", 10_000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na0 := x")
		for i := range n {
			b.add("a%d := a%d*y + %d", i+1, i, i%7)
		}
		b.add("return a%d * y\n}", n)
	}},
	{"elements", 30_000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ny := make([]float64, len(x))\ns := 0.0")
		for i := range n {
			switch i % 3 {
			case 0:
				b.add("y[%d] = x[%d] * x[%d]", i%5, i%7, i%11)
			case 1:
				b.add("s += x[%d] * y[%d]", i%7, i%5)
			default:
				b.add("s = s*x[%d] + y[%d]", i%3, i%5)
			}
		}
		b.add("return s\n}")
	}},
	{"nested-if", 24, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("if x > %d {\na = a * y", i)
		}
		for i := range n {
			b.add("} else {\na = a + y*%d\n}", i)
		}
		b.add("return a\n}")
	}},
	{"nested-if-returns", 24, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("if x > %d {\na = a * y\nif y > %d {\nreturn a * x\n}", i, i)
		}
		for i := range n {
			b.add("a = a * x\n} else {\na = a + y*%d\nif y < %d {\nreturn a + x\n}\n}", i, -i)
		}
		b.add("return a\n}")
	}},
	{"nested-else", 24, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("if x > %d {\na = a * y\nif y > %d {\nreturn a * x\n}\n} else {\na = a + y*%d", i, i, i)
		}
		b.add("%s\nreturn a\n}", strings.Repeat("a *= x\n}\n", n))
	}},
	{"early-returns", 300, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("a *= y\nif a > %d {\nreturn a * x\n}", i)
		}
		b.add("return a\n}")
	}},
	{"else-if-returns", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x\nif x > %d {\nreturn a * y", n)
		for i := range n {
			b.add("} else if x > %d {\nreturn a*y + %d*x", n-i, i)
		}
		b.add("}\nreturn a\n}")
	}},
	{"else-if", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x\nif x > %d {\na = a * y", n)
		for i := range n {
			b.add("} else if x > %d {\na = a*y + %d*x", n-i, i)
		}
		b.add("}\nreturn a\n}")
	}},
	{"ifs", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("if a > %d {\na = a * y\n} else {\na = a + x\n}", i)
		}
		b.add("return a\n}")
	}},
	{"call-chain", 60, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64) float64 { return f0(x) }")
		for i := range n {
			b.add("func f%d(x float64) float64 { return f%d(x) * f%d(2*x) }", i, i+1, i+1)
		}
		b.add("func f%d(x float64) float64 { return x * x }", n)
	}},
	{"call-chain-slices", 60, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 { return f0(x, x) }")
		for i := range n {
			b.add("func f%d(x, y []float64) float64 { return f%d(x, y) * f%d(y, x[1:]) }", i, i+1, i+1)
		}
		b.add("func f%d(x, y []float64) float64 { return x[0] * y[1] }", n)
	}},
	{"calls", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("a = g(a, y) + %d", i%5)
		}
		b.add("return a\n}\nfunc g(x, y float64) float64 {\nfor i := range 3 {\nx = x*y + float64(i)\n}\nreturn x\n}")
	}},
	{"calls-leaf", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("a = g(a, y) + %d", i%5)
		}
		b.add("return a\n}\nfunc g(x, y float64) float64 {\nif x > y {\nreturn x * y\n}\nz := x * x\nreturn z * y\n}")
	}},
	{"calls-slices", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y []float64) float64 {\na := 0.0")
		for i := range n {
			b.add("a += g(x, y, %d)", i)
		}
		b.add("return a\n}\nfunc g(x, y []float64, k int) float64 {\ns := 0.0\nfor i := range x {\ns = s*x[i] + y[i]\n}\nreturn s\n}")
	}},
	{"helpers", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64) float64 {\na := x")
		b.each(n, "a = f%d(a)")
		b.add("return a\n}")
		b.each(n, "func f%d(x float64) float64 {\nfor range 3 {\nx *= x\n}\nreturn x\n}")
	}},
	{"product", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 { return x%s }", strings.Repeat("*x", n))
	}},
	{"product-of-two", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 { return x%s }", strings.Repeat("*y*x", n/2))
	}},
	{"product-of-elements", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\nreturn x[0]")
		for i := range n {
			b.WriteString(fmt.Sprintf("*x[%d]", i))
		}
		b.add("\n}")
		s := strings.ReplaceAll(b.String(), "]\n*", "]*")
		b.Reset()
		b.WriteString(s)
	}},
	{"sum", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y, z float64) float64 { return x*y%s }", strings.Repeat(" + y*z", n))
	}},
	{"sum-of-elements", 500, func(b *source, n int) {
		b.WriteString("//godiff:grad\nfunc F(x []float64) float64 { return x[0]*x[1]")
		for i := range n {
			fmt.Fprintf(b, " + x[%d]*x[%d]", i, i+1)
		}
		b.add(" }")
	}},
	{"composition", 200, func(b *source, n int) {
		b.add("import \"math\"\n//godiff:grad\nfunc F(x float64) float64 { return %sx%s }", strings.Repeat("math.Sin(", n), strings.Repeat(")", n))
	}},
	{"quotients", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 { return x%s }", strings.Repeat("/(x+y)", n))
	}},
	{"horner", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 { return %sx%s }", strings.Repeat("(", n), strings.Repeat("*x+y)", n))
	}},
	{"loop-body", 5000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x\nfor range 3 {")
		for i := range n {
			b.add("a = a*y + %d", i%7)
		}
		b.add("}\nreturn a\n}")
	}},
	{"loop-body-elements", 5000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ns := 1.0\ny := make([]float64, 9)\nfor i := range x {")
		for i := range n {
			b.add("s = s*x[i] + %d\ny[%d] = s * x[%d]", i%7, i%9, i%5)
		}
		b.add("}\nreturn s + y[0]\n}")
	}},
	{"loop-body-vars", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {")
		b.each(n, "v%d := x")
		b.add("for range 3 {")
		for i := range n {
			b.add("v%d = v%d*y + v%d", i, (i+1)%n, i)
		}
		b.add("}\ns := 0.0")
		b.each(n, "s += v%d")
		b.add("return s\n}")
	}},
	{"loops", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		b.each(n, "for i := range 3 {\na = a*y + float64(i*%d)\n}")
		b.add("return a\n}")
	}},
	{"loops-elements", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y []float64) float64 {\ns := 0.0")
		b.each(n, "for i := range x {\ns += x[i]*y[i]*%d\ny[i] = s * x[i]\n}")
		b.add("return s\n}")
	}},
	{"loops-sums", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y []float64) float64 {\ns := 0.0")
		b.each(n, "for i := range x {\ns += x[i]*y[i]*%d\n}")
		b.add("return s\n}")
	}},
	{"loop-nest", 8, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("for i%d := range 2 {\na = a*y + float64(i%d)", i, i)
		}
		b.add("%s\nreturn a\n}", strings.Repeat("}\n", n))
	}},
	{"loop-nest-breaks", 8, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y")
		for i := range n {
			b.add("for i%d := range x {\nif a > x[i%d] {\nbreak\n}\na = a*y + x[i%d]", i, i, i)
		}
		b.add("%s\nreturn a\n}", strings.Repeat("if a < y {\ncontinue\n}\na *= y\n}\n", n))
	}},
	{"loop-nest-exits", 16, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y")
		for i := range n {
			b.add("for i%d := range x {\na = a*y + x[i%d]", i, i)
		}
		for i := range n {
			b.add("if a > x[i%d] {\na *= y\nbreak\n}\n}", n-1-i)
		}
		b.add("return a\n}")
	}},
	{"loop-nest-leading", 16, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na, m := y, 0")
		for i := range n {
			b.add("for i%d := range x {\nm += i%d", i, i)
		}
		for i := range n {
			b.add("if a > x[i%d] {\nbreak\n}\na *= y*float64(m)\n}", n-1-i)
		}
		b.add("return a\n}")
	}},
	{"loop-nest-passive", 16, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na, m := y, 0")
		for i := range n {
			b.add("for i%d := range x {", i)
		}
		for i := range n {
			b.add("m += i%d\nif m > %d {\nbreak\n}\n}", n-1-i, i)
		}
		b.add("return a * y * float64(m)\n}")
	}},
	{"loop-nest-indices", 12, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y")
		for i := range n {
			b.add("for i%d := range x {\nt%d := x[i%d] * y", i, i, i)
		}
		for i := range n {
			b.add("a += t%d * a\n}", n-1-i)
		}
		b.add("return a\n}")
	}},
	{"loop-nest-elements", 12, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, z []float64, y float64) float64 {\na := y")
		for i := range n {
			b.add("for i%d := range x {\nz[i%d] = x[i%d] * y", i, i, i)
		}
		for i := range n {
			b.add("a += z[i%d] * x[i%d]\n}", n-1-i, n-1-i)
		}
		b.add("return a\n}")
	}},
	{"loops-breaks", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y")
		b.each(n, "for i := range x {\nif a > %d {\na *= y\nbreak\n}\na = a*y + x[i]\n}")
		b.add("return a\n}")
	}},
	{"loops-whiles", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		b.each(n, "for a < %d {\na = a*y + x\n}")
		b.add("return a\n}")
	}},
	{"loops-in-loop", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y\nfor range 3 {")
		b.each(n, "for i := range x {\nif a > %d {\na *= y\nbreak\n}\na = a*y + x[i]\n}")
		b.add("}\nreturn a\n}")
	}},
	{"loops-continues", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\na := y")
		b.each(n, "for i := range x {\nif a > %d {\na *= y\nif a < y {\ncontinue\n}\n}\na = a*y + x[i]\n}")
		b.add("return a\n}")
	}},
	{"loops-independent", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y []float64) float64 {\ns := 0.0")
		b.each(n, "for i := range x {\nt := x[i]*y[i]*%d\nif t > 0 {\nt *= t\n}\ns += t*t\n}")
		b.add("return s*s\n}")
	}},
	{"loops-dead", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64, m int) float64 {\na := x\nm0 := m")
		for i := range n {
			b.add("m%d := 0\nfor range m%d {\nm%d++\na += x\n}", i+1, i, i+1)
		}
		b.add("return a\n}")
	}},
	{"helpers-nested", 60, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64) float64 { return %sx%s }", strings.Repeat("g(", n), strings.Repeat(")", n))
		b.add("func g(x float64) float64 {\nif x > 1 {\nreturn x * x\n}\nz := x * x\nreturn z * x\n}")
	}},
	{"inlined-nested", 60, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64) float64 { return %sx%s }", strings.Repeat("g(", n), strings.Repeat(")", n))
		b.add("func g(x float64) float64 { return x * x }")
	}},
	{"helpers-loop-nested", 60, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64) float64 { return %sx%s }", strings.Repeat("g(", n), strings.Repeat(")", n))
		b.add("func g(x float64) float64 {\nfor range 3 {\nx *= x\n}\nreturn x\n}")
	}},
	{"recursion", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x float64, k int) float64 { return f0(x, k) }")
		for i := range n {
			b.add("func f%d(x float64, k int) float64 {\nif k == 0 {\nreturn x\n}\nreturn f%d(x, k-1) * f%d(x*x, k-1)\n}", i, (i+1)%n, (i+2)%n)
		}
	}},
	{"recursion-slices", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, k int) float64 { return f0(x, k) }")
		for i := range n {
			b.add("func f%d(x []float64, k int) float64 {\nif k == 0 {\nreturn x[0]\n}\nx[k] *= x[0]\ny := f%d(x, k-1)\nz := f%d(x, k-1)\nreturn y * z\n}", i, (i+1)%n, (i+2)%n)
		}
	}},
	{"math", 2000, func(b *source, n int) {
		b.add("import \"math\"\n//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		for i := range n {
			b.add("a = math.%s(a*y) + math.Pow(a, y) + max(a, y)", []string{"Sin", "Exp", "Sqrt", "Tanh", "Abs"}[i%5])
		}
		b.add("return a\n}")
	}},
	{"min", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\nreturn min(x[0]%s)\n}", strings.Repeat(", x[1]*x[2]", n))
	}},
	{"structs", 500, func(b *source, n int) {
		b.add("type T struct{ X, Y float64 }\n//godiff:grad\nfunc F(x, y float64) float64 {\nt0 := T{x, y}")
		for i := range n {
			b.add("t%d := T{t%d.X * y, t%d.Y + x}", i+1, i, i)
		}
		b.add("return t%d.X * t%d.Y\n}", n, n)
	}},
	{"structs-nested", 60, func(b *source, n int) {
		b.add("type T0 struct{ X float64 }")
		for i := range n {
			b.add("type T%d struct{ A T%d; Y float64 }", i+1, i)
		}
		b.add("//godiff:grad\nfunc F(t T%d) float64 {\nreturn t%s.X * t.Y\n}", n, strings.Repeat(".A", n))
	}},
	{"pointers-nested", 60, func(b *source, n int) {
		b.add("type T0 struct{ X float64 }")
		for i := range n {
			b.add("type T%d struct{ A, B *T%d; Y float64 }", i+1, i)
		}
		b.add("//godiff:grad\nfunc F(t *T%d) float64 {\nreturn t%s.X * t.Y\n}", n, strings.Repeat(".A", n))
	}},
	{"methods-on-model", 200, func(b *source, n int) {
		b.add("type T struct {")
		b.each(n, "F%d []float64")
		b.add("}\n//godiff:grad\nfunc F(t *T, x float64) float64 {")
		b.each(n, "x = t.m%d(x)")
		b.add("return x\n}")
		b.each(n, "func (t *T) m%[1]d(x float64) float64 {\nfor i := range t.F%[1]d {\nx = x*t.F%[1]d[i] + x\n}\nreturn x\n}")
	}},
	{"fields", 500, func(b *source, n int) {
		b.add("type T struct {")
		b.each(n, "F%d float64")
		b.add("}\n//godiff:grad\nfunc F(t *T, x float64) float64 {\ns := x")
		b.each(n, "s = s*t.F%[1]d + x\nt.F%[1]d = s")
		b.add("return s\n}")
	}},
	{"fields-slices", 500, func(b *source, n int) {
		b.add("type T struct {")
		b.each(n, "F%d []float64")
		b.add("}\n//godiff:grad\nfunc F(t *T, x float64) float64 {\ns := x")
		b.each(n, "for i := range t.F%[1]d {\ns = s*t.F%[1]d[i] + x\n}")
		b.add("return s\n}")
	}},
	{"fields-value", 500, func(b *source, n int) {
		b.add("type T struct {")
		b.each(n, "F%d float64")
		b.add("}\n//godiff:grad\nfunc F(t T, x float64) float64 {\ns := x")
		b.each(n, "s = s*t.F%[1]d + x\nt.F%[1]d = s")
		b.add("return s\n}")
	}},
	{"parameters", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(")
		b.each(n, "p%d float64,")
		b.add(") float64 {\ns := 1.0")
		b.each(n, "s = s*p%[1]d + p%[1]d")
		b.add("return s\n}")
	}},
	{"parameters-slices", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(")
		b.each(n, "p%d []float64,")
		b.add(") float64 {\ns := 1.0")
		b.each(n, "s = s*p%[1]d[0] + p%[1]d[1]\np%[1]d[0] = s")
		b.add("return s\n}")
	}},
	{"results", 200, func(b *source, n int) {
		b.add("//godiff:vjp\nfunc F(x, y float64) (")
		b.each(n, "r%d float64,")
		b.add(") {\ns := 1.0")
		b.each(n, "s = s*x + y\nr%d = s * x")
		b.add("return\n}")
	}},
	{"results-of-call", 200, func(b *source, n int) {
		list := func(format string) string {
			var names []string
			for i := range n {
				names = append(names, fmt.Sprintf(format, i))
			}
			return strings.Join(names, ", ")
		}
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\n%s := g(x, y)\ns := 0.0", list("r%d"))
		b.each(n, "s += r%[1]d * r%[1]d")
		b.add("return s\n}\nfunc g(x, y float64) (%s float64) {\ns := 1.0", list("r%d"))
		b.each(n, "s = s*x + y\nr%d = s * x")
		b.add("return\n}")
	}},
	{"slices", 2000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ny0 := x\ns := 0.0")
		for i := range n {
			b.add("y%d := y%d[1:]\ns += y%d[0]*s", i+1, i, i+1)
		}
		b.add("return s\n}")
	}},
	{"slices-written", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ny0 := x\ns := 0.0")
		for i := range n {
			b.add("y%d := y%d[1:]\ny%d[0] *= s\ns += y%d[1]*s", i+1, i, i+1, i)
		}
		b.add("return s\n}")
	}},
	{"makes", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ny0 := x\ns := 0.0")
		for i := range n {
			b.add("y%d := make([]float64, len(x))\nfor i := range x {\ny%d[i] = x[i]*y%d[i]\n}\ns += y%d[0]*s", i+1, i+1, i, i+1)
		}
		b.add("return s\n}")
	}},
	{"appends", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\nvar y []float64\ns := 1.0")
		for i := range n {
			b.add("y = append(y, x[%d]*s)\ns += y[0]*s", i)
		}
		b.add("return s\n}")
	}},
	{"literal", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\ny := []float64{")
		b.each(n, "x[%d]*x[0],")
		b.add("}\ns := 0.0\nfor i := range y {\ns += y[i]*y[i]\n}\nreturn s\n}")
	}},
	{"branch-vars", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {")
		b.each(n, "v%d := x")
		b.add("if x > y {")
		b.each(n, "v%[1]d = v%[1]d*y*v%[1]d")
		b.add("}\ns := 0.0")
		b.each(n, "s += v%d*y")
		b.add("return s\n}")
	}},
	{"ifs-vars", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {")
		b.each(n, "v%d := x")
		for i := range n {
			b.add("if v%d > y {\nv%d = v%d*y*v%d\n}", i, i, i, (i+1)%n)
		}
		b.add("s := 0.0")
		b.each(n, "s += v%d*y")
		b.add("return s\n}")
	}},
	{"loops-vars", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {")
		b.each(n, "v%d := x")
		for i := range n {
			b.add("for range 3 {\nv%d = v%d*y*v%d\n}", i, i, (i+1)%n)
		}
		b.add("s := 0.0")
		b.each(n, "s += v%d*y")
		b.add("return s\n}")
	}},
	{"ifs-slices", 1000, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\ns := y")
		for i := range n {
			b.add("z%d := make([]float64, len(x))\nif y > %d {\nz%d[0] = x[0]*s\nx[1] *= s\n}\ns += z%d[0]*x[1]", i, i, i, i)
		}
		b.add("return s\n}")
	}},
	{"calls-results", 500, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64, y float64) float64 {\ns := y")
		for i := range n {
			b.add("z%d, t%d := g(x, s)\ns += z%d[0]*t%d", i, i, i, i)
		}
		b.add("return s\n}\nfunc g(x []float64, y float64) ([]float64, float64) {\nz := make([]float64, len(x))\nfor i := range x {\nz[i] = x[i]*y\n}\nreturn z, y*y\n}")
	}},
	{"types-mutual", 100, func(b *source, n int) {
		for i := range n {
			b.add("type T%d struct {\nX float64", i)
			for j := range 3 {
				b.add("P%d *T%d", j, (i+j+1)%n)
			}
			b.add("}")
		}
		b.add("//godiff:grad\nfunc F(t *T0, x float64) float64 {\nu := &T1{X: x}\nfor range 2 {\nu.P0 = &T2{X: t.X * u.X}\nu.X *= u.P0.X\n}\nreturn u.X * t.P1.X\n}")
	}},
	{"pointers-local", 8, func(b *source, n int) {
		b.add("type T0 struct{ X float64 }")
		for i := range n {
			b.add("type T%d struct{ A, B *T%d; Y float64 }", i+1, i)
		}
		b.add("func newT0(x float64) *T0 { return &T0{x} }")
		for i := range n {
			b.add("func newT%d(x float64) *T%d { return &T%d{newT%d(x), newT%d(x*x), x} }", i+1, i+1, i+1, i, i)
		}
		b.add("//godiff:grad\nfunc F(x float64) float64 {\nt := newT%d(x)\nfor range 2 {\nt.Y *= x\n}\nreturn t%s.X * t.Y\n}", n, strings.Repeat(".A", n))
	}},
	{"blocks", 200, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x, y float64) float64 {\na := x")
		b.each(n, "{\na = a*y + %d")
		b.add("%s\nreturn a\n}", strings.Repeat("}\n", n))
	}},
	{"continues", 300, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\na := 1.0\nfor i := range x {")
		for i := range n {
			b.add("if a > %d {\na *= x[i]\ncontinue\n}\na *= x[%d]", i, i)
		}
		b.add("}\nreturn a\n}")
	}},
	{"partial-continues", 300, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\na := 1.0\nfor i := range x {")
		for i := range n {
			b.add("if a > %d {\na *= x[i]\nif a < %d {\ncontinue\n}\na*=x[%d]\n}\na *= x[%d]", i, i/2, i, i)
		}
		b.add("}\nreturn a\n}")
	}},
	{"partial-returns", 300, func(b *source, n int) {
		b.add("//godiff:grad\nfunc F(x []float64) float64 {\na := 1.0")
		for i := range n {
			b.add("if a > %d {\na *= x[0]\nif a < %d {\nreturn a*a\n}\na*=x[%d]\n}\na *= x[%d]", i, i/2, i, i)
		}
		b.add("return a\n}")
	}},
}

// program returns a program of a shape.
func (s shape) program(n int) []byte {
	var b source
	b.add("package p\n")
	s.body(&b, n)
	return []byte(b.String())
}

// BenchmarkShapes derives programs of every shape.
func BenchmarkShapes(b *testing.B) {
	for _, s := range shapes {
		b.Run(fmt.Sprintf("%s/n=%d", s.name, s.size), func(b *testing.B) {
			m := newModule(b)
			m.write(b, input, s.program(s.size))
			prog := m.load(b, ".")
			for b.Loop() {
				if _, diags := derive.Package(prog, prog.Packages[0], derive.Options{}); len(diags) > 0 {
					b.Fatal(diags)
				}
			}
		})
	}
}

// small is work of which it does not matter how it grows.
const small = 60_000

// TestShapes derives short programs of every shape, and programs twice as long: the work, counted in allocations, must grow in line
// with their length.
func TestShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("derives some hundred programs")
	}
	m := newModule(t)
	for _, s := range shapes {
		n := max(s.size/16, min(s.size/2, 30))
		m.write(t, s.name+"/short/"+input, s.program(n))
		m.write(t, s.name+"/long/"+input, s.program(2*n))
	}
	work := map[string]uint64{}
	prog := m.load(t, "./...")
	for _, pkg := range prog.Packages {
		work[strings.TrimPrefix(pkg.Types.Path(), modulePath+"/")] = allocations(t, prog, pkg)
	}
	for _, s := range shapes {
		short, long := work[s.name+"/short"], work[s.name+"/long"]
		if short == 0 || long > 3*short+small {
			t.Errorf("%s takes %d allocations, twice as much of it %d", s.name, short, long)
		}
	}
}
