package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Several directions at once (vector mode: Griewank & Walther, §3.1 and §3.2).
//
// A derivative is linear in its tangents or adjoints, and what it computes beside them is the same for all. So one that has an array of
// them where there was one goes along several directions for the price of one run of the function. Each statement that computes a tangent
// becomes a loop over the directions, and neighbours share one:
//
//	exp := math.Exp(-c[1] * t)
//	for k := range 4 {
//		dr[i][k] = dc[0][k]*exp - dc[1][k]*c[0]*exp*t
//	}
//	r[i] = c[0]*exp - ys[i]
//
// It is done for functions whose tangents are numbers and slices and arrays of them. Structs of them would need types of their own.
type lanes struct {
	u    *Unit
	n    int64 // the directions
	wide map[*ast.Var]bool
	vars map[*ast.Var]*ast.Var
	all  []*ast.Func             // the functions that have wide variables, callers first
	made map[*ast.Func]*ast.Func // what has become of them
	uses map[*ast.Var]int        // of the variables of the function at hand
	news bool                    // a variable has become wide
}

// oneByOne is the panic that ends the attempt.
type oneByOne struct{}

// atOnce returns a derivative along n directions at once, given which of its inputs are tangents or adjoints, or nil where they must come
// one after the other.
func (u *Unit) atOnce(f *ast.Func, n int64, seeds ...*ast.Var) (g *ast.Func) {
	if n < 2 || u.Disable["lanes"] {
		return nil
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case oneByOne:
			g = nil
		default:
			panic(r)
		}
	}()
	l := &lanes{u: u, n: n, wide: map[*ast.Var]bool{}, vars: map[*ast.Var]*ast.Var{}, made: map[*ast.Func]*ast.Func{}}
	list := u.complete(f)
	for _, v := range seeds {
		l.widen(v)
	}
	for l.news = true; l.news; {
		l.news = false
		for _, f := range list {
			l.mark(f)
		}
	}
	for _, f := range list {
		if slices.ContainsFunc(slices.Concat(f.Inputs(), f.Results), func(v *ast.Var) bool { return l.wide[v] }) {
			if !l.isDerivative(f) {
				panic(oneByOne{}) // a hook, say
			}
			l.declare(f)
		} else if l.touches(f) {
			panic(oneByOne{}) // what it shares with its caller is not seen
		}
	}
	for _, f := range l.all {
		l.made[f].Body = l.body(f)
	}
	for _, f := range l.all {
		l.register(f)
	}
	return l.made[f]
}

// isDerivative reports whether a function is a derivative, of a callee or asked for.
func (l *lanes) isDerivative(f *ast.Func) bool {
	return slices.Contains(l.u.made, f) || slices.ContainsFunc(l.u.order, func(h *helper) bool { return h.owns(f) && (h.parallel == nil || f != h.parallel.primal) })
}

