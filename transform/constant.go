package transform

import (
	"go/constant"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// inRange reports whether Go compiles the constant expressions in e, which has the type t: adjoints that are known make
// some that no primal has. 1/x and x*1e308 with a known x are no longer computed when the program runs.
func inRange(e ast.Expr, t types.Type) bool {
	if !wholeInRange(e) {
		return false
	}
	if v, typed := constantValue(e); v != nil {
		return v.Kind() != constant.Unknown && (typed || representable(v, t))
	}
	for _, x := range ast.Operands(e) {
		if !inRange(x, x.Type()) {
			return false
		}
	}
	return true
}

// constantsInRange reports whether Go compiles the constant expressions that a statement reads.
func constantsInRange(s ast.Stmt) bool {
	ok := true
	ast.Exprs(s, func(e ast.Expr, assigned bool) { ok = ok && (assigned || inRange(e, e.Type())) })
	return ok
}

// constantValue returns the value of a constant expression, unknown where Go does not compile it, and whether its type is
// fixed; or nil where e is no constant number.
func constantValue(e ast.Expr) (v constant.Value, typed bool) {
	switch e := e.(type) {
	case *ast.Lit:
		if e.Val != nil {
			v = constant.ToFloat(e.Val)
		}
	case *ast.Name:
		if c, ok := e.Obj.(*types.Const); ok {
			v, typed = constant.ToFloat(c.Val()), !isUntyped(c.Type())
		}
	case *ast.Past:
		v, typed = constantValue(e.X)
	case *ast.Convert:
		if v, _ = constantValue(e.X); v == nil {
			if n := wholeValue(e.X); n != nil {
				v = constant.ToFloat(n)
			}
		}
		typed = true
	case *ast.Unary:
		if v, typed = constantValue(e.X); v != nil && v.Kind() != constant.Unknown && (e.Op == token.ADD || e.Op == token.SUB) {
			v = constant.UnaryOp(e.Op, v, 0)
		}
	case *ast.Binary:
		x, typedX := constantValue(e.X)
		y, typedY := constantValue(e.Y)
		if x == nil || y == nil {
			return nil, false
		}
		v, typed = operate(e.Op, x, y), typedX || typedY
	case *ast.Call:
		if extremum(e) {
			v, typed = extremeValue(e)
		}
	}
	if v == nil || v.Kind() == constant.Unknown && len(ast.Operands(e)) == 0 || !ast.IsFloat(e.Type()) && !isUntyped(e.Type()) {
		return nil, false
	}
	if typed && !representable(v, e.Type()) {
		v = constant.MakeUnknown()
	}
	return v, typed
}

// extremeValue is constantValue for a call of min or max.
func extremeValue(c *ast.Call) (v constant.Value, typed bool) {
	op := token.LSS
	if c.Fun.Builtin == "max" {
		op = token.GTR
	}
	for _, arg := range c.Args {
		x, t := constantValue(arg)
		if x == nil || x.Kind() == constant.Unknown {
			return x, t
		}
		if v == nil || constant.Compare(x, op, v) {
			v = x
		}
		typed = typed || t
	}
	return v, typed
}

// wholeInRange reports whether Go compiles e as far as it is about integers, if its operands are: not int(2.5), 1 << -1, n / 0, x[-1]
// or x[3:2], which it sees where the numbers are constants.
func wholeInRange(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Convert:
		if v, _ := constantValue(e.X); v != nil && !ast.IsFloat(e.T) {
			return false
		}
		v := wholeValue(e.X)
		return v == nil || !isInteger(e.T) || inType(v, e.T)
	case *ast.Binary:
		y := wholeValue(e.Y)
		switch e.Op {
		case token.SHL, token.SHR:
			return y == nil || constant.Sign(y) >= 0 && wholeValue(e.X) == nil
		case token.QUO, token.REM:
			if y != nil && constant.Sign(y) == 0 {
				return false
			}
		}
		v := wholeValue(e)
		return v == nil || inType(v, e.T)
	case *ast.Index:
		i := wholeValue(e.I)
		return i == nil || inArray(i, e.X.Type(), false)
	case *ast.Slice:
		last := constant.MakeInt64(0)
		for _, x := range []ast.Expr{e.Lo, e.Hi, e.Max} {
			if x == nil {
				continue
			}
			if i := wholeValue(x); i != nil {
				if !constant.Compare(last, token.LEQ, i) || !inArray(i, e.X.Type(), true) {
					return false
				}
				last = i
			}
		}
	}
	return true
}

