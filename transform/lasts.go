package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// dropLasts leaves the elements of adjoints that nothing reads again as they are:
//
//	for k := range scale {
//		dalpha[k] += dscale[k]          dalpha[k] += dscale[k]
//		dscale[k] = 0
//	}
//
// That is so for slices of ours that only their names reach, in the last statement that names them, where each iteration of a loop has an
// element of its own.
func dropLasts(b *ast.Block) *ast.Block {
	made := map[*ast.Var]bool{}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE {
			if v := zeroSlice(s); v != nil && v.Obj == nil {
				made[v] = true
			}
		}
	}
	shared := sharedSlices(b)
	out := &ast.Block{Meta: b.Meta, Stmts: append([]ast.Stmt(nil), b.Stmts...)}
	for n := len(out.Stmts) - 1; n >= 0 && len(made) > 0; n-- {
		for v := range usedVars(out.Stmts[n]) {
			if made[v] && !shared[v] {
				out.Stmts[n] = withoutLast(out.Stmts[n], v)
			}
			delete(made, v)
		}
	}
	return out
}

// sharedSlices returns the variables that are more than a place to index, to range over or to measure, or to give to a function of ours
// that returns numbers.
func sharedSlices(b *ast.Block) map[*ast.Var]bool {
	shared := map[*ast.Var]bool{}
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			shared[r.Var] = true
			return
		}
		list := ast.Operands(e)
		switch e := e.(type) {
		case *ast.Addr:
			if v := rootOf(e.X); v != nil {
				shared[v] = true
			}
		case *ast.Index:
			if _, ok := e.X.(*ast.Ref); ok {
				list = list[1:]
			}
		case *ast.Call:
			if e.Fun.Builtin == "len" || e.Fun.Gen != nil && onlyNumbers(e.T) {
				for _, x := range list {
					if _, ok := x.(*ast.Ref); !ok {
						visit(x)
					}
				}
				return
			}
		}
		for _, x := range list {
			visit(x)
		}
	}
	ast.Inspect(b, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if _, ok := e.(*ast.Ref); ok && assigned {
				return
			}
			if g, ok := s.(*ast.Range); ok && e == g.X {
				if _, isRef := e.(*ast.Ref); isRef {
					return
				}
			}
			visit(e)
		})
		return true
	})
	return shared
}

// onlyNumbers reports whether nothing in the results of a call, of type t, could refer to what the function is given. What a forward half
// remembers could: its type may not have its fields yet.
func onlyNumbers(t types.Type) bool {
	if tuple, ok := t.(*types.Tuple); ok {
		for v := range tuple.Variables() {
			if !onlyNumbers(v.Type()) {
				return false
			}
		}
		return true
	}
	if t == nil {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	return !hasRefs(t) && !(ok && s.NumFields() == 0)
}

// withoutLast is a loop without what sets the elements of v to zero at last, or any other statement as it is.
func withoutLast(s ast.Stmt, v *ast.Var) ast.Stmt {
	i := loopVariable(s)
	if i == nil {
		return s
	}
	body := ast.Blocks(s)[0]
	if assigns(body, i) {
		return s
	}
	own := onlyElement(body, v, i)
	ast.Inspect(body, func(s ast.Stmt) bool {
		_, jumps := s.(*ast.Branch)
		_, leaves := s.(*ast.Return)
		own = own && !jumps && !leaves
		return own
	})
	if !own {
		return s
	}
	return ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return dropZeros(b, v, i) })
}

// onlyElement reports whether a statement and those below it name v only as v[i].
func onlyElement(s ast.Stmt, v, i *ast.Var) bool {
	only := true
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if isElement(e, v, i) {
			return
		}
		if isRefTo(v)(e) {
			only = false
		}
		for _, x := range ast.Operands(e) {
			visit(x)
		}
	}
	eachTop(s, func(e ast.Expr, _ bool) { visit(e) })
	return only
}

// isElement reports whether e is v[i].
func isElement(e ast.Expr, v, i *ast.Var) bool {
	x, ok := e.(*ast.Index)
	return ok && isRefTo(v)(x.X) && isRefTo(i)(x.I)
}

// dropZeros drops the assignments of zero to v[i] behind which a block does not name v.
func dropZeros(b *ast.Block, v, i *ast.Var) *ast.Block {
	out := &ast.Block{Meta: b.Meta, Stmts: append([]ast.Stmt(nil), b.Stmts...)}
	for n := len(out.Stmts) - 1; n >= 0; n-- {
		s := out.Stmts[n]
		if a, ok := s.(*ast.Assign); ok && a.Op == token.ASSIGN && len(a.Lhs) == 1 && a.Lhs[0] != nil && isElement(a.Lhs[0], v, i) && isZero(a.Rhs[0]) {
			out.Stmts = append(out.Stmts[:n], out.Stmts[n+1:]...)
			continue
		}
		if usesVar(s, v) {
			if c, ok := s.(*ast.If); ok {
				out.Stmts[n] = ast.MapBlocks(c, func(b *ast.Block) *ast.Block { return dropZeros(b, v, i) })
			}
			break
		}
	}
	return out
}
