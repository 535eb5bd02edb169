package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// A hoister takes what must stand alone out of the expressions of one statement.
type hoister struct {
	*normaliser
	pos    token.Pos // of the statement
	pre    []ast.Stmt
	pinned bool // something that could panic stays in the statement, and is evaluated before what comes next
}

func (h *hoister) exprs(list []ast.Expr) []ast.Expr {
	out := make([]ast.Expr, len(list))
	last := h.last(list, func(e ast.Expr) bool { return h.holds(e, false) })
	for i, e := range list {
		out[i] = h.expr(e, false)
		if i < last {
			out[i] = h.calls(out[i], list[i+1:last+1])
		}
	}
	return h.parts(out)
}

// call hoists from the operands of a call, or whatever else stands alone, but leaves it in place.
func (h *hoister) call(e ast.Expr) ast.Expr {
	e = h.operands(e, false)
	c, ok := e.(*ast.Call)
	if !ok {
		return e
	}
	t := *c
	if t.Args = h.parts(c.Args); slices.Equal(t.Args, c.Args) {
		return e
	}
	return &t
}

// last returns the index of the last expression of a list from which something is hoisted, or -1. What comes before it and may have
// an effect is hoisted too, for it comes first.
func (h *hoister) last(list []ast.Expr, holds func(ast.Expr) bool) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] != nil && holds(list[i]) {
			return i
		}
	}
	return -1
}

// calls hoists all calls from e that come before those in rest, but those of small functions of numbers, whose time nobody can notice: they
// read nothing that the others may write.
func (h *hoister) calls(e ast.Expr, rest []ast.Expr) ast.Expr {
	written := h.writtenBy(rest)
	noticed := func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		if !ok || c.Fun.Fn == nil {
			return false
		}
		return !h.unit.repeats(c.Fun.Fn) || slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return h.readsAny(x, written) })
	}
	var visit func(e ast.Expr) ast.Expr
	visit = func(e ast.Expr) ast.Expr {
		if e == nil || !ast.Any(e, noticed) {
			return e
		}
		b, binary := e.(*ast.Binary)
		if noticed(e) || binary && (b.Op == token.LAND || b.Op == token.LOR) {
			return h.hoist(e, true)
		}
		return ast.MapOperands(e, visit)
	}
	return visit(e)
}

// writtenBy returns the cells that the calls in a list of expressions write.
func (h *hoister) writtenBy(list []ast.Expr) []*location {
	var cells []*location
	for _, e := range list {
		if e != nil {
			h.mem.callWrites(e, func(l *location) { cells = append(cells, l) })
		}
	}
	return cells
}

// readsAny reports whether e reads memory that one of the cells may be, also where a caller lets inputs share memory.
func (h *hoister) readsAny(e ast.Expr, cells []*location) bool {
	found := false
	if len(cells) > 0 {
		h.mem.reads(e, func(l *location) {
			l = l.find()
			shared := l.v == nil || l.addr
			found = found || shared && slices.ContainsFunc(cells, func(c *location) bool { return types.Identical(c.typ, l.typ) })
		})
	}
	return found
}

// expr hoists from e. Passive says that nothing comes of e but a decision or a number without derivative: then a call in it needs no
// derivative, unless it writes active memory.
func (h *hoister) expr(e ast.Expr, passive bool) ast.Expr {
	switch {
	case e == nil || !h.holds(e, passive):
		return e
	case h.mustStandAlone(e, passive):
		return h.hoist(e, passive)
	}
	return h.operands(e, passive)
}

// holds reports whether something must be hoisted from e.
func (h *hoister) holds(e ast.Expr, passive bool) bool {
	if h.mustStandAlone(e, passive) || selected(e) != nil || isNewOf(e) {
		return true
	}
	found := slices.ContainsFunc(ast.Operands(e), func(x ast.Expr) bool { return isGiven(e, x) || h.isFactor(e, x) })
	h.eachOperand(e, passive, func(x ast.Expr, passive bool) { found = found || h.holds(x, passive) })
	return found
}

// eachOperand calls f for the operands of e and whether they are passive.
func (h *hoister) eachOperand(e ast.Expr, passive bool, f func(ast.Expr, bool)) {
	passive = passive && !h.writesMemory(e)
	for _, x := range ast.Operands(e) {
		if !isEmptyBase(e, x) {
			f(x, passive || passiveOperand(e, x))
		}
	}
}

// writesMemory reports whether e is a call that writes memory: what it writes has a derivative, whatever comes of the result.
func (h *hoister) writesMemory(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Fn != nil && h.writes(c)
}

// passiveOperand reports whether an operand of e has no part in the derivative of e.
func passiveOperand(e, x ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Binary:
		return isBoolean(e.T)
	case *ast.Unary:
		return isBoolean(e.X.Type())
	case *ast.Index:
		return x == e.I
	case *ast.Slice:
		return x != e.X
	case *ast.Convert:
		return !ast.Carries(e.T) && !types.IsInterface(e.T)
	case *ast.Call:
		return e.Fun.Builtin == "make"
	}
	return false
}

// mustStandAlone is isAlone for an expression that may be passive.
func (h *hoister) mustStandAlone(e ast.Expr, passive bool) bool {
	if !h.isAlone(e) {
		return false
	}
	c, ok := e.(*ast.Call)
	return !(passive && ok && c.Fun.Fn != nil && !h.writes(c)) || h.foreign(c)
}

// selected returns the literal or call that e selects a part of, or nil.
func selected(e ast.Expr) ast.Expr {
	switch e.(type) {
	case *ast.Field, *ast.Index, *ast.Slice:
	default:
		return nil
	}
	x := ast.Operands(e)[0]
	switch c := x.(type) {
	case *ast.Composite:
		return x
	case *ast.Call:
		if c.Fun.Builtin == "" {
			return x
		}
	}
	return nil
}

