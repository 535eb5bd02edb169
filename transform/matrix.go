package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"github.com/godiff/godiff/ast"
)

// Jacobians and Hessians are made of products, along one unit vector after the other:
//
//	hx = make([][]float64, len(x))
//	v := make([]float64, len(x))
//	for i := range hx {
//		v[i] = 1
//		hx[i] = fHVP(x, v)
//		v[i] = 0
//	}
//	return hx
//
// A Jacobian is made of rows by reverse mode where the results are numbers, and else of rows or of columns, by forward mode, whichever are
// fewer (Griewank & Walther, §3.1 and §3.2). Where only one of the modes can derive f, it is made by that.
type matrix struct {
	u    *Unit
	f    *ast.Func // what the matrix is of
	g    *ast.Func
	args []ast.Expr // those of f
	x    *ast.Var   // with respect to which
	elem types.Type // of x
	out  *ast.Var   // the matrix
	err  *ast.Var   // nil if f returns none

	second bool // it is a Hessian, the Jacobian of a gradient

	before int // how much had been explained before the products
}

// newMatrix returns a matrix of f whose types are those of another function with the same inputs, which the products are of.
func (u *Unit) newMatrix(f, typed *ast.Func, sig ast.Signature, name string) *matrix {
	m := &matrix{u: u, f: f, before: len(u.explained), g: &ast.Func{Name: name, Pkg: u.Pkg, Pos: f.Pos, TypeParams: typed.TypeParams, Variadic: f.Variadic}}
	inputs := typed.Inputs()
	param := func(p ast.Param) *ast.Var {
		v := ast.NewVar(p.Name, inputs[p.Index].Type)
		m.args = append(m.args, &ast.Ref{Var: v})
		return v
	}
	if sig.Recv != nil {
		m.g.Recv = param(*sig.Recv)
	}
	for _, p := range sig.Params {
		m.g.Params = append(m.g.Params, param(p))
	}
	m.x = m.args[sig.Results[0].Index].(*ast.Ref).Var
	m.elem, _ = ast.FloatElem(m.x.Type)
	if fixedLength(m.x.Type) == 0 {
		refuse(f.Pos, "%s of %s has no elements, and so no derivatives", m.x.Name, f.Name)
	}
	m.out = ast.NewVar(sig.Results[0].Name, m.elem)
	if !ast.IsFloat(sig.Results[0].Type) {
		m.out.Type = types.NewSlice(types.NewSlice(m.elem))
	}
	m.g.Results = []*ast.Var{m.out}
	if len(sig.Results) > 1 {
		m.err = ast.NewVar(sig.Results[1].Name, sig.Results[1].Type)
		m.g.Results = append(m.g.Results, m.err)
	}
	return m
}

// checkAgain refuses a function that is run several times and has effects.
func (m *matrix) checkAgain(mode ast.Mode) {
	sum := m.u.summary(m.f.Obj)
	outer := sum.mem.outer()
	if sum.outward || sum.effects || slices.ContainsFunc(sum.appends, func(l *location) bool { return outer[l.find()] }) {
		refuse(m.f.Pos, "%s has effects, and a %s runs it several times: it writes memory that its caller sees, or calls what may have effects", m.f.Name, mode)
	}
}

// call defines variables as the results of a call, the error excepted, and returns at once where it fails.
func (m *matrix) call(fn ast.Callee, results []*ast.Var, args ...ast.Expr) []ast.Stmt {
	of := m.f.Results
	if fn.Gen != nil {
		of = fn.Gen.Results
	}
	ts := varTypes(of)
	for i, v := range results {
		if v != nil {
			ts[i] = v.Type // of a generic function that of the instance
		}
	}
	c := &ast.Call{Fun: fn, Args: args, T: tupleOf(ts...), Spread: fn.Fn != nil && m.f.Variadic}
	var fails []ast.Stmt
	if m.err != nil {
		err := ast.NewVar("err", m.err.Type)
		results = append(slices.Clone(results), err)
		cond := &ast.Binary{Op: token.NEQ, X: &ast.Ref{Var: err}, Y: nilExpr(err.Type), T: types.Typ[types.Bool]}
		none := []ast.Expr{zeroOf(m.out.Type), &ast.Ref{Var: err}}
		fails = []ast.Stmt{&ast.If{Cond: cond, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Return{Results: none}}}}}
	}
	a := &ast.Assign{Op: token.ASSIGN, Rhs: []ast.Expr{c}}
	for _, v := range results {
		if v == nil {
			a.Lhs = append(a.Lhs, nil)
		} else {
			a.Lhs, a.Op = append(a.Lhs, &ast.Ref{Var: v}), token.DEFINE
		}
	}
	if a.Op == token.ASSIGN {
		return []ast.Stmt{&ast.Do{Call: c}}
	}
	return append([]ast.Stmt{a}, fails...)
}

