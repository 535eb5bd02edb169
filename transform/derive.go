package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// prepare analyses f, brings it into normal form and analyses it again. In says which inputs are varied, memory whether
// what is left behind inputs is useful, as it is for a derivative that is given their shadows.
func (u *Unit) prepare(f *ast.Func, in []bool, at callSite, memory, forward bool) *derivation {
	u.checkLifted(f)
	if f.Foreign {
		u.checkVisible(f)
	}
	u.checkDeferred(f)
	u.checkGoroutines(f)
	if !forward {
		checkBoxes(f)
	}
	d := u.understand(f, in, at, memory, forward)
	d.checkOrder()
	n := &normaliser{unit: u, mem: d.mem, act: d.act, forward: forward, split: d.isSplit}
	h := *d.fn
	h.Body = n.block(h.Body)
	d = u.analyse(&h, in, at, memory, forward)
	d.checkAll()
	u.trace("normal", &h, h.Body)
	if !forward && !u.Disable["last"] && !u.isHooked(f.Obj) {
		if body, found := d.lastWins(h.Body); found {
			h.Body = body
			d = u.analyse(&h, in, at, memory, forward)
			u.trace("last", &h, h.Body)
		}
	}
	return d
}

// joint returns the paths by which cells c and e, which are taken to be one, are behind stems s and t: those of what is referred to there, or
// where that lies behind another input, of which the cell is a part too, of the cells.
func (m *memory) joint(c, e *location, s, t *stem) [2]path {
	if ast.Carries(c.typ) {
		p, q := m.pathTo(s.input, c.referred()), m.pathTo(t.input, e.referred())
		if p != "" && q != "" {
			return [2]path{p, q}
		}
	}
	p, q := m.pathTo(s.input, c), m.pathTo(t.input, e)
	if p == "" || q == "" {
		refuse(m.fn.Pos, "%s may share memory with %s in a way that is not supported yet", stemName(s), stemName(t))
	}
	return [2]path{p, q}
}

// prepareAsked is prepare for a derivative that is asked for, of which no caller says what its inputs share: what f writes
// of memory that asOne holds for is taken to be one.
func (u *Unit) prepareAsked(f *ast.Func, in []bool, memory, forward bool) *derivation {
	at := callSite{plain: u.Plain, asked: true}
	d := u.prepare(f, in, at, memory, forward)
	d.eachApart(func(c, e *location, s, t *stem) {
		if c.find() != e.find() && asOne(c, e, s, t) {
			at.joined = append(at.joined, d.mem.joint(c, e, s, t))
		}
	})
	if len(at.joined) == 0 {
		return d
	}
	return u.prepare(f, in, at, memory, forward)
}

// understand analyses f as it is written: but for names that it lacks, accessors, and variables that refer to several memories.
func (u *Unit) understand(f *ast.Func, in []bool, at callSite, memory, forward bool) *derivation {
	g := *ownResults(f)
	g.Results = nameResults(&g)
	g.Recv, g.Params = nameInputs(f)
	if !forward {
		g = *copyInputs(&g)
	}
	if !forward && !u.checking {
		g.Body = u.outline(f, g.Body, g.Body, at.plain)
	}
	if forward {
		g.Body, _ = u.withoutHooks(g.Body, func(*ast.Call) bool { return false })
	}
	d := u.analyse(&g, in, at, memory, forward)
	if b, changed := u.withoutHooks(g.Body, d.callActive); changed {
		g.Body = b
		d = u.analyse(&g, in, at, memory, forward)
	}
	if b, changed := u.inPlace(&g, g.Body, d.callActive); changed {
		g.Body = b
		d = u.analyse(&g, in, at, memory, forward)
	}
	if f := d.separate(d.inlineAccessors(&g)); f != &g {
		d = u.analyse(f, in, at, memory, forward)
	}
	return d
}

// checkDeferred refuses deferred calls that write memory: it would be written after the sweeps.
func (u *Unit) checkDeferred(f *ast.Func) {
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		if d, ok := s.(*ast.Do); ok && d.Defer && d.Call.Fun.Fn != nil && !d.Call.Late {
			if sum := u.summary(d.Call.Fun.Fn); sum != nil && len(sum.writes) > 0 {
				refuse(s.Info().Pos, "a deferred call writes memory, which it would do only when the derivative has been computed; that is not supported")
			}
		}
		return true
	})
}

