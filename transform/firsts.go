package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// setFirsts sets what is added to fresh memory, where the loop that adds to it comes first and adds to each element at most once:
//
//	dx = make([]float64, len(x))
//	for i := range x {
//		dx[i] += 2 * x[i]          dx[i] = 2 * x[i]
//	}
func setFirsts(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	fresh := map[*ast.Var]bool{} // slices that are zero and that nothing else refers to
	for _, s := range b.Stmts {
		t := s
		if inner, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(inner.Stmts) == 0) {
			t = ast.MapBlocks(s, setFirsts)
		}
		for v := range fresh {
			if usesVar(t, v) {
				t = setFirst(t, v)
				delete(fresh, v)
			}
		}
		if v := zeroSlice(t); v != nil {
			fresh[v] = true
		}
		out.Stmts = append(out.Stmts, t)
	}
	return out
}

// zeroSlice returns the variable that a statement makes a new slice of numbers, or nil.
func zeroSlice(s ast.Stmt) *ast.Var {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return nil
	}
	ref, ok := a.Lhs[0].(*ast.Ref)
	c, isCall := a.Rhs[0].(*ast.Call)
	if !ok || !isCall || c.Fun.Builtin != "make" || !isSlice(c.T) || !ast.IsFloat(elemType(c.T)) || len(c.Args) != 1 {
		return nil
	}
	return ref.Var
}

// setFirst returns a loop that sets the elements of v, if s is one that adds to each at most once and does nothing else with v; any other
// statement as it is.
func setFirst(s ast.Stmt, v *ast.Var) ast.Stmt {
	i := loopVariable(s)
	if i == nil || assigns(ast.Blocks(s)[0], i) {
		return s
	}
	n := 0 // statements that name v
	ast.Inspect(s, func(s ast.Stmt) bool {
		named := false
		ast.Exprs(s, func(e ast.Expr, _ bool) { named = named || mentions(e, v) })
		if named {
			n++
		}
		return true
	})
	if n != 1 {
		return s
	}
	var visit func(b *ast.Block) *ast.Block
	visit = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, st := range b.Stmts {
			switch st := st.(type) {
			case *ast.Assign:
				out.Stmts = append(out.Stmts, setElement(st, v, i))
			case *ast.If, *ast.Block:
				out.Stmts = append(out.Stmts, ast.MapBlocks(st, visit))
			default:
				out.Stmts = append(out.Stmts, st)
			}
		}
		return out
	}
	return ast.MapBlocks(s, visit)
}

// loopVariable returns the integer that has another value in each iteration of a loop, or nil.
func loopVariable(s ast.Stmt) *ast.Var {
	switch s := s.(type) {
	case *ast.Range:
		if r, ok := s.Key.(*ast.Ref); ok && s.Define {
			return r.Var
		}
	case *ast.For:
		if c := counter(s); c != nil {
			return c.v
		}
	}
	return nil
}

// setElement makes v[i] += e the assignment v[i] = e.
func setElement(s *ast.Assign, v, i *ast.Var) ast.Stmt {
	if s.Op != token.ADD_ASSIGN && s.Op != token.SUB_ASSIGN {
		return s
	}
	x, ok := s.Lhs[0].(*ast.Index)
	if !ok || !isRefTo(v)(x.X) || !isRefTo(i)(x.I) || mentions(s.Rhs[0], v) {
		return s
	}
	c := *s
	if c.Op == token.SUB_ASSIGN {
		c.Rhs = []ast.Expr{neg(s.Rhs[0])}
	}
	c.Op = token.ASSIGN
	return &c
}

// isRefTo returns a function that reports whether an expression is the variable v.
func isRefTo(v *ast.Var) func(ast.Expr) bool {
	return func(e ast.Expr) bool {
		r, ok := e.(*ast.Ref)
		return ok && r.Var == v
	}
}
