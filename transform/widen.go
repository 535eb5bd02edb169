package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Room to append.
//
// F may append into the spare capacity of memory that a parameter reaches. Whether it does is taken from the primal, and the shadow
// that the caller gives need not have that capacity. So a derivative that is given one works on a shadow that has:
//
//	wide := godiff.Widen(x, dx)
//	dx2 := wide.Shadow
//	…
//	wide.Narrow()
//
// In forward mode the tangent of a result that may be part of it is made part of the given one again, which is godiff.Home.
type widened struct {
	of    *ast.Var // the input
	own   *ast.Var // its wide shadow
	wide  *ast.Var
	first []ast.Stmt // at the beginning
	last  ast.Stmt   // at the end
}

var runtimePackage = types.NewPackage("github.com/godiff/godiff/runtime", "runtime")

// appendsBehind reports whether F may append to memory that an input reaches.
func (d *derivation) appendsBehind(v *ast.Var) bool {
	if d.appended == nil {
		d.appended = []*location{}
		ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
			d.mem.appends(s, func(l *location) { d.appended = append(d.appended, l) })
			return true
		})
	}
	if len(d.appended) == 0 {
		return false
	}
	behind := map[*location]bool{}
	d.mem.behind(d.mem.variable(v), behind, func(c *location) { behind[c] = true })
	return slices.ContainsFunc(d.appended, func(l *location) bool { return behind[l.find()] })
}

// widen makes sv the wide version of the shadow given for v. Value and shadow are how the two are handed over.
func widen(v, given, sv *ast.Var) *widened {
	value := ast.Expr(&ast.Ref{Var: v})
	if !types.Identical(v.Type, given.Type) {
		value = &ast.Addr{X: value, T: given.Type}
	}
	shadow := types.NewField(token.NoPos, runtimePackage, "Shadow", given.Type, false)
	t := types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Wide", nil), types.NewStruct([]*types.Var{shadow}, nil), nil)
	w := &widened{of: v, own: sv, wide: ast.NewVar("wide", t)}
	ref := &ast.Ref{Var: w.wide}
	call := &ast.Call{Fun: ast.Callee{Copied: "Widen"}, Args: []ast.Expr{value, &ast.Ref{Var: given}}, T: t}
	w.first = []ast.Stmt{define(w.wide, call), define(sv, &ast.Field{X: ref, Field: shadow})}
	recv := types.NewParam(token.NoPos, runtimePackage, "w", t)
	narrow := types.NewFunc(token.NoPos, runtimePackage, "Narrow", types.NewSignatureType(recv, nil, nil, nil, nil, false))
	w.last = &ast.Do{Call: &ast.Call{Fun: ast.Callee{Fn: narrow, Method: true}, Args: []ast.Expr{ref}, T: types.NewTuple()}}
	return w
}
