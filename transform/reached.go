package transform

import (
	"slices"

	"github.com/godiff/godiff/ast"
)

// reached returns a block without what stands behind a statement that control never leaves at its end: where F always panics or
// never returns, there is no reverse sweep.
func reached(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if inner, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(inner.Stmts) == 0) {
			s = ast.MapBlocks(askedBefore(s), reached)
		}
		out.Stmts = append(out.Stmts, s)
		if ast.Terminates([]ast.Stmt{s}) {
			break
		}
	}
	return out
}

// withoutLabels drops the labels that no statement names any more.
func withoutLabels(b *ast.Block) *ast.Block {
	named := map[*ast.Label]*ast.Label{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if branch, ok := s.(*ast.Branch); ok {
			named[branch.Target] = branch.Target
		}
		return true
	})
	var drop func(b *ast.Block) *ast.Block
	drop = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			switch t := s.(type) {
			case *ast.For:
				c := *t
				c.Label = named[t.Label]
				s = &c
			case *ast.Range:
				c := *t
				c.Label = named[t.Label]
				s = &c
			}
			if len(ast.Blocks(s)) > 0 && !isMark(s) {
				s = ast.MapBlocks(s, drop)
			}
			out.Stmts = append(out.Stmts, s)
		}
		return out
	}
	return drop(b)
}

// askedBefore returns an if statement whose branch does not begin with a statement of ours that asks the same again; any other statement
// as it is.
func askedBefore(s ast.Stmt) ast.Stmt {
	outer, ok := s.(*ast.If)
	if !ok || outer.Init != nil || len(outer.Then.Stmts) == 0 || hasCall(outer.Cond) {
		return s
	}
	inner, ok := outer.Then.Stmts[0].(*ast.If)
	if !ok || inner.Pos.IsValid() || inner.Init != nil || !ast.Equal(inner.Cond, outer.Cond) {
		return s
	}
	c := *outer
	c.Then = &ast.Block{Meta: outer.Then.Meta, Stmts: slices.Concat(inner.Then.Stmts, outer.Then.Stmts[1:])}
	return &c
}

// withoutAsked returns a block without branches for a type that a variable is known not to hold since it has been asked before; not are
// the questions whose answer is no.
//
//	if is Circle(s) {            if is Circle(s) {
//		…                            …
//	} else if is Circle(s) {     }
//		…
//	}
func withoutAsked(b *ast.Block, not []ast.Expr) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		not = slices.DeleteFunc(slices.Clone(not), func(q ast.Expr) bool {
			x, _, _ := ast.IsTest(q)
			return assigns(&ast.Block{Stmts: []ast.Stmt{s}}, ast.RootVar(x))
		})
		f, ok := s.(*ast.If)
		switch {
		case !ok || f.Init != nil:
			if len(ast.Blocks(s)) > 0 && !isMark(s) {
				s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return withoutAsked(b, not) })
			}
			out.Stmts = append(out.Stmts, s)
		case slices.ContainsFunc(not, func(q ast.Expr) bool { return ast.Equal(q, f.Cond) }):
			if f.Else != nil {
				out.Stmts = append(out.Stmts, withoutAsked(f.Else, not).Stmts...)
			}
		default:
			c := *f
			c.Then = withoutAsked(f.Then, not)
			if f.Else != nil {
				more := not
				if x, _, ok := ast.IsTest(f.Cond); ok && ast.RootVar(x) != nil {
					more = append(slices.Clone(not), f.Cond)
				}
				c.Else = withoutAsked(f.Else, more)
			}
			out.Stmts = append(out.Stmts, &c)
		}
	}
	return out
}