// complete builds what a derivative calls and returns it and them, but for rules.
func (u *Unit) complete(f *ast.Func) []*ast.Func {
	defer func(file string) { u.File = file }(u.File)
	var list []*ast.Func
	for _, g := range u.build([]*ast.Func{f}, map[*ast.Func]bool{}, &refusals{}) {
		if !u.isCopy(g) && !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	return list
}

func (l *lanes) widen(v *ast.Var) {
	if v == nil {
		panic(oneByOne{})
	}
	if !l.wide[v] {
		l.wideType(v.Type)
		l.wide[v], l.news = true, true
	}
}

// wideType returns the type of n numbers in place of one, or of slices or arrays of them.
func (l *lanes) wideType(t types.Type) types.Type {
	if ast.IsFloat(t) {
		return types.NewArray(t, l.n)
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		return types.NewSlice(l.wideType(t.Elem()))
	case *types.Array:
		return types.NewArray(l.wideType(t.Elem()), t.Len())
	}
	panic(oneByOne{})
}

// isWide reports whether e is a place, or a part of a slice, that holds tangents.
func (l *lanes) isWide(e ast.Expr) bool {
	if g := l.callee(e); g != nil {
		return len(g.Results) == 1 && l.wide[g.Results[0]]
	}
	return l.wide[rootOf(e)]
}

// callee returns the derivative that e is a call of, or nil. Rules that stand in the output are called along one direction after the other,
// as those of package math.
func (l *lanes) callee(e ast.Expr) *ast.Func {
	c, ok := e.(*ast.Call)
	if !ok || c.Fun.Gen == nil || l.u.isCopy(c.Fun.Gen) {
		return nil
	}
	return c.Fun.Gen
}

// mentions reports whether the value of e depends on tangents: their number and whether there are any do not count.
func (l *lanes) mentions(e ast.Expr) bool {
	found := false
	ast.Walk(e, func(e ast.Expr) bool {
		if c, ok := e.(*ast.Call); ok && (c.Fun.Builtin == "len" || c.Fun.Builtin == "cap") {
			return false
		}
		if b, ok := e.(*ast.Binary); ok && (isNil(b.X) || isNil(b.Y)) {
			return false
		}
		found = found || l.isWide(e)
		return !found
	})
	return found
}

// mark finds variables of a function that are wide.
func (l *lanes) mark(f *ast.Func) {
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		l.flows(assignedBy(s))
		switch s := s.(type) {
		case *ast.Range:
			if v, ok := s.Value.(*ast.Ref); ok && (l.isWide(s.X) || !ast.IsFloat(v.Var.Type)) {
				l.flow(v, &ast.Index{X: s.X, I: intNumber(0), T: v.Var.Type})
			}
		case *ast.Return:
			l.flows(ast.Refs(f.Results), s.Results)
		}
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if g := l.callee(e); g != nil {
					args := e.(*ast.Call).Args
					if len(args) != len(g.Inputs()) {
						panic(oneByOne{})
					}
					for i, p := range g.Inputs() {
						l.flow(&ast.Ref{Var: p}, args[i])
					}
				}
				return true
			})
		})
		return true
	})
}

// flows is flow for several places, and as many values or one call.
func (l *lanes) flows(lhs, rhs []ast.Expr) {
	if len(rhs) == 0 {
		return
	}
	g := l.callee(rhs[0])
	for i, x := range lhs {
		switch {
		case x == nil:
		case len(lhs) == len(rhs):
			l.flow(x, rhs[i])
		case g != nil:
			l.flow(x, &ast.Ref{Var: g.Results[i]})
			if ast.IsFloat(x.Type()) && l.wide[rootOf(x)] {
				l.widen(g.Results[i])
			}
		case l.wide[rootOf(x)] || l.mentions(rhs[0]):
			panic(oneByOne{})
		}
	}
}

// flow says that a value goes to a place. What holds tangents makes the place wide; slices and arrays are alike, whichever way.
func (l *lanes) flow(place, value ast.Expr) {
	if ast.IsFloat(place.Type()) {
		if l.mentions(value) {
			l.widen(rootOf(place))
		}
		if g := l.callee(value); g != nil && l.wide[rootOf(place)] {
			l.widen(g.Results[0])
		}
		return
	}
	if !ast.Carries(place.Type()) {
		return
	}
	list := []*ast.Var{rootOf(place)}
	ast.Walk(value, func(e ast.Expr) bool {
		switch c, ok := e.(*ast.Call); {
		case l.callee(e) != nil:
			if g := l.callee(e); len(g.Results) == 1 {
				list = append(list, g.Results[0])
			}
			return false
		case ast.IsFloat(e.Type()):
			if l.mentions(e) {
				l.widen(list[0])
			}
			return false
		case ast.Carries(e.Type()) && rootOf(e) != nil:
			list = append(list, rootOf(e))
			return false
		case ok && (c.Fun.Builtin == "len" || c.Fun.Builtin == "cap"):
			return false
		}
		return true
	})
	if slices.ContainsFunc(list, func(v *ast.Var) bool { return l.wide[v] }) {
		for _, v := range list {
			l.widen(v)
		}
	}
}

// touches reports whether a function has wide variables.
func (l *lanes) touches(f *ast.Func) bool {
	found := false
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		r, ok := e.(*ast.Ref)
		found = found || ok && l.wide[r.Var]
	})
	return found
}

