package randprog

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	ir "github.com/godiff/godiff/ast"
)

// Nodes adds the kinds of the nodes of a lowered function.
func Nodes(f *ir.Func, kinds map[string]bool) {
	add := func(k string, more ...string) {
		kinds["node "+k] = true
		for _, m := range more {
			if m != "" {
				kinds["node "+k+"-"+m] = true
			}
		}
	}
	ir.Inspect(f.Body, func(s ir.Stmt) bool {
		add(kindOf(s), statementForm(s))
		ir.Exprs(s, func(e ir.Expr, _ bool) {
			ir.Walk(e, func(e ir.Expr) bool {
				add(kindOf(e), expressionForms(e)...)
				return true
			})
		})
		return true
	})
}

// kindOf returns the name of the type of a node.
func kindOf(n any) string { return strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.") }

// statementForm returns the form of a statement among those of its kind, or "".
func statementForm(s ir.Stmt) string {
	switch s := s.(type) {
	case *ir.Assign:
		switch {
		case len(s.Lhs) > 1:
			return "several"
		case s.Op != token.ASSIGN && s.Op != token.DEFINE:
			return "op"
		}
	case *ir.If:
		if s.Else != nil {
			return "else"
		}
	case *ir.Range:
		switch s.X.Type().Underlying().(type) {
		case *types.Basic:
			return "int"
		case *types.Array, *types.Pointer:
			return "array"
		}
	case *ir.Return:
		if len(s.Results) == 0 {
			return "bare"
		}
	case *ir.Do:
		if s.Defer {
			return "defer"
		}
	}
	return ""
}

// expressionForms returns the forms of an expression among those of its kind.
func expressionForms(e ir.Expr) []string {
	switch e := e.(type) {
	case *ir.Field:
		if e.Implicit {
			return []string{"implicit"}
		}
	case *ir.Slice:
		if e.Max != nil {
			return []string{"max"}
		}
	case *ir.Call:
		return callForms(e)
	}
	return nil
}

// callForms returns the forms of a call.
func callForms(e *ir.Call) []string {
	var forms []string
	for _, f := range []struct {
		holds bool
		form  string
	}{
		{e.Fun.Fn != nil && !e.Fun.Method, "function"}, {e.Fun.Method, "method"}, {e.Fun.Builtin != "", "builtin"},
		{e.Spread, "spread"}, {len(e.Fun.TypeArgs) > 0, "generic"},
	} {
		if f.holds {
			forms = append(forms, f.form)
		}
	}
	return forms
}
