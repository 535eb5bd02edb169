package transform

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// An Explanation says how a derivative comes about.
type Explanation struct {
	Func    *ast.Func  // the derivative; of one whose sweeps are two functions, the first
	Second  *ast.Func  // the second of these, or nil
	Of      *ast.Func  // the function that it is a derivative of
	From    *ast.Func  // the function whose statements its own stem from: Of or, of a derivative of second order, the gradient
	Wrt     []string   // the inputs that it is differentiated by
	Active  []*ast.Var // the user's variables that hold active floats or lead to them
	Passive []*ast.Var // those that could and do not
	Remarks []*Remark  // by topic, then position

	Slots  []*ast.Var              // what remembers something, also by being handed from one function with a sweep to the other
	Fields map[*types.Var]*ast.Var // of what Func hands to Second: the variables that they stand for
	Packed map[*ast.Var]Packed     // slots that are fields now
}

// Packed is a slot that is a field of the elements of a slice.
type Packed struct {
	In    *ast.Var
	Field *types.Var
}

// A Remark says of a value, a loop or a call what becomes of it, and why.
type Remark struct {
	Topic Topic
	Pos   token.Pos  // of the statement that it is about
	Expr  ast.Expr   // the value, in terms of the primal function; or nil
	Name  string     // of what is no expression of the primal function
	Text  string     // what becomes of it
	From  ast.Expr   // of what is computed again: from what
	Type  types.Type // of what is remembered
	Slot  *ast.Var   // what remembers it
	Loops []string   // that it is remembered for each iteration of, innermost first
}

// A Topic is what remarks are about.
type Topic int

// The topics in the order in which they are reported.
const (
	Remembered Topic = iota // values that the forward sweep keeps for the reverse sweep
	Recomputed              // values that the reverse sweep computes again
	InPlace                 // elements and fields that it reads where they are
	Loops
	Calls
)

// Bytes returns how much memory a remembered value takes on a machine of 64 bits, what it refers to aside.
func (m *Remark) Bytes() int64 { return bytesOf(m.Type) }

func bytesOf(t types.Type) int64 {
	if p := ast.Pointee(t); p != nil && isSaved(p) {
		t = p
	}
	return types.SizesFor("gc", "amd64").Sizeof(t)
}

// isSaved reports whether t is the type of what the forward half of a callee remembers.
func isSaved(t types.Type) bool {
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pos() == token.NoPos && isStruct(t)
}

// explain keeps what can be said of a derivative. R is its reverser, or nil in forward mode.
func (u *Unit) explain(f *ast.Func, in []bool, d *derivation, r *reverser) {
	if !u.Explaining {
		return
	}
	x := &Explanation{Func: f, Of: d.fn, From: d.fn}
	for i, v := range d.fn.Inputs() {
		if in[i] {
			x.Wrt = append(x.Wrt, v.Name)
		}
	}
	for _, v := range variables(d.fn) {
		ref := &ast.Ref{Var: v}
		switch {
		case v.Obj == nil || !ast.Carries(v.Type):
		case d.holdsActive(ref) || d.reachesActive(ref):
			x.Active = append(x.Active, v)
		default:
			x.Passive = append(x.Passive, v)
		}
	}
	if r != nil {
		x.Remarks = slices.Concat(r.remarks, d.keptRemarks(), r.loopRemarks(), r.callRemarks())
		x.Packed, x.Slots = r.inserts.packed, slices.Concat(r.slots, r.handed())
		for _, k := range d.kept {
			x.Slots = append(x.Slots, k.slot)
		}
	} else {
		x.Remarks = d.tangentRemarks()
	}
	slices.SortStableFunc(x.Remarks, func(a, b *Remark) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Pos, b.Pos))
	})
	x.Remarks = slices.CompactFunc(x.Remarks, func(a, b *Remark) bool {
		return a.Topic == b.Topic && a.Topic == Calls && a.Pos == b.Pos && a.Name == b.Name
	})
	u.explained = append(u.explained, x)
}

// handed returns the variables in which callees hand what they remember from one sweep to the other.
func (r *reverser) handed() []*ast.Var {
	var list []*ast.Var
	for _, it := range r.tree.items {
		if n := r.calls[it.stmt]; n != nil && n.saved != nil {
			list = append(list, n.saved)
		}
	}
	return list
}

