package lower

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Range over functions, in place.
//
// Where the function that is ranged over calls the body of the loop in one place, and does nothing more when the body says that it has
// enough, both are put where the loop stands:
//
//	for a, b := range pairs(ps) {          for i := range ps {
//	    if a == b { break }                    for j := range i {
//	    u += f(a, b)                               a, b := &ps[i], &ps[j]
//	}                                              if a == b { break loop }
//	                                               u += f(a, b)
//	                                           }
//	                                       }

// InPlace returns f with the functions that it ranges over in place, as far as lower knows their bodies and may lets them be copied.
func (t *Instances) InPlace(f *ast.Func, lower func(*types.Func) *ast.Func, may func(*types.Func) bool) *ast.Func {
	p := &placer{instances: t, lower: lower, may: may, in: f, names: map[string]bool{}, given: map[*ast.Var]bool{}}
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		if l := ast.LabelOf(s); l != nil {
			p.names[l.Name] = true
		}
		return true
	})
	body := p.block(f.Body)
	if !p.changed {
		return f
	}
	g := *f
	g.Body = p.withoutCopies(body)
	return &g
}

// withoutCopies replaces what the functions were given, as it was then, by the variables that had it, where these never change.
func (p *placer) withoutCopies(b *ast.Block) *ast.Block {
	x := &placing{values: map[*ast.Var]ast.Expr{}}
	ast.Inspect(b, func(s ast.Stmt) bool {
		list, _ := s.(*ast.Block)
		if list == nil {
			return true
		}
		for _, s := range list.Stmts { // and not those of headers, which stay
			a, ok := s.(*ast.Assign)
			if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
				continue
			}
			v, w := variable(a.Lhs[0]), variable(a.Rhs[0])
			if v != nil && w != nil && p.given[v] && !assigned(b, v) && !assigned(b, w) {
				x.values[v] = &ast.Ref{Var: w}
			}
		}
		return true
	})
	for v, e := range x.values {
		for w := variable(e); x.values[w] != nil; w = variable(e) {
			e = x.values[w]
		}
		x.values[v] = e
	}
	var without func(b *ast.Block) *ast.Block
	without = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			if a, ok := s.(*ast.Assign); ok && len(a.Lhs) == 1 && x.values[variable(a.Lhs[0])] != nil {
				continue
			}
			out.Stmts = append(out.Stmts, mapBlocks(s, without))
		}
		return out
	}
	return x.stmt(without(b)).(*ast.Block)
}

// variable returns the variable that an expression is, or nil.
func variable(e ast.Expr) *ast.Var {
	if r, ok := e.(*ast.Ref); ok {
		return r.Var
	}
	return nil
}

// A placer puts functions in place.
type placer struct {
	instances *Instances
	lower     func(*types.Func) *ast.Func
	may       func(*types.Func) bool
	in        *ast.Func
	names     map[string]bool   // of labels
	given     map[*ast.Var]bool // variables that functions in place are given
	changed   bool
}

func (p *placer) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for i := 0; i < len(b.Stmts); i++ {
		s := b.Stmts[i]
		x := p.loop(s)
		if x == nil {
			out.Stmts = append(out.Stmts, mapBlocks(s, p.block))
			continue
		}
		p.changed = true
		if x.returned != nil && !usesVar(x.placed, x.returned) {
			i++ // the question whether the body has returned
			out.Stmts = slices.DeleteFunc(out.Stmts, x.declares)
		}
		out.Stmts = append(out.Stmts, x.placed...)
	}
	return out
}

// loop puts a call that is given the body of a loop in place, or returns nil.
func (p *placer) loop(s ast.Stmt) *placing {
	do, ok := s.(*ast.Do)
	if !ok || do.Defer {
		return nil
	}
	over := p.instances.byFn[do.Call.Fun.Fn]
	if over == nil || len(over.bindings) != 1 || over.bindings[0].value.fn == nil || !p.may(over.Fn) {
		return nil
	}
	body := p.instances.byFn[over.bindings[0].value.fn]
	if body == nil || body.iteration == nil || body.iteration.kept {
		return nil
	}
	around, inner := p.lower(over.Fn), p.lower(body.Fn)
	if around == nil || inner == nil || !p.callsOnce(around.Body, over.Fn, body.Fn) {
		return nil
	}
	x := &placing{placer: p, of: body, inner: inner, end: &ast.Label{Name: "end"}}
	x.prepareReturns(do.Call)
	list := x.given(around, do.Call.Args, len(around.Inputs()))
	list = append(list, x.list(x.copied(around.Body).Stmts, nil, true)...)
	if x.failed {
		return nil
	}
	for _, a := range do.Call.Args {
		p.given[variable(a)] = true
	}
	x.placed = escape(list, x.end)
	return x
}

