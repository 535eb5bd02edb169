package transform

import (
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

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
// the call remembers; or nil. Either the adjoints need nothing but the arguments, those in copies with the memory of then, or the callee
// is run again on what it has read.
func (d *derivation) backAlone(s ast.Stmt, c *ast.Call, h *helper) (back *helper, copies []int) {
	if !h.canVJP() || slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return d.relinks(c, x) }) {
		return nil, nil
	}
	for _, h := range []*helper{h.whole(), h} {
		if h.needsNothing() {
			return h, nil
		}
	}
	if d.outlook.tree.at[s] == nil {
		return nil, nil
	}
	if copies := d.worthCopies(s, c, h); len(copies) > 0 {
		if h := h.unchanged(); h.needsNothing() {
			return h, copies
		}
	}
	if !d.u.runsAgain(c.Fun.Fn) || d.u.hasDear(c.Fun.Fn) {
		return nil, nil
	}
	ok := true
	d.mem.mapCells(c, d.u.summary(c.Fun.Fn).reads, func(l *location) {
		ok = ok && !d.mayChange(l.find()) && !d.outlook.changes(l, s)
	})
	if !ok {
		return nil, nil
	}
	return h.whole(), nil
}

// worthCopies returns the arguments of a call whose memory changes before the reverse sweep, if they are slices of numbers that stay as
// they are in a loop around the call: then one copy serves all its iterations. The callee loops too, so that it does not look at a few of
// many elements.
func (d *derivation) worthCopies(s ast.Stmt, c *ast.Call, h *helper) []int {
	loop := d.outlook.tree.at[s].part.loop()
	if loop == nil || !d.u.summary(c.Fun.Fn).loops {
		return nil
	}
	var copies []int
	for _, p := range h.at.changed {
		i, err := strconv.Atoi(strings.TrimSuffix(string(p), ".*"))
		if err != nil {
			return nil
		}
		ref, ok := c.Args[i].(*ast.Ref)
		if !ok || !isSlice(ref.Var.Type) || ast.ShapeOf(elemType(ref.Var.Type)) != ast.ValueLike || !d.outlook.leaves(loop, d, ref) {
			return nil
		}
		copies = append(copies, i)
	}
	return copies
}

// leaves reports whether nothing in a loop writes a slice or its elements, which is there before it.
func (o *outlook) leaves(loop *item, d *derivation, x *ast.Ref) bool {
	for pos := loop.pos; pos < loop.end; pos++ {
		if slices.Contains(ast.Defined(o.tree.items[pos].stmt), x.Var) {
			return false
		}
	}
	ok := true
	see := func(c *location) {
		for _, pos := range o.log.at[c.find()] {
			ok = ok && (pos < loop.pos || pos >= loop.end)
		}
	}
	d.mem.cellsIn(d.mem.variable(x.Var), see)
	d.mem.reachedBy(x, see)
	return ok
}