// Explanations returns what can be said of the derivatives so far and, behind them, of those of callees. It is called after Helpers.
func (u *Unit) Explanations() []*Explanation {
	called := map[*ast.Func]bool{}
	for _, f := range u.made {
		called[f] = true
	}
	for i := 0; i < len(u.explained); i++ {
		for _, x := range u.explained {
			if called[x.Func] {
				for _, g := range CalledGen(x.Func) {
					called[g] = true
				}
			}
		}
	}
	list := slices.DeleteFunc(slices.Clone(u.explained), func(x *Explanation) bool { return !called[x.Func] })
	rank := func(x *Explanation) int {
		if slices.Contains(u.made, x.Func) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(x, y *Explanation) int { return rank(x) - rank(y) })
	return list
}

// variables returns the variables of a function, inputs and results first.
func variables(f *ast.Func) []*ast.Var {
	list := slices.Concat(f.Inputs(), f.Results)
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		list = append(list, ast.Defined(s)...)
		return true
	})
	return list
}

// remark keeps a remark on a value, once.
func (r *reverser) remark(m *Remark) {
	if m.Slot != nil {
		r.slots = append(r.slots, m.Slot)
	}
	same := func(x *Remark) bool {
		return x.Topic == m.Topic && x.Text == m.Text && x.Name == m.Name && ast.Equal(x.Expr, m.Expr) && slices.Equal(x.Loops, m.Loops)
	}
	if !slices.ContainsFunc(r.remarks, same) {
		r.remarks = append(r.remarks, m)
	}
}

// explainNeed remarks how a need is met.
func (v *resolver) explainNeed(n *need) {
	if !v.u.Explaining {
		return
	}
	asked := v.tree.position(n.asked.it)
	if n.again != nil {
		v.remark(&Remark{Topic: Recomputed, Pos: asked, Expr: n.expr, From: n.from})
		return
	}
	m := &Remark{Topic: Remembered, Pos: asked, Expr: n.expr, Type: n.local.Type, Slot: n.slot, Text: v.whyLost(n)}
	m.Loops = loopNames(loopsWithin(n.home, n.area.part))
	root := ast.RootVar(n.expr)
	switch {
	case n.flag != nil:
		m.Expr, m.Name, m.Text = nil, "whether a statement jumped", "it decides what is swept back"
	case v.synthetic[root] != nil && isBoolean(n.local.Type):
		m.Expr, m.Name, m.Text = nil, "whether "+loopName(v.synthetic[root])+" was left early", "it decides what is swept back"
	case v.synthetic[root] != nil:
		m.Expr, m.Name, m.Text = nil, "how many iterations "+loopName(v.synthetic[root])+" had", "its bounds do not tell"
	case isSaved(n.local.Type) || ast.Pointee(n.local.Type) != nil && isSaved(ast.Pointee(n.local.Type)):
		m.Expr, m.Name = nil, "what "+v.calls[n.asked.it.stmt].helper.forward.Name+" returns for the reverse sweep"
	case v.isShadow[root]:
		m.Name = "the shadow "
	}
	for _, g := range v.grown {
		switch root {
		case nil:
		case g.n:
			m.Expr, m.Name = nil, "the length before an append"
		case g.moved:
			m.Expr, m.Name = nil, "whether an append made new memory"
		}
	}
	v.remark(m)
}

// keptRemarks say what one loop keeps for another.
func (d *derivation) keptRemarks() []*Remark {
	var list []*Remark
	for _, k := range d.kept {
		list = append(list, &Remark{
			Topic: Remembered, Pos: k.loop.Info().Pos, Expr: k.call, Type: k.call.T, Slot: k.slot,
			Text: "it would have to be computed again", Loops: []string{nameOfLoop(k.loop, nil)},
		})
	}
	return list
}

// explainPush remarks that an item remembers what it overwrites at a place.
func (r *reverser) explainPush(it *item, place ast.Expr, list *ast.Var) {
	if r.u.Explaining {
		text := quoted(it) + " overwrites it, and the reverse sweep puts it back into a copy of its array"
		r.remark(&Remark{
			Topic: Remembered, Pos: it.stmt.Info().Pos, Expr: place, Type: place.Type(), Slot: list, Text: text,
			Loops: loopNames(loopsWithin(it.part, r.tree.root)),
		})
	}
}

func loopNames(loops []*item) []string {
	var names []string
	for _, loop := range loops {
		names = append(names, loopName(loop))
	}
	return names
}

// A way of reading an element or a field that need not be remembered.
type placeRead int

const (
	readInPlace placeRead = iota
	goesBackInTime
)

