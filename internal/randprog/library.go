package randprog

import "fmt"

// inLibrary reports whether functions of packages sort and slices may be called here, with literals that take parameters of type t.
func (g *gen) inLibrary(t *typ) bool {
	return g.opts.Library && g.can("sort", "slices", "int", "bool", "float64") && g.sayable(t)
}

// key draws what two elements of a slice are compared by, as a function of their names.
func (g *gen) key() func(x string) string {
	switch g.intn(4) {
	case 0:
		return func(x string) string { return "-" + x }
	case 1:
		return func(x string) string { return x + "*" + x }
	case 2:
		if f, ok := g.readable(g.types.float64); ok {
			return func(x string) string { return fmt.Sprintf("float64(%s)*%s", x, f.text) }
		}
	}
	return func(x string) string { return x }
}

// sortSlice sorts or reverses a slice, or a part of one, in place.
func (g *gen) sortSlice() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	r, ok := g.sliceVariable(s)
	if ok && g.chance(0.4) {
		r, ok = g.subslice(s)
	}
	if !ok || !r.path || !g.inLibrary(t) || !g.can("p1", "p2") {
		return false
	}
	if !r.fresh {
		g.fn.writes = true
	}
	key := g.key()
	switch g.intn(7) {
	case 0:
		g.line("slices.Sort(%s)", r.text)
	case 1:
		g.line("slices.Reverse(%s)", r.text)
	case 2:
		g.line("sort.Sort(sort.Reverse(sort.Float64Slice(%s)))", r.text)
		return t == g.types.float64
	case 3, 4:
		name := pick(g, []string{"Slice", "SliceStable"})
		x := func(i string) string { return fmt.Sprintf("%s[%s]", r.text, i) }
		g.line("sort.%s(%s, func(p1, p2 int) bool { return %s < %s })", name, r.text, key(x("p1")), key(x("p2")))
	default:
		name := pick(g, []string{"SortFunc", "SortStableFunc"})
		g.line("slices.%s(%s, func(p1, p2 %s) int { return int(8*(%s)) - int(8*(%s)) })", name, r.text, t.text, key("p1"), key("p2"))
	}
	return true
}

// insertInto declares a slice that functions of package slices make, or puts elements into one.
func (g *gen) insertInto() bool {
	t := g.readableFloat()
	s := g.types.sliceOf(t)
	if !g.inLibrary(t) {
		return false
	}
	if v, ok := g.growing(s, 2); ok && v.min > 0 && g.chance(0.5) {
		at := g.intn(v.min + 1)
		g.line("%s = slices.Insert(%s, %d, %s, %s)", v.name, v.name, at, g.stored(t, 1), g.stored(t, 1))
		return true
	}
	r, ok := g.sliceVariable(s)
	if !ok || r.min < leastLen || r.max > mostLen {
		return false
	}
	n := reference{min: r.min, max: r.max, fresh: true}
	switch g.intn(5) {
	case 0:
		n.text = fmt.Sprintf("slices.Clone(%s)", r.text)
	case 1:
		n.text, n.min, n.max = fmt.Sprintf("slices.Concat(%s, %s[1:])", r.text, r.text), 2*r.min-1, 2*r.max-1
	case 2:
		n.text = fmt.Sprintf("slices.Sorted(slices.Values(%s))", r.text)
	case 3:
		n.text, n.max = fmt.Sprintf("slices.Replace(slices.Clone(%s), 0, 1, %s, %s)", r.text, g.stored(t, 1), g.stored(t, 1)), r.max+1
		n.min++
	default:
		n.text, n.max = fmt.Sprintf("slices.Insert(slices.Clone(%s), 1, %s[:2]...)", r.text, r.text), r.max+2
		n.min += 2
	}
	return g.defineSlice(s, n)
}