// checkGoroutines refuses goroutines that are run where they start and take a lock, or wait: something else may have to happen first.
func (u *Unit) checkGoroutines(f *ast.Func) {
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		if b, ok := s.(*ast.Block); ok && b.Goroutines {
			ast.Inspect(b, func(s ast.Stmt) bool {
				if u.synchronisesIn(s) {
					refuse(s.Info().Pos, "a goroutine takes or gives back a lock here, or waits, so that its order among others may matter; that is not supported")
				}
				return true
			})
		}
		return true
	})
}

// nameInputs gives blank inputs variables: nothing reads them, but their shadows have a shape.
func nameInputs(f *ast.Func) (recv *ast.Var, params []*ast.Var) {
	for i, v := range f.Inputs() {
		if v.Blank() {
			v = ast.NewVar(fmt.Sprint("p", i), v.Type)
		}
		params = append(params, v)
	}
	if f.Recv == nil {
		return nil, params
	}
	return params[0], params[1:]
}

// ownResults gives results whose names are ours variables of their own, which a derivative may call something else.
func ownResults(f *ast.Func) *ast.Func {
	by := map[*ast.Var]ast.Expr{}
	g := *f
	g.Results = slices.Clone(f.Results)
	for i, v := range f.Results {
		if v.Obj == nil && !v.Blank() {
			g.Results[i] = v.StandIn()
			by[v] = &ast.Ref{Var: g.Results[i]}
		}
	}
	if len(by) == 0 {
		return f
	}
	g.Body = mapAll(f.Body, substitution(by)).(*ast.Block)
	return &g
}

// nameResults gives unnamed results variables.
func nameResults(f *ast.Func) []*ast.Var {
	if f.Named {
		list := append([]*ast.Var{}, f.Results...)
		for i, v := range list {
			if v.Blank() {
				list[i] = ast.NewVar("y", v.Type)
			}
		}
		return list
	}
	var list []*ast.Var
	for _, v := range f.Results {
		list = append(list, ast.NewResult(v.Type))
	}
	return list
}

func (u *Unit) analyse(f *ast.Func, in []bool, at callSite, memory, forward bool) *derivation {
	d := &derivation{
		u: u, fn: f, at: at, forward: forward, wrt: in,
		adjoints: map[*ast.Var]*ast.Var{}, shadows: map[*ast.Var]*ast.Var{},
		isShadow: map[*ast.Var]bool{}, fresh: map[*ast.Var]bool{},
		undo: map[ast.Stmt][]ast.Stmt{}, grown: map[ast.Stmt]*growth{}, histories: map[*ast.Var]bool{}, calls: map[ast.Stmt]*splitNote{},
		begin: map[ast.Stmt]ast.Stmt{}, remade: map[ast.Stmt]ast.Stmt{}, rangeOver: rangedOver(f.Body),
		slots: map[*ast.Var]bool{},
	}
	d.mem = u.analyseMemory(f, at)
	out := make([]bool, len(f.Results))
	for i, r := range f.Results {
		out[i] = ast.Carries(r.Type)
	}
	leaves := make([]bool, len(in))
	if memory {
		copy(leaves, in)
	}
	d.act = newActivity(u, d.mem, in, out, leaves, at)
	return d
}

// checkOrder refuses statements that read memory which a call in them writes: Go does not say which comes first.
func (d *derivation) checkOrder() {
	d.checkSpread(d.fn.Body)
	eachExpr(d.fn.Body, func(s ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && (c.Fun.Fn != nil || c.Fun.Builtin == "append" || c.Fun.Builtin == "copy") {
			d.checkReadsBeside(s, c)
		}
	})
}