// callsOnce reports whether a body calls a function once, and neither itself nor what is given that function, and defers nothing.
func (p *placer) callsOnce(b *ast.Block, self, fn *types.Func) bool {
	calls, other := 0, false
	ast.Inspect(b, func(s ast.Stmt) bool {
		do, ok := s.(*ast.Do)
		other = other || ok && do.Defer
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if c, ok := e.(*ast.Call); ok && c.Fun.Fn == fn {
					calls++
				} else if ok && c.Fun.Fn != nil && (c.Fun.Fn == self || p.isGiven(c.Fun.Fn, fn)) {
					other = true
				}
				return true
			})
		})
		return true
	})
	return calls == 1 && !other
}

// isGiven reports whether what is called is given a function.
func (p *placer) isGiven(called, fn *types.Func) bool {
	i := p.instances.byFn[called]
	return i != nil && slices.ContainsFunc(i.bindings, func(b binding) bool { return b.value.fn == fn })
}

// A placing is one loop that is put in place.
type placing struct {
	*placer
	of     *Instance // the body as a function
	inner  *ast.Func
	end    *ast.Label // behind what is ranged over
	placed []ast.Stmt // what comes of it

	returned *ast.Var   // set where the body returns from the function around it; nil where it does not
	results  []*ast.Var // what it returns then

	last   *placedLoop // after which nothing comes
	values map[*ast.Var]ast.Expr
	failed bool
}

// A placedLoop is a loop of what is ranged over.
type placedLoop struct{ label *ast.Label }

func (p *placer) label(l *placedLoop) *ast.Label {
	for k := 1; l.label == nil; k++ {
		name := "loop"
		if k > 1 {
			name = fmt.Sprint("loop", k)
		}
		if !p.names[name] {
			p.names[name], l.label = true, &ast.Label{Name: name}
		}
	}
	return l.label
}

// given defines the parameters of a function by the arguments of a call. What points to a variable is replaced by its address and, among
// the first n, what is never changed by the variable that it is given.
func (x *placing) given(f *ast.Func, args []ast.Expr, n int) []ast.Stmt {
	x.values = map[*ast.Var]ast.Expr{}
	a := &ast.Assign{Meta: ast.Meta{Pos: f.Pos}, Op: token.DEFINE}
	for i, v := range f.Inputs() {
		if i >= len(args) {
			x.failed = true
			return nil
		}
		arg := args[i]
		switch {
		case isAddress(arg) && !assigned(f.Body, v):
			x.values[v] = arg
		case i < n && isConstantRef(arg, x.in, x.inner, f) && !assigned(f.Body, v):
			x.values[v] = arg
		case i >= n && isNamed(arg, v.Name) && !assigned(f.Body, v):
			x.values[v] = arg // which changes only when the body is done with it
		case v.Blank():
			if !isSimple(arg) {
				a.Lhs, a.Rhs = append(a.Lhs, nil), append(a.Rhs, arg)
			}
		default:
			own := &ast.Var{Name: v.Name, Type: v.Type, Obj: v.Obj}
			x.values[v] = &ast.Ref{Var: own}
			a.Lhs, a.Rhs = append(a.Lhs, &ast.Ref{Var: own}), append(a.Rhs, arg)
		}
	}
	if len(a.Lhs) == 0 {
		return nil
	}
	if !slices.ContainsFunc(a.Lhs, func(e ast.Expr) bool { return e != nil }) {
		a.Op = token.ASSIGN
	}
	return spread(a)
}