// declare makes the function that a function becomes, without its body.
func (l *lanes) declare(f *ast.Func) {
	g := *f
	g.Name = l.u.free(fmt.Sprint(f.Name, "By", l.n))
	g.Recv, g.Params, g.Results, g.Body = nil, nil, nil, nil
	if f.Recv != nil {
		g.Recv = l.variable(f.Recv)
	}
	for _, v := range f.Params {
		g.Params = append(g.Params, l.variable(v))
	}
	for _, v := range f.Results {
		g.Results = append(g.Results, l.variable(v))
	}
	g.Doc = strings.Replace(f.Doc, f.Name, g.Name, 1) + fmt.Sprintf("\nIt goes along %d directions at once.", l.n)
	l.made[f] = &g
	l.all = append(l.all, f)
}

// register makes what has been made known to the unit.
func (l *lanes) register(f *ast.Func) {
	g := l.made[f]
	for _, x := range l.u.explained {
		if x.Func == f {
			y := *x
			y.Func = g
			l.u.explained = append(l.u.explained, &y)
			break
		}
	}
	if i := slices.Index(l.u.made, f); i >= 0 {
		l.u.made[i] = g
		return
	}
	for _, h := range l.u.order {
		if h.owns(f) {
			l.u.wides = append(l.u.wides, &Helper{Of: h.f.Obj, File: h.file, Funcs: []*ast.Func{g}})
		}
	}
}

// meta returns what a statement carries, in the new variables.
func (l *lanes) meta(m ast.Meta) ast.Meta {
	m.Named = slices.Clone(m.Named)
	for i, v := range m.Named {
		m.Named[i] = l.variable(v)
	}
	return m
}

func (l *lanes) variable(v *ast.Var) *ast.Var {
	w := l.vars[v]
	if w == nil {
		c := *v
		if l.wide[v] {
			c.Type, c.Obj = l.wideType(v.Type), nil
		}
		w = &c
		l.vars[v] = w
	}
	return w
}

func (l *lanes) body(f *ast.Func) *ast.Block {
	l.uses = map[*ast.Var]int{}
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			l.uses[r.Var]++
		}
	})
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		if a, ok := s.(*ast.Assign); ok {
			for _, v := range ast.Defined(a) {
				l.uses[v]-- // a definition is none
			}
		}
		return true
	})
	for _, v := range f.Results {
		l.uses[v]++ // by the caller
	}
	return l.block(f, f.Body)
}

// A lane is an assignment of a number along each direction, or the declaration of one.
type lane struct {
	place ast.Expr
	op    token.Token
	value ast.Expr // nil for zero
	meta  ast.Meta
}

// block returns a block of a function in the new variables.
func (l *lanes) block(f *ast.Func, b *ast.Block) *ast.Block {
	if b == nil {
		return nil
	}
	w := &laneWriter{lanes: l, f: f}
	for _, s := range b.Stmts {
		w.write(s)
	}
	w.flush()
	c := *b
	c.Stmts = w.out
	return &c
}

// A laneWriter writes the statements of a block of a function.
type laneWriter struct {
	*lanes
	f    *ast.Func
	out  []ast.Stmt
	open []*lane // that have not been written
}

func (w *laneWriter) flush() {
	w.out = append(w.out, w.loop(w.open)...)
	w.open = nil
}

func (w *laneWriter) write(s ast.Stmt) {
	if list, ok := w.lanesOf(s); ok {
		for _, p := range list {
			w.add(p)
		}
		return
	}
	t := w.stmt(s)
	w.flush()
	w.out = append(w.out, t)
}

// add adds an assignment along each direction. Derivatives that it calls are called along all of them at once.
func (w *laneWriter) add(p *lane) {
	switch {
	case p.value == nil:
	case isCall(p.value) && w.isWide(p.value) && isSet(p.op):
		w.flush()
		call := w.callArgs(p.value)
		w.flush()
		w.out = append(w.out, &ast.Assign{Meta: p.meta, Lhs: []ast.Expr{w.expr(p.place)}, Op: p.op, Rhs: []ast.Expr{w.expr(call)}})
		return
	default:
		p.value = ast.Map(p.value, func(e ast.Expr) ast.Expr {
			if isCall(e) && w.isWide(e) {
				return w.placeFor("t", w.callArgs(e))
			}
			return e
		})
	}
	w.open = append(w.open, p)
}

