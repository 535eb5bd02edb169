package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Calls of functions with a rule of the user's.
//
// Such a call is a statement of its own, as one is whose reverse mode is split. The forward sweep leaves it as it is, but for shadows
// of slices and pointers that it returns; the reverse sweep calls the rule with the arguments and results of then:
//
//	y := f(x, w)         y := f(x, w)
//	                     dy := make([]float64, len(y))
//	                     …
//	                     dx += fRule(x, w, y, dy, dw)
//
// A rule in the pair form has a forward half that is called instead of the function, and remembers on its own:
//
//	y := f(x, w)         y, saved := fForward(x, w)
//	                     …
//	                     dx += fBackward(saved, dy, dw)
//
// In forward mode the rule is called instead of the function.

// constant reports whether the results of a call carry no derivative although their types do.
func (d *derivation) constant(c *ast.Call) bool { return d.u.constant(c, d.fn.Pkg) }

// isRuled reports whether a rule of the user's gives the derivative of a call in the mode at hand.
func (d *derivation) isRuled(c *ast.Call) bool {
	if c.Fun.Fn == nil {
		return false
	}
	groups := d.u.rulesFor(c.Fun.Fn, d.fn.Pkg, d.forward)
	if len(groups) == 0 || !d.u.Rules.has(c.Fun) {
		return len(groups) > 0
	}
	// What the user's rules do not cover godiff's own do.
	in := d.ruledInputs(c)
	return slices.ContainsFunc(slices.Concat(groups...), func(rule *Rule) bool { return rule.covers(in) })
}

// ruledInputs says for each input of the callee whether something active goes into it.
func (d *derivation) ruledInputs(c *ast.Call) []bool {
	sig := c.Fun.Fn.Signature()
	in := make([]bool, len(ast.ParamsOf(sig)))
	for i, active := range d.pattern(c) {
		i = min(i, len(in)-1)
		in[i] = in[i] || active
	}
	return in
}

// rule returns the rule of the user's for a call in the mode at hand: the smallest that covers what is active.
func (d *derivation) rule(s ast.Stmt, c *ast.Call) *Rule {
	groups, in := d.u.rulesFor(c.Fun.Fn, d.fn.Pkg, d.forward), d.ruledInputs(c)
	if d.u.Instances != nil {
		if d.u.Instances.Lifted(c.Fun.Fn) {
			refuse(s.Info().Pos, "%s has a rule and is given a function here; that is not supported: call it from a function that has the rule instead", c.Fun.Fn.Name())
		}
	}
	for _, rules := range groups {
		if rule := smallest(rules, in, s.Info().Pos); rule != nil {
			d.u.checkCallable(rule, s.Info().Pos)
			d.u.checkRule(rule, s.Info().Pos)
			return rule
		}
	}
	refuseUncovered(c.Fun.Fn, groups, in, s.Info().Pos)
	return nil
}

// checkCallable refuses a rule of another package that cannot be called from this one.
func (u *Unit) checkCallable(rule *Rule, pos token.Pos) {
	path := rule.Fn.Pkg().Path()
	if path != u.Pkg.Path() && !ast.Importable(path, u.Pkg.Path()) {
		refuse(pos, "%s cannot be differentiated from here: its rule %s is in package %s, which is internal", rule.Of.FullName(), rule.Fn.Name(), path)
	}
	if path != u.Pkg.Path() && !ast.Exported(rule.Fn) {
		refuse(pos, "%s cannot be differentiated from here: its rule %s is not exported by package %s", rule.Of.FullName(), rule.Fn.Name(), rule.Fn.Pkg().Name())
	}
}

// checkRule refuses a reverse rule that writes what belongs to the primal function: the reverse sweep leaves that alone. The forward half
// of one in the pair form writes what the function does.
func (u *Unit) checkRule(rule *Rule, pos token.Pos) {
	sum := u.summary(rule.Fn)
	if rule.Saving != nil {
		u.checkSaving(rule, pos)
	}
	if rule.Forward || sum == nil {
		return
	}
	primals := len(ast.ParamsOf(rule.Of.Signature())) + rule.Of.Signature().Results().Len()
	if rule.Saving != nil {
		primals = 0 // see checkSaved
	}
	for _, v := range sum.mem.fn.Inputs()[:primals] {
		if sum.behind(v, sum.writes) {
			refuse(pos, "the rule %s of %s writes memory behind %s; it may write to shadows only", rule.Fn.Name(), rule.Of.FullName(), v.Name)
		}
	}
}

