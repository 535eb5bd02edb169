package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Loops with checkpoints.
//
// A loop before which //godiff:checkpoint stands becomes, in reverse mode, one over blocks of its iterations, and a block a call of a
// function. That is made again in the reverse sweep, so that nothing of it is remembered but what it is given:
//
//	for i := range n {            for from, size := 0, 1; from < n; size++ {
//		x = f(x, w[i])                to := min(from+size, n)
//	}                                 x = fSteps(w, x, from, to)
//	                                  from = to
//	                              }
//
// With blocks of 1, 2, 3, … iterations there are √2n of them, and none has more than √2n, however large n turns out to be. The binomial
// schedule calls a function that calls itself for the first part of its iterations and for the rest, both with checkpoints: see Griewank
// and Walther, "Algorithm 799: Revolve", ACM TOMS 26, 2000.

// outline returns a block with calls of functions of their own in place of the loops in it that have checkpoints, or are parallel unless
// plain says that these are as others. F is the function that it is of, and whole the body of that as it is analysed.
func (u *Unit) outline(f *ast.Func, whole, b *ast.Block, plain bool) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	changed := false
	for _, s := range b.Stmts {
		if g, ok := s.(*ast.Range); ok && plain && g.Parallel {
			c := *g
			c.Parallel = false
			s, changed = &c, true
		}
		if s.Info().Checkpoint != ast.NoCheckpoints || s.Info().Parallel {
			out.Stmts = append(out.Stmts, u.outlined(f, whole, s)...)
			changed = true
			continue
		}
		t := s
		if len(ast.Blocks(s)) > 0 {
			t = ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
				c := u.outline(f, whole, b, plain)
				changed = changed || c != b
				return c
			})
		}
		out.Stmts = append(out.Stmts, t)
	}
	if !changed {
		return b
	}
	return out
}

// outlined returns what stands for a loop with checkpoints, the same each time.
func (u *Unit) outlined(f *ast.Func, whole *ast.Block, s ast.Stmt) []ast.Stmt {
	if list, ok := u.outlines[s]; ok {
		return list
	}
	o := &outliner{u: u, f: f, whole: whole, loop: s, pos: s.Info().Pos}
	var list []ast.Stmt
	switch s := s.(type) {
	case *ast.Range:
		list = o.rangeLoop(s)
	case *ast.For:
		if s.Parallel {
			refuse(o.pos, "a parallel loop must range over an integer or a slice")
		}
		list = o.forLoop(s)
	}
	if len(o.leaves) > 0 {
		list = o.leaving(list)
	}
	u.outlines[s] = list
	return list
}

// An outliner takes the body of a loop out of its function.
type outliner struct {
	u     *Unit
	f     *ast.Func
	whole *ast.Block // its body
	loop  ast.Stmt
	pos   token.Pos

	given []*ast.Var // what the body reads of the function around it …
	state []*ast.Var // … and what it assigns to as well
	added []*ast.Var // variables of the function around it to which all that a parallel loop does is to add
	done  *ast.Var   // set where it breaks out of the loop

	left   *ast.Var // set where it returns values, and bare where it returns without any
	bare   *ast.Var
	values []*ast.Var    // what it returns
	leaves []*ast.Return // of the function for a part of the loop, where the body returns

	mem *memory // of the function around it, once asked for
}