// prepareReturns finds the variables in which the body says what it returns from the function around it: they are among what it captures.
func (x *placing) prepareReturns(c *ast.Call) {
	it, args := x.of.iteration, c.Args
	if it.inner {
		return
	}
	if c.Fun.Method {
		args = args[1:] // what belongs to functions that are given stands behind a receiver
	}
	vars := map[types.Object]*ast.Var{}
	for i, b := range x.of.captured {
		if isAddress(args[i]) {
			vars[b.obj] = args[i].(*ast.Addr).X.(*ast.Ref).Var
		}
	}
	x.returned = vars[it.returned]
	for _, r := range it.results {
		x.results = append(x.results, vars[r])
	}
}

// returnOf returns the return that the last statements of a list stand for, which say that the body returns and what, and the others:
//
//	result, returned = v, true           return v
//	return false
func (x *placing) returnOf(list []ast.Stmt) (rest []ast.Stmt, r *ast.Return) {
	n := len(list)
	if x.returned == nil || n == 0 || !assignsTo(list[n-1], []*ast.Var{x.returned}) {
		return nil, nil
	}
	r = &ast.Return{Meta: ast.Meta{Pos: list[n-1].Info().Pos}}
	if len(x.results) == 0 {
		return list[:n-1], r
	}
	if n == 1 || !assignsTo(list[n-2], x.results) {
		if !x.of.iteration.assigns {
			return nil, nil
		}
		r.Results = ast.Refs(x.results)
		return list[:n-1], r
	}
	a := list[n-2].(*ast.Assign)
	r.Meta, r.Results = a.Meta, a.Rhs
	return list[:n-2], r
}

// assignsTo reports whether a statement assigns to variables.
func assignsTo(s ast.Stmt, vars []*ast.Var) bool {
	a, ok := s.(*ast.Assign)
	return ok && a.Op == token.ASSIGN && slices.EqualFunc(a.Lhs, vars, func(e ast.Expr, v *ast.Var) bool {
		r, ok := e.(*ast.Ref)
		return ok && r.Var == v
	})
}

// declares reports whether a statement declares one of the variables in which the body says what it returns.
func (x *placing) declares(s ast.Stmt) bool {
	d, ok := s.(*ast.Decl)
	return ok && len(d.Vars) == 1 && (d.Vars[0] == x.returned || slices.Contains(x.results, d.Vars[0]))
}

func usesVar(list []ast.Stmt, v *ast.Var) bool {
	found := false
	ast.Inspect(&ast.Block{Stmts: list}, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			found = found || ast.Any(e, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && r.Var == v })
		})
		return !found
	})
	return found
}

// isNamed reports whether e is a variable with a name.
func isNamed(e ast.Expr, name string) bool {
	r, ok := e.(*ast.Ref)
	return ok && r.Var.Name == name
}

// isAddress reports whether e is the address of a variable.
func isAddress(e ast.Expr) bool {
	a, ok := e.(*ast.Addr)
	if !ok {
		return false
	}
	_, ok = a.X.(*ast.Ref)
	return ok
}

// isConstantRef reports whether e is a variable that none of the functions changes or takes the address of.
func isConstantRef(e ast.Expr, in ...*ast.Func) bool {
	r, ok := e.(*ast.Ref)
	if !ok {
		return false
	}
	for _, f := range in {
		if assigned(f.Body, r.Var) {
			return false
		}
	}
	return true
}

// assigned reports whether a variable, or a part of it, is assigned to after its definition, or its address taken.
func assigned(b *ast.Block, v *ast.Var) bool {
	found := false
	ast.Inspect(b, func(s ast.Stmt) bool {
		a, isAssign := s.(*ast.Assign)
		r, isRange := s.(*ast.Range)
		defines := isAssign && a.Op == token.DEFINE || isRange && r.Define
		ast.Exprs(s, func(e ast.Expr, lhs bool) {
			if ref, ok := e.(*ast.Ref); lhs && defines && ok && !ref.Again {
				return
			}
			found = found || lhs && ast.RootVar(e) == v || ast.Any(e, func(e ast.Expr) bool {
				addr, ok := e.(*ast.Addr)
				return ok && ast.RootVar(addr.X) == v
			})
		})
		if isAssign && a.Op != token.DEFINE && a.Op != token.ASSIGN {
			found = found || ast.RootVar(a.Lhs[0]) == v
		}
		return !found
	})
	return found
}

