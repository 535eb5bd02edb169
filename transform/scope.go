package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// freeVars returns the variables that a statement uses and does not declare, but for those that are bound around it, in the order of their
// first use.
func freeVars(s ast.Stmt, bound ...*ast.Var) []*ast.Var {
	seen := map[*ast.Var]bool{}
	for _, v := range bound {
		seen[v] = true
	}
	ast.Inspect(s, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			seen[v] = true
		}
		return true
	})
	var list []*ast.Var
	ast.Inspect(s, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok && !seen[r.Var] {
					seen[r.Var] = true
					list = append(list, r.Var)
				}
				return true
			})
		})
		return true
	})
	return list
}

// rescope mends definitions that moved into an inner scope: what := names again must be of the same scope, else the
// variables that are new are declared before,
//
//	a, err := f()            a, err := f()
//	b, err := g(a)           if … {
//	                             var b float64
//	                             b, err = g(a)
func rescope(b *ast.Block, vars []*ast.Var) *ast.Block {
	here := map[*ast.Var]bool{}
	for _, v := range vars {
		here[v] = true
	}
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool { return isAgain(l) && !here[l.(*ast.Ref).Var] }) {
			c := *a
			c.Op = token.ASSIGN
			for _, v := range ast.Defined(a) {
				out.Stmts = append(out.Stmts, &ast.Decl{Vars: []*ast.Var{v}, Typed: true})
			}
			s = &c
		} else if ok && a.Op == token.DEFINE && len(ast.Defined(a)) == 0 {
			c := *a
			c.Op = token.ASSIGN
			s = &c
		}
		for _, v := range ast.Defined(s) {
			here[v] = true
		}
		if b, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(b.Stmts) == 0) {
			s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return rescope(b, nil) })
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// isAgain reports whether a left side is an older variable of a definition.
func isAgain(l ast.Expr) bool {
	r, ok := l.(*ast.Ref)
	return ok && r.Again
}

// selvesByWay returns an assignment of several places some of which are given what they hold, with variables between, since another of the
// places may be the same; or nil for any other statement.
func selvesByWay(s ast.Stmt) []ast.Stmt {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) < 2 || len(a.Rhs) != len(a.Lhs) {
		return nil
	}
	var before []ast.Stmt
	c := *a
	c.Rhs = slices.Clone(a.Rhs)
	for i, l := range a.Lhs {
		if l != nil && isPlace(l) && ast.Equal(l, a.Rhs[i]) {
			t := ast.NewVar("t", l.Type())
			before = append(before, define(t, a.Rhs[i]))
			c.Rhs[i] = &ast.Ref{Var: t}
		}
	}
	if len(before) == 0 {
		return nil
	}
	return append(before, &c)
}

// withoutSelves is a block without assignments of places to themselves, of which go vet complains. Where the place may not be there it is
// evaluated still.
func withoutSelves(b *ast.Block) *ast.Block {
	out, changed := &ast.Block{Meta: b.Meta}, false
	for _, s := range b.Stmts {
		within := false
		if len(ast.Blocks(s)) > 0 {
			t := ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
				c := withoutSelves(b)
				within = within || c != b
				return c
			})
			if within {
				s = t
			}
		}
		if list := selvesByWay(s); len(list) > 0 {
			out.Stmts, changed = append(out.Stmts, list...), true
			continue
		}
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || a.Lhs[0] == nil || !isPlace(a.Lhs[0]) || !ast.Equal(a.Lhs[0], a.Rhs[0]) {
			out.Stmts, changed = append(out.Stmts, s), changed || within
			continue
		}
		changed = true
		if ast.Any(a.Lhs[0], mayBeMissing) {
			c := *a
			c.Lhs = []ast.Expr{nil}
			out.Stmts = append(out.Stmts, &c)
		}
	}
	if !changed {
		return b
	}
	return out
}

// mayBeMissing reports whether evaluating an expression for itself may panic, or do more.
func mayBeMissing(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Index, *ast.Deref, *ast.Call:
		return true
	case *ast.Field:
		return ast.Pointee(e.X.Type()) != nil
	}
	return false
}