// rangeLoop is outlined for a loop over an integer, a slice or an array.
func (o *outliner) rangeLoop(s *ast.Range) []ast.Stmt {
	taken := addressTaken(s.Body)
	if isArray(s.X.Type()) {
		taken = addressTaken(o.whole) // its elements are those from before the loop
	}
	plain := func(e ast.Expr) *ast.Ref { // a variable that the body leaves alone
		r, ok := e.(*ast.Ref)
		if !ok || assigns(s.Body, r.Var) || taken[r.Var] {
			return nil
		}
		return r
	}
	i := &ast.Ref{Var: ast.NewVar("i", intType)}
	if elemType(s.X.Type()) == nil {
		i.Var.Type = s.X.Type()
	}
	if key := plain(s.Key); key != nil && s.Define {
		i = key
	}
	before, count, value := iterations(s, i, plain)
	n := &ast.Ref{Var: ast.NewVar("n", count.Type())}
	before = append(before, define(n.Var, count))
	var begin []ast.Stmt
	assign := func(to, from ast.Expr) {
		if to != nil && to != from {
			op := token.ASSIGN
			if s.Define {
				op = token.DEFINE
			}
			begin = append(begin, set(to, op, from))
		}
	}
	assign(s.Key, i)
	assign(s.Value, value)
	body := o.body(s.Body, s.Label, nil)
	body.Stmts = append(begin, body.Stmts...)
	t := i.Var.Type
	from, to := &ast.Ref{Var: ast.NewVar("from", t)}, &ast.Ref{Var: ast.NewVar("to", t)}
	loop := &ast.For{
		Meta: o.meta(), Init: define(i.Var, from), Cond: less(i, to), Post: set(i, token.ADD_ASSIGN, one(t)), Body: body, Label: s.Label,
	}
	if s.Parallel {
		return append(before, o.parallelLoop(loop, from, to, n)...)
	}
	o.find(loop, nil, from.Var, to.Var)
	if s.Checkpoint == ast.Binomial {
		fn := o.halving(loop, from, to)
		call := o.call(fn, &ast.Lit{Text: "0", Val: constant.MakeInt64(0), T: t}, n)
		return append(append(before, o.declareDone()...), o.assign(call))
	}
	fn := o.function(loop, from.Var, to.Var)
	size := &ast.Ref{Var: ast.NewVar("size", t)}
	more := less(from, n)
	blocks := &ast.For{
		Meta: o.blocksMeta(), Init: define(size.Var, typed(1, t)), Cond: o.going(more), Post: set(size, token.ADD_ASSIGN, one(t)),
		Body: &ast.Block{Stmts: []ast.Stmt{
			define(to.Var, builtin("min", t, &ast.Binary{Op: token.ADD, X: from, Y: size, T: t}, n)),
			o.assign(o.call(fn, from, to)),
			set(from, token.ASSIGN, to),
		}},
	}
	before = append(before, define(from.Var, typed(0, t)))
	return []ast.Stmt{&ast.Block{Stmts: append(append(before, o.declareDone()...), blocks)}}
}

// iterations returns how many iterations a range has, the value of the i-th, and what comes before these. Plain returns what the body leaves alone.
func iterations(s *ast.Range, i ast.Expr, plain func(ast.Expr) *ast.Ref) (before []ast.Stmt, count, value ast.Expr) {
	elem, of := elemType(s.X.Type()), s.X.Type()
	if elem == nil {
		return nil, s.X, nil
	}
	if p := ast.Pointee(of); p != nil {
		of = p
	}
	if !isSlice(of) && s.Value == nil && !ast.Any(s.X, isCall) {
		return nil, intNumber(fixedLength(of)), nil
	}
	xs := plain(s.X)
	if xs == nil {
		xs = &ast.Ref{Var: ast.NewVar("xs", s.X.Type())}
		before = append(before, define(xs.Var, s.X))
	}
	var elements ast.Expr = xs
	if isPointer(s.X.Type()) {
		elements = &ast.Deref{X: xs}
	}
	if count = length(xs); !isSlice(of) {
		count = intNumber(fixedLength(of))
	}
	return before, count, &ast.Index{X: elements, I: i, T: elem}
}

// forLoop is outlined for a loop with a condition.
func (o *outliner) forLoop(s *ast.For) []ast.Stmt {
	if s.Checkpoint == ast.Binomial {
		refuse(o.pos, "the binomial schedule is for loops that range over an integer or a slice: how often this one runs is not known before")
	}
	if s.Init != nil {
		for _, v := range ast.Defined(s.Init) {
			if addressTaken(&ast.Block{Stmts: []ast.Stmt{s}})[v] {
				refuse(o.pos, "the address of a loop variable is taken in %s; that is not supported", o.kind())
			}
		}
	}
	step := &ast.Ref{Var: ast.NewVar("step", intType)}
	size := &ast.Ref{Var: ast.NewVar("size", intType)}
	body := o.body(s.Body, s.Label, func() []ast.Stmt {
		if s.Post == nil {
			return nil
		}
		return []ast.Stmt{s.Post}
	})
	if s.Cond != nil {
		leave := &ast.If{Cond: negate(s.Cond), Then: &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: token.BREAK}}}}
		body.Stmts = append([]ast.Stmt{leave}, body.Stmts...)
	}
	loop := &ast.For{
		Meta: o.meta(), Init: define(step.Var, intNumber(0)), Cond: less(step, size), Post: set(step, token.ADD_ASSIGN, one(intType)), Body: body,
		Label: s.Label,
	}
	o.find(loop, s.Cond, size.Var)
	fn := o.function(loop, size.Var)
	blocks := &ast.For{
		Meta: o.blocksMeta(), Init: define(size.Var, intNumber(1)), Cond: o.going(s.Cond), Post: set(size, token.ADD_ASSIGN, one(intType)),
		Body: &ast.Block{Stmts: []ast.Stmt{o.assign(o.call(fn, size))}},
	}
	var list []ast.Stmt
	if s.Init != nil {
		list = append(list, s.Init)
	}
	return []ast.Stmt{&ast.Block{Stmts: append(append(list, o.declareDone()...), blocks)}}
}