// numbers returns how many results a function has beside its error.
func (m *matrix) numbers(of *ast.Func) int { return len(of.Results) - btoi(m.err != nil) }

// zeros declares a slice or array of zeros, as long as another.
func zeros(name string, t types.Type, like *ast.Var) (*ast.Var, ast.Stmt) {
	v := ast.NewVar(name, t)
	if isSlice(t) {
		return v, define(v, builtin("make", t, length(&ast.Ref{Var: like})))
	}
	return v, &ast.Decl{Vars: []*ast.Var{v}, Typed: true}
}

// set sets an element of a vector.
func (m *matrix) set(v, i *ast.Var, value float64) ast.Stmt {
	return set(elementAt(v, &ast.Ref{Var: i}), token.ASSIGN, number(value, elemType(v.Type)))
}

// row puts a number, slice or array of floats in the matrix.
func (m *matrix) row(i ast.Expr, v *ast.Var) ast.Stmt {
	var value ast.Expr = &ast.Ref{Var: v}
	switch {
	case ast.IsFloat(v.Type):
		value = m.single(value)
	case !isSlice(v.Type):
		value = full(value)
	}
	return set(m.at(i), token.ASSIGN, value)
}

func (m *matrix) at(i ast.Expr) ast.Expr { return elementAt(m.out, i) }

// rows makes the matrix, of n rows.
func (m *matrix) rows(n ast.Expr) ast.Stmt {
	return set(&ast.Ref{Var: m.out}, token.ASSIGN, builtin("make", m.out.Type, n))
}

func (m *matrix) finish(body []ast.Stmt) *ast.Func { return m.returns(append(body, m.done())...) }

// done returns the matrix.
func (m *matrix) done() ast.Stmt {
	results := ast.Refs(m.g.Results)
	if m.err != nil {
		results[1] = nilExpr(m.err.Type)
	}
	return &ast.Return{Results: results}
}

func (m *matrix) returns(body ...ast.Stmt) *ast.Func {
	m.g.Body = &ast.Block{Stmts: body}
	if m.u.Explaining {
		x := &Explanation{Func: m.g, Of: m.f, From: m.f, Wrt: []string{m.x.Name}, Active: []*ast.Var{m.x}}
		for _, f := range CalledGen(m.g) {
			x.Remarks = append(x.Remarks, &Remark{Topic: Calls, Pos: m.f.Pos, Name: f.Name, Text: "of which the matrix is made"})
		}
		m.u.explained = slices.Insert(m.u.explained, m.before, x)
	}
	m.u.made = append(m.u.made, m.g)
	return m.g
}

