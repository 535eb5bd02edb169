package ast

import (
	"go/constant"
	"go/types"
	"strings"
)

// UntypedKind returns the default type of an untyped constant expression, or that of nil.
func UntypedKind(e Expr) (types.BasicKind, bool) {
	switch e := e.(type) {
	case *Lit:
		return literalKind(e)
	case *Name:
		if _, ok := e.Obj.(*types.Nil); ok {
			return types.UntypedNil, true
		}
		if c, ok := e.Obj.(*types.Const); ok {
			if b, ok := c.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
				return types.Default(b).(*types.Basic).Kind(), true
			}
		}
	case *Unary:
		return UntypedKind(e.X)
	case *Binary:
		x, okx := UntypedKind(e.X)
		y, oky := UntypedKind(e.Y)
		if okx && oky {
			return max(x, y), true
		}
	}
	return 0, false
}

// literalKind returns the default type of a literal: what it is written as says it, not its value.
func literalKind(l *Lit) (types.BasicKind, bool) {
	if l.Val == nil {
		return 0, false
	}
	switch l.Val.Kind() {
	case constant.String:
		return types.String, true
	case constant.Int, constant.Float:
		text := strings.ToLower(l.Text)
		isHex := strings.HasPrefix(text, "0x")
		switch {
		case strings.HasPrefix(text, "'"):
			return types.Int32, true
		case isHex && strings.Contains(text, "p"), !isHex && strings.ContainsAny(text, ".e/"):
			return types.Float64, true
		}
		return types.Int, true
	}
	return 0, false
}