func (o *outliner) meta() ast.Meta {
	m := o.loop.Info()
	return ast.Meta{Pos: o.pos, Src: m.Src, Goroutines: m.Goroutines, Locks: m.Locks}
}

// blocksMeta is meta for the loop over blocks of iterations.
func (o *outliner) blocksMeta() ast.Meta {
	m := o.meta()
	m.Blocks = o.loop
	return m
}

func less(x, y ast.Expr) ast.Expr {
	return &ast.Binary{Op: token.LSS, X: x, Y: y, T: types.Typ[types.Bool]}
}

func typed(n int64, t types.Type) ast.Expr {
	l := &ast.Lit{Text: fmt.Sprint(n), Val: constant.MakeInt64(n), T: t}
	if types.Identical(t, intType) {
		return l
	}
	return &ast.Convert{X: l, T: t}
}

func one(t types.Type) ast.Expr {
	return &ast.Lit{Text: "1", Val: constant.MakeInt64(1), T: t}
}

// body returns the body of the loop for a function of its own: to break is noted for the loop over blocks too, and what post returns is
// done at the end of an iteration.
func (o *outliner) body(b *ast.Block, label *ast.Label, post func() []ast.Stmt) *ast.Block {
	var within func(b *ast.Block, inner bool) *ast.Block
	within = func(b *ast.Block, inner bool) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			switch s := s.(type) {
			case *ast.Return:
				out.Stmts = append(out.Stmts, o.leave(s)...)
				continue
			case *ast.Branch:
				own := s.Target == nil && !inner || s.Target != nil && s.Target == label
				switch {
				case s.Tok == token.GOTO || s.Target != nil && !own && !o.holds(s.Target):
					refuse(s.Info().Pos, "a jump leaves %s; break out of it first", o.kind())
				case own && s.Tok == token.BREAK:
					out.Stmts = append(out.Stmts, flagged(&o.done, "done"))
				case own && s.Tok == token.CONTINUE && post != nil:
					out.Stmts = append(out.Stmts, post()...)
				}
			}
			if len(ast.Blocks(s)) > 0 {
				_, isFor := s.(*ast.For)
				_, isRange := s.(*ast.Range)
				s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return within(b, inner || isFor || isRange) })
			}
			out.Stmts = append(out.Stmts, s)
		}
		return out
	}
	out := within(b, false)
	if post != nil && !ast.Ends(out.Stmts) {
		out.Stmts = append(out.Stmts, post()...)
	}
	return out
}

// flagged sets a variable that says what has happened, which is made for the first time.
func flagged(v **ast.Var, name string) ast.Stmt {
	if *v == nil {
		*v = ast.NewVar(name, types.Typ[types.Bool])
	}
	return set(&ast.Ref{Var: *v}, token.ASSIGN, trueLit(true))
}

// leave is a return in a function for a part of the loop: it keeps what is returned behind the loop.
func (o *outliner) leave(s *ast.Return) []ast.Stmt {
	if o.loop.Info().Parallel {
		refuse(s.Pos, "a return leaves %s; break out of it, and return behind it", o.kind())
	}
	leave := &ast.Return{Meta: ast.Meta{Pos: s.Pos}}
	o.leaves = append(o.leaves, leave)
	if len(s.Results) == 0 {
		return []ast.Stmt{flagged(&o.bare, "returned"), flagged(&o.done, "done"), leave}
	}
	if o.values == nil {
		for _, v := range nameResults(o.f) {
			o.values = append(o.values, ast.NewVar(v.Name, v.Type))
		}
	}
	values := &ast.Assign{Meta: s.Meta, Lhs: ast.Refs(o.values), Op: token.ASSIGN, Rhs: s.Results}
	return []ast.Stmt{values, flagged(&o.left, "returned"), flagged(&o.done, "done"), leave}
}

// leaving puts what returns behind statements that stand for the loop, and declares what that takes before them.
func (o *outliner) leaving(list []ast.Stmt) []ast.Stmt {
	for _, s := range o.leaves {
		s.Results = ast.Refs(o.results())
	}
	var before []ast.Stmt
	for _, v := range append(slices.Clone(o.values), o.left, o.bare) {
		if v != nil {
			before = append(before, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
		}
	}
	list = append(before, list...)
	if o.left != nil {
		list = append(list, &ast.If{Cond: &ast.Ref{Var: o.left}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: ast.Refs(o.values)}}}})
	}
	if o.bare != nil {
		list = append(list, &ast.If{Cond: &ast.Ref{Var: o.bare}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{}}}})
	}
	return list
}