// hessian makes a Hessian of Hessian-vector products.
func (m *matrix) hessian(hvp *ast.Func) *ast.Func {
	m.g.Doc = fmt.Sprintf("%s returns the Hessian of %s with respect to %s: its second derivatives, a row for each element.", m.g.Name, docName(m.f), m.x.Name)
	fn := ast.Callee{Gen: hvp}
	if ast.IsFloat(m.x.Type) {
		m.g.Doc = fmt.Sprintf("%s returns the second derivative of %s with respect to %s.", m.g.Name, docName(m.f), m.x.Name)
		call := &ast.Call{Fun: fn, Args: append(m.args, number(1, m.elem)), T: m.elem}
		if m.err != nil {
			call.T = tupleOf(m.elem, m.err.Type)
		}
		return m.returns(&ast.Return{Results: []ast.Expr{call}})
	}
	m.second = true
	if all := m.columnsAtOnce(hvp); all != nil {
		return m.finish(all)
	}
	m.checkAgain(ast.Hessian)
	if wide := m.some(hvp, m.x, 1); wide != nil {
		return m.finish(append([]ast.Stmt{m.rows(length(&ast.Ref{Var: m.x})), m.emptyRows()}, m.someColumns(wide)...))
	}
	v, start := zeros("v", m.x.Type, m.x)
	i, h := ast.NewVar("i", intType), ast.NewVar("h", m.x.Type)
	loop := &ast.Block{Stmts: []ast.Stmt{m.set(v, i, 1)}}
	loop.Stmts = append(loop.Stmts, m.call(fn, []*ast.Var{h}, append(m.args, &ast.Ref{Var: v})...)...)
	loop.Stmts = append(loop.Stmts, m.row(&ast.Ref{Var: i}, h), m.set(v, i, 0))
	body := []ast.Stmt{m.rows(length(&ast.Ref{Var: m.x})), start}
	if isSlice(m.x.Type) { // f is to run once where there is no element, since it may panic or fail
		none := &ast.Binary{Op: token.EQL, X: length(&ast.Ref{Var: m.x}), Y: intNumber(0), T: types.Typ[types.Bool]}
		once := m.call(fn, []*ast.Var{nil}, append(m.args, &ast.Ref{Var: v})...)
		body = append(body, &ast.If{Cond: none, Then: &ast.Block{Stmts: once}})
	}
	return m.finish(append(body, &ast.Range{X: &ast.Ref{Var: m.out}, Key: &ast.Ref{Var: i}, Define: true, Body: loop}))
}

// byRows makes a Jacobian of numbers, of which reverse mode gives a row each.
func (m *matrix) byRows(vjp *ast.Func) *ast.Func {
	m.describe("by reverse mode")
	if all := m.rowsAtOnce(vjp); all != nil {
		return m.finish(all)
	}
	numbers := m.carrying()
	if len(numbers) > 1 {
		m.checkAgain(ast.Jacobian)
	}
	body := []ast.Stmt{m.rows(intNumber(int64(len(numbers))))}
	for k := range numbers {
		var unit []ast.Expr
		for j, r := range numbers {
			unit = append(unit, number(float64(btoi(j == k)), r.Type))
		}
		dx, pull := m.pull(vjp, unit...)
		body = append(body, pull...)
		body = append(body, m.row(intNumber(int64(k)), dx))
	}
	return m.finish(body)
}

// byShape makes a Jacobian of a slice or array: by reverse mode, which gives a row for each element of it, where there are fewer of them
// than of x, and else by forward mode, which gives the columns. One of the modes may be missing.
func (m *matrix) byShape(vjp, jvp *ast.Func) *ast.Func {
	at := slices.IndexFunc(m.f.Results, func(v *ast.Var) bool { return ast.Carries(v.Type) })
	y := ast.NewVar("y", m.f.Results[at].Type)
	var all []ast.Stmt
	switch {
	case jvp == nil:
		m.describe("by reverse mode")
		all = m.rowsAtOnce(vjp)
	case vjp == nil:
		m.describe("by forward mode")
		all = m.columnsAtOnce(jvp)
	default:
		m.describe("by reverse mode where these are fewer than the elements of " + m.x.Name + ", and else by forward mode")
	}
	if all != nil {
		return m.finish(all)
	}
	m.checkAgain(ast.Jacobian)
	if m.u.summary(m.f.Obj).unordered {
		refuse(m.f.Pos, "%s goes through a map, whose order is another each time, and a jacobian runs it several times; go through sorted keys", m.f.Name)
	}
	body := []ast.Stmt{m.rows(length(&ast.Ref{Var: y}))}
	switch {
	case jvp == nil:
		body = append(body, m.fillRows(vjp, y)...)
	case vjp == nil:
		body = append(body, m.fillColumns(jvp)...)
	default:
		fewer := &ast.Binary{Op: token.LSS, X: length(&ast.Ref{Var: y}), Y: length(&ast.Ref{Var: m.x}), T: types.Typ[types.Bool]}
		body = append(body, &ast.If{Cond: fewer, Then: &ast.Block{Stmts: append(m.fillRows(vjp, y), m.done())}})
		body = append(body, m.fillColumns(jvp)...)
	}
	value := make([]*ast.Var, m.numbers(m.f))
	if n := fixedLength(y.Type); n < 0 {
		value[at] = y
	} else if body = withLength(body, y, n); n > 0 && (jvp == nil || fixedLength(m.x.Type) > 0) {
		return m.finish(body) // which runs f
	}
	return m.finish(append(m.call(ast.Callee{Fn: m.f.Obj, Method: m.f.Recv != nil}, value, m.args...), body...))
}

