package randprog

import (
	"fmt"
	"regexp"
)

// A ruled function is one with a rule that is written by hand, or one of which it is said that it is constant. It is the same in all
// programs but for its name N.
type ruled struct {
	source string
	params []string
	result string
	writes bool
}

var ruledFunctions = []ruled{
	{params: []string{"float64", "float64"}, result: "float64", source: `func N(x, k float64) float64 { return x * x * k / 4 }

// NRule is the reverse rule of N.
//
//godiff:derivative of=N
func NRule(x, k, y, dy float64) (dx, dk float64) { return x * k / 2 * dy, x * x / 4 * dy }`},
	{params: []string{"float64", "float64"}, result: "float64", source: `func N(x, k float64) float64 { return x * k / 2 }

// NRule is the reverse rule of N.
//
//godiff:derivative of=N
func NRule(x, k, y, dy float64) (dx, dk float64) { return k * dy / 2, x * dy / 2 }

// NOne is the reverse rule of N where only x is active.
//
//godiff:derivative of=N wrt=x
func NOne(x, k, y, dy float64) (dx float64) { return k * dy / 2 }

// NForward is the forward rule of N.
//
//godiff:derivative of=N mode=jvp
func NForward(x, k, dx, dk float64) (y, dy float64) { return x * k / 2, (dx*k + x*dk) / 2 }`},
	{params: []string{"[]float64", "float64"}, result: "float64", source: `func N(xs []float64, k float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x * k / 8
	}
	return s
}

// NRule is the reverse rule of N.
//
//godiff:derivative of=N
func NRule(xs []float64, k, y, dy float64, dxs []float64) (dk float64) {
	for i, x := range xs {
		dxs[i] += k * dy / 8
		dk += x * dy / 8
	}
	return dk
}`},
	{params: []string{"[]float64", "float64"}, writes: true, source: `func N(xs []float64, k float64) {
	xs[0] = k
	xs[1] += k / 2
}

// NRule is the reverse rule of N.
//
//godiff:derivative of=N
func NRule(xs []float64, k float64, dxs []float64) (dk float64) {
	dk = dxs[0] + dxs[1]/2
	dxs[0] = 0
	return dk
}`},
	{params: []string{"[]float64", "float64"}, result: "float64", writes: true, source: `func N(xs []float64, k float64) float64 {
	s := xs[0] * k / 4
	xs[0] = s
	xs[1] *= 0.5
	return s
}

// NRule is the reverse rule of N. xs[0] holds s, which is k times a quarter of what it held.
//
//godiff:derivative of=N
func NRule(xs []float64, k, s, ds float64, dxs []float64) (dk float64) {
	ds += dxs[0]
	dxs[0] = k * ds / 4
	dxs[1] /= 2
	if k != 0 {
		dk = s / k * ds
	}
	return dk
}

// NForward is the forward rule of N.
//
//godiff:derivative of=N mode=jvp
func NForward(xs []float64, k float64, dxs []float64, dk float64) (s, ds float64) {
	s, ds = xs[0]*k/4, (dxs[0]*k+xs[0]*dk)/4
	xs[0], dxs[0] = s, ds
	xs[1] *= 0.5
	dxs[1] *= 0.5
	return s, ds
}`},
	{params: []string{"[]float64", "float64"}, result: "[]float64", source: `func N(xs []float64, k float64) []float64 {
	y := make([]float64, len(xs))
	for i, x := range xs {
		y[i] = x * k / 2
	}
	return y
}

// NRule is the reverse rule of N.
//
//godiff:derivative of=N
func NRule(xs []float64, k float64, y, dy, dxs []float64) (dk float64) {
	for i, d := range dy {
		dxs[i] += k / 2 * d
		dk += xs[i] / 2 * d
	}
	return dk
}`},
	{params: []string{"float64", "float64"}, result: "float64", source: `func N(x, k float64) float64 { return x * x * k / 4 }

// NAhead is the first half of the rule of N. It keeps what the second takes.
//
//godiff:forward of=N
func NAhead(x, k float64) (y float64, saved [2]float64) { return x * x * k / 4, [2]float64{x, k} }

// NBack is the second half.
//
//godiff:backward of=N
func NBack(saved [2]float64, dy float64) (dx, dk float64) {
	return saved[0] * saved[1] / 2 * dy, saved[0] * saved[0] / 4 * dy
}`},
	{params: []string{"[]float64", "float64"}, result: "float64", source: `func N(xs []float64, k float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x * x * k / 8
	}
	return s
}

// NAhead is the first half of the rule of N. It keeps what the second takes.
//
//godiff:forward of=N
func NAhead(xs []float64, k float64) (y float64, saved []float64) {
	return N(xs, k), append([]float64{k}, xs...)
}

// NBack is the second half.
//
//godiff:backward of=N
func NBack(saved []float64, dy float64, dxs []float64) (dk float64) {
	for i, x := range saved[1:] {
		dxs[i] += x * saved[0] / 4 * dy
		dk += x * x / 8 * dy
	}
	return dk
}`},
	{params: []string{"int"}, result: "[]float64", source: `//
//godiff:nodiff
func N(n int) []float64 { return []float64{float64(n % 3), 0.5, -1} }`},
	{params: []string{"float64"}, result: "float64", source: `//
//godiff:nodiff
func N(x float64) float64 {
	if x > 1 {
		return 1
	}
	return 0.5
}`},
	{params: []string{"[]float64"}, result: "int", source: `//
//godiff:nodiff
func N(xs []float64) int {
	n := 0
	for _, x := range xs {
		if x > 0 {
			n++
		}
	}
	return n
}`},
}

// helperRuled declares a function with a rule.
func (g *gen) helperRuled() bool {
	r := pick(g, ruledFunctions)
	f := &function{name: fmt.Sprintf("h%d", len(g.functions)), writes: r.writes, cost: 20}
	for i, p := range r.params {
		f.params = append(f.params, &variable{name: fmt.Sprintf("x%d", i), typ: g.basic(p)})
	}
	if r.result != "" {
		f.results = []*typ{g.basic(r.result)}
	}
	g.decls = append(g.decls, "// "+f.name+" is known.\n"+renamed(r.source, f.name))
	g.functions = append(g.functions, f)
	return true
}

// basic returns the type that is written as text.
func (g *gen) basic(text string) *typ {
	switch text {
	case "float64":
		return g.types.float64
	case "[]float64":
		return g.types.sliceOf(g.types.float64)
	case "int":
		return g.types.int
	}
	panic("randprog: no type " + text)
}

// ruleName matches the placeholder in the source of a ruled function, alone or before what its rules add.
var ruleName = regexp.MustCompile(`\bN(Rule|One|Forward|Ahead|Back)?\b`)

// renamed returns the source with the name in place of N.
func renamed(source, name string) string { return ruleName.ReplaceAllString(source, name+"$1") }