// inArray reports whether Go takes the constant i for an index, or with end set a bound, of a slice, a string or an array.
func inArray(i constant.Value, t types.Type, end bool) bool {
	if p := ast.Pointee(t); p != nil {
		t = p
	}
	a, ok := t.Underlying().(*types.Array)
	if !ok {
		return constant.Sign(i) >= 0
	}
	op := token.LSS
	if end {
		op = token.LEQ
	}
	return constant.Sign(i) >= 0 && constant.Compare(i, op, constant.MakeInt64(a.Len()))
}

// inType reports whether an integer type has the value v.
func inType(v constant.Value, t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsUntyped != 0 {
		return true
	}
	bits := 8 * types.SizesFor("gc", "386").Sizeof(b) // int is narrowest there
	if b.Info()&types.IsUnsigned != 0 {
		return constant.Sign(v) >= 0 && constant.BitLen(v) <= int(bits)
	}
	return constant.BitLen(v) < int(bits)
}

// wholeValue returns the value of a constant integer, or nil.
func wholeValue(e ast.Expr) constant.Value {
	if e == nil || !isInteger(e.Type()) {
		return nil
	}
	var v constant.Value
	switch e := e.(type) {
	case *ast.Lit:
		v = e.Val
	case *ast.Name:
		if c, ok := e.Obj.(*types.Const); ok {
			v = c.Val()
		}
	case *ast.Convert:
		v = wholeValue(e.X)
	case *ast.Unary:
		b, _ := e.X.Type().Underlying().(*types.Basic)
		if x := wholeValue(e.X); x != nil && (e.Op == token.ADD || e.Op == token.SUB || e.Op == token.XOR && b.Info()&types.IsUnsigned == 0) {
			v = constant.UnaryOp(e.Op, x, 0)
		}
	case *ast.Binary:
		if x, y := wholeValue(e.X), wholeValue(e.Y); x != nil && y != nil {
			v = operateWhole(e.Op, x, y)
		}
	}
	if v == nil || constant.ToInt(v).Kind() != constant.Int {
		return nil
	}
	return constant.ToInt(v)
}

// operateWhole returns x op y for integers, or nil where it has none.
func operateWhole(op token.Token, x, y constant.Value) constant.Value {
	switch op {
	case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR, token.AND_NOT:
		return constant.BinaryOp(x, op, y)
	case token.QUO, token.REM:
		if constant.Sign(y) == 0 {
			return nil
		}
		if op == token.QUO {
			op = token.QUO_ASSIGN // of integers
		}
		return constant.BinaryOp(x, op, y)
	case token.SHL, token.SHR:
		if n, ok := constant.Uint64Val(y); ok && n < 64 {
			return constant.Shift(x, op, uint(n))
		}
	}
	return nil
}

// operate returns x op y, unknown for a division by zero.
func operate(op token.Token, x, y constant.Value) constant.Value {
	switch op {
	case token.ADD, token.SUB, token.MUL, token.QUO:
		if op != token.QUO || constant.Sign(y) != 0 {
			return constant.BinaryOp(x, op, y)
		}
	}
	return constant.MakeUnknown()
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// representable reports whether the number v is in the range of the type t.
func representable(v constant.Value, t types.Type) bool {
	if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() == types.Float32 {
		x, _ := constant.Float32Val(v)
		return x-x == 0
	}
	x, _ := constant.Float64Val(v)
	return x-x == 0
}
