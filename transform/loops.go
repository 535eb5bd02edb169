package transform

import "github.com/godiff/godiff/ast"

// forwardLoops returns the loops in the body of a derivative that compute what the primal function does: all those before the border
// between the sweeps, and of the others those that assign to its variables, other than by reading them or of integers.
func (d *derivation) forwardLoops(b *ast.Block, border *ast.Block) map[ast.Stmt]bool {
	forward := map[ast.Stmt]bool{}
	primal := d.primalNumbers()
	before, _, found := splitAt(b.Stmts, border)
	for i, s := range b.Stmts {
		ast.Inspect(s, func(s ast.Stmt) bool {
			if isLoop(s) && (found && i < len(before) || computes(s, primal)) {
				forward[s] = true
			}
			return true
		})
	}
	return forward
}

// primalNumbers returns the variables of the primal function that are not integers or booleans.
func (d *derivation) primalNumbers() map[*ast.Var]bool {
	primal := map[*ast.Var]bool{}
	for _, v := range variables(d.fn) {
		primal[v] = !isInteger(v.Type) && !isBoolean(v.Type)
	}
	return primal
}

func isLoop(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.For, *ast.Range:
		return true
	}
	return false
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

// dropComments takes away that loops are swept forward and back at once where nothing is left of the forward sweep.
func (d *derivation) dropComments(b *ast.Block, forward map[ast.Stmt]bool) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		t := s
		if mark, ok := s.(*ast.Block); !ok || len(mark.Stmts) > 0 {
			t = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return d.dropComments(b, forward) })
		}
		if s.Info().Comment == atOnceComment && !forward[s] {
			t = withComment(t, "")
		}
		out.Stmts = append(out.Stmts, t)
	}
	return out
}

func isReturn(s ast.Stmt) bool {
	_, ok := s.(*ast.Return)
	return ok
}