// checkSays refuses a rule that says what its function writes where the function's body says more.
func (u *Unit) checkSays(rule *Rule, pos token.Pos) {
	of := u.summary(rule.Of)
	if rule.Writes == nil || of == nil || of.effects {
		return
	}
	of.eachInput(func(p path, l *location) {
		said := slices.Contains(rule.Writes, p.input()) || slices.Contains(rule.Sets, p.input()) && ast.IsFloat(l.find().typ)
		if anyOf(of.writes, l) && !said {
			refuse(pos, "the rule %s says what %s writes, but that also writes memory behind %s", rule.Fn.Name(), rule.Of.Name(), of.mem.fn.Inputs()[p.input()].Name)
		}
	})
}

// checkSaving refuses the forward half of a rule that writes memory of the caller's which the function does not write.
func (u *Unit) checkSaving(rule *Rule, pos token.Pos) {
	sum := u.summary(rule.Saving)
	if sum == nil {
		return
	}
	written := map[path]bool{}
	writes, sets, says := u.saysWrites(rule.Of, rule.Of.Pkg())
	if says {
		sum.eachInput(func(p path, l *location) {
			written[p] = slices.Contains(writes, p.input()) || slices.Contains(sets, p.input()) && ast.IsFloat(l.find().typ)
		})
	} else if of := u.summary(rule.Of); of != nil {
		of.eachInput(func(p path, l *location) { written[p] = written[p] || anyOf(of.writes, l) })
	}
	sum.eachInput(func(p path, l *location) {
		if anyOf(sum.writes, l) && !written[p] {
			refuse(pos, "%s, half of the rule of %s, writes memory behind %s, which %s does not", rule.Saving.Name(), rule.Of.FullName(), sum.mem.fn.Inputs()[p.input()].Name, rule.Of.Name())
		}
	})
}

// eachInput calls f for the cells behind the inputs of a function, with paths to them.
func (s *summary) eachInput(f func(path, *location)) {
	for i, v := range s.mem.fn.Inputs() {
		seen := map[*location]bool{}
		var visit func(l *location, p path)
		visit = func(l *location, p path) {
			if l = l.find(); seen[l] {
				return
			}
			seen[l] = true
			f(p, l)
			for i, part := range l.parts {
				if part != nil {
					visit(part, path(fmt.Sprint(p, ".", i)))
				}
			}
			if l.target != nil {
				visit(l.target, p+".*")
			}
		}
		visit(s.mem.variable(v), path(strconv.Itoa(i)))
	}
}

// anyOf reports whether a location is one of a list.
func anyOf(list []*location, l *location) bool {
	return slices.ContainsFunc(list, func(x *location) bool { return x.find() == l.find() })
}

// behind reports whether one of the cells of a list is reached through a variable.
func (s *summary) behind(v *ast.Var, list []*location) bool {
	found := false
	s.mem.behind(s.mem.variable(v), map[*location]bool{}, func(c *location) {
		found = found || anyOf(list, c)
	})
	return found
}

// readsMemory reports whether a rule reads what a parameter refers to.
func (u *Unit) readsMemory(rule *Rule, i int) bool {
	sum := u.summary(rule.Fn)
	return sum == nil || sum.behind(sum.mem.fn.Inputs()[i], sum.reads)
}

// reads reports whether a rule reads an input or, counted from there, a result of the function.
func (rule *Rule) reads(i int) bool {
	if rule.Saving != nil {
		return false
	}
	if rule.Func == nil {
		return true
	}
	v, found := rule.Func.Inputs()[i], false
	eachExpr(rule.Func.Body, func(_ ast.Stmt, e ast.Expr) {
		r, ok := e.(*ast.Ref)
		found = found || ok && r.Var == v
	})
	return found
}