// placeFor returns a place that holds a number along each direction: a variable that is set before the statement at hand, or the number
// itself.
func (w *laneWriter) placeFor(name string, e ast.Expr) ast.Expr {
	if w.isWide(e) && !isCall(e) {
		return e
	}
	v := ast.NewVar(name, e.Type())
	w.wide[v], w.uses[v] = true, math.MaxInt // it stays outside of the loop
	x := &ast.Ref{Var: v}
	if isCall(e) && w.isWide(e) {
		w.flush()
		w.out = append(w.out, define(w.variable(v), w.expr(e)))
	} else {
		w.open = append(w.open, &lane{place: x, op: token.DEFINE, value: e})
	}
	return x
}

func isSet(op token.Token) bool { return op == token.ASSIGN || op == token.DEFINE }

func isCall(e ast.Expr) bool {
	_, ok := e.(*ast.Call)
	return ok
}

// lanesOf returns a statement as assignments along each direction, if it is one of numbers.
func (l *lanes) lanesOf(s ast.Stmt) ([]*lane, bool) {
	switch s := s.(type) {
	case *ast.Assign:
		if len(s.Lhs) != 1 || len(s.Rhs) != 1 || s.Lhs[0] == nil || !ast.IsFloat(s.Lhs[0].Type()) || !l.isWide(s.Lhs[0]) {
			return nil, false
		}
		p := &lane{place: s.Lhs[0], op: s.Op, value: s.Rhs[0], meta: l.meta(s.Meta)}
		if isZero(p.value) && isSet(p.op) {
			p.value = nil
		}
		return []*lane{p}, true
	case *ast.Decl:
		var list []*lane
		for i, v := range s.Vars {
			if !ast.IsFloat(v.Type) || !l.wide[v] || len(s.Values) != 0 && len(s.Values) != len(s.Vars) {
				return nil, false
			}
			p := &lane{place: &ast.Ref{Var: v}, op: token.DEFINE}
			if len(s.Values) > 0 {
				p.value = s.Values[i]
			}
			if i == 0 {
				p.meta = l.meta(s.Meta)
			}
			list = append(list, p)
		}
		return list, true
	}
	return nil, false
}

// loop writes assignments along each direction that follow each other.
func (l *lanes) loop(list []*lane) []ast.Stmt {
	if len(list) == 0 {
		return nil
	}
	if !slices.ContainsFunc(list, func(p *lane) bool { return p.value != nil && !(isSet(p.op) && l.isWide(p.value)) }) {
		return l.copies(list)
	}
	// Numbers that nothing but the loop uses are its own.
	within := map[*ast.Var]int{}
	count := func(e ast.Expr) {
		ast.Walk(e, func(e ast.Expr) bool {
			if r, ok := e.(*ast.Ref); ok {
				within[r.Var]++
			}
			return true
		})
	}
	for _, p := range list {
		if p.op != token.DEFINE {
			count(p.place)
		}
		if !isSet(p.op) {
			count(p.place) // read and written
		}
		count(p.value)
	}
	own := map[*ast.Var]bool{}
	var out, decls []ast.Stmt
	for _, p := range list {
		r, ok := p.place.(*ast.Ref)
		switch {
		case !ok || p.op != token.DEFINE || r.Again:
		case within[r.Var] >= l.uses[r.Var]:
			own[r.Var] = true
			l.vars[r.Var] = ast.NewVar(r.Var.Name, r.Var.Type)
		default:
			decls = addDecl(decls, l.variable(r.Var))
		}
	}
	k := ast.NewVar("k", intType)
	body := &ast.Block{}
	for _, p := range list {
		op, value := p.op, p.value
		if r, ok := p.place.(*ast.Ref); ok && op == token.DEFINE && !own[r.Var] {
			if value == nil {
				continue // it has just been declared
			}
			op = token.ASSIGN
		}
		if value == nil {
			value = number(0, p.place.Type())
		} else {
			value = l.hoist(value, &out)
		}
		body.Stmts = append(body.Stmts, &ast.Assign{Meta: p.meta, Lhs: []ast.Expr{l.along(p.place, k, own)}, Op: op, Rhs: []ast.Expr{l.along(value, k, own)}})
	}
	out = append(decls, append(out, &ast.Range{X: intNumber(l.n), Key: &ast.Ref{Var: k}, Define: true, Body: body})...)
	ast.Inherit(out, body.Stmts[0])
	liftComments(out, body.Stmts)
	return out
}