// checkSpread does so for a call whose results are arguments of another, which stands before the statement that it was taken out of.
func (d *derivation) checkSpread(b *ast.Block) {
	for i, s := range b.Stmts {
		for _, inner := range ast.Blocks(s) {
			d.checkSpread(inner)
		}
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Rhs) != 1 || len(a.Lhs) < 2 || slices.ContainsFunc(a.Lhs, isOfUser) {
			continue
		}
		c, ok := a.Rhs[0].(*ast.Call)
		if !ok || c.Fun.Fn == nil || !a.Pos.IsValid() {
			continue
		}
		for _, before := range slices.Backward(b.Stmts[:i]) {
			if before.Info().Pos != a.Pos {
				break
			}
			d.checkReads(before, c, false) // what was taken out with it
		}
		for _, next := range b.Stmts[i+1:] {
			if next.Info().Pos != a.Pos {
				break
			}
			d.checkReads(next, c, true)
		}
	}
}

// isOfUser reports whether a left side is no variable of ours.
func isOfUser(e ast.Expr) bool {
	r, ok := e.(*ast.Ref)
	return !ok || r.Var.Obj != nil
}

// checkReadsBeside refuses a statement that reads, outside of a call, what the call writes.
func (d *derivation) checkReadsBeside(s ast.Stmt, c *ast.Call) { d.checkReads(s, c, false) }

// checkReads is checkReadsBeside for a call that may have been taken out of the statement.
func (d *derivation) checkReads(s ast.Stmt, c *ast.Call, takenOut bool) {
	written, name := map[*location]bool{}, c.Fun.Builtin
	switch {
	case name != "":
		d.mem.oneCallWrites(c, func(l *location) { written[l.find()] = true })
	case d.u.summary(c.Fun.Fn) != nil || d.u.isRuled(c.Fun.Fn, d.fn.Pkg):
		name = c.Fun.Fn.Name()
		d.mem.written(c, func(l *location) { written[l.find()] = true })
	}
	if len(written) == 0 {
		return
	}
	see := func(l *location) {
		if written[l.find()] && (l.v == nil || l.addr) {
			refuse(s.Info().Pos, "%s may write what this statement reads beside the call, and Go does not say which comes first; call it in a statement of its own", name)
		}
	}
	w := &surroundings{call: c, past: takenOut}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if e = w.of(e); assigned {
			d.mem.readsOfAddress(e, see)
		} else {
			d.mem.reads(e, see)
		}
	})
}

// The surroundings of a call are what its statement evaluates at a time that Go leaves open.
type surroundings struct {
	call *ast.Call
	past bool // the call has been seen
}

// of is e without what is evaluated before or after the call for sure: itself, calls before it, what later ones do, and the other side
// of && and ||.
func (w *surroundings) of(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Call:
		nothing := &ast.Lit{Text: "0", Val: zeroValue, T: x.T}
		if x == w.call {
			w.past = true
			return nothing
		}
		if x.Fun.Fn != nil && x.Fun.Fn.Name() == ast.MapAt {
			// An element of a map is read when Go pleases, as one of a slice is.
			return &ast.Index{X: w.of(x.Args[0]), I: w.of(x.Args[1]), T: x.T}
		}
		if x.Fun.Builtin == "append" || x.Fun.Builtin == "copy" {
			return &ast.Call{Args: ast.Operands(ast.MapOperands(x, w.of)), T: x.T} // what it does is not what the statement reads
		}
		if x.Fun.Builtin == "" {
			around := w.contains(x)
			args := ast.MapOperands(x, w.of)
			if !w.past && !around {
				return nothing
			}
			return &ast.Call{Args: ast.Operands(args), T: x.T}
		}
	case *ast.Binary:
		if x.Op == token.LAND || x.Op == token.LOR {
			for _, side := range []ast.Expr{x.X, x.Y} {
				if w.contains(side) {
					return w.of(side)
				}
			}
		}
	}
	return ast.MapOperands(e, w.of)
}

// contains reports whether the call stands in e.
func (w *surroundings) contains(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool { return e == ast.Expr(w.call) })
}