// Direct returns, where the user says of fn itself by a rule or a nodiff what its derivative in a mode is, a function that calls fn and
// does nothing else, so that its derivative is that; else nil.
func (u *Unit) Direct(fn *types.Func, mode ast.Mode) *ast.Func {
	if !u.isConstant(fn, u.Pkg) && len(u.rulesFor(fn, u.Pkg, mode == ast.JVP)) == 0 {
		return nil
	}
	sig := fn.Signature()
	f := &ast.Func{Name: fn.Name(), Obj: fn, Pkg: fn.Pkg(), Pos: fn.Pos(), Variadic: sig.Variadic(), Body: &ast.Block{}}
	f.Params = declared(sig.Params())
	if recv := sig.Recv(); recv != nil {
		f.Recv = declared(types.NewTuple(recv))[0]
	}
	f.Results = declared(sig.Results())
	f.Named = len(f.Results) > 0 && sig.Results().At(0).Name() != ""
	f.Recv, f.Params = nameInputs(f)
	call := &ast.Call{Fun: ast.Callee{Fn: fn, Method: f.Recv != nil}, Args: ast.Refs(f.Inputs()), Spread: f.Variadic, T: resultType(sig)}
	meta := ast.Meta{Pos: f.Pos}
	if len(f.Results) == 0 {
		f.Body.Stmts = []ast.Stmt{&ast.Do{Meta: meta, Call: call}}
	} else {
		f.Body.Stmts = []ast.Stmt{&ast.Return{Meta: meta, Results: []ast.Expr{call}}}
	}
	return f
}

// declared returns the variables of parameters or results.
func declared(tuple *types.Tuple) []*ast.Var {
	var list []*ast.Var
	for v := range tuple.Variables() {
		list = append(list, &ast.Var{Name: v.Name(), Type: v.Type(), Obj: v})
	}
	return list
}

// resultType is the type of a call of a function.
func resultType(sig *types.Signature) types.Type {
	if sig.Results().Len() == 1 {
		return sig.Results().At(0).Type()
	}
	return sig.Results()
}

// ruledCall is a call of a function with a rule, with what is added to it in the forward sweep or in forward mode.
func (d *derivation) ruledCall(s ast.Stmt, lhs []ast.Expr, c *ast.Call) []ast.Stmt {
	rule := d.rule(s, c)
	callee := ast.Callee{Fn: rule.Fn, Method: rule.Fn.Signature().Recv() != nil}
	if d.forward {
		in := make([]bool, len(c.Args))
		for _, i := range rule.Wrt {
			in[i] = true
		}
		return d.tangentCall(s, lhs, c, in, &ast.Call{Fun: callee, T: resultType(rule.Fn.Signature())})
	}
	out, targets := d.ruledResults(s, lhs, c, rule)
	n := &splitNote{call: c, lhs: targets, rule: rule}
	if rule.Saving != nil {
		out = d.savingCall(s, out, targets, n)
	}
	d.checkAliases(s, c)
	t := out[len(out)-1]
	n.last = t
	d.calls[t] = n
	before, after := d.reshapeShadows(n)
	if len(before) > 0 {
		n.first, n.last = before[len(before)-1], after[len(after)-1]
		d.begin[t] = before[0]
	}
	pin, check := d.pinLayouts(c)
	out = slices.Concat(out[:len(out)-1], pin, before, []ast.Stmt{t}, after, check)
	for _, l := range targets {
		if l == nil || !d.reachesActive(l) {
			continue
		}
		d.checkResultApart(s, l, c)
		out = append(out, d.resultShadow(t, l, c)...)
		n.last = out[len(out)-1]
	}
	return out
}

