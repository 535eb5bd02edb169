package transform

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Accessors.
//
// A function that only reads a place in memory that it is given, finds one, or assigns to one, is written where it is called:
//
//	func (m Matrix) At(i, j int) float64     { return m.Data[i*m.Cols+j] }
//	func (m Matrix) Row(i int) []float64     { return m.Data[i*m.Cols : (i+1)*m.Cols] }
//	func (m Matrix) Set(i, j int, v float64) { m.Data[i*m.Cols+j] = v }
//
//	m.Set(i, j, m.At(i, j)-c)                m.Data[i*m.Cols+j] = m.Data[i*m.Cols+j] - c
//
// so that the analyses see which elements are read and written. Functions of numbers alone stay where they are.
type accessors struct {
	d    *derivation
	done bool
}

// inlineAccessors writes the active calls of accessors of f where they are made.
func (d *derivation) inlineAccessors(f *ast.Func) *ast.Func {
	a := &accessors{d: d}
	g := *f
	g.Body = a.block(f.Body)
	if !a.done {
		return f
	}
	return &g
}

func (a *accessors) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		out.Stmts = append(out.Stmts, a.stmt(s))
	}
	return out
}

func (a *accessors) stmt(s ast.Stmt) ast.Stmt {
	if b, ok := s.(*ast.Block); ok {
		return a.block(b)
	}
	if a.mayWrite(s) {
		return ast.MapBlocks(s, a.block)
	}
	t := ast.MapExprs(s, func(e ast.Expr) ast.Expr {
		if do, ok := s.(*ast.Do); ok && e == ast.Expr(do.Call) {
			return ast.MapOperands(e, func(e ast.Expr) ast.Expr { return ast.Map(e, a.read) }) // a statement stays a call
		}
		return ast.Map(e, a.read)
	}, a.stmt)
	if do, ok := t.(*ast.Do); ok {
		if w := a.write(do); w != nil {
			a.done = true
			return w
		}
	}
	return t
}

// mayWrite reports whether a statement calls a function, in its own expressions, that Go would have to call in its place: one that is
// no accessor and may write memory. What accessor calls read would otherwise be read at a time that Go leaves open.
func (a *accessors) mayWrite(s ast.Stmt) bool {
	found := false
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			c, ok := e.(*ast.Call)
			if !ok || c.Fun.Fn == nil || a.d.u.mathematical(c.Fun.Fn) {
				return true
			}
			if do, ok := s.(*ast.Do); ok && do.Call == c {
				return true
			}
			sum := a.d.u.summary(c.Fun.Fn)
			found = found || sum == nil || len(sum.writes) > 0 || sum.effects
			return !found
		})
	})
	return found
}

// read returns what a call of a function reads that only reads; any other expression as it is.
func (a *accessors) read(e ast.Expr) ast.Expr {
	c, ok := e.(*ast.Call)
	if !ok {
		return direct(e)
	}
	ret, ok := a.body(c).(*ast.Return)
	if !ok || len(ret.Results) != 1 || !types.Identical(ret.Results[0].Type(), c.T) || !isPart(ret.Results[0]) {
		return e
	}
	by := a.arguments(c, ret.Results[0])
	if by == nil {
		return e
	}
	read := putIn(ret.Results[0], by)
	if read == nil {
		return e
	}
	a.done = true
	return read
}

// write returns the assignment that a call of a function makes that only assigns, or nil.
func (a *accessors) write(s *ast.Do) ast.Stmt {
	body, ok := a.body(s.Call).(*ast.Assign)
	if !ok || body.Op == token.DEFINE || len(body.Lhs) != 1 || len(body.Rhs) != 1 || body.Lhs[0] == nil || ast.RootVar(body.Lhs[0]) != nil || !ast.IsFloat(body.Lhs[0].Type()) {
		return nil
	}
	by := a.arguments(s.Call, body.Lhs[0], body.Rhs[0])
	if by == nil || slices.ContainsFunc(s.Call.Args, func(x ast.Expr) bool { return ast.Any(x, func(e ast.Expr) bool { return isFunctionCall(a.d.u, e) }) }) {
		return nil
	}
	place, value := putIn(body.Lhs[0], by), putIn(body.Rhs[0], by)
	if place == nil || value == nil {
		return nil
	}
	return &ast.Assign{Meta: s.Meta, Lhs: []ast.Expr{place}, Op: body.Op, Rhs: []ast.Expr{value}}
}

// putIn returns an expression of an accessor with arguments in it, or nil where Go does not compile it, or nobody would write it.
func putIn(e ast.Expr, by map[*ast.Var]ast.Expr) ast.Expr {
	x := folded(selectDirectly(substitution(by)(e)))
	if !inRange(x, x.Type()) || vanishes(x) {
		return nil
	}
	return x
}

// folded returns an expression into which arguments have been put with the numbers computed that they make constant: x[2] for x[i+1].
func folded(e ast.Expr) ast.Expr {
	return ast.Map(e, func(e ast.Expr) ast.Expr {
		b, ok := e.(*ast.Binary)
		if !ok || !isInteger(b.T) {
			return e
		}
		if v := wholeValue(b); v != nil {
			return &ast.Lit{Text: v.ExactString(), Val: v, T: b.T}
		}
		switch {
		case b.Op == token.MUL && isWholeOne(b.X):
			return b.Y
		case (b.Op == token.MUL || b.Op == token.QUO) && isWholeOne(b.Y):
			return b.X
		}
		return e
	})
}