// withLength returns statements in which the length of an array is a number.
func withLength(list []ast.Stmt, v *ast.Var, n int64) []ast.Stmt {
	b := mapAll(&ast.Block{Stmts: list}, func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			if c, ok := e.(*ast.Call); ok && c.Fun.Builtin == "len" && isRefTo(v)(c.Args[0]) {
				return intNumber(n)
			}
			return e
		})
	})
	return b.(*ast.Block).Stmts
}

// byColumns makes a Jacobian of numbers by forward mode.
func (m *matrix) byColumns(jvp *ast.Func) *ast.Func {
	m.describe("by forward mode")
	if all := m.columnsAtOnce(jvp); all != nil {
		return m.finish(all)
	}
	m.checkAgain(ast.Jacobian)
	return m.finish(append([]ast.Stmt{m.rows(intNumber(int64(len(m.carrying()))))}, m.fillColumns(jvp)...))
}

// oneColumn makes a Jacobian with respect to a number.
func (m *matrix) oneColumn(jvp *ast.Func) *ast.Func {
	m.describe("by forward mode")
	results, tangents := m.tangents(jvp)
	body := m.call(ast.Callee{Gen: jvp}, results, append(m.args, number(1, m.elem))...)
	if m.isNumbers() {
		lit := &ast.Composite{T: m.out.Type}
		for _, dy := range tangents {
			lit.Elems = append(lit.Elems, ast.Elem{Value: m.single(convert(&ast.Ref{Var: dy}, m.elem))})
		}
		return m.finish(append(body, set(&ast.Ref{Var: m.out}, token.ASSIGN, lit)))
	}
	dy := tangents[0]
	return m.finish(append(body, m.rows(length(&ast.Ref{Var: dy})), m.over(func(i ast.Expr) ast.Stmt {
		return set(m.at(i), token.ASSIGN, m.single(m.entry(dy, i)))
	})))
}

// columnsAtOnce makes the matrix in one run, if x is an array of a few elements and that can be done, and else returns nil.
func (m *matrix) columnsAtOnce(jvp *ast.Func) []ast.Stmt {
	n := fixedLength(m.x.Type)
	if n != directions(n) {
		return nil
	}
	wide := m.several(jvp, n, len(m.carrying()))
	if wide == nil {
		return nil
	}
	return m.allColumns(wide, n)
}

// rowsAtOnce is columnsAtOnce for a result of a few elements, by reverse mode.
func (m *matrix) rowsAtOnce(vjp *ast.Func) []ast.Stmt {
	n := m.fixedRows()
	if n != directions(n) {
		return nil
	}
	wide := m.several(vjp, n, m.shadowResults())
	if wide == nil {
		return nil
	}
	return append([]ast.Stmt{m.rows(intNumber(n))}, m.allRows(wide, n)...)
}

// fillRows makes the rows, one for each element of y, by reverse mode.
func (m *matrix) fillRows(vjp *ast.Func, y *ast.Var) []ast.Stmt {
	if wide := m.some(vjp, y, m.shadowResults()); wide != nil {
		return m.someRows(wide, y)
	}
	u, start := zeros("u", y.Type, y)
	i := ast.NewVar("i", intType)
	dx, pull := m.pull(vjp, &ast.Ref{Var: u})
	loop := append([]ast.Stmt{m.set(u, i, 1)}, pull...)
	loop = append(loop, m.set(u, i, 0), m.row(&ast.Ref{Var: i}, dx))
	return []ast.Stmt{start, &ast.Range{X: &ast.Ref{Var: m.out}, Key: &ast.Ref{Var: i}, Define: true, Body: &ast.Block{Stmts: loop}}}
}

