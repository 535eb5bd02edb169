package lower

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Before a parallel loop, variables are defined for the fields of structs around it that lead to slices, and for the arrays that it writes:
// of some of these its iterations have elements of their own, and others are shared.
//
//	for i := range n { // parallel        force, pos := s.force, s.pos
//	    s.force[i] = pull(s.pos, i)       for i := range n { // parallel
//	}                                         force[i] = pull(pos, i)
//	                                      }

// An aheader defines variables before the parallel loops of a function.
type aheader struct {
	whole *ast.Block // the body of the function
	loop  *ast.Range

	fields map[*ast.Var]bool // see inFields
	paths  []ast.Expr        // fields and arrays …
	vars   []*ast.Ref        // … and the variables that stand for them
	before []ast.Stmt
}

// ahead returns the body of a function with what is defined before its parallel loops.
func ahead(whole *ast.Block) *ast.Block {
	parallel := false
	ast.Inspect(whole, func(s ast.Stmt) bool {
		parallel = parallel || s.Info().Parallel
		return !parallel
	})
	if !parallel {
		return whole
	}
	var block func(b *ast.Block) *ast.Block
	block = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			if r, ok := s.(*ast.Range); ok && r.Parallel {
				a := &aheader{whole: whole, loop: r}
				c := *r
				c.Body = a.body()
				s = &c
				out.Stmts = append(out.Stmts, a.before...)
			}
			out.Stmts = append(out.Stmts, mapBlocks(s, block))
		}
		return out
	}
	return block(whole)
}

// body returns the body of the loop, and notes what comes before the loop.
func (a *aheader) body() *ast.Block {
	var stmt func(s ast.Stmt) ast.Stmt
	stmt = func(s ast.Stmt) ast.Stmt { return ast.MapExprs(s, a.expr, stmt) }
	return stmt(a.loop.Body).(*ast.Block)
}

// expr is an expression of the body.
func (a *aheader) expr(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Field:
		if root := ownerOf(e); root != nil && a.inFields(root) {
			return a.standFor(e, ast.LowerFirst(e.Field.Name()), e)
		}
	case *ast.Index:
		v := variable(e.X)
		if v == nil {
			break
		}
		if t, ok := v.Type.Underlying().(*types.Array); ok && a.isArray(v) {
			c := *e
			c.X = a.standFor(e.X, v.Name, &ast.Slice{X: e.X, T: types.NewSlice(t.Elem())})
			c.I = a.expr(e.I)
			return &c
		}
	}
	return ast.MapOperands(e, a.expr)
}

func isArrayType(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

func isSliceType(t types.Type) bool {
	_, ok := t.Underlying().(*types.Slice)
	return ok
}

// standFor returns the variable that stands for a path, which has a value.
func (a *aheader) standFor(path ast.Expr, name string, value ast.Expr) ast.Expr {
	for i, p := range a.paths {
		if ast.Equal(p, path) {
			return a.vars[i]
		}
	}
	v := &ast.Ref{Var: ast.NewVar(name, value.Type())}
	a.paths, a.vars = append(a.paths, path), append(a.vars, v)
	a.before = append(a.before, &ast.Assign{Meta: ast.Meta{Pos: a.loop.Pos}, Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{value}})
	return v
}

// inFields reports whether the loop needs of a variable, a struct or a pointer to one, its fields alone, among them slices, and whether
// they are the same in all iterations and are there before the loop even where that does nothing.
func (a *aheader) inFields(root *ast.Var) bool {
	if in, known := a.fields[root]; known {
		return in
	}
	isPtr := ast.Pointee(root.Type) != nil
	in := a.isAround(root) && !a.usedAsWhole(root) && !(isPtr && (assigned(a.whole, root) || !a.isThere(root)))
	slices := false
	ast.Inspect(a.loop.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			in = in && !(assigned && e != nil && ownerOf(e) == root)
			ast.Walk(e, func(e ast.Expr) bool {
				if ownerOf(e) != root {
					return true
				}
				f, ok := e.(*ast.Field)
				slices = slices || ok && isSliceType(f.Type())
				in = in && ok && !isStruct(f.Type()) && !isArrayType(f.Type())
				return false
			})
		})
		return in
	})
	if a.fields == nil {
		a.fields = map[*ast.Var]bool{}
	}
	a.fields[root] = in && slices
	return in && slices
}

// ownerOf returns the variable of which, or of what it points to, a place is a field or a part of one, or nil.
func ownerOf(place ast.Expr) *ast.Var {
	for {
		switch e := place.(type) {
		case *ast.Field:
			if v := variable(e.X); v != nil {
				return v
			}
			if ast.Pointee(e.X.Type()) != nil {
				return nil
			}
			place = e.X
		case *ast.Index:
			if _, ok := e.X.Type().Underlying().(*types.Array); !ok {
				return nil
			}
			place = e.X
		default:
			return nil
		}
	}
}

// isArray reports whether the loop writes elements of an array that is declared around it, and does nothing else to it but to read them.
func (a *aheader) isArray(v *ast.Var) bool {
	written := false
	ast.Inspect(a.loop.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) { written = written || assigned && e != nil && ast.RootVar(e) == v })
		return true
	})
	return written && a.isAround(v) && !a.usedAsWhole(v)
}

// isAround reports whether a variable is declared outside of the loop.
func (a *aheader) isAround(v *ast.Var) bool {
	inside := false
	ast.Inspect(a.loop, func(s ast.Stmt) bool {
		for _, w := range ast.Defined(s) {
			inside = inside || v == w
		}
		return !inside
	})
	return !inside
}

// usedAsWhole reports whether the loop names a variable otherwise than to get at a field or an element of it.
func (a *aheader) usedAsWhole(v *ast.Var) bool {
	all, parts := 0, 0
	ast.Inspect(a.loop.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				switch e := e.(type) {
				case *ast.Ref:
					if e.Var == v {
						all++
					}
				case *ast.Field:
					if variable(e.X) == v {
						parts++
					}
				case *ast.Index:
					if variable(e.X) == v {
						parts++
					}
				case *ast.Addr:
					if ast.RootVar(e.X) == v {
						all++ // a call may get it
					}
				}
				return true
			})
		})
		return true
	})
	return all != parts
}

// isThere reports whether a pointer is not nil where the loop begins: what comes before it on every way has read what it leads to.
func (a *aheader) isThere(v *ast.Var) bool {
	var within func(b *ast.Block) (reads, found bool)
	within = func(b *ast.Block) (reads, found bool) {
		for _, s := range b.Stmts {
			reads = reads || readsBehind(s, v)
			if s == ast.Stmt(a.loop) {
				return reads, true
			}
			for _, inner := range ast.Blocks(s) {
				if r, found := within(inner); found {
					return reads || r, true
				}
			}
		}
		return reads, false
	}
	reads, found := within(a.whole)
	return reads && found
}

// readsBehind reports whether a statement, without the blocks in it, reads what a pointer leads to, or makes it lead to something.
func readsBehind(s ast.Stmt, v *ast.Var) bool {
	reads := false
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			switch e := e.(type) {
			case *ast.Field:
				reads = reads || variable(e.X) == v
			case *ast.Deref:
				reads = reads || variable(e.X) == v
			case *ast.Binary:
				return e.Op != token.LAND && e.Op != token.LOR
			}
			return true
		})
	})
	if a, ok := s.(*ast.Assign); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 && variable(a.Lhs[0]) == v {
		_, isAddr := a.Rhs[0].(*ast.Addr)
		reads = reads || isAddr
	}
	return reads
}