// holds reports whether a label is one of a loop inside of the loop.
func (o *outliner) holds(label *ast.Label) bool {
	found := false
	ast.Inspect(o.loop, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.For:
			found = found || s.Label == label
		case *ast.Range:
			found = found || s.Label == label
		}
		return !found
	})
	return found
}

// find finds what the loop needs of the function around it, but for the parameters own; cond is evaluated there too.
func (o *outliner) find(loop *ast.For, cond ast.Expr, own ...*ast.Var) {
	written, taken := map[*ast.Var]bool{}, addressTaken(&ast.Block{Stmts: []ast.Stmt{loop}})
	ast.Inspect(loop, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if v := ast.RootVar(e); assigned && v != nil {
				written[v] = true
			}
		})
		return true
	})
	order := freeVars(loop, append(own, o.done)...)
	outside := addressTaken(o.whole)
	for _, v := range order {
		pointers := outside[v] && slices.ContainsFunc(order, func(w *ast.Var) bool { return o.mayLeadTo(w, v) })
		written[v] = written[v] || taken[v] // it is a variable of the loop's function, whose value is handed on
		switch {
		case pointers && taken[v]:
			refuse(o.pos, "the address of %s is taken in %s, where something else may come to hold it; that is not supported", v.Name, o.kind())
		case pointers:
			refuse(o.pos, "%s is used in %s, and so is what may point to it; that is not supported", v.Name, o.kind())
		case written[v] && hasRefs(v.Type) && o.loop.Info().Parallel:
			refuse(o.pos, "%s, which refers to memory, is assigned to in %s; write to what it refers to instead", v.Name, o.kind())
		case written[v]:
			o.state = append(o.state, v)
		default:
			o.given = append(o.given, v)
		}
	}
}

// mayLeadTo reports whether w may lead to v, or to a part of it, by pointers and slices. Of what interfaces lead to nothing is known.
func (o *outliner) mayLeadTo(w, v *ast.Var) bool {
	if leadsToInterface(w.Type) {
		return true
	}
	if o.mem == nil {
		f := *o.f
		f.Body = o.whole
		o.mem = o.u.analyseMemory(&f, callSite{})
	}
	parts, found := map[*location]bool{}, false
	o.mem.cellsIn(o.mem.variable(v), func(c *location) { parts[c.find()] = true })
	o.mem.behind(o.mem.variable(w), map[*location]bool{}, func(c *location) { found = found || parts[c.find()] })
	return found
}

// leadsToInterface reports whether values of type t are, hold or lead to interfaces.
func leadsToInterface(t types.Type) bool {
	return leadsTo(t, map[types.Type]bool{}, func(t types.Type) bool { return types.IsInterface(t) && !ast.IsError(t) })
}

// leadsTo reports whether values of type t are, hold or lead to some of a type that is holds for.
func leadsTo(t types.Type, seen map[types.Type]bool, is func(types.Type) bool) bool {
	if seen[t] || is(t) {
		return !seen[t]
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return leadsTo(u.Elem(), seen, is)
	case *types.Slice:
		return leadsTo(u.Elem(), seen, is)
	case *types.Map:
		return leadsTo(u.Elem(), seen, is)
	case *types.Array:
		return leadsTo(u.Elem(), seen, is)
	case *types.Struct:
		for f := range u.Fields() {
			if leadsTo(f.Type(), seen, is) {
				return true
			}
		}
	}
	return false
}

// function returns a function that does the loop, with parameters of its own behind what it is given.
func (o *outliner) function(loop *ast.For, own ...*ast.Var) *types.Func {
	return o.declared(&ast.Block{Stmts: append([]ast.Stmt{loop}, o.returned()...)}, own...)
}

// halving returns a function that does the loop by halves, each with a checkpoint.
func (o *outliner) halving(loop *ast.For, from, to *ast.Ref) *types.Func {
	body := &ast.Block{}
	fn := o.declared(body, from.Var, to.Var)
	t := from.Var.Type
	mid := &ast.Ref{Var: ast.NewVar("mid", t)}
	half := &ast.Binary{
		Op: token.ADD, X: from, T: t,
		Y: &ast.Binary{Op: token.QUO, X: &ast.Binary{Op: token.SUB, X: to, Y: from, T: t}, Y: &ast.Lit{Text: "2", Val: constant.MakeInt64(2), T: t}, T: t},
	}
	then := []ast.Stmt{define(mid.Var, half), o.assign(o.call(fn, from, mid))}
	rest := o.assign(o.call(fn, mid, to))
	if o.done != nil {
		rest = &ast.If{Cond: &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: o.done}}, Then: &ast.Block{Stmts: []ast.Stmt{rest}}}
	}
	then = append(then, rest)
	more := less(&ast.Binary{Op: token.ADD, X: from, Y: one(t), T: t}, to)
	halves := &ast.If{Cond: more, Then: &ast.Block{Stmts: then}, Else: &ast.Block{Stmts: []ast.Stmt{loop}}}
	body.Stmts = slices.Concat(o.declareDone(), []ast.Stmt{halves}, o.returned())
	return fn
}