// explainPlace remarks how the reverse sweep reads a float in memory.
func (v *resolver) explainPlace(e ast.Expr, u use, how placeRead) {
	if !v.u.Explaining || !isPlace(e) || len(ast.Operands(e)) == 0 || !ast.IsFloat(e.Type()) || v.inShadow(e) {
		return
	}
	if root := ast.RootVar(e); root != nil && root.Obj == nil {
		return // what an expression of the user's was taken apart into
	}
	text := "in a copy of its array that goes back in time"
	if how == readInPlace {
		text = v.whyInPlace(e, u)
	}
	v.remark(&Remark{Topic: InPlace, Pos: v.tree.position(u.it), Expr: e, Text: text})
}

// whyInPlace says why a place still has the value that it had at a point.
func (v *resolver) whyInPlace(e ast.Expr, u use) string {
	why := "nothing writes there"
	for _, c := range v.mem.cells(e) {
		switch {
		case v.overwritten(c, u):
			return "what is written later are other elements, by their indices"
		case len(v.hist.log.at[c]) > 0:
			why = "it is not overwritten later"
		}
	}
	return why
}

// whyLost says why a value is no longer there, or not at hand, when the reverse sweep asks for it.
func (v *resolver) whyLost(n *need) string {
	u := n.asked
	var cells []*location
	hidden := false
	ast.Walk(n.expr, func(e ast.Expr) bool {
		if ref, ok := e.(*ast.Ref); ok {
			hidden = hidden || !v.inScope(ref.Var, u.ctx)
			if v.isScalar(ref) {
				cells = append(cells, v.mem.variable(ref.Var))
			}
		}
		if isPlace(e) {
			cells = append(cells, v.mem.cells(e)...)
		}
		return true
	})
	for _, c := range cells {
		if v.keepAll(c) {
			return "the caller may change it before the reverse sweep"
		}
		within, limit := u.horizon()
		by := v.hist.log.laterBy(c, u.it, u.after, within, limit)
		switch {
		case by == nil:
		case by.stmt.Info().Src == "" && v.isShadow[c.v]:
			return "it changes as the slice or pointer does that it is the shadow of"
		case by.stmt.Info().Src == "" || c.v != nil && slices.Contains(ast.Defined(by.stmt), c.v):
			return "every iteration has its own"
		default:
			return quoted(by) + " overwrites it"
		}
	}
	switch {
	case hidden && len(loopsWithin(n.home, n.area.part)) > 0:
		return "every iteration has its own"
	case hidden:
		return "the block that declares it has ended"
	}
	return "it would have to be computed again"
}

// position returns where an item stands in the source; for a statement of ours, where the nearest one of its part does.
func (t *tree) position(it *item) token.Pos {
	for _, x := range it.part.items[it.index:] {
		if pos := x.stmt.Info().Pos; pos.IsValid() {
			return pos
		}
	}
	for _, x := range slices.Backward(it.part.items[:it.index]) {
		if pos := x.stmt.Info().Pos; pos.IsValid() {
			return pos
		}
	}
	return token.NoPos
}

// quoted is the source of an item in quotation marks.
func quoted(it *item) string {
	if src := it.stmt.Info().Src; src != "" {
		return "“" + src + "”"
	}
	return "a statement"
}

// loopName is how a sentence calls a loop.
func loopName(loop *item) string {
	if loop.count != nil {
		return nameOfLoop(loop.source, loop.count.v)
	}
	return nameOfLoop(loop.source, nil)
}

// inBlocks begins the name of a loop over blocks of the iterations of another, which the name goes on with.
const inBlocks = "the blocks of "

// forEach returns how a sentence goes on that tells what is remembered for what a loop goes through.
func forEach(loop string) string {
	if of, ok := strings.CutPrefix(loop, inBlocks); ok {
		return "for each block of " + of
	}
	return "for each iteration of " + loop
}

// nameOfLoop is how a sentence calls a loop with a variable that counts its iterations, if it has one.
func nameOfLoop(loop ast.Stmt, count *ast.Var) string {
	if of := loop.Info().Blocks; of != nil {
		return inBlocks + nameOfLoop(of, nil)
	}
	src := loop.Info().Src
	switch s := loop.(type) {
	case *ast.Range:
		for _, e := range []ast.Expr{s.Key, s.Value} {
			if ref, ok := e.(*ast.Ref); ok && ref.Var.Name != "_" {
				return "the loop over " + ref.Var.Name
			}
		}
		if _, x, ok := strings.Cut(src, "range "); ok {
			return "the loop over " + x
		}
	case *ast.For:
		_, header, _ := strings.Cut(src, "for ")
		init, _, clauses := strings.Cut(header, ";")
		if i := strings.IndexAny(init, ",:= "); clauses && i > 0 {
			return "the loop over " + init[:i]
		}
		switch {
		case count != nil:
			return "the loop over " + count.Name
		case s.Cond == nil:
			return "the endless loop"
		case header != "" && !clauses:
			return "the loop while " + header
		}
	}
	return "a loop"
}