// pull calls a reverse mode for adjoints of the results, and returns the shadow of x that it makes.
func (m *matrix) pull(vjp *ast.Func, adjoints ...ast.Expr) (dx *ast.Var, stmts []ast.Stmt) {
	args, results := slices.Clone(m.args), make([]*ast.Var, m.numbers(vjp))
	name := "d" + m.x.Name
	if isSlice(m.x.Type) {
		var start ast.Stmt
		dx, start = zeros(name, vjp.Params[len(m.args)].Type, m.x)
		stmts, args = append(stmts, start), append(args, &ast.Ref{Var: dx})
	} else {
		dx = ast.NewVar(name, vjp.Results[len(results)-1].Type)
		results[len(results)-1] = dx
	}
	return dx, append(stmts, m.call(ast.Callee{Gen: vjp}, results, append(args, adjoints...)...)...)
}

// shadowResults returns how many results of a reverse mode are shadows.
func (m *matrix) shadowResults() int { return btoi(!isSlice(m.x.Type)) }

// fillColumns makes rows and fills them by forward mode, which gives a column for each element of x.
func (m *matrix) fillColumns(jvp *ast.Func) []ast.Stmt {
	row := m.emptyRows()
	if wide := m.some(jvp, m.x, len(m.carrying())); wide != nil {
		return append([]ast.Stmt{row}, m.someColumns(wide)...)
	}
	v, start := zeros("v", m.x.Type, m.x)
	j := ast.NewVar("j", intType)
	results, tangents := m.tangents(jvp)
	at := func(i ast.Expr) ast.Expr { return &ast.Index{X: m.at(i), I: &ast.Ref{Var: j}, T: m.elem} }
	loop := []ast.Stmt{m.set(v, j, 1)}
	loop = append(loop, m.call(ast.Callee{Gen: jvp}, results, append(m.args, &ast.Ref{Var: v})...)...)
	if m.isNumbers() {
		for i, dy := range tangents {
			loop = append(loop, set(at(intNumber(int64(i))), token.ASSIGN, convert(&ast.Ref{Var: dy}, m.elem)))
		}
	} else {
		loop = append(loop, m.over(func(i ast.Expr) ast.Stmt { return set(at(i), token.ASSIGN, m.entry(tangents[0], i)) }))
	}
	loop = append(loop, m.set(v, j, 0)) // only now: the tangent of the result may be a part of v
	return []ast.Stmt{row, start, &ast.Range{X: &ast.Ref{Var: v}, Key: &ast.Ref{Var: j}, Define: true, Body: &ast.Block{Stmts: loop}}}
}

// emptyRows makes rows of zeros.
func (m *matrix) emptyRows() ast.Stmt {
	return m.over(func(i ast.Expr) ast.Stmt {
		return set(m.at(i), token.ASSIGN, builtin("make", elemType(m.out.Type), length(&ast.Ref{Var: m.x})))
	})
}

// carrying returns the results that carry derivatives: numbers, or one slice or array. Of a gradient it is like x.
func (m *matrix) carrying() []*ast.Var {
	if m.second {
		return []*ast.Var{m.x}
	}
	var list []*ast.Var
	for _, v := range m.f.Results {
		if ast.Carries(v.Type) {
			list = append(list, v)
		}
	}
	return list
}

// fixedRows returns how many rows there are, or -1 if that is known at run time only.
func (m *matrix) fixedRows() int64 {
	if m.isNumbers() {
		return int64(len(m.carrying()))
	}
	return fixedLength(m.carrying()[0].Type)
}

func (m *matrix) isNumbers() bool { return ast.IsFloat(m.carrying()[0].Type) }

// tangents returns variables for the results of a forward mode, of which only the tangents are used.
func (m *matrix) tangents(jvp *ast.Func) (results, tangents []*ast.Var) {
	n := m.numbers(jvp)
	of := m.carrying()
	for i, v := range of {
		name := v.Name
		if name == "" || len(of) == 1 && !m.f.Named {
			name = "y"
		}
		name = "d" + name
		if m.second {
			name = "h"
		}
		tangents = append(tangents, ast.NewVar(name, jvp.Results[n-len(of)+i].Type))
	}
	return append(make([]*ast.Var, n-len(of)), tangents...), tangents
}

// over goes through the rows.
func (m *matrix) over(body func(i ast.Expr) ast.Stmt) ast.Stmt {
	i := &ast.Ref{Var: ast.NewVar("i", intType)}
	return &ast.Range{X: &ast.Ref{Var: m.out}, Key: i, Define: true, Body: &ast.Block{Stmts: []ast.Stmt{body(i)}}}
}

