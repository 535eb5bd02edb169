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
	case *ast.Convert:
		v, _ = constantValue(e.X)
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
	}
	if v == nil || v.Kind() == constant.Unknown && len(ast.Operands(e)) == 0 || !ast.IsFloat(e.Type()) && !isUntyped(e.Type()) {
		return nil, false
	}
	if typed && !representable(v, e.Type()) {
		v = constant.MakeUnknown()
	}
	return v, typed
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
