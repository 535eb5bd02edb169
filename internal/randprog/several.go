package randprog

import (
	"fmt"
	"strings"
)

// severalResults are functions of package math with several results, with a bound of their argument.
var severalResults = []struct {
	name    string
	in      float64
	results []string
}{
	{"Sincos", 8, []string{"float64", "float64"}}, {"Modf", 20, []string{"float64", "float64"}},
	{"Frexp", 20, []string{"float64", "int"}}, {"Lgamma", 3, []string{"float64", "int"}},
}

// mathSeveral draws `a, b := math.Sincos(e)` and its like, or an assignment.
func (g *gen) mathSeveral() bool {
	if !g.can(g.mathName) {
		return false
	}
	t, f := g.types.float64, pick(g, severalResults)
	x := g.tame(g.float(t, 2), t, f.in)
	if f.name == "Lgamma" {
		x = g.positive(t, 1.5)
	}
	if x.konst {
		return false
	}
	call := fmt.Sprintf("%s.%s(%s)", g.mathName, f.name, x.text)
	if a, ok := g.writable(t); ok && f.results[1] == "float64" && g.chance(0.3) {
		if b, ok := g.writable(t); ok && b.text != a.text && a.mapped+b.mapped == 0 {
			g.assignResults([]path{a, b}, call)
			return true
		}
	}
	first, second := g.newName(t, call), g.newName(g.basic(f.results[1]), call)
	if first == second {
		return false
	}
	g.read(call)
	g.raw(fmt.Sprintf("%s, %s := %s", first, second, call))
	g.declare(&variable{name: first, typ: t})
	g.declare(&variable{name: second, typ: g.basic(f.results[1])})
	return true
}

// assignResults draws an assignment of the results of a call.
func (g *gen) assignResults(to []path, call string) {
	var texts []string
	for _, p := range to {
		g.wrote(p)
		if !p.whole {
			g.read(p.text)
		}
		texts = append(texts, p.text)
	}
	g.read(call)
	g.raw(strings.Join(texts, ", ") + " = " + call)
}

// appendStructs draws what append and copy do to slices of structs and pointers.
func (g *gen) appendStructs() bool {
	if len(g.types.structs) == 0 {
		return false
	}
	e := pick(g, g.types.structs)
	if g.chance(0.4) {
		e = g.types.pointerTo(e)
	}
	s := g.types.sliceOf(e)
	r, ok := g.sliceVariable(s)
	if !ok {
		text, ok := g.literal(s, 1)
		return ok && g.defineSlice(s, reference{text: text, min: leastLen, max: 4, fresh: true})
	}
	value, ok := g.value(e, 1)
	if !ok || !g.can("append", "copy") || r.max > mostLen {
		return false
	}
	switch g.intn(4) {
	case 0:
		if g.opts.SpareCapacity {
			g.fn.writes = true
		}
		return g.defineSlice(s, reference{text: fmt.Sprintf("append(%s, %s)", r.text, value), min: r.min + 1, max: r.max + 1})
	case 1:
		if !g.sayable(s) {
			return false
		}
		return g.defineSlice(s, reference{text: fmt.Sprintf("append(%s{}, %s...)", s.text, r.text), min: r.min, max: r.max})
	case 2:
		g.fn.writes = true
		g.line("copy(%s, %s[1:])", r.text, r.text)
		return r.min >= leastLen
	default:
		if v, ok := g.growing(s, mostLen); ok && v.name != r.text {
			g.line("%s = append(%s, %s...)", v.name, v.name, r.text)
			return true
		}
		return false
	}
}

// appendPart draws `s := append(x[len(x)/2:], e)`.
func (g *gen) appendPart() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	v, ok := g.growing(s, 0)
	if !ok || v.min < leastLen || !g.can("append", "len") {
		return false
	}
	g.line("%s = append(%s[len(%s)/2:], %s, %s)", v.name, v.name, v.name, g.stored(t, 1), g.stored(t, 1))
	return true
}