// checkAll refuses what no transformation handles, wherever it stands.
func (d *derivation) checkAll() {
	r := &refusals{all: d.u.Thorough}
	for _, l := range d.mem.globals {
		d.mem.reachable(l, map[*location]bool{}, func(c *location) {
			if d.act.active(c) {
				refuse(d.fn.Pos, "%s mixes active memory with that of a package-level variable", d.fn.Name)
			}
		})
	}
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				r.check(func() { d.checkExpr(s, e) })
				return true
			})
		})
		d.mem.writes(s, func(c *location) {
			if c.find().global {
				r.check(func() {
					refuse(s.Info().Pos, "memory of a package-level variable is written; a derivative keeps no state between calls")
				})
			}
		})
		return true
	})
	r.check(d.checkOpaque)
	r.end()
	d.checkByways() // where values go is known of what is allowed
}

func (d *derivation) checkExpr(s ast.Stmt, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Call:
		d.checkPassive(s, e)
	case *ast.Convert:
		if isComplex(e.T) {
			refuse(s.Info().Pos, "complex numbers cannot be differentiated")
		}
	}
}

func isComplex(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsComplex != 0
}

// checkPassive refuses calls of functions without source or rule that an active value goes into, and of functions
// with a rule that write active memory.
func (d *derivation) checkPassive(s ast.Stmt, c *ast.Call) {
	fn := c.Fun.Fn
	if fn == nil {
		return
	}
	if ruled := d.isRuled(c); ruled || d.constant(c) {
		d.checkRuledWrites(s, c, ruled)
		return
	}
	if d.u.Rules.has(c.Fun) {
		return
	}
	if d.u.Lower(fn) != nil {
		d.checkBuilds(s, c)
		return
	}
	for _, x := range c.Args {
		if !d.act.depends(x) && !d.reachesActive(x) {
			continue
		}
		if isText(fn) || fn.Pkg().Path() == runtimePackage.Path() && !carriesTuple(c.T) && d.u.harmless(fn) {
			continue
		}
		if !carriesTuple(c.T) && !hasRefs(x.Type()) {
			continue
		}
		if d.u.Derivative != nil && d.u.Derivative(fn) {
			refuse(c.Pos, "%s is a derivative that is not there", fn.Name())
		}
		kind, mode := "rule", ""
		if d.u.isRuled(fn, d.fn.Pkg) {
			if kind = "reverse rule"; d.forward {
				kind, mode = "forward rule", " mode=jvp"
			}
		}
		if what := instead[fn.FullName()]; what != "" {
			refuse(s.Info().Pos, "%s is given an active value here, which is not supported: %s", fn.FullName(), what)
		}
		msg := fmt.Sprintf("%s has neither source here nor a %s, and an active value goes into it; give it a rule with //godiff:derivative of=%s%s", fn.FullName(), kind, fn.FullName(), mode)
		panic(&Refusal{Pos: s.Info().Pos, Msg: msg, Callee: fn})
	}
}

// instead says what to write in place of calls of functions that no rule could be given for.
var instead = map[string]string{
	"sort.Reverse": "give what it returns to sort.Sort or sort.Stable in the same expression",
}

// checkBuilds refuses a call that something active goes into, or active memory, of a function of which another build may have another
// body.
func (d *derivation) checkBuilds(s ast.Stmt, c *ast.Call) {
	fn := c.Fun.Fn
	if d.u.Replaceable == nil || !d.u.Replaceable(fn) {
		return
	}
	if slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return d.act.depends(x) || d.reachesActive(x) }) {
		refuse(s.Info().Pos, "%s stands in a file with build constraints, and another build may have another body of it; give it a rule with //godiff:derivative of=%s, or put this function under the same constraints", fn.Name(), fn.Name())
	}
}

// checkRuledWrites refuses a call of a constant function that writes active memory, or may do so, and one of a function with a rule of
// which that is not known or that writes slices or pointers, whose shadows the rule does not see. A forward rule does what the function
// does.
func (d *derivation) checkRuledWrites(s ast.Stmt, c *ast.Call, ruled bool) {
	fn := c.Fun.Fn
	for _, rule := range slices.Concat(d.u.rulesFor(fn, d.fn.Pkg, d.forward)...) {
		d.u.checkSays(rule, s.Info().Pos)
	}
	if ruled && d.forward {
		return
	}
	verb := ""
	if ruled || d.u.summary(fn) != nil {
		given, reshaped := d.mem.given(c), d.reshapes(c)
		d.mem.written(c, func(l *location) {
			switch {
			case !given[l.find()]:
			case !ruled && d.act.active(l):
				verb = "writes"
			case ruled && refers(l.typ) && d.mem.leadsTo(l, d.act.active) && !reshaped[l.find()]:
				verb = "writes slices or pointers to"
			}
		})
	} else if !d.u.harmless(fn) && slices.ContainsFunc(c.Args, d.reachesActive) {
		verb = "may write"
	}
	if verb != "" {
		what := "a function with //godiff:nodiff; pass it a copy"
		if ruled {
			what = "a function with a rule"
		}
		refuse(s.Info().Pos, "%s %s memory that carries a derivative; that is not supported of %s", fn.FullName(), verb, what)
	}
}

