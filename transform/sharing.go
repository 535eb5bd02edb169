package transform

import (
	"go/types"
	"strconv"

	"github.com/godiff/godiff/ast"
)

// Shared memory.
//
// The regions of two inputs are taken to be apart. Where F only reads them that is no matter: the shadow of each holds its own
// part. Where F writes one, a value that the reverse sweep reads through the other may have changed, and their shadows would
// have to share memory too; so the derivative asks first:
//
//	if !godiff.Disjoint(x, y) {
//		panic("F: x and y share memory, which F writes")
//	}
//
// What one input shares with itself (rows of a matrix that are one and the same) is no matter to the values, since a write to
// any row counts as a write to all; fresh shadows are made to share alike.

// writtenLeaves returns, for each input, the leaves that F writes in the memory behind it.
func (d *derivation) writtenLeaves() []map[string]bool {
	inputs := d.fn.Inputs()
	written := make([]map[string]bool, len(inputs))
	for i := range written {
		written[i] = map[string]bool{}
	}
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		d.mem.writes(s, func(*ast.Var) {}, func(c cell) {
			for i := range c.region.find().inputs {
				written[i][c.leaf] = true
			}
		})
		return true
	})
	return written
}

// reached counts how often each leaf is reached through a slice or pointer of a type; what lies behind a slice of slices or
// pointers, or a link to the type itself, counts twice.
func reached(t types.Type) map[string]int {
	count := map[string]int{}
	seen := map[types.Type]int{}
	var visit func(t types.Type, behind, many int)
	visit = func(t types.Type, behind, many int) {
		if seen[t] > 1 {
			return
		}
		seen[t]++
		defer func() { seen[t]-- }()
		switch u := t.Underlying().(type) {
		case *types.Slice:
			add := 1
			if behind > 0 && many > 0 {
				add = 2
			}
			for _, leaf := range leaves(u.Elem()) {
				count[leaf] += add
			}
			visit(u.Elem(), behind+1, many+1)
		case *types.Pointer:
			add := 1
			if many > 0 {
				add = 2
			}
			for _, leaf := range leaves(u.Elem()) {
				count[leaf] += add
			}
			visit(u.Elem(), behind+1, many)
		case *types.Array:
			visit(u.Elem(), behind, many+1)
		case *types.Struct:
			for f := range u.Fields() {
				visit(f.Type(), behind, many)
			}
		}
	}
	visit(t, 0, 0)
	return count
}

// sharing returns the inputs that F writes and through which it may reach one piece of memory in two ways.
func (d *derivation) sharing() map[*ast.Var]bool {
	out := map[*ast.Var]bool{}
	written := d.writtenLeaves()
	for i, v := range d.fn.Inputs() {
		for leaf, n := range reached(v.Type) {
			if n > 1 && written[i][leaf] {
				out[v] = true
			}
		}
	}
	return out
}

// checkDisjoint is the check at the beginning of a derivative that inputs are apart where that matters.
func (a *assembly) checkDisjoint() []ast.Stmt {
	d := a.d
	inputs := d.fn.Inputs()
	written := d.writtenLeaves()
	asked := make([]bool, len(inputs))
	for i, v := range inputs {
		for j, w := range inputs[:i] {
			for leaf := range reached(v.Type) {
				if reached(w.Type)[leaf] == 0 || !written[i][leaf] && !written[j][leaf] {
					continue
				}
				if !ast.Carries(v.Type) || !ast.Carries(w.Type) {
					refuse(d.fn.Pos, "%s and %s may share memory without floats, and %s writes it; that is not supported yet", w.Name, v.Name, d.fn.Name)
				}
				asked[i], asked[j] = true, true
			}
		}
	}
	var args []ast.Expr
	var names []string
	for i, v := range inputs {
		if asked[i] {
			args = append(args, &ast.Ref{Var: v})
			names = append(names, v.Name)
		}
	}
	if len(args) == 0 {
		return nil
	}
	name := "DisjointLen"
	if d.extends() {
		name = "Disjoint"
	}
	check := &ast.Call{Fun: ast.Callee{Copied: name}, Args: args, T: types.Typ[types.Bool]}
	text := d.fn.Name + ": " + enumerate(names) + " share memory, which " + d.fn.Name + " writes"
	fail := builtin("panic", types.NewTuple(), &ast.Lit{Text: strconv.Quote(text), T: types.Typ[types.String]})
	return []ast.Stmt{&ast.If{Cond: negate(check), Then: &ast.Block{Stmts: []ast.Stmt{&ast.Do{Call: fail}}}}}
}

// extends reports whether F, or what it calls, may reach memory behind the length of a slice: by an append or by slicing.
func (d *derivation) extends() bool {
	found := false
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			found = found || ast.Any(e, func(e ast.Expr) bool {
				switch e := e.(type) {
				case *ast.Slice:
					return e.Hi != nil
				case *ast.Call:
					return e.Fun.Builtin == "append" || e.Fun.Fn != nil && d.u.summary(e.Fun.Fn) != nil
				}
				return false
			})
		})
		return !found
	})
	return found
}