// addDecl adds a variable to declarations, beside those of its type.
func addDecl(decls []ast.Stmt, v *ast.Var) []ast.Stmt {
	for _, s := range decls {
		if d, ok := s.(*ast.Decl); ok && types.Identical(d.Vars[0].Type, v.Type) {
			d.Vars = append(d.Vars, v)
			return decls
		}
	}
	return append(decls, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
}

// liftComments takes headings of sweeps out of a loop, and comments that are about all of it.
func liftComments(out, body []ast.Stmt) {
	first := body[0].Info()
	heading, rest := first.Comment, ""
	if slices.ContainsFunc(body[1:], func(s ast.Stmt) bool { return s.Info().Comment != "" }) {
		heading, rest = cutHeading(first.Comment)
	}
	if heading == "" {
		return
	}
	first.Comment = rest
	at := out[len(out)-1].Info() // the loop
	if strings.HasPrefix(heading, "\n") || strings.HasPrefix(heading, "Forward sweep") {
		at = out[0].Info()
	}
	at.Comment, at.Named, first.Named = heading, first.Named, nil
}

// cutHeading separates the heading of a sweep from what follows it in a comment.
func cutHeading(comment string) (heading, rest string) {
	i := strings.Index(comment, "sweep")
	if !strings.HasPrefix(comment, "\nReverse sweep.") && !strings.HasPrefix(comment, "Forward sweep") || i < 0 {
		return "", comment
	}
	if end := strings.Index(comment[i:], "\n"); end >= 0 {
		return comment[:i+end], comment[i+end+1:]
	}
	return comment, ""
}

// copies writes assignments of places and zeros without a loop.
func (l *lanes) copies(list []*lane) []ast.Stmt {
	var out []ast.Stmt
	for _, p := range list {
		place := l.expr(p.place)
		switch r, ok := place.(*ast.Ref); {
		case p.value != nil:
			out = append(out, &ast.Assign{Meta: p.meta, Lhs: []ast.Expr{place}, Op: p.op, Rhs: []ast.Expr{l.expr(p.value)}})
		case ok && p.op == token.DEFINE:
			out = append(out, &ast.Decl{Meta: p.meta, Vars: []*ast.Var{r.Var}, Typed: true})
		default:
			out = append(out, &ast.Assign{Meta: p.meta, Lhs: []ast.Expr{place}, Op: p.op, Rhs: []ast.Expr{ast.Zero(place.Type())}})
		}
	}
	return out
}

// hoist takes calls that are the same along all directions out of a value.
func (l *lanes) hoist(e ast.Expr, out *[]ast.Stmt) ast.Expr {
	c, ok := e.(*ast.Call)
	switch {
	case !ok || c.Fun.Builtin != "" || l.mentions(e):
		return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return l.hoist(x, out) })
	case !ast.IsFloat(c.T) || !l.isPure(c):
		panic(oneByOne{})
	}
	v := ast.NewVar("t", c.T)
	if c.Fun.Fn != nil {
		v.Name = ast.LowerFirst(c.Fun.Fn.Name())
	}
	l.vars[v] = v
	*out = append(*out, define(v, l.expr(e)))
	return &ast.Ref{Var: v}
}

// isPure reports whether a call of a function that is none of our derivatives returns a number and does nothing else.
func (l *lanes) isPure(c *ast.Call) bool {
	switch f := c.Fun; {
	case f.Fn != nil:
		return l.u.mathematical(f.Fn) || l.u.leavesOnlyNumbers(f.Fn)
	case f.Gen != nil:
		return l.u.isCopy(f.Gen)
	default:
		return f.Copied != "" || f.Builtin == "min" || f.Builtin == "max"
	}
}

