package randprog

import "fmt"

// matrix declares a matrix in one slice, and goes through its rows and columns.
//
//	for i := range r {
//		for j := range c {
//			m[i*c+j] += m[j*r+i] * e
//		}
//	}
func (g *gen) matrix() bool {
	t := g.readableFloat()
	r, c := g.between(2, 3), g.between(2, 3)
	if !g.mayLoop(r*c) || g.depth+2 > g.opts.Depth || len(g.loops) > 1 || !g.can("make", "int") || !g.sayable(t) {
		return false
	}
	needs := "make int " + t.text
	m := g.newName(g.types.sliceOf(t), needs)
	rows, columns := fmt.Sprint(r), fmt.Sprint(c)
	if g.chance(0.6) {
		n := g.newName(g.types.int, m, needs)
		if n == m {
			return false
		}
		g.raw(fmt.Sprintf("%s := %d", n, c))
		g.declare(&variable{name: n, typ: g.types.int, frozen: 1, used: true, nonneg: true})
		columns = n
	}
	g.read(needs)
	g.raw(fmt.Sprintf("%s := make([]%s, %s*%s)", m, t.text, rows, columns))
	v := g.declare(&variable{name: m, typ: g.types.sliceOf(t), fresh: true, min: r * c, max: r * c})
	defer freeze(v)()
	fill := g.overMatrix(v, rows, columns, r*c, func(i, j string) {
		g.update(g.entry(v, i, j, columns), "=", g.stored(t, 2))
	})
	return fill && (g.chance(0.4) || g.overMatrix(v, rows, columns, r*c, func(i, j string) {
		x := g.entry(v, i, j, columns)
		if g.chance(0.5) { // the column before, or the row
			x = path{text: fmt.Sprintf("%s[(%s*%s+%s+1)%%%d]", m, i, columns, j, r*c), root: v, indirect: true}
		}
		if to, ok := g.writable(t); ok && g.chance(0.5) && g.trips <= 12 {
			g.update(to, "+=", "0.125 * "+x.text)
			return
		}
		g.update(g.entry(v, i, j, columns), pick(g, []string{"=", "+="}), "0.5 * "+x.text)
	}))
}

// entry is an element of the matrix.
func (g *gen) entry(m *variable, i, j, columns string) path {
	return path{text: fmt.Sprintf("%s[%s*%s+%s]", m.name, i, columns, j), root: m, indirect: true}
}

// overMatrix draws two loops with a body that is given the names of their variables.
func (g *gen) overMatrix(m *variable, rows, columns string, trips int, body func(i, j string)) bool {
	i := g.counterVariable(nil, m.name, columns)
	j := g.counterVariable(nil, m.name, columns, i.name)
	if i.name == j.name {
		return false
	}
	g.open()
	defer g.close()
	g.raw(fmt.Sprintf("for %s := range %s {\nfor %s := range %s {", i.name, rows, j.name, columns))
	g.declare(i)
	g.declare(j)
	outer := g.trips
	g.trips *= trips
	body(i.name, j.name)
	g.trips = outer
	g.raw("}\n}")
	return true
}