// copied returns a copy of a body with variables of its own and the values of its parameters.
func (x *placing) copied(b *ast.Block) *ast.Block {
	ast.Inspect(b, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			if x.values[v] == nil {
				x.values[v] = &ast.Ref{Var: &ast.Var{Name: v.Name, Type: v.Type, Obj: v.Obj}}
			}
		}
		return true
	})
	return x.stmt(b).(*ast.Block)
}

func (x *placing) stmt(s ast.Stmt) ast.Stmt {
	t := ast.MapExprs(s, func(e ast.Expr) ast.Expr { return ast.Map(e, x.expr) }, x.stmt)
	if d, ok := t.(*ast.Decl); ok {
		vars := make([]*ast.Var, len(d.Vars))
		for i, v := range d.Vars {
			vars[i] = v
			if r, ok := x.values[v].(*ast.Ref); ok {
				vars[i] = r.Var
			}
		}
		d.Vars = vars
	}
	return t
}

// expr replaces a variable, and what leads through the address of one.
func (x *placing) expr(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Ref:
		if v := x.values[e.Var]; v != nil {
			if r, ok := v.(*ast.Ref); ok && e.Again {
				return &ast.Ref{Var: r.Var, Again: true}
			}
			return v
		}
	case *ast.Deref:
		if a, ok := e.X.(*ast.Addr); ok {
			return a.X
		}
	case *ast.Field:
		if a, ok := e.X.(*ast.Addr); ok {
			return &ast.Field{X: a.X, Field: e.Field, Implicit: e.Implicit}
		}
	case *ast.Index:
		if a, ok := e.X.(*ast.Addr); ok {
			return &ast.Index{X: a.X, I: e.I, T: e.T}
		}
	case *ast.Slice:
		if a, ok := e.X.(*ast.Addr); ok {
			return &ast.Slice{X: a.X, Lo: e.Lo, Hi: e.Hi, Max: e.Max, T: e.T}
		}
	}
	return e
}

// list puts the body of the loop into statements of what is ranged over. Tail says that what follows them is the next iteration of the
// loop around them or, where there is none, the end.
func (x *placing) list(list []ast.Stmt, loops []*placedLoop, tail bool) []ast.Stmt {
	var out []ast.Stmt
	for i, s := range list {
		last := tail && i == len(list)-1
		switch t := s.(type) {
		case *ast.Return:
			out = append(out, x.leave(t.Meta, loops, 0))
			continue
		case *ast.For:
			cond, c := x.asked(t.Cond)
			if c != nil && last && len(loops) == 0 {
				n := *t
				n.Cond = cond
				ask := &ast.If{Meta: ast.Meta{Pos: t.Pos}, Cond: &ast.Unary{Op: token.NOT, X: c}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{}}}}
				n.Body = &ast.Block{Meta: t.Body.Meta, Stmts: append([]ast.Stmt{ask}, t.Body.Stmts...)}
				s = &n
			}
		case *ast.If:
			if c := x.notCalled(t.Cond); c != nil && t.Init == nil && t.Else == nil && onlyReturns(t.Then) {
				out = append(out, x.body(c, loops, last)...)
				continue
			}
		case *ast.Do:
			if x.called(t.Call) != nil && last && len(loops) == 0 {
				out = append(out, x.body(t.Call, loops, last)...)
				continue
			}
		}
		if x.mentions(s) {
			x.failed = true
			return nil
		}
		out = append(out, x.within(s, loops, last))
	}
	return out
}

// within puts the body into the blocks of a statement.
func (x *placing) within(s ast.Stmt, loops []*placedLoop, last bool) ast.Stmt {
	if !isLoopStmt(s) {
		return mapBlocks(s, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: x.list(b.Stmts, loops, last)} })
	}
	l := &placedLoop{label: ast.LabelOf(s)}
	if len(loops) == 0 && last {
		x.last = l
	}
	inner := append(loops[:len(loops):len(loops)], l)
	s = mapBlocks(s, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: x.list(b.Stmts, inner, true)} })
	if len(loops) == 0 {
		x.last = nil
	}
	return labelled(s, l.label)
}