// along returns a number along direction k.
func (l *lanes) along(e ast.Expr, k *ast.Var, own map[*ast.Var]bool) ast.Expr {
	if r, ok := e.(*ast.Ref); ok && own[r.Var] {
		return &ast.Ref{Var: l.vars[r.Var]}
	}
	if !isCall(e) && ast.IsFloat(e.Type()) && l.isWide(e) {
		return &ast.Index{X: l.expr(e), I: &ast.Ref{Var: k}, T: e.Type()}
	}
	if !l.mentions(e) {
		return l.expr(e)
	}
	if c, ok := e.(*ast.Call); ok {
		if !l.isPure(c) || slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return l.mentions(x) && !ast.IsFloat(x.Type()) }) {
			panic(oneByOne{})
		}
	}
	if !ast.IsFloat(e.Type()) {
		panic(oneByOne{})
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return l.along(x, k, own) })
}

// callArgs returns a call of a derivative with places in place of numbers that go along the directions.
func (w *laneWriter) callArgs(e ast.Expr) ast.Expr {
	c := *e.(*ast.Call)
	c.Args = slices.Clone(c.Args)
	for i, p := range c.Fun.Gen.Inputs() {
		switch x := c.Args[i]; {
		case w.wide[p] && ast.IsFloat(p.Type):
			c.Args[i] = w.placeFor(p.Name, x)
		case w.wide[p] && !w.isWide(x) && !isNil(x):
			panic(oneByOne{})
		case !w.wide[p] && w.mentions(x):
			panic(oneByOne{})
		}
	}
	return &c
}

// prepared returns e with callArgs, if it is a call of a function that goes along the directions.
func (w *laneWriter) prepared(e ast.Expr) ast.Expr {
	if w.made[w.callee(e)] != nil {
		return w.callArgs(e)
	}
	return e
}

// stmt returns a statement that is no assignment along each direction.
func (w *laneWriter) stmt(s ast.Stmt) ast.Stmt {
	switch s := s.(type) {
	case *ast.Assign:
		c := *s
		c.Meta, c.Lhs, c.Rhs = w.meta(s.Meta), w.exprs(s.Lhs), w.values(s.Lhs, s.Rhs)
		return &c
	case *ast.Decl:
		c := *s
		c.Meta, c.Vars, c.Values = w.meta(s.Meta), nil, w.values(ast.Refs(s.Vars), s.Values)
		for _, v := range s.Vars {
			c.Vars = append(c.Vars, w.variable(v))
		}
		return &c
	case *ast.If:
		c := *s
		c.Meta, c.Init, c.Cond = w.meta(s.Meta), w.header(s.Init), w.passive(s.Cond)
		c.Then, c.Else = w.block(w.f, s.Then), w.block(w.f, s.Else)
		return &c
	case *ast.For:
		c := *s
		c.Meta, c.Init, c.Cond, c.Post = w.meta(s.Meta), w.header(s.Init), w.passive(s.Cond), w.header(s.Post)
		c.Body = w.block(w.f, s.Body)
		return &c
	case *ast.Range:
		if s.IsParallel() {
			panic(oneByOne{})
		}
		c := *s
		c.Meta, c.X, c.Key, c.Value = w.meta(s.Meta), w.expr(s.X), w.expr(s.Key), w.expr(s.Value)
		c.Body = w.block(w.f, s.Body)
		return &c
	case *ast.Return:
		c := *s
		c.Meta, c.Results = w.meta(s.Meta), w.values(ast.Refs(w.f.Results), s.Results)
		return &c
	case *ast.Do:
		c := *s
		c.Meta, c.Call = w.meta(s.Meta), w.effect(s.Call)
		return &c
	case *ast.Block:
		return w.block(w.f, s)
	case *ast.Branch:
		return s
	}
	panic(oneByOne{})
}

// header returns a statement of the header of a loop or condition, before which none can stand.
func (w *laneWriter) header(s ast.Stmt) ast.Stmt {
	if s == nil {
		return nil
	}
	h := &laneWriter{lanes: w.lanes, f: w.f}
	h.write(s)
	if len(h.out) != 1 || len(h.open) > 0 {
		panic(oneByOne{})
	}
	return h.out[0]
}

// effect returns a call for its effects.
func (w *laneWriter) effect(c *ast.Call) *ast.Call {
	switch b := c.Fun.Builtin; {
	case w.made[w.callee(c)] != nil, !w.mentions(c):
	case (b == "copy" || b == "clear") && !slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return !w.isWide(x) }):
	default:
		panic(oneByOne{})
	}
	c, _ = w.expr(w.prepared(c)).(*ast.Call)
	return c
}

