package randprog

import "fmt"

// floatSource is the constraint of type parameters.
const floatSource = `// Float is a float type.
type Float interface{ ~float32 | ~float64 }
`

// withParameter draws something in which the type parameter T is a float type.
func (g *gen) withParameter(draw func() bool) bool {
	if g.types.param != nil || !g.can("T") {
		return false
	}
	g.types.param = g.types.generic
	defer func() { g.types.param = nil }()
	return draw()
}

// helperGeneric draws a function with a type parameter, which may be called with each float type.
func (g *gen) helperGeneric() bool {
	t := (*typ)(nil)
	f := &function{generic: true}
	ok := g.withParameter(func() bool {
		t = g.types.param
		f.results = []*typ{t}
		g.parameter(f, t)
		if g.chance(0.5) {
			g.parameter(f, g.types.sliceOf(t))
		}
		if g.chance(0.3) {
			f.params = append(f.params[1:], f.params[0])
		}
		return g.helperBody(f, nil, nil)
	})
	if !ok {
		return false
	}
	g.free = append(g.free, "Float")
	g.functions = g.functions[:len(g.functions)-1]
	for _, arg := range g.types.floats() {
		g.functions = append(g.functions, g.instance(f, t, arg))
	}
	return true
}

// instance returns f with arg in place of the type parameter t.
func (g *gen) instance(f *function, t, arg *typ) *function {
	of := func(u *typ) *typ {
		switch {
		case u == t:
			return arg
		case u.kind == sliceKind && u.elem == t:
			return g.types.sliceOf(arg)
		}
		return u
	}
	i := *f
	i.params, i.results, i.typeArg = nil, []*typ{of(f.results[0])}, arg.text
	for _, p := range f.params {
		q := *p
		q.typ = of(p.typ)
		i.params = append(i.params, &q)
	}
	return &i
}

// instantiated returns how a call names f: with its type argument where that does not follow from a slice, and now and then where it
// does.
func (g *gen) instantiated(f *function) (string, bool) {
	if f.typeArg == "" {
		return f.name, true
	}
	for _, p := range f.params {
		if p.typ.kind == sliceKind && g.chance(0.7) {
			return f.name, true
		}
	}
	return fmt.Sprintf("%s[%s]", f.name, f.typeArg), g.can(f.typeArg)
}