// isText reports whether a function makes text for people.
func isText(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true // error.Error
	}
	switch fn.Pkg().Path() {
	case "fmt", "errors", "strconv", "log":
		return true
	}
	return false
}

func (d *derivation) newReverser(t *tree) *reverser {
	r := &reverser{
		derivation: d, tree: t, hist: newHistory(t, d), inserts: newInserts(t, d.u.Pkg),
		joint: map[ast.Stmt]bool{}, unwrapped: map[*ast.Block]bool{}, sweepBorder: &ast.Block{},
		effects: map[*item]*effects{}, idleItems: map[*item]bool{}, forwards: map[*item]bool{}, pivots: map[*item]bool{},
		exits: map[*part]*item{}, cores: map[*part]*item{},
		own: map[*ast.Var]bool{}, synthetic: map[*ast.Var]*item{},
		firsts: map[*part][]ast.Stmt{}, index: map[*item]ast.Expr{}, iter: map[*item]ast.Expr{},
		pushed: map[*item]bool{}, wild: map[*ast.Var]bool{}, former: map[*ast.Var][]*ast.Var{},
		touched: map[ast.Stmt]*touch{},
	}
	r.marks = r.inserts.marks
	for v, is := range d.histories {
		if is {
			r.own[d.shadow(v)] = true
		}
	}
	return r
}

// scopes returns the parts in which the variables of the forward sweep are in scope, those that are not so in all of the function.
func (r *reverser) scopes() map[*ast.Var]*part {
	in := map[*ast.Var]*part{}
	nowhere := &part{}
	for _, it := range r.tree.items {
		p := it.part
		if it.wrap != nil && !r.unwrapped[it.wrap] {
			p = nowhere
		}
		if it.body != nil {
			p = it.body
		}
		for _, v := range ast.Defined(it.stmt) {
			in[v] = p
		}
		if it.count != nil {
			in[it.count.v] = p
		}
	}
	return in
}

// mayFail reports whether the error result of F is assigned to, so that it is not known before the end whether there is a reverse
// sweep.
func (d *derivation) mayFail(b *ast.Block) bool {
	at := errorResult(d.fn.Results)
	return at >= 0 && assigns(b, d.fn.Results[at])
}

// errorResult returns the index of the result that is the error, as [ast.ErrorResult] does, or -1.
func errorResult(results []*ast.Var) int {
	for i, v := range slices.Backward(results) {
		if ast.IsError(v.Type) {
			return i
		}
	}
	return -1
}

// makesError reports whether e is an error for sure.
func makesError(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Fn != nil && (c.Fun.Fn.FullName() == "fmt.Errorf" || c.Fun.Fn.FullName() == "errors.New")
}

// extra returns what the reversal of appends reads beside what they read themselves.
func (d *derivation) extra() map[ast.Stmt][]*ast.Var {
	out := map[ast.Stmt][]*ast.Var{}
	for _, g := range d.grown {
		if g.after != nil && !g.clone { // neither of a history nor of a copy
			out[g.after] = []*ast.Var{g.n, g.moved}
		}
	}
	return out
}

// A sweepSpec is what differs between the functions in reverse mode.
type sweepSpec struct {
	leave   func(*ast.Return) bool
	seeds   func(*reverser) []ast.Stmt
	ends    []*ast.Var // read after the reverse sweep
	zero    []*ast.Var // zero at its beginning
	keepAll func(*location) bool
	apart   bool // the sweeps go to different functions
	late    bool // adjoints in memory are known only when the forward sweep is done
}