// values returns what goes to places: as many values, or one call.
func (w *laneWriter) values(places, values []ast.Expr) []ast.Expr {
	var list []ast.Expr
	for i, e := range values {
		e = w.prepared(e)
		if len(places) == len(values) {
			list = append(list, w.valueFor(places[i], e))
		} else {
			list = append(list, w.expr(e))
		}
	}
	return list
}

// passive returns an expression that may not depend on tangents.
func (l *lanes) passive(e ast.Expr) ast.Expr {
	if l.mentions(e) {
		panic(oneByOne{})
	}
	return l.expr(e)
}

// valueFor returns a value that goes to a place.
func (w *laneWriter) valueFor(place, e ast.Expr) ast.Expr {
	c, ok := e.(*ast.Call)
	switch {
	case place != nil && w.wide[rootOf(place)]:
		return w.whole(rootOf(place).Name, e)
	case ok && c.Fun.Builtin == "copy": // which returns a number of elements
		return w.expr(e)
	}
	return w.passive(e)
}

// whole returns a number along each direction, which has a name if it needs a variable, or a slice or array of them.
func (w *laneWriter) whole(name string, e ast.Expr) ast.Expr {
	t := w.wideType(e.Type())
	if ast.IsFloat(e.Type()) {
		if isZero(e) {
			return ast.Zero(t)
		}
		return w.expr(w.placeFor(name, e))
	}
	switch e := e.(type) {
	case *ast.Name:
		if isNil(e) {
			return &ast.Name{Obj: e.Obj, T: t}
		}
	case *ast.Convert:
		if isNil(e.X) {
			return &ast.Convert{X: e.X, T: t}
		}
	case *ast.Composite:
		c := &ast.Composite{T: t}
		for _, elem := range e.Elems {
			c.Elems = append(c.Elems, ast.Elem{Key: w.passive(elem.Key), Value: w.whole("t", elem.Value)})
		}
		return c
	case *ast.Call:
		switch {
		case e.Fun.Builtin == "make":
			c := *e
			c.T, c.Args = t, nil
			for _, x := range e.Args {
				c.Args = append(c.Args, w.passive(x))
			}
			return &c
		case e.Fun.Builtin == "append":
			c := *e
			c.T, c.Args = t, nil
			for _, x := range e.Args {
				c.Args = append(c.Args, w.whole("t", x))
			}
			return &c
		case w.isWide(e):
			return w.expr(e)
		}
	default:
		if w.isWide(e) {
			return w.expr(e)
		}
	}
	panic(oneByOne{})
}

// expr returns an expression in the new variables.
func (l *lanes) expr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	switch e := e.(type) {
	case *ast.Ref:
		return &ast.Ref{Var: l.variable(e.Var), Again: e.Again}
	case *ast.Index:
		x := l.expr(e.X)
		t := e.T
		if l.isWide(e) {
			t = elemType(x.Type())
		}
		return &ast.Index{X: x, I: l.passive(e.I), T: t}
	case *ast.Slice:
		x := l.expr(e.X)
		c := &ast.Slice{X: x, Lo: l.passive(e.Lo), Hi: l.passive(e.Hi), Max: l.passive(e.Max), T: e.T}
		if l.isWide(e) {
			c.T = l.wideType(e.T)
		}
		return c
	case *ast.Call:
		c := *e
		c.Args = l.exprs(e.Args)
		if c.Fun.Value != nil {
			c.Fun.Value = l.passive(e.Fun.Value)
		}
		if g := l.made[e.Fun.Gen]; g != nil {
			c.Fun.Gen = g
			c.T = tupleOf(varTypes(g.Results)...)
		}
		return &c
	case *ast.Field, *ast.Deref, *ast.Addr:
		if l.mentions(e) {
			panic(oneByOne{})
		}
	}
	return ast.MapOperands(e, l.expr)
}

func (l *lanes) exprs(list []ast.Expr) []ast.Expr {
	var out []ast.Expr
	for _, e := range list {
		out = append(out, l.expr(e))
	}
	return out
}