// entry returns an element of the tangent of the result.
func (m *matrix) entry(dy *ast.Var, i ast.Expr) ast.Expr {
	return convert(elementAt(dy, i), m.elem)
}

// single returns a row of one element.
func (m *matrix) single(e ast.Expr) ast.Expr {
	return &ast.Composite{T: elemType(m.out.Type), Elems: []ast.Elem{{Value: e}}}
}

// fixedLength returns that of an array, 1 for a number, or -1.
func fixedLength(t types.Type) int64 {
	if ast.IsFloat(t) {
		return 1
	}
	if a, ok := t.Underlying().(*types.Array); ok {
		return a.Len()
	}
	return -1
}

// describe documents a Jacobian, of which rows are made in some way.
func (m *matrix) describe(how string) {
	row := "element of the result"
	if m.isNumbers() {
		row = "result"
	}
	m.g.Doc = fmt.Sprintf("%s returns the Jacobian of %s with respect to %s: a row for each %s, %s.", m.g.Name, docName(m.f), m.x.Name, row, how)
}

// With returns a derivative and, of a matrix, the products that it is made of.
func (u *Unit) With(g *ast.Func) []*ast.Func {
	list := []*ast.Func{g}
	for _, f := range CalledGen(g) {
		if slices.Contains(u.made, f) {
			list = append(list, f)
		}
	}
	return list
}

// jacobian derives the Jacobian of f with respect to one input.
func (u *Unit) jacobian(f *ast.Func, sig ast.Signature, wrt []int, name string) *ast.Func {
	m := u.newMatrix(f, f, sig, name)
	product := func(mode ast.Mode) *ast.Func {
		return u.derive(f, mode, signatureOf(f, mode, wrt).AsFunction(), wrt, u.free(ast.LowerFirst(f.Name)+mode.Suffix()))
	}
	rows, cols := m.fixedRows(), fixedLength(m.x.Type)
	few := func(n int64) bool { return n >= 0 && n <= fewDirections }
	fewer := rows >= 0 && rows < cols || cols < 0 && few(rows) || m.isNumbers() && cols < 0 // rows, for all that is known, which need one run if they are few
	others := !fewer && (rows >= 0 && cols >= 0 || few(cols))
	if u.differs(f) { // whatever the lengths are
		fewer, others = m.isNumbers(), !m.isNumbers()
	}
	forward := sync.OnceValue(func() error { return u.derives(f, ast.JVP, wrt) })
	reverse := sync.OnceValue(func() error { return u.derives(f, ast.VJP, wrt) })
	switch {
	case !fewer && forward() != nil:
		fewer, others = true, false
	case !others && reverse() != nil:
		fewer, others = false, true
	}
	if fewer && reverse() != nil || others && forward() != nil {
		panic(forward())
	}
	var vjp, jvp *ast.Func
	if !others {
		vjp = product(ast.VJP)
	}
	if !fewer {
		jvp = product(ast.JVP)
	}
	switch {
	case vjp != nil && m.isNumbers():
		return m.byRows(vjp)
	case vjp == nil && ast.IsFloat(m.x.Type):
		return m.oneColumn(jvp)
	case vjp == nil && m.isNumbers():
		return m.byColumns(jvp)
	}
	return m.byShape(vjp, jvp)
}

// differs reports whether the modes may give different derivatives, since users have their say in one of them: by a hook, or by a rule.
func (u *Unit) differs(f *ast.Func) bool {
	seen := map[*types.Func]bool{}
	var visit func(f *ast.Func) bool
	visit = func(f *ast.Func) bool {
		for _, fn := range calledBy(f) {
			if seen[fn] {
				continue
			}
			seen[fn] = true
			if forward, reverse := u.rulesFor(fn, f.Pkg, true), u.rulesFor(fn, f.Pkg, false); (len(forward) > 0) != (len(reverse) > 0) {
				return true
			}
			if g := u.Lower(fn); g != nil && visit(g) {
				return true
			}
		}
		return false
	}
	return u.summary(f.Obj).hooks || visit(f)
}

// derives returns nil if f can be derived in a mode, or why not.
func (u *Unit) derives(f *ast.Func, mode ast.Mode, wrt []int) error {
	v := u.another()
	_, err := v.Derive(f, mode, wrt, v.free(f.Name+mode.Suffix()))
	if err == nil {
		_, err = v.Helpers()
	}
	return err
}