// moved returns the flags by the statements that addShadows made of those that they belong to.
func (d *derivation) moved(flags map[ast.Stmt]*ast.Var) map[ast.Stmt]*ast.Var {
	out := map[ast.Stmt]*ast.Var{}
	for s, f := range flags {
		if t := d.remade[s]; t != nil {
			s = t
		}
		out[s] = f
	}
	return out
}

// isForward reports whether a statement of joint code is one of the forward sweep, which the passes leave alone.
func (r *reverser) isForward(s ast.Stmt) bool { return r.tree.at[s] != nil && !r.joint[s] }

// isJoint reports whether a statement of joint code is one of the forward sweep or one in which both sweeps meet.
func (r *reverser) isJoint(s ast.Stmt) bool { return r.tree.at[s] != nil }

// tracked returns the variables of the reversed code, which may be replaced or removed, and those that are known at its beginning.
func (r *reverser) tracked(b *ast.Block, spec *sweepSpec) (tracked map[*ast.Var]bool, known map[*ast.Var]ast.Expr) {
	tracked, known = map[*ast.Var]bool{}, map[*ast.Var]ast.Expr{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if r.isForward(s) {
			return false
		}
		if !r.joint[s] {
			for _, v := range ast.Defined(s) {
				tracked[v] = true
			}
		}
		return true
	})
	for _, v := range spec.zero {
		tracked[v] = true
		if ast.IsFloat(v.Type) {
			known[v] = &ast.Lit{Text: "0", Val: zeroValue, T: v.Type}
		}
	}
	for _, v := range spec.ends {
		tracked[v] = true
	}
	return tracked, known
}

// rebuilt notes that a compound statement of joint code has been made anew.
func (r *reverser) rebuilt(from, to ast.Stmt) {
	if r.joint[from] {
		r.register(to, r.tree.at[from])
	}
}

// hasCall reports whether an expression calls a function that may have effects.
func hasCall(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		return ok && (c.Fun.Gen != nil || c.Fun.Fn != nil && c.Fun.Fn.Pkg() != nil && c.Fun.Fn.Pkg().Path() != "math")
	})
}

// mayPanic reports whether evaluating an expression can be noticed: by an effect or a panic.
func (d *derivation) mayPanic(e ast.Expr) bool { return ast.Any(e, d.mayPanicAt) }

// mayPanicBut reports whether it may be noticed in another way than by looking behind a pointer that is nil.
func (d *derivation) mayPanicBut(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		switch e.(type) {
		case *ast.Deref, *ast.Field:
			return false
		}
		return d.mayPanicAt(e)
	})
}

// mayPanicAt is mayPanic for what an expression does itself, beside its operands.
func (d *derivation) mayPanicAt(e ast.Expr) bool {
	if v := (&resolver{reverser: &reverser{derivation: d}}); isPath(e) && v.inShadow(e) {
		return false // the primal has panicked before
	}
	return d.u.mayPanicAt(e, d.rangeOver)
}

// mayPanicAt is that of an expression which is in no shadow. The keys of loops that leave alone what they range over are said to.
func (u *Unit) mayPanicAt(e ast.Expr, over map[*ast.Var]ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Index:
		if m, ok := e.X.Type().Underlying().(*types.Map); ok {
			return !alwaysComparable(m.Key())
		}
		return !safeIndex(e, over)
	case *ast.Slice, *ast.Deref:
		return true
	case *ast.Convert:
		return isPointer(e.T) && refers(e.X.Type()) && !isPointer(e.X.Type()) // of a slice that is too short
	case *ast.Field:
		return ast.Pointee(e.X.Type()) != nil
	case *ast.Binary:
		if (e.Op == token.EQL || e.Op == token.NEQ) && !isNil(e.X) && !isNil(e.Y) {
			return !alwaysComparable(e.X.Type()) || !alwaysComparable(e.Y.Type())
		}
		return mayOperatorPanic(e)
	case *ast.Call:
		switch e.Fun.Builtin {
		case "len", "cap", "min", "max", "new", ast.MapCount, ast.MapKeys:
			return false
		case ast.MapHas:
			return !alwaysComparable(e.Args[1].Type())
		case "make":
			return !safeSize(e)
		}
		if e.Fun.Copied == "Shadow" || e.Fun.Fn != nil && e.Fun.Fn.Pkg() != nil && e.Fun.Fn.Pkg().Path() == "math" {
			return false
		}
		s := u.summaries[e.Fun.Fn]
		return s == nil || !s.silent
	}
	return false
}