// declared returns a function with a body.
func (o *outliner) declared(body *ast.Block, own ...*ast.Var) *types.Func {
	f := &ast.Func{
		Name: ast.LowerFirst(o.f.Name) + "Steps", Pkg: o.f.Pkg, Pos: o.pos, Body: body, TypeParams: o.f.TypeParams, Suffix: o.f.Suffix, Derived: o.f.Derived,
		What: "a part of the iterations of a loop of [" + o.f.Name + "]",
	}
	var params, results []*types.Var
	for _, list := range [][]*ast.Var{o.given, o.state, own} {
		for _, v := range list {
			f.Params = append(f.Params, v)
			params = append(params, types.NewParam(token.NoPos, o.f.Pkg, v.Name, v.Type))
		}
	}
	if o.done != nil {
		body.Stmts = append(o.declareDone(), body.Stmts...)
	}
	f.Named = len(o.added) > 0
	for _, v := range o.results() {
		name := ""
		if f.Named {
			name = v.Name
			f.Results = append(f.Results, v) // zero at the beginning
		} else {
			f.Results = append(f.Results, ast.NewVar("", v.Type))
		}
		results = append(results, types.NewParam(token.NoPos, o.f.Pkg, name, v.Type))
	}
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), false)
	return o.u.Instances.Outlined(f, o.f.Obj, sig)
}

// results returns what a part of the loop returns.
func (o *outliner) results() []*ast.Var {
	if len(o.added) > 0 {
		return o.added
	}
	list := slices.Clone(o.state)
	if o.done != nil {
		list = append(list, o.done)
	}
	slices.SortStableFunc(list, func(v, w *ast.Var) int { return btoi(ast.IsError(v.Type)) - btoi(ast.IsError(w.Type)) }) // errors last
	return list
}

// returned is the end of a function for a part of the loop.
func (o *outliner) returned() []ast.Stmt {
	if len(o.results()) == 0 {
		return nil
	}
	return []ast.Stmt{&ast.Return{Results: ast.Refs(o.results())}}
}

// kind is what a sentence calls the loop.
func (o *outliner) kind() string { return loopKind(o.loop) }

// loopKind returns in words what kind of loop one is that a directive or goroutines make special.
func loopKind(s ast.Stmt) string {
	switch m := s.Info(); {
	case m.Goroutines:
		return "a loop that starts goroutines"
	case m.Parallel:
		return "a parallel loop"
	}
	return "a loop with checkpoints"
}

// call is a call of a function for a part of the loop.
func (o *outliner) call(fn *types.Func, own ...ast.Expr) *ast.Call {
	args := append(append(ast.Refs(o.given), ast.Refs(o.state)...), own...)
	return &ast.Call{Fun: ast.Callee{Fn: fn}, Args: args, T: resultType(fn.Signature()), Pos: o.pos, Checkpoint: true}
}

// assign is the statement with a call.
func (o *outliner) assign(c *ast.Call) ast.Stmt {
	meta := ast.Meta{Pos: o.pos, Src: o.loop.Info().Src}
	if len(o.results()) == 0 {
		return &ast.Do{Meta: meta, Call: c}
	}
	return &ast.Assign{Meta: meta, Lhs: ast.Refs(o.results()), Op: token.ASSIGN, Rhs: []ast.Expr{c}}
}

// declareDone declares the variable that is set where the loop is left, if it is.
func (o *outliner) declareDone() []ast.Stmt {
	if o.done == nil {
		return nil
	}
	return []ast.Stmt{&ast.Decl{Vars: []*ast.Var{o.done}, Typed: true}}
}

// going is the condition of the loop over blocks.
func (o *outliner) going(cond ast.Expr) ast.Expr {
	if o.done == nil {
		return cond
	}
	not := &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: o.done}}
	if cond == nil {
		return not
	}
	return &ast.Binary{Op: token.LAND, X: not, Y: cond, T: types.Typ[types.Bool]}
}