// called returns the call of the body that an expression is, or nil.
func (x *placing) called(e ast.Expr) *ast.Call {
	if c, ok := e.(*ast.Call); ok && c.Fun.Fn == x.of.Fn {
		return c
	}
	return nil
}

// notCalled returns the call of the body that a condition is the opposite of, or nil.
func (x *placing) notCalled(e ast.Expr) *ast.Call {
	if u, ok := e.(*ast.Unary); ok && u.Op == token.NOT {
		return x.called(u.X)
	}
	return nil
}

// asked returns the call of the body that a condition ends with, and what must hold before.
func (x *placing) asked(e ast.Expr) (before ast.Expr, c *ast.Call) {
	if b, ok := e.(*ast.Binary); ok && b.Op == token.LAND {
		return b.X, x.called(b.Y)
	}
	return nil, x.called(e)
}

// mentions reports whether the own expressions of a statement call the body.
func (x *placing) mentions(s ast.Stmt) bool {
	found := false
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		found = found || ast.Any(e, func(e ast.Expr) bool { return x.called(e) != nil })
	})
	return found
}

func onlyReturns(b *ast.Block) bool {
	if len(b.Stmts) != 1 {
		return false
	}
	_, ok := b.Stmts[0].(*ast.Return)
	return ok
}

// leave ends what is ranged over, from within as many loops of the body as depth says.
func (x *placing) leave(m ast.Meta, loops []*placedLoop, depth int) ast.Stmt {
	b := &ast.Branch{Meta: ast.Meta{Pos: m.Pos}, Tok: token.BREAK, Target: x.end}
	switch {
	case len(loops) == 0 || loops[0] != x.last:
	case len(loops) == 1 && depth == 0:
		b.Target = nil
	default:
		b.Target = x.label(loops[0])
	}
	return b
}

// body returns the body of the loop in place of a call of it. Last says that the next iteration of the loop around it follows.
func (x *placing) body(c *ast.Call, loops []*placedLoop, last bool) []ast.Stmt {
	y := &placing{placer: x.placer, of: x.of, inner: x.inner, end: x.end, last: x.last, returned: x.returned, results: x.results}
	list := y.given(x.inner, c.Args, len(x.of.captured))
	next := &ast.Label{Name: "next"}
	list = append(list, y.returns(y.copied(x.inner.Body).Stmts, loops, 0, true, func(depth int) ast.Stmt {
		if last && len(loops) > 0 && depth == 0 {
			return &ast.Branch{Tok: token.CONTINUE}
		}
		return &ast.Branch{Tok: token.BREAK, Target: next}
	})...)
	x.failed = x.failed || y.failed
	return escape(list, next)
}

// returns makes jumps of the returns of the body: of those that go on, what next says. Tail says that nothing follows the list.
func (x *placing) returns(list []ast.Stmt, loops []*placedLoop, depth int, tail bool, next func(depth int) ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for i, s := range list {
		last := tail && i == len(list)-1
		if r, ok := s.(*ast.Return); ok {
			switch {
			case len(r.Results) != 1 || !isBool(r.Results[0], true) && !isBool(r.Results[0], false):
				x.failed = true
			case isBool(r.Results[0], false):
				if kept, back := x.returnOf(out); back != nil {
					out = append(kept, back)
					continue
				}
				out = append(out, x.leave(r.Meta, loops, depth))
			case !last:
				b := next(depth)
				b.Info().Pos = r.Pos
				out = append(out, b)
			}
			continue
		}
		inside, ends := depth, last
		if isLoopStmt(s) {
			inside, ends = depth+1, false
		}
		out = append(out, mapBlocks(s, func(b *ast.Block) *ast.Block {
			return &ast.Block{Meta: b.Meta, Stmts: x.returns(b.Stmts, loops, inside, ends, next)}
		}))
	}
	return out
}

// labelled returns a loop with a label.
func labelled(s ast.Stmt, label *ast.Label) ast.Stmt {
	switch s := s.(type) {
	case *ast.For:
		c := *s
		c.Label = label
		return &c
	case *ast.Range:
		c := *s
		c.Label = label
		return &c
	}
	return s
}