// mayOperatorPanic reports whether an operation is a division of integers or a shift that may panic.
func mayOperatorPanic(e *ast.Binary) bool {
	return isInteger(e.T) && (e.Op == token.QUO || e.Op == token.REM) && !nonZero(e.Y) || e.Op == token.SHL || e.Op == token.SHR
}

// alwaysComparable reports whether to compare values of type t never panics: interfaces may hold what cannot be compared.
func alwaysComparable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return false
	case *types.Array:
		return alwaysComparable(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if !alwaysComparable(f.Type()) {
				return false
			}
		}
	}
	return !ast.IsBoxed(t)
}

// leavesBehind reports whether evaluating an expression of a derivative may add to shadows, or write other memory, or have effects.
func (d *derivation) leavesBehind(e ast.Expr) bool {
	v := &resolver{reverser: &reverser{derivation: d}}
	return ast.Any(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		switch {
		case !ok:
			return false
		case c.Fun.Gen != nil || slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return hasRefs(x.Type()) && v.inShadow(x) }):
			return true
		case c.Fun.Fn != nil && d.u.hasEffects(c.Fun.Fn):
			return true
		}
		found := false
		d.mem.callWrites(c, func(*location) { found = true })
		return found
	})
}

func nonZero(e ast.Expr) bool {
	v := wholeValue(e)
	return v != nil && constant.Sign(v) != 0
}

// safeSize reports whether a make cannot panic: its sizes are lengths or literals.
func safeSize(c *ast.Call) bool {
	for _, x := range c.Args {
		if b, ok := x.(*ast.Call); ok && (b.Fun.Builtin == "len" || b.Fun.Builtin == "cap") {
			continue
		}
		if b, ok := x.(*ast.Call); ok && b.Fun.Builtin == "max" {
			continue
		}
		if v, ok := intLit(x); ok && v >= 0 {
			continue
		}
		return false
	}
	return true
}

// safeIndex reports whether an index expression cannot panic: a literal into an array, or the key of a range over
// the same variable in a loop that leaves it alone.
func safeIndex(e *ast.Index, rangeOver map[*ast.Var]ast.Expr) bool {
	if ast.IsMap(e.X.Type()) {
		return true // what is not there is zero
	}
	if a, ok := e.X.Type().Underlying().(*types.Array); ok {
		if v, ok := intLit(e.I); ok && v >= 0 && v < a.Len() {
			return true
		}
	}
	key, ok := e.I.(*ast.Ref)
	if !ok {
		return false
	}
	over := rangeOver[key.Var]
	return over != nil && ast.Equal(over, e.X)
}

// rangedOver returns what the keys of range loops over variables range over, of loops that change neither.
func rangedOver(b *ast.Block) map[*ast.Var]ast.Expr {
	over := map[*ast.Var]ast.Expr{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if s, ok := s.(*ast.Range); ok && s.Define && s.Key != nil && elemType(s.X.Type()) != nil {
			if key, ok := s.Key.(*ast.Ref); ok && !assigns(s.Body, key.Var) {
				if x, ok := s.X.(*ast.Ref); ok && !assigns(s.Body, x.Var) {
					over[key.Var] = s.X
				}
			}
		}
		return true
	})
	return over
}

// docName is how a doc comment names a function.
func docName(f *ast.Func) string {
	if f.What != "" {
		return f.What
	}
	if f.Obj == nil || f.Recv == nil {
		return "[" + f.Name + "]"
	}
	t := f.Recv.Type
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	if n, ok := t.(*types.Named); ok {
		return fmt.Sprintf("[%s.%s]", n.Obj().Name(), f.Name)
	}
	return "[" + f.Name + "]"
}

// list joins names as in a sentence.
func enumerate(names []string) string {
	switch len(names) {
	case 0:
		return "nothing"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
