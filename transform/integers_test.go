package transform

import (
	"go/constant"
	"go/token"
	"go/types"
	"testing"

	"github.com/godiff/godiff/ast"
)

// TestInType has integers at the ends of types: a constant that Go would not compile must not be one.
func TestInType(t *testing.T) {
	for _, c := range []struct {
		v    int64
		kind types.BasicKind
		want bool
	}{
		{255, types.Uint8, true}, {256, types.Uint8, false}, {-1, types.Uint8, false}, {0, types.Uint8, true},
		{127, types.Int8, true}, {128, types.Int8, false}, {-127, types.Int8, true}, {-129, types.Int8, false},
		{1<<31 - 1, types.Int, true}, {1 << 31, types.Int, false}, {1<<32 - 1, types.Uint, true}, {1 << 32, types.Uint, false},
		{1 << 40, types.Int64, true}, {1 << 40, types.UntypedInt, true},
	} {
		if got := inType(constant.MakeInt64(c.v), types.Typ[c.kind]); got != c.want {
			t.Errorf("inType of %d as a %v is %v", c.v, types.Typ[c.kind], got)
		}
	}
}

// TestOperateWhole computes with integers as Go does.
func TestOperateWhole(t *testing.T) {
	for _, c := range []struct {
		op      token.Token
		x, y, z int64
	}{
		{token.ADD, 7, 2, 9}, {token.SUB, 7, 9, -2}, {token.MUL, -7, 2, -14}, {token.AND_NOT, 7, 2, 5}, {token.XOR, 7, 2, 5},
		{token.QUO, 7, 2, 3}, {token.QUO, -7, 2, -3}, {token.REM, -7, 2, -1}, {token.SHL, 7, 2, 28}, {token.SHR, 7, 2, 1}, {token.SHL, 1, 63, -1 << 63},
	} {
		got := operateWhole(c.op, constant.MakeInt64(c.x), constant.MakeInt64(c.y))
		want := constant.MakeInt64(c.z)
		if c.z == -1<<63 {
			want = constant.MakeUint64(1 << 63)
		}
		if got == nil || !constant.Compare(got, token.EQL, want) {
			t.Errorf("%d %v %d is %v, want %v", c.x, c.op, c.y, got, want)
		}
	}
	for _, c := range []struct {
		op   token.Token
		x, y int64
	}{{token.QUO, 7, 0}, {token.REM, 7, 0}, {token.SHL, 1, 64}, {token.SHL, 1, -1}, {token.LSS, 1, 2}} {
		if got := operateWhole(c.op, constant.MakeInt64(c.x), constant.MakeInt64(c.y)); got != nil {
			t.Errorf("%d %v %d is %v, want none", c.x, c.op, c.y, got)
		}
	}
}

// TestMinusOne takes one from integers, in the simplest way.
func TestMinusOne(t *testing.T) {
	n := &ast.Ref{Var: ast.NewVar("n", intType)}
	op := func(op token.Token, x ast.Expr, y int64) ast.Expr {
		return &ast.Binary{Op: op, X: x, Y: intNumber(y), T: intType}
	}
	for _, c := range []struct{ e, want ast.Expr }{
		{n, op(token.SUB, n, 1)},
		{op(token.ADD, n, 1), n},
		{op(token.ADD, n, 2), op(token.SUB, op(token.ADD, n, 2), 1)},
		{op(token.SUB, n, 1), op(token.SUB, op(token.SUB, n, 1), 1)},
		{&ast.Past{X: op(token.ADD, n, 1)}, &ast.Past{X: n}},
		{&ast.Past{X: op(token.SUB, n, 1)}, op(token.SUB, &ast.Past{X: n}, 2)},
		{&ast.Past{X: op(token.ADD, n, 3)}, op(token.ADD, &ast.Past{X: n}, 2)},
	} {
		if got := minusOne(c.e); dump(got) != dump(c.want) {
			t.Errorf("minusOne of %s is %s, want %s", dump(c.e), dump(got), dump(c.want))
		}
	}
}

// TestRoomsExpr writes linear forms as expressions: what is added first, then what is taken away, then the number.
func TestRoomsExpr(t *testing.T) {
	x, y := &ast.Ref{Var: ast.NewVar("x", intType)}, &ast.Ref{Var: ast.NewVar("y", intType)}
	r := &rooms{unknowns: []ast.Expr{nil, x, y}}
	op := func(op token.Token, a, b ast.Expr) ast.Expr { return &ast.Binary{Op: op, X: a, Y: b, T: intType} }
	for _, c := range []struct {
		f    form
		want ast.Expr
	}{
		{form{}, intNumber(0)},
		{form{0: 3}, intNumber(3)},
		{form{1: 1}, x},
		{form{1: -1}, &ast.Unary{Op: token.SUB, X: x}},
		{form{1: 1, 2: 1}, op(token.ADD, x, y)},
		{form{1: -1, 2: 1}, op(token.SUB, y, x)},
		{form{1: -1, 2: -2}, op(token.SUB, &ast.Unary{Op: token.SUB, X: x}, op(token.MUL, intNumber(2), y))},
		{form{1: 2, 0: 1}, op(token.ADD, op(token.MUL, intNumber(2), x), intNumber(1))},
		{form{1: 1, 2: -1, 0: -4}, op(token.SUB, op(token.SUB, x, y), intNumber(4))},
	} {
		if got := r.expr(c.f); dump(got) != dump(c.want) {
			t.Errorf("%v is %s, want %s", c.f, dump(got), dump(c.want))
		}
	}
}
