package transform

import "github.com/godiff/godiff/ast"

// An outlook says what a function still writes after each of its statements.
type outlook struct {
	tree *tree
	log  *writeLog
}

func newOutlook(d *derivation, body *ast.Block, flags map[ast.Stmt]*ast.Var) *outlook {
	t := newTree(body, flags)
	o := &outlook{t, &writeLog{tree: t, at: map[*location][]int{}}}
	for _, it := range t.items {
		d.mem.writes(it.stmt, func(l *location) { o.log.add(l.find(), it) })
	}
	return o
}

// changes reports whether a cell may be written after a statement.
func (o *outlook) changes(l *location, s ast.Stmt) bool {
	it := o.tree.at[s]
	return it == nil || o.log.later(l.find(), it, true, o.tree.root, o.tree.root.to)
}

// backAlone returns the helper by which the reverse sweep differentiates a call, of the callee of h at a statement, without anything that
// the call remembers; or nil. Either the adjoints need nothing but the arguments, or the callee is run again on what it has read.
func (d *derivation) backAlone(s ast.Stmt, c *ast.Call, h *helper) *helper {
	if !h.canVJP() {
		return nil
	}
	for _, h := range []*helper{h.whole(), h} {
		if h.needsNothing() {
			return h
		}
	}
	if d.outlook.tree.at[s] == nil || !d.u.runsAgain(c.Fun.Fn) {
		return nil
	}
	ok := true
	d.mem.mapCells(c, d.u.summary(c.Fun.Fn).reads, func(l *location) {
		ok = ok && !d.mayChange(l.find()) && !d.outlook.changes(l, s)
	})
	if !ok {
		return nil
	}
	return h.whole()
}
