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
		read := map[*ast.Var]bool{}
		lists := map[*ast.Var]bool{}
		ast.Inspect(b, func(s ast.Stmt) bool {
			for _, v := range ast.Defined(s) {
				lists[v] = lists[v] || v.Obj == nil && isSlice(v.Type) && !d.isShadow[v]
			}
			puts := d.putsInto(s)
			ast.Exprs(s, func(e ast.Expr, assigned bool) {
				if puts != nil && assigned {
					if x, ok := e.(*ast.Index); ok {
						e = x.I
					} else {
						return
					}
				}
				ast.Walk(e, func(e ast.Expr) bool {
					if c, ok := e.(*ast.Call); ok && puts != nil && c.Fun.Builtin == "append" && isRefTo(puts)(c.Args[0]) {
						for _, x := range c.Args[1:] {
							readIn := func(e ast.Expr) bool {
								if r, ok := e.(*ast.Ref); ok {
									read[r.Var] = true
								}
								return true
							}
							ast.Walk(x, readIn)
						}
						return false
					}
					if r, ok := e.(*ast.Ref); ok {
						read[r.Var] = true
					}
					return true
				})
			})
			return true
		})
		removed := false
		var without func(b *ast.Block) *ast.Block
		without = func(b *ast.Block) *ast.Block {
			out := &ast.Block{Meta: b.Meta}
			for _, s := range b.Stmts {
				if v := d.putsInto(s); v != nil && lists[v] && !read[v] {
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
	l := a.Lhs[0]
	if x, ok := l.(*ast.Index); ok {
		l = x.X
	}
	r, ok := l.(*ast.Ref)
	if !ok || calls || !isSlice(r.Var.Type) {
		return nil
	}
	return r.Var
}