// vanishes reports whether something in e is zero whatever its operands are, which nobody would write: i % 1.
func vanishes(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		b, ok := e.(*ast.Binary)
		return ok && b.Op == token.REM && isWholeOne(b.Y)
	})
}

func isWholeOne(e ast.Expr) bool {
	v := wholeValue(e)
	return v != nil && constant.Compare(v, token.EQL, constant.MakeInt64(1))
}

// isFunctionCall reports whether e calls a function that is no plain mathematics.
func isFunctionCall(u *Unit, e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && c.Fun.Fn != nil && !u.mathematical(c.Fun.Fn)
}

// body returns the one statement of an active callee that may be written where it is called, or nil.
func (a *accessors) body(c *ast.Call) ast.Stmt {
	d, fn := a.d, c.Fun.Fn
	if fn == nil || fn.Pkg() != d.u.Pkg || fn.Signature().Variadic() || d.constant(c) || d.isRuled(c) || !d.callActive(c) {
		return nil
	}
	f := d.u.Lower(fn)
	if f == nil || len(f.Body.Stmts) != 1 || f.Named || d.u.Replaceable != nil && d.u.Replaceable(fn) {
		return nil
	}
	s := f.Body.Stmts[0]
	size := 0
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		size += cost(e)
		if ast.Any(e, func(e ast.Expr) bool { return !isPlain(e) }) {
			size = maxAccessor + 1
		}
	})
	if size > maxAccessor {
		return nil
	}
	return s
}

// maxAccessor is the cost of the largest function that is written where it is called.
const maxAccessor = 6

// isPlain reports whether e itself is arithmetic, or finds a place, and names nothing that could be hidden where it is called.
func isPlain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref, *ast.Lit, *ast.Field, *ast.Index, *ast.Deref, *ast.Unary, *ast.Binary, *ast.Slice, *ast.Addr:
		return true
	case *ast.Call:
		return e.Fun.Builtin == "len"
	case *ast.Convert:
		_, basic := e.T.(*types.Basic)
		return basic
	}
	return false
}

// isPart reports whether a function that returns e returns a part of what it is given, what refers to one, or a float computed from one.
// What refers to its own copies of what it is given is none.
func isPart(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Field, *ast.Index, *ast.Deref:
		return !ast.IsInterface(e.Type()) && !ast.IsBoxed(e.Type())
	case *ast.Addr:
		return isPlace(x.X) && ast.RootVar(x.X) == nil
	case *ast.Slice:
		return isPlace(x.X) && (!isArray(x.X.Type()) || ast.RootVar(x.X) == nil)
	}
	return ast.IsFloat(e.Type()) && ast.Any(e, func(e ast.Expr) bool { return isPlace(e) && ast.RootVar(e) == nil })
}

// arguments returns the arguments of a call by the parameters, or nil where one that is used more than once in the expressions would be
// computed more than once, or one that is not used not at all.
func (a *accessors) arguments(c *ast.Call, exprs ...ast.Expr) map[*ast.Var]ast.Expr {
	by := map[*ast.Var]ast.Expr{}
	for i, p := range a.d.u.Lower(c.Fun.Fn).Inputs() {
		n, x := 0, c.Args[i]
		for _, e := range exprs {
			n += occurrences(e, p)
		}
		if n != 1 && !isSimple(x) {
			return nil
		}
		if lit, ok := x.(*ast.Lit); ok && isInteger(p.Type) {
			l := *lit
			l.T = p.Type
			x = &l
		} else if _, isAddr := x.(*ast.Addr); !isAddr && (ok || !types.Identical(x.Type(), p.Type)) {
			x = &ast.Convert{X: x, T: p.Type}
		}
		by[p] = x
	}
	return by
}

// isSimple reports whether e costs nothing: a variable or a field of one, its address, a literal, or a literal more or less.
func isSimple(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref, *ast.Lit:
		return true
	case *ast.Field:
		return isSimple(e.X)
	case *ast.Addr:
		return isSimple(e.X)
	case *ast.Deref:
		return isSimple(e.X)
	case *ast.Binary:
		return isInteger(e.T) && (e.Op == token.ADD || e.Op == token.SUB) && isSimple(e.X) && isLit(e.Y)
	}
	return false
}

// selectDirectly selects from a variable what is selected from its address, from a pointer what is selected from where it points, and
// from a struct, or a pointer to one, what is selected from what it is converted to.
func selectDirectly(e ast.Expr) ast.Expr { return ast.Map(e, direct) }

// direct is selectDirectly for e itself.
func direct(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Field:
		switch x := e.X.(type) {
		case *ast.Addr:
			return &ast.Field{X: x.X, Field: e.Field, Implicit: e.Implicit}
		case *ast.Deref:
			if ast.Pointee(x.Type()) == nil {
				return &ast.Field{X: x.X, Field: e.Field, Implicit: e.Implicit}
			}
		case *ast.Convert:
			from, to := structOf(x.X.Type()), structOf(x.T)
			if from == nil {
				return e // of nil
			}
			return selectDirectly(&ast.Field{X: x.X, Field: from.Field(fieldIndex(to, e.Field)), Implicit: e.Implicit})
		}
	case *ast.Deref:
		if x, ok := e.X.(*ast.Addr); ok {
			return x.X
		}
	}
	return e
}

// structOf returns the struct that a type is or points to, or nil.
func structOf(t types.Type) *types.Struct {
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	st, _ := t.Underlying().(*types.Struct)
	return st
}
