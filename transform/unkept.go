package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// withoutUnkept returns a forward sweep for which there is no reverse sweep, without the lists of values that only that would read:
//
//	us = append(us, u)
func (d *derivation) withoutUnkept(b *ast.Block) *ast.Block {
	for {
		read, removed := d.readBesideLists(b), false
		ours := map[*ast.Var]bool{}
		ast.Inspect(b, func(s ast.Stmt) bool {
			for _, v := range ast.Defined(s) {
				ours[v] = v != nil && v.Obj == nil && !d.isShadow[v]
			}
			return true
		})
		var without func(b *ast.Block) *ast.Block
		without = func(b *ast.Block) *ast.Block {
			out := &ast.Block{Meta: b.Meta}
			for _, s := range b.Stmts {
				if v := d.putsInto(s); v != nil && ours[v] && !read[v] {
					removed = true
					continue
				}
				out.Stmts = append(out.Stmts, ast.MapBlocks(s, without))
			}
			return out
		}
		if b = without(b); !removed {
			return b
		}
	}
}

// readBesideLists returns the variables that a block reads, but for lists where it puts a value into them.
func (d *derivation) readBesideLists(b *ast.Block) map[*ast.Var]bool {
	read := map[*ast.Var]bool{}
	see := func(e ast.Expr) {
		ast.Walk(e, func(e ast.Expr) bool {
			if r, ok := e.(*ast.Ref); ok {
				read[r.Var] = true
			}
			return true
		})
	}
	ast.Inspect(b, func(s ast.Stmt) bool {
		list := d.putsInto(s)
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			switch x := e.(type) {
			case *ast.Ref:
				if list != nil && assigned {
					return
				}
			case *ast.Index:
				if list != nil && assigned {
					e = x.I
				}
			case *ast.Call:
				if list != nil && x.Fun.Builtin == "append" && isRefTo(list)(x.Args[0]) {
					for _, x := range x.Args[1:] {
						see(x)
					}
					return
				}
			}
			see(e)
		})
		return true
	})
	return read
}

// putsInto returns the list that a statement makes or puts a value into and does nothing else, or nil.
func (d *derivation) putsInto(s ast.Stmt) *ast.Var {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 || a.Lhs[0] == nil || a.Op != token.ASSIGN && a.Op != token.DEFINE {
		return nil
	}
	calls := ast.Any(a.Rhs[0], func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		return ok && c.Fun.Builtin == "" && !(c.Fun.Fn != nil && d.u.mathematical(c.Fun.Fn))
	})
	x, isElement := a.Lhs[0].(*ast.Index)
	l := a.Lhs[0]
	if isElement {
		l = x.X
	}
	r, ok := l.(*ast.Ref)
	if !ok || calls || !isSlice(r.Var.Type) || !isElement && !makesList(a.Rhs[0], r.Var) {
		return nil
	}
	return r.Var
}

// makesList reports whether e is a list of its own, or v with more in it; what another variable refers to is not.
func makesList(e ast.Expr, v *ast.Var) bool {
	c, ok := e.(*ast.Call)
	return isNil(e) || ok && (c.Fun.Builtin == "make" || c.Fun.Builtin == "append" && isRefTo(v)(c.Args[0]))
}
