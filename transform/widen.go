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
//
// Inputs that F may link to each other are widened together, as the fields of one struct.
type widened struct {
	inputs []wideInput
	wide   *ast.Var
	first  []ast.Stmt // at the beginning
	last   []ast.Stmt // at the end
}

// A wideInput is an input with the shadow that is given for it and that which takes its place.
type wideInput struct{ of, given, own *ast.Var }

var runtimePackage = types.NewPackage("github.com/godiff/godiff/runtime", "runtime")

// appendsBehind reports whether F may append floats, or what leads to some, to memory that an input reaches.
func (d *derivation) appendsBehind(v *ast.Var) bool {
	if d.appended == nil {
		d.appended = []*location{}
		ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
			d.mem.appends(s, func(l *location) {
				if ast.Carries(l.find().typ) {
					d.appended = append(d.appended, l)
				}
			})
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

// widenAll widens the shadows of inputs.
func (d *derivation) widenAll(inputs []wideInput) []*widened {
	var list []*widened
	for len(inputs) > 0 {
		group := inputs[:1:1]
		var rest []wideInput
		for _, in := range inputs[1:] {
			if d.mayShare(inputs[0].of, in.of) {
				group = append(group, in)
			} else {
				rest = append(rest, in)
			}
		}
		list = append(list, widen(group))
		inputs = rest
	}
	return list
}

// addressed is an input or, where its shadow of type t is given by its address, the address of the input.
func addressed(input *ast.Var, t types.Type) ast.Expr {
	if types.Identical(input.Type, t) {
		return &ast.Ref{Var: input}
	}
	return &ast.Addr{X: &ast.Ref{Var: input}, T: t}
}

// widen widens the shadows of inputs together.
func widen(inputs []wideInput) *widened {
	values, shadows := &ast.Composite{}, &ast.Composite{}
	var fields []*types.Var
	for i, in := range inputs {
		value := addressed(in.of, in.given.Type)
		f := types.NewField(token.NoPos, runtimePackage, string(rune('a'+i%26)), in.given.Type, false)
		fields = append(fields, f)
		values.Elems = append(values.Elems, ast.Elem{Field: f, Value: value})
		shadows.Elems = append(shadows.Elems, ast.Elem{Field: f, Value: &ast.Ref{Var: in.given}})
	}
	t := types.Type(types.NewStruct(fields, nil))
	values.T, shadows.T = t, t
	var value, shadow ast.Expr = values, shadows
	if len(inputs) == 1 {
		t, value, shadow = fields[0].Type(), values.Elems[0].Value, shadows.Elems[0].Value
	}
	field := types.NewField(token.NoPos, runtimePackage, "Shadow", t, false)
	wide := types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Wide", nil), types.NewStruct([]*types.Var{field}, nil), nil)
	w := &widened{inputs: inputs, wide: ast.NewVar("wide", wide)}
	ref := &ast.Ref{Var: w.wide}
	call := &ast.Call{Fun: ast.Callee{Copied: "Widen"}, Args: []ast.Expr{value, shadow}, T: wide}
	w.first = []ast.Stmt{define(w.wide, call)}
	for i, in := range inputs {
		own := ast.Expr(&ast.Field{X: ref, Field: field})
		if len(inputs) > 1 {
			own = &ast.Field{X: own, Field: fields[i]}
		}
		w.first = append(w.first, define(in.own, own))
	}
	recv := types.NewParam(token.NoPos, runtimePackage, "w", wide)
	narrow := types.NewFunc(token.NoPos, runtimePackage, "Narrow", types.NewSignatureType(recv, nil, nil, nil, nil, false))
	w.last = []ast.Stmt{&ast.Do{Call: &ast.Call{Fun: ast.Callee{Fn: narrow, Method: true}, Args: []ast.Expr{ref}, T: types.NewTuple()}}}
	return w
}