// loopRemarks say how each loop is swept.
func (r *reverser) loopRemarks() []*Remark {
	var list []*Remark
	for _, it := range r.tree.items {
		if it.body == nil {
			continue
		}
		why, by := r.dependence(it)
		if by != nil {
			why += " " + quoted(by)
		}
		m := &Remark{Topic: Loops, Pos: it.stmt.Info().Pos, Name: it.source.Info().Src}
		switch {
		case !r.isActiveItem(it):
			m.Text = "swept forward only: nothing active is written in it"
		case r.pivots[it]:
			m.Text = "each iteration is swept forward and back at once: the iterations are independent"
		case why == "" && r.forwards[it]:
			m.Text = "swept forward, and later back in the same order: the iterations are independent"
			if r.oneSweep {
				m.Text += ", but not all adjoints of what they make are known before"
			}
		case why == "":
			m.Text = "swept forward, and later back from the last iteration to the first: what they remember is taken from the end of a list"
		default:
			m.Text = "swept forward, and later back from the last iteration to the first: " + why
		}
		list = append(list, m)
	}
	return list
}

// callRemarks say how each call is differentiated.
func (r *reverser) callRemarks() []*Remark {
	var list []*Remark
	for _, it := range r.tree.items {
		pos := it.stmt.Info().Pos
		note := r.calls[it.stmt]
		if note != nil {
			list = append(list, &Remark{Topic: Calls, Pos: cmp.Or(note.call.Pos, pos), Name: r.u.callName(note.call.Fun.Fn), Text: r.howSplit(it, note)})
		}
		see := func(e ast.Expr) bool {
			if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && (note == nil || c != note.call) {
				list = append(list, &Remark{Topic: Calls, Pos: cmp.Or(c.Pos, pos), Name: r.u.callName(c.Fun.Fn), Text: r.howCalled(c)})
			}
			return true
		}
		if note != nil {
			for _, x := range note.call.Args {
				ast.Walk(x, see)
			}
			continue
		}
		ast.Exprs(it.stmt, func(e ast.Expr, _ bool) { ast.Walk(e, see) })
	}
	return list
}

// callName is how a sentence calls a function.
func (u *Unit) callName(fn *types.Func) string {
	name := fn.Name()
	if name == ast.MapAt {
		return "the lookup of a key in a map"
	}
	if recv := fn.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p := ast.Pointee(t); p != nil {
			t = p
		}
		if n, ok := t.(*types.Named); ok {
			name = n.Obj().Name() + "." + name
		}
	}
	if fn.Pkg() != nil && fn.Pkg() != u.Pkg {
		if f := u.Lower(fn); f != nil && strings.HasPrefix(f.What, "[") {
			return f.Called()
		}
		name = fn.Pkg().Name() + "." + name
	}
	return name
}

// howSplit says how a call is differentiated that has a derivative of its own.
func (r *reverser) howSplit(it *item, n *splitNote) string {
	switch {
	case n.hooked:
		hook, _ := r.u.hook(n.call)
		return fmt.Sprintf("its value in the forward sweep; %s is called with the adjoint in the reverse sweep", r.u.callName(hook.Fn))
	case n.rule != nil && n.rule.Saving != nil:
		return fmt.Sprintf("by the rule %s in the forward sweep and %s in the reverse sweep", n.rule.Saving.Name(), n.rule.Fn.Name())
	case n.rule != nil:
		return "by the rule " + n.rule.Fn.Name()
	case n.helper.parallel != nil && r.pivots[it]:
		return fmt.Sprintf("in parallel, at once: %s computes its results and its derivative for all parts, since the adjoints of the results are known before", n.helper.reverse().Name)
	case n.helper.checkpoint:
		how := "it has a checkpoint"
		if n.helper.parallel != nil {
			how = "its parts run on several cores"
		}
		return fmt.Sprintf("split: %s in the forward sweep remembers what it is given, and %s runs it again in the reverse sweep, since %s", n.helper.forward.Name, n.helper.backward.Name, how)
	case n.again && n.helper.rerun == nil:
		return "as it is: nothing that depends on it is asked for"
	case n.again && n.helper.needsNothing():
		return n.helper.rerun.Name + " in the reverse sweep, which needs nothing but the arguments"
	case n.again:
		return fmt.Sprintf("%s runs it again in the reverse sweep: it is small, has no loops, and what it reads is still there", n.helper.rerun.Name)
	case r.pivots[it]:
		return fmt.Sprintf("at once: %s computes its results and its derivative, since the adjoints of the results are known before", n.helper.whole().vjp.Name)
	}
	return fmt.Sprintf("split: %s in the forward sweep remembers what %s needs in the reverse sweep%s", n.helper.forward.Name, n.helper.backward.Name, r.u.whySplit(n.call.Fun.Fn))
}

