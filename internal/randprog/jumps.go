package randprog

import (
	"fmt"
	"slices"
)

// newLabel returns a label that the function has not yet.
func (g *gen) newLabel() string {
	g.labels++
	return fmt.Sprintf("T%d", g.labels)
}

// forwardGoto draws a block, and a label behind it that what is in the block may jump to.
//
//	{ …; if c { goto T1 }; … }
//	T1:
//		x += e
func (g *gen) forwardGoto() bool {
	if g.depth+1 >= g.opts.Depth {
		return false
	}
	label := g.newLabel()
	pending := g.pending
	g.pending = append(pending[:len(pending):len(pending)], label)
	g.raw("{")
	ok := false
	g.block(g.between(1, 3), func() { ok = g.jumpTo(label) })
	g.raw("}")
	g.pending = pending
	g.raw(label + ":")
	return ok && g.compound()
}

// jumpTo draws a conditional goto, and what it skips.
func (g *gen) jumpTo(label string) bool {
	g.line("if %s {", g.condition(1).text)
	g.block(g.intn(2), func() { g.raw("goto " + label) })
	g.raw("}")
	return g.compound()
}

// backwardGoto draws a loop that is made of a label and a goto.
func (g *gen) backwardGoto() bool {
	trips := g.between(2, 3)
	if !g.mayLoop(trips) {
		return false
	}
	label, n := g.newLabel(), g.newName(g.types.int)
	g.raw(n + " := 0")
	g.declare(&variable{name: n, typ: g.types.int, frozen: 1, nonneg: true, used: true})
	outer, loops := g.trips, g.loops
	g.trips, g.loops = g.trips*trips, nil
	g.raw(label + ":\n{")
	g.block(g.between(1, 3), nil)
	g.raw("}")
	g.trips, g.loops = outer, loops
	g.raw(fmt.Sprintf("if %s++; %s < %d {\ngoto %s\n}", n, n, trips, label))
	return true
}

// gotoExit draws a jump to a label that stands behind a block around here.
func (g *gen) gotoExit() bool {
	if len(g.pending) == 0 {
		return false
	}
	label := pick(g, g.pending)
	g.line("if %s {", g.condition(1).text)
	g.block(g.intn(2), func() { g.raw("goto " + label) })
	g.raw("}")
	return true
}

// clauses draws the clauses of a switch, whose heads are given. Some leave it, and some fall through.
func (g *gen) clauses(heads []string) {
	for i, head := range heads {
		g.line("%s", head)
		leave := func() {
			switch last := i == len(heads)-1; {
			case !last && g.chance(0.25):
				g.raw("fallthrough")
			case g.chance(0.1):
				g.raw("break")
			}
		}
		if g.chance(0.2) {
			g.line("if %s {\nbreak\n}", g.condition(1).text)
		}
		g.block(g.between(1, 2), leave)
	}
}

// switchValue draws a switch over a string, or over an int that an init statement declares, with clauses of several values.
func (g *gen) switchValue() bool {
	if g.depth >= g.opts.Depth {
		return false
	}
	if p, ok := g.readable(g.types.string); ok && g.chance(0.5) {
		g.line("switch %s {", p.text)
		g.clauses(g.shuffled([]string{`case "A":`, `case "", "B":`, "default:"}))
		g.raw("}")
		return true
	}
	e := infix(g.integer(2), "%", product, expr{text: "4", prec: primary})
	if e.konst {
		return false
	}
	name := g.newName(g.types.int)
	g.read(e.text)
	g.raw(fmt.Sprintf("switch %s := %s; %s {", name, e.text, name))
	g.open()
	g.declare(&variable{name: name, typ: g.types.int, used: true, frozen: 1})
	g.clauses(g.shuffled([]string{"case 0:", "case 1, 2:", "default:"}))
	g.close()
	g.raw("}")
	return true
}

// shuffled returns the clauses in some order, now and then without one.
func (g *gen) shuffled(heads []string) []string {
	g.rng.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
	if g.chance(0.3) {
		heads = heads[1:]
	}
	return slices.Clone(heads)
}

// deferred draws a deferred call of a function that writes nothing.
func (g *gen) deferred() bool {
	if len(g.loops) > 0 || g.fn.closure || g.depth > 1 || !g.can("note") {
		return false
	}
	g.line("defer note(%s)", g.integer(1).text)
	return true
}

// noteSource is a function whose calls may be deferred.
const noteSource = `// note does nothing.
//
//godiff:nodiff
func note(n int) {}
`
