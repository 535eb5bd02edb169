package randprog

import (
	"fmt"
	"slices"
	"strings"
)

// theFunction draws F, which has a type parameter now and then.
func (g *gen) theFunction() {
	if g.chance(0.06) && g.withParameter(func() bool { g.drawF(true); return true }) {
		g.features = append(g.features, "generic")
		g.free = append(g.free, "Float")
		return
	}
	g.drawF(false)
}

// drawF draws F.
func (g *gen) drawF(generic bool) {
	for {
		f := &function{name: "F", mostTrips: 48, generic: generic}
		g.drawInputs(f)
		g.drawResults(f)
		features, free := g.features, g.free
		body, ok := g.body(f, g.between(g.opts.Statements/2, g.opts.Statements), g.beginning(f), nil)
		if ok && f.cost <= 10000 {
			g.decls = append(g.decls, g.doc(f)+f.signature()+" {\n"+body+"\n}")
			return
		}
		g.features, g.free = features, free
	}
}

// beginning returns what F begins with: it fails for a large int, if it can fail and has one, and uses helpers.
func (g *gen) beginning(f *function) func() {
	i := slices.IndexFunc(f.params, func(v *variable) bool { return v.typ.kind == intKind })
	return func() {
		if f.fallible && i >= 0 {
			g.mayFail(f.params[i])
		}
		g.useHelpers()
	}
}

// useHelpers uses what only few statements use.
func (g *gen) useHelpers() {
	for _, f := range g.functions {
		switch {
		case g.chance(0.2):
		case f.yields > 0:
			g.try(production{"range-iterator", 1, g.rangeIterator})
		case f.maker:
			g.try(production{"closure-made", 1, g.madeClosure})
		case f.part:
			g.try(production{"part-of-argument", 1, g.declarePart})
		case f.pointer:
			g.try(production{"pointer-result", 1, g.declarePointerTo})
		}
	}
}

// drawInputs draws the receiver and the parameters of F, one of which carries a derivative.
func (g *gen) drawInputs(f *function) {
	if structs := g.types.declared(); len(structs) > 0 && !f.generic && g.chance(0.25) {
		g.receiver(f, pick(g, structs))
	}
	for range g.between(1, 4) {
		g.parameter(f, g.inputType())
	}
	if !slices.ContainsFunc(f.inputs(), func(v *variable) bool { return v.typ.differentiable() }) {
		g.parameter(f, g.types.float64)
	}
	if last := f.params[len(f.params)-1]; last.typ.kind == sliceKind && last.typ.elem.kind == floatKind && last.typ != g.types.vector && g.chance(0.2) {
		f.variadic = true
	} else if g.chance(0.04) {
		v := &variable{name: "_", typ: g.types.float64, exempt: true, frozen: 1}
		f.params = append(f.params, v)
	}
}

// inputType returns the type of a parameter of F.
func (g *gen) inputType() *typ {
	s := g.types
	e := g.someFloat()
	choices := []struct {
		weight int
		typ    *typ
	}{
		{20, e}, {14, s.sliceOf(e)}, {5, s.sliceOf(s.sliceOf(e))}, {5, s.arrayOf(3, e)},
		{7, s.int}, {2, s.bool}, {3, s.string}, {4, s.mapOf(pick(g, []*typ{s.string, s.int}), e)},
	}
	if s.vector != nil {
		choices = append(choices, struct {
			weight int
			typ    *typ
		}{8, s.vector})
	}
	if n := len(s.structs); n > 0 {
		t := pick(g, s.structs)
		choices = append(choices, []struct {
			weight int
			typ    *typ
		}{{8, t}, {10, s.pointerTo(t)}, {3, s.sliceOf(t)}, {2, s.sliceOf(s.pointerTo(t))}}...)
	}
	return choices[g.choose(len(choices), func(i int) int { return choices[i].weight })].typ
}

// drawResults draws the result types of F.
func (g *gen) drawResults(f *function) {
	s := g.types
	t := g.someFloat()
	kinds := [][]*typ{
		{t}, {t, s.int}, {t, s.error}, {t, t}, {s.sliceOf(t)}, {s.arrayOf(3, t)}, {t, s.sliceOf(t)}, {},
	}
	f.results = kinds[g.choose(len(kinds), func(i int) int { return []int{30, 3, 5, 4, 3, 2, 2, 2}[i] })]
	if len(f.results) == 0 && !slices.ContainsFunc(f.inputs(), func(v *variable) bool { return v.typ.kind == pointerKind || v.typ.kind == sliceKind }) {
		f.results = []*typ{t}
	}
	f.fallible = len(f.results) > 0 && f.results[len(f.results)-1] == s.error
	if len(g.types.structs) > 0 && len(f.results) == 1 && g.chance(0.06) {
		f.results = []*typ{pick(g, g.types.structs)}
	}
}

// doc returns the doc comment of F with its directives.
func (g *gen) doc(f *function) string {
	wrt, modes := g.subset(f), g.opts.Modes
	if modes == nil {
		modes = []string{"vjp", "jvp", pick(g, []string{"grad", "valuegrad"})}
		if g.opts.Second {
			modes = append(modes, "hvp")
		}
		if by, ok := g.soleInput(f); ok && g.chance(0.5) {
			wrt = " wrt=" + by
			modes = append(modes, "jacobian")
			if g.chance(0.4) {
				modes = append(modes, "hessian")
			}
			g.features = append(g.features, "matrix-of-derivatives")
		}
	}
	var b strings.Builder
	b.WriteString("// F is what is differentiated.\n//\n")
	for _, m := range modes {
		if (m == "grad" || m == "valuegrad" || m == "hvp" || m == "hessian") && !f.hasGradient() {
			continue
		}
		fmt.Fprintf(&b, "//godiff:%s%s\n", m, wrt)
	}
	return b.String()
}

// soleInput returns a parameter of f with respect to which it has a matrix of derivatives. There is none if f writes memory, since it is run
// several times.
func (g *gen) soleInput(f *function) (name string, ok bool) {
	if f.writes {
		return "", false
	}
	for i, t := range f.results {
		float := t.kind == floatKind
		several := (t.kind == sliceKind || t.kind == arrayKind) && t.elem.kind == floatKind
		if t.differentiable() && !float && (!several || i > 0 || len(f.results) > 1) {
			return "", false
		}
	}
	var names []string
	for _, v := range f.params {
		t := v.typ
		if t.kind == sliceKind || t.kind == arrayKind {
			t = t.elem
		}
		if t.kind == floatKind && v.name != "_" {
			names = append(names, v.name)
		}
	}
	if len(names) == 0 || len(f.results) == 0 {
		return "", false
	}
	return pick(g, names), true
}

// subset returns a wrt option now and then.
func (g *gen) subset(f *function) string {
	if !g.chance(0.2) {
		return ""
	}
	var names []string
	for _, v := range f.inputs() {
		if v.typ.differentiable() && v.name != "_" && g.chance(0.6) {
			names = append(names, v.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	g.features = append(g.features, "wrt")
	return " wrt=" + strings.Join(names, ",")
}

// hasGradient reports whether exactly one result of f carries a derivative, and it is a float.
func (f *function) hasGradient() bool {
	n := 0
	for _, t := range f.results {
		if t.differentiable() {
			n++
			if t.kind != floatKind {
				return false
			}
		}
	}
	return n == 1
}