// isGiven reports whether the operand x of e is a literal with slices or pointers that a function is called with: its shadow is given to
// the function's derivative.
func isGiven(e, x ast.Expr) bool {
	c, ok := e.(*ast.Call)
	lit, isLit := x.(*ast.Composite)
	return ok && isLit && c.Fun.Fn != nil && hasLinks(lit.T) && !isSlice(lit.T)
}

// isFactor reports whether the operand x of e has no derivative, is in that of e, and calls what is dear and does not stand alone anyway.
func (h *hoister) isFactor(e, x ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Binary:
		if e.Op != token.MUL && e.Op != token.QUO {
			return false
		}
	case *ast.Call:
		if e.Fun.Fn == nil || !h.unit.mathematical(e.Fun.Fn) {
			return false
		}
	default:
		return false
	}
	return ast.IsFloat(e.Type()) && ast.IsFloat(x.Type()) && h.act.depends(e) && !h.act.depends(x) && ast.Any(x, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		return ok && c.Fun.Fn != nil && !h.unit.mathematical(c.Fun.Fn) && !h.unit.repeats(c.Fun.Fn) && !h.isAlone(c)
	})
}

// isNewOf reports whether e makes a new variable with a value, as from Go 1.26 on: it becomes a variable whose address is taken.
func isNewOf(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Builtin == "new" && len(c.Args) > 0
}

// hoist puts e into a variable.
func (h *hoister) hoist(e ast.Expr, passive bool) ast.Expr {
	x := h.freeOfOverwrites(h.operands(e, passive))
	t := ast.NewVar(tempName(e), e.Type())
	h.pre = append(h.pre, &ast.Assign{Meta: ast.Meta{Pos: h.pos}, Lhs: []ast.Expr{&ast.Ref{Var: t}}, Op: token.DEFINE, Rhs: []ast.Expr{x}})
	h.mem.assign([]ast.Expr{&ast.Ref{Var: t}}, []ast.Expr{x})
	return &ast.Ref{Var: t}
}

// operands hoists from the operands of e but leaves e itself in place.
func (h *hoister) operands(e ast.Expr, passive bool) ast.Expr {
	passive = passive && !h.writesMemory(e)
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) && h.holds(b.Y, true) {
		return h.shortCircuit(b)
	}
	if c, ok := e.(*ast.Call); ok && isNewOf(e) {
		t := &ast.Ref{Var: ast.NewVar("t", ast.Pointee(c.T))}
		h.pre = append(h.pre, define(t.Var, h.expr(c.Args[0], passive)))
		return &ast.Addr{X: t, T: c.T}
	} else if ok {
		e = h.packed(c)
	}
	part := selected(e)
	if part != nil && !ast.Carries(part.Type()) {
		part = nil
	}
	if a, ok := e.(*ast.Addr); ok {
		if lit, ok := a.X.(*ast.Composite); ok {
			return &ast.Addr{X: h.operands(lit, passive), T: a.T}
		}
	}
	list := ast.Operands(e)
	last := h.last(list, func(x ast.Expr) bool {
		return !isEmptyBase(e, x) && (x == part || isGiven(e, x) || h.isFactor(e, x) || h.holds(x, passive || passiveOperand(e, x)))
	})
	i := -1
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr {
		i++
		var y ast.Expr
		if isEmptyBase(e, x) {
			return x
		}
		if x == part || isGiven(e, x) || h.isFactor(e, x) {
			// A part of a value that is nowhere, one that a function reads through, or one that the derivative needs too: the value is
			// put into a variable.
			y = h.hoist(x, passive)
		} else {
			y = h.expr(x, passive || passiveOperand(e, x))
		}
		if i < last {
			y = h.calls(y, list[i+1:last+1])
		}
		return y
	})
}

// shortCircuit is x && y or x || y where something is hoisted from y, which is evaluated only where x does not decide:
//
//	t := x
//	if t {
//		t = y
//	}
func (h *hoister) shortCircuit(b *ast.Binary) ast.Expr {
	t := &ast.Ref{Var: ast.NewVar("t", types.Default(b.T))}
	h.pre = append(h.pre, define(t.Var, h.expr(b.X, true)))
	right := &hoister{normaliser: h.normaliser, pos: h.pos}
	y := right.expr(b.Y, true)
	var cond ast.Expr = t
	if b.Op == token.LOR {
		cond = negate(t)
	}
	h.pre = append(h.pre, &ast.If{Cond: cond, Then: &ast.Block{Stmts: append(right.pre, set(t, token.ASSIGN, y))}})
	return t
}

// packed puts the last arguments of a variadic call that is differentiated into a slice, as Go does.
func (h *hoister) packed(c *ast.Call) *ast.Call {
	if c.Spread || c.Fun.Fn == nil || !c.Fun.Fn.Signature().Variadic() || !h.split(c) {
		return c
	}
	inputs := ast.ParamsOf(c.Fun.Fn.Signature())
	fixed, t := len(inputs)-1, inputs[len(inputs)-1].Type()
	rest := nilExpr(t)
	if len(c.Args) > fixed {
		lit := &ast.Composite{T: t}
		for _, x := range c.Args[fixed:] {
			lit.Elems = append(lit.Elems, ast.Elem{Value: x})
		}
		rest = lit
	}
	p := *c
	p.Args, p.Spread = append(slices.Clone(c.Args[:fixed]), rest), true
	return &p
}

// tempName is what to call a temporary for e.
func tempName(e ast.Expr) string {
	if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil {
		return ast.LowerFirst(shortName(c.Fun.Fn)) + "Value"
	}
	return "t"
}