// ruledResults gives every result that the rule of a call wants a variable. The last of what it returns is the call.
func (d *derivation) ruledResults(s ast.Stmt, lhs []ast.Expr, c *ast.Call, rule *Rule) (out []ast.Stmt, targets []ast.Expr) {
	results := c.Fun.Fn.Signature().Results()
	targets = make([]ast.Expr, results.Len())
	copy(targets, lhs)
	op := token.DEFINE
	if len(lhs) > 0 && !isDefine(s) {
		op = token.ASSIGN
	}
	added := false
	for i, l := range targets {
		t := results.At(i).Type()
		if l != nil || !rule.reads(len(c.Args)+i) && !hasLinks(t) {
			continue
		}
		v := ast.NewVar("y", t)
		targets[i], added = &ast.Ref{Var: v}, true
		if op == token.ASSIGN {
			out = append(out, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
		}
	}
	if !added {
		return append(out, s), targets
	}
	return append(out, &ast.Assign{Meta: *s.Info(), Lhs: targets, Op: op, Rhs: []ast.Expr{c}}), targets
}

// savingCall replaces the call at the end of a list, which stands for the statement s, by one of the forward half of a rule, with a
// variable for what that remembers.
func (d *derivation) savingCall(s ast.Stmt, list []ast.Stmt, targets []ast.Expr, n *splitNote) []ast.Stmt {
	c, half := n.call, n.rule.Saving
	d.checkSaved(s, c, n.rule)
	results := half.Signature().Results()
	n.saved = ast.NewVar("saved", results.At(results.Len()-1).Type())
	ast.EachTypeName(n.saved.Type, func(obj *types.TypeName) {
		if obj.Pkg() != nil && obj.Pkg() != d.u.Pkg && !obj.Exported() {
			refuse(s.Info().Pos, "%s remembers a %s, which its package does not export, so that a derivative here cannot keep it; export the type", half.Name(), obj.Name())
		}
	})
	out, op := list[:len(list)-1], token.DEFINE
	if a, ok := list[len(list)-1].(*ast.Assign); ok && a.Op == token.ASSIGN {
		out, op = append(out, &ast.Decl{Vars: []*ast.Var{n.saved}, Typed: true}), token.ASSIGN
	}
	call := &ast.Call{Pos: c.Pos, Fun: ast.Callee{Fn: half, Method: half.Signature().Recv() != nil}, Args: c.Args, Spread: c.Spread, T: resultType(half.Signature())}
	d.mem.calls[call] = c
	lhs := append(slices.Clone(targets), &ast.Ref{Var: n.saved})
	return append(out, &ast.Assign{Meta: *s.Info(), Lhs: lhs, Op: op, Rhs: []ast.Expr{call}})
}

// checkSaved refuses a rule whose forward half may save memory that it does not make, if that is written before the backward half reads
// it.
func (d *derivation) checkSaved(s ast.Stmt, c *ast.Call, rule *Rule) {
	if !hasRefs(ast.ParamsOf(rule.Fn.Signature())[0].Type()) {
		return
	}
	half := rule.Saving
	sum := d.u.summary(half)
	if sum == nil {
		refuse(s.Info().Pos, "it is not known what memory %s saves, since it cannot be looked into", half.Name())
	}
	saved := map[*location]bool{}
	m := sum.mem
	results := m.fn.Results
	m.behind(m.variable(results[len(results)-1]), map[*location]bool{}, func(l *location) { saved[l.find()] = true })
	for l := range saved {
		if l.find().global {
			refuse(s.Info().Pos, "%s saves memory of a package-level variable, which another call may write; save a copy", half.Name())
		}
	}
	for i, v := range m.fn.Inputs() {
		kept := map[string]bool{} // the types of the memory that is saved
		m.behind(m.variable(v), map[*location]bool{}, func(l *location) {
			if saved[l.find()] {
				kept[typeKey(l.find().typ)] = true
			}
		})
		changes := false
		for _, x := range argsOf(c, m.fn)[i] {
			d.mem.reachedBy(x, func(l *location) {
				changes = changes || kept[typeKey(l.find().typ)] && (d.mayChange(l.find()) || d.outlook == nil || d.outlook.changes(l, s))
			})
		}
		if back := d.u.summary(rule.Fn); back != nil && len(kept) > 0 && back.behind(back.mem.fn.Inputs()[0], back.writes) {
			refuse(s.Info().Pos, "%s may save memory behind %s, and %s writes it; save a copy", half.Name(), v.Name, rule.Fn.Name())
		}
		if changes {
			refuse(s.Info().Pos, "%s may save memory behind %s, which is written before %s reads it; save a copy", half.Name(), v.Name, rule.Fn.Name())
		}
	}
}

// passiveCall reports whether nothing active comes of a call of a function, though its results may come to hold it.
func (d *derivation) passiveCall(c *ast.Call) bool { return c.Fun.Fn != nil && !d.act.depends(c) }

// withResultShadows is a call that has no derivative, with shadows of memory of its own for what its results reach.
func (d *derivation) withResultShadows(s ast.Stmt, lhs []ast.Expr, c *ast.Call) []ast.Stmt {
	out := []ast.Stmt{s}
	seen := map[*location]bool{}
	for _, l := range lhs {
		if l != nil && d.reachesActive(l) {
			own := map[*location]bool{}
			d.mem.behind(d.mem.place(l), own, func(x *location) {
				if seen[x.find()] && ast.Carries(x.typ) {
					refuse(s.Info().Pos, "two results of %s may share memory; that is not supported yet of a function that is called with nothing active", c.Fun.Fn.Name())
				}
			})
			maps.Copy(seen, own)
			d.checkResultApart(s, l, c)
			out = append(out, d.resultShadow(s, l, c)...)
		}
	}
	return out
}

// resultShadow makes the shadow of a result of a function: memory of its own, whatever the result shares with others.
func (d *derivation) resultShadow(s ast.Stmt, l ast.Expr, c *ast.Call) []ast.Stmt {
	r, ok := l.(*ast.Ref)
	if !ok {
		refuse(s.Info().Pos, "assign what %s returns to a variable first", c.Fun.Fn.Name())
	}
	sv := d.shadow(r.Var)
	if d.forward {
		sv = d.both(r.Var)
	}
	old := !isDefine(s) || r.Again
	mirror := d.mem.sharesWithin(d.mem.place(l))
	mk := d.u.freshShadow(sv, r.Var, old, mirror)
	if a, ok := mk[0].(*ast.Assign); ok && len(mk) == 1 && d.appendsBehind(r.Var) {
		if made, ok := a.Rhs[0].(*ast.Call); ok && made.Fun.Builtin == "make" {
			a.Rhs = []ast.Expr{builtin("make", made.T, made.Args[0], builtin("cap", intType, &ast.Ref{Var: r.Var}))}
		}
	}
	if isPointer(r.Var.Type) && !mirror && !d.u.linked(r.Var.Type) && d.u.opaquePointee(r.Var.Type) == nil {
		return unlessNil(sv, r.Var, mk)
	}
	if d.forward {
		return mk
	}
	return boxedHere(mk, r.Var.Type)
}

// sharesWithin reports whether two slices or pointers with floats, that lead on from a location, may lead to the same memory.
func (m *memory) sharesWithin(l *location) bool {
	seen := map[*location]bool{}
	shares := false
	var visit func(l *location, many bool)
	visit = func(l *location, many bool) {
		l = l.find()
		m.cellsIn(l, func(c *location) {
			if !refers(c.typ) || !ast.Carries(c.typ) {
				return
			}
			for h := c; h.find() != l && h.holder != nil; h = h.holder.find() {
				many = many || isArray(h.holder.find().typ)
			}
			t := m.targetOf(c).find()
			if many || seen[t] {
				shares = true
				return
			}
			seen[t] = true
			visit(t, !isPointer(c.typ))
		})
	}
	visit(l, isArray(l.typ))
	return shares
}

// checkResultApart refuses a call whose result may share memory with an argument where somebody writes to it afterwards: the shadow of
// the result is apart.
func (d *derivation) checkResultApart(s ast.Stmt, l ast.Expr, c *ast.Call) {
	if d.u.returnsApart(c.Fun.Fn) {
		return
	}
	given := d.mem.given(c)
	changes := func(l *location) bool { return d.outlook.changes(l, s) }
	if d.outlook == nil {
		written := d.writtenCells()
		changes = func(l *location) bool { return written[l] }
	}
	d.mem.behind(d.mem.place(l), map[*location]bool{}, func(c2 *location) {
		if c2 = c2.find(); given[c2] && d.act.active(c2) && changes(c2) {
			refuse(s.Info().Pos, "what %s returns may share memory with what it is given, and it is written afterwards; that is not supported yet of a function with a rule or with //godiff:nodiff", c.Fun.Fn.Name())
		}
	})
}

// returnsApart reports whether the results of a function lead to no memory that is there when it is called. What a caller's variables lead
// to may be both, at different times.
func (u *Unit) returnsApart(fn *types.Func) bool {
	s := u.summary(fn)
	if s == nil {
		return false
	}
	outer, apart := s.mem.outer(), true
	for _, r := range s.mem.fn.Results {
		s.mem.behind(s.mem.variable(r), map[*location]bool{}, func(c *location) { apart = apart && !outer[c.find()] })
	}
	return apart
}

// ruleBack reverses a call by its rule.
func (r *reverser) ruleBack(s ast.Stmt, n *splitNote) []ast.Stmt {
	b := &ruleCall{r: r, s: s, n: n}
	c, rule := n.call, n.rule
	if n.saved != nil {
		b.args = []ast.Expr{after(s)(&ast.Ref{Var: n.saved})}
	} else {
		b.primals()
	}
	for i, l := range n.lhs {
		if t := c.Fun.Fn.Signature().Results().At(i).Type(); ast.Carries(t) {
			b.adjoint(l, t)
		}
	}
	for _, i := range rule.Wrt {
		b.shadow(c.Args[i])
	}
	for _, i := range rule.Wrt {
		if ast.ShapeOf(c.Args[i].Type()) == ast.ValueLike {
			b.returned(c.Args[i])
		}
	}
	return b.statements()
}

// A ruleCall is the call of a rule in the reverse sweep that is being put together.
type ruleCall struct {
	r *reverser
	s ast.Stmt
	n *splitNote

	args   []ast.Expr
	lhs    []ast.Expr
	before []ast.Stmt
	zeros  []ast.Stmt
	after  []ast.Stmt
}

// primals adds the arguments and the results of the primal call. What is put in front of it to keep shadows changes no argument, but the
// memory of one is wanted as the call leaves it.
func (b *ruleCall) primals() {
	c := b.n.call
	read := b.r.before(b.s)
	if len(b.n.reshapes) > 0 {
		read = ahead(b.s)
	}
	for _, x := range c.Args {
		b.given(x, read)
	}
	for i, l := range b.n.lhs {
		b.result(l, c.Fun.Fn.Signature().Results().At(i).Type())
	}
}

// given adds an argument of the primal call, if the rule reads it.
func (b *ruleCall) given(x ast.Expr, read reader) {
	if ref, ok := x.(*ast.Ref); !b.n.rule.reads(len(b.args)) && !(ok && b.r.isInput(ref.Var)) {
		x = zeroOf(x.Type())
	}
	b.args = append(b.args, b.withMemory(read(x)))
}

// result adds a result of the primal call, if the rule reads it.
func (b *ruleCall) result(l ast.Expr, t types.Type) {
	if l == nil || !b.n.rule.reads(len(b.args)) {
		b.args = append(b.args, zeroOf(t))
		return
	}
	b.args = append(b.args, b.withMemory(after(b.s)(l)))
}

// withMemory asks for the contents of the memory behind the past value that is the next argument too, if the rule reads them.
func (b *ruleCall) withMemory(e ast.Expr) ast.Expr {
	if p, ok := e.(*ast.Past); ok && hasRefs(p.X.Type()) && b.r.u.readsMemory(b.n.rule, len(b.args)) {
		return &ast.Past{X: p.X, At: p.At, After: p.After, Memory: true}
	}
	return e
}

// isInput reports whether v is an input that keeps its value.
func (d *derivation) isInput(v *ast.Var) bool {
	return slices.Contains(d.fn.Inputs(), v) && !assigns(d.fn.Body, v)
}

// adjoint adds the adjoint of a result.
func (b *ruleCall) adjoint(l ast.Expr, t types.Type) {
	r, s := b.r, b.s
	held := l != nil && r.holdsActive(l)
	reached := l != nil && r.reachesActive(l)
	var floats ast.Expr
	if held {
		floats = r.place(l, r.before(s))
		if !declaresVar(s, l) {
			b.zeros = append(b.zeros, r.zero(floats))
		}
	}
	switch {
	case !hasLinks(t) && held:
		b.args = append(b.args, floats)
	case !hasLinks(t):
		b.args = append(b.args, zeroOf(t))
	case reached && ast.ShapeOf(t) == ast.ReferenceLike:
		b.args = append(b.args, r.value(l, after(b.n.last)))
	default:
		var from ast.Expr
		if reached {
			from = r.value(l, after(b.n.last))
		}
		b.args = append(b.args, b.temporary("d"+placeName(l), after(s)(l), from))
		if held {
			b.before = append(b.before, addValues(b.args[len(b.args)-1], floats)...)
		}
	}
}

// temporary returns a variable with a shadow of a value: with the slices and pointers of another shadow, or all zero if from is nil.
func (b *ruleCall) temporary(name string, value, from ast.Expr) ast.Expr {
	v := ast.NewVar(name, value.Type())
	b.r.isShadow[v] = true
	ref := &ast.Ref{Var: v}
	if from != nil {
		b.before = append(b.before, define(v, headers(from, true)))
		return ref
	}
	u := b.r.u
	if len(u.opaqueWithin(value.Type())) > 0 {
		of := ast.NewVar(strings.TrimPrefix(name, "d"), value.Type()) // it may be asked for more than once, and its address taken
		b.before = append(b.before, define(of, value))
		b.before = append(b.before, u.freshShadow(v, of, false, false)...)
		return ref
	}
	if p := ast.Pointee(value.Type()); p != nil {
		b.before = append(b.before, define(v, u.shadowCall(value, value.Type())))
		return ref
	}
	e, more := u.zeroShadow(ref, value, value.Type(), 0)
	b.before = append(append(b.before, define(v, e)), more...)
	return ref
}

// shadow adds the shadow of a parameter that is not value-like; one that is not active gets a shadow that nobody reads.
func (b *ruleCall) shadow(x ast.Expr) {
	r, s := b.r, b.s
	past := r.before(s)
	if ast.HoldsFloatsByValue(x.Type()) {
		refuse(s.Info().Pos, "a rule is given an interface that may hold floats by value, which it could not add to; let the interface hold a pointer")
	}
	if isNil(x) { // its type need not be that of the parameter
		b.args = append(b.args, x)
		return
	}
	switch ast.ShapeOf(x.Type()) {
	case ast.ReferenceLike:
		switch {
		case r.reachesActive(x):
			b.args = append(b.args, r.value(x, past))
		default:
			b.args = append(b.args, b.temporary("d"+placeName(x), past(x), nil))
		}
	case ast.Mixed:
		var from ast.Expr
		if r.reachesActive(x) {
			from = r.value(x, past)
		}
		ref, _ := b.temporary("d"+placeName(x), past(x), from).(*ast.Ref)
		b.args = append(b.args, &ast.Addr{X: ref, T: types.NewPointer(x.Type())})
		if r.holdsActive(x) {
			b.after = append(b.after, r.pushArgument(s, x, ref)...)
		}
	}
}

// returned adds a result of the rule, the adjoint of a value-like parameter.
func (b *ruleCall) returned(x ast.Expr) {
	if !b.r.act.depends(x) {
		b.lhs = append(b.lhs, nil)
		return
	}
	v := &ast.Ref{Var: ast.NewVar("d"+placeName(x), x.Type())}
	b.lhs = append(b.lhs, v)
	b.after = append(b.after, b.r.pushArgument(b.s, x, v)...)
}

// statements returns the call of the rule and what goes before and after it.
func (b *ruleCall) statements() []ast.Stmt {
	fn := b.n.rule.Fn
	call := &ast.Call{Fun: ast.Callee{Fn: fn, Method: fn.Signature().Recv() != nil}, Args: b.args, T: resultType(fn.Signature())}
	s := ast.Stmt(&ast.Do{Call: call})
	if slices.ContainsFunc(b.lhs, func(l ast.Expr) bool { return l != nil }) {
		s = &ast.Assign{Lhs: b.lhs, Op: token.DEFINE, Rhs: []ast.Expr{call}}
	}
	return slices.Concat(b.before, []ast.Stmt{s}, b.restore(), b.zeros, b.after)
}

// memory returns what has the value of e at a point, with the contents of its memory of then: e itself where nobody has written there
// since, else a copy that the forward sweep makes. What the statement at the point writes counts as of before.
func (v *resolver) memory(e ast.Expr, u use) ast.Expr {
	written := map[*location]bool{}
	v.mem.writes(u.it.stmt, func(c *location) { written[c.find()] = true })
	at, now := u, false // now: the statement writes there
	v.mem.reachedBy(e, func(c *location) { now = now || written[c.find()] })
	if now {
		if !v.leavesAlone(u.it, e) {
			refuse(u.it.stmt.Info().Pos, "a rule wants the memory of %s as this statement leaves it, and the statement assigns to it too; assign to another variable", placeName(e))
		}
		at.after = true
	}
	later := false
	v.mem.reachedBy(e, func(c *location) { later = later || v.overwritten(c, at) })
	if _, isAddr := e.(*ast.Addr); !later && isAddr {
		return v.value(e, at) // of what lies there after the statement
	}
	if !later {
		return v.value(e, u)
	}
	u = v.ahead(e, at)
	if t := e.Type(); ast.IsBoxed(t) || ast.Opaque(t, v.u.Pkg) {
		return v.remember(&ast.Call{Fun: ast.Callee{Copied: "Copy"}, Args: []ast.Expr{e}, T: t}, u)
	}
	if p := ast.Pointee(e.Type()); p != nil && isStruct(p) {
		x, isAddr := e.(*ast.Addr)
		if isAddr && isPlace(x.X) || v.selects(e, u.it.stmt) {
			from := e
			if isAddr {
				from = x.X
			}
			return v.remember(&ast.Addr{X: v.copyStruct(from, p, u, placeName(from)), T: e.Type()}, u)
		}
	}
	return v.remember(v.copyOf(e, u, placeName(e)), u)
}

// ahead returns a point before the outermost loops around a point, inside of the area, in which nothing writes the slice e or its
// elements, as far as that is known of: a copy there serves all iterations.
func (v *resolver) ahead(e ast.Expr, u use) use {
	for _, loop := range loopsWithin(u.it.part, u.ctx.area.part) {
		if !slices.ContainsFunc(v.hist.ahead[loop], func(x ast.Expr) bool { return ast.Equal(x.(*ast.Index).X, e) }) || !v.untouched(e.(*ast.Ref), loop) {
			break
		}
		u = use{loop, false, u.ctx}
	}
	return u
}

// untouched reports whether a slice is there before a loop, and nothing in the loop writes it or its elements.
func (v *resolver) untouched(x *ast.Ref, loop *item) bool {
	ok := v.declaredOutside(loop, x.Var)
	see := func(c *location) {
		for _, pos := range v.hist.log.at[c.find()] {
			ok = ok && (pos < loop.pos || pos >= loop.end)
		}
	}
	v.mem.cellsIn(v.mem.variable(x.Var), see)
	v.mem.reachedBy(x, see)
	return ok
}

// selects reports whether the function called at a statement surely selects from what its argument e points to.
func (v *resolver) selects(e ast.Expr, s ast.Stmt) bool {
	c := v.calls[s].call
	f, i := v.u.Lower(c.Fun.Fn), slices.Index(c.Args, e)
	return f != nil && i >= 0 && derefs(f, func(ast.Stmt) bool { return false })[f.Inputs()[i]]
}

// copyOf is a copy of e, a part of a named argument, and of the memory that it reaches.
func (v *resolver) copyOf(e ast.Expr, u use, name string) ast.Expr {
	t := e.Type()
	switch elem := elemType(t); {
	case !hasRefs(t):
		return e
	case isStruct(t):
		return v.copyStruct(e, t, u, name)
	case elem != nil && isSlice(t) && !hasRefs(elem):
		none := &ast.Convert{X: &ast.Name{Obj: types.Universe.Lookup("nil"), T: t}, T: t}
		kept := builtin("append", t, none, e)
		kept.Spread = true
		return kept
	}
	refuse(u.it.stmt.Info().Pos, "a rule wants the memory of %s as it was here, and it is written later; a copy of %s is not supported yet", name, t)
	return nil
}

// copyStruct is copyOf for a struct at e, or where e points.
func (v *resolver) copyStruct(e ast.Expr, t types.Type, u use, name string) *ast.Composite {
	lit := &ast.Composite{T: t}
	for _, f := range namedFields(t.Underlying().(*types.Struct)) {
		if !f.Exported() && f.Pkg() != v.u.Pkg {
			refuse(u.it.stmt.Info().Pos, "a rule wants the memory of %s as it was here, and it is written later; field %s of %s is not exported", name, f.Name(), t)
		}
		lit.Elems = append(lit.Elems, ast.Elem{Field: f, Value: v.copyOf(&ast.Field{X: e, Field: f}, u, name)})
	}
	return lit
}

func isSlice(t types.Type) bool {
	_, ok := t.Underlying().(*types.Slice)
	return ok
}