// whySplit says why a function is not run again, or nothing if only where it is called tells.
func (u *Unit) whySplit(fn *types.Func) string {
	switch s := u.summary(fn); {
	case s.recursive:
		return ": it calls itself"
	case s.loops:
		return ": it has loops"
	case s.outward:
		return ": it writes memory of its caller"
	case s.whole > maxAgain:
		return ": it is large"
	case s.effects || s.panics:
		return ": it has effects"
	}
	return ": what it reads may change before"
}

// howCalled says how any other call is differentiated.
func (d *derivation) howCalled(c *ast.Call) string {
	fn := c.Fun.Fn
	switch {
	case d.constant(c):
		return "not differentiated: it has //godiff:nodiff"
	case !d.callActive(c):
		return "as it is: no derivative goes through it"
	case d.u.Rules.has(c.Fun):
		return "by godiff's rule"
	case d.u.inlined(c) != nil:
		return "its expression is differentiated in its place"
	}
	for _, h := range d.u.order {
		if h.f.Obj == fn && h.back != nil {
			return fmt.Sprintf("%s runs it again in the reverse sweep: it is small, has no loops, and reads no memory", h.back.Name)
		}
	}
	return "by its own derivative"
}

// tangentRemarks say how each call is differentiated in forward mode.
func (d *derivation) tangentRemarks() []*Remark {
	var list []*Remark
	eachExpr(d.fn.Body, func(s ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil {
			text := d.howCalled(c)
			if d.isSplit(c) {
				text = "with its tangents, at once"
			}
			list = append(list, &Remark{Topic: Calls, Pos: cmp.Or(c.Pos, s.Info().Pos), Name: d.u.callName(c.Fun.Fn), Text: text})
		}
	})
	return list
}

// memoryNote says in a sentence, for the doc comment of a function, how much of what its forward sweep remembers grows with the trip
// counts of loops; or "".
func (in *inserts) memoryNote(r *reverser) string {
	var list []*perLoop
	for _, k := range in.keeps {
		perLoopOf(loopName(k.loops[0]), &list).add(r, k)
	}
	for _, k := range r.kept {
		perLoopOf(nameOfLoop(k.loop, nil), &list).bytes += bytesOf(k.call.T)
	}
	if len(list) == 0 {
		return ""
	}
	var parts []string
	for _, p := range list {
		parts = append(parts, p.String())
	}
	return "\nIt remembers " + enumerate(parts) + "."
}

// perLoopOf returns the element of a list for the loop of a name, which it appends if there is none.
func perLoopOf(name string, list *[]*perLoop) *perLoop {
	i := slices.IndexFunc(*list, func(p *perLoop) bool { return p.loop == name })
	if i < 0 {
		i = len(*list)
		*list = append(*list, &perLoop{loop: name})
	}
	return (*list)[i]
}

// perLoop is what is remembered for each iteration of a loop.
type perLoop struct {
	loop    string
	bytes   int64
	refers  bool     // and what it refers to
	callees []string // and what these remember
}

func (p *perLoop) add(r *reverser, k keep) {
	t := k.typ
	if s := ast.Pointee(t); s != nil && isSaved(s) {
		t = s
	}
	if !isSaved(t) {
		p.bytes += bytesOf(t)
		p.refers = p.refers || hasRefs(t)
		return
	}
	for _, n := range r.calls {
		if h := n.helper; h != nil && h.saved == t && !slices.Contains(p.callees, h.forward.Name) {
			p.callees = append(p.callees, h.forward.Name)
		}
	}
}

// String says it in words.
func (p *perLoop) String() string {
	var parts []string
	if p.bytes > 0 {
		s := fmt.Sprintf("%d bytes", p.bytes)
		if p.bytes == 1 {
			s = "1 byte"
		}
		if p.refers {
			s += " with what they refer to"
		}
		parts = append(parts, s)
	}
	for _, name := range p.callees {
		parts = append(parts, "what ["+name+"] does")
	}
	return enumerate(parts) + " " + forEach(p.loop)
}
