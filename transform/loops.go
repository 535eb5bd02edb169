package transform

import "github.com/godiff/godiff/ast"

// primalNumbers returns the variables of the primal function that are not integers or booleans.
func (d *derivation) primalNumbers() map[*ast.Var]bool {
	primal := map[*ast.Var]bool{}
	for _, v := range variables(d.fn) {
		primal[v] = !isInteger(v.Type) && !isBoolean(v.Type)
	}
	return primal
}

// computes reports whether a loop assigns to variables, or to what they lead to, anything but a place that is read into a new variable.
func computes(loop ast.Stmt, vars map[*ast.Var]bool) bool {
	found := false
	ast.Inspect(loop, func(s ast.Stmt) bool {
		lhs, rhs := sides(s)
		if a, ok := s.(*ast.Assign); ok {
			lhs, rhs = a.Lhs, a.Rhs
		}
		for i, l := range lhs {
			if vars[rootOf(l)] && s != loop {
				found = found || len(lhs) != len(rhs) || !isPath(rhs[i]) || !isDefine(s)
			}
		}
		return !found
	})
	return found
}

// dropComments takes away that loops are swept forward and back at once where nothing is left of the forward sweep: where they assign
// to no variable of the primal function, other than by reading it or of integers. Mark stays as it is.
func (d *derivation) dropComments(b *ast.Block, mark *ast.Block) *ast.Block {
	primal := d.primalNumbers()
	var visit func(b *ast.Block) *ast.Block
	visit = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			t := s
			if s != ast.Stmt(mark) && len(ast.Blocks(s)) > 0 {
				t = ast.MapBlocks(s, visit)
			}
			if s.Info().Comment == atOnceComment && !computes(s, primal) {
				t = withComment(t, "")
			}
			out.Stmts = append(out.Stmts, t)
		}
		return out
	}
	return visit(b)
}

func isReturn(s ast.Stmt) bool {
	_, ok := s.(*ast.Return)
	return ok
}
