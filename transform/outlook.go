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

// runsAgain reports whether the reverse sweep may run the callee h of c, called at s, again: what it reads is as it was.
func (d *derivation) runsAgain(s ast.Stmt, c *ast.Call, h *helper) bool {
	it := d.outlook.tree.at[s]
	if it == nil {
		return false
	}
	ok := true
	d.mem.mapCells(c, d.u.summary(c.Fun.Fn).reads, func(l *location) {
		ok = ok && !d.mayChange(l.find()) && !d.outlook.changes(l, s)
	})
	return ok && (d.u.runsAgain(c.Fun.Fn) || h.needsNothing())
}

// intact reports whether a call at a statement reads memory, and all of it stays as it is until the function has been swept back.
func (o *outlook) intact(d *derivation, s ast.Stmt, c *ast.Call) bool {
	it := o.tree.at[s]
	sum := d.u.summary(c.Fun.Fn)
	if it == nil || sum == nil {
		return false
	}
	ok, reads := true, false
	d.mem.mapCells(c, sum.reads, func(l *location) {
		reads = true
		ok = ok && !d.mayChange(l.find()) && !o.changes(l, s)
	})
	return ok && reads
}
