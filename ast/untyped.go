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
		return untypedOf([]Expr{e.X, e.Y})
	case *Call:
		if e.Fun.Builtin == "min" || e.Fun.Builtin == "max" {
			return untypedOf(e.Args)
		}
	}
	return 0, false
}

// untypedOf is UntypedKind for the value that untyped constants make together.
func untypedOf(list []Expr) (kind types.BasicKind, untyped bool) {
	for _, e := range list {
		k, ok := UntypedKind(e)
		if !ok {
			return 0, false
		}
		kind = max(kind, k)
	}
	return kind, len(list) > 0
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
