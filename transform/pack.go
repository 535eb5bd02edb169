package transform

import (
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Packing.
//
// Where a loop remembers many values in each iteration, they go into the fields of one struct instead of as many slices: that is one
// piece of memory, and what belongs together lies together.
//
//	ins := make([]float64, len(h))          steps := make([]struct{ in, out, c, tanh float64 }, len(h))
//	outs := make([]float64, len(h))         …
//	…                                       steps[j].in = in
//	ins[j] = in

// packAtLeast is how many slices are packed.
const packAtLeast = 4

// A countedSlice has an element for each iteration of a loop, which is known beforehand.
type countedSlice struct {
	slot *ast.Var
	loop *item
	made *ast.Assign // what makes it
	name string      // of an element
}

// pack lets the slices of loops that remember much be one each, and returns what makes that so in joint code.
func (in *inserts) pack() func(*ast.Block) *ast.Block {
	fields := map[*ast.Var]func(i ast.Expr) ast.Expr{}
	for len(in.counted) > 0 {
		first := in.counted[0]
		var group, rest []countedSlice
		for _, c := range in.counted {
			if c.loop == first.loop && ast.Equal(c.made.Rhs[0].(*ast.Call).Args[0], first.made.Rhs[0].(*ast.Call).Args[0]) {
				group = append(group, c)
			} else {
				rest = append(rest, c)
			}
		}
		in.counted = rest
		if len(group) >= packAtLeast {
			in.packGroup(group, fields)
		}
	}
	if len(fields) == 0 {
		return func(b *ast.Block) *ast.Block { return b }
	}
	elements := func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			if x, ok := e.(*ast.Index); ok {
				if ref, ok := x.X.(*ast.Ref); ok && fields[ref.Var] != nil {
					return fields[ref.Var](x.I)
				}
			}
			return e
		})
	}
	return func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			if inner, ok := s.(*ast.Block); !ok || len(inner.Stmts) > 0 {
				s = mapAll(s, elements)
			}
			out.Stmts = append(out.Stmts, s)
		}
		return out
	}
}

// packGroup lets the slices of a group be one, and notes what is an element of each.
func (in *inserts) packGroup(group []countedSlice, fields map[*ast.Var]func(ast.Expr) ast.Expr) {
	var list []*types.Var
	for _, c := range group {
		list = append(list, newField(in.pkg, list, c.name, elemType(c.slot.Type)))
	}
	step := types.NewStruct(list, nil)
	steps := ast.NewVar("steps", types.NewSlice(step))
	for k, c := range group {
		in.packed[c.slot] = Packed{steps, list[k]}
		fields[c.slot] = func(i ast.Expr) ast.Expr {
			return &ast.Field{X: &ast.Index{X: &ast.Ref{Var: steps}, I: i, T: step}, Field: list[k]}
		}
		for j := range in.keeps {
			if in.keeps[j].slot == c.slot {
				in.keeps[j].slot = steps
			}
		}
	}
	made := group[0].made
	at := group[0].loop.stmt
	var before []ast.Stmt
	for _, s := range in.before[at] {
		packed := false
		for _, c := range group {
			packed = packed || s == ast.Stmt(c.made)
		}
		switch {
		case s == ast.Stmt(made):
			before = append(before, define(steps, builtin("make", steps.Type, made.Rhs[0].(*ast.Call).Args...)))
		case !packed:
			before = append(before, s)
		}
	}
	in.before[at] = before
}
